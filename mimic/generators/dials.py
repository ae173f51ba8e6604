"""How fine a column is learned: three settings of everything that trades likeness for privacy.

`balanced` is what Mimic does unasked. `privacy` asks for three times as many owners behind whatever is kept, for larger leaves, for
a tenth of the cells, and takes a named distribution instead of quantiles wherever that is nearly as good. `utility` does with half
as many owners, and with finer leaves and cells.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mimic.generator import Task


@dataclass(frozen=True, slots=True)
class Dial:
    owners: float  # times k
    least: int  # rows of a leaf
    leaves: int  # of a tree, at most
    cells: int  # in which numbers and moments are averaged, at most
    slack: float  # by how much a named distribution may foretell less than quantiles and still be taken; below 0 it must foretell more

    def k(self, k: int) -> int:
        return max(min(k, 2), -(-k * int(2 * self.owners) // 2))


DIALS: Mapping[str, Dial] = {
    "utility": Dial(0.5, 10, 4_000, 1_000, -1.0),
    "balanced": Dial(1.0, 20, 1_000, 500, -1.0),
    "privacy": Dial(3.0, 100, 100, 50, 0.02),
}


def dial_of(task: Task) -> Dial:
    return DIALS[str(task.options.get("dial", "balanced"))]


__all__ = ["DIALS", "Dial", "dial_of"]
