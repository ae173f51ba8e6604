"""Ctrl-C in the middle of a load: exit code 130, and the target is what it was before. Half a minute."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

MIMIC = str(Path(sys.executable).with_name("mimic"))


@pytest.mark.parametrize("existing", [False, True])
def test_an_interrupted_load_leaves_the_target_as_it_was(existing, tmp_path):
    source, target = tmp_path / "source.sqlite", tmp_path / "target.sqlite"
    with closing(sqlite3.connect(source)) as connection:
        connection.execute("create table reading (id integer primary key, value integer)")
        connection.executemany("insert into reading values (?, ?)", [(i, i % 7) for i in range(500)])
        connection.commit()
    command = [MIMIC, "clone", f"sqlite:///{source}", f"sqlite:///{target}", "--if-exists", "replace"]
    if existing:
        subprocess.run(command, check=True, capture_output=True)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    running = subprocess.Popen([*command, "--rows", "5000000"], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while len(list(tmp_path.iterdir())) == len(before) or not _grown(tmp_path, before):
        assert running.poll() is None, running.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.05)
    running.send_signal(signal.SIGINT)
    _, told = running.communicate(timeout=60)
    assert running.returncode == 130, told
    assert "interrupted; the target is as it was" in told
    assert "Traceback" not in told
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_an_interrupted_load_into_postgresql_leaves_the_target_as_it_was(make_database: Callable[..., Any], jobs: str) -> None:
    source, target = make_database(), make_database()
    source.psql("CREATE TABLE reading (id int PRIMARY KEY, value int); INSERT INTO reading SELECT i, i % 7 FROM generate_series(1, 500) i")
    command = [MIMIC, "clone", source.url, target.url, "--if-exists", "replace", "--jobs", jobs]
    subprocess.run(command, check=True, capture_output=True)
    content = "SELECT count(*), sum(hashint4(value)) FROM reading"
    before = target.psql(content)
    running = subprocess.Popen([*command, "--rows", "20000000"], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    copying = (
        f"SELECT count(*) FROM pg_stat_progress_copy WHERE command = 'COPY FROM' AND (datname = '{target.name}' OR datname ~ '__mimic_')"
    )
    while target.psql(copying) == "0":
        assert running.poll() is None, running.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.05)
    running.send_signal(signal.SIGINT)
    _, told = running.communicate(timeout=60)
    assert running.returncode == 130, told
    assert "interrupted; the target is as it was" in told
    assert "Traceback" not in told
    assert target.psql(content) == before
    assert not [name for name in target.server.databases() if "__mimic_" in name]


def _grown(folder: Path, before: dict[str, bytes]) -> bool:
    """Whether rows are being written to a file that was not there before."""
    return any(path.stat().st_size > 1 << 20 for path in folder.iterdir() if path.name not in before)
