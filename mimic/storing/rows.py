"""The rows of copied tables as plain arrays: a bitmap of what is there, and the values.

Arrow's own file format would do the same in fewer lines, but its reader believes what a compressed buffer claims to unpack to.
What stands under a NULL is written as zeros: a value that its table hides leaves the source nowhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mimic.batch import rows_of
from mimic.schema import Column, arrow_type
from mimic.storing.arrays import Array


class BadRows(ValueError):
    """Rows that do not fit their table."""


def fold(rows: pa.Table, columns: Sequence[Column]) -> dict[str, Any]:
    """A state (see `states.py`) of some columns."""
    parts = [{"name": column.name} | _fold_column(rows.column(column.name), arrow_type(column.type)) for column in columns]
    return {"rows": int(rows.num_rows), "columns": parts}


def unfold(state: Any, wanted: Sequence[Column]) -> pa.Table:
    """The inverse of `fold`; `BadRows` unless every column is there, and whole."""
    names = [column.name for column in wanted]
    if not isinstance(state, dict) or type(state.get("rows")) is not int or state["rows"] < 0:
        raise BadRows("no number of rows")
    columns = state.get("columns")
    if not isinstance(columns, list) or [isinstance(part, dict) and part.get("name") for part in columns] != names:
        raise BadRows("its columns are not those of the table")
    if not names:
        return pa.Table.from_batches([rows_of((), pa.schema([]), state["rows"])])
    kinds = [arrow_type(column.type) for column in wanted]
    arrays = [_unfold_column(part, kind, state["rows"]) for part, kind in zip(columns, kinds, strict=True)]
    return pa.Table.from_arrays(arrays, schema=pa.schema(list(zip(names, kinds, strict=True))))


def _fold_column(column: pa.ChunkedArray, kind: pa.DataType) -> dict[str, Array]:
    values = pa.chunked_array(column.chunks, type=column.type).cast(_wide(kind)).combine_chunks()
    if isinstance(values, pa.ChunkedArray):
        values = pa.concat_arrays(values.chunks) if values.num_chunks else pa.array([], values.type)
    parts: dict[str, Array] = {}
    if values.null_count:
        parts["valid"] = np.packbits(values.is_valid().to_numpy(zero_copy_only=False), bitorder="little")
        values = pc.fill_null(values, _nothing(values.type))
    if pa.types.is_boolean(kind):
        return parts | {"bits": np.packbits(values.to_numpy(zero_copy_only=False), bitorder="little")}
    if pa.types.is_large_string(values.type) or pa.types.is_large_binary(values.type):
        offsets = np.zeros(1, np.int64)
        if len(values):
            offsets = np.frombuffer(values.buffers()[1], np.int64)[values.offset : values.offset + len(values) + 1]
        content = np.frombuffer(values.buffers()[2] or b"", np.uint8)[offsets[0] : offsets[-1]]
        return parts | {"offsets": offsets - offsets[0], "bytes": content}
    width = kind.bit_width // 8
    start = values.offset * width
    content = np.frombuffer(values.buffers()[1] or b"", np.uint8)[start : start + len(values) * width]
    return parts | {"bytes": content}


def _unfold_column(part: dict[str, Any], kind: pa.DataType, rows: int) -> pa.Array:
    wide = _wide(kind)
    names = {"bits"} if pa.types.is_boolean(kind) else {"offsets", "bytes"} if wide != kind else {"bytes"}
    if set(part) - {"name", "valid"} != names or not all(isinstance(part[name], np.ndarray) for name in set(part) - {"name"}):
        raise BadRows("a column has not the parts of its type")
    valid = pa.py_buffer(_exactly(part["valid"], np.uint8, (rows + 7) // 8)) if "valid" in part else None
    if names == {"bits"}:
        buffers = [valid, pa.py_buffer(_exactly(part["bits"], np.uint8, (rows + 7) // 8))]
    elif names == {"bytes"}:
        buffers = [valid, pa.py_buffer(_exactly(part["bytes"], np.uint8, rows * kind.bit_width // 8))]
    else:
        offsets = _exactly(part["offsets"], np.int64, rows + 1)
        if offsets[0] != 0 or (np.diff(offsets) < 0).any():
            raise BadRows("its texts overlap")
        buffers = [valid, pa.py_buffer(offsets), pa.py_buffer(_exactly(part["bytes"], np.uint8, int(offsets[-1])))]
    array = pa.Array.from_buffers(wide, rows, buffers)
    array.validate(full=True)
    return array.cast(kind)


def _exactly(array: Any, dtype: type[np.generic], n: int) -> Array:
    if array.dtype != dtype or array.shape != (n,):
        raise BadRows("a part has not the size of its column")
    return np.ascontiguousarray(array)


def _wide(kind: pa.DataType) -> pa.DataType:
    """Texts and binary values with 64-bit offsets, whatever their number."""
    if pa.types.is_string(kind):
        return pa.large_string()
    return pa.large_binary() if pa.types.is_binary(kind) else kind


def _nothing(kind: pa.DataType) -> pa.Scalar:
    """The value whose bytes are zeros."""
    if pa.types.is_large_string(kind) or pa.types.is_large_binary(kind):
        return pa.scalar("" if pa.types.is_large_string(kind) else b"", kind)
    if pa.types.is_boolean(kind):
        return pa.scalar(False)
    return pa.Array.from_buffers(kind, 1, [None, pa.py_buffer(bytes(kind.bit_width // 8))])[0]
