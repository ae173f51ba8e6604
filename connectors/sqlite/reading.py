"""The structure of a SQLite file as a `Schema`: a handful of queries over the pragmas, whatever the number of tables."""

from __future__ import annotations

import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, cast

from connectors.sqlite import parsing
from connectors.sqlite.content import Declared, Held, measure
from connectors.sqlite.forms import declared_with
from connectors.sqlite.parsing import TableText
from mimic.report import Finding
from mimic.schema import Check, Column, ForeignKey, Index, Schema, Table, TableName, Trigger, Unique, View

USER_TABLES = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'"
UNKNOWN = "\0"  # while reading: neither a declared type nor a value tells what the column is


@dataclass(frozen=True, slots=True)
class Catalog:
    """Rows of the pragmas, each under its table (or index)."""

    kinds: dict[str, tuple[str, bool, bool]]  # table -> table, view, virtual, shadow; WITHOUT ROWID; STRICT
    sql: dict[str, str]  # table, view, index or trigger -> its statement
    triggers: list[tuple[str, str]]  # name, table
    columns: dict[str, list[tuple[Any, ...]]] = field(default_factory=lambda: defaultdict(list))
    keys: dict[str, list[tuple[Any, ...]]] = field(default_factory=lambda: defaultdict(list))
    indexes: dict[str, list[tuple[Any, ...]]] = field(default_factory=lambda: defaultdict(list))
    elements: dict[str, list[tuple[Any, ...]]] = field(default_factory=lambda: defaultdict(list))

    @property
    def tables(self) -> list[str]:
        return [name for name, (kind, _, _) in self.kinds.items() if kind == "table"]


def read_catalog(connection: sqlite3.Connection) -> Catalog:
    listed = connection.execute("SELECT name, type, wr, strict FROM pragma_table_list WHERE schema = 'main' ORDER BY name").fetchall()
    kinds = {name: (kind, bool(wr), bool(strict)) for name, kind, wr, strict in listed if not name.startswith("sqlite_")}
    objects = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY rowid").fetchall()
    catalog = Catalog(
        kinds,
        {name: sql for kind, name, _, sql in objects if sql},
        [(name, table) for kind, name, table, _ in objects if kind == "trigger"],
    )
    tables = "FROM sqlite_master AS s, pragma_{}(s.name) AS p WHERE s.type = 'table'"
    for name, *row in connection.execute(
        f'SELECT s.name, p.name, p.type, p."notnull", p.dflt_value, p.pk, p.hidden {tables.format("table_xinfo")} ORDER BY s.rowid, p.cid'
    ):
        catalog.columns[name].append(tuple(row))
    for name, *row in connection.execute(
        f'SELECT s.name, p.id, p."table", p."from", p."to", p.on_update, p.on_delete {tables.format("foreign_key_list")}'
        " ORDER BY s.rowid, p.id DESC, p.seq"
    ):
        catalog.keys[name].append(tuple(row))
    for name, *row in connection.execute(
        f'SELECT s.name, p.name, p."unique", p.origin, p.partial {tables.format("index_list")} ORDER BY s.rowid, p.seq DESC'
    ):
        catalog.indexes[name].append(tuple(row))
    for name, *row in connection.execute(
        "SELECT s.name, p.cid, p.name, p.coll FROM sqlite_master AS s, pragma_index_xinfo(s.name) AS p"
        " WHERE s.type = 'index' AND p.key ORDER BY s.name, p.seqno"
    ):
        catalog.elements[name].append(tuple(row))
    return catalog


def read_schema(connection: sqlite3.Connection) -> Schema:
    """Everything, the types proved over the rows."""
    catalog = read_catalog(connection)
    findings: list[Finding] = []
    tables = []
    for name in sorted(catalog.tables):
        table, remarks = _table(connection, catalog, name)
        tables.append(table)
        findings += remarks
    findings += _left_alone(catalog)
    tables = _as_their_parents(tables)
    views = tuple(
        View(_name(name), parsing.view_query(catalog.sql[name])) for name, (kind, _, _) in sorted(catalog.kinds.items()) if kind == "view"
    )
    return Schema("sqlite", tuple(tables), views=views, version=sqlite3.sqlite_version, remarks=tuple(findings))


