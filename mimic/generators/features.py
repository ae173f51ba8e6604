"""Columns as whole numbers, which is what trees ask about.

Code 0 is NULL. Numbers, dates and times are cut between averages that k owners share; categories are told apart where k
owners hold them, by a hash of their text, and all others are one. Of any other column only NULL or not is told. Codes are
joined to the 128 bins of a tree for each target anew: numbers are cut finest where the target changes, categories stand in
the target's order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from mimic.generator import State
from mimic.generators.cells import sketch
from mimic.generators.trees import BINS
from mimic.profile import Owners, TableEvidence
from mimic.streams import Floats, Ints

MOST_CODES = 250  # categories that a feature tells apart
FINE = 1_000  # codes of a column of numbers
KNOTS = 513
LITTLE = 3  # rows without any leaning that a category is given
REACHES = (2, 12)  # codes to the left and right of an edge whose means are compared
ENOUGH = 25_000  # rows that say where bins and knots lie
Codes = NDArray[np.uint16]

OTHER = 1  # the code of all categories that are not told apart


@dataclass(frozen=True, slots=True)
class Feature:
    """How one needed column becomes codes: `edges` of numbers, or `hashes` (ascending) of texts and the code of each."""

    need: str
    way: str  # "number", "category", "presence"
    edges: Floats = field(default_factory=lambda: np.zeros(0))
    hashes: NDArray[np.uint64] = field(default_factory=lambda: np.zeros(0, dtype=np.uint64))
    codes: NDArray[np.uint8] = field(default_factory=lambda: np.zeros(0, dtype=np.uint8))

    @property
    def width(self) -> int:
        """One more than the largest code."""
        return {"number": len(self.edges) + 2, "category": len(self.codes) + 2}.get(self.way, 2)

    def encode(self, values: pa.Array) -> Codes:
        """Codes (n,) of an Arrow array."""
        if self.way == "number":
            found, null = numbers(values)
            out = np.searchsorted(self.edges, found, side="right").astype(np.uint16) + np.uint16(1)
            out[null] = 0
            return out
        valid = np.asarray(values.is_valid())
        if self.way == "presence":
            return valid.astype(np.uint16)
        index, hashes = hashed(values)
        if not len(self.hashes) or not len(hashes):
            return np.where(valid, OTHER, 0).astype(np.uint16)
        spot = np.minimum(np.searchsorted(self.hashes, hashes), len(self.hashes) - 1)
        table = np.where(self.hashes[spot] == hashes, self.codes[spot], OTHER).astype(np.uint16)
        return np.where(valid, table[np.maximum(index, 0)], 0).astype(np.uint16)

    @classmethod
    def learn(cls, need: str, values: pa.Array, owners: Owners, k: int, category: bool) -> Self:
        if not category and (ordered(values.type)):
            found, null = numbers(values)
            live = _some(np.flatnonzero(~null))
            known = sketch(found[live], owners.take(live), k, most=FINE)
            if known is None:
                return cls(need, "presence")
            middles = np.sort(np.concatenate([known.atoms, known.means]))
            if len(middles) > FINE:  # heavy values apart, the others evenly
                middles = middles[np.unique(np.linspace(0, len(middles) - 1, FINE).astype(np.int64))]
            return cls(need, "number", (middles[1:] + middles[:-1]) / 2)
        if not category:
            return cls(need, "presence")
        index, hashes = hashed(values)
        often = np.bincount(index[index >= 0], minlength=len(hashes))
        kept = np.flatnonzero(owners.reach(index, len(hashes), k))
        kept = kept[np.lexsort((hashes[kept], -often[kept]))][:MOST_CODES]
        kept = kept[np.argsort(hashes[kept])]
        return cls(need, "category", hashes=hashes[kept], codes=np.arange(OTHER + 1, OTHER + 1 + len(kept), dtype=np.uint8))

    def state(self) -> State:
        return {"need": self.need, "way": self.way, "edges": self.edges, "hashes": self.hashes, "codes": self.codes}

    @classmethod
    def restore(cls, state: State) -> Self:
        return cls(**state)


@dataclass(frozen=True, slots=True)
class Scale:
    """The place of a number among all of its column, 0 .. 1, between `knots` that are averages of k owners."""

    need: str
    knots: Floats

    def place(self, values: pa.Array) -> Floats:
        """Places (n,), NaN where a value is NULL."""
        found, null = numbers(values)
        return np.where(null, np.nan, np.interp(found, self.knots, np.linspace(0.0, 1.0, len(self.knots))))

    @classmethod
    def learn(cls, need: str, values: pa.Array, owners: Owners, k: int) -> Self | None:
        found, null = numbers(values)
        live = _some(np.flatnonzero(~null))
        known = sketch(found[live], owners.take(live), k, most=KNOTS // 2)
        return None if known is None else cls(need, known.quantile(np.linspace(0.0, 1.0 - 1e-9, KNOTS)))


def _some(rows: Ints) -> Ints:
    """Enough of the rows to tell where a column's values lie; chosen by their place, in no rhythm."""
    return rows if len(rows) <= ENOUGH else rows[(rows * 2_654_435_761 & 0xFFFFFFFF) < ENOUGH * (1 << 32) // len(rows)]


def ordered(kind: pa.DataType) -> bool:
    """Whether values of an Arrow type are numbers, days or moments."""
    tests = (pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal, pa.types.is_date, pa.types.is_timestamp, pa.types.is_time)
    return any(test(kind) for test in tests)


def numbers(values: pa.Array) -> tuple[Floats, NDArray[np.bool_]]:
    """Values of an ordered type as floats (n,), 0 where NULL or not finite; and where that is."""
    kind = values.type
    null = ~np.asarray(values.is_valid())
    if pa.types.is_date32(kind):
        values = values.view(pa.int32())
    elif pa.types.is_timestamp(kind) or pa.types.is_time64(kind):
        values = values.view(pa.int64())
    elif not pa.types.is_floating(kind):
        values = values.cast(pa.float64(), safe=False)
    found = np.asarray(pc.fill_null(values, 0).to_numpy(zero_copy_only=False), dtype=np.float64)
    strange = ~np.isfinite(found)
    if strange.any():
        found, null = np.where(strange, 0.0, found), null | strange
    return found, null


def with_gaps(values: pa.Array) -> Floats:
    """The same floats (n,), NaN where NULL or not finite."""
    found, null = numbers(values)
    return np.where(null, np.nan, found)


@lru_cache(maxsize=65_536)
def _digest(text: str) -> int:
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


def hashed(values: pa.Array) -> tuple[Ints, NDArray[np.uint64]]:
    """The place of each value (n,) among the distinct ones, -1 for NULL, and a hash of each distinct value's text (m,)."""
    encoded = values.dictionary_encode()
    index = np.asarray(pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False), dtype=np.int64)
    return index, np.array([_digest(text or "") for text in texts_of(encoded.dictionary)], dtype=np.uint64)


