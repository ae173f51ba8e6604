"""Of several ways to draw each row one is chosen, so that as many rows as asked are of a kind and little else changes.

Every way that was drawn has the same odds at first; those of ways with a wanted row are raised until the expected number of such rows
is what was asked. So rows whose circumstances favour it come first, in proportion, and what hangs together stays together. Of all
distributions with these expected numbers it is the one nearest to the model's own (an exponential tilt of it).
"""

from __future__ import annotations

import numpy as np

from mimic.streams import Floats, Ints, Stream

SWEEPS, HALVINGS, STEEPEST = 12, 44, 40.0
REPAIRS = 400


def chosen(weights: Floats, hits: Ints, wanted: Ints, stream: Stream) -> Ints:
    """Which of its ways each unit takes (units,).

    `weights` (units, ways) how often each was drawn, 0 for never; `hits` (units or 1, ways, kinds) how many rows of each kind a way has;
    `wanted` (kinds,) how many there are to be. They are met as closely as the ways allow.
    """
    units, ways = weights.shape
    odds = np.log(np.where(weights > 0, weights, 1.0))
    odds[weights <= 0] = -np.inf
    theta = np.zeros(hits.shape[2])
    for _ in range(SWEEPS if len(theta) > 1 else 1):
        before = theta.copy()
        for kind in range(len(theta)):
            low, high = -STEEPEST, STEEPEST
            for _ in range(HALVINGS):
                theta[kind] = (low + high) / 2
                if _expected(odds, hits, theta)[1][kind] < wanted[kind]:
                    low = theta[kind]
                else:
                    high = theta[kind]
        if np.abs(theta - before).max(initial=0.0) < 1e-6:
            break
    shares, _ = _expected(odds, hits, theta)
    edges = np.cumsum(shares, axis=1)
    order = np.lexsort((stream.words(units), shares.argmax(axis=1)))
    u = np.empty(units)
    u[order] = (np.arange(units) + stream.uniform(1)[0]) * 0.6180339887498949 % 1.0  # evenly spread, whatever its neighbours get
    way = np.minimum((u[:, None] >= edges / edges[:, -1:]).sum(axis=1), ways - 1)
    return _repaired(way, odds, hits, theta, wanted, stream)


def _expected(odds: Floats, hits: Ints, theta: Floats) -> tuple[Floats, Floats]:
    """The odds of each way (units, ways), and how many rows of each kind they make (kinds,)."""
    raised = odds + hits @ theta
    raised -= raised.max(axis=1, keepdims=True)
    shares = np.exp(raised)
    shares /= shares.sum(axis=1, keepdims=True)
    total = (shares[:, :, None] * hits).sum(axis=(0, 1))
    return shares, total


def _repaired(way: Ints, odds: Floats, hits: Ints, theta: Floats, wanted: Ints, stream: Stream) -> Ints:
    """The same with as many units changed as it takes to meet `wanted`: those first that lose least by it."""
    way, units = way.copy(), np.arange(len(way))
    each = np.broadcast_to(hits, (len(way), *hits.shape[1:]))
    raised = odds + hits @ theta
    noise = stream.uniform(len(way))
    for _ in range(REPAIRS):
        have = each[units, way]
        off = wanted - have.sum(axis=0)
        if not off.any():
            break
        kind = int(np.argmax(np.abs(off)))
        gain = (each[:, :, kind] - have[:, None, kind]) * np.sign(off[kind])
        beside = np.abs(np.delete(each - have[:, None, :], kind, axis=2)).sum(axis=2)
        fits = (gain > 0) & (gain <= abs(off[kind])) & np.isfinite(odds) & (beside == 0)
        if not fits.any():
            fits = (gain > 0) & (gain <= abs(off[kind])) & np.isfinite(odds) & (beside < gain)
        if not fits.any():
            break
        loss = np.where(fits, raised[units, way][:, None] - raised, np.inf)
        to = loss.argmin(axis=1)
        able = np.flatnonzero(np.isfinite(loss[units, to]))
        able = able[np.lexsort((noise[able], loss[able, to[able]]))]
        take = able[np.cumsum(gain[able, to[able]]) <= abs(off[kind])]
        if not len(take):
            take = able[:1]
        way[take] = to[take]
    return way


__all__ = ["chosen"]
