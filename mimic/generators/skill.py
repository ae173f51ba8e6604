"""How much of a column a family foretells, judged on rows that it did not learn from: 0 what drawing alone does, 1 all of it.

The score of a row is the energy score (Gneiting and Raftery 2007) of the distribution foretold for it: of two values drawn from that,
half their mean distance is taken from the mean distance to the true one. Ordered values are as far apart as their ranks
(0 .. 1; this is the continuous ranked probability score then), NULL is one half from any of them, and two categories are 1 apart.
*Skill* is one minus the mean score over that of drawing alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from mimic.generators.features import numbers
from mimic.streams import Floats, Ints

MOST = 20_000  # rows of each half that are judged
POINTS = 16  # quantiles by which a smooth distribution is scored
APART = 0.5  # between NULL and any value


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came in each row (n,): the `place` of an ordered value among all that are not NULL, or a category's `code`, not both."""

    null: NDArray[np.bool_]
    place: Floats | None = None
    code: Ints | None = None

    @property
    def n(self) -> int:
        return len(self.null)

    def take(self, rows: Ints) -> Outcome:
        place = None if self.place is None else self.place[rows]
        return Outcome(self.null[rows], place, None if self.code is None else self.code[rows])


def places(number: Floats, null: NDArray[np.bool_]) -> Floats:
    """The place of each number (n,) among those that are not NULL, in (0, 1), of equal ones the middle of theirs; 0.5 where NULL."""
    out = np.full(len(number), 0.5)
    live = np.flatnonzero(~null)
    if len(live):
        _, which, many = np.unique(number[live], return_inverse=True, return_counts=True)
        out[live] = ((np.cumsum(many) - many / 2) / len(live))[which.reshape(-1)]
    return out


def outcome_of(values: pa.Array, codes: Ints, way: str) -> Outcome:
    """What came in a column; `codes` and `way` are those of the target that trees foretell (`targets.py`)."""
    if way in ("levels", "order"):
        number, null = numbers(values)
        return Outcome(null, places(number, null))
    if way == "ranks":
        return Outcome(
            codes == 0, None, np.asarray(pc.fill_null(values.dictionary_encode().indices, -1).to_numpy(zero_copy_only=False)) + 1
        )
    return Outcome(codes == 0, None, codes)


def among(outcome: Outcome, group: Ints, groups: int) -> Floats:
    """The score of each row (n,) when the other rows of its group are what is foretold for it; NaN in groups of fewer than three."""
    rows = np.bincount(group, minlength=groups).astype(np.float64)
    reach = _to_codes(outcome.code, group, groups) if outcome.code is not None else _to_places(outcome, group, groups)
    total = np.bincount(group, weights=reach, minlength=groups)[group]  # each pair counted twice
    n = rows[group]
    with np.errstate(divide="ignore", invalid="ignore"):
        score = reach / (n - 1) - (total - 2 * reach) / (2 * (n - 1) * (n - 2))
    return np.where(n > 2, score, np.nan)


def _to_codes(code: Ints, group: Ints, groups: int) -> Floats:
    """How many rows of its group have another category, shape (n,)."""
    _, cell, many = np.unique(group * (int(code.max(initial=0)) + 1) + code, return_inverse=True, return_counts=True)
    return np.asarray(np.bincount(group, minlength=groups)[group] - many[cell.reshape(-1)], dtype=np.float64)


def _to_places(outcome: Outcome, group: Ints, groups: int) -> Floats:
    """The sum of the distances of each row to the others of its group, shape (n,)."""
    assert outcome.place is not None
    null, out = outcome.null, np.zeros(outcome.n)
    lost = np.bincount(group[null], minlength=groups).astype(np.float64)
    rows = np.bincount(group, minlength=groups).astype(np.float64)
    out[null] = APART * (rows - lost)[group[null]]
    live = np.flatnonzero(~null)
    order = live[np.lexsort((outcome.place[live], group[live]))]
    at, value = group[order], outcome.place[order]
    begin = np.searchsorted(at, np.arange(groups))
    within = np.arange(len(order)) - begin[at]
    summed = np.append(0.0, np.cumsum(value))
    below = summed[:-1] - summed[begin][at]
    end = begin + (rows - lost).astype(np.int64)
    above = summed[end][at] - summed[:-1] - value
    out[order] = value * within - below + above - value * ((rows - lost)[at] - within - 1) + APART * lost[at]
    return out


def of_leaves(outcome: Outcome, leaves: Sequence[tuple[Ints, Ints, Floats | None]]) -> Floats:
    """The score of each row (n,) by cross-fitted trees, NaN where it has none. Each of `leaves`: rows that the tree was not grown on, their
    leaf, and by how much a guide puts each of them above the middle of its leaf; a row's own value is left out of what its leaf says."""
    out = np.full(outcome.n, np.nan)
    for rows, leaf, lift in leaves:
        some = slice(None, None, max(1, len(rows) // MOST))
        here, at = rows[some], leaf[some]
        found = outcome.take(here)
        if lift is not None and found.place is not None:
            found = Outcome(found.null, found.place - lift[some])
        out[here] = among(found, at, int(at.max(initial=0)) + 1)
    return out


def smooth(outcome: Outcome, centre: Floats, spread: float, null_share: float) -> Floats:
    """The score of each row (n,) when a normal score around `centre` (n,) is foretold for it, and NULL with the same share everywhere."""
    assert outcome.place is not None
    z = ndtri((np.arange(POINTS) + 0.5) / POINTS)
    drawn = ndtr(centre[:, None] + spread * z)
    off = np.abs(drawn - outcome.place[:, None]).mean(axis=1)
    weight = (4 * np.arange(POINTS) + 2 - 2 * POINTS) / (POINTS**2 - 0.5)  # of sorted values, for the mean distance of two of them
    between = drawn @ weight
    here = 1 - null_share
    off = np.where(outcome.null, APART * here, off * here + APART * null_share)
    return np.asarray(off - (here * here * between + 2 * null_share * here * APART) / 2, dtype=np.float64)


def skill(scores: Floats, alone: Floats) -> float:
    """Of the rows that have both scores; 0 where drawing alone leaves nothing to be foretold."""
    both = np.isfinite(scores) & np.isfinite(alone)
    whole = float(alone[both].sum())
    return 1.0 - float(scores[both].sum()) / whole if whole > 1e-12 else 0.0


def better(scores: Floats, than: Floats, *, errors: float = 2.0) -> bool:
    """Whether scores (n,) are lower than others by more than so many standard errors of their difference."""
    off = than - scores
    off = off[np.isfinite(off)]
    return len(off) > 2 and float(off.mean()) > errors * float(off.std()) / np.sqrt(len(off))


__all__ = ["Outcome", "among", "better", "of_leaves", "outcome_of", "places", "skill", "smooth"]
