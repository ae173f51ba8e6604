"""Our own `Schema` as SQL of another engine."""
from __future__ import annotations
from mimic.schema import DEFAULT_SCHEMAS, TableName


def flat(name: TableName) -> str:
    return name.name if name.schema in DEFAULT_SCHEMAS else f"{name.schema}__{name.name}"
def before(schema, dialect): raise NotImplementedError
def after(schema, dialect): raise NotImplementedError
