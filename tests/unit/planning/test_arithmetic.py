"""Numbers that follow from others of the row are found on the sample, and only those."""

import datetime
from decimal import Decimal as Exact

import numpy as np
import pyarrow as pa
import pytest

from mimic.generator import Span, Task
from mimic.generators.computed import Computed
from mimic.planning.arithmetic import reckoned
from mimic.profile import Owners, TableEvidence
from mimic.schema import Column, Date, Decimal, Float, Integer, Table, TableName, Timestamp
from mimic.streams import Streams

N = 2_000
DRAW = np.random.default_rng(4)
GAMES, WINS = DRAW.integers(10, 160, N), DRAW.integers(0, 10, N)
PRICE = np.round(DRAW.uniform(0.5, 90.0, N), 2)
OFF, TAX = DRAW.choice([0.0, 0.05, 0.1, 0.25], N), DRAW.choice([0.0, 7.0, 19.0], N)  # shares of one, and of a hundred


def evidence(**columns):
    kinds = {name: kind for name, (kind, _) in columns.items()}
    table = Table(TableName("", "t"), tuple(Column(name, kind) for name, kind in kinds.items()))
    sample = pa.table({name: values for name, (_, values) in columns.items()})
    return TableEvidence(table, N, sample, Owners(N))


def exact(values):
    return pa.array([Exact(f"{value:.2f}") for value in values], pa.decimal128(12, 2))


@pytest.mark.parametrize(
    ("kind", "values", "said"),
    [
        (Integer(), GAMES + WINS, ("+", ("games", "wins"))),
        (Integer(), GAMES - WINS, ("-", ("games", "wins"))),
        (Decimal(12, 2), exact(np.round(PRICE * WINS, 2)), ("*", ("wins", "price"))),
        (Float(), np.round(PRICE / GAMES, 3), ("/", ("price", "games"))),
        (Decimal(12, 2), exact(PRICE + GAMES + WINS), ("++", ("games", "wins", "price"))),
        (Decimal(12, 2), exact(PRICE + GAMES - WINS), ("+-", ("games", "price", "wins"))),
        (Decimal(12, 2), exact(np.round(PRICE * 0.19, 2)), ("", ("price",))),
        (Float(), np.round(27 * WINS / GAMES, 2), ("/", ("wins", "games"))),
        (Float(), np.round(PRICE * (1 - OFF), 2), ("d", ("price", "off"))),
        (Decimal(12, 2), exact(np.round(PRICE * (1 + TAX / 100), 2)), ("U", ("price", "tax"))),
        (Float(), np.round(PRICE * GAMES * WINS, 2), ("**", ("games", "wins", "price"))),
        (Float(), np.round(PRICE * GAMES * (1 - OFF), 2), ("*d", ("games", "price", "off"))),
        (Float(), np.round(PRICE * GAMES * (1 - OFF) * (1 + TAX / 100), 2), ("*dU", ("games", "price", "off", "tax"))),
    ],
)
def test_what_follows_is_found_and_made_again(kind, values, said):
    terms = {
        "games": (Integer(), GAMES),
        "wins": (Integer(), WINS),
        "price": (Float(), PRICE),
        "off": (Float(), OFF),
        "tax": (Float(), TAX),
    }
    found = evidence(**terms, last=(kind, values))
    made = reckoned(found, [*terms, "last"])
    assert list(made) == ["last"]
    assert (made["last"].way, made["last"].terms) == said
    told = {"way": made["last"].way, "terms": made["last"].terms, "places": made["last"].places, "factor": made["last"].factor}
    generator = Computed.learn(Task(found.table, (found.table.column("last"),), options=told), found, Streams(1).at("x"))
    given = {name: found.column(name) for name in generator.needs}
    again = generator.sample(Span(0, N, N), Streams(1).at("x"), given)["last"]
    assert np.allclose(np.asarray(again, dtype=float), np.asarray(found.column("last"), dtype=float), atol=0.0051)


FROM = np.datetime64("2020-02-29T08:00:00") + DRAW.integers(0, 10**8, N).astype("timedelta64[s]")
TO = FROM + DRAW.integers(1, 10**6, N).astype("timedelta64[s]")
LASTING = (TO - FROM).astype(np.int64)
BORN = np.datetime64("1950-02-28") + DRAW.integers(0, 20_000, N).astype("timedelta64[D]")


def age(born, day):
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


