"""A SQLite file as a source: opened read-only, all reads within one read transaction.

In WAL mode writers go on beside it. In the older journal modes SQLite has one way only to keep a snapshot: whoever wants to
commit waits until the source is closed.
"""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import Any, Self

import pyarrow as pa

from connectors.sqlite import forms
from connectors.sqlite.connect import connect, quoted, readable_texts, told, translated
from connectors.sqlite.reading import read_catalog, read_schema
from mimic.connector import Capabilities
from mimic.errors import ConnectorError
from mimic.report import Finding
from mimic.schema import Ddl, Schema, Table, TableName
from mimic.selection import ROW, Both, Condition, Filter, HashShare, KeyIn, RowIn

CAPABILITIES = Capabilities(
    engine="sqlite",
    parallel_loads=False,
    deferrable_keys=True,
    exact_ddl=True,
    why_not={"parallel_loads": "SQLite lets one connection write at a time"},
)
SETTINGS = ("user_version", "application_id")  # a file's own numbers: applications keep the version of their schema there


class SqliteSource:
    """See `mimic.connector.Source`."""

    def __init__(self, path: Path) -> None:
        self.capabilities = CAPABILITIES
        self.path = path
        self.connection = connect(path)
        self._numbers = itertools.count(1)
        self._retired: list[str] = []  # scratch tables; none can be dropped while another scan is under way
        with told(str(path)):
            self.connection.execute("PRAGMA temp_store = MEMORY")  # keys that are looked up must reach no disk
            self.connection.execute("PRAGMA cache_size = -65536")
            self.connection.create_function("mimic_hash", -1, _hash, deterministic=True)
            self.connection.execute("BEGIN")
            self.connection.execute("SELECT count(*) FROM sqlite_master").fetchone()  # the snapshot begins with the first read

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        self.connection.close()

    def identity(self) -> str:
        return identity(self.path)

    # -- structure -----------------------------------------------------------------------------------------------------

    @cached_property
    def _schema(self) -> Schema:
        with told(str(self.path)):
            return read_schema(self.connection)

    def schema(self) -> Schema:
        return self._schema

    def ddl(self, schemas: Sequence[str] = ()) -> tuple[Ddl | None, tuple[Finding, ...]]:
        """The statements as their author wrote them, and the two numbers of the file's header that belong to the application."""
        with told(str(self.path)):
            catalog = read_catalog(self.connection)
            numbers = {name: int(self.connection.execute(f"PRAGMA {name}").fetchone()[0]) for name in SETTINGS}
            objects = self.connection.execute("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid").fetchall()
        tables: list[str] = []
        virtual: list[str] = []
        later: list[str] = []
        for kind, name, sql in objects:
            sort = catalog.kinds.get(name, (kind,))[0] if kind == "table" else kind
            if name.startswith("sqlite_") or sort == "shadow":
                continue  # SQLite and the modules make their own
            (tables if sort == "table" else virtual if sort == "virtual" else later).append(sql)
        settings = [f"PRAGMA {name} = {number}" for name, number in numbers.items() if number]
        return Ddl("sqlite", sqlite3.sqlite_version, _script(settings + tables), _script(virtual + later)), ()

    def _table(self, name: TableName) -> Table:
        table = self._schema.by_name.get(name)
        if table is None:
            raise ConnectorError("no such table", where=str(name))
        return table

    # -- rows ------------------------------------------------------------------------------------------------------------

    def count(self, tables: Sequence[TableName]) -> dict[TableName, int]:
        with told(str(self.path)):
            return {name: int(self.connection.execute(f"SELECT count(*) FROM {quoted(name.name)}").fetchone()[0]) for name in tables}

    def scan(
        self, table: TableName, columns: Sequence[str], *, where: Filter | None = None, numbered: bool = False, batch_rows: int = 65_536
    ) -> Iterator[pa.RecordBatch]:
        described = self._table(table)
        number = self._number(described) if numbered or isinstance(where, RowIn) else ""
        wanted = [described.column(name) for name in columns]
        if number:
            order = [number] if isinstance(where, RowIn) else []
        else:
            order = [quoted(name) for name in described.primary_key.columns] if described.primary_key else _rowid(described)
        listed = ", ".join([*([number] if numbered else []), *map(quoted, columns)]) or "NULL"
        with told(str(table)):
            condition, values, scratch = self._condition(described, where, number)
            home = self._numbering(described) if number == quoted(ROW) else quoted(table.name)
            query = f"SELECT {listed} FROM {home} AS t{condition}" + (f" ORDER BY {', '.join(order)}" if order else "")
        try:
            for rows in self._fetched(query, values, batch_rows, str(table)):
                parts = list(zip(*rows, strict=True)) if wanted or numbered else []
                numbers = [pa.array(parts.pop(0), pa.int64())] if numbered else []
                arrays = numbers + [forms.decode(part, c.type, forms.form_of(c)) for part, c in zip(parts, wanted, strict=True)]
                names = [*([ROW] if numbered else []), *columns]
                yield pa.RecordBatch.from_arrays(arrays, names=names) if names else _bare(len(rows))
        finally:
            if scratch:
                with suppress(sqlite3.ProgrammingError):
                    self.connection.execute(f"DELETE FROM temp.{scratch}")
                self._retired.append(scratch)

    def _number(self, table: Table) -> str:
        """SQL of what numbers the rows: the row number, or for a table that has none a count of its own."""
        names = _rowid(table)
        return names[0] if names and table.name.name not in self._without_rowid else quoted(ROW)

    @cached_property
    def _without_rowid(self) -> frozenset[str]:
        with told(str(self.path)):
            return frozenset(name for name, (_, without, _) in read_catalog(self.connection).kinds.items() if without)

    def _numbering(self, table: Table) -> str:
        """The rows counted in the order of their key, the same on every scan; rows that are equal in all may change places."""
        columns = table.primary_key.columns if table.primary_key else [column.name for column in table.columns]
        order = ", ".join(quoted(name) for name in columns)
        return f"(SELECT row_number() OVER (ORDER BY {order}) AS {quoted(ROW)}, * FROM {quoted(table.name.name)})"

    def _fetched(self, query: str, values: Sequence[Any], batch_rows: int, where: str) -> Iterator[list[tuple[Any, ...]]]:
        """Rows in lists. Decoding texts by a function of ours costs a third more, so it begins at the first that is no UTF-8."""
        done = 0
        while True:
            with told(where):
                cursor = self.connection.execute(f"{query} LIMIT -1 OFFSET {done}" if done else query, values)
            try:
                while rows := cursor.fetchmany(batch_rows):
                    done += len(rows)
                    yield rows
                return
            except sqlite3.OperationalError as error:
                if "decode to UTF-8" not in str(error) or self.connection.text_factory is not str:
                    raise translated(error, where) from None
                readable_texts(self.connection)
            finally:
                with suppress(sqlite3.ProgrammingError):  # a reader may outlive the source
                    cursor.close()

    def group_sizes(self, table: TableName, columns: Sequence[str]) -> pa.RecordBatch:
        listed = ", ".join(quoted(name) for name in columns)
        filled = " AND ".join(f"{quoted(name)} IS NOT NULL" for name in columns)
        groups = f"SELECT count(*) AS size FROM {quoted(table.name)} WHERE {filled} GROUP BY {listed}"
        with told(str(table)):
            rows = self.connection.execute(f"SELECT size, count(*) FROM ({groups}) GROUP BY size ORDER BY size").fetchall()
        sizes, counts = zip(*rows, strict=True) if rows else ((), ())
        return pa.RecordBatch.from_arrays([pa.array(sizes, pa.int64()), pa.array(counts, pa.int64())], names=["size", "groups"])

    # -- filters ---------------------------------------------------------------------------------------------------------

    def _condition(self, table: Table, where: Filter | None, number: str = "") -> tuple[str, list[Any], str]:
        """SQL from WHERE on, its values, and the scratch table that it needs ("" for none); `number` is the SQL of a row's number."""
        match where:
            case HashShare(columns=columns, share=share, salt=salt):
                if share >= 1:
                    return "", [], ""
                listed = ", ".join(quoted(name) for name in columns)
                return f" WHERE mimic_hash(?, {listed}) < ?", [salt, min(int(max(share, 0.0) * 2**63), 2**63 - 1)], ""
            case KeyIn(columns=columns, keys=keys):
                described = [table.column(name) for name in columns]
                parts = [forms.encode(keys.column(c.name), c.type, forms.form_of(c)) for c in described]
                listed = ", ".join(quoted(name) for name in columns)
                return self._among(f"({listed})" if len(columns) > 1 else listed, parts)
            case RowIn(numbers=numbers):
                return self._among(number, [numbers.tolist()])
            case Condition(sql=sql):
                return f" WHERE ({sql})", [], ""
            case Both(one=one, other=other):
                first, values, scratch = self._condition(table, one, number)
                second, _, _ = self._condition(table, other, number)
                if first and second:
                    second = " AND " + second.removeprefix(" WHERE ")
                return first + second, values, scratch
        return "", [], ""

    def _among(self, listed: str, parts: Sequence[list[Any]]) -> tuple[str, list[Any], str]:
        """`listed` is one of the tuples of `parts`, which are put into a scratch table; it is in memory, and beside the file."""
        with suppress(sqlite3.OperationalError):
            while self._retired:
                self.connection.execute(f"DROP TABLE temp.{self._retired[-1]}")
                self._retired.pop()
        scratch = f"mimic_keys_{next(self._numbers)}"
        names = ", ".join(f"k{at}" for at in range(len(parts)))
        self.connection.execute(f"CREATE TEMP TABLE {scratch} ({names})")
        marks = ", ".join("?" * len(parts))
        self.connection.executemany(f"INSERT INTO temp.{scratch} VALUES ({marks})", zip(*parts, strict=True))
        return f" WHERE {listed} IN (SELECT {names} FROM temp.{scratch})", [], scratch


