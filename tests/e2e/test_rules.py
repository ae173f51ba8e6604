"""A schema without a row: what a person sees who opens the tables. One small shop in SQLite, filled once; about two seconds."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest

import mimic

SHOP = """
create table users (id integer primary key, username text not null unique, email text not null unique, first_name text, last_name text,
  password_hash text, role varchar(20), locale text, timezone text, created_at timestamp not null, updated_at timestamp,
  deleted_at timestamp, last_login_at timestamp, orders_count integer not null);
create table categories (id integer primary key, parent_id integer, name text not null, slug text not null unique, position integer);
create table products (id integer primary key, category_id integer not null references categories(id), name text not null, slug text,
  price_cents integer, currency char(3), tags json, created_at timestamp);
create table orders (id integer primary key, user_id integer not null references users(id), status varchar(20), subtotal_cents integer,
  tax_cents integer, shipping_cents integer, total_cents integer, payment_method text, created_at timestamp not null,
  paid_at timestamp, shipped_at timestamp, updated_at timestamp);
create table order_items (id integer primary key, order_id integer not null references orders(id), product_id integer,
  position integer not null, quantity integer not null, created_at timestamp);
create table comments (id integer primary key, commentable_type text not null, commentable_id integer not null, author_id integer not null,
  body text not null, created_at timestamp);
create table attachments (id integer primary key, file_name text not null, content_type text not null, size integer, sha256 text);
create table events (id integer primary key, title text not null, starts_at timestamp not null, ends_at timestamp not null);
create table shifts (id integer primary key, start_time time not null, end_time time not null);
create table branches (id integer primary key, name text, city text, country_code char(2), latitude real, longitude real, phone text,
  is_closed boolean not null, closed_at timestamp, closing_reason text);
