"""What looks sensitive is found by names alone in applications that no rule knows, and values say the rest."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from mimic.planning.meaning import guess
from mimic.planning.meaning.checksums import NATIONAL
from mimic.profile import ColumnProfile, Owners, TableEvidence
from mimic.schema import (
    Binary,
    Boolean,
    Column,
    Date,
    Enum,
    Float,
    ForeignKey,
    Integer,
    Json,
    LogicalType,
    Network,
    Schema,
    Table,
    TableName,
    Text,
    Time,
    Timestamp,
    Unique,
    Uuid,
    Xml,
)
from mimic.semantics import Kind, Meaning, Sensitivity

TYPES: dict[str, LogicalType] = {
    "t": Text(), "i": Integer(), "n": Float(), "b": Boolean(), "d": Date(), "s": Timestamp(), "j": Json(), "w": Network(), "u": Uuid(),
    "x": Binary(), "m": Time(), "e": Enum("e", ("a", "b")), "o": Xml(),
}  # fmt: skip
LABELS = {"D": "direct", "S": "secret", "P": "special", "Q": "quasi", "T": "text", "-": "none"}
HARM = {Sensitivity.DIRECT, Sensitivity.SECRET, Sensitivity.SPECIAL}


Told = tuple[str, str, str, str, str]  # name, letter of the type, label, kind, table it references


def sample(file: str, part: str = "") -> Iterator[tuple[str, str, list[Told]]]:
    """(section, table, columns) of a file, or of one section of it (`# == second: ...`)."""
    text, here = (Path(__file__).parents[2] / "samples" / file).read_text(encoding="utf-8"), ""
    for line in text.splitlines():
        if line.startswith("# =="):
            here = line.split()[2].rstrip(":")
        if line.strip() and not line.startswith("#") and (not part or here == part):
            table, told = line.split(":", 1)
            columns: list[Told] = []
            for words in (entry.split() for entry in told.split(";")):
                parent = words[2][1:] if words[2].startswith(">") else ""
                label, kind = LABELS["-" if parent else words[2]], words[3] if len(words) > 3 else ""
                columns += [(name, words[1], label, kind, parent) for name in words[0].strip('"').split(",")]
            yield here, table, columns


def structure(told: list[tuple[str, list[Told]]]) -> Schema:
    """Tables without rows; the first column is the key where it says nothing, and the one that foreign keys refer to."""
    first = {table: columns[0][0] for table, columns in told}
    tables = []
    for name, columns in told:
        here = TableName("public", name)
        keys = tuple(
            ForeignKey(f"f{i}", here, (column,), TableName("public", parent), (first[parent],))
            for i, (column, *_, parent) in enumerate(columns)
            if parent in first
        )
        key = Unique("key", (columns[0][0],)) if columns[0][2] == "none" else None
        made = tuple(Column(column, TYPES[letter]) for column, letter, *_ in columns)
        tables.append(Table(here, made, primary_key=key, foreign_keys=keys))
    return Schema("postgresql", tuple(tables))


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
    sections: dict[str, list[tuple[str, list[Told]]]] = {}
    for section, table, columns in sample(request.param):
        sections.setdefault(section, []).append((table, columns))
    return [found for told in sections.values() for found in judge(told)]


def test_what_harms_is_found_in_applications_of_many_domains(applications):
    """What was found once stays found: whoever changes a rule sees here what it costs elsewhere."""
    harmful = [meaning for label, _, meaning in applications if label in HARM]
    assert sum(meaning.sensitivity in HARM for meaning in harmful) >= 0.965 * len(harmful)
    secret = [meaning for label, _, meaning in applications if label == "secret"]
    assert sum(meaning.sensitivity is Sensitivity.SECRET for meaning in secret) >= 0.965 * len(secret)
    flagged = [(label, kind, meaning) for label, kind, meaning in applications if meaning.sensitivity is not Sensitivity.NONE]
    right = [(kind, meaning) for label, kind, meaning in flagged if label != "none"]
    assert len(right) >= 0.84 * len(flagged)
    assert sum(meaning.kind == kind for kind, meaning in right) >= 0.86 * len(right)


def test_what_harms_is_found_by_names_in_several_languages(judged):
    harmful = [meaning for label, _, meaning in judged if label in HARM]
    assert sum(meaning.sensitivity in HARM for meaning in harmful) >= 0.94 * len(harmful)
    secret = [meaning for label, _, meaning in judged if label == "secret"]
    assert sum(meaning.sensitivity is Sensitivity.SECRET for meaning in secret) >= 0.95 * len(secret)


def test_what_is_flagged_is_rarely_harmless_and_mostly_of_the_right_kind(judged):
    flagged = [(label, kind, meaning) for label, kind, meaning in judged if meaning.sensitivity is not Sensitivity.NONE]
    assert sum(label != "none" for label, _, _ in flagged) >= 0.9 * len(flagged)
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
