"""The texts of arrays, rows, ranges, hstores and intervals survive a round trip."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mimic.generators.pg_text import (
    Bounds,
    format_array,
    format_hstore,
    format_interval,
    format_range,
    format_row,
    parse_array,
    parse_hstore,
    parse_interval,
    parse_ranges,
    parse_row,
)

texts = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]))
items = st.lists(st.none() | texts, max_size=6)


@given(items)
def test_arrays(found):
    assert parse_array(format_array(found)) == found


@given(st.lists(st.lists(st.none() | texts, min_size=1, max_size=3), min_size=1, max_size=3))
def test_nested_arrays(found):
    assert parse_array(format_array(found)) == found


@given(st.lists(st.none() | texts, min_size=1, max_size=5))
def test_rows(fields):
    assert parse_row(format_row(fields)) == fields


@given(st.lists(st.builds(Bounds, st.none() | texts, st.none() | texts, st.sampled_from(["[)", "()", "[]", "(]"])), min_size=1, max_size=3))
def test_ranges(bounds):
    shown = [format_range(bound) for bound in bounds]
    assert parse_ranges(shown[0]) == bounds[:1]
    assert parse_ranges("{" + ",".join(shown) + "}") == bounds


@given(st.dictionaries(texts, st.none() | texts, max_size=4))
def test_hstores(pairs):
    assert parse_hstore(format_hstore(pairs)) == pairs


@given(st.integers(-10_000, 10_000), st.integers(-10_000, 10_000), st.integers(-(10**14), 10**14))
def test_intervals(months, days, micros):
    assert parse_interval(format_interval(months, days, micros)) == (months, days, micros)


@given(texts)
def test_parsing_never_fails(text):
    for parse in (parse_array, parse_row, parse_ranges, parse_hstore, parse_interval):
        parse(text)
