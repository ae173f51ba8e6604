"""The structure in a target: made before the rows, completed after them, and taken away again.

Statements run a few dozen at a time under one savepoint. A chunk that fails is taken back and repeated statement by
statement, so that the error names the statement, and what a plain role may not do but a copy can do without becomes a finding.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

import psycopg
from psycopg import sql

from connectors.postgresql import statements
from connectors.postgresql.connect import guarded, translated
from mimic.errors import ConnectorError
from mimic.report import Finding
from mimic.schema import Schema, Table, TableName, Trigger

Connection = psycopg.Connection[tuple[Any, ...]]

CHUNK = 40
# The session's own: lock_timeout and the like keep the house's values, and so does the encoding.
_OURS = re.compile(r"SET (?:\w+_timeout|client_encoding|client_min_messages|standard_conforming_strings|row_security)\b")
_SCHEMA = re.compile(r"CREATE SCHEMA (?!IF NOT EXISTS)")
_INDEX = re.compile(r"CREATE (UNIQUE )?INDEX ")
_OPTIONAL = ("COMMENT ON ",)
_NAME = r'((?:"(?:[^"]|"")+")|[\w$]+)'
_KEY = re.compile(rf"ADD CONSTRAINT .* FOREIGN KEY \(.*\) REFERENCES {_NAME}\.{_NAME}\(", re.DOTALL)


def before(text: str) -> list[str]:
    kept = (statement for statement in statements.split(text) if not _OURS.match(statement))
    return [_SCHEMA.sub("CREATE SCHEMA IF NOT EXISTS ", statement, count=1) for statement in kept]


def after(text: str) -> list[str]:
    """Function bodies that index expressions call may need the database's own search path, so none is set here."""
    return [s for s in statements.split(text) if not _OURS.match(s) and "set_config('search_path'" not in s]


def keys_to_parts_last(texts: Sequence[str], parted: Collection[TableName]) -> list[str]:
    """The same statements; among those that add foreign keys, the ones that refer to partitioned tables (`parted`) come last.

    For such a key the server makes one more for each partition and names it itself: that could be a name that a later key is to have.
    """
    blocks: list[list[str]] = []
    for text in texts:  # a comment goes with its key
        if blocks and text.startswith("COMMENT ON CONSTRAINT ") and _KEY.search(blocks[-1][0]):
            blocks[-1].append(text)
        else:
            blocks.append([text])
    places = [i for i, block in enumerate(blocks) if _KEY.search(block[0])]
    order = sorted(places, key=lambda i: _referred(blocks[i][0]) in parted)
    moved = dict(zip(places, order, strict=True))
    return [text for i in range(len(blocks)) for text in blocks[moved.get(i, i)]]


def _referred(text: str) -> TableName | None:
    found = _KEY.search(text)
    if found is None:
        return None
    return TableName(*(part[1:-1].replace('""', '"') if part.startswith('"') else part for part in found.groups()))


def early_triggers(schema: Schema, later: Iterable[str]) -> tuple[list[str], list[str], list[Finding]]:
    """`later` parted in triggers that must be there while rows come, because they compute columns, and the rest."""
    computing = {(t.name.schema, t.name.name, g.name): (t, g) for t in schema.tables for g in t.triggers if _computes(g)}
    early, rest, findings = [], [], []
    for statement in later:
        found = computing.get(statements.trigger(statement) or ("", "", ""))
        if found is None:
            rest.append(statement)
            continue
        table, trigger = found
        early.append(statement)
        place = f"{table.name.schema}.{table.name.name}"
        columns = ", ".join(trigger.computes)
        findings.append(Finding("N302", place, f"{columns} computed by the trigger {trigger.name} while rows are loaded"))
    return early, rest, findings


def _computes(trigger: Trigger) -> bool:
    return trigger.row and trigger.timing == "before" and "insert" in trigger.events and bool(trigger.computes) and not trigger.calls_out


def now(connection: Connection, later: Sequence[str], table: TableName) -> list[str]:
    """Make those of the later statements by which rows of one table exclude each other; returns the rest."""
    mine = [statement for statement in later if statements.between_rows(statement) == (table.schema, table.name)]
    if mine:
        run(connection, mine)
    return [statement for statement in later if statement not in mine]


def run(
    connection: Connection,
    texts: Sequence[str],
    *,
    explain: Callable[[psycopg.Error], ConnectorError | None] = lambda error: None,
    foreign: bool = False,
) -> list[Finding]:
    """Execute in order. Within a transaction a failed chunk is rolled back to its savepoint first; `explain` may then ask the server.

    Of a structure that another engine had, an index whose expression means nothing here is left out, with a finding.
    """
    findings = []
    inside = connection.info.transaction_status == psycopg.pq.TransactionStatus.INTRANS
    for part in statements.chunks(texts, CHUNK):
        try:
            once(connection, ";\n".join(part), inside)
        except psycopg.Error as error:
            if len(part) == 1 and not part[0].startswith(_OPTIONAL) and not foreign:
                raise _failure(error, part[0], explain) from None
            if connection.closed:
                raise translated(error) from None
            findings += _singly(connection, part, inside, explain, foreign)
    return findings


