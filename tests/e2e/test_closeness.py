"""A copy stands no closer to the rows that were learned than to others that nobody learned, and repeats no row that singles somebody out.

Figures go to acceptance-output/main_road.json.
"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.e2e.closeness import HIGH, LEAST_ROWS, LOW, Closeness, both_ways, closeness, copied, part
from tests.e2e.test_main_road import record

# Root entities of real databases: an integer whose parity says in which half a row is.
USERS = {"users": "id", "votes": "id"}
PLAYERS = {'"People"': 'hashtext("playerID")'}
ROOTS = {
    "employees": ({"employee": "emp_no"}, ()),
    "pagila": ({"customer": "customer_id", "payment": "customer_id"}, ()),
    "stackexchange_beer": (USERS, ()),
    "university": ({"student": 'hashtext("ID")'}, ()),
    "lahman": (PLAYERS, ("People", "Teams", "TeamsFranchises", "Batting", "Salaries")),
}


def halves(path: Path, roots: dict[str, str]) -> tuple[str, str]:
    out = []
    for half in (0, 1):
        own = path.with_name(f"half{half}.sqlite")
        shutil.copy(path, own)
        with closing(sqlite3.connect(own)) as db:
            part(f"sqlite:///{own}", roots, half, db.execute)
            db.commit()
        out.append(f"sqlite:///{own}")
    return out[0], out[1]


ROOTS_OF_CHINOOK = {"customer": "customer_id", "album": "album_id"}
HALVED = ("customer", "employee", "invoice", "invoice_line", "artist", "album", "track", "genre", "media_type")


def test_a_copy_is_no_closer_to_what_was_learned(chinook_sqlite: Path, tmp_path: Path) -> None:
    """The music store by its customers and its albums. 4 seconds."""
    learned, other = halves(chinook_sqlite, ROOTS_OF_CHINOOK)
    made = f"sqlite:///{tmp_path}/made.sqlite"
    copied(learned, made, tables=HALVED)
    found = closeness(learned, other, made)
    told = {str(name): counted for name, counted in found.items()}
    assert {"invoice", "invoice_line", "track"} <= set(told)
    assert LOW <= told["track"].share <= HIGH, told["track"].told()
    assert [name for name, counted in told.items() if counted.copies_more] == [], {name: counted.told() for name, counted in told.items()}


def test_a_copy_of_the_rows_themselves_is_found_out(chinook_sqlite: Path) -> None:
    """The measure sees what it is for: the learned half, given as if it had been made, is closer to itself, and repeats its rows."""
    one, other = halves(chinook_sqlite, ROOTS_OF_CHINOOK)
    found = {str(name): counted for name, counted in closeness(one, other, one).items()}
    assert found["track"].share > 0.9
    assert found["track"].copies_more
    assert found["invoice"].copies_more


def check(found: dict[str, Closeness]) -> list[str]:
    """What breaks the promise: of tables of 2,000 rows or more a share outside, of any table copies beyond chance."""
    large = {name: counted for name, counted in found.items() if counted.made >= LEAST_ROWS}
    out = [f"{name}: {counted.told()}" for name, counted in large.items() if not LOW <= counted.share <= HIGH]
    return out + [f"{name} repeats rows: {counted.told()}" for name, counted in found.items() if counted.copies_more]


@pytest.mark.acceptance
@pytest.mark.parametrize("name", ROOTS)
def test_a_copy_of_a_real_database_is_no_closer_to_what_was_learned(load_shared, make_database, name):
    roots, tables = ROOTS[name]
    sources = load_shared(name), load_shared(name)
    for half, source in enumerate(sources):
        part(source.url, roots, half, lambda sql, source=source: source.psql(f"set session_replication_role = replica; {sql}"))
    made = make_database(), make_database()
    found = both_ways((sources[0].url, sources[1].url), (made[0].url, made[1].url), tables)
    told = {str(table): counted for table, counted in found.items()}
    record(f"closeness of {name}", {table: counted.told() for table, counted in told.items()})
    assert any(counted.made >= LEAST_ROWS for counted in told.values())
    assert not check(told)
