"""The catalogue's rows made into a `Schema`.

Partitions are folded into the table that they are parts of, keys and constraints that only partitions have included. A table that others
inherit from is read with ONLY, so that each row belongs to one table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from connectors.postgresql import triggers
from connectors.postgresql.catalog import Catalog
from connectors.postgresql.connect import ENGINE
from connectors.postgresql.types import Types, takes_null
from mimic.report import Finding
from mimic.schema import (
    Check,
    Column,
    Exclude,
    ForeignKey,
    Index,
    Partition,
    Schema,
    Sequence,
    Table,
    TableName,
    Trigger,
    Unique,
    View,
)

MOST_CHECKS = 50  # of those that only some partitions have: each is a rule for all rows
_ACTIONS = {"a": "NO ACTION", "r": "RESTRICT", "c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT"}


@dataclass(frozen=True, slots=True)
class Stored:
    """What reading a table's rows needs and a `Table` does not tell."""

    bytes: int
    type_schema: dict[str, str]  # column -> schema of the base type below any domains, where its operators live
    calling_out: tuple[tuple[int, str], ...]  # oid and name of its triggers that call out of the database
    parts: Mapping[TableName, int] = field(default_factory=dict)  # oids of its partitions, of every level


def schema(catalog: Catalog) -> tuple[Schema, dict[TableName, Stored]]:
    return _Reader(catalog).schema()


