"""Siblings: columns that never go back, how alike their categories are, and between which numbers a category comes."""

import numpy as np
import pyarrow as pa
import pytest

from mimic.generator import Span, Task
from mimic.generators.familiar import Familiar
from mimic.generators.features import Scale
from mimic.generators.leaves import Leaves
from mimic.generators.lines import Line
from mimic.generators.rising import Rising
from mimic.generators.windows import Windows
from mimic.plan import Choice, Step
from mimic.planning.lines import rising as planned
from mimic.profile import Owners, TableEvidence
from mimic.schema import Column, Date, Integer, Table, TableName, Text, Timestamp
from mimic.semantics import Kind, Meaning, Sensitivity
from mimic.streams import Streams

MEANT = Meaning(Kind.OTHER, Sensitivity.NONE, 1.0, "said by a test")
FAMILIES, EACH = 400, 10
N = FAMILIES * EACH
FAMILY = np.repeat(np.arange(FAMILIES), EACH)


def rising(values, kind, way, direction="up"):
    table = Table(TableName("", "t"), (Column("n", Integer(), nullable=False), Column("y", kind, nullable=False)))
    sample = pa.table({"n": pa.array(np.arange(N)), "y": values})
    evidence = TableEvidence(table, N, sample, Owners(N), hidden={"@p": pa.array(FAMILY)})
    drawn_by = "temporal.quantiles" if isinstance(kind, Date) else "numeric.quantiles"
    told = {"rising": [way, direction, "tree.leaves", "@p", "n"], "drawn_by": drawn_by, "features": []}
    made = Rising.learn(Task(table, (table.column("y"),), meanings=(MEANT,), options=told, k=10), evidence, Streams(1).at("learn"))
    given = {"@p": evidence.hidden["@p"], "n": sample.column("n").combine_chunks()}
    return made.sample(Span(0, N, N), Streams(2).at("draw"), given)["y"]


def test_steps_from_one_sibling_to_the_next_are_those_of_the_source():
    """A season is one or two years after the one before: sorted draws would leave gaps of any size."""
    draw = np.random.default_rng(3)
    steps = draw.choice([0, 1, 2], (FAMILIES, EACH), p=[0.3, 0.6, 0.1])
    steps[:, 0] = draw.integers(1_000, 3_000, FAMILIES)
    out = rising(pa.array(steps.cumsum(axis=1).ravel()), Integer(), "steps").to_numpy().reshape(FAMILIES, EACH)
    found = np.diff(out, axis=1)
    assert set(np.unique(found)) == {0, 1, 2}
    assert [(found == step).mean() for step in (0, 1, 2)] == pytest.approx([0.3, 0.6, 0.1], abs=0.02)
    assert out.mean() == pytest.approx(steps.cumsum(axis=1).mean(), rel=0.03)


@pytest.mark.parametrize(("said", "atoms"), [({}, 3), ({"keep_literals": False}, 0)])
def test_what_is_said_of_a_column_holds_for_its_steps(said, atoms):
    """A column of which no value may be kept keeps no step either."""
    steps = np.random.default_rng(3).choice([0, 1, 2], (FAMILIES, EACH))
    steps[:, 0] = np.random.default_rng(4).integers(1_000, 3_000, FAMILIES)
    table = Table(TableName("", "t"), (Column("n", Integer(), nullable=False), Column("y", Integer(), nullable=False)))
    sample = pa.table({"n": pa.array(np.arange(N)), "y": pa.array(steps.cumsum(axis=1).ravel())})
    evidence = TableEvidence(table, N, sample, Owners(N), hidden={"@p": pa.array(FAMILY)})
    told = {"rising": ["steps", "up", "tree.leaves", "@p", "n"], "drawn_by": "numeric.quantiles", "features": [], **said}
    made = Rising.learn(Task(table, (table.column("y"),), meanings=(MEANT,), options=told, k=10), evidence, Streams(1).at("learn"))
    assert len(made.step.sketch.atoms) == atoms