def _as_their_parents(tables: list[Table]) -> list[Table]:
    """An empty key column without a type is what its parent's key is."""
    types = {(table.name, column.name): column.type for table in tables for column in table.columns}
    told = []
    for table in tables:
        parents = {
            column: types[key.parent, referred]
            for key in table.foreign_keys
            for column, referred in zip(key.columns, key.referred, strict=True)
        }
        columns = tuple(
            replace(column, type=parents[column.name], declared="") if column.declared == UNKNOWN and column.name in parents
            else replace(column, declared="") if column.declared == UNKNOWN else column
            for column in table.columns
        )  # fmt: skip
        told.append(replace(table, columns=columns))
    return told


def _left_alone(catalog: Catalog) -> Iterator[Finding]:
    for name, (kind, _, _) in sorted(catalog.kinds.items()):
        if kind == "virtual":
            yield Finding(
                "W411", name, "a virtual table: its module keeps the rows; they are neither learned nor copied",
                "The copy gets it empty; a full-text index over another table is rebuilt there.",
            )  # fmt: skip


def _name(name: str) -> TableName:
    return TableName("", name)


def _table(connection: sqlite3.Connection, catalog: Catalog, name: str) -> tuple[Table, list[Finding]]:
    _, without_rowid, strict = catalog.kinds[name]
    text = parsing.read_table(catalog.sql.get(name, ""))
    collations = {column.lower(): collation for column, collation in text.collations.items()}
    rows = [row for row in catalog.columns[name] if row[5] != 1]  # hidden columns are a virtual table's
    key = [row[0] for row in sorted((row for row in rows if row[4]), key=lambda row: row[4])]
    own_index = any(origin == "pk" for _, _, origin, _ in catalog.indexes[name])
    alias = key[0] if len(key) == 1 and not own_index and not without_rowid else None
    declared = [
        Declared(
            column, _declared(kind), collations.get(column.lower(), ""),
            proved=column == alias or (strict and kind.upper() in ("INTEGER", "REAL", "TEXT", "BLOB") and bool(not_null)),
        )
        for column, kind, not_null, *_ in rows
    ]  # fmt: skip
    held, findings = measure(connection, name, declared)
    generated = {column.lower(): expression for column, expression in text.generated.items()}
    columns = tuple(_column(row, held[row[0]], generated.get(row[0].lower()), in_key=row[0] in key, alias=row[0] == alias) for row in rows)
    for column in key:
        if held[column].nulls:
            findings.append(
                Finding(
                    "W412",
                    f"{name}.{column}",
                    "part of the primary key, and yet NULL in some rows",
                    "SQLite allows that; PostgreSQL does not.",
                )
            )
    names = [column.name for column in columns]
    uniques, indexes = _indexes(catalog, name, text, names)
    primary = Unique(text.primary_key or f"{name}_pkey", tuple(key), primary=True) if key else None
    keys, dangling = _foreign_keys(catalog, name, text)
    table = Table(
        _name(name), columns, primary, tuple(uniques),
        checks=tuple(
            Check(label or f"{name}_check{number}", expression, parsing.mentioned(expression, names))
            for number, (label, expression) in enumerate(text.checks, 1)
        ),
        foreign_keys=tuple(keys), indexes=tuple(indexes), triggers=tuple(_triggers(catalog, name, names)),
    )  # fmt: skip
    return table, findings + dangling


def _declared(kind: str) -> str:
    """Older versions of SQLite count GENERATED ALWAYS among the words of the type."""
    upper = kind.upper().strip()
    return kind[: len(kind) - len("GENERATED ALWAYS")].strip() if upper.endswith("GENERATED ALWAYS") else kind.strip()


def _column(row: tuple[Any, ...], held: Held, expression: str | None, *, in_key: bool, alias: bool) -> Column:
    name, kind, not_null, default, _, hidden = row
    return Column(
        name,
        held.type,
        nullable=held.nulls if in_key else not not_null,
        declared=UNKNOWN if held.empty and not _declared(kind) else declared_with(_declared(kind), held.form),
        default=default,
        identity="default" if alias else None,
        generated=(expression or "") if hidden in (2, 3) else None,
    )


