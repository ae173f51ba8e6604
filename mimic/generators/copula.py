"""Ordered columns that follow others smoothly: a Gaussian copula over the ranks.

Of a column of numbers or dates its own generator makes the values; the copula deals them out. Every value stands for its *normal
score*, the point of the normal distribution below which as large a share lies; the scores of the columns filled here are linear
in those of the columns given, and what is left of them is jointly normal. Kept are the coefficients of regressions over all
rows, and of each given column its quantiles, each an average of k owners.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from mimic.errors import UsageError
from mimic.generator import Columns, Generator, Literal, Span, State, Task
from mimic.generators.calendar import about_calendar
from mimic.generators.dealing import even, groups
from mimic.generators.features import Scale, numbers, ordered, scale_of
from mimic.generators.lines import about_siblings
from mimic.generators.nested import best, inside, pack, unpack
from mimic.generators.skill import places
from mimic.profile import TableEvidence
from mimic.registry import Registry
from mimic.schema import arrow_type
from mimic.streams import Floats, Ints, Stream

FEWEST = 60  # rows from which coefficients are learned
PLENTY = 4_096  # values from which free rows take theirs
MOST_ROWS = 20_000  # that they are learned from
MOST = 12  # columns that one may follow
RIDGE = 4.0  # rows' worth of doubt that a coefficient differs from 0
LEAST = 0.05  # correlation below which a column is not looked at
SETTLED = (
    "drawn_by",
    "features",
    "categories",
    "siblings",
    "prefer",
    "line",
    "contest",
    "parts",
)  # options that the generators inside are not told


@dataclass(frozen=True)
class Scores:
    """The normal score of a number among all of its column, 0 where it is NULL; heavy values stand in the middle of their share."""

    scale: Scale

    @cached_property
    def _steps(self) -> tuple[Floats, Floats]:
        knots, which, many = np.unique(self.scale.knots, return_inverse=True, return_counts=True)
        at = np.bincount(which.reshape(-1), weights=np.linspace(0.0, 1.0, len(self.scale.knots))) / many
        return knots, np.asarray(at, dtype=np.float64)

    def of(self, values: pa.Array) -> Floats:
        found, null = numbers(values)
        knots, at = self._steps
        edge = 0.5 / len(self.scale.knots)
        return np.where(null, 0.0, ndtri(np.clip(np.interp(found, knots, at), edge, 1 - edge)))


@dataclass(frozen=True)
class Copula:
    """Fills columns of numbers, dates or times by their `inner` generators, given others (own ones, parents', hidden ones).

    Options: `drawn_by` (the kind of generator that makes the values; for several columns a list, and a list `parts` of their options),
    `features` (needs that it may follow; unordered ones are passed over), `siblings` (need whose equal rows are dealt values evenly).
    NULLs fall independently.
    """

    kind: ClassVar[str] = "copula.gaussian"
    version: ClassVar[int] = 1

    inner: tuple[Generator, ...]
    scores: tuple[Scores, ...]  # of the columns given
    slopes: Floats  # (filled, given)
    mixing: Floats  # (filled, filled) lower triangular: what is left of the scores, from independent ones
    siblings: str = ""
    free: bool = False  # rows are others than those learned from: a score stands for its value, whatever all rows have (`freely.py`)

    @property
    def fills(self) -> tuple[str, ...]:
        return tuple(one.fills[0] for one in self.inner)

    @property
    def needs(self) -> tuple[str, ...]:
        told = (*(need for one in self.inner for need in one.needs), *(score.scale.need for score in self.scores))
        return tuple(dict.fromkeys([*told, *([self.siblings] if self.siblings else [])]))

    @classmethod
    def suits(cls, task: Task) -> float:
        """Put around other generators by the planner, or by the learning where it foretells more than trees do."""
        return 0.0

    @classmethod
    def learn(cls, task: Task, evidence: TableEvidence | None, stream: Stream) -> Self:
        from mimic.generators import builtin

        for column in task.columns:
            if not ordered(arrow_type(column.type)):
                place = f"{task.table.name}.{column.name}"
                raise UsageError("copula.gaussian deals out numbers, dates and times, and this column holds none.", where=place)
        asked = task.options.get("drawn_by")
        kinds = [asked] * len(task.columns) if isinstance(asked, str) or asked is None else list(asked)
        told = {name: value for name, value in task.options.items() if name not in SETTLED}
        parts = task.options.get("parts", [{}] * len(task.columns))
        inner: list[Generator] = []
        for i, column in enumerate(task.columns):
            single = Task(task.table, (column,), (), task.meanings[i : i + 1], False, {**parts[i], **told}, task.k, task.locale, task.group)
            kind = kinds[i]
            family = builtin().generators.get(kind) if kind is not None else best(single, without=("key.", "reference", "constant", "null"))
            assert family is not None  # ordered types all have one
            inner.append(family.learn(single, evidence, stream if len(task.columns) == 1 else stream.at(column.name)))
        return cls.around(tuple(inner), task, evidence)

    @classmethod
    def around(cls, inner: tuple[Generator, ...], task: Task, evidence: TableEvidence | None) -> Self:
        """The copula that deals out what fitted generators make."""
        many = len(inner)
        alone = cls(inner, (), np.zeros((many, 0)), np.eye(many))
        if evidence is None or evidence.sampled < max(FEWEST, task.k):
            return alone
        if not evidence.owners.reach(np.zeros(evidence.sampled, dtype=np.int64), 1, task.k)[0]:
            return alone
        some, known, given = scored(evidence, task.options.get("features", ()), alone.fills, task.k)
        seen = [numbers(evidence.column(name)) for name in alone.fills]
        live = ~np.logical_or.reduce([null for _, null in seen])[some]
        if live.sum() < max(FEWEST, task.k):
            return alone
        wanted, given = np.stack([normal(number, null)[some] for number, null in seen])[:, live], given[:, live]
        chosen, slopes = followed(given, wanted)
        left = wanted - slopes @ given[chosen] if len(chosen) else wanted
        spread = np.atleast_2d(np.cov(left)) + 1e-6 * np.eye(many)
        siblings = str(task.options.get("siblings", ""))
        mixing = np.asarray(np.linalg.cholesky(spread), dtype=np.float64)
        return cls(inner, tuple(known[i] for i in chosen), slopes, mixing, siblings)

    def sample(self, span: Span, stream: Stream, given: Columns) -> Columns:
        name = self.fills[0]
        if len(self.inner) == 1 and not self.scores:
            return self.inner[0].sample(span, stream, {need: given[need] for need in self.inner[0].needs})
        place = inside(stream, "copula")
        group = groups(given[self.siblings]) if self.siblings else None
        flat = np.zeros(span.n, dtype=np.int64)
        free = np.stack([ndtri(np.clip(even(flat, group, place.at("free", name)), 1e-9, 1 - 1e-9)) for name in self.fills])
        wanted = self.mixing @ free
        if self.scores:
            wanted = wanted + self.slopes @ np.stack([score.of(given[score.scale.need]) for score in self.scores])
        made: dict[str, pa.Array] = {}
        for i, one in enumerate(self.inner):
            name = one.fills[0]
            own = stream if len(self.inner) == 1 else inside(stream, name)
            many = Span(span.start, max(span.n, PLENTY), max(span.total, PLENTY)) if self.free and not one.needs and span.n else span
            values = one.sample(many, own, {need: given[need] for need in one.needs})[name]
            made[name] = values.take(pa.array((_standing if self.free else _dealt)(values, wanted[i])))
        return made

    def capacity(self) -> int | None:
        return self.inner[0].capacity() if len(self.inner) == 1 else None

    def literals(self) -> Iterable[Literal]:
        for one in self.inner:
            yield from one.literals()

    def state(self) -> State:
        return {
            "inner": [pack(one) for one in self.inner],
            "scores": [[score.scale.need, score.scale.knots] for score in self.scores],
            "slopes": self.slopes,
            "mixing": self.mixing,
            "siblings": self.siblings,
        }

    @classmethod
    def restore(cls, state: State) -> Self:
        scores = tuple(Scores(Scale(need, knots)) for need, knots in state["scores"])
        return cls(tuple(unpack(one) for one in state["inner"]), scores, state["slopes"], state["mixing"], state["siblings"])


def normal(number: Floats, null: NDArray[np.bool_]) -> Floats:
    """The normal score of each number (n,) among all that are not NULL; 0 where NULL."""
    many = max(int((~null).sum()), 1)
    return np.asarray(ndtri(np.clip(places(number, null), 0.5 / many, 1 - 0.5 / many)), dtype=np.float64)


def scored(evidence: TableEvidence, needs: Iterable[str], but: Sequence[str], k: int) -> tuple[Ints, list[Scores], Floats]:
    """Enough rows of the sample (n,), those of the `needs` that hold ordered values, and the rows' normal scores on each (given, n)."""
    some = np.arange(0, evidence.sampled, max(1, -(-evidence.sampled // MOST_ROWS)))
    known: list[Scores] = []
    found: list[Floats] = []
    for need in needs:
        if need in but or about_siblings(need) or about_calendar(need) or not ordered((values := evidence.column(need)).type):
            continue
        key = ("normal", need, k)
        if key not in evidence.memo:
            scale = scale_of(evidence, need, k)
            made = Scores(scale[0]) if scale is not None else None
            evidence.memo[key] = (made, made.of(values.take(pa.array(some)))) if made is not None else None
        if evidence.memo[key] is not None:
            score, at = evidence.memo[key]
            if at.std() > 0:
                known.append(score)
                found.append(at)
    return some, known, np.stack(found) if found else np.zeros((0, len(some)))


def followed(given: Floats, wanted: Floats) -> tuple[Ints, Floats]:
    """Which of the rows of `given` (columns, n) all of `wanted` (filled, n) follow, and by how much each: slopes (filled, chosen)."""
    n = wanted.shape[1]
    nothing = np.zeros(0, dtype=np.int64), np.zeros((len(wanted), 0))
    if not len(given) or n < 2:
        return nothing
    near = np.abs((wanted @ given.T) / n).max(axis=0)
    chosen = np.argsort(-near, kind="stable")[:MOST]
    chosen = np.sort(chosen[near[chosen] > LEAST])
    if not len(chosen):
        return nothing
    told = given[chosen]
    slopes = np.linalg.solve(told @ told.T + RIDGE * np.eye(len(told)), told @ wanted.T).T
    return chosen.astype(np.int64), np.asarray(slopes, dtype=np.float64)


def _dealt(values: pa.Array, wanted: Floats) -> Ints:
    """Which of the values (n,) each row gets: in the order of what is wanted; a row whose own value is NULL keeps it."""
    number, _ = numbers(values)
    live = np.flatnonzero(np.asarray(values.is_valid()))
    index = np.arange(len(values))
    index[live[np.argsort(wanted[live], kind="stable")]] = live[np.argsort(number[live], kind="stable")]
    return index


def _standing(values: pa.Array, wanted: Floats) -> Ints:
    """Which of any number of values each row (n,) gets: the one for which its score stands; NULLs fall as often as among the values."""
    number, _ = numbers(values)
    valid = np.asarray(values.is_valid())
    live, index = np.flatnonzero(valid), np.arange(len(wanted)) % max(len(values), 1)
    if len(live):
        rising = live[np.argsort(number[live], kind="stable")]
        spot = np.minimum((ndtr(wanted) * len(rising)).astype(np.int64), len(rising) - 1)
        index = np.where(valid[index], rising[spot], index)
    return index


def register(registry: Registry) -> None:
    registry.generators.add(Copula)


__all__ = ["Copula", "Scores", "followed", "normal", "scored"]
