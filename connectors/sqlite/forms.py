"""How values lie in SQLite, which has integers, reals, texts and blobs only, and back.

A `Form` tells how an application stores a type that SQLite lacks: a timestamp as text of some pattern, as seconds since
1970, as a Julian day; a UUID as text or bytes. The form is read from the values and kept behind the declared type as a
comment of SQL, `DATETIME /*unixepoch*/`, so that the copy holds what the application expects. The usual form has no comment.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal as Exact
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from connectors._sql.moments import beyond, corrected
from mimic.schema import Binary, Boolean, Column, Date, Decimal, Float, Integer, LogicalType, Time, Timestamp, Uuid, arrow_type, bare

USUAL = ""  # ISO text for times, "%Y-%m-%d %H:%M:%S" with a fraction where there is one; text with hyphens for a UUID
ANY = "any"  # texts and numbers side by side in a column without a type: what spells an integer is one
UNITS = {"unixepoch": "s", "unixepoch ms": "ms", "unixepoch us": "us"}
NUMBERS = {*UNITS, "unixepoch float", "julianday"}
JULIAN_1970 = 2440587.5
DAY = 86_400_000_000
INTEGER = re.compile(r"0|-?[1-9][0-9]{0,17}")
COMMENT = re.compile(r"\s*/\*(.*?)\*/\s*$")


def declared_with(declared: str, form: str) -> str:
    return f"{declared} /*{form}*/" if form else declared


def form_of(column: Column) -> str:
    """The form kept in a column's declared type; the usual one when it tells none (another engine's column)."""
    match = COMMENT.search(column.declared)
    return match[1] if match else USUAL


def declared_without(declared: str) -> str:
    return COMMENT.sub("", declared)


# -- from SQLite ----------------------------------------------------------------------------------------------------------


def decode(values: Sequence[Any], kind: LogicalType, form: str) -> pa.Array:
    """Python values of one column as the Arrow array of its type. `content` has proved that they fit; nothing here raises."""
    wanted = arrow_type(kind)
    match bare(kind):
        case Integer():
            return pa.array(values, wanted)
        case Boolean():
            return pa.array(values, pa.int64()).cast(pa.bool_())
        case Float():
            return pa.array(values, wanted)
        case Decimal() if pa.types.is_decimal(wanted):
            return _decimals(values, wanted)
        case Binary():
            return pa.array([v if v is None or isinstance(v, bytes) else _text(v).encode() for v in values], wanted)
        case Uuid():
            return _uuids(values, form)
        case Date() | Timestamp() | Time(zoned=False):
            return _moments(values, wanted, form)
    try:
        return pa.array(values, wanted)
    except (pa.ArrowInvalid, pa.ArrowTypeError):  # numbers among the texts
        return pa.array([None if value is None else _text(value) for value in values], wanted)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else value.decode(errors="replace") if isinstance(value, bytes) else repr(value)


def _uuids(values: Sequence[Any], form: str) -> pa.Array:
    """All digits in one text, read at once: `uuid.UUID` takes a microsecond and more for each."""
    if form == "bytes":
        return pa.array(values, pa.binary(16))
    missing = "0" * 32
    digits = "".join([missing if value is None else value for value in values]).replace("-", "")
    valid = pa.array([value is not None or None for value in values], pa.bool_()).buffers()[0]
    return pa.FixedSizeBinaryArray.from_buffers(pa.binary(16), len(values), [valid, pa.py_buffer(bytes.fromhex(digits))])


def _decimals(values: Sequence[Any], wanted: pa.DataType) -> pa.Array:
    if wanted.precision <= 15:  # what a double holds exactly enough
        try:
            return pa.array(values, pa.float64()).cast(wanted)
        except (pa.ArrowInvalid, pa.ArrowTypeError):
            pass
    step = Exact(1).scaleb(-wanted.scale)
    return pa.array([None if value is None else Exact(str(value)).quantize(step) for value in values], wanted)


def _moments(values: Sequence[Any], wanted: pa.DataType, form: str) -> pa.Array:
    zone = "UTC" if pa.types.is_timestamp(wanted) and wanted.tz else None
    if form in UNITS:
        return pa.array(values, pa.timestamp(UNITS[form], zone)).cast(wanted, safe=False)
    if form in NUMBERS:
        numbers = pa.array(values, pa.float64())
        days = pc.subtract(numbers, JULIAN_1970) if form == "julianday" else pc.divide(numbers, 86_400.0)
        return pc.round(pc.multiply(days, float(DAY))).cast(pa.int64()).cast(pa.timestamp("us", zone)).cast(wanted, safe=False)
    texts = pa.array(values, pa.string())
    if pa.types.is_time(wanted):
        late = pc.equal(texts, "24:00:00")
        if pc.any(late).as_py():  # the end of a day, which Arrow does not read
            day = _moments(pc.if_else(late, "00:00", texts).to_pylist(), wanted, form)
            return pc.if_else(late, pa.scalar(DAY, pa.int64()), day.cast(pa.int64())).view(wanted)
        texts = pc.binary_join_element_wise("1970-01-01", texts, "T")
    try:
        return texts.cast(pa.timestamp("us")).cast(wanted if zone is None else pa.timestamp("us", zone), safe=False)
    except pa.ArrowInvalid:  # zones, more than six digits
        moments = pa.array([None if text is None else moment(text) for text in texts.to_pylist()], pa.timestamp("us"))
        return moments.cast(wanted if zone is None else pa.timestamp("us", zone), safe=False)


def moment(text: str) -> datetime:
    """An ISO timestamp; one with a zone is moved to UTC, digits beyond microseconds are cut."""
    text = re.sub(r"(\.\d{6})\d+", r"\1", text.strip()).replace(" +", "+").replace(" -", "-")
    found = datetime.fromisoformat(text)
    return found.astimezone(UTC).replace(tzinfo=None) if found.tzinfo else found


# -- to SQLite ------------------------------------------------------------------------------------------------------------


def encode(values: pa.Array, kind: LogicalType, form: str) -> list[Any]:
    """An Arrow array as Python values that SQLite stores in the column's own form."""
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    stored = _stored(values, bare(kind), form)
    if stored.null_count == 0 and (pa.types.is_integer(stored.type) or pa.types.is_float64(stored.type)):
        plain: list[Any] = stored.to_numpy(zero_copy_only=False).tolist()
        return plain
    listed: list[Any] = stored.to_pylist()
    if form == ANY:
        return [int(value) if value is not None and INTEGER.fullmatch(value) else value for value in listed]
    return listed


