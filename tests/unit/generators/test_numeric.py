"""Numbers: the shape of a column is learned, and no single owner's value."""

from __future__ import annotations

from decimal import Decimal as Exact

import numpy as np
import pyarrow as pa
import pytest

from mimic.generators.cells import sketch
from mimic.generators.distributions import Even, Named
from mimic.generators.numeric import Quantiles
from mimic.profile import Owners
from mimic.schema import Decimal, Float, Integer, Money
from mimic.streams import Streams
from mimic.testing.generator_checks import case_of, learned, made, packed

N = 5_000
DRAW = np.random.default_rng(11)
SHAPES = {
    "normal": DRAW.normal(100, 15, N),
    "skewed": DRAW.lognormal(3, 1.2, N),
    "two humps": np.where(DRAW.random(N) < 0.3, DRAW.normal(10, 1, N), DRAW.normal(90, 5, N)),
    "even": DRAW.uniform(-50, 50, N),
    "heavy tail": DRAW.pareto(1.5, N) * 10,
    "mostly zero": np.where(DRAW.random(N) < 0.7, 0.0, DRAW.exponential(40, N)),
}


def apart(one, other) -> float:
    """The Kolmogorov-Smirnov distance."""
    one, other = np.sort(one), np.sort(other)
    every = np.concatenate([one, other])
    return np.abs(np.searchsorted(one, every, "right") / len(one) - np.searchsorted(other, every, "right") / len(other)).max()


def values(kind, source, n=N, **more) -> list:
    case = case_of(kind, source, **more)
    return made(learned(Quantiles, case), case, n)["v"].to_pylist()


@pytest.mark.parametrize("shape", SHAPES)
def test_the_quantiles_of_a_float_are_those_of_the_source(shape):
    source = SHAPES[shape]
    assert apart(source, values(Float(), source)) <= 0.05


@pytest.mark.parametrize("shape", SHAPES)
def test_the_quantiles_of_an_integer_are_those_of_the_source(shape):
    source = np.rint(SHAPES[shape]).astype(int).tolist()
    found = values(Integer(32), source)
    assert apart(source, found) <= 0.05
    assert all(isinstance(value, int) for value in found)


@pytest.mark.parametrize("n", [200, 1_000, 20_000])
def test_the_quantiles_do_not_depend_on_how_many_rows_are_made(n):
    source = SHAPES["skewed"]
    assert apart(source, values(Float(), source, n)) <= 0.05


def test_the_mean_is_that_of_the_source():
    source = SHAPES["skewed"]
    assert np.mean(values(Float(), source)) == pytest.approx(source.mean(), rel=0.03)


def test_a_value_of_many_owners_keeps_its_share():
    source = [0] * 2_000 + [999] * 500 + DRAW.integers(1, 10**6, N - 2_500).tolist()
    found = values(Integer(32), source)
    assert found.count(0) == pytest.approx(2_000, abs=100)
    assert found.count(999) == pytest.approx(500, abs=60)


def test_shares_are_exact_in_a_small_table():
    assert sorted(values(Integer(16), [1] * 50 + [2] * 30 + [3] * 20, 10)) == [1] * 5 + [2] * 3 + [3] * 2


@pytest.mark.parametrize(("kind", "scale"), [(Decimal(12, 2), 2), (Decimal(9, 4), 4), (Decimal(20, 0), 0)])
def test_decimals_keep_their_scale(kind, scale):
    source = [Exact(int(x)).scaleb(-scale) for x in SHAPES["skewed"] * 100]
    found = values(kind, source)
    assert {value.as_tuple().exponent for value in found} == {-scale}
    assert apart([float(x) for x in source], [float(x) for x in found]) <= 0.05


def test_a_numeric_without_limits_keeps_the_digits_that_are_used():
    source = [f"{x:.3f}" for x in SHAPES["normal"]]
    assert {len(value.partition(".")[2]) for value in values(Decimal(), source, 500)} <= {3}


def test_floats_of_two_decimals_stay_of_two_decimals():
    found = values(Float(), np.round(SHAPES["normal"], 2))
    assert found == [round(value, 2) for value in found]


def test_prices_keep_the_step_in_which_they_are_counted():
    source = (np.rint(SHAPES["skewed"] / 5 + 1) * 5).astype(int).tolist()
    assert not [value for value in values(Integer(32), source) if value % 5]


def test_money_keeps_its_sign():
    found = values(Money(), [f"${x:,.2f}" for x in SHAPES["skewed"]], 300)
    assert all(value.startswith("$") and value[-3] == "." for value in found)


def test_what_was_never_negative_does_not_become_so():
    assert min(values(Float(), SHAPES["mostly zero"])) >= 0.0


