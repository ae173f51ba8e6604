"""How siblings resemble each other: whether a row has the category of the one before, one that its siblings had, or a new one.

A leaf says how likely each category is for a row of its kind. Siblings have more in common than that, or less: a player stays
with his team, a basket holds a product once. So it is drawn first which of the three a row has. The odds hang on how many kinds there
have been; on what else the row shares with the one before (in another year the team may be another, in the same one the position is); and
on how much the leaf thinks of each of the three: all of that where siblings are like any rows of their leaf, little where they simply stay.
"""

from __future__ import annotations

from bisect import bisect_right
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
ROUNDS = 30
BLOCK = 4_096  # rows whose odds are held at once
LEANING, DRAWN = 1.0, 20.0  # how many rows speak for what siblings do by chance, and for what those of all buckets do
OFTEN = (0.0, 0.5, 1.0, 1.5, 2.0)  # powers of how often earlier siblings had a category
LEAST, RARE = 1e-9, 0.03  # of a share whose logarithm is taken; below which a leaf may count otherwise: what it rules out stays out
LOG_RARE = float(np.log(RARE))
Limits = tuple[NDArray[np.float32], Ints]  # factors for codes (parts, codes), and the part of each row
Shared = NDArray[np.float64]  # (rows, n): 1 where a row has what the sibling before it has, -1 where not, by column; 0 for the first
Counts = NDArray[np.uint8]
_ALL = KINDS * len(TURNS)


@dataclass(frozen=True, slots=True)
class Familiar:
    """`weights` (buckets, 2 * (5 + m) + 2): of the sibling before, and of an earlier one, how much likelier than a new category, how much
    that moves with the siblings before and after, with each of m columns that a row may share with the one before, and with how often
    there was the one and the most frequent other; last, how much the leaf counts, and how much more above what is `RARE`.

    `beside` the needs ("<=yearID") of those columns. `often` the power of how often earlier siblings had a category by which it is
    likelier than others of theirs.
    """

    weights: Floats
    beside: tuple[str, ...] = ()
    often: float = 0.0

    @classmethod
    def learn(
        cls,
        line: Line,
        codes: Ints,
        shares: Floats,
        leaf: Ints,
        owners: Owners,
        k: int,
        limits: Limits | None = None,
        shared: Shared | None = None,
        beside: tuple[str, ...] = (),
    ) -> Self | None:
        """`codes` and `leaf` (n,) of rows in their lines, `shares` (leaves, codes). None where siblings are not alike in any way."""
        rows, buckets, states, parts, memory, told = [], [], [], [], [], np.zeros(len(OFTEN))
        for here, bucket, counts in _walked(line, codes, shares.shape[1]):
            odds = _odds(shares, leaf[here], limits, here)
            before = codes[line.before[here]]
            own = _spots(before, shares.shape[1])
            parts.append(_three(odds, counts > 0, own, np.add.reduce(odds, axis=1)))
            memory.append(_memory(counts, own))
            had = counts.ravel()[_spots(codes[here], shares.shape[1])] > 0
            states.append(np.where(codes[here] == before, 0, np.where(had, 1, 2)))
            again = np.flatnonzero(states[-1] == 1)
            told += _foretold(odds[again], counts[again], before[again], codes[here][again])
            rows.append(here)
            buckets.append(bucket)
        if not rows:
            return None
        row, bucket, state, part = np.concatenate(rows), np.concatenate(buckets), np.concatenate(states), np.concatenate(parts)
        held = part[np.arange(len(state)), state] > 0  # what its leaf does not know of tells nothing
        also = np.concatenate([_told(line, shared)[:, row], np.concatenate(memory, axis=1)])[:, held]
        row, bucket, state, part = row[held], bucket[held], state[held], part[held]
        if len(row) < FEWEST:
            return None
        chance = np.append(np.zeros(2 * (1 + len(also))), [1.0, 0.0])
        general = _fitted(state, part, also, chance, LEANING)
        weights = np.tile(general, (_ALL, 1))
        behind = owners.take(row)
        enough = behind.reach(bucket, _ALL, k) & (np.bincount(bucket, minlength=_ALL) >= FEWEST)
        for each in np.flatnonzero(enough):
            mine = bucket == each
            weights[each] = _fitted(state[mine], part[mine], also[:, mine], general, DRAWN)
        often = OFTEN[int(np.argmax(told))]
        return cls(weights, beside, often) if often or np.abs(weights - chance).max() > 0.05 else None

    def draw(
        self, line: Line, shares: Floats, leaf: Ints, u: Floats, limits: Limits | None = None, shared: Shared | None = None
    ) -> Ints:  # fmt: skip
        """A code for each row (n,), one sibling after the other."""
        walk = self.walk(line, shares.shape[1], shared)
        for turn, all_rows in enumerate(line.turns()):
            for start in range(0, len(all_rows), BLOCK):
                rows = all_rows[start : start + BLOCK]
                walk.take(turn, rows, _odds(shares, leaf[rows], limits, rows), u[rows])
        return walk.codes

    def walk(self, line: Line, width: int, shared: Shared | None) -> Walk:
        """Nothing is drawn yet; `width` codes there are."""
        group, groups = line.groups()
        seen = np.zeros((groups, width), dtype=np.uint8)
        return Walk(self.weights, _powers(self.often), line.before, _told(line, shared), group, seen, np.zeros(len(group), dtype=np.int64))

    def state(self) -> State:
        return {"weights": self.weights, "beside": list(self.beside), "often": self.often}

    @classmethod
    def restore(cls, state: State) -> Self:
        return cls(state["weights"], tuple(state["beside"]), state["often"])


