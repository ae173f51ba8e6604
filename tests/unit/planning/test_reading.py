"""Texts are read as what they stand for, and only where all of them read: what is no date or number stays text."""

import datetime

import numpy as np
import pyarrow as pa
import pytest

from mimic.config import ColumnConfig, TableConfig
from mimic.planning.reading import counted_on, reading_of, with_readings
from mimic.profile import ColumnProfile, Evidence, Owners, TableEvidence
from mimic.schema import (
    Check,
    Column,
    Date,
    Decimal,
    Integer,
    Interval,
    Money,
    Schema,
    Table,
    TableName,
    Text,
    Timestamp,
    Unique,
    arrow_type,
)

DAYS = [datetime.date(2019, 12, 20) + datetime.timedelta(days=7 * i) for i in range(60)]
MOMENTS = [datetime.datetime(2021, 2, 27, 22, 59, 30) + datetime.timedelta(hours=5, seconds=i) * i for i in range(60)]
PRICES = [round(1.25 * i + 0.5, 2) for i in range(60)]


def read(kind, values, **more):
    return reading_of(Column("c", kind), pa.array(values, arrow_type(kind)), **more)


@pytest.mark.parametrize(
    ("kind", "texts", "type_", "told"),
    [
        (Text(8), [day.strftime("%Y%m%d") for day in DAYS], Date(), "YYYYMMDD"),
        (Text(), [day.isoformat() for day in DAYS], Date(), "YYYY-MM-DD"),
        (Text(), [day.strftime("%d/%m/%Y") for day in DAYS], Date(), "DD/MM/YYYY"),
        (Text(), [day.strftime("%m/%d/%Y") for day in DAYS], Date(), "MM/DD/YYYY"),
        (Text(), [day.strftime("%d.%m.%Y") for day in DAYS], Date(), "DD.MM.YYYY"),
        (Text(), [at.strftime("%Y-%m-%dT%H:%M:%SZ") for at in MOMENTS], Timestamp(precision=0), "YYYY-MM-DDThh:mm:ssZ"),
        (Text(), [at.strftime("%Y-%m-%d %H:%M:%S.%f") for at in MOMENTS], Timestamp(precision=6), "YYYY-MM-DD hh:mm:ss.ffffff"),
        (Text(), [at.strftime("%Y%m%d%H%M%S") for at in MOMENTS], Timestamp(precision=0), "YYYYMMDDhhmmss"),
        (Text(), [f"{at:%Y-%m-%d %H:%M}+02:00" for at in MOMENTS], Timestamp(precision=0), "YYYY-MM-DD hh:mm+02:00"),
        (Integer(32), [int(day.strftime("%Y%m%d")) for day in DAYS], Date(), "YYYYMMDD"),
        (Integer(32), [(2019 + i // 12) * 100 + i % 12 + 1 for i in range(60)], Date(), "YYYYMM"),
        (Text(), [f"{20 + i // 10:02}:{i % 60:02}:00" for i in range(60)], Integer(), "hh:mm:ss"),
        (Text(), [f"{price:.2f}" for price in PRICES], Decimal(18, 2), ""),
        (Text(), [f"{price:010.2f}" for price in PRICES], Decimal(18, 2), ""),
        (Decimal(), [f"{price:g}" for price in PRICES], Decimal(18, 2), ""),
        (Decimal(), [str(7 * i - 40) for i in range(60)], Integer(), ""),
        (Money(), [f"${1000 * price:,.2f}" for price in PRICES] + ["-$3.10"], Decimal(18, 2), ""),
        (Interval(), ["1 day 02:30:00", "00:15:00", "-00:00:30", "3 days"], Integer(), ""),
        (Interval(), ["1 year 2 mons", "3 mons", "2 years"], Integer(), ""),
    ],
)  # fmt: skip
def test_what_a_column_is_written_in_is_told_from_its_values(kind, texts, type_, told):
    """The type that generators see, the pattern, and that each value is written as it stood there."""
    reading = read(kind, texts)
    assert reading is not None
    assert reading.type == type_
    assert reading.pattern == told
    values = pa.array([*texts, None], arrow_type(kind))
    seen = reading.read(values)
    assert seen.type == arrow_type(type_)
    assert seen.null_count == 1
    assert reading.write(seen, values.type).to_pylist() == [text.replace(",", "") if kind == Money() else text for text in texts] + [None]


@pytest.mark.parametrize(
    ("kind", "texts"),
    [
        (Text(), [*(day.isoformat() for day in DAYS), "unknown"]),  # one that is none
        (Text(), [*(day.isoformat() for day in DAYS), "2023-02-29"]),  # a day that is none
        (Text(), [f"{i:05}" for i in range(60)]),  # codes
        (Text(), [f"{i}.{i % 3}.{i % 7}" for i in range(60)]),  # versions
        (Text(), ["1.0", "1.1", "2.0"] * 20),  # few: names of something
        (Text(), [day.strftime("%Y%m%d") for day in DAYS[:5]] * 9),  # few: periods, categories
        (Text(), [f"9{i:07}" for i in range(60)]),  # eight digits that are no day
        (Integer(32), [10_000_000 + 7 * i for i in range(60)]),
        (Decimal(), ["1.5", "NaN", "2"]),
        (Decimal(), ["123456789012.123456", "1"]),  # more digits than a float tells apart
        (Interval(), ["1 mon 3 days", "2 days"]),  # months have no fixed length
    ],
)  # fmt: skip
def test_what_does_not_read_throughout_stays_as_it_is(kind, texts):
    assert read(kind, texts) is None


def test_names_of_versions_are_no_numbers():
    """But where zeros stand before them they are."""
    assert read(Text(), [f"{i / 10:.1f}" for i in range(90)], version=True) is None
    assert read(Text(), [f"{i / 10:06.1f}" for i in range(90)], version=True) is not None


@pytest.mark.parametrize(
    ("texts", "prefix", "width"),
    [
        ([f"INV-{i + 731:06}" for i in range(60)], "INV-", 6),
        ([f"SO{i + 980}" for i in range(60)], "SO", 3),  # gets longer
        ([f"{3 * i + 7:08}" for i in range(60)], "", 8),
        ([f"2024/{i + 1:03}" for i in range(60)], "2024/", 3),
    ],
)  # fmt: skip
def test_codes_that_count_on_with_the_key_are_numbers(texts, prefix, width):
    reading = counted_on(Column("c", Text()), coded(texts))
    assert reading is not None
    assert (reading.prefix, reading.width) == (prefix, width)
    values = pa.array([*texts, None, "x", prefix])
    seen = reading.read(values)
    assert seen.null_count == 3
    assert reading.write(seen, pa.string()).to_pylist() == [*texts, None, None, None]


@pytest.mark.parametrize(
    "texts",
    [
        [f"INV-{(i * 37) % 61:06}" for i in range(60)],  # in no order
        [f"{'AB'[i % 2]}-{i:06}" for i in range(60)],  # behind different signs
        [f"INV-{i}-{i}" for i in range(60)],
        [f"item {'x' * i}" for i in range(60)],
    ],
)  # fmt: skip
def test_codes_that_do_not_are_texts(texts):
    assert counted_on(Column("c", Text()), coded(texts)) is None


def coded(texts):
    table = Table(TableName("", "t"), (Column("id", Integer()), Column("c", Text())), Unique("pk", ("id",)))
    return TableEvidence(table, len(texts), pa.table({"id": np.arange(len(texts)), "c": pa.array(texts)}), Owners(len(texts)))


def evidence(*, checks=(), uniques=()):
    days = pa.array([day.strftime("%Y%m%d") for day in DAYS])
    amounts = pa.array([f"{price:.2f}" for price in PRICES])
    columns = (Column("id", Integer()), Column("day", Text(8)), Column("amount", Decimal()), Column("other", Text(8)))
    table = Table(TableName("", "bill"), columns, Unique("pk", ("id",)), uniques=uniques, checks=checks)
    sample = pa.table({"id": np.arange(60), "day": days, "amount": amounts, "other": days})
    profiles = {column.name: ColumnProfile(column, 0.0, 60, True) for column in columns}
    found = TableEvidence(table, 60, sample, Owners(60), profiles)
    return Evidence(Schema("postgresql", (table,)), {table.name: found})


def seen(found, **config):
    made = with_readings(found, {TableName("", "bill"): TableConfig(**config)})
    return made, set(made.readings.get(TableName("", "bill"), {}))


def test_schema_sample_and_profiles_are_seen_alike():
    made, names = seen(evidence())
    assert names == {"day", "amount", "other"}
    table, found = made.schema.table(TableName("", "bill")), made.of(TableName("", "bill"))
    assert table == found.table
    assert table.column("day").type == Date()
    assert found.profiles["day"].column.type == Date()
    assert found.sample.schema.field("amount").type == pa.decimal128(18, 2)


def test_what_sql_says_of_texts_keeps_them_texts():
    """A CHECK on a text is about its letters; one on a number holds for the number."""
    rules = (Check("a", "length(day) = 8"), Check("b", "amount > 0"))
    assert seen(evidence(checks=rules))[1] == {"amount", "other"}
    assert seen(evidence(uniques=(Unique("u", ("id",), ("left(other, 4)",)),)))[1] == {"day", "amount"}


def test_columns_with_a_generator_or_in_an_expression_are_left_alone():
    assert seen(evidence(), columns={"day": ColumnConfig(generator="code.template")})[1] == {"amount", "other"}
    assert seen(evidence(), columns={"id": ColumnConfig(expression="amount * 2")})[1] == {"day", "other"}
    assert seen(evidence(), margins={"other": {"20200103": 0.5, "*": 0.5}})[1] == {"day", "amount"}
