"""The rows of one parent in their order: which row comes before a row, how many do, and how many follow.

Needs that begin with "<" or ">" are answered from that: "<#" the number of siblings before a row, ">#" of those after it, and
"<status" the status of the one just before, "<=status" whether the row has the same (1) or another (0).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mimic.generators.dealing import groups
from mimic.generators.features import equal, numbers
from mimic.generators.nested import INSIDE
from mimic.streams import Ints

BEFORE, AFTER, SAME = "<#", ">#", "<="
LONGEST = 1_000  # siblings after which a line begins anew: the one before is not looked at


@dataclass(frozen=True, slots=True)
class Line:
    """`before` (n,) the row before each row, -1 for the first; `at` and `left` (n,) how many siblings stand before and after it.

    A row that belongs to no group stands alone.
    """

    before: Ints
    at: Ints
    left: Ints

    @classmethod
    def of(cls, line: Sequence[str], given: Mapping[str, pa.Array]) -> Line:
        """`line` a need whose equal values are siblings (NULL none; -1 none of row numbers of parents), and columns of numbers or
        dates by which they stand in order, the first counts most; all of them `given` (n,)."""
        sorted_, first = standing(line, given)
        n = len(sorted_)
        place = places(first)
        size = np.diff(np.append(np.flatnonzero(first), n))
        at, left, before = np.empty(n, dtype=np.int64), np.empty(n, dtype=np.int64), np.full(n, -1, dtype=np.int64)
        at[sorted_], left[sorted_] = place, np.repeat(size, size) - 1 - place
        follow = np.flatnonzero(place % LONGEST > 0)
        before[sorted_[follow]] = sorted_[follow - 1]
        return cls(before, at, left)

    def read(self, need: str, given: Mapping[str, pa.Array]) -> pa.Array:
        """The column of a need about siblings; `given` has the column of the rows themselves."""
        if need in (BEFORE, AFTER):
            return pa.array(self.at if need == BEFORE else self.left)
        values = given[own_column(need)]
        before = values.take(pa.array(self.before, mask=self.before < 0))
        return pa.array(equal(values, before).astype(np.int8), mask=self.before < 0) if about_sameness(need) else before

    def turns(self) -> list[Ints]:
        """The rows that come first, those that come second, ...: each after the one that it follows."""
        place = self.at % LONGEST
        order = np.argsort(place, kind="stable")
        return np.split(order, np.cumsum(np.bincount(place))[:-1]) if len(order) else []

    def only(self, rows: Ints) -> Line:
        """The line of some rows (m,): of whole lines, or of none of a line's rows."""
        place = np.full(len(self.before) + 1, -1, dtype=np.int64)  # the last stands for the one before the first
        place[rows] = np.arange(len(rows))
        return Line(place[self.before[rows]], self.at[rows], self.left[rows])

    def groups(self) -> tuple[Ints, int]:
        """A number for the line of each row (n,), and how many lines there are."""
        group, turns = np.zeros(len(self.before), dtype=np.int64), self.turns()
        if not turns:
            return group, 0
        group[turns[0]] = np.arange(len(turns[0]))
        for rows in turns[1:]:
            group[rows] = group[self.before[rows]]
        return group, len(turns[0])


def standing(line: Sequence[str], given: Mapping[str, pa.Array]) -> tuple[Ints, NDArray[np.bool_]]:
    """All rows (n,) line after line, as `Line.of` is told of them, and which of them, in this order, begin one."""
    values, order = given[line[0]], [given[name] for name in line[1:]]
    code = siblings(line[0], values)
    n = len(code)
    code = np.where(code < 0, n + np.arange(n), code)
    rows = np.lexsort((*(numbers(values)[0] for values in reversed(order)), code)) if order else np.argsort(code, kind="stable")
    return rows, beginning(code[rows])


def siblings(need: str, values: pa.Array) -> Ints:
    """A number (n,) for the family that each row is of by a need, -1 for rows of none: NULL, and -1 of row numbers of parents."""
    code = groups(values)
    return np.where(np.asarray(values.to_numpy(zero_copy_only=False)) < 0, -1, code) if need.startswith("@") else code


def beginning(code: Ints) -> NDArray[np.bool_]:
    """Which of some numbers (n,), of which equal ones stand together, are the first of their kind."""
    return np.append(True, code[1:] != code[:-1]) if len(code) else np.zeros(0, dtype=np.bool_)


def by_row(need: str, labels: Sequence[str], given: Mapping[str, pa.Array]) -> pa.Array:
    """A need row by row, of a generator that is given what parents hold in their own rows; `labels` are the keys that it asks about."""
    label = next((label for label in labels if need.startswith(f"{label}.")), None)
    if label is None:
        return given[need]
    up = np.asarray(given[f"@{label}"].to_numpy(zero_copy_only=False), dtype=np.int64)
    return given[need].take(pa.array(np.maximum(up, 0), mask=up < 0))


def places(begins: NDArray[np.bool_]) -> Ints:
    """How many rows of its line stand before each row (n,), given all in the order of `standing`."""
    start = np.flatnonzero(begins)
    return np.arange(len(begins)) - np.repeat(start, np.diff(np.append(start, len(begins))))


def preceding(order: Ints, begins: NDArray[np.bool_]) -> Ints:
    """The row before each row (n,), -1 for the first of a line, given what `standing` says."""
    before = np.full(len(order), -1, dtype=np.int64)
    follow = np.flatnonzero(~begins)
    before[order[follow]] = order[follow - 1]
    return before


def kept_together(generator: object) -> str:
    """The need whose equal rows are siblings that a generator fills one after the other; "" where it looks at no sibling."""
    line = getattr(generator, "line", ())
    if line and getattr(generator, "lined", True):
        return str(line[0])
    inner = (getattr(generator, name, None) for name in INSIDE)
    return next((found for part in inner if part is not None and (found := kept_together(part))), "")


def about_siblings(need: str) -> bool:
    return need.startswith(("<", ">"))


def own_column(need: str) -> str:
    """The column of the row itself that a need about siblings reads; "" for their number."""
    return "" if need in (BEFORE, AFTER) else need[len(SAME) :] if about_sameness(need) else need[1:]


def about_sameness(need: str) -> bool:
    return need.startswith(SAME)


__all__ = [
    "AFTER",
    "BEFORE",
    "SAME",
    "Line",
    "about_sameness",
    "about_siblings",
    "beginning",
    "by_row",
    "kept_together",
    "own_column",
    "places",
    "preceding",
    "siblings",
    "standing",
]
