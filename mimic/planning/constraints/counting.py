"""Conditions on how many of several hold: `num_nonnulls(a, b) = 1`, `(a IS NULL)::int + (b IS NULL)::int <= 1`.

Spelt out as alternatives they can be satisfied one column at a time.
"""

from __future__ import annotations

from itertools import combinations
from math import comb

from mimic.conditions import Call, Case, ColumnRef, Constant, Expression, IsNull, Not, Operator, Sure, Truth, both, either

MOST = 300  # alternatives; above that the count stays a number


def counted(op: Operator, left: Expression, right: Expression) -> Expression | None:
    """A comparison of a count with a constant as alternatives; None when it is no such comparison."""
    if not isinstance(right, Constant) or not isinstance(right.value, int) or isinstance(right.value, bool):
        return None
    terms = _terms(left)
    if terms is None or len(terms) < 2:
        return None
    n, k = len(terms), right.value
    match op:
        case "=":
            return _exactly(terms, k)
        case "<>":
            exact = _exactly(terms, k)
            return None if exact is None else Not(exact)
        case ">":
            return _at_least(terms, k + 1)
        case ">=":
            return _at_least(terms, k)
        case "<":
            return _at_least([_not(term) for term in terms], n - k + 1)
        case _:
            return _at_least([_not(term) for term in terms], n - k)


def _terms(value: Expression) -> list[Expression] | None:
    """The conditions, none of which is ever unknown, whose number a value is."""
    match value:
        case Call("num_nonnulls", arguments, _) if all(isinstance(part, ColumnRef) for part in arguments):
            return [Not(IsNull(part)) for part in arguments]
        case Call("num_nulls", arguments, _) if all(isinstance(part, ColumnRef) for part in arguments):
            return [IsNull(part) for part in arguments]
        case Call("+", (left, right), _):
            a, b = _terms(left), _terms(right)
            return None if a is None or b is None else a + b
        case Call("cast", (part,), "integer") if isinstance(part, IsNull | Sure) or (
            isinstance(part, Not) and isinstance(part.part, IsNull | Sure)
        ):
            return [part]
        case IsNull() | Sure():
            return [value]
        case Case(((when, Constant(_, 1)),), Constant(_, 0), _):
            return [when if isinstance(when, IsNull) else Sure(when)]
        case Case(((when, Constant(_, 0)),), Constant(_, 1), _):
            return [Not(when if isinstance(when, IsNull) else Sure(when))]
    return None


def _not(term: Expression) -> Expression:
    return term.part if isinstance(term, Not) else Not(term)


def _exactly(terms: list[Expression], k: int) -> Expression | None:
    n = len(terms)
    if not 0 <= k <= n:
        return Truth(Constant("boolean", False))
    if comb(n, k) > MOST:
        return None
    chosen = [set(combination) for combination in combinations(range(n), k)]
    return either(*(both(*(term if i in those else _not(term) for i, term in enumerate(terms))) for those in chosen))


def _at_least(terms: list[Expression], k: int) -> Expression | None:
    n = len(terms)
    if k <= 0:
        return Truth(Constant("boolean", True))
    if k > n:
        return Truth(Constant("boolean", False))
    if comb(n, k) > MOST:
        return None
    return either(*(both(*those) for those in combinations(terms, k)))
