"""A load is all or nothing, and a key that closes a cycle is set when its row is there, whatever the target can defer."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from mimic import connector, writing
from mimic.batch import Batch
from mimic.connector import Load, Target
from mimic.errors import Unsupported
from mimic.graph import load_order
from mimic.progress import Quiet
from mimic.schema import Column, ForeignKey, Integer, Schema, Table, TableName, Unique

STAFF = TableName("", "staff")
BOSS = ForeignKey("boss", STAFF, ("boss",), STAFF, ("id",))


def schema(*, nullable: bool = True) -> Schema:
    columns = (
        Column("id", Integer(), nullable=False, declared="INTEGER"),
        Column("boss", Integer(), nullable=nullable, declared="INTEGER"),
    )
    return Schema("sqlite", (Table(STAFF, columns, Unique("p", ("id",), primary=True), foreign_keys=(BOSS,)),))


def load(structure: Schema, **more: object) -> Load:
    order = load_order(structure)
    return replace(Load(structure, order.tables, order.forward, rows={STAFF: 4}), **more)


def batches() -> Iterator[Batch]:
    """Everybody's boss comes later, but for the last one's."""
    for ids, bosses in (([1, 2], [2, 3]), ([3, 4], [4, None])):
        kinds = {"id": pa.array(ids, pa.int64()), "boss": pa.array(bosses, pa.int64())}
        yield Batch(STAFF, pa.RecordBatch.from_pydict(kinds))


def open_target(path: Path, *, deferrable: bool = True) -> Target:
    url = f"sqlite:///{path}"
    target = connector.find(url).target(url)
    target.capabilities = replace(target.capabilities, deferrable_keys=deferrable)
    return target


def content(path: Path) -> list[tuple[int, int | None]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("select id, boss from staff order by id").fetchall()


@pytest.mark.parametrize("deferrable", [True, False])
def test_a_key_may_point_at_a_row_that_comes_later(deferrable, sqlite_path):
    path = sqlite_path()
    with open_target(path, deferrable=deferrable) as target:
        (line,), _ = writing.write(target, load(schema()), batches(), {STAFF: "synthesize"}, progress=Quiet())
    assert content(path) == [(1, 2), (2, 3), (3, 4), (4, None)]
    assert (line.table, line.mode, line.rows) == ("staff", "synthesize", 4)


def test_a_cycle_that_the_target_cannot_hold_is_refused(sqlite_path):
    path = sqlite_path()
    with open_target(path, deferrable=False) as target, pytest.raises(Unsupported, match=r"staff\.boss"):
        writing.write(target, load(schema(nullable=False)), batches(), {STAFF: "synthesize"}, progress=Quiet())
    assert not path.exists()


def test_a_table_without_batches_has_a_line_too(sqlite_path):
    with open_target(sqlite_path()) as target:
        (line,), _ = writing.write(target, load(schema()), iter(()), {STAFF: "empty"}, progress=Quiet())
    assert (line.mode, line.rows) == ("empty", 0)


def test_a_dry_run_asks_for_no_batch(sqlite_path):
    path = sqlite_path()

    def none() -> Iterator[Batch]:
        raise AssertionError("a batch was made")
        yield

    with open_target(path) as target:
        (line,), _ = writing.write(target, load(schema(), dry_run=True), none(), {STAFF: "synthesize"}, progress=Quiet())
    assert line.rows == 4
    assert not path.exists()


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError, ValueError])
def test_whatever_goes_wrong_the_target_stays_as_it_was(error, sqlite_path):
    path = sqlite_path()
    with open_target(path) as target:
        writing.write(target, load(schema()), batches(), {STAFF: "synthesize"}, progress=Quiet())
    before = path.read_bytes()

    def broken() -> Iterator[Batch]:
        yield next(batches())
        raise error

    with open_target(path) as target, pytest.raises(error):
        writing.write(target, load(schema(), if_exists="replace"), broken(), {STAFF: "synthesize"}, progress=Quiet())
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == [path.name]
