"""What is learned on several cores: the same as on one, whatever becomes of the other processes."""

from __future__ import annotations

import os
import sys

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
