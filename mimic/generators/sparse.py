"""Unique columns of few values that may be NULL: each value once, and NULL in all other rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
import pyarrow as pa

from mimic.generator import Columns, Generator, Literal, Span, State, Task
from mimic.generators.nested import pack, unpack
from mimic.generators.widened import some_of
from mimic.profile import TableEvidence
from mimic.registry import Registry
from mimic.streams import Stream


@dataclass(frozen=True, slots=True)
class Sparse:
    """Fills one unique column from a generator that has room for few rows."""

    kind: ClassVar[str] = "key.sparse"
    version: ClassVar[int] = 1
    whole_table: ClassVar[bool] = True

    inner: Generator
    one: bool  # NULL counts as a value (NULLS NOT DISTINCT): one row may have it

    @property
    def fills(self) -> tuple[str, ...]:
        return self.inner.fills

    @property
    def needs(self) -> tuple[str, ...]:
        return ()

    @classmethod
    def suits(cls, task: Task) -> float:
        return 1.0 if "sparse" in task.options else 0.0

    @classmethod
    def learn(cls, task: Task, evidence: TableEvidence | None, stream: Stream) -> Self:
        """`options`: `sparse`, a fitted generator of the same column."""
        rules = [rule for rule in task.table.keys if rule.columns == task.fills and not rule.expressions and not rule.where]
        return cls(task.options["sparse"], not all(rule.nulls_distinct for rule in rules))

    def sample(self, span: Span, stream: Stream, given: Columns) -> Columns:
        room = self.inner.capacity()
        n = span.n if room is None else min(span.n, room)
        values = some_of(self.inner, n, stream.at("values"))
        place = np.arange(span.n)
        if n < span.n:
            place = stream.at("order").permutation(span.n)
        return {self.fills[0]: values.take(pa.array(place, mask=place >= n))}

    def capacity(self) -> int | None:
        room = self.inner.capacity()
        return room + 1 if self.one and room is not None else None

    def literals(self) -> Iterable[Literal]:
        return self.inner.literals()

    def state(self) -> State:
        return {"inner": pack(self.inner), "one": self.one}

    @classmethod
    def restore(cls, state: State) -> Self:
        return cls(unpack(state["inner"]), state["one"])


def register(registry: Registry) -> None:
    registry.generators.add(Sparse)
