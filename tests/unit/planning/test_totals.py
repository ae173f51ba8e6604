"""What a row says of its children is found on the sample, and only what it says: numbers, sums, means, ends, of all or of some."""

import datetime
from decimal import Decimal as Exact

import numpy as np
import pyarrow as pa
import pytest

from mimic.generators.totals import Total, Where
from mimic.planning.totals import Below, counted
from mimic.profile import Owners, TableEvidence
from mimic.schema import Boolean, Column, Date, Decimal, Float, ForeignKey, Integer, Table, TableName, Text, Unique

PARENTS, ROWS = 300, 2_400
DRAW = np.random.default_rng(11)
PARENT = DRAW.integers(0, PARENTS - 20, ROWS)  # twenty have none
STATUS = DRAW.choice(["paid", "open", "void"], ROWS, p=[0.6, 0.3, 0.1])
STARS, QUANTITY = DRAW.integers(1, 6, ROWS), DRAW.integers(1, 5, ROWS)
PRICE, OFF = np.round(DRAW.uniform(1.0, 90.0, ROWS), 2), DRAW.choice([0.0, 0.1, 0.25], ROWS)
DAY = DRAW.integers(18_000, 20_000, ROWS)
SENT = DRAW.random(ROWS) < 0.4
KEY = ForeignKey("fk", TableName("", "line"), ("order_id",), TableName("", "orders"), ("id",))
SHOWN = [None if not sent else datetime.date(1970, 1, 1) + datetime.timedelta(days=int(day)) for sent, day in zip(SENT, DAY, strict=True)]


def line():
    columns = {
        "id": (Integer(), np.arange(ROWS)),
        "order_id": (Integer(), PARENT),
        "status": (Text(), STATUS.tolist()),
        "stars": (Integer(), STARS),
        "quantity": (Integer(), QUANTITY),
        "price": (Float(), PRICE),
        "off": (Float(), OFF),
        "day": (Date(), pa.array(DAY.astype(np.int32), pa.int32()).cast(pa.date32())),
        "sent_on": (Date(), SHOWN),
        "gift": (Boolean(), SENT),
    }
    return evidence("line", columns, KEY)


def evidence(name, columns, *keys):
    table = Table(
        TableName("", name), tuple(Column(each, kind) for each, (kind, _) in columns.items()),
        primary_key=Unique("pk", ("id",)), foreign_keys=keys,
    )  # fmt: skip
    sample = pa.table({each: values for each, (_, values) in columns.items()})
    return TableEvidence(table, sample.num_rows, sample, Owners(sample.num_rows))


def found(kind, values):
    orders = evidence("orders", {"id": (Integer(), np.arange(PARENTS)), "total": (kind, values)})
    made = counted(orders, [Below(KEY, line())], frozenset({"id"}), 10)
    return Total.read(made[0].follows) if made else None


def per_parent(weights, live=slice(None)):
    return np.bincount(PARENT[live], weights=weights[live], minlength=PARENTS)


ONES = np.ones(ROWS)


@pytest.mark.parametrize(
    ("kind", "values", "take", "factors", "where"),
    [
        (Integer(), per_parent(ONES).astype(int), "count", (), None),
        (Integer(), per_parent(ONES, STATUS == "open").astype(int), "count", (), Where("status", "open")),
        (Integer(), per_parent(ONES, STATUS != "void").astype(int), "count", (), Where("status", "void", True)),
        (Integer(), per_parent(ONES, SENT).astype(int), "count", (), Where("sent_on", None, True)),
        (Float(), np.round(per_parent(PRICE), 2), "sum", (("*", "price"),), None),
        (Float(), np.round(per_parent(PRICE * QUANTITY), 2), "sum", (("*", "quantity"), ("*", "price")), None),
        (Float(), np.round(per_parent(PRICE * QUANTITY * (1 - OFF)), 2), "sum", (("*", "quantity"), ("*", "price"), ("d", "off")), None),
        (Float(), np.round(per_parent(PRICE, STATUS == "paid"), 2), "sum", (("*", "price"),), Where("status", "paid")),
    ],
)
def test_what_a_row_says_of_its_children_is_found(kind, values, take, factors, where):
    total = found(kind, values)
    assert total is not None
    assert (total.take, total.factors, total.where) == (take, factors, where)


def test_a_mean_is_rounded_as_it_was_and_is_null_where_there_is_none():
    many = per_parent(ONES)
    mean = np.round(np.divide(per_parent(STARS.astype(float)), many, out=np.zeros(PARENTS), where=many > 0), 1)
    values = pa.array([Exact(f"{each:.1f}") for each in mean], pa.decimal128(3, 1), mask=many == 0)
    total = found(Decimal(3, 1), values)
    assert total == Total(KEY.hidden, "mean", (("*", "stars"),), None, False, 1)
    made = total.of(PARENT, PARENTS, line().column)
    assert made.null_count == 20
    assert np.allclose(np.asarray(made.drop_null()), mean[many > 0])


def test_the_latest_day_is_found_and_made_again():
    latest = np.zeros(PARENTS, dtype=np.int32)
    np.maximum.at(latest, PARENT, DAY.astype(np.int32))
    values = pa.array(latest, pa.int32(), mask=latest == 0).cast(pa.date32())
    total = found(Date(), values)
    assert (total.take, total.factors) == ("max", (("*", "day"),))
    assert total.of(PARENT, PARENTS, line().column).equals(values)


def test_a_limit_that_many_children_stand_at_is_not_said_of_them():
    """The price of an article is no more than what its lines paid, though it is the most that one did."""
    limit = DRAW.integers(50, 90, PARENTS)
    paid = np.where(DRAW.random(ROWS) < 0.8, limit[PARENT], DRAW.integers(1, 49, ROWS))
    child = evidence("line", {"id": (Integer(), np.arange(ROWS)), "order_id": (Integer(), PARENT), "paid": (Integer(), paid)}, KEY)
    orders = evidence("orders", {"id": (Integer(), np.arange(PARENTS)), "limit": (Integer(), limit)})
    assert counted(orders, [Below(KEY, child)], frozenset({"id"}), 10) == []


def test_what_is_said_of_nobody_is_not_found():
    assert found(Integer(), DRAW.integers(0, 30, PARENTS)) is None
    assert found(Float(), np.round(per_parent(PRICE) * DRAW.choice([1.0, 1.3], PARENTS), 2)) is None


def test_a_value_that_few_hold_does_not_say_which_children_count():
    rare = np.where(np.isin(PARENT, np.arange(9)), "rare", "usual")  # nine owners, each with several rows
    child = evidence("line", {"id": (Integer(), np.arange(ROWS)), "order_id": (Integer(), PARENT), "kind": (Text(), rare.tolist())}, KEY)
    owned = TableEvidence(child.table, ROWS, child.sample, Owners(ROWS, (PARENT,)))
    orders = evidence("orders", {"id": (Integer(), np.arange(PARENTS)), "total": (Integer(), per_parent(ONES, rare == "rare").astype(int))})
    assert counted(orders, [Below(KEY, owned)], frozenset({"id"}), 10) == []


@pytest.mark.parametrize("where", [None, Where("status", "a'b\\"), Where("x", None, True)])
def test_a_need_is_read_as_it_was_written(where):
    total = Total("@line.order_id", "sum", (("*", "a"), ("d", 'b"')), where, True, 2)
    assert Total.read(total.need) == total
