"""Rows under judgement: the tree of a condition walked once, a column at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from functools import reduce
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mimic import textual
from mimic.conditions import (
    NUMBERS,
    And,
    Call,
    Case,
    ColumnRef,
    Compare,
    Constant,
    Expression,
    In,
    IsNull,
    Match,
    Not,
    Or,
    Sure,
    Truth,
    kind_of,
    walk,
)
from mimic.truth.comparing import compare, matches
from mimic.truth.forms import choose, inner, read, repeat
from mimic.truth.functions import FUNCTIONS, Operand

TODAY = date(2026, 1, 1)


def day_of(conditions: Iterable[Expression]) -> date:
    """The day by which conditions are judged: the real one only where one of them asks for it, as the database will by its clock."""
    asks = any(isinstance(part, Call) and part.function in ("now", "today") for condition in conditions for part in walk(condition))
    return datetime.now(UTC).date() if asks else TODAY


def evaluate(condition: Expression, columns: Mapping[str, pa.Array], *, today: date = TODAY) -> pa.BooleanArray:
    """True, false or NULL for every row; `columns` are in the `arrow_type` of their columns and of one length."""
    return Rows(columns, today=today).truth(condition)


def violated(condition: Expression, columns: Mapping[str, pa.Array], *, today: date = TODAY) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Which rows a CHECK of this condition refuses: those for which it is false."""
    return np.asarray(pc.fill_null(pc.invert(evaluate(condition, columns, today=today)), False))


class Rows:
    """Some rows, for as many conditions as are asked; a column is read once."""

    def __init__(self, columns: Mapping[str, pa.Array], *, today: date = TODAY) -> None:
        self.columns, self.today = columns, today
        self.n = len(next(iter(columns.values()), ()))
        self._read: dict[ColumnRef, pa.Array] = {}

    def truth(self, condition: Expression) -> pa.BooleanArray:
        match condition:
            case And(parts):
                return reduce(pc.and_kleene, (self.truth(part) for part in parts))
            case Or(parts):
                return reduce(pc.or_kleene, (self.truth(part) for part in parts))
            case Not(part):
                return pc.invert(self.truth(part))
            case Sure(part):
                return pc.fill_null(self.truth(part), False)
            case IsNull(of):
                return pc.is_null(self.value(of))
            case Compare(op, left, right):
                return self._compare(op, left, right)
            case In(of, values):
                return self._among(of, values)
            case Match(of, pattern, ignore_case):
                return matches(self.value(of), pattern, ignore_case)
        value = self.value(condition.of if isinstance(condition, Truth) else condition)
        return value if pa.types.is_boolean(value.type) else pc.not_equal(value, 0)

    def value(self, expression: Expression) -> pa.Array:
        """The value of an expression in every row, in the inner form of its kind."""
        match expression:
            case ColumnRef(name, kind):
                if expression not in self._read:
                    self._read[expression] = read(self.columns[name], kind)
                return self._read[expression]
            case Constant(kind, value):
                return repeat(inner(value, kind), kind, self.n)
            case Call(function, arguments, kind):
                if function in ("now", "today"):
                    days = (self.today - date(1970, 1, 1)).days
                    return pa.array(np.full(self.n, days * textual.DAY, dtype=np.int64))
                return FUNCTIONS[function](kind, *(Operand(self.value(part), kind_of(part), part) for part in arguments))
            case Case(branches, otherwise, kind):
                made = self.value(otherwise)
                for when, then in reversed(branches):
                    made = choose(pc.fill_null(self.truth(when), False), self.value(then), made)
                return made
        return self.truth(expression)

    def _compare(self, op: str, left: Expression, right: Expression) -> pa.BooleanArray:
        kind = kind_of(left)
        return compare(op, self.value(left), self.value(right), kind)

    def _among(self, of: Expression, values: tuple[Constant, ...]) -> pa.BooleanArray:
        found, kind = self.value(of), kind_of(of)
        apart = any(value.kind != kind for value in values) and kind in NUMBERS
        if apart or pa.types.is_floating(found.type) or pa.types.is_decimal(found.type) or kind in ("json", "jsonb", "array"):
            return reduce(pc.or_kleene, (compare("=", found, self.value(value), kind) for value in values))
        known = pa.array([inner(value.value, kind) for value in values], found.type)
        return pc.if_else(pc.is_null(found), pa.scalar(None, pa.bool_()), pc.is_in(found, value_set=known))
