"""The contract of a generator, checked for every family that is built in. A family without a case fails by name."""

from __future__ import annotations

import datetime
import json
import uuid
from dataclasses import replace
from decimal import Decimal as Exact
from typing import ClassVar

import numpy as np
import pyarrow as pa
import pytest

from mimic.conditions import Call, ColumnRef, Constant
from mimic.generator import Task
from mimic.generators import builtin
from mimic.generators.features import _digest
from mimic.generators.panels import calendar_of
from mimic.profile import FanOut
from mimic.schema import (
    Array,
    Binary,
    Bits,
    Boolean,
    Column,
    Composite,
    Date,
    Decimal,
    Enum,
    Float,
    ForeignKey,
    Integer,
    Interval,
    Json,
    Money,
    Network,
    Opaque,
    Range,
    Table,
    TableName,
    Text,
    Time,
    Timestamp,
    Unique,
    Uuid,
    Vector,
    Xml,
)
from mimic.semantics import Kind, Meaning, Sensitivity
from mimic.streams import Streams
from mimic.testing.generator_checks import CHECKS, Case, case_of, evidence_of, families, name

N = 600
MEANT = Meaning(Kind.OTHER, Sensitivity.NONE, 1.0, "said by a test")
FAMILIES = families(builtin())
DRAW = np.random.default_rng(5)
NUMBERS = [None if i % 12 == 0 else 7 if i % 3 == 0 else int(x) for i, x in enumerate(DRAW.lognormal(5, 1, N))]
DAYS = [
    None if i % 20 == 0 else datetime.date(2022, 1, 1) + datetime.timedelta(days=int(x)) for i, x in enumerate(DRAW.integers(0, 700, N))
]
MOMENTS = [None if day is None else datetime.datetime.combine(day, datetime.time(i % 24, i % 60)) for i, day in enumerate(DAYS)]
SYLLABLES = ("zor", "mek", "tul", "vib", "qua", "nof", "lix", "dap", "wug", "hsi")


def word(i: int) -> str:
    """A word that no pool holds, another for each i."""
    return "".join(SYLLABLES[int(digit)] for digit in f"{i:03d}")


WORDS = [None if i % 10 == 0 else "common" if i % 2 else word(i) for i in range(N)]
SENTENCES = [None if i % 10 == 0 else f"The {word(i)} of {word(i + 1)} went to the {word(i * 7 % N)} again." for i in range(N)]
UUIDS = [None if i % 9 == 0 else uuid.UUID(int=(i * 7919 << 64) | (4 << 76) | (8 << 60)).bytes for i in range(N)]
DOCUMENTS = [None if i % 8 == 0 else json.dumps({"name": word(i), "n": i, "tags": ["x", word(i)][: i % 3]}) for i in range(N)]
MIXED = [None if i % 15 == 0 else (str(i), f"2024-0{1 + i % 9}-11", word(i), "", DOCUMENTS[1])[i % 5] for i in range(N)]
DISTINCT = list(range(5, 5 + 3 * N, 3))


def several(*columns: tuple[str, Kind, list]) -> Case:
    """Text columns of one person or place, filled together."""
    table = Table(TableName("", "t"), tuple(Column(label, Text()) for label, _, _ in columns))
    meanings = tuple(Meaning(kind, Sensitivity.DIRECT, 1.0, "said by a test") for _, kind, _ in columns)
    task = Task(table, table.columns, meanings=meanings, group=tuple(label for label, _, _ in columns))
    return Case(task, evidence_of(table, {label: values for label, _, values in columns}))


def computed() -> Case:
    """A number that is twice another one and one more."""
    table = Table(TableName("", "t"), (Column("v", Integer(64), nullable=False), Column("w", Integer(32))))
    twice = Call("*", (ColumnRef("w", "integer"), Constant("integer", 2)), "integer")
    told = {"expression": Call("+", (twice, Constant("integer", 1)), "integer")}
    values = {"v": [2 * x + 1 for x in range(N)], "w": range(N)}
    return Case(Task(table, (table.column("v"),), meanings=(MEANT,), options=told), evidence_of(table, values))


