"""Values that were computed, back in the Arrow type of the column that they are for."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mimic import textual
from mimic.conditions import NUMBERS, Kind
from mimic.truth.forms import MICROS, floats


def carried(values: pa.Array, kind: Kind, own: Kind, arrow: pa.DataType) -> pa.Array:
    """Values in the inner form of `kind` in the Arrow type of a column of kind `own`; what does not fit becomes NULL."""
    if own in NUMBERS:
        if pa.types.is_string(arrow):
            return _shortest(values)
        if pa.types.is_integer(arrow):
            return _integers(values, arrow)
        if pa.types.is_decimal(arrow):
            return _decimals(values, arrow)
        return floats(values).cast(arrow, safe=False)
    if own in MICROS:
        if pa.types.is_string(arrow):
            return textual.over(values, textual.interval_text if own in ("interval", "time") else textual.moment_text, pa.string())
        micros = np.asarray(values.fill_null(0)).astype(np.int64)
        mask = np.asarray(values.is_null())
        if pa.types.is_date32(arrow):
            return pa.array((micros // textual.DAY).clip(-100_000_000, 100_000_000).astype(np.int32), pa.int32(), mask=mask).view(arrow)
        if pa.types.is_time(arrow):
            mask |= (micros < 0) | (micros >= textual.DAY)
        return pa.array(micros, pa.int64(), mask=mask).view(arrow)
    if own == "uuid":
        return values.cast(pa.binary(16)) if values.type != arrow else values
    return values if values.type == arrow else values.cast(arrow)


def _shortest(values: pa.Array) -> pa.Array:
    if pa.types.is_floating(values.type):
        return textual.over(values, lambda value: repr(round(value, 6)).removesuffix(".0"), pa.string())
    return values.cast(pa.string())


def _integers(values: pa.Array, arrow: pa.DataType) -> pa.Array:
    width = arrow.bit_width
    found = np.asarray(floats(values).fill_null(np.nan), dtype=np.float64)
    bad = ~(np.abs(found) < 2.0 ** (width - 1))
    if pa.types.is_integer(values.type):
        whole = np.asarray(values.fill_null(0)).astype(np.int64)
    else:
        whole = np.where(bad, 0.0, found).astype(np.int64)  # towards zero; the caller tests
    return pa.array(np.where(bad, 0, whole), pa.int64(), mask=bad).cast(arrow)


def _decimals(values: pa.Array, arrow: pa.DataType) -> pa.Array:
    """Rounded to the column's scale; too many digits are NULL."""
    found = np.asarray(floats(values).fill_null(np.nan), dtype=np.float64)
    bad = ~(np.abs(found) < 10.0 ** (arrow.precision - arrow.scale))
    if pa.types.is_decimal(values.type):
        exact = pc.round(values, ndigits=arrow.scale)
        return pc.if_else(pa.array(bad), pa.scalar(None, arrow), exact.cast(arrow, safe=False))
    rounded = pa.array(np.where(bad, 0.0, found))
    try:
        made = pc.round(rounded, ndigits=arrow.scale).cast(pa.decimal128(38, arrow.scale)).cast(arrow)
    except pa.ArrowInvalid:
        made = textual.over(rounded, lambda value: f"{value:.{arrow.scale}f}", pa.string()).cast(arrow)
    return pc.if_else(pa.array(bad), pa.scalar(None, arrow), made)


__all__ = ["carried"]
