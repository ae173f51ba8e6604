"""NULLs replaced by what the column's generator would give for such a row: it is asked again until it gives a value there.

So the value has the distribution that it has in rows like this one where there is one. A row for which every draw is NULL keeps
it: there NULL is what the row says (no return date of what is still out). Columns that are filled later see the value.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mimic.conditions import Condition, columns_of
from mimic.generators.references import References
from mimic.model import TableModel
from mimic.truth import day_of, violated

DRAWS, BARREN = 120, 16  # draws at most, and so many without a new value in a row
Mask = NDArray[np.bool_]


def imputed(
    made: Mapping[str, pa.Array], names: Collection[str], draw: Callable[[int], Mapping[str, pa.Array]]
) -> tuple[dict[str, pa.Array], dict[str, Mask]]:
    """What one generator made of a chunk, with values for its columns `names`; and where that changed a NULL.

    `draw(turn)` makes it once more. A row takes all columns of one draw, so that they fit together.
    """
    out, where, barren = dict(made), {name: _nulls(made[name]) for name in names}, 0
    was = {name: mask.copy() for name, mask in where.items()}
    for turn in range(DRAWS):
        if barren >= BARREN or not any(mask.any() for mask in where.values()):
            break
        again = draw(turn)
        held = {name: _nulls(again[name]) for name in names}
        better = np.zeros(len(next(iter(where.values()))), dtype=np.bool_)
        worse = better.copy()
        for name in names:
            better |= where[name] & ~held[name]
            worse |= ~where[name] & held[name]
        rows = better & ~worse
        barren = 0 if rows.any() else barren + 1
        if rows.any():
            place = np.arange(len(rows)) + np.where(rows, len(rows), 0)
            out = {name: pa.concat_arrays([values, again[name]]).take(pa.array(place)) for name, values in out.items()}
            where = {name: _nulls(out[name]) for name in names}
    return out, {name: was[name] & ~where[name] for name in names}


def with_parents(model: TableModel, names: Collection[str]) -> TableModel:
    """The model in which every row has a parent by the keys whose columns are among `names`."""
    made = []
    for learned in model.generators:
        if isinstance(learned.generator, References):
            edges = (replace(edge, null_share=0.0) if {*edge.columns} <= {*names} else edge for edge in learned.generator.edges)
            learned = replace(learned, generator=replace(learned.generator, edges=tuple(edges)))
        made.append(learned)
    return replace(model, generators=tuple(made))


def taken_back(columns: Mapping[str, pa.Array], where: Mapping[str, Mask], conditions: Collection[Condition]) -> dict[str, pa.Array]:
    """The rows of a chunk with NULL again where a value in its place (`where`) breaks a condition that NULL satisfies."""
    out = dict(columns)
    for condition in conditions:
        names = [name for name in dict.fromkeys(ref.name for ref in columns_of(condition)) if name in where and where[name].any()]
        if not names:
            continue
        today = day_of([condition])
        for some in (*([name] for name in names), names):
            bad = violated(condition, out, today=today)
            rows = bad & np.logical_and.reduce([where[name] for name in some])
            if rows.any():
                tried = out | {name: _without(out[name], rows) for name in some}
                good = rows & ~violated(condition, tried, today=today)
                out |= {name: _without(out[name], good) for name in some}
    return out


def _nulls(values: pa.Array) -> Mask:
    return np.asarray(values.is_null().to_numpy(zero_copy_only=False), dtype=np.bool_)


def _without(values: pa.Array, rows: Mask) -> pa.Array:
    return values.take(pa.array(np.arange(len(values)), mask=rows))


__all__ = ["imputed", "taken_back", "with_parents"]
