"""Numbers that go on from row to row: what stood there before, and what the row adds or takes away."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
import pyarrow as pa

from mimic.generator import Columns, Generator, Literal, Span, State, Task
from mimic.generators.features import numbers
from mimic.generators.leaves import distance
from mimic.generators.lines import standing
from mimic.generators.logical import heard, told
from mimic.generators.nested import pack, unpack
from mimic.generators.relations import cast
from mimic.generators.so_far import turned_round
from mimic.profile import TableEvidence
from mimic.registry import Registry
from mimic.schema import LogicalType, arrow_type
from mimic.streams import Floats, Ints, Stream


@dataclass(frozen=True)
class Running:
    """Fills a column of numbers with running sums along a `line` of siblings (`generators/lines.py`), of all rows, NULL counting as 0.

    Options: `line`; `terms`, pairs of "+" or "-" and a column; `lag`, whether those of the row before count, not of the row itself;
    `signs`, a column and hashes of those of its values by which terms are taken away, not added; `opening`, where a line
    begins: None at 0, a need that leads to a column of the parent, or "" where `first` says.
    """

    kind: ClassVar[str] = "sequence.running"
    version: ClassVar[int] = 1
    whole_table: ClassVar[bool] = True

    column: str
    type: LogicalType
    line: tuple[str, ...]
    terms: tuple[tuple[str, str], ...]
    lag: bool = False
    signs: tuple[str, tuple[int, ...]] | None = None
    opening: str = ""
    first: Generator | None = None

    @property
    def fills(self) -> tuple[str, ...]:
        return (self.column,)

    @property
    def needs(self) -> tuple[str, ...]:
        more = [*([self.signs[0]] if self.signs else []), *([self.opening] if self.opening else [])]
        return tuple(dict.fromkeys([*self.line, *(name for _, name in self.terms), *more]))

    @classmethod
    def suits(cls, task: Task) -> float:
        """Chosen by the planner where the rows say so."""
        return 0.0

    @classmethod
    def learn(cls, task: Task, evidence: TableEvidence | None, stream: Stream) -> Self:
        line, terms = tuple(task.options["line"]), tuple((str(sign), str(name)) for sign, name in task.options["terms"])
        opening, signs = task.options["opening"], None
        there = evidence is not None and bool(evidence.sampled)
        if "signs" in task.options:
            signs = (str(task.options["signs"][0]), tuple(int(each) for each in task.options["signs"][1]))
        made = cls(task.column.name, task.column.type, line, terms, bool(task.options["lag"]), signs, opening or "")
        if opening != "":
            return made
        values = None
        if evidence is not None and there and all(each in evidence.hidden or evidence.table.has(each) for each in line):
            order, begins = standing(line, {each: evidence.column(each) for each in line})
            given = {need: evidence.column(need) for need in made.needs}
            first = numbers(evidence.column(task.column.name))[0] - (0.0 if made.lag else made._adds(given))
            evidence = evidence.take(order[begins])
            values = pa.array(first[order[begins]])
        return cls(made.column, made.type, line, terms, made.lag, signs, "", distance(task, values, evidence, stream))

    def sample(self, span: Span, stream: Stream, given: Columns) -> Columns:
        adds = self._adds(given)
        order, begins = standing(self.line, given)
        out = np.zeros(span.n)
        if span.n:
            moved = adds[order]
            if self.lag:
                moved = np.append(0.0, moved[:-1])
                moved[begins] = 0.0
            sums = np.cumsum(moved)
            start = np.flatnonzero(begins)
            size = np.diff(np.append(start, span.n))
            base = sums[start] - moved[start] - self._opening(order[start], stream, given)
            out[order] = sums - np.repeat(base, size)
        return {self.column: cast(pa.array(out), arrow_type(self.type))}

    def _opening(self, rows: Ints, stream: Stream, given: Columns) -> Floats:
        """Where the lines begin that have these first `rows`."""
        if self.first is not None:
            drawn = self.first.sample(Span(0, len(rows), len(rows)), stream.at("first"), {})[self.first.fills[0]]
            return numbers(drawn)[0]
        if not self.opening:
            return np.zeros(len(rows))
        above = np.asarray(given[self.line[0]].to_numpy(zero_copy_only=False))[rows]
        values, null = numbers(given[self.opening].take(pa.array(above, mask=above < 0)))
        return np.where(null, 0.0, values)

    def _adds(self, given: Columns) -> Floats:
        """What each row adds."""
        out: Floats = np.zeros(len(given[self.terms[0][1]]))
        for sign, name in self.terms:
            values, null = numbers(given[name])
            out = out + np.where(null, 0.0, values) * (1.0 if sign == "+" else -1.0)
        if self.signs is not None:
            out = out * turned_round(given[self.signs[0]], self.signs[1])
        return out

    def capacity(self) -> int | None:
        return None

    def literals(self) -> Iterable[Literal]:
        if self.first is not None:
            yield from self.first.literals()

    def state(self) -> State:
        return {
            "column": self.column,
            "type": told(self.type),
            "line": list(self.line),
            "terms": [list(term) for term in self.terms],
            "lag": self.lag,
            "signs": [self.signs[0], list(self.signs[1])] if self.signs else None,
            "opening": self.opening,
            "first": pack(self.first) if self.first is not None else None,
        }

    @classmethod
    def restore(cls, state: State) -> Self:
        signs = (state["signs"][0], tuple(int(each) for each in state["signs"][1])) if state["signs"] else None
        terms = tuple((sign, name) for sign, name in state["terms"])
        first = unpack(state["first"]) if state["first"] is not None else None
        return cls(state["column"], heard(state["type"]), tuple(state["line"]), terms, bool(state["lag"]), signs, state["opening"], first)


def register(registry: Registry) -> None:
    registry.generators.add(Running)


__all__ = ["Running"]
