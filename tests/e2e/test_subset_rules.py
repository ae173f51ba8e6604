"""How a subset is asked for and how its keys are followed: limits, filters, references that no database declares, spans, sizes, files."""

from __future__ import annotations

import json
import re
import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from mimic import commands
from mimic.cli.app import app
from mimic.config import Config
from mimic.errors import ConfigError, Refused, UsageError

SHOP = """
    CREATE TABLE customer (id INTEGER PRIMARY KEY, country TEXT NOT NULL);
    CREATE TABLE product (id INTEGER PRIMARY KEY, label TEXT NOT NULL);
    CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customer, placed_at TIMESTAMP,
                         state TEXT NOT NULL);
    CREATE TABLE line (order_id INTEGER NOT NULL REFERENCES orders, n INTEGER NOT NULL, product_id INTEGER REFERENCES product,
                       PRIMARY KEY (order_id, n));
    CREATE TABLE note (id INTEGER PRIMARY KEY, about TEXT, about_id TEXT, product_code INTEGER);
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """50 customers with 10 orders each, one a day and every third open, with two lines; a note on each order and each customer."""
    path = tmp_path / "shop.db"
    with closing(sqlite3.connect(path)) as db:
        db.executescript(SHOP)
        db.executemany("INSERT INTO customer VALUES (?, ?)", [(c, "CH" if c % 5 == 0 else "DE") for c in range(1, 51)])
        db.executemany("INSERT INTO product VALUES (?, ?)", [(p, f"product {p}") for p in range(1, 21)])
        days = [f"2024-{1 + i % 10:02}-{1 + i // 50:02} 12:00:00" for i in range(500)]
        states = ["open" if i % 3 == 0 else "done" for i in range(500)]
        db.executemany("INSERT INTO orders VALUES (?, ?, ?, ?)", [(i + 1, 1 + i // 10, days[i], states[i]) for i in range(500)])
        db.executemany("INSERT INTO line VALUES (?, ?, ?)", [(1 + i // 2, i % 2, 1 + i % 20) for i in range(1000)])
        db.executemany("INSERT INTO note VALUES (?, 'Order', ?, NULL)", [(i, str(i)) for i in range(1, 501)])
        db.executemany("INSERT INTO note VALUES (?, 'Customer', ?, 3)", [(1000 + i, str(i)) for i in range(1, 51)])
        db.commit()
    return path


def subset(shop: Path, *roots: str, **more: Any) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of the subset, table by table."""
    target = shop.with_name("few.db")
    target.unlink(missing_ok=True)
    config = Config.model_validate(more.pop("config", {}))
    commands.subset(f"sqlite:///{shop}", f"sqlite:///{target}", roots=roots, config=config, unmasked="a test", **more)
    with closing(sqlite3.connect(target)) as db:
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
        return {name: db.execute(f"SELECT * FROM {name}").fetchall() for name in ("customer", "product", "orders", "line", "note")}


def keys(**rules: dict[str, Any]) -> dict[str, Any]:
    return {"subset": {"keys": {f"{name}(customer_id)": rule for name, rule in rules.items()}}}


def test_amounts_are_drawn_the_same_way_again_and_a_larger_one_holds_a_smaller_one(shop):
    few, again, more = (subset(shop, f"customer: {share}%")["customer"] for share in (5, 5, 20))
    assert few == again
    assert (len(few), len(more)) == (3, 10), "of 50 customers 5 % are 2.5, rounded up"
    assert set(few) < set(more)
    assert few != subset(shop, "customer: 5%", seed=1)["customer"]
    assert len(subset(shop, "customer: 7 rows")["customer"]) == 7
    assert subset(shop, "customer: 10 rows")["customer"] == more, "however many are asked for"
    assert len(subset(shop, "customer: 7 rows", "customer(50, 49)")["customer"]) in (7, 8, 9)


def test_what_a_draw_holds_changes_no_row(shop, monkeypatch):
    drawn = subset(shop, "orders: 20 rows")["orders"]
    monkeypatch.setattr("mimic.subsetting.walking.HELD", 0)
    assert subset(shop, "orders: 20 rows")["orders"] == drawn


