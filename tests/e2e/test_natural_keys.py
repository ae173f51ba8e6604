"""Keys that say something by themselves: days written as 20240229, months as 202402, years. What refers to them fits its row."""

import itertools
import sqlite3
from contextlib import closing

import numpy as np
import pytest

from tests.e2e.cloning import Ask, asked, cloned, run

DAYS, SALES, RACES = 800, 6_000, 18


@pytest.fixture(scope="module", params=["as found", "as planned"])
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Ask, Ask]:
    """A source and its copy, each as what answers a query; what `plan` writes says the same as nothing at all."""
    draw, folder = np.random.default_rng(11), tmp_path_factory.mktemp("store")
    days = [np.datetime64("2022-01-01") + i for i in range(DAYS)]
    with closing(sqlite3.connect(folder / "store.sqlite")) as db:
        db.executescript("""
            create table dim_date (date_key integer primary key, day date not null unique, weekday integer not null,
              month text not null, fiscal_year integer not null, is_weekend boolean not null);
            create table period (period integer primary key, locked boolean not null);
            create table fiscal_year (year integer primary key, title text not null);
            create table product (id integer primary key, launched date not null, gone date, price numeric(7, 2) not null);
            create table sale (id integer primary key, date_key integer not null references dim_date,
              product_id integer not null references product,
              period integer not null references period, year integer not null references fiscal_year, amount numeric(9, 2) not null);
            create table season (year integer primary key check (year >= 1950));
            create table race (id integer primary key, year integer not null references season, round integer not null,
              day date not null, winner_points integer not null, unique (year, round));
        """)
        names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        for day in days:
            date = day.astype(object)
            row = (
                int(f"{date:%Y%m%d}"),
                str(day),
                date.isoweekday(),
                names[date.month - 1],
                date.year + (date.month > 6),
                date.weekday() > 4,
            )
            db.execute("insert into dim_date values (?, ?, ?, ?, ?, ?)", row)
        months = sorted({int(f"{day.astype(object):%Y%m}") for day in days})
        db.executemany("insert into period values (?, ?)", [(month, i < 20) for i, month in enumerate(months)])
        db.executemany("insert into fiscal_year values (?, ?)", [(year, f"FY {year}") for year in (2022, 2023, 2024)])
        born = np.where(np.arange(200) % 4 > 0, draw.integers(0, 100, 200), draw.integers(0, DAYS - 100, 200))
        gone = np.where(np.arange(200) % 3 > 0, DAYS, born + draw.integers(60, 400, 200))
        for i in range(200):
            until = str(days[0] + int(gone[i])) if gone[i] < DAYS else None
            db.execute("insert into product values (?, ?, ?, ?)", (i + 1, str(days[born[i]]), until, round(float(draw.lognormal(2, 1)), 2)))
        busy = np.array([3.0 if day.astype(object).weekday() > 4 else 1.0 for day in days])
        for at in np.sort(draw.choice(DAYS, SALES, p=busy / busy.sum())):
            date = days[at].astype(object)
            there = np.flatnonzero((born <= at) & (gone >= at))
            product = int(draw.choice(there)) + 1 if len(there) else 1 + int(np.argmin(born))
            keys = (int(f"{date:%Y%m%d}"), product, int(f"{date:%Y%m}"), date.year + (date.month > 6))
            amount = round(float(draw.lognormal(3, 0.5)), 2)
            db.execute("insert into sale (date_key, product_id, period, year, amount) values (?, ?, ?, ?, ?)", (*keys, amount))
        for year in range(1985, 2015):
            db.execute("insert into season values (?)", (year,))
            spots = np.sort(draw.choice(np.arange(10, 45), RACES, replace=False))
            sunday = np.busday_offset(f"{year}-01-01", 0, roll="forward", weekmask="Sun")
            for place, week in enumerate(spots.tolist()):
                row = (year, place + 1, str(sunday + 7 * week), 10 if year < 2003 else 25)
                db.execute("insert into race (year, round, day, winner_points) values (?, ?, ?, ?)", row)
        db.commit()
    return cloned(folder, "store", request.param == "as planned")


BROKEN = {
    "a key spells its day": "select count(*) from dim_date where strftime('%Y%m%d', day) + 0 <> date_key",
    "weekdays": "select count(*) from dim_date where (strftime('%w', day) + 6) % 7 + 1 <> weekday or (weekday > 5) <> is_weekend",
    "a sale is in the month of its day": "select count(*) from sale where date_key / 100 <> period",
    "a sale is in the year that its day says": "select count(*) from sale join dim_date using (date_key) where sale.year <> fiscal_year",
    "races are on Sundays": "select count(*) from race where strftime('%w', day) <> '0'",
    "races are in their season": "select count(*) from race where strftime('%Y', day) + 0 <> year",
}  # fmt: skip


@pytest.mark.parametrize("what", BROKEN)
def test_what_keys_say_holds(store, what):
    assert [ask(BROKEN[what]) for ask in store] == [[(0,)], [(0,)]]


@pytest.mark.parametrize(("table", "key"), [("dim_date", "date_key"), ("period", "period"), ("season", "year")])
def test_keys_begin_where_the_source_begins_and_leave_nothing_out(store, table, key):
    source, copy = (ask(f"select {key} from {table} order by 1") for ask in store)
    assert source == copy


@pytest.mark.parametrize("what", ["day < launched", "day > gone"])
def test_nothing_is_sold_before_it_is_there_or_after_it_is_gone(store, what):
    """By chance a fifth of the sales would be."""
    query = f"select avg({what}) from sale join dim_date using (date_key) join product on product.id = product_id"
    source, copy = (ask(query)[0][0] for ask in store)
    assert source < 0.001
    assert copy < 0.005


def test_what_hangs_on_a_day_hangs_on_what_day_it_is(store):
    """Twice as many sales at weekends as chance would have, and points that changed in 2003."""
    share = "select avg(is_weekend) from sale join dim_date using (date_key)"
    source, copy = (ask(share)[0][0] for ask in store)
    assert abs(source - copy) < 0.08
    points = "select count(*) from race where (winner_points = 10) <> (year < 2003)"
    assert store[0](points) == [(0,)]
    assert store[1](points)[0][0] < 0.05 * 30 * RACES


def test_moved_to_another_day_no_two_months_fall_together(store, tmp_path):
    """A number of days that is no number of months: months and years move by whole ones, days by days, and every key stays a key."""
    source = store[0]("pragma database_list")[0][2]
    run("clone", f"sqlite:///{source}", f"sqlite:///{tmp_path / 'moved.sqlite'}", "--reference", "synthesize", "--today", "2026-11-15")
    ask = asked(tmp_path / "moved.sqlite")
    periods = [period for (period,) in ask("select period from period order by 1")]
    assert len(periods) == len(store[0]("select period from period"))
    assert {np.datetime64(f"{period // 100}-{period % 100:02}") - np.datetime64(f"{before // 100}-{before % 100:02}")
            for before, period in itertools.pairwise(periods)} == {np.timedelta64(1, "M")}  # fmt: skip
    assert min(periods) > 202205
    assert ask("select count(*) from dim_date where strftime('%Y%m%d', day) + 0 <> date_key") == [(0,)]
    assert ask("pragma foreign_key_check") == []
