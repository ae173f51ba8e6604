"""Conditions that users write in SQL: one expression over a table's columns that reads and computes, and does nothing else.

The text is parsed and printed anew, so that what the database gets is what was understood here. Only kinds of nodes and
functions on a list pass; a function that nobody knows might sleep, read files or call out.
"""

from __future__ import annotations

from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import ErrorLevel, SqlglotError

from mimic.errors import closest
from mimic.schema import Schema, Table
from mimic.selection import Condition

ROWS = "t"  # what connectors call the table in a scan

_DIALECTS = {"postgresql": "postgres"}
_NODES: tuple[type[Any], ...] = (
    exp.Binary, exp.Unary, exp.Paren, exp.Between, exp.In, exp.Column, exp.Identifier, exp.Literal, exp.Boolean, exp.Null, exp.Tuple,
    exp.Cast, exp.DataType, exp.DataTypeParam, exp.Case, exp.If, exp.Interval, exp.IntervalSpan, exp.Var, exp.Array, exp.Any, exp.All,
    exp.Exists, exp.Subquery, exp.Select, exp.From, exp.Join, exp.Where, exp.Group, exp.Having, exp.Table, exp.TableAlias, exp.Alias,
    exp.Star, exp.Distinct, exp.Order, exp.Ordered, exp.Limit, exp.Offset, exp.Union, exp.Escape, exp.Collate, exp.AtTimeZone,
    exp.ByteString, exp.JSONPath, exp.JSONPathRoot, exp.JSONPathKey, exp.JSONPathSubscript,
)  # fmt: skip
_FUNCTIONS = """
    abs age any_value array_agg array_length avg btrim cardinality cast ceil ceiling char_length coalesce concat concat_ws count
    current_date current_time current_timestamp currentdate currenttimestamp date date_part date_trunc datetime extract floor greatest
    hex ifnull iif initcap instr isfinite json_array_length json_extract json_extract_path_text json_type jsonb_array_length
    jsonb_typeof julianday least left length localtime localtimestamp lower lpad ltrim make_date md5 max min mod nullif position power
    regexp_like replace reverse right round rpad rtrim sign split_part sqrt starts_with startswith str_position strftime strpos substr
    substring sum timestamp_trunc to_char to_date to_number to_timestamp translate trim trunc unixepoch upper if case
    json_extract_scalar jsonb_extract jsonb_extract_scalar timestamptrunc now strposition exists
    array any all and or not xor time_to_str str_to_time str_to_date ts_or_ds_to_date typeof
"""
_KNOWN = frozenset(_FUNCTIONS.split())


class Harmful(Exception):
    """Why a condition is not run; a sentence about the text, for the user who wrote it."""


def condition(text: str, table: Table, schema: Schema) -> Condition:
    """The condition as SQL of the source's engine; raises `Harmful`."""
    dialect = _DIALECTS.get(schema.engine, schema.engine)
    try:
        found = sqlglot.parse(text, read=dialect, error_level=ErrorLevel.IMMEDIATE)
    except SqlglotError:
        raise Harmful("cannot be read as an SQL expression") from None
    if len(found) != 1 or found[0] is None:
        raise Harmful("is more than one expression")
    tree = found[0]
    if isinstance(tree, exp.Query | exp.DDL | exp.DML | exp.Command):
        raise Harmful("is a statement; write what would follow WHERE")
    for node in tree.walk():
        _check(node)
    for node in list(tree.find_all(exp.Table)):
        _named(node, schema)
    for column in list(tree.find_all(exp.Column)):
        _resolve(column, table, schema)
    return Condition(tree.sql(dialect=dialect, comments=False))


def _check(node: Any) -> None:
    if isinstance(node, exp.Anonymous):
        if str(node.name).lower() not in _KNOWN:
            raise Harmful(f"calls {node.name}(), which is not among the functions known to compute and do nothing else")
        return
    if isinstance(node, exp.Func) and not isinstance(node, _NODES):
        names = {node.sql_name().lower(), type(node).__name__.lower()}
        if not names & _KNOWN:
            raise Harmful(f"calls {node.sql_name().lower()}(), which is not among the functions known to compute and do nothing else")
        return
    if not isinstance(node, _NODES):
        raise Harmful(f"holds something that is not looked into ({type(node).__name__.lower()})")


def _named(node: exp.Table, schema: Schema) -> None:
    """A table of a subquery by its full name."""
    if node.args.get("catalog") or not isinstance(node.this, exp.Identifier):
        raise Harmful("asks a table that is none of the source's")
    spelt = f"{node.db}.{node.name}" if node.db else node.name
    known = schema.named(spelt) or schema.named(spelt.lower())
    if known is None:
        raise Harmful(f"asks {spelt!r}, which is no table of the source.{closest(spelt, [str(t.name) for t in schema.tables])}")
    if not node.alias:
        node.set("alias", exp.TableAlias(this=exp.to_identifier(known.name.name, quoted=True)))
    elif node.alias == ROWS:
        raise Harmful(f"calls a table {ROWS!r}; give it another alias")
    node.set("this", exp.to_identifier(known.name.name, quoted=True))
    node.set("db", exp.to_identifier(known.name.schema, quoted=True) if known.name.schema else None)


def _resolve(column: exp.Column, table: Table, schema: Schema) -> None:
    """A column of the table itself; inside a subquery only one that is called by the table's name and hides in none of its own."""
    qualifier = column.table
    own = {table.name.name, str(table.name), f"{table.name.schema}.{table.name.name}"}
    inner = _inside(column)
    if inner is not None and (not qualifier or qualifier in inner or qualifier not in own):
        return
    if qualifier and qualifier not in own:
        raise Harmful(f"speaks of {qualifier}.{column.name}, but only the columns of {table.name} are at hand")
    if isinstance(column.this, exp.Star):
        raise Harmful("holds a star where a column is wanted")
    known = [each.name for each in table.columns]
    name = column.name if column.name in known else next((each for each in known if each.lower() == column.name.lower()), None)
    if name is None or (column.this.quoted and name != column.name):
        raise Harmful(f"speaks of {column.name!r}, which is no column of {table.name}.{closest(column.name, known)}")
    column.set("this", exp.to_identifier(name, quoted=True))
    column.set("table", exp.to_identifier(ROWS))
    column.set("db", None)


def _inside(column: exp.Column) -> set[str] | None:
    """The names of the tables of all queries around a column; None where there is none."""
    found: set[str] | None = None
    query = column.find_ancestor(exp.Select)
    while query is not None:
        found = (found or set()) | {source.alias_or_name for source in query.find_all(exp.Table)}
        query = query.find_ancestor(exp.Select)
    return found
