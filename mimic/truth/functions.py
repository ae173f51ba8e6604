"""The functions that a condition may call, each over whole columns."""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mimic import textual
from mimic.conditions import NUMBERS, Constant, Expression, Kind
from mimic.truth.comparing import compare
from mimic.truth.forms import as_text, cast_to, choose, floats, masked


class Operand:
    """One argument of a function: its values, their kind, and the expression, for arguments that must be constants."""

    __slots__ = ("expression", "kind", "values")

    def __init__(self, values: pa.Array, kind: Kind, expression: Expression) -> None:
        self.values, self.kind, self.expression = values, kind, expression

    @property
    def constant(self) -> Any:
        return cast(Constant, self.expression).value


Function = Callable[..., pa.Array]


def _arithmetic(op: str) -> Function:
    exact: Callable[[Any, Any], Any] = {"+": pc.add, "-": pc.subtract, "*": pc.multiply}[op]
    rough: Callable[[Any, Any], Any] = {"+": operator.add, "-": operator.sub, "*": operator.mul}[op]

    def apply(kind: Kind, left: Operand, right: Operand) -> pa.Array:
        a, b = left.values, right.values
        if kind in NUMBERS:
            if pa.types.is_integer(a.type) and pa.types.is_integer(b.type):
                size = rough(np.abs(np.asarray(floats(a).fill_null(0))), np.abs(np.asarray(floats(b).fill_null(0))))
                if op == "-":
                    size = np.abs(np.asarray(floats(a).fill_null(0))) + np.abs(np.asarray(floats(b).fill_null(0)))
                return exact(a, b) if not len(size) or size.max() < 2**62 else exact(floats(a), floats(b))
            if not pa.types.is_floating(a.type) and not pa.types.is_floating(b.type):
                for width in (None, pa.decimal256(38, 12)):
                    try:
                        return exact(a.cast(width), b.cast(width)) if width else exact(a, b)
                    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
                        continue
            return exact(floats(a), floats(b))
        return exact(a, b)  # microseconds

    return apply


def _divide(kind: Kind, left: Operand, right: Operand) -> pa.Array:
    a, b = left.values, right.values
    zero = pc.equal(floats(b), 0.0)
    if kind == "integer":  # towards zero
        safe = pc.if_else(zero, pa.scalar(1, pa.int64()), b)
        return pc.if_else(zero, pa.scalar(None, pa.int64()), pc.divide(a, safe))
    return pc.if_else(zero, pa.scalar(None, pa.float64()), pc.divide(floats(a), pc.if_else(zero, 1.0, floats(b))))


def _modulo(kind: Kind, left: Operand, right: Operand) -> pa.Array:
    """The sign is the dividend's."""
    a, b = left.values, right.values
    zero = pc.equal(floats(b), 0.0)
    if pa.types.is_integer(a.type) and pa.types.is_integer(b.type):
        safe = pc.if_else(zero, pa.scalar(1, pa.int64()), b)
        made = pc.subtract(a, pc.multiply(pc.divide(a, safe), safe))
    elif pa.types.is_floating(a.type) or pa.types.is_floating(b.type):
        made = masked(np.fmod(np.asarray(floats(a).fill_null(0)), np.asarray(pc.if_else(zero, 1.0, floats(b)).fill_null(1))), zero)
        made = pc.if_else(pc.is_null(a), pa.scalar(None, made.type), made)
    else:
        a, b = (side.cast(pa.decimal256(50, 12)) for side in (a, b))
        whole = pc.trunc(pc.divide(floats(a), pc.if_else(zero, 1.0, floats(b)))).cast(pa.int64(), safe=False)
        made = pc.subtract(floats(a), pc.multiply(floats(whole), floats(b)))
        made = pc.round(made, ndigits=9)
    return pc.if_else(zero, pa.scalar(None, made.type), made)


def _power(kind: Kind, left: Operand, right: Operand) -> pa.Array:
    return pc.power(floats(left.values), floats(right.values))


def _round(kind: Kind, value: Operand, digits: Operand | None = None) -> pa.Array:
    if pa.types.is_integer(value.values.type):
        return value.values
    places = int(digits.constant) if digits else 0
    return pc.round(value.values, ndigits=places, round_mode="half_to_even" if value.kind == "float" else "half_towards_infinity")


