"""Columns come after finer ones from which they can be read off."""

import numpy as np
import pyarrow as pa

from mimic.planning.leading import leading
from mimic.profile import Owners, TableEvidence
from mimic.schema import Column, Date, Integer, Table, TableName, Text

N = 4_000
DRAW = np.random.default_rng(5)
DAY = DRAW.integers(0, 3_650, N)


def found(**columns):
    types = {"int64": Integer(), "date32[day]": Date(), "string": Text()}
    sample = pa.table({name: pa.array(values) for name, values in columns.items()})
    table = Table(TableName("", "t"), tuple(Column(name, types[str(sample.schema.field(name).type)]) for name in columns))
    return leading(TableEvidence(table, N, sample, Owners(N)), list(columns))


def test_a_season_is_read_off_its_date_whichever_stands_first():
    date, season = pa.array(DAY.astype(np.int32)).view(pa.date32()), (DAY + 180) // 365
    assert found(date=date, season=season) == found(season=season, date=date) == {"season": ("date",)}


def test_a_class_is_read_off_a_number_even_where_a_few_rows_have_none():
    speed = DRAW.integers(10, 160, N)
    kind = np.where(DRAW.uniform(size=N) < 0.03, "", np.digitize(speed, [60, 80, 95, 110]).astype(str))
    assert found(speed=speed, kind=[one or None for one in kind]) == {"kind": ("speed",)}


def test_rows_that_stand_together_in_the_source_lead_to_nothing():
    """The rows of one team follow one another, and so do years: neither says the other."""
    team, year = np.repeat(np.arange(40), 100), np.tile(np.repeat(np.arange(10), 10), 40)
    assert found(team=[f"team {i}" for i in team], year=year) == {}


def test_what_is_unique_or_nearly_constant_leads_nowhere():
    assert found(name=[f"n{i}" for i in range(N)], kind=DRAW.integers(0, 4, N)) == {}
    assert found(day=DAY, flag=(DAY > 3_649).astype(np.int64)) == {}
