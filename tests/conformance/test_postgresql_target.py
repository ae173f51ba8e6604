"""What a PostgreSQL target promises: values arrive as they were, a load happens wholly or not at all, and nothing is lost by mistake."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import psycopg
import pyarrow as pa
import pytest
from psycopg import sql

from connectors.postgresql import loading, statements, wire
from connectors.postgresql.connect import connect
from connectors.postgresql.source import PostgresSource
from connectors.postgresql.staging import LIMIT, stem
from connectors.postgresql.target import PostgresTarget
from mimic.batch import Batch
from mimic.connector import Load
from mimic.errors import ConnectorError, MimicError, Refused
from mimic.graph import load_order
from mimic.report import Finding
from mimic.schema import TableName
from tests.conftest import VERSIONS

Make = Callable[..., Any]


# -- loads -------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Copy:
    """All of a source, ready to be loaded: its structure and its rows."""

    load: Load
    rows: Mapping[TableName, list[pa.RecordBatch]]

    @classmethod
    def of(cls, url: str, **more: Any) -> Copy:
        with PostgresSource(url) as source:
            schema = source.schema()
            ddl, _ = source.ddl()
            order = load_order(schema)
            here = [name for name in order.tables if schema.table(name).kind != "foreign"]
            rows = {name: list(source.scan(name, [c.name for c in schema.table(name).written], batch_rows=1000)) for name in here}
        return cls(Load(schema, order.tables, order.forward, ddl, mark={"by": "a test"}, **more), rows)

    def with_(self, **more: Any) -> Copy:
        return replace(self, load=replace(self.load, **more))

    def into(self, target: PostgresTarget) -> list[Finding]:
        findings = [*target.begin(self.load), *target.create()]
        for name in self.load.order:
            for batch in self.rows.get(name, ()):
                target.insert(Batch(name, batch))
        findings += target.finish()
        target.commit()
        return findings


def loaded(copy: Copy, url: str, **more: Any) -> list[Finding]:
    with PostgresTarget(url, **more) as target:
        return copy.into(target)


def content(database: Any) -> str:
    """Every row of every table, and every sequence: what a mixture of two loads would differ in."""
    listed = (
        "SELECT n.nspname, c.relname, c.relkind FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE c.relkind IN ('r', 'S', 'm') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' ORDER BY 1, 2"
    )
    with psycopg.connect(database.url, autocommit=True) as connection:
        told = []
        for schema, name, kind in connection.execute(listed).fetchall():
            what = "last_value, is_called" if kind == "S" else "count(*), md5(string_agg(t::text, '|' ORDER BY t::text))"
            query = sql.SQL("SELECT {} FROM ONLY {} t" if kind == "r" else "SELECT {} FROM {} t")
            told.append(f"{schema}.{name} {connection.execute(query.format(sql.SQL(what), sql.Identifier(schema, name))).fetchone()}")
    return "\n".join(told)


def structure(database: Any) -> str:
    dump = subprocess.run(
        [str(database.server.bin / "pg_dump"), "-s", database.url], capture_output=True, text=True, check=True, cwd="/"
    ).stdout
    return "\n".join(line for line in dump.splitlines() if "restrict" not in line)


SHOP = """
    CREATE TYPE state AS ENUM ('new', 'paid');
    CREATE TABLE customer (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, referrer int REFERENCES customer);
    CREATE TABLE orders (id serial PRIMARY KEY, customer_id int NOT NULL REFERENCES customer, state state, total numeric(10, 2),
                         shout text, CONSTRAINT positive CHECK (total > 0));
    CREATE FUNCTION shout() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.shout := upper(coalesce(NEW.shout, '')) || '!'; RETURN NEW; END $$;
    CREATE TRIGGER shouting BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION shout();
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$;
    CREATE TRIGGER refusing AFTER INSERT ON orders FOR EACH ROW EXECUTE FUNCTION refuse();
    ALTER TABLE orders DISABLE TRIGGER refusing;
    INSERT INTO customer (name, referrer) SELECT 'Zoë ' || i, nullif(i % 7, 0) FROM generate_series(1, 3000) i;
    INSERT INTO orders (customer_id, state, total, shout) SELECT 1 + i % 3000, 'paid', i, 'hey' FROM generate_series(1, 5000) i;
    ALTER TABLE orders ENABLE TRIGGER refusing;
    CREATE VIEW rich AS SELECT customer_id, sum(total) AS s FROM orders GROUP BY 1;
    CREATE MATERIALIZED VIEW richer AS SELECT * FROM rich WHERE s > 10;
    CREATE MATERIALIZED VIEW richest AS SELECT max(s) AS m FROM richer;
    COMMENT ON TABLE customer IS 'people';
