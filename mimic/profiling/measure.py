"""`profile`: everything that is learned from, read in one snapshot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mimic.config import Config
from mimic.connector import Source
from mimic.profile import ColumnProfile, Evidence, FanOut, Owners, TableEvidence
from mimic.progress import Progress
from mimic.schema import Column, ForeignKey, Schema, Table, TableName, arrow_type
from mimic.selection import Filter, HashShare

SMALL = 1_000  # parents up to here are told apart one by one


def profile(source: Source, schema: Schema, *, config: Config, progress: Progress) -> Evidence:
    """Counts of all tables, a sample of each, and the fan-out of every foreign key."""
    rows = source.count([table.name for table in schema.tables if table.kind != "foreign"])
    bar = progress.bar("reading", len(schema.tables), "tables")
    tables: dict[TableName, TableEvidence] = {}
    for table in schema.tables:
        tables[table.name] = _measure(source, table, rows.get(table.name, 0), rows, config)
        bar.advance(1)
    bar.done()
    for name, evidence in tables.items():
        children = {
            key.hidden: tables[key.table].fan_outs[key.label] for key in schema.children(name) if key.label in tables[key.table].fan_outs
        }
        tables[name] = replace(evidence, children=children)
    return Evidence(schema, tables, k=config.k)


def glance(source: Source, schema: Schema, rows: Mapping[TableName, tuple[int, Filter | None]], *, config: Config) -> Evidence:
    """Evidence that tells what columns mean, and no more: of each table how many rows there are, and those that a filter names.

    Tables that are not named have none. Nothing is counted, and no foreign key is looked along.
    """
    tables: dict[TableName, TableEvidence] = {}
    for table in schema.tables:
        shape = pa.schema([(column.name, arrow_type(column.type)) for column in table.columns])
        names = [column.name for column in table.columns]
        n, where = rows.get(table.name, (0, None))
        batches, read = [], 0
        for batch in source.scan(table.name, names, where=where, batch_rows=config.sample_rows) if n and names else ():
            batches.append(batch.cast(shape))
            read += batch.num_rows
            if read >= config.sample_rows:
                break
        sample = pa.Table.from_batches(batches, shape).slice(0, config.sample_rows)
        profiles = {column.name: _column(column, sample.column(column.name)) for column in table.columns} if sample.num_rows else {}
        tables[table.name] = TableEvidence(table, n, sample, Owners(sample.num_rows), profiles)
    return Evidence(schema, tables, k=config.k)


def _measure(source: Source, table: Table, rows: int, counts: dict[TableName, int], config: Config) -> TableEvidence:
    shape = pa.schema([(column.name, arrow_type(column.type)) for column in table.columns])
    if not rows or not table.columns:
        return TableEvidence(table, rows, shape.empty_table(), Owners(0))
    where, together = None, tuple[str, ...]()
    if rows > config.sample_rows:
        together = _hashed(table, counts)
        where = HashShare(together, config.sample_rows / rows, f"mimic/{config.seed}")
    names = [column.name for column in table.columns]
    batches, read = [], 0
    for batch in source.scan(table.name, names, where=where):
        batches.append(batch.cast(shape))
        read += batch.num_rows
        if read >= 1.2 * config.sample_rows:
            break
    sample = pa.Table.from_batches(batches, shape)
    fan_outs = {key.label: _fan_out(source, key, rows, counts, sample) for key in table.foreign_keys if key.parent in counts}
    profiles = {column.name: _column(column, sample.column(column.name)) for column in table.columns}
    return TableEvidence(table, rows, sample, Owners(sample.num_rows), profiles, fan_outs, together=together)


def _hashed(table: Table, counts: dict[TableName, int]) -> tuple[str, ...]:
    """The columns by which rows are chosen: the foreign key to the largest parent, so that siblings stay together."""
    keys = [key for key in table.foreign_keys if key.parent != table.name and counts.get(key.parent, 0) >= 1_000]
    if keys:
        return max(keys, key=lambda key: (counts[key.parent], key.label)).columns
    if table.primary_key is not None:
        return table.primary_key.columns
    return tuple(column.name for column in table.columns[:4])


def _fan_out(source: Source, key: ForeignKey, rows: int, counts: dict[TableName, int], sample: pa.Table) -> FanOut:
    found = source.group_sizes(key.table, key.columns)
    sizes = np.asarray(found.column("size").to_numpy(zero_copy_only=False), dtype=np.int64)
    groups = np.asarray(found.column("groups").to_numpy(zero_copy_only=False), dtype=np.int64)
    childless = max(counts[key.parent] - int(groups.sum()), 0)
    nulls = rows - int((sizes * groups).sum())
    if childless:
        sizes, groups = np.concatenate([[0], sizes]), np.concatenate([[childless], groups])
    by_parent = None
    if counts[key.parent] <= SMALL:
        counted = sample.select(list(key.columns)).group_by(list(key.columns)).aggregate([([], "count_all")])
        by_parent = {referred: counted.column(name).combine_chunks() for name, referred in zip(key.columns, key.referred, strict=True)}
        by_parent["#"] = counted.column("count_all").combine_chunks()
    return FanOut(key, sizes, groups, nulls, rows, by_parent=by_parent)


def _column(column: Column, values: pa.ChunkedArray) -> ColumnProfile:
    n, nulls = len(values), values.null_count
    distinct = pc.count_distinct(values, mode="only_valid").as_py() if n > nulls else 0
    length = 0.0
    if pa.types.is_string(values.type) and n > nulls:
        length = float(pc.mean(pc.utf8_length(values)).as_py())
    return ColumnProfile(column, nulls / n if n else 0.0, distinct, distinct == n - nulls, length)
