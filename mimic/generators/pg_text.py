"""The texts in which PostgreSQL prints values made of other values: arrays, ranges, rows, hstores, intervals.

Parsing never fails: what is no such text gives None. Formatting gives what the server accepts and would print itself.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from mimic.schema import Array, Binary, Boolean, Date, Float, LogicalType, Opaque, Time, Timestamp, Uuid, arrow_type, bare
from mimic.textual import clock, over

# -- scalars ---------------------------------------------------------------------------------------------------------


def printed(values: pa.Array, kind: LogicalType) -> list[str | None]:
    """Values of `kind` as they stand inside an array, a range or a row."""
    texts: list[str | None]
    match bare(kind):
        case Boolean():
            return [None if value is None else "t" if value else "f" for value in values.to_pylist()]
        case Uuid():
            return [None if value is None else dashed(value.hex()) for value in values.to_pylist()]
        case Binary():
            return [None if value is None else "\\x" + value.hex() for value in values.to_pylist()]
        case Date():
            width = np.iinfo(np.int32)
            texts = _infinite(values, values.view(pa.int32()).to_pylist(), width.min, width.max)
            return texts
        case Timestamp(zoned=zoned):
            wide = np.iinfo(np.int64)
            naive = values.view(pa.int64()).view(pa.timestamp("us"))
            texts = _infinite(naive, values.view(pa.int64()).to_pylist(), wide.min, wide.max)
            shown = [None if text is None else re.sub(r"\.?0+$", "", text) if "." in text else text for text in texts]
            return [text + "+00" if zoned and text and "infinity" not in text else text for text in shown]
    texts = values.cast(pa.string()).to_pylist()
    return texts


def _infinite(values: pa.Array, ticks: list[int | None], least: int, most: int) -> list[str | None]:
    ends = {least: "-infinity", most: "infinity"}
    if not any(tick in ends for tick in ticks):
        texts: list[str | None] = values.cast(pa.string()).to_pylist()
        return texts
    plain = pa.array([None if tick in ends else value for tick, value in zip(ticks, values, strict=True)], type=values.type)
    return [
        ends.get(tick, text) if tick is not None else None for tick, text in zip(ticks, plain.cast(pa.string()).to_pylist(), strict=True)
    ]


def dashed(digits: str) -> str:
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def scanned(texts: Sequence[str | None], kind: LogicalType) -> pa.Array:
    """The inverse of `printed`; what cannot be read becomes NULL."""
    out = arrow_type(kind)
    match bare(kind):
        case Boolean():
            return pa.array([None if text is None else text[:1].lower() == "t" for text in texts], type=out)
        case Uuid():
            return pa.array([_bytes(text, 16) for text in texts], type=out)
        case Binary():
            return pa.array([_bytes(text, None) for text in texts], type=out)
        case Time(zoned=False):  # which Arrow does not read
            return over(pa.array(texts, pa.string()), clock, pa.int64()).view(out)
    array = pa.array(texts, type=pa.string())
    try:
        return array.cast(out)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return pa.concat_arrays([_one(text, kind) for text in texts]) if len(texts) else pa.nulls(0, out)


def _one(text: str | None, kind: LogicalType) -> pa.Array:
    out = arrow_type(kind)
    ends = {"infinity": True, "-infinity": False}
    if text in ends and isinstance(bare(kind), Date | Timestamp):
        width = np.iinfo(np.int32 if isinstance(bare(kind), Date) else np.int64)
        tick = pa.array([width.max if ends[text] else width.min], type=pa.int32() if isinstance(bare(kind), Date) else pa.int64())
        return tick.view(out)
    if isinstance(bare(kind), Float) and text is not None:
        text = text.replace("Infinity", "inf")
    try:
        return pa.array([text], type=pa.string()).cast(out)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return pa.nulls(1, out)


def _bytes(text: str | None, length: int | None) -> bytes | None:
    digits = re.sub(r"[^0-9a-fA-F]", "", (text or "").removeprefix("\\x"))
    if text is None or len(digits) % 2 or (length is not None and len(digits) != 2 * length):
        return None
    return bytes.fromhex(digits)


# -- arrays ----------------------------------------------------------------------------------------------------------

Nested = list[Any]  # texts, None, or lists of the same


def parse_array(text: str, *, delimiter: str = ",") -> Nested | None:
    """`{a,"b c",NULL}` as ["a", "b c", None]; nested braces as nested lists; bounds such as `[0:1]=` are dropped."""
    text = re.sub(r"^\s*(\[[-\d:]+\])+=", "", text).strip()
    if not text.startswith("{") or not text.endswith("}"):
        return None
    stack: list[Nested] = []
    current: list[str] = []
    quoted = inside = False  # inside quotes now; the current item was quoted
    top: Nested = []

    def close() -> None:
        nonlocal current, inside
        item = "".join(current) if inside else "".join(current).strip()
        if item or inside:
            stack[-1].append(None if not inside and item.upper() == "NULL" else item)
        current, inside = [], False

    at = 0
    while at < len(text):
        sign = text[at]
        if quoted:
            if sign == "\\" and at + 1 < len(text):
                at += 1
                current.append(text[at])
            elif sign == '"':
                quoted = False
            else:
                current.append(sign)
        elif sign == '"':
            quoted = inside = True
        elif sign == "\\" and at + 1 < len(text):
            at += 1
            current.append(text[at])
        elif sign == "{":
            stack.append([])
        elif sign == "}":
            if not stack:
                return None
            close()
            done = stack.pop()
            if stack:
                stack[-1].append(done)
            elif at != len(text) - 1:
                return None
            else:
                top = done
        elif sign == delimiter:
            if not stack:
                return None
            close()
        else:
            current.append(sign)
        at += 1
    return None if stack or quoted else top


_PLAIN = re.compile(r"[^\s{}\",\\]+")


def format_array(items: Sequence[Any], *, delimiter: str = ",") -> str:
    shown = []
    for item in items:
        if item is None:
            shown.append("NULL")
        elif isinstance(item, list | tuple):
            shown.append(format_array(item, delimiter=delimiter))
        elif _PLAIN.fullmatch(item) and item.upper() != "NULL" and delimiter not in item:
            shown.append(item)
        else:
            shown.append('"' + item.replace("\\", "\\\\").replace('"', '\\"') + '"')
    return "{" + delimiter.join(shown) + "}"


def delimiter_of(kind: LogicalType) -> str:
    """Arrays of boxes are delimited by semicolons, those of PostGIS shapes by colons, all others by commas."""
    element = bare(kind.element) if isinstance(kind, Array) else bare(kind)
    name = element.name if isinstance(element, Opaque) else ""
    return ";" if name == "box" else ":" if name in ("geometry", "geography") else ","


# -- rows ------------------------------------------------------------------------------------------------------------


def parse_row(text: str) -> list[str | None] | None:
    """`(1,"a b",)` as ["1", "a b", None]."""
    text = text.strip()
    if not text.startswith("(") or not text.endswith(")"):
        return None
    found: list[str | None] = []
    current: list[str] = []
    quoted = inside = False
    body = text[1:-1]
    at = 0
    while at < len(body):
        sign = body[at]
        if quoted:
            if sign == "\\" and at + 1 < len(body):
                at += 1
                current.append(body[at])
            elif sign == '"' and body[at + 1 : at + 2] == '"':
                at += 1
                current.append('"')
            elif sign == '"':
                quoted = False
            else:
                current.append(sign)
        elif sign == '"':
            quoted = inside = True
        elif sign == "\\" and at + 1 < len(body):
            at += 1
            current.append(body[at])
        elif sign == ",":
            found.append("".join(current) if current or inside else None)
            current, inside = [], False
        else:
            current.append(sign)
        at += 1
    found.append("".join(current) if current or inside else None)
    return None if quoted else found


def format_row(fields: Sequence[str | None]) -> str:
    shown = []
    for field in fields:
        if field is None:
            shown.append("")
        elif field and not re.search(r"[\s,()\"\\]", field):
            shown.append(field)
        else:
            shown.append('"' + field.replace("\\", "\\\\").replace('"', '""') + '"')
    return "(" + ",".join(shown) + ")"


# -- ranges ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bounds:
    """`lower` and `upper` as texts, None where there is no bound; `form` is "[)" and the like."""

    lower: str | None
    upper: str | None
    form: str


_RANGE = re.compile(r'([\[(])\s*("(?:[^"\\]|\\.|"")*"|[^,"\[\]()]*)\s*,\s*("(?:[^"\\]|\\.|"")*"|[^,"\[\]()]*)\s*([\])])')


def parse_ranges(text: str) -> list[Bounds] | None:
    """Every range of a range (one, none when it is empty) or of a multirange."""
    text = text.strip()
    if text in ("empty", "{}"):
        return []
    inner = text[1:-1] if text.startswith("{") and text.endswith("}") else text
    if _RANGE.sub("", inner).strip(", "):
        return None
    return [Bounds(_bound(match[2]), _bound(match[3]), match[1] + match[4]) for match in _RANGE.finditer(inner)] or None


def _bound(text: str) -> str | None:
    if text.startswith('"'):
        return re.sub(r'\\(.)|""', lambda found: found[1] or '"', text[1:-1])
    return text or None


def format_range(bounds: Bounds) -> str:
    def shown(bound: str | None) -> str:
        if bound is None:
            return ""
        return '"' + bound.replace("\\", "\\\\").replace('"', '\\"') + '"' if re.search(r"[\s,()\[\]\"\\]", bound) or not bound else bound

    return f"{bounds.form[0]}{shown(bounds.lower)},{shown(bounds.upper)}{bounds.form[1]}"


# -- hstore ----------------------------------------------------------------------------------------------------------

_PAIR = re.compile(r'"((?:[^"\\]|\\.)*)"\s*=>\s*(?:"((?:[^"\\]|\\.)*)"|(NULL))', re.IGNORECASE)


def parse_hstore(text: str) -> dict[str, str | None] | None:
    """`"a"=>"1", "b"=>NULL` as a dict."""
    if _PAIR.sub("", text).strip(", \n\t"):
        return None

    def plain(part: str) -> str:
        return re.sub(r"\\(.)", r"\1", part)

    return {plain(match[1]): None if match[3] else plain(match[2]) for match in _PAIR.finditer(text)}


def format_hstore(pairs: dict[str, str | None]) -> str:
    def shown(part: str) -> str:
        return '"' + part.replace("\\", "\\\\").replace('"', '\\"') + '"'

    return ", ".join(f"{shown(key)}=>{'NULL' if value is None else shown(value)}" for key, value in pairs.items())


# -- intervals -------------------------------------------------------------------------------------------------------

_INTERVAL = (
    r"^(?:(?P<years>[-+]?\d+) years?)?\s*(?:(?P<mons>[-+]?\d+) mons?)?\s*(?:(?P<days>[-+]?\d+) days?)?"
    r"\s*(?:(?P<sign>[-+]?)(?P<hours>\d+):(?P<minutes>\d+):(?P<seconds>\d+)(?P<part>\.?\d*))?$"
)


def parse_interval(text: str) -> tuple[int, int, int] | None:
    """Months, days and microseconds of `1 year 2 mons -3 days 04:05:06.7`; None of any other spelling."""
    match = re.match(_INTERVAL, text.strip())
    if not match or not text.strip():
        return None
    months = 12 * int(match["years"] or 0) + int(match["mons"] or 0)
    clock = (int(match["hours"] or 0) * 60 + int(match["minutes"] or 0)) * 60 + int(match["seconds"] or 0)
    part = int(f"{(match['part'] or '').lstrip('.') or '0':0<6}"[:6])
    micros = clock * 1_000_000 + part
    return months, int(match["days"] or 0), -micros if match["sign"] == "-" else micros


def format_interval(months: int, days: int, micros: int) -> str:
    """As PostgreSQL prints it (`intervalstyle = postgres`)."""
    years, mons = (abs(months) // 12, abs(months) % 12) if months >= 0 else (-(abs(months) // 12), -(abs(months) % 12))
    shown = []
    negative = False  # after a negative field, the sign of the next positive one is written
    for number, unit in ((years, "year"), (mons, "mon"), (days, "day")):
        if number:
            shown.append(f"{'+' if negative and number > 0 else ''}{number} {unit}{'' if number == 1 else 's'}")
            negative = number < 0
    if micros or not shown:
        rest, part = divmod(abs(micros), 1_000_000)
        sign = "-" if micros < 0 else "+" if negative else ""
        fraction = f".{part:06d}".rstrip("0") if part else ""
        shown.append(f"{sign}{rest // 3600:02d}:{rest // 60 % 60:02d}:{rest % 60:02d}{fraction}")
    return " ".join(shown)