create table bestellungen (id integer primary key, status text, erstellt_am timestamp, bezeichnung text);
"""
ROWS = 150


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rules")
    source, target = folder / "source.db", folder / "target.db"
    with closing(sqlite3.connect(source)) as connection:
        connection.executescript(SHOP)
    program = Path(sys.executable).with_name("mimic")
    done = subprocess.run(
        [str(program), "clone", f"sqlite:///{source}", f"sqlite:///{target}", "--rows", str(ROWS)], capture_output=True, text=True
    )
    assert done.returncode in (0, 4), done.stderr
    return target


def rows(path: Path, sql: str) -> list[tuple]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


def column(path: Path, sql: str) -> list:
    return [value for (value,) in rows(path, sql)]


def test_an_address_and_a_user_name_are_those_of_the_person(shop):
    people = rows(shop, "select first_name, last_name, username, email from users")
    assert len({email for *_, email in people}) == ROWS
    for first, last, username, email in people:
        assert first.lower() in email
        assert last.lower().replace("'", "") in email
        assert last.lower().replace("'", "") in username
        assert email.endswith(("@example.com", "@example.org", "@example.net"))


def test_dates_of_a_row_are_in_order_and_recent(shop):
    today = date.today() + timedelta(days=1)
    for created, updated, deleted, seen in rows(shop, "select created_at, updated_at, deleted_at, last_login_at from users"):
        assert str(date.today().year - 4) < created < str(today)
        assert created <= updated <= str(today)
        assert deleted is None or updated <= deleted <= str(today)
        assert seen is None or created <= seen <= str(today)
    assert 0 < len(column(shop, "select deleted_at from users where deleted_at is not null")) < ROWS / 2
    for created, paid, shipped, updated in rows(shop, "select created_at, paid_at, shipped_at, updated_at from orders"):
        assert all(moment is None or created <= moment for moment in (paid, shipped, updated))
        assert all(moment is None or moment <= updated for moment in (paid, shipped))


def test_a_child_is_not_older_than_its_parent(shop):
    assert not rows(shop, "select 1 from orders o join users u on u.id = o.user_id where o.created_at < u.created_at")
    assert not rows(shop, "select 1 from order_items i join orders o on o.id = i.order_id where i.created_at < o.created_at")


def test_what_starts_ends_later(shop):
    assert not rows(shop, "select 1 from events where ends_at < starts_at")
    assert not rows(shop, "select 1 from shifts where end_time < start_time")
    assert all(re.search(r":(00|15|30|45):00", text) for text in column(shop, "select starts_at from events"))


def test_counts_are_the_number_of_children(shop):
    counted = rows(shop, "select orders_count, (select count(*) from orders o where o.user_id = u.id) from users u")
    assert all(said == real for said, real in counted)
    assert len({said for said, _ in counted}) > 2


def test_a_total_is_the_sum_of_its_parts(shop):
    found = rows(shop, "select subtotal_cents, tax_cents, shipping_cents, total_cents from orders")
    assert all(total == subtotal + tax + shipping for subtotal, tax, shipping, total in found)
    assert all(tax <= 0.2 * subtotal + 1 for subtotal, tax, *_ in found)


def test_places_are_dense_among_siblings(shop):
    siblings: dict[int, list[int]] = {}
    for order, position in rows(shop, "select order_id, position from order_items order by order_id"):
        siblings.setdefault(order, []).append(position)
    assert all(sorted(places) == list(range(1, len(places) + 1)) for places in siblings.values())


def test_a_type_and_a_number_point_at_a_row_of_that_table(shop):
    tables = {
        "User": "users",
        "Order": "orders",
        "Product": "products",
        "Branch": "branches",
        "Category": "categories",
        "Event": "events",
        "OrderItem": "order_items",
    }
    found = rows(shop, "select commentable_type, commentable_id from comments")
    for kind, number in found:
        table = tables.get(kind) or f"{kind.lower()}s"
        assert rows(shop, f"select 1 from {table} where id = {number}"), (kind, number)
    assert len({kind for kind, _ in found}) > 1


def test_references_without_a_foreign_key_point_at_rows(shop):
    assert not rows(
        shop, "select 1 from order_items i left join products p on p.id = i.product_id where i.product_id is not null and p.id is null"
    )
    assert not rows(shop, "select 1 from comments c left join users u on u.id = c.author_id where u.id is null")
    often = Counter(column(shop, "select author_id from comments")).most_common(1)[0][1]
    assert often > 2  # some write much, most little


def test_a_tree_grows_from_earlier_rows(shop):
    parents = rows(shop, "select id, parent_id from categories order by id")
    assert all(parent is None or parent < own for own, parent in parents)
    assert any(parent is None for _, parent in parents)
    assert sum(parent is not None for _, parent in parents) > ROWS / 3


def test_a_slug_follows_from_the_name_beside_it(shop):
    for name, slug in rows(shop, "select name, slug from products"):
        assert slug == re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    for name, slug in rows(shop, "select name, slug from categories"):
        assert slug.startswith(re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-"))


def test_words_are_those_of_the_table(shop):
    assert set(column(shop, "select status from orders")) <= {"completed", "shipped", "processing", "pending", "cancelled", "refunded"}
    assert set(column(shop, "select payment_method from orders")) <= {"credit_card", "paypal", "bank_transfer", "direct_debit", "cash"}
    assert set(column(shop, "select role from users")) <= {"member", "editor", "viewer", "admin", "owner"}
    assert all(re.fullmatch(r"[a-z]{2}-[A-Z]{2}", text) for text in column(shop, "select locale from users"))
    assert all(text == "UTC" or "/" in text for text in column(shop, "select timezone from users"))
    assert all(re.fullmatch(r"[A-Z]{3}", text) for text in column(shop, "select currency from products"))
    assert all(re.fullmatch(r"[0-9a-f]{64}", text) for text in column(shop, "select sha256 from attachments"))
    shares = Counter(column(shop, "select status from orders"))
    assert shares["completed"] > shares["refunded"]


def test_names_in_german_say_the_same(shop):
    assert set(column(shop, "select status from bestellungen")) <= {
        "completed",
        "shipped",
        "processing",
        "pending",
        "cancelled",
        "refunded",
    }
    assert all(" " in text or text.istitle() for text in column(shop, "select bezeichnung from bestellungen"))


def test_a_place_lies_in_its_country_and_its_telephone_too(shop):
    boxes = {"DE": (47, 55, 5, 16, "+49"), "US": (24, 50, -125, -66, "+1"), "FR": (41, 52, -6, 10, "+33"), "IT": (36, 48, 6, 19, "+39")}
    found = rows(shop, "select country_code, latitude, longitude, phone from branches")
    seen = 0
    for country, lat, lon, phone in found:
        assert re.fullmatch(r"[A-Z]{2}", country)
        if country in boxes:
            south, north, west, east, calling = boxes[country]
            assert south < lat < north
            assert west < lon < east
            assert phone.startswith(calling)
            seen += 1
    assert seen > 10


def test_what_goes_with_a_flag_is_there_only_where_it_is_set(shop):
    found = rows(shop, "select is_closed, closed_at from branches")
    assert all((moment is not None) == bool(flag) for flag, moment in found)
    assert any(flag for flag, _ in found)
    assert any(not flag for flag, _ in found)


def test_a_file_name_ends_as_its_type_says(shop):
    endings = {"image/jpeg": "jpg", "image/png": "png", "application/pdf": "pdf", "text/plain": "txt", "text/csv": "csv",
               "application/zip": "zip", "video/mp4": "mp4", "application/json": "json", "text/html": "html"}  # fmt: skip
    found = rows(shop, "select file_name, content_type, size from attachments")
    assert all(name.endswith(f".{endings[kind]}") for name, kind, _ in found)
    assert sorted(size for *_, size in found)[ROWS // 2] > 1_000  # bytes


def test_documents_are_about_what_their_column_is_called(shop):
    assert all(isinstance(json.loads(text), list | dict) for text in column(shop, "select tags from products") if text)


def test_texts_are_sentences(shop):
    bodies = column(shop, "select body from comments")
    assert all(text[0].isupper() and text.rstrip()[-1] in ".?!" for text in bodies)
    assert len(set(bodies)) > ROWS / 2


def test_addresses_fit_into_little_room(make_database):
    """A key of a letter and an address, told apart: no address at a domain for examples would fit."""
    source, target = make_database(), make_database()
    source.psql("""
        CREATE TYPE kind AS ENUM ('a', 'b', 'c', 'd');
        CREATE TABLE users (users "char" NOT NULL, email char(12) NOT NULL, kind kind DEFAULT 'a',
            PRIMARY KEY (users, email), UNIQUE (email, kind));
        CREATE TABLE tight (users "char" NOT NULL, email char(5) NOT NULL, kind kind DEFAULT 'a',
            PRIMARY KEY (users, email), UNIQUE (email, kind))""")
    source.psql('CREATE TABLE letters (email "char" NOT NULL, users varchar(30))')
    report = mimic.clone(source.url, target.url, rows=40)
    assert {line.table: line.rows for line in report.tables} == {"users": 40, "tight": 40, "letters": 40}
    assert target.psql("SELECT count(*) FROM users WHERE email ~ '@'") == "40"


def test_too_few_rows_to_learn_from_get_words_of_their_own_too(make_database):
    """Nine departments tell nothing: as those of a table without rows they are called what departments are called."""
    source, target = make_database(), make_database()
    source.psql(
        "CREATE TABLE department (id int PRIMARY KEY, dept_name text NOT NULL UNIQUE);"
        "INSERT INTO department SELECT i, 'Secret ' || i FROM generate_series(1, 9) i"
    )
    mimic.clone(source.url, target.url, reference="synthesize")
    made = target.psql("SELECT dept_name FROM department").split("\n")
    assert len(made) == 9
    assert (
        len(
            [
                name
                for name in made
                if re.search("Resources|Customer|Market|Legal|Engineer|Quality|Operat|Financ|Sales|Research|Support", name)
            ]
        )
        > 3
    )
    assert not any("Secret" in name for name in made)