def test_no_line_goes_beyond_the_end_of_the_column():
    """A line that begins late and goes on as others do would pass the last day there is."""
    draw = np.random.default_rng(4)
    days = np.sort(draw.integers(18_000, 19_000, (FAMILIES, 1)) + np.sort(draw.integers(0, 200, (FAMILIES, EACH)), axis=1), axis=1)
    days = np.minimum(days, 19_050)
    out = rising(pa.array(days.ravel().astype(np.int32)).view(pa.date32()), Date(), "steps").view(pa.int32()).to_numpy()
    assert out.max() <= 19_051
    assert (np.diff(out.reshape(FAMILIES, EACH), axis=1) >= 0).all()


def test_values_all_over_the_range_are_put_in_order():
    draw = np.random.default_rng(5)
    days = np.sort(draw.integers(0, 5_000, (FAMILIES, EACH)), axis=1).ravel()
    out = rising(pa.array(days.astype(np.int32)).view(pa.date32()), Date(), "sorted").view(pa.int32()).to_numpy()
    assert (np.diff(out.reshape(FAMILIES, EACH), axis=1) >= 0).all()
    assert np.quantile(out, (0.1, 0.5, 0.9)) == pytest.approx(np.quantile(days, (0.1, 0.5, 0.9)), abs=120)


def kinds(codes):
    return np.mean([len(np.unique(codes[family == FAMILY])) for family in range(FAMILIES)])


@pytest.mark.parametrize("stay", [0.9, 0.5, 0.0])
def test_siblings_have_as_many_kinds_as_in_the_source(stay):
    """Each family keeps its kind with the odds `stay`; drawn alone, siblings would have nearly six kinds of eight."""
    draw = np.random.default_rng(6)
    codes = draw.integers(0, 8, (FAMILIES, EACH))
    for i in range(1, EACH):
        codes[:, i] = np.where(draw.random(FAMILIES) < stay, codes[:, i - 1], codes[:, i])
    codes, shares = codes.ravel(), np.full((1, 8), 1 / 8)
    line, leaf = Line.of(("@p",), {"@p": pa.array(FAMILY)}), np.zeros(N, dtype=np.int64)
    found = Familiar.learn(line, codes, shares, leaf, Owners(N), 10)
    if found is None:
        assert stay == 0.0
        return
    out = found.draw(line, shares, leaf, np.random.default_rng(7).random(N))
    assert kinds(out) == pytest.approx(kinds(codes), rel=0.05)


def drawn(codes, shares, leaf=None, shared=None, beside=()):
    line, leaf = Line.of(("@p",), {"@p": pa.array(FAMILY)}), np.zeros(N, dtype=np.int64) if leaf is None else leaf
    found = Familiar.learn(line, codes, shares, leaf, Owners(N), 10, None, shared, beside)
    assert found is not None
    return Familiar.restore(found.state()).draw(line, shares, leaf, np.random.default_rng(7).random(N), None, shared)


def changes(codes):
    first = np.arange(N) % EACH == 0
    return ~first & (codes != np.roll(codes, 1))


def test_rare_and_frequent_categories_are_left_alike():
    """Each family keeps its kind with the odds 0.8, whatever kind: that a kind is rare does not make it left."""
    draw = np.random.default_rng(16)
    share = np.array([0.9, 0.05, 0.03, 0.02])
    codes = draw.choice(4, (FAMILIES, EACH), p=share)
    for i in range(1, EACH):
        codes[:, i] = np.where(draw.random(FAMILIES) < 0.8, codes[:, i - 1], codes[:, i])
    out = drawn(codes.ravel(), share[None])
    for kind in range(4):
        before = np.roll(out, 1) == kind
        rows = (np.arange(N) % EACH > 0) & before
        kept = (codes[:, 1:] == codes[:, :-1])[codes[:, :-1] == kind].mean()
        assert (out[rows] == kind).mean() == pytest.approx(kept, abs=0.06)


