"""Dates, times and numbers as whole numbers of their smallest unit, so that they can be ordered, stepped and moved apart."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from mimic.streams import Ints


def step_of(values: pa.Array | None, arrow: pa.DataType) -> int:
    """The unit in which values differ: a day, a second, a thousandth."""
    if not pa.types.is_timestamp(arrow) and not pa.types.is_time(arrow):
        return 1
    if values is None or not len(values):
        return 1_000_000
    units = np.asarray(values.drop_null().cast(pa.int64()).to_numpy(zero_copy_only=False))
    for step in (86_400_000_000, 3_600_000_000, 60_000_000, 1_000_000, 1_000):
        if len(units) and not (units % step).any():
            return step
    return 1


def units_of(values: pa.Array, arrow: pa.DataType) -> tuple[Ints, int]:
    """Values as whole numbers of their smallest unit; the second number is the decimal scale."""
    if pa.types.is_date32(arrow):
        return np.asarray(values.cast(pa.int32()).to_numpy(zero_copy_only=False), dtype=np.int64), 0
    if pa.types.is_decimal(arrow):
        numbers = np.asarray(values.cast(pa.float64()).to_numpy(zero_copy_only=False))
        return np.round(numbers * 10**arrow.scale).astype(np.int64), arrow.scale
    if pa.types.is_floating(arrow):
        return np.round(np.asarray(values.to_numpy(zero_copy_only=False), dtype=np.float64) * 1000).astype(np.int64), 3
    return np.asarray(values.cast(pa.int64()).to_numpy(zero_copy_only=False), dtype=np.int64), 0


def from_units(units: Ints, arrow: pa.DataType, scale: int) -> pa.Array:
    if pa.types.is_date32(arrow):
        return pa.array(units.astype(np.int32)).cast(arrow)
    if pa.types.is_decimal(arrow):
        bits = np.stack([units, units >> 63], axis=1)  # 128 bits, little end first: exact, whatever the scale
        return pa.Array.from_buffers(arrow, len(units), [None, pa.py_buffer(np.ascontiguousarray(bits).tobytes())])
    if pa.types.is_floating(arrow):
        return pa.array(units / 1000.0).cast(arrow)
    return pa.array(units).cast(arrow)


def arrow_of(name: str) -> pa.DataType:
    if name.startswith("decimal128"):
        precision, scale = (int(part) for part in name[name.index("(") + 1 : -1].split(","))
        return pa.decimal128(precision, scale)
    if name.startswith("timestamp"):
        return pa.timestamp("us", tz="UTC" if "tz=" in name else None)
    if name.startswith("fixed_size_binary"):
        return pa.binary(16)
    return {"time64[us]": pa.time64("us"), "date32[day]": pa.date32(), "double": pa.float64(), "float": pa.float32()}.get(
        name
    ) or pa.type_for_alias(name)


__all__ = ["arrow_of", "from_units", "step_of", "units_of"]
