"""Randomness is a property of the place, not of the order of calls.

`Streams(seed).at("orders", "total", 3)` is the stream of chunk 3 of one column. The place is hashed into the key of a
counter-based generator (Philox), whose raw 64-bit words are turned into values by the arithmetic below: numpy promises the
words to stay the same from version to version, but not its distributions. Adding a column, a worker or another batch size
changes no other value.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Words = NDArray[np.uint64]

CHUNK = 131_072  # rows of a logical chunk: the unit of randomness, whatever the batch size


class Stream:
    """The random numbers of one place. Every call moves on; two streams of one place give the same numbers."""

    __slots__ = ("_bits", "_key", "place")

    def __init__(self, key: bytes, place: tuple[str, ...]) -> None:
        self._key, self.place = key, place
        self._bits: np.random.Philox | None = None  # made when first asked: most streams only lead to others

    def at(self, *place: object) -> Stream:
        """The stream of a place inside this one."""
        return Stream(self._key, (*self.place, *(str(part) for part in place)))

    @property
    def whole(self) -> Stream:
        """A fresh stream of the place around this one: the column's, for a chunk of the column."""
        return Stream(self._key, self.place[:-1])

    def words(self, n: int) -> Words:
        if self._bits is None:
            told = "\x1f".join(self.place).encode("utf-8", "surrogatepass")
            digest = hashlib.blake2b(told, key=self._key, digest_size=16).digest()
            self._bits = np.random.Philox(key=int.from_bytes(digest, "little"))
        return np.asarray(self._bits.random_raw(n), dtype=np.uint64)

    def uniform(self, n: int) -> Floats:
        """Numbers in [0, 1), 53 bits each."""
        return np.asarray((self.words(n) >> np.uint64(11)).astype(np.float64) * 2.0**-53)

    def integers(self, n: int, high: int | Ints) -> Ints:
        """Whole numbers 0 .. high - 1; `high` may differ per draw (shape (n,), below 2**53)."""
        return np.floor(self.uniform(n) * high).astype(np.int64)

    def normal(self, n: int) -> Floats:
        return np.asarray(ndtri(np.clip(self.uniform(n), 2.0**-54, 1 - 2.0**-53)), dtype=np.float64)

    def permutation(self, n: int) -> Ints:
        return np.argsort(self.words(n), kind="stable").astype(np.int64)

    def systematic(self, n: int) -> Floats:
        """n numbers in [0, 1), one in each of n equal cells, in random order: no needless sampling noise in small tables."""
        return (self.permutation(n) + self.uniform(n)) / max(n, 1)


@dataclass(frozen=True, slots=True)
class Streams:
    """All streams of one seed."""

    seed: int

    def at(self, *place: object) -> Stream:
        key = hashlib.blake2b(f"mimic/{self.seed}".encode(), digest_size=32).digest()
        return Stream(key, tuple(str(part) for part in place))


@dataclass(frozen=True, slots=True)
class Permutation:
    """A bijection of 0 .. size - 1 that is computed value by value, without a table: a Feistel network with cycle walking."""

    size: int
    keys: tuple[int, ...]
    half: int  # bits of each half

    ROUNDS = 6

    @classmethod
    def of(cls, size: int, stream: Stream) -> Permutation:
        half = max(1, (max(size - 1, 1).bit_length() + 1) // 2)
        return cls(size, tuple(int(word) for word in stream.words(cls.ROUNDS)), half)

    def __call__(self, index: Ints) -> Ints:
        """`index` in 0 .. size - 1, shape (n,); the result has no repetition where `index` has none."""
        out = self._once(index.astype(np.uint64))
        while (far := out >= np.uint64(self.size)).any():
            out[far] = self._once(out[far])
        return out.astype(np.int64)

    def _once(self, value: Words) -> Words:
        half, mask = np.uint64(self.half), np.uint64((1 << self.half) - 1)
        left, right = value >> half, value & mask
        for key in self.keys:
            mixed = (right ^ np.uint64(key)) * np.uint64(0x9E3779B97F4A7C15)
            mixed = (mixed ^ (mixed >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
            left, right = right, left ^ ((mixed ^ (mixed >> np.uint64(32))) & mask)
        return np.asarray((left << half) | right, dtype=np.uint64)
