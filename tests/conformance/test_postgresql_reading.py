"""What the PostgreSQL connector reads: structure, rows, exact DDL; from real servers, one snapshot, nothing written."""

from __future__ import annotations

import re
import subprocess
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import psycopg
import pyarrow as pa
import pytest

from connectors.postgresql import CONNECTOR, programs
from connectors.postgresql.connect import connect, guarded
from connectors.postgresql.source import PostgresSource
from connectors.postgresql.types import takes_null
from mimic import schema as s
from mimic.errors import ConnectorError, Unsupported
from mimic.schema import TableName, arrow_type
from mimic.selection import ROW, Both, Filter, HashShare, KeyIn, RowIn, Within
from tests.conftest import Database
from tests.servers import PostgresServer

NASTY = Path(__file__).with_name("postgresql_nasty.sql")
HOSTILE = TableName("Sales %s:x;--", 'Select "the" %(x)s 🙂')

# Foreign keys as ../shared/data/README.md counts them; Pagila's three of `payment` stand on each of its six oldest partitions there.
FOREIGN_KEYS = {
    "chinook": (11, 11), "employees": (7, 6), "french_towns": (3, 2), "gtfs_caltrain": (13, 15), "lahman": (27, 36),
    "northwind": (14, 13), "pagila": (15, 21), "stackexchange_beer": (11, 15), "university": (11, 13), "world": (3, 2),
}  # fmt: skip


@contextmanager
def opened(database: Database | str) -> Iterator[PostgresSource]:
    with PostgresSource(database if isinstance(database, str) else database.url) as source:
        yield source


def read(source: PostgresSource, table: TableName, columns: list[str] | None = None, where: Filter | None = None) -> pa.Table:
    known = source.schema().table(table)
    names = [c.name for c in known.columns] if columns is None else columns
    shape = pa.schema([(name, arrow_type(known.column(name).type)) for name in names])
    return pa.Table.from_batches(list(source.scan(table, names, where=where)), shape)


@pytest.fixture(scope="session")
def nasty_on(running_servers: Any) -> Callable[[PostgresServer], str]:
    """Name of the nasty database on a server, made once per server."""

    def make(server: PostgresServer) -> str:
        key = (server.version, "nasty")
        if key not in running_servers._templates:
            server.create_database("template_nasty")
            server.psql("template_nasty", NASTY)
            running_servers._templates[key] = "template_nasty"
        return "template_nasty"

    return make


@pytest.fixture
def nasty(nasty_on: Callable[[PostgresServer], str], postgres_server: PostgresServer) -> Database:
    """Only read by the tests: on every version of the server."""
    return Database(postgres_server, nasty_on(postgres_server))


# -- structure ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FOREIGN_KEYS)
def test_every_shared_database_is_read_whole(name: str, load_shared: Callable[..., Database]) -> None:
    database = load_shared(name)
    with opened(database) as source:
        schema = source.schema()
        counts = source.count([table.name for table in schema.tables])
        assert (len(schema.tables), sum(1 for _ in schema.foreign_keys)) == FOREIGN_KEYS[name]
        assert not schema.remarks
        for table in schema.tables:
            rows = read(source, table.name)
            assert rows.num_rows == counts[table.name], table.name
            assert all(c.nullable or rows.column(c.name).null_count == 0 for c in table.columns), table.name


