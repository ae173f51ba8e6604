"""What a subset must hold, worked out by recursive SQL on the server: shares no code with `mimic.subsetting`.

A row is named by its table and place. Every foreign key of the catalogue becomes pairs (child row, parent row); downstream from
the roots, then upstream from all of that, each as one recursive query.
"""

from __future__ import annotations

from collections.abc import Sequence

import psycopg

from tests.conftest import Database

LINKS = """
set work_mem = '128MB'; set search_path = '';
create temp table links (child text, parent text);
do $$ declare k record; begin
  for k in select case when r.relkind = 'r' then 'only ' else '' end || c.conrelid::regclass as child,
                  case when s.relkind = 'r' then 'only ' else '' end || c.confrelid::regclass as parent,
                  (select string_agg(format('c.%I = p.%I', a.attname, b.attname), ' and ') from unnest(c.conkey, c.confkey) as u(x, y)
                   join pg_attribute a on a.attrelid = c.conrelid and a.attnum = u.x
                   join pg_attribute b on b.attrelid = c.confrelid and b.attnum = u.y) as equal
           from pg_constraint c join pg_class r on r.oid = c.conrelid join pg_class s on s.oid = c.confrelid
           where c.contype = 'f' and c.conparentid = 0
  loop
    execute 'insert into pg_temp.links select c.tableoid || '':'' || c.ctid, p.tableoid || '':'' || p.ctid from '
            || k.child || ' c join ' || k.parent || ' p on ' || k.equal;
  end loop;
end $$;
create index on pg_temp.links (child); create index on pg_temp.links (parent); analyze pg_temp.links;
"""
TABLES = (
    "select format('%I.%I', nspname, relname) from pg_class c join pg_namespace n on n.oid = relnamespace where relkind in ('r', 'p') "
    "and not relispartition and nspname !~ '^pg_' and nspname <> 'information_schema' order by 1"
)
# How many rows, and a sum over what they hold, whole.
DIGEST = "count(*) || ':' || coalesce(sum(('x' || substr(md5(t::text), 1, 15))::bit(60)::bigint), 0)"
SETTINGS = "set search_path = ''; set timezone = 'UTC'"


def expected(source: Database, roots: Sequence[tuple[str, Sequence[str], Sequence[str]]]) -> list[dict[str, str]]:
    """For each (table, key columns, keys as 'a|b') what every table of a subset from there holds: rows and a digest of them."""
    found = []
    with psycopg.connect(source.url, autocommit=True) as connection:
        tables = [name for (name,) in connection.execute(TABLES)]
        connection.execute(LINKS)
        connection.execute(SETTINGS)
        connection.execute("create temp table keys (k text); create temp table kept (row text)")
        for table, columns, keys in roots:
            connection.execute("truncate pg_temp.keys, pg_temp.kept")
            with connection.cursor().copy("copy pg_temp.keys from stdin") as copy:
                for key in keys:
                    copy.write_row((key,))
            spelt = " || '|' || ".join('"' + column.replace('"', '""') + '"::text' for column in columns)
            connection.execute(
                f"""
                insert into pg_temp.kept with recursive down(row) as (
                    select t.tableoid || ':' || t.ctid from {table} t where {spelt} in (select k from pg_temp.keys)
                    union select l.child from down join pg_temp.links l on l.parent = down.row
                ), closed(row) as (
                    select row from down union select l.parent from closed join pg_temp.links l on l.child = closed.row
                ) select row from closed;
                analyze pg_temp.kept""".encode()
            )
            kept = "t where t.tableoid || ':' || t.ctid in (select row from pg_temp.kept)"
            found.append({name: _one(connection, f"select {DIGEST} from {_only(connection, name)} {kept}") for name in tables})
    return found


def held(target: Database) -> dict[str, str]:
    """The same of what a database holds."""
    with psycopg.connect(target.url, autocommit=True) as connection:
        tables = [name for (name,) in connection.execute(TABLES)]
        connection.execute(SETTINGS)
        return {name: _one(connection, f"select {DIGEST} from {_only(connection, name)} t") for name in tables}


def _only(connection: psycopg.Connection, name: str) -> str:
    """A table without those that inherit from it, which have rows of their own; a partitioned one is the sum of its parts."""
    row = connection.execute("select relkind from pg_class where oid = %s::regclass", (name,)).fetchone()
    return name if row == ("p",) else f"only {name}"


def _one(connection: psycopg.Connection, query: str) -> str:
    row = connection.execute(query.encode()).fetchone()
    return str(row[0]) if row else ""
