"""Which tables an application needs as they are."""

from __future__ import annotations

import pyarrow as pa
import pytest

from mimic.planning.reference import bookkeeping, reference
from mimic.profile import ColumnProfile, Evidence, Owners, TableEvidence
from mimic.schema import Column, Decimal, ForeignKey, Integer, Schema, Table, TableName, Text, Timestamp, Unique
from mimic.semantics import Kind, Meaning, Sensitivity


def table(name: str, *columns: str, parents: tuple[str, ...] = (), **kinds: object) -> Table:
    """A table with a key `id`, text columns, a foreign key per parent, and columns of other types by keyword."""
    made = [Column("id", Integer(), nullable=False), *(Column(column, Text()) for column in columns)]
    made += [Column(column, kind) for column, kind in kinds.items()] + [Column(f"{parent}_id", Integer()) for parent in parents]
    keys = tuple(ForeignKey(parent, TableName("", name), (f"{parent}_id",), TableName("", parent), ("id",)) for parent in parents)
    return Table(TableName("", name), tuple(made), Unique("p", ("id",), primary=True), foreign_keys=keys)


def looks(*tables: tuple[Table, int], long: str = "", **meanings: tuple[Kind, Sensitivity]) -> set[str]:
    """Names of tables that look like reference data; `meanings` by `table__column`."""
    schema = Schema("sqlite", tuple(made for made, _ in tables))
    known = {}
    for made, _ in tables:
        for column in made.columns:
            kind, sensitivity = meanings.get(f"{made.name}__{column.name}", (Kind.OTHER, Sensitivity.NONE))
            known[made.name, column.name] = Meaning(kind, sensitivity, 1.0, "")
    found = {
        made.name: TableEvidence(
            made,
            rows,
            pa.table({}),
            Owners(0),
            {c.name: ColumnProfile(c, 0.0, rows, True, 900.0 if c.name == long else 10.0) for c in made.columns},
        )
        for made, rows in tables
    }
    return {str(name) for name in reference(schema, Evidence(schema, found), known)}


def test_a_short_list_of_names_that_many_rows_refer_to():
    assert looks((table("status", "name"), 5), (table("orders", parents=("status",)), 500)) == {"status"}


def test_times_of_the_last_change_do_not_matter():
    stamped = table("status", "name", last_update=Timestamp(), created=Timestamp())
    changed = {"status__last_update": (Kind.UPDATED, Sensitivity.NONE), "status__created": (Kind.CREATED, Sensitivity.NONE)}
    assert looks((stamped, 5), (table("orders", parents=("status",)), 500), **changed) == {"status"}


def test_not_when_nothing_refers_to_it():
    assert looks((table("status", "name"), 5)) == set()


def test_not_when_hardly_more_rows_refer_to_it():
    assert looks((table("shelf", "name"), 100), (table("books", parents=("shelf",)), 150)) == set()


def test_not_when_it_is_empty_or_long():
    for rows in (0, 400, 5000):
        assert looks((table("shelf", "name"), rows), (table("books", parents=("shelf",)), 50_000)) == set()


def test_a_longer_list_when_its_name_tells():
    assert looks((table("city", "name"), 600), (table("address", parents=("city",)), 6000)) == {"city"}


def test_not_when_a_column_is_about_persons():
    for sensitivity in (Sensitivity.DIRECT, Sensitivity.SECRET, Sensitivity.QUASI):
        meaning = {"store__name": (Kind.PERSON_NAME, sensitivity)}
        assert looks((table("store", "name"), 2), (table("rental", parents=("store",)), 500), **meaning) == set()


def test_public_vocabulary_is_not_about_persons_in_a_list_of_its_own():
    meaning = {"country__name": (Kind.COUNTRY, Sensitivity.QUASI)}
    assert looks((table("country", "name"), 200), (table("city", parents=("country",)), 5000), **meaning) == {"country"}


def test_not_when_a_table_above_is_about_persons():
    meaning = {"staff__name": (Kind.PERSON_NAME, Sensitivity.DIRECT)}
    tables = (table("staff", "name"), 3), (table("store", "name", parents=("staff",)), 3), (table("sale", parents=("store",)), 900)
    assert looks(*tables, **meaning) == set()


def test_not_when_it_holds_more_figures_than_names():
    product = table("product", "name", price=Decimal(10, 2), stock=Integer(), weight=Decimal(8, 3))
    assert looks((product, 50), (table("line", parents=("product",)), 900)) == set()


def test_not_when_it_holds_essays():
    assert looks((table("topic", "name", "body"), 5), (table("post", parents=("topic",)), 900), long="body") == set()


def test_a_tree_of_categories():
    assert looks((table("category", "name", parents=("category",)), 30), (table("item", parents=("category",)), 900)) == {"category"}


def test_nothing_without_evidence():
    schema = Schema("sqlite", (table("status", "name"), table("orders", parents=("status",))))
    assert reference(schema, None, {}) == {}


@pytest.mark.parametrize(
    ("name", "columns", "framework"),
    [
        ("alembic_version", ["version_num"], "Alembic"),
        ("django_migrations", ["app", "name", "applied"], "Django"),
        ("__EFMigrationsHistory", ["MigrationId", "ProductVersion"], "Entity Framework"),
        ("SequelizeMeta", ["name"], "Sequelize"),
        ("DATABASECHANGELOG", ["ID", "ORDEREXECUTED"], "Liquibase"),
        ("flyway_schema_history", ["installed_rank"], "Flyway"),
        ("migrations", ["migration", "batch"], "Laravel"),
        ("migrations", ["timestamp", "name"], "TypeORM"),
        ("migrations", ["bird", "from_country"], ""),
        ("schema_migrations", ["version"], "Rails and other migration tools"),
        ("orders", ["version"], ""),
    ],
)
def test_bookkeeping_is_told_by_name_and_columns(name, columns, framework):
    assert bookkeeping(table(name, *columns)) == framework


def test_bookkeeping_is_no_reference_data():
    assert looks((table("migrations", "migration", "batch"), 5), (table("step", parents=("migrations",)), 500)) == set()
