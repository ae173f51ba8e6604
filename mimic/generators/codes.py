"""Codes, numbers with separators, hashes and secrets: which characters may stand where, never which stood where.

`AB-1234`, `M001`, `+41 44 668 18 00`, `$2b$12$...`, `ghp_...`. Texts that are alike are learned together, where k owners stand behind
them. Alike are, for codes that people read: (1) the same class at every character, (2) the same form (see `forms`); for what
machines make: (1) the same places of letters or digits (uuids, most tokens), (2) the same length. A position at which all agree
is a constant of the format; the characters of others come from the smallest alphabet that holds them all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Self, cast

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mimic.errors import CapacityError
from mimic.generator import Columns, Literal, Span, State, Task
from mimic.generators import formats
from mimic.generators.draws import Guide, nulls, systematic, without
from mimic.generators.forms import Sampled, classes_of, form_of, grouped, learn_form, lent, look
from mimic.generators.templates import DIGITS, LOWER, UPPER, Bytes, Numbered, Template, alphabet, runs, stretched, strings
from mimic.generators.text import text_like, width
from mimic.profile import Owners, TableEvidence
from mimic.registry import Registry
from mimic.schema import bare
from mimic.semantics import Kind
from mimic.streams import Ints, Stream, Streams

Slots = tuple[tuple[str, int], ...]  # alphabets with how many characters each gives, side by side

_STEPS = 8  # lengths that stand for texts of odd forms
LONGEST = 512  # characters of a text that is read position by position
ALPHABETS = (
    DIGITS, DIGITS + "abcdef", DIGITS + "ABCDEF", LOWER, UPPER, LOWER + UPPER, "234567" + LOWER, "234567" + UPPER, DIGITS + LOWER,
    DIGITS + UPPER, DIGITS + UPPER + LOWER, DIGITS + UPPER + LOWER + "-_", DIGITS + UPPER + LOWER + "./", DIGITS + UPPER + LOWER + "+/",
    DIGITS + UPPER + LOWER + "+/=-_.",
)  # fmt: skip
PRINTABLE = "".join(chr(c) for c in range(33, 127))

MADE_FOR = frozenset(
    {Kind.CODE, Kind.ID, Kind.HASH, Kind.ACCOUNT_ID, Kind.LICENCE_PLATE, Kind.NATIONAL_ID, Kind.PASSPORT, Kind.TAX_ID, Kind.BANK_ACCOUNT, Kind.IBAN,
     Kind.CARD_NUMBER, Kind.PHONE, Kind.POSTCODE, Kind.VERSION, Kind.PASSWORD, Kind.TOKEN, Kind.KEY, Kind.SESSION, Kind.DEVICE_ID, Kind.MAC, Kind.IP,
     Kind.COORDINATES, Kind.COLOUR, Kind.LATITUDE, Kind.LONGITUDE, Kind.YEAR, Kind.NUMBER, Kind.COUNT, Kind.BIRTH_DATE, Kind.DATE, Kind.AGE,
     Kind.SALARY, Kind.MONEY}
)  # fmt: skip

MACHINE = frozenset({Kind.HASH, Kind.PASSWORD, Kind.TOKEN, Kind.KEY, Kind.SESSION, Kind.DEVICE_ID})


@dataclass(frozen=True, slots=True)
class Shape:
    """One layer's group of texts: its slots, its share of the rows that are not NULL, and how many owners stand behind it."""

    slots: Slots
    share: float
    owners: int

    @property
    def key(self) -> str:
        return "|".join(f"{letters}*{run}" for letters, run in self.slots)

    @property
    def constants(self) -> str:
        """What all its texts have in common, other characters as `*`; "" when that is punctuation alone."""
        shown = "".join(letters * run if len(letters) == 1 else "*" * run for letters, run in self.slots)
        return shown if any(c.isalnum() for c in shown) else ""

    def template(self) -> Template:
        segments = tuple(table for letters, run in self.slots for table in alphabet(letters, run))
        return Template(self.key, segments)


def slots_of(letters: Sequence[str]) -> Slots:
    """One alphabet per position, equal neighbours together."""
    out: list[tuple[str, int]] = []
    for here in letters:
        if out and out[-1][0] == here:
            out[-1] = (here, out[-1][1] + 1)
        else:
            out.append((here, 1))
    return tuple(out)


def parsed(text: str) -> Slots:
    """A format in the small language of `formats`."""
    known = {"#": DIGITS, "%": "123456789", "^": UPPER, "~": LOWER, "_": DIGITS + "abcdef", "&": DIGITS + LOWER, "?": DIGITS + UPPER + LOWER,
             "*": DIGITS + UPPER + LOWER + "-_"}  # fmt: skip
    out, escaped = [], False
    for c in text:
        if c == "\\" and not escaped:
            escaped = True
            continue
        out.append(c if escaped else known.get(c, c))
        escaped = False
    return slots_of(out)


