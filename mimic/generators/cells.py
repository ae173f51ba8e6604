"""Numbers described by what k owners share: exact values where at least k owners hold them, averages of k owners elsewhere.

A value that at least k distinct owners hold is an *atom* and keeps its share. All other values are sorted and cut into
*cells*, each backed by at least k distinct owners; of a cell only three averages are kept: its mean, and slope and bend of
the least-squares parabola through its sorted values. No minimum, no maximum and no single value is stored, and both
tails end in such an average. Cells are disjoint, so no difference of two of them tells anything about one owner.

The quantile function is then one list of straight pieces (atoms are level ones); its mean is that of the source.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from mimic.generator import State
from mimic.generators.draws import Guide
from mimic.profile import Owners
from mimic.streams import Floats, Ints

MOST_CELLS = 500
_MICRO = 4_096  # the sorted values are cut in so many slices before slices are joined into cells
_PIECES = 2_000


@dataclass(frozen=True, slots=True)
class Pieces:
    """A quantile function of straight pieces, ascending by their middles: `left`, `right`, `shares`, all (m,)."""

    left: Floats
    right: Floats
    shares: Floats


@dataclass(frozen=True)
class Sketch:
    """The distribution of one column of numbers.

    `atoms` (a,) ascending, `atom_shares` (a,), `atom_owners` (a,) distinct owners of each; `means`, `slopes`, `bends`,
    `shares` (c,) of the cells, ascending. All shares together sum to 1. `floor` is 0.0 where no value was negative.
    """

    atoms: Floats
    atom_shares: Floats
    atom_owners: Ints
    means: Floats
    slopes: Floats
    bends: Floats
    shares: Floats
    floor: float | None = None

    @cached_property
    def pieces(self) -> Pieces:
        return _pieces(self)

    @cached_property
    def _table(self) -> tuple[Guide, Floats, Floats]:
        """Guide, and for each piece the line `base + u * gain`."""
        pieces = self.pieces
        guide = Guide.of(pieces.shares)
        width = np.diff(guide.edges)
        gain = np.divide(pieces.right - pieces.left, width, out=np.zeros_like(width), where=width > 0)
        return guide, pieces.left - guide.edges[:-1] * gain, gain

    def quantile(self, u: Floats) -> Floats:
        """The value below which a share `u` of all lie, u in [0, 1), any shape (n,)."""
        guide, base, gain = self._table
        part = guide(u)
        return base[part] + u * gain[part]

    @property
    def mean(self) -> float:
        return float(self.atoms @ self.atom_shares + self.means @ self.shares)

    def scaled(self, factor: float, shift: float = 0.0) -> Sketch:
        """The sketch of `x * factor + shift`, factor above 0."""
        floor = None if self.floor is None else self.floor * factor + shift
        return Sketch(
            self.atoms * factor + shift,
            self.atom_shares,
            self.atom_owners,
            self.means * factor + shift,
            self.slopes * factor,
            self.bends * factor,
            self.shares,
            floor,
        )

    def state(self) -> State:
        return {
            "atoms": self.atoms,
            "atom_shares": self.atom_shares,
            "atom_owners": self.atom_owners,
            "means": self.means,
            "slopes": self.slopes,
            "bends": self.bends,
            "shares": self.shares,
            "floor": self.floor,
        }

    @classmethod
    def restore(cls, state: State) -> Sketch:
        return cls(**state)


_NONE = np.zeros(0)


def constant(value: float) -> Sketch:
    """One value, from a rule: nobody of a source stands behind it."""
    return Sketch(np.array([float(value)]), np.ones(1), np.zeros(1, dtype=np.int64), _NONE, _NONE, _NONE, _NONE)


def described(ppf: Callable[[Floats], Floats], *, cells: int = 128, floor: float | None = None) -> Sketch:
    """The sketch of a known distribution, given its quantile function; its outermost 1 / (16 * cells) are cut off."""
    inner = (np.arange(8) + 0.5) / 8
    u = (np.arange(cells)[:, None] + inner) / cells
    means, slopes, bends = _parabolas(np.asarray(ppf(u.ravel()), dtype=np.float64), np.full(cells, 8))
    return Sketch(_NONE, _NONE, np.zeros(0, dtype=np.int64), means, slopes, bends, np.full(cells, 1 / cells), floor)


def even(low: float, high: float) -> Sketch:
    """All values between `low` and `high` alike."""
    middle, half = (low + high) / 2, (high - low) / 2
    one = np.ones(1)
    return Sketch(_NONE, _NONE, np.zeros(0, dtype=np.int64), middle * one, half * one, 0 * one, one, 0.0 if low >= 0 else None)


def mixed(parts: list[tuple[Sketch, float]]) -> Sketch:
    """Several sketches with their weights as one."""
    total = sum(weight for _, weight in parts)
    weights = [weight / total for _, weight in parts]
    sketches = [sketch for sketch, _ in parts]
    atoms = np.concatenate([sketch.atoms for sketch in sketches])
    order = np.argsort(atoms, kind="stable")
    means = np.concatenate([sketch.means for sketch in sketches])
    rising = np.argsort(means, kind="stable")
    floors = [sketch.floor for sketch in sketches]
    return Sketch(
        atoms[order],
        np.concatenate([sketch.atom_shares * weight for sketch, weight in zip(sketches, weights, strict=True)])[order],
        np.concatenate([sketch.atom_owners for sketch in sketches])[order],
        means[rising],
        np.concatenate([sketch.slopes for sketch in sketches])[rising],
        np.concatenate([sketch.bends for sketch in sketches])[rising],
        np.concatenate([sketch.shares * weight for sketch, weight in zip(sketches, weights, strict=True)])[rising],
        None if any(floor is None for floor in floors) else min(floor for floor in floors if floor is not None),
    )


def sketch(values: Floats, owners: Owners, k: int, *, most: int = MOST_CELLS, exact: bool = True) -> Sketch | None:
    """Learn a column of finite numbers (n,), `owners` of the same rows; None when fewer than k owners stand behind it.

    Without `exact` there are no atoms: everything is averages.
    """
    n = len(values)
    if n == 0 or not owners.reach(np.zeros(n, dtype=np.int64), 1, k)[0]:
        return None
    different, codes = np.unique(values, return_inverse=True)
    held = owners.distinct(codes, len(different))
    kept = (held >= k) & exact
    counts = np.bincount(codes, minlength=len(different)).astype(np.float64)
    atoms, weights = different[kept], counts[kept]
    rest = np.flatnonzero(~kept[codes])
    order = rest[np.argsort(values[rest], kind="stable")]
    cell, cells = _cut(values[order], owners.take(order), k, most, atoms)
    floor = 0.0 if different[0] >= 0 else None
    if cells == 0:
        # Too few owners for a cell of their own: they count for the nearest value that may be kept.
        if len(order) and len(atoms):
            weights = weights + np.bincount(_nearest(atoms, values[order]), minlength=len(atoms))
        if not len(atoms):
            return None  # cannot be: with no atom all rows are rest, and k owners stand behind them
        return Sketch(atoms, weights / weights.sum(), held[kept], _NONE, _NONE, _NONE, _NONE, floor)
    sizes = np.bincount(cell, minlength=cells)
    means, slopes, bends = _parabolas(values[order], sizes)
    return Sketch(atoms, weights / n, held[kept], means, slopes, bends, sizes / n, floor)


def _nearest(atoms: Floats, values: Floats) -> Ints:
    right = np.clip(np.searchsorted(atoms, values), 1, max(len(atoms) - 1, 1))
    if len(atoms) == 1:
        return np.zeros(len(values), dtype=np.int64)
    return np.where(values - atoms[right - 1] <= atoms[right] - values, right - 1, right).astype(np.int64)


def _cut(values: Floats, owners: Owners, k: int, most: int, atoms: Floats) -> tuple[Ints, int]:
    """The cell of each of the sorted `values`, and how many cells there are: each of k distinct owners at least.

    Cells end where an atom lies between two values, when they can: an average across a heavy value would fit neither side.
    """
    n = len(values)
    if n == 0 or not owners.reach(np.zeros(n, dtype=np.int64), 1, k)[0]:
        return np.zeros(n, dtype=np.int64), 0
    size = max(1, -(-n // _MICRO))
    micro = np.arange(n) // size
    starts = np.arange(0, n, size)
    gap = np.searchsorted(atoms, values[starts])  # how many atoms lie below: where it changes, a cell should end
    target = max(k, -(-n // most))
    paths = [path.tolist() for path in owners.paths if (path >= 0).any()]
    bounds: list[int] = []  # slices at which cells begin
    seen: list[set[int]] = [set() for _ in paths]
    rows = 0
    begin = 0
    for piece in range(len(starts)):
        full = rows >= k and all(len(found) >= k for found in seen)
        if full and (rows >= target or gap[piece] != gap[piece - 1]):
            bounds.append(begin)
            begin, rows = piece, 0
            seen = [set() for _ in paths]
        rows += min(size, n - piece * size)
        for found, path in zip(seen, paths, strict=True):
            found.update(path[piece * size : (piece + 1) * size])
            found.discard(-1)
    if not bounds or (rows >= k and all(len(found) >= k for found in seen)):
        bounds.append(begin)  # else the leftover joins the last cell
    bounds[0] = 0
    if not paths and size == 1:
        bounds = _evened(bounds, gap)
    cell = np.searchsorted(np.asarray(bounds), micro, side="right") - 1
    return np.asarray(cell, dtype=np.int64), len(bounds)


def _evened(bounds: list[int], gap: Ints) -> list[int]:
    """Cells within one gap between atoms, made equally large: a leftover would else weigh on the last one alone.

    Owners are rows here, so that a cell of as many rows as the smallest before has owners enough.
    """
    ends = [*bounds[1:], len(gap)]
    even: list[int] = []
    first = 0
    for last in range(len(bounds)):
        alone = last + 1 == len(bounds) or gap[bounds[last + 1]] != gap[bounds[first]]
        if alone:
            cells = last - first + 1
            whole = gap[ends[last] - 1] == gap[bounds[first]]  # else the last cell reaches over an atom and stays as it is
            stop = ends[last] if whole else bounds[last]
            cells -= not whole
            even += [bounds[first] + (stop - bounds[first]) * i // cells for i in range(cells)] + ([] if whole else [bounds[last]])
            first = last + 1
    return even


def _parabolas(values: Floats, sizes: Ints) -> tuple[Floats, Floats, Floats]:
    """Mean, slope and bend of each cell: least squares of the sorted values on t and t * t - 1/3, t from -1 to 1.

    `values` (n,) sorted, cell after cell; `sizes` (c,) each at least 1. Slope >= 0, and |bend| <= slope / 2 so that the
    parabola never falls.
    """
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    within = np.arange(len(values)) - np.repeat(starts, sizes)
    many = np.repeat(sizes, sizes)
    t = (2 * within + 1) / many - 1
    means = np.add.reduceat(values, starts) / sizes
    centred = values - np.repeat(means, sizes)  # large numbers (microseconds since 1970) would lose digits else
    square = np.add.reduceat(t * t, starts)
    slopes = np.divide(np.add.reduceat(t * centred, starts), square, out=np.zeros(len(sizes)), where=square > 0)
    curve = t * t - np.repeat(square / sizes, sizes)
    power = np.add.reduceat(curve * curve, starts)
    bends = np.divide(np.add.reduceat(curve * centred, starts), power, out=np.zeros(len(sizes)), where=power > 1e-9)
    slopes = np.maximum(slopes, 0.0)
    return means, slopes, np.clip(bends, -slopes / 2, slopes / 2)


def _pieces(sketch: Sketch) -> Pieces:
    cells = len(sketch.means)
    left, right, shares = [sketch.atoms], [sketch.atoms], [sketch.atom_shares]
    if cells:
        parts = int(np.clip(_PIECES // cells, 2, 12))
        t = np.linspace(-1.0, 1.0, parts + 1)
        shape = t * t - (1 / 3 + 2 / (3 * parts * parts))  # the mean of the straight pieces, not of the parabola, is 0
        offset = sketch.slopes[:, None] * t + sketch.bends[:, None] * shape
        room_up = np.append(np.diff(sketch.means), np.inf)
        room_down = np.insert(np.diff(sketch.means), 0, np.inf)
        if sketch.floor is not None:
            room_down = np.minimum(room_down, np.maximum(sketch.means - sketch.floor, 0.0))
        shrink = np.minimum(1.0, np.minimum(_ratio(room_up, offset[:, -1]), _ratio(room_down, -offset[:, 0])))
        knots = sketch.means[:, None] + offset * shrink[:, None]
        left.append(knots[:, :-1].ravel())
        right.append(knots[:, 1:].ravel())
        shares.append(np.repeat(sketch.shares / parts, parts))
    lefts, rights, weights = np.concatenate(left), np.concatenate(right), np.concatenate(shares)
    order = np.argsort((lefts + rights) / 2, kind="stable")
    return Pieces(lefts[order], rights[order], weights[order])


def _ratio(room: Floats, need: Floats) -> Floats:
    return np.divide(room, need, out=np.ones_like(room), where=need > 0)
