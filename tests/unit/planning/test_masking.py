"""Which masker a column gets: by meaning, as configured, alike along keys, and refused where it could not work."""

from __future__ import annotations

import pyarrow as pa
import pytest

from mimic.config import Config
from mimic.maskers import builtin
from mimic.masking import Key, masked
from mimic.planning.masking import masks, without_masks
from mimic.profile import ColumnProfile, Evidence, Owners, TableEvidence
from mimic.schema import Check, Column, Date, ForeignKey, Integer, Schema, Table, TableName, Text, Unique, arrow_type
from mimic.semantics import Kind, Meaning, Sensitivity

USERS, ORDERS, VISITS = TableName("", "users"), TableName("", "orders"), TableName("", "visits")
REGISTRY = builtin()
KEY = Key(bytes(range(32)))


def schema(**more):
    users = Table(
        USERS,
        (Column("email", Text(40), nullable=False), Column("name", Text(30)), Column("born", Date()), Column("plan", Text())),
        primary_key=Unique("users_key", ("email",)),
        **more,
    )
    key = ForeignKey("orders_user", ORDERS, ("buyer",), USERS, ("email",))
    orders = Table(
        ORDERS, (Column("id", Integer()), Column("buyer", Text(30))), primary_key=Unique("orders_key", ("id",)), foreign_keys=(key,)
    )
    seen = ForeignKey("visits_user", VISITS, ("who",), USERS, ("email",))
    columns = (Column("who", Text(40), nullable=False), Column("day", Date(), nullable=False), Column("note", Text()))
    visits = Table(VISITS, columns, primary_key=Unique("visits_key", ("who", "day")), foreign_keys=(seen,))
    return Schema("postgresql", (users, orders, visits))


MEANT = {
    (USERS, "email"): (Kind.EMAIL, Sensitivity.DIRECT),
    (USERS, "name"): (Kind.PERSON_NAME, Sensitivity.DIRECT),
    (USERS, "born"): (Kind.BIRTH_DATE, Sensitivity.QUASI),
    (VISITS, "note"): (Kind.FREE_TEXT, Sensitivity.TEXT),
    (VISITS, "day"): (Kind.DATE, Sensitivity.QUASI),
}
ROWS = {
    USERS: {"email": ["ann@firm.de", "bob@firm.de"], "name": ["Ann Lee", "Bob Ray"], "born": [1, 2], "plan": ["a", "b"]},
    ORDERS: {"id": [1, 2], "buyer": ["ann@firm.de", None]},
    VISITS: {"who": ["ann@firm.de", "ann@firm.de"], "day": [10, 20], "note": ["Ann Lee called", None]},
}


def decide(config=None, tables=(USERS, ORDERS, VISITS), **more):
    made = schema(**more)
    found = {}
    for table in made.tables:
        arrays = {c.name: pa.array(ROWS[table.name][c.name], pa.int32() if isinstance(c.type, Date) else None) for c in table.columns}
        sample = pa.table({c.name: arrays[c.name].cast(arrow_type(c.type)) for c in table.columns})
        profiles = {c.name: ColumnProfile(c, 0.0, 2, True) for c in table.columns}
        found[table.name] = TableEvidence(table, 2, sample, Owners(2), profiles)
    none = Meaning(Kind.WORDS, Sensitivity.NONE, 0.5, "")
    meanings = {(t.name, c.name): none for t in made.tables for c in t.columns}
    meanings |= {place: Meaning(kind, sensitivity, 0.9, "a test") for place, (kind, sensitivity) in MEANT.items()}
    evidence = Evidence(made, found, privacy_units=(USERS,), meanings=meanings)
    out = masks(made, evidence, Config.model_validate(config or {}), REGISTRY, frozenset(tables), "en_US")
    return {(str(m.table), m.column): m.masker.kind for m in out.maskings}, out, found


def test_sensitive_columns_get_the_masker_of_their_kind_and_keys_carry_it():
    kinds, out, _ = decide()
    assert kinds == {
        ("users", "email"): "person.email",
        ("users", "name"): "person.name",
        ("users", "born"): "shift.date",
        ("orders", "buyer"): "person.email",
        ("visits", "who"): "person.email",
        ("visits", "note"): "text.inside",
    }
    assert not out.findings


