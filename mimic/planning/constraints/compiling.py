"""`compile`: every CHECK of a table, and of the domains of its columns, as conditions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from mimic.conditions import (
    And,
    Call,
    Condition,
    Constant,
    Expression,
    IsNull,
    Not,
    Or,
    Sure,
    Truth,
    conjuncts,
    either,
    inside,
    kind_of,
    walk,
)
from mimic.planning.constraints.reading import read
from mimic.planning.constraints.refusing import Refused
from mimic.report import Finding
from mimic.schema import Domain, LogicalType, Table

ALWAYS = Truth(Constant("boolean", True))


def compile(table: Table, engine: str) -> tuple[tuple[Condition, ...], tuple[Finding, ...]]:
    """The conditions that all rows must satisfy, and a finding for each CHECK that cannot be made one.

    A condition is satisfied where it is true or unknown. Limits that a type sets by itself (the length of a text) are no
    conditions.
    """
    made: list[Condition] = []
    findings = []
    for name, sql, column in _checks(table):
        try:
            condition = read(sql, table, engine, column)
        except Refused as why:
            sentence = f"the check cannot be turned into rules ({why}); the database will be asked about it"
            findings.append(Finding("W510", f"{table.name}.{name}", sentence))
            continue
        if engine == "postgresql":
            condition = guarded(condition)
        made += [cast(Condition, part) for part in conjuncts(condition) if part != ALWAYS]
    return tuple(dict.fromkeys(made)), tuple(findings)


def _checks(table: Table) -> Iterator[tuple[str, str, str | None]]:
    """Name, SQL and, for the CHECK of a domain, the column that is VALUE."""
    for check in table.checks:
        yield check.name, check.expression, None
    for column in table.written:
        kind: LogicalType = column.type
        while isinstance(kind, Domain):
            for sql in kind.checks:
                yield f"{column.name} ({kind.name})", sql, column.name
            if not kind.nullable:
                yield f"{column.name} ({kind.name})", "VALUE IS NOT NULL", column.name
            kind = kind.of


def guarded(condition: Expression, positive: bool = True) -> Condition:
    """The condition, with what PostgreSQL stops at made a violation: a division by zero, a text that is no number."""
    match condition:
        case And(parts):
            return And(tuple(guarded(part, positive) for part in parts))
        case Or(parts):
            return Or(tuple(guarded(part, positive) for part in parts))
        case Not(part):
            return Not(guarded(part, not positive))
        case Sure(part):
            return Sure(guarded(part, positive))
    found = dict.fromkeys(_defined(call) for call in walk(condition) if isinstance(call, Call) and _fails(call))
    if found and positive:
        return And((*found, condition))
    if found:
        return Or((*(Not(part) for part in found), condition))
    return cast(Condition, condition)


def _fails(call: Call) -> bool:
    if call.function in ("/", "%"):
        divisor = call.arguments[1]
        return not (isinstance(divisor, Constant) and divisor.value not in (0, None))
    if call.function == "cast":
        old = kind_of(call.arguments[0])
        return old in ("text", "json", "jsonb") and call.kind not in ("text", "json", "jsonb")
    return call.function == "json_array_length"


def _defined(call: Call) -> Expression:
    """Either an argument is NULL or the call has a value."""
    return either(*(IsNull(part) for part in inside(call)), Not(IsNull(call)))
