"""Numbers end as they do in the source: a habit that k owners share, on values that nobody has."""

import numpy as np
import pyarrow as pa
import pytest

from mimic.generator import Span, Task
from mimic.generators.endings import Endings
from mimic.generators.nested import pack, unpack
from mimic.generators.numeric import Quantiles
from mimic.profile import Owners, TableEvidence
from mimic.schema import Column, Decimal, Integer, Table, TableName
from mimic.streams import Streams

DRAW = np.random.default_rng(3)


def learned(values, kind):
    table = Table(TableName("", "t"), (Column("v", kind, nullable=False),))
    n = len(values)
    found = TableEvidence(table, n, pa.table({"v": values}), Owners(n))
    return Quantiles.learn(Task(table, (table.column("v"),), k=10), found, Streams(1).at("learn"))


def test_prices_that_hardly_any_two_share_still_end_in_99():
    """400 products at 300 prices: none is kept, and $47.31 would be no price."""
    cents = DRAW.integers(5, 400, 400) * 100 + DRAW.choice([99, 50, 0], 400, p=[0.6, 0.3, 0.1])
    cents[:20] = DRAW.integers(500, 40_000, 20)
    made = learned(pa.array(cents / 100).cast(pa.decimal128(12, 2)), Decimal(12, 2))
    assert not len(made.sketch.atoms)
    out = unpack(pack(made)).sample(Span(0, 4_000, 4_000), Streams(2).at("draw"), {})["v"].to_numpy(zero_copy_only=False)
    end = np.rint(out.astype(float) * 100).astype(np.int64) % 100
    for ending in (99, 50, 0):
        assert (end == ending).mean() == pytest.approx((cents % 100 == ending).mean(), abs=0.03)
    assert out.astype(float).mean() == pytest.approx(cents.mean() / 100, rel=0.02)


def test_salaries_are_whole_hundreds_but_for_those_that_are_not():
    salary = np.where(DRAW.uniform(size=3_000) < 0.7, DRAW.integers(200, 3_000, 3_000) * 100, DRAW.integers(20_000, 300_000, 3_000))
    out = learned(pa.array(salary), Integer()).sample(Span(0, 5_000, 5_000), Streams(2).at("draw"), {})["v"].to_numpy()
    assert (out % 100 == 0).mean() == pytest.approx((salary % 100 == 0).mean(), abs=0.04)


def test_an_ending_of_fewer_owners_is_not_kept():
    values = DRAW.integers(1, 500, 300) * 100.0 + 99
    owner = np.arange(300) % 9
    assert Endings.learn(values, Owners(300), 10).ends.tolist() == [99]
    assert Endings.learn(values, Owners(300, (owner,)), 10) is None


def test_numbers_that_end_anyhow_or_lie_close_have_no_endings():
    assert Endings.learn(DRAW.integers(0, 100_000, 5_000).astype(float), Owners(5_000), 10) is None
    assert Endings.learn(DRAW.choice([19, 29, 39], 300).astype(float), Owners(300), 10) is None
