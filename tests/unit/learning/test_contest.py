"""What deals out a column is what foretells most of it on rows left out; a copula keeps what hangs together smoothly."""

import numpy as np
import pyarrow as pa
import pytest

from mimic.errors import UsageError
from mimic.generator import Span, Task
from mimic.generators.copula import Copula
from mimic.generators.distributions import Named
from mimic.generators.fitting import best, candidates
from mimic.generators.leaves import Leaves
from mimic.generators.skill import Outcome, among, better, places, skill, smooth
from mimic.learning.contest import contested
from mimic.plan import Choice
from mimic.profile import Owners, TableEvidence
from mimic.schema import Column, Float, Table, TableName, Text
from mimic.semantics import Kind, Meaning, Sensitivity
from mimic.streams import Streams

MEANT = Meaning(Kind.OTHER, Sensitivity.NONE, 1.0, "said by a test")
DRAW = np.random.default_rng(11)


def evidence(kind=None, **columns):
    kinds = {name: kind if kind is not None and name == "y" else Float() for name in columns}
    table = Table(TableName("", "t"), tuple(Column(name, each) for name, each in kinds.items()))
    sample = pa.table({name: pa.array(values) for name, values in columns.items()})
    return TableEvidence(table, sample.num_rows, sample, Owners(sample.num_rows))


def winner(found, drawn_by="numeric.quantiles", **options):
    needs = [name for name in found.sample.column_names if name != "y"]
    told = {"drawn_by": drawn_by, "features": needs, "categories": ["y"] if drawn_by.startswith("cat") else [], **options}
    task = Task(found.table, (found.table.column("y"),), meanings=(MEANT,), options=told)
    stream = Streams(1).at("learn")
    return contested(Leaves.learn(task, found, stream), Choice(Leaves.kind, "said by a test"), task, found, stream)


def test_a_sum_of_many_is_dealt_out_by_a_copula_where_rows_are_few():
    given = {f"x{i}": DRAW.normal(size=300) for i in range(6)}
    won = winner(evidence(**given, y=sum(given.values()) + 0.3 * DRAW.normal(size=300)))
    assert won.choice.kind == won.generator.kind == Copula.kind
    assert dict(won.choice.skills)[Copula.kind] > dict(won.choice.skills).get(Leaves.kind, 0.0) + 0.1


def test_a_step_is_dealt_out_by_trees():
    x = DRAW.normal(size=2_000)
    won = winner(evidence(x=x, y=np.where(np.abs(x) > 1, 10.0, 0.0) + DRAW.normal(size=2_000)))
    assert won.choice.kind == won.generator.kind == Leaves.kind
    assert won.generator.judged is None, "scores of single rows are no part of a model"


def test_what_hangs_on_nothing_is_drawn_alone():
    won = winner(evidence(x=DRAW.normal(size=2_000), y=DRAW.normal(size=2_000)))
    assert won.choice.kind in ("numeric.quantiles", Named.kind)
    assert isinstance(won.generator, Named) or won.generator.kind == "numeric.quantiles"


def test_a_family_that_is_asked_for_is_not_contested():
    given = {f"x{i}": DRAW.normal(size=600) for i in range(6)}
    found = evidence(**given, y=sum(given.values()) + 0.3 * DRAW.normal(size=600))
    assert winner(found).choice.kind == Copula.kind
    assert winner(found, contest=False).choice.kind == Leaves.kind


def test_categories_are_judged_too():
    x = DRAW.integers(0, 10, 3_000).astype(float)
    won = winner(evidence(Text(), x=x, y=["low" if value < 4 else "high" for value in x]), "categorical.shares")
    assert won.choice.kind == Leaves.kind
    assert dict(won.choice.skills)[Leaves.kind] == pytest.approx(1.0)


