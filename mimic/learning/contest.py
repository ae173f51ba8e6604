"""Which family deals out a column: trees, a copula or none, whichever foretells most of it on rows that it did not learn from.

Every column is foretold given those before it, so that the best for each column is the best for all that hang together. Trees
are cross-fitted anyway: what a row of one half scores is told by the tree that was grown on the other. A copula is fitted on
each half and judged on the other. A family takes the place of trees only where it is better by more than chance, and never where
trees ask which value the sibling before has: rows of one parent would no longer go on from each other.

What is dealt out is drawn from the column's quantiles or, where that foretells a number left out at least as well, from a named
distribution, of which two or three parameters are kept.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mimic.generator import Generator, Task
from mimic.generators.cells import constant
from mimic.generators.copula import Copula, followed, normal, scored
from mimic.generators.dials import dial_of
from mimic.generators.distributions import Named
from mimic.generators.features import numbers, ordered
from mimic.generators.fitting import best
from mimic.generators.leaves import Leaves
from mimic.generators.numeric import Quantiles
from mimic.generators.skill import Outcome, among, better, outcome_of, skill, smooth
from mimic.model import Learned
from mimic.plan import Choice
from mimic.profile import TableEvidence
from mimic.streams import Floats, Stream

MARGIN = 0.01  # of skill by which another family must be better than trees
TREES, COPULA, NAMED = Leaves.kind, Copula.kind, Named.kind


def contested(made: Leaves, choice: Choice, task: Task, found: TableEvidence, stream: Stream) -> Learned:
    """The best of what could deal out a column, with what each foretold."""
    name, inner = made.fills[0], made.inner
    plain = Learned(replace(made, judged=None).plain, choice if made.trees else replace(choice, kind=inner.kind))
    if name in found.hidden or not found.sampled:
        return plain
    values = found.column(name)
    codes, _ = made.target.read(values)
    smoothly = ordered(values.type) and (made.target.way == "order" or (made.target.way == "levels" and len(made.target.levels) > 1))
    outcome = outcome_of(values, codes, made.target.way)
    alone = among(outcome, np.zeros(outcome.n, dtype=np.int64), 1)
    trees, copula = made.judged, _copula(outcome, task, found, stream) if smoothly and not made.chained else None
    told = {inner.kind: 0.0}
    if trees is not None:
        told[TREES] = skill(trees, alone)
    if copula is not None:
        told[COPULA] = skill(copula, np.where(np.isfinite(copula), alone, np.nan))
    won, most = (TREES, told[TREES]) if told.get(TREES, 0.0) > 0 else (inner.kind, 0.0)
    if copula is not None and told[COPULA] > most + MARGIN and better(copula, trees if won == TREES and trees is not None else alone):
        won = COPULA
    if task.options.get("contest") is False and made.trees:
        won = TREES
    inner, fitted = _drawn(inner, made, task, found, stream)
    told |= fitted
    if won not in (TREES, COPULA):
        won = inner.kind
    skills = tuple(sorted(((kind, round(one, 4)) for kind, one in told.items()), key=lambda pair: -pair[1]))
    reason = choice.reason if inner is made.inner else f"{choice.reason}; values as {next(iter(fitted))}"
    choice = replace(choice, kind=won, skills=skills, reason=reason)
    if won == COPULA:
        return Learned(Copula.around((inner,), task, found), choice)
    return Learned(replace(made, inner=inner, judged=None) if won == TREES else inner, choice)


def _drawn(inner: Generator, made: Leaves, task: Task, found: TableEvidence, stream: Stream) -> tuple[Generator, dict[str, float]]:
    """What draws the values, and the skill of the named distribution that fits best, where the column could be drawn from one."""
    if not isinstance(inner, Quantiles) or inner.specials or inner.unique or made.target.way != "order" or len(made.target.levels):
        return inner, {}
    column = found.column(inner.column)
    if not ordered(column.type):
        return inner, {}
    number, null = numbers(column)
    number = number[~null]
    if not found.owners.take(np.flatnonzero(~null)).reach(np.zeros(len(number), dtype=np.int64), 1, task.k)[0]:
        return inner, {}
    if (fit := best(number, stream.at("fitting"))) is None:
        return inner, {}
    told = {f"{NAMED}: {fit.name}": skill(fit.scores, fit.seen)}
    gain = told[f"{NAMED}: {fit.name}"]
    if gain < -dial_of(task).slack and not (gain > 0 and better(fit.scores, fit.seen)):
        return inner, told
    floor = inner.low if number.min() < 0 else max(inner.low or 0, 0)  # none below 0, where none was
    return Named(fit.name, fit.parameters, replace(inner, sketch=constant(0), low=floor), None), told


def _copula(outcome: Outcome, task: Task, found: TableEvidence, stream: Stream) -> Floats | None:
    """The score of each row of the sample (n,), NaN where it was not asked; None where there is nothing to follow."""
    some, known, given = scored(found, task.options.get("features", ()), task.fills, task.k)
    if not known:
        return None
    number, null = numbers(found.column(task.column.name))
    wanted, out = normal(number, null), np.full(outcome.n, np.nan)
    order = stream.at("contest").permutation(len(some))
    halves = order[: len(order) // 2], order[len(order) // 2 :]
    for fit, test in (halves, halves[::-1]):
        rows, live = some[test], fit[~null[some[fit]]]
        if len(live) < 2:
            return None
        chosen, slopes = followed(given[:, live], wanted[some[live]][None])
        centre = np.zeros(len(test))
        left = wanted[some[live]]
        if len(chosen):
            centre, left = slopes[0] @ given[chosen][:, test], left - slopes[0] @ given[chosen][:, live]
        out[rows] = smooth(outcome.take(rows), centre, float(left.std()), float(null[some[fit]].mean()))
    return out


__all__ = ["contested"]
