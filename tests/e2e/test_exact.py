"""Exact relations are found, shown with the rows that bear them out, held in the copy, and left alone where the file says so."""

import json
import sqlite3
from contextlib import closing

import numpy as np
import pytest
from typer.testing import CliRunner

from mimic.cli.app import app

N = 3_000


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    draw, path = np.random.default_rng(6), tmp_path_factory.mktemp("exact") / "source.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript("""
            create table shops (id integer primary key, continent text, country text, city text, opened date);
            create table visits (id integer primary key, shop_id integer not null references shops(id), came date not null, went date,
              country text, pieces integer, price real, total real, month integer);
        """)
        towns = draw.integers(0, 40, 1_000)
        shops = [
            (i, f"continent {c % 3}", f"country {c % 9}" if i else "country x", f"city {c}", f"2020-{1 + i % 12:02d}-01")
            for i, c in enumerate(towns.tolist())
        ]
        connection.executemany("insert into shops values (?,?,?,?,?)", shops)
        visits = []
        for i in range(N):
            shop, pieces, price, day = int(draw.integers(0, 1_000)), int(draw.integers(1, 30)), float(draw.integers(100, 900)) / 100, i % 28
            stay = f"2021-{2 + i % 7:02d}-{1 + day:02d}"
            came = f"2021-{1 + i % 6:02d}-{1 + int(draw.integers(0, 28)):02d}"
            visits.append((i, shop, came, max(came, stay), shops[shop][2], pieces, price, round(pieces * price, 2), int(came[5:7])))
        connection.executemany("insert into visits values (?,?,?,?,?,?,?,?,?)", visits)
    return path


BROKEN = {
    "determined": """
        select count(*) from (select city from shops group by city having count(distinct country) > 1) union all
        select count(*) from (select country from shops group by country having count(distinct continent) > 1)""",
    "copied": "select count(*) from visits v join shops s on s.id = v.shop_id where v.country is not s.country",
    "computed": "select count(*) from visits where abs(total - pieces * price) > 0.0051 or month <> cast(strftime('%m', came) as integer)",
    "ordered": "select count(*) from visits where went < came",
}


def cloned(source, folder, config=""):
    target, path = folder / "copy.db", folder / "mimic.yaml"
    path.write_text(config or "{}")
    told = ["clone", f"sqlite:///{source}", f"sqlite:///{target}", "--config", str(path), "--reference", "synthesize", "-q"]
    done = CliRunner().invoke(app, told)
    assert done.exit_code in (0, 4), done.output
    return target


def broken(target, kind):
    with closing(sqlite3.connect(target)) as connection:
        return sum(row[0] for row in connection.execute(BROKEN[kind]))


@pytest.fixture(scope="module")
def copy(source, tmp_path_factory):
    return cloned(source, tmp_path_factory.mktemp("copy"))


@pytest.mark.parametrize("kind", BROKEN)
def test_it_holds_in_the_copy(copy, kind):
    assert broken(copy, kind) == 0


def test_the_plan_shows_each_with_its_support(source):
    done = CliRunner().invoke(app, ["inspect", f"sqlite:///{source}", "--format", "json"])
    found = {(one["table"], one["column"], one["kind"]): one for one in json.loads(done.stdout)["relations"]}
    assert found["visits", "total", "computed"]["holds"] == N
    assert found["visits", "country", "copied"]["holds"] == N
    assert (found["shops", "country", "determined"]["holds"], found["shops", "country", "determined"]["breaks"]) == (999, 1)
    assert ("shops", "continent", "determined") in found
    assert ("visits", "went", "ordered") in found
    shown = CliRunner().invoke(app, ["inspect", f"sqlite:///{source}"]).stdout
    assert "Holds exactly" in shown
    assert "999 rows, not in 1" in shown


def test_it_can_be_switched_off(source, tmp_path):
    config = """
relations: {determined: off, copied: off}
tables: {visits: {columns: {total: {relation: off}}}}
"""
    target = cloned(source, tmp_path, config)
    assert broken(target, "copied") > 0
    assert broken(target, "computed") > 0
    assert broken(target, "ordered") == 0


def test_days_that_are_distinct_within_a_title_keep_after_the_day_of_hiring(tmp_path):
    """The title is asked by nothing that stands in the order of such days: they would wait for each other."""
    draw, path, target = np.random.default_rng(9), tmp_path / "source.db", tmp_path / "copy.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript("""
            create table person (id integer primary key, hired date not null);
            create table held (person_id integer not null references person, title text not null, since date not null, until date,
              primary key (person_id, title, since));
        """)
        for i in range(600):
            day = np.datetime64("2005-01-01") + int(draw.integers(0, 4_000))
            connection.execute("insert into person values (?, ?)", (i, str(day)))
            first = int(draw.integers(0, 2)) * 2
            for rank in range(int(draw.integers(1, 4))):
                ends = day + int(draw.integers(300, 1_500))
                title = ["clerk", "senior clerk", "engineer", "senior engineer", "chief"][min(first + rank, 4)]
                connection.execute("insert into held values (?, ?, ?, ?)", (i, title, str(day), str(ends)))
                day = ends
    done = CliRunner().invoke(app, ["clone", f"sqlite:///{path}", f"sqlite:///{target}", "-q"])
    assert done.exit_code == 0, done.output
    with closing(sqlite3.connect(target)) as connection:
        early = "select count(*) from held join person on person.id = person_id where since < hired or until < since"
        assert connection.execute(early).fetchone() == (0,)
        follows = """select avg(b.title = 'senior ' || a.title) from held a join held b on b.person_id = a.person_id and b.since = a.until
            where a.title in ('clerk', 'engineer')"""
        assert connection.execute(follows).fetchone()[0] > 0.8  # drawn apart: 0.2
