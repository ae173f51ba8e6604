"""Declared types of SQLite as logical types. SQLite itself looks at five affinities only; the rest is what people mean."""

from __future__ import annotations

import re

from mimic.schema import Binary, Boolean, Date, Decimal, Float, Integer, Json, LogicalType, Text, Time, Timestamp, Uuid

INTEGERS = {"TINYINT": 16, "SMALLINT": 16, "INT2": 16, "MEDIUMINT": 32, "INT": 32, "INT4": 32}
FLOATS = {"REAL", "FLOAT", "FLOAT4", "FLOAT8", "DOUBLE", "DOUBLE PRECISION"}
PARTS = re.compile(r"([^(]*)(?:\(\s*([+-]?\d+)\s*(?:,\s*([+-]?\d+)\s*)?\))?\s*(.*)", re.DOTALL)


def affinity(declared: str) -> str:
    """By the five rules of SQLite, in their order."""
    upper = declared.upper()
    if "INT" in upper:
        return "INTEGER"
    if any(word in upper for word in ("CHAR", "CLOB", "TEXT")):
        return "TEXT"
    if "BLOB" in upper or not upper.strip():
        return "BLOB"
    if any(word in upper for word in ("REAL", "FLOA", "DOUB")):
        return "REAL"
    return "NUMERIC"


def logical_type(declared: str, collation: str = "") -> LogicalType | None:
    """The type that a declaration means; None when only the values can tell."""
    match = PARTS.fullmatch(declared.upper())
    assert match is not None
    name = " ".join(match[1].split())
    first, second = (int(group) if group else None for group in (match[2], match[3]))
    nocase = collation == "NOCASE"
    match name:
        case "BOOLEAN" | "BOOL":
            return Boolean()
        case "NUMERIC" | "DECIMAL" | "DEC" | "NUMBER":
            if first is not None and first > 0:
                return Decimal(first, second or 0)
            return Decimal()
        case "DATE":
            return Date()
        case "TIME":
            return Time()
        case "DATETIME" | "TIMESTAMP" | "TIMESTAMP WITHOUT TIME ZONE":
            return Timestamp()
        case "TIMESTAMPTZ" | "TIMESTAMP WITH TIME ZONE":
            return Timestamp(zoned=True)
        case "JSON" | "JSONB":
            return Json(binary=name == "JSONB")
        case "UUID" | "GUID" | "UNIQUEIDENTIFIER":
            return Uuid()
        case "":
            return None
    if name in FLOATS:
        return Float()
    match affinity(name):
        case "INTEGER":
            return Integer(INTEGERS.get(name.removeprefix("UNSIGNED ").removesuffix(" UNSIGNED"), 64))
        case "TEXT":
            return Text(
                first if first and first > 0 and "CHAR" in name else None, fixed=name in ("CHAR", "NCHAR", "CHARACTER"), ignore_case=nocase
            )
        case "BLOB":
            return Binary(first)
        case "REAL":
            return Float()
    return None


def when_empty(declared: str, collation: str = "") -> LogicalType:
    """For a column without values whose declaration means nothing in particular: by affinity."""
    return Decimal() if affinity(declared) == "NUMERIC" and "STRING" not in declared.upper() else Text(ignore_case=collation == "NOCASE")
