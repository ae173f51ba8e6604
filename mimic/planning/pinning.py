"""Pinned rows: literal rows of the configuration, as batches of their tables."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal as Exact
from decimal import InvalidOperation
from typing import Any

import pyarrow as pa

from mimic.batch import Batch
from mimic.config import Config
from mimic.errors import ConfigError, closest
from mimic.schema import Column, Schema, TableName, Uuid, arrow_type, bare


def pins(config: Config, schema: Schema) -> dict[TableName, tuple[Batch, ...]]:
    """A batch for each pinned row, which has the columns that it names; `ConfigError` with all that is wrong."""
    problems: list[tuple[str, str]] = []
    found: dict[TableName, tuple[Batch, ...]] = {}
    for name, rows in config.pins.items():
        table = schema.named(name)
        if table is None:
            problems.append((f"pins.{name}", f"no such table.{closest(name, [str(each.name) for each in schema.tables])}"))
            continue
        known = [column.name for column in table.written]
        for i, row in enumerate(rows):
            path = f"pins.{name}[{i}]"
            problems += [(f"{path}.{column}", f"no column of this table.{closest(column, known)}") for column in row if column not in known]
            arrays = {column: _value(f"{path}.{column}", row[column], table.column(column), problems) for column in row if column in known}
            if arrays:
                batch = pa.RecordBatch.from_arrays(list(arrays.values()), names=list(arrays))
                found[table.name] = (*found.get(table.name, ()), Batch(table.name, batch))
    if problems:
        raise ConfigError(problems)
    return found


def _value(path: str, value: Any, column: Column, problems: list[tuple[str, str]]) -> pa.Array:
    kind = arrow_type(column.type)
    try:
        return pa.array([_plain(value, column, kind)], kind)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, ValueError, TypeError, InvalidOperation):
        pass
    try:
        return pa.array([str(value)]).cast(kind)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        problems.append((path, f"no value of its type ({column.declared or type(bare(column.type)).__name__.lower()})."))
        return pa.nulls(1, kind)


def _plain(value: Any, column: Column, kind: pa.DataType) -> Any:
    if value is None:
        return None
    if isinstance(bare(column.type), Uuid):
        return bytes.fromhex(str(value).replace("-", ""))
    if pa.types.is_decimal(kind):
        return Exact(str(value))
    if pa.types.is_string(kind):
        if isinstance(value, Mapping | list):
            return json.dumps(value)
        return str(value).lower() if isinstance(value, bool) else str(value)
    if pa.types.is_binary(kind):
        text = str(value)
        return bytes.fromhex(text[2:]) if text.startswith("\\x") else text.encode()
    return value
