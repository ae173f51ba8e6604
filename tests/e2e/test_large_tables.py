"""Of a table that is too large to be read whole, siblings are read together: their order and what goes on along it are kept."""

import sqlite3
from contextlib import closing

import numpy as np
import pytest
from typer.testing import CliRunner

from mimic.cli.app import app

METERS, READINGS = 1_200, 15


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """Meters that are read once a month and never turn back; a third of the readings are looked at."""
    folder, draw = tmp_path_factory.mktemp("meters"), np.random.default_rng(6)
    with closing(sqlite3.connect(folder / "source.sqlite")) as db:
        db.executescript("""
            create table meter (id integer primary key, kind text not null);
            create table reading (id integer primary key, meter_id integer not null references meter, read_on date not null,
              stand integer not null);
        """)
        db.executemany("insert into meter values (?, ?)", ((i, str(draw.choice(["water", "power"]))) for i in range(METERS)))
        for meter in range(METERS):
            stand, day = int(draw.integers(0, 3_000)), np.datetime64("2022-01-01") + int(draw.integers(0, 30))
            for _ in range(READINGS):
                db.execute("insert into reading values (null, ?, ?, ?)", (meter, str(day), stand))
                stand, day = stand + int(draw.integers(1, 60)), day + int(draw.integers(26, 35))
        db.commit()
    config = folder / "mimic.yaml"
    config.write_text(f"version: 1\nsample_rows: {METERS * READINGS // 3}\n")
    target = folder / "copy.sqlite"
    asked = ["clone", f"sqlite:///{folder / 'source.sqlite'}", f"sqlite:///{target}", "--config", str(config), "--quiet"]
    done = CliRunner().invoke(app, [*asked, "--reference", "synthesize"])
    assert done.exit_code == 0, done.output
    return target


@pytest.mark.parametrize("column", ["read_on", "stand"])
def test_readings_never_turn_back(copy, column):
    with closing(sqlite3.connect(copy)) as db:
        turned = f"select {column} < lag({column}) over (partition by meter_id order by id) as back from reading"
        assert db.execute(f"select count(*) from ({turned}) where back").fetchone() == (0,)
        assert db.execute("select count(*) from reading").fetchone() == (METERS * READINGS,)


def test_they_go_on_in_steps_as_in_the_source(copy):
    with closing(sqlite3.connect(copy)) as db:
        steps = db.execute("""
            select avg(stand - before) from (select stand, lag(stand) over (partition by meter_id order by id) as before from reading)
        """).fetchone()
    assert 22 < steps[0] < 38
