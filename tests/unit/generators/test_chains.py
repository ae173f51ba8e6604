"""Siblings drawn one after the other: they keep to the column's shares and find back where they stray."""

import numpy as np
import pyarrow as pa
import pytest

from mimic.generator import Span, Task
from mimic.generators.growing import Lost
from mimic.generators.leaves import Leaves
from mimic.generators.pooling import cells_of
from mimic.profile import Owners, TableEvidence
from mimic.schema import Column, Integer, Table, TableName
from mimic.semantics import Kind, Meaning, Sensitivity
from mimic.streams import Streams

MEANT = Meaning(Kind.OTHER, Sensitivity.NONE, 1.0, "said by a test")


def chained(y, line, at, beside=(), copied=None, **more):
    """The copy of `y`, which looks at itself in the sibling before and at the columns in `more`, those `beside` in the sibling, too.

    `copied`: what rows of the copy hold in some of these columns.
    """
    n = len(y)
    names = ["n", *more, "y"]
    table = Table(TableName("", "t"), tuple(Column(name, Integer(), nullable=False) for name in names))
    sample = pa.table({"n": pa.array(at), **{name: pa.array(values) for name, values in more.items()}, "y": pa.array(y)})
    before = np.where(np.append(False, line[1:] == line[:-1]), np.arange(n) - 1, -1)
    last = pa.array(before, mask=before < 0)
    hidden = {"@p": pa.array(line), **{f"<{name}": sample.column(name).combine_chunks().take(last) for name in ("y", *beside)}}
    evidence = TableEvidence(table, n, sample, Owners(n), hidden=hidden)
    told = {
        "drawn_by": "numeric.quantiles",
        "features": ["<y", *(f"<{name}" for name in beside), *more],
        "line": ("@p", "n"),
        "siblings": "@p",
    }
    made = Leaves.learn(Task(table, (table.column("y"),), meanings=(MEANT,), options=told, k=10), evidence, Streams(1).at("learn"))
    assert made.chained or beside
    given = {"@p": hidden["@p"], **{name: sample.column(name).combine_chunks() for name in names[:-1]}}
    given |= {name: pa.array(values) for name, values in (copied or {}).items()}
    return made.sample(Span(0, n, n), Streams(2).at("draw"), given)["y"].to_numpy()


def test_a_rare_state_that_lasts_stays_rare():
    """Shares are fitted slowly: what lasts would otherwise be made to come ten times as often."""
    lines, each = 150, 60
    draw = np.random.default_rng(7)
    state = np.zeros((lines, each), dtype=np.int64)
    state[:, 0] = draw.choice(4, lines, p=[0.7, 0.2, 0.07, 0.03])
    for t in range(1, each):
        again = draw.choice(4, lines, p=[0.7, 0.2, 0.07, 0.03])
        state[:, t] = np.where(draw.uniform(size=lines) < 0.95, state[:, t - 1], again)
    y = (state * 10).ravel()
    line = np.repeat(np.arange(lines), each)
    out = chained(y, line, np.tile(np.arange(each), lines))
    for value in (0, 10, 20, 30):
        assert (out == value).mean() == pytest.approx((y == value).mean(), abs=0.03)
    stays = lambda values: (np.diff(values.reshape(lines, each), axis=1) == 0).mean()  # noqa: E731
    assert stays(out) == pytest.approx(stays(y), abs=0.03)


def test_a_line_that_strays_follows_the_rest_of_the_row_again():
    """No row of the source is far from its level, so nothing of it says what follows there: that is learned from rows seen twice."""
    lines, each = 300, 40
    draw = np.random.default_rng(8)
    level = np.repeat(draw.integers(0, 30, lines), each)
    walk = draw.integers(0, 100, (lines, 1)) + draw.integers(-6, 7, (lines, each)).cumsum(axis=1)
    y = level * 100 + np.abs((walk + 100) % 200 - 100).ravel()
    line = np.repeat(np.arange(lines), each)
    out = chained(y, line, np.tile(np.arange(each), lines), level=level)
    assert (np.abs(out - level * 100 - 50) > 100).mean() < 0.02


def test_what_the_row_says_counts_more_than_what_the_one_before_says():
    """In the source a fee comes after the interest, so either tells its amount; in a copy that holds of the fee alone."""
    lines, each = 200, 40
    draw = np.random.default_rng(10)
    kind = np.tile([1, 2, 3, 3], lines * each // 4)  # interest, fee, and what people pay
    y = np.where(kind == 2, 14, draw.integers(100, 900, lines * each))
    mixed = draw.permutation(kind)
    line = np.repeat(np.arange(lines), each)
    out = chained(y, line, np.tile(np.arange(each), lines), ("kind",), {"kind": mixed}, kind=kind)
    assert (out[mixed == 2] == 14).mean() > 0.98
    assert (out[mixed != 2] == 14).mean() < 0.02


def test_what_follows_a_guide_stays_within_its_leaf_and_is_drawn_alone_without_one():
    draw = np.random.default_rng(9)
    guide = draw.uniform(size=4_000)
    rank = 0.25 + 0.5 * guide + draw.uniform(-0.01, 0.01, 4_000)
    guide[::10] = np.nan
    cells = cells_of(np.zeros(4_000, dtype=np.int64), rank, 1, Owners(4_000), 10, guide)
    leaf, u = np.zeros(5, dtype=np.int64), np.full(5, 0.5)
    drawn = cells.draw(leaf, u, np.array([0.0, 0.5, 1.0, 9.0, -9.0]))
    assert drawn == pytest.approx([0.25, 0.5, 0.75, 0.75, 0.25], abs=0.02)
    several = cells.draw(np.zeros(1_000, dtype=np.int64), (np.arange(1_000) + 0.5) / 1_000, np.full(1_000, np.nan))
    assert several.std() == pytest.approx(rank.std(), rel=0.1)


def test_a_row_that_is_seen_twice_counts_as_one_owner():
    """Nine rows and their nine twins are nine: a leaf of them tells nothing."""
    lost = Lost.of(np.zeros((2, 4_000), dtype=np.uint8), [True, False], Streams(1).at("lost"))
    rows = np.flatnonzero(lost.astray)[:9]
    bins, seen = lost.with_rows(rows)
    assert bins.shape == (2, 18)
    assert seen.tolist() == [*rows, *rows]
    one = np.zeros(18, dtype=np.int64)
    assert lost.behind(Owners(4_000), seen).distinct(one, 1).tolist() == [9]
    assert not lost.behind(Owners(4_000), seen).reach(one, 1, 10)[0]
    assert not lost.behind(Owners(4_000, (np.arange(4_000) % 7,)), seen).reach(one, 1, 8)[0]
    assert lost.behind(Owners(4_000), rows).paths == ()
