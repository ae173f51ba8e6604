"""Rows that only the target refuses: triggers that fire there, functions that raise, generated columns in CHECKs."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

import mimic
from mimic.errors import MimicError

TABLES = """
CREATE TABLE parent (id serial PRIMARY KEY, name text NOT NULL);
CREATE TABLE account (
    id serial PRIMARY KEY, parent_id integer NOT NULL REFERENCES parent, number integer NOT NULL, note text NOT NULL, kind smallint NOT NULL
);
"""
TRIGGER = """
CREATE FUNCTION judge() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.number % 3 = 1 THEN RAISE EXCEPTION 'no: %', NEW.note; END IF;
    IF NEW.kind % 4 = 2 THEN NEW.note := NULL; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER judge BEFORE INSERT ON account FOR EACH ROW EXECUTE FUNCTION judge();
"""
SIEVE = """
CREATE FUNCTION sieve() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT count(*) FROM account) > {} THEN RAISE EXCEPTION 'too many: %', (SELECT max(note) FROM account); END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER sieve AFTER INSERT ON account FOR EACH ROW EXECUTE FUNCTION sieve();
"""


def filled(report: object) -> dict[str, int]:
    return {line.table: line.rows for line in report.tables}


def test_rows_that_a_trigger_of_the_target_refuses_are_drawn_again(make_database: Callable[..., object]) -> None:
    source, target = make_database(), make_database()
    source.psql(TABLES)
    target.psql(TABLES + TRIGGER)
    report = mimic.clone(source.url, target.url, rows=200)
    assert filled(report) == {"parent": 200, "account": 200}
    assert not [finding for finding in report.findings if finding.id in ("W505", "W506")]
    assert target.psql("SELECT count(*), count(*) FILTER (WHERE number % 3 = 1 OR kind % 4 = 2) FROM account") == "200|0"


def test_rows_that_fit_are_learned_and_drawn_again_too(make_database: Callable[..., object]) -> None:
    source, target = make_database(), make_database()
    source.psql(TABLES + "INSERT INTO parent SELECT i, 'p' || i FROM generate_series(1, 40) i;"
                "INSERT INTO account SELECT i, 1 + i % 40, i * 7, 'n' || i, i % 9 FROM generate_series(1, 300) i")  # fmt: skip
    target.psql(TABLES + TRIGGER)
    assert filled(mimic.clone(source.url, target.url)) == {"parent": 40, "account": 300}


def test_a_trigger_that_refuses_every_row_leaves_the_target_as_it_was(make_database: Callable[..., object]) -> None:
    source, target = make_database(), make_database()
    source.psql(TABLES + "INSERT INTO parent VALUES (1, 'secret')")
    source.psql("INSERT INTO account SELECT i, 1, i, 'secret', 1 FROM generate_series(1, 30) i")
    target.psql(TABLES + SIEVE.format(0))
    with pytest.raises(MimicError) as refused:
        mimic.clone(source.url, target.url)
    assert "B512" in str(refused.value)
    assert "account" in str(refused.value)
    assert "secret" not in str(refused.value)
    assert "too many" not in str(refused.value)
    assert refused.value.exit_code == 3
    assert target.psql("SELECT count(*) FROM parent") == "0"


def test_as_many_rows_as_a_trigger_lets_in(make_database: Callable[..., object]) -> None:
    """It counts the rows that are there: what it says of one depends on the others."""
    source, target = make_database(), make_database()
    source.psql(TABLES)
    target.psql(TABLES + SIEVE.format(12))
    report = mimic.clone(source.url, target.url, rows=50)
    assert filled(report) == {"parent": 50, "account": 12}
    assert [finding.place for finding in report.findings if finding.id == "W506"] == ["account"]
    assert report.exit_code() == 4


def late(trigger: str) -> str:
    waits = "TRIGGER sieve AFTER INSERT ON account DEFERRABLE INITIALLY DEFERRED FOR"
    return trigger.replace("TRIGGER sieve AFTER INSERT ON account FOR", f"CONSTRAINT {waits}")


def test_a_deferred_trigger_is_asked_too(make_database: Callable[..., object]) -> None:
    source, target = make_database(), make_database()
    source.psql(TABLES)
    target.psql(TABLES + late(SIEVE.format(12)))
    report = mimic.clone(source.url, target.url, rows=50)
    assert filled(report) == {"parent": 50, "account": 12}
    assert [finding.id for finding in report.findings if finding.place == "account"] == ["W506"]


def test_a_deferred_trigger_beside_a_cycle_of_keys(make_database: Callable[..., object]) -> None:
    """The key that closes the cycle is put back when the rows are there, and that needs a table for which nothing waits."""
    cycle = TABLES + "ALTER TABLE parent ADD best_id integer REFERENCES account;"
    source, target = make_database(), make_database()
    source.psql(cycle)
    target.psql(cycle + late(SIEVE.format(1000)))
    assert filled(mimic.clone(source.url, target.url, rows=50)) == {"parent": 50, "account": 50}


def test_a_deferred_trigger_refuses_without_a_value(make_database: Callable[..., object]) -> None:
    source, target = make_database(), make_database()
    source.psql(TABLES)
    target.psql(TABLES + late(SIEVE.format(0)))
    with pytest.raises(MimicError, match="B512") as refused:
        mimic.clone(source.url, target.url, rows={"parent": 5, "account": 50})
    assert "too many" not in str(refused.value)
    assert target.psql("SELECT count(*) FROM parent") == "0"


def test_a_trigger_that_computes_columns_may_refuse_while_rows_are_loaded(make_database: Callable[..., object]) -> None:
    source, target = make_database(), make_database()
    source.psql(TABLES + TRIGGER)
    report = mimic.clone(source.url, target.url, rows=200)
    assert filled(report) == {"parent": 200, "account": 200}


def test_a_check_whose_function_raises(make_database: Callable[..., object]) -> None:
    source, target = make_database(), make_database()
    source.psql(
        "CREATE FUNCTION picky(n integer) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$"
        "BEGIN IF n % 2 = 1 THEN RAISE EXCEPTION 'odd: %', n; END IF; RETURN n % 3 <> 0; END $$;"
        'CREATE TABLE t (id serial PRIMARY KEY, number integer NOT NULL CHECK (picky(number)), "row" integer, "mimic_here" text)'
    )
    report = mimic.clone(source.url, target.url, rows=100)
    assert filled(report) == {"t": 100}
    assert report.exit_code() == 0


def test_a_check_whose_function_takes_other_lengths_only(make_database: Callable[..., object]) -> None:
    """Codes are all of one length, and no other is ever drawn."""
    source, target = make_database(), make_database()
    source.psql(
        "CREATE FUNCTION picky(t text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$"
        "BEGIN IF length(t) % 4 = 3 THEN RAISE EXCEPTION 'no'; END IF; RETURN t <> 'x'; END $$;"
        "CREATE TABLE t (id serial PRIMARY KEY, code text NOT NULL CHECK (picky(code)))"
    )
    report = mimic.clone(source.url, target.url, rows=30)
    assert filled(report) == {"t": 30}


def test_generated_columns_in_checks(make_database: Callable[..., object]) -> None:
    source, target = make_database(), make_database()
    source.psql(
        "CREATE FUNCTION is_even(n numeric) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT n % 2 = 0';"
        "CREATE TABLE t (id serial PRIMARY KEY, a integer NOT NULL, b integer NOT NULL, price numeric(10, 2) NOT NULL,"
        " total integer GENERATED ALWAYS AS (a + b) STORED, rounded numeric(10, 0) GENERATED ALWAYS AS (price * 3) STORED,"
        " CONSTRAINT unread CHECK (is_even(rounded)), CONSTRAINT two CHECK (is_even(total + rounded)), CONSTRAINT read CHECK (total > a))"
    )
    report = mimic.clone(source.url, target.url, rows=100)
    assert filled(report) == {"t": 100}
    assert {finding.place for finding in report.findings if finding.id == "N510"} == {"t.unread", "t.two"}


def test_sqlite_triggers_and_generated_columns(tmp_path: Path) -> None:
    tables = (
        "CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER NOT NULL, m INTEGER NOT NULL, s INTEGER GENERATED ALWAYS AS (n + m) VIRTUAL,"
        " CHECK (s & 1 = 1));"
    )
    trigger = "CREATE TRIGGER third BEFORE INSERT ON t WHEN NEW.n % 3 = 0 BEGIN SELECT RAISE(ABORT, 'no'); END;"
    for name, script in (("source", tables), ("copy", tables + trigger)):
        with closing(sqlite3.connect(tmp_path / f"{name}.db")) as connection:
            connection.executescript(script)
    report = mimic.clone(f"sqlite:///{tmp_path}/source.db", f"sqlite:///{tmp_path}/copy.db", rows=100)
    assert filled(report) == {"t": 100}
    with closing(sqlite3.connect(tmp_path / "copy.db")) as connection:
        assert connection.execute("SELECT count(*) FILTER (WHERE n % 3 = 0 OR s & 1 = 0), count(*) FROM t").fetchone() == (0, 100)


def test_keys_of_one_name_of_which_only_some_can_wait(make_database: Callable[..., object]) -> None:
    """The name alone does not say which of them is to wait for the end of the load."""
    cycle = (
        "CREATE TABLE a (id integer PRIMARY KEY, b_id integer NOT NULL); CREATE TABLE b (id integer PRIMARY KEY, a_id integer NOT NULL);"
        "ALTER TABLE a ADD CONSTRAINT other FOREIGN KEY (b_id) REFERENCES b DEFERRABLE;"
        "ALTER TABLE b ADD CONSTRAINT other FOREIGN KEY (a_id) REFERENCES a; CREATE TABLE c (id integer CONSTRAINT other CHECK (id > 0));"
    )
    source, target = make_database(), make_database()
    for database in (source, target):
        database.psql(cycle)
    assert filled(mimic.clone(source.url, target.url, rows=20)) == {"a": 20, "b": 20, "c": 20}


FAMILY = """
CREATE TABLE folder (id serial PRIMARY KEY, folder_id integer REFERENCES folder, is_deleted boolean NOT NULL);
CREATE TABLE file (
    id serial PRIMARY KEY, folder_id integer NOT NULL REFERENCES folder, is_deleted boolean NOT NULL, is_open boolean NOT NULL
);
CREATE TABLE line (id serial PRIMARY KEY, file_id integer NOT NULL REFERENCES file);
"""
WATCHED = """
CREATE FUNCTION look() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM file JOIN folder ON folder.id = file.folder_id WHERE {}) THEN RAISE EXCEPTION 'visible in %', NEW.id; END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER look AFTER INSERT OR UPDATE OF is_deleted ON folder
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION look();
CREATE CONSTRAINT TRIGGER look AFTER INSERT OR UPDATE OF is_deleted ON file
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION look();
"""


def test_flags_are_held_still_where_a_trigger_watches_several_tables(make_database: Callable[..., object]) -> None:
    source, target = make_database(), make_database()
    for database in (source, target):
        database.psql(FAMILY + WATCHED.format("folder.is_deleted AND NOT file.is_deleted"))
    assert filled(mimic.clone(source.url, target.url, rows=100)) == {"folder": 100, "file": 100, "line": 100}
    assert 20 < int(target.psql("SELECT count(*) FROM file WHERE is_open")) < 80


def test_of_tables_that_a_trigger_watches_as_few_as_possible_are_left_empty(make_database: Callable[..., object]) -> None:
    """Nothing that is drawn would do; without files no folder is refused, and without folders there would be no files either."""
    source, target = make_database(), make_database()
    source.psql(FAMILY)
    target.psql(FAMILY + WATCHED.format("true"))
    report = mimic.clone(source.url, target.url, rows=100)
    assert filled(report) == {"folder": 100, "file": 0, "line": 0}
    assert [finding.place for finding in report.findings if finding.id == "W505"] == ["file", "line"]