def texts_of(values: pa.Array) -> list[str | None]:
    """Values of any type as texts, bytes (a UUID's) as hexadecimal digits."""
    if pa.types.is_binary(values.type) or pa.types.is_fixed_size_binary(values.type):
        return [None if value is None else value.hex() for value in values.to_pylist()]
    found: list[str | None] = values.cast(pa.string()).to_pylist()
    return found


def equal(a: pa.Array, b: pa.Array) -> NDArray[np.bool_]:
    """Where two columns (n,) hold the same, NULL included."""
    both = pc.and_(pc.is_null(a), pc.is_null(b))
    return np.asarray(pc.or_(pc.fill_null(pc.equal(a, b), False), both))


def binned(features: Sequence[Feature], tables: Sequence[NDArray[np.uint8]], given: Mapping[str, pa.Array], n: int) -> NDArray[np.uint8]:
    """The bins of all features (features, n), one row of 0 where there are none; 0 for what is not given."""
    out = np.zeros((max(len(features), 1), n), dtype=np.uint8)
    for i, (feature, table) in enumerate(zip(features, tables, strict=True)):
        if feature.need in given:
            out[i] = table[feature.encode(given[feature.need])]
    return out


def evenly(codes: Codes, width: int) -> NDArray[np.uint8]:
    """A table from codes to bins, as many rows to a bin as can be where there are too many codes; code 0 has bin 0."""
    if width <= BINS:
        return np.arange(width, dtype=np.uint8)
    table = np.zeros(width, dtype=np.int64)
    table[1:] = 1 + _shared(np.bincount(codes, minlength=width)[1:])
    return table.astype(np.uint8)


