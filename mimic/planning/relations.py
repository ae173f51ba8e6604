"""Exact relations between a column and what lies around it, found on the sample and stated as the need that it follows.

* a parent's column, however far up, that a column repeats: the price of the article, the address of the customer;
* the number of children of a row, or the sum of one of their columns or of a product of two.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mimic.generators.features import numbers, ordered
from mimic.profile import TableEvidence, parent_rows
from mimic.schema import Column, ForeignKey, Table, bare
from mimic.streams import Floats, Ints

FEWEST = 40  # rows that must bear a relation out
HOLDS = 0.995  # of the rows; a few exceptions are mistakes of the source
COUNTED = 0.98
GLANCE = 200  # rows that a candidate is tried on first
MOST_NUMBERS = 6  # columns of children that sums are tried with


@dataclass(frozen=True, slots=True)
class Relation:
    column: str
    follows: str
    reached: str  # hidden column that says which rows have the parent; "" when all have
    share: float
    said: str
    rows: int  # that bear on it
    holes: bool = False  # whether it is NULL in some rows, in which there is nothing to count


# First key, the parents' places, need, column, and how to read its values row by row.
Seen = tuple[ForeignKey, Ints, str, Column, Callable[[], pa.Array]]


def copied(table: Table, found: TableEvidence, above: Iterable[Seen], taken: frozenset[str]) -> list[Relation]:
    """Columns that repeat one of a parent."""
    out: dict[str, Relation] = {}
    mine = {column.name: column for column in table.written if column.name not in taken}
    for key, rows, need, column, read in above:
        optional = any(table.column(name).nullable for name in key.columns)
        alike = [own for name, own in mine.items() if name not in out and bare(own.type) == bare(column.type)]
        if not alike:
            continue
        values = read()
        for own in alike:
            name = own.name
            if not own.nullable and values.null_count and not optional:
                continue
            if (share := _equal(found.column(name), values, rows)) >= HOLDS:
                said, reached = f"equals {need} in {share:.1%} of the rows", int((rows >= 0).sum())
                out[name] = Relation(name, need, f"@{key.label}" if optional else "", share, said, reached)
    return list(out.values())


def _equal(mine: pa.Array, theirs: pa.Array, reached: Ints) -> float:
    """The share of rows with a parent in which two columns hold the same, NULL included; 0 where that would be no news."""
    rows = np.flatnonzero(reached >= 0)
    if len(rows) < FEWEST:
        return 0.0
    if _same(mine, theirs, rows[:GLANCE]) < HOLDS or (share := _same(mine, theirs, rows)) < HOLDS:
        return 0.0
    often = pc.value_counts(mine.take(pa.array(rows)))
    return share if pc.max(often.field(1)).as_py() < 0.9 * len(rows) else 0.0


def _same(mine: pa.Array, theirs: pa.Array, rows: Ints) -> float:
    a, b = mine.take(pa.array(rows)), theirs.take(pa.array(rows))
    both = pc.and_(pc.is_null(a), pc.is_null(b))
    return float(np.asarray(pc.or_(pc.fill_null(pc.equal(a, b), False), both)).mean())


def below(key: ForeignKey, columns: Sequence[str]) -> str:
    """The need of a number of children (no columns), or of the sum of a product of their columns."""
    return "^" + json.dumps([key.hidden, *columns])


def counted(found: TableEvidence, children: Sequence[tuple[ForeignKey, TableEvidence]], taken: frozenset[str]) -> list[Relation]:
    """Columns that hold the number of the children, or a sum over them."""
    wanted = {}
    for column in found.table.written:
        if column.name not in taken and ordered(found.column(column.name).type) and not _dated(found.column(column.name).type):
            values, null = numbers(found.column(column.name))
            if (~null).sum() >= FEWEST and len(np.unique(values[~null])) > 2:
                wanted[column.name] = (values, null)
    out: dict[str, Relation] = {}
    for key, child in children:
        rows = parent_rows(child, key, found)
        live = rows >= 0
        for columns, weights in _weights(child):
            sums = np.bincount(rows[live], weights=None if weights is None else weights[live], minlength=found.sampled)
            for name, (values, null) in wanted.items():
                near = np.abs(values - sums) < 0.006
                share = float(near[~null].mean())
                usual = _usual(values[~null])
                told = ~null & ((values != usual) | (sums != usual))  # that most are 0 on both sides says nothing
                if name not in out and told.sum() >= FEWEST and near[told].mean() >= COUNTED and share >= COUNTED and not sums[null].any():
                    what = "number" if not columns else f"sum of {' * '.join(columns)}"
                    said = f"the {what} of its rows of {key.table} ({share:.1%} of the rows)"
                    out[name] = Relation(name, below(key, columns), "", share, said, int((~null).sum()), bool(null.any()))
    return list(out.values())


def _usual(values: Floats) -> float:
    """The most frequent value."""
    different, many = np.unique(values, return_counts=True)
    return float(different[np.argmax(many)])


def _weights(child: TableEvidence) -> Iterator[tuple[tuple[str, ...], Floats | None]]:
    """What can be summed: one for each row, one number, or the product of two."""
    yield (), None
    keys = {name for key in child.table.foreign_keys for name in key.columns} | {name for rule in child.table.keys for name in rule.columns}
    found: dict[str, Floats] = {}
    for column in child.table.written:
        kind = child.column(column.name).type
        if column.name not in keys and ordered(kind) and not _dated(kind) and len(found) < MOST_NUMBERS:
            found[column.name] = numbers(child.column(column.name))[0]
    for name, values in found.items():
        yield (name,), values
    for (a, left), (b, right) in combinations(found.items(), 2):
        yield (a, b), left * right


def _dated(kind: pa.DataType) -> bool:
    return bool(pa.types.is_temporal(kind))


__all__ = ["Relation", "below", "copied", "counted"]
