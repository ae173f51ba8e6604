"""Conditions on one row, as frozen data: what is left of a CHECK when its SQL has been read.

A condition is a tree of three-valued logic over the columns of a row; NULL is *unknown*, and an unknown CHECK is satisfied.
`planning.constraints` makes the trees, `truth.evaluate` judges rows by them, `generating.honouring` makes rows satisfy them.
They are plain dataclasses, so a model file keeps them as it keeps a schema. `Limits` is what conditions say about one column
alone: generators get it as `task.options["limits"]` and keep to it by themselves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, Self

from mimic.schema import (
    Array,
    Binary,
    Boolean,
    Date,
    Decimal,
    Enum,
    Float,
    Integer,
    Interval,
    Json,
    LogicalType,
    Range,
    Text,
    Time,
    Timestamp,
    Uuid,
    bare,
)

Kind = Literal[
    "boolean",
    "integer",
    "decimal",
    "float",
    "text",
    "bytes",
    "uuid",
    "date",
    "timestamp",
    "timestamptz",
    "time",
    "interval",
    "json",
    "jsonb",
    "array",
    "range",
    "other",
]
Operator = Literal["=", "<>", "<", "<=", ">", ">="]

NUMBERS: frozenset[Kind] = frozenset({"integer", "decimal", "float"})
MOMENTS: frozenset[Kind] = frozenset({"date", "timestamp", "timestamptz"})
FLIPPED: Mapping[Operator, Operator] = {"=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
NEGATED: Mapping[Operator, Operator] = {"=": "<>", "<>": "=", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}

# -- values ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Constant:
    """A value of the condition itself: numbers, booleans and text as they are, every other kind (decimals too) as text."""

    kind: Kind
    value: bool | int | float | str | None


@dataclass(frozen=True, slots=True)
class ColumnRef:
    name: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Call:
    """A function or an arithmetic operator; `function` is one of `truth.FUNCTIONS`, `kind` what it gives."""

    function: str
    arguments: tuple[Expression, ...]
    kind: Kind


@dataclass(frozen=True, slots=True)
class Case:
    """The value of the first branch whose condition is true, else `otherwise`."""

    branches: tuple[tuple[Expression, Expression], ...]
    otherwise: Expression
    kind: Kind


# -- conditions ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class And:
    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Or:
    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: Expression


@dataclass(frozen=True, slots=True)
class Sure:
    """`part IS TRUE`: unknown counts as false."""

    part: Expression


@dataclass(frozen=True, slots=True)
class IsNull:
    of: Expression


@dataclass(frozen=True, slots=True)
class Compare:
    op: Operator
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class In:
    """`of` is one of `values`, none of which is NULL."""

    of: Expression
    values: tuple[Constant, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """`of` holds a match of `pattern`, whatever the SQL called it (LIKE, ~, SIMILAR TO, GLOB): `^` and `$` are the ends of
    the whole text, `.` is any character, classes are ASCII; the syntax is what Python and RE2 share."""

    of: Expression
    pattern: str
    ignore_case: bool = False


@dataclass(frozen=True, slots=True)
class Truth:
    """A boolean value as a condition."""

    of: Expression


Value = Constant | ColumnRef | Call | Case
Condition = And | Or | Not | Sure | IsNull | Compare | In | Match | Truth
Expression = Constant | ColumnRef | Call | Case | And | Or | Not | Sure | IsNull | Compare | In | Match | Truth
CONDITIONS = (And, Or, Not, Sure, IsNull, Compare, In, Match, Truth)


@dataclass(frozen=True, slots=True)
class Distinct:
    """A uniqueness rule: no two rows for which `where` is true agree in all `keys`.

    A NULL among the keys sets a row free, unless `nulls_equal`.
    """

    name: str
    keys: tuple[Expression, ...]
    where: Expression | None = None
    nulls_equal: bool = False


@dataclass(frozen=True, slots=True)
class Disjoint:
    """An EXCLUDE rule: no two rows for which `where` is true and that agree in all `keys` hold spans that overlap.

    A span goes from `start` to `end` (which belongs to it where `closed`); of a range column both are the column itself. Where
    one is NULL, it has no end there; where a key is NULL, the row is free. `moved` are the columns whose values move the span.
    `low` and `high` are the first and last moment (in microseconds) or number that a span may touch, where a CHECK or a type
    tells.
    """

    name: str
    keys: tuple[Expression, ...]
    start: Expression
    end: Expression
    moved: tuple[str, ...]
    closed: bool = False
    where: Expression | None = None
    low: int | None = None
    high: int | None = None


@dataclass(frozen=True, slots=True)
class Alike:
    """An EXCLUDE rule with `<>`: rows that agree in all `keys` agree in one of `columns` too; all are made to."""

    name: str
    keys: tuple[Expression, ...]
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scenario:
    """What a user asks of the made-up rows of one table: `condition` is true of the `share` of them; `told` is how the user wrote it."""

    condition: Condition
    share: float  # 0 .. 1
    told: str
    margin: str = ""  # of a value of a given margin: which; the conditions of one margin are disjoint


def kind_of(expression: Expression) -> Kind:
    return "boolean" if isinstance(expression, CONDITIONS) else expression.kind


def inside(expression: Expression) -> Iterator[Expression]:
    """The expressions directly below one."""
    match expression:
        case And(parts) | Or(parts):
            yield from parts
        case Not(part) | Sure(part):
            yield part
        case IsNull(of) | In(of, _) | Match(of, _, _) | Truth(of):
            yield of
        case Compare(_, left, right):
            yield left
            yield right
        case Call(_, arguments, _):
            yield from arguments
        case Case(branches, otherwise, _):
            for when, then in branches:
                yield when
                yield then
            yield otherwise


def walk(expression: Expression) -> Iterator[Expression]:
    """An expression and everything below it."""
    yield expression
    for part in inside(expression):
        yield from walk(part)


def columns_of(expression: Expression) -> tuple[ColumnRef, ...]:
    """The columns that an expression reads, each once, in order of appearance."""
    return tuple(dict.fromkeys(part for part in walk(expression) if isinstance(part, ColumnRef)))


def conjuncts(condition: Expression) -> Iterator[Expression]:
    """The conditions that all must hold for this one to hold."""
    if isinstance(condition, And):
        for part in condition.parts:
            yield from conjuncts(part)
    else:
        yield condition


def both(*parts: Expression) -> Expression:
    return parts[0] if len(parts) == 1 else And(parts)


def either(*parts: Expression) -> Expression:
    return parts[0] if len(parts) == 1 else Or(parts)


def kind_of_type(kind: LogicalType) -> Kind:
    """How a condition reads values of a logical type. "other" can be compared with nothing but NULL."""
    match bare(kind):
        case Boolean():
            return "boolean"
        case Integer():
            return "integer"
        case Float():
            return "float"
        case Decimal():
            return "decimal"
        case Text() | Enum():
            return "text"
        case Binary():
            return "bytes"
        case Date():
            return "date"
        case Timestamp(zoned=zoned):
            return "timestamptz" if zoned else "timestamp"
        case Time(zoned=False):
            return "time"
        case Interval():
            return "interval"
        case Uuid():
            return "uuid"
        case Json(binary=binary):
            return "jsonb" if binary else "json"
        case Array():
            return "array"
        case Range():
            return "range"
    return "other"


# -- one column alone --------------------------------------------------------------------------------------------------------

Plain = bool | int | float | str


@dataclass(frozen=True, slots=True)
class Limits:
    """What always holds for the non-NULL values of one column, as far as conditions on it alone say.

    Bounds and values are JSON scalars: numbers as numbers (decimals exactly as written in their shortest form), moments as
    ISO 8601 text in UTC without an offset, everything else as text. `patterns` are in the syntax of `Match`. Lengths are in
    characters (bytes of binary values).
    """

    lower: Plain | None = None
    upper: Plain | None = None
    lower_open: bool = False  # the bound itself is excluded
    upper_open: bool = False
    allowed: tuple[Plain, ...] | None = None  # nothing else
    forbidden: tuple[Plain, ...] = ()
    min_length: int | None = None
    max_length: int | None = None
    patterns: tuple[str, ...] = ()
    ignore_case: bool = False  # of the patterns
    letters: Literal["lower", "upper"] | None = None  # the text equals its lower, or upper, case
    not_null: bool = False
    must_be_null: bool = False
    document: bool = False  # the text is JSON

    def plain(self) -> dict[str, Any]:
        """What differs from no limits, as JSON values."""
        found = {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name) != f.default}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in found.items()}

    @classmethod
    def of(cls, plain: Mapping[str, Any] | None) -> Self:
        """The inverse of `plain`; None is no limits."""
        found: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in (plain or {}).items()}
        return cls(**found)
