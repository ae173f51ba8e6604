"""Logical types as a dialect spells them, by the type compilers of SQLAlchemy."""

from __future__ import annotations

from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.dialects import sqlite

from mimic.schema import (
    Array,
    Binary,
    Bits,
    Boolean,
    Column,
    Composite,
    Date,
    Decimal,
    Domain,
    Enum,
    Float,
    Integer,
    Interval,
    Json,
    LogicalType,
    Money,
    Network,
    Opaque,
    Range,
    Text,
    Time,
    Timestamp,
    Uuid,
    Vector,
    Xml,
    bare,
)  # fmt: skip

Dialect = Literal["postgresql", "sqlite"]
DIALECTS: dict[Dialect, Any] = {"postgresql": pg.dialect(), "sqlite": sqlite.dialect()}  # type: ignore[no-untyped-call]
EXACT_DIGITS = 15  # what a double keeps of a decimal number, and SQLite has nothing finer


def quoted(name: str) -> str:
    """In double quotes, as both dialects have them; always, since their reserved words differ."""
    return '"' + name.replace('"', '""') + '"'


def spelled(column: Column, dialect: Dialect, engine: str) -> tuple[str, str]:
    """The type in the dialect, and what of it is lost there ("" for nothing)."""
    if engine == dialect and column.declared:
        return column.declared, ""
    return _sqlite(column.type) if dialect == "sqlite" else _postgresql(column.type)


def _compiled(kind: sa.types.TypeEngine[Any], dialect: Dialect) -> str:
    return str(kind.compile(dialect=DIALECTS[dialect]))


def _sqlite(kind: LogicalType) -> tuple[str, str]:
    match bare(kind):
        case Boolean():
            return "BOOLEAN", ""
        case Integer(bits=bits):
            return {16: "SMALLINT", 32: "INT"}.get(bits, "BIGINT"), ""
        case Float(bits=bits):
            return _compiled(sa.REAL() if bits == 32 else sa.DOUBLE_PRECISION(), "sqlite"), ""
        case Decimal(precision=precision, scale=scale):
            lost = "" if precision is not None and precision <= EXACT_DIGITS else f"numbers are kept to {EXACT_DIGITS} digits"
            return _compiled(sa.NUMERIC(precision, scale), "sqlite"), lost
        case Text(length=length, fixed=fixed):
            return _compiled((sa.CHAR(length) if fixed else sa.VARCHAR(length)) if length else sa.TEXT(), "sqlite"), ""
        case Binary():
            return "BLOB", ""
        case Date():
            return "DATE", ""
        case Time(zoned=False):
            return "TIME", ""
        case Timestamp(zoned=zoned):
            return "TIMESTAMPTZ" if zoned else "TIMESTAMP", ""
        case Uuid():
            return "UUID", ""
        case Json(binary=binary):
            return "JSONB" if binary else "JSON", ""
        case Enum():
            return "TEXT", ""
        case other:
            return "TEXT", f"{type(other).__name__.lower()} becomes text"


def _postgresql(kind: LogicalType) -> tuple[str, str]:
    match kind:
        case Boolean():
            return "boolean", ""
        case Integer(bits=bits):
            return {16: "smallint", 32: "integer"}.get(bits, "bigint"), ""
        case Float(bits=bits):
            return _compiled(sa.REAL() if bits == 32 else sa.DOUBLE_PRECISION(), "postgresql").lower(), ""
        case Decimal(precision=precision, scale=scale):
            return _compiled(sa.NUMERIC(precision, scale), "postgresql").lower(), ""
        case Text(length=length, fixed=fixed, ignore_case=ignore_case):
            told = _compiled((sa.CHAR(length) if fixed else sa.VARCHAR(length)) if length else sa.TEXT(), "postgresql").lower()
            return told, "upper and lower case differ there" if ignore_case else ""
        case Binary():
            return "bytea", ""
        case Date():
            return "date", ""
        case Time(zoned=zoned):
            return "time with time zone" if zoned else "time", ""
        case Timestamp(zoned=zoned):
            return "timestamp with time zone" if zoned else "timestamp", ""
        case Interval():
            return "interval", ""
        case Uuid():
            return "uuid", ""
        case Json(binary=binary):
            return "jsonb" if binary else "json", ""
        case Enum(name=name) | Domain(name=name) | Composite(name=name) | Opaque(name=name):
            return qualified(name), ""
        case Array(element=element):
            return f"{_postgresql(element)[0]}[]", ""
        case Range(element=element, multi=multi):
            return _range(element, multi), ""
        case Network(form=form):
            return form, ""
        case Bits(length=length, varying=varying):
            return ("bit varying" if varying else "bit") + (f"({length})" if length else ""), ""
        case Money():
            return "money", ""
        case Vector():
            return "tsvector", ""
        case Xml():
            return "xml", ""


def _range(element: LogicalType, multi: bool) -> str:
    match element:
        case Integer(bits=bits):
            name = "int8" if bits == 64 else "int4"
        case Date():
            name = "date"
        case Timestamp(zoned=zoned):
            name = "tstz" if zoned else "ts"
        case _:
            name = "num"
    return f"{name}{'multi' if multi else ''}range"


def qualified(name: str) -> str:
    """`sales.status` with both parts in quotes."""
    return ".".join(quoted(part) for part in name.split(".", 1))