def test_the_least_and_the_greatest_of_one_owner_are_not_kept():
    source = [*SHAPES["normal"].tolist(), -98765.4321, 123456.789]
    case = case_of(Float(), source)
    generator = learned(Quantiles, case)
    text, parts = packed(generator)
    numbers = np.concatenate([generator.sketch.atoms, generator.sketch.means])
    assert not np.isin([-98765.4321, 123456.789], numbers).any()
    assert "123456.789" not in text
    assert not any(np.float64(extreme).tobytes() in part for part in parts for extreme in (-98765.4321, 123456.789))
    found = made(generator, case, N)["v"].to_pylist()
    assert not {-98765.4321, 123456.789} & set(found)


def test_no_source_value_is_kept_where_none_has_k_owners():
    generator = learned(Quantiles, case_of(Float(), SHAPES["normal"]))
    assert list(generator.literals()) == []
    assert not np.isin(generator.sketch.means, SHAPES["normal"]).any()


def test_a_value_of_many_rows_and_one_owner_is_not_kept():
    source = [4711] * 400 + DRAW.integers(0, 3_000, 600).tolist()
    case = case_of(Integer(32), source, owners=[0] * 400 + list(range(1, 601)))
    generator = learned(Quantiles, case)
    assert 4711 not in generator.sketch.atoms
    assert "4711" not in [literal.value for literal in generator.literals()]


def test_a_value_of_k_owners_is_kept_though_one_of_them_has_most_rows():
    source = [4711] * 400 + DRAW.integers(0, 3_000, 600).tolist()
    case = case_of(Integer(32), source, owners=[0] * 390 + list(range(1, 611)))
    assert [(literal.value, literal.owners) for literal in learned(Quantiles, case).literals() if literal.value == "4711"] == [("4711", 11)]


@pytest.mark.parametrize("owners", [9, 10, 11])
def test_every_cell_has_k_owners(owners):
    """Rows of few owners: as many cells as there are k owners, and none where there are fewer."""
    codes = np.arange(1_000) % owners
    found = sketch(SHAPES["normal"][:1_000], Owners(1_000, (codes,)), 10)
    assert (found is None) == (owners < 10)
    if found is not None:
        assert found.shares.sum() == pytest.approx(1.0)


def test_without_literals_the_shape_stays_and_no_atom_does():
    source = [0] * 2_000 + DRAW.integers(1, 1_000, 3_000).tolist()
    case = case_of(Integer(32), source, options={"keep_literals": False})
    generator = learned(Quantiles, case)
    assert not len(generator.sketch.atoms)
    assert apart(source, made(generator, case, N)["v"].to_pylist()) <= 0.05


def test_bounds_hold():
    found = values(Integer(32), SHAPES["heavy tail"].astype(int).tolist(), options={"low": 5, "high": 60})
    assert (min(found), max(found)) == (5, 60)


def test_special_floats_keep_their_share():
    found = np.array(values(Float(), [float("nan")] * 500 + [float("inf")] * 500 + [1.5] * 4_000))
    assert np.isnan(found).mean() == pytest.approx(0.1, abs=0.015)
    assert np.isposinf(found).mean() == pytest.approx(0.1, abs=0.015)


@pytest.mark.parametrize("n", [50, 500, 5_000, 20_000])
def test_unique_numbers_have_the_shape_of_the_source(n):
    source = np.unique(np.rint(SHAPES["normal"] * 1_000).astype(int)).tolist()
    found = values(Integer(32), source, n, unique=True)
    assert len(set(found)) == n
    assert apart(source, found) <= 0.05


def test_an_empty_table_has_no_unique_numbers():
    assert values(Integer(32), [1, 2, 3], 0, unique=True) == []


@pytest.mark.parametrize(("bits", "last"), [(16, 2**15), (32, 2**31), (64, 2**63)])
def test_integers_stay_within_their_width(bits, last):
    found = values(Integer(bits), [last - 1 - 7 * i for i in range(500)] + [-last + 7 * i for i in range(500)], 1_000)
    assert all(-last <= value < last for value in found)


def test_a_named_distribution_is_drawn_from():
    case = case_of(Float(), [], options={"distribution": "norm", "parameters": [50, 4]})
    found = made(learned(Named, case), case, N)["v"].to_numpy()
    assert (found.mean(), found.std()) == (pytest.approx(50, abs=0.2), pytest.approx(4, rel=0.05))


def test_an_even_draw_gives_both_ends():
    case = case_of(Integer(32), [], options={"low": 1, "high": 6})
    found = made(learned(Even, case), case, 6_000)["v"].to_pylist()
    assert {found.count(face) for face in range(1, 7)} <= set(range(900, 1_101))


def test_no_rows_give_numbers_of_the_type():
    for kind in (Integer(16), Decimal(6, 2), Float(32)):
        case = case_of(kind, [])
        assert len(made(Quantiles.learn(case.task, None, Streams(0).at("x")), case, 50)["v"].drop_null()) == 50


def test_types_are_those_of_the_column():
    case = case_of(Integer(16), [1, 2, 3] * 20)
    assert made(learned(Quantiles, case), case, 5)["v"].type == pa.int16()
