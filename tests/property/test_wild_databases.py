"""Random databases of every nasty shape: filled from rules alone, with all that they have in place.

The server checks each constraint itself when the copy is made, so a load that ends well is half of the proof. The other half is
counted here: nothing of the structure is missing or different, each table has the rows asked for or as many as a finding says,
and the next value of every sequence is free.
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

import mimic
from mimic.testing import Script, postgresql_databases
from mimic.testing.wild.catalogue import counts, differences, stale_counters

FEW, MANY = 50, int(os.environ.get("MIMIC_WILD_DATABASES", "2000"))
SEED = os.environ.get("MIMIC_WILD_SEED")  # other databases than those of each run
REFUSED = Path(__file__).resolve().parents[2] / "acceptance-output" / "wild"  # the scripts of databases that failed
FEWER = "N504"  # the finding that says how many rows a table can hold at most
KNOWN = frozenset({FEWER, "N302", "N510", "N602"})  # what may be found in a database all of whose tables are filled
ALIKE = {"deadline": None, "database": None, "derandomize": True}  # the same databases each time
QUICK = {"phases": (Phase.generate,), "suppress_health_check": list(HealthCheck)}
LASTING = 40  # examples for which a database is emptied only
EMPTIED = """
DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' LOOP
        EXECUTE format('DROP SCHEMA %I CASCADE', name);
    END LOOP;
END $$;
CREATE SCHEMA public AUTHORIZATION pg_database_owner; GRANT USAGE ON SCHEMA public TO PUBLIC
"""


class Pair:
    """Two databases of one server, emptied for each example and now and then made anew."""

    def __init__(self, server: Any) -> None:
        self._server, self._names, self._used = server, ("wild_source", "wild_target"), 0
        self._admin = psycopg.connect(server.url(), autocommit=True)

    def fresh(self) -> list[str]:
        """Their URLs, both empty. Making a database takes as long as filling it."""
        urls = [self._server.url(name) for name in self._names]
        if self._used % LASTING == 0:
            self._drop()
            for name in self._names:
                self._admin.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        else:
            for url in urls:
                with psycopg.connect(url, autocommit=True) as connection:
                    connection.execute(EMPTIED)
        self._used += 1
        return urls

    def close(self) -> None:
        self._drop()
        self._admin.close()

    def _drop(self) -> None:
        for name in self._names:
            self._admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def pair(postgres: Any) -> Iterator[Pair]:
    with closing(Pair(postgres)) as made:
        yield made


@dataclass(frozen=True)
class Case:
    """A database, how many rows each table is to get, and whether the target has the structure already."""

    script: Script
    rows: int
    there: bool


@st.composite
def cases(draw: st.DrawFn, most_tables: int = 8, *, grouping: bool = False) -> Case:
    there = draw(st.integers(0, 4)) == 4  # all triggers fire there, and one that refuses every row would leave its table empty
    script = draw(postgresql_databases(most_tables, grouping=grouping, refusing=not there))
    return Case(script, draw(st.sampled_from((1, 2, 7, 30))), there)


def cloned(case: Case, pair: Pair) -> None:
    """Fill a copy of what the script makes, and look at all of it."""
    source, target = pair.fresh()
    for url in (source, target) if case.there else (source,):
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(case.script.sql)
    report = mimic.clone(source, target, rows=case.rows)
    assert [finding for finding in report.findings if finding.id not in KNOWN] == []
    most = {finding.place: int(finding.sentence.split()[0]) for finding in report.findings if finding.id == FEWER}
    assert all(0 < n < case.rows for n in most.values())
    with psycopg.connect(source) as real, psycopg.connect(target) as copy:
        for connection in (real, copy):
            connection.execute("SET search_path = ''")
        assert differences(real.execute, copy.execute) == {}
        assert {name: n for name, n in counts(copy.execute).items() if n != most.get(name, case.rows)} == {}
        assert stale_counters(copy.execute) == []


def hold(examples: int, pair: Pair, among: st.SearchStrategy[Case]) -> None:
    """The property, of so many databases: all of them, even where one fails."""
    failures: list[str] = []

    @settings(max_examples=examples, **ALIKE, **QUICK)
    @given(among)
    def holds(case: Case) -> None:
        try:
            cloned(case, pair)
        except Exception as error:
            failures.append(f"{type(error).__name__}: {error}")
            REFUSED.mkdir(parents=True, exist_ok=True)
            told = f"{case.rows} rows, there: {case.there}\n{traceback.format_exc()}".replace("\n", "\n-- ")
            (REFUSED / f"{SEED or 0}-{len(failures)}.sql").write_text(f"-- {told}\n{case.script.sql}")

    (seed(int(SEED))(holds) if SEED else holds)()
    assert failures == [], f"{len(failures)} of {examples} databases; their scripts are in {REFUSED.name}/"


@pytest.mark.slow
def test_a_random_database_is_filled_and_nothing_of_it_is_missing(pair: Pair) -> None:
    """Half a minute: they are smaller than those below."""
    hold(FEW, pair, cases(most_tables=4))


@pytest.mark.acceptance
def test_thousands_of_random_databases_are_filled(pair: Pair) -> None:
    """Half an hour on two cores; MIMIC_WILD_DATABASES sets another number, MIMIC_WILD_SEED other databases."""
    hold(MANY, pair, cases())


@pytest.mark.acceptance
def test_spans_apart_in_groups_by_an_extension(running_servers: Any) -> None:
    """EXCLUDE with btree_gist. A few minutes."""
    server = running_servers.postgres(15)
    if server.psql("postgres", "SELECT count(*) FROM pg_available_extensions WHERE name = 'btree_gist'") == "0":
        pytest.skip("this server has no contrib extensions")
    with closing(Pair(server)) as pair:
        hold(MANY // 10, pair, cases(grouping=True))
