"""What may be asked of made-up rows: rare cases on demand, dates on another day, values instead of NULLs, rows that go with given ones."""

import sqlite3
from collections import Counter
from contextlib import closing
from datetime import date, timedelta

import numpy as np
import pytest
from typer.testing import CliRunner

import mimic
from mimic import commands
from mimic.cli.app import app
from mimic.errors import ConfigError, Unreachable, UsageError

ORDERS, CUSTOMERS = 3_000, 400
STATUSES = ("paid", "new", "refunded")

TABLES = """
create table customer (id integer primary key, country text not null, born date not null);
create table orders (
    id integer primary key, customer_id integer not null references customer, status text not null, placed_on date not null,
    shipped_on date, amount integer not null, note text,
    check (status <> 'new' or shipped_on is null), check (placed_on >= '2015-01-01'), check (shipped_on >= placed_on)
);
create table item (order_id integer not null references orders, position integer not null, pieces integer not null,
    primary key (order_id, position));
"""


def _rows(rng):
    """Refunds are few, dear, and made by Swiss customers; refunded orders have items of one piece."""
    customers = [(i, "CH" if i % 8 == 0 else "DE" if i % 2 else "FR", str(date(1950, 1, 1) + timedelta(i * 30))) for i in range(1, 401)]
    orders, items = [], []
    for i in range(1, ORDERS + 1):
        who = customers[int(rng.integers(CUSTOMERS))]
        refunded = rng.random() < (0.35 if who[1] == "CH" else 0.015)
        status = "refunded" if refunded else "new" if rng.random() < 0.2 else "paid"
        placed = date(2020, 1, 1) + timedelta(int(rng.integers(1_000)))
        shipped = None if status == "new" or rng.random() < 0.1 else placed + timedelta(int(rng.integers(1, 9)))
        amount = int(rng.integers(800, 1_000) if refunded else rng.integers(10, 500))
        note = None if rng.random() < 0.6 else "gift" if refunded else "plain"
        orders.append((i, who[0], status, str(placed), shipped and str(shipped), amount, note))
        items += [(i, position, 1 if refunded else int(rng.integers(2, 9))) for position in range(1, 1 + int(rng.integers(1, 4)))]
    return customers, orders, items


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    file = tmp_path_factory.mktemp("wishes") / "shop.sqlite"
    customers, orders, items = _rows(np.random.default_rng(5))
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(TABLES)
        connection.executemany("insert into customer values (?, ?, ?)", customers)
        connection.executemany("insert into orders values (?, ?, ?, ?, ?, ?, ?)", orders)
        connection.executemany("insert into item values (?, ?, ?)", items)
        connection.commit()
    return f"sqlite:///{file}"


@pytest.fixture(scope="module")
def model(shop):
    return mimic.learn(shop, reference="copy")


def _filled(model, tmp_path, name="copy.sqlite", **asked):
    target = tmp_path / name
    report = commands.generate(model, f"sqlite:///{target}", **asked)
    return target, report


def _ask(target, sql):
    with closing(sqlite3.connect(target)) as connection:
        assert not connection.execute("pragma foreign_key_check").fetchall()
        return connection.execute(sql).fetchall()


# -- rare cases on demand ---------------------------------------------------------------------------------------------------


def test_three_in_ten_orders_are_refunded_and_hang_together_as_refunds_do(model, tmp_path):
    target, report = _filled(model, tmp_path, scenarios=[("orders.status = 'refunded'", 0.3)])
    statuses = dict(_ask(target, "select status, count(*) from orders group by 1"))
    assert statuses["refunded"] == 0.3 * ORDERS
    assert sum(statuses.values()) == ORDERS
    assert statuses["new"] / (statuses["new"] + statuses["paid"]) == pytest.approx(0.2, abs=0.04)  # the others are as they were
    means = dict(_ask(target, "select status = 'refunded', avg(amount) from orders group by 1"))
    assert means[1] > 800 > 500 > means[0]  # the rest of the row
    pieces = dict(_ask(target, "select status = 'refunded', avg(pieces) from item join orders on id = order_id group by 1"))
    assert pieces[1] < 1.6 < 4 < pieces[0]  # the children
    parents = "select status = 'refunded', avg(country = 'CH') from orders o join customer c on c.id = customer_id group by 1"
    swiss = dict(_ask(target, parents))
    assert swiss[1] > 1.5 * swiss[0]  # the parents
    assert report.facts["where orders.status = 'refunded'"] == f"900 of {ORDERS} rows"