def smallest(characters: Iterable[str]) -> str:
    """The smallest of the usual alphabets that holds all the characters."""
    wanted = set(characters)
    for letters in ALPHABETS:
        if wanted <= set(letters):
            return letters
    return PRINTABLE if wanted <= set(PRINTABLE) else PRINTABLE + " "


def learn_shapes(sampled: Sampled, k: int, *, machine: bool, unique: bool, kind: Kind = Kind.CODE) -> tuple[Shape, ...]:
    """The shapes of a column, made by people or by a machine; of a `unique` one no two can make the same text."""
    n = sampled.rows
    if n == 0:
        return ()
    letters = smallest(c for text in sampled.texts for c in text if c.isalnum() and c.isascii())
    if not machine:
        shapes, left = _alike(sampled, [classes_of(text) if len(text) <= 64 else "" for text in sampled.texts], k, letters, exact=True)
        if len(left) and not (unique and shapes):
            rest = len(left) / n
            shapes += [Shape(slots, share * rest, 0) for slots, share in _by_form(sampled.only(left), k, _heaviest(shapes), kind)]
        if shapes:
            return tuple(shapes)
    masked = [re.sub(r"[^\W_]", "x", text) if len(text) <= LONGEST else "" for text in sampled.texts]
    shapes, left = _alike(sampled, masked, k, letters, exact=False)
    if sum(shape.share for shape in shapes) >= 0.5:
        return tuple(shapes)
    if not machine and not all(c.isalnum() and c.isascii() for text in sampled.texts for c in text):
        return ()
    by_length, _ = _alike(sampled, [str(len(text)) if len(text) <= LONGEST else "" for text in sampled.texts], k, letters, exact=False)
    return tuple(by_length)


def _alike(sampled: Sampled, keys: list[str], k: int, letters: str, *, exact: bool) -> tuple[list[Shape], Ints]:
    """One shape for every key that k owners hold, and the rows of all other keys."""
    names, of_row, counts, held = grouped(cast("list[object]", keys), sampled)
    shapes = []
    left = np.ones(sampled.rows, dtype=np.bool_)
    for i, name in enumerate(names):
        if name and held[i] >= k:
            rows = np.flatnonzero(of_row == i)
            left[rows] = False
            shapes.append(Shape(_positions(sampled, rows, k, letters, exact=exact), float(counts[i]) / sampled.rows, int(held[i])))
    return shapes, np.flatnonzero(left)


def _heaviest(shapes: Sequence[Shape]) -> str:
    """The form of most texts."""
    if not shapes:
        return ""
    slots = max(shapes, key=lambda shape: shape.share).slots
    return form_of("".join(letters[0] * run for letters, run in slots))


def _by_form(sampled: Sampled, k: int, otherwise: str, kind: Kind) -> list[tuple[Slots, float]]:
    """Shapes of texts whose exact classes are too many, by their forms.

    Odd lengths take the ways in which the public writes the kind, else the form that stretches to them.
    """
    form = learn_form(sampled, k)
    stream = Streams(0).at("codes")
    cells = list(zip(form.forms, form.lengths, form.shares, strict=True))
    if form.rest_lengths is not None:
        lengths = np.maximum(np.rint(form.rest_lengths.quantile((np.arange(_STEPS) + 0.5) / _STEPS)), 1).astype(int).tolist()
        flexible = next((shown for shown in (*form.forms, otherwise) if any(run == 3 for _, run in runs(shown))), None)
        if public := formats.layouts(kind, coded=_coded(sampled, k)):
            return [*_slots(cells, stream), *_public(public, lengths, form.rest)]
        if flexible is not None:
            cells += [(flexible, max(length, len(flexible)), form.rest / _STEPS) for length in lengths]
    return _slots(cells, stream)


def _coded(sampled: Sampled, k: int) -> bool:
    """Whether k owners write a plus sign first, more than do not."""
    plus = np.array([text.startswith("+") for text in sampled.texts], dtype=np.int64)[sampled.codes]
    owners = sampled.owners.distinct(plus, 2)
    return bool(owners[1] >= k and plus.mean() > 0.5)


