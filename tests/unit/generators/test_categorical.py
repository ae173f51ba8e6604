"""Categories: whose values may stay, and what happens to the rest."""

from __future__ import annotations

import numpy as np
import pytest

from mimic.errors import CapacityError
from mimic.generators.categorical import Shares
from mimic.schema import Boolean, Enum, Integer, Text
from mimic.semantics import Kind
from mimic.streams import Streams
from mimic.testing.generator_checks import case_of, learned, made, packed

COLOUR = Enum("colour", ("red", "green", "blue"))


def values(case, n=1_000) -> list:
    return made(learned(Shares, case), case, n)["v"].to_pylist()


def test_shares_are_those_of_the_source():
    found = values(case_of(Text(), ["open"] * 600 + ["shut"] * 300 + [None] * 100))
    assert (found.count("open"), found.count("shut"), found.count(None)) == (600, 300, 100)


def test_a_value_of_nine_rows_goes_and_one_of_ten_stays():
    found = values(case_of(Text(), ["common"] * 100 + ["flupdi"] * 10 + ["quandor"] * 9), 5_000)
    assert "flupdi" in found
    assert "quandor" not in found


def test_k_is_what_the_task_says():
    assert "flupdi" not in values(case_of(Text(), ["common"] * 100 + ["flupdi"] * 10, k=11), 5_000)


def test_a_value_of_many_rows_and_one_owner_goes():
    case = case_of(Text(), ["common"] * 100 + ["flupdiwop"] * 300, owners=[*range(100), *[100] * 300])
    assert "flupdiwop" not in packed(learned(Shares, case))[0]
    assert "flupdiwop" not in values(case, 5_000)


def test_a_value_of_k_owners_stays_though_one_of_them_has_most_rows():
    case = case_of(Text(), ["common"] * 100 + ["flupdiwop"] * 300, owners=[*range(100), *[100] * 291, *range(101, 110)])
    assert next((one.value, one.owners, one.reason) for one in learned(Shares, case).literals()) == ("flupdiwop", 10, "k owners")
    assert values(case).count("flupdiwop") == pytest.approx(750, abs=40)


def test_one_owner_less_and_it_goes():
    case = case_of(Text(), ["common"] * 100 + ["flupdiwop"] * 300, owners=[*range(100), *[100] * 292, *range(101, 109)])
    assert "flupdiwop" not in values(case, 5_000)


def test_the_rest_keeps_its_share_under_other_names():
    source = ["common"] * 700 + [f"zor{i:03d}" for i in range(300)]
    found = values(case_of(Text(), source))
    assert found.count("common") == pytest.approx(700, abs=40)
    assert not set(source[700:]) & set(found)


def test_vocabulary_stays_whole_and_is_listed_with_its_owners():
    case = case_of(Text(), ["open"] * 50 + ["odd"], meaning=Kind.STATUS, options={"vocabulary": "status"})
    listed = {one.value: (one.owners, one.reason) for one in learned(Shares, case).literals()}
    assert listed == {"open": (50, "k owners"), "odd": (1, "vocabulary: status")}
    assert "odd" in values(case)


def test_keep_literals_false_denies_vocabulary_too():
    case = case_of(Text(), ["zormek"] * 50 + ["oddity"], options={"vocabulary": "status", "keep_literals": False})
    assert list(learned(Shares, case).literals()) == []
    assert not {"zormek", "oddity"} & set(values(case))


def test_labels_of_an_enum_that_few_have_share_the_rest_evenly():
    found = values(case_of(COLOUR, ["red"] * 800 + ["green"] * 2 + ["blue"] * 4), 806)
    assert (found.count("red"), found.count("green"), found.count("blue")) == (800, 3, 3)


def test_labels_that_no_row_has_do_not_come():
    assert set(values(case_of(COLOUR, ["red"] * 500 + ["green"] * 500))) == {"red", "green"}


def test_labels_without_rows_all_come():
    case = case_of(COLOUR, [])
    assert set(made(Shares.learn(case.task, None, Streams(0).at("x")), case, 100)["v"].to_pylist()) == {"red", "green", "blue"}


def test_values_that_a_check_lists_are_no_literals():
    case = case_of(Integer(16), [1] * 90 + [2] * 3, options={"values": (1, 2, 3)})
    assert list(learned(Shares, case).literals()) == []
    assert set(values(case)) == {1, 2}


def test_booleans_keep_their_share():
    assert np.mean(values(case_of(Boolean(), [True] * 930 + [False] * 70))) == pytest.approx(0.93, abs=0.02)


def test_a_flag_without_rows_is_as_usual_as_its_name():
    def true(name: str) -> float:
        case = case_of(Boolean(), [], name=name, nullable=False)
        return np.mean(made(Shares.learn(case.task, None, Streams(0).at("x")), case, 1_000)[name].to_pylist())

    assert true("is_active") > 0.7 > 0.2 > true("is_deleted")


def test_the_order_of_the_sample_changes_nothing():
    source = ["a"] * 30 + ["b"] * 30 + ["c"] * 40
    assert packed(learned(Shares, case_of(Text(), source))) == packed(learned(Shares, case_of(Text(), source[::-1])))


def test_more_unique_rows_than_labels_are_refused():
    case = case_of(COLOUR, ["red"], unique=True, nullable=False)
    with pytest.raises(CapacityError) as caught:
        values(case, 4)
    assert caught.value.possible == 3
