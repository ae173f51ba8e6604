"""Whole tables that travel as they are: vocabulary, and what frameworks write down about their migrations."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import pyarrow as pa

from mimic.batch import rows_of
from mimic.connector import Source
from mimic.schema import Table, arrow_type


def rows(source: Source, table: Table, columns: Collection[str] | None = None, *, batch_rows: int = 65_536) -> Iterator[pa.RecordBatch]:
    """All rows of one table, batch by batch; of its columns all that are written, or some."""
    kept = shape(table, columns)
    if not kept.names:
        yield rows_of((), kept, source.count([table.name])[table.name])
    else:
        yield from (batch.cast(kept) for batch in source.scan(table.name, kept.names, batch_rows=batch_rows))


def shape(table: Table, columns: Collection[str] | None = None) -> pa.Schema:
    """The columns that are written, or some of them, in the types in which values travel."""
    return pa.schema([(column.name, arrow_type(column.type)) for column in table.written if columns is None or column.name in columns])
