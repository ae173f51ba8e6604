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
from functools import cached_property, lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from mimic.generators.draws import Guide
from mimic.generators.forms import Form, Sampled, classes_of, cut_form, form_of
from mimic.generators.pools import reserved
from mimic.generators.templates import MOST, allotted, from_classes, stretched
from mimic.streams import Floats, Ints, Stream, Streams

ENOUGH = 6  # entries that a cell should have to choose from
_MADE = 240  # texts that are put together for a cell that is all of a column
_STEPS = 48  # lengths that stand for the rest of a form
_CASES: tuple[Callable[[str], str], ...] = (str, str.upper, str.lower)

_WORD = re.compile(r"[^\W\d_]+")
_NET = re.compile(r"(?P<scheme>[aA]+://)?(?P<host>[^/?#]*)(?P<path>.*)", re.S)
_PIECES = re.compile(r"[aA]+|9+|[^aA9]+", re.S)

Allowed = NDArray[np.bool_]


@dataclass(frozen=True)
class Matched:
    """`entries` (e,) and how a form draws from them; `allowed` (e,) says which may be used. Numbers of entries are what is drawn."""

    entries: tuple[str, ...]
    form: Form
    most: int | None = None
    allowed: Allowed | None = None
    locale: str = "en_US"
    glue: str = " "  # between entries of which a text longer than all of them is made
    net: bool = False  # texts are addresses on the net: whatever is made up, hosts are names reserved for examples
    plain: int | None = None  # how many entries, the first ones, are usual: of a column whose form is unknown

    @cached_property
    def _built(self) -> tuple[pa.Array, Ints, Ints, Floats, Ints]:
        """Texts; where each cell's begin and how many they are; the cells' shares; the entry behind each text."""
        if not self.form.known:
            usual = len(self.entries) if self.plain is None else min(self.plain, len(self.entries))
            allowed = None if self.allowed is None else tuple(np.flatnonzero(self.allowed[:usual]).tolist())
            shown, usable = _plain(self.entries, usual, self.most, allowed)
            return shown, np.zeros(1, dtype=np.int64), np.array([len(shown)]), np.ones(1), usable
        told = frozenset(cut_form(form) for form in self.form.forms)
        choice = _Choice(_indexed(self.entries), self.allowed, self.locale, self.glue, self.net, told)
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
            found = choice.fitting(form, fit, share, stream)
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
        ends = np.cumsum(counts)
        places = np.repeat(starts - (ends - counts), counts) + np.arange(ends[-1] if len(ends) else 0)  # cell after cell
        spelling = self.texts.take(pa.array(places)).dictionary_encode().indices.to_numpy()
        first = np.sort(np.unique(spelling, return_index=True)[1])
        sizes = np.bincount(np.searchsorted(ends, first, side="right"), minlength=len(counts))
        return places[first].astype(np.int64), sizes.astype(np.int64), shares

    def numbered(self, rank: Ints, total: int, *, unique: bool = True) -> tuple[Ints, Ints]:
        """Texts for ranks (n,) in 0 .. total - 1, and how often each came before: no pair of the two comes twice.

        Where the column is `unique`, all spellings are used up before one comes again; else each cell keeps its share.
        """
        kept, sizes, shares = self.distinct
        room = sizes.astype(np.float64) if unique else np.where(sizes > 0, float(max(total, 1)), 0.0)
        first = min(total, len(kept)) if unique else total
        counts = allotted(shares, room, first)
        ends = np.cumsum(counts)
        begins = np.concatenate([[0], np.cumsum(sizes)])[:-1]
        inside = rank < first
        cell = np.searchsorted(ends, rank, side="right")
        cell = np.minimum(cell, len(sizes) - 1)
        turn = rank - (ends - counts)[cell]
        room_ = np.maximum(sizes[cell], 1)
        position = begins[cell] + turn % room_
        beyond = rank - first
        spread = np.where(inside, position, beyond % len(kept))
        again = np.where(inside, 0 if unique else turn // room_, 1 + beyond // len(kept))
        return kept[np.minimum(spread, len(kept) - 1)], again.astype(np.int64)


Found = list[tuple[str, int]]  # texts, each with the number of the entry behind it, -1 where there is none


class _Index:
    """Entries by form and length, by form, by length, and their words by classes; worked out once per pool."""

    def __init__(self, entries: tuple[str, ...]) -> None:
        self.entries = entries
        self._cases: dict[int, tuple[dict[tuple[str, int], Found], dict[str, Found]]] = {}
        self.by_length: dict[int, list[int]] = {}
        for i, text in enumerate(entries):
            self.by_length.setdefault(len(text), []).append(i)
        self.lengths = sorted(self.by_length)

    def case(self, turn: int) -> tuple[dict[tuple[str, int], Found], dict[str, Found]]:
        """By form and length, and by form, of the entries in one case (of _CASES)."""
        if turn not in self._cases:
            exact: dict[tuple[str, int], Found] = {}
            by_form: dict[str, Found] = {}
            for i, entry in enumerate(self.entries):
                text = _CASES[turn](entry)
                if turn and text == entry:
                    continue
                form = form_of(text)
                exact.setdefault((form, len(text)), []).append((text, i))
                by_form.setdefault(form, []).append((text, i))
            self._cases[turn] = exact, by_form
        return self._cases[turn]

    @cached_property
    def forms(self) -> list[str]:
        """The form of every entry."""
        return [form_of(entry) for entry in self.entries]

    @cached_property
    def words(self) -> dict[str, list[str]]:
        """The entries' own words, by their classes."""
        out: dict[str, dict[str, None]] = {}
        for word in dict.fromkeys(word for entry in self.entries for word in _WORD.findall(entry)):
            out.setdefault(classes_of(word), {})[word] = None
        return {classes: list(found) for classes, found in out.items()}

    def near(self, classes: str) -> list[str]:
        """Words of some classes, or of a length that is one or two off: a city's name is made of cities' names."""
        found = self.words.get(classes, [])
        if found or len(set(classes[1:])) > 1:
            return found
        for more in (1, -1, 2, -2):
            size = len(classes) + more
            if size >= 3 and (found := self.words.get(classes[:1] + classes[-1] * (size - 1), [])):
                return found
        return []


@lru_cache(maxsize=64)
def _indexed(entries: tuple[str, ...]) -> _Index:
    return _Index(entries)


@dataclass(frozen=True)
class _Choice:
    """What a pool has for a cell: its entries, texts put together from its words, or its nearest lengths."""

    index: _Index
    allowed: Allowed | None
    locale: str
    glue: str
    net: bool
    told: frozenset[str]  # forms that have cells of their own

    def _may(self, i: int) -> bool:
        return self.allowed is None or bool(self.allowed[i])

    @cached_property
    def _withheld(self) -> frozenset[str]:
        if self.allowed is None:
            return frozenset()
        return frozenset(self.index.entries[i].casefold() for i in np.flatnonzero(~self.allowed).tolist())

    def fitting(self, form: str, length: int, share: float, stream: Stream) -> Found:
        """Texts for a cell: of its form and length; else made by the form; of any form ("") those of the nearest lengths."""
        if not form:
            return self._of_length(length, stream)
        upper, lower = form == form.upper(), form == form.lower()
        turns = [0] + [1] * (upper and not lower) + [2] * (lower and not upper)
        shown = cut_form(form)
        found = [pair for turn in turns for pair in self.index.case(turn)[0].get((shown, length), ()) if self._may(pair[1])]
        if len(found) >= ENOUGH:
            return found
        seen = {text.casefold() for text, _ in found} | self._withheld
        wanted = ENOUGH + min(int(share * _MADE), _MADE)
        words = " " in form or "9" not in form
        made: Found = []
        for _ in range(2 * wanted):
            text = self._worded(stretched(form, length, stream), words, stream)
            if text.casefold() not in seen:
                seen.add(text.casefold())
                made.append((text, -1))
            if len(made) >= wanted:
                break
        if len(found) + len(made) >= 2:
            return found + made
        near = [pair for turn in turns for pair in self.index.case(turn)[1].get(shown, ()) if abs(len(pair[0]) - length) <= 1]
        near = [pair for pair in near if self._may(pair[1])]
        if near:
            return found + made + near
        template = from_classes(stretched(form, length, stream), self.locale, words=words)
        return found + made + [(bytes(row).decode(), -1) for row in template.fill(None, ENOUGH, stream)]

    def _worded(self, classes: str, words: bool, stream: Stream) -> str:
        """A text of these classes: words of the pool, or of the language; digits and the rest as they come."""
        if self.net and (parts_ := _NET.match(classes)) and "." in parts_["host"]:
            return self._at_host(parts_, stream)
        parts: list[str] = []
        draws = (stream.words(1 + len(classes)) >> np.uint64(16)).tolist()
        for part in _PIECES.findall(classes):
            draw = draws[len(parts)]
            if part[0] not in "aA9":
                parts.append(part)
            elif words and part[0] != "9" and (found := self.index.near(part)):
                parts.append(found[draw % len(found)])
            else:
                template = from_classes(part, self.locale, words=words)
                parts.append(bytes(template.fill(np.array([draw % min(template.domain, MOST)]), 1, stream)[0]).decode())
        return "".join(parts)

    def _at_host(self, parts: re.Match[str], stream: Stream) -> str:
        """A made-up path under a host that belongs to nobody."""
        scheme = "" if not parts["scheme"] else "http://" if len(parts["scheme"]) <= 7 else "https://"
        hosts = reserved(self.locale, len(parts["host"]) + len(parts["scheme"] or "") - len(scheme))
        path = self._worded(parts["path"], True, stream) if parts["path"] else ""
        return f"{scheme}{hosts[int(stream.integers(1, len(hosts))[0])]}{path}"

    def _of_length(self, length: int, stream: Stream) -> Found:
        """Entries of about a length; a longer text than any is several of them."""
        longest = self.index.lengths[-1] if self.index.lengths else 0
        if length > longest + max(2, length // 20) and longest:
            return self._strung(length, stream)
        nearest = sorted(self.index.lengths, key=lambda other: abs(other - length))
        others: Found = []  # of forms that no cell has: those have their share already
        alike: Found = []
        for other in nearest:
            for i in self.index.by_length[other]:
                if self._may(i):
                    (alike if self.index.forms[i] in self.told else others).append((self.index.entries[i], i))
            if len(others) >= ENOUGH or (abs(other - length) >= 1 and len(others) + len(alike) >= ENOUGH):
                break
        return others if len(others) >= ENOUGH // 2 else others + alike

    def _strung(self, length: int, stream: Stream) -> Found:
        """Texts longer than any entry: several entries, or, where blanks do not belong, one with words of the pool behind it."""
        entries = self.index.entries
        further = entries if " " in self.glue else tuple(word for found in self.index.words.values() for word in found if word.islower())
        out: Found = []
        for _ in range(2 * ENOUGH):
            draws = (stream.words(8 + length // 2) >> np.uint64(16)).tolist()
            usable = [i for i in (draw % len(entries) for draw in draws[:8]) if self._may(i)]
            text = entries[usable[0] if usable else draws[0] % len(entries)]
            for draw in draws[8:]:
                left = length - len(text) - len(self.glue)
                if left < 2 or not further:
                    break
                tried = [further[(draw + 7 * turn) % len(further)] for turn in range(12)]
                fitting = [word for word in tried if len(word) <= left] or [min(tried, key=len)[:left]]
                best = min(fitting, key=lambda word: left - len(word)) if left < 24 else fitting[0]
                text = f"{text}{self.glue}{best}"
            out.append((text, -1))
        return out


def withheld(entries: Sequence[str], sampled: Sampled | None, k: int, stream: Stream) -> Allowed:
    """Which entries may be used: none that the source holds with fewer than k owners, and by lot every second of the others.

    None at all that the source holds where most of its values are different.
    """
    if sampled is None or not sampled.rows:
        return np.ones(len(entries), dtype=np.bool_)
    held = sampled.owners.distinct(sampled.codes, len(sampled.texts))
    personal = len(sampled.texts) > 0.5 * sampled.rows  # most values stand for one row: even a common one would look like a real one
    rare = {text.casefold() for text, owners in zip(sampled.texts, held.tolist(), strict=True) if owners < k or personal}
    real = np.array([entry.casefold() in rare for entry in entries], dtype=np.bool_)
    if not real.any():
        return np.ones(len(entries), dtype=np.bool_)
    lot = stream.at("withheld").uniform(len(entries)) < 0.5
    allowed = ~real & lot
    return np.asarray(allowed if allowed.sum() >= 20 else ~real if (~real).any() else ~real | True, dtype=np.bool_)


@lru_cache(maxsize=64)  # hundreds of columns without a row to learn from share one pool
def _plain(entries: tuple[str, ...], usual: int, most: int | None, allowed: tuple[int, ...] | None) -> tuple[pa.Array, Ints]:
    """The usual entries as texts of at most `most` characters, and the entry behind each."""
    usable = [*allowed] if allowed else [*range(usual)]
    usable = [i for i in usable if most is None or len(entries[i]) <= most] or usable
    return pa.array([entries[i][:most] for i in usable], pa.string()), np.array(usable, dtype=np.int64)


def before_count(texts: pa.Array, wished: Sequence[str]) -> str:
    """The first of `wished` behind which no text ends in digits: a count behind it makes a text that is not there yet."""
    for mark in wished:
        if not pc.any(pc.match_substring_regex(texts, re.escape(mark) + r"[0-9]+$")).as_py():
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
