"""Which rows of a source are read: filters that every connector understands."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa


@dataclass(frozen=True, slots=True)
class HashShare:
    """Rows whose keyed hash of `columns` falls into the first `share` of its range.

    The same rows on every run and every server. Hashing a child's foreign key with the same `salt` as its parent's key
    keeps children together with their parents. A row with a NULL among `columns` is hashed as if the NULL were a value.
    """

    columns: tuple[str, ...]
    share: float  # 0 .. 1
    salt: str


@dataclass(frozen=True, slots=True)
class KeyIn:
    """Rows whose `columns` are among `keys` (a batch with columns of the same names)."""

    columns: tuple[str, ...]
    keys: pa.RecordBatch


Filter = HashShare | KeyIn
