"""Foreign keys as they are chosen: every number of children met, every combination distinct, no cycle in a tree."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mimic.errors import CapacityError
from mimic.generator import Span
from mimic.generators.degrees import reconcile
from mimic.generators.groves import forest, groves, within_groups
from mimic.generators.references import Edge, References
from mimic.streams import Streams

weights = st.lists(st.floats(0, 50), min_size=1, max_size=40)


def stream(seed: int = 0):
    return Streams(seed).at("test")


def edge(label: str, **more) -> Edge:
    return Edge(label, (label,), ("id",), more.pop("null_share", 0.0), more.pop("optional", ()), **more)


def parents(label: str, n: int, degrees=None) -> dict[str, pa.Array]:
    return {
        f"{label}.id": pa.array(np.arange(n) + 1),
        f"{label}.#": pa.array(np.ones(n) if degrees is None else np.asarray(degrees, float)),
    }


@given(weights, st.integers(0, 300), st.integers(0, 2**32))
def test_numbers_of_children_add_up_to_the_rows_asked(weights, total, seed):
    made = reconcile(np.array(weights), total, stream(seed))
    assert made.sum() == total
    assert (made >= 0).all()


@given(weights, st.integers(0, 2**32), st.data())
def test_no_number_of_children_is_above_its_cap(weights, seed, data):
    cap = np.array(data.draw(st.lists(st.integers(0, 9), min_size=len(weights), max_size=len(weights))))
    total = data.draw(st.integers(0, int(cap.sum())))
    made = reconcile(np.array(weights), total, stream(seed), cap)
    assert made.sum() == total
    assert (made <= cap).all()


def test_numbers_that_fit_already_are_kept_as_they_are():
    degrees = np.array([0.0, 3, 1, 0, 7])
    assert reconcile(degrees, 11, stream()).tolist() == [0, 3, 1, 0, 7]


@given(st.integers(1, 12), st.integers(1, 12), st.integers(0, 2**32), st.data())
def test_pairs_are_distinct_up_to_the_last_possible_one(a, b, seed, data):
    n = data.draw(st.integers(0, a * b))
    link = References("link", (edge("a"), edge("b")), (("a", "b"),), True)
    skewed = np.arange(1, a + 1) ** 2.0
    made = link.sample(Span(0, n, n), stream(seed), parents("a", a, skewed) | parents("b", b))
    pairs = set(zip(made["a"].to_pylist(), made["b"].to_pylist(), strict=True))
    assert len(pairs) == n


def test_one_pair_too_many_is_refused_with_the_number_possible():
    link = References("link", (edge("a"), edge("b")), (("a", "b"),), True)
    with pytest.raises(CapacityError) as caught:
        link.sample(Span(0, 7, 7), stream(), parents("a", 2) | parents("b", 3))
    assert caught.value.possible == 6


@given(st.integers(1, 60), st.integers(0, 2**32))
def test_a_one_to_one_key_uses_every_parent_at_most_once(n, seed):
    single = References("profile", (edge("user", single=True),), (("user",),), True)
    made = single.sample(Span(0, n, n), stream(seed), parents("user", 60))
    assert len(set(made["user"].to_pylist())) == n


@given(st.integers(1, 80), st.floats(0, 1), st.integers(0, 2**32))
def test_the_share_of_rows_without_a_parent_is_kept(n, share, seed):
    key = References("orders", (edge("customer", null_share=share, optional=("customer",)),), (), True)
    made = key.sample(Span(0, n, n), stream(seed), parents("customer", 5))
    assert made["customer"].null_count == round(share * n)


@given(st.integers(1, 80), st.integers(0, 80), st.booleans(), st.integers(0, 2**32))
def test_trees_have_no_cycle_and_parents_stand_before_children(n, roots, optional, seed):
    degrees = stream(seed).uniform(n) ** 3
    up = forest(degrees, n, roots, optional, stream(seed))
    rows = np.arange(n)
    assert ((up < rows) | (up == rows if not optional else up == -1)).all()
    assert int((up == (-1 if optional else rows)).sum()) == min(max(roots, 1), n)


def test_keys_that_share_a_column_agree_in_it():
    both = References("note", (Edge("t,u", ("t", "u"), ("t", "id"), 0.25, ("u",)), Edge("t", ("t",), ("id",), 0.0, ())), (), True)
    users = {"t,u.t": pa.array([1, 1, 2, 2, 3]), "t,u.id": pa.array([1, 2, 1, 2, 1]), "t,u.#": pa.array(np.ones(5))}
    made = both.sample(Span(0, 40, 40), stream(), users | {"t.id": pa.array([1, 2]), "t.#": pa.array(np.ones(2))})
    existing = {(1, 1), (1, 2), (2, 1), (2, 2)}
    rows = list(zip(made["t"].to_pylist(), made["u"].to_pylist(), strict=True))
    assert all(pair in existing for pair in rows if pair[1] is not None)
    assert all(tenant in (1, 2) for tenant, _ in rows)
    assert made["u"].null_count == 10


@given(st.integers(0, 2**32))
def test_choices_inside_groups_stay_inside_and_follow_the_weights(seed):
    group = np.array([0, 0, 1, 1])
    made = within_groups(np.repeat([0, 1, -1], 100), group, np.array([3.0, 1, 1, 1]), stream(seed))
    assert set(made[:100]) <= {0, 1}
    assert set(made[100:200]) <= {2, 3}
    assert set(made[200:]) == {-1}
    assert abs(int((made[:100] == 0).sum()) - 75) <= 1


@given(st.lists(st.integers(0, 6), min_size=1, max_size=80), st.booleans(), st.booleans(), st.integers(0, 2**32))
def test_trees_inside_groups_stay_in_their_group_and_have_no_circle(groups, optional, single, seed):
    group, n = np.array(groups), len(groups)
    up = groves(group, group, np.zeros(n, dtype=bool), optional, stream(seed), single=single)
    assert all(group[i] == group[j] for i, j in enumerate(up) if j >= 0)
    if single:
        assert len(set(up[up >= 0])) == (up >= 0).sum()
    if optional or not single:
        assert (up <= np.arange(n)).all(), "parents before children; a root is its own where it must have one"


def test_a_link_of_two_tables_of_tenants_has_a_row_for_each_pair_inside_a_tenant():
    link = References(
        "link", (Edge("t,a", ("t", "a"), ("t", "id"), 0.0, ()), Edge("t,b", ("t", "b"), ("t", "id"), 0.0, ())), (("t", "a", "b"),), True
    )
    tenants_a, tenants_b = [1, 1, 2, 3], [1, 2, 2, 2, 4]  # 2 x 1 pairs in the first tenant, 1 x 3 in the second
    given_ = {"t,a.t": pa.array(tenants_a), "t,a.id": pa.array(range(4)), "t,a.#": pa.array(np.ones(4))}
    given_ |= {"t,b.t": pa.array(tenants_b), "t,b.id": pa.array(range(5)), "t,b.#": pa.array(np.ones(5))}
    made = link.sample(Span(0, 5, 5), stream(), given_)
    rows = set(zip(*(made[name].to_pylist() for name in ("t", "a", "b")), strict=True))
    assert rows == {(1, 0, 0), (1, 1, 0), (2, 2, 1), (2, 2, 2), (2, 2, 3)}
    with pytest.raises(CapacityError) as refused:
        link.sample(Span(0, 6, 6), stream(), given_)
    assert refused.value.possible == 5


def test_columns_chosen_before_are_kept():
    both = References("t", (Edge("t,u", ("t", "u"), ("t", "id"), 0.0, ()), Edge("t", ("t",), ("id",), 0.0, ())), (), True)
    assert both.part("t").fills == ("t", "@t"), "the smaller key is asked first"
    given_ = {"t,u.t": pa.array([1, 2, 2]), "t,u.id": pa.array([7, 8, 9]), "t,u.#": pa.array(np.ones(3))}
    given_ |= {"t.id": pa.array([1, 2]), "t.#": pa.array(np.ones(2)), "t": pa.array([2, 1, 2]), "@t": pa.array([1, 0, 1])}
    made = both.sample(Span(0, 3, 3), stream(), given_)
    assert made["t"].to_pylist() == [2, 1, 2]
    assert made["u"].to_pylist()[1] == 7
    assert set(made["u"].to_pylist()) - {7} <= {8, 9}


def test_parents_are_those_that_have_what_a_column_holds_already():
    """Two keys of one table, one of whose columns had to be filled before any parent could be chosen."""
    pair = Edge("pair", ("site", "boss"), ("site", "id"), 0.5, ("site", "boss"))
    given = {"pair.site": pa.array([1, 1, 2, 2, 3]), "pair.id": pa.array([10, 11, 20, 21, 30]), "pair.#": pa.array(np.ones(5))}
    site = pa.array([2, 1, 3, 2, 1, 1])
    made = References("staff", (pair,), (), False).sample(Span(0, 6, 6), stream(), given | {"site": site})
    assert made["site"].to_pylist() == site.to_pylist()
    assert all(boss is None or boss // 10 == here for boss, here in zip(made["boss"].to_pylist(), site.to_pylist(), strict=True))
    assert made["boss"].null_count == 3
