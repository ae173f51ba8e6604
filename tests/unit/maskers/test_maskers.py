"""What every masker keeps, whatever its family, and what the families promise on their own."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal as Exact

import pyarrow as pa
import pytest

from mimic.generators.formats import with_check_digits
from mimic.masker import CannotMask, MaskTask
from mimic.maskers import builtin
from mimic.schema import (
    Array,
    Binary,
    Boolean,
    Column,
    Date,
    Decimal,
    Enum,
    Float,
    Integer,
    Json,
    Network,
    Text,
    Timestamp,
    Uuid,
    arrow_type,
)
from mimic.semantics import Kind

MASKERS = builtin().maskers
KEY, OTHER = b"k" * 32, b"o" * 32
N = 1_000


def thousand(form):
    return [form(i) for i in range(N)]


FIRSTS = ["Anna", "Peter", "Luís", "John", "Maria", "Zoë", "Jean-Luc", "Xyq"]
LASTS = ["Schmidt", "Müller", "O'Brien", "García", "Smith", "de Vries", "Weber"]
# One case per masker: type, kind, 1,000 distinct values (or as many as there are), options.
CASES = {
    "person.name": (Text(), Kind.PERSON_NAME, thousand(lambda i: f"{FIRSTS[i % 8]} {LASTS[i % 7]}{'abcdefghij'[i % 10] * (i // 56)}"), {}),
    "person.email": (Text(60), Kind.EMAIL, thousand(lambda i: f"{FIRSTS[i % 8]}.{LASTS[i % 7]}{i}@firm{i % 9}.de".replace(" ", "")), {}),
    "identifier.preserve": (Text(), Kind.NATIONAL_ID, thousand(lambda i: f"AB-{i:06}-{'xyz'[i % 3]}"), {}),
    "identifier.number": (Integer(32), Kind.ID, thousand(lambda i: 100_000 + 7 * i), {}),
    "identifier.phone": (Text(), Kind.PHONE, thousand(lambda i: f"+49 (30) {i:07}"), {}),
    "identifier.card": (Text(), Kind.CARD_NUMBER, thousand(lambda i: f"4{i:015}"), {}),
    "identifier.iban": (Text(), Kind.IBAN, thousand(lambda i: f"DE00{i:018}"), {}),
    "place.street": (Text(), Kind.STREET, thousand(lambda i: f"{i} Main Street"), {}),
    "place.city": (Text(), Kind.CITY, thousand(lambda i: f"City {i}"), {}),
    "company.name": (Text(), Kind.COMPANY, thousand(lambda i: f"Company {i} Ltd"), {}),
    "link": (Text(), Kind.URL_PROFILE, thousand(lambda i: f"https://example.com/u/{i}"), {}),
    "network.address": (Text(), Kind.IP, thousand(lambda i: f"10.0.{i // 250}.{i % 250}"), {}),
    "shape": (Text(), Kind.TOKEN, thousand(lambda i: f"tok_{i:020}abc"), {}),
    "bytes": (Binary(), Kind.IMAGE, thousand(lambda i: i.to_bytes(9, "big")), {}),
    "shift.date": (Date(), Kind.BIRTH_DATE, thousand(lambda i: dt.date(1950, 1, 1) + dt.timedelta(days=i)), {}),
    "shift.number": (Decimal(9, 2), Kind.SALARY, thousand(lambda i: Exact(100_000 + 100 * i)), {}),
    "generalise.number": (Integer(64), Kind.AGE, list(range(100)), {}),
    "generalise.date": (Timestamp(), Kind.CREATED, [dt.datetime(2020, 5, 17, 4, 5)], {}),
    "generalise.prefix": (Text(), Kind.POSTCODE, ["12345", "SW1A 1AA"], {"keep": 2}),
    "json": (Json(), Kind.JSON_PERSON, thousand(lambda i: json.dumps({"email": f"a{i}@b.de", "note": f"x{i}y"})), {}),
    "text.inside": (Text(), Kind.FREE_TEXT, thousand(lambda i: f"write to a{i}@b.de, or call 030 {1_000_000 + i}"), {}),
    "redact": (Text(20), Kind.OTHER, ["a", "b"], {}),
    "set.null": (Text(), Kind.OTHER, ["a", "b"], {}),
    "constant": (Integer(32), Kind.OTHER, [1, 2], {"value": 7}),
    "hash": (Text(), Kind.OTHER, thousand(str), {}),
    "shuffle": (Text(), Kind.OTHER, thousand(str), {}),
}  # fmt: skip
UNKEYED = {"generalise.number", "generalise.date", "generalise.prefix", "redact", "set.null", "constant"}


def task(kind, *, unique=False, **options):
    logical, meaning, _, told = CASES[kind]
    return MaskTask(Column("c", logical), meaning, unique=unique, options=told | options, locale="de_DE")


def masked(kind, values, key=KEY, made=None):
    masker = made or MASKERS.get(kind).of(task(kind))
    return masker.mask(pa.array(values, arrow_type(masker.column.type)), key, {})


def test_every_masker_has_a_case():
    assert set(CASES) == {masker.kind for masker in MASKERS}


@pytest.mark.parametrize("kind", CASES)
def test_same_value_and_key_give_the_same_wherever_it_stands(kind):
    if kind == "shuffle":
        pytest.skip("takes other rows' values")
    values = CASES[kind][2]
    whole = masked(kind, values).to_pylist()
    assert masked(kind, values[::-1]).to_pylist() == whole[::-1]
    assert [masked(kind, [value]).to_pylist()[0] for value in values[:20]] == whole[:20]
    assert masked(kind, [*values[:50], *values[:50]]).to_pylist() == [*whole[:50], *whole[:50]]


@pytest.mark.parametrize("kind", CASES)
def test_null_stays_null_and_type_and_length_stay(kind):
    values = [None, *CASES[kind][2][:40], None]
    form = arrow_type(CASES[kind][0])
    out = masked(kind, values)
    assert out.type == form
    assert len(out) == len(values)
    assert (out[0].as_py(), out[-1].as_py()) == (None, None) or kind == "shuffle"
    assert masked(kind, [None] * 3).null_count == 3
    assert len(masked(kind, [])) == 0


@pytest.mark.parametrize("kind", sorted(CASES.keys() - UNKEYED))
def test_nothing_stays_and_another_key_changes_nearly_all(kind):
    values = CASES[kind][2]
    one, two = masked(kind, values).to_pylist(), masked(kind, values, OTHER).to_pylist()
    assert sum(a != b for a, b in zip(one, two, strict=True)) >= 0.99 * len(values)
    if kind not in ("place.street",):
        assert sum(a != b for a, b in zip(one, values, strict=True)) >= 0.98 * len(values)


@pytest.mark.parametrize("kind", CASES)
def test_what_says_that_it_keeps_uniqueness_does(kind):
    values = CASES[kind][2]
    if MASKERS.get(kind).keeps_uniqueness and kind != "set.null":
        masker = MASKERS.get(kind).of(task(kind, unique=True))
        assert len(set(masked(kind, values, made=masker).to_pylist())) == len(set(values))


@pytest.mark.parametrize("kind", [masker.kind for masker in MASKERS if masker.reversible])
def test_what_says_that_it_can_be_undone_can(kind):
    values = [*CASES[kind][2], None]
    masker = MASKERS.get(kind).of(task(kind))
    column = pa.array(values, arrow_type(masker.column.type))
    if kind == "identifier.card":
        column = with_check_digits(column, "luhn")
    if kind == "identifier.iban":
        column = with_check_digits(column, "iban")
    assert masker.reveal(masker.mask(column, KEY, {}), KEY, {}).equals(column)


def text(kind, values, meaning=Kind.OTHER, length=None, **more):
    masker = MASKERS.get(kind).of(MaskTask(Column("c", Text(length)), meaning, locale="de_DE", **more))
    return masker.mask(pa.array(values, pa.string()), KEY, {}).to_pylist()


def test_the_parts_of_a_name_go_with_the_address_of_its_person():
    (first,), (last,) = text("person.name", ["Anna"], Kind.FIRST_NAME), text("person.name", ["Schmidt"], Kind.LAST_NAME)
    assert text("person.name", ["Anna Schmidt", "Schmidt, Anna", "ANNA SCHMIDT"], Kind.PERSON_NAME) == [
        f"{first} {last}",
        f"{last}, {first}",
        f"{first} {last}".upper(),
    ]
    plain = [part.lower().replace("ß", "ss") for part in (first, last)]
    emails = text("person.email", ["anna.schmidt@firm.de", "annaschmidt@firm.de", "aschmidt@firm.de"], Kind.EMAIL)
    assert emails[0].split("@")[0].split(".")[:2] == plain
    assert emails[1].startswith("".join(plain))
    assert emails[2].split(".")[0][1:] == plain[1]


def test_addresses_lead_nowhere_and_fit():
    values = [f"very.long.name.of.somebody{i}@some-company-with-a-name.com" for i in range(300)]
    for length in (18, 20, 25, 32, 40, 50, 80):
        out = text("person.email", values, Kind.EMAIL, length=length)
        assert all(len(value) <= length and value.endswith(".example") for value in out)
        assert len(set(out)) == len(values)
    short = [f"ann{i}@b.de" for i in range(300)]
    wide = text("person.email", short, Kind.EMAIL)
    for length in (40, 60, 255):  # the same address wherever there is room for it
        narrow = text("person.email", short, Kind.EMAIL, length=length)
        assert [a for a, b in zip(narrow, wide, strict=True) if a != b and len(b) <= length] == []
    with pytest.raises(CannotMask, match="room for 12"):
        text("person.email", values, Kind.EMAIL, length=12)


def test_identifiers_keep_their_form_and_permute_small_domains():
    out = text("identifier.preserve", ["12345678Z", "AB-12 cd", "", "--"])
    assert out[0][:8].isdigit()
    assert out[0][8].isupper()
    assert [out[1][2], out[1][5]] == ["-", " "]
    assert out[2:] == ["", "--"]
    every = [f"{i:03}" for i in range(1_000)]
    assert sorted(text("identifier.preserve", every)) == every


def test_numbers_keep_their_digits_sign_and_type():
    masker = MASKERS.get("identifier.number").of(MaskTask(Column("c", Integer(16)), Kind.ID))
    values = pa.array([0, 9, 10, 99, -5, -32767, 32767, None], pa.int16())
    out = masker.mask(values, KEY, {})
    assert masker.reveal(out, KEY, {}).equals(values)
    for before, after in zip(values.to_pylist()[:-1], out.to_pylist()[:-1], strict=True):
        assert len(str(abs(before))) == len(str(abs(after)))
        assert before * after >= 0
    every = pa.array(range(1_000, 10_000), pa.int16())
    assert sorted(masker.mask(every, KEY, {}).to_pylist()) == every.to_pylist()


def test_cards_and_ibans_still_check():
    cards = with_check_digits(pa.array([f"4{i:015}" for i in range(500)]), "luhn")
    made = MASKERS.get("identifier.card").of(task("identifier.card")).mask(cards, KEY, {})
    assert with_check_digits(made, "luhn").equals(made)
    assert all(value.startswith("4") for value in made.to_pylist())
    ibans = with_check_digits(pa.array([f"DE00{i:018}" for i in range(500)]), "iban")
    made = MASKERS.get("identifier.iban").of(task("identifier.iban")).mask(ibans, KEY, {})
    assert with_check_digits(made, "iban").equals(made)
    assert all(value.startswith("DE") for value in made.to_pylist())


def test_days_between_two_dates_of_one_person_stay():
    masker = MASKERS.get("shift.date").of(MaskTask(Column("seen", Date()), Kind.DATE, entity="patient"))
    dates = pa.array([dt.date(2020, 1, 1), dt.date(2020, 1, 31), dt.date(2020, 1, 1)])
    given = {"patient": pa.array([7, 7, 8])}
    out = masker.mask(dates, KEY, given).to_pylist()
    assert (out[1] - out[0]).days == 30
    assert out[0] != out[2]
    times = pa.array([dt.datetime(2020, 1, 1, 5, 30), None, None], pa.timestamp("us"))
    moved = MASKERS.get("shift.date").of(MaskTask(Column("at", Timestamp()), Kind.DATE, entity="patient")).mask(times, KEY, given)
    assert moved[0].as_py() == dt.datetime.combine(out[0], dt.time(5, 30))  # a date and a time of one person move alike


def test_dates_in_texts_move_like_dates():
    given = {"id": pa.array([7, 7, 8, 9, 9])}
    task = MaskTask(Column("born", Text()), Kind.BIRTH_DATE, entity="id")
    values = ["2020-01-01", "2020-01-31 05:30", None, "31.12.1999", "2020-02-29"]
    out = MASKERS.get("shift.date").of(task).mask(pa.array(values), KEY, given).to_pylist()
    days = [dt.date.fromisoformat(text[:10]) for text in out[:2]]
    assert (days[1] - days[0]).days == 30
    assert out[1].endswith(" 05:30")
    assert out[2] is None
    assert out[3] != values[3]
    assert dt.date.fromisoformat(out[4]) != dt.date(2020, 2, 29)
    assert [out[3][2], out[3][5]] == [".", "."]
    real = MASKERS.get("shift.date").of(MaskTask(Column("born", Date()), Kind.BIRTH_DATE, entity="id"))
    assert real.mask(pa.array([dt.date(2020, 1, 1)] * 5), KEY, given)[0].as_py() == days[0]


def test_json_is_masked_leaf_by_leaf_and_by_path():
    tree = {"contact": {"email": "anna.schmidt@firm.de", "ok": True}, "tags": ["CANARY", "b"], "n": 3, "at": "2024-01-01", "keep": "me"}
    masker = MASKERS.get("json").of(
        MaskTask(Column("c", Json()), Kind.JSON_PERSON, options={"paths": {"$.keep": None, "$.tags[*]": "redact"}}, locale="de_DE")
    )
    out = json.loads(masker.mask(pa.array([json.dumps(tree)]), KEY, {}).to_pylist()[0])
    assert list(out) == list(tree)
    assert out["contact"]["email"] == text("person.email", ["anna.schmidt@firm.de"], Kind.EMAIL)[0]
    assert (out["contact"]["ok"], out["n"], out["at"], out["keep"], out["tags"]) == (True, 3, "2024-01-01", "me", ["[redacted]"] * 2)
    with pytest.raises(CannotMask, match="begins with"):
        MASKERS.get("json").of(MaskTask(Column("c", Json()), Kind.JSON_PERSON, options={"paths": {"contact": None}}))


def test_elements_of_arrays_are_masked_one_by_one():
    masker = MASKERS.get("person.email").of(MaskTask(Column("c", Array(Text())), Kind.EMAIL, locale="de_DE"))
    out = masker.mask(pa.array(['{a@b.de,NULL,"c d@e.de"}', "{}", None]), KEY, {}).to_pylist()
    one = text("person.email", ["a@b.de"], Kind.EMAIL)[0]
    assert out[0].startswith("{" + one + ",NULL,")
    assert out[1:] == ["{}", None]


def test_what_identifies_inside_a_text_is_replaced_as_it_is_in_its_column():
    told = "Anna Schmidt (anna.schmidt@firm.de, +49 30 1234567) asked for order 1234567. Black Forest, see https://x.com/a"
    out = text("text.inside", [told], Kind.FREE_TEXT)[0]
    for gone in ("Anna", "Schmidt", "anna.schmidt@firm.de", "1234567", "x.com"):
        assert gone not in out
    assert text("person.email", ["anna.schmidt@firm.de"], Kind.EMAIL)[0] in out
    assert text("person.name", ["Anna Schmidt"], Kind.PERSON_NAME)[0] in out
    assert "asked for order" in out
    assert "Black Forest, see" in out


def test_addresses_of_networks_stay_addresses():
    masker = MASKERS.get("network.address").of(MaskTask(Column("c", Network()), Kind.IP))
    import ipaddress

    values = ["10.1.2.3", "10.0.0.0/8", "2001:db8::1", "fe80::/10", "192.168.1.7/24"]
    for before, after in zip(values, masker.mask(pa.array(values), KEY, {}).to_pylist(), strict=True):
        assert before != after
        assert ipaddress.ip_interface(before).network.prefixlen == ipaddress.ip_interface(after).network.prefixlen
        assert ipaddress.ip_interface(before).version == ipaddress.ip_interface(after).version


@pytest.mark.parametrize(
    ("kind", "column", "unique", "options"),
    [
        ("person.name", Column("c", Integer()), False, {}),
        ("person.name", Column("c", Text(10)), True, {}),
        ("person.email", Column("c", Enum("e", ("a",))), False, {}),
        ("redact", Column("c", Text()), True, {}),
        ("set.null", Column("c", Text(), nullable=False), False, {}),
        ("constant", Column("c", Text()), False, {}),
        ("hash", Column("c", Text(10)), False, {}),
        ("shift.date", Column("c", Integer()), False, {}),
        ("generalise.number", Column("c", Float()), False, {"width": 0}),
        ("generalise.date", Column("c", Date()), False, {"to": "century"}),
        ("bytes", Column("c", Text()), False, {}),
        ("json", Column("c", Boolean()), False, {}),
    ],
)
def test_what_cannot_be_masked_so_is_refused_beforehand(kind, column, unique, options):
    with pytest.raises(CannotMask):
        MASKERS.get(kind).of(MaskTask(column, Kind.OTHER, unique=unique, options=options))


def test_a_uuid_stays_one():
    masker = MASKERS.get("identifier.preserve").of(MaskTask(Column("c", Uuid()), Kind.ID))
    values = pa.array([bytes.fromhex("6ba7b8109dad41d180b400c04fd430c8"), None], pa.binary(16))
    out = masker.mask(values, KEY, {})
    assert out[0].as_py().hex()[12] == "4"
    assert masker.reveal(out, KEY, {}).equals(values)


def test_addresses_go_with_the_names_of_their_row_whether_lists_know_them_or_not():
    """`bessie.morrison@`, `xyzzy.smith@`, `taylor.kelly@`: as first and last names are masked in columns of their own; and turned."""
    firsts, lasts = ["BESSIE", "Marilyn", "Xyzzy", "Taylor", "Jan"], ["Morrison", "GWENDOLYN", "Smith", "Kelly", "Qwertz"]
    key, maskers = bytes(range(32)), builtin().maskers

    def masked(kind: str, meant: Kind, texts: list[str]) -> list[str]:
        return maskers.get(kind).of(MaskTask(Column("c", Text()), meant)).mask(pa.array(texts), key, {}).to_pylist()

    first, last = masked("person.name", Kind.FIRST_NAME, firsts), masked("person.name", Kind.LAST_NAME, lasts)
    emails = [f"{a}.{b}@x.org".lower() for a, b in zip(firsts, lasts, strict=True)]
    made = masked("person.email", Kind.EMAIL, emails)
    assert [text.split(".")[:2] for text in made] == [[a.lower(), b.lower()] for a, b in zip(first, last, strict=True)]
    turned, straight = masked("person.email", Kind.EMAIL, ["schmidt.anna@x.org", "anna.schmidt@x.org"])
    assert turned.split(".")[:2] == straight.split(".")[1::-1]
