"""Weeks that all shops share, addresses of which one is the main one, prices that are a multiple, shares of about a hundred: undeclared,
and kept."""

import sqlite3
from contextlib import closing

import numpy as np
import pytest

from tests.e2e.cloning import Ask, cloned

SHOPS, WEEKS, BUYERS = 60, 52, 800


@pytest.fixture(scope="module", params=["as found", "as planned"])
def trade(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Ask, Ask]:
    """A source and its copy, each as what answers a query; what `plan` writes says the same as nothing at all."""
    draw, folder = np.random.default_rng(5), tmp_path_factory.mktemp("trade")
    weeks = [str(np.datetime64("2024-01-05") + 7 * week) for week in range(WEEKS)]
    holiday = set(draw.choice(WEEKS, 6, replace=False).tolist())
    with closing(sqlite3.connect(folder / "trade.sqlite")) as db:
        db.executescript("""
            create table shop (id integer primary key, size integer not null, opened date not null);
            create table week (shop_id integer not null references shop, day date not null, is_holiday boolean not null,
              turnover numeric(10, 2) not null, primary key (shop_id, day));
            create table visit (id integer primary key, shop_id integer not null references shop,
              seen date not null, people integer not null);
            create table buyer (id integer primary key, since date not null);
            create table address (id integer primary key, buyer_id integer not null references buyer,
              is_main boolean not null, kind text not null);
            create table interest (id integer primary key, buyer_id integer not null references buyer,
              topic text not null, percent numeric(4, 1) not null);
            create table purchase (id integer primary key, buyer_id integer not null references buyer,
              number integer not null check (number <= 150), fuel text not null,
              litres numeric(6, 2) not null, price numeric(9, 2) not null, unique (buyer_id, number));
        """)
        for shop in range(1, SHOPS + 1):
            size, late = int(draw.integers(20, 400)), int(draw.choice([0, 0, 0, 10]))
            db.execute("insert into shop values (?, ?, ?)", (shop, size, weeks[late]))
            for week in range(late, WEEKS):
                sold = float(draw.lognormal(np.log(size * 100), 0.2) * (1.5 if week in holiday else 1))
                db.execute("insert into week values (?, ?, ?, ?)", (shop, weeks[week], week in holiday, round(sold, 2)))
            visits = [(shop, weeks[week], int(draw.poisson(size))) for week in range(WEEKS)]
            db.executemany("insert into visit (shop_id, seen, people) values (?, ?, ?)", visits)
        for buyer in range(1, BUYERS + 1):
            db.execute("insert into buyer values (?, ?)", (buyer, str(np.datetime64("2020-01-01") + int(draw.integers(900)))))
            several = int(draw.integers(1, 6))
            main = int(draw.integers(several))
            kinds = ["bill", "home", *draw.choice(["work", "other"], 4).tolist()]
            for i in np.argsort(draw.random(several)).tolist():
                db.execute("insert into address (buyer_id, is_main, kind) values (?, ?, ?)", (buyer, i == main, kinds[i]))
            known = float(draw.uniform(90, 100))
            parts = np.round(known * draw.dirichlet(np.full(int(draw.integers(1, 7)), 0.7)), 1)
            topics = draw.choice(["cars", "music", "sport", "art", "food", "travel"], len(parts), replace=False).tolist()
            db.executemany(
                "insert into interest (buyer_id, topic, percent) values (?, ?, ?)", zip([buyer] * len(parts), topics, parts, strict=True)
            )
        order = draw.permutation(np.repeat(np.arange(1, BUYERS + 1), draw.integers(2, 12, BUYERS)))
        number = np.zeros(BUYERS + 1, dtype=int)
        places = {at: i + 1 for i, at in enumerate(draw.permutation(len(order)).tolist())}  # keys say nothing about the order
        for at, buyer in enumerate(order.tolist()):
            number[buyer] += 1
            fuel = str(draw.choice(["diesel", "petrol", "gas"], p=[0.5, 0.4, 0.1]))
            litres = round(float(draw.lognormal(3, 0.8)), 2)
            price = round(litres * {"diesel": 34.9, "petrol": 36.4, "gas": 17.2}[fuel] * float(draw.normal(1, 0.01)), 2)
            db.execute("insert into purchase values (?, ?, ?, ?, ?, ?)", (places[at], buyer, int(number[buyer]), fuel, litres, price))
        db.commit()
    return cloned(folder, "trade", request.param == "as planned")


DAYS = {"week": "day", "visit": "seen"}


@pytest.mark.parametrize("table", DAYS)
def test_shops_share_their_weeks(trade, table):
    source, copy = (rows(f"select distinct {DAYS[table]} from {table} order by 1") for rows in trade)
    assert source == copy
    twice = f"select 1 from {table} group by shop_id, {DAYS[table]} having count(*) > 1"
    assert trade[1](twice) == []


def test_weeks_follow_one_another_to_the_last(trade):
    last = "select count(*) from shop where id in (select shop_id from week group by 1 having max(day) < (select max(day) from week))"
    apart = "select julianday(day) - julianday(lag(day) over (partition by shop_id order by day)) gap from week"
    gaps = f"select count(*) from ({apart}) where gap > 7"
    assert [rows(last) for rows in trade] == [[(0,)], [(0,)]]
    assert [rows(gaps) for rows in trade] == [[(0,)], [(0,)]]


def test_a_week_is_a_holiday_in_all_shops_or_in_none(trade):
    query = "select count(*) from (select day from week group by day having count(distinct is_holiday) > 1)"
    assert [rows(query) for rows in trade] == [[(0,)], [(0,)]]


@pytest.mark.parametrize("what", ["is_main", "kind = 'bill'"])
def test_each_buyer_has_one(trade, what):
    query = f"select count(*) from (select buyer_id from address group by 1 having sum({what}) <> 1)"
    assert [rows(query) for rows in trade] == [[(0,)], [(0,)]]


def test_purchases_are_numbered_from_one_though_fewer_than_the_rule_allows(trade):
    query = "select count(*) from (select buyer_id from purchase group by 1 having min(number) <> 1 or max(number) <> count(*))"
    assert [rows(query) for rows in trade] == [[(0,)], [(0,)]]


def test_a_price_is_near_so_much_a_litre(trade):
    """The ratio spreads by one per cent around the price of its fuel; drawn beside the litres in classes it would by twenty."""
    query = "select price / litres / case fuel when 'diesel' then 34.9 when 'petrol' then 36.4 else 17.2 end from purchase"
    source, copy = (np.array(rows(query))[:, 0] for rows in trade)
    assert np.quantile(np.abs(source - 1), 0.9) < 0.02
    assert np.quantile(np.abs(copy - 1), 0.9) < 0.03


def test_shares_of_a_buyer_come_to_about_a_hundred(trade):
    """Each is spread as in the source, and as many stand alone."""
    sums = "select sum(percent) from interest group by buyer_id having count(*) > 1 order by 1"
    source, copy = (np.array(rows(sums))[:, 0] for rows in trade)
    assert np.abs(np.quantile(source, [0.01, 0.5, 0.99]) - np.quantile(copy, [0.01, 0.5, 0.99])).max() < 2
    each = "select percent from interest order by 1"
    source, copy = (np.array(rows(each))[:, 0] for rows in trade)
    assert np.abs(np.quantile(source, [0.1, 0.5, 0.9]) - np.quantile(copy, [0.1, 0.5, 0.9])).max() < 5
    assert (copy >= 0).all()
    assert np.abs(copy * 10 - np.rint(copy * 10)).max() < 1e-6
