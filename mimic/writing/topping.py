"""Real rows among made-up ones: a table's real core takes the place of as many made-up rows, and of whatever these had hanging on them.

A made-up row gives way where it has a key or another unique value of a real one; the others are taken from the end. What
referred to a row that gave way refers to a real one then. Of the core and of rows that gave way only keys are held.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from mimic.batch import Batch
from mimic.schema import ForeignKey, Schema, Table, TableName
from mimic.writing.flowing import Flow


@dataclass(frozen=True, slots=True)
class Core:
    """The real rows of a table: `keys` are its unique columns and those that others refer to, of all rows; `rows` the rows whole."""

    keys: pa.Table
    rows: Flow


def topped(
    batches: Iterable[Batch], cores: Mapping[TableName, Core], schema: Schema, order: Sequence[TableName], sizes: Mapping[TableName, int]
) -> Iterator[Batch]:
    """The same batches in load order; a table with a core begins with it. `sizes`: how many rows each table is to have in all."""
    waiting = [name for name in order if name in cores]
    place = {name: i for i, name in enumerate(order)}
    moved: dict[ForeignKey, _Moved] = {}
    mixing: _Mixing | None = None
    for batch in batches:
        if mixing is not None and mixing.table.name != batch.table:
            yield from mixing.end(moved)
            mixing = None
        while waiting and place[waiting[0]] <= place[batch.table]:
            name = waiting.pop(0)
            yield from (Batch(name, rows) for rows in cores[name].rows())
            if name == batch.table:
                mixing = _Mixing(schema.table(name), cores[name].keys, schema.children(name), sizes.get(name, 0))
        if mixing is not None:
            yield from mixing.stay(batch.rows, moved)
        else:
            yield Batch(batch.table, _following(batch.rows, schema.table(batch.table), moved))
    if mixing is not None:
        yield from mixing.end(moved)
    for name in waiting:
        yield from (Batch(name, rows) for rows in cores[name].rows())


@dataclass(frozen=True, slots=True)
class _Moved:
    """Keys of rows that gave way, as texts, and those of the real rows in their place."""

    old: pa.Array
    new: pa.Table

    def apply(self, rows: pa.RecordBatch, key: ForeignKey) -> pa.RecordBatch:
        places = pc.index_in(_texts([rows.column(name) for name in key.columns]), value_set=self.old)
        hit = places.is_valid()
        if not pc.any(hit).as_py():
            return rows
        for name, referred in zip(key.columns, key.referred, strict=True):
            at = rows.schema.get_field_index(name)
            other = self.new.column(referred).combine_chunks().take(pc.fill_null(places, 0)).cast(rows.column(at).type)
            rows = rows.set_column(at, rows.schema.field(at), pc.if_else(hit, other, rows.column(at)))
        return rows


def _following(rows: pa.RecordBatch, table: Table, moved: Mapping[ForeignKey, _Moved]) -> pa.RecordBatch:
    for key in table.foreign_keys:
        if key in moved:
            rows = moved[key].apply(rows, key)
    return rows


@dataclass
class _Mixing:
    """The made-up rows of one table, of which as many give way as its core has; `n` is how many are to come."""

    table: Table
    core: pa.Table
    children: Sequence[ForeignKey]
    n: int
    seen: int = 0
    given: int = 0
    gone: list[pa.Table] = field(default_factory=list)  # keys of rows that gave way
    held: list[pa.RecordBatch] = field(default_factory=list)  # rows that may refer to one of these, and so wait for the end

    def stay(self, rows: pa.RecordBatch, moved: Mapping[ForeignKey, _Moved]) -> Iterator[Batch]:
        """The rows of a batch that do not give way, as far as they can go on."""
        clash = _clashing(self.table, rows, self.core)
        given = self.given + np.cumsum(clash) - clash  # before each row
        left = self.n - self.seen - np.arange(rows.num_rows)
        late = self.core.num_rows - given >= left  # from here on every row is wanted to give way
        away = clash | (np.maximum.accumulate(late) if len(late) else late)
        self.seen += rows.num_rows
        self.given += int(away.sum())
        names = [name for name in self.core.column_names if name in rows.schema.names]
        self.gone.append(pa.Table.from_batches([rows.select(names).filter(pa.array(away))]))
        rows = _following(rows.filter(pa.array(~away)), self.table, moved)
        if any(key.parent == self.table.name for key in self.table.foreign_keys):
            self.held.append(rows)
        elif rows.num_rows:
            yield Batch(self.table.name, rows)

    def end(self, moved: dict[ForeignKey, _Moved]) -> Iterator[Batch]:
        """Notes where references to rows that gave way lead from now on."""
        if self.core.num_rows:
            gone = pa.concat_tables(self.gone)
            into = _partners(self.table, gone, self.core)
            for key in self.children:
                old = _texts([gone.column(column) for column in key.referred])
                moved[key] = _Moved(old, self.core.select(list(key.referred)).take(pa.array(into)))
        for rows in self.held:
            if rows.num_rows:
                yield Batch(self.table.name, _following(rows, self.table, moved))


def _clashing(table: Table, made: pa.RecordBatch, core: pa.Table) -> NDArray[np.bool_]:
    """Made-up rows that have a unique value of a real one."""
    clash = np.zeros(made.num_rows, np.bool_)
    for rule in table.keys:
        if rule.expressions or not set(rule.columns) <= set(made.schema.names):
            continue
        here, there = ([rows.column(name) for name in rule.columns] for rows in (made, core))
        clash |= np.asarray(pc.is_in(_texts(here), value_set=_texts(there).drop_null()))
    return clash


def _partners(table: Table, gone: pa.Table, core: pa.Table) -> NDArray[np.int64]:
    """For each row that gives way a real one: that of the same primary key, else each in turn."""
    into = np.full(gone.num_rows, -1, np.int64)
    if table.primary_key is not None:
        names = table.primary_key.columns
        mine = _texts([gone.column(name) for name in names])
        same = pc.index_in(mine, value_set=_texts([core.column(name) for name in names]))
        into = np.asarray(pc.fill_null(same, -1)).astype(np.int64)
    left = np.setdiff1d(np.arange(core.num_rows), into)
    rest = np.flatnonzero(into < 0)
    if len(left):
        into[rest] = left[np.arange(len(rest)) % len(left)]
    else:
        into[rest] = np.arange(len(rest)) % core.num_rows
    return into


def _texts(columns: Sequence[pa.Array | pa.ChunkedArray]) -> pa.Array:
    """One text per row, equal where all columns are; NULL where one is."""
    parts = []
    for column in columns:
        flat = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
        if pa.types.is_fixed_size_binary(flat.type) or pa.types.is_binary(flat.type):
            flat = pa.array([None if value is None else value.hex() for value in flat.to_pylist()], pa.string())
        parts.append(flat.cast(pa.string()))
    return parts[0] if len(parts) == 1 else pc.binary_join_element_wise(*parts, "\x1f")
