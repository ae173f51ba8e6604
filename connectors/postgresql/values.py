"""How values of each type leave PostgreSQL: which ones ADBC reads natively, and which the server prints as text first.

README.md beside this file shows the whole table, type by path; a round trip in tests/ proves each cell.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from psycopg import sql

from mimic import schema as s
from mimic.errors import Unsupported

# Arrow counts from 1970 and PostgreSQL from 2000: ADBC adds the difference to the two infinities, which overflow.
# They travel as the extremes of their Arrow type.
_DAYS = 10_957
_MICROSECONDS = 946_684_800_000_000
_FIRST_DATE, _FIRST_TIMESTAMP = -2_451_545 + _DAYS - 1, -211_813_488_000_000_000 + _MICROSECONDS - 86_400_000_000


def natively(kind: s.LogicalType) -> bool:
    """Whether ADBC reads the type exactly; otherwise it is cast to text on the server.

    Decimals are faster that way too: numeric's binary form is parsed digit by digit.
    """
    match s.bare(kind):
        case s.Boolean() | s.Integer() | s.Float() | s.Binary() | s.Date() | s.Time(zoned=False) | s.Timestamp() | s.Uuid():
            return True
    return False


def expression(column: sql.Composable, kind: s.LogicalType) -> sql.Composable:
    """SQL whose value ADBC reads without loss; the blanks that pad char(n) are dropped, as they mean nothing."""
    return column if natively(kind) else sql.SQL("{}::text").format(column)


def landed(values: pa.Array, kind: s.LogicalType, place: str) -> pa.Array:
    """Values as ADBC gave them, in `schema.arrow_type(kind)`."""
    if isinstance(values, pa.ExtensionArray):
        values = values.storage
    match s.bare(kind):
        case s.Date():
            return _infinities(values, np.int32, _DAYS, _FIRST_DATE, place)
        case s.Timestamp():
            return _infinities(values, np.int64, _MICROSECONDS, _FIRST_TIMESTAMP, place)
    wanted = s.arrow_type(kind)
    if values.type == wanted:
        return values
    try:
        return values.cast(wanted)
    except pa.ArrowInvalid:
        raise Unsupported(
            "the column holds NaN, which a decimal of fixed precision cannot carry.", where=place,
            hint="Leave the table out or empty, or make the column a numeric without precision.",
        ) from None  # fmt: skip


def _infinities(values: pa.Array, width: type[np.signedinteger], shift: int, first: int, place: str) -> pa.Array:
    limits = np.iinfo(width)
    integer = pa.int32() if width is np.int32 else pa.int64()
    numbers = values.view(integer)
    least = pc.min(numbers).as_py()
    if least is None or least >= first:
        return values
    plus, minus = (int(limits.max) + shift) - 2**limits.bits, int(limits.min) + shift
    late = pc.and_(pc.less(numbers, first), pc.invert(pc.is_in(numbers, value_set=pa.array([plus, minus], integer))))
    if pc.any(late).as_py():
        raise Unsupported("the column holds a time after the year 294246: too many microseconds since 1970 for 64 bits.", where=place)
    numbers = pc.if_else(pc.equal(numbers, plus), pa.scalar(int(limits.max), integer), numbers)
    numbers = pc.if_else(pc.equal(numbers, minus), pa.scalar(int(limits.min), integer), numbers)
    return numbers.view(values.type)
