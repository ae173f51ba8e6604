"""Numbers that follow from two others of the row: a line's total from quantity and price, losses from games and wins."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
import pyarrow as pa

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


@dataclass(frozen=True)
class Computed:
    """Fills one column of numbers with `terms[0] way terms[1]`, rounded to `places` (options of these names; None: not rounded).

    NULL where a term is, and where a ratio has none; 0 there if the column allows no NULL.
    """

    kind: ClassVar[str] = "relation.computed"
    version: ClassVar[int] = 1

    column: str
    type: LogicalType
    way: str
    terms: tuple[str, str]
    places: int | None
    nullable: bool

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
        first, second = task.options["terms"]
        places = task.options.get("places")
        return cls(task.column.name, task.column.type, str(task.options["way"]), (first, second), places, task.column.nullable)

    def sample(self, span: Span, stream: Stream, given: Columns) -> Columns:
        (a, no_a), (b, no_b) = (numbers(given[name]) for name in self.terms)
        made = WAYS[self.way](a, b)
        null = no_a | no_b | ~np.isfinite(made)
        made = np.where(null, 0.0, made)
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
        return {**made, "places": self.places, "nullable": self.nullable}

    @classmethod
    def restore(cls, state: State) -> Self:
        first, second = state["terms"]
        return cls(state["column"], heard(state["type"]), state["way"], (first, second), state["places"], state["nullable"])


def register(registry: Registry) -> None:
    registry.generators.add(Computed)


__all__ = ["WAYS", "Computed"]
