"""Whole numbers of children per parent that add up exactly.

A degree sequence is drawn parent by parent and then has to meet a total that the number of child rows dictates. The
largest-remainder method keeps its shape: everything is scaled alike, and what rounding leaves goes to the largest fractions.
"""

from __future__ import annotations

import numpy as np

from mimic.streams import Floats, Ints, Stream


def reconcile(weights: Floats, total: int, stream: Stream, cap: Ints | None = None) -> Ints:
    """Whole numbers (p,) in proportion to `weights` (p,) that add up to `total`, none above `cap` (p,).

    Parents of weight 0 get children only when the others cannot take them all. The caps must allow the total.
    """
    p = len(weights)
    if total <= 0 or p == 0:
        return np.zeros(p, dtype=np.int64)
    limit = np.full(p, np.inf) if cap is None else cap.astype(np.float64)
    share = np.where(limit > 0, np.maximum(weights, 0.0), 0.0)
    out = np.zeros(p)
    left, open_ = float(total), limit > 0
    while left > 1e-9 and open_.any():
        basis = np.where(open_, share, 0.0)
        if basis.sum() <= 0:  # nobody who should have children may have more: everybody else shares
            basis = open_.astype(np.float64)
        out += left * basis / basis.sum()
        over = out >= limit
        left = float(np.maximum(out - limit, 0.0).sum()) if cap is not None else 0.0
        out = np.minimum(out, limit)
        open_ &= ~over
    whole = np.floor(out + 1e-9)
    fraction = np.where(whole < limit, out - whole, -1.0)
    missing = int(total - whole.sum())
    order = np.lexsort((stream.words(p), -np.round(fraction, 9)))
    while missing > 0:
        room = order[(whole[order] < limit[order]) & ((fraction[order] > 0) | (fraction.max() <= 0))][:missing]
        if not len(room):
            room = order[whole[order] < limit[order]][:missing]
        if not len(room):
            break
        whole[room] += 1
        fraction[room] = 0.0
        missing -= len(room)
    return np.asarray(whole, dtype=np.int64)
