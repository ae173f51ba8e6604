"""Whether a target may be filled: what it holds, who made it, and whether the load fits into one transaction.

The mark of a load is kept where `pg_dump --schema-only` does not look: in the comment of the database, or, for a role that
does not own the database, in the comment of a large object.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import psycopg
from psycopg import sql

from connectors.postgresql.connect import guarded
from connectors.postgresql.statements import chunks
from mimic.connector import Load
from mimic.errors import Refused
from mimic.report import Finding
from mimic.schema import Schema, TableName

Connection = psycopg.Connection[tuple[Any, ...]]
Way = Literal["create", "fill", "replace"]

TABLES_PER_QUERY = 100
SHOWN = 5

_TABLES = """
    SELECT n.nspname, c.relname,
           ARRAY(SELECT a.attname::text FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
                      AND d.objid = c.oid AND d.deptype = 'e')
    ORDER BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class Holdings:
    """What the target holds now."""

    database: str
    tables: Mapping[TableName, frozenset[str]]
    filled: tuple[TableName, ...]  # tables with rows
    mark: Mapping[str, Any] | None


def holdings(connection: Connection) -> Holdings:
    with guarded():
        tables = {TableName(schema, name): frozenset(columns) for schema, name, columns in connection.execute(_TABLES)}
        row = connection.execute("SELECT pg_catalog.current_database()").fetchone()
    return Holdings(row[0] if row else "", tables, tuple(_filled(connection, list(tables))), read_mark(connection))


def _filled(connection: Connection, tables: Sequence[TableName]) -> Iterable[TableName]:
    for part in chunks(tables, TABLES_PER_QUERY):
        asking = [
            sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})").format(sql.Literal(i), sql.Identifier(table.schema, table.name))
            for i, table in enumerate(part)
        ]
        try:
            found = connection.execute(sql.SQL(" UNION ALL ").join(asking)).fetchall()
        except psycopg.errors.InsufficientPrivilege as error:
            name = f"{error.diag.schema_name}.{error.diag.table_name}" if error.diag.table_name else "some tables"
            raise Refused(
                f"the target has tables that this user may not read ({name}): whether they hold rows cannot be told.",
                hint="Load as the owner of the tables.",
            ) from None
        for (i,) in found:
            yield part[i]


def way(load: Load, held: Holdings) -> Way:
    """How the load proceeds in this target; `Refused` when it may not."""
    wanted = {name for name in load.order if load.schema.table(name).kind != "foreign"}
    there = wanted & held.tables.keys()
    lacking = [n for n in wanted if n not in there or not {c.name for c in load.schema.table(n).written} <= held.tables[n]]
    ours = held.mark is not None or load.replace_unmarked == held.database
    if load.if_exists == "replace" and held.tables:
        if ours:
            return "replace"
        if held.filled:
            raise Refused(
                f"the target holds rows that no Mimic load made: {_some(held.filled)}.",
                where=held.database,
                hint=f"If they may go: --replace-unmarked {held.database}",
            )
    if load.if_exists == "append" and held.filled:
        if not ours:
            raise Refused(
                f"the target holds rows that no Mimic load made: {_some(held.filled)}.",
                where=held.database,
                hint=f"If rows may be added to them: --replace-unmarked {held.database}",
            )
        if lacking:
            raise Refused(
                f"the target lacks tables or columns to add rows to: {_some(sorted(lacking))}.",
                where=held.database,
                hint="Give a target with the whole structure of the source.",
            )
        return "fill"
    if held.filled:
        hint = "Give another database, or --if-exists replace." if ours else "Give an empty database."
        raise Refused(f"the target holds tables with rows: {_some(held.filled)}.", where=held.database, hint=hint)
    if not lacking and wanted:
        return "fill"
    if there:
        part, missing = _some(sorted(there)), _some(sorted(lacking))
        raise Refused(
            f"the target holds part of the structure, without rows: {part}; it lacks tables or columns: {missing}.",
            where=held.database,
            hint="Give an empty database, or one with the whole structure.",
        )
    return "create"


def _some(tables: Sequence[TableName]) -> str:
    names = [f"{table.schema}.{table.name}" for table in tables[:SHOWN]]
    return ", ".join(names) + (f" and {len(tables) - SHOWN} more" if len(tables) > SHOWN else "")


# -- the mark ----------------------------------------------------------------------------------------------------------------

_MARK = re.compile(r"(?:\A|\n)mimic: (\{.*\})\Z", re.DOTALL)
_DATABASE = "(SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())"