"""


@pytest.fixture
def shop(make_database: Make) -> Any:
    database = make_database()
    database.psql(SHOP)
    return database


# -- types -------------------------------------------------------------------------------------------------------------------

BINARY, CSV = True, False
LONG = "repeat('ü', 500000)"
# type -> (the path that it takes, values as SQL)
TYPES: Mapping[str, tuple[bool, tuple[str, ...]]] = {
    "boolean": (BINARY, ("true", "false")),
    "smallint": (BINARY, ("'-32768'", "32767", "0")),
    "integer": (BINARY, ("'-2147483648'", "2147483647")),
    "bigint": (BINARY, ("'-9223372036854775808'", "9223372036854775807")),
    "real": (BINARY, ("'NaN'", "'-0'", "'infinity'", "'-infinity'", "1e-37", "3.4028235e38", "0.1")),
    "double precision": (BINARY, ("'NaN'", "'-0'", "'infinity'", "'-infinity'", "5e-324", "1.7976931348623157e308", "0.1")),
    "numeric(12,2)": (BINARY, ("0", "0.01", "-9999999999.99", "1.50")),
    "numeric(38,0)": (BINARY, ("99999999999999999999999999999999999999", "-1")),
    "numeric(38,38)": (BINARY, ("0.00000000000000000000000000000000000001", "0")),
    "numeric": (CSV, ("'NaN'", "'infinity'", "1.500", "1e-200", "1e1000", "0.0")),
    "numeric(1000,10)": (CSV, ("1e900", "'NaN'", "0.0000000001")),
    "numeric(5,-2)": (CSV, ("1200", "9999900")),
    "text": (BINARY, ("''", "' '", r"'\N'", r"'\.'", r"E'a\nb\r\tc'", "'\"quoted\", \"'", "'🦆 ü'", LONG, "'NULL'", r"'\\x00'")),
    "varchar(20)": (BINARY, ("''", "'twenty characters ...'", "'x '")),
    "char(5)": (BINARY, ("''", "'ab'", "'12345'")),
    '"char"': (CSV, ("'a'", "''")),
    "name": (BINARY, ("'n'", "''", "repeat('x', 63)")),
    "bytea": (BINARY, ("''", r"'\x00ff5c27220a'", "decode(repeat('00', 100000), 'hex')")),
    "date": (BINARY, ("'infinity'", "'-infinity'", "'4713-01-01 BC'", "'0001-12-31 BC'", "'0001-01-01'", "'2000-01-01'", "'9999-12-31'",
                      "'10000-01-01'", "'5874897-12-31'", "'2024-02-29'", "'0005-02-28 BC'")),
    "time": (BINARY, ("'00:00'", "'23:59:59.999999'", "'24:00:00'")),
    "time(0)": (BINARY, ("'12:00:00'",)),
    "timetz": (CSV, ("'00:00+15:59'", "'24:00:00-15:59'", "'12:30:01.5+00'")),
    "timestamp": (BINARY, ("'infinity'", "'-infinity'", "'4713-01-01 00:00:00.000001 BC'", "'0001-12-31 23:59:59.999999 BC'",
                           "'0001-01-01'", "'1999-12-31 23:59:59.999999'", "'9999-12-31 23:59:59.999999'", "'294246-12-31 23:59:59.999999'",
                           "'10000-01-01 00:00:01.000020'")),
    "timestamptz": (BINARY, ("'infinity'", "'-infinity'", "'4713-01-02 00:00:00.000001 BC UTC'", "'2000-01-01 12:00+05:30'",
                             "'1969-12-31 23:59:59.999999 UTC'", "'10000-01-01 UTC'")),
    "timestamptz(3)": (BINARY, ("'2000-01-01 12:00:00.123+05:30'",)),
    "interval": (BINARY, ("'0'", "'1 year -2 mons +3 days -04:05:06.789'", "'-178000000 years'", "'-1 us'", "'100000000 hours'", "'1.5 days'",
                          "'-2 mons -0:00:00.1'", "'178000000 years 11 mons'", "'2147483647 days'", "'1 mon'")),
    "interval day to second(2)": (BINARY, ("'1 day 00:00:01.25'",)),
    "uuid": (BINARY, ("'00000000-0000-0000-0000-000000000000'", "'ffffffff-ffff-ffff-ffff-ffffffffffff'")),
    "json": (BINARY, ("'{\"b\" : 1, \"a\":[null]}'", "'null'", "'\"\"'")),
    "jsonb": (BINARY, ("'{\"b\": 1e400, \"a\": [null, \"ü\\\\n\"]}'", "'null'", "'\"\"'", "'[]'")),
    "xml": (BINARY, ("'<a>&lt;</a>'", "''", "'text <b/>'")),
    "mood": (BINARY, ("'sad'", "'it''s, \"ok\"'")),
    "email": (BINARY, ("'a@b'",)),
    "money": (CSV, ("'0'", "'-92233720368547758.08'", "'1234.50'")),
    "bit(5)": (CSV, ("B'10101'",)),
    "bit varying": (CSV, ("B''", "B'1'", "B'101010101010101'")),
    "inet": (CSV, ("'10.0.0.1'", "'10.0.0.1/8'", "'::1'", "'fe80::1/64'")),
    "cidr": (CSV, ("'10.0.0.0/8'", "'::/0'")),
    "macaddr": (CSV, ("'08:00:2b:01:02:03'",)),
    "macaddr8": (CSV, ("'08:00:2b:01:02:03:04:05'",)),
    "integer[]": (CSV, ("'{}'", "'{1,NULL,3}'", "'{{1,2},{3,4}}'", "'[0:1]={1,2}'")),
    "text[]": (CSV, ("'{}'", "ARRAY['', 'NULL', NULL, 'a,b', '\"', E'\\\\', '{']", "ARRAY[E'x\\ny']")),
    "numeric(5,2)[]": (CSV, ("'{1.50,NULL}'",)),
    "mood[]": (CSV, ("'{sad,NULL}'",)),
    "timestamptz[]": (CSV, ("'{infinity,2000-01-01 00:00+00}'",)),
    "point2": (CSV, ("ROW(1, 'a,\"b\"')", "ROW(NULL, '')", "ROW(NULL, NULL)")),
    "int4range": (CSV, ("'empty'", "'(,)'", "'[1,5)'")),
    "numrange": (CSV, ("'(1.50,]'",)),
    "tstzrange": (CSV, ("'[2000-01-01 00:00+00,infinity)'",)),
    "int8multirange": (CSV, ("'{}'", "'{[1,3),[5,)}'")),
    "tsvector": (CSV, ("''", "'''a b'':1A,2 c'")),
    "tsquery": (CSV, ("'a & !b'",)),
    "point": (CSV, ("'(1.5,-0)'",)),
    "polygon": (CSV, ("'((0,0),(1,1),(1,0))'",)),
    "circle": (CSV, ("'<(0,0),1>'",)),
    "oid": (CSV, ("4294967295",)),
    "regclass": (CSV, ("'pg_class'",)),
    "pg_lsn": (CSV, ("'16/B374D848'",)),
    "jsonpath": (CSV, ("'$.a[*] ? (@ > 1)'",)),
    "txid_snapshot": (CSV, ("'10:20:10,14,15'",)),
}  # fmt: skip
MADE = """
    CREATE TYPE mood AS ENUM ('sad', 'it''s, "ok"');
    CREATE DOMAIN address AS text CHECK (VALUE LIKE '%@%');
    CREATE DOMAIN email AS address NOT NULL DEFAULT 'x@y';
    CREATE TYPE point2 AS (x numeric, label text);
