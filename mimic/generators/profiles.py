"""What hangs on each row of a small table that is about nobody: a genre, a department, a kind of post.

How many children such a row has, and what they are like, is told by the children, who are its owners: where k of them stand
behind it, the row's hidden numbers are kept together as they are. Rows with fewer are averaged until k stand behind them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import ClassVar, Self

import numpy as np
import pyarrow as pa

from mimic.generator import Columns, Literal, Span, State, Task
from mimic.generators.fan_out import FanOutHistogram
from mimic.profile import TableEvidence
from mimic.registry import Registry
from mimic.schema import Column, Float
from mimic.streams import Floats, Ints, Stream


@dataclass(frozen=True, slots=True)
class Profiles:
    """Fills all hidden columns of a table at once, given nothing.

    Options: `keys`, for each key that points here its hidden columns, the number of children first; `ordered`, whether the rows have an
    order that says something (years): they keep it.
    """

    kind: ClassVar[str] = "hidden.profiles"
    version: ClassVar[int] = 1

    columns: tuple[str, ...]
    rows: Floats  # (rows of the source, columns)
    ordered: bool = False

    @property
    def fills(self) -> tuple[str, ...]:
        return self.columns

    @property
    def needs(self) -> tuple[str, ...]:
        return ()

    @classmethod
    def suits(cls, task: Task) -> float:
        return 0.0

    @classmethod
    def learn(cls, task: Task, evidence: TableEvidence | None, stream: Stream) -> Self:
        names = task.fills
        if evidence is None or not evidence.sampled or any(name not in evidence.hidden for name in names):
            return cls(names, np.ones((1, len(names))))
        parts = []
        for columns in task.options["keys"]:
            table = np.stack([np.asarray(evidence.hidden[name].to_numpy(), dtype=np.float64) for name in columns], axis=1)
            owners = np.asarray(evidence.hidden[owned(columns[0])].to_numpy())
            few = np.flatnonzero((owners < task.k) & (table[:, 0] > 0))
            for cell in _cells(few[np.argsort(table[few, 0], kind="stable")], owners, task.k):
                table[cell, 1:] = table[cell, 1:].mean(axis=0)
            counts = FanOutHistogram.learn(replace(task, columns=(Column(columns[0], Float()),), options={}), evidence, stream).numbers
            rising = np.argsort(table[:, 0], kind="stable")
            table[rising, 0] = np.maximum(np.round(counts.quantile((np.arange(len(table)) + 0.5) / len(table))), 0.0)
            parts.append(table)
        rows = np.concatenate(parts, axis=1)
        if task.options.get("ordered"):
            return cls(names, rows, True)
        return cls(names, rows[np.lexsort(rows.T)])  # in no order of the source

    def sample(self, span: Span, stream: Stream, given: Columns) -> Columns:
        """Every row of the source as often as the next one, in random order if they have none."""
        order = np.arange(len(self.rows)) if self.ordered else stream.whole.at("order").permutation(len(self.rows))
        place = np.arange(span.start, span.start + span.n)
        stretched = self.ordered or span.total < len(self.rows)
        even = place * len(self.rows) // span.total if stretched else place % len(self.rows)
        return {name: pa.array(self.rows[order[even], i]) for i, name in enumerate(self.columns)}

    def capacity(self) -> int | None:
        return None

    def literals(self) -> Iterable[Literal]:
        return ()

    def state(self) -> State:
        return {"columns": list(self.columns), "rows": self.rows, "ordered": self.ordered}

    @classmethod
    def restore(cls, state: State) -> Self:
        return cls(tuple(state["columns"]), state["rows"], bool(state["ordered"]))


def _cells(rows: Ints, owners: Ints, k: int) -> list[Ints]:
    """The rows (m,) in their order, cut where k owners are together; what is left over joins the last cell."""
    cells: list[list[int]] = [[]]
    held = 0
    for row in rows.tolist():
        if held >= k:
            cells.append([])
            held = 0
        cells[-1].append(row)
        held += int(owners[row])
    if held < k and len(cells) > 1:
        last = cells.pop()
        cells[-1] += last
    return [np.array(cell, dtype=np.int64) for cell in cells if cell]


def owned(hidden: str) -> str:
    """The name under which evidence says how many owners the children of each row have."""
    return f"={hidden}"


def register(registry: Registry) -> None:
    registry.generators.add(Profiles)


__all__ = ["Profiles", "owned"]
