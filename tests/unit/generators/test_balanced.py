"""Siblings come to the sums that are drawn for them, with the numbers that were dealt out."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mimic.generators.balanced import Families
from mimic.streams import Streams

DRAW = np.random.default_rng(5)


def families(parents) -> Families:
    return Families.of(pa.array(np.asarray(parents, dtype=np.int64)), "@fk")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 6), min_size=2, max_size=50), st.integers(1, 9))
def test_sums_are_as_wanted_and_nothing_falls_below_the_least(sizes, seed):
    parents = np.repeat(np.arange(len(sizes)), sizes)
    draw = np.random.default_rng(seed)
    values, wanted = draw.integers(0, 90, len(parents)).astype(float), draw.integers(0, 100, len(sizes)).astype(float)
    here = families(parents)
    near = here.exchanged(values, wanted, np.zeros(len(parents), dtype=np.int64), Streams(1).at("t"))
    assert sorted(near) == sorted(values)
    assert ((here.sums(near) - wanted) ** 2).sum() <= ((here.sums(values) - wanted) ** 2).sum()
    made = here.made_up(near, wanted, np.zeros(len(parents), dtype=bool), 0.0)
    assert np.allclose(here.sums(made), wanted)
    assert made.min() >= 0.0


def test_exchanging_alone_comes_near_and_stays_among_likes():
    parents = np.repeat(np.arange(400), 4)
    alike = DRAW.integers(0, 3, len(parents))
    values = DRAW.exponential(25.0, len(parents)) * (1 + alike)
    wanted = np.full(400, values.sum() / 400)
    here = families(parents)
    near = here.exchanged(values, wanted, alike, Streams(1).at("t"))
    for each in range(3):
        assert sorted(near[alike == each]) == sorted(values[alike == each])
    assert np.abs(here.sums(near) - wanted).mean() < 0.3 * np.abs(here.sums(values) - wanted).mean()


def test_rows_without_a_parent_and_rows_without_a_number_stay_as_they_are():
    here = families([-1, 0, 0, 1, 1, -1])
    values, null = np.array([7.0, 1.0, 2.0, 0.0, 4.0, 9.0]), np.array([False, False, False, True, False, False])
    near = here.exchanged(values, np.array([10.0, 10.0]), np.where(null, -1, 0), Streams(1).at("t"))
    made = here.made_up(near, np.array([10.0, 10.0]), null, 0.0)
    assert (made[0], made[3], made[5]) == (7.0, 0.0, 9.0)
    assert made[1] + made[2] == pytest.approx(10.0)
    assert made[4] == pytest.approx(10.0)
