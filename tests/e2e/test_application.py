"""Texts that a program reads: after a clone they still are what the program expects."""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from contextlib import closing
from datetime import datetime
from ipaddress import ip_address
from pathlib import Path

import pytest

import mimic

SETTINGS = {
    "smtp.port": "587",
    "feature.beta": "true",
    "retention_days": "90",
    "ratio": "0.75",
    "last_backup": "2024-05-01T03:00:00Z",
    "allowed_hosts": '["a.example.org", "b.example.org"]',
    "site.name": "Ada Lovelace's own shop",
    "smtp.password": "hunter2-is-my-password",
    "theme": "dark",
    "mail.host": "smtp.adashop.ch",
    "language": "de",
    "page_size": "25",
}


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> sqlite3.Connection:
    """A small application of 300 users with everything kept in text columns, cloned at half its size."""
    folder: Path = tmp_path_factory.mktemp("application")
    with closing(sqlite3.connect(folder / "app.sqlite")) as source, source:
        source.executescript(
            """
            CREATE TABLE alembic_version (version_num VARCHAR(32) PRIMARY KEY);
            CREATE TABLE settings (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, value TEXT);
            CREATE TABLE users (id INTEGER PRIMARY KEY, password TEXT NOT NULL, phone TEXT, locale TEXT, status TEXT NOT NULL,
                preferences TEXT, profile TEXT, last_ip TEXT, created_at TEXT NOT NULL, checksum TEXT, handler TEXT);
            """
        )
        source.execute("INSERT INTO alembic_version VALUES ('3f2a9c1b7d10')")
        source.executemany("INSERT INTO settings (key, value) VALUES (?, ?)", SETTINGS.items())
        for i in range(300):
            digest = hashlib.sha256(str(i).encode()).hexdigest()
            source.execute(
                "INSERT INTO users (password, phone, locale, status, preferences, profile, last_ip, created_at, checksum, handler) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    f"$2b$12${digest[:53]}",
                    f"+4179{i * 33_331 % 10_000_000:07d}",
                    ("de_CH", "fr_CH", "en_GB")[i % 3],
                    ("active", "active", "banned")[i % 3],
                    json.dumps({"theme": ("dark", "light")[i % 2], "mails": i % 3 == 0}),
                    json.dumps({"visits": i * 7, "badge": {"level": i % 5}}),
                    f"10.{i % 250}.{i * 7 % 250}.9",
                    f"2024-{i % 12 + 1:02d}-{i % 27 + 1:02d}T{i % 24:02d}:{i % 60:02d}:11Z",
                    digest,
                    ("app.handlers.mail.Send", "app.handlers.push.Push")[i % 2],
                ),
            )
    mimic.clone(f"sqlite:///{folder / 'app.sqlite'}", f"sqlite:///{folder / 'copy.sqlite'}", scale=0.5, reference="copy")
    return sqlite3.connect(folder / "copy.sqlite")


def values(clone: sqlite3.Connection, column: str) -> list[str]:
    found = [value for (value,) in clone.execute(f"SELECT {column} FROM users")]
    assert len(found) == 150
    return found


def test_the_record_of_migrations_is_copied(clone):
    assert clone.execute("SELECT version_num FROM alembic_version").fetchall() == [("3f2a9c1b7d10",)]


def test_settings_keep_their_keys_and_the_spelling_of_each_value(clone):
    found = dict(clone.execute("SELECT key, value FROM settings"))
    assert found.keys() == SETTINGS.keys(), "every key once, whatever the scale"
    for key in ("smtp.port", "retention_days", "page_size"):
        assert re.fullmatch(r"\d+", found[key]), key
    assert found["feature.beta"] in ("true", "false")
    datetime.fromisoformat(found["last_backup"])
    assert isinstance(json.loads(found["allowed_hosts"]), list)
    assert (found["theme"], found["language"]) == ("dark", "de"), "a choice among words of a program is kept"
    for key in ("site.name", "smtp.password", "mail.host"):
        assert found[key] != SETTINGS[key], key


@pytest.mark.parametrize("column", ["preferences", "profile"])
def test_documents_in_text_keep_their_shape(clone, column):
    documents = [json.loads(value) for value in values(clone, column)]
    wanted = {"preferences": {"theme", "mails"}, "profile": {"visits", "badge"}}[column]
    assert all(document.keys() == wanted for document in documents)
    if column == "profile":
        assert all(isinstance(d["visits"], int) and d["badge"].keys() == {"level"} for d in documents)


def test_moments_addresses_hashes_and_numbers_stay_what_they_are(clone):
    for value in values(clone, "created_at"):
        assert value.endswith("Z")
        assert datetime.fromisoformat(value).year in (2023, 2024, 2025)
    for value in values(clone, "last_ip"):
        ip_address(value)
    assert all(re.fullmatch(r"[0-9a-f]{64}", value) for value in values(clone, "checksum"))
    assert all(re.fullmatch(r"\$2b\$12\$.{53}", value) for value in values(clone, "password"))
    assert all(re.fullmatch(r"\+4179\d{7}", value) for value in values(clone, "phone"))


def test_names_of_a_program_are_kept_whole(clone):
    assert set(values(clone, "handler")) == {"app.handlers.mail.Send", "app.handlers.push.Push"}
    assert set(values(clone, "status")) == {"active", "banned"}
    assert set(values(clone, "locale")) == {"de_CH", "fr_CH", "en_GB"}


def test_nothing_of_a_single_user_is_in_the_copy(clone):
    assert not {f"+4179{i * 33_331 % 10_000_000:07d}" for i in range(300)} & set(values(clone, "phone"))
    assert not {hashlib.sha256(str(i).encode()).hexdigest() for i in range(300)} & set(values(clone, "checksum"))


def test_a_choice_of_a_setting_can_be_denied(tmp_path):
    with closing(sqlite3.connect(tmp_path / "app.sqlite")) as source, source:
        source.execute("CREATE TABLE settings (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, value TEXT)")
        source.executemany("INSERT INTO settings (key, value) VALUES (?, ?)", SETTINGS.items())
    config = tmp_path / "mimic.yaml"
    config.write_text("version: 1\ntables: {settings: {columns: {value: {keep_literals: false}}}}\n", encoding="utf-8")
    model = mimic.learn(f"sqlite:///{tmp_path / 'app.sqlite'}", config=config, reference="synthesize")
    assert not {"dark", "de"} & {literal.value for _, literal in model.literals()}
    found = dict(zip(*(model.sample("settings", len(SETTINGS)).column(name).to_pylist() for name in ("key", "value")), strict=True))
    assert found["theme"] != "dark"
