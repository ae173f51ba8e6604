"""A subset of a given size: which share of the roots makes it.

Rows are drawn by the order of their hashes, so a larger share holds a smaller one, and the size grows with the share: it is
found by trying, each try nearer.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

import numpy as np

from mimic.connector import Source
from mimic.errors import UsageError
from mimic.schema import Schema
from mimic.selection import RowIn, Selection

ROW_BYTES = 40  # what a database adds to the values of a row: headers, and its entry in an index
SAMPLE = 500
TRIES = 8
NEAR = 0.9  # of the size asked for
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([KMGT]?)i?B?", re.IGNORECASE)


def read_size(text: str) -> int:
    """Bytes of `2GB`, `500 MB`, `1.5G`."""
    match = _SIZE.fullmatch(text.strip())
    if match is None:
        raise UsageError(f"{text!r} is no size.", where="--target-size", hint="Write 2GB or 500MB.")
    return int(float(match[1]) * 1000 ** " KMGT".index(match[2].upper() or " "))


def size(source: Source, schema: Schema, selection: Selection) -> int:
    """About how many bytes the rows take, by some of each table's."""
    total = 0.0
    for table in schema.tables:
        rows = selection.rows(table.name)
        names = [column.name for column in table.written]
        if not rows or not names:
            continue
        if table.name in selection.whole:
            batches = [next(iter(source.scan(table.name, names, batch_rows=SAMPLE)))]
        else:
            numbers = selection.numbers(table.name)
            some = numbers[np.unique(np.linspace(0, len(numbers) - 1, SAMPLE).astype(np.int64))]
            batches = list(source.scan(table.name, names, where=RowIn(some)))
        seen = sum(batch.num_rows for batch in batches)
        total += rows * (sum(batch.nbytes for batch in batches) / max(seen, 1) + ROW_BYTES)
    return int(total)


def fit(chosen: Callable[[Decimal], Selection], measured: Callable[[Selection], int], wanted: int) -> tuple[Decimal, Selection]:
    """The share (a percentage) and the selection that comes nearest to `wanted` bytes and does not pass it by much."""
    low, high = Decimal(0), Decimal(100)
    share = Decimal(1)
    best: tuple[Decimal, Selection] | None = None
    for _ in range(TRIES):
        found = chosen(share)
        bytes_ = measured(found)
        if bytes_ <= wanted:
            best, low = (share, found), share
            if bytes_ >= NEAR * wanted or share == 100:
                break
        else:
            high = share
        guess = share * Decimal(wanted * 0.97 / max(bytes_, 1))
        share = guess if low < guess < high else (low + high) / 2 if bytes_ > wanted or high < 100 else min(high, max(guess, low * 2))
        share = min(round(share, 4), Decimal(100))
    if best is None:
        raise UsageError("even a hundredth of a percent of the roots is larger than that.", where="--target-size")
    return best
