"""Which rows have a parent, decided before any parent is chosen, where CHECKs tie that to other columns.

`(type <> 2) OR (contribution_id IS NOT NULL AND break_id IS NULL)`: once parents are assigned it is late to ask for another
one, above all where each may be referred to only once. So the columns that decide (`type`) are made first, every foreign key
is reduced to whether it has a value, and these small rows are made to satisfy the conditions. A key that has fewer parents
than rows want them is closed for the rows that are too many, which then take another branch; rows that find none are more
than the table can hold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from mimic.conditions import CONDITIONS, Call, Case, ColumnRef, Condition, Constant, Expression, IsNull, columns_of, inside
from mimic.generating.honouring import honour
from mimic.schema import Boolean, Column, ForeignKey, Table
from mimic.streams import Stream
from mimic.truth import day_of, violated

Mask = NDArray[np.bool_]
Arrays = dict[str, pa.Array]


@dataclass(frozen=True, slots=True)
class Presence:
    """The conditions of a table that speak of whether its foreign keys have values, with `@label` for each such key.

    `read` are the own columns whose values they read, `seen` those of which only whether they are NULL matters.
    """

    table: Table
    conditions: tuple[Condition, ...]
    labels: tuple[str, ...]
    read: tuple[str, ...]
    seen: tuple[str, ...]

    @classmethod
    def of(cls, table: Table, conditions: Sequence[Condition], known: Callable[[str], bool]) -> Presence | None:
        """None where no condition needs it. `known` says whether a column can be made before parents are chosen."""
        keys = _alone(table)
        referring = {name for key in table.foreign_keys for name in key.columns}
        told, labels, read, seen = [], dict[str, None](), dict[str, None](), dict[str, None]()
        for condition in conditions:
            names = {ref.name for ref in columns_of(condition)}
            bare = {ref.name for ref in _values(condition)}
            mine = names & referring
            if not mine or mine & bare or not mine <= set(keys) or not all(known(name) for name in names - referring):
                continue
            told.append(condition)
            labels |= dict.fromkeys(keys[name].label for name in sorted(mine))
            read |= dict.fromkeys(sorted(bare))
            seen |= dict.fromkeys(sorted(names - referring))
        told += [c for c in conditions if c not in told and (names := {ref.name for ref in columns_of(c)}) and names <= set(read)]
        only = [name for name in seen if name not in read]
        signs = {name: f"@{keys[name].label}" for name in keys} | {name: name for name in only}
        columns = [
            *(table.column(name) for name in read),
            *(Column(name, Boolean(), table.column(name).nullable) for name in only),
            *(Column(f"@{label}", Boolean(), True) for label in labels),
        ]
        small = replace(table, columns=tuple(columns), foreign_keys=(), uniques=(), primary_key=None)
        made = tuple(cast(Condition, _signed(condition, signs)) for condition in told)
        return cls(small, made, tuple(labels), tuple(read), tuple(only)) if labels else None

    def settle(
        self, columns: Mapping[str, pa.Array], absent: Mapping[str, Mask], rooms: Mapping[str, int], locked: frozenset[str], stream: Stream
    ) -> tuple[Arrays, dict[str, Mask], int]:
        """The read columns, which rows have no parent by each key, and how many rows are more than the `rooms` of the keys allow.

        `columns` are the columns `read`, and those `seen` as whether they have a value (NULL: none).
        """
        today, fixed = day_of(self.conditions), locked & {*self.read, *self.seen}
        rows = {**columns, **{f"@{label}": _sign(~absent[label]) for label in self.labels}}
        rows, _ = honour(rows, self.conditions, self.table, fixed, stream.at("first"), today=today)
        closed, lost = set[str](), np.zeros(len(rows[f"@{self.labels[0]}"]), dtype=np.bool_)
        for turn in range(2 * len(self.labels)):
            place = stream.at(turn)
            full = next((label for label in self.labels if _count(rows[f"@{label}"]) > rooms[label]), None)
            if full is None:
                break
            closed.add(sign := f"@{full}")
            there = np.flatnonzero(np.asarray(rows[sign].is_valid()))[place.permutation(_count(rows[sign]))]
            without = {name: values.take(pa.array(there)) for name, values in rows.items()} | {sign: pa.nulls(len(there), pa.bool_())}
            needing = np.zeros(len(there), dtype=np.bool_)
            for condition in self.conditions:
                needing |= violated(condition, without, today=today)
            order = np.argsort(needing, kind="stable")[: len(there) - rooms[full]]  # those that can do without come first
            part = {name: values.take(pa.array(order)) for name, values in without.items()}
            part, bad = honour(part, self.conditions, self.table, fixed | closed, place.at("other"), today=today)
            lost[there[order]] = bad
            at = np.arange(len(rows[sign]))
            at[there[order]] = len(at) + np.arange(len(order))
            rows = {name: pa.concat_arrays([values, part[name].cast(values.type)]).take(pa.array(at)) for name, values in rows.items()}
        lacking = {label: ~np.asarray(rows[f"@{label}"].is_valid()) for label in self.labels}
        return {name: rows[name] for name in self.read}, lacking, int(lost.sum())


def _count(values: pa.Array) -> int:
    return len(values) - int(values.null_count)


def signs_of(values: pa.Array) -> pa.Array:
    """True where there is a value, NULL where there is none."""
    return pc.if_else(values.is_valid(), pa.scalar(True), pa.scalar(None, pa.bool_()))


def _sign(there: Mask) -> pa.Array:
    return pa.array(np.ones(len(there), dtype=np.bool_), mask=~there)


def _alone(table: Table) -> dict[str, ForeignKey]:
    """The columns that may be NULL and belong to one foreign key: where one is NULL, the row has no parent."""
    found: dict[str, ForeignKey] = {}
    for key in table.foreign_keys:
        others = {name for other in table.foreign_keys if other.label != key.label for name in other.columns}
        free = [name for name in key.columns if table.column(name).nullable and name not in others]
        found |= dict.fromkeys(free, key)
    return found


def _values(node: Expression) -> Iterator[ColumnRef]:
    """The columns of which more is read than whether they are NULL."""
    if isinstance(node, IsNull) and isinstance(node.of, ColumnRef):
        return
    if isinstance(node, ColumnRef):
        yield node
    for part in inside(node):
        yield from _values(part)


def _signed(node: Any, signs: Mapping[str, str]) -> Any:
    """The expression with columns under IS NULL replaced by their signs."""
    if isinstance(node, IsNull) and isinstance(node.of, ColumnRef) and node.of.name in signs:
        return IsNull(ColumnRef(signs[node.of.name], "boolean"))
    if isinstance(node, tuple):
        return tuple(_signed(part, signs) for part in node)
    if isinstance(node, (*CONDITIONS, Call, Case)) and not isinstance(node, Constant):
        return type(node)(*(_signed(getattr(node, f.name), signs) for f in fields(node)))
    return node


__all__ = ["Presence", "signs_of"]
