"""Rows drawn by a keyed hash of their key: the same on every run, every server and every engine, for one seed."""

from __future__ import annotations

from hashlib import blake2b

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Words = NDArray[np.uint64]


def hashed(columns: list[pa.Array | pa.ChunkedArray], seed: int, place: str) -> Words:
    """A 64-bit hash of each row's values; equal values hash equally whatever the width of their type."""
    key = int.from_bytes(blake2b(f"mimic/subset/{seed}/{place}".encode(), digest_size=8).digest(), "big")
    n = len(columns[0]) if columns else 0
    state = np.full(n, key, np.uint64)
    for column in columns:
        flat = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
        state = _mixed(state ^ _mixed(_words(flat) + np.uint64(0x9E3779B97F4A7C15)))
    return state


def _words(values: pa.Array) -> Words:
    """One word per value: a whole number is its own, anything else a polynomial of the bytes of its text."""
    kind = values.type
    if pa.types.is_integer(kind):
        return np.asarray(pc.fill_null(values, 0).cast(pa.int64(), safe=False).to_numpy(zero_copy_only=False)).astype(np.uint64)
    if not (pa.types.is_binary(kind) or pa.types.is_fixed_size_binary(kind)):
        values = values.cast(pa.string())
    flat = pc.fill_null(values.cast(pa.large_binary()), b"")
    offsets = np.frombuffer(flat.buffers()[1], np.int64, len(flat) + 1, flat.offset * 8)
    held = flat.buffers()[2]
    raw = np.frombuffer(held, np.uint8)[offsets[0] : offsets[-1]] if held is not None else np.empty(0, np.uint8)
    lengths = np.diff(offsets)
    within = np.arange(len(raw), dtype=np.int64) - np.repeat(offsets[:-1] - offsets[0], lengths)
    powers = _powers(int(lengths.max(initial=0)))
    sums = np.concatenate([[np.uint64(0)], np.cumsum((raw.astype(np.uint64) + np.uint64(1)) * powers[within], dtype=np.uint64)])
    found: Words = sums[offsets[1:] - offsets[0]] - sums[offsets[:-1] - offsets[0]] + _mixed(lengths.astype(np.uint64))
    return found


def _powers(n: int) -> Words:
    return np.cumprod(np.full(max(n, 1), 0x9E3779B97F4A7C15 | 1, np.uint64), dtype=np.uint64)


def _mixed(words: Words) -> Words:
    """The finaliser of SplitMix64: every bit of the word depends on every other."""
    words = (words ^ (words >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    words = (words ^ (words >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    found: Words = words ^ (words >> np.uint64(31))
    return found
