"""Long chains of one self-referencing key, followed in memory: its pairs (row, parent) are read once, as arrays.

Asking the source level by level is right for trees of a few levels, whatever the size of their table. A chain of thousands
(a version that knows the one before) would cost as many questions.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mimic.selection import Edge
from mimic.subsetting.keys import codes

FROM = 12  # levels that are asked for one by one before

Rows = NDArray[np.int64]  # places in a table of pairs


class Pairs:
    """All rows of a table, with what must be known of them to go on, ready to be followed along one of its keys."""

    def __init__(self, edge: Edge, rows: pa.Table) -> None:
        self.edge, self.rows = edge, rows

    def levels(self, frontier: pa.Table, seen: NDArray[np.bool_], *, down: bool) -> Iterator[Rows]:
        """Rows level by level from those with the keys in `frontier` on; `seen` ones (n,) end a chain, and are marked as it goes.

        Down these are the children of rows with such keys, else the rows that have such keys themselves, and then their parents.
        """
        key = self.edge.key
        n = self.rows.num_rows
        kinds = [self.rows.column(name).type for name in key.referred]
        sides = [[side.column(name) for name in names] for side, names in ((self.rows, key.referred), (self.rows, key.columns))]
        sides.append([frontier.column(name) for name in key.referred])
        joined = []
        for i, kind in enumerate(kinds):
            chunks = [chunk for side in sides for chunk in side[i].cast(kind, safe=False).chunks]
            joined.append(pa.chunked_array(chunks, kind))
        every = codes(joined)
        blank = np.zeros(n, np.bool_)
        for name in key.columns:
            blank |= np.asarray(self.rows.column(name).is_null())
        own, above, at = every[:n], np.where(blank, -1, every[n : 2 * n]), np.unique(every[2 * n :])
        looked, told = (above, own) if down else (own, above)
        order = np.argsort(looked, kind="stable")
        sorted_ = looked[order]
        while len(at):
            low, high = np.searchsorted(sorted_, at, "left"), np.searchsorted(sorted_, at, "right")
            counts = high - low
            found = order[np.repeat(low - np.r_[0, np.cumsum(counts)[:-1]], counts) + np.arange(counts.sum())]
            found = np.unique(found[~seen[found]])
            if not len(found):
                return
            seen[found] = True
            yield found
            at = np.unique(told[found])
            at = at[at >= 0]
