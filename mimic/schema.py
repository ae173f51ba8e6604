"""A database's structure as frozen data: types, columns, keys, constraints, tables.

Types are a closed union, `LogicalType`. `arrow_type` gives the one Arrow type in which values of a logical type travel
between rooms. Whatever is no plain scalar (arrays, ranges, intervals, inet, composites, ...) travels as the text that its
own database prints, so that nothing is lost on the way and generators of any family may read it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from functools import cached_property
from typing import Any, Literal

import pyarrow as pa

from mimic.report import Finding

DEFAULT_SCHEMAS = ("", "public", "main")


@dataclass(frozen=True, slots=True, order=True)
class TableName:
    """A table's schema and name; `schema` is "" where the engine has none."""

    schema: str
    name: str

    def __str__(self) -> str:
        return self.name if self.schema in DEFAULT_SCHEMAS else f"{self.schema}.{self.name}"


# -- logical types ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Boolean:
    pass


@dataclass(frozen=True, slots=True)
class Integer:
    bits: int = 64  # 16, 32 or 64; signed


@dataclass(frozen=True, slots=True)
class Float:
    bits: int = 64  # 32 or 64


@dataclass(frozen=True, slots=True)
class Decimal:
    """`numeric(precision, scale)`; both None when any precision is allowed (values then travel as text)."""

    precision: int | None = None
    scale: int | None = None


@dataclass(frozen=True, slots=True)
class Text:
    length: int | None = None  # most characters; None is no limit
    fixed: bool = False  # char(n)
    ignore_case: bool = False  # citext, NOCASE


@dataclass(frozen=True, slots=True)
class Binary:
    length: int | None = None


@dataclass(frozen=True, slots=True)
class Date:
    pass


@dataclass(frozen=True, slots=True)
class Time:
    zoned: bool = False  # timetz travels as text


@dataclass(frozen=True, slots=True)
class Timestamp:
    zoned: bool = False
    precision: int = 6  # digits of a second, 0 .. 6


@dataclass(frozen=True, slots=True)
class Interval:
    pass


@dataclass(frozen=True, slots=True)
class Uuid:
    pass


@dataclass(frozen=True, slots=True)
class Enum:
    name: str
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Json:
    binary: bool = False  # jsonb


@dataclass(frozen=True, slots=True)
class Array:
    element: LogicalType


@dataclass(frozen=True, slots=True)
class Range:
    element: LogicalType
    multi: bool = False


@dataclass(frozen=True, slots=True)
class Network:
    form: Literal["inet", "cidr", "macaddr", "macaddr8"] = "inet"


@dataclass(frozen=True, slots=True)
class Bits:
    length: int | None = None
    varying: bool = False


@dataclass(frozen=True, slots=True)
class Money:
    pass


@dataclass(frozen=True, slots=True)
class Vector:
    """tsvector: words for searching, nearly always computed by a trigger or a generated column."""


@dataclass(frozen=True, slots=True)
class Xml:
    pass


@dataclass(frozen=True, slots=True)
class Composite:
    name: str
    fields: tuple[tuple[str, LogicalType], ...]


@dataclass(frozen=True, slots=True)
class Domain:
    """A named type over `of`, with checks on `VALUE` (SQL text)."""

    name: str
    of: LogicalType
    checks: tuple[str, ...] = ()
    nullable: bool = True


@dataclass(frozen=True, slots=True)
class Opaque:
    """A type that Mimic does not know; values are carried as text, never made."""

    name: str


LogicalType = (
    Boolean
    | Integer
    | Float
    | Decimal
    | Text
    | Binary
    | Date
    | Time
    | Timestamp
    | Interval
    | Uuid
    | Enum
    | Json
    | Array
    | Range
    | Network
    | Bits
    | Money
    | Vector
    | Xml
    | Composite
    | Domain
    | Opaque
)


def bare(kind: LogicalType) -> LogicalType:
    """The type below any domains."""
    while isinstance(kind, Domain):
        kind = kind.of
    return kind


