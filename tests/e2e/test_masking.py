"""Masked copies of real databases: no planted marker comes through, joins keep their counts, and nothing happens without a key."""

from __future__ import annotations

import base64
import csv
import json
import sqlite3
import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mimic import commands
from mimic.cli.app import app

HARM = {"direct", "secret", "special"}


@pytest.fixture
def key(tmp_path):
    """Always the same key: by chance a name may be masked by itself."""
    path = tmp_path / "mask.key"
    commands.new_key(path)
    head = path.read_text().splitlines()[:-1]
    path.write_text("\n".join([*head, base64.b64encode(bytes(range(32))).decode()]) + "\n")
    return path


def run(*arguments: object, code: int = 0) -> str:
    done = CliRunner().invoke(app, [str(part) for part in arguments])
    assert done.exit_code == code, done.output
    return done.stdout + done.stderr


def config(path: Path, tables: object, more: str = "") -> Path:
    told = {str(table): {"mode": "mask"} for table in tables}  # type: ignore[attr-defined]
    path.write_text(json.dumps({"tables": told}) + more)
    return path


# -- markers -----------------------------------------------------------------------------------------------------------

PLANT = """
CREATE FUNCTION pg_temp.plant(place regclass, name text, value text) RETURNS bool LANGUAGE plpgsql AS $$
DECLARE done int;
BEGIN
  EXECUTE format('UPDATE %s SET %I = %s WHERE ctid = (SELECT ctid FROM %s ORDER BY ctid LIMIT 1)', place, name, value, place);
  GET DIAGNOSTICS done = ROW_COUNT;
  RETURN done > 0;
EXCEPTION WHEN OTHERS THEN RETURN false;
END $$;
"""
TEXT_LIKE = "data_type IN ('text', 'character varying', 'character', 'json', 'jsonb') OR udt_name IN ('_text', '_varchar', 'citext')"


def marker(number: int) -> str:
    """Eight letters that nothing else holds."""
    return "Qzv" + "".join("bcdfghjklm"[int(digit)] for digit in f"{number:05}")


def plant(database, where="true"):
    """A marker in one row of every text-like column that takes it: (schema, table, column) -> marker."""
    rows = database.psql(
        f"SELECT table_schema, table_name, column_name, data_type, udt_name FROM information_schema.columns c"
        f" JOIN information_schema.tables t USING (table_schema, table_name)"
        f" WHERE table_type = 'BASE TABLE' AND is_generated = 'NEVER' AND ({TEXT_LIKE}) AND ({where})"
        f" AND table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2, 3"
    )
    found, script = {}, [PLANT]
    for number, row in enumerate(rows.splitlines()):
        schema, table, column, kind, udt = row.split("|")
        word = marker(number)
        value = f"'{word}'"
        if kind in ("json", "jsonb"):
            value = f"'{json.dumps({'deep': [{'note': word}], word: 1, 'who': word})}'".replace(f'"{word}": 1, ', "")
        elif udt.startswith("_"):
            value = f"ARRAY['{word}', 'x']"
        literal = value.replace("'", "''")
        script.append(f"""SELECT pg_temp.plant('"{schema}"."{table}"', '{column}', '{literal}');""")
        found[schema, table, column] = word
    planted = database.psql("\n".join(script)).split()
    return {place: word for (place, word), done in zip(found.items(), planted, strict=True) if done == "t"}


def content(database) -> str:
    """Every row of every table as text."""
    tables = database.psql(
        "SELECT format('SELECT t::text FROM %I.%I t;', table_schema, table_name) FROM information_schema.tables"
        " WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')"
    )
    return database.psql(tables)


