"""EXCLUDE constraints: as uniqueness where equality is all they are about, as spans that are laid side by side where they overlap.

`EXCLUDE USING gist (room WITH =, tstzrange(starts, ends) WITH &&) WHERE (NOT cancelled)` is broken by two rows only if all its
operators hold between them; so it is enough to see to one. What is none of these is left to the database, and told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError

from mimic import textual
from mimic.conditions import (
    MOMENTS,
    Alike,
    Call,
    ColumnRef,
    Compare,
    Condition,
    Constant,
    Disjoint,
    Expression,
    Limits,
    columns_of,
    kind_of,
)
from mimic.planning.constraints.reading import DIALECTS, Reader
from mimic.planning.constraints.refusing import Refused
from mimic.planning.distinct import computed, predicate
from mimic.report import Finding
from mimic.schema import Date, Decimal, Exclude, Integer, Network, Range, Table, Text, Timestamp, Unique, Uuid, bare

_RANGES = ("int4range", "int8range", "numrange", "daterange", "tsrange", "tstzrange")
_STEP = {"date": textual.DAY, "integer": 1}


@dataclass(frozen=True, slots=True)
class Exclusions:
    """What the EXCLUDE constraints of a table come to.

    `rooms` say how often a combination of key columns may come, where spans have bounds.
    """

    uniques: tuple[Unique, ...] = ()
    disjoint: tuple[Disjoint, ...] = ()
    alike: tuple[Alike, ...] = ()
    conditions: tuple[Condition, ...] = ()
    rooms: tuple[tuple[tuple[str, ...], int], ...] = ()
    findings: tuple[Finding, ...] = ()

    def seen(self, table: Table) -> Table:
        """The table with what its EXCLUDE constraints say about uniqueness."""
        return replace(table, uniques=(*table.uniques, *self.uniques)) if self.uniques else table

    @property
    def moved(self) -> frozenset[str]:
        return frozenset(name for rule in self.disjoint for name in rule.moved) | {name for rule in self.alike for name in rule.columns}


def exclusions(table: Table, engine: str, limits: Mapping[str, Limits]) -> Exclusions:
    uniques: list[Unique] = []
    disjoint: list[Disjoint] = []
    alike: list[Alike] = []
    conditions: list[Condition] = []
    rooms: list[tuple[tuple[str, ...], int]] = []
    findings: list[Finding] = []
    for rule in table.excludes:
        elements, where = parts(rule.definition)
        equal = [sql for sql, operator in elements if operator == "="]
        spans = [sql for sql, operator in elements if operator == "&&"]
        if (elements and len(equal) == len(elements)) or any(_is_address(sql, table) for sql in spans):
            uniques.append(_unique(rule, [*equal, *spans], where, table))
            continue
        if whole := next((sql for sql in spans if _is_multi(sql, table)), None):  # all in one line, whatever group they are of
            uniques.append(_unique(rule, [whole], None, table))  # in rows that the rule leaves out too: only a whole key is points apart
            continue
        made = next((found for sql in spans if (found := _disjoint(rule, equal, sql, where, table, engine, limits))), None)
        other = [name for sql, operator in elements if operator == "<>" and (name := _loose(sql, table))]
        if made is None and other:
            keys = tuple(dict.fromkeys(key for text in equal for key in _key(text, table, engine)))
            alike.append(Alike(rule.name, keys, (other[0],)))
            continue
        if made is None and any(_wide(sql, table) for sql in equal):  # more than was asked, and more than enough
            uniques.append(_unique(rule, equal, where, table))
            continue
        if made is None:
            findings.append(_left(table, rule))
            continue
        same = next((other for other in disjoint if {*other.moved} & {*made.moved}), None)
        if same is not None and (same.start, same.end) != (made.start, made.end):
            findings.append(_left(table, rule))
            continue
        if same is not None:  # apart by room and by teacher: apart wherever one of them may be the same
            disjoint.remove(same)
            common = tuple(key for key in same.keys if key in made.keys)
            predicated = same.where if same.where == made.where else None
            made = replace(same, keys=common, where=predicated, closed=made.closed or same.closed)
        disjoint.append(made)
        if made.start != made.end:  # a range whose ends are the wrong way round cannot even be made
            conditions.append(Compare("<=", made.start, made.end))
        if all(isinstance(key, ColumnRef) for key in made.keys) and made.where is None and (room := _room(made)) is not None:
            rooms.append((tuple(ref.name for key in made.keys for ref in columns_of(key)), room))
    return Exclusions(tuple(uniques), tuple(disjoint), tuple(alike), tuple(conditions), tuple(rooms), tuple(findings))


def _left(table: Table, rule: Exclude) -> Finding:
    return Finding("N510", f"{table.name}.{rule.name}", "the EXCLUDE constraint cannot be kept while rows are made; the database will tell")


# -- reading a definition ----------------------------------------------------------------------------------------------------


def parts(definition: str) -> tuple[list[tuple[str, str]], str | None]:
    """The elements of a definition, each an expression and its operator, and the predicate."""
    begin = definition.find("(")
    inside = _balanced(definition, begin)
    rest = definition[begin + len(inside) :]
    elements = []
    for text in _split(inside[1:-1]):
        what, _, operator = text.rpartition(" WITH ")
        qualified = re.fullmatch(r"OPERATOR\((?:.*\.)?([^.]+)\)", operator.strip())
        elements.append((_expression(what.strip()), qualified[1] if qualified else operator.strip()))
    found = re.search(r"\bWHERE\s*\(", rest)
    where = _balanced(rest, found.end() - 1)[1:-1] if found else None
    return elements, where


def _expression(text: str) -> str:
    """An element without its operator class, collation and order."""
    if text.startswith("("):
        return _balanced(text, 0)
    name = re.match(r'(?:(?:"(?:[^"]|"")+"|[^\s"(.]+)\.)*(?:"(?:[^"]|"")+"|[^\s"(.]+)', text)
    end = name.end() if name else len(text)
    return text[:end] + _balanced(text, end) if text[end : end + 1] == "(" else text[:end]


def _balanced(text: str, begin: int) -> str:
    """From an opening bracket to the one that closes it."""
    depth = 0
    for at, sign in _signs(text, begin):
        depth += (sign == "(") - (sign == ")")
        if not depth:
            return text[begin : at + 1]
    return text[begin:]


def _split(text: str) -> list[str]:
    """Split at the commas outside of brackets."""
    cuts, depth = [-1], 0
    for at, sign in _signs(text, 0):
        depth += (sign in "([") - (sign in ")]")
        if sign == "," and not depth:
            cuts.append(at)
    return [text[a + 1 : b] for a, b in zip(cuts, [*cuts[1:], len(text)], strict=True)]


def _signs(text: str, begin: int) -> Iterator[tuple[int, str]]:
    """The characters outside of quotes, with their places."""
    for match in re.finditer(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|(.)""", text[begin:], re.DOTALL):
        if match[1] is not None:
            yield begin + match.start(), match[1]


