"""Small schemas that random databases once led to: each was refused or left short, each is filled now with all of its rows."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

import mimic
from mimic.testing.wild.catalogue import counts, differences

SCHEMAS = {
    "two tables that wait for each other, by a column that is half of both keys": (
        30,
        """
        CREATE TABLE a (x bigint NOT NULL, shared character(12) NOT NULL, y inet NOT NULL, UNIQUE (x, shared, y));
        CREATE TABLE b (x integer NOT NULL, shared character(12) NOT NULL, y inet NOT NULL, p bigint, q inet NOT NULL,
            PRIMARY KEY (x, shared, y));
        ALTER TABLE a ADD FOREIGN KEY (x, shared, y) REFERENCES b MATCH FULL;
        ALTER TABLE b ADD FOREIGN KEY (p, shared, q) REFERENCES a (x, shared, y) MATCH FULL;
        """,
    ),
    "two tables that wait for each other by two halves, of which a CHECK holds one": (
        30,
        """
        CREATE TABLE a (code integer, x integer, u integer NOT NULL, y integer, UNIQUE (code, x, u, y));
        CREATE TABLE b (p integer NOT NULL, x integer NOT NULL, q integer NOT NULL, y integer NOT NULL CHECK (y > 3),
            c integer NOT NULL, e integer NOT NULL, PRIMARY KEY (p, x, q, y));
        ALTER TABLE a ADD FOREIGN KEY (code, x, u, y) REFERENCES b (p, x, q, y);
        ALTER TABLE b ADD FOREIGN KEY (c, x, e, y) REFERENCES a (code, x, u, y);
        """,
    ),
    "a key to itself that must lead somewhere, and shares a column with one that need not": (
        30,
        """
        CREATE TABLE a (item integer, name integer, kind integer, up integer, up_name integer NOT NULL, up_kind integer NOT NULL,
            PRIMARY KEY (item, name, kind), UNIQUE (name, kind), FOREIGN KEY (up, up_name, kind) REFERENCES a (item, name, kind),
            FOREIGN KEY (up_name, up_kind) REFERENCES a (name, kind));
        """,
    ),
    "an identifier of any row whose kind a table of content types says, where only some have such keys": (
        30,
        """
        CREATE TABLE django_content_type (id serial PRIMARY KEY, app_label varchar(100) NOT NULL, model varchar(100) NOT NULL);
        CREATE TABLE shop_item (id uuid PRIMARY KEY, name text);
        CREATE TABLE shop_sale (id serial PRIMARY KEY, item_id uuid NOT NULL REFERENCES shop_item);
        CREATE TABLE shop_note (id serial PRIMARY KEY, content_type_id integer NOT NULL REFERENCES django_content_type,
            object_id uuid NOT NULL, note text);
        CREATE TABLE shop_log (id serial PRIMARY KEY, content_type_id integer NOT NULL REFERENCES django_content_type,
            object_id varchar(255) NOT NULL CHECK (octet_length(object_id) > 0));
        """,
    ),
    "two keys to one row, which a CHECK keeps apart: one leads nowhere": (
        1,
        """
        CREATE TABLE person (id integer PRIMARY KEY);
        CREATE TABLE task (id integer PRIMARY KEY, a_id integer NOT NULL REFERENCES person, b_id integer REFERENCES person,
            CHECK (a_id <> b_id));
        CREATE TABLE pair (a_id integer REFERENCES person, b_id integer NOT NULL UNIQUE REFERENCES person, CHECK (b_id > a_id));
        """,
    ),
    "two keys to one table, which a CHECK compares": (
        30,
        """
        CREATE TABLE person (id integer PRIMARY KEY);
        CREATE TABLE follow (a_id integer REFERENCES person, b_id integer REFERENCES person, PRIMARY KEY (a_id, b_id),
            CHECK (a_id <> b_id));
        CREATE TABLE twin (a_id integer NOT NULL UNIQUE REFERENCES person, b_id integer NOT NULL UNIQUE REFERENCES person,
            CHECK (a_id <> b_id));
        CREATE TABLE friend (a_id integer NOT NULL REFERENCES person, b_id integer REFERENCES person, UNIQUE (a_id, b_id),
            CHECK (a_id < b_id));
        CREATE TABLE block (id integer PRIMARY KEY, a_id integer NOT NULL REFERENCES person, b_id integer NOT NULL REFERENCES person,
            CHECK (b_id <> a_id));
        """,
    ),
    "a CHECK that only the server can read, on columns that are unique": (
        30,
        """
        CREATE TABLE a (id integer, tag integer, CHECK ((tag & 1) = 1));
        CREATE UNIQUE INDEX ON a ((tag + 1)) WHERE id IS NOT NULL;
        CREATE TABLE b (x integer NOT NULL UNIQUE CHECK ((x & 3) > 0), y text NOT NULL UNIQUE CHECK (ascii(y) % 2 = 0));
        """,
    ),
    "the same, and no other row to take a value from": (
        1,
        "CREATE TABLE a (tag integer NOT NULL, CHECK ((tag & 1) = 1)); CREATE UNIQUE INDEX ON a ((tag + 1));"
        "CREATE TABLE c (a integer NOT NULL CHECK ((a & 1) = 1), b integer NOT NULL CHECK ((b & 1) = 0), c integer CHECK ((c & 1) = 1));"
        "CREATE TABLE b (position integer NOT NULL CHECK ((position & 7) = 4), day date NOT NULL CHECK (extract(isodow FROM day) = 3));",
    ),
    "a partition of small letters, between whose bounds no sentence lies": (
        1,
        """
        CREATE TABLE a (word text NOT NULL) PARTITION BY RANGE (word);
        CREATE TABLE a_middle PARTITION OF a FOR VALUES FROM ('f') TO ('q');
        CREATE TABLE b (word text COLLATE "C" NOT NULL CHECK (word >= 'it''s 7' AND word < 'it''s 8'));
        """,
    ),
    "a date by which parents are chosen does not wait for a parent's date": (
        7,
        """
        CREATE TABLE visit (kind "char", good boolean, visited_at date, PRIMARY KEY (kind, good, visited_at));
        CREATE TABLE step (code date DEFAULT '2024-02-29', name character(12), number integer, kind "char", good boolean,
            visited_at date NOT NULL, before character(12), PRIMARY KEY (code, name, number),
            FOREIGN KEY (kind, good, visited_at) REFERENCES visit, FOREIGN KEY (code, before, number) REFERENCES step);
        """,
    ),
    "a date that a parent refers to does not wait for that parent's date": (
        7,
        """
        CREATE TABLE mail (kind smallint, sent_at timestamptz, id uuid, list_id integer NOT NULL, PRIMARY KEY (kind, sent_at, id));
        CREATE TABLE list (id smallint PRIMARY KEY, kind smallint, sent_at timestamptz NOT NULL, mail_id uuid);
        ALTER TABLE mail ADD FOREIGN KEY (list_id) REFERENCES list;
        ALTER TABLE list ADD FOREIGN KEY (kind, sent_at, mail_id) REFERENCES mail MATCH FULL;
        """,
    ),
    "a key of a domain that only the server can read, and what refers to it": (
        30,
        """
        CREATE FUNCTION even(text) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT length($1) % 2 = 0';
        CREATE DOMAIN code AS text CHECK (even(VALUE));
        CREATE DOMAIN number AS integer CHECK ((VALUE & 1) = 0);
        CREATE TABLE place (code code PRIMARY KEY, number number, other integer NOT NULL,
            twice integer GENERATED ALWAYS AS (other * 2) STORED, UNIQUE (number, other));
        CREATE TABLE visit (id integer PRIMARY KEY CHECK ((id & 2) = 0), code code NOT NULL REFERENCES place, number number NOT NULL,
            other integer, FOREIGN KEY (number, other) REFERENCES place (number, other));
        CREATE TABLE step (visit_id integer REFERENCES visit);
        """,
    ),
    "a CHECK and a uniqueness that only one partition has": (
        30,
        """
        CREATE TABLE a (id integer, k integer, at date, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
        CREATE TABLE a_1 PARTITION OF a FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
        CREATE TABLE a_2 PARTITION OF a FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
        ALTER TABLE a_1 ADD CHECK (k > 100000), ADD CHECK (at >= '2024-01-01' AND at < '2025-01-01');
        ALTER TABLE a_2 ADD UNIQUE (k);
        """,
    ),
    "names without a word": (
        7,
        """
        CREATE TABLE "$$" ("#" serial PRIMARY KEY, "_" integer, "?" text NOT NULL, "%" text, e_mail text, birth_date date);
        CREATE TABLE "_" ("$$" integer REFERENCES "$$", "::" text, "%type" text, "%id" integer, "--" timestamptz, " " uuid);
        """,
    ),
    "an optional key that shares a column with one that a third key binds": (
        7,
        """
        CREATE TABLE p (day date, code character(12), place text, kind integer, PRIMARY KEY (day, code, place), UNIQUE (kind, place, day));
        CREATE TABLE c (a_day date, code character(12), a_place text, b_day date, b_place text, kind integer, c_day date,
            PRIMARY KEY (a_day, code, a_place, b_day, b_place),
            FOREIGN KEY (a_day, code, a_place) REFERENCES p, FOREIGN KEY (b_day, code, b_place) REFERENCES p,
            FOREIGN KEY (kind, b_place, c_day) REFERENCES p (kind, place, day));
        """,
    ),
    "CHECKs that read values as text, of types that do not take any text": (
        200,
        """
        CREATE TABLE a (a int4multirange, b tsquery, CHECK (COALESCE(a::text, b::text) IS NOT NULL));
        CREATE TABLE b (a int[] CHECK (a::text <> 'abc'), b jsonb CHECK (b::text <> 'abc'), c json CHECK (c::text LIKE '{%'));
        CREATE TABLE c (kind text NOT NULL, tags uuid[], days datemultirange,
            CHECK (kind = 'a' OR tags::text <> 'abc'), CHECK (kind <> 'a' OR NOT isempty(days)));
        """,
    ),
    "keys that refer to generated columns": (
        30,
        """
        CREATE TABLE a (id integer PRIMARY KEY, name text NOT NULL, twice integer GENERATED ALWAYS AS (id * 2) STORED UNIQUE,
            low text GENERATED ALWAYS AS (lower(name)) STORED UNIQUE);
        CREATE TABLE b (a_twice integer REFERENCES a (twice), a_low text NOT NULL REFERENCES a (low), UNIQUE (a_twice, a_low));
        """,
    ),
    "a partition of small letters, by a column that is told apart within another": (
        1,
        """
        CREATE TABLE a (place macaddr, word text NOT NULL, UNIQUE (place, word)) PARTITION BY RANGE (word);
        CREATE TABLE a_last PARTITION OF a FOR VALUES FROM ('q') TO (MAXVALUE);
        """,
    ),
    "a key that is called as the server would call the parts of another": (
        7,
        """
        CREATE TABLE p (id integer PRIMARY KEY) PARTITION BY HASH (id);
        CREATE TABLE p_0 PARTITION OF p FOR VALUES WITH (MODULUS 1, REMAINDER 0);
        CREATE TABLE q (id integer PRIMARY KEY);
        CREATE TABLE r (other_id integer CONSTRAINT r_id_fkey REFERENCES q, id integer);
        ALTER TABLE r ADD CONSTRAINT a_first FOREIGN KEY (id) REFERENCES p;
        COMMENT ON CONSTRAINT a_first ON r IS 'of parts';
        """,
    ),
    "a partition by two columns, whose first bound says something of the first column alone": (
        30,
        """
        CREATE TYPE kind AS ENUM ('a', 'b', 'c');
        CREATE TABLE a (kind kind, code bigint, x integer, y integer, above kind, PRIMARY KEY (kind, code, x, y),
            CONSTRAINT above FOREIGN KEY (above, code, x, y) REFERENCES a MATCH FULL) PARTITION BY RANGE (x, y);
        CREATE TABLE a_1 PARTITION OF a FOR VALUES FROM (1000, 10) TO (50000, MINVALUE);
        """,
    ),
    "a column of a key of which all columns are NULL or none, which another key makes NULL": (
        30,
        """
        CREATE TABLE a (id integer PRIMARY KEY, kind bit(8), UNIQUE (id, kind));
        CREATE TABLE b (id integer PRIMARY KEY, a_id integer REFERENCES a, kind bit(8),
            FOREIGN KEY (a_id, kind) REFERENCES a (id, kind) MATCH FULL);
        """,
    ),
    "a part of a date among numbers, which the server writes as decimals": (
        30,
        """
        CREATE TABLE holiday (site integer, day date NOT NULL, name text, CHECK (extract(isodow FROM day) NOT IN (6, 7)),
            CHECK (extract(month FROM day) IN (1, 4, 7, 10)), PRIMARY KEY (site, day));
        """,
    ),
    "two keys to one row that are to be distinct, as IS DISTINCT FROM has it: one leads nowhere": (
        1,
        """
        CREATE TABLE person (id integer PRIMARY KEY);
        CREATE TABLE task (a_id integer NOT NULL REFERENCES person, b_id integer REFERENCES person, tag double precision,
            UNIQUE NULLS NOT DISTINCT (b_id, tag), CHECK (a_id IS DISTINCT FROM b_id));
        """,
    ),
    "two padded keys that a CHECK keeps apart": (
        100,
        """
        CREATE TABLE currency (code char(3) PRIMARY KEY CHECK (code ~ '^[A-Z]{3}$'));
        CREATE TABLE rate (base char(3) NOT NULL REFERENCES currency, quote char(3) NOT NULL REFERENCES currency, day date NOT NULL,
            PRIMARY KEY (base, quote, day), CHECK (base <> quote));
        """,
    ),
    "a key to its own table by columns that another key to it fills, one of them shared": (
        30,
        """
        CREATE TABLE p (id text PRIMARY KEY, a text, b bit varying(20), t text, tb bit varying(20), tc bit varying(20) NOT NULL,
            UNIQUE (a, b), UNIQUE (t, tb));
        CREATE TABLE q (id integer PRIMARY KEY, t text, tb bit varying(20), FOREIGN KEY (t, tb) REFERENCES p (t, tb));
        ALTER TABLE p ADD FOREIGN KEY (t, tb) REFERENCES p (a, b);
        ALTER TABLE p ADD CONSTRAINT a FOREIGN KEY (t, tc) REFERENCES p (t, tb) MATCH FULL;
        """,
    ),
    "rows that must each refer to one of their children": (
        100,
        """
        CREATE TABLE tenant (id integer PRIMARY KEY, host text NOT NULL UNIQUE, owner_id integer NOT NULL);
        CREATE TABLE person (tenant_id integer NOT NULL REFERENCES tenant, id integer NOT NULL, invited_by integer,
            PRIMARY KEY (tenant_id, id), FOREIGN KEY (tenant_id, invited_by) REFERENCES person);
        ALTER TABLE tenant ADD FOREIGN KEY (id, owner_id) REFERENCES person (tenant_id, id) DEFERRABLE INITIALLY DEFERRED;
        """,
    ),
    "an address and a name of a person, too short for both": (
        7,
        """
        CREATE TABLE person (id integer PRIMARY KEY, email "char", name char(12));
        CREATE TABLE reader (id integer PRIMARY KEY, email varchar(1), first_name varchar(1), last_name varchar(1));
        """,
    ),
    "columns that are called as hidden ones, one of them firm by a key that refers to it": (
        7,
        """
        CREATE DOMAIN tags AS text[] CHECK (cardinality(VALUE) < 4);
        CREATE TABLE a (id bigint PRIMARY KEY, "#" tags UNIQUE, "#b" integer, "@" integer, "~" text, UNIQUE ("#", id));
        CREATE TABLE b ("#" tags NOT NULL, id bigint NOT NULL, FOREIGN KEY ("#", id) REFERENCES a ("#", id) MATCH FULL);
        """,
    ),
    "keys to the same table that take each other back: only rows that are their own parents satisfy both": (
        2,
        """
        CREATE TABLE a (code "char" NOT NULL UNIQUE, here boolean NOT NULL UNIQUE, there boolean UNIQUE, other "char" NOT NULL,
            total boolean NOT NULL, back "char" NOT NULL, PRIMARY KEY (code, here), UNIQUE (code, there), UNIQUE (other, total));
        ALTER TABLE a ADD FOREIGN KEY (code, there) REFERENCES a (code, here) MATCH FULL;
        ALTER TABLE a ADD FOREIGN KEY (other, total) REFERENCES a (code, here);
        ALTER TABLE a ADD FOREIGN KEY (back, here) REFERENCES a (code, there) DEFERRABLE INITIALLY DEFERRED;
        """,
    ),
    "a date does not follow one that is told apart within it": (
        7,
        """
        CREATE TABLE a (id bigint, at timestamptz, day date, n integer, PRIMARY KEY (id, day, n), UNIQUE (at, day, n))
            PARTITION BY RANGE (day, n);
        CREATE TABLE a_1 PARTITION OF a FOR VALUES FROM ('2025-01-01', 10) TO ('2026-01-01', MINVALUE);
        """,
    ),
}


@pytest.mark.parametrize("name", SCHEMAS)
def test_it_is_filled(make_database: Any, name: str) -> None:
    rows, script = SCHEMAS[name]
    source, target = make_database(), make_database()
    source.psql(script)
    report = mimic.clone(source.url, target.url, rows=rows)
    assert [finding for finding in report.findings if finding.severity.value != "note"] == []
    with psycopg.connect(source.url) as real, psycopg.connect(target.url) as copy:
        assert differences(real.execute, copy.execute) == {}
        assert {table: n for table, n in counts(copy.execute).items() if n != rows} == {}


def test_a_key_to_a_partitioned_table_takes_no_name_of_another_that_was_away(make_database: Any) -> None:
    """In a target with its structure keys of a cycle are dropped and come back; the server names the keys to partitions itself."""
    long = "a" * 60
    source, target = make_database(), make_database()
    for database in (source, target):
        database.psql(f"""
            CREATE TABLE parted (id integer PRIMARY KEY, up integer NOT NULL) PARTITION BY HASH (id);
            CREATE TABLE parted_0 PARTITION OF parted FOR VALUES WITH (MODULUS 1, REMAINDER 0);
            CREATE TABLE a (id integer PRIMARY KEY, {long}_2 integer, {long}_1 integer NOT NULL REFERENCES a);
            ALTER TABLE a ADD CONSTRAINT "1st" FOREIGN KEY ({long}_2) REFERENCES parted;
            ALTER TABLE parted ADD FOREIGN KEY (up) REFERENCES a;""")
    report = mimic.clone(source.url, target.url, rows=7)
    assert [finding for finding in report.findings if finding.severity.value != "note"] == []
    with psycopg.connect(source.url) as real, psycopg.connect(target.url) as copy:
        assert differences(real.execute, copy.execute) == {}


def test_rows_of_a_kind_refer_to_rows_of_that_kind(make_database: Any) -> None:
    """What a thing is stands in its key: a CHECK, or a column that always holds the same, says of which kind the rows of a table are."""
    source, target = make_database(), make_database()
    source.psql("""
        CREATE TABLE thing (id bigserial PRIMARY KEY, kind text NOT NULL CHECK (kind IN ('car', 'house', 'ship')), UNIQUE (id, kind));
        CREATE TABLE car (id bigint PRIMARY KEY, kind text NOT NULL DEFAULT 'car' CHECK (kind = 'car'),
            FOREIGN KEY (id, kind) REFERENCES thing (id, kind));
        CREATE TABLE house (id bigint PRIMARY KEY, kind text NOT NULL GENERATED ALWAYS AS ('house') STORED,
            FOREIGN KEY (id, kind) REFERENCES thing (id, kind));
        CREATE TABLE trip (id serial PRIMARY KEY, thing_id bigint NOT NULL, kind text NOT NULL CHECK (kind <> 'house'),
            FOREIGN KEY (thing_id, kind) REFERENCES thing (id, kind));""")
    report = mimic.clone(source.url, target.url, rows=100)
    assert {finding.id for finding in report.findings if finding.id != "N602"} == {"N504"}  # no more cars than there are
    with psycopg.connect(target.url) as copy:
        many = counts(copy.execute)
        kinds = dict(copy.execute("SELECT kind, count(*) FROM thing GROUP BY kind").fetchall())
    assert many == {"thing": 100, "trip": 100, "car": kinds["car"], "house": kinds["house"]}


def test_a_key_that_comes_once_leaves_the_others_what_fits(make_database: Any) -> None:
    """Two keys share columns; by one of them each parent has one child, so a table has as many rows as it has parents there."""
    source, target = make_database(), make_database()
    source.psql("""
        CREATE TABLE city (land integer NOT NULL, id bigint NOT NULL, big boolean NOT NULL, PRIMARY KEY (id, big), UNIQUE (land, id, big));
        CREATE TABLE seat (no smallint PRIMARY KEY CHECK (no BETWEEN 1 AND 7), land integer NOT NULL, id bigint NOT NULL,
            big boolean NOT NULL, UNIQUE (land, id, big), FOREIGN KEY (land, id, big) REFERENCES city (land, id, big));
        CREATE TABLE court (land integer NOT NULL, id bigint NOT NULL, here boolean NOT NULL, there boolean NOT NULL,
            UNIQUE (land, id, there), PRIMARY KEY (land, id, here, there),
            FOREIGN KEY (land, id, here) REFERENCES city (land, id, big),
            FOREIGN KEY (land, id, there) REFERENCES seat (land, id, big));""")
    mimic.clone(source.url, target.url, rows=30)
    with psycopg.connect(target.url) as copy:
        assert counts(copy.execute) == {"city": 30, "seat": 7, "court": 7}
