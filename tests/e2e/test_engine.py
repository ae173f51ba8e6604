"""What the engine must reach on the independent scoreboard: a classifier that hardly tells the copy from its source.

Baseball goes through a SQLite database and back; figures go to acceptance-output/main_road.json.
"""

from __future__ import annotations

import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest

from tests.e2e.scoreboard import JUDGE, ROOT, judge_python
from tests.e2e.test_main_road import command, record

BASEBALL = ROOT.parent / "shared" / "data" / "scoreboard" / "baseball" / "real"
pytestmark = [
    pytest.mark.acceptance,
    pytest.mark.skipif(not BASEBALL.exists(), reason="the scoreboard's data are not here (../shared/data/scoreboard)"),
]
TABLES = {
    "players": "playerID integer primary key, birthCountry text, weight real, height real, bats text, throws text",
    "fielding": "fieldingID integer primary key, playerID integer not null references players, yearID integer not null, teamID text, "
    "lgID text, POS text, G integer, GS real, InnOuts real, PO real, A real, E real, DP real",
}


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("baseball") / "real.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        for table, columns in TABLES.items():
            connection.execute(f"create table {table} ({columns})")
            pd.read_csv(BASEBALL / f"{table}.csv.gz").to_sql(table, connection, if_exists="append", index=False)
        connection.commit()
    return path


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_baseball(source: Path, tmp_path: Path, seed: int) -> None:
    copy, since = tmp_path / "copy.sqlite", time.monotonic()
    done = command("clone", f"sqlite:///{source}", f"sqlite:///{copy}", "--reference", "synthesize", "--seed", seed, "--quiet")
    seconds = time.monotonic() - since
    assert done.returncode == 0, done.stderr
    with closing(sqlite3.connect(copy)) as connection:
        for table in TABLES:
            pd.read_sql(f"select * from {table}", connection).to_csv(tmp_path / f"{table}.csv", index=False)
    out = tmp_path / "judge.json"
    arguments = [str(judge_python()), str(JUDGE / "judge.py"), "full", str(BASEBALL), str(tmp_path), "--published", "--json", str(out)]
    subprocess.run(arguments, check=True, capture_output=True)
    found = pd.read_json(out, typ="series")["full"]
    record(f"baseball, seed {seed}", {"seconds": round(seconds, 1), "c2st": found["c2st"], "c2st_agg": found["c2st_agg"]})
    assert not found["summary"]["copying"]
    assert found["c2st"]["fielding"] <= 0.64
    assert found["c2st_agg"]["players"] <= 0.64