def test_a_category_changes_when_what_is_beside_it_changes():
    """In the same year the place is another, in another year it stays: `shared` says which year it is."""
    draw = np.random.default_rng(17)
    same = np.where(np.arange(N) % EACH == 0, 0.0, np.where(draw.random(N) < 0.4, 1.0, -1.0))
    codes = np.zeros(N, dtype=np.int64)
    for i in range(N):
        stays = i % EACH and draw.random() < (0.05 if same[i] > 0 else 0.9)
        codes[i] = codes[i - 1] if stays else draw.integers(0, 6)
    out = drawn(codes, np.full((1, 6), 1 / 6), shared=same[None], beside=("<=year",))
    for way in (1.0, -1.0):
        assert changes(out)[same == way].mean() == pytest.approx(changes(codes)[same == way].mean(), abs=0.04)


def test_what_a_leaf_rules_out_stays_out():
    """Half of the rows may only have the first two kinds; that siblings stay alike does not bring the others there."""
    draw = np.random.default_rng(18)
    leaf = draw.integers(0, 2, N)
    codes = np.zeros(N, dtype=np.int64)
    for i in range(N):
        may = range(2) if leaf[i] else range(4)
        codes[i] = codes[i - 1] if i % EACH and codes[i - 1] in may and draw.random() < 0.9 else draw.choice(may)
    shares = np.stack([np.bincount(codes[leaf == i], minlength=4) / (leaf == i).sum() for i in range(2)])
    assert (drawn(codes, shares, leaf)[leaf == 1] < 2).all()


def test_siblings_come_back_to_what_they_had_most():
    """Each family has one kind of its own, and leaves it for single rows."""
    draw = np.random.default_rng(19)
    home = draw.integers(0, 6, (FAMILIES, 1))
    codes = np.where(draw.random((FAMILIES, EACH)) < 0.7, home, draw.integers(0, 6, (FAMILIES, EACH))).ravel()
    out = drawn(codes, np.full((1, 6), 1 / 6))

    def most(codes):
        return np.mean([np.bincount(codes[family == FAMILY]).max() for family in range(FAMILIES)])

    assert most(out) == pytest.approx(most(codes), rel=0.08)


