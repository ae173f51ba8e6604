"""Spans that may not overlap, laid side by side: bookings of one room, prices of one article, ranges of numbers.

All rows of a table are seen at once. Within a group they keep their order; a span that begins before the one before it has
ended is pushed behind it, and what then lies beyond the last moment of all is pushed back. Where a group has more to hold than
there is time, its spans are cut shorter, and begin earlier if that does not do. Only the last one may have no end, and the
first no beginning.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from mimic import textual
from mimic.conditions import Alike, ColumnRef, Disjoint, Kind
from mimic.generators.pg_text import Bounds, format_range, parse_ranges, printed, scanned
from mimic.generators.references import codes
from mimic.schema import Date, Decimal, LogicalType, Range, Table, Timestamp, arrow_type, bare
from mimic.streams import Ints
from mimic.truth import Rows

Arrays = dict[str, pa.Array]
Mask = NDArray[np.bool_]

OPEN = 2**61  # whatever lies beyond is no moment and no number, but an end that is not there
DENSE = 0.85  # of the time that a group has, so much is taken where spans are cut
_GRIDS = (textual.DAY, textual.HOUR, 15 * textual.MINUTE, textual.MINUTE, textual.SECOND, 1_000)


@dataclass(frozen=True, slots=True)
class Spans:
    """The rows of a table that a rule is about, in the order of their groups and beginnings; whole steps of one size.

    `rows` (m,) are their places, `group` (m,) ascending numbers; a span lies from `start` to before `end`; `no_start` and
    `no_end` say where a row has none.
    """

    rows: Ints
    group: Ints
    start: Ints
    end: Ints
    no_start: Mask
    no_end: Mask
    step: int


def lay_apart(rule: Disjoint, table: Table, columns: Mapping[str, pa.Array], everywhere: bool) -> tuple[Arrays, int]:
    """The moved columns such that no two spans overlap, and how many rows find no room.

    `everywhere`: the predicate is not to be relied on, and spans of all rows are laid apart.
    """
    form = _Form.of(rule, table)
    spans = form.read(rule, columns, everywhere)
    if not len(spans.rows):
        return {}, 0
    laid, late = _laid(spans, rule, form.flexible)
    return form.written(rule, columns, spans, laid), late


def firsts(rule: Alike, columns: Mapping[str, pa.Array]) -> Ints:
    """For every row the first one that agrees with it in the keys; a row with a NULL there stands for itself."""
    read = Rows(columns)
    keys = [read.value(key) for key in rule.keys]
    here = np.arange(read.n)
    if not keys:
        return np.zeros(read.n, dtype=np.int64)
    _, first, inverse = np.unique(codes(keys, [])[0], return_index=True, return_inverse=True)
    whole = np.logical_and.reduce([np.asarray(values.is_valid()) for values in keys])
    return np.asarray(np.where(whole, first[inverse.reshape(-1)], here), dtype=np.int64)


# -- the arithmetic ----------------------------------------------------------------------------------------------------------


def _laid(spans: Spans, rule: Disjoint, flexible: bool) -> tuple[Spans, int]:
    """New beginnings and ends, by groups all at once."""
    step = spans.step
    bounded = ~(spans.no_start | spans.no_end)
    size = np.where(bounded, spans.end - spans.start, 0)
    usual = _grid_down(int(np.median(size[bounded])) if bounded.any() else step, step)
    size = np.where(bounded, np.maximum(size, 0), max(usual, step))
    first, many = _groups(spans.group)
    of = np.repeat(np.arange(len(first)), many)
    low = int((spans.start[~spans.no_start]).min(initial=2**62))
    high = int((spans.end[~spans.no_end]).max(initial=-(2**62)))
    low, high = min(low, high - step), max(high, low + step)
    wall_low = -OPEN if rule.low is None else -(-rule.low // step) * step
    wall_high = OPEN if rule.high is None else _grid_down(rule.high + (step if rule.closed else 0), step)
    low, high = max(low, wall_low), min(high, wall_high)
    start = np.clip(np.where(spans.no_start, spans.end - size, spans.start), wall_low, wall_high - step)
    span = max(high - low, step)
    if flexible:
        taken = np.add.reduceat(size.astype(np.float64), first)
        share = np.where(taken > span, DENSE * span / np.maximum(taken, 1.0), 1.0)[of]
        size = np.where(share < 1.0, np.maximum((size * share).astype(np.int64) // step * step, step), size)
        if wall_high - wall_low < OPEN:  # near walls: nothing may be longer than its share of the room
            most = np.maximum((wall_high - wall_low) // step // many, 1) * step
            size = np.where(np.add.reduceat(size, first)[of] > wall_high - wall_low, np.minimum(size, most[of]), size)
    total = np.add.reduceat(size, first)
    order = np.lexsort((start, of))
    size, start = size[order], start[order]
    before = np.cumsum(size) - size
    before -= np.repeat(before[first], many)  # what stands before a span in its group
    begin = before + _running_most(start - before, of)
    # Back from the end: nothing lies beyond the last moment, or beyond what the group needs if it begins at the wall.
    last = np.clip(np.maximum(high, wall_low + np.minimum(total, OPEN)), None, wall_high)[of]
    after = np.repeat(total, many) - before - size
    begin = np.minimum(begin, _running_least(begin + size + after, of, last) - after - size)
    late = int((begin < wall_low).sum())
    end = begin + size
    rows = spans.rows[order]
    no_start, no_end = spans.no_start[order].copy(), spans.no_end[order].copy()
    follows = np.arange(len(rows)) - np.repeat(first, many) > 0
    leads = np.zeros(len(rows), dtype=np.bool_)
    leads[:-1] = follows[1:]
    ending = no_end & leads
    end[np.flatnonzero(ending)] = np.maximum(begin[np.flatnonzero(ending) + 1], begin[ending] + step)  # until the next begins
    return replace(spans, rows=rows, start=begin, end=end, no_start=no_start & ~follows, no_end=no_end & ~leads), late


def _groups(group: Ints) -> tuple[Ints, Ints]:
    """Where each group begins, and how many it has."""
    first = np.flatnonzero(np.r_[True, group[1:] != group[:-1]])
    return first, np.diff(np.r_[first, len(group)])


def _running_most(values: Ints, group: Ints) -> Ints:
    """The largest value so far in each group; groups stand together, in ascending order."""
    ascending, rank = np.unique(values, return_inverse=True)
    width = len(ascending)
    return np.asarray(ascending[np.maximum.accumulate(group * width + rank.reshape(-1)) - group * width], dtype=np.int64)


def _running_least(values: Ints, group: Ints, most: Ints) -> Ints:
    """The least of `most` and the values from here to the end of the group."""
    turned = -np.minimum(values, most)[::-1]
    return -_running_most(turned, (group[-1] - group)[::-1])[::-1]


def _grid_down(value: int, step: int) -> int:
    return value // step * step


# -- columns -----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Form:
    """How a rule's spans stand in its columns."""

    element: LogicalType  # what bounds are
    in_one: bool  # a range column
    flexible: bool  # beginning and end can be set one by one
    unit: int  # the least step
    scale: int  # digits behind the point that numbers are counted with

    @classmethod
    def of(cls, rule: Disjoint, table: Table) -> _Form:
        kind = bare(table.column(rule.moved[0]).type)
        in_one = isinstance(kind, Range)
        element = bare(kind.element) if isinstance(kind, Range) else kind
        two = isinstance(rule.start, ColumnRef) and isinstance(rule.end, ColumnRef) and rule.start != rule.end
        scale = (6 if element.scale is None else element.scale) if isinstance(element, Decimal) else 0
        days = isinstance(element, Date) or any(isinstance(bare(table.column(name).type), Date) for name in rule.moved)
        return cls(element, in_one, in_one or two, textual.DAY if days else 1, scale)

    def read(self, rule: Disjoint, columns: Mapping[str, pa.Array], everywhere: bool) -> Spans:
        read = Rows(columns)
        n = read.n
        live = np.ones(n, dtype=np.bool_)
        if rule.where is not None and not everywhere:
            live &= np.asarray(pc.fill_null(read.truth(rule.where), False))
        keys = [read.value(key) for key in rule.keys]
        for values in keys:
            live &= np.asarray(values.is_valid())
        group = codes(keys, [])[0] if keys else np.zeros(n, dtype=np.int64)
        if self.in_one:
            start, end, no_start, no_end, known = self._ranges(columns[rule.moved[0]])
            live &= known
        else:
            start, no_start = _ticks(read.value(rule.start), self.scale)
            end, no_end = _ticks(read.value(rule.end), self.scale)
        step = self._step(np.concatenate([start[live & ~no_start], end[live & ~no_end]]))
        if rule.closed:
            end = end + step
        live &= no_start | no_end | (start < end)  # an empty span overlaps nothing
        rows = np.flatnonzero(live)
        rows = rows[np.lexsort((np.where(no_start, -OPEN, start)[rows], group[rows]))]
        return Spans(rows, group[rows], start[rows], end[rows], no_start[rows], no_end[rows], step)

    def _step(self, told: Ints) -> int:
        if not isinstance(self.element, Date | Timestamp) or not len(told):
            return self.unit
        return next((grid for grid in _GRIDS if grid >= self.unit and not (told % grid).any()), self.unit)

    def _ranges(self, values: pa.Array) -> tuple[Ints, Ints, Mask, Mask, Mask]:
        found = [parse_ranges(text) if text is not None else None for text in values.to_pylist()]
        known = np.array([bool(each) for each in found], dtype=np.bool_)
        one = [each[0] if each else Bounds(None, None, "[)") for each in found]
        start, no_start = self._bound([each.lower for each in one])
        end, no_end = self._bound([each.upper for each in one])
        start += np.array([each.form[0] == "(" and self._counted for each in one], dtype=np.int64) * self.unit
        end += np.array([each.form[1] == "]" and self._counted for each in one], dtype=np.int64) * self.unit
        return start, end, no_start, no_end, known

    def _bound(self, texts: list[str | None]) -> tuple[Ints, Mask]:
        scalars = scanned(texts, self.element)
        if isinstance(self.element, Date | Timestamp):
            return _ticks(Rows({"": scalars}).value(ColumnRef("", _kind(scalars))), 0)
        return _ticks(scalars, self.scale)

    @property
    def _counted(self) -> bool:
        """Whether there is nothing between a value and the next."""
        return not isinstance(self.element, Decimal | Timestamp)

    def written(self, rule: Disjoint, columns: Mapping[str, pa.Array], old: Spans, new: Spans) -> Arrays:
        if self.in_one:
            name = rule.moved[0]
            lower, upper = self._texts(new.start, new.no_start), self._texts(new.end, new.no_end)
            texts = [format_range(Bounds(a, b, "[)" if a is not None else "()")) for a, b in zip(lower, upper, strict=True)]
            return {name: _put(columns[name], new.rows, pa.array(texts, pa.string()))}
        made: Arrays = {}
        if self.flexible and isinstance(rule.start, ColumnRef) and isinstance(rule.end, ColumnRef):
            end = new.end - (new.step if rule.closed else 0)
            for name, ticks, missing in ((rule.start.name, new.start, new.no_start), (rule.end.name, end, new.no_end)):
                made[name] = _put(columns[name], new.rows, self._back(ticks, missing, columns[name]))
            return made
        before = np.zeros(len(columns[rule.moved[0]]), dtype=np.int64)
        before[old.rows] = old.start
        moved = new.start - before[new.rows]
        for name in rule.moved:
            ticks, missing = _ticks(Rows(columns).value(ColumnRef(name, _kind(columns[name]))), self.scale)
            made[name] = _put(columns[name], new.rows, self._back(ticks[new.rows] + moved, missing[new.rows], columns[name]))
        return made

    def _back(self, ticks: Ints, missing: Mask, like: pa.Array) -> pa.Array:
        """Ticks as values of a column; where there is none, NULL."""
        arrow, kept = like.type, np.where(missing, 0, ticks)
        if pa.types.is_date32(arrow):
            return pa.array((kept // textual.DAY).astype(np.int32), pa.int32(), mask=missing).view(arrow)
        if pa.types.is_timestamp(arrow):
            return pa.array(kept, pa.int64(), mask=missing).view(arrow)
        if pa.types.is_integer(arrow):
            return pa.array(kept, pa.int64(), mask=missing).cast(arrow)
        return pa.array(self._texts(kept, missing), pa.string()).cast(arrow)

    def _texts(self, ticks: Ints, missing: Mask) -> list[str | None]:
        if isinstance(self.element, Date | Timestamp):
            values = self._back(ticks, missing, pa.array([], arrow_type(self.element)))
            return printed(values, self.element)
        if not self.scale:
            return [None if gone else str(tick) for tick, gone in zip(ticks.tolist(), missing.tolist(), strict=True)]
        size = 10**self.scale
        shown = [f"{'-' if tick < 0 else ''}{abs(tick) // size}.{abs(tick) % size:0{self.scale}d}" for tick in ticks.tolist()]
        return [None if gone else text for text, gone in zip(shown, missing.tolist(), strict=True)]


def _kind(values: pa.Array) -> Kind:
    if pa.types.is_date32(values.type):
        return "date"
    if pa.types.is_timestamp(values.type):
        return "timestamptz" if values.type.tz else "timestamp"
    return "integer" if pa.types.is_integer(values.type) else "decimal"


def _ticks(values: pa.Array, scale: int) -> tuple[Ints, Mask]:
    """Whole numbers, and where there is none: NULL, or an infinity."""
    missing = np.asarray(values.is_null())
    if pa.types.is_integer(values.type):
        ticks = np.array(values.fill_null(0).cast(pa.int64()), dtype=np.int64)
    else:
        found = np.nan_to_num(np.array(values.cast(pa.float64(), safe=False).fill_null(0.0), dtype=np.float64), nan=0.0)
        ticks = np.rint(np.clip(found * 10.0**scale, -(2.0**62), 2.0**62)).astype(np.int64)
    beyond = (ticks >= OPEN) | (ticks <= -OPEN)
    return np.where(beyond, 0, ticks), missing | beyond


def _put(values: pa.Array, where: Ints, new: pa.Array) -> pa.Array:
    place = np.arange(len(values))
    place[where] = len(values) + np.arange(len(where))
    return pa.concat_arrays([values, new.cast(values.type)]).take(pa.array(place))


__all__ = ["firsts", "lay_apart"]
