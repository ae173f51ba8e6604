"""What only the server can judge: which of some rows break a CHECK, and which it would not take at all.

The rows go into a temporary table without constraints, whose columns have the types below any domains. Where one query over all
of them fails, because a function raises an error for some row, they are judged one by one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import psycopg
import pyarrow as pa
from psycopg import sql

from connectors.postgresql.connect import guarded, translated
from connectors.postgresql.loading import Place, Streams
from mimic.batch import Batch
from mimic.errors import ConnectorError, of_a_row
from mimic.schema import Table, TableName

Connection = psycopg.Connection[tuple[Any, ...]]

ASKED, REFUSED = sql.SQL("pg_temp.mimic_asked"), sql.SQL("pg_temp.mimic_refused")

# The columns of a table with the types below their domains: a domain's CHECK would refuse rows before anybody could ask about it.
_BASES = """
WITH RECURSIVE base (name, type, modifier) AS (
    SELECT attname, atttypid, atttypmod FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped
    UNION ALL SELECT name, typbasetype, typtypmod FROM base JOIN pg_type ON pg_type.oid = type WHERE typtype = 'd'
) SELECT name, format_type(type, modifier) FROM base JOIN pg_type ON pg_type.oid = type WHERE typtype <> 'd'
"""

# One that watches over several tables speaks of rows that are still to come.
_WAITING = """
SELECT nspname, conname FROM pg_constraint k JOIN pg_namespace n ON n.oid = connamespace JOIN pg_trigger t ON t.tgconstraint = k.oid
WHERE conrelid = %s::regclass AND contype = 't' AND condeferrable
  AND NOT EXISTS (SELECT FROM pg_trigger o WHERE o.tgfoid = t.tgfoid AND o.tgrelid <> t.tgrelid)
"""

_WAITED = """
SELECT DISTINCT nspname || '.' || relname FROM pg_trigger JOIN pg_class c ON c.oid = tgrelid JOIN pg_namespace n ON n.oid = relnamespace
JOIN pg_proc p ON p.oid = tgfoid WHERE NOT tgisinternal AND tginitdeferred AND proname = %s
"""

_EACH = """
#variable_conflict use_column
DECLARE {here} bigint;
BEGIN
    FOR {here} IN SELECT {number} FROM {asked} ORDER BY 1 LOOP
        BEGIN
            {step};
        EXCEPTION WHEN OTHERS OR assert_failure THEN
            INSERT INTO {refused} VALUES ({here});
        END;
    END LOOP;