SHOP = """
CREATE TABLE customers (id int PRIMARY KEY, full_name text, email varchar(60) UNIQUE, phone text, address text, password_hash text, notes text,
  profile jsonb, aliases text[], diagnosis text, api_token char(32), plan text, CHECK (plan IN ('free', 'paid')));
CREATE TABLE orders (id int PRIMARY KEY, customer_id int REFERENCES customers, contact_email varchar(60) REFERENCES customers (email),
  billing_address jsonb, ip_address text, state text);
CREATE TABLE logins (id int PRIMARY KEY, username varchar(30), session_id text, audit_data json, user_agent text);
INSERT INTO customers SELECT i, 'Anna' || chr(97 + i % 26) || ' Schmidt' || chr(97 + i / 26), 'anna.schmidt' || i || '@firm.de', '+49 30 ' || 1000000 + i,
  i || ' Main Street', md5(i::text), 'Anna Schmidt called', jsonb_build_object('email', 'x' || i || '@y.de', 'vip', true), ARRAY['annie' || i],
  'flu', md5(i::text || 'x'), 'free' FROM generate_series(1, 300) i;
INSERT INTO orders SELECT i, i % 300 + 1, 'anna.schmidt' || i % 300 + 1 || '@firm.de', '{"street": "Main Street 1", "city": "Bonn"}', '10.0.0.' || i % 250, 'paid'
  FROM generate_series(1, 900) i;
INSERT INTO logins SELECT i, 'user' || i, md5(i::text), '{"who": "Anna"}', 'Mozilla/5.0' FROM generate_series(1, 50) i;
"""
HARMLESS = {("customers", "plan"), ("customers", "notes"), ("orders", "state"), ("logins", "user_agent")}


def planted_shop(make_database):
    source = make_database()
    source.psql(SHOP)
    words = plant(source)
    return source, {word for (_, table, column), word in words.items() if (table, column) not in HARMLESS}, words


def test_no_marker_of_a_sensitive_column_comes_through_a_clone(make_database, key, tmp_path):
    """JSON, arrays and secrets too: neither into the target nor into what is told, nor into a model."""
    source, gone, words = planted_shop(make_database)
    assert len(gone) >= 13
    target = make_database()
    told = config(tmp_path / "mimic.yaml", ("customers", "orders", "logins"))
    said = run("clone", source.url, target.url, "--config", told, "--key-file", key, "-v", "--format", "json")
    said += run("inspect", source.url, "--config", told, "-v")
    run("learn", source.url, "--config", told, "--key-file", key, "-o", tmp_path / "shop.mimic")
    model = commands.load(tmp_path / "shop.mimic")
    kept = str([table.copied.to_pylist() for table in model.model.tables if table.copied is not None]) + str(list(model.literals()))
    for place in (content(target), said, kept):
        assert [word for word in gone if word.lower() in place.lower()] == []
    assert words["public", "orders", "state"] in content(target)  # planting does plant
    counts = "SELECT count(*) FROM customers JOIN orders ON contact_email = email AND customer_id = customers.id"
    assert source.psql(counts) == target.psql(counts)
    assert target.psql("SELECT count(DISTINCT email) FROM customers") == source.psql("SELECT count(DISTINCT email) FROM customers")


def test_no_marker_of_a_sensitive_column_comes_through_a_subset(make_database, key):
    source, gone, _ = planted_shop(make_database)
    target = make_database()
    said = run("subset", source.url, target.url, "--root", "customers: 100%", "--root", "logins: 100%", "--key-file", key, "-v")
    assert [word for word in gone if word.lower() in (content(target) + said).lower()] == []
    assert target.psql("SELECT count(*) FROM orders") == "900"


@pytest.mark.acceptance
@pytest.mark.parametrize("name", ["chinook", "employees", "lahman", "northwind", "pagila", "stackexchange_beer"])
def test_no_marker_of_a_labelled_column_comes_through(name, shared_data, load_shared, make_database, key, tmp_path):
    """A marker in every text-like column of a real database; none of those labelled direct, secret or special is found again (2 min)."""
    source, target, second = load_shared(name), make_database(), make_database()
    words = plant(source)
    with (shared_data / "pii" / "columns.csv").open(newline="") as file:
        labels = {(row["schema"], row["table"], row["column"]): row["label"] for row in csv.DictReader(file) if row["database"] == name}
    gone = {word for place, word in words.items() if labels.get(place) in HARM}
    assert gone
    tables = [str(table.table.name) for table in commands.inspect(source.url).tables]
    told = config(tmp_path / "mimic.yaml", tables)
    said = run("clone", source.url, target.url, "--config", told, "--key-file", key, "-v")
    assert [word for word in gone if word.lower() in (content(target) + said).lower()] == []
    assert any(word in content(target) for word in set(words.values()) - gone)
    roots = [part for table in tables for part in ("--root", f"{table}: 100%")]
    said = run("subset", source.url, second.url, *roots, "--key-file", key, "-v")
    assert [word for word in gone if word.lower() in (content(second) + said).lower()] == []


