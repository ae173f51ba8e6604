"""Periods that follow one another: one ends where the next of its siblings begins, or a fixed step before.

The end of the last one is drawn; so is every end whose next sibling is not at hand.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import ClassVar, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mimic.generator import Columns, Generator, Literal, Span, State, Task
from mimic.generators.leaves import plain
from mimic.generators.lines import Line
from mimic.generators.nested import pack, unpack
from mimic.profile import TableEvidence
from mimic.registry import Registry
from mimic.streams import Ints, Stream


@dataclass(frozen=True)
class Joined:
    """Fills the column of its `inner` generator, where a sibling follows with that one's `start`, less `offset` units of the Arrow type.

    Options: `joined` a list of the kind of the inner generator, `start`, `offset`, and the line of siblings (`generators/lines.py`).
    """

    kind: ClassVar[str] = "sequence.joined"
    version: ClassVar[int] = 1

    inner: Generator
    start: str
    offset: int
    line: tuple[str, ...]
    open: bool = False  # there are ends that are NULL although a sibling follows

    @property
    def fills(self) -> tuple[str, ...]:
        return self.inner.fills

    @property
    def needs(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.inner.needs, self.start, *self.line)))

    @classmethod
    def suits(cls, task: Task) -> float:
        """It is put around another generator by the planner, never chosen by type."""
        return 0.0

    @classmethod
    def learn(cls, task: Task, evidence: TableEvidence | None, stream: Stream) -> Self:
        from mimic.generators import builtin

        kind, start, offset, *line = task.options["joined"]
        told = {name: value for name, value in task.options.items() if name != "joined"}
        inner = builtin().generators.get(str(kind)).learn(replace(task, options=told), evidence, stream)
        missing = False
        if evidence is not None and evidence.sampled:
            null = ~np.asarray(evidence.column(task.column.name).is_valid())
            missing = bool(null.all())
            if all(name in evidence.hidden or evidence.table.has(name) for name in line):
                before = Line.of(line, {name: evidence.column(name) for name in line}).before
                missing |= bool(null[before[before >= 0]].any())
        return cls(plain(inner), str(start), int(offset), tuple(line), missing)

    def sample(self, span: Span, stream: Stream, given: Columns) -> Columns:
        name = self.fills[0]
        drawn = self.inner.sample(span, stream, {need: given[need] for need in self.inner.needs})[name]
        line = Line.of(self.line, given)
        after = np.full(span.n, -1, dtype=np.int64)
        follow = np.flatnonzero(line.before >= 0)
        after[line.before[follow]] = follow
        ends = units(given[self.start]) - self.offset
        made = from_units(ends[np.maximum(after, 0)], drawn.type)
        known = (after >= 0) & np.asarray(given[self.start].is_valid())[np.maximum(after, 0)]
        if self.open:
            known &= np.asarray(drawn.is_valid())
        return {name: pc.if_else(pa.array(known), made, drawn)}

    def capacity(self) -> int | None:
        return None

    def literals(self) -> Iterable[Literal]:
        return self.inner.literals()

    def state(self) -> State:
        return {"inner": pack(self.inner), "start": self.start, "offset": self.offset, "line": list(self.line), "open": self.open}

    @classmethod
    def restore(cls, state: State) -> Self:
        return cls(unpack(state["inner"]), state["start"], int(state["offset"]), tuple(state["line"]), state["open"])


def units(values: pa.Array) -> Ints:
    """Days, microseconds or whole numbers (n,), 0 for NULL."""
    days = pa.types.is_date32(values.type)
    raw = values.view(pa.int32() if days else pa.int64()) if days or pa.types.is_timestamp(values.type) else values
    return np.asarray(pc.fill_null(raw, 0).to_numpy(zero_copy_only=False), dtype=np.int64)


def from_units(values: Ints, kind: pa.DataType) -> pa.Array:
    if pa.types.is_date32(kind):
        return pa.array(values.astype(np.int32)).view(kind)
    return pa.array(values).view(kind) if pa.types.is_timestamp(kind) else pa.array(values).cast(kind)


def joins(end: pa.Array, start: pa.Array, before: Ints) -> tuple[int, float, int]:
    """By how many units starts mostly stand after the ends of the siblings `before` them, in which share, and how many there are."""
    rows = np.flatnonzero(before >= 0)
    both = np.asarray(start.is_valid())[rows] & np.asarray(end.is_valid())[before[rows]]
    rows = rows[both]
    if not len(rows):
        return 0, 0.0, 0
    apart, many = np.unique(units(start)[rows] - units(end)[before[rows]], return_counts=True)
    return int(apart[np.argmax(many)]), float(many.max() / len(rows)), len(rows)


def register(registry: Registry) -> None:
    registry.generators.add(Joined)


__all__ = ["Joined", "joins"]
