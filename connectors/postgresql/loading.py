"""COPY streams: batches go into a small queue; threads encode them and write to their connections.

Encoding one batch, sending the one before and the server's work overlap. Consecutive batches of one table share one COPY as
long as they take the same form.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from queue import Queue
from typing import Any

import psycopg
import pyarrow as pa
from psycopg import sql
from psycopg.copy import LibpqWriter, QueuedLibpqWriter

from connectors.postgresql import wire
from connectors.postgresql.connect import guarded
from connectors.postgresql.wire import Slot
from mimic.batch import Batch
from mimic.schema import TableName

Connection = psycopg.Connection[tuple[Any, ...]]

PIECE = 8_192  # rows encoded at a time: a few MB, so that the server is never without work for long


class _Writer(QueuedLibpqWriter):
    QUEUE_SIZE = 64  # buffers of at most 128 KB


class _Stopped(Exception):
    pass


@dataclass(frozen=True, slots=True)
class Place:
    """A table of the target: the columns that rows may fill, by name."""

    table: TableName
    slots: Mapping[str, Slot]

    @property
    def shown(self) -> str:
        return f"{self.table.schema}.{self.table.name}"

    @property
    def identifier(self) -> sql.Identifier:
        return sql.Identifier(self.table.schema, self.table.name) if self.table.schema else sql.Identifier(self.table.name)


@dataclass(frozen=True, slots=True)
class _Item:
    place: Place
    rows: pa.RecordBatch
    form: pa.RecordBatch | None  # None: csv

    def joins(self, other: _Item) -> bool:
        """Whether its rows may go into the COPY that `other` began."""
        if self.place is not other.place or self.rows.schema.names != other.rows.schema.names:
            return False
        if self.form is None or other.form is None:
            return self.form is other.form
        return bool(self.form.schema.equals(other.form.schema))


class _Feed:
    """One thread's end of the queue: it ends with the one None that is meant for this thread."""

    def __init__(self, queue: Queue[tuple[Place, pa.RecordBatch] | None]) -> None:
        self._queue, self._ended = queue, False

    def get(self) -> tuple[Place, pa.RecordBatch] | None:
        found = self._queue.get()
        self._ended = found is None
        return found

    def empty(self) -> None:
        """Take what still comes: whoever puts must not wait for a thread that has failed."""
        while not self._ended:
            self.get()


class Streams:
    """One thread per connection, all fed from one queue. `drain` ends every COPY and raises what went wrong in any of them."""

    def __init__(self, connections: Sequence[Connection]) -> None:
        self._connections = connections
        self._queue: Queue[tuple[Place, pa.RecordBatch] | None] = Queue(2 * len(connections))
        self._threads: list[threading.Thread] = []
        self._failures: list[BaseException] = []
        self._stopped = False

    def insert(self, place: Place, batch: Batch) -> None:
        if self._failures:
            self.drain()
        if not self._threads:
            self._threads = [
                threading.Thread(target=self._work, args=(connection,), name=f"mimic-copy-{i}", daemon=True)
                for i, connection in enumerate(self._connections)
            ]
            for thread in self._threads:
                thread.start()
        self._queue.put((place, batch.rows))

    def drain(self) -> None:
        for _ in self._threads:
            self._queue.put(None)
        for thread in self._threads:
            thread.join()
        self._threads = []
        if self._failures:
            failure, self._failures = self._failures[0], []
            raise failure

    def stop(self) -> None:
        """End without keeping anything: open COPYs are cancelled."""
        self._stopped = True
        while not self._queue.empty():
            self._queue.get()
        for _ in self._threads:
            self._queue.put(None)
        for thread, connection in zip(self._threads, self._connections, strict=False):
            thread.join(5)
            if thread.is_alive():  # the server does not answer: the connection is cut, which frees the thread
                connection.close()
                thread.join(5)
        self._threads, self._failures = [], []

    def close(self) -> None:
        for connection in self._connections:
            connection.close()

    # -- in the threads ------------------------------------------------------------------------------------------------------

    def _work(self, connection: Connection) -> None:
        feed = _Feed(self._queue)
        try:
            item = self._next(feed)
            while item is not None:
                item = self._copy(connection, item, feed)
        except BaseException as failure:
            if not isinstance(failure, _Stopped):
                self._failures.append(failure)
            feed.empty()

    def _next(self, feed: _Feed) -> _Item | None:
        found = feed.get()
        if self._stopped:
            raise _Stopped
        if found is None:
            return None
        place, rows = found
        rows = rows.select([name for name in rows.schema.names if name in place.slots])
        return _Item(place, rows, wire.binary(rows, place.slots))

    def _copy(self, connection: Connection, item: _Item, feed: _Feed) -> _Item | None:
        """One COPY: this batch and those that join it; returns the first that does not."""
        place = item.place
        if not item.rows.schema.names:
            with guarded(place.shown):
                query = sql.SQL("INSERT INTO {} SELECT FROM generate_series(1, {})").format(place.identifier, item.rows.num_rows)
                connection.execute(query)
            return self._next(feed)
        encoder = wire.encoder(item.form, place.slots)
        columns = sql.SQL(", ").join(map(sql.Identifier, item.rows.schema.names))
        query = sql.SQL("COPY {} ({}) FROM STDIN {}").format(place.identifier, columns, sql.SQL(encoder.options))
        following: _Item | None = item
        with guarded(place.shown), connection.cursor() as cursor:
            writer: LibpqWriter | QueuedLibpqWriter = _Writer(cursor)
            with cursor.copy(query, writer=writer) as copy:
                while following is not None and following.joins(item):
                    rows = following.rows if following.form is None else following.form
                    for start in range(0, rows.num_rows, PIECE):
                        copy.write(encoder.rows(rows.slice(start, PIECE)))
                    following = self._next(feed)
                copy.write(encoder.end())
        return following


# -- where rows go -----------------------------------------------------------------------------------------------------------

_COLUMNS = """
    SELECT n.nspname, c.relname, a.attname, a.atttypid::int8
    FROM pg_catalog.pg_attribute a
    JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
      AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    ORDER BY c.oid, a.attnum
"""
_TYPES = """
    SELECT t.oid::int8, CASE t.typtype WHEN 'e' THEN 'enum' WHEN 'b' THEN t.typname ELSE '' END, t.typbasetype::int8,
           n.nspname = 'pg_catalog' OR t.typname = 'citext' OR t.typtype = 'e'
    FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
    WHERE t.typtype IN ('b', 'd', 'e')
"""


def places(connection: Connection, tables: Sequence[TableName]) -> dict[TableName, Place]:
    """Of `tables`, those that are there, with the columns that may be written and their types below any domains."""
    with guarded():
        types = {oid: (name if known else "", base) for oid, name, base, known in connection.execute(_TYPES)}
        columns = connection.execute(_COLUMNS).fetchall()
    slots: dict[TableName, dict[str, Slot]] = {table: {} for table in tables}
    for schema, table, column, oid in columns:
        found = slots.get(TableName(schema, table))
        if found is not None:
            while types.get(oid, ("", 0))[1]:
                oid = types[oid][1]
            found[column] = Slot(column, types.get(oid, ("", 0))[0])
    return {table: Place(table, found) for table, found in slots.items()}
