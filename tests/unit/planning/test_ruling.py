"""What names tell where there are no rows, in several languages and spellings."""

from __future__ import annotations

import pytest

from mimic.generators.themes import known, names, sentences, theme, words
from mimic.generators.themes.documents import OUTLINES
from mimic.planning.meaning import guess
from mimic.planning.ruling.dates import part_of
from mimic.planning.ruling.naming import tokens
from mimic.planning.ruling.wording import theme_of
from mimic.schema import Array, Column, Json, LogicalType, Schema, Table, TableName, Text


def themed(table: str, column: str, kind: LogicalType | None = None, locale: str = "en_US", person: bool = False) -> str | None:
    made = Table(TableName("", table), (Column(column, kind or Text()),))
    schema = Schema("postgresql", (made,))
    return theme_of(made, made.columns[0], guess(made, schema)[column].by_rules, person, locale)


@pytest.mark.parametrize(
    ("table", "column", "wanted"),
    [
        ("orders", "status", "word state order"),
        ("invoices", "state", "word state payment"),
        ("import_jobs", "status", "word state job"),
        ("tickets", "status", "word state ticket"),
        ("bestellungen", "status", "word state order"),
        ("http_logs", "method", "word method"),
        ("payments", "payment_method", "word kind payment"),
        ("projects", "name", "name project"),
        ("productcategory", "name", "name category"),
        ("events", "title", "name event"),
        ("comments", "body", "text comment"),
        ("products", "description", "text description"),
        ("job_runs", "last_error", "text error"),
        ("versions", "full_name", "name package"),
        ("stores", "timezone", "word timezone"),
        ("stores", "currency", "word currency"),
    ],
)
def test_a_name_in_its_table_has_a_theme(table, column, wanted):
    assert themed(table, column) == wanted
    assert known(wanted)


@pytest.mark.parametrize(("table", "column"), [("users", "email"), ("users", "password"), ("api_keys", "secret"), ("users", "last_name")])
def test_what_points_at_a_person_or_lets_one_in_has_none(table, column):
    assert themed(table, column, person=table == "users") is None


def test_sentences_and_names_are_for_english_only():
    assert themed("orders", "status", locale="de_DE") == "word state order"  # words of programs are the same everywhere
    assert themed("products", "description", locale="de_DE") is None
    assert themed("products", "name", locale="fr_FR") is None


def test_documents_and_arrays_are_about_something():
    assert themed("users", "settings", Json()) == "doc settings"
    assert themed("tokens", "scopes", Array(Text())) == "word scope"
    assert themed("mails", "recipients", Array(Text())) == "name email"


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("created_at", "origin"),
        ("erstellt_am", "origin"),
        ("order_date", "origin"),
        ("starts_at", "start"),
        ("start_date", "start"),
        ("end_date", "end"),
        ("finished_at", "ended"),
        ("expires_at", "until"),
        ("updated_at", "changed"),
        ("modifieddate", "changed"),
        ("deleted_at", "gone"),
        ("last_login_at", "seen"),
        ("next_run_at", "next"),
        ("birth_date", ""),
        ("confirmed_at", "step"),
    ],
)
def test_a_date_is_a_part_of_what_happens(name, part):
    assert part_of(name) == part


def test_glued_names_are_parted():
    assert tokens("productcategory") == ("product", "category")
    assert tokens("thumbnailphotofilename")[-2:] == ("file", "name")
    assert tokens("keyword") == ("keyword",)


def test_every_theme_says_something_and_nothing_twice():
    told = [*(f"word {name}" for name in words.WORDS), *(f"name {name}" for name in names.PATTERNS)]
    told += [f"text {name}" for name in (*sentences.PATTERNS, *sentences.PROGRAM)]
    for name in told:
        entries = theme(name).entries
        assert len(entries) >= 2, name
        assert len(set(entries)) == len(entries), name
        assert all(entry and entry == entry.strip() for entry in entries), name


def test_outlines_speak_of_themes_that_there_are():
    def texts(outline: object) -> list[str]:
        if isinstance(outline, dict):
            return [text for part in outline.values() for text in texts(part)]
        if isinstance(outline, list):
            return [text for part in outline for text in texts(part)]
        return [outline] if isinstance(outline, str) else []

    assert all(known(text) for outline in OUTLINES.values() for text in texts(outline))