# -- consistency -------------------------------------------------------------------------------------------------------


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(path) as database:
        found = database.execute(query).fetchall()
    database.close()
    return found


def make(path: Path, script: str) -> Path:
    with sqlite3.connect(path) as database:
        database.executescript(script)
    database.close()
    return path


def test_joins_across_two_databases_keep_their_counts(tmp_path, key):
    people = [
        (f"{first}.{last}@firm.de", f"+49 30 {i:07}", f"ID-{i:05}")
        for i, (first, last) in enumerate((f, m) for f in ("anna", "bob", "zoë") for m in map(str, range(70)))
    ]
    crm = make(
        tmp_path / "crm.db", "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT UNIQUE, phone TEXT, national_id TEXT, name TEXT);"
    )
    shop = make(
        tmp_path / "shop.db",
        "CREATE TABLE orders (nr INTEGER PRIMARY KEY, customer_email VARCHAR(80), phone_number TEXT, ssn TEXT, login TEXT);",
    )
    for i, (email, phone, number) in enumerate(people):
        with sqlite3.connect(crm) as database:
            database.execute("INSERT INTO users VALUES (?, ?, ?, ?, ?)", (i, email, phone, number, "Anna Schmidt"))
        database.close()
        with sqlite3.connect(shop) as database:
            database.executemany("INSERT INTO orders VALUES (NULL, ?, ?, ?, ?)", [(email, phone, number, email)] * (i % 3))
        database.close()
    copies = []
    for path, table in ((crm, "users"), (shop, "orders")):
        told = config(tmp_path / f"{path.stem}.yaml", [table])
        run("clone", f"sqlite:///{path}", f"sqlite:///{path}.copy", "--config", told, "--key-file", key)
        copies.append(Path(f"{path}.copy"))
    for left, right in (("email", "customer_email"), ("email", "login"), ("phone", "phone_number"), ("national_id", "ssn")):
        counts = []
        for first, second in ((crm, shop), copies):
            known = [value for (value,) in rows(first, f"SELECT {left} FROM users")]
            there = [value for (value,) in rows(second, f"SELECT {right} FROM orders")]
            counts.append(sum(known.count(value) for value in there))
        assert counts[0] == counts[1] > 0, (left, right)
        assert not {value for (value,) in rows(crm, f"SELECT {left} FROM users")} & {
            value for (value,) in rows(copies[0], f"SELECT {left} FROM users")
        }


def test_chinook_masked_keeps_its_keys_and_its_addresses_go_with_its_names(chinook_sqlite, tmp_path, key):
    copy = tmp_path / "copy.sqlite"
    told = config(tmp_path / "mimic.yaml", ("customer", "employee", "invoice"))
    run("clone", f"sqlite:///{chinook_sqlite}", f"sqlite:///{copy}", "--config", told, "--key-file", key, "--reference", "copy")
    query = "SELECT first_name, last_name, email, phone, country FROM customer ORDER BY customer_id"
    before, after = rows(chinook_sqlite, query), rows(copy, query)
    assert len(before) == len(after)
    assert all(old[i] != new[i] or old[i] is None for old, new in zip(before, after, strict=True) for i in range(4))
    assert [row[4] for row in before] == [row[4] for row in after]
    joined = "SELECT c.customer_id, count(*), sum(total) FROM customer c JOIN invoice i USING (customer_id) GROUP BY 1 ORDER BY 1"
    assert rows(chinook_sqlite, joined) == rows(copy, joined)
    assert rows(copy, "PRAGMA foreign_key_check") == []
    plain = [(first.lower(), last.lower(), email.split("@")[0]) for first, last, email, _, _ in after]
    assert sum(first in email or last in email for first, last, email in plain) >= 0.8 * len(plain)


# -- keys --------------------------------------------------------------------------------------------------------------


