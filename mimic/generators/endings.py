"""How people let numbers end: prices in .99 or .50, salaries in whole hundreds, readings in fives.

What a column keeps beside its heavy values are averages, and what is drawn between those would end anyhow. An ending that k owners
share is a habit, not anybody's value: so numbers that are drawn are moved to the nearest that ends as often as in the source.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from mimic.generator import State
from mimic.profile import Owners
from mimic.streams import Floats, Ints

CYCLES = (10, 100, 1_000)  # ticks after which endings come again
ROOM = 5  # cycles within which eight in ten numbers must lie, at least: otherwise an ending is nearly a value
OFTEN, LEAST = 4.0, 0.02  # times what chance would give, and share of the numbers: from there an ending is a habit
TELLS = 0.2  # nats that endings must tell, and must tell more in a longer cycle


@dataclass(frozen=True, slots=True)
class Endings:
    """`ends` (e,) ascending, in ticks of a `cycle`, and the `shares` (e,) of numbers that end so; the others end anyhow."""

    cycle: int
    ends: Ints
    shares: Floats

    @classmethod
    def learn(cls, values: Floats, owners: Owners, k: int) -> Self | None:
        """`values` (n,) whole ticks, and who stands behind each; None where they end as chance would have it."""
        if len(values) < 2 * k or np.abs(values).max() >= 2**53:
            return None
        spread = float(np.diff(np.quantile(values, (0.1, 0.9)))[0])
        best: tuple[float, Self] | None = None
        for cycle in CYCLES:
            if spread < ROOM * cycle:
                continue
            end = np.mod(values, cycle).astype(np.int64)
            shares = np.bincount(end, minlength=cycle) / len(values)
            kept = np.flatnonzero((shares >= max(OFTEN / cycle, LEAST)) & owners.reach(end, cycle, k))
            if not len(kept):
                continue
            here, left = shares[kept], max(1.0 - float(shares[kept].sum()), 1e-9)
            tells = float((here * np.log(here * cycle)).sum()) + left * float(np.log(left * cycle / max(cycle - len(kept), 1)))
            if tells > TELLS + (best[0] if best is not None else 0.0):
                best = tells, cls(cycle, kept.astype(np.int64), here)
        return None if best is None else best[1]

    def moved(self, values: Floats) -> Floats:
        """The nearest number with an ending for each of `values` (n,), where it is to have one; the same for the same number."""
        bits = np.ascontiguousarray(values, dtype=np.float64).view(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        u = ((bits ^ (bits >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9) >> np.uint64(11)).astype(np.float64) * 2.0**-53
        chosen = np.searchsorted(np.cumsum(self.shares), u, side="right")
        end = self.ends[np.minimum(chosen, len(self.ends) - 1)]
        return np.where(chosen < len(self.ends), end + self.cycle * np.rint((values - end) / self.cycle), values)

    def state(self) -> State:
        return {"cycle": self.cycle, "ends": self.ends, "shares": self.shares}

    @classmethod
    def restore(cls, state: State) -> Self:
        return cls(**state)


__all__ = ["Endings"]
