"""How siblings resemble each other: whether a row has the category of the one before, one that its siblings had, or a new one.

A leaf says how likely each category is for a row of its kind. Siblings have more in common than that, or less: a player stays
with his team, a basket holds a product once. So the odds of a category are multiplied by a weight when the row before has it, and
by another when some earlier sibling has; weights hang on how many kinds there have been, and are fitted on the sample.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from mimic.generator import State
from mimic.generators.lines import Line
from mimic.profile import Owners
from mimic.streams import Floats, Ints

KINDS, TURNS = 4, (1, 2, 4)  # different categories so far, and siblings so far, from which rows are told apart
FEWEST = 60  # rows behind weights of their own
ROUNDS = 60
BLOCK = 4_096  # rows whose odds are held at once
MOST = 1_000.0  # a weight, and the inverse of one
Limits = tuple[NDArray[np.float32], Ints]  # factors for codes (parts, codes), and the part of each row
_ALL = KINDS * len(TURNS)


@dataclass(frozen=True, slots=True)
class Familiar:
    """`weights` (buckets, 2): how much likelier a category is that the sibling before has, and one that an earlier sibling has."""

    weights: Floats

    @classmethod
    def learn(
        cls, line: Line, codes: Ints, shares: Floats, leaf: Ints, owners: Owners, k: int, limits: Limits | None = None
    ) -> Self | None:  # fmt: skip
        """`codes` and `leaf` (n,) of rows in their lines, `shares` (leaves, codes). None where siblings are not alike in any way."""
        rows, buckets, states, parts = [], [], [], []
        for here, bucket, seen in _walked(line, codes, shares.shape[1]):
            odds = _odds(shares, leaf[here], limits, here)
            before = codes[line.before[here]]
            same = np.take_along_axis(odds, before[:, None], axis=1)[:, 0]
            known = (odds * seen).sum(axis=1)
            parts.append(np.stack([same, np.maximum(known - same, 0.0), np.maximum(odds.sum(axis=1) - known, 0.0)], axis=1))
            had = np.take_along_axis(seen, codes[here][:, None], axis=1)[:, 0]
            states.append(np.where(codes[here] == before, 0, np.where(had, 1, 2)))
            rows.append(here)
            buckets.append(bucket)
        if not rows:
            return None
        row, bucket, state, part = np.concatenate(rows), np.concatenate(buckets), np.concatenate(states), np.concatenate(parts)
        held = part[np.arange(len(state)), state] > 0  # what its leaf does not know of tells nothing
        row, bucket, state, part = row[held], bucket[held], state[held], part[held]
        if len(row) < FEWEST:
            return None
        general = _fitted(state, part)
        weights = np.tile(general, (_ALL, 1))
        behind = owners.take(row)
        enough = behind.reach(bucket, _ALL, k) & (np.bincount(bucket, minlength=_ALL) >= FEWEST)
        for each in np.flatnonzero(enough):
            mine = bucket == each
            weights[each] = _fitted(state[mine], part[mine])
        return cls(weights) if np.abs(np.log(weights)).max() > 0.05 else None

    def draw(self, line: Line, shares: Floats, leaf: Ints, u: Floats, limits: Limits | None = None) -> Ints:
        """A code for each row (n,), one sibling after the other."""
        codes = np.zeros(len(leaf), dtype=np.int64)
        group, groups = line.groups()
        seen = np.zeros((groups, shares.shape[1]), dtype=np.bool_)
        for turn, all_rows in enumerate(line.turns()):
            for start in range(0, len(all_rows), BLOCK):
                rows = all_rows[start : start + BLOCK]
                odds = _odds(shares, leaf[rows], limits, rows)
                if turn:
                    had = seen[group[rows]]
                    bucket = _bucket(had.sum(axis=1), turn)
                    factor = np.where(had, self.weights[bucket, 1][:, None], 1.0)
                    np.put_along_axis(factor, codes[line.before[rows]][:, None], self.weights[bucket, 0][:, None], axis=1)
                    odds = odds * factor
                codes[rows] = _picked(odds, u[rows])
                seen[group[rows], codes[rows]] = True
        return codes

    def state(self) -> State:
        return {"weights": self.weights}

    @classmethod
    def restore(cls, state: State) -> Self:
        return cls(state["weights"])


def alone(shares: Floats, leaf: Ints, u: Floats, limits: Limits | None) -> Ints:
    """A code for each row (n,) without regard to siblings; otherwise like `Familiar.draw`."""
    codes = np.zeros(len(leaf), dtype=np.int64)
    for start in range(0, len(leaf), BLOCK):
        rows = np.arange(start, min(start + BLOCK, len(leaf)))
        codes[rows] = _picked(_odds(shares, leaf[rows], limits, rows), u[rows])
    return codes


def _odds(shares: Floats, leaf: Ints, limits: Limits | None, rows: Ints) -> Floats:
    """Odds of the codes for `rows` in a `leaf` each: those of its leaf that may come; all of them, where none may."""
    odds = shares[leaf]
    if limits is None:
        return odds
    allowed, part = limits
    made = odds * allowed[part[rows]]
    return np.where(made.sum(axis=1, keepdims=True) > 0, made, odds)


def _picked(odds: Floats, u: Floats) -> Ints:
    edges = np.cumsum(odds, axis=1)
    return np.asarray(np.minimum((u[:, None] * edges[:, -1:] >= edges).sum(axis=1), odds.shape[1] - 1), dtype=np.int64)


def _walked(line: Line, codes: Ints, width: int) -> Iterator[tuple[Ints, Ints, NDArray[np.bool_]]]:
    """Rows that have a sibling before them, turn by turn: their bucket, and which codes there were before (rows, codes)."""
    group, groups = line.groups()
    seen = np.zeros((groups, width), dtype=np.bool_)
    for turn, rows in enumerate(line.turns()):
        if turn:
            had = seen[group[rows]]
            yield rows, _bucket(had.sum(axis=1), turn), had
        seen[group[rows], codes[rows]] = True


def _bucket(kinds: Ints, turn: int) -> Ints:
    part = int(np.searchsorted(np.array(TURNS), turn, side="right")) - 1
    return np.asarray((np.clip(kinds, 1, KINDS) - 1) * len(TURNS) + part, dtype=np.int64)


def _fitted(state: Ints, part: Floats) -> Floats:
    """Weights of the first two of three states, the third has 1, so that each comes as often as it did; `part` (n, 3) what they share."""
    wanted = np.bincount(state, minlength=3) + 0.5
    weights = np.ones(3)
    for _ in range(ROUNDS):
        odds = part * weights
        expected = (odds / np.maximum(odds.sum(axis=1, keepdims=True), 1e-12)).sum(axis=0) + 0.5
        weights *= wanted / expected
        weights /= weights[2]
    return np.clip(weights[:2], 1 / MOST, MOST)


__all__ = ["Familiar", "Limits", "alone"]
