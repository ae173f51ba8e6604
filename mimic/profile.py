"""What was measured on a source: exact counts by the database, a bounded sample, and who owns its rows.

Evidence stays on the real side of the wall: learning reads it, nothing stores it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from mimic.readings import Reading
from mimic.schema import Column, ForeignKey, Schema, Table, TableName
from mimic.semantics import Meaning
from mimic.streams import Floats, Ints

BUCKETS = 61


@dataclass(frozen=True, slots=True)
class Owners:
    """Who stands behind each sample row: one array of owner numbers per path upwards, -1 where there is none.

    A value that ten rows hold may still belong to one customer; `distinct` counts the customers.
    """

    rows: int
    paths: tuple[Ints, ...] = ()

    def distinct(self, codes: Ints, groups: int) -> Ints:
        """Distinct owners of each group, shape (groups,): the least over all paths, and never more than its rows.

        `codes` (rows,) names each row's group 0 .. groups - 1, or -1 for a row that belongs to none. A row that has no owner
        on a path counts by itself there: whoever it belongs to, it is nobody of that path.
        """
        inside = codes >= 0
        least = np.bincount(codes[inside], minlength=groups).astype(np.int64)
        for path in self.paths:
            owned = inside & (path >= 0)
            if not owned.any():
                continue
            unowned = np.bincount(codes[inside & (path < 0)], minlength=groups)
            least = np.minimum(least, _different(codes[owned], path[owned], groups) + unowned)
        return np.asarray(least, dtype=np.int64)

    def reach(self, codes: Ints, groups: int, k: int) -> NDArray[np.bool_]:
        """Which groups have k distinct owners or more, shape (groups,): what `distinct` says, for less work where k is small.

        Owners are thrown into a few buckets; a group that fills k of them has k owners. Only of the others owners are counted.
        """
        inside = np.flatnonzero(codes >= 0)
        out = np.bincount(codes[inside], minlength=groups) >= k
        for path in self.paths:
            large = np.flatnonzero(out)
            again = np.full(groups, -1, dtype=np.int64)
            again[large] = np.arange(len(large))
            inside = inside[out[codes[inside]]]
            cell, owner = again[codes[inside]], path[inside]
            owner = np.where(owner >= 0, owner, int(path.max(initial=0)) + 1 + inside)
            filled = np.zeros(len(large) * BUCKETS, dtype=np.bool_)
            filled[cell * BUCKETS + owner % BUCKETS] = True
            enough = filled.reshape(-1, BUCKETS).sum(axis=1) >= k
            doubtful = ~enough[cell]
            if doubtful.any():
                enough |= _different(cell[doubtful], owner[doubtful], len(large)) >= k
            out[large] = enough
        return out

    def take(self, index: Ints) -> Owners:
        return Owners(len(index), tuple(path[index] for path in self.paths))


def _different(codes: Ints, owner: Ints, groups: int) -> Ints:
    """Different owners of each group, shape (groups,)."""
    width = int(owner.max(initial=0)) + 1
    pairs = codes * width + owner
    if groups * width <= 20 * len(codes):
        seen = np.zeros(groups * width, dtype=np.bool_)
        seen[pairs] = True
        return np.asarray(seen.reshape(groups, width).sum(axis=1), dtype=np.int64)
    return np.bincount(np.unique(pairs) // width, minlength=groups)


@dataclass(frozen=True, slots=True)
class FanOut:
    """Children per parent row of one foreign key, counted by the database over all rows.

    `sizes` (m,) ascending, 0 included; `parents` (m,) how many parents have that many; `nulls` child rows without a parent.
    """

    key: ForeignKey
    sizes: Ints
    parents: Ints
    nulls: int
    rows: int  # all child rows
    personal: bool = False  # the parents are persons, or hang on persons
    by_parent: Mapping[str, pa.Array] | None = None  # small parents: referred columns and "#", children of each in the sample

    @property
    def null_share(self) -> float:
        return self.nulls / self.rows if self.rows else 0.0


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """One column, measured on the sample."""

    column: Column
    null_share: float
    distinct: int  # among the sample's values
    unique: bool  # no value twice in the sample
    mean_length: float = 0.0  # characters, texts only


@dataclass(frozen=True, slots=True)
class TableEvidence:
    """One table: `rows` exact; `sample` whole rows in Arrow, columns named and typed as in the schema."""

    table: Table
    rows: int
    sample: pa.Table
    owners: Owners
    profiles: Mapping[str, ColumnProfile] = field(default_factory=dict)
    fan_outs: Mapping[str, FanOut] = field(default_factory=dict)  # of this table's own foreign keys, by label
    children: Mapping[str, FanOut] = field(default_factory=dict)  # of the keys that point here, by hidden column
    hidden: Mapping[str, pa.Array] = field(default_factory=dict)  # more about the sample's rows: numbers of children, columns of parents
    together: tuple[str, ...] = ()  # of a sample that is a part: columns whose equal rows are all in it or none, () where there are none
    memo: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)  # what several generators would compute alike

    def column(self, name: str) -> pa.Array:
        if name in self.hidden:
            return self.hidden[name]
        found = self.sample.column(name)
        return found.combine_chunks() if found.num_chunks != 1 else found.chunk(0)

    @property
    def sampled(self) -> int:
        return int(self.sample.num_rows)

    @property
    def complete(self) -> bool:
        """Whether all rows are in the sample, and there are some."""
        return 0 < self.rows <= self.sampled

    def families(self, columns: tuple[str, ...]) -> bool:
        """Whether rows that are equal in `columns` are all in the sample, or none of them."""
        return self.complete or self.together == columns

    def take(self, rows: Ints) -> TableEvidence:
        """The same table, as if these had been all rows of the sample."""
        index = pa.array(rows)
        hidden = {name: values.take(index) for name, values in self.hidden.items()}
        return replace(self, sample=self.sample.take(index), owners=self.owners.take(rows), hidden=hidden, memo={})


def parent_rows(here: TableEvidence, key: ForeignKey, parent: TableEvidence) -> Ints:
    """For every sample row the place of its parent in the parent's sample, -1 where it is not there."""
    if not parent.sampled:
        return np.full(here.sampled, -1, dtype=np.int64)
    mine, theirs = [here.column(name) for name in key.columns], [parent.column(name) for name in key.referred]
    left, right = np.zeros(here.sampled, dtype=np.int64), np.zeros(parent.sampled, dtype=np.int64)
    null = np.zeros(here.sampled, dtype=bool)
    for a, b in zip(mine, theirs, strict=True):
        both = pa.concat_arrays([a, b.cast(a.type)]).dictionary_encode()
        index = np.asarray(pc.fill_null(both.indices, -1).to_numpy(zero_copy_only=False), dtype=np.int64)
        null |= index[: len(left)] < 0
        joined = np.unique(np.concatenate([left, right]) * (len(both.dictionary) + 1) + index + 1, return_inverse=True)[1].reshape(-1)
        left, right = joined[: len(left)], joined[len(left) :]
    order = np.argsort(right, kind="stable")
    spot = np.minimum(np.searchsorted(right[order], left), len(right) - 1)
    found = order[spot]
    return np.where((right[found] == left) & ~null, found, -1)


