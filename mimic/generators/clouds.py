"""What hangs on each row, all of it together: hidden numbers drawn from small clouds of rows that are alike.

How many children a row has, what they are like on average and how far apart they lie hang together in ways that no number tells
alone: whoever has a single child has no spread, and all of its averages are that child's. Drawn one after the other they would agree
in pairs at best. So a tree parts the rows by what is known of them (the numbers of children, the parents); the rows of a leaf are
cut in half along their longest axis until there are few; of those few a cloud keeps the middle, the longest axes and what is left
across them. A cloud holds k owners or more, and no row.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import ClassVar, Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri
from scipy.stats import rankdata

from mimic.generator import Columns, Generator, Literal, Span, State, Task
from mimic.generators.dealing import even
from mimic.generators.features import Feature, arranged, binned, feature_of, numbers
from mimic.generators.growing import held, numbered
from mimic.generators.nested import inside, pack, unpack
from mimic.generators.trees import ROOT, Bins, Tree, gains, grow
from mimic.profile import Owners, TableEvidence
from mimic.registry import Registry
from mimic.streams import Floats, Ints, Stream

MOST_ROWS = 25_000  # that clouds are made of
MOST_FEATURES = 12  # that the tree chooses from
SIZE = 1.5  # times k: fewest rows of a cloud
CLOUDS = 4  # in a leaf of the tree, at least
WORTH = 10.0  # how far above chance a split must be
AXES = 4  # that a cloud keeps
PLENTY = 4_096  # values from which free rows take theirs
Singles = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Cells:
    """Clouds of d numbers, in normal scores, leaf after leaf: `first` (leaves + 1,) the first cloud of each; of every cloud how many
    rows it stands for, its `centre` (clouds, d), its `axes` (clouds, axes, d), as long as its spread, and the `rest` across them."""

    first: Ints
    rows: Ints
    centre: Singles
    axes: Singles
    rest: Singles

    @classmethod
    def of(cls, scores: Floats, leaf: Ints, leaves: int, owners: Owners, k: int) -> Self:
        """Of rows (n, d), each in a leaf 0 .. leaves - 1 that k owners have."""
        first, rows = [0], list[Ints]()
        for each in range(leaves):
            rows += _parted(scores, np.flatnonzero(leaf == each), owners, k)
            first.append(len(rows))
        d, n = scores.shape[1], len(rows)
        centre, axes, rest = np.zeros((n, d)), np.zeros((n, min(AXES, d), d)), np.zeros((n, d))
        for i, members in enumerate(rows):
            off = scores[members] - scores[members].mean(axis=0)
            spread = off.T @ off / max(len(members) - 1, 1)
            length, way = np.linalg.eigh(spread)
            long = np.argsort(-length)[: axes.shape[1]]
            centre[i], axes[i] = scores[members].mean(axis=0), (way[:, long] * np.sqrt(np.maximum(length[long], 0.0))).T
            rest[i] = np.sqrt(np.maximum(np.diag(spread) - (axes[i] ** 2).sum(axis=0), 0.0))
        many = np.array([len(members) for members in rows], dtype=np.int64)
        return cls(np.array(first), many, centre.astype(np.float32), axes.astype(np.float32), rest.astype(np.float32))

    def draw(self, leaf: Ints, stream: Stream) -> Floats:
        """Normal scores (n, d) of rows in a `leaf` each: of every cloud of a leaf as many as it should have."""
        n, d = len(leaf), self.centre.shape[1]
        upto = np.cumsum(self.rows)
        start = np.append(0, upto)[self.first]
        place = start[leaf] + even(leaf, None, stream.at("cloud")) * (start[leaf + 1] - start[leaf])
        cloud = np.minimum(np.searchsorted(upto, place, side="right"), len(upto) - 1)
        out: Floats = self.centre[cloud].astype(np.float64)
        for i in range(self.axes.shape[1]):
            out += self.axes[cloud, i] * _normal(stream.at("axis", i), n)[:, None]
        for i in range(d):
            out[:, i] += self.rest[cloud, i] * _normal(stream.at("rest", i), n)
        return out


@dataclass(frozen=True)
class Clouds:
    """Fills the hidden columns that tell what hangs on a row, given what is known before them.

    Options: `features` (needs that may be asked about), `categories` (those of them whose values are told apart by name).
    """

    kind: ClassVar[str] = "hidden.clouds"
    version: ClassVar[int] = 1

    inner: tuple[Generator, ...]  # what draws each column
    features: tuple[Feature, ...]
    tables: tuple[NDArray[np.uint8], ...]  # codes of each feature to bins
    tree: Tree
    cells: Cells | None
    free: bool = False  # rows are others than those learned from: what clouds say counts, not how often values come in all

    @property
    def fills(self) -> tuple[str, ...]:
        return tuple(name for each in self.inner for name in each.fills)

    @property
    def needs(self) -> tuple[str, ...]:
        return tuple(feature.need for feature in self.features)

    @classmethod
    def suits(cls, task: Task) -> float:
        """The planner says where it is used."""
        return 0.0

    @classmethod
    def learn(cls, task: Task, evidence: TableEvidence | None, stream: Stream) -> Self:
        from mimic.generators import builtin

        if evidence is not None and any(name not in evidence.hidden for name in task.fills):
            evidence = None
        family = builtin().generators.get("numeric.quantiles")
        inner = tuple(
            family.learn(Task(task.table, (column,), (), (meaning,), k=task.k, locale=task.locale), evidence, stream.at("inner", i))
            for i, (column, meaning) in enumerate(zip(task.columns, task.meanings, strict=True))
        )
        nothing = cls(inner, (), (), ROOT, None)
        if evidence is None:
            return nothing
        place = stream.at("clouds")
        some = np.sort(place.at("some").permutation(evidence.sampled)[:MOST_ROWS])
        owners = evidence.owners.take(some)
        size = max(int(SIZE * task.k), 2)
        if len(some) < CLOUDS * size or not owners.reach(np.zeros(len(some), dtype=np.int64), 1, task.k)[0]:
            return nothing
        scores = np.stack([_scores(numbers(evidence.column(name))[0][some]) for name in task.fills], axis=1)
        categories = frozenset(task.options.get("categories", ()))
        asked = [feature_of(evidence, need, task.k, need in categories) for need in task.options.get("features", ())]
        asked = [(feature, codes[some]) for feature, codes in asked if feature.width > 1]
        least = CLOUDS * size
        tables = [arranged(feature, codes, scores) for feature, codes in asked]
        strong = np.argsort(-gains([table[codes] for table, (_, codes) in zip(tables, asked, strict=True)], scores, least), kind="stable")
        strong = np.sort(strong[:MOST_FEATURES])
        tree = ROOT
        bins: Bins = np.zeros((1, len(some)), dtype=np.uint8)
        if len(strong):
            bins = np.stack([tables[i][asked[i][1]] for i in strong])
            order = place.at("halves").permutation(len(some))
            one, other = np.sort(order[: len(order) // 2]), np.sort(order[len(order) // 2 :])
            tree = grow(bins[:, one], scores[one], least=least // 2, worth=WORTH)
            tree = held(tree, bins[:, other], owners.take(other), task.k)
        leaf = numbered(tree)
        cells = Cells.of(scores, leaf[tree.leaf(bins)], int((leaf >= 0).sum()), owners, task.k)
        features = tuple(asked[i][0] for i in strong)
        return replace(nothing, features=features, tables=tuple(tables[i] for i in strong), tree=tree, cells=cells)

    def sample(self, span: Span, stream: Stream, given: Columns) -> Columns:
        many = max(span.n, PLENTY) if self.free and self.cells is not None and span.n else span.n
        wide = span if many == span.n else Span(span.start, many, max(many, span.total))
        made = {name: values for i, each in enumerate(self.inner) for name, values in each.sample(wide, inside(stream, str(i)), {}).items()}
        if self.cells is None or not span.n:
            return made
        bins = binned(self.features, self.tables, given, span.n)
        scores = self.cells.draw(numbered(self.tree)[self.tree.leaf(bins)], inside(stream, "clouds"))
        out: dict[str, pa.Array] = {}
        for i, (name, values) in enumerate(made.items()):
            rising = np.argsort(numbers(values)[0], kind="stable")
            if self.free:
                place = np.minimum((ndtr(scores[:, i]) * many).astype(np.int64), many - 1)
            else:
                place = np.empty(span.n, dtype=np.int64)
                place[np.argsort(scores[:, i], kind="stable")] = np.arange(span.n)
            out[name] = values.take(pa.array(rising[place]))
        return out

    def capacity(self) -> int | None:
        return None

    def literals(self) -> Iterable[Literal]:
        return (literal for each in self.inner for literal in each.literals())

    def state(self) -> State:
        cells = self.cells
        return {
            "inner": [pack(each) for each in self.inner],
            "features": [feature.state() for feature in self.features],
            "tables": list(self.tables),
            "tree": [self.tree.feature, self.tree.cut, self.tree.child],
            "cells": None if cells is None else [cells.first, cells.rows, cells.centre, cells.axes, cells.rest],
        }

    @classmethod
    def restore(cls, state: State) -> Self:
        return cls(
            tuple(unpack(each) for each in state["inner"]),
            tuple(Feature.restore(feature) for feature in state["features"]),
            tuple(state["tables"]),
            Tree(*state["tree"]),
            None if state["cells"] is None else Cells(*state["cells"]),
        )


def _parted(scores: Floats, rows: Ints, owners: Owners, k: int) -> list[Ints]:
    """Rows that are alike, few of them together, and k owners or more."""
    out, open_ = list[Ints](), [rows] if len(rows) else []
    while open_:
        here = open_.pop()
        halves = _halves(scores, here) if len(here) >= 2 * SIZE * k else ()
        if halves and all(owners.take(half).reach(np.zeros(len(half), dtype=np.int64), 1, k)[0] for half in halves):
            open_ += halves[::-1]
        else:
            out.append(here)
    return out


def _halves(scores: Floats, rows: Ints) -> tuple[Ints, Ints]:
    off = scores[rows] - scores[rows].mean(axis=0)
    along = off @ np.linalg.eigh(off.T @ off)[1][:, -1]
    order = np.argsort(along, kind="stable")
    return rows[order[: len(rows) // 2]], rows[order[len(rows) // 2 :]]


def _scores(values: Floats) -> Floats:
    """Normal scores of values (n,); equal ones have the same."""
    return np.asarray(ndtri((rankdata(values) - 0.5) / max(len(values), 1)))


def _normal(stream: Stream, n: int) -> Floats:
    return np.asarray(ndtri(np.clip(stream.uniform(n), 1e-9, 1 - 1e-9)))


def register(registry: Registry) -> None:
    registry.generators.add(Clouds)


__all__ = ["Cells", "Clouds"]
