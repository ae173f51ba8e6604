"""Foreign keys in force in a target that has its structure already, which rows cannot satisfy in load order.

A deferrable one waits for the end of the transaction; another is dropped and, when the rows are there, added and validated
again in the same transaction, so that no one ever sees the table without it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from connectors.postgresql.connect import guarded
from mimic.errors import Refused
from mimic.schema import ForeignKey

Connection = psycopg.Connection[tuple[Any, ...]]

_FOUND = """
    SELECT k.conname, k.condeferrable, pg_catalog.pg_get_constraintdef(k.oid), pg_catalog.obj_description(k.oid, 'pg_constraint'),
           pg_catalog.pg_has_role(t.relowner, 'USAGE'),
           EXISTS (SELECT FROM pg_catalog.pg_constraint o
                   WHERE o.conname = k.conname AND o.connamespace = k.connamespace AND NOT o.condeferrable),
           (SELECT p.relkind = 'p' FROM pg_catalog.pg_class p WHERE p.oid = k.confrelid)
    FROM pg_catalog.pg_constraint k
    JOIN pg_catalog.pg_class t ON t.oid = k.conrelid
    JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
    WHERE k.contype = 'f' AND k.conparentid = 0 AND n.nspname = %s AND t.relname = %s
      AND ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY AS c(number, place)
                JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = c.number ORDER BY c.place) = %s
"""


@dataclass(frozen=True, slots=True)
class Suspended:
    """Statements that take the keys out of the way, and those that bring them back."""

    away: tuple[str, ...] = ()
    back: tuple[str, ...] = ()


def suspend(connection: Connection, forward: Sequence[ForeignKey]) -> Suspended:
    """What must be done for `forward`; `Refused` when this user may not.

    Keys to partitioned tables come back last: the server makes one more for each partition and names it itself, which could be a
    name that a later key is to have.
    """
    away = list[str]()
    back: tuple[list[str], list[str]] = ([], [])
    for key in forward:
        if key.virtual:
            continue
        with guarded():
            found = connection.execute(_FOUND, (key.table.schema, key.table.name, list(key.columns))).fetchall()
        for name, deferrable, definition, comment, owned, shared, parted in found:
            table, constraint = sql.Identifier(key.table.schema, key.table.name), sql.Identifier(name)
            if deferrable and shared:  # one of several of this name, of which some cannot wait: by its name alone it cannot be told to
                away.append("SET CONSTRAINTS ALL DEFERRED")
                continue
            if deferrable:
                away.append(sql.SQL("SET CONSTRAINTS {} DEFERRED").format(sql.Identifier(key.table.schema, name)).as_string(connection))
                continue
            if not owned:
                raise Refused(
                    f"the foreign key {name} closes a cycle, is not deferrable, and this user does not own the table: "
                    "rows cannot be loaded in any order.",
                    where=f"{key.table.schema}.{key.table.name}",
                    hint="Make it DEFERRABLE, load as the table's owner, or load into an empty database.",
                )
            away.append(sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(table, constraint).as_string(connection))
            mine = back[bool(parted)]
            mine.append(sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} ").format(table, constraint).as_string(connection) + definition)
            if comment is not None:
                told = sql.SQL("COMMENT ON CONSTRAINT {} ON {} IS {}").format(constraint, table, sql.Literal(comment))
                mine.append(told.as_string(connection))
    return Suspended(tuple(away), (*back[0], *back[1]))
