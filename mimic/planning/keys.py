"""Which uniqueness rule is kept by whom: by a key's own generator, by the choice of parents, or within a group."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import prod

from mimic.conditions import Limits
from mimic.graph import origins
from mimic.schema import (
    Binary,
    Boolean,
    Column,
    Date,
    Decimal,
    Enum,
    Float,
    ForeignKey,
    Integer,
    LogicalType,
    Schema,
    Table,
    TableName,
    Text,
    Time,
    Timestamp,
    Unique,
    Uuid,
    bare,
)

FEW = 100  # whole numbers between two limits that are counted one by one


@dataclass(frozen=True, slots=True)
class KeyPlan:
    """How the uniqueness rules of a table will hold.

    `edges`: foreign keys in force; `combinations`: rules that lie on foreign-key columns alone; `single`: columns unique by
    themselves; `within`: column -> the columns that make its group; `open`: rules that rows are changed for after they are made.
    """

    edges: tuple[ForeignKey, ...]
    combinations: tuple[tuple[str, ...], ...]
    single: frozenset[str]
    within: dict[str, tuple[str, ...]]
    may_be_null: frozenset[str]  # foreign-key columns in which a NULL breaks no primary key
    open: tuple[str, ...] = ()
    joint: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = ()  # columns of few values, and the columns that make their group
    rooms: tuple[tuple[tuple[str, ...], int], ...] = ()  # how often a combination of foreign-key columns may come
    held: frozenset[str] = frozenset()  # foreign-key columns that are filled like any other, because no key brings a value to them
    always: frozenset[str] = frozenset()  # columns that MATCH FULL forbids to be NULL


def plan_keys(
    schema: Schema,
    table: Table,
    limits: Mapping[str, Limits] | None = None,
    bounded: Sequence[tuple[tuple[str, ...], int]] = (),
    begun: frozenset[tuple[TableName, str]] | None = None,
    learned: bool = False,
) -> KeyPlan:
    """Decide for every rule who keeps it: rules on all rows while values are drawn, the others once they are there.

    A column that is to be told apart in several groups is told apart in what the groups have in common. `bounded`: combinations
    of columns that may come only so often for another reason. `begun` are the `origins` of the schema, where they are known.
    Where rows are `learned`, numbers between two limits come as often as they do there, not all alike.
    """
    edges = tuple({key.label: key for key in table.foreign_keys if key.parent in schema.by_name}.values())
    held = {name for place, name in (origins(schema) if begun is None else begun) if place == table.name}
    referring = {name for key in edges for name in key.columns}
    reference = referring - held
    always = _always(table, edges, held)
    upstream: dict[str, set[str]] = {}  # what a column that refers to the same table waits for
    for key in edges:
        for name in key.columns:
            if key.parent == table.name and name in reference:
                upstream.setdefault(name, set()).update(key.referred)
    primary = set(table.primary_key.columns) if table.primary_key else set()
    single: set[str] = set()
    combinations: list[tuple[str, ...]] = []
    within: dict[str, tuple[str, ...]] = {}
    opened: list[str] = []
    joint: list[tuple[tuple[str, ...], tuple[str, ...]]] = []
    rooms = [(columns, room) for columns, room in bounded if columns and set(columns) <= reference]
    for rule in sorted(table.keys, key=lambda rule: len(rule.columns) + len(rule.expressions)):
        columns = tuple(name for name in rule.columns if table.column(name).written)
        total = rule.where is None and not rule.expressions and len(columns) == len(rule.columns)
        kept = [done for done in _kept(single, combinations, within, joint) if set(done) <= set(columns)]
        if any(rule.nulls_distinct or not any(table.column(name).nullable for name in done) for done in kept):
            continue
        tied = {name for key in edges if not reference.isdisjoint(columns) for name in key.columns} & held
        own = [name for name in columns if name not in reference and name not in tied]
        if not total:
            opened.append(rule.name)
            alone = _alone(table, rule, columns)
            if alone is not None and alone not in reference and alone not in within:
                single.add(alone)
            continue
        if not rule.nulls_distinct and any(table.column(name).nullable for name in columns):
            opened.append(rule.name)
        few = [possible(table.column(name), (limits or {}).get(name)) for name in own]
        group = tuple(name for name in columns if name not in own)
        if own and all(few) and not any(table.column(name).nullable for name in own):
            if group:
                rooms.append((group, prod(len(listed) for listed in few)))
            taken = {*single, *within, *(name for names, _ in joint for name in names)}
            spelt = not learned or all(possible(table.column(name), (limits or {}).get(name), ranges=False) for name in own)
            if len(own) > 1 and spelt and taken.isdisjoint(own) and not any(set(own) & set(others) for others in within.values()):
                joint.append((tuple(own), group))
                continue
        if not own:
            combinations.append(columns)
        elif len(columns) == 1:
            single.add(columns[0])
        elif not _inside(table, columns, [name for name in own if name not in held] or own, reference, single, within, upstream):
            opened.append(rule.name)
    return KeyPlan(
        edges,
        tuple(combinations),
        frozenset(single),
        within,
        frozenset(reference - primary - always),
        tuple(opened),
        tuple(joint),
        tuple(rooms),
        frozenset(held),
        frozenset(always),
    )


def needed_by_all(key: ForeignKey, schema: Schema) -> bool:
    """Whether every row that a key refers to needs a child, because a key of its own must lead to one: a tenant and its owner."""
    above = schema.by_name[key.parent]
    mine = set(zip(key.referred, key.columns, strict=True))
    for back in above.foreign_keys if key.parent != key.table else ():
        firm = back.parent == key.table and not any(above.column(name).nullable for name in back.columns)
        if firm and mine <= set(zip(back.columns, back.referred, strict=True)):
            return True
    return False


def _always(table: Table, edges: Sequence[ForeignKey], held: set[str]) -> set[str]:
    """Columns that may not be NULL because another column of a MATCH FULL key may not, or is filled without regard to it."""
    full = [key for key in edges if key.match_full and len(key.columns) > 1]
    found = {name for key in full for name in key.columns if name in held}
    for _ in full:  # one key may bind the next
        for key in full:
            if any(not table.column(name).nullable or name in found for name in key.columns):
                found |= set(key.columns)
    return found


def _alone(table: Table, rule: Unique, columns: Sequence[str]) -> str | None:
    """The one column that a rule cannot do without, or the text or UUID that a rule on few rows can be kept by in all at no cost."""
    computed = [table.column(name).generated or "" for name in rule.columns if name not in columns]
    named = dict.fromkeys([*columns, *(name for sql in (*rule.expressions, *computed) for name in mentioned(sql, table))])
    if len(named) != 1 or not table.column(name := next(iter(named))).written:
        return None
    if rule.where is None:
        return name  # what is computed from equal values is equal
    kind = bare(table.column(name).type)
    wide = isinstance(kind, Text) and (kind.length is None or kind.length >= 16)
    return name if wide or isinstance(kind, Uuid) else None


def mentioned(sql: str, table: Table) -> tuple[str, ...]:
    """The columns whose names stand in a piece of SQL."""
    found = re.findall(r'"((?:[^"]|"")+)"|(\w+)', sql)
    names = {quoted.replace('""', '"') or word for quoted, word in found}
    return tuple(column.name for column in table.columns if column.name in names)


def _inside(
    table: Table,
    columns: Sequence[str],
    own: Sequence[str],
    reference: set[str],
    single: set[str],
    within: dict[str, tuple[str, ...]],
    upstream: Mapping[str, set[str]],
) -> bool:
    """Let one column be told apart within the others, such that no two columns wait for each other. False where none can."""
    chosen = _resolver(table, own, within)
    if chosen is not None and _acyclic({**upstream, **within, chosen: tuple(name for name in columns if name != chosen)}):
        if isinstance(bare(table.column(chosen).type), Uuid | Binary):
            single.add(chosen)  # they never repeat anyway
        else:
            within[chosen] = tuple(name for name in columns if name != chosen)
        return True
    for name in sorted((name for name in own if name in within), key=lambda name: -_room(table.column(name).type)):
        if _room(table.column(name).type) < 4:
            break
        common = tuple(other for other in within[name] if other in columns)
        if common:
            within[name] = common
            return True
    return False


def _acyclic(within: Mapping[str, Iterable[str]]) -> bool:
    """Whether no column waits for itself."""
    left = {name: set(group) for name, group in within.items()}
    while left:
        ready = [name for name, group in left.items() if not any(other in left for other in group)]
        if not ready:
            return False
        for name in ready:
            del left[name]
    return True


def possible(column: Column, limits: Limits | None, *, ranges: bool = True) -> tuple[str, ...]:
    """All values of a column that has few, as text; nothing where they cannot be counted. `ranges`: numbers between limits too."""
    kind = bare(column.type)
    listed: tuple[object, ...] = ()
    if limits is not None and limits.allowed is not None and isinstance(kind, Text | Enum | Integer | Boolean):
        listed = limits.allowed
    elif isinstance(kind, Enum):
        listed = kind.labels
    elif isinstance(kind, Boolean):
        listed = (False, True)
    elif ranges and limits is not None and isinstance(kind, Integer) and isinstance(limits.lower, int) and isinstance(limits.upper, int):
        low, high = limits.lower + limits.lower_open, limits.upper - limits.upper_open
        listed = tuple(range(low, high + 1)) if high - low < FEW else ()
    left = [value for value in listed if limits is None or value not in limits.forbidden]
    return tuple(str(value).lower() if isinstance(value, bool) else str(value) for value in left)


def _kept(
    single: set[str],
    combinations: Sequence[tuple[str, ...]],
    within: dict[str, tuple[str, ...]],
    joint: Sequence[tuple[tuple[str, ...], tuple[str, ...]]],
) -> list[tuple[str, ...]]:
    together = [(*names, *group) for names, group in joint]
    return [*((name,) for name in sorted(single)), *combinations, *((name, *group) for name, group in within.items()), *together]


def _resolver(table: Table, own: Sequence[str], taken: dict[str, tuple[str, ...]]) -> str | None:
    """The column with the largest domain, the last of equals: numbers and times can always be moved apart."""
    free = [name for name in own if name not in taken and not any(name in group for group in taken.values())] or [
        name for name in own if name not in taken
    ]
    return max(free, key=lambda name: (_room(table.column(name).type), own.index(name)), default=None)


def _room(kind: LogicalType) -> int:
    match bare(kind):
        case Integer():
            return 8
        case Timestamp():
            return 7
        case Date() | Time():
            return 6
        case Decimal() | Float():
            return 5
        case Text() | Uuid() | Binary():
            return 4
        case Enum():
            return 2
        case Boolean():
            return 1
    return 3
