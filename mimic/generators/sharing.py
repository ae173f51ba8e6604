"""Numbers that divide another one up: each row takes a share of what the siblings before it have left."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mimic.generator import Columns, Generator, Literal, Span, State, Task
from mimic.generators.features import numbers
from mimic.generators.leaves import Leaves, distance, plain
from mimic.generators.lines import Line
from mimic.generators.logical import heard, told
from mimic.generators.nested import inside, pack, unpack
from mimic.generators.relations import cast
from mimic.profile import TableEvidence
from mimic.registry import Registry
from mimic.schema import Decimal, Float, LogicalType, arrow_type, bare
from mimic.streams import Floats, Stream

LITTLE, SINGLE = 1e-9, 1e-6  # how far a number may be from a round one; one of single precision
GRAINS, _GRAINS = 0.98, (1000.0, 500.0, 100.0, 50.0, 25.0, 10.0, 5.0, 2.0, 1.0, 0.5, 0.25, 0.1, 0.05)  # share of the values
EVEN = 9  # places of numbers that are whole numbers of a round one: 12.4, not 12.399999999999999
FAMILY = "+"  # before a column: its sum over all siblings is meant


@dataclass(frozen=True)
class Share:
    """Fills a column of numbers with shares of a `whole`, given that, or what it is the sum of over the siblings (`FAMILY`).

    Along a `line` (`generators/lines.py`) a share is of what siblings before have left; the last takes all of it where `firm`.
    Without a line a row takes all of it, or none and holds what `otherwise` says. Without a whole (NULL) it is 0. Option: `share`, the
    three; those of `tree.leaves`, which deals the shares out.
    """

    kind: ClassVar[str] = "relation.share"
    version: ClassVar[int] = 1

    column: str
    type: LogicalType
    whole: str
    line: tuple[str, ...]
    firm: bool
    shares: Generator
    otherwise: Generator | None = None
    grain: float = 0.0  # what shares are whole numbers of; 0 for any
    least: float = 0.0  # what each row takes at the least

    @property
    def fills(self) -> tuple[str, ...]:
        return (self.column,)

    @property
    def needs(self) -> tuple[str, ...]:
        whole = [self.whole.removeprefix(FAMILY)] if _number(self.whole) is None else []
        more = self.otherwise.needs if self.otherwise is not None else ()
        return tuple(dict.fromkeys([*whole, *self.line, *self.shares.needs, *more]))

    @classmethod
    def suits(cls, task: Task) -> float:
        """Chosen by the planner where the rows say so."""
        return 0.0

    @classmethod
    def learn(cls, task: Task, evidence: TableEvidence | None, stream: Stream) -> Self:
        whole, line, firm = str(task.options["share"][0]), tuple(task.options["share"][1]), bool(task.options["share"][2])
        values, name, others, grain, least = None, task.column.name, evidence, 0.0, 0.0
        needed = [*line, *([whole.removeprefix(FAMILY)] if _number(whole) is None else [])]
        if evidence is not None and evidence.sampled and all(each in evidence.hidden or evidence.table.has(each) for each in needed):
            given = {each: evidence.column(each) for each in needed}
            here = Line.of(line, given) if line else None
            own = numbers(evidence.column(name))[0]
            of, grain = _whole(whole, given, here, len(own)), grain_of(own, task.column.type)
            least = 0.0 if own.min() <= 0 else grain or 10.0 ** -(places_of(task.column.type) or 0)
            of = of if here is None else left(of, own, here)
            if here is None:
                same = np.abs(of - own) <= LITTLE * np.maximum(1.0, np.abs(own))
                others = evidence.take(np.flatnonzero(~same))
                values = pa.array(same.astype(np.int64), mask=np.isnan(of))
            else:
                nothing = np.isnan(of) | (np.abs(of) < LITTLE)
                taken = np.clip(np.divide(own, of, out=np.zeros(len(own)), where=~nothing), 0.0, 1.0)
                values = pa.array(np.round(taken, 6), mask=nothing)
        plain_ = task_of_shares(task)
        made = distance(plain_, values, evidence, stream)
        otherwise = None if line else plain(Leaves.learn(plain_, others, stream.at("otherwise")))
        return cls(name, task.column.type, whole, line, firm, made, otherwise, grain, least)

    def sample(self, span: Span, stream: Stream, given: Columns) -> Columns:
        asked = {need: given[need] for need in self.shares.needs}
        taken = numbers(self.shares.sample(span, inside(stream, "shares"), asked)[self.column])[0]
        taken = np.clip(taken, 0.0, 1.0)
        here = Line.of(self.line, given) if self.line else None
        whole = np.nan_to_num(_whole(self.whole, given, here, span.n))
        places = places_of(self.type)
        if here is None:
            made = cast(pa.array(_rounded(whole, places)), arrow_type(self.type))
            if self.otherwise is None:
                return {self.column: made}
            asked = {need: given[need] for need in self.otherwise.needs}
            alone = self.otherwise.sample(span, inside(stream, "otherwise"), asked)[self.column]
            return {self.column: pc.if_else(pa.array(taken > 0.5), made, alone)}
        out, rest = np.zeros(span.n), whole.copy()
        for rows in here.turns():
            before = here.before[rows]
            rest[rows] = np.where(before >= 0, rest[np.maximum(before, 0)] - out[np.maximum(before, 0)], whole[rows])
            part = _rounded(taken[rows] * rest[rows], places)
            if self.grain:
                part = np.where(taken[rows] < 1.0, np.rint(part / self.grain) * self.grain, part)
            part = np.minimum(np.maximum(part, self.least), rest[rows] - self.least * here.left[rows])
            out[rows] = np.minimum(np.maximum(part, self.least), np.maximum(rest[rows], 0.0))
            if self.firm:
                end = rows[here.left[rows] == 0]
                out[end] = rest[end]
        even = EVEN if places is None and self.grain else places
        return {self.column: cast(pa.array(_rounded(out, even)), arrow_type(self.type))}

    def capacity(self) -> int | None:
        return None

    def literals(self) -> Iterable[Literal]:
        yield from self.shares.literals()
        if self.otherwise is not None:
            yield from self.otherwise.literals()

    def state(self) -> State:
        return {
            "column": self.column,
            "type": told(self.type),
            "whole": self.whole,
            "line": list(self.line),
            "firm": self.firm,
            "shares": pack(self.shares),
            "otherwise": pack(self.otherwise) if self.otherwise is not None else None,
            "grain": self.grain,
            "least": self.least,
        }

    @classmethod
    def restore(cls, state: State) -> Self:
        otherwise = unpack(state["otherwise"]) if state["otherwise"] is not None else None
        told_ = {"type": heard(state["type"]), "line": tuple(state["line"]), "shares": unpack(state["shares"]), "otherwise": otherwise}
        return cls(**{**state, **told_})


def left(whole: Floats, values: Floats, here: Line) -> Floats:
    """What the siblings before each row (n,) have left of its whole."""
    used = np.zeros(len(values))
    for rows in here.turns()[1:]:
        before = here.before[rows]
        used[rows] = used[before] + values[before]
    return whole - used


def task_of_shares(task: Task) -> Task:
    """The same task without what only says how the numbers of the column itself are made."""
    options = {name: value for name, value in task.options.items() if name not in ("share", "so_far")}
    return Task(task.table, task.columns, (), task.meanings, task.unique, options, task.k, task.locale, task.group)


def _whole(whole: str, given: Columns, here: Line | None, n: int) -> Floats:
    """What each row (n,) takes a share of, NaN where that is NULL."""
    if (number := _number(whole)) is not None:
        return np.full(n, number)
    values, null = numbers(given[whole.removeprefix(FAMILY)])
    if not whole.startswith(FAMILY) or here is None:
        return np.where(null, np.nan, values)
    group, families = here.groups()
    return np.bincount(group, weights=np.where(null, 0.0, values), minlength=families).astype(np.float64)[group]


def _number(whole: str) -> float | None:
    """The whole that all families have, where it is one."""
    try:
        return float(whole)
    except ValueError:
        return None


def grain_of(values: Floats, kind: LogicalType) -> float:
    """The largest round number that nearly all values are whole numbers of; 0 where there is none."""
    little = SINGLE if isinstance(number := bare(kind), Float) and number.bits <= 32 else LITTLE
    for size in _GRAINS:
        if (np.abs(values / size - np.rint(values / size)) < little * np.maximum(1.0, np.abs(values / size))).mean() >= GRAINS:
            return size
    return 0.0


def places_of(kind: LogicalType) -> int | None:
    match bare(kind):
        case Decimal() as number:
            return number.scale or 0
        case Float():
            return None
    return 0


def _rounded(values: Floats, places: int | None) -> Floats:
    return values if places is None else np.round(values, places)


def register(registry: Registry) -> None:
    registry.generators.add(Share)


__all__ = ["EVEN", "FAMILY", "Share", "grain_of", "left", "places_of"]
