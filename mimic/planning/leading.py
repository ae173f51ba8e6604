"""Which columns of a row come first: those from which others can be read off. A date says the season, a speed its class.

Trees follow such a relation exactly when they see the finer column; the other way round they could only guess within a class.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from mimic.generators.features import numbers, ordered
from mimic.planning.determining import codes_of
from mimic.profile import TableEvidence
from mimic.streams import Floats, Ints, Streams

ROWS = 20_000  # that are looked at
FEWEST = 200
DIFFERENT = 250  # values of what is read off
OTHERS = 20  # rows that do not hold its most frequent value
SAID = 0.9  # of what chance leaves open


def leading(found: TableEvidence, names: Sequence[str], finest: Collection[str] = ()) -> dict[str, tuple[str, ...]]:
    """By column, the finer ones that say which value it has; `names` are the columns to look at."""
    if found.sampled < FEWEST:
        return {}
    codes = {name: codes_of(found, name)[:ROWS] for name in names}
    wide = {name: int(each.max(initial=0)) + 1 for name, each in codes.items()}
    order = {name: _order(found, name, codes[name]) for name in names if wide[name] > 2}
    out: dict[str, tuple[str, ...]] = {}
    for name, mine in codes.items():
        many = np.bincount(mine)
        if wide[name] > DIFFERENT or len(mine) - many.max(initial=0) < OTHERS:
            continue
        chance = float(((many / len(mine)) ** 2).sum())
        by = [other for other in order if wide[other] > wide[name] and _said(mine, order[other], chance) >= SAID]
        if by:
            out[name] = tuple(by)
    return out


def _order(found: TableEvidence, name: str, codes: Ints) -> Ints:
    """The rows by what a column holds, those that hold the same in no order: rows of one entity stand together in the source."""
    values, stream = found.column(name)[:ROWS], Streams(0).at("leading", name)
    apart = stream.words(len(codes))
    key: Floats | Ints = numbers(values)[0] if ordered(values.type) else stream.permutation(int(codes.max(initial=0)) + 1)[codes]
    return np.lexsort((apart, key))


def _said(mine: Ints, order: Ints, chance: float) -> float:
    """How much likelier than chance two rows that stand side by side hold the same, 0 .. 1."""
    here = mine[order]
    same = float((here[1:] == here[:-1]).mean())
    return (same - chance) / max(1.0 - chance, 1e-12)


__all__ = ["leading"]
