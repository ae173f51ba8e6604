"""Whole rows on the move: the one thing that producers hand to the writer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from mimic.schema import TableName


def rows_of(arrays: Sequence[pa.Array], shape: pa.Schema, n: int) -> pa.RecordBatch:
    """`n` rows; a table may have none but generated columns, or no columns at all, and rows all the same."""
    if arrays:
        return pa.RecordBatch.from_arrays(list(arrays), schema=shape)
    return pa.RecordBatch.from_struct_array(pa.StructArray.from_buffers(pa.struct([]), n, [None]))


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of one table, columns named as in the table, each in `schema.arrow_type` of its logical type."""

    table: TableName
    rows: pa.RecordBatch

    def __len__(self) -> int:
        return int(self.rows.num_rows)
