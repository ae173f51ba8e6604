"""Texts put together from others of the row and its parents: a full name, an address of a user name and a domain, the key of a task."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mimic.generator import Columns, Literal, Span, State, Task
from mimic.generators.dealing import groups
from mimic.generators.derived import slugs
from mimic.generators.draws import nulls, without
from mimic.generators.features import numbers
from mimic.generators.lines import beginning, places
from mimic.generators.text import width
from mimic.profile import TableEvidence
from mimic.registry import Registry
from mimic.streams import Stream

Part = tuple[str, str]  # a need and a form of its values, "" and a text that stands in all rows, or COUNT and to how many digits
FORMS = ("same", "lower", "upper", "slug", "letters", "initial", "lower initial", "initials")
CUTS = tuple(f"{case}first {many}" for many in (2, 3, 4) for case in ("", "upper ", "lower "))
PADDED = tuple(f"padded {digits}" for digits in range(2, 9))
DATED = {"year": "%Y", "short year": "%y", "month": "%m", "day": "%d"}
COUNT = "#"  # the place among the rows whose other parts are the same


@dataclass(frozen=True)
class Composed:
    """Fills one text column with its `parts`, one after the other (option `parts`); NULL where one is, and in `null_share` of the others.

    Where it must be unique, what comes again is counted, before an @ if there is one: for that all rows are made at once. `above` names
    the key by which a need leads to a parent (option `above`). `along` is the column by which rows are counted, and where that begins
    (option `along`).
    """

    kind: ClassVar[str] = "relation.composed"
    version: ClassVar[int] = 1

    column: str
    parts: tuple[Part, ...]
    most: int | None
    unique: bool
    above: tuple[tuple[str, str], ...] = ()
    null_share: float = 0.0
    along: tuple[str, int] | None = None

    @property
    def whole_table(self) -> bool:
        return self.unique or self.along is not None

    @property
    def fills(self) -> tuple[str, ...]:
        return (self.column,)

    @property
    def needs(self) -> tuple[str, ...]:
        own = [need for need, _ in self.parts if need not in ("", COUNT)]
        rows = [f"@{label}" for _, label in self.above if self.whole_table]
        return tuple(dict.fromkeys((*own, *rows, *([self.along[0]] if self.along else []))))

    @classmethod
    def suits(cls, task: Task) -> float:
        """Chosen by the planner where the rows say so."""
        return 0.0

    @classmethod
    def learn(cls, task: Task, evidence: TableEvidence | None, stream: Stream) -> Self:
        parts, above = (tuple((str(a), str(b)) for a, b in task.options.get(name, ())) for name in ("parts", "above"))
        share = float(task.options.get("null_share", 0.0)) if task.column.nullable else 0.0
        none = evidence is not None and evidence.sampled and evidence.column(task.column.name).null_count == evidence.sampled
        along = (str(task.options["along"][0]), int(task.options["along"][1])) if task.options.get("along") else None
        return cls(task.column.name, parts, width(task.column.type), task.unique, above, 1.0 if none else share, along)

    def sample(self, span: Span, stream: Stream, given: Columns) -> Columns:
        if self.whole_table:  # columns of parents come in the parents' own rows
            rows = {need: np.asarray(given[f"@{label}"].to_numpy(zero_copy_only=False), dtype=np.int64) for need, label in self.above}
            given = {**given, **{need: given[need].take(pa.array(at, mask=at < 0)) for need, at in rows.items()}}
        made = composed(self.parts, given if self.along is None else {**given, COUNT: self._places(given)})
        if self.unique:
            made = _counted(made, self.most)
        elif self.most is not None:
            made = pc.utf8_slice_codeunits(made, 0, self.most)
        return {self.column: without(made, nulls(stream, span.n, self.null_share))}

    def _places(self, given: Columns) -> pa.Array:
        """The place of each row among those whose other parts are the same."""
        assert self.along is not None
        column, first = self.along
        group = groups(composed([part for part in self.parts if part[0] != COUNT], given))
        order = np.lexsort((numbers(given[column])[0], group))
        out = np.empty(len(group), dtype=np.int64)
        out[order] = places(beginning(group[order])) + first
        return pa.array(out)

    def capacity(self) -> int | None:
        return None

    def literals(self) -> Iterable[Literal]:
        return ()

    def state(self) -> State:
        return {
            "column": self.column,
            "parts": [list(part) for part in self.parts],
            "most": self.most,
            "unique": self.unique,
            "above": [list(pair) for pair in self.above],
            "null_share": self.null_share,
            "along": list(self.along) if self.along else None,
        }

    @classmethod
    def restore(cls, state: State) -> Self:
        parts, above = (tuple((a, b) for a, b in state[name]) for name in ("parts", "above"))
        along = (state["along"][0], int(state["along"][1])) if state["along"] else None
        return cls(state["column"], parts, state["most"], state["unique"], above, state["null_share"], along)


def composed(parts: Sequence[Part], given: Columns) -> Any:
    """The texts (n,) of some parts; NULL where one is."""
    read = (formed(given[need], form if need != COUNT else f"padded {form}") if need else pa.scalar(form) for need, form in parts)
    return pc.binary_join_element_wise(*read, "")


def formed(values: pa.Array, form: str) -> pa.Array:
    """Texts (n,) in one of FORMS or CUTS; numbers are written out first, or PADDED; of dates a part (DATED)."""
    if form in DATED:
        return pc.strftime(values, format=DATED[form])
    if form.startswith("padded "):
        return pc.utf8_lpad(values.cast(pa.string()), int(form[7:]), padding="0")
    texts = values if pa.types.is_string(values.type) else values.cast(pa.string())
    if form in CUTS:
        case, _, many = form.rpartition("first ")
        return formed(pc.utf8_slice_codeunits(texts, 0, int(many)), case.strip() or "same")
    match form:
        case "lower":
            return pc.utf8_lower(texts)
        case "upper":
            return pc.utf8_upper(texts)
        case "slug":
            return slugs(texts)
        case "letters":
            return pc.replace_substring_regex(pc.utf8_lower(texts), r"[^a-z0-9]+", "")
        case "initial":
            return pc.utf8_slice_codeunits(texts, 0, 1)
        case "lower initial":
            return pc.utf8_lower(pc.utf8_slice_codeunits(texts, 0, 1))
        case "initials":
            return pc.utf8_upper(pc.replace_substring_regex(texts, r"(\S)\S*\s*", r"\1"))
    return texts


def _counted(texts: pa.Array, most: int | None) -> pa.Array:
    """Distinct texts: the second `ann@example.com` is `ann2@example.com`."""
    out, seen = texts.to_pylist(), set[str]()
    taken = {text for text in out if text is not None}
    for row, text in enumerate(out):
        if text is None or (text not in seen and (most is None or len(text) <= most)):
            seen.add(text or "")
            continue
        before, at, after = text.partition("@")
        number = 2
        while (made := f"{_cut(before, most, f'{number}{at}{after}')}{number}{at}{after}") in taken:
            number += 1
        taken.add(made)
        out[row] = made
    return pa.array(out, pa.string())


def _cut(text: str, most: int | None, rest: str) -> str:
    return text if most is None else text[: max(most - len(rest), 0)]


def register(registry: Registry) -> None:
    registry.generators.add(Composed)


__all__ = ["COUNT", "CUTS", "DATED", "FORMS", "PADDED", "Composed", "Part", "composed", "formed"]
