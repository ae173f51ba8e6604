"""Regression trees over binned features, grown a level at a time: all rows of a level are counted at once.

Features are whole numbers 0 .. 127 (`features.py` makes them), so that a split is "bin > cut". Targets may have several
dimensions; a split is as good as what it takes off the sum of their squared errors. A tree of 100,000 rows grows in tenths
of a second and finds the leaves of a million rows in about as long.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from mimic.streams import Floats, Ints

BINS = 128
DEPTH = 14
BLOCK = 4096  # rows that go down a tree together: what is known of them stays in the cache
OPEN = 3  # levels in which every feature is asked about
LITTLE = 0.01  # of what the best splits of a level take off: features that could not take off as much are left
Bins = NDArray[np.uint8]  # (features, rows)


@dataclass(frozen=True, slots=True)
class Tree:
    """`feature` (nodes,) the feature that a node asks about, -1 for a leaf: bins above `cut` go to node `child` + 1, others to `child`."""

    feature: NDArray[np.int16]
    cut: NDArray[np.uint8]
    child: NDArray[np.int32]

    def leaf(self, bins: Bins) -> Ints:
        """The node in which each row ends, shape (rows,)."""
        return Forest.of([self]).leaf(bins, np.zeros(bins.shape[1], dtype=np.int64))

    @property
    def parents(self) -> Ints:
        """The node above each node, -1 above the first."""
        up = np.full(len(self.feature), -1, dtype=np.int64)
        inner = np.flatnonzero(self.feature >= 0)
        up[self.child[inner]] = inner
        up[self.child[inner] + 1] = inner
        return up

    def pruned(self, leaves: NDArray[np.bool_]) -> Tree:
        """The tree that ends at the nodes marked True; nodes below them are out of reach."""
        return Tree(np.where(leaves, -1, self.feature).astype(np.int16), self.cut, self.child)

    @property
    def used(self) -> tuple[int, ...]:
        return tuple(int(i) for i in np.unique(self.feature[self.feature >= 0]))


@dataclass(frozen=True, slots=True)
class Forest:
    """Trees laid one behind the other, so that rows go down different ones together: `start` (trees,) their first nodes, `depth` levels.

    Of every node (nodes,): the `feature` it asks about, `cut` and `child` as in a tree; a leaf leads to itself. `number` is what stands for
    the node.
    """

    start: Ints
    feature: Ints
    cut: NDArray[np.uint8]
    child: Ints
    number: Ints
    depth: int

    @classmethod
    def of(cls, trees: Sequence[Tree], numbers: Sequence[Ints] | None = None) -> Self:
        """`numbers` what stands for each node of each tree; without, its place in the tree."""
        sizes = [len(tree.feature) for tree in trees]
        start = np.cumsum([0, *sizes], dtype=np.int64)
        feature = np.concatenate([tree.feature for tree in trees]).astype(np.int64)
        inner, nodes = feature >= 0, np.arange(start[-1], dtype=np.int64)
        child = np.where(inner, np.concatenate([tree.child for tree in trees]) + np.repeat(start[:-1], sizes), nodes)
        cut = np.where(inner, np.concatenate([tree.cut for tree in trees]), np.uint8(255))
        number = np.concatenate([np.arange(size) for size in sizes] if numbers is None else numbers)
        depth, level = 0, start[:-1][inner[start[:-1]]]
        while len(level):
            below = np.concatenate([child[level], child[level] + 1])
            depth, level = depth + 1, below[inner[below]]
        return cls(start[:-1], np.where(inner, feature, 0), cut, child, number, depth)

    def leaf(self, bins: Bins, which: Ints) -> Ints:
        """What stands for the node in which each row ends in the tree that is said for it (rows,)."""
        rows = bins.shape[1]
        out = self.start.take(which)
        if self.depth:
            flat, spot = bins.ravel(), self.feature * rows
            for first in range(0, rows, BLOCK):
                here = out[first : first + BLOCK]
                on = np.arange(first, first + len(here), dtype=np.int64)
                for _ in range(self.depth):
                    here = self.child.take(here) + (flat.take(spot.take(here) + on) > self.cut.take(here))
                out[first : first + BLOCK] = here
        return self.number.take(out)


ROOT = Tree(np.array([-1], dtype=np.int16), np.zeros(1, dtype=np.uint8), np.zeros(1, dtype=np.int32))


def gains(bins: Sequence[NDArray[np.uint8]], targets: Floats, least: int) -> Floats:
    """What the best first split on each feature takes off the squared error, shape (features,)."""
    place, wanted = np.zeros(len(targets), dtype=np.int64), np.ascontiguousarray(targets.T)
    return np.array([float(_splits(one, place, 1, wanted, least)[0][0]) for one in bins])


def grow(bins: Bins, targets: Floats, *, least: int, worth: float, depth: int = DEPTH) -> Tree:
    """A tree whose leaves hold `least` rows or more. `targets` (rows, dimensions); a split must take off more than chance would.

    That is `worth` times the square that one row of the node has in its widest dimension, and once that in all: relations that are
    nearly exact are followed down to the smallest differences.

    A feature that would take off next to nothing at a level, the first few aside, is not asked about below.
    """
    asked = list(range(len(bins)))
    feature, cut, child = [-1], [0], [0]
    rows = np.arange(bins.shape[1], dtype=np.int64)
    place = np.zeros(len(rows), dtype=np.int64)  # which of this level's open nodes a row is in
    nodes = np.zeros(1, dtype=np.int64)
    for level in range(depth):
        if len(rows) < 2 * least or not len(nodes):
            break
        which, where = np.full(len(nodes), -1), np.zeros(len(nodes), dtype=np.int64)
        wanted = np.ascontiguousarray(targets[rows].T)
        bar = _bar(place, len(nodes), wanted, worth)
        best = bar.copy()
        offers = np.zeros(len(asked))
        for i, f in enumerate(asked):
            gain, at = _splits(bins[f, rows], place, len(nodes), wanted, least)
            offers[i] = np.maximum(gain - bar, 0.0).sum()
            better = gain > best
            best[better], which[better], where[better] = gain[better], f, at[better]
        split = np.flatnonzero(which >= 0)
        if not len(split):
            break
        if level >= OPEN:
            asked = [f for f, offer in zip(asked, offers.tolist(), strict=True) if offer > LITTLE * float((best - bar).sum())]
        first = len(feature)
        for i, node in enumerate(nodes[split].tolist()):
            feature[node], cut[node], child[node] = int(which[split[i]]), int(where[split[i]]), first + 2 * i
        feature += [-1] * (2 * len(split))
        cut += [0] * (2 * len(split))
        child += [0] * (2 * len(split))
        number = np.full(len(nodes), -1, dtype=np.int64)
        number[split] = np.arange(len(split))
        stay = number[place] >= 0
        rows, place = rows[stay], place[stay]
        right = bins[which[place], rows] > where[place]
        place = 2 * number[place] + right
        nodes = first + np.arange(2 * len(split), dtype=np.int64)
    return Tree(np.array(feature, dtype=np.int16), np.array(cut, dtype=np.uint8), np.array(child, dtype=np.int32))


def _bar(place: Ints, nodes: int, wanted: Floats, worth: float) -> Floats:
    """What a split of each node must take off, shape (nodes,)."""
    rows = np.maximum(np.bincount(place, minlength=nodes), 1)
    spread = np.zeros((len(wanted), nodes))
    for i, values in enumerate(wanted):
        mean = np.bincount(place, weights=values, minlength=nodes) / rows
        spread[i] = np.bincount(place, weights=values * values, minlength=nodes) / rows - mean**2
    return np.asarray(np.maximum(spread.sum(axis=0) + worth * spread.max(axis=0), 1e-9))


def _splits(bins: NDArray[np.uint8], place: Ints, nodes: int, wanted: Floats, least: int) -> tuple[Floats, Ints]:
    """The best gain and cut of every node on one feature, of the rows that are still on the way; `wanted` (dimensions, rows)."""
    width = int(bins.max(initial=0)) + 1
    if width == 1:
        return np.full(nodes, -np.inf), np.zeros(nodes, dtype=np.int64)
    cell = place * width + bins
    left = np.bincount(cell, minlength=nodes * width).reshape(nodes, width).cumsum(axis=1).astype(np.float64)
    total = left[:, -1:]
    right = total - left
    gain = np.zeros((nodes, width))
    with np.errstate(divide="ignore", invalid="ignore"):
        for weights in wanted:
            below = np.bincount(cell, weights=weights, minlength=nodes * width).reshape(nodes, width).cumsum(axis=1)
            whole = below[:, -1:]
            gain += below**2 / left + (whole - below) ** 2 / right - whole**2 / total
    gain[(left < least) | (right < least)] = -np.inf
    at = np.argmax(gain, axis=1)
    return gain[np.arange(nodes), at], at


__all__ = ["BINS", "ROOT", "Bins", "Forest", "Tree", "gains", "grow"]
