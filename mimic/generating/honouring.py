"""`honour`: change as little of a chunk's rows as makes them satisfy the conditions of their table.

All conditions are evaluated once; rows that satisfy them are not touched. For the others the search goes condition by
condition: it walks down the condition's tree, at each alternative takes the branch that costs the row least (columns that
decide about others, such as a type, cost most), and ends with single comparisons that must come true. For each it proposes a
few values, evaluates all conditions that read the changed column, and keeps the value that violates fewest. That is repeated
for a bounded number of rounds, with branches chosen more freely from round to round.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mimic.conditions import And, ColumnRef, Compare, Condition, Constant, Expression, In, IsNull, Not, Or, Sure, Truth, columns_of, walk
from mimic.generating.proposals import Arrays, Proposal, Proposals
from mimic.schema import Table, Text, bare
from mimic.streams import Floats, Ints, Stream
from mimic.truth import TODAY, Rows, violated

ROUNDS = 12
BORROWINGS = 8
PATIENCE = 3  # rounds in a row in which nothing could be proposed for a row
NEVER = 1e6  # the cost of what cannot be done
DECIDING, FLAG = 25.0, 2.0  # the cost of changing a column that decides about others
Mask = NDArray[np.bool_]
Target = Literal["true", "false", "not false", "not true"]
_OPPOSITE: Mapping[Target, Target] = {"true": "false", "false": "true", "not false": "not true", "not true": "not false"}


def honour(
    columns: Mapping[str, pa.Array],
    conditions: Sequence[Condition],
    table: Table,
    locked: frozenset[str],
    stream: Stream,
    *,
    nullable_locked: frozenset[str] = frozenset(),
    lent: frozenset[str] = frozenset(),
    today: date = TODAY,
) -> tuple[dict[str, pa.Array], Mask]:
    """The chunk's columns with as few changes as the search needed, and the rows that still violate a condition.

    `locked` columns are not changed, except: those of `nullable_locked` may be set NULL, and those of `lent` may take
    another value that they have somewhere in the chunk (a foreign key that need not be unique: what one row refers to, another
    may). `columns` are all that the conditions read.
    """
    made = columns = {name: _typed(table, name, values) for name, values in columns.items()}
    bad = _any_violated(made, conditions, today)
    rows = np.flatnonzero(bad)
    if not len(rows):
        return made, bad
    conditions = [condition for condition in conditions if columns_of(condition)]
    part = {name: values.take(pa.array(rows)) for name, values in made.items()}
    search = _Search(table, conditions, Means.of(table, locked, nullable_locked, lent), columns, stream, today)
    part, left = search.run(part)
    place = np.arange(len(bad))
    place[rows] = len(bad) + np.arange(len(rows))
    made = dict(made)
    for name in search.changed:
        made[name] = pa.concat_arrays([made[name], part[name]]).take(pa.array(place))
    if left.any():
        made = _borrowed(made, conditions, search.means.free, stream, today)
        bad = _any_violated(made, conditions, today)
    else:
        bad[rows] = False
    return made, bad


def _typed(table: Table, name: str, values: pa.Array) -> pa.Array:
    """A column of texts for which a generator made numbers, as texts: they are compared and exchanged with texts."""
    text = table.has(name) and isinstance(bare(table.column(name).type), Text) and not pa.types.is_string(values.type)
    return values.cast(pa.string()) if text else values


def _borrowed(
    columns: dict[str, pa.Array], conditions: Sequence[Condition], free: frozenset[str], stream: Stream, today: date
) -> dict[str, pa.Array]:
    """The last resort: all free columns that some conditions tie together, taken from one row that satisfies them."""
    made = dict(columns)
    for tied in _tied(conditions):
        bad = _any_violated(made, tied, today)
        donors = np.flatnonzero(~bad)
        names = {ref.name for condition in tied for ref in columns_of(condition)}
        for _ in range(BORROWINGS):
            rows = np.flatnonzero(bad)
            if not len(rows) or not len(donors):
                break
            from_ = pa.array(donors[stream.integers(len(rows), len(donors))])
            tried = {name: made[name].take(from_ if name in free else pa.array(rows)) for name in names}
            good = ~_any_violated(tried, tied, today)
            place = np.arange(len(bad))
            place[rows[good]] = len(bad) + np.flatnonzero(good)
            for name in names & free:
                made[name] = pa.concat_arrays([made[name], tried[name]]).take(pa.array(place))
            bad[rows[good]] = False
    return made


def _tied(conditions: Iterable[Condition]) -> list[list[Condition]]:
    """The conditions in groups that have no column in common."""
    groups: list[tuple[set[str], list[Condition]]] = []
    for condition in conditions:
        names, members = {ref.name for ref in columns_of(condition)}, [condition]
        for group in [group for group in groups if group[0] & names]:
            groups.remove(group)
            names |= group[0]
            members = group[1] + members
        groups.append((names, members))
    return [members for _, members in groups]


def _any_violated(columns: Arrays, conditions: Iterable[Condition], today: date) -> Mask:
    n = len(next(iter(columns.values()), ()))
    bad = np.zeros(n, dtype=np.bool_)
    if n:
        for condition in conditions:
            bad |= violated(condition, columns, today=today)
    return bad


@dataclass(frozen=True, slots=True)
class Means:
    """What may be done with which column."""

    free: frozenset[str]
    nullable: frozenset[str]
    lent: frozenset[str]

    @classmethod
    def of(cls, table: Table, locked: frozenset[str], nullable_locked: frozenset[str], lent: frozenset[str]) -> Means:
        free = frozenset(column.name for column in table.written) - locked
        nullable = frozenset(column.name for column in table.columns if column.nullable)
        return cls(free, nullable & (free | nullable_locked), lent - free)


class _Search:
    """The search over the rows of one chunk that violate something."""

    def __init__(self, table: Table, conditions: Sequence[Condition], means: Means, chunk: Arrays, stream: Stream, today: date) -> None:
        self.conditions, self.means, self.stream, self.today = conditions, means, stream, today
        self.proposals = Proposals(table, conditions, means.free, means.nullable, means.lent, chunk, stream, today)
        self.reading = {name: [c for c in conditions if any(ref.name == name for ref in columns_of(c))] for name in chunk}
        self.weights = _weights(conditions)
        self.changed: dict[str, None] = {}
        self.round, self.n = 0, 0
        self.open: Ints = np.zeros(0, dtype=np.int64)  # the rows that still violate something
        self.touched: Mask = np.zeros(0, dtype=np.bool_)  # which of them this round changed
        self.tried: dict[tuple[Expression, Target], Ints] = {}  # how often each comparison was changed, per row

    def run(self, rows: dict[str, pa.Array]) -> tuple[dict[str, pa.Array], Mask]:
        self.n = n = len(next(iter(rows.values())))
        self.open, idle = np.arange(n), np.zeros(n, dtype=np.int64)
        for self.round in range(ROUNDS):
            at = self.open
            self.touched = np.zeros(len(at), dtype=np.bool_)
            here = {name: values.take(pa.array(at)) for name, values in rows.items()} if len(at) < n else dict(rows)
            for i in self.stream.permutation(len(self.conditions)):
                here = self._repair(self.conditions[i], here)
            for name in self.changed:
                rows[name] = _put(rows[name], at, here[name])
            idle[at] = np.where(self.touched, 0, idle[at] + 1)
            self.open = at[_any_violated(here, self.conditions, self.today) & (idle[at] < PATIENCE)]
            if not len(self.open):
                break
        left = _any_violated(rows, self.conditions, self.today)
        return rows, left

    def _repair(self, condition: Condition, rows: dict[str, pa.Array]) -> dict[str, pa.Array]:
        """Make one condition satisfied in the rows that violate it, as far as can be."""
        index = np.flatnonzero(violated(condition, rows, today=self.today))
        if not len(index):
            return rows
        here = {name: values.take(pa.array(index)) for name, values in rows.items()}
        steps: list[tuple[Expression, Target, Ints]] = []
        ids = self.open[index]
        self._descend(condition, "not false", here, np.arange(len(index)), ids, steps)
        changed: dict[str, None] = {}
        for atom, target, where in steps:
            made, fixed = self._fix(atom, target, {name: values.take(pa.array(where)) for name, values in here.items()})
            self.touched[index[where[fixed]]] = True
            self.tried.setdefault((atom, target), np.zeros(self.n, dtype=np.int64))[ids[where]] += 1
            for name, values in made.items():
                here[name] = _put(here[name], where, values)
                changed[name] = None
        self.changed |= changed
        return rows | {name: _put(rows[name], index, here[name]) for name in changed}

    # -- which branch ----------------------------------------------------------------------------------------------------

    def _descend(
        self, node: Expression, target: Target, rows: Arrays, where: Ints, ids: Ints, steps: list[tuple[Expression, Target, Ints]]
    ) -> None:
        """Collect the comparisons to change and the rows (of `rows`, among `where`) in which to change them; `ids` are all rows' own."""
        here = {name: values.take(pa.array(where)) for name, values in rows.items()}
        missing = ~_holds(Rows(here, today=self.today).truth(node), target)
        where, here = where[missing], {name: values.filter(pa.array(missing)) for name, values in here.items()}
        if not len(where):
            return
        node, target = _opened(node, target)
        if not isinstance(node, And | Or):
            steps.append((node, target, where))
            return
        if _all_needed(node, target):
            for part in node.parts:
                self._descend(part, target, rows, where, ids, steps)
            return
        judged = Rows(here, today=self.today)
        costs = np.stack([self._cost(part, target, judged, ids[where]) for part in node.parts])
        chosen = np.where(costs.min(axis=0) < NEVER, np.argmin(costs, axis=0), -1)
        for i, part in enumerate(node.parts):
            if (mine := where[chosen == i]).size:
                self._descend(part, target, rows, mine, ids, steps)

    def _cost(self, node: Expression, target: Target, rows: Rows, ids: Ints) -> Floats:
        """What it costs each row to make `node` come out as `target`: the columns to change, weighted; what did not help costs more."""
        n = len(ids)
        held = _holds(rows.truth(node), target)
        node, target = _opened(node, target)
        if held.all():
            return np.zeros(n)
        if isinstance(node, And | Or):
            costs = np.stack([self._cost(part, target, rows, ids) for part in node.parts])
            cost = costs.sum(axis=0) if _all_needed(node, target) else costs.min(axis=0)
        else:
            freedom = 0.3 + 0.25 * self.round
            cost = self._price(node, target) * (1.0 + freedom * self.stream.uniform(n))
            if (tried := self.tried.get((node, target))) is not None:
                cost = cost * (1 + tried[ids])
        return np.where(held, 0.0, cost)

    def _price(self, atom: Expression, target: Target) -> float:
        free, nullable, lent = self.means.free, self.means.nullable, self.means.lent
        if isinstance(atom, IsNull) and isinstance(atom.of, ColumnRef):
            name = atom.of.name
            if target in ("true", "not false"):
                return 1.0 if name in nullable else NEVER
            return 1.0 if name in free else 1.5 if name in lent and self.proposals.lends(name) else NEVER
        prices = [NEVER]
        for name in (column.name for column in columns_of(atom)):
            if name in free:
                prices.append(self.weights.get(name, 1.0))
            elif name in lent and self.proposals.lends(name):
                prices.append(2.0)
            if name in nullable and (target.startswith("not") or isinstance(atom, IsNull)):
                prices.append(2.5)
        return min(prices)

    # -- which value -----------------------------------------------------------------------------------------------------

    def _fix(self, atom: Expression, target: Target, rows: dict[str, pa.Array]) -> tuple[dict[str, pa.Array], Mask]:
        """New values for rows that miss the target, of those proposed the ones that violate fewest conditions; and which rows have any."""
        n = len(next(iter(rows.values())))
        best = np.full(n, np.inf)
        made = dict(rows)
        touched: dict[str, None] = {}
        for rank, proposal in enumerate(self.proposals.of(atom, target, rows)):
            score = self._score(proposal, atom, target, rows) + 0.02 * rank
            if self.round > 2:
                score += 0.3 * self.stream.uniform(n)
            better = score < best
            if not better.any():
                continue
            best = np.where(better, score, best)
            for name in touched | dict.fromkeys(proposal.values):
                new = proposal.values.get(name, rows[name])
                made[name] = _where(better, new, made[name])
            touched |= dict.fromkeys(proposal.values)
            if best.max(initial=0.0) < 1.0:  # nothing is violated any more: what comes later cannot do better
                break
        return {name: made[name] for name in touched}, np.isfinite(best)

    def _score(self, proposal: Proposal, atom: Expression, target: Target, rows: dict[str, pa.Array]) -> Floats:
        """Infinite where the proposal has no value or misses the target."""
        after = rows | proposal.values
        score = np.where(proposal.where, proposal.cost, np.inf)
        score[~_holds(Rows(after, today=self.today).truth(atom), target)] = np.inf
        if not np.isfinite(score).any():
            return score
        reading: dict[Condition, None] = {}
        for name in proposal.values:
            reading |= dict.fromkeys(self.reading[name])
        for condition in reading:
            score += violated(condition, after, today=self.today)
        return score


