"""A subset is read from a hot standby, by a role that may do nothing but SELECT: no temporary table, no right to write anything."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from mimic import commands
from tests.servers import PostgresServer

SHORT = "/tmp" if Path("/tmp").is_dir() else None  # the path of a socket may have 107 bytes
SOURCE = """
    CREATE TABLE region (code varchar(8) PRIMARY KEY);
    CREATE TABLE customer (id int PRIMARY KEY, region varchar(8) REFERENCES region, boss int REFERENCES customer);
    CREATE TABLE sale (day date, id bigint, customer_id int REFERENCES customer, PRIMARY KEY (day, id)) PARTITION BY RANGE (day);
    CREATE TABLE sale_1 PARTITION OF sale FOR VALUES FROM ('2024-01-01') TO ('2024-07-01');
    CREATE TABLE sale_2 PARTITION OF sale FOR VALUES FROM ('2024-07-01') TO ('2025-01-01') PARTITION BY HASH (id);
    CREATE TABLE sale_2a PARTITION OF sale_2 FOR VALUES WITH (MODULUS 2, REMAINDER 0);
    CREATE TABLE sale_2b PARTITION OF sale_2 FOR VALUES WITH (MODULUS 2, REMAINDER 1);
    CREATE TABLE line (day date, sale bigint, n smallint, token uuid DEFAULT gen_random_uuid(), FOREIGN KEY (day, sale) REFERENCES sale);
    INSERT INTO region SELECT 'R' || i FROM generate_series(0, 9) i;
    INSERT INTO customer SELECT i, 'R' || i % 10, nullif(i / 10, 0) FROM generate_series(1, 200) i;
    INSERT INTO sale SELECT date '2024-01-01' + i % 360, i, 1 + i % 200 FROM generate_series(1, 2000) i;
    INSERT INTO line SELECT day, id, n FROM sale, generate_series(1, 2) n;
    CREATE ROLE mimic_only_reads LOGIN; REVOKE TEMP ON DATABASE shop FROM PUBLIC;
    GRANT SELECT ON region, customer, sale, line TO mimic_only_reads;
"""


@pytest.fixture(scope="module")
def standby() -> Iterator[PostgresServer]:
    primary, copy = PostgresServer.temporary(16), PostgresServer(Path(tempfile.mkdtemp(prefix="mimic-", dir=SHORT)), 16)
    try:
        primary.create_database("shop")
        primary.psql("shop", SOURCE)
        copy._give_away(copy.folder, 0o755)
        place = f"host={primary.folder} port={primary.port} user=postgres"
        copy._run("pg_basebackup", "-D", copy.data, "-R", "-X", "stream", "-c", "fast", "-d", place)
        yield copy.start()
    finally:
        copy.remove()
        primary.remove()


def test_a_subset_of_a_standby(standby: PostgresServer, tmp_path: Path) -> None:
    assert standby.psql("shop", "select pg_is_in_recovery()") == "t"
    target = tmp_path / "few.db"
    url = standby.url("shop", user="mimic_only_reads")
    roots = ["customer(7, 42)", "sale('2024-08-01', 213)"]
    report = commands.subset(url, f"sqlite:///{target}", roots=roots, unmasked="a test")
    below = (7, 42, *range(70, 80))  # of which 7 is the boss
    wanted = {
        "customer": f"select count(*) from customer where id in {below} or id in (4, 14, 1)",
        "sale": f"select count(*) from sale where customer_id in {below} or id = 213",
        "line": f"select count(*) from line join sale s on s.id = sale where customer_id in {below} or s.id = 213",
        "region": "select count(*) from region",
    }
    with closing(sqlite3.connect(target)) as db:
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
        kept = {name: db.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in wanted}
    assert kept == {name: int(standby.psql("shop", query)) for name, query in wanted.items()}
    assert sum(line.rows for line in report.tables) == sum(kept.values())
