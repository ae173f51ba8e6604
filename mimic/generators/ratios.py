"""Numbers that are near a multiple of another one: the price of so many litres, the turnover of so many customers, the tax on a sum.

Trees that deal the number itself see the other one only in classes. So they deal the ratio, which hangs on the article, the country and the
day, and the number follows from it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

import numpy as np
import pyarrow as pa

from mimic.generator import Columns, Generator, Literal, Span, State, Task
from mimic.generators.features import numbers
from mimic.generators.leaves import distance, plain
from mimic.generators.logical import heard, told
from mimic.generators.nested import inside, pack, unpack
from mimic.generators.relations import cast
from mimic.profile import TableEvidence
from mimic.registry import Registry
from mimic.schema import LogicalType, arrow_type
from mimic.streams import Stream


@dataclass(frozen=True)
class Ratio:
    """Fills the column of `inner` with the need `by` times a `ratio` where that is above 0, with 0 where it is 0 if `nothing`.

    Elsewhere, and for which rows are NULL, `inner` has its say. Options: `ratio` (the kind of `inner`, the need, and `nothing`), and those
    of that generator.
    """

    kind: ClassVar[str] = "relation.ratio"
    version: ClassVar[int] = 1

    type: LogicalType
    inner: Generator
    by: str
    nothing: bool
    ratio: Generator | None

    @property
    def fills(self) -> tuple[str, ...]:
        return self.inner.fills

    @property
    def needs(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.inner.needs, *(self.ratio.needs if self.ratio is not None else ()), self.by)))

    @classmethod
    def suits(cls, task: Task) -> float:
        """It is put around another generator by the planner, never chosen by type."""
        return 0.0

    @classmethod
    def learn(cls, task: Task, evidence: TableEvidence | None, stream: Stream) -> Self:
        """Without rows there is no ratio, and `inner` alone has its say."""
        from mimic.generators import builtin

        kind, by, nothing = task.options["ratio"]
        options = {name: value for name, value in task.options.items() if name != "ratio"}
        inner = plain(builtin().generators.get(str(kind)).learn(replace(task, options=options), evidence, stream))
        if evidence is None or not evidence.sampled or not (by in evidence.hidden or evidence.table.has(by)):
            return cls(task.column.type, inner, str(by), False, None)
        (values, null), (base, none) = numbers(evidence.column(task.column.name)), numbers(evidence.column(by))
        live = ~null & ~none & (values > 0) & (base > 0)
        made = pa.array(np.divide(values, base, out=np.ones(len(values)), where=live), mask=~live)
        return cls(task.column.type, inner, str(by), bool(nothing), distance(task, made, evidence, stream.at("ratio")))

    def sample(self, span: Span, stream: Stream, given: Columns) -> Columns:
        name = self.fills[0]
        drawn = self.inner.sample(span, stream, {need: given[need] for need in self.inner.needs})[name]
        if self.ratio is None:
            return {name: drawn}
        found = self.ratio.sample(span, inside(stream, "ratio"), {need: given[need] for need in self.ratio.needs})[name]
        (values, null), (base, none) = numbers(drawn), numbers(given[self.by])
        made = np.where(~none & (base > 0), base * numbers(found)[0], values)
        if self.nothing:
            made = np.where(~none & (base == 0), 0.0, made)
        return {name: cast(pa.array(made, mask=null), arrow_type(self.type))}

    def capacity(self) -> int | None:
        return None

    def literals(self) -> Iterable[Literal]:
        return (*self.inner.literals(), *(self.ratio.literals() if self.ratio is not None else ()))

    def state(self) -> State:
        named: dict[str, Any] = {"type": told(self.type), "by": self.by, "nothing": self.nothing}
        return {**named, "inner": pack(self.inner), "ratio": None if self.ratio is None else pack(self.ratio)}

    @classmethod
    def restore(cls, state: State) -> Self:
        return cls(
            heard(state["type"]),
            unpack(state["inner"]),
            state["by"],
            state["nothing"],
            None if state["ratio"] is None else unpack(state["ratio"]),
        )


def register(registry: Registry) -> None:
    registry.generators.add(Ratio)


__all__ = ["Ratio", "register"]
