"""Growing a tree and filling its leaves: one half of the rows says where it splits, the other what its leaves hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from mimic.generators.features import Feature, Scale, scale_of
from mimic.generators.pooling import Learnt, cells_of, shares_of, tilts
from mimic.generators.skill import Outcome, of_leaves
from mimic.generators.targets import Target
from mimic.generators.trees import Bins, Tree
from mimic.profile import Owners, TableEvidence
from mimic.streams import Floats, Ints, Stream

LEAST = 20  # rows of a leaf, as a rule (`dials.py`)
FOLLOWED = 0.15  # of the squares within the leaves that a guide must take off
SEEN_AGAIN = 0.2  # of the rows that have a sibling before them: see `Lost`


@dataclass(frozen=True, slots=True)
class Lost:
    """Rows that a tree sees twice: once more with the sibling before of another row.

    Drawn one after the other, siblings stray to where no row of the source ever was; so a tree learns to follow the rest of the
    row there, and finds back. What the sibling before was like is asked only where the row itself does not tell: that a fee comes
    after the interest says no more of its amount than that it is a fee, but is not always so in a copy.

    `beside` (features,) which features tell of the sibling before; `astray` (n,) which rows, `like` (n,) whose sibling before
    they have then.
    """

    bins: Bins
    beside: NDArray[np.bool_]
    astray: NDArray[np.bool_]
    like: Ints

    @classmethod
    def of(cls, bins: Bins, beside: Sequence[bool], stream: Stream) -> Self:
        n, asked = bins.shape[1], np.array(beside, dtype=np.bool_)
        if not asked.any():
            return cls(bins, asked, np.zeros(n, dtype=np.bool_), np.zeros(n, dtype=np.int64))
        return cls(bins, asked, stream.at("which").uniform(n) < SEEN_AGAIN, stream.at("like").permutation(n))

    def with_rows(self, rows: Ints) -> tuple[Bins, Ints]:
        """Bins (features, m) of `rows` and of those of them that are seen again; and which row each is (m,)."""
        if not self.beside.any():
            return self.bins[:, rows], rows
        more = rows[self.astray[rows]]
        again = self.bins[:, more]
        again[self.beside] = self.bins[self.beside][:, self.like[more]]
        return np.concatenate([self.bins[:, rows], again], axis=1), np.concatenate([rows, more])

    def behind(self, owners: Owners, seen: Ints) -> Owners:
        """Who stands behind rows of which some are `seen` twice (m,): a row that comes again is nobody else."""
        found = owners.take(seen)
        return found if not self.beside.any() or len(np.unique(seen)) == len(seen) else Owners(found.rows, (*found.paths, seen))


def held(tree: Tree, bins: Bins, owners: Owners, k: int) -> Tree:
    """The tree with leaves of fewer than k owners joined; `bins` and `owners` are of rows that it was not grown on."""
    up = tree.parents
    while True:
        at = tree.leaf(bins)
        held = owners.reach(at, len(tree.feature), k)
        rows = np.bincount(at, minlength=len(tree.feature))
        poor = _reached(tree) & (~held | (rows < LEAST // 2)) & (up >= 0)
        if not poor.any():
            return tree
        joined = np.zeros(len(tree.feature), dtype=np.bool_)
        joined[up[poor]] = True
        tree = tree.pruned(joined)


def guide_of(
    grown: Sequence[tuple[Tree, Ints]], bins: Bins, codes: Ints, rank: Floats, evidence: TableEvidence, features: Sequence[Feature], k: int
) -> tuple[Scale, Floats] | None:
    """The column of numbers that ranks follow best within the leaves, where one takes off a good part of what is left."""
    best: tuple[float, tuple[Scale, Floats]] | None = None
    leaves = [(numbered(tree)[tree.leaf(bins[:, rows])], rows, codes[rows] == 1) for tree, rows in grown]
    for feature in features:
        if feature.way != "number" or (found := scale_of(evidence, feature.need, k)) is None:
            continue
        gain = min(tilts(leaf[live], rank[rows][live], found[1][rows][live], int(leaf.max()) + 1)[2] for leaf, rows, live in leaves)
        if gain > FOLLOWED and (best is None or gain > best[0]):
            best = (gain, found)
    return best[1] if best is not None else None


def filled(
    tree: Tree, lost: Lost, rows: Ints, codes: Ints, rank: Floats, led: Floats | None, follows: bool, owners: Owners, target: Target, k: int
) -> Learnt:
    """A tree with what its leaves hold of the `rows` that it was not grown on.

    `led` (n,) places of the guide, where there is one; `follows` whether that is the column's own value in the sibling before.
    """
    bins, seen = lost.with_rows(rows)
    first, leaf, at = len(rows), numbered(tree), tree.leaf(bins)
    nodes, last = len(tree.feature), np.flatnonzero(leaf >= 0)
    # Rows that are seen again speak only where there are no others.
    told = owners.take(rows).reach(at[:first], nodes, k) & (np.bincount(at[:first], minlength=nodes) >= LEAST // 2)
    speak = np.flatnonzero(np.append(np.ones(first, dtype=np.bool_), ~told[at[first:]]))
    guide = None
    if led is not None:
        guide = np.append(led[rows], led[lost.like[seen[first:]] if follows else seen[first:]])[speak]
    seen, at = seen[speak], at[speak]
    behind = lost.behind(owners, seen)
    shares = shares_of(tree, at, codes[seen], target.codes, behind, k, ordered=target.way == "levels")[last].astype(np.float32)
    cells = None
    if target.scaled:
        live = np.flatnonzero(codes[seen] == 1)
        guide = None if guide is None else guide[live]
        cells = cells_of(leaf[at[live]], rank[seen][live], len(last), behind.take(live), k, guide)
    return Learnt(tree, leaf, shares, cells)


def judged(
    outcome: Outcome, learnt: Sequence[Learnt], grown: Sequence[tuple[Tree, Ints]], bins: Bins, codes: Ints, led: Floats | None
) -> Floats:
    """How far each row of the sample (n,) is from what the tree says that was not grown on it."""
    told, live = [], codes == 1
    for one, (tree, rows) in zip(learnt, grown, strict=True):
        leaf = one.leaf[tree.leaf(bins[:, rows])]
        lift = None
        if led is not None and one.cells is not None:
            lift = live[rows] * float(live.mean()) * one.cells.tilt[leaf] * np.nan_to_num(led[rows] - one.cells.centre[leaf])
        told.append((rows, leaf, lift))
    return of_leaves(outcome, told)


def renumbered(learnt: Learnt, again: Mapping[int, int]) -> Learnt:
    feature = np.array([again.get(int(f), -1) for f in learnt.tree.feature], dtype=np.int16)
    return Learnt(Tree(feature, learnt.tree.cut, learnt.tree.child), learnt.leaf, learnt.shares, learnt.cells)


def numbered(tree: Tree) -> Ints:
    """The number of each leaf (nodes,), -1 for other nodes."""
    last = np.flatnonzero(_reached(tree))
    leaf = np.full(len(tree.feature), -1, dtype=np.int64)
    leaf[last] = np.arange(len(last))
    return leaf


def _reached(tree: Tree) -> NDArray[np.bool_]:
    """Which nodes are leaves that a row can end in."""
    out = np.zeros(len(tree.feature), dtype=np.bool_)
    here = np.zeros(1, dtype=np.int64)
    while len(here):
        inner = tree.feature[here] >= 0
        out[here[~inner]] = True
        below = tree.child[here[inner]].astype(np.int64)
        here = np.concatenate([below, below + 1])
    return out


__all__ = ["LEAST", "Lost", "filled", "guide_of", "held", "judged", "numbered", "renumbered"]
