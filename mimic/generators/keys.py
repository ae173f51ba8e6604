"""Keys that are known before any row is written: numbers in sequence, and UUIDs.

Both are bijections of the row number, so they need no look at each other, cannot collide, and can be computed for any part
of a table at any time: that is what lets cycles of NOT NULL foreign keys be loaded.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
import pyarrow as pa

from mimic.generator import Columns, Literal, Span, State, Task
from mimic.profile import TableEvidence
from mimic.registry import Registry
from mimic.schema import Decimal, Integer, Text, Uuid, arrow_type, bare
from mimic.streams import Ints, Permutation, Stream


@dataclass(frozen=True, slots=True)
class SequenceKey:
    """Fills one whole-number key: start, start + 1, ... in row order, after the numbers that CHECKs call by name (`id = 0`)."""

    kind: ClassVar[str] = "key.sequence"
    version: ClassVar[int] = 1

    column: str
    type: str  # arrow type by name, or "text" for numbers that travel as text
    start: int = 1
    last: int = 2**63 - 1
    first: tuple[int, ...] = ()

    @property
    def fills(self) -> tuple[str, ...]:
        return (self.column,)

    @property
    def needs(self) -> tuple[str, ...]:
        return ()

    @classmethod
    def suits(cls, task: Task) -> float:
        if not task.unique or len(task.columns) != 1:
            return 0.0
        column, key = task.column, task.table.primary_key
        kind = bare(column.type)
        if not (isinstance(kind, Integer) or (isinstance(kind, Decimal) and not kind.scale)):
            return 0.0
        return 1.0 if key is not None and key.columns == (column.name,) else 0.3

    @classmethod
    def learn(cls, task: Task, evidence: TableEvidence | None, stream: Stream) -> Self:
        kind, arrow = bare(task.column.type), arrow_type(task.column.type)
        last = 2**63 - 1
        if isinstance(kind, Integer):
            last = 2 ** (kind.bits - 1) - 1
        elif isinstance(kind, Decimal) and kind.precision is not None:
            last = min(last, 10 ** min(kind.precision - (kind.scale or 0), 18) - 1)
        start, first = int(task.options.get("start", 1)), tuple(n for n in task.options.get("first", ()) if -last - 1 <= n <= last)
        return cls(task.column.name, "text" if pa.types.is_string(arrow) else str(arrow), start, last, first)

    def sample(self, span: Span, stream: Stream, given: Columns) -> Columns:
        place = np.arange(span.start, span.start + span.n, dtype=np.int64)
        numbers = self.start + place - len(self.first)
        for taken in sorted(n for n in self.first if n >= self.start):
            numbers += numbers >= taken
        for i, number in enumerate(self.first):
            numbers[place == i] = number
        return {self.column: _as(pa.array(numbers), self.type)}

    def capacity(self) -> int | None:
        return self.last - self.start + 1 + sum(n < self.start for n in self.first)

    def literals(self) -> Iterable[Literal]:
        return ()

    def state(self) -> State:
        return {"column": self.column, "type": self.type, "start": self.start, "last": self.last, "first": list(self.first)}

    @classmethod
    def restore(cls, state: State) -> Self:
        return cls(**{**state, "first": tuple(state.get("first", ()))})


def _as(numbers: pa.Array, name: str) -> pa.Array:
    if name == "text":
        return numbers.cast(pa.string())
    if name.startswith("decimal128"):
        precision, scale = (int(part) for part in name[name.index("(") + 1 : -1].split(","))
        return numbers.cast(pa.decimal128(38, 0)).cast(pa.decimal128(precision, scale))
    return numbers.cast(pa.type_for_alias(name))


@dataclass(frozen=True, slots=True)
class UuidKey:
    """Fills one UUID column with distinct version 4 UUIDs: 62 bits permuted from the row number, 60 bits from the stream."""

    kind: ClassVar[str] = "key.uuid"
    version: ClassVar[int] = 1

    column: str
    text: bool = False

    @property
    def fills(self) -> tuple[str, ...]:
        return (self.column,)

    @property
    def needs(self) -> tuple[str, ...]:
        return ()

    @classmethod
    def suits(cls, task: Task) -> float:
        if not task.unique or len(task.columns) != 1:
            return 0.0
        return 1.0 if isinstance(bare(task.column.type), Uuid) else 0.0

    @classmethod
    def learn(cls, task: Task, evidence: TableEvidence | None, stream: Stream) -> Self:
        return cls(task.column.name, isinstance(bare(task.column.type), Text))

    def sample(self, span: Span, stream: Stream, given: Columns) -> Columns:
        places: Ints = np.arange(span.start, span.start + span.n, dtype=np.int64)
        low = Permutation.of(2**62, stream.whole)(places).astype(np.uint64) | np.uint64(1 << 63)
        high = (stream.words(span.n) & np.uint64(0xFFFFFFFFFFFF0FFF)) | np.uint64(0x4000)
        raw = np.stack([high, low], axis=1).astype(">u8").tobytes()
        made = pa.Array.from_buffers(pa.binary(16), span.n, [None, pa.py_buffer(raw)])
        return {self.column: uuid_text(made) if self.text else made}

    def capacity(self) -> int | None:
        return None

    def literals(self) -> Iterable[Literal]:
        return ()

    def state(self) -> State:
        return {"column": self.column, "text": self.text}

    @classmethod
    def restore(cls, state: State) -> Self:
        return cls(**state)


def uuid_text(raw: pa.Array) -> pa.Array:
    """16-byte values as `8-4-4-4-12` hexadecimal digits; no NULL among them."""
    digits = np.frombuffer(b"0123456789abcdef", dtype=np.uint8)
    data = np.frombuffer(raw.buffers()[1], dtype=np.uint8)[raw.offset * 16 : (raw.offset + len(raw)) * 16].reshape(-1, 16)
    out = np.full((len(raw), 36), ord("-"), dtype=np.uint8)
    places = [i for i in range(36) if i not in (8, 13, 18, 23)]
    out[:, places[0::2]], out[:, places[1::2]] = digits[data >> 4], digits[data & 15]
    offsets = np.arange(len(raw) + 1, dtype=np.int32) * 36
    return pa.Array.from_buffers(pa.string(), len(raw), [None, pa.py_buffer(offsets.tobytes()), pa.py_buffer(out.tobytes())])


def register(registry: Registry) -> None:
    registry.generators.add(SequenceKey)
    registry.generators.add(UuidKey)
