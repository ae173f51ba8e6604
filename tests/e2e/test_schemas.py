"""Schemas without a row, filled from rules alone; what the server accepts with every constraint in place is right."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import psycopg
import pytest

from mimic.testing.wild import catalogue
from tests import servers
from tests.servers import ServerFailed

SCHEMAS = servers.SHARED_DATA / "schemas"
OUT = Path(__file__).resolve().parents[2] / "acceptance-output" / "schemas.json"
NAMES = (
    "adventureworks",
    "airflow",
    "crates_io",
    "danbooru",
    "healthchecks",
    "indico",
    "keycloak",
    "kong",
    "openmrs",
    "rubygems",
    "supabase_auth",
)
FEWER = {  # the proven maximum of the tables of nasty_schema.sql that cannot hold ten rows
    "flags": 6,
    "link": 6,
    "only_enum": 3,
    "one_null": 4,
    "singleton": 1,
    "three": 3,
    "two": 2,
}
TABLES = """select c.oid::regclass from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p') and not c.relispartition and n.nspname !~ '^pg_|^information_schema$' order by 1"""


def clone(source: str, target: str, rows: int) -> dict:
    program = Path(sys.executable).parent / "mimic"
    done = subprocess.run([str(program), "clone", source, target, "--rows", str(rows), "--format", "json"], capture_output=True, text=True)
    assert done.returncode in (0, 4), done.stderr[-2000:]
    return json.loads(done.stdout)


def counts(database) -> dict[str, int]:
    names = database.psql(TABLES).split("\n")
    return {name: int(database.psql(f"select count(*) from {name}")) for name in names if name}


def test_a_nasty_schema_is_filled_to_what_its_constraints_allow(make_database):
    source, target = make_database(), make_database()
    source.psql(Path(__file__).parent / "nasty_schema.sql")
    clone(source.url, target.url, 10)
    made = counts(target)
    assert set(made) == set(counts(source))
    short = {name.strip('"'): n for name, n in made.items() if n != 10 and name != "base"}  # base shows the rows of its heir too
    assert short == FEWER
    assert target.psql("select count(*) from person where id = boss") != "10"


def test_rows_need_no_column_that_is_written(make_database, tmp_path):
    """A table without columns, one of generated columns only: as many rows as asked, learned, or carried."""
    source, target = make_database(), make_database()
    source.psql("create table nothing (); create table computed (a int generated always as (1) stored)")
    clone(source.url, target.url, 10)
    assert counts(target) == {"nothing": 10, "computed": 10}
    source.psql("insert into nothing select from generate_series(1, 7); insert into computed select from generate_series(1, 5)")
    program, config = str(Path(sys.executable).parent / "mimic"), tmp_path / "mimic.yaml"
    for told in ("reference: synthesize", "tables: {nothing: {mode: copy}, computed: {mode: copy}}"):
        config.write_text(told)
        command = [program, "clone", source.url, target.url, "--if-exists", "replace", "--config", str(config)]
        subprocess.run(command, capture_output=True, check=True)
        assert counts(target) == {"nothing": 7, "computed": 5}


def record(name: str, figures: dict[str, object]) -> None:
    """Keep a figure beside those of other tests."""
    OUT.parent.mkdir(exist_ok=True)
    known = json.loads(OUT.read_text()) if OUT.exists() else {}
    OUT.write_text(json.dumps(known | {name: figures}, indent=1))
    print(name, json.dumps(figures))


@pytest.mark.acceptance
@pytest.mark.parametrize(("name", "rows"), [*((name, rows) for rows in (1, 100) for name in NAMES), ("indico", 10_000)])
def test_every_table_of_a_real_schema_is_filled(make_database, running_servers, name, rows):
    """Ten to thirty seconds each. What needs extensions goes to PostgreSQL 15, which Debian has with them.

    Figures go to acceptance-output/schemas.json. Filled is a table that holds the rows asked, or as many as a finding proves possible;
    all of the structure is the source's.
    """
    path = SCHEMAS / f"{name}.sql"
    if not path.is_file():
        pytest.skip(f"no shared schemas: {path.name} is not there")
    server = None
    source = make_database()
    try:
        source.psql(path)
    except ServerFailed as refused:
        if "extension" not in str(refused):
            raise
        server = running_servers.postgres(15)
        source = make_database(server=server)
        if not source.psql("select 1 from pg_available_extensions where name = 'ltree'"):
            pytest.skip("the server lacks an extension that this schema needs")
        source.psql(path)
    for view in source.psql("select oid::regclass from pg_class where relkind = 'm'").split():
        source.psql(f"refresh materialized view {view}")  # as they are in the copy
    target = make_database(server=server)
    since = time.monotonic()
    report = clone(source.url, target.url, rows)
    seconds = time.monotonic() - since
    with psycopg.connect(source.url) as real, psycopg.connect(target.url) as copy:
        for connection in (real, copy):
            connection.execute("SET search_path = ''")
        made, unlike, stale = (
            catalogue.counts(copy.execute),
            catalogue.differences(real.execute, copy.execute),
            catalogue.stale_counters(copy.execute),
        )
        there = catalogue.counts(real.execute)
        assert set(made) == set(there)
    most = {found["place"]: int(found["sentence"].split()[0]) for found in report["findings"] if found["id"] == "N504"}
    short = {table: n for table, n in made.items() if n != (there[table] or most.get(table, rows))}  # bookkeeping has rows, and is copied
    empty = [
        found["place"] for found in report["findings"] if found["id"] == "W304"
    ]  # a unique index on a view that no rows of tables keep to
    unlike = {
        kind: sides for kind, sides in unlike.items() if not empty or any(not any(e in line for e in empty) for s in sides for line in s)
    }
    figures = {
        "tables": len(made),
        "filled": len(made) - len(short),
        "seconds": round(seconds, 1),
        "load_average": round(os.getloadavg()[0], 1),
        "findings": dict(sorted(Counter(found["id"] for found in report["findings"]).items())),
        "fewer_than_asked": most,
        "not_filled": {table: [n, *(f["sentence"] for f in report["findings"] if f["place"] == table)] for table, n in short.items()},
    }
    record(f"{name} x {rows}", figures)
    assert short == {}
    assert (unlike, stale) == ({}, [])


@pytest.mark.acceptance
def test_a_real_schema_whose_triggers_are_in_force_already(make_database, running_servers):
    """Two minutes. Deferred triggers watch categories, events and timetables together; two tables cannot be filled from rules alone."""
    path, server = SCHEMAS / "indico.sql", running_servers.postgres(15)
    if not path.is_file():
        pytest.skip(f"no shared schemas: {path.name} is not there")
    source, target = make_database(server=server), make_database(server=server)
    if not source.psql("select 1 from pg_available_extensions where name = 'pg_trgm'"):
        pytest.skip("the server lacks an extension that this schema needs")
    for database in (source, target):
        database.psql(path)
    report = clone(source.url, target.url, 100)
    empty = {table for table, n in counts(target).items() if n == 0}
    assert empty <= {"events.breaks", "events.timetable_entries"}
    assert {finding["place"] for finding in report["findings"] if finding["id"] == "W505"} == empty