def _stored(values: pa.Array, kind: LogicalType, form: str) -> pa.Array:
    type_ = values.type
    if pa.types.is_boolean(type_):
        return values.cast(pa.int8())
    if pa.types.is_decimal(type_):
        return values.cast(pa.string())  # the column's affinity makes the number
    if pa.types.is_float32(type_):
        return values.cast(pa.string()).cast(pa.float64())  # 0.1 stays 0.1
    if form == ANY:
        return values
    if isinstance(kind, Uuid) and pa.types.is_fixed_size_binary(type_):
        return pa.array(_uuid_values(values, form))
    if pa.types.is_date32(type_) or (pa.types.is_timestamp(type_) and type_.unit == "us"):
        odd = beyond(values)
        if pc.any(odd).as_py():  # as texts, whatever the form: neither a number nor a pattern says "infinity"
            plain = _stored(pc.if_else(odd, pa.scalar(None, type_), values), kind, form)
            return corrected(values, plain.cast(pa.string()), odd)
    if pa.types.is_date(type_):
        return _told(values.cast(pa.timestamp("us")), form or "%Y-%m-%d")
    if pa.types.is_timestamp(type_):
        return _told(values.cast(pa.timestamp("us", type_.tz), safe=False).cast(pa.timestamp("us")), form or "%Y-%m-%d %H:%M:%S.%f")
    if pa.types.is_time(type_):
        ticks = values.cast(pa.time64("us")).cast(pa.int64())
        told = _told(ticks.cast(pa.timestamp("us")), form or "%H:%M:%S.%f")
        return pc.if_else(pc.equal(ticks, DAY), "24:00:00", told) if pa.types.is_string(told.type) else told
    return values


def _uuid_values(values: pa.Array, form: str) -> list[Any]:
    listed: list[Any] = values.to_pylist()
    if form == "bytes":
        return listed
    digits = [None if value is None else value.hex() for value in listed]
    if form in ("HEX", "UPPER"):
        digits = [None if text is None else text.upper() for text in digits]
    if form in ("hex", "HEX"):
        return digits
    return [None if t is None else f"{t[:8]}-{t[8:12]}-{t[12:16]}-{t[16:20]}-{t[20:]}" for t in digits]


