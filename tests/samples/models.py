"""A small model that holds one of everything that a model file may hold, for tests of files and of what prints them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal as Number
from typing import Any, ClassVar, Self

import numpy as np
import pyarrow as pa

from mimic.batch import Batch
from mimic.generator import Columns, Literal, Span, State, Task
from mimic.graph import load_order
from mimic.model import Learned, Model, TableModel
from mimic.plan import Choice
from mimic.profile import TableEvidence
from mimic.registry import Registry
from mimic.report import Finding
from mimic.schema import (
    Array,
    Binary,
    Boolean,
    Check,
    Column,
    Composite,
    Date,
    Ddl,
    Decimal,
    Domain,
    Enum,
    Float,
    ForeignKey,
    Integer,
    Json,
    Network,
    Opaque,
    Range,
    Schema,
    Sequence,
    Table,
    TableName,
    Text,
    Time,
    Timestamp,
    Trigger,
    Unique,
    Uuid,
    View,
    arrow_type,
)
from mimic.streams import Stream

STATE: dict[str, Any] = {
    "whole": 7,
    "text": "ü\ud800 \x00",
    "nothing": None,
    "infinite": float("inf"),
    "list": [1, [2.5, "x"], True],
    "empty": np.zeros((0, 3)),
    "numbers": np.arange(12, dtype=np.float32).reshape(3, 4),
    "flags": np.array([True, False]),
    "days": np.array(["2020-02-29"], dtype="datetime64[D]"),
    "#array": {"#array": 3},
    "nested": {"#float": "nan"},
}


@dataclass(frozen=True)
class Keeper:
    """Fills one column with nothing, and remembers any state."""

    kind: ClassVar[str] = "test.keeper"
    version: ClassVar[int] = 2

    column: str
    kept: Any

    @property
    def fills(self) -> tuple[str, ...]:
        return (self.column,)

    @property
    def needs(self) -> tuple[str, ...]:
        return ()

    @classmethod
    def suits(cls, task: Task) -> float:
        return 0.0

    @classmethod
    def learn(cls, task: Task, evidence: TableEvidence | None, stream: Stream) -> Self:
        return cls(task.column.name, {})

    def sample(self, span: Span, stream: Stream, given: Columns) -> Columns:
        return {self.column: pa.nulls(span.n)}

    def capacity(self) -> int | None:
        return None

    def literals(self) -> Iterable[Literal]:
        yield Literal(self.column, "open\x1b[31m", 12, "k owners")

    def state(self) -> State:
        return {"column": self.column, "kept": self.kept}

    @classmethod
    def restore(cls, state: State) -> Self:
        return cls(str(state["column"]), state["kept"])


def registry() -> Registry:
    found = Registry()
    found.generators.add(Keeper)
    return found


PLACES, ORDERS = TableName("", "places"), TableName("sales", "orders")
EVERYTHING = (
    Column("id", Integer(64), nullable=False, identity="always"),
    Column("flag", Boolean()),
    Column("small", Integer(16)),
    Column("ratio", Float(64)),
    Column("price", Decimal(10, 2)),
    Column("name", Domain("label", Text(40), ("VALUE <> ''",)), comment="what it is called"),
    Column("raw", Binary()),
    Column("day", Date()),
    Column("clock", Time()),
    Column("at", Timestamp(zoned=True)),
    Column("uid", Uuid()),
    Column("doc", Json(binary=True)),
    Column("double", Integer(), generated="id * 2"),
)
OTHERS = (
    Column("id", Integer(), nullable=False),
    Column("place", Integer()),
    Column("status", Enum("status", ("open", "closed"))),
    Column("tags", Array(Text())),
    Column("span", Range(Integer(), multi=True)),
    Column("host", Network("cidr")),
    Column("pair", Composite("pair", (("x", Integer(32)), ("y", Text(None, fixed=True))))),
    Column("odd", Opaque("ltree")),
)


def schema() -> Schema:
    key = ForeignKey("orders_place", ORDERS, ("place",), PLACES, ("id",), deferrable=True, on_delete="CASCADE")
    index = Unique("u", (), ("lower(odd)",), constraint=False)
    fires = Trigger("t", "before", ("insert", "update"), True, "f()", "CREATE TRIGGER ...", computes=("odd",))
    return Schema(
        "postgresql",
        (
            Table(PLACES, EVERYTHING, Unique("p", ("id",), primary=True), checks=(Check("c", "price > 0", ("price",)),)),
            Table(ORDERS, OTHERS, Unique("o", ("id",), primary=True), (index,), foreign_keys=(key,), triggers=(fires,)),
        ),
        sequences=(Sequence(TableName("", "s"), PLACES, "id"),),
        views=(View(TableName("", "v"), "SELECT 1"),),
        version="16.2",
    )  # fmt: skip


def rows() -> pa.Table:
    """Two rows and a NULL in every column of `places`."""
    values: dict[str, list[Any]] = {
        "id": [1, 2, None],
        "flag": [True, None, False],
        "small": [-1, None, 3],
        "ratio": [0.5, None, float("nan")],
        "price": [Number("1.20"), None, Number("-99999999.99")],
        "name": ["ä", None, ""],
        "raw": [b"\x00", None, b""],
        "day": [date(2020, 2, 29), None, date(1, 1, 1)],
        "clock": [time(23, 59, 59, 999_999), None, time(0)],
        "at": [datetime(2020, 1, 1, tzinfo=UTC), None, datetime(1999, 1, 1, tzinfo=UTC)],
        "uid": [b"0123456789abcdef", None, b"\x00" * 16],
        "doc": ['{"a": 1}', None, "[]"],
    }
    kinds = {column.name: arrow_type(column.type) for column in EVERYTHING}
    return pa.table({name: pa.array(column, kinds[name]) for name, column in values.items()})


def model(state: Any = STATE) -> Model:
    structure = schema()
    keeper = Learned(Keeper("status", state), Choice("test.keeper", "because", (("test.other", 0.25),)))
    hidden = Learned(Keeper(structure.table(ORDERS).foreign_keys[0].hidden, {}), Choice("test.keeper", "fan-out"))
    return Model(
        structure,
        (
            TableModel(PLACES, "copy", 3, copied=rows(), fixed_size=True, reason="looks like reference data"),
            TableModel(ORDERS, "synthesize", 120, (keeper, hidden), scale=0.5),
        ),
        load_order(structure),
        Ddl("postgresql", "16.2", "CREATE TABLE ...;\n-- é", ""),
        (Finding("W204", "sales.orders.odd", "is odd", "Accept it."),),
        {"k": "10"},
        seed=3,
        scale=2.0,
        pins={PLACES: (Batch(PLACES, rows().select(["id", "name", "price"]).slice(0, 1).to_batches()[0]),)},
    )
