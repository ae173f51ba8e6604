"""How codes and places are dealt to rows: evenly within a leaf, as often as there are values, alike among siblings."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.special import ndtri

from mimic.streams import Floats, Ints, Stream

FAMILIES = 50  # of two rows or more, from which it is learned how alike siblings are
MOST_ALIKE = 0.98
UNLIKE = -0.05
SMALL = 1 << 15  # numbers below it are sorted without being compared


def groups(values: pa.Array) -> Ints:
    """A number per distinct value; a NULL stands for itself alone (-1)."""
    encoded = values.dictionary_encode()
    return np.asarray(encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False), dtype=np.int64)


def in_order(key: Ints, then: Floats | NDArray[np.uint64]) -> Ints:
    """What `np.lexsort((then, key))` says, in a third of its time where no two of `then` are alike and there are few keys."""
    first = np.argsort(then)
    rising = then[first]
    if not (rising[1:] > rising[:-1]).all():  # equal ones, or NaN: the order in which they came
        first = np.argsort(then, kind="stable")
    found = key[first]
    if len(found) and int(found.min()) >= -SMALL and int(found.max()) < SMALL:
        found = found.astype(np.int16)
    return np.asarray(first[np.argsort(found, kind="stable")], dtype=np.int64)


def even(leaf: Ints, group: Ints | None, stream: Stream) -> Floats:
    """Numbers in [0, 1), evenly spread among the rows of a leaf; among siblings, where a row has any."""
    key = leaf
    if group is not None:
        size = np.bincount(group[group >= 0], minlength=1)
        several = (group >= 0) & (size[np.maximum(group, 0)] > 1)
        key = np.where(several, group + int(leaf.max(initial=0)) + 1, leaf)
    n = len(leaf)
    order = in_order(key, stream.words(n))
    sorted_key = key[order]
    start = np.flatnonzero(np.concatenate([[True], sorted_key[1:] != sorted_key[:-1]])) if n else np.zeros(0, dtype=np.int64)
    size = np.diff(np.append(start, n))
    out = np.empty(n)
    out[order] = (np.arange(n) - np.repeat(start, size) + stream.uniform(n)) / np.repeat(size, size)
    return out


def akin(leaf: Ints, group: Ints, rho: float, stream: Stream) -> Floats:
    """Numbers in [0, 1), evenly spread among the rows of a leaf, those of a group alike: `rho` their correlation.

    Clearly below 0 siblings differ as evenly as can be.
    """
    if rho < UNLIKE:
        return even(leaf, group, stream)
    rho = max(rho, 0.0)
    n, several = len(leaf), group >= 0
    own = np.where(several, group, int(group.max(initial=-1)) + 1 + np.arange(n))
    common = ndtri(_open(stream.at("common").uniform(int(own.max(initial=0)) + 1)))[own]
    score = np.sqrt(rho) * common + np.sqrt(1.0 - rho) * ndtri(_open(stream.at("apart").uniform(n)))
    order = in_order(leaf, score)
    sorted_leaf = leaf[order]
    start = np.flatnonzero(np.concatenate([[True], sorted_leaf[1:] != sorted_leaf[:-1]])) if n else np.zeros(0, dtype=np.int64)
    size = np.diff(np.append(start, n))
    out = np.empty(n)
    out[order] = (np.arange(n) - np.repeat(start, size) + stream.at("within").uniform(n)) / np.repeat(size, size)
    return out


def kinship(u: Floats, group: Ints) -> float:
    """How much numbers `u` in (0, 1) of rows of one group correlate; each group counts by its rows."""
    live = group >= 0
    score, group = ndtri(_open(u[live])), group[live]
    many = np.bincount(group)
    total, square = np.bincount(group, weights=score), np.bincount(group, weights=score * score)
    several = many > 1
    if several.sum() < FAMILIES:
        return -1.0
    pairs = (total[several] ** 2 - square[several]) / (many[several] - 1)
    return float(np.clip(pairs.sum() / max(square[several].sum(), 1e-12), -1.0, MOST_ALIKE))


def _open(u: Floats) -> Floats:
    return np.clip(u, 1e-6, 1 - 1e-6)


def raked(shares: Floats, rows: Floats, counts: Floats) -> Floats:
    """Shares of each leaf (leaves, codes) without the codes that do not come, fitted so that all rows together have `counts`."""
    made = unraked(shares, counts)
    for _ in range(30):
        total = rows @ made
        factor = np.divide(counts, total, out=np.zeros_like(counts), where=total > 0)
        made *= factor
        sums = made.sum(axis=1, keepdims=True)
        empty = sums[:, 0] <= 0
        made = np.divide(made, sums, out=made, where=sums > 0)
        made[empty] = counts / counts.sum()
        if np.abs(factor[counts > 0] - 1).max(initial=0.0) < 1e-3:
            break
    return made


def unraked(shares: Floats, counts: Floats) -> Floats:
    """Shares of each leaf without the codes that do not come, whatever all rows together have then."""
    made = shares * (counts > 0)
    made[made.sum(axis=1) <= 0] = counts / counts.sum()
    return np.asarray(made / made.sum(axis=1, keepdims=True), dtype=np.float64)


def located(edges: Floats, leaf: Ints, u: Floats) -> Ints:
    """For every row the code in whose part of its leaf `u` falls."""
    width = edges.shape[1]
    edges = edges / edges[:, -1:]
    flat = (edges + np.arange(len(edges))[:, None]).ravel()
    found = np.searchsorted(flat, np.minimum(u, 1 - 1e-9) + leaf, side="right") - leaf * width
    return np.asarray(np.clip(found, 0, width - 1), dtype=np.int64)


def repaired(codes: Ints, counts: Ints, shares: Floats, leaf: Ints, stream: Stream) -> Ints:
    """Every code as often as `counts` says: rows change to a code that is missing, those first whose leaf likes it best."""
    out = codes.copy()
    for code in np.argsort(counts, kind="stable"):
        have = np.bincount(out, minlength=len(counts))
        missing = int(counts[code] - have[code])
        if missing <= 0:
            continue
        spare = np.maximum(have - counts, 0)
        free = np.flatnonzero(spare[out] > 0)
        liking = shares[leaf[free], code] / np.maximum(shares[leaf[free], out[free]], 1e-9)
        free = free[np.lexsort((stream.words(len(free)), -liking))]
        place = np.argsort(out[free], kind="stable")  # of each spare code no more than it can give
        of = out[free][place]
        start = np.searchsorted(of, of, side="left")
        able = np.zeros(len(free), dtype=np.bool_)
        able[place] = np.arange(len(of)) - start < spare[of]
        out[free[able][:missing]] = code
    return out


__all__ = ["akin", "even", "groups", "in_order", "kinship", "located", "raked", "repaired", "unraked"]