@dataclass(frozen=True, slots=True)
class Walk:
    """Siblings that are drawn one after the other: `seen` (lines, codes) how often each line has what by now, 255 for more; `power` (256,)
    what that counts; `codes` (n,) of rows that are drawn."""

    weights: Floats
    power: Floats
    before: Ints
    also: Floats
    group: Ints
    seen: Counts
    codes: Ints

    def take(self, turn: int, rows: Ints, odds: Floats, u: Floats) -> Ints:
        """A code for each of the `rows` (m,), before each of which `turn` siblings stand; `odds` (m, codes) of their leaves."""
        group = self.group[rows]
        if turn and len(rows):
            counts, before = self.seen[group], self.codes[self.before[rows]]
            had, own = counts > 0, _spots(before, odds.shape[1])
            whole = np.add.reduce(odds, axis=1)
            part = _three(odds, had, own, whole)
            also = np.concatenate([self.also[:, rows], _memory(counts, own)])
            chance = _chances(part, also, self.weights[_bucket(np.add.reduce(had, axis=1), turn)])
            known = odds * self.power[counts]
            known.ravel()[own] = 0.0
            known *= (chance[:, 1] / np.maximum(np.add.reduce(known, axis=1), LEAST))[:, None]
            odds = np.where(had, known, odds * (chance[:, 2] / np.maximum(part[:, 2] * whole, LEAST))[:, None])
            odds.ravel()[own] = chance[:, 0]
        codes = _picked(odds, u)
        self.codes[rows] = codes
        _count(self.seen, group, codes)
        return codes

    def begin(self) -> None:
        """Nothing is drawn."""
        self.seen[:] = 0


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
    return np.asarray(np.minimum(np.add.reduce(u[:, None] * edges[:, -1:] >= edges, axis=1), odds.shape[1] - 1), dtype=np.int64)


def _walked(line: Line, codes: Ints, width: int) -> Iterator[tuple[Ints, Ints, Counts]]:
    """Rows that have a sibling before them, turn by turn: their bucket, and how often each code was there before (rows, codes)."""
    group, groups = line.groups()
    seen = np.zeros((groups, width), dtype=np.uint8)
    for turn, rows in enumerate(line.turns()):
        if turn:
            counts = seen[group[rows]]
            yield rows, _bucket((counts > 0).sum(axis=1), turn), counts
        _count(seen, group[rows], codes[rows])


def _count(seen: Counts, group: Ints, codes: Ints) -> None:
    seen[group, codes] += seen[group, codes] < 255


def _foretold(odds: Floats, counts: Counts, before: Ints, codes: Ints) -> Floats:
    """How likely, in the logarithm and in all, rows have the one they have of what earlier siblings had, for each of `OFTEN`."""
    odds = odds.copy()
    np.put_along_axis(odds, before[:, None], 0.0, axis=1)
    out = np.zeros(len(OFTEN))
    for i, power in enumerate(OFTEN):
        liked = odds * _powers(power)[counts]
        own = np.take_along_axis(liked, codes[:, None], axis=1)[:, 0]
        live = own > 0
        out[i] = np.log(own[live] / liked[live].sum(axis=1)).sum()
    return out


