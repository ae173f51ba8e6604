"""Panels: every store has a row for every week, every sensor one for every hour. Groups step through a calendar that they share.

Most groups begin with its first step or end with its last one; a few steps may be missing. A date drawn for each row by itself would give
every store days of its own, on any day of the week.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mimic.generator import Columns, Generator, Literal, Span, State, Task
from mimic.generators.features import numbers
from mimic.generators.leaves import Leaves, distance
from mimic.generators.lines import beginning, by_row, places
from mimic.generators.nested import inside, pack, unpack
from mimic.generators.references import codes
from mimic.generators.units import arrow_of, from_units, units_of
from mimic.profile import Owners, TableEvidence
from mimic.registry import Registry
from mimic.schema import arrow_type
from mimic.streams import Floats, Ints, Stream

FEWEST = 5  # steps of a calendar
KEPT = 0.9  # of the rows whose step k owners hold, where steps are not all alike
AT_AN_END = 0.9  # of the groups that begin with the first step or end with the last one
BLOCK = 4_000_000  # steps of groups that are looked at together
NEXT = 0.9  # of the rows that follow another one of their group: theirs is the very next step


@dataclass(frozen=True, slots=True)
class Calendar:
    """The steps of a panel: `steps` (many,) ascending units, `owners` (many,) of each, 0 where they are all alike and only counted.

    `ends` the shares of the shorter groups that begin with the first step, end with the last one, and lie in between; `gaps` how many
    steps are missing within a group for each that is there, `absent` (many,) in which share of the groups that go past it each step is.
    `fits` of `rows` follow from that.
    """

    steps: Ints
    owners: Ints
    ends: tuple[float, float, float]
    gaps: float
    absent: Floats
    fits: int
    rows: int


def calendar_of(values: pa.Array, group: Ints, owners: Owners, k: int) -> Calendar | None:
    """What the groups (n,) of some `values` share, None where that is no calendar, or no group is long enough to show it."""
    if values.null_count or not len(values):
        return None
    units, _ = units_of(values, values.type)
    steps, rank = np.unique(units, return_inverse=True)
    rank = np.asarray(rank.reshape(-1), dtype=np.int64)
    many = len(steps)
    if not FEWEST <= many <= len(units) / 3:
        return None
    held = owners.distinct(rank, many)
    even = len(set(np.diff(steps).tolist())) == 1
    kept = held >= k
    if not even:
        if kept[rank].mean() < (KEPT if pa.types.is_temporal(values.type) else 1.0) or kept.sum() < FEWEST:
            return None  # a number beyond those that are known may not be allowed
        here = np.flatnonzero(kept[rank])
        rank, group = (np.cumsum(kept) - 1)[rank[here]], group[here]
        steps, held, many = steps[kept], held[kept], int(kept.sum())
    elif len(np.unique(group)) < 2:
        return None
    order = np.lexsort((rank, group))
    rank, group = rank[order], group[order]
    begins = beginning(group)
    apart = np.diff(rank)[~begins[1:]]
    if not len(apart) or (apart == 0).any() or (apart == 1).mean() < NEXT or 2 * len(apart) < len(rank):
        return None
    first = rank[begins]
    last = rank[np.append(np.flatnonzero(begins)[1:] - 1, len(rank) - 1)]
    left, right = first == 0, last == many - 1
    if (left | right).mean() < AT_AN_END:
        return None
    short = ~(left & right)
    ends = (float((short & left).sum()), float((short & right).sum()), float((~left & ~right).sum()))
    whole = max(sum(ends), 1.0)
    passing = np.cumsum(np.bincount(first, minlength=many) - np.append(0, np.bincount(last, minlength=many)[:-1]))
    absent = np.where(passing >= k, 1 - np.bincount(rank, minlength=many) / np.maximum(passing, 1), (apart - 1).sum() / len(rank))
    fits = int((apart == 1).sum() + (left | right).sum())
    shares = (ends[0] / whole, ends[1] / whole, ends[2] / whole) if short.any() else (1.0, 0.0, 0.0)
    owned, gaps = np.zeros(many, dtype=np.int64) if even else held, float((apart - 1).sum() / len(rank))
    return Calendar(steps, owned, shares, gaps, np.clip(absent, 0.0, 1.0), fits, len(rank))


@dataclass(frozen=True, slots=True)
class Panel:
    """Fills one column: the rows of a group, which are equal in `group`, have steps of the calendar one after the other.

    Which row has which is told by `places`, from 0 for the first of a group to 1 for the last; without it they go on as they are made.
    """

    kind: ClassVar[str] = "key.panel"
    version: ClassVar[int] = 1
    whole_table: ClassVar[bool] = True

    column: str
    group: tuple[str, ...]
    type: str
    steps: Ints
    owners: Ints
    ends: Floats
    gaps: float
    absent: Floats
    places: Generator | None = None
    labels: tuple[str, ...] = ()  # keys whose parents `places` asks about

    @property
    def fills(self) -> tuple[str, ...]:
        return (self.column,)

    @property
    def needs(self) -> tuple[str, ...]:
        told = (*(f"@{label}" for label in self.labels), *self.places.needs) if self.places is not None else ()
        return tuple(dict.fromkeys((*self.group, *told)))

    @classmethod
    def suits(cls, task: Task) -> float:
        return 1.0 if "panel" in task.options else 0.0

    @classmethod
    def learn(cls, task: Task, evidence: TableEvidence | None, stream: Stream) -> Self:
        """`options`: `within` the columns that make the group, `panel` the `Calendar` that was found; `features` that may tell places."""
        found: Calendar = task.options["panel"]
        arrow = str(arrow_type(task.column.type))
        group = tuple(task.options["within"])
        made: Generator | None = None
        if evidence is not None and evidence.sampled and task.options.get("features"):
            values = numbers(evidence.column(task.column.name))[0]
            code = codes([evidence.column(name) for name in group], [])[0]
            order = np.lexsort((values, code))
            begins = beginning(code[order])
            size = np.diff(np.append(np.flatnonzero(begins), len(order)))
            place = np.empty(len(order))
            place[order] = (places(begins) + 0.5) / np.repeat(size, size)
            made = distance(task, pa.array(place), evidence, stream.at("places"))
        told = made if isinstance(made, Leaves) else None
        labels = [label for label in task.options.get("labels", ()) if told and any(need.startswith(f"{label}.") for need in told.needs)]
        return cls(
            task.column.name, group, arrow, found.steps, found.owners, np.array(found.ends), found.gaps, found.absent, told, tuple(labels)
        )

    def sample(self, span: Span, stream: Stream, given: Columns) -> Columns:
        n, arrow = span.n, arrow_of(self.type)
        group = codes([given[name] for name in self.group], [])[0]
        order = np.argsort(group, kind="stable")
        if self.places is not None:
            told = self.places.sample(
                span, inside(stream, "places"), {need: by_row(need, self.labels, given) for need in self.places.needs}
            )
            order = np.lexsort((numbers(told[self.column])[0], group))
        begins = beginning(group[order])
        start = np.flatnonzero(begins)
        size = np.diff(np.append(start, n))
        which = np.repeat(np.arange(len(size)), size)
        missing = np.bincount(which[stream.at("gaps").uniform(n) < self.gaps], minlength=len(size))
        length = np.minimum(size + missing, np.maximum(size, len(self.steps)))
        steps = self._steps(int(length.max(initial=0)))
        room = len(steps) - length
        end = np.searchsorted(np.cumsum(self.ends), stream.at("ends").uniform(len(size)) * self.ends.sum(), side="right")
        between = np.floor(stream.at("inside").uniform(len(size)) * (room + 1)).astype(np.int64)
        first = np.where(end == 0, 0, np.where(end == 1, room, np.minimum(between, room)))
        rank = places(begins) + first[which]
        for some in np.array_split(gone := np.flatnonzero(length > size), -(-len(gone) * len(steps) // BLOCK) or 1):
            there = self._there(first[some], length[some], size[some], len(steps), stream.at("there", int(some[0]) if len(some) else 0))
            rows = (
                np.repeat(start[some], size[some]) + np.arange(size[some].sum()) - np.repeat(np.cumsum(size[some]) - size[some], size[some])
            )
            rank[rows] = np.nonzero(there)[1]
        units = np.empty(n, dtype=np.int64)
        units[order] = steps[rank]
        return {self.column: from_units(units, arrow, getattr(arrow, "scale", 0))}

    def _there(self, first: Ints, length: Ints, size: Ints, many: int, stream: Stream) -> NDArray[np.bool_]:
        """Which of `many` steps some groups have: `size` (m,) of the `length` from their `first` on; those often absent are so here."""
        at = np.arange(many)
        outside = (at < first[:, None]) | (at >= (first + length)[:, None])
        absent = np.maximum(np.append(self.absent, np.full(max(many - len(self.absent), 0), self.gaps)), 1e-4)
        wait = -np.log(np.maximum(stream.uniform(len(first) * many).reshape(-1, many), 1e-300)) / (
            absent / (1.0001 - np.minimum(absent, 1.0))
        )
        place = np.argsort(np.argsort(np.where(outside, -1.0, wait), axis=1, kind="stable"), axis=1, kind="stable")
        return np.asarray(place >= (many - size)[:, None])

    def _steps(self, wanted: int) -> Ints:
        """The calendar, going on as it does in most places where it is too short; of numbers, those between come first."""
        more = wanted - len(self.steps)
        if more <= 0:
            return self.steps
        after = self.steps[-1] + int(np.median(np.diff(self.steps))) * np.arange(1, more + 1)
        if pa.types.is_temporal(arrow_of(self.type)):
            return np.concatenate([self.steps, after])
        between = np.setdiff1d(self.steps[:-1] + 1, self.steps)[:more]  # a number outside of what there was may not be allowed
        return np.concatenate([self.steps, between, after[: more - len(between)]])

    def capacity(self) -> int | None:
        return None

    def literals(self) -> Iterable[Literal]:
        arrow = arrow_of(self.type)
        texts = from_units(self.steps, arrow, getattr(arrow, "scale", 0)).cast(pa.string()).to_pylist()
        for text, owners in zip(texts, self.owners.tolist(), strict=True):
            if owners:
                yield Literal(self.column, text, owners, "k owners")

    def state(self) -> State:
        named: dict[str, Any] = {"column": self.column, "group": list(self.group), "type": self.type}
        named |= {"places": None if self.places is None else pack(self.places), "labels": list(self.labels)}
        return {
            **named,
            "steps": self.steps,
            "owners": self.owners,
            "ends": self.ends,
            "gaps": self.gaps,
            "absent": self.absent,
            "places": None if self.places is None else pack(self.places),
        }

    @classmethod
    def restore(cls, state: State) -> Self:
        made = None if state["places"] is None else unpack(state["places"])
        return cls(**{**state, "group": tuple(state["group"]), "labels": tuple(state["labels"]), "places": made})


def register(registry: Registry) -> None:
    registry.generators.add(Panel)


__all__ = ["Calendar", "Panel", "calendar_of", "register"]
