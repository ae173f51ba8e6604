"""Our way from Arrow batches into PostgreSQL against its limit: the same rows as binary COPY, encoded beforehand, sent by psycopg.

Both sides make the table, write the rows, build the primary key and the foreign key, validated, analyse, and commit, each in
one transaction. The figure is the median of the ratios of pairs run in turn, as other work on the machine comes and goes.
"""

from __future__ import annotations

import json
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from connectors.postgresql import loading, making, wire
from connectors.postgresql.connect import connect
from connectors.postgresql.source import PostgresSource
from connectors.postgresql.target import PostgresTarget
from mimic.batch import Batch
from mimic.connector import Load
from mimic.graph import load_order
from mimic.schema import TableName

ROWS = int(os.environ.get("MIMIC_BENCH_COPY_ROWS", "1000000"))
PAIRS = int(os.environ.get("MIMIC_BENCH_PAIRS", "5"))
CHUNK = 65_536
OUT = Path(__file__).resolve().parents[2] / "bench-output" / "copy.json"
PARENT, WIDE = TableName("public", "customer"), TableName("public", "wide")
STRUCTURE = """
    CREATE TABLE customer (id bigint PRIMARY KEY);
    CREATE TABLE wide (
        id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customer, amount numeric(10, 2), weight double precision,
        code varchar(12), note text, created timestamptz, day date, active boolean, token uuid, category text, extra jsonb);
"""


def parents() -> list[pa.RecordBatch]:
    return [pa.record_batch({"id": pa.array(np.arange(1, 20_001))})]


def chunk(first: int, rows: int) -> pa.RecordBatch:
    """Twelve typical columns, NULLs in six of them."""
    rng = np.random.default_rng(first)

    def some(values: pa.Array, share: float) -> pa.Array:
        return pc.if_else(pa.array(rng.random(rows) < share), pa.scalar(None, values.type), values)

    words = pa.array(["lorem", "ipsum", "dolor sit amet, consectetur", "adipiscing elit, sed do", "eiusmod tempor incididunt ut labore"])
    ids = np.arange(first, first + rows)
    amount = pa.array(rng.integers(0, 5_000_000, rows).astype(np.float64) / 100).cast(pa.decimal128(10, 2), safe=False)
    note = pc.binary_join_element_wise(*(words.take(pa.array(rng.integers(0, 5, rows))) for _ in range(4)), " ")
    digits = pc.utf8_lpad(pa.array(ids % 99_991).cast(pa.string()), 5, "0")
    moments = pa.array(rng.integers(1_577_000_000_000_000, 1_700_000_000_000_000, rows), pa.timestamp("us", tz="UTC"))
    extra = pc.binary_join_element_wise(pa.scalar('{"n": '), pa.array(ids % 100).cast(pa.string()), pa.scalar(', "tag": "x"}'), "")
    return pa.record_batch({
        "id": pa.array(ids),
        "customer_id": pa.array(rng.integers(1, 20_001, rows)),
        "amount": some(amount, 0.1),
        "weight": some(pa.array(rng.random(rows) * 80), 0.1),
        "code": pc.binary_join_element_wise(pa.scalar("C-"), digits, ""),
        "note": some(note, 0.2),
        "created": some(moments, 0.05),
        "day": some(pa.array(rng.integers(18_000, 20_000, rows).astype(np.int32), pa.date32()), 0.1),
        "active": pa.array(rng.random(rows) < 0.3),
        "token": pa.FixedSizeBinaryArray.from_buffers(pa.binary(16), rows, [None, pa.py_buffer(rng.bytes(16 * rows))]),
        "category": pa.array(["red", "green", "blue", "black"]).take(pa.array(rng.integers(0, 4, rows))),
        "extra": some(extra, 0.3),
    })  # fmt: skip


def test_copy_from_arrow_against_thin_copy(make_database: Callable[..., Any], postgres: Any) -> None:
    model, target = make_database(), make_database()
    model.psql(STRUCTURE)
    with PostgresSource(model.url) as source:
        schema = source.schema()
        ddl, _ = source.ddl()
    assert ddl is not None
    order = load_order(schema)
    load = Load(schema, order.tables, order.forward, ddl, mark={"by": "bench"}, if_exists="replace")
    batches = [chunk(first, min(CHUNK, ROWS + 1 - first)) for first in range(1, ROWS + 1, CHUNK)]
    with connect(model.url) as connection:
        places = loading.places(connection, order.tables)
    encoded = {PARENT: thin_bytes(parents(), places[PARENT]), WIDE: thin_bytes(batches, places[WIDE])}

    def ours(jobs: int) -> dict[str, float]:
        fresh(target)
        with PostgresTarget(target.url) as filled:
            since = time.perf_counter()
            filled.begin(Load(schema, order.tables, order.forward, ddl, mark={"by": "bench"}, jobs=jobs))
            filled.create()
            begun = time.perf_counter()
            for batch in parents():
                filled.insert(Batch(PARENT, batch))
            for batch in batches:
                filled.insert(Batch(WIDE, batch))
            filled._drain()
            written = time.perf_counter()
            filled.finish()
            filled.commit()
            return {"rows": written - begun, "all": time.perf_counter() - since}

    def thin() -> dict[str, float]:
        fresh(target)
        with connect(target.url) as connection:
            since = time.perf_counter()
            connection.execute("BEGIN; SET maintenance_work_mem = '512MB'")
            making.run(connection, making.before(load.ddl.before if load.ddl else ""))
            begun = time.perf_counter()
            for name, pieces in encoded.items():
                with connection.cursor().copy(f"COPY public.{name.name} FROM STDIN (FORMAT binary)".encode()) as copy:
                    for piece in pieces:
                        copy.write(piece)
            written = time.perf_counter()
            making.run(connection, making.after(load.ddl.after if load.ddl else ""))
            connection.execute("ANALYZE public.customer, public.wide; COMMIT")
            return {"rows": written - begun, "all": time.perf_counter() - since}

    pairs = [(thin(), ours(1), ours(2)) for _ in range(PAIRS)]
    figures = {
        "rows": ROWS,
        "thin_rows_per_second": round(ROWS / statistics.median(t["rows"] for t, _, _ in pairs)),
        "ours_rows_per_second": round(ROWS / statistics.median(o["rows"] for _, o, _ in pairs)),
        "two_jobs_rows_per_second": round(ROWS / statistics.median(o["rows"] for _, _, o in pairs)),
        "ratio_rows": round(statistics.median(t["rows"] / o["rows"] for t, o, _ in pairs), 3),
        "ratio_all": round(statistics.median(t["all"] / o["all"] for t, o, _ in pairs), 3),
        "ratio_rows_two_jobs": round(statistics.median(t["rows"] / o["rows"] for t, _, o in pairs), 3),
        "ratio_all_two_jobs": round(statistics.median(t["all"] / o["all"] for t, _, o in pairs), 3),
    }
    print(json.dumps({"bench_copy": figures}))
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(figures, indent=1) + "\n")


def fresh(database: Any) -> None:
    database.server.drop_database(database.name)
    database.server.create_database(database.name)


def thin_bytes(batches: list[pa.RecordBatch], place: loading.Place) -> list[bytes]:
    forms = [wire.binary(batch, place.slots) for batch in batches]
    encoder = wire.encoder(forms[0], place.slots)
    return [*(encoder.rows(form) for form in forms if form is not None), encoder.end()]
