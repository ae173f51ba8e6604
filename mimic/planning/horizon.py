"""The day on which a database stands: where its dates end, as an average that nobody stands out of.

Rules that have nothing to learn from count back from it, so that a table without rows of its own fits its neighbours.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from mimic.profile import Evidence, TableEvidence
from mimic.schema import Column, Date, Timestamp, bare
from mimic.semantics import Kind
from mimic.streams import Floats

FEWEST = 50  # values; of them the latest tenth is averaged
_DAY = 86_400_000_000


def horizon(evidence: Evidence) -> str | None:
    """ISO date, None where no column of dates has enough values."""
    ends: list[float] = []
    weights: list[int] = []
    for name, found in evidence.tables.items():
        for column in found.table.columns:
            kind = bare(column.type)
            meaning = evidence.meanings.get((name, column.name))
            if (
                not isinstance(kind, Date | Timestamp)
                or not found.sampled
                or (meaning and meaning.kind in (Kind.BIRTH_DATE, Kind.DATE_OF_DEATH))
            ):
                continue
            days = _days(found, column)
            if len(days) >= FEWEST:
                ends.append(float(days[-max(evidence.k, len(days) // 10) :].mean()))
                weights.append(len(days))
    if not ends:
        return None
    order = np.argsort(ends)
    middle = np.searchsorted(np.cumsum(np.array(weights)[order]), sum(weights) / 2)
    return _iso(ends[int(order[middle])])


def bounds(found: TableEvidence, column: Column, k: int) -> dict[str, str]:
    """`low` and `high` for a date that too few rows hold to learn from: the span of the table's best known other date."""
    if not found.sampled or not isinstance(bare(column.type), Date | Timestamp) or len(_days(found, column)) >= k:
        return {}
    others = [_days(found, other) for other in found.table.columns if isinstance(bare(other.type), Date | Timestamp)]
    days = max(others, key=len)
    if len(days) < FEWEST:
        return {}
    edge = max(k, len(days) // 10)
    return {"low": _iso(days[:edge].mean()), "high": _iso(days[-edge:].mean())}


def _days(found: TableEvidence, column: Column) -> Floats:
    """Days since 1970 of a column's values, ascending, without those that stand for never."""
    values = found.column(column.name).drop_null()
    plain = isinstance(bare(column.type), Date)
    units = np.asarray(values.cast(pa.int32()).cast(pa.int64()) if plain else values.cast(pa.int64()))
    days = np.sort(units / (1 if plain else _DAY))
    return days[(days > -20_000) & (days < 40_000)]


def _iso(days: float) -> str:
    return (date(1970, 1, 1) + timedelta(days=int(days))).isoformat()
