"""What share of real values a copy would hold by chance: how often a model hits values that it has never seen.

State names come from a list that everybody has, codes of three digits are soon met again: a copy that holds them tells nothing of its
source. So the rows of a quarter of a column's values are deleted with all that hangs on them, a model learns what is left, and what it
makes is looked up among the deleted values; quarter by quarter, until each value was one that a model has never seen.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mimic

PARTS = 4
KEYS = """select format('delete from %s c where %s and not exists (select from %s p where %s)', conrelid::regclass,
      string_agg(format('c.%I is not null', a.attname), ' and '), confrelid::regclass,
      string_agg(format('c.%I = p.%I', a.attname, b.attname), ' and '))
    from pg_constraint cross join unnest(conkey, confkey) t(k, r)
    join pg_attribute a on (a.attrelid, a.attnum) = (conrelid, k) join pg_attribute b on (b.attrelid, b.attnum) = (confrelid, r)
    where contype = 'f' and conparentid = 0 group by pg_constraint.oid, conrelid, confrelid"""


def quoted(table: str) -> str:
    return ".".join(f'"{part}"' for part in table.split("."))


def texts(database: Any, table: str, column: str) -> list[str]:
    query = f"""select regexp_replace("{column}"::text, '\\s', ' ', 'g') from {quoted(table)} where "{column}" <> ''"""
    return [line for line in database.psql(query).split("\n") if line]


def without(database: Any, table: str, column: str, part: int) -> None:
    """Delete the rows of one part of the values, and whatever refers to none then."""
    where = f'abs(hashtext("{column}"::text)) % {PARTS} = {part}'
    deleted = [f"set session_replication_role = replica; delete from {quoted(table)} where {where}"]
    keys = [line for line in database.psql(KEYS).split("\n") if line]
    orphans = "; ".join(keys)
    database.psql("; ".join([*deleted, *[orphans] * (5 if keys else 0)]).rstrip("; "))


def by_chance(load_shared: Callable[..., Any], make_database: Callable[..., Any], name: str, table: str, column: str) -> float:
    """The share of a copy's values in a column of a shared database that are real ones although nothing was learned from them."""
    found = 0.0
    for part in range(PARTS):
        source, target = load_shared(name), make_database()
        real = set(texts(source, table, column))
        without(source, table, column, part)
        unseen = real - set(texts(source, table, column))
        mimic.generate(mimic.learn(source.url, reference="synthesize"), target.url, fit_domains=True)
        made = texts(target, table, column)
        found += sum(value in unseen for value in made) / max(len(made), 1)
    return min(found, 1.0)
