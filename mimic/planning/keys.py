"""Which uniqueness rule is kept by whom: by a key's own generator, by the choice of parents, or within a group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mimic.schema import (
    Boolean,
    Date,
    Decimal,
    Enum,
    Float,
    ForeignKey,
    Integer,
    LogicalType,
    Schema,
    Table,
    Text,
    Time,
    Timestamp,
    Uuid,
    bare,
)


@dataclass(frozen=True, slots=True)
class KeyPlan:
    """How the uniqueness rules of a table will hold.

    `edges`: foreign keys in force; `combinations`: rules that lie on foreign-key columns alone; `single`: columns unique by
    themselves; `within`: column -> the columns that make its group.
    """

    edges: tuple[ForeignKey, ...]
    combinations: tuple[tuple[str, ...], ...]
    single: frozenset[str]
    within: dict[str, tuple[str, ...]]
    may_be_null: frozenset[str]  # foreign-key columns in which a NULL breaks no primary key


def plan_keys(schema: Schema, table: Table) -> KeyPlan:
    """Decide for every rule who keeps it. Rules on expressions count as rules on their plain columns where they have some."""
    edges = tuple({key.label: key for key in table.foreign_keys if key.parent in schema.by_name}.values())
    reference = {name for key in edges for name in key.columns}
    primary = set(table.primary_key.columns) if table.primary_key else set()
    single: set[str] = set()
    combinations: list[tuple[str, ...]] = []
    within: dict[str, tuple[str, ...]] = {}
    rules = sorted((rule for rule in table.keys if rule.columns and not rule.expressions), key=lambda rule: len(rule.columns))
    for rule in rules:
        columns = tuple(name for name in rule.columns if table.column(name).written)
        if len(columns) < len(rule.columns) or any(set(done) <= set(columns) for done in _kept(single, combinations, within)):
            continue
        own = [name for name in columns if name not in reference]
        if not own:
            combinations.append(columns)
        elif len(columns) == 1:
            single.add(columns[0])
        else:
            chosen = _resolver(table, own, within)
            if chosen is not None:
                within[chosen] = tuple(name for name in columns if name != chosen)
    return KeyPlan(edges, tuple(combinations), frozenset(single), within, frozenset(reference - primary))


def _kept(single: set[str], combinations: Sequence[tuple[str, ...]], within: dict[str, tuple[str, ...]]) -> list[tuple[str, ...]]:
    return [*((name,) for name in sorted(single)), *combinations, *((name, *group) for name, group in within.items())]


def _resolver(table: Table, own: Sequence[str], taken: dict[str, tuple[str, ...]]) -> str | None:
    """The column with the largest domain, the last of equals: numbers and times can always be moved apart."""
    free = [name for name in own if name not in taken and not any(name in group for group in taken.values())] or [
        name for name in own if name not in taken
    ]
    return max(free, key=lambda name: (_room(table.column(name).type), own.index(name)), default=None)


def _room(kind: LogicalType) -> int:
    match bare(kind):
        case Uuid():
            return 9
        case Integer():
            return 8
        case Timestamp():
            return 7
        case Date() | Time():
            return 6
        case Decimal() | Float():
            return 5
        case Text():
            return 4
        case Enum():
            return 2
        case Boolean():
            return 1
    return 3
