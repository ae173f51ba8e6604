"""Whole rows on the move: the one thing that producers hand to the writer."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from mimic.schema import TableName


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of one table, columns named as in the table, each in `schema.arrow_type` of its logical type."""

    table: TableName
    rows: pa.RecordBatch

    def __len__(self) -> int:
        return int(self.rows.num_rows)
