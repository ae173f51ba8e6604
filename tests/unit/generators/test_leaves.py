"""Trees deal out values: what hangs on something in the source hangs on it in the copy, and no leaf tells of fewer than k owners."""

import numpy as np
import pyarrow as pa
import pytest

from mimic.generator import Span, Task
from mimic.generators.dealing import in_order
from mimic.generators.leaves import Leaves
from mimic.generators.trees import grow
from mimic.profile import Owners, TableEvidence
from mimic.schema import Column, Integer, Table, TableName, Text
from mimic.semantics import Kind, Meaning, Sensitivity
from mimic.streams import Streams

N = 4_000
DRAW = np.random.default_rng(3)
MEANT = Meaning(Kind.OTHER, Sensitivity.NONE, 1.0, "said by a test")


def dealt(target, feature, *, kind=None, category=False, n=N, owners=None, k=10):
    """The learned leaves, and `n` rows (feature, target) made with the feature's own values."""
    kind = kind or Integer()
    table = Table(TableName("", "t"), (Column("x", Integer()), Column("y", kind)))
    sample = pa.table({"x": feature, "y": target})
    paths = () if owners is None else (np.asarray(owners, dtype=np.int64),)
    evidence = TableEvidence(table, len(feature), sample, Owners(len(feature), paths))
    told = {
        "drawn_by": "categorical.shares" if category else "numeric.quantiles",
        "features": ["x"],
        "categories": ["y"] if category else [],
    }
    task = Task(table, (table.column("y"),), meanings=(MEANT,), options=told, k=k)
    made = Leaves.learn(task, evidence, Streams(1).at("learn"))
    rows = pa.array(np.resize(np.asarray(feature), n))
    return made, rows, made.sample(Span(0, n, n), Streams(2).at("t", "y", 0), {"x": rows})["y"] if made.trees else None


def test_a_number_follows_another_closely():
    x = DRAW.integers(0, 10_000, N)
    _, rows, y = dealt(3 * x + DRAW.integers(0, 50, N), x)
    ranks = [np.argsort(np.argsort(np.asarray(values))) for values in (rows, y)]
    assert np.corrcoef(*ranks)[0, 1] > 0.999


def test_a_category_that_follows_from_a_number_does_so_in_every_row():
    x = DRAW.integers(0, 10, N)
    _, rows, y = dealt(["low" if value < 4 else "high" for value in x], x, kind=Text(), category=True)
    assert y.to_pylist() == ["low" if value < 4 else "high" for value in rows.to_pylist()]


def test_null_follows_too():
    x = DRAW.integers(0, 10, N)
    _, rows, y = dealt([None if value == 7 else int(value) * 1_000 + i for i, value in enumerate(x)], x)
    assert np.array_equal(~np.asarray(y.is_valid()), np.asarray(rows) == 7)


def test_columns_that_hang_on_nothing_are_drawn_alone():
    made, _, _ = dealt(DRAW.integers(0, 1_000, N), DRAW.integers(0, 10, N))
    assert made.plain is made.inner


def test_values_are_only_dealt_out():
    """The distribution of a column is that of its own generator: trees change no value."""
    x = DRAW.integers(0, 100, N)
    made, _, y = dealt(x * x, x)
    alone = made.inner.sample(Span(0, N, N), Streams(2).at("t", "y", 0), {})["y"]
    assert sorted(y.to_pylist()) == sorted(alone.to_pylist())


@pytest.mark.parametrize("n", [1, 7, 500])
def test_any_number_of_rows(n):
    x = DRAW.integers(0, 100, N)
    assert len(dealt(x * 2, x, n=n)[2]) == n


def test_a_leaf_stands_on_k_owners():
    """Fifty owners of eighty rows each: no leaf, no cell and no share of a code may tell of fewer than ten."""
    owners = np.repeat(np.arange(50), N // 50)
    x = owners * 20 + DRAW.integers(0, 20, N)
    made, _, _ = dealt(x * 3, x, owners=owners)
    for learnt in made.trees:
        leaf = learnt.leaf[learnt.tree.leaf(np.stack([made.tables[0][made.features[0].encode(pa.array(x))]]))]
        for number in range(len(learnt.shares)):
            assert len(np.unique(owners[leaf == number])) >= 10


def test_few_owners_of_a_code_are_not_told():
    """One owner among sixty has the rare word in his leaf: its share there is not what was counted."""
    x = np.repeat(np.arange(4), N // 4)
    words = np.array(["a"] * N, dtype=object)
    words[x == 1] = "b"
    words[:3] = "rare"  # three rows: below k
    made, _, y = dealt(words.tolist(), x, kind=Text(), category=True)
    assert "rare" not in set(y.to_pylist())
    for learnt in made.trees:
        assert learnt.shares.sum(axis=1) == pytest.approx(1.0, abs=1e-5)


def test_a_tree_finds_what_two_features_say_together():
    bins = DRAW.integers(0, 4, (2, N)).astype(np.uint8)
    wanted = ((bins[0] > 1) & (bins[1] > 1)).astype(float)[:, None]
    tree = grow(bins, wanted - wanted.mean(), least=20, worth=1.0)
    leaf = tree.leaf(bins)
    assert all(len(np.unique(wanted[leaf == number])) == 1 for number in np.unique(leaf))


def test_rows_end_in_the_leaf_to_which_their_bins_lead():
    """Also where they go down block by block, and where a tree was cut short."""
    bins = DRAW.integers(0, 128, (3, 10_000)).astype(np.uint8)
    tree = grow(bins, (bins[0] * 1.0 * bins[1] + bins[2])[:, None], least=20, worth=1.0)
    for one in (tree, tree.pruned(np.arange(len(tree.feature)) > 5)):
        leaf = one.leaf(bins)
        assert len(np.unique(leaf)) > 2
        for row in range(0, 10_000, 97):
            node = 0
            while one.feature[node] >= 0:
                node = one.child[node] + (bins[one.feature[node], row] > one.cut[node])
            assert leaf[row] == node
    assert tree.leaf(bins[:, :0]).shape == (0,)


@pytest.mark.parametrize("keys", [5, 3_000, 1_000_000, 1])
@pytest.mark.parametrize("values", ["apart", "equal", "nan", "words"])
def test_a_faster_sort_puts_rows_in_the_same_order(keys, values):
    key, then = DRAW.integers(-1, keys, N), DRAW.random(N)
    if values == "equal":
        then = np.round(then, 2)
    elif values == "nan":
        then[::7] = np.nan
    elif values == "words":
        then = DRAW.integers(0, 1 << 63, N).astype(np.uint64)
    assert (in_order(key, then) == np.lexsort((then, key))).all()
    assert in_order(key[:0], then[:0]).tolist() == []
