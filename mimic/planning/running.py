"""Numbers that go on from row to row by what another column says: the balance of an account, the stock of an article."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import permutations
from typing import Any

import numpy as np
import pyarrow as pa

from mimic.generators.features import hashed, numbers
from mimic.generators.lines import preceding, standing
from mimic.generators.so_far import SoFar, turned_round
from mimic.plan import Choice, Held, Step
from mimic.planning.arithmetic import is_number
from mimic.planning.around import Around
from mimic.planning.lines import Line
from mimic.profile import TableEvidence
from mimic.streams import Floats, Ints

RUNNING = "sequence.running"
FEWEST, FAMILIES = 80, 20  # rows that go on from another one, and rows that begin
HOLDS = 0.98  # of these: here and there somebody has put something right, or two rows of one moment stand in another order
GLANCE, PROMISING = 400, 0.9  # rows that all terms are tried on, and the share that lets some be looked at closely
DIFFERENT = 5  # values of what is added, or it counts
BELOW = 0.02  # of the rows at most are below 0, where hardly anything ever is
MOST, DATES, SIGNS = 10, 2, 12  # columns that are tried as terms, dates as orders, values of a column that says in or out


@dataclass(frozen=True, slots=True)
class Runs:
    """A column goes on along a `line` by the sum of `terms`, each with its sign: of its own row, or with `lag` of the row before.

    `signs`: a column, and hashes of those of its values by which the one term is taken away, not added. `opening`: a parent's column
    where it begins; None where at 0, "" where anywhere.
    """

    column: str
    line: Line
    terms: tuple[tuple[str, str], ...]
    signs: tuple[str, tuple[int, ...]] | None
    lag: bool
    opening: str | None
    holds: int
    rows: int
    floor: bool = False  # it goes down now and then, and hardly ever below 0

    @property
    def after(self) -> tuple[str, ...]:
        """The columns of the row that come first."""
        more = (self.signs[0],) if self.signs else ()
        return (*(name for _, name in self.terms), *more, *self.line[1:])

    @property
    def said(self) -> str:
        names = " ".join(f"{sign} {name}" for sign, name in self.terms)
        by = f", by {self.signs[0]}" if self.signs else ""
        return f"that of the row before along {', '.join(self.line)} {names}{' of it' if self.lag else ''}{by}"


def running(found: TableEvidence, around: Around, line: Line, names: Sequence[str], k: int) -> dict[str, Runs]:
    """Which of the columns `names` go on from row to row. All rows are in the sample."""
    table = found.table
    if not found.complete or found.sampled < FEWEST:
        return {}
    wanted = [name for name in names if is_number(found.column(name).type) and not found.column(name).null_count]
    keyed = {name for key in table.foreign_keys for name in key.columns} | {*(table.primary_key.columns if table.primary_key else ())}
    terms = [column.name for column in table.written if column.name not in keyed and is_number(found.column(column.name).type)][:MOST]
    if not wanted or len(terms) < 2:
        return {}
    read = {name: np.where(null, 0.0, values) for name in {*wanted, *terms} for values, null in [numbers(found.column(name))]}
    out: dict[str, Runs] = {}
    for each in _lines(found, around, line):
        before = _before(found, around, each)
        rows = np.flatnonzero(before >= 0)
        if len(rows) < FEWEST or len(before) - len(rows) < FAMILIES:
            continue
        for name in (name for name in wanted if name not in out):
            if (made := _runs(found, around, each, name, read, [term for term in terms if term != name], before, rows, k)) is not None:
                out[name] = made
    return out


def run_on(step: Step, one: Runs) -> Step:
    """The step of a column that goes on from row to row."""
    options: dict[str, Any] = {"line": one.line, "terms": one.terms, "lag": one.lag, "opening": one.opening}
    options |= {"signs": [one.signs[0], list(one.signs[1])]} if one.signs else {}
    held = Held("running", one.column, one.said, one.holds, one.rows - one.holds)
    lost = ((step.choice.kind, 0.0), *step.choice.lost)
    kept = {name: value for name, value in step.task.options.items() if name in ("today",)}
    return replace(step, task=replace(step.task, options=kept | options), choice=Choice(RUNNING, one.said, lost, relations=(held,)))


def signed(runs: Iterable[Runs], names: Collection[str]) -> Iterator[tuple[str, str]]:
    """The terms, of some columns, that another column adds or takes away, and that column."""
    for one in runs:
        if one.signs is not None and not one.lag:
            yield from ((term, one.signs[0]) for _, term in one.terms if term in names)


def looking_back(step: Step, runs: Iterable[Runs], line: Line, known: Collection[str]) -> Step:
    """The step of a column that is the last to be filled of those that others run on by: it looks at what they have come to.

    `known` are the columns that are filled before it; the `line` is that of the step.
    """
    name = step.task.fills[0]
    for one in runs:
        others = tuple((sign, term) for sign, term in one.terms if term != name)
        own = [sign for sign, term in one.terms if term == name]
        beside = {term for _, term in others} | ({one.signs[0]} if one.signs else set())
        if not own or one.lag or one.opening == "" or one.line != line or not beside <= set(known) or step.choice.kind != "tree.leaves":
            continue
        told = SoFar(one.column, 1.0 if own[0] == "+" else -1.0, others, one.signs, one.opening or "", one.floor)
        options = {**step.task.options, "line": line, "so_far": told.state()}
        options["features"] = [*options["features"], told.need]
        options["prefer"] = [*options.get("prefer", ()), told.need]
        return replace(step, task=replace(step.task, options=options))
    return step


def _lines(found: TableEvidence, around: Around, line: Line) -> Iterator[Line]:
    """Orders in which a sum may run: the table's own, and by each key in the order of dates, of equal ones as they stand."""
    if line:
        yield line
    dates = [
        column.name
        for column in found.table.written
        if pa.types.is_temporal(kind := found.column(column.name).type)
        and not pa.types.is_duration(kind)
        and not found.column(column.name).null_count
    ]
    for key in around.parents(found.table):
        if line[:1] != (f"@{key.label}",) or len(line) == 1:
            yield from ((f"@{key.label}", name) for name in dates[:DATES])


