"""What hangs on the season, the weekday or the hour is learned as such, whatever year it is."""

import datetime

import numpy as np
import pyarrow as pa
import pytest

from mimic.generator import Span, Task
from mimic.generators.calendar import calendar, dated, read
from mimic.generators.leaves import Leaves
from mimic.generators.nested import pack, unpack
from mimic.profile import Owners, TableEvidence
from mimic.schema import Column, Integer, Table, TableName, Timestamp
from mimic.semantics import Kind, Meaning, Sensitivity
from mimic.streams import Streams

MEANT = Meaning(Kind.OTHER, Sensitivity.NONE, 1.0, "said by a test")
N = 6_000
DRAW = np.random.default_rng(11)
START = datetime.datetime(2001, 1, 1)
MOMENTS = [START + datetime.timedelta(minutes=int(minute)) for minute in DRAW.integers(0, 20 * 365 * 24 * 60, N)]
AT = pa.array(MOMENTS, pa.timestamp("us"))


def test_parts_of_the_calendar_are_null_where_the_date_is():
    values = pa.array([datetime.datetime(2024, 2, 1, 13, 5), None], pa.timestamp("us"))
    assert {need: read(need, values).to_pylist() for need in ("%season:d", "%week:d", "%clock:d")} == {
        "%season:d": [32, None],
        "%week:d": [3, None],
        "%clock:d": [785, None],
    }
    assert dated("%week:a:b") == "a:b"


@pytest.mark.parametrize(
    ("values", "needs"),
    [
        (AT, ["%season:d", "%week:d", "%clock:d"]),
        (AT.cast(pa.date32(), safe=False), ["%season:d", "%week:d"]),
        (pa.array([START + datetime.timedelta(days=7 * (i % 10)) for i in range(200)], pa.timestamp("us")), []),
        (pa.array([None] * 20, pa.date32()), []),
        (pa.array(range(500)), []),
    ],
)
def test_only_what_may_tell_something_is_asked(values, needs):
    assert calendar("d", values) == needs


@pytest.mark.parametrize(("need", "y"), [("%season:d", lambda at: at.timetuple().tm_yday // 12), ("%week:d", lambda at: at.weekday() * 3)])
def test_a_column_that_follows_the_calendar_does_so_in_the_copy(need, y):
    """Twenty years with thirty steps each: cut by moments alone, trees would need six hundred leaves."""
    table = Table(TableName("", "t"), (Column("d", Timestamp(), nullable=False), Column("v", Integer(), nullable=False)))
    sample = pa.table({"d": AT, "v": pa.array([y(at) for at in MOMENTS])})
    found = TableEvidence(table, N, sample, Owners(N), hidden={need: read(need, AT)})
    told = {"drawn_by": "numeric.quantiles", "features": [need, "d"]}
    made = Leaves.learn(Task(table, (table.column("v"),), meanings=(MEANT,), options=told, k=10), found, Streams(1).at("learn"))
    assert made.needs == ("d",)
    out = unpack(pack(made)).sample(Span(0, N, N), Streams(2).at("draw"), {"d": AT})["v"].to_numpy()
    assert (np.abs(out - sample.column("v").to_numpy()) <= 1).mean() > 0.97
