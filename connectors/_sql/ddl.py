"""Our own `Schema` as SQL statements: for another engine, or where the exact SQL cannot be had.

`before` gives what must stand before the rows, `after` the rest. SQLite cannot add a constraint to a table, so that there
all but indexes, views and partial or expression uniqueness comes first. What a dialect cannot say is a finding
(`connectors/README.md` lists their ids), never silence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from connectors._sql.expressions import translated
from connectors._sql.names import Names, flat
from connectors._sql.types import Dialect, qualified, quoted, spelled
from mimic.report import Finding
from mimic.schema import (
    Array,
    Binary,
    Boolean,
    Check,
    Column,
    Composite,
    Date,
    Decimal,
    Domain,
    Enum,
    Float,
    ForeignKey,
    Index,
    Integer,
    Json,
    LogicalType,
    Range,
    Schema,
    Table,
    TableName,
    Text,
    Timestamp,
    Unique,
    bare,
)  # fmt: skip

Accepts = Callable[[str], bool]
BY_HAND = "Add it by hand if the application needs it."


def before(schema: Schema, dialect: Dialect, accepts: Accepts | None = None) -> tuple[list[str], list[Finding]]:
    """Schemas, types, sequences, tables. `accepts` tells whether the engine itself takes a CREATE TABLE statement."""
    writer = _Writer(schema, dialect, accepts)
    statements = [*writer.types(), *writer.sequences()] if dialect == "postgresql" else []
    if dialect == "sqlite":
        writer.findings += writer.names.changed()
    statements += [writer.table(table) for table in schema.tables if table.kind != "foreign"]
    return statements, writer.findings


def after(schema: Schema, dialect: Dialect) -> tuple[list[str], list[Finding]]:
    """Uniqueness, indexes, foreign keys, views; findings for triggers and whatever else is left behind."""
    writer = _Writer(schema, dialect, None)
    statements: list[str] = []
    for table in schema.tables:
        statements += writer.uniques(table)
        statements += writer.indexes(table)
    if dialect == "postgresql":
        for table in schema.tables:
            statements += writer.foreign_keys(table)
        statements += writer.comments()
    statements += writer.views()
    for table in schema.tables:
        writer.left_behind(table)
    return statements, writer.findings


@dataclass
class _Writer:
    schema: Schema
    dialect: Dialect
    accepts: Accepts | None
    findings: list[Finding] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)  # names of indexes: SQLite has them once in a file

    def __post_init__(self) -> None:
        self.names = Names(self.schema)
        self.here = self.schema.engine == self.dialect
        self.taken |= {flat(table.name).lower() for table in self.schema.tables}
        keys = [(table.name, table.primary_key.name) for table in self.schema.tables if table.primary_key]
        self.key_names = {table: self.free(name, table) for table, name in keys}

    def lost(self, id_: str, place: object, sentence: str, todo: str = BY_HAND) -> None:
        self.findings.append(Finding(id_, str(place), sentence, todo))

    # -- names -------------------------------------------------------------------------------------------------------

    def name(self, table: TableName) -> str:
        if self.dialect == "sqlite":
            return quoted(self.names.table(table))
        return f"{quoted(table.schema)}.{quoted(table.name)}" if table.schema not in ("", "main") else quoted(table.name)

    def column_name(self, table: TableName, column: str) -> str:
        return self.names.column(table, column) if self.dialect == "sqlite" else column

    def listed(self, table: TableName, columns: Iterable[str]) -> str:
        return ", ".join(quoted(self.column_name(table, column)) for column in columns)

    def said(self, expression: str, table: Table) -> str | None:
        return translated(
            expression, self.schema.engine, self.dialect, table, lambda name: self.column_name(table.name, _spelling(table, name))
        )

    # -- before the rows ---------------------------------------------------------------------------------------------

    def types(self) -> Iterator[str]:
        """Schemas and named types; a type comes after those that it is made of."""
        for name in sorted({table.name.schema for table in self.schema.tables} - {"", "main", "public"}):
            yield f"CREATE SCHEMA IF NOT EXISTS {quoted(name)}"
        seen: set[str] = set()
        for table in self.schema.tables:
            for column in table.columns:
                for kind in _named(column.type):
                    if kind.name not in seen:
                        seen.add(kind.name)
                        yield self.named_type(kind)

    def named_type(self, kind: Enum | Domain | Composite) -> str:
        def type_of(inner: LogicalType) -> str:
            return spelled(Column("", inner), "postgresql", "")[0]

        match kind:
            case Enum(name=name, labels=labels):
                return f"CREATE TYPE {qualified(name)} AS ENUM ({', '.join(_literal(label) for label in labels)})"
            case Domain(name=name, of=of, checks=checks, nullable=nullable):
                rules = "".join(f" CHECK ({check})" for check in checks)
                return f"CREATE DOMAIN {qualified(name)} AS {type_of(of)}{'' if nullable else ' NOT NULL'}{rules}"
            case Composite(name=name, fields=fields):
                return f"CREATE TYPE {qualified(name)} AS ({', '.join(f'{quoted(field)} {type_of(inner)}' for field, inner in fields)})"

    def sequences(self) -> Iterator[str]:
        identities = {(table.name, column.name) for table in self.schema.tables for column in table.columns if column.identity}
        for sequence in self.schema.sequences:
            if (sequence.table, sequence.column) not in identities:
                yield f"CREATE SEQUENCE {self.name(sequence.name)} START {sequence.start} INCREMENT {sequence.increment}"

    def table(self, table: Table) -> str:
        """Tried whole first; when the engine refuses, every clause that it may refuse is tried alone."""
        clauses = list(self.clauses(table))
        statement = self.joined(table, clauses)
        if self.accepts is None or self.accepts(statement):
            self.findings += [finding for clause in clauses for finding in clause.lost]
            return statement
        kept: list[_Clause] = []
        for clause in clauses:
            full = clause
            if clause.doubtful and not self.accepts(self.joined(table, [c if c is clause else c.without() for c in clauses])):
                full = clause.without()
            kept += [full] if full.sql else []
            self.findings += full.lost
        return self.joined(table, kept)

    def joined(self, table: Table, clauses: Sequence[_Clause]) -> str:
        body = ",\n    ".join(clause.sql for clause in clauses if clause.sql)
        tail = f" PARTITION BY {table.partition_by}" if self.dialect == "postgresql" and self.here and table.partition_by else ""
        statement = f"CREATE TABLE {self.name(table.name)} (\n    {body}\n){tail}"
        if tail:  # partitions are made with it
            for part in table.partitions:
                statement += f";\nCREATE TABLE {self.name(part.name)} PARTITION OF {self.name(table.name)} {part.bound}"
        return statement

    def clauses(self, table: Table) -> Iterator[_Clause]:
        alias = self.alias(table)
        for column in table.columns:
            yield self.column(table, column, alias=column.name == alias)
        if not table.columns and self.dialect == "sqlite":
            yield _Clause(
                '"no column" TEXT', lost=(Finding("W401", str(table.name), "has no columns: SQLite needs one, which stays NULL", ""),)
            )
        if table.primary_key and not alias:
            label = f"CONSTRAINT {quoted(self.key_names[table.name])} " if self.dialect == "postgresql" else ""
            yield _Clause(f"{label}PRIMARY KEY ({self.listed(table.name, table.primary_key.columns)})")
        if self.dialect == "sqlite":
            for unique in table.uniques:
                if unique.constraint and unique.nulls_distinct and not unique.expressions and unique.where is None:
                    yield _Clause(f"CONSTRAINT {quoted(unique.name)} UNIQUE ({self.listed(table.name, unique.columns)})")
            yield from self.enumerations(table)
        for check in table.checks:
            yield self.check(table, check)
        if self.dialect == "sqlite":
            for key in table.foreign_keys:
                if not key.virtual:
                    yield _Clause(self.reference(key))
                    if key.match_full:
                        self.lost("W417", key, "MATCH FULL is not checked there")

    def alias(self, table: Table) -> str | None:
        """The column that SQLite makes its row number: an integer that is the whole primary key."""
        if self.dialect != "sqlite" or table.primary_key is None or len(table.primary_key.columns) != 1:
            return None
        column = table.column(table.primary_key.columns[0])
        return column.name if isinstance(bare(column.type), Integer) and column.written else None

    def column(self, table: Table, column: Column, *, alias: bool) -> _Clause:
        place = f"{table.name}.{column.name}"
        name = quoted(self.column_name(table.name, column.name))
        if alias:
            counted = column.identity is not None or (column.default or "").lower().startswith("nextval(")
            key = self.schema.table(table.name).primary_key
            label = f"CONSTRAINT {quoted(key.name)} " if key else ""
            return _Clause(f"{name} INTEGER NOT NULL {label}PRIMARY KEY{' AUTOINCREMENT' if counted else ''}")
        kind, loss = spelled(column, self.dialect, self.schema.engine)
        if self.dialect == "sqlite" and isinstance(text := bare(column.type), Text) and text.ignore_case:
            kind += " COLLATE NOCASE"
        lost = (Finding("W402" if "digits" in loss else "W401", place, f"{column.declared or kind}: {loss}", ""),) if loss else ()
        nullable = column.nullable and not (isinstance(column.type, Domain) and not column.type.nullable)
        plain = f"{name} {kind}{'' if nullable else ' NOT NULL'}"
        if column.generated is not None:
            told = self.said(column.generated, table)
            left = Finding(
                "W415", place, "a generated column whose expression cannot be said there: it is a plain column, and NULL", BY_HAND
            )
            if told is None:
                return _Clause(f"{name} {kind}", lost=(*lost, left))
            generated = f"{name} {kind} GENERATED ALWAYS AS ({told}) STORED{'' if nullable else ' NOT NULL'}"
            return _Clause(generated, doubtful=True, plain=f"{name} {kind}", why=left, lost=lost)
        if column.identity and self.dialect == "postgresql":
            return _Clause(f"{plain} GENERATED {'ALWAYS' if column.identity == 'always' else 'BY DEFAULT'} AS IDENTITY", lost=lost)
        if column.identity or column.default is None or column.default.strip().upper() == "NULL":
            return _Clause(plain, lost=lost)
        default = self.default(column, table)
        left = Finding("W403", place, "its default cannot be said there and is left out", BY_HAND)
        if default is None:
            return _Clause(plain, lost=(*lost, left))
        return _Clause(f"{plain} DEFAULT {default}", doubtful=True, plain=plain, why=left, lost=lost)

    def default(self, column: Column, table: Table) -> str | None:
        assert column.default is not None
        word = _PLAIN_DEFAULT.fullmatch(column.default.strip())
        if word and self.dialect == "sqlite" and not isinstance(bare(column.type), Binary):
            return word[1] or word[2].upper()  # the cast behind a literal says its type, which the column does
        told = self.said(column.default, table)
        if told is None:
            return None
        if self.dialect == "postgresql":
            if not self.here and isinstance(bare(column.type), Boolean):
                return {"0": "false", "1": "true"}.get(told, told)
            if not self.here and told[:1] == '"':  # SQLite takes a word in double quotes for a text where no column can be meant
                return _literal(told.strip('"'))
            return told if self.here or _suits(told, bare(column.type)) else None
        if "nextval" in told.lower() or "gen_random_uuid" in told.lower():
            return None
        return told if re.fullmatch(r"'(?:[^']|'')*'|-?[\d.]+|NULL|TRUE|FALSE|CURRENT_(TIMESTAMP|DATE|TIME)", told, re.I) else f"({told})"

    def enumerations(self, table: Table) -> Iterator[_Clause]:
        """Enum labels and the checks of domains, which SQLite has no types for."""
        for column in table.columns:
            name = quoted(self.column_name(table.name, column.name))
            kind: LogicalType = column.type
            while isinstance(kind, Domain):
                for check in kind.checks:
                    told = translated(check, self.schema.engine, self.dialect, None, partial(self._value, table.name, column.name))
                    left = Finding("W404", f"{table.name}.{column.name}", f"a CHECK of domain {kind.name} cannot be said there", BY_HAND)
                    yield _Clause("", lost=(left,)) if told is None else _Clause(f"CHECK ({told})", doubtful=True, why=left)
                kind = kind.of
            if isinstance(kind, Enum):
                yield _Clause(f"CHECK ({name} IN ({', '.join(_literal(label) for label in kind.labels)}))")

    def _value(self, table: TableName, column: str, name: str) -> str:
        """In a domain's check VALUE stands for the column."""
        return self.column_name(table, column)

    def check(self, table: Table, check: Check) -> _Clause:
        left = Finding("W404", f"{table.name}.{check.name}", "this CHECK cannot be said there and is left out", BY_HAND)
        told = self.said(check.expression, table)
        if told is None:
            return _Clause("", lost=(left,))
        return _Clause(f"CONSTRAINT {quoted(check.name)} CHECK ({told})", doubtful=True, why=left)

    def reference(self, key: ForeignKey) -> str:
        parts = [
            f"CONSTRAINT {quoted(key.name)} FOREIGN KEY ({self.listed(key.table, key.columns)})",
            f"REFERENCES {self.name(key.parent)} ({self.listed(key.parent, key.referred)})",
        ]
        if key.match_full and self.dialect == "postgresql":
            parts.append("MATCH FULL")
        parts += [
            f"ON {event} {action}" for event, action in (("DELETE", key.on_delete), ("UPDATE", key.on_update)) if action != "NO ACTION"
        ]
        if key.deferrable:
            parts.append(f"DEFERRABLE{' INITIALLY DEFERRED' if key.initially_deferred else ''}")
        return " ".join(parts)

    # -- after the rows ----------------------------------------------------------------------------------------------

    def free(self, name: str, table: TableName) -> str:
        wanted, number = name, 2
        if self.here:
            return name
        if self.dialect == "postgresql":
            wanted = name = name.encode()[:54].decode(errors="ignore")  # 63 bytes, and some for a number
        while wanted.lower() in self.taken:
            wanted, number = (f"{flat(table)}_{name}" if number == 2 else f"{flat(table)}_{name}_{number}"), number + 1
        self.taken.add(wanted.lower())
        return wanted

    def uniques(self, table: Table) -> Iterator[str]:
        for unique in table.uniques:
            plain = unique.constraint and unique.nulls_distinct and not unique.expressions and unique.where is None
            if plain and self.dialect == "sqlite":
                continue
            if (plain or (unique.constraint and self.here)) and self.dialect == "postgresql":
                name = quoted(self.free(unique.name, table.name))
                nulls = "" if unique.nulls_distinct else " NULLS NOT DISTINCT"
                late = " DEFERRABLE" if unique.deferrable else ""
                listed = self.listed(table.name, unique.columns)
                yield f"ALTER TABLE {self.name(table.name)} ADD CONSTRAINT {name} UNIQUE{nulls} ({listed}){late}"
                continue
            yield from self.unique_index(table, unique)

    def unique_index(self, table: Table, unique: Unique) -> Iterator[str]:
        elements = [quoted(self.column_name(table.name, column)) for column in unique.columns]
        nulls = ""
        if not unique.nulls_distinct:
            if self.dialect == "sqlite":  # a NULL becomes a value that no column holds otherwise
                elements = [element if not table.column(name).nullable else f"ifnull({element}, x'00')"
                            for element, name in zip(elements, unique.columns, strict=True)]  # fmt: skip
            else:
                nulls = " NULLS NOT DISTINCT"
        said = [self.said(expression, table) for expression in unique.expressions]
        where = self.said(unique.where, table) if unique.where is not None else ""
        if None in said or where is None:
            self.lost("W405", f"{table.name}.{unique.name}", "this uniqueness cannot be said there and is left out")
            return
        elements += [f"({expression})" for expression in said]
        name = quoted(self.free(unique.name, table.name))
        condition = f" WHERE {where}" if where else ""
        yield f"CREATE UNIQUE INDEX {name} ON {self.name(table.name)} ({', '.join(elements)}){nulls}{condition}"

    def indexes(self, table: Table) -> Iterator[str]:
        for index in table.indexes:
            if self.here and index.definition:
                yield index.definition
            elif index.columns and _simple(index):
                name = quoted(self.free(index.name, table.name))
                yield f"CREATE INDEX {name} ON {self.name(table.name)} ({self.listed(table.name, index.columns)})"
            else:
                self.findings.append(
                    Finding("N406", f"{table.name}.{index.name}", "an index of another kind is left out: only speed is lost", "")
                )

    def foreign_keys(self, table: Table) -> Iterator[str]:
        for key in table.foreign_keys:
            if key.virtual:
                continue
            why = "" if self.here else self.unfit(key)
            if why:
                self.lost("W417", key, f"a foreign key that PostgreSQL does not take: {why}")
            else:
                yield f"ALTER TABLE {self.name(key.table)} ADD {self.reference(key)}"

    def unfit(self, key: ForeignKey) -> str:
        """Why a foreign key of SQLite, which asks for little, cannot be one of PostgreSQL."""
        child, parent = self.schema.table(key.table), self.schema.table(key.parent)
        for own, other in zip(key.columns, key.referred, strict=True):
            kinds = type(bare(child.column(own).type)), type(bare(parent.column(other).type))
            if kinds[0] is not kinds[1] and not set(kinds) <= {Integer, Float, Decimal}:
                return f"{own} and {key.parent}.{other} are of different types"
        keys = [unique for unique in parent.keys if unique.where is None and not unique.expressions]
        if not any(sorted(unique.columns) == sorted(key.referred) for unique in keys):
            return f"nothing makes ({', '.join(key.referred)}) of {key.parent} unique"
        return ""

    def comments(self) -> Iterator[str]:
        for table in self.schema.tables:
            if table.comment:
                yield f"COMMENT ON TABLE {self.name(table.name)} IS {_literal(table.comment)}"
            for column in table.columns:
                if column.comment:
                    yield f"COMMENT ON COLUMN {self.name(table.name)}.{quoted(column.name)} IS {_literal(column.comment)}"

    def views(self) -> Iterator[str]:
        for view in self.schema.views:
            if self.here:
                kind = "MATERIALIZED VIEW" if view.materialised else "VIEW"
                yield f"CREATE {kind} {self.name(view.name)} AS {view.definition.rstrip().rstrip(';')}"
            else:
                self.lost("W408", view.name, "a view is not carried to another engine")

    def left_behind(self, table: Table) -> None:
        """What is told once, after the rows, and has no statement."""
        place = str(table.name)
        for trigger in table.triggers:
            self.lost("W407", f"{place}.{trigger.name}", "a trigger is not carried by this way: its function speaks the source's language")
        if table.row_security is not None:
            policies = f" ({', '.join(table.row_security)})" if table.row_security else ""
            self.lost("W419", place, f"row-level security{policies} is not carried by this way: who may read the table sees all rows")
        for exclude in table.excludes:
            if not (self.here and self.dialect == "postgresql"):
                self.lost("W409", f"{place}.{exclude.name}", "EXCLUDE is unknown there: rows may overlap")
        if table.kind == "foreign":
            self.lost("W416", place, "a foreign table is not carried")
        if not (self.here and self.dialect == "postgresql"):
            if table.partitions:
                self.findings.append(Finding("N418", place, "one plain table there, not partitioned", ""))
            if table.inherits:
                self.lost("W416", place, "does not inherit there: a query of its parent no longer shows its rows")
            if self.dialect == "sqlite" and (table.comment or any(column.comment for column in table.columns)):
                self.findings.append(Finding("N418", place, "comments have no place in SQLite", ""))


