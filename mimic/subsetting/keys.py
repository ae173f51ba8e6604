"""Values of keys as Arrow columns: each once, without NULL, and in the type of the columns that they are looked up in."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from mimic.errors import Unsupported
from mimic.schema import Integer, LogicalType, Table, Uuid, arrow_type, bare


def identity(table: Table) -> tuple[str, ...]:
    """The columns by which a row is named and drawn: the primary key, else another key without NULLs, else none."""
    fit = [key for key in table.keys if not key.expressions and key.where is None]
    whole = [key for key in fit if key.primary or not any(table.column(name).nullable for name in key.columns)]
    return next((key.columns for key in whole), ())


def distinct(rows: pa.Table, columns: Sequence[str], names: Sequence[str]) -> pa.Table:
    """The different values of some columns, under other names; a row with a NULL among them refers to nothing."""
    found = pa.table([rows.column(name) for name in columns], names=list(names)).drop_null()
    return found.group_by(list(names)).aggregate([]) if found.num_rows else found


def fitted(keys: pa.Table, table: Table, columns: Sequence[str]) -> pa.RecordBatch:
    """Keys, one column each, as a batch to look up in `columns` of a table; what no value of theirs can equal is gone."""
    arrays = [_in_type(column, table.column(name).type, f"{table.name}.{name}") for column, name in zip(keys.columns, columns, strict=True)]
    made = pa.table(arrays, names=list(columns)).drop_null().combine_chunks()
    empty = pa.RecordBatch.from_arrays([array.combine_chunks()[:0] for array in arrays], names=list(columns))
    return next(iter(made.to_batches()), empty)


def _in_type(values: pa.ChunkedArray, kind: LogicalType, place: str) -> pa.ChunkedArray:
    """NULL where the type has no such value."""
    wanted = pa.int64() if isinstance(bare(kind), Integer) else arrow_type(kind)
    if values.type == wanted or (pa.types.is_integer(values.type) and pa.types.is_integer(wanted)):
        return values
    if pa.types.is_string(values.type) and pa.types.is_integer(wanted):
        whole = pc.match_substring_regex(values, r"^-?[0-9]{1,18}$")
        return pc.if_else(whole, values, None).cast(wanted)
    if isinstance(bare(kind), Uuid) and pa.types.is_string(values.type):
        return pa.chunked_array([pa.array([_uuid(value) for value in values.to_pylist()], wanted)])
    if pa.types.is_fixed_size_binary(values.type) and pa.types.is_string(wanted):
        texts = [value and f"{value[:8]}-{value[8:12]}-{value[12:16]}-{value[16:20]}-{value[20:]}" for value in _hex(values)]
        return pa.chunked_array([pa.array(texts, pa.string())])
    try:
        return values.cast(wanted)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        raise Unsupported(f"keys of type {values.type} cannot be looked up in it.", where=place) from None


def _hex(values: pa.ChunkedArray) -> list[str | None]:
    return [value.hex() if value is not None else None for value in values.to_pylist()]


def _uuid(value: str | None) -> bytes | None:
    try:
        found = bytes.fromhex((value or "").replace("-", ""))
    except ValueError:
        return None
    return found if len(found) == 16 else None


def codes(columns: Sequence[pa.ChunkedArray | pa.Array]) -> NDArray[np.int64]:
    """A number per row, equal for rows that are equal in all columns; a NULL is a value."""
    found: NDArray[np.int64] | None = None
    for column in columns:
        flat = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
        encoded = flat.dictionary_encode(null_encoding="encode")
        here = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
        if found is None:
            found = here
        else:
            _, found = np.unique(found * max(len(encoded.dictionary), 1) + here, return_inverse=True)
    return np.empty(0, np.int64) if found is None else found
