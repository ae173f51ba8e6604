"""Columns that follow exactly from others: copied along a foreign key, the day of a moment, the number or the sum of the children.

What holds in nearly every row of the source holds in every row made. Rows for which there is nothing to follow from (no
parent) are filled by the generator that the column would have had.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import ClassVar, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from mimic.generator import Columns, Generator, Literal, Span, State, Task
from mimic.generators.leaves import distance
from mimic.generators.logical import heard, told
from mimic.generators.nested import pack, unpack
from mimic.generators.totals import Total
from mimic.profile import TableEvidence
from mimic.registry import Registry
from mimic.schema import LogicalType, arrow_type
from mimic.streams import Stream

OWN = ("follows", "reached", "holes", "owners")  # options that other generators know nothing of


@dataclass(frozen=True)
class Follows:
    """Fills a column with what another one holds, given it (option `follows`, a need; numbers are rounded to the column's own places).

    Where `reached` (a hidden column of row numbers) says that a row has no parent, `otherwise` (option `drawn_by`) fills it. With
    option `holes` it makes 0 and 1 and says how many rows are NULL: rows in which there is nothing to count, as long as there are such;
    of what is largest or smallest it says which.
    """

    kind: ClassVar[str] = "relation.follows"
    version: ClassVar[int] = 2

    column: str
    type: LogicalType
    follows: str
    reached: str
    otherwise: Generator | None
    owners: int = 0  # who hold the value that says which children count, if one does

    @property
    def fills(self) -> tuple[str, ...]:
        return (self.column,)

    @property
    def needs(self) -> tuple[str, ...]:
        more = self.otherwise.needs if self.otherwise is not None else ()
        return tuple(dict.fromkeys([self.follows, *([self.reached] if self.reached else []), *more]))

    @classmethod
    def suits(cls, task: Task) -> float:
        """Chosen by the planner where the rows say so."""
        return 0.0

    @classmethod
    def learn(cls, task: Task, evidence: TableEvidence | None, stream: Stream) -> Self:
        from mimic.generators import builtin

        reached, holes, owners = str(task.options.get("reached", "")), bool(task.options.get("holes")), int(task.options.get("owners", 0))
        otherwise: Generator | None = None
        if holes:
            values = evidence.column(task.column.name).is_valid().cast(pa.int64()) if evidence is not None else None
            otherwise = distance(task, values, evidence, stream)
        elif reached and "drawn_by" in task.options:
            plain = {name: value for name, value in task.options.items() if name not in (*OWN, "drawn_by")}
            otherwise = builtin().generators.get(str(task.options["drawn_by"])).learn(replace(task, options=plain), evidence, stream)
        return cls(task.column.name, task.column.type, str(task.options["follows"]), reached, otherwise, owners)

    def sample(self, span: Span, stream: Stream, given: Columns) -> Columns:
        made = cast(given[self.follows], arrow_type(self.type))
        if self.otherwise is None:
            return {self.column: made}
        if not self.reached:
            alone = self.otherwise.sample(span, stream, {need: given[need] for need in self.otherwise.needs})[self.column]
            kept = np.asarray(alone.to_numpy(zero_copy_only=False)) > 0
            if not self.follows.startswith("^") or Total.read(self.follows).take not in ("count", "sum"):
                return {self.column: pc.if_else(pa.array(kept), made, pa.scalar(None, made.type))}
            return {self.column: _with_holes(made, int((~kept).sum()), kept, stream.at("holes"))}
        lost = np.asarray(given[self.reached].to_numpy(zero_copy_only=False)) < 0
        if not lost.any():
            return {self.column: made}
        alone = self.otherwise.sample(span, stream, {need: given[need] for need in self.otherwise.needs})[self.column]
        return {self.column: pc.if_else(pa.array(lost), alone, made)}

    def capacity(self) -> int | None:
        return None

    def literals(self) -> Iterable[Literal]:
        if self.owners and (where := Total.read(self.follows).where) is not None and where.value is not None:
            yield Literal(self.column, where.value, self.owners, "k owners")
        if self.otherwise is not None:
            yield from self.otherwise.literals()

    def state(self) -> State:
        return {
            "column": self.column,
            "type": told(self.type),
            "follows": self.follows,
            "reached": self.reached,
            "otherwise": pack(self.otherwise) if self.otherwise is not None else None,
            "owners": self.owners,
        }

    @classmethod
    def restore(cls, state: State) -> Self:
        otherwise = unpack(state["otherwise"]) if state["otherwise"] else None
        return cls(**{**state, "type": heard(state["type"]), "otherwise": otherwise})


def _with_holes(values: pa.Array, many: int, kept: NDArray[np.bool_], stream: Stream) -> pa.Array:
    """`values` with `many` NULLs: where there is nothing to count, and first where `kept` (n,) is False."""
    counted = np.asarray(pc.fill_null(values.cast(pa.float64()), 0.0).to_numpy(zero_copy_only=False)) != 0
    rows = np.lexsort((stream.words(len(kept)), kept, counted))[:many]
    mask = np.zeros(len(kept), dtype=np.bool_)
    mask[rows] = True
    return pc.if_else(pa.array(mask), pa.scalar(None, values.type), values)


def cast(values: pa.Array, kind: pa.DataType) -> pa.Array:
    """The same values in another type: floats as the nearest number that it holds, moments as their day."""
    if values.type == kind:
        return values
    if pa.types.is_floating(values.type) and pa.types.is_integer(kind):
        return pc.round(values).cast(kind)
    if pa.types.is_floating(values.type) and pa.types.is_decimal(kind):
        return pc.round(values, ndigits=kind.scale).cast(kind)
    if pa.types.is_decimal(kind):
        return values.cast(pa.float64()).cast(kind)
    return values.cast(kind, safe=False)


def register(registry: Registry) -> None:
    registry.generators.add(Follows)


__all__ = ["Follows", "cast"]
