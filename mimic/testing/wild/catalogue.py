"""All that a PostgreSQL database has beside rows, as text that is the same in a copy: one query for each kind of thing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from mimic.testing.wild.dice import quoted

_OURS = "n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'mimic')"

CATALOGUE: dict[str, str] = {
    "schemas": f"SELECT nspname FROM pg_namespace n WHERE {_OURS}",
    "relations": f"""SELECT c.oid::regclass, relkind, relpersistence, reloptions, am.amname, pg_get_partkeydef(c.oid),
        pg_get_expr(relpartbound, c.oid), relispopulated, relreplident, obj_description(c.oid, 'pg_class')
        FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace LEFT JOIN pg_am am ON am.oid = relam WHERE {_OURS}""",
    "columns": f"""SELECT c.oid::regclass, row_number() OVER (PARTITION BY c.oid ORDER BY attnum), attname,
        format_type(atttypid, atttypmod), attnotnull, attidentity, attgenerated, attislocal, attinhcount,
        attcollation::regcollation, pg_get_expr(adbin, adrelid), col_description(c.oid, attnum)
        FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid JOIN pg_namespace n ON n.oid = relnamespace
        LEFT JOIN pg_attrdef d ON adrelid = attrelid AND adnum = attnum
        WHERE attnum > 0 AND NOT attisdropped AND relkind IN ('r', 'p', 'v', 'm', 'c', 'f') AND {_OURS}""",
    "inheritance": "SELECT inhrelid::regclass, inhparent::regclass, inhseqno FROM pg_inherits",
    "constraints": f"""SELECT conrelid::regclass, contypid::regtype, conname, contype, pg_get_constraintdef(c.oid), condeferrable,
        condeferred, convalidated, contype = 'c' AND connoinherit, obj_description(c.oid, 'pg_constraint')
        FROM pg_constraint c JOIN pg_namespace n ON n.oid = connamespace WHERE {_OURS}""",
    "indexes": f"""SELECT indexrelid::regclass, pg_get_indexdef(indexrelid), indisvalid, indisready, indisclustered, indimmediate
        FROM pg_index JOIN pg_class c ON c.oid = indexrelid JOIN pg_namespace n ON n.oid = relnamespace WHERE {_OURS}""",
    "triggers": f"""SELECT tgrelid::regclass, tgname, pg_get_triggerdef(t.oid), tgenabled
        FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid JOIN pg_namespace n ON n.oid = relnamespace
        WHERE NOT tgisinternal AND {_OURS}""",
    "rules": f"""SELECT pg_get_ruledef(r.oid), ev_enabled FROM pg_rewrite r JOIN pg_class c ON c.oid = ev_class
        JOIN pg_namespace n ON n.oid = relnamespace WHERE {_OURS}""",
    "functions": f"""SELECT pg_get_functiondef(p.oid) FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace
        WHERE prokind <> 'a' AND {_OURS}""",
    "enums": "SELECT enumtypid::regtype, enumlabel, row_number() OVER (PARTITION BY enumtypid ORDER BY enumsortorder) FROM pg_enum",
    "domains": f"""SELECT t.oid::regtype, typtype, format_type(typbasetype, typtypmod), typnotnull, typdefault, typcollation::regcollation
        FROM pg_type t JOIN pg_namespace n ON n.oid = typnamespace WHERE {_OURS}""",
    "sequences": f"""SELECT seqrelid::regclass, seqtypid::regtype, seqstart, seqincrement, seqmin, seqmax, seqcache, seqcycle,
        (SELECT refobjid::regclass || '.' || attname FROM pg_depend d JOIN pg_attribute ON attrelid = refobjid AND attnum = refobjsubid
         WHERE d.classid = 'pg_class'::regclass AND objid = seqrelid AND deptype IN ('a', 'i'))
        FROM pg_sequence JOIN pg_class c ON c.oid = seqrelid JOIN pg_namespace n ON n.oid = relnamespace WHERE {_OURS}""",
    "statistics": "SELECT pg_get_statisticsobjdef(oid) FROM pg_statistic_ext",
}
"""Each row is one thing. To be asked with an empty search_path, so that every name carries its schema."""

TABLES = f"""SELECT n.nspname, c.relname, c.relkind FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
    WHERE relkind IN ('r', 'p') AND NOT relispartition AND {_OURS} ORDER BY 1, 2"""
"""Tables whose rows are counted once: schema, name, kind (r: count ONLY the table's own rows)."""

COUNTERS = f"""SELECT format('SELECT coalesce(max(%s), 0) > CASE WHEN is_called THEN last_value ELSE last_value - 1 END
        FROM %s, %s GROUP BY is_called, last_value', quote_ident(attname), refobjid::regclass, objid::regclass)
    FROM pg_depend d JOIN pg_sequence ON seqrelid = objid JOIN pg_class c ON c.oid = objid JOIN pg_namespace n ON n.oid = relnamespace
    JOIN pg_attribute ON attrelid = refobjid AND attnum = refobjsubid
    WHERE d.classid = 'pg_class'::regclass AND deptype IN ('a', 'i') AND seqincrement > 0 AND {_OURS}"""
"""Statements, one for each sequence that a column owns: whether the column's next value would be one that is there."""

Ask = Callable[[str], Iterable[Sequence[Any]]]  # runs a query and gives its rows


def differences(real: Ask, copy: Ask) -> dict[str, tuple[list[str], list[str]]]:
    """For each kind of thing what is missing in the copy, and what is there and should not be; nothing where they are alike."""
    out = {}
    for kind, query in CATALOGUE.items():
        wanted, found = ({repr(tuple(row)) for row in ask(query)} for ask in (real, copy))
        if wanted != found:
            out[kind] = sorted(wanted - found), sorted(found - wanted)
    return out


def counts(ask: Ask) -> dict[str, int]:
    """The rows of each table, those of its heirs apart; the name as a `TableName` shows it."""
    out = {}
    for schema, name, kind in ask(TABLES):
        rows = list(ask(f"SELECT count(*) FROM {'ONLY ' if kind == 'r' else ''}{quoted(schema)}.{quoted(name)}"))
        out[name if schema == "public" else f"{schema}.{name}"] = int(rows[0][0])
    return out


def stale_counters(ask: Ask) -> list[str]:
    """Queries of the sequences whose next value is one that their column has already."""
    return [query for (query,) in ask(COUNTERS) if any(row[0] for row in ask(query))]
