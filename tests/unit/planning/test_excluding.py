"""EXCLUDE constraints read from their definitions, as PostgreSQL prints them."""

from __future__ import annotations

import pytest

from mimic import schema as s
from mimic.conditions import Limits
from mimic.planning.excluding import exclusions, parts

CASES = {
    "EXCLUDE USING gist (during WITH &&)": ([("during", "&&")], None),
    "EXCLUDE USING gist (room WITH =, during WITH &&) WHERE ((NOT cancelled))": ([("room", "="), ("during", "&&")], "(NOT cancelled)"),
    "EXCLUDE USING gist (tstzrange(starts, ends, '[)'::text) WITH &&)": ([("tstzrange(starts, ends, '[)'::text)", "&&")], None),
    'EXCLUDE USING gist ("a ""b,(" WITH =, (c + 1) WITH <>)': ([('"a ""b,("', "="), ("(c + 1)", "<>")], None),
    "EXCLUDE USING gist (address inet_ops WITH &&) DEFERRABLE": ([("address", "&&")], None),
    'EXCLUDE USING btree (name COLLATE "C" text_pattern_ops DESC WITH OPERATOR(pg_catalog.=))': ([("name", "=")], None),
    "EXCLUDE USING gist (public.span(a, b) WITH &&) WHERE ((state = 'a) b'::text))": (
        [("public.span(a, b)", "&&")],
        "(state = 'a) b'::text)",
    ),
}


@pytest.mark.parametrize("definition", CASES)
def test_elements_and_predicate(definition: str) -> None:
    assert parts(definition) == CASES[definition]


def made(definition: str, **limits: Limits) -> object:
    columns = (
        s.Column("room", s.Integer(32), nullable=False),
        s.Column("low", s.Integer(32), nullable=False),
        s.Column("high", s.Integer(32)),
        s.Column("during", s.Range(s.Timestamp(True))),
        s.Column("place", s.Opaque("circle")),
    )
    table = s.Table(s.TableName("", "t"), columns, excludes=(s.Exclude("apart", f"EXCLUDE USING gist ({definition})"),))
    return exclusions(table, "postgresql", limits)


def test_bounds_say_how_often_a_room_may_come() -> None:
    found = made("room WITH =, int4range(low, high) WITH &&", low=Limits(lower=0), high=Limits(upper=24, upper_open=True))
    assert found.rooms == ((("room",), 23),)
    assert [rule.moved for rule in found.disjoint] == [("low", "high")]


def test_equality_alone_is_uniqueness() -> None:
    found = made("room WITH =, low WITH =")
    assert [rule.columns for rule in found.uniques] == [("room", "low")]
    assert not found.disjoint


def test_what_cannot_be_counted_is_told() -> None:
    assert [finding.id for finding in made("place WITH &&").findings] == ["N510"]


def test_rows_of_a_group_agree() -> None:
    assert [(rule.keys[0].name, rule.columns) for rule in made("room WITH =, low WITH <>").alike] == [("room", ("low",))]