def test_without_a_key_nothing_is_written_and_the_columns_are_named(chinook_sqlite, tmp_path, key):
    target = tmp_path / "copy.sqlite"
    told = run("subset", f"sqlite:///{chinook_sqlite}", f"sqlite:///{target}", "--root", "customer: 5 rows", code=3)
    assert "customer.email" in told
    assert "--key-file" in told
    assert "--unmasked" in told
    masked = config(tmp_path / "mimic.yaml", ["customer", "employee"])
    assert "--key-file" in run(
        "clone", f"sqlite:///{chinook_sqlite}", f"sqlite:///{target}", "--config", masked, "--reference", "copy", code=3
    )
    key.chmod(0o644)
    for command in (("subset", "--root", "customer: 5 rows"), ("clone", "--config", masked, "--reference", "copy")):
        told = run(command[0], f"sqlite:///{chinook_sqlite}", f"sqlite:///{target}", *command[1:], "--key-file", key, code=3)
        assert "others may read it" in told
        assert key.read_text().strip() not in told
    assert not target.exists() or rows(target, "SELECT * FROM sqlite_master") == []


def test_a_masker_that_cannot_work_stops_everything_before_it_begins(chinook_sqlite, tmp_path, key):
    told = tmp_path / "mimic.yaml"
    told.write_text(
        "tables: {employee: {mode: mask}, customer: {mode: mask, columns: {email: {masker: set.null}, phone: {masker: bytes}, fax: {masker: keep}}}}"
    )
    said = run(
        "clone",
        f"sqlite:///{chinook_sqlite}",
        f"sqlite:///{tmp_path}/c.db",
        "--config",
        told,
        "--key-file",
        key,
        "--reference",
        "copy",
        code=3,
    )
    assert "B701  customer.email" in said
    assert "B701  customer.phone" in said
    told.write_text("tables: {customer: {mode: mask, columns: {email: {masker: person.emial}}}}")
    said = run("clone", f"sqlite:///{chinook_sqlite}", f"sqlite:///{tmp_path}/c.db", "--config", told, "--key-file", key, code=2)
    assert "Did you mean 'person.email'?" in said


def test_plan_and_inspect_name_the_maskers(chinook_sqlite, tmp_path):
    told = tmp_path / "mimic.yaml"
    told.write_text("tables: {employee: {mode: mask}, customer: {mode: mask, columns: {fax: {masker: redact}}}}\n")
    run("plan", f"sqlite:///{chinook_sqlite}", "-o", told, "--config", told)
    text = told.read_text()
    assert "email: {masker: person.email}" in text
    assert "fax: {masker: redact}" in text
    assert "mode: mask" in text
    assert "person.email" in run("inspect", f"sqlite:///{chinook_sqlite}", "--config", told, "-v")


def test_reveal_undoes_what_can_be_undone_and_notes_it(tmp_path, key):
    source = make(
        tmp_path / "a.db",
        "CREATE TABLE users (id INTEGER PRIMARY KEY, phone TEXT, email TEXT); INSERT INTO users VALUES (1, '+49 30 1234567', 'a@b.de');",
    )
    run("clone", f"sqlite:///{source}", f"sqlite:///{tmp_path}/b.db", "--config", config(tmp_path / "m.yaml", ["users"]), "--key-file", key)
    ((phone, email),) = rows(tmp_path / "b.db", "SELECT phone, email FROM users")
    assert phone != "+49 30 1234567"
    log = tmp_path / "log"
    done = CliRunner().invoke(app, ["reveal", "--masker", "identifier.phone", "--key-file", str(key), "--log", str(log), "--", phone])
    assert done.stdout == "+49 30 1234567\n"
    assert "revealed 1 values of identifier.phone" in done.stderr
    assert json.loads(log.read_text())["what"].startswith("revealed 1")
    assert phone not in log.read_text() + done.stderr
    assert "nobody can undo" in run("reveal", "--masker", "person.email", "--key-file", key, email, code=2)


def test_key_new_makes_a_file_for_its_owner_once(tmp_path):
    run("key", "new", tmp_path / "k")
    assert stat.S_IMODE((tmp_path / "k").stat().st_mode) == 0o600
    assert "never overwritten" in run("key", "new", tmp_path / "k", code=3)
