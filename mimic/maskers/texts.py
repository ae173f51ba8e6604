"""Columns of many types as texts, each distinct value looked at once.

Most maskers make a text of a text. What is no text travels as one: numbers and uuids as they are printed, elements of arrays one
by one. So every masker works on every type whose texts it can make.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mimic.generators.pg_text import dashed, format_array, parse_array
from mimic.masker import CannotMask, Given, MaskTask
from mimic.maskers.cipher import Aes
from mimic.schema import Array, Binary, Column, Decimal, Enum, Integer, LogicalType, Text, Uuid, bare

Made = Callable[[pa.Array], pa.Array]


def element(kind: LogicalType) -> LogicalType:
    """The type of an array's elements, or the type itself."""
    kind = bare(kind)
    while isinstance(kind, Array):
        kind = bare(kind.element)
    return kind


def room(column: Column) -> int | None:
    """The most characters that a value may have; None is no limit."""
    kind = element(column.type)
    return kind.length if isinstance(kind, Text) else None


def told(values: pa.Array, kind: LogicalType) -> pa.Array:
    """Values as texts."""
    if isinstance(bare(kind), Uuid):
        return pa.array([None if value is None else dashed(value.hex()) for value in values.to_pylist()], pa.string())
    return values if pa.types.is_string(values.type) else values.cast(pa.string())


def untold(texts: pa.Array, kind: LogicalType, form: pa.DataType) -> pa.Array:
    """Texts as values again."""
    if isinstance(bare(kind), Uuid):
        return pa.array([None if text is None else bytes.fromhex(text.replace("-", "")) for text in texts.to_pylist()], form)
    return texts if texts.type == form else texts.cast(form)


def distinct(values: pa.Array) -> tuple[pa.Array, pa.Array | None]:
    """The distinct values and where each row's is; the values themselves where telling them apart would not pay."""
    if len(values) < 64:
        return values, None
    looked = values.slice(0, 2_048)
    if len(pc.unique(looked)) > 0.9 * len(looked):
        return values, None
    coded = values.dictionary_encode()
    return coded.dictionary, coded.indices


class OfTexts:
    """A masker that makes texts of texts: `made` is asked for values that are not NULL."""

    version: ClassVar[int] = 1
    reversible: ClassVar[bool] = False

    column: Column

    @property
    def needs(self) -> tuple[str, ...]:
        return ()

    @abstractmethod
    def made(self, texts: pa.Array, aes: Aes) -> pa.Array: ...

    def mask(self, values: pa.Array, key: bytes, given: Given) -> pa.Array:
        return through(values, self.column.type, lambda texts: self.made(texts, Aes(key)))


def through(values: pa.Array, kind: LogicalType, made: Made) -> pa.Array:
    """`made` applied to the texts of a column: once per distinct value, inside arrays to each element, never to a NULL."""
    if isinstance(bare(kind), Array):
        return _inside(values, kind, made)
    texts, index = distinct(told(values, kind))
    valid = texts.is_valid()
    if texts.null_count:
        kept = texts.filter(valid)
        out = made(kept)
        spots = pc.subtract(pc.cumulative_sum(valid.cast(pa.int64())), 1)
        out = out.take(pc.if_else(valid, spots, pa.scalar(None, pa.int64())))
    else:
        out = made(texts)
    out = _whole(out)
    return untold(out if index is None else out.take(index), kind, values.type)


def apart(texts: pa.Array, flags: np.ndarray[Any, Any], yes: Made, no: Made) -> pa.Array:
    """`yes` of the texts whose flag is set and `no` of the others, in the order in which they came."""
    if flags.all():
        return _whole(yes(texts))
    if not flags.any():
        return _whole(no(texts))
    chosen = pa.array(flags)
    made = pa.concat_arrays([_whole(yes(texts.filter(chosen))), _whole(no(texts.filter(pc.invert(chosen))))])
    place = np.where(flags, np.cumsum(flags) - 1, flags.sum() + np.cumsum(~flags) - 1)
    return made.take(pa.array(place))


def cut(texts: pa.Array, most: int | None) -> pa.Array:
    """Texts that are longer than `most` characters end there, without a blank at the end; the others stay."""
    if most is None or not len(texts):
        return texts
    long = pc.greater(pc.utf8_length(texts), most)
    if not pc.any(long).as_py():
        return texts
    return pc.if_else(long, pc.utf8_rtrim_whitespace(pc.utf8_slice_codeunits(texts, 0, most)), texts)


def _whole(array: pa.Array | pa.ChunkedArray) -> pa.Array:
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


def _inside(values: pa.Array, kind: LogicalType, made: Made) -> pa.Array:
    """Elements of arrays, however deep; an array that cannot be read is masked as a text."""
    found = values.to_pylist()
    parsed = [None if text is None else parse_array(text) for text in found]
    flat: list[str] = []
    for array, text in zip(parsed, found, strict=True):
        if array is not None:
            _gather(array, flat)
        elif text is not None:
            flat.append(text)
    if not flat:
        return values
    new = iter(made(pa.array(flat, pa.string())).to_pylist())
    out: list[str | None] = []
    for array, text in zip(parsed, found, strict=True):
        if array is not None:
            out.append(format_array(_put(array, new)))
        else:
            out.append(next(new) if text is not None else None)
    return pa.array(out, values.type)


def _gather(item: object, into: list[str]) -> None:
    if isinstance(item, list):
        for part in item:
            _gather(part, into)
    elif item is not None:
        into.append(str(item))


def _put(item: object, new: Iterator[str]) -> list[object]:
    assert isinstance(item, list)
    return [_put(part, new) if isinstance(part, list) else None if part is None else next(new) for part in item]


def needs_text(task: MaskTask, least: int) -> int | None:
    """The room of a text column; `CannotMask` where it holds no text or fewer than `least` characters."""
    kind = element(task.column.type)
    if isinstance(kind, Enum):
        raise CannotMask("its type allows a few words only")
    if not isinstance(kind, Text):
        raise CannotMask(f"it holds {type(kind).__name__.lower()}, not text")
    if kind.length is not None and kind.length < least:
        raise CannotMask(f"it has room for {kind.length} characters, and {least} are needed")
    return kind.length


def is_text(column: Column) -> bool:
    return isinstance(element(column.type), Text)


def is_number(column: Column) -> bool:
    return isinstance(element(column.type), Integer | Decimal)


def is_bytes(column: Column) -> bool:
    return isinstance(element(column.type), Binary)


__all__ = [
    "OfTexts",
    "apart",
    "cut",
    "distinct",
    "element",
    "is_bytes",
    "is_number",
    "is_text",
    "needs_text",
    "room",
    "through",
    "told",
    "untold",
]
