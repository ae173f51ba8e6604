"""Text columns without rows to learn from, filled with what their theme says: words of states, names of things, sentences.

Which theme a column has is decided by its name and its table (`planning/wording.py`); what themes say is public words, so there
is nothing here that could be a value of a source.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mimic.generator import Columns, Literal, Span, State, Task
from mimic.generators.draws import Guide, null_share, nulls, systematic, without
from mimic.generators.text import text_like, width
from mimic.generators.themes import known, theme
from mimic.profile import TableEvidence
from mimic.registry import Registry
from mimic.schema import Vector, Xml, bare
from mimic.streams import Ints, Permutation, Stream

COUNTED = 10**6  # how often an entry may come again in a unique column that has no limit of length
_SHORT, _TINY = ("main", "new", "basic", "other", "auto", "test"), ("A", "B", "C", "N", "S")
_FEWEST = 6  # characters of a unique column
_SPARE = 4  # characters kept for that number


@dataclass(frozen=True)
class Themed:
    """Fills one text column, given nothing. Option `theme` names what it is about (see `themes`).

    In a unique column an entry that comes again is counted: `sync-orders`, `sync-orders-2`.
    """

    kind: ClassVar[str] = "text.themed"
    version: ClassVar[int] = 1

    column: str
    theme: str
    most: int | None
    unique: bool
    null_share: float

    @property
    def fills(self) -> tuple[str, ...]:
        return (self.column,)

    @property
    def needs(self) -> tuple[str, ...]:
        return ()

    @classmethod
    def suits(cls, task: Task) -> float:
        if len(task.columns) != 1 or "theme" not in task.options or isinstance(bare(task.column.type), Vector | Xml):
            return 0.0
        asked, most = str(task.options["theme"]), width(task.column.type)
        if task.unique and most is not None and most < _FEWEST and not asked.startswith("code "):
            return 0.0  # no words are that short
        return 0.96 if text_like(task.column.type) and known(asked) else 0.0

    @classmethod
    def learn(cls, task: Task, evidence: TableEvidence | None, stream: Stream) -> Self:
        share = null_share(task, evidence.column(task.column.name) if evidence is not None and evidence.sampled else None)
        return cls(task.column.name, str(task.options["theme"]), width(task.column.type), task.unique, share)

    @cached_property
    def entries(self) -> pa.Array:
        """What fits into the column, distinct, and where little does, short words."""
        found, most = theme(self.theme).entries, self.most
        if most is None:
            return pa.array(found, pa.string())
        room = max(most - _SPARE, 1) if self.unique and most > 3 * _SPARE else most
        fitting = [text for text in found if len(text) <= room]
        if len(fitting) < min(len(found), 3):
            fitting += [text for text in (_TINY if room < 3 else _SHORT) if len(text) <= room and text not in fitting]
        return pa.array(fitting, pa.string())

    @cached_property
    def _guide(self) -> Guide:
        m = len(self.entries)
        shares = np.asarray(1.0 / (1.0 + np.arange(m)) if theme(self.theme).skew else np.ones(m), dtype=np.float64)
        return Guide.of(shares)

    def sample(self, span: Span, stream: Stream, given: Columns) -> Columns:
        if self.unique:
            rows = np.arange(span.start, span.start + span.n, dtype=np.int64)
            rank = Permutation.of(max(span.total, 1), stream.whole.at("order"))(rows)
            out = self._again(self.entries.take(pa.array(rank % len(self.entries))), rank // len(self.entries))
        else:
            out = self.entries.take(pa.array(self._guide(systematic(stream.at("word"), span.n))))
            for i in range(1, theme(self.theme).many):
                out = self._longer(out, stream.at("more", i))
        return {self.column: without(out, nulls(stream, span.n, self.null_share))}

    def _longer(self, texts: pa.Array, stream: Stream) -> pa.Array:
        """Every second text with one more sentence behind it, where there is room."""
        more = self.entries.take(pa.array(self._guide(stream.at("entry").uniform(len(texts)))))
        both = pc.binary_join_element_wise(texts, more, " ")
        fits = np.asarray(stream.at("whether").uniform(len(texts)) < 0.5)
        if self.most is not None:
            fits &= np.asarray(pc.utf8_length(both)) <= self.most
        return pc.if_else(pa.array(fits), both, texts)

    def _again(self, texts: pa.Array, again: Ints) -> pa.Array:
        numbers = pc.cast(pa.array(again + 1), pa.string())
        tail = pc.if_else(pa.array(again > 0), pc.binary_join_element_wise(self._mark, numbers, ""), "")
        return pc.binary_join_element_wise(texts, tail, "")

    @cached_property
    def _mark(self) -> str:
        """What stands before a count, as the entries part their words."""
        first = self.entries[0].as_py() if len(self.entries) else ""
        if "://" in first:
            return "/"
        return next((sign for sign in " -_." if sign in first), "" if (self.most or 9) < 4 else "_" if first.islower() else " ")

    def capacity(self) -> int | None:
        if not self.unique:
            return None
        if self.most is None:
            return len(self.entries) * COUNTED
        longest = int(pc.max(pc.utf8_length(self.entries)).as_py() or 0)
        digits = min(self.most - longest - len(self._mark), 6)
        return len(self.entries) * (10**digits - 1 if digits > 0 else 1)

    def literals(self) -> Iterable[Literal]:
        return ()

    def state(self) -> State:
        return {
            "column": self.column,
            "theme": self.theme,
            "most": self.most,
            "unique": self.unique,
            "null_share": self.null_share,
        }

    @classmethod
    def restore(cls, state: State) -> Self:
        return cls(**state)


def register(registry: Registry) -> None:
    registry.generators.add(Themed)


__all__ = ["Themed", "register"]
