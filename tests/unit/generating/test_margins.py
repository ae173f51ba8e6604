"""Margins that are given are met to the row, and rows stay as the model draws them otherwise."""

import numpy as np
import pytest

from mimic.conditions import ColumnRef, Scenario, Truth
from mimic.generating.margins import Tally, wanted
from mimic.streams import Streams

TRUE = Truth(ColumnRef("x", "boolean"))


def asked(**margins):
    return [Scenario(TRUE, share, f"{name} {i}", name) for name, shares in margins.items() for i, share in enumerate(shares)]


def drawn(n, rounds, shares, margins, **given):
    """A tally of rows whose value of `a` is drawn with odds of their own, and of `b` likewise, if asked."""
    draw, tally = np.random.default_rng(3), Tally.of(margins, n)
    a = np.empty((rounds, n), dtype=np.int64)
    for turn in range(rounds):
        a[turn] = (draw.random(n)[:, None] > np.cumsum(shares, axis=1)).sum(axis=1)
        columns = {"a": a[turn], "b": draw.integers(0, 2, n)}
        places = {}
        satisfied = []
        for one in margins:
            place = places[one.margin] = places.get(one.margin, -1) + 1
            satisfied.append((columns[one.margin] == place).astype(np.int64))
        half = n // 2
        tally.add(turn, 0, [each[:half] for each in satisfied])
        tally.add(turn, half, [each[half:] for each in satisfied])
    return tally, a


@pytest.mark.parametrize("n", [1, 7, 10, 999])
def test_shares_are_rounded_by_largest_remainders(n):
    for shares in ([0.5, 0.5], [1 / 3, 1 / 3, 1 / 3], [0.1, 0.2]):
        ((_, rows),) = wanted(asked(a=shares), n)
        assert rows.sum() == n
        assert np.abs(rows[:-1] - np.array(shares) * n).max() < 1
        assert rows[-1] <= n * (1 - sum(shares)) + 1
        assert rows[-1] == 0 or sum(shares) < 0.99


def test_a_margin_is_met_to_the_row_by_the_rows_that_lean_to_it():
    n = 5_000
    lean = np.repeat([[0.8, 0.1, 0.1], [0.1, 0.1, 0.8]], n // 2, axis=0)
    tally, a = drawn(n, 32, lean, asked(a=[0.2, 0.3, 0.5]))
    rounds, met = tally.choose(Streams(1).at("test"))
    mine = a[rounds, np.arange(n)]
    assert np.bincount(mine, minlength=3).tolist() == [1_000, 1_500, 2_500] == met[0][:3].tolist()
    first = np.bincount(mine[: n // 2], minlength=3) / (n // 2)
    # The odds are raised alike for all: of the first half most still have value 0, of the second nearly all value 2.
    assert first[0] > 0.3 > 0.02 > np.bincount(mine[n // 2 :], minlength=3)[0] / (n // 2) - 0.05


def test_two_margins_are_met_together():
    n = 3_000
    tally, _ = drawn(n, 32, np.tile([[0.5, 0.3, 0.2]], (n, 1)), asked(a=[0.1, 0.1, 0.8], b=[0.9, 0.1]))
    _, met = tally.choose(Streams(1).at("test"))
    assert met[0][:3].tolist() == [300, 300, 2_400]
    assert met[1][:2].tolist() == [2_700, 300]
    assert not tally.lacking(met, at_most=True)


def test_what_never_comes_is_told():
    tally, _ = drawn(500, 16, np.tile([[1.0, 0.0, 0.0]], (500, 1)), asked(a=[0.5, 0.5, 0.0]))
    assert not tally.plenty(0.25)
    assert tally.lacking(tally.reach(), at_most=False)[0][:2] == (0, 1)
