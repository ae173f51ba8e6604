"""What every value family does alike: even draws over a chunk, NULL shares, and shares looked up by a guide table.

Draws are *systematic*: of n numbers one falls into each n-th part of [0, 1), so shares come out exact to one row and small
tables get no needless sampling noise. In large tables a part of the numbers is drawn freely: rows that repeat every frequency
of the source to the row are not like another sample of the same world, and a classifier tells them by just that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mimic.generator import Task
from mimic.streams import CHUNK, Floats, Ints, Stream

Mask = NDArray[np.bool_]


def shuffled(stream: Stream, n: int) -> Ints:
    """0 .. n - 1 in random order, at most CHUNK of them; about 12 ns each.

    Each row's place is the rank of its 16 random bits, which numpy sorts in linear time. Rows that draw the same bits (one
    pair in 65,536) keep their order, which shifts the odds of any two rows by that little.
    """
    if n > CHUNK:
        return stream.permutation(n)
    keys = stream.words((n + 3) // 4).astype("<u8", copy=False).view("<u2")[:n]
    places = np.empty(n, dtype=np.int64)
    places[np.argsort(keys, kind="stable")] = np.arange(n)
    return places


LARGE, FREE = 1_000, 0.6  # rows from which numbers are drawn freely, and the share of those that are


def systematic(stream: Stream, n: int, mask: Mask | None = None, *, exact: bool = False) -> Floats:
    """n numbers in [0, 1), one in each of n equal cells, in random order; of `LARGE` or more, most are free unless all are to be `exact`.

    With `mask`, only over the rows that are not NULL (False): the others get 0.
    """
    many = n if mask is None else n - int(mask.sum())
    u = np.asarray((shuffled(stream, many) + stream.uniform(many)) / max(many, 1), dtype=np.float64)
    if many >= LARGE and not exact:  # in random order already: any part of them will do
        free = int(many * FREE)
        u[:free] = stream.uniform(free)
    if mask is None:
        return u
    spread = np.zeros(n)
    spread[~mask] = u
    return spread


def nulls(stream: Stream, n: int, share: float) -> Mask | None:
    """Which of n rows are NULL, True for NULL; None when none can be. The count is `n * share` to within one row."""
    if share <= 0.0 or n == 0:
        return None
    if share >= 1.0:
        return np.ones(n, dtype=np.bool_)
    return np.asarray(systematic(stream.at("null"), n, exact=True) < share, dtype=np.bool_)


def without(values: pa.Array, mask: Mask | None) -> pa.Array:
    """`values` with NULL where `mask` is True."""
    if mask is None or not mask.any():
        return values
    index = pa.array(np.arange(len(values), dtype=np.int64), mask=mask)
    return values.take(index)


def null_share(task: Task, column: pa.Array | None) -> float:
    """The share of NULLs to give the task's first column: as asked (option `null_share`), else as seen; 0 where none may be."""
    if not task.column.nullable:
        return 0.0
    asked = task.options.get("null_share")
    if asked is not None:
        return float(asked)
    return column.null_count / len(column) if column is not None and len(column) else 0.0


def may_keep(task: Task) -> bool:
    """Whether values that k owners hold may stay as they are (option `keep_literals`)."""
    return task.options.get("keep_literals") is not False


def apart(u: Floats, shares: Sequence[float]) -> tuple[Floats, Ints]:
    """Give the first parts of [0, 1) to special cases: which one each of `u` (n,) falls in, -1 for none, and `u` scaled for the rest."""
    edges = np.cumsum(np.asarray(shares, dtype=np.float64))
    which = np.searchsorted(edges, u, side="right")
    ordinary = which == len(edges)
    rest = np.clip((u - edges[-1]) / max(1.0 - edges[-1], 1e-12), 0.0, 1.0 - 2.0**-53)
    return np.where(ordinary, rest, 0.0), np.where(ordinary, -1, which).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Guide:
    """Finds the part of [0, 1) in which a number falls, for any number of parts, in a few nanoseconds.

    `edges` (m + 1,) ascending from 0 to 1; `first` (grid,) the part in which each of `grid` equal cells begins; `steps`
    how many edges the fullest cell holds: as often is the guess corrected.
    """

    edges: Floats
    first: NDArray[np.int32]
    steps: int

    @classmethod
    def of(cls, shares: Floats) -> Guide:
        """`shares` (m,) not negative, m >= 1; they are scaled to sum to 1."""
        edges = np.concatenate([[0.0], np.cumsum(shares)])
        edges /= edges[-1]
        edges[-1] = 1.0
        grid = 256
        while grid < 65_536 and grid < 8 * len(shares):
            grid *= 4
        starts = np.arange(grid) / grid
        first = np.searchsorted(edges[1:], starts, side="right").astype(np.int32)
        last = np.searchsorted(edges[1:], np.nextafter(starts + 1 / grid, 0.0), side="right")
        return cls(edges, first, int((last - first).max()))

    def __call__(self, u: Floats) -> NDArray[np.int32]:
        part = self.first[(u * len(self.first)).astype(np.int64)]
        above = self.edges[1:]
        for _ in range(self.steps):
            part += u >= above[part]
        return part