# -- as uniqueness -----------------------------------------------------------------------------------------------------------


def _unique(rule: Exclude, texts: Sequence[str], where: str | None, table: Table) -> Unique:
    names = {sql: _column(sql, table) for sql in texts}
    columns = tuple(name for name in names.values() if name is not None)
    return Unique(rule.name, columns, tuple(sql for sql, name in names.items() if name is None), where, constraint=False)


def _column(sql: str, table: Table) -> str | None:
    plain = sql[1:-1].replace('""', '"') if sql.startswith('"') and sql.endswith('"') else sql
    return plain if any(column.name == plain for column in table.columns) else None


def _loose(sql: str, table: Table) -> str | None:
    """A column that may hold the same in many rows."""
    name = _column(sql, table)
    fixed = {column for rule in table.keys if not rule.where for column in rule.columns}
    return name if name is not None and name not in fixed and table.column(name).written else None


def _wide(sql: str, table: Table) -> bool:
    """A column that can have another value in every row."""
    name = _column(sql, table)
    referring = {column for key in table.foreign_keys for column in key.columns}
    return name is not None and name not in referring and isinstance(bare(table.column(name).type), Integer | Text | Uuid | Timestamp)


def _is_address(sql: str, table: Table) -> bool:
    """Addresses of hosts overlap only where they are equal, and that is what is made."""
    name = _column(sql, table)
    return name is not None and isinstance(bare(table.column(name).type), Network)


def _is_multi(sql: str, table: Table) -> bool:
    """Multiranges that are unique are made in one line, none over another."""
    name = _column(sql, table)
    if name is None:
        return False
    kind = bare(table.column(name).type)
    return isinstance(kind, Range) and kind.multi


# -- as spans ----------------------------------------------------------------------------------------------------------------


