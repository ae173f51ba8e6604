"""Texts that mean something: as long and as formed as the source's, made of nothing that the source holds."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter

import numpy as np
import pyarrow as pa
import pytest

from mimic.errors import CapacityError
from mimic.generator import Span, Task
from mimic.generators.codes import CodeTemplate, Shape
from mimic.generators.forms import Form, form_of, learn_form, look, proportioned
from mimic.generators.matched import Matched, withheld
from mimic.generators.people import Person, emptied, emptiness
from mimic.generators.places import Place
from mimic.generators.pools import RESERVED, reserved
from mimic.generators.semantic import SemanticPool
from mimic.profile import Owners, TableEvidence
from mimic.schema import Column, Table, TableName, Text
from mimic.semantics import Kind, Meaning, Sensitivity
from mimic.streams import Streams

STREAM = Streams(1).at("test")
LASTS = ["Okafor", "Lind", "Brandt", "Sato", "Marek", "Duarte", "Novak", "Ferri", "Holm", "Quist", "Aho", "Vries"]


def evidence(**columns: list[str | None]) -> TableEvidence:
    table = Table(TableName("", "t"), tuple(Column(name, Text()) for name in columns))
    rows = len(next(iter(columns.values())))
    return TableEvidence(table, rows, pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()}), Owners(rows))


def task(found: TableEvidence, kinds: dict[str, Kind], **more) -> Task:
    meanings = tuple(Meaning(kind, Sensitivity.DIRECT, 1.0, "test") for kind in kinds.values())
    return Task(found.table, tuple(found.table.column(name) for name in kinds), meanings=meanings, **more)


def made(family, found: TableEvidence, kinds: dict[str, Kind], n: int = 200, given=None, **more) -> dict[str, list[str | None]]:
    learned = family.learn(task(found, kinds, **more), found, STREAM)
    restored = family.restore(learned.state())
    out = restored.sample(Span(0, n, n), STREAM, given or {})
    assert all(out[name].equals(values) for name, values in learned.sample(Span(0, n, n), STREAM, given or {}).items())
    return {name: values.to_pylist() for name, values in out.items()}


def test_names_of_one_word_stay_one_word():
    names = made(Person, evidence(name=[LASTS[i % 12] for i in range(600)]), {"name": Kind.PERSON_NAME}, 600)["name"]
    assert {form_of(name) for name in names} <= {"Aaa", "Aaaa"}
    assert {name for name in names if form_of(name) == "Aaaa"}


def test_full_names_stay_full_names():
    full = [f"{first} {last}" for first in ("Ada", "Bo", "Cleo", "Dirk", "Eve") for last in LASTS]
    names = made(Person, evidence(name=full), {"name": Kind.PERSON_NAME})["name"]
    assert all(name.count(" ") == 1 for name in names)
    assert not set(names) & set(full)


def test_the_lengths_of_many_rows_are_kept_though_the_pool_is_small():
    real = ["x" * 3 + "yz"[i % 2] for i in range(500)] + ["Abcdefghijkl"] * 500
    matched = Matched(("Abcd", "Efgh", "Abcdefghijkl"), learn_form(look(pa.array(real), Owners(1000)), 10))
    number, _ = matched.numbered(np.arange(1000), 1000, unique=False)
    lengths = Counter(len(text) for text in matched.texts.take(pa.array(number)).to_pylist())
    assert lengths[12] == 500


def test_no_value_of_a_column_of_different_values_is_in_the_pool():
    held = look(pa.array([*LASTS, *LASTS]), Owners(24))
    assert withheld(tuple(LASTS), look(pa.array(LASTS * 20), Owners(240)), 10, STREAM).all()  # k owners each, a few values
    assert not set(np.array(LASTS)[withheld((*LASTS, "Other"), held, 10, STREAM)[:12]])


def test_runs_of_digits_are_as_long_as_on_average():
    assert proportioned("+9 (9) 9-9", [1, 1.2, 1, 1, 2.9, 1, 1, 3.1, 1, 4.0], 17) == "+9 (999) 999-9999"


def test_telephone_numbers_of_odd_forms_are_written_as_the_public_does():
    some = [f"+1 ({i:03}) 555-{i:04}" for i in range(30)]
    odd = ["+33 1 22 33 44 55", "+49 30 1234567", "+61 2 9332 3633", "+47 22 44 22 22", "+351 213 466 111", "+39 06 39733434"]
    phones = made(CodeTemplate, evidence(phone=some + odd + odd), {"phone": Kind.PHONE})["phone"]
    assert all(phone.startswith("+") for phone in phones)
    assert 0.6 < sum(re.fullmatch(r"\+1 \(\d{3}\) \d{3}-\d{4}", phone) is not None for phone in phones) / 200 < 0.85


def test_a_small_table_is_written_like_a_larger_one():
    few = evidence(phone=["1/2", "3/4"])
    many = evidence(phone=[f"{i:03}-{i:04}" for i in range(40)])
    phones = made(CodeTemplate, few, {"phone": Kind.PHONE}, options={"alike": {"phone": (many, "phone")}})["phone"]
    assert {form_of(phone) for phone in phones} == {"999-999"}


def test_nulls_of_every_column_of_a_group_keep_their_share():
    codes = [None] * 3 + ["12345"] * 37
    regions = [None] * 20 + ["Here"] * 20
    found = evidence(city=["Town"] * 40, postcode=codes, region=regions)
    patterns = emptiness([None, found.column("postcode"), found.column("region")], found, 10)
    full = {name: pa.array(["x"] * 1000) for name in ("city", "postcode", "region")}
    out = emptied(full, ("city", "postcode", "region"), patterns, 1000, STREAM)
    assert [out[name].null_count for name in ("city", "postcode", "region")] == pytest.approx([0, 75, 500], abs=2)


def test_nulls_of_fewer_rows_than_k_keep_their_share():
    found = evidence(a=[None, "x", "y", "z"])
    assert dict(emptiness([found.column("a")], found, 10)) == {"1": 0.25, "0": 0.75}


def test_mail_goes_to_nobody_and_is_as_long():
    mails = [f"{last.lower()}{i}@{'firm' * (1 + i % 4)}{i}.com" for i, last in enumerate(LASTS * 5)]
    found = evidence(email=mails, last_name=LASTS * 5)
    out = made(Person, found, {"email": Kind.EMAIL, "last_name": Kind.LAST_NAME})["email"]
    assert all(mail.endswith((".test", ".example", *RESERVED)) for mail in out)
    assert abs(np.mean([len(mail) for mail in out]) - np.mean([len(mail) for mail in mails])) < 2.5


def test_digits_behind_user_names_are_as_many():
    found = evidence(login=[f"{last.lower()}{1000 + i}" for i, last in enumerate(LASTS * 5)], last_name=LASTS * 5)
    out = made(Person, found, {"login": Kind.USERNAME, "last_name": Kind.LAST_NAME})["login"]
    assert all(re.fullmatch(r"[a-z]+\d{4}", login) for login in out)


@pytest.mark.parametrize("length", range(6, 40))
def test_reserved_hosts_belong_to_nobody(length):
    assert all(host in RESERVED or host.rpartition(".")[2] in ("test", "example") for host in reserved("en_US", length))


def test_addresses_on_the_net_in_the_form_of_the_source_lead_nowhere():
    urls = [f"https://cdn.shop{i}.io/AbC{i % 10}x.jpg?v={100 + i}" for i in range(80)]
    out = made(SemanticPool, evidence(image=urls), {"image": Kind.IMAGE})["image"]
    hosts = {re.sub(r"^https?://([^/?]*).*", r"\1", url) for url in out if "://" in url}
    assert hosts
    assert all(host in RESERVED or host.rpartition(".")[2] in ("test", "example", "com", "org") for host in hosts)
    assert not any(".io" in url or "shop" in url for url in out)


def test_words_that_are_no_states_are_not_called_active():
    units = [f"{i} boxes x {i} bags" for i in range(10, 90)]
    out = made(SemanticPool, evidence(unit=units), {"unit": Kind.STATUS})["unit"]
    assert not any(word in text for text in out for word in ("active", "draft", "pending"))


def test_countries_are_spelled_like_the_source_not_like_its_most_frequent_one():
    countries = ["USA"] * 20 + ["Canada", "France", "Brazil", "Germany", "Portugal", "Norway", "Denmark"] * 4
    out = made(Place, evidence(country=countries, city=["Springfield"] * 48), {"city": Kind.CITY, "country": Kind.COUNTRY}, 48)["country"]
    others = [country for country in out if country != "USA"]
    assert 20 < len(others) < 36
    assert all(country.istitle() and len(country) > 3 for country in others)


def test_places_abroad_are_written_in_the_script_of_the_database():
    cities = ["Springfield", "Riverton", "Ashford", "Kingston"] * 12
    out = made(Place, evidence(city=cities, country=["Japan"] * 24 + ["Greece"] * 24), {"city": Kind.CITY, "country": Kind.COUNTRY})["city"]
    assert all(city.isascii() for city in out)


def test_the_same_seed_gives_the_same_texts_in_another_process():
    code = (
        "from mimic.generators.matched import Matched; from mimic.generators.forms import Form; from mimic.generators.things import pool;"
        "from mimic.semantics import Kind;"
        "f = Form(forms=('Aaaa & Aaaa', 'aaa 99-9'), lengths=(14, 10), shares=(.5, .5));"
        "print(Matched(pool(Kind.COMPANY, 'en_US')[:500], f).texts.to_pylist())"
    )
    runs = {
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": seed}).stdout
        for seed in ("1", "2")
    }
    assert len(runs) == 1
    assert "&" in runs.pop()


def test_an_unknown_form_gives_usual_entries():
    matched = Matched(("Ann Lee", "Bo Ray", "Ray"), Form(), plain=2)
    assert set(matched.texts.to_pylist()) == {"Ann Lee", "Bo Ray"}


def test_colours_fit_the_width_of_their_column():
    table = Table(TableName("", "t"), (Column("colour", Text(6)),))
    colour = Task(table, table.columns, meanings=(Meaning(Kind.COLOUR, Sensitivity.NONE, 1.0, "test"),))
    out = SemanticPool.learn(colour, None, STREAM).sample(Span(0, 50, 50), STREAM, {})["colour"].to_pylist()
    assert all(re.fullmatch("[0-9a-f]{6}", text) for text in out)


def test_lengths_without_a_form_are_not_given_to_forms_that_have_their_share():
    form = learn_form(look(pa.array(["Abcd Efgh"] * 30 + [f"A{'-b' * i}" for i in range(3, 13)]), Owners(40)), 10)
    pool = (*(f"Abcd Efg{c}" for c in "abcdefghij"), *(f"Abcde-{c}bc" for c in "abcdefghij"))
    matched = Matched(pool, form)
    shares = Counter(
        form_of(text) for text in matched.texts.take(pa.array(matched.draw(np.linspace(0, 0.999, 400), np.zeros(400)))).to_pylist()
    )
    assert shares["Aaaa Aaaa"] == pytest.approx(300, abs=4)


def test_a_staff_of_few_has_titles_of_a_company():
    few = evidence(title=["x", "y"])
    titles = made(SemanticPool, few, {"title": Kind.JOB})["title"]
    assert all(title.replace(" ", "").isalpha() for title in titles)


def test_more_distinct_codes_than_there_are_say_so():
    """Whoever asks may be told fewer rows then; a rule that no key states, an EXCLUDE, is not counted before."""
    letters = CodeTemplate(("letter",), (), (Shape((("abcdefghijklmnopqrstuvwxyz", 1),), 1.0, 0),), 0.0, True, 1, "")
    assert len(set(letters.sample(Span(0, 26, 26), Streams(1).at("x"), {})["letter"].to_pylist())) == 26
    with pytest.raises(CapacityError) as refused:
        letters.sample(Span(0, 27, 27), Streams(1).at("x"), {})
    assert refused.value.possible == 26
