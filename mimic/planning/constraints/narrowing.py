"""`narrow`: what conditions say about the values of each column, whatever others hold, so that its generator keeps to them by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from mimic import textual
from mimic.conditions import (
    FLIPPED,
    MOMENTS,
    NEGATED,
    NUMBERS,
    And,
    Call,
    ColumnRef,
    Compare,
    Condition,
    Constant,
    Expression,
    In,
    IsNull,
    Kind,
    Limits,
    Match,
    Not,
    Operator,
    Or,
    Plain,
    Sure,
    Truth,
    columns_of,
    conjuncts,
    kind_of,
    walk,
)
from mimic.generators.patterns import Unreadable, numbered, parse, shaped
from mimic.schema import Table, arrow_type
from mimic.truth import TODAY, Rows, evaluate, matches

ORDERED = NUMBERS | MOMENTS | {"interval", "time"}
NEVER = Limits(must_be_null=True)  # no value but NULL
MOST_LISTED = 2_000  # whole numbers of a span that are told one by one


def narrow(conditions: Iterable[Condition], table: Table, *, today: date = TODAY) -> dict[str, Limits]:
    """The limits of each column that has any. What must hold of NULL itself is in `not_null` and `must_be_null`."""
    found: dict[str, Limits] = {}
    for condition in conditions:
        for part in conjuncts(condition):
            for column in columns_of(part):
                if part in (Not(IsNull(column)), Sure(Not(IsNull(column)))):
                    limits = Limits(not_null=True)
                else:
                    arrow = arrow_type(table.column(column.name).type)
                    limits = _Reader(column, arrow, today).limits(part, True)
                known = found.get(column.name, Limits())
                found[column.name] = _both(known, limits, _key(column.kind))
    return {name: limits for name, limits in found.items() if limits != Limits()}


def named(conditions: Iterable[Condition], column: str, limits: Limits) -> tuple[int, ...]:
    """The whole numbers by which conditions call single rows: `(id = 0) = (parent_id IS NULL)` speaks of a row 0."""
    found: dict[int, None] = {}
    for condition in conditions:
        if len(columns_of(condition)) < 2:
            continue
        for node in walk(condition):
            match node:
                case Compare("=" | "<>", ColumnRef(name, _), Constant("integer", int(value))) if name == column:
                    found[value] = None
                case In(ColumnRef(name, _), values) if name == column:
                    found |= {value.value: None for value in values if value.kind == "integer" and isinstance(value.value, int)}
    low, high = limits.lower, limits.upper
    return tuple(
        n
        for n in found
        if n not in limits.forbidden
        and (limits.allowed is None or n in limits.allowed)
        and not (isinstance(low, int | float) and (n < low or (n == low and limits.lower_open)))
        and not (isinstance(high, int | float) and (n > high or (n == high and limits.upper_open)))
    )


PARTS = frozenset({"left", "right", "substring", "split_part"})  # functions that tell of a part of a text only


class _Reader:
    """Reads limits of the non-NULL values of one column."""

    def __init__(self, column: ColumnRef, arrow: pa.DataType, today: date) -> None:
        self.column, self.arrow, self.today = column, arrow, today

    def limits(self, condition: Expression, positive: bool) -> Limits:
        """What holds where the condition (or, if not `positive`, its opposite) holds."""
        key = _key(self.column.kind)
        match condition:
            case Not(part):
                return self.limits(part, not positive)
            case Sure(part) if positive:
                return self.limits(part, True)
            case And(parts) | Or(parts):
                limits = [self.limits(part, positive) for part in parts]
                join: Callable[[Limits, Limits, Any], Limits] = _both if isinstance(condition, And) == positive else _any
                if join is _any and self.column.kind in ORDERED and not all(each.allowed for each in limits):
                    limits = [_hull(each, key) for each in limits]
                made = limits[0]
                for more in limits[1:]:
                    before, made = made, join(made, more, key)
                    if join is _any and self.column.kind == "integer":
                        made = _with_gaps(made, before, more)
                return made
            case IsNull(of):
                return NEVER if positive and of == self.column else Limits()
            case _ if columns_of(condition) != (self.column,):  # says nothing of this column, or something about two
                return Limits()
            case Truth(of) if of == self.column:
                return Limits(allowed=(positive,))
            case Compare(op, left, right):
                return self._compared(op if positive else NEGATED[op], left, right)
            case In(of, values):
                return self._listed(condition, of, values, positive)
            case Match(of, pattern, ignore_case) if positive and self._is_text(_unpadded(of)):
                return Limits(patterns=(pattern,), ignore_case=ignore_case, min_length=_filled(of, pattern, ignore_case))
        return Limits()

    def _compared(self, op: Operator, left: Expression, right: Expression) -> Limits:
        if not columns_of(left):
            left, right, op = right, left, FLIPPED[op]
        if (
            isinstance(right, Call)
            and (letters := right.function.removeprefix("ascii_")) in ("lower", "upper")
            and (op == "=" and self._is_text(left) and self._is_text(right.arguments[0]))
        ):
            return Limits(letters="lower" if letters == "lower" else "upper")
        if columns_of(right):
            return Limits()
        bound = self._constant(right)
        if bound is None:
            return Limits()
        if isinstance(left, Call) and left.function in ("length", "octet_length") and isinstance(bound, int):
            # as many bytes as characters at least: a bound from below in bytes says nothing about characters
            inner = left.arguments[0]
            if kind_of(inner) == "bytes" or (left.function == "length" and self._is_text(inner)):
                return _lengths(op, bound)
            return Limits(max_length=_lengths(op, bound).max_length)
        if isinstance(left, Call) and left.function == "json_valid" and self._is_text(left.arguments[0]):
            return Limits(document=(op, bound) in (("=", 1), ("<>", 0), (">", 0), (">=", 1)))
        if not self._is_column(left):
            return self._tried(Compare(op, left, right), (right,) if isinstance(right, Constant) else ())
        if op == "=":
            return Limits(allowed=(bound,))
        if op == "<>":
            return Limits(forbidden=(bound,), min_length=1 if bound == "" else None)
        if self.column.kind not in ORDERED:
            return Limits()
        if op in ("<", "<="):
            return Limits(upper=bound, upper_open=op == "<")
        return Limits(lower=bound, lower_open=op == ">")

    def _listed(self, condition: Expression, of: Expression, values: tuple[Constant, ...], positive: bool) -> Limits:
        if not self._is_column(of):
            return self._tried(condition, values) if positive else Limits()
        listed = tuple(scalar for value in values if (scalar := _scalar(value.value, value.kind)) is not None)
        if positive:
            return Limits(allowed=listed)
        return Limits(forbidden=listed, min_length=1 if "" in listed else None)

    def _tried(self, condition: Expression, values: Iterable[Constant]) -> Limits:
        """`upper(x) IN ('S', 'M')`: those of the constants that satisfy it themselves are values enough."""
        texts = list(dict.fromkeys(str(value.value) for value in values if value.kind == "text" and value.value is not None))
        equal = isinstance(condition, In) or (isinstance(condition, Compare) and condition.op == "=")
        if any(isinstance(part, Call) and part.function in PARTS for part in walk(condition)):
            return Limits()  # more goes before and behind
        if self.column.kind not in ("text", "json", "jsonb") or not texts or not equal:
            return Limits()
        verdicts = evaluate(condition, {self.column.name: pa.array(texts, self.arrow)}, today=self.today).to_pylist()
        good = tuple(text for text, verdict in zip(texts, verdicts, strict=True) if verdict)
        return Limits(allowed=good) if good else Limits()

    def _is_column(self, expression: Expression) -> bool:
        """The column itself, or the same value in another kind."""
        if isinstance(expression, Call) and expression.function in ("rtrim", "cast") and len(expression.arguments) == 1:
            inner = expression.arguments[0]
            same = expression.function == "rtrim" or {kind_of(inner), expression.kind} <= NUMBERS
            return same and self._is_column(inner)
        return expression == self.column

    def _is_text(self, expression: Expression) -> bool:
        return self.column.kind == "text" and self._is_column(expression)

    def _constant(self, expression: Expression) -> Plain | None:
        if isinstance(expression, Constant):
            return _scalar(expression.value, expression.kind)
        if kind_of(expression) not in MOMENTS:
            return None
        micros = Rows({"": pa.nulls(1)}, today=self.today).value(expression)[0].as_py()
        return None if micros is None else _moment(micros, kind_of(expression))


def _moment(micros: int, kind: Kind) -> str:
    if abs(micros) >= textual.LAST:
        return "infinity" if micros > 0 else "-infinity"
    return textual.moment_text(micros, day=kind == "date" or micros % textual.DAY == 0).replace(" ", "T")


def _scalar(value: bool | int | float | str | None, kind: Kind) -> Plain | None:
    if value is None or isinstance(value, bool):
        return value
    if kind == "decimal":
        number = float(value)
        return int(number) if number == int(number) else number
    if kind in MOMENTS:
        return _moment(textual.moment(str(value)), kind)
    return value


def _lengths(op: Operator, n: int) -> Limits:
    match op:
        case "=":
            return Limits(min_length=n, max_length=n)
        case ">" | ">=":
            return Limits(min_length=n + (op == ">"))
        case "<" | "<=":
            return Limits(max_length=n - (op == "<"))
    return Limits(min_length=1) if n == 0 else Limits()


def _key(kind: Kind) -> Callable[[Any], Any]:
    """What bounds of a kind are ordered by."""
    if kind in MOMENTS:
        return textual.moment
    if kind == "interval":
        return textual.interval
    return textual.clock if kind == "time" else float


def _both(a: Limits, b: Limits, key: Callable[[Any], Any]) -> Limits:
    """What holds where both hold."""
    lower, lower_open = _tighter(a.lower, a.lower_open, b.lower, b.lower_open, lambda x, y: key(x) > key(y))
    upper, upper_open = _tighter(a.upper, a.upper_open, b.upper, b.upper_open, lambda x, y: key(x) < key(y))
    allowed = a.allowed if b.allowed is None else b.allowed
    if a.allowed is not None and b.allowed is not None:
        allowed = tuple(value for value in a.allowed if value in b.allowed)
    return Limits(
        lower,
        upper,
        lower_open,
        upper_open,
        allowed,
        tuple(dict.fromkeys(a.forbidden + b.forbidden)),
        _chosen(max, a.min_length, b.min_length),
        _chosen(min, a.max_length, b.max_length),
        tuple(dict.fromkeys(a.patterns + b.patterns)),
        a.ignore_case or b.ignore_case,
        a.letters or b.letters,
        a.not_null or b.not_null,
        a.must_be_null or b.must_be_null,
        a.document or b.document,
    )


def _any(a: Limits, b: Limits, key: Callable[[Any], Any]) -> Limits:
    """What holds where either holds."""
    if a.must_be_null or b.must_be_null:
        return b if a.must_be_null else a
    lower, lower_open = _looser(a.lower, a.lower_open, b.lower, b.lower_open, lambda x, y: key(x) < key(y))
    upper, upper_open = _looser(a.upper, a.upper_open, b.upper, b.upper_open, lambda x, y: key(x) > key(y))
    return Limits(
        lower,
        upper,
        lower_open,
        upper_open,
        None if a.allowed is None or b.allowed is None else tuple(dict.fromkeys(a.allowed + b.allowed)),
        tuple(value for value in a.forbidden if value in b.forbidden),
        None if a.min_length is None or b.min_length is None else min(a.min_length, b.min_length),
        None if a.max_length is None or b.max_length is None else max(a.max_length, b.max_length),
        a.patterns if a.patterns == b.patterns else (),
        a.ignore_case and a.patterns == b.patterns,
        a.letters if a.letters == b.letters else None,
        document=a.document and b.document,
    )


def _hull(limits: Limits, key: Callable[[Any], Any]) -> Limits:
    """From the least to the greatest of the values that are listed, which a span beside them would make forget."""
    if not limits.allowed:
        return limits
    return replace(limits, lower=min(limits.allowed, key=key), upper=max(limits.allowed, key=key), lower_open=False, upper_open=False)


def _with_gaps(made: Limits, a: Limits, b: Limits) -> Limits:
    """The whole numbers of two short spans, one by one, where others lie between them."""
    listed = [_numbers(limits) for limits in (a, b)]
    both = sorted({n for numbers in listed for n in numbers})
    if not all(listed) or both[-1] - both[0] + 1 == len(both):
        return made
    return Limits(allowed=tuple(both), forbidden=made.forbidden, not_null=made.not_null)


def _numbers(limits: Limits) -> Sequence[int]:
    """All that is allowed, where that is not much."""
    if limits.allowed is not None:
        return [n for n in limits.allowed if isinstance(n, int) and not isinstance(n, bool)]
    low, high = limits.lower, limits.upper
    if not isinstance(low, int) or not isinstance(high, int):
        return ()
    span = range(low + limits.lower_open, high + (not limits.upper_open))
    return span if len(span) <= MOST_LISTED else ()


def _unpadded(expression: Expression) -> Expression:
    """A column of char(n), whose blanks a pattern sees: values as long as it is look alike with them or without."""
    return expression.arguments[0] if isinstance(expression, Call) and expression.function == "pad" else expression


def _filled(of: Expression, pattern: str, ignore_case: bool) -> int | None:
    """The length of char(n) where a pattern takes no blanks behind its texts: they are as long as the column."""
    match of:
        case Call("pad", (_, Constant(_, int(length)))):
            try:
                text = numbered(shaped(parse(pattern), 0, length), np.zeros(1, dtype=np.int64))[0].as_py()
            except Unreadable:
                return None
            return length if not matches(pa.array([text.ljust(length)]), pattern, ignore_case)[0].as_py() else None
    return None


def _chosen(choose: Callable[[int, int], int], a: int | None, b: int | None) -> int | None:
    return b if a is None else a if b is None else choose(a, b)


def _tighter(
    a: Plain | None, a_open: bool, b: Plain | None, b_open: bool, beats: Callable[[Plain, Plain], bool]
) -> tuple[Plain | None, bool]:
    if a is None or b is None:
        return (b, b_open) if a is None else (a, a_open)
    if beats(a, b):
        return a, a_open
    return (b, b_open) if beats(b, a) else (a, a_open or b_open)


def _looser(
    a: Plain | None, a_open: bool, b: Plain | None, b_open: bool, beats: Callable[[Plain, Plain], bool]
) -> tuple[Plain | None, bool]:
    if a is None or b is None:
        return None, False
    if beats(a, b):
        return a, a_open
    return (b, b_open) if beats(b, a) else (a, a_open and b_open)


__all__ = ["narrow"]
