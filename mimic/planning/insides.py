"""Types inside types: what the CHECKs of domains say of an array's elements and a composite's fields, and which parts nobody can make."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mimic.conditions import Limits
from mimic.generator import Task
from mimic.generators.nested import Inside, best, part
from mimic.planning.constraints import compile, narrow, within_limits
from mimic.report import Finding
from mimic.schema import Array, Column, Composite, Domain, LogicalType, Opaque, Range, Table, TableName
from mimic.truth import day_of

_NOT = ("key.", "null", "reference")


def domains(kind: LogicalType, engine: str) -> Mapping[str, Inside]:
    """Every domain with CHECKs inside a type, by its name; a column's own domain is none of them."""
    return {inner.name: _inside(inner, engine) for inner in _within(_below(kind)) if isinstance(inner, Domain) and _checked(inner)}


def findings(task: Task) -> Iterator[Finding]:
    """What inside the values of a column is left out: parts of types that nobody makes, or of domains whose CHECKs cannot be read."""
    column = task.column
    place = f"{task.table.name}.{column.name}"
    found = list(_within(_below(column.type)))
    unknown = dict.fromkeys(kind.name for kind in found if isinstance(kind, Opaque) and _unmade(kind, task))
    if unknown:
        yield Finding("W211", place, f"{called(tuple(unknown))} not known to Mimic: what is of it inside the values is NULL", TODO)
    unread = dict.fromkeys(name for name, rules in task.options.get("domains", {}).items() if rules.unread)
    if unread:
        sentence = f"the CHECK of the domain {', '.join(unread)} cannot be turned into rules: what is of it inside the values is left out"
        yield Finding("W502", place, sentence, TODO)


TODO = "Accept it, give the column a generator, or copy the table."


def called(names: tuple[str, ...]) -> str:
    return f"the type {names[0]} is" if len(names) == 1 else f"the types {', '.join(names)} are"


def _unmade(kind: LogicalType, task: Task) -> bool:
    return best(part("part", kind, None, None, task)[0], without=_NOT) is None


def _checked(kind: LogicalType) -> bool:
    return isinstance(kind, Domain) and (bool(kind.checks) or not kind.nullable or _checked(kind.of))


def _below(kind: LogicalType) -> tuple[LogicalType, ...]:
    """The types directly inside a column's own; its domains are not inside it."""
    match kind:
        case Domain(of=of):
            return _below(of)
        case Array(element=element) | Range(element=element):
            return (element,)
        case Composite(fields=fields):
            return tuple(inner for _, inner in fields)
    return ()


def _within(kinds: tuple[LogicalType, ...]) -> Iterator[LogicalType]:
    for kind in kinds:
        yield kind
        yield from _within((kind.of,) if isinstance(kind, Domain) else _below(kind))


def _inside(kind: Domain, engine: str) -> Inside:
    table = Table(TableName("", "part"), (Column("value", kind),))
    checks = compile(table, engine)
    limits = narrow(checks.conditions, table, today=day_of(checks.conditions)).get("value", Limits())
    options = within_limits({}, table.columns[0], limits) if limits != Limits() else {}
    return Inside(checks.conditions, options, unread=bool(checks.unread))
