"""Numbers of a row that follow from others of it, found on the sample: a + b, a - b, a * b, a / b, a + b - c, the month of a date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mimic.generators.computed import CLOCK, PARTS, WAYS, reckon, said
from mimic.generators.features import numbers
from mimic.profile import TableEvidence
from mimic.schema import Decimal, Float, Integer, bare
from mimic.streams import Floats, Ints

FEWEST = 100  # rows in which both terms tell something
HOLDS = 0.998  # of the rows, and of these
MOST = 40  # columns that are tried as terms
GLANCE, PROMISING = 300, 0.97  # rows that all pairs are tried on, and the share that lets one be looked at closely
Mask = NDArray[np.bool_]

MOST_OF_THREE = 20  # columns that are tried as terms of three
MOST_DATES = 8  # columns that parts are looked for in
SEVERAL = 3  # values of a column that can be a part of a date
DIFFERENT = 10  # values of a column that can follow from anything


@dataclass(frozen=True, slots=True)
class Reckoned:
    column: str
    way: str
    terms: tuple[str, ...]
    places: int | None
    said: str
    holds: int
    rows: int
    factor: float = 1.0


def reckoned(found: TableEvidence, names: Sequence[str]) -> dict[str, Reckoned]:
    """By column, what it follows from: two or three of the `names` that come before it, or a date of the row wherever it stands.

    Fewer rows than `FEWEST` bear nothing out.
    """
    read: dict[str, tuple[Floats, Mask]] = {}
    out: dict[str, Reckoned] = {}
    if found.sampled < FEWEST:
        return out
    dates = [name for name in names if _datelike(found.column(name).type)][:MOST_DATES]
    for name in names:
        values = found.column(name)
        if not isinstance(bare(found.table.column(name).type), Integer | Float | Decimal) or not _number(values.type):
            continue
        number, null = numbers(values)
        if (part := _part(found, name, number, null, dates)) is not None:
            out[name] = part
            continue
        if read and len(np.unique(number[~null][:5_000])) > DIFFERENT and (made := _found(found, name, number, null, read)) is not None:
            out[name] = made
        if len(read) < MOST:
            read[name] = number, null
    return out


def _found(found: TableEvidence, name: str, number: Floats, null: Mask, read: Mapping[str, tuple[Floats, Mask]]) -> Reckoned | None:
    some = np.flatnonzero(~null)
    some = some[np.linspace(0, len(some) - 1, min(GLANCE, len(some))).astype(np.int64)] if len(some) else some
    if len(some) < min(FEWEST, GLANCE):
        return None
    names, places = list(read), _places(found, name, number[~null])
    slack = 1e-9 * np.abs(number) + (1e-9 if places is None else 0.5000001 * 10.0**-places if places else 1e-9)
    terms = np.stack([np.where(read[other][1], np.nan, read[other][0])[some] for other in names])
    with np.errstate(invalid="ignore", over="ignore"):
        for way, joined in WAYS.items():
            near = (np.abs(joined(terms[:, None, :], terms[None, :, :]) - number[some]) <= slack[some]).mean(axis=2)
            for i, j in zip(*np.nonzero(near >= PROMISING), strict=True):
                if i > j and way in "+*":
                    continue
                (a, no_a), (b, no_b) = read[names[i]], read[names[j]]
                missing, made = no_a | no_b, joined(a, b)
                if (missing | ~np.isfinite(made) != null).mean() > 1 - HOLDS:
                    continue
                idle = 0.0 if way in "+-" else 1.0
                telling = ~null & ~missing & (b != idle) & ((a != idle) | (way in "-/")) & (a != 0) & (b != 0)
                holds = np.abs(made - number) <= slack
                if telling.sum() >= FEWEST and holds[telling].mean() >= HOLDS and holds[~null].mean() >= HOLDS:
                    return _made(name, way, (names[i], names[j]), places, holds, null)
    three = _of_three(name, number, null, read, some, slack, places)
    return three if three is not None else _scaled(name, number, null, read, some, slack, places)


def _scaled(
    name: str, number: Floats, null: Mask, read: Mapping[str, tuple[Floats, Mask]], some: Ints, slack: Floats, places: int | None
) -> Reckoned | None:
    """A constant times a term, a product or a ratio: a tax of 19 %, earned runs over nine innings, a share in percent."""
    names = list(read)[-MOST_OF_THREE:]
    terms = [np.where(read[other][1], np.nan, read[other][0]) for other in names]
    few, wanted, near = np.stack([term[some] for term in terms]), number[some], slack[some] + 1e-3 * np.abs(number[some])
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        for way in ("", "*", "/"):
            made = few[:, None] if not way else WAYS[way](few[:, None], few[None, :])  # (terms, 1 or terms, rows)
            live = np.isfinite(made) & (made != 0)
            made = np.where(live, made, 0.0)
            factors = (made @ wanted) / (made * made).sum(axis=2)
            close = (live & (np.abs(factors[..., None] * made - wanted) <= near)).sum(axis=2) >= PROMISING * live.sum(axis=2)
            for i, j in zip(*np.nonzero(close & (live.sum(axis=2) >= min(FEWEST, len(some) / 2))), strict=True):
                if way == "*" and j < i:
                    continue
                whole = WAYS[way](terms[i], terms[j]) if way else terms[i]
                telling = ~null & np.isfinite(whole) & (whole != 0)
                if (~np.isfinite(whole) != null).mean() > 1 - HOLDS or telling.sum() < FEWEST:
                    continue
                factor = float(factors[i, j])
                for rounded in (*(round(factor, digits) for digits in range(5)), factor):
                    holds = np.abs(rounded * whole - number) <= slack
                    if rounded and min(holds[telling].mean(), holds[~null].mean()) >= HOLDS:
                        found = (names[i], names[j]) if way else (names[i],)
                        return _made(name, way, found, places, holds, null, rounded)
    return None


def _of_three(
    name: str, number: Floats, null: Mask, read: Mapping[str, tuple[Floats, Mask]], some: Ints, slack: Floats, places: int | None
) -> Reckoned | None:
    """A sum of three terms, of which one may be taken off: subtotal + tax + shipping, subtotal + tax - discount."""
    names = list(read)[-MOST_OF_THREE:]
    terms = [np.where(read[other][1], np.nan, read[other][0]) for other in names]
    few = np.stack([term[some] for term in terms]) if names else np.zeros((0, len(some)))
    with np.errstate(invalid="ignore", over="ignore"):
        for i, j in combinations(range(len(names)), 2):
            for way, sign in (("++", 1.0), ("+-", -1.0)):
                near = (np.abs(few[i] + few[j] + sign * few - number[some]) <= slack[some]).mean(axis=1)
                for k in np.flatnonzero(near >= PROMISING).tolist():
                    if k in (i, j) or (sign > 0 and k < j):
                        continue
                    made = terms[i] + terms[j] + sign * terms[k]
                    holds = np.abs(made - number) <= slack
                    telling = ~null & np.isfinite(made) & (terms[i] != 0) & (terms[j] != 0) & (terms[k] != 0)
                    missing = (~np.isfinite(made) != null).mean() > 1 - HOLDS
                    if not missing and telling.sum() >= FEWEST and holds[telling].mean() >= HOLDS and holds[~null].mean() >= HOLDS:
                        return _made(name, way, (names[i], names[j], names[k]), places, holds, null)
    return None


def _part(found: TableEvidence, name: str, number: Floats, null: Mask, dates: Sequence[str]) -> Reckoned | None:
    """A part of a date of the row, where it takes several values."""
    live = np.flatnonzero(~null)
    if not dates or len(live) < FEWEST or not (np.rint(number) == number).all() or len(np.unique(number[live])) < SEVERAL:
        return None
    for date in dates:
        values = found.column(date)
        few = values.take(pa.array(live[:GLANCE]))
        kind = values.type
        for way in (*(PARTS if not pa.types.is_time(kind) else ()), *(CLOCK if not pa.types.is_date(kind) else ())):
            made, lost = reckon(way, [few])
            if ((made == number[live[:GLANCE]]) & ~lost).mean() < PROMISING:
                continue
            made, lost = reckon(way, [values])
            holds = (made == number) & ~lost
            if holds[~null].mean() >= HOLDS and (lost == null).mean() >= HOLDS:
                return _made(name, way, (date,), 0, holds, null)
    return None


def _made(name: str, way: str, terms: tuple[str, ...], places: int | None, holds: Mask, null: Mask, factor: float = 1.0) -> Reckoned:
    rows, all_rows = int(holds[~null].sum()), int((~null).sum())
    return Reckoned(name, way, terms, places, f"{said(way, terms, factor)} in {rows / all_rows:.1%} of the rows", rows, all_rows, factor)


def _datelike(kind: pa.DataType) -> bool:
    return bool(pa.types.is_date(kind) or pa.types.is_timestamp(kind) or pa.types.is_time(kind))


def _number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def _places(found: TableEvidence, name: str, number: Floats) -> int | None:
    """To how many places the values are rounded."""
    kind = bare(found.table.column(name).type)
    if isinstance(kind, Integer):
        return 0
    if isinstance(kind, Decimal) and kind.scale is not None:
        return kind.scale
    return next((places for places in range(7) if np.allclose(np.round(number, places), number, rtol=0, atol=1e-9)), None)


__all__ = ["Reckoned", "reckoned"]
