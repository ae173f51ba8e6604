"""Runs of letters inside texts, found in the bytes of a whole column at once."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from mimic.maskers.cipher import Bytes
from mimic.streams import Ints


def flat(texts: pa.Array) -> tuple[Bytes, Ints]:
    """The bytes of all texts behind each other, and where each begins, with the end of the last: shape (n + 1,)."""
    wide = texts.cast(pa.large_string())
    buffers = wide.buffers()
    offsets = np.frombuffer(buffers[1], dtype=np.int64)[wide.offset : wide.offset + len(wide) + 1]
    data = np.frombuffer(buffers[2], dtype=np.uint8) if buffers[2] is not None else np.zeros(0, dtype=np.uint8)
    return data[offsets[0] : offsets[-1]], offsets - offsets[0]


def sliced(data: Bytes, starts: Ints, lengths: Ints) -> pa.Array:
    """The texts that lie at `starts` in `data`, each of its own length in bytes."""
    ends = np.cumsum(lengths)
    offsets = np.concatenate([[0], ends]).astype(np.int32)
    place = np.arange(int(ends[-1]) if len(ends) else 0) + np.repeat(starts - (ends - lengths), lengths)
    return pa.StringArray.from_buffers(len(lengths), pa.py_buffer(offsets.tobytes()), pa.py_buffer(data[place].tobytes()))


def halves(texts: pa.Array, sign: str) -> tuple[pa.Array, pa.Array]:
    """What stands before and behind the first `sign`, one ASCII character that every text holds."""
    data, offsets = flat(texts)
    spots = np.flatnonzero(data == ord(sign))
    at = spots[np.searchsorted(spots, offsets[:-1])]
    return sliced(data, offsets[:-1], at - offsets[:-1]), sliced(data, at + 1, offsets[1:] - at - 1)


def two_runs(data: Bytes, offsets: Ints) -> tuple[pa.Array, pa.Array, pa.Array]:
    """Of each ASCII text its first and second run of letters, and the sign `.`, `_` or `-` that stands alone between them."""
    n = len(offsets) - 1
    letter = ((data | 32) >= 97) & ((data | 32) <= 122)
    before = np.concatenate([[False], letter[:-1]]) if len(data) else letter
    after = np.concatenate([letter[1:], [False]]) if len(data) else letter
    inner = offsets[1:-1]
    before[inner[inner < len(data)]] = False  # a run ends with its text
    ends_at = inner[inner > 0] - 1
    after[ends_at] = False
    starts, stops = np.flatnonzero(letter & ~before), np.flatnonzero(letter & ~after) + 1
    first = np.searchsorted(starts, offsets[:-1])
    count = np.searchsorted(starts, offsets[1:]) - first
    begins, ends = np.zeros((2, n), dtype=np.int64), np.zeros((2, n), dtype=np.int64)
    for i in (0, 1):
        has = count > i
        begins[i, has], ends[i, has] = starts[first[has] + i], stops[first[has] + i]
    lone = (count > 1) & (begins[1] == ends[0] + 1)
    lone[lone] = np.isin(data[ends[0][lone]], np.frombuffer(b"._-", dtype=np.uint8))
    a, b = (sliced(data, begins[i], ends[i] - begins[i]) for i in (0, 1))
    return a, sliced(data, ends[0] * lone, lone.astype(np.int64)), b


__all__ = ["flat", "halves", "sliced", "two_runs"]
