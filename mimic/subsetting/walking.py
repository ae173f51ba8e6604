"""The closure: roots, what hangs on them, and then everything that any kept row refers to.

Downstream goes from roots and their descendants only, never from rows that were taken in as parents; so the two directions
are two runs, each to its fixpoint. A run asks the source once per edge and level: keys of new rows go there as arrays, row
numbers and the keys needed further on come back as arrays. Tables are taken in load order downstream and against it
upstream, so that without cycles every edge is asked once; long chains of one key are followed in memory (`depths.py`). What is held
are numbers of rows and keys.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from math import ceil

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from mimic.batch import Batch
from mimic.config import Mode
from mimic.connector import Source
from mimic.errors import UsageError
from mimic.graph import load_order
from mimic.progress import Bar, Progress
from mimic.schema import Schema, Table, TableName
from mimic.selection import ROW, Both, Edge, Filter, KeyIn, Numbers, RowIn, Selection, Step, Within
from mimic.subsetting import depths
from mimic.subsetting.asking import Root
from mimic.subsetting.drawing import Words, hashed
from mimic.subsetting.keys import codes, distinct, fitted, identity

HELD = 100_000  # rows that a draw may hold beside those that it is about


def select(
    source: Source,
    schema: Schema,
    edges: Sequence[Edge],
    roots: Sequence[Root],
    modes: dict[TableName, Mode],
    *,
    seed: int,
    progress: Progress,
    pins: Mapping[TableName, Sequence[Batch]] | None = None,
) -> Selection:
    """Which rows of `source` belong to the subset. Tables of mode copy and mask come whole, and what they refer to is kept too.

    So is what pinned rows refer to, which are none of the source's.
    """
    for root in roots:
        if modes[root.table.name] != "subset":
            sentence = f"{root.table.name} is of mode {modes[root.table.name]}, so nothing can start there."
            raise UsageError(sentence, hint="Give it mode: subset in mimic.yaml.")
    copied = [name for name, mode in modes.items() if mode in ("copy", "mask")]
    walk = _Walk(source, schema, edges, source.count(copied) if copied else {}, seed, progress.bar("selecting", None))
    for root in roots:
        walk.start(root)
    walk.down()
    walk.turn()
    for name in walk.whole:
        walk.all_of(name)
    for name, batches in (pins or {}).items():
        for batch in batches:
            walk.pinned(name, pa.Table.from_batches([batch.rows]))
    walk.up()
    walk.bar.done()
    return Selection(tuple(walk.steps), tuple(edges), walk.whole)


class _Walk:
    def __init__(self, source: Source, schema: Schema, edges: Sequence[Edge], whole: dict[TableName, int], seed: int, bar: Bar) -> None:
        self.source, self.schema, self.whole, self.seed, self.bar = source, schema, whole, seed, bar
        self.place = {name: i for i, name in enumerate(load_order(schema).tables)}
        self.below: dict[TableName, list[Edge]] = {}
        self.above: dict[TableName, list[Edge]] = {}
        for edge in edges:
            if edge.down:
                self.below.setdefault(edge.key.parent, []).append(edge)
            if edge.up and edge.key.parent not in whole:
                self.above.setdefault(edge.key.table, []).append(edge)
        self.kept: dict[TableName, Numbers] = {}
        self.steps: list[Step] = []
        self.fresh: dict[TableName, list[pa.Table]] = {}  # new rows whose children are not asked for yet
        self.needs: dict[Edge, list[pa.Table]] = {}  # keys of parents, named as the parent's columns
        self.asked: Counter[Edge] = Counter()  # levels of self-referencing keys
        self.pairs: dict[Edge, depths.Pairs] = {}

    # -- new rows ----------------------------------------------------------------------------------------------------------

    def take(self, table: TableName, rows: pa.Table, why: str, edge: Edge | None, *, downstream: bool) -> None:
        """Keep the rows that are not kept yet; note which parents they need and, downstream, that their children are to come."""
        numbers, first = np.unique(rows.column(ROW).to_numpy(), return_index=True)
        held = self.kept.get(table, np.empty(0, np.int64))
        new = ~np.isin(numbers, held, assume_unique=True) if len(held) else np.ones(len(numbers), np.bool_)
        numbers, first = numbers[new], first[new]
        if not len(numbers):
            return
        self.steps.append(Step(table, why, edge, downstream, numbers))
        self.keep(table, numbers, rows if len(first) == len(rows) else rows.take(pa.array(first)), edge, downstream=downstream)

    def keep(self, table: TableName, numbers: Numbers, rows: pa.Table, edge: Edge | None, *, downstream: bool) -> None:
        """Rows that are not kept yet, each once."""
        held = self.kept.get(table, np.empty(0, np.int64))
        self.kept[table] = np.sort(np.concatenate([held, numbers]))
        self.bar.advance(len(numbers))
        self.need(table, rows, besides=edge if downstream else None)
        if downstream and table in self.below:
            self.fresh.setdefault(table, []).append(rows)

    def need(self, table: TableName, rows: pa.Table, besides: Edge | None = None) -> None:
        """Which parents rows refer to. By the edge that led down to them they refer to rows that are kept."""
        for edge in self.above.get(table, ()):
            if edge == besides:
                continue
            here = rows if edge.when is None else rows.filter(_is(rows.column(edge.when[0]), edge.when[1]))
            if edge.key.on:  # a key that some partitions declare says nothing about the rows of the others
                here = self.scan(self.schema.table(table), edge.key.columns, Both(RowIn(_numbers(rows)), Within(edge.key.on)))
            keys = distinct(here, edge.key.columns, edge.key.referred)
            if keys.num_rows:
                self.needs.setdefault(edge, []).append(keys)

    # -- roots -------------------------------------------------------------------------------------------------------------

    def start(self, root: Root) -> None:
        table = root.table
        if root.keys is not None:
            rows = self.read(table, KeyIn(tuple(root.keys.schema.names), root.keys), downstream=root.below)
            wanted = pa.Table.from_batches([root.keys]).group_by(root.keys.schema.names).aggregate([]).num_rows
            if rows.num_rows < wanted:
                raise UsageError(f"{root.text!r}: {wanted - rows.num_rows} of {wanted} keys are of no row.", where="roots")
        elif root.share is None and root.rows is None and root.last is None:
            rows = self.read(table, root.where, downstream=True)
        else:
            rows = self.read(table, RowIn(self.drawn(root)), downstream=True)
        self.take(table.name, rows, f"root {root.text!r}", None, downstream=root.below)

    def drawn(self, root: Root) -> Numbers:
        """The rows with the smallest hashes, as many as asked: of a share the ceiling."""
        since = self.since(root)
        part = min(float(root.share) / 100 * 1.1 + 0.001, 1.0) if root.share is not None else 1.0
        count, numbers, hashes = self.smallest(root, since, part)
        n = count
        if root.share is not None:
            n = ceil(count * root.share / 100)
        elif root.rows is not None:
            n = min(root.rows, count)
        if len(numbers) < n:  # few rows, and the dice fell unevenly
            _, numbers, hashes = self.smallest(root, since, 1.0)
        return np.unique(numbers[np.lexsort((numbers, hashes))[:n]])

    def smallest(self, root: Root, since: pa.Scalar | None, part: float) -> tuple[int, Numbers, Words]:
        """How many rows a root draws from, and the numbers and hashes of those in the first `part` of the range; no more is held."""
        table, key = root.table, list(identity(root.table))
        columns = list(dict.fromkeys([*key, *([root.last.by] if root.last else [])]))
        limit = np.uint64(min(int(part * 2**64), 2**64 - 1))
        count, found, held = 0, [(np.empty(0, np.int64), np.empty(0, np.uint64))], 0
        for batch in self.source.scan(table.name, columns, where=root.where, numbered=True):
            rows = pa.Table.from_batches([batch])
            if root.last is not None:
                rows = rows.filter(_within(rows.column(root.last.by), since))
            count += rows.num_rows
            hashes = hashed([rows.column(name) for name in key or [ROW]], self.seed, str(table.name))
            low = hashes <= limit
            found.append((rows.column(ROW).to_numpy()[low], hashes[low]))
            held += int(low.sum())
            if root.rows is not None and held > 4 * root.rows + HELD:
                numbers, hashes = _joined(found)
                best = np.lexsort((numbers, hashes))[: root.rows]
                found, held = [(numbers[best], hashes[best])], len(best)
        return count, *_joined(found)

    def since(self, root: Root) -> pa.Scalar | None:
        """From when on rows are of the last span: counted back from the newest one that is not of the future."""
        if root.last is None:
            return None
        newest = None
        for batch in self.source.scan(root.table.name, [root.last.by], where=root.where, numbered=True):
            moments = _moments(batch.column(root.last.by))
            top = pc.max(pc.if_else(pc.less_equal(moments, _now(moments.type)), moments, None))
            if top.is_valid and (newest is None or top.as_py() > newest.as_py()):
                newest = top
        return None if newest is None else pa.scalar(newest.as_py() - root.last.span, newest.type)

    # -- down --------------------------------------------------------------------------------------------------------------

    def down(self) -> None:
        while self.fresh:
            parent = min(self.fresh, key=lambda name: self.place[name])
            rows = pa.concat_tables(self.fresh.pop(parent))
            for edge in self.below[parent]:
                child = self.schema.table(edge.key.table)
                if self.deep(edge):
                    self.follow(edge, rows, f"children by {edge}", downstream=True)
                    continue
                where = self.children(edge, distinct(rows, edge.key.referred, edge.key.columns), child)
                if where is None:
                    continue
                found = self.read(child, where, downstream=True, edge=edge)
                if edge.most is not None:
                    found = found.filter(pa.array(self.first(found, edge, child)))
                self.take(child.name, found, f"children by {edge}", edge, downstream=True)

    def children(self, edge: Edge, keys: pa.Table, child: Table) -> Filter | None:
        if edge.when is not None:
            keys = keys.append_column(edge.when[0], pa.chunked_array([pa.array([edge.when[1]] * keys.num_rows, pa.string())]))
        columns = tuple(keys.column_names)
        batch = fitted(keys, child, columns)
        if not batch.num_rows:
            return None
        where: Filter = KeyIn(columns, batch)
        if edge.key.on:
            where = Both(where, Within(edge.key.on))
        return Both(where, edge.where) if edge.where else where

    def first(self, rows: pa.Table, edge: Edge, child: Table) -> NDArray[np.bool_]:
        """Of each parent's children at most so many: the newest, or those with the smallest hash."""
        n = rows.num_rows
        parents = codes([rows.column(name) for name in edge.key.columns])
        key = list(identity(child)) or [ROW]
        order: list[NDArray[np.generic]] = [hashed([rows.column(name) for name in key], self.seed, f"{edge}")]
        if edge.newest is not None:
            order.append(pc.rank(rows.column(edge.newest), sort_keys="descending", tiebreaker="dense").to_numpy())  # NULLs last
        by = np.lexsort((*order, parents))
        starts = np.flatnonzero(np.r_[True, np.diff(parents[by]) != 0]) if n else np.empty(0, np.int64)
        rank = np.arange(n) - np.repeat(starts, np.diff(np.r_[starts, n]))
        kept = np.zeros(n, np.bool_)
        kept[by] = rank < (edge.most or n)
        return kept

    def turn(self) -> None:
        """What was read for the way down is of no use for the way up."""
        self.asked.clear()
        self.pairs.clear()

    # -- up ----------------------------------------------------------------------------------------------------------------

    def all_of(self, name: TableName) -> None:
        """A whole table: what its rows refer to is needed."""
        columns = self.columns(self.schema.table(name), downstream=False)
        if columns:
            for batch in self.source.scan(name, columns, numbered=True):
                self.need(name, pa.Table.from_batches([batch]))

    def pinned(self, name: TableName, row: pa.Table) -> None:
        """The parents of a row that is no row of the source's."""
        for edge in self.above.get(name, ()):
            wanted = [*edge.key.columns, *([edge.when[0]] if edge.when else [])]
            if set(wanted) <= set(row.column_names) and (edge.when is None or row.column(edge.when[0])[0].as_py() == edge.when[1]):
                self.needs.setdefault(edge, []).append(distinct(row, edge.key.columns, edge.key.referred))

    def up(self) -> None:
        while self.needs:
            edge = max(self.needs, key=lambda edge: (self.place[edge.key.parent], str(edge)))
            parent = self.schema.table(edge.key.parent)
            keys = distinct(pa.concat_tables(self.needs.pop(edge)), edge.key.referred, edge.key.referred)
            if self.deep(edge):
                self.follow(edge, keys, f"parents by {edge}", downstream=False)
                continue
            batch = fitted(keys, parent, edge.key.referred)
            if batch.num_rows:
                rows = self.read(parent, KeyIn(edge.key.referred, batch), downstream=False)
                self.take(parent.name, rows, f"parents by {edge}", edge, downstream=False)

    # -- long chains -------------------------------------------------------------------------------------------------------

    def deep(self, edge: Edge) -> bool:
        """Whether a key leads from a table to itself and has been followed so often that the rest is done in memory."""
        if edge.key.table != edge.key.parent or edge.when is not None or edge.key.on:
            return False
        self.asked[edge] += 1
        return self.asked[edge] > depths.FROM

    def follow(self, edge: Edge, rows: pa.Table, why: str, *, downstream: bool) -> None:
        """All levels of a self-referencing key below `rows`, or those with the keys in `rows` and all above them."""
        table = self.schema.table(edge.key.table)
        if edge not in self.pairs:
            columns = self.columns(table, downstream=downstream, edge=edge if downstream else None)
            names = list(dict.fromkeys([*edge.key.columns, *edge.key.referred, *columns]))
            read = self.scan(table, names, edge.where if downstream else None)
            _, once = np.unique(read.column(ROW).to_numpy(), return_index=True)
            read = read.take(pa.array(once))
            if downstream and edge.most is not None:
                read = read.filter(pa.array(self.first(read, edge, table)))
            self.pairs[edge] = depths.Pairs(edge, read)
        pairs = self.pairs[edge]
        numbers = pairs.rows.column(ROW).to_numpy()
        seen = np.isin(numbers, self.kept.get(table.name, np.empty(0, np.int64)))
        found = []
        for level in pairs.levels(rows, seen, down=downstream):
            found.append(level)
            self.steps.append(Step(table.name, why, edge, downstream, np.sort(numbers[level])))
        if found:
            every = np.concatenate(found)
            self.keep(table.name, numbers[every], pairs.rows.take(pa.array(every)), edge, downstream=downstream)

    # -- reading -----------------------------------------------------------------------------------------------------------

    def columns(self, table: Table, *, downstream: bool, edge: Edge | None = None) -> list[str]:
        """What must be known of a row to go on from it."""
        wanted: list[str] = []
        for up in self.above.get(table.name, ()):
            wanted += [*up.key.columns, *([up.when[0]] if up.when else [])]
        if downstream:
            wanted += [name for below in self.below.get(table.name, ()) for name in below.key.referred]
        if edge is not None and edge.most is not None:
            wanted += [*edge.key.columns, *([edge.newest] if edge.newest else [])]
            wanted += identity(table)
        return list(dict.fromkeys(wanted))

    def read(self, table: Table, where: Filter | None, *, downstream: bool, edge: Edge | None = None) -> pa.Table:
        return self.scan(table, self.columns(table, downstream=downstream, edge=edge), where)

    def scan(self, table: Table, columns: Sequence[str], where: Filter | None) -> pa.Table:
        batches: Iterable[pa.RecordBatch] = self.source.scan(table.name, columns, where=where, numbered=True)
        found = list(batches)
        if found:
            return pa.Table.from_batches(found)
        return pa.table([pa.array([], pa.int64()), *(pa.array([], pa.null()) for _ in columns)], names=[ROW, *columns])