def test_a_category_comes_only_in_its_window():
    """Teams play for ten years each; a leaf that holds three teams' years deals each to all of them."""
    draw = np.random.default_rng(8)
    year = draw.uniform(0, 100, N)
    codes = 2 + (year // 10).astype(np.int64)
    knots = np.linspace(0, 100, 513)
    place = Scale("year", knots).place(pa.array(year))
    shares = np.full((1, 12), 0.1)
    shares[0, :2] = 0.0
    found = Windows.learn([(Scale("year", knots), place)], codes, shares, np.zeros(N, dtype=np.int64), Owners(N), 10)
    assert found is not None
    allowed, part = found.limits(pa.array(year))
    assert allowed[part, codes].mean() > 0.98
    assert allowed[part].sum(axis=1).mean() < 1.4 + 2  # its own, a neighbour's at times; NULL and the rest come anywhere
    assert found.low[3:] == pytest.approx(np.arange(10, 100, 10) / 100, abs=0.02)


def test_windows_of_categories_with_few_owners_are_open():
    """Rows of one owner set no end of a window."""
    place, codes = np.linspace(0, 1, 400), np.where(np.arange(400) < 200, 2, 3)
    owners = Owners(400, (np.where(np.arange(400) < 200, np.arange(400), 7),))
    scale = Scale("year", np.linspace(0, 1, 513))
    found = Windows.learn([(scale, place)], codes, np.full((1, 4), 0.25), np.zeros(400, dtype=np.int64), owners, 10)
    assert found is not None
    assert (found.low[3], found.high[3]) == (0.0, 1.0)
    assert found.high[2] < 0.6


def test_dealt_categories_survive_the_model_file():
    """What is learned of siblings and windows is in the state."""
    draw = np.random.default_rng(9)
    team = np.repeat(draw.integers(0, 12, FAMILIES), EACH)
    table = Table(TableName("", "t"), (Column("year", Integer()), Column("team", Text())))
    year = team * 5 + draw.integers(0, 20, N)
    sample = pa.table({"year": pa.array(year), "team": pa.array([f"team {code}" for code in team])})
    evidence = TableEvidence(table, N, sample, Owners(N), hidden={"@p": pa.array(FAMILY)})
    told = {"drawn_by": "categorical.shares", "features": ["year"], "categories": ["team"], "siblings": "@p"}
    made = Leaves.learn(Task(table, (table.column("team"),), meanings=(MEANT,), options=told, k=10), evidence, Streams(1).at("learn"))
    assert made.familiar is not None
    again = Leaves.restore(made.state())
    given = {"year": sample.column("year").combine_chunks(), "@p": evidence.hidden["@p"]}
    one, two = (each.sample(Span(0, N, N), Streams(2).at("draw"), given)["team"] for each in (made, again))
    assert one.equals(two)


@pytest.mark.parametrize("way", ["steps", "sorted"])
def test_what_goes_down_in_the_source_goes_down_in_the_copy(way):
    draw = np.random.default_rng(5)
    days = draw.integers(17_000, 19_000, (FAMILIES, 1)) - draw.integers(0, 30, (FAMILIES, EACH)).cumsum(axis=1)
    out = rising(pa.array(days.ravel().astype(np.int32)).view(pa.date32()), Date(), way, "down").view(pa.int32()).to_numpy()
    assert (np.diff(out.reshape(FAMILIES, EACH), axis=1) <= 0).all()
    assert out.mean() == pytest.approx(days.mean(), abs=40)
    assert out.min() >= days.min() - 5


def test_a_calendar_without_gaps_stays_one():
    """Every line has each day once, from the same first day on: drawn one by one, days would come twice."""
    days = np.tile(19_000 + np.arange(EACH), FAMILIES).astype(np.int32)
    here = Line.of(("@p", "n"), {"@p": pa.array(FAMILY), "n": pa.array(np.arange(N))})
    table = Table(TableName("", "t"), (Column("n", Integer(), nullable=False), Column("y", Date(), nullable=False)))
    found = TableEvidence(table, N, pa.table({"n": pa.array(np.arange(N)), "y": pa.array(days).view(pa.date32())}), Owners(N))
    step = Step(Task(table, (table.column("y"),), meanings=(MEANT,), k=10), Choice("tree.leaves", "said by a test"))
    up = days[here.before >= 0] - days[here.before[here.before >= 0]]
    for sign, told in ((1.0, "up"), (-1.0, "down")):
        assert planned(step, ("@p", "n"), found, here, sign * up, "").task.options["rising"][:2] == ["steps", told]
    out = rising(pa.array(days).view(pa.date32()), Date(), "steps").view(pa.int32()).to_numpy()
    assert out.tolist() == days.tolist()


def test_the_first_rows_of_fewer_lines_than_k_say_nothing_but_lines_begin_where_the_column_does():
    """Three stations measured every hour of a month: when they began is told of none, and no line begins years before."""
    lines, each = 3, 700
    hours = np.tile(np.arange(each), lines) * 3_600_000_000 + 1_370_000_000 * 1_000_000 // 3_600_000_000 * 3_600_000_000
    table = Table(TableName("", "t"), (Column("n", Integer(), nullable=False), Column("y", Timestamp(), nullable=False)))
    n = lines * each
    sample = pa.table({"n": pa.array(np.arange(n)), "y": pa.array(hours, pa.timestamp("us"))})
    found = TableEvidence(table, n, sample, Owners(n), hidden={"@p": pa.array(np.repeat(np.arange(lines), each))})
    told = {"rising": ["steps", "up", "tree.leaves", "@p", "n"], "drawn_by": "temporal.quantiles", "features": []}
    made = Rising.learn(Task(table, (table.column("y"),), meanings=(MEANT,), options=told, k=10), found, Streams(1).at("learn"))
    given = {"@p": found.hidden["@p"], "n": sample.column("n").combine_chunks()}
    out = made.sample(Span(0, n, n), Streams(2).at("draw"), given)["y"].cast(pa.int64()).to_numpy()
    assert set(np.diff(out.reshape(lines, each), axis=1).ravel()) == {3_600_000_000}
    assert np.abs(out - hours).max() <= 4 * 3_600_000_000
    assert (out[::each] != hours[0]).all()
