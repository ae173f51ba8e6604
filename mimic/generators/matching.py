"""How a further parent is chosen: by what is known of the row's first parent, out of just those that still want children.

A *match* names one number of the further parent (when a user joined, how busy he is) that hangs on the first one. Trees deal
the parents out by it, each as often as its number of children says, so that no fan-out changes. Where rows of the first parent
stand in an order, they ask which number the row before has, and keep rising where it does in the source. A *diamond* leaves nothing to
choose: the further parent is the one that the first one has.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import pyarrow as pa

from mimic.generator import State, Task
from mimic.generators.features import numbers
from mimic.generators.leaves import Leaves
from mimic.generators.lines import AFTER, BEFORE
from mimic.profile import TableEvidence
from mimic.schema import Column, Float
from mimic.streams import Ints, Stream

BACK = 0.01  # of the rows may go back where numbers rise


@dataclass(frozen=True, slots=True)
class Diamond:
    """The key `label` leads where the key `upper` of the parent by `via` leads."""

    label: str
    via: str
    upper: str

    @property
    def need(self) -> str:
        return f"{self.via}.@{self.upper}"


@dataclass(frozen=True)
class Match:
    """Parents by `label` are dealt out by their column `score`, given columns of the parent by `via`."""

    label: str
    via: str
    score: str
    leaves: Leaves
    rising: bool = False  # along the rows of one first parent

    @property
    def needs(self) -> tuple[str, ...]:
        return (f"{self.label}.{self.score}", *(need for need in self.leaves.needs if need.startswith(f"{self.via}.")))

    @classmethod
    def learn(cls, label: str, via: str, score: str, features: tuple[str, ...], categories: tuple[str, ...], task: Task,
              evidence: TableEvidence | None, stream: Stream) -> Self | None:  # fmt: skip
        """None where nothing was found to deal by."""
        need = f"{label}.{score}"
        if evidence is None or need not in evidence.hidden:
            return None
        found, null = numbers(evidence.column(need))
        evidence = replace(evidence, hidden={**evidence.hidden, need: pa.array(found, mask=null)})
        own, rising = f"<{need}", False
        told: dict[str, Any] = {"drawn_by": "numeric.quantiles", "features": features, "categories": categories}
        if own in evidence.hidden:
            told |= {"features": (*features, BEFORE, AFTER, own), "line": (f"@{via}",)}
            before, first = numbers(evidence.column(own))
            live = ~(first | null)
            rising = bool(live.any() and (found < before)[live].mean() <= BACK)
        asked = Task(task.table, (Column(need, Float()),), meanings=task.meanings[:1], options=told, k=task.k, locale=task.locale)
        made = Leaves.learn(asked, evidence, stream)
        return cls(label, via, score, made, rising) if made.trees else None

    def order(self, parents: Ints, given: Mapping[str, pa.Array], first: Ints, stream: Stream) -> Ints:
        """`parents` (n,) in an order that fits the rows whose first parents are `first` (n,)."""
        scores = given[f"{self.label}.{self.score}"].take(pa.array(parents))
        up = pa.array(first, mask=first < 0)
        beside = {need: given[need].take(up) for need in self.needs[1:]} | {f"@{self.via}": pa.array(first)}
        chosen = parents[self.leaves.dealt(scores, beside, stream, exact=True)]
        if not self.rising:
            return chosen
        found, _ = numbers(given[f"{self.label}.{self.score}"].take(pa.array(chosen)))
        group = np.where(first < 0, int(first.max(initial=0)) + 1 + np.arange(len(first)), first)
        out = np.empty_like(chosen)
        out[np.argsort(group, kind="stable")] = chosen[np.lexsort((found, group))]
        return out

    def state(self) -> State:
        return {"label": self.label, "via": self.via, "score": self.score, "leaves": self.leaves.state(), "rising": self.rising}

    @classmethod
    def restore(cls, state: State) -> Self:
        return cls(state["label"], state["via"], state["score"], Leaves.restore(state["leaves"]), bool(state["rising"]))


def through(diamond: Diamond, given: Mapping[str, pa.Array], rows: Mapping[str, Ints]) -> Ints:
    """The parents' row numbers (n,) that a diamond dictates, -1 where it says nothing."""
    upper = np.asarray(given[diamond.need].to_numpy(zero_copy_only=False), dtype=np.int64)
    first = rows[diamond.via]
    return np.where(first >= 0, upper[np.maximum(first, 0)], -1) if len(upper) else np.full(len(first), -1, dtype=np.int64)


__all__ = ["Diamond", "Match", "through"]
