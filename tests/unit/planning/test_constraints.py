"""CHECKs of PostgreSQL and SQLite read into conditions, and what they say about single columns."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as Number

import pyarrow as pa
import pytest

from mimic import schema as s
from mimic.conditions import ColumnRef, IsNull, Limits, Not, Or
from mimic.planning.constraints import compile, narrow
from mimic.planning.constraints.patterns import glob, like, posix, similar
from mimic.planning.constraints.refusing import Refused
from mimic.truth import evaluate, matches

COLUMNS = {
    "a": s.Integer(32),
    "b": s.Integer(32),
    "n": s.Decimal(8, 2),
    "t": s.Text(),
    "u": s.Text(40),
    "c": s.Text(3, fixed=True),
    "i": s.Text(ignore_case=True),
    "f": s.Boolean(),
    "g": s.Boolean(),
    "d": s.Date(),
    "e": s.Date(),
    "z": s.Timestamp(True),
    "j": s.Json(binary=True),
    "r": s.Array(s.Text()),
    "v": s.Interval(),
    "m": s.Enum("mood", ("sad", "ok", "happy")),
    "x": s.Binary(),
    "k": s.Opaque("point"),
}


def table(*checks: str, **types: s.LogicalType) -> s.Table:
    columns = tuple(s.Column(name, kind) for name, kind in (COLUMNS | types).items())
    return s.Table(s.TableName("", "t"), columns, checks=tuple(s.Check(f"c{i}", check) for i, check in enumerate(checks)))


def row(**values):
    kinds = {name: s.arrow_type(kind) for name, kind in COLUMNS.items()}
    return {name: pa.array([values.get(name)], kind) for name, kind in kinds.items()}


def holds(check: str, engine: str = "postgresql", **values) -> bool | None:
    conditions, findings, _ = compile(table(check), engine)
    assert not findings, findings
    verdicts = [evaluate(condition, row(**values), today=date(2026, 1, 1))[0].as_py() for condition in conditions]
    return False if False in verdicts else None if None in verdicts else True


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        ("(a > 0)", {"a": 1}, {"a": 0}),
        ("(a >= b)", {"a": 1, "b": 1}, {"a": 0, "b": 1}),
        ("((n >= 6.50) AND (n <= 200.00))", {"n": Number("6.50")}, {"n": Number("6.49")}),
        ("(a BETWEEN 1 AND 5)", {"a": 5}, {"a": 6}),
        ("(a <> ALL (ARRAY[1, 2]))", {"a": 3}, {"a": 1}),
        ("((t)::text = ANY ((ARRAY['x'::character varying, 'y'::character varying])::text[]))", {"t": "x"}, {"t": "z"}),
        ("(t = ANY ('{x,y}'::text[]))", {"t": "x"}, {"t": "z"}),
        ("('x' = ANY (r))", {"r": "{a,x}"}, {"r": "{a}"}),
        ("((a IS NULL) <> (b IS NULL))", {"a": 1}, {"a": 1, "b": 1}),
        ("(num_nonnulls(a, b, t) = 1)", {"a": 1}, {"a": 1, "t": ""}),
        ("(((a IS NOT NULL))::integer + ((b IS NOT NULL))::integer = 1)", {"a": 1}, {}),
        ("((CASE WHEN a IS NULL THEN 0 ELSE 1 END + CASE WHEN b IS NULL THEN 0 ELSE 1 END) >= 1)", {"b": 1}, {}),
        ("(CASE WHEN a = 1 THEN b IS NOT NULL ELSE b IS NULL END)", {"a": 1, "b": 2}, {"a": 2, "b": 2}),
        ("((a <> 3) OR ((b IS NULL) AND (t IS NOT NULL)))", {"a": 3, "t": ""}, {"a": 3, "b": 1, "t": ""}),
        ("(t ~~ 'https://%'::text)", {"t": "https://x"}, {"t": "http://x"}),
        ("(t !~~* 'a%'::text)", {"t": "b"}, {"t": "Abc"}),
        ("(t ~ '^[a-z0-9][a-z0-9:-]{0,48}[a-z0-9]$'::text)", {"t": "a:b"}, {"t": "a:"}),
        ("(t ~* '^[[:alpha:]]+$')", {"t": "Ab"}, {"t": "a1"}),
        ("(t SIMILAR TO '(a|b)+_')", {"t": "abx"}, {"t": "cx"}),
        ("(t ~ similar_to_escape('x%'::text))", {"t": "xyz"}, {"t": "yx"}),
        ("(t LIKE 'a#%b' ESCAPE '#')", {"t": "a%b"}, {"t": "axb"}),
        ("(char_length(TRIM(BOTH FROM t)) > 0)", {"t": " x"}, {"t": "  "}),
        ("((t)::text = lower((t)::text))", {"t": "a"}, {"t": "A"}),
        ("(upper((c)::text) = ANY (ARRAY['S'::text, 'M'::text]))", {"c": "s"}, {"c": "x"}),
        ("(i = 'abc'::citext)", {"i": "ABC"}, {"i": "x"}),
        ("(octet_length(x) = 2)", {"x": b"ab"}, {"x": b"a"}),
        ("(f AND (NOT g))", {"f": True, "g": False}, {"f": True, "g": True}),
        ("(f IS TRUE)", {"f": True}, {}),
        ("(f IS NOT FALSE)", {}, {"f": False}),
        ("((f AND g) = (a IS NULL))", {"f": True, "g": True}, {"f": True, "g": True, "a": 1}),
        ("(a IS DISTINCT FROM b)", {"a": 1}, {}),
        ("(a IS NOT DISTINCT FROM b)", {}, {"a": 1}),
        ("(e >= d)", {"d": date(2020, 1, 1), "e": date(2020, 1, 1)}, {"d": date(2020, 1, 2), "e": date(2020, 1, 1)}),
        ("((e - d) <= 7)", {"d": date(2020, 1, 1), "e": date(2020, 1, 8)}, {"d": date(2020, 1, 1), "e": date(2020, 1, 9)}),
        ("(d <= (now() - '18 years'::interval))", {"d": date(2008, 1, 1)}, {"d": date(2009, 1, 1)}),
        ("(d < CURRENT_DATE)", {"d": date(2025, 12, 31)}, {"d": date(2026, 1, 1)}),
        ("(date_part('year'::text, d) >= (2000)::double precision)", {"d": date(2000, 1, 1)}, {"d": date(1999, 1, 1)}),
        ("(EXTRACT(dow FROM d) = (1)::numeric)", {"d": date(2026, 3, 2)}, {"d": date(2026, 3, 3)}),
        ("(date_trunc('minute'::text, v) = v)", {"v": "00:30:00"}, {"v": "00:30:01"}),
        ("(jsonb_typeof(j) = 'object'::text)", {"j": "{}"}, {"j": "[]"}),
        ("((j ->> 'k'::text) = 'v'::text)", {"j": '{"k": "v"}'}, {"j": '{"k": 1}'}),
        ("(j ? 'k')", {"j": '{"k": 1}'}, {"j": "{}"}),
        ("((j)::text = 'null'::text)", {"j": "null"}, {"j": "{}"}),
        ("(array_length(r, 1) IS NOT NULL)", {"r": "{a}"}, {"r": "{}"}),
        ("(NOT ((r)::text[] && ARRAY['p'::text, 'q'::text]))", {"r": "{a}"}, {"r": "{q}"}),
        ("(cardinality(r) <= 2)", {"r": "{a,b}"}, {"r": "{a,b,c}"}),
        ("(m >= 'ok'::mood)", {"m": "happy"}, {"m": "sad"}),
        ("(m = 'ok'::public.mood)", {"m": "ok"}, {"m": "sad"}),
        ("(POSITION(('@'::text) IN (t)) > 1)", {"t": "a@b"}, {"t": "@b"}),
        ("(\"left\"(t, 2) = 'ab'::text)", {"t": "abc"}, {"t": "ba"}),
        ("(COALESCE(a, 0) >= 0)", {}, {"a": -1}),
        ("((a % 2) = 0)", {"a": 4}, {"a": 3}),
        ("((10 / a) > 1)", {"a": 5}, {"a": 0}),
        ("((t)::integer > 0)", {"t": "5"}, {"t": "x"}),
        ("(round(n, 1) = n)", {"n": Number("1.50")}, {"n": Number("1.55")}),
    ],
)
def test_what_postgresql_accepts_and_refuses(check, good, bad):
    assert holds(check, **good) is not False
    assert holds(check, **bad) is False


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        ("f IN (0, 1)", {"f": True}, None),
        ("f", {"f": True}, {"f": False}),
        ("a", {"a": 2}, {"a": 0}),
        ("t LIKE 'A%'", {"t": "abc"}, {"t": "b"}),
        ("t GLOB '[a-c]*'", {"t": "cx"}, {"t": "Cx"}),
        ("length(T) >= 2", {"t": "ab"}, {"t": "a"}),
        ("typeof(a) = 'integer'", {"a": 1}, {}),
        ("typeof(a) IN ('integer', 'null')", {}, None),
        ("t COLLATE NOCASE = 'X'", {"t": "x"}, {"t": "y"}),
        ("t >= 'b'", {"t": "c"}, {"t": "a"}),
        ("instr(t, '@') > 0", {"t": "a@"}, {"t": "a"}),
        ("d > '2000-01-01'", {"d": date(2001, 1, 1)}, {"d": date(1999, 1, 1)}),
        ("a IS b", {"a": 1, "b": 1}, {"a": 1}),
        ("a NOT BETWEEN 1 AND 2", {"a": 3}, {"a": 1}),
        ("[a] == `b`", {"a": 1, "b": 1}, {"a": 1, "b": 2}),
        ("iif(a = 1, b, 5) = 5", {"a": 2}, {"a": 1, "b": 1}),
        ("ifnull(a, 1) = 1", {}, {"a": 2}),
        ("a / 2 = 3", {"a": 7}, {"a": 8}),
    ],
)
def test_what_sqlite_accepts_and_refuses(check, good, bad):
    assert holds(check, "sqlite", **good) is not False
    if bad is not None:
        assert holds(check, "sqlite", **bad) is False


@pytest.mark.parametrize(
    ("check", "reason"),
    [
        ("public.valid(a)", "the function valid"),
        ("hidden(a) > 1", "the function hidden"),
        ("t > u", "collation"),
        ("a > (SELECT 1)", "subquery"),
        ("missing = 1", "a column that the table does not have"),
        ("a >", "cannot be parsed"),
        ("k = '(1,2)'::point", "point"),
    ],
)
def test_what_has_no_counterpart_is_left_to_the_database_and_said(check, reason):
    conditions, findings, _ = compile(table(check, "(a > 0)"), "postgresql")
    assert len(conditions) == 1
    assert [finding.id for finding in findings] == ["N510"]
    assert findings[0].place == "t.c0"
    assert reason in findings[0].sentence


def test_a_generated_column_is_read_as_what_it_is_computed_from():
    columns = (s.Column("a", s.Integer()), s.Column("twice", s.Integer(), generated="a * 2"))
    made = s.Table(s.TableName("", "t"), columns, checks=(s.Check("c", "(twice > 0)"),))
    same = s.Table(s.TableName("", "t"), columns, checks=(s.Check("c", "(a * 2 > 0)"),))
    assert compile(made, "postgresql").conditions == compile(same, "postgresql").conditions


def test_a_generated_column_that_rounds_is_not_ours_to_judge():
    columns = (s.Column("a", s.Decimal(10, 2)), s.Column("whole", s.Decimal(10, 0), generated="a * 2"))
    made = s.Table(s.TableName("", "t"), columns, checks=(s.Check("c", "(whole > 0)"),))
    assert "generated column" in compile(made, "postgresql")[1][0].sentence


def test_checks_of_domains_hold_for_each_of_their_columns():
    positive = s.Domain("positive", s.Domain("small", s.Integer(), ("(VALUE < 100)",)), ("(VALUE > 0)",), nullable=False)
    made = s.Table(s.TableName("", "t"), (s.Column("p", positive), s.Column("q", positive)))
    conditions, findings, _ = compile(made, "postgresql")
    assert not findings
    found = narrow(conditions, made)
    assert found["p"] == found["q"] == Limits(lower=0, lower_open=True, upper=100, upper_open=True, not_null=True)


def test_conjuncts_are_conditions_of_their_own():
    conditions, *_ = compile(table("((a > 0) AND ((b > 0) AND (t IS NOT NULL)))"), "postgresql")
    assert len(conditions) == 3


def test_a_count_becomes_alternatives():
    (condition,), *_ = compile(table("(num_nonnulls(a, b) = 1)"), "postgresql")
    assert isinstance(condition, Or)
    assert len(condition.parts) == 2


@pytest.mark.parametrize(
    ("checks", "column", "limits"),
    [
        (["(a >= 1)", "(a <= 5)"], "a", Limits(lower=1, upper=5)),
        (["((a > 0) AND (a < 10))"], "a", Limits(lower=0, upper=10, lower_open=True, upper_open=True)),
        (["((a IS NULL) OR (a > 0))"], "a", Limits(lower=0, lower_open=True)),
        (["(0 < a)"], "a", Limits(lower=0, lower_open=True)),
        (["(NOT (a < 0))"], "a", Limits(lower=0)),
        (["(n > 0.50)"], "n", Limits(lower=0.5, lower_open=True)),
        (["(a = ANY (ARRAY[1, 2, 3]))", "(a <> ALL (ARRAY[2, 9]))"], "a", Limits(allowed=(1, 2, 3), forbidden=(2, 9))),
        (["((a = 1) OR (a = 4))"], "a", Limits(allowed=(1, 4))),
        (["((a < 1) OR (a >= 4))"], "a", Limits()),
        (["(((a >= 1) AND (a <= 3)) OR ((a >= 7) AND (a < 9)))"], "a", Limits(allowed=(1, 2, 3, 7, 8))),
        (["(((a >= 1) AND (a <= 3)) OR ((a >= 7) AND (a < 90000)))"], "a", Limits(lower=1, upper=90000, upper_open=True)),
        (["(f)"], "f", Limits(allowed=(True,))),
        (["(NOT f)"], "f", Limits(allowed=(False,))),
        (["(t IS NOT NULL)"], "t", Limits(not_null=True)),
        (["(t IS NULL)"], "t", Limits(must_be_null=True)),
        (["((char_length(t) >= 1) AND (char_length(t) <= 9))"], "t", Limits(min_length=1, max_length=9)),
        (["((t)::text <> ''::text)"], "t", Limits(forbidden=("",), min_length=1)),
        (["(t ~~ 'a%')"], "t", Limits(patterns=("^a.*$",))),
        (["(t ~* '^a')"], "t", Limits(patterns=("^a",), ignore_case=True)),
        (["((t)::text = lower((t)::text))"], "t", Limits(letters="lower")),
        (["(upper((c)::text) = ANY (ARRAY['S'::text, 'M'::text]))"], "c", Limits(allowed=("S", "M"))),
        (["(d >= '1930-01-01'::date)", "(d <= (now() - '18 years'::interval))"], "d", Limits(lower="1930-01-01", upper="2008-01-01")),
        (["(z > '2020-01-01 10:00:00+00'::timestamp with time zone)"], "z", Limits(lower="2020-01-01T10:00:00", lower_open=True)),
        (["(octet_length(x) = 32)"], "x", Limits(min_length=32, max_length=32)),
        (["((a > 0) OR (b > 0))"], "a", Limits()),
        (["((t = NULL::text) OR (char_length(t) > 0))"], "t", Limits()),
    ],
)
def test_what_holds_of_one_column_alone(checks, column, limits):
    made = table(*checks)
    conditions, findings, _ = compile(made, "postgresql")
    assert not findings
    assert narrow(conditions, made, today=date(2026, 1, 1)).get(column, Limits()) == limits


@pytest.mark.parametrize(
    ("pattern", "good", "bad"),
    [
        (like("a_%"), "abc", "a"),
        (like(r"100\%"), "100%", "100x"),
        (like("a.c"), "a.c", "abc"),
        (glob("a?[^0-9]*"), "abx", "ab1"),
        (similar("%(b|d)%"), "abc", "acc"),
        (similar("a.b"), "a.b", "axb"),
        (posix(r"^\d{3}[[:punct:]]$")[0], "123]", "123a"),
        (posix(r"\mcat\M")[0], "a cat", "concat"),
        (posix(r"^[]a-]+$")[0], "]-a", "b"),
        (posix(r"^a{,3}$")[0], "a{,3}", "aa"),
        (posix("***=a.b")[0], "a.b", "axb"),
    ],
)
def test_patterns_of_every_kind(pattern, good, bad):
    assert matches(pa.array([good, bad]), pattern).to_pylist() == [True, False]


def test_options_inside_a_pattern():
    assert posix("(?i)abc") == ("abc", True)
    with pytest.raises(Refused):
        posix("(?n)abc")


def test_nothing_but_null_tests_is_asked_of_types_that_are_only_carried():
    (condition,), findings, _ = compile(table("(k IS NOT NULL)"), "postgresql")
    assert not findings
    assert condition == Not(IsNull(ColumnRef("k", "other")))
