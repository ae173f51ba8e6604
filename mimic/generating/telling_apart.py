"""Rows that a uniqueness rule would refuse, changed until none is left.

Some rules are kept by the generators themselves, at no cost. The others (partial ones, ones on expressions, ones that tie
many columns together) are checked here, chunk by chunk, against all rows made so far; a row that comes too late is
changed: another value in a column of the rule that nothing else depends on, another parent that some row has, a row that the
rule's predicate leaves out, or a NULL. What was tried must satisfy the table's conditions too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from mimic.conditions import ColumnRef, Condition, Distinct, IsNull, Not, Sure, columns_of, kind_of_type
from mimic.generating.honouring import honour
from mimic.schema import Boolean, Column, Date, ForeignKey, Integer, Table, Text, Timestamp, Uuid, bare
from mimic.streams import Ints, Stream
from mimic.truth import Rows

ROUNDS = 4  # through all remedies
Mask = NDArray[np.bool_]
Arrays = dict[str, pa.Array]


@dataclass
class Apart:
    """The rules of one table, and the keys of the rows made so far."""

    table: Table
    rules: tuple[Distinct, ...]
    conditions: tuple[Condition, ...]
    fixed: frozenset[str]  # columns that other rows refer to, or that are unique by themselves
    parents: Callable[[ForeignKey], Arrays]  # the keys that a foreign key may point at, by the columns that hold them
    seen: list[set[bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.seen = [set() for _ in self.rules]

    def settle(self, columns: Mapping[str, pa.Array], stream: Stream) -> tuple[Arrays, Mask]:
        """The chunk with as few changes as were needed, and the rows that still come too late. What it holds is known from then on."""
        made, left = self.mended(columns, stream)
        self.note(made)
        return made, left

    def mended(self, columns: Mapping[str, pa.Array], stream: Stream) -> tuple[Arrays, Mask]:
        """As `settle`, but nothing is remembered."""
        made = dict(columns)
        late = self._late(made)
        for turn in range(ROUNDS):
            for i, rule in enumerate(self.rules):
                for j, remedy in enumerate(self._remedies(rule)):
                    rows = np.flatnonzero(late[i])
                    if not len(rows):
                        break
                    made = self._try(remedy, rule, made, rows, stream.at(turn, i, j))
                    late = self._late(made)
            if not late.any():
                break
        left: Mask = np.logical_or.reduce(late, axis=0)
        return made, left

    def note(self, columns: Arrays) -> None:
        """These rows are there."""
        for i, rule in enumerate(self.rules):
            self.seen[i].update(key for key in self._keys(rule, columns) if key is not None)

    def forget(self, columns: Arrays) -> None:
        """These rows, which were there and unlike all others, are gone."""
        for i, rule in enumerate(self.rules):
            self.seen[i].difference_update(key for key in self._keys(rule, columns) if key is not None)

    def _late(self, columns: Arrays) -> NDArray[np.bool_]:
        """(rules, rows): the rows whose key came before."""
        n = len(next(iter(columns.values())))
        out = np.zeros((len(self.rules), n), dtype=np.bool_)
        for i, rule in enumerate(self.rules):
            here: set[bytes] = set()
            for row, key in enumerate(self._keys(rule, columns)):
                if key is None:
                    continue
                if key in here or key in self.seen[i]:
                    out[i, row] = True
                here.add(key)
        return out

    def _keys(self, rule: Distinct, columns: Arrays) -> Iterator[bytes | None]:
        """What tells each row apart, None where the rule does not hold for it."""
        rows = Rows(columns)
        parts = [_bytes(rows.value(key)) for key in rule.keys]
        if rule.nulls_equal:
            parts = [pc.fill_null(part, b"\x00null") for part in parts]
        joined = pc.binary_join_element_wise(*parts, b"\x1f") if len(parts) > 1 else parts[0]
        if rule.where is not None:
            holds = pc.fill_null(rows.truth(rule.where), False)
            joined = pc.if_else(holds, joined, pa.scalar(None, joined.type))
        for value in joined.to_pylist():
            yield value if value is None or len(value) <= 24 else hashlib.blake2b(value, digest_size=16).digest()

    # -- remedies --------------------------------------------------------------------------------------------------------

    def _remedies(self, rule: Distinct) -> list[tuple[str, tuple[str, ...]]]:
        """What may help, the most natural first: "fresh" values, other "parents", "out" of the predicate, a "null"."""
        keys = [ref.name for key in rule.keys for ref in columns_of(key)]
        referring = {name for edge in self.table.foreign_keys for name in edge.columns}
        told = {ref.name for ref in columns_of(rule.where)} if rule.where is not None else set[str]()
        own = [name for name in dict.fromkeys(keys) if name not in self.fixed and name not in referring]
        made: list[tuple[str, tuple[str, ...]]] = []
        room = {name: _room(self.table.column(name)) for name in own}
        made += [("fresh", (name,)) for name in sorted(own, key=lambda name: -room[name]) if room[name]]
        flags = all(isinstance(bare(self.table.column(name).type), Boolean) for name in told)
        if told - set(keys) - self.fixed and flags:
            made.append(("out", ()))
        for edge in self.table.foreign_keys:
            if set(edge.columns) & set(keys) and not set(edge.columns) & self.fixed and not self._overlaps(edge):
                made.append(("parents", edge.columns))
        if told - self.fixed:
            made.append(("out", ()))
        if not rule.nulls_equal:
            together = [self._together(name) for name in dict.fromkeys(keys)]
            free = [names for names in together if all(self.table.column(name).nullable and name not in self.fixed for name in names)]
            made += [("null", names) for names in free]
        return made

    def _together(self, name: str) -> tuple[str, ...]:
        """The column with those that must be NULL when it is: all of a key with MATCH FULL."""
        full = (edge.columns for edge in self.table.foreign_keys if edge.match_full and name in edge.columns)
        return next(full, (name,))

    def _others(self, edge: ForeignKey, rule: Distinct, columns: Arrays, rows: Ints, stream: Stream) -> Arrays:
        """Parents for some rows: unused ones where the rule is about the parent alone, any where it is about more."""
        found = self.parents(edge)
        many = len(next(iter(found.values())))
        if not many:
            return {}
        order = stream.permutation(many)
        if {ref.name for key in rule.keys for ref in columns_of(key)} == set(edge.columns):
            used = set(zip(*(columns[name].to_pylist() for name in edge.columns), strict=True))
            keys = list(zip(*(found[name].to_pylist() for name in edge.columns), strict=True))
            free = [int(i) for i in order if keys[i] not in used]
            chosen = np.array([*free[: len(rows)], *stream.integers(max(0, len(rows) - len(free)), many)], dtype=np.int64)
        else:
            chosen = stream.integers(len(rows), many)
        return {name: values.take(pa.array(chosen)).cast(columns[name].type) for name, values in found.items()}

    def _overlaps(self, edge: ForeignKey) -> bool:
        return any(other is not edge and set(other.columns) & set(edge.columns) for other in self.table.foreign_keys)

    def _try(self, remedy: tuple[str, tuple[str, ...]], rule: Distinct, columns: Arrays, rows: Ints, stream: Stream) -> Arrays:
        how, names = remedy
        part = {name: values.take(pa.array(rows)) for name, values in columns.items()}
        extra: list[Condition] = []
        if how == "fresh":
            column = self.table.column(names[0])
            part[names[0]] = _fresh(column, columns[names[0]], part[names[0]], stream.at("fresh"))
        elif how == "parents":
            edge = next(edge for edge in self.table.foreign_keys if edge.columns == names)
            part |= self._others(edge, rule, columns, rows, stream.at("parents"))
        elif how == "out" and rule.where is not None:
            extra = [Not(Sure(rule.where))]
        else:
            extra = [IsNull(ColumnRef(name, kind_of_type(self.table.column(name).type))) for name in names]
        wanted = [*self.conditions, *extra]
        if wanted:
            referring = {name for edge in self.table.foreign_keys for name in edge.columns}
            bound = self.fixed | referring
            alone = {name for name in referring - self.fixed if how == "null" or self._together(name) == (name,)}
            loose = frozenset(name for name in alone if self.table.column(name).nullable)
            needed = {name for condition in wanted for name in (ref.name for ref in columns_of(condition))}
            read = {name: part[name] for name in needed if name in part}
            if read:
                changed, bad = honour(read, wanted, self.table, frozenset(bound), stream.at("honour"), nullable_locked=loose)
                part |= changed
            else:
                bad = np.zeros(len(rows), dtype=np.bool_)
        else:
            bad = np.zeros(len(rows), dtype=np.bool_)
        good = np.flatnonzero(~bad)
        if not len(good):
            return columns
        out = dict(columns)
        place = np.arange(len(next(iter(columns.values()))))
        place[rows[good]] = len(place) + good
        for name, values in part.items():
            if values is not columns[name]:
                out[name] = pa.concat_arrays([columns[name], values.cast(columns[name].type)]).take(pa.array(place))
        return out


def _bytes(values: pa.Array) -> pa.Array:
    """Values of any type as bytes that are the same for equal values."""
    if pa.types.is_binary(values.type):
        return values
    if pa.types.is_fixed_size_binary(values.type):
        return values.cast(pa.binary())
    if pa.types.is_floating(values.type):
        values = pc.add(values, 0.0)  # -0.0 equals 0.0
    return values.cast(pa.string()).cast(pa.binary())


def _room(column: Column) -> int:
    """How well a column takes values that no other row has; 0 for not at all."""
    match bare(column.type):
        case Uuid():
            return 5
        case Text(length=length):
            return 4 if length is None or length >= 4 else 1
        case Integer():
            return 3
        case Timestamp() | Date():
            return 2
    return 0


def _fresh(column: Column, all_: pa.Array, here: pa.Array, stream: Stream) -> pa.Array:
    """Values near those that are there, which no other row is likely to have."""
    n = len(here)
    match bare(column.type):
        case Uuid():
            raw = np.stack([stream.words(n), stream.words(n)], axis=1).tobytes()
            return pa.array([raw[i * 16 : i * 16 + 16] for i in range(n)], pa.binary()).cast(here.type)
        case Text(length=length):
            return pa.array(_texts(here.to_pylist(), length, stream), here.type)
        case Integer(bits=bits):
            largest = 0 if all_.null_count == len(all_) else int(pc.max(all_).as_py())
            top = 2 ** (bits - 1) - 1
            start = largest + 1 if largest + n < top else 0
            return pa.array([start + i for i in range(n)], here.type)
        case Date():
            days = np.asarray(pc.fill_null(here.cast(pa.int32()), 20_000)).astype(np.int64) - 1 - stream.integers(n, 2_000)
            return pa.array(days.astype(np.int32)).cast(here.type)
    micros = np.asarray(pc.fill_null(here.cast(pa.int64()), 0)) - 1_000_000 * (1 + stream.integers(n, 50_000_000))
    return pa.array(micros).cast(here.type)


def _texts(values: Iterable[str | None], length: int | None, stream: Stream) -> list[str]:
    """A word or number more; before the @ of an address and the dot of a file."""
    known = list(values)
    numbers = stream.integers(len(known), 10 ** min(6, length or 6))
    out = []
    for value, number in zip(known, numbers.tolist(), strict=True):
        text, sign = value or "", str(number)
        cut = text.find("@") if "@" in text else len(text)
        head, tail = text[:cut], text[cut:]
        if length is not None:
            head = head[: max(0, length - len(tail) - len(sign))]
        out.append((head + sign + tail)[-length:] if length is not None else head + sign + tail)
    return out


__all__ = ["Apart"]
