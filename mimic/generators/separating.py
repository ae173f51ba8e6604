"""Parents exchanged between rows until no combination comes twice: every parent keeps its number of children."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mimic.streams import Ints, Stream

LISTED = 100_000  # combinations up to which those that are free are listed
Wrong = Callable[[Ints, Ints], NDArray[np.bool_]]  # rows and a parent for each: whether it may not be theirs


def separate(
    fixed: Ints, moving: Ints, projected: Ints, group: Ints | None, live: Any, stream: Stream, passes: int = 60,
    *, wrong: Wrong | None = None, free: bool = True,
) -> int:  # fmt: skip
    """Change `moving` (n,) in place until no pair (fixed, projected[moving]) comes twice among the live rows, and none is `wrong`.

    Parents are exchanged between rows, inside `group` (a number per parent) where that is given; rows that stay double move
    to a parent that is free for them. How many rows find none.
    """
    live = np.flatnonzero(live & (moving >= 0))
    if not len(live):
        return 0
    width = int(projected.max(initial=0)) + 1

    def pair(rows: Ints, parents: Ints) -> Ints:
        return np.asarray(fixed[rows] * width + projected[parents], dtype=np.int64)

    def doubles() -> Ints:
        pairs = pair(live, moving[live])
        first = np.zeros(len(pairs), dtype=bool)
        first[np.unique(pairs, return_index=True)[1]] = True
        if wrong is not None:
            first &= ~wrong(live, moving[live])
        return np.asarray(live[~first], dtype=np.int64)

    bad = doubles()
    for turn in range(passes):
        if not len(bad):
            return 0
        place = stream.at(turn)
        if group is None:
            partner = live[place.integers(len(bad), len(live))]
        else:
            order = live[np.argsort(group[moving[live]], kind="stable")]
            sorted_groups = group[moving[order]]
            low = np.searchsorted(sorted_groups, group[moving[bad]], side="left")
            high = np.searchsorted(sorted_groups, group[moving[bad]], side="right")
            partner = order[low + place.integers(len(bad), (high - low).astype(np.int64))]
        here, there = pair(bad, moving[partner]), pair(partner, moving[bad])
        taken = np.sort(pair(live, moving[live]))
        good = ~_among(here, taken) & ~_among(there, taken) & (bad != partner)
        if wrong is not None:
            good &= ~wrong(bad, moving[partner]) & ~wrong(partner, moving[bad])
        used = np.concatenate([bad, partner])
        new = np.concatenate([here, there])
        for values in (used, new):  # no row and no pair in two exchanges of one pass
            once = np.zeros(len(values), dtype=bool)
            once[np.unique(values, return_index=True)[1]] = True
            good &= once[: len(bad)] & once[len(bad) :]
        i, j = bad[good], partner[good]
        moving[i], moving[j] = moving[j], moving[i].copy()
        bad = doubles()
    if not len(bad) or not free:
        return len(bad)
    left, known = 0, set(pair(live, moving[live]).tolist())
    for turn, row in enumerate(bad.tolist()):
        among = np.arange(len(projected)) if group is None else np.flatnonzero(group == group[moving[row]])
        if wrong is not None:
            among = among[~wrong(np.full(len(among), row), among)]
        shuffled = among[stream.at("free", turn).permutation(len(among))]
        choices = [parent for parent in shuffled.tolist() if int(fixed[row]) * width + int(projected[parent]) not in known]
        if not choices:
            left += 1
            continue
        moving[row] = choices[0]
        known.add(int(fixed[row]) * width + int(projected[choices[0]]))
    return left


def unlike(group: Ints, chosen: Ints, many: int, stream: Stream, tries: int = 60) -> tuple[Ints, int]:
    """The same numbers (n,) below `many`, but where one comes again in a group: there is another one. How many rows find none."""
    out, first = chosen.copy(), np.unique(group * many + chosen, return_index=True)[1]
    double = np.ones(len(out), dtype=bool)
    double[first] = False
    bad = np.flatnonzero(double)
    if many > LISTED:
        taken = np.sort((group * many + out)[~double])
        for turn in range(tries):
            if not len(bad):
                break
            place = stream.at(turn)
            new = place.integers(len(bad), many)
            pairs = group[bad] * many + new
            good = np.zeros(len(bad), dtype=bool)
            good[np.unique(pairs, return_index=True)[1]] = True
            good &= ~_among(pairs, taken)
            out[bad[good]], taken, bad = new[good], np.sort(np.concatenate([taken, pairs[good]])), bad[~good]
        return out, len(bad)
    left = 0
    for here in np.unique(group[bad]).tolist():
        wanted = bad[group[bad] == here]
        free = np.setdiff1d(np.arange(many), out[(group == here) & ~double])
        spot = stream.at("free", here).permutation(len(free))[: len(wanted)]
        out[wanted[: len(spot)]] = free[spot]
        left += len(wanted) - len(spot)
    return out, left


def _among(values: Ints, ascending: Ints) -> Any:
    spot = np.minimum(np.searchsorted(ascending, values), len(ascending) - 1)
    return ascending[spot] == values


__all__ = ["Wrong", "separate", "unlike"]
