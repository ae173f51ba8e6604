"""How a further parent is chosen: by what is known of the row's first parent, out of just those that still want children.

A *match* names one column of the further parent (when a user joined, of which family an article is, of a small table which row it
is) that hangs on the first one. Trees deal the parents out by it, each as often as its number of children says, so that no fan-out
changes. Where rows of the first parent stand in an order, they ask what the row before has, and keep rising where it does in the
source. What trees leave open is which of the parents that are alike: the one that the row before has, as often as in the source
(*runs*), or never the same one twice (*apart*). A *diamond* leaves nothing to choose: the further parent is the one that the first one has.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import pyarrow as pa

from mimic.generator import State, Task
from mimic.generators.dealing import groups
from mimic.generators.features import numbers, ordered
from mimic.generators.leaves import Leaves
from mimic.generators.lines import AFTER, BEFORE
from mimic.generators.separating import separate
from mimic.profile import TableEvidence
from mimic.schema import Column, Float, Text
from mimic.streams import Floats, Ints, Stream

SHORT, SIZES = 40, 16  # numbers that are told apart one by one; else so many sizes
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
    """Parents by `label` are dealt out by their column `score` ("" by none), given columns of the parent by `via`."""

    label: str
    via: str
    score: str = ""
    leaves: Leaves | None = None
    rising: bool = False  # along the rows of one first parent
    runs: float = 0.0  # how likely a row has the parent of the row before it, beyond chance, where both have parents alike
    apart: bool = False  # no two rows of one first parent have the same parent, or hardly any

    @property
    def needs(self) -> tuple[str, ...]:
        if self.leaves is None:
            return ()
        return (f"{self.label}.{self.score}", *(need for need in self.leaves.needs if need.startswith(f"{self.via}.")))

    @classmethod
    def learn(cls, told: Mapping[str, Any], task: Task, evidence: TableEvidence | None, stream: Stream) -> Self | None:
        """`told` by the planner: label, via, score, features of the parent by `via`, categories among them, runs, apart. None where
        nothing was found to deal by."""
        label, via, score = str(told["label"]), str(told["via"]), str(told["score"])
        runs, apart = float(told["runs"]), bool(told["apart"])
        bare = cls(label, via, runs=runs, apart=apart) if runs or apart else None
        need = f"{label}.{score}"
        if evidence is None or need not in evidence.hidden:
            return bare
        category = need in told["categories"]
        found, null = (np.zeros(0), np.zeros(0, dtype=np.bool_)) if category else numbers(evidence.column(need))
        if not category:
            evidence = replace(evidence, hidden={**evidence.hidden, need: pa.array(found, mask=null)})
        own, rising = f"<{need}", False
        options: dict[str, Any] = {
            "drawn_by": "null" if category else "numeric.quantiles",
            "features": told["features"],
            "categories": told["categories"],
        }
        if own in evidence.hidden:
            options |= {"features": (*told["features"], BEFORE, AFTER, own), "line": (f"@{via}",)}
            options |= {"categories": (*told["categories"], own)} if category else {}
            if not category:
                before, first = numbers(evidence.column(own))
                live = ~(first | null)
                rising = bool(live.any() and (found < before)[live].mean() <= BACK)
        column = Column(need, Text() if category else Float())
        asked = Task(task.table, (column,), meanings=task.meanings[:1], options=options, k=task.k, locale=task.locale)
        made = Leaves.learn(asked, evidence, stream)
        return cls(label, via, score, made, rising, runs, apart) if made.trees else bare

    def order(self, parents: Ints, given: Mapping[str, pa.Array], first: Ints, stream: Stream) -> Ints:
        """`parents` (n,) in an order that fits the rows whose first parents are `first` (n,)."""
        chosen, cells = parents, np.zeros(len(parents), dtype=np.int64)
        if self.leaves is not None:
            scores = given[f"{self.label}.{self.score}"]
            up = pa.array(first, mask=first < 0)
            beside = {need: given[need].take(up) for need in self.needs[1:]} | {f"@{self.via}": pa.array(first)}
            chosen = parents[self.leaves.dealt(scores.take(pa.array(parents)), beside, stream, exact=True)]
            if self.rising:
                return _rising(chosen, numbers(scores.take(pa.array(chosen)))[0], first)
            cells = alike(scores.take(pa.array(chosen)))
        if self.runs:
            chosen = in_runs(chosen, cells, first, self.runs, stream.at("runs"))
        if self.apart:
            cell = np.zeros(int(chosen.max(initial=0)) + 1, dtype=np.int64)
            cell[chosen] = cells
            chosen = chosen.copy()
            separate(np.maximum(first, 0), chosen, np.arange(len(cell)), cell, first >= 0, stream.at("apart"), free=False)
        return chosen

    def state(self) -> State:
        leaves = None if self.leaves is None else self.leaves.state()
        told = {"label": self.label, "via": self.via, "score": self.score, "leaves": leaves, "rising": self.rising}
        return told | {"runs": self.runs, "apart": self.apart}

    @classmethod
    def restore(cls, state: State) -> Self:
        leaves = None if state["leaves"] is None else Leaves.restore(state["leaves"])
        told = (state["label"], state["via"], state["score"], leaves)
        return cls(*told, bool(state["rising"]), float(state["runs"]), bool(state["apart"]))


def alike(scores: pa.Array) -> Ints:
    """Which rows (n,) have parents alike: the same category, the same of few numbers, or numbers of the same size."""
    if not ordered(scores.type):
        return groups(scores)
    found, null = numbers(scores)
    different, which = np.unique(np.where(null, np.inf, found), return_inverse=True)
    if len(different) <= SHORT:
        return which.reshape(-1).astype(np.int64)
    edges = np.unique(np.quantile(found[~null], np.arange(1, SIZES) / SIZES))
    return np.where(null, -1, np.searchsorted(edges, found, side="right")).astype(np.int64)


def in_runs(parents: Ints, cells: Ints, first: Ints, rate: float, stream: Stream) -> Ints:
    """The same parents (n,), each as often and in rows of the same cell, such that rows often have that of the row before.

    `first` (n,) the first parent of each row, -1 for none: rows of one follow each other as they stand.
    """
    n = len(parents)
    order = np.argsort(first, kind="stable")
    same = np.append(False, (first[order][1:] == first[order][:-1]) & (first[order][1:] >= 0) & (cells[order][1:] == cells[order][:-1]))
    run = np.cumsum(~(same & (stream.at("same").uniform(n) < rate))) - 1
    shuffled = stream.at("run").permutation(n)[run]
    rows = order[np.lexsort((np.arange(n), shuffled, cells[order]))]
    drawn = stream.at("parent").permutation(int(parents.max(initial=0)) + 1)[parents]
    out = np.empty_like(parents)
    out[rows] = parents[np.lexsort((drawn, cells))]
    return out


def _rising(parents: Ints, scores: Floats, first: Ints) -> Ints:
    """The parents of rows of one first parent in the order of their scores."""
    group = np.where(first < 0, int(first.max(initial=0)) + 1 + np.arange(len(first)), first)
    out = np.empty_like(parents)
    out[np.argsort(group, kind="stable")] = parents[np.lexsort((scores, group))]
    return out


def through(diamond: Diamond, given: Mapping[str, pa.Array], rows: Mapping[str, Ints]) -> Ints:
    """The parents' row numbers (n,) that a diamond dictates, -1 where it says nothing."""
    upper = np.asarray(given[diamond.need].to_numpy(zero_copy_only=False), dtype=np.int64)
    first = rows[diamond.via]
    return np.where(first >= 0, upper[np.maximum(first, 0)], -1) if len(upper) else np.full(len(first), -1, dtype=np.int64)


__all__ = ["Diamond", "Match", "alike", "in_runs", "through"]
