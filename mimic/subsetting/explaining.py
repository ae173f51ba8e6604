"""Why a row is in a subset: the chain of keys that leads to it from a root.

Steps keep which rows came in together and by which edge; the rest is asked of the source again, row by row (where a key leads
from a table to itself, all its kept rows at once): by a step
downstream the row refers to a row of an earlier step, by a step upstream a row of an earlier step refers to it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from mimic.connector import Source
from mimic.errors import UsageError
from mimic.report import Reason
from mimic.schema import Schema, Table, TableName
from mimic.selection import ROW, Edge, KeyIn, Numbers, RowIn, Selection
from mimic.subsetting.asking import read_root
from mimic.subsetting.keys import codes, distinct, fitted
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
        return tuple(_named(source, [(root.table, found[0], "its table is copied whole")]))
    links: list[tuple[Table, int, str]] = []
    places, long = _Places(selection), dict[Edge, _Long]()
    table, number, before = root.table, int(found[0]), len(selection.steps)
    while True:
        at = places.of(table, number)
        if at is None or at >= before:
            return ()
        step = selection.steps[at]
        links.append((table, number, step.why))
        if step.edge is None:
            return tuple(reversed(_named(source, links)))
        key = step.edge.key
        own, other = (key.columns, key.referred) if step.downstream else (key.referred, key.columns)
        next_ = schema.table(key.parent if step.downstream else key.table)
        if next_.name == table.name and step.edge.when is None:
            if step.edge not in long:
                long[step.edge] = _Long(source, table, own, other, selection.numbers(table.name))
            numbers = long[step.edge].next(number)
        else:
            values = pa.Table.from_batches(list(source.scan(table.name, list(own), where=RowIn(np.array([number], np.int64)))))
            numbers = _numbers(source, next_, other, fitted(distinct(values, own, other), next_, other))
        if next_.name in selection.whole:
            links.append((next_, int(numbers[0]), "its table is copied whole"))
            return tuple(reversed(_named(source, links)))
        earlier = [(place, int(n)) for n in numbers if (place := places.of(next_, int(n))) is not None and place < at]
        if not earlier:
            return tuple(reversed(_named(source, links)))
        before, number = min(earlier)
        before, table = before + 1, next_


class _Places:
    """Which step took a row in: a row is in one step only."""

    def __init__(self, selection: Selection) -> None:
        self._selection, self._known = selection, dict[TableName, tuple[Numbers, Numbers]]()

    def of(self, table: Table, number: int) -> int | None:
        if table.name not in self._known:
            steps = [(at, step.numbers) for at, step in enumerate(self._selection.steps) if step.table == table.name]
            numbers = np.concatenate([np.empty(0, np.int64), *(numbers for _, numbers in steps)])
            places = np.repeat(np.array([at for at, _ in steps], np.int64), [len(numbers) for _, numbers in steps])
            order = np.argsort(numbers)
            self._known[table.name] = numbers[order], places[order]
        numbers, places = self._known[table.name]
        i = int(np.searchsorted(numbers, number))
        return int(places[i]) if i < len(numbers) and numbers[i] == number else None


class _Long:
    """The kept rows of a table that one of its keys leads back to, read once: such chains can have thousands of links."""

    def __init__(self, source: Source, table: Table, own: Sequence[str], other: Sequence[str], kept: Numbers) -> None:
        names = list(dict.fromkeys([*own, *other]))
        rows = pa.Table.from_batches(list(source.scan(table.name, names, where=RowIn(kept), numbered=True)))
        _, once = np.unique(rows.column(ROW).to_numpy(), return_index=True)
        rows = rows.take(pa.array(once))
        kinds = [rows.column(name).type for name in own]
        sides = [[rows.column(name).cast(kind, safe=False) for name, kind in zip(side, kinds, strict=True)] for side in (own, other)]
        every = codes([pa.chunked_array([*mine.chunks, *theirs.chunks], mine.type) for mine, theirs in zip(*sides, strict=True)])
        self.numbers, n = rows.column(ROW).to_numpy(), rows.num_rows
        self.own, theirs = every[:n], every[n:]
        self.order = np.argsort(theirs, kind="stable")
        self.other = theirs[self.order]

    def next(self, number: int) -> Numbers:
        code = self.own[np.searchsorted(self.numbers, number)]
        low, high = np.searchsorted(self.other, code, "left"), np.searchsorted(self.other, code, "right")
        found: Numbers = self.numbers[self.order[low:high]]
        return found


def _numbers(source: Source, table: Table, columns: Sequence[str], keys: pa.RecordBatch) -> Numbers:
    found = [batch.column(0).to_numpy() for batch in source.scan(table.name, [], where=KeyIn(tuple(columns), keys), numbered=True)]
    return np.unique(np.concatenate(found)) if found else np.empty(0, np.int64)


def _named(source: Source, links: Sequence[tuple[Table, int, str]]) -> list[Reason]:
    """Rows by their keys, each table's read at once."""
    texts: dict[tuple[TableName, int], str | None] = {}
    for table in {table.name: table for table, _, _ in links}.values():
        numbers = np.unique(np.array([number for other, number, _ in links if other.name == table.name], np.int64))
        rows = named(source, table, numbers)
        texts |= {(table.name, number): key for number, key in zip(*(rows.column(i).to_pylist() for i in (0, 1)), strict=True)}
    told = [(table.name, texts.get((table.name, int(number))), why) for table, number, why in links]
    return [Reason(f"{name}({key})" if key is not None else f"{name}: a row without a key", why) for name, key, why in told]
