"""What every connector must pass. Subclass `ConnectorSuite`, say which connector, and how a fresh database is made.

```python
class TestSqlite(ConnectorSuite):
    connector = CONNECTOR

    @pytest.fixture
    def fresh(self, tmp_path):
        numbers = itertools.count()
        return lambda: f"sqlite:///{tmp_path}/{next(numbers)}.db"

    def by_hand(self, url, *statements):
        ...  # run SQL by the driver itself, not by the connector
```

A case that an engine cannot pass is overridden with a skip that says why. Nothing here mocks a database.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from decimal import Decimal as Exact
from typing import Any, ClassVar
from urllib.parse import urlsplit

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mimic.batch import Batch
from mimic.connector import Connector, Load, Source
from mimic.errors import ConnectorError, MimicError, Refused
from mimic.report import Finding
from mimic.schema import (
    Binary,
    Boolean,
    Check,
    Column,
    Date,
    Decimal,
    Float,
    ForeignKey,
    Integer,
    Interval,
    Json,
    LogicalType,
    Schema,
    Table,
    TableName,
    Text,
    Time,
    Timestamp,
    Unique,
    Uuid,
    arrow_type,
)
from mimic.selection import ROW, Both, Condition, HashShare, KeyIn, RowIn
from mimic.testing.strategies import HOSTILE_NAMES, schemas, shape

CANARY = "canary-4711-Zaunkönig"
UTC = datetime.UTC

# Values at the edges of each type; every column also gets a NULL.
EDGES: dict[str, tuple[LogicalType, list[Any]]] = {
    "boolean": (Boolean(), [True, False]),
    "smallint": (Integer(16), [0, -(2**15), 2**15 - 1]),
    "integer": (Integer(32), [0, -(2**31), 2**31 - 1]),
    "bigint": (Integer(64), [0, -(2**63), 2**63 - 1, 2**53 + 1]),
    "double": (Float(64), [0.0, -1.5, 1e300, 5e-324, 0.1]),
    "numeric": (Decimal(12, 2), [Exact("0.00"), Exact("-0.01"), Exact("9999999999.99")]),
    "text": (Text(), ["", " ", "a", "O'Brien", 'say "hi"', "back\\slash", "line\nbreak\ttab", "\\N", "NULL", "naïve 表 🦊", "x" * 100_000]),
    "varchar": (Text(20), ["", "twenty letters long!"]),
    "binary": (Binary(), [b"", b"\x00", bytes(range(256))]),
    "date": (Date(), [datetime.date(1970, 1, 1), datetime.date(1, 1, 2), datetime.date(9999, 12, 30), datetime.date(2024, 2, 29)]),
    "time": (Time(), [datetime.time(0, 0), datetime.time(23, 59, 59, 999999)]),
    "timestamp": (Timestamp(), [datetime.datetime(1970, 1, 1), datetime.datetime(1900, 1, 1, 1, 2, 3, 456789)]),
    "timestamptz": (Timestamp(zoned=True), [datetime.datetime(2024, 3, 31, 1, 30, tzinfo=UTC), datetime.datetime(1999, 1, 1, tzinfo=UTC)]),
    "uuid": (Uuid(), [bytes(16), bytes(range(16)), b"\xff" * 16]),
    "json": (Json(), ['{"a": [1, null, "é"]}', '{"b": {}}']),
    "interval": (Interval(), ["1 day", "02:03:04"]),
}


def bytes_of(number: int) -> bytes:
    return number.to_bytes(16, "big")


class ConnectorSuite:
    """The contract of `mimic.connector`, case by case."""

    connector: ClassVar[Connector]
    no_column: ClassVar[frozenset[str]] = frozenset()  # names that the engine keeps to itself
    schema_name: ClassVar[str] = ""  # the schema in which a table without one lives: "public" for PostgreSQL

    # -- what a subclass gives -----------------------------------------------------------------------------------------

    @pytest.fixture
    def fresh(self) -> Callable[[], str]:
        """A function that makes a new, empty database and returns its URL."""
        raise NotImplementedError

    def by_hand(self, url: str, *statements: str) -> None:
        """Run SQL by the driver itself."""
        raise NotImplementedError

    # -- tools ---------------------------------------------------------------------------------------------------------

    def named(self, name: str) -> TableName:
        return TableName(self.schema_name, name)

    def schema(self, *tables: Table) -> Schema:
        return Schema(self.connector.engine, tables)

    def table(self, name: str, *columns: tuple[str, LogicalType], key: Sequence[str] = ("id",), **more: Any) -> Table:
        """Key columns are NOT NULL, all others may be NULL."""
        told = tuple(Column(column, kind, nullable=column not in key) for column, kind in columns)
        return Table(self.named(name), told, Unique(f"{name[:40]}_{len(name)}_pk", tuple(key), primary=True) if key else None, **more)

    def rows(self, table: Table, **values: Sequence[Any]) -> Batch:
        """A batch of a table; a name with a blank or the like goes by `self.rows(table, **{"a b": ...})`."""
        arrays = [pa.array(column, arrow_type(table.column(name).type)) for name, column in values.items()]
        return Batch(table.name, pa.RecordBatch.from_arrays(arrays, names=list(values)))

    def load(self, url: str, schema: Schema, batches: Iterable[Batch] = (), **more: Any) -> tuple[Finding, ...]:
        """A whole load, begin to commit."""
        with self.connector.target(url) as target:
            found = [*target.begin(Load(schema, tuple(table.name for table in schema.tables), **more)), *target.create()]
            for batch in batches:
                target.insert(batch)
            found += target.finish()
            target.commit()
        return tuple(found)

    def read(self, url: str, table: str = "t", columns: Sequence[str] = (), **more: Any) -> pa.Table:
        with self.connector.source(url) as source:
            return self.scan(source, table, columns, **more)

    def scan(self, source: Source, table: str = "t", columns: Sequence[str] = (), **more: Any) -> pa.Table:
        described = source.schema().table(self.named(table))
        wanted = list(columns) or [column.name for column in described.columns]
        batches = list(source.scan(described.name, wanted, **more))
        empty = pa.schema([(name, arrow_type(described.column(name).type)) for name in wanted])
        return pa.Table.from_batches(batches, batches[0].schema if batches else empty)

    @pytest.fixture
    def numbers(self) -> Table:
        return self.table("t", ("id", Integer(64)), ("n", Integer(32)), ("name", Text()))

    @pytest.fixture
    def filled(self, fresh: Callable[[], str], numbers: Table) -> str:
        """100 rows: id 0 .. 99, n = id % 7 or NULL where id % 10 is 0, name."""
        url = fresh()
        n = [None if at % 10 == 0 else at % 7 for at in range(100)]
        self.load(url, self.schema(numbers), [self.rows(numbers, id=range(100), n=n, name=[f"name {at}" for at in range(100)])])
        return url

    # -- values --------------------------------------------------------------------------------------------------------

    @pytest.mark.parametrize("kind", EDGES)
    def test_values_at_the_edges_of_a_type_come_back(self, fresh: Callable[[], str], kind: str) -> None:
        """Or, where the engine has no such type, a finding says so and the text of the value comes back."""
        type_, values = EDGES[kind]
        values = [*values, None]
        table = self.table("t", ("id", Integer(32)), ("v", type_))
        url = fresh()
        found = self.load(url, self.schema(table), [self.rows(table, id=range(len(values)), v=values)])
        with self.connector.source(url) as source:
            back = source.schema().table(table.name).column("v").type
            read = self.scan(source).column("v")
        if type(back) is type(type_):
            assert read.to_pylist() == pa.array(values, arrow_type(type_)).to_pylist()
        else:
            assert any(finding.place.endswith(".v") for finding in found), f"{kind} became {back} in silence"
            assert read.to_pylist() == [None if value is None else str(value) for value in values]

    def test_an_empty_table_has_the_types_of_its_columns(self, fresh: Callable[[], str]) -> None:
        table = self.table("t", ("id", Integer(32)), *((kind, type_) for kind, (type_, _) in EDGES.items() if kind != "interval"))
        url = fresh()
        self.load(url, self.schema(table))
        with self.connector.source(url) as source:
            back = source.schema().table(table.name)
            assert source.count([table.name]) == {table.name: 0}
            assert list(source.scan(table.name, ["id"])) == []
        assert [type(column.type) for column in back.columns] == [type(column.type) for column in table.columns]

    def test_columns_come_in_the_order_asked(self, filled: str) -> None:
        assert self.read(filled, columns=["name", "id"]).column_names == ["name", "id"]

    def test_no_rows_in_a_batch_are_no_rows(self, fresh: Callable[[], str], numbers: Table) -> None:
        url = fresh()
        self.load(url, self.schema(numbers), [self.rows(numbers, id=[], n=[], name=[])])
        assert self.read(url).num_rows == 0

    def test_columns_that_a_batch_leaves_out_get_their_default(self, fresh: Callable[[], str]) -> None:
        plain = self.table("t", ("id", Integer(64)), ("n", Integer(32)))
        table = replace(plain, columns=(plain.columns[0], replace(plain.columns[1], default="7")))
        url = fresh()
        self.load(url, self.schema(table), [self.rows(table, id=[1])])
        assert self.read(url).column("n").to_pylist() == [7]

    def test_many_rows_in_several_batches(self, fresh: Callable[[], str], numbers: Table) -> None:
        url, half = fresh(), 60_000
        batches = [self.rows(numbers, id=range(start, start + half), n=[1] * half, name=["x"] * half) for start in (half, 0)]
        self.load(url, self.schema(numbers), batches)
        with self.connector.source(url) as source:
            read = list(source.scan(numbers.name, ["id"], batch_rows=10_000))
            assert source.count([numbers.name]) == {numbers.name: 2 * half}
        assert max(batch.num_rows for batch in read) <= 10_000
        assert pa.Table.from_batches(read).column("id").to_pylist() == list(range(2 * half)), "rows come in the order of the key"

    # -- names ---------------------------------------------------------------------------------------------------------

    @pytest.mark.parametrize("name", HOSTILE_NAMES)
    def test_hostile_names_are_names(self, fresh: Callable[[], str], name: str) -> None:
        if name in self.no_column:
            pytest.skip(f"no column of {self.connector.engine} can be called {name}")
        key = ForeignKey("fk", self.named(f"{name[:50]}2"), (name,), self.named(name), (name,))
        parent = self.table(name, (name, Integer(32)), ("b", Text()), key=(name,))
        child = self.table(key.table.name, ("id", Integer(32)), (name, Integer(32)), foreign_keys=(key,))
        url = fresh()
        self.load(
            url,
            self.schema(parent, child),
            [self.rows(parent, **dict[str, Any]({name: [1], "b": [name]})), self.rows(child, **dict[str, Any]({"id": [5], name: [1]}))],
        )
        with self.connector.source(url) as source:
            back = source.schema()
            assert {table.name for table in back.tables} == {parent.name, child.name}
            assert [(key.columns, key.parent, key.referred) for key in back.foreign_keys] == [((name,), parent.name, (name,))]
            assert self.scan(source, name).to_pylist() == [{name: 1, "b": name}]
            assert source.group_sizes(child.name, [name]).to_pylist() == [{"size": 1, "groups": 1}]
            keys = pa.RecordBatch.from_pydict({name: pa.array([1], pa.int32())})
            assert self.scan(source, name, where=KeyIn((name,), keys)).num_rows == 1
            assert self.scan(source, name, where=HashShare((name,), 1.0, "s")).num_rows == 1

    # -- structure -----------------------------------------------------------------------------------------------------

    def test_composite_self_and_cyclic_keys_are_kept(self, fresh: Callable[[], str]) -> None:
        one, two = self.cycle()
        url = fresh()
        forward = tuple(key for key in one.foreign_keys if key.parent != one.name)
        with self.connector.target(url) as target:
            target.begin(Load(self.schema(one, two), (one.name, two.name), forward=forward))
            target.create()
            target.insert(self.rows(one, a=[1, 1], b=["x", "y"], boss_a=[None, 1], boss_b=[None, "x"], two=[None, None]))
            target.insert(self.rows(two, id=[7, 8], one_a=[1, 1], one_b=["y", "x"]))
            target.update(self.rows(one, a=[1, 1], b=["x", "y"], two=[8, 7]), key=("a", "b"))
            target.finish()
            target.commit()
        with self.connector.source(url) as source:
            back = source.schema()
            assert shape(Schema("", tuple(t for t in back.tables))) == shape(self.schema(one, two))
            assert self.scan(source, "one").column("two").to_pylist() == [8, 7]

    def cycle(self) -> tuple[Table, Table]:
        boss = ForeignKey("boss", self.named("one"), ("boss_a", "boss_b"), self.named("one"), ("a", "b"))
        away = ForeignKey("away", self.named("one"), ("two",), self.named("two"), ("id",), deferrable=True, initially_deferred=True)
        home = ForeignKey("home", self.named("two"), ("one_a", "one_b"), self.named("one"), ("a", "b"))
        columns = (("a", Integer(32)), ("b", Text()), ("boss_a", Integer(32)), ("boss_b", Text()), ("two", Integer(64)))
        one = self.table("one", *columns, key=("a", "b"), foreign_keys=(boss, away))
        return one, self.table("two", ("id", Integer(64)), ("one_a", Integer(32)), ("one_b", Text()), foreign_keys=(home,))

    @settings(max_examples=50, deadline=None, suppress_health_check=[*HealthCheck], derandomize=True)
    @given(data=st.data())
    def test_random_schemas_are_made_and_read_back(self, fresh: Callable[[], str], data: st.DataObject) -> None:
        """Fifty schemas with cycles, composite keys and hostile names: nothing that a schema had is missing."""
        schema = data.draw(schemas(self.connector.engine, self.schema_name, without=self.no_column))
        url = fresh()
        assert self.load(url, schema) == ()
        with self.connector.source(url) as source:
            assert shape(source.schema()) == shape(schema)

    # -- constraints ---------------------------------------------------------------------------------------------------

    def broken(self, what: str) -> tuple[Schema, list[Batch]]:
        """A schema and rows that break one of its constraints, each with the canary in it."""
        parent = self.table("p", ("id", Text()))
        table = self.table("t", ("id", Text()), ("other", Text()), ("n", Integer(32)))
        good = self.rows(parent, id=["a"])
        match what:
            case "primary key":
                return self.schema(table), [self.rows(table, id=[CANARY, CANARY])]
            case "unique":
                table = replace(table, uniques=(Unique("only_once", ("other",)),))
                return self.schema(table), [self.rows(table, id=["1", "2"], other=[CANARY, CANARY])]
            case "partial unique":
                table = replace(table, uniques=(Unique("only_once", ("other",), where="n > 0", constraint=False),))
                return self.schema(table), [self.rows(table, id=["1", "2"], other=[CANARY, CANARY], n=[1, 2])]
            case "not null":
                table = replace(table, columns=(*table.columns[:2], replace(table.columns[2], nullable=False)))
                return self.schema(table), [self.rows(table, id=[CANARY], other=[CANARY], n=[None])]
            case "check":
                table = replace(table, checks=(Check("positive", "n > 0", ("n",)),))
                return self.schema(table), [self.rows(table, id=[CANARY], other=[CANARY], n=[-4711])]
        key = ForeignKey("t_other_fkey", table.name, ("other",), parent.name, ("id",))
        table = replace(table, foreign_keys=(key,))
        return self.schema(parent, table), [good, self.rows(table, id=["1"], other=[CANARY])]

    @pytest.mark.parametrize("what", ["primary key", "unique", "partial unique", "not null", "check", "foreign key"])
    def test_broken_constraints_fail_the_load_without_a_value_in_the_message(self, fresh: Callable[[], str], what: str) -> None:
        schema, batches = self.broken(what)
        url = fresh()
        with pytest.raises(ConnectorError) as caught:
            self.load(url, schema, batches)
        told = f"{caught.value} {caught.value!r}"
        assert CANARY not in told
        assert "4711" not in told
        assert "t" in caught.value.where, "the table is named"
        assert caught.value.__cause__ is None, "a driver's error shows its values in a traceback"
        self.load(url, schema)  # the failed load has left nothing that stands in the way

    def test_violations_are_found_among_rows_to_come(self, fresh: Callable[[], str], numbers: Table) -> None:
        with self.connector.target(fresh()) as target:
            target.begin(Load(self.schema(numbers), (numbers.name,)))
            target.create()
            rows = self.rows(numbers, id=[1, 2, 3, 4], n=[5, -5, None, -6], name=[CANARY] * 4).rows
            checks = (Check("positive", "n > 0", ("n",)), Check("named", "name <> ''", ("name",)))
            found = [target.violations(numbers.name, checks, rows).to_pylist() for _ in range(2)]
            unwelcome = [target.refused(numbers.name, rows).to_pylist() for _ in range(2)]
            target.insert(Batch(numbers.name, rows))
            target.finish()
            target.abandon()
        assert unwelcome == [[False] * 4] * 2, "they are tried, and taken back"
        assert found == [[False, True, False, True]] * 2, "NULL is no violation"

    # -- all or nothing --------------------------------------------------------------------------------------------------

    def content(self, url: str) -> list[Any]:
        return list(self.read(url).to_pylist())

    @pytest.mark.parametrize("step", ["begin", "create", "insert", "finish"])
    def test_an_abandoned_load_leaves_the_target_as_it_was(self, filled: str, numbers: Table, step: str) -> None:
        before = self.content(filled)
        steps = {"begin": 1, "create": 2, "insert": 3, "finish": 4}[step]
        with self.connector.target(filled) as target:
            target.begin(Load(self.schema(numbers), (numbers.name,), if_exists="replace", replace_unmarked=self.database(filled)))
            if steps > 1:
                target.create()
            if steps > 2:
                target.insert(self.rows(numbers, id=[1], n=[1], name=["new"]))
            if steps > 3:
                target.finish()
        assert self.content(filled) == before

    def database(self, url: str) -> str:
        """A database's name as the user spells it out to have it replaced."""
        return urlsplit(url).path.rsplit("/", 1)[1]

    def test_a_dry_run_writes_nothing(self, fresh: Callable[[], str], numbers: Table) -> None:
        url = fresh()
        with self.connector.target(url) as target:
            target.begin(Load(self.schema(numbers), (numbers.name,), dry_run=True))
        self.load(url, self.schema(numbers), [self.rows(numbers, id=[1], n=[1], name=["x"])])
        assert len(self.content(url)) == 1

    # -- what may be replaced ----------------------------------------------------------------------------------------------

    def test_rows_are_never_overwritten_unasked(self, filled: str, numbers: Table) -> None:
        before = self.content(filled)
        with pytest.raises(Refused) as caught:
            self.load(filled, self.schema(numbers))
        assert "t" in str(caught.value)
        assert caught.value.exit_code == 3
        assert self.content(filled) == before

    def test_what_mimic_made_is_replaced_when_asked(self, fresh: Callable[[], str], numbers: Table) -> None:
        url = fresh()
        for name in ("first", "second"):
            rows = self.rows(numbers, id=[1], n=[1], name=[name])
            self.load(url, self.schema(numbers), [rows], if_exists="replace", mark={"model": name})
            assert [row["name"] for row in self.content(url)] == [name]

    def test_what_others_made_is_replaced_only_by_name(self, fresh: Callable[[], str], numbers: Table) -> None:
        url = fresh()
        self.by_hand(url, "CREATE TABLE t (id bigint NOT NULL PRIMARY KEY, n integer, name text)", "INSERT INTO t VALUES (1, 2, 'mine')")
        rows = [self.rows(numbers, id=[1], n=[1], name=["new"])]
        for wrong in (None, "another", ""):
            with pytest.raises(Refused):
                self.load(url, self.schema(numbers), rows, if_exists="replace", replace_unmarked=wrong)
        assert [row["name"] for row in self.content(url)] == ["mine"]
        self.load(url, self.schema(numbers), rows, if_exists="replace", replace_unmarked=self.database(url))
        assert [row["name"] for row in self.content(url)] == ["new"]

    def test_an_empty_structure_is_used_as_it_is(self, fresh: Callable[[], str], numbers: Table) -> None:
        url = fresh()
        self.by_hand(url, "CREATE TABLE t (id bigint NOT NULL PRIMARY KEY, n integer, name text, extra integer DEFAULT 5)")
        self.load(url, self.schema(numbers), [self.rows(numbers, id=[1], n=[1], name=["x"])])
        assert self.content(url) == [{"id": 1, "n": 1, "name": "x", "extra": 5}]

    # -- counting and filtering --------------------------------------------------------------------------------------------

    def test_groups_are_counted_without_nulls(self, filled: str, numbers: Table) -> None:
        with self.connector.source(filled) as source:
            sizes = source.group_sizes(numbers.name, ["n"])
            pairs = source.group_sizes(numbers.name, ["n", "id"])
        values = [at % 7 for at in range(100) if at % 10]
        counts = [values.count(value) for value in range(7)]
        assert sizes.schema == pa.schema([("size", pa.int64()), ("groups", pa.int64())])
        assert sizes.to_pylist() == [{"size": size, "groups": counts.count(size)} for size in sorted(set(counts))]
        assert pairs.to_pylist() == [{"size": 1, "groups": 90}]

    def test_no_groups_of_no_rows(self, fresh: Callable[[], str], numbers: Table) -> None:
        url = fresh()
        self.load(url, self.schema(numbers))
        with self.connector.source(url) as source:
            assert source.group_sizes(numbers.name, ["n"]).num_rows == 0

    def test_a_share_is_the_same_on_every_run(self, filled: str) -> None:
        first = self.read(filled, where=HashShare(("id",), 0.5, "salt"))
        assert first == self.read(filled, where=HashShare(("id",), 0.5, "salt"))
        assert first != self.read(filled, where=HashShare(("id",), 0.5, "pepper"))
        assert 25 <= first.num_rows <= 75
        assert self.read(filled, where=HashShare(("id",), 0.0, "salt")).num_rows == 0
        assert self.read(filled, where=HashShare(("id",), 1.0, "salt")).num_rows == 100

    def test_a_smaller_share_lies_within_a_larger_one(self, filled: str) -> None:
        few, many = (set(self.read(filled, where=HashShare(("id",), share, "s")).column("id").to_pylist()) for share in (0.2, 0.7))
        assert few < many

    def test_a_share_of_nulls_is_decided_once(self, filled: str) -> None:
        """NULL is hashed as a value: all rows with it are in, or none."""
        some = self.read(filled, where=HashShare(("n",), 0.5, "salt")).column("n").to_pylist()
        assert some.count(None) in (0, 10)

    @pytest.mark.parametrize("kind", [Integer(64), Text(), Uuid()], ids=["integer", "text", "uuid"])
    def test_children_are_shared_out_with_their_parents(self, fresh: Callable[[], str], kind: LogicalType) -> None:
        spell: Callable[[int], Any] = int if isinstance(kind, Integer) else "key {}".format if isinstance(kind, Text) else bytes_of
        values = [spell(at) for at in range(200)]
        parent = self.table("p", ("id", kind))
        key = ForeignKey("fk", self.named("c"), ("parent",), parent.name, ("id",))
        child = self.table("c", ("id", Integer(32)), ("parent", kind), foreign_keys=(key,))
        url = fresh()
        self.load(url, self.schema(parent, child), [self.rows(parent, id=values), self.rows(child, id=range(200), parent=values)])
        parents = self.read(url, "p", where=HashShare(("id",), 0.3, "s")).column("id").to_pylist()
        children = self.read(url, "c", where=HashShare(("parent",), 0.3, "s")).column("parent").to_pylist()
        assert 20 < len(parents) < 110
        assert sorted(parents) == sorted(children)

    def test_rows_are_found_by_key(self, filled: str) -> None:
        keys = pa.RecordBatch.from_pydict({"id": pa.array([5, 7, 7, 1000, None], pa.int64())})
        assert self.read(filled, where=KeyIn(("id",), keys)).column("id").to_pylist() == [5, 7]

    def test_rows_are_found_by_several_columns(self, filled: str) -> None:
        keys = pa.RecordBatch.from_pydict({"name": pa.array(["name 8", "name 9", "name 15"]), "n": pa.array([1, 3, None], pa.int32())})
        assert self.read(filled, where=KeyIn(("n", "name"), keys.select(["n", "name"]))).column("id").to_pylist() == [8]

    def test_no_keys_find_no_rows(self, filled: str) -> None:
        assert self.read(filled, where=KeyIn(("id",), pa.RecordBatch.from_pydict({"id": pa.array([], pa.int64())}))).num_rows == 0

    @pytest.mark.parametrize("key", [("id",), ("name", "n"), ()], ids=["one", "two", "none"])
    def test_rows_have_numbers_by_which_they_are_found_again(self, fresh: Callable[[], str], key: tuple[str, ...]) -> None:
        """Whatever the key of the table is, and whether it has one."""
        table = self.table("t", ("id", Integer(64)), ("n", Integer(32)), ("name", Text()), key=key)
        url = fresh()
        self.load(
            url, self.schema(table), [self.rows(table, id=range(100), n=[at % 7 for at in range(100)], name=[f"{at}" for at in range(100)])]
        )
        with self.connector.source(url) as source:
            seen = pa.Table.from_batches(list(source.scan(table.name, ["id"], numbered=True)))
            assert seen.schema.names == [ROW, "id"]
            assert seen.schema.field(ROW).type == pa.int64()
            assert len(set(seen.column(ROW).to_pylist())) == 100
            assert sorted(seen.column("id").to_pylist()) == list(range(100))
            chosen = seen.filter(pc.less(pc.bit_wise_and(seen.column("id"), 7), 3))
            numbers = np.sort(chosen.column(ROW).to_numpy())
            back = pa.Table.from_batches(list(source.scan(table.name, ["name", "id"], where=RowIn(numbers), batch_rows=7)))
            assert sorted(back.column("id").to_pylist()) == sorted(chosen.column("id").to_pylist())
            assert back.column("name").to_pylist() == [str(id) for id in back.column("id").to_pylist()]
            again = pa.Table.from_batches(list(source.scan(table.name, [], where=RowIn(numbers), numbered=True)))
            assert again.column_names == [ROW]
            assert sorted(again.column(ROW).to_pylist()) == numbers.tolist()
            keys = pa.RecordBatch.from_pydict({"id": pa.array([3, 98, None, 3, 4711], pa.int64())})
            by_key = pa.Table.from_batches(list(source.scan(table.name, ["id"], where=KeyIn(("id",), keys), numbered=True)))
            assert sorted(by_key.to_pylist(), key=str) == sorted((r for r in seen.to_pylist() if r["id"] in (3, 98)), key=str)
            assert list(source.scan(table.name, ["id"], where=RowIn(numbers[:0]))) == []

    def test_numbers_hold_while_others_write(self, filled: str, numbers: Table) -> None:
        """Whatever becomes of the rows meanwhile: the source shows one instant."""
        with self.connector.source(filled) as source:
            seen = pa.Table.from_batches(list(source.scan(numbers.name, ["id", "name"], numbered=True))).sort_by("id")
            self.write_beside(filled, "UPDATE t SET name = 'other' WHERE id > 20")
            self.write_beside(filled, "DELETE FROM t WHERE id > 60")
            chosen = seen.slice(10, 80)
            back = list(source.scan(numbers.name, ["id", "name"], where=RowIn(np.sort(chosen.column(ROW).to_numpy()))))
            assert pa.Table.from_batches(back).sort_by("id").to_pylist() == chosen.select(["id", "name"]).to_pylist()

    def test_a_condition_is_true_for_the_rows_that_come(self, filled: str) -> None:
        condition = Condition('"n" = 3 AND "name" LIKE \'name 1%\'')
        assert self.read(filled, where=condition).column("id").to_pylist() == [17]
        keys = pa.RecordBatch.from_pydict({"id": pa.array([3, 17, 24], pa.int64())})
        assert self.read(filled, where=Both(KeyIn(("id",), keys), Condition('"n" = 3'))).column("id").to_pylist() == [3, 17, 24]
        assert self.read(filled, where=Both(KeyIn(("id",), keys), condition)).column("id").to_pylist() == [17]
        assert self.read(filled, where=Both(HashShare(("id",), 1.0, "s"), condition)).column("id").to_pylist() == [17]

    def test_a_whole_number_finds_rows_whatever_the_width_of_its_column(self, fresh: Callable[[], str]) -> None:
        """A child's key need not be as wide as its parent's."""
        table = self.table("t", ("id", Integer(64)), ("small", Integer(16)), ("middle", Integer(32)))
        url = fresh()
        self.load(url, self.schema(table), [self.rows(table, id=[1, 2**40], small=[5, 6], middle=[7, 8])])
        for column, kind, value, found in (("small", pa.int64(), 2**40, 0), ("middle", pa.int64(), 8, 1), ("id", pa.int16(), 1, 1)):
            keys = pa.RecordBatch.from_arrays([pa.array([value], kind)], names=[column])
            assert self.read(url, where=KeyIn((column,), keys)).num_rows == found

    def test_two_scans_at_once_do_not_disturb_each_other(self, filled: str, numbers: Table) -> None:
        keys = pa.RecordBatch.from_pydict({"id": pa.array(range(50), pa.int64())})
        with self.connector.source(filled) as source:
            source.schema()
            one = source.scan(numbers.name, ["id"], batch_rows=10, where=KeyIn(("id",), keys))
            two = source.scan(numbers.name, ["id"], batch_rows=7)
            first = [next(one), next(two)]
            three = source.scan(numbers.name, ["name"], batch_rows=5, where=KeyIn(("id",), keys))
            assert [batch.num_rows for batch in first] == [10, 7]
            assert next(three).num_rows == 5
            assert sum(batch.num_rows for batch in one) == 40
            assert sum(batch.num_rows for batch in two) == 93
            assert sum(batch.num_rows for batch in three) == 45

    # -- rows that are added to others -----------------------------------------------------------------------------------

    @pytest.fixture
    def family(self, fresh: Callable[[], str]) -> tuple[str, Schema]:
        """Parents 1 and 2, which Mimic loaded, and a child of 1."""
        key = ForeignKey("fk", self.named("c"), ("parent",), self.named("p"), ("id",))
        parent = self.table("p", ("id", Integer(64)), ("name", Text()), uniques=(Unique("name_once", ("name",)),))
        schema = self.schema(parent, self.table("c", ("id", Integer(64)), ("parent", Integer(64)), foreign_keys=(key,)))
        url = fresh()
        self.load(url, schema, [self.rows(parent, id=[1, 2], name=["a", "b"]), self.rows(schema.tables[1], id=[1], parent=[1])])
        return url, schema

    def added(self, url: str, schema: Schema, **more: Any) -> tuple[Finding, ...]:
        """Parents 2, under another name, and 3 come to them, and a child of each."""
        parent, child = schema.tables
        batches = [self.rows(parent, id=[2, 3], name=["B", "c"]), self.rows(child, id=[2, 3], parent=[2, 3])]
        return self.load(url, schema, batches, if_exists="append", **more)

    def told(self, url: str) -> tuple[list[Any], list[Any]]:
        with self.connector.source(url) as source:
            return self.scan(source, "p").to_pydict()["name"], self.scan(source, "c").to_pydict()["id"]

    def test_rows_are_added_and_those_that_are_there_are_kept(self, family: tuple[str, Schema]) -> None:
        url, schema = family
        found = self.added(url, schema, mark={"mode": "subset"})
        assert self.told(url) == (["a", "b", "c"], [1, 2, 3])
        assert [finding.id for finding in found] == ["N620"]
        self.added(url, schema)
        assert self.told(url) == (["a", "b", "c"], [1, 2, 3]), "the mark of a load stays"

    def test_rows_that_are_there_may_be_updated(self, family: tuple[str, Schema]) -> None:
        url, schema = family
        self.added(url, schema, conflicts="update")
        assert self.told(url) == (["a", "B", "c"], [1, 2, 3])

    def test_a_row_that_is_there_may_end_the_load(self, family: tuple[str, Schema]) -> None:
        url, schema = family
        with pytest.raises(ConnectorError):
            self.added(url, schema, conflicts="fail")
        assert self.told(url) == (["a", "b"], [1])
        with pytest.raises(ConnectorError):
            self.added(url, schema, new=frozenset({schema.tables[0].name}))
        assert self.told(url) == (["a", "b"], [1])

    def test_rows_are_added_to_rows_of_others_only_where_these_are_named(
        self, fresh: Callable[[], str], family: tuple[str, Schema]
    ) -> None:
        url, (_, schema) = fresh(), family
        self.by_hand(
            url,
            "CREATE TABLE p (id bigint NOT NULL PRIMARY KEY, name text UNIQUE)",
            "CREATE TABLE c (id bigint NOT NULL PRIMARY KEY, parent bigint REFERENCES p)",
            "INSERT INTO p (id, name) VALUES (1, 'mine')",
        )
        with pytest.raises(Refused, match="replace-unmarked"):
            self.added(url, schema)
        self.added(url, schema, replace_unmarked=self.database(url))
        assert self.told(url) == (["mine", "B", "c"], [2, 3])

    # -- the source ----------------------------------------------------------------------------------------------------------

    def test_a_source_shows_one_instant(self, filled: str, numbers: Table) -> None:
        """A writer is kept waiting or not seen."""
        with self.connector.source(filled) as source:
            assert source.count([numbers.name]) == {numbers.name: 100}
            self.write_beside(filled, "DELETE FROM t WHERE id < 50")
            assert source.count([numbers.name]) == {numbers.name: 100}
            assert self.scan(source).num_rows == 100

    def write_beside(self, url: str, statement: str) -> None:
        """`by_hand` while a source is open; engines that make writers wait override it to give up."""
        self.by_hand(url, statement)

    def test_identity_knows_a_database_by_itself(self, filled: str, fresh: Callable[[], str], numbers: Table) -> None:
        other = fresh()
        self.load(other, self.schema(numbers))
        with self.connector.source(filled) as one, self.connector.source(filled) as same, self.connector.source(other) as another:
            assert one.identity() == same.identity() != another.identity()
        with self.connector.target(filled) as target, self.connector.source(filled) as source:
            assert target.identity() == source.identity()

    def test_exact_ddl_makes_the_same_structure(self, filled: str, fresh: Callable[[], str]) -> None:
        with self.connector.source(filled) as source:
            schema, (ddl, _) = source.schema(), source.ddl()
            if ddl is None:
                pytest.skip("no exact DDL from this engine")
        url = fresh()
        self.load(url, schema, ddl=ddl)
        with self.connector.source(url) as source:
            assert source.schema().fingerprint == schema.fingerprint
            assert source.ddl()[0] == ddl

    def test_what_is_not_there_is_said(self, filled: str) -> None:
        with self.connector.source(filled) as source, pytest.raises(MimicError):
            source.count([self.named("no such table")])
