"""A part of a schema: the tables that `--schema`, `--table` and `--exclude-table` leave.

A foreign key to a table that is left out cannot hold. Its constraint is dropped and its columns become ordinary ones, filled
like any number or text, whether or not they may be NULL: the shape of the table stays, and the finding says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fnmatch import fnmatchcase

from mimic.config import ColumnConfig, Config, ScenarioConfig, TableConfig
from mimic.errors import ConfigError, UsageError, closest
from mimic.planning.scenarios import scenarios
from mimic.report import Finding
from mimic.schema import Schema, Table, TableName


def restrict(
    schema: Schema, *, schemas: Sequence[str] = (), tables: Sequence[str] = (), exclude_tables: Sequence[str] = ()
) -> tuple[Schema, tuple[Finding, ...]]:
    """The schema with the chosen tables only, and a finding per foreign key that was cut.

    Patterns are globs (`sales.*`, `order_*`). `UsageError` for a pattern that matches no table.
    """
    if not schema.tables:
        raise UsageError("the source has no tables.", hint="Is it the right database, and may this user see its tables?")
    _check(schema, schemas, tables, exclude_tables)
    chosen = [
        table
        for table in schema.tables
        if (not schemas or any(fnmatchcase(table.name.schema, pattern) for pattern in schemas))
        and (not tables or _matches(table, tables))
        and not _matches(table, exclude_tables)
    ]
    if not chosen:
        raise UsageError("the selection leaves no table.")
    if len(chosen) == len(schema.tables):
        return schema, ()
    names = {table.name for table in chosen}
    cut = [key for table in chosen for key in table.foreign_keys if key.parent not in names]
    kept = [replace(table, foreign_keys=tuple(key for key in table.foreign_keys if key.parent in names)) for table in chosen]
    findings = tuple(
        Finding(
            "W601",
            f"{key.table}.{key.label}",
            f"refers to {key.parent}, which is left out: the foreign key is dropped, and its columns are filled like any other",
            f"Choose {key.parent} too.",
        )
        for key in cut
    )
    sequences = tuple(sequence for sequence in schema.sequences if sequence.table is None or sequence.table in names)
    remarks = tuple(remark for remark in schema.remarks if _about(remark, schema) in (None, *names))
    return replace(schema, tables=tuple(kept), sequences=sequences, views=(), remarks=remarks), findings


def restrict_config(config: Config, schema: Schema) -> Config:
    """The configuration without what it says about tables that were left out, and without columns about which it says nothing.

    The names must have been bound before.
    """
    return config.model_copy(
        update={
            "tables": {name: _wishes(told) for name, told in config.tables.items() if schema.named(name)},
            "pins": {name: rows for name, rows in config.pins.items() if schema.named(name)},
            "extra_fks": [key for key in config.extra_fks if schema.named(key.table) and schema.named(key.parent)],
            "scenarios": [told for told in config.scenarios if _known(told, schema)],
            "ignore_fks": [],  # they are out of the schema already
            "privacy_unit": None if config.privacy_unit is None else [name for name in config.privacy_unit if schema.named(name)],
        }
    )


def _known(told: ScenarioConfig, schema: Schema) -> bool:
    """Whether the table of a scenario is there."""
    try:
        return bool(scenarios([(told.where, told.share)], schema))
    except ConfigError:
        return False


def _wishes(told: TableConfig) -> TableConfig:
    nothing = ColumnConfig.model_validate({})
    return told.model_copy(update={"columns": {name: how for name, how in told.columns.items() if how != nothing}})


def _about(remark: Finding, schema: Schema) -> TableName | None:
    """The table that a remark speaks of, if any."""
    spellings = {spelling: table.name for table in schema.tables for spelling in _spellings(table)}
    found = [spelling for spelling in spellings if remark.place == spelling or remark.place.startswith(f"{spelling}.")]
    return spellings[max(found, key=len)] if found else None


def _matches(table: Table, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(spelling, pattern) for spelling in _spellings(table) for pattern in patterns)


def _spellings(table: Table) -> set[str]:
    return {str(table.name), f"{table.name.schema}.{table.name.name}"}


def _check(schema: Schema, schemas: Sequence[str], tables: Sequence[str], exclude_tables: Sequence[str]) -> None:
    known = sorted({table.name.schema for table in schema.tables})
    for pattern in schemas:
        if not any(fnmatchcase(name, pattern) for name in known):
            raise UsageError(f"no schema matches {pattern!r}.", where="--schema", hint=closest(pattern, known).strip())
    for option, patterns in (("--table", tables), ("--exclude-table", exclude_tables)):
        for pattern in patterns:
            if not any(_matches(table, (pattern,)) for table in schema.tables):
                names = [str(table.name) for table in schema.tables]
                raise UsageError(f"no table matches {pattern!r}.", where=option, hint=closest(pattern, names).strip())
