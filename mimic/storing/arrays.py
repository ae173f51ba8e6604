"""Arrays as `.npy`, read without trusting the header: no objects, no claim beyond the bytes that are there."""

from __future__ import annotations

import math
import re
import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

_MAGIC = b"\x93NUMPY\x01\x00"
_HEADER = re.compile(r"\{'descr': '([<|][biufMm]\d{1,2}(?:\[\w{1,4}\])?)', 'fortran_order': False, 'shape': \(([\d, ]*)\), \} *\n")
_TYPES = re.compile(r"\|b1|\|[iu]1|<[iu][248]|<f[248]|<[Mm]8\[(?:Y|M|D|h|m|s|ms|us|ns)\]")
_LONGEST_HEADER = 1_024
_DIMENSIONS = 8


class BadArray(ValueError):
    """Not an array as Mimic writes them."""


def pack(array: Array) -> bytes:
    """Version 1.0 of the format, little-endian, C order. `TypeError` for anything but numbers, dates and truth values."""
    array = np.asarray(array, order="C")
    array = array.astype(array.dtype.newbyteorder("<"), copy=False)
    if not _TYPES.fullmatch(array.dtype.str):
        raise TypeError(f"arrays of {array.dtype} are not stored: numbers, dates and truth values only")
    shape = f"({array.shape[0]},)" if array.ndim == 1 else str(array.shape)
    text = f"{{'descr': '{array.dtype.str}', 'fortran_order': False, 'shape': {shape}, }}"
    length = 64 * math.ceil((len(_MAGIC) + 2 + len(text) + 1) / 64) - len(_MAGIC) - 2
    return _MAGIC + struct.pack("<H", length) + (text.ljust(length - 1) + "\n").encode("ascii") + array.tobytes()


def unpack(content: bytearray) -> Array:
    """The array in `content`, sharing its memory; `BadArray` unless header and bytes agree exactly."""
    start = len(_MAGIC) + 2
    if len(content) < start or content[: len(_MAGIC)] != _MAGIC:
        raise BadArray("no array of a version that Mimic writes")
    (length,) = struct.unpack_from("<H", content, len(_MAGIC))
    if length > _LONGEST_HEADER or start + length > len(content):
        raise BadArray("its header is too long")
    header = _HEADER.fullmatch(content[start : start + length].decode("latin-1"))
    if header is None or not _TYPES.fullmatch(header[1]):
        raise BadArray("its header is none that Mimic writes")
    numbers = [part.strip() for part in header[2].split(",") if part.strip()]
    if len(numbers) > _DIMENSIONS or any(len(number) > 12 or not number.isdecimal() for number in numbers):
        raise BadArray("its shape is none that Mimic writes")
    shape = tuple(int(number) for number in numbers)
    dtype = np.dtype(header[1])
    if math.prod(shape) * dtype.itemsize != len(content) - start - length:
        raise BadArray("its shape does not fit its size")
    flat: Array = np.frombuffer(content, dtype=dtype, offset=start + length)
    return flat.reshape(shape)
