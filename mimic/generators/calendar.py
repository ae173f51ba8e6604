"""What the calendar says of a date: how far into the year it lies, which day of the week it is, and what o'clock.

Sales follow the week and temperatures the season, whatever year it is; a tree that only sees a moment would have to cut every year anew.
Needs that begin with "%" are answered from a date of the row: "%season:placed" the day of the year, "%week:placed" the weekday
(0 Monday), "%month:placed" the day of the month, "%left:placed" how many days are left of it, "%clock:placed" minutes after midnight.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

MARK = "%"
SHORTEST = 120  # days from which a span has seasons
LEAST = 0.02  # of the rows that do not lie on the usual weekday, or hour
OFTEN, FEWEST = 2.0, 200  # how much more often than others a day of the month must come, in so many rows
Part = Callable[[pa.Array], pa.Array]


def _clock(values: pa.Array) -> pa.Array:
    return pc.add(pc.multiply(pc.hour(values), 60), pc.minute(values))


def _left(values: pa.Array) -> pa.Array:
    null = ~np.asarray(values.is_valid())
    days = np.asarray(pc.fill_null(values.cast(pa.date32(), safe=False).cast(pa.int32()), 0).to_numpy(zero_copy_only=False), dtype=np.int64)
    following = (days.astype("datetime64[D]").astype("datetime64[M]") + 1).astype("datetime64[D]").astype(np.int64)
    return pa.array(following - 1 - days, mask=null)


_PARTS: Mapping[str, Part] = {"season": pc.day_of_year, "week": pc.day_of_week, "month": pc.day, "left": _left, "clock": _clock}


def about_calendar(need: str) -> bool:
    return need.startswith(MARK)


def dated(need: str) -> str:
    """The column that a need about the calendar is answered from."""
    return need.split(":", 1)[1]


def read(need: str, values: pa.Array) -> pa.Array:
    """The column of a need; `values` (n,) dates or moments, NULL where they are."""
    return _PARTS[need[len(MARK) :].split(":", 1)[0]](values)


def calendar(name: str, values: pa.Array) -> list[str]:
    """The needs about a column of dates or moments (n,) that may tell something."""
    moments, days = pa.types.is_timestamp(values.type), pa.types.is_date(values.type)
    live = values.drop_null()
    if not (moments or days) or not len(live):
        return []
    day = live.cast(pa.date32(), safe=False).cast(pa.int32())
    out = [f"{MARK}season:{name}"] if pc.max(day).as_py() - pc.min(day).as_py() >= SHORTEST else []
    out += [f"{MARK}week:{name}"] if _varies(pc.day_of_week(live)) else []
    out += [f"{MARK}{part}:{name}" for part in ("month", "left") if _stands_out(_PARTS[part](live))]
    return out + ([f"{MARK}clock:{name}"] if moments and _varies(pc.hour(live)) else [])


def _varies(part: pa.Array) -> bool:
    many = np.bincount(part.to_numpy(zero_copy_only=False))
    return bool(many.max() <= (1 - LEAST) * many.sum())


def _stands_out(day: pa.Array) -> bool:
    """Whether some days of the month come much more often than most."""
    many = np.bincount(day.to_numpy(zero_copy_only=False))
    live = many[many > 0]
    return bool(len(live) >= 10 and many.sum() >= FEWEST and live.max() > OFTEN * np.median(live))


__all__ = ["about_calendar", "calendar", "dated", "read"]