"""


@pytest.fixture(scope="module", params=VERSIONS)
def typed(running_servers: Any, request: pytest.FixtureRequest) -> Iterator[tuple[Any, Copy]]:
    """A database with one table per type, and all that is read from it."""
    server = running_servers.postgres(request.param)
    server.create_database("target_types")
    script = [MADE]
    for i, (kind, (_, literals)) in enumerate(TYPES.items()):
        if kind == "xml" and not has_xml(server):
            continue
        cast = "".join(f", ({n}, {literal}::{kind})" for n, literal in enumerate(literals))
        null = "" if kind == "email" else ", (99, NULL)"
        script.append(f"CREATE TABLE t{i} (id int PRIMARY KEY, v {kind}); INSERT INTO t{i} VALUES {(cast + null)[2:]};")
    server.psql("target_types", "".join(script))
    yield server, Copy.of(server.url("target_types"))
    server.drop_database("target_types")


def has_xml(server: Any) -> bool:
    """The server of the wheel is built without libxml."""
    return bool(server.psql("postgres", "SELECT count(*) FROM pg_config WHERE name = 'CONFIGURE' AND setting LIKE '%libxml%'") == "1")


@pytest.fixture(scope="module", params=["binary", "csv"])
def arrived(request: pytest.FixtureRequest, typed: tuple[Any, Copy]) -> Iterator[tuple[Any, str, dict[int, bool]]]:
    """The same loaded: as the connector likes, and as it must where pgpq has no wheel. Also which tables went in binary."""
    server, copy = typed
    name = f"target_types_{request.param}"
    url = server.create_database(name)
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "csv":
            patch.setattr(wire, "ArrowToPostgresBinaryEncoder", None)
        loaded(copy, url)
        with connect(url) as connection:
            places = loading.places(connection, copy.load.order)
        went = {int(t.name[1:]): all(wire.binary(b, places[t].slots) is not None for b in copy.rows[t]) for t in places}
    yield server, name, went
    server.drop_database(name)


@pytest.mark.parametrize("kind", TYPES)
def test_values_of_every_type_arrive_as_they_were(arrived: tuple[Any, str, dict[int, bool]], kind: str) -> None:
    server, name, went = arrived
    if kind == "xml" and not has_xml(server):
        pytest.skip("this server is built without libxml")
    i = list(TYPES).index(kind)
    query = f"SELECT id, v IS NULL, v::text FROM t{i} ORDER BY id"
    assert server.psql(name, query) == server.psql("target_types", query)
    if name.endswith("binary"):
        assert went[i] is TYPES[kind][0], "README.md says which path a type takes"
    else:
        assert not went[i]


def test_columns_of_other_widths_are_filled_where_values_fit(make_database: Make) -> None:
    """The structure was there already, and is not quite the source's."""
    source, target = make_database(), make_database()
    source.psql("CREATE TABLE t (a int, b smallint, c bigint, d real, e text, f int); INSERT INTO t VALUES (1, 2, 3, 0.5, 'x', NULL)")
    target.psql("CREATE TABLE t (a bigint, b int, c smallint, d float8, e varchar(10), f numeric, g int DEFAULT 7)")
    loaded(Copy.of(source.url), target.url)
    assert target.psql("SELECT * FROM t") == "1|2|3|0.5|x||7"


def test_arrays_of_other_kinds_take_the_binary_path(make_database: Make) -> None:
    source, target = make_database(), make_database()
    source.psql("CREATE TABLE t (a text, b bytea, c bytea, d text, e numeric, f float8)")
    copy, name = Copy.of(source.url), TableName("public", "t")
    arrays = [
        pa.array(["ü", None], pa.large_string()),
        pa.array([b"\0", None], pa.large_binary()),
        pa.array([b"abc", None], pa.binary(3)),
        pa.array(["x", None]).dictionary_encode(),
        pa.array([7, None], pa.int64()),
        pa.array([7, None], pa.int32()),
    ]
    rows = pa.RecordBatch.from_arrays(arrays, names=list("abcdef"))
    loaded(replace(copy, rows={name: [rows]}), target.url)
    with connect(target.url) as connection:
        assert wire.binary(rows, loading.places(connection, [name])[name].slots) is not None
    assert target.psql("SELECT * FROM t") == "ü|\\x00|\\x616263|x|7|7\n|||||"


