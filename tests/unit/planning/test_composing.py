"""Texts that are put together from others are read off the rows, in the plainest way; texts that are not are left alone."""

import datetime

import numpy as np
import pyarrow as pa
import pytest

from mimic.generators.composed import composed
from mimic.planning.composing import _parts

N = 300
DRAW = np.random.default_rng(9)
FIRST = [["Ann", "Bob", "Zoë", "Mary Jo", "Li"][i] for i in DRAW.integers(0, 5, N)]
LAST = [f"{'Mc' if i % 7 == 0 else ''}{'ABCDEFGH'[i % 8]}{'aeiou'[i % 5]}{'nrst'[i % 4]}son{i % 61}" for i in DRAW.integers(0, 999, N)]
DOMAIN = [f"firm-{i}.example" for i in DRAW.integers(0, 40, N)]
NUMBER = DRAW.integers(1, 900, N).tolist()
DAYS = [datetime.date(2022, 1, 1) + datetime.timedelta(days=3 * i) for i in range(N)]
SOURCES = {"first": pa.array(FIRST), "last": pa.array(LAST), "firm.domain": pa.array(DOMAIN), "number": pa.array(NUMBER)}
SOURCES |= {"day": pa.array(DAYS, pa.date32())}
ROWS = list(zip(FIRST, LAST, DOMAIN, NUMBER, strict=True))


@pytest.mark.parametrize(
    ("texts", "parts"),
    [
        ([f"{a} {b}" for a, b, _, _ in ROWS], (("first", "same"), ("", " "), ("last", "same"))),
        ([f"{b}, {a}" for a, b, _, _ in ROWS], (("last", "same"), ("", ", "), ("first", "same"))),
        ([f"{a[0].lower()}{b.lower()}@{d}" for a, b, d, _ in ROWS],
         (("first", "lower initial"), ("last", "lower"), ("", "@"), ("firm.domain", "same"))),
        ([f"PO-{n}/{d}" for _, _, d, n in ROWS], (("", "PO-"), ("number", "same"), ("", "/"), ("firm.domain", "same"))),
        ([b.upper() for _, b, _, _ in ROWS], (("last", "upper"),)),
        ([f"{b[:3].upper()}-{n:04d}" for _, b, _, n in ROWS], (("last", "upper first 3"), ("", "-"), ("number", "padded 4"))),
        ([f"{day:%Y}/{n}" for day, n in zip(DAYS, NUMBER, strict=True)], (("day", "year"), ("", "/"), ("number", "same"))),
    ],
)  # fmt: skip
def test_the_parts_of_texts_are_found(texts, parts):
    found = _parts(pa.array(texts), SOURCES, unique=False)
    assert found is not None
    assert composed(found[0], SOURCES).to_pylist() == texts
    assert (found[0], found[1]) == (parts, 1.0)


@pytest.mark.parametrize(
    "texts",
    [
        [f"{chr(97 + i % 26)}{i * 7919 % 1000}" for i in range(N)],
        [a if i % 10 else "x" for i, (a, _, _, _) in enumerate(ROWS)],  # in nine rows of ten
        ["always the same"] * N,
        LAST[1:] + LAST[:1],  # of another row
    ],
)  # fmt: skip
def test_other_texts_are_left_alone(texts):
    assert _parts(pa.array(texts), SOURCES, unique=False) is None


def test_unique_texts_may_be_counted():
    """One of ten ends in a number, because the text was taken."""
    texts = [f"{b}{'2' if i % 10 == 0 else ''}" for i, (_, b, _, _) in enumerate(ROWS)]
    assert _parts(pa.array(texts), SOURCES, unique=False) is None
    found = _parts(pa.array(texts), SOURCES, unique=True)
    assert found is not None
    assert found[0] == (("last", "same"),)


def test_numbers_that_begin_anew_each_year_are_counted_along_the_day():
    texts = [f"INV-{day.year}-{sum(other.year == day.year for other in DAYS[: i + 1]):05d}" for i, day in enumerate(DAYS)]
    found = _parts(pa.array(texts), SOURCES, unique=True, orders={"number": SOURCES["number"], "day": SOURCES["day"]})
    assert found == ((("", "INV-"), ("day", "year"), ("", "-"), ("#", "5")), 1.0, ("day", 1))
    anyhow = [f"INV-{day.year}-{i * 7919 % 100_000:05d}" for i, day in enumerate(DAYS)]
    assert _parts(pa.array(anyhow), SOURCES, unique=True, orders={"day": SOURCES["day"]}) is None