def _public(layouts: Sequence[str], lengths: Sequence[int], rest: float) -> list[tuple[Slots, float]]:
    """For every length the layouts that are as long, or nearly."""
    out: dict[str, float] = {}
    for length in lengths:
        least = min(abs(len(text) - length) for text in layouts)
        fitting = [text for text in layouts if abs(len(text) - length) == least]
        for text in fitting:
            out[text] = out.get(text, 0.0) + rest / len(lengths) / len(fitting)
    return [(parsed(text), share) for text, share in out.items()]


def _slots(cells: Sequence[tuple[str, int, float]], stream: Stream) -> list[tuple[Slots, float]]:
    known = {"a": LOWER, "A": UPPER, "9": DIGITS}
    return [(slots_of([known.get(c, c) for c in stretched(shown, length, stream)]), share) for shown, length, share in cells]


def _positions(sampled: Sampled, rows: Ints, k: int, letters: str, *, exact: bool) -> Slots:
    """The alphabet of every position of texts of one length."""
    used, codes = np.unique(sampled.codes[rows], return_inverse=True)
    texts = [sampled.texts[i] for i in used.tolist()]
    grid = np.array(texts, dtype=np.str_).view("U1").reshape(len(texts), -1)
    owners = sampled.owners.take(rows)
    columns: list[set[str]] = [set(grid[:, i].tolist()) for i in range(grid.shape[1])]
    varying = set().union(*(column for column in columns if len(column) > 1)) if columns else set()
    whole = smallest(varying)
    out = []
    for i, here in enumerate(columns):
        if len(here) == 1:
            out.append(next(iter(here)))
            continue
        if exact:
            out.append(_kept(grid[:, i], codes, owners, k) or _class_of(here, letters))
        else:
            out.append(whole)
    return slots_of(out)


def _kept(column: NDArray[np.str_], codes: Ints, owners: Owners, k: int) -> str:
    """The characters of a position when k owners stand behind every one of them; "" otherwise."""
    characters, of_text = np.unique(column, return_inverse=True)
    held = owners.distinct(np.asarray(of_text[codes], dtype=np.int64), len(characters))
    return "".join(characters.tolist()) if (held >= k).all() and all(c.isascii() for c in characters) else ""


def _class_of(here: set[str], letters: str) -> str:
    """Digits, or letters of the column's alphabet in the case of these."""
    if all(c.isdigit() for c in here):
        return DIGITS
    lower = all(c.islower() for c in here)
    if letters in (DIGITS + "abcdef", DIGITS + "ABCDEF"):
        return "abcdef" if lower else "ABCDEF"
    return LOWER if lower else UPPER if all(c.isupper() or not c.islower() for c in here) else LOWER + UPPER


