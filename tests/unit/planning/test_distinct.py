"""Rules that nobody keeps while values are drawn are compiled, and read more strictly where they cannot be read."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from mimic.conditions import Limits
from mimic.generating.telling_apart import Apart
from mimic.planning.distinct import computes, distinct
from mimic.planning.keys import plan_keys
from mimic.schema import Boolean, Check, Column, Enum, ForeignKey, Integer, Schema, Table, TableName, Text, Unique
from mimic.streams import Streams

NAME, PARENT = TableName("public", "t"), TableName("public", "p")
PARENTS = Table(PARENT, (Column("id", Integer(), False),), primary_key=Unique("pk", ("id",), primary=True))


def table(*uniques: Unique, columns: tuple[Column, ...], keys: tuple[ForeignKey, ...] = ()) -> Table:
    return Table(NAME, columns, uniques=uniques, foreign_keys=keys)


def planned(made: Table, limits: dict[str, Limits] | None = None):
    return plan_keys(Schema("postgresql", (PARENTS, made)), made, limits)


def settled(made: Table, **columns: list):
    rules = distinct(made, planned(made), "postgresql")
    apart = Apart(made, rules, (), frozenset(), lambda key: {"p_id": pa.array(range(50), pa.int64())})
    rows = {name: pa.array(values) for name, values in columns.items()}
    return apart.settle(rows, Streams(1).at("test"))


def test_a_partial_rule_on_a_flag_leaves_one_row_in_its_predicate():
    made = table(Unique("u", ("flag",), where="flag", constraint=False), columns=(Column("flag", Boolean(), False),))
    rows, late = settled(made, flag=[True] * 20)
    assert not late.any()
    assert sum(rows["flag"].to_pylist()) == 1


def test_a_rule_on_an_expression_tells_texts_apart_as_the_expression_does():
    columns = (Column("event", Integer(), False), Column("name", Text(), False))
    made = table(Unique("u", ("event",), ("lower(name)",), constraint=False), columns=columns)
    rows, late = settled(made, event=[1] * 6, name=["A", "a", "B", "b", "c", "C"])
    assert not late.any()
    pairs = {(event, name.lower()) for event, name in zip(rows["event"].to_pylist(), rows["name"].to_pylist(), strict=True)}
    assert len(pairs) == 6


def test_a_function_that_cannot_be_read_counts_as_folding_its_columns():
    made = table(Unique("u", (), ("canon(name)",), constraint=False), columns=(Column("name", Text(), False),))
    rows, late = settled(made, name=["a-b", "A_B", "x"])
    assert not late.any()
    assert len({name.lower().replace("-", "").replace("_", "") for name in rows["name"].to_pylist()}) == 3


def test_nulls_that_are_not_distinct_count_as_equal():
    made = table(Unique("u", ("a",), nulls_distinct=False), columns=(Column("a", Integer()),))
    rows, late = settled(made, a=pa.array([None, None, None, 4], pa.int64()).to_pylist())
    assert not late.any()
    assert rows["a"].null_count == 1


def test_a_row_of_a_rule_on_a_parent_gets_a_parent_that_is_free():
    key = ForeignKey("f", NAME, ("p_id",), PARENT, ("id",))
    columns = (Column("p_id", Integer(), False), Column("kind", Integer(), False))
    made = table(Unique("u", ("p_id",), where="kind = 1", constraint=False), columns=columns, keys=(key,))
    rows, late = settled(made, p_id=[3] * 40, kind=[1] * 40)
    assert not late.any()
    assert len(np.unique(rows["p_id"].to_numpy())) == 40


def test_columns_of_few_values_are_chosen_together_and_cap_the_rows_of_a_parent():
    key = ForeignKey("f", NAME, ("p_id",), PARENT, ("id",))
    columns = (Column("p_id", Integer(), False), Column("mood", Enum("mood", ("a", "b", "c")), False), Column("yes", Boolean(), False))
    made = planned(table(Unique("u", ("p_id", "mood", "yes")), columns=columns, keys=(key,)))
    assert made.joint == ((("mood", "yes"), ("p_id",)),)
    assert made.rooms == ((("p_id",), 6),)


def test_columns_that_wait_for_each_other_are_told_apart_afterwards_or_in_what_they_share():
    columns = tuple(Column(name, Text(), False) for name in ("a", "b", "c"))
    made = planned(table(Unique("u", ("a", "b")), Unique("v", ("b", "c")), Unique("w", ("a", "c")), columns=columns))
    waiting = dict(made.within)
    for _ in range(3):
        waiting = {name: group for name, group in waiting.items() if any(other in waiting for other in group)}
    assert not waiting


def test_a_check_that_only_the_server_can_read_has_uniqueness_looked_after():
    """Rows that break it are drawn again, and nobody else would tell the new ones apart."""
    made = table(Unique("u", ("a",)), columns=(Column("a", Integer(), False), Column("b", Integer(), False)))
    asked = [Check("on a", "(a & 1) = 1", ("a",)), Check("on b", "(b & 1) = 1", ("b",))]
    assert [rule.name for rule in distinct(made, planned(made), "postgresql", unread=asked)] == ["u"]
    assert distinct(made, planned(made), "postgresql", unread=asked[1:]) == ()


def test_rows_that_are_forgotten_may_come_again():
    made = table(Unique("u", ("a",), where="a > 0", constraint=False), columns=(Column("a", Integer(), False),))
    apart = Apart(made, distinct(made, planned(made), "postgresql"), (), frozenset({"a"}), lambda key: {})
    rows = {"a": pa.array([1, 2], pa.int64())}
    apart.note(rows)
    assert apart.mended(rows, Streams(1).at("test"))[1].tolist() == [True, True]
    apart.forget({"a": pa.array([2], pa.int64())})
    assert apart.mended(rows, Streams(1).at("test"))[1].tolist() == [True, False]


def test_generated_columns_that_keys_refer_to_are_computed_where_they_can_be_read():
    columns = (
        Column("id", Integer(), False),
        Column("twice", Integer(), generated="(id * 2)"),
        Column("odd", Integer(), generated="odd_one(id)"),
        Column("other", Integer(), generated="(id + 1)"),
    )
    parent = Table(NAME, columns, uniques=tuple(Unique(name, (name,)) for name in ("twice", "odd", "other")))
    keys = tuple(ForeignKey(name, PARENT, ("id",), NAME, (name,)) for name in ("twice", "odd"))
    child = Table(PARENT, (Column("id", Integer()),), foreign_keys=keys)
    assert [name for name, _ in computes(parent, Schema("postgresql", (parent, child)))] == ["twice"]
