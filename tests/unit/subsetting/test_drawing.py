"""Rows are drawn by a hash of their key: evenly, and whatever the width of its type."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from mimic.subsetting.drawing import hashed

PLACE = "orders"


def test_equal_keys_hash_equally_and_seeds_differ() -> None:
    narrow, wide = pa.array([1, 2, 3], pa.int16()), pa.array([1, 2, 3], pa.int64())
    assert hashed([narrow], 0, PLACE).tolist() == hashed([wide], 0, PLACE).tolist()
    assert hashed([wide], 0, PLACE).tolist() != hashed([wide], 1, PLACE).tolist()
    assert hashed([wide], 0, PLACE).tolist() != hashed([wide], 0, "lines").tolist()
    texts = pa.array(["a", "bc", "", None, "naïve", "abc"])
    assert hashed([texts.slice(2)], 0, PLACE).tolist() == hashed([texts], 0, PLACE).tolist()[2:]


def test_hashes_are_the_same_in_every_version() -> None:
    """The rows of a seed must not change under users' feet."""
    assert hashed([pa.array([1, 2, 3]), pa.array(["a", "bc", None])], 7, PLACE).tolist() == GOLDEN


GOLDEN = [9523309386488766011, 69053653003536129, 12515235006824837854]


def test_hashes_spread_evenly() -> None:
    """A hundred buckets of 1,000 expected each stray by less than six standard deviations, for numbers in a row and for texts alike."""
    n = 100_000
    for column in (pa.array(np.arange(n)), pa.array([f"customer-{i}" for i in range(n)])):
        found = hashed([column], 0, PLACE)
        assert len(np.unique(found)) == n
        counts = np.bincount((found >> np.uint64(32)).astype(np.int64) * 100 >> 32, minlength=100)
        assert abs(counts - n / 100).max() < 6 * np.sqrt(n / 100)


def test_parts_of_a_key_do_not_melt_together() -> None:
    left = hashed([pa.array(["ab", "a"]), pa.array(["c", "bc"])], 0, PLACE)
    assert left[0] != left[1]