def _opened(node: Expression, target: Target) -> tuple[Expression, Target]:
    """A node without the NOTs and IS TRUEs around it, and what then must come out."""
    while isinstance(node, Not | Sure):
        if isinstance(node, Not):
            node, target = node.part, _OPPOSITE[target]
        else:
            node, target = node.part, "true" if target in ("true", "not false") else "not true"
    return node, target


def _all_needed(node: And | Or, target: Target) -> bool:
    """Whether all parts must come out as the target, or one of them."""
    return isinstance(node, And) == (target in ("true", "not false"))


def _holds(verdicts: pa.BooleanArray, target: Target) -> Mask:
    true = np.asarray(verdicts.fill_null(target in ("not false", "false")))
    return true if target in ("true", "not false") else ~true


def _put(values: pa.Array, where: Ints, new: pa.Array) -> pa.Array:
    if len(where) == len(values):
        return new
    place = np.arange(len(values))
    place[where] = len(values) + np.arange(len(where))
    return pa.concat_arrays([values, new]).take(pa.array(place))


def _where(mask: Mask, new: pa.Array, old: pa.Array) -> pa.Array:
    n = len(old)
    return pa.concat_arrays([new, old]).take(pa.array(np.where(mask, np.arange(n), n + np.arange(n))))


def _weights(conditions: Iterable[Condition]) -> dict[str, float]:
    """Columns that decide about others: compared with constants in conditions that also read other columns."""
    made: dict[str, float] = {}
    for condition in conditions:
        if len(columns_of(condition)) < 2:
            continue
        for node in walk(condition):
            match node:
                case Compare("=" | "<>", ColumnRef(name, _), Constant()) | In(ColumnRef(name, _), _):
                    made[name] = DECIDING
                case Truth(ColumnRef(name, _)):
                    made[name] = max(made.get(name, 1.0), FLAG)
    return made


__all__ = ["honour"]
