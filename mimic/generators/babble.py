"""Long texts cut out of ready-made babble: sentences of everyday words, in one of several styles.

A buffer of some hundred thousand characters is written once per language and style; a text of a wished length is a slice of
it, from where a text may begin to where one may end.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mimic.generators.pools import ascii_letters, draws_of, neutral_words, unique
from mimic.generators.templates import Bytes, from_bytes
from mimic.streams import Ints, Stream

_SIZE = 400_000  # characters of a buffer
_TRIES = 6  # beginnings that are tried for the best fitting end
_BLOCK = 4_000_000  # characters that are gathered at once
_CLOSINGS = {"html": "</p>\n"}


@dataclass(frozen=True, slots=True)
class Babble:
    """`begins` and `ends` (offsets into `text`): where a slice may begin, and where one may end."""

    text: Bytes
    begins: Ints
    ends: Ints
    closing: Bytes

    def cut(self, lengths: Ints, stream: Stream, *, stop: NDArray[np.bool_] | None = None) -> pa.Array:
        """Texts of about `lengths` (n,) characters, a few more or less; those of `stop` end in a full stop."""
        n = len(lengths)
        want = np.maximum(lengths - len(self.closing), 1)
        last = len(self.text) - int(want.max(initial=1)) - 64
        open_ = self.begins[self.begins <= max(last, 0)]
        if not len(open_):
            open_ = self.begins[:1]
        start = np.zeros(n, dtype=np.int64)
        end = np.zeros(n, dtype=np.int64)
        miss = np.full(n, np.iinfo(np.int64).max)
        for _ in range(_TRIES if n < 200_000 else 2):
            s = open_[stream.integers(n, len(open_))]
            goal = np.minimum(s + want, len(self.text))
            at = np.clip(np.searchsorted(self.ends, goal), 1, len(self.ends) - 1)
            low, high = self.ends[at - 1], self.ends[at]
            e = np.where((goal - low <= high - goal) & (low > s), low, high)
            off = np.abs(e - goal)
            better = off < miss
            start, end, miss = np.where(better, s, start), np.where(better, e, end), np.where(better, off, miss)
        parts: list[pa.Array] = []
        sizes = end - start
        total = np.concatenate([[0], np.cumsum(sizes + len(self.closing))])
        first = 0
        while first < n:
            upto = max(first + 1, int(np.searchsorted(total, total[first] + _BLOCK, side="right")) - 1)
            parts.append(self._slices(start[first:upto], sizes[first:upto], None if stop is None else stop[first:upto]))
            first = upto
        return pa.concat_arrays(parts) if parts else pa.array([], pa.string())

    def _slices(self, start: Ints, sizes: Ints, stop: NDArray[np.bool_] | None) -> pa.Array:
        tail = len(self.closing)
        offsets = np.zeros(len(sizes) + 1, dtype=np.int64)
        np.cumsum(sizes + tail, out=offsets[1:])
        index = np.arange(int(offsets[-1]), dtype=np.int64)
        index += np.repeat(start - offsets[:-1], sizes + tail)
        data = self.text[np.minimum(index, len(self.text) - 1)]
        closes = offsets[1:] - tail
        for i in range(tail):
            data[closes + i] = self.closing[i]
        if stop is not None and not tail and stop.any():
            data[offsets[1:][stop] - 1] = ord(".")
        return from_bytes(offsets, data)


@dataclass(slots=True)
class _Writer:
    """Pieces of a buffer, and where texts may begin and end in it."""

    pieces: list[str] = field(default_factory=list)
    begins: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    size: int = 0

    def put(self, text: str) -> None:
        self.pieces.append(text)
        self.size += len(text)


@lru_cache(maxsize=32)
def babble(locale: str, style: str) -> Babble:
    """The buffer of a language and a style (see forms.STYLES)."""
    known = unique(word for word in (ascii_letters(word) for word in neutral_words(locale)) if word)
    if len(known) < 50:  # a script other than Latin
        known = unique(word for word in (ascii_letters(word) for word in neutral_words("en_US")) if word)
    draws = draws_of("babble", locale, style)
    writer = _Writer()
    inside = False  # a paragraph of HTML is open
    while writer.size < _SIZE:
        if style == "html" and not inside:
            writer.begins.append(writer.size)
            writer.put("<p>")
        elif style != "html":
            writer.begins.append(writer.size)
        _sentence(writer, [known[next(draws) % len(known)] for _ in range(4 + next(draws) % 14)], style, draws)
        turn = next(draws) % 6
        if style == "html":
            inside = turn > 1
            writer.put(" " if inside else "</p>\n\n")
        elif style == "markdown":
            writer.put(("\n", "\n\n", "\n\n- ", "\n\n## ", " ", " ")[turn])
        else:
            writer.put("\n" if style == "lines" and turn < 2 else " ")
    data = np.frombuffer("".join(writer.pieces).encode("ascii"), dtype=np.uint8).copy()
    closing = np.frombuffer(_CLOSINGS.get(style, "").encode(), dtype=np.uint8)
    return Babble(data, np.array(writer.begins, dtype=np.int64), np.array(writer.ends, dtype=np.int64), closing)


def _sentence(writer: _Writer, words: list[str], style: str, draws: Iterator[int]) -> None:
    """Write words in a style, without the blank that follows."""
    prose = style in ("html", "markdown", "lines", "sentence")
    for i, word in enumerate(words):
        shown = word.upper() if style == "upper" else word.capitalize() if style == "title" or (prose and i == 0) else word
        turn = next(draws) % 60
        if style == "html" and turn == 0:
            shown = f"<em>{shown}</em>"
        elif style == "html" and turn == 1:
            shown = f'<a href="https://example.com/{word}">{shown}</a>'
        writer.put(shown)
        writer.ends.append(writer.size)
        if i + 1 < len(words):
            writer.put(", " if prose and turn in (2, 3, 4) else " ")
    if prose:
        writer.put("?" if next(draws) % 12 == 0 else ".")
        writer.ends.append(writer.size)


__all__ = ["Babble", "babble"]