def _before(found: TableEvidence, around: Around, line: Line) -> Ints:
    """The row before each one (n,), -1 for the first."""
    keys = {f"@{key.label}": key for key in around.parents(found.table)}
    first = pa.array(around.evidence.up(found, keys[line[0]])) if line[0] in keys else found.column(line[0])
    return preceding(*standing(line, {line[0]: first, **{name: found.column(name) for name in line[1:]}}))


def _runs(
    found: TableEvidence, around: Around, line: Line, name: str, read: Mapping[str, Floats], terms: Sequence[str],
    before: Ints, rows: Ints, k: int,
) -> Runs | None:  # fmt: skip
    values = read[name]
    slack = 0.006 if pa.types.is_decimal(found.column(name).type) else 1e-6 * max(1.0, float(np.abs(values).max(initial=0.0)))
    apart = values[rows] - values[before[rows]]
    if (np.abs(apart) > slack).sum() < FEWEST:
        return None
    some = np.linspace(0, len(rows) - 1, min(GLANCE, len(rows))).astype(np.int64)
    for lag in (False, True):
        at = before[rows] if lag else rows
        mine = {term: read[term][at] for term in terms if len(np.unique(read[term][:5_000])) >= DIFFERENT}
        for chosen in _sums(mine):
            if (np.abs(apart[some] - _sum(mine, chosen, some)) <= slack).mean() < PROMISING:
                continue
            near = np.abs(apart - _sum(mine, chosen, slice(None))) <= slack
            if near.mean() >= HOLDS:
                return _made(found, around, line, name, read, chosen, None, lag, before, near, slack)
        for term, added in mine.items():
            if (np.abs(np.abs(apart[some]) - np.abs(added[some])) <= slack).mean() < PROMISING or (added < -slack).any():
                continue
            if (said := _signs(found, apart, added, at, slack, k)) is not None:
                by, signs, near = said
                return _made(found, around, line, name, read, (("+", term),), (by, signs), lag, before, near, slack)
    return None


def _sums(mine: Mapping[str, Floats]) -> Iterator[tuple[tuple[str, str], ...]]:
    yield from (((sign, term),) for term in mine for sign in "+-")
    yield from ((("+", a), ("-", b)) for a, b in permutations(mine, 2))


def _sum(mine: Mapping[str, Floats], terms: Sequence[tuple[str, str]], rows: Any) -> Floats:
    return np.asarray(sum(mine[name][rows] * (1.0 if sign == "+" else -1.0) for sign, name in terms), dtype=np.float64)


def _signs(
    found: TableEvidence, apart: Floats, added: Floats, at: Ints, slack: float, k: int
) -> tuple[str, tuple[int, ...], np.ndarray[tuple[int], np.dtype[np.bool_]]] | None:
    """A column whose values say what is added and what is taken away, hashes of the latter, and the rows in which it says so."""
    way = np.where(np.abs(apart - added) <= slack, 1, np.where(np.abs(apart + added) <= slack, -1, 0))
    for column in found.table.written:
        values = found.column(column.name)
        if not (pa.types.is_string(values.type) or pa.types.is_boolean(values.type) or pa.types.is_integer(values.type)):
            continue
        index, hashes = hashed(values)
        many = len(hashes) + 1
        if not 2 < many <= SIGNS + 1 or (index < 0).any():
            continue
        codes = index + 1
        plus = np.bincount(codes[at][way > 0], minlength=many)
        minus = np.bincount(codes[at][way < 0], minlength=many)
        sign = np.where(plus >= minus, 1, -1)
        near = (way != 0) & ((sign[codes[at]] == way) | (np.abs(added) <= slack))
        if near.mean() < HOLDS or not (minus > plus).any() or not (plus > minus).any():
            continue
        if not found.owners.reach(codes - 1, many - 1, k).all():
            continue
        return column.name, tuple(int(each) for each in hashes[sign[1:] < 0]), near
    return None


def _made(
    found: TableEvidence, around: Around, line: Line, name: str, read: Mapping[str, Floats], terms: tuple[tuple[str, str], ...],
    signs: tuple[str, tuple[int, ...]] | None, lag: bool, before: Ints, near: Any, slack: float,
) -> Runs:  # fmt: skip
    first = np.flatnonzero(before < 0)
    begins = read[name][first]
    if not lag:
        own = _sum(read, terms, first)
        if signs is not None:
            own = own * turned_round(found.column(signs[0]).take(pa.array(first)), signs[1])
        begins = begins - own
    opening: str | None = ""
    if (np.abs(begins) <= slack).mean() >= HOLDS:
        opening = None
    else:
        for key in around.parents(found.table):
            for need, category in around.above(key, 1) if line[0] == f"@{key.label}" else ():
                values = None if category else around.evidence.along(found, f"{key.label}.{need}").take(pa.array(first))
                if values is None or not is_number(values.type):
                    continue
                there, null = numbers(values)
                if opening == "" and ((np.abs(there - begins) <= slack) & ~null).mean() >= HOLDS:
                    opening = f"{key.label}.{need}"
    floor = bool((read[name] < 0).mean() <= BELOW and (read[name][before >= 0] < read[name][before[before >= 0]]).any())
    return Runs(name, line, terms, signs, lag, opening, int(near.sum()), len(near), floor)


__all__ = ["RUNNING", "Runs", "looking_back", "run_on", "running", "signed"]
