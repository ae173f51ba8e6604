"""Text of unknown meaning: lengths and forms as seen, words that nobody of the source wrote.

Short texts are made from templates, one or a few per form and length; longer ones are cut out of babble. A unique column is
numbered: each template hands out the numbers of its domain through a permutation, so no text comes twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import ClassVar, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mimic.generator import Columns, Literal, Span, State, Task
from mimic.generators.babble import babble
from mimic.generators.draws import Guide, nulls, systematic, without
from mimic.generators.forms import LONGEST, STYLES, Form, learn_form, look, no_form
from mimic.generators.templates import Bytes, Numbered, Template, from_classes, stretched, strings
from mimic.profile import TableEvidence
from mimic.registry import Registry
from mimic.schema import LogicalType, Opaque, Text, Vector, Xml, arrow_type, bare
from mimic.semantics import Kind
from mimic.streams import Floats, Ints, Stream, Streams

_VARIANTS = 6  # ways in which one form of one length is cut into words
_LENGTHS = {
    Kind.FREE_TEXT: 120,
    Kind.TITLE: 32,
    Kind.NAME: 16,
    Kind.WORDS: 18,
    Kind.OTHER: 24,
    Kind.STATUS: 9,
    Kind.SETTING_VALUE: 10,
    Kind.HEALTH: 24,
    Kind.DIAGNOSIS: 24,
    Kind.EDUCATION: 14,
    Kind.RELIGION: 10,
    Kind.ETHNICITY: 10,
    Kind.SETTING_KEY: 14,
}


def text_like(kind: LogicalType) -> bool:
    return isinstance(bare(kind), Text) and bool(pa.types.is_string(arrow_type(kind)))


def words_in(form: str) -> bool:
    """Whether a form is made of words; letters among digits without a blank are a code."""
    return " " in form or "9" not in form


@dataclass(frozen=True)
class Drawer:
    """Draws texts by a Form: the part of a generator that is worked out from its state, once."""

    form: Form
    locale: str
    most: int | None  # characters that the column can hold
    unique: bool

    @cached_property
    def cells(self) -> list[list[Template]]:
        """Templates of each cell. In a unique column a cell has one, and no two cells share the look of their texts."""
        stream = Streams(0).at("forms", self.locale)
        out: list[list[Template]] = []
        seen: set[str] = set()
        for form, length in zip(self.form.forms, self.form.lengths, strict=True):
            shown: dict[str, Template] = {}
            fit = min(length, self.most) if self.most is not None else length
            for _ in range(1 if self.unique else _VARIANTS):
                classes = stretched(form, fit, stream)[:fit]
                if classes not in shown and not (self.unique and classes in seen):
                    shown[classes] = from_classes(classes, self.locale, words=words_in(form))
            seen |= set(shown)
            out.append(list(shown.values()))
        return out

    @cached_property
    def _guide(self) -> Guide:
        return Guide.of(self.form.weights)

    def draw(self, u: Floats, stream: Stream) -> pa.Array:
        """Texts for numbers u (n,) in [0, 1): the cell is told by u, the words by the stream."""
        n = len(u)
        part = self._guide(u).astype(np.int64) if len(self.form.forms) else np.zeros(n, dtype=np.int64)
        rest = np.flatnonzero(part == len(self.form.forms))
        rows: list[Ints] = []
        made: list[Bytes] = []
        if len(rest) < n:
            order = np.argsort(part, kind="stable")
            bounds = np.searchsorted(part[order], np.arange(len(self.form.forms) + 1))
            for cell, templates in enumerate(self.cells):
                inside = order[bounds[cell] : bounds[cell + 1]]
                if not len(inside):
                    continue
                turns = stream.permutation(len(inside)) % len(templates) if len(templates) > 1 else np.zeros(len(inside), dtype=np.int64)
                for turn, template in enumerate(templates):
                    chosen = inside[turns == turn]
                    if len(chosen):
                        rows.append(chosen)
                        made.append(template.fill(None, len(chosen), stream))
        if not len(rest):
            return strings(n, rows, made)
        prose = self.prose(len(rest), stream)
        if len(rest) == n:
            return prose
        where = np.empty(n, dtype=np.int64)
        short = np.setdiff1d(np.arange(n), rest, assume_unique=True)
        where[short], where[rest] = np.arange(len(short)), len(short) + np.arange(len(rest))
        spot = np.empty(n, dtype=np.int64)
        spot[short] = np.arange(len(short))
        packed = strings(len(short), [spot[one] for one in rows], made)
        return pa.concat_arrays([packed, prose]).take(pa.array(where))

    def prose(self, n: int, stream: Stream) -> pa.Array:
        """The rest: lengths as averaged, each text in a style."""
        if self.form.rest_lengths is None:
            raise ValueError("a form without a rest has no prose")
        lengths = np.maximum(np.rint(self.form.rest_lengths.quantile(systematic(stream.at("length"), n))), 0).astype(np.int64)
        if self.most is not None:
            lengths = np.minimum(lengths, self.most)
        styles = self.form.styles or {"sentence": 1.0}
        names = [style for style in STYLES if style in styles]
        style = Guide.of(np.array([styles[name] for name in names]))(systematic(stream.at("style"), n))
        stop = stream.at("stop").uniform(n) < self.form.ends
        parts, order = [], []
        for i, name in enumerate(names):
            inside = np.flatnonzero(style == i)
            if len(inside):
                ends = stop[inside] if name in ("sentence", "lower", "lines") else None
                parts.append(babble(self.locale, name).cut(lengths[inside], stream.at("words", name), stop=ends))
                order.append(inside)
        place = np.empty(n, dtype=np.int64)
        place[np.concatenate(order) if order else np.zeros(0, dtype=np.int64)] = np.arange(n)
        out = pa.concat_arrays(parts).take(pa.array(place)) if parts else pa.array([], pa.string())
        return pc.utf8_slice_codeunits(out, 0, self.most) if self.most is not None else out

    # -- unique columns ----------------------------------------------------------------------------------------------

    @cached_property
    def numbered(self) -> Numbered:
        """Templates whose texts never coincide: the cells', and some of the rest's lengths as words."""
        templates: dict[str, Template] = {}
        shares: dict[str, float] = {}
        for made, share in zip(self.cells, self.form.shares, strict=True):
            for template in made:
                templates[template.key] = template
                shares[template.key] = shares.get(template.key, 0.0) + share
        if self.form.rest_lengths is not None and self.form.rest > 0:
            stream = Streams(0).at("numbered", self.locale)
            steps = 24
            drawn = np.maximum(np.rint(self.form.rest_lengths.quantile((np.arange(steps) + 0.5) / steps)), 4)
            style = max(self.form.styles or {"title": 1.0}, key=lambda name: (self.form.styles or {}).get(name, 0.0))
            for length in np.minimum(drawn, min(self.most or 250, 250)).astype(int).tolist():
                classes = _word_classes(length, style, stream)
                templates.setdefault(classes, from_classes(classes, self.locale, words=True))
                shares[classes] = shares.get(classes, 0.0) + self.form.rest / steps
        # Letters drawn at random hold what the words cannot: they are used when the words run out.
        length = min(max(self.form.typical, 12), self.most or 64)
        spare = "Aaaaa " + "a" * (length - 6) if length > 8 else "a" * length
        if spare not in templates:
            templates[spare] = from_classes(spare, self.locale, words=False)
            shares[spare] = 0.0
        return Numbered(tuple(templates.values()), np.array([shares[key] for key in templates]))


def _word_classes(length: int, style: str, stream: Stream) -> str:
    """Words of a length together, as classes: "Aaaa aaa aaaaaa"."""
    sizes: list[int] = []
    left = length
    while left > 0:
        size = int(3 + stream.integers(1, 6)[0])
        if left - size < 3:
            size = left
        sizes.append(size)
        left -= size + 1
    words = ["A" * size if style == "upper" else "a" * size if style == "lower" else "A" + "a" * (size - 1) for size in sizes]
    if style not in ("title", "upper", "lower"):
        words = words[:1] + [word.lower() for word in words[1:]]
    return " ".join(words)


@dataclass(frozen=True)
class FormText:
    """Fills one text column, given nothing."""

    kind: ClassVar[str] = "text.form"
    version: ClassVar[int] = 1

    fills: tuple[str, ...]
    needs: tuple[str, ...]
    form: Form
    locale: str
    most: int | None
    unique: bool

    @cached_property
    def drawer(self) -> Drawer:
        return Drawer(self.form, self.locale, self.most, self.unique)

    @classmethod
    def suits(cls, task: Task) -> float:
        if len(task.columns) != 1 or not text_like(task.column.type) or isinstance(bare(task.column.type), Vector | Xml | Opaque):
            return 0.0
        return 0.55 if task.meanings and task.meaning.kind in (Kind.FREE_TEXT, Kind.WORDS, Kind.TITLE, Kind.NAME, Kind.OTHER) else 0.35

    @classmethod
    def learn(cls, task: Task, evidence: TableEvidence | None, stream: Stream) -> Self:
        form = learned_form(task, evidence)
        most = width(task.column.type)
        if not form.known:
            wished = _LENGTHS.get(task.meaning.kind, 20) if task.meanings else 20
            form = no_form(form.null_share, min(wished, most) if most is not None else wished)
        if task.unique:
            form = replace(form, null_share=form.null_share if task.column.nullable else 0.0)
        return cls(task.fills, task.needs, form, task.locale, most, task.unique)

    def sample(self, span: Span, stream: Stream, given: Columns) -> Columns:
        if self.unique:
            out = self.drawer.numbered.at(span, stream)
        else:
            out = self.drawer.draw(systematic(stream.at("cell"), span.n), stream.at("text"))
        return {self.fills[0]: without(out, nulls(stream, span.n, self.form.null_share))}

    def capacity(self) -> int | None:
        return self.drawer.numbered.capacity if self.unique else None

    def literals(self) -> Iterable[Literal]:
        return ()

    def state(self) -> State:
        return {
            "fills": list(self.fills),
            "needs": list(self.needs),
            "form": self.form.state(),
            "locale": self.locale,
            "most": self.most,
            "unique": self.unique,
        }

    @classmethod
    def restore(cls, state: State) -> Self:
        return cls(
            tuple(state["fills"]), tuple(state["needs"]), Form.restore(state["form"]), state["locale"], state["most"], state["unique"]
        )


def width(kind: LogicalType) -> int | None:
    """The most characters of a text type."""
    kind = bare(kind)
    return kind.length if isinstance(kind, Text) else None


def learned_form(task: Task, evidence: TableEvidence | None, position: int = 0) -> Form:
    """The form of one of the task's columns; unknown where too few owners stand behind it. NULL never where it may not be."""
    column = task.columns[position]
    if evidence is None or not evidence.sampled:
        return Form(null_share=0.0)
    form = learn_form(look(evidence.column(column.name), evidence.owners), task.k)
    return form if column.nullable else replace(form, null_share=0.0)


def register(registry: Registry) -> None:
    registry.generators.add(FormText)


__all__ = ["LONGEST", "Drawer", "FormText", "learned_form", "register", "text_like", "width"]