def _whole(function: Callable[[Any], Any]) -> Function:
    return lambda kind, value: value.values if pa.types.is_integer(value.values.type) else function(value.values)


def _truncated(kind: Kind, value: Operand, digits: Operand | None = None) -> pa.Array:
    if pa.types.is_integer(value.values.type):
        return value.values
    return pc.round(value.values, ndigits=int(digits.constant) if digits else 0, round_mode="towards_zero")


def _text(function: Callable[..., Any]) -> Function:
    return lambda kind, value, *more: function(value.values, *(item.constant for item in more))


def _coalesce(kind: Kind, *values: Operand) -> pa.Array:
    made = values[-1].values
    for value in reversed(values[:-1]):
        made = choose(pc.is_valid(value.values), value.values, made)
    return made


def _nullif(kind: Kind, left: Operand, right: Operand) -> pa.Array:
    same = pc.fill_null(compare("=", left.values, right.values, left.kind), False)
    return pc.if_else(same, pa.scalar(None, left.values.type), left.values)


def _extreme(op: str) -> Function:
    """GREATEST and LEAST, which pass NULLs over."""

    def apply(kind: Kind, *values: Operand) -> pa.Array:
        made = values[0].values
        for value in values[1:]:
            better = compare(op, value.values, made, kind)
            better = pc.or_(pc.fill_null(better, False), pc.is_null(made))
            made = choose(pc.and_(better, pc.is_valid(value.values)), value.values, made)
        return made

    return apply


def _count(valid: bool) -> Function:
    def apply(kind: Kind, *values: Operand) -> pa.Array:
        tests = [pc.is_valid(value.values) if valid else pc.is_null(value.values) for value in values]
        return reduce(pc.add, (test.cast(pa.int64()) for test in tests))

    return apply


def _left(values: pa.Array, n: int) -> pa.Array:
    return pc.utf8_slice_codeunits(values, 0, n)


def _right(values: pa.Array, n: int) -> pa.Array:
    if n == 0:
        return pc.utf8_slice_codeunits(values, 0, 0)
    return pc.utf8_slice_codeunits(values, -n) if n > 0 else pc.utf8_slice_codeunits(values, -n, None)


def _substring(values: pa.Array, start: int, length: int | None = None) -> pa.Array:
    end = None if length is None else max(start - 1 + length, 0)
    return pc.utf8_slice_codeunits(values, max(start - 1, 0), end)


def _position(kind: Kind, value: Operand, part: Operand) -> pa.Array:
    """Where a part begins, counted from 1 in characters; 0 when it is not there."""
    texts, looked = value.values, part.values
    if isinstance(part.expression, Constant) and part.constant is not None and part.constant.isascii():
        at = pc.find_substring(texts, part.constant)
        if pc.all(pc.string_is_ascii(texts)).as_py() is not False:
            return pc.add(at.cast(pa.int64()), 1)
    pairs = zip(texts.to_pylist(), looked.to_pylist(), strict=True)
    return pa.array([None if a is None or b is None else a.find(b) + 1 for a, b in pairs], pa.int64())


def _concat(kind: Kind, *values: Operand) -> pa.Array:
    return pc.binary_join_element_wise(*(as_text(value.values, value.kind) for value in values), "")


def _joined(kind: Kind, *values: Operand) -> pa.Array:
    """concat(): NULLs are passed over."""
    return pc.binary_join_element_wise(*(as_text(value.values, value.kind).fill_null("") for value in values), "")


def _octets(kind: Kind, value: Operand) -> pa.Array:
    return pc.binary_length(as_text(value.values, value.kind) if value.kind not in ("bytes", "uuid") else value.values).cast(pa.int64())


def _length(kind: Kind, value: Operand) -> pa.Array:
    if value.kind == "bytes":
        return _octets(kind, value)
    return pc.utf8_length(as_text(value.values, value.kind)).cast(pa.int64())


def _per_text(function: Callable[[str], Any], arrow: pa.DataType) -> Function:
    return lambda kind, value: textual.over(value.values, function, arrow)


def _per_text_with(function: Callable[..., Any], arrow: pa.DataType) -> Function:
    """A function of a text and of constants."""
    return lambda kind, value, *more: textual.over(value.values, lambda text: function(text, *(item.constant for item in more)), arrow)


