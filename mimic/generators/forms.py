"""What a column of texts looks like, told by k owners at least: forms, lengths, style. None of its content.

The *form* of a text has letters as `a` or `A`, digits as `9`, all else as it is, and runs of more than three cut to three:
`Anna Smith` is `Aaaa Aaaa`. Three layers, each of rows that the one before could not tell with k owners:

1. *cells*: form and exact length together;
2. forms alone, with lengths averaged over k owners;
3. the rest: lengths averaged over k owners, and a style (sentences, titles, HTML ...).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mimic.generator import State, Task
from mimic.generators.cells import Sketch, sketch
from mimic.profile import Owners
from mimic.streams import Floats, Ints

LOOKED_AT = 50_000  # rows that forms are learned from
LONGEST = 60  # characters of a text that has a form
STYLES = ("html", "markdown", "lines", "upper", "lower", "title", "sentence")
_HTML = re.compile(r"<(p|br|div|a|b|i|em|strong|ul|ol|li|h\d|span|img|code|pre|table|blockquote)\b[^>]*>", re.I)
_MARKDOWN = re.compile(r"(?m)^(#{1,6} |[-*] |\d+\. |> |```)|\[[^\]]+\]\([^)]+\)|\*\*[^*]+\*\*")
_ONE = re.compile(r"(.)\1+", re.S)
_RUN = re.compile(r"(.)\1{3,}", re.S)
_WORDS = re.compile(r"[aA]{3}")
_RUNS = re.compile(r"(.)\1*", re.S)


class _Classes(dict[int, str]):
    """Characters to classes, worked out once per character."""

    def __missing__(self, point: int) -> str:
        c = chr(point)
        made = "9" if c.isdigit() else "a" if c.islower() else "A" if c.isalpha() else c
        self[point] = made
        return made


_CLASSES = _Classes()


def classes_of(text: str) -> str:
    """Every character's class: `Ab-12` is `Aa-99`."""
    return text.translate(_CLASSES)


def cut_form(classes: str) -> str:
    """Classes with runs longer than three cut to three."""
    return _RUN.sub(r"\1\1\1", classes)


def form_of(text: str) -> str:
    """The form: classes with runs longer than three cut to three, of the first 60 characters."""
    return cut_form(classes_of(text[:LONGEST]))


def proportioned(kinds: str, means: Sequence[float], length: int) -> str:
    """A text's classes at a length: `kinds` are its runs, one character each, `means` how long each run is on average.

    Runs of letters and digits give and take, by the largest remainder, so that the length comes out; each keeps a character.
    """
    sizes = [max(1, round(mean)) for mean in means]
    flexible = [i for i, c in enumerate(kinds) if c in "a9" or (c == "A" and kinds[i + 1 : i + 2] != "a")] or [
        i for i, c in enumerate(kinds) if c == "A"
    ]
    fixed = sum(sizes) - sum(sizes[i] for i in flexible)
    left = max(length - fixed, len(flexible))
    if flexible:
        total = sum(means[i] for i in flexible)
        wished = [means[i] / total * left for i in flexible]
        floors = [max(1, int(wish)) for wish in wished]
        while sum(floors) > left and max(floors) > 1:
            floors[floors.index(max(floors))] -= 1
        order = sorted(range(len(flexible)), key=lambda j: (floors[j] - wished[j], j))
        for turn in range(left - sum(floors)):
            floors[order[turn % len(order)]] += 1
        for i, size in zip(flexible, floors, strict=True):
            sizes[i] = size
    return "".join(c * size for c, size in zip(kinds, sizes, strict=True))


def style_of(text: str) -> str:
    if _HTML.search(text):
        return "html"
    if "\n" in text:
        return "markdown" if _MARKDOWN.search(text) else "lines"
    letters = [c for c in text[:400] if c.isalpha()]
    if letters and all(c.isupper() for c in letters):
        return "upper"
    if not any(c.isupper() for c in letters):
        return "lower"
    words = [word for word in text[:400].split() if word[0].isalpha()]
    if words and sum(word[0].isupper() for word in words) >= 0.7 * len(words):
        return "title"
    return "sentence"


