"""`dial: privacy` keeps less of a source and `dial: utility` more: counted in model files that no line of Mimic's own code reads."""

from __future__ import annotations

import io
import json
import sqlite3
import zipfile
from collections import Counter
from contextlib import closing

import numpy as np
import pytest
from typer.testing import CliRunner

import mimic
from mimic.cli.app import app
from mimic.config import Config

N = 2_500
DIALS = ("privacy", "balanced", "utility")


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    draw, path = np.random.default_rng(8), tmp_path_factory.mktemp("dials") / "source.db"
    x = draw.normal(size=N)
    size = np.minimum(draw.zipf(1.3, N), 400)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript("""
            create table customers (id integer primary key, first_name text not null, last_name text not null, email text not null);
            create table parts (id integer primary key, mark text, x real, y real, weight real, made date);
            create table orders (id integer primary key, customer_id integer not null references customers(id), amount real, note text);
        """)
        people = [(i, f"Jo{i % 50}", f"Doe{i % 70}", f"jo{i}@example.test") for i in range(400)]
        connection.executemany("insert into customers values (?,?,?,?)", people)
        days = [f"20{10 + int(d) // 365:02d}-{1 + int(d) % 12:02d}-{1 + int(d) % 28:02d}" for d in draw.integers(0, 3_000, N)]
        weight = draw.normal(100, 7, N)
        parts = [(i, f"mark {size[i]}", x[i], np.sin(3 * x[i]) + 0.1 * draw.normal(), weight[i], days[i]) for i in range(N)]
        connection.executemany("insert into parts values (?,?,?,?,?,?)", parts)
        orders = [(i, i % 400, float(draw.lognormal(3, 1)), f"kind {min(int(draw.zipf(1.5)), 300)}") for i in range(N)]
        connection.executemany("insert into orders values (?,?,?,?)", orders)
    return path


def held(path) -> Counter[str]:
    """What a model file holds: leaves of trees, categories, averages of cells, and the fewest owners of any category."""
    found: Counter[str] = Counter()
    with zipfile.ZipFile(path) as archive:
        for member in archive.namelist():
            if not member.startswith("tables/") or not member.endswith(".json"):
                continue
            content = json.loads(archive.read(member))

            def array(told, member=member):
                return np.load(io.BytesIO(archive.read(f"{member.removesuffix('.json')}/{told['#array']:04d}.npy")))

            waiting = list(content)
            while waiting:
                part = waiting.pop()
                if isinstance(part, list):
                    waiting += part
                elif isinstance(part, dict):
                    waiting += part.values()
                    if {"feature", "cut", "leaf"} <= part.keys():
                        found["leaves"] += int(array(part["leaf"]).max()) + 1
                    if {"means", "slopes", "bends"} <= part.keys():
                        found["cells"] += len(array(part["means"]))
                    if {"values", "owners", "reasons"} <= part.keys():
                        found["categories"] += len(part["values"])
                        owners = [n for n, why in zip(array(part["owners"]).tolist(), part["reasons"], strict=True) if why == "k owners"]
                        found["fewest"] = min([found["fewest"] or 10**9, *owners])
    return found


@pytest.fixture(scope="module")
def models(source, tmp_path_factory):
    folder, made = tmp_path_factory.mktemp("models"), {}
    for dial in DIALS:
        config = Config.model_validate({"dial": dial, "accept": ["B509"]})
        made[dial] = folder / f"{dial}.mimic"
        mimic.learn(f"sqlite:///{source}", config=config, reference="synthesize").save(made[dial])
    return made


@pytest.mark.parametrize("what", ["leaves", "categories", "cells"])
def test_privacy_keeps_less_and_utility_more(models, what):
    total = {dial: held(path)[what] for dial, path in models.items()}
    assert 0 < total["privacy"] < 0.7 * total["balanced"]
    assert total["utility"] > total["balanced"]


def test_every_category_has_as_many_owners_as_its_dial_asks(models):
    fewest = {dial: held(path)["fewest"] for dial, path in models.items()}
    assert fewest["privacy"] >= 30
    assert fewest["balanced"] >= 10
    assert 5 <= fewest["utility"] < 10


def test_a_column_has_a_dial_of_its_own(source, models):
    told = {"tables": {"parts": {"columns": {"mark": {"dial": "privacy"}}}, "orders": {"dial": "privacy"}}}
    kept: dict[tuple[str, str], int] = {}
    dialled = mimic.learn(f"sqlite:///{source}", config=Config.model_validate(told), reference="synthesize")
    for name, model in (("plain", mimic.load(models["balanced"])), ("dialled", dialled)):
        for table, literal in model.literals():
            kept[name, f"{table}.{literal.column}"] = min(kept.get((name, f"{table}.{literal.column}"), 10**9), literal.owners)
    assert kept["plain", "parts.mark"] < 30 <= kept["dialled", "parts.mark"]
    assert kept["plain", "orders.note"] < 30 <= kept["dialled", "orders.note"]


def test_fewer_owners_of_rows_of_persons_need_a_word(source, tmp_path):
    config = tmp_path / "mimic.yaml"
    config.write_text("tables: {orders: {columns: {note: {dial: utility}}}, parts: {dial: utility}}")
    told = ["learn", f"sqlite:///{source}", "-o", str(tmp_path / "m.mimic"), "--config", str(config), "--reference", "synthesize", "-q"]
    refused = CliRunner().invoke(app, told)
    assert refused.exit_code == 3
    assert "B509" in refused.output
    assert "orders.note" in refused.output
    assert "parts" not in refused.output.split("B509")[1].split("orders.note")[0]
    assert CliRunner().invoke(app, [*told, "--accept", "B509:orders.note"]).exit_code == 0


def test_a_named_distribution_will_do_where_privacy_is_asked(models):
    with zipfile.ZipFile(models["privacy"]) as archive:
        states = [json.loads(archive.read(name)) for name in archive.namelist() if name.startswith("tables/") and name.endswith(".json")]
    told = [json.dumps(part["state"]) for state in states for part in state]
    assert any('"column": "weight"' in state and '"name": "norm"' in state for state in told)
