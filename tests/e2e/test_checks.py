"""CHECK constraints on real databases: whatever they say, the copy has its rows and every constraint.

The database checks each row itself, so a load that ends well is the proof; what is counted here is that no row is missing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

import mimic
from mimic.commands import plan
from mimic.errors import MimicError

POSTGRES = """
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy', 'gone');
CREATE DOMAIN percent AS numeric(5, 2) CHECK (VALUE >= 0 AND VALUE <= 100) CHECK (VALUE <> 50);
CREATE DOMAIN shout AS text NOT NULL CHECK (VALUE = upper(VALUE)) CHECK (length(VALUE) BETWEEN 3 AND 8);
CREATE FUNCTION is_even(n integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT n % 2 = 0';
CREATE FUNCTION sums(a integer, b integer) RETURNS integer LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN a + b; END';
CREATE DOMAIN even AS integer CHECK (is_even(VALUE));

CREATE TABLE place (
    id serial PRIMARY KEY,
    code char(2) NOT NULL CHECK (code ~ '^[A-Z]{2}$'),
    slug varchar(40) UNIQUE NOT NULL CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    lat double precision NOT NULL CHECK (lat BETWEEN -90 AND 90),
    lon double precision NOT NULL CHECK (lon BETWEEN -180 AND 180),
    email text CHECK (email LIKE '%@%'),
    homepage text CHECK (homepage ILIKE 'http%'),
    password text NOT NULL CHECK (length(password) = 60),
    kind text NOT NULL CHECK (kind = ANY (ARRAY['city', 'town', 'hamlet'])),
    size text NOT NULL CHECK (upper(size) IN ('S', 'M', 'L')),
    stars smallint CHECK (stars IN (1, 2, 3, 4, 5)),
    mood mood NOT NULL CHECK (mood <> 'gone'),
    share percent NOT NULL,
    label shout,
    number even NOT NULL
);
CREATE TABLE event (
    id bigserial PRIMARY KEY,
    place_id integer NOT NULL REFERENCES place,
    other_id integer NOT NULL REFERENCES place,
    type smallint NOT NULL CHECK (type BETWEEN 1 AND 4),
    url text, body text, amount numeric(10, 2), currency varchar(3),
    starts_at timestamptz NOT NULL, ends_at timestamptz NOT NULL, cancelled_at timestamptz, reason text,
    low integer NOT NULL, high integer NOT NULL, net numeric(8, 2) NOT NULL, vat numeric(8, 2) NOT NULL, gross numeric(9, 2) NOT NULL,
    data jsonb NOT NULL CHECK (jsonb_typeof(data) = 'object'),
    tags jsonb CHECK (jsonb_typeof(tags) = 'array'),
    a text, b text, c text, odd integer NOT NULL, even integer,
    CHECK (place_id <> other_id),
    CHECK (starts_at < ends_at AND ends_at <= starts_at + interval '2 days'),
    CHECK (low < high AND low > 0 AND high <= 100),
    CHECK (gross = net + vat),
    CHECK ((type <> 3) OR (url IS NULL AND body IS NOT NULL)),
    CHECK ((type = 1) = (amount IS NOT NULL)),
    CHECK ((amount IS NULL) = (currency IS NULL)),
    CHECK (CASE WHEN type = 2 THEN url IS NOT NULL AND url ~ '^https?://' ELSE true END),
    CHECK ((cancelled_at IS NULL AND reason IS NULL) OR (cancelled_at IS NOT NULL AND reason IS NOT NULL AND cancelled_at >= starts_at)),
    CHECK (num_nonnulls(a, b, c) = 1),
    CHECK (currency IS NULL OR currency = upper(currency) AND length(currency) = 3),
    CONSTRAINT odd CHECK (NOT is_even(odd)),
    CONSTRAINT sums CHECK (is_even(sums(odd, even)) IS NOT TRUE)
);
"""

POSTGRES_ROWS = """
INSERT INTO place (code, slug, lat, lon, email, homepage, password, kind, size, stars, mood, share, label, number)
SELECT chr(65 + i % 26) || 'X', 'place-' || i, i % 90, -i % 180, 'p' || i || '@example.org', 'https://example.org/' || i, repeat('x', 60),
       (ARRAY['city', 'town', 'hamlet'])[1 + i % 3], (ARRAY['s', 'M', 'L'])[1 + i % 3], 1 + i % 5,
       (ARRAY['sad', 'ok', 'happy'])[1 + i % 3]::mood,
       i % 50, 'AB' || chr(65 + i % 20), 2 * i FROM generate_series(1, 60) i;
INSERT INTO event (place_id, other_id, type, url, body, amount, currency, starts_at, ends_at, cancelled_at, reason, low, high,
                   net, vat, gross, data, tags, a, b, c, odd, even)
SELECT 1 + i % 60, 1 + (i + 7) % 60, 1 + i % 4, CASE WHEN i % 4 = 1 THEN 'https://example.org/' || i END,
       CASE WHEN i % 4 = 2 THEN 'words' END,
       CASE WHEN i % 4 = 0 THEN i END, CASE WHEN i % 4 = 0 THEN 'EUR' END,
       now() - i * interval '1 hour',
       now() - i * interval '1 hour' + interval '90 minutes', CASE WHEN i % 10 = 0 THEN now() END, CASE WHEN i % 10 = 0 THEN 'rain' END,
       1 + i % 40, 50 + i % 50, i, i * 0.2, i * 1.2, '{"a": 1}', '[1, 2]', CASE WHEN i % 3 = 0 THEN 'a' || i END,
       CASE WHEN i % 3 = 1 THEN 'b' || i END, CASE WHEN i % 3 = 2 THEN 'c' || i END, 2 * i + 1, 2 * i
FROM generate_series(1, 200) i;
"""

SQLITE = """
CREATE TABLE place (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL CHECK (code GLOB '[A-Z][A-Z]'),
    lat REAL NOT NULL CHECK (lat BETWEEN -90 AND 90),
    email TEXT CHECK (email LIKE '%@%'),
    name VARCHAR(40) NOT NULL CHECK (length(name) >= 5),
    kind TEXT NOT NULL CHECK (kind IN ('city', 'town', 'hamlet')),
    active INTEGER NOT NULL CHECK (active IN (0, 1)),
    data TEXT NOT NULL CHECK (json_valid(data)),
    odd INTEGER NOT NULL, word TEXT NOT NULL,
    CONSTRAINT odd CHECK (abs(odd) & 1 = 1),
    CONSTRAINT spelt CHECK (unicode(word) % 3 <> 1)
);
CREATE TABLE event (
    id INTEGER PRIMARY KEY,
    place_id INTEGER NOT NULL REFERENCES place, other_id INTEGER NOT NULL REFERENCES place,
    type INTEGER NOT NULL CHECK (type BETWEEN 1 AND 4),
    url TEXT, body TEXT, amount DECIMAL(10, 2), starts_on DATE NOT NULL, ends_on DATE NOT NULL,
    low INTEGER NOT NULL, high INTEGER NOT NULL, a TEXT, b TEXT,
    CHECK (place_id <> other_id),
    CHECK (starts_on <= ends_on),
    CHECK (low < high AND low > 0 AND high <= 100),
    CHECK ((type <> 3) OR (url IS NULL AND body IS NOT NULL)),
    CHECK ((type = 1) = (amount IS NOT NULL)),
    CHECK ((a IS NULL) + (b IS NULL) = 1)
);
"""

SQLITE_ROWS = """
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60)
INSERT INTO place SELECT i, char(65 + i % 26) || 'X', i, 'p' || i || '@example.org', 'Place ' || i,
    CASE i % 3 WHEN 0 THEN 'city' WHEN 1 THEN 'town' ELSE 'hamlet' END, i % 2, '{"a": 1}', 2 * i + 1, 'c' || i FROM n;
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)
INSERT INTO event SELECT i, 1 + i % 60, 1 + (i + 7) % 60, 1 + i % 4, CASE WHEN i % 4 = 1 THEN 'u' || i END,
    CASE WHEN i % 4 = 2 THEN 'b' || i END,
    CASE WHEN i % 4 = 0 THEN i END, date('2024-01-01', i || ' days'), date('2024-02-01', i || ' days'), 1 + i % 40, 50 + i % 50,
    CASE WHEN i % 2 = 0 THEN 'a' || i END, CASE WHEN i % 2 = 1 THEN 'b' || i END FROM n;