class _Reader:
    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.types = Types(catalog.types, catalog.attributes)
        self.by_oid = {row.oid: row for row in catalog.relations}
        self.root = {row.oid: self._root(row.oid) for row in catalog.relations if row.kind in ("r", "p", "f")}
        self.members: dict[int, list[int]] = {}  # root -> its partitions of every level
        for oid, root in self.root.items():
            if oid != root:
                self.members.setdefault(root, []).append(oid)
        foreign = [row.name for row in catalog.relations if row.kind == "f"]
        self.calling_out = triggers.functions_leading_out(catalog.functions, foreign)
        self.remarks: list[Finding] = []

    def schema(self) -> tuple[Schema, dict[TableName, Stored]]:
        self._unreadable()
        roots = [row for row in self.catalog.relations if row.kind in ("r", "p", "f") and self.root[row.oid] == row.oid]
        tables = tuple(self._table(row) for row in roots)
        stored = {table.name: self._stored(row, table) for row, table in zip(roots, tables, strict=True)}
        found = Schema(
            engine=ENGINE,
            tables=tables,
            sequences=tuple(self._sequences()),
            views=tuple(View(_name(row), row.definition.strip(), row.kind == "m") for row in self.catalog.relations if row.kind in "vm"),
            version=self.catalog.version_text,
            remarks=tuple(self.remarks),
        )
        return found, stored

    def _root(self, oid: int) -> int:
        """The partitioned table that a partition, however deep, is a part of; every other table is its own root."""
        while oid in self.by_oid and self.by_oid[oid].is_partition and self.catalog.parents.get(oid):
            oid = self.catalog.parents[oid][0]
        return oid

    # -- findings ------------------------------------------------------------------------------------------------------------

    def _unreadable(self) -> None:
        """Before anything else: what this user may not read, or would read only in part."""
        for row in self.catalog.relations:
            if row.kind not in ("r", "p") or row.is_partition:
                continue
            place = f"{row.schema}.{row.name}"
            if not row.readable:
                todo = "GRANT SELECT on it (and USAGE on its schema) to this user, or leave the table out (--exclude-table)."
                self.remarks.append(Finding("B101", place, "this user may not read the table", todo))
            elif row.filtered:
                todo = "Use its owner or a role with BYPASSRLS, or leave the table out (--exclude-table)."
                self.remarks.append(Finding("B102", place, "row-level security would hide rows of the table from this user", todo))

    def _foreign(self, row: Any, parts: list[int]) -> None:
        place = f"{row.schema}.{row.name}"
        if row.kind == "f":
            self.remarks.append(Finding("W212", place, "foreign table: it is not carried, and its rows live elsewhere"))
        for part in parts:
            if self.by_oid[part].kind == "f":
                sentence = f"its partition {self.by_oid[part].name} is a foreign table: those rows are read from elsewhere"
                self.remarks.append(Finding("W212", place, sentence))

    # -- tables --------------------------------------------------------------------------------------------------------------

    def _table(self, row: Any) -> Table:
        catalog = self.catalog
        parts = self.members.get(row.oid, [])
        columns = tuple(self._column(c) for c in catalog.columns.get(row.oid, ()))
        self._foreign(row, parts)
        primary, uniques, checks, excludes, keys = self._constraints(row.oid, parts)
        unique_indexes, indexes = self._indexes(row.oid, parts)
        names = {column.name for column in columns}
        uniques = _distinct((*uniques, *unique_indexes))
        return Table(
            name=_name(row),
            columns=columns,
            primary_key=primary,
            uniques=uniques,
            checks=checks,
            excludes=excludes,
            foreign_keys=keys,
            indexes=indexes,
            triggers=tuple(self._triggers(row.oid, parts, names)),
            kind="foreign" if row.kind == "f" else "partitioned" if row.kind == "p" else "table",
            partition_by=row.partition_by,
            partitions=tuple(
                Partition(_name(self.by_oid[p]), self._bound(p), self.by_oid[p].holds) for p in parts if self.by_oid[p].kind != "p"
            ),
            inherits=tuple(_name(self.by_oid[p]) for p in catalog.parents.get(row.oid, ()) if p in self.by_oid),
            unlogged=row.unlogged,
            comment=row.comment,
            row_security=None if row.policies is None else tuple(row.policies),
        )

    def _column(self, row: Any) -> Column:
        kind = self.types.logical(row.type, row.typmod)
        return Column(
            name=row.name,
            type=kind,
            nullable=not row.not_null and takes_null(kind),
            declared=row.declared,
            default=row.default if not row.generated else None,
            identity={"a": "always", "d": "default"}.get(row.identity),  # type: ignore[arg-type]
            generated=row.default if row.generated else None,
            comment=row.comment,
        )

    def _stored(self, row: Any, table: Table) -> Stored:
        parts = self.members.get(row.oid, [])
        size = row.bytes + sum(self.by_oid[part].bytes for part in parts)
        schemas = {c.name: self.types.home(c.type) for c in self.catalog.columns.get(row.oid, ())}
        out = {trigger.name for trigger in table.triggers if trigger.calls_out}
        found = (t for group in (row.oid, *parts) for t in self.catalog.triggers.get(group, ()))
        calling = tuple((t.oid, t.name) for t in found if t.name in out)
        return Stored(bytes=size, type_schema=schemas, calling_out=calling, parts={_name(self.by_oid[part]): part for part in parts})

    def _bound(self, oid: int) -> str:
        """The bound as SQL; of a partition's partition, the path from the root."""
        path = []
        while self.by_oid[oid].is_partition:
            row = self.by_oid[oid]
            path.append(row.bound + (f" PARTITION BY {row.partition_by}" if row.partition_by else ""))
            oid = self.catalog.parents[oid][0]
        return " ".join(reversed(path))

    # -- constraints ---------------------------------------------------------------------------------------------------------

    def _constraints(
        self, oid: int, parts: list[int]
    ) -> tuple[Unique | None, tuple[Unique, ...], tuple[Check, ...], tuple[Exclude, ...], tuple[ForeignKey, ...]]:
        catalog = self.catalog
        distinct = {index.oid: index.nulls_distinct for group in (oid, *parts) for index in catalog.indexes.get(group, ())}
        primary: Unique | None = None
        uniques: list[Unique] = []
        checks: list[Check] = []
        excludes: list[Exclude] = []
        keys: list[ForeignKey] = []
        for row in self._folded(oid, parts):
            columns = tuple(row.columns)
            match row.kind:
                case "p" | "u":
                    # WITHOUT OVERLAPS is more than uniqueness: it is kept as an exclusion as well.
                    if row.period:
                        excludes.append(Exclude(row.name, row.definition, columns))
                    made = Unique(
                        row.name,
                        columns,
                        nulls_distinct=distinct.get(row.index, True),
                        primary=row.kind == "p" and row.relation == oid,
                        deferrable=row.deferrable,
                    )
                    if made.primary:
                        primary = made
                    else:
                        uniques.append(made)
                case "c":
                    checks.append(Check(row.name, row.expression, columns))
                case "x":
                    excludes.append(Exclude(row.name, row.definition, columns))
                case "f":
                    if key := self._foreign_key(oid, row):
                        keys.append(replace(key, on=self._on(oid, row, parts)))
        checks += islice(self._of_some_parts(oid, parts), MOST_CHECKS)
        return primary, tuple(uniques), tuple(checks), tuple(excludes), tuple(keys)

    def _folded(self, oid: int, parts: list[int]) -> Iterator[Any]:
        """The table's own constraints, then those that only partitions have, once each.

        A CHECK of a partition repeats its bound as often as not: it holds for the whole table only where every partition has it.
        """
        own = self.catalog.constraints.get(oid, [])
        yield from own
        leaves = [part for part in parts if self.by_oid[part].kind != "p"]
        seen = {_meaning(row, self.root) for row in own}
        counts: dict[Any, int] = {}
        for part in parts:
            for row in self.catalog.constraints.get(part, ()):
                meaning = _meaning(row, self.root)
                counts[meaning] = counts.get(meaning, 0) + 1
                if meaning in seen or (row.kind == "c" and counts[meaning] < len(leaves)):
                    continue
                seen.add(meaning)
                yield row

    def _of_some_parts(self, oid: int, parts: list[int]) -> Iterator[Check]:
        """CHECKs that only some partitions have: they hold for the rows of these. Those that repeat a bound say nothing.

        What a hash partition holds is told by the table's own number, which no other database knows.
        """
        folded = {_meaning(row, self.root) for row in self._folded(oid, parts)}
        for part in parts:
            holds = self.by_oid[part].holds
            if not holds or "satisfies_hash_partition(" in holds:
                continue
            for row in self.catalog.constraints.get(part, ()):
                if row.kind == "c" and _meaning(row, self.root) not in folded and row.expression[1:-1] not in holds:
                    yield Check(f"{self.by_oid[part].name}_{row.name}", f"({holds}) IS NOT TRUE OR {row.expression}")

    def _on(self, oid: int, row: Any, parts: list[int]) -> tuple[TableName, ...]:
        """The leaf partitions for which a key holds that the table itself does not declare; none named where it holds for all."""
        if row.relation == oid:
            return ()
        meaning = _meaning(row, self.root)
        declaring = {part for part in parts for other in self.catalog.constraints.get(part, ()) if _meaning(other, self.root) == meaning}
        leaves = [part for part in parts if self.by_oid[part].kind != "p"]
        found = [leaf for leaf in leaves if declaring & set(self._upwards(leaf))]
        return () if len(found) == len(leaves) else tuple(_name(self.by_oid[leaf]) for leaf in found)

    def _upwards(self, oid: int) -> Iterator[int]:
        """A partition, what it is a part of, and so on."""
        yield oid
        while self.by_oid[oid].is_partition and self.catalog.parents.get(oid):
            oid = self.catalog.parents[oid][0]
            yield oid

    def _foreign_key(self, oid: int, row: Any) -> ForeignKey | None:
        table, parent = _name(self.by_oid[oid]), self.by_oid.get(self.root.get(row.parent, row.parent))
        place = f"{table.schema}.{table.name}"
        if parent is None or row.period:
            what = "it spans periods" if row.period else "it references a table outside the schemas that are read"
            self.remarks.append(Finding("W213", place, f"the foreign key {row.name} is not followed: {what}"))
            return None
        if parent.oid != row.parent:
            sentence = f"the foreign key {row.name} references one partition of {parent.name}; it is read as referencing the whole table"
            self.remarks.append(Finding("W213", place, sentence))
        return ForeignKey(
            name=row.name,
            table=table,
            columns=tuple(row.columns),
            parent=_name(parent),
            referred=tuple(row.referred),
            match_full=row.match == "f",
            deferrable=row.deferrable,
            initially_deferred=row.deferred,
            on_delete=_ACTIONS.get(row.on_delete, "NO ACTION"),
            on_update=_ACTIONS.get(row.on_update, "NO ACTION"),
        )

    def _indexes(self, oid: int, parts: list[int]) -> tuple[list[Unique], tuple[Index, ...]]:
        """Unique indexes that are no constraint's, and all that are not unique."""
        of_constraints = {row.index for group in (oid, *parts) for row in self.catalog.constraints.get(group, ()) if row.kind in "pux"}
        uniques, indexes = [], []
        for group in (oid, *parts):
            for row in self.catalog.indexes.get(group, ()):
                if row.is_unique and row.oid not in of_constraints and not row.is_primary:
                    columns, expressions = tuple(row.columns), tuple(row.expressions)
                    uniques.append(Unique(row.name, columns, expressions, row.where, nulls_distinct=row.nulls_distinct, constraint=False))
                elif not row.is_unique and group == oid:
                    indexes.append(Index(row.name, row.definition, tuple(row.columns)))
        return uniques, tuple(indexes)

    def _triggers(self, oid: int, parts: list[int], columns: set[str]) -> Iterator[Trigger]:
        seen = set()
        for group in (oid, *parts):
            for row in self.catalog.triggers.get(group, ()):
                if row.name not in seen:
                    seen.add(row.name)
                    yield triggers.trigger(row, columns, self.calling_out)

    def _sequences(self) -> Iterator[Sequence]:
        for row in self.catalog.sequences:
            owner = self.by_oid.get(self.root.get(row.owner, row.owner)) if row.owner else None
            yield Sequence(
                name=TableName(row.schema, row.name),
                table=_name(owner) if owner else None,
                column=row.column if owner else None,
                start=row.start,
                increment=row.increment,
            )


def _name(row: Any) -> TableName:
    return TableName(row.schema, row.name)


def _meaning(row: Any, root: dict[int, int]) -> tuple[Any, ...]:
    """Equal for constraints that say the same, whatever they are called and whichever partition they stand on."""
    kind = "u" if row.kind == "p" else row.kind
    return (kind, tuple(row.columns), root.get(row.parent, row.parent), tuple(row.referred), row.expression, row.definition)


def _distinct(uniques: tuple[Unique, ...]) -> tuple[Unique, ...]:
    """Each rule once: partitions repeat their indexes under other names."""
    seen = set()
    kept = []
    for unique in uniques:
        rule = (unique.columns, unique.expressions, unique.where, unique.nulls_distinct)
        if unique.constraint or rule not in seen:
            kept.append(unique)
        seen.add(rule)
    return tuple(kept)
