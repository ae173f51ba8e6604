"""Every uniqueness rule has somebody who keeps it."""

from __future__ import annotations

from dataclasses import replace

from mimic.graph import origins
from mimic.planning.keys import plan_keys
from mimic.schema import Check, Column, Date, ForeignKey, Integer, Schema, Table, TableName, Text, Unique

A, B, LINK = TableName("", "a"), TableName("", "b"), TableName("", "link")


def parent(name: TableName) -> Table:
    return Table(name, (Column("id", Integer(), False),), primary_key=Unique("pk", ("id",), primary=True))


def plan_of(*uniques: Unique, columns=(), primary: tuple[str, ...] | None = None):
    keys = (ForeignKey("fa", LINK, ("a_id",), A, ("id",)), ForeignKey("fb", LINK, ("b_id",), B, ("id",)))
    own = (Column("a_id", Integer(), False), Column("b_id", Integer()), *columns)
    key = Unique("pk", primary, primary=True) if primary else None
    link = Table(LINK, own, primary_key=key, uniques=uniques, foreign_keys=keys)
    schema = Schema("sqlite", (parent(A), parent(B), link))
    return plan_keys(schema, link)


def test_a_rule_on_foreign_keys_alone_is_kept_by_the_choice_of_parents():
    made = plan_of(primary=("a_id", "b_id"))
    assert made.combinations == (("a_id", "b_id"),)
    assert not made.within


def test_a_column_that_is_unique_by_itself_is_kept_by_its_own_generator():
    made = plan_of(Unique("u", ("email",)), columns=(Column("email", Text()),))
    assert made.single == {"email"}


def test_the_column_with_most_room_makes_a_composite_key_unique():
    columns = (Column("title", Text(), False), Column("since", Date(), False))
    made = plan_of(primary=("a_id", "title", "since"), columns=columns)
    assert made.within == {"since": ("a_id", "title")}


def test_a_rule_that_follows_from_a_smaller_one_needs_nobody():
    made = plan_of(Unique("u", ("a_id", "code")), Unique("v", ("code",)), columns=(Column("code", Text()),))
    assert made.single == {"code"}
    assert not made.within


def test_columns_of_a_primary_key_never_become_null():
    made = plan_of(primary=("a_id", "b_id"))
    assert "b_id" not in made.may_be_null


def test_a_column_that_only_leads_to_itself_is_filled_like_any_other():
    tree = TableName("", "tree")
    columns = (Column("site", Integer(), False), Column("id", Integer(), False), Column("parent", Integer()))
    own = ForeignKey("up", tree, ("site", "parent"), tree, ("site", "id"))
    schema = Schema("sqlite", (Table(tree, columns, Unique("pk", ("site", "id"), primary=True), foreign_keys=(own,)),))
    assert origins(schema) == {(tree, "site")}
    made = plan_keys(schema, schema.table(tree))
    assert made.held == {"site"}
    assert made.within == {"id": ("site",)}


def test_of_two_keys_that_are_each_other_one_is_made():
    a, b = (replace(parent(one), foreign_keys=(ForeignKey("f", one, ("id",), other, ("id",)),)) for one, other in ((A, B), (B, A)))
    assert origins(Schema("sqlite", (a, b))) == {(A, "id")}


def test_columns_of_one_key_that_lead_to_themselves_start_in_one_table():
    """Two halves made in two tables would wait for each other; a CHECK says where the one begins, and the other follows."""
    columns = tuple(Column(name, Integer(), False) for name in ("id", "x", "y", "up"))
    tables = []
    for one, other in ((A, B), (B, A)):
        key = ForeignKey("f", one, ("up", "x", "y"), other, ("id", "x", "y"))
        told = (Check("told", "y > 3", ("y",)),) if one == B else ()
        tables.append(Table(one, columns, Unique("pk", ("id", "x", "y"), primary=True), foreign_keys=(key,), checks=told))
    assert origins(Schema("sqlite", tuple(tables))) == {(B, "x"), (B, "y")}


def test_match_full_forbids_null_beside_a_column_that_may_not_be():
    key = ForeignKey("fa", LINK, ("x", "y"), A, ("id", "id"), match_full=True)
    columns = (Column("x", Integer(), False), Column("y", Integer()))
    schema = Schema("postgresql", (parent(A), Table(LINK, columns, foreign_keys=(key,))))
    assert plan_keys(schema, schema.table(LINK)).may_be_null == frozenset()
