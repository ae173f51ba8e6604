"""Which rows have no parent by a key that may be NULL, and which rows of a table its own rows hang on: told by their other parents.

An answer hangs on a question, a question on nothing; who approved it is known of what was approved. So trees deal out which rows lack a
parent, as many as ever, given columns of the parents that were chosen before. Where rows of the own table hang on rows that themselves hang
on nothing, trees also deal out how many hang on each, and each row hangs on one from before it, about as far back as in the source.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mimic.generator import State, Task
from mimic.generators.degrees import reconcile
from mimic.generators.features import numbers, ordered
from mimic.generators.leaves import Leaves
from mimic.generators.nested import some
from mimic.profile import TableEvidence
from mimic.schema import Column, Float, ForeignKey, Text
from mimic.streams import Ints, Stream

FLAT = 0.98  # of the rows that hang on one of their own table hang on one that hangs on none
BEFORE = 0.9  # of the rows stand behind the one on which they hang, if that is to be so in the copy
ASTRAY = 0.02  # of the rows are hung anew, whatever hangs there already
FEWEST = 200  # rows
HAS, LACKS = "has one", "has none"


@dataclass(frozen=True)
class Lack:
    """Rows without a parent by `label`. `bears`: how many rows of the own table hang on each of them, `back` how far before, as a share
    of all rows; 1.0 where they need not stand before."""

    label: str
    lacks: Leaves
    bears: Leaves | None = None
    back: float = 0.0

    @property
    def needs(self) -> tuple[str, ...]:
        asked = (*self.lacks.needs, *(self.bears.needs if self.bears is not None else ()))
        return tuple(dict.fromkeys(need for need in asked if "." in need))

    @property
    def vias(self) -> frozenset[str]:
        """The keys whose parents must be chosen before."""
        return frozenset(need.split(".", 1)[0] for need in self.needs)

    @classmethod
    def learn(cls, told: Mapping[str, Any], task: Task, evidence: TableEvidence | None, stream: Stream) -> Self | None:
        """`told` by the planner: label, features of parents chosen before, categories among them. None where these tell nothing."""
        label = str(told["label"])
        key = next(key for key in task.options["edges"] if key.label == label)
        if evidence is None or evidence.sampled < FEWEST or any(need not in evidence.hidden for need in told["features"]):
            return None
        there = np.logical_and.reduce([np.asarray(evidence.column(name).is_valid()) for name in key.columns])
        asked = told["features"], [*told["categories"], f"?{label}"]
        lacks = _dealing(f"?{label}", pa.array(np.where(there, HAS, LACKS)), *asked, "null", task, evidence, stream.at("lacks"))
        if not lacks.trees:
            return None
        bears, back = cls._bearing(key, there, told, task, evidence, stream.at("bears"))
        return cls(label, lacks, bears, back)

    @staticmethod
    def _bearing(
        key: ForeignKey, there: NDArray[np.bool_], told: Mapping[str, Any], task: Task, evidence: TableEvidence, stream: Stream
    ) -> tuple[Leaves | None, float]:  # fmt: skip
        up = evidence.hidden.get(f"@{key.label}")
        if key.parent != key.table or up is None or not evidence.complete:
            return None, 0.0
        above = np.asarray(up.to_numpy(zero_copy_only=False), dtype=np.int64)
        live = np.flatnonzero(above >= 0)
        if len(live) < FEWEST or there[above[live]].mean() > 1 - FLAT:
            return None, 0.0
        many = np.bincount(above[live], minlength=evidence.sampled).astype(np.float64)
        roots = evidence.take(np.flatnonzero(~there))
        made = _dealing(
            f"^{key.label}", pa.array(many[~there]), told["features"], told["categories"], "numeric.quantiles", task, roots, stream
        )
        return made, behind(evidence.column(key.referred[0]), live, above)

    def absent(self, n: int, many: int, given: Mapping[str, pa.Array], rows: Mapping[str, Ints], stream: Stream) -> NDArray[np.bool_]:
        """Which of n rows have no parent, `many` of them; `rows` the parents that were chosen before."""
        values = pa.array([LACKS] * many + [HAS] * (n - many))
        dealt = self.lacks.dealt(values, self._beside(given, rows), stream, exact=True)
        return np.asarray(dealt < many)

    def parents(self, absent: NDArray[np.bool_], given: Mapping[str, pa.Array], rows: Mapping[str, Ints], stream: Stream) -> Ints | None:
        """A row for each row (n,) to hang on, one of the `absent` ones; -1 for those. None where rows hang on others in more steps."""
        n, roots = len(absent), np.flatnonzero(absent)
        if self.bears is None or not len(roots):
            return None
        told = {need: values.take(pa.array(roots)) for need, values in self._beside(given, rows).items()}
        drawn = some(self.bears.inner, len(roots), stream.at("many", 0))
        weights = np.asarray(drawn.take(pa.array(self.bears.dealt(drawn, told, stream.at("bears")))).to_numpy(zero_copy_only=False))
        weights = np.maximum(np.nan_to_num(weights.astype(np.float64)), 0.0)
        wanted = np.flatnonzero(~absent)
        degrees = reconcile(weights if weights.sum() > 0 else np.ones(len(roots)), len(wanted), stream.at("degrees"), None)
        out = np.full(n, -1, dtype=np.int64)
        out[wanted] = hung(wanted, np.repeat(roots, degrees), self.back * n, stream.at("back"))
        return out

    def _beside(self, given: Mapping[str, pa.Array], rows: Mapping[str, Ints]) -> dict[str, pa.Array]:
        out = {}
        for need in self.needs:
            first = rows[need.split(".", 1)[0]]
            out[need] = given[need].take(pa.array(first, mask=first < 0))
        return out

    def state(self) -> State:
        bears = None if self.bears is None else self.bears.state()
        return {"label": self.label, "lacks": self.lacks.state(), "bears": bears, "back": self.back}

    @classmethod
    def restore(cls, state: State) -> Self:
        bears = None if state["bears"] is None else Leaves.restore(state["bears"])
        return cls(state["label"], Leaves.restore(state["lacks"]), bears, float(state["back"]))


def hung(rows: Ints, above: Ints, back: float, stream: Stream) -> Ints:
    """On which of `above` (m,) each of the rising `rows` (m,) hangs: one from before it, about `back` rows before where that can be."""
    m, u = len(rows), np.clip(stream.at("by").uniform(len(rows)), 1e-9, 1.0)
    order = above[np.argsort(above - back / np.log(2) * np.log(u), kind="stable")]
    if back > rows.max(initial=0):
        return order
    low, high = 0, m  # how many rows begin with what is left in the end: as few as leave hardly any before what they hang on
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if (np.roll(order, middle)[middle:] >= rows[middle:]).sum() <= ASTRAY * m else (middle + 1, high)
    out = np.roll(order, low)
    early = np.flatnonzero(out >= rows)
    roots = np.unique(above)
    before = np.searchsorted(roots, rows[early])
    spot = (stream.at("early").uniform(len(early)) * before).astype(np.int64)
    out[early] = np.where(before > 0, roots[np.minimum(spot, len(roots) - 1)], out[early])
    return out


def behind(numbered: pa.Array, rows: Ints, above: Ints) -> float:
    """How far before `rows` (m,) those stand on which they hang, by the key `numbered` (n,): the median, as a share of all rows."""
    if not ordered(numbered.type):
        return 1.0
    place = np.empty(len(numbered))
    place[np.argsort(numbers(numbered)[0], kind="stable")] = np.arange(len(numbered)) / len(numbered)
    apart = place[rows] - place[above[rows]]
    return float(np.median(np.maximum(apart, 0.0))) if (apart > 0).mean() >= BEFORE else 1.0


def _dealing(
    name: str,
    values: pa.Array,
    features: Sequence[str],
    categories: Sequence[str],
    drawn_by: str,
    task: Task,
    evidence: TableEvidence,
    stream: Stream,
) -> Leaves:
    """What deals out `values` (n,) of the sample's rows, a hidden column `name`."""
    column = Column(name, Text() if pa.types.is_string(values.type) else Float())
    options = {"drawn_by": drawn_by, "features": tuple(features), "categories": tuple(categories)}
    asked = Task(task.table, (column,), meanings=task.meanings[:1], options=options, k=task.k, locale=task.locale)
    return Leaves.learn(asked, replace(evidence, hidden={**evidence.hidden, name: values}, memo=dict(evidence.memo)), stream)


__all__ = ["FLAT", "Lack", "behind", "hung"]