def arrow_type(kind: LogicalType) -> pa.DataType:
    """The Arrow type in which values of `kind` travel: plain scalars natively, everything else as its database's own text."""
    match bare(kind):
        case Boolean():
            return pa.bool_()
        case Integer(bits=bits):
            return {16: pa.int16(), 32: pa.int32()}.get(bits, pa.int64())
        case Float(bits=bits):
            return pa.float32() if bits == 32 else pa.float64()
        case Decimal(precision=int(precision), scale=int(scale)) if 0 < precision <= 38 and 0 <= scale <= precision:
            return pa.decimal128(precision, scale)
        case Binary():
            return pa.binary()
        case Date():
            return pa.date32()
        case Time(zoned=False):
            return pa.time64("us")
        case Timestamp(zoned=zoned):
            return pa.timestamp("us", tz="UTC" if zoned else None)
        case Uuid():
            return pa.binary(16)
    return pa.string()


# -- tables ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    type: LogicalType
    nullable: bool = True
    declared: str = ""  # the type as its engine spells it
    default: str | None = None  # SQL text
    identity: Literal["always", "default"] | None = None
    generated: str | None = None  # SQL expression of a generated column: never written by us
    comment: str | None = None

    @property
    def written(self) -> bool:
        """Whether rows carry a value for this column (generated columns are computed by the database)."""
        return self.generated is None


@dataclass(frozen=True, slots=True)
class Unique:
    """A primary key, a UNIQUE constraint or a unique index.

    `columns` are the plain columns; `expressions` the SQL of elements that are none, such as `lower(email)`.
    """

    name: str
    columns: tuple[str, ...]
    expressions: tuple[str, ...] = ()
    where: str | None = None  # SQL of a partial index
    nulls_distinct: bool = True
    primary: bool = False
    constraint: bool = True  # False: an index only
    deferrable: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    name: str
    expression: str  # SQL text without the word CHECK
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Exclude:
    name: str
    definition: str
    columns: tuple[str, ...] = ()


HIDDEN = ("#", "@", "~")  # how names of columns begin that are filled and never written: fan-outs, row numbers of parents, summaries


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """`table(columns)` references `parent(referred)`; `virtual` when only the configuration says so.

    `on` lists the partitions whose rows alone it holds for, where only some of them declare it; it is read as a key of the table.
    """

    name: str
    table: TableName
    columns: tuple[str, ...]
    parent: TableName
    referred: tuple[str, ...]
    match_full: bool = False
    deferrable: bool = False
    initially_deferred: bool = False
    on_delete: str = "NO ACTION"
    on_update: str = "NO ACTION"
    virtual: bool = False
    on: tuple[TableName, ...] = field(default=(), compare=False)

    @property
    def label(self) -> str:
        """Unique within its table and the same whatever the constraint is called: "customer_id" or "a,b"."""
        return ",".join(self.columns)

    @property
    def hidden(self) -> str:
        """Name of the hidden fan-out column that this key gives its parent."""
        return f"#{self.table}.{self.label}"

    def __str__(self) -> str:
        return f"{self.table}({self.label}) -> {self.parent}"


@dataclass(frozen=True, slots=True)
class Index:
    name: str
    definition: str  # SQL text where the engine gives it
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Trigger:
    name: str
    timing: Literal["before", "after", "instead"]
    events: tuple[str, ...]  # insert, update, delete, truncate
    row: bool
    function: str
    definition: str
    computes: tuple[str, ...] = ()  # columns that a BEFORE row trigger assigns
    calls_out: bool = False  # dblink, http, foreign tables ...