@dataclass(frozen=True)
class CodeTemplate:
    """Fills one text column, given nothing. `check` makes the check digits of its kind right ("luhn", "iban")."""

    kind: ClassVar[str] = "code.template"
    version: ClassVar[int] = 1

    fills: tuple[str, ...]
    needs: tuple[str, ...]
    shapes: tuple[Shape, ...]
    null_share: float
    unique: bool
    most: int | None
    check: str

    @cached_property
    def numbered(self) -> Numbered:
        shares: dict[str, float] = {}
        templates: dict[str, Template] = {}
        for shape in self.shapes:
            templates[shape.key] = shape.template()
            shares[shape.key] = shares.get(shape.key, 0.0) + shape.share
        return Numbered(tuple(templates.values()), np.array(list(shares.values())))

    @cached_property
    def _guide(self) -> Guide:
        return Guide.of(self.numbered.shares)

    @classmethod
    def suits(cls, task: Task) -> float:
        if len(task.columns) != 1 or not text_like(task.column.type):
            return 0.0
        if not task.meanings:
            return 0.5
        if task.meaning.kind in MADE_FOR:
            return 0.8
        return 0.6 if task.unique and task.meaning.kind in (Kind.WORDS, Kind.OTHER, Kind.STATUS) else 0.3

    @classmethod
    def learn(cls, task: Task, evidence: TableEvidence | None, stream: Stream) -> Self:
        most = width(task.column.type)
        kind = task.meaning.kind if task.meanings else Kind.CODE
        shapes: tuple[Shape, ...] = ()
        null_share = 0.0
        if evidence is not None and evidence.sampled:
            sampled = look(evidence.column(task.column.name), evidence.owners)
            null_share = sampled.null_share if task.column.nullable else 0.0
            special = formats.recognised(sampled.texts)
            shapes = tuple(Shape(parsed(text), 1.0 / len(special), 0) for text in special) or learn_shapes(
                sampled, task.k, machine=kind in MACHINE, unique=task.unique, kind=kind
            )
            if not shapes and (other := lent(task, task.column.name)) is not None:
                shapes = learn_shapes(other, task.k, machine=kind in MACHINE, unique=task.unique, kind=kind)
            shapes = tuple(shape for shape in shapes if most is None or sum(run for _, run in shape.slots) <= most)
        if not shapes:
            fixed = getattr(bare(task.column.type), "fixed", False)
            shapes = tuple(
                Shape(parsed(text), share, 0) for text, share in formats.usual(kind, task.column.name, task.locale, most, fixed=fixed)
            )
        check = {Kind.CARD_NUMBER: "luhn", Kind.IBAN: "iban"}.get(kind, "")
        shapes = tuple(Shape(_checked(shape.slots, check), shape.share, shape.owners) for shape in shapes)
        if task.unique:
            shapes = (*shapes, *_spare(shapes, most))
        return cls(task.fills, task.needs, shapes, null_share, task.unique, most, check)

    def sample(self, span: Span, stream: Stream, given: Columns) -> Columns:
        if self.unique and span.total > self.numbered.capacity:
            raise CapacityError(self.fills[0], span.total, self.numbered.capacity, f"{self.kind} can make no more distinct values")
        out = self.numbered.at(span, stream) if self.unique else self._drawn(span.n, stream)
        if self.check:
            out = formats.with_check_digits(out, self.check)
        return {self.fills[0]: without(out, nulls(stream, span.n, self.null_share))}

    def _drawn(self, n: int, stream: Stream) -> pa.Array:
        part = self._guide(systematic(stream.at("shape"), n))
        order = np.argsort(part, kind="stable")
        bounds = np.searchsorted(part[order], np.arange(len(self.numbered.templates) + 1))
        rows: list[Ints] = []
        made: list[Bytes] = []
        for i, template in enumerate(self.numbered.templates):
            inside = order[bounds[i] : bounds[i + 1]]
            if len(inside):
                rows.append(np.asarray(inside, dtype=np.int64))
                made.append(template.fill(None, len(inside), stream.at("fill", i)))
        return strings(n, rows, made)

    def capacity(self) -> int | None:
        return self.numbered.capacity if self.unique else None

    def literals(self) -> Iterable[Literal]:
        for shape in self.shapes:
            if shape.owners and shape.constants:
                yield Literal(self.fills[0], shape.constants, shape.owners, "k owners: constant characters of a format")

    def state(self) -> State:
        shapes = [{"slots": [[letters, run] for letters, run in s.slots], "share": s.share, "owners": s.owners} for s in self.shapes]
        return {"fills": list(self.fills), "needs": list(self.needs), "shapes": shapes, "null_share": self.null_share, "unique": self.unique,
                "most": self.most, "check": self.check}  # fmt: skip

    @classmethod
    def restore(cls, state: State) -> Self:
        shapes = tuple(Shape(tuple((letters, run) for letters, run in s["slots"]), s["share"], s["owners"]) for s in state["shapes"])
        return cls(
            tuple(state["fills"]), tuple(state["needs"]), shapes, state["null_share"], state["unique"], state["most"], state["check"]
        )


def _checked(slots: Slots, check: str) -> Slots:
    """The same slots with zeros where check digits will stand: they are worked out, not drawn."""
    letters = [here for here, run in slots for _ in range(run)]
    if check == "luhn":
        digits = [i for i, here in enumerate(letters) if set(here) <= set(DIGITS)]
        if len(digits) < 12:
            return slots
        for i, test in zip(digits, "400000", strict=False):  # a range that card networks keep for tests
            letters[i] = test
        letters[digits[-1]] = "0"
    elif check == "iban" and len(letters) > 8:
        letters[2] = letters[3] = "0"
    else:
        return slots
    return slots_of(letters)


def _spare(shapes: Sequence[Shape], most: int | None) -> tuple[Shape, ...]:
    """One more shape, used when the others run out: a length that none of them has, letters and digits at random."""
    taken = {sum(run for _, run in shape.slots) for shape in shapes}
    letters = smallest(c for shape in shapes for here, _ in shape.slots for c in here if c.isalnum()) if shapes else DIGITS + UPPER
    letters = "".join(c for c in letters if c.isalnum()) or DIGITS
    for length in range(max(taken, default=0) + 1, max(taken, default=0) + 24):
        if (most is None or length <= most) and length not in taken and len(letters) ** length > 1_000:
            return (Shape(((letters, length),), 0.0, 0),)
    for length in range(max(taken, default=8), 0, -1):
        if length not in taken and (most is None or length <= most):
            return (Shape(((letters, length),), 0.0, 0),)
    return ()


def register(registry: Registry) -> None:
    registry.generators.add(CodeTemplate)


__all__ = ["CodeTemplate", "Shape", "learn_shapes", "parsed", "register"]
