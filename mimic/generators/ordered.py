"""Dates of a row in the order in which they happen, where there are no rows to learn from.

A date follows others: those of its own row that come before it, and the beginning of its parents. How long after, is a rule of
the planner (`planning/ruling/dates.py`). What has happened lies before the day of the plan; only what is announced may lie after it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import ClassVar, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mimic.generator import Columns, Generator, Literal, Span, State, Task
from mimic.generators.draws import Mask, null_share, nulls, systematic, without
from mimic.generators.logical import heard, told
from mimic.generators.nested import inside, pack, unpack
from mimic.generators.temporal import DAY, Moments, bounds_of, today_of
from mimic.profile import TableEvidence
from mimic.registry import Registry
from mimic.schema import Date, LogicalType, Time, Timestamp, arrow_type, bare
from mimic.streams import Floats, Ints, Stream

_QUARTER, _SECOND = 900_000_000, 1_000_000
_CLOSING = 23 * 3_600_000_000  # the latest end of a time of day
_SKEW = 1.5  # children come rather early
_SPREAD = 1.1  # of the logarithm of a distance


@dataclass(frozen=True)
class Ordered:
    """Fills one column of dates, timestamps or times of day, given those that come before it (option `floors`, needs; NULLs do not count).

    Options: `after` says how far behind: "any" (evenly until today), "lately" (mostly near today), or days (the median);
    `ahead` whether it may lie after today; `quarters` whether it falls on a quarter of an hour.
    """

    kind: ClassVar[str] = "temporal.ordered"
    version: ClassVar[int] = 1

    column: str
    type: LogicalType
    floors: tuple[str, ...]
    after: str
    days: float
    ahead: bool
    quarters: bool
    today: int  # days since 1970
    low: int  # microseconds since 1970
    high: int
    null_share: float
    height: int
    alone: Generator  # rows in which nothing comes before

    @property
    def fills(self) -> tuple[str, ...]:
        return (self.column,)

    @property
    def needs(self) -> tuple[str, ...]:
        return self.floors

    @classmethod
    def suits(cls, task: Task) -> float:
        """Chosen by the planner for tables without rows."""
        return 0.0

    @classmethod
    def learn(cls, task: Task, evidence: TableEvidence | None, stream: Stream) -> Self:
        kind, options = bare(task.column.type), task.options
        after = options.get("after", "any")
        plain = {name: value for name, value in options.items() if name in ("today", "low", "high")} | {"null_share": 0.0}
        alone = Moments.learn(replace(task, options=plain), None, stream.at("alone"))
        unit = DAY if isinstance(kind, Date) else 1  # of the type, in microseconds
        low, high = (edge * unit for edge in bounds_of(kind, 1, task))
        return cls(
            task.column.name,
            task.column.type,
            tuple(options.get("floors", ())),
            after if isinstance(after, str) else "median",
            0.0 if isinstance(after, str) else float(after),
            bool(options.get("ahead")),
            bool(options.get("quarters")),
            today_of(task),
            low,
            high,
            null_share(task, evidence.column(task.column.name) if evidence is not None and evidence.sampled else None),
            int(options.get("height", 0)),
            alone,
        )

    def sample(self, span: Span, stream: Stream, given: Columns) -> Columns:
        alone = self._alone(span, stream)
        start, known = np.zeros(span.n, dtype=np.int64), np.zeros(span.n, dtype=np.bool_)
        for need in self.floors:
            floor, null = _micros(given[need])
            start = np.where(null, start, np.where(known, np.maximum(start, floor), floor))
            known |= ~null
        whole = DAY if isinstance(bare(self.type), Date) else _QUARTER if self.quarters else _SECOND
        if isinstance(bare(self.type), Date):
            start = -(-start // DAY) * DAY
        moved = np.where(known, start + self._distance(start, stream), alone)
        if self.after == "any":  # as if nothing came before, wherever that is possible: else long lines of descent end in one night
            moved = np.where(alone >= start, alone, moved)
        moved = -(-moved // whole) * whole if whole != DAY else moved // DAY * DAY
        made = np.clip(np.where(known, np.maximum(moved, start), moved), self.low, self.high)
        return {self.column: self._spelled(made, nulls(stream, span.n, self.null_share))}

    def _alone(self, span: Span, stream: Stream) -> Ints:
        """When it happens if nothing comes before (n,), within the limits: the more generations follow, the longer ago."""
        plain = _micros(self.alone.sample(span, inside(stream, "alone"), {})[self.column])[0]
        if not self.ahead and self.low <= self.today * DAY:
            plain = np.minimum(plain, self.today * DAY)
        if self.after != "any" or isinstance(bare(self.type), Time):
            return plain
        u = systematic(stream.at("alone"), span.n)
        ago = 365.0 * (3 + min(self.height, 2) / 2) * (1 - u) ** (1.5 / (1 + self.height))
        # Most of it when people are awake, and always before today.
        v = stream.at("clock").uniform(span.n)
        clock = np.where(stream.at("night").uniform(span.n) < 0.8, 7 + 13 * v, 24 * v) / 24
        made = ((np.ceil(self.today - 1 - ago) + clock) * DAY).astype(np.int64)
        return np.where((self.low <= made) & (made <= self.high), made, plain)

    def _distance(self, start: Ints, stream: Stream) -> Ints:
        """Microseconds behind `start` (n,), not beyond today where that may not be."""
        n = len(start)
        end = _CLOSING if isinstance(bare(self.type), Time) else self.today * DAY
        room = np.maximum(end - start, 0).astype(np.float64)
        u = stream.at("distance").uniform(n)
        found: Floats
        if self.after == "any":
            found = room * u**_SKEW
        elif self.after == "lately":
            found = room * (1 - u**3)
        else:
            found = self.days * DAY * np.exp(_SPREAD * stream.at("median").normal(n))
            if not self.ahead:
                found = np.where(found > room, room * u, found)
        return np.floor(found).astype(np.int64)

    def _spelled(self, micros: Ints, mask: Mask | None) -> pa.Array:
        out = arrow_type(self.type)
        if isinstance(bare(self.type), Date):
            return without(pa.array((micros // DAY).astype(np.int32)).view(out), mask)
        return without(pa.array(micros).view(out), mask)

    def capacity(self) -> int | None:
        return None

    def literals(self) -> Iterable[Literal]:
        return ()

    def state(self) -> State:
        return {
            "column": self.column,
            "type": told(self.type),
            "floors": list(self.floors),
            "after": self.after,
            "days": self.days,
            "ahead": self.ahead,
            "quarters": self.quarters,
            "today": self.today,
            "low": self.low,
            "high": self.high,
            "null_share": self.null_share,
            "height": self.height,
            "alone": pack(self.alone),
        }

    @classmethod
    def restore(cls, state: State) -> Self:
        made = {**state, "type": heard(state["type"]), "floors": tuple(state["floors"]), "alone": unpack(state["alone"])}
        return cls(**made)


def _micros(values: pa.Array) -> tuple[Ints, Mask]:
    """Microseconds since 1970, and which are NULL or no moment of the calendar."""
    if pa.types.is_date(values.type):
        days = pc.fill_null(values.cast(pa.date32()).cast(pa.int32()), 0)
        ticks = np.asarray(days.to_numpy(zero_copy_only=False), dtype=np.int64) * DAY
    else:
        ticks = np.asarray(pc.fill_null(values.view(pa.int64()), 0).to_numpy(zero_copy_only=False), dtype=np.int64)
    null = np.asarray(values.is_null()) | (np.abs(ticks) > 100_000 * DAY)
    return np.where(null, 0, ticks), null


def orderly(kind: LogicalType) -> bool:
    kind = bare(kind)
    return isinstance(kind, Date | Timestamp) or (isinstance(kind, Time) and not kind.zoned)


def register(registry: Registry) -> None:
    registry.generators.add(Ordered)


__all__ = ["Ordered", "orderly", "register"]
