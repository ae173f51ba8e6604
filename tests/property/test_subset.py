"""Subsets of random little databases: cycles, self-references, composite keys, keys that are shut or not followed, whole tables."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mimic import commands
from mimic.config import Config
from mimic.subsetting import depths

Row = tuple[int, int]  # table, row


@dataclass
class Key:
    child: int
    parent: int
    number: int
    down: bool
    follow: bool
    required: bool
    values: list[int | None] = field(default_factory=list)  # row of the parent for each row of the child


@dataclass
class World:
    kinds: list[str]  # "plain", "pair": a key of two columns, "bare": WITHOUT ROWID
    rows: list[int]
    keys: list[Key]
    copied: int | None
    roots: set[Row]

    def columns(self, key: Key) -> list[str]:
        return [f"f{key.number}_a", f"f{key.number}_b"] if self.kinds[key.parent] == "pair" else [f"f{key.number}"]

    def value(self, table: int, row: int | None) -> list[Any]:
        if self.kinds[table] == "pair":
            return [None, None] if row is None else [row // 3, f"k{row}"]
        return [row]


@st.composite
def worlds(draw: st.DrawFn) -> World:
    n = draw(st.integers(1, 4))
    kinds = [draw(st.sampled_from(["plain", "pair", "bare"])) for _ in range(n)]
    rows = [draw(st.integers(0, 7)) for _ in range(n)]
    keys = []
    for number in range(draw(st.integers(1, 5))):
        child, parent = draw(st.integers(0, n - 1)), draw(st.integers(0, n - 1))
        if not rows[parent]:
            continue
        required = draw(st.booleans())
        some = st.integers(0, rows[parent] - 1)
        values = [draw(some if required else st.one_of(st.none(), some)) for _ in range(rows[child])]
        keys.append(Key(child, parent, number, draw(st.booleans()), draw(st.booleans()), required, values))
    copied = draw(st.one_of(st.none(), st.integers(0, n - 1)))
    rooms = [(table, row) for table in range(n) for row in range(rows[table]) if table != copied]
    roots = draw(st.sets(st.sampled_from(rooms), min_size=1, max_size=3)) if rooms else set()
    return World(kinds, rows, keys, copied, roots)


def make(world: World, path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        for table, kind in enumerate(world.kinds):
            own = ["a INTEGER NOT NULL", "b TEXT NOT NULL"] if kind == "pair" else ["id INTEGER NOT NULL"]
            last = [f"PRIMARY KEY ({'a, b' if kind == 'pair' else 'id'})"]
            for key in world.keys:
                if key.child == table:
                    names = world.columns(key)
                    types = ["INTEGER", "TEXT"][: len(names)]
                    own += [f"{name} {type_}{' NOT NULL' if key.required else ''}" for name, type_ in zip(names, types, strict=True)]
                    referred = "a, b" if world.kinds[key.parent] == "pair" else "id"
                    last.append(f"FOREIGN KEY ({', '.join(names)}) REFERENCES t{key.parent} ({referred})")
            db.execute(f"CREATE TABLE t{table} ({', '.join(own + last)}){' WITHOUT ROWID' if kind == 'bare' else ''}")
            for row in range(world.rows[table]):
                values = whole(world, (table, row), None)
                db.execute(f"INSERT INTO t{table} VALUES ({', '.join('?' * len(values))})", values)
        db.commit()


def whole(world: World, at: Row, kept: set[Row] | None) -> tuple[Any, ...]:
    """A row as it lies in the table; of the kept ones, with what is not followed set to NULL."""
    table, row = at
    values = world.value(table, row)
    for key in world.keys:
        if key.child == table:
            parent = key.values[row]
            cut = kept is not None and not key.follow and not key.required and (key.parent, parent) not in kept
            values += world.value(key.parent, None if cut else parent)
    return tuple(values)


def closure(world: World) -> set[Row]:
    kept = set(world.roots)
    while (
        more := {
            (key.child, row)
            for key in world.keys
            if key.down and key.child != world.copied
            for row, parent in enumerate(key.values)
            if (key.parent, parent) in kept
        }
        - kept
    ):
        kept |= more
    if world.copied is not None:
        kept |= {(world.copied, row) for row in range(world.rows[world.copied])}
    while (
        more := {
            (key.parent, parent)
            for key in world.keys
            if key.follow or key.required
            for row, parent in enumerate(key.values)
            if parent is not None and (key.child, row) in kept
        }
        - kept
    ):
        kept |= more
    return kept


@settings(deadline=None, max_examples=40, derandomize=True)
@given(worlds(), st.sampled_from([0, 1, depths.FROM]))
def test_a_subset_is_the_smallest_set_that_is_closed(world: World, levels: int) -> None:
    """Exactly the rows that a fixpoint over single rows finds, their values as they were, and no key left dangling.

    After so many `levels` a self-reference is followed in memory: that changes nothing.
    """
    if not world.roots:
        return
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(depths, "FROM", levels)
        source, target = Path(folder) / "source.db", Path(folder) / "target.db"
        make(world, source)
        rules = {f"t{k.child}({','.join(world.columns(k))})": {"down": k.down, "follow_nullable": k.follow} for k in world.keys}
        copied = {} if world.copied is None else {f"t{world.copied}": {"mode": "copy"}}
        config = Config.model_validate({"subset": {"keys": rules}, "tables": copied})
        roots = [f"t{table}({', '.join(str(value) for value in world.value(table, row))})" for table, row in sorted(world.roots)]
        commands.subset(f"sqlite:///{source}", f"sqlite:///{target}", roots=roots, config=config, unmasked="a test")
        kept = closure(world)
        with closing(sqlite3.connect(target)) as db:
            for table in range(len(world.kinds)):
                wanted = {whole(world, at, kept) for at in kept if at[0] == table}
                assert set(db.execute(f"SELECT * FROM t{table}")) == wanted
            assert db.execute("PRAGMA foreign_key_check").fetchall() == []
