"""Chains of one self-referencing key, thousands of links long: followed in seconds, with a reason for every row."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from mimic import commands
from mimic.config import Config

LEVELS, CHAINS = 3_000, 20


@pytest.fixture
def versions(tmp_path: Path) -> str:
    """Chains of versions, each of which knows the one before; some have notes, and an author."""
    path = tmp_path / "versions.db"
    with closing(sqlite3.connect(path)) as db:
        db.executescript("""
            CREATE TABLE author (id INTEGER PRIMARY KEY);
            CREATE TABLE version (id INTEGER PRIMARY KEY, earlier INTEGER REFERENCES version, author_id INTEGER REFERENCES author);
            CREATE TABLE note (id INTEGER PRIMARY KEY, version_id INTEGER REFERENCES version);""")
        db.executemany("INSERT INTO author VALUES (?)", [(i,) for i in range(200)])
        rows = [(chain * LEVELS + i, chain * LEVELS + i - 1 if i else None, i % 100) for chain in range(CHAINS) for i in range(LEVELS)]
        db.executemany("INSERT INTO version VALUES (?, ?, ?)", rows)
        db.executemany("INSERT INTO note VALUES (?, ?)", [(i, i * 10) for i in range(LEVELS * CHAINS // 10)])
        db.commit()
    return f"sqlite:///{path}"


def rows(source: str, *roots: str, config: dict | None = None) -> tuple[dict[str, int], float]:
    since = time.monotonic()
    report = commands.subset(source, None, roots=roots, config=Config.model_validate(config or {}), dry_run=True)
    assert len(report.steps) < 20, "the levels of a chain are told in one line"
    return {line.table: line.rows for line in report.tables}, time.monotonic() - since


def test_down_and_up_and_both(versions):
    """From the first version all later ones, their notes and authors; from the last one all before; each in a few seconds at most."""
    rows(versions, "author(1)")  # imports
    down, seconds = rows(versions, "version(3000)")
    assert down == {"author": 100, "version": 3000, "note": 300}
    up, more = rows(versions, "version(5999)")
    assert up == {"author": 100, "version": 3000, "note": 0}
    middle, _ = rows(versions, "version(4500)", "version(7500)")
    assert middle == {"author": 100, "version": 6000, "note": 300}
    print(f"3,000 levels down {seconds:.1f} s, up {more:.1f} s")
    assert max(seconds, more) < 8  # 0.6 s and 0.4 s on an idle machine; a question per level would be 28 s


def test_limits_and_filters_hold_on_every_level(versions):
    keys = {"version(earlier)": {"where": "id < 4000"}, "note(version_id)": {"down": False}}
    assert rows(versions, "version(3000)", config={"subset": {"keys": keys}})[0]["version"] == 1000
    keys = {"version(earlier)": {"max_children": 1}}
    assert rows(versions, "version(3000)", config={"subset": {"keys": keys}})[0]["version"] == 3000


def test_every_link_is_told(versions, tmp_path):
    chain = commands.explain(versions, roots=["version(3000)"], row="version(4500)").chain
    assert [reason.row for reason in chain] == [f"version({i})" for i in range(3000, 4501)]
    chain = commands.explain(versions, roots=["version(5999)"], row="version(4500)").chain
    assert [reason.row for reason in chain] == [f"version({i})" for i in range(5999, 4499, -1)]
    file = tmp_path / "chosen.csv"
    commands.subset(versions, None, roots=["version(3000)"], dry_run=True, save_selection=file)
    saved = [line.replace('"', "").split(",")[:3] for line in file.read_text().splitlines()]
    levels = [(key, int(step)) for table, key, step in saved[1:] if table == "version"]
    assert [key for key, _ in levels] == [str(i) for i in range(3000, 6000)]
    assert [step for _, step in levels] == sorted({step for _, step in levels}), "a step a level"