def test_citext_takes_the_binary_path(make_database: Make, postgres_server: Any) -> None:
    source, target = (make_database(server=postgres_server) for _ in range(2))
    if source.psql("SELECT count(*) FROM pg_available_extensions WHERE name = 'citext'") == "0":
        pytest.skip("this server has no contrib extensions")
    source.psql("CREATE EXTENSION citext; CREATE TABLE t (id int, v citext); INSERT INTO t VALUES (1, 'Ü'), (2, ''), (3, NULL)")
    copy = Copy.of(source.url)
    loaded(copy, target.url)
    with connect(target.url) as connection:
        places = loading.places(connection, copy.load.order)
    assert all(wire.binary(batch, places[name].slots) is not None for name, batches in copy.rows.items() for batch in batches)
    assert content(target) == content(source)


def test_wide_and_empty_tables_and_tables_without_columns_arrive(make_database: Make) -> None:
    source, target = make_database(), make_database()
    columns = ", ".join(f"c{i} int" for i in range(1600))
    source.psql(f"CREATE TABLE wide ({columns}); INSERT INTO wide (c0, c1599) VALUES (1, 2); CREATE TABLE none (); CREATE TABLE empty (i int);"
                "INSERT INTO none DEFAULT VALUES; INSERT INTO none DEFAULT VALUES;")  # fmt: skip
    loaded(Copy.of(source.url), target.url)
    assert content(target) == content(source)


HOSTILE = (
    'quo"te',
    "per%cent %s",
    "semi;--",
    "Upper",
    "upper",
    "select",
    "ctid",
    "mimic",
    "🦆",
    "x" * 62 + "a",
    "x" * 62 + "b",
    "new\nline",
    "{brace}",
    "back\\slash",
    "$dollar$",
)


def test_hostile_names_arrive(make_database: Make) -> None:
    source, target = make_database(), make_database('tgt "%s" ;--🦆')
    quoted = ['"' + name.replace('"', '""') + '"' for name in HOSTILE]
    script = ""
    for name in quoted:
        columns = ", ".join(f"{column} text" for column in quoted if column != '"ctid"')
        script += f"CREATE TABLE {name} (id serial PRIMARY KEY, {columns}); INSERT INTO {name} DEFAULT VALUES;"
    source.psql(script)
    for jobs in (1, 2):
        loaded(Copy.of(source.url, if_exists="replace").with_(jobs=jobs), target.url)
        assert content(target) == content(source)
        assert structure(target) == structure(source)


# -- structure ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("jobs", [1, 2])
def test_structure_rows_sequences_and_views_are_the_sources(make_database: Make, shop: Any, jobs: int) -> None:
    target = make_database()
    findings = loaded(Copy.of(shop.url, jobs=jobs), target.url)
    assert structure(target) == structure(shop)
    assert [f.id for f in findings] == ["N302"]
    # The computing trigger ran again on rows that it had computed; nothing else fired.
    shop.psql("UPDATE orders SET shout = shout || '!'; REFRESH MATERIALIZED VIEW richer")
    assert content(target) == content(shop)
    assert target.psql("SELECT m FROM richest") == shop.psql("SELECT m FROM richest")
    assert target.psql("INSERT INTO customer (name) VALUES ('next') RETURNING id") == "3001"


def test_a_sequence_that_feeds_several_tables_passes_the_last_of_all(make_database: Make) -> None:
    source, target = make_database(), make_database()
    source.psql("""
        CREATE SEQUENCE s; CREATE TABLE a (id bigint DEFAULT nextval('s')); CREATE TABLE b (id bigint DEFAULT nextval('s'));
        INSERT INTO a SELECT FROM generate_series(1, 5); INSERT INTO b VALUES (41); CREATE SEQUENCE down INCREMENT -1;
        CREATE TABLE c (id int DEFAULT nextval('down')); INSERT INTO c VALUES (-1), (-9);""")
    loaded(Copy.of(source.url), target.url)
    assert target.psql("SELECT nextval('s'), nextval('down')") == "42|-10"


def test_partitions_inheritance_and_generated_columns_arrive(make_database: Make) -> None:
    source, target = make_database(), make_database()
    source.psql("""
        CREATE TABLE p (id int, at date, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
        CREATE TABLE p1 PARTITION OF p FOR VALUES FROM ('2020-01-01') TO ('2021-01-01'); CREATE TABLE p2 PARTITION OF p DEFAULT;
        INSERT INTO p SELECT i, date '2020-12-01' + i FROM generate_series(1, 100) i;
        CREATE TABLE parent (a int); CREATE TABLE child (b int) INHERITS (parent); INSERT INTO parent VALUES (1); INSERT INTO child VALUES (2, 3);
        CREATE UNLOGGED TABLE g (a int, b int GENERATED ALWAYS AS (a * 2) STORED, i bigint GENERATED ALWAYS AS IDENTITY (START 5));
        INSERT INTO g (a) VALUES (21);""")
    loaded(Copy.of(source.url), target.url)
    assert content(target) == content(source)
    assert structure(target) == structure(source)


def test_a_cycle_is_loaded_into_a_structure_with_its_keys_in_force(make_database: Make) -> None:
    source, target = make_database(), make_database()
    cycle = """
        CREATE TABLE a (id int PRIMARY KEY, b int NOT NULL); CREATE TABLE b (id int PRIMARY KEY, a int NOT NULL REFERENCES a{0});
        ALTER TABLE a ADD CONSTRAINT cyclic FOREIGN KEY (b) REFERENCES b; COMMENT ON CONSTRAINT cyclic ON a IS 'round';
        CREATE TABLE tree (id int PRIMARY KEY, up int REFERENCES tree);"""
    source.psql(
        cycle.format(" DEFERRABLE INITIALLY DEFERRED")
        + """
        BEGIN; SET CONSTRAINTS ALL DEFERRED; INSERT INTO b VALUES (1, 1), (2, 1); INSERT INTO a VALUES (1, 2); COMMIT;
        INSERT INTO tree VALUES (2, 2), (1, 2);"""
    )
    target.psql(cycle.format(""))
    copy = Copy.of(source.url)
    before = structure(target)
    both = copy.with_(forward=tuple(copy.load.schema.foreign_keys))
    loaded(both, target.url)
    assert content(target) == content(source)
    assert structure(target) == before


