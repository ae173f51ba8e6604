"""The bundled music store, cloned as a newcomer would: by the `mimic` command, SQLite to SQLite. About a minute."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import zipfile
from contextlib import closing
from math import ceil
from pathlib import Path

import pytest

import mimic

REFERENCE = ("genre", "media_type", "playlist")
PERSONAL = (
    ("customer", ("last_name", "email", "phone", "address")),
    ("employee", ("last_name", "email", "phone", "address")),
)

pytestmark = pytest.mark.slow


def run(*arguments: object, code: int = 0) -> str:
    """stdout of the `mimic` command, which must exit with `code`."""
    command = [str(Path(sys.executable).with_name("mimic")), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout


def query(path: Path, sql: str) -> list[tuple]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


def counts(path: Path) -> dict[str, int]:
    tables = [name for (name,) in query(path, "select name from sqlite_master where type = 'table' and name not like 'sqlite_%'")]
    return {table: query(path, f"select count(*) from {table}")[0][0] for table in tables}


def sound(path: Path) -> None:
    assert query(path, "pragma integrity_check") == [("ok",)]
    assert query(path, "pragma foreign_key_check") == []


def structure(path: Path) -> set[str]:
    return {sql for (sql,) in query(path, "select sql from sqlite_master where sql is not null and name not like 'sqlite_%'")}


def dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


@pytest.fixture(scope="module")
def model(_chinook: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model without any row of the source."""
    path = tmp_path_factory.mktemp("model") / "chinook.mimic"
    run("learn", f"sqlite:///{_chinook}", "-o", path, "--reference", "synthesize")
    return path


def test_a_clone_has_the_rows_the_structure_and_every_key(chinook_sqlite, sqlite_path):
    before, copy = chinook_sqlite.read_bytes(), sqlite_path("copy")
    run("clone", f"sqlite:///{chinook_sqlite}", f"sqlite:///{copy}", "--reference", "copy")
    assert counts(copy) == counts(chinook_sqlite)
    assert structure(copy) == structure(chinook_sqlite)
    sound(copy)
    assert chinook_sqlite.read_bytes() == before
    for table in REFERENCE:
        assert query(copy, f"select * from {table} order by 1") == query(chinook_sqlite, f"select * from {table} order by 1")
    assert query(copy, "select * from track") != query(chinook_sqlite, "select * from track")


def test_copied_parents_keep_their_numbers_of_children(chinook_sqlite, sqlite_path):
    copy = sqlite_path("copy")
    run("clone", f"sqlite:///{chinook_sqlite}", f"sqlite:///{copy}", "--reference", "copy")
    told = json.loads(run("compare", f"sqlite:///{chinook_sqlite}", f"sqlite:///{copy}", "--format", "json"))
    scores = {score["place"]: score["value"] for score in told["scores"] if score["name"] == "fan-out"}
    assert len(scores) >= 10
    assert min(scores.values()) >= 0.9, scores


def test_a_clone_looks_like_its_source(chinook_sqlite, sqlite_path):
    copy = sqlite_path("copy")
    run("clone", f"sqlite:///{chinook_sqlite}", f"sqlite:///{copy}", "--reference", "synthesize")
    told = json.loads(run("compare", f"sqlite:///{chinook_sqlite}", f"sqlite:///{copy}", "--format", "json"))
    large = {table for table, rows in counts(chinook_sqlite).items() if rows >= 50}  # of fewer, little may be learned
    for name, least in (("shape", 0.85), ("fan-out", 0.95), ("nulls", 0.98), ("integrity", 1.0)):
        values = [score["value"] for score in told["scores"] if score["name"] == name and score["place"].partition(".")[0] in large]
        assert sum(values) / len(values) >= least, name


@pytest.mark.parametrize("scale", [0.1, 2])
def test_sizes_follow_the_scale(scale, model, chinook_sqlite, sqlite_path):
    copy = sqlite_path("copy")
    run("generate", model, f"sqlite:///{copy}", "--scale", scale)
    sound(copy)
    for table, rows in counts(chinook_sqlite).items():
        assert counts(copy)[table] == (rows if table in REFERENCE else ceil(rows * scale)), table


def test_the_same_seed_gives_the_same_rows_and_another_gives_others(model, sqlite_path):
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        run("generate", model, f"sqlite:///{sqlite_path(name)}", "--seed", seed)
    assert dump(sqlite_path("a")) == dump(sqlite_path("b"))
    assert dump(sqlite_path("a")) != dump(sqlite_path("c"))


def test_learning_twice_gives_the_same_file(model, chinook_sqlite, tmp_path):
    run("learn", f"sqlite:///{chinook_sqlite}", "-o", tmp_path / "again.mimic", "--reference", "synthesize")
    assert (tmp_path / "again.mimic").read_bytes() == model.read_bytes()


def test_no_identifying_value_is_in_the_model(model, chinook_sqlite):
    with zipfile.ZipFile(model) as file:
        content = b"\0".join(file.read(name) for name in file.namelist())
    for table, columns in PERSONAL:
        for column in columns:
            for (value,) in query(chinook_sqlite, f"select distinct {column} from {table} where length({column}) > 6"):
                assert value.encode() not in content, f"a value of {table}.{column}"
                assert json.dumps(value)[1:-1].encode() not in content, f"a value of {table}.{column}"


def test_nobody_decides_about_reference_data_unasked(chinook_sqlite, sqlite_path):
    copy = sqlite_path("copy")
    run("clone", f"sqlite:///{chinook_sqlite}", f"sqlite:///{copy}", code=3)
    assert not copy.exists()


def test_plan_learn_generate_from_python(chinook_sqlite, sqlite_path, tmp_path):
    model = mimic.learn(f"sqlite:///{chinook_sqlite}")
    tracks = model.sample("track", 1000).to_pandas()
    assert len(tracks) == 1000
    assert tracks["track_id"].is_unique
    report = mimic.generate(model, f"sqlite:///{sqlite_path('copy')}", scale=0.1)
    assert sum(line.rows for line in report.tables) == sum(counts(sqlite_path("copy")).values())
    model.save(tmp_path / "m.mimic")
    assert mimic.load(tmp_path / "m.mimic").tables == model.tables


def test_the_proposed_configuration_gives_the_same_clone(chinook_sqlite, sqlite_path, tmp_path):
    run("plan", f"sqlite:///{chinook_sqlite}", "-o", tmp_path / "mimic.yaml")
    run("clone", f"sqlite:///{chinook_sqlite}", f"sqlite:///{sqlite_path('a')}", "--config", tmp_path / "mimic.yaml")
    run("clone", f"sqlite:///{chinook_sqlite}", f"sqlite:///{sqlite_path('b')}", "--reference", "copy")
    assert dump(sqlite_path("a")) == dump(sqlite_path("b"))
