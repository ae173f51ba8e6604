"""Spans laid side by side: whatever they were, none overlaps another of its group, and what was in order already stays."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from mimic import schema as s
from mimic.conditions import ColumnRef, Disjoint
from mimic.generating.side_by_side import lay_apart

COLUMNS = (s.Column("room", s.Integer(64)), s.Column("low", s.Integer(64)), s.Column("high", s.Integer(64)))
TABLE = s.Table(s.TableName("", "t"), COLUMNS)
ROOM, LOW, HIGH = (ColumnRef(name, "integer") for name in ("room", "low", "high"))

row = st.tuples(st.one_of(st.none(), st.integers(0, 3)), st.integers(-1000, 1000), st.one_of(st.none(), st.integers(0, 300)), st.booleans())


def columns(rows: list[tuple[int | None, int, int | None, bool]]) -> dict[str, pa.Array]:
    lows = [None if gone and size is not None else low for _, low, size, gone in rows]
    highs = [None if size is None else low + size for _, low, size, _ in rows]
    named = {"room": [room for room, *_ in rows], "low": lows, "high": highs}
    return {name: pa.array(values, pa.int64()) for name, values in named.items()}


def spans(found: dict[str, pa.Array], closed: bool) -> dict[int, list[tuple[float, float]]]:
    out: dict[int, list[tuple[float, float]]] = {}
    for room, low, high in zip(*(found[name].to_pylist() for name in ("room", "low", "high")), strict=True):
        begin, end = -np.inf if low is None else low, np.inf if high is None else high + closed
        if room is not None and begin < end:
            out.setdefault(room, []).append((begin, end))
    return {room: sorted(each) for room, each in out.items()}


@settings(deadline=None)
@given(st.lists(row, max_size=30), st.booleans())
def test_no_two_spans_of_a_group_overlap(rows, closed):
    given_ = columns(rows)
    rule = Disjoint("apart", (ROOM,), LOW, HIGH, ("low", "high"), closed)
    moved, late = lay_apart(rule, TABLE, given_, True)
    assert late == 0
    before, after = spans(given_, closed), spans(given_ | moved, closed)
    for room, laid in after.items():
        assert all(a[1] <= b[0] for a, b in pairwise(laid))
        assert len(laid) == len(before[room])


@settings(deadline=None)
@given(st.lists(st.integers(1, 40), min_size=1, max_size=20), st.integers(1, 3))
def test_what_does_not_overlap_stays(gaps, apart):
    low = (np.cumsum(gaps) - gaps) * apart
    given_ = columns([(1, int(at), int(gap), False) for at, gap in zip(low, gaps, strict=True)])
    moved, late = lay_apart(Disjoint("apart", (ROOM,), LOW, HIGH, ("low", "high")), TABLE, given_, True)
    assert late == 0
    assert {name: values.to_pylist() for name, values in (given_ | moved).items()} == {n: v.to_pylist() for n, v in given_.items()}


@settings(deadline=None)
@given(st.integers(1, 30), st.integers(1, 30))
def test_walls_hold_as_many_as_they_have_room_for(n, room):
    given_ = columns([(1, 0, room, False)] * n)
    rule = Disjoint("apart", (ROOM,), LOW, HIGH, ("low", "high"), low=0, high=room)
    moved, late = lay_apart(rule, TABLE, given_, True)
    assert late == max(0, n - room)
    if not late:
        laid = spans(given_ | moved, False)[1]
        assert laid[0][0] >= 0
        assert laid[-1][1] <= room
        assert all(a[1] <= b[0] for a, b in pairwise(laid))
