"""Real rows in a plan of several modes flow from the source into the target: what is held grows with keys, not with rows."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from mimic import commands
from mimic.config import Config

PLAN = {
    "reference": "synthesize",
    "sample_rows": 2000,
    "tables": {
        "person": {"mode": "mask", "columns": {"letter": {"masker": "keep"}}},
        "parcel": {"mode": "subset", "columns": {"letter": {"masker": "keep"}}},
        "kind": {"mode": "copy"},
        "visit": {"rows": 500},
    },
    "subset": {"roots": ["parcel: where id > 0"]},
}


def filled(path: Path, persons: int, letter: int = 1000) -> Path:
    """Persons, as many parcels, both with long letters; and visits that will be made up."""
    with closing(sqlite3.connect(path)) as db:
        db.executescript("""
            CREATE TABLE kind (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
            CREATE TABLE person (id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE, kind_id INTEGER REFERENCES kind, letter TEXT);
            CREATE TABLE parcel (id INTEGER PRIMARY KEY, person_id INTEGER NOT NULL REFERENCES person, letter TEXT);
            CREATE TABLE visit (id INTEGER PRIMARY KEY, person_id INTEGER NOT NULL REFERENCES person, minutes INTEGER);""")
        db.executemany("INSERT INTO kind VALUES (?, ?)", [(i, f"kind {i}") for i in range(5)])
        number = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {persons})"
        text = f"replace(hex(zeroblob({letter // 2})), '0', char(97 + i % 26))"
        db.execute(f"INSERT INTO person {number} SELECT i, 'jane.doe' || i || '@example.org', i % 5, {text} FROM n")
        db.execute(f"INSERT INTO parcel {number} SELECT i, 1 + (i * 7) % {persons}, {text} FROM n")
        db.executemany("INSERT INTO visit VALUES (?, ?, ?)", [(i, 1 + i % persons, i % 60) for i in range(2000)])
        db.commit()
    return path


def everything(path: Path) -> dict[str, list[tuple]]:
    with closing(sqlite3.connect(path)) as db:
        return {name: db.execute(f"SELECT * FROM {name} ORDER BY 1").fetchall() for name in ("kind", "person", "parcel", "visit")}


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "mask.key"
    commands.new_key(path)
    return path


@pytest.mark.parametrize("top_up", [False, True])
def test_rows_that_flow_are_those_that_would_travel_in_the_model(tmp_path, key, monkeypatch, top_up):
    """Whether a table is large makes no difference to any row, masked, real or made up."""
    source = filled(tmp_path / "source.db", 300, 20)
    plan = json.loads(json.dumps(PLAN))
    if top_up:
        plan["tables"]["parcel"] |= {"top_up_to": 400}
        plan["subset"]["roots"] = ["parcel: 30%"]
    made = []
    for held in (1_000_000, 0):
        monkeypatch.setattr(commands, "HELD_ROWS", held)
        target = tmp_path / f"target{held}.db"
        commands.clone(f"sqlite:///{source}", f"sqlite:///{target}", config=Config.model_validate(plan), key_file=key)
        made.append(everything(target))
    assert made[0] == made[1]
    assert [len(rows) for rows in made[0].values()] == [5, 300, 400 if top_up else 300, 500]
    real = everything(source)
    assert made[1]["kind"] == real["kind"]
    assert (set(real["parcel"]) <= set(made[1]["parcel"])) is not top_up
    assert not {row[1] for row in made[1]["person"]} & {row[1] for row in real["person"]}, "masked"


MEASURED = """
import json, resource, sys
import pyarrow as pa
from mimic import commands
from mimic.config import Config
source, target, key, plan, *rows = sys.argv[1:]
if rows:
    commands.HELD_ROWS, commands.BATCH_ROWS = map(int, rows)
commands.clone(f"sqlite:///{source}", f"sqlite:///{target}", config=Config.model_validate(json.loads(plan)), key_file=key)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, pa.default_memory_pool().max_memory())
"""


def peaks_of(source: Path, target: Path, key: Path, *rows: int) -> tuple[int, int]:
    """The most memory that a clone in a process of its own had: MB of the process, bytes of Arrow."""
    asked = [sys.executable, "-c", MEASURED, source, target, key, json.dumps(PLAN), *map(str, rows)]
    process, arrow = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.split()
    return int(process), int(arrow)


def test_a_batch_at_a_time(tmp_path, key):
    """Four times as many rows of 1 kB cost Arrow no more than their keys: 24 MB of rows would be seen."""
    peaks = []
    for n in (3_000, 12_000):
        source, target = filled(tmp_path / f"source{n}.db", n), tmp_path / f"target{n}.db"
        peaks.append(peaks_of(source, target, key, 0, 1000)[1])
        assert [len(rows) for rows in everything(target).values()] == [5, n, n, 500]
    assert peaks[1] - peaks[0] < 9_000 * 400, f"peaks {peaks}"


@pytest.mark.acceptance
def test_memory_is_bounded_by_keys(tmp_path, key):
    """The same of whole processes and larger tables, three sizes of them. 3 minutes."""
    rows, peaks = (200_000, 400_000, 800_000), []
    for n in rows:
        source, target = filled(tmp_path / "source.db", n, 500), tmp_path / "target.db"
        peaks.append(peaks_of(source, target, key)[0])
        with closing(sqlite3.connect(target)) as db:
            counts = [db.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in ("person", "parcel", "visit")]
        assert counts == [n, n, 500]
        source.unlink()
        target.unlink()
    growth = (peaks[-1] - peaks[0]) * 2**20 / (rows[-1] - rows[0])
    print(f"peaks {peaks} MB for {rows} rows of 0.5 kB in each of two tables: {growth:.0f} bytes for another two rows")
    assert growth < 250
