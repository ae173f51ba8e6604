"""The days of a calendar, the months of a ledger, the hours of a series: keys that follow one another at one pace."""

from __future__ import annotations

import datetime

import pyarrow as pa
import pytest

from mimic.generator import Span, Task
from mimic.generators.stepped import SteppedKey, steps_of
from mimic.schema import Column, Date, Table, TableName, Timestamp
from mimic.streams import Streams

FIRST = datetime.date(2020, 1, 31)


def made(kind, values, n, start=0):
    """`n` keys from row `start` on, as learned from values of a type."""
    table = Table(TableName("", "t"), (Column("day", kind, nullable=False),))
    task = Task(table, table.columns, unique=True, options={"steps": steps_of(pa.array(values))})
    key = SteppedKey.learn(task, None, Streams(0).at("t"))
    return key.sample(Span(start, n, start + n), Streams(1).at("t"), {})["day"].to_pylist()


@pytest.mark.parametrize("days", [1, 7, 10])
def test_days_go_on_at_the_pace_of_the_source(days):
    source = [FIRST + datetime.timedelta(days=days * i) for i in range(40)]
    assert made(Date(), source[::-1], 50)[:40] == source
    assert made(Date(), source, 5, start=7) == source[7:12]


@pytest.mark.parametrize("step", [1, 3, 12])
def test_months_and_years_go_on_by_their_first_day(step):
    months = [datetime.date(2018 + i * step // 12, i * step % 12 + 1, 1) for i in range(30)]
    assert made(Date(), months, 30) == months


def test_hours_go_on():
    source = [datetime.datetime(2024, 2, 28, 22) + datetime.timedelta(hours=i) for i in range(30)]
    assert made(Timestamp(), source, 30) == source


def test_one_gap_in_many_rows_changes_nothing():
    """The first key is told by the middle one: no row alone decides it."""
    source = [FIRST + datetime.timedelta(days=i) for i in range(400)]
    assert steps_of(pa.array(source[:3] + source[4:])) == (steps_of(pa.array(source))[0] + 1, 1, False)
    assert steps_of(pa.array(source[5:])) == (steps_of(pa.array(source))[0] + 5, 1, False)


@pytest.mark.parametrize(
    "values",
    [
        [FIRST],
        [FIRST + datetime.timedelta(days=i * i) for i in range(30)],
        [FIRST + datetime.timedelta(days=i) for i in range(60) if i % 7 < 5],  # working days
        [datetime.date(2020, i % 12 + 1, i % 28 + 1) for i in range(40)],
    ],
)
def test_other_dates_have_no_pace(values):
    assert steps_of(pa.array(values)) is None
