"""Columns that repeat one of a parent, however far up, found on the sample: the price of the article, the address of the customer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mimic.generators.features import equal
from mimic.profile import TableEvidence
from mimic.schema import Column, ForeignKey, Table, bare
from mimic.streams import Ints

FEWEST = 40  # rows that must bear a relation out
HOLDS = 0.995  # of the rows; a few exceptions are mistakes of the source
DIFFERENT = 20  # values of a column that repeats one of its own row
GLANCE = 200  # rows that a candidate is tried on first


@dataclass(frozen=True, slots=True)
class Relation:
    """That a column holds what a need says."""

    column: str
    follows: str
    reached: str  # hidden column that says which rows have the parent; "" when all have
    share: float
    said: str
    rows: int  # that bear on it
    holes: bool = False  # whether it is NULL in some rows, in which there is nothing to count
    owners: int = 0  # who hold the value of the children that says which count

    @property
    def after(self) -> tuple[str, ...]:
        """What comes first, of the columns of the same row."""
        return (self.follows,)


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


def repeated(found: TableEvidence, names: Sequence[str], leading: Sequence[str] = ()) -> dict[str, Relation]:
    """Columns that hold what another one of their row does, where they hold anything: the day of deletion is that of the last change.

    Those that are `leading` follow nothing.
    """
    out: dict[str, Relation] = {}
    names = [*leading, *(name for name in names if name not in leading)]
    values = {name: found.column(name) for name in names}
    for name, mine in ((name, mine) for name, mine in values.items() if name not in leading):
        live = np.flatnonzero(np.asarray(mine.is_valid()))
        if len(live) < FEWEST or pc.count_distinct(mine).as_py() < DIFFERENT:
            continue
        for other, theirs in values.items():
            if other == name or other in out or theirs.type != mine.type or theirs.null_count > mine.null_count:
                continue
            if theirs.null_count == mine.null_count and names.index(other) > names.index(name):
                continue
            if _same(mine, theirs, live[:GLANCE]) >= HOLDS and (share := _same(mine, theirs, live)) >= HOLDS:
                said = f"equals {other} in {share:.1%} of the rows"
                out[name] = Relation(name, other, "", share, said, len(live), len(live) < len(mine))
                break
    return out


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
    return float(equal(mine.take(pa.array(rows)), theirs.take(pa.array(rows))).mean())


__all__ = ["Relation", "copied", "repeated"]
