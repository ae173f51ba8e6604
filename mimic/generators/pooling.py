"""What the leaves of a tree hold: shares of codes and cells of ranks, each backed by k distinct owners."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from mimic.generator import State
from mimic.generators.trees import ROOT, Forest, Tree
from mimic.profile import Owners
from mimic.streams import Floats, Ints

MOST = 32  # cells of a leaf


@dataclass(frozen=True, slots=True)
class Cells:
    """Cells `start[l]` .. `start[l + 1]` of leaf l, each of as many rows: `mean` and `slope` of their ranks, which lie in 0 .. 1.

    Where a guide is followed, ranks rise in leaf l by `tilt[l]` with the guide's own rank above `centre[l]`, and the cells hold
    what is left of rows that have one; the others draw from `alone`. Ranks stay between its ends: rows that stray from what is
    known of a leaf do not lead further away.
    """

    start: Ints
    mean: NDArray[np.float32]
    slope: NDArray[np.float32]
    tilt: NDArray[np.float32]
    centre: NDArray[np.float32]
    alone: Cells | None = None

    def draw(self, leaf: Ints, u: Floats, guide: Floats | None) -> Floats:
        """The rank below which a share `u` (n,) of the leaf (n,) lies; `guide` (n,) ranks, NaN where there is none."""
        many = (self.start[1:] - self.start[:-1])[leaf]
        spot = u * many
        cell = np.minimum(spot.astype(np.int64), many - 1)
        at = self.start[leaf] + cell
        found = np.asarray(self.mean[at] + (2 * (spot - cell) - 1) * self.slope[at], dtype=np.float64)
        if guide is None or self.alone is None:
            return found
        low, high = self.alone.ends()
        led = np.clip(found + self.tilt[leaf] * (guide - self.centre[leaf]), low[leaf], high[leaf])
        return np.where(np.isfinite(guide), led, self.alone.draw(leaf, u, None))

    def ends(self) -> tuple[Floats, Floats]:
        """The lowest and the highest rank of each leaf (leaves,)."""
        first, last = self.start[:-1], self.start[1:] - 1
        return self.mean[first].astype(np.float64) - self.slope[first], self.mean[last].astype(np.float64) + self.slope[last]

    def state(self) -> State:
        plain = {"start": self.start, "mean": self.mean, "slope": self.slope, "tilt": self.tilt, "centre": self.centre}
        return {**plain, "alone": self.alone.state() if self.alone is not None else None}

    @classmethod
    def restore(cls, state: State) -> Self:
        alone = state["alone"]
        return cls(**{**state, "alone": cls.restore(alone) if alone is not None else None})


@dataclass(frozen=True, slots=True)
class Learnt:
    """One tree, and what its leaves hold: `leaf` (nodes,) the number of each leaf, `shares` (leaves, codes), `cells` of ordered values."""

    tree: Tree
    leaf: Ints
    shares: NDArray[np.float32]
    cells: Cells | None

    def state(self) -> State:
        made = {"feature": self.tree.feature, "cut": self.tree.cut, "child": self.tree.child, "leaf": self.leaf, "shares": self.shares}
        return {**made, "cells": self.cells.state() if self.cells is not None else None}

    @classmethod
    def restore(cls, state: State) -> Self:
        tree = Tree(state["feature"], state["cut"], state["child"])
        return cls(tree, state["leaf"], state["shares"], Cells.restore(state["cells"]) if state["cells"] else None)


def grown_together(trees: Sequence[Learnt]) -> Forest:
    """The trees together; their leaves are numbered one tree after the other. Without trees all rows are in one leaf."""
    if not trees:
        return Forest.of([ROOT])
    first = np.cumsum([0, *(len(learnt.shares) for learnt in trees)])
    return Forest.of([learnt.tree for learnt in trees], [start + learnt.leaf for start, learnt in zip(first, trees, strict=False)])


def tilts(leaf: Ints, rank: Floats, guide: Floats, leaves: int) -> tuple[Floats, Floats, float]:
    """Least squares of ranks (n,) on a guide (n,) in each leaf: tilt and centre (leaves,), and which share of the squares they take off.

    Rows whose guide is NaN follow nothing; of the others it must be half.
    """
    live = np.isfinite(guide)
    enough = 2 * live.sum() >= len(live)
    leaf, rank, guide = leaf[live], rank[live], guide[live]
    rows = np.maximum(np.bincount(leaf, minlength=leaves), 1)
    centre = np.bincount(leaf, weights=guide, minlength=leaves) / rows
    level = np.bincount(leaf, weights=rank, minlength=leaves) / rows
    x, y = guide - centre[leaf], rank - level[leaf]
    square = np.bincount(leaf, weights=x * x, minlength=leaves)
    cross = np.bincount(leaf, weights=x * y, minlength=leaves)
    tilt = np.divide(cross, square, out=np.zeros(leaves), where=square > 1e-12)
    return tilt, centre, float((tilt * cross).sum() / max(float((y * y).sum()), 1e-12)) if enough else 0.0


def cells_of(leaf: Ints, rank: Floats, leaves: int, owners: Owners, k: int, guide: Floats | None = None) -> Cells:
    """Sort the ranks (n,) of each leaf and cut them into cells of k owners or more; a leaf without rows is even."""
    tilt, centre, alone = np.zeros(leaves), np.zeros(leaves), None
    if guide is not None:
        alone = cells_of(leaf, rank, leaves, owners, k)
        tilt, centre, _ = tilts(leaf, rank, guide, leaves)
        live = np.isfinite(guide)
        few = ~owners.reach(np.where(live, leaf, -1), leaves, k)
        tilt[few] = 0.0
        rows = np.flatnonzero(live | few[leaf])
        leaf, owners = leaf[rows], owners.take(rows)
        rank = rank[rows] - tilt[leaf] * np.nan_to_num(guide[rows] - centre[leaf])
    order = np.lexsort((rank, leaf))
    leaf, rank, owners = leaf[order], rank[order], owners.take(order)
    rows = np.bincount(leaf, minlength=leaves)
    begin = np.cumsum(rows) - rows
    within = np.arange(len(leaf)) - begin[leaf]
    many = np.clip(rows // k, 1, MOST)
    while True:
        start = np.append(0, np.cumsum(many))
        cell = start[leaf] + within * many[leaf] // np.maximum(rows[leaf], 1)
        if not owners.paths:
            break
        held = owners.reach(cell, int(start[-1]), k)
        poor = np.unique(np.repeat(np.arange(leaves), many)[~held])
        poor = poor[many[poor] > 1]
        if not len(poor):
            break
        many[poor] = np.maximum(many[poor] // 2, 1)
    total = int(start[-1])
    size = np.bincount(cell, minlength=total)
    mean = np.divide(np.bincount(cell, weights=rank, minlength=total), size, out=np.full(total, 0.5), where=size > 0)
    first = np.searchsorted(cell, np.arange(total))
    t = (2 * (np.arange(len(cell)) - first[cell]) + 1) / np.maximum(size[cell], 1) - 1
    square = np.bincount(cell, weights=t * t, minlength=total)
    slope = np.divide(np.bincount(cell, weights=t * rank, minlength=total), square, out=np.zeros(total), where=square > 1e-12)
    slope[size == 0] = 0.5
    parts = [part.astype(np.float32) for part in (mean, np.maximum(slope, 0.0), tilt, centre)]
    return Cells(start, parts[0], parts[1], parts[2], parts[3], alone)


def shares_of(tree: Tree, at: Ints, codes: Ints, width: int, owners: Owners, k: int, *, ordered: bool = False) -> Floats:
    """Shares of the codes in every node (nodes, codes).

    A code that k owners have in a node has its share of the node's rows. So have, where codes stand in an order, neighbours that k owners
    have together; among them it is as in the node above. The others share what is left as they do in the node
    above; and where fewer than k owners are left, what is left is as much as the node above has of these codes (k / 2 rows at
    most), so that nothing of fewer than k is told.
    """
    nodes, up = len(tree.feature), tree.parents
    depth = np.zeros(nodes, dtype=np.int64)
    for node in range(1, nodes):
        depth[node] = depth[up[node]] + 1
    out = np.zeros((nodes, width))
    here = at.copy()
    deepest = int(depth[at].max(initial=0))
    levels = sorted({0, *range(0, deepest, 3), deepest})
    above: dict[int, Ints] = {deepest: at}
    for level in range(deepest - 1, -1, -1):
        here = np.where(depth[here] > level, up[here], here)
        above[level] = here.copy()
    before: Ints | None = None
    for level in levels:
        place = above[level]
        cell = place * width + codes
        counts = np.bincount(cell, minlength=nodes * width).reshape(nodes, width).astype(np.float64)
        held = owners.reach(cell, nodes * width, k).reshape(nodes, width) if owners.paths else counts >= k
        touched = np.flatnonzero(counts.sum(axis=1) > 0)
        if before is None:
            base = np.ones((len(touched), width))
        else:
            first = np.full(nodes, -1, dtype=np.int64)
            first[place] = before
            base = out[first[touched]]
        seen, known, spot = counts[touched], held[touched], np.searchsorted(touched, place)
        rows = seen.sum(axis=1)
        if ordered:
            seen, known = _pooled(seen, known, base, spot, codes, owners, k)
        told = owners.reach(np.where(known[spot, codes], -1, spot), len(touched), k)  # whether the few have owners enough together
        rest = seen.sum(axis=1, where=~known)
        untold = np.clip(base.sum(axis=1, where=~known) / np.maximum(base.sum(axis=1), 1e-12) * rows, 0.5, np.minimum(k / 2, rows / 2))
        rest = np.where(rest == 0, 0.0, np.where(told, rest, untold)) / rows
        seen = np.where(known, seen, 0.0)
        weight = seen.sum(axis=1)
        rest = np.where(weight > 0, rest, 1.0)
        spread = np.where(known, 0.0, base)
        spread = np.where(spread.sum(axis=1, keepdims=True) > 0, spread, ~known)
        mass = np.maximum(spread.sum(axis=1), 1e-12)
        out[touched] = seen * ((1 - rest) / np.maximum(weight, 1e-12))[:, None] + spread * (rest / mass)[:, None]
        before = place
    return out


def _pooled(
    counts: Floats, held: NDArray[np.bool_], base: Floats, at: Ints, codes: Ints, owners: Owners, k: int
) -> tuple[Floats, NDArray[np.bool_]]:  # fmt: skip
    """Counts (nodes, codes) and what is known of them; neighbours that k owners have together are counted together, spread as in `base`.

    `at` and `codes` (rows,) say where each row is, and what it has. Code 0 has no neighbours.
    """
    nodes, width = counts.shape
    group, gathered, number = np.full((nodes, width), -1, dtype=np.int64), np.zeros(nodes), np.zeros(nodes, dtype=np.int64)
    for code in range(1, width):
        free = ~held[:, code]
        group[free, code] = number[free]
        gathered += np.where(free, counts[:, code], 0.0)
        number += gathered >= k
        gathered[gathered >= k] = 0.0
    last = (group == number[:, None]) & (number[:, None] > 0)  # too few are left: they join those before them
    group[last] -= 1
    many = int(group.max(initial=0)) + 1
    mine = group[at, codes]
    enough = owners.reach(np.where(mine >= 0, at * many + mine, -1), nodes * many, k)
    cell = np.arange(nodes)[:, None] * many + group
    pooled = (group >= 0) & enough[np.where(group >= 0, cell, 0)]
    spot = cell[pooled]
    weight = np.maximum(base[pooled], 1e-9)
    rows, of_all = (np.bincount(spot, weights=each, minlength=nodes * many) for each in (counts[pooled], weight))
    out = counts.copy()
    out[pooled] = rows[spot] * weight / of_all[spot]
    return out, held | pooled


__all__ = ["Cells", "Learnt", "cells_of", "grown_together", "shares_of", "tilts"]
