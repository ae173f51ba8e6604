"""The newest day of a database, by which `--today` moves all dates: the last one that k rows of some column of dates reach."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pyarrow as pa

from mimic.profile import Evidence, TableEvidence
from mimic.schema import Date, Timestamp, bare
from mimic.semantics import Kind

_DAY = 86_400_000_000
FEWEST = 3  # times k values, of which the last but k - 1 is taken
_BIRTHS = (Kind.BIRTH_DATE, Kind.DATE_OF_DEATH)


def newest(evidence: Evidence, today: date | None = None) -> date:
    """Dates of the future (due, valid until) do not count; `today` (default: the real one) where no column has enough others."""
    today = today or datetime.now(UTC).date()
    last = (today - date(1970, 1, 1)).days
    ends: list[int] = []
    for name, found in evidence.tables.items():
        for column in found.table.columns:
            meaning = evidence.meanings.get((name, column.name))
            if isinstance(bare(column.type), Date | Timestamp) and found.sampled and not (meaning and meaning.kind in _BIRTHS):
                days = _past(found, column.name, last)
                if len(days) >= FEWEST * evidence.k:
                    ends.append(int(np.partition(days, len(days) - evidence.k)[len(days) - evidence.k]))
    return date(1970, 1, 1) + timedelta(days=max(ends)) if ends else today


def _past(found: TableEvidence, name: str, last: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Days since 1970 of a column's values that are not of the future."""
    values = found.column(name).drop_null()
    plain = pa.types.is_date32(values.type)
    if not plain and not pa.types.is_timestamp(values.type):
        return np.zeros(0, dtype=np.int64)
    raw = np.asarray(values.view(pa.int32() if plain else pa.int64()).to_numpy(zero_copy_only=False)).astype(np.int64)
    days = raw if plain else raw // _DAY
    return days[(days <= last) & (days > -354_285)]


__all__ = ["newest"]
