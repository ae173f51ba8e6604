"""Tables that an application needs as they are: the records of migration tools, and vocabulary such as `order_status`.

Bookkeeping is known by name and columns. Reference data is guessed: few rows that many rows refer to, made of names and
codes, nothing about persons in it or in any table above it. A guess is only ever a proposal.
"""

from __future__ import annotations

from collections.abc import Mapping

from mimic.profile import Evidence
from mimic.schema import (
    Boolean,
    Column,
    Date,
    Decimal,
    Domain,
    Enum,
    Float,
    Integer,
    Money,
    Schema,
    Table,
    TableName,
    Text,
    Time,
    Timestamp,
)
from mimic.semantics import Kind, Meaning, Sensitivity

# -- bookkeeping -----------------------------------------------------------------------------------------------------

# Lower-case table name -> (framework, columns that must be there; none where the name alone tells).
_FRAMEWORKS: dict[str, tuple[str, frozenset[str]]] = {
    name: (framework, frozenset(columns.split()))
    for name, framework, columns in (
        ("alembic_version", "Alembic", "version_num"),
        ("django_migrations", "Django", "app name applied"),
        ("django_content_type", "Django", "app_label model"),
        ("auth_permission", "Django", "content_type_id codename"),
        ("south_migrationhistory", "South", ""),
        ("schema_migrations", "Rails and other migration tools", "version"),
        ("schema_migration", "Pop", "version"),
        ("ar_internal_metadata", "Rails", "key value"),
        ("flyway_schema_history", "Flyway", "installed_rank"),
        ("schema_version", "Flyway", "installed_rank"),
        ("databasechangelog", "Liquibase", "orderexecuted"),
        ("databasechangeloglock", "Liquibase", "locked"),
        ("__efmigrationshistory", "Entity Framework", ""),
        ("__migrationhistory", "Entity Framework", "migrationid"),
        ("versioninfo", "FluentMigrator", "version appliedon"),
        ("schemaversions", "DbUp", "scriptname"),
        ("knex_migrations", "Knex", "migration_time"),
        ("knex_migrations_lock", "Knex", "is_locked"),
        ("migrations_lock", "Ghost", "lock_key locked"),
        ("_prisma_migrations", "Prisma", "migration_name"),
        ("__drizzle_migrations", "Drizzle", "hash created_at"),
        ("sequelizemeta", "Sequelize", "name"),
        ("sequelizedata", "Sequelize", "name"),
        ("typeorm_metadata", "TypeORM", ""),
        ("mikro_orm_migrations", "MikroORM", ""),
        ("pgmigrations", "node-pg-migrate", "run_on"),
        ("umzug_meta", "Umzug", ""),
        ("doctrine_migration_versions", "Doctrine", "version"),
        ("migration_versions", "Doctrine", "version"),
        ("phinxlog", "Phinx", "version"),
        ("goose_db_version", "Goose", "version_id"),
        ("gorp_migrations", "sql-migrate", "applied_at"),
        ("gorm_migrations", "gormigrate", ""),
        ("bun_migrations", "Bun", ""),
        ("bun_migration_locks", "Bun", ""),
        ("atlas_schema_revisions", "Atlas", "version"),
        ("refinery_schema_history", "Refinery", "version"),
        ("_sqlx_migrations", "SQLx", "version"),
        ("__diesel_schema_migrations", "Diesel", "version"),
        ("seaql_migrations", "SeaORM", "version"),
        ("_yoyo_migration", "yoyo", "migration_hash"),
        ("_yoyo_version", "yoyo", "version"),
        ("yoyo_lock", "yoyo", "locked"),
        ("_yoyo_log", "yoyo", "migration_hash"),
        ("aerich", "Aerich", "app version"),
        ("ecto_schema_migrations", "Ecto", "version"),
        ("play_evolutions", "Play", "apply_script"),
        ("dbmate_migrations", "dbmate", "version"),
        ("_sqitch_changes", "Sqitch", ""),
        ("spatial_ref_sys", "PostGIS", "srid"),
    )
}

# `migrations` is anybody's name: the columns tell whose it is.
_MIGRATIONS = (
    ("Laravel", frozenset({"migration", "batch"})),
    ("TypeORM", frozenset({"timestamp", "name"})),
    ("Ghost and knex-migrator", frozenset({"name", "version", "currentversion"})),
    ("db-migrate", frozenset({"name", "run_on"})),
    ("a migration tool", frozenset({"version"})),
)


def bookkeeping(table: Table) -> str:
    """The framework whose migrations, or whose list of its own models, the table records; "" for any other table."""
    name = table.name.name.lower()
    columns = {column.name.lower() for column in table.columns}
    if name == "migrations":
        return next((framework for framework, needed in _MIGRATIONS if needed <= columns), "")
    framework, needed = _FRAMEWORKS.get(name, ("", frozenset()))
    return framework if needed <= columns else ""


