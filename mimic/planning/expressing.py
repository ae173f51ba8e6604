"""What a user computes: the SQL of `expression:` in mimic.yaml, read by the reader of CHECKs into the same trees.

Beside the columns of the row, those of its parents can be named as `customer_id.country`, and theirs as
`order_id.customer_id.country`: the columns of the foreign key, dot, the parent's column.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError

from mimic.conditions import MOMENTS, Call, ColumnRef, Constant, Expression, columns_of, kind_of, kind_of_type, walk
from mimic.config import TableConfig
from mimic.errors import closest
from mimic.plan import Choice, Step
from mimic.planning.constraints.functions import BLIND
from mimic.planning.constraints.reading import DIALECTS, Reader
from mimic.planning.constraints.refusing import Refused
from mimic.schema import Column, Schema, Table

KIND = "rule.expression"
LARGEST = 10_000  # characters


def expressed(sql: str, schema: Schema, table: Table, column: Column) -> Expression:
    """The expression that fills a column; `Refused`, with the reason, where it cannot be read or gives values of another kind."""
    if len(sql) > LARGEST:
        raise Refused("it is too long")
    try:
        node: Any = parse_one(sql, read=DIALECTS.get(schema.engine, schema.engine))
        made = _Reader(schema, table).value(node)
        if any(isinstance(part, Call) and part.function == BLIND for part in walk(made)):
            raise Refused("a collation outside of a comparison")
    except (SqlglotError, RecursionError):
        raise Refused("its SQL cannot be parsed") from None
    wanted, kind = kind_of_type(column.type), kind_of(made)
    numbers = {"integer", "decimal", "float"}
    if isinstance(made, Constant) and made.value is None:
        return Constant(wanted, None)
    if isinstance(made, Constant) and kind == "text" and wanted != "text":
        raise Refused(f"a text where the column holds {wanted}: write CAST(... AS ...)")
    if wanted == "text" and kind != "text":
        return Call("cast", (made,), "text")
    if kind != wanted and not {kind, wanted} <= numbers and not {kind, wanted} <= MOMENTS:
        raise Refused(f"it gives {kind}, and the column holds {wanted}")
    return Call("cast", (made,), "date") if wanted == "date" and kind != "date" else made


class _Reader(Reader):
    """Columns of parents, and spans of time that are a column's number of days."""

    def __init__(self, schema: Schema, table: Table) -> None:
        super().__init__(table, schema.engine, None)
        self._schema = schema

    def _column(self, node: exp.Column) -> Expression:
        parts = [part.name for part in node.parts]
        need = ".".join(parts)
        if len(parts) == 1:
            if not self._table.has(need) and not (self.engine == "sqlite" and need.lower() in self._folded):
                near = closest(need, [column.name for column in self._table.columns])
                raise Refused(f"{need!r} is no column of {self._table.name}.{near}")
            return super()._column(node)
        here, rest = self._table, need
        while not here.has(rest):
            key = here.leads(rest)
            if key is None:
                labels = [key.label for key in here.foreign_keys]
                raise Refused(f"{need!r} leads to no parent of {here.name}.{closest(parts[0], labels)}")
            here, rest = self._schema.table(key.parent), rest[len(key.label) + 1 :]
        return ColumnRef(need, kind_of_type(here.column(rest).type))

    def arithmetic(self, sign: str, left: Expression, right: Expression) -> Expression:
        if sign == "*" and {kind_of(left), kind_of(right)} == {"integer", "interval"}:
            return Call("*", (left, right), "interval")
        return super().arithmetic(sign, left, right)


def problems(config: TableConfig, schema: Schema, table: Table) -> list[tuple[str, str]]:
    """What is wrong with the expressions of a table, each a column and a sentence."""
    keys = {name for rule in table.keys for name in rule.columns} | {name for key in table.foreign_keys for name in key.columns}
    keys |= {name for key in schema.children(table.name) for name in key.referred}
    found, asks = [], dict[str, set[str]]()
    for name, how in config.columns.items():
        if how.expression is None or not table.has(name):
            continue
        if how.generator is not None:
            found.append((name, "`expression` and `generator` exclude each other."))
        elif name in keys:
            found.append((name, "keys are not computed: what refers to a row has to be known before the row."))
        elif not table.column(name).written:
            found.append((name, "the database computes this column itself."))
        else:
            try:
                asks[name] = {ref.name for ref in columns_of(expressed(how.expression, schema, table, table.column(name)))}
            except Refused as why:
                found.append((name, f"the expression cannot be used: {str(why).rstrip('.')}{'' if str(why).endswith('?') else '.'}"))
    waiting = dict(asks)
    while ready := [name for name, needs in waiting.items() if not needs & waiting.keys()]:
        for name in ready:
            del waiting[name]
    return [*found, *((name, f"computed from itself, by way of {', '.join(sorted(waiting))}.") for name in waiting)]


def computed_last(steps: Sequence[Step], table: Table, schema: Schema, config: TableConfig) -> list[Step]:
    """The same steps; those of columns with an expression after all others, each after what it is computed from."""
    own: dict[str, Step] = {}
    for step in steps:
        name = step.task.fills[0]
        asked = config.columns.get(name)
        if len(step.task.fills) == 1 and asked is not None and asked.expression is not None:
            own[name] = _computing(step, expressed(asked.expression, schema, table, table.column(name)), asked.expression)
    out, waiting = [step for step in steps if step.task.fills[0] not in own], dict(own)
    while waiting:
        name = next(name for name in waiting if not _asks(waiting[name]) & waiting.keys() - {name})
        out.append(waiting.pop(name))
    return out


def _asks(step: Step) -> set[str]:
    return {ref.name for ref in columns_of(step.task.options["expression"])}


def _computing(step: Step, made: Expression, sql: str) -> Step:
    options: Mapping[str, Any] = {**step.task.options, "expression": made, "drawn_by": step.choice.kind}
    return Step(replace(step.task, options=options), Choice(KIND, f"as configured: {sql}", ((step.choice.kind, 0.0), *step.choice.lost)))


__all__ = ["KIND", "computed_last", "expressed", "problems"]
