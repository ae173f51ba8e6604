"""The engine alone: what learning costs by rows, columns and tables, and how many values a second a core makes of what was learned.

The limit stands beside each: one pass of numpy over the same columns (each sorted, and a histogram of each taken) for learning, and the
drawing of as many quantiles (`numpy.interp` of uniform numbers) for sampling. Growth is the exponent by which seconds follow rows, columns
or tables: 1 is linear, 2 quadratic. Figures are printed and go to bench-output/engine.json.

MIMIC_BENCH_ENGINE_TABLES=10,20,30,300 learns 300 tables too; MIMIC_BENCH_ENGINE_ROWS says how many rows each table has.
"""

from __future__ import annotations

import json
import os
import resource
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

import mimic
from mimic import learning
from mimic.schema import TableName
from tests.benchmarks.bench_tables import growth

OUT = Path(__file__).resolve().parents[2] / "bench-output" / "engine.json"
TABLES = tuple(int(size) for size in os.environ.get("MIMIC_BENCH_ENGINE_TABLES", "10,20,30").split(","))
TABLE_ROWS = int(os.environ.get("MIMIC_BENCH_ENGINE_ROWS", "5000"))
ROWS, COLUMNS, SAMPLED = (50_000, 100_000, 200_000), (6, 12, 24), 1_000_000
MOST_SECONDS, MOST_MINUTES, LEAST_VALUES = 10, 15, 1_000_000  # targets: the fit, 300 tables, values a second and core

# Twelve columns that hang on one another, again and again for wider tables: {i} parts the rounds.
KINDS = (
    ("kind{i} text", "(array['basic', 'plus', 'pro', 'team'])[1 + (h % 7) / 2]"),
    ("amount{i} numeric(10, 2)", "round(((h % 7) * 20 + 30 * power(random(), 2) * (1 + p % 3))::numeric, 2)"),
    ("pieces{i} integer", "1 + (random() * random() * (3 + h % 7))::int"),
    ("created{i} timestamp", "timestamp '2020-01-01' + (p % 900) * interval '1 day' + random() * 400 * interval '1 day'"),
    ("weight{i} double precision", "case when h % 10 > 0 then (h % 7) * 3 + random() * 8 end"),
    ("active{i} boolean", "random() < 0.2 + 0.1 * (h % 7)"),
    ("country{i} text", "'C' || (p % 40)"),
    ("due{i} date", "date '2020-02-01' + (p % 900) + (random() * 30)::int"),
    ("rating{i} smallint", "case when random() < 0.6 then 1 + ((h % 7) + (random() * 4)::int) / 2 end"),
    ("note{i} text", "case when h % 5 = 0 then repeat('lorem ipsum ', 1 + h % 4) end"),
    ("score{i} double precision", "random() * 10 + (h % 7) * p % 13"),
    ("state{i} text", "case when random() < 0.1 * (h % 7) then 'closed' when p % 2 = 0 then 'open' else 'new' end"),
)


