"""Rows of a selection as people write them: `orders(42)`, `order_lines(7, 'A-1')`."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from mimic.connector import Source
from mimic.schema import Table, Uuid, bare
from mimic.selection import ROW, Numbers, RowIn
from mimic.subsetting.keys import identity


def named(source: Source, table: Table, numbers: Numbers) -> pa.Table:
    """The row numbers (ROW) and keys (`key`, text without the table's name) of some rows; NULL where a table has no key."""
    columns = list(identity(table))
    if not columns:
        return pa.table({ROW: pa.array(numbers, pa.int64()), "key": pa.nulls(len(numbers), pa.string())})
    batches = [batch for batch in source.scan(table.name, columns, where=RowIn(numbers), numbered=True) if batch.num_rows]
    if not batches:
        return pa.table({ROW: pa.array([], pa.int64()), "key": pa.array([], pa.string())})
    rows = pa.Table.from_batches(batches)
    texts = [spelled(rows.column(name), table, name) for name in columns]
    return pa.table({ROW: rows.column(ROW), "key": texts[0] if len(texts) == 1 else pc.binary_join_element_wise(*texts, ", ")})


def spelled(values: pa.ChunkedArray, table: Table, name: str) -> pa.ChunkedArray:
    """Values such that `asking.read_keys` reads them: numbers as they are, all others in quotes."""
    kind = values.type
    if pa.types.is_integer(kind) or pa.types.is_decimal(kind):
        return values.cast(pa.string())
    if isinstance(bare(table.column(name).type), Uuid) or pa.types.is_binary(kind):
        texts = pa.chunked_array([pa.array([value if value is None else value.hex() for value in values.to_pylist()], pa.string())])
    else:
        texts = values.cast(pa.string())
    return pc.binary_join_element_wise("'", pc.replace_substring(texts, "'", "''"), "'", "")
