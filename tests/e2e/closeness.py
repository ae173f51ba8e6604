"""Whether a copy stands closer to the rows that were learned than to others of the same kind, which nobody learned.

A database is parted by its root entities (customers, with everything that hangs on them) into two halves. One is learned, as many rows
are made, and each made row looks for its nearest row in either half: of a model that knows only what both halves share, half of the rows
are closer to the half that it learned. Distances are sums over columns: numbers and times by rank, everything else by match, NULL equal to
NULL only; keys that name rows of one half say nothing and are left out. Ties count half.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from itertools import pairwise
from math import sqrt

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

import mimic
from mimic import connector
from mimic.schema import Integer, Schema, Table, TableName, bare

Numbers = NDArray[np.float32]
Codes = NDArray[np.int64]

QUERIES = 3000  # made rows of a table that look for their nearest
BLOCK = 1 << 20  # distances at a time: they stay in the cache
LEAST_ROWS = 2000  # of a table in the whole source, from which its share is worth an interval
LOW, HIGH = 0.45, 0.56  # what a share may be


@dataclass
class Closeness:
    """What was counted of one table, over all halves that were learned."""

    rows: int = 0  # made rows that looked for their nearest
    closer: float = 0.0  # of them closer to the half that was learned; ties count half
    squares: float = 0.0  # of the sums by parent of what exceeds 1/2: rows of one parent are no independent witnesses
    copies: int = 0  # made rows equal to one that singles out an entity of the learned half
    made: int = 0
    chance: int = 0  # rows of the other half that are
    others: int = 0

    def add(self, other: Closeness) -> Closeness:
        return Closeness(*(mine + its for mine, its in zip(asdict(self).values(), asdict(other).values(), strict=True)))

    @property
    def share(self) -> float:
        return self.closer / max(self.rows, 1)

    @property
    def interval(self) -> tuple[float, float]:
        """Two standard errors on each side, rows of one parent taken together."""
        error = 2 * sqrt(self.squares) / max(self.rows, 1)
        return self.share - error, self.share + error

    @property
    def copied(self) -> tuple[float, float]:
        """Shares of rows that equal a row which singles out: of the made ones, and of those that nobody learned."""
        return self.copies / max(self.made, 1), self.chance / max(self.others, 1)

    @property
    def copies_more(self) -> bool:
        """Whether made rows equal rows that single out more often than chance explains (three standard errors)."""
        mine, chance = self.copied
        pooled = (self.copies + self.chance) / max(self.made + self.others, 1)
        return mine - chance > 3 * sqrt(pooled * (1 - pooled) * (1 / max(self.made, 1) + 1 / max(self.others, 1)))

    def told(self) -> dict[str, object]:
        low, high = self.interval
        return {
            "rows": self.rows,
            "share": round(self.share, 3),
            "interval": [round(low, 3), round(high, 3)],
            "copies": round(self.copied[0], 5),
            "by_chance": round(self.copied[1], 5),
        }


def part(database: str, roots: Mapping[str, str], half: int, run: Callable[[str], object]) -> None:
    """Leave one half of the root entities, and of everything that hangs on them; `run` executes SQL.

    `roots`: for each table an integer expression over a row; its parity says in which half the row is.
    """
    with connector.find(database).source(database) as opened:
        schema = opened.schema()
    for root, expression in roots.items():
        run(f"delete from {root} where abs({expression}) % 2 <> {half}")
    for _ in range(6):
        for table in schema.tables:
            for key in table.foreign_keys:
                filled = " and ".join(f'c."{name}" is not null' for name in key.columns)
                same = " and ".join(f'p."{there}" = c."{here}"' for here, there in zip(key.columns, key.referred, strict=True))
                run(f"delete from {_sql(key.table)} as c where {filled} and not exists (select 1 from {_sql(key.parent)} p where {same})")


def closeness(learned: str, other: str, made: str, *, seed: int = 1) -> dict[TableName, Closeness]:
    """Every table that differs between the halves, measured on the URLs of the half that was learned, of the other one, and of the copy."""
    sides = [_tables(url) for url in (learned, other, made)]
    halved = {table.name for table in sides[0][0].tables if _differ(table, sides[0][1][table.name], sides[1][1][table.name])}
    found = {}
    for table in sides[0][0].tables:
        if table.name in halved and table.name in sides[2][1]:  # perhaps some tables only were learned
            ours = {key.columns for key in table.foreign_keys if key.parent in halved}
            numbers = {key.columns for key in table.foreign_keys if _numbered(sides[0][0].table(key.parent))}
            names = _compared(table, ours | numbers)
            three = [side[1][table.name] for side in sides]
            if names and min(rows.num_rows for rows in three) >= 50:
                found[table.name] = _measured([rows.select(names) for rows in three], _parents(three[2], ours), seed)
    return found


def _measured(three: list[pa.Table], parents: Codes, seed: int) -> Closeness:
    """`three`: the compared columns of the learned half, of the other one, of the copy; `parents` of the copy's rows."""
    stream = np.random.default_rng(seed)
    numbers, codes = zip(*(_encoded([side.column(name) for side in three]) for name in three[0].column_names), strict=True)
    ends = np.cumsum([0, *(side.num_rows for side in three)])
    rows = _rows(codes)
    train, hold, copy = (rows[a:b] for a, b in pairwise(ends))
    singling = _once(train)
    out = Closeness(copies=int(np.isin(copy, singling).sum()), made=len(copy), chance=int(np.isin(hold, singling).sum()), others=len(hold))
    n = min(len(train), len(hold))
    here, there = (base + np.sort(stream.choice(len(side), n, replace=False)) for base, side in ((ends[0], train), (ends[1], hold)))
    asked = np.sort(stream.choice(len(copy), min(QUERIES, len(copy)), replace=False))
    closer = np.empty(len(asked))
    many = max(BLOCK // n, 1)
    for start in range(0, len(asked), many):
        query = ends[2] + asked[start : start + many]
        a, b = (_nearest(query, index, numbers, codes) for index in (here, there))
        closer[start : start + many] = np.where(np.isclose(a, b, atol=1e-6), 0.5, (a < b).astype(float))
    sums = np.bincount(np.unique(parents[asked], return_inverse=True)[1], closer - closer.mean())
    out.rows, out.closer, out.squares = len(asked), float(closer.sum()), float((sums**2).sum())
    return out


def _nearest(query: Codes, index: Codes, numbers: tuple[Numbers | None, ...], codes: tuple[Codes, ...]) -> Numbers:
    """The distance of each row of `query` to its nearest one of `index`."""
    distance = np.zeros((len(query), len(index)), dtype=np.float32)
    apart = np.empty_like(distance)
    for ranks, code in zip(numbers, codes, strict=True):
        if ranks is None:
            np.not_equal(code[query][:, None], code[index][None, :], out=apart, casting="unsafe")
        else:
            np.subtract(ranks[query][:, None], ranks[index][None, :], out=apart)
            np.minimum(np.abs(apart, out=apart), 1, out=apart)
        distance += apart
    return np.asarray(distance.min(axis=1), dtype=np.float32)


def _encoded(three: list[pa.ChunkedArray]) -> tuple[Numbers | None, Codes]:
    """A column of all three sides: ranks in the two real ones from 0 to 1 (NULL: 2) where it has an order, and a code per value."""
    values = pa.chunked_array([chunk for side in three for chunk in side.chunks], three[0].type).combine_chunks()
    text = values if pa.types.is_string(values.type) else _text(values)
    codes = np.asarray(text.dictionary_encode().indices.fill_null(-1), dtype=np.int64)
    kind = values.type
    if not (pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind) or pa.types.is_temporal(kind)):
        return None, codes
    if pa.types.is_temporal(kind) and not pa.types.is_interval(kind):
        values = values.cast(pa.int32() if pa.types.is_date32(kind) or pa.types.is_time32(kind) else pa.int64())
    numbers = np.asarray(values.cast(pa.float64(), safe=False).fill_null(np.nan), dtype=np.float64)
    real = numbers[: three[0].length() + three[1].length()]
    real = np.sort(real[~np.isnan(real)])
    ranks = (np.searchsorted(real, numbers, "left") + np.searchsorted(real, numbers, "right")) / max(2 * len(real), 1)
    return np.where(np.isnan(numbers), 2, ranks).astype(np.float32), codes  # NULL: 1 or more from all values