def test_a_copula_keeps_correlations_with_what_is_given_and_between_what_it_fills():
    n = 4_000
    x, z = DRAW.normal(size=n), DRAW.normal(size=n)
    found = evidence(x=x, y=np.exp(0.8 * x + 0.6 * z), w=x - 0.5 * z + DRAW.normal(size=n))
    told = {"drawn_by": ["numeric.quantiles", "numeric.quantiles"], "features": ["x"]}
    task = Task(found.table, (found.table.column("y"), found.table.column("w")), meanings=(MEANT, MEANT), options=told)
    copula = Copula.learn(task, found, Streams(1).at("learn"))
    made = copula.sample(Span(0, n, n), Streams(2).at("t", "y,w", 0), {"x": pa.array(x)})
    real = [np.argsort(np.argsort(found.column(name))) for name in ("x", "y", "w")]
    copy = [np.argsort(np.argsort(np.asarray(values))) for values in (x, made["y"], made["w"])]
    assert np.abs(np.corrcoef(real) - np.corrcoef(copy)).max() < 0.04


def test_a_copula_deals_out_numbers_and_dates_only():
    found = evidence(Text(), x=[1.0] * 100, y=["a"] * 100)
    task = Task(found.table, (found.table.column("y"),), meanings=(MEANT,))
    with pytest.raises(UsageError, match="numbers, dates and times"):
        Copula.learn(task, found, Streams(1).at("learn"))


# -- scores --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("coded", [False, True])
def test_the_score_of_a_row_leaves_its_own_value_out(coded):
    """Judged against the definition, a row at a time."""
    n, null = 60, DRAW.random(60) < 0.2
    group, code = DRAW.integers(0, 4, n), DRAW.integers(0, 3, n)
    place = places(DRAW.random(n), null)
    if coded:
        apart = (code[:, None] != code).astype(float)
    else:
        apart = np.where(null[:, None] & null, 0.0, np.where(null[:, None] | null, 0.5, np.abs(place[:, None] - place)))
    wanted = []
    for i in range(n):
        others = [j for j in range(n) if group[j] == group[i] and j != i]
        inner = apart[np.ix_(others, others)].sum() / (len(others) * (len(others) - 1))
        wanted.append(apart[i, others].mean() - inner / 2)
    outcome = Outcome(null, None, code) if coded else Outcome(null, place)
    assert among(outcome, group, 4) == pytest.approx(np.array(wanted))


def test_skill_is_nought_for_drawing_alone_and_grows_with_what_is_known():
    n = 20_000
    z = DRAW.normal(size=n)
    none = np.zeros(n, dtype=bool)
    outcome = Outcome(none, places(0.8 * z + 0.6 * DRAW.normal(size=n), none))
    alone = among(outcome, np.zeros(n, dtype=np.int64), 1)
    assert abs(skill(smooth(outcome, 0 * z, 1.0, 0.0), alone)) < 0.002
    assert 0.35 < skill(smooth(outcome, 0.8 * z, 0.6, 0.0), alone) < 0.45
    assert better(smooth(outcome, 0.8 * z, 0.6, 0.0), alone)


# -- named distributions -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("norm", DRAW.normal(50, 4, 20_000)),
        ("lognorm", DRAW.lognormal(3, 1, 20_000)),
        ("expon", DRAW.exponential(7, 20_000)),
        ("gamma", DRAW.gamma(3, 2, 20_000)),
        ("weibull_min", 5 * DRAW.weibull(2.5, 20_000)),
        ("uniform", DRAW.uniform(-3, 9, 20_000)),
        ("laplace", DRAW.laplace(5, 2, 20_000)),
        ("logistic", DRAW.logistic(5, 2, 20_000)),
    ],
)
def test_the_right_distribution_is_found_and_is_scipys(name, values):
    from scipy import stats

    found = best(values, Streams(1).at("fit"))
    quantiles = getattr(stats, name)(*candidates(values)[name]).ppf([0.1, 0.5, 0.9])
    assert quantiles == pytest.approx(np.quantile(values, [0.1, 0.5, 0.9]), rel=0.06, abs=0.1)
    assert found.name == name or skill(found.scores, found.seen) > -0.01
