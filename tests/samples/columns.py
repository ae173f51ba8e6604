"""The labelled columns beside this file, and schemas without rows made of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from mimic.schema import (
    Binary,
    Boolean,
    Column,
    Date,
    Enum,
    Float,
    ForeignKey,
    Integer,
    Json,
    LogicalType,
    Network,
    Schema,
    Table,
    TableName,
    Text,
    Time,
    Timestamp,
    Unique,
    Uuid,
    Xml,
)

FILES = ("sensitive_columns.txt", "more_columns.txt", "real_columns.txt", "made_up_columns.txt")
TYPES: dict[str, LogicalType] = {
    "t": Text(), "i": Integer(), "n": Float(), "b": Boolean(), "d": Date(), "s": Timestamp(), "j": Json(), "w": Network(), "u": Uuid(),
    "x": Binary(), "m": Time(), "e": Enum("e", ("a", "b")), "o": Xml(),
}  # fmt: skip
LABELS = {"D": "direct", "S": "secret", "P": "special", "Q": "quasi", "T": "text", "-": "none"}


Told = tuple[str, str, str, str, str]  # name, letter of the type, label, kind, table it references


def sample(file: str, part: str = "") -> Iterator[tuple[str, str, list[Told]]]:
    """(section, table, columns) of a file, or of one section of it (`# == second: ...`)."""
    text, here = (Path(__file__).parent / file).read_text(encoding="utf-8"), ""
    for line in text.splitlines():
        if line.startswith("# =="):
            here = line.split()[2].rstrip(":")
        if line.strip() and not line.startswith("#") and (not part or here == part):
            table, told = line.split(":", 1)
            columns: list[Told] = []
            for words in (entry.split() for entry in told.split(";")):
                parent = words[2][1:] if words[2].startswith(">") else ""
                label, kind = LABELS["-" if parent else words[2]], words[3] if len(words) > 3 else ""
                columns += [(name, words[1], label, kind, parent) for name in words[0].strip('"').split(",")]
            yield here, table, columns


def structure(told: list[tuple[str, list[Told]]]) -> Schema:
    """Tables without rows; the first column is the key where it says nothing, and the one that foreign keys refer to."""
    first = {table: columns[0][0] for table, columns in told}
    tables = []
    for name, columns in told:
        here = TableName("public", name)
        keys = tuple(
            ForeignKey(f"f{i}", here, (column,), TableName("public", parent), (first[parent],))
            for i, (column, *_, parent) in enumerate(columns)
            if parent in first
        )
        key = Unique("key", (columns[0][0],)) if columns[0][2] == "none" else None
        made = tuple(Column(column, TYPES[letter]) for column, letter, *_ in columns)
        tables.append(Table(here, made, primary_key=key, foreign_keys=keys))
    return Schema("postgresql", tuple(tables))


def applications(file: str) -> dict[str, list[tuple[str, list[Told]]]]:
    """The tables of each section of a file; where it has none, of the file."""
    out: dict[str, list[tuple[str, list[Told]]]] = {}
    for section, table, columns in sample(file):
        out.setdefault(f"{file} {section}", []).append((table, columns))
    return out