def _json_get(text: str, *path: str | int) -> Any:
    value = textual.json_value(text)
    for step in path:
        if isinstance(value, list):
            try:
                value = value[int(step)]
            except IndexError:
                raise ValueError("no such item") from None
        elif isinstance(value, dict) and str(step) in value and not isinstance(step, int):
            value = value[str(step)]
        else:
            raise ValueError("no such item")
    return value


def _json_item(text: str, *path: str | int) -> str:
    return json.dumps(_json_get(text, *path), ensure_ascii=False)


def _json_item_text(text: str, *path: str | int) -> str | None:
    value = _json_get(text, *path)
    return value if isinstance(value, str) or value is None else textual.jsonb(_json_item(text, *path))


def _json_length(text: str) -> int:
    value = textual.json_value(text)
    if not isinstance(value, list):
        raise ValueError("no array")
    return len(value)


def _json_has(text: str, key: str) -> bool:
    value = textual.json_value(text)
    return key in value if isinstance(value, dict | list) else value == key


def _json_valid(text: str) -> int:
    try:
        textual.json_value(text)
    except ValueError:
        return 0
    return 1


def _json_contains(text: str, part: str) -> bool:
    return textual.contains(textual.json_value(text), textual.json_value(part))


def _array_length(text: str, dimension: int = 1) -> int | None:
    items: Any = textual.array(text)
    for _ in range(dimension - 1):
        items = items[0] if items and isinstance(items[0], list) else []
    return len(items) or None


def _cardinality(text: str) -> int:
    def count(items: list[Any]) -> int:
        return sum(count(item) if isinstance(item, list) else 1 for item in items)

    return count(textual.array(text))


def _item(text: str, at: int) -> Any:
    items = textual.array(text)
    return items[at - 1] if 0 < at <= len(items) else None


def _array_pairs(function: Callable[[list[Any], list[Any]], Any]) -> Function:
    def apply(kind: Kind, left: Operand, right: Operand) -> pa.Array:
        if isinstance(right.expression, Constant) and right.constant is not None:
            other = textual.array(right.constant)
            return textual.over(left.values, lambda text: function(textual.array(text), other), pa.bool_())
        pairs = zip(left.values.to_pylist(), right.values.to_pylist(), strict=True)
        made = [None if a is None or b is None else function(textual.array(a), textual.array(b)) for a, b in pairs]
        return pa.array(made, pa.bool_())

    return apply


def _has(kind: Kind, value: Operand, array: Operand) -> pa.Array:
    """value = ANY (array): unknown when it is not found and the array holds NULL."""

    def found(text: str | None, items: str | None) -> bool | None:
        if items is None or not (listed := textual.array(items)):
            return None if items is None else False
        if text is None:
            return None
        return True if text in listed else (None if None in listed else False)

    texts = as_text(value.values, value.kind)
    if isinstance(value.expression, Constant):
        wanted = texts[0].as_py() if len(texts) else None
        return textual.over(array.values, lambda items: found(wanted, items), pa.bool_())
    return pa.array([found(a, b) for a, b in zip(texts.to_pylist(), array.values.to_pylist(), strict=True)], pa.bool_())


def _array_position(kind: Kind, array: Operand, value: Operand) -> pa.Array:
    wanted = None if value.constant is None else str(value.constant)
    return textual.over(array.values, lambda text: textual.array(text).index(wanted) + 1, pa.int64())


def _range_end(which: int) -> Function:
    def apply(kind: Kind, value: Operand) -> pa.Array:
        ends = textual.over(value.values, lambda text: (textual.bounds(text) or (None, None))[which], pa.string())
        return cast_to(ends, "text", kind)

    return apply


def _range_open(which: int) -> Function:
    return _per_text(lambda text: (found := textual.bounds(text)) is not None and found[which] is None, pa.bool_())


def _padded(left: bool) -> Function:
    """Texts of just so many characters: what is longer is cut on the right."""

    def pad(text: str, n: int, fill: str) -> str:
        more = (fill * n)[: max(0, n - len(text))]
        return (more + text if left else text + more)[: max(0, n)]

    return _per_text_with(pad, pa.string())


def _split_part(text: str, sign: str, at: int) -> str:
    return parts[at - 1] if at <= len(parts := text.split(sign)) else ""


def _initcap(text: str) -> str:
    return re.sub(r"[^\W_]+", lambda word: word[0][:1].upper() + word[0][1:].lower(), text)


# -- moments -----------------------------------------------------------------------------------------------------------------


