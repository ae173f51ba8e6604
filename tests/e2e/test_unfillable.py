"""Tables that cannot be filled as asked: each a finding that says why, and the others are filled all the same."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

import mimic
from mimic.errors import MimicError

IMPOSSIBLE = """
CREATE FUNCTION never(n integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT false';
CREATE TABLE good (id serial PRIMARY KEY, name text NOT NULL);
CREATE TABLE read (id serial PRIMARY KEY, a integer NOT NULL, b integer NOT NULL, good_id integer NOT NULL REFERENCES good,
                   CONSTRAINT contradiction CHECK (a < b AND b < a));
CREATE TABLE unread (id serial PRIMARY KEY, n integer NOT NULL, CONSTRAINT hopeless CHECK (never(n)));
CREATE TABLE child (id serial PRIMARY KEY, unread_id integer NOT NULL REFERENCES unread);
CREATE TABLE grandchild (id serial PRIMARY KEY, child_id integer NOT NULL REFERENCES child, good_id integer REFERENCES good);
CREATE TABLE nephew (id serial PRIMARY KEY, child_id integer REFERENCES child, good_id integer NOT NULL REFERENCES good);
"""


def filled(report: object) -> dict[str, int]:
    return {line.table: line.rows for line in report.tables}


def test_a_table_that_no_row_fits_stops_no_other(make_database: Callable[..., object]) -> None:
    source, target = make_database(), make_database()
    source.psql(IMPOSSIBLE)
    report = mimic.clone(source.url, target.url, rows=20)
    assert filled(report) == {"good": 20, "read": 0, "unread": 0, "child": 0, "grandchild": 0, "nephew": 20}
    told = {finding.place: finding.sentence for finding in report.findings if finding.id == "W505"}
    assert set(told) == {"read", "unread", "child", "grandchild"}
    assert "contradiction" in told["read"]
    assert "hopeless" in told["unread"]
    assert "unread_id" in told["child"]
    assert "child_id" in told["grandchild"]
    assert report.exit_code() == 4
    assert report.exit_code(["W505"]) == 0


def test_a_table_without_room_for_one_row_is_told(make_database: Callable[..., object]) -> None:
    source, target = make_database(), make_database()
    source.psql(IMPOSSIBLE + "ALTER TABLE nephew ADD up integer UNIQUE NOT NULL REFERENCES read")
    report = mimic.clone(source.url, target.url, rows=5)
    assert filled(report)["nephew"] == 0
    assert filled(report)["good"] == 5
    assert any(finding.id == "W505" and finding.place == "nephew" for finding in report.findings)


def test_a_structure_that_comes_with_a_few_rows_is_filled_as_one_without(make_database: Callable[..., object]) -> None:
    """A row that says where a program is stands there once; that it holds no more stops nobody."""
    source, target = make_database("source"), make_database("target")
    source.psql(
        "CREATE TABLE place (lock character(1) DEFAULT 'X' UNIQUE NOT NULL CHECK (lock = 'X'), at bigint);"
        "INSERT INTO place (at) VALUES (0); CREATE TABLE a (id integer PRIMARY KEY); CREATE TABLE b (a_id integer REFERENCES a)"
    )
    report = mimic.clone(source.url, target.url, rows=20)
    assert filled(report) == {"place": 1, "a": 20, "b": 20}
    assert [finding.id for finding in report.findings] == ["N504"]


def test_rows_asked_by_name_are_not_lowered(make_database: Callable[..., object]) -> None:
    source, target = make_database(), make_database()
    source.psql(IMPOSSIBLE)
    with pytest.raises(MimicError, match="contradiction") as refused:
        mimic.clone(source.url, target.url, rows={"good": 5, "read": 3})
    assert refused.value.exit_code == 3
    assert target.psql("SELECT count(*) FROM pg_class WHERE relname = 'good'") == "0"


def test_what_the_database_refuses_in_the_end_costs_one_table(make_database: Callable[..., object]) -> None:
    """An operator class of its own makes all numbers equal: nothing but the server can know it."""
    source, target = make_database(), make_database()
    source.psql(
        "CREATE FUNCTION same(integer, integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 0';"
        "CREATE OPERATOR CLASS same_ops FOR TYPE integer USING btree AS OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=,"
        " OPERATOR 5 >, FUNCTION 1 same(integer, integer);"
        "CREATE TABLE one (id serial PRIMARY KEY, n integer NOT NULL); CREATE UNIQUE INDEX only_one ON one (n same_ops);"
        "CREATE TABLE other (id serial PRIMARY KEY)"
    )
    report = mimic.clone(source.url, target.url, rows=20)
    assert filled(report) == {"one": 1, "other": 20}
    assert [finding.place for finding in report.findings if finding.id == "W506"] == ["one"]


def test_sqlite(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "source.db")) as connection:
        connection.executescript(
            "CREATE TABLE good (id INTEGER PRIMARY KEY); CREATE TABLE bad (id INTEGER PRIMARY KEY, n INTEGER NOT NULL CHECK (n & 1 = 5));"
            "CREATE TABLE child (id INTEGER PRIMARY KEY, bad_id INTEGER NOT NULL REFERENCES bad)"
        )
    report = mimic.clone(f"sqlite:///{tmp_path}/source.db", f"sqlite:///{tmp_path}/copy.db", rows=7)
    assert filled(report) == {"good": 7, "bad": 0, "child": 0}
    assert {finding.place for finding in report.findings if finding.id == "W505"} == {"bad", "child"}
