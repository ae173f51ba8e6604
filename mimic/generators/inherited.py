"""Columns of trees: what a row has from the row above it in the same table, one more than there, or its path and a piece of its own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mimic.generator import Columns, Generator, Literal, Span, State, Task
from mimic.generators.composed import formed
from mimic.generators.features import numbers
from mimic.generators.lines import beginning, places
from mimic.generators.logical import heard, told
from mimic.generators.nested import inside, pack, unpack
from mimic.generators.relations import cast
from mimic.generators.text import width
from mimic.profile import TableEvidence
from mimic.registry import Registry
from mimic.schema import LogicalType, arrow_type
from mimic.streams import Ints, Stream

COUNTED = "#"  # the piece is the place among those below the same row
DEEPEST = 200


@dataclass(frozen=True)
class Inherited:
    """Fills one column of a tree, given which row is above each (`up`, a hidden column of row numbers).

    Option `inherited`: `up`; the way: "same" as above, "step" by a number more, or "path", which is that of the row above, a `between`
    and a `piece` of the row (a need and one of `composed.FORMS`, or `COUNTED`); what goes with the way; whether rows without a row above
    are pieces, too. Else `roots`, the generator that the column would have had (option `drawn_by`), fills these.
    """

    kind: ClassVar[str] = "relation.inherited"
    version: ClassVar[int] = 1
    whole_table: ClassVar[bool] = True

    column: str
    type: LogicalType
    up: str
    way: str
    step: float
    between: str
    piece: tuple[str, str]
    bare: bool
    most: int | None
    roots: Generator
    start: float | None = None

    @property
    def fills(self) -> tuple[str, ...]:
        return (self.column,)

    @property
    def needs(self) -> tuple[str, ...]:
        own = [self.piece[0]] if self.way == "path" and self.piece[0] != COUNTED else []
        return tuple(dict.fromkeys([self.up, *own, *self.roots.needs]))

    @classmethod
    def suits(cls, task: Task) -> float:
        """Chosen by the planner where the rows say so."""
        return 0.0

    @classmethod
    def learn(cls, task: Task, evidence: TableEvidence | None, stream: Stream) -> Self:
        from mimic.generators import builtin

        up, way, step, between, piece, bare, start = task.options["inherited"]
        options = {name: value for name, value in task.options.items() if name not in ("inherited", "drawn_by")}
        plain = Task(task.table, task.columns, (), task.meanings, task.unique, options, task.k, task.locale, task.group)
        if evidence is not None and evidence.sampled and up in evidence.hidden and way != "path":
            above = np.asarray(evidence.hidden[up].to_numpy(zero_copy_only=False))
            evidence = evidence.take(np.flatnonzero(above < 0))
        roots = builtin().generators.get(str(task.options["drawn_by"])).learn(plain, evidence, stream)
        own = (str(piece[0]), str(piece[1]))
        most = width(task.column.type)
        return cls(task.column.name, task.column.type, str(up), str(way), float(step), str(between), own, bool(bare), most, roots, start)

    def sample(self, span: Span, stream: Stream, given: Columns) -> Columns:
        base = self.roots.sample(span, inside(stream, "roots"), {need: given[need] for need in self.roots.needs})[self.column]
        up = np.array(given[self.up].to_numpy(zero_copy_only=False), dtype=np.int64)
        root, depth = _climbed(up)
        if self.way == "same":
            return {self.column: base.take(pa.array(root))}
        if self.way == "step":
            values, null = numbers(base.take(pa.array(root)))
            if self.start is not None:
                values, null = np.full(span.n, self.start), np.zeros(span.n, dtype=np.bool_)
            return {self.column: cast(pa.array(values + self.step * depth, mask=null), arrow_type(self.type))}
        return {self.column: self._paths(base, up, depth, given)}

    def _paths(self, base: pa.Array, up: Ints, depth: Ints, given: Columns) -> pa.Array:
        need, form = self.piece
        pieces: list[Any] = (_places(up) if need == COUNTED else formed(given[need], form)).to_pylist()
        out: list[Any] = pieces.copy() if self.bare else base.to_pylist()
        for row in np.argsort(depth, kind="stable").tolist():
            if up[row] >= 0:
                above, own = out[up[row]], pieces[row]
                out[row] = None if above is None or own is None else f"{above}{self.between}{own}"
        made = pa.array(out, pa.string())
        return made if self.most is None else pc.utf8_slice_codeunits(made, 0, self.most)

    def capacity(self) -> int | None:
        return None

    def literals(self) -> Iterable[Literal]:
        return self.roots.literals()

    def state(self) -> State:
        return {
            "column": self.column,
            "type": told(self.type),
            "up": self.up,
            "way": self.way,
            "step": self.step,
            "between": self.between,
            "piece": list(self.piece),
            "bare": self.bare,
            "most": self.most,
            "start": self.start,
            "roots": pack(self.roots),
        }

    @classmethod
    def restore(cls, state: State) -> Self:
        piece = (state["piece"][0], state["piece"][1])
        return cls(**{**state, "type": heard(state["type"]), "piece": piece, "roots": unpack(state["roots"])})


def _climbed(up: Ints) -> tuple[Ints, Ints]:
    """The uppermost row above each (n,), and how many steps it is away; rows that are above themselves stand at the top."""
    own = np.arange(len(up))
    above = np.where((up < 0) | (up == own), own, up)
    depth = (above != own).astype(np.int64)
    for _ in range(DEEPEST.bit_length()):
        depth, above = depth + depth[above], above[above]
    return above, depth


def _places(up: Ints) -> pa.Array:
    """The place of each row (n,) among those below the same row, as text, counted from 1."""
    order = np.argsort(up, kind="stable")
    place = np.empty(len(up), dtype=np.int64)
    place[order] = places(beginning(up[order])) + 1
    return pa.array(place).cast(pa.string())


def register(registry: Registry) -> None:
    registry.generators.add(Inherited)


__all__ = ["COUNTED", "Inherited"]
