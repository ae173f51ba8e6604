"""Which rows of a source are read: filters that every connector understands; and which rows a subset keeps, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mimic.schema import ForeignKey, TableName

Numbers = NDArray[np.int64]

ROW = "#row"  # the column in which `scan(..., numbered=True)` gives the numbers of rows


@dataclass(frozen=True, slots=True)
class HashShare:
    """Rows whose keyed hash of `columns` falls into the first `share` of its range.

    The same rows on every run and every server. Hashing a child's foreign key with the same `salt` as its parent's key
    keeps children together with their parents. A row with a NULL among `columns` is hashed as if the NULL were a value.
    """

    columns: tuple[str, ...]
    share: float  # 0 .. 1
    salt: str


@dataclass(frozen=True, slots=True)
class KeyIn:
    """Rows whose `columns` are among `keys` (a batch with columns of the same names); a key with a NULL in it has no row."""

    columns: tuple[str, ...]
    keys: pa.RecordBatch


@dataclass(frozen=True, slots=True)
class RowIn:
    """Rows by the numbers that a numbered scan of the same open source gave, ascending and each once."""

    numbers: Numbers


@dataclass(frozen=True, slots=True)
class Condition:
    """Rows for which an expression is true: SQL of the source's engine over the columns of the table, proved harmless before.

    In it the table is called t.
    """

    sql: str


@dataclass(frozen=True, slots=True)
class Within:
    """Rows that lie in some partitions of a partitioned table."""

    partitions: tuple[TableName, ...]


@dataclass(frozen=True, slots=True)
class Both:
    """Rows that pass two filters."""

    one: Filter
    other: Condition | Within


Filter = HashShare | KeyIn | RowIn | Condition | Within | Both


# -- what a subset keeps ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Edge:
    """A foreign key as a subset follows it, declared or not.

    `when` narrows a polymorphic reference to the rows whose type column (first) holds a value (second). Downstream it may be shut
    (`down`), limited to so many children per parent (`most`: the newest by a column, else drawn) or filtered. Upstream it
    is followed (`up`), or its values are set to NULL where their parent is not kept.
    """

    key: ForeignKey
    when: tuple[str, str] | None = None
    down: bool = True
    most: int | None = None
    newest: str | None = None
    where: Condition | None = None
    up: bool = True

    def __str__(self) -> str:
        return f"{self.key}" + (f" where {self.when[0]} = {self.when[1]!r}" if self.when else "")


@dataclass(frozen=True, slots=True)
class Step:
    """Rows of one table that came in together: `why` is a sentence; `edge` the key that led there, None for roots and whole tables."""

    table: TableName
    why: str
    edge: Edge | None
    downstream: bool
    numbers: Numbers  # ascending; rows that were not there before


@dataclass(frozen=True)
class Selection:
    """The rows of a subset. `whole` tables come with all their rows, which have no numbers here."""

    steps: tuple[Step, ...]
    edges: tuple[Edge, ...]
    whole: Mapping[TableName, int] = field(default_factory=dict)  # all rows, and how many

    def numbers(self, table: TableName) -> Numbers:
        """Ascending, each once."""
        found = [step.numbers for step in self.steps if step.table == table]
        return np.sort(np.concatenate(found)) if found else np.empty(0, np.int64)

    def rows(self, table: TableName) -> int:
        return self.whole[table] if table in self.whole else sum(len(step.numbers) for step in self.steps if step.table == table)

    def some(self, table: TableName, n: int) -> RowIn | None:
        """About `n` of a table's rows, spread over all of them; None where it comes whole."""
        if table in self.whole:
            return None
        numbers = self.numbers(table)
        return RowIn(numbers[:: max(len(numbers) // max(n, 1), 1)])
