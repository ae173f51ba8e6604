"""Ranges over a type that cannot be counted on (texts, addresses, times): from a value to itself, which needs no order of values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import ClassVar, Self

import pyarrow as pa

from mimic.generator import Columns, Generator, Literal, Span, State, Task
from mimic.generators.draws import null_share, nulls, without
from mimic.generators.logical import heard, told
from mimic.generators.nested import best, inside, pack, part, unpack
from mimic.generators.pg_text import Bounds, format_range, printed
from mimic.generators.pooled import Pools, from_pool
from mimic.generators.ranges import countable
from mimic.profile import TableEvidence
from mimic.registry import Registry
from mimic.schema import LogicalType, Range, bare
from mimic.streams import Stream

_INNER = ("key.", "null", "reference", "categorical.")


@dataclass(frozen=True)
class RangePoints:
    """Fills one column of a range or multirange with `[a,a]`; unique columns and EXCLUDE get a different `a` in each row."""

    kind: ClassVar[str] = "range.points"
    version: ClassVar[int] = 1

    column: str
    element: LogicalType
    multi: bool
    part: Generator
    null_share: float
    apart: bool

    @property
    def fills(self) -> tuple[str, ...]:
        return (self.column,)

    @property
    def needs(self) -> tuple[str, ...]:
        return ()

    @classmethod
    def suits(cls, task: Task) -> float:
        kind = bare(task.column.type)
        if len(task.columns) != 1 or not isinstance(kind, Range) or countable(kind.element):
            return 0.0
        return 0.6 if best(part("bound", kind.element, None, None, task)[0], without=_INNER) is not None else 0.0

    @classmethod
    def learn(cls, task: Task, evidence: TableEvidence | None, stream: Stream) -> Self:
        kind = bare(task.column.type)
        assert isinstance(kind, Range)
        column = evidence.column(task.column.name) if evidence is not None and evidence.sampled else None
        apart = task.unique or bool(task.options.get("apart"))
        inner, _ = part("bound", kind.element, None, None, task)
        inner = replace(inner, unique=apart)
        chosen = best(inner, without=_INNER)
        assert chosen is not None
        made = chosen.learn(inner, None, stream.at("bound"))
        return cls(task.column.name, kind.element, kind.multi, made, null_share(task, column), apart)

    def sample(self, span: Span, stream: Stream, given: Columns) -> Columns:
        if self.apart:
            texts = self._texts(self.part.sample(span, inside(stream, "bound"), {})[self.part.fills[0]])
            return {self.column: without(texts, nulls(stream, span.n, self.null_share))}
        return {self.column: from_pool(span, stream, self.null_share, self._made, self._pools)}

    @cached_property
    def _pools(self) -> Pools:
        return {}

    def _made(self, n: int, stream: Stream) -> pa.Array:
        return self._texts(self.part.sample(Span(0, n, n), stream.at("bound", 0), {})[self.part.fills[0]])

    def _texts(self, bounds: pa.Array) -> pa.Array:
        shown = ["empty" if one is None else format_range(Bounds(one, one, "[]")) for one in printed(bounds, self.element)]
        return pa.array([("{}" if text == "empty" else f"{{{text}}}") if self.multi else text for text in shown], pa.string())

    def capacity(self) -> int | None:
        return self.part.capacity()

    def literals(self) -> Iterable[Literal]:
        return ()

    def state(self) -> State:
        return {
            "column": self.column,
            "element": told(self.element),
            "multi": self.multi,
            "part": pack(self.part),
            "null_share": self.null_share,
            "apart": self.apart,
        }

    @classmethod
    def restore(cls, state: State) -> Self:
        return cls(**{**state, "element": heard(state["element"]), "part": unpack(state["part"])})


def register(registry: Registry) -> None:
    registry.generators.add(RangePoints)
