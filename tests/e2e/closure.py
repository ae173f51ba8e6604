"""What a subset must hold, worked out by recursive SQL on the server: shares no code with `mimic.subsetting`.

A row is named by its table and place. Every foreign key of the catalogue becomes pairs (child row, parent row); downstream from
the roots, then upstream from all of that, each as one recursive query.
"""

from __future__ import annotations

from collections.abc import Sequence

from tests.conftest import Database

LINKS = r"""
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


def expected(source: Database, roots: Sequence[tuple[str, Sequence[str], Sequence[str]]]) -> list[dict[str, str]]:
    """For each (table, key columns, keys as 'a|b') what every table of a subset from there holds: rows and a digest of them."""
    tables = source.psql(TABLES).split("\n")
    script = [LINKS]
    for i, (table, columns, keys) in enumerate(roots):
        key = " || '|' || ".join(f'"{column}"::text' for column in columns)
        script.append(f"create temp table keys{i} (k text); copy pg_temp.keys{i} from stdin;\n" + "\n".join(keys) + "\n\\.\n")
        script.append(f"""
            create temp table kept{i} as with recursive down(row) as (
                select t.tableoid || ':' || t.ctid from {table} t where {key} in (select k from pg_temp.keys{i})
                union select l.child from down join pg_temp.links l on l.parent = down.row
            ), closed(row) as (
                select row from down union select l.parent from closed join pg_temp.links l on l.child = closed.row
            ) select row from closed;
            analyze pg_temp.kept{i};""")
        kept = f"t where t.tableoid || ':' || t.ctid in (select row from pg_temp.kept{i})"
        script += [f"select '{i} {name} ' || {DIGEST} from {name} {kept};" for name in tables]
    found: list[dict[str, str]] = [{} for _ in roots]
    for line in source.psql("\n".join(script)).split("\n"):
        number, rest = line.split(" ", 1)
        name, digest = rest.rsplit(" ", 1)
        found[int(number)][name] = digest
    return found


def held(target: Database) -> dict[str, str]:
    """The same of what a database holds."""
    tables = target.psql(TABLES).split("\n")
    lines = target.psql("set search_path = '';" + ";".join(f"select '{name} ' || {DIGEST} from {name} t" for name in tables)).split("\n")
    return {line.rsplit(" ", 1)[0]: line.rsplit(" ", 1)[1] for line in lines}
