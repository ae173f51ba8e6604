"""`generator: {name: distribution.normal, mean: 10, std: 2}`: plain names, scipy's names, and what is told where neither fits."""

import numpy as np
import pyarrow as pa
import pytest

from mimic.config import ColumnConfig
from mimic.errors import UsageError
from mimic.generator import Span, Task
from mimic.generators import builtin
from mimic.planning.choosing import choose
from mimic.planning.naming import PLAIN, spelled
from mimic.schema import Column, Date, Decimal, Float, Integer, Table, TableName, Text, Timestamp
from mimic.semantics import Kind, Meaning, Sensitivity
from mimic.streams import Streams

MEANT = Meaning(Kind.OTHER, Sensitivity.NONE, 1.0, "said by a test")
N = 4_000


def drawn(kind, **generator):
    """N values of a column without rows, by a generator of the configuration."""
    column = Column("v", kind)
    table = Table(TableName("", "t"), (column,))
    told = ColumnConfig.model_validate({"generator": generator})
    step = choose(Task(table, (column,), meanings=(MEANT,)), builtin(), None, told, None)
    made = builtin().generators.get(step.choice.kind).learn(step.task, None, Streams(1).at("learn"))
    return made.sample(Span(0, N, N), Streams(2).at("t", "v", 0), {})["v"]


@pytest.mark.parametrize(
    ("told", "mean", "std"),
    [
        ({"name": "distribution.normal", "mean": 10, "std": 2}, 10, 2),
        ({"name": "distribution.lognormal", "median": 5, "sigma": 0.5}, 5 * np.exp(0.125), 5 * np.exp(0.125) * np.sqrt(np.exp(0.25) - 1)),
        ({"name": "distribution.exponential", "mean": 3}, 3, 3),
        ({"name": "distribution.gamma", "shape": 2, "scale": 3}, 6, 18**0.5),
        ({"name": "distribution.beta", "a": 2, "b": 2, "low": 10, "high": 20}, 15, 5**0.5),
        ({"name": "distribution.triangular", "low": 0, "mode": 3, "high": 6}, 3, 1.5**0.5),
        ({"name": "distribution.uniform", "low": 0, "high": 12}, 6, 12**0.5),
        ({"name": "distribution.student_t", "df": 9, "mean": 4}, 4, (9 / 7) ** 0.5),
        ({"name": "distribution.gumbel_r", "loc": 1, "scale": 2}, 1 + 2 * 0.5772, 2 * np.pi / 6**0.5),
        ({"name": "distribution.norm", "parameters": [10, 2]}, 10, 2),
    ],
)
def test_numbers_have_the_distribution_that_is_given(told, mean, std):
    values = np.asarray(drawn(Float(), **told))
    assert values.mean() == pytest.approx(mean, rel=0.03)
    assert values.std() == pytest.approx(std, rel=0.06)


@pytest.mark.parametrize(
    ("told", "mean"),
    [
        ({"name": "distribution.poisson", "mean": 2.5}, 2.5),
        ({"name": "distribution.binomial", "n": 10, "p": 0.3}, 3),
        ({"name": "distribution.geometric", "p": 0.25}, 4),
        ({"name": "distribution.negative_binomial", "n": 3, "p": 0.5}, 3),
        ({"name": "distribution.bernoulli", "p": 0.2}, 0.2),
        ({"name": "distribution.randint", "parameters": [0, 5]}, 2),
    ],
)
def test_whole_numbers_are_drawn_as_such(told, mean):
    assert np.asarray(drawn(Integer(32), **told)).mean() == pytest.approx(mean, rel=0.06)
    assert np.array([float(x) for x in drawn(Decimal(12, 2), **told).to_pylist()]).mean() == pytest.approx(mean, rel=0.06)


def test_a_poisson_has_no_value_too_few_or_too_many():
    from scipy import stats

    seen = np.bincount(np.asarray(drawn(Integer(32), name="distribution.poisson", mean=2.0)), minlength=12)[:12] / N
    assert np.abs(seen - stats.poisson(2.0).pmf(np.arange(12))).max() < 0.02


def test_categories_come_by_their_weights_and_null_by_its_share():
    values = drawn(Text(), name="distribution.categories", values={"DE": 3, "FR": 1}, null_share=0.2)
    counts = {pair["values"]: pair["counts"] for pair in pa.compute.value_counts(values).to_pylist()}
    assert counts[None] == pytest.approx(0.2 * N, abs=2)
    assert counts["DE"] == pytest.approx(0.6 * N, rel=0.05)
    assert counts["FR"] == pytest.approx(0.2 * N, rel=0.1)


@pytest.mark.parametrize("kind", [Date(), Timestamp()])
def test_dates_fill_their_span_evenly(kind):
    values = drawn(kind, name="distribution.dates", low="2026-03-01", high="2026-03-10", null_share=0)
    days = np.asarray(values.cast(pa.timestamp("us")).cast(pa.int64())) / 86_400_000_000 - 20_513
    assert days.min() >= 0
    assert days.max() < 10
    assert days.mean() == pytest.approx(4.5, abs=0.3)


@pytest.mark.parametrize(
    ("kind", "told", "why"),
    [
        (Float(), {"name": "distribution.normal", "mean": 1}, "needs std"),
        (Float(), {"name": "distribution.normal", "mean": 1, "std": 2, "stdd": 2}, "does not know 'stdd'"),
        (Float(), {"name": "distribution.norml"}, "no distribution of scipy"),
        (Float(), {"name": "distribution.normal", "mean": "x", "std": 1}, "must be a number"),
        (Float(), {"name": "distribution.norm", "scale": -1}, "cannot be drawn from"),
        (Text(), {"name": "distribution.normal", "mean": 1, "std": 2}, "fills numbers"),
        (Text(), {"name": "distribution.dates", "low": "2026-01-01", "high": "2026-01-02"}, "holds none"),
        (Integer(), {"name": "distribution.poisson", "mu": 2, "scale": 3}, "no scale"),
    ],
)
def test_what_does_not_fit_is_told(kind, told, why):
    with pytest.raises(UsageError, match=why):
        spelled(ColumnConfig.model_validate({"generator": told}), Column("v", kind))


def test_plain_names_say_what_they_take():
    for name, (needed, _, _) in PLAIN.items():
        with pytest.raises(UsageError, match=r"needs|takes|must"):
            spelled(ColumnConfig.model_validate({"generator": {"name": f"distribution.{name}", needed[0]: "x"}}), Column("v", Float()))