# -- reference data --------------------------------------------------------------------------------------------------

MOST_ROWS = 1_000
FEW_ROWS = 200  # up to here nothing need be said by the name
MOST_LETTERS = 250  # a mean above: an essay, no label
FEWEST_REFERENCES = 2  # rows that refer to it, per row

_TELLING = frozenset(
    {"categories", "category", "cities", "city", "class", "code", "codes", "color", "colors", "colour", "colours", "continent",
     "continents", "counties", "countries", "country", "county", "currencies", "currency", "department", "departments", "district",
     "districts", "enum", "genre", "genres", "grade", "group", "groups", "kind", "kinds", "language", "languages", "level", "levels",
     "locale", "locales", "lookup", "lookups", "media", "method", "methods", "province", "provinces", "ref", "reference", "references",
     "region", "regions", "role", "roles", "severity", "state", "states", "status", "statuses", "tag", "tags", "territories",
     "territory", "timezone", "timezones", "type", "types", "unit", "units",}
)  # fmt: skip
_PUBLIC = frozenset(  # narrows a person down elsewhere; in a list of its own it is vocabulary
    {Kind.COUNTRY, Kind.REGION, Kind.CITY, Kind.LANGUAGE, Kind.NATIONALITY, Kind.JOB, Kind.EDUCATION, Kind.MARITAL_STATUS, Kind.GENDER,
     Kind.RELIGION, Kind.ETHNICITY, Kind.COORDINATES, Kind.DIAGNOSIS, Kind.HEALTH, Kind.POSTCODE}
)  # fmt: skip
_CLOCKS = frozenset({Kind.CREATED, Kind.UPDATED, Kind.DELETED})


def reference(schema: Schema, evidence: Evidence | None, meanings: Mapping[tuple[TableName, str], Meaning]) -> dict[TableName, str]:
    """Tables that look like reference data, each with the reason. Every parent of one of them is one too."""
    if evidence is None:
        return {}
    found = {table.name: why for table in schema.tables if (why := _looks(table, schema, evidence, meanings))}
    while loose := [name for name in found if _hangs_elsewhere(schema.table(name), found)]:
        for name in loose:
            del found[name]
    return found


def _looks(table: Table, schema: Schema, evidence: Evidence, meanings: Mapping[tuple[TableName, str], Meaning]) -> str:
    """Why this table, seen for itself, looks like reference data; "" when it does not."""
    here = evidence.tables.get(table.name)
    children = [key for key in schema.children(table.name) if key.table != table.name and key.table in evidence.tables]
    if here is None or not 0 < here.rows <= MOST_ROWS or not children or bookkeeping(table):
        return ""
    if here.rows > FEW_ROWS and not _TELLING & set(_words(table.name.name)):
        return ""
    largest = max(children, key=lambda key: (evidence.tables[key.table].rows, str(key.table)))
    referring = evidence.tables[largest.table].rows
    if referring < FEWEST_REFERENCES * here.rows:
        return ""
    linking = {name for key in table.foreign_keys for name in key.columns}
    labels = facts = 0
    for column in table.columns:
        meaning = meanings.get((table.name, column.name))
        if meaning is not None and meaning.personal and not _is_public(meaning):
            return ""
        profile = here.profiles.get(column.name)
        if profile is not None and profile.mean_length > MOST_LETTERS:
            return ""
        if column.name in linking or (meaning is not None and meaning.kind in _CLOCKS):
            continue
        labels += _is_label(column)
        facts += _is_fact(column, table)
    if not labels or facts > labels:
        return ""
    return f"{referring:,} rows of {largest.table} refer to it; names and codes, nothing personal in it or above it"


def _hangs_elsewhere(table: Table, found: Mapping[TableName, str]) -> bool:
    return any(key.parent != table.name and key.parent not in found for key in table.foreign_keys)


def _is_public(meaning: Meaning) -> bool:
    return meaning.kind in _PUBLIC and meaning.sensitivity in (Sensitivity.QUASI, Sensitivity.SPECIAL)


def _is_label(column: Column) -> bool:
    kind = column.type
    while isinstance(kind, Domain):
        kind = kind.of
    return isinstance(kind, Text | Enum)


def _is_fact(column: Column, table: Table) -> bool:
    """A measurement or a date: what a list of names has few of."""
    kind = column.type
    while isinstance(kind, Domain):
        kind = kind.of
    if isinstance(kind, Boolean) or any(column.name in key.columns for key in table.keys):
        return False
    return isinstance(kind, Integer | Float | Decimal | Money | Date | Time | Timestamp)


def _words(name: str) -> list[str]:
    spaced = "".join(f" {c}" if c.isupper() and i and name[i - 1].islower() else c if c.isalnum() else " " for i, c in enumerate(name))
    return spaced.lower().split()
