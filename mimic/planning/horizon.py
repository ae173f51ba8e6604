"""The day on which a database stands: where its dates end, as an average that nobody stands out of.

Rules that have nothing to learn from count back from it, so that a table without rows of its own fits its neighbours.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from mimic.profile import Evidence
from mimic.schema import Date, Timestamp, bare
from mimic.semantics import Kind

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
            values = found.column(column.name).drop_null()
            units = np.asarray(values.cast(pa.int32()).cast(pa.int64()) if isinstance(kind, Date) else values.cast(pa.int64()))
            days = np.sort(units / (1 if isinstance(kind, Date) else _DAY))
            days = days[(days > -20_000) & (days < 40_000)]
            top = days[-max(evidence.k, len(days) // 10) :]
            if len(days) >= FEWEST:
                ends.append(float(top.mean()))
                weights.append(len(days))
    if not ends:
        return None
    order = np.argsort(ends)
    middle = np.searchsorted(np.cumsum(np.array(weights)[order]), sum(weights) / 2)
    return (date(1970, 1, 1) + timedelta(days=int(ends[int(order[middle])]))).isoformat()