def test_triggers_in_force_stay_in_force(make_database: Make, shop: Any) -> None:
    """A structure that was there is used as it is: its own trigger refuses the rows."""
    target = make_database()
    target.psql(SHOP.split("INSERT INTO customer")[0].replace("ALTER TABLE orders DISABLE TRIGGER refusing;", ""))
    with pytest.raises(ConnectorError, match=r"public\.orders"):
        loaded(Copy.of(shop.url), target.url)
    assert target.psql("SELECT count(*) FROM customer") == "0"


def test_values_are_set_later_by_key(make_database: Make, shop: Any) -> None:
    target = make_database()
    copy = Copy.of(shop.url)
    with PostgresTarget(target.url) as filled:
        filled.begin(copy.load)
        filled.create()
        for name in copy.load.order:
            for batch in copy.rows[name]:
                filled.insert(Batch(name, batch))
        change = pa.record_batch({"id": pa.array([1, 2], pa.int32()), "referrer": pa.array([2, None], pa.int32())})
        filled.update(Batch(TableName("public", "customer"), change), ["id"])
        filled.finish()
        filled.commit()
    assert target.psql("SELECT id, referrer FROM customer WHERE id < 4 ORDER BY id") == "1|2\n2|\n3|3"


# -- safety ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_target_with_rows_is_refused_and_named(make_database: Make, shop: Any, jobs: int) -> None:
    target = make_database()
    target.psql("CREATE SCHEMA x; CREATE TABLE x.precious (v text); INSERT INTO x.precious VALUES ('canary'); CREATE TABLE empty ()")
    before = content(target)
    for more in ({}, {"if_exists": "replace"}, {"if_exists": "replace", "replace_unmarked": "another"}):
        with pytest.raises(Refused, match=r"x\.precious") as refused:
            loaded(Copy.of(shop.url, jobs=jobs, **more), target.url)
        assert refused.value.exit_code == 3
        assert "canary" not in str(refused.value)
    assert content(target) == before


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_a_load_made_may_be_replaced(make_database: Make, shop: Any, jobs: int) -> None:
    target = make_database()
    target.psql(f"COMMENT ON DATABASE \"{target.name}\" IS 'ours\nand theirs'; ALTER DATABASE \"{target.name}\" SET work_mem = '8MB'; "
                f"ALTER DATABASE \"{target.name}\" SET search_path = \"$user\", public; REVOKE CONNECT ON DATABASE \"{target.name}\" FROM PUBLIC")  # fmt: skip
    settings = "SELECT datacl::text, datconnlimit, pg_get_userbyid(datdba), (SELECT setconfig::text FROM pg_db_role_setting WHERE setdatabase = d.oid) FROM pg_database d WHERE datname = current_database()"
    before = target.psql(settings)
    copy = Copy.of(shop.url, jobs=jobs)
    loaded(copy, target.url)
    with pytest.raises(Refused):
        loaded(copy, target.url)
    shop.psql("DROP TABLE orders CASCADE; CREATE TABLE customer2 AS TABLE customer; CREATE SCHEMA extra; CREATE TABLE extra.t (i int)")
    assert loaded(Copy.of(shop.url, jobs=jobs, if_exists="replace"), target.url) == []
    assert structure(target) == structure(shop)
    assert content(target) == content(shop)
    assert target.psql("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()").startswith(
        "ours\nand theirs\nmimic: {"
    )
    assert target.psql(settings) == before
    assert not [name for name in target.server.databases() if "__mimic_" in name]


def test_a_name_spelt_out_replaces_what_no_load_made(make_database: Make, shop: Any) -> None:
    target = make_database()
    target.psql(
        "CREATE TYPE state AS (x int); CREATE TABLE customer (v state); INSERT INTO customer VALUES (ROW(1)); CREATE FUNCTION shout() RETURNS int LANGUAGE sql RETURN 1"
    )
    loaded(Copy.of(shop.url, if_exists="replace", replace_unmarked=target.name), target.url)
    assert structure(target) == structure(shop)


