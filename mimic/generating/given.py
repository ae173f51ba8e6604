"""Rows of one table that go with given values of some of its columns.

What comes before a given column, parents included, cannot look at it: as many candidates as the source has rows are drawn from the
model, and each row takes one whose own values are like those given, the same in every category if there is such a candidate, near in
numbers and dates. Then the given values take the place of the candidate's, and what follows exactly from others is made anew. Where
the model makes no row with these categories, only what comes before is taken, and the rest is drawn given the values.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from mimic.errors import UsageError, closest
from mimic.generating.filling import Filling, spans
from mimic.generating.generation import Generation
from mimic.generating.wishes import Wishes
from mimic.generator import Generator
from mimic.generators.after import After
from mimic.generators.features import numbers, ordered
from mimic.generators.joined import from_units, units
from mimic.generators.references import codes
from mimic.model import Model
from mimic.schema import Enum, ForeignKey, Table, TableName, arrow_type, bare
from mimic.streams import Floats, Ints, Stream, Streams

Given = Any  # a pandas or Arrow frame, or a mapping of columns
FEWEST, POOL, TURNS = 2_000, 200_000, 24  # candidates of a round, and how many rounds where rare categories are given
EACH = 4  # candidates that every given combination of categories should have for each of its rows
PLENTY = 20_000  # candidates where numbers or dates are given
ROW = "?row"  # which row of the pool a candidate is
NEAR = 8  # of the nearest candidates one is drawn


def sample_given(model: Model, name: TableName, n: int | None, seed: int, given: Given) -> pa.Table:
    """n rows (as many as `given` has) with these values."""
    table = model.schema.table(name)
    if model.of(name).mode != "synthesize":
        raise UsageError(f"its rows are not made up (mode {model.of(name).mode}).", where=str(name))
    values = read_given(table, given, n)
    n = len(next(iter(values.values())))
    sizes = {other.name: other.source_rows or (n if other.mode == "synthesize" else 0) for other in model.tables} | {name: n}
    made = Generation(model, sizes, seed, wishes={name: Wishes(free=True)})
    if n:
        made.adopt(name, _kept(made, name, values, Streams(seed).at("given", name)))
    filling = made.filling(name)
    filling.prepare()
    shape = pa.schema([(column.name, arrow_type(column.type)) for column in table.written])
    return pa.Table.from_batches(list(filling.batches()), shape)


def read_given(table: Table, given: Given, n: int | None) -> dict[str, pa.Array]:
    """The given columns in the types in which they travel, each of n values."""
    if hasattr(given, "to_dict") and hasattr(given, "columns") and not isinstance(given, pa.Table):
        columns = {str(name): given[name] for name in given.columns}
    elif isinstance(given, pa.Table | pa.RecordBatch):
        columns = {name: given.column(name) for name in given.schema.names}
    elif isinstance(given, Mapping):
        columns = dict(given)
    else:
        raise UsageError("a pandas or Arrow frame is wanted, or a mapping of columns.", where="given")
    if not columns:
        raise UsageError("no column is given.", where="given")
    known, out, long = {column.name: column for column in table.columns}, dict[str, pa.Array](), dict[str, int]()
    for name, values in columns.items():
        if name not in known:
            raise UsageError(f"{name!r} is no column of {table.name}.", where="given", hint=closest(name, list(known)).strip())
        if not known[name].written:
            raise UsageError("is computed by the database from other columns.", where=f"given.{name}")
        single = isinstance(values, str | bytes) or not (hasattr(values, "__len__") or isinstance(values, pa.Array | pa.ChunkedArray))
        out[name] = _fitting([values] if single else values, f"given.{name}", arrow_type(known[name].type))
        if not single:
            long[name] = len(out[name])
        if not known[name].nullable and out[name].null_count:
            raise UsageError("holds NULL, which the column does not allow.", where=f"given.{name}")
        kind = bare(known[name].type)
        if isinstance(kind, Enum) and not pc.all(pc.is_in(out[name].drop_null(), value_set=pa.array(kind.labels, pa.string()))).as_py():
            raise UsageError("holds what is no label of its type.", where=f"given.{name}")
    rows = {*long.values(), *(() if n is None else (n,))} or {1}
    if len(rows) > 1:
        told = ", ".join(f"{name}: {many}" for name, many in long.items())
        raise UsageError(f"columns of different lengths, or not of n rows ({told}{'' if n is None else f', n: {n}'}).", where="given")
    many = rows.pop()
    return {
        name: values if name in long else pa.concat_arrays([values] * many) if many else values.slice(0, 0) for name, values in out.items()
    }


def _fitting(values: Any, place: str, kind: pa.DataType) -> pa.Array:
    try:
        if isinstance(values, pa.ChunkedArray):
            values = values.combine_chunks()
        if not isinstance(values, pa.Array):
            try:
                values = pa.array(values, kind, from_pandas=True)
            except (pa.ArrowInvalid, pa.ArrowTypeError, TypeError):
                values = pa.array(values, from_pandas=True)
        made = values if values.type == kind else values.cast(kind)
        return made.combine_chunks() if isinstance(made, pa.ChunkedArray) else made
    except (pa.ArrowException, TypeError, ValueError, OverflowError):
        raise UsageError(f"holds values that are no {kind}.", where=place) from None


def _kept(made: Generation, name: TableName, given: Mapping[str, pa.Array], stream: Stream) -> dict[str, pa.Array]:
    """The given columns, and of those that come before them what the candidates have."""
    n, table = len(next(iter(given.values()))), made.model.schema.table(name)
    keys = {key.label: key for key in table.foreign_keys if key.parent != name}
    pool = made.beside(name, min(max(made.model.of(name).source_rows, FEWEST), POOL))
    deciding = pool.changeable({*given}, lasting=True)
    every = pool.changeable([column.name for column in table.written], lasting=True)
    asked = {name: values for name, values in given.items() if pool.fills(name) and pool.lasts(name)}
    hidden = [f"@{label}" for label in keys if pool.fills(f"@{label}")]
    fixed = [*hidden, *(column for label in keys for column in keys[label].columns if f"@{label}" in hidden and pool.fills(column))]
    rows, seen, met = _candidates(pool, every, n, asked, fixed, stream)
    chosen = pa.array(rows)
    own = {f for generator in deciding for f in generator.fills} | {*fixed}
    if met:  # the rest of the row goes with it, what was made for the whole table as long as no row of it comes twice
        own = {*seen}
        at = seen[ROW].take(chosen)
        if len(at.unique()) == n:
            single = {rule.columns[0] for rule in table.keys if len(rule.columns) == 1}
            for column in table.written:
                if column.name not in (*seen, *single) and pool.fills(column.name) and pool.lasts(column.name):
                    seen[column.name] = pool.whole(column.name).take(seen[ROW])
                    own.add(column.name)
    before = {f: values.take(chosen) for f, values in seen.items() if f in own and f not in given and f != ROW}
    for generator in every:
        if generator.kind.startswith("relation."):  # it follows from others, which may be given
            for filled in generator.fills:
                before.pop(filled, None)
        if isinstance(generator, After) and generator.column in given and generator.counted_from in before:
            drawn, base = seen[generator.column].take(chosen), before[generator.counted_from]
            before[generator.counted_from] = _with(base, drawn, given[generator.column])
    for label in hidden:
        key = keys[label[1:]]
        if {*key.columns} <= given.keys():  # it leads where it says
            before[label] = _rows_of(key, given, made.filling(key.parent))
    return {**before, **given}


def _with(base: pa.Array, drawn: pa.Array, given: pa.Array) -> pa.Array:
    """The dates from which others are counted, as far from the given ones as from those drawn."""
    if base.type != given.type:
        return base
    both = pc.and_(pc.and_(base.is_valid(), drawn.is_valid()), given.is_valid())
    return pc.if_else(both, from_units(units(base) + units(given) - units(drawn), base.type), base)


def _rows_of(key: ForeignKey, given: Mapping[str, pa.Array], parent: Filling) -> pa.Array:
    """The row of the parent that each given key leads to, -1 for none."""
    mine, other = codes([given[column] for column in key.columns], [parent.whole(column) for column in key.referred])
    if not len(other):
        return pa.array(np.full(len(mine), -1))
    order = np.argsort(other, kind="stable")
    found = order[np.minimum(np.searchsorted(other[order], mine), len(order) - 1)]
    return pa.array(np.where(other[found] == mine, found, -1))


def _candidates(
    pool: Filling, deciding: Sequence[Generator], n: int, given: Mapping[str, pa.Array], fixed: Sequence[str], stream: Stream
) -> tuple[Ints, dict[str, pa.Array], bool]:
    """For each row of `given` a candidate (rows,), the columns of all candidates, and whether all agree in every category."""
    apart = [name for name in given if not ordered(given[name].type)]
    parts: list[dict[str, pa.Array]] = []
    enough = -(-PLENTY // max(pool.n, 1)) if len(apart) < len(given) else 1  # rounds: numbers want near ones
    for turn in range(TURNS if apart else min(enough, TURNS)):
        drawn = [dict(pool.drawn(deciding, span, turn)) for span in spans(pool.n)]
        one = {name: pa.concat_arrays([part[name] for part in drawn]) for name in drawn[0]} if deciding else {}
        one |= {name: pool.whole(name) for name in sorted({*fixed, *given} - one.keys())}
        one[ROW] = pa.array(np.arange(pool.n))
        mine, theirs = codes([given[name] for name in apart], [one[name] for name in apart]) if apart else (np.zeros(n, int), None)
        if turn and theirs is not None:  # of later rounds only what was missing
            rows = pa.array(np.flatnonzero(np.isin(theirs, mine)))
            one = {name: values.take(rows) for name, values in one.items()}
        parts.append(one)
        if theirs is None:
            continue
        whole = {name: pa.concat_arrays([part[name] for part in parts]) for name in apart}
        mine, theirs = codes([given[name] for name in apart], [whole[name] for name in apart])
        size = max(int(mine.max()), int(theirs.max())) + 1
        if (np.bincount(theirs, minlength=size) >= EACH * np.bincount(mine, minlength=size))[mine].all() and turn + 1 >= enough:
            break
    seen = {name: pa.concat_arrays([part[name] for part in parts]) for name in parts[0]}
    if not given:
        return stream.at("any").integers(n, pool.n), seen, True
    rows, met = _matched(given, seen, apart, stream)
    return rows, seen, met


def _matched(given: Mapping[str, pa.Array], seen: Mapping[str, pa.Array], apart: Sequence[str], stream: Stream) -> tuple[Ints, bool]:
    """For each row of `given` one of the candidates that agree in the categories `apart` and are near in all numbers.

    Where none agrees in all of them, the categories that come first count; whether there is none such.
    """
    n, m = len(next(iter(given.values()))), len(next(iter(seen.values())))
    here, there = _places(given, seen, [name for name in given if name not in apart])
    met, open_ = True, np.arange(n)
    out = np.full(n, -1, dtype=np.int64)
    for many in range(len(apart), -1, -1):
        names = apart[:many]
        mine, theirs = (
            codes([given[name] for name in names], [seen[name] for name in names]) if names else (np.zeros(n, int), np.zeros(m, int))
        )
        order = np.lexsort((stream.at("mix", many).words(m), theirs))
        sorted_ = theirs[order]
        for rows, low, high in _alike(mine, sorted_, open_):
            out[rows] = order[low:high][_nearest(here[rows], there[order[low:high]], stream.at("near", many, int(rows[0])))]
        open_ = np.flatnonzero(out < 0)
        if not len(open_):
            break
        met = False
    return out, met


def _alike(mine: Ints, sorted_: Ints, open_: Ints) -> Iterator[tuple[Ints, int, int]]:
    """The open rows of each code, and where the candidates of that code begin and end."""
    order = open_[np.argsort(mine[open_], kind="stable")]
    for rows in np.split(order, np.flatnonzero(np.diff(mine[order])) + 1) if len(order) else []:
        low, high = np.searchsorted(sorted_, mine[rows[0]], side="left"), np.searchsorted(sorted_, mine[rows[0]], side="right")
        if high > low:
            yield rows, int(low), int(high)


def _nearest(here: Floats, there: Floats, stream: Stream) -> Ints:
    """For each row (n, numbers) one of the few nearest of (m, numbers), rows that are the same each another; without numbers in turn."""
    n, m = len(here), len(there)
    if not here.shape[1]:
        return np.asarray(np.arange(n) % m, dtype=np.int64)
    tree, out = cKDTree(there), np.empty(n, dtype=np.int64)
    different, which, many = np.unique(here, axis=0, return_inverse=True, return_counts=True)
    which = which.reshape(-1)
    few = np.flatnonzero(many[which] <= NEAR)
    if len(few):
        k = min(NEAR, m)
        near = tree.query(here[few], k=k)[1].reshape(len(few), k)
        out[few] = near[np.arange(len(few)), stream.integers(len(few), k)]
    for i in np.flatnonzero(many > NEAR).tolist():
        near = np.atleast_1d(tree.query(different[i], k=min(int(many[i]), m))[1])
        out[np.flatnonzero(which == i)] = near[stream.permutation(int(many[i])) % len(near)]
    return out


def _places(given: Mapping[str, pa.Array], seen: Mapping[str, pa.Array], names: Sequence[str]) -> tuple[Floats, Floats]:
    """Where each value stands among the candidates' (rows, columns), both sides; NULL stands far away."""
    here: list[Floats] = []
    there: list[Floats] = []
    for name in names:
        own, null = numbers(seen[name])
        rising = np.sort(own[~null])
        for values, out in ((given[name], here), (seen[name], there)):
            found, gone = numbers(values)
            out.append(np.where(gone, 2.0, _rank(found, rising)))
    shape: tuple[int, int] = (len(next(iter(given.values()))), 0)
    return (np.stack(here, axis=1), np.stack(there, axis=1)) if names else (np.zeros(shape), np.zeros((len(next(iter(seen.values()))), 0)))


def _rank(values: Floats, rising: NDArray[np.float64]) -> Floats:
    low, high = np.searchsorted(rising, values, side="left"), np.searchsorted(rising, values, side="right")
    return np.asarray((low + high) / 2 / max(len(rising), 1), dtype=np.float64)


__all__ = ["Given", "read_given", "sample_given"]