"""


def test_postgresql_learned_from_rows(make_database: Callable[..., object]) -> None:
    source, target = make_database(), make_database()
    source.psql(POSTGRES + POSTGRES_ROWS)
    report = mimic.clone(source.url, target.url)
    assert {(line.table, line.rows) for line in report.tables} == {("place", 60), ("event", 200)}
    assert constraints(target) == constraints(source)


def test_postgresql_made_from_rules_alone(make_database: Callable[..., object]) -> None:
    source, target = make_database(), make_database()
    source.psql(POSTGRES)
    report = mimic.clone(source.url, target.url, rows=100)
    assert {(line.table, line.rows) for line in report.tables} == {("place", 100), ("event", 100)}
    assert constraints(target) == constraints(source)
    assert target.psql("SELECT count(DISTINCT type), count(amount) > 0, count(DISTINCT slug) > 0 FROM event, place") == "4|t|t"


def test_sqlite_learned_from_rows(sqlite_path: Callable[..., Path]) -> None:
    make(sqlite_path("source"), SQLITE + SQLITE_ROWS)
    report = mimic.clone(f"sqlite:///{sqlite_path('source')}", f"sqlite:///{sqlite_path('copy')}")
    assert {(line.table, line.rows) for line in report.tables} == {("place", 60), ("event", 200)}


def test_sqlite_made_from_rules_alone(sqlite_path: Callable[..., Path]) -> None:
    make(sqlite_path("source"), SQLITE)
    report = mimic.clone(f"sqlite:///{sqlite_path('source')}", f"sqlite:///{sqlite_path('copy')}", rows=100)
    assert {(line.table, line.rows) for line in report.tables} == {("place", 100), ("event", 100)}


def test_what_only_the_database_can_judge_is_a_finding(make_database: Callable[..., object]) -> None:
    source = make_database()
    source.psql(POSTGRES)
    told = plan(source.url)
    places = {finding.place.split(" (")[0] for finding in told.findings if finding.id == "N510"}
    assert places == {"event.odd", "event.sums", "place.number"}


def test_a_check_that_no_row_can_satisfy_leaves_the_old_target(make_database: Callable[..., object]) -> None:
    source, target = make_database(), make_database()
    source.psql(
        "CREATE FUNCTION never(n integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT n IS NULL AND n = 1';"
        "CREATE TABLE t (id integer PRIMARY KEY, n integer NOT NULL, CONSTRAINT impossible CHECK (coalesce(never(n), false)))"
    )
    with pytest.raises(MimicError, match="impossible") as refused:
        mimic.clone(source.url, target.url, rows={"t": 10})
    assert refused.value.exit_code == 3
    assert target.psql("SELECT count(*) FROM pg_class WHERE relname = 't'") == "0"


def constraints(database: object) -> str:
    return database.psql(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated FROM pg_constraint "
        "WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2, 3"
    )


def make(path: Path, script: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)


def test_a_model_file_keeps_what_checks_say(sqlite_path: Callable[..., Path], tmp_path: Path) -> None:
    make(sqlite_path("source"), SQLITE)
    learned = mimic.learn(f"sqlite:///{sqlite_path('source')}")
    learned.save(tmp_path / "m.mimic")
    kept = mimic.load(tmp_path / "m.mimic")
    assert [(table.conditions, table.unread) for table in kept.model.tables] == [
        (table.conditions, table.unread) for table in learned.model.tables
    ]
    assert any(table.unread for table in kept.model.tables)
