"""From which other date a date is best counted: the one that it stands closest to, or that it never goes before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from mimic.generators.after import distances
from mimic.streams import Floats

FEWEST = 200  # rows that hold both dates
TOGETHER = 0.5  # of the rows that hold the date
BOUND = 1.2  # the same of a date that tells no more than the calendar, but is never gone before: that has to stay so
OFTEN = 0.05  # of the rows
SELDOM = 0.005  # of the distances may have the other sign, if it is to be nearly always the one date first
CLOSE, AFTER = 0.2, 0.6  # of the spread of the date itself: how far the distances may spread, and how far where they have one sign


@dataclass(frozen=True, slots=True)
class Since:
    """The need to count from; needs that the date never goes before, and never beyond."""

    need: str
    floors: tuple[str, ...]
    caps: tuple[str, ...]
    rows: int = 0  # that hold the date and one of these


def counted_from(values: pa.Array, others: Mapping[str, pa.Array]) -> Since | None:
    """`others`: dates that are filled before, by need. None where no distance tells more than the calendar."""
    best: tuple[float, str] | None = None
    bound: tuple[float, str] | None = None
    floors, caps, rows = [], [], 0
    for need, other in others.items():
        ticks, null = distances(values, other)
        apart = ticks[~null].astype(np.float64)
        if len(apart) < FEWEST or len(apart) < TOGETHER * (len(values) - values.null_count) or not apart.any():
            continue
        if apart.min() >= 0 or apart.max() <= 0:
            rows = max(rows, len(apart))
        if apart.min() >= 0:
            floors.append(need)
        elif apart.max() <= 0:
            caps.append(need)
        own, _ = distances(values, pa.array(np.zeros(len(values), dtype=np.int64)).view(pa.timestamp("us")))
        share = _spread(apart) / max(_spread(own[~null].astype(np.float64)), 1.0)
        sided = min((apart < 0).mean(), (apart > 0).mean()) <= SELDOM
        if share < (AFTER if sided else CLOSE):
            best = min(best or (np.inf, ""), (share, need))
        if sided and share < BOUND and _crossing(values, other):
            bound = min(bound or (np.inf, ""), (share, need))
    best = best or bound
    if best is None:
        return None
    near = {"", *(best[1][: i + 1] for i, letter in enumerate(best[1]) if letter == ".")}
    # A limit that another parent sets is kept by choosing parents that fit, not by moving the date.
    floors, caps = ([need for need in found if need[: need.rfind(".") + 1] in near] for found in (floors, caps))
    return Since(best[1], tuple(floors), tuple(caps), rows)


def _crossing(values: pa.Array, other: pa.Array) -> bool:
    """Whether dates drawn without regard to the others would often lie on the wrong side of them."""
    zero = pa.array(np.zeros(len(values), dtype=np.int64)).view(pa.timestamp("us"))
    (mine, none), (theirs, lost) = distances(values, zero), distances(other, zero)
    low, high = np.quantile(mine[~none], (OFTEN, 1 - OFTEN))
    begin, end = np.quantile(theirs[~lost], (OFTEN, 1 - OFTEN))
    return bool(low < end and begin < high)


def floors(values: pa.Array, others: Mapping[str, pa.Array]) -> list[str]:
    """Needs that are dates of the same type before which the `values` never lie."""
    found = []
    for need, other in others.items():
        if dated(values.type) and other.type == values.type:
            ticks, null = distances(values, other)
            if (~null).sum() >= FEWEST and ticks[~null].min() >= 0:
                found.append(need)
    return found


def dated(kind: pa.DataType) -> bool:
    return bool(pa.types.is_date(kind) or pa.types.is_timestamp(kind))


def _spread(values: Floats) -> float:
    low, high = np.quantile(values, (0.1, 0.9))
    return float(high - low)


__all__ = ["Since", "counted_from", "dated", "floors"]
