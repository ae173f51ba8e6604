"""What a row can say of its children: their number, a sum, a mean, the largest or the latest; of all of them or of some."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from mimic.generators.features import numbers
from mimic.generators.ways import RATES, WAYS
from mimic.schema import ForeignKey
from mimic.streams import Floats, Ints

Take = Literal["count", "sum", "mean", "max", "min", "first", "last"]
WORDS = {"count": "number", "max": "largest", "min": "smallest"}


@dataclass(frozen=True, slots=True)
class Where:
    """Which children count: those whose `column` holds `value`, written as text; None is NULL. `unlike`: all others."""

    column: str
    value: str | None
    unlike: bool = False

    def of(self, values: pa.Array) -> NDArray[np.bool_]:
        """Which of the values (n,) count."""
        like = pc.is_null(values) if self.value is None else pc.fill_null(pc.equal(values.cast(pa.string()), self.value), False)
        return np.asarray(np.asarray(like) != self.unlike)

    def __str__(self) -> str:
        value = "NULL" if self.value is None else repr(self.value)
        return f"{self.column} {('is not' if self.unlike else 'is') if self.value is None else ('<>' if self.unlike else '=')} {value}"


@dataclass(frozen=True, slots=True)
class Total:
    """What is taken of the children that hang on a row by a `key` (its hidden name).

    `factors`: a column, and others each with the sign of `WAYS` by which it joins; their product is summed. A mean, and what is
    largest or smallest, is of one column; what the first or the last holds is of one by the order of another ("by"), of equals as they
    stand. Where no child counts, a number and a sum are 0, all others NULL, or 0 if `zero`.
    A mean is rounded to `places`.
    """

    key: str
    take: Take = "count"
    factors: tuple[tuple[str, str], ...] = ()
    where: Where | None = None
    zero: bool = False
    places: int | None = None

    @property
    def need(self) -> str:
        """As generators ask for it: "^" and a JSON list."""
        where = [self.where.column, self.where.value, self.where.unlike] if self.where is not None else None
        return "^" + json.dumps([self.key, self.take, self.factors, where, self.zero, self.places])

    @classmethod
    def read(cls, need: str) -> Self:
        key, take, factors, where, zero, places = json.loads(need[1:])
        factors = tuple((sign, name) for sign, name in factors)
        return cls(key, take, factors, Where(*where) if where is not None else None, zero, places)

    @property
    def rates(self) -> int:
        return sum(sign in RATES for sign, _ in self.factors)

    def of(self, rows: Ints, parents: int, column: Callable[[str], pa.Array]) -> pa.Array:
        """What is taken for each of the `parents`, given the place of each child's parent (-1: none) and how to read a child's column.

        Numbers are floats; what is largest or smallest is of the column's own type. NULLs of the children count as nothing.
        """
        live = rows >= 0
        if self.where is not None:
            live = live & self.where.of(column(self.where.column))
        if self.take in ("first", "last"):
            order = numbers(column(self.factors[1][1]))[0] if len(rows) else np.zeros(0)
            return column(self.factors[0][1]).take(outermost(np.where(live, rows, -1), parents, order, self.take))
        if self.take in ("max", "min"):
            return self._end(rows, live, parents, column(self.factors[0][1]))
        weights: Floats | None = None
        for sign, name in self.factors:
            number, null = numbers(column(name))
            number = np.where(null, 0.0, number)
            live = live & ~null if self.take == "mean" else live
            weights = number if weights is None else WAYS[sign](weights, number)
        sums = np.bincount(rows[live], weights=None if weights is None else weights[live], minlength=parents).astype(np.float64)
        if self.take != "mean":
            return pa.array(sums)
        many = np.bincount(rows[live], minlength=parents)
        means = np.divide(sums, many, out=np.zeros(parents), where=many > 0)
        means = means if self.places is None else np.round(means, self.places)
        return pa.array(means, mask=None if self.zero else many == 0)

    def _end(self, rows: Ints, live: NDArray[np.bool_], parents: int, values: pa.Array) -> pa.Array:
        live = live & np.asarray(values.is_valid())
        table = pa.table({"row": rows[live], "value": values.filter(pa.array(live))})
        ends = table.group_by("row", use_threads=False).aggregate([("value", self.take)])
        place = np.full(parents, -1, dtype=np.int64)
        place[np.asarray(ends.column("row").combine_chunks())] = np.arange(ends.num_rows)
        out = ends.column(f"value_{self.take}").combine_chunks().take(pa.array(place, mask=place < 0))
        return pc.fill_null(out, pa.array([0.0]).cast(out.type)[0]) if self.zero else out

    def said(self, child: ForeignKey) -> str:
        """The same in words."""
        what = WORDS.get(self.take, self.take)
        if self.take in ("first", "last"):
            (_, name), (_, by) = self.factors
            return f"{name} of the {self.take} of its rows of {child.table} by {by}"
        if self.factors:
            (_, first), *others = self.factors
            what += " of " + " ".join([first, *(RATES.get(sign, f"{sign} {{}}").format(name) for sign, name in others)])
        return f"the {what} of its rows of {child.table}" + (f" where {self.where}" if self.where is not None else "")


def outermost(rows: Ints, parents: int, order: Floats, take: str) -> pa.Array:
    """The place of the first or the last child of each of the `parents` by `order` (n,); NULL where there is none."""
    place = np.full(parents, -1, dtype=np.int64)
    live = np.flatnonzero(rows >= 0)
    turn = live[np.lexsort((live, order[live]))]
    turn = turn if take == "last" else turn[::-1]
    place[rows[turn]] = turn  # who comes last stays
    return pa.array(place, mask=place < 0)


__all__ = ["Take", "Total", "Where", "outermost"]
