"""The servers that other tests stand on: they start, give fresh databases, and leave nothing behind."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing

import psycopg
import pytest

from tests import servers
from tests.servers import PostgresServer, ServerFailed, ServerUnavailable

SHARED = (
    "chinook",
    "employees",
    "french_towns",
    "gtfs_caltrain",
    "lahman",
    "northwind",
    "pagila",
    "stackexchange_beer",
    "university",
    "world",
)


def test_every_version_answers_on_its_socket_and_on_its_port(postgres_server, make_database):
    database = make_database(server=postgres_server)
    for url in (database.url, database.tcp_url):
        with psycopg.connect(url) as connection:
            assert connection.info.dbname == database.name
            assert connection.info.server_version // 10_000 == postgres_server.version


def test_a_new_database_is_empty(make_database):
    assert make_database().psql("SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace") == "0"


def test_a_database_with_a_nasty_name_is_made_and_dropped(postgres):
    name = """Ünï "quoted" 100%/?&#'"""
    with psycopg.connect(postgres.create_database(name)) as connection:
        assert connection.info.dbname == name
    assert name in postgres.psql("postgres", "SELECT datname FROM pg_database").splitlines()
    postgres.drop_database(name)
    assert name not in postgres.psql("postgres", "SELECT datname FROM pg_database").splitlines()


def test_dropping_cuts_who_is_still_connected(postgres):
    with psycopg.connect(postgres.create_database("busy"), autocommit=True) as connection:
        postgres.drop_database("busy")
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")


def test_psql_stops_at_the_first_error_and_says_which(make_database):
    database = make_database()
    with pytest.raises(ServerFailed, match='relation "missing" does not exist'):
        database.psql("CREATE TABLE made (); SELECT * FROM missing; CREATE TABLE not_made ()")
    assert database.psql("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace") == "made"


def test_a_stopped_server_starts_again_with_its_databases():
    server = PostgresServer.temporary()
    try:
        server.create_database("kept")
        server.psql("kept", "CREATE TABLE kept AS SELECT 7 AS n")
        server.stop()
        assert not server.running
        again = PostgresServer.at(server.folder).start()
        assert again.psql("kept", "SELECT n FROM kept") == "7"
    finally:
        server.remove()
    assert not server.folder.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands a server to another user")
def test_root_starts_a_server_whose_programs_lie_in_a_closed_folder(tmp_path, monkeypatch):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    site, package, *below = servers.programs(16).parts[-4:]
    (closed / site).symlink_to(servers.programs(16).parents[2])
    monkeypatch.setattr(servers, "programs", lambda version: (closed / site / package).joinpath(*below))
    server = PostgresServer.temporary()
    try:
        assert server.bin.is_relative_to(server.folder)
        assert server.psql("postgres", "SELECT 1") == "1"
    finally:
        server.remove()


def test_a_version_that_is_not_installed_says_where_it_was_looked_for():
    with pytest.raises(ServerUnavailable, match="PostgreSQL 9 is not installed: looked in "):
        servers.programs(9)


def test_environment_variables_of_another_server_do_not_mislead(make_database, monkeypatch):
    monkeypatch.setenv("PGOPTIONS", "-c no_such_setting=1")
    monkeypatch.setenv("PGPORT", "1")
    assert make_database().psql("SELECT 1") == "1"


@pytest.mark.slow
@pytest.mark.parametrize("name", SHARED)
def test_every_shared_database_loads(load_shared, postgres_server, name):
    """Half a second each on each server version, but for lahman: four."""
    database = load_shared(name, server=postgres_server)
    tables = "SELECT count(*) FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace AND NOT relispartition"
    assert int(database.psql(tables)) >= 3


def test_a_loaded_database_belongs_to_its_test(load_shared):
    first, second = load_shared("world"), load_shared("world")
    first.psql("DROP TABLE city CASCADE")
    assert second.psql("SELECT count(*) FROM city") == "4079"


def test_the_bundled_sample_is_whole(chinook_sqlite):
    with closing(sqlite3.connect(chinook_sqlite)) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        assert len(tables) == 11
        assert sum(database.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables) == 15_607
        assert database.execute("SELECT total, invoice_date FROM invoice WHERE invoice_id = 1").fetchone() == (1.98, "2021-01-01 00:00:00")
