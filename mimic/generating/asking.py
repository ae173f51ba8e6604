"""Which columns of a table the other tables of a model ask for while they are filled.

Of a table whose rows come from elsewhere these are all that a generation needs to know.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from mimic.conditions import columns_of
from mimic.generator import keyed
from mimic.model import Model
from mimic.schema import Table, TableName


def asked(model: Model, name: TableName) -> frozenset[str]:
    """Columns of its keys, of what refers to it and of what generators look up; never more than it has."""
    table = model.schema.table(name)
    found = {column for key in table.foreign_keys for column in key.columns}
    found |= {column for key in model.schema.children(name) for column in key.referred}
    found |= {ref.name for _, expression in model.of(name).computes for ref in columns_of(expression)}
    for other in model.tables:
        at = model.schema.table(other.name)
        needs = {need for learned in other.generators for need in learned.generator.needs}
        found |= {column for need in needs for place, column in _places(model, at, need) if place == name}
    return frozenset(column.name for column in table.written if column.name in found)


def _places(model: Model, table: Table, need: str) -> Iterator[tuple[TableName, str]]:
    """The columns that a need leads to and passes by."""
    if (elsewhere := keyed(need)) is not None:
        yield elsewhere
    elif need.startswith("^["):
        hidden, *columns = json.loads(need[1:])
        for below in model.schema.children(table.name):
            if below.hidden == hidden:
                yield from ((below.table, column) for column in (*below.columns, *columns))
    elif (key := table.leads(need)) is not None:
        yield from ((key.parent, column) for column in key.referred)
        yield from _places(model, model.schema.table(key.parent), need[len(key.label) + 1 :])
    else:
        yield table.name, need
