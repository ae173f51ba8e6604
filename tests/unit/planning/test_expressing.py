"""Expressions of mimic.yaml are read, never run: what they may say, and what is told where they say more."""

import pyarrow as pa
import pytest

from mimic.config import TableConfig
from mimic.planning.constraints.refusing import Refused
from mimic.planning.expressing import expressed, problems
from mimic.schema import Column, Date, Decimal, ForeignKey, Integer, Schema, Table, TableName, Text, Timestamp, Unique
from mimic.truth import Rows

SHOP, ORDER = TableName("", "shop"), TableName("", "orders")
SCHEMA = Schema(
    "postgresql",
    (
        Table(SHOP, (Column("id", Integer(32)), Column("city", Text())), primary_key=Unique("pk", ("id",), primary=True)),
        Table(
            ORDER,
            (
                *(Column("id", Integer(32)), Column("shop_id", Integer(32)), Column("net", Decimal(10, 2)), Column("pieces", Integer(32))),
                *(Column("ordered", Date()), Column("note", Text(20)), Column("odd name", Text()), Column("due", Timestamp())),
            ),
            primary_key=Unique("pk", ("id",), primary=True),
            foreign_keys=(ForeignKey("fk", ORDER, ("shop_id",), SHOP, ("id",)),),
        ),
    ),
)
TABLE = SCHEMA.table(ORDER)
ROWS = {
    "net": pa.array([10, None, 3], pa.decimal128(10, 2)),
    "pieces": pa.array([2, 3, 0], pa.int32()),
    "note": pa.array(["a", None, "c"]),
    "odd name": pa.array(["x", "y", None]),
    "ordered": pa.array([0, 31, None], pa.date32()),
    "shop_id.city": pa.array(["Ulm", "Bonn", None]),
}
HOUR, DAY = 3_600_000_000, 86_400_000_000


def value(sql, column):
    return Rows(ROWS).value(expressed(sql, SCHEMA, TABLE, TABLE.column(column))).to_pylist()


@pytest.mark.parametrize(
    ("sql", "column", "wanted"),
    [
        ("net * pieces + 1", "net", [21, None, 1]),
        ("net / pieces", "net", [5, None, None]),
        ("note || '-' || \"odd name\"", "note", ["a-x", None, None]),
        ("concat(note, pieces)", "note", ["a2", "3", "c0"]),
        ("coalesce(note, upper(shop_id.city))", "note", ["a", "BONN", "c"]),
        ("case when pieces > 1 then 'many' when pieces = 0 then 'none' end", "note", ["many", "many", "none"]),
        ("ordered + pieces", "ordered", [2 * DAY, 34 * DAY, None]),
        ("ordered + interval '1 day 2 hours'", "due", [26 * HOUR, 32 * DAY + 2 * HOUR, None]),
        ("ordered + pieces * interval '1 hour'", "due", [2 * HOUR, 31 * DAY + 3 * HOUR, None]),
        ("ordered + interval '1 month'", "due", [31 * DAY, 59 * DAY, None]),
        ("nullif(pieces, 0)", "pieces", [2, 3, None]),
        ("pieces", "note", ["2", "3", "0"]),
    ],
)
def test_it_is_computed_as_the_database_would(sql, column, wanted):
    assert value(sql, column) == wanted


@pytest.mark.parametrize(
    ("sql", "why"),
    [
        ("__import__('os').system('true')", r"function|cannot"),
        ("pg_read_file('x')", "function"),
        ("(select 1)", "subquery"),
        ("net +", "parsed"),
        ("nett", "Did you mean 'net'"),
        ("shop_id.town", "leads to no parent"),
        ("note", "it gives text"),
        ("net;drop table orders", "block"),
    ],
)
def test_nothing_else_is_computed(sql, why):
    with pytest.raises(Refused, match=why):
        expressed(sql, SCHEMA, TABLE, TABLE.column("net"))


def test_what_cannot_be_filled_is_told_by_column():
    told = {
        "net": {"expression": "pieces"},
        "pieces": {"expression": "net"},
        "shop_id": {"expression": "1"},
        "note": {"expression": "note", "generator": "text.form"},
    }
    found = dict(problems(TableConfig.model_validate({"columns": told}), SCHEMA, TABLE))
    assert found.keys() == told.keys()
    assert "computed from itself" in found["net"]
    assert "keys are not computed" in found["shop_id"]
    assert "exclude" in found["note"]
