"""What can be seen from a row: columns of its parents, however far up, and what is hidden on them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import pyarrow as pa

from mimic.config import Mode
from mimic.planning.relations import Seen
from mimic.planning.summaries import described, hanging, told_apart
from mimic.profile import Evidence, TableEvidence
from mimic.schema import ForeignKey, Table, TableName

HOPS = 3


@dataclass(frozen=True)
class Around:
    """What is known of the whole database when the steps of one table are made. `place` is the load order.

    `late`: columns that are computed from children, when those are there, each with the tables that it waits for. `relies`: the tables
    besides its parents that another table waits for, too, because something of it follows exactly from such a column.
    """

    evidence: Evidence
    modes: Mapping[TableName, tuple[Mode, str]]
    place: Mapping[TableName, int]
    late: dict[tuple[TableName, str], frozenset[TableName]] = field(default_factory=dict)
    relies: dict[TableName, set[TableName]] = field(default_factory=dict)

    def repeated(self, found: TableEvidence) -> Iterator[Seen]:
        """All columns of parents that a column may repeat, those of the nearest first."""
        for hops in range(1, HOPS + 1):
            for key in self.parents(found.table):
                for path, name in self._paths(key, hops - 1):
                    for column in self.evidence.tables[name].table.written:
                        need = f"{path}.{column.name}"
                        waits = self.late.get((name, column.name), frozenset())
                        if column.name in self.evidence.tables[name].profiles and self._may_wait(found.table.name, waits):
                            yield key, self.evidence.up(found, key), need, column, partial(self.evidence.along, found, need)

    def _paths(self, key: ForeignKey, hops: int) -> Iterator[tuple[str, TableName]]:
        if hops == 0:
            yield key.label, key.parent
            return
        for further in self.parents(self.evidence.tables[key.parent].table):
            for path, name in self._paths(further, hops - 1):
                yield f"{key.label}.{path}", name

    def type(self, found: TableEvidence, need: str) -> pa.DataType:
        """The Arrow type of a need."""
        key = found.table.leads(need)
        if need in found.hidden or key is None:
            return found.column(need).type
        return self.type(self.evidence.tables[key.parent], need[len(key.label) + 1 :])

    def parents(self, table: Table) -> Iterator[ForeignKey]:
        """Keys whose parents are filled before the table is."""
        for key in table.foreign_keys:
            if key.parent in self.place and self.place[key.parent] < self.place[table.name] and self.modes[key.parent][0] != "empty":
                yield key

    def straight(self, table: Table) -> bool:
        """Whether no foreign key leads back to a table, from itself or from those that come before it."""
        here = self.place[table.name]
        up = all(self.place[key.parent] < here for key in table.foreign_keys if key.parent in self.place)
        return up and all(self.place[key.table] > here for key in self.evidence.schema.children(table.name) if key.table in self.place)

    def lookups(self, table: Table) -> frozenset[str]:
        """Columns that lead to tables which are copied: what they hold means the same in every copy."""
        return frozenset(key.columns[0] for key in table.foreign_keys if len(key.columns) == 1 and self._copied(key.parent))

    def _copied(self, name: TableName) -> bool:
        return name in self.modes and self.modes[name][0] == "copy"

    def waits(self, found: TableEvidence, need: str) -> frozenset[TableName]:
        """The tables whose rows must be there before a need of another table can be answered."""
        key = found.table.leads(need)
        if key is None:
            return self.late.get((found.table.name, need), frozenset())
        return self.waits(self.evidence.tables[key.parent], need[len(key.label) + 1 :])

    def rely(self, found: TableEvidence, needs: Iterable[str]) -> None:
        """Let the rows of a table wait for what its needs wait for."""
        for need in needs:
            if waits := self.waits(found, need):
                self.relies.setdefault(found.table.name, set()).update(waits)

    def amounts_to_come(self, found: TableEvidence) -> Iterator[str]:
        """Numbers of parents that are computed from other children of theirs, and that the rows of a table may wait for."""
        for key in self.parents(found.table):
            for (name, column), waits in self.late.items():
                if name == key.parent and self._may_wait(found.table.name, waits):
                    yield f"{key.label}.{column}"

    def _may_wait(self, name: TableName, others: Iterable[TableName]) -> bool:
        """Whether none of the others waits for the rows of a table."""
        return not any(name in self._below(other) for other in others)

    def _below(self, name: TableName) -> set[TableName]:
        """The table and all on which its rows rely."""
        found, waiting = set[TableName](), [name]
        while waiting:
            at = waiting.pop()
            if at in found or at not in self.evidence.tables:
                continue
            found.add(at)
            waiting += [*(key.parent for key in self.evidence.tables[at].table.foreign_keys), *self.relies.get(at, ())]
        return found

    def wait(self, name: TableName, columns: Mapping[str, Iterable[TableName]]) -> None:
        """Remember for which tables columns wait."""
        self.late.update({(name, column): frozenset(tables) for column, tables in columns.items()})

    def seen(self, name: TableName, hops: int = HOPS, asking: TableName | None = None) -> Iterator[tuple[str, bool]]:
        """Columns of a finished row, its own and those above it, each with whether its values are categories."""
        found = self.evidence.tables[name]
        kept: Sequence[str] = described(found, self.evidence.k) if found.sampled else ()
        relied = self.relies.get(asking or name, set())
        kept = [column for column in kept if self.late.get((name, column), frozenset()) <= relied]
        yield from ((column, told_apart(found.table.column(column))) for column in kept)
        if self.modes[name][0] == "synthesize":
            yield from ((column, False) for column in hanging(found))
        if hops > 1:
            for key in self.parents(found.table):
                yield from ((f"{key.label}.{need}", category) for need, category in self.above(key, hops - 1, asking or name))

    def above(self, key: ForeignKey, hops: int, asking: TableName | None = None) -> Iterator[tuple[str, bool]]:
        """Columns of a key's parent, as the key's own table sees them, or the one `asking`; of a copied one, which row it is, too."""
        yield from self.seen(key.parent, hops, asking or key.table)
        if self.modes[key.parent][0] == "copy" and len(key.referred) == 1:
            yield key.referred[0], True


__all__ = ["HOPS", "Around"]
