"""Subsets of real databases hold exactly what they should, and every key is validated by the server."""

from __future__ import annotations

from math import ceil

import pyarrow as pa
import pytest

from mimic import commands, connector, subsetting
from mimic.config import Config
from mimic.progress import Quiet
from mimic.schema import Integer, Schema, Table, Text, bare
from mimic.selection import RowIn
from mimic.subsetting.keys import identity
from tests import servers
from tests.e2e.closure import expected, held
from tests.e2e.scoreboard import DATABASES

SHARES = (1, 5, 20)
PLAIN = Config.model_validate({})
UNVALIDATED = "select count(*) from pg_constraint where not convalidated"
KEYS = "select count(*) from pg_constraint where contype = 'f'"


def starts(schema: Schema, rows: dict, n: int) -> list[Table]:
    """The tables from which most others can be reached downstream; of equals the ones with more rows."""

    def below(table: Table) -> int:
        seen, waiting = {table.name}, [table.name]
        while waiting:
            found = {key.table for key in schema.children(waiting.pop())} - seen
            seen |= found
            waiting += found
        return len(seen)

    def plain(table: Table) -> bool:
        return bool(identity(table)) and all(isinstance(bare(table.column(name).type), Integer | Text) for name in identity(table))

    fit = [table for table in schema.tables if plain(table) and rows[table.name] >= 20]
    return sorted(fit, key=lambda table: (-below(table), -rows[table.name], table.name))[:n]


def drawn(url: str, root: str) -> tuple[str, list[str], list[str]]:
    """Which rows a root stands for: table, key columns, keys."""
    with connector.find(url).source(url) as source:
        schema = source.schema()
        roots = subsetting.read_roots([root], schema)
        modes = subsetting.modes(schema, PLAIN)
        chosen = subsetting.select(source, schema, (), roots, modes, seed=0, progress=Quiet())
        table = roots[0].table
        columns = list(identity(table))
        rows = pa.Table.from_batches(list(source.scan(table.name, columns, where=RowIn(chosen.numbers(table.name)))))
        keys = ["|".join(row) for row in zip(*(rows.column(name).cast(pa.string()).to_pylist() for name in columns), strict=True)]
        return ".".join('"' + part.replace('"', '""') + '"' for part in (table.name.schema, table.name.name)), columns, keys


def proved(source, make_database, tables: int, shares: tuple[int, ...]) -> None:
    with connector.find(source.url).source(source.url) as opened:
        schema = opened.schema()
        rows = opened.count([table.name for table in schema.tables])
    roots = [(table, share, f"{table.name}: {share}%") for table in starts(schema, rows, tables) for share in shares]
    assert roots
    asked = [drawn(source.url, text) for _, _, text in roots]
    wanted = expected(source, asked)
    for (table, share, text), (_, _, keys), want in zip(roots, asked, wanted, strict=True):
        assert len(keys) == ceil(rows[table.name] * share / 100)
        target = make_database()
        report = commands.subset(source.url, target.url, roots=[text], unmasked="a test")
        assert held(target) == want, text
        assert target.psql(KEYS) == source.psql(KEYS)
        assert target.psql(UNVALIDATED) == "0"
        assert sum(line.rows for line in report.tables) == sum(int(digest.split(":")[0]) for digest in want.values())
        target.server.drop_database(target.name)


@pytest.mark.acceptance
@pytest.mark.parametrize("name", DATABASES)
def test_a_subset_is_exactly_what_recursive_sql_finds(load_shared, make_database, name):
    """Three roots at three shares: a minute or two each."""
    if name not in servers.shared_databases():
        pytest.skip(f"no shared database {name}")
    proved(load_shared(name), make_database, 3, SHARES)


@pytest.mark.parametrize("name", ["pagila"])
def test_a_small_subset_is_exactly_what_recursive_sql_finds(load_shared, make_database, name):
    """With partitions, keys that some of them only declare, and a cycle."""
    if name not in servers.shared_databases():
        pytest.skip(f"no shared database {name}")
    proved(load_shared(name), make_database, 1, (5,))
