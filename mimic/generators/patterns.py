"""Texts that match a regular expression: drawn at random, or counted and numbered.

A pattern (in the syntax of `conditions.Match`) is read as a tree of characters, sequences, alternatives and repetitions.
Look-around, word boundaries and back references are read as nothing, so whoever needs certainty tests what was made.
Repetitions without a sensible end are cut to a few more than they must be; nobody wants a slug of 2,000 letters.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mimic.streams import Ints, Stream

ANY = string.ascii_lowercase + string.digits
PRINTABLE = string.ascii_lowercase + string.ascii_uppercase + string.digits + "!#$%&'()*+,-./:;<=>?@[]^_`{|}~ "
MOST = 2**62  # indexes are 64-bit
ENDLESS = 1 << 16
CLASSES = {
    "d": string.digits,
    "w": string.ascii_lowercase + string.digits + "_",
    "s": " ",
    "D": string.ascii_lowercase,
    "W": "-.+/",
    "S": ANY,
}
SIGNS = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "v": "\v", "a": "\a", "0": "\0"}


class Unreadable(ValueError):
    """The pattern is beyond what can be made."""


@dataclass(frozen=True, slots=True)
class Chars:
    """One of some characters."""

    options: str


@dataclass(frozen=True, slots=True)
class Sequence:
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    part: Node
    low: int
    high: int  # ENDLESS: without end


Node = Chars | Sequence | Choice | Repeat

# -- reading -----------------------------------------------------------------------------------------------------------------


def parse(pattern: str) -> Node:
    """The tree of a pattern; `Unreadable` when it is none."""
    reader = _Reader(pattern)
    node = reader.choice()
    if reader.at != len(pattern):
        raise Unreadable("an unbalanced parenthesis")
    return node


class _Reader:
    def __init__(self, pattern: str) -> None:
        self.pattern, self.at = pattern, 0

    def next(self, n: int = 1) -> str:
        return self.pattern[self.at : self.at + n]

    def choice(self) -> Node:
        parts = [self.sequence()]
        while self.next() == "|":
            self.at += 1
            parts.append(self.sequence())
        return parts[0] if len(parts) == 1 else Choice(tuple(parts))

    def sequence(self) -> Node:
        parts: list[Node] = []
        while self.next() not in ("", "|", ")"):
            part = self.atom()
            parts.append(self.repeated(part))
        return parts[0] if len(parts) == 1 else Sequence(tuple(parts))

    def repeated(self, part: Node) -> Node:
        while (found := re.compile(r"(?:([*+?])|\{(\d+)(?:(,)(\d*))?\})[?+]?").match(self.pattern, self.at)) is not None:
            sign, low, comma, high = found.groups()
            self.at = found.end()
            if sign:
                part = Repeat(part, int(sign == "+"), 1 if sign == "?" else ENDLESS)
            else:
                part = Repeat(part, int(low), int(high) if high else ENDLESS if comma else int(low))
            if part.low > 4096 or part.high < part.low:
                raise Unreadable("a repetition")
        return part

    def atom(self) -> Node:
        sign = self.next()
        if sign == "(":
            return self.group()
        if sign == "[":
            return self.brackets()
        self.at += 1
        if sign in "^$":
            return Sequence(())
        if sign == ".":
            return Chars(ANY)
        if sign == "\\":
            options = self.escape(outside=True)
            return Chars(options) if options else Sequence(())
        return Chars(sign)

    def group(self) -> Node:
        self.at += 1
        kind = re.compile(r"\?(?::|P<\w+>|<?[=!]|[a-z]+:)?").match(self.pattern, self.at)
        opening = kind[0] if kind else ""
        self.at += len(opening)
        inside = self.choice()
        if self.next() != ")":
            raise Unreadable("an unbalanced parenthesis")
        self.at += 1
        return Sequence(()) if opening.endswith(("=", "!")) else inside

    def escape(self, *, outside: bool) -> str:
        """What an escape stands for, after its backslash; "" for what has no width."""
        sign = self.next()
        self.at += 1
        if sign in CLASSES:
            return CLASSES[sign]
        if sign == "x":
            digits = self.next(2)
            self.at += 2
            return chr(int(digits, 16))
        if outside and sign in "bBAZ123456789":
            return ""
        return SIGNS.get(sign, sign)

    def brackets(self) -> Node:
        self.at += 1
        negative = self.next() == "^"
        self.at += negative
        options: list[str] = []
        first = True
        while first or self.next() != "]":
            if self.at >= len(self.pattern):
                raise Unreadable("a class without end")
            first = False
            low = self.one()
            if len(low) == 1 and self.next() == "-" and self.next(2) != "-]":
                self.at += 1
                high = self.one()
                if len(high) != 1 or ord(high) < ord(low) or ord(high) - ord(low) > 4096:
                    raise Unreadable("a range of characters")
                options += map(chr, range(ord(low), ord(high) + 1))
            else:
                options += low
        self.at += 1
        if negative:
            options = [sign for sign in ANY if sign not in options] or [sign for sign in PRINTABLE if sign not in options]
        if not options:
            raise Unreadable("an empty class")
        return Chars("".join(dict.fromkeys(options)))

    def one(self) -> str:
        sign = self.next()
        self.at += 1
        return self.escape(outside=False) if sign == "\\" else sign


# -- lengths -----------------------------------------------------------------------------------------------------------------


def lengths(node: Node) -> tuple[int, int]:
    """The fewest and the most characters of its texts."""
    match node:
        case Chars():
            return 1, 1
        case Sequence(parts):
            found = [lengths(part) for part in parts]
            return sum(low for low, _ in found), sum(high for _, high in found)
        case Choice(parts):
            found = [lengths(part) for part in parts]
            return min(low for low, _ in found), max(high for _, high in found)
        case Repeat(part, low, high):
            least, most = lengths(part)
            return least * low, most * high
    raise TypeError(node)


def shaped(node: Node, min_length: int = 0, max_length: int | None = None, spare: int = 8) -> Node:
    """The pattern with its repetitions cut to sensible lengths, and the last endless one stretched to `min_length`."""
    missing = min_length - lengths(node)[0]
    if missing > 0:
        node, _ = _stretched(node, missing)
    while True:
        made = _cut(node, spare)
        if max_length is None or spare == 0 or lengths(made)[1] <= max_length:
            return made
        spare -= 1


def _stretched(node: Node, missing: int) -> tuple[Node, int]:
    """Make the last repetition that can do so longer by `missing` characters; what is still missing then."""
    match node:
        case Sequence(parts):
            made = list(parts)
            for i in reversed(range(len(made))):
                made[i], missing = _stretched(made[i], missing)
                if missing <= 0:
                    break
            return Sequence(tuple(made)), missing
        case Choice(parts):
            pairs = [_stretched(part, missing) for part in parts]
            return Choice(tuple(part for part, _ in pairs)), max(left for _, left in pairs)
        case Repeat(part, low, high) if high > low and (each := max(lengths(part)[0], 1)):
            more = min(high - low, -(-missing // each))
            return Repeat(part, low + more, high), missing - more * each
    return node, missing


def _cut(node: Node, spare: int) -> Node:
    match node:
        case Sequence(parts):
            return Sequence(tuple(_cut(part, spare) for part in parts))
        case Choice(parts):
            return Choice(tuple(_cut(part, spare) for part in parts))
        case Repeat(part, low, high):
            return Repeat(_cut(part, spare), low, high if high - low <= min(spare, 2) else min(high, low + spare))
    return node


# -- making ------------------------------------------------------------------------------------------------------------------


def draw(node: Node, n: int, stream: Stream) -> pa.Array:
    """n random texts; alternatives, lengths and characters each with equal chances."""
    match node:
        case Chars(options):
            return _letters(options).take(pa.array(stream.integers(n, len(options))))
        case Sequence(()):
            return pa.array([""] * n, pa.string())
        case Sequence(parts):
            return pc.binary_join_element_wise(*(draw(part, n, stream) for part in parts), "")
        case Choice(parts):
            return _mixed(stream.integers(n, len(parts)), [partial(_draw, part, stream) for part in parts])
        case Repeat(part, low, high):
            counts = low + stream.integers(n, high - low + 1)
            return _joined(draw(part, int(counts.sum()), stream), counts)
    raise TypeError(node)


def _draw(node: Node, stream: Stream, n: int) -> pa.Array:
    return draw(node, n, stream)


def count(node: Node) -> int:
    """How many texts the pattern has, each way to make one counted."""
    match node:
        case Chars(options):
            return len(options)
        case Sequence(parts):
            made = 1
            for part in parts:
                made *= count(part)
            return made
        case Choice(parts):
            return sum(count(part) for part in parts)
        case Repeat(part, low, high):
            each = count(part)
            return sum(each**times for times in range(low, high + 1))
    raise TypeError(node)


def numbered(node: Node, index: Ints) -> pa.Array:
    """The texts of the given numbers, 0 .. min(count, MOST) - 1: every number another way through the pattern."""
    match node:
        case Chars(options):
            return _letters(options).take(pa.array(index))
        case Sequence(()):
            return pa.array([""] * len(index), pa.string())
        case Sequence(parts):
            made: list[pa.Array] = []
            for part in reversed(parts):
                index, digit = _apart(index, count(part))
                made.append(numbered(part, digit))
            return pc.binary_join_element_wise(*reversed(made), "")
        case Choice(parts):
            return _cased(index, [count(part) for part in parts], lambda which, rest: numbered(parts[which], rest))
        case Repeat(part, low, high):
            each = [count(part) ** times for times in range(low, high + 1)]
            return _cased(index, each, lambda which, rest: numbered(Sequence((part,) * (low + which)), rest))
    raise TypeError(node)


def _apart(index: Ints, size: int) -> tuple[Ints, Ints]:
    if size >= MOST:
        return np.zeros_like(index), index
    return index // size, index % size


def _cased(index: Ints, sizes: list[int], make: Callable[[int, Ints], pa.Array]) -> pa.Array:
    """Texts of numbered cases of different sizes, one after the other."""
    edges = [0]
    for size in sizes:
        edges.append(min(edges[-1] + size, MOST))
    starts = np.asarray(edges[:-1], dtype=np.int64)
    which = np.searchsorted(np.asarray(edges[1:], dtype=np.int64), index, side="right").clip(0, len(sizes) - 1)
    order = np.argsort(which, kind="stable")
    pieces = [make(int(case), index[order][which[order] == case] - starts[case]) for case in np.unique(which)]
    if not pieces:
        return pa.array([], pa.string())
    return pa.concat_arrays(pieces).take(pa.array(np.argsort(order, kind="stable")))


def _mixed(which: Ints, makers: list[Callable[[int], pa.Array]]) -> pa.Array:
    order = np.argsort(which, kind="stable")
    pieces = [make(int((which == case).sum())) for case, make in enumerate(makers)]
    return pa.concat_arrays(pieces).take(pa.array(np.argsort(order, kind="stable")))


def _letters(options: str) -> pa.Array:
    return pa.array(list(options), pa.string())


def _joined(items: pa.Array, counts: Ints) -> pa.Array:
    """Join the first counts[0] items, then the next counts[1], and so on."""
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    return pc.binary_join(pa.ListArray.from_arrays(pa.array(offsets), items), "")
