"""Values that travel as their database's own text, read back far enough to be compared: intervals, arrays, JSON, moments.

Every function takes one text and may raise ValueError; `over` applies it to a column, once per distinct value.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa

SECOND, MINUTE, HOUR, DAY = 1_000_000, 60_000_000, 3_600_000_000, 86_400_000_000
MONTH = 30 * DAY  # as PostgreSQL compares intervals
EPOCH = datetime(1970, 1, 1)
LAST = 2**63 - 1  # the microsecond of "infinity"


def over(values: pa.Array, function: Callable[[Any], Any], kind: pa.DataType) -> pa.Array:
    """`function` of every value; NULL stays NULL, and what the function cannot read becomes NULL."""
    coded = values.dictionary_encode()
    made = []
    for value in coded.dictionary.to_pylist():
        try:
            made.append(function(value))
        except (ValueError, OverflowError, RecursionError, ArithmeticError):
            made.append(None)
    return pa.array(made, kind).take(coded.indices)


# -- moments -----------------------------------------------------------------------------------------------------------------


def moment(text: str) -> int:
    """Microseconds since 1970 (UTC) of a date or timestamp."""
    text = text.strip()
    if text in ("infinity", "-infinity"):
        return LAST if text == "infinity" else -LAST - 1
    found = datetime.fromisoformat(re.sub(r"([+-]\d\d)$", r"\1:00", text))
    if found.tzinfo is not None:
        found = found.astimezone(UTC).replace(tzinfo=None)
    return (found - EPOCH) // timedelta(microseconds=1)


def moment_text(micros: int, *, day: bool = False, zoned: bool = False) -> str:
    """The inverse of `moment`, as PostgreSQL prints it in UTC."""
    found = EPOCH + timedelta(microseconds=micros)
    if day:
        return found.date().isoformat()
    text = found.isoformat(" ")
    if found.microsecond:
        text = text.rstrip("0")
    return text + ("+00" if zoned else "")


def clock(text: str) -> int:
    """Microseconds since midnight of a time of day."""
    hours, minutes, *rest = text.strip().split(":")
    return int(hours) * HOUR + int(minutes) * MINUTE + (round(float(rest[0]) * SECOND) if rest else 0)


_UNITS = {
    "year": 12 * MONTH,
    "mon": MONTH,
    "month": MONTH,
    "week": 7 * DAY,
    "day": DAY,
    "hour": HOUR,
    "minute": MINUTE,
    "min": MINUTE,
    "second": SECOND,
    "sec": SECOND,
}
_PART = re.compile(r"([+-]?\d+(?:\.\d+)?)\s*([a-z]+)")
_CLOCK = re.compile(r"([+-]?)(\d+):(\d\d)(?::(\d\d(?:\.\d+)?))?")
_ISO = re.compile(r"P(?:(-?\d+)Y)?(?:(-?\d+)M)?(?:(-?\d+)W)?(?:(-?\d+)D)?(?:T(?:(-?\d+)H)?(?:(-?\d+)M)?(?:(-?[\d.]+)S)?)?")


def interval_parts(text: str) -> tuple[int, int]:
    """Months and microseconds of an interval; a day is 24 hours."""
    text = text.strip()
    if (iso := _ISO.fullmatch(text)) and text != "P":
        years, months, weeks, days, hours, minutes, seconds = (float(part or 0) for part in iso.groups())
        micros = weeks * 7 * DAY + days * DAY + hours * HOUR + minutes * MINUTE + round(seconds * SECOND)
        return int(years * 12 + months), int(micros)
    months, total, rest = 0, 0, text.lower()
    if rest.startswith("@"):
        rest = rest[1:]
    if clocked := _CLOCK.search(rest):
        sign, hour, minute, second = clocked.groups()
        size = int(hour) * HOUR + int(minute) * MINUTE + round(float(second or 0) * SECOND)
        total += -size if sign == "-" else size
        rest = rest[: clocked.start()] + rest[clocked.end() :]
    backwards = " ago" in f" {rest}"
    for number, unit in _PART.findall(rest):
        unit = unit if unit in _UNITS else unit.removesuffix("s")
        if unit not in _UNITS:
            raise ValueError("no interval")
        size = _UNITS[unit]
        if size % MONTH == 0 and "." not in number:
            months += int(number) * (size // MONTH)
        else:
            total += round(float(number) * size)
    if not clocked and not _PART.search(rest):
        total = round(float(rest) * SECOND)
    return (-months, -total) if backwards else (months, total)


def interval(text: str) -> int:
    """An interval in microseconds, a month being 30 days."""
    months, micros = interval_parts(text)
    return months * MONTH + micros


def interval_text(micros: int) -> str:
    """An interval as PostgreSQL prints it: days and a clock."""
    sign, size = ("-" if micros < 0 else ""), abs(micros)
    days, rest = divmod(size, DAY)
    clock_text = f"{sign}{rest // HOUR:02}:{rest // MINUTE % 60:02}:{rest // SECOND % 60:02}"
    if rest % SECOND:
        clock_text += f".{rest % SECOND:06}".rstrip("0")
    if not days:
        return clock_text
    named = f"{sign}{days} day{'s' if days != 1 else ''}"
    return f"{named} {clock_text}" if rest else named


def shifted(micros: int, months: int, more: int) -> int:
    """A moment some calendar months and microseconds later; the day is cut to the month's last."""
    if months and abs(micros) < LAST:
        at = EPOCH + timedelta(microseconds=micros)
        year, month = divmod(at.year * 12 + at.month - 1 + months, 12)
        last = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
        micros = (at.replace(year=year, month=month + 1, day=min(at.day, last)) - EPOCH) // timedelta(microseconds=1)
    return micros + more


