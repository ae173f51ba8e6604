"""Parents of one row fit each other in time, by exchange as long as that is possible."""

from __future__ import annotations

import datetime

import numpy as np
import pyarrow as pa
import pytest

from mimic.generators.timely import Timely, either, in_time, untimely
from mimic.streams import Streams

DRAW = np.random.default_rng(2)
LIMIT = Timely("product", "launched", "day", "date")


def dates(days) -> pa.Array:
    first = datetime.date(2024, 1, 1)
    return pa.array([None if day is None else first + datetime.timedelta(days=int(day)) for day in days], pa.date32())


def wrong_products(launched, days, of_rows):
    """Which products rows may not have whose days are these."""
    given = {"product.launched": dates(launched), "day.date": dates(days)}
    return untimely("product", ["day"], [LIMIT], {"day": np.asarray(of_rows)}, given)


def test_rows_exchange_what_is_not_there_yet():
    launched, days, rows = np.maximum(DRAW.integers(-40, 40, 50), 0), np.arange(100), np.repeat(np.arange(100), 20)
    wrong = wrong_products(launched, days, rows)
    products = DRAW.permutation(np.repeat(np.arange(50), 40))
    made = in_time(products, wrong, None, Streams(1).at("t"))
    assert wrong(np.arange(2_000), products).sum() > 100
    assert (launched[made] <= days[rows]).mean() > 0.995
    assert np.abs(np.bincount(made, minlength=50) - 40).mean() < 4


def test_those_of_one_group_exchange_among_themselves():
    launched, days, rows = np.maximum(DRAW.integers(-40, 40, 50), 0), np.arange(100), np.repeat(np.arange(100), 20)
    products, group = DRAW.permutation(np.repeat(np.arange(50), 40)), np.arange(50) % 3
    made = in_time(products, wrong_products(launched, days, rows), group, Streams(1).at("t"))
    assert (group[made] == group[products]).all()
    assert np.bincount(made).tolist() == np.bincount(products).tolist()
    assert (launched[made] <= days[rows]).mean() > 0.95


def test_what_has_no_date_and_who_has_no_parent_is_bound_by_nothing():
    wrong = wrong_products([None, 50], [10, None], [0, 1, -1, 0])
    assert wrong(np.arange(4), np.array([1, 1, 1, 0])).tolist() == [True, False, False, False]
    assert wrong(np.array([0]), np.array([-1])).tolist() == [False]


def test_the_limit_holds_whichever_parent_is_chosen_last():
    given = {"product.launched": dates([0, 50]), "day.date": dates([10, 60])}
    wrong = untimely("day", ["product"], [LIMIT], {"product": np.array([0, 1])}, given)
    assert wrong(np.array([0, 1, 0, 1]), np.array([0, 0, 1, 1])).tolist() == [False, True, False, False]


@pytest.mark.parametrize("done", [[], ["shop"]])
def test_nothing_is_wrong_where_no_limit_speaks_of_the_keys(done):
    assert untimely("product", done, [LIMIT], {}, {"product.launched": dates([0]), "day.date": dates([0])}) is None
    assert either(None, None) is None


def test_no_parents_at_all():
    wrong = wrong_products([], [10], [-1, -1])
    assert in_time(np.array([-1, -1]), wrong, None, Streams(1).at("t")).tolist() == [-1, -1]
