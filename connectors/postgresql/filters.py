"""Filters as SQL: a keyed hash on the server, keys and rows that travel with the statement (no temporary table, no right to write).

A row's number is its place: block and offset of its `ctid`, which nothing moves as long as a snapshot that sees the row is
open and its table is locked against rewriting; for a partitioned table, above them which of its partitions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from psycopg import sql

from mimic import schema as s
from mimic.selection import HashShare, KeyIn, Numbers, RowIn

KEYS_PER_STATEMENT = 250_000  # more would spare scans where a key has no index; but all rows of an answer are in memory at once
ROWS_PER_STATEMENT = 65_536  # fetched by their place


def hash_share(table: s.Table, where: HashShare) -> sql.Composable:
    """True for the rows whose hash falls into the share.

    `hashtextextended` is what hash partitioning stands on, so that it is the same in every version (on little-endian machines).
    Each column's text is hashed with the hash of those before it as its seed; numbers of any width or scale print alike.
    """
    if where.share >= 1:
        return sql.SQL("true")
    seed = int.from_bytes(hashlib.blake2b(where.salt.encode(), digest_size=8).digest(), "big", signed=True)
    hashed: sql.Composable = sql.SQL("{}::int8").format(sql.Literal(str(seed)))
    for name in where.columns:
        hashed = sql.SQL('coalesce(hashtextextended({} COLLATE "C", {}), hashint8extended(0, {}))').format(
            _text(name, table.column(name).type), hashed, hashed
        )
    limit = -(2**63) + round(max(where.share, 0.0) * 2**64)
    return sql.SQL("{} < {}::int8").format(hashed, sql.Literal(str(min(limit, 2**63 - 1))))


def _text(name: str, kind: s.LogicalType) -> sql.Composable:
    column = sql.Identifier(name)
    match s.bare(kind):
        case s.Decimal():
            return sql.SQL("trim_scale({})::text").format(column)
        case s.Text(ignore_case=True):
            return sql.SQL("lower({}::text)").format(column)
    return sql.SQL("{}::text").format(column)


def key_in(table: s.Table, where: KeyIn, schemas: Mapping[str, str]) -> Iterator[tuple[sql.Composable, sql.Composable, pa.RecordBatch]]:
    """Joins and conditions, one pair after the other, that together are true once for each row whose key is among the keys.

    `schemas` gives the schema of a column's type where an extension made it: its operators live there. Parameters are one row of
    arrays, $1 and on, which travel in binary form. Keys of whole numbers and plain text are compared with the arrays themselves or
    joined with them, as the planner then knows how many there are; behind EXISTS it expects 200.
    """
    if not where.columns:
        return
    keys = pa.table([where.keys.column(name) for name in where.columns], names=[str(i) for i in range(len(where.columns))])
    columns = [table.column(name) for name in where.columns]
    plain = [_plain(c, k.type, schemas.get(c.name, "pg_catalog")) for c, k in zip(columns, keys.columns, strict=True)]
    if all(plain):
        fit = [_within(values, column.type) for values, column in zip(keys.columns, columns, strict=True)]
        keys = pa.table(fit, names=keys.column_names)
    keys = keys.drop_null()
    keys = keys.group_by(keys.column_names).aggregate([])
    keys = keys.sort_by([(name, "ascending") for name in keys.column_names])
    join, condition = _compared(columns, plain) if all(plain) else _existing(columns, schemas)
    for start in range(0, keys.num_rows, KEYS_PER_STATEMENT):
        part = keys.slice(start, KEYS_PER_STATEMENT)
        shipped = (
            part.columns if all(plain) else [key_texts(values, column.type) for values, column in zip(part.columns, columns, strict=True)]
        )
        yield join, condition, _parameters(shipped)


def _compared(columns: Sequence[s.Column], types: Sequence[str]) -> tuple[sql.Composable, sql.Composable]:
    arrays = [sql.SQL("${}::{}[]").format(sql.Literal(i + 1), sql.SQL(type_)) for i, type_ in enumerate(types)]
    if len(columns) == 1:
        one = sql.SQL("t.{} OPERATOR(pg_catalog.=) ANY ({})").format(sql.Identifier(columns[0].name), arrays[0])
        return sql.SQL(""), sql.SQL(" WHERE {}").format(one)
    names = [sql.Identifier(f"k{i}") for i in range(len(columns))]
    equal = [sql.SQL("k.{} OPERATOR(pg_catalog.=) t.{}").format(n, sql.Identifier(c.name)) for n, c in zip(names, columns, strict=True)]
    comma = sql.SQL(", ")
    join = sql.SQL(" JOIN unnest({}) AS k({}) ON {}").format(comma.join(arrays), comma.join(names), sql.SQL(" AND ").join(equal))
    return join, sql.SQL(" WHERE true")


def _existing(columns: Sequence[s.Column], schemas: Mapping[str, str]) -> tuple[sql.Composable, sql.Composable]:
    names = [sql.Identifier(f"k{i}") for i in range(len(columns))]
    homes = [sql.Identifier(schemas.get(column.name, "pg_catalog")) for column in columns]
    arrays = [sql.SQL("${}::text[]").format(sql.Literal(i + 1)) for i in range(len(columns))]
    typed = [sql.SQL("u.{}::{} AS {}").format(name, sql.SQL(c.declared), name) for name, c in zip(names, columns, strict=True)]
    equal = [
        sql.SQL("k.{} OPERATOR({}.=) t.{}").format(name, home, sql.Identifier(column.name))
        for name, home, column in zip(names, homes, columns, strict=True)
    ]
    condition = sql.SQL(" WHERE EXISTS (SELECT FROM (SELECT {} FROM unnest({}) AS u({})) AS k WHERE {})").format(
        sql.SQL(", ").join(typed), sql.SQL(", ").join(arrays), sql.SQL(", ").join(names), sql.SQL(" AND ").join(equal)
    )
    return sql.SQL(""), condition


def _plain(column: s.Column, keys: pa.DataType, home: str) -> str:
    """The type of a column that equality in Arrow and on the server mean the same for; "" for any other."""
    match s.bare(column.type):
        case s.Integer(bits=bits) if pa.types.is_integer(keys):
            return f"int{bits // 8}"
        case s.Text(ignore_case=False, fixed=False) if pa.types.is_string(keys) and home == "pg_catalog":
            return "text"
    return ""


def _within(values: pa.ChunkedArray, kind: s.LogicalType) -> pa.ChunkedArray:
    """Numbers in the width of their column; no row has one that does not fit."""
    match s.bare(kind):
        case s.Integer(bits=bits) if values.type.bit_width > bits:
            inside = pc.and_(pc.greater_equal(values, -(2 ** (bits - 1))), pc.less(values, 2 ** (bits - 1)))
            return pc.if_else(inside, values, None).cast(s.arrow_type(kind))
        case s.Integer():
            return values.cast(s.arrow_type(kind))
    return values


def _parameters(arrays: Sequence[pa.ChunkedArray | pa.Array]) -> pa.RecordBatch:
    """One row, each array a value of it."""
    flat = [array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array for array in arrays]
    lists = [pa.ListArray.from_arrays(pa.array([0, len(array)], pa.int32()), array) for array in flat]
    return pa.RecordBatch.from_arrays(lists, names=[str(i) for i in range(len(lists))])


def key_texts(values: pa.ChunkedArray, kind: s.LogicalType) -> pa.ChunkedArray:
    match s.bare(kind):
        case s.Binary():
            return pa.chunked_array([pa.array(["\\x" + value.hex() for value in values.to_pylist()], pa.string())])
        case s.Uuid():
            return pa.chunked_array([pa.array([value.hex() for value in values.to_pylist()], pa.string())])
        case s.Date() | s.Timestamp() | s.Time(zoned=False):
            return _times(values)
    return values if pa.types.is_string(values.type) else values.cast(pa.string())


_DAY = 86_400_000_000
_PLAIN_DAYS = (-719_162, 2_932_896)  # 0001-01-01 .. 9999-12-31: Arrow and PostgreSQL write these alike


def _times(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """ISO text; Julian days where the two spell differently, and the extremes as the infinities that they are."""
    date, time = pa.types.is_date32(values.type), pa.types.is_time64(values.type)
    numbers = values.cast(pa.int32() if date else pa.int64())
    first, last = (0, _DAY - 1) if time else _PLAIN_DAYS if date else (_PLAIN_DAYS[0] * _DAY, _PLAIN_DAYS[1] * _DAY + _DAY - 1)
    plain = pc.and_(pc.greater_equal(numbers, first), pc.less_equal(numbers, last))
    texts = pc.if_else(plain, values, None).cast(pa.string())
    if pc.all(plain).as_py():
        return texts
    odd = pc.filter(numbers, pc.invert(plain)).to_pylist()
    return pc.replace_with_mask(texts.combine_chunks(), pc.invert(plain).combine_chunks(), pa.array([_spelled(n, date, time) for n in odd]))


def _spelled(number: int, date: bool, time: bool) -> str:
    if time:
        return "24:00:00"
    bits = 31 if date else 63
    if number in (2**bits - 1, -(2**bits)):
        return "infinity" if number > 0 else "-infinity"
    days, rest = (number, 0) if date else divmod(number, _DAY)
    seconds, fraction = divmod(rest, 1_000_000)
    clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{fraction:06}"
    return f"J{days + 2_440_588}" + ("" if date else f" {clock}")


# -- rows by their place -----------------------------------------------------------------------------------------------------

_BLOCK, _PART = 16, 48  # from which bit on the block, and the partition, stand in a number


def numbered(places: pa.Array, parts: pa.Array | None, oids: Iterable[int]) -> pa.Array:
    """Numbers of rows from their `ctid` in binary form, and the oids of their partitions."""
    if isinstance(places, pa.ExtensionArray):
        places = places.storage
    start = places.offset * 6
    raw = np.frombuffer(places.buffers()[2] or b"", np.uint8)[start : start + 6 * len(places)].reshape(-1, 6)
    blocks = np.ascontiguousarray(raw[:, :4]).view(">u4").ravel().astype(np.int64)
    offsets = np.ascontiguousarray(raw[:, 4:]).view(">u2").ravel().astype(np.int64)
    numbers = blocks << _BLOCK | offsets
    if parts is not None:
        known = np.array(sorted(oids), np.int64)
        numbers |= np.searchsorted(known, parts.to_numpy(zero_copy_only=False)).astype(np.int64) << _PART
    return pa.array(numbers, pa.int64())


def row_in(where: RowIn, oids: Iterable[int]) -> Iterator[tuple[sql.Composable, pa.RecordBatch]]:
    """Conditions, one after the other, for the rows of these numbers; `oids` are those of the partitions, if any."""
    known = sorted(oids)
    parts = where.numbers >> _PART
    for part in np.unique(parts):
        here: Numbers = where.numbers[parts == part] & ((1 << _PART) - 1)
        condition: sql.Composable = sql.SQL("t.ctid = ANY ($1::text[]::tid[])")
        if known:
            condition = sql.SQL("{} AND t.tableoid = {}::oid").format(condition, sql.Literal(str(known[int(part)])))
        for start in range(0, len(here), ROWS_PER_STATEMENT):
            chunk = here[start : start + ROWS_PER_STATEMENT]
            blocks = pa.array(chunk >> _BLOCK).cast(pa.string())
            offsets = pa.array(chunk & ((1 << _BLOCK) - 1)).cast(pa.string())
            yield condition, _parameters([pc.binary_join_element_wise("(", blocks, ",", offsets, ")", "")])
