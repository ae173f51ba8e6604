"""Columns of a parent that say what its children are like, found on the sample: how many there are, their sum, how many are paid."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations, permutations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from mimic.generators.features import equal, numbers, ordered, with_gaps
from mimic.generators.totals import Take, Total, Where, outermost
from mimic.generators.ways import RATES
from mimic.planning.arithmetic import is_rate, places_of
from mimic.planning.relations import Relation
from mimic.profile import TableEvidence, parent_rows
from mimic.schema import ForeignKey
from mimic.streams import Floats, Ints

FEWEST = 40  # rows that must bear a total out
COUNTED = 0.98  # of the rows
ENDS = 0.995  # of the rows whose largest or smallest is meant: of many columns one comes close by accident
GLANCE, PROMISING = 400, 0.9  # parents that all totals are tried on, and the share that lets one be looked at closely
CENT = 0.006  # how far off a sum may be
MOST_NUMBERS, MOST_DATES = 6, 4  # columns of children that are taken
MOST_FURTHER = 4  # columns of their children that are
MOST_FILTERS, MOST_VALUES = 6, 10  # columns of children that say which count, and the values of one
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Below:
    """A key of children, their sample, and the columns of theirs that lead to a table which is copied: they are categories.

    `above`: numbers of their other parents, by need; `below`: what their own children add up to, by the need of a `Total`.
    """

    key: ForeignKey
    child: TableEvidence
    lookups: frozenset[str] = frozenset()
    above: Mapping[str, pa.Array] = field(default_factory=dict)
    below: Mapping[str, pa.Array] = field(default_factory=dict)

    def column(self, name: str) -> pa.Array:
        """A column of the children, or more about them."""
        more = self.above.get(name, self.below.get(name))
        return more if more is not None else self.child.column(name)


@dataclass(frozen=True, slots=True)
class _Wanted:
    values: pa.Array
    number: Floats  # a date as a number, too
    null: Mask
    usual: float
    places: int | None
    nullable: bool


def counted(found: TableEvidence, children: Sequence[Below], taken: frozenset[str], k: int) -> list[Relation]:
    """Columns that hold what a total of the children says, each with the first that does: the number, sums, what is largest; of all
    children before those of some."""
    wanted = _wanted(found, taken)
    out, spare = dict[str, Relation](), dict[str, Relation]()
    for below in children if wanted else ():
        rows = parent_rows(below.child, below.key, found)
        glance = _Glance.of(below, rows, found.sampled)
        if glance is None:
            continue
        looked = _Looked.of(list(wanted.values()), glance.parents)
        for total, made in _tries(below, glance, k):
            for name in (name for name, may in zip(wanted, looked.promising(total, made), strict=True) if may and name not in out):
                if (relation := _borne_out(name, total, wanted[name], below, rows)) is None:
                    continue
                if relation.holes and total.take in _ENDS:  # a total of some children may say when it is NULL, too
                    spare.setdefault(name, relation)
                else:
                    out[name] = relation
            if len(out) == len(wanted):
                break
    out = {**spare, **out}
    for below in children:
        out |= _held_last(found, below, taken | out.keys())
    return list(out.values())


def _held_last(found: TableEvidence, below: Below, taken: Collection[str]) -> dict[str, Relation]:
    """Columns of any type that hold what the last of the children does, or the first: the status to which the last event has led."""
    child, out = below.child, dict[str, Relation]()
    rows = parent_rows(child, below.key, found)
    have = np.flatnonzero(np.bincount(rows[rows >= 0], minlength=found.sampled))
    if len(have) < FEWEST or len(have) == len(rows):
        return out
    some, keys = have[:: max(1, len(have) // GLANCE)], _keys(child)
    theirs = {column.name: child.column(column.name) for column in child.table.written if column.name not in keys}
    for by in _orders(child):
        for take in (_LAST, _FIRST):
            places = outermost(rows, found.sampled, numbers(child.column(by))[0], take)
            other = outermost(rows, found.sampled, numbers(child.column(by))[0], _FIRST if take == _LAST else _LAST)
            for column in found.table.written:
                name, mine = column.name, found.column(column.name)
                if (
                    name in taken or name in out or pa.types.is_temporal(mine.type)
                ):  # children's dates are counted from those of their parents
                    continue
                if len(have) < found.sampled and not mine.null_count:
                    continue
                for what, values in theirs.items():
                    if values.type != mine.type or _alike(mine, values, places, some) < ENDS:
                        continue
                    told = have[~equal(values.take(places), values.take(other))[have]]
                    share = _alike(mine, values, places, have)
                    if len(told) >= FEWEST and share >= ENDS and _alike(mine, values, places, told) >= ENDS:
                        total = Total(below.key.hidden, take, (("*", what), ("by", by)))
                        said = f"{total.said(below.key)} ({share:.1%} of the rows)"
                        out[name] = Relation(name, total.need, "", share, said, len(have))
                        break
    return out


def _orders(child: TableEvidence) -> list[str]:
    """Columns by which children come one after the other: dates that all have, the key."""
    dates = [name for name in _dates(child) if not child.column(name).null_count][:2]
    key = child.table.primary_key
    numbered = key is not None and len(key.columns) == 1 and pa.types.is_integer(child.column(key.columns[0]).type)
    return [*dates, *(key.columns if key is not None and numbered else ())]


def _alike(mine: pa.Array, values: pa.Array, places: pa.Array, some: Ints) -> float:
    """The share of some parents that hold what the child at their place does."""
    index = pa.array(some)
    return float(equal(mine.take(index), values.take(places.take(index))).mean())


def _tries(below: Below, glance: _Glance, k: int) -> Iterator[tuple[Total, pa.Array]]:
    """Totals, each with what it makes for the parents looked at."""
    yield from ((total, glance.made(total)) for total in _totals(below))
    for where in _filters(below, k):
        some = glance.only(where)
        if len(some.rows) >= FEWEST:
            yield from ((replace(total, where=where), some.made(total)) for total in _totals_of_some(below))


def _wanted(found: TableEvidence, taken: frozenset[str]) -> dict[str, _Wanted]:
    out = {}
    for column in found.table.written:
        if column.name in taken or not ordered(found.column(column.name).type):
            continue
        values = found.column(column.name)
        number, null = numbers(values)
        if (~null).sum() >= FEWEST and len(np.unique(number[~null])) > 2:
            places = None if pa.types.is_temporal(values.type) else places_of(found, column.name, number[~null])
            out[column.name] = _Wanted(values, number, null, _usual(number[~null]), places, column.nullable)
    return out


@dataclass(frozen=True)
class _Glance:
    """Some parents (m,) that have children, and of all children those that hang on them."""

    below: Below
    parents: Ints
    rows: Ints  # the place of each of these children's parent among the parents
    places: pa.Array  # of the children in their sample
    read: dict[str, pa.Array]

    @classmethod
    def of(cls, below: Below, rows: Ints, parents: int) -> _Glance | None:
        have = np.flatnonzero(np.bincount(rows[rows >= 0], minlength=parents))
        if len(have) < FEWEST:
            return None
        some = have[np.linspace(0, len(have) - 1, min(GLANCE, len(have))).astype(np.int64)]
        place = np.full(parents + 1, -1, dtype=np.int64)
        place[some] = np.arange(len(some))
        here = np.flatnonzero(place[rows] >= 0)  # a child without a parent has -1, the last place
        return cls(below, some, place[rows[here]], pa.array(here), {})

    def made(self, total: Total) -> pa.Array:
        return total.of(self.rows, len(self.parents), self._column)

    def only(self, where: Where) -> _Glance:
        """The same parents, and of their children those that count."""
        live = where.of(self._column(where.column))
        return _Glance(self.below, self.parents, self.rows[live], self.places.filter(pa.array(live)), {})

    def _column(self, name: str) -> pa.Array:
        if name not in self.read:
            self.read[name] = self.below.column(name).take(self.places)
        return self.read[name]


@dataclass(frozen=True)
class _Looked:
    """What some parents have in all columns that are wanted, (columns, parents)."""

    wanted: list[_Wanted]
    number: Floats
    there: Mask
    least: Floats  # of these parents must have what a total makes, (columns,)

    @classmethod
    def of(cls, wanted: list[_Wanted], some: Ints) -> _Looked:
        there = np.stack([~each.null[some] for each in wanted])
        return cls(wanted, np.stack([each.number[some] for each in wanted]), there, PROMISING * np.maximum(there.sum(axis=1), 1))

    def promising(self, total: Total, made: pa.Array) -> list[bool]:
        """Of which columns they do not speak against a total. What is rounded line by line is looked at more kindly."""
        number, lost = numbers(made)
        slack = np.array([_slack(total, each) for each in self.wanted]) * (1.0 if not total.rates else 100.0)
        near = (np.abs(self.number - number) <= slack[:, None]) & self.there & ~lost
        return [may and self._fits(total, made, each) for may, each in zip(near.sum(axis=1) >= self.least, self.wanted, strict=True)]

    @staticmethod
    def _fits(total: Total, made: pa.Array, wanted: _Wanted) -> bool:
        if total.take in ("max", "min"):
            return bool(made.type == wanted.values.type)
        return not pa.types.is_temporal(wanted.values.type)


def _slack(total: Total, wanted: _Wanted) -> float:
    if total.take in ("max", "min"):
        return 0.0 if pa.types.is_temporal(wanted.values.type) else 1e-9
    return CENT if total.take != "mean" or wanted.places is None else 0.5000001 * 10.0**-wanted.places


def _borne_out(name: str, total: Total, wanted: _Wanted, below: Below, rows: Ints) -> Relation | None:
    """What all rows say. Where no child counts, a mean or an end is NULL, or 0; that most are 0 on both sides says nothing."""
    n, null = len(wanted.number), wanted.null
    many = np.asarray(replace(total, take="count", factors=()).of(rows, n, below.column))
    if total.take in ("count", "sum"):
        sums = np.asarray(total.of(rows, n, below.column))
        near = np.abs(wanted.number - sums) <= CENT + 0.01 * total.rates * many
        told = ~null & ((wanted.number != wanted.usual) | (sums != wanted.usual))
        if sums[null].any():
            return None
        holes = bool(null.any())
    else:
        temporal = pa.types.is_temporal(wanted.values.type)
        zero = not temporal and not null[many == 0].any() and bool((many == 0).any() or not wanted.nullable)
        if not zero and (not wanted.nullable or (total.take == "min" and temporal and not null.any())):
            return None  # a first day that every row has is where the children's days begin: they are counted from it
        total = replace(total, zero=zero, places=wanted.places if total.take == "mean" else None)
        made, lost = numbers(total.of(rows, n, below.column))
        same = (np.abs(wanted.number - made) <= _slack(total, wanted)) & ~lost & ~null
        every = replace(total, where=None)  # of those that count there may be one
        several = np.asarray(replace(every, take="count", factors=()).of(rows, n, below.column)) > 1
        told = ~null & (many > 0) & several & _differing(every, below, rows, n)
        holes = float((null & ~lost).mean()) > 1 - ENDS  # the last payment of what is paid in full
        near = same if holes else same | (lost & null)
        null = null if holes else null & False
    share, least = float(near[~null].mean()), ENDS if total.take in ("max", "min") else COUNTED
    if told.sum() < FEWEST or near[told].mean() < least or share < least:
        return None
    said = f"{_said(total, below)} ({share:.1%} of the rows)"
    return Relation(name, total.need, "", share, said, int((~null).sum()), holes, _owners(total, below.child))


def _said(total: Total, below: Below) -> str:
    said = total.said(below.key)
    for need in below.below:
        further = Total.read(need)
        what = f"the {further.take} of {further.factors[0][1]}" if further.factors else "the number"
        said = said.replace(need, f"{what} of their rows of {further.key[1:].split('.')[0]}")
    return said


def _differing(total: Total, below: Below, rows: Ints, n: int) -> Mask:
    """The parents (n,) whose children differ; none where most have several that stand at the end: that is a limit of theirs, such as
    the price of an article that is sold for less now and then."""
    low, high = (numbers(replace(total, take=take).of(rows, n, below.column))[0] for take in _ENDS[::-1])
    differ: Mask = low < high
    if total.take == "mean":
        return differ
    number, null = numbers(below.column(total.factors[0][1]))
    there = (rows >= 0) & ~null & (number == (high if total.take == "max" else low)[rows])
    several = np.bincount(rows[there], minlength=n) > 1
    return differ if several[differ].sum() < differ.sum() / 2 else differ & False


def _owners(total: Total, child: TableEvidence) -> int:
    """How many hold the value that says which children count; 0 where there is none."""
    if total.where is None or total.where.value is None:
        return 0
    like = replace(total.where, unlike=False).of(child.column(total.where.column))
    return int(child.owners.distinct(np.where(like, 0, -1), 1)[0])


def _usual(values: Floats) -> float:
    """The most frequent value."""
    different, many = np.unique(values, return_counts=True)
    return float(different[np.argmax(many)])


def _totals_of_some(below: Below) -> Iterator[Total]:
    """What is tried of those children alone that count: number, sums, the latest."""
    key, child = below.key.hidden, below.child
    yield Total(key)
    yield from (Total(key, "sum", (("*", name),)) for name in _numbers(child))
    yield from (Total(key, "max", (("*", name),)) for name in _dates(child))


def _totals(below: Below) -> Iterator[Total]:
    """What is tried of all children, the plainest first."""
    key, child = below.key.hidden, below.child
    names, dates = _numbers(child), _dates(child)
    sums: list[tuple[tuple[str, str], ...]] = [(("*", name),) for name in names]
    pairs = [(("*", a), ("*", b)) for a, b in combinations(names, 2)]
    ends: list[tuple[Take, str]] = [*(("mean", name) for name in names), *((take, name) for take in _ENDS for name in (*dates, *names))]
    yield Total(key)
    yield from (Total(key, "sum", factors) for factors in (*sums, *pairs))
    yield from (Total(key, "sum", (("*", name),)) for name in (*below.below, *below.above))
    yield from (Total(key, "sum", (("*", name), ("*", far))) for name in names for far in below.above)
    yield from (Total(key, "sum", (("*", a), ("-", b))) for a, b in permutations(names, 2))
    yield from (Total(key, take, (("*", name),)) for take, name in ends)
    yield from (Total(key, "sum", (("*", a), ("*", b), ("*", c))) for a, b, c in combinations(names, 3))
    for more in _rates(child, names):
        yield from (Total(key, "sum", (*base, *more)) for base in (*sums, *pairs) if _named(base).isdisjoint(_named(more)))


_ENDS: tuple[Take, ...] = ("max", "min")
_FIRST: Take = "first"
_LAST: Take = "last"


def _named(factors: Sequence[tuple[str, str]]) -> set[str]:
    return {name for _, name in factors}


def _keys(child: TableEvidence) -> set[str]:
    leading = {name for key in child.table.foreign_keys for name in key.columns}
    return leading | {name for rule in child.table.keys for name in rule.columns}


def _numbers(child: TableEvidence) -> list[str]:
    return [name for name, kind in _own(child) if ordered(kind) and not pa.types.is_temporal(kind)][:MOST_NUMBERS]


def _dates(child: TableEvidence) -> list[str]:
    return [name for name, kind in _own(child) if ordered(kind) and pa.types.is_temporal(kind)][:MOST_DATES]


def _own(child: TableEvidence) -> Iterator[tuple[str, pa.DataType]]:
    keys = _keys(child)
    yield from ((column.name, child.column(column.name).type) for column in child.table.written if column.name not in keys)


def _rates(child: TableEvidence, names: Sequence[str]) -> Iterator[tuple[tuple[str, str], ...]]:
    """One rate, or two."""
    read = {name: with_gaps(child.column(name)) for name in names}
    single = [(sign, name) for sign in RATES for name in names if is_rate(read[name], sign)]
    yield from ((each,) for each in single)
    yield from ((a, b) for a, b in combinations(single, 2) if a[1] != b[1])


def _filters(below: Below, k: int) -> Iterator[Where]:
    """Values by which children may be told apart, of those that k owners hold."""
    child, out = below.child, list[Where]()
    keys = _keys(child) - below.lookups
    few = 0
    for column in child.table.written:
        if column.name in keys or few >= MOST_FILTERS:
            continue
        values = child.column(column.name)
        kind = values.type
        if 0 < values.null_count < len(values):
            out += [Where(column.name, None, True), Where(column.name, None)]
        if not (pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_boolean(kind) or pa.types.is_integer(kind)):
            continue
        encoded = values.dictionary_encode()
        many = len(encoded.dictionary)
        if not 2 <= many <= MOST_VALUES:
            continue
        few += 1
        codes = np.asarray(pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False), dtype=np.int64)
        held = child.owners.reach(codes, many, k)
        texts = encoded.dictionary.cast(pa.string()).to_pylist()
        out += [Where(column.name, text) for text, enough in zip(texts, held, strict=True) if enough]
    yield from out
    yield from (replace(where, unlike=True) for where in out if where.value is not None)


def further(key: ForeignKey, child: TableEvidence, children: TableEvidence) -> dict[str, pa.Array]:
    """What the children of a table's rows add up to by a key, row by row of its sample: their number, and sums of their numbers."""
    rows = parent_rows(children, key, child)
    totals = [Total(key.hidden), *(Total(key.hidden, "sum", (("*", name),)) for name in _numbers(children)[:MOST_FURTHER])]
    return {total.need: total.of(rows, child.sampled, children.column) for total in totals}


__all__ = ["Below", "counted", "further"]