EVERYTHING = """
CREATE SCHEMA only_types; CREATE SCHEMA "Two""b"; CREATE SCHEMA empty;
CREATE DOMAIN "Name" AS varchar(50); CREATE DOMAIN "Flag" AS boolean NOT NULL; CREATE TYPE state AS ENUM ('a', 'b');
CREATE TYPE pair AS (low int, high "Name"); CREATE TYPE spans AS RANGE (subtype = float8); CREATE COLLATION own (LOCALE = 'C');
CREATE SEQUENCE numbers; CREATE TYPE only_types.inner AS (p public.pair, s public.state);
CREATE FUNCTION plus(int, int) RETURNS int LANGUAGE sql IMMUTABLE AS $$ /* no statement:
CREATE TABLE nowhere.nothing (a int); */ SELECT $1 + $2 $$;
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE PROCEDURE act() LANGUAGE sql AS 'SELECT 1'; CREATE AGGREGATE total(int) (SFUNC = plus, STYPE = int, INITCOND = '0');
CREATE OPERATOR === (LEFTARG = int, RIGHTARG = int, FUNCTION = plus);
CREATE CAST (state AS int) WITH INOUT; CREATE CAST (varchar AS int) WITH INOUT AS ASSIGNMENT;
CREATE TEXT SEARCH DICTIONARY words (TEMPLATE = simple); CREATE TEXT SEARCH CONFIGURATION told (COPY = simple);
CREATE TABLE "Two""b".t (
    id int PRIMARY KEY DEFAULT nextval('numbers'), name "Name" COLLATE own, flag "Flag" DEFAULT true, s state, p pair, i only_types.inner,
    span spans, many public.state[], n int GENERATED ALWAYS AS (plus(1, 2)) STORED);
CREATE TABLE "Two""b".parted (id int, at date NOT NULL, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE "Two""b".part PARTITION OF "Two""b".parted FOR VALUES FROM ('2020-01-01') TO ('2030-01-01') PARTITION BY HASH (id);
CREATE TABLE only_types.leaf PARTITION OF "Two""b".part FOR VALUES WITH (MODULUS 1, REMAINDER 0);
CREATE TABLE "Two""b".heir (more int) INHERITS ("Two""b".t);
CREATE VIEW "Two""b".shown AS SELECT id, s FROM "Two""b".t; CREATE MATERIALIZED VIEW "Two""b".kept AS SELECT count(*) FROM "Two""b".shown;
CREATE TRIGGER touched BEFORE INSERT ON "Two""b".t FOR EACH ROW EXECUTE FUNCTION touch();
CREATE RULE ruled AS ON DELETE TO "Two""b".t DO INSTEAD NOTHING;
CREATE STATISTICS counted ON id, s FROM "Two""b".t;
INSERT INTO "Two""b".t (name, s) VALUES ('x', 'a'); INSERT INTO "Two""b".parted VALUES (1, '2024-01-01'); REFRESH MATERIALIZED VIEW "Two""b".kept;
"""


@pytest.mark.parametrize("jobs", [1, 2])
def test_whatever_a_load_made_goes_with_it(make_database: Make, jobs: int) -> None:
    """AdventureWorks has its tables in five schemas, and the domains of their columns in another."""
    source, target = make_database(), make_database()
    source.psql(EVERYTHING)
    loaded(Copy.of(source.url), target.url)
    assert structure(target) == structure(source)
    loaded(Copy.of(source.url, if_exists="replace", jobs=jobs), target.url)
    assert structure(target) == structure(source)
    assert content(target) == content(source)
    source.psql('DROP SCHEMA only_types, "Two""b", public CASCADE; DROP CAST (varchar AS int); CREATE SCHEMA public; CREATE TABLE t ()')
    loaded(Copy.of(source.url, if_exists="replace", jobs=1), target.url)
    left = "SELECT count(*) FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE nspname IN ('public', 'only_types')"
    assert target.psql(left) == "2", "the table and its array"


@pytest.mark.parametrize(
    ("statement", "schema", "cast"),
    [
        ("CREATE TABLE public.t (a other.kind)", "public", None),
        ('CREATE UNLOGGED TABLE "a""b.c".t ()', 'a"b.c', None),
        ("CREATE OPERATOR public.=== (LEFTARG = integer)", "public", None),
        ("CREATE TEXT SEARCH CONFIGURATION s.told (PARSER = pg_catalog.default)", "s", None),
        ("CREATE OR REPLACE VIEW s.v AS SELECT 1", "s", None),
        ("CREATE SCHEMA IF NOT EXISTS made", "made", None),
        ("CREATE SCHEMA made", "made", None),
        ("CREATE EXTENSION IF NOT EXISTS hstore WITH SCHEMA public", None, None),
        ("CREATE INDEX i ON public.t USING btree (a)", None, None),
        ("ALTER TABLE public.t OWNER TO o", None, None),
        ('CREATE CAST (public."a)b" AS numeric(3,1)) WITH FUNCTION public.f(x)', None, 'CAST (public."a)b" AS numeric(3,1))'),
    ],
)
def test_what_a_statement_makes_is_in_a_schema(statement: str, schema: str | None, cast: str | None) -> None:
    assert (statements.schema_of(statement), statements.cast(statement)) == (schema, cast)


def test_what_an_extension_made_stays_where_a_load_is_replaced(make_database: Make, running_servers: Any) -> None:
    """`tablefunc` has composite types: each is a type and a relation, and only the type is said to be the extension's."""
    server = running_servers.postgres(15)
    source, target = make_database(server=server), make_database(server=server)
    if source.psql("SELECT count(*) FROM pg_available_extensions WHERE name = 'tablefunc'") == "0":
        pytest.skip("this server has no contrib extensions")
    source.psql("CREATE EXTENSION tablefunc; CREATE EXTENSION hstore; CREATE TYPE own AS (a int); CREATE TABLE t (o own, h hstore)")
    loaded(Copy.of(source.url), target.url)
    loaded(Copy.of(source.url, if_exists="replace"), target.url)
    assert structure(target) == structure(source)


def test_a_partitioned_table_of_an_earlier_load_is_replaced(make_database: Make) -> None:
    source, target = make_database(), make_database()
    source.psql(
        "CREATE TABLE t (i int, d date) PARTITION BY RANGE (d); CREATE TABLE t1 PARTITION OF t DEFAULT; INSERT INTO t VALUES (1, '2020-01-01')"
    )
    loaded(Copy.of(source.url), target.url)
    loaded(Copy.of(source.url, if_exists="replace"), target.url)
    assert content(target) == content(source)


