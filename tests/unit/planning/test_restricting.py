"""What is left of a schema when a part of it is chosen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mimic.errors import UsageError
from mimic.planning.binding import parse_config
from mimic.planning.restricting import restrict, restrict_config
from mimic.report import Finding
from mimic.schema import Schema
from tests.samples import models


def names(schema: Schema) -> list[str]:
    return [str(table.name) for table in schema.tables]


@pytest.mark.parametrize(
    ("choice", "left"),
    [
        ({}, ["places", "sales.orders"]),
        ({"tables": ["places"]}, ["places"]),
        ({"tables": ["*"]}, ["places", "sales.orders"]),
        ({"tables": ["sales.*"]}, ["sales.orders"]),
        ({"schemas": ["sales"]}, ["sales.orders"]),
        ({"exclude_tables": ["*.orders"]}, ["places"]),
        ({"schemas": ["s*"], "tables": ["*orders"]}, ["sales.orders"]),
    ],
)
def test_globs_choose(choice, left):
    assert names(restrict(models.schema(), **choice)[0]) == left


def test_the_whole_is_the_schema_itself():
    schema = models.schema()
    assert restrict(schema, tables=["*"]) == (schema, ())


@pytest.mark.parametrize("choice", [{"tables": ["order"]}, {"schemas": ["sale"]}, {"exclude_tables": ["x"]}, {"exclude_tables": ["*"]}])
def test_a_choice_of_nothing_is_wrong_usage(choice):
    with pytest.raises(UsageError):
        restrict(models.schema(), **choice)


def test_a_database_without_tables_says_so():
    with pytest.raises(UsageError, match="has no tables"):
        restrict(Schema("sqlite", ()))


def test_a_key_to_a_table_that_is_left_out_is_cut_and_told():
    schema, (finding,) = restrict(models.schema(), tables=["sales.orders"])
    assert schema.tables[0].foreign_keys == ()
    assert (finding.id, finding.place) == ("W601", "sales.orders.place")


def test_remarks_about_tables_that_are_left_out_go_with_them():
    remarks = tuple(Finding("W204", place, "is odd") for place in ("places.raw", "sales.orders", "", "elsewhere"))
    schema, _ = restrict(replace(models.schema(), remarks=remarks), tables=["sales.orders"])
    assert [remark.place for remark in schema.remarks] == ["sales.orders", "", "elsewhere"]


def test_the_configuration_follows():
    config = parse_config("""
tables: {places: {mode: copy, columns: {name: {}, raw: {generator: test.keeper}}}, sales.orders: {mode: empty}}
privacy_unit: [places, sales.orders]
ignore_fks: ["sales.orders(place)"]
""")
    left = restrict_config(config, restrict(models.schema(), tables=["places"])[0])
    assert list(left.tables) == ["places"]
    assert list(left.tables["places"].columns) == ["raw"]
    assert left.privacy_unit == ["places"]
    assert left.ignore_fks == []