def test_no_parent_has_other_numbers_of_children_for_it(model, tmp_path):
    plain, _ = _filled(model, tmp_path, "plain.sqlite")
    asked, _ = _filled(model, tmp_path, scenarios=[("orders.status = 'refunded'", 0.3)])
    sql = "select customer_id, count(*) from orders group by 1 order by 1"
    assert _ask(plain, sql) == _ask(asked, sql)


def test_scenarios_of_several_tables_hold_together(model, tmp_path):
    asked = [("customer.country = 'CH'", 0.6), ("orders.amount >= 800 and orders.status <> 'new'", 0.2)]
    target, _ = _filled(model, tmp_path, scenarios=asked)
    assert _ask(target, "select avg(country = 'CH') from customer") == [(0.6,)]
    assert _ask(target, "select avg(amount >= 800 and status <> 'new') from orders")[0][0] == pytest.approx(0.2, abs=0.001)


def test_several_scenarios_of_one_table_hold_together(model, tmp_path):
    target, _ = _filled(model, tmp_path, scenarios=[("orders.status = 'refunded'", 0.25), ("orders.note is null", 0.3)])
    assert _ask(target, "select avg(status = 'refunded') from orders")[0][0] == pytest.approx(0.25, abs=0.002)
    assert _ask(target, "select avg(note is null) from orders")[0][0] == pytest.approx(0.3, abs=0.002)


def test_the_same_seed_gives_the_same_rows_whatever_the_batch(model, monkeypatch, tmp_path):
    first, _ = _filled(model, tmp_path, "a.sqlite", scenarios=[("orders.status = 'refunded'", 0.3)], seed=3)
    monkeypatch.setattr(commands, "BATCH_ROWS", 101)
    second, _ = _filled(model, tmp_path, "b.sqlite", scenarios=[("orders.status = 'refunded'", 0.3)], seed=3, jobs=3)
    for table in ("customer", "orders", "item"):
        assert _ask(first, f"select * from {table} order by 1, 2") == _ask(second, f"select * from {table} order by 1, 2")


def test_what_the_model_never_makes_is_told_before_anything_is_written(model, tmp_path):
    with pytest.raises(Unreachable, match=r"never satisfy .*drawn 0 satisfy it; nothing was written") as told:
        _filled(model, tmp_path, scenarios=[("orders.status = 'stolen'", 0.3)])
    assert told.value.exit_code == 3
    with closing(sqlite3.connect(tmp_path / "copy.sqlite")) as connection:
        assert connection.execute("select count(*) from sqlite_master").fetchone() == (0,)


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("status = 'paid'", "does not say of which table"),
        ("orders.statu = 'paid'", "Did you mean 'status'"),
        ("order.status = 'paid'", "Did you mean 'orders'"),
        ("orders.status = 'paid' and customer.country = 'CH'", "rows of one table"),
        ("orders.status =", "cannot be parsed"),
    ],
)
def test_what_is_no_condition_on_one_table_is_told(model, where, said, tmp_path):
    with pytest.raises(ConfigError, match=said):
        _filled(model, tmp_path, scenarios=[(where, 0.1)])