def referring() -> Case:
    key = ForeignKey("fk", TableName("", "t"), ("parent",), TableName("", "p"), ("id",))
    table = Table(TableName("", "t"), (Column("parent", Integer(32)),), foreign_keys=(key,))
    parents = [None if i % 10 == 0 else i % 40 for i in range(N)]
    sizes = FanOut(key, np.array([13, 14]), np.array([20, 20]), nulls=N // 10, rows=N)
    evidence = replace(evidence_of(table, {"parent": parents}), fan_outs={key.label: sizes})
    task = Task(table, table.columns, options={"edges": (key,), "uniques": (), "may_be_null": ("parent",), "grouped": True})
    given = {"parent.#": pa.array([15.0] * 40), "parent.id": pa.array(range(40), pa.int32())}
    return Case(task, evidence, lambda n: given)


def numbering_children(**options) -> Case:
    key = ForeignKey("fk", TableName("", "t"), ("parent",), TableName("", "p"), ("id",))
    table = Table(TableName("", "p"), (Column("id", Integer(32)),))
    copied = {"id": pa.array(range(4)), "#": pa.array([30, 12, 5, 1])} if options else None
    sizes = FanOut(key, np.array([0, 1, 2, 9]), np.array([50, 100, 40, 1]), nulls=0, rows=189, by_parent=copied)
    evidence = replace(evidence_of(table, {"id": range(191)}), children={key.hidden: sizes})
    return Case(Task(table, (Column(key.hidden, Float()),), options=options), evidence, lambda n: {"id": pa.array(np.arange(n) % 6)})


def inside_a_group(kind, values, **options) -> Case:
    columns = (Column("parent", Integer(), nullable=False), Column("part", kind, nullable=False))
    table = Table(TableName("", "t"), columns, primary_key=Unique("pk", ("parent", "part"), primary=True))
    task = Task(table, (columns[1],), options={"within": ("parent",), **options})
    parents = [i // 3 for i in range(N)]
    return Case(task, evidence_of(table, {"parent": parents, "part": values}), lambda n: {"parent": pa.array(np.arange(n) // 3)})


def stepping(every: int = 0) -> Case:
    """Thirty groups with a row for each of ten weeks, without some where `every` so manieth is missing."""
    columns = (Column("parent", Integer(), nullable=False), Column("day", Date(), nullable=False))
    table = Table(TableName("", "t"), columns, primary_key=Unique("pk", ("parent", "day"), primary=True))
    there = [(i // 10, i % 10) for i in range(N) if not every or i % every]
    days = [datetime.date(2024, 1, 5) + datetime.timedelta(days=7 * week) for _, week in there]
    evidence = evidence_of(table, {"parent": [parent for parent, _ in there], "day": days})
    calendar = calendar_of(evidence.column("day"), np.array([parent for parent, _ in there]), evidence.owners, 10)
    assert calendar is not None
    task = Task(table, (columns[1],), options={"within": ("parent",), "panel": calendar})
    return Case(task, evidence, lambda n: {"parent": pa.array(np.arange(n) // 8)})


def filler(column: str):
    """A generator of distinct texts, made without rows."""
    return FAMILIES["text.form"].learn(case_of(Text(), [], name=column, unique=True, nullable=False).task, None, Streams(0).at("filler"))


def labels(column: str):
    """A generator of two distinct texts."""
    told = {"values": ("red", "green")}
    asked = case_of(Text(), [], name=column, unique=True, nullable=False, options=told)
    return FAMILIES["categorical.shares"].learn(asked.task, None, Streams(0).at("labels"))


def combined() -> Case:
    columns = (Column("parent", Integer(), nullable=False), Column("a", Text(), nullable=False), Column("b", Boolean(), nullable=False))
    table = Table(TableName("", "t"), columns, uniques=(Unique("u", ("parent", "a", "b")),))
    task = Task(table, columns[1:], options={"combinations": (("x", "y"), ("false", "true")), "group": ("parent",)})
    values = {"parent": [i // 4 for i in range(N)], "a": ["xy"[i % 2] for i in range(N)], "b": [i % 4 > 1 for i in range(N)]}
    return Case(task, evidence_of(table, values), lambda n: {"parent": pa.array(np.arange(n) // 4)})


def setting() -> Case:
    keys = [f"app.option_{i % 7}" for i in range(N)]
    values = [None if i % 20 == 0 else ("true", "7", word(i))[i % 3] for i in range(N)]
    table = Table(TableName("", "settings"), (Column("key", Text(), nullable=False), Column("value", Text())))
    meanings = (Meaning(Kind.SETTING_KEY, Sensitivity.NONE, 1.0, "test"), Meaning(Kind.SETTING_VALUE, Sensitivity.TEXT, 1.0, "test"))
    return Case(Task(table, table.columns, meanings=meanings), evidence_of(table, {"key": keys, "value": values}))


def primary(kind, values) -> Case:
    table = Table(TableName("", "t"), (Column("id", kind, nullable=False),), primary_key=Unique("pk", ("id",), primary=True))
    return Case(Task(table, table.columns, unique=True), evidence_of(table, {"id": values}))


def dealt(kind, values, **options) -> Case:
    """A column that hangs on another: "v" is dealt out by "a", and by "customer.day"."""
    table = Table(TableName("", "t"), (Column("a", Integer(32)), Column("v", kind, nullable=options.pop("nullable", True))))
    evidence = evidence_of(table, {"a": [None if i % 11 == 0 else i % 40 for i in range(N)], "v": values})
    days = pa.array(DAYS, pa.date32())
    sums = pa.array([i % 40 + 0.001 for i in range(N)])
    evidence = replace(evidence, hidden={"customer.day": days, "sum": sums})
    told = {"drawn_by": "numeric.quantiles", "features": ["a"], "categories": [], **options}
    task = Task(table, table.columns[1:], meanings=(MEANT,), options=told)
    rows = lambda n: pa.array(np.arange(n) % N)  # noqa: E731
    return Case(
        task, evidence, lambda n: {"a": evidence.column("a").take(rows(n)), "customer.day": days.take(rows(n)), "sum": sums.take(rows(n))}
    )


def inheriting(kind, values, way, step=0.0, between="", piece=("", ""), bare=False, start=None, **options) -> Case:
    """A column of a tree in which every third row stands at the top."""
    told = ["@up", way, step, between, piece, bare, start]
    case = dealt(kind, values, features=[], inherited=told, nullable=False, **options)
    up = lambda n: pa.array([-1 if i % 3 == 0 else i // 2 for i in range(n)])  # noqa: E731
    evidence = replace(case.evidence, hidden={**case.evidence.hidden, "@up": up(N)})
    return Case(case.task, evidence, lambda n: {**case.given(n), "@up": up(n)})


RUNS = {"lag": False, "opening": None, "nullable": False}
DETERMINED = {"determined_by": "sum", "nullable": False}


def profiled() -> Case:
    """Six rows of a table that is about nobody, with what hangs on each of them."""
    names = ("#child.key", "~child.key:0")
    table = Table(TableName("", "t"), (Column("id", Integer(32), nullable=False),))
    counts = [40, 3, 30, 0, 25, 2]
    evidence = evidence_of(table, {"id": range(6)})
    hidden = {
        names[0]: pa.array([float(n) for n in counts]),
        "~child.key:0": pa.array([0.5, 9.0, 0.25, 0.0, 0.75, 8.0]),
        "=#child.key": pa.array(counts),
    }
    found = FanOut(
        ForeignKey("fk", TableName("", "child"), ("key",), table.name, ("id",)), np.array(sorted(counts)), np.ones(6, dtype=int), 0, 100
    )
    evidence = replace(evidence, hidden=hidden, children={names[0]: found})
    columns = tuple(Column(name, Float()) for name in names)
    return Case(Task(table, columns, meanings=(MEANT, MEANT), options={"keys": [names]}), evidence)


def clouded() -> Case:
    """Three hidden numbers of rows that hang together, given how many children each has."""
    draw = np.random.default_rng(1)
    many = draw.integers(0, 5, N).astype(float)
    first = many + draw.normal(0, 0.1, N)
    table = Table(TableName("", "t"), (Column("id", Integer(32), nullable=False),))
    names = ("~child.key:0", "~child.key:1", "~child.key:2")
    hidden = {"#child.key": pa.array(many), names[0]: pa.array(first), names[1]: pa.array(-first), names[2]: pa.array(draw.normal(0, 1, N))}
    evidence = replace(evidence_of(table, {"id": range(N)}), hidden=hidden)
    columns = tuple(Column(name, Float()) for name in names)
    options = {"features": ["#child.key"], "categories": []}
    task = Task(table, columns, meanings=(MEANT,) * 3, options=options, k=10)
    return Case(task, evidence, lambda n: {"#child.key": pa.array(np.arange(n) % 5 + 0.0)})


def hung_by_date() -> Case:
    """Rows of which every third hangs on one before it."""
    table = Table(
        TableName("", "t"),
        (Column("id", Integer(32), nullable=False), Column("up", Integer(32), nullable=True), Column("day", Date(), nullable=False)),
    )
    days = [datetime.date(2024, 1, 1) + datetime.timedelta(days=i // 2) for i in range(N)]
    above = [i - 1 if i % 3 == 1 else -1 for i in range(N)]
    evidence = evidence_of(table, {"id": range(N), "up": [i if i >= 0 else None for i in above], "day": days})
    evidence = replace(evidence, hidden={"@fk": pa.array(above)})
    task = Task(table, (table.column("up"),), meanings=(MEANT,), options={"hung": ("fk", "up", "id", "day")})

    def given(n: int) -> dict[str, pa.Array]:
        up = pa.array([i - 1 if i % 3 == 1 else -1 for i in range(n)])
        return {"@@fk": up, "id": pa.array(range(n), pa.int32()), "day": pa.array([days[i % N] for i in range(n)])}

    return Case(task, evidence, given)


FULL_NAMES = [None if i % 10 == 0 else f"{word(i).title()} {word(i * 3 % N).title()}" for i in range(N)]
CASES: dict[str, dict[str, Case]] = {
    "key.sequence": {
        "integer": primary(Integer(32), DISTINCT),
        "smallint": primary(Integer(16), DISTINCT),
        "decimal": primary(Decimal(12, 0), [Exact(i) for i in DISTINCT]),
        "numeric": primary(Decimal(), [str(i) for i in DISTINCT]),
    },
    "key.uuid": {"uuid": primary(Uuid(), [uuid.UUID(int=i).bytes for i in DISTINCT]),
                 "text": primary(Text(), [str(uuid.UUID(int=i)) for i in DISTINCT])},
    "key.calendar": {
        "days": case_of(Date(), DAYS[:1] * N, options={"steps": (18_262, 1, False)}, unique=True, nullable=False),
        "months": case_of(Date(), DAYS[:1] * N, options={"steps": (18_276, 3, True)}, unique=True, nullable=False),
        "hours": case_of(Timestamp(zoned=True), MOMENTS[:1] * N, options={"steps": (0, 3_600_000_000, False)}, unique=True, nullable=False),
        "untold": case_of(Date(), DAYS[:1] * N, unique=True, nullable=False),
    },
    "reference.assign": {"nullable": referring()},
    "fan_out.histogram": {"numbers": numbering_children(), "copied parents": numbering_children(keys=("id",))},
    "key.within": {
        "dense": inside_a_group(Integer(32), [i % 3 + 1 for i in range(N)]),
        "dates": inside_a_group(Date(), [datetime.date(2020, 1, 1) + datetime.timedelta(days=i) for i in range(N)]),
        "labels": inside_a_group(Enum("e", ("a", "b", "c", "d")), ["abc"[i % 3] for i in range(N)]),
        "texts": inside_a_group(Text(), [("en", "fr", "de")[i % 3] for i in range(N)], inner=filler("part")),
    },
    "key.panel": {"weeks": stepping(), "some missing": stepping(every=23)},
    "key.combinations": {"labels": combined()},
    "key.widened": {"texts": case_of(Text(), [word(i) for i in range(N)], unique=True, nullable=False,
                                     options={"first": labels("v"), "wider": filler("v")})},
    "key.sparse": {"texts": case_of(Text(), [word(i) for i in range(N)], unique=True, nullable=False, options={"sparse": filler("v")})},
    "relation.composed": {
        "texts": dealt(Text(), [f"{i % 40 + 0.001}!" for i in range(N)], parts=[("sum", "same"), ("", "!")], nullable=False),
        "gaps": dealt(Text(), [f"x{i % 40}" if i % 3 else None for i in range(N)], parts=[("", "x"), ("sum", "letters")], null_share=1 / 3),
    },
    "key.ranked": {"numbers": dealt(Integer(32), list(range(1, N + 1)), unique=True, nullable=False, ranked_by="sum")},
    "key.redrawn": {"texts": case_of(Text(), [word(i) for i in range(N)], unique=True, nullable=False,
                                     options={"redrawn": "text", "inner": filler("v")})},
    "constant": {
        "asked": case_of(Text(), ["x"] * N, options={"value": "fixed"}, nullable=False),
        "default": case_of(Integer(32), [0] * (N - 60) + [None] * 60, default="0"),
    },
    "null": {"text": case_of(Text(), [None] * N), "integer": case_of(Integer(32), [None] * N)},
    "numeric.quantiles": {
        "integer": case_of(Integer(32), NUMBERS),
        "smallint, not null": case_of(Integer(16), [min(x or 0, 30_000) for x in NUMBERS], nullable=False),
        "bigint": case_of(Integer(64), [None if x is None else x * 10**15 for x in NUMBERS]),
        "unique": case_of(Integer(32), DISTINCT, unique=True, nullable=False),
        "unique, few": case_of(Integer(32), DISTINCT, unique=True, nullable=False, options={"low": 0, "high": 1_999}),
        "decimal": case_of(Decimal(10, 2), [None if x is None else Exact(x) / 100 for x in NUMBERS]),
        "numeric": case_of(Decimal(), [None if x is None else str(Exact(x) / 100) for x in NUMBERS]),
        "double": case_of(Float(64), [None if x is None else x / 7 for x in NUMBERS]),
        "real": case_of(Float(32), [None if x is None else x / 4 for x in NUMBERS]),
        "not a number": case_of(Float(64), [float("nan") if i % 3 else float(i) for i in range(N)]),
        "money": case_of(Money(), [None if x is None else f"${x / 100:,.2f}" for x in NUMBERS]),
    },
    "numeric.distribution": {
        "asked": case_of(Float(64), NUMBERS, options={"distribution": "norm", "parameters": [10, 2]}),
        "fit": case_of(Decimal(12, 2), [None if x is None else Exact(x) for x in NUMBERS]),
    },
    "numeric.uniform": {"integer": case_of(Integer(32), NUMBERS, options={"low": 1, "high": 6}), "double": case_of(Float(64), NUMBERS),
                        "unique": case_of(Integer(32), NUMBERS, unique=True, nullable=False, options={"low": 1, "high": 900})},
    "categorical.given": {
        "weights": case_of(Text(), WORDS, options={"values": {"red": 3, "green": 1}}),
        "numbers": case_of(Integer(32), NUMBERS, options={"values": [3, 5, 8]}),
    },
    "temporal.uniform": {
        "dates": case_of(Date(), DAYS, options={"low": "2026-01-01", "high": "2026-12-31"}),
        "moments": case_of(Timestamp(), MOMENTS, options={"low": "2026-01-01", "high": "2026-01-02T12:00:00"}),
    },
    "rule.expression": {"sum": computed()},
    "temporal.quantiles": {
        "date": case_of(Date(), DAYS),
        "date, unique": case_of(Date(), [datetime.date(2000, 1, 1) + datetime.timedelta(days=i) for i in range(N)], unique=True),
        "timestamp": case_of(Timestamp(), MOMENTS),
        "timestamptz": case_of(Timestamp(zoned=True), [None if x is None else x.replace(tzinfo=datetime.UTC) for x in MOMENTS]),
        "time": case_of(Time(), [datetime.time(8 + i % 10, i % 60) for i in range(N)], nullable=False),
        "timetz": case_of(Time(zoned=True), [None if i % 5 == 0 else f"{8 + i % 10:02d}:{i % 60:02d}:00+02" for i in range(N)]),
    },
    "interval.quantiles": {"interval": case_of(Interval(), [None if i % 6 == 0 else f"{i % 50} days 0{i % 9}:00:00" for i in range(N)])},
    "text.pattern": {
        "drawn": case_of(Text(), [None if i % 4 == 0 else f"AB-{i}" for i in range(N)],
                         options={"limits": {"patterns": ["^[A-Z]{2}-[0-9]+$"]}}),
        "unique": case_of(Text(9), [f"{i:04d}" for i in range(N)], unique=True, nullable=False,
                          options={"limits": {"patterns": ["^[0-9]{4}$"]}}),
    },
    "categorical.shares": {
        "text": case_of(Text(), WORDS),
        "enum": case_of(Enum("e", ("red", "green", "blue")), [None if i % 7 == 0 else ("red", "green")[i % 2] for i in range(N)]),
        "boolean": case_of(Boolean(), [i % 5 == 0 for i in range(N)], nullable=False),
        "integer": case_of(Integer(16), [i % 4 for i in range(N)]),
        "vocabulary": case_of(Text(), ["open", "shut", "odd"] * (N // 3), meaning=Kind.STATUS, options={"vocabulary": "status"}),
        "unique": case_of(Enum("e", ("red", "green", "blue")), ["red", "green"], unique=True, nullable=False),
        "owned": case_of(Text(), ["common"] * 300 + ["flupdiwop"] * 300, owners=[*range(300), *[0] * 300]),
    },
    "text.spellings": {"mixed": case_of(Text(), MIXED), "varchar": case_of(Text(12), [x[:12] if x else x for x in MIXED])},
    "json.shape": {
        "json": case_of(Json(), DOCUMENTS),
        "jsonb, not null": case_of(Json(binary=True), [x or "{}" for x in DOCUMENTS], nullable=False),
        "text": case_of(Text(), DOCUMENTS),
        "hstore": case_of(Opaque("hstore"), [None if i % 9 == 0 else f'"a"=>"{i}", "b"=>"{word(i)}"' for i in range(N)]),
    },
    "array.elements": {
        "integers": case_of(Array(Integer(32)), [None if i % 9 == 0 else "{" + ",".join(map(str, range(i % 4))) + "}" for i in range(N)]),
        "texts": case_of(Array(Text()), [None if i % 9 == 0 else f"{{common,{word(i)}}}" for i in range(N)]),
    },
    "row.fields": {"pair": case_of(Composite("c", (("a", Integer(32)), ("b", Text()))),
                                   [None if i % 9 == 0 else f"({i},{word(i)})" for i in range(N)])},
    "range.widths": {
        "integers": case_of(Range(Integer(32)), [None if i % 9 == 0 else f"[{i},{i + 1 + i % 8})" for i in range(N)]),
        "days": case_of(Range(Date()), [f"[2024-01-{1 + i % 9:02d},2024-02-{1 + i % 20:02d})" for i in range(N)]),
        "multirange": case_of(Range(Integer(32), multi=True), [f"{{[{i},{i + 2}),[{i + 5},{i + 9})}}" for i in range(N)]),
        "unique": case_of(Range(Integer(32)), [f"[{4 * i},{4 * i + 3})" for i in range(N)], unique=True, nullable=False),
    },
    "range.points": {
        "texts": case_of(Range(Text()), [None if i % 9 == 0 else f"[{word(i)},{word(i)}]" for i in range(N)]),
        "multirange": case_of(Range(Network("inet"), multi=True), [f"{{[10.0.0.{i % 250},10.0.0.{i % 250}]}}" for i in range(N)]),
        "unique": case_of(Range(Text()), [f"[{word(i)}{i},{word(i)}{i}]" for i in range(N)], unique=True, nullable=False),
    },
    "uuid.random": {"uuid": case_of(Uuid(), UUIDS), "unique": case_of(Uuid(), [x for x in UUIDS if x], unique=True, nullable=False)},
    "binary.random": {"bytea": case_of(Binary(), [None if i % 9 == 0 else bytes([i % 250] * (i % 30)) for i in range(N)]),
                      "unique": case_of(Binary(16), [i.to_bytes(16, "big") for i in range(N)], unique=True, nullable=False)},
    "bits.shares": {"fixed": case_of(Bits(8), [None if i % 9 == 0 else f"{i % 256:08b}" for i in range(N)]),
                    "varying": case_of(Bits(12, varying=True), [f"{i:b}" for i in range(N)], nullable=False),
                    "unique": case_of(Bits(8), [f"{i:08b}" for i in range(200)], unique=True, nullable=False)},
    "network.forms": {
        "inet": case_of(Network("inet"), [None if i % 9 == 0 else f"10.0.{i % 200}.{i % 250}" for i in range(N)]),
        "cidr": case_of(Network("cidr"), [f"10.{i % 200}.0.0/16" for i in range(N)]),
        "macaddr": case_of(Network("macaddr"), [f"08:00:2b:01:{i // 256:02x}:{i % 256:02x}" for i in range(N)]),
        "macaddr8": case_of(Network("macaddr8"), [f"08:00:2b:01:02:03:{i // 256:02x}:{i % 256:02x}" for i in range(N)]),
        "text": case_of(Text(), [None if i % 9 == 0 else f"10.0.{i % 200}.{i % 250}" for i in range(N)], meaning=Kind.IP),
        "unique": case_of(Network("inet"), [f"10.0.{i // 250}.{i % 250}" for i in range(N)], unique=True, nullable=False),
    },
    "opaque.rule": {"point": case_of(Opaque("point"), [None if i % 9 == 0 else f"({i},{i})" for i in range(N)]),
                    "tsvector": case_of(Vector(), [None if i % 9 == 0 else f"'{word(i)}':1" for i in range(N)])},
    "opaque.shape": {"geometry": case_of(Opaque("geometry"), [None if i % 9 == 0 else f"POINT({i} {i})" for i in range(N)]),
                     "unique": case_of(Opaque("geometry"), [f"POINT({i} {i})" for i in range(N)], unique=True, nullable=False),
                     "vector": case_of(Opaque("vector"), [f"[{i},0,1]" for i in range(N)])},
    "xml.shape": {"xml": case_of(Xml(), [None if i % 9 == 0 else f"<order><line>{word(i)}</line></order>" for i in range(N)])},
    "semantic.person": {
        "name": case_of(Text(), FULL_NAMES, meaning=Kind.PERSON_NAME),
        "varchar": case_of(Text(12), [x[:12] if x else x for x in FULL_NAMES], meaning=Kind.PERSON_NAME),
        "name and address": several(
            ("name", Kind.PERSON_NAME, FULL_NAMES),
            ("email", Kind.EMAIL, [None if x is None else x.lower().replace(" ", ".") + "@kwimpel.example" for x in FULL_NAMES]),
        ),
        "unique address": case_of(Text(), [f"{word(i)}@kwimpel.example" for i in range(N)], meaning=Kind.EMAIL, unique=True),
    },
    "tree.leaves": {
        "numbers": dealt(Integer(32), [None if i % 9 == 0 else 10 * (i % 40) + i % 7 for i in range(N)]),
        "few numbers": dealt(Integer(16), [i % 40 // 10 for i in range(N)]),
        "categories": dealt(Text(), [("low", "high")[i % 40 > 20] for i in range(N)], drawn_by="categorical.shares", categories=["v"]),
        "texts": dealt(Text(), [None if i % 40 < 10 else word(i) for i in range(N)], drawn_by="text.form"),
    },
    "copula.gaussian": {
        "numbers": dealt(Integer(32), [None if i % 9 == 0 else 10 * (i % 40) + i % 7 for i in range(N)]),
        "dates": dealt(Date(), [x and x + datetime.timedelta(days=i % 40) for i, x in enumerate(DAYS)], drawn_by="temporal.quantiles"),
    },
    "relation.determined": {
        "texts": dealt(Text(), [("low", "mid", "high")[i % 40 // 14] for i in range(N)], drawn_by="categorical.shares", **DETERMINED),
        "numbers": dealt(Integer(32), [i % 40 // 8 for i in range(N)], **DETERMINED),
    },
    "hidden.profiles": {"two keys": profiled()},
    "reference.hung": {"one key": hung_by_date()},
    "hidden.clouds": {"one key": clouded()},
    "relation.follows": {
        "copied": dealt(Float(), [i % 40 + 0.001 for i in range(N)], drawn_by="numeric.quantiles", follows="sum", nullable=False),
        "summed": dealt(Decimal(10, 2), [Exact(i % 40) for i in range(N)], drawn_by="numeric.quantiles", follows="sum", nullable=False),
    },
    "temporal.after": {
        "date": dealt(Date(), [x and x + datetime.timedelta(days=i % 40) for i, x in enumerate(DAYS)],
                      drawn_by="temporal.quantiles", counted_from="customer.day", floors=["customer.day"]),
        "timestamp": dealt(Timestamp(), [x and datetime.datetime.combine(x, datetime.time(i % 24)) for i, x in enumerate(DAYS)],
                           drawn_by="temporal.quantiles", counted_from="customer.day"),
    },
    "relation.computed": {
        "difference": dealt(Integer(32), [i % 40 for i in range(N)], way="-", terms=["sum", "sum"], places=0, nullable=False),
        "product": dealt(Decimal(10, 2), [Exact(i % 40) for i in range(N)], way="*", terms=["sum", "sum"], places=2, nullable=False),
        "ratio": dealt(Float(), [1.0] * N, way="/", terms=["sum", "sum"], places=None, nullable=False),
        "three": dealt(Integer(32), [i % 40 for i in range(N)], way="+-", terms=["sum", "sum", "sum"], places=0, nullable=False),
        "month": dealt(Integer(32), [1] * N, way="month", terms=["customer.day"], places=0, nullable=False),
    },
    "sequence.joined": {
        "date": dealt(Date(), DAYS, joined=["temporal.quantiles", "customer.day", 1, "sum"]),
        "number": dealt(Integer(32), [None if i % 9 == 0 else i % 40 for i in range(N)], joined=["numeric.quantiles", "sum", 0, "a"]),
    },
    "relation.bounded": {
        "plain": dealt(Integer(32), [None if i % 9 == 0 else i % 40 for i in range(N)], bounded=["numeric.quantiles", [], [], [], ""]),
    },
    "relation.ratio": {
        "decimal": dealt(Decimal(10, 2), [Exact(str(round((i % 40 + 0.001) * (1 + i % 3), 2))) for i in range(N)], nullable=False,
                         ratio=["numeric.quantiles", "sum", True]),
        "gaps": dealt(Integer(32), [None if i % 9 == 0 else 3 * (i % 40) for i in range(N)], ratio=["numeric.quantiles", "sum", False]),
    },
    "relation.seldom": {
        "once": dealt(Boolean(), [i % 4 == 0 for i in range(N)], drawn_by="categorical.shares", categories=["v"], nullable=False,
                      seldom=["categorical.shares", "sum", [_digest("true"), 1, 1]]),
    },
    "sequence.rising": {
        "sorted": dealt(Date(), DAYS, rising=["sorted", "up", "temporal.quantiles", "a", "sum"]),
        "steps": dealt(Integer(32), [i % 40 for i in range(N)], rising=["steps", "up", "numeric.quantiles", "a", "sum"], nullable=False),
    },
    "sequence.running": {
        "from nothing": dealt(Decimal(10, 2), [Exact(i) for i in range(N)], **RUNS, line=["a"], terms=[["+", "sum"]]),
        "from anywhere": dealt(
            Integer(64), list(range(N)), **{**RUNS, "lag": True, "opening": ""}, line=["a", "sum"], terms=[["+", "sum"], ["-", "a"]]
        ),
        "to and fro": dealt(Float(), [float(i) for i in range(N)], **RUNS, line=["sum"], terms=[["+", "sum"]], signs=["a", [7, 8]]),
    },
    "sequence.lagged": {
        "as before": dealt(Integer(32), [None if i % 9 == 0 else i % 40 for i in range(N)], lagged=["a", "", True, "sum"]),
        "drawn first": dealt(Float(), [i / 7 for i in range(N)], lagged=["sum", "", False, "a"], nullable=False),
        "days since": dealt(Integer(32), [i % 40 for i in range(N)], lagged=["customer.day", "days", False, "a"], nullable=False),
    },
    "relation.share": {
        "of the row": dealt(Integer(32), [i % 40 for i in range(N)], share=["sum", [], False], nullable=False),
        "of what is left": dealt(Decimal(10, 2), [Exact(i % 7) for i in range(N)], share=["sum", ["a"], False], nullable=False),
        "of a hundred": dealt(Integer(32), [5 * (i % 7) for i in range(N)], share=["100.0", ["a", "sum"], True], nullable=False),
        "of the siblings": dealt(Float(), [i / 7 for i in range(N)], share=["+sum", ["a"], True], nullable=False),
    },
    "relation.balanced": {
        "of one size": dealt(Integer(32), [5 * (i % 7) for i in range(N)], balanced=["numeric.quantiles", "a"], nullable=False),
        "round": dealt(Decimal(10, 2), [Exact(i % 9) / 10 for i in range(N)], balanced=["numeric.quantiles", "sum"], nullable=False),
        "with holes": dealt(Float(), [None if i % 9 == 0 else i / 7 for i in range(N)], balanced=["numeric.quantiles", "a"]),
    },
    "relation.inherited": {
        "same": inheriting(Text(), [("low", "mid", "high")[i % 3] for i in range(N)], "same", drawn_by="categorical.shares"),
        "a step deeper": inheriting(Integer(32), [1] * N, "step", 1.0, start=1.0, drawn_by="numeric.quantiles"),
        "path": inheriting(Text(80), [word(i) for i in range(N)], "path", 0.0, "/", ["sum", "same"], True, drawn_by="text.form"),
        "outline": inheriting(Text(), [str(i % 9) for i in range(N)], "path", 0.0, ".", ["#", ""], drawn_by="text.form"),
    },
    "temporal.ordered": {
        "date": dealt(Date(), DAYS, floors=["customer.day"], after=30.0, nullable=True),
        "timestamp": dealt(Timestamp(), MOMENTS, floors=["customer.day"], after="any"),
        "to come": dealt(Timestamp(zoned=True), MOMENTS, floors=["customer.day"], after=0.1, ahead=True, quarters=True, nullable=True),
    },
    "reference.named": {
        "plain": dealt(Integer(64), [None if i % 9 == 0 else i % 40 for i in range(N)], targets=["sum"]),
        "tree": dealt(Integer(64), [None if i % 9 == 0 else i % 40 for i in range(N)], targets=["sum"], earlier=True, nullable=False),
    },
    "rule.arithmetic": {
        "sum": dealt(Decimal(10, 2), [Exact(i % 40) for i in range(N)], way="sum", terms=["a", "sum"], less=["sum"], nullable=False),
        "product": dealt(Integer(32), [None if i % 9 == 0 else i % 40 for i in range(N)], way="product", terms=["a", "sum"]),
        "share": dealt(Float(), [i % 40 / 10 for i in range(N)], way="share", terms=["sum"], nullable=False),
    },
    "place.coordinates": {
        "numbers": dealt(Float(), [None if i % 9 == 0 else 40.0 + i % 9 for i in range(N)], country=""),
        "texts": dealt(Text(), [f"{40 + i % 9}" for i in range(N)], country="a", nullable=False),
    },
    "phone.local": {"phone": dealt(Text(20), [None if i % 9 == 0 else f"+49 30 {i}" for i in range(N)], country="a")},
    "rule.when": {
        "text": dealt(
            Text(), [word(i) if i % 11 and i % 40 else None for i in range(N)], when="a", drawn_by="text.themed", theme="text note"
        ),
    },
    "text.derived": {
        "slug": dealt(Text(40), [None if i % 9 == 0 else word(i) for i in range(N)], way="slug", source="a"),
        "told": dealt(Text(), [word(i) for i in range(N)], way="told", source="a", told=[("1", "one")], nullable=False),
        "file": dealt(Text(30), [word(i) for i in range(N)], way="ending", source="a", nullable=False),
    },
    "text.themed": {
        "states": case_of(Text(12), [None if i % 9 == 0 else word(i) for i in range(N)], options={"theme": "word state order"}),
        "names": case_of(Text(), [word(i) for i in range(N)], options={"theme": "name project"}, unique=True, nullable=False),
        "texts": case_of(Text(200), SENTENCES, options={"theme": "text comment"}),
        "short": case_of(Text(1), ["a"] * N, options={"theme": "word role"}, nullable=False),
    },
    "semantic.place": {"place": several(("city", Kind.CITY, FULL_NAMES), ("country", Kind.COUNTRY, ["Germany", "France"] * (N // 2)))},
    "semantic.setting": {"pair": setting()},
    "semantic.pool": {"company": case_of(Text(), FULL_NAMES, meaning=Kind.COMPANY),
                      "city, unique": case_of(Text(), FULL_NAMES, meaning=Kind.CITY, unique=True)},
    "text.form": {
        "sentences": case_of(Text(), SENTENCES, meaning=Kind.FREE_TEXT),
        "varchar": case_of(Text(10), [None if i % 10 == 0 else word(i) for i in range(N)], meaning=Kind.WORDS),
        "unique": case_of(Text(40), [word(i) for i in range(N)], unique=True, nullable=False),
    },
    "code.template": {
        "code": case_of(Text(12), [None if i % 9 == 0 else f"KX-{i:04d}" for i in range(N)], meaning=Kind.CODE),
        "unique": case_of(Text(12), [f"KX-{i:04d}" for i in range(N)], meaning=Kind.CODE, unique=True, nullable=False),
    },
}  # fmt: skip
EVERY = [(kind, title) for kind, cases in CASES.items() for title in cases]


@pytest.mark.parametrize("kind", FAMILIES)
def test_every_family_has_a_case(kind):
    assert CASES.get(kind), f"{kind} is new: give it cases in CASES of {__file__}, a column type and values for each way it works"


def test_every_case_has_a_family():
    assert set(CASES) <= set(FAMILIES)


@pytest.mark.parametrize("check", CHECKS, ids=name)
@pytest.mark.parametrize(("kind", "title"), EVERY, ids=[f"{kind} {title}" for kind, title in EVERY])
def test_it_keeps_the_contract(kind, title, check):
    check(FAMILIES[kind], CASES[kind][title])


# -- the checks find what they are for -----------------------------------------------------------------------------------

MADE = builtin().generators.get("categorical.shares")


class Forgetful(MADE):
    """Loses its NULLs in the model file."""

    def state(self):
        return super().state() | {"null_share": 0.0}


class Counting(MADE):
    """Gives other values when asked again."""

    asked: ClassVar = [0]

    def sample(self, span, stream, given):
        self.asked[0] += 1
        return super().sample(span, stream.at("again", self.asked[0], span.chunk), given)


class Telling(MADE):
    """Keeps every value."""

    @classmethod
    def learn(cls, task, evidence, stream):
        return super().learn(replace(task, k=1), evidence, stream)


class Wide(MADE):
    """Gives texts of another type."""

    def sample(self, span, stream, given):
        return {name: values.cast(pa.large_string()) for name, values in super().sample(span, stream, given).items()}


@pytest.mark.parametrize(
    ("family", "check"),
    [
        (Forgetful, "it survives the model file"),
        (Counting, "the same seed gives the same bytes"),
        (Counting, "any chunk can be made alone"),
        (Telling, "literals are held by k owners"),
        (Telling, "it learns from one row"),
        (Wide, "it fills its columns in their types"),
    ],
)
def test_a_broken_family_is_found(family, check):
    found = next(one for one in CHECKS if name(one) == check)
    found(MADE, CASES["categorical.shares"]["text"])
    with pytest.raises(AssertionError):
        found(family, CASES["categorical.shares"]["text"])