@dataclass(frozen=True, slots=True)
class Partition:
    """One leaf partition of a partitioned table: its name and bound as SQL (`FOR VALUES FROM (...) TO (...)`, `DEFAULT`).

    `holds` says as a condition in SQL which rows it takes, all levels of partitions together.
    """

    name: TableName
    bound: str
    holds: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose rows are counted once: partitions belong to their partitioned table, inherited rows to the child."""

    name: TableName
    columns: tuple[Column, ...]
    primary_key: Unique | None = None
    uniques: tuple[Unique, ...] = ()  # without the primary key
    checks: tuple[Check, ...] = ()
    excludes: tuple[Exclude, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    indexes: tuple[Index, ...] = ()  # not unique
    triggers: tuple[Trigger, ...] = ()
    kind: Literal["table", "partitioned", "foreign"] = "table"
    partition_by: str | None = None  # SQL of the partition key: `RANGE (payment_date)`
    partitions: tuple[Partition, ...] = ()
    inherits: tuple[TableName, ...] = ()
    unlogged: bool = False
    comment: str | None = None
    row_security: tuple[str, ...] | None = None  # its policies, where they decide which rows a role sees

    def column(self, name: str) -> Column:
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    def has(self, name: str) -> bool:
        return any(column.name == name for column in self.columns)

    def leads(self, need: str) -> ForeignKey | None:
        """The key by which a need leads to a parent: "customer_id.country", "customer_id.shop_id.city"; None where it is an own column."""
        if self.has(need):
            return None
        return next((key for key in self.foreign_keys if need.startswith(f"{key.label}.")), None)

    @property
    def keys(self) -> tuple[Unique, ...]:
        """Every uniqueness rule, the primary key first."""
        return ((self.primary_key,) if self.primary_key else ()) + self.uniques

    @property
    def written(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.written)


@dataclass(frozen=True, slots=True)
class Sequence:
    """A sequence and the column that owns it, if any."""

    name: TableName
    table: TableName | None = None
    column: str | None = None
    start: int = 1
    increment: int = 1


@dataclass(frozen=True, slots=True)
class View:
    name: TableName
    definition: str
    materialised: bool = False


@dataclass(frozen=True)
class Schema:
    """All that was read of a database's structure. `remarks` are findings of the reading itself."""

    engine: str  # "postgresql", "sqlite"
    tables: tuple[Table, ...]
    sequences: tuple[Sequence, ...] = ()
    views: tuple[View, ...] = ()
    version: str = ""
    remarks: tuple[Finding, ...] = field(default=(), compare=False)

    @cached_property
    def by_name(self) -> Mapping[TableName, Table]:
        return {table.name: table for table in self.tables}

    def table(self, name: TableName) -> Table:
        return self.by_name[name]

    def named(self, text: str) -> Table | None:
        """The table that a user calls `text`: `orders`, `sales.orders` or `public.orders`."""
        for table in self.tables:
            if text in (str(table.name), f"{table.name.schema}.{table.name.name}"):
                return table
        return None

    @property
    def foreign_keys(self) -> Iterator[ForeignKey]:
        for table in self.tables:
            yield from table.foreign_keys

    def children(self, parent: TableName) -> tuple[ForeignKey, ...]:
        return self._children.get(parent, ())

    @cached_property
    def _children(self) -> Mapping[TableName, tuple[ForeignKey, ...]]:
        found: dict[TableName, tuple[ForeignKey, ...]] = {}
        for key in self.foreign_keys:
            found[key.parent] = (*found.get(key.parent, ()), key)
        return found

    @cached_property
    def fingerprint(self) -> str:
        """Changes when anything that matters for generating changes: names, types, keys, constraints."""
        told = repr([plain(table) for table in sorted(self.tables, key=lambda t: t.name)])
        return hashlib.blake2b(told.encode(), digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class Ddl:
    """The structure as SQL of its own engine: before the rows (types, tables, functions) and after (indexes, keys, triggers)."""

    engine: str
    version: str
    before: str
    after: str


def plain(value: Any) -> Any:
    """A dataclass tree as JSON values; a member of a union carries its class name under "is"."""
    if is_dataclass(value) and not isinstance(value, type):
        return {"is": type(value).__name__} | {f.name: plain(getattr(value, f.name)) for f in fields(value) if f.compare}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    return value