def test_the_command_line_takes_conditions_and_shares_in_pairs(shop, tmp_path):
    asked = ["clone", shop, f"sqlite:///{tmp_path / 'copy.sqlite'}", "--reference", "copy", "--where", "orders.status='new'"]
    done = CliRunner().invoke(app, asked)
    assert done.exit_code == 2
    assert "--share 0.3" in done.output
    done = CliRunner().invoke(app, [*asked, "--share", "60%", "--today", "2027-01-01"])
    assert done.exit_code == 0, done.output
    assert _ask(tmp_path / "copy.sqlite", "select avg(status = 'new') from orders") == [(0.6,)]


def test_mimic_yaml_asks_for_the_same(shop, tmp_path):
    file = tmp_path / "mimic.yaml"
    file.write_text(
        "scenarios:\n  - {where: \"orders.status = 'refunded'\", share: 0.2}\ntoday: 2027-01-01\ntables:\n  orders: {impute: true}\n"
    )
    mimic.learn(shop, config=file, reference="copy").save(tmp_path / "shop.mimic")
    target, _ = _filled(tmp_path / "shop.mimic", tmp_path)
    assert _ask(target, "select avg(status = 'refunded'), sum(note is null) from orders") == [(0.2, 0)]
    assert abs((date.fromisoformat(_ask(target, "select max(placed_on) from orders")[0][0]) - date(2027, 1, 1)).days) < 15


# -- dates on another day -----------------------------------------------------------------------------------------------------


def test_every_date_keeps_its_distance(model, tmp_path):
    plain, _ = _filled(model, tmp_path, "plain.sqlite")
    moved, report = _filled(model, tmp_path, today=date(2027, 1, 1))
    days = int(report.facts["today"].split()[-2])
    for sql in ("select id, placed_on, shipped_on from orders order by id", "select id, born, null from customer order by id"):
        was, now = _ask(plain, sql), _ask(moved, sql)
        later = [
            tuple(v if i == 0 or v is None else str(date.fromisoformat(v) + timedelta(days)) for i, v in enumerate(row)) for row in was
        ]
        assert now == later
    newest = date.fromisoformat(_ask(moved, "select max(shipped_on) from orders")[0][0])
    assert abs((newest - date(2027, 1, 1)).days) < 15


def test_a_date_that_a_check_bounds_stays_within_it(model, tmp_path):
    target, _ = _filled(model, tmp_path, today=date(2016, 1, 1))
    first, orders, wrong = _ask(target, "select min(placed_on), count(*), sum(shipped_on < placed_on) from orders")[0]
    assert (first >= "2015-01-01", orders, wrong) == (True, ORDERS, 0)


def test_dates_move_in_postgresql_too_but_for_keys_that_partitions_bound(make_database):
    source, target = make_database(), make_database()
    source.psql(
        """create table shop (id int primary key, opened date not null, closed timestamptz, open_for tstzrange);
        create table day (id int, at date not null, sold int not null, primary key (id, at)) partition by range (at);
        create table day_a partition of day for values from ('2020-01-01') to ('2021-01-01');
        create table day_b partition of day for values from ('2021-01-01') to ('2022-01-01');
        insert into shop select i, date '2018-01-01' + i, case when i % 3 = 0 then timestamptz 'infinity' else '2020-05-05 12:00+00'
            end, tstzrange('2019-01-01 00:00+00', null) from generate_series(1, 300) i;
        insert into day select i, date '2020-01-01' + i, i % 7 from generate_series(1, 600) i"""
    )
    report = commands.clone(source.url, target.url, today=date(2027, 1, 1), reference="synthesize")
    assert [finding.place for finding in report.findings if finding.id == "W507"] == ["day.at"]
    assert target.psql("select count(*), min(at) >= '2020-01-01', max(at) < '2022-01-01' from day").strip() == "600|t|t"
    shown = (
        "select min(opened) > '2023-01-01', count(*) filter (where closed = 'infinity') > 50, min(lower(open_for)) > '2024-01-01' from shop"
    )
    assert target.psql(shown).strip() == "t|t|t"


