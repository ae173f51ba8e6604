"""Tables that come from an engine without schemas: here they live in `public`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from mimic.connector import Load
from mimic.schema import TableName

HOME = "public"
Tree = TypeVar("Tree")


def home(name: TableName) -> TableName:
    return name if name.schema else TableName(HOME, name.name)


def at_home(load: Load) -> Load:
    """The load with every table of no schema in `public`; as it is where there are none."""
    if all(table.name.schema for table in load.schema.tables):
        return load
    schema = replace(load.schema, tables=_moved(load.schema.tables), sequences=_moved(load.schema.sequences))
    new = frozenset(home(name) for name in load.new)
    return replace(load, schema=schema, order=_moved(load.order), forward=_moved(load.forward), rows=_moved(load.rows), new=new)


def _moved(tree: Tree) -> Tree:
    """The same tree of tuples, mappings and frozen dataclasses with the names in it at home."""
    made: Any = tree
    if isinstance(tree, TableName):
        made = home(tree)
    elif isinstance(tree, tuple):
        made = tuple(_moved(item) for item in tree)
    elif isinstance(tree, Mapping):
        made = {_moved(key): _moved(item) for key, item in tree.items()}
    elif is_dataclass(tree) and not isinstance(tree, type):
        parts = {part.name: getattr(tree, part.name) for part in fields(tree)}
        new = {name: moved for name, part in parts.items() if (moved := _moved(part)) is not part and moved != part}
        made = replace(tree, **new) if new else tree
    found: Tree = made
    return found
