"""On which row of the own table each row hangs, so that none comes before it in time: an answer is younger than its question.

Which rows hang on some row, and how many hang on each, is said before (`references.py`, `lacking.py`), when no date is known yet. Here
they change places: each as old as or younger than the row on which it hangs, by about as much as in the source.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
import pyarrow as pa

from mimic.generator import Columns, Literal, Span, State, Task
from mimic.generators.features import numbers
from mimic.generators.lacking import behind, hung
from mimic.profile import TableEvidence
from mimic.registry import Registry
from mimic.streams import Stream


@dataclass(frozen=True, slots=True)
class Hung:
    """Fills the column of a foreign key to the own table, and the row numbers `@label` (-1: none), given `@@label`.

    Options: `hung` (label, column, the column that it refers to, and that of the date).
    """

    kind: ClassVar[str] = "reference.hung"
    version: ClassVar[int] = 1
    whole_table: ClassVar[bool] = True

    label: str
    column: str
    referred: str
    date: str
    back: float  # how many rows lie between, by date, as a share of all
    nothing: bool = False  # no row of the source hangs on one

    @property
    def fills(self) -> tuple[str, ...]:
        return (self.column, f"@{self.label}")

    @property
    def needs(self) -> tuple[str, ...]:
        return (f"@@{self.label}", self.referred, self.date)

    @classmethod
    def suits(cls, task: Task) -> float:
        """The planner says where it is used."""
        return 0.0

    @classmethod
    def learn(cls, task: Task, evidence: TableEvidence | None, stream: Stream) -> Self:
        label, column, referred, date = task.options["hung"]
        back, up = 1.0, None if evidence is None else evidence.hidden.get(f"@{label}")
        if evidence is not None and up is not None:
            above = np.asarray(up.to_numpy(zero_copy_only=False), dtype=np.int64)
            rows = np.flatnonzero(above >= 0)
            back = behind(evidence.column(date), rows, above) if len(rows) else 1.0
        nothing = evidence is not None and evidence.sampled > 0 and evidence.column(column).null_count == evidence.sampled
        return cls(label, column, referred, date, back, nothing)

    def sample(self, span: Span, stream: Stream, given: Columns) -> Columns:
        up = np.asarray(given[f"@@{self.label}"].to_numpy(zero_copy_only=False), dtype=np.int64)
        when, null = numbers(given[self.date])
        order = np.argsort(np.where(null, np.inf, when), kind="stable")
        place = np.empty(len(up), dtype=np.int64)
        place[order] = np.arange(len(up))
        rows = order[(up[order] >= 0) & (not self.nothing)]
        out = np.full(len(up), -1, dtype=np.int64)
        if len(rows):
            out[rows] = order[hung(place[rows], np.sort(place[up[rows]]), self.back * len(up), stream.at("hung"))]
        keys = given[self.referred]
        return {self.column: keys.take(pa.array(out, mask=out < 0)), f"@{self.label}": pa.array(out)}

    def capacity(self) -> int | None:
        return None

    def literals(self) -> Iterable[Literal]:
        return ()

    def state(self) -> State:
        told = {"label": self.label, "column": self.column, "referred": self.referred, "date": self.date}
        return told | {"back": self.back, "nothing": self.nothing}

    @classmethod
    def restore(cls, state: State) -> Self:
        return cls(state["label"], state["column"], state["referred"], state["date"], float(state["back"]), bool(state["nothing"]))


def register(registry: Registry) -> None:
    registry.generators.add(Hung)


__all__ = ["Hung"]
