"""Random schemas for Hypothesis: graphs with cycles, composite keys, self-references, partial uniqueness, hostile names.

The SQL in them (checks, partial indexes) is what every SQL database understands.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from mimic.schema import (
    Binary,
    Boolean,
    Check,
    Column,
    Date,
    Decimal,
    Float,
    ForeignKey,
    Index,
    Integer,
    LogicalType,
    Schema,
    Table,
    TableName,
    Text,
    Timestamp,
    Unique,
    Uuid,
)

HOSTILE_NAMES = (
    "select", "order", "Table", "a b", " leading", "trailing ", "it's", 'say "hi"', "semi;colon", "--comment", "/*open", "back\\slash",
    "back`tick", "[square]", "100%", "%s", "%(name)s", ":name", "$1", "?", "{brace}", "naïve", "表", "🦊", "ﬁ", "İ", "new\nline", "tab\tin",
    "dot.ted", "ctid", "rowid", "oid", "mimic", "null", "true", "1st", "_", "#", "a" * 63,
)  # fmt: skip
KEY_TYPES: tuple[LogicalType, ...] = (Integer(32), Integer(64), Text(), Text(40), Uuid())
ATTRIBUTE_TYPES: tuple[LogicalType, ...] = (
    *KEY_TYPES, Integer(16), Boolean(), Float(), Decimal(10, 2), Binary(), Date(), Timestamp(), Timestamp(zoned=True),
)  # fmt: skip


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def names(*, hostile: bool = True, without: frozenset[str] = frozenset()) -> st.SearchStrategy[str]:
    """Identifiers that fit into 63 bytes; lower case, so that none differ in case only."""
    plain = st.text(st.sampled_from("abcdefghijklmnopqrstuvwxyz_"), min_size=1, max_size=12)
    nasty = st.sampled_from([name for name in HOSTILE_NAMES if name == name.lower() and name not in without])
    return plain | nasty if hostile else plain


@st.composite
def schemas(
    draw: st.DrawFn,
    engine: str = "",
    schema: str = "",
    most_tables: int = 5,
    *,
    hostile: bool = True,
    without: frozenset[str] = frozenset(),
) -> Schema:
    """A schema that every SQL database can hold; `engine` and `schema` are those of the database to make it in."""
    identifiers = draw(st.lists(names(hostile=hostile, without=without), unique_by=str.lower, min_size=1, max_size=most_tables))
    tables = [_table(draw, TableName(schema, name), hostile, without) for name in identifiers]
    number = 0
    finished = []
    for table in tables:
        columns, keys = list(table.columns), []
        for parent in draw(st.lists(st.sampled_from(tables), max_size=3)):
            if parent.primary_key is None:
                continue
            number += 1
            own = []
            nullable = draw(st.booleans())
            for position, name in enumerate(parent.primary_key.columns):
                own.append(f"fk{number}_{position}")
                columns.append(Column(own[-1], parent.column(name).type, nullable=nullable))
            keys.append(ForeignKey(f"fk{number}", table.name, tuple(own), parent.name, parent.primary_key.columns))
        finished.append(_constrained(draw, table, columns, keys))
    return Schema(engine, tuple(finished))


def _table(draw: st.DrawFn, name: TableName, hostile: bool, without: frozenset[str]) -> Table:
    """A table with its key and attributes, without references."""
    identifiers = draw(st.lists(names(hostile=hostile, without=without), unique_by=str.lower, min_size=1, max_size=6))
    identifiers = [identifier for identifier in identifiers if not identifier.startswith("fk")] or ["id"]
    key = draw(st.integers(0, min(2, len(identifiers))))
    columns = [
        Column(identifier, draw(st.sampled_from(KEY_TYPES if at < key else ATTRIBUTE_TYPES)), nullable=at >= key and draw(st.booleans()))
        for at, identifier in enumerate(identifiers)
    ]
    primary = Unique(f"{name.name[:20]}_pk", tuple(identifiers[:key]), primary=True) if key else None
    return Table(name, tuple(columns), primary)


def _constrained(draw: st.DrawFn, table: Table, columns: Sequence[Column], keys: Sequence[ForeignKey]) -> Table:
    uniques, checks, indexes = [], [], []
    label = f"{table.name.name[:20]}_{len(columns)}"
    plain = [column for column in columns if not isinstance(column.type, Float | Binary)]
    primary = set(table.primary_key.columns) if table.primary_key else set()
    for number, rule in enumerate(draw(st.lists(st.sampled_from(("unique", "partial", "check", "index")), max_size=4, unique=True))):
        column = draw(st.sampled_from(plain)) if plain else None
        if column is None:
            break
        name = f"{label}_{rule}{number}"
        if rule == "index":
            indexes.append(Index(name, "", (column.name,)))
        elif rule == "check" and isinstance(column.type, Integer | Decimal):
            checks.append(Check(name, f"{quoted(column.name)} >= 0", (column.name,)))
        elif rule == "partial":
            uniques.append(Unique(name, (column.name,), where=f"{quoted(column.name)} IS NOT NULL", constraint=False))
        elif rule == "unique" and {column.name} != primary:
            uniques.append(Unique(name, (column.name,)))
    return Table(table.name, tuple(columns), table.primary_key, tuple(uniques), tuple(checks), (), tuple(keys), tuple(indexes))


def shape(schema: Schema) -> dict[str, Any]:
    """What must be the same in a schema and in what a database made of it: all but names of constraints and spelling."""
    return {
        str(table.name): {
            "columns": [(column.name, type(column.type).__name__, column.nullable) for column in table.columns],
            "key": table.primary_key.columns if table.primary_key else (),
            "uniques": sorted((unique.columns, unique.where is not None) for unique in table.uniques),
            "checks": len(table.checks),
            "keys": sorted((key.columns, str(key.parent), key.referred) for key in table.foreign_keys),
            "indexes": sorted(index.columns for index in table.indexes),
        }
        for table in schema.tables
    }
