"""What is left to do when rows and constraints are there: sequences, materialised views, statistics."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from graphlib import TopologicalSorter
from typing import Any

import psycopg
from psycopg import sql

from connectors.postgresql import making
from connectors.postgresql.connect import guarded
from connectors.postgresql.statements import chunks
from mimic.report import Finding
from mimic.schema import TableName

Connection = psycopg.Connection[tuple[Any, ...]]

TABLES_PER_QUERY = 50

# Sequences that a column owns (serial, identity), and those that its default names.
_SEQUENCES = """
    SELECT DISTINCT sn.nspname, s.relname, tn.nspname, t.relname, a.attname, q.seqincrement > 0, q.seqmin, q.seqmax
    FROM pg_catalog.pg_class s
    JOIN pg_catalog.pg_namespace sn ON sn.oid = s.relnamespace
    JOIN pg_catalog.pg_sequence q ON q.seqrelid = s.oid
    JOIN LATERAL (
        SELECT d.refobjid AS relation, d.refobjsubid AS number FROM pg_catalog.pg_depend d
        WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = s.oid AND d.deptype IN ('a', 'i')
          AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjsubid > 0
        UNION
        SELECT f.adrelid, f.adnum FROM pg_catalog.pg_depend d
        JOIN pg_catalog.pg_attrdef f ON f.oid = d.objid
        WHERE d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass
          AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid = s.oid
    ) u ON true
    JOIN pg_catalog.pg_class t ON t.oid = u.relation
    JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace
    JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum = u.number
    WHERE s.relkind = 'S' AND pg_catalog.format_type(a.atttypid, NULL) IN ('smallint', 'integer', 'bigint', 'numeric')
    ORDER BY 1, 2, 3, 4, 5
"""


def advance_sequences(connection: Connection, tables: Collection[TableName]) -> list[Finding]:
    """Set each sequence that feeds `tables` to the last value in any column that it feeds; one without rows stays as it was made."""
    fed: dict[tuple[str, str], list[tuple[TableName, str]]] = defaultdict(list)
    shape: dict[tuple[str, str], tuple[bool, int, int]] = {}
    with guarded():
        for schema, name, table_schema, table, column, ascending, least, most in connection.execute(_SEQUENCES):
            fed[schema, name].append((TableName(table_schema, table), column))
            shape[schema, name] = (ascending, least, most)
    queries = []
    for name, columns in fed.items():
        if any(table in tables for table, _ in columns):
            queries.append(_advance(name, columns, *shape[name]).as_string(connection))
    return making.run(connection, queries)


def _advance(name: tuple[str, str], columns: Sequence[tuple[TableName, str]], ascending: bool, least: int, most: int) -> sql.Composed:
    last = sql.SQL("max" if ascending else "min")
    ends = [
        sql.SQL("SELECT {}({}) AS v FROM {}").format(last, sql.Identifier(column), sql.Identifier(table.schema, table.name))
        for table, column in columns
    ]
    quoted = sql.Literal(sql.Identifier(*name).as_string(None))
    found = sql.SQL("SELECT {}(v) AS v FROM ({}) AS each").format(last, sql.SQL(" UNION ALL ").join(ends))
    return sql.SQL("SELECT pg_catalog.setval({}::pg_catalog.regclass, v::int8) FROM ({}) AS found WHERE v BETWEEN {} AND {}").format(
        quoted, found, sql.Literal(least), sql.Literal(most)
    )


_VIEWS = """
    SELECT DISTINCT v.oid::int8, v.relkind = 'm', n.nspname, v.relname, d.refobjid::int8
    FROM pg_catalog.pg_class v
    JOIN pg_catalog.pg_namespace n ON n.oid = v.relnamespace
    LEFT JOIN pg_catalog.pg_rewrite r ON r.ev_class = v.oid
    LEFT JOIN (pg_catalog.pg_depend d JOIN pg_catalog.pg_class u ON u.oid = d.refobjid AND u.relkind IN ('v', 'm'))
      ON d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND d.objid = r.oid
      AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid <> v.oid
    WHERE v.relkind IN ('v', 'm') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    ORDER BY 1, 5
"""


def refresh_views(connection: Connection) -> list[Finding]:
    """Materialised views, those first that others read. One whose query fails over the new rows stays empty, which is a finding."""
    materialised: dict[int, tuple[str, str]] = {}
    reads: dict[int, set[int]] = defaultdict(set)
    with guarded():
        for oid, is_materialised, schema, name, read in connection.execute(_VIEWS):
            reads[oid].update({read} if read else ())
            if is_materialised:
                materialised[oid] = (schema, name)
    findings = []
    for oid in TopologicalSorter(reads).static_order():
        if oid not in materialised:
            continue
        schema, name = materialised[oid]
        query = sql.SQL("REFRESH MATERIALIZED VIEW {}").format(sql.Identifier(schema, name)).as_string(connection)
        try:
            making.once(connection, query)
        except psycopg.Error as error:
            if connection.closed:
                raise
            state = error.sqlstate or ""
            sentence = f"the materialised view could not be refreshed over the new rows (sqlstate {state}); it is empty"
            findings.append(Finding("W304", f"{schema}.{name}", sentence))
    return findings


def analyse(connection: Connection, tables: Iterable[TableName]) -> list[Finding]:
    queries = [
        sql.SQL("ANALYZE {}").format(sql.SQL(", ").join(sql.Identifier(t.schema, t.name) for t in part)).as_string(connection)
        for part in chunks(list(tables), TABLES_PER_QUERY)
    ]
    return making.run(connection, queries)
