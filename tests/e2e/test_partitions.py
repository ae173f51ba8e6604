"""Every row of a partitioned table finds a partition: where none takes a value, the value is not drawn."""

from __future__ import annotations

import mimic

SCHEMA = """
CREATE TABLE visit (id bigint GENERATED ALWAYS AS IDENTITY, seen timestamptz NOT NULL, place text) PARTITION BY RANGE (seen);
CREATE TABLE visit_january PARTITION OF visit FOR VALUES FROM ('2031-01-01 00:00+00') TO ('2031-02-01 00:00+00');
CREATE TABLE visit_march PARTITION OF visit FOR VALUES FROM ('2031-03-01 00:00+00') TO ('2031-04-01 00:00+00');
CREATE TABLE parcel (id int PRIMARY KEY, country text, weight int) ;
CREATE TABLE label (id int, country text NOT NULL, weight int NOT NULL) PARTITION BY LIST (country);
CREATE TABLE label_alps PARTITION OF label FOR VALUES IN ('CH', 'AT') PARTITION BY RANGE (weight);
CREATE TABLE label_alps_light PARTITION OF label_alps FOR VALUES FROM (0) TO (10);
CREATE TABLE label_fr PARTITION OF label FOR VALUES IN ('FR');
CREATE TABLE bucket (id int NOT NULL) PARTITION BY HASH (id);
CREATE TABLE bucket_even PARTITION OF bucket FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE bucket_odd PARTITION OF bucket FOR VALUES WITH (MODULUS 2, REMAINDER 1);
"""


def test_rows_without_any_to_learn_from_fall_into_the_partitions_that_exist(make_database):
    source, target = make_database(), make_database()
    source.psql(SCHEMA)
    mimic.clone(source.url, target.url, rows=200, reference="synthesize")
    for table in ("visit", "label", "bucket"):
        assert target.psql(f"SELECT count(*) FROM {table}").strip() == "200", table
    months = target.psql("SELECT DISTINCT extract(month FROM seen AT TIME ZONE 'UTC')::int FROM visit ORDER BY 1").split()
    assert months == ["1", "3"], "both partitions are used"
    assert target.psql("SELECT count(*) FROM label WHERE country IN ('CH', 'AT') AND weight NOT BETWEEN 0 AND 9").strip() == "0"


def test_learned_rows_stay_within_the_partitions(make_database):
    source, target = make_database(), make_database()
    source.psql(SCHEMA + "INSERT INTO visit (seen) SELECT '2031-01-01 12:00+00'::timestamptz + (i % 30 + i % 2 * 59) * interval '1 day' "
                "FROM generate_series(1, 500) i WHERE i % 30 + i % 2 * 59 < 89")  # fmt: skip
    mimic.clone(source.url, target.url, scale=3, reference="synthesize")
    asked = 3 * int(source.psql("SELECT count(*) FROM visit"))
    assert target.psql("SELECT count(*) FROM visit").strip() == str(asked)


def test_keys_of_texts_that_a_partition_takes(make_database):
    """How texts are ordered only the server knows, and a row that others refer to keeps its key."""
    source, target = make_database(), make_database()
    source.psql("""
        CREATE TABLE named (name text PRIMARY KEY) PARTITION BY RANGE (name);
        CREATE TABLE named_f PARTITION OF named FOR VALUES FROM ('f') TO ('q') PARTITION BY HASH (name);
        CREATE TABLE named_f_all PARTITION OF named_f FOR VALUES WITH (MODULUS 1, REMAINDER 0);
        CREATE TABLE named_tight PARTITION OF named FOR VALUES FROM ('x') TO ('xa');
        CREATE TABLE named_s PARTITION OF named FOR VALUES FROM ('q') TO ('x');
        CREATE TABLE child (id int PRIMARY KEY, name text NOT NULL REFERENCES named);""")
    for rows in (1, 100):
        report = mimic.clone(source.url, target.url, rows=rows, if_exists="replace")
        assert {line.table: line.rows for line in report.tables} == {"named": rows, "child": rows}
    assert int(target.psql("SELECT min(n) FROM (SELECT count(*) AS n FROM named GROUP BY tableoid) AS t")) > 10
    assert target.psql("SELECT count(DISTINCT tableoid) FROM named") == "2"


def test_keys_in_a_circle_hold_what_partitions_take(make_database):
    """Each date of one table is one of the other's: it must be drawn where partitions say which there are."""
    source, target = make_database(), make_database()
    source.psql("""
        CREATE TYPE kind AS ENUM ('only');
        CREATE TABLE account (id int PRIMARY KEY, day date NOT NULL, kind kind, other kind, UNIQUE (kind, day));
        CREATE TABLE booking (kind kind NOT NULL, day date NOT NULL, own kind, parent kind, PRIMARY KEY (kind, day))
            PARTITION BY RANGE (day);
        CREATE TABLE booking_2023 PARTITION OF booking FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
        ALTER TABLE account ADD FOREIGN KEY (other, day) REFERENCES booking (kind, day),
            ADD FOREIGN KEY (kind, day) REFERENCES booking (kind, day);
        ALTER TABLE booking ADD FOREIGN KEY (own, day) REFERENCES booking (kind, day),
            ADD FOREIGN KEY (parent, day) REFERENCES account (kind, day) MATCH FULL;""")
    report = mimic.clone(source.url, target.url, rows=30)
    assert {line.table: line.rows for line in report.tables} == {"account": 30, "booking": 30}


def test_a_date_that_rows_of_its_table_refer_to_follows_none_of_theirs(make_database):
    """`total` would come after `created_at`, which is the `total` of another row."""
    source, target = make_database(), make_database()
    source.psql("""
        CREATE TABLE step (code int, total timestamptz, n int, parent int NOT NULL, created_at timestamptz NOT NULL, value int,
            PRIMARY KEY (code, total, n), FOREIGN KEY (parent, created_at, value) REFERENCES step)
            PARTITION BY RANGE (total, n);
        CREATE TABLE step_all PARTITION OF step FOR VALUES FROM ('2025-06-01 00:00+00', MINVALUE) TO (MAXVALUE, MAXVALUE);""")
    report = mimic.clone(source.url, target.url, rows=7)
    assert [line.rows for line in report.tables] == [7]


def test_keys_keep_short_of_the_end_of_a_partition(make_database):
    """A row at the very end of the range would need another `kind`, and other rows refer to both."""
    source, target = make_database(), make_database()
    source.psql("""
        CREATE TABLE tag (a int, position numeric(12,2), kind int, b int, total numeric(12,2), PRIMARY KEY (a, position, kind),
            FOREIGN KEY (b, total, kind) REFERENCES tag MATCH FULL) PARTITION BY RANGE (position, kind);
        CREATE TABLE tag_all PARTITION OF tag FOR VALUES FROM (0, MINVALUE) TO (9.99, 0);""")
    report = mimic.clone(source.url, target.url, rows=30)
    assert [line.rows for line in report.tables] == [30]
