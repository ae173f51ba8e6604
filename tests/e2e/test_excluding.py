"""EXCLUDE constraints: rows are made so that the database, which checks them all, has nothing to refuse."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import mimic
from mimic.errors import MimicError

ROOMS = "CREATE TABLE room (id serial PRIMARY KEY, name text NOT NULL);"
PLAIN = {  # without an extension: ranges in GiST, equality in btree
    "a range column": "CREATE TABLE t (id serial PRIMARY KEY, during tstzrange NOT NULL, EXCLUDE USING gist (during WITH &&))",
    "days": "CREATE TABLE t (id serial PRIMARY KEY, days daterange, EXCLUDE USING gist (days WITH &&))",
    "numbers": "CREATE TABLE t (id serial PRIMARY KEY, span int4range NOT NULL, part numrange NOT NULL,"
    " EXCLUDE USING gist (span WITH &&), EXCLUDE USING gist (part WITH &&))",
    "two columns": "CREATE TABLE t (id serial PRIMARY KEY, starts timestamptz NOT NULL, ends timestamptz NOT NULL,"
    " EXCLUDE USING gist (tstzrange(starts, ends) WITH &&))",
    "both ends belong to it": "CREATE TABLE t (id serial PRIMARY KEY, first date NOT NULL, last date NOT NULL,"
    " EXCLUDE USING gist (daterange(first, last, '[]') WITH &&))",
    "no end": "CREATE TABLE t (id serial PRIMARY KEY, starts timestamp NOT NULL, ends timestamp,"
    " EXCLUDE USING gist (tsrange(starts, COALESCE(ends, 'infinity')) WITH &&))",
    "as long as told": "CREATE TABLE t (id serial PRIMARY KEY, starts timestamp NOT NULL,"
    " EXCLUDE USING gist (tsrange(starts, starts + interval '45 minutes') WITH &&))",
    "checks": "CREATE TABLE t (id serial PRIMARY KEY, low integer NOT NULL, high integer NOT NULL, CHECK (low >= 0), CHECK (high <= 1000),"
    " CHECK (low < high), EXCLUDE USING gist (int4range(low, high) WITH &&))",
    "a predicate": "CREATE TABLE t (id serial PRIMARY KEY, starts date NOT NULL, ends date NOT NULL, cancelled boolean NOT NULL,"
    " EXCLUDE USING gist (daterange(starts, ends) WITH &&) WHERE (NOT cancelled))",
    "a predicate with a condition": "CREATE TABLE t (id serial PRIMARY KEY, starts date NOT NULL, ends date NOT NULL, state text NOT NULL,"
    " gone date, CHECK (state IN ('open', 'gone')), CHECK ((state = 'gone') = (gone IS NOT NULL)),"
    " EXCLUDE USING gist (daterange(starts, ends) WITH &&) WHERE (state = 'open'))",
    "only equality": "CREATE TABLE t (id serial PRIMARY KEY, a integer NOT NULL, b text NOT NULL,"
    " EXCLUDE USING btree (a WITH =, lower(b) WITH =))",
    "a generated range": "CREATE TABLE t (id serial PRIMARY KEY, s timestamptz NOT NULL, e timestamptz NOT NULL,"
    " p tstzrange GENERATED ALWAYS AS (tstzrange(s, e)) STORED, EXCLUDE USING gist (p WITH &&))",
    "many ranges of some rows": "CREATE TABLE t (id serial PRIMARY KEY, n varchar(40) NOT NULL, r int4multirange NOT NULL,"
    " EXCLUDE USING gist (r WITH &&) WHERE (n <> ''))",
    "many ranges": "CREATE TABLE t (id serial PRIMARY KEY, r int4multirange NOT NULL, EXCLUDE USING gist (r WITH &&))",
    "an address": "CREATE TABLE t (id serial PRIMARY KEY, address inet NOT NULL, EXCLUDE USING gist (address inet_ops WITH &&))",
}
GROUPED = {  # with btree_gist
    "a room": ROOMS + "CREATE TABLE t (id serial PRIMARY KEY, room_id integer NOT NULL REFERENCES room, during tstzrange NOT NULL,"
    " EXCLUDE USING gist (room_id WITH =, during WITH &&))",
    "a room, two columns": ROOMS + "CREATE TABLE t (id serial PRIMARY KEY, room_id integer NOT NULL REFERENCES room,"
    " starts timestamptz NOT NULL, ends timestamptz, cancelled_at timestamptz, CHECK (ends > starts),"
    " EXCLUDE USING gist (room_id WITH =, tstzrange(starts, ends) WITH &&) WHERE (cancelled_at IS NULL))",
    "a room and a teacher": ROOMS + "CREATE TABLE t (id serial PRIMARY KEY, room_id integer NOT NULL REFERENCES room,"
    " teacher_id integer NOT NULL REFERENCES room, starts date NOT NULL, ends date NOT NULL,"
    " EXCLUDE USING gist (room_id WITH =, daterange(starts, ends) WITH &&),"
    " EXCLUDE USING gist (teacher_id WITH =, daterange(starts, ends) WITH &&))",
    "a name": "CREATE TABLE t (id serial PRIMARY KEY, lane text NOT NULL CHECK (lane IN ('a', 'b')), span int8range NOT NULL,"
    " EXCLUDE USING gist (lower(lane) WITH =, span WITH &&))",
    "a cage": ROOMS + "CREATE TABLE animal (id serial PRIMARY KEY, name text NOT NULL); CREATE TABLE t (id serial PRIMARY KEY,"
    " cage_id integer NOT NULL REFERENCES room, animal_id integer NOT NULL REFERENCES animal,"
    " EXCLUDE USING gist (cage_id WITH =, animal_id WITH <>))",
    "one slot": "CREATE TABLE t (id serial PRIMARY KEY, day date NOT NULL, slot integer NOT NULL,"
    " EXCLUDE USING gist (day WITH =, int4range(slot, slot, '[]') WITH &&))",
}


def filled(report: object) -> dict[str, int]:
    return {line.table: line.rows for line in report.tables}


@pytest.fixture
def postgres_contrib(running_servers: object) -> object:
    """A server that has the extensions of contrib."""
    server = running_servers.postgres(15)
    if server.psql("postgres", "SELECT count(*) FROM pg_available_extensions WHERE name = 'btree_gist'") == "0":
        pytest.skip("this server has no contrib extensions")
    return server


@pytest.mark.parametrize("what", PLAIN)
def test_made_from_rules_alone(make_database: Callable[..., object], what: str) -> None:
    source, target = make_database(), make_database()
    source.psql(PLAIN[what])
    report = mimic.clone(source.url, target.url, rows=300)
    assert filled(report)["t"] == 300
    assert [finding for finding in report.findings if finding.id[0] != "N"] == []


@pytest.mark.parametrize("what", GROUPED)
def test_grouped_and_made_from_rules_alone(postgres_contrib: object, make_database: Callable[..., object], what: str) -> None:
    source, target = make_database(server=postgres_contrib), make_database(server=postgres_contrib)
    source.psql("CREATE EXTENSION btree_gist;" + GROUPED[what])
    report = mimic.clone(source.url, target.url, rows=300)
    assert filled(report)["t"] == 300
    assert [finding for finding in report.findings if finding.id[0] != "N"] == []


def test_learned_from_rows(postgres_contrib: object, make_database: Callable[..., object]) -> None:
    source, target = make_database(server=postgres_contrib), make_database(server=postgres_contrib)
    source.psql("CREATE EXTENSION btree_gist;" + GROUPED["a room, two columns"])
    source.psql("INSERT INTO room SELECT i, 'Room ' || i FROM generate_series(1, 20) i")
    source.psql(
        "INSERT INTO t (room_id, starts, ends, cancelled_at)"
        " SELECT r, at, at + interval '90 minutes', CASE WHEN d % 5 = 0 THEN at - interval '1 day' END"
        " FROM generate_series(1, 20) r, generate_series(1, 60) d,"
        " LATERAL (SELECT timestamptz '2025-03-01 09:00+00' + d * interval '1 day') x (at)"
    )
    report = mimic.clone(source.url, target.url)
    assert filled(report) == {"room": 20, "t": 1200}
    most = "count(*) FILTER (WHERE cancelled_at IS NULL) BETWEEN 900 AND 1020"
    dates = "min(starts)::date >= '2025-02-01', max(ends)::date <= '2025-06-01'"
    assert target.psql(f"SELECT {most}, {dates} FROM t") == "t|t|t"


def test_bounds_are_counted(make_database: Callable[..., object]) -> None:
    """Numbers from 0 to 11: not more than eleven spans, however they are cut."""
    source, target = make_database(), make_database()
    source.psql(
        "CREATE TABLE t (id serial PRIMARY KEY, low integer NOT NULL CHECK (low >= 0), high integer NOT NULL CHECK (high <= 11),"
        " CHECK (low < high), EXCLUDE USING gist (int4range(low, high) WITH &&))"
    )
    assert filled(mimic.clone(source.url, target.url, rows=50)) == {"t": 11}
    with pytest.raises(MimicError, match="at most 11 are possible") as refused:
        mimic.clone(source.url, target.url, rows={"t": 50}, if_exists="replace")
    assert refused.value.exit_code == 3


def test_shapes_that_overlap_are_drawn_again(make_database: Callable[..., object]) -> None:
    """Nobody but the database knows circles: after its refusal it has the constraint before the rows, and tells which to draw again."""
    source, target = make_database(), make_database()
    source.psql("CREATE TABLE t (id serial PRIMARY KEY, c circle NOT NULL, EXCLUDE USING gist (c WITH &&))")
    report = mimic.clone(source.url, target.url, rows=40)
    assert filled(report) == {"t": 40}
    assert target.psql("SELECT count(*) FROM pg_constraint WHERE contype = 'x'") == "1"


def test_a_unique_index_that_only_the_database_understands(make_database: Callable[..., object]) -> None:
    source, target = make_database(), make_database()
    source.psql(
        "CREATE FUNCTION last_digits(n integer) RETURNS integer LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN n % 97; END';"
        "CREATE TABLE t (id serial PRIMARY KEY, n integer NOT NULL, m integer);"
        "CREATE UNIQUE INDEX by_digits ON t (last_digits(n + coalesce(m, 0)))"
    )
    report = mimic.clone(source.url, target.url, rows=30)
    assert filled(report) == {"t": 30}
    assert report.exit_code() == 0


def test_the_open_end_is_the_last_one(make_database: Callable[..., object]) -> None:
    source, target = make_database(), make_database()
    source.psql(PLAIN["no end"])
    mimic.clone(source.url, target.url, rows=300)
    assert target.psql("SELECT count(*) <= 1 FROM t WHERE ends IS NULL") == "t"
