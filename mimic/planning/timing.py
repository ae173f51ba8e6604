"""Which parents of one row fit each other in time: on the market before it is sold, hired before the order, valid on the day."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import numpy as np
import pyarrow as pa

from mimic.generators.timely import Timely, stamps
from mimic.plan import Held
from mimic.planning.around import Around
from mimic.profile import TableEvidence
from mimic.schema import ForeignKey
from mimic.streams import Floats, Ints, Streams

FEWEST = 200  # rows with both dates
NEVER, CHANCE = 0.999, 0.98  # of the rows in which one date is not after the other, and at most of those by chance
DATES = 6  # dates of a parent that are looked at


def timely(keys: Sequence[ForeignKey], apart: Collection[str], found: TableEvidence, around: Around) -> list[tuple[Timely, Held]]:
    """Limits between the parents by two keys, at most one for each pair of keys and way round; nothing hangs on keys that are `apart`."""
    free = [key for key in keys if key.label not in apart and key.parent != key.table]
    seen = {key.label: list(_dates(key, found, around)) for key in free}
    mixed = np.argsort(Streams(0).at("timely", found.table.name).uniform(found.sampled), kind="stable")
    out = list[tuple[Timely, Held]]()
    for earlier in free:
        for later in free:
            if earlier.label == later.label or set(earlier.columns) & set(later.columns):
                continue
            best: tuple[float, Timely, Held] | None = None
            for first, a in seen[earlier.label]:
                for last, b in seen[later.label]:
                    told = _told(a, b, mixed)
                    if told is not None and (best is None or told[0] < best[0]):
                        said = f"never after {later.label}.{last}"
                        held = Held("ordered", f"{earlier.label}.{first}", said, told[1] - told[2], told[2])
                        best = told[0], Timely(earlier.label, first, later.label, last), held
            if best is not None:
                out.append(best[1:])
    return out


def _dates(key: ForeignKey, found: TableEvidence, around: Around) -> Iterator[tuple[str, Floats]]:
    """Dates that are seen from a key's parent, as the rows of the sample have them."""
    dates = 0
    for need, category in around.seen(key.parent, 2, key.table):
        if category or dates == DATES:
            continue
        values = around.evidence.along(found, f"{key.label}.{need}")
        if pa.types.is_date(values.type) or pa.types.is_timestamp(values.type):
            dates += 1
            yield need, stamps(values)


def _told(first: Floats, last: Floats, mixed: Ints) -> tuple[float, int, int] | None:
    """How often one date is not after the other by chance, how many rows have both, and in how many it is after; None where it often is."""
    both = ~np.isnan(first) & ~np.isnan(last)
    rows = int(both.sum())
    if rows < FEWEST:
        return None
    broken = int((first > last)[both].sum())
    if broken > (1 - NEVER) * rows:
        return None
    mine, theirs = first[both], last[mixed[both[mixed]]]
    chance = float((mine <= theirs).mean())
    return (chance, rows, broken) if chance <= CHANCE else None


__all__ = ["timely"]
