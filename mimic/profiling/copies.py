"""Whole tables that travel as they are: vocabulary, and what frameworks write down about their migrations."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from mimic.batch import rows_of
from mimic.connector import Source
from mimic.progress import Progress
from mimic.schema import Table, TableName, arrow_type


def copies(source: Source, tables: Sequence[Table], progress: Progress) -> dict[TableName, pa.Table]:
    """All rows of the tables, columns that are written only."""
    return {table.name: read(source, table) for table in tables}


def read(source: Source, table: Table) -> pa.Table:
    """All rows of one table in memory."""
    names = [column.name for column in table.written]
    shape = pa.schema([(column.name, arrow_type(column.type)) for column in table.written])
    if not names:
        return pa.Table.from_batches([rows_of((), shape, source.count([table.name])[table.name])])
    return pa.Table.from_batches([batch.cast(shape) for batch in source.scan(table.name, names)], shape)
