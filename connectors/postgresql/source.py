"""A PostgreSQL database opened for reading: one exported snapshot, shared by every connection that reads.

Each session is READ ONLY and has row-level security off: a read that a policy would filter fails instead of losing rows.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Self

import adbc_driver_postgresql.dbapi as adbc
import pyarrow as pa
from psycopg import sql

from connectors.postgresql import catalog, ddl, filters, reading, values
from connectors.postgresql.connect import ENGINE, SETTINGS, connect, conninfo, guarded, identity, safe_url, stream_error
from mimic import schema as s
from mimic.connector import Capabilities
from mimic.errors import ConnectorError, Unsupported
from mimic.report import Finding
from mimic.selection import ROW, Both, Condition, Filter, HashShare, KeyIn, RowIn, Within

READ_ONLY = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
READING = {"search_path": "", "row_security": "off", "default_transaction_read_only": "on", "synchronize_seqscans": "off"}

# Settings of single reads. A list of places is a list of visits: to look at every row for it once more per statement would be dear.
BY_PLACE = "enable_seqscan = off"
IN_ANY_ORDER = "work_mem = 64MB; max_parallel_workers_per_gather = 2"
FEW = 1_000  # keys that are looked up without any of that

OLDEST = 140000
SORTED_BYTES = 64 << 20  # a table up to this size is sorted; a larger one comes as it is stored, which is stable as well and streams
TABLES_PER_COUNT = 100
# As pg_dump does, tables are locked against TRUNCATE and ALTER, which a snapshot does not hide; a server has room for some 6,400 locks.
LOCKED_TABLES = 2_000


class PostgresSource:
    capabilities = Capabilities(ENGINE, parallel_loads=True, deferrable_keys=True, exact_ddl=True)

    def __init__(self, url: str, *, jobs: int = 1) -> None:
        self._url, self._place = url, safe_url(url)
        self._lock = threading.Lock()
        self._idle: deque[Any] = deque()
        self._schema: s.Schema | None = None
        self._stored: dict[s.TableName, reading.Stored] = {}
        self._main = connect(url)
        try:
            if self._main.info.server_version < OLDEST:
                raise Unsupported(f"the server is older than PostgreSQL {OLDEST // 10000}.", where=self._place)
            with guarded(self._place):
                self._main.execute("; ".join(f"SET {name} = '{value}'" for name, value in READING.items()).encode())
                self._main.execute(READ_ONLY)
                row = self._main.execute("SELECT pg_export_snapshot()").fetchone()
                self.snapshot: str = row[0] if row else ""
        except BaseException:
            self._main.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        while self._idle:
            self._idle.pop().close()
        self._main.close()

    # -- structure -----------------------------------------------------------------------------------------------------------

    def identity(self) -> str:
        with self._lock:
            return identity(self._main)

    def schema(self) -> s.Schema:
        with self._lock:
            if self._schema is None:
                with guarded(self._place):
                    found, self._stored = reading.schema(catalog.read(self._main))
                self._hold(found)
                self._schema = found
            return self._schema

    def _hold(self, found: s.Schema) -> None:
        closed = {remark.place for remark in found.remarks if remark.id == "B101"}
        names = [table for table in found.tables if table.kind != "foreign" and _shown(table.name) not in closed]
        if len(names) > LOCKED_TABLES:
            return
        for start in range(0, len(names), TABLES_PER_COUNT):
            tables = sql.SQL(", ").join(_from(table) for table in names[start : start + TABLES_PER_COUNT])
            with guarded(self._place):
                self._main.execute(sql.SQL("LOCK TABLE {} IN ACCESS SHARE MODE").format(tables))

    def ddl(self, schemas: Sequence[str] = ()) -> tuple[s.Ddl | None, tuple[Finding, ...]]:
        found = self.schema()
        out = [(oid, f"{_shown(name)}.{trigger}") for name, stored in self._stored.items() for oid, trigger in stored.calling_out]
        unreadable = [remark.place for remark in found.remarks if remark.id == "B101"]
        closed = [table.name for table in found.tables if _shown(table.name) in unreadable]
        with self._lock, guarded(self._place):
            return ddl.exact(self._url, self.snapshot, self._main, schemas=schemas, calling_out=out, unreadable=closed)

    # -- rows ----------------------------------------------------------------------------------------------------------------

    def count(self, tables: Sequence[s.TableName]) -> dict[s.TableName, int]:
        """Exact numbers of rows; 0 for foreign tables, whose rows live elsewhere."""
        counts = dict.fromkeys(tables, 0)
        asked = [self._table(name) for name in tables]
        here = [table for table in asked if table.kind != "foreign"]
        for start in range(0, len(here), TABLES_PER_COUNT):
            part = here[start : start + TABLES_PER_COUNT]
            counting = [sql.SQL("SELECT {}::int, count(*) FROM {}").format(sql.Literal(i), _from(table)) for i, table in enumerate(part)]
            with self._lock, guarded(_shown(part[0].name) if len(part) == 1 else self._place):
                # The savepoint gives the locks of this statement back: they include one for every index.
                self._main.execute("SAVEPOINT counting")
                rows = self._main.execute(sql.SQL(" UNION ALL ").join(counting)).fetchall()
                self._main.execute("ROLLBACK TO SAVEPOINT counting")
            counts |= {part[i].name: n for i, n in rows}
        return counts

    def scan(
        self, table: s.TableName, columns: Sequence[str], *, where: Filter | None = None, numbered: bool = False, batch_rows: int = 65_536
    ) -> Iterator[pa.RecordBatch]:
        """Rows by primary key, or by another key, or by all columns; tables over 64 MB read whole come in the order of their storage.

        Infinite dates and timestamps are the extremes of their Arrow type.
        """
        known = self._table(table)
        if known.kind == "foreign":
            raise Unsupported("the rows of a foreign table live elsewhere and are not read.", where=_shown(table))
        chosen = [known.column(name) for name in columns]
        listed = [values.expression(sql.SQL("t.{}").format(sql.Identifier(column.name)), column.type) for column in chosen]
        parts = self._stored[table].parts.values() if numbered else ()
        places = [sql.SQL("t.ctid"), *([sql.SQL("t.tableoid::int8")] if known.kind == "partitioned" else [])] if numbered else []
        query = sql.SQL("SELECT {} FROM {} AS t").format(sql.SQL(", ").join([*places, *listed] or [sql.SQL("true")]), _from(known))
        by_place = _by_place(where)
        order = sql.SQL("") if numbered or by_place else self._order(known, where)
        settings = BY_PLACE if by_place else IN_ANY_ORDER if numbered and not _few(where) else ""
        for condition, parameters in self._conditions(known, where):
            for batch in self._read(query + condition + order, _shown(table), parameters, settings):
                landed = _landed(batch.select(range(len(places), batch.num_columns)), chosen, table)
                if numbered:
                    numbers = filters.numbered(batch.column(0), batch.column(1) if len(places) > 1 else None, parts)
                    landed = pa.RecordBatch.from_arrays([numbers, *landed.columns], names=[ROW, *landed.schema.names])
                for start in range(0, landed.num_rows, batch_rows):
                    yield landed.slice(start, batch_rows)

    def _conditions(self, table: s.Table, where: Filter | None) -> Iterator[tuple[sql.Composable, pa.RecordBatch | None]]:
        """Statements to run one after the other: SQL from where the table has been named on, ending in a condition, and its parameters."""
        match where:
            case None:
                yield sql.SQL(""), None
            case HashShare():
                yield sql.SQL(" WHERE {}").format(filters.hash_share(table, where)), None
            case KeyIn():
                for join, condition, parameters in filters.key_in(table, where, self._stored[table.name].type_schema):
                    yield join + condition, parameters
            case RowIn():
                parts = self._stored[table.name].parts.values() if table.kind == "partitioned" else ()
                for condition, parameters in filters.row_in(where, parts):
                    yield sql.SQL(" WHERE {}").format(condition), parameters
            case Condition(sql=told):
                yield sql.SQL(" WHERE ({})").format(sql.SQL(told)), None
            case Within(partitions=names):
                oids = [self._stored[table.name].parts[name] for name in names]
                yield sql.SQL(" WHERE t.tableoid = ANY ({}::oid[])").format(sql.Literal("{" + ",".join(map(str, oids)) + "}")), None
            case Both(one=one, other=other):
                ((more, _),) = self._conditions(table, other)
                for condition, found in self._conditions(table, one):
                    yield sql.SQL("{} AND {}").format(condition, sql.SQL(more.as_string(None).removeprefix(" WHERE "))), found

    def _order(self, table: s.Table, where: Filter | None) -> sql.Composable:
        if where is None and self._stored[table.name].bytes > SORTED_BYTES:
            return sql.SQL("")
        nullable = {column.name for column in table.columns if column.nullable}
        for key in table.keys:
            if not key.expressions and key.where is None and not nullable & set(key.columns):
                return sql.SQL(" ORDER BY {}").format(sql.SQL(", ").join(_sorted(table.column(name)) for name in key.columns))
        return sql.SQL(' ORDER BY (t.*)::text COLLATE "C"') if table.columns else sql.SQL("")

    def group_sizes(self, table: s.TableName, columns: Sequence[str]) -> pa.RecordBatch:
        known = self._table(table)
        names = [sql.Identifier(known.column(name).name) for name in columns]
        query = sql.SQL(
            "SELECT size, count(*)::int8 AS groups FROM (SELECT count(*)::int8 AS size FROM {} WHERE {} GROUP BY {}) AS grouped"
            " GROUP BY size ORDER BY size"
        ).format(_from(known), sql.SQL(" AND ").join(sql.SQL("{} IS NOT NULL").format(name) for name in names), sql.SQL(", ").join(names))
        batches = list(self._read(query, _shown(table)))
        shape = pa.schema([("size", pa.int64()), ("groups", pa.int64())])
        merged = pa.Table.from_batches([b.rename_columns(shape.names) for b in batches], shape).combine_chunks()
        return next(iter(merged.to_batches()), pa.RecordBatch.from_arrays([pa.array([], pa.int64())] * 2, schema=shape))

    def _table(self, name: s.TableName) -> s.Table:
        known = self.schema().by_name.get(name)
        if known is None:
            raise ConnectorError("there is no such table.", where=_shown(name), sqlstate="42P01")
        return known

    # -- readers -------------------------------------------------------------------------------------------------------------

    def _read(
        self, query: sql.Composable, place: str, parameters: pa.RecordBatch | None = None, settings: str = ""
    ) -> Iterator[pa.RecordBatch]:
        with self._reader(place, settings) as cursor:
            with guarded(place):
                cursor.execute(query.as_string(None), parameters=parameters)
                batches = cursor.fetch_record_batch()
            while True:
                try:
                    batch = batches.read_next_batch()
                except StopIteration:
                    return
                except (OSError, pa.ArrowException) as error:  # what ADBC's errors become on their way through Arrow
                    raise stream_error(str(error), place) from None
                yield batch

    @contextmanager
    def _reader(self, place: str, settings: str = "") -> Iterator[Any]:
        """A cursor in a transaction of its own on the shared snapshot; a reader that fails or is left early is closed, others are kept."""
        with guarded(self._place):
            try:
                connection = self._idle.pop()
            except IndexError:
                connection = self._open_reader()
        try:
            with guarded(place), connection.cursor() as cursor:
                cursor.execute(READ_ONLY)
                cursor.execute(f"SET TRANSACTION SNAPSHOT '{self.snapshot}'")
                if settings:
                    pairs = (setting.split(" = ") for setting in settings.split("; "))
                    cursor.execute("SELECT " + ", ".join(f"set_config('{name}', '{value}', true)" for name, value in pairs))
                    cursor.fetchall()
            with connection.cursor() as cursor:
                yield cursor
            with guarded(place), connection.cursor() as cursor:
                cursor.execute("COMMIT")
        except BaseException:
            connection.close()
            raise
        self._idle.append(connection)

    def _open_reader(self) -> Any:
        connection = adbc.connect(conninfo(self._url), autocommit=True)
        settings = ", ".join(f"set_config('{name}', '{value}', false)" for name, value in (SETTINGS | READING).items())
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {settings}, set_config('max_parallel_workers_per_gather', '0', false)")
            cursor.fetchall()
        return connection


def _from(table: s.Table) -> sql.Composable:
    name = sql.Identifier(table.name.schema, table.name.name)
    return name if table.kind == "partitioned" else sql.SQL("ONLY {}").format(name)


def _few(where: Filter | None) -> bool:
    return (isinstance(where, KeyIn) and where.keys.num_rows < FEW) or (isinstance(where, Both) and _few(where.one))


def _by_place(where: Filter | None) -> bool:
    return isinstance(where, RowIn) or (isinstance(where, Both) and _by_place(where.one))


def _sorted(column: s.Column) -> sql.Composable:
    """Text by its bytes: collations differ between servers."""
    name = sql.SQL("t.{}").format(sql.Identifier(column.name))
    match s.bare(column.type):
        case s.Text() | s.Opaque():
            return sql.SQL('{}::text COLLATE "C"').format(name)
    return name


def _landed(batch: pa.RecordBatch, columns: Sequence[s.Column], table: s.TableName) -> pa.RecordBatch:
    if not columns:
        return batch.select([])
    arrays = [values.landed(batch.column(i), column.type, f"{_shown(table)}.{column.name}") for i, column in enumerate(columns)]
    return pa.RecordBatch.from_arrays(arrays, schema=pa.schema([(column.name, s.arrow_type(column.type)) for column in columns]))


def _shown(name: s.TableName) -> str:
    return f"{name.schema}.{name.name}"
