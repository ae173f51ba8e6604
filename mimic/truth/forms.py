"""The one Arrow form that values of a kind have while they are judged, into it and back out of it."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mimic import textual
from mimic.conditions import MOMENTS, NUMBERS, Kind

MICROS: frozenset[Kind] = MOMENTS | {"time", "interval"}
_WIDE = pa.decimal256(76, 30)


def read(values: pa.Array, kind: Kind) -> pa.Array:
    """A column as it travels, in the inner form of its kind."""
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    arrow = values.type
    if kind in NUMBERS:
        return number(values) if pa.types.is_string(arrow) else widened(values)
    if kind == "date" and pa.types.is_date32(arrow):
        days = np.asarray(values.view(pa.int32()).fill_null(0)).astype(np.int64)
        return masked(np.clip(days, -100_000_000, 100_000_000) * textual.DAY, values)
    if kind in MICROS and not pa.types.is_string(arrow):
        return values.cast(pa.timestamp("us", arrow.tz)).view(pa.int64()) if pa.types.is_timestamp(arrow) else values.cast(pa.int64())
    if kind == "interval":
        return textual.over(values, textual.interval, pa.int64())
    if kind in MOMENTS:
        return textual.over(values, textual.moment, pa.int64())
    if kind == "time":
        return textual.over(values, textual.clock, pa.int64())
    if kind in ("bytes", "uuid") and not pa.types.is_string(arrow):
        return values.cast(pa.binary())
    if kind in ("text", "json", "jsonb", "array", "range") and not pa.types.is_string(arrow):
        return values.cast(pa.string())  # numbers that a generator makes for a column of texts travel as they will be written
    return values


def inner(value: Any, kind: Kind) -> Any:
    """A constant in the inner form of its kind."""
    if value is None:
        return None
    if kind == "interval":
        return textual.interval(value)
    if kind in MOMENTS:
        return textual.moment(value)
    if kind == "time":
        return textual.clock(value)
    if kind == "bytes":
        return bytes.fromhex(value.removeprefix("\\x"))
    if kind == "uuid":
        return bytes.fromhex(re.sub("[{}-]", "", value))
    return value


def repeat(value: Any, kind: Kind, n: int) -> pa.Array:
    if kind == "decimal":
        return pa.repeat(number(pa.array([None if value is None else str(value)], pa.string()))[0], n)
    if kind == "integer" and isinstance(value, int) and abs(value) >= 2**63:
        return pa.array(np.full(n, float(value)))
    arrow = {"boolean": pa.bool_(), "integer": pa.int64(), "float": pa.float64(), "bytes": pa.binary(), "uuid": pa.binary()}
    return pa.repeat(pa.scalar(value, pa.int64() if kind in MICROS else arrow.get(kind, pa.string())), n)


def number(texts: pa.Array) -> pa.Array:
    """Numbers from text: exact where all have at most 46 digits before and 30 after the point, else the nearest floats."""
    texts = pc.utf8_trim_whitespace(texts)
    try:
        return texts.cast(_WIDE)
    except pa.ArrowInvalid:
        return textual.over(texts, float, pa.float64())


def widened(values: pa.Array) -> pa.Array:
    arrow = values.type
    if pa.types.is_boolean(arrow) or (pa.types.is_integer(arrow) and arrow != pa.int64()):
        return values.cast(pa.int64())
    return values.cast(pa.float64()) if pa.types.is_floating(arrow) and arrow != pa.float64() else values


def floats(values: pa.Array) -> pa.Array:
    return values if values.type == pa.float64() else values.cast(pa.float64(), safe=False)


def choose(mask: pa.Array, left: pa.Array, right: pa.Array) -> pa.Array:
    """`left` where `mask`, else `right`, in a type that holds both."""
    if left.type != right.type:
        left, right = aligned(left, right)
    return pc.if_else(mask, left, right)


def aligned(left: pa.Array, right: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Two columns of numbers in one type; a column of NULLs takes the other's."""
    if left.type == right.type:
        return left, right
    if left.null_count == len(left) or right.null_count == len(right):
        arrow = right.type if left.null_count == len(left) else left.type
        return (pa.nulls(len(left), arrow), right) if arrow == right.type else (left, pa.nulls(len(right), arrow))
    if not (pa.types.is_floating(left.type) or pa.types.is_floating(right.type)):
        try:
            return left.cast(_WIDE), right.cast(_WIDE)
        except pa.ArrowInvalid:
            return floats(left), floats(right)
    return floats(left), floats(right)


