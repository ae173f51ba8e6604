"""Rows whose combination is taken get another one, as long as there is any."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mimic.generators.separating as separating
from mimic.generators.separating import unlike
from mimic.streams import Streams


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 12), st.lists(st.integers(0, 3), min_size=1, max_size=60), st.integers(0, 9))
def test_nothing_comes_twice_where_there_is_room(many, group, seed):
    group = np.array(group)
    chosen = np.random.default_rng(seed).integers(0, many, len(group))
    made, left = unlike(group, chosen, many, Streams(seed).at("t"))
    size = np.bincount(group)
    assert left == np.maximum(size - many, 0).sum()
    assert len(np.unique(group * many + made)) == len(group) - left
    assert made.min() >= 0
    assert made.max() < many


@pytest.mark.parametrize("listed", [10, 1_000_000])
def test_what_comes_first_stays(monkeypatch, listed):
    monkeypatch.setattr(separating, "LISTED", listed)
    group, chosen = np.repeat(np.arange(20), 10), np.tile([1, 2, 2, 2, 3, 3, 4, 5, 6, 7], 20)
    made, left = unlike(group, chosen, 50, Streams(3).at("t"))
    assert left == 0
    assert len(np.unique(group * 50 + made)) == len(group)
    assert (made.reshape(20, 10)[:, [0, 1, 4, 6, 7, 8, 9]] == [1, 2, 3, 4, 5, 6, 7]).all()