_PLAIN_DEFAULT = re.compile(r"""('(?:[^']|'')*')::[\w\s".()\[\]]+|(true|false)""")


@dataclass(frozen=True)
class _Clause:
    """One line of a CREATE TABLE; a doubtful one may be refused, and is then replaced by `plain` with the finding `why`."""

    sql: str
    doubtful: bool = False
    plain: str = ""
    why: Finding | None = None
    lost: tuple[Finding, ...] = ()

    def without(self) -> _Clause:
        if not self.doubtful:
            return self
        return _Clause(self.plain, lost=(*self.lost, *((self.why,) if self.why else ())))


def _named(kind: LogicalType) -> Iterator[Enum | Domain | Composite]:
    match kind:
        case Enum():
            yield kind
        case Domain(of=inner):
            yield from _named(inner)
            yield kind
        case Composite(fields=fields):
            for _, inner in fields:
                yield from _named(inner)
            yield kind
        case Array(element=inner) | Range(element=inner):
            yield from _named(inner)


def _simple(index: Index) -> bool:
    """An index of plain columns that any engine has: nothing that counts is in its definition but columns."""
    text = index.definition.lower()
    return not re.search(r"using (?!btree)", text) and " where " not in text and "((" not in text and "(lower(" not in text


def _spelling(table: Table, name: str) -> str:
    return next((column.name for column in table.columns if column.name == name), None) or next(
        (column.name for column in table.columns if column.name.lower() == name.lower()), name
    )


def _suits(default: str, kind: LogicalType) -> bool:
    """Whether PostgreSQL takes a default for a column of this type: SQLite takes any constant for any."""
    text = default.strip().strip("()")
    now = text.upper() in ("CURRENT_TIMESTAMP", "CURRENT_DATE", "CURRENT_TIME")
    match kind:
        case Integer():
            return re.fullmatch(r"'?[+-]?\d+'?", text) is not None
        case Float() | Decimal():
            return re.fullmatch(r"'?[+-]?[\d.]+([eE][+-]?\d+)?'?", text) is not None
        case Boolean():
            return text.lower() in ("true", "false", "'0'", "'1'")
        case Date() | Timestamp():
            return now or re.fullmatch(r"'\d{4}-\d\d-\d\d( \d\d:\d\d(:\d\d(\.\d+)?)?)?'", text) is not None
        case Json():
            return re.fullmatch(r"'[\[{].*[\]}]'", text, re.S) is not None
        case Text():
            return True
    return False


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
