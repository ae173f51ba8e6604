"""A table of five million rows and twelve columns, cloned end to end: rows per second, resident memory of all processes, and the limit.

The limit is "thin" COPY: the very rows that the clone holds, as one file of binary COPY, sent by psycopg into the same structure, with keys
and foreign keys after the rows, analysed, in one transaction. Figures are printed and go to bench-output/clone.json.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

from connectors.postgresql import making
from connectors.postgresql.connect import connect
from connectors.postgresql.source import PostgresSource

ROWS = int(os.environ.get("MIMIC_BENCH_ROWS", "5000000"))
OUT = Path(__file__).resolve().parents[2] / "bench-output" / "clone.json"
MIMIC = str(Path(sys.executable).with_name("mimic"))
MOST_MB, LEAST_ROWS_PER_SECOND = 1024, 50_000
WIDE = """
create table customer (id bigint primary key, name text not null);
insert into customer select i, 'customer ' || i from generate_series(1, {parents}) i;
create table wide (
  id bigint primary key, customer_id bigint references customer, amount numeric(10, 2), weight double precision, code text, note text,
  created timestamptz, day date, active boolean, token uuid, category text, extra jsonb);
insert into wide select i, 1 + (hashint8(i) & 2147483647) % {parents}, round((random() * 500)::numeric, 2),
  case when i % 10 > 0 then random() * 80 end, 'C-' || lpad((i % 99991)::text, 5, '0'),
  case when i % 5 > 0 then repeat('lorem ipsum dolor ', 1 + (i % 7)::int) end,
  timestamptz '2020-01-01' + (i % 100000000) * interval '1 second', date '2020-01-01' + (i % 2000)::int, i % 3 = 0,
  gen_random_uuid(), (array['red', 'green', 'blue', 'black'])[1 + i % 4], jsonb_build_object('n', i % 100, 'tag', 'x' || (i % 5))
from generate_series(1, {rows}) i;
"""


class Watcher(threading.Thread):
    """The largest sum of resident memory of a process and its children."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.process, self.peak = psutil.Process(pid), 0

    def run(self) -> None:
        while True:
            try:
                family = [self.process, *self.process.children(recursive=True)]
                self.peak = max(self.peak, sum(member.memory_info().rss for member in family))
            except psutil.Error:
                return
            time.sleep(0.05)


def measured(rows: int, *command: str) -> dict[str, float]:
    """Run a `mimic` command to its end: seconds, our own CPU seconds, rows/s, and the memory of all its processes."""
    before, since = os.times(), time.monotonic()
    run = subprocess.Popen([MIMIC, *command, "--quiet"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    watcher = Watcher(run.pid)
    watcher.start()
    _, told = run.communicate()
    seconds, after = time.monotonic() - since, os.times()
    assert run.returncode in (0, 4), told[-2000:]
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return {
        "seconds": round(seconds, 1),
        "cpu_seconds": round(cpu, 1),
        "rows_per_second": round(rows / seconds),
        "peak_mb": round(watcher.peak / 2**20),
    }


def thin(source: str, filled: str, target: str, folder: Path) -> float:
    """Seconds of thin COPY of what `filled` holds, in the structure of `source`, into the empty `target`."""
    with PostgresSource(source) as read:
        ddl, _ = read.ddl()
    assert ddl is not None
    tables = ("customer", "wide")
    with connect(filled) as connection:
        for table in tables:
            with (folder / table).open("wb") as file, connection.cursor().copy(f"COPY {table} TO STDOUT (FORMAT binary)".encode()) as copy:
                for piece in copy:
                    file.write(piece)
    with connect(target) as connection:
        since = time.monotonic()
        connection.execute("BEGIN; SET maintenance_work_mem = '512MB'")
        making.run(connection, making.before(ddl.before))
        for table in tables:
            with (
                (folder / table).open("rb") as file,
                connection.cursor().copy(f"COPY public.{table} FROM STDIN (FORMAT binary)".encode()) as copy,
            ):
                while piece := file.read(1 << 18):
                    copy.write(piece)
        making.run(connection, making.after(ddl.after))
        connection.execute("ANALYZE public.customer, public.wide; COMMIT")
        return time.monotonic() - since


def test_five_million_rows_end_to_end(make_database: Callable[..., Any], tmp_path: Path) -> None:
    source, target, limit = make_database(), make_database(), make_database()
    parents = max(ROWS // 50, 1)
    source.psql(WIDE.format(rows=ROWS, parents=parents) + "analyze;")
    rows, model, synthesize = ROWS + parents, str(tmp_path / "wide.mimic"), ("--reference", "synthesize")
    figures: dict[str, Any] = {"rows": rows, "clone": measured(rows, "clone", source.url, target.url, *synthesize)}
    assert target.psql("select count(*) from wide") == str(ROWS)
    seconds = thin(source.url, target.url, limit.url, tmp_path)
    figures["thin"] = {"seconds": round(seconds, 1), "rows_per_second": round(rows / seconds)}
    again = ("--if-exists", "replace")
    figures["learn"] = measured(rows, "learn", source.url, "-o", model, *synthesize)
    figures["generate"] = measured(rows, "generate", model, target.url, *again)
    figures["generate, two jobs"] = measured(rows, "generate", model, target.url, *again, "--jobs", "2")
    for name in ("clone", "generate", "generate, two jobs"):
        figures[name]["ratio_to_thin"] = round(seconds / figures[name]["seconds"], 2)
    figures["load_average"] = round(os.getloadavg()[0], 1)
    print(json.dumps({"bench_clone": figures}, indent=1))
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(figures, indent=1) + "\n")
    for name in ("clone", "learn", "generate", "generate, two jobs"):
        assert figures[name]["peak_mb"] < MOST_MB, name
    assert figures["clone"]["rows_per_second"] >= LEAST_ROWS_PER_SECOND
