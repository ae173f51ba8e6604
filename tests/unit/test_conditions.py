"""Conditions as data, and rows judged by them in three-valued logic."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal as Number

import pyarrow as pa
import pytest

from mimic import schema as s
from mimic import textual
from mimic.conditions import (
    And,
    Call,
    Case,
    ColumnRef,
    Compare,
    Condition,
    Constant,
    In,
    IsNull,
    Limits,
    Match,
    Not,
    Or,
    Sure,
    Truth,
    columns_of,
    conjuncts,
    kind_of_type,
)
from mimic.schema import plain
from mimic.storing.trees import grow
from mimic.truth import Rows, evaluate, violated

A, B = ColumnRef("a", "boolean"), ColumnRef("b", "boolean")
N, M = ColumnRef("n", "integer"), ColumnRef("m", "integer")
T = ColumnRef("t", "text")
LOGIC = {
    "a": pa.array([True, True, True, False, False, False, None, None, None]),
    "b": pa.array([True, False, None, True, False, None, True, False, None]),
}


def integer(value: int) -> Constant:
    return Constant("integer", value)


@pytest.mark.parametrize(
    ("condition", "verdicts"),
    [
        (And((Truth(A), Truth(B))), [True, False, None, False, False, False, None, False, None]),
        (Or((Truth(A), Truth(B))), [True, True, True, True, False, None, True, None, None]),
        (Not(Truth(A)), [False] * 3 + [True] * 3 + [None] * 3),
        (Sure(Truth(A)), [True] * 3 + [False] * 6),
        (IsNull(A), [False] * 6 + [True] * 3),
        (Compare("=", A, B), [True, False, None, False, True, None, None, None, None]),
    ],
)
def test_logic_has_three_values(condition, verdicts):
    assert evaluate(condition, LOGIC).to_pylist() == verdicts


def test_an_unknown_check_is_satisfied():
    assert violated(Compare(">", N, integer(0)), {"n": pa.array([1, 0, None])}).tolist() == [False, True, False]


@pytest.mark.parametrize(
    ("function", "arguments", "kind", "values", "made"),
    [
        ("/", (N, integer(2)), "integer", {"n": pa.array([7, -7, None])}, [3, -3, None]),
        ("/", (integer(6), N), "integer", {"n": pa.array([3, 0])}, [2, None]),
        ("%", (N, integer(3)), "integer", {"n": pa.array([7, -7])}, [1, -1]),
        ("num_nonnulls", (N, M), "integer", {"n": pa.array([1, None]), "m": pa.array([None, None], pa.int64())}, [1, 0]),
        ("coalesce", (N, integer(5)), "integer", {"n": pa.array([1, None])}, [1, 5]),
        ("length", (T,), "integer", {"t": pa.array(["é", "", None])}, [1, 0, None]),
        ("octet_length", (T,), "integer", {"t": pa.array(["é"])}, [2]),
        ("position", (T, Constant("text", "b")), "integer", {"t": pa.array(["éb", "x"])}, [2, 0]),
        ("substring", (T, integer(2), integer(2)), "text", {"t": pa.array(["abcd"])}, ["bc"]),
        ("left", (T, integer(2)), "text", {"t": pa.array(["abcd"])}, ["ab"]),
        ("lpad", (T, integer(3), Constant("text", "01")), "text", {"t": pa.array(["a", "abcd", None])}, ["01a", "abc", None]),
        ("rpad", (T, integer(4), Constant("text", "01")), "text", {"t": pa.array(["a", ""])}, ["a010", "0101"]),
        ("split_part", (T, Constant("text", "."), integer(2)), "text", {"t": pa.array(["a.b.c", "a"])}, ["b", ""]),
        ("initcap", (T,), "text", {"t": pa.array(["hELLO wORLD-x", "1st"])}, ["Hello World-X", "1st"]),
        ("times", (N, Constant("interval", "1 minute")), "interval", {"n": pa.array([2, None])}, [120_000_000, None]),
        ("json_typeof", (ColumnRef("t", "jsonb"),), "text", {"t": pa.array(["{}", "[1]", "null", "1.5", "true"])}, None),
        ("cardinality", (ColumnRef("t", "array"),), "integer", {"t": pa.array(["{}", '{a,"b,c",NULL}'])}, [0, 3]),
        ("array_length", (ColumnRef("t", "array"), integer(1)), "integer", {"t": pa.array(["{}", "{a}"])}, [None, 1]),
        (
            "extract",
            (Constant("text", "dow"), ColumnRef("d", "date")),
            "integer",
            {"d": pa.array([date(2026, 3, 1), date(2026, 3, 7)])},
            [0, 6],
        ),
    ],
)
def test_functions(function, arguments, kind, values, made):
    made = made or ["object", "array", "null", "number", "boolean"]
    condition = Call(function, arguments, kind)
    assert Rows(values).value(condition).to_pylist() == made


@pytest.mark.parametrize("made", [pa.array([5.0, 12.5, None]), pa.array([5, 1234, None]), pa.array([Number("5"), Number("12.5"), None])])
def test_numbers_in_a_column_of_texts_are_read_as_texts(made):
    """A generator of numbers may fill one; they are judged as they will be written."""
    length = Compare("<=", Call("length", (T,), "integer"), integer(3))
    starts = Match(T, "^5", False)
    assert violated(length, {"t": made}).tolist() == [False, True, False]
    assert violated(starts, {"t": made}).tolist() == [False, True, False]
    assert violated(Compare("=", T, Constant("text", "5")), {"t": made.slice(0, 1).cast(pa.int64())}).tolist() == [False]
    assert evaluate(IsNull(T), {"t": pa.nulls(2)}).to_pylist() == [True, True]


def test_numbers_of_every_width_compare_exactly():
    wide = {"n": pa.array(["0.10", "123456789012345678901234567890.5", "1e2"]), "d": pa.array([Number("0.10")] * 3, pa.decimal128(9, 2))}
    compared = Compare("=", ColumnRef("n", "decimal"), ColumnRef("d", "decimal"))
    assert evaluate(compared, wide).to_pylist() == [True, False, False]
    assert evaluate(Compare(">", ColumnRef("n", "decimal"), Constant("decimal", "99.99")), wide).to_pylist() == [False, True, True]


def test_nan_is_equal_to_itself_and_greater_than_all():
    numbers = {"f": pa.array([float("nan"), 1.0])}
    f = ColumnRef("f", "float")
    assert evaluate(Compare("=", f, f), numbers).to_pylist() == [True, True]
    assert evaluate(Compare(">", f, Constant("float", 1e300)), numbers).to_pylist() == [True, False]


def test_now_is_the_day_that_is_given():
    born = {"d": pa.array([date(2008, 1, 1), date(2009, 1, 1)])}
    grown = Compare(
        "<=", ColumnRef("d", "date"), Call("shift", (Call("now", (), "timestamptz"), integer(-18 * 12), integer(0)), "timestamptz")
    )
    assert evaluate(grown, born, today=date(2026, 6, 1)).to_pylist() == [True, False]
    assert evaluate(grown, born, today=date(2030, 1, 1)).to_pylist() == [True, True]


def test_infinite_dates_are_beyond_all_others():
    ends = {"d": pa.array([2**31 - 1, -(2**31), 0], pa.int32()).view(pa.date32())}
    after = Compare(">", ColumnRef("d", "date"), Constant("date", "9999-01-01"))
    assert evaluate(after, ends).to_pylist() == [True, False, False]


def test_a_pattern_ends_at_the_very_end():
    lines = {"t": pa.array(["ab", "ab\n", "xab"])}
    for pattern in ("^ab$", "^(?=a)ab$"):  # the second is beyond RE2
        assert evaluate(Match(T, pattern), lines).to_pylist() == [True, False, False]


@pytest.mark.parametrize(
    ("text", "micros"),
    [
        ("1 day 02:00:00", 26 * textual.HOUR),
        ("-00:00:01.5", -1_500_000),
        ("1 year 2 mons", 14 * textual.MONTH),
        ("P1DT2H", 26 * textual.HOUR),
        ("3 hours ago", -3 * textual.HOUR),
    ],
)
def test_intervals_are_read(text, micros):
    assert textual.interval(text) == micros


@pytest.mark.parametrize(
    ("part", "wanted", "made"),
    [("year", 2020, "2020-02-29"), ("month", 1, "2024-01-29"), ("day", 1, "2024-02-01"), ("isodow", 1, "2024-02-26")],
)
def test_a_part_of_a_date_may_become_another(part, wanted, made):
    """2024-02-29, a Thursday."""
    call = Call("with_part", (Constant("text", part), ColumnRef("d", "date"), integer(wanted)), "date")
    micros = Rows({"d": pa.array([date(2024, 2, 29), None])}).value(call).to_pylist()
    assert (textual.moment_text(micros[0], day=True), micros[1]) == (made, None)


def test_months_are_of_the_calendar():
    end_of_january = textual.moment("2024-01-31")
    assert textual.moment_text(textual.shifted(end_of_january, 1, 0), day=True) == "2024-02-29"
    assert textual.moment_text(textual.shifted(end_of_january, -12, 0), day=True) == "2023-01-31"


def test_jsonb_is_compared_as_the_server_prints_it():
    assert textual.jsonb('{"bb":1,"a":[1.50,null],"a":2}') == '{"a": 2, "bb": 1}'
    same = Compare("=", ColumnRef("t", "jsonb"), Constant("jsonb", '{"b": 1, "a": 2}'))
    assert evaluate(same, {"t": pa.array(['{"a":2,"b":1}', "{}"])}).to_pylist() == [True, False]


def test_conditions_survive_a_model_file():
    condition = Or(
        (
            And((Compare("<>", N, integer(3)), Not(IsNull(T)))),
            In(T, (Constant("text", "x"), Constant("text", "y"))),
            Match(T, "^a", True),
            Sure(Truth(A)),
            Compare("=", Case(((IsNull(N), integer(1)),), integer(0), "integer"), Constant("decimal", "1.50")),
        )
    )
    assert grow(json.loads(json.dumps(plain(condition))), Condition) == condition


def test_limits_as_options_hold_only_what_is_limited():
    limits = Limits(lower=0, lower_open=True, allowed=("a", "b"), patterns=("^x$",))
    assert json.loads(json.dumps(limits.plain())) == {"lower": 0, "lower_open": True, "allowed": ["a", "b"], "patterns": ["^x$"]}
    assert Limits.of(json.loads(json.dumps(limits.plain()))) == limits
    assert Limits.of(None) == Limits()


def test_columns_and_conjuncts_are_found():
    condition = And((Compare(">", N, M), And((IsNull(T), Compare("=", N, integer(1))))))
    assert columns_of(condition) == (N, M, T)
    assert len(list(conjuncts(condition))) == 3


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (s.Domain("d", s.Integer(16)), "integer"),
        (s.Enum("mood", ("sad",)), "text"),
        (s.Timestamp(True), "timestamptz"),
        (s.Time(True), "other"),
        (s.Network(), "other"),
    ],
)
def test_every_type_has_a_kind(kind, name):
    assert kind_of_type(kind) == name
