"""A SQLite file as a target: a new file is filled beside the old one and takes its place in one step, by `os.replace`.

Whatever happens before that step, the old file is as it was; a killed run leaves a hidden file that the next run removes.

**The mark.** A file that Mimic made says so in `sqlite_stat1`, the table of ANALYZE's results, which belongs to SQLite and
shows up in no list of tables: a row for the table `sqlite_mimic`, a name that no table can have, with the mark as JSON. The
header's `user_version` and `application_id` are the application's own, and an extra table would make the schemas differ.
A whole ANALYZE by somebody else drops the mark; then a replacement must be asked for by name, which errs on the safe side.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import secrets
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any, Self

import pyarrow as pa

from connectors._sql import ddl as rendering
from connectors._sql.expressions import translated as in_dialect
from connectors._sql.names import Names
from connectors.sqlite import forms, parsing
from connectors.sqlite.connect import connect, quoted, told, translated
from connectors.sqlite.reading import USER_TABLES, read_catalog
from connectors.sqlite.source import CAPABILITIES, identity
from mimic.batch import Batch
from mimic.connector import Load
from mimic.errors import ConnectorError, Refused
from mimic.report import Finding
from mimic.schema import Check, Schema, Table, TableName

MARKED = "sqlite_mimic"


class SqliteTarget:
    """See `mimic.connector.Target`."""

    def __init__(self, path: Path) -> None:
        self.capabilities = CAPABILITIES
        self.path = path.resolve()  # a link keeps pointing where it did
        self.load: Load | None = None
        self._connection: sqlite3.Connection | None = None
        self._draft: Draft | None = None
        self._keeps = False  # the structure of the old file is used as it is
        self._after: list[str] = []
        self._there: dict[TableName, int] = {}  # rows that were there already, when rows are added
        self._names: Names

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        self.abandon()

    def identity(self) -> str:
        return identity(self.path)

    @property
    def connection(self) -> sqlite3.Connection:
        assert self._connection is not None, "begin() comes first"
        return self._connection

    @property
    def _schema(self) -> Schema:
        assert self.load is not None, "begin() comes first"
        return self.load.schema

    # -- begin and create ------------------------------------------------------------------------------------------------

    def begin(self, load: Load) -> tuple[Finding, ...]:
        folder = self.path.parent
        if not folder.is_dir():
            raise ConnectorError("the folder of this file is not there.", where=str(self.path), hint="Make it first.")
        self.load = load
        self._names = Names(load.schema)
        self._keeps = self._examine(load)
        self._draft = Draft.beside(self.path)
        with told(str(self.path)):
            if self._keeps:
                with _closing(connect(self.path)) as old, _closing(sqlite3.connect(self._draft.path)) as new:
                    old.backup(new)
            self._connection = connect(self._draft.path, write=True, create=True)
            # No journal and no flushing: until `commit` this file is a draft that nobody would miss. Only a try can be taken back by one.
            tries = self._keeps and self._connection.execute("SELECT 1 FROM sqlite_master WHERE type = 'trigger'").fetchone()
            for setting in (f"journal_mode = {'MEMORY' if tries else 'OFF'}", "synchronous = OFF", "locking_mode = EXCLUSIVE",
                            "cache_size = -131072", "foreign_keys = OFF", "recursive_triggers = OFF", "temp_store = MEMORY"):  # fmt: skip
                self._connection.execute(f"PRAGMA {setting}")
            self._connection.create_function("regexp", 2, _regexp, deterministic=True)  # SQLite has the operator, not the function
            self._connection.execute("BEGIN")
        if load.jobs > 1:
            why = self.capabilities.why_not["parallel_loads"]
            return (Finding("N420", str(self.path), f"loaded by one connection, not by {load.jobs}: {why}", ""),)
        return ()

    def _examine(self, load: Load) -> bool:
        """Whether the old file's structure is kept; `Refused` when its rows must not be lost, or its structure is another."""
        if not self.path.exists() or self.path.stat().st_size == 0:
            return False
        with told(str(self.path)), _closing(connect(self.path, write=True)) as old:
            old.execute("PRAGMA busy_timeout = 2000")
            old.execute("BEGIN IMMEDIATE")  # fails now, not after an hour, when another process is writing
            names = [name for (name,) in old.execute(USER_TABLES + " ORDER BY name")]
            filled = [name for name in names if old.execute(f"SELECT 1 FROM {quoted(name)} LIMIT 1").fetchone()]
            marked = _mark(old) is not None
            catalog = read_catalog(old)
            old.execute("ROLLBACK")
        appends = bool(filled) and load.if_exists == "append"
        if appends and not marked and load.replace_unmarked != self.path.name:
            raise Refused(
                f"the target holds rows that Mimic did not make: {_some(filled)}.", where=str(self.path),
                hint=f"If rows may be added to them, spell the file's name out: --replace-unmarked {self.path.name}.",
            )  # fmt: skip
        if filled and not appends:
            self._may_replace(load, filled, marked)
            return False
        if not names:
            return False
        missing = []
        for table in load.schema.tables:
            wanted = self._names.table(table.name).lower()
            here = {row[0].lower() for name in names if name.lower() == wanted for row in catalog.columns[name]}
            missing += [
                f"{table.name}.{column.name}" for column in table.written if self._names.column(table.name, column.name).lower() not in here
            ]
        if missing and not (marked and load.if_exists == "replace"):
            raise Refused(
                f"the file has tables of another structure: {_some(missing)} {'is' if len(missing) == 1 else 'are'} not there.",
                where=str(self.path), hint="Name a file that does not exist yet, or one with the structure of the source.",
            )  # fmt: skip
        return not missing

    def _may_replace(self, load: Load, filled: Sequence[str], marked: bool) -> None:
        spelled_out = load.replace_unmarked == self.path.name
        if load.if_exists != "replace":
            raise Refused(
                f"the target holds rows: {_some(filled)}.", where=str(self.path),
                hint="Use --if-exists replace if Mimic made them, or name another file.",
            )  # fmt: skip
        if not marked and not spelled_out:
            raise Refused(
                f"the target holds rows that Mimic did not make: {_some(filled)}.", where=str(self.path),
                hint=f"If they may go, spell the file's name out: --replace-unmarked {self.path.name}.",
            )  # fmt: skip
        known = {self._names.table(table.name).lower() for table in load.schema.tables}
        strange = [name for name in filled if name.lower() not in known]
        if strange and not spelled_out:
            raise Refused(
                f"the target holds rows in tables that are no part of this load: {_some(strange)}.", where=str(self.path),
                hint=f"If they may go, spell the file's name out: --replace-unmarked {self.path.name}.",
            )  # fmt: skip

    def create(self) -> tuple[Finding, ...]:
        load = self.load
        assert load is not None
        if self._keeps:
            if load.if_exists == "append":
                return ()  # unique indexes tell which rows are there already
            # Indexes are faster made after the rows. Triggers stay: whoever made this structure wants them to fire.
            rows = self.connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL").fetchall()
            for name, sql in rows:
                self._run(f"DROP INDEX {quoted(name)}", name)
                self._after.append(sql)
            return ()
        findings: list[Finding] = []
        if load.ddl is not None and load.ddl.engine == "sqlite":
            before = list(parsing.statements(load.ddl.before))
            self._after = list(parsing.statements(load.ddl.after))
        else:
            before, lost = rendering.before(load.schema, "sqlite", _accepted)
            self._after, lost_later = rendering.after(load.schema, "sqlite")
            findings += [*lost, *lost_later]
        for statement in before:
            self._run(statement, _subject(statement))
        return tuple(findings)

    def _run(self, statement: str, where: str) -> None:
        with told(where):
            self.connection.execute(statement)

    # -- rows --------------------------------------------------------------------------------------------------------------

    def insert(self, batch: Batch) -> None:
        table = self._described(batch.table)
        names = batch.rows.schema.names
        if not len(batch):
            return
        if names:
            listed = self._listed(batch.table, names)
            # OR ABORT: a constraint declared ON CONFLICT IGNORE or REPLACE would drop rows in silence.
            statement = f"INSERT OR ABORT INTO {quoted(self._names.table(batch.table))} ({listed}) VALUES ({', '.join('?' * len(names))})"
            statement += self._on_conflict(table, names)
            parts = self._encoded(table, batch.rows)
            rows: Iterator[Any] = zip(*parts, strict=True)
        else:
            statement = f"INSERT OR ABORT INTO {quoted(self._names.table(batch.table))} DEFAULT VALUES"
            rows = iter([()] * len(batch))
        try:
            written = self.connection.executemany(statement, rows).rowcount
        except sqlite3.Error as error:
            raise self._blamed(error, table) from None
        except (OverflowError, UnicodeEncodeError):
            raise ConnectorError(
                "a value that SQLite cannot hold: an integer beyond 64 bits, or half a surrogate pair", where=str(table.name)
            ) from None
        if self._appends and written <= len(batch):
            self._there[batch.table] = self._there.get(batch.table, 0) + len(batch) - written
        elif written != len(batch):
            raise ConnectorError(
                f"{len(batch) - written} of {len(batch)} rows were dropped by a trigger of the target", where=str(table.name)
            )

    @property
    def _appends(self) -> bool:
        return self._keeps and self.load is not None and self.load.if_exists == "append" and self.load.conflicts != "fail"

    def _on_conflict(self, table: Table, names: Sequence[str]) -> str:
        """What becomes of a row whose key is there already."""
        if not self._appends or self.load is None or table.name in self.load.new:
            return ""
        key = table.primary_key.columns if table.primary_key else ()
        rest = [name for name in names if name not in key]
        if self.load.conflicts == "skip" or (key and not rest):
            return " ON CONFLICT DO NOTHING"
        if not key:
            return ""
        setting = ", ".join(f"{column} = excluded.{column}" for column in (self._listed(table.name, [name]) for name in rest))
        return f" ON CONFLICT ({self._listed(table.name, key)}) DO UPDATE SET {setting}"

    def update(self, batch: Batch, key: Sequence[str]) -> None:
        table = self._described(batch.table)
        names = batch.rows.schema.names
        rest = [name for name in names if name not in key]
        if not len(batch) or not rest:
            return
        setting = ", ".join(f"{self._listed(batch.table, [name])} = ?" for name in rest)
        finding = " AND ".join(f"{self._listed(batch.table, [name])} = ?" for name in key)
        rows = batch.rows.select([*rest, *key])
        statement = f"UPDATE OR ABORT {quoted(self._names.table(batch.table))} SET {setting} WHERE {finding}"
        try:
            changed = self.connection.executemany(statement, zip(*self._encoded(table, rows), strict=True)).rowcount
        except sqlite3.Error as error:
            raise self._blamed(error, table) from None
        if changed != len(batch):
            raise ConnectorError(f"{len(batch)} rows were to change by {', '.join(key)}, {changed} did", where=str(table.name))

    def _encoded(self, table: Table, rows: pa.RecordBatch) -> list[list[Any]]:
        kinds = [table.column(name) for name in rows.schema.names]
        ours = self._schema.engine == "sqlite"
        return [
            forms.encode(array, column.type, forms.form_of(column) if ours else forms.USUAL)
            for column, array in zip(kinds, rows.columns, strict=True)
        ]

    def _listed(self, table: TableName, columns: Sequence[str]) -> str:
        return ", ".join(quoted(self._names.column(table, name)) for name in columns)

    def _described(self, name: TableName) -> Table:
        return self._schema.table(name)

    def _blamed(self, error: sqlite3.Error, table: Table) -> ConnectorError:
        """With the constraint's name where SQLite tells one that the schema knows."""
        found = translated(error, str(table.name))
        named = re.fullmatch(r"CHECK constraint failed: (.*)", str(error), re.DOTALL)
        if named and any(check.name == named[1] for check in table.checks):
            return ConnectorError(f"CHECK constraint {named[1]} failed", where=str(table.name), sqlstate=found.sqlstate)
        return found

    def violations(self, table: TableName, checks: Sequence[Check], rows: pa.RecordBatch) -> pa.BooleanArray:
        described, names = self._described(table), rows.schema.names
        told_ = [self._said(check.expression, described) for check in checks]
        broken = " OR ".join(f"NOT ({expression})" for expression in told_ if expression is not None)
        bad = set()
        if broken and names and rows.num_rows:
            listed = self._listed(table, names)
            with told(f"{table}: a CHECK that is asked about"):
                # affinities come with the columns; constraints do not
                self.connection.execute(f"CREATE TEMP TABLE mimic_asked AS SELECT {listed} FROM {quoted(self._names.table(table))} LIMIT 0")
                for column in described.columns:
                    if column.generated and (said := self._said(column.generated, described)) is not None:
                        declared = column.declared if self._schema.engine == "sqlite" else ""
                        made = f"{self._listed(table, [column.name])} {declared} GENERATED ALWAYS AS ({said}) VIRTUAL"
                        self.connection.execute(f"ALTER TABLE temp.mimic_asked ADD COLUMN {made}")
                statement = f"INSERT INTO temp.mimic_asked ({listed}) VALUES ({', '.join('?' * len(names))})"
                self.connection.executemany(statement, zip(*self._encoded(described, rows), strict=True))
                try:
                    bad = {row[0] for row in self.connection.execute(f"SELECT _rowid_ FROM temp.mimic_asked WHERE {broken}")}
                except sqlite3.Error:  # of one row: a document that is none
                    query = f"SELECT 1 FROM temp.mimic_asked WHERE _rowid_ = ? AND ({broken})"
                    bad = {number for number in range(1, rows.num_rows + 1) if self._fails(query, (number,))}
                self.connection.execute("DROP TABLE temp.mimic_asked")
        return pa.array([number + 1 in bad for number in range(rows.num_rows)], pa.bool_())

    def _said(self, expression: str, table: Table) -> str | None:
        return in_dialect(expression, self._schema.engine, "sqlite", table, lambda name: self._names.column(table.name, name))

    def _fails(self, query: str, values: Sequence[Any]) -> bool:
        """Whether a row is found, or there is an error."""
        try:
            return self.connection.execute(query, values).fetchone() is not None
        except sqlite3.Error:
            return True

    def refused(self, table: TableName, rows: pa.RecordBatch) -> pa.BooleanArray:
        """Told where a target's own triggers fire; elsewhere there is no journal, and no row can be tried."""
        names, bad = rows.schema.names, [False] * rows.num_rows
        if self.connection.execute("PRAGMA journal_mode").fetchone()[0] == "memory" and names:
            statement = f"INSERT OR ABORT INTO {quoted(self._names.table(table))} ({self._listed(table, names)})"
            statement += f" VALUES ({', '.join('?' * len(names))})"
            with told(str(table)):
                self.connection.execute("SAVEPOINT mimic_tried")
                for i, values in enumerate(zip(*self._encoded(self._described(table), rows), strict=True)):
                    try:
                        bad[i] = self.connection.execute(statement, values).rowcount != 1
                    except sqlite3.Error:
                        bad[i] = True
                self.connection.execute("ROLLBACK TO mimic_tried")
                self.connection.execute("RELEASE mimic_tried")
        return pa.array(bad, pa.bool_())

    # -- the end -----------------------------------------------------------------------------------------------------------

    def finish(self) -> tuple[Finding, ...]:
        findings = []
        for statement in self._after:
            kind = statement.split(None, 3)[1].upper()
            try:
                self.connection.execute(statement)
            except sqlite3.Error as error:
                told_ = translated(error, _subject(statement))
                translated_index = self._schema.engine != "sqlite" and not isinstance(error, sqlite3.IntegrityError)
                if kind not in ("VIEW", "TRIGGER", "VIRTUAL") and not translated_index:
                    raise told_ from None
                findings.append(
                    Finding("W421", _subject(statement), f"this {kind.lower()} could not be made: {told_.sentence}", "Make it by hand.")
                )
        self._fill_full_text()
        findings += self._check_keys()
        there = "rows were there already, and were left as they are"
        findings += [Finding("N620", str(name), f"{rows} {there}") for name, rows in self._there.items() if rows]
        with told(str(self.path)):
            self.connection.execute("COMMIT")
            self.connection.execute("ANALYZE")
            self.connection.execute("DELETE FROM sqlite_stat1 WHERE tbl = ?", (MARKED,))
            mark = json.dumps(dict(self.load.mark) if self.load else {}, sort_keys=True)
            self.connection.execute("INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (?, NULL, ?)", (MARKED, mark))
        return tuple(findings)

    def _fill_full_text(self) -> None:
        """A full-text table over a table of ours is filled from it, as its triggers would have done."""
        for name, (kind, _, _) in read_catalog(self.connection).kinds.items():
            if kind == "virtual":
                try:
                    self.connection.execute(f"INSERT INTO {quoted(name)} ({quoted(name)}) VALUES ('rebuild')")
                except sqlite3.Error:
                    continue  # another module: it stays empty, as the reading of the source has told

    def _check_keys(self) -> Iterator[Finding]:
        """Every foreign key over all rows, by SQLite itself."""
        for (name,) in self.connection.execute(USER_TABLES).fetchall():
            try:
                broken = self.connection.execute("SELECT fkid, count(*) FROM pragma_foreign_key_check(?) GROUP BY fkid", (name,)).fetchall()
            except sqlite3.Error as error:
                yield Finding(
                    "W422", name, f"its foreign keys cannot be checked: {translated(error, '').sentence}", "Its parent lacks a unique key."
                )
                continue
            present = {kept.lower() for (kept,) in self.connection.execute(USER_TABLES)}
            for number, count in broken:
                rows = self.connection.execute(
                    'SELECT "table", "from" FROM pragma_foreign_key_list(?) WHERE id = ? ORDER BY seq', (name, number)
                ).fetchall()
                if rows[0][0].lower() not in present:
                    continue  # its parent is not there, in the source neither
                columns = ",".join(column for _, column in rows)
                raise ConnectorError(
                    f"{count} rows refer to no row of {rows[0][0]}", where=f"{name}.{columns}", sqlstate="SQLITE_CONSTRAINT_FOREIGNKEY"
                )

    def commit(self) -> None:
        draft, load = self._draft, self.load
        assert draft is not None
        assert load is not None
        if load.dry_run:
            return self.abandon()
        if self.connection.in_transaction:
            with told(str(self.path)):
                self.connection.execute("COMMIT")
        self.connection.close()
        self._connection = None
        draft.keep_rights_of(self.path)
        draft.flush()
        if self.path.exists() and self.path.stat().st_size:
            self._swap(draft)
        else:
            os.replace(draft.path, self.path)
        _flush_folder(self.path.parent)
        draft.forget()
        self._draft = self.load = None

    def _swap(self, draft: Draft) -> None:
        """With the old file locked, and without the side files that SQLite would otherwise play into the new one."""
        with told(str(self.path)), _closing(connect(self.path, write=True)) as old:
            if old.execute("PRAGMA journal_mode").fetchone()[0] == "wal":
                old.execute("PRAGMA journal_mode = DELETE")  # fails while another process has the file open
            old.execute("BEGIN EXCLUSIVE")
            os.replace(draft.path, self.path)
            old.execute("ROLLBACK")

    def abandon(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if self._draft is not None:
            self._draft.remove()
            self._draft = None
        self.load = None


class Draft:
    """A hidden file beside the target, held by a lock of its own as long as its process lives."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lock_path = path.with_name(path.name + ".lock")
        self._lock: IO[bytes] | None = self.lock_path.open("wb")
        fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)

    @classmethod
    def beside(cls, path: Path) -> Draft:
        """Removes what killed runs have left, too."""
        prefix = f".{path.name}.mimic-"
        try:
            for left in [file for file in path.parent.iterdir() if file.name.startswith(prefix) and file.name.endswith(".lock")]:
                _remove_if_dead(left)
            return cls(path.with_name(f"{prefix}{secrets.token_hex(4)}"))
        except OSError as error:
            raise ConnectorError(
                f"no file can be made here ({error.strerror}).", where=str(path.parent), hint="Look at its rights."
            ) from None

    def keep_rights_of(self, old: Path) -> None:
        if old.exists():
            shutil.copymode(old, self.path)

    def flush(self) -> None:
        with self.path.open("rb+") as file:
            os.fsync(file.fileno())

    def remove(self) -> None:
        _remove(self.path)
        self.forget()

    def forget(self) -> None:
        """Let go of the lock; the draft is in place, or gone."""
        self.lock_path.unlink(missing_ok=True)
        if self._lock is not None:
            self._lock.close()
            self._lock = None


def _remove_if_dead(lock: Path) -> None:
    with lock.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return  # another run is at work beside us
        _remove(lock.with_name(lock.name.removesuffix(".lock")))
        lock.unlink(missing_ok=True)


def _remove(path: Path) -> None:
    for suffix in ("", "-journal", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class _closing:
    """`contextlib.closing`, typed for what we close."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def __enter__(self) -> sqlite3.Connection:
        return self.connection

    def __exit__(self, *exc: object) -> None:
        self.connection.close()


def _mark(connection: sqlite3.Connection) -> dict[str, str] | None:
    try:
        row = connection.execute("SELECT stat FROM sqlite_stat1 WHERE tbl = ?", (MARKED,)).fetchone()
        found: dict[str, str] | None = json.loads(row[0]) if row else None
    except (sqlite3.Error, ValueError):
        return None
    return found


def _accepted(statement: str) -> bool:
    """Whether SQLite takes a CREATE TABLE statement, and can then write rows: only that looks up the functions of its checks."""
    with _closing(sqlite3.connect(":memory:")) as scratch:
        try:
            scratch.execute(statement)
            scratch.execute(f"EXPLAIN INSERT INTO {quoted(_subject(statement))} DEFAULT VALUES")
        except sqlite3.Error:
            return False
    return True


def _subject(statement: str) -> str:
    """What a CREATE statement makes, for messages."""
    words = [token for token in parsing.words(parsing.tokens(statement[:2000])) if token.kind in ("word", "quoted", "string")]
    made = {token.word for token in words[:3]}
    if "INDEX" in made:  # an index is known by its table
        on = next((at for at, token in enumerate(words) if token.word == "ON"), 0)
        return ".".join(token.name for token in reversed(words[on - 1 : on + 2]) if token.word != "ON")
    skip = {"CREATE", "TABLE", "INDEX", "UNIQUE", "VIEW", "TRIGGER", "VIRTUAL", "IF", "NOT", "EXISTS", "TEMP", "TEMPORARY"}
    return next((token.name for token in words if token.kind != "word" or token.word not in skip), "")


def _some(names: Sequence[str], most: int = 8) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def _regexp(pattern: str, text: object) -> bool | None:
    return None if text is None else re.search(pattern, str(text)) is not None
