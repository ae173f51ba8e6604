"""Columns that hold something only where a flag is set: when a row was voided, and why, if it was."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import ClassVar, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mimic.generator import Columns, Generator, Literal, Span, State, Task
from mimic.generators.draws import without
from mimic.generators.nested import pack, unpack
from mimic.profile import TableEvidence
from mimic.registry import Registry
from mimic.streams import Stream


@dataclass(frozen=True)
class When:
    """Fills one column by another generator (option `drawn_by`), NULL where the flag (option `when`, an own column) is not set."""

    kind: ClassVar[str] = "rule.when"
    version: ClassVar[int] = 1

    column: str
    flag: str
    inner: Generator

    @property
    def fills(self) -> tuple[str, ...]:
        return (self.column,)

    @property
    def needs(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys([self.flag, *self.inner.needs]))

    @classmethod
    def suits(cls, task: Task) -> float:
        """Chosen by the planner."""
        return 0.0

    @classmethod
    def learn(cls, task: Task, evidence: TableEvidence | None, stream: Stream) -> Self:
        from mimic.generators import builtin

        told = {name: value for name, value in task.options.items() if name not in ("when", "drawn_by")} | {"null_share": 0.0}
        seen = evidence.column(task.column.name) if evidence is not None and evidence.sampled else None
        empty = seen is not None and seen.null_count == len(seen)
        family = builtin().generators.get("null" if empty else str(task.options["drawn_by"]))
        always = task if empty else replace(task, columns=(replace(task.column, nullable=False),), options=told)
        return cls(task.column.name, str(task.options["when"]), family.learn(always, evidence, stream))

    def sample(self, span: Span, stream: Stream, given: Columns) -> Columns:
        made = self.inner.sample(span, stream, {need: given[need] for need in self.inner.needs})[self.column]
        flag = given[self.flag]
        unset = pc.equal(flag, 0) if pa.types.is_integer(flag.type) else pc.invert(flag.cast(pa.bool_()))
        return {self.column: without(made, np.asarray(pc.fill_null(unset, True)))}

    def capacity(self) -> int | None:
        return None

    def literals(self) -> Iterable[Literal]:
        return self.inner.literals()

    def state(self) -> State:
        return {"column": self.column, "flag": self.flag, "inner": pack(self.inner)}

    @classmethod
    def restore(cls, state: State) -> Self:
        return cls(**{**state, "inner": unpack(state["inner"])})


def register(registry: Registry) -> None:
    registry.generators.add(When)


__all__ = ["When", "register"]
