"""Scores of likeness: 1 for the same, and known figures for known differences."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from scipy.stats import ks_2samp

import mimic
from mimic.evaluating.scores import fan_out_score, null_score, shape_score

STRUCTURE = """
create table parent (id integer primary key, size integer, name text);
create table child (id integer primary key, a integer, b integer, parent_id integer references parent,
  foreign key (a, b) references pair (x, y));
create table pair (x integer, y integer, primary key (x, y));
"""


def chunked(*values: object) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(list(values))])


@pytest.fixture
def twin(tmp_path: Path):
    """twin(name, *statements) -> URL of a database that differs by these statements."""

    def make(name: str, *statements: str) -> str:
        path = tmp_path / f"{name}.sqlite"
        with closing(sqlite3.connect(path)) as connection:
            connection.executescript(STRUCTURE)
            connection.executemany("insert into parent values (?, ?, ?)", [(i, i % 10, "ab"[i % 2]) for i in range(100)])
            connection.executemany("insert into pair values (?, ?)", [(i, i + 1) for i in range(10)])
            connection.executemany("insert into child values (?, ?, ?, ?)", [(i, i % 10, i % 10 + 1, i % 50) for i in range(200)])
            for statement in statements:
                connection.execute(statement)
            connection.commit()
        return f"sqlite:///{path}"

    return make


def test_numbers_are_compared_as_scipy_does():
    rng = np.random.default_rng(1)
    a, b = rng.normal(size=500), rng.normal(0.3, 2, size=300)
    score = shape_score(pa.chunked_array([a]), pa.chunked_array([b]))
    assert score == pytest.approx(1 - ks_2samp(a, b).statistic)


def test_categories_are_compared_by_their_shares():
    source = chunked(*"xxyy" * 10)
    assert shape_score(source, chunked(*"xxxy" * 10)) == pytest.approx(0.75)
    assert shape_score(source, chunked(*"xxxz" * 10)) == pytest.approx(0.5)


def test_rare_texts_count_as_one_value():
    source = chunked(*["x"] * 20, *"abcdefgh", *"abcdefgh")
    assert shape_score(source, chunked(*["x"] * 20, *"ijklmnop", *"qrstuvwz")) == 1


def test_texts_that_are_all_distinct_are_compared_by_length():
    assert shape_score(chunked("ab", "cd", "efg"), chunked("pq", "rs", "tuv")) == 1


def test_nothing_resembles_nothing():
    empty = pa.chunked_array([pa.nulls(2, pa.int64())])
    assert shape_score(empty, empty) == 1
    assert shape_score(empty, chunked(1)) == 0


def test_null_shares():
    assert null_score(chunked(1, None), chunked(1, 1, 1, None)) == pytest.approx(0.75)


def test_fan_outs():
    a = np.array([0, 2]), np.array([1, 1])
    assert fan_out_score(a, a) == 1
    assert fan_out_score(a, (np.array([0, 1, 2]), np.array([0, 1, 1]))) == pytest.approx(0.5)


def test_the_same_database_scores_one_everywhere(twin):
    report = mimic.compare(twin("a"), twin("b"))
    assert report.findings == ()
    assert {score.value for score in report.scores} == {1.0}
    assert {score.name for score in report.scores} == {"shape", "fan-out", "nulls", "integrity"}


def test_orphans_are_counted(twin):
    report = mimic.compare(twin("a"), twin("b", "delete from parent where id < 2", "delete from pair where x = 0"))
    assert {finding.place: finding.sentence for finding in report.findings if finding.id == "W612"} == {
        "child.parent_id": "8 rows refer to no row of parent",
        "child.a,b": "20 rows refer to no row of pair",
    }
    assert report.facts["orphans.child"] == "28"
    assert report.exit_code() == 4


def test_a_missing_table_is_a_finding(twin):
    report = mimic.compare(twin("a"), twin("b", "drop table pair"))
    assert [finding.place for finding in report.findings if finding.id == "W611"] == ["pair"]
    assert [line.table for line in report.tables] == ["child", "parent"]


def test_an_empty_copy(twin):
    report = mimic.compare(twin("a"), twin("b", "delete from child", "delete from parent", "delete from pair"))
    assert report.findings == ()
    assert all(line.rows == 0 for line in report.tables)
