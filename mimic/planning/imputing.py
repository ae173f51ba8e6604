"""Which columns are to have values instead of NULLs, as a user names them: `orders.note`, or `orders` for all of a table."""

from __future__ import annotations

from collections.abc import Sequence

from mimic.config import Config
from mimic.errors import UsageError, closest
from mimic.schema import Schema, Table, TableName


def imputed(asked: Sequence[str], schema: Schema) -> dict[TableName, frozenset[str]]:
    """Columns by table; `UsageError` where a name is none."""
    found: dict[TableName, frozenset[str]] = {}
    for text in asked:
        place, table, column = text, schema.named(text), ""
        if table is None and "." in text:
            place, _, column = text.rpartition(".")
            table = schema.named(place)
        if table is None:
            names = [str(each.name) for each in schema.tables]
            raise UsageError(f"there is no table {place!r}.", where="--impute", hint=closest(place, names).strip())
        if column and not table.has(column):
            known = [each.name for each in table.columns]
            raise UsageError(f"{column!r} is no column of {table.name}.", where="--impute", hint=closest(column, known).strip())
        found[table.name] = found.get(table.name, frozenset()) | (frozenset([column]) if column else _nullable(table))
    return found


def configured(config: Config, schema: Schema) -> dict[TableName, frozenset[str]]:
    """The same as mimic.yaml says it: of a table, and of single columns otherwise."""
    found: dict[TableName, frozenset[str]] = {}
    for spelt, told in config.tables.items():
        table = schema.named(spelt)
        if table is not None:
            names = set(_nullable(table)) if told.impute else set()
            names |= {name for name, how in told.columns.items() if how.impute and table.has(name)}
            names -= {name for name, how in told.columns.items() if how.impute is False}
            if names:
                found[table.name] = frozenset(names)
    return found


def _nullable(table: Table) -> frozenset[str]:
    return frozenset(column.name for column in table.written if column.nullable)


__all__ = ["configured", "imputed"]
