"""Keys that follow one another as days, months or hours do: the days of a calendar, the months of a ledger."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
import pyarrow as pa

from mimic.generator import Columns, Literal, Span, State, Task
from mimic.generators.logical import heard, told
from mimic.profile import TableEvidence
from mimic.registry import Registry
from mimic.schema import Date, LogicalType, Timestamp, arrow_type, bare
from mimic.streams import Ints, Stream
from mimic.textual import DAY

_LAST = {"D": 2_932_896, "us": 253_402_300_799_999_999}  # the end of the year 9999, since 1970
STEADY = 0.99  # of the steps are alike


@dataclass(frozen=True, slots=True)
class SteppedKey:
    """Fills one key of dates or moments: `start`, and then one every `step` days, or microseconds, or `months`, in row order.

    Option `steps`: the three, as of `steps_of`.
    """

    kind: ClassVar[str] = "key.calendar"
    version: ClassVar[int] = 1

    column: str
    type: LogicalType
    start: int  # days or microseconds since 1970
    step: int
    months: bool

    @property
    def fills(self) -> tuple[str, ...]:
        return (self.column,)

    @property
    def needs(self) -> tuple[str, ...]:
        return ()

    @classmethod
    def suits(cls, task: Task) -> float:
        """Chosen by the planner where the rows say so, or where mimic.yaml names it."""
        return 1.0 if "steps" in task.options and isinstance(bare(task.column.type), Date | Timestamp) else 0.0

    @classmethod
    def learn(cls, task: Task, evidence: TableEvidence | None, stream: Stream) -> Self:
        """Without the option, days or moments from the year 2020 on."""
        unit = unit_of(task.column.type)
        start, step, months = task.options.get("steps", (18_262 * (1 if unit == "D" else DAY), 1, False))
        return cls(task.column.name, task.column.type, int(start), int(step), bool(months))

    def sample(self, span: Span, stream: Stream, given: Columns) -> Columns:
        place = np.arange(span.start, span.start + span.n, dtype=np.int64)
        unit = unit_of(self.type)
        if self.months:
            month, within = _parted(np.array([self.start], dtype=np.int64), unit)
            ticks = _months(month + place * self.step, unit) + within
        else:
            ticks = self.start + place * self.step
        made = pa.array(ticks.astype(np.int32), pa.date32()) if unit == "D" else pa.array(ticks, pa.timestamp("us"))
        kind = arrow_type(self.type)
        return {self.column: made.cast(pa.timestamp("us", kind.tz)) if pa.types.is_timestamp(kind) and kind.tz else made.cast(kind)}

    def capacity(self) -> int | None:
        unit = unit_of(self.type)
        first, last = self.start, _LAST[unit]
        if self.months:
            first, last = (int(_parted(np.array([ticks], dtype=np.int64), unit)[0][0]) for ticks in (first, last))
        return (last - first) // self.step + 1

    def literals(self) -> Iterable[Literal]:
        return ()

    def state(self) -> State:
        return {"column": self.column, "type": told(self.type), "start": self.start, "step": self.step, "months": self.months}

    @classmethod
    def restore(cls, state: State) -> Self:
        return cls(state["column"], heard(state["type"]), int(state["start"]), int(state["step"]), bool(state["months"]))


def unit_of(kind: LogicalType) -> str:
    """What dates and moments are counted in, since 1970."""
    return "D" if isinstance(bare(kind), Date) else "us"


def steps_of(values: pa.Array) -> tuple[int, int, bool] | None:
    """The first of some dates or moments (n,), the step from one to the next, and whether it counts months; None where steps differ.

    The first is told by the middle one, and so by no row alone.
    """
    unit = "D" if pa.types.is_date(values.type) else "us"
    plain = values.cast(pa.date32()).cast(pa.int32()) if unit == "D" else values.cast(pa.timestamp("us")).cast(pa.int64())
    ticks: Ints = np.sort(np.asarray(plain.drop_null()).astype(np.int64))
    if len(ticks) < 2:
        return None
    middle = len(ticks) // 2
    if (step := _steady(ticks)) is not None:
        return int(ticks[middle] - middle * step), step, False
    months, within = _parted(ticks, unit)
    step, latest = _steady(months), 28 * (1 if unit == "D" else DAY)  # a day that all months have
    if step is None or within.max() >= latest or (within == within[middle]).mean() < STEADY:
        return None
    return int(_months(months[middle : middle + 1] - middle * step, unit)[0] + within[middle]), step, True


def _parted(ticks: Ints, unit: str) -> tuple[Ints, Ints]:
    """The months (n,) since 1970 of dates or moments, and how far in these they are."""
    months = ticks.astype(f"<M8[{unit}]").astype("<M8[M]").astype(np.int64)
    return months, ticks - _months(months, unit)


def _months(months: Ints, unit: str) -> Ints:
    """Where months (n,) begin."""
    return months.astype("<M8[M]").astype(f"<M8[{unit}]").astype(np.int64)


def _steady(places: Ints) -> int | None:
    steps, many = np.unique(np.diff(places), return_counts=True)
    most = int(np.argmax(many))
    return int(steps[most]) if steps[most] > 0 and many[most] >= STEADY * (len(places) - 1) else None


def register(registry: Registry) -> None:
    registry.generators.add(SteppedKey)


__all__ = ["SteppedKey", "steps_of", "unit_of"]
