"""Given margins: half of the customers live in France, three in ten orders are small, whatever the source says.

As for scenarios (`casting.py`), the columns that decide are drawn in several rounds and each row takes one. Which of them is told by
iterative proportional fitting: every round that was drawn has the same odds at first, and those of rounds with a value of which too
little would come are raised, margin after margin, until all come as often as asked. Of all distributions with these margins it is
the one nearest to the model's own (Csiszár 1975), so that rows of a value go on looking like rows of that value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mimic.conditions import Scenario
from mimic.errors import UsageError
from mimic.streams import Floats, Ints, Stream

TURNS, CLOSE = 300, 1e-5  # of the fitting; of the rows by which a margin may still be off
BLOCK = 65_536  # rows that are fitted at a time
CLOSELY = 200  # one row in so many may be off where parents decide
NEVER = 65_535  # a round that no row was drawn in
CELLS = 400_000_000  # rows times combinations of values that are told apart, at most
LEAST = 1e-12


def wanted(scenarios: Sequence[Scenario], n: int) -> list[tuple[list[int], Ints]]:
    """Margins as the numbers of the scenarios that are its values, and how many rows each is to have; last those that have none of them.

    Rounded by largest remainders, so that together they are n.
    """
    parts: dict[str, list[int]] = {}
    for i, scenario in enumerate(scenarios):
        parts.setdefault(scenario.margin or f"\x00{i}", []).append(i)
    out = []
    for indices in parts.values():
        shares = np.array([scenarios[i].share for i in indices])
        exact = np.append(shares, max(1.0 - shares.sum(), 0.0)) * n
        rows = np.floor(exact + 1e-9).astype(np.int64)
        rest = exact - rows
        rest[-1] -= 1.0 if shares.sum() > 1 - 1e-6 else 0.0  # what is not asked at all gets no row
        rows[np.argsort(-rest, kind="stable")[: max(n - int(rows.sum()), 0)]] += 1
        out.append((indices, rows))
    return out


@dataclass
class Tally:
    """How often each row had each combination of values, and in which round first: `counts`, `first` (rows, combinations), uint16.

    `bins` (combinations, margins): which value of each margin a combination has.
    """

    n: int
    margins: list[tuple[list[int], Ints]]
    counts: Ints
    first: Ints
    bins: Ints

    @classmethod
    def of(cls, scenarios: Sequence[Scenario], n: int) -> Tally:
        margins = wanted(scenarios, n)
        none: Ints = np.zeros((n, 0), dtype=np.uint16).view()  # type: ignore[assignment]
        return cls(n, margins, none, none, np.zeros((0, len(margins)), dtype=np.int64))

    def add(self, turn: int, start: int, satisfied: Sequence[Ints]) -> None:
        """A chunk of a round: for each scenario 1 where a row satisfies it."""
        mine = np.stack([_bin([satisfied[i] for i in indices]) for indices, _ in self.margins], axis=1)
        different, which = np.unique(mine, axis=0, return_inverse=True)
        at = np.array([self._place(row) for row in different], dtype=np.int64)[which.reshape(-1)]
        rows = start + np.arange(len(at))
        self.counts[rows, at] += 1
        self.first[rows, at] = np.minimum(self.first[rows, at], turn)

    def _place(self, row: Ints) -> int:
        found = np.flatnonzero((self.bins == row).all(axis=1))
        if len(found):
            return int(found[0])
        if self.n * (len(self.bins) + 1) > CELLS:
            hint = "Ask for fewer of them, for fewer columns, or for fewer rows."
            raise UsageError("these margins have too many values together.", hint=hint)
        self.bins = np.concatenate([self.bins, row[None]])
        self.counts = np.concatenate([self.counts, np.zeros((self.n, 1), dtype=np.uint16)], axis=1)
        self.first = np.concatenate([self.first, np.full((self.n, 1), NEVER, dtype=np.uint16)], axis=1)
        return len(self.bins) - 1

    def reach(self) -> list[Ints]:
        """For each margin how many rows could have each value."""
        out = []
        for m, (_, rows) in enumerate(self.margins):
            able = [int((self.counts[:, self.bins[:, m] == each] > 0).any(axis=1).sum()) for each in range(len(rows))]
            out.append(np.array(able, dtype=np.int64))
        return out

    def bound(self) -> list[Ints]:
        """For each margin how many rows could have no other than each value."""
        out = []
        for m, (_, rows) in enumerate(self.margins):
            free = [int((self.counts[:, self.bins[:, m] != each] > 0).any(axis=1).sum()) for each in range(len(rows))]
            out.append(self.n - np.array(free, dtype=np.int64))
        return out

    def plenty(self, spare: float) -> bool:
        """Whether there is room to choose beyond what is wanted: a share of the smaller side."""
        for reach, bound, (_, rows) in zip(self.reach(), self.bound(), self.margins, strict=True):
            more = np.ceil(spare * np.minimum(rows, self.n - rows)) if reach.sum() > self.n else 0  # what is settled will not change
            if (reach < rows + more).any() or (bound > np.maximum(rows - more, 0)).any():
                return False
        return True

    def settled(self) -> bool:
        """Whether every row has the same value of a margin in all rounds, and too few rows the right one: drawing more would not help."""
        pairs = zip(self.reach(), self.margins, strict=True)
        return any(int(reach.sum()) == self.n and bool((reach < rows).any()) for reach, (_, rows) in pairs)

    def pull(self, margin: int) -> Floats:
        """How much more often than now rows like each should come for a margin to be met (rows,)."""
        rows = self.margins[margin][1]
        have = np.array([self.odds(margin, value).sum() for value in range(len(rows))])
        more = np.divide(rows, have, out=np.ones(len(rows)), where=have > 0)
        odds = self.counts / np.maximum(self.counts.sum(axis=1, keepdims=True), 1)
        return np.asarray(odds @ more[self.bins[:, margin]], dtype=np.float64)

    def lacking(self, have: Sequence[Ints], *, at_most: bool) -> list[tuple[int, int, int]]:
        """Margin, value and number of rows of those values of which there is too little, or too much, the worst first.

        A value that follows from a parent comes as often as its parents have children: a few rows off are none.
        """
        found, few = [], max(1, self.n // CLOSELY)
        for m, (many, (_, rows)) in enumerate(zip(have, self.margins, strict=True)):
            off = np.abs(many - rows) if at_most else rows - many
            bad = np.flatnonzero((off > few) | ((many == 0) & (rows > 0)))
            found += [(int(off[value]), m, value, int(many[value])) for value in bad.tolist()]
        return [(m, value, many) for _, m, value, many in sorted(found, key=lambda each: -each[0])]

    def odds(self, margin: int, value: int) -> Floats:
        """How likely each row has a value (rows,)."""
        here = self.counts[:, self.bins[:, margin] == value].sum(axis=1)
        return np.asarray(here / np.maximum(self.counts.sum(axis=1), 1), dtype=np.float64)

    def choose(self, stream: Stream) -> tuple[Ints, list[Ints]]:
        """The round of each row, and how many rows have each value of each margin then."""
        lift = self._fitted()
        u = np.empty(self.n)
        u[np.argsort(stream.words(self.n), kind="stable")] = (np.arange(self.n) + stream.uniform(1)[0]) / max(self.n, 1)
        way = np.zeros(self.n, dtype=np.int64)
        for start in range(0, self.n, BLOCK):
            edges = np.cumsum(self.counts[start : start + BLOCK] * lift, axis=1)
            here = u[start : start + BLOCK]
            way[start : start + BLOCK] = np.minimum((here[:, None] >= edges / edges[:, -1:]).sum(axis=1), len(lift) - 1)
        for _ in range(3):
            for m in range(len(self.margins)):
                self._repair(way, m, lift, stream.at("repair", m))
        met = [np.bincount(self.bins[way, m], minlength=len(rows)) for m, (_, rows) in enumerate(self.margins)]
        return self.first[np.arange(self.n), way], met

    def _fitted(self) -> Floats:
        """By how much the odds of each combination are raised (combinations,)."""
        factors = [np.ones(len(rows)) for _, rows in self.margins]
        lift = np.ones(len(self.bins))
        for turn in range(TURNS):
            m = turn % len(self.margins)
            have = self._expected(lift)
            off = 0.0
            for each, (_, rows) in enumerate(self.margins):
                got = np.bincount(self.bins[:, each], weights=have, minlength=len(rows))
                off = max(off, float(np.abs(got - rows).max()))
                if each == m:
                    factors[m] *= np.divide(rows, got, out=np.ones(len(rows)), where=got > LEAST)
                    factors[m] = np.clip(factors[m] / max(factors[m].max(), LEAST), LEAST, None)
            if off <= CLOSE * self.n:
                break
            lift = np.prod([factors[each][self.bins[:, each]] for each in range(len(factors))], axis=0)
        return np.asarray(lift, dtype=np.float64)

    def _expected(self, lift: Floats) -> Floats:
        """How many rows each combination has on average (combinations,)."""
        total = np.zeros(len(lift))
        for start in range(0, self.n, BLOCK):
            odds = self.counts[start : start + BLOCK] * lift
            total += (odds / odds.sum(axis=1, keepdims=True)).sum(axis=0)
        return total

    def _repair(self, way: Ints, m: int, lift: Floats, stream: Stream) -> None:
        """Rows change to a value of which there are too few, in nothing but this margin; those first whose odds like it best."""
        _, rows = self.margins[m]
        beside = np.delete(self.bins, m, axis=1)
        for value in range(len(rows)):
            have = np.bincount(self.bins[way, m], minlength=len(rows))
            missing, spare = int(rows[value] - have[value]), np.maximum(have - rows, 0)
            if missing <= 0:
                continue
            free = np.flatnonzero(spare[self.bins[way, m]] > 0)
            to = np.full(len(self.bins), -1, dtype=np.int64)
            for i in range(len(self.bins)):
                same = np.flatnonzero((self.bins[:, m] == value) & (beside == beside[i]).all(axis=1))
                to[i] = same[0] if len(same) else -1
            free = free[to[way[free]] >= 0]
            free = free[self.counts[free, to[way[free]]] > 0]
            target = to[way[free]]
            liking = np.log(self.counts[free, target] * lift[target]) - np.log(self.counts[free, way[free]] * lift[way[free]])
            order = free[np.lexsort((stream.at(value).words(len(free)), -liking))]
            of = self.bins[way[order], m]
            place = np.argsort(of, kind="stable")
            able = np.zeros(len(order), dtype=np.bool_)
            able[place] = np.arange(len(of)) - np.searchsorted(of[place], of[place]) < spare[of[place]]
            chosen = order[able][:missing]
            way[chosen] = to[way[chosen]]


def _bin(satisfied: Sequence[Ints]) -> Ints:
    """The place of the scenario that each row satisfies (rows,), one behind the last where it satisfies none."""
    out = np.full(len(satisfied[0]), len(satisfied), dtype=np.int64)
    for i in range(len(satisfied) - 1, -1, -1):
        out[satisfied[i] > 0] = i
    return out


__all__ = ["Tally", "wanted"]