def _shared(many: Ints) -> Ints:
    """Bins 0 .. BINS - 2 of things in a row, `many` of each, so that bins hold alike."""
    share = np.cumsum(many) / max(int(many.sum()), 1)
    return np.minimum((share * (BINS - 1)).astype(np.int64), BINS - 2)


def arranged(feature: Feature, codes: Codes, wanted: Floats, *, apart: bool = False) -> NDArray[np.uint8]:
    """A table from codes to bins for one target, `wanted` (rows, dimensions): numbers are cut where it changes most, and evenly;
    categories stand in the order of its first dimension, neighbours joined where there are too many. When the dimensions tell
    different things `apart`, categories that stand out in the same one stand together."""
    width = feature.width
    if feature.way == "number":
        return evenly(codes, width) if width <= BINS else _cut(codes, width, wanted)
    table = np.arange(width, dtype=np.int64)
    if feature.way == "category" and width > OTHER + 2:
        many = np.bincount(codes, minlength=width)
        sums = np.stack([np.bincount(codes, weights=values, minlength=width) for values in (wanted.T if apart else wanted.T[:1])])
        means = sums / (many + LITTLE)
        chief = np.argmax(means, axis=0)
        side = np.argsort(np.argsort([means[0][chief == i].mean() if (chief == i).any() else 0.0 for i in range(len(means))]))[chief]
        rest = np.arange(1, width)
        order = rest[np.lexsort((means[chief, np.arange(width)][rest], side[rest]))]
        table[order] = 1 + (_shared(many[order]) if width > BINS else np.arange(width - 1))
    return table.astype(np.uint8)


def _cut(codes: Codes, width: int, wanted: Floats) -> NDArray[np.uint8]:
    """Half of the edges hold as many rows between them as can be; the others lie where means of the target differ most on their sides."""
    many = np.bincount(codes, minlength=width)[1:]
    half = BINS // 2
    share = np.cumsum(many) / max(int(many.sum()), 1)
    even = np.minimum((share * half).astype(np.int64), half - 1)
    edge = np.append(False, even[1:] != even[:-1])  # whether a bin begins at a code
    rows = np.append(0, np.cumsum(many)).astype(np.float64)
    score = np.zeros(width - 1)
    places = np.arange(width - 1)
    sides = [(np.maximum(places - reach, 0), np.minimum(places + reach, width - 1)) for reach in REACHES]
    for values in wanted.T:
        sums = np.append(0.0, np.cumsum(np.bincount(codes, weights=values, minlength=width)[1:]))
        for low, high in sides:
            left, right = rows[places] - rows[low], rows[high] - rows[places]
            with np.errstate(divide="ignore", invalid="ignore"):
                step = (sums[high] - sums[places]) / right - (sums[places] - sums[low]) / left
                score += np.nan_to_num(step * step * left * right / (left + right))
    peak = (score >= np.append(score[1:], 0.0)) & (score >= np.append(0.0, score[:-1])) & ~edge
    best = np.flatnonzero(peak)
    edge[best[np.argsort(-score[best], kind="stable")[: BINS - 2 - int(edge.sum())]]] = True
    return np.append(0, 1 + np.cumsum(edge)).astype(np.uint8)


def feature_of(evidence: TableEvidence, need: str, k: int, category: bool) -> tuple[Feature, Codes]:
    """The feature of one needed column and its codes in the sample (rows,); made once for all columns of a table that ask for it."""
    key = ("feature", need, k, category)
    if key not in evidence.memo:
        values = evidence.column(need)
        feature = Feature.learn(need, values, evidence.owners, k, category)
        evidence.memo[key] = (feature, feature.encode(values))
    found: tuple[Feature, Codes] = evidence.memo[key]
    return found


def scale_of(evidence: TableEvidence, need: str, k: int) -> tuple[Scale, Floats] | None:
    """The scale of one needed column of numbers, and the places of the sample's rows on it."""
    key = ("scale", need, k)
    if key not in evidence.memo:
        scale = Scale.learn(need, evidence.column(need), evidence.owners, k)
        evidence.memo[key] = None if scale is None else (scale, scale.place(evidence.column(need)))
    found: tuple[Scale, Floats] | None = evidence.memo[key]
    return found


__all__ = [
    "Codes",
    "Feature",
    "Scale",
    "arranged",
    "binned",
    "equal",
    "evenly",
    "feature_of",
    "hashed",
    "numbers",
    "ordered",
    "scale_of",
    "texts_of",
]
