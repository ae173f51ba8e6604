"""Every type of PostgreSQL and its contrib extensions, at its limits: carried exactly, made without a row, made from rows."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

EXTENSIONS = (
    "citext",
    "hstore",
    "ltree",
    "cube",
    "seg",
    "isn",
    "intarray",
    "pg_trgm",
    "uuid-ossp",
    "pgcrypto",
    "btree_gist",
    "earthdistance",
)
OWN_TYPES = """
create type mood as enum ('', 'ok', 'a,b "c"');
create type pair as (n int, t text, at timestamptz, m mood);
create type nest as (p pair, l ltree, arr pair[], r int4range);
create domain positive as int check (value > 0);
create domain below as positive check (value < 100);
create domain email as citext check (value ~ '^[^@ ]+@[^@ ]+$');
create domain label as ltree check (nlevel(value) <= 5);
create domain words as text[] check (cardinality(value) between 1 and 3);
create domain object as jsonb check (jsonb_typeof(value) = 'object');
create type floats as range (subtype = float8);
create type names as range (subtype = text, collation = "C");
"""
LONG = "repeat('ü', 500000)"  # a megabyte
TYPES: dict[str, tuple[str, ...]] = {  # values as SQL
    "boolean": ("true", "false"),
    "smallint": ("'-32768'", "32767"),
    "integer": ("'-2147483648'", "2147483647"),
    "bigint": ("'-9223372036854775808'", "9223372036854775807"),
    "real": ("'NaN'", "'-0'", "'infinity'", "'-infinity'", "1e-37"),
    "double precision": ("'NaN'", "'-0'", "'infinity'", "'-infinity'", "5e-324"),
    "numeric": ("'NaN'", "'infinity'", "1e1000", "1e-200", "1.500"),
    "numeric(12,2)": ("0", "-9999999999.99"),
    "numeric(1000,10)": ("1e900", "'NaN'"),
    "numeric(5,-2)": ("1200", "9999900"),
    "numeric(3,5)": ("0.00123", "0"),
    "money": ("'-92233720368547758.08'", "0.01"),
    "text": ("''", "' '", LONG, r"'\N'", r"E'a\nb\r\t'", "'NULL'"),
    "varchar(7)": ("''", "'ü'"),
    "char(5)": ("''", "'ab'"),
    '"char"': ("'a'", "''"),
    "name": ("'x'",),
    "bytea": ("''", r"'\x00ff'", "decode(repeat('00ff', 500000), 'hex')"),
    "date": ("'infinity'", "'-infinity'", "'4713-01-01 BC'", "'0001-12-31 BC'", "'5874897-12-31'", "'2024-02-29'"),
    "time": ("'24:00:00'", "'00:00:00.000001'"),
    "timetz": ("'24:00:00+15:59'", "'00:00-15:59'"),
    "timestamp": ("'infinity'", "'-infinity'", "'4713-01-01 BC'", "'294246-12-31 23:59:59.999999'", "'0044-03-15 BC 12:00'"),
    "timestamptz": ("'infinity'", "'-infinity'", "'4713-01-02 BC'", "'294246-12-31 23:59:59.999999+00'"),
    "timestamptz(3)": ("'2024-01-01 00:00:00.123'",),
    "interval": ("'178000000 years'", "'-178000000 years'", "'1 mon -1 day 00:00:00.000001'", "'0'"),
    "interval year to month": ("'3 years 2 mons'",),
    "uuid": ("'00000000-0000-0000-0000-000000000000'", "'ffffffff-ffff-ffff-ffff-ffffffffffff'"),
    "mood": ("''", "'a,b \"c\"'"),
    "json": ('\'{"a":  1, "a": 2}\'', "'null'", "'\"\"'", "'[]'"),
    "jsonb": ("'{\"a\": 1e400}'", "'null'", "'[]'"),
    "jsonpath": ("'$.\"a b\"[*] ? (@ > 1)'", "'lax $'"),
    "inet": ("'::1'", "'1.2.3.4/8'"),
    "cidr": ("'0.0.0.0/0'", "'::/0'"),
    "macaddr": ("'08:00:2b:01:02:03'",),
    "macaddr8": ("'08:00:2b:01:02:03:04:05'",),
    "bit(3)": ("B'101'",),
    "varbit": ("B''", "B'10'"),
    "varbit(9)": ("B''",),
    "tsvector": ("''", "'''a b'':1A c'"),
    "tsquery": ("'a & !b | c:*'", "''"),
    "xml": ("'<a x=\"1\">ü</a>'", "'text'", "''"),
    "point": ("'(NaN,-0)'", "'(1e300,-infinity)'"),
    "line": ("'{1,2,3}'",),
    "lseg": ("'[(0,0),(1,1)]'",),
    "box": ("'(1,1),(0,0)'",),
    "path": ("'((0,0),(1,1))'", "'[(0,0)]'"),
    "polygon": ("'((0,0),(1,1),(1,0))'",),
    "circle": ("'<(0,0),0>'",),
    "pg_lsn": ("'0/0'", "'FFFFFFFF/FFFFFFFF'"),
    "oid": ("4294967295", "0"),
    "xid8": ("'18446744073709551615'",),
    "tid": ("'(4294967295,65535)'",),
    "regclass": ("'pg_class'",),
    "regtype": ("'int4'",),
    "regconfig": ("'simple'",),
    "pg_snapshot": ("'10:20:10,14'",),
    "int2vector": ("'1 2'",),
    "int4range": ("'empty'", "'(,)'", "'[1,5)'"),
    "int8range": ("'[1,)'",),
    "numrange": ("'(,NaN]'", "'[1.50,2)'"),
    "tsrange": ("'(,infinity]'", "'[4713-01-01 BC,infinity)'"),
    "tstzrange": ("'[2020-01-01,)'",),
    "daterange": ("'empty'", "'[-infinity,infinity)'"),
    "int4multirange": ("'{}'", "'{[1,2),[5,)}'"),
    "nummultirange": ("'{[1.5,2]}'",),
    "tstzmultirange": ("'{[2020-01-01,)}'",),
    "datemultirange": ("'{}'",),
    "floats": ("'[NaN,NaN]'", "'[-0,1]'"),
    "names": ('\'["","a,b")\'',),
    "pair": ("row(null, null, null, null)", "row(1, 'a,\"b\\', '0044-03-15 BC', '')"),
    "nest": ("row(row(1, '(', null, 'ok'), 'a.b', array[row(1, '{\"', null, null)]::pair[], '[1,2)')",),
    "positive": ("1", "2147483647"),
    "below": ("99",),
    "email": ("'A@b'",),
    "label": ("'a.b.c'", "''"),
    "words": ("'{a,NULL}'",),
    "object": ("'{}'",),
    "citext": ("''", "'ÄB'"),
    "hstore": ("''", r"""'"a"=>NULL, "b"=>"\\\"c"'"""),
    "ltree": ("''", "'Top.a_1'"),
    "lquery": ("'*.a*@.!b'", "'a{1,2}'"),
    "ltxtquery": ("'a & !b'",),
    "cube": ("'(1,2),(3,4)'", "'()'", "'(NaN)'"),
    "earth": ("ll_to_earth(1, 2)",),
    "seg": ("'1 .. 2'", "'<3'", "'1(+-)0.1'"),
    "isbn": ("'978-0-393-04002-9'",),
    "issn13": ("'1436-4522'",),
    "ismn": ("'M-3452-4680-5'",),
    "ean13": ("'400-638133393-1'",),
    "upc": ("'012345678905'",),
    "query_int": ("'1&(2|!3)'",),
}
NAMES = tuple(TYPES)
TABLES = tuple(range(0, len(NAMES), 10))  # ten types each
UNREAD = {"label", "earth"}  # domains whose CHECKs are not read: the database is asked, and nothing stands in arrays of them


@pytest.fixture
def databases(running_servers, make_database):
    server = running_servers.postgres(15)
    if not server.psql("postgres", "select 1 from pg_available_extensions where name = 'isn'"):
        pytest.skip("this server has no contrib extensions")
    source, target = make_database(server=server), make_database(server=server)
    made = "".join(f'create extension "{name}" cascade;' for name in EXTENSIONS) + OWN_TYPES
    for first in TABLES:
        columns = "".join(f", v{i} {kind}, w{i} {kind} not null, a{i} {kind}[]" for i, kind in _types(first))
        made += f"create table t{first} (id int primary key{columns});"
    source.psql(made)
    return source, target


def _types(first):
    return list(enumerate(NAMES))[first : first + 10]


def _fill(source, rows: int, long: bool) -> None:
    """Values in turn, alone and in an array that holds a NULL; the long ones only where they are to be carried."""
    for first in TABLES:
        for row in range(rows):
            told = []
            for _, kind in _types(first):
                values = [value for value in TYPES[kind] if long or "repeat" not in value]
                value = values[row % len(values)]
                array = f"array[{value}, null]::{kind}[]" if kind != "words" and "repeat" not in value else "null"
                told += [f"({value})::{kind}", f"({value})::{kind}", array]
            source.psql(f"insert into t{first} values ({row}, {', '.join(told)})")


def _clone(source, target, *more: str) -> dict:
    program = Path(sys.executable).parent / "mimic"
    command = [str(program), "clone", source.url, target.url, "--format", "json", *more]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode in (0, 4), done.stderr[-2000:]
    return json.loads(done.stdout)


@pytest.mark.slow
def test_every_type_is_carried_exactly_at_its_limits(databases, tmp_path):
    """About ten seconds. Nothing is said about a type: what is copied needs no knowledge of it."""
    source, target = databases
    _fill(source, 6, long=True)
    config = tmp_path / "mimic.yaml"
    config.write_text("tables:\n" + "".join(f"  t{first}: {{mode: copy}}\n" for first in TABLES))
    assert _clone(source, target, "--config", str(config))["findings"] == []
    for first in TABLES:
        query = f"select md5(string_agg(t::text, '|' order by id)) from t{first} t"
        assert target.psql(query) == source.psql(query), NAMES[first : first + 10]


@pytest.mark.slow
@pytest.mark.parametrize("rows", [0, 40])
def test_every_type_is_made(databases, rows):
    """About twenty seconds: from rules alone, and from forty rows at the limits."""
    source, target = databases
    _fill(source, rows, long=False)
    findings = _clone(source, target, "--rows", "100", "--reference", "synthesize")["findings"]
    told = {(found["id"], found["place"].split(".")[-1].split(" ")[0]) for found in findings}
    unread = {i for i, kind in enumerate(NAMES) if kind in UNREAD}
    assert told == {(id, f"{letter}{i}") for i in unread for id, letter in (("N510", "v"), ("N510", "w"), ("W502", "a"))}
    for first in TABLES:
        assert target.psql(f"select count(*) from t{first}") == "100"
        for i, kind in _types(first):
            present = target.psql(f"select count(*) from t{first} where v{i}::text is not null")
            assert present != "0", kind
            elements = target.psql(f"select count(*) from t{first}, unnest(a{i}) e where e::text is not null")
            assert (elements != "0") is (i not in unread and not (rows and kind == "words")), kind


def test_a_type_of_somebodys_own_is_never_guessed_at(make_database):
    """Called as a type that Mimic knows, it still is another one: NULL, with a finding, or the default; refused where neither will do."""
    source, target = make_database(), make_database()
    source.psql("""
        create type geometry;
        create function geometry_in(cstring) returns geometry as 'textin' language internal immutable strict;
        create function geometry_out(geometry) returns cstring as 'textout' language internal immutable strict;
        create type geometry (input = geometry_in, output = geometry_out, like = text);
        create type placed as (at geometry, n int);
        create table shop (id int primary key, outline geometry, more geometry[], placed placed,
                           home geometry not null default 'here'::geometry)""")
    findings = _clone(source, target, "--rows", "10")["findings"]
    assert [(found["id"], found["place"]) for found in findings] == [("W211", f"shop.{name}") for name in ("outline", "more", "placed")]
    assert target.psql("select count(*), count(outline), count(placed), count(distinct home::text) from shop") == "10|0|10|1"
    source.psql("alter table shop alter home drop default; insert into shop values (1, 'x', '{y}', row('z', 1), 'w')")
    program = Path(sys.executable).parent / "mimic"
    done = subprocess.run([str(program), "clone", source.url, target.url, "--if-exists", "replace"], capture_output=True, text=True)
    assert done.returncode == 3
    assert "B503  shop.home" in done.stderr
    assert target.psql("select count(*) from shop") == "10"


def test_shapes_of_postgis_fit_their_columns(running_servers, make_database):
    """Whatever stands in parentheses: shape, dimensions, reference system; valid by PostGIS's own word."""
    server = running_servers.postgres(15)
    if not server.psql("postgres", "select 1 from pg_available_extensions where name = 'postgis'"):
        pytest.skip("this server has no PostGIS")
    source, target = make_database(server=server), make_database(server=server)
    shapes = (
        *("Point", "PointZ", "PointM", "PointZM", "LineString", "LineStringZ", "MultiPoint", "MultiPointZM", "MultiLineString"),
        *("Polygon", "PolygonZ", "MultiPolygon", "GeometryCollection", "Geometry", "CircularString", "CurvePolygon", "CompoundCurve"),
        *("MultiCurve", "MultiSurface", "Triangle", "TIN", "TINZ", "PolyhedralSurface"),
    )
    columns = [(shape, srid) for shape in shapes for srid in (0, 4326, 2154)]
    told = ", ".join(f"g{i} gis.geometry({shape},{srid}) not null" for i, (shape, srid) in enumerate(columns))
    source.psql(
        f"create schema gis; create extension postgis schema gis; create table place (id int primary key, {told}, any_shape gis.geometry,"
        "globe gis.geography not null, area gis.geography(Polygon,4326), several gis.geometry[],"
        "spot gis.geometry(Point,4326) unique); create index on place using gist (spot)"
    )
    report = _clone(source, target, "--rows", "50")
    assert report["findings"] == []
    valid = " and ".join(f"gis.st_isvalid(g{i})" for i, (shape, _) in enumerate(columns) if "olyhedral" not in shape and "TIN" not in shape)
    assert target.psql(f"select count(*), count(distinct spot) from place where {valid} and gis.st_isvalid(spot)") == "50|50"
