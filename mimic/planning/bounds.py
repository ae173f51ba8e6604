"""Which numbers of a row never pass others of it, or what others add up to: found on the sample, kept in the copy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mimic.generators.bounded import Sum
from mimic.generators.features import numbers
from mimic.plan import Choice, Held, Step
from mimic.profile import TableEvidence
from mimic.schema import Decimal, Float, Integer, bare
from mimic.streams import Floats

FEWEST = 200  # rows in which both numbers are there
PASS = 0.005  # of them may pass a bound all the same
CROSSES = 0.02  # of the rows would pass a bound, if numbers were drawn without regard to it
MOST = 40  # columns that are tried
TERMS = 5  # of a sum
BOUNDS = 4  # on one side
OFTEN = 0.04  # of the rows are at a bound: which ones is learned
NEAR = 0.1  # of the spread of the column: how far it may lie from a sum that it is counted from
Read = Mapping[str, tuple[Floats, NDArray[np.bool_]]]


@dataclass(frozen=True, slots=True)
class Bounds:
    caps: tuple[Sum, ...]
    floors: tuple[Sum, ...]
    counted: Sum  # one of them that the column keeps close to or often is, or ()
    way: str  # "below", "above", "same", or ""
    rows: int
    passed: tuple[int, ...]  # by how many rows, of each cap and floor


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
    counted: Sum = ()
    way = ""
    whole, best = _spread(values[~null]), NEAR
    for terms in (*caps, *floors):
        bound, none = _sum(read, terms)
        live = ~(none | null)
        share = _spread((bound - values)[live]) / whole if whole > 0 else 1.0
        if live.sum() > 0.9 * (~null).sum() and share < best:
            best, counted, way = share, terms, "below" if terms in caps else "above"
    passed = (*(_passed(values, null, read, terms, 1) for terms in caps), *(_passed(values, null, read, terms, -1) for terms in floors))
    most = 0.0
    for terms in (*caps, *floors) if not counted else ():
        bound, none = _sum(read, terms)
        share = float((np.abs(bound - values) <= 1e-9 * (1 + np.abs(bound)))[~(none | null)].mean())
        if OFTEN <= share <= 1.0 - OFTEN and share > most:
            most, counted, way = share, terms, "same"
    return Bounds(caps, floors, counted, way, int((~null).sum()), passed)


def bounded(step: Step, found: Bounds) -> Step:
    """The step with its bounds."""
    name = step.task.fills[0]
    spelled = [(_said(terms), "at most") for terms in found.caps] + [(_said(terms), "at least") for terms in found.floors]
    exceptions = zip(spelled, found.passed, strict=True)
    held = tuple(Held("ordered", name, f"{how} {said}", found.rows - passed, passed) for (said, how), passed in exceptions)
    told = {**step.task.options, "bounded": [step.choice.kind, found.caps, found.floors, found.counted, found.way]}
    lost = ((step.choice.kind, 0.0), *step.choice.lost)
    choice = Choice("relation.bounded", "; ".join(f"{how} {said}" for said, how in spelled), lost, relations=held)
    return replace(step, task=replace(step.task, options=told), choice=choice)


def _side(values: Floats, null: NDArray[np.bool_], read: Read, sign: int) -> tuple[Sum, ...]:
    """Sums that the values never pass (`sign` 1) or never fall below (-1), those first that lie closest."""
    out: list[tuple[float, Sum]] = []
    for first in read:
        terms: Sum = ((first, 1),)
        if (apart := _kept(values, null, read, terms, sign)) is None:
            continue
        # What has been taken from it, or added to it, leaves less room.
        for other in read:
            if other != first and len(terms) < TERMS and float(read[other][0].min()) >= 0.0:
                more: Sum = (*terms, (other, -sign))
                if (closer := _kept(values, null, read, more, sign)) is not None:
                    terms, apart = more, closer
        out.append((apart, terms))
    out.sort(key=lambda pair: pair[0])
    return tuple(terms for _, terms in out[:BOUNDS])


def _kept(values: Floats, null: NDArray[np.bool_], read: Read, terms: Sum, sign: int) -> float | None:
    """The mean distance from a sum that no row passes; None where one does, or where chance alone would keep to it."""
    bound, none = _sum(read, terms)
    live = np.flatnonzero(~(none | null))
    if len(live) < FEWEST:
        return None
    glance = live[:: max(1, len(live) // 500)]
    room = (bound - values) * sign
    slack = 1e-9 * (1 + np.abs(bound))
    if (room[glance] < -slack[glance]).mean() > 4 * PASS or (room[live] < -slack[live]).mean() > PASS:
        return None
    shifted = np.roll(live, len(live) // 2 + 1)
    if ((bound[live] - values[shifted]) * sign < -slack[live]).mean() < CROSSES:
        return None
    return float(room[live].mean())


def _passed(values: Floats, null: NDArray[np.bool_], read: Read, terms: Sum, sign: int) -> int:
    """How many rows pass a bound."""
    bound, none = _sum(read, terms)
    return int(((bound - values) * sign < -1e-9 * (1 + np.abs(bound)))[~(none | null)].sum())


def _sum(read: Read, terms: Sum) -> tuple[Floats, NDArray[np.bool_]]:
    total = np.sum([read[need][0] * sign for need, sign in terms], axis=0)
    return total, np.logical_or.reduce([read[need][1] for need, _ in terms])


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
