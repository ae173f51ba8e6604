"""Days come in a month, or a week, as often as they do in the source, and none passes another."""

import numpy as np
import pyarrow as pa
import pytest

from mimic.generators.calendar import calendar, read
from mimic.generators.monthly import Monthly
from mimic.profile import Owners

DRAW = np.random.default_rng(3)
FIRST = int(np.datetime64("2019-01-01").astype(int))
ANY = FIRST + DRAW.integers(0, 1_200, 6_000)


def day_of(days):
    moments = days.astype("datetime64[D]")
    return days - moments.astype("datetime64[M]").astype("datetime64[D]").astype(int)


def last_of(days):
    return ((days.astype("datetime64[D]").astype("datetime64[M]") + 1).astype("datetime64[D]") - 1).astype(int)


RENT = np.where(DRAW.random(6_000) < 0.3, ANY - day_of(ANY) + 13, ANY)
INTEREST = np.where(DRAW.random(6_000) < 0.3, last_of(ANY), ANY)
WORKING = ANY[(ANY + 3) % 7 < 5]


@pytest.mark.parametrize(("days", "way"), [(RENT, "month"), (INTEREST, "month's end"), (WORKING, "week")])
def test_days_move_to_where_they_come_often(days, way):
    found = Monthly.learn(days, Owners(len(days)), 10)
    assert found is not None
    assert found.way == way
    made = found.moved(ANY, DRAW.random(len(ANY)))
    if way == "week":
        assert ((made + 3) % 7 < 5).all()
    else:
        often = (lambda each: day_of(each) == 13) if way == "month" else (lambda each: each == last_of(each))
        assert abs(often(made).mean() - often(days).mean()) < 0.03
        assert (made.astype("datetime64[D]").astype("datetime64[M]") == ANY.astype("datetime64[D]").astype("datetime64[M]")).all()


def test_what_came_earlier_stays_earlier():
    found = Monthly.learn(INTEREST, Owners(len(INTEREST)), 10)
    days = np.sort(ANY)
    assert (np.diff(found.moved(days, np.full(len(days), 0.4))) >= 0).all()


def test_days_that_come_evenly_are_left_alone():
    assert Monthly.learn(ANY, Owners(len(ANY)), 10) is None


def test_a_day_that_few_know_of_does_not_come():
    owner = np.where(day_of(RENT) == 29, 0, 1 + DRAW.integers(0, 500, len(RENT)))  # all that happens on a thirtieth is one person's
    found = Monthly.learn(RENT, Owners(len(RENT), (owner,)), 10)
    assert found.shares[29] == 0
    assert (day_of(found.moved(ANY, DRAW.random(len(ANY)))) != 29).all()
    assert Monthly.restore(found.state()).way == found.way


def test_what_is_left_of_a_month_is_told_of_any_date_that_a_database_knows():
    """The date infinity of PostgreSQL stands for no day; a leap day is followed by none of its month."""
    never = np.iinfo(np.int32).max
    days = pa.array([*INTEREST[:400], never, -never, int(np.datetime64("2020-02-29").astype(int)), None], pa.int32()).cast(pa.date32())
    asked = calendar("day", days)
    assert "%left:day" in asked
    left = read("%left:day", days).to_pylist()
    assert left[:400] == (last_of(INTEREST[:400]) - INTEREST[:400]).tolist()
    assert left[402:] == [0, None]