def _singly(
    connection: Connection, part: Sequence[str], inside: bool, explain: Callable[[psycopg.Error], ConnectorError | None], foreign: bool
) -> list[Finding]:
    findings = []
    for statement in part:
        try:
            once(connection, statement, inside)
        except psycopg.errors.InsufficientPrivilege as error:
            if not statement.startswith(_OPTIONAL):
                raise _failure(error, statement, explain) from None
            findings.append(Finding("W303", statements.label(statement), "this user lacks the right to it; it was left out"))
        except psycopg.Error as error:
            left = _INDEX.match(statement) if foreign and (error.sqlstate or "").startswith("42") else None
            if left is None:
                raise _failure(error, statement, explain) from None
            sentence = "this uniqueness cannot be said here and is left out" if left[1] else "an index of another kind is left out"
            findings.append(Finding("W405" if left[1] else "N406", statements.label(statement), sentence))
    return findings


def accepted(connection: Connection, text: str) -> bool:
    """Whether the server takes a statement; nothing of it stays."""
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(text.encode())
    except psycopg.Error:
        if connection.closed:
            raise
        return False
    return True


def once(connection: Connection, text: str, inside: bool | None = None) -> None:
    """Execute; a failure within a transaction takes back these statements only."""
    if inside is None:
        inside = connection.info.transaction_status == psycopg.pq.TransactionStatus.INTRANS
    if not inside:
        connection.execute(text.encode())
        return
    try:
        connection.execute(f"SAVEPOINT mimic_step;\n{text};\nRELEASE SAVEPOINT mimic_step".encode())
    except psycopg.Error:
        if not connection.closed:
            connection.execute("ROLLBACK TO SAVEPOINT mimic_step; RELEASE SAVEPOINT mimic_step")
        raise


def _failure(error: psycopg.Error, statement: str, explain: Callable[[psycopg.Error], ConnectorError | None]) -> ConnectorError:
    return explain(error) or translated(error, statements.label(statement))


# -- violated constraints ----------------------------------------------------------------------------------------------------


def counted(connection: Connection, schema: Schema, error: psycopg.Error) -> ConnectorError | None:
    """The same failure with the number of rows that break the constraint, asked of the server."""
    known = error.diag
    table = schema.by_name.get(TableName(known.schema_name or "", known.table_name or ""))
    if table is None or not (error.sqlstate or "").startswith("23") or connection.closed:
        return None
    query = _breaking(table, known.constraint_name or "")
    plain = translated(error)
    if query is None:
        return plain
    try:
        row = connection.execute(query).fetchone()
    except psycopg.Error:
        return plain
    return ConnectorError(
        f"{row[0] if row else 'some'} rows break the constraint {known.constraint_name}.",
        where=f"{table.name.schema}.{table.name.name}", sqlstate=error.sqlstate or "",
    )  # fmt: skip


def _breaking(table: Table, constraint: str) -> sql.Composed | None:
    mine = sql.Identifier(table.name.schema, table.name.name)
    for key in table.foreign_keys:
        if key.name == constraint:
            pairs = [(sql.Identifier("c", a), sql.Identifier("p", b)) for a, b in zip(key.columns, key.referred, strict=True)]
            return sql.SQL("SELECT count(*) FROM {} AS c WHERE {} AND NOT EXISTS (SELECT FROM {} AS p WHERE {})").format(
                mine,
                sql.SQL(" AND ").join(sql.SQL("{} IS NOT NULL").format(a) for a, _ in pairs),
                sql.Identifier(key.parent.schema, key.parent.name),
                sql.SQL(" AND ").join(sql.SQL("{} = {}").format(a, b) for a, b in pairs),
            )
    for unique in table.keys:
        if unique.name == constraint and not unique.where:
            parts = [*map(sql.Identifier, unique.columns), *(sql.SQL("({})").format(_trusted(e)) for e in unique.expressions)]
            some = sql.SQL(", ").join(parts)
            there = sql.SQL(" AND ").join(sql.SQL("{} IS NOT NULL").format(p) for p in parts) if unique.nulls_distinct else sql.SQL("true")
            groups = sql.SQL("SELECT count(*) AS n FROM {} WHERE {} GROUP BY {}").format(mine, there, some)
            return sql.SQL("SELECT coalesce(sum(n - 1), 0) FROM ({}) AS g").format(groups)
    for check in table.checks:
        if check.name == constraint:
            return sql.SQL("SELECT count(*) FROM {} WHERE NOT ({})").format(mine, _trusted(check.expression))
    return None


