"""Siblings in their order: who stands before whom, what hangs on the one before, and periods that follow one another."""

import datetime

import numpy as np
import pyarrow as pa

from mimic.generator import Span, Task
from mimic.generators.joined import Joined, joins
from mimic.generators.leaves import Leaves
from mimic.generators.lines import LONGEST, Line
from mimic.profile import Owners, TableEvidence
from mimic.schema import Column, Date, Integer, Table, TableName
from mimic.semantics import Kind, Meaning, Sensitivity
from mimic.streams import Streams

MEANT = Meaning(Kind.OTHER, Sensitivity.NONE, 1.0, "said by a test")
FAMILIES, EACH = 300, 12
N = FAMILIES * EACH


def test_a_line_stands_in_the_order_of_its_columns():
    line = Line.of(("g", "t"), {"g": pa.array(["a", "b", "a", None, "a"]), "t": pa.array([3, 1, 1, 1, 2])})
    assert line.before.tolist() == [4, -1, -1, -1, 2]
    assert line.at.tolist() == [2, 0, 0, 0, 1]
    assert line.left.tolist() == [0, 0, 2, 0, 1]
    assert [sorted(turn.tolist()) for turn in line.turns()] == [[1, 2, 3], [4], [0]]


def test_rows_without_a_parent_are_nobodys_siblings():
    line = Line.of(("@p",), {"@p": pa.array([-1, -1, 0, 0])})
    assert line.before.tolist() == [-1, -1, -1, 2]


def test_a_very_long_line_begins_anew():
    line = Line.of(("g",), {"g": pa.array([1] * (LONGEST + 5))})
    assert line.before[LONGEST] == -1
    assert line.at[LONGEST] == LONGEST
    assert len(line.turns()) == LONGEST


def walk():
    """Families whose numbers go up by 1 or 2 from a beginning of their own."""
    draw = np.random.default_rng(5)
    family = np.repeat(np.arange(FAMILIES), EACH)
    steps = draw.integers(1, 3, (FAMILIES, EACH))
    steps[:, 0] = draw.integers(0, 2_000, FAMILIES)
    return pa.array(family), pa.array(steps.cumsum(axis=1).ravel())


def test_numbers_go_on_from_the_sibling_before():
    """Drawn alone, the numbers of a family would lie anywhere between 0 and 2,000."""
    family, values = walk()
    table = Table(TableName("", "t"), (Column("g", Integer()), Column("y", Integer())))
    sample = pa.table({"g": family, "y": values})
    line = Line.of(("g", "y"), {"g": family, "y": values})
    evidence = TableEvidence(table, N, sample, Owners(N), hidden={"<y": line.read("<y", {"y": values})})
    told = {"drawn_by": "numeric.quantiles", "features": ["<y"], "line": ["g"]}
    made = Leaves.learn(Task(table, (table.column("y"),), meanings=(MEANT,), options=told, k=10), evidence, Streams(1).at("learn"))
    assert made.chained
    assert made.needs == ("g",)
    y = np.asarray(made.sample(Span(0, N, N), Streams(2).at("t", "y", 0), {"g": family})["y"]).reshape(FAMILIES, EACH)
    assert np.median(np.ptp(y, axis=1)) < 300
    alone = made.inner.sample(Span(0, N, N), Streams(2).at("t", "y", 0), {})["y"]
    assert abs(np.mean(y) - np.mean(np.asarray(alone))) < 100  # the numbers of all families together stay what they were


def test_a_period_ends_where_the_next_begins():
    first = datetime.date(2001, 1, 1)
    days = np.random.default_rng(7).integers(20, 400, (FAMILIES, EACH)).cumsum(axis=1)
    starts = pa.array([first + datetime.timedelta(days=int(day)) for day in days.ravel()])
    ends = pa.array([first + datetime.timedelta(days=int(day) - 1) for row in days for day in [*row[1:], row[-1] + 300]])
    family = pa.array(np.repeat(np.arange(FAMILIES), EACH))
    table = Table(TableName("", "t"), (Column("g", Integer()), Column("a", Date()), Column("b", Date())))
    line = Line.of(("g", "a"), {"g": family, "a": starts})
    assert joins(ends, starts, line.before) == (1, 1.0, N - FAMILIES)
    evidence = TableEvidence(table, N, pa.table({"g": family, "a": starts, "b": ends}), Owners(N))
    told = {"joined": ["temporal.quantiles", "a", 1, "g", "a"]}
    made = Joined.learn(Task(table, (table.column("b"),), meanings=(MEANT,), options=told, k=10), evidence, Streams(1).at("learn"))
    mixed = np.random.default_rng(9).permutation(N)
    given = {"g": family.take(pa.array(mixed)), "a": starts.take(pa.array(mixed))}
    found = made.sample(Span(0, N, N), Streams(2).at("t", "b", 0), given)["b"]
    wanted = ends.take(pa.array(mixed))
    last = mixed % EACH == EACH - 1
    assert found.filter(pa.array(~last)) == wanted.filter(pa.array(~last))
    assert found.null_count == 0
