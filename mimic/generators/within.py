"""The part of a composite key that makes it unique: `line_no` within its order, `from_date` within its employee.

Three ways, none of which can run dry in the middle of a load:
*dense* positions 1, 2, 3 ... inside the group; *apart*: values drawn as usual, sorted within the group and moved apart where
they meet; *chosen*: values of a finite list, without repetition within a group. The largest group is checked against the
list before anything is written.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import ceil, floor
from typing import Any, ClassVar, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mimic.errors import CapacityError
from mimic.generator import Columns, Generator, Literal, Span, State, Task
from mimic.generators.degrees import reconcile
from mimic.generators.lines import beginning, by_row, places
from mimic.generators.nested import pack, unpack
from mimic.generators.references import codes
from mimic.generators.separating import separate
from mimic.generators.units import arrow_of, from_units, step_of, units_of
from mimic.profile import TableEvidence
from mimic.registry import Registry
from mimic.schema import Boolean, Date, Decimal, Enum, Float, Time, Timestamp, arrow_type, bare
from mimic.streams import CHUNK, Floats, Ints, Stream

SEVERAL = 40  # values to choose from where no rows tell how many there are
FEW = 200  # whole numbers between two bounds that are chosen among rather than counted up


@dataclass(frozen=True, slots=True)
class Within:
    """Fills one column so that it is distinct within the rows that agree in `needs`."""

    kind: ClassVar[str] = "key.within"
    version: ClassVar[int] = 1
    whole_table: ClassVar[bool] = True

    table: str
    column: str
    group: tuple[str, ...]
    way: str  # "dense", "apart", "chosen"
    first: int = 1
    step: int = 1  # smallest distance of two values, in the units of the Arrow type
    values: tuple[str, ...] = ()
    owners: tuple[int, ...] = ()
    weights: Floats | None = None
    reason: str = "k owners"
    inner: Generator | None = None  # draws values, or makes those that the list lacks
    type: str = "string"
    others: int = 0  # how many values there were beside the list
    null_share: float = 0.0  # of a rule that allows NULL: rows with a NULL are not bound by it
    optional: bool = False
    floors: tuple[str, ...] = ()  # needs of the same type below which no value lies
    labels: tuple[str, ...] = ()  # keys whose parents the inner generator asks about

    @property
    def fills(self) -> tuple[str, ...]:
        return (self.column,)

    @property
    def needs(self) -> tuple[str, ...]:
        """The columns that make the group; of parents that are asked about all rows, and which of them each row has."""
        return tuple(
            dict.fromkeys((*self.group, *(f"@{label}" for label in self.labels), *(self.inner.needs if self.inner else ()), *self.floors))
        )

    @classmethod
    def suits(cls, task: Task) -> float:
        return 1.0 if "within" in task.options else 0.0

    @classmethod
    def learn(cls, task: Task, evidence: TableEvidence | None, stream: Stream) -> Self:
        """`options`: `within` the columns that make the group, `inner` a fitted generator for single values."""
        group, name = tuple(task.options["within"]), task.column.name
        kind, arrow = bare(task.column.type), arrow_type(task.column.type)
        made = task.options.get("inner")
        asked = (*(made.needs if made is not None else ()), *task.options.get("floors", ()))
        here: dict[str, Any] = {
            "table": str(task.table.name),
            "column": name,
            "group": group,
            "inner": task.options.get("inner"),
            "type": str(arrow),
            "optional": task.column.nullable,
            "floors": tuple(task.options.get("floors", ())),
            "labels": tuple(label for label in task.options.get("labels", ()) if any(need.startswith(f"{label}.") for need in asked)),
        }
        sample = evidence if evidence is not None and evidence.sampled else None
        if sample is not None and task.column.nullable:
            here["null_share"] = sample.column(name).null_count / sample.sampled
        whole = pa.types.is_integer(arrow)
        first = counted_from(sample, group, name) if whole and sample is not None else None
        if first is None and (listed := _listed(task)) and (sample is None or not pa.types.is_string(arrow)):
            weights = None if sample is None else _shares(sample, name, listed, task.k)
            return cls(way="chosen", values=listed, owners=(0,) * len(listed), reason="listed by a CHECK", weights=weights, **here)
        if whole:
            first = first if sample is not None else int(task.options.get("start", 1))
            return cls(way="dense", first=first, **here) if first is not None else cls(way="apart", **here)
        if isinstance(kind, Date | Timestamp | Time | Float | Decimal) and not pa.types.is_string(arrow):
            return cls(way="apart", step=step_of(sample.column(name) if sample is not None else None, arrow), **here)
        if isinstance(kind, Boolean):
            return cls(way="chosen", values=("false", "true"), owners=(0, 0), reason="type", **here)
        if isinstance(kind, Enum):
            return cls(way="chosen", values=kind.labels, owners=(0,) * len(kind.labels), reason="labels of the type", weights=None, **here)
        values, owners, weights, here["others"] = _kept(sample, name, task)
        if sample is None and (inner := here["inner"]) is not None:  # more than the largest group needs, so that groups differ
            here["others"] = min(SEVERAL, len(inner.entries)) if inner.kind == "text.themed" else SEVERAL
        reason = str(task.options.get("vocabulary") or "k owners")
        return cls(way="chosen", values=values, owners=owners, weights=weights, reason=reason, **here)

    def part(self, name: str) -> Self:
        """Distinct in the whole table: where the columns of the group wait for this one."""
        return replace(self, group=())

    def sample(self, span: Span, stream: Stream, given: Columns) -> Columns:
        n, arrow = span.n, arrow_of(self.type)
        live = np.ones(n, dtype=bool)
        if self.null_share:
            live[stream.at("null").permutation(n)[: round(self.null_share * n)]] = False
        rows = np.flatnonzero(live)
        group = codes([given[name] for name in self.group], [])[0][rows] if self.group else np.zeros(len(rows), dtype=np.int64)
        if self.way == "chosen" and self.group:  # a NULL is like no other: those rows are bound by nothing
            loose = np.logical_or.reduce([np.asarray(given[name].is_null())[rows] for name in self.group])
            group = np.where(loose, int(group.max(initial=0)) + 1 + np.arange(len(rows)), group)
            group = np.asarray(np.unique(group, return_inverse=True)[1].reshape(-1), dtype=np.int64)
        order = np.argsort(group, kind="stable")
        _, begin, size = np.unique(group[order], return_index=True, return_counts=True)
        if self.way == "dense":
            made = pa.array(_rank(group) + self.first).cast(arrow)
        elif self.way == "apart":
            told = {
                need: by_row(need, self.labels, given).take(pa.array(rows))
                for need in (*(self.inner.needs if self.inner else ()), *self.floors)
            }
            made = self._apart(len(rows), stream, told, order, begin, size, arrow)
        else:
            made = self._chosen(stream, group, size, arrow)
        if len(rows) == n:
            return {self.column: made}
        place = np.zeros(n, dtype=np.int64)
        place[rows] = np.arange(len(rows))
        return {self.column: made.take(pa.array(place, mask=~live))}

    def _apart(self, n: int, stream: Stream, told: Columns, order: Ints, begin: Ints, size: Ints, arrow: pa.DataType) -> pa.Array:
        """Values as they are drawn, ascending within the group, moved up by the least step where two would meet."""
        drawn = _whole(self.inner, n, stream, told) if self.inner is not None else pa.array(stream.integers(n, max(4 * n, 100)))
        units, scale = units_of(drawn, arrow)
        units = units // self.step
        for need in self.floors:
            least, same = units_of(pc.fill_null(told[need], drawn[0]), arrow)
            if same == scale:
                units = np.where(np.asarray(told[need].is_valid()), np.maximum(units, -(-least // self.step)), units)
        which = np.repeat(np.arange(len(size)), size)
        ranked = np.lexsort((units[order], which))
        ascending = units[order][ranked]
        place = np.arange(n) - np.repeat(begin, size)
        width = int(ascending.max(initial=0)) - int(ascending.min(initial=0)) + n + 1
        lifted = np.maximum.accumulate((ascending - place) + which * width) - which * width + place
        out = np.empty(n, dtype=np.int64)
        out[order] = lifted * self.step
        return from_units(out, arrow, scale)

    def _chosen(self, stream: Stream, group: Ints, size: Ints, arrow: pa.DataType) -> pa.Array:
        """Every value as often as its share says, distinct within each group (-1, a NULL, where that cannot be)."""
        n, most = len(group), int(size.max(initial=0))
        values = list(self.values)
        weight = np.ones(len(values)) if self.weights is None else np.array(self.weights)
        if self.inner is not None and (most > len(values) or weight.sum() < 1 - 1e-9):
            room = self.inner.capacity()
            wanted = max(most, len(values) + self.others)  # some of what it makes may be on the list
            texts = pc.cast(_whole(self.inner, wanted if room is None else min(wanted, room), stream), pa.string()).to_pylist()
            known = set(values)
            made = [value for value in dict.fromkeys(texts) if value is not None and value not in known]
            made = made[: max(most - len(values), self.others)]
            values += made
            rest = max(1 - weight.sum(), 1e-3) / max(len(made), 1)
            weight = np.concatenate([weight, np.full(len(made), rest)])
        possible = int(np.minimum(size, len(values)).sum())
        if possible < n and not self.optional:
            why = f"{self.column} has {len(values)} possible values and must differ within ({', '.join(self.group) or 'the table'})"
            raise CapacityError(f"{self.table}.{self.column}", n, possible, why, table=self.table)
        picked = np.full(n, -1, dtype=np.int64)
        bound = np.flatnonzero(_rank(group) < len(values))  # the others find no value left
        cap = np.full(len(values), len(size), dtype=np.int64)
        times = reconcile(weight, len(bound), stream.at("times"), cap)
        drawn = np.repeat(np.arange(len(values), dtype=np.int64), times)
        picked[bound] = drawn[stream.at("mix").permutation(len(drawn))]
        separate(group, picked, np.arange(len(values), dtype=np.int64), None, picked >= 0, stream.at("apart"))
        return pa.array(values, pa.string()).take(pa.array(picked, mask=picked < 0)).cast(arrow)

    def capacity(self) -> int | None:
        return None

    def literals(self) -> Iterable[Literal]:
        if self.reason not in ("type", "labels of the type", "listed by a CHECK"):
            for value, owners in zip(self.values, self.owners, strict=True):
                yield Literal(self.column, value, owners, self.reason)
        if self.inner is not None:
            yield from self.inner.literals()

    def state(self) -> State:
        inner = None if self.inner is None else pack(self.inner)
        return {
            "table": self.table,
            "column": self.column,
            "group": list(self.group),
            "way": self.way,
            "first": self.first,
            "step": self.step,
            "values": list(self.values),
            "owners": list(self.owners),
            "weights": self.weights,
            "reason": self.reason,
            "inner": inner,
            "type": self.type,
            "others": self.others,
            "null_share": self.null_share,
            "optional": self.optional,
            "floors": list(self.floors),
            "labels": list(self.labels),
        }

    @classmethod
    def restore(cls, state: State) -> Self:
        made = unpack(state["inner"]) if state["inner"] else None
        return cls(
            state["table"],
            state["column"],
            tuple(state["group"]),
            state["way"],
            state["first"],
            state["step"],
            tuple(state["values"]),
            tuple(state["owners"]),
            state["weights"],
            state["reason"],
            made,
            state["type"],
            state["others"],
            state["null_share"],
            state["optional"],
            tuple(state["floors"]),
            tuple(state["labels"]),
        )


def _whole(inner: Generator, n: int, stream: Stream, told: Columns | None = None) -> pa.Array:
    """n values of a chunk-wise generator, NULLs replaced by the value before; `told` (n,) what it needs."""
    parts = []
    place = stream.at("inner")
    for start in range(0, n, CHUNK):
        here = {need: values.slice(start, CHUNK) for need, values in (told or {}).items()}
        made = inner.sample(Span(start, min(CHUNK, n - start), n), place.at(start // CHUNK), here)
        parts.append(made[inner.fills[0]])
    values = pa.concat_arrays(parts) if parts else pa.array([], pa.string())
    return pc.fill_null_backward(pc.fill_null_forward(values)) if values.null_count else values


def counted_from(sample: TableEvidence, group: tuple[str, ...], name: str) -> int | None:
    """0 or 1 when the column counts up from there in (nearly) every group of the sample, None otherwise."""
    values = sample.column(name)
    if values.null_count:
        return None
    numbers = np.asarray(values.to_numpy(zero_copy_only=False), dtype=np.int64)
    where, _ = codes([sample.column(column) for column in group], []) if group else (np.zeros(len(numbers), dtype=np.int64), None)
    order = np.lexsort((numbers, where))
    _, begin, size = np.unique(where[order], return_index=True, return_counts=True)
    place = np.arange(len(numbers)) - np.repeat(begin, size)
    for first in (1, 0):
        wrong = np.unique(where[order][numbers[order] != place + first])
        if len(wrong) <= 0.05 * len(size):
            return first
    return None


def _listed(task: Task) -> tuple[str, ...]:
    """The values that a CHECK leaves, where they are few."""
    options, whole = task.options, pa.types.is_integer(arrow_type(task.column.type))
    if whole and "values" not in options and "low" in options and "high" in options and options["high"] - options["low"] <= FEW:
        return tuple(str(value) for value in range(ceil(options["low"]), floor(options["high"]) + 1))
    return tuple(str(value) for value in options.get("values", ()))


def _shares(sample: TableEvidence, name: str, listed: tuple[str, ...], k: int) -> Floats:
    """How often each of the `listed` values comes; those that fewer than k owners hold come equally often."""
    encoded = pc.cast(sample.column(name), pa.string()).drop_null().dictionary_encode()
    index, told = np.asarray(encoded.indices), dict(zip(encoded.dictionary.to_pylist(), range(len(encoded.dictionary)), strict=True))
    live = np.flatnonzero(np.asarray(sample.column(name).is_valid()))
    often, held = np.bincount(index, minlength=len(told)), sample.owners.take(live).reach(index, len(told), k)
    known = np.array([told[value] if value in told and held[told[value]] else -1 for value in listed])
    rest = max(len(index) - int(often[known[known >= 0]].sum()), 0)
    return np.where(known >= 0, often[known] if len(often) else 0.0, rest / max(int((known < 0).sum()), 1)) / max(len(index), 1)


def _kept(sample: TableEvidence | None, name: str, task: Task) -> tuple[tuple[str, ...], tuple[int, ...], Floats | None, int]:
    """Values that k owners hold (all of them where the column is vocabulary), their owners, their shares; how many others there are."""
    if sample is None:
        return (), (), None, 0
    if task.options.get("keep_literals") is False:
        return (), (), np.zeros(0), sample.profiles[name].distinct if name in sample.profiles else 0
    encoded = sample.column(name).dictionary_encode()
    index = np.asarray(pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False), dtype=np.int64)
    owners = sample.owners.distinct(index, len(encoded.dictionary))
    keep = np.flatnonzero(owners >= (1 if task.options.get("vocabulary") else task.k))
    counts = np.bincount(index[index >= 0], minlength=len(owners))
    texts = pc.cast(encoded.dictionary, pa.string()).take(pa.array(keep)).to_pylist()
    return tuple(texts), tuple(int(owners[i]) for i in keep), counts[keep] / max(counts.sum(), 1), len(owners) - len(keep)


def _rank(group: Ints) -> Ints:
    """The place of each row within its group, 0 first, in row order."""
    order = np.argsort(group, kind="stable")
    out = np.empty(len(group), dtype=np.int64)
    out[order] = places(beginning(group[order]))
    return out


def register(registry: Registry) -> None:
    registry.generators.add(Within)


__all__ = ["Within", "counted_from", "register"]
