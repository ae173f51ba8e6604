"""Documents, arrays and rows inside a column: their shape is kept, their values are made by the generators of their types."""

from __future__ import annotations

import json

import numpy as np
import pytest

from mimic.generators.arrays import Arrays, Rows
from mimic.generators.json_shape import JsonShape
from mimic.generators.pg_text import parse_hstore
from mimic.schema import Array, Composite, Integer, Json, Opaque, Text
from mimic.testing.generator_checks import case_of, learned, made, packed

DRAW = np.random.default_rng(14)
N = 1_000


def documents(source, n=N, kind=None, **more) -> list:
    case = case_of(kind or Json(), [text if isinstance(text, str) else json.dumps(text) for text in source], **more)
    return [json.loads(text) for text in made(learned(JsonShape, case), case, n)["v"].to_pylist()]


def test_keys_come_as_often_as_in_the_source():
    found = documents([{"a": i} | ({"b": "x"} if i % 4 == 0 else {}) for i in range(N)])
    assert all("a" in document for document in found)
    assert np.mean(["b" in document for document in found]) == pytest.approx(0.25, abs=0.02)


def test_keys_that_stand_together_stay_together():
    found = documents([{"lat": 1.5 * i, "lon": 2.5 * i} if i % 2 else {"text": "zormek"} for i in range(N)])
    assert {tuple(sorted(document)) for document in found} == {("lat", "lon"), ("text",)}


def test_values_keep_their_types():
    source = [{"whole": i, "real": i / 7, "flag": i % 3 == 0, "none": None, "text": f"zormek{i}", "list": [1, 2], "deep": {"x": i}}
              for i in range(N)]  # fmt: skip
    wanted = {name: type(value) for name, value in source[0].items()}
    assert all({name: type(value) for name, value in document.items()} == wanted for document in documents(source, 200))


def test_numbers_keep_their_quantiles():
    source = [{"n": int(x)} for x in DRAW.lognormal(4, 1, N)]
    found = documents(source)
    for share in (0.1, 0.5, 0.9):
        one, other = (np.quantile([document["n"] for document in here], share) for here in (source, found))
        assert other == pytest.approx(one, rel=0.12)


def test_true_keeps_its_share():
    assert np.mean([document["on"] for document in documents([{"on": i % 5 == 0} for i in range(N)])]) == pytest.approx(0.2, abs=0.03)


def test_lists_keep_their_lengths():
    found = documents([{"tags": ["x"] * (i % 4)} for i in range(N)])
    lengths = np.bincount([len(document["tags"]) for document in found], minlength=4) / N
    assert lengths == pytest.approx([0.25] * 4, abs=0.03)


def test_a_document_of_one_odd_type_shows_no_one():
    assert all(isinstance(document, dict) for document in documents([{"a": 1}] * (N - 1) + ['"a confession"']))


def test_no_text_of_a_document_is_copied():
    source = [{"note": f"zormek tulvib {i} quanof"} for i in range(N)]
    case = case_of(Json(), [json.dumps(document) for document in source])
    assert "tulvib" not in packed(learned(JsonShape, case))[0]
    assert "tulvib" not in json.dumps(documents(source))


def test_a_text_of_many_rows_and_one_owner_is_not_kept():
    source = [{"s": "common"}] * 300 + [{"s": "flupdiwop"}] * 300
    case = case_of(Json(), [json.dumps(document) for document in source], owners=[*range(300), *[300] * 300])
    assert "flupdiwop" not in packed(learned(JsonShape, case))[0]


def test_a_text_that_comes_often_in_one_document_is_not_kept():
    """Ten mentions in one row are one owner."""
    source = [{"names": ["flupdiwop"] * 20}] * 3 + [{"names": ["common"]}] * 300
    case = case_of(Json(), [json.dumps(document) for document in source])
    assert "flupdiwop" not in packed(learned(JsonShape, case))[0]


def test_keys_that_are_data_are_made_anew():
    source = [{f"person{i}-{j}": j for j in range(3)} for i in range(300)]
    case = case_of(Json(), [json.dumps(document) for document in source])
    assert "person1-" not in packed(learned(JsonShape, case))[0]
    assert {len(document) for document in documents(source, 200)} == {3}


def test_rare_keys_stay_as_vocabulary_unless_that_is_denied():
    source = [json.dumps({"a": 1} | ({"beta_flag": True} if i < 3 else {})) for i in range(N)]
    listed = {one.value: (one.owners, one.reason) for one in learned(JsonShape, case_of(Json(), source)).literals()}
    assert listed["beta_flag"] == (3, "vocabulary: key of a document")
    assert "beta_flag" not in packed(learned(JsonShape, case_of(Json(), source, options={"keep_literals": False})))[0]


@pytest.mark.parametrize("compact", [True, False])
def test_blanks_are_as_in_the_source(compact):
    separators = (",", ":") if compact else None
    case = case_of(Json(), [json.dumps({"a": i, "b": [1, 2]}, separators=separators) for i in range(100)])
    assert all((" " in text) != compact for text in made(learned(JsonShape, case), case, 50)["v"].to_pylist())


def test_what_is_no_json_is_no_reason_to_fail():
    case = case_of(Text(), ["{broken", '{"a": 1}'] * 50)
    assert len(made(learned(JsonShape, case), case, 20)["v"]) == 20


def test_hstore_stays_hstore():
    case = case_of(Opaque("hstore"), [f'"size"=>"{i % 5}", "colour"=>NULL' for i in range(300)])
    found = [parse_hstore(text) for text in made(learned(JsonShape, case), case, 100)["v"].to_pylist()]
    assert {tuple(sorted(pairs)) for pairs in found} == {("colour", "size")}
    assert {pairs["colour"] for pairs in found} == {None}


def test_arrays_keep_lengths_and_elements():
    source = ["{" + ",".join(str(100 + j) for j in range(i % 3)) + "}" for i in range(N)]
    case = case_of(Array(Integer(32)), source)
    found = [text.strip("{}") for text in made(learned(Arrays, case), case, N)["v"].to_pylist()]
    assert np.mean([not text for text in found]) == pytest.approx(1 / 3, abs=0.03)
    assert {element for text in found if text for element in text.split(",")} == {"100", "101"}


def test_an_element_that_comes_often_in_one_array_is_not_kept():
    case = case_of(Array(Text()), ["{" + ",".join(["flupdiwop"] * 20) + "}"] * 3 + ["{common}"] * 300)
    assert "flupdiwop" not in packed(learned(Arrays, case))[0]


def test_rows_keep_their_fields():
    kind = Composite("pair", (("n", Integer(32)), ("s", Text())))
    case = case_of(kind, [f"({i % 5},common)" for i in range(500)])
    found = made(learned(Rows, case), case, 100)["v"].to_pylist()
    assert all(text.startswith("(") and text.count(",") == 1 for text in found)
    assert {text[1:].split(",")[0] for text in found} == {"0", "1", "2", "3", "4"}