def _hash(salt: str, *values: object) -> int:
    """63 bits; numbers that are equal hash equally, whichever way they are stored."""
    told_ = []
    for value in values:
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        text = value if isinstance(value, bytes) else str(value).encode() if value is not None else b""
        told_.append(b"%d:%s" % (-1 if value is None else len(text), text))
    key = blake2b(salt.encode(), digest_size=32).digest()
    return int.from_bytes(blake2b(b"".join(told_), key=key, digest_size=8).digest(), "big") >> 1


def _rowid(table: Table) -> list[str]:
    """A name of the row number that no column hides."""
    taken = {column.name.lower() for column in table.columns}
    return [name for name in ("rowid", "_rowid_", "oid") if name not in taken][:1]


def _bare(rows: int) -> pa.RecordBatch:
    """So many rows of no columns."""
    return pa.RecordBatch.from_struct_array(pa.array([{}] * rows, pa.struct([])))


def _script(statements: Sequence[str]) -> str:
    return "".join(f"{statement}\n;\n" for statement in statements)  # a statement may end in a comment


def identity(path: Path) -> str:
    """By the file itself, so that links and other spellings of the path are the same; by the path where no file is yet."""
    try:
        told_ = path.stat()
    except OSError:
        return f"sqlite:{path.resolve()}"
    return f"sqlite:{told_.st_dev}:{told_.st_ino}"
