"""Rows of a group step through a calendar that all groups share."""

from __future__ import annotations

import datetime

import numpy as np
import pyarrow as pa
import pytest

from mimic.generator import Span, Task
from mimic.generators.panels import Calendar, Panel, calendar_of
from mimic.profile import Owners
from mimic.schema import Column, Date, Integer, Table, TableName
from mimic.streams import Streams

DAY = Date()
FIRST = datetime.date(2024, 1, 5)


def weeks(places) -> pa.Array:
    return pa.array([FIRST + datetime.timedelta(days=7 * int(place)) for place in places], pa.date32())


def learnt(groups, places, k: int = 10) -> Calendar | None:
    return calendar_of(weeks(places), np.array(groups), Owners(()), k)


def panel(calendar: Calendar, kind=DAY) -> Panel:
    table = Table(TableName("", "t"), (Column("g", Integer(), nullable=False), Column("day", kind, nullable=False)))
    task = Task(table, table.columns[1:], options={"within": ("g",), "panel": calendar})
    return Panel.learn(task, None, Streams(0).at("learn"))


def made(generator: Panel, groups) -> pa.Array:
    return generator.sample(Span(0, len(groups), len(groups)), Streams(1).at("t"), {"g": pa.array(groups)})["day"]


FULL = ([g for g in range(20) for _ in range(30)], [w for _ in range(20) for w in range(30)])


def test_every_group_gets_the_same_days():
    calendar = learnt(*FULL)
    assert calendar is not None
    days = made(panel(calendar), FULL[0])
    assert days.equals(weeks(FULL[1]))


def test_groups_that_began_later_go_on_to_the_end():
    groups = [g for g in range(20) for w in range(30) if w >= g]
    places = [w for g in range(20) for w in range(30) if w >= g]
    calendar = learnt(groups, places)
    assert calendar is not None
    assert calendar.ends == (0.0, 1.0, 0.0)
    assert made(panel(calendar), [7] * 12).equals(weeks(range(18, 30)))


def test_missing_steps_are_those_that_often_are():
    there = [(g, w) for g in range(40) for w in range(30) if not (w == 11 and g % 4)]  # one week is missing in three groups of four
    calendar = learnt([g for g, _ in there], [w for _, w in there])
    assert calendar is not None
    groups = np.repeat(np.arange(300), 29)
    days = made(panel(calendar), groups)
    held = np.bincount([(day.as_py() - FIRST).days // 7 for day in days], minlength=30)
    assert held.argmin() == 11
    assert len(set(zip(groups.tolist(), days.to_pylist(), strict=True))) == len(groups), "no step twice in a group"


@pytest.mark.parametrize("size", [31, 40])
def test_larger_groups_go_on_as_the_calendar_does(size):
    calendar = learnt(*FULL)
    assert calendar is not None
    assert made(panel(calendar), [1] * size).equals(weeks(range(size)))


def test_numbers_are_taken_from_between_before_any_beyond():
    numbers = [n for n in range(1, 21) if n != 7]
    calendar = calendar_of(pa.array(numbers * 20), np.repeat(np.arange(20), len(numbers)), Owners(()), 10)
    assert calendar is not None
    assert sorted(made(panel(calendar, Integer()), [1] * 20).to_pylist()) == list(range(1, 21))


def test_days_of_their_own_are_no_calendar():
    draw = Streams(3).at("days")
    assert learnt(np.repeat(np.arange(40), 10), np.sort(draw.integers(400, 300).reshape(40, 10), axis=1).ravel()) is None


def test_days_that_too_few_share_are_not_kept():
    uneven = [0, 1, 3, 7, 8, 12, 13, 19]
    groups, places = [g for g in range(9) for _ in uneven], [w for _ in range(9) for w in uneven]
    assert learnt(groups, places) is None
    assert learnt(groups, places, k=9) is not None


def test_steps_that_are_all_alike_are_counted_and_not_listed():
    calendar = learnt([g for g in range(3) for _ in range(30)], [w for _ in range(3) for w in range(30)])
    assert calendar is not None
    assert not list(panel(calendar).literals())
