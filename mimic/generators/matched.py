"""A pool of made-up values that is drawn from so that lengths and forms come out as in the source.

Every entry has a form and a length (see `forms`). For each cell that k owners of the source share, entries of that form and
length are looked up, else entries of the same length, else the nearest. So the made-up names are as long as the real ones,
capitals are where capitals were, and nothing else is taken over.

Entries that the source itself holds, with fewer than k owners, are withheld, and so is every second of the others, by lot: that an
entry never comes says little about whether somebody in the source has it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mimic.generators.draws import Guide
from mimic.generators.forms import Form, Sampled, form_of
from mimic.generators.templates import allotted, from_classes, stretched
from mimic.streams import Floats, Ints, Stream, Streams

ENOUGH = 6  # entries that a cell should have to choose from
_STEPS = 48  # lengths that stand for the rest of a form
_CASES: tuple[Callable[[str], str], ...] = (str, str.upper, str.lower)

Allowed = NDArray[np.bool_]


@dataclass(frozen=True)
class Matched:
    """`entries` (e,) and how a form draws from them; `allowed` (e,) says which may be used. Numbers of entries are what is drawn."""

    entries: tuple[str, ...]
    form: Form
    most: int | None = None
    allowed: Allowed | None = None
    locale: str = "en_US"

    @cached_property
    def _built(self) -> tuple[pa.Array, Ints, Ints, Floats, Ints]:
        """Texts; where each cell's begin and how many they are; the cells' shares; the entry behind each text."""
        usable = [i for i in range(len(self.entries)) if self.allowed is None or self.allowed[i]]
        usable = [i for i in usable if self.most is None or len(self.entries[i]) <= self.most] or usable
        if not self.form.known:
            texts = [self.entries[i] for i in usable] if self.most is None else [self.entries[i][: self.most] for i in usable]
            return (
                pa.array(texts, pa.string()),
                np.zeros(1, dtype=np.int64),
                np.array([len(texts)]),
                np.ones(1),
                np.array(usable, dtype=np.int64),
            )
        index = _Index.of(self.entries, usable)
        texts_: list[str] = []
        source: list[int] = []
        starts: list[int] = []
        counts: list[int] = []
        shares: list[float] = []
        cells: list[tuple[str, int, float]] = [*zip(self.form.forms, self.form.lengths, self.form.shares, strict=True)]
        if self.form.rest_lengths is not None and self.form.rest > 0:
            lengths = np.maximum(np.rint(self.form.rest_lengths.quantile((np.arange(_STEPS) + 0.5) / _STEPS)), 1).astype(int)
            cells += [
                ("", int(length), self.form.rest * int(count) / _STEPS)
                for length, count in zip(*np.unique(lengths, return_counts=True), strict=True)
            ]
        stream = Streams(0).at("matched")
        for form, length, share in cells:
            fit = length if self.most is None else min(length, self.most)
            found = index.fitting(form, fit, self.locale, stream)
            starts.append(len(texts_))
            counts.append(len(found))
            shares.append(share)
            texts_.extend(text if self.most is None else text[: self.most] for text, _ in found)
            source.extend(entry for _, entry in found)
        return (
            pa.array(texts_, pa.string()), np.array(starts, dtype=np.int64), np.array(counts, dtype=np.int64), np.array(shares),
            np.array(source, dtype=np.int64),
        )  # fmt: skip

    @property
    def texts(self) -> pa.Array:
        return self._built[0]

    @property
    def sources(self) -> Ints:
        """The entry that each text was made from, -1 where a form had none."""
        return self._built[4]

    @cached_property
    def _guide(self) -> Guide:
        return Guide.of(self._built[3])

    @cached_property
    def weights(self) -> Floats:
        """How likely each text is, shape (texts,)."""
        _, starts, counts, shares, _ = self._built
        out = np.zeros(len(self.texts))
        for start, count, share in zip(starts.tolist(), counts.tolist(), (shares / shares.sum()).tolist(), strict=True):
            out[start : start + count] = share / count
        return out

    def draw(self, u: Floats, v: Floats) -> Ints:
        """Numbers of texts: the cell by u (n,), the text within it by v (n,), both in [0, 1)."""
        _, starts, counts, _, _ = self._built
        cell = self._guide(u)
        return np.asarray(starts[cell] + (v * counts[cell]).astype(np.int64), dtype=np.int64)

    @cached_property
    def distinct(self) -> tuple[Ints, Ints, Floats]:
        """For unique columns: the first text of every spelling, arranged by cell; how many each cell has; the cells' shares."""
        _, starts, counts, shares, _ = self._built
        seen: set[str] = set()
        kept: list[int] = []
        sizes: list[int] = []
        texts = self.texts.to_pylist()
        for start, count in zip(starts.tolist(), counts.tolist(), strict=True):
            before = len(kept)
            for i in range(start, start + count):
                if texts[i] not in seen:
                    seen.add(texts[i])
                    kept.append(i)
            sizes.append(len(kept) - before)
        return np.array(kept, dtype=np.int64), np.array(sizes, dtype=np.int64), shares

    def numbered(self, rank: Ints, total: int) -> tuple[Ints, Ints]:
        """Texts for ranks (n,) in 0 .. total - 1, and how often each came before: no pair of the two comes twice."""
        kept, sizes, shares = self.distinct
        first = min(total, len(kept))
        counts = allotted(shares, sizes.astype(np.float64), first)
        ends = np.cumsum(counts)
        begins = np.concatenate([[0], np.cumsum(sizes)])[:-1]
        inside = rank < first
        cell = np.searchsorted(ends, rank, side="right")
        cell = np.minimum(cell, len(sizes) - 1)
        position = begins[cell] + (rank - (ends - counts)[cell])
        beyond = rank - first
        spread = np.where(inside, position, beyond % len(kept))
        return kept[np.minimum(spread, len(kept) - 1)], np.where(inside, 0, 1 + beyond // len(kept)).astype(np.int64)


@dataclass(frozen=True)
class _Index:
    """Entries by form and length, by length, in the three cases."""

    entries: Sequence[str]
    exact: dict[tuple[str, int], list[tuple[str, int]]]
    by_form: dict[str, list[tuple[str, int]]]
    by_length: dict[int, list[tuple[str, int]]]

    @classmethod
    def of(cls, entries: Sequence[str], usable: Sequence[int]) -> _Index:
        exact: dict[tuple[str, int], list[tuple[str, int]]] = {}
        by_form: dict[str, list[tuple[str, int]]] = {}
        by_length: dict[int, list[tuple[str, int]]] = {}
        for i in usable:
            shown: set[str] = set()
            for turn, case in enumerate(_CASES):
                text = case(entries[i])
                if text in shown:
                    continue
                shown.add(text)
                form = form_of(text)
                exact.setdefault((form, len(text)), []).append((text, i))
                by_form.setdefault(form, []).append((text, i))
                if turn == 0:
                    by_length.setdefault(len(text), []).append((text, i))
        return cls(entries, exact, by_form, by_length)

    def fitting(self, form: str, length: int, locale: str, stream: Stream) -> list[tuple[str, int]]:
        """Entries for a cell: of its form and length; else made by the form; of any form ("") those of the nearest lengths."""
        found = self.exact.get((form, length), [])
        if len(found) >= ENOUGH or (found and not form):
            return found
        if form:
            alike = self.by_form.get(form, [])
            near = [pair for pair in alike if abs(len(pair[0]) - length) <= 1]
            if len(near) >= ENOUGH:
                return near
            # Nothing in the pool looks like this: words in its form.
            made: list[tuple[str, int]] = list(found)
            for _ in range(ENOUGH):
                template = from_classes(stretched(form, length, stream), locale, words=" " in form or "9" not in form)
                made += [(bytes(row).decode(), -1) for row in template.fill(None, 4, stream)]
            return made
        best = sorted(self.by_length, key=lambda other: abs(other - length))
        out: list[tuple[str, int]] = []
        for other in best:
            out += self.by_length[other]
            if len(out) >= ENOUGH:
                break
        return out


def withheld(entries: Sequence[str], sampled: Sampled | None, k: int, stream: Stream) -> Allowed:
    """Which entries may be used: none that the source holds with fewer than k owners, and by lot every second of the others."""
    if sampled is None or not sampled.rows:
        return np.ones(len(entries), dtype=np.bool_)
    held = sampled.owners.distinct(sampled.codes, len(sampled.texts))
    rare = {text.casefold() for text, owners in zip(sampled.texts, held.tolist(), strict=True) if owners < k}
    real = np.array([entry.casefold() in rare for entry in entries], dtype=np.bool_)
    if not real.any():
        return np.ones(len(entries), dtype=np.bool_)
    lot = stream.at("withheld").uniform(len(entries)) < 0.5
    allowed = ~real & lot
    return np.asarray(allowed if allowed.sum() >= 20 else ~real if (~real).any() else ~real | True, dtype=np.bool_)


def before_count(texts: pa.Array, wished: Sequence[str]) -> str:
    """The first of `wished` behind which no text ends in digits: a count behind it makes a text that is not there yet."""
    shown = texts.to_pylist()
    for mark in wished:
        if not any(re.search(re.escape(mark) + r"\d+$", text) for text in shown):
            return mark
    return wished[-1] * 2


def packed(allowed: Allowed | None) -> NDArray[np.uint8] | None:
    return None if allowed is None else np.packbits(allowed)


def unpacked(bits: NDArray[np.uint8] | None, size: int) -> Allowed | None:
    """The flags for a pool of `size`; None, all, where the pool has another size today than when it was learned."""
    if bits is None or len(bits) != (size + 7) // 8:
        return None
    return np.unpackbits(bits, count=size).astype(np.bool_)


__all__ = ["Allowed", "Matched", "before_count", "packed", "unpacked", "withheld"]
