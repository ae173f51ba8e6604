"""The part of a composite key that makes it unique, whatever its type and however large its groups."""

from __future__ import annotations

from collections import Counter
from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from mimic.errors import CapacityError
from mimic.generator import Span, Task
from mimic.generators.keys import SequenceKey, UuidKey, uuid_text
from mimic.generators.numeric import Quantiles
from mimic.generators.temporal import Moments
from mimic.generators.within import Within
from mimic.profile import Owners, TableEvidence
from mimic.schema import Boolean, Column, Date, Enum, Integer, Table, TableName, Text, Unique, Uuid
from mimic.semantics import Kind, Meaning, Sensitivity
from mimic.streams import CHUNK, Streams

STREAM = Streams(1).at("test")
PLAIN = Meaning(Kind.NUMBER, Sensitivity.NONE, 1.0, "test")


def table(kind) -> Table:
    columns = (Column("parent", Integer(), False), Column("part", kind, False))
    return Table(TableName("", "child"), columns, primary_key=Unique("pk", ("parent", "part"), primary=True))


def task(kind, **options) -> Task:
    here = table(kind)
    return Task(here, (here.column("part"),), meanings=(PLAIN,), options={"within": ("parent",), **options})


def evidence(kind, parents, parts) -> TableEvidence:
    sample = pa.table({"parent": pa.array(parents, pa.int64()), "part": parts})
    return TableEvidence(table(kind), len(parents), sample, Owners(len(parents)))


def pairs(made, parents) -> Counter:
    return Counter(zip(parents.to_pylist(), made["part"].to_pylist(), strict=True))


def test_positions_stay_dense_from_where_they_started():
    learned = Within.learn(task(Integer(32)), evidence(Integer(32), [7, 7, 7, 8], pa.array([0, 1, 2, 0], pa.int32())), STREAM)
    made = learned.sample(Span(0, 5, 5), STREAM, {"parent": pa.array([1, 2, 1, 1, 2])})
    assert made["part"].to_pylist() == [0, 0, 1, 2, 1]
    assert made["part"].type == pa.int32()


def test_dates_that_meet_are_moved_apart_and_ascend_within_the_parent():
    days = pa.array([date(2020, 1, 1)] * 30, pa.date32())
    inner = task(Date())
    found = evidence(Date(), list(range(30)), days)
    learned = Within.learn(task(Date(), inner=Moments.learn(inner, found, STREAM)), found, STREAM)
    parents = pa.array(np.repeat([1, 2], 10))
    made = learned.sample(Span(0, 20, 20), STREAM, {"parent": parents})
    assert max(pairs(made, parents).values()) == 1
    first = made["part"].to_pylist()[:10]
    assert first == sorted(first)


def test_labels_of_a_type_are_chosen_without_repetition():
    kind = Enum("colour", ("red", "green", "blue"))
    learned = Within.learn(task(kind), None, STREAM)
    parents = pa.array(np.repeat(np.arange(50), 3))
    made = learned.sample(Span(0, 150, 150), STREAM, {"parent": parents})
    assert max(pairs(made, parents).values()) == 1


def test_a_group_larger_than_its_domain_is_refused_with_the_number_possible():
    learned = Within.learn(task(Boolean()), None, STREAM)
    with pytest.raises(CapacityError) as caught:
        learned.sample(Span(0, 5, 5), STREAM, {"parent": pa.array([1, 1, 1, 2, 2])})
    assert caught.value.possible == 4


def test_texts_of_fewer_than_k_owners_are_not_kept():
    names = [f"secret{i}" for i in range(9)] + ["common"] * 12
    learned = Within.learn(task(Text()), evidence(Text(), list(range(21)), pa.array(names)), STREAM)
    assert learned.values == ("common",)
    assert "secret" not in repr(learned.state())


@pytest.mark.parametrize("way", ["dense", "chosen"])
def test_a_restored_key_makes_the_same_values(way):
    kind = Integer() if way == "dense" else Boolean()
    learned = Within.learn(task(kind), None, STREAM)
    again = Within.restore(learned.state())
    given = {"parent": pa.array([1, 1, 2])}
    assert learned.sample(Span(0, 3, 3), STREAM.at(1), given) == again.sample(Span(0, 3, 3), STREAM.at(1), given)


def test_uuids_are_version_4_and_distinct_across_chunks():
    key = UuidKey("id")
    stream = Streams(3).at("t", "id")
    parts = [key.sample(Span(i * CHUNK, CHUNK, 3 * CHUNK), stream.at(i), {})["id"] for i in range(3)]
    texts = uuid_text(pa.concat_arrays(parts)).to_pylist()
    assert len(set(texts)) == 3 * CHUNK
    assert {text[14] for text in texts} == {"4"}
    assert {text[19] for text in texts} <= set("89ab")


def test_a_small_integer_key_knows_how_many_rows_it_can_number():
    here = Table(TableName("", "t"), (Column("id", Integer(16), False),), primary_key=Unique("pk", ("id",), primary=True))
    key = SequenceKey.learn(Task(here, here.columns, unique=True, meanings=(PLAIN,)), None, STREAM)
    assert key.capacity() == 32767


def test_quantiles_exist_for_keys_that_are_no_key():
    assert Quantiles.suits(task(Integer())) > 0
    assert UuidKey.suits(Task(table(Uuid()), (Column("part", Uuid()),), unique=True, meanings=(PLAIN,))) == 1.0
