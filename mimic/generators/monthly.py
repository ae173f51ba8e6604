"""On which days of a month, or of a week, things happen: rent on the first, interest on the last, no delivery on a Sunday.

What is drawn in steps falls on any day. Each day moves within its month (or week) so that days come as often as they should; what
came earlier stays earlier, and the number of each month stays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray

from mimic.generator import State
from mimic.profile import Owners
from mimic.streams import Floats, Ints

SLOTS = 31
HALF = 15  # days of a month that are always counted from its beginning
UNEVEN = 0.05  # by how much days must tell apart (nats), if they are to be moved
FEWEST = 500  # days that are looked at
Way = Literal["month", "month's end", "week"]
WAYS: tuple[Way, ...] = ("month", "month's end", "week")


@dataclass(frozen=True, slots=True)
class Monthly:
    """`shares` (slots,) of the days of a month - counted from its beginning, or those of its second half from its end - or of a week."""

    way: Way
    shares: Floats

    @classmethod
    def learn(cls, days: Ints, owners: Owners, k: int) -> Self | None:
        """`days` (n,) since 1970. None where all days come about as often. A day of which fewer than k owners know does not come."""
        if len(days) < FEWEST:
            return None
        best: tuple[float, Self] | None = None
        for way in WAYS:
            slot = _slots(days, way)
            slots = 7 if way == "week" else SLOTS
            there = _there(days, way, slots)
            many = np.where(owners.reach(slot, slots, k), np.bincount(slot, minlength=slots), 0).astype(np.float64)
            if many.sum() < 0.95 * len(days):
                continue
            share, chance = many / many.sum(), there / there.sum()
            live = share > 0
            apart = float((share[live] * np.log(share[live] / chance[live])).sum())
            if apart >= UNEVEN and (best is None or apart > best[0]):
                best = (apart, cls(way, share / np.maximum(chance, 1e-12)))
        return best[1] if best is not None else None

    def moved(self, days: Ints, within: Floats) -> Ints:
        """Days (n,) moved; `within` (n,) in [0, 1) says where in its day each stands. Rows that share it stay in their order."""
        start, length = _units(days, self.way)
        out = days.copy()
        for size in np.unique(length):
            rows = np.flatnonzero(length == size)
            slots = _slots(start[rows[:1]] + np.arange(size), self.way)
            weight = self.shares[slots]
            if weight.sum() <= 0:
                continue
            edges = np.cumsum(weight) / weight.sum()
            place = (days[rows] - start[rows] + within[rows]) / size
            out[rows] = start[rows] + np.minimum(np.searchsorted(edges, place, side="right"), size - 1)
        return out

    def state(self) -> State:
        return {"way": self.way, "shares": self.shares}

    @classmethod
    def restore(cls, state: State) -> Self:
        return cls(state["way"], state["shares"])


def _units(days: Ints, way: Way) -> tuple[Ints, NDArray[np.int64]]:
    """The first day of the month or week of each day, and how many days it has."""
    if way == "week":
        return days - (days + 3) % 7, np.full(len(days), 7, dtype=np.int64)
    month = days.astype("datetime64[D]").astype("datetime64[M]")
    start, end = (each.astype("datetime64[D]").astype(np.int64) for each in (month, month + 1))
    return start, end - start


def _slots(days: Ints, way: Way) -> Ints:
    start, length = _units(days, way)
    day = days - start
    return np.where(day < HALF, day, SLOTS - length + day) if way == "month's end" else day


def _there(days: Ints, way: Way, slots: int) -> Floats:
    """How often each slot would come if all days between the first and the last came as often."""
    every = np.arange(int(days.min()), int(days.max()) + 1)
    return np.bincount(_slots(every, way), minlength=slots).astype(np.float64)


__all__ = ["Monthly"]
