"""Arrow batches as the bytes of COPY: binary where every column has a vectorised binary form, csv otherwise.

The rows of binary COPY are assembled by pgpq. Its encoder of bytea writes a length and the bytes as they are, so whatever
form an array of binary values holds rides along: a uuid, an interval, a jsonb. Dates and timestamps travel as the integers
that they are on the wire, counted from 2000, because the two infinities have no other way. A batch that has no binary form
goes as csv, parsed by the server's own input functions; README.md beside this file has the whole table, type by path.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from connectors._sql.moments import beyond, corrected

try:
    from pgpq import ArrowToPostgresBinaryEncoder
    from pgpq.encoders import StringEncoderBuilder
    from pgpq.schema import Jsonb
except ImportError:  # no wheel for this machine: everything goes as csv
    ArrowToPostgresBinaryEncoder = None  # type: ignore[assignment, misc]

DAYS_TO_2000 = 10_957
MICROSECONDS_TO_2000 = 946_684_800_000_000
_CSV = csv.WriteOptions(include_header=False, quoting_style="needed")


@dataclass(frozen=True, slots=True)
class Slot:
    """A column of the target as its catalogue knows it: `type` is the name in pg_type below any domains, "enum" for enumerations."""

    name: str
    type: str


# -- binary ------------------------------------------------------------------------------------------------------------------


def binary(rows: pa.RecordBatch, slots: Mapping[str, Slot]) -> pa.RecordBatch | None:
    """The same rows in arrays that pgpq writes as the server wants them; None when some column has no such form."""
    if ArrowToPostgresBinaryEncoder is None:
        return None
    arrays = []
    for name, values in zip(rows.schema.names, rows.columns, strict=True):
        form = binary_form(values, slots[name].type)
        if form is None:
            return None
        arrays.append(form)
    return pa.RecordBatch.from_arrays(arrays, names=rows.schema.names)


def binary_form(values: pa.Array, type: str) -> pa.Array | None:
    make = _BINARY.get(type)
    if make is None:
        return None
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    try:
        return make(values)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):  # out of the target type's range: the server's input function decides
        return None


def _as(kind: pa.DataType, *sources: Callable[[pa.DataType], bool]) -> Callable[[pa.Array], pa.Array | None]:
    """Cast safely to `kind`, from it or from the kinds of `sources` only."""

    def make(values: pa.Array) -> pa.Array | None:
        if values.type == kind:
            return values
        return values.cast(kind) if any(source(values.type) for source in sources) or pa.types.is_null(values.type) else None

    return make


def _numeric(values: pa.Array) -> pa.Array | None:
    if pa.types.is_decimal128(values.type):
        return values
    if pa.types.is_integer(values.type) or pa.types.is_null(values.type):
        return values.cast(pa.decimal128(20, 0))
    return None


def _date(values: pa.Array) -> pa.Array | None:
    return _since_2000(values, pa.int32(), DAYS_TO_2000) if pa.types.is_date32(values.type) else None


def _timestamp(zoned: bool) -> Callable[[pa.Array], pa.Array | None]:
    def make(values: pa.Array) -> pa.Array | None:
        kind = values.type
        if not pa.types.is_timestamp(kind) or kind.unit != "us" or (kind.tz is not None) is not zoned:
            return None
        return _since_2000(values, pa.int64(), MICROSECONDS_TO_2000)

    return make


def _since_2000(values: pa.Array, kind: pa.DataType, shift: int) -> pa.Array:
    numbers = values.view(kind)
    limits = np.iinfo(kind.to_pandas_dtype())
    shifted = pc.subtract(numbers, pa.scalar(shift, kind))
    bounds = pc.min_max(numbers)
    for end, limit in (("max", limits.max), ("min", limits.min)):
        if bounds[end].as_py() == limit:
            extreme = pa.scalar(int(limit), kind)
            shifted = pc.if_else(pc.equal(numbers, extreme), extreme, shifted)
    return shifted


def _time(values: pa.Array) -> pa.Array | None:
    return values.view(pa.int64()) if values.type == pa.time64("us") else None


def _uuid(values: pa.Array) -> pa.Array | None:
    if values.type == pa.binary(16):
        return values
    return values.cast(pa.binary(16)) if pa.types.is_null(values.type) else None


_INTERVAL = re.compile(
    r"(?:([+-]?\d+) years? ?)?(?:([+-]?\d+) mons? ?)?(?:([+-]?\d+) days? ?)?(?:([+-]?)(\d+):(\d\d):(\d\d)(?:\.(\d{1,6}))?)?"
)


def _interval(values: pa.Array) -> pa.Array | None:
    """Sixteen bytes from the text of IntervalStyle `postgres`, each distinct text parsed once."""
    if pa.types.is_null(values.type):
        return values.cast(pa.binary(16))
    if not pa.types.is_string(values.type):
        return None
    coded = values.dictionary_encode()
    parsed = [_interval_bytes(text) for text in coded.dictionary.to_pylist()]
    if None in parsed:
        return None
    return pa.array(parsed, pa.binary(16)).take(coded.indices)


def _interval_bytes(text: str) -> bytes | None:
    match = _INTERVAL.fullmatch(text)
    if match is None or not text:
        return None
    years, months, days, sign, hours, minutes, seconds, fraction = match.groups()
    time = (int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(seconds or 0)) * 1_000_000 + int((fraction or "").ljust(6, "0") or 0)
    try:
        return (
            (-time if sign == "-" else time).to_bytes(8, "big", signed=True)
            + int(days or 0).to_bytes(4, "big", signed=True)
            + (int(years or 0) * 12 + int(months or 0)).to_bytes(4, "big", signed=True)
        )
    except OverflowError:
        return None


_integer = (pa.types.is_integer, pa.types.is_boolean)
_text = _as(pa.string(), pa.types.is_large_string)
_BINARY: Mapping[str, Callable[[pa.Array], pa.Array | None]] = {
    "bool": _as(pa.bool_()),
    "int2": _as(pa.int16(), pa.types.is_integer),
    "int4": _as(pa.int32(), pa.types.is_integer),
    "int8": _as(pa.int64(), pa.types.is_integer),
    "float4": _as(pa.float32()),
    "float8": _as(pa.float64(), pa.types.is_float32, pa.types.is_integer),
    "numeric": _numeric,
    **dict.fromkeys(("text", "varchar", "bpchar", "name", "citext", "json", "jsonb", "xml", "enum"), _text),
    "bytea": _as(pa.binary(), pa.types.is_large_binary, pa.types.is_fixed_size_binary),
    "date": _date,
    "time": _time,
    "timestamp": _timestamp(zoned=False),
    "timestamptz": _timestamp(zoned=True),
    "interval": _interval,
    "uuid": _uuid,
}  # fmt: skip


# -- csv ---------------------------------------------------------------------------------------------------------------------


def text_form(values: pa.Array) -> pa.Array:
    """Values as text that PostgreSQL's input functions read."""
    kind = values.type
    if pa.types.is_dictionary(kind):
        return text_form(values.dictionary_decode())
    if pa.types.is_fixed_size_binary(kind) and kind.byte_width == 16:  # a uuid; its input function reads 32 digits without hyphens
        return _hex(values)
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind):
        return pc.binary_join_element_wise(pa.scalar("\\x"), _hex(values), "")
    if pa.types.is_date32(kind):
        return _told(values)
    if pa.types.is_timestamp(kind):
        return _told(values)
    if pa.types.is_time64(kind):
        day = pc.equal(values.view(pa.int64()), 86_400_000_000)
        return pc.if_else(day, "24:00:00", pc.cast(pc.if_else(day, pa.scalar(0, kind), values), pa.string()))
    return values if pa.types.is_string(kind) else pc.cast(values, pa.string())