END
"""


class Asked:
    """Some rows of one table, in the temporary table, while the block lasts; nothing of it stays."""

    def __init__(self, connection: Connection, place: Place, known: Table, rows: pa.RecordBatch) -> None:
        self._connection, self._place, self._known, self._rows = connection, place, known, rows
        taken = {column.name for column in known.columns}
        self._number, self._variable = (
            next(name for i in range(len(taken) + 1) if (name := f"{base}{i}") not in taken) for base in ("row", "at")
        )

    def breaking(self, checks: Sequence[str]) -> pa.BooleanArray:
        """Which rows break one of the checks, in PostgreSQL's SQL; an error counts as a breach."""
        broken = sql.SQL(" OR ").join(sql.SQL("NOT ({})").format(_trusted(each)) for each in checks)
        with guarded(self._place.shown), self._connection.transaction():
            types = self._fill()
            all_of_them = self._computed(types)
            query = sql.SQL("SELECT {} FROM {} WHERE {}").format(self._column, all_of_them, broken)
            try:
                with self._connection.transaction():
                    bad = {row[0] for row in self._connection.execute(query).fetchall()}
            except psycopg.Error as error:
                if not _of_a_row(error) or self._connection.closed:
                    raise
                one = sql.SQL("PERFORM FROM {} WHERE {} = {} AND ({}); IF FOUND THEN RAISE EXCEPTION 'broken'; END IF")
                bad = self._one_by_one(one.format(all_of_them, *self._here, broken))
            self._empty()
        return self._told(bad)

    def unwelcome(self) -> pa.BooleanArray:
        """Which rows the table does not take, triggers and constraints in force, in the order in which they stand."""
        names = sql.SQL(", ").join(map(sql.Identifier, self._rows.schema.names))
        insert = sql.SQL("INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE SELECT {} FROM {} AS mimic_asked").format(
            self._place.identifier, names, names, ASKED
        )
        with guarded(self._place.shown), self._connection.transaction():
            self._fill()
            bad, at_once = set[int](), self._at_once()
            try:
                with self._connection.transaction():
                    self._connection.execute(at_once)
                    self._connection.execute(sql.SQL("{} ORDER BY {}").format(insert, self._column))
                    raise psycopg.Rollback
            except psycopg.Error as error:
                if not _of_a_row(error) or self._connection.closed:
                    raise
                with self._connection.transaction():
                    self._connection.execute(at_once)
                    bad = self._one_by_one(sql.SQL("{} WHERE {} = {}").format(insert, *self._here))
                    raise psycopg.Rollback from None
            self._empty()
        return self._told(bad)

    @property
    def _column(self) -> sql.Identifier:
        return sql.Identifier(self._number)

    @property
    def _here(self) -> tuple[sql.Identifier, sql.Identifier]:
        """The number of a row, and the variable that holds the one in question."""
        return sql.Identifier("mimic_asked", self._number), sql.Identifier(self._variable)

    def _told(self, bad: set[int]) -> pa.BooleanArray:
        return pa.array([number in bad for number in range(self._rows.num_rows)], pa.bool_())

    def _fill(self) -> dict[str, str]:
        bare = "CREATE TEMPORARY TABLE mimic_asked ({}, {} bigint GENERATED ALWAYS AS IDENTITY (MINVALUE 0) PRIMARY KEY)"
        types: dict[str, str] = dict(self._connection.execute(_BASES, [self._place.identifier.as_string(self._connection)]).fetchall())
        columns = [sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(types[name])) for name in self._rows.schema.names]
        self._connection.execute(sql.SQL(bare).format(sql.SQL(", ").join(columns), self._column))
        streams = Streams([self._connection])
        streams.insert(Place(TableName("pg_temp", "mimic_asked"), self._place.slots), Batch(self._known.name, self._rows))
        streams.drain()
        return types

    def _empty(self) -> None:
        self._connection.execute(sql.SQL("DROP TABLE {}").format(ASKED))

    def _at_once(self) -> sql.Composed:
        """Triggers that would wait for the commit speak now."""
        found = self._connection.execute(_WAITING, [self._place.identifier.as_string(self._connection)]).fetchall()
        if not found:
            return sql.Composed([])
        return sql.SQL("SET CONSTRAINTS {} IMMEDIATE").format(sql.SQL(", ").join(sql.Identifier(*names) for names in found))

    def _computed(self, types: dict[str, str]) -> sql.Composable:
        """The rows with what generated columns hold."""
        there = [column for column in self._known.columns if column.generated and column.name in types]
        if not there:
            return sql.SQL("{} AS mimic_asked").format(ASKED)
        more = [
            sql.SQL("CAST(({}) AS {}) AS {}").format(
                _trusted(column.generated or ""), _trusted(types[column.name]), sql.Identifier(column.name)
            )
            for column in there
        ]
        return sql.SQL("(SELECT *, {} FROM {}) AS mimic_asked").format(sql.SQL(", ").join(more), ASKED)

    def _one_by_one(self, step: sql.Composable) -> set[int]:
        """The rows for which a statement raises an error; what it did for the others stays done."""
        self._connection.execute("CREATE TEMPORARY TABLE mimic_refused (number bigint)")
        body = (
            sql.SQL(_EACH)
            .format(here=self._here[1], number=self._column, asked=ASKED, refused=REFUSED, step=step)
            .as_string(self._connection)
        )
        self._connection.execute(sql.SQL("DO {}").format(sql.Literal(body)))
        bad = {row[0] for row in self._connection.execute(sql.SQL("SELECT number FROM {}").format(REFUSED)).fetchall()}
        self._connection.execute(sql.SQL("DROP TABLE {}").format(REFUSED))
        return bad


def late(connection: Connection, error: psycopg.Error) -> ConnectorError:
    """What a trigger that waits for the commit has refused, with the tables that have it."""
    plain = translated(error)
    named = re.search(r'PL/pgSQL function (?:\S+\.)?"?([^\s"(]+)"?\(', error.diag.context or "")
    if named is None or connection.closed or plain.where:
        return plain
    try:
        found = [name for (name,) in connection.execute(_WAITED, [named[1]]).fetchall()]
    except psycopg.Error:
        return plain
    sentence = "a trigger that waits for the end of the load refuses rows."
    return ConnectorError(sentence, where=", ".join(found), sqlstate=plain.sqlstate, suspects=found) if found else plain


def _trusted(expression: str) -> sql.SQL:
    """SQL of the schema itself; it is no literal of this program, which is all that the type asks for."""
    return sql.SQL(expression)


def _of_a_row(error: psycopg.Error) -> bool:
    """Whether what a row holds may be the reason, and not the server, the connection or the statement."""
    return of_a_row(error.sqlstate or "")


__all__ = ["Asked", "late"]
