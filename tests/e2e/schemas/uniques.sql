-- Whatever may come only once: columns of few values, pairs of them, parts of tables, expressions, NULLs that count as a value.
CREATE TYPE colour AS ENUM ('red', 'green', 'blue');
CREATE TABLE two (id smallint PRIMARY KEY CHECK (id IN (1, 2)));
CREATE TABLE three (c colour PRIMARY KEY);
CREATE TABLE pair (two_id smallint NOT NULL REFERENCES two, c colour NOT NULL REFERENCES three, UNIQUE (two_id, c));
CREATE TABLE all_of (two_id smallint NOT NULL REFERENCES two, c colour NOT NULL, yes boolean NOT NULL, PRIMARY KEY (two_id, c, yes));
CREATE TABLE only_yes (yes boolean NOT NULL UNIQUE);
CREATE TABLE perhaps (yes boolean UNIQUE);
CREATE TABLE one_null (yes boolean UNIQUE NULLS NOT DISTINCT);
CREATE TABLE letter (l "char" NOT NULL UNIQUE, digit numeric(1, 0) UNIQUE, bits bit(3));
CREATE TABLE bits (b bit(3) NOT NULL PRIMARY KEY);
CREATE TABLE mail (id integer PRIMARY KEY, email text NOT NULL, name varchar(20) NOT NULL, active boolean NOT NULL, deleted_at timestamptz);
CREATE UNIQUE INDEX ON mail (lower(email)) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX ON mail (upper(name), active);
CREATE UNIQUE INDEX ON mail (active) WHERE active AND id < 0;
CREATE UNIQUE INDEX ON mail ((id % 1000));
CREATE TABLE chosen (mail_id integer NOT NULL REFERENCES mail, is_default boolean NOT NULL, kind colour NOT NULL, UNIQUE (mail_id, kind, is_default));
CREATE UNIQUE INDEX ON chosen (mail_id) WHERE is_default;
CREATE TABLE singleton (id boolean PRIMARY KEY DEFAULT true CHECK (id), value text);
CREATE TABLE arrays (tags text[] NOT NULL UNIQUE, span int4range NOT NULL UNIQUE, doc jsonb NOT NULL UNIQUE, at interval NOT NULL UNIQUE, net cidr NOT NULL UNIQUE,
    price money NOT NULL UNIQUE, ratio double precision NOT NULL UNIQUE, blob bytea NOT NULL UNIQUE, hour timetz NOT NULL UNIQUE, mac macaddr NOT NULL UNIQUE);
CREATE TABLE wide (a integer, b text, c date, d boolean, e colour, UNIQUE (a, b), UNIQUE (b, c), UNIQUE (c, a), UNIQUE (a, b, c, d, e), UNIQUE NULLS NOT DISTINCT (d, e, c));
CREATE TABLE one_to_one (id integer PRIMARY KEY REFERENCES mail, again integer NOT NULL UNIQUE REFERENCES mail, third integer UNIQUE REFERENCES one_to_one);
CREATE TABLE short_code (code char(2) PRIMARY KEY CHECK (code ~ '^[A-C][0-9]$'), n smallint NOT NULL UNIQUE CHECK (n BETWEEN 1 AND 40));
CREATE TABLE of_code (code char(2) NOT NULL UNIQUE REFERENCES short_code, two_id smallint NOT NULL REFERENCES two, UNIQUE (two_id, code));
CREATE TABLE doubled (n smallint NOT NULL, c colour NOT NULL, twice bigint GENERATED ALWAYS AS (n::bigint * 2) STORED UNIQUE, PRIMARY KEY (n, c));
