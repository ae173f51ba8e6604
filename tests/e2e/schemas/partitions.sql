-- Partitions of partitions, of every kind, some with gaps, keys over them, a default at the bottom, other columns in other orders.
CREATE TYPE region AS ENUM ('eu', 'us', 'asia', 'none');
CREATE TABLE account (id bigint PRIMARY KEY);
CREATE TABLE event (id bigint NOT NULL, at timestamptz NOT NULL, region region NOT NULL, account_id bigint NOT NULL REFERENCES account, PRIMARY KEY (id, at, region))
    PARTITION BY LIST (region);
CREATE TABLE event_eu PARTITION OF event FOR VALUES IN ('eu') PARTITION BY RANGE (at);
CREATE TABLE event_eu_23 PARTITION OF event_eu FOR VALUES FROM ('2023-01-01 00:00+00') TO ('2024-01-01 00:00+00') PARTITION BY HASH (id);
CREATE TABLE event_eu_23_0 PARTITION OF event_eu_23 FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE event_eu_23_1 PARTITION OF event_eu_23 FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE TABLE event_eu_25 PARTITION OF event_eu FOR VALUES FROM ('2025-01-01 00:00+00') TO ('2025-07-01 00:00+00');
CREATE TABLE event_us PARTITION OF event FOR VALUES IN ('us', 'asia');
CREATE TABLE note (id serial, event_id bigint NOT NULL, event_at timestamptz NOT NULL, event_region region NOT NULL,
    FOREIGN KEY (event_id, event_at, event_region) REFERENCES event);
CREATE TABLE measure (sensor integer NOT NULL, day date NOT NULL, value numeric(8, 3), UNIQUE (sensor, day)) PARTITION BY RANGE (day);
CREATE TABLE measure_a PARTITION OF measure FOR VALUES FROM (MINVALUE) TO ('2020-01-01');
CREATE TABLE measure_b (value numeric(8, 3), day date NOT NULL, sensor integer NOT NULL);
ALTER TABLE measure ATTACH PARTITION measure_b FOR VALUES FROM ('2024-02-28') TO ('2024-03-02');
CREATE TABLE coded (code integer NOT NULL, kind text, PRIMARY KEY (code)) PARTITION BY RANGE (code);
CREATE TABLE coded_1 PARTITION OF coded FOR VALUES FROM (10) TO (20);
CREATE TABLE coded_2 PARTITION OF coded FOR VALUES FROM (90) TO (100);
CREATE TABLE child (id integer PRIMARY KEY, code integer NOT NULL UNIQUE REFERENCES coded);
CREATE TABLE flagged (id integer NOT NULL, on_ boolean, PRIMARY KEY (id)) PARTITION BY HASH (id);
CREATE TABLE flagged_0 PARTITION OF flagged FOR VALUES WITH (MODULUS 3, REMAINDER 0) PARTITION BY RANGE (id);
CREATE TABLE flagged_0_all PARTITION OF flagged_0 DEFAULT;
CREATE TABLE flagged_1 PARTITION OF flagged FOR VALUES WITH (MODULUS 3, REMAINDER 1);
CREATE TABLE flagged_2 PARTITION OF flagged FOR VALUES WITH (MODULUS 3, REMAINDER 2);
CREATE TABLE two_keys (a integer NOT NULL, b integer NOT NULL, v text) PARTITION BY RANGE (a, b);
CREATE TABLE two_keys_1 PARTITION OF two_keys FOR VALUES FROM (0, 0) TO (10, 5);
CREATE TABLE nulls (k text, v integer) PARTITION BY LIST (k);
CREATE TABLE nulls_only PARTITION OF nulls FOR VALUES IN (NULL, 'x');
CREATE TABLE by_expression (id integer NOT NULL, label text NOT NULL) PARTITION BY LIST (lower(label));
CREATE TABLE by_expression_ab PARTITION OF by_expression FOR VALUES IN ('a', 'b');
