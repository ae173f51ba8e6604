"""Numbers that follow from others of the row: a line's total from quantity and price, losses from games and wins, the year of a date."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
import pyarrow as pa

from mimic.generator import Columns, Literal, Span, State, Task
from mimic.generators.logical import heard, told
from mimic.generators.relations import cast
from mimic.generators.ways import reckon
from mimic.profile import TableEvidence
from mimic.registry import Registry
from mimic.schema import LogicalType, arrow_type
from mimic.streams import Stream


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


__all__ = ["Computed"]
