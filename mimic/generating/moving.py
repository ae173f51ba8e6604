"""Dates moved to another day: one number of days for the whole database, so that every date keeps its distance to all others.

Rows are made as they were learned and moved last, before CHECKs are kept. Marks such as 9999-12-31, infinity and NULL stay. Where a
CHECK or a partition bounds the dates of a key, the key and all that refers to it stay as they are, and a finding says so: any
other date that a CHECK refuses in its new place is drawn within it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mimic import textual
from mimic.conditions import MOMENTS, Call, Constant, columns_of, walk
from mimic.generators.temporal import FAR
from mimic.graph import tied
from mimic.model import Model
from mimic.readings import Reading
from mimic.report import Finding
from mimic.schema import Array, Date, LogicalType, Range, Schema, Table, TableName, Timestamp, bare

NEWEST = "newest"  # fact of a model: the newest day that k rows of the source reach
MONTH = 365.2425 / 12  # days
_ISO = re.compile(r"(?<![\d-])(\d{4})-(\d{2})-(\d{2})(?!\d)")


@dataclass(frozen=True, slots=True)
class Shift:
    """`days` by which dates move; `held` are the columns that stay."""

    days: int
    held: frozenset[tuple[TableName, str]] = frozenset()
    findings: tuple[Finding, ...] = field(default=(), compare=False)
    read: Mapping[tuple[TableName, str], Reading] = field(default_factory=dict, compare=False)  # texts and numbers that are dates

    @classmethod
    def of(cls, model: Model, today: date) -> Shift:
        """The newest day that the model knows becomes `today`."""
        newest = date.fromisoformat(model.facts[NEWEST]) if NEWEST in model.facts else date.today()
        held, findings = set[tuple[TableName, str]](), list[Finding]()
        places = {(table.name, column.name) for table in model.schema.tables for column in table.columns if moves(column.type)}
        groups = [places & group for group in tied(model.schema)]
        groups += [{place} for place in places if not any(place in group for group in groups)]
        for group in groups:
            bounds = [place for place in sorted(group, key=str) if _bounded(model, *place)]
            if bounds and any(_locked(model.schema, *place) for place in group):
                held |= group
                findings += [_finding(place, bounds) for place in sorted(group, key=str) if place in bounds]
        read = {(table.name, column): reading for table in model.tables for column, reading in table.readings if moves(reading.type)}
        return cls((today - newest).days, frozenset(held), tuple(findings), read)

    def moved(self, table: Table, columns: Mapping[str, pa.Array]) -> dict[str, pa.Array]:
        """The columns of some rows of a table in their new place."""
        out = dict(columns)
        if self.days:
            for column in table.columns:
                if column.name in out and moves(column.type) and (table.name, column.name) not in self.held:
                    out[column.name] = _later(out[column.name], self.days)
                elif column.name in out and (reading := self.read.get((table.name, column.name))) is not None:
                    values, dates = out[column.name], reading.read(out[column.name])
                    later = _later(dates, self.days) if "D" in reading.pattern else _months_later(dates, self.days, reading.pattern)
                    out[column.name] = pc.if_else(dates.is_valid(), reading.write(later, values.type), values)
        return out

    def rows(self, table: Table, rows: pa.RecordBatch) -> pa.RecordBatch:
        made = self.moved(table, dict(zip(rows.schema.names, rows.columns, strict=True)))
        return pa.RecordBatch.from_arrays(list(made.values()), schema=rows.schema) if made else rows


def moves(kind: LogicalType) -> bool:
    """Whether values of a type are dates or timestamps, or ranges or lists of them."""
    match bare(kind):
        case Date() | Timestamp():
            return True
        case Range(element=of) | Array(element=of):
            return moves(of)
    return False


def _later(values: pa.Array, days: int) -> pa.Array:
    if pa.types.is_string(values.type):
        return textual.over(values, lambda text: _ISO.sub(lambda found: _later_text(found, days), text), pa.string())
    plain = pa.types.is_date32(values.type)
    unit = 1 if plain else textual.DAY
    raw = np.asarray(pc.fill_null(values.view(pa.int32() if plain else pa.int64()), 0).to_numpy(zero_copy_only=False)).astype(np.int64)
    real = (raw >= FAR[0] * unit) & (raw <= FAR[1] * unit)
    made = np.where(real, raw + days * unit, raw).astype(np.int32 if plain else np.int64)
    return pa.array(made, mask=np.asarray(values.is_null().to_numpy(zero_copy_only=False))).view(values.type)


def _months_later(dates: pa.Array, days: int, pattern: str) -> pa.Array:
    """The first days of months, or of years, as many whole ones later as come nearest to so many days: no two fall together."""
    step = round(days / MONTH) if "M" in pattern else 12 * round(days / (12 * MONTH))
    raw = np.asarray(pc.fill_null(dates.view(pa.int32()), 0).to_numpy(zero_copy_only=False)).astype(np.int64)
    moved = (raw.astype("<M8[D]").astype("<M8[M]") + step).astype("<M8[D]").astype(np.int64)
    made = np.where((raw >= FAR[0]) & (raw <= FAR[1]), moved, raw).astype(np.int32)
    return pa.array(made, mask=np.asarray(dates.is_null().to_numpy(zero_copy_only=False))).view(dates.type)


def _later_text(found: re.Match[str], days: int) -> str:
    try:
        day = date(int(found[1]), int(found[2]), int(found[3]))
        real = FAR[0] <= (day - date(1970, 1, 1)).days <= FAR[1]
        return (day + timedelta(days=days)).isoformat() if real else found[0]
    except (ValueError, OverflowError):
        return found[0]


def _bounded(model: Model, name: TableName, column: str) -> bool:
    """Whether a condition compares a column with a day of the calendar."""
    for condition in model.of(name).conditions if any(table.name == name for table in model.tables) else ():
        if any(ref.name == column for ref in columns_of(condition)) and any(_calendar(part) for part in walk(condition)):
            return True
    return False


def _calendar(part: object) -> bool:
    return (isinstance(part, Constant) and part.kind in MOMENTS) or (isinstance(part, Call) and part.function in ("now", "today"))


def _locked(schema: Schema, name: TableName, column: str) -> bool:
    """Whether a value may not be changed by itself: it is part of a key, or referred to."""
    table = schema.table(name)
    keys = {each for rule in table.keys for each in rule.columns} | {each for key in table.foreign_keys for each in key.columns}
    return column in keys or any(column in key.referred for key in schema.children(name))


def _finding(place: tuple[TableName, str], bounds: object) -> Finding:
    sentence = "its dates stay where they are: a CHECK or its partitions bound them, and it is part of a key"
    return Finding("W507", f"{place[0]}.{place[1]}", sentence, "Make partitions for the new days, or accept it.")


def shifted(batches: Iterator[pa.RecordBatch], table: Table, shift: Shift | None) -> Iterator[pa.RecordBatch]:
    """Rows that come from elsewhere, moved with the others."""
    return batches if shift is None else (shift.rows(table, rows) for rows in batches)


__all__ = ["NEWEST", "Shift", "moves", "shifted"]
