"""Schemas without a row, filled from rules alone; what the server accepts with every constraint in place is right."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests import servers
from tests.servers import ServerFailed

SCHEMAS = servers.SHARED_DATA / "schemas"
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


@pytest.mark.acceptance
@pytest.mark.parametrize("name", NAMES)
def test_every_table_of_a_real_schema_is_filled(make_database, running_servers, name):
    """About ten seconds each. What needs extensions goes to PostgreSQL 15, which Debian has with them."""
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
    target = make_database(server=server)
    clone(source.url, target.url, 100)
    made = counts(target)
    assert set(made) == set(counts(source))
    assert [table for table, n in made.items() if n == 0] == []


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