def _told(moments: pa.Array, form: str) -> pa.Array:
    """Timestamps as numbers or texts. In a pattern `%f` is a fraction where there is one, `%3f` one of three digits."""
    ticks = moments.cast(pa.int64())
    if form in UNITS:
        return moments.cast(pa.timestamp(UNITS[form]), safe=False).cast(pa.int64())
    if form == "unixepoch float":
        return pc.divide(ticks.cast(pa.float64()), 1e6)
    if form == "julianday":
        return pc.add(pc.divide(ticks.cast(pa.float64()), float(DAY)), JULIAN_1970)
    if form in ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d"):  # as Arrow prints them, faster than strftime
        return moments.cast(pa.timestamp("s") if "S" in form else pa.date32(), safe=False).cast(pa.string())
    if form == "%Y-%m-%d %H:%M:%S.%f" and pc.all(pc.equal(pc.subsecond(moments), 0.0)).as_py() is not False:
        return moments.cast(pa.timestamp("s"), safe=False).cast(pa.string())
    whole, separator, rest = form.partition(".%")
    texts = pc.strftime(moments.cast(pa.timestamp("s"), safe=False), whole) if not separator else None
    if texts is None:
        digits, zone = (rest[0], rest[2:]) if rest[0].isdigit() else ("", rest[1:])
        fine = moments.cast(pa.string())  # always six digits
        fraction = pc.utf8_slice_codeunits(fine, -7)
        if digits:
            fraction = pc.utf8_slice_codeunits(pc.binary_join_element_wise(fraction, "0" * 9, ""), 0, int(digits) + 1)
        else:
            fraction = pc.if_else(pc.equal(fraction, ".000000"), "", fraction)
        seconds = pc.strftime(pc.floor_temporal(moments, unit="second").cast(pa.timestamp("s")), whole)
        texts = pc.binary_join_element_wise(seconds, fraction, zone, "")
    return texts


# -- recognising ------------------------------------------------------------------------------------------------------------

TIMESTAMP_TEXT = re.compile(r"\d{4}-\d\d-\d\d(?:([ T])(\d\d:\d\d(?::\d\d)?)(\.\d+)?( ?(?:Z|[+-]\d\d:?\d\d))?)?")
UUID_FORMS = {
    USUAL: re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    "UPPER": re.compile(r"[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}"),
    "hex": re.compile(r"[0-9a-f]{32}"),
    "HEX": re.compile(r"[0-9A-F]{32}"),
}
TIME_TEXT = re.compile(r"\d\d:\d\d(:\d\d)?(\.\d+)?")


def recognise(kind: LogicalType, sample: Sequence[Any]) -> tuple[LogicalType, str] | None:
    """The type and form of non-NULL `sample` values in a column declared as a time or UUID; None when they are neither."""
    match kind:
        case Uuid():
            return _uuid(sample)
        case Time():
            return _time(sample)
    if all(isinstance(value, str) for value in sample):
        return _texts(kind, sample)
    if any(isinstance(value, str | bytes) for value in sample):
        return None
    least, most = min(sample), max(sample)
    if any(isinstance(value, float) for value in sample):
        if least > 1_721_000 and most < 5_373_500:
            return kind, "julianday"
        return (kind, "unixepoch float") if least > 1e8 and most < 1e11 else None
    for form, low in (("unixepoch", 10**8), ("unixepoch ms", 10**11), ("unixepoch us", 10**14)):
        if low <= least and most < low * 1000:
            return (Timestamp(kind.zoned, 0) if isinstance(kind, Timestamp) and form == "unixepoch" else kind), form
    return None


def _texts(kind: LogicalType, sample: Sequence[str]) -> tuple[LogicalType, str] | None:
    matches = [TIMESTAMP_TEXT.fullmatch(value) for value in sample]
    if not all(matches):
        return None
    found = [match for match in matches if match]
    if not any(match[1] for match in found):
        return Date(), USUAL
    if not all(match[1] for match in found):
        return Timestamp(), USUAL
    zones = {match[4] or "" for match in found}
    digits = {len(match[3] or ".") - 1 for match in found}
    separator = "T" if found[0][1] == "T" else " "
    clock = "%H:%M" if all(len(match[2]) == 5 for match in found) else "%H:%M:%S"
    fraction = "" if digits == {0} else f".%{digits.pop()}f" if len(digits) == 1 and max(digits) <= 9 else ".%f"
    zone = zones.pop() if len(zones) == 1 else ""
    if zone not in ("", "Z", "+00:00", " +00:00", "+0000"):
        zone = "+00:00"  # moved to UTC
    form = f"%Y-%m-%d{separator}{clock}{fraction}{zone}"
    zoned = bool(zone) or (isinstance(kind, Timestamp) and kind.zoned)
    usual = form in ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M:%S.%f")
    precision = 0 if not fraction else min(6, max((len(match[3] or ".") - 1 for match in found), default=6))
    return Timestamp(zoned, 6 if fraction == ".%f" else precision), USUAL if usual else form


def _time(sample: Sequence[Any]) -> tuple[LogicalType, str] | None:
    if not all(isinstance(value, str) for value in sample):
        return None
    matches = [TIME_TEXT.fullmatch(value) for value in sample]
    if not all(matches):
        return None
    return Time(), "%H:%M" if all(match and not match[1] for match in matches) else USUAL


def _uuid(sample: Sequence[Any]) -> tuple[LogicalType, str] | None:
    if all(isinstance(value, bytes) and len(value) == 16 for value in sample):
        return Uuid(), "bytes"
    if not all(isinstance(value, str) for value in sample):
        return None
    for form, pattern in UUID_FORMS.items():
        if all(pattern.fullmatch(value) for value in sample):
            return Uuid(), form
    return None
