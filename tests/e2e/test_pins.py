"""Pinned rows of the configuration: the model carries them, and they keep their ids through every refresh."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from mimic import commands
from mimic.config import Config
from mimic.errors import ConfigError

PINS = {
    "account": [{"id": 1, "login": "admin", "password": "$2b$12$abc", "settings": {"theme": "dark"}}, {"id": 900, "login": "tester"}],
    "membership": [{"account_id": 900, "team_id": 7}],
    "team": [{"id": 7, "name": "QA"}],
    "flag": [{"name": "beta", "since": "2024-02-29"}],
}
CONFIG = {"pins": PINS, "reference": "synthesize", "tables": {"flag": {"mode": "empty"}}}
TABLES = """
    CREATE TABLE account (id INTEGER PRIMARY KEY, login TEXT NOT NULL UNIQUE, password TEXT DEFAULT 'none', settings JSON);
    CREATE TABLE team (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
    CREATE TABLE membership (account_id INTEGER REFERENCES account, team_id INTEGER REFERENCES team, PRIMARY KEY (account_id, team_id));
    CREATE TABLE flag (name VARCHAR(40) PRIMARY KEY, since DATE);"""
ACCOUNTS = [(i, f"user{i}", "secret", "{}") for i in range(1, 101)]


@pytest.fixture
def source(tmp_path: Path) -> str:
    path = tmp_path / "source.db"
    with closing(sqlite3.connect(path)) as db:
        db.executescript(TABLES)
        db.executemany("INSERT INTO account VALUES (?, ?, ?, ?)", ACCOUNTS)
        db.executemany("INSERT INTO team VALUES (?, ?)", [(i, f"team {i}") for i in range(1, 11)])
        db.executemany("INSERT INTO membership VALUES (?, ?)", [(i, 1 + i % 10) for i in range(1, 101)])
        db.commit()
    return f"sqlite:///{path}"


def pinned(path: Path) -> list[list[tuple]]:
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
        asked = ("account WHERE id IN (1, 900) ORDER BY id", "membership WHERE account_id = 900", "team WHERE id = 7", "flag")
        return [db.execute(f"SELECT * FROM {what}").fetchall() for what in asked]


THERE = [
    [(1, "admin", "$2b$12$abc", '{"theme": "dark"}'), (900, "tester", "none", None)],
    [(900, 7)],
    [(7, "QA")],
    [("beta", "2024-02-29")],
]


def test_a_model_carries_them_through_every_refresh(source, tmp_path):
    """Learned once, generated twice with another seed and size: the same pinned rows, the others new, and as many as asked."""
    model, target = tmp_path / "shop.mimic", tmp_path / "target.db"
    learned = commands.learn(source, config=Config.model_validate(CONFIG))
    learned.save(model)
    for seed, scale in ((1, 1.0), (2, 0.5), (3, 2.0)):
        commands.generate(model, f"sqlite:///{target}", seed=seed, scale=scale, if_exists="replace")
        assert pinned(target) == THERE
        with closing(sqlite3.connect(target)) as db:
            accounts = db.execute("SELECT count(*) FROM account").fetchone()[0]
        assert accounts in (100 * scale, 100 * scale + 1), "a pinned row takes the place of the one with its id"
    assert not {value for _, literal in learned.literals() for value in [str(literal.value)]} & {"admin", "tester"}


def test_a_clone_and_a_model_agree(source, tmp_path):
    cloned, made = tmp_path / "cloned.db", tmp_path / "made.db"
    config = Config.model_validate(CONFIG)
    commands.clone(source, f"sqlite:///{cloned}", config=config)
    commands.generate(commands.learn(source, config=config), f"sqlite:///{made}")
    with closing(sqlite3.connect(cloned)) as one, closing(sqlite3.connect(made)) as other:
        assert list(one.iterdump()) == list(other.iterdump())
    assert pinned(cloned) == THERE


def test_pins_of_a_table_that_is_left_out_are_left_out(source, tmp_path):
    model = commands.learn(source, config=Config.model_validate(CONFIG), exclude_tables=["flag"])
    assert {str(name) for name in model.model.pins} == {"account", "membership", "team"}
    with pytest.raises(ConfigError, match="Did you mean 'account'"):
        commands.learn(source, config=Config.model_validate({"pins": {"acount": [{"id": 1}]}}))


def test_on_postgresql_too(make_database):
    """A sequence goes on after the pinned ids, on every refresh."""
    real, copy = make_database(), make_database()
    real.psql(
        TABLES.replace("INTEGER PRIMARY KEY", "serial PRIMARY KEY")
        + """
        INSERT INTO account (login) SELECT 'user' || i FROM generate_series(1, 100) i;
        INSERT INTO team (name) SELECT 'team ' || i FROM generate_series(1, 10) i;
        INSERT INTO membership SELECT i, 1 + i % 10 FROM generate_series(1, 100) i;"""
    )
    model = commands.learn(real.url, config=Config.model_validate(CONFIG))
    for seed in (1, 2):
        commands.generate(model, copy.url, seed=seed, if_exists="replace")
        asked = "SELECT id, login, password, settings->>'theme' FROM account WHERE id IN (1, 900) ORDER BY 1"
        assert copy.psql(asked).split() == ["1|admin|$2b$12$abc|dark", "900|tester|none|"]
        assert copy.psql("SELECT team_id FROM membership WHERE account_id = 900").strip() == "7"
        assert copy.psql("INSERT INTO account (login) VALUES ('next') RETURNING id > 900").split()[0] == "t"
