"""Numbers of a row that follow from two others of it, found on the sample: a + b, a - b, a * b, a / b."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mimic.generators.computed import WAYS
from mimic.generators.features import numbers
from mimic.profile import TableEvidence
from mimic.schema import Decimal, Float, Integer, bare
from mimic.streams import Floats

FEWEST = 100  # rows in which both terms tell something
HOLDS = 0.998  # of the rows, and of these
MOST = 40  # columns that are tried as terms
GLANCE, PROMISING = 300, 0.97  # rows that all pairs are tried on, and the share that lets one be looked at closely
Mask = NDArray[np.bool_]

DIFFERENT = 10  # values of a column that can follow from anything


@dataclass(frozen=True, slots=True)
class Reckoned:
    column: str
    way: str
    terms: tuple[str, str]
    places: int | None
    said: str
    holds: int
    rows: int


def reckoned(found: TableEvidence, names: Sequence[str]) -> dict[str, Reckoned]:
    """By column, what it follows from: two of the `names` that come before it. Fewer rows than `FEWEST` bear nothing out."""
    read: dict[str, tuple[Floats, Mask]] = {}
    out: dict[str, Reckoned] = {}
    if found.sampled < FEWEST:
        return out
    for name in names:
        values = found.column(name)
        if not isinstance(bare(found.table.column(name).type), Integer | Float | Decimal) or not _number(values.type):
            continue
        number, null = numbers(values)
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
        for way, reckon in WAYS.items():
            near = (np.abs(reckon(terms[:, None, :], terms[None, :, :]) - number[some]) <= slack[some]).mean(axis=2)
            for i, j in zip(*np.nonzero(near >= PROMISING), strict=True):
                if i > j and way in "+*":
                    continue
                (a, no_a), (b, no_b) = read[names[i]], read[names[j]]
                missing, made = no_a | no_b, reckon(a, b)
                if (missing | ~np.isfinite(made) != null).mean() > 1 - HOLDS:
                    continue
                idle = 0.0 if way in "+-" else 1.0
                telling = ~null & ~missing & (b != idle) & ((a != idle) | (way in "-/")) & (a != 0) & (b != 0)
                holds = np.abs(made - number) <= slack
                if telling.sum() >= FEWEST and holds[telling].mean() >= HOLDS and holds[~null].mean() >= HOLDS:
                    said = f"{names[i]} {way} {names[j]} in {holds[~null].mean():.1%} of the rows"
                    return Reckoned(name, way, (names[i], names[j]), places, said, int(holds[~null].sum()), int((~null).sum()))
    return None


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
