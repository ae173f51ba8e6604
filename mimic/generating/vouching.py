"""Values that a target has vouched for: those of a key column under a CHECK that only the target can read.

Rows that refer to the column are made before any row can be asked about, so none of its values can be changed then. When some are
refused, many are drawn and asked about at once, and the table is made anew out of those that hold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mimic.errors import RowsRefused
from mimic.generating.checking import Judge
from mimic.schema import Check, Integer, Table, TableName, arrow_type, bare

DRAWS = 40  # times as many values as rows are asked about, at most


class Vouched(RowsRefused):
    """Rows are refused, and `values` are those that would not have been, by column."""

    def __init__(self, refused: RowsRefused, name: TableName, values: Mapping[str, pa.Array]) -> None:
        self.name, self.values = name, values
        RowsRefused.__init__(self, "B511", refused.table, refused.asked, refused.refused, refused.why, "")


def vouched(table: Table, checks: Sequence[Check], name: str, n: int, draw: Callable[[int], pa.Array | None], judge: Judge) -> pa.Array:
    """Different values of one column that break none of the checks, `n` where that many are found.

    `draw` makes some values, others at each attempt; whole numbers are counted through as well.
    """
    kind = arrow_type(table.column(name).type)
    found = pa.array([], kind)
    for values in _proposed(table, name, n, draw):
        new = pc.unique(values.cast(kind).drop_null())
        new = new.filter(pc.invert(pc.is_in(new, value_set=found))) if len(found) else new
        if len(new):
            broken = judge.violations(table.name, checks, _rows(table, name, new))
            found = pa.concat_arrays([found, new.filter(pc.invert(broken))])
        if len(found) >= n:
            break
    return found


def _proposed(table: Table, name: str, n: int, draw: Callable[[int], pa.Array | None]) -> Iterable[pa.Array]:
    for attempt in range(DRAWS):
        made = draw(attempt)
        if made is None:
            break
        yield made
    kind = bare(table.column(name).type)
    if isinstance(kind, Integer):
        yield pa.array(np.arange(1, min(16 * n + 64, 2 ** (kind.bits - 1))))


def _rows(table: Table, name: str, values: pa.Array) -> pa.RecordBatch:
    """Rows in which nothing else has a value."""
    shape = pa.schema([(column.name, arrow_type(column.type)) for column in table.written])
    arrays = [values if field.name == name else pa.nulls(len(values), field.type) for field in shape]
    return pa.RecordBatch.from_arrays(arrays, schema=shape)


__all__ = ["Vouched", "vouched"]
