"""CHECKs kept. Rows are made to satisfy those that were read; about the others the database is asked, and rows drawn again.

Keys and references stay as they are wherever another column can be changed: uniqueness and what other rows point at are settled
before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mimic.conditions import Condition, columns_of
from mimic.errors import Refused
from mimic.generating.honouring import honour
from mimic.model import TableModel
from mimic.report import Finding
from mimic.schema import Check, Table, TableName
from mimic.streams import Stream
from mimic.truth import day_of

Mask = NDArray[np.bool_]
Arrays = dict[str, pa.Array]
Ask = Callable[[TableName, Sequence[Check], pa.RecordBatch], pa.BooleanArray]  # which rows break one of the checks
Redraw = Callable[[frozenset[str], int], Mapping[str, pa.Array]]  # the chunk's columns made anew, for the n-th time

DRAWS, LOANS = 5, 3  # how often values are drawn anew, then taken from rows that are good; at last NULL is tried


@dataclass(frozen=True, slots=True)
class Checking:
    """What is to hold of the rows of a table, and which columns may be changed for it.

    `locked` columns are keys, references, or referred to; those of `nullable` may still be NULL, those of `lent` take the value
    of another row.
    """

    table: Table
    model: TableModel
    locked: frozenset[str]
    nullable: frozenset[str]
    lent: frozenset[str]

    @classmethod
    def of(cls, table: Table, model: TableModel, asked: frozenset[str]) -> Checking:
        """`asked`: columns that foreign keys of other tables refer to."""
        rules = [rule for rule in table.keys if rule.primary or not (rule.where or rule.expressions)]
        unique = {name for rule in rules for name in rule.columns}
        referring = {name for key in table.foreign_keys for name in key.columns}
        never_null = asked | {name for rule in rules if rule.primary or not rule.nulls_distinct for name in rule.columns}
        never_null |= {name for key in table.foreign_keys if key.match_full and len(key.columns) > 1 for name in key.columns}
        locked = unique | referring | asked
        nullable = {name for name in locked - never_null if table.column(name).nullable}
        single = {key.columns[0] for key in table.foreign_keys if len(key.columns) == 1}
        shared = {name for key in table.foreign_keys if len(key.columns) > 1 for name in key.columns}
        return cls(table, model, frozenset(locked), frozenset(nullable), frozenset(single - shared - unique - asked))

    def kept(self, fills: Sequence[str], made: Mapping[str, pa.Array], stream: Stream) -> Arrays:
        """What a generator made, satisfying the conditions that are about nothing else, keys included: nobody has seen them yet."""
        own = self._own(tuple(fills))
        if not own:
            return dict(made)
        read = {ref.name: made[ref.name] for condition in own for ref in columns_of(condition)}
        return {**made, **honour(read, own, self.table, frozenset(), stream, today=day_of(own))[0]}

    def _own(self, fills: tuple[str, ...]) -> list[Condition]:
        if not self.model.conditions or any(name in key.columns for key in self.table.foreign_keys for name in fills):
            return []
        return [c for c in self.model.conditions if (refs := columns_of(c)) and all(ref.name in fills for ref in refs)]

    def honoured(self, columns: Mapping[str, pa.Array], stream: Stream) -> Arrays:
        """The chunk with as few changes as make its rows satisfy the conditions; what cannot be mended the database will refuse."""
        if not self.model.conditions:
            return dict(columns)
        today = day_of(self.model.conditions)
        made, _ = honour(
            columns,
            self.model.conditions,
            self.table,
            self.locked,
            stream,
            nullable_locked=self.nullable,
            lent=self.lent,
            today=today,
        )
        return made

    def settled(self, rows: pa.RecordBatch, ask: Ask, redraw: Redraw, stream: Stream) -> pa.RecordBatch:
        """The chunk without a row that breaks an unread CHECK. `Refused` when some still do after a bounded number of draws."""
        bad = self._broken(ask, rows)
        told_apart = {ref.name for rule in self.model.distinct for key in rule.keys for ref in columns_of(key)}
        fixed = replace(self, locked=self.locked | told_apart)
        names = frozenset(name for check in self.model.unread for name in check.columns) - fixed.locked
        for attempt in range(DRAWS + LOANS + 1):
            at = np.flatnonzero(bad)
            if not len(at):
                return rows
            here = rows.take(pa.array(at))
            columns = dict(zip(here.schema.names, here.columns, strict=True))
            if attempt < DRAWS:
                new = {name: values.take(pa.array(at)) for name, values in redraw(names, attempt).items() if name not in fixed.locked}
            elif attempt < DRAWS + LOANS and len(at) < len(bad):
                good = np.flatnonzero(~bad)
                donors = pa.array(good[stream.at("loan", attempt).integers(len(at), len(good))])
                new = {name: rows.column(name).take(donors) for name in names if name in columns}
            else:
                new = {name: pa.nulls(len(at), columns[name].type) for name in names if self.table.column(name).nullable}
            if not new:
                continue
            columns = fixed.honoured({name: new.get(name, values) for name, values in columns.items()}, stream.at("again", attempt))
            tried = pa.RecordBatch.from_arrays([columns[name] for name in here.schema.names], schema=rows.schema)
            still = self._broken(ask, tried)
            place = np.arange(len(bad))
            place[at[~still]] = len(bad) + np.flatnonzero(~still)
            rows = _taken(rows, tried, place)
            bad[at] = still
        if bad.any():
            raise self._refusal(int(bad.sum()))
        return rows

    def _broken(self, ask: Ask, rows: pa.RecordBatch) -> Mask:
        return np.array(ask(self.table.name, self.model.unread, rows).to_numpy(zero_copy_only=False), dtype=np.bool_)

    def _refusal(self, many: int) -> Refused:
        names = ", ".join(check.name for check in self.model.unread)
        told = Finding(
            "B511",
            str(self.table.name),
            f"{many} rows break a CHECK that cannot be turned into rules ({names}), however often they are drawn",
            "Give its columns a generator in mimic.yaml that satisfies it, or copy the table.",
        )
        return Refused(f"a blocking finding; nothing was written.\n  {told.id}  {told.place}  {told.sentence}. {told.todo}")


def _taken(a: pa.RecordBatch, b: pa.RecordBatch, place: NDArray[np.int64]) -> pa.RecordBatch:
    """Rows of `a` followed by those of `b`, by their places."""
    index = pa.array(place)
    arrays = [pa.concat_arrays([x, y]).take(index) for x, y in zip(a.columns, b.columns, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=a.schema)
