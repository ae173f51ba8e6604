"""Dates and times counted from another one of the row or of its parent: returned three days after they were rented.

What is learned is the distance, by a generator of its own that may look at the rest of the row; the date is the sum. Where
the other date is NULL, the column's own generator draws alone. Of a few sums for each row one is taken, so that all dates
together fall as the column's own would. Dates that no row of the source goes before, or beyond, are limits here, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import ClassVar, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mimic.generator import Columns, Generator, Literal, Span, State, Task
from mimic.generators.leaves import Leaves, distance, plain
from mimic.generators.logical import heard, told
from mimic.generators.monthly import Monthly
from mimic.generators.nested import inside, pack, unpack
from mimic.generators.temporal import FAR, Moments
from mimic.profile import TableEvidence
from mimic.registry import Registry
from mimic.schema import Date, LogicalType, Timestamp, arrow_type, bare
from mimic.streams import Ints, Stream

DAY = 86_400_000_000
_STEPS = (DAY, 3_600_000_000, 60_000_000, 1_000_000, 1_000, 1)
TRIES, PARTS, TURNS = 4, 40, 12  # proposals for a row; parts of the calendar in which they are to come as often as they should
LONG, VAGUE = 60, 0.05  # days of a distance, and the share of the most frequent one, from which days of the month say more
FEWEST = 200  # rows from which that is worth while


@dataclass(frozen=True)
class After:
    """Fills a column of dates or timestamps, given the one it is counted from (option `counted_from`, a need).

    `distance` makes whole steps of `step` microseconds. `otherwise` fills rows in which the other date is NULL, and says
    which rows are NULL here, or hold a mark such as 9999-12-31. Options: `drawn_by` (kind of what `otherwise` deals out),
    `floors` and `caps` (needs), and those of `tree.leaves`.
    """

    kind: ClassVar[str] = "temporal.after"
    version: ClassVar[int] = 1

    column: str
    type: LogicalType
    counted_from: str
    step: int
    distance: Generator
    otherwise: Generator
    floors: tuple[str, ...] = ()
    caps: tuple[str, ...] = ()
    grain: int = 1  # microseconds of which all dates of the source are whole numbers: midnights stay midnights
    span: tuple[int, int] | None = None  # microseconds since 1970 between which the column's own generator draws
    monthly: Monthly | None = None  # on which days of a month or a week, where the distance does not settle it

    @property
    def fills(self) -> tuple[str, ...]:
        return (self.column,)

    @property
    def needs(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys([self.counted_from, *self.floors, *self.caps, *self.distance.needs, *self.otherwise.needs]))

    @classmethod
    def suits(cls, task: Task) -> float:
        """Chosen by the planner where another date tells more than the calendar does."""
        return 0.0

    @classmethod
    def learn(cls, task: Task, evidence: TableEvidence | None, stream: Stream) -> Self:
        from mimic.generators import builtin

        leaves, kind = builtin().generators.get("tree.leaves"), task.column.type
        since = str(task.options["counted_from"])
        mine = {name: value for name, value in task.options.items() if name not in ("counted_from", "floors", "caps")}
        otherwise = leaves.learn(replace(task, options=mine), evidence, stream)
        step, grain, apart, monthly = 1, 1, None, None
        if evidence is not None and evidence.sampled and (since in evidence.hidden or since in evidence.sample.column_names):
            ticks, null = distances(evidence.column(task.column.name), evidence.column(since))
            step = next((size for size in _STEPS if not (ticks[~null] % size).any()), 1)
            own, lost = _ticks(evidence.column(task.column.name))
            grain = next((size for size in _STEPS if not (own[~lost] % size).any()), 1)
            apart = pa.array(ticks // step, mask=null)
            if _vague(ticks[~null]):
                monthly = Monthly.learn(own[~null] // DAY, evidence.owners.take(np.flatnonzero(~null)), task.k)
        made = distance(task, apart, evidence, stream.at("distance"), [since])
        limits = (tuple(task.options.get("floors", ())), tuple(task.options.get("caps", ())))
        return cls(task.column.name, kind, since, step, made, plain(otherwise), *limits, grain, _span(otherwise), monthly)

    def sample(self, span: Span, stream: Stream, given: Columns) -> Columns:
        alone = self.otherwise.sample(span, stream, {need: given[need] for need in self.otherwise.needs})[self.column]
        base = given[self.counted_from]
        start, null = _ticks(base)
        own, gone = _ticks(alone)
        tries = [self._moved(start, span, inside(stream, f"distance{turn}"), given) for turn in range(TRIES)]
        moved = tries[0]
        if span.n >= FEWEST:
            live = np.flatnonzero(~null & ~gone)
            moved[live] = _chosen(np.stack(tries)[:, live], own[live], stream.at("choice"))
        out = arrow_type(self.type)
        if isinstance(bare(self.type), Date):
            made = pa.array((moved // DAY).astype(np.int32)).view(out)
        else:
            made = pa.array(moved).view(out)
        return {self.column: pc.if_else(pa.array(null | gone), alone, made)}

    def _moved(self, start: Ints, span: Span, stream: Stream, given: Columns) -> Ints:
        """One proposal: microseconds since 1970 (n,), within the limits."""
        steps = self.distance.sample(span, stream, {need: given[need] for need in self.distance.needs})[self.column]
        moved = start + np.asarray(pc.fill_null(steps, 0).to_numpy(zero_copy_only=False), dtype=np.int64) * self.step
        if self.monthly is not None:
            moved += (self.monthly.moved(moved // DAY, stream.at("month").uniform(len(moved))) - moved // DAY) * DAY
        if self.span is not None:
            moved = np.clip(moved, *self.span)
        for need in self.caps:
            moved = _bounded(moved, given[need], np.minimum)
        for need in self.floors:
            moved = _bounded(moved, given[need], np.maximum)
        return -(-moved // self.grain) * self.grain

    def capacity(self) -> int | None:
        return None

    def literals(self) -> Iterable[Literal]:
        yield from self.otherwise.literals()

    def state(self) -> State:
        return {
            "column": self.column,
            "type": told(self.type),
            "counted_from": self.counted_from,
            "step": self.step,
            "distance": pack(self.distance),
            "otherwise": pack(self.otherwise),
            "floors": list(self.floors),
            "caps": list(self.caps),
            "grain": self.grain,
            "span": list(self.span) if self.span is not None else None,
            "monthly": self.monthly.state() if self.monthly is not None else None,
        }

    @classmethod
    def restore(cls, state: State) -> Self:
        return cls(
            **{
                **state,
                "type": heard(state["type"]),
                "distance": unpack(state["distance"]),
                "otherwise": unpack(state["otherwise"]),
                "floors": tuple(state["floors"]),
                "caps": tuple(state["caps"]),
                "span": tuple(state["span"]) if state["span"] is not None else None,
                "monthly": Monthly.restore(state["monthly"]) if state["monthly"] is not None else None,
            }
        )


def _vague(apart: Ints) -> bool:
    """Whether distances (n,) in microseconds are so long and so different that they do not say on which day of a month one ends."""
    if not len(apart) or np.median(np.abs(apart)) < LONG * DAY:
        return False
    _, many = np.unique(apart[apart != 0] // DAY, return_counts=True)
    return bool(many.max(initial=0) < VAGUE * len(apart))


def _span(otherwise: Generator) -> tuple[int, int] | None:
    """First and last moment of a learned calendar, marks such as 9999-12-31 apart: averages of k owners, like all that it holds."""
    drawn = otherwise.inner if isinstance(otherwise, Leaves) else otherwise
    if not isinstance(drawn, Moments):
        return None
    unit = DAY if isinstance(bare(drawn.type), Date) else drawn.step
    known = drawn.sketch.quantile(np.linspace(0.0, 1.0 - 1e-9, 2_001)) * (unit / DAY)
    known = known[(known >= FAR[0]) & (known <= FAR[1])]
    return (int(known[0] * DAY), int(known[-1] * DAY)) if len(known) else None


def _chosen(tries: Ints, wanted: Ints, stream: Stream) -> Ints:
    """Of several proposals for each row (tries, n) one, so that all together fall as `wanted` (n,) does: odds are fitted to it in turns."""
    edges = np.unique(np.quantile(wanted, np.linspace(0, 1, PARTS + 1)[1:-1])) if len(wanted) else np.zeros(0)
    part = np.searchsorted(edges, tries, side="right")
    share = np.bincount(np.searchsorted(edges, wanted, side="right"), minlength=len(edges) + 1).astype(np.float64)
    odds = np.full(tries.shape, 1.0 / len(tries))
    for _ in range(TURNS):
        have = np.bincount(part.ravel(), weights=odds.ravel(), minlength=len(share))
        odds *= np.divide(share, have, out=np.zeros_like(share), where=have > 0)[part] + 1e-6
        odds /= odds.sum(axis=0)
    u = stream.uniform(tries.shape[1])
    which = np.minimum((np.cumsum(odds, axis=0) < u).sum(axis=0), len(tries) - 1)
    return np.asarray(tries[which, np.arange(tries.shape[1])], dtype=np.int64)


def _bounded(moments: Ints, limit: pa.Array, how: Callable[[Ints, Ints], Ints]) -> Ints:
    bound, none = _ticks(limit)
    return np.where(none, moments, how(moments, bound))


def _ticks(values: pa.Array) -> tuple[Ints, np.ndarray[tuple[int], np.dtype[np.bool_]]]:
    """Microseconds since 1970 (n,), and which are NULL, infinite, or marks such as 9999-12-31."""
    null = ~np.asarray(values.is_valid())
    days = pa.types.is_date(values.type)
    raw = np.asarray(pc.fill_null(values.view(pa.int32() if days else pa.int64()), 0).to_numpy(zero_copy_only=False), dtype=np.int64)
    null |= (raw < FAR[0] * (1 if days else DAY)) | (raw > FAR[1] * (1 if days else DAY))
    return np.where(null, 0, raw) * (DAY if days else 1), null


def distances(values: pa.Array, since: pa.Array) -> tuple[Ints, np.ndarray[tuple[int], np.dtype[np.bool_]]]:
    """Microseconds from `since` to `values`, shape (n,); and where there is none because either is NULL or no real date."""
    mine, null = _ticks(values)
    base, lost = _ticks(since)
    return np.where(null | lost, 0, mine - base), null | lost


def datelike(kind: LogicalType) -> bool:
    return isinstance(bare(kind), Date | Timestamp)


def register(registry: Registry) -> None:
    registry.generators.add(After)


__all__ = ["After", "datelike", "distances"]