def test_a_condition(shop):
    rows = subset(shop, "customer: where country = 'CH' and id < 20")
    assert [row[0] for row in rows["customer"]] == [5, 10, 15]
    assert len(rows["orders"]) == 30
    assert len(rows["line"]) == 60


def test_from_a_parent_that_was_pulled_in_nothing_goes_down(shop):
    rows = subset(shop, "orders(1)")
    assert {name: len(found) for name, found in rows.items()} == {"customer": 1, "product": 2, "orders": 1, "line": 2, "note": 0}


def test_a_key_can_be_shut(shop):
    assert len(subset(shop, "customer(1)", config=keys(orders={"down": False}))["orders"]) == 0


def test_children_can_be_limited_to_the_newest_or_drawn(shop):
    rows = subset(shop, "customer(1, 2)", config=keys(orders={"max_children": 3, "newest": "placed_at"}))
    assert [row[0] for row in rows["orders"]] == [8, 9, 10, 18, 19, 20]
    drawn = subset(shop, "customer(1, 2)", config=keys(orders={"max_children": 3}))["orders"]
    assert sorted(row[1] for row in drawn) == [1, 1, 1, 2, 2, 2]
    assert drawn != rows["orders"]
    assert len(subset(shop, "customer(1)", config={"subset": {"max_children": 1}})["line"]) == 1


def test_children_can_be_filtered(shop):
    rows = subset(shop, "customer(1)", config=keys(orders={"where": "state = 'open'"}))
    assert {row[3] for row in rows["orders"]} == {"open"}
    assert len(rows["orders"]) == 4


def test_a_key_that_may_be_null_need_not_be_followed(shop):
    rows = subset(shop, "orders(1)", config={"subset": {"follow_nullable": False}})
    assert rows["product"] == []
    assert rows["line"] == [(1, 0, None), (1, 1, None)]
    assert rows["customer"], "a key that may not be NULL is followed all the same"
    kept = subset(shop, "orders(1)", "product(2)", config={"subset": {"keys": {"line(product_id)": {"follow_nullable": False}}}})
    assert (1, 1, 2) in kept["line"], "what is kept for another reason stays referred to"
    assert (1, 0, None) in kept["line"]


def test_whole_and_empty_tables(shop):
    rows = subset(shop, "orders(1)", config={"tables": {"product": {"mode": "copy"}}})
    assert len(rows["product"]) == 20
    rows = subset(shop, "orders(1)", config={"tables": {"product": {"mode": "empty"}}})
    assert (rows["product"], rows["line"]) == ([], [(1, 0, None), (1, 1, None)])
    with pytest.raises(ConfigError, match="needs its rows"):
        subset(shop, "orders(1)", config={"tables": {"customer": {"mode": "empty"}}})
    with pytest.raises(UsageError, match="mode copy"):
        subset(shop, "product(1)", config={"tables": {"product": {"mode": "copy"}}})


def test_references_that_no_database_declares(shop):
    """A virtual key, and one of which another column says where it leads; its ids are text, those of the tables numbers."""
    meant = {"table": "note", "type": "about", "id": "about_id", "parents": {"Order": "orders", "Customer": "customer"}}
    virtual = {"table": "note", "columns": ["product_code"], "parent": "product", "referred": ["id"]}
    rows = subset(shop, "customer(7)", config={"references": [meant], "extra_fks": [virtual]})
    assert sorted(row[0] for row in rows["note"]) == [*range(61, 71), 1007]
    assert 3 in {row[0] for row in rows["product"]}
    up = subset(shop, "note(12, 1009)", config={"references": [meant]})
    assert [row[0] for row in up["orders"]] == [12]
    assert [row[0] for row in up["customer"]] == [2, 9]
    with pytest.raises(ConfigError, match="Did you mean 'about'"):
        subset(shop, "note(12)", config={"references": [meant | {"type": "abot"}]})


