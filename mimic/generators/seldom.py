"""Categories that come only so often among siblings: one address of a customer is the main one, a film has one lead and two second parts.

Whatever deals the categories out knows which are likely. Where a line of siblings has too many of one, some of its rows get another; where
it has too few, rows that are free to change get it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import ClassVar, Self

import numpy as np
import pyarrow as pa

from mimic.generator import Columns, Generator, Literal, Span, State, Task
from mimic.generators.features import hashed
from mimic.generators.leaves import plain
from mimic.generators.lines import beginning, places, siblings
from mimic.generators.nested import inside, pack, unpack
from mimic.profile import TableEvidence
from mimic.registry import Registry
from mimic.streams import Ints, Stream


@dataclass(frozen=True)
class Seldom:
    """Fills the column of its `inner` generator; among rows that are equal in `line[0]` (-1 and NULL aside) each value whose text has one
    of the `hashes` comes at least `low` and at most `high` times.

    Options: `seldom` (the kind of the inner generator, the need, and a hash, low and high for each value), and those of that generator.
    """

    kind: ClassVar[str] = "relation.seldom"
    version: ClassVar[int] = 1

    inner: Generator
    line: tuple[str, ...]
    hashes: tuple[int, ...]
    low: tuple[int, ...]
    high: tuple[int, ...]

    @property
    def fills(self) -> tuple[str, ...]:
        return self.inner.fills

    @property
    def needs(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.inner.needs, *self.line)))

    @classmethod
    def suits(cls, task: Task) -> float:
        """It is put around another generator by the planner, never chosen by type."""
        return 0.0

    @classmethod
    def learn(cls, task: Task, evidence: TableEvidence | None, stream: Stream) -> Self:
        from mimic.generators import builtin

        kind, need, *times = task.options["seldom"]
        options = {name: value for name, value in task.options.items() if name != "seldom"}
        inner = plain(builtin().generators.get(str(kind)).learn(replace(task, options=options), evidence, stream))
        hashes, low, high = (tuple(int(each[i]) for each in times) for i in range(3))
        return cls(inner, (str(need),), hashes, low, high)

    def sample(self, span: Span, stream: Stream, given: Columns) -> Columns:
        name, need = self.fills[0], self.line[0]
        drawn = self.inner.sample(span, stream, {each: given[each] for each in self.inner.needs})[name]
        group = siblings(need, given[need])
        index, hashes = hashed(drawn)
        place = {int(each): spot for spot, each in enumerate(hashes)}
        chance = inside(stream, "seldom").permutation(span.n)
        bound = np.array([place.get(each, -2) for each in self.hashes], dtype=np.int64)
        which = np.arange(span.n)
        for turn, (code, low, high) in enumerate(zip(bound.tolist(), self.low, self.high, strict=True)):
            if code >= 0:  # otherwise no row has it: there is none to take it from
                index, which = _exchanged(index, which, group, code, (low, high), bound, turn, chance)
        return {name: drawn.take(pa.array(which))}

    def capacity(self) -> int | None:
        return None

    def literals(self) -> Iterable[Literal]:
        return self.inner.literals()

    def state(self) -> State:
        told = {"line": list(self.line), "hashes": list(self.hashes), "low": list(self.low), "high": list(self.high)}
        return {"inner": pack(self.inner), **told}

    @classmethod
    def restore(cls, state: State) -> Self:
        named = {name: tuple(int(each) for each in state[name]) for name in ("hashes", "low", "high")}
        return cls(inner=unpack(state["inner"]), line=tuple(state["line"]), **named)


def _nth(group: Ints, order: Ints) -> Ints:
    """How many rows of its group come before each (m,), by `order`."""
    rows = np.lexsort((order, group))
    out = np.empty(len(group), dtype=np.int64)
    out[rows] = places(beginning(group[rows]))
    return out


def _exchanged(
    index: Ints, which: Ints, group: Ints, code: int, times: tuple[int, int], bound: Ints, turn: int, chance: Ints
) -> tuple[Ints, Ints]:  # fmt: skip
    """Rows of groups that have too many of a code change places with rows of groups that have too few of it, or have room.

    What has been settled in the turns before stays as it is; `index` and `which` (n,) are the code of a row and whose value it has.
    """
    low, high = times
    mine = np.flatnonzero((index == code) & (group >= 0))
    many = np.bincount(group[mine], minlength=int(group.max(initial=-1)) + 1)
    nth = _nth(group[mine], chance[mine])
    give = mine[np.lexsort((chance[mine], nth < low, nth < high))]
    over, able = int((nth >= high).sum()), int((nth >= low).sum())
    spare = np.flatnonzero((group >= 0) & ~np.isin(index, bound[: turn + 1]))
    spare = spare[np.lexsort((chance[spare], np.isin(index[spare], bound)))]  # those that are bound by nothing first
    room = _nth(group[spare], np.arange(len(spare))) + many[group[spare]]
    take = spare[np.argsort(np.where(room < low, 0, np.where(room < high, 1, 2)), kind="stable")]
    lacking, free = int((room < low).sum()), int((room < high).sum())
    pairs = min(max(over, lacking), able, free)
    index, which = index.copy(), which.copy()
    value = which[mine[:1]]
    a, b = give[:pairs], take[:pairs]
    index[a], index[b], which[a], which[b] = index[b], index[a], which[b], which[a]
    if len(mine):  # more are lacking than there are to spare
        index[more := take[pairs:lacking]], which[more] = code, value
    others = np.flatnonzero(~np.isin(index, bound))
    if len(others):  # more are too many than there is room for
        of = others[chance[give[pairs:over]] % len(others)]
        index[rest := give[pairs:over]], which[rest] = index[of], which[of]
    return index, which


def register(registry: Registry) -> None:
    registry.generators.add(Seldom)


__all__ = ["Seldom", "register"]
