"""Numbers that come to much the same in all families: percentages of about 100, hours of about a week.

Whatever deals the numbers out knows how they are spread and what they hang on. Rows that are alike to it exchange theirs until families
come to the sums that are drawn for them; what is then still lacking, the largest number of a family makes up for.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import ClassVar, Self

import numpy as np
import pyarrow as pa

from mimic.generator import Columns, Generator, Literal, Span, State, Task
from mimic.generators.features import numbers
from mimic.generators.leaves import Leaves, distance, plain
from mimic.generators.lines import beginning, places, siblings
from mimic.generators.logical import heard, told
from mimic.generators.nested import inside, pack, unpack
from mimic.generators.relations import cast
from mimic.generators.sharing import EVEN, grain_of, places_of
from mimic.profile import TableEvidence
from mimic.registry import Registry
from mimic.schema import LogicalType, arrow_type
from mimic.streams import Floats, Ints, Stream

SIZE = "#siblings"  # what only the sums are told
ROUNDS, WON = 200, 0.002  # in which rows exchange numbers, while a round brings so much of what is left


@dataclass(frozen=True)
class Balanced:
    """Fills the column of `inner`; rows that are equal in the need `by` (-1 and NULL aside) come to one of the `sums`.

    Numbers do not fall below `least`, and are whole multiples of `grain` if that is above 0. Options: `balanced` (the kind of the inner
    generator, and the need), and those of that generator.
    """

    kind: ClassVar[str] = "relation.balanced"
    version: ClassVar[int] = 1

    type: LogicalType
    inner: Generator
    by: str
    sums: Generator | None
    grain: float = 0.0
    least: float = 0.0

    @property
    def fills(self) -> tuple[str, ...]:
        return self.inner.fills

    @property
    def needs(self) -> tuple[str, ...]:
        more = [need for need in self.sums.needs if need != SIZE] if self.sums is not None else []
        return tuple(dict.fromkeys((*self.inner.needs, self.by, *more)))

    @classmethod
    def suits(cls, task: Task) -> float:
        """It is put around another generator by the planner, never chosen by type."""
        return 0.0

    @classmethod
    def learn(cls, task: Task, evidence: TableEvidence | None, stream: Stream) -> Self:
        from mimic.generators import builtin

        kind, by = (str(each) for each in task.options["balanced"])
        options = {name: value for name, value in task.options.items() if name != "balanced"}
        plain_ = replace(task, options=options)
        inner = plain(builtin().generators.get(kind).learn(plain_, evidence, stream))
        if evidence is None or not evidence.sampled or not (by in evidence.hidden or evidence.table.has(by)):
            return cls(task.column.type, inner, by, None)
        values, null = numbers(evidence.column(task.column.name))
        if null.all():
            return cls(task.column.type, inner, by, None)
        own = values[~null]
        families = Families.of(evidence.column(by), by)
        sums = families.sums(np.where(null, 0.0, values))
        some = evidence.take(families.first)
        some = replace(some, hidden={**some.hidden, SIZE: pa.array(families.size.astype(np.float64))})
        asked = replace(plain_, options={**options, "features": [SIZE, *options.get("features", ())]})
        grain, least = grain_of(own, task.column.type), float(min(own.min(initial=0.0), 0.0))
        return cls(task.column.type, inner, by, distance(asked, pa.array(sums), some, stream.at("sums")), grain, least)

    def sample(self, span: Span, stream: Stream, given: Columns) -> Columns:
        name = self.fills[0]
        drawn = self.inner.sample(span, stream, {need: given[need] for need in self.inner.needs})[name]
        families = Families.of(given[self.by], self.by)
        if self.sums is None or not len(families.first):
            return {name: drawn}
        first, here = pa.array(families.first), inside(stream, "balanced")
        asked = {need: given[need].take(first) for need in self.sums.needs if need != SIZE}
        if SIZE in self.sums.needs:
            asked[SIZE] = pa.array(families.size.astype(np.float64))
        many = len(families.first)
        wanted = numbers(self.sums.sample(Span(0, many, many), here.at("sums"), asked)[self.sums.fills[0]])[0]
        wanted = np.rint(wanted / self.grain) * self.grain if self.grain else wanted
        values, null = numbers(drawn)
        alike = self.inner.alike_in({**given, name: drawn}, span.n) if isinstance(self.inner, Leaves) else np.zeros(span.n, dtype=np.int64)
        made = families.exchanged(np.where(null, 0.0, values), wanted, np.where(null, -1, alike), here.at("exchange"))
        made = families.made_up(made, wanted, null, self.least)
        digits = places_of(self.type)
        digits = EVEN if digits is None and self.grain else digits
        made = made if digits is None else np.round(made, digits)
        return {name: cast(pa.array(made, mask=null), arrow_type(self.type))}

    def capacity(self) -> int | None:
        return None

    def literals(self) -> Iterable[Literal]:
        return (*self.inner.literals(), *(self.sums.literals() if self.sums is not None else ()))

    def state(self) -> State:
        sums = pack(self.sums) if self.sums is not None else None
        return {"type": told(self.type), "inner": pack(self.inner), "by": self.by, "sums": sums, "grain": self.grain, "least": self.least}

    @classmethod
    def restore(cls, state: State) -> Self:
        sums = unpack(state["sums"]) if state["sums"] is not None else None
        return cls(heard(state["type"]), unpack(state["inner"]), state["by"], sums, float(state["grain"]), float(state["least"]))


@dataclass(frozen=True, slots=True)
class Families:
    """Which rows are siblings: `group` (n,), -1 for a row that has none; the `first` row and the `size` of each family."""

    group: Ints
    first: Ints
    size: Ints

    @classmethod
    def of(cls, values: pa.Array, by: str) -> Self:
        found = siblings(by, values)
        live = np.flatnonzero(found >= 0)
        _, first, number, size = np.unique(found[live], return_index=True, return_inverse=True, return_counts=True)
        group = np.full(len(found), -1, dtype=np.int64)
        group[live] = number.reshape(-1)
        return cls(group, live[first], size.astype(np.int64))

    def sums(self, values: Floats) -> Floats:
        """What numbers (n,) come to in each family."""
        live = self.group >= 0
        return np.bincount(self.group[live], weights=values[live], minlength=len(self.first)).astype(np.float64)

    def exchanged(self, values: Floats, wanted: Floats, alike: Ints, stream: Stream) -> Floats:
        """The same numbers (n,) in other rows of their likes, so that families come near to the sums `wanted`; -1 is like none."""
        values, apart = values.copy(), self.sums(values) - wanted
        rows = np.flatnonzero((self.group >= 0) & (alike >= 0))
        left = float((apart**2).sum())
        for turn in range(ROUNDS):
            order = rows[np.argsort(alike[rows] + stream.at("turn", turn).uniform(len(rows)), kind="stable")]
            a, b = (order[i : len(order) - 1 + i] for i in (0, 1))
            a, b = a[turn % 2 :: 2], b[turn % 2 :: 2]
            f, g, step = self.group[a], self.group[b], values[b] - values[a]
            won = apart[f] ** 2 + apart[g] ** 2 - (apart[f] + step) ** 2 - (apart[g] - step) ** 2
            better = np.flatnonzero((alike[a] == alike[b]) & (f != g) & (won > 0))
            better = better[np.argsort(-won[better], kind="stable")]
            once = _once(f[better], g[better])
            a, b, f, g, step = a[better][once], b[better][once], f[better][once], g[better][once], step[better][once]
            values[a], values[b] = values[b], values[a]
            apart[f] += step
            apart[g] -= step
            gone = float(won[better][once].sum())
            if gone <= WON * left and turn > 1:
                break
            left -= gone
        return values

    def made_up(self, values: Floats, wanted: Floats, null: np.ndarray[tuple[int], np.dtype[np.bool_]], least: float) -> Floats:
        """The same numbers (n,), the largest of each family changed until its sum is as `wanted`; none falls below `least`."""
        values = values.copy()
        rows = np.flatnonzero((self.group >= 0) & ~null)
        rows = rows[np.lexsort((-np.abs(values[rows]), self.group[rows]))]
        place = places(beginning(self.group[rows]))
        lacking = wanted - self.sums(values)
        for turn in range(int(place.max(initial=-1)) + 1):
            here = rows[place == turn]
            here = here[np.abs(lacking[self.group[here]]) > 0]
            if not len(here):
                break
            was = values[here]
            values[here] = np.maximum(was + lacking[self.group[here]], least)
            lacking[self.group[here]] -= values[here] - was
            lacking[np.abs(lacking) < 1e-9] = 0.0
        return values


def _once(f: Ints, g: Ints) -> Ints:
    """Which of some pairs (m,), the first count most, share no family with one before them."""
    m = len(f)
    both = np.stack([f, g], axis=1).reshape(-1)
    _, first = np.unique(both, return_index=True)
    seen = np.zeros(2 * m, dtype=np.bool_)
    seen[first] = True
    return np.flatnonzero(seen.reshape(m, 2).all(axis=1))


def register(registry: Registry) -> None:
    registry.generators.add(Balanced)


__all__ = ["Balanced", "Families"]