@pytest.mark.parametrize(
    ("kind", "values", "way", "terms"),
    [
        (Integer(), LASTING // 60, "whole minutes", ("began", "ended")),
        (Integer(), -(-LASTING // 3600), "hours begun", ("began", "ended")),
        (Float(), np.round(LASTING / 3600, 2), "hours", ("began", "ended")),
        (Integer(), (TO.astype("datetime64[D]") - FROM.astype("datetime64[D]")).astype(int), "nights", ("began", "ended")),
        (Integer(), np.array([age(a, b.date()) for a, b in zip(BORN.tolist(), FROM.tolist(), strict=True)]), "years", ("born", "began")),
    ],
)
def test_the_time_between_two_dates_is_found_and_made_again(kind, values, way, terms):
    found = evidence(
        born=(Date(), pa.array(BORN)), began=(Timestamp(), pa.array(FROM).cast(pa.timestamp("us"))),
        ended=(Timestamp(), pa.array(TO).cast(pa.timestamp("us"))), last=(kind, values),
    )  # fmt: skip
    made = reckoned(found, ["last", "born", "began", "ended"])["last"]
    assert (made.way, made.terms) == (way, terms)
    told = {"way": made.way, "terms": made.terms, "places": made.places, "factor": made.factor}
    generator = Computed.learn(Task(found.table, (found.table.column("last"),), options=told), found, Streams(1).at("x"))
    again = generator.sample(Span(0, N, N), Streams(1).at("x"), {name: found.column(name) for name in generator.needs})["last"]
    assert np.allclose(np.asarray(again, dtype=float), values)


def test_a_time_is_null_where_a_date_is():
    ended = pa.array(TO, mask=LASTING < 300_000).cast(pa.timestamp("us"))
    lasting = pa.array(LASTING // 60, mask=LASTING < 300_000)
    found = evidence(
        began=(Timestamp(), pa.array(FROM).cast(pa.timestamp("us"))), ended=(Timestamp(), ended), last=(Integer(), lasting),
    )  # fmt: skip
    assert reckoned(found, ["began", "ended", "last"])["last"].way == "whole minutes"
    full = evidence(
        began=(Timestamp(), pa.array(FROM).cast(pa.timestamp("us"))), ended=(Timestamp(), ended), last=(Integer(), LASTING // 60),
    )  # fmt: skip
    assert reckoned(full, ["began", "ended", "last"]) == {}


def test_numbers_of_a_parent_are_terms_too():
    price = pa.array(np.round(DRAW.uniform(1.0, 90.0, N), 2))
    found = evidence(games=(Integer(), GAMES), last=(Float(), np.round(np.asarray(price) * GAMES, 2)))
    made = reckoned(found, ["games", "last"], {"article_id.price": price})["last"]
    assert (made.way, made.terms) == ("*", ("article_id.price", "games"))


def test_what_holds_in_most_rows_only_is_not_a_relation():
    last = GAMES - WINS
    last[::50] += 1
    assert not reckoned(evidence(games=(Integer(), GAMES), wins=(Integer(), WINS), last=(Integer(), last)), ["games", "wins", "last"])


def test_a_column_that_is_nearly_always_nothing_makes_no_sum():
    rare = np.where(np.arange(N) % 40 == 0, 1, 0)
    found = evidence(games=(Integer(), GAMES), rare=(Integer(), rare), last=(Integer(), GAMES + rare))
    assert not reckoned(found, ["games", "rare", "last"])


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize(
    ("part", "way"),
    [
        (lambda day: day.year, "year"),
        (lambda day: day.month, "month"),
        (lambda day: day.isoweekday(), "weekday, 1 Monday"),
        (lambda day: day.isoweekday() % 7, "weekday, 0 Sunday"),
        (lambda day: day.isocalendar()[1], "ISO week"),
        (lambda day: day.year * 10_000 + day.month * 100 + day.day, "year, month and day"),
    ],
)
def test_a_part_of_a_date_is_found_wherever_the_date_stands(part, way, before):
    days = [datetime.date(2019, 1, 1) + datetime.timedelta(days=int(day)) for day in DRAW.integers(0, 1_500, N)]
    parts = [None if i % 50 == 0 else part(day) for i, day in enumerate(days)]
    dates = [None if i % 50 == 0 else day for i, day in enumerate(days)]
    columns = {"day": (Date(), pa.array(dates)), "part": (Integer(), pa.array(parts))}
    names = ["day", "part"] if before else ["part", "day"]
    found = evidence(**{name: columns[name] for name in names})
    made = reckoned(found, names)
    assert [(one.way, one.terms) for one in made.values()] == [(way, ("day",))]
    told = {"way": way, "terms": ("day",), "places": 0}
    generator = Computed.learn(Task(found.table, (found.table.column("part"),), options=told), found, Streams(1).at("x"))
    assert generator.sample(Span(0, N, N), Streams(1).at("x"), {"day": found.column("day")})["part"].to_pylist() == parts


def test_a_number_that_only_looks_like_a_part_is_none():
    days = pa.array([datetime.date(2019, 1, 1) + datetime.timedelta(days=int(day)) for day in DRAW.integers(0, 1_500, N)])
    months = [day.month if i % 20 else 13 for i, day in enumerate(days.to_pylist())]
    found = evidence(day=(Date(), days), month=(Integer(), pa.array(months)))
    assert reckoned(found, ["day", "month"]) == {}
