"""Types of PostgreSQL, and what a random schema may say about a column of each: CHECKs, predicates, expressions, defaults."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

Room = Literal["many", "few", "none"]  # how many values a unique column has; none: nothing tells two of them apart


@dataclass(frozen=True, slots=True)
class Kind:
    """`§` in `checks`, `predicates` and `computed` stands for the quoted column. `computed` are expressions that may be unique."""

    sql: str
    room: Room = "many"
    checks: tuple[str, ...] = ()
    predicates: tuple[str, ...] = ("§ IS NOT NULL", "§ IS NULL")
    computed: tuple[str, ...] = ()
    defaults: tuple[str, ...] = ()
    generated: str = ""  # an expression of the same type
    full: bool = False  # the type itself forbids NULL

    def array(self) -> Kind:
        checks = ("cardinality(§) <= 5", "array_ndims(§) = 1 OR § = '{}'", "array_position(§, NULL) IS NULL")
        return Kind(f"{self.sql}[]", self.room, checks, computed=("cardinality(§)",), defaults=("'{}'",))


_INTEGER = Kind(
    "integer",
    checks=(
        "§ > 0", "§ >= 0 AND § < 1000000", "§ BETWEEN -5 AND 90000", "§ <> 7", "§ IN (1, 2, 3, 5, 8, 13, 21, 34, 55, 89)",
        "§ = ANY (ARRAY[10, 20, 30, 40])", "NOT (§ < 0)", "§ % 2 = 0", "§ < 10 OR § > 100", "(§ & 1) = 1", "abs(§) > 2",
    ),
    predicates=("§ IS NOT NULL", "§ > 0", "§ IS NULL", "§ <> 0"),
    computed=("abs(§)", "(§ + 1)", "(§ % 100000)", "COALESCE(§, '-1'::integer)"),
    defaults=("0", "1", "(1 + 2)", "'-1'::integer"),
    generated="(§ * 2)",
)  # fmt: skip
_TEXT = Kind(
    "text",
    checks=(
        "length(§) >= 3", "char_length(§) <= 20", "§ ~ '^[a-z]+$'", "§ LIKE 'a%'", "§ <> ''", "§ = lower(§)", "btrim(§) <> ''",
        "§ !~ '\\s'", "§ ~* '^[a-z0-9_-]{2,12}$'", "upper(§) = §", "§ IN ('red', 'green', 'blue', 'it''s 100%')",
        "length(§) BETWEEN 2 AND 8", "char_length(TRIM(BOTH FROM §)) > 0", "§ ~ '^#[0-9a-f]{6}$'", "starts_with(§, 'pre')", "length(§) = 7",
        "position('@' IN §) = 0", "§ NOT ILIKE '%admin%'", "octet_length(§) < 64",
    ),
    predicates=("§ IS NOT NULL", "§ <> ''", "§ IS NULL", "length(§) > 3"),
    computed=("lower(§)", "upper(§)", "COALESCE(§, '')", "md5(§)", "btrim(lower(§))", "\"left\"(§, 40)"),
    defaults=("''", "'it''s 100%; --'", "CURRENT_USER", "('a' || 'b')"),
    generated="lower(§)",
)  # fmt: skip
_DATE = Kind(
    "date",
    checks=(
        "§ >= '2000-01-01'",
        "§ > '1999-12-31'::date AND § < '2100-01-01'::date",
        "EXTRACT(year FROM §) > 1990",
        "§ = date_trunc('month', §)",
    ),
    computed=("(§ + 1)",),
    defaults=("CURRENT_DATE", "'2024-02-29'"),
)
_MOMENT = Kind(
    "timestamp with time zone",
    checks=("§ > '2001-01-01 00:00:00+00'", "isfinite(§)"),
    computed=("date_trunc('second', § AT TIME ZONE 'UTC')",),
    defaults=("now()", "CURRENT_TIMESTAMP", "'2024-01-01 00:00:00+00'"),
)
_NUMBER = Kind(
    "numeric(12,2)",
    checks=("§ >= 0", "§ > 0.5 AND § <= 99999", "§ <> 3.14", "round(§, 1) = §", "§ = trunc(§)", "§ BETWEEN -10 AND 10"),
    predicates=("§ > 0", "§ IS NOT NULL"),
    computed=("abs(§)",),
    defaults=("0.00", "1.5"),
    generated="(§ + 1.00)",
)
_BOOLEAN = Kind(
    "boolean", "few", ("§ IS NOT NULL", "§ OR NOT §"), ("§", "NOT §", "§ IS TRUE", "§ IS NOT NULL"), (), ("true", "false"), "(NOT §)"
)
_RANGE_CHECKS = ("NOT isempty(§)", "NOT lower_inf(§)")

KEYS: tuple[Kind, ...] = (
    replace(_INTEGER, checks=()), replace(_INTEGER, sql="bigint", checks=()), Kind("uuid", defaults=("gen_random_uuid()",)),
    replace(_TEXT, checks=()), replace(_TEXT, sql="character varying(40)", checks=()), replace(_INTEGER, sql="smallint", checks=()),
    replace(_DATE, checks=()), replace(_MOMENT, checks=()), replace(_NUMBER, checks=()), replace(_TEXT, sql="character(12)", checks=()),
    Kind("inet"), Kind("bytea"), Kind("bit(24)"),
)  # fmt: skip
SCALARS: tuple[Kind, ...] = (
    _INTEGER, _TEXT, _BOOLEAN, _MOMENT, _DATE, _NUMBER, Kind("uuid", defaults=("gen_random_uuid()",)),
    replace(_INTEGER, sql="bigint"), replace(_INTEGER, sql="smallint", checks=_INTEGER.checks[:1], computed=()),
    replace(_TEXT, sql="character varying(30)", checks=tuple(said for said in _TEXT.checks if " IN (" not in said)),
    replace(_TEXT, sql="character(3)", room="few", checks=("§ ~ '^[A-Z]{3}$'",), computed=()),
    Kind("double precision", checks=("§ BETWEEN -90 AND 90", "§ >= 0"), predicates=("§ > 0",)), Kind("real"),
    Kind("timestamp without time zone", defaults=("now()", "LOCALTIMESTAMP")), Kind("time without time zone"),
    Kind("time with time zone"), Kind("interval"), Kind("bytea", checks=("octet_length(§) <= 64", "octet_length(§) = 32")),
    Kind("inet"), Kind("cidr"), Kind("macaddr"),
    Kind("money"), Kind("bit(8)"), Kind("bit varying(20)"), Kind("numeric"), Kind("oid"), Kind("name"), Kind("pg_lsn"),
    Kind('"char"', "few"),
    Kind("jsonb", checks=("jsonb_typeof(§) = 'object'", "jsonb_typeof(§) IN ('array', 'object')", "octet_length(§::text) < 2000"),
        defaults=("'{}'",)),
)  # fmt: skip
ODD: tuple[Kind, ...] = (
    Kind("json", "none", ("json_typeof(§) = 'object'",), defaults=("'{}'",)), Kind("point", "none"), Kind("box", "none"),
    Kind("polygon", "none"), Kind("tsvector"), Kind("tsquery", "none"), Kind("jsonpath", "none"), Kind("int4range", checks=_RANGE_CHECKS),
    Kind("daterange", checks=_RANGE_CHECKS), Kind("tstzrange", checks=_RANGE_CHECKS), Kind("numrange"), Kind("int4multirange"),
    Kind("macaddr8"), Kind("circle", "none"), _INTEGER.array(), _TEXT.array(), Kind("uuid").array(), _DATE.array(), _BOOLEAN.array(),
)  # fmt: skip


def enumeration(sql: str, labels: tuple[str, ...]) -> Kind:
    """`labels` as SQL constants."""
    first = f"{labels[0]}::{sql}"
    checks = (f"§ <> {first}",) if len(labels) > 1 else ()
    return Kind(sql, "few", checks, (f"§ = {first}", "§ IS NOT NULL"), (), (first,))


def domain(sql: str, of: Kind, said: str) -> Kind:
    """A column of the domain `sql` over `of`: the domain has the CHECKs, so that the column says no more."""
    return Kind(sql, of.room, predicates=of.predicates[:1], full="NOT NULL" in said)


def about(template: str, column: str) -> str:
    """A template with the quoted column in its place."""
    return template.replace("§", column)