def test_the_last_days_of_old_data(shop):
    """Counted from the newest row, so that a database that has stood still has a last month."""
    newest = "2024-10-10 12:00:00"
    rows = subset(shop, "orders: last 5 days")["orders"]
    assert {row[2] for row in rows} == {f"2024-10-{day:02} 12:00:00" for day in range(5, 11)}
    assert max(row[2] for row in rows) == newest
    assert subset(shop, "orders: all", last="5 days")["orders"] == rows


def test_a_size_is_met(shop):
    small, large = (subset(shop, "customer: all", target_size=size) for size in ("20KB", "60KB"))
    assert 0 < len(small["orders"]) < len(large["orders"]) < 500
    assert set(small["customer"]) < set(large["customer"])


def test_a_selection_is_saved_reviewed_and_handed_back(shop, tmp_path):
    file = tmp_path / "rows.csv"
    rows = subset(shop, "customer(7)", save_selection=file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    lines = file.read_text().splitlines()
    assert lines[:2] == ['"table","key","step","why"', '"customer","7",1,"root \'customer(7)\'"']
    assert '"line","61, 0",3,"children by line(order_id) -> orders"' in lines
    assert subset(shop, selection=file) == rows
    file.write_text("\n".join(line for line in lines if '"61' not in line and "customer" not in line))
    fewer = subset(shop, selection=file)
    assert len(fewer["orders"]) == 9
    assert fewer["customer"] == rows["customer"], "what a row refers to is kept, whether or not the file says so"


def test_why_a_row_is_there(shop):
    url = f"sqlite:///{shop}"
    chain = commands.explain(url, roots=["customer(7)"], row="product(1)").chain
    assert [link.row for link in chain] == ["customer(7)", "orders(61)", "line(61, 0)", "product(1)"]
    assert [link.why for link in chain][0::3] == ["root 'customer(7)'", "parents by line(product_id) -> product"]
    assert commands.explain(url, roots=["customer(7)"], row="orders(1)").chain == ()
    table = commands.explain(url, roots=["customer(7)", "orders(1)"], table="customer")
    assert [(step.rows, step.why) for step in table.steps] == [(1, "root 'customer(7)'"), (1, "parents by orders(customer_id) -> customer")]
    whole = commands.explain(
        url, roots=["customer(7)"], row="product(1)", config=Config.model_validate({"tables": {"product": {"mode": "copy"}}})
    )
    assert [link.why for link in whole.chain] == ["its table is copied whole"]


ADDING = {"if_exists": "append", "unmasked": "a test"}


def rows_of(path: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
        return db.execute(query).fetchall()


def test_two_subsets_in_one_target(shop):
    """The second adds what is not there yet, products that both need are kept."""
    urls, few = (f"sqlite:///{shop}", f"sqlite:///{shop.with_name('few.db')}"), shop.with_name("few.db")
    subset(shop, "customer(7)")
    again = commands.subset(*urls, roots=["customer(7, 8)"], **ADDING)
    assert [row[0] for row in rows_of(few, "SELECT id FROM customer ORDER BY id")] == [7, 8]
    assert rows_of(few, "SELECT count(*) FROM orders") == [(20,)]
    assert {finding.place: finding.sentence.split()[0] for finding in again.findings} == {
        "customer": "1", "orders": "10", "line": "20", "product": "20",
    }  # fmt: skip


def test_new_numbers_let_two_subsets_live_together(shop):
    urls, few = (f"sqlite:///{shop}", f"sqlite:///{shop.with_name('few.db')}"), shop.with_name("few.db")
    whole = {"config": Config.model_validate({"tables": {"product": {"mode": "copy"}}})}
    commands.subset(*urls, roots=["customer(7)"], renumber=True, unmasked="a test", **whole)
    assert rows_of(few, "SELECT min(id), max(id) FROM orders") == [(1, 10)]
    commands.subset(*urls, roots=["customer(7, 12)"], renumber=True, **ADDING, **whole)
    assert rows_of(few, "SELECT id, country FROM customer") == [(1, "DE"), (2, "DE"), (3, "DE")]
    assert rows_of(few, "SELECT customer_id, count(*), min(id), max(id) FROM orders GROUP BY 1") == [
        (1, 10, 1, 10),
        (2, 10, 11, 20),
        (3, 10, 21, 30),
    ]
    same = "SELECT placed_at, product_id, state FROM orders JOIN line ON order_id = orders.id WHERE customer_id = {} ORDER BY orders.id, n"
    assert rows_of(few, same.format(1)) == rows_of(few, same.format(2)), "what hangs together still does"
    assert rows_of(few, "SELECT count(*), max(id) FROM product") == [(20, 20)], "vocabulary keeps its keys"


def test_entities_are_multiplied_with_new_keys_and_unique_values(tmp_path):
    source, target = tmp_path / "source.db", tmp_path / "target.db"
    with closing(sqlite3.connect(source)) as db:
        db.executescript("""
            CREATE TABLE team (id INTEGER PRIMARY KEY, label TEXT UNIQUE);
            CREATE TABLE person (id INTEGER PRIMARY KEY, team_id INTEGER REFERENCES team, mail TEXT UNIQUE, badge TEXT NOT NULL UNIQUE,
                                 friend INTEGER REFERENCES person);
            CREATE TABLE visit (person_id INTEGER REFERENCES person, day TEXT, badge TEXT REFERENCES person (badge),
                                PRIMARY KEY (person_id, day));
            CREATE TABLE thing (id INTEGER PRIMARY KEY, kind TEXT, kind_id INTEGER);
            INSERT INTO team VALUES (1, 'red'), (2, 'blue');
            INSERT INTO person VALUES (1, 1, 'a@x.org', 'A', NULL), (2, 1, 'b@x.org', 'B', 1), (3, 2, NULL, 'C', 1);
            INSERT INTO visit VALUES (1, 'Monday', 'A'), (1, 'Friday', 'A'), (2, 'Monday', 'B');
            INSERT INTO thing VALUES (1, 'Person', 1), (2, 'Team', 1), (3, 'Person', 2);""")
        db.commit()
    kinds = {"table": "thing", "type": "kind", "id": "kind_id", "parents": {"Person": "person", "Team": "team"}}
    shut = {"keys": {"person(friend)": {"down": False}}}
    config = Config.model_validate({"references": [kinds], "subset": shut})
    report = commands.subset(
        f"sqlite:///{source}", f"sqlite:///{target}", roots=["person(1, 2)"], multiply=3, config=config, unmasked="a test"
    )
    assert {line.table: line.rows for line in report.tables} == {"team": 1, "person": 6, "visit": 9, "thing": 6}
    people = rows_of(target, "SELECT * FROM person ORDER BY id")
    assert [row[0] for row in people] == [1, 2, 3, 4, 5, 6]
    assert [row[4] for row in people] == [None, 1, None, 3, None, 5], "a copy's friend is of the same copy"
    assert {row[1] for row in people} == {1}, "what they refer to is there once"
    assert [row[2] for row in people[:2]] == ["a@x.org", "b@x.org"]
    assert all(re.fullmatch(r"[a-z]+\.[a-z0-9]+@[a-z]+\.example", row[2]) for row in people[2:]), "addresses of other people"
    assert len({row[2] for row in people}) == 6
    assert rows_of(target, "SELECT count(*) FROM visit v JOIN person p ON p.id = person_id AND p.badge = v.badge") == [(9,)]
    assert rows_of(target, "SELECT kind_id FROM thing ORDER BY id") == [(1,), (2,), (3,), (4,), (5,), (6,)]


def modes(**told: str) -> dict[str, Any]:
    return {"tables": {name: {"mode": mode} for name, mode in told.items()}}


def test_one_plan_of_several_modes(shop):
    """Made-up orders refer to real customers that are there, as many as these would have; a copied table stays whole."""
    few = shop.with_name("few.db")
    plan = modes(customer="subset", product="copy", note="empty") | {"subset": {"roots": ["customer: 20%"]}}
    report = commands.clone(f"sqlite:///{shop}", f"sqlite:///{few}", config=Config.model_validate(plan))
    assert {line.table: (line.mode, line.rows) for line in report.tables} == {
        "customer": ("subset", 10), "product": ("copy", 20), "orders": ("synthesize", 100), "line": ("synthesize", 200),
        "note": ("empty", 0),
    }  # fmt: skip
    kept = rows_of(few, "SELECT * FROM customer")
    assert kept == subset(shop, "customer: 20%", config=modes(orders="empty", line="empty"))["customer"]


def test_made_up_rows_need_parents(shop):
    """A table of mode subset that nothing reaches is empty: rows that must refer to it cannot be made."""
    plan = modes(customer="subset", note="subset") | {"subset": {"roots": ["note(1)"]}}
    with pytest.raises(ConfigError, match="none of its rows is reached from the roots, but made-up rows of orders need some"):
        commands.clone(f"sqlite:///{shop}", f"sqlite:///{shop.with_name('few.db')}", config=Config.model_validate(plan))


def test_copied_parents_may_have_parents(tmp_path):
    """Made-up rows look two tables up: copied rows know which row of their parent they refer to."""
    source, target = tmp_path / "source.db", tmp_path / "target.db"
    with closing(sqlite3.connect(source)) as db:
        db.executescript("""
            CREATE TABLE country (id INTEGER PRIMARY KEY, currency TEXT NOT NULL);
            CREATE TABLE city (id INTEGER PRIMARY KEY, country_id INTEGER REFERENCES country);
            CREATE TABLE sale (id INTEGER PRIMARY KEY, city_id INTEGER NOT NULL REFERENCES city, currency TEXT NOT NULL);""")
        db.executemany("INSERT INTO country VALUES (?, ?)", [(1, "CHF"), (2, "EUR"), (3, "SEK")])
        db.executemany("INSERT INTO city VALUES (?, ?)", [(i, 1 + i % 3) for i in range(30)])
        db.executemany("INSERT INTO sale VALUES (?, ?, ?)", [(i, i % 30, ("CHF", "EUR", "SEK")[i % 30 % 3]) for i in range(3000)])
        db.commit()
    plan = {"tables": {"country": {"mode": "copy"}, "city": {"mode": "subset"}}, "subset": {"roots": ["city: 50%"]}}
    commands.clone(f"sqlite:///{source}", f"sqlite:///{target}", config=Config.model_validate(plan))
    query = "SELECT count(*), sum(s.currency = c.currency) FROM sale s JOIN city t ON t.id = city_id JOIN country c ON c.id = country_id"
    made, fitting = rows_of(target, query)[0]
    assert made == 1500
    assert fitting > 1300, "the currency of a sale is that of its city's country"


def test_a_real_core_is_topped_up(shop):
    """All real rows are there as they were, made-up ones beside them, and children of both kinds find their parents."""
    few = shop.with_name("few.db")
    tables = {"customer": {"mode": "subset", "top_up_to": 40}, "orders": {"mode": "subset", "top_up_to": 300}, "product": {"mode": "copy"}}
    plan = {"tables": tables, "subset": {"roots": ["customer: 20%"]}, "reference": "synthesize"}
    commands.clone(f"sqlite:///{shop}", f"sqlite:///{few}", config=Config.model_validate(plan))
    with closing(sqlite3.connect(shop)) as db:
        source = {name: set(db.execute(f"SELECT * FROM {name}")) for name in ("customer", "orders")}
    core = {name: set(rows) for name, rows in subset(shop, "customer: 20%", config=modes(line="empty")).items() if name in source}
    commands.clone(f"sqlite:///{shop}", f"sqlite:///{few}", config=Config.model_validate(plan), if_exists="replace")
    made = {name: set(rows_of(few, f"SELECT * FROM {name}")) for name in ("customer", "orders")}
    assert (len(core["customer"]), len(core["orders"])) == (10, 100)
    assert core["customer"] <= made["customer"]
    assert core["orders"] <= made["orders"]
    assert (len(made["customer"]), len(made["orders"])) == (40, 300)
    assert rows_of(few, "SELECT count(DISTINCT customer_id) FROM orders")[0][0] > 30, "made-up customers have orders too"
    assert rows_of(few, "SELECT count(*) FROM line")[0][0] == 600
    with pytest.raises(UsageError, match="mimic clone"):
        commands.learn(f"sqlite:///{shop}", config=Config.model_validate(plan))


def test_real_rows_of_a_made_up_parent_are_refused(shop):
    plan = modes(orders="subset", product="copy") | {"subset": {"roots": ["orders: 5%"]}}
    with pytest.raises(ConfigError) as refused:
        commands.clone(f"sqlite:///{shop}", f"sqlite:///{shop.with_name('few.db')}", config=Config.model_validate(plan))
    assert "tables.orders.mode" in str(refused.value)
    assert "Give customer mode: subset or copy, or orders mode: synthesize." in str(refused.value)
    with pytest.raises(ConfigError, match="mimic clone --config"):
        subset(shop, "orders(1)", config=modes(customer="synthesize"))


def test_pinned_rows_are_there_in_every_copy(shop):
    """With their parents, and instead of a row that has the same key."""
    pins = {
        "orders": [
            {"id": 501, "customer_id": 33, "state": "pinned", "placed_at": "2020-02-29 12:00:00"},
            {"id": 1, "customer_id": 1, "state": "pinned"},
        ]
    }
    rows = subset(shop, "customer(1)", config={"pins": pins})
    assert [row[0] for row in rows["customer"]] == [1, 33]
    assert [row for row in rows["orders"] if row[3] == "pinned"] == [(1, 1, None, "pinned"), (501, 33, "2020-02-29 12:00:00", "pinned")]
    assert len(rows["orders"]) == 11
    assert len(rows["line"]) == 20, "lines of the row that it replaces refer to it"
    few, admin = shop.with_name("made.db"), {"customer": [{"id": 1, "country": "CH: admin"}]}
    commands.clone(f"sqlite:///{shop}", f"sqlite:///{few}", config=Config.model_validate({"pins": admin, "reference": "synthesize"}))
    assert rows_of(few, "SELECT country FROM customer WHERE id = 1") == [("CH: admin",)]
    assert rows_of(few, "SELECT count(*) FROM customer") == [(50,)]
    with pytest.raises(ConfigError) as refused:
        subset(shop, "customer(1)", config={"pins": {"orders": [{"id": "x", "stat": 1}], "order": []}})
    assert [path for path, _ in refused.value.problems] == ["pins.orders[0].stat", "pins.orders[0].id", "pins.order"]


def test_sensitive_columns_stop_it_unless_a_reason_is_given(tmp_path):
    source, target = tmp_path / "people.db", tmp_path / "few.db"
    with closing(sqlite3.connect(source)) as db:
        db.execute("CREATE TABLE person (id INTEGER PRIMARY KEY, email TEXT, height INTEGER)")
        db.executemany("INSERT INTO person VALUES (?, ?, 180)", [(i, f"jane.doe{i}@example.org") for i in range(50)])
        db.commit()
    with pytest.raises(Refused) as refused:
        commands.subset(f"sqlite:///{source}", f"sqlite:///{target}", roots=["person: 5 rows"])
    assert "person.email" in str(refused.value)
    assert "--unmasked REASON" in str(refused.value)
    assert "jane" not in str(refused.value)
    assert not target.exists()
    report = commands.subset(f"sqlite:///{source}", f"sqlite:///{target}", roots=["person: 5 rows"], unmasked="bug 4711")
    assert report.facts["unmasked"] == "bug 4711"
    with closing(sqlite3.connect(target)) as db:
        mark = db.execute("SELECT stat FROM sqlite_stat1 WHERE tbl = 'sqlite_mimic'").fetchone()[0]
    assert "bug 4711" in mark


def test_copies_have_values_of_their_own_in_the_form_of_the_originals(tmp_path):
    """Addresses, codes with a CHECK, phone numbers in a narrow column, case folded: drawn, distinct; titles are told apart by a number."""
    source, target = tmp_path / "source.db", tmp_path / "target.db"
    with closing(sqlite3.connect(source)) as db:
        db.executescript("""
            CREATE TABLE member (id INTEGER PRIMARY KEY, email VARCHAR(40), phone VARCHAR(12) UNIQUE, token CHAR(16) UNIQUE,
                card TEXT UNIQUE CHECK (card GLOB 'M[A-Z]-[0-9][0-9][0-9]'), motto TEXT UNIQUE);
            CREATE UNIQUE INDEX one_address ON member (lower(email));""")
        for i in range(1, 41):
            letters = ["jane", "paul", "emma", "luca", "noor", "iris", "hugo", "lena"][i % 8]
            values = (i, f"{letters.title()}.Smith{i}@Example.org", f"+41 44 {6000 + 13 * i}", f"{i * 7919 * 104729 % 16**12:016x}",
                      f"M{chr(65 + i % 26)}-{100 + i}", f"The {letters} number {i}")  # fmt: skip
            db.execute("INSERT INTO member VALUES (?, ?, ?, ?, ?, ?)", values)
        db.commit()
    commands.subset(f"sqlite:///{source}", f"sqlite:///{target}", roots=["member: all"], multiply=4, unmasked="a test")
    rows = rows_of(target, "SELECT * FROM member ORDER BY id")
    assert len(rows) == 160
    for at in range(1, 6):
        assert len({str(row[at]).lower() for row in rows}) == 160
    copies = rows[40:]
    assert all(re.fullmatch(r"[a-z]+(\.[a-z]+)?\.[a-z0-9]+@[a-z]+\.example", row[1]) and len(row[1]) <= 40 for row in copies)
    assert all(re.fullmatch(r"\+41 \d\d \d{4}", row[2]) for row in copies)
    assert all(re.fullmatch(r"[0-9a-z]{16}", row[3]) for row in copies)
    assert all(re.fullmatch(r"[A-Z]{2}-\d{3}", row[4]) for row in copies)
    assert {row[5] for row in copies} == {f"{row[5]}-{copy}" for row in rows[:40] for copy in (1, 2, 3)}
    again = tmp_path / "again.db"
    commands.subset(f"sqlite:///{source}", f"sqlite:///{again}", roots=["member: all"], multiply=4, unmasked="a test")
    assert rows_of(again, "SELECT * FROM member ORDER BY id") == rows, "the same for the same seed"


def test_the_command_line(shop, monkeypatch):
    monkeypatch.chdir(shop.parent)

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(app, arguments)

    few = ("subset", "sqlite:///shop.db", "sqlite:///few.db", "--root", "customer: 5%")
    dry = run(*few, "--dry-run")
    assert dry.exit_code == 0
    assert "children by orders(customer_id) -> customer" in dry.stdout
    assert not (shop.parent / "few.db").exists()
    without = run("subset", "sqlite:///shop.db", "--root", "customer: 5%", "--dry-run")
    assert without.exit_code == 0
    assert without.stdout.replace("the target", "sqlite:///few.db") == dry.stdout, "no target is needed to look"
    done = run(*few, "--unmasked", "a test", "--format", "json")
    told = json.loads(done.stdout)
    assert (done.exit_code, told["command"]) == (0, "subset")
    assert {line["table"]: line["rows"] for line in told["tables"]} == {"customer": 3, "product": 20, "orders": 30, "line": 60, "note": 0}
    assert run(*few, "--unmasked", "a test").exit_code == 3, "the target holds rows"
    assert run(*few, "--unmasked", "a test", "--if-exists", "replace").exit_code == 0
    assert run("subset", "sqlite:///shop.db", "sqlite:///x.db").exit_code == 2, "nothing to start from"
    wrong = run("subset", "sqlite:///shop.db", "sqlite:///x.db", "--root", "custmer: 5%", "--root", "orders: where pg_sleep(1) = 1")
    assert wrong.exit_code == 2
    assert "Did you mean 'customer'" in wrong.stderr
    assert "pg_sleep" in wrong.stderr
    why = run("explain", "sqlite:///shop.db", "--root", "orders(1)", "--row", "customer(1)")
    assert why.stdout.splitlines()[-1].strip() == "customer(1)  parents by orders(customer_id) -> customer"
    table = run("explain", "sqlite:///shop.db", "--root", "orders(1)", "--table", "line")
    assert "line: 2 rows" in table.stdout