# -- values instead of NULLs ----------------------------------------------------------------------------------------------------


def test_nulls_get_values_where_the_row_allows(model, tmp_path):
    plain, _ = _filled(model, tmp_path, "plain.sqlite")
    filled, _ = _filled(model, tmp_path, impute=["orders.note", "orders.shipped_on"])
    sql = "select status, avg(shipped_on is null) from orders group by 1 order by 1"
    before, after = dict(_ask(plain, sql)), dict(_ask(filled, sql))
    assert before["new"] == after["new"] == 1.0  # its CHECK wants NULL
    assert before["paid"] > 0.05
    assert after["paid"] < 0.01
    assert _ask(filled, "select sum(note is null) from orders") == [(0,)]
    assert _ask(filled, "select sum(shipped_on < placed_on) from orders") == [(0,)]
    gift = dict(_ask(filled, "select status = 'refunded', avg(note = 'gift') from orders group by 1"))
    assert gift[1] > 0.6 > 0.2 > gift[0]  # as rows like theirs have it
    kept = "select count(*) from orders where note is null"
    assert _ask(plain, kept)[0][0] > ORDERS / 2


# -- rows that go with given ones -------------------------------------------------------------------------------------------------


def test_given_a_category_the_rest_is_as_in_the_source(model, shop):
    made = model.sample("orders", 600, given={"status": "refunded"}).to_pandas()
    assert set(made.status) == {"refunded"}
    real = np.array([row[0] for row in _ask(shop.removeprefix("sqlite:///"), "select amount from orders where status = 'refunded'")])
    quarters = (0.1, 0.25, 0.5, 0.75, 0.9)
    assert np.quantile(made.amount, quarters) == pytest.approx(np.quantile(real, quarters), rel=0.08)
    noted = made.note.dropna()
    assert (noted == "gift").mean() > 0.8


def test_given_a_number_the_category_before_it_follows(model):
    made = model.sample("orders", given={"amount": [900] * 200 + [100] * 200}).to_pandas()
    assert list(made.amount) == [900] * 200 + [100] * 200
    status = [Counter(made.status[:200]), Counter(made.status[200:])]
    assert status[0]["refunded"] > 150
    assert status[1]["refunded"] < 20


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"statu": "paid"}, "Did you mean 'status'"),
        ({"amount": ["much"]}, "holds values that are no"),
        ({"status": [None]}, "NULL"),
        ({"status": ["paid", "new"], "amount": [1]}, "different lengths"),
        ({}, "no column is given"),
    ],
)
def test_given_values_that_do_not_fit_are_told_at_once(model, given, said):
    with pytest.raises(UsageError, match=said):
        model.sample("orders", given=given)


@pytest.mark.acceptance
def test_given_a_title_its_dates_are_those_of_the_source(load_shared):
    """Employees. Seen: Staff begins at (10, 50, 90 %) 1986-12-03, 1992-10-14, 1998-09-12 in the copy, 1986-08-25, 1992-09-26, 1998-08-16 in
    the source; 27 % are held to this day there, 25 % here."""
    source = load_shared("employees")
    model = mimic.learn(source.url, reference="synthesize")
    for title in ("Staff", "Engineer"):
        made = model.sample("title", 800, given={"title": title}).to_pandas()
        rows = source.psql(f"select from_date - date '1970-01-01', (to_date > '9000-01-01')::int from title where title = '{title}'")
        real = np.array([line.split("|") for line in rows.strip().splitlines()], dtype=np.float64)
        begins = np.array([(day - date(1970, 1, 1)).days for day in made.from_date])
        assert set(made.title) == {title}
        assert np.quantile(begins, (0.1, 0.5, 0.9)) == pytest.approx(np.quantile(real[:, 0], (0.1, 0.5, 0.9)), abs=300)
        assert np.mean([str(day) > "9000" for day in made.to_date]) == pytest.approx(real[:, 1].mean(), abs=0.08)
