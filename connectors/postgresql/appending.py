"""Rows added to tables that hold some: each table's go into a temporary table first, and from there in one statement.

A row whose key is there already is left out, or takes the place of the one that is there; COPY itself knows neither.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
from psycopg import sql

from connectors.postgresql.connect import guarded
from connectors.postgresql.loading import Place, Streams
from mimic.batch import Batch
from mimic.connector import Load
from mimic.report import Finding
from mimic.schema import TableName

Connection = psycopg.Connection[tuple[Any, ...]]

_WAITING = "mimic_waiting"


class Appending:
    """The rows of one table at a time wait until those of the next come, or until `settle`."""

    def __init__(self, connection: Connection, streams: Streams, load: Load) -> None:
        self._connection, self._streams, self._load = connection, streams, load
        self._place: Place | None = None  # of the table whose rows wait
        self._waiting: Place | None = None
        self._columns: tuple[str, ...] = ()
        self._given = 0
        self._there: dict[TableName, int] = {}

    def insert(self, place: Place, batch: Batch) -> None:
        if place.table in self._load.new:
            self.settle()
            self._streams.insert(place, batch)
            return
        columns = tuple(name for name in batch.rows.schema.names if name in place.slots)
        if self._place is not place or self._columns != columns:
            self.settle()
            self._begin(place, columns)
        if self._waiting is not None:
            self._streams.insert(self._waiting, batch)
        self._given += len(batch)

    def _begin(self, place: Place, columns: tuple[str, ...]) -> None:
        self._streams.drain()  # the connection is its thread's as long as that copies
        listed = sql.SQL(", ").join(map(sql.Identifier, columns))
        with guarded(place.shown):
            self._connection.execute(
                sql.SQL("CREATE TEMPORARY TABLE {} ON COMMIT DROP AS SELECT {} FROM {} WITH NO DATA").format(
                    sql.Identifier(_WAITING), listed, place.identifier
                )
            )
        self._place, self._columns, self._given = place, columns, 0
        self._waiting = Place(TableName("pg_temp", _WAITING), {name: place.slots[name] for name in columns})

    def settle(self) -> None:
        """Put what waits into its table."""
        place, self._place, self._waiting = self._place, None, None
        if place is None:
            return
        self._streams.drain()
        listed = sql.SQL(", ").join(map(sql.Identifier, self._columns))
        statement = sql.SQL("INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE SELECT {} FROM pg_temp.{} {}").format(
            place.identifier, listed, listed, sql.Identifier(_WAITING), self._on_conflict(place.table)
        )
        with guarded(place.shown):
            there = self._count(place) if self._load.conflicts == "update" else 0
            written = self._connection.execute(statement).rowcount
            self._connection.execute(sql.SQL("DROP TABLE pg_temp.{}").format(sql.Identifier(_WAITING)))
        self._there[place.table] = self._there.get(place.table, 0) + (there or self._given - written)

    def _key(self, table: TableName) -> tuple[str, ...]:
        key = self._load.schema.table(table).primary_key
        return key.columns if key is not None and set(key.columns) <= set(self._columns) else ()

    def _on_conflict(self, table: TableName) -> sql.Composable:
        key = self._key(table)
        rest = [name for name in self._columns if name not in key]
        if self._load.conflicts == "skip" or (key and not rest):
            return sql.SQL("ON CONFLICT DO NOTHING")
        if not key:
            return sql.SQL("")
        setting = [sql.SQL("{} = excluded.{}").format(sql.Identifier(name), sql.Identifier(name)) for name in rest]
        keys = sql.SQL(", ").join(map(sql.Identifier, key))
        return sql.SQL("ON CONFLICT ({}) DO UPDATE SET {}").format(keys, sql.SQL(", ").join(setting))

    def _count(self, place: Place) -> int:
        """How many rows of those that wait will take the place of others."""
        key = self._key(place.table)
        if not key:
            return 0
        names = sql.SQL(", ").join(map(sql.Identifier, key))
        query = sql.SQL("SELECT count(*) FROM pg_temp.{} JOIN {} USING ({})").format(sql.Identifier(_WAITING), place.identifier, names)
        row = self._connection.execute(query).fetchone()
        return int(row[0]) if row else 0

    def findings(self) -> Iterator[Finding]:
        done = "were left as they are" if self._load.conflicts == "skip" else "were updated"
        for table, rows in self._there.items():
            if rows:
                yield Finding("N620", f"{table.schema}.{table.name}", f"{rows} rows were there already, and {done}")