def structure(name: str, parent: str | None, rows: int, columns: int, parents: int) -> str:
    """SQL of a filled table: a key, perhaps a foreign key, and others up to `columns` (all told)."""
    plain = columns - 1 - (parent is not None)
    cells = [(named.format(i=n // len(KINDS)), value) for n, (named, value) in enumerate((KINDS * 3)[:plain])]
    key = f", parent_id bigint not null references {parent}" if parent else ""
    declared = "".join(f", {named}" for named, _ in cells)
    values = "".join(f", {value}" for _, value in cells)
    drawn = f"select i, hashint8(i) & 65535 h, 1 + (power(random(), 1.5) * {parents})::int % {parents} p from generate_series(1, {rows}) i"
    return f"""create table {name} (id bigint primary key{key}{declared});
        insert into {name} select i{", p" if parent else ""}{values} from ({drawn}) drawn;"""


def schema(tables: int, rows: int, columns: int) -> str:
    """Trees of tables, three to a parent; their first has a tenth of the rows."""
    made = []
    for n in range(tables):
        parent = f"t{(n - 1) // 3}" if n else None
        made.append(structure(f"t{n}", parent, max(rows // 10, 100) if not n else rows, columns, max(rows // 10, 100)))
    return "select setseed(0.5);" + "".join(made) + "analyze;"


def processor() -> float:
    """Seconds of processor time of this process and of those that it has waited for."""
    return sum(os.times()[:4])


def learned(url: str, monkeypatch: pytest.MonkeyPatch) -> tuple[mimic.LearnedModel, dict[str, float]]:
    """A model, seconds of the whole of `learn`, those of fitting alone, and our own processor time, of all processes.

    The clock of a busy machine says little of a fit on two cores: what it would be there by itself is half of its processor time.
    """
    fitting = [0.0, 0.0]
    fit = learning.learn

    def timed(*given: Any, **named: Any) -> Any:
        since, spent = time.monotonic(), processor()
        found = fit(*given, **named)
        fitting[0] += time.monotonic() - since
        fitting[1] += processor() - spent
        return found

    with monkeypatch.context() as patched:
        patched.setattr(learning, "learn", timed)
        since, spent = time.monotonic(), processor()
        model = mimic.learn(url, reference="synthesize")
        seconds, spent = time.monotonic() - since, processor() - spent
    return model, {
        "learn_seconds": round(seconds, 1),
        "cpu_seconds": round(spent, 1),
        "fit_seconds": round(fitting[0], 2),
        "fit_cpu_seconds": round(fitting[1], 2),
    }


def one_pass(table: pa.Table) -> float:
    """Seconds in which numpy sorts each column and counts its values: nobody learns the columns alone for less."""
    since = time.process_time()
    for column in table.columns:
        values = column.combine_chunks()
        codes = np.asarray(values.dictionary_encode().indices.fill_null(-1))
        np.sort(codes)
        np.bincount(codes + 1)
    return time.process_time() - since


def drawing(values: int) -> float:
    """Seconds in which numpy draws so many numbers from the quantiles of a column."""
    random, knots, since = np.random.default_rng(1), np.sort(np.random.default_rng(2).random(1000)), time.process_time()
    for _ in range(max(values // 1_000_000, 1)):
        np.interp(random.random(1_000_000), np.linspace(0, 1, 1000), knots)
    return time.process_time() - since


def keep(name: str, figures: dict[str, Any]) -> None:
    known = json.loads(OUT.read_text()) if OUT.exists() else {}
    figures["load_average"] = round(os.getloadavg()[0], 1)
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(known | {name: figures}, indent=1) + "\n")
    print(json.dumps({f"bench_engine, {name}": figures}, indent=1))


def sizes(
    make_database: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, asked: Sequence[int], of: Callable[[int], str]
) -> dict[int, dict[str, float]]:
    found: dict[int, dict[str, float]] = {}
    for size in asked:
        source = make_database()
        source.psql(of(size))
        found[size] = learned(source.url, monkeypatch)[1]
        print(size, json.dumps(found[size]), flush=True)
    return found


def exponents(found: dict[int, dict[str, float]]) -> dict[str, float]:
    return {kind: growth({size: told[kind] for size, told in found.items()}) for kind in ("fit_seconds", "fit_cpu_seconds", "cpu_seconds")}


def test_fit_and_sample(make_database: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """200,000 sampled rows of twelve columns and 20,000 parents; then a million rows of them, in this process alone."""
    source = make_database()
    source.psql(schema(2, ROWS[-1], COLUMNS[1]))
    model, told = learned(source.url, monkeypatch)
    figures: dict[str, Any] = {"rows": ROWS[-1], "columns": COLUMNS[1], **told, "target_fit_seconds": MOST_SECONDS}
    name = next(table.name for table in model.model.tables if table.name == TableName("public", "t1"))
    since, spent = time.monotonic(), time.process_time()
    made = model.sample(str(name), SAMPLED)
    seconds, spent = time.monotonic() - since, time.process_time() - spent
    values = made.num_rows * made.num_columns
    assert made.num_rows == SAMPLED
    limit = one_pass(made.slice(0, ROWS[-1]))
    figures["ratio_of_fit_to_one_pass"] = round(told["fit_cpu_seconds"] / limit, 1)
    figures["sample"] = {
        "values": values,
        "seconds": round(seconds, 1),
        "values_per_second_and_core": round(values / spent),
        "target": LEAST_VALUES,
        "ratio_to_drawing_quantiles": round(spent / drawing(values), 1),
    }
    figures["peak_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    keep("fit and sample", figures)


def test_growth_with_rows(make_database: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    found = sizes(make_database, monkeypatch, ROWS, lambda rows: schema(2, rows, COLUMNS[1]))
    keep("rows", {**{str(rows): told for rows, told in found.items()}, "growth": exponents(found)})
    assert exponents(found)["cpu_seconds"] < 1.4


def test_growth_with_columns(make_database: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    found = sizes(make_database, monkeypatch, COLUMNS, lambda columns: schema(2, ROWS[0], columns))
    keep("columns", {**{str(columns): told for columns, told in found.items()}, "growth": exponents(found)})


def test_growth_with_tables(make_database: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables of thirty columns; what 300 would take is told by the growth seen, and measured where it is asked for."""
    found = sizes(make_database, monkeypatch, TABLES, lambda tables: schema(tables, TABLE_ROWS, 30))
    figures: dict[str, Any] = {"rows_per_table": TABLE_ROWS, **{str(tables): told for tables, told in found.items()}}
    grows = exponents(found)
    figures["growth"], figures["target_minutes"] = grows, MOST_MINUTES
    most = max(found)
    spent = found[most]["cpu_seconds"] * (300 / most) ** max(grows["cpu_seconds"], 1)  # a busy machine's clock does not extrapolate
    figures["minutes_of_300_on_two_cores"] = round((spent / 2 if most < 300 else found[300]["learn_seconds"]) / 60, 1)
    figures["extrapolated"] = most < 300
    keep("tables", figures)
    assert grows["cpu_seconds"] < 1.3