def test_types_are_exact(nasty: Database) -> None:
    with opened(nasty) as source:
        table = source.schema().table(TableName("public", "every_type"))
    kinds = {column.name: column.type for column in table.columns}
    mood = s.Enum("mood", ("first", "so-so", "sad", 'it\'s "fine"', "Ünïcode 🙂"))
    positive = s.Domain("positive", s.Integer(32), ("(VALUE > 0)",))
    expected = {
        "a_bool": s.Boolean(), "a_int2": s.Integer(16), "a_int4": s.Integer(32), "a_int8": s.Integer(64), "a_float4": s.Float(32),
        "a_float8": s.Float(64), "a_numeric": s.Decimal(), "a_decimal": s.Decimal(10, 2), "a_wide": s.Decimal(38, 10),
        "a_wider": s.Decimal(1000, 3), "a_negative": s.Decimal(4, -2), "a_money": s.Money(), "a_text": s.Text(), "a_varchar": s.Text(7),
        "a_unbounded": s.Text(), "a_char": s.Text(5, fixed=True), "a_one": s.Text(1), "a_bytea": s.Binary(), "a_date": s.Date(),
        "a_time": s.Time(), "a_timetz": s.Time(zoned=True), "a_timestamp": s.Timestamp(), "a_timestamptz": s.Timestamp(True, 0),
        "a_interval": s.Interval(), "a_uuid": s.Uuid(), "a_json": s.Json(), "a_jsonb": s.Json(binary=True), "a_inet": s.Network(),
        "a_cidr": s.Network("cidr"), "a_macaddr": s.Network("macaddr"), "a_macaddr8": s.Network("macaddr8"), "a_bit": s.Bits(3),
        "a_varbit": s.Bits(9, varying=True), "a_tsvector": s.Vector(), "a_mood": mood,
        "a_pair": s.Composite("Sales %s:x;--.Pair", (("low", s.Integer(32)), ("High", s.Array(s.Decimal(5, 2))))),
        "a_price": s.Domain("price", s.Decimal(10, 2)), "ints": s.Array(s.Integer(32)), "grid": s.Array(s.Integer(32)),
        "prices": s.Array(s.Decimal(10, 2)), "moods": s.Array(mood), "smalls": s.Array(positive), "a_range": s.Range(s.Integer(32)),
        "a_span": s.Range(s.Timestamp(True)), "a_frange": s.Range(s.Float(64)), "a_multi": s.Range(s.Integer(32), multi=True),
        "a_point": s.Opaque("point"), "a_oid": s.Opaque("oid"),
    }  # fmt: skip
    assert {name: kinds[name] for name in expected} == expected
    small = kinds["a_small"]
    assert isinstance(small, s.Domain)
    assert (small.of, small.nullable, takes_null(small), table.column("a_small").nullable) == (positive, False, False, False)
    assert "10" in small.checks[0]
    assert table.column("id").identity == "always"
    assert (table.comment, table.column("a_bool").comment) == ('one of each; 100 % "hostile"', "yes/no")
    assert table.column("a_pair").declared == '"Sales %s:x;--"."Pair"'


def test_foreign_tables_are_findings(nasty: Database) -> None:
    with opened(nasty) as source:
        told = {(remark.id, remark.place) for remark in source.schema().remarks}
        assert told == {("W212", "public.far_rows")}
        assert source.count([TableName("public", "far_rows")]) == {TableName("public", "far_rows"): 0}
        with pytest.raises(Unsupported, match="foreign table"):
            list(source.scan(TableName("public", "far_rows"), ["id"]))


def test_keys_and_constraints_are_read(nasty: Database) -> None:
    with opened(nasty) as source:
        schema = source.schema()
    keys = {key.label: key for key in schema.table(TableName("closed", "child")).foreign_keys}
    assert set(keys) == {"a,b", "code", "boss", "hostile"}
    assert (keys["a,b"].referred, keys["a,b"].match_full, keys["a,b"].on_delete) == (("a", "b"), True, "RESTRICT")
    assert (keys["code"].referred, keys["code"].on_delete, keys["code"].on_update) == (("code",), "SET NULL", "CASCADE")
    assert (keys["boss"].parent, keys["boss"].deferrable, keys["boss"].initially_deferred) == (TableName("closed", "child"), True, True)
    assert (keys["hostile"].parent, keys["hostile"].referred) == (HOSTILE, ("Select",))

    table = schema.table(TableName("public", "uniques"))
    rules = {unique.name: unique for unique in table.uniques}
    assert set(rules) == {"late", "one_open", "lowered", "nulls_are_equal"}
    assert (rules["late"].columns, rules["late"].deferrable, rules["late"].constraint) == (("kind", "since"), True, True)
    assert (rules["one_open"].columns, rules["one_open"].where, rules["one_open"].constraint) == (("kind",), "(gone IS NULL)", False)
    assert (rules["lowered"].columns, rules["lowered"].expressions) == (("room",), ("lower(email)",))
    assert (rules["nulls_are_equal"].nulls_distinct, rules["late"].nulls_distinct) == (False, True)
    assert [(exclude.name, exclude.columns) for exclude in table.excludes] == [("no_overlap", ("during",))]
    assert [(index.name, index.columns) for index in table.indexes] == [("plain_one", ("since",))]

    hostile = schema.table(HOSTILE)
    assert [check.columns for check in hostile.checks] == [("a%b",), ("select", "Select", "c:d")]
    assert hostile.column("🙂").generated == '("select" + 1)'
    assert [column.name for column in hostile.columns if not column.written] == ["🙂"]


