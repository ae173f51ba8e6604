"""Foreign keys that CHECKs tie to other columns: which rows have a parent is decided before parents are chosen."""

from __future__ import annotations

from collections.abc import Callable

import mimic

BRANCHES = """
CREATE TABLE talk (id serial PRIMARY KEY, title text NOT NULL);
CREATE TABLE pause (id serial PRIMARY KEY, title text NOT NULL);
CREATE TABLE entry (
    id serial PRIMARY KEY, kind smallint NOT NULL CHECK (kind IN (1, 2)), up integer REFERENCES entry,
    talk_id integer UNIQUE REFERENCES talk, pause_id integer UNIQUE REFERENCES pause,
    CHECK (kind <> 1 OR (talk_id IS NOT NULL AND pause_id IS NULL)),
    CHECK (kind <> 2 OR (talk_id IS NULL AND pause_id IS NOT NULL AND up IS NOT NULL))
);
"""

ROOT = """
CREATE TABLE category (
    id integer PRIMARY KEY, parent_id integer REFERENCES category, hidden boolean NOT NULL,
    CHECK ((parent_id IS NULL) = (id = 0)), CHECK (id <> 0 OR NOT hidden)
);
CREATE TABLE item (id serial PRIMARY KEY, category_id integer NOT NULL REFERENCES category);
"""

DEPTHS = """
WITH RECURSIVE tree AS (
    SELECT id, 0 AS depth FROM category WHERE parent_id IS NULL
    UNION ALL SELECT c.id, depth + 1 FROM category c JOIN tree ON c.parent_id = tree.id
) SELECT count(*), min(id) FILTER (WHERE depth = 0), count(*) FILTER (WHERE depth = 0) FROM tree
"""


def test_a_type_decides_which_of_two_unique_keys_has_a_value(make_database: Callable[..., object]) -> None:
    source, target = make_database(), make_database()
    source.psql(BRANCHES)
    for rows in (1, 2, 1000):
        report = mimic.clone(source.url, target.url, rows=rows, if_exists="replace")
        assert {line.rows for line in report.tables} == {rows}
    assert int(target.psql("SELECT least(count(talk_id), count(pause_id)) FROM entry")) > 300


def test_branches_hold_no_more_rows_than_their_parents_together(make_database: Callable[..., object]) -> None:
    source, target = make_database(), make_database()
    source.psql(BRANCHES)
    source.psql("ALTER TABLE talk ADD flag boolean UNIQUE NOT NULL; ALTER TABLE pause ADD level smallint UNIQUE CHECK (level IN (1, 2, 3))")
    source.psql("ALTER TABLE pause ALTER level SET NOT NULL")
    report = mimic.clone(source.url, target.url, rows=50)
    assert {line.table: line.rows for line in report.tables} == {"talk": 2, "pause": 3, "entry": 5}
    assert {finding.id for finding in report.findings} == {"N504"}


def test_a_key_that_may_be_null_and_comes_once_bounds_no_rows(make_database: Callable[..., object]) -> None:
    source, target = make_database(), make_database()
    source.psql(
        "CREATE TABLE flag (value boolean PRIMARY KEY);"
        "CREATE TABLE item (id serial PRIMARY KEY, flag boolean UNIQUE REFERENCES flag, other boolean REFERENCES flag)"
    )
    report = mimic.clone(source.url, target.url, rows=30)
    assert {line.table: line.rows for line in report.tables} == {"flag": 2, "item": 30}
    assert target.psql("SELECT count(flag), count(other) > 20 FROM item") == "2|t"


def test_the_row_that_a_check_calls_by_its_key_is_the_root(make_database: Callable[..., object]) -> None:
    source, target = make_database(), make_database()
    source.psql(ROOT)
    for rows in (1, 200):
        report = mimic.clone(source.url, target.url, rows=rows, if_exists="replace")
        assert {line.rows for line in report.tables} == {rows}
        assert target.psql(DEPTHS) == f"{rows}|0|1"


def test_a_learned_tree_keeps_its_root(make_database: Callable[..., object]) -> None:
    source, target = make_database(), make_database()
    source.psql(ROOT + "INSERT INTO category SELECT i, CASE WHEN i > 0 THEN (i - 1) / 3 END, i % 7 = 3 FROM generate_series(0, 300) i")
    report = mimic.clone(source.url, target.url)
    assert {line.table: line.rows for line in report.tables} == {"category": 301, "item": 0}
    assert target.psql(DEPTHS) == "301|0|1"


def test_the_key_with_least_choice_comes_first(make_database: Callable[..., object]) -> None:
    """A code that refers to itself alone is given; by it one key is bound, and what that leaves binds the other."""
    source, target = make_database(), make_database()
    source.psql(
        "CREATE TABLE tag (letter char(1) NOT NULL, code char(3) NOT NULL, above char(1) NOT NULL, other char(3) NOT NULL,"
        " PRIMARY KEY (letter, code), UNIQUE NULLS NOT DISTINCT (above, code), UNIQUE (above, other),"
        " FOREIGN KEY (above, other) REFERENCES tag (letter, code), FOREIGN KEY (above, code) REFERENCES tag (letter, code))"
    )
    for rows in (2, 7):
        report = mimic.clone(source.url, target.url, rows=rows, if_exists="replace")
        assert [line.rows for line in report.tables] == [rows]


def test_two_keys_share_a_column_whose_only_value_may_come_once(make_database: Callable[..., object]) -> None:
    source, target = make_database(), make_database()
    source.psql(
        "CREATE TABLE parent (a char(3), n numeric(12, 2), day date CHECK (day = '2024-01-01'), PRIMARY KEY (a, n, day));"
        "CREATE TABLE child (id int PRIMARY KEY, day date UNIQUE, a char(3), n numeric(9, 2) NOT NULL, b char(3), m numeric(9, 2) NOT NULL,"
        " FOREIGN KEY (a, n, day) REFERENCES parent, FOREIGN KEY (b, m, day) REFERENCES parent)"
    )
    report = mimic.clone(source.url, target.url, rows=30)
    assert {line.table: line.rows for line in report.tables}["child"] == 30
