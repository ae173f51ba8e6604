"""Columns that never go back from one sibling to the next, or never up: the dates of a customer's orders, the readings of a meter.

Where the rows of one parent lie close together, what is drawn is the first of them and the steps from each to the next. Where
they are spread over the whole range, values are drawn one by one and stand in order afterwards, so that all together fall
as they would.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import ClassVar, Self

import numpy as np
import pyarrow as pa

from mimic.generator import Columns, Generator, Literal, Span, State, Task
from mimic.generators.cells import Sketch, sketch
from mimic.generators.features import numbers
from mimic.generators.leaves import distance, plain
from mimic.generators.lines import Line, about_siblings
from mimic.generators.logical import heard, told
from mimic.generators.monthly import Monthly
from mimic.generators.nested import inside, pack, unpack
from mimic.generators.ways import DAY, per_second
from mimic.profile import TableEvidence
from mimic.registry import Registry
from mimic.schema import Decimal, Float, Integer, LogicalType, bare
from mimic.streams import Floats, Ints, Stream

REGULAR = 0.5  # of the steps that are alike, from which they tell more than the range
_GRAINS = (86_400_000_000, 3_600_000_000, 60_000_000, 1_000_000, 1_000, 1)


@dataclass(frozen=True)
class Rising:
    """Fills the column of its `first` generator so that it rises along a line of siblings (`generators/lines.py`).

    `way` "steps": `first` draws the first of each line's rows, `step` how many `grain`s each further one lies above the one before it.
    `way` "sorted": `first` draws all of them. `sign` is -1.0 where the column goes down. Options: `rising` (the way, "up" or "down",
    the kind of the generator for `first`, and the line), and those of that generator.
    """

    kind: ClassVar[str] = "sequence.rising"
    version: ClassVar[int] = 1

    type: LogicalType
    way: str
    line: tuple[str, ...]
    first: Generator
    step: Generator | None = None
    grain: float = 1.0  # in the units of the Arrow type
    most: float = np.inf  # an average of k owners, times the sign, beyond which no line goes
    sign: float = 1.0
    start: float | None = None  # where all lines begin, times the sign: of fewer than k of them nothing is told
    monthly: Monthly | None = None  # on which days of a month or a week, where that is told
    phase: float | None = None  # what is left of all values by `grain`, where that is one and the same: they lie on one day of the week

    @property
    def fills(self) -> tuple[str, ...]:
        return self.first.fills

    @property
    def needs(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.first.needs, *(self.step.needs if self.step else ()), *self.line)))

    @classmethod
    def suits(cls, task: Task) -> float:
        """It is put around another generator by the planner, never chosen by type."""
        return 0.0

    @classmethod
    def learn(cls, task: Task, evidence: TableEvidence | None, stream: Stream) -> Self:
        from mimic.generators import builtin

        way, direction, kind, *line = task.options["rising"]
        sign = -1.0 if direction == "down" else 1.0
        options = {name: value for name, value in task.options.items() if name != "rising"}
        family, name = builtin().generators.get(str(kind)), task.column.name
        there = evidence is not None and evidence.sampled and all(each in evidence.hidden or evidence.table.has(each) for each in line)
        if way == "sorted" or evidence is None or not there:
            first = family.learn(replace(task, options=options), evidence, stream)
            return cls(task.column.type, "sorted", tuple(line), plain(first), sign=sign)
        before = Line.of(line, {each: evidence.column(each) for each in line}).before
        alone = {
            **options,
            "siblings": "",
            "line": (),
            "features": [need for need in options.get("features", ()) if not about_siblings(need)],
        }
        first = family.learn(replace(task, options=alone), evidence.take(np.flatnonzero(before < 0)), stream)
        values, _ = numbers(evidence.column(name))
        values = sign * values
        apart = np.where(before < 0, 0.0, values - values[np.maximum(before, 0)])
        whole = not isinstance(bare(task.column.type), Float)
        day = _day(evidence.column(name).type)
        grain = _grain(apart, task.column.type, day)
        steps = pa.array(np.rint(apart / grain).astype(np.int64) if whole else apart, mask=before < 0)
        step = distance(task, steps, evidence, stream.at("step"))
        known: Sketch | None = sketch(values, evidence.owners, task.k)
        ends = known.quantile(np.array([0.0, 1.0 - 1e-9])) if known is not None else np.array([0.0, np.inf])
        few = known is not None and not evidence.owners.reach(np.where(before < 0, 0, -1), 1, task.k)[0]
        start = float(np.floor(ends[0] / grain) * grain) if few else None
        monthly = None
        if day and not regular(apart[before >= 0]):
            monthly = Monthly.learn((sign * values // day).astype(np.int64), evidence.owners, task.k)
        rest = np.unique((sign * values) % grain) if day and grain > day else np.zeros(0)
        phase = float(rest[0]) if len(rest) == 1 else None
        return cls(task.column.type, "steps", tuple(line), plain(first), step, grain, float(ends[1]), sign, start, monthly, phase)

    def sample(self, span: Span, stream: Stream, given: Columns) -> Columns:
        name, line = self.fills[0], Line.of(self.line, given)
        if self.step is None:
            drawn = self.first.sample(span, stream, {need: given[need] for need in self.first.needs})[name]
            return {name: drawn.take(pa.array(_in_order(drawn, line, self.sign)))}
        start = np.flatnonzero(line.before < 0)
        told_ = {need: given[need].take(pa.array(start)) for need in self.first.needs}
        first = self.first.sample(Span(span.start, len(start), span.total), inside(stream, "first"), told_)[name]
        steps = self.step.sample(span, inside(stream, "step"), {need: given[need] for need in self.step.needs})[name]
        drawn, lost = numbers(first)
        drawn = drawn if self.phase is None else np.rint((drawn - self.phase) / self.grain) * self.grain + self.phase
        made, null = np.zeros(span.n), np.zeros(span.n, dtype=np.bool_)
        made[start] = self.sign * drawn if self.start is None else self.start
        null[start] = lost
        up = numbers(steps)[0] * self.grain
        lines = line.turns()
        for rows in lines[1:]:
            made[rows] = made[line.before[rows]] + np.maximum(up[rows], 0.0)
            null[rows] = null[line.before[rows]]
        made = self._within(made, line, regular(up[line.before >= 0]))
        if self.monthly is not None and (day := _day(first.type)):
            whole = np.floor(self.sign * made / day)
            within = inside(stream, "monthly").uniform(span.n)
            moved = self.monthly.moved(whole.astype(np.int64), within[_first_of(line)])
            made += self.sign * (moved - whole) * day
        return {name: _like(self.sign * made, null, first.type)}

    def _within(self, made: Floats, line: Line, even: bool) -> Floats:
        """The same numbers (n,) where the last of a line goes too far: it takes smaller steps, or begins earlier where all are alike."""
        begin = _first_of(line)
        end = made.copy()
        for rows in reversed(line.turns()):
            follow = rows[line.before[rows] >= 0]
            end[line.before[follow]] = np.maximum(end[line.before[follow]], end[follow])
        back, start = end[begin] - self.most, made[begin]
        short = (back > 0) & (start < self.most) & (not even)
        share = np.divide(self.most - start, end[begin] - start, out=np.zeros(len(made)), where=short)
        smaller = start + np.floor((made - start) * share / self.grain) * self.grain
        return np.where(short, smaller, made - np.ceil(np.maximum(back, 0.0) / self.grain) * self.grain)

    def capacity(self) -> int | None:
        return None

    def literals(self) -> Iterable[Literal]:
        return self.first.literals()

    def state(self) -> State:
        return {
            "type": told(self.type),
            "way": self.way,
            "line": list(self.line),
            "first": pack(self.first),
            "step": pack(self.step) if self.step is not None else None,
            "grain": self.grain,
            "most": self.most,
            "sign": self.sign,
            "start": self.start,
            "monthly": self.monthly.state() if self.monthly is not None else None,
            "phase": self.phase,
        }

    @classmethod
    def restore(cls, state: State) -> Self:
        step = unpack(state["step"]) if state["step"] is not None else None
        monthly = Monthly.restore(state["monthly"]) if state["monthly"] is not None else None
        rest = {
            "monthly": monthly,
            "type": heard(state["type"]),
            "line": tuple(state["line"]),
            "first": unpack(state["first"]),
            "step": step,
        }
        return cls(**{**state, **rest})


def regular(steps: Floats) -> bool:
    """Whether most steps that lead on are alike: one day after the other."""
    _, many = np.unique(np.abs(steps[steps != 0]), return_counts=True)
    return bool(many.max(initial=0) >= REGULAR * len(steps))


def _day(kind: pa.DataType) -> float:
    """How many units of an Arrow type a day has; 0 where it knows of none."""
    return round(DAY * per_second(kind)) if pa.types.is_date32(kind) or pa.types.is_timestamp(kind) else 0.0


def _first_of(line: Line) -> Ints:
    """The first row of each row's line."""
    out = np.arange(len(line.before))
    for rows in line.turns()[1:]:
        out[rows] = out[line.before[rows]]
    return out


