"""`compile`: every CHECK of a table, and of the domains of its columns, as conditions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple, TypeGuard, cast

from mimic.conditions import (
    And,
    Call,
    ColumnRef,
    Compare,
    Condition,
    Constant,
    Expression,
    IsNull,
    Match,
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
from mimic.planning.constraints.reading import read, read_parts
from mimic.planning.constraints.refusing import Refused
from mimic.report import Finding
from mimic.schema import Check, Domain, LogicalType, Table, Text, bare

ALWAYS = Truth(Constant("boolean", True))
PARTITIONS = "partitions"  # the name of the CHECK that is made of them
_LOWER, _UPPER = (re.compile(sign + r" '((?:[^']|'')*)'") for sign in (">=", "<"))


class Compiled(NamedTuple):
    """What has become of a table's CHECKs: `unread` are those that only the database can judge, `findings` say why."""

    conditions: tuple[Condition, ...] = ()
    findings: tuple[Finding, ...] = ()
    unread: tuple[Check, ...] = ()


def compile(table: Table, engine: str, *, learned: bool = True) -> Compiled:
    """The conditions that all rows must satisfy, and a finding for each CHECK that cannot be made one.

    A condition is satisfied where it is true or unknown. Limits that a type sets by itself (the length of a text) are no
    conditions. Where no rows were `learned`, which show what else fits, texts keep to the beginnings that partitions name.
    """
    made: list[Condition] = []
    findings, unread = [], []
    for check, domain_of in _checks(table):
        try:
            condition = read(check.expression, table, engine, domain_of)
        except Refused as why:
            sentence = f"the check cannot be turned into rules ({why}); the database will be asked about it"
            findings.append(Finding("N510", f"{table.name}.{check.name}", sentence))
            unread.append(_judged(check, table) if domain_of is None else _on_column(check, domain_of))
            if check.name == PARTITIONS and domain_of is None and not learned:
                made += _beginnings(table, unread[-1])
            else:
                parts = read_parts(check.expression, table, engine, domain_of)
                made += [cast(Condition, guarded(part) if engine == "postgresql" else part) for part in parts]
            continue
        if check.name == PARTITIONS and domain_of is None and not learned:
            condition = _short_of_the_end(condition)
        if engine == "postgresql":
            condition = guarded(condition)
        made += [cast(Condition, part) for part in conjuncts(condition) if part != ALWAYS]
    return Compiled(tuple(dict.fromkeys(made)), tuple(findings), tuple(unread))


def _checks(table: Table) -> Iterator[tuple[Check, str | None]]:
    """Each CHECK and, for that of a domain, the column that is VALUE."""
    for check in table.checks:
        yield check, None
    if somewhere := _partitioned(table):
        yield somewhere, None
    for column in table.written:
        kind: LogicalType = column.type
        while isinstance(kind, Domain):
            for sql in (*kind.checks, *(() if kind.nullable else ("VALUE IS NOT NULL",))):
                yield Check(f"{column.name} ({kind.name})", sql, (column.name,)), column.name
            kind = kind.of


def _partitioned(table: Table) -> Check | None:
    """Each row needs a partition that takes it. Partitions by hash take any row, and one that takes the rest leaves nothing to be said."""
    holds = dict.fromkeys(_without_hash(part.holds or "true") for part in table.partitions)
    if not holds or any(part.bound.endswith("DEFAULT") for part in table.partitions) or {"true", "(true)"} & {*holds}:
        return None
    return Check(PARTITIONS, " OR ".join(f"({sql})" for sql in holds))


def _beginnings(table: Table, check: Check) -> Iterator[Condition]:
    """What begins like the lower bound of a range of texts comes after it in the order of any language, and before an upper bound that
    begins otherwise."""
    texts = [(column, kind) for column in table.written if column.name in check.columns and isinstance(kind := bare(column.type), Text)]
    begun: dict[str, None] = {}
    for part in table.partitions:
        low, high = _LOWER.findall(part.holds or ""), _UPPER.findall(part.holds or "")
        if len(low) == 1 and low[0] and not (high and high[0].startswith(low[0])):
            begun[low[0].replace("''", "'")] = None
    if len(texts) == len(check.columns) == 1 and begun:
        (column, kind), longest = texts[0], max(map(len, begun))
        more = 12 if kind.length is None else max(min(12, kind.length - longest), 0)
        yield Match(ColumnRef(column.name, "text"), f"^(?:{'|'.join(map(re.escape, begun))})[a-z]{{0,{more}}}$", False)


def _short_of_the_end(condition: Expression) -> Expression:
    """`a < 9 OR (a = 9 AND b < 0)` without its second branch: keys, which nobody may change later, seldom meet it together."""
    match condition:
        case And(parts):
            return And(tuple(map(_short_of_the_end, parts)))
        case Or(parts):
            below = {(part.left, part.right) for part in parts if isinstance(part, Compare) and part.op == "<"}
            left = [part for part in parts if not any((end.left, end.right) in below for end in conjuncts(part) if _equal(end))]
            return either(*map(_short_of_the_end, left))
    return condition


def _equal(condition: Expression) -> TypeGuard[Compare]:
    return isinstance(condition, Compare) and condition.op == "="


def _without_hash(sql: str) -> str:
    """The condition of a partition without calls of `satisfies_hash_partition`, which only the server can judge."""
    while (start := sql.find("satisfies_hash_partition(")) >= 0:
        depth, end, quote = 0, sql.index("(", start), ""
        while end < len(sql):
            sign = sql[end]
            if quote or sign in "'\"":
                quote = "" if sign == quote else quote or sign
            depth += (sign == "(") - (sign == ")") if not quote else 0
            end += 1
            if not depth and not quote:
                break
        sql = f"{sql[:start]}true{sql[end:]}"
    return sql


def _judged(check: Check, table: Table) -> Check:
    """A CHECK with the columns that it speaks of."""
    words = set(re.findall(r'"(?:[^"]|"")+"|\w+', check.expression))
    spelt = {name: {name, name.lower(), '"' + name.replace('"', '""') + '"'} for name in (column.name for column in table.columns)}
    return check if check.columns else Check(check.name, check.expression, tuple(name for name, ways in spelt.items() if ways & words))


def _on_column(check: Check, column: str) -> Check:
    """The CHECK of a domain said of a column; texts and quoted names are left as they are."""
    name = '"' + column.replace('"', '""') + '"'
    parts = re.split(r"""('(?:[^']|'')*'|"(?:[^"]|"")*")""", check.expression)
    parts[::2] = [re.sub(r"\bVALUE\b", lambda _: name, part, flags=re.IGNORECASE) for part in parts[::2]]
    return Check(check.name, "".join(parts), check.columns)


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