def _indexes(catalog: Catalog, table: str, text: TableText, columns: Sequence[str]) -> tuple[list[Unique], list[Index]]:
    uniques, indexes = [], []
    collations = {column.lower(): collation for column, collation in text.collations.items()}
    for name, unique, origin, partial in catalog.indexes[table]:
        if origin == "pk":
            continue
        elements = catalog.elements[name]
        spelled, where = parsing.read_index(catalog.sql[name]) if name in catalog.sql else ([], None)
        plain, expressions, distinct = [], [], True
        for at, (_, column, collation) in enumerate(elements):
            if column is None and at < len(spelled) and unique and (told := _NULL_AS_VALUE.fullmatch(spelled[at].strip())):
                plain.append(told[1].replace('""', '"'))
                distinct = False
            elif column is None:
                expressions.append(spelled[at] if at < len(spelled) else "")
            elif collation == "NOCASE" and collations.get(column.lower()) != "NOCASE":
                expressions.append(f"lower({_sql_name(column)})")
            else:
                plain.append(column)
        if not unique:
            used = tuple(plain) + tuple(column for part in expressions for column in parsing.mentioned(part, columns))
            indexes.append(Index(name, catalog.sql.get(name, ""), used))
            continue
        label = next((key.name for key in text.uniques if _same(key.columns, plain)), "") if origin == "u" else name
        uniques.append(
            Unique(
                label or f"{table}_{'_'.join(plain)}_key",
                tuple(plain),
                tuple(expressions),
                where=where if partial else None,
                nulls_distinct=distinct,
                constraint=origin == "u",
            )
        )
    return uniques, indexes


_NULL_AS_VALUE = re.compile(r"""ifnull\(\s*"((?:[^"]|"")+)"\s*,\s*x'00'\s*\)""", re.I)  # how NULLS NOT DISTINCT is said there


def _sql_name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _same(one: Iterable[str], other: Iterable[str]) -> bool:
    return [name.lower() for name in one] == [name.lower() for name in other]


def _foreign_keys(catalog: Catalog, table: str, text: TableText) -> tuple[list[ForeignKey], list[Finding]]:
    tables = {name.lower(): name for name in catalog.tables}
    grouped: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for row in catalog.keys[table]:
        grouped[row[0]].append(row)
    keys, findings = [], []
    for at, rows in enumerate(grouped.values()):  # in the order written: SQLite numbers them backwards
        columns = tuple(_spelling(catalog, table, row[2]) for row in rows)
        parent = tables.get(rows[0][1].lower())
        written = text.foreign_keys[at] if at < len(text.foreign_keys) and _same(text.foreign_keys[at].columns, columns) else None
        if parent is None:
            findings.append(_dangling(table, columns, f"refers to a table {rows[0][1]!r} that is not there"))
            continue
        parent_key = sorted((row for row in catalog.columns[parent] if row[4]), key=lambda row: cast(int, row[4]))
        referred = tuple(_spelling(catalog, parent, row[3]) for row in rows if row[3]) or tuple(row[0] for row in parent_key)
        known = {row[0] for row in catalog.columns[parent]}
        if len(referred) != len(columns) or not known.issuperset(referred):
            findings.append(_dangling(table, columns, f"refers to columns of {parent} that are not there"))
            continue
        _, _, _, _, on_update, on_delete = rows[0]
        keys.append(
            ForeignKey(
                (written.name if written else "") or f"{table}_{'_'.join(columns)}_fkey",
                _name(table), columns, _name(parent), referred,
                deferrable=bool(written and written.deferrable), initially_deferred=bool(written and written.initially_deferred),
                on_delete=on_delete, on_update=on_update,
            )
        )  # fmt: skip
    return keys, findings


def _spelling(catalog: Catalog, table: str, column: str) -> str:
    """The column as its own table spells it: references may differ in case."""
    return next((row[0] for row in catalog.columns[table] if row[0].lower() == column.lower()), column)


def _dangling(table: str, columns: Sequence[str], why: str) -> Finding:
    return Finding(
        "W413",
        f"{table}.{','.join(columns)}",
        f"a foreign key that {why}",
        "It is left out of the plan; SQLite itself ignores it until a row is written.",
    )


def _triggers(catalog: Catalog, table: str, columns: Sequence[str]) -> Iterator[Trigger]:
    for name, on in catalog.triggers:
        if on.lower() != table.lower():
            continue
        sql = catalog.sql.get(name, "")
        text = parsing.read_trigger(sql)
        own = {column.lower() for target, column in text.sets if target.lower() == table.lower()} if text.event == "insert" else set()
        timing = cast(Literal["before", "after", "instead"], text.timing)
        yield Trigger(name, timing, (text.event,), True, "", sql, tuple(column for column in columns if column.lower() in own))
