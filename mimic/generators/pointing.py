"""References that no foreign key declares: `user_id` without a constraint, and pairs of a type and a number (`commentable_type`,
`commentable_id`) that point at rows of the table the type names.

They need the keys of other tables (`generator.keys_of`), all of them, so they are made for the whole table at once. Some rows are
pointed at often, most seldom, as in life.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mimic.generator import Columns, Literal, Span, State, Task
from mimic.generators.draws import Guide, null_share, nulls, systematic, without
from mimic.generators.keys import uuid_text
from mimic.generators.logical import heard, told
from mimic.generators.relations import cast
from mimic.profile import TableEvidence
from mimic.registry import Registry
from mimic.schema import Integer, LogicalType, Text, Uuid, arrow_type, bare
from mimic.streams import Floats, Ints, Stream

_SKEW = 1.5
_FIRST = 0.2  # of the rows of a tree point at nothing: they are its roots


@dataclass(frozen=True)
class Pointing:
    """Fills a column with keys of other tables, and with it, if there are two, the column that says of which.

    Options: `targets` (needs, see `keys_of`); `labels` (what the type column says of each, in the same order); `named_by`
    (two needs: which row of a parent each row has, and what the parents' rows call the table); `earlier` (the
    table's own keys: rows point at earlier ones).
    """

    kind: ClassVar[str] = "reference.named"
    version: ClassVar[int] = 1
    whole_table: ClassVar[bool] = True

    fills: tuple[str, ...]  # the column of keys, then that of types
    types: tuple[LogicalType, ...]
    targets: tuple[str, ...]
    labels: tuple[str, ...]
    named_by: tuple[str, ...]
    earlier: bool
    unique: bool
    null_share: float

    @property
    def needs(self) -> tuple[str, ...]:
        return (*self.targets, *self.named_by)

    @classmethod
    def suits(cls, task: Task) -> float:
        """Chosen by the planner."""
        return 0.0

    @classmethod
    def learn(cls, task: Task, evidence: TableEvidence | None, stream: Stream) -> Self:
        options = task.options
        share = null_share(task, evidence.column(task.column.name) if evidence is not None and evidence.sampled else None)
        return cls(
            task.fills,
            tuple(column.type for column in task.columns),
            tuple(options["targets"]),
            tuple(options.get("labels", ())),
            tuple(options.get("named_by", ())),
            bool(options.get("earlier")),
            task.unique,
            share if all(column.nullable for column in task.columns) else 0.0,
        )

    def sample(self, span: Span, stream: Stream, given: Columns) -> Columns:
        n = span.n
        which = self._which(n, stream.at("which"), given)
        out = arrow_type(self.types[0])
        made = self._spare(n, out, stream.at("spare"))
        empty = np.zeros(n, dtype=np.bool_)
        for i, need in enumerate(self.targets):
            rows = np.flatnonzero(which == i)
            keys = given[need]
            if pa.types.is_fixed_size_binary(keys.type) and not pa.types.is_fixed_size_binary(out):
                keys = uuid_text(keys)  # in a text column, which may hold any key
            keys = cast(keys, out)
            if self.earlier:
                found, lone = self._earlier(keys, n, stream)
                made, empty = found, empty | lone
            elif len(keys) and len(rows):
                chosen = self._chosen(len(rows), len(keys), stream.at(i))
                usable = chosen < len(keys)
                picked = keys.take(pa.array(np.where(usable, chosen, 0)))
                made = _put(made, rows[usable], picked.filter(pa.array(usable)))
        mask = nulls(stream, n, self.null_share)
        gone = empty if mask is None else mask | empty
        columns = {self.fills[0]: without(made, gone)}
        if len(self.fills) > 1:
            labels = pa.array(self.labels, pa.string()).take(pa.array(np.maximum(which, 0)))
            columns[self.fills[1]] = without(cast(labels, arrow_type(self.types[1])), gone)
        return columns

    def _which(self, n: int, stream: Stream, given: Columns) -> Ints:
        """The target of each row, -1 where it is none of them."""
        if self.named_by:
            at, names = given[self.named_by[0]], given[self.named_by[1]]
            index = np.asarray(at.to_numpy(zero_copy_only=False), dtype=np.int64)
            wanted = names.cast(pa.string()).take(pa.array(index, mask=index < 0))
            found = pc.index_in(wanted, value_set=pa.array(self.labels, pa.string()))
            return np.asarray(pc.fill_null(found, -1).to_numpy(zero_copy_only=False), dtype=np.int64)
        live = np.array([float(len(given[need]) > 0) for need in self.targets])
        shares: Floats = live / (1.0 + np.arange(len(live)))
        if not shares.any():
            return np.zeros(n, dtype=np.int64)
        return Guide.of(shares)(systematic(stream, n)).astype(np.int64)

    def _chosen(self, n: int, m: int, stream: Stream) -> Ints:
        """Places of keys (n,) of m; in a unique column no place twice, those beyond m have none."""
        order = stream.permutation(m)
        if self.unique:
            return np.concatenate([order, np.arange(m, max(n, m))])[:n]
        return order[np.minimum((m * systematic(stream.at("draw"), n) ** _SKEW).astype(np.int64), m - 1)]

    def _earlier(self, keys: pa.Array, n: int, stream: Stream) -> tuple[pa.Array, np.ndarray]:
        """A tree: each row points at one before it; roots at nothing, or at themselves where that may not be NULL."""
        rows = np.arange(n)
        above = np.minimum((rows * stream.at("above").uniform(n)).astype(np.int64), np.maximum(rows - 1, 0))
        root = (stream.at("root").uniform(n) < _FIRST) | (rows == 0)
        loose = self.null_share > 0
        chosen = np.where(root & (not loose), rows, above)
        return keys.take(pa.array(chosen)), root & loose

    def _spare(self, n: int, out: pa.DataType, stream: Stream) -> pa.Array:
        """What stands where there is nothing to point at: small numbers, as texts in text columns; UUIDs of nobody."""
        if isinstance(bare(self.types[0]), Uuid):
            made = np.asarray(stream.words(2 * n), dtype=np.uint64).view(np.uint8).reshape(n, 16).copy()
            made[:, 6], made[:, 8] = made[:, 6] & 0x0F | 0x40, made[:, 8] & 0x3F | 0x80
            return pa.Array.from_buffers(pa.binary(16), n, [None, pa.py_buffer(made.tobytes())]).cast(out)
        numbers = pa.array(np.arange(1, n + 1, dtype=np.int64))
        if isinstance(bare(self.types[0]), Integer):
            return numbers.cast(out, safe=False)
        return numbers.cast(pa.string()).cast(out) if isinstance(bare(self.types[0]), Text) else pa.nulls(n, out)

    def capacity(self) -> int | None:
        return None

    def literals(self) -> Iterable[Literal]:
        return ()

    def state(self) -> State:
        return {
            "fills": list(self.fills),
            "types": [told(kind) for kind in self.types],
            "targets": list(self.targets),
            "labels": list(self.labels),
            "named_by": list(self.named_by),
            "earlier": self.earlier,
            "unique": self.unique,
            "null_share": self.null_share,
        }

    @classmethod
    def restore(cls, state: State) -> Self:
        lists = {name: tuple(state[name]) for name in ("fills", "targets", "labels", "named_by")}
        return cls(**{**state, **lists, "types": tuple(heard(kind) for kind in state["types"])})


def _put(values: pa.Array, rows: Ints, others: pa.Array) -> pa.Array:
    """`values` with `others` in the given rows."""
    index = np.arange(len(values))
    index[rows] = len(values) + np.arange(len(rows))
    return pa.concat_arrays([values, others]).take(pa.array(index))


def pointable(kind: LogicalType, other: LogicalType) -> bool:
    """Whether a column can hold the keys of another one."""
    mine, theirs = bare(kind), bare(other)
    if isinstance(mine, Text) and isinstance(theirs, Text):
        return mine.length is None or (theirs.length is not None and theirs.length <= mine.length)
    return type(mine) is type(theirs)


def register(registry: Registry) -> None:
    registry.generators.add(Pointing)


__all__: Sequence[str] = ["Pointing", "pointable", "register"]
