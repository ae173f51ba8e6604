"""What siblings have added up to before a row: the balance that a payment looks at, the stock from which somebody sells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from mimic.generator import Columns, State
from mimic.generators.features import Feature, Scale, hashed, numbers
from mimic.generators.lines import Line
from mimic.streams import Floats, Ints

LITTLE = 1e-6


@dataclass(frozen=True, slots=True)
class SoFar:
    """That `column` is the running sum (`generators/running.py`) of a generator's own column and of others that are filled before it.

    `sign` 1.0 where the own one is added, -1.0 where it is taken away, `terms` the others with theirs; `signs` a column and hashes of
    those of its values by which all is turned round; `opening` a need that says where a line begins, "" at 0. `floor`: it is never below 0.
    """

    column: str
    sign: float = 1.0
    terms: tuple[tuple[str, str], ...] = ()
    signs: tuple[str, tuple[int, ...]] | None = None
    opening: str = ""
    floor: bool = False

    @property
    def need(self) -> str:
        """What trees ask for."""
        return f"<{self.column}"

    @property
    def needs(self) -> tuple[str, ...]:
        more = [*([self.signs[0]] if self.signs else []), *([self.opening] if self.opening else [])]
        return (*(name for _, name in self.terms), *more)

    def ways(self, given: Columns, n: int) -> tuple[Floats, Floats, Floats]:
        """For each row (n,) what its own number is multiplied by, what the others add, and where its line begins."""
        sign, base, start = np.full(n, self.sign), np.zeros(n), np.zeros(n)
        for way, name in self.terms:
            values, null = numbers(given[name])
            base += np.where(null, 0.0, values) * (1.0 if way == "+" else -1.0)
        if self.signs is not None:
            turned = turned_round(given[self.signs[0]], self.signs[1])
            sign, base = sign * turned, base * turned
        if self.opening:
            values, null = numbers(given[self.opening])
            start = np.where(null, 0.0, values)
        return sign, base, start

    def afloat(self, values: pa.Array, given: Columns, line: Line) -> pa.Array:
        """The same own values; where a sum would fall below 0 the last before that added something adds more, or a row takes less."""
        n = len(values)
        own, null = numbers(values)
        was = own = np.where(null, 0.0, own)
        own = own.copy()
        sign, base, start = self.ways(given, n)
        sums, last = np.zeros(n), np.full(n, -1, dtype=np.int64)
        least = float(own[own > LITTLE].min(initial=np.inf))
        for rows in line.turns():
            before = line.before[rows]
            here = np.maximum(before, 0)
            sums[rows] = np.where(before >= 0, sums[here], start[rows]) + base[rows] + sign[rows] * own[rows]
            last[rows] = np.where(sign[rows] * own[rows] > 0, rows, np.where(before >= 0, last[here], -1))
            short = rows[sums[rows] < -LITTLE]
            first = short[last[short] < 0]  # nobody before has added anything: it takes what there is, or adds itself
            taken = sign[first] * own[first]
            nothing = taken - sums[first] > -LITTLE
            turned, left = first[nothing & (len(self.terms) == 0)], first[~nothing]
            little = first[nothing & (len(self.terms) > 0) & (np.abs(own[first]) > least)]  # a row that says nothing at all is worse
            sums[little] -= sign[little] * (own[little] - least)
            own[little] = least
            own[left] -= sign[left] * sums[left]
            sums[turned] -= 2 * sign[turned] * own[turned]
            own[turned] *= -1.0
            last[turned] = turned
            raise_ = short[last[short] >= 0]
            raise_ = raise_[sums[raise_] < -LITTLE]
            own[last[raise_]] -= sign[last[raise_]] * sums[raise_]
            sums[left] = sums[raise_] = 0.0
        raised = (own != was) & ~null
        return values if not raised.any() else pc.if_else(pa.array(raised), _like(own, values.type), values)

    def state(self) -> State:
        return {
            "column": self.column,
            "sign": self.sign,
            "terms": [list(term) for term in self.terms],
            "signs": [self.signs[0], list(self.signs[1])] if self.signs else None,
            "opening": self.opening,
            "floor": self.floor,
        }

    @classmethod
    def restore(cls, state: State) -> Self:
        signs = (state["signs"][0], tuple(int(each) for each in state["signs"][1])) if state["signs"] else None
        return cls(**{**state, "terms": tuple((way, name) for way, name in state["terms"]), "signs": signs})


@dataclass(slots=True)
class Sums:
    """The sums of rows that are dealt one sibling after the other, as near as they are known before all are.

    `feature` its place among the features, -1 if none; `codes` (codes,) and `rising` (m,) the numbers that codes, and places of code
    1, stand for; the others (n,) as of `SoFar.ways`.
    """

    feature: int
    asked: Feature | None
    table: NDArray[np.uint8]
    guide: Scale | None
    codes: Floats
    rising: Floats
    sign: Floats
    base: Floats
    start: Floats
    sums: Floats

    @classmethod
    def of(
        cls, told: SoFar, features: Sequence[Feature], tables: Sequence[NDArray[np.uint8]], guide: Scale | None, given: Columns,
        values: pa.Array, codes: Ints, number: Floats, n: int,
    ) -> Self:  # fmt: skip
        spot = next((i for i, feature in enumerate(features) if feature.need == told.need), -1)
        own, null = numbers(values)
        own = np.where(null, 0.0, own)
        of_codes = np.zeros(int(codes.max(initial=0)) + 1)
        of_codes[codes] = own
        rising = own[codes == 1][np.argsort(number[codes == 1], kind="stable")]
        asked, table = (features[spot], tables[spot]) if spot >= 0 else (None, np.zeros(0, dtype=np.uint8))
        ways = told.ways(given, n)
        return cls(
            spot, asked, table, guide if guide is not None and guide.need == told.need else None, of_codes, rising, *ways, np.zeros(n)
        )

    def before(self, before: Ints) -> pa.Array:
        """What stood there before rows (rows,) whose siblings before are these; NULL where there is none."""
        return pa.array(self.sums[np.maximum(before, 0)], mask=before < 0)

    def bin(self, stood: pa.Array) -> NDArray[np.uint8]:
        assert self.asked is not None
        return self.table[self.asked.encode(stood)]

    def add(self, rows: Ints, before: Ints, dealt: Ints, at: Floats) -> None:
        """Go on by what some rows were dealt; `before` of these rows, `dealt` and `at` of all."""
        own = self.codes[np.minimum(dealt[rows], len(self.codes) - 1)]
        if len(self.rising):
            spot = np.minimum((at[rows] * len(self.rising)).astype(np.int64), len(self.rising) - 1)
            own = np.where(dealt[rows] == 1, self.rising[spot], own)
        stood = np.where(before >= 0, self.sums[np.maximum(before, 0)], self.start[rows])
        self.sums[rows] = stood + self.base[rows] + self.sign[rows] * own


def turned_round(values: pa.Array, hashes: Sequence[int]) -> Floats:
    """-1.0 for each of the values (n,) whose text has one of the hashes, 1.0 for all others."""
    index, own = hashed(values)
    round_ = np.append(np.isin(own, np.array(hashes, dtype=np.uint64)), False)
    return np.where(round_[index], -1.0, 1.0)


def _like(values: Floats, kind: pa.DataType) -> pa.Array:
    if pa.types.is_floating(kind):
        return pa.array(values).cast(kind)
    if pa.types.is_decimal(kind):
        return pa.array(np.round(values, kind.scale)).cast(kind, safe=False)
    return pa.array(np.rint(values).astype(np.int64)).cast(kind)


__all__ = ["SoFar", "Sums", "turned_round"]