def _powers(often: float) -> Floats:
    """What it counts to have been there 0 .. 255 times."""
    return np.asarray(np.arange(256, dtype=np.float64) ** often * (np.arange(256) > 0))


def _bucket(kinds: Ints, turn: int) -> Ints:
    part = bisect_right(TURNS, turn) - 1
    return np.asarray((np.minimum(np.maximum(kinds, 1), KINDS) - 1) * len(TURNS) + part, dtype=np.int64)


def _told(line: Line, shared: Shared | None) -> Floats:
    """How many siblings stand before a row and after it, in the logarithm, and what it shares with the one before (columns, n)."""
    place = np.stack([np.log1p(line.at), np.log1p(line.left)]) / 2
    return place if shared is None else np.concatenate([place, shared])


def _spots(codes: Ints, width: int) -> Ints:
    """Where each row's code stands in an array (rows, width) that is laid out flat."""
    return np.arange(0, len(codes) * width, width) + codes


def _memory(counts: Counts, own: Ints) -> Floats:
    """How often there was the category of the sibling before, at `own` (`_spots`), and the most frequent other one, in the logarithm
    (2, rows)."""
    out = np.empty((2, len(counts)))
    others = counts.copy()
    out[0] = counts.ravel()[own]
    others.ravel()[own] = 0
    out[1] = np.maximum.reduce(others, axis=1)
    return np.log1p(out, out=out)


def _three(odds: Floats, seen: NDArray[np.bool_], own: Ints, whole: Floats) -> Floats:
    """What the leaf gives the category of the sibling before, at `own` (`_spots`), those of earlier ones, and all others (rows, 3).

    `whole` (rows,) the sum of the `odds`.
    """
    same, known = odds.ravel()[own], np.add.reduce(odds * seen, axis=1)
    part = np.empty((len(odds), 3))
    part[:, 0], part[:, 1], part[:, 2] = same, known - same, whole - known
    part /= np.maximum(whole, LEAST)[:, None]
    part[part <= LEAST] = 0.0
    return part


def _chances(part: Floats, also: Floats, weights: Floats) -> Floats:
    """How likely each of the three is (rows, 3); `weights` (rows, w) or (w,)."""
    many = 1 + len(also)
    shown = np.empty((len(part), many))
    shown[:, 0], shown[:, 1:] = 1.0, also.T
    whole = np.log(np.maximum(part, LEAST))
    score = weights[..., -2:-1] * whole + weights[..., -1:] * np.maximum(whole, LOG_RARE)
    score[:, 0] += np.add.reduce(shown * weights[..., :many], axis=1)
    score[:, 1] += np.add.reduce(shown * weights[..., many:-2], axis=1)
    score[part <= 0] = -np.inf
    top = np.maximum.reduce(score, axis=1)
    top[top == -np.inf] = 0.0
    odds: Floats = np.exp(score - top[:, None])
    odds /= np.maximum(np.add.reduce(odds, axis=1), LEAST)[:, None]
    return odds


def _fitted(state: Ints, part: Floats, also: Floats, near: Floats, hold: float) -> Floats:
    """Weights under which the states are likeliest, by Newton's method, held near some others as if `hold` rows spoke for those."""
    many = 1 + len(also)
    shown = np.concatenate([np.ones((1, len(part))), also]).T
    moves = np.zeros((len(part), 3, 2 * many + 2))  # how the scores of a row move with each weight
    moves[:, 0, :many], moves[:, 1, many:-2] = shown, shown
    moves[:, :, -2] = np.log(np.maximum(part, LEAST))
    moves[:, :, -1] = np.maximum(moves[:, :, -2], LOG_RARE)
    moves[part <= 0] = 0.0
    weights = near.copy()
    happened = moves[np.arange(len(state)), state]
    for _ in range(ROUNDS):
        chance = _chances(part, also, weights)
        mean = np.einsum("ns,nsw->nw", chance, moves)
        slope = (happened - mean).sum(axis=0) - hold * (weights - near)
        bend = np.einsum("ns,nsv,nsw->vw", chance, moves, moves) - mean.T @ mean + hold * np.eye(len(weights))
        step = np.clip(np.linalg.solve(bend, slope), -1.0, 1.0)
        weights = weights + step
        if np.abs(step).max() < 1e-4:
            break
    return np.clip(weights, -8.0, 8.0)


__all__ = ["Familiar", "Limits", "Shared", "Walk", "alone"]
