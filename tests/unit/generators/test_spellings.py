"""Texts that spell something else: a date stays a date, a flag a flag, a document a document."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import date

import numpy as np
import pytest

from mimic.generators.spellings import Spellings, spelling
from mimic.schema import Text
from mimic.testing.generator_checks import case_of, learned, made, packed

DRAW = np.random.default_rng(13)
N = 800


def values(source, n=N, kind=None, **more) -> list:
    case = case_of(kind or Text(), source, **more)
    return made(learned(Spellings, case), case, n)["v"].to_pylist()


SPELT = {
    "integer": [str(i * 37) for i in range(N)],
    "decimal": [f"{i * 0.37:.2f}" for i in range(N)],
    "flag": ["true", "false"] * (N // 2),
    "uuid": [f"{i:08x}-1111-4222-8333-{i:012x}" for i in range(N)],
    "date": [f"202{i % 4}-{1 + i % 12:02d}-{1 + i % 28:02d}" for i in range(N)],
    "instant": [f"202{i % 4}-{1 + i % 12:02d}-{1 + i % 28:02d}T{i % 24:02d}:{i % 60:02d}:{i * 7 % 60:02d}Z" for i in range(N)],
    "email": [f"zormek{i}@kwimpel.org" for i in range(N)],
    "url": [f"https://kwimpel.org/zormek/{i}" for i in range(N)],
    "hex": [f"{i * 2654435761 % 2**64:016x}ab" for i in range(N)],
    "json": [json.dumps({"a": i, "b": [i] * (i % 3)}) for i in range(N)],
    "empty": [""] * N,
    "words": [f"zormek tulvib nr {i}" for i in range(N)],
}


@pytest.mark.parametrize("name", SPELT)
def test_a_text_is_recognised(name):
    assert {spelling(text) for text in SPELT[name]} == {name}


@pytest.mark.parametrize("name", sorted(SPELT))
def test_a_spelling_stays_a_spelling(name):
    found = Counter(spelling(text) for text in values(SPELT[name], 300))
    assert found[name] >= 285, found


@pytest.mark.parametrize("name", ["uuid", "email", "url", "hex", "words"])
def test_no_text_is_copied(name):
    case = case_of(Text(), SPELT[name])
    generator = learned(Spellings, case)
    assert not set(SPELT[name]) & set(made(generator, case)["v"].to_pylist())
    assert not [text for text in SPELT[name] if json.dumps(text)[1:-1] in packed(generator)[0]]


def test_a_mixture_keeps_its_shares():
    source = [SPELT[name][i] for i in range(N) for name in [("date", "integer", "empty", "words")[i % 4]]]
    found = Counter(spelling(text) for text in values(source))
    assert all(found[name] == pytest.approx(N / 4, abs=N * 0.02) for name in ("date", "integer", "empty", "words"))


def test_dates_keep_their_span():
    source = [f"2020-{1 + i % 12:02d}-{1 + i % 28:02d}" for i in range(N)]
    assert {date.fromisoformat(text).year for text in values(source)} == {2020}


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("2024-0{m}-11T10:{s}:{s}Z", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"),
        ("2024-0{m}-11 10:{s}:{s}", r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"),
        ("2024-0{m}-11T10:{s}", r"\d{4}-\d\d-\d\dT\d\d:\d\d"),
        ("2024-0{m}-11T10:{s}:{s}.{s}3+02:00", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+02:00"),
        ("2024-0{m}-11 10:{s}:{s} UTC", r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC"),
    ],
)
def test_moments_keep_how_they_look(text, shape):
    source = [text.format(m=1 + i % 9, s=f"{i % 60:02d}") for i in range(N)]
    assert all(re.fullmatch(shape, made) for made in values(source, 200))


def test_flags_keep_their_words_and_shares():
    found = Counter(values(["yes"] * 600 + ["no"] * 200))
    assert found == {"yes": 600, "no": 200}


def test_hexadecimal_digits_keep_their_case():
    assert all(text == text.upper() for text in values([text.upper() for text in SPELT["hex"]], 100))


def test_numbers_in_text_keep_their_size_and_decimals():
    found = values(SPELT["decimal"])
    assert {len(text.partition(".")[2]) for text in found} <= {2}
    assert np.mean([float(text) for text in found]) == pytest.approx(np.mean([float(text) for text in SPELT["decimal"]]), rel=0.03)


def test_a_day_that_does_not_exist_is_no_reason_to_fail():
    found = values(["2023-02-30"] * 5 + [f"2023-03-{1 + i % 31:02d}" for i in range(95)], 100)
    assert sum(bool(re.fullmatch(r"2023-\d\d-\d\d", text)) for text in found) >= 95


def test_texts_fit_their_column():
    assert max(map(len, values([text[:14] for text in SPELT["words"]], kind=Text(14)))) <= 14


def test_broken_json_is_text():
    assert spelling('{"a": 1') == "words"
    assert spelling("{a}") == "words"


def test_deep_nesting_is_no_reason_to_fail():
    assert len(values(["[" * 5_000 + "]" * 5_000] * 3 + ["[1]"] * 20, 20)) == 20
