"""What hangs on a row, said in a few hidden numbers of the row: how many children it has, and what they are like.

Foreign keys are walked leaves first, so that the children's own hidden numbers count among what they are like, and far
relations reach the top. The numbers are columns like any others (`~orders.customer_id:0`): learned with their row, generated
before its other columns, seen by the children that are then made, and never written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa

from mimic.generators.features import Codes, feature_of, numbers, ordered
from mimic.generators.profiles import owned
from mimic.graph import LoadOrder
from mimic.planning.natural import natural
from mimic.profile import Evidence, TableEvidence, parent_rows
from mimic.schema import Boolean, Column, Enum, ForeignKey, TableName, Text, bare
from mimic.streams import Floats, Ints

FEWEST = 40  # parents, and children, below which nothing is summarised
MOST = 8  # hidden numbers of a key
KEPT = 0.95  # of the spread of all summaries that the kept ones hold
LISTED = 200  # rows of a table that are told apart one by one
LOADED = 20_000  # parents on which the loadings of a category are computed


def latent(key: ForeignKey, i: int) -> str:
    """The name of a hidden number that a key gives its parent."""
    return f"~{key.hidden[1:]}:{i}"


def with_summaries(evidence: Evidence, order: LoadOrder) -> Evidence:
    """The same evidence; samples of parents with the hidden columns `#key` and `~key:i`."""
    tables = dict(evidence.tables)
    place = {name: i for i, name in enumerate(order.tables)}
    for name in reversed(order.tables):
        here, hidden = tables[name], dict[str, pa.Array]()
        for key in evidence.schema.children(name):
            child = tables.get(key.table)
            if child is None or place.get(key.table, -1) <= place[name] or not child.complete or not here.complete:
                continue
            rows = parent_rows(child, key, here)
            counts = np.bincount(rows[rows >= 0], minlength=here.sampled)
            hidden[key.hidden] = pa.array(counts.astype(np.float64))
            hidden[owned(key.hidden)] = pa.array(child.owners.distinct(rows, here.sampled))
            if (here.sampled >= FEWEST or about_nobody(evidence, here)) and (rows >= 0).sum() >= FEWEST:
                found = _compressed(_summaries(child, key, rows, counts, evidence.k, tables), counts)
                hidden |= {latent(key, i): pa.array(found[:, i]) for i in range(found.shape[1])}
        if hidden:
            tables[name] = replace(here, hidden={**here.hidden, **hidden}, memo={})
    return replace(evidence, tables=tables)


def about_nobody(evidence: Evidence, found: TableEvidence) -> bool:
    """Whether a table is small and stands above persons, not below them: what hangs on its rows has other owners."""
    return 1 < found.sampled <= LISTED and not found.owners.paths and found.table.name not in evidence.privacy_units


def hanging(found: TableEvidence) -> tuple[str, ...]:
    """Hidden columns of the rows themselves, which tell what hangs on them: numbers of children, and what they are like."""
    return tuple(name for name in found.hidden if name.startswith(("#", "~")))


def told_apart(column: Column) -> bool:
    """Whether a column's values are categories by its type."""
    return isinstance(bare(column.type), Boolean | Enum | Text)


def described(found: TableEvidence, k: int) -> tuple[str, ...]:
    """Own columns that say what a row is like: no references, no text that is different in every row, no keys but natural ones."""
    keys = {name for rule in found.table.keys if len(rule.columns) == 1 for name in rule.columns} - {natural(found)}
    keys |= {name for key in found.table.foreign_keys for name in key.columns}
    out = []
    for column in found.table.written:
        profile = found.profiles.get(column.name)
        if column.name in keys or profile is None or profile.distinct < 2:
            continue
        if told_apart(column):
            if feature_of(found, column.name, k, True)[0].width > 2:
                out.append(column.name)
        elif ordered(found.sample.schema.field(column.name).type):
            out.append(column.name)
    return tuple(out)