def test_partitions_are_folded_and_inherited_rows_counted_once(nasty: Database) -> None:
    events, animal, dog = (TableName("public", name) for name in ("events", "animal", "dog"))
    with opened(nasty) as source:
        schema = source.schema()
        assert not [table.name for table in schema.tables if table.name.name.startswith("events_")]
        table = schema.table(events)
        assert (table.kind, table.partition_by) == ("partitioned", "RANGE (at)")
        assert {p.name.name: p.bound for p in table.partitions} == {
            "events_2020": "FOR VALUES FROM ('2020-01-01') TO ('2021-01-01')",
            "events_2021_eu": "FOR VALUES FROM ('2021-01-01') TO ('2022-01-01') PARTITION BY LIST (region) FOR VALUES IN ('eu', NULL)",
            "events_2021_rest": "FOR VALUES FROM ('2021-01-01') TO ('2022-01-01') PARTITION BY LIST (region) DEFAULT",
        }
        assert [(key.columns, key.parent.name) for key in table.foreign_keys] == [(("kind",), "twin")]
        told = [check.expression.rpartition(" IS NOT TRUE OR ")[2] for check in table.checks]
        assert told == ["(kind > 0)", "(at <> '2020-02-29'::date)"]  # the second one holds for the rows of 2020
        assert [(unique.columns, unique.constraint) for unique in table.uniques] == [(("id",), False)]
        assert source.count([events, animal, dog]) == {events: 3, animal: 1, dog: 2}
        assert read(source, events).num_rows == 3
        assert read(source, animal).column("name").to_pylist() == ["generic"]
        assert schema.table(dog).inherits == (animal,)


def test_what_triggers_compute_and_which_call_out(nasty: Database) -> None:
    with opened(nasty) as source:
        triggers = {trigger.name: trigger for trigger in source.schema().table(TableName("public", "documents")).triggers}
    assert triggers["documents_fill"].computes == ("slug", "Upper", "seen")
    assert triggers["documents_words"].computes == ("words",)
    assert triggers["documents_late"].computes == ()
    assert {name for name, trigger in triggers.items() if trigger.calls_out} == {"documents_out", "documents_out_too"}
    assert (triggers["documents_fill"].timing, triggers["documents_fill"].events) == ("before", ("insert", "update"))


def test_sequences_and_views_are_read(nasty: Database) -> None:
    with opened(nasty) as source:
        schema = source.schema()
    sequences = {str(sequence.name): sequence for sequence in schema.sequences}
    assert (sequences["free"].start, sequences["free"].increment, sequences["free"].table) == (100, -5, None)
    assert (sequences["closed.child_id_seq"].table, sequences["closed.child_id_seq"].column) == (TableName("closed", "child"), "id")
    assert {(str(view.name), view.materialised) for view in schema.views} >= {("titles", False), ("title_count", True)}
    assert schema.table(TableName("public", "fleeting")).unlogged


def test_a_thousand_tables_are_introspected_in_seconds(make_database: Callable[..., Database]) -> None:
    """Costs about five seconds, nearly all of it making the tables."""
    database = make_database()
    make = "CREATE TABLE t{0} (id int PRIMARY KEY, up int {1}, name text NOT NULL, price numeric(10,2) CHECK (price > 0), UNIQUE (name))"
    database.psql(";\n".join(make.format(i, f"REFERENCES t{i // 2}" if i else "") for i in range(1000)))
    with opened(database) as source, timer() as seconds:
        schema = source.schema()
    assert (len(schema.tables), sum(1 for _ in schema.foreign_keys)) == (1000, 999)
    assert seconds[0] < 5


def test_what_came_with_version_18_is_read(running_servers: Any, make_database: Callable[..., Database]) -> None:
    database = make_database(server=running_servers.postgres(18))
    database.psql(
        "CREATE TABLE stays (id int4range, at daterange, n int, twice int GENERATED ALWAYS AS (n * 2) VIRTUAL,"
        " PRIMARY KEY (id, at WITHOUT OVERLAPS), CONSTRAINT loose CHECK (n > 5) NOT ENFORCED);"
        "CREATE TABLE visits (id int4range, at daterange, FOREIGN KEY (id, PERIOD at) REFERENCES stays (id, PERIOD at));"
        "INSERT INTO stays VALUES ('[1,2)', '[2020-01-01,2020-02-01)', 1)"
    )
    with opened(database) as source:
        schema = source.schema()
        stays, visits = schema.table(TableName("public", "stays")), schema.table(TableName("public", "visits"))
        assert stays.primary_key is not None
        assert (stays.primary_key.columns, [exclude.columns for exclude in stays.excludes]) == (("id", "at"), [("id", "at")])
        assert (stays.column("twice").generated, stays.checks) == ("(n * 2)", ())
        assert (visits.foreign_keys, [remark.id for remark in schema.remarks]) == ((), ["W213"])
        assert read(source, stays.name).column("twice").to_pylist() == [2]


def test_several_threads_read_side_by_side(load_shared: Callable[..., Database]) -> None:
    with opened(load_shared("world")) as source, ThreadPoolExecutor(4) as pool:
        tables = [table.name for table in source.schema().tables] * 4
        counts = source.count(tables)
        assert list(pool.map(lambda table: read(source, table).num_rows, tables)) == [counts[table] for table in tables]


@contextmanager
def timer() -> Iterator[list[float]]:
    seconds: list[float] = []
    start = perf_counter()
    yield seconds
    seconds.append(perf_counter() - start)


