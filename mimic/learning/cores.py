"""Independent pieces of work on all cores: this process and copies of it take the next piece in turn.

A copy (`fork`) sees the evidence without its being sent; only what was learned comes back. What does not come back, for
whatever reason, is done here: a copy can make the work faster, never wrong. Where a system cannot fork, all is done here.

A copy holds the connections of this process open, so it must not outlive it: a killed load would go on locking its target.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import sys
import warnings
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any, TypeVar

Made = TypeVar("Made")

_PARENT_DEATH = 1  # PR_SET_PDEATHSIG of Linux
MOST = 4  # processes: each has what it learns in memory


def each(work: Callable[[int], Made], n: int, *, cores: int | None = None) -> list[Made]:
    """`work(0)` .. `work(n - 1)`. Pieces may not depend on one another, nor on the order in which they are done."""
    processes = min(n, MOST, _cores() if cores is None else cores)
    if processes < 2 or sys.platform != "linux":
        return [work(i) for i in range(n)]
    context: Any = multiprocessing.get_context("fork")
    following = context.Value("l", 0)

    def taken() -> int:
        with following.get_lock():
            following.value += 1
            return int(following.value) - 1

    parent = os.getpid()

    def copy(out: Connection) -> None:
        _end_with(parent)
        found = {}
        while (i := taken()) < n:
            with suppress(Exception):  # it is done again, and told, by the process that waits
                found[i] = work(i)
        for i, made in found.items():
            with suppress(Exception):
                out.send((i, made))
        out.close()

    others = []
    for _ in range(processes - 1):
        here, there = context.Pipe(duplex=False)
        process = context.Process(target=copy, args=(there,), daemon=True)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of threads: none of ours works while this runs
            process.start()
        there.close()
        others.append((process, here))
    done: dict[int, Made] = {}
    while (i := taken()) < n:
        done[i] = work(i)
    for process, here in others:
        with suppress(EOFError, OSError):
            while True:
                i, made = here.recv()
                done[i] = made
        process.join()
    return [done[i] if i in done else work(i) for i in range(n)]


def _end_with(parent: int) -> None:
    """Let the system end this process when its parent ends, however that does."""
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).prctl(_PARENT_DEATH, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before it could be said
        os._exit(1)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


__all__ = ["each"]
