"""Why a row is in a subset: the chain of keys that leads to it from a root.

Steps keep which rows came in together and by which edge; the rest is asked of the source again, one row at a time: by a step
downstream the row refers to a row of an earlier step, by a step upstream a row of an earlier step refers to it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from mimic.connector import Source
from mimic.errors import UsageError
from mimic.report import Reason
from mimic.schema import Schema, Table
from mimic.selection import KeyIn, Numbers, RowIn, Selection
from mimic.subsetting.asking import read_root
from mimic.subsetting.keys import distinct, fitted
from mimic.subsetting.naming import named


def explain(source: Source, schema: Schema, selection: Selection, row: str) -> tuple[Reason, ...]:
    """From a root to the row, each with why it is there; nothing when the row is not in the subset."""
    root = read_root(row, schema)
    if root.keys is None:
        raise UsageError(f"{row!r} names no single row.", hint="Write --row 'orders(42)'.")
    found = _numbers(source, root.table, tuple(root.keys.schema.names), root.keys)
    if len(found) != 1:
        raise UsageError(f"there is no row {row!r}." if not len(found) else f"{row!r} names {len(found)} rows; one is explained at a time.")
    if root.table.name in selection.whole:
        return (Reason(_name(source, root.table, found[0]), "its table is copied whole"),)
    chain: list[Reason] = []
    table, number, before = root.table, int(found[0]), len(selection.steps)
    while True:
        at = _step(selection, table, number, before)
        if at is None:
            return ()
        step = selection.steps[at]
        chain.append(Reason(_name(source, table, number), step.why))
        if step.edge is None:
            return tuple(reversed(chain))
        key, here = step.edge.key, np.array([number], np.int64)
        own, other = (key.columns, key.referred) if step.downstream else (key.referred, key.columns)
        next_ = schema.table(key.parent if step.downstream else key.table)
        values = pa.Table.from_batches(list(source.scan(table.name, list(own), where=RowIn(here))))
        numbers = _numbers(source, next_, other, fitted(distinct(values, own, other), next_, other))
        if next_.name in selection.whole:
            chain.append(Reason(_name(source, next_, numbers[0]), "its table is copied whole"))
            return tuple(reversed(chain))
        places = [(place, int(n)) for n in numbers if (place := _step(selection, next_, int(n), at)) is not None]
        if not places:
            return tuple(reversed(chain))
        before, number = min(places)
        before, table = before + 1, next_


def _step(selection: Selection, table: Table, number: int, before: int) -> int | None:
    """The first step, before another one, that took the row in."""
    for at, step in enumerate(selection.steps[:before]):
        if step.table == table.name:
            i = int(np.searchsorted(step.numbers, number))
            if i < len(step.numbers) and step.numbers[i] == number:
                return at
    return None


def _numbers(source: Source, table: Table, columns: Sequence[str], keys: pa.RecordBatch) -> Numbers:
    found = [batch.column(0).to_numpy() for batch in source.scan(table.name, [], where=KeyIn(tuple(columns), keys), numbered=True)]
    return np.unique(np.concatenate(found)) if found else np.empty(0, np.int64)


def _name(source: Source, table: Table, number: int) -> str:
    rows = named(source, table, np.array([number], np.int64))
    key = rows.column("key")[0].as_py() if rows.num_rows else None
    return f"{table.name}({key})" if key is not None else f"{table.name}: a row without a key"