def _hex(values: pa.Array) -> pa.Array:
    """Two digits per byte, written through numpy into a new text buffer."""
    values = values.cast(pa.large_binary())
    offsets = np.frombuffer(values.buffers()[1], np.int64, len(values) + 1, values.offset * 8)
    held = values.buffers()[2]
    raw = np.frombuffer(held, np.uint8)[offsets[0] : offsets[-1]] if held is not None else np.empty(0, np.uint8)
    digits = np.frombuffer(b"0123456789abcdef", np.uint8)
    text = np.empty(2 * len(raw), np.uint8)
    text[0::2], text[1::2] = digits[raw >> 4], digits[raw & 15]
    joined = pa.LargeStringArray.from_buffers(len(values), pa.py_buffer((offsets - offsets[0]) * 2), pa.py_buffer(text))
    return pc.if_else(pc.is_valid(values), joined, pa.scalar(None, pa.large_string())).cast(pa.string())


def _told(values: pa.Array) -> pa.Array:
    """Dates and timestamps as text, the rare ones too."""
    text, odd = pc.cast(values, pa.string()), beyond(values)
    return corrected(values, text, odd) if pc.any(odd).as_py() else text


# -- streams -----------------------------------------------------------------------------------------------------------------


class Encoder(Protocol):
    """Turns the batches of one COPY into bytes; all of them have the same columns."""

    options: str

    def rows(self, batch: pa.RecordBatch) -> bytes: ...
    def end(self) -> bytes: ...


class BinaryRows:
    options = "(FORMAT binary)"

    def __init__(self, schema: pa.Schema, slots: Mapping[str, Slot]) -> None:
        builders: dict[str, Any] = {}
        for column in schema:
            if slots[column.name].type == "jsonb":
                builders[column.name] = StringEncoderBuilder.new_with_output(column, Jsonb())
            else:
                builders[column.name] = ArrowToPostgresBinaryEncoder.infer_encoder(column)
        self._encoder = ArrowToPostgresBinaryEncoder.new_with_encoders(schema, builders)
        self._head = self._encoder.write_header()

    def rows(self, batch: pa.RecordBatch) -> bytes:
        head, self._head = self._head, b""
        body = self._encoder.write_batch(batch)
        return head + body if head else body

    def end(self) -> bytes:
        return self._head + self._encoder.finish()


class CsvRows:
    options = "(FORMAT csv)"

    def rows(self, batch: pa.RecordBatch) -> bytes:
        out = io.BytesIO()
        csv.write_csv(pa.RecordBatch.from_arrays([text_form(column) for column in batch.columns], names=batch.schema.names), out, _CSV)
        return out.getvalue()

    def end(self) -> bytes:
        return b""


def encoder(form: pa.RecordBatch | None, slots: Mapping[str, Slot]) -> Encoder:
    """For batches like `form`, which `binary` made; csv when it is None."""
    return CsvRows() if form is None else BinaryRows(form.schema, slots)
