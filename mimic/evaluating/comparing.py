"""A copy beside its source, table by table: rows, orphans, shapes of columns, numbers of children, shares of NULL.

All scores go from 0 to 1. They say how alike two databases look one column and one key at a time; they say nothing about
dependence between columns, and nothing about privacy.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from mimic.connector import Source
from mimic.evaluating.scores import fan_out_score, null_score, shape_score
from mimic.progress import Progress
from mimic.report import Finding, Report, Score, TableLine
from mimic.schema import ForeignKey, Schema, Table, TableName
from mimic.selection import HashShare
from mimic.streams import Ints

SAMPLE = 50_000  # rows per table and side


@dataclass(frozen=True, slots=True)
class _Side:
    """One of the two databases, its tables by the names of the source."""

    source: Source
    tables: dict[TableName, Table]
    rows: dict[TableName, int]

    @classmethod
    def of(cls, source: Source, wanted: Schema) -> _Side:
        own = source.schema()
        found = {table.name: match for table in wanted.tables if (match := _same(own, table.name)) is not None}
        counts = source.count([table.name for table in found.values()])
        return cls(source, found, {name: counts[table.name] for name, table in found.items()})

    def sample(self, name: TableName, columns: list[str]) -> pa.Table:
        table, rows = self.tables[name], self.rows[name]
        hashed = table.primary_key.columns if table.primary_key else tuple(column.name for column in table.columns)
        where = HashShare(hashed, SAMPLE / rows, "compare") if rows > SAMPLE else None
        batches = list(self.source.scan(table.name, columns, where=where))
        return pa.Table.from_batches(batches) if batches else pa.table({})

    def orphans(self, key: ForeignKey) -> int:
        """Rows whose complete, non-NULL key is in no parent row."""
        children = self._whole(key.table, key.columns)
        parents = self._whole(key.parent, key.referred)
        if children.num_rows == 0:
            return 0
        names = [f"k{i}" for i in range(len(key.columns))]
        children, parents = children.rename_columns(names), parents.rename_columns(names)
        kinds = pa.schema([(name, _common(children.field(name).type, parents.field(name).type)) for name in names])
        children, parents = children.cast(kinds), parents.cast(kinds).group_by(names).aggregate([])
        return int(children.join(parents, keys=names, join_type="left anti").num_rows)

    def _whole(self, name: TableName, columns: tuple[str, ...]) -> pa.Table:
        batches = list(self.source.scan(self.tables[name].name, columns))
        if not batches:
            return pa.table({column: pa.nulls(0) for column in columns})
        return pa.Table.from_batches(batches).drop_null()

    def children(self, key: ForeignKey) -> tuple[Ints, Ints]:
        """Numbers of children and how many parents have each, 0 included."""
        found = self.source.group_sizes(self.tables[key.table].name, key.columns)
        sizes = np.asarray(found.column("size").to_numpy(zero_copy_only=False), dtype=np.int64)
        groups = np.asarray(found.column("groups").to_numpy(zero_copy_only=False), dtype=np.int64)
        childless = max(self.rows[key.parent] - int(groups.sum()), 0)
        return np.concatenate([[0], sizes]), np.concatenate([[childless], groups])


def compare(source: Source, copy: Source, schema: Schema, *, progress: Progress) -> Report:
    """Compare the tables of `schema`. A table that the copy lacks and every orphan is a finding.

    Facts of the report: `rows.TABLE` of the source, `orphans.TABLE` in the copy.
    """
    real, made = _Side.of(source, schema), _Side.of(copy, schema)
    lines: list[TableLine] = []
    scores: list[Score] = []
    findings: list[Finding] = []
    facts: dict[str, str] = {}
    bar = progress.bar("comparing", len(schema.tables), "tables")
    for table in schema.tables:
        bar.advance(1)
        facts[f"rows.{table.name}"] = str(real.rows[table.name])
        if table.name not in made.tables:
            findings.append(Finding("W611", str(table.name), "is not in the copy"))
            continue
        lines.append(TableLine(str(table.name), "compared", made.rows[table.name], 0.0))
        scores += _column_scores(table, real, made)
        lost = 0
        for key in table.foreign_keys:
            if key.parent not in made.tables or not _has(made.tables[table.name], key.columns):
                continue
            orphans = made.orphans(key)
            lost += orphans
            if orphans:
                findings.append(Finding("W612", f"{table.name}.{key.label}", f"{orphans:,} rows refer to no row of {key.parent}"))
            place = f"{table.name}.{key.label}"
            scores.append(Score("integrity", place, 1 - orphans / max(made.rows[table.name], 1)))
            if real.rows[key.parent] and made.rows[key.parent]:
                scores.append(Score("fan-out", place, fan_out_score(real.children(key), made.children(key))))
        facts[f"orphans.{table.name}"] = str(lost)
    bar.done()
    return Report("compare", tuple(lines), tuple(findings), tuple(scores), facts=facts)


def _column_scores(table: Table, real: _Side, made: _Side) -> list[Score]:
    """Shapes of all columns that are no keys, and NULL shares of all that may be NULL."""
    there = {column.name for column in made.tables[table.name].columns}
    columns = [column for column in table.columns if column.name in there]
    if not columns or not real.rows[table.name] or not made.rows[table.name]:
        return []
    names = [column.name for column in columns]
    ours, theirs = real.sample(table.name, names), made.sample(table.name, names)
    if not ours.num_rows or not theirs.num_rows:
        return []
    linking = {name for key in table.foreign_keys for name in key.columns}
    linking |= set(table.primary_key.columns if table.primary_key else ())
    scores = []
    for column in columns:
        a, b = ours.column(column.name), theirs.column(column.name)
        place = f"{table.name}.{column.name}"
        if column.nullable:
            scores.append(Score("nulls", place, null_score(a, b)))
        if column.name not in linking and (value := shape_score(a, b)) is not None:
            scores.append(Score("shape", place, value))
    return scores


def _same(schema: Schema, name: TableName) -> Table | None:
    """The table of another database that goes by this name: `public` of one engine is no schema at all in another."""
    exact = schema.by_name.get(name)
    return exact or schema.named(str(name)) or next((table for table in schema.tables if str(table.name) == str(name)), None)


def _has(table: Table, columns: tuple[str, ...]) -> bool:
    return set(columns) <= {column.name for column in table.columns}


def _common(a: pa.DataType, b: pa.DataType) -> pa.DataType:
    """A type in which keys of both sides can be compared."""
    if a == b and not pa.types.is_null(a):
        return a
    if pa.types.is_integer(a) and pa.types.is_integer(b):
        return pa.int64()
    return pa.string()
