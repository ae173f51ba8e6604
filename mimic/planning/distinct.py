"""Uniqueness rules that nobody keeps while values are drawn: partial ones, ones on expressions, ones that tie too much together.

They are compiled here, and rows that break one are changed as they are made. Whatever cannot be read is taken more strictly
than it is: a predicate holds for every row, a function tells fewer values apart than it may.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlglot import parse_one
from sqlglot.errors import SqlglotError

from mimic.conditions import Call, ColumnRef, Condition, Constant, Distinct, Expression, Truth, columns_of, kind_of_type
from mimic.planning.constraints.compiling import guarded
from mimic.planning.constraints.reading import DIALECTS, Reader, read
from mimic.planning.constraints.refusing import Refused
from mimic.planning.keys import KeyPlan, mentioned
from mimic.schema import Check, Column, Schema, Table, Text, Unique, bare


def distinct(
    table: Table,
    keys: KeyPlan,
    engine: str,
    conditions: Sequence[Condition] = (),
    moved: Collection[str] = (),
    unread: Sequence[Check] = (),
) -> tuple[Distinct, ...]:
    """All rules of a table, when one of them is kept by nobody, or CHECKs change values that it is about; else none.

    `moved`: columns that are changed for another reason after they were made; `unread`: CHECKs for which rows may be drawn again.
    """
    referring = {name for key in keys.edges for name in key.columns}
    judged = {ref.name for condition in conditions for ref in columns_of(condition)}
    judged |= {name for check in unread for name in (check.columns or mentioned(check.expression, table))}
    judged = judged - referring | {*moved}
    if not keys.open and not any(judged & set(rule.columns) for rule in table.keys):
        return ()
    return tuple(dict.fromkeys(_rule(table, rule, engine) for rule in table.keys if rule.columns or rule.expressions))


def computes(table: Table, schema: Schema) -> tuple[tuple[str, Expression], ...]:
    """What is in the generated columns that foreign keys refer to, and what always is in those of its own keys, where it can be read."""
    asked = {name for key in schema.children(table.name) for name in key.referred}
    own = {name for key in table.foreign_keys for name in key.columns}
    found = []
    for column in table.columns:
        if column.name in asked | own and column.generated is not None:
            try:
                node: Any = parse_one(column.generated, read=DIALECTS.get(schema.engine, schema.engine))
                made = Reader(table, schema.engine, None).value(node)
            except (SqlglotError, RecursionError, Refused):
                continue
            if column.name in asked or isinstance(made, Constant):
                found.append((column.name, made))
    return tuple(found)


def _rule(table: Table, rule: Unique, engine: str) -> Distinct:
    found: list[Expression] = []
    for name in rule.columns:
        column = table.column(name)
        found += [_plain(column)] if column.written else computed(column.generated or "", table, engine)
    for sql in rule.expressions:
        found += computed(sql, table, engine)
    where = predicate(rule.where, table, engine)
    return Distinct(rule.name, tuple(dict.fromkeys(found)), where, not rule.nulls_distinct)


def _plain(column: Column) -> Expression:
    kind, made = bare(column.type), ColumnRef(column.name, kind_of_type(column.type))
    if isinstance(kind, Text) and kind.ignore_case:
        return Call("lower", (made,), "text")
    return Call("rtrim", (made,), "text") if isinstance(kind, Text) and kind.fixed else made


def computed(sql: str, table: Table, engine: str) -> list[Expression]:
    """The value of an expression, or what tells its columns apart however they are folded."""
    try:
        node: Any = parse_one(sql, read=DIALECTS.get(engine, engine))
        return [Reader(table, engine, None).value(node)]
    except (SqlglotError, RecursionError, Refused):
        return [_folded(table.column(name)) for name in mentioned(sql, table) if table.column(name).written]


def _folded(column: Column) -> Expression:
    made: Expression = ColumnRef(column.name, kind_of_type(column.type))
    if not isinstance(bare(column.type), Text):
        return made
    made = Call("lower", (made,), "text")
    for sign in "-_. ":
        made = Call("replace", (made, Constant("text", sign), Constant("text", "")), "text")
    return made


def predicate(sql: str | None, table: Table, engine: str) -> Expression | None:
    if sql is None:
        return None
    try:
        made = read(sql, table, engine)
    except Refused:
        return None
    if isinstance(made, ColumnRef):
        made = Truth(made)
    return guarded(made) if engine == "postgresql" else made
