"""How names are read: through what all of them carry, past what hides a secret, and with doubt where nothing is known."""

from __future__ import annotations

import pytest

from mimic.planning.meaning import guess
from mimic.planning.meaning.affixes import NO_AFFIX, affix
from mimic.schema import Binary, Column, ForeignKey, Integer, Json, Schema, Table, TableName, Text, Unique
from mimic.semantics import Kind, Sensitivity

HARM = {Sensitivity.DIRECT, Sensitivity.SECRET, Sensitivity.SPECIAL}


def table(name: str, *columns: Column | str, references: dict[str, str] | None = None) -> Table:
    """A table of text columns with a number as its key, unless told otherwise."""
    made = (Column("id", Integer()), *(Column(column, Text()) if isinstance(column, str) else column for column in columns))
    here = TableName("public", name)
    keys = tuple(
        ForeignKey(f"f_{column}", here, (column,), TableName("public", parent), ("id",)) for column, parent in (references or {}).items()
    )
    return Table(here, made, primary_key=Unique("key", ("id",)), foreign_keys=keys)


def found(*tables: Table) -> dict[str, tuple[Sensitivity, Kind]]:
    """By `table.column`, as the rules read it; what likeness says besides is tested with the labelled columns."""
    schema = Schema("postgresql", tables)
    return {
        f"{told.name.name}.{column}": (meaning.by_rules.sensitivity, meaning.by_rules.kind)
        for told in tables
        for column, meaning in guess(told, schema).items()
    }


@pytest.mark.parametrize(
    ("names", "before", "after"),
    [
        (["per_FirstName", "per_LastName", "per_Zip", "per_ID"], "per", ""),
        (["nom_adh", "prenom_adh", "ville_adh", "id_adh"], "", "adh"),
        (["email", "name", "city", "phone"], "", ""),  # names of one piece have nothing in common
        (["is_open", "is_paid", "is_new", "is_late"], "", ""),  # a piece that means something is none
        (["a_name", "a_city"], "", ""),  # too few to tell
    ],
)
def test_what_most_names_carry_is_found(names, before, after):
    told = affix(names)
    assert (told.before, told.after) == (before, after)


def test_a_name_that_would_vanish_stays():
    told = affix(["per_FirstName", "per_LastName", "per_Zip", "per"])
    assert [told.bared(name) for name in ("per_FirstName", "per_Zip", "per", "other")] == ["FirstName", "Zip", "per", "other"]
    assert NO_AFFIX.bared("per_Zip") == "per_Zip"


def test_pieces_that_all_columns_carry_do_not_hide_what_they_mean():
    told = found(table("llx_adherent", "adh_nom", "adh_prenom", "adh_tel", "adh_ville", "adh_mdp"), table("llx_const", "entity"))
    assert told["llx_adherent.adh_mdp"] == (Sensitivity.SECRET, Kind.PASSWORD)
    assert told["llx_adherent.adh_prenom"] == (Sensitivity.DIRECT, Kind.FIRST_NAME)
    assert told["llx_adherent.adh_tel"] == (Sensitivity.DIRECT, Kind.PHONE)


def test_what_lets_one_in_outweighs_what_only_narrows_down():
    """A plain rule reads `login_hash` as a login and an answer as text."""
    told = found(
        table("users", "email", "login_hash", "mpass", "snmppwd", "authtoken"),
        table("captcha_challenges", "answer"),
        table("one_time_codes", Column("code", Binary()), Column("user_id", Integer()), references={"user_id": "users"}),
    )
    secrets = ["users.login_hash", "users.mpass", "users.snmppwd", "users.authtoken", "captcha_challenges.answer", "one_time_codes.code"]
    assert [told[column][0] for column in secrets] == [Sensitivity.SECRET] * len(secrets)


def test_words_that_end_like_a_secret_are_none():
    told = found(table("routes", "bypass", "compass", "pin_order", "boarding_gate"))
    assert not {sensitivity for sensitivity, _ in told.values()} & HARM


def test_json_of_unknown_content_counts_as_a_person_s_unless_its_name_says_it_is_a_program_s():
    told = found(table("orders", Column("attributes_raw", Json()), Column("layout", Json()), Column("permissions", Json())))
    assert told["orders.attributes_raw"] == (Sensitivity.DIRECT, Kind.JSON_PERSON)
    assert told["orders.layout"][0] is told["orders.permissions"][0] is Sensitivity.NONE


def test_what_stands_in_a_patient_s_record_is_about_health_where_no_word_is_known():
    patients = table("patients", "first_name", "last_name", "email")
    vitals = table("vitals", Column("patient_id", Integer()), Column("fundal", Integer()), references={"patient_id": "patients"})
    told = found(patients, vitals)
    assert told["vitals.fundal"][0] is Sensitivity.SPECIAL


def test_a_row_that_only_names_a_user_by_number_is_not_told_of_by_unknown_words():
    """A `user_id` without a key says that a row may be somebody's; that alone makes no word of it a person's."""
    owned = table("boards", Column("user_id", Integer()), "sprocket")
    told = found(table("users", "email", "name"), owned)
    assert told["boards.sprocket"][0] is Sensitivity.NONE


def test_the_names_of_programs_are_no_persons_names():
    told = found(table("federation_providers", "display_name", "provider_type"), table("agentes", "nombre", "celular1"))
    assert told["federation_providers.display_name"][0] is Sensitivity.NONE
    assert told["agentes.nombre"][0] is Sensitivity.DIRECT


def test_a_name_beside_a_bank_account_is_somebody_s():
    told = found(table("ticketing_bank_charges", "name", "iban"), table("suppliers", "name", "iban"))
    assert told["ticketing_bank_charges.name"] == (Sensitivity.DIRECT, Kind.PERSON_NAME)
