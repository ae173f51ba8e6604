"""Numbers that never pass others of the row: what is shipped is not more than what was ordered, goals are not more than shots.

Where the column keeps close to a bound, trees deal out the distance from it. Otherwise they deal out which rows are at the bound,
if many are, and the values of the others; values beyond their bound are exchanged with those of rows alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from mimic.generator import Columns, Generator, Literal, Span, State, Task
from mimic.generators.features import numbers
from mimic.generators.leaves import Leaves, distance, plain
from mimic.generators.logical import heard, told
from mimic.generators.nested import inside, pack, unpack
from mimic.generators.relations import cast
from mimic.profile import TableEvidence
from mimic.registry import Registry
from mimic.schema import Decimal, Float, Integer, LogicalType, arrow_type, bare
from mimic.streams import Floats, Ints, Stream

Sum = tuple[tuple[str, int], ...]  # needs, each with 1 or -1


@dataclass(frozen=True)
class Bounded:
    """Fills the column of its `inner` generator, kept at most at each of `caps` and at least at each of `floors` (sums of needs).

    A sum of which a term is NULL bounds nothing. With `distance` the column is `counted` - distance (its sum a cap), or + distance
    (`way` "below" or "above"), with `same` it is that sum in some rows (`way` "same"). Options: `bounded` (the kind of the inner
    generator, caps, floors, and this sum and the way, () and "" if there is none), and those of that generator.
    """

    kind: ClassVar[str] = "relation.bounded"
    version: ClassVar[int] = 1

    type: LogicalType
    inner: Generator
    caps: tuple[Sum, ...]
    floors: tuple[Sum, ...]
    counted: Sum = ()
    way: str = ""
    distance: Generator | None = None
    same: Generator | None = None  # 1 in rows that are at the bound
    places: int = 0  # of the distance
    positive: bool = False  # no value of the source is below 0

    @property
    def fills(self) -> tuple[str, ...]:
        return self.inner.fills

    @property
    def needs(self) -> tuple[str, ...]:
        bounds = (need for terms in (*self.caps, *self.floors, self.counted) for need, _ in terms)
        return tuple(
            dict.fromkeys((*self.inner.needs, *(need for each in (self.distance, self.same) if each for need in each.needs), *bounds))
        )

    @classmethod
    def suits(cls, task: Task) -> float:
        """It is put around another generator by the planner, never chosen by type."""
        return 0.0

    @classmethod
    def learn(cls, task: Task, evidence: TableEvidence | None, stream: Stream) -> Self:
        from mimic.generators import builtin

        kind, caps, floors, counted, way = task.options["bounded"]
        options = {name: value for name, value in task.options.items() if name != "bounded"}
        family = builtin().generators.get(str(kind))
        asked, name = replace(task, options=options), task.column.name
        (sum_,) = _sums([counted])
        there = evidence is not None and evidence.sampled
        if not there or evidence is None or not counted or not all(need in evidence.hidden or evidence.table.has(need) for need, _ in sum_):
            return cls(task.column.type, plain(family.learn(asked, evidence, stream)), _sums(caps), _sums(floors))
        bound, none = added({need: evidence.column(need) for need, _ in sum_}, sum_)
        values, null = numbers(evidence.column(name))
        unbound, none = none, none | null
        if way == "same":
            equal = ~none & (np.abs(values - bound) <= 1e-9 * (1 + np.abs(bound)))
            found = pa.array(equal.astype(np.int64), mask=unbound)
            inner = family.learn(asked, evidence.take(np.flatnonzero(~equal)), stream)
        else:
            apart, whole = (
                np.where(none, 0.0, (values - bound) * (1 if way == "above" else -1)),
                not isinstance(bare(task.column.type), Float),
            )
            found = pa.array(np.rint(apart * 10.0 ** _places(task.column.type)).astype(np.int64) if whole else apart, mask=none)
            inner = family.learn(asked, evidence, stream)
        made = distance(task, found, evidence, stream.at("distance"), [need for need, _ in sum_])
        far, same = (None, made) if way == "same" else (made, None)
        positive = not (values < 0).any()
        bounds = _sums(caps), _sums(floors)
        return cls(task.column.type, plain(inner), *bounds, sum_, str(way), far, same, _places(task.column.type), positive)

    def sample(self, span: Span, stream: Stream, given: Columns) -> Columns:
        name = self.fills[0]
        inner = self.inner
        if self.same is not None and isinstance(inner, Leaves):  # it knows of rows that are not at the bound, and is asked about all
            inner = replace(inner, free=True)
        drawn = inner.sample(span, stream, {need: given[need] for need in inner.needs})[name]
        values, null = numbers(drawn)
        before = values
        if self.same is not None:
            equal = self.same.sample(span, inside(stream, "distance"), {need: given[need] for need in self.same.needs})[name]
            bound, none = added(given, self.counted)
            here = ~none & (numbers(equal)[0] > 0.5)
            values, null = np.where(here, bound, values), null & ~here
        if self.distance is not None:
            far = self.distance.sample(span, inside(stream, "distance"), {need: given[need] for need in self.distance.needs})[name]
            bound, none = added(given, self.counted)
            apart = np.maximum(numbers(far)[0] / 10.0**self.places, 0.0)
            values = np.where(none, values, bound + apart * (1 if self.way == "above" else -1))
        low, high = np.full(span.n, 0.0 if self.positive else -np.inf), np.full(span.n, np.inf)
        for bounds, limit, how in ((self.caps, high, np.minimum), (self.floors, low, np.maximum)):
            for terms in bounds:
                bound, none = added(given, terms)
                how(limit, np.where(none, limit, bound), out=limit)
        values = np.clip(exchanged(values, low, high, ~null), low, np.maximum(low, high))
        if (scale := _scale(self.type)) is not None:
            values = np.round(values, scale)
        moved = ((values != before) | (null != drawn.is_null().to_numpy(zero_copy_only=False))) & ~null
        if not moved.any():
            return {name: drawn}
        return {name: pc.if_else(pa.array(moved), cast(pa.array(values), arrow_type(self.type)), drawn)}

    def capacity(self) -> int | None:
        return None

    def literals(self) -> Iterable[Literal]:
        return self.inner.literals()

    def state(self) -> State:
        return {
            "type": told(self.type),
            "inner": pack(self.inner),
            "caps": _listed(self.caps),
            "floors": _listed(self.floors),
            "counted": [list(term) for term in self.counted],
            "way": self.way,
            "distance": pack(self.distance) if self.distance is not None else None,
            "same": pack(self.same) if self.same is not None else None,
            "places": self.places,
            "positive": self.positive,
        }

    @classmethod
    def restore(cls, state: State) -> Self:
        return cls(
            heard(state["type"]),
            unpack(state["inner"]),
            _sums(state["caps"]),
            _sums(state["floors"]),
            _sums([state["counted"]])[0],
            state["way"],
            unpack(state["distance"]) if state["distance"] is not None else None,
            unpack(state["same"]) if state["same"] is not None else None,
            int(state["places"]),
            state["positive"],
        )


def exchanged(values: Floats, low: Floats, high: Floats, live: NDArray[np.bool_]) -> Floats:
    """The values (n,) of `live` rows, where those that lie beyond `low` or `high` change places with rows whose bounds are alike."""
    out = values.copy()
    for limit, sign in ((high, 1), (low, -1)):
        order = np.flatnonzero(live & np.isfinite(limit))
        order = order[np.argsort(limit[order], kind="stable")]
        for shift in (1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 377, 610):
            if shift >= len(order):
                break
            for here, there in ((order[:-shift], order[shift:]), (order[shift:], order[:-shift])):
                wrong = sign * (out[here] - limit[here]) > 0
                fits = (out[there] <= high[here]) & (out[there] >= low[here]) & (out[here] <= high[there]) & (out[here] >= low[there])
                a, b = here[wrong & fits], there[wrong & fits]
                free = ~np.isin(a, b)  # nobody changes twice in one turn
                a, b = a[free], b[free]
                out[a], out[b] = out[b], out[a]
        # The rest get what the nearest row has that may go less far.
        right = sign * (out[order] - limit[order]) <= 0
        ranked = np.arange(len(order))
        near = np.maximum.accumulate(np.where(right, ranked, -1)) if sign > 0 else _before_from_behind(right)
        lost = np.flatnonzero(~right & (near >= 0) & (near < len(order)))
        out[order[lost]] = out[order[near[lost]]]
    return out


def _before_from_behind(right: NDArray[np.bool_]) -> Ints:
    """For each place the next one behind it that is right; the length where there is none."""
    n = len(right)
    return np.minimum.accumulate(np.where(right, np.arange(n), n)[::-1])[::-1]


def added(given: Columns, terms: Sum) -> tuple[Floats, NDArray[np.bool_]]:
    """The sum of some columns (n,), and where one of them is NULL."""
    return summed({need: numbers(given[need]) for need, _ in terms}, terms)


def summed(read: Mapping[str, tuple[Floats, NDArray[np.bool_]]], terms: Sum) -> tuple[Floats, NDArray[np.bool_]]:
    """The same of columns that are numbers already, each with where it is NULL."""
    total = np.sum([read[need][0] * sign for need, sign in terms], axis=0)
    return total, np.logical_or.reduce([read[need][1] for need, _ in terms])


def _sums(told_: Iterable[Iterable[Iterable[object]]]) -> tuple[Sum, ...]:
    return tuple(tuple((str(need), int(str(sign))) for need, sign in terms) for terms in told_)


def _listed(sums: tuple[Sum, ...]) -> list[list[list[object]]]:
    return [[[need, sign] for need, sign in terms] for terms in sums]


def _places(kind: LogicalType) -> int:
    number = bare(kind)
    return number.scale or 0 if isinstance(number, Decimal) else 0


def _scale(kind: LogicalType) -> int | None:
    """To how many places the values are rounded; None: they are not."""
    return 0 if isinstance(bare(kind), Integer) else _places(kind) if isinstance(bare(kind), Decimal) else None


def register(registry: Registry) -> None:
    registry.generators.add(Bounded)


__all__ = ["Bounded", "Sum", "summed"]
