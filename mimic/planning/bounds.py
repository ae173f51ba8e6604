"""Which numbers of a row never pass others of it, or what others add up to: found on the sample, kept in the copy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mimic.generators.bounded import Sum, summed
from mimic.generators.features import numbers
from mimic.plan import Choice, Held, Step
from mimic.profile import TableEvidence
from mimic.schema import Decimal, Float, Integer, bare
from mimic.streams import Floats

FEWEST = 200  # rows in which both numbers are there
PASS = 0.005  # of them may pass a bound all the same
CROSSES = 0.02  # of the rows would pass a bound, if numbers were drawn without regard to it
MOST = 40  # columns that are tried
GLANCE = 500  # rows that are looked at first
TERMS = 5  # of a sum
BOUNDS = 4  # on one side
TOUCHED = 10  # rows in which a sum of several is reached, if it is to be a bound
OFTEN = 0.04  # of the rows are at a bound: which ones is learned
NEAR = 0.1  # of the spread of the column: how far it may lie from a sum that it is counted from
NOTHING: tuple[Sum, str] = ((), "")
Read = Mapping[str, tuple[Floats, NDArray[np.bool_]]]


@dataclass(frozen=True, slots=True)
class Bounds:
    """Sums that a column never passes or falls below, each with the number of rows that do all the same."""

    caps: tuple[tuple[Sum, int], ...]
    floors: tuple[tuple[Sum, int], ...]
    counted: Sum  # one of them that the column keeps close to or often is, or ()
    way: str  # "below", "above", "same", or ""
    rows: int

    @property
    def needs(self) -> tuple[str, ...]:
        """What the column keeps close to."""
        return tuple(need for need, _ in self.counted)


def amounts(found: TableEvidence, names: Sequence[str]) -> Read:
    """The columns of numbers among `names`, as numbers and where they are NULL; the first `MOST`."""
    out: dict[str, tuple[Floats, NDArray[np.bool_]]] = {}
    for name in names:
        if len(out) < MOST and found.table.has(name) and _amount(found, name):
            if ("amount", name) not in found.memo:
                found.memo["amount", name] = numbers(found.column(name))
            out[name] = found.memo["amount", name]
    return out


def bounds_of(found: TableEvidence, name: str, read: Read) -> Bounds | None:
    """`read` the columns that are filled before. None where nothing bounds the column."""
    if not _amount(found, name) or not read:
        return None
    values, null = numbers(found.column(name))
    caps, floors = _side(values, null, read, 1), _side(values, null, read, -1)
    if not caps and not floors:
        return None
    near, same = (NEAR, NOTHING), (0.0, NOTHING)
    whole = _spread(values[~null])
    for terms, way in (*((terms, "below") for terms, _ in caps), *((terms, "above") for terms, _ in floors)):
        bound, none = summed(read, terms)
        live = ~(none | null)
        room = (bound - values)[live]
        share = _spread(room) / whole if whole > 0 else 1.0
        if live.sum() > 0.9 * (~null).sum() and share < near[0]:
            near = share, (terms, way)
        share = float((np.abs(room) <= _slack(bound[live])).mean())
        if OFTEN <= share <= 1.0 - OFTEN and share > same[0]:
            same = share, (terms, "same")
    counted, way = near[1] if near[1][0] else same[1]
    return Bounds(caps, floors, counted, way, int((~null).sum()))


def bounded(step: Step, found: Bounds) -> Step:
    """The step with its bounds."""
    name = step.task.fills[0]
    told = [(f"at most {_said(terms)}", passed) for terms, passed in found.caps]
    told += [(f"at least {_said(terms)}", passed) for terms, passed in found.floors]
    held = tuple(Held("ordered", name, said, found.rows - passed, passed) for said, passed in told)
    caps, floors = ([terms for terms, _ in side] for side in (found.caps, found.floors))
    options = {**step.task.options, "bounded": [step.choice.kind, caps, floors, found.counted, found.way]}
    lost = ((step.choice.kind, 0.0), *step.choice.lost)
    choice = Choice("relation.bounded", "; ".join(said for said, _ in told), lost, relations=held)
    return replace(step, task=replace(step.task, options=options), choice=choice)


def _side(values: Floats, null: NDArray[np.bool_], read: Read, sign: int) -> tuple[tuple[Sum, int], ...]:
    """Sums that the values never pass (`sign` 1) or never fall below (-1), those first that lie closest; and how many rows do."""
    out: list[tuple[float, Sum, int]] = []
    some = np.flatnonzero(~null)
    some = some[:: max(1, len(some) // GLANCE)]
    glance = {need: (found[some], none[some]) for need, (found, none) in read.items()}

    def kept(terms: Sum) -> tuple[float, int] | None:
        bound, none = summed(glance, terms)  # most sums are passed by many rows: a few tell
        if _passes(values[some], bound, sign)[~none].sum() > 4 * PASS * max((~none).sum(), 1):
            return None
        return _kept(values, null, *summed(read, terms), sign)

    for first in read:
        terms: Sum = ((first, 1),)
        if (found := kept(terms)) is None:
            continue
        # What has been taken from it, or added to it, leaves less room.
        for other in read:
            if other != first and len(terms) < TERMS and float(read[other][0].min()) >= 0.0:
                more: Sum = (*terms, (other, -sign))
                if (closer := kept(more)) is not None and _touched(values, null, read, more):
                    terms, found = more, closer
        out.append((found[0], terms, found[1]))
    out.sort(key=lambda one: one[0])
    return tuple((terms, passed) for _, terms, passed in out[:BOUNDS])


def _touched(values: Floats, null: NDArray[np.bool_], read: Read, terms: Sum) -> bool:
    """Whether a sum is reached exactly where its last term takes something: of terms that have nothing to do with it, none is."""
    bound, none = summed(read, terms)
    live = ~(none | null) & (read[terms[-1][0]][0] != 0)
    return bool((np.abs(bound - values)[live] <= _slack(bound[live])).sum() >= TOUCHED)


def _kept(values: Floats, null: NDArray[np.bool_], bound: Floats, none: NDArray[np.bool_], sign: int) -> tuple[float, int] | None:
    """The mean distance from a bound that hardly a row passes, and how many do; None where more do, or where chance alone keeps to it."""
    live = np.flatnonzero(~(none | null))
    if len(live) < FEWEST:
        return None
    values, bound = values[live], bound[live]
    passed = int(_passes(values, bound, sign).sum())
    if passed > PASS * len(live) or _passes(np.roll(values, len(live) // 2 + 1), bound, sign).mean() < CROSSES:
        return None
    return float(((bound - values) * sign).mean()), passed


def _passes(values: Floats, bound: Floats, sign: int) -> NDArray[np.bool_]:
    return np.asarray((bound - values) * sign < -_slack(bound))


def _slack(bound: Floats) -> Floats:
    return np.asarray(1e-9 * (1 + np.abs(bound)))


def _amount(found: TableEvidence, name: str) -> bool:
    column = found.table.column(name)
    return isinstance(bare(column.type), Integer | Float | Decimal) and str(found.column(name).type) != "string"


def _spread(values: Floats) -> float:
    low, high = np.quantile(values, (0.1, 0.9)) if len(values) else (0.0, 0.0)
    return float(high - low)


def _said(terms: Sum) -> str:
    first, *rest = terms
    return first[0] + "".join(f" {'-' if sign < 0 else '+'} {need}" for need, sign in rest)


__all__ = ["Bounds", "amounts", "bounded", "bounds_of"]
