"""What a tree predicts of a column: a code for every row and, where values are many and ordered, a place among them.

Code 0 is NULL. Columns of few values have a code for each that k owners hold; columns of many ordered values have one code
and are told apart by their number; of texts nothing is predicted but whether there is one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mimic.generator import State
from mimic.generators.features import hashed, numbers, ordered
from mimic.profile import Owners
from mimic.streams import Floats, Ints

FEW = 250  # values up to which each has a code of its own
SHORT = 40  # so many different numbers are levels, not a scale
HEAVY = 0.04  # share of the rows from which one number among many has a code of its own
PROJECTED = 8  # dimensions in which more codes than that are told apart


@dataclass(frozen=True, slots=True)
class Target:
    """`way`: "codes" (`hashes` ascending, code 2 + place, 1 for the rest), "levels" (`levels` ascending, code 1 + place of the nearest),
    "ranks" (texts in an order: `hashes` ascending and the `levels` of each), "order" (any numbers; heavy ones are `levels`, code 2 +
    place), "presence"."""

    way: str
    hashes: NDArray[np.uint64] = field(default_factory=lambda: np.zeros(0, dtype=np.uint64))
    levels: Floats = field(default_factory=lambda: np.zeros(0))

    @property
    def codes(self) -> int:
        return {"codes": len(self.hashes) + 2, "levels": len(self.levels) + 1, "order": len(self.levels) + 2}.get(self.way, 2)

    @property
    def scaled(self) -> bool:
        """Whether values of code 1 are told apart by their number."""
        return self.way in ("order", "ranks")

    def read(self, values: pa.Array) -> tuple[Ints, Floats]:
        """Code and number of each value (n,)."""
        n = len(values)
        if self.way in ("levels", "order"):
            found, null = numbers(values)
            if self.way == "order":
                if not len(self.levels):
                    return np.where(null, 0, 1), found
                spot = np.minimum(np.searchsorted(self.levels, found), len(self.levels) - 1)
                return np.where(null, 0, np.where(self.levels[spot] == found, spot + 2, 1)), found
            middles = (self.levels[1:] + self.levels[:-1]) / 2
            return np.where(null, 0, 1 + np.searchsorted(middles, found, side="right")), np.zeros(n)
        if self.way == "presence":
            return np.asarray(values.is_valid()).astype(np.int64), np.zeros(n)
        index, hashes = hashed(values)
        if not len(self.hashes) or not len(hashes):
            return np.where(index < 0, 0, 1), np.zeros(n)
        spot = np.minimum(np.searchsorted(self.hashes, hashes), len(self.hashes) - 1)
        same = self.hashes[spot] == hashes
        if self.way == "codes":
            codes = np.where(same, spot + 2, 1)
            return np.where(index < 0, 0, codes[np.maximum(index, 0)]), np.zeros(n)
        level = np.where(same, self.levels[spot], 0.0)
        return np.where(index < 0, 0, 1), np.where(index < 0, 0.0, level[np.maximum(index, 0)])

    @classmethod
    def learn(cls, values: pa.Array, owners: Owners, k: int, category: bool, score: Floats) -> Self:
        """`score` (n,) says in which order the categories stand that are too many for codes."""
        if category:
            index, hashes = hashed(values)
            held = np.flatnonzero(owners.reach(index, len(hashes), k))
            if len(held) <= FEW:
                return cls("codes", np.sort(hashes[held]))
            rows = np.flatnonzero(index >= 0)
            many = np.bincount(index[rows], minlength=len(hashes))
            mean = np.bincount(index[rows], weights=score[rows], minlength=len(hashes)) / np.maximum(many, 1)
            held = held[np.argsort(hashes[held])]
            return cls("ranks", hashes[held], mean[held] - float(score[rows].mean()))
        if not ordered(values.type):
            return cls("presence")
        found, null = numbers(values)
        live = np.flatnonzero(~null)
        different, which = np.unique(found[live], return_inverse=True)
        if len(different) <= SHORT:
            which = which.reshape(-1).astype(np.int64)
            common = owners.take(live).reach(which, len(different), k)
            if common.any() and common[which].mean() >= 0.9:
                return cls("levels", levels=different[common])
        which = which.reshape(-1).astype(np.int64)
        heavy = np.flatnonzero(np.bincount(which, minlength=len(different)) >= HEAVY * max(len(live), 1))
        if len(heavy):
            heavy = heavy[owners.take(live).reach(which, len(different), k)[heavy]]
        return cls("order", levels=different[heavy])

    def state(self) -> State:
        return {"way": self.way, "hashes": self.hashes, "levels": self.levels}

    @classmethod
    def restore(cls, state: State) -> Self:
        return cls(**state)


def ranks(codes: Ints, numbers_: Floats, noise: Floats) -> Floats:
    """The place of each value of code 1 among all of them, in (0, 1); equal values share their part of it evenly. 0.5 elsewhere."""
    out = np.full(len(codes), 0.5)
    live = np.flatnonzero(codes == 1)
    order = live[np.lexsort((noise[live], numbers_[live]))]
    out[order] = (np.arange(len(order)) + 0.5) / max(len(order), 1)
    return out


def spread_out(target: Target, codes: Ints, number: Floats, noise: Floats) -> Floats:
    """What trees are grown on, shape (rows, dimensions), every dimension with mean 0."""
    count = target.codes
    parts = []
    if target.scaled:
        live = codes == 1
        _, which, many = np.unique(number[live], return_inverse=True, return_counts=True)
        place = np.full(len(codes), 0.5)
        place[live] = ((np.cumsum(many) - many / 2) / max(live.sum(), 1))[which.reshape(-1)]  # equal numbers stand in one place
        parts.append(np.where(live, place - place[live].mean() if live.any() else 0.0, 0.0) * np.sqrt(12.0))
        parts.append(np.where(live, np.abs(place - 0.5) - 0.25, 0.0) * 5.0)
    elif target.way == "levels" and count > PROJECTED:
        live = codes > 0
        many = np.bincount(codes[live], minlength=count)
        place = ((np.cumsum(many) - many / 2) / max(live.sum(), 1))[codes]
        parts.append(np.where(live, place - 0.5, 0.0) * np.sqrt(12.0))
    share = np.bincount(codes, minlength=count) / max(len(codes), 1)
    seen = np.flatnonzero((share > 0) & (share < 1))
    if len(seen):
        weight = np.zeros(count)
        weight[seen] = share[seen] ** -0.25
        if len(seen) == 2:
            parts.append((codes == seen[0]) * weight[seen[0]])
        elif len(seen) <= PROJECTED:
            parts += [(codes == code) * weight[code] for code in seen[:-1]] + ([(codes == seen[-1]) * weight[seen[-1]]])
        else:
            signs = np.where(noise[: PROJECTED * count].reshape(PROJECTED, count) < 0.5, -1.0, 1.0) / np.sqrt(PROJECTED)
            parts += [(signs[j] * weight)[codes] for j in range(PROJECTED)]
    if not parts:
        return np.zeros((len(codes), 0))
    made = np.stack([np.asarray(part, dtype=np.float64) for part in parts], axis=1)
    return np.asarray(made - made.mean(axis=0), dtype=np.float64)


__all__ = ["Target", "ranks", "spread_out"]
