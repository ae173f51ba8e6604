"""Keys that grow with another column: who came later has the higher number."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
import pyarrow as pa

from mimic.generator import Columns, Generator, Literal, Span, State, Task
from mimic.generators.features import numbers
from mimic.generators.keys import SequenceKey
from mimic.generators.nested import pack, unpack
from mimic.profile import TableEvidence
from mimic.registry import Registry
from mimic.streams import Stream


@dataclass(frozen=True, slots=True)
class RankedKey:
    """Fills one whole-number key with the numbers of `inner` in the order of `by`, a date or another key; equal rows as they are made."""

    kind: ClassVar[str] = "key.ranked"
    version: ClassVar[int] = 1
    whole_table: ClassVar[bool] = True

    inner: Generator
    by: str

    @property
    def fills(self) -> tuple[str, ...]:
        return self.inner.fills

    @property
    def needs(self) -> tuple[str, ...]:
        return (self.by,)

    @classmethod
    def suits(cls, task: Task) -> float:
        return 1.0 if "ranked_by" in task.options else 0.0

    @classmethod
    def learn(cls, task: Task, evidence: TableEvidence | None, stream: Stream) -> Self:
        """`options`: `ranked_by`, a column of numbers or dates without NULL; those of `key.sequence`."""
        return cls(SequenceKey.learn(task, evidence, stream), str(task.options["ranked_by"]))

    def sample(self, span: Span, stream: Stream, given: Columns) -> Columns:
        name = self.fills[0]
        made = self.inner.sample(span, stream, {})[name]
        place = np.empty(span.n, dtype=np.int64)
        place[np.argsort(numbers(given[self.by])[0], kind="stable")] = np.arange(span.n)
        return {name: made.take(pa.array(place))}

    def capacity(self) -> int | None:
        return self.inner.capacity()

    def literals(self) -> Iterable[Literal]:
        return self.inner.literals()

    def state(self) -> State:
        return {"inner": pack(self.inner), "by": self.by}

    @classmethod
    def restore(cls, state: State) -> Self:
        return cls(unpack(state["inner"]), str(state["by"]))


def register(registry: Registry) -> None:
    registry.generators.add(RankedKey)