def _text(values: pa.Array) -> pa.Array:
    try:
        return values.cast(pa.string())
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid):
        return pa.array([None if value is None else json.dumps(value, default=str) for value in values.to_pylist()], pa.string())


def _rows(codes: tuple[Codes, ...]) -> Codes:
    """A number for each row: equal rows, equal numbers."""
    number = np.zeros(len(codes[0]), dtype=np.int64)
    for code in codes:
        number = np.unique(number * (int(code.max()) + 2) + code + 1, return_inverse=True)[1].astype(np.int64)
    return number


def _once(rows: Codes) -> Codes:
    values, times = np.unique(rows, return_counts=True)
    return np.asarray(values[times == 1], dtype=np.int64)


def _compared(table: Table, keys: set[tuple[str, ...]]) -> list[str]:
    """Columns that say something in both halves: no surrogate key, and no key to rows of one half, or to rows that have mere numbers."""
    key = table.primary_key.columns if table.primary_key else ()
    left = {name for columns in keys for name in columns} | (set(key) if len(key) == 1 else set())
    return [column.name for column in table.columns if column.name not in left]


def _numbered(table: Table) -> bool:
    key = table.primary_key.columns if table.primary_key else ()
    return len(key) == 1 and isinstance(bare(table.column(key[0]).type), Integer)


