"""The system catalogue, read by a fixed number of queries whatever the number of tables.

Each function is one query and returns plain rows; `reading` makes nouns of them. The session's search_path must be empty, so that
every name in the SQL text that PostgreSQL prints (types, defaults, checks) is qualified.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any, NamedTuple

import psycopg
from psycopg.rows import namedtuple_row

from connectors.postgresql.types import Attribute, TypeRow

Connection = psycopg.Connection[tuple[Any, ...]]

# Schemas that belong to the server (pg_temp_3 and pg_toast among them), and objects that an extension made: neither is anybody's data.
_OURS = """
    n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    AND NOT EXISTS (SELECT FROM pg_depend x WHERE x.classid = '{catalog}'::regclass AND x.objid = {alias}.oid AND x.deptype = 'e')
"""


def _ours(alias: str, catalog: str = "pg_class") -> str:
    return _OURS.format(alias=alias, catalog=catalog)


def rows(connection: Connection, query: str) -> list[Any]:
    """All rows, columns as attributes."""
    with connection.cursor(row_factory=namedtuple_row) as cursor:
        return cursor.execute(query.encode()).fetchall()


class Catalog(NamedTuple):
    """Everything that was read."""

    version: int  # 160004
    version_text: str  # "16.4"
    types: dict[int, TypeRow]
    attributes: dict[int, tuple[Attribute, ...]]
    relations: list[Any]
    columns: dict[int, list[Any]]
    constraints: dict[int, list[Any]]
    indexes: dict[int, list[Any]]
    triggers: dict[int, list[Any]]
    parents: dict[int, list[int]]  # child -> parents, in order
    sequences: list[Any]
    functions: list[Any]


def read(connection: Connection) -> Catalog:
    version = connection.info.server_version
    columns = _grouped(rows(connection, _COLUMNS))
    return Catalog(
        version=version,
        version_text=connection.info.parameter_status("server_version") or str(version // 10000),
        types=_types(connection),
        attributes={oid: tuple(Attribute(c.name, c.type, c.typmod) for c in found) for oid, found in columns.items()},
        relations=rows(connection, _RELATIONS),
        columns=columns,
        constraints=_grouped(rows(connection, _constraints(version))),
        indexes=_grouped(rows(connection, _indexes(version))),
        triggers=_grouped(rows(connection, _TRIGGERS)),
        parents=_parents(rows(connection, _PARENTS)),
        sequences=rows(connection, _SEQUENCES),
        functions=rows(connection, _FUNCTIONS),
    )


def _grouped(found: list[Any]) -> dict[int, list[Any]]:
    groups: dict[int, list[Any]] = defaultdict(list)
    for row in found:
        groups[row.relation].append(row)
    return dict(groups)


def _parents(found: list[Any]) -> dict[int, list[int]]:
    parents: dict[int, list[int]] = defaultdict(list)
    for row in found:
        parents[row.child].append(row.parent)
    return dict(parents)


# -- queries -----------------------------------------------------------------------------------------------------------------


def _types(connection: Connection) -> dict[int, TypeRow]:
    found = (row._asdict() for row in rows(connection, _TYPES))
    return {row["oid"]: TypeRow(**(row | {"labels": tuple(row["labels"]), "checks": tuple(row["checks"])})) for row in found}


_TYPES = """
    SELECT t.oid, n.nspname AS schema, t.typname AS name, t.typtype::text AS kind, format_type(t.oid, NULL) AS sql,
           CASE WHEN t.typlen = -1 AND t.typsubscript::oid = 'array_subscript_handler'::regproc THEN t.typelem ELSE 0 END AS element,
           t.typbasetype AS base, t.typtypmod AS base_typmod, t.typnotnull AS not_null, t.typrelid AS relation,
           coalesce(e.labels, '{}') AS labels, coalesce(c.checks, '{}') AS checks, coalesce(r.rngsubtype, 0) AS subtype,
           coalesce(x.extname, '') AS extension
    FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
    LEFT JOIN (SELECT enumtypid, array_agg(enumlabel::text ORDER BY enumsortorder) AS labels
               FROM pg_enum GROUP BY 1) e ON e.enumtypid = t.oid
    LEFT JOIN (SELECT contypid, array_agg(pg_get_expr(conbin, 0) ORDER BY conname) AS checks
               FROM pg_constraint WHERE contypid <> 0 AND contype = 'c' GROUP BY 1) c ON c.contypid = t.oid
    LEFT JOIN pg_range r ON t.oid IN (r.rngtypid, r.rngmultitypid)
    LEFT JOIN pg_depend d ON d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e'
                         AND d.refclassid = 'pg_extension'::regclass
    LEFT JOIN pg_extension x ON x.oid = d.refobjid
"""

_RELATIONS = f"""
    SELECT c.oid, n.nspname AS schema, c.relname AS name, c.relkind::text AS kind, c.relispartition AS is_partition,
           c.relpersistence = 'u' AS unlogged,
           CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END AS partition_by,
           CASE WHEN c.relispartition THEN pg_get_expr(c.relpartbound, c.oid) END AS bound,
           CASE WHEN c.relispartition THEN pg_get_partition_constraintdef(c.oid) END AS holds,
           CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END AS definition,
           CASE WHEN c.relkind = 'r' THEN pg_relation_size(c.oid) ELSE 0 END AS bytes,
           d.description AS comment,
           has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT') AS readable,
           c.relrowsecurity AND row_security_active(c.oid) AS filtered,
           CASE WHEN c.relrowsecurity THEN ARRAY(SELECT p.polname::text FROM pg_policy p WHERE polrelid = c.oid ORDER BY 1) END AS policies
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_description d ON d.objoid = c.oid AND d.classoid = 'pg_class'::regclass AND d.objsubid = 0
    WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm') AND {_ours("c")}
    ORDER BY n.nspname, c.relname
