"""Which column of a row determines which other one: every city lies in one country, and in the copy too."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np
import pyarrow.compute as pc

from mimic.plan import Held, Step
from mimic.profile import TableEvidence
from mimic.streams import Ints

FEWEST = 80  # rows whose value of the one column comes more than once
SEVERAL = 5  # such values; of fewer, each must come EACH times, and none make an exception
EACH = 10
OTHERS = 20  # of these rows that do not hold the most frequent value of the other column
HOLDS = 0.995  # of these rows
GLANCE, ROWS = 1_000, 50_000  # rows that pairs are tried on first, and all that are looked at
MOST = 60  # columns that are tried
DRAWN = ("categorical.shares", "numeric.quantiles")  # what keeps values of k owners
COME_AGAIN = ("temporal.quantiles", "numeric.quantiles")  # what keeps them where they come often enough
OFTEN = 0.9  # of the rows whose date or number k owners hold, if it is to determine anything


class _After(Protocol):
    @property
    def after(self) -> tuple[str, ...]: ...


After = TypeVar("After", bound=_After)


@dataclass(frozen=True, slots=True)
class Determining:
    by: str
    held: Held

    @property
    def after(self) -> tuple[str, ...]:
        return (self.by,)


def determined(
    found: TableEvidence, steps: Sequence[Step], but: Collection[str], k: int, stepping: Collection[str] = ()
) -> dict[str, Determining]:
    """By column, the one that determines it, among the steps' columns and without those in `but`. No circles: of columns that determine
    each other all but the first follow it. `stepping` are columns that are there before and only determine others."""
    kinds = {step.task.fills[0]: step.choice.kind for step in steps if len(step.task.fills) == 1 and not step.task.unique}
    names = [name for name, kind in kinds.items() if kind in (*DRAWN, *COME_AGAIN) and name in found.profiles]
    codes: dict[str, Ints] = {}
    for name in names[:MOST]:
        profile = found.profiles[name]
        if name not in but and profile.distinct >= 2 and profile.null_share < 0.95:
            codes[name] = codes_of(found, name)
    mine_only = list(codes)
    codes |= {name: codes_of(found, name) for name in stepping if name in found.profiles}
    wide = {name: int(each.max(initial=0)) + 1 for name, each in codes.items()}
    leads = [name for name, each in codes.items() if kinds.get(name) == DRAWN[0] or _often(each, found, k)]
    best: dict[str, tuple[int, Determining]] = {}
    for mine in mine_only:
        for by in leads if kinds[mine] in DRAWN else ():
            if by == mine or (wide[by] < wide[mine] and by in mine_only) or _leads(best, by, mine):
                continue
            if wide[by] == wide[mine] and by in names and names.index(by) > names.index(mine):
                continue
            if mine in best and best[mine][0] <= wide[by]:
                continue
            if (held := _held(codes[by], codes[mine], mine, by)) is not None:
                best[mine] = (wide[by], Determining(by, held))
    return {name: each for name, (_, each) in best.items()}


def codes_of(found: TableEvidence, name: str) -> Ints:
    """A number per distinct value, 0 for NULL; made once for all that ask for it."""
    key = ("codes", name)
    if key not in found.memo:
        indices = found.column(name)[:ROWS].dictionary_encode().indices
        found.memo[key] = np.asarray(pc.fill_null(indices, -1).to_numpy(zero_copy_only=False), dtype=np.int64) + 1
    codes: Ints = found.memo[key]
    return codes


def _often(codes: Ints, found: TableEvidence, k: int) -> bool:
    """Whether k owners hold nearly every value that comes, so that what it determines may be kept."""
    held = found.owners.take(np.arange(len(codes))).reach(codes - 1, int(codes.max(initial=0)), k)
    live = codes[codes > 0] - 1
    return bool(len(live) and held[live].mean() >= OFTEN)


def _leads(best: Mapping[str, tuple[int, Determining]], start: str, end: str) -> bool:
    """Whether what determines `start`, at any distance, is `end`."""
    while start in best:
        start = best[start][1].by
        if start == end:
            return True
    return False


def _held(by: Ints, mine: Ints, name: str, need: str) -> Held | None:
    first = by[:GLANCE] > 0
    a, b = by[:GLANCE][first], mine[:GLANCE][first]
    if len(np.unique(a * (int(mine.max()) + 1) + b)) > len(np.unique(a)) + 0.01 * len(a) + 1:
        return None
    live = by > 0
    by, mine = by[live], mine[live]
    many = np.bincount(by)
    again = many[by] > 1
    by, mine = by[again], mine[again]
    few = len(np.unique(by)) < SEVERAL
    if len(by) < FEWEST or (few and (by != by[0]).sum() < OTHERS):
        return None
    usual = np.bincount(mine).argmax()
    if (mine != usual).sum() < OTHERS:
        return None
    _, cell, rows = np.unique(by * (int(mine.max()) + 1) + mine, return_inverse=True, return_counts=True)
    most = np.zeros(int(by.max()) + 1, dtype=np.int64)
    np.maximum.at(most, by, rows[cell.reshape(-1)])
    holds = int(most[np.unique(by)].sum())
    if holds < (1.0 if few else HOLDS) * len(by) or (few and (live.sum() > again.sum() or many[many > 0].min() < EACH)):
        return None
    return Held("determined", name, f"{need} determines it", holds, len(by) - holds)


def in_order(steps: Sequence[Step], after: Mapping[str, Sequence[str]]) -> list[Step]:
    """The same steps, each column after those that it comes `after`, which are moved up to just before it where they came later."""
    out, done = list[Step](), set[str]()
    by_name = {step.task.fills[0]: step for step in steps if len(step.task.fills) == 1}

    def add(step: Step) -> None:
        name = step.task.fills[0]
        if name in done:
            return
        for other in after.get(name, ()) if len(step.task.fills) == 1 else ():
            if other in by_name:
                add(by_name[other])
        done.update(step.task.fills)
        out.append(step)

    for step in steps:
        add(step)
    return out


def without_circles(found: Mapping[str, After], after: Mapping[str, Sequence[str]]) -> dict[str, After]:
    """What is found of columns, without those that would wait for themselves; others come `after` some, too."""
    out: dict[str, After] = {}
    for name, one in found.items():
        order = {**after, **{other: each.after for other, each in out.items()}}
        if name not in reached(one.after, order):
            out[name] = one
    return out


def reached(names: Sequence[str], after: Mapping[str, Sequence[str]]) -> set[str]:
    """These columns, and all that come before one of them."""
    seen, waiting = set[str](), [*names]
    while waiting:
        if (at := waiting.pop()) not in seen:
            seen.add(at)
            waiting += after.get(at, ())
    return seen


__all__ = ["Determining", "codes_of", "determined", "in_order", "reached", "without_circles"]
