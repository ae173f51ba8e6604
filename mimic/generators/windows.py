"""Between which numbers a category comes at all: a team in the years that it played, a product in those that it was sold.

A leaf mixes rows of neighbouring years. Of a category, both ends of its window are put together of averages of k owners each, so
that no single row sets one; categories of too few owners come anywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mimic.generator import State
from mimic.generators.features import Scale
from mimic.profile import Owners
from mimic.streams import Floats, Ints

PARTS = 512
OUTSIDE = 0.01  # of what leaves say, in which a window must see something impossible
HOLDS = 0.98  # of the rows lie in the window of their own category
FEWEST = 20  # rows at each end


@dataclass(frozen=True, slots=True)
class Windows:
    """`low` and `high` (codes,) places on the `scale` of a need between which each code comes."""

    scale: Scale
    low: Floats
    high: Floats

    @property
    def allowed(self) -> NDArray[np.float32]:
        """Whether a code comes in each part of the scale (parts + 1, codes), the last for rows without a number."""
        middle = (np.arange(PARTS) + 0.5) / PARTS
        inside = (middle[:, None] >= self.low - 1 / PARTS) & (middle[:, None] <= self.high + 1 / PARTS)
        return np.concatenate([inside, np.ones((1, len(self.low)))]).astype(np.float32)

    def limits(self, values: pa.Array) -> tuple[NDArray[np.float32], Ints]:
        """What is `allowed`, and in which part of the scale each of the values (n,) lies."""
        return self.allowed, _part(self.scale.place(values))

    @classmethod
    def learn(cls, scales: Sequence[tuple[Scale, Floats]], codes: Ints, shares: Floats, leaf: Ints, owners: Owners, k: int) -> Self | None:
        """The scale, of those with the places (n,) of all rows, in which leaves `leaf` (n,) with `shares` say most that cannot be."""
        best: tuple[float, Self] | None = None
        for scale, place in scales:
            made = cls(scale, *_ends(place, codes, shares.shape[1], owners, k))
            allowed, part = made.allowed, _part(place)
            if allowed[part, codes].mean() < HOLDS:
                continue
            cell = np.bincount(leaf * (PARTS + 1) + part, minlength=len(shares) * (PARTS + 1)).reshape(len(shares), -1)
            beyond = float((shares * (cell @ (1.0 - allowed))).sum() / len(codes))
            if beyond > OUTSIDE and (best is None or beyond > best[0]):
                best = (beyond, made)
        return best[1] if best is not None else None

    def state(self) -> State:
        return {"need": self.scale.need, "knots": self.scale.knots, "low": self.low, "high": self.high}

    @classmethod
    def restore(cls, state: State) -> Self:
        return cls(Scale(state["need"], state["knots"]), state["low"], state["high"])


def _part(place: Floats) -> Ints:
    return np.where(np.isnan(place), PARTS, np.minimum(np.nan_to_num(place) * PARTS, PARTS - 1).astype(np.int64))


def _ends(place: Floats, codes: Ints, width: int, owners: Owners, k: int) -> tuple[Floats, Floats]:
    """Where the window of each code (width,) begins and ends; of codes of too few owners, of NULL and of the rest it is open."""
    low, high = np.zeros(width), np.ones(width)
    known = np.flatnonzero(~np.isnan(place))
    order = known[np.lexsort((place[known], codes[known]))]
    begin = np.searchsorted(codes[order], np.arange(width + 1))
    for code in range(2, width):
        rows = order[begin[code] : begin[code + 1]]
        for ends, rows_, sign in ((low, rows, -1), (high, rows[::-1], 1)):
            first = _held(rows_, owners, k)
            second = _held(rows_[first:], owners, k)
            if first and second:
                near, next_ = place[rows_[:first]].mean(), place[rows_[first : first + second]].mean()
                ends[code] = near + sign * (abs(next_ - near) + 1e-9)
    return np.clip(low, 0.0, 1.0), np.clip(high, 0.0, 1.0)


def _held(rows: Ints, owners: Owners, k: int) -> int:
    """How many of the first rows have k owners together; 0 where all have not."""
    many = max(k, FEWEST)
    while len(rows) >= many:
        if int(owners.take(rows[:many]).distinct(np.zeros(many, dtype=np.int64), 1)[0]) >= k:
            return many
        many *= 2
    return 0


__all__ = ["Windows"]
