"""A generator fills some columns of a table, given columns that are already filled.

It is always fitted and immutable: `learn` makes one from evidence, `restore` from the state in a model file, and what
exists can be sampled. Keys, references, attributes and the number of children are all generators.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol, Self

import pyarrow as pa

from mimic.profile import TableEvidence
from mimic.schema import Column, Table, TableName
from mimic.semantics import Meaning
from mimic.streams import CHUNK, Ints, Stream

Columns = Mapping[str, pa.Array]
State = dict[str, Any]  # JSON scalars, lists, dicts and numpy arrays of numbers; nothing executable


@dataclass(frozen=True, slots=True)
class Span:
    """Rows `start` .. `start + n - 1` of a table of `total` rows."""

    start: int
    n: int
    total: int

    @property
    def chunk(self) -> int:
        return self.start // CHUNK


@dataclass(frozen=True, slots=True)
class Literal:
    """A value of the source that a generator keeps, how many distinct owners hold it, and why it may be kept."""

    column: str
    value: str
    owners: int
    reason: str  # "k owners", "vocabulary: status", "copied table"


@dataclass(frozen=True, slots=True)
class Task:
    """Columns to fill together, and what is known about them before any value is seen.

    `unique`: no value (of the columns together) may come twice in the table. `options` come from the configuration.
    `needs` are columns that will be filled before: own ones ("title"), a parent's ("customer_id.country": foreign-key label,
    dot, column).
    """

    table: Table
    columns: tuple[Column, ...]
    needs: tuple[str, ...] = ()
    meanings: tuple[Meaning, ...] = ()  # one per column
    unique: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)
    k: int = 10
    locale: str = "en_US"
    group: tuple[str, ...] = ()  # all columns of the person or place that `columns` belong to

    @property
    def column(self) -> Column:
        return self.columns[0]

    @property
    def meaning(self) -> Meaning:
        return self.meanings[0]

    @property
    def fills(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @property
    def name(self) -> str:
        return ",".join(self.fills)


def children(referred: Sequence[str]) -> str:
    """`#`, the need for a parent's number of children: longer where a column that is referred to is itself called so."""
    made = "#"
    while made in referred:
        made += "#"
    return made


def keys_of(table: TableName, column: str) -> str:
    """The need of a column of any other table, in that table's own rows; for generators of whole tables alone."""
    return "*" + json.dumps([table.schema, table.name, column])


def keyed(need: str) -> tuple[TableName, str] | None:
    """The table and the column of a need made by `keys_of`; None of any other need."""
    if not need.startswith("*["):
        return None
    try:
        schema, name, column = json.loads(need[1:])
    except ValueError:  # a column that is called so
        return None
    return TableName(schema, name), column


class Generator(Protocol):
    """One family in one file under `generators/`, ending in `register(registry)`.

    Most generators fill chunk by chunk. One with a class attribute `whole_table = True` (keys, references, fan-out) is asked
    once for all rows before anything is written; its `needs` of a parent ("customer_id.country") come as the parent's own
    rows, and "customer_id.#" is the number of children that each parent is to have.
    """

    kind: ClassVar[str]  # "numeric.quantiles"
    version: ClassVar[int]

    @property
    def fills(self) -> tuple[str, ...]: ...
    @property
    def needs(self) -> tuple[str, ...]: ...

    @classmethod
    def suits(cls, task: Task) -> float:
        """0 cannot, 1 made for it; the planner takes the best and shows the others. By type and meaning alone."""

    @classmethod
    def learn(cls, task: Task, evidence: TableEvidence | None, stream: Stream) -> Self:
        """`evidence` is None, or has no rows, where there is nothing to learn from: rules alone must do."""

    def sample(self, span: Span, stream: Stream, given: Columns) -> Columns:
        """Values for `fills`, arrays of `span.n` values in the columns' `arrow_type`.

        `stream` is the stream of this place and chunk (`stream.whole`: of the place alone, the same for every chunk);
        `given` holds `needs`, each of `span.n` values.
        """

    def capacity(self) -> int | None:
        """How many distinct values it can make; None when there is no limit that matters. Asked of unique columns."""

    def literals(self) -> Iterable[Literal]: ...
    def state(self) -> State: ...
    @classmethod
    def restore(cls, state: State) -> Self: ...


__all__ = ["Columns", "Generator", "Ints", "Literal", "Span", "State", "Task", "children", "keyed", "keys_of"]