@dataclass(frozen=True)
class Form:
    """`forms` and `lengths` (c,): what the texts of a cell look like; `shares` (c,) of the rows that are not NULL.

    Runs of more than three are cut to three where they are words, whose lengths vary; runs of digits stand in full.

    `rest` is the share of layer 3, `rest_lengths` its characters, `styles` shares of STYLES among it, `ends` the share that
    ends in a full stop. All empty when fewer than k owners stand behind the column.
    """

    null_share: float = 0.0
    forms: tuple[str, ...] = ()
    lengths: tuple[int, ...] = ()
    shares: tuple[float, ...] = ()
    rest: float = 0.0
    rest_lengths: Sketch | None = None
    styles: Mapping[str, float] | None = None
    ends: float = 0.0

    @property
    def known(self) -> bool:
        return bool(self.forms) or self.rest_lengths is not None

    @cached_property
    def weights(self) -> Floats:
        """Shares of the cells and, last, of the rest."""
        weights = np.array([*self.shares, self.rest], dtype=np.float64)
        return weights / weights.sum() if weights.sum() > 0 else weights

    @cached_property
    def typical(self) -> int:
        """Characters on average."""
        cells = float(np.dot(self.lengths, self.shares)) if self.shares else 0.0
        rest = self.rest_lengths.mean * self.rest if self.rest_lengths is not None else 0.0
        return max(1, round((cells + rest) / max(sum(self.shares) + self.rest, 1e-9)))

    def state(self) -> State:
        return {
            "null_share": self.null_share, "forms": list(self.forms), "lengths": np.array(self.lengths, dtype=np.int64),
            "shares": np.array(self.shares, dtype=np.float64), "rest": self.rest,
            "rest_lengths": self.rest_lengths.state() if self.rest_lengths is not None else None,
            "styles": dict(self.styles) if self.styles is not None else None, "ends": self.ends,
        }  # fmt: skip

    @classmethod
    def restore(cls, state: State) -> Form:
        rest = state["rest_lengths"]
        return cls(
            state["null_share"], tuple(state["forms"]), tuple(int(n) for n in state["lengths"]), tuple(float(s) for s in state["shares"]),
            state["rest"], Sketch.restore(rest) if rest is not None else None, state["styles"], state["ends"],
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sampled:
    """The rows of a column that are looked at: distinct texts, each row's text (m,), its owners, and the NULL share of all rows."""

    texts: list[str]
    codes: Ints
    owners: Owners
    null_share: float

    @property
    def rows(self) -> int:
        return len(self.codes)

    def only(self, rows: Ints) -> Sampled:
        """The same, of some of the rows."""
        used, codes = np.unique(self.codes[rows], return_inverse=True)
        return Sampled([self.texts[i] for i in used.tolist()], np.asarray(codes, dtype=np.int64), self.owners.take(rows), self.null_share)


def look(values: pa.Array, owners: Owners, most: int = LOOKED_AT) -> Sampled:
    """At most `most` rows that are not NULL, spread evenly over the sample."""
    present = np.flatnonzero(np.asarray(values.is_valid()))
    null_share = 1 - len(present) / len(values) if len(values) else 0.0
    if len(present) > most:
        present = present[np.linspace(0, len(present) - 1, most).astype(np.int64)]
    encoded = values.take(pa.array(present)).dictionary_encode()
    codes = np.asarray(encoded.indices.to_numpy(zero_copy_only=False), dtype=np.int64)
    return Sampled(cast("list[str]", encoded.dictionary.to_pylist()), codes, owners.take(present), null_share)


def lent(task: Task, column: str) -> Sampled | None:
    """The rows of another table whose column is of the same kind, where the planner found one (option `alike`)."""
    found = (task.options.get("alike") or {}).get(column)
    return None if found is None else look(found[0].column(found[1]), found[0].owners)


def form_or_lent(task: Task, column: str, sampled: Sampled) -> Form:
    """The form of a column; where too few owners share one, that of a column of its kind in another table, with its own NULLs."""
    form = learn_form(sampled, task.k)
    if form.forms or (other := lent(task, column)) is None:
        return form
    borrowed = learn_form(other, task.k)
    return replace(borrowed, null_share=form.null_share) if borrowed.known else form


def grouped(keys: list[object], sampled: Sampled, inside: Ints | np.ndarray | None = None) -> tuple[list[object], Ints, Ints, Ints]:
    """Distinct keys of the texts, each row's key (-1 outside), rows and owners of each key."""
    spot: dict[object, int] = {}
    of_text = np.array([spot.setdefault(key, len(spot)) for key in keys], dtype=np.int64)
    of_row = of_text[sampled.codes] if len(of_text) else sampled.codes
    if inside is not None:
        of_row = np.where(inside, of_row, -1)
    counts = np.bincount(of_row[of_row >= 0], minlength=len(spot)).astype(np.int64)
    return list(spot), of_row, counts, sampled.owners.distinct(of_row, len(spot))


def learn_form(sampled: Sampled, k: int) -> Form:
    """The three layers of a column."""
    n = sampled.rows
    if n == 0 or sampled.owners.distinct(np.zeros(n, dtype=np.int64), 1)[0] < k:
        return Form(null_share=sampled.null_share)
    shown = [form_of(text) if len(text) <= LONGEST else "" for text in sampled.texts]
    lengths = np.array([len(text) for text in sampled.texts], dtype=np.int64)[sampled.codes]
    left = np.ones(n, dtype=np.bool_)
    cells: dict[tuple[str, int], float] = {}
    # Columns of long texts have a form each; nothing could be learned from them.
    if sum(map(bool, shown)) >= 0.02 * len(shown):
        keys, of_row, counts, held = grouped([(form, len(text)) for form, text in zip(shown, sampled.texts, strict=True)], sampled)
        told = np.array([held[i] >= k and cast("tuple[str, int]", key)[0] != "" for i, key in enumerate(keys)])
        for i in np.flatnonzero(told):
            shape, size = cast("tuple[str, int]", keys[i])
            cells[_cell(shape, size, sampled, np.flatnonzero(of_row == i))] = float(counts[i]) / n
        left &= ~told[of_row]
        keys, of_row, counts, held = grouped(list(shown), sampled, np.asarray(left))
        for number, form in enumerate(keys):
            if form and held[number] >= k:
                rows = np.flatnonzero(of_row == number)
                for length, share in _averaged(lengths[rows], sampled.owners.take(rows), k, len(str(form))).items():
                    cell = _cell(str(form), length, sampled, rows)
                    cells[cell] = cells.get(cell, 0.0) + share * len(rows) / n
                left[rows] = False
        # Forms that few owners share may still be alike but for the lengths of their runs: those are averaged over all of them.
        coarse = [_ONE.sub(r"\1", form) for form in shown]
        keys, of_row, counts, held = grouped(list(coarse), sampled, np.asarray(left))
        for number, key in enumerate(keys):
            if key and held[number] >= k:
                rows = np.flatnonzero(of_row == number)
                means = _run_means(sampled, rows)
                for length, share in _averaged(lengths[rows], sampled.owners.take(rows), k, len(str(key))).items():
                    whole = proportioned(str(key), means, length)
                    cell = (_RUN.sub(r"\1\1\1", whole) if _WORDS.search(whole) else whole, length)
                    cells[cell] = cells.get(cell, 0.0) + share * len(rows) / n
                left[rows] = False
    rows = np.flatnonzero(left)
    rest = sketch(lengths[rows].astype(np.float64), sampled.owners.take(rows), k)
    ordered = sorted(cells, key=lambda cell: (-cells[cell], cell))
    known = Form(sampled.null_share, tuple(f for f, _ in ordered), tuple(n for _, n in ordered), tuple(cells[cell] for cell in ordered))
    if rest is None:
        return known
    styles, ends = _styles(sampled, rows, k)
    return Form(known.null_share, known.forms, known.lengths, known.shares, len(rows) / n, rest, styles, ends)


def _cell(form: str, length: int, sampled: Sampled, rows: Ints) -> tuple[str, int]:
    """A cell of a form and a length. How long runs of digits are, on average, is part of it: telephone numbers are written so."""
    if length <= len(form) or _WORDS.search(form):
        return form, length
    whole = proportioned(_ONE.sub(r"\1", form), _run_means(sampled, rows), length)
    return (whole, length) if _RUN.sub(r"\1\1\1", whole) == form else (form, length)


def _run_means(sampled: Sampled, rows: Ints) -> list[float]:
    """How long each run of equal classes is, on average over rows whose texts have the same runs."""
    used, counts = np.unique(sampled.codes[rows], return_counts=True)
    sizes = np.array([[len(run[0]) for run in _RUNS.finditer(classes_of(sampled.texts[i]))] for i in used.tolist()], dtype=np.float64)
    return [float(mean) for mean in np.average(sizes, axis=0, weights=counts)]


def _averaged(lengths: Ints, owners: Owners, k: int, least: int) -> dict[int, float]:
    """Lengths of one form as shares, each step an average over k owners."""
    found = sketch(lengths.astype(np.float64), owners, k)
    if found is None:
        return {least: 1.0}
    steps = 40
    drawn = np.clip(np.rint(found.quantile((np.arange(steps) + 0.5) / steps)), least, LONGEST).astype(int)
    values, counts = np.unique(drawn, return_counts=True)
    return {int(value): float(count) / steps for value, count in zip(values, counts, strict=True)}


def _styles(sampled: Sampled, rows: Ints, k: int) -> tuple[dict[str, float], float]:
    """Shares of styles, those of fewer than k owners counted for the most frequent one; and how many end in a full stop."""
    inside = np.zeros(sampled.rows, dtype=np.bool_)
    inside[rows] = True
    used = set(np.unique(sampled.codes[rows]).tolist())
    keys, _, counts, held = grouped([style_of(text) if i in used else "" for i, text in enumerate(sampled.texts)], sampled, inside)
    shares = {str(key): float(counts[i]) for i, key in enumerate(keys) if key and held[i] >= k}
    if not shares:
        shares = {str(keys[int(np.argmax(counts))]) or "sentence": 1.0}
    ends = [text[-1:] in ".!?" for text in sampled.texts]
    total = sum(shares.values())
    return {style: shares[style] / total for style in STYLES if style in shares}, float(np.mean(np.array(ends)[sampled.codes[rows]]))


def no_form(null_share: float, length: int) -> Form:
    """For a column about which nothing is known: sentences of about `length` characters."""
    middle = np.array([0.35, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.25, 1.5]) * length
    one = np.zeros(0)
    lengths = Sketch(one, one, np.zeros(0, dtype=np.int64), middle, middle * 0.05, middle * 0, np.full(10, 0.1), 1.0)
    return Form(null_share, rest=1.0, rest_lengths=lengths, styles={"sentence": 1.0}, ends=0.7)


def shortened(text: pa.Array, most: int | None) -> pa.Array:
    """Texts of at most `most` characters."""
    return text if most is None else pc.utf8_slice_codeunits(text, 0, most)


__all__ = [
    "LONGEST",
    "STYLES",
    "Form",
    "Sampled",
    "classes_of",
    "cut_form",
    "form_of",
    "form_or_lent",
    "grouped",
    "learn_form",
    "lent",
    "look",
    "no_form",
    "proportioned",
    "shortened",
]