def _shift(kind: Kind, value: Operand, months: Operand, micros: Operand) -> pa.Array:
    """A moment plus a constant interval."""
    if months.constant:
        return textual.over(value.values, lambda at: textual.shifted(at, months.constant, micros.constant), pa.int64())
    return pc.add(value.values, micros.constant)


def _times(kind: Kind, number: Operand, span: Operand) -> pa.Array:
    """So many times an interval without months."""
    return pc.round(pc.multiply(floats(number.values), floats(span.values))).cast(pa.int64())


def _days_apart(kind: Kind, left: Operand, right: Operand) -> pa.Array:
    return pc.divide(pc.subtract(left.values, right.values), textual.DAY)


def _plus_days(kind: Kind, value: Operand, days: Operand) -> pa.Array:
    return pc.add(value.values, pc.multiply(days.values, textual.DAY))


def _extract(kind: Kind, field: Operand, value: Operand) -> pa.Array:
    name, micros = str(field.constant).lower(), value.values
    if value.kind in ("interval", "time"):
        return _extract_span(name, micros, value.kind)
    at = micros.cast(pa.timestamp("us"))
    whole = {
        "year": pc.year,
        "month": pc.month,
        "day": pc.day,
        "hour": pc.hour,
        "minute": pc.minute,
        "quarter": pc.quarter,
        "week": pc.iso_week,
        "doy": pc.day_of_year,
        "isoyear": pc.iso_year,
    }
    if name in whole:
        return whole[name](at).cast(pa.int64())
    if name == "epoch":
        return pc.divide(floats(micros), 1e6)
    if name in ("dow", "isodow"):
        day = pc.day_of_week(at).cast(pa.int64())  # Monday is 0
        return pc.add(day, 1) if name == "isodow" else _modulo("integer", _plain(pc.add(day, 1)), _plain(pa.repeat(pa.scalar(7), len(day))))
    return pc.add(pc.second(at).cast(pa.float64()), pc.subsecond(at))  # second


def _with_part(kind: Kind, field: Operand, value: Operand, wanted: Operand) -> pa.Array:
    """The moment nearest to each in which a part (a year, a day of the week) is another; NULL for parts that cannot be set."""
    name = str(field.constant).lower()
    more = pc.subtract(floats(wanted.values), floats(_extract("integer", field, value)))
    sizes = {"day": textual.DAY, "doy": textual.DAY, "dow": textual.DAY, "isodow": textual.DAY, "week": 7 * textual.DAY}
    sizes |= {"hour": textual.HOUR, "minute": textual.MINUTE, "second": textual.SECOND}
    if name in sizes and (name == "second" or value.kind != "interval"):
        return pc.add(value.values, pc.round(pc.multiply(more, float(sizes[name]))).cast(pa.int64()))
    months = {"month": 1, "quarter": 3, "year": 12, "isoyear": 12}.get(name)
    if months is None or value.kind in ("interval", "time"):
        return pa.nulls(len(more), pa.int64())
    pairs = zip(value.values.to_pylist(), pc.round(more).to_pylist(), strict=True)
    return pa.array([None if a is None or b is None else textual.shifted(a, int(b) * months, 0) for a, b in pairs], pa.int64())


def _extract_span(name: str, micros: pa.Array, kind: Kind) -> pa.Array:
    if name == "epoch":
        return pc.divide(floats(micros), 1e6)
    unit, within = {
        "second": (textual.SECOND, textual.MINUTE),
        "minute": (textual.MINUTE, textual.HOUR),
        "hour": (textual.HOUR, textual.DAY),
        "day": (textual.DAY, textual.MONTH),
        "month": (textual.MONTH, 12 * textual.MONTH),
        "year": (12 * textual.MONTH, textual.LAST),
    }[name]
    rest = pc.subtract(micros, pc.multiply(pc.divide(micros, within), within))
    return pc.divide(floats(rest), float(unit)) if name == "second" else pc.divide(rest, unit)


def _plain(values: pa.Array) -> Operand:
    return Operand(values, "integer", Constant("integer", None))


