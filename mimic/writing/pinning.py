"""Pinned rows go before the others of their table, and keep their keys: another row with the key of one is left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mimic.batch import Batch
from mimic.schema import Schema, TableName


def pinned(
    batches: Iterable[Batch], pins: Mapping[TableName, Sequence[Batch]], schema: Schema, order: Sequence[TableName]
) -> Iterator[Batch]:
    """The same batches, table by table in load order, with the pinned rows among them."""
    waiting = [name for name in order if name in pins]
    place = {name: i for i, name in enumerate(order)}
    for batch in batches:
        while waiting and place[waiting[0]] <= place[batch.table]:
            yield from pins[waiting.pop(0)]
        rows = _without(batch, pins.get(batch.table, ()), schema)
        if rows.num_rows:
            yield Batch(batch.table, rows)
    for name in waiting:
        yield from pins[name]


def _without(batch: Batch, pins: Sequence[Batch], schema: Schema) -> pa.RecordBatch:
    """The rows whose primary key is that of no pin; what refers to the others refers to the pins."""
    key = schema.table(batch.table).primary_key
    if key is None or not pins:
        return batch.rows
    kept = np.ones(len(batch), np.bool_)
    for pin in pins:
        if not set(key.columns) <= set(pin.rows.schema.names):
            continue
        same = np.ones(len(batch), np.bool_)
        for name in key.columns:
            value = pin.rows.column(name)[0]
            same &= np.asarray(pc.fill_null(pc.equal(batch.rows.column(name), value), False))
        kept &= ~same
    return batch.rows if kept.all() else batch.rows.filter(pa.array(kept))
