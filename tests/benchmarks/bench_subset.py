"""A subset of TPC-H against the same rows fetched by hand: 5 % of the customers with their orders and lineitems, and all parents.

By hand: one session on the source with the keys in temporary tables, `COPY (query) TO` piped into `COPY FROM` table by table,
then keys, foreign keys and ANALYZE. Both sides end with the same rows, and with the same constraints validated. The data come
from `tpchgen-cli` (`pip install tpchgen-cli`, found on the PATH or named by MIMIC_TPCHGEN).
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

SCALE = os.environ.get("MIMIC_BENCH_TPCH", "1")
PAIRS = int(os.environ.get("MIMIC_BENCH_PAIRS", "5"))
HERE = Path(__file__).resolve().parent
OUT = HERE.parents[1] / "bench-output" / "subset.json"
TABLES = ("region", "nation", "part", "supplier", "partsupp", "customer", "orders", "lineitem")
KEYS = """
    alter table orders add foreign key (o_custkey) references customer; alter table lineitem add foreign key (l_orderkey) references orders;
    alter table lineitem add foreign key (l_partkey, l_suppkey) references partsupp; create index on orders (o_custkey);
"""
QUERIES = {
    "region": "region",
    "nation": "nation",
    "supplier": "(select * from supplier where s_suppkey in (select s from kps))",
    "part": "(select * from part where p_partkey in (select p from kps))",
    "partsupp": "(select ps.* from partsupp ps join kps on p = ps_partkey and s = ps_suppkey)",
    "customer": "(select * from customer where c_custkey in (select k from kc))",
    "orders": "(select o.* from orders o join ko on k = o_orderkey)",
    "lineitem": "kl",
}
ONE = """
import json, resource, sys, time
from mimic import commands
since = time.perf_counter()
report = commands.subset(sys.argv[1], sys.argv[2], roots=["customer: 5%"], unmasked="a benchmark")
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
print(json.dumps({"seconds": time.perf_counter() - since, "peak_mb": peak, "rows": sum(line.rows for line in report.tables)}))
"""


def loaded(database: Any, folder: Path) -> None:
    program = os.environ.get("MIMIC_TPCHGEN") or shutil.which("tpchgen-cli")
    if program is None:
        pytest.skip("no tpchgen-cli: pip install it, or name it by MIMIC_TPCHGEN")
    subprocess.run([program, "csv", "-s", SCALE, f"--output-dir={folder}"], check=True, capture_output=True)
    database.psql(HERE / "tpch.sql")
    for name in TABLES:
        database.psql(f"\\copy {name} from '{folder / name}.csv' csv header")
        (folder / f"{name}.csv").unlink()
    database.psql(KEYS)
    database.psql("vacuum analyze")


def test_a_subset_against_rows_fetched_by_hand(make_database: Callable[..., Any], tmp_path: Path) -> None:
    source, target = make_database(), make_database()
    loaded(source, tmp_path)
    psql = f"{source.server.bin / 'psql'} -X -q -d '{target.url}'"

    def fresh() -> None:
        target.server.drop_database(target.name)
        target.server.create_database(target.name)

    def by_hand() -> float:
        fresh()
        since = time.perf_counter()
        structure, keys = structures(source)
        target.psql(structure)
        script = """
            create temp table kc as select c_custkey k from customer order by md5(c_custkey::text)
              limit (select ceil(count(*) * 0.05) from customer);
            create temp table ko as select o_orderkey k from orders join kc on k = o_custkey; analyze ko;
            create temp table kl as select l.* from lineitem l join ko on k = l_orderkey; analyze kl;
            create temp table kps as select distinct l_partkey p, l_suppkey s from kl; analyze kps;\n"""
        script += "\n".join(f"\\copy {query} to program '{quoted(psql)} -c \"copy {name} from stdin\"'" for name, query in QUERIES.items())
        source.psql(script + "\n")
        target.psql(keys)
        target.psql("analyze")
        return time.perf_counter() - since

    def ours() -> dict[str, float]:
        fresh()
        done = subprocess.run([sys.executable, "-c", ONE, source.url, target.url], check=True, capture_output=True, text=True)
        return json.loads(done.stdout)

    pairs = [(by_hand(), ours()) for _ in range(PAIRS)]
    figures = {
        "scale": SCALE,
        "rows": pairs[0][1]["rows"],
        "by_hand_seconds": round(statistics.median(hand for hand, _ in pairs), 2),
        "ours_seconds": round(statistics.median(own["seconds"] for _, own in pairs), 2),
        "ratio": round(statistics.median(own["seconds"] / hand for hand, own in pairs), 3),
        "peak_mb": max(own["peak_mb"] for _, own in pairs),
    }
    print(json.dumps({"bench_subset": figures}))
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(figures, indent=1) + "\n")


def structures(source: Any) -> tuple[str, str]:
    """The source's own DDL, before and after the rows."""
    program = [str(source.server.bin / "pg_dump"), "-s", "--no-owner", source.url]

    def part(name: str) -> str:
        text = subprocess.run([*program, f"--section={name}"], check=True, capture_output=True, text=True).stdout
        return "\n".join(line for line in text.splitlines() if not line.startswith(("\\restrict", "\\unrestrict")))

    return part("pre-data"), part("post-data")


def quoted(text: str) -> str:
    """Within the single quotes of \\copy ... to program."""
    return text.replace("'", "''")
