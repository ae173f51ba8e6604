"""What a subset starts from, as users write it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from mimic.errors import ConfigError
from mimic.schema import Column, Date, Integer, Schema, Table, TableName, Text, Timestamp, Unique
from mimic.subsetting.asking import read_roots

ORDERS = Table(
    TableName("public", "orders"),
    (Column("id", Integer()), Column("due", Date()), Column("created_at", Timestamp()), Column("state", Text())),
    Unique("pk", ("id",), primary=True),
)
LINES = Table(
    TableName("", "lines"), (Column("order_id", Integer()), Column("code", Text())), Unique("pk", ("order_id", "code"), primary=True)
)
BARE = Table(TableName("", "bare"), (Column("x", Integer()),))
BLANK = Table(TableName(" shop", "bills "), (Column("id", Integer()),), Unique("pk", ("id",), primary=True))
SCHEMA = Schema("sqlite", (ORDERS, LINES, BARE, BLANK))


def only(text: str, **more: str):
    (root,) = read_roots([text], SCHEMA, **more)
    return root


def test_amounts() -> None:
    assert only("orders: 5%").share == Decimal(5)
    assert only("public.orders: 0.25 %").share == Decimal("0.25")
    assert only("orders: 200 rows").rows == 200
    assert only("orders: 1 row").rows == 1
    assert (only("orders: all").share, only("orders: all").rows) == (None, None)


def test_names_may_begin_and_end_with_a_blank() -> None:
    assert only(" shop.bills : 5%").table is BLANK
    assert only(" shop.bills (7)").keys.to_pydict() == {"id": [7]}
    assert only("  orders : 5% ").table is ORDERS


def test_conditions_and_spans_narrow_an_amount() -> None:
    root = only("orders: 10% where state = 'open: 5%'")
    assert (root.share, root.where.sql) == (Decimal(10), "t.\"state\" = 'open: 5%'")
    root = only("orders: last 90 days where id > 3")
    assert (root.last.span, root.last.by) == (timedelta(days=90), "created_at")
    assert only("orders: 5 rows last 2 weeks by due").last.by == "due"


def test_a_span_for_all_narrows_every_root_but_named_rows() -> None:
    assert only("orders: 5%", last="6 months").last.by == "created_at"
    assert only("orders(5)", last="6 months").last is None


def test_keys() -> None:
    assert only("orders(42)").keys.to_pydict() == {"id": [42]}
    assert only("orders(42, 43)").keys.to_pydict() == {"id": [42, 43]}
    assert only("lines(1, 'a, b')").keys.to_pydict() == {"order_id": [1], "code": ["a, b"]}
    assert only("lines((1, a), (2, 'it''s'))").keys.to_pydict() == {"order_id": [1, 2], "code": ["a", "it's"]}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("orders", "cannot be understood"),
        ("ordrs: 5%", "Did you mean 'orders'"),
        ("orders: 200", "cannot be understood"),
        ("orders: 101%", "more than 100"),
        ("orders: five percent", "cannot be understood"),
        ("orders: where stat = 1", "Did you mean 'state'"),
        ("orders: last week", "no span of time"),
        ("orders: last 3 days by state", "no date or timestamp"),
        ("bare: last 3 days", "no column with a date"),
        ("bare(5)", "no key by which"),
        ("lines(5)", "2 values for a row"),
        ("orders(x)", "not a value of orders.id"),
        ("orders()", "1 value for a row"),
    ],
)
def test_what_is_wrong_is_told(text: str, told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        only(text)


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        read_roots(["ordrs: 5%", "orders: 5%", "orders: 5"], SCHEMA)
    assert [path for path, _ in caught.value.problems] == ["roots[0]", "roots[2]"]
