"""The rows of a selection, whole, table by table in load order."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mimic.batch import Batch
from mimic.connector import Source
from mimic.schema import Schema, Table, TableName, arrow_type
from mimic.selection import Edge, RowIn, Selection
from mimic.subsetting.keys import codes


def fetch(
    source: Source,
    schema: Schema,
    order: Sequence[TableName],
    selection: Selection,
    *,
    columns: Collection[str] | None = None,
    batch_rows: int = 65_536,
) -> Iterator[Batch]:
    """Batches of whole rows, or of some columns. Keys that are not followed are NULL where the row that they refer to is not kept."""
    cuts = Cuts(source, schema, selection)
    for name in order:
        if not selection.rows(name):
            continue
        wanted = [column.name for column in schema.table(name).written if columns is None or column.name in columns]
        names = [*wanted, *sorted(cuts.read(name, wanted) - set(wanted))]
        where = None if name in selection.whole else RowIn(selection.numbers(name))
        for rows in source.scan(name, names, where=where, batch_rows=batch_rows):
            made = cuts.apply(name, rows)
            yield Batch(name, made if len(names) == len(wanted) else made.select(wanted))


class Cuts:
    """The keys that are not followed, of all tables."""

    def __init__(self, source: Source, schema: Schema, selection: Selection) -> None:
        self._cuts = _cut(source, schema, selection)

    def read(self, table: TableName, columns: Sequence[str]) -> set[str]:
        """What must be read with some columns, so that keys among them can be cut."""
        return {name for cut in self._cuts.get(table, ()) if not set(columns).isdisjoint(cut.blanked) for name in cut.columns}

    def apply(self, table: TableName, rows: pa.RecordBatch) -> pa.RecordBatch:
        for cut in self._cuts.get(table, ()):
            if set(cut.columns) <= set(rows.schema.names):
                rows = cut.apply(rows)
        return rows


class _Cut:
    """One key that is not followed, and the keys of the parents that are kept all the same."""

    def __init__(self, edge: Edge, table: Table, kept: pa.Table) -> None:
        self.edge, self.kept = edge, kept
        self.blanked = [name for name in edge.key.columns if table.column(name).nullable]
        self.columns = (*edge.key.columns, *((edge.when[0],) if edge.when else ()))

    def apply(self, rows: pa.RecordBatch) -> pa.RecordBatch:
        names = self.edge.key.columns
        n = rows.num_rows
        both = [
            pa.chunked_array([rows.column(name).cast(kept.type, safe=False), *kept.chunks])
            for name, kept in zip(names, self.kept.columns, strict=True)
        ]
        found = codes(both)
        dangling = ~np.isin(found[:n], found[n:])
        for name in names:  # with a NULL among its values a key refers to nothing
            dangling &= np.asarray(rows.column(name).is_valid())
        if self.edge.when is not None:
            dangling &= np.asarray(pc.fill_null(pc.equal(rows.column(self.edge.when[0]).cast(pa.string()), self.edge.when[1]), False))
        for name in self.blanked:
            at = rows.schema.get_field_index(name)
            column = rows.column(at)
            rows = rows.set_column(at, rows.schema.field(at), pc.if_else(pa.array(dangling), pa.scalar(None, column.type), column))
        return rows


def _cut(source: Source, schema: Schema, selection: Selection) -> Mapping[TableName, list[_Cut]]:
    found: dict[TableName, list[_Cut]] = {}
    for edge in selection.edges:
        table, parent = schema.table(edge.key.table), edge.key.parent
        if edge.up or not selection.rows(table.name) or not any(table.column(name).nullable for name in edge.key.columns):
            continue
        found.setdefault(table.name, []).append(_Cut(edge, table, _kept(source, schema.table(parent), edge.key.referred, selection)))
    return found


def _kept(source: Source, parent: Table, columns: Sequence[str], selection: Selection) -> pa.Table:
    """Keys of a parent's kept rows."""
    if selection.rows(parent.name):
        where = None if parent.name in selection.whole else RowIn(selection.numbers(parent.name))
        batches = list(source.scan(parent.name, list(columns), where=where))
        if batches:
            return pa.Table.from_batches(batches)
    return pa.table([pa.array([], arrow_type(parent.column(name).type)) for name in columns], names=list(columns))
