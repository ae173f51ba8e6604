"""Hidden numbers of a row are drawn together: what holds between them in the source holds in the copy."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from mimic.generator import Span, Task
from mimic.generators.clouds import Cells, Clouds
from mimic.profile import Owners, TableEvidence
from mimic.schema import Column, Float, Integer, Table, TableName
from mimic.semantics import Kind, Meaning, Sensitivity
from mimic.streams import Streams

N = 4_000
NAMES = ("~c.p:0", "~c.p:1", "~c.p:2")
MEANT = Meaning(Kind.OTHER, Sensitivity.NONE, 1.0, "said by a test")


def learned(numbers, many, owners=None):
    table = Table(TableName("", "t"), (Column("id", Integer()),))
    hidden = {"#c.p": pa.array(many), **dict(zip(NAMES, map(pa.array, numbers.T), strict=True))}
    evidence = TableEvidence(table, N, pa.table({"id": range(N)}), owners or Owners(N), hidden=hidden)
    task = Task(table, tuple(Column(name, Float()) for name in NAMES), meanings=(MEANT,) * 3, options={"features": ["#c.p"]}, k=10)
    return Clouds.learn(task, evidence, Streams(1).at("learn"))


def made(generator, many):
    out = generator.sample(Span(0, len(many), len(many)), Streams(2).at("draw"), {"#c.p": pa.array(many)})
    return np.stack([out[name].to_numpy() for name in NAMES], axis=1)


@pytest.fixture(scope="module")
def source():
    """A curve: the second number is the square of the first, the third follows from how many there are."""
    draw = np.random.default_rng(3)
    many, first = draw.integers(1, 6, N).astype(float), draw.normal(0, 1, N)
    return np.stack([first, first**2 + draw.normal(0, 0.05, N), many * 10 + draw.normal(0, 0.5, N)], axis=1), many


def test_numbers_that_lie_on_a_curve_lie_on_it_in_the_copy(source):
    numbers, many = source
    out = made(learned(numbers, many), many)
    assert np.abs(out[:, 1] - out[:, 0] ** 2).mean() < 0.25  # drawn apart: 1.3
    assert np.corrcoef(out[:, 2], many)[0, 1] > 0.98
    for i in range(3):
        assert np.quantile(out[:, i], (0.1, 0.5, 0.9)) == pytest.approx(np.quantile(numbers[:, i], (0.1, 0.5, 0.9)), abs=0.3)


def test_rows_that_are_chosen_otherwise_have_what_theirs_have(source):
    """Only rows of one child are asked for: the third number is that of such rows, not spread over all."""
    from mimic.generators.freely import freed

    numbers, many = source
    out = made(freed(learned(numbers, many)), np.ones(500))
    assert np.abs(out[:, 2] - 10).mean() < 2.0


def test_every_cloud_has_ten_owners():
    """Twenty rows of one owner are nobody's cloud."""
    draw = np.random.default_rng(4)
    scores = draw.normal(0, 1, (N, 3))
    owners = Owners(N, (np.arange(N) // 20,))
    found = Cells.of(scores, np.zeros(N, dtype=np.int64), 1, owners, 10)
    assert found.rows.sum() == N
    assert len(found.rows) > 10
    assert found.rows.min() >= 10


def test_a_cloud_is_no_row():
    """Of rows that lie far apart none is drawn again."""
    draw = np.random.default_rng(5)
    numbers, many = draw.normal(0, 1, (N, 3)), np.ones(N)
    out = made(learned(numbers, many), many)
    assert not {tuple(row) for row in np.round(numbers, 6)} & {tuple(row) for row in np.round(out, 6)}


def test_too_few_rows_are_drawn_apart():
    table = Table(TableName("", "t"), (Column("id", Integer()),))
    task = Task(table, tuple(Column(name, Float()) for name in NAMES), meanings=(MEANT,) * 3, options={}, k=10)
    found = Clouds.learn(task, None, Streams(1).at("learn"))
    assert found.cells is None
    assert found.needs == ()
