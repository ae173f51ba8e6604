"""Parents inside a group, and inside the table itself: whoever refers to a row of the own table stands below it in a tree."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mimic.generators.degrees import reconcile
from mimic.streams import Floats, Ints, Stream


def within_groups(row_group: Ints, parent_group: Ints, weights: Floats, stream: Stream) -> Ints:
    """For every row a parent of its group, in proportion to the weights: systematic draws, so shares are met closely.

    `row_group` (n,) -1 for rows that want none; result (n,) with -1 where the group has no parent.
    """
    n = len(row_group)
    out = np.full(n, -1, dtype=np.int64)
    if not n or not len(parent_group):
        return out
    order = np.lexsort((stream.words(len(parent_group)), parent_group))
    weight = np.maximum(weights[order], 0.0) + 1e-6
    ends = np.cumsum(weight)
    groups, first = np.unique(parent_group[order], return_index=True)
    start = (ends - weight)[first]
    stop = np.append(start[1:], ends[-1])
    spot = np.clip(np.searchsorted(groups, row_group), 0, len(groups) - 1)
    live = np.flatnonzero((row_group >= 0) & (groups[spot] == row_group))
    mixed = live[np.lexsort((stream.words(len(live)), spot[live]))]
    at = spot[mixed]
    _, begin, size = np.unique(at, return_index=True, return_counts=True)
    rank = np.arange(len(mixed)) - np.repeat(begin, size)
    u = (rank + stream.uniform(len(mixed))) / np.repeat(size, size)
    found = np.searchsorted(ends, start[at] + u * (stop[at] - start[at]), side="right")
    last = np.append(first[1:], len(order)) - 1
    out[mixed] = order[np.clip(found, first[at], last[at])]
    return out


def forest(weights: Floats, n: int, roots: int, optional: bool, stream: Stream, *, single: bool = False) -> Ints:
    """Parents inside the table itself: trees in which every parent stands before its children.

    `weights` (n,) say how many children rows have; which row has them is chosen here. Trees are as shallow as the numbers
    allow. Where the key may not be NULL, a root is its own parent; where it may not come twice either, all rows make a ring.
    """
    if n == 0:
        return np.zeros(0, dtype=np.int64)
    if single and not optional:  # every row is referred to exactly once: a ring
        return np.roll(np.arange(n, dtype=np.int64), 1)
    roots = min(max(roots, 1), n)
    cap = np.ones(n, dtype=np.int64) if single else None
    degrees = -np.sort(-reconcile(weights[:n], n - roots, stream.at("degrees"), cap), kind="stable")
    havers = int((degrees > 0).sum())
    degrees[:havers] = degrees[:havers][stream.at("mix").permutation(havers)]
    up = np.full(n, -1, dtype=np.int64)
    up[roots:] = np.repeat(np.arange(n, dtype=np.int64), degrees)
    when = stream.at("when").uniform(n)
    level, depth = np.arange(roots, n, dtype=np.int64), 0
    age = when.copy()
    known = np.zeros(n, dtype=bool)
    known[:roots] = True
    while len(level) and depth < 200:  # rows of each level come after their parents, at random times
        ready = level[known[up[level]]]
        age[ready] = age[up[ready]] + (1 - age[up[ready]]) * np.maximum(when[ready], 1e-9)
        known[ready] = True
        level, depth = level[~known[level]], depth + 1
    order = np.argsort(age, kind="stable") if not len(level) else np.arange(n)
    place = np.empty(n, dtype=np.int64)
    place[order] = np.arange(n)
    out = np.full(n, -1, dtype=np.int64)
    out[place] = np.where(up >= 0, place[up], -1)
    if not optional:
        alone = out < 0
        out[alone] = np.flatnonzero(alone)
    return out


def rooted(up: Ints, roots: NDArray[np.bool_]) -> Ints:
    """The same trees with their roots in the given rows, which are as many."""
    place = np.empty(len(up), dtype=np.int64)
    for have, want in ((up < 0, roots), (up >= 0, ~roots)):
        place[np.flatnonzero(have)] = np.flatnonzero(want)
    out = np.full(len(up), -1, dtype=np.int64)
    out[place] = np.where(up >= 0, place[up], -1)
    return out


def groves(row_group: Ints, parent_group: Ints, absent: NDArray[np.bool_], optional: bool, stream: Stream, *, single: bool = False) -> Ints:
    """Parents inside the table itself and inside a group: every group of rows is a tree, in which parents come before children.

    `parent_group` (n,) is the group in which a row may be a parent, mostly its own. The first row of a group has no parent;
    where that may not be, it is its own. With `single` a group is a chain, or a ring.
    """
    n = len(row_group)
    if not (row_group == parent_group).all():
        return within_groups(np.where(absent, -1, row_group), parent_group, np.ones(n), stream)
    order = np.argsort(row_group, kind="stable")
    _, begin, size = np.unique(row_group[order], return_index=True, return_counts=True)
    start, length = np.repeat(begin, size), np.repeat(size, size)
    rank = np.arange(n) - start
    above = rank - 1 if single else np.floor(stream.uniform(n) * rank).astype(np.int64)
    above = np.where(rank == 0, -1 if optional else length - 1 if single else 0, above)
    out = np.empty(n, dtype=np.int64)
    out[order] = np.where(above < 0, -1, order[start + np.maximum(above, 0)])
    return np.asarray(np.where(absent & optional, -1, out), dtype=np.int64)


__all__ = ["forest", "groves", "rooted", "within_groups"]
