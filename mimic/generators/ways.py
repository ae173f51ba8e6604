"""In which ways a number follows from others of its row, or from a date: what generators reckon and what the planner looks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from mimic.generators.features import numbers, with_gaps
from mimic.streams import Floats


def _ratio(a: Floats, b: Floats) -> Floats:
    return np.asarray(np.divide(a, b, out=np.full(np.broadcast(a, b).shape, np.nan), where=b != 0), dtype=np.float64)


def _share(a: Floats, b: Floats) -> Floats:
    """The ratio, 0 of nothing."""
    return np.asarray(np.divide(a, b, out=np.zeros(np.broadcast(a, b).shape), where=b != 0), dtype=np.float64)


WAYS: Mapping[str, Callable[[Floats, Floats], Floats]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": _ratio,
    "d": lambda a, b: a * (1.0 - b),
    "u": lambda a, b: a * (1.0 + b),
    "D": lambda a, b: a * (1.0 - b / 100.0),
    "U": lambda a, b: a * (1.0 + b / 100.0),
    "q": _share,
    "p": lambda a, b: 100.0 * _share(a, b),
    "%": lambda a, b: np.floor(100.0 * _share(a, b) + 1e-9),
}
SHARES = {"q": "/ {}, 0 of nothing", "p": "in percent of {}", "%": "in whole percent of {}"}
RATES = {"d": "* (1 - {})", "u": "* (1 + {})", "D": "* (1 - {} / 100)", "U": "* (1 + {} / 100)"}  # a discount, a tax, both in percent


def _weekday(values: pa.Array, first: int, start: int) -> pa.Array:
    return pc.add(pc.day_of_week(values, count_from_zero=True, week_start=start), first)


def _month_number(values: pa.Array) -> pa.Array:
    return pc.add(pc.multiply(pc.year(values), 100), pc.month(values))


# What may stand beside a date; the numbers of weekdays as databases, spreadsheets and programs count them.
PARTS: Mapping[str, Callable[[pa.Array], pa.Array]] = {
    "year": pc.year,
    "quarter": pc.quarter,
    "month": pc.month,
    "day": pc.day,
    "weekday, 1 Monday": lambda values: _weekday(values, 1, 1),
    "weekday, 0 Monday": lambda values: _weekday(values, 0, 1),
    "weekday, 1 Sunday": lambda values: _weekday(values, 1, 7),
    "weekday, 0 Sunday": lambda values: _weekday(values, 0, 7),
    "day of the year": pc.day_of_year,
    "ISO week": pc.iso_week,
    "ISO year": pc.iso_year,
    "year and month": _month_number,
    "year, month and day": lambda values: pc.add(pc.multiply(_month_number(values), 100), pc.day(values)),
}
CLOCK: Mapping[str, Callable[[pa.Array], pa.Array]] = {"hour": pc.hour, "minute": pc.minute, "second": pc.second}
MINUTE, HOUR, DAY, WEEK, YEAR = 60.0, 3_600.0, 86_400.0, 604_800.0, 365.25 * 86_400.0


def _months(a: Floats, b: Floats) -> Floats:
    """Whole months between two moments, as birthdays are counted."""
    (start, after), (end, before) = _calendar(a), _calendar(b)
    return np.asarray(end - start - (before < after), dtype=np.float64)


def _calendar(seconds: Floats) -> tuple[Floats, Floats]:
    """The month of a moment, counted from 1970, and how many seconds have passed of it."""
    moments = seconds.astype("datetime64[s]")
    month = moments.astype("datetime64[M]")
    return month.astype(np.float64), (moments - month.astype("datetime64[s]")).astype(np.float64)


# From one moment to another, both in seconds: exactly, in whole units, in units begun, and as calendars count.
SPANS: Mapping[str, Callable[[Floats, Floats], Floats]] = {
    "seconds": lambda a, b: b - a,
    "minutes": lambda a, b: (b - a) / MINUTE,
    "hours": lambda a, b: (b - a) / HOUR,
    "days": lambda a, b: (b - a) / DAY,
    "weeks": lambda a, b: (b - a) / WEEK,
    "milliseconds": lambda a, b: (b - a) * 1_000.0,
    "whole seconds": lambda a, b: np.floor(b - a),
    "whole minutes": lambda a, b: np.floor((b - a) / MINUTE),
    "whole hours": lambda a, b: np.floor((b - a) / HOUR),
    "whole days": lambda a, b: np.floor((b - a) / DAY),
    "whole weeks": lambda a, b: np.floor((b - a) / WEEK),
    "minutes begun": lambda a, b: np.ceil((b - a) / MINUTE),
    "hours begun": lambda a, b: np.ceil((b - a) / HOUR),
    "days begun": lambda a, b: np.ceil((b - a) / DAY),
    "nights": lambda a, b: np.floor(b / DAY) - np.floor(a / DAY),
    "days, the first and the last too,": lambda a, b: np.floor(b / DAY) - np.floor(a / DAY) + 1.0,
    "months": _months,
    "years": lambda a, b: np.floor(_months(a, b) / 12.0),
    "years of 365.25 days": lambda a, b: np.floor((b - a) / YEAR),
    "years of 365 days": lambda a, b: np.floor((b - a) / (365.0 * DAY)),
    "new years": lambda a, b: np.floor(_calendar(b)[0] / 12.0) - np.floor(_calendar(a)[0] / 12.0),
}


def per_second(kind: pa.DataType) -> float:
    """How many units of an Arrow type of dates, moments or times of day a second has."""
    return 1.0 / DAY if pa.types.is_date32(kind) else {"s": 1.0, "ms": 1e3, "us": 1e6, "ns": 1e9}[kind.unit]


def seconds(values: pa.Array) -> Floats:
    """Dates, moments and times of day (n,) as seconds; NaN where NULL."""
    return with_gaps(values) / per_second(values.type)


def span(way: str, first: Floats, last: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """What a way of SPANS says from one to the other, and where either is NaN."""
    null = np.isnan(first) | np.isnan(last)
    return np.where(null, 0.0, SPANS[way](np.where(null, 0.0, first), np.where(null, 0.0, last))), null


def reckon(way: str, terms: Sequence[pa.Array]) -> tuple[Floats, NDArray[np.bool_]]:
    """What follows from `terms` (n,) each, and where nothing does. `way`: an operator between each two terms, a part of a date, or how
    the time from one date to another is told."""
    if way in SPANS:
        return span(way, seconds(terms[0]), seconds(terms[1]))
    part = {**PARTS, **CLOCK}.get(way)
    if part is not None:
        return numbers(part(terms[0]).cast(pa.float64()))
    made, null = numbers(terms[0])
    for operator, term in zip(way, terms[1:], strict=True):
        number, lost = numbers(term)
        made, null = WAYS[operator](made, number), null | lost
    null = null | ~np.isfinite(made)
    return np.where(null, 0.0, made), null


def said(way: str, terms: Sequence[str], factor: float = 1.0) -> str:
    """The same in words."""
    if way in PARTS or way in CLOCK:
        return f"{way} of {terms[0]}"
    if way in SPANS:
        return f"{way} from {terms[0]} to {terms[1]}"
    first = terms[0] if factor == 1.0 else f"{factor:g} * {terms[0]}"
    words = {**RATES, **SHARES}
    return " ".join([first, *(words.get(sign, f"{sign} {{}}").format(term) for sign, term in zip(way, terms[1:], strict=True))])


__all__ = ["CLOCK", "PARTS", "RATES", "SPANS", "WAYS", "per_second", "reckon", "said", "seconds", "span"]