def test_extension_objects_are_left_out_and_citext_ignores_case(running_servers: Any, make_database: Callable[..., Database]) -> None:
    server = running_servers.postgres(15)
    if not server.psql("postgres", "SELECT 1 FROM pg_available_extensions WHERE name = 'citext'").strip():
        pytest.skip("this server has no contrib extensions")
    database = make_database(server=server)
    database.psql(
        "CREATE SCHEMA ext; CREATE EXTENSION citext SCHEMA ext; CREATE EXTENSION hstore SCHEMA ext; CREATE EXTENSION pg_stat_statements;"
        "CREATE DOMAIN email AS ext.citext; CREATE TABLE people (email email PRIMARY KEY, more ext.hstore);"
        "INSERT INTO people VALUES ('Ada@x.org', 'a=>1'), ('bob@x.org', NULL)"
    )
    people = TableName("public", "people")
    with opened(database) as source:
        schema = source.schema()
        assert ([str(table.name) for table in schema.tables], schema.views) == (["people"], ())
        assert schema.table(people).column("email").type == s.Domain("email", s.Text(ignore_case=True))
        assert schema.table(people).column("more").type == s.Opaque("hstore")  # wherever the extension lives
        keys = pa.RecordBatch.from_pydict({"email": ["ADA@X.ORG", "nobody"]})
        assert read(source, people, where=KeyIn(("email",), keys)).to_pylist() == [{"email": "Ada@x.org", "more": '"a"=>"1"'}]


# -- rows --------------------------------------------------------------------------------------------------------------------


def test_every_value_arrives_exactly(nasty: Database) -> None:
    """The server compares each value that was read, sent back as text, with its own."""
    table = TableName("public", "every_type")
    with opened(nasty) as source, psycopg.connect(nasty.url, options="-c TimeZone=UTC -c lc_monetary=C") as check:
        columns = source.schema().table(table).columns
        rows = read(source, table)
        assert rows.schema.types == [arrow_type(column.type) for column in columns]
        for column in columns:
            told = [None if value is None else spelled(value) for value in exact(rows.column(column.name))]
            name = psycopg.sql.Identifier(column.name)
            query = psycopg.sql.SQL(
                "SELECT array_agg(t.{0}::text IS NOT DISTINCT FROM u.told::{1}::text ORDER BY id) "
                "FROM every_type t JOIN unnest({2}::text[]) WITH ORDINALITY u(told, place) ON u.place = t.id"
            ).format(name, psycopg.sql.SQL(column.declared), psycopg.sql.Literal(told))  # type: ignore[arg-type]
            row = check.execute(query).fetchone()
            assert row == ([True] * 4,), column.name


def exact(values: pa.ChunkedArray) -> list[Any]:
    """Python values; dates and times as numbers, which hold what datetime cannot."""
    kind = values.type
    if pa.types.is_date32(kind):
        return [("date", value) for value in values.cast(pa.int32()).to_pylist()]
    if pa.types.is_timestamp(kind):
        return [("timestamp", value) for value in values.cast(pa.int64()).to_pylist()]
    if pa.types.is_time64(kind):
        return [("time", value) for value in values.cast(pa.int64()).to_pylist()]
    found: list[Any] = values.to_pylist()
    return found


def spelled(value: Any) -> str | None:
    """A value as PostgreSQL's input functions take it, written without the code under test."""
    match value:
        case ("date" | "timestamp" | "time", None):
            return None
        case ("date", 2147483647) | ("timestamp", 9223372036854775807):
            return "infinity"
        case ("date", -2147483648) | ("timestamp", -9223372036854775808):
            return "-infinity"
        case ("date", days):
            return f"J{days + 2440588}"
        case ("timestamp", number):
            days, rest = divmod(number, 86_400_000_000)
            return f"J{days + 2440588} {clock(rest)}"
        case ("time", number):
            return clock(number)
        case bytes() if len(value) == 16:
            return value.hex()
        case bytes():
            return "\\x" + value.hex()
    return str(value)