def _parents(rows: pa.Table, ours: set[tuple[str, ...]]) -> Codes:
    """The parent that most rows of the copy share, as a number; rows that have none stand alone."""
    alone = np.arange(rows.num_rows, dtype=np.int64)
    best = alone
    for columns in sorted(ours):
        codes = [np.asarray(_text(rows.column(name).combine_chunks()).dictionary_encode().indices.fill_null(-1)) for name in columns]
        grouped = np.where(codes[0] >= 0, _rows(tuple(code.astype(np.int64) for code in codes)), rows.num_rows + alone)
        if len(np.unique(grouped)) < len(np.unique(best)):
            best = grouped
    return best


def _differ(table: Table, one: pa.Table, other: pa.Table) -> bool:
    """Whether the halves hold different rows of a table: most keys (without a key, rows) of one are not in the other."""
    names = list(table.primary_key.columns) if table.primary_key else one.column_names
    if not one.num_rows or not other.num_rows:
        return False
    both = [pa.chunked_array([*one.column(name).chunks, *other.column(name).chunks]) for name in names]
    codes = tuple(_encoded([column, column.slice(0, 0), column.slice(0, 0)])[1] for column in both)
    rows = _rows(codes)
    return bool(np.isin(rows[: one.num_rows], rows[one.num_rows :]).mean() < 0.5)


def _tables(url: str) -> tuple[Schema, dict[TableName, pa.Table]]:
    with connector.find(url).source(url) as opened:
        schema = opened.schema()
        found = {}
        for table in schema.tables:
            names = [column.name for column in table.columns]
            batches = list(opened.scan(table.name, names))
            found[table.name] = pa.Table.from_batches(batches) if batches else pa.table({name: pa.array([], pa.string()) for name in names})
    return schema, found


def _sql(name: TableName) -> str:
    return ".".join(f'"{bit}"' for bit in (name.schema, name.name) if bit)


def copied(learned: str, made: str, *, seed: int = 1, tables: tuple[str, ...] = ()) -> None:
    """Learn one half and make as many rows."""
    mimic.generate(mimic.learn(learned, reference="synthesize", seed=seed, tables=tables), made, fit_domains=True)


def both_ways(halves: tuple[str, str], made: tuple[str, str], tables: tuple[str, ...] = ()) -> dict[TableName, Closeness]:
    """Each half learned once, judged against the other one: what makes one half denser than the other goes out. All are URLs."""
    found: dict[TableName, Closeness] = {}
    for way in (0, 1):
        copied(halves[way], made[way], tables=tables)
        for name, counted in closeness(halves[way], halves[1 - way], made[way]).items():
            found[name] = found.get(name, Closeness()).add(counted)
    return found


__all__ = ["HIGH", "LEAST_ROWS", "LOW", "Closeness", "both_ways", "closeness", "copied", "part"]
