"""Dates and timestamps that ISO texts of four-digit years cannot say: infinities, years before 1, years after 9999."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

MICROSECONDS = 86_400_000_000
_FIRST_DAY, _LAST_DAY = -719_162, 2_932_896  # 0001-01-01 and 9999-12-31, in days since 1970


def beyond(values: pa.Array) -> pa.BooleanArray:
    """Which dates (date32) or timestamps (microseconds) are of that kind; NULL is none."""
    integer, per_day = _shape(values)
    numbers = values.view(integer)
    odd = pc.or_(pc.less(numbers, _FIRST_DAY * per_day), pc.greater_equal(numbers, (_LAST_DAY + 1) * per_day))
    return pc.fill_null(odd, False)


def corrected(values: pa.Array, text: pa.Array, odd: pa.BooleanArray) -> pa.Array:
    """`text` of all `values`, with the odd ones spelt as PostgreSQL reads and prints them."""
    integer, per_day = _shape(values)
    limits = np.iinfo(integer.to_pandas_dtype())
    zone = "Z" if per_day > 1 and values.type.tz is not None else ""
    rare = values.view(integer).filter(odd)
    spelt = [_spelt(number, per_day, zone, int(limits.min), int(limits.max)) for number in rare.to_pylist()]
    return pc.replace_with_mask(text, odd, pa.array(spelt, pa.string()))


def _shape(values: pa.Array) -> tuple[pa.DataType, int]:
    return (pa.int32(), 1) if pa.types.is_date32(values.type) else (pa.int64(), MICROSECONDS)


def _spelt(number: int, per_day: int, zone: str, least: int, most: int) -> str:
    if number in (least, most):
        return "infinity" if number == most else "-infinity"
    days, rest = divmod(number, per_day)
    cycles, within = divmod(days, 146_097)  # the calendar repeats every 400 years
    year, month, day = str(np.datetime64(within, "D")).split("-")
    full = int(year) + 400 * cycles
    seconds, micro = divmod(rest, 1_000_000)
    time = f" {seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{micro:06}{zone}" if per_day > 1 else ""
    return f"{full if full > 0 else 1 - full:04}-{month}-{day}{time}" + ("" if full > 0 else " BC")
