"""Rows are changed until their CHECKs hold."""

from __future__ import annotations

import pyarrow as pa

from mimic.conditions import Call, ColumnRef, Compare, Constant
from mimic.generating.honouring import honour
from mimic.schema import Column, Table, TableName, Text
from mimic.streams import Streams


def test_numbers_made_for_a_column_of_texts_become_texts():
    """They are compared with texts, and exchanged with texts that fit."""
    table = Table(TableName("", "t"), (Column("code", Text()),))
    short = Compare("<=", Call("length", (ColumnRef("code", "text"),), "integer"), Constant("integer", 3))
    made, bad = honour({"code": pa.array([5.0, 1234.5, None])}, [short], table, frozenset(), Streams(0).at("test"))
    assert not bad.any()
    assert made["code"].type == pa.string()
    assert made["code"].to_pylist()[::2] == ["5", None]