def clock(microseconds: int) -> str:
    seconds, rest = divmod(microseconds, 1_000_000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{rest:06}"


def test_what_no_arrow_type_holds_is_refused_by_name(make_database: Callable[..., Database]) -> None:
    database = make_database()
    database.psql("CREATE TABLE n (a numeric(5,2)); INSERT INTO n VALUES ('NaN')")
    database.psql("CREATE TABLE late (a timestamp); INSERT INTO late VALUES ('294276-12-31')")
    with opened(database) as source:
        with pytest.raises(Unsupported, match=r"public\.n\.a: .*NaN"):
            read(source, TableName("public", "n"))
        with pytest.raises(Unsupported, match=r"public\.late\.a: .*294246"):
            read(source, TableName("public", "late"))


def test_hostile_names_are_read_counted_filtered_and_grouped(nasty: Database) -> None:
    with opened(nasty) as source:
        rows = read(source, HOSTILE)
        assert rows.column("🙂").to_pylist() == [2, 3]
        assert source.count([HOSTILE]) == {HOSTILE: 2}
        assert source.group_sizes(HOSTILE, ["a%b", "$1"]).to_pylist() == [{"size": 2, "groups": 1}]
        keys = rows.select(["select", "a%b"]).slice(1).combine_chunks().to_batches()[0]
        assert read(source, HOSTILE, ["t", 'e"f'], KeyIn(("select", "a%b"), keys)).to_pylist() == [{"t": 3, 'e"f': "e"}]
        assert read(source, HOSTILE, [], HashShare(("select", "a%b"), 1.0, "s")).num_rows == 2
        assert sum(batch.num_rows for batch in source.scan(TableName("public", "no_columns"), [])) == 2


def test_group_sizes_are_counted_by_the_server(nasty: Database) -> None:
    with opened(nasty) as source:
        child = TableName("closed", "child")
        assert source.group_sizes(child, ["a", "b"]).to_pylist() == [{"size": 1, "groups": 1}, {"size": 2, "groups": 1}]
        assert source.group_sizes(TableName("public", "documents"), ["id"]).num_rows == 0


def test_batches_are_bounded_and_rows_ordered_by_key(load_shared: Callable[..., Database]) -> None:
    with opened(load_shared("chinook")) as source:
        table = next(table for table in source.schema().tables if "track" in table.name.name.lower() and len(table.keys[0].columns) == 1)
        key = table.keys[0].columns[0]
        batches = list(source.scan(table.name, [key], batch_rows=1000))
        assert max(batch.num_rows for batch in batches) <= 1000
        values = pa.Table.from_batches(batches).column(key).to_pylist()
        assert values == sorted(values)


def test_hash_shares_agree_across_widths_tables_and_servers(running_servers: Any, make_database: Callable[..., Database]) -> None:
    """A parent and its children are kept or dropped together, whatever the types of the two key columns."""
    kept: set[tuple[int, ...]] = set()
    for version in (16, 18):
        database = make_database(server=running_servers.postgres(version))
        database.psql(
            "CREATE TABLE p (id int PRIMARY KEY, n numeric(12,3)); INSERT INTO p SELECT g, g FROM generate_series(1, 4000) g;"
            "CREATE TABLE c (id bigint PRIMARY KEY, p bigint, q int, c char(9), v text);"
            "INSERT INTO c SELECT g, NULLIF(1 + g % 4001, 4001), g % 3, g, g FROM generate_series(1, 8000) g"
        )
        p, c = TableName("public", "p"), TableName("public", "c")
        with opened(database) as source:

            def at(table: TableName, columns: list[str], share: float, of: tuple[str, ...], salt: str = "s", on: Any = source) -> list[Any]:
                found: list[Any] = read(on, table, columns, HashShare(of, share, salt)).to_pydict()[columns[0]]
                return found

            ids = at(p, ["id"], 0.25, ("id",))
            kept.add(tuple(ids))
            assert 900 < len(ids) < 1100
            assert set(at(c, ["p"], 0.25, ("p",))) - {None} == set(ids)
            assert at(p, ["id"], 0.25, ("n",)) == ids
            assert at(c, ["id"], 0.3, ("c",)) == at(c, ["id"], 0.3, ("v",)) == at(c, ["id"], 0.3, ("id",))
            assert set(at(p, ["id"], 0.1, ("id",))) < set(ids)
            assert at(p, ["id"], 0.25, ("id",), "another salt") != ids
            assert len(at(p, ["id"], 1.0, ("id",))) == 4000
            assert at(p, ["id"], 0.0, ("id",)) == []
            assert 0.2 < len(at(c, ["id"], 0.25, ("p", "q"))) / 8000 < 0.3
    assert len(kept) == 1


def test_keys_of_every_kind_find_their_rows(nasty: Database) -> None:
    """Each column of the widest table, used as a key: the rows found are those that hold the value."""
    table = TableName("public", "every_type")
    no_equality = ("a_json", "a_point")
    with opened(nasty) as source:
        rows = read(source, table)
        for column in source.schema().table(table).columns:
            values = rows.column(column.name).slice(1, 1)
            if column.name in no_equality or values.null_count:
                continue
            keys = pa.table([values], names=[column.name]).combine_chunks().to_batches()[0]
            found = read(source, table, ["id"], KeyIn((column.name,), keys))
            assert 2 in found.column("id").to_pylist(), column.name
        nothing = pa.RecordBatch.from_pydict({"a_int4": pa.array([None], pa.int32())})
        assert read(source, table, ["id"], KeyIn(("a_int4",), nothing)).num_rows == 0


def test_many_keys_repeated_and_in_any_order_give_each_row_once(make_database: Callable[..., Database]) -> None:
    database = make_database()
    database.psql("CREATE TABLE big (a int, b text, PRIMARY KEY (a, b)); INSERT INTO big SELECT g, g % 7 FROM generate_series(1, 250000) g")
    numbers = list(range(300_000, 0, -1)) * 2
    keys = pa.RecordBatch.from_pydict({"b": [str(n % 7) for n in numbers], "a": pa.array(numbers, pa.int32())})
    with opened(database) as source:
        found = read(source, TableName("public", "big"), ["a"], KeyIn(("a", "b"), keys))
    assert found.column("a").to_pylist() == list(range(1, 250_001))


def test_rows_of_partitions_keep_their_numbers_while_others_move_them(make_database: Callable[..., Database]) -> None:
    """A row that moved to another partition, and was vacuumed, is still found where the snapshot has it."""
    database = make_database()
    database.psql("""
        CREATE TABLE sale (id int, region text, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
        CREATE TABLE sale_a PARTITION OF sale FOR VALUES IN ('a'); CREATE TABLE sale_rest PARTITION OF sale DEFAULT;
        INSERT INTO sale SELECT g, substr('abc', 1 + g % 3, 1) FROM generate_series(1, 300) g""")
    table = TableName("public", "sale")
    with opened(database) as source:
        seen = pa.Table.from_batches(list(source.scan(table, ["id", "region"], numbered=True)))
        assert len(set(seen.column(ROW).to_pylist())) == 300, "places are told apart by partition"
        database.psql("UPDATE sale SET region = 'a' WHERE id > 100; DELETE FROM sale WHERE id <= 50")
        database.psql("VACUUM sale")
        chosen = seen.sort_by("id").slice(40, 200)
        numbers = np.sort(chosen.column(ROW).to_numpy())
        found = pa.Table.from_batches(list(source.scan(table, ["id", "region"], where=RowIn(numbers))))
        assert found.sort_by("id").to_pylist() == chosen.select(["id", "region"]).to_pylist()
        part = Within((TableName("public", "sale_a"),))
        in_a = pa.Table.from_batches(list(source.scan(table, ["id"], where=Both(RowIn(numbers), part)))).column("id").to_pylist()
        assert sorted(in_a) == [row["id"] for row in chosen.to_pylist() if row["region"] == "a"]


# -- promises ----------------------------------------------------------------------------------------------------------------


def test_all_readers_see_one_instant_while_money_moves(make_database: Callable[..., Database]) -> None:
    database = make_database()
    database.psql("".join(f"CREATE TABLE account{i} (amount int); INSERT INTO account{i} VALUES (1000);" for i in range(4)))
    stop = threading.Event()

    def move() -> None:
        with psycopg.connect(database.url, autocommit=True) as writer:
            turn = 0
            while not stop.is_set():
                turn += 1
                give, take = f"UPDATE account{turn % 4} SET amount = amount - 7", f"UPDATE account{(turn + 1) % 4} SET amount = amount + 7"
                writer.execute(f"WITH given AS ({give}) {take}".encode())

    thread = threading.Thread(target=move)
    thread.start()
    try:
        for _ in range(10):
            with opened(database) as source:
                tables = [table.name for table in source.schema().tables]
                assert sum(read(source, table).column("amount")[0].as_py() for table in tables) == 4000
                before = [read(source, table).column("amount")[0].as_py() for table in tables]
                assert before == [read(source, table).column("amount")[0].as_py() for table in tables]
    finally:
        stop.set()
        thread.join()


def test_a_scan_left_early_gives_its_connection_back(make_database: Callable[..., Database]) -> None:
    database = make_database()
    database.psql("CREATE TABLE t AS SELECT g, repeat('x', 200) AS x FROM generate_series(1, 300000) g")
    with opened(database) as source:
        for _ in range(3):
            rows = source.scan(TableName("public", "t"), ["g", "x"])
            next(rows)
            rows.close()  # type: ignore[attr-defined]
        assert source.count([TableName("public", "t")]) == {TableName("public", "t"): 300_000}
    left = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'mimic' AND state = 'active'"
    assert database.psql(left).strip() == "0"


def test_nothing_can_be_written_through_a_source(make_database: Callable[..., Database]) -> None:
    database = make_database()
    database.psql("CREATE TABLE t (id int); INSERT INTO t VALUES (1)")
    database.psql("CREATE FUNCTION evil() RETURNS int LANGUAGE sql AS 'DELETE FROM public.t RETURNING 1'")
    with opened(database) as source:
        with source._reader("t") as cursor, pytest.raises(Exception, match="read-only"):
            cursor.execute("INSERT INTO public.t VALUES (2)")
        for statement in ("INSERT INTO public.t VALUES (2)", "CREATE TABLE public.u ()", "SELECT public.evil()", "TRUNCATE public.t"):
            with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
                source._main.execute(statement.encode())
            source._main.execute("ROLLBACK; BEGIN READ ONLY")
    assert database.psql("SELECT count(*) FROM t").strip() == "1"


def test_what_may_not_be_read_is_named_first(make_database: Callable[..., Database]) -> None:
    database = make_database()
    database.psql(
        "DROP ROLE IF EXISTS reader; CREATE ROLE reader LOGIN; CREATE SCHEMA locked; CREATE TABLE locked.a (id int PRIMARY KEY);"
        "CREATE TABLE b (id int PRIMARY KEY, p point); CREATE TABLE c (id int REFERENCES b); CREATE TABLE d (id int);"
        "CREATE TABLE e (id int);"
        "CREATE VIEW over_b AS SELECT id FROM b; GRANT SELECT ON c, d, e TO reader;"
        "ALTER TABLE e ENABLE ROW LEVEL SECURITY; INSERT INTO e VALUES (1); INSERT INTO d VALUES (1), (2)"
    )
    url = database.url.replace("postgres@", "reader@")
    try:
        with opened(url) as source:
            told = [(remark.id, remark.place) for remark in source.schema().remarks]
            assert told == [("B101", "locked.a"), ("B101", "public.b"), ("B102", "public.e")]
            readable = {TableName("public", "d"): 2, TableName("public", "c"): 0}
            assert source.count(list(readable)) == readable
            with pytest.raises(ConnectorError, match="privilege") as denied:
                read(source, TableName("public", "e"))
            assert denied.value.sqlstate == "42501"
            ddl, findings = source.ddl()
            assert ddl is not None
            assert "CREATE TABLE public.c" in ddl.before
            assert "locked.a" not in ddl.before
            assert {(f.id, f.place) for f in findings} == {("W229", "public.over_b"), ("W229", "c_id_fkey on public.c")}
    finally:
        database.psql("DROP OWNED BY reader; DROP ROLE reader")


def test_the_same_database_has_one_identity_by_socket_and_by_port(make_database: Callable[..., Database]) -> None:
    one, other = make_database(), make_database()
    with opened(one.url) as a, opened(one.tcp_url) as b, opened(other.url) as c:
        assert a.identity() == b.identity() != c.identity()


# -- exact DDL ---------------------------------------------------------------------------------------------------------------


def dumped(database: Database) -> str:
    found = programs.suitable(database.server.version)
    assert found is not None
    command = [found.dump, "--schema-only", "--no-owner", "--no-privileges", f"--dbname={database.url}"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return re.sub(r"^\\(un)?restrict .*\n", "", text, flags=re.MULTILINE)


def copied(source: Database, target: Database) -> tuple[s.Finding, ...]:
    with opened(source) as reader:
        ddl, findings = reader.ddl()
    assert ddl is not None
    with psycopg.connect(target.url) as connection:
        connection.execute(ddl.before.encode())
        connection.execute(ddl.after.encode())
    return findings


@pytest.mark.parametrize("name", FOREIGN_KEYS)
def test_the_ddl_makes_an_equal_database(name: str, load_shared: Callable[..., Database], make_database: Callable[..., Database]) -> None:
    source, target = load_shared(name), make_database()
    assert copied(source, target) == ()
    assert dumped(source) == dumped(target)


def test_what_reaches_out_of_the_database_is_left_out_by_name(nasty: Database, make_database: Callable[..., Database]) -> None:
    target = make_database(server=nasty.server)
    findings = copied(nasty, target)
    assert {(finding.id, finding.place) for finding in findings} == {
        ("W223", "news"), ("W224", "far"), ("W225", "elsewhere"), ("W225", "far"), ("W227", "watch"),
        ("W228", "public.documents.documents_out"), ("W228", "public.documents.documents_out_too"),
        ("W229", "public.far_view"), ("W229", "public.far_view_of_view"),
    }  # fmt: skip
    title = re.compile(r"^-- Name: (.*?); Type: (.*?); Schema:", re.MULTILINE)
    missing = set(title.findall(dumped(nasty))) - set(title.findall(dumped(target)))
    assert missing == {
        ("elsewhere", "FOREIGN DATA WRAPPER"), ("far", "SERVER"), ("USER MAPPING postgres SERVER far", "USER MAPPING"),
        ("far_rows", "FOREIGN TABLE"), ("FOREIGN TABLE far_rows", "COMMENT"), ("far_view", "VIEW"), ("far_view_of_view", "VIEW"),
        ("documents documents_out", "TRIGGER"), ("documents documents_out_too", "TRIGGER"), ("watch", "EVENT TRIGGER"),
        ("news", "PUBLICATION"),
    }  # fmt: skip


def test_no_password_of_a_subscription_or_mapping_passes(nasty: Database, make_database: Callable[..., Database]) -> None:
    database = make_database(server=nasty.server, template=nasty.name)
    database.psql("SET client_min_messages = error; CREATE SUBSCRIPTION olds CONNECTION 'host=far.invalid password=canary-subscription' "
                  "PUBLICATION news WITH (connect = false)")  # fmt: skip
    try:
        with opened(database) as source:
            ddl, findings = source.ddl()
    finally:
        database.psql("ALTER SUBSCRIPTION olds SET (slot_name = NONE)")
        database.psql("DROP SUBSCRIPTION olds")
    assert ddl is not None
    assert "canary" not in ddl.before + ddl.after + repr(findings)
    assert ("W222", "olds") in {(finding.id, finding.place) for finding in findings}


def test_only_the_chosen_schemas_are_made(nasty: Database, make_database: Callable[..., Database]) -> None:
    target = make_database(server=nasty.server)
    with opened(nasty) as source:
        ddl, findings = source.ddl(["closed"])
    assert ddl is not None
    with psycopg.connect(target.url) as connection:
        connection.execute(ddl.before.encode())
        connection.execute(ddl.after.encode())
        found = connection.execute("SELECT relname FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm') AND oid >= 16384")
        assert [name for (name,) in found] == ["child"]
    assert {f.place for f in findings if f.id == "W229"} >= {"child_code_fkey on closed.child", "child_hostile_fkey on closed.child"}


def test_a_missing_pg_dump_is_a_finding_that_says_what_to_install(postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "known", lambda: ())
    with opened(postgres.url("postgres")) as source:
        ddl, findings = source.ddl()
    assert (ddl, [finding.id for finding in findings]) == (None, ["W221"])
    assert "postgresql-client" in findings[0].todo


def test_an_older_pg_dump_is_never_chosen() -> None:
    ours = tuple(programs.Programs(Path("bin"), version) for version in (15, 16, 18))
    assert [programs.suitable(server, ours) for server in (14, 16, 17, 19)] == [ours[0], ours[1], ours[2], None]


# -- URLs and errors ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql+psycopg://u:canary@h:1/d?sslmode=require", "postgresql://u@h:1/d"),
        ("postgres://u:canary@/d?host=/run/x&port=5", "postgresql://u@/d?host=/run/x&port=5"),
        ("postgresql://h/d?password=canary", "postgresql://h/d"),
        ("postgresql://u:canary@[::1]:3/d", "postgresql://u@[::1]:3/d"),
        ("postgresql://u:can@ary@h/d", "postgresql://..."),
        ("postgresql://u:can/ary@h/d", "postgresql://..."),
        ("postgresql://u:can?ary@h/d", "postgresql://u@h/d"),
        ("postgresql://u:can%zzary@h/d", "postgresql://..."),
        ("postgresql://u:canary@h:3x/d", "postgresql://..."),
        ("postgresql://u%3Acanary@h/d", "postgresql://..."),
        ("postgresql://u:canary@h/d?nonsense=1", "postgresql://..."),
        ("canary", "postgresql://..."),
    ],
)
def test_no_url_shows_its_password(url: str, shown: str) -> None:
    assert CONNECTOR.safe_url(url) == shown


