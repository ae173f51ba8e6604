"""Flags that are held still: what a trigger that watches several tables asks of their rows cannot be read.

It often speaks of a flag (nothing that is visible below what is deleted), and rows in which none is set satisfy it.
"""

from __future__ import annotations

import re
from dataclasses import replace

from mimic.generators.constant import Constant, default_literal
from mimic.model import Learned, TableModel
from mimic.schema import Boolean, Table, bare

_NAMED = re.compile(r'\bUPDATE OF ((?:(?:"(?:[^"]|"")+"|[\w$]+)(?:, )?)+) ON ')


def flags(table: Table) -> tuple[str, ...]:
    """The boolean columns that triggers after a change name, or all where none is known to name any; none that is part of a key."""
    named: set[str] = set()
    for trigger in table.triggers:
        if trigger.timing == "after" and trigger.row and (found := _NAMED.search(trigger.definition)):
            named |= {quoted.replace('""', '"') or word for quoted, word in re.findall(r'"((?:[^"]|"")+)"|([\w$]+)', found[1])}
    named = named or {column.name for column in table.columns}
    keys = {name for rule in table.keys for name in rule.columns} | {name for key in table.foreign_keys for name in key.columns}
    return tuple(
        column.name
        for column in table.written
        if column.name in named - keys and isinstance(bare(column.type), Boolean)
    )  # fmt: skip


def still(model: TableModel, table: Table) -> TableModel:
    """The model with each of its flags at its default, or false, in every row."""
    names = flags(table)
    made = []
    for learned in model.generators:
        if len(learned.generator.fills) == 1 and (name := learned.generator.fills[0]) in names:
            column = table.column(name)
            learned = Learned(Constant(name, column.type, default_literal(column) or "false", 0.0), learned.choice)
        made.append(learned)
    return replace(model, generators=tuple(made))


__all__ = ["flags", "still"]
