"""Dates, timestamps and times: their span, their step and their rhythm."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import numpy as np
import pytest

from mimic.generators.temporal import Moments
from mimic.schema import Date, Time, Timestamp
from mimic.semantics import Kind
from mimic.testing.generator_checks import case_of, learned, made, packed

N = 5_000
DRAW = np.random.default_rng(12)
START = date(2021, 3, 1)
GROWING = np.sort((1_200 * np.sqrt(DRAW.random(N))).astype(int))
DAYS = [START + timedelta(days=int(day)) for day in GROWING]


def apart(one, other) -> float:
    """The Kolmogorov-Smirnov distance."""
    one, other = np.sort(one), np.sort(other)
    every = np.concatenate([one, other])
    return np.abs(np.searchsorted(one, every, "right") / len(one) - np.searchsorted(other, every, "right") / len(other)).max()


def values(kind, source, n=N, **more) -> list:
    case = case_of(kind, source, **more)
    return made(learned(Moments, case), case, n)["v"].to_pylist()


def at(moments) -> list[float]:
    return [(moment - datetime(2021, 1, 1)).total_seconds() for moment in moments]


def test_days_have_the_quantiles_of_the_source():
    assert apart([day.toordinal() for day in DAYS], [day.toordinal() for day in values(Date(), DAYS)]) <= 0.05


@pytest.mark.parametrize("zoned", [False, True])
def test_moments_have_the_quantiles_of_the_source(zoned):
    source = [datetime(2021, 1, 1) + timedelta(seconds=float(x)) for x in DRAW.gamma(3, 4e6, N)]
    given = [moment.replace(tzinfo=UTC) for moment in source] if zoned else source
    found = values(Timestamp(zoned=zoned), given)
    assert apart(at(source), at([moment.replace(tzinfo=None) for moment in found])) <= 0.05


def test_times_have_the_quantiles_of_the_source():
    source = [time(int(8 + x * 9), int(x * 1e4) % 60) for x in DRAW.beta(2, 3, N)]
    seconds = [[t.hour * 3_600 + t.minute * 60 + t.second for t in here] for here in (source, values(Time(), source))]
    assert apart(*seconds) <= 0.05


@pytest.mark.parametrize(("step", "seconds"), [("day", 86_400), ("hour", 3_600), ("quarter", 900), ("minute", 60), ("second", 1)])
def test_moments_keep_their_step(step, seconds):
    source = [datetime(2021, 1, 1) + timedelta(seconds=int(x) * seconds) for x in DRAW.integers(0, 40_000_000 // seconds, N)]
    assert not [moment for moment in values(Timestamp(), source) if (moment - datetime(2021, 1, 1)).total_seconds() % seconds]


def test_microseconds_stay_microseconds():
    source = [datetime(2021, 1, 1) + timedelta(microseconds=int(x)) for x in DRAW.integers(0, 10**13, N)]
    assert sum(bool(moment.microsecond % 1_000) for moment in values(Timestamp(), source)) > 0.9 * N


def test_no_weekend_where_the_source_has_none():
    source = [day for day in DAYS if day.weekday() < 5]
    assert {day.weekday() for day in values(Date(), source)} == {0, 1, 2, 3, 4}


def test_weekdays_keep_their_shares():
    source = [day for i, day in enumerate(DAYS) if day.weekday() < 5 or i % 4 == 0]
    wanted, found = ([np.mean([day.weekday() == wday for day in days]) for wday in range(7)] for days in (source, values(Date(), source)))
    assert found == pytest.approx(wanted, abs=0.02)


def test_hours_of_work_stay_hours_of_work():
    source = [datetime.combine(day, time(9 + i % 8, i % 60, i % 59)) for i, day in enumerate(DAYS)]
    found = values(Timestamp(), source)
    assert {moment.hour for moment in found} <= set(range(9, 17))
    assert len({moment.hour for moment in found}) == 8


def test_a_day_of_many_owners_keeps_its_share():
    found = values(Date(), [date(1970, 1, 1)] * 1_000 + DAYS[:4_000])
    assert found.count(date(1970, 1, 1)) == pytest.approx(1_000, abs=80)


def test_infinity_keeps_its_share_where_k_owners_have_it():
    import pyarrow as pa

    last = np.iinfo(np.int32).max
    ticks = pa.array([last] * 500 + [day.toordinal() - 719_163 for day in DAYS[:4_500]], pa.int32())
    case = case_of(Date(), [None] * N)
    sample = pa.table({"v": ticks.view(pa.date32())})
    object.__setattr__(case.evidence, "sample", sample)
    found = made(learned(Moments, case), case, N)["v"].view(pa.int32()).to_numpy()
    assert (found == last).mean() == pytest.approx(0.1, abs=0.015)


@pytest.mark.parametrize("odd", [date(9999, 12, 31), date(1, 1, 1), date(1899, 4, 7)])
def test_the_first_and_the_last_day_of_one_owner_are_not_kept(odd):
    case = case_of(Date(), [*DAYS, odd])
    generator = learned(Moments, case)
    tick = float(odd.toordinal() - 719_163)
    assert not np.isin(tick, [*generator.sketch.atoms, *generator.sketch.means])
    assert not any(np.float64(tick).tobytes() in part for part in packed(generator)[1])
    assert odd not in made(generator, case, N)["v"].to_pylist()


def test_a_far_day_of_one_owner_does_not_stretch_the_rest():
    found = values(Date(), [*DAYS, date(9999, 12, 31)])
    assert max(found) <= max(DAYS)


def test_a_day_of_many_rows_and_one_owner_is_not_kept():
    source = [date(2022, 2, 22)] * 400 + DAYS[:600]
    generator = learned(Moments, case_of(Date(), source, owners=[0] * 400 + list(range(1, 601))))
    assert "2022-02-22" not in [literal.value for literal in generator.literals()]


def test_without_literals_no_day_is_kept():
    case = case_of(Date(), [date(1970, 1, 1)] * 1_000 + DAYS[:4_000], options={"keep_literals": False})
    assert not len(learned(Moments, case).sketch.atoms)


def test_bounds_hold():
    found = values(Date(), DAYS, options={"low": "2022-01-01", "high": "2022-12-31"})
    assert min(found) >= date(2022, 1, 1)
    assert max(found) <= date(2022, 12, 31)


def test_unique_days_are_distinct_and_within_their_bounds():
    found = values(Date(), DAYS, 365, unique=True, options={"low": "2022-01-01", "high": "2022-12-31"})
    assert len(set(found)) == 365
    assert (min(found), max(found)) == (date(2022, 1, 1), date(2022, 12, 31))


def test_a_birth_date_without_rows_is_an_adults():
    found = values(Date(), [], 500, meaning=Kind.BIRTH_DATE, options={"today": "2026-01-01"})
    assert all(1940 <= day.year <= 2009 for day in found)


def test_a_time_with_a_zone_keeps_the_zone():
    found = values(Time(zoned=True), [f"{8 + i % 9:02d}:00:00+02" for i in range(500)], 100)
    assert all(text.endswith("+02") for text in found)
