"""Numbers of a row that follow from others of it, found on the sample: a + b, a * b * (1 - c), 19 % of a, the month of a date."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations
from types import MappingProxyType

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mimic.generators.features import numbers, with_gaps
from mimic.generators.ways import CLOCK, PARTS, RATES, SPANS, WAYS, reckon, said, seconds, span
from mimic.profile import TableEvidence
from mimic.schema import Decimal, Float, Integer, bare
from mimic.streams import Floats, Ints

FEWEST = 100  # rows in which all terms tell something
HOLDS = 0.998  # of the rows, and of these
MOST = 40  # columns that are tried as terms
GLANCE, PROMISING = 300, 0.97  # rows that all terms are tried on, and the share that lets some be looked at closely
Mask = NDArray[np.bool_]

MOST_OF_THREE = 20  # columns that are tried as terms of three and more
MOST_RATES = 16  # ways to take a rate that are tried two together
MOST_DATES = 8  # columns that parts are looked for in
RISES = 0.7  # correlation of a number with the time that it tells, however it is rounded
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


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A column that may follow from others: its numbers, where it is NULL, how far off rounding may be, and the rows tried first."""

    name: str
    number: Floats
    null: Mask
    places: int | None
    slack: Floats
    few: Ints
    several: bool  # different values, more than anything could make by accident

    @classmethod
    def of(cls, found: TableEvidence, name: str, number: Floats, null: Mask) -> _Wanted | None:
        """None where too few rows tell anything."""
        live = np.flatnonzero(~null)
        if len(live) < min(FEWEST, GLANCE) or (different := len(np.unique(number[live][:5_000]))) < SEVERAL:
            return None
        places = places_of(found, name, number[live])
        slack = 1e-9 * np.abs(number) + (1e-9 if not places else 0.5000001 * 10.0**-places)
        few = live[np.linspace(0, len(live) - 1, min(GLANCE, len(live))).astype(np.int64)]
        return cls(name, number, null, places, slack, few, different > DIFFERENT)


def reckoned(found: TableEvidence, names: Sequence[str], above: Mapping[str, pa.Array] = MappingProxyType({})) -> dict[str, Reckoned]:
    """By column, what it follows from: numbers of its parents (`above`) and those of the `names` that come before it, or dates of the
    row wherever they stand, and of its parents.

    Fewer rows than `FEWEST` bear nothing out.
    """
    read = {need: with_gaps(values) for need, values in above.items() if is_number(values.type)}
    out: dict[str, Reckoned] = {}
    if found.sampled < FEWEST:
        return out
    dates = [name for name in names if _datelike(found.column(name).type)][:MOST_DATES]
    moments = {name: seconds(found.column(name)) for name in dates}
    moments |= {need: seconds(values) for need, values in above.items() if _datelike(values.type)}
    for name in names:
        values = found.column(name)
        if not isinstance(bare(found.table.column(name).type), Integer | Float | Decimal) or not is_number(values.type):
            continue
        number, null = numbers(values)
        if (part := _part(found, name, number, null, dates)) is not None:
            out[name] = part
            continue
        wanted = _Wanted.of(found, name, number, null)
        made = _between(wanted, moments, dates) if wanted is not None else None
        if made is None and wanted is not None and wanted.several and read:
            made = _found(wanted, read)
        if made is not None:
            out[name] = made
        if len(read) < MOST:
            read[name] = np.where(null, np.nan, number)
    return out


def _found(wanted: _Wanted, read: Mapping[str, Floats]) -> Reckoned | None:
    """The first way in which a column follows from what is `read`: what few rows promise, all of them must bear out."""
    few = np.stack([each[wanted.few] for each in read.values()])  # (terms, rows)
    names, last = list(read), list(read)[-MOST_OF_THREE:]
    tries = ((names, _of_two), (last, _of_three), (last, _products), (last, _scaled))
    for terms, ways in tries:
        with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
            for way, places, factors in ways(wanted, few[-len(terms) :]):
                if (made := _borne_out(wanted, way, [terms[i] for i in places], read, factors)) is not None:
                    return made
    return None


