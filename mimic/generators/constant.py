"""One value in every row: asked for, the column's default, or NULL."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
import pyarrow as pa

from mimic.generator import Columns, Literal, Span, State, Task
from mimic.generators.categorical import from_text
from mimic.generators.draws import null_share, nulls, without
from mimic.generators.logical import heard, told
from mimic.profile import TableEvidence
from mimic.registry import Registry
from mimic.schema import Column, LogicalType, arrow_type
from mimic.streams import Stream


@dataclass(frozen=True, slots=True)
class Constant:
    """Fills one column with the option `value`, or with the literal that is its default; NULL where there is neither."""

    kind: ClassVar[str] = "constant"
    version: ClassVar[int] = 1

    column: str
    type: LogicalType
    value: str | None  # as text
    null_share: float

    @property
    def fills(self) -> tuple[str, ...]:
        return (self.column,)

    @property
    def needs(self) -> tuple[str, ...]:
        return ()

    @classmethod
    def suits(cls, task: Task) -> float:
        if len(task.columns) != 1 or task.unique:
            return 0.0
        return 1.0 if "value" in task.options else 0.05 if default_literal(task.column) is not None else 0.0

    @classmethod
    def learn(cls, task: Task, evidence: TableEvidence | None, stream: Stream) -> Self:
        value = task.options["value"] if "value" in task.options else default_literal(task.column)
        text = None if value is None else "true" if value is True else "false" if value is False else str(value)
        column = evidence.column(task.column.name) if evidence is not None and evidence.sampled and "value" not in task.options else None
        return cls(task.column.name, task.column.type, text, null_share(task, column))

    def sample(self, span: Span, stream: Stream, given: Columns) -> Columns:
        if self.value is None:
            return {self.column: pa.nulls(span.n, arrow_type(self.type))}
        one = from_text([self.value], self.type)
        return {self.column: without(one.take(pa.array(np.zeros(span.n, dtype=np.int64))), nulls(stream, span.n, self.null_share))}

    def capacity(self) -> int | None:
        return 1

    def literals(self) -> Iterable[Literal]:
        return ()  # configuration or schema, not data

    def state(self) -> State:
        return {"column": self.column, "type": told(self.type), "value": self.value, "null_share": self.null_share}

    @classmethod
    def restore(cls, state: State) -> Self:
        return cls(state["column"], heard(state["type"]), state["value"], state["null_share"])


@dataclass(frozen=True, slots=True)
class Nothing:
    """Fills any columns with NULL."""

    kind: ClassVar[str] = "null"
    version: ClassVar[int] = 1

    columns: tuple[str, ...]
    types: tuple[LogicalType, ...]

    @property
    def fills(self) -> tuple[str, ...]:
        return self.columns

    @property
    def needs(self) -> tuple[str, ...]:
        return ()

    @classmethod
    def suits(cls, task: Task) -> float:
        return 0.01 if all(column.nullable for column in task.columns) else 0.0

    @classmethod
    def learn(cls, task: Task, evidence: TableEvidence | None, stream: Stream) -> Self:
        return cls(task.fills, tuple(column.type for column in task.columns))

    def sample(self, span: Span, stream: Stream, given: Columns) -> Columns:
        return {name: pa.nulls(span.n, arrow_type(kind)) for name, kind in zip(self.columns, self.types, strict=True)}

    def capacity(self) -> int | None:
        return None  # NULLs are distinct from each other

    def literals(self) -> Iterable[Literal]:
        return ()

    def state(self) -> State:
        return {"columns": list(self.columns), "types": [told(kind) for kind in self.types]}

    @classmethod
    def restore(cls, state: State) -> Self:
        return cls(tuple(state["columns"]), tuple(heard(kind) for kind in state["types"]))


def default_literal(column: Column) -> str | None:
    """The value of a default that is a plain literal (`'new'::text`, `0`, `true`, `'{}'::jsonb`); None for anything else."""
    text = (column.default or "").strip()
    if match := re.fullmatch(r"'((?:[^']|'')*)'(?:::[\w\s\".()\[\],]+)?", text):
        return match[1].replace("''", "'")
    if match := re.fullmatch(r"\(?(-?\d+(?:\.\d+)?)\)?(?:::[\w\s\".(),]+)?", text):
        return match[1]
    return text.lower() if text.lower() in ("true", "false") else None


def register(registry: Registry) -> None:
    registry.generators.add(Constant)
    registry.generators.add(Nothing)
