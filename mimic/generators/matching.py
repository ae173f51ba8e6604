"""How a further parent is chosen: by what is known of the row's first parent, out of just those that still want children.

A *match* names one column of the further parent (when a user joined, of which family an article is, of a small table which row it
is) that hangs on the first one. Trees deal the parents out by it, each as often as its number of children says, so that no fan-out
changes. Where rows of the first parent stand in an order, they ask what the row before has, and keep rising where it does in the
source. What trees leave open is which of the parents that are alike: the one that the row before has, as often as in the source
(*runs*), or never the same one twice (*apart*). A *diamond* leaves nothing to choose: the further parent is the one that the first one has.
Where *kin* is wanted, it is chosen among those of the own tenant.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

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
STICKY = 0.5  # runs from which on a whole run is dealt out at once
_YEARS = (1, 9_999)
BACK = 0.01  # of the rows may go back where numbers rise


@dataclass(frozen=True, slots=True)
class Diamond:
    """The key `label` leads where the key `upper` of the parent by `via` leads, in a `share` of the rows.

    With `way`, `upper` is no key but a column which says what stands in the column `key` of the row: its day, month or year (`spelt`).
    """

    label: str
    via: str
    upper: str
    share: float = 1.0
    way: str = ""
    key: str = ""

    @property
    def need(self) -> str:
        return f"{self.via}.{self.upper}" if self.way else f"{self.via}.@{self.upper}"


@dataclass(frozen=True, slots=True)
class Kin:
    """Parents by `label` are among those that hang on the same row as the parent by `via`: users of the own tenant.

    `above` is the need that tells which row that is, `own` the one that tells it of the parents by `label`.
    """

    label: str
    via: str
    above: str
    own: str

    @property
    def needs(self) -> tuple[str, str]:
        return (self.above, self.own)

    def groups(self, given: Mapping[str, pa.Array], first: Ints) -> tuple[Ints, Ints]:
        """The row that each row (n,) hangs on by its parent `first` (n,), -1 for none; and that parents (m,) hang on, -2 for none."""
        above, own = (np.asarray(pc.fill_null(given[need], -1).to_numpy(zero_copy_only=False), dtype=np.int64) for need in self.needs)
        return climbed(first, above), np.where(own >= 0, own, -2)


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
        if not category:
            found, null = numbers(evidence.column(need))
            evidence = replace(evidence, hidden={**evidence.hidden, need: pa.array(found, mask=null)})
        own, rising, whole = f"<{need}", False, runs >= STICKY and f"<@{label}" in evidence.hidden
        if whole:  # what a run has is decided in its first row
            mine, had = (evidence.hidden[each] for each in (f"@{label}", f"<@{label}"))
            evidence = evidence.take(np.flatnonzero(np.asarray(pc.fill_null(pc.not_equal(mine, had), True))))
        options: dict[str, Any] = {
            "drawn_by": "null" if category else "numeric.quantiles",
            "features": told["features"],
            "categories": told["categories"],
        }
        if own in evidence.hidden:
            options |= {"features": (*told["features"], *(() if whole else (BEFORE, AFTER)), own), "line": (f"@{via}",)}
            options |= {"categories": (*told["categories"], own)} if category else {}
            if not category:
                found, null = numbers(evidence.column(need))
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
        if self.leaves is not None and self.runs >= STICKY:
            return self._by_runs(parents, given, first, stream)
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

    def _by_runs(self, parents: Ints, given: Mapping[str, pa.Array], first: Ints, stream: Stream) -> Ints:
        """Runs of rows first, then what each of them has, then who."""
        assert self.leaves is not None
        n, scores = len(parents), given[f"{self.label}.{self.score}"]
        order, run = runs_of(first, np.zeros(n, dtype=np.int64), self.runs, stream.at("runs"))
        heads = order[np.flatnonzero(np.diff(run, prepend=-1))]
        cell = alike(scores.take(pa.array(parents)))
        stock = parents[np.argsort(cell, kind="stable")]
        stock = stock[((np.arange(len(heads)) + 0.5) * n / max(len(heads), 1)).astype(np.int64)]
        up = pa.array(first[heads], mask=first[heads] < 0)
        beside = {need: given[need].take(up) for need in self.needs[1:]} | {f"@{self.via}": pa.array(first[heads])}
        dealt = self.leaves.dealt(scores.take(pa.array(stock)), beside, stream, exact=True)
        known = np.full(int(parents.max(initial=0)) + 1, -1, dtype=np.int64)
        known[parents] = cell
        wanted = np.empty(n, dtype=np.int64)
        wanted[order] = known[stock[dealt]][run]
        place = shuffled(order, run, stream.at("run"))
        return laid(parents, cell, moved(wanted, cell, place), place, stream.at("parent"))

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
    order, run = runs_of(first, cells, rate, stream)
    return laid(parents, cells, cells, shuffled(order, run, stream.at("run")), stream.at("parent"))


def runs_of(first: Ints, cells: Ints, rate: float, stream: Stream) -> tuple[Ints, Ints]:
    """The rows in the order of their first parents (n,), and the run each belongs to, in that order (n,)."""
    order = np.argsort(first, kind="stable")
    up, cell = first[order], cells[order]
    same = np.append(False, (up[1:] == up[:-1]) & (up[1:] >= 0) & (cell[1:] == cell[:-1]))[: len(first)]
    return order, np.cumsum(~(same & (stream.at("same").uniform(len(first)) < rate))) - 1


def shuffled(order: Ints, run: Ints, stream: Stream) -> Ints:
    """A place for each row (n,): runs in any order, the rows of each as they stand in `order`."""
    n = len(order)
    place = np.empty(n, dtype=np.int64)
    place[order] = np.argsort(np.lexsort((np.arange(n), stream.permutation(n)[run])))
    return place


def moved(wanted: Ints, have: Ints, place: Ints) -> Ints:
    """The cells that rows want (n,), changed in as few as need be so that each comes as often as in `have` (n,): in the last by `place`."""
    many = max(int(wanted.max(initial=-1)), int(have.max(initial=-1))) + 2  # -1 is a cell, too
    asked, there = np.bincount(wanted + 1, minlength=many), np.bincount(have + 1, minlength=many)
    order = np.lexsort((place, wanted))
    start = np.cumsum(asked) - asked
    rank = np.arange(len(wanted)) - start[wanted[order] + 1]
    left = order[rank >= there[wanted[order] + 1]]
    out = wanted.copy()
    out[left[np.argsort(place[left], kind="stable")]] = np.repeat(np.arange(many) - 1, np.maximum(there - asked, 0))
    return out


def laid(parents: Ints, theirs: Ints, cells: Ints, place: Ints, stream: Stream) -> Ints:
    """The parents (n,), of the cells `theirs`, laid one after the other along the rows (n,) of each of `cells` in the order of `place`."""
    drawn = stream.permutation(int(parents.max(initial=0)) + 1)[parents]
    out = np.empty_like(parents)
    out[np.lexsort((place, cells))] = parents[np.lexsort((drawn, theirs))]
    return out


def _rising(parents: Ints, scores: Floats, first: Ints) -> Ints:
    """The parents of rows of one first parent in the order of their scores."""
    group = np.where(first < 0, int(first.max(initial=0)) + 1 + np.arange(len(first)), first)
    out = np.empty_like(parents)
    out[np.argsort(group, kind="stable")] = parents[np.lexsort((scores, group))]
    return out


def through(diamond: Diamond, given: Mapping[str, pa.Array], rows: Mapping[str, Ints]) -> Ints:
    """The parents' row numbers (n,) that a diamond dictates, -1 where it says nothing."""
    above = given[diamond.need]
    if diamond.way:
        keys = given[f"{diamond.label}.{diamond.key}"].cast(pa.date32())
        above = pc.fill_null(pc.index_in(spelt(above, diamond.way), value_set=keys), -1)
    upper = np.asarray(above.to_numpy(zero_copy_only=False), dtype=np.int64)
    return climbed(rows[diamond.via], upper)


def spelt(values: pa.Array, way: str) -> pa.Array:
    """The "day" of dates and moments (n,), the first day of their "month" or "year", or that of "years" which stand there as numbers."""
    if way == "years":
        years, null = numbers(values)
        first = np.clip(np.where(null, 1970, years), *_YEARS).astype(np.int64) - 1970
        days = first.astype("<M8[Y]").astype("<M8[D]").astype(np.int64).astype(np.int32)
        return pa.array(days, mask=null | (years < _YEARS[0]) | (years > _YEARS[1])).cast(pa.date32())
    return pc.floor_temporal(values.cast(pa.date32()), unit=way).cast(pa.date32())


def climbed(rows: Ints, up: Ints) -> Ints:
    """Where rows (n,) of a table lead (-1 for none), whose own rows lead `up` (m,)."""
    return np.where(rows >= 0, up[np.maximum(rows, 0)], -1) if len(up) else np.full(len(rows), -1, dtype=np.int64)


__all__ = ["Diamond", "Kin", "Match", "alike", "climbed", "in_runs", "spelt", "through"]
