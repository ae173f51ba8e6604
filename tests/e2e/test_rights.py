"""Roles with few rights: a source that may only be read, tables that may not be, a loader that is no superuser; and more tables than locks.

What is not possible is refused, by name, before anything is read or written.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

MIMIC = str(Path(sys.executable).with_name("mimic"))
SYNTHESIZE = ("--reference", "synthesize")
SOURCE = """
    CREATE TABLE a (id int PRIMARY KEY, v text);
    CREATE TABLE b (id serial PRIMARY KEY, a int REFERENCES a);
    CREATE TABLE secret (id int PRIMARY KEY, v text);
    CREATE SCHEMA hidden; CREATE TABLE hidden.t (id int);
    CREATE TABLE filtered (id int, v text); ALTER TABLE filtered ENABLE ROW LEVEL SECURITY;
    CREATE VIEW w AS SELECT * FROM a; CREATE MATERIALIZED VIEW m AS SELECT * FROM a;
    INSERT INTO a SELECT i, 'x' FROM generate_series(1, 50) i; INSERT INTO b (a) SELECT i FROM generate_series(1, 50) i;
    INSERT INTO secret VALUES (1, 'canary'); INSERT INTO filtered VALUES (1, 'canary');
    GRANT SELECT ON a, b, filtered TO mimic_reader;
"""
CLOSED = ("secret", "hidden.t", "filtered")


def mimic(*arguments: str) -> tuple[int, str]:
    done = subprocess.run([MIMIC, *arguments], capture_output=True, text=True)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def roles(postgres_server: Any) -> Any:
    """A server with a role that reads, one that only owns a target, and one that may make databases too."""
    names = {"mimic_reader": "", "mimic_plain": "", "mimic_maker": "CREATEDB"}
    for name, right in names.items():
        postgres_server.psql("postgres", f"DROP ROLE IF EXISTS {name}; CREATE ROLE {name} LOGIN {right}")
    return postgres_server


def test_tables_that_may_not_be_read_are_named_before_anything_is_done(make_database: Callable[..., Any], roles: Any) -> None:
    source, target = make_database(server=roles), make_database(server=roles)
    source.psql(SOURCE)
    url = roles.url(source.name, user="mimic_reader")
    for command in (("clone", url, target.url, *SYNTHESIZE), ("inspect", url)):
        code, told = mimic(*command)
        assert code == 3
        assert [name for name in ("public.secret", "hidden.t", "public.filtered") if name not in told] == []
        assert "canary" not in told
    assert target.psql("SELECT count(*) FROM pg_class WHERE relname IN ('a', 'b')") == "0"


def test_a_role_that_may_only_select_is_enough_for_a_source(make_database: Callable[..., Any], roles: Any) -> None:
    source, target = make_database(server=roles), make_database(server=roles)
    source.psql(SOURCE)
    without = [word for name in CLOSED for word in ("--exclude-table", name)]
    code, told = mimic("clone", roles.url(source.name, user="mimic_reader"), target.url, *SYNTHESIZE, *without)
    assert code in (0, 4), told
    assert target.psql("SELECT (SELECT count(*) FROM a), (SELECT count(*) FROM b)") == "50|50"


@pytest.mark.parametrize("role", ["mimic_plain", "mimic_maker"])
def test_who_owns_the_target_need_not_be_a_superuser(make_database: Callable[..., Any], roles: Any, role: str) -> None:
    source, target = make_database(server=roles), make_database(server=roles)
    source.psql(SOURCE.replace("ALTER TABLE filtered ENABLE ROW LEVEL SECURITY;", "") + "GRANT USAGE ON SCHEMA hidden TO mimic_reader;"
                "GRANT SELECT ON ALL TABLES IN SCHEMA public, hidden TO mimic_reader;")  # fmt: skip
    target.psql(f'ALTER DATABASE "{target.name}" OWNER TO {role}')
    for more in ((), ("--if-exists", "replace")):
        roads = (roles.url(source.name, user="mimic_reader"), roles.url(target.name, user=role))
        code, told = mimic("clone", *roads, *SYNTHESIZE, "--jobs", "2", *more)
        assert code in (0, 4), told
        assert ("N303" in told) is (role == "mimic_plain"), told
    assert (
        target.psql("SELECT (SELECT count(*) FROM a), (SELECT count(*) FROM b), (SELECT tableowner FROM pg_tables WHERE tablename = 'a')")
        == f"50|50|{role}"
    )
    assert not [name for name in roles.databases() if "__mimic_" in name]


@pytest.mark.acceptance
def test_five_thousand_tables_go_through_a_staging_database_or_are_refused(make_database: Callable[..., Any], roles: Any) -> None:
    source, refused, target = (make_database(server=roles) for _ in range(3))
    rows = "INSERT INTO t{0} SELECT g, 'x' || g FROM generate_series(1, 12) g;"
    making = [
        "CREATE TABLE t{0} (id int PRIMARY KEY, v text, up int" + " REFERENCES t{1}" * (i % 10 > 0) + ");" + rows for i in range(5000)
    ]
    for first in range(0, 5000, 500):  # one transaction has no room for more here either
        source.psql("BEGIN;" + "".join(making[i].format(i, i - 1) for i in range(first, first + 500)) + "COMMIT;")
    for database, role in ((refused, "mimic_plain"), (target, "mimic_maker")):
        roles.psql("postgres", f'ALTER DATABASE "{database.name}" OWNER TO {role}')
    code, told = mimic("clone", source.url, roles.url(refused.name, user="mimic_plain"), *SYNTHESIZE)
    assert code == 3
    assert "max_locks_per_transaction" in told
    assert refused.psql("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == "0"
    code, told = mimic("clone", source.url, roles.url(target.name, user="mimic_maker"), *SYNTHESIZE)
    assert code in (0, 4), told
    assert "N301" in told
    assert target.psql("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == "5000"
    assert target.psql("SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND convalidated") == "4500"
    assert not [name for name in roles.databases() if "__mimic_" in name]
