"""Numbers that never pass others of their row: found, kept, and dealt as in the source."""

import numpy as np
import pyarrow as pa
import pytest

from mimic.generator import Span, Task
from mimic.generators.bounded import Bounded, exchanged
from mimic.planning.bounds import amounts, bounds_of
from mimic.profile import Owners, TableEvidence
from mimic.schema import Column, Integer, Table, TableName
from mimic.semantics import Kind, Meaning, Sensitivity
from mimic.streams import Streams

MEANT = Meaning(Kind.OTHER, Sensitivity.NONE, 1.0, "said by a test")
N = 6_000


def evidence(**columns):
    table = Table(TableName("", "t"), tuple(Column(name, Integer()) for name in columns))
    return TableEvidence(table, N, pa.table({name: pa.array(values) for name, values in columns.items()}), Owners(N))


def hits(seed=1):
    """Times at bat, hits, and two kinds of hits, which together are no more than the hits."""
    draw = np.random.default_rng(seed)
    at_bat = draw.integers(0, 600, N)
    hit = draw.binomial(at_bat, 0.3)
    double = draw.binomial(hit, 0.2)
    home_run = draw.binomial(hit - double, 0.2)
    return {"ab": at_bat, "h": hit, "x2b": double, "hr": home_run}


def test_what_others_add_up_to_is_a_bound():
    """Doubles and home runs together are no more than hits: each alone would leave too much room."""
    found = evidence(**hits())
    bounds = bounds_of(found, "hr", amounts(found, ["ab", "h", "x2b"]))
    assert bounds is not None
    assert ((("h", 1), ("x2b", -1)), 0) in bounds.caps


def test_chance_is_no_bound():
    """A column that is far below another, or that some rows pass, is bound by nothing."""
    draw = np.random.default_rng(2)
    found = evidence(small=draw.integers(0, 5, N), large=draw.integers(1_000, 2_000, N), alike=draw.integers(0, 5, N))
    assert bounds_of(found, "small", amounts(found, ["large", "alike"])) is None


def copied(columns, name, others, features):
    found = evidence(**columns)
    bounds = bounds_of(found, name, amounts(found, others))
    assert bounds is not None
    told = {
        "bounded": ["tree.leaves", [cap for cap, _ in bounds.caps], [floor for floor, _ in bounds.floors], bounds.counted, bounds.way],
        "drawn_by": "numeric.quantiles",
        "features": features,
    }
    task = Task(found.table, (found.table.column(name),), meanings=(MEANT,), options=told, k=10)
    made = Bounded.restore(Bounded.learn(task, found, Streams(1).at("learn")).state())
    given = {each: found.sample.column(each).combine_chunks() for each in columns if each != name}
    return made, made.sample(Span(0, N, N), Streams(2).at("draw"), given)[name]


def test_no_row_of_the_copy_passes_a_bound():
    columns = hits()
    _, out = copied(columns, "hr", ["ab", "h", "x2b"], ["ab", "h", "x2b"])
    assert (out.to_numpy() <= columns["h"] - columns["x2b"]).all()
    assert out.to_numpy().mean() == pytest.approx(columns["hr"].mean(), rel=0.05)


def test_as_many_rows_are_at_their_bound():
    """Half of the orders are shipped whole; values drawn on their own would hardly ever be just those that were ordered."""
    draw = np.random.default_rng(3)
    ordered = draw.integers(1, 500, N)
    shipped = np.where(draw.random(N) < 0.5, ordered, draw.binomial(ordered, 0.5))
    made, out = copied({"ordered": ordered, "shipped": shipped}, "shipped", ["ordered"], ["ordered"])
    assert made.same is not None
    assert (out.to_numpy() == ordered).mean() == pytest.approx((shipped == ordered).mean(), abs=0.03)
    assert (out.to_numpy() <= ordered).all()


def test_what_keeps_close_to_a_sum_is_counted_from_it():
    """Games are wins and losses and now and then a tie."""
    draw = np.random.default_rng(4)
    games = draw.integers(100, 4_000, N)
    wins = draw.binomial(games, 0.5)
    losses = games - wins - draw.choice([0, 1, 2], N, p=[0.8, 0.15, 0.05])
    made, out = copied({"games": games, "wins": wins, "losses": losses}, "losses", ["games", "wins"], ["games", "wins"])
    assert made.distance is not None
    ties = games - wins - out.to_numpy()
    assert [(ties == many).mean() for many in (0, 1, 2)] == pytest.approx([0.8, 0.15, 0.05], abs=0.02)


def test_values_beyond_their_bound_change_places():
    """Hardly any value is lost, and none is beyond its bound."""
    draw = np.random.default_rng(5)
    high = draw.uniform(0, 100, N)
    values = np.minimum(high * draw.uniform(0, 1.1, N), 100)
    out = exchanged(values, np.full(N, -np.inf), high, np.ones(N, dtype=np.bool_))
    assert out.mean() == pytest.approx(values.mean(), rel=0.05)
    assert (out <= high).mean() > 0.999
