"""Rows without any sense, of any table: what conditions are tried on, and the server's own verdict about them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal as Number
from typing import Any

import psycopg
import pyarrow as pa
from psycopg import sql

from mimic.conditions import Condition, Constant, kind_of_type, walk
from mimic.schema import Boolean, Column, Decimal, Enum, Integer, Table, Text, arrow_type, bare
from mimic.streams import Stream

TEXTS = ("", "x", "ABC", "abc", "a@b.example", "https://a.example", "http", " padded ", "-1", "null", "{}")
OTHERS: Mapping[str, tuple[str, ...]] = {
    "json": ("null", "{}", "[]", '{"a": 1}', '"x"', "1", "true"),
    "jsonb": ("null", "{}", "[]", '{"a": 1}', '"x"', "1", "true"),
    "interval": ("00:00:00", "00:00:30", "01:00:00", "1 day 02:00:00", "3 mons"),
    "array": ("{}", "{1}", "{1,2}"),
    "range": ("empty",),
}


def nonsense(table: Table, conditions: Iterable[Condition], n: int, stream: Stream) -> dict[str, pa.Array]:
    """n rows: NULLs wherever the column allows them, values near those that the conditions name."""
    named = [part for condition in conditions for part in walk(condition) if isinstance(part, Constant)]
    return {column.name: _column(column, named, n, stream.at(column.name)) for column in table.written}


def _column(column: Column, named: list[Constant], n: int, stream: Stream) -> pa.Array:
    kind, logical = kind_of_type(column.type), bare(column.type)
    choices = [value for value in _choices(kind, logical, named) if value is not None]
    if not choices:
        return pa.nulls(n, arrow_type(column.type))
    picked = stream.integers(n, len(choices))
    empty = stream.uniform(n) < (0.3 if column.nullable else 0.0)
    values = [None if none else choices[i] for i, none in zip(picked, empty, strict=True)]
    return pa.array(values, pa.string() if kind not in _NATIVE else None).cast(arrow_type(column.type))


_NATIVE = {"boolean", "integer", "decimal", "float", "bytes", "uuid"}


def _choices(kind: str, logical: Any, named: list[Constant]) -> list[Any]:
    match logical:
        case Boolean():
            return [True, False]
        case Enum(labels=labels):
            return list(labels)
        case Integer():
            return [*range(-3, 12), *(c.value for c in named if c.kind == "integer" and abs(int(c.value or 0)) < 30_000)]
        case Decimal(precision=precision, scale=scale):
            step = Number(1).scaleb(-(scale or 0))
            numbers = [Number(i) * step for i in range(-3, 12)] + [Number(i) for i in range(5) if (precision or 9) - (scale or 0) > 0]
            return numbers if precision else [str(number) for number in numbers]
        case Text(length=length):
            texts = [*TEXTS, *(str(c.value) for c in named if c.kind == "text" and c.value is not None)]
            return [text[:length] for text in texts]
    days = [f"20{year:02}-0{month}-11" for year in range(0, 50, 3) for month in range(1, 10, 4)]
    return {
        "float": [float(i) / 2 for i in range(-5, 12)],
        "bytes": [b"", b"x", b"x" * 32],
        "uuid": [bytes([i] * 16) for i in range(9)],
        "date": days,
        "timestamp": [f"{day} 11:30:00" for day in days],
        "timestamptz": [f"{day} 11:30:00Z" for day in days],
        "time": [f"{hour:02}:30:00" for hour in range(24)],
    }.get(kind) or list(OTHERS.get(kind, ()))


def rows_of(table: Table, columns: Mapping[str, pa.Array]) -> Iterator[list[Any]]:
    """The rows as Python values that psycopg writes."""
    lists = []
    for column in table.written:
        values = columns[column.name].to_pylist()
        if kind_of_type(column.type) == "uuid":
            values = [None if value is None else uuid.UUID(bytes=value) for value in values]
        lists.append(values)
    return (list(row) for row in zip(*lists, strict=True))


def refused(connection: psycopg.Connection[Any], table: Table, columns: Mapping[str, pa.Array], checks: Iterable[str]) -> list[list[int]]:
    """For each CHECK the numbers of the rows that the server refuses; a check that the server stops at refuses all rows."""
    names = sql.SQL(", ").join(sql.Identifier(column.name) for column in table.written)
    source = sql.Identifier(*(part for part in (table.name.schema, table.name.name) if part))
    with connection.transaction(force_rollback=True):
        connection.execute(sql.SQL("CREATE TEMP TABLE nonsense AS SELECT 0 AS row_number, {} FROM {} LIMIT 0").format(names, source))
        with connection.cursor().copy(sql.SQL("COPY nonsense (row_number, {}) FROM STDIN").format(names)) as copy:
            for number, row in enumerate(rows_of(table, columns)):
                copy.write_row([number, *row])
        found = []
        for check in checks:
            asked = sql.SQL("SELECT row_number FROM nonsense WHERE NOT ({}) ORDER BY 1").format(sql.SQL(check))  # type: ignore[arg-type]
            try:
                with connection.transaction():
                    found.append([number for (number,) in connection.execute(asked)])
            except psycopg.DataError:
                found.append(list(range(len(next(iter(columns.values()))))))
        return found
