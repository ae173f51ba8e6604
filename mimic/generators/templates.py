"""Texts of a fixed shape, made as byte matrices: each segment is taken from a small table of equally wide pieces.

A template numbers its texts 0 .. domain - 1, and different numbers give different texts. So the same template draws at random
or, fed with a permuted counter, never repeats itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import prod

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mimic.generator import Span
from mimic.generators.pools import spelled_words
from mimic.streams import Floats, Ints, Permutation, Stream

Bytes = NDArray[np.uint8]

DIGITS, LOWER, UPPER = "0123456789", "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ROWS = 4_096  # largest table that is multiplied out of an alphabet
MOST = 1 << 60  # numbers of a template that are used at most
_WORDS = 1_024  # words of one length and locale


@dataclass(frozen=True, slots=True)
class Template:
    """`segments`: tables (size, width) of bytes, side by side; `key` says what the texts look like, character by character."""

    key: str
    segments: tuple[Bytes, ...]

    @property
    def domain(self) -> int:
        return prod(len(segment) for segment in self.segments)

    @property
    def width(self) -> int:
        return sum(segment.shape[1] for segment in self.segments)

    def fill(self, index: Ints | None, m: int, stream: Stream) -> Bytes:
        """m texts as (m, width): those of the numbers `index` (m,), or any."""
        out = np.empty((m, self.width), dtype=np.uint8)
        left = index.astype(np.uint64) if index is not None else stream.words(m) >> np.uint64(4)
        room = MOST if index is None else min(self.domain, MOST)  # how many numbers `left` may still be
        at = 0
        for segment in self.segments:
            size, width = segment.shape
            if size == 1:
                out[:, at : at + width] = segment[0]
            else:
                if room < 64 * size and (index is None or room <= 1):
                    left, room = stream.words(m) >> np.uint64(4), MOST
                out[:, at : at + width] = segment[(left % np.uint64(size)).astype(np.int64)]
                left = left // np.uint64(size)
                room = -(-room // size)
            at += width
        return out


def literal(text: str) -> Bytes:
    return np.frombuffer(text.encode(), dtype=np.uint8)[None, :].copy()


@lru_cache(maxsize=256)
def alphabet(letters: str, run: int) -> tuple[Bytes, ...]:
    """`run` characters of an alphabet as few tables: three digits are one table of a thousand rows."""
    if len(letters) == 1:
        return (literal(letters * run),)
    single = np.frombuffer(letters.encode(), dtype=np.uint8)
    step = 1
    while len(letters) ** (step + 1) <= _ROWS and step < run:
        step += 1
    out = []
    while run > 0:
        width = min(step, run)
        grid = np.indices((len(letters),) * width).reshape(width, -1).T
        out.append(np.ascontiguousarray(single[grid]))
        run -= width
    return tuple(out)


@lru_cache(maxsize=1_024)
def word_table(locale: str, length: int, case: str) -> Bytes:
    """Words of a length in a case ("lower", "upper", "title"), ASCII, distinct, shape (size, length)."""
    words = spelled_words(locale, length, _WORDS)
    shown = {"lower": str.lower, "upper": str.upper, "title": str.capitalize}[case]
    return np.frombuffer("".join(shown(word) for word in words).encode("ascii"), dtype=np.uint8).reshape(len(words), length).copy()


def strings(n: int, rows: Sequence[Ints], parts: Sequence[Bytes]) -> pa.Array:
    """Matrices of bytes as one array of n texts: `parts[i]` (m, width) holds the texts of `rows[i]` (m,)."""
    if not parts:
        return pa.array([""] * n, pa.string())
    widths = np.concatenate([np.full(len(part), part.shape[1], dtype=np.int64) for part in parts])
    offsets = np.zeros(len(widths) + 1, dtype=np.int64)
    np.cumsum(widths, out=offsets[1:])
    data = np.concatenate([part.ravel() for part in parts])
    order = np.empty(n, dtype=np.int64)
    order[np.concatenate(rows)] = np.arange(len(widths))
    return from_bytes(offsets, data).take(pa.array(order))


def from_bytes(offsets: Ints, data: Bytes) -> pa.Array:
    """Texts from their bytes and where each begins, offsets (n + 1,)."""
    if offsets[-1] < 2**31:
        return pa.StringArray.from_buffers(len(offsets) - 1, pa.py_buffer(offsets.astype(np.int32)), pa.py_buffer(data))
    large = pa.LargeStringArray.from_buffers(len(offsets) - 1, pa.py_buffer(offsets), pa.py_buffer(data))
    return large.cast(pa.string())


def runs(form: str) -> list[tuple[str, int]]:
    """`Aaaa-99` as (A, 1), (a, 3), (-, 1), (9, 2)."""
    out: list[tuple[str, int]] = []
    for c in form:
        if out and out[-1][0] == c:
            out[-1] = (c, out[-1][1] + 1)
        else:
            out.append((c, 1))
    return out


def stretched(form: str, length: int, stream: Stream) -> str:
    """A form whose long runs were cut to three, at its full length: the missing characters go to those runs at random."""
    parts = runs(form)
    long = [i for i, (c, run) in enumerate(parts) if run == 3 and c in "aA9"] or [i for i, (_, run) in enumerate(parts) if run == 3]
    missing = length - len(form)
    if missing <= 0 or not long:
        return form
    # Words of very unequal length would look odd: pieces are drawn around their mean.
    weights = 0.5 + stream.uniform(len(long))
    shares = np.floor(weights / weights.sum() * missing).astype(int)
    shares[: missing - int(shares.sum())] += 1
    for i, more in zip(long, shares.tolist(), strict=True):
        parts[i] = (parts[i][0], parts[i][1] + more)
    return "".join(c * run for c, run in parts)


def from_classes(classes: str, locale: str, *, words: bool) -> Template:
    """A template for a text whose characters are given as classes (a, A, 9, or themselves): of words, or of letters at random."""
    segments: list[Bytes] = []
    parts = runs(classes)
    i = 0
    while i < len(parts):
        c, run = parts[i]
        after = parts[i + 1] if i + 1 < len(parts) else ("", 0)
        if c == "A" and run == 1 and after[0] == "a" and words:
            segments.append(word_table(locale, 1 + after[1], "title"))
            i += 1
        elif c in "aA" and words and (run > 1 or not (parts[i - 1][0] in "aA9" and i)):
            segments.append(word_table(locale, run, "lower" if c == "a" else "upper"))
        elif c in "aA9":
            segments.extend(alphabet({"a": LOWER, "A": UPPER, "9": DIGITS}[c], run))
        else:
            segments.append(literal(c * run))
        i += 1
    return Template(classes, tuple(segments))


@dataclass(frozen=True, slots=True)
class Numbered:
    """Templates no two of which make the same text, with the shares (m,) that are wished: distinct texts for any number of rows."""

    templates: tuple[Template, ...]
    shares: Floats

    @property
    def room(self) -> Floats:
        return np.array([min(template.domain, MOST) for template in self.templates], dtype=np.float64)

    @property
    def capacity(self) -> int:
        return min(sum(min(template.domain, MOST) for template in self.templates), MOST)

    def at(self, span: Span, stream: Stream) -> pa.Array:
        """The texts of a span's rows: each row's number is told by its place alone, so no two chunks meet."""
        counts = allotted(self.shares, self.room, span.total)
        rank = Permutation.of(max(span.total, 1), stream.whole.at("order"))(np.arange(span.start, span.start + span.n, dtype=np.int64))
        ends = np.cumsum(counts)
        part = np.searchsorted(ends, rank, side="right")
        rows: list[Ints] = []
        made: list[Bytes] = []
        for i in np.unique(part).tolist():
            inside = np.flatnonzero(part == i)
            template = self.templates[i]
            within = rank[inside] - (int(ends[i]) - int(counts[i]))
            index = Permutation.of(min(template.domain, MOST), stream.whole.at("number", template.key))(within)
            rows.append(inside)
            made.append(template.fill(index, len(inside), stream.at("fill", i)))
        return strings(span.n, rows, made)


def allotted(shares: Floats, room: Floats, total: int) -> Ints:
    """Whole numbers in proportion to `shares` (m,), none above its `room`, that sum to `total`, or to all the room there is."""
    counts = np.zeros(len(shares), dtype=np.int64)
    left = total
    weights = np.asarray(shares, dtype=np.float64).copy()
    while left > 0:
        open_ = counts < room
        if not open_.any():
            break
        now = np.where(open_, weights, 0.0)
        if now.sum() <= 0:
            now = np.where(open_, room - counts, 0.0)
        exact = now / now.sum() * left
        more = np.minimum(np.floor(exact), room - counts).astype(np.int64)
        if more.sum() == 0:
            for i in np.argsort(-exact, kind="stable")[:left].tolist():
                if counts[i] < room[i]:
                    more[i] = 1
            if more.sum() == 0:
                weights = np.zeros(len(shares))
                continue
        counts += more
        left -= int(more.sum())
    return counts


__all__ = [
    "DIGITS",
    "LOWER",
    "MOST",
    "UPPER",
    "Bytes",
    "Numbered",
    "Template",
    "allotted",
    "alphabet",
    "from_bytes",
    "from_classes",
    "literal",
    "runs",
    "stretched",
    "strings",
    "word_table",
]
