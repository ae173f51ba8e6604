"""Real rows among made-up ones: a table's real core takes the place of as many made-up rows, and of whatever these had hanging on them.

A made-up row gives way where it has a key or another unique value of a real one; the others are taken from the end. What
referred to a row that gave way refers to a real one then.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from mimic.batch import Batch
from mimic.schema import ForeignKey, Schema, Table, TableName

BATCH_ROWS = 65_536


def topped(batches: Iterable[Batch], cores: Mapping[TableName, pa.Table], schema: Schema, order: Sequence[TableName]) -> Iterator[Batch]:
    """The same batches in load order; tables with a core come with it, in memory until all of their rows are there."""
    waiting = [name for name in order if name in cores]
    place = {name: i for i, name in enumerate(order)}
    moved: dict[ForeignKey, _Moved] = {}
    held: list[pa.RecordBatch] = []
    for batch in batches:
        while waiting and place[waiting[0]] < place[batch.table]:
            yield from _mixed(schema, waiting.pop(0), cores, held, moved)
            held = []
        if batch.table in cores:
            held.append(batch.rows)
        else:
            yield Batch(batch.table, _following(batch.rows, schema.table(batch.table), moved))
    while waiting:
        yield from _mixed(schema, waiting.pop(0), cores, held, moved)
        held = []


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


def _mixed(
    schema: Schema, name: TableName, cores: Mapping[TableName, pa.Table], held: Sequence[pa.RecordBatch], moved: dict[ForeignKey, _Moved]
) -> Iterator[Batch]:
    """The core, then the made-up rows that stay; notes where references to the others lead from now on."""
    table, core = schema.table(name), cores[name]
    for rows in core.to_batches(BATCH_ROWS):
        yield Batch(name, rows)
    if not held:
        return
    made = pa.Table.from_batches(held)
    n, m = made.num_rows, core.num_rows
    clash = _clashing(table, made, core)
    gone = np.flatnonzero(clash)
    if len(gone) < min(m, n):
        gone = np.concatenate([gone, np.flatnonzero(~clash)[len(gone) - min(m, n) :]])
    into = _partners(table, made, core, gone)
    if m:
        for key in schema.children(name):
            old = _texts([made.column(column).take(pa.array(gone)) for column in key.referred])
            moved[key] = _Moved(old, core.select(list(key.referred)).take(pa.array(into)))
    stays = np.ones(n, np.bool_)
    stays[gone] = False
    for rows in made.filter(pa.array(stays)).combine_chunks().to_batches(BATCH_ROWS):
        yield Batch(name, _following(rows, table, moved))


def _clashing(table: Table, made: pa.Table, core: pa.Table) -> NDArray[np.bool_]:
    """Made-up rows that have a unique value of a real one."""
    clash = np.zeros(made.num_rows, np.bool_)
    for rule in table.keys:
        if rule.expressions or not set(rule.columns) <= set(made.column_names):
            continue
        here, there = ([rows.column(name) for name in rule.columns] for rows in (made, core))
        clash |= np.asarray(pc.is_in(_texts(here), value_set=_texts(there).drop_null()))
    return clash


def _partners(table: Table, made: pa.Table, core: pa.Table, gone: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each row that gives way a real one: that of the same primary key, else each in turn."""
    into = np.full(len(gone), -1, np.int64)
    if table.primary_key is not None and core.num_rows:
        names = table.primary_key.columns
        mine = _texts([made.column(name).take(pa.array(gone)) for name in names])
        same = pc.index_in(mine, value_set=_texts([core.column(name) for name in names]))
        into = np.asarray(pc.fill_null(same, -1)).astype(np.int64)
    left = np.setdiff1d(np.arange(core.num_rows), into)
    rest = np.flatnonzero(into < 0)
    if len(left):
        into[rest] = left[np.arange(len(rest)) % len(left)]
    elif core.num_rows:
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
