"""New keys for real rows: so that two subsets can live together, or so that each selected entity comes several times.

*Renumbering* gives integer primary keys new values, one after the other from a first one on. *Multiplying* writes the roots and
what hangs on them again and again; each time they get new keys and new values wherever values must be unique, and refer to each
other as the originals do. New texts are drawn in the form of the old ones by whoever knows what they mean (`drawn`); plain words are told
apart by the number of their copy. Whatever refers to a renewed value, by declared, virtual or polymorphic references, follows it. Tables
that come whole are vocabulary and keep their keys.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from mimic.batch import Batch
from mimic.connector import Source
from mimic.errors import CapacityError, Unsupported
from mimic.schema import Integer, Schema, Table, TableName, Text, Uuid, bare
from mimic.selection import Edge, Numbers, RowIn, Selection
from mimic.subsetting.fetching import Cuts
from mimic.subsetting.keys import identity

Place = tuple[TableName, str]
Drawn = Callable[[Place, pa.Array, int], pa.Array | None]
TRIES = 24  # how often values that meet others are drawn again, before the number of the copy tells them apart


def undrawn(place: Place, values: pa.Array, salt: int) -> None:
    """Knows no values of any sort."""


@dataclass
class _Renewed:
    """The different values of one column, and what each of them becomes in every copy."""

    old: pa.Array
    new: list[pa.Array]


@dataclass
class Renewal:
    """`times`: how often an entity is written; `renumber`: whether integer keys get new values in the first copy too.

    `highest` are the largest values of integer columns that the target holds already. `drawn` gives for values of a column others of
    the same sort, distinct ones for distinct ones and different ones for each salt; None where it knows none.
    """

    source: Source
    schema: Schema
    selection: Selection
    times: int = 1
    renumber: bool = False
    highest: Mapping[Place, int] = field(default_factory=dict)
    drawn: Drawn = undrawn
    _values: dict[Place, _Renewed] = field(default_factory=dict)
    _leads: dict[Place, list[tuple[Place, Edge]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for edge in self.selection.edges:
            for column, referred in zip(edge.key.columns, edge.key.referred, strict=True):
                self._leads.setdefault((edge.key.table, column), []).append(((edge.key.parent, referred), edge))
        for table in self.schema.tables:
            for name in self._renewed(table):
                self._values[table.name, name] = self._renew(table, name)

    @property
    def rows(self) -> dict[TableName, int]:
        """How many rows each table gets."""
        return {
            table.name: self.selection.rows(table.name) + (self.times - 1) * len(self._again(table.name)) for table in self.schema.tables
        }

    # -- which columns -----------------------------------------------------------------------------------------------------

    def _again(self, table: TableName) -> Numbers:
        """The rows that are written again: roots and what hangs on them."""
        found = [step.numbers for step in self.selection.steps if step.table == table and step.downstream]
        return np.sort(np.concatenate(found)) if found else np.empty(0, np.int64)

    def _renewed(self, table: Table) -> list[str]:
        """Columns that get new values of their own: one of every uniqueness rule in which no value follows another table's."""
        if table.name in self.selection.whole or not self.selection.rows(table.name):
            return []
        found: list[str] = []
        if self.renumber:
            key = identity(table)
            if len(key) == 1 and isinstance(bare(table.column(key[0]).type), Integer) and not self._follows(table.name, key[0]):
                found.append(key[0])
        if self.times > 1 and len(self._again(table.name)):
            for rule in table.keys:
                columns = rule.columns or _mentioned(table, rule.expressions)
                if any(name in found or self._follows(table.name, name) for name in columns):
                    continue
                fit = sorted(columns, key=lambda name: _rank(table, name))
                if not fit or _rank(table, fit[0]) == len(_KINDS):
                    told = ", ".join(columns or rule.expressions)
                    raise Unsupported(
                        f"its rows cannot be multiplied: no new values can be made for its unique ({told}).",
                        where=str(table.name),
                        hint="Shut the key that leads there (subset: keys: ... down: false).",
                    )
                found.append(fit[0])
        return found

    def _follows(self, table: TableName, column: str, seen: frozenset[Place] = frozenset()) -> bool:
        """Whether a column's values are those of a renewed column of a parent, or will be."""
        for (parent, referred), edge in self._leads.get((table, column), ()):
            if (parent, referred) in seen or parent in self.selection.whole or edge.when is not None or not self.selection.rows(parent):
                continue
            if self._follows(parent, referred, seen | {(table, column)}):
                return True
            own = identity(self.schema.table(parent))
            whole_number = isinstance(bare(self.schema.table(parent).column(referred).type), Integer)
            if self.times > 1 and len(self._again(parent)):
                return True
            if self.renumber and own == (referred,) and whole_number:
                return True
        return False

    # -- their values ------------------------------------------------------------------------------------------------------

    def _renew(self, table: Table, name: str) -> _Renewed:
        kept = self._read(table, name, self.selection.numbers(table.name))
        again = self._read(table, name, self._again(table.name)) if self.times > 1 else kept[:0]
        first = kept
        column = table.column(name)
        if isinstance(bare(column.type), Integer):
            top = max(self.highest.get((table.name, name), 0), 0)
            if self.renumber:
                first = pa.array(np.arange(top + 1, top + 1 + len(kept)), pa.int64())
            elif len(kept):
                top = max(top, pc.max(kept).as_py())
            top = max(top, len(first) + top if self.renumber else top)
            bits = bare(column.type).bits  # type: ignore[union-attr]
            room = 2 ** (bits - 1) - 1
            if top + (self.times - 1) * len(again) > room:
                raise CapacityError(f"{table.name}.{name}", len(kept) + (self.times - 1) * len(again), room, "the type has no more values")
            new = [first]
            for copy in range(1, self.times):
                fresh = pa.array(np.arange(top + 1, top + 1 + len(again)) + (copy - 1) * len(again), pa.int64())
                new.append(_put(first, kept, again, fresh))
            return _Renewed(kept, [values.cast(kept.type) for values in new])
        new, taken = [first], _plain(kept)
        for copy in range(1, self.times):
            fresh = self._fresh(again, copy, table, name, taken)
            taken = pa.concat_arrays([taken, _plain(fresh)])
            new.append(_put(first, kept, again, fresh))
        if len(taken) != pc.count_distinct(taken).as_py():
            raise Unsupported("new values for its copies meet others that are there already.", where=f"{table.name}.{name}")
        return _Renewed(kept, new)

    def _fresh(self, values: pa.Array, copy: int, table: Table, name: str, taken: pa.Array) -> pa.Array:
        """As many other values, distinct and none of those that are taken; where none can be drawn, those that tell the copy."""
        place, room = (table.name, name), _room(table, name)
        fresh = self.drawn(place, values, copy * TRIES)
        for more in range(1, TRIES):
            if fresh is None:
                break
            late = _met(_plain(fresh), taken)
            if room is not None:
                late |= np.asarray(pc.greater(pc.utf8_length(fresh), room))
            if not late.any():
                return fresh
            anew = self.drawn(place, values.filter(pa.array(late)), copy * TRIES + more)
            fresh = None if anew is None else pc.replace_with_mask(fresh, pa.array(late), anew)
        return _other(values, copy, table, name)

    def _read(self, table: Table, name: str, numbers: Numbers) -> pa.Array:
        batches = list(self.source.scan(table.name, [name], where=RowIn(numbers))) if len(numbers) else []
        if not batches:
            return pa.array([], pa.int64() if isinstance(bare(table.column(name).type), Integer) else pa.string())
        values = pc.unique(pa.Table.from_batches(batches).column(0).drop_null())
        return values.take(pc.array_sort_indices(values))

    # -- batches -----------------------------------------------------------------------------------------------------------

    def fetch(self, order: Sequence[TableName], *, batch_rows: int = 65_536) -> Iterator[Batch]:
        """Whole rows in load order, each table's copies one after the other."""
        cuts = Cuts(self.source, self.schema, self.selection)
        for name in order:
            table = self.schema.table(name)
            names = [column.name for column in table.written]
            for copy in range(self.times):
                numbers = self._again(name) if copy else self.selection.numbers(name)
                where = None if name in self.selection.whole else RowIn(numbers)
                if (where is None and copy) or (where is not None and not len(numbers)):
                    continue
                for rows in self.source.scan(name, names, where=where, batch_rows=batch_rows):
                    yield Batch(name, self._apply(table, cuts.apply(name, rows), copy))

    def _apply(self, table: Table, rows: pa.RecordBatch, copy: int) -> pa.RecordBatch:
        made = rows
        for at, name in enumerate(rows.schema.names):
            values = rows.column(at)
            renewed = self._values.get((table.name, name))
            if renewed is not None:
                values = _replaced(values, renewed, copy)
            else:
                for place, edge in self._leads.get((table.name, name), ()):
                    origin = self._origin(place)
                    if origin is None:
                        continue
                    changed = _replaced(values, origin, copy)
                    if edge.when is not None:
                        here = pc.fill_null(pc.equal(rows.column(edge.when[0]).cast(pa.string()), edge.when[1]), False)
                        values = pc.if_else(here, changed, values)
                        continue
                    values = changed
                    break
            if values is not rows.column(at):
                made = made.set_column(at, rows.schema.field(at), values)
        return made

    def _origin(self, place: Place, seen: frozenset[Place] = frozenset()) -> _Renewed | None:
        """The renewed column that a column's values are, directly or by way of other keys."""
        if place in self._values:
            return self._values[place]
        for other, edge in self._leads.get(place, ()):
            if edge.when is None and other not in seen and (found := self._origin(other, seen | {place})) is not None:
                return found
        return None