def test_a_dry_run_writes_nothing(make_database: Make, shop: Any) -> None:
    target = make_database()
    for jobs in (1, 2):
        with PostgresTarget(target.url) as asked:
            asked.begin(Copy.of(shop.url, dry_run=True, jobs=jobs).load)
            asked.abandon()
    assert structure(target) == structure(make_database())
    assert not [name for name in target.server.databases() if "__mimic_" in name]


def test_part_of_a_structure_is_refused(make_database: Make, shop: Any) -> None:
    target = make_database()
    target.psql("CREATE TABLE customer (id int)")
    with pytest.raises(Refused, match=r"lacks.*public\.orders"):
        loaded(Copy.of(shop.url), target.url)


def test_two_loads_into_one_target_are_refused(make_database: Make, shop: Any) -> None:
    target = make_database()
    copy = Copy.of(shop.url)
    for jobs in (1, 2):
        with PostgresTarget(target.url) as first:
            first.begin(copy.with_(jobs=jobs).load)
            with pytest.raises(Refused, match="another load"):
                loaded(copy, target.url)


def test_a_session_in_the_target_makes_it_one_connection_said_aloud(make_database: Make, shop: Any) -> None:
    target = make_database()
    with psycopg.connect(target.url):
        findings = loaded(Copy.of(shop.url, jobs=2), target.url)
    assert {f.id for f in findings} == {"N302", "N303"}
    assert target.psql("SELECT count(*) FROM orders") == "5000"


def test_a_role_that_owns_only_its_database_loads_and_replaces(make_database: Make, shop: Any) -> None:
    target = make_database()
    target.psql(f'DROP ROLE IF EXISTS plain; CREATE ROLE plain LOGIN; ALTER DATABASE "{target.name}" OWNER TO plain')
    url = target.server.url(target.name, user="plain")
    try:
        for jobs in (1, 2):
            findings = loaded(Copy.of(shop.url, if_exists="replace", jobs=jobs), url)
            assert [f.id for f in findings] == (["N302"] if jobs == 1 else ["N303", "N302"])
            assert structure(target).replace("plain", "postgres") == structure(shop)
    finally:
        target.psql(f'ALTER DATABASE "{target.name}" OWNER TO postgres; REASSIGN OWNED BY plain TO postgres; DROP OWNED BY plain')
        target.server.psql("postgres", "DROP ROLE plain")


