"""`margins:` says how often values come: met to the row, what hangs on them kept, keys and numbers of rows as they were."""

import sqlite3
from contextlib import closing

import numpy as np
import pytest
from typer.testing import CliRunner

from mimic.cli.app import app

N = 600
CONFIG = """
tables:
  people:
    margins:
      land: {DE: 0.5, FR: 0.5}
      age: {"..30": 0.7, "30..": 0.3}
  orders:
    margins:
      "state, way": {"open, post": 0.25, "done, post": 0.25, "*": 0.5}
"""


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    draw, path = np.random.default_rng(12), tmp_path_factory.mktemp("margins") / "source.db"
    lands = np.array(["DE", "FR", "IT"])[draw.choice(3, N, p=[0.2, 0.2, 0.6])]
    height = {"DE": 180.0, "FR": 150.0, "IT": 120.0}
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript("""
            create table people (id integer primary key, land text not null, age integer not null, height real not null);
            create table orders (id integer primary key, person_id integer not null references people(id), state text, way text);
        """)
        people = [(i, str(land), int(draw.integers(18, 80)), height[str(land)] + float(draw.normal())) for i, land in enumerate(lands)]
        connection.executemany("insert into people values (?,?,?,?)", people)
        orders = [
            (i, i % N, ("open", "done", "lost")[int(draw.integers(0, 3))], ("post", "car")[int(draw.integers(0, 2))]) for i in range(2 * N)
        ]
        connection.executemany("insert into orders values (?,?,?,?)", orders)
    return path


def cloned(source, folder, config, name="copy.db"):
    target, path = folder / name, folder / "mimic.yaml"
    path.write_text(config)
    told = ["clone", f"sqlite:///{source}", f"sqlite:///{target}", "--config", str(path), "--reference", "synthesize", "-q"]
    return CliRunner().invoke(app, told), target


def asked(target, sql):
    with closing(sqlite3.connect(target)) as connection:
        return connection.execute(sql).fetchall()


def test_every_margin_is_met_and_the_rest_hangs_on_it(source, tmp_path):
    done, target = cloned(source, tmp_path, CONFIG)
    assert done.exit_code == 0, done.output
    assert asked(target, "select land, count(*) from people group by 1 order by 1") == [("DE", N // 2), ("FR", N // 2)]
    assert asked(target, "select count(*), sum(age < 30) from people") == [(N, round(0.7 * N))]
    heights = dict(asked(target, "select land, avg(height) from people group by 1"))
    assert heights["DE"] == pytest.approx(180, abs=3)  # those of a land look as they do in the source
    assert heights["FR"] == pytest.approx(150, abs=3)
    assert asked(target, "select count(*) from orders") == [(2 * N,)]
    pairs = {(a, b): many for a, b, many in asked(target, "select state, way, count(*) from orders group by 1, 2")}
    assert (pairs["open", "post"], pairs["done", "post"]) == (N // 2, N // 2)
    assert asked(target, "select count(*) from orders left join people p on p.id = person_id where p.id is null") == [(0,)]


def test_the_same_seed_gives_the_same_rows(source, tmp_path):
    rows = []
    for name in ("first.db", "second.db"):
        done, target = cloned(source, tmp_path, CONFIG, name)
        assert done.exit_code == 0, done.output
        rows.append(asked(target, "select * from people order by id"))
    assert rows[0] == rows[1]


def test_a_value_that_was_never_seen_is_refused_unless_a_generator_makes_it(source, tmp_path):
    told = "tables: {people: {margins: {land: {XX: 0.5, DE: 0.5}}, columns: {land: %s}}}"
    done, target = cloned(source, tmp_path, told % "{}")
    assert done.exit_code == 3
    assert "XX" in done.output
    assert not target.exists() or not asked(target, "select count(*) from sqlite_master")[0][0]
    made = "{generator: {name: distribution.categories, values: {XX: 1, DE: 1}}}"
    done, target = cloned(source, tmp_path, told % made)
    assert done.exit_code == 0, done.output
    assert asked(target, "select land, count(*) from people group by 1 order by 1") == [("DE", N // 2), ("XX", N // 2)]


@pytest.mark.parametrize(
    ("margins", "why"),
    [
        ("{land: {DE: 0.5}}", "name the others together as '*'"),
        ("{land: {DE: 0.5, FR: 0.7}}", "sum to 1.2"),
        ("{lnd: {DE: 1.0}}", "Did you mean 'land'"),
        ("{age: {old: 1.0}}", "not all of its values are values of age"),
        ('{"land, age": {DE: 1.0}}', "a value for each of"),
    ],
)
def test_mistakes_are_told(source, tmp_path, margins, why):
    done, _ = cloned(source, tmp_path, f"tables: {{people: {{margins: {margins}}}}}")
    assert done.exit_code == 2
    assert why in " ".join(done.output.split())