_KINDS = (Integer, Uuid, Text)  # of which new values can be made, best first


def _mentioned(table: Table, expressions: Sequence[str]) -> tuple[str, ...]:
    """Columns of which expressions speak: `lower(email)`."""
    words = {word for text in expressions for word in re.findall(r"\w+", text)}
    return tuple(column.name for column in table.written if column.name in words)


def _room(table: Table, name: str) -> int | None:
    kind = bare(table.column(name).type)
    return kind.length if isinstance(kind, Text) else None


def _plain(values: pa.Array) -> pa.Array:
    """Values as they are told apart: a database may take no notice of capitals."""
    return pc.utf8_lower(values) if pa.types.is_string(values.type) else values


def _met(values: pa.Array, taken: pa.Array) -> NDArray[np.bool_]:
    """Which values are taken, or come a second time."""
    coded = values.dictionary_encode().indices.to_numpy(zero_copy_only=False)
    again = np.ones(len(values), np.bool_)
    again[np.unique(coded, return_index=True)[1]] = False
    found: NDArray[np.bool_] = again | np.asarray(pc.is_in(values, value_set=taken))
    return found


def _rank(table: Table, name: str) -> int:
    kind = bare(table.column(name).type)
    return next((i for i, each in enumerate(_KINDS) if isinstance(kind, each)), len(_KINDS))


