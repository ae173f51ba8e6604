"""Names in another engine: no schemas there, or names that differ in case only.

A table of the schema `sales` is called `sales__orders` where there are no schemas. SQLite takes `Name` and `name` for
the same; the later of such twins gets a number.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from mimic.report import Finding
from mimic.schema import DEFAULT_SCHEMAS, Schema, TableName


def flat(name: TableName) -> str:
    return name.name if name.schema in DEFAULT_SCHEMAS else f"{name.schema}__{name.name}"


@dataclass(frozen=True)
class Names:
    """What the tables and columns of `schema` are called in SQLite. A schema that was read there keeps its names."""

    schema: Schema

    @cached_property
    def _tables(self) -> dict[TableName, str]:
        taken: set[str] = {view.name.name.lower() for view in self.schema.views} if self.schema.engine == "sqlite" else set()
        return {table.name: _free(flat(table.name), taken) for table in self.schema.tables}

    @cached_property
    def _columns(self) -> dict[tuple[TableName, str], str]:
        told: dict[tuple[TableName, str], str] = {}
        for table in self.schema.tables:
            taken: set[str] = set()
            told |= {(table.name, column.name): _free(column.name, taken) for column in table.columns}
        return told

    def table(self, name: TableName) -> str:
        return self._tables.get(name) or flat(name)

    def column(self, table: TableName, name: str) -> str:
        return self._columns.get((table, name), name)

    def changed(self) -> Iterator[Finding]:
        """Tables and columns that could not keep their names; a mere schema in front is no news."""
        why = "another name in SQLite, where names that differ in case only are the same"
        for name, told in self._tables.items():
            if told != flat(name):
                yield Finding("W414", str(name), f"is called {told} there: {why}", "")
        for (table, column), told in self._columns.items():
            if told != column:
                yield Finding("W414", f"{table}.{column}", f"is called {told} there: {why}", "")


def _free(name: str, taken: set[str]) -> str:
    """`name`, or with a number when it is taken; SQLite keeps `sqlite_` to itself."""
    wanted = f"_{name}" if name.lower().startswith("sqlite_") else name
    told, number = wanted, 2
    while _folded(told) in taken:
        told, number = f"{wanted}_{number}", number + 1
    taken.add(_folded(told))
    return told


def _folded(name: str) -> str:
    """As SQLite compares names: letters beyond ASCII are only equal to themselves."""
    return "".join(letter.lower() if letter.isascii() else letter for letter in name)