@dataclass(frozen=True, slots=True)
class Evidence:
    schema: Schema
    tables: Mapping[TableName, TableEvidence]
    k: int = 10
    privacy_units: tuple[TableName, ...] = ()
    meanings: Mapping[tuple[TableName, str], Meaning] = field(default_factory=dict)
    readings: Mapping[TableName, Mapping[str, Reading]] = field(default_factory=dict)  # columns that are seen as what their texts stand for

    def of(self, table: TableName) -> TableEvidence:
        return self.tables[table]

    def up(self, found: TableEvidence, key: ForeignKey) -> Ints:
        """`parent_rows` of one of a table's keys, found once."""
        spot = ("parents", key.label)
        if spot not in found.memo:
            found.memo[spot] = parent_rows(found, key, self.tables[key.parent])
        return np.asarray(found.memo[spot])

    def along(self, found: TableEvidence, need: str) -> pa.Array:
        """A need ("order_id.customer_id.country") as a column of the sample's rows, NULL where a parent is not in its own sample."""
        key = found.table.leads(need)
        if need in found.hidden or key is None:
            return found.column(need)
        rows = self.up(found, key)
        return self.along(self.tables[key.parent], need[len(key.label) + 1 :]).take(pa.array(rows, mask=rows < 0))


__all__ = ["ColumnProfile", "Evidence", "FanOut", "Floats", "Owners", "TableEvidence"]
