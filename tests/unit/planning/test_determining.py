"""What determines what in a row: found where it is news, with the rows that bear it out, and never in a circle."""

import datetime

import numpy as np
import pyarrow as pa
import pytest

from mimic.generator import Span, Task
from mimic.generators.determined import Determined
from mimic.plan import Choice, Step
from mimic.planning.determining import determined, in_order
from mimic.profile import ColumnProfile, Owners, TableEvidence
from mimic.schema import Column, Date, Table, TableName, Text
from mimic.semantics import Kind, Meaning, Sensitivity
from mimic.streams import Streams

MEANT = Meaning(Kind.OTHER, Sensitivity.NONE, 1.0, "said by a test")
DRAW = np.random.default_rng(2)
N = 2_000
CITIES = DRAW.integers(0, 60, N)
CITY = [f"city {i}" for i in CITIES]
COUNTRY = [f"country {i % 12}" for i in CITIES]
CONTINENT = [f"continent {i % 4}" for i in CITIES]


def studied(**columns):
    dates = {name for name, values in columns.items() if isinstance(values[0], datetime.date)}
    table = Table(TableName("", "t"), tuple(Column(name, Date() if name in dates else Text()) for name in columns))
    sample = pa.table({name: pa.array(values) for name, values in columns.items()})
    profiles = {
        name: ColumnProfile(table.column(name), sample.column(name).null_count / N, len(sample.column(name).unique()), False)
        for name in columns
    }
    found = TableEvidence(table, N, sample, Owners(N), profiles)
    drawn = {name: "temporal.quantiles" if name in dates else "categorical.shares" for name in columns}
    steps = [Step(Task(table, (column,), meanings=(MEANT,)), Choice(drawn[column.name], "said by a test")) for column in table.columns]
    return found, steps


def told(but=(), **columns):
    return {name: one.by for name, one in determined(*studied(**columns), frozenset(but), 10).items()}


def test_each_follows_the_coarsest_that_determines_it():
    assert told(city=CITY, country=COUNTRY, continent=CONTINENT) == {"country": "city", "continent": "country"}


def test_the_order_of_the_columns_does_not_matter_and_steps_come_after_what_they_follow():
    found, steps = studied(continent=CONTINENT, country=COUNTRY, city=CITY)
    one = determined(found, steps, frozenset(), 10)
    assert {name: each.by for name, each in one.items()} == {"country": "city", "continent": "country"}
    assert [step.task.fills[0] for step in in_order(steps, {name: [each.by] for name, each in one.items()})] == [
        "city",
        "country",
        "continent",
    ]


def test_of_two_names_of_one_thing_the_first_stays():
    assert told(city=CITY, code=[f"c{i}" for i in CITIES]) == {"code": "city"}


def test_chance_constants_and_keys_are_no_news():
    assert told(city=CITY, other=[f"x{i}" for i in DRAW.integers(0, 3, N)]) == {}
    assert told(city=CITY, same=["x"] * (N - 30) + ["y"] * 30) == {}
    assert told(key=[f"k{i}" for i in range(N)], country=COUNTRY) == {}
    assert told(but=["country"], city=CITY, country=COUNTRY) == {}


@pytest.mark.parametrize(("mistakes", "found"), [(5, True), (60, False)])
def test_a_few_mistakes_are_counted(mistakes, found):
    wrong = [f"country {(int(x) + 1) % 12}" if i < mistakes else COUNTRY[i] for i, x in enumerate(CITIES)]
    one = determined(*studied(city=CITY, country=wrong), frozenset(), 10)
    assert bool(one) == found
    if found:
        assert (one["country"].held.holds, one["country"].held.breaks) == (N - mistakes, mistakes)


def test_values_that_few_hold_determine_the_same_wherever_they_come():
    """Made-up cities lie in one country each, in every chunk; what few owners hold is not in the state."""
    rare = [f"hamlet {i // 2}" if i < 40 else city for i, city in enumerate(CITY)]
    found, _ = studied(city=rare, country=COUNTRY)
    options = {"determined_by": "city", "drawn_by": "categorical.shares"}
    task = Task(found.table, (found.table.column("country"),), meanings=(MEANT,), options=options)
    made = Determined.learn(task, found, Streams(1).at("learn"))
    assert len(made.hashes) == 60
    asked = pa.array(["city 13", "hamlet 3", "nowhere", None, "hamlet 3", "nowhere", "city 1"])
    first = made.sample(Span(0, 7, 7), Streams(2).at("t", "country", 0), {"city": asked})["country"].to_pylist()
    again = made.sample(Span(65_536, 7, 70_000), Streams(3).at("t", "country", 1), {"city": asked})["country"].to_pylist()
    assert first[0] == first[6] == "country 1"
    assert first[1] == first[4] == again[1]
    assert first[2] == first[5] == again[2]
    assert all(value in set(COUNTRY) for value in first if value is not None)


def test_a_date_that_many_share_determines_what_holds_on_it():
    """The calendar is the same for all shops: a day is a holiday in all of them."""
    days = [datetime.date(2024, 1, 1) + datetime.timedelta(days=int(day)) for day in DRAW.integers(0, 60, N)]
    holiday = ["yes" if day.day in (1, 6) else "no" for day in days]
    assert told(day=days, holiday=holiday) == {"holiday": "day"}
    seldom = [datetime.date(1900, 1, 1) + datetime.timedelta(days=int(day)) for day in DRAW.integers(0, 40_000, N)]
    assert told(day=seldom, holiday=["yes" if day.day in (1, 6) else "no" for day in seldom]) == {}
