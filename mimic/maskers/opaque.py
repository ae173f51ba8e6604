"""Secrets and unknown texts: signs of the same sort in the same places, from a keyed stream of the value. Nobody can undo it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mimic.masker import CannotMask, Given, MaskTask
from mimic.maskers.cipher import BLOCK, Aes, Bytes, digest
from mimic.maskers.runs import flat
from mimic.maskers.texts import OfTexts, is_bytes, is_text, needs_text
from mimic.registry import Registry
from mimic.schema import Binary, Column, bare
from mimic.semantics import Kind

_SHAPED = {
    Kind.PASSWORD, Kind.TOKEN, Kind.KEY, Kind.SESSION, Kind.OTHER, Kind.HASH, Kind.IMAGE, Kind.DIAGNOSIS, Kind.HEALTH, Kind.ETHNICITY,
    Kind.RELIGION,
}  # fmt: skip


def keystream(aes: Aes, seeds: Bytes, lengths: np.ndarray) -> Bytes:
    """`lengths` pseudorandom bytes for each seed (n, 16), behind each other."""
    blocks = -(-lengths // BLOCK)
    owner = np.repeat(np.arange(len(lengths)), blocks)
    number = np.arange(len(owner)) - np.repeat(np.cumsum(blocks) - blocks, blocks)
    counters = seeds[owner].copy()
    counters[:, 8:] ^= (number.astype("<u8") + np.uint64(1)).view(np.uint8).reshape(-1, 8)
    made = aes(counters).reshape(-1)
    starts = (np.cumsum(blocks) - blocks) * BLOCK
    place = np.arange(int(lengths.sum())) + np.repeat(starts - (np.cumsum(lengths) - lengths), lengths)
    return np.asarray(made[place], dtype=np.uint8)


def shaped(texts: pa.Array, aes: Aes) -> pa.Array:
    """Digits become digits, small letters small letters, capitals capitals; `$2b$12$` and the like at the start stay."""
    words = digest(aes, texts)
    plain = texts if pc.all(pc.string_is_ascii(texts)).as_py() is not False else pc.replace_substring_regex(texts, r"[^\x00-\x7F]", "x")
    data, offsets = flat(plain)
    lengths = np.diff(offsets)
    stream = keystream(aes, np.ascontiguousarray(words.astype("<u8")).view(np.uint8).reshape(-1, BLOCK), lengths)
    out = data.copy()
    kept = np.zeros(len(data), dtype=bool)
    dollars = np.cumsum(data == 36)
    before = np.concatenate([[0], dollars])[offsets[:-1]]
    inside = dollars - np.repeat(before, lengths)
    starts = np.zeros(len(lengths), dtype=bool)
    full = lengths > 0
    starts[full] = data[offsets[:-1][full]] == 36
    kept |= np.repeat(starts, lengths) & (inside < 3)  # `$2b$12$`: which hash it is
    for first, many in ((48, 10), (97, 26), (65, 26)):
        spots = (data >= first) & (data < first + many) & ~kept
        out[spots] = first + stream[spots] % many
    return pa.StringArray.from_buffers(len(lengths), pa.py_buffer(offsets.astype(np.int32).tobytes()), pa.py_buffer(out.tobytes()))


@dataclass(frozen=True)
class Shapes(OfTexts):
    """Tokens, hashes, keys, and texts that tell too much to be kept: random signs of the same sort, length and place."""

    kind: ClassVar[str] = "shape"
    keeps_uniqueness: ClassVar[bool] = True  # but for very short texts, which the database tells

    column: Column

    @property
    def domain(self) -> str:
        return "shape"

    @classmethod
    def suits(cls, task: MaskTask) -> float:
        return (0.85 if task.kind in _SHAPED else 0.2) if is_text(task.column) else 0.0

    @classmethod
    def of(cls, task: MaskTask) -> Self:
        needs_text(task, 1)
        return cls(task.column)

    def made(self, texts: pa.Array, aes: Aes) -> pa.Array:
        return shaped(texts, aes)


@dataclass(frozen=True)
class Blobs:
    """Bytes (pictures, keys): as many pseudorandom ones."""

    kind: ClassVar[str] = "bytes"
    version: ClassVar[int] = 1
    reversible: ClassVar[bool] = False
    keeps_uniqueness: ClassVar[bool] = True

    column: Column

    @property
    def domain(self) -> str:
        return "bytes"

    @property
    def needs(self) -> tuple[str, ...]:
        return ()

    @classmethod
    def suits(cls, task: MaskTask) -> float:
        return 0.8 if is_bytes(task.column) else 0.0

    @classmethod
    def of(cls, task: MaskTask) -> Self:
        if not isinstance(bare(task.column.type), Binary):
            raise CannotMask("it holds no bytes")
        return cls(task.column)

    def mask(self, values: pa.Array, key: bytes, given: Given) -> pa.Array:
        aes = Aes(key)
        words = digest(aes, values)
        lengths = np.asarray(pc.fill_null(pc.binary_length(values), 0)).astype(np.int64)
        stream = keystream(aes, np.ascontiguousarray(words.astype("<u8")).view(np.uint8).reshape(-1, BLOCK), lengths)
        offsets = np.concatenate([[0], np.cumsum(lengths)])
        wide = pa.Array.from_buffers(
            pa.large_binary(), len(values), [None, pa.py_buffer(offsets.tobytes()), pa.py_buffer(stream.tobytes())]
        )
        return pc.if_else(values.is_valid(), wide.cast(values.type), pa.scalar(None, values.type))


def register(registry: Registry) -> None:
    for masker in (Shapes, Blobs):
        registry.maskers.add(masker)


__all__ = ["Blobs", "Shapes", "keystream", "shaped"]
