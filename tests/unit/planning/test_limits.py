"""What a CHECK on one column alone makes of the task of filling it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from mimic import generators
from mimic import schema as s
from mimic.conditions import Limits
from mimic.generator import Task
from mimic.planning.choosing import by_meaning
from mimic.planning.constraints import compile, narrow, narrowed, within_limits
from mimic.semantics import Kind, Meaning, Sensitivity
from mimic.truth import day_of

MOOD = s.Enum("mood", ("sad", "ok", "gone"))


def told(kind: s.LogicalType, *checks: str, engine: str = "postgresql", **options: object) -> tuple[s.Column, dict[str, object]]:
    column = s.Column("x", kind)
    table = s.Table(s.TableName("", "t"), (column,), checks=tuple(s.Check(f"c{i}", check) for i, check in enumerate(checks)))
    conditions = compile(table, engine).conditions
    limits = narrow(conditions, table, today=day_of(conditions)).get("x", Limits())
    made = within_limits(options, column, limits)
    made.pop("limits")
    return narrowed(column, limits), made


@pytest.mark.parametrize(
    ("kind", "check", "options"),
    [
        (s.Integer(32), "(x > 0)", {"low": 1}),
        (s.Integer(32), "((x >= 5) AND (x < 10))", {"low": 5, "high": 9, "start": 5}),
        (s.Decimal(6, 2), "(x > 0)", {"low": 0.01}),
        (s.Decimal(6, 2), "(x < 9.5)", {"high": 9.49}),
        (s.Float(), "(x > 0)", {"low": 0}),
        (s.Date(), "(x > '2020-02-28'::date)", {"low": "2020-02-29"}),
        (s.Date(), "(x < 'infinity'::date)", {}),
        (s.Text(), "(x = ANY (ARRAY['a', 'b']))", {"values": ["a", "b"]}),
        (s.Text(), "(x IS NULL OR x = 'a')", {"values": ["a"]}),
        (MOOD, "(x <> 'gone')", {"values": ["sad", "ok"]}),
        (s.Text(), "(x IS NULL)", {"null_share": 1.0}),
    ],
)
def test_a_check_becomes_an_option(kind, check, options):
    assert told(kind, check)[1] == options


def test_the_tighter_of_two_bounds_stands():
    assert told(s.Date(), "(x >= '2000-01-01'::date)", low="2020-01-01", high="2021-01-01")[1] == {
        "low": "2020-01-01",
        "high": "2021-01-01",
    }


def test_a_check_shortens_forbids_null_and_tells_json():
    assert told(s.Text(), "(length(x) <= 8)")[0].type == s.Text(8)
    assert told(s.Text(5), "(length(x) <= 8)")[0].type == s.Text(5)
    assert not told(s.Integer(), "(x IS NOT NULL)")[0].nullable
    assert told(s.Text(), "json_valid(x)", engine="sqlite")[0].type == s.Json()


def test_now_is_the_day_on_which_rows_are_made():
    low = str(told(s.Timestamp(True), "(x > now())")[1]["low"])
    assert abs(datetime.fromisoformat(low[:10]) - datetime.now(UTC).replace(tzinfo=None)) < timedelta(days=2)


def test_what_a_column_means_beats_a_pattern_that_it_keeps_to():
    registry, column = generators.builtin(), s.Column("x", s.Text())
    table, meaning = s.Table(s.TableName("", "t"), (column,)), Meaning(Kind.EMAIL, Sensitivity.DIRECT, 1.0, "")

    def kept(pattern: str) -> bool:
        task = Task(table, (column,), meanings=(meaning,), options={"limits": Limits(patterns=(pattern,)).plain()})
        return by_meaning(task, registry) is task

    assert not kept("^[^@]+@[^@]+[.][a-z]+$")
    assert kept("^[A-Z]{3}$")


def test_the_check_of_a_domain_is_asked_about_by_column():
    kind = s.Domain("even", s.Integer(), ("is_even(VALUE) OR VALUE = 1 OR 'VALUE' = 'x'",))
    (check,) = compile(s.Table(s.TableName("", "t"), (s.Column("x", kind),)), "postgresql").unread
    assert check.expression == """is_even("x") OR "x" = 1 OR 'VALUE' = 'x'"""


@pytest.mark.parametrize(
    ("check", "limits"),
    [
        ("((x > 5) OR ((x = 5) AND (y >= 10))) AND (x < 9)", Limits(5, 9, upper_open=True)),
        ("((x = 1) AND (y IS NULL)) OR ((x = 2) AND (y IS NOT NULL))", Limits(allowed=(1, 2))),
        ("(x > 5) OR (y > 3)", Limits()),
        ("x < y", Limits()),
        ("((x <> 3) OR (y IS NULL))", Limits()),
    ],
)
def test_a_check_on_two_columns_says_what_holds_of_each_whatever_the_other_is(check, limits):
    columns = (s.Column("x", s.Integer(32), nullable=False), s.Column("y", s.Integer(32)))
    table = s.Table(s.TableName("", "t"), columns, checks=(s.Check("c", check),))
    assert narrow(compile(table, "postgresql").conditions, table).get("x", Limits()) == limits
