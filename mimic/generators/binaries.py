"""Identifiers and bytes without meaning: UUIDs, digests, files, bit strings. Only their lengths and their heads are kept.

Heads are the public marks of file formats (PNG, JPEG, PDF, gzip ...), so that a program still takes an image for one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mimic.errors import CapacityError
from mimic.generator import Columns, Literal, Span, State, Task
from mimic.generators.cells import Sketch, constant, sketch
from mimic.generators.draws import Guide, null_share, nulls, systematic, without
from mimic.generators.logical import heard, told
from mimic.profile import TableEvidence
from mimic.registry import Registry
from mimic.schema import Binary, Bits, LogicalType, Uuid, arrow_type, bare
from mimic.semantics import Kind
from mimic.streams import Floats, Ints, Permutation, Stream

_HEADS: dict[str, bytes] = {
    "png": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
    "jpeg": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00",
    "gif": b"GIF89a",
    "webp": b"RIFF\x00\x00\x00\x00WEBP",
    "pdf": b"%PDF-1.4\n",
    "zip": b"PK\x03\x04",
    "gzip": b"\x1f\x8b\x08\x00",
    "bmp": b"BM",
}
_MARKS = {
    "png": b"\x89PNG",
    "jpeg": b"\xff\xd8\xff",
    "gif": b"GIF8",
    "webp": b"RIFF",
    "pdf": b"%PDF",
    "zip": b"PK\x03\x04",
    "gzip": b"\x1f\x8b",
}
_MOST = 1 << 20  # bytes of one value
_BUFFER = 1 << 24  # bytes that are drawn at once; longer columns repeat them


@dataclass(frozen=True, slots=True)
class UuidValues:
    """Fills one UUID column with random ones of the version that was seen (4 without rows)."""

    kind: ClassVar[str] = "uuid.random"
    version: ClassVar[int] = 1

    column: str
    digit: int  # the version
    null_share: float

    @property
    def fills(self) -> tuple[str, ...]:
        return (self.column,)

    @property
    def needs(self) -> tuple[str, ...]:
        return ()

    @classmethod
    def suits(cls, task: Task) -> float:
        return 0.6 if len(task.columns) == 1 and isinstance(bare(task.column.type), Uuid) else 0.0

    @classmethod
    def learn(cls, task: Task, evidence: TableEvidence | None, stream: Stream) -> Self:
        column = evidence.column(task.column.name) if evidence is not None and evidence.sampled else None
        digit = 4
        if column is not None and column.null_count < len(column):
            seen = np.array([value[6] >> 4 for value in column.drop_null()[:2_000].to_pylist()])
            digit = int(np.bincount(seen, minlength=16)[1:9].argmax()) + 1
        return cls(task.column.name, digit, null_share(task, column))

    def sample(self, span: Span, stream: Stream, given: Columns) -> Columns:
        raw = stream.at("value").words(2 * span.n).astype("<u8", copy=False).view(np.uint8).reshape(span.n, 16).copy()
        raw[:, 6] = (raw[:, 6] & 0x0F) | (self.digit << 4)
        raw[:, 8] = (raw[:, 8] & 0x3F) | 0x80
        values = pa.Array.from_buffers(pa.binary(16), span.n, [None, pa.py_buffer(raw)])
        return {self.column: without(values, nulls(stream, span.n, self.null_share))}

    def capacity(self) -> int | None:
        return None  # 122 random bits: no two of 10**12 are equal but for a chance of 10**-13

    def literals(self) -> Iterable[Literal]:
        return ()

    def state(self) -> State:
        return {"column": self.column, "digit": self.digit, "null_share": self.null_share}

    @classmethod
    def restore(cls, state: State) -> Self:
        return cls(state["column"], state["digit"], state["null_share"])


@dataclass(frozen=True)
class Bytes:
    """Fills one binary column: lengths and heads as seen, random bytes behind them. Values are at most 1 MB long."""

    kind: ClassVar[str] = "binary.random"
    version: ClassVar[int] = 1

    column: str
    lengths: Sketch
    heads: tuple[str, ...]  # "" for none
    shares: Floats
    null_share: float
    most: int | None
    unique: bool = False

    @property
    def fills(self) -> tuple[str, ...]:
        return (self.column,)

    @property
    def needs(self) -> tuple[str, ...]:
        return ()

    @classmethod
    def suits(cls, task: Task) -> float:
        return 0.6 if len(task.columns) == 1 and isinstance(bare(task.column.type), Binary) else 0.0

    @classmethod
    def learn(cls, task: Task, evidence: TableEvidence | None, stream: Stream) -> Self:
        kind = bare(task.column.type)
        most = kind.length if isinstance(kind, Binary) else None
        column = evidence.column(task.column.name) if evidence is not None and evidence.sampled else None
        lengths: Sketch | None = None
        heads: tuple[str, ...] = ("",)
        shares = np.ones(1)
        if evidence is not None and column is not None and column.null_count < len(column):
            rows = np.flatnonzero(np.asarray(column.is_valid()))
            present = column.drop_null()
            owners = evidence.owners.take(rows)
            lengths = sketch(pc.binary_length(present).to_numpy(zero_copy_only=False).astype(np.float64), owners, task.k)
            marks = list(_MARKS)
            codes = np.full(len(present), -1, dtype=np.int64)
            for i, mark in enumerate(_MARKS.values()):
                codes[np.asarray(pc.starts_with(present, mark).to_numpy(zero_copy_only=False))] = i
            held = owners.distinct(codes, len(marks))
            told = [i for i in range(len(marks)) if held[i] >= task.k]
            parts = [float((codes == i).mean()) for i in told]
            heads, shares = (*(marks[i] for i in told), ""), np.array([*parts, max(1 - sum(parts), 0.0)])
        if lengths is None:
            meant = task.meanings[0].kind if task.meanings else Kind.OTHER
            if meant is Kind.IMAGE:
                heads, shares = ("png",), np.ones(1)
            lengths = constant(256 if meant is Kind.IMAGE else 32)
        return cls(task.column.name, lengths, heads, shares, null_share(task, column), most, task.unique)

    def sample(self, span: Span, stream: Stream, given: Columns) -> Columns:
        most = min(self.most or _MOST, _MOST)
        sizes = np.clip(np.rint(self.lengths.quantile(systematic(stream.at("length"), span.n))), 0, most).astype(np.int64)
        if self.unique:
            sizes = np.clip(np.maximum(sizes, 12), 0, most)  # 96 random bits
        starts = np.concatenate([[0], np.cumsum(sizes)])
        total = int(starts[-1])
        raw = stream.at("value").words((min(total, _BUFFER) + 7) // 8).astype("<u8", copy=False).view(np.uint8)
        if total > len(raw):
            raw = np.resize(raw, total)
        raw = raw[:total].copy()
        which = Guide.of(self.shares)(systematic(stream.at("head"), span.n))
        for i, name in enumerate(self.heads):
            head = np.frombuffer(_HEADS[name], dtype=np.uint8) if name else np.zeros(0, dtype=np.uint8)
            rows = np.flatnonzero((which == i) & (sizes >= len(head)))
            if len(head) and len(rows):
                raw[starts[:-1][rows][:, None] + np.arange(len(head))] = head
        wide = pa.large_binary()
        values = pa.Array.from_buffers(wide, span.n, [None, pa.py_buffer(starts), pa.py_buffer(raw)])
        return {self.column: without(values.cast(pa.binary()), nulls(stream, span.n, self.null_share))}

    def capacity(self) -> int | None:
        return 256 ** (self.most or 8) if self.most is not None and self.most < 6 else None

    def literals(self) -> Iterable[Literal]:
        return ()

    def state(self) -> State:
        return {
            "column": self.column,
            "lengths": self.lengths.state(),
            "heads": list(self.heads),
            "shares": self.shares,
            "null_share": self.null_share,
            "most": self.most,
            "unique": self.unique,
        }

    @classmethod
    def restore(cls, state: State) -> Self:
        return cls(**{**state, "lengths": Sketch.restore(state["lengths"]), "heads": tuple(state["heads"])})


@dataclass(frozen=True)
class BitStrings:
    """Fills one bit-string column: lengths as seen, each place set as often as seen."""

    kind: ClassVar[str] = "bits.shares"
    version: ClassVar[int] = 1

    column: str
    type: LogicalType
    length: int
    set_shares: Floats  # (length,)
    null_share: float
    unique: bool = False

    @property
    def fills(self) -> tuple[str, ...]:
        return (self.column,)

    @property
    def needs(self) -> tuple[str, ...]:
        return ()

    @classmethod
    def suits(cls, task: Task) -> float:
        return 0.6 if len(task.columns) == 1 and isinstance(bare(task.column.type), Bits) else 0.0

    @classmethod
    def learn(cls, task: Task, evidence: TableEvidence | None, stream: Stream) -> Self:
        kind = bare(task.column.type)
        fixed = kind.length if isinstance(kind, Bits) and not kind.varying else None
        most = kind.length if isinstance(kind, Bits) else None
        column = evidence.column(task.column.name) if evidence is not None and evidence.sampled else None
        length = fixed or min(most or 8, 8)
        shares = np.full(length, 0.5)
        if evidence is not None and column is not None:
            rows = np.flatnonzero(np.asarray(column.is_valid()))
            if len(rows) and evidence.owners.take(rows).distinct(np.zeros(len(rows), dtype=np.int64), 1)[0] >= task.k:
                texts: list[str] = column.take(pa.array(rows[:20_000])).to_pylist()
                if fixed is None:
                    length = max(1, round(float(np.mean([len(text) for text in texts]))))
                padded = np.array([list(f"{text:<{length}}"[:length]) for text in texts])
                held = (padded == "1").sum(axis=0), (padded == "0").sum(axis=0)
                shares = (padded == "1").mean(axis=0)
                shares = np.where(held[0] < task.k, 0.0, np.where(held[1] < task.k, 1.0, shares))
        if task.unique:
            shares = np.full(length, 0.5)
        return cls(task.column.name, task.column.type, length, shares, null_share(task, column), task.unique)

    def sample(self, span: Span, stream: Stream, given: Columns) -> Columns:
        places = np.arange(self.length)
        if self.unique:
            size = 1 << min(self.length, 62)
            if span.total > size:
                raise CapacityError(self.column, span.total, size, f"{self.length} bits have no more different values")
            numbers = Permutation.of(size, stream.whole.at("order"))(np.arange(span.start, span.start + span.n, dtype=np.int64))
            on = (numbers[:, None] >> np.minimum(places, 62)) & 1 if self.length <= 62 else _wide(numbers, self.length)
        else:
            on = np.stack([systematic(stream.at("bit", int(place)), span.n) < self.set_shares[place] for place in places], axis=1)
        raw = np.where(on, ord("1"), ord("0")).astype(np.uint8)
        starts = (np.arange(span.n + 1) * self.length).astype(np.int32)
        values = pa.Array.from_buffers(pa.string(), span.n, [None, pa.py_buffer(starts), pa.py_buffer(raw.tobytes())])
        return {self.column: without(values.cast(arrow_type(self.type)), nulls(stream, span.n, self.null_share))}

    def capacity(self) -> int | None:
        return 1 << self.length if self.length < 53 else None

    def literals(self) -> Iterable[Literal]:
        return ()

    def state(self) -> State:
        return {
            "column": self.column,
            "type": told(self.type),
            "length": self.length,
            "set_shares": self.set_shares,
            "null_share": self.null_share,
            "unique": self.unique,
        }

    @classmethod
    def restore(cls, state: State) -> Self:
        return cls(**{**state, "type": heard(state["type"])})


def _wide(numbers: Ints, length: int) -> Ints:
    out = np.zeros((len(numbers), length), dtype=np.int64)
    out[:, :62] = (numbers[:, None] >> np.arange(62)) & 1
    return out


def register(registry: Registry) -> None:
    registry.generators.add(UuidValues)
    registry.generators.add(Bytes)
    registry.generators.add(BitStrings)
