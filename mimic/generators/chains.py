"""Columns whose values hang on the sibling before: all first siblings are dealt at once, then all second ones, and so on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self, TypeVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mimic.generators.dealing import unraked
from mimic.generators.familiar import Walk
from mimic.generators.features import Feature, Scale
from mimic.generators.pooling import Learnt, grown_together
from mimic.generators.so_far import Sums
from mimic.generators.trees import Bins
from mimic.streams import Floats, Ints, Stream

ENOUGH = 20_000  # rows on which it is seen how often codes come
ROUNDS = 5  # in which shares are fitted, at most
SLOW = 0.7  # of what is missing, in the logarithm: where siblings are alike, more of one calls for more again
NEAR = 0.005  # of the rows that a code may be off
OVER, KNOWS = 1.5, 0.9  # how much too often a code comes that is much too often, and how much of a leaf such codes are
Number = TypeVar("Number", np.uint8, np.float64)


@dataclass(frozen=True, slots=True)
class Before:
    """What a column's value in the sibling before means for trees, and for ranks that follow it.

    `feature` its place among the features, -1 if none. Of every code that is dealt (codes,) and of the sorted values of code 1
    (m,): `code_bins` and `bins`, `code_places` and `places` (NaN where there is no number). `first` the bin where there is no sibling.
    """

    feature: int
    first: int
    code_bins: NDArray[np.uint8]
    bins: NDArray[np.uint8]
    code_places: Floats | None
    places: Floats | None

    @classmethod
    def of(
        cls,
        features: Sequence[Feature],
        tables: Sequence[NDArray[np.uint8]],
        guide: Scale | None,
        own: str,
        values: pa.Array,
        codes: Ints,
        number: Floats,
    ) -> Self:
        """`values` (n,) that are to be dealt, with their `codes` and `number`; `own` the need."""
        live = np.flatnonzero(codes == 1)
        rising = values.take(pa.array(live[np.argsort(number[live], kind="stable")]))
        different, first = np.unique(codes, return_index=True)
        each = np.zeros(int(codes.max(initial=0)) + 1, dtype=np.int64)
        each[different] = first
        one = values.take(pa.array(each))
        spot = next((i for i, feature in enumerate(features) if feature.need == own), -1)
        nothing = np.zeros(0, dtype=np.uint8)
        code_bins, bins, none = nothing, nothing, 0
        if spot >= 0:
            feature, table = features[spot], tables[spot]
            code_bins, bins = table[feature.encode(one)], table[feature.encode(rising)]
            none = int(table[feature.encode(pa.nulls(1, values.type))][0])
        places = (None, None) if guide is None or guide.need != own else (guide.place(one), guide.place(rising))
        return cls(spot, none, code_bins, bins, *places)

    def bin(self, before: Ints, dealt: Ints, at: Floats) -> NDArray[np.uint8]:
        """The bin of each row, shape (rows,), whose sibling before is row `before` (-1: none); `dealt` and `at` of all rows."""
        return _known(self.code_bins, self.bins, before, dealt, at, np.uint8(self.first))

    def place(self, before: Ints, dealt: Ints, at: Floats) -> Floats | None:
        """The place that ranks follow, NaN where there is no sibling; None where they follow something else."""
        if self.code_places is None or self.places is None:
            return None
        return _known(self.code_places, self.places, before, dealt, at, np.float64(np.nan))


def _known(by_code: NDArray[Number], rising: NDArray[Number], before: Ints, dealt: Ints, at: Floats, none: Number) -> NDArray[Number]:
    """What stands for the row before each (rows,): by its code, or of code 1 by its place among the sorted values; `none` without one."""
    here = np.maximum(before, 0)
    out = by_code[np.minimum(dealt[here], len(by_code) - 1)]
    if len(rising):
        spot = np.minimum((at[here] * len(rising)).astype(np.int64), len(rising) - 1)
        out = np.where(dealt[here] == 1, rising[spot], out)
    return np.where(before < 0, none, out)


def in_turn(
    trees: Sequence[Learnt],
    turns: Sequence[Ints],
    before: Ints,
    bins: Bins,
    led: Floats | None,
    own: Before,
    have: Ints,
    u: Floats,
    v: Floats,
    place: Stream,
    *,
    free: bool = False,
    sums: Sums | None = None,
    walk: Walk | None = None,
) -> tuple[Ints, Floats, Ints, Floats]:
    """Code and place of each row, the leaf it comes to, and the shares of the codes there.

    `turns` rows in the order in which they are dealt, `before` (n,) the sibling before each; `have` how often each code is there; `u`,
    `v` (n,) say which code and which place. Some lines are dealt several times first, until codes come about as often as they are there:
    shares are fitted to that, but not where rows are `free`. `sums`: what siblings have added up to, where that is asked about; `walk`:
    how they resemble each other beyond what leaves say.
    """
    n = bins.shape[1]
    which = place.at("tree").integers(n, len(trees))
    offset = np.cumsum([0, *(len(learnt.shares) for learnt in trees)])
    shares = unraked(np.concatenate([learnt.shares for learnt in trees]).astype(np.float64), have.astype(np.float64))
    forest, scaled = grown_together(trees), [(turn, learnt.cells) for turn, learnt in enumerate(trees) if learnt.cells is not None]
    dealt, at, leaf = np.zeros(n, dtype=np.int64), np.full(n, 0.5), np.zeros(n, dtype=np.int64)

    def deal(turns: Sequence[Ints]) -> None:
        edges = np.cumsum(shares, axis=1)
        if walk is not None:
            walk.begin()
        for many, rows in enumerate(turns):
            here = bins.take(rows, axis=1)
            if own.feature >= 0:
                here[own.feature] = own.bin(before[rows], dealt, at)
            if sums is not None and sums.feature >= 0:
                here[sums.feature] = sums.bin(sums.before(before[rows]))
            leaf[rows] = ended = forest.leaf(here, which[rows])
            if walk is not None:
                codes = walk.take(many, rows, shares[ended], u[rows])
            else:
                codes = np.minimum(np.add.reduce(u[rows, None] >= edges[ended], axis=1), edges.shape[1] - 1)
            dealt[rows] = codes
            if scaled and len(live := rows[codes == 1]):
                follow = own.place(before[live], dealt, at)
                if sums is not None and sums.guide is not None:
                    follow = sums.guide.place(sums.before(before[live]))
                follow = follow if follow is not None else None if led is None else led[live]
                for turn, cells in scaled:
                    part = np.flatnonzero(which[live] == turn)
                    guide = None if follow is None else follow[part]
                    at[live[part]] = np.clip(cells.draw(leaf[live[part]] - offset[turn], v[live[part]], guide), 0.0, 1.0)
            if sums is not None:
                sums.add(rows, before[rows], dealt, at)

    if not free and (have > 0).sum() > 1:
        some = some_of(turns, before, n)
        rows = np.concatenate(some)
        wanted = have * (len(rows) / max(have.sum(), 1))
        for _ in range(ROUNDS):
            deal(some)
            got = np.bincount(dealt[rows], minlength=len(have))
            if np.abs(got - wanted).max() < NEAR * len(rows):
                break
            shares = nearer(shares, wanted, got, np.clip(((wanted + 1.0) / (got + 1.0)) ** SLOW, 0.5, 2.0))
    deal(turns)
    return dealt, at, leaf, shares


def nearer(shares: Floats, wanted: Floats, got: Ints, factor: Floats) -> Floats:
    """Shares (leaves, codes) times a `factor` (codes,), with which codes come nearer to what is `wanted` (codes,) than they `got`.

    A leaf that knows little but codes which come much too often is one that rows are led to more often than in the source: what it is to
    lose goes to the codes that are short.
    """
    over, lacking = got > OVER * wanted + NEAR * got.sum(), np.maximum(wanted - got, 0.0)
    made = shares * factor
    if over.any() and lacking.sum() > 0:
        led = shares[:, over].sum(axis=1) > KNOWS
        lost = (shares[led] - made[led])[:, over].sum(axis=1)
        made[led] += lost[:, None] * (lacking / lacking.sum())
    made /= made.sum(axis=1, keepdims=True)
    return made


def some_of(turns: Sequence[Ints], before: Ints, n: int) -> list[Ints]:
    """The turns of some lines only, of about `ENOUGH` rows together."""
    if n <= ENOUGH:
        return list(turns)
    taken = np.zeros(n, dtype=np.bool_)
    first = turns[0]
    taken[first[:: -(-n // ENOUGH)]] = True
    for rows in turns[1:]:
        taken[rows] = taken[before[rows]]
    return [rows[taken[rows]] for rows in turns]


__all__ = ["ENOUGH", "NEAR", "ROUNDS", "Before", "in_turn", "nearer", "some_of"]
