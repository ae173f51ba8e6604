"""Further parents keep their number of children, whatever order they are brought into."""

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from mimic.generators.matching import Match, alike, in_runs
from mimic.streams import Streams


@given(st.lists(st.tuples(st.integers(-1, 6), st.integers(0, 12)), min_size=1, max_size=120), st.floats(0, 1))
def test_runs_change_who_not_how_many(rows, rate):
    """Every parent as often as before, in rows of its cell."""
    first, parents = (np.array(each, dtype=np.int64) for each in zip(*rows, strict=True))
    cells = parents % 3
    made = in_runs(parents, cells, first, rate, Streams(1).at("t"))
    assert np.array_equal(np.bincount(made, minlength=13), np.bincount(parents, minlength=13))
    assert np.array_equal(made % 3, cells)


def test_rows_follow_the_row_before_as_often_as_they_are_told():
    """Nine times of ten beside chance; never into the rows of another first parent."""
    draw = np.random.default_rng(2)
    first, parents = np.repeat(np.arange(2_000), 6), draw.permutation(np.repeat(np.arange(60), 200))
    made = in_runs(parents, np.zeros(12_000, dtype=np.int64), first, 0.9, Streams(1).at("t"))
    same, inside = made[1:] == made[:-1], first[1:] == first[:-1]
    assert 0.87 < same[inside].mean() < 0.93
    assert same[~inside].mean() < 0.1


def test_no_parent_comes_twice_below_one():
    draw = np.random.default_rng(3)
    first, parents = np.repeat(np.arange(500), 4), draw.permutation(np.repeat(np.arange(50), 40))
    made = Match("article_id", "basket_id", apart=True).order(parents, {}, first, Streams(1).at("t"))
    assert len(np.unique(first * 50 + made)) == len(made)
    assert np.array_equal(np.bincount(made), np.bincount(parents))


def test_alike_are_the_same_category_or_numbers_of_a_size():
    assert alike(pa.array(["a", "b", None, "a"])).tolist() == [0, 1, -1, 0]
    assert alike(pa.array([3.0, 1.0, 3.0, None])).tolist() == [1, 0, 1, 2]
    many = alike(pa.array(np.arange(1_000.0)))
    assert many.max() == 15
    assert (np.diff(many) >= 0).all()
