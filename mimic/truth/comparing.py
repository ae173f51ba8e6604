"""Values compared and matched: NULL wherever either side is."""

from __future__ import annotations

import re
from functools import lru_cache

import pyarrow as pa
import pyarrow.compute as pc

from mimic import textual
from mimic.conditions import NUMBERS, Kind
from mimic.truth.forms import aligned

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
