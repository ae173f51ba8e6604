"""CHECKs kept. Rows are made to satisfy those that were read; about the others the database is asked, and rows drawn again.

Keys and references stay as they are wherever another column can be changed: uniqueness and what other rows point at are settled
before.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from mimic.conditions import ColumnRef, Condition, Not, Or, Scenario, Sure, Truth, columns_of
from mimic.errors import RowsRefused
from mimic.generating.honouring import honour
from mimic.generating.telling_apart import Apart
from mimic.model import TableModel
from mimic.schema import Check, Date, Integer, Table, TableName, Text, bare
from mimic.streams import Stream
from mimic.truth import day_of, evaluate, violated

Mask = NDArray[np.bool_]
Arrays = dict[str, pa.Array]
Redraw = Callable[[frozenset[str], int], Mapping[str, pa.Array]]  # the chunk's columns made anew, for the n-th time


class Judge(Protocol):
    """The database that is to take the rows."""

    def violations(self, table: TableName, checks: Sequence[Check], rows: pa.RecordBatch) -> pa.BooleanArray:
        """Which rows break one of the checks."""

    def refused(self, table: TableName, rows: pa.RecordBatch) -> pa.BooleanArray:
        """Which rows the table would not take, everything in force."""


# How often values are drawn anew: three times as often where that helps or rows are fewer than MANY, else a FEW times more, then
# with what drawing seldom hits; then they are taken from rows that are good; at last NULL is tried.
DRAWS, FEW, LOANS, MANY = 5, 2, 3, 8
SHORTER = 4  # texts lose less than so many characters


@dataclass(frozen=True, slots=True)
class Checking:
    """What is to hold of the rows of a table, and which columns may be changed for it.

    `locked` columns are keys, references, or referred to; those of `nullable` may still be NULL, those of `lent` take the value
    of another row. `alone` are locked for uniqueness only.
    """

    table: Table
    model: TableModel
    locked: frozenset[str]
    nullable: frozenset[str]
    lent: frozenset[str]
    alone: frozenset[str] = frozenset()

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
        alone = frozenset(unique - referring - asked)
        return cls(table, model, frozenset(locked), frozenset(nullable), frozenset(single - shared - unique - asked), alone)

    def fixed(self, names: Collection[str]) -> Checking:
        """The same with some more columns that must stay as they are."""
        left = self.lent - {*names}, self.nullable - ({*names} - self.locked), self.alone - {*names}
        return replace(self, locked=self.locked | {*names}, lent=left[0], nullable=left[1], alone=left[2])

    @property
    def told_apart(self) -> Checking:
        """The same where somebody else sees to uniqueness."""
        return replace(self, locked=self.locked - self.alone, nullable=self.nullable - self.alone)

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

    def honoured(self, columns: Mapping[str, pa.Array], stream: Stream) -> tuple[Arrays, Mask]:
        """The chunk with as few changes as make its rows satisfy the conditions, and the rows that could not be mended."""
        if not self.model.conditions:
            return dict(columns), np.zeros(len(next(iter(columns.values()), ())), dtype=np.bool_)
        today, rules = day_of(self.model.conditions), self.model.conditions
        columns, bad = honour(columns, rules, self.table, self.locked, stream, nullable_locked=self.nullable, lent=self.lent, today=today)
        if bad.any() and self.alone and self.model.distinct:  # these are told apart afterwards
            free = self.told_apart
            columns, bad = honour(columns, rules, self.table, free.locked, stream.at("keys"), nullable_locked=free.nullable, today=today)
        return columns, bad

    def playing(self, columns: Arrays, before: Mapping[str, pa.Array], scenarios: Sequence[Scenario], stream: Stream) -> Arrays:
        """The chunk in which rows satisfy just the scenarios that they satisfied `before` CHECKs changed them, as far as CHECKs allow."""
        extra: Arrays = {}
        rules: list[Condition] = []
        for i, scenario in enumerate(scenarios):
            asked, today = scenario.condition, day_of([scenario.condition])
            role = ColumnRef(f"?{i}", "boolean")
            wanted = pc.fill_null(evaluate(asked, before, today=today), False)
            if pc.any(pc.xor(wanted, pc.fill_null(evaluate(asked, columns, today=today), False))).as_py():
                extra[role.name] = wanted
                rules += [Or((Not(Truth(role)), Sure(asked))), Or((Truth(role), Not(Sure(asked))))]
        if not rules:
            return columns
        told = [*self.model.conditions, *rules]
        locked = {"nullable_locked": self.nullable, "lent": self.lent}
        tried, _ = honour({**columns, **extra}, told, self.table, self.locked, stream.at("roles"), **locked, today=day_of(told))
        broken = np.zeros(len(next(iter(columns.values()))), dtype=np.bool_)
        for condition in self.model.conditions:
            broken |= violated(condition, tried, today=day_of(told))
        kept = pa.array(broken)
        return {name: pc.if_else(kept, values, tried[name]) if broken.any() else tried[name] for name, values in columns.items()}

    def settled(
        self, rows: pa.RecordBatch, bad: Mask, judge: Judge, watched: bool, redraw: Redraw, stream: Stream, apart: Apart | None = None
    ) -> pa.RecordBatch:
        """The chunk without a row that the database would refuse. `RowsRefused` when some are left after a bounded number of draws.

        It is asked about unread CHECKs; where rows are `bad` by the conditions, about all CHECKs; and where the table is
        `watched`, because it has refused rows before, about everything. `apart` knows the chunk's rows and tells new ones apart.
        """
        checks = (*self.model.unread, *(check for check in self.table.checks if check not in self.model.unread)) if bad.any() else ()
        asking = _Asking(self, judge, tuple(checks) or self.model.unread, watched)
        if watched:
            apart = None  # uniqueness is asked about too
        fixed = self if apart is None else self.told_apart
        told = frozenset(asking.columns())
        names = told - fixed.locked
        broken = asking.of(rows)
        draws, first = 3 * DRAWS, int(broken.sum())
        if apart is not None and first:
            apart.forget(_columns(rows.filter(pa.array(broken))))
        for attempt in range(draws + LOANS + 1):
            at = np.flatnonzero(broken)
            if not len(at):
                return rows
            if attempt == DRAWS and len(at) == first >= MANY:
                draws = DRAWS + FEW  # no draw has helped any row
            elif attempt > draws + LOANS:
                break
            here = rows.take(pa.array(at))
            columns = _columns(here)
            if attempt < draws:
                new = {name: values.take(pa.array(at)) for name, values in redraw(names, attempt).items() if name not in fixed.locked}
                if attempt >= DRAWS:
                    new = {name: self._hinted(name, values, asking, stream.at("hint", attempt, name)) for name, values in new.items()}
            elif attempt < draws + LOANS and len(at) < len(broken):
                good = np.flatnonzero(~broken)
                donors = pa.array(good[stream.at("loan", attempt).integers(len(at), len(good))])
                new = {name: rows.column(name).take(donors) for name in names | told & fixed.lent if name in columns}
            else:
                bare = names | told & fixed.nullable
                new = {name: pa.nulls(len(at), columns[name].type) for name in bare if self.table.column(name).nullable}
            if attempt % 2 and attempt < draws and len(asking.checks) > 1 and not watched:  # all at once are seldom right
                new = asking.wanted(here, new)
            if not new:
                continue
            columns, _ = fixed.honoured({name: new.get(name, values) for name, values in columns.items()}, stream.at("again", attempt))
            late = np.zeros(len(at), dtype=np.bool_)
            if apart is not None:
                columns, late = apart.mended(columns, stream.at("apart", attempt))
            tried = pa.RecordBatch.from_arrays([columns[name] for name in here.schema.names], schema=rows.schema)
            if watched:  # what a trigger says of one row may depend on the others
                place = np.arange(len(broken))
                place[at] = len(broken) + np.arange(len(at))
                rows = _taken(rows, tried, place)
                broken = asking.of(rows)
                continue
            still = asking.of(tried) | late
            if apart is not None:
                apart.note(_columns(tried.filter(pa.array(~still))))
            place = np.arange(len(broken))
            place[at[~still]] = len(broken) + np.flatnonzero(~still)
            rows = _taken(rows, tried, place)
            broken[at] = still
        if broken.any():
            raise asking.refusal(int(broken.sum()), len(broken))
        return rows

    def _hinted(self, name: str, values: pa.Array, asking: _Asking, stream: Stream) -> pa.Array:
        """Values that drawing seldom hits: whole numbers and days further on; small letters, some behind a text that a check names, and
        other lengths."""
        kind = bare(self.table.column(name).type)
        if isinstance(kind, Integer | Date) and (pa.types.is_integer(values.type) or pa.types.is_date32(values.type)):
            most = 2 ** (kind.bits - 1) - 1 if isinstance(kind, Integer) else 2**31 - 1
            whole = values.cast(pa.int32() if pa.types.is_date32(values.type) else pa.int64()).cast(pa.int64())
            further = pc.add(pc.min_element_wise(whole, most - 32), pa.array(stream.integers(len(values), 32)))
            return further.cast(pa.int32()).cast(values.type) if pa.types.is_date32(values.type) else further.cast(values.type)
        if not isinstance(kind, Text) or not pa.types.is_string(values.type):
            return values
        small = pc.utf8_lower(values)
        quoted = [text for check in asking.checks for text in re.findall(r"'((?:[^']|'')*)'", check.expression)]
        if told := dict.fromkeys(text.replace("''", "'") for text in quoted):
            chosen = pa.array(list(told)).take(pa.array(stream.integers(len(values), len(told))))
            behind = pc.binary_join_element_wise(chosen, small, "")
            small = pc.if_else(pa.array(stream.uniform(len(values)) < 0.5), small, behind)
        shorter = stream.at("shorter").integers(len(values), SHORTER)
        for fewer in range(1, SHORTER):  # codes are all of one length
            cut = pc.and_(pa.array(shorter == fewer), pc.greater(pc.utf8_length(small), fewer))
            small = pc.if_else(cut, pc.utf8_slice_codeunits(small, 0, -fewer), small)
        return small if kind.length is None else pc.utf8_slice_codeunits(small, 0, kind.length)


@dataclass(frozen=True, slots=True)
class _Asking:
    """What is asked of the database about the rows of one table."""

    checking: Checking
    judge: Judge
    checks: tuple[Check, ...]
    watched: bool

    def of(self, rows: pa.RecordBatch) -> Mask:
        """Which rows it would refuse."""
        table, bad = self.checking.table.name, np.zeros(rows.num_rows, dtype=np.bool_)
        if self.checks:
            bad |= np.asarray(self.judge.violations(table, self.checks, rows).to_numpy(zero_copy_only=False), dtype=np.bool_)
        if self.watched:
            bad |= np.asarray(self.judge.refused(table, rows).to_numpy(zero_copy_only=False), dtype=np.bool_)
        return bad

    def wanted(self, rows: pa.RecordBatch, new: Arrays) -> Arrays:
        """New values only where a check that speaks of their column is broken."""
        table = self.checking.table
        wrong = {name: np.zeros(rows.num_rows, dtype=np.bool_) for name in new}
        for check in self.checks:
            broken = np.asarray(self.judge.violations(table.name, (check,), rows).to_numpy(zero_copy_only=False), dtype=np.bool_)
            for name in replace(self, checks=(check,)).columns() & wrong.keys():
                wrong[name] |= broken
        return {name: pc.if_else(pa.array(wrong[name]), values, rows.column(name)) for name, values in new.items()}

    def columns(self) -> set[str]:
        """The columns that may have to do with it."""
        table = self.checking.table
        if self.watched:
            return {column.name for column in table.written}
        found = {name for check in self.checks for name in check.columns}
        found |= {name for check in self.checks if not check.columns for name in mentioned(check.expression, table)}
        computed = [column.generated or "" for column in table.columns if column.name in found and not column.written]
        found |= {name for sql in computed for name in mentioned(sql, table)}
        return found & {column.name for column in table.written}

    def refusal(self, many: int, asked: int) -> RowsRefused:
        table, named = self.checking.table, ", ".join(check.name for check in self.checks)
        todo = "Give its columns a generator in mimic.yaml that satisfies it, or copy the table."
        if self.watched:
            why = "are refused by the target (a trigger, or a constraint), however often they are drawn"
            return RowsRefused("B512", str(table.name), asked, many, why, todo)
        why = f"break a CHECK that cannot be turned into rules, or not be kept ({named}), however often they are drawn"
        return RowsRefused("B511", str(table.name), asked, many, why, todo)


def _columns(rows: pa.RecordBatch) -> Arrays:
    return dict(zip(rows.schema.names, rows.columns, strict=True))


def mentioned(sql: str, table: Table) -> tuple[str, ...]:
    """The columns whose names stand in a piece of SQL."""
    found = re.findall(r'"((?:[^"]|"")+)"|(\w+)', sql)
    names = {quoted.replace('""', '"') or word for quoted, word in found}
    return tuple(column.name for column in table.columns if {column.name, column.name.lower()} & names)


def _taken(a: pa.RecordBatch, b: pa.RecordBatch, place: NDArray[np.int64]) -> pa.RecordBatch:
    """Rows of `a` followed by those of `b`, by their places."""
    index = pa.array(place)
    arrays = [pa.concat_arrays([x, y]).take(index) for x, y in zip(a.columns, b.columns, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=a.schema)
