"""Texts for a column whose CHECK demands a pattern: `LIKE 'https://%'`, `~ '^[A-Z]{3}-\\d+$'`.

Texts are made from the pattern and tested against everything else that the limits say. A unique column is filled for the
whole table at once: drawn texts first, then, where the pattern has few, its texts by number until none is left.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from typing import ClassVar, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mimic.conditions import Limits
from mimic.errors import CapacityError
from mimic.generator import Columns, Literal, Span, State, Task
from mimic.generators.draws import null_share, nulls, without
from mimic.generators.patterns import MOST, Node, Unreadable, count, draw, numbered, parse, shaped
from mimic.profile import TableEvidence
from mimic.registry import Registry
from mimic.schema import Text, bare
from mimic.streams import Permutation, Stream
from mimic.truth import matches

ROUNDS = 8


@dataclass(frozen=True, slots=True)
class RegexText:
    """Fills one text column with matches of a pattern, given nothing."""

    kind: ClassVar[str] = "text.pattern"
    version: ClassVar[int] = 1

    column: str
    limits: Limits
    length: int | None  # of the column
    unique: bool
    null_share: float

    @property
    def fills(self) -> tuple[str, ...]:
        return (self.column,)

    @property
    def needs(self) -> tuple[str, ...]:
        return ()

    @property
    def whole_table(self) -> bool:
        return self.unique

    @classmethod
    def suits(cls, task: Task) -> float:
        limits = Limits.of(task.options.get("limits"))
        if len(task.columns) != 1 or not limits.patterns or not isinstance(bare(task.column.type), Text):
            return 0.0
        return 1.0 if _readable(limits) else 0.0

    @classmethod
    def learn(cls, task: Task, evidence: TableEvidence | None, stream: Stream) -> Self:
        seen = evidence.column(task.column.name) if evidence is not None and evidence.sampled else None
        kind = bare(task.column.type)
        length = kind.length if isinstance(kind, Text) else None
        return cls(task.column.name, Limits.of(task.options.get("limits")), length, task.unique, null_share(task, seen))

    def sample(self, span: Span, stream: Stream, given: Columns) -> Columns:
        made = self._distinct(span.n, stream) if self.unique else self._drawn(span.n, stream)
        return {self.column: without(made, nulls(stream, span.n, self.null_share))}

    def capacity(self) -> int | None:
        room = count(self._node())
        return None if room >= MOST else room

    def literals(self) -> Iterable[Literal]:
        return ()

    def state(self) -> State:
        return {
            "column": self.column,
            "limits": self.limits.plain(),
            "length": self.length,
            "unique": self.unique,
            "null_share": self.null_share,
        }

    @classmethod
    def restore(cls, state: State) -> Self:
        return cls(state["column"], Limits.of(state["limits"]), state["length"], state["unique"], state["null_share"])

    def _node(self) -> Node:
        longest = [length for length in (self.length, self.limits.max_length) if length is not None]
        return shaped(_readable(self.limits)[0], self.limits.min_length or 0, min(longest, default=None))

    def _drawn(self, n: int, stream: Stream) -> pa.Array:
        node = self._node()
        made = self._cased(draw(node, n, stream))
        for _ in range(ROUNDS):
            bad = np.flatnonzero(~self._good(made))
            if not len(bad):
                break
            index = np.arange(n)
            index[bad] = n + np.arange(len(bad))
            made = pa.concat_arrays([made, self._cased(draw(node, len(bad), stream))]).take(pa.array(index))
        return made

    def _distinct(self, n: int, stream: Stream) -> pa.Array:
        node = self._node()
        room = min(count(node), MOST)
        made = pa.array([], pa.string())
        if room >= 4 * n:  # few of many: drawn ones look better than numbered ones
            for _ in range(ROUNDS):
                made = self._kept(made, draw(node, n - len(made), stream))
                if len(made) == n:
                    return made
        order, start = Permutation.of(room, stream.at("order")), 0
        while len(made) < n and start < room:
            step = min(max(2 * (n - len(made)), 1024), room - start)
            made = self._kept(made, numbered(node, order(np.arange(start, start + step, dtype=np.int64))))
            start += step
        if len(made) < n:
            raise CapacityError(self.column, n, len(made), f"the pattern {self.limits.patterns[0]!r} has no more distinct texts")
        return made.slice(0, n)

    def _kept(self, made: pa.Array, more: pa.Array) -> pa.Array:
        """Both, without what is no good or there already; in order of appearance."""
        more = self._cased(more)
        together = pa.concat_arrays([made, more.filter(pa.array(self._good(more)))])
        first = np.unique(np.asarray(together.dictionary_encode().indices), return_index=True)[1]
        return together.take(pa.array(np.sort(first)))

    def _cased(self, texts: pa.Array) -> pa.Array:
        return {"lower": pc.utf8_lower, "upper": pc.utf8_upper}.get(self.limits.letters or "", lambda same: same)(texts)

    def _good(self, texts: pa.Array) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Which texts keep to all limits."""
        limits, lengths = self.limits, pc.utf8_length(texts)
        tests = [matches(texts, pattern, limits.ignore_case) for pattern in limits.patterns]
        tests.append(pc.greater_equal(lengths, limits.min_length or 0))
        tests += [pc.less_equal(lengths, longest) for longest in (self.length, limits.max_length) if longest is not None]
        if limits.forbidden:
            tests.append(pc.invert(pc.is_in(texts, value_set=pa.array([str(value) for value in limits.forbidden], pa.string()))))
        return np.asarray(reduce(pc.and_, tests))


def _readable(limits: Limits) -> list[Node]:
    """The patterns that texts can be made from, the most telling first."""
    found = []
    for pattern in limits.patterns:
        try:
            found.append(parse(pattern))
        except Unreadable:
            continue
    return sorted(found, key=lambda node: min(count(shaped(node)), MOST))


def register(registry: Registry) -> None:
    registry.generators.add(RegexText)
