"""Numbers drawn from the quantiles of a column: any shape, no parameters.

What is kept of a column is a `Sketch` (see `cells`): values of at least k owners, and averages of k owners for all others.
Exact numbers are handled as whole *ticks* (19.90 is 1,990 ticks of 0.01), so that decimals come out exact and unique
columns can be filled by construction. Without rows, the column's meaning gives the sketch.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import ClassVar, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mimic.errors import CapacityError
from mimic.generator import Columns, Literal, Span, State, Task
from mimic.generators.cells import Sketch, even, sketch
from mimic.generators.dials import dial_of
from mimic.generators.draws import Mask, apart, may_keep, null_share, nulls, systematic, without
from mimic.generators.endings import Endings
from mimic.generators.logical import heard, told
from mimic.generators.rules import rule
from mimic.profile import Owners, TableEvidence
from mimic.readings import as_decimals, plain_money
from mimic.registry import Registry
from mimic.schema import Decimal, Float, Integer, LogicalType, Money, arrow_type, bare
from mimic.semantics import Kind
from mimic.streams import Floats, Ints, Permutation, Stream

_LARGE = 1 << 62
_WIDEST_SEEN = 1e280  # what is wider is taken for this
_WIDEST = 10**300  # a limit beyond is none: no float that is drawn comes near
_ROUND = (1_000, 500, 250, 200, 100, 60, 50, 30, 25, 20, 15, 12, 10, 6, 5, 4, 3, 2)  # steps that people count in
MOST_DECIMALS = 12

Special = tuple[str, float, int]  # "NaN", "Infinity" or "-Infinity"; share; owners


@dataclass(frozen=True, slots=True)
class Ticks:
    """How numbers of a column are spelled: `decimals` behind the point (None: any float), as multiples of `step` ticks plus `offset`."""

    decimals: int | None
    step: int = 1
    offset: int = 0
    prefix: str = ""  # "$" of money

    @property
    def unit(self) -> float:
        return 10.0 ** -(self.decimals or 0)


@dataclass(frozen=True)
class Quantiles:
    """Fills one numeric column, given nothing.

    Options: `low`, `high` bound the values (both may be drawn); `decimals` how many to show.
    """

    kind: ClassVar[str] = "numeric.quantiles"
    version: ClassVar[int] = 1

    column: str
    type: LogicalType
    sketch: Sketch  # in ticks, or in the column's unit where `ticks.decimals` is None
    ticks: Ticks
    low: int | None  # ticks
    high: int | None
    null_share: float
    specials: tuple[Special, ...] = ()
    unique: bool = False
    endings: Endings | None = None  # of what is no atom

    @property
    def fills(self) -> tuple[str, ...]:
        return (self.column,)

    @property
    def needs(self) -> tuple[str, ...]:
        return ()

    @classmethod
    def suits(cls, task: Task) -> float:
        if len(task.columns) != 1:
            return 0.0
        return 0.6 if isinstance(bare(task.column.type), Integer | Float | Decimal | Money) else 0.0

    @classmethod
    def learn(cls, task: Task, evidence: TableEvidence | None, stream: Stream) -> Self:
        kind = bare(task.column.type)
        column = evidence.column(task.column.name) if evidence is not None and evidence.sampled else None
        found = measure(kind, column, evidence.owners) if evidence is not None and column is not None else None
        specials: tuple[Special, ...] = ()
        known, invented, endings = None, False, None
        ticks = Ticks(decimals_of(kind))
        if found is not None:
            ticks = found.ticks
            specials = tuple(special for special in found.specials if special[2] >= task.k)
            lost = sum(share for _, share, owners in found.specials if owners < task.k)
            specials = tuple((name, share / (1 - lost), owners) for name, share, owners in specials)
            known = sketch(found.values, found.owners, task.k, most=dial_of(task).cells, exact=may_keep(task))
            if known is not None and ticks.decimals is not None and not task.unique and "decimals" not in task.options:
                rest = np.flatnonzero(~np.isin(found.values, known.atoms))
                endings = Endings.learn(found.values[rest], found.owners.take(rest), task.k)
        if known is None:
            ruled, decimals = rule(
                task.meanings[0].kind if task.meanings else Kind.OTHER,
                task.column.name,
                year=_day(task).year,
                today=(_day(task) - date(1970, 1, 1)).days,
                bits=kind.bits if isinstance(kind, Integer) else 0,
            )
            fixed = decimals_of(kind)
            ticks = Ticks(decimals if fixed is None else fixed, 10 ** max((fixed or 0) - decimals, 0), prefix=ticks.prefix)
            known = ruled.scaled(10.0 ** max(ticks.decimals or 0, -(getattr(kind, "scale", None) or 0)))
            invented = True
        if (decimals_asked := task.options.get("decimals")) is not None and not isinstance(kind, Integer):
            factor = 10.0 ** (int(decimals_asked) - (ticks.decimals or 0))
            known, ticks = known.scaled(factor), Ticks(int(decimals_asked), prefix=ticks.prefix)
        if task.unique and ticks.decimals is None:
            known, ticks = known.scaled(1e9), Ticks(9)
        if isinstance(kind, Decimal) and (kind.scale or 0) < 0:  # numeric(5,-2) holds whole hundreds
            ticks = replace(ticks, step=10 ** -(kind.scale or 0), offset=0)
        low, high = limits_of(kind, ticks, task)
        if high is not None and ticks.step > high:  # numeric(3,5) holds thousandths and less
            ticks = replace(ticks, step=1)
        if invented:
            known = fitted(known, low, high)
        return cls(task.column.name, task.column.type, known, ticks, low, high, null_share(task, column), specials, task.unique, endings)

    def sample(self, span: Span, stream: Stream, given: Columns) -> Columns:
        mask = nulls(stream, span.n, self.null_share)
        special: Ints | None = None
        if self.unique:
            values: Floats | Ints = self._lattice(span.total).at(span, stream)
        else:
            u = systematic(stream.at("value"), span.n, mask)
            if self.specials:
                u, special = apart(u, [share for _, share, _ in self.specials])
            values = self._rounded(self.sketch.quantile(u))
        return {self.column: self._spelled(values, special, mask)}

    def _rounded(self, values: Floats) -> Floats | Ints:
        ticks = self.ticks
        if ticks.decimals is None:
            low, high = self.low, self.high
            return np.clip(values, low, high) if low is not None or high is not None else values
        if self.endings is not None:
            values = np.where(np.isin(values, self.sketch.atoms), values, self.endings.moved(values))
        if ticks.step != 1 or ticks.offset:
            values = np.rint((values - ticks.offset) / ticks.step) * ticks.step + ticks.offset
        else:
            values = np.rint(values)
        if self.low is not None and self.high is not None and self.high >= 2**53:
            # Such a bound is no 64-bit float: the next one inside it must do.
            values = np.clip(values, np.nextafter(float(self.low), 0.0), np.nextafter(float(self.high), 0.0))
        elif self.low is not None or self.high is not None:
            values = np.clip(values, self.low, self.high)
        if self._wide:
            return values
        return values.astype(np.int64)

    @cached_property
    def _wide(self) -> bool:
        """Whether ticks may not fit 64 bits."""
        if self.low is not None and self.high is not None and self.low >= -(1 << 63) and self.high < 1 << 63:
            return False
        pieces = self.sketch.pieces
        return bool(max(np.abs(pieces.left).max(initial=0), np.abs(pieces.right).max(initial=0)) >= _LARGE)

    def spelled(self, values: Floats, mask: Mask | None) -> pa.Array:
        """Ticks (n,), not yet whole, as the column's values."""
        return self._spelled(self._rounded(values), None, mask)

    def _lattice(self, total: int) -> Lattice:
        ticks = self.ticks
        low, high = self.low, self.high
        scaled = self.sketch.scaled(1 / ticks.step, -ticks.offset / ticks.step)
        low = None if low is None else -((ticks.offset - low) // ticks.step)  # rounded up
        high = None if high is None else (high - ticks.offset) // ticks.step
        return Lattice.of(scaled, total, low, high, where=self.column).spaced(ticks.step, ticks.offset)

    def _spelled(self, values: Floats | Ints, special: Ints | None, mask: Mask | None) -> pa.Array:
        kind = bare(self.type)
        decimals = self.ticks.decimals or 0
        out = arrow_type(kind)
        if isinstance(kind, Integer):
            return pa.array(values.astype({16: np.int16, 32: np.int32}.get(kind.bits, np.int64)), mask=mask)
        if isinstance(kind, Float):
            shown = values / 10.0**decimals if decimals else values.astype(np.float64)
            if special is not None:
                names = np.array([float(name.lower()) for name, _, _ in self.specials] + [0.0])
                shown = np.where(special >= 0, names[special], shown)
            return pa.array(shown.astype(np.float32 if kind.bits == 32 else np.float64), mask=mask)
        if pa.types.is_decimal(out):
            return _decimal(values, out, mask)
        if self._wide:  # numeric without limits may be wider than any Arrow decimal
            texts = pa.array(values / 10.0**decimals).cast(pa.string())
        else:
            texts = _decimal(values, pa.decimal128(38, decimals), None).cast(pa.string())
        if self.ticks.prefix:
            texts = _prefixed(texts, self.ticks.prefix)
        if special is not None:
            names = pa.array([name for name, _, _ in self.specials], type=pa.string())
            texts = pc.if_else(pa.array(special >= 0), names.take(pa.array(np.maximum(special, 0))), texts)
        return without(texts, mask)

    def capacity(self) -> int | None:
        if self.low is None or self.high is None:
            return None
        possible = (self.high - self.ticks.offset) // self.ticks.step + (self.ticks.offset - self.low) // self.ticks.step + 1
        return possible if possible < 1 << 53 else None

    def literals(self) -> Iterable[Literal]:
        decimals = self.ticks.decimals
        for value, owners in zip(self.sketch.atoms.tolist(), self.sketch.atom_owners.tolist(), strict=True):
            if owners:
                shown = f"{value:.17g}" if decimals is None else f"{value / 10.0**decimals:.{decimals}f}"
                yield Literal(self.column, shown, int(owners), "k owners")

    def state(self) -> State:
        return {
            "column": self.column,
            "type": told(self.type),
            "sketch": self.sketch.state(),
            "ticks": [self.ticks.decimals, self.ticks.step, self.ticks.offset, self.ticks.prefix],
            "low": self.low,
            "high": self.high,
            "null_share": self.null_share,
            "specials": [list(special) for special in self.specials],
            "unique": self.unique,
            "endings": self.endings.state() if self.endings is not None else None,
        }

    @classmethod
    def restore(cls, state: State) -> Self:
        return cls(
            state["column"],
            heard(state["type"]),
            Sketch.restore(state["sketch"]),
            Ticks(*state["ticks"]),
            state["low"],
            state["high"],
            state["null_share"],
            tuple((name, share, owners) for name, share, owners in state["specials"]),
            state["unique"],
            Endings.restore(state["endings"]) if state["endings"] is not None else None,
        )


@dataclass(frozen=True, slots=True)
class Lattice:
    """`total` different whole numbers with the shape of a sketch: every piece of it holds as many as its share asks.

    Piece i gives `counts[i]` numbers out of `first[i] .. last[i]`; the ranges are disjoint and wide enough. Rows take
    them in the order of a permutation that is computed row by row, so nothing of the length of the table is kept.
    """

    first: Ints
    last: Ints
    counts: Ints
    step: int = 1
    offset: int = 0

    @classmethod
    def of(cls, sketch: Sketch, total: int, low: int | None, high: int | None, *, where: str) -> Lattice:
        if low is not None and high is not None and high - low + 1 < total:
            raise CapacityError(where, total, max(high - low + 1, 0), f"there are only so many values from {low} to {high}")
        pieces = sketch.pieces
        counts = evenly(pieces.shares, total)
        used = counts > 0
        following = np.append(pieces.left[used], np.inf)[1:]  # no piece of an empty table is followed
        wanted = zip(pieces.left[used], pieces.right[used], counts[used], following, strict=True)
        free = max(low, -_LARGE) if low is not None else -_LARGE
        first: list[int] = []
        last: list[int] = []
        for left, right, count, beyond in wanted:
            start = max(round(float(left)), free)
            end = max(start + int(count) - 1, min(round(float(right)), round(min(float(beyond), float(_LARGE))) - 1))
            first.append(start)
            last.append(end)
            free = end + 1
        limit = min(high, _LARGE) if high is not None else _LARGE
        for i in range(len(first) - 1, -1, -1):
            if last[i] <= limit:
                break
            last[i] = limit
            first[i] = min(first[i], limit - int(counts[used][i]) + 1)
            limit = first[i] - 1
        return cls(np.array(first, dtype=np.int64), np.array(last, dtype=np.int64), counts[used])

    def spaced(self, step: int, offset: int) -> Lattice:
        return replace(self, step=step, offset=offset)

    def at(self, span: Span, stream: Stream) -> Ints:
        rank = Permutation.of(max(span.total, 1), stream.whole.at("order"))(np.arange(span.start, span.start + span.n, dtype=np.int64))
        ends = np.cumsum(self.counts)
        piece = np.searchsorted(ends, rank, side="right")
        within = rank - (ends - self.counts)[piece]
        room = (self.last - self.first + 1) // self.counts
        chosen = self.first[piece] + within * room[piece] + stream.at("within").integers(span.n, room[piece])
        return np.asarray(chosen * self.step + self.offset, dtype=np.int64)


def evenly(shares: Floats, total: int) -> Ints:
    """Whole numbers in proportion to `shares` (m,) that sum to `total`; so do those of any first few, to within one half.

    Many small and equal shares of few would else all go to the first of them.
    """
    edges = np.append(0.0, np.cumsum(shares))
    return np.asarray(np.diff(np.floor(edges / edges[-1] * total + 0.5)), dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Measured:
    """Finite values in ticks (n,) with their owners; special values as shares of the values that are not NULL."""

    values: Floats
    owners: Owners
    ticks: Ticks
    specials: tuple[Special, ...]


def measure(kind: LogicalType, array: pa.Array, owners: Owners) -> Measured:
    """Read a numeric column of any of the types that this family fills."""
    valid = np.flatnonzero(np.asarray(array.is_valid()))
    present = array.drop_null()
    prefix = ""
    decimals = decimals_of(kind)
    if isinstance(kind, Integer):
        numbers = present.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    elif isinstance(kind, Float):
        exact = present.to_numpy(zero_copy_only=False)
        numbers = exact.astype(np.float64)
        decimals = _shown(exact[np.isfinite(exact)])
        if decimals is not None:
            numbers = np.rint(numbers * 10.0**decimals)
    elif pa.types.is_decimal(present.type):
        decimals = present.type.scale
        numbers = np.rint(present.cast(pa.float64()).to_numpy(zero_copy_only=False) * 10.0**decimals)
    else:
        texts = present.cast(pa.string())
        if isinstance(kind, Money):
            prefix, texts = _money(texts)
        decimals = _text_decimals(texts) if not isinstance(kind, Money) else max(_text_decimals(texts), 2)
        numbers = _floats(texts)
        if not np.isfinite(numbers).all():
            named = pc.match_substring_regex(texts, r"(?i)nan|inf").to_numpy(zero_copy_only=False)
            numbers = np.where(np.isinf(numbers) & ~named, np.copysign(_WIDEST_SEEN, numbers), numbers)
        finite = np.isfinite(numbers)
        numbers[finite] = np.rint(numbers[finite] * 10.0**decimals)
    finite = np.isfinite(numbers)
    specials: list[Special] = []
    for name, where in (("NaN", np.isnan(numbers)), ("Infinity", np.isposinf(numbers)), ("-Infinity", np.isneginf(numbers))):
        if where.any():
            specials.append((name, float(where.mean()), int(owners.take(valid).distinct(np.where(where, 0, -1), 1)[0])))
    values = np.asarray(numbers[finite], dtype=np.float64)
    step, offset = _step(values) if decimals is not None else (1, 0)
    return Measured(values, owners.take(valid[finite]), Ticks(decimals, step, offset, prefix), tuple(specials))


def decimals_of(kind: LogicalType) -> int | None:
    match bare(kind):
        case Integer():
            return 0
        case Decimal(scale=int(scale)):
            # What no Arrow decimal holds travels as text: more decimals than a float tells apart need not be spelled.
            return max(scale if pa.types.is_decimal(arrow_type(kind)) else min(scale, MOST_DECIMALS), 0)
        case Money():
            return 2
    return None


def _limits(kind: LogicalType, ticks: Ticks) -> tuple[int | None, int | None]:
    """Least and greatest tick that the type can hold."""
    match bare(kind):
        case Integer(bits=bits):
            return -(1 << (bits - 1)), (1 << (bits - 1)) - 1
        case Decimal(precision=int(precision), scale=int(scale)) if scale < 0:
            most = (10**precision - 1) * 10**-scale
            return (-most, most) if most < _WIDEST else (None, None)
        case Decimal(precision=int(precision), scale=int(scale)):
            most = 10 ** max(precision - scale + (ticks.decimals or 0), 0) - 1
            return (-most, most) if most < _WIDEST else (None, None)
        case Money():
            return -_LARGE, _LARGE
    return None, None


def limits_of(kind: LogicalType, ticks: Ticks, task: Task) -> tuple[int | None, int | None]:
    """Least and greatest tick that type and options allow."""
    low, high = _limits(kind, ticks)
    factor = 10.0 ** (ticks.decimals or 0)
    if (asked := task.options.get("low")) is not None:
        least = int(np.ceil(float(asked) * factor - 1e-9))
        low = least if low is None else max(low, least)
    if (asked := task.options.get("high")) is not None:
        most = int(np.floor(float(asked) * factor + 1e-9))
        high = most if high is None else min(high, most)
    return low, high


def fitted(ruled: Sketch, low: float | None, high: float | None) -> Sketch:
    """A rule's sketch, or an even one where most of the rule's numbers lie outside `low` .. `high`."""
    middle = ruled.quantile(np.array([0.1, 0.5, 0.9]))
    inside = (low is None or low <= middle[1]) and (high is None or middle[2] <= high) and (low is None or low <= middle[0])
    if inside:
        return ruled
    width = float(middle[2] - middle[0]) + 1
    least = float(low) if low is not None and low > -_LARGE else min(0.0, float(high or 0) - width)
    most = float(high) if high is not None else least + width
    if low is not None and low < 0 <= most:
        least = max(least, 0.0)
    return even(least, min(most, max(least, 0.0) + 1_000 * width))


def _day(task: Task) -> date:
    return date.fromisoformat(str(task.options.get("today", "2026-01-01"))[:10])


def _shown(values: Floats) -> int | None:
    """With how many decimals (at most 6) every float can be written; None when with none so few."""
    if not len(values):
        return None
    for decimals in range(7):
        if np.array_equal(np.round(values.astype(np.float64), decimals).astype(values.dtype), values):
            return decimals if np.abs(values).max() * 10.0**decimals < 2**53 else None
    return None


def _step(values: Floats) -> tuple[int, int]:
    """The greatest round step of which all values are multiples, but for a common offset (4.99, 9.99 ...): public habits, no values.

    An offset of more than 1,000 ticks could be a value itself; there is none then.
    """
    if len(values) < 2 or np.abs(values).max() >= 2**53:
        return 1, 0
    whole = np.unique(values).astype(np.int64)
    if len(whole) < 3:
        return 1, 0
    common = int(np.gcd.reduce(np.diff(whole)))
    while common % 10_000 == 0 and common:
        common //= 10
    step = next((step for step in _ROUND if common % step == 0), 1)
    return step, int(whole[0]) % step


def _money(texts: pa.Array) -> tuple[str, pa.Array]:
    """The currency sign in front, and the numbers alone; `(1.50)` is negative, thousands are separated by commas."""
    signs = pc.value_counts(pc.replace_substring_regex(texts, r"[-0-9.,()\s]", ""))
    common = sorted(signs.to_pylist(), key=lambda pair: (-pair["counts"], pair["values"] or ""))
    prefix = common[0]["values"] or "" if common else ""
    return prefix, plain_money(texts)


def _prefixed(texts: pa.Array, prefix: str) -> pa.Array:
    """`-1.50` as `-$1.50`."""
    return pc.replace_substring_regex(texts, r"^(-?)", r"\1" + prefix.replace("\\", r"\\"), max_replacements=1)


def _text_decimals(texts: pa.Array) -> int:
    """Decimals of the longest spelling, but no more than a 64-bit float can tell apart."""
    parts = pc.extract_regex(texts, r"^-?(?P<whole>[0-9]*)(?P<dot>\.?)(?P<tail>[0-9]*)$")
    tail, whole = (pc.fill_null(pc.binary_length(pc.struct_field(parts, name)), 0) for name in ("tail", "whole"))
    longest = int(pc.max(tail).as_py() or 0)
    return max(min(longest, 15 - min(int(pc.max(whole).as_py() or 0), 15), MOST_DECIMALS), 0)


def _floats(texts: pa.Array) -> Floats:
    """Numbers of texts as PostgreSQL prints them; what is no number becomes NaN."""
    try:
        out = texts.cast(pa.float64())
    except pa.ArrowInvalid:
        good = pc.match_substring_regex(texts, r"^\s*[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?\s*$")
        special = pc.match_substring_regex(texts, r"(?i)^\s*[-+]?inf")
        minus = pc.match_substring_regex(texts, r"^\s*-")
        out = pc.if_else(good, texts, "nan").cast(pa.float64())
        out = pc.if_else(special, pc.if_else(minus, float("-inf"), float("inf")), out)
    return np.array(out.to_numpy(zero_copy_only=False), dtype=np.float64)


def _decimal(ticks: Floats | Ints, out: pa.DataType, mask: Mask | None) -> pa.Array:
    """Decimals from whole ticks: 64-bit ones by writing their 128 bits, wider ones through floats."""
    if ticks.dtype != np.int64:
        return pa.array(ticks / 10.0**out.scale, mask=mask).cast(out, safe=False)
    return as_decimals(ticks.astype(np.int64, copy=False), out, mask)


def register(registry: Registry) -> None:
    registry.generators.add(Quantiles)
