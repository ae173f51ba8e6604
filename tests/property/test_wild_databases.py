"""Random databases of every nasty shape: filled from rules alone, with all that they have in place.

The server checks each constraint itself when the copy is made, so a load that ends well is half of the proof. The other half is
counted here: nothing of the structure is missing or different, each table has the rows asked for or as many as a finding says,
and the next value of every sequence is free.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import mimic
from mimic.report import Report
from mimic.testing import Script, postgresql_databases
from mimic.testing.wild.catalogue import CATALOGUE, COUNTERS, TABLES
from mimic.testing.wild.dice import quoted

FEW = 50
MANY = int(os.environ.get("MIMIC_WILD_DATABASES", "2000"))
FEWER, NONE = "N504", "W505"  # findings: the rows that a table can hold at most; a table left empty, and why
KNOWN = frozenset({FEWER, "N302", "N510", "N602"})  # what may be found in a database that is filled
ROWS = st.sampled_from((1, 2, 7, 30))
ALIKE = {"deadline": None, "database": None, "derandomize": True}  # the same databases each time
QUICK = {"phases": (Phase.generate,), "suppress_health_check": list(HealthCheck)}


class Pair:
    """Two databases of one server, made anew for each example."""

    def __init__(self, server: Any) -> None:
        self._server, self._names = server, ("wild_source", "wild_target")
        self._admin = psycopg.connect(server.url(), autocommit=True)

    def fresh(self) -> tuple[str, str]:
        for name in self._names:
            self._admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            self._admin.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        return self._server.url(self._names[0]), self._server.url(self._names[1])

    def close(self) -> None:
        for name in self._names:
            self._admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        self._admin.close()


@pytest.fixture(scope="module")
def pair(postgres: Any) -> Iterator[Pair]:
    with closing(Pair(postgres)) as made:
        yield made


def cloned(script: Script, rows: int, pair: Pair) -> None:
    """Fill a copy of what the script makes and look at all of it."""
    source, target = pair.fresh()
    with psycopg.connect(source, autocommit=True) as connection:
        connection.execute(script.sql)
    report = mimic.clone(source, target, rows=rows)
    assert [finding for finding in report.findings if finding.id not in KNOWN] == []
    with psycopg.connect(source) as real, psycopg.connect(target) as copy:
        for connection in (real, copy):
            connection.execute("SET search_path = ''")
        for kind, query in CATALOGUE.items():
            wanted, found = (set(map(repr, connection.execute(query))) for connection in (real, copy))
            assert (kind, wanted - found, found - wanted) == (kind, set(), set())
        assert {name: n for name, n in counted(copy).items() if n != expected(name, rows, report)} == {}
        assert [query for (query,) in copy.execute(COUNTERS).fetchall() if (True,) in copy.execute(query).fetchall()] == []


def counted(connection: psycopg.Connection) -> dict[str, int]:
    """The rows of each table, those of its heirs apart."""
    out = {}
    for schema, name, kind in connection.execute(TABLES).fetchall():
        query = f"SELECT count(*) FROM {'ONLY ' if kind == 'r' else ''}{quoted(schema)}.{quoted(name)}"
        out[name if schema == "public" else f"{schema}.{name}"] = connection.execute(query).fetchone()[0]
    return out


def expected(table: str, rows: int, report: Report) -> int:
    """The rows asked for, or the most that a finding says the table can hold."""
    noted = [int(finding.sentence.split()[0]) for finding in report.findings if finding.id == FEWER and finding.place == table]
    assert all(0 < n < rows for n in noted)
    return noted[0] if noted else rows


def hold(examples: int, pair: Pair) -> None:
    """The property, of so many databases."""

    @settings(max_examples=examples, **ALIKE, **QUICK)
    @given(postgresql_databases(), ROWS)
    def holds(script: Script, rows: int) -> None:
        cloned(script, rows, pair)

    holds()


@pytest.mark.slow
def test_a_random_database_is_filled_and_nothing_of_it_is_missing(pair: Pair) -> None:
    """Half a minute."""
    hold(FEW, pair)


@pytest.mark.acceptance
def test_thousands_of_random_databases_are_filled(pair: Pair) -> None:
    """Half an hour on two cores; MIMIC_WILD_DATABASES sets another number."""
    hold(MANY, pair)
