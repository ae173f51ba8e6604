"""Which table lends a small one the form of its columns, and what a column called `state` means."""

from __future__ import annotations

import pyarrow as pa

from mimic.planning.alike import alike
from mimic.planning.meaning import guess
from mimic.profile import Evidence, Owners, TableEvidence
from mimic.schema import Column, Schema, Table, TableName, Text
from mimic.semantics import Kind, Meaning, Sensitivity


def table(name: str, *columns: str) -> Table:
    return Table(TableName("", name), tuple(Column(column, Text()) for column in columns))


def evidence(kind: Kind, **rows: tuple[str, int]) -> Evidence:
    """Tables by name, each with one column of a kind and that many rows."""
    tables = {name: table(name, column) for name, (column, _) in rows.items()}
    found = {
        tables[name].name: TableEvidence(tables[name], n, pa.table({column: [f"{i:04}" for i in range(n)]}), Owners(n))
        for name, (column, n) in rows.items()
    }
    meanings = {(tables[name].name, column): Meaning(kind, Sensitivity.DIRECT, 1.0, "") for name, (column, _) in rows.items()}
    return Evidence(Schema("sqlite", tuple(tables.values())), found, meanings=meanings)


def lender(found: Evidence, name: str, column: str) -> str | None:
    lent = alike(found, found.schema.table(TableName("", name)), (column,), 10).get("alike", {})
    return f"{lent[column][0].table.name}.{lent[column][1]}" if column in lent else None


def test_a_column_of_the_same_name_lends_before_a_larger_one():
    assert lender(evidence(Kind.PHONE, staff=("fax", 8), shops=("phone", 900), customers=("fax", 50)), "staff", "fax") == "customers.fax"


def test_a_column_of_the_same_kind_lends_where_none_has_the_name():
    assert lender(evidence(Kind.PHONE, staff=("fax", 8), customers=("phone", 50)), "staff", "fax") == "customers.phone"


def test_no_table_of_fewer_owners_lends():
    assert lender(evidence(Kind.PHONE, staff=("fax", 8), bosses=("fax", 9)), "staff", "fax") is None


def test_a_table_with_owners_of_its_own_borrows_nothing():
    assert lender(evidence(Kind.PHONE, staff=("fax", 40), customers=("fax", 50)), "staff", "fax") is None


def test_names_of_regions_lend_nothing_to_abbreviations():
    assert lender(evidence(Kind.REGION, staff=("region", 8), states=("state_abbreviation", 50)), "staff", "region") is None


def test_rows_of_one_owner_lend_nothing():
    found = evidence(Kind.PHONE, staff=("fax", 8), calls=("fax", 50))
    calls = found.tables[TableName("", "calls")]
    found.tables[TableName("", "calls")] = TableEvidence(calls.table, 50, calls.sample, Owners(50, (pa.array([1] * 50).to_numpy(),)))
    assert lender(found, "staff", "fax") is None


def meaning(column: str, *columns: str) -> Kind:
    here = table("customer", *columns)
    return guess(here, Schema("sqlite", (here,)))[column].kind


def test_a_state_among_the_parts_of_an_address_is_a_region():
    assert meaning("state", "first_name", "address", "city", "state", "country", "postal_code") is Kind.REGION


def test_a_state_of_something_else_is_a_status():
    assert meaning("state", "first_name", "state") is Kind.STATUS
    assert meaning("order_state", "address", "city", "order_state", "country") is Kind.STATUS


def test_heads_of_state_are_persons():
    here = table("country", "name", "headofstate", "head_of_state_id")
    found = guess(here, Schema("sqlite", (here,)))
    assert found["headofstate"].kind is Kind.PERSON_NAME
    assert found["head_of_state_id"].kind is not Kind.PERSON_NAME
