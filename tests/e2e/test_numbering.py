"""Numbers are given as in the source: who came later has the higher one, and the code on a row counts on with its number."""

import datetime
import sqlite3
from contextlib import closing

import numpy as np
import pytest

import mimic

ROWS = 1_500


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    draw = np.random.default_rng(6)
    folder = tmp_path_factory.mktemp("office")
    with closing(sqlite3.connect(folder / "office.sqlite")) as db:
        db.executescript("""
            create table client (id integer primary key, kind text not null);
            create table invoice (id integer primary key, code text not null unique, slip text not null, label text not null,
              client_id integer not null references client, made date not null, total real not null);
            create table line (id integer primary key, invoice_id integer not null references invoice, quantity integer not null);
        """)
        db.executemany("insert into client values (?, ?)", [(i + 1, "ab"[i % 2]) for i in range(200)])
        day = np.datetime64("2021-01-01") + np.cumsum(draw.random(ROWS) < 0.4)
        rows = [
            (i + 1, f"INV-{i + 731:06}", f"SO{43_659 + i}", f"{draw.integers(10**7):07}", int(draw.integers(200)) + 1, str(day[i]),
             round(float(draw.lognormal(4, 1)), 2))
            for i in range(ROWS)
        ]  # fmt: skip
        db.executemany("insert into invoice values (?, ?, ?, ?, ?, ?, ?)", rows)
        lines = [(i + 1, int(draw.integers(9)) + 1) for i in range(ROWS) for _ in range(int(draw.integers(1, 4)))]
        db.executemany("insert into line (invoice_id, quantity) values (?, ?)", lines)
        db.commit()
    return folder / "office.sqlite"


def rows(path, sql):
    with closing(sqlite3.connect(path)) as db:
        return db.execute(sql).fetchall()


def test_numbers_grow_with_dates_and_codes_with_numbers(office, tmp_path):
    mimic.clone(f"sqlite:///{office}", f"sqlite:///{tmp_path / 'copy.sqlite'}")
    found = rows(tmp_path / "copy.sqlite", "select id, code, slip, label, made from invoice order by id")
    assert [row[0] for row in found] == list(range(1, ROWS + 1))
    made, codes, slips = [row[4] for row in found], [int(row[1].removeprefix("INV-")) for row in found], [row[2] for row in found]
    assert made == sorted(made)
    assert len(set(made)) > 300
    assert all(len(row[1]) == 10 for row in found)
    assert np.diff(codes).tolist() == [1] * (ROWS - 1)
    assert slips == sorted(slips)
    labels = [row[3] for row in found]
    assert labels != sorted(labels)  # what is drawn by lot stays so
    assert rows(tmp_path / "copy.sqlite", "select count(*) from line where invoice_id not in (select id from invoice)") == [(0,)]


def test_rows_on_demand_are_numbered_too(office, tmp_path):
    """Where more rows are asked to be late ones, and where dates are moved to another year."""
    model = mimic.learn(f"sqlite:///{office}")
    mimic.generate(model, f"sqlite:///{tmp_path / 'late.sqlite'}", scenarios=[("invoice.made >= '2022-01-01'", 0.6)])
    mimic.generate(model, f"sqlite:///{tmp_path / 'moved.sqlite'}", today=datetime.date(2030, 1, 1))
    late, moved = (
        [day for (day,) in rows(tmp_path / f"{name}.sqlite", "select made from invoice order by id")] for name in ("late", "moved")
    )
    assert late == sorted(late)
    assert sum(day >= "2022-01-01" for day in late) == 0.6 * ROWS
    assert moved == sorted(moved)
    assert moved[0] > "2028"
    given = model.sample("invoice", given={"made": [datetime.date(2021, 5, 1), datetime.date(2021, 4, 1)] * 20}).to_pydict()
    assert (np.diff(np.argsort(given["id"])) != 0).all()
    early = [number for number, day in zip(given["id"], given["made"], strict=True) if day.month == 4]
    assert max(early) <= 20


def test_a_user_may_want_plain_numbers(office, tmp_path):
    config = mimic.Config.model_validate({"relations": {"rising": False}})
    mimic.clone(f"sqlite:///{office}", f"sqlite:///{tmp_path / 'copy.sqlite'}", config=config)
    made = [day for (day,) in rows(tmp_path / "copy.sqlite", "select made from invoice order by id")]
    assert made != sorted(made)