def _trusted(expression: str) -> sql.SQL:
    """SQL of the schema itself; it is no literal of this program, which is all that the type asks for."""
    return sql.SQL(expression)


# -- away with it ------------------------------------------------------------------------------------------------------------

_NOT_OURS = (
    "EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = '{0}'::pg_catalog.regclass AND d.objid = o.oid AND d.deptype = 'e')"
)
_DROPS = (
    """SELECT pg_catalog.format('DROP SCHEMA IF EXISTS %I CASCADE', n.nspname) FROM pg_catalog.pg_namespace n
       WHERE n.nspname = ANY($SCHEMAS$) AND n.nspname <> 'public' AND pg_catalog.pg_has_role(n.nspowner, 'USAGE') AND NOT EXISTS
         (SELECT FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_depend e ON e.classid = d.classid AND e.objid = d.objid AND e.deptype = 'e'
          WHERE d.refclassid = 'pg_catalog.pg_namespace'::pg_catalog.regclass AND d.refobjid = n.oid)""",
    f"""SELECT pg_catalog.format('DROP %s IF EXISTS %I.%I CASCADE', CASE o.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW'
          WHEN 'S' THEN 'SEQUENCE' WHEN 'f' THEN 'FOREIGN TABLE' WHEN 'c' THEN 'TYPE' ELSE 'TABLE' END, n.nspname, o.relname)
       FROM pg_catalog.pg_class o JOIN pg_catalog.pg_namespace n ON n.oid = o.relnamespace
       WHERE n.nspname = ANY($SCHEMAS$) AND o.relkind IN ('r', 'p', 'v', 'm', 'S', 'f', 'c') AND NOT o.relispartition
         AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
                         AND d.objid = o.oid AND d.objsubid = 0 AND d.deptype IN ('e', 'i') AND o.relkind <> 'c')
         AND NOT {_NOT_OURS.format('pg_catalog.pg_class')}
         AND NOT {_NOT_OURS.format('pg_catalog.pg_type').replace('o.oid', 'o.reltype')}
       ORDER BY o.relkind IN ('S', 'c'), o.relkind NOT IN ('v', 'm'), 1""",
    f"""SELECT pg_catalog.format('DROP ROUTINE IF EXISTS %s CASCADE', o.oid::pg_catalog.regprocedure)
       FROM pg_catalog.pg_proc o JOIN pg_catalog.pg_namespace n ON n.oid = o.pronamespace
       WHERE n.nspname = ANY($SCHEMAS$) AND NOT {_NOT_OURS.format('pg_catalog.pg_proc')}
         AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass
                         AND d.objid = o.oid AND d.deptype = 'i')""",
    f"""SELECT pg_catalog.format('DROP TYPE IF EXISTS %I.%I CASCADE', n.nspname, o.typname)
       FROM pg_catalog.pg_type o JOIN pg_catalog.pg_namespace n ON n.oid = o.typnamespace
       WHERE n.nspname = ANY($SCHEMAS$) AND (o.typtype IN ('e', 'd', 'r') OR (o.typtype = 'b' AND o.typelem = 0))
         AND NOT {_NOT_OURS.format('pg_catalog.pg_type')}""",
    *(
        f"""SELECT pg_catalog.format('DROP %s IF EXISTS %s CASCADE', i.type, i.identity) FROM pg_catalog.{catalog} o
            JOIN pg_catalog.pg_namespace n ON n.oid = o.{column}
            CROSS JOIN LATERAL pg_catalog.pg_identify_object('pg_catalog.{catalog}'::pg_catalog.regclass, o.oid, 0) i
            WHERE n.nspname = ANY($SCHEMAS$) AND NOT {_NOT_OURS.format(f'pg_catalog.{catalog}')}"""
        for catalog, column in (
            ("pg_opfamily", "opfnamespace"), ("pg_operator", "oprnamespace"), ("pg_collation", "collnamespace"),
            ("pg_conversion", "connamespace"), ("pg_ts_config", "cfgnamespace"), ("pg_ts_dict", "dictnamespace"),
        )
    ),
)  # fmt: skip


def clear(connection: Connection, schemas: Sequence[str], casts: Sequence[str] = ()) -> None:
    """Drop all that `schemas` hold, except what belongs to extensions, and `casts` as `CAST (a AS b)`."""
    listed = sql.Literal(list(schemas)).as_string(connection)
    for query in _DROPS:
        with guarded():
            drops = [statement for (statement,) in connection.execute(query.replace("$SCHEMAS$", listed).encode())]
        run(connection, drops)
    run(connection, [f"DROP {cast} CASCADE".replace("CAST", "CAST IF EXISTS", 1) for cast in casts])
