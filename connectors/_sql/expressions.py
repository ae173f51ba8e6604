"""SQL expressions carried from one dialect to another: CHECKs, defaults, generated columns, index elements, views.

sqlglot translates spelling; meaning is our concern. What is known to mean something else, or nothing, in the other engine is
not translated: `translated` gives None, and the caller tells a finding.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import sqlglot
from sqlglot import exp
from sqlglot.errors import ErrorLevel, SqlglotError

from mimic.schema import Boolean, Table, Text, bare

TEMPORAL = (exp.DataType.Type.DATE, exp.DataType.Type.TIMESTAMP, exp.DataType.Type.TIMESTAMPTZ, exp.DataType.Type.TIME)
# In SQLite these are missing, or say something else, or need a function that its users would have to bring.
FOREIGN_TO_SQLITE = (
    exp.RegexpLike, exp.RegexpILike, exp.SimilarTo, exp.Interval, exp.AtTimeZone, exp.Extract, exp.Bracket, exp.Array, exp.Any, exp.All,
    exp.JSONExtract, exp.JSONExtractScalar, exp.ArrayContainsAll, exp.ArrayContainedBy, exp.ArrayOverlaps, exp.TimestampTrunc, exp.Collate,
    exp.Rand, exp.Subquery, exp.Select,
)  # fmt: skip
FOREIGN_TO_POSTGRESQL = (exp.Glob, exp.RegexpLike, exp.Collate, exp.Subquery, exp.Select)
SQLITE_ONLY = {
    "date",
    "datetime",
    "glob",
    "hex",
    "iif",
    "instr",
    "json_type",
    "json_valid",
    "julianday",
    "last_insert_rowid",
    "likely",
    "printf",
    "quote",
    "randomblob",
    "rowid",
    "strftime",
    "time",
    "total",
    "typeof",
    "unicode",
    "unixepoch",
    "unlikely",
    "zeroblob",
}


def translated(
    expression: str, source: str, dialect: str, table: Table | None = None, rename: Callable[[str], str] | None = None
) -> str | None:
    """The expression in `dialect`; None when it cannot be said there. `rename` gives a column's name there."""
    if source == dialect:
        return expression
    try:
        tree = sqlglot.parse_one(expression, read="postgres" if source == "postgresql" else source)
    except (SqlglotError, RecursionError):
        return None
    if dialect == "sqlite":
        tree = _plain_casts(tree.transform(_lists))
        if any(tree.find_all(*FOREIGN_TO_SQLITE)) or _casts_time(tree):
            return None
    else:
        types = {column.name.lower(): bare(column.type) for column in table.columns} if table else {}
        if any(tree.find_all(*FOREIGN_TO_POSTGRESQL)) or _calls(tree) & SQLITE_ONLY:
            return None
        if any(_orders_texts(node, types) for node in tree.find_all(exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between)):
            return None
        tree = tree.transform(_truth, types).transform(_strings, types)
    if rename is not None:
        for column in tree.find_all(exp.Column):
            column.set("this", exp.to_identifier(rename(column.name), quoted=True))
    try:
        return tree.sql(dialect="postgres" if dialect == "postgresql" else dialect, unsupported_level=ErrorLevel.RAISE)
    except SqlglotError:
        return None


def _unwrapped(node: exp.Expr | None) -> exp.Expr | None:
    while isinstance(node, exp.Paren | exp.Cast):
        node = node.this
    return node


def _lists(node: exp.Expr) -> exp.Expr:
    """`x = ANY (ARRAY[...])`, as PostgreSQL prints `x IN (...)`."""
    if isinstance(node, exp.EQ) and isinstance(node.expression, exp.Any) and isinstance(_unwrapped(node.expression.this), exp.Array):
        return exp.In(this=node.this, expressions=_unwrapped(node.expression.this).expressions)  # type: ignore[union-attr]
    if isinstance(node, exp.NEQ) and isinstance(node.expression, exp.All) and isinstance(_unwrapped(node.expression.this), exp.Array):
        inside = exp.In(this=node.this, expressions=_unwrapped(node.expression.this).expressions)  # type: ignore[union-attr]
        return exp.Not(this=inside)
    return node


def _plain_casts(tree: exp.Expr) -> exp.Expr:
    """Without the casts that PostgreSQL writes at every constant, and without casts to text, which say nothing in SQLite."""

    def plain(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Cast):
            constant = isinstance(_unwrapped(node.this), exp.Literal | exp.Neg | exp.Null | exp.Boolean)
            if constant or node.to.is_type(*exp.DataType.TEXT_TYPES):
                return plain(node.this)
        return node

    return tree.transform(plain)


def _casts_time(tree: exp.Expr) -> bool:
    """`CAST(x AS DATE)` would make the number 2024 of '2024-05-01'."""
    return any(cast.to.this in TEMPORAL or cast.to.this == exp.DataType.Type.USERDEFINED for cast in tree.find_all(exp.Cast))


def _calls(tree: exp.Expr) -> set[str]:
    named = {call.name.lower() for call in tree.find_all(exp.Anonymous)}
    return (
        named
        | {call.sql_name().lower() for call in tree.find_all(exp.Func)}
        | {column.name.lower() for column in tree.find_all(exp.Column)}
    )


def _truth(node: exp.Expr, types: Mapping[str, object]) -> exp.Expr:
    """`active = 1` and `active IN (0, 1)` of a boolean column."""

    def boolean(side: exp.Expr) -> bool:
        return isinstance(side, exp.Column) and isinstance(types.get(side.name.lower()), Boolean)

    if isinstance(node, exp.EQ | exp.NEQ | exp.Is) and boolean(node.this) and node.expression.name in ("0", "1"):
        node.set("expression", exp.Boolean(this=node.expression.name == "1"))
    if isinstance(node, exp.In) and boolean(node.this):
        node.set("expressions", [exp.Boolean(this=item.name == "1") if item.name in ("0", "1") else item for item in node.expressions])
    return node


def _orders_texts(node: exp.Expr, types: Mapping[str, object]) -> bool:
    """`code > 0` of a text column: SQLite has an order of texts and numbers, PostgreSQL has none."""
    column = isinstance(node.this, exp.Column) and isinstance(types.get(node.this.name.lower()), Text)
    return column and any(not literal.is_string for literal in node.find_all(exp.Literal))


def _strings(node: exp.Expr, types: Mapping[str, object]) -> exp.Expr:
    """Numbers compared with a text column: SQLite turns them into texts."""
    if isinstance(node, exp.EQ | exp.NEQ) and isinstance(node.this, exp.Column) and isinstance(types.get(node.this.name.lower()), Text):
        right = node.expression
        if isinstance(right, exp.Literal) and not right.is_string:
            node.set("expression", exp.Literal.string(right.name))
    return node
