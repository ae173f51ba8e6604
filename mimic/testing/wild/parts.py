"""What a random database is put together from: columns, tables, keys. They are changed until the SQL is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from mimic.testing.wild.dice import quoted
from mimic.testing.wild.kinds import Kind


@dataclass(eq=False)
class Part:
    """One column. `source` leads to a column whose values it takes: those with the same end may stand for each other in a foreign key."""

    name: str
    kind: Kind
    null: bool = True
    extra: str = ""  # DEFAULT, GENERATED, COLLATE
    written: bool = True
    bound: bool = False  # a key, a CHECK or a trigger speaks of it
    source: Part | None = None
    told: bool = False  # a CHECK may ask that it is NULL: nothing refers to it

    @property
    def sql(self) -> str:
        return quoted(self.name)

    @property
    def root(self) -> Part:
        part = self
        while part.source is not None:
            part = part.source
        return part

    def takes(self, other: Part) -> None:
        """From now on the values are those of `other`."""
        if self.root is not other.root:
            self.root.source = other.root

    def __str__(self) -> str:
        return " ".join(filter(None, (self.sql, self.kind.sql, self.extra, "" if self.null or self.kind.full else "NOT NULL")))


@dataclass(eq=False)
class Body:
    """One table. `rules` stand inside CREATE TABLE, `later` are statements that come after all tables."""

    schema: str
    name: str
    columns: list[Part] = field(default_factory=list)
    primary: list[Part] = field(default_factory=list)
    keys: list[list[Part]] = field(default_factory=list)  # what foreign keys may refer to
    divided: list[Part] = field(default_factory=list)  # the partition key: part of every key
    parents: list[Body] = field(default_factory=list)  # of inheritance
    heirs: list[Body] = field(default_factory=list)
    unlogged: bool = False
    rules: list[str] = field(default_factory=list)
    tail: str = ""  # PARTITION BY
    pieces: list[str] = field(default_factory=list)  # statements that make its partitions
    leaves: list[str] = field(default_factory=list)  # the partitions that hold rows, in SQL
    later: list[str] = field(default_factory=list)

    @property
    def sql(self) -> str:
        return f"{quoted(self.schema)}.{quoted(self.name)}"

    @property
    def names(self) -> set[str]:
        """Of its columns and of those that it inherits or hands down: two of one name would become one."""
        family = [self]
        for body in family:
            family += [other for other in (*body.parents, *body.heirs) if other not in family]
        return {part.name for body in family for part in body.columns}

    @property
    def free(self) -> list[Part]:
        """Columns of which nothing has been said yet."""
        return [part for part in self.columns if part.written and not part.bound]

    def may_be_unique(self, parts: Sequence[Part]) -> bool:
        return all(part in parts for part in self.divided) and all(part.kind.room != "none" for part in parts)

    def __str__(self) -> str:
        inside = ",\n    ".join([*map(str, self.columns), *self.rules])
        heirs = ", ".join(parent.sql for parent in self.parents)
        return (
            f"CREATE {'UNLOGGED ' if self.unlogged else ''}TABLE {self.sql} (\n    {inside}\n)"
            + (f" INHERITS ({heirs})" if heirs else "")
            + self.tail
        )


def listed(parts: Sequence[Part]) -> str:
    return ", ".join(part.sql for part in parts)