def _together(apart: Floats, number: Floats) -> bool:
    """Whether numbers rise with the time that lies between two dates, as all ways to tell it do."""
    live = ~np.isnan(apart)
    if live.mean() < 0.5 or not (apart[live] > 0).any():
        return False
    a, b = apart[live] - apart[live].mean(), number[live] - number[live].mean()
    spread = float(np.sqrt((a @ a) * (b @ b)))
    return spread > 0 and float(a @ b) >= RISES * spread


def _between(wanted: _Wanted, moments: Mapping[str, Floats], own: Collection[str]) -> Reckoned | None:
    """The time from one date to another: minutes, nights, years of age. One of them is the row's own."""
    for first, last in permutations(moments, 2):
        a, b = moments[first][wanted.few], moments[last][wanted.few]
        if (first not in own and last not in own) or not _together(b - a, wanted.number[wanted.few]):
            continue
        for way in SPANS:
            made, lost = span(way, a, b)
            if (_off(wanted, made, wanted.few) & ~lost).mean() < PROMISING:
                continue
            made, lost = span(way, moments[first], moments[last])
            holds = _off(wanted, made, slice(None)) & ~lost
            if holds[~wanted.null].mean() >= HOLDS and (lost == wanted.null).mean() >= HOLDS and len(np.unique(made[~lost])) >= SEVERAL:
                return _made(wanted.name, way, (first, last), wanted.places, holds, wanted.null)
    return None


def _off(wanted: _Wanted, made: Floats, some: Ints | slice) -> Mask:
    return np.asarray(np.abs(made - wanted.number[some]) <= wanted.slack[some])


def _borne_out(wanted: _Wanted, way: str, terms: Sequence[str], read: Mapping[str, Floats], factors: Sequence[float]) -> Reckoned | None:
    """What one of the `factors` times the terms makes, where it is the column in (nearly) all rows, also of those in which all terms
    tell something: a term that is 0, or a factor 1, tells nothing."""
    made = read[terms[0]]
    telling = ~wanted.null & ((made != 1.0) | (way[:1] != "*"))
    for sign, name in zip(way, terms[1:], strict=True):
        telling &= (made != 0) & (read[name] != 0) & ((read[name] != 1.0) | (sign not in "*/"))
        made = WAYS[sign](made, read[name])
    telling &= np.isfinite(made) & (made != 0)
    if telling.sum() < FEWEST or (~np.isfinite(made) != wanted.null).mean() > 1 - HOLDS:
        return None
    for factor in factors:
        holds = np.abs(factor * made - wanted.number) <= wanted.slack
        if factor and holds[telling].mean() >= HOLDS and holds[~wanted.null].mean() >= HOLDS:
            return _made(wanted.name, way, tuple(terms), wanted.places, holds, wanted.null, factor)
    return None


# What each of these yields: a way, the places of the terms in `few` (terms, rows), and factors to try. Errors of numpy are off.
Tries = Iterator[tuple[str, tuple[int, ...], Sequence[float]]]
ONE = (1.0,)


def _of_two(wanted: _Wanted, few: Floats) -> Tries:
    for way, joined in WAYS.items():
        near = _near(wanted, joined(few[:, None, :], few[None, :, :]))
        yield from ((way, (i, j), ONE) for i, j in np.argwhere(near >= PROMISING).tolist() if i < j or (way in "+*") == (i == j))


def _of_three(wanted: _Wanted, few: Floats) -> Tries:
    """A sum of three terms, of which one may be taken off: subtotal + tax + shipping, subtotal + tax - discount."""
    for i, j in combinations(range(len(few)), 2):
        for way, sign in (("++", 1.0), ("+-", -1.0)):
            near = _near(wanted, few[i] + few[j] + sign * few)
            yield from (
                (way, (i, j, k), ONE) for k in np.flatnonzero(near >= PROMISING).tolist() if k not in (i, j) and (sign < 0 or k > j)
            )


