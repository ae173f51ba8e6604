"""In which ways a number follows from others of its row, or from a date: what generators reckon and what the planner looks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from mimic.generators.features import numbers
from mimic.streams import Floats


def _ratio(a: Floats, b: Floats) -> Floats:
    return np.asarray(np.divide(a, b, out=np.full(np.broadcast(a, b).shape, np.nan), where=b != 0), dtype=np.float64)


WAYS: Mapping[str, Callable[[Floats, Floats], Floats]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": _ratio,
    "d": lambda a, b: a * (1.0 - b),
    "u": lambda a, b: a * (1.0 + b),
    "D": lambda a, b: a * (1.0 - b / 100.0),
    "U": lambda a, b: a * (1.0 + b / 100.0),
}
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


def reckon(way: str, terms: Sequence[pa.Array]) -> tuple[Floats, NDArray[np.bool_]]:
    """What follows from `terms` (n,) each, and where nothing does. `way`: an operator between each two terms, or a part of a date."""
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
    first = terms[0] if factor == 1.0 else f"{factor:g} * {terms[0]}"
    return " ".join([first, *(RATES.get(sign, f"{sign} {{}}").format(term) for sign, term in zip(way, terms[1:], strict=True))])


__all__ = ["CLOCK", "PARTS", "RATES", "WAYS", "reckon", "said"]
