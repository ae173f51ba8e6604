"""Scenarios as a user writes them (`orders.status = 'refunded'`, 0.3) made conditions on the rows of one table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError

from mimic.conditions import Condition, Scenario
from mimic.errors import ConfigError, closest
from mimic.planning.constraints.reading import DIALECTS, read
from mimic.planning.constraints.refusing import Refused
from mimic.schema import Schema, Table, TableName

EXAMPLE = "Write it as the rows of one table are described: \"orders.status = 'refunded'\"."
MOST = 4  # scenarios of one table: rows are told apart by which of them they satisfy


def scenarios(asked: Sequence[tuple[str, float]], schema: Schema, *, place: str = "scenarios") -> dict[TableName, tuple[Scenario, ...]]:
    """By table. `ConfigError` with all that are wrong, in which `place` says where they were written."""
    found: dict[TableName, tuple[Scenario, ...]] = {}
    problems: list[tuple[str, str]] = []
    for i, (sql, share) in enumerate(asked):
        try:
            if not 0.0 <= share <= 1.0:
                raise Refused("a share lies between 0 and 1")
            name, condition = _read(sql, schema)
        except Refused as why:
            problems.append((f"{place}[{i}]", f"{sql!r}: {why}."))
            continue
        found[name] = (*found.get(name, ()), Scenario(condition, float(share), sql))
    problems += [(place, f"{len(each)} scenarios of {name}, and {MOST} are possible.") for name, each in found.items() if len(each) > MOST]
    if problems:
        raise ConfigError(problems, file="scenarios")
    return found


def _read(sql: str, schema: Schema) -> tuple[TableName, Condition]:
    dialect = DIALECTS.get(schema.engine, schema.engine)
    try:
        node: Any = parse_one(sql, read=dialect)
    except (SqlglotError, RecursionError):
        raise Refused("its SQL cannot be parsed") from None
    columns = list(node.find_all(exp.Column))
    table = _table(columns, schema)
    for column in columns:
        known = {each.name: each for each in table.columns} | {each.name.lower(): each for each in reversed(table.columns)}
        own = known.get(column.name) or known.get(column.name.lower())
        if own is None:
            raise Refused(f"{column.name!r} is no column of {table.name}.{closest(column.name, [each.name for each in table.columns])}")
        plain: Any = exp.column(exp.to_identifier(own.name, quoted=True))
        if own.generated and not own.written:
            plain = exp.paren(parse_one(own.generated, read=dialect))
        node = plain if column is node else (column.replace(plain), node)[1]
    return table.name, cast(Condition, read(node.sql(dialect), table, schema.engine))


def _table(columns: Sequence[exp.Column], schema: Schema) -> Table:
    """The one table that all qualified columns name."""
    named = {".".join(part for part in (column.db, column.table) if part) for column in columns} - {""}
    names = [str(table.name) for table in schema.tables]
    if not named:
        raise Refused(f"it does not say of which table. {EXAMPLE.removesuffix('.')}")
    if len(named) > 1:
        raise Refused(f"it speaks of {' and '.join(sorted(named))}: a scenario is about the rows of one table")
    text = named.pop()
    folded = {name.lower(): name for name in names}
    table = schema.named(text) or schema.named(folded.get(text.lower(), text))
    if table is None:
        raise Refused(f"there is no table {text!r}.{closest(text, names)}")
    return table


__all__ = ["scenarios"]