def _products(wanted: _Wanted, few: Floats) -> Tries:
    """A product of three, or of up to two terms and of what one or two rates leave or add: quantity * price * (1 - discount)."""
    pairs = list(combinations(range(len(few)), 2))
    bases = [*((i,) for i in range(len(few))), *pairs]
    made = np.stack([np.prod(few[list(base)], axis=0) for base in bases])  # (bases, rows)
    signs = [(sign, i) for sign in RATES for i in range(len(few)) if is_rate(few[i], sign)]
    steps = [("*", i) for i in range(len(few))] + signs
    factors: list[tuple[tuple[tuple[str, int], ...], Floats]]
    factors = [((step,), WAYS[step[0]](np.ones(few.shape[1]), few[step[1]])) for step in steps]
    rates = factors[len(few) :][:MOST_RATES]
    factors += [((a, b), made_a * made_b) for ((a,), made_a), ((b,), made_b) in combinations(rates, 2) if a[1] != b[1]]
    for more, factor in factors:
        for at in np.flatnonzero(_near(wanted, made * factor) >= PROMISING).tolist():
            places = (*bases[at], *(i for _, i in more))
            way = "*" * (len(bases[at]) - 1) + "".join(sign for sign, _ in more)
            if len(set(places)) == len(places) >= 3 and (more[0][0] != "*" or places == tuple(sorted(places))):
                yield way, places, ONE


def is_rate(values: Floats, sign: str) -> bool:
    """Whether numbers can be shares, of one or of a hundred, as a sign of `RATES` takes them."""
    live = values[~np.isnan(values)]
    if not len(live) or live.min() < 0 or live.max() == 0:
        return False
    return bool(live.max() <= 1.0 and (np.rint(live) != live).any() if sign in "du" else 1.0 < live.max() <= 100.0)


def _scaled(wanted: _Wanted, few: Floats) -> Tries:
    """A constant times a term, a product or a ratio: a tax of 19 %, earned runs over nine innings, a share in percent."""
    number, near = wanted.number[wanted.few], wanted.slack[wanted.few] + 1e-3 * np.abs(wanted.number[wanted.few])
    for way in ("", "*", "/"):
        made = few[:, None] if not way else WAYS[way](few[:, None], few[None, :])  # (terms, 1 or terms, rows)
        live = np.isfinite(made) & (made != 0)
        made = np.where(live, made, 0.0)
        factors = (made @ number) / (made * made).sum(axis=2)
        close = (live & (np.abs(factors[..., None] * made - number) <= near)).sum(axis=2) >= PROMISING * live.sum(axis=2)
        for i, j in np.argwhere(close & (live.sum(axis=2) >= min(FEWEST, len(number) / 2))).tolist():
            if not way or (i <= j if way == "*" else i != j):
                factor = float(factors[i, j])
                yield way, (i, j) if way else (i,), (*(round(factor, digits) for digits in range(5)), factor)


def _near(wanted: _Wanted, made: Floats) -> Floats:
    """The share of the few rows (last axis) in which a column is what was `made`."""
    return np.asarray((np.abs(made - wanted.number[wanted.few]) <= wanted.slack[wanted.few]).mean(axis=-1))


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


def is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def places_of(found: TableEvidence, name: str, number: Floats) -> int | None:
    """To how many places the values are rounded."""
    kind = bare(found.table.column(name).type)
    if isinstance(kind, Integer):
        return 0
    if isinstance(kind, Decimal) and kind.scale is not None:
        return kind.scale
    return next((places for places in range(7) if np.allclose(np.round(number, places), number, rtol=0, atol=1e-9)), None)


__all__ = ["Reckoned", "is_number", "is_rate", "places_of", "reckoned"]