# -- arrays and ranges -------------------------------------------------------------------------------------------------------


def array(text: str) -> list[Any]:
    """The elements of a PostgreSQL array as texts, None for NULL; arrays of arrays are nested lists. A JSON array is read too."""
    text = text.strip()
    if text.startswith("["):
        if "={" not in text:
            found = json.loads(text)
            return [item if item is None or isinstance(item, list) else str(item) for item in found]
        text = text[text.index("={") + 1 :]  # [2:3]={a,b}
    items, end = _array(text, 0)
    if end != len(text):
        raise ValueError("no array")
    return items


def _array(text: str, at: int) -> tuple[list[Any], int]:
    if text[at : at + 1] != "{":
        raise ValueError("no array")
    items: list[Any] = []
    at += 1
    while at < len(text):
        sign = text[at]
        if sign == "}":
            return items, at + 1
        if sign in ", ":
            at += 1
        elif sign == "{":
            inner, at = _array(text, at)
            items.append(inner)
        elif sign == '"':
            made, at = [], at + 1
            while text[at : at + 1] != '"':
                at += text[at : at + 1] == "\\"
                if at >= len(text):
                    raise ValueError("no array")
                made.append(text[at])
                at += 1
            items.append("".join(made))
            at += 1
        else:
            end = min(found for found in (text.find(",", at), text.find("}", at), len(text)) if found >= 0)
            word = text[at:end].strip()
            items.append(None if word.upper() == "NULL" else word)
            at = end
    raise ValueError("no array")


def array_text(items: list[str | None]) -> str:
    return "{" + ",".join("NULL" if item is None else _quoted(item) for item in items) + "}"


def _quoted(item: str) -> str:
    if item and item.upper() != "NULL" and not re.search(r'[\s{}",\\]', item):
        return item
    return '"' + item.replace("\\", "\\\\").replace('"', '\\"') + '"'


def bounds(text: str) -> tuple[str | None, str | None, bool, bool] | None:
    """The two ends of a range and whether each is included; None for the empty range."""
    text = text.strip()
    if text == "empty":
        return None
    low, comma, high = text[1:-1].partition(",")
    if not comma:
        raise ValueError("no range")
    return low.strip('"') or None, high.strip('"') or None, text[0] == "[", text[-1] == "]"


# -- JSON --------------------------------------------------------------------------------------------------------------------


def json_value(text: str) -> Any:
    return json.loads(text, parse_constant=_refuse)


def _refuse(word: str) -> Any:
    raise ValueError("no JSON")


def jsonb(text: str) -> str:
    """JSON as jsonb prints it: keys by length and then bytes, the last of equal keys, one blank after `:` and `,`."""
    return _printed(json.loads(text, parse_float=_Number, parse_constant=_refuse))


class _Number(str):
    """A number that keeps its digits: 1.50 stays 1.50."""

    __slots__ = ()


def _printed(value: Any) -> str:
    if isinstance(value, _Number):
        return format_number(value)
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: (len(key.encode()), key.encode()))
        return "{" + ", ".join(f"{json.dumps(key, ensure_ascii=False)}: {_printed(value[key])}" for key in keys) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_printed(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def format_number(text: str) -> str:
    """1e3 is printed as 1000."""
    return format(Decimal(text), "f") if "e" in text.lower() else text


def json_kind(text: str) -> str:
    """What `json_typeof` says."""
    value = json_value(text)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    names: dict[type, str] = {dict: "object", list: "array", str: "string"}
    return names.get(type(value), "number")


def contains(whole: Any, part: Any, *, top: bool = True) -> bool:
    """jsonb's `whole @> part`."""
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(key in whole and contains(whole[key], item, top=False) for key, item in part.items())
    if isinstance(part, list):
        return isinstance(whole, list) and all(any(contains(found, item, top=False) for found in whole) for item in part)
    if top and isinstance(whole, list):
        return any(contains(found, part, top=False) for found in whole)
    return type(whole) is type(part) and bool(whole == part)