def _date_trunc(kind: Kind, field: Operand, value: Operand) -> pa.Array:
    unit = str(field.constant).lower()
    if value.kind in ("interval", "time"):
        size = {"second": textual.SECOND, "minute": textual.MINUTE, "hour": textual.HOUR, "day": textual.DAY, "month": textual.MONTH}[unit]
        return pc.multiply(pc.divide(value.values, size), size)  # towards zero
    at = value.values.cast(pa.timestamp("us"))
    return pc.floor_temporal(at, unit=unit, week_starts_monday=True).cast(pa.timestamp("us")).cast(pa.int64())


# -- all of them ---------------------------------------------------------------------------------------------------------------


def _cast(kind: Kind, value: Operand) -> pa.Array:
    return cast_to(value.values, value.kind, kind)


def _storage(kind: Kind, value: Operand) -> pa.Array:
    """SQLite's typeof()."""
    names: dict[str, str] = {"boolean": "integer", "integer": "integer", "float": "real", "bytes": "blob"}
    return pc.if_else(pc.is_null(value.values), "null", names.get(value.kind, "text"))


FUNCTIONS: Mapping[str, Function] = {
    "+": _arithmetic("+"),
    "-": _arithmetic("-"),
    "*": _arithmetic("*"),
    "/": _divide,
    "%": _modulo,
    "neg": lambda kind, value: pc.negate(value.values),
    "abs": lambda kind, value: pc.abs(value.values),
    "sign": lambda kind, value: pc.sign(floats(value.values)),
    "sqrt": lambda kind, value: pc.sqrt(floats(value.values)),
    "power": _power,
    "round": _round,
    "trunc": _truncated,
    "floor": _whole(pc.floor),
    "ceil": _whole(pc.ceil),
    "coalesce": _coalesce,
    "nullif": _nullif,
    "greatest": _extreme(">"),
    "least": _extreme("<"),
    "num_nonnulls": _count(True),
    "num_nulls": _count(False),
    "length": _length,
    "octet_length": _octets,
    "lower": _text(pc.utf8_lower),
    "upper": _text(pc.utf8_upper),
    "ascii_lower": _text(pc.ascii_lower),
    "ascii_upper": _text(pc.ascii_upper),
    "trim": _text(lambda values, letters=" ": pc.utf8_trim(values, letters)),
    "ltrim": _text(lambda values, letters=" ": pc.utf8_ltrim(values, letters)),
    "rtrim": _text(lambda values, letters=" ": pc.utf8_rtrim(values, letters)),
    "pad": _text(lambda values, n: pc.utf8_rpad(values, n)),
    "left": _text(_left),
    "right": _text(_right),
    "substring": _text(_substring),
    "replace": _text(lambda values, old, new: pc.replace_substring(values, old, new) if old else values),
    "position": _position,
    "||": _concat,
    "concat": _joined,
    "reverse": _text(pc.utf8_reverse),
    "lpad": _padded(True),
    "rpad": _padded(False),
    "split_part": _per_text_with(_split_part, pa.string()),
    "initcap": _per_text(_initcap, pa.string()),
    "json_typeof": _per_text(textual.json_kind, pa.string()),
    "json_array_length": _per_text(_json_length, pa.int64()),
    "json_valid": _per_text(_json_valid, pa.int64()),
    "json_get": _per_text_with(_json_item, pa.string()),
    "json_get_text": _per_text_with(_json_item_text, pa.string()),
    "json_has": _per_text_with(_json_has, pa.bool_()),
    "json_contains": _per_text_with(_json_contains, pa.bool_()),
    "array_length": _per_text_with(_array_length, pa.int64()),
    "cardinality": _per_text(_cardinality, pa.int64()),
    "array_item": _per_text_with(_item, pa.string()),
    "array_has": _has,
    "array_position": _array_position,
    "overlaps": _array_pairs(lambda a, b: bool({item for item in a if item is not None} & set(b))),
    "contains": _array_pairs(lambda a, b: None not in b and set(b) <= set(a)),
    "contained_by": _array_pairs(lambda a, b: None not in a and set(a) <= set(b)),
    "isempty": _per_text(lambda text: textual.bounds(text) is None, pa.bool_()),
    "range_lower": _range_end(0),
    "range_upper": _range_end(1),
    "lower_inf": _range_open(0),
    "upper_inf": _range_open(1),
    "shift": _shift,
    "times": _times,
    "days_apart": _days_apart,
    "plus_days": _plus_days,
    "extract": _extract,
    "with_part": _with_part,
    "date_trunc": _date_trunc,
    "cast": _cast,
    "typeof": _storage,
}
