"""What holds in every row of a real database holds in its copy: nobody said so, it was found."""

import sqlite3
from contextlib import closing

import numpy as np
import pytest
from typer.testing import CliRunner

from mimic.cli.app import app


@pytest.fixture(scope="module")
def copy(_chinook, tmp_path_factory):
    target = tmp_path_factory.mktemp("relations") / "copy.sqlite"
    done = CliRunner().invoke(app, ["clone", f"sqlite:///{_chinook}", f"sqlite:///{target}", "--reference", "synthesize", "--quiet"])
    assert done.exit_code == 0, done.output
    return target


RELATIONS = {
    "an invoice's total is the sum of its lines": """
        select count(*) from invoice i where abs(total - (select sum(unit_price * quantity) from invoice_line l
        where l.invoice_id = i.invoice_id)) > 0.005""",
    "an invoice goes where its customer lives": """
        select count(*) from invoice i join customer c using (customer_id)
        where i.billing_address is not c.address or i.billing_city is not c.city or i.billing_country is not c.country""",
    "a line has the price of its track": """
        select count(*) from invoice_line l join track t using (track_id) where l.unit_price <> t.unit_price""",
}


@pytest.mark.parametrize("relation", RELATIONS)
def test_it_holds_in_the_copy(copy, relation):
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute(RELATIONS[relation]).fetchone() == (0,)


def test_the_plan_says_so(chinook_sqlite):
    done = CliRunner().invoke(app, ["plan", f"sqlite:///{chinook_sqlite}", "-o", "-", "--quiet"])
    assert "the sum of" in done.output
    assert "equals customer_id.address" in done.output


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """Customers with purchases: what a row says of its children, of its parent's price and of its own numbers, all at once."""
    draw = np.random.default_rng(5)
    folder = tmp_path_factory.mktemp("shop")
    with closing(sqlite3.connect(folder / "shop.sqlite")) as db:
        db.executescript("""
            create table article (id integer primary key, price numeric(8, 2) not null);
            create table customer (id integer primary key, joined_on date not null,
              purchases integer not null, open_purchases integer not null,
              spent numeric(12, 2) not null, mean_quantity numeric(6, 2), latest_on date);
            create table purchase (id integer primary key,
              customer_id integer not null references customer, article_id integer not null references article, quantity integer not null,
              off numeric(4, 2) not null, net numeric(12, 2) not null, tax numeric(12, 2) not null,
              status text not null, bought_on date not null);
        """)
        prices = np.round(draw.gamma(4.0, 9.0, 60) + 1, 2)
        db.executemany("insert into article values (?, ?)", enumerate(prices.tolist(), 1))
        joined = draw.integers(18_000, 19_000, 400)
        days = [str(day) for day in (np.datetime64("1970-01-01") + joined)]
        db.executemany("insert into customer values (?, ?, 0, 0, 0, null, null)", enumerate(days, 1))
        for customer in range(400):
            for _ in range(int(draw.poisson(4))):
                article, many, off = int(draw.integers(60)), int(draw.integers(1, 6)), float(draw.choice([0.0, 0.1, 0.25]))
                net = round(prices[article] * many * (1 - off), 2)
                day = str(np.datetime64("1970-01-01") + int(joined[customer] + draw.integers(0, 700)))
                row = (
                    customer + 1,
                    article + 1,
                    many,
                    off,
                    net,
                    round(net * 0.08, 2),
                    str(draw.choice(["paid", "open"], p=[0.7, 0.3])),
                    day,
                )
                db.execute("insert into purchase values (null, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        db.execute(f"update customer set {', '.join(f'{name} = ({sql})' for name, sql in SAID.items())}")
        db.commit()
    target = folder / "copy.sqlite"
    done = CliRunner().invoke(app, ["clone", f"sqlite:///{folder / 'shop.sqlite'}", f"sqlite:///{target}", "--quiet"])
    assert done.exit_code == 0, done.output
    return target


SAID = {
    "purchases": "select count(*) from purchase p where p.customer_id = customer.id",
    "open_purchases": "select count(*) from purchase p where p.customer_id = customer.id and status = 'open'",
    "spent": "select round(coalesce(sum(net), 0), 2) from purchase p where p.customer_id = customer.id and status = 'paid'",
    "mean_quantity": "select round(avg(quantity), 2) from purchase p where p.customer_id = customer.id",
    "latest_on": "select max(bought_on) from purchase p where p.customer_id = customer.id",
}


@pytest.mark.parametrize("column", SAID)
def test_what_customers_say_of_their_purchases_holds(shop, column):
    with closing(sqlite3.connect(shop)) as db:
        assert db.execute("select count(*), sum(purchases > 0) > 300 from customer").fetchone() == (400, 1)
        told = db.execute(f"select id, {column}, ({SAID[column]}) from customer").fetchall()
    assert [row for row in told if row[1] != (pytest.approx(row[2], abs=0.011) if isinstance(row[2], float) else row[2])] == []


def test_what_a_line_costs_follows_from_the_price_of_the_article(shop):
    with closing(sqlite3.connect(shop)) as db:
        wrong = """select count(*) from purchase p join article a on a.id = article_id
                   where abs(net - round(price * quantity * (1 - off), 2)) > 0.011 or abs(tax - round(net * 0.08, 2)) > 0.011"""
        assert db.execute(wrong).fetchone() == (0,)
        assert db.execute("select count(*) > 1000 from purchase").fetchone() == (1,)
