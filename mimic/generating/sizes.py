"""How many rows every table gets."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil

from mimic.errors import UsageError, closest
from mimic.model import Model, TableModel
from mimic.schema import TableName


def sizes(model: Model, *, scale: float | None = None, rows: Mapping[str, int] | int | None = None) -> dict[TableName, int]:
    """Rows per table: those asked by name, else ceil(source rows x scale) and at least 1 where the source has any.

    Reference tables keep their size. A plain number asks for that many rows in every table that is learned.
    """
    asked = rows if isinstance(rows, Mapping) else {}
    known = {name: table.name for table in model.tables for name in (str(table.name), f"{table.name.schema}.{table.name.name}")}
    for name in asked:
        if name not in known:
            raise UsageError(f"--rows names {name!r}, which is no table of the model.", hint=closest(name, list(known)).strip())
    named = {known[name]: count for name, count in asked.items()}
    every = rows if isinstance(rows, int) else None
    return {table.name: named.get(table.name, _size(table, model, scale, every)) for table in model.tables}


def _size(table: TableModel, model: Model, scale: float | None, every: int | None) -> int:
    if table.mode == "empty":
        return 0
    if table.copied is not None:
        return int(table.copied.num_rows)
    if every is not None:
        return every
    if table.rows is not None:
        return table.rows
    if table.fixed_size and table.scale is None:
        return table.source_rows
    factor = scale if scale is not None else (table.scale if table.scale is not None else model.scale)
    return ceil(table.source_rows * factor - 1e-9) if table.source_rows else 0
