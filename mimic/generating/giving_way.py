"""Which of several tables gives way, where a trigger watches them together and nobody knows whose rows it refuses.

Each is left empty in turn, alone or with others, such that as few tables as possible lose their rows; before the next try all of
them get back what they had.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from mimic.report import Finding
from mimic.schema import Schema, TableName

FEW = 5  # suspects of which all combinations are tried


@dataclass
class Trial:
    """One refusal, by the tables that may be the reason and the sqlstate; what there was before, and what is left to try."""

    suspects: frozenset[TableName]
    sqlstate: str
    sizes: dict[TableName, int]
    notes: dict[TableName, Finding]
    choices: Iterator[tuple[TableName, ...]] = field(repr=False)

    @classmethod
    def of(
        cls, schema: Schema, suspects: Sequence[TableName], sqlstate: str, sizes: dict[TableName, int], notes: dict[TableName, Finding]
    ) -> Trial:
        """`suspects` in load order."""
        full = [name for name in suspects if sizes[name]]
        return cls(frozenset(suspects), sqlstate, dict(sizes), dict(notes), iter(choices(schema, full)))

    def about(self, suspects: Iterable[TableName], sqlstate: str) -> bool:
        return (self.suspects, self.sqlstate) == (frozenset(suspects), sqlstate)


def choices(schema: Schema, suspects: Sequence[TableName]) -> list[tuple[TableName, ...]]:
    """What may be left empty, that first which takes the fewest tables with it; of equals the last in load order."""
    needing = {name: _needing(schema, name) for name in suspects}
    order = sorted(suspects, key=lambda name: (len(needing[name]), -suspects.index(name)))
    if len(order) <= FEW:
        found = [chosen for many in range(1, len(order) + 1) for chosen in combinations(order, many)]
    else:
        found = [*((name,) for name in order), *(tuple(order[:many]) for many in range(2, len(order) + 1))]
    emptied = {frozenset[TableName]().union(*(needing[name] for name in chosen)): chosen for chosen in reversed(found)}
    return [chosen for _, chosen in sorted(emptied.items(), key=lambda pair: (len(pair[0]), found.index(pair[1])))]


def _needing(schema: Schema, name: TableName) -> frozenset[TableName]:
    """The table with all that cannot have rows without it."""
    found, waiting = {name}, [name]
    while waiting:
        for key in schema.children(waiting.pop()):
            nullable = any(schema.table(key.table).column(column).nullable for column in key.columns)
            if not nullable and key.table not in found:
                found.add(key.table)
                waiting.append(key.table)
    return frozenset(found)


__all__ = ["Trial", "choices"]
