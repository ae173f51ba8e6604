"""A table of five million rows and twelve columns, cloned end to end: rows per second and resident memory of all processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil

ROWS = int(os.environ.get("MIMIC_BENCH_ROWS", "5000000"))
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


def test_five_million_rows_end_to_end(make_database):
    source, target = make_database(), make_database()
    source.psql(WIDE.format(rows=ROWS, parents=max(ROWS // 50, 1)))
    command = [str(Path(sys.executable).parent / "mimic"), "clone", source.url, target.url, "--reference", "synthesize", "--format", "json"]
    since = time.monotonic()
    run = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    watcher = Watcher(run.pid)
    watcher.start()
    out, err = run.communicate()
    seconds = time.monotonic() - since
    assert run.returncode in (0, 4), err[-2000:]
    rows = sum(table["rows"] for table in json.loads(out)["tables"])
    figures = {"rows": rows, "seconds": round(seconds, 1), "rows_per_second": round(rows / seconds), "peak_mb": round(watcher.peak / 2**20)}
    print(json.dumps(figures))
    assert figures["peak_mb"] < 1024