def _disjoint(
    rule: Exclude, equal: Sequence[str], sql: str, where: str | None, table: Table, engine: str, limits: Mapping[str, Limits]
) -> Disjoint | None:
    keys = tuple(dict.fromkeys(key for text in equal for key in _key(text, table, engine)))
    predicated = predicate(where, table, engine)
    name = _column(sql, table)
    if name is not None and (generated := table.column(name).generated) is not None:
        name, sql = None, generated
    if name is not None:
        kind = bare(table.column(name).type)
        element = bare(kind.element) if isinstance(kind, Range) and not kind.multi else None
        if not isinstance(element, Integer | Decimal | Date | Timestamp):
            return None
        whole = ColumnRef(name, "range")
        return Disjoint(rule.name, keys, whole, whole, (name,), where=predicated)
    try:
        node: Any = parse_one(sql, read=DIALECTS.get(engine, engine))
        start, end, form = _ends(node, table, engine)
    except (SqlglotError, RecursionError, Refused):
        return None
    moved = [ref.name for ref in columns_of(start) if ref.kind in MOMENTS or ref.kind in ("integer", "decimal")]
    moved += [end.name] if isinstance(end, ColumnRef) else []
    if not moved or not all(table.column(name).written for name in moved):
        return None
    low = _limit(limits.get(start.name), "lower", table, start.name) if isinstance(start, ColumnRef) else None
    high = _limit(limits.get(end.name), "upper", table, end.name) if isinstance(end, ColumnRef) else None
    return Disjoint(rule.name, keys, start, end, tuple(dict.fromkeys(moved)), form.endswith("]"), predicated, low, high)


def _key(sql: str, table: Table, engine: str) -> list[Expression]:
    name = _column(sql, table)
    if name is not None and not table.column(name).written:
        sql = table.column(name).generated or sql
    return computed(sql, table, engine)


def _ends(node: Any, table: Table, engine: str) -> tuple[Expression, Expression, str]:
    """Where a span begins and ends, and its brackets. `Refused` for what is no range made of two values."""
    while isinstance(node, exp.Paren):
        node = node.this
    name = str(node.this).lower() if isinstance(node, exp.Anonymous) else ""
    if name not in _RANGES or not 2 <= len(node.expressions) <= 3:
        raise Refused("no range")
    reader = Reader(table, engine, None)
    start, end = (_open(reader.value(part)) for part in node.expressions[:2])
    form = reader.value(node.expressions[2]) if len(node.expressions) == 3 else Constant("text", "[)")
    while isinstance(form, Call) and form.function == "cast":
        form = form.arguments[0]
    kinds = {kind_of(start), kind_of(end)}
    if not isinstance(form, Constant) or not (kinds <= MOMENTS or kinds <= {"integer", "decimal"}):
        raise Refused("no range that can be counted")
    return start, end, str(form.value)


def _open(value: Expression) -> Expression:
    """`coalesce(ends, 'infinity')` says what NULL says anyway: no end."""
    match value:
        case Call("coalesce", (ColumnRef() as column, Constant()), _):
            return column
    return value


def _limit(limits: Limits | None, which: str, table: Table, name: str) -> int | None:
    """A bound as a whole number, or in microseconds; a bound that does not belong to the values is one step further in."""
    kind = bare(table.column(name).type)
    bound = None if limits is None else limits.lower if which == "lower" else limits.upper
    excluded = limits is not None and (limits.lower_open if which == "lower" else limits.upper_open)
    inwards = 1 if which == "lower" else -1
    if isinstance(kind, Integer):
        widest = -(2 ** (kind.bits - 1)) if which == "lower" else 2 ** (kind.bits - 1) - 1
        return int(bound) + inwards * excluded if isinstance(bound, int | float) else widest
    if isinstance(kind, Date | Timestamp) and isinstance(bound, str):
        try:
            return textual.moment(bound) + inwards * excluded * (textual.DAY if isinstance(kind, Date) else textual.SECOND)
        except ValueError:
            return None
    return None


def _room(rule: Disjoint) -> int | None:
    """How many spans fit beside each other at most, where their bounds are near."""
    step = _STEP.get(kind_of(rule.start))
    if rule.low is None or rule.high is None or step is None:
        return None
    room = (rule.high - rule.low) // step + (1 if rule.closed else 0)
    return max(room, 0) if room < 2**31 else None


__all__ = ["Exclusions", "exclusions", "parts"]