def masked(values: np.ndarray[Any, Any], like: pa.Array) -> pa.Array:
    return pa.array(values, mask=np.asarray(like.is_null())) if like.null_count else pa.array(values)


# -- casts -------------------------------------------------------------------------------------------------------------------


def as_text(values: pa.Array, kind: Kind) -> pa.Array:
    """Values of a kind as the text of a cast."""
    match kind:
        case "boolean" | "integer":
            return values.cast(pa.string())
        case "decimal":
            return values if pa.types.is_string(values.type) else _number_text(values)
        case "float":
            return textual.over(values, lambda value: repr(value).removesuffix(".0"), pa.string())
        case "date":
            return textual.over(values, lambda value: textual.moment_text(value, day=True), pa.string())
        case "timestamp" | "timestamptz":
            return textual.over(values, lambda value: textual.moment_text(value, zoned=kind == "timestamptz"), pa.string())
        case "time" | "interval":
            return textual.over(values, textual.interval_text, pa.string())
        case "bytes":
            return textual.over(values, lambda value: "\\x" + value.hex(), pa.string())
        case "uuid":
            return textual.over(values, _uuid_text, pa.string())
        case "jsonb":
            return textual.over(values, textual.jsonb, pa.string())
    return values


def _uuid_text(value: bytes) -> str:
    digits = value.hex()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def _number_text(values: pa.Array) -> pa.Array:
    made = values.cast(pa.string())
    if values.type == _WIDE:  # the zeros are of the form, not of the value
        made = pc.replace_substring_regex(made, r"(\.\d*?)0+$", r"\1")
        made = pc.replace_substring_regex(made, r"\.$", "")
    return made


def cast_to(values: pa.Array, old: Kind, new: Kind) -> pa.Array:
    """A cast; what has no value of the new kind becomes NULL."""
    if old == new:
        return values
    if new == "text":
        return as_text(values, old)
    if new == "integer":
        if old in ("text", "json", "jsonb"):
            return textual.over(values, int, pa.int64())
        if old == "boolean" or pa.types.is_integer(values.type):
            return values.cast(pa.int64())
        rounded = pc.round(values, ndigits=0, round_mode="half_to_even" if old == "float" else "half_towards_infinity")
        return floats(rounded).cast(pa.int64(), safe=False)
    if new == "decimal":
        return number(values) if pa.types.is_string(values.type) else widened(values)
    if new == "float":
        return textual.over(values, float, pa.float64()) if pa.types.is_string(values.type) else floats(widened(values))
    if new == "boolean":
        if pa.types.is_string(values.type):
            words = {"t": True, "true": True, "1": True, "on": True, "yes": True, "f": False, "false": False, "0": False, "off": False}
            return textual.over(values, lambda text: words.get(text.strip().lower()), pa.bool_())
        return pc.not_equal(values, 0)
    if new in MOMENTS:
        if pa.types.is_string(values.type):
            values = textual.over(values, textual.moment, pa.int64())
        return pc.multiply(_floor_days(values), textual.DAY) if new == "date" else values
    if new == "time":
        if pa.types.is_string(values.type):
            return textual.over(values, textual.clock, pa.int64())
        return pc.subtract(values, pc.multiply(_floor_days(values), textual.DAY))
    if new == "interval":
        return textual.over(values, textual.interval, pa.int64()) if pa.types.is_string(values.type) else values
    if new in ("bytes", "uuid") and pa.types.is_string(values.type):
        return textual.over(values, lambda text: inner(text, new), pa.binary())
    return values


def _floor_days(micros: pa.Array) -> pa.Array:
    days = pc.divide(micros, textual.DAY)
    low = pc.less(micros, pc.multiply(days, textual.DAY))
    return pc.subtract(days, low.cast(pa.int64()))