def test_a_role_that_does_not_own_the_database_marks_it_all_the_same(make_database: Make, shop: Any) -> None:
    target = make_database()
    target.psql(
        f'DROP ROLE IF EXISTS guest; CREATE ROLE guest LOGIN; GRANT ALL ON SCHEMA public TO guest; GRANT CREATE ON DATABASE "{target.name}" TO guest'
    )
    url = target.server.url(target.name, user="guest")
    try:
        for _ in range(2):
            loaded(Copy.of(shop.url, if_exists="replace"), url)
        assert target.psql("SELECT count(*) FROM customer") == "3000"
    finally:
        target.psql("DROP OWNED BY guest CASCADE")
        target.server.psql("postgres", "DROP ROLE guest")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("ALTER TABLE orders DROP CONSTRAINT positive; UPDATE orders SET total = -777777 WHERE id IN (1, 2, 3); "
         "ALTER TABLE orders ADD CONSTRAINT positive CHECK (total > 0) NOT VALID", "positive"),
        ("ALTER TABLE orders DROP CONSTRAINT orders_customer_id_fkey; UPDATE orders SET customer_id = 777777 WHERE id IN (1, 2, 3); "
         "ALTER TABLE orders ADD CONSTRAINT orders_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES customer NOT VALID", "orders_customer_id_fkey"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("jobs", [1, 2])
def test_a_violated_constraint_is_named_and_no_value_is(make_database: Make, shop: Any, change: str, told: str, jobs: int) -> None:
    target = make_database()
    shop.psql(change)
    copy = Copy.of(shop.url, jobs=jobs)
    assert copy.load.ddl is not None
    valid = replace(
        copy.load.ddl, before=copy.load.ddl.before.replace(" NOT VALID", ""), after=copy.load.ddl.after.replace(" NOT VALID", "")
    )
    with pytest.raises(ConnectorError) as failed:
        loaded(copy.with_(ddl=valid), target.url)
    assert told in str(failed.value)
    assert "777777" not in str(failed.value)
    assert target.psql("SELECT count(*) FROM pg_class WHERE relname IN ('orders', 'customer')") == "0"
    assert not [name for name in target.server.databases() if "__mimic_" in name]


def test_duplicates_are_counted(make_database: Make) -> None:
    source, target = make_database(), make_database()
    source.psql("CREATE TABLE u (id int PRIMARY KEY, v int); INSERT INTO u SELECT i FROM generate_series(1, 10) i")
    copy = Copy.of(source.url)
    twice = {name: [*batches, *batches] for name, batches in copy.rows.items()}
    with pytest.raises(ConnectorError, match=r"public\.u: 10 rows break the constraint u_pkey"):
        loaded(replace(copy, rows=twice), target.url)


# -- all or nothing ----------------------------------------------------------------------------------------------------------

STEPS = ("begin", "create", "cleared", "created", "insert", "insert 5", "finish", "constrained", "finished", "commit")
STAGED = ("staging made", "created", "insert 5", "constrained", "commit", "renaming", "between renames", "renamed", "swapping", "swapped")


class Killer:
    """Ends its own process at the n-th call of a step, as `kill -9` does."""

    def __init__(self, step: str) -> None:
        self.step, _, count = step.partition(" ") if step.startswith("insert ") else (step, "", "1")
        self.left = int(count or 1)

    def __call__(self, step: str) -> None:
        if step == self.step:
            self.left -= 1
            if self.left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


def _killed(copy: Copy, url: str, step: str) -> None:
    loaded(copy, url, watch=Killer(step))


@pytest.mark.parametrize(("jobs", "step"), [(1, step) for step in STEPS] + [(2, step) for step in STAGED])
def test_a_killed_load_leaves_the_old_rows_or_the_new(make_database: Make, shop: Any, jobs: int, step: str) -> None:
    target = make_database()
    loaded(Copy.of(shop.url, jobs=1), target.url)
    old = content(target)
    shop.psql("DELETE FROM orders WHERE id > 100; UPDATE customer SET name = 'new'; CREATE TABLE added AS SELECT 1 AS one")
    copy = Copy.of(shop.url, if_exists="replace", jobs=jobs)
    process = multiprocessing.get_context("spawn").Process(target=_killed, args=(copy, target.url, step))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL, "the step was never reached"
    settled(target)
    left = content(target)
    findings = loaded(copy, target.url)
    assert not [f for f in findings if f.id == "N303"]
    new = content(target)
    assert new != old
    assert left == (new if step == "swapped" else old)
    assert not [name for name in target.server.databases() if "__mimic_" in name]
    assert target.psql("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") == "0"


def settled(database: Any) -> None:
    """The server notices that its client is gone when it next speaks to it; a new load would find the sessions of the killed one."""
    for _ in range(100):
        if database.server.psql("postgres", "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'mimic'") == "0":
            return
        time.sleep(0.1)
    raise AssertionError("the sessions of the killed load stayed")


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_abandoned_load_leaves_nothing(make_database: Make, shop: Any, jobs: int) -> None:
    target = make_database()
    copy = Copy.of(shop.url, jobs=jobs)
    with PostgresTarget(target.url) as filled:
        filled.begin(copy.load)
        filled.create()
        for batch in copy.rows[TableName("public", "customer")]:
            filled.insert(Batch(TableName("public", "customer"), batch))
        filled.abandon()
        assert not [name for name in target.server.databases() if "__mimic_" in name]
        copy.into(filled) if jobs == 1 else None
    if jobs == 1:
        assert target.psql("SELECT count(*) FROM orders") == "5000"


@pytest.mark.parametrize("jobs", [1, 2])
def test_rows_that_the_server_refuses_end_the_load(make_database: Make, shop: Any, jobs: int) -> None:
    target = make_database()
    copy = Copy.of(shop.url, jobs=jobs)
    name = TableName("public", "customer")
    bad = pa.record_batch(
        {"id": pa.array([1], pa.int32()), "name": pa.array([None], pa.string()), "referrer": pa.array([424242], pa.int32())}
    )
    with pytest.raises(ConnectorError, match=r"public\.customer") as failed:
        loaded(replace(copy, rows={**copy.rows, name: [bad, *copy.rows[name]]}), target.url)
    assert failed.value.sqlstate == "23502"
    assert "424242" not in str(failed.value)
    assert target.psql("SELECT count(*) FROM pg_class WHERE relname = 'customer'") == "0"


def test_leftovers_of_others_are_left_alone(make_database: Make, shop: Any) -> None:
    target = make_database()
    similar = make_database(f"{stem(target.name)}_abcd")  # the name alone is no proof
    other = make_database(f"{target.name}_x")
    other.psql(f'ALTER DATABASE "{other.name}" CONNECTION LIMIT {LIMIT}')
    ours = target.server.create_database(f"{stem(target.name)}_0123")
    assert ours
    target.psql(f'ALTER DATABASE "{stem(target.name)}_0123" CONNECTION LIMIT {LIMIT}')
    loaded(Copy.of(shop.url), target.url)
    assert {similar.name, other.name} <= set(target.server.databases())
    assert f"{stem(target.name)}_0123" not in target.server.databases()


def test_more_tables_than_locks_are_staged_or_refused(make_database: Make, monkeypatch: pytest.MonkeyPatch, shop: Any) -> None:
    monkeypatch.setattr("connectors.postgresql.admission.locks_possible", lambda connection: 20)
    target = make_database()
    findings = loaded(Copy.of(shop.url), target.url)
    assert "N301" in {f.id for f in findings}
    with psycopg.connect(target.url), pytest.raises(Refused, match="max_locks_per_transaction"):
        loaded(Copy.of(shop.url, if_exists="replace"), target.url)


# -- statements --------------------------------------------------------------------------------------------------------------


def test_statements_are_parted_where_they_end() -> None:
    text = """-- a; comment
        CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END;
        /* x; /* y; */ */ SELECT 'a;''b', E'\\';', "x;""y", $$;$$, $t$ ; $$ $t$, a$1;
        CREATE TABLE "begin" (begin int); ;
        DO $$ BEGIN NULL; END $$"""
    assert [s.split()[0] for s in statements.split(text)] == ["CREATE", "SELECT", "CREATE", "DO"]


def test_every_error_is_one_of_ours(make_database: Make, shop: Any) -> None:
    target = make_database()
    copy = Copy.of(shop.url)
    assert copy.load.ddl is not None
    broken = replace(copy.load.ddl, before=copy.load.ddl.before + "\nCREATE TABLE public.made (v nowhere DEFAULT 'canary');")
    with pytest.raises(MimicError, match=r"CREATE TABLE public\.made") as failed:
        loaded(copy.with_(ddl=broken), target.url)
    assert "canary" not in str(failed.value)