def _put(first: pa.Array, kept: pa.Array, again: pa.Array, fresh: pa.Array) -> pa.Array:
    """For each kept value: the fresh one where its rows are written again, else that of the first copy."""
    places = pc.index_in(kept, value_set=again)
    return pc.if_else(places.is_valid(), fresh.take(pc.fill_null(places, 0)) if len(fresh) else first, first)


def _replaced(values: pa.Array, renewed: _Renewed, copy: int) -> pa.Array:
    """Values that are renewed, in the type in which they come; others as they are."""
    old, new = renewed.old, renewed.new[copy]
    if not len(old):
        return values
    places = pc.index_in(values if values.type == old.type else values.cast(old.type, safe=False), value_set=old)
    found = new.take(pc.fill_null(places, 0)).cast(values.type)
    return pc.if_else(pc.and_(places.is_valid(), values.is_valid()), found, values)


def _other(values: pa.Array, copy: int, table: Table, name: str) -> pa.Array:
    """As many other values, which tell the copy: text with its number, before the @ of an address; UUIDs with other bits."""
    kind = bare(table.column(name).type)
    if isinstance(kind, Uuid):
        mask = np.frombuffer(blake2b(f"mimic/copy/{copy}".encode(), digest_size=16).digest(), np.uint8).copy()
        mask[6], mask[8] = mask[6] & 0x0F, mask[8] & 0x3F  # version and variant stay
        raw = np.frombuffer(b"".join(values.to_pylist()), np.uint8).reshape(-1, 16) ^ mask
        return pa.FixedSizeBinaryArray.from_buffers(pa.binary(16), len(values), [None, pa.py_buffer(raw.tobytes())])
    marked = pc.binary_join_element_wise(values, str(copy), "-")
    address = pc.match_substring_regex(values, r"^[^@]+@[^@]+$")
    made = pc.if_else(address, pc.replace_substring(values, "@", f"+{copy}@"), marked)
    room = _room(table, name)
    if room is not None and len(made) and pc.max(pc.utf8_length(made)).as_py() > room:
        raise Unsupported(f"its values are unique, and those of a copy would be longer than {room}.", where=f"{table.name}.{name}")
    return made


def highest(target: Source, schema: Schema) -> dict[Place, int]:
    """The largest values of integer keys that a target holds."""
    found: dict[Place, int] = {}
    there = target.schema()
    for table in schema.tables:
        known = there.named(str(table.name))
        key = identity(table)
        if known is None or len(key) != 1 or not isinstance(bare(table.column(key[0]).type), Integer) or not known.has(key[0]):
            continue
        tops = [pc.max(batch.column(0)).as_py() for batch in target.scan(known.name, [key[0]]) if batch.num_rows]
        if tops:
            found[table.name, key[0]] = max(top for top in tops if top is not None)
    return found
