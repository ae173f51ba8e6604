"""Whatever a text holds, every masker takes it: alone as among others, within its column, and back again where that is promised."""

from __future__ import annotations

import json
import os

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mimic.masker import MaskTask
from mimic.maskers import builtin
from mimic.schema import Array, Column, Integer, Json, Text
from mimic.semantics import Kind

MASKERS = builtin().maskers
KEY = b"p" * 32
EXAMPLES = int(os.environ.get("MIMIC_MASK_EXAMPLES", "12"))
OF_TEXTS = {
    "person.name": Kind.PERSON_NAME, "person.email": Kind.EMAIL, "identifier.preserve": Kind.ID, "identifier.phone": Kind.PHONE,
    "identifier.card": Kind.CARD_NUMBER, "identifier.iban": Kind.IBAN, "place.street": Kind.STREET, "place.city": Kind.CITY,
    "company.name": Kind.COMPANY, "link": Kind.URL, "network.address": Kind.IP, "shape": Kind.TOKEN, "generalise.prefix": Kind.POSTCODE,
    "text.inside": Kind.FREE_TEXT, "json": Kind.JSON_PERSON, "hash": Kind.OTHER, "redact": Kind.OTHER,
}  # fmt: skip
KEEPS = (
    "person.email",
    "identifier.preserve",
    "identifier.phone",
    "identifier.card",
    "identifier.iban",
)  # exactly, or as far as 60 bits tell
plain = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
likely = st.one_of(
    plain,
    st.from_regex(r"[A-Za-zéß]{1,9}([ ._-][A-Za-zö]{1,9}){0,2}[0-9]{0,3}(@[a-z]{1,6}\.de)?", fullmatch=True),
    st.from_regex(r"(\+|0)?[0-9() -]{3,20}", fullmatch=True),
    st.from_regex(r"[A-Z]{2}[0-9]{2}( ?[0-9A-Z]{4}){3,6}", fullmatch=True),
    st.sampled_from(
        [
            "",
            " ",
            "@",
            "a@",
            "@b",
            "a@b@c",
            "10.0.0.1/8",
            "::1",
            "fe80::/64",
            "{}",
            "[",
            '{"a": 1e400}',
            "{a,b}",
            "null",
            "-0",
            "ÀÉ",
            "ﬁ",
            "ʼn",
            "İ",
            "ß",
        ]
    ),
)


@pytest.mark.parametrize("kind", OF_TEXTS)
@given(texts=st.lists(likely, min_size=1, max_size=12), length=st.sampled_from([None, 24, 60]))
@settings(max_examples=EXAMPLES)
def test_any_text_is_masked_alone_as_among_others_and_fits(kind, texts, length):
    texts = [text[:24] for text in texts]
    length = None if kind == "json" else length  # what JSON grows to is seen when rows are tried, or stops the load
    masker = MASKERS.get(kind).of(MaskTask(Column("c", Text(length)), OF_TEXTS[kind]))
    column = pa.array([*texts, None], pa.string())
    out = masker.mask(column, KEY, {}).to_pylist()
    assert out[-1] is None
    assert None not in out[:-1]
    assert out[:-1] == [masker.mask(pa.array([text], pa.string()), KEY, {}).to_pylist()[0] for text in texts]
    if length is not None:
        assert max(map(len, out[:-1])) <= length
    if kind in KEEPS:
        folded = {text.lower() for text in texts} if kind == "person.email" else set(texts)
        assert len(set(out[:-1])) >= len(folded) if kind != "person.email" else len(set(out[:-1])) == len(folded)
    if MASKERS.get(kind).reversible:
        assert masker.reveal(pa.array(out, pa.string()), KEY, {}).equals(column)


@settings(max_examples=EXAMPLES)
@given(values=st.lists(st.integers(-(2**63) + 1, 2**63 - 1) | st.integers(-2000, 2000), min_size=1, max_size=20))
def test_any_whole_number_is_masked_and_taken_back(values):
    masker = MASKERS.get("identifier.number").of(MaskTask(Column("c", Integer(64)), Kind.ID))
    column = pa.array(values, pa.int64())
    out = masker.mask(column, KEY, {})
    assert masker.reveal(out, KEY, {}).equals(column)
    assert len(set(out.to_pylist())) == len(set(values))


leaf = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False) | likely


@settings(max_examples=EXAMPLES)
@given(
    tree=st.recursive(
        leaf,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(plain | st.sampled_from(["email", "name", "phone"]), inner, max_size=4),
        max_leaves=12,
    )
)
def test_any_json_keeps_its_shape(tree):
    masker = MASKERS.get("json").of(MaskTask(Column("c", Json()), Kind.JSON_PERSON))
    out = json.loads(masker.mask(pa.array([json.dumps(tree)], pa.string()), KEY, {}).to_pylist()[0])

    def shape(value: object) -> object:
        if isinstance(value, dict):
            return {name: shape(inner) for name, inner in value.items()}
        return [shape(inner) for inner in value] if isinstance(value, list) else type(value)

    assert shape(out) == shape(tree)


@settings(max_examples=EXAMPLES)
@given(items=st.lists(st.none() | likely, max_size=6))
def test_any_array_keeps_its_length_and_its_nulls(items):
    from mimic.generators.pg_text import format_array, parse_array

    masker = MASKERS.get("person.name").of(MaskTask(Column("c", Array(Text())), Kind.PERSON_NAME))
    out = parse_array(masker.mask(pa.array([format_array(items)], pa.string()), KEY, {}).to_pylist()[0])
    assert out is not None
    assert [item is None for item in out] == [item is None for item in items]