def _grain(apart: Floats, kind: LogicalType, day: float) -> float:
    """What all steps are whole numbers of."""
    if isinstance(number := bare(kind), Decimal):
        return float(10.0 ** -(number.scale or 0))
    if isinstance(number, Float | Integer):
        return 1.0
    whole = apart.astype(np.int64)
    if day and whole.any() and not (whole % round(7 * day)).any():
        return 7 * day
    return float(next((size for size in _GRAINS if not (whole % size).any()), 1))


def _in_order(values: pa.Array, line: Line, sign: float) -> Ints:
    """Which value each row (n,) gets, so that those of one line rise, times the sign; NULL stays where it is."""
    found, null = numbers(values)
    found = sign * found
    group, _ = line.groups()
    live = np.flatnonzero(~null)
    rows = live[np.lexsort((line.at[live], group[live]))]
    out = np.arange(len(found))
    out[rows] = live[np.lexsort((found[live], group[live]))]
    return out


def _like(values: Floats, null: np.ndarray[tuple[int], np.dtype[np.bool_]], kind: pa.DataType) -> pa.Array:
    if pa.types.is_floating(kind):
        return pa.array(values, mask=null).cast(kind)
    if pa.types.is_decimal(kind):
        return pa.array(np.round(values, kind.scale), mask=null).cast(kind, safe=False)
    whole = np.rint(values).astype(np.int64)
    if pa.types.is_date32(kind):
        return pa.array(whole.astype(np.int32), mask=null).view(kind)
    return (
        pa.array(whole, mask=null).view(kind)
        if pa.types.is_timestamp(kind) or pa.types.is_time64(kind)
        else pa.array(whole, mask=null).cast(kind)
    )


def register(registry: Registry) -> None:
    registry.generators.add(Rising)


__all__ = ["Rising"]
