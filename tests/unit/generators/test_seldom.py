"""Categories keep to how often they may come below a parent."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mimic.generator import Span, Task
from mimic.generators import builtin
from mimic.generators.features import hashed
from mimic.generators.seldom import Seldom
from mimic.schema import Column, Table, TableName, Text
from mimic.streams import Streams


def drawing(values: list) -> object:
    """A generator that draws some of these values."""
    table = Table(TableName("", "t"), (Column("v", Text(), nullable=False),))
    task = Task(table, table.columns, options={"values": values})
    return builtin().generators.get("categorical.shares").learn(task, None, Streams(0).at("v"))


def sampled(parents, times: dict[str, tuple[int, int]], texts=("a", "b", "c", "d")) -> pa.Array:
    hashes = hashed(pa.array(list(times)))[1]
    low, high = zip(*times.values(), strict=True)
    made = Seldom(drawing(list(texts)), ("@fk",), tuple(int(each) for each in hashes), low, high)
    n = len(parents)
    return made.sample(Span(0, n, n), Streams(2).at("t"), {"@fk": pa.array(parents)})["v"]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 7), min_size=3, max_size=60))
def test_one_comes_once_and_another_at_most_twice(sizes):
    parents = np.repeat(np.arange(len(sizes)), sizes)
    values = np.array(sampled(parents, {"a": (1, 1), "b": (0, 2)}).to_pylist())
    if "a" not in values:  # by chance none was drawn: there is none to take it from
        return
    for parent, size in enumerate(sizes):
        mine = values[parents == parent]
        assert (mine == "a").sum() == 1
        assert (mine == "b").sum() <= min(2, size - 1)


def test_what_is_moved_comes_as_often_in_all():
    parents = np.repeat(np.arange(400), 8)
    free, bound = (sampled(parents, {"a": (0, most)}, ("b", "c", "d", "a")).to_pylist() for most in (8, 4))
    assert free.count("a") == bound.count("a")
    assert free != bound


def test_rows_without_a_parent_are_bound_by_nothing():
    values = sampled(np.full(400, -1), {"a": (1, 1)}).to_pylist()
    assert values.count("a") > 50


@pytest.mark.parametrize("parents", [[], [0], [0, 0]])
def test_few_rows(parents):
    assert len(sampled(np.array(parents, dtype=np.int64), {"a": (1, 1)})) == len(parents)