def test_a_masked_key_still_meets_its_references_and_the_narrowest_column_decides():
    _, out, found = decide()
    rows = {name: masked(evidence.sample.to_batches()[0], out.of(name), "g", KEY) for name, evidence in found.items()}
    emails = rows[USERS].column("email").to_pylist()
    assert rows[ORDERS].column("buyer").to_pylist() == [emails[0], None]
    assert rows[VISITS].column("who").to_pylist() == [emails[0]] * 2
    assert all(len(email) <= 30 for email in emails)
    assert emails != ROWS[USERS]["email"]


def test_another_group_or_key_gives_other_values():
    _, out, found = decide()
    batch = found[USERS].sample.to_batches()[0]
    made = [
        masked(batch, out.of(USERS), group, key).column("email").to_pylist()
        for group, key in (("a", KEY), ("b", KEY), ("a", Key(bytes(31) + b"x")))
    ]
    assert made[0] != made[1] != made[2] != made[0]
    assert made[0] == masked(batch, out.of(USERS), "a", KEY).column("email").to_pylist()


def test_what_the_user_says_stands():
    told = {"tables": {"users": {"columns": {"name": {"masker": "redact"}, "born": {"masker": "keep"}, "plan": {"masker": "shape"}}},
                       "visits": {"columns": {"note": {"sensitivity": "none"}}}}}  # fmt: skip
    kinds, _, _ = decide(told)
    assert (kinds["users", "name"], kinds["users", "plan"]) == ("redact", "shape")
    assert ("users", "born") not in kinds


def test_a_date_in_a_key_with_its_person_may_move():
    told = {"tables": {"visits": {"columns": {"day": {"masker": "shift.date", "options": {"entity": "who", "days": 10}}}}}}
    kinds, out, found = decide(told)
    assert kinds["visits", "day"] == "shift.date"
    days = masked(found[VISITS].sample.to_batches()[0], out.of(VISITS), "g", KEY).column("day").cast(pa.int32()).to_pylist()
    assert days[1] - days[0] == 10
    assert days[0] != 10


@pytest.mark.parametrize(
    ("column", "told", "why"),
    [
        ("email", {"masker": "redact"}, "distinct"),
        ("email", {"masker": "set.null"}, "NULL"),
        ("born", {"masker": "person.name"}, "holds date"),
        ("name", {"masker": "constant", "options": {"value": "x" * 31}}, "31 characters long, and 30 are allowed"),
        ("plan", {"masker": "bytes"}, "holds no bytes"),
    ],
)
def test_what_cannot_work_is_a_blocking_finding(column, told, why):
    _, out, _ = decide({"tables": {"users": {"columns": {column: told}}}})
    assert [finding.id for finding in out.findings] == ["B701"]
    assert out.findings[0].place == f"users.{column}"
    assert why in out.findings[0].sentence


def test_a_check_that_masked_values_would_break_is_seen_before_anything_is_written():
    check = Check("plan_known", "plan IN ('a', 'b')")
    _, out, _ = decide({"tables": {"users": {"columns": {"plan": {"masker": "hash"}}}}}, checks=(check,))
    assert "a CHECK on (plan) would be broken" in out.findings[0].sentence
    kinds, _, _ = decide({"tables": {"users": {"columns": {"plan": {"masker": "constant", "options": {"value": "a"}}}}}}, checks=(check,))
    assert kinds["users", "plan"] == "constant"


def test_a_default_that_a_check_forbids_gives_way_to_another():
    check = Check("name_form", "name ~ '^[A-Z][a-z]+ [A-Z][a-z]+$'")
    kinds, out, _ = decide(checks=(check,))
    assert kinds["users", "name"] == "person.name"
    check = Check("name_length", "length(name) = 7")
    kinds, out, _ = decide(checks=(check,))
    assert kinds["users", "name"] not in ("person.name", None)
    assert not out.findings


def test_a_key_of_which_one_end_stays_is_refused():
    _, out, _ = decide(tables=(ORDERS,))
    assert [finding.id for finding in out.findings] == ["B702"]
    told = {"tables": {"users": {"columns": {"email": {"masker": "keep"}}}}}
    kinds, out, _ = decide(told, tables=(ORDERS,))
    assert (kinds, out.findings) == ({}, ())


def test_tables_of_mode_mask_are_planned_as_copied_ones():
    made = schema()
    names, config = without_masks(Config.model_validate({"tables": {"users": {"mode": "mask"}, "orders": {"mode": "copy"}}}), made)
    assert names == {USERS}
    assert config.tables["users"].mode == "copy"