def _numbers(rows: pa.Table) -> Numbers:
    found: Numbers = np.unique(rows.column(ROW).to_numpy())
    return found


def _is(values: pa.ChunkedArray, text: str) -> pa.ChunkedArray:
    return pc.fill_null(pc.equal(values if pa.types.is_string(values.type) else values.cast(pa.string()), text), False)


def _joined(parts: Sequence[tuple[Numbers, Words]]) -> tuple[Numbers, Words]:
    return np.concatenate([numbers for numbers, _ in parts]), np.concatenate([hashes for _, hashes in parts])


def _moments(values: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    kind = values.type
    return values.cast(pa.timestamp("us", kind.tz if pa.types.is_timestamp(kind) else None))


def _now(kind: pa.DataType) -> pa.Scalar:
    now = datetime.now(UTC)
    return pa.scalar(now if kind.tz else now.replace(tzinfo=None), kind)


def _within(values: pa.ChunkedArray, since: pa.Scalar | None) -> pa.ChunkedArray:
    """Since a moment, and not of the future."""
    if since is None:
        return pa.chunked_array([pa.array(np.zeros(len(values), np.bool_))])
    moments = _moments(values)
    return pc.fill_null(pc.and_(pc.greater_equal(moments, since), pc.less_equal(moments, _now(moments.type))), False)
