"""Rare rows on demand: the columns that decide whether a row satisfies a scenario are drawn in several rounds, and each row takes one.

Keys and parents stay what they are, so neither fan-outs nor uniqueness notice; the rest of the row comes from the same round, and
children are made for the rows as they then are. Rows that stand in a line with their siblings take one round together where they can.
Where the parents of the rows decide (a copied country, a status in a table of its own) and too few have the right ones, parents get
more or fewer children, as they would have among the rows wanted, and rows are drawn anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mimic.conditions import Scenario, columns_of
from mimic.errors import Unreachable
from mimic.generating.margins import Tally as Marginal
from mimic.generating.weighing import chosen
from mimic.generator import Generator, Span
from mimic.generators.dealing import groups
from mimic.generators.joined import Joined
from mimic.generators.lines import kept_together
from mimic.schema import Table
from mimic.streams import Floats, Ints, Stream
from mimic.truth import day_of, evaluate

FEWEST, ENOUGH, MOST = 8, 64, 20_000  # rounds
VALUES = 20_000_000  # after so many there is no further round, if ENOUGH were drawn
WIDE = 50_000_000  # rounds x groups of siblings that are told apart
SPARE = 0.25  # of the rows on the smaller side that must be at choice beyond those wanted
TOGETHER = 96  # rounds from which groups are chosen
LARGE = 100  # rows of a group on average: they are not chosen together any more
BARREN = 300_000  # rows without one that satisfies a scenario, after which it is given up
NEVER = 65_535


Hits = np.ndarray[tuple[int, ...], np.dtype[np.uint16]]


class Drawing(Protocol):
    """The table as far as this room needs it."""

    table: Table
    n: int

    def drawn(self, generators: Sequence[Generator], span: Span, turn: int) -> Mapping[str, pa.Array]: ...
    def whole(self, name: str) -> pa.Array: ...
    def shown(self, columns: Mapping[str, pa.Array]) -> Mapping[str, pa.Array]: ...


@dataclass
class Cast:
    """Which round each row comes from: all columns that the `generators` fill, in their order."""

    generators: tuple[Generator, ...]
    rounds: Ints  # (rows,), uint16
    _last: tuple[int, dict[str, pa.Array]] | None = None

    @property
    def names(self) -> frozenset[str]:
        return frozenset(name for generator in self.generators for name in generator.fills)

    def chunk(self, drawing: Drawing, span: Span) -> dict[str, pa.Array]:
        """These columns in the rows of a chunk."""
        if self._last is None or self._last[0] != span.start:
            mine = self.rounds[span.start : span.start + span.n]
            turns, which = np.unique(mine, return_inverse=True)
            parts: dict[str, list[pa.Array]] = {}
            place, offset = np.empty(span.n, dtype=np.int64), 0
            for i, turn in enumerate(turns.tolist()):
                rows = np.flatnonzero(which.reshape(-1) == i)
                place[rows] = offset + np.arange(len(rows))
                offset += len(rows)
                for name, values in drawing.drawn(self.generators, span, turn).items():
                    parts.setdefault(name, []).append(values.take(pa.array(rows)))
            self._last = span.start, {name: pa.concat_arrays(arrays).take(pa.array(place)) for name, arrays in parts.items()}
        return self._last[1]


@dataclass
class Short:
    """A scenario of which there is too little: how likely each row satisfies it (rows,)."""

    scenario: Scenario
    odds: Floats
    problem: Unreachable
    pull: Floats | None = None  # of a value of a margin: how much more often rows like each should come (rows,)


def cast(
    drawing: Drawing,
    scenarios: Sequence[Scenario],
    generators: tuple[Generator, ...],
    others: tuple[Generator, ...],
    spans: Sequence[Span],
    stream: Stream,
) -> Cast | Short:
    """Draw until there is enough to choose from, and choose; or what there is too little of.

    `generators` are those of the columns that decide; `others` all that may come from the same round. Both stand in the order of all.
    """
    if any(scenario.margin for scenario in scenarios):
        return _by_margins(drawing, scenarios, generators, tuple(_alone(others, generators)), spans, stream)
    group = _units(drawing, generators)
    if group is None:
        return _rounds(drawing, scenarios, generators, tuple(_alone(others, generators)), spans, stream, None)
    large = int(group.max(initial=0)) + 1 < drawing.n // LARGE
    strict = any(isinstance(generator, Joined) for generator in generators)
    found = None if large and not strict else _rounds(drawing, scenarios, generators, others, spans, stream, group)
    if isinstance(found, Cast) or (strict and found is not None):
        return found
    return _rounds(drawing, scenarios, generators, tuple(_alone(others, generators)), spans, stream, None)


def _rounds(
    drawing: Drawing,
    scenarios: Sequence[Scenario],
    generators: tuple[Generator, ...],
    others: tuple[Generator, ...],
    spans: Sequence[Span],
    stream: Stream,
    group: Ints | None,
) -> Cast | Short:
    """The same, with rows that are chosen by `group` (rows,), or each by itself."""
    tally = _Tally.of(drawing.n, len(scenarios), group)
    wanted = np.array([round(scenario.share * drawing.n) for scenario in scenarios], dtype=np.int64)
    spare = np.ceil(SPARE * np.minimum(wanted, drawing.n - wanted)).astype(np.int64)
    most = min(MOST, max(ENOUGH, VALUES // max(1, drawing.n * len(generators))), tally.most) if generators else 1
    yes = no = np.zeros(len(scenarios), dtype=np.int64)
    turn, check, before = 0, FEWEST, (np.zeros(len(scenarios), dtype=np.int64),) * 2
    while turn < most:
        for span in spans:
            tally.add(turn, span, _satisfied(drawing, scenarios, generators, span, turn))
        turn += 1
        if turn >= min(FEWEST, most):
            yes, no = tally.reach()
            if ((yes >= wanted + spare) & (no >= drawing.n - wanted + spare)).all():
                break
        if turn == check:  # whether going on has a chance
            steps = np.log(most / turn) / np.log(4)
            hoped = np.minimum(tally.seen * (most / turn), yes + (yes - before[0]) * steps)
            still = (yes == before[0]) & (no == before[1])
            barren = (tally.seen == 0) & (turn * drawing.n > BARREN or turn > 500)
            if ((yes < wanted) & (hoped < wanted) & (tally.seen > 0) | barren).any() or (
                turn > FEWEST and (still & (tally.seen > 0)).all()
            ):
                break
            check, before = check * 4, (yes, no)
    yes, no = tally.reach()

    def short(i: int, possible: int) -> Short:
        problem = Unreachable(
            str(drawing.table.name),
            scenarios[i].told,
            scenarios[i].share,
            possible / max(drawing.n, 1),
            int(tally.seen[i]),
            turn * drawing.n,
        )
        return Short(scenarios[i], tally.odds(i), problem)

    for i in range(len(scenarios)):
        if yes[i] < wanted[i] or no[i] < drawing.n - wanted[i]:
            return short(i, yes[i] if yes[i] < wanted[i] else drawing.n - no[i])
    rounds, met = tally.choose(wanted, stream)
    for i in range(len(scenarios)):
        if abs(int(met[i] - wanted[i])) > max(1, drawing.n // 200):
            return short(i, met[i])
    return Cast(others, rounds)


def _by_margins(
    drawing: Drawing,
    scenarios: Sequence[Scenario],
    generators: tuple[Generator, ...],
    others: tuple[Generator, ...],
    spans: Sequence[Span],
    stream: Stream,
) -> Cast | Short:
    """The same for scenarios some of which are the values of margins (`margins.py`)."""
    tally, turn, seen = Marginal.of(scenarios, drawing.n), 0, np.zeros(len(scenarios), dtype=np.int64)
    most = min(MOST, max(ENOUGH, VALUES // max(1, drawing.n * len(generators)))) if generators else 1
    check, before = FEWEST, -drawing.n - 1
    while turn < most:
        for span in spans:
            satisfied = _satisfied(drawing, scenarios, generators, span, turn)
            seen += np.array([int(each.sum()) for each in satisfied], dtype=np.int64)
            tally.add(turn, span.start, satisfied)
        turn += 1
        if turn in (check, most):
            able = sum(int(reach.sum()) for reach in tally.reach()) - sum(int(bound.sum()) for bound in tally.bound())
            barren = not seen.all() and (turn * drawing.n > 1_000_000 or turn > 500)
            enough = turn >= ENOUGH and not tally.lacking(tally.reach(), at_most=False)
            still = able - before <= drawing.n // 1_000 and bool(seen.all())
            if tally.plenty(SPARE) or barren or tally.settled() or enough or still:
                break
            check, before = 2 * check, able
    lacking = tally.lacking(tally.reach(), at_most=False)
    if not lacking:
        rounds, met = tally.choose(stream)
        lacking = tally.lacking(met, at_most=True)
        if not lacking:
            return Cast(others, rounds)
    m, value, possible = lacking[0]
    scenario = scenarios[tally.margins[m][0][min(value, len(tally.margins[m][0]) - 1)]]
    told = scenario.told if value < len(tally.margins[m][0]) else f"other values of {scenario.margin or scenario.told}"
    share, drawn = float(tally.margins[m][1][value] / max(drawing.n, 1)), turn * drawing.n
    hits = int(tally.counts[:, tally.bins[:, m] == value].sum())
    problem = Unreachable(str(drawing.table.name), told, share, possible / max(drawing.n, 1), hits, drawn)
    return Short(Scenario(scenario.condition, share, told, scenario.margin), tally.odds(m, value), problem, tally.pull(m))


def _alone(generators: Sequence[Generator], deciding: Sequence[Generator]) -> Iterator[Generator]:
    """Those that look at no sibling, nor at what looks at one, and those that decide: siblings of other rounds are others."""
    out, kept = set[str](), {id(generator) for generator in deciding}
    for generator in generators:
        if id(generator) not in kept and (kept_together(generator) or not out.isdisjoint(generator.needs)):
            out |= set(generator.fills)
        else:
            yield generator


def _satisfied(drawing: Drawing, scenarios: Sequence[Scenario], generators: Sequence[Generator], span: Span, turn: int) -> list[Ints]:
    """For each scenario 1 where a row of the chunk satisfies it in this round."""
    made = drawing.drawn(generators, span, turn)
    out = []
    for scenario in scenarios:
        names = {ref.name for ref in columns_of(scenario.condition)}
        columns = {name: made[name] if name in made else drawing.whole(name).slice(span.start, span.n) for name in names}
        columns = dict(drawing.shown(columns)) or {"": pa.nulls(span.n)}
        verdicts = evaluate(scenario.condition, columns, today=day_of([scenario.condition]))
        out.append(np.asarray(pc.fill_null(verdicts, False).to_numpy(zero_copy_only=False)).astype(np.int64))
    return out


def _units(drawing: Drawing, generators: Sequence[Generator]) -> Ints | None:
    """The group of siblings of each row that take one round together; None where each row is alone."""
    lines = {kept_together(generator) for generator in generators} - {""}
    if not lines:
        return None
    line = min(lines)
    values = drawing.whole(line)
    group = groups(values)
    if line.startswith("@"):
        group = np.where(np.asarray(values.to_numpy(zero_copy_only=False)) < 0, -1, group)
    group = np.where(group < 0, int(group.max(initial=0)) + 1 + np.arange(len(group)), group)
    return np.asarray(np.unique(group, return_inverse=True)[1].reshape(-1), dtype=np.int64)


@dataclass
class _Tally:
    """What was seen of each row: for every combination of scenarios that it satisfied how often, and when first (rows, combinations).

    Of rows in groups: how many rows of each group satisfied each scenario in each round.
    """

    n: int
    kinds: int
    seen: Ints
    most: int
    counts: Ints
    first: Ints
    group: Ints | None
    highest: Ints  # (groups, kinds) in any round
    lowest: Ints
    by_round: list[Hits] = field(default_factory=list)

    @classmethod
    def of(cls, n: int, kinds: int, group: Ints | None) -> _Tally:
        rows = n if group is None else 0
        units = n if group is None else int(group.max(initial=-1)) + 1
        most = NEVER - 1 if group is None else min(TOGETHER, max(FEWEST, WIDE // max(1, units * kinds)))
        first = np.full((rows, 2**kinds), NEVER, dtype=np.uint16)
        counts = np.zeros((rows, 2**kinds), dtype=np.uint16)
        groups_ = np.zeros((units if group is not None else 0, kinds), dtype=np.int64)
        return cls(n, kinds, np.zeros(kinds, dtype=np.int64), most, counts, first, group, groups_, groups_ + n)

    def add(self, turn: int, span: Span, satisfied: Sequence[Ints]) -> None:
        self.seen += np.array([int(each.sum()) for each in satisfied], dtype=np.int64)
        if self.group is None:
            mask = np.zeros(span.n, dtype=np.int64)
            for i, each in enumerate(satisfied):
                mask |= each << i
            rows = span.start + np.arange(span.n)
            self.counts[rows, mask] += 1
            self.first[rows, mask] = np.minimum(self.first[rows, mask], turn)
            return
        if not span.start:
            if self.by_round:
                self._note(self.by_round[-1])
            self.by_round.append(np.zeros((int(self.group.max(initial=-1)) + 1, self.kinds), dtype=np.uint16))
        mine = self.group[span.start : span.start + span.n]
        for i, each in enumerate(satisfied):
            self.by_round[turn][:, i] += np.bincount(mine, weights=each, minlength=len(self.by_round[turn])).astype(np.uint16)

    def reach(self) -> tuple[Ints, Ints]:
        """How many rows could satisfy each scenario, and how many could not satisfy it (kinds,)."""
        if self.group is None:
            can = [(self.counts[:, self._with(i)] > 0).any(axis=1).sum() for i in range(self.kinds)]
            cannot = [(self.counts[:, ~self._with(i)] > 0).any(axis=1).sum() for i in range(self.kinds)]
            return np.array(can, dtype=np.int64), np.array(cannot, dtype=np.int64)
        self._note(self.by_round[-1])
        return self.highest.sum(axis=0), self.n - self.lowest.sum(axis=0)

    def _note(self, hits: Hits) -> None:
        self.highest, self.lowest = np.maximum(self.highest, hits), np.minimum(self.lowest, hits)

    def _with(self, kind: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        return np.asarray(np.arange(2**self.kinds) >> kind & 1, dtype=np.bool_)

    def odds(self, kind: int) -> Floats:
        """How likely each row satisfies a scenario (rows,)."""
        if self.group is None:
            return np.asarray(self.counts[:, self._with(kind)].sum(axis=1) / np.maximum(self.counts.sum(axis=1), 1))
        size = np.bincount(self.group)
        return np.asarray((np.stack(self.by_round)[:, :, kind].mean(axis=0) / np.maximum(size, 1))[self.group])

    def choose(self, wanted: Ints, stream: Stream) -> tuple[Ints, Ints]:
        """The round of each row, and how many rows of each kind that makes."""
        if self.group is None:
            hits = np.stack([self._with(i).astype(np.int64) for i in range(self.kinds)], axis=1)[None]
            way = chosen(self.counts.astype(np.float64), hits, wanted, stream)
            return self.first[np.arange(self.n), way], hits[0][way].sum(axis=0)
        rounds = np.stack(self.by_round, axis=1).astype(np.int64)
        way = chosen(np.ones(rounds.shape[:2]), rounds, wanted, stream)
        return way[self.group].astype(np.uint16), rounds[np.arange(len(way)), way].sum(axis=0)


def lifted(short: Short, parents: Mapping[str, Ints], sizes: Mapping[str, int]) -> tuple[str, Floats] | None:
    """The foreign key whose parents tell most of whether a row satisfies a scenario, and by how much each parent's number of children
    is to change; None where parents tell nothing. `parents` the parent of each row by the label of the key, -1 for none."""
    best: tuple[float, str] | None = None
    p, mean = short.odds, float(short.odds.mean()) if len(short.odds) else 0.0
    spread = float(((p - mean) ** 2).sum())
    if not 0.0 < mean < 1.0 or not spread:
        return None
    for label, rows in parents.items():
        many, share = _by_parent(rows, p, sizes[label])
        live = many > 0
        told = float((many[live] * (share[live] - mean) ** 2).sum()) / spread
        left = max(len(p) - int(live.sum()), 1) / max(len(p) - 1, 1)
        worth = 1.0 - (1.0 - told) / left if told < 1.0 - 1e-9 else 1.0 + 1.0 / max(int(live.sum()), 1)
        if worth > 0.02 and (best is None or worth > best[0]):
            best = (worth, label)
    if best is None:
        return None
    many, share = _by_parent(parents[best[1]], p if short.pull is None else short.pull, sizes[best[1]])
    if short.pull is not None:
        return best[1], np.where(many > 0, share, 1.0)
    wanted = short.scenario.share
    factor = wanted * share / mean + (1.0 - wanted) * (1.0 - share) / (1.0 - mean)
    return best[1], np.where(many > 0, factor, 1.0)


def _by_parent(rows: Ints, odds: Floats, size: int) -> tuple[Floats, Floats]:
    """How many rows each parent has, and how likely they satisfy a scenario on average."""
    held = rows >= 0
    many = np.bincount(rows[held], minlength=size).astype(np.float64)
    return many, np.bincount(rows[held], weights=odds[held], minlength=size) / np.maximum(many, 1.0)


__all__ = ["Cast", "Drawing", "Short", "cast", "lifted"]