"""

_COLUMNS = """
    SELECT a.attrelid AS relation, a.attnum AS number, a.attname AS name, a.atttypid AS type, a.atttypmod AS typmod,
           a.attnotnull AS not_null, a.attidentity::text AS identity, a.attgenerated::text AS generated,
           format_type(a.atttypid, a.atttypmod) AS declared, pg_get_expr(f.adbin, f.adrelid) AS default, d.description AS comment
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_attrdef f ON f.adrelid = a.attrelid AND f.adnum = a.attnum
    LEFT JOIN pg_description d ON d.objoid = c.oid AND d.classoid = 'pg_class'::regclass AND d.objsubid = a.attnum
    WHERE c.relkind IN ('r', 'p', 'f', 'c') AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped
      AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    ORDER BY a.attrelid, a.attnum
"""


def _constraints(version: int) -> str:
    period = "k.conperiod" if version >= 180000 else "false"
    enforced = "k.conenforced" if version >= 180000 else "true"  # a foreign key says where values come from even so, a CHECK says nothing
    names = """(SELECT array_agg(a.attname::text ORDER BY u.place) FROM unnest({0}) WITH ORDINALITY u(number, place)
                JOIN pg_attribute a ON a.attrelid = {1} AND a.attnum = u.number)"""
    return f"""
    SELECT k.conrelid AS relation, k.conname AS name, k.contype::text AS kind, k.confrelid AS parent, k.conindid AS index,
           coalesce({names.format("k.conkey", "k.conrelid")}, '{{}}') AS columns,
           coalesce({names.format("k.confkey", "k.confrelid")}, '{{}}') AS referred,
           k.confmatchtype::text AS match, k.condeferrable AS deferrable, k.condeferred AS deferred,
           k.confdeltype::text AS on_delete, k.confupdtype::text AS on_update, {period} AS period,
           CASE WHEN k.contype = 'x' OR {period} THEN pg_get_constraintdef(k.oid) END AS definition,
           CASE WHEN k.contype = 'c' THEN pg_get_expr(k.conbin, k.conrelid) END AS expression
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE k.contype IN ('p', 'u', 'f', 'c', 'x') AND k.conparentid = 0 AND ({enforced} OR k.contype = 'f')
      AND NOT (c.relispartition AND k.coninhcount > 0) AND {_ours("c")}
    ORDER BY k.conrelid, k.conname
    """


def _indexes(version: int) -> str:
    distinct = "NOT i.indnullsnotdistinct" if version >= 150000 else "true"
    return f"""
    SELECT i.indrelid AS relation, x.relname AS name, i.indexrelid AS oid, i.indisunique AS is_unique, i.indisprimary AS is_primary,
           {distinct} AS nulls_distinct, pg_get_indexdef(i.indexrelid) AS definition,
           pg_get_expr(i.indpred, i.indrelid) AS where, k.columns, k.expressions
    FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_class x ON x.oid = i.indexrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    CROSS JOIN LATERAL (
        SELECT coalesce(array_agg(a.attname::text ORDER BY g.place) FILTER (WHERE a.attname IS NOT NULL), '{{}}') AS columns,
               coalesce(array_agg(pg_get_indexdef(i.indexrelid, g.place, true) ORDER BY g.place)
                        FILTER (WHERE a.attname IS NULL), '{{}}') AS expressions
        FROM generate_series(1, i.indnkeyatts::int) AS g(place)
        LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[g.place - 1] AND a.attnum <> 0
    ) k
    WHERE i.indisvalid AND NOT i.indisexclusion AND NOT EXISTS (SELECT FROM pg_inherits h WHERE h.inhrelid = i.indexrelid) AND {_ours("c")}
    ORDER BY i.indrelid, x.relname
    """


_TRIGGERS = f"""
    SELECT t.tgrelid AS relation, t.oid, t.tgname AS name, t.tgtype::int AS bits, t.tgenabled::text AS enabled,
           pn.nspname AS function_schema, p.proname AS function,
           l.lanname AS language, p.prosrc AS body, t.tgargs AS arguments, pg_get_triggerdef(t.oid) AS definition
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_namespace pn ON pn.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang
    WHERE NOT t.tgisinternal AND t.tgparentid = 0 AND c.relkind IN ('r', 'p', 'f') AND {_ours("c")}
    ORDER BY t.tgrelid, t.tgname
"""

_PARENTS = "SELECT inhrelid AS child, inhparent AS parent FROM pg_inherits ORDER BY inhrelid, inhseqno"

_SEQUENCES = f"""
    SELECT c.oid, n.nspname AS schema, c.relname AS name, s.seqstart AS start, s.seqincrement AS increment,
           d.refobjid AS owner, a.attname AS column
    FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.objsubid = 0
         AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')
    LEFT JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
    WHERE {_ours("c")}
    ORDER BY n.nspname, c.relname
"""

_FUNCTIONS = f"""
    SELECT p.proname AS name, l.lanname AS language, p.prosrc AS body
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang
    WHERE l.lanname NOT IN ('internal', 'c') AND {_ours("p", "pg_proc")}
"""