def read_mark(connection: Connection) -> Mapping[str, Any] | None:
    query = (
        f"SELECT pg_catalog.shobj_description({_DATABASE}, 'pg_database') UNION ALL "
        "SELECT description FROM pg_catalog.pg_description WHERE classoid = 'pg_catalog.pg_largeobject'::pg_catalog.regclass"
    )
    with guarded():
        found = connection.execute(query.encode()).fetchall()
    return next((mark for (comment,) in found if (mark := parsed(comment)) is not None), None)


def parsed(comment: str | None) -> Mapping[str, Any] | None:
    match = _MARK.search(comment or "")
    try:
        mark = json.loads(match[1]) if match else None
    except ValueError:
        return None
    return mark if isinstance(mark, dict) else None


def marked(comment: str | None, mark: Mapping[str, Any]) -> str:
    """A database's comment with the mark in its last line; what stood there of others stays."""
    kept = _MARK.sub("", comment or "")
    return (kept + "\n" if kept else "") + "mimic: " + json.dumps(mark, sort_keys=True)


def write_mark(connection: Connection, mark: Mapping[str, Any]) -> None:
    with guarded():
        row = connection.execute(
            f"SELECT pg_catalog.pg_has_role(datdba, 'USAGE'), pg_catalog.shobj_description(oid, 'pg_database'), datname "
            f"FROM pg_catalog.pg_database WHERE oid = {_DATABASE}".encode()
        ).fetchone()
        owned, comment, name = row if row else (False, None, "")
        if owned:
            connection.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(name), sql.Literal(marked(comment, mark))))
            return
        old = connection.execute(
            "SELECT d.objoid, d.description FROM pg_catalog.pg_description d JOIN pg_catalog.pg_largeobject_metadata m ON m.oid = d.objoid "
            "WHERE d.classoid = 'pg_catalog.pg_largeobject'::pg_catalog.regclass AND pg_catalog.pg_has_role(m.lomowner, 'USAGE')"
        ).fetchall()
        oid = next((oid for oid, comment in old if parsed(comment) is not None), None)
        if oid is None:
            made = connection.execute("SELECT pg_catalog.lo_create(0)").fetchone()
            oid = made[0] if made else 0
        connection.execute(sql.SQL("COMMENT ON LARGE OBJECT {} IS {}").format(sql.Literal(oid), sql.Literal(marked(None, mark))))


# -- one load at a time ------------------------------------------------------------------------------------------------------

_KEY = 0x6D696D69  # "mimi"


def lock(connection: Connection, target: int | None = None, *, besides: int = 0) -> bool:
    """Take the lock of the target (an oid; the connection's own database) for the session; False when another load has it.

    Advisory locks live in one database each, but all can be seen in pg_locks: a load that stages holds its own from another.
    `besides` is the process of a session of the caller that may have it as well.
    """
    with guarded():
        row = connection.execute(f"SELECT coalesce(%s::int8, {_DATABASE}::int8)".encode(), (target,)).fetchone()
        oid = int(row[0]) if row else 0
        signed = oid - 2**32 if oid >= 2**31 else oid
        taken = connection.execute("SELECT pg_catalog.pg_try_advisory_lock(%s::int4, %s::int4)", (_KEY, signed)).fetchone()
        others = connection.execute(
            "SELECT count(*) FROM pg_catalog.pg_locks WHERE locktype = 'advisory' AND classid = %s::oid AND objid = %s::oid "
            "AND objsubid = 2 AND pid NOT IN (pg_catalog.pg_backend_pid(), %s)",
            (_KEY, oid, besides),
        ).fetchone()
    return bool(taken and taken[0]) and not (others and others[0])


# -- locks -------------------------------------------------------------------------------------------------------------------


def locks_needed(schema: Schema) -> int:
    """Locks that one transaction holds after making `schema`; measured, rounded up."""
    return 50 + sum(
        1 + len(table.partitions) + 2 * (1 + len(table.partitions))  # itself, its toast table and the index of that
        + (1 + len(table.partitions)) * (len(table.keys) + len(table.indexes) + len(table.excludes))
        + len(table.foreign_keys)
        for table in schema.tables
    ) + len(schema.sequences) + 2 * len(schema.views)  # fmt: skip


def locks_possible(connection: Connection) -> int:
    with guarded():
        row = connection.execute(
            "SELECT current_setting('max_locks_per_transaction')::int "
            "* (current_setting('max_connections')::int + current_setting('max_prepared_transactions')::int)"
        ).fetchone()
    return int(row[0]) if row else 0


def too_many_locks(load: Load, possible: int) -> Finding | None:
    needed = locks_needed(load.schema)
    # The server shares its table of locks among all sessions, and keeps a tenth in reserve.
    if needed <= 0.9 * possible:
        return None
    return Finding(
        "N301", "", f"one transaction would need about {needed} locks, and the server has room for {possible}: the load takes several"
        " transactions in a staging database",
    )  # fmt: skip
