"""Margins of mimic.yaml (`country: {DE: 0.5, FR: 0.5}`) made scenarios: one for each value, all of one margin disjoint."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from mimic.conditions import MOMENTS, NUMBERS, Condition, Scenario, both, kind_of_type
from mimic.config import Config
from mimic.errors import closest
from mimic.planning.constraints.reading import read
from mimic.planning.constraints.refusing import Refused
from mimic.schema import Schema, Table, TableName

REST = "*"  # every other value, NULL included
CLOSE = 1e-6
MOST = 200  # values of one margin


def margins(config: Config, schema: Schema) -> tuple[dict[TableName, tuple[Scenario, ...]], list[tuple[str, str]]]:
    """By table; and what is wrong, each a path and a sentence."""
    found: dict[TableName, tuple[Scenario, ...]] = {}
    problems: list[tuple[str, str]] = []
    for name, told in config.tables.items():
        table = schema.named(name)
        if table is None or not told.margins:
            continue
        for columns, shares in told.margins.items():
            path = f"tables.{name}.margins.{columns}"
            try:
                found[table.name] = (*found.get(table.name, ()), *_margin(columns, shares, table, schema))
            except Refused as why:
                text = str(why)
                problems.append((path, text if text.endswith(("?", ".")) else f"{text}."))
    return found, problems


def _margin(columns: str, shares: Mapping[str, float], table: Table, schema: Schema) -> tuple[Scenario, ...]:
    names = [columns] if table.has(columns) else [part.strip() for part in columns.split(",")]
    for name in names:
        if not table.has(name):
            raise Refused(f"{name!r} is no column of {table.name}.{closest(name, [column.name for column in table.columns])}")
    if len(shares) > MOST:
        raise Refused(f"{len(shares)} values, and {MOST} are possible; name the others together as '{REST}'")
    if any(not 0 <= share <= 1 for share in shares.values()):
        raise Refused("shares lie between 0 and 1")
    total = sum(shares.values())
    if abs(total - 1) > CLOSE:
        rest = "" if REST in shares or total > 1 else f"; name the others together as '{REST}': {1 - total:.4g}"
        raise Refused(f"the shares sum to {total:.6g}, not to 1{rest}")
    made = []
    for value, share in shares.items():
        if value == REST:
            continue
        parts = [value] if len(names) == 1 else [part.strip() for part in value.split(",")]
        if len(parts) != len(names):
            raise Refused(f"a value for each of {', '.join(names)} is needed, with commas between them")
        each = [_condition(name, part, table, schema) for name, part in zip(names, parts, strict=True)]
        told = " and ".join(f"{name} = {part!r}" for name, part in zip(names, parts, strict=True))
        made.append(Scenario(cast(Condition, both(*each)), float(share), told, margin=columns))
    return tuple(made)


def _condition(name: str, value: str, table: Table, schema: Schema) -> Condition:
    """`0..10` of numbers and dates is from 0 to below 10; anything else is the value itself."""
    quoted, kind = '"' + name.replace('"', '""') + '"', kind_of_type(table.column(name).type)
    low, dots, high = value.partition("..")
    if dots and kind in NUMBERS | MOMENTS:
        tests = [f"{quoted} >= {_text(low)}"] * bool(low.strip()) + [f"{quoted} < {_text(high)}"] * bool(high.strip())
        if not tests:
            raise Refused("a span needs an end")
        sql = " AND ".join(tests)
    else:
        sql = f"{quoted} = {_text(value)}"
    try:
        return cast(Condition, read(sql, table, schema.engine))
    except Refused:
        raise Refused(f"not all of its values are values of {name}") from None


def _text(value: str) -> str:
    return "'" + value.strip().replace("'", "''") + "'"


__all__ = ["margins"]
