"""Rows that come from elsewhere, in their places among those that are made: read while they are written, never held together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import pyarrow as pa

from mimic.batch import Batch
from mimic.schema import TableName

Flow = Callable[[], Iterator[pa.RecordBatch]]  # all rows of a table, from the first one on, whenever it is called


def flowing(batches: Iterable[Batch], flows: Mapping[TableName, Flow], order: Sequence[TableName]) -> Iterator[Batch]:
    """The same batches in load order; those of a table with a flow are what it gives."""
    waiting = [name for name in order if name in flows]
    place = {name: i for i, name in enumerate(order)}
    for batch in batches:
        while waiting and place[waiting[0]] <= place[batch.table]:
            yield from _all(flows, waiting.pop(0))
        if batch.table not in flows:
            yield batch
    for name in waiting:
        yield from _all(flows, name)


def _all(flows: Mapping[TableName, Flow], name: TableName) -> Iterator[Batch]:
    return (Batch(name, rows) for rows in flows[name]())
