"""PostgreSQL's types as Mimic's: a row of pg_type and a typmod become a `LogicalType`.

What is not listed here (geometric types, PostGIS, hstore, ltree, cube, oid ...) becomes `Opaque`: carried as text. Types of the
server and of extensions have their bare name there (`ltree`, wherever it lives), types of somebody's own a qualified one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mimic import schema as s


@dataclass(frozen=True, slots=True)
class TypeRow:
    """What the catalogue says about one type."""

    oid: int
    schema: str
    name: str
    kind: str  # typtype: b base, c composite, d domain, e enum, r range, m multirange, p pseudo
    sql: str  # as SQL spells it, qualified
    element: int = 0  # of arrays
    base: int = 0  # of domains
    base_typmod: int = -1
    not_null: bool = False
    relation: int = 0  # of composites
    labels: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    subtype: int = 0  # of ranges and multiranges
    extension: str = ""  # that it belongs to


@dataclass(frozen=True, slots=True)
class Attribute:
    name: str
    type: int
    typmod: int


def _decimal(typmod: int) -> s.LogicalType:
    if typmod < 4:
        return s.Decimal()
    precision, scale = ((typmod - 4) >> 16) & 0xFFFF, (typmod - 4) & 0x7FF
    return s.Decimal(precision, (scale ^ 1024) - 1024)  # the scale has 11 bits and a sign


def _length(typmod: int) -> int | None:
    return typmod - 4 if typmod >= 4 else None


def _seconds(typmod: int) -> int:
    return typmod if 0 <= typmod <= 6 else 6


_BUILT_IN: Mapping[str, Callable[[int], s.LogicalType]] = {
    "bool": lambda typmod: s.Boolean(),
    "int2": lambda typmod: s.Integer(16),
    "int4": lambda typmod: s.Integer(32),
    "int8": lambda typmod: s.Integer(64),
    "float4": lambda typmod: s.Float(32),
    "float8": lambda typmod: s.Float(64),
    "numeric": _decimal,
    "money": lambda typmod: s.Money(),
    "text": lambda typmod: s.Text(),
    "varchar": lambda typmod: s.Text(_length(typmod)),
    "bpchar": lambda typmod: s.Text(_length(typmod), fixed=typmod >= 4),
    "char": lambda typmod: s.Text(1),
    "name": lambda typmod: s.Text(63),
    "bytea": lambda typmod: s.Binary(),
    "date": lambda typmod: s.Date(),
    "time": lambda typmod: s.Time(),
    "timetz": lambda typmod: s.Time(zoned=True),
    "timestamp": lambda typmod: s.Timestamp(False, _seconds(typmod)),
    "timestamptz": lambda typmod: s.Timestamp(True, _seconds(typmod)),
    "interval": lambda typmod: s.Interval(),
    "uuid": lambda typmod: s.Uuid(),
    "json": lambda typmod: s.Json(),
    "jsonb": lambda typmod: s.Json(binary=True),
    "inet": lambda typmod: s.Network("inet"),
    "cidr": lambda typmod: s.Network("cidr"),
    "macaddr": lambda typmod: s.Network("macaddr"),
    "macaddr8": lambda typmod: s.Network("macaddr8"),
    "bit": lambda typmod: s.Bits(typmod if typmod > 0 else 1),
    "varbit": lambda typmod: s.Bits(typmod if typmod > 0 else None, varying=True),
    "tsvector": lambda typmod: s.Vector(),
    "xml": lambda typmod: s.Xml(),
}


class Types:
    """Every type of a database, turned into a `LogicalType` when asked for."""

    def __init__(self, rows: Mapping[int, TypeRow], attributes: Mapping[int, tuple[Attribute, ...]]) -> None:
        self._rows, self._attributes = rows, attributes
        self._made: dict[tuple[int, int], s.LogicalType] = {}
        self._open: set[int] = set()  # a table's row type may hold an array of itself

    def logical(self, oid: int, typmod: int = -1) -> s.LogicalType:
        key = (oid, typmod)
        if key not in self._made:
            if oid in self._open:
                return s.Opaque(_short(self._rows[oid]))
            self._open.add(oid)
            self._made[key] = self._logical(oid, typmod)
            self._open.discard(oid)
        return self._made[key]

    def home(self, oid: int) -> str:
        """The schema where the operators of a type are: an extension's, or pg_catalog."""
        row = self._rows.get(oid)
        while row is not None and row.kind == "d":
            row = self._rows.get(row.base)
        return row.schema if row is not None and row.kind == "b" and not row.element else "pg_catalog"

    def _logical(self, oid: int, typmod: int) -> s.LogicalType:
        row = self._rows.get(oid)
        if row is None:
            return s.Opaque(f"type {oid}")
        match row.kind:
            case "d":
                # A domain's typmod is its own, never the column's.
                of = self.logical(row.base, row.base_typmod)
                return s.Domain(_short(row), of, row.checks, nullable=not row.not_null)
            case "e":
                return s.Enum(_short(row), row.labels)
            case "r" | "m":
                return s.Range(self.logical(row.subtype), multi=row.kind == "m")
            case "c":
                fields = self._attributes.get(row.relation, ())
                return s.Composite(_short(row), tuple((field.name, self.logical(field.type, field.typmod)) for field in fields))
        if row.element and row.name not in ("int2vector", "oidvector"):  # these are printed without braces
            return s.Array(self.logical(row.element, typmod))
        if row.schema == "pg_catalog" and row.name in _BUILT_IN:
            return _BUILT_IN[row.name](typmod)
        if row.name == "citext":
            return s.Text(ignore_case=True)
        return s.Opaque(row.name if row.extension or row.schema == "pg_catalog" else f"{row.schema}.{row.name}")


def _short(row: TypeRow) -> str:
    return row.name if row.schema in ("pg_catalog", "public") else f"{row.schema}.{row.name}"


def takes_null(kind: s.LogicalType) -> bool:
    """False for a NOT NULL domain, or a domain over one."""
    while isinstance(kind, s.Domain):
        if not kind.nullable:
            return False
        kind = kind.of
    return True
