"""What looks sensitive is found by names alone in applications that no rule knows, and values say the rest."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pyarrow as pa
import pytest

from mimic.planning.meaning import guess, likeness
from mimic.planning.meaning.checksums import NATIONAL
from mimic.planning.meaning.likeness import FLAGGED
from mimic.profile import ColumnProfile, Owners, TableEvidence
from mimic.schema import Column, Integer, Schema, Table, TableName, Text
from mimic.semantics import Kind, Meaning, Sensitivity
from tests.samples.columns import FILES, Told, sample, structure
from tests.samples.columns import applications as columns_of
from tests.samples.likeness import examples, fit_harm

HARM = {Sensitivity.DIRECT, Sensitivity.SECRET, Sensitivity.SPECIAL}
Judged = list[tuple[str, str, Meaning]]  # label, kind, guess


def judge(told: list[tuple[str, list[Told]]]) -> Judged:
    labels = {(table, name): (label, kind) for table, columns in told for name, _, label, kind, _ in columns}
    schema = structure(told)
    return [(*labels[table.name.name, column], meaning) for table in schema.tables for column, meaning in guess(table, schema).items()]


PARTS = [("sensitive_columns.txt", ""), ("more_columns.txt", "first"), ("more_columns.txt", "second"), ("more_columns.txt", "third")]


@pytest.fixture(scope="module", params=PARTS, ids=lambda part: part[1] or "before")
def judged(request: pytest.FixtureRequest) -> Judged:
    """Every column of a sample, without rows; the sample is one schema."""
    return judge([(table, columns) for _, table, columns in sample(*request.param)])


@pytest.fixture(scope="module", params=["real_columns.txt", "made_up_columns.txt"])
def applications(request: pytest.FixtureRequest) -> Judged:
    """Every column of a sample in which each section is an application of its own."""
    return [found for told in columns_of(request.param).values() for found in judge(told)]


def test_what_harms_is_found_in_applications_of_many_domains(applications):
    """What was found once stays found: whoever changes a rule sees here what it costs elsewhere."""
    harmful = [meaning for label, _, meaning in applications if label in HARM]
    assert sum(meaning.sensitivity in HARM for meaning in harmful) >= 0.985 * len(harmful)
    secret = [meaning for label, _, meaning in applications if label == "secret"]
    assert sum(meaning.sensitivity is Sensitivity.SECRET for meaning in secret) >= 0.98 * len(secret)
    flagged = [(label, kind, meaning) for label, kind, meaning in applications if meaning.sensitivity is not Sensitivity.NONE]
    right = [(kind, meaning) for label, kind, meaning in flagged if label != "none"]
    assert len(right) >= 0.75 * len(flagged)
    assert sum(meaning.kind == kind for kind, meaning in right) >= 0.9 * len(right)


def test_what_harms_is_told_by_likeness_in_applications_it_was_not_fitted_to():
    """Every fourth application is left out of the fit and judged by the words of the others, without any rule."""
    found = examples({name: told for file in FILES for name, told in columns_of(file).items()})
    apart = set(sorted({one.application for one in found})[::4])
    harm = fit_harm([one for one in found if one.application not in apart])
    judged = [
        (one.label, sum(strength * harm.get(feature, 0.0) for feature, strength in {"": 1.0, **one.features}.items()))
        for one in found
        if one.application in apart
    ]
    least = math.log(FLAGGED / (1 - FLAGGED))
    harmful = [evidence for label, evidence in judged if label in {str(one.value) for one in HARM}]
    flagged = [label for label, evidence in judged if evidence >= least]
    assert len(harmful) > 500
    assert sum(evidence >= least for evidence in harmful) >= 0.93 * len(harmful)
    assert sum(label != "none" for label in flagged) >= 0.65 * len(flagged)


def test_what_no_rule_knows_counts_as_sensitive_until_its_values_say_otherwise():
    """Without rows it is flagged, and what its name says plainly is kept beside; a few values of a program are no secret."""
    table = Table(TableName("public", "job_done"), (Column("id", Integer()), Column("guardian_info", Text())))
    schema = Schema("postgresql", (table,))
    alone = guess(table, schema)["guardian_info"]
    assert alone.sensitivity in HARM
    assert alone.why == likeness.WHY
    assert alone.plainly is not None
    assert alone.plainly.sensitivity is Sensitivity.NONE
    sampled = pa.table({"id": range(60), "guardian_info": ["asked", "met", "none"] * 20})
    profiles = {column.name: ColumnProfile(column, 0.0, 3, True) for column in table.columns}
    found = TableEvidence(table, 60, sampled, Owners(60), profiles)
    assert guess(table, schema, found)["guardian_info"].sensitivity is Sensitivity.NONE


def test_the_words_of_the_likeness_are_words_of_names():
    """The file that travels with the package holds features of names, and kinds that exist."""
    lines = (Path(likeness.__file__).parent / "likeness.tsv").read_text(encoding="utf-8").splitlines()
    assert len(lines) > 1_000
    for line in lines:
        feature, weight, *kinds = line.split("\t")
        assert float(weight) == float(weight)
        assert all(Kind(told.partition("=")[0]) for told in kinds)
        assert "@" not in feature


def test_what_harms_is_found_by_names_in_several_languages(judged):
    harmful = [meaning for label, _, meaning in judged if label in HARM]
    assert sum(meaning.sensitivity in HARM for meaning in harmful) >= 0.94 * len(harmful)
    secret = [meaning for label, _, meaning in judged if label == "secret"]
    assert sum(meaning.sensitivity is Sensitivity.SECRET for meaning in secret) >= 0.95 * len(secret)


def test_what_is_flagged_is_rarely_harmless_and_mostly_of_the_right_kind(judged):
    flagged = [(label, kind, meaning) for label, kind, meaning in judged if meaning.sensitivity is not Sensitivity.NONE]
    assert sum(label != "none" for label, _, _ in flagged) >= 0.86 * len(flagged)
    right = [(kind, meaning) for label, kind, meaning in flagged if label != "none"]
    assert sum(meaning.kind == kind for kind, meaning in right) >= 0.75 * len(right)


VALUES = {
    Kind.EMAIL: [f"ann.{i}@example.org" for i in range(30)],
    Kind.IBAN: ["DE89 3704 0044 0532 0130 00", "GB82WEST12345698765432", "FR1420041010050500013M02606"],
    Kind.CARD_NUMBER: ["4111 1111 1111 1111", "5500005555555559", "340000000000009"],
    Kind.PASSWORD: [f"$2b$12${'abcdefghijklmnopqrstuv'}{i:031}" for i in range(12)],
    Kind.IP: [f"10.0.{i}.7" for i in range(30)],
    Kind.TOKEN: [f"ghp_{i:036}" for i in range(30)],
    Kind.PERSON_NAME: ["Anna Schmidt", "Peter Müller", "John Smith", "Maria Garcia", "Laura Rossi", "James Brown", "Julia Weber"],
    Kind.NATIONAL_ID: ["12345678Z", "00000000T", "11111111H", "22222222J", "33333333P"],
    Kind.JSON_PERSON: [json.dumps({"n": i, "contact": {"email": f"a{i}@example.org"}}) for i in range(9)],
    Kind.FREE_TEXT: [f"call {i} back, or write to a{i}@example.org" for i in range(9)],
    Kind.MAC: [f"00:1a:2b:3c:4d:{i:02x}" for i in range(20)],
}


@pytest.mark.parametrize("kind", VALUES)
def test_values_tell_what_a_name_hides(kind):
    column = Column("c7", Text())
    table = Table(TableName("public", "t1"), (column,))
    values = VALUES[kind]
    sampled = pa.table({"c7": values})
    profile = ColumnProfile(column, 0.0, len(set(values)), True)
    found = TableEvidence(table, len(values), sampled, Owners(len(values)), {"c7": profile})
    assert guess(table, Schema("postgresql", (table,)), found)["c7"].kind is kind


@pytest.mark.parametrize("values", [["4111111111111112", "5500005555555558"], ["DE89 3704 0044 0532 0130 01", "GB82WEST12345698765433"]])
def test_a_wrong_checksum_is_no_card_and_no_account(values):
    column = Column("c7", Text())
    table = Table(TableName("public", "t1"), (column,))
    found = TableEvidence(table, 2, pa.table({"c7": values}), Owners(2), {"c7": ColumnProfile(column, 0.0, 2, True)})
    assert guess(table, Schema("postgresql", (table,)), found)["c7"].sensitivity is Sensitivity.NONE


NUMBERS = {
    "spanish": "12345678Z", "italian": "RSSMRA85T10A562S", "french": "255081416802538", "dutch": "111222333", "polish": "44051401359",
    "swedish": "811218-9876", "brazilian": "529.982.247-25", "german": "86095742719", "belgian": "85.07.30-033.28",
    "swiss": "756.9217.0769.85", "british": "AB 12 34 56 C", "american": "078-05-1120",
}  # fmt: skip


@pytest.mark.parametrize("check", NATIONAL, ids=lambda check: check.__name__)
def test_published_examples_of_national_numbers_check_and_their_neighbours_do_not(check):
    number = NUMBERS[check.__name__]
    assert check(number)
    if check.__name__ not in ("british", "american"):  # these have no check digit
        spot = next(i for i, c in enumerate(number) if c.isdigit())
        assert not check(number[:spot] + str((int(number[spot]) + 1) % 10) + number[spot + 1 :])
