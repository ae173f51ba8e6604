"""Schemas of our own making, nastier than real ones: filled with one row and with a hundred, nothing of them missing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
import pytest

import mimic
from mimic.errors import MimicError
from mimic.report import Report
from mimic.testing.wild.catalogue import counts, differences, stale_counters

pytestmark = pytest.mark.slow  # ten seconds for each number of rows

SCHEMAS = Path(__file__).parent / "schemas"
FULL, EMPTY = "N504", "W505"  # fewer rows, because there is no room; a table left empty
KINDS = ("integer", "boolean", "smallint", "date", "real", '"char"', "bigint")
WIDE = "CREATE TABLE wide (id integer PRIMARY KEY, {});".format(", ".join(f"c{i} {KINDS[i % len(KINDS)]}" for i in range(1, 1600)))
MADE = {
    "columns": WIDE,  # 1,600, as many as a table can have
    "nothing": 'CREATE TABLE none (); CREATE TABLE "no columns; either" (); CREATE TABLE one (id serial PRIMARY KEY);',
}
ROOM: dict[str, dict[str, int]] = {  # the proven maximum of the tables that cannot hold a hundred rows
    "uniques": {
        **dict.fromkeys(("two", "only_yes"), 2),
        **dict.fromkeys(("short_code", "of_code"), 30),
        "singleton": 1,
        "three": 3,
        "one_null": 3,
        "pair": 6,
        "bits": 8,
        "all_of": 12,
        "letter": 26,
    },
    "partitions": {"coded": 20, "child": 20},
    "reckoned": {"term": 26},
}


def script(name: str) -> str:
    return MADE[name] if name in MADE else (SCHEMAS / f"{name}.sql").read_text()


def cloned(source: Any, target: Any, name: str, rows: int) -> Report:
    """A copy that has all of the structure; what could not be filled is told."""
    with psycopg.connect(source.url, autocommit=True) as connection:
        connection.execute(script(name))
    report = mimic.clone(source.url, target.url, rows=rows)
    with psycopg.connect(source.url) as real, psycopg.connect(target.url) as copy:
        for connection in (real, copy):
            connection.execute("SET search_path = ''")
        if name != "heirs":
            assert differences(real.execute, copy.execute) == {}
        most = {table: min(n, rows) for table, n in ROOM.get(name, {}).items()}
        assert {table: n for table, n in counts(copy.execute).items() if n != most.get(table, rows)} == {}
        assert stale_counters(copy.execute) == []
    return report


@pytest.mark.parametrize("rows", [1, 100])
@pytest.mark.parametrize("name", sorted([*MADE, *(path.stem for path in SCHEMAS.glob("*.sql"))]))
def test_a_nasty_schema_is_filled_and_nothing_of_it_is_missing(make_database: Any, name: str, rows: int) -> None:
    source, target = make_database(), make_database()
    report = cloned(source, target, name, rows)
    assert [finding for finding in report.findings if finding.id == EMPTY] == []
    if name == "heirs":
        assert {finding.id for finding in report.findings} >= {"W212", "W225"}
        assert target.psql("SELECT count(*) FROM pg_class WHERE relname = 'far_away'") == "0"


def test_an_empty_database_is_told(make_database: Any) -> None:
    source, target = make_database(), make_database()
    with pytest.raises(MimicError, match="no tables"):
        mimic.clone(source.url, target.url, rows=10)


def test_trees_are_neither_chains_nor_all_roots(make_database: Any) -> None:
    """Half of a hundred rows at most have no parent, and nobody is further than thirty steps from a root."""
    source, target = make_database(), make_database()
    cloned(source, target, "trees", 100)
    for table, own in (
        ("plain", "id"),
        ("rooted", "id"),
        ("ordered", "id"),
        ("named", "id"),
        ("folder", "tenant_id, id"),
        ("lonely", "site, id"),
    ):
        parent = own.replace("id", "parent_id") if own == "id" else own.replace(", id", ", parent_id")
        walk = (
            f"WITH RECURSIVE walk AS (SELECT {own}, 1 AS depth FROM {table} WHERE parent_id IS NULL OR parent_id = id UNION ALL "
            f"SELECT {', '.join(f'c.{column.strip()}' for column in own.split(','))}, depth + 1 FROM {table} c JOIN walk w "
            f"ON ({', '.join(f'c.{column.strip()}' for column in parent.split(','))}) = "
            f"({', '.join(f'w.{column.strip()}' for column in own.split(','))}) WHERE c.parent_id <> c.id AND depth < 100) "
            "SELECT count(*) FILTER (WHERE depth = 1), count(*), max(depth) FROM walk"
        )
        roots, reached, depth = map(int, target.psql(walk).split("|"))
        assert reached == 100, f"{table}: every row hangs below a root"
        if table != "lonely":  # nobody says that rows share a site
            assert (roots <= 50, 2 <= depth <= 30) == (True, True), (table, roots, depth)
