"""What is learned on several cores: the same as on one, whatever becomes of the other processes."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mimic.learning.cores import each

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="no fork here: all is done in one process")


@pytest.mark.parametrize("cores", [1, 2, 3, 50])
def test_every_piece_comes_back_in_its_place(cores: int) -> None:
    assert each(lambda i: (i, "x" * i), 20, cores=cores) == [(i, "x" * i) for i in range(20)]


def test_nothing_to_do_is_nothing() -> None:
    assert each(lambda i: i, 0, cores=2) == []


def test_what_a_process_that_died_had_taken_is_done_again() -> None:
    mine = os.getpid()

    def work(i: int) -> int:
        if os.getpid() != mine:
            os._exit(9)
        return i

    assert each(work, 30, cores=3) == list(range(30))


def test_what_cannot_be_sent_is_done_again() -> None:
    made = each(lambda i: lambda: i, 10, cores=2)
    assert [one() for one in made] == list(range(10))


def test_an_error_is_told_by_the_process_that_waits() -> None:
    def work(i: int) -> int:
        if i == 7:
            raise ValueError("seven")
        return i

    with pytest.raises(ValueError, match="seven"):
        each(work, 10, cores=2)


def test_copies_end_when_the_process_is_killed() -> None:
    """A copy that lived on would keep the connections open, and with them the lock on a target."""
    said = """
import os, time
from mimic.learning.cores import each
def work(i):
    os.write(1, f"{os.getpid()}\\n".encode())  # at once: both write here
    time.sleep(60)
each(work, 2, cores=2)
"""
    with subprocess.Popen([sys.executable, "-W", "ignore", "-c", said], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        workers = {int(process.stdout.readline()) for _ in range(2)}
        (copy,) = workers - {process.pid}
        process.kill()
        process.wait()
        until = time.monotonic() + 20
        while _runs(copy):
            assert time.monotonic() < until, "the copy lives on"
            time.sleep(0.05)


def _runs(number: int) -> bool:
    """Whether a process is there and is not only waiting to be asked how it ended."""
    try:
        return Path(f"/proc/{number}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
