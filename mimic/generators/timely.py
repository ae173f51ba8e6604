"""Parents of one row that fit each other in time: nothing is sold before it is on the market, nor by a shop that has not opened yet."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mimic.generators.features import numbers
from mimic.generators.separating import Wrong
from mimic.streams import Floats, Ints, Stream

TURNS, PATIENCE = 150, 8  # in which rows look for somebody to exchange with, and for a parent; turns in which none does


@dataclass(frozen=True, slots=True)
class Timely:
    """The date `first` of a row's parent by the key `earlier` is never after the date `last` of its parent by `later`; both are needs.

    NULL stands for no limit.
    """

    earlier: str
    first: str
    later: str
    last: str

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of both keys."""
        return (*self.earlier.split(","), *self.later.split(","))

    @property
    def needs(self) -> tuple[str, str]:
        return (f"{self.earlier}.{self.first}", f"{self.later}.{self.last}")


def untimely(
    label: str, done: Collection[str], limits: Sequence[Timely], rows: Mapping[str, Ints], given: Mapping[str, pa.Array]
) -> Wrong | None:
    """Which parents by a key some rows may not have, given their parents by the keys that are `done`; None where nothing says so.

    `rows` (n,) by key; `given` the needs, row by row of the parents' table.
    """
    found = list[tuple[Floats, Floats]]()  # of each row, and of each parent: the parent may not be above the row
    for limit in limits:
        both = {limit.earlier, limit.later}
        if label not in both or not both <= {label, *done}:
            continue
        first, last = (stamps(given[need]) for need in limit.needs)
        if limit.earlier == label and limit.later in done:
            found.append((_of(rows[limit.later], last, np.inf), np.where(np.isnan(first), -np.inf, first)))
        elif limit.later == label and limit.earlier in done:
            found.append((-_of(rows[limit.earlier], first, -np.inf), np.where(np.isnan(last), -np.inf, -last)))
    if not found:
        return None

    def wrong(of: Ints, parents: Ints) -> NDArray[np.bool_]:
        broken = [(parents >= 0) & (theirs[np.maximum(parents, 0)] > mine[of]) for mine, theirs in found if len(theirs)]
        return np.asarray(np.logical_or.reduce(broken), dtype=np.bool_) if broken else np.zeros(len(of), dtype=np.bool_)

    return wrong


def in_time(parents: Ints, wrong: Wrong, group: Ints | None, stream: Stream) -> Ints:
    """The same parents (n,), but where they are `wrong`: rows exchange theirs, inside `group` (a number per parent) where that is given.

    Rows that find nobody to exchange with get a parent that another row has, too, where there are no groups: better one child more or
    less than one from before its time.
    """
    out, rows = parents.copy(), np.flatnonzero(parents >= 0)
    bad = rows[wrong(rows, out[rows])]
    tired = 0
    for turn in range(TURNS):
        if tired > PATIENCE or not len(bad):
            break
        place = stream.at("exchange", turn)
        other = rows[place.integers(len(bad), len(rows))]
        fits = ~wrong(bad, out[other]) & ~wrong(other, out[bad]) & (out[other] != out[bad])
        if group is not None:
            fits &= group[out[other]] == group[out[bad]]
        _, first = np.unique(other, return_index=True)
        once = np.zeros(len(bad), dtype=np.bool_)
        once[first] = True
        fits &= once & ~np.isin(other, bad)
        a, b = bad[fits], other[fits]
        tired = 0 if len(a) else tired + 1
        out[a], out[b] = out[b], out[a].copy()
        bad = bad[~fits]
    for turn in range(TURNS if group is None else 0):
        if not len(bad):
            break
        there = parents[rows[stream.at("move", turn).integers(len(bad), len(rows))]]
        fits = ~wrong(bad, there)
        out[bad[fits]], bad = there[fits], bad[~fits]
    return out


def either(*wrongs: Wrong | None) -> Wrong | None:
    """What is wrong by any of these."""
    told = [each for each in wrongs if each is not None]
    if not told:
        return None
    return lambda of, parents: np.asarray(np.logical_or.reduce([each(of, parents) for each in told]), dtype=np.bool_)


def stamps(values: pa.Array) -> Floats:
    """Dates and moments (n,) as microseconds since 1970, NaN where there are none."""
    found, null = numbers(values.cast(pa.timestamp("us")))
    return np.where(null, np.nan, found)


def _of(rows: Ints, values: Floats, without: float) -> Floats:
    """What the parents of rows (n,) hold; `without` where there is no parent, or nothing."""
    if not len(values):
        return np.full(len(rows), without)
    out = np.where(rows >= 0, values[np.maximum(rows, 0)], np.nan)
    return np.where(np.isnan(out), without, out)


__all__ = ["Timely", "either", "in_time", "stamps", "untimely"]
