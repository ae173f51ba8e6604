"""Numbers that follow from others of the row: a line's total from quantity and price, losses from games and wins, the year of a date."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from mimic.generator import Columns, Literal, Span, State, Task
from mimic.generators.features import numbers
from mimic.generators.logical import heard, told
from mimic.generators.relations import cast
from mimic.profile import TableEvidence
from mimic.registry import Registry
from mimic.schema import LogicalType, arrow_type
from mimic.streams import Floats, Stream


def _ratio(a: Floats, b: Floats) -> Floats:
    return np.asarray(np.divide(a, b, out=np.full(np.broadcast(a, b).shape, np.nan), where=b != 0), dtype=np.float64)


WAYS: Mapping[str, Callable[[Floats, Floats], Floats]] = {"+": np.add, "-": np.subtract, "*": np.multiply, "/": _ratio}


def _weekday(values: pa.Array, first: int, start: int) -> pa.Array:
    return pc.add(pc.day_of_week(values, count_from_zero=True, week_start=start), first)


def _month_number(values: pa.Array) -> pa.Array:
    return pc.add(pc.multiply(pc.year(values), 100), pc.month(values))


# What may stand beside a date; the numbers of weekdays as databases, spreadsheets and programs count them.
PARTS: Mapping[str, Callable[[pa.Array], pa.Array]] = {
    "year": pc.year,
    "quarter": pc.quarter,
    "month": pc.month,
    "day": pc.day,
    "weekday, 1 Monday": lambda values: _weekday(values, 1, 1),
    "weekday, 0 Monday": lambda values: _weekday(values, 0, 1),
    "weekday, 1 Sunday": lambda values: _weekday(values, 1, 7),
    "weekday, 0 Sunday": lambda values: _weekday(values, 0, 7),
    "day of the year": pc.day_of_year,
    "ISO week": pc.iso_week,
    "ISO year": pc.iso_year,
    "year and month": _month_number,
    "year, month and day": lambda values: pc.add(pc.multiply(_month_number(values), 100), pc.day(values)),
}
CLOCK: Mapping[str, Callable[[pa.Array], pa.Array]] = {"hour": pc.hour, "minute": pc.minute, "second": pc.second}


def reckon(way: str, terms: Sequence[pa.Array]) -> tuple[Floats, NDArray[np.bool_]]:
    """What follows from `terms` (n,) each, and where nothing does. `way`: an operator between each two terms, or a part of a date."""
    part = {**PARTS, **CLOCK}.get(way)
    if part is not None:
        return numbers(part(terms[0]).cast(pa.float64()))
    made, null = numbers(terms[0])
    for operator, term in zip(way, terms[1:], strict=True):
        number, lost = numbers(term)
        made, null = WAYS[operator](made, number), null | lost
    null = null | ~np.isfinite(made)
    return np.where(null, 0.0, made), null


def said(way: str, terms: Sequence[str], factor: float = 1.0) -> str:
    """The same in words."""
    if way in PARTS or way in CLOCK:
        return f"{way} of {terms[0]}"
    first = terms[0] if factor == 1.0 else f"{factor:g} * {terms[0]}"
    return " ".join([first, *(f"{operator} {term}" for operator, term in zip(way, terms[1:], strict=True))])


@dataclass(frozen=True)
class Computed:
    """Fills one column of numbers with what follows from its `terms` in a `way` (`reckon`), times a `factor`, rounded to `places`
    (options of these names).

    NULL where a term is, and where a ratio has none; 0 there if the column allows no NULL.
    """

    kind: ClassVar[str] = "relation.computed"
    version: ClassVar[int] = 1

    column: str
    type: LogicalType
    way: str
    terms: tuple[str, ...]
    places: int | None
    nullable: bool
    factor: float = 1.0

    @property
    def fills(self) -> tuple[str, ...]:
        return (self.column,)

    @property
    def needs(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.terms))

    @classmethod
    def suits(cls, task: Task) -> float:
        """Chosen by the planner where the sample bears it out."""
        return 0.0

    @classmethod
    def learn(cls, task: Task, evidence: TableEvidence | None, stream: Stream) -> Self:
        terms, places = tuple(task.options["terms"]), task.options.get("places")
        way, factor = str(task.options["way"]), float(task.options.get("factor", 1.0))
        return cls(task.column.name, task.column.type, way, terms, places, task.column.nullable, factor)

    def sample(self, span: Span, stream: Stream, given: Columns) -> Columns:
        made, null = reckon(self.way, [given[name] for name in self.terms])
        made = made * self.factor
        if self.places is not None:
            made = np.round(made, self.places)
        values = cast(pa.array(made), arrow_type(self.type))
        if not self.nullable or not null.any():
            return {self.column: values}
        return {self.column: values.take(pa.array(np.arange(span.n), mask=null))}

    def capacity(self) -> int | None:
        return None

    def literals(self) -> Iterable[Literal]:
        return ()

    def state(self) -> State:
        made = {"column": self.column, "type": told(self.type), "way": self.way, "terms": list(self.terms)}
        return {**made, "places": self.places, "nullable": self.nullable, "factor": self.factor}

    @classmethod
    def restore(cls, state: State) -> Self:
        return cls(**{**state, "type": heard(state["type"]), "terms": tuple(state["terms"])})


def register(registry: Registry) -> None:
    registry.generators.add(Computed)


__all__ = ["CLOCK", "PARTS", "WAYS", "Computed", "reckon", "said"]