@pytest.mark.parametrize("url", ["postgresql://u:canary@127.0.0.1:1/d", "postgresql://u:can%zzary@h/d", "postgresql://u:canary@h:3x/d"])
def test_no_failing_connection_shows_its_password(url: str) -> None:
    with pytest.raises(Exception, match="postgresql://") as failed:
        PostgresSource(url)
    assert "canary" not in str(failed.value)
    assert "ary@" not in str(failed.value)
    assert failed.value.__suppress_context__ or failed.value.__context__ is None


def test_an_error_in_the_middle_of_a_stream_shows_no_value(postgres: PostgresServer) -> None:
    query = psycopg.sql.SQL("SELECT (CASE WHEN g = 50000 THEN 'canary' ELSE g::text END)::int FROM generate_series(1, 60000) g")
    with opened(postgres.url("postgres")) as source:
        with pytest.raises(ConnectorError) as failed:
            list(source._read(query, "public.t"))
        assert "canary" not in str(failed.value)
        assert failed.value.__suppress_context__
        assert next(source._read(psycopg.sql.SQL("SELECT 1"), "t")).num_rows == 1


def test_an_error_of_the_server_shows_no_value(make_database: Callable[..., Database]) -> None:
    database = make_database()
    with pytest.raises(ConnectorError) as failed, opened(database.url.replace(database.name, "nowhere")):
        pass
    assert "no database of this name" in str(failed.value)
    database.psql("CREATE TABLE t (a text PRIMARY KEY); INSERT INTO t VALUES ('canary')")
    with connect(database.url) as connection:
        with pytest.raises(ConnectorError) as failed, guarded("public.t"):
            connection.execute("INSERT INTO t VALUES ('canary')")
        assert "canary" not in str(failed.value)
        assert "constraint t_pkey" in str(failed.value)
        assert failed.value.sqlstate == "23505"
