"""The only face of a database. Connectors implement it; rooms of Mimic speak to nothing else.

Values travel as `schema.arrow_type` says. Errors are `ConnectorError` with sqlstate, table and constraint: never a value,
never a password.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from typing import Literal, Protocol, Self

import pyarrow as pa

from mimic.batch import Batch
from mimic.errors import UsageError
from mimic.report import Finding
from mimic.schema import Check, Ddl, ForeignKey, Schema, TableName
from mimic.selection import Filter

IfExists = Literal["fail", "replace", "append"]
Conflicts = Literal["skip", "update", "fail"]  # what becomes of a row whose key the target holds already, when rows are appended


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What an engine can do; `why_not` explains each refusal in words for the user."""

    engine: str
    parallel_loads: bool = False
    deferrable_keys: bool = False
    exact_ddl: bool = False
    why_not: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Load:
    """All that a target must know before the first row.

    `schema` is the structure to have; `ddl` the same as exact SQL when source and target are of one engine. `order` lists
    the tables in load order; `forward` the foreign keys that rows cannot satisfy in that order. `mark` is stored in the
    target and says that Mimic made its content. With `if_exists` "append" rows are added to those of a target that has the whole
    structure, constraints in force; a target that Mimic did not fill must be named by `replace_unmarked` then, too. Rows of the
    tables in `new` have keys of their own: one that meets another ends the load whatever `conflicts` says.
    """

    schema: Schema
    order: tuple[TableName, ...]
    forward: tuple[ForeignKey, ...] = ()
    ddl: Ddl | None = None
    rows: Mapping[TableName, int] = field(default_factory=dict)
    if_exists: IfExists = "fail"
    conflicts: Conflicts = "skip"
    new: frozenset[TableName] = frozenset()
    replace_unmarked: str | None = None
    jobs: int = 1
    mark: Mapping[str, str] = field(default_factory=dict)
    dry_run: bool = False


class Source(Protocol):
    """A database opened read-only: everything it tells comes from one consistent snapshot."""

    capabilities: Capabilities

    def __enter__(self) -> Self: ...
    def __exit__(self, *exc: object) -> None: ...

    def identity(self) -> str:
        """The same for every URL, alias or socket that leads to this database."""

    def schema(self) -> Schema:
        """The structure of every schema but the system's own."""

    def ddl(self, schemas: Sequence[str] = ()) -> tuple[Ddl | None, tuple[Finding, ...]]:
        """The structure as exact SQL, without what must never be carried; None and a finding when it cannot be had."""

    def count(self, tables: Sequence[TableName]) -> dict[TableName, int]:
        """Exact numbers of rows."""

    def scan(
        self, table: TableName, columns: Sequence[str], *, where: Filter | None = None, numbered: bool = False, batch_rows: int = 65_536
    ) -> Iterator[pa.RecordBatch]:
        """Rows in a stable order (by primary key where there is one), columns in the order asked.

        With `numbered` a first column `selection.ROW` (int64) names each row by a number that stays the same as long as the source
        is open, and the rows come in any order, a few of them perhaps twice; `RowIn` asks for rows by these numbers, and they
        come by number. Such scans leave nothing behind in the database and need no right but that of reading.
        """

    def group_sizes(self, table: TableName, columns: Sequence[str]) -> pa.RecordBatch:
        """How many groups of equal, non-NULL `columns` have how many rows: `size` int64 ascending, `groups` int64."""

    def close(self) -> None: ...


class Target(Protocol):
    """A database to fill. From `begin` to `commit` all or nothing; `abandon` leaves it as it was."""

    capabilities: Capabilities

    def __enter__(self) -> Self: ...
    def __exit__(self, *exc: object) -> None:
        """Abandons a load that was begun and not committed."""

    def identity(self) -> str: ...

    def begin(self, load: Load) -> tuple[Finding, ...]:
        """Check that the target may be filled (`Refused` when not) and start: one transaction, or a staging database."""

    def create(self) -> tuple[Finding, ...]:
        """Make tables without indexes, foreign keys and triggers; nothing when the target already has the structure."""

    def insert(self, batch: Batch) -> None:
        """Add rows. Batches of a table come together, tables in load order. Blocks when the target cannot keep up."""

    def update(self, batch: Batch, key: Sequence[str]) -> None:
        """Set the other columns of rows named by `key` (deferred foreign keys)."""

    def violations(self, table: TableName, checks: Sequence[Check], rows: pa.RecordBatch) -> pa.BooleanArray:
        """Which of these rows, which are not in the table yet, break one of the checks: the database says so, after `create`.

        A check that raises an error for a row is broken by it.
        """

    def refused(self, table: TableName, rows: pa.RecordBatch) -> pa.BooleanArray:
        """Which of these rows the table would not take as they come one after the other, triggers and constraints in force."""

    def finish(self) -> tuple[Finding, ...]:
        """Indexes, constraints (validated by the database), triggers, sequences advanced, views refreshed, statistics."""

    def commit(self) -> None: ...
    def abandon(self) -> None: ...
    def close(self) -> None: ...


class Connector(Protocol):
    """What an entry point of the group `mimic.connectors` gives."""

    engine: str

    def source(self, url: str, *, jobs: int = 1) -> Source: ...
    def target(self, url: str) -> Target: ...
    def safe_url(self, url: str) -> str:
        """The URL as it may be shown: without a password."""


def find(url: str) -> Connector:
    """The connector of a URL's scheme (`postgresql://`, `postgresql+psycopg://`, `sqlite:///`)."""
    scheme = url.split("://", 1)[0].split("+", 1)[0].lower() if "://" in url else ""
    known = {point.name: point for point in entry_points(group="mimic.connectors")}
    if scheme not in known:
        names = ", ".join(f"{name}://" for name in sorted(known))
        shown = f"{scheme}://" if scheme else "a URL without a scheme"
        raise UsageError(f"no connector for {shown}; known are {names}.", hint="Example: postgresql://user@host/db or sqlite:///file.db.")
    connector: Connector = known[scheme].load()
    return connector
