"""What is read is written again as it was, whatever it is; what cannot be read becomes NULL and nothing else."""

import datetime
import decimal

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from mimic.planning.reading import reading_of
from mimic.readings import Reading
from mimic.schema import Column, Decimal, Interval, Text

MOMENTS = st.datetimes(datetime.datetime(1800, 1, 1), datetime.datetime(2199, 12, 31))
SPELLINGS = ("%Y%m%d", "%d.%m.%Y", "%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S.%fZ", "%m-%d-%Y %H:%M", "%Y%m%d%H%M%S")


@given(st.lists(MOMENTS, min_size=40, max_size=60), st.sampled_from(SPELLINGS))
def test_dates_are_written_as_they_stood(moments, spelling):
    texts = pa.array([f"{at.year:04}".join(at.strftime(spelling.replace("%Y", "\0")).split("\0")) for at in moments])
    reading = reading_of(Column("at", Text()), texts)
    if reading is not None:
        assert reading.write(reading.read(texts), pa.string()).equals(texts)


@given(st.lists(st.decimals(-(10**9), 10**9, places=3, allow_nan=False), min_size=1, max_size=80))
def test_numbers_are_written_as_they_stood(numbers):
    texts = pa.array([f"{number:f}" for number in numbers])
    reading = reading_of(Column("amount", Decimal()), texts)
    assert reading is not None
    assert [decimal.Decimal(text) for text in reading.write(reading.read(texts), pa.string()).to_pylist()] == numbers


@given(st.lists(st.timedeltas(datetime.timedelta(days=-40), datetime.timedelta(days=4_000)), min_size=1, max_size=40))
def test_spans_mean_what_they_meant(spans):
    def printed(span):
        micros = span // datetime.timedelta(microseconds=1)
        rest, sign = abs(micros), "-" if micros < 0 else ""
        days, clock = divmod(rest, 86_400_000_000)
        hours, left = divmod(clock, 3_600_000_000)
        return f"{sign}{days} days {sign}{hours:02}:{left // 60_000_000:02}:{left % 60_000_000 / 1_000_000:09.6f}"

    texts = pa.array([printed(span) for span in spans])
    reading = reading_of(Column("took", Interval()), texts)
    assert reading is not None
    seen = reading.read(texts)
    assert [ticks * reading.step for ticks in seen.to_pylist()] == [span // datetime.timedelta(microseconds=1) for span in spans]
    assert reading.read(reading.write(seen, pa.string())).equals(seen)


@given(st.lists(st.one_of(st.none(), st.text(max_size=12)), max_size=30), st.sampled_from(["date", "number", "span"]))
def test_nonsense_becomes_null(texts, way):
    reading = Reading(way, "YYYY-MM-DD" if way == "date" else "hh:mm" if way == "span" else "", decimals=2 if way == "number" else 0)
    seen = reading.read(pa.array(texts, pa.string()))
    assert len(seen) == len(texts)
    assert all(value is None for value, text in zip(seen.to_pylist(), texts, strict=True) if text is None)