def _summaries(
    child: TableEvidence, key: ForeignKey, rows: Ints, counts: Ints, k: int, tables: dict[TableName, TableEvidence]
) -> list[Floats]:
    """Means and spreads per parent (parents,) of everything that describes the children and their other parents."""
    out: list[Floats] = []
    live = np.flatnonzero(rows >= 0)
    at, many = rows[live], np.maximum(counts, 1)

    def mean(values: Floats) -> Floats:
        return np.asarray(np.bincount(at, weights=values[live], minlength=len(counts)) / many)

    for name in (*described(child, k), *hanging(child)):
        if child.table.has(name) and told_apart(child.table.column(name)):
            codes = feature_of(child, name, k, True)[1]
            out += [mean(score) for score in _scores(codes, rows, counts)]
            pairs = np.unique(at * 256 + codes[live]) // 256
            out.append(np.bincount(pairs, minlength=len(counts)).astype(np.float64))
        else:
            place = placed(child, name)
            out.append(mean(place))
            out.append(np.sqrt(np.maximum(mean(place * place) - out[-1] ** 2, 0.0)))
    for other in child.table.foreign_keys:
        above = tables.get(other.parent)
        if other.label == key.label or above is None or other.parent == child.table.name or above.sampled < FEWEST:
            continue
        up = parent_rows(child, other, above)
        for name in described(above, k)[:4]:
            if told_apart(above.table.column(name)):
                codes = feature_of(above, name, k, True)[1]
                theirs = np.where(up >= 0, codes[np.maximum(up, 0)], 0).astype(codes.dtype)
                out += [mean(score) for score in _scores(theirs, rows, counts)]
            else:
                out.append(mean(np.where(up >= 0, placed(above, name)[np.maximum(up, 0)], 0.5)))
    return out


def placed(table: TableEvidence, name: str) -> Floats:
    """The place of each value of a column of numbers among all, 0 .. 1; equal values stand in the middle of theirs, NULL at 0.5."""
    key = ("placed", name)
    if key not in table.memo:
        table.memo[key] = _placed(table.column(name))
    made: Floats = table.memo[key]
    return made


def _placed(values: pa.Array) -> Floats:
    found, null = numbers(values)
    out = np.full(len(found), 0.5)
    live = np.flatnonzero(~null)
    different, index, many = np.unique(found[live], return_inverse=True, return_counts=True)
    if len(different):
        out[live] = ((np.cumsum(many) - many / 2) / len(live))[index.reshape(-1)]
    return out


def _scores(codes: Codes, rows: Ints, counts: Ints) -> list[Floats]:
    """One or two numbers for each category by which parents differ most in what their children are."""
    width = int(codes.max(initial=0)) + 1
    some = np.flatnonzero(counts > 0)[:: max(1, int((counts > 0).sum()) // LOADED)]
    number = np.full(len(counts) + 1, -1, dtype=np.int64)
    number[some] = np.arange(len(some))
    mine = number[rows]
    inside = mine >= 0
    table = np.bincount(mine[inside] * width + codes[inside], minlength=len(some) * width).reshape(len(some), width)
    shares = table / np.maximum(table.sum(axis=1, keepdims=True), 1)
    shares = shares - shares.mean(axis=0)
    values, vectors = np.linalg.eigh(shares.T @ shares)
    keep = [-1] if width <= 3 else [-1, -2]
    return [np.asarray(_signed(vectors[:, i])[codes.astype(np.int64)]) for i in keep if values[i] > 1e-9]


def _signed(vector: Floats) -> Floats:
    """The same direction whatever the library: its largest part is positive."""
    return np.asarray(vector * np.sign(vector[np.argmax(np.abs(vector))]), dtype=np.float64)


def _compressed(found: Sequence[Floats], counts: Ints) -> Floats:
    """At most `MOST` columns (parents, m) that hold nearly all of the spread; 0 where a parent has no children."""
    have = counts > 0
    columns = []
    for values in found:
        spread = float(values[have].std())
        if spread > 1e-9:
            columns.append(np.where(have, (values - values[have].mean()) / spread, 0.0))
    if not columns:
        return np.zeros((len(counts), 0))
    table = np.stack(columns, axis=1)
    if table.shape[1] <= MOST:
        return table
    values, vectors = np.linalg.eigh(table[have].T @ table[have])
    share = np.cumsum(values[::-1]) / values.sum()
    many = min(MOST, int(np.searchsorted(share, KEPT)) + 1)
    return np.asarray(table @ np.stack([_signed(vectors[:, -1 - i]) for i in range(many)], axis=1))


__all__ = ["about_nobody", "described", "hanging", "latent", "placed", "told_apart", "with_summaries"]
