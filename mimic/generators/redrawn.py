"""Unique values of a type that nobody counts through (arrays, rows, polygons): drawn until there are enough different ones."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Self

import pyarrow as pa

from mimic.errors import CapacityError
from mimic.generator import Columns, Generator, Literal, Span, State, Task
from mimic.generators.nested import pack, unpack
from mimic.generators.widened import some_of
from mimic.profile import TableEvidence
from mimic.registry import Registry
from mimic.streams import Stream

ROUNDS = 12  # of drawing at least as many values as are missing
LEAST = 64


@dataclass(frozen=True, slots=True)
class Redrawn:
    """Fills one unique column from a generator that knows nothing of uniqueness; NULLs stay, as many as it makes."""

    kind: ClassVar[str] = "key.redrawn"
    version: ClassVar[int] = 1
    whole_table: ClassVar[bool] = True

    table: str
    inner: Generator

    @property
    def fills(self) -> tuple[str, ...]:
        return self.inner.fills

    @property
    def needs(self) -> tuple[str, ...]:
        return ()

    @classmethod
    def suits(cls, task: Task) -> float:
        return 1.0 if "redrawn" in task.options and "inner" in task.options else 0.0

    @classmethod
    def learn(cls, task: Task, evidence: TableEvidence | None, stream: Stream) -> Self:
        """`options`: `inner`, a fitted generator of the same column."""
        return cls(str(task.table.name), task.options["inner"])

    def sample(self, span: Span, stream: Stream, given: Columns) -> Columns:
        name = self.fills[0]
        made = some_of(self.inner, span.n, stream.at("first"))
        wanted = span.n - made.null_count
        found = made.drop_null().unique()
        for turn in range(ROUNDS):
            if len(found) >= wanted:
                break
            more = some_of(self.inner, max(LEAST, 2 * (wanted - len(found))), stream.at("again", turn))
            found = pa.concat_arrays([found, more.drop_null().cast(found.type)]).unique()
        if len(found) < wanted:
            room = len(found) + made.null_count
            why = f"{self.inner.kind} makes no more distinct values"
            raise CapacityError(f"{self.table}.{name}", span.n, room, why, table=self.table)
        if not made.null_count:
            return {name: found[: span.n]}
        valid = made.is_valid().to_numpy(zero_copy_only=False)
        return {name: found.take(pa.array(valid.cumsum() - 1, mask=~valid))}

    def capacity(self) -> int | None:
        return None

    def literals(self) -> Iterable[Literal]:
        return self.inner.literals()

    def state(self) -> State:
        return {"table": self.table, "inner": pack(self.inner)}

    @classmethod
    def restore(cls, state: State) -> Self:
        return cls(state["table"], unpack(state["inner"]))


def register(registry: Registry) -> None:
    registry.generators.add(Redrawn)
