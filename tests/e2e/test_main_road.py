"""The main road on real databases: cloned at three sizes, judged by a scoreboard that knows nothing of us.

Figures go to acceptance-output/main_road.json.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from math import ceil
from pathlib import Path

import pytest

import mimic
from mimic.errors import CapacityError
from tests.e2e.chance import by_chance
from tests.e2e.scoreboard import DATABASES, ROOT, judge, misses, real_values, texts_below

OUT = ROOT / "acceptance-output"


def record(name: str, figures: dict[str, object]) -> None:
    """Keep a figure beside those of other tests."""
    OUT.mkdir(exist_ok=True)
    path = OUT / "main_road.json"
    known = json.loads(path.read_text()) if path.exists() else {}
    path.write_text(json.dumps(known | {name: figures}, indent=1, default=str))
    print(name, json.dumps(figures, default=str))


def command(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(Path(sys.executable).parent / "mimic"), *map(str, arguments)], capture_output=True, text=True)


def clone(source: str, target: str, *more: object) -> tuple[dict, float]:
    since = time.monotonic()
    done = command("clone", source, target, "--reference", "synthesize", "--format", "json", *more)
    assert done.returncode in (0, 4), done.stderr[-2000:]
    return json.loads(done.stdout), time.monotonic() - since


TABLES = """select quote_ident(n.nspname) || '.' || quote_ident(c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p') and not c.relispartition and n.nspname !~ '^pg_|^information_schema$' order by 1"""


def counts(database) -> dict[str, int]:
    """Exact rows of every table, by the server."""
    names = [name for name in database.psql(TABLES).splitlines() if name]
    if not names:
        return {}
    union = " union all ".join(f"select '{name.replace(chr(39), chr(39) * 2)}', count(*) from {name}" for name in names)
    return {name: int(n) for name, n in (line.rsplit("|", 1) for line in database.psql(union).splitlines())}


def dump(database) -> list[str]:
    """`pg_dump -s` without the lines that carry a random token."""
    program = database.server.bin / "pg_dump"
    text = subprocess.run(
        [str(program), "-s", "--no-owner", "--no-privileges", database.url], capture_output=True, text=True, check=True
    ).stdout
    return [line for line in text.splitlines() if not line.startswith(("\\restrict", "\\unrestrict"))]


UNVALIDATED = "select conrelid::regclass || '.' || conname from pg_constraint where not convalidated"


@pytest.mark.acceptance
@pytest.mark.parametrize("name", DATABASES)
@pytest.mark.parametrize("scale", [1, 0.1, 3])
def test_a_real_database_is_cloned_at_any_scale(load_shared, make_database, tmp_path, name, scale):
    source, target = load_shared(name), make_database()
    since = time.monotonic()
    model = mimic.learn(source.url, reference="synthesize")
    lowered = ""
    try:
        report = mimic.generate(model, target.url, scale=scale)
    except CapacityError as refused:  # 10 sections and 200 students make 2,000 pairs, 3,000 were asked
        lowered = str(refused)
        assert counts(target) == {}, "a refusal comes before any write"
        report = mimic.generate(model, target.url, scale=scale, fit_domains=True)
    seconds = time.monotonic() - since
    real, made = counts(source), counts(target)
    fixed = {str(table.name) for table in model.model.tables if table.fixed_size}  # reference tables keep their size
    wrong = {
        table: (rows, made.get(table))
        for table, rows in real.items()
        if made.get(table) != (rows if table.replace('"', "").removeprefix("public.") in fixed else ceil(rows * scale - 1e-9))
    }
    figures: dict[str, object] = {
        "rows": sum(made.values()),
        "seconds": round(seconds, 1),
        "findings": [finding.id for finding in report.findings],
    }
    assert not {table: rows for table, rows in wrong.items() if table.removeprefix("public.") not in lowered}
    if lowered:
        figures["lowered"] = lowered
    assert target.psql(UNVALIDATED).strip() == ""
    assert dump(source) == dump(target)
    if scale == 1:
        result = judge(source.tcp_url, target.tcp_url, tmp_path / "judge.json")
        vocabulary = frozenset(f"{table}.{kept.column}" for table, kept in model.literals() if kept.reason.startswith("vocabulary"))
        kept = real_values(result, vocabulary)
        chance = {column: round(by_chance(load_shared, make_database, name, *column.rsplit(".", 1)), 4) for column in kept}
        missed = misses(result, vocabulary, chance)
        figures |= result["quick"]["summary"] | {"texts_below": texts_below(result, 0.7), "misses": missed}
        figures |= {"kept": {column: {"share": share, "by_chance": chance[column], "values": n} for column, (share, n) in kept.items()}}
    record(f"{name} x {scale}", figures)
    assert not figures.get("misses")


@pytest.mark.acceptance
@pytest.mark.parametrize("name", ["chinook", "pagila", "world"])
def test_the_same_seed_twice_gives_identical_tables(load_shared, make_database, name):
    source, one, two = load_shared(name), make_database(), make_database()
    for target in (one, two):
        clone(source.url, target.url, "--seed", 7)
    tables = [name for name in one.psql(TABLES).splitlines() if name]
    for table in tables:
        digest = f"select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) from {table} t"
        assert one.psql(digest) == two.psql(digest), table
