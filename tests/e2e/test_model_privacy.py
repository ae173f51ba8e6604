"""What a model file holds of its source, read without a line of Mimic's own code: nothing that fewer than k rows hold.

Whatever `inspect --literals` lists as vocabulary, or with k owners and more, is exempt: it is shown, and can be denied.
"""

from __future__ import annotations

import io
import json
import sqlite3
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import psycopg
import pytest

import mimic

K = 10


def texts_of(path: Path) -> Iterator[str]:
    """Every string in the archive, but for the schema, which is carried as it is."""
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name == "schema.json" or name.startswith("ddl/"):
                continue
            content = archive.read(name)
            if name.endswith(".npy"):
                array = np.load(io.BytesIO(content), allow_pickle=False)
                yield from map(str, array.ravel().tolist() if array.dtype.kind in "US" else ())
                continue
            open_: list[object] = [json.loads(content)]
            while open_:
                value = open_.pop()
                if isinstance(value, dict):
                    open_ += [
                        inner for key, inner in value.items() if key not in ("is", "kind", "kinds", "means")
                    ]  # the format's own words
                elif isinstance(value, list):
                    open_ += value
                elif isinstance(value, str):
                    yield value


def kept(model: mimic.LearnedModel, path: Path, rare: Iterable[str]) -> set[str]:
    """Values of few rows that are in the file though nothing lists them."""
    model.save(path)
    inside = set(texts_of(path))
    shown = {literal.value for _, literal in model.literals() if literal.owners >= K or literal.reason.startswith("vocabulary")}
    assert len(inside) > 100, "the file was read"
    with zipfile.ZipFile(path) as archive:
        schema = archive.read("schema.json").decode()  # names, and the constants of CHECKs
    return {value for value in rare if len(value) >= 4 and value in inside and value not in schema} - shown


def test_no_text_of_few_rows_is_in_the_model(chinook_sqlite, tmp_path):
    model = mimic.learn(f"sqlite:///{chinook_sqlite}", reference="synthesize")
    rare: set[str] = set()
    with closing(sqlite3.connect(chinook_sqlite)) as source:
        for (table,) in source.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            for column in [row[1] for row in source.execute(f'PRAGMA table_info("{table}")')]:
                text = f"""SELECT "{column}" FROM "{table}" WHERE typeof("{column}") = 'text'"""
                rare |= {value for (value,) in source.execute(f"{text} GROUP BY 1 HAVING count(*) < {K}")}
    assert len(rare) > 4_000
    assert kept(model, tmp_path / "chinook.mimic", rare) == set()


@pytest.mark.acceptance
@pytest.mark.parametrize("name", ["employees", "lahman", "northwind", "pagila", "stackexchange_beer", "university", "world"])
def test_no_text_of_few_rows_of_a_real_database_is_in_its_model(load_shared, tmp_path, name):
    source = load_shared(name)
    model = mimic.learn(source.url, reference="synthesize")
    query = (
        "SELECT table_schema, table_name, column_name FROM information_schema.columns JOIN information_schema.tables "
        "USING (table_schema, table_name) WHERE table_type = 'BASE TABLE' AND data_type IN ('text', 'character varying', 'character') "
        "AND table_schema NOT IN ('pg_catalog', 'information_schema')"
    )
    rare: set[str] = set()
    with psycopg.connect(source.url) as connection:
        for schema, table, column in connection.execute(query).fetchall():
            found = connection.execute(f'SELECT "{column}"::text FROM "{schema}"."{table}" GROUP BY 1 HAVING count(*) < {K}'.encode())
            rare |= {value for (value,) in found if value is not None}
    assert kept(model, tmp_path / "model.mimic", rare) == set()
