"""Whether rows satisfy a condition, judged a column at a time in SQL's three-valued logic.

Inside, every kind of value has one Arrow form: numbers int64, decimal or float64; moments, times of day and intervals int64
microseconds; text, JSON, arrays and ranges strings. `now` is the midnight that begins the given day, in UTC, so that a verdict
does not depend on the hour of the run. Where a function is undefined (a text that is no number, a division by zero) the
result is NULL; the compiler adds what the engine would make of it.
"""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache, reduce
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mimic import textual
from mimic.conditions import (
    MOMENTS,
    NUMBERS,
    And,
    Call,
    Case,
    ColumnRef,
    Compare,
    Constant,
    Expression,
    In,
    IsNull,
    Kind,
    Match,
    Not,
    Or,
    Sure,
    Truth,
    kind_of,
)

TODAY = date(2026, 1, 1)
MICROS: frozenset[Kind] = MOMENTS | {"time", "interval"}
_WIDE = pa.decimal256(76, 30)


def evaluate(condition: Expression, columns: Mapping[str, pa.Array], *, today: date = TODAY) -> pa.BooleanArray:
    """True, false or NULL for every row; `columns` are in the `arrow_type` of their columns and of one length."""
    return Rows(columns, today=today).truth(condition)


def violated(condition: Expression, columns: Mapping[str, pa.Array], *, today: date = TODAY) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Which rows a CHECK of this condition refuses: those for which it is false."""
    return np.asarray(pc.fill_null(pc.invert(evaluate(condition, columns, today=today)), False))


class Rows:
    """Some rows, for as many conditions as are asked; a column is read once."""

    def __init__(self, columns: Mapping[str, pa.Array], *, today: date = TODAY) -> None:
        self.columns, self.today = columns, today
        self.n = len(next(iter(columns.values()), ()))
        self._read: dict[ColumnRef, pa.Array] = {}

    def truth(self, condition: Expression) -> pa.BooleanArray:
        match condition:
            case And(parts):
                return reduce(pc.and_kleene, (self.truth(part) for part in parts))
            case Or(parts):
                return reduce(pc.or_kleene, (self.truth(part) for part in parts))
            case Not(part):
                return pc.invert(self.truth(part))
            case Sure(part):
                return pc.fill_null(self.truth(part), False)
            case IsNull(of):
                return pc.is_null(self.value(of))
            case Compare(op, left, right):
                return self._compare(op, left, right)
            case In(of, values):
                return self._among(of, values)
            case Match(of, pattern, ignore_case):
                return matches(self.value(of), pattern, ignore_case)
        value = self.value(condition.of if isinstance(condition, Truth) else condition)
        return value if pa.types.is_boolean(value.type) else pc.not_equal(value, 0)

    def value(self, expression: Expression) -> pa.Array:
        """The value of an expression in every row, in the inner form of its kind."""
        match expression:
            case ColumnRef(name, kind):
                if expression not in self._read:
                    self._read[expression] = read(self.columns[name], kind)
                return self._read[expression]
            case Constant(kind, value):
                return repeat(inner(value, kind), kind, self.n)
            case Call(function, arguments, kind):
                if function in ("now", "today"):
                    days = (self.today - date(1970, 1, 1)).days
                    return pa.array(np.full(self.n, days * textual.DAY, dtype=np.int64))
                return FUNCTIONS[function](kind, *(_Operand(self.value(part), kind_of(part), part) for part in arguments))
            case Case(branches, otherwise, kind):
                made = self.value(otherwise)
                for when, then in reversed(branches):
                    made = choose(pc.fill_null(self.truth(when), False), self.value(then), made)
                return made
        return self.truth(expression)

    def _compare(self, op: str, left: Expression, right: Expression) -> pa.BooleanArray:
        kind = kind_of(left)
        return compare(op, self.value(left), self.value(right), kind)

    def _among(self, of: Expression, values: tuple[Constant, ...]) -> pa.BooleanArray:
        found, kind = self.value(of), kind_of(of)
        if pa.types.is_floating(found.type) or pa.types.is_decimal(found.type) or kind in ("json", "jsonb", "array"):
            return reduce(pc.or_kleene, (compare("=", found, self.value(value), kind) for value in values))
        known = pa.array([inner(value.value, kind) for value in values], found.type)
        return pc.if_else(pc.is_null(found), pa.scalar(None, pa.bool_()), pc.is_in(found, value_set=known))


# -- forms -------------------------------------------------------------------------------------------------------------------


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
        return _masked(np.clip(days, -100_000_000, 100_000_000) * textual.DAY, values)
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


def _masked(values: np.ndarray[Any, Any], like: pa.Array) -> pa.Array:
    return pa.array(values, mask=np.asarray(like.is_null())) if like.null_count else pa.array(values)


# -- comparing ---------------------------------------------------------------------------------------------------------------

_ARROW = {
    "=": pc.equal,
    "<>": pc.not_equal,
    "<": pc.less,
    "<=": pc.less_equal,
    ">": pc.greater,
    ">=": pc.greater_equal,
}


def compare(op: str, left: pa.Array, right: pa.Array, kind: Kind) -> pa.BooleanArray:
    if kind in NUMBERS:
        left, right = aligned(left, right)
        if pa.types.is_floating(left.type):
            return _compare_floats(op, left, right)
    elif kind == "boolean" and op not in ("=", "<>"):
        left, right = left.cast(pa.int8()), right.cast(pa.int8())
    elif kind == "jsonb":
        left, right = textual.over(left, textual.jsonb, pa.string()), textual.over(right, textual.jsonb, pa.string())
    elif kind == "array":
        left, right = (textual.over(side, lambda text: repr(textual.array(text)), pa.string()) for side in (left, right))
    return _ARROW[op](left, right)


def _compare_floats(op: str, left: pa.Array, right: pa.Array) -> pa.BooleanArray:
    """NaN equals NaN and is greater than every number, as PostgreSQL has it."""
    if not (pc.any(pc.is_nan(left)).as_py() or pc.any(pc.is_nan(right)).as_py()):
        return _ARROW[op](left, right)
    left_nan, right_nan = pc.is_nan(left), pc.is_nan(right)
    both = pc.and_(left_nan, right_nan)
    same = pc.or_(pc.equal(left, right), both)
    less = pc.or_(pc.less(left, right), pc.and_(pc.invert(left_nan), right_nan))
    found = {"=": same, "<>": pc.invert(same), "<": less, "<=": pc.or_(less, same), ">=": pc.invert(less)}
    return found[op] if op in found else pc.invert(pc.or_(less, same))


def matches(values: pa.Array, pattern: str, ignore_case: bool = False) -> pa.BooleanArray:
    """Whether the values hold a match of a pattern as `conditions.Match` describes it."""
    if not re.search(r"\(\?[=!<]|\\[1-9]", pattern):  # RE2 has neither look-around nor back references
        try:
            return pc.match_substring_regex(values, f"(?s){pattern}", ignore_case=ignore_case)
        except pa.ArrowInvalid:
            pass
    found = compiled(pattern, ignore_case)
    return textual.over(values, lambda text: found.search(text) is not None, pa.bool_())


@lru_cache(maxsize=512)
def compiled(pattern: str, ignore_case: bool = False) -> re.Pattern[str]:
    """The pattern for Python, whose `$` would also match before a last newline."""
    ends = re.sub(r"(\\.|\[\^?\]?(?:\\.|\[:\w+:\]|[^\]\\])*\])|\$", lambda found: found[1] or r"\Z", pattern, flags=re.S)
    return re.compile(ends, re.S | re.A | (re.I if ignore_case else 0))


# -- functions ---------------------------------------------------------------------------------------------------------------


class _Operand:
    """One argument of a function: its values, their kind, and the expression, for arguments that must be constants."""

    __slots__ = ("expression", "kind", "values")

    def __init__(self, values: pa.Array, kind: Kind, expression: Expression) -> None:
        self.values, self.kind, self.expression = values, kind, expression

    @property
    def constant(self) -> Any:
        return cast(Constant, self.expression).value


Function = Callable[..., pa.Array]
Operand = _Operand


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
        made = _masked(np.fmod(np.asarray(floats(a).fill_null(0)), np.asarray(pc.if_else(zero, 1.0, floats(b)).fill_null(1))), zero)
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


def _per_text_with(function: Callable[[str, Any], Any], arrow: pa.DataType) -> Function:
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


# -- moments -----------------------------------------------------------------------------------------------------------------


def _shift(kind: Kind, value: Operand, months: Operand, micros: Operand) -> pa.Array:
    """A moment plus a constant interval."""
    if months.constant:
        return textual.over(value.values, lambda at: textual.shifted(at, months.constant, micros.constant), pa.int64())
    return pc.add(value.values, micros.constant)


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
    return _Operand(values, "integer", Constant("integer", None))


def _date_trunc(kind: Kind, field: Operand, value: Operand) -> pa.Array:
    unit = str(field.constant).lower()
    if value.kind in ("interval", "time"):
        size = {"second": textual.SECOND, "minute": textual.MINUTE, "hour": textual.HOUR, "day": textual.DAY, "month": textual.MONTH}[unit]
        return pc.multiply(pc.divide(value.values, size), size)  # towards zero
    at = value.values.cast(pa.timestamp("us"))
    return pc.floor_temporal(at, unit=unit, week_starts_monday=True).cast(pa.timestamp("us")).cast(pa.int64())


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
    "days_apart": _days_apart,
    "plus_days": _plus_days,
    "extract": _extract,
    "date_trunc": _date_trunc,
    "cast": _cast,
    "typeof": _storage,
}


__all__ = ["FUNCTIONS", "Rows", "evaluate", "matches", "read", "violated"]
