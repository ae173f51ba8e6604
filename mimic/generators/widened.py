"""Unique values of a natural kind as far as they go (currencies, countries), then plainer ones of the same type."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mimic.generator import Columns, Generator, Literal, Span, State, Task
from mimic.generators.nested import pack, unpack
from mimic.profile import TableEvidence
from mimic.registry import Registry
from mimic.streams import CHUNK, Stream


@dataclass(frozen=True, slots=True)
class Widened:
    """Fills one unique column from `first`, which has room for few rows, and then from `wider`."""

    kind: ClassVar[str] = "key.widened"
    version: ClassVar[int] = 1
    whole_table: ClassVar[bool] = True

    first: Generator
    wider: Generator

    @property
    def fills(self) -> tuple[str, ...]:
        return self.first.fills

    @property
    def needs(self) -> tuple[str, ...]:
        return ()

    @classmethod
    def suits(cls, task: Task) -> float:
        return 1.0 if "first" in task.options and "wider" in task.options else 0.0

    @classmethod
    def learn(cls, task: Task, evidence: TableEvidence | None, stream: Stream) -> Self:
        """`options`: two fitted generators of the same column."""
        return cls(task.options["first"], task.options["wider"])

    def sample(self, span: Span, stream: Stream, given: Columns) -> Columns:
        room = self.first.capacity()
        n = span.n if room is None else min(span.n, room)
        natural = some_of(self.first, n, stream.at("first"))
        if n == span.n:
            return {self.fills[0]: natural}
        limit = self.wider.capacity()
        tried = some_of(self.wider, span.n if limit is None else min(span.n, limit), stream.at("wider"))
        others = tried.filter(pc.invert(pc.is_in(tried, value_set=natural.cast(tried.type))))[: span.n - n]
        values = pa.concat_arrays([natural, others.cast(natural.type)])
        order = stream.at("mix").permutation(len(values))
        return {self.fills[0]: values.take(pa.array(np.asarray(order)))}

    def capacity(self) -> int | None:
        return self.wider.capacity()  # what both could make counts once

    def literals(self) -> Iterable[Literal]:
        yield from self.first.literals()
        yield from self.wider.literals()

    def state(self) -> State:
        return {"first": pack(self.first), "wider": pack(self.wider)}

    @classmethod
    def restore(cls, state: State) -> Self:
        return cls(unpack(state["first"]), unpack(state["wider"]))


def some_of(generator: Generator, n: int, stream: Stream) -> pa.Array:
    """n values of a chunk-wise generator."""
    parts = [
        generator.sample(Span(start, min(CHUNK, n - start), n), stream.at(start // CHUNK), {})[generator.fills[0]]
        for start in range(0, max(n, 1), CHUNK)
    ]
    return pa.concat_arrays(parts)


def register(registry: Registry) -> None:
    registry.generators.add(Widened)
