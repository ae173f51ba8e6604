"""Text that means something: companies, streets, job titles, URLs ... made up in the data's own language, in the source's form.

One column at a time here; persons and places, whose columns must agree within a row, are in `people.py` and `places.py`.
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
from mimic.generators import people, places, settings
from mimic.generators.draws import nulls, systematic, without
from mimic.generators.forms import Form, form_or_lent, look
from mimic.generators.matched import Allowed, Matched, before_count, packed, unpacked, withheld
from mimic.generators.text import text_like, width
from mimic.generators.things import has_pool, pool, usual
from mimic.profile import TableEvidence
from mimic.registry import Registry
from mimic.semantics import Kind
from mimic.streams import Permutation, Stream

# How a value that comes again in a unique column is told apart: what stands before its number.
_AGAIN = {
    Kind.SLUG: "-",
    Kind.URL: "/",
    Kind.URL_PROFILE: "/",
    Kind.IMAGE: "?v=",
    Kind.PATH: "-",
    Kind.FILE_NAME: "-",
    Kind.DOMAIN: "-",
    Kind.COUNTRY_CODE: "",
}
# What stands between a value that is not long enough and what makes it longer.
_GLUE = {Kind.SLUG: "-", Kind.URL: "/", Kind.URL_PROFILE: "/", Kind.IMAGE: "?", Kind.PATH: "/", Kind.FILE_NAME: "_", Kind.DOMAIN: "."}
_NET = frozenset({Kind.URL, Kind.URL_PROFILE, Kind.IMAGE, Kind.DOMAIN})
# Kinds of few public words; unless unique, their own shares matter and `categorical` keeps them.
_SHORT = frozenset(
    {
        Kind.GENDER,
        Kind.MARITAL_STATUS,
        Kind.EDUCATION,
        Kind.RELIGION,
        Kind.ETHNICITY,
        Kind.LOCALE,
        Kind.STATUS,
        Kind.COLOUR,
        Kind.TYPE_REFERENCE,
        Kind.SETTING_KEY,
        Kind.SETTING_VALUE,
        Kind.HEALTH,
        Kind.DIAGNOSIS,
    }
)


@dataclass(frozen=True)
class SemanticPool:
    """Fills one text column, given nothing, from the pool of its kind."""

    kind: ClassVar[str] = "semantic.pool"
    version: ClassVar[int] = 1

    fills: tuple[str, ...]
    needs: tuple[str, ...]
    means: Kind
    locale: str
    form: Form
    allowed: Allowed | None
    most: int | None
    unique: bool

    @cached_property
    def matched(self) -> Matched:
        room = None if self.most is None else max(self.most - (6 if self.unique and self.most > 12 else 0), 1)
        glue = _GLUE.get(self.means, " ")
        entries = pool(self.means, self.locale)
        if self.means is Kind.COLOUR and room is not None and room < 7:
            entries = tuple(entry.removeprefix("#") for entry in entries)
        return Matched(entries, self.form, room, self.allowed, self.locale, glue, self.means in _NET, usual(self.means))

    @cached_property
    def _mark(self) -> str:
        wished = _AGAIN.get(self.means, " ")
        return before_count(self.matched.texts, (wished, wished + "-", "--"))

    @classmethod
    def suits(cls, task: Task) -> float:
        if len(task.columns) != 1 or not text_like(task.column.type) or not task.meanings or not has_pool(task.meaning.kind):
            return 0.0
        if task.meaning.kind in (Kind.TITLE, Kind.NAME):
            return 0.6
        return 0.45 if task.meaning.kind in _SHORT and task.unique else 0.85

    @classmethod
    def learn(cls, task: Task, evidence: TableEvidence | None, stream: Stream) -> Self:
        means = Kind(task.options.get("meaning", task.meaning.kind))
        entries = pool(means, task.locale)
        form, allowed = Form(), None
        if evidence is not None and evidence.sampled:
            sampled = look(evidence.column(task.column.name), evidence.owners)
            form = form_or_lent(task, task.column.name, sampled)
            if means in _SHORT and form.known and not _public(entries, sampled.texts):
                means = Kind.NAME  # whatever it is called, its values are other words
                entries = pool(means, task.locale)
            if means not in _SHORT:
                allowed = withheld(entries, sampled, task.k, stream)
        if not task.column.nullable:
            form = replace(form, null_share=0.0)
        return cls(task.fills, task.needs, means, task.locale, form, allowed, width(task.column.type), task.unique)

    def sample(self, span: Span, stream: Stream, given: Columns) -> Columns:
        if self.unique:
            rows = np.arange(span.start, span.start + span.n, dtype=np.int64)
            rank = Permutation.of(max(span.total, 1), stream.whole.at("order"))(rows)
            number, again = self.matched.numbered(rank, span.total)
            out = told_apart(self.matched.texts.take(pa.array(number)), again, self._mark)
        else:
            out = self.matched.texts.take(
                pa.array(self.matched.draw(systematic(stream.at("cell"), span.n), stream.at("entry").uniform(span.n)))
            )
        return {self.fills[0]: without(out, nulls(stream, span.n, self.form.null_share))}

    def capacity(self) -> int | None:
        if not self.unique:
            return None
        spellings = len(self.matched.distinct[0])
        if self.most is None:
            return spellings * 10**6
        longest = int(np.max(pc.utf8_length(self.matched.texts).to_numpy(zero_copy_only=False), initial=0))
        digits = self.most - longest - len(_AGAIN.get(self.means, " "))
        return spellings * (10 ** min(digits, 6) - 1 if digits > 0 else 1)

    def literals(self) -> Iterable[Literal]:
        return ()

    def state(self) -> State:
        return {
            "fills": list(self.fills),
            "needs": list(self.needs),
            "means": str(self.means),
            "locale": self.locale,
            "form": self.form.state(),
            "allowed": packed(self.allowed),
            "most": self.most,
            "unique": self.unique,
        }

    @classmethod
    def restore(cls, state: State) -> Self:
        means = Kind(state["means"])
        size = len(pool(means, state["locale"]))
        return cls(
            tuple(state["fills"]),
            tuple(state["needs"]),
            means,
            state["locale"],
            Form.restore(state["form"]),
            unpacked(state["allowed"], size),
            state["most"],
            state["unique"],
        )


def _public(entries: tuple[str, ...], texts: list[str]) -> bool:
    """Whether a fifth of the texts are the public words of their kind."""
    known = {entry.casefold() for entry in entries}
    return 5 * sum(text.casefold() in known for text in texts) >= len(texts)


def told_apart(texts: pa.Array, again: np.ndarray, before: str) -> pa.Array:
    """Texts with a number behind those that came before; `again` (n,) counts from 0."""
    if not again.any():
        return texts
    numbers = pc.cast(pa.array(again + 1), pa.string())
    tail = pc.if_else(pa.array(again > 0), pc.binary_join_element_wise(pa.scalar(""), numbers, before), pa.scalar(""))
    return pc.binary_join_element_wise(texts, tail, "")


def register(registry: Registry) -> None:
    registry.generators.add(people.Person)
    registry.generators.add(places.Place)
    registry.generators.add(settings.Setting)
    registry.generators.add(SemanticPool)


__all__ = ["SemanticPool", "register", "told_apart"]
