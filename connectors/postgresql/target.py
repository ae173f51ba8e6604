"""A PostgreSQL database to fill: everything in one transaction, or in a staging database that takes the target's place.

Rows come by COPY into tables without indexes, keys or triggers; those follow, and the server validates them. Only triggers
that compute columns are there from the start. A target that has its structure already keeps it, constraints in force.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Self

import psycopg
import pyarrow as pa
from psycopg import sql

from connectors._sql.expressions import translated as in_dialect
from connectors.postgresql import admission, completing, keys, loading, making, statements
from connectors.postgresql.admission import Way
from connectors.postgresql.appending import Appending
from connectors.postgresql.asking import Asked, late
from connectors.postgresql.connect import ENGINE, connect, guarded, identity, safe_url
from connectors.postgresql.home import at_home, home
from connectors.postgresql.lacking import Lacking, lacking, without
from connectors.postgresql.loading import Place, Streams
from connectors.postgresql.staging import Staging, Unfit, remove_leftovers
from mimic import schema as s
from mimic.batch import Batch
from mimic.connector import Capabilities, Load
from mimic.errors import ConnectorError, Refused, Unsupported
from mimic.report import Finding
from mimic.schema import Check, TableName

Connection = psycopg.Connection[tuple[Any, ...]]

MOST_JOBS = 8
PATIENCE = 2.0  # seconds for the session of another load to go
SETTINGS = "SET maintenance_work_mem = '512MB'; SET check_function_bodies = off; SET row_security = off"  # of a transaction, or a session


def unwatched(step: str) -> None:
    """Called before each step of a load; tests stop a load there."""


class PostgresTarget:
    capabilities = Capabilities(ENGINE, parallel_loads=True, deferrable_keys=True, exact_ddl=True)

    def __init__(self, url: str, *, watch: Callable[[str], None] = unwatched) -> None:
        self._url, self._watch = url, watch
        self._main = connect(url)
        self._streams: Streams | None = None
        self._staging: Staging | None = None
        self._load: Load | None = None
        self._lacking: Lacking = {}
        self._way: Way = "create"
        self._held: admission.Holdings | None = None
        self._suspended = keys.Suspended()
        self._after: list[str] = []
        self._places: dict[TableName, Place] = {}
        self._appending: Appending | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        self.abandon()
        self._main.close()

    def identity(self) -> str:
        return identity(self._main)

    # -- begin ---------------------------------------------------------------------------------------------------------------

    def begin(self, load: Load) -> tuple[Finding, ...]:
        """Nothing is written here but, for several jobs, an empty staging database."""
        if load.ddl is not None and load.ddl.engine != ENGINE:
            raise Unsupported(f"SQL of {load.ddl.engine} cannot be run here.", where=safe_url(self._url))
        load = at_home(load)
        self._only_load()
        held = admission.holdings(self._main)
        way = admission.way(load, held)
        self._load, self._held, self._way = load, held, way
        if way == "fill":
            self._suspended = keys.suspend(self._main, load.forward)
        if load.dry_run:
            findings, staging = self._staged(load, held, way)
            if staging is not None:
                staging.close()
            return findings
        remove_leftovers(self._main)
        self._watch("begin")
        findings, staging = self._staged(load, held, way, make=True)
        with guarded(safe_url(self._url)):
            if staging is not None:
                self._main.close()
                self._staging, self._main = staging, staging.connect()
                others = max(0, min(load.jobs, MOST_JOBS, staging.free - 2) - 1)
                self._streams = Streams([self._main, *(staging.connect() for _ in range(others))])
                self._main.execute(SETTINGS)
            else:
                self._streams = Streams([self._main])
                self._main.execute(f"BEGIN; {SETTINGS}".encode())
        return findings

    def _only_load(self) -> None:
        """One load at a time; the lock goes with the session."""
        until = time.monotonic() + PATIENCE
        while not admission.lock(self._main):
            if time.monotonic() >= until:
                raise Refused("another load by Mimic fills this target just now.", where=safe_url(self._url), hint="Wait for its end.")
            time.sleep(0.1)  # the session of a load that has just ended may not have gone yet

    def _staged(self, load: Load, held: admission.Holdings, way: Way, *, make: bool = False) -> tuple[tuple[Finding, ...], Staging | None]:
        """Whether a staging database is wanted and possible, and what to say about it; made when asked for."""
        crowded = admission.too_many_locks(load, admission.locks_possible(self._main)) if way != "fill" else None
        if load.jobs <= 1 and crowded is None:
            return (), None
        try:
            if way == "fill":
                raise Unfit("the target has its structure already, which is filled in one transaction")
            staging = Staging(self._url, self._main, self._schemas() if way == "replace" else (), self._watch)
            if make:
                staging.create()
        except Unfit as reason:
            if crowded is not None:
                raise Refused(
                    f"{crowded.sentence.partition(':')[0]}, and no staging database can be used: {reason}.",
                    where=held.database, hint="Raise max_locks_per_transaction on the server.",
                ) from None  # fmt: skip
            return (Finding("N303", held.database, f"loaded through one connection: {reason}"),), None
        return ((crowded,) if crowded else ()), staging

    def _schemas(self) -> list[str]:
        """The schemas that this load or an earlier one makes, or makes something in: a table, or a type that tables elsewhere have."""
        load, held = self._loading, self._held
        names = {table.name.schema for table in load.schema.tables} | {view.name.schema for view in load.schema.views}
        if load.ddl is not None:
            names |= {name for statement in statements.split(load.ddl.before) if (name := statements.schema_of(statement)) is not None}
        if held is not None and held.mark is not None:
            told = held.mark.get("schemas", ())
            names |= {str(name) for name in told} if isinstance(told, list) else set()
        return sorted(names)

    @property
    def _loading(self) -> Load:
        if self._load is None:
            raise ConnectorError("no load was begun.", where=safe_url(self._url))
        return self._load

    # -- structure and rows --------------------------------------------------------------------------------------------------

    def create(self) -> tuple[Finding, ...]:
        load = self._loading
        self._watch("create")
        findings: list[Finding] = []
        if self._way == "fill":
            findings += making.run(self._main, self._suspended.away)
        else:
            if self._way == "replace" and self._staging is None:
                made = statements.split(load.ddl.before) if load.ddl is not None else ()
                making.clear(self._main, self._schemas(), [cast for each in made if (cast := statements.cast(each)) is not None])
                self._watch("cleared")
            before, after, lost = _structure(load, self._main)
            findings += lost
            findings += making.run(self._main, before)
            with guarded():
                self._main.execute("RESET search_path")
            early, self._after, noted = making.early_triggers(load.schema, after)
            findings += noted
            findings += making.run(self._main, early)
        self._places = loading.places(self._main, load.order)
        if self._way == "fill" and load.if_exists == "append" and load.conflicts != "fail" and self._streams is not None:
            self._appending = Appending(self._main, self._streams, load)
        self._lacking, unwritable = lacking(self._main, load.schema)
        findings += unwritable
        self._watch("created")
        return tuple(findings)

    def insert(self, batch: Batch) -> None:
        if len(batch) == 0 or self._streams is None:
            return
        batch = Batch(home(batch.table), batch.rows)
        place = self._places.get(batch.table)
        if place is None:
            raise ConnectorError("there is no such table in the load.", where=str(batch.table), sqlstate="42P01")
        self._watch("insert")
        lost = self._lacking.get(batch.table)
        batch = without(batch, lost) if lost else batch
        if self._appending is not None:
            self._appending.insert(place, batch)
        else:
            self._streams.insert(place, batch)

    def update(self, batch: Batch, key: Sequence[str]) -> None:
        self._drain()
        place = self._places[home(batch.table)]
        new = Place(TableName("pg_temp", "mimic_update"), place.slots)
        names = batch.rows.schema.names
        made = sql.SQL("CREATE TEMPORARY TABLE mimic_update AS SELECT {} FROM {} WITH NO DATA")
        setting = sql.SQL("UPDATE {} AS old SET {} FROM pg_temp.mimic_update AS new WHERE {}").format(
            place.identifier,
            sql.SQL(", ").join(sql.SQL("{} = {}").format(sql.Identifier(n), sql.Identifier("new", n)) for n in names if n not in key),
            sql.SQL(" AND ").join(sql.SQL("{} = {}").format(sql.Identifier("old", n), sql.Identifier("new", n)) for n in key),
        )
        with guarded(place.shown):
            self._main.execute(made.format(sql.SQL(", ").join(map(sql.Identifier, names)), place.identifier))
            streams = Streams([self._main])
            streams.insert(new, batch)
            streams.drain()
            self._main.execute(setting)
            self._main.execute("DROP TABLE pg_temp.mimic_update")

    def violations(self, table: TableName, checks: Sequence[Check], rows: pa.RecordBatch) -> pa.BooleanArray:
        table = home(table)
        known, place, engine = self._loading.schema.table(table), self._places[table], self._loading.schema.engine
        told = [in_dialect(check.expression, engine, ENGINE, known, lambda name: name) for check in checks]
        known_to_all = [each for each in told if each is not None]
        if not known_to_all or not rows.num_rows:
            return pa.array([False] * rows.num_rows, pa.bool_())
        self._drain()
        if engine != ENGINE:  # a CHECK that means nothing here was left out of the table too
            asking = f"SELECT FROM {place.identifier.as_string(self._main)} WHERE "
            known_to_all = [each for each in known_to_all if making.accepted(self._main, f"{asking} ({each}) LIMIT 0")]
            if not known_to_all:
                return pa.array([False] * rows.num_rows, pa.bool_())
        return Asked(self._main, place, known, rows).breaking(known_to_all)

    def refused(self, table: TableName, rows: pa.RecordBatch) -> pa.BooleanArray:
        table = home(table)
        self._drain()
        if not rows.num_rows or not rows.schema.names:
            return pa.array([False] * rows.num_rows, pa.bool_())
        self._after = making.now(self._main, self._after, table)
        return Asked(self._main, self._places[table], self._loading.schema.table(table), rows).unwelcome()

    def _drain(self) -> None:
        if self._appending is not None:
            self._appending.settle()
        if self._streams is not None:
            self._streams.drain()

    # -- the end -------------------------------------------------------------------------------------------------------------

    def finish(self) -> tuple[Finding, ...]:
        load = self._loading
        self._drain()
        self._watch("finish")

        def explain(error: psycopg.Error) -> ConnectorError | None:
            return making.counted(self._main, load.schema, error)

        if self._way == "fill":  # what waits for the commit would stand in the way of any ALTER TABLE
            try:
                making.once(self._main, "SET CONSTRAINTS ALL IMMEDIATE")
            except psycopg.Error as error:
                raise explain(error) or late(self._main, error) from None
        foreign = load.schema.engine != ENGINE
        findings = making.run(self._main, self._after if self._way != "fill" else self._suspended.back, explain=explain, foreign=foreign)
        self._watch("constrained")
        present = [name for name in load.order if name in self._places]
        findings += completing.advance_sequences(self._main, set(present))
        findings += completing.refresh_views(self._main)
        if self._appending is not None:
            findings += self._appending.findings()
        findings += completing.analyse(self._main, [name for name in present if load.schema.table(name).kind != "foreign"])
        mark = {**load.mark, "schemas": self._schemas()}
        if self._staging is not None:
            self._staging.mark = mark
        elif self._way != "fill" or load.mark:
            admission.write_mark(self._main, mark)
        self._watch("finished")
        return tuple(findings)

    def commit(self) -> None:
        self._drain()
        self._watch("commit")
        if self._staging is not None:
            if self._streams is not None:
                self._streams.close()
            self._staging.swap()
            self._staging = None
            self._main = connect(self._url)
        else:
            try:
                self._main.execute("COMMIT")
            except psycopg.Error as error:
                told = making.counted(self._main, self._loading.schema, error)
                raise told or late(self._main, error) from None
        self._streams, self._load = None, None

    def abandon(self) -> None:
        """Also after a failure in the middle of anything: whatever cannot be said to the server any more, its end of the session undoes."""
        if self._streams is not None:
            self._streams.stop()
        if self._staging is not None:
            if self._streams is not None:
                self._streams.close()
            self._staging.drop()
        elif not self._main.closed and self._load is not None:
            try:
                self._main.rollback()
            except psycopg.Error:
                self._main.close()
        self._streams, self._staging, self._load = None, None, None


def _structure(load: Load, connection: Connection) -> tuple[list[str], list[str], list[Finding]]:
    """Statements for before and after the rows: the source's own, or made from our Schema."""
    if load.ddl is not None:
        parted = {table.name for table in load.schema.tables if table.kind == "partitioned"}
        return making.before(load.ddl.before), making.keys_to_parts_last(making.after(load.ddl.after), parted), []
    from connectors._sql import ddl

    tried = partial(making.accepted, connection) if load.schema.engine != ENGINE else None
    before, lost = ddl.before(load.schema, "postgresql", tried)
    after, more = ddl.after(load.schema, "postgresql")
    return list(before), list(after), [*lost, *more]


def _fetched(column: s.Column) -> sql.Composable:
    """A key column such that psycopg's value fits `schema.arrow_type`."""
    name = sql.Identifier(column.name)
    match s.bare(column.type):
        case s.Uuid():
            return sql.SQL("uuid_send({})").format(name)
        case s.Boolean() | s.Integer() | s.Float() | s.Decimal() | s.Binary() | s.Date() | s.Time(zoned=False) | s.Timestamp():
            return name
    return sql.SQL("{}::text").format(name)
