-- A schema that no one would make, with everything that reading must understand. No extension is needed.
CREATE SCHEMA "Sales %s:x;--";
CREATE SCHEMA closed;
COMMENT ON SCHEMA closed IS 'nothing to see';

CREATE TYPE public.mood AS ENUM ('so-so', 'sad', 'it''s "fine"', 'Ünïcode 🙂');
ALTER TYPE public.mood ADD VALUE 'first' BEFORE 'so-so';
CREATE TYPE "Sales %s:x;--"."Pair" AS (low integer, "High" numeric(5,2)[]);
CREATE DOMAIN public.positive AS integer CHECK (VALUE > 0);
CREATE DOMAIN public.small_positive AS public.positive NOT NULL CONSTRAINT below_ten CHECK (VALUE < 10);
CREATE DOMAIN public.price AS numeric(10,2) DEFAULT 1.50;
CREATE TYPE public.float_range AS RANGE (subtype = double precision);

CREATE TABLE public.every_type (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    a_bool boolean, a_int2 smallint, a_int4 integer, a_int8 bigint,
    a_float4 real, a_float8 double precision,
    a_numeric numeric, a_decimal numeric(10,2), a_wide numeric(38,10), a_wider numeric(1000,3), a_negative numeric(4,-2),
    a_money money,
    a_text text, a_varchar varchar(7), a_unbounded varchar, a_char char(5), a_one "char", a_name name,
    a_bytea bytea,
    a_date date, a_time time(3), a_timetz timetz, a_timestamp timestamp, a_timestamptz timestamptz(0), a_interval interval,
    a_uuid uuid, a_json json, a_jsonb jsonb,
    a_inet inet, a_cidr cidr, a_macaddr macaddr, a_macaddr8 macaddr8,
    a_bit bit(3), a_varbit bit varying(9),
    a_tsvector tsvector,
    a_mood public.mood, a_pair "Sales %s:x;--"."Pair", a_price public.price, a_small public.small_positive DEFAULT 1,
    ints integer[], grid integer[][], texts text[], prices numeric(10,2)[], moods public.mood[], smalls public.positive[],
    a_range int4range, a_span tstzrange, a_frange public.float_range, a_multi int4multirange,
    a_point point, a_oid oid, a_regclass regclass
);
COMMENT ON TABLE public.every_type IS 'one of each; 100 % "hostile"';
COMMENT ON COLUMN public.every_type.a_bool IS 'yes/no';

INSERT INTO public.every_type (a_bool, a_int2, a_int4, a_int8, a_float4, a_float8, a_numeric, a_decimal, a_wide, a_wider, a_negative, a_money,
    a_text, a_varchar, a_unbounded, a_char, a_one, a_name, a_bytea, a_date, a_time, a_timetz, a_timestamp, a_timestamptz, a_interval,
    a_uuid, a_json, a_jsonb, a_inet, a_cidr, a_macaddr, a_macaddr8, a_bit, a_varbit, a_tsvector, a_mood, a_pair, a_price,
    ints, grid, texts, prices, moods, smalls, a_range, a_span, a_frange, a_multi, a_point, a_oid, a_regclass)
VALUES
(true, -32768, -2147483648, -9223372036854775808, '-0', '-Infinity', 'NaN', -99999999.99, -9999999999999999999999999999.9999999999,
    ('1' || repeat('0', 996))::numeric, 9900, '-1.50',
    '', 'ab ''"\', 'x', 'ab', 'c', 'n', '\x00ff5c27', '-infinity', '00:00:00', '23:59:59.999999+15:59', '-infinity', 'infinity',
    '-1 year 2 mons -3 days 04:05:06.000007',
    '00000000-0000-0000-0000-000000000000', '{"a" : 1,  "a": [null, "é\u00e9"]}', '{"b": 1e3, "a": "🙂"}', '::1/64', '10.0.0.0/8', '08:00:2b:01:02:03',
    '08:00:2b:01:02:03:04:05', '101', '', 'a:1 b:2,3A', 'it''s "fine"', '(1,"{1.50,NULL}")', 99999999.99,
    '[2:3]={1,2}', '{{1,2},{3,NULL}}', '{"",NULL,"NULL","a,b","q\"\\"}', '{NaN,1.50}', '{first,"it''s \"fine\""}', '{1,2}',
    'empty', '[2020-01-01 00:00+00,)', '(-1.5,NaN]', '{[1,3),[5,6)}', '(1.5,-2)', 4294967295, 'pg_catalog.pg_class'),
(false, 32767, 2147483647, 9223372036854775807, 'NaN', '5e-324', '-Infinity', 0, 9999999999999999999999999999.9999999999,
    -0.001, -9900, '92233720368547758.07',
    repeat('é%s:', 250000), '', '', '', '', '', '', 'infinity', '24:00:00', '00:00:00-15:59', 'infinity', '-infinity', '178000000 years',
    'ffffffff-ffff-ffff-ffff-ffffffffffff', 'null', 'null', '255.255.255.255', '::/0', 'ff:ff:ff:ff:ff:ff', 'ff:ff:ff:ff:ff:ff:ff:ff', '000',
    '101010101', '', 'first', '(,)', 0,
    '{}', '{}', '{}', '{}', '{}', '{}', '(,)', 'empty', '(,)', '{}', '(0,0)', 0, 'pg_catalog.pg_type'),
(NULL, 0, 0, 0, 3.4e38, 1.7976931348623157e308, 1e-200, 1.10, 0.0000000001, 1.5, 100, '0', E'\t\n\r\x01', 'ééééééé', '€', '  a  ', 'z', 'z', '\x',
    '4713-01-01 BC', '12:34:56.789', '12:00:00+00', '4713-01-01 00:00:00 BC', '0001-12-31 23:59:59 BC', '0',
    NULL, '[]', '[]', '1.2.3.4/0', '1.2.3.4/32', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
    '{NULL}', '{{{1}}}', '{""}', '{-0.01}', '{}', NULL, '[1,2]', '(,infinity)', '[0,0]', '{(,)}', NULL, NULL, NULL),
(NULL, NULL, NULL, NULL, NULL, NULL, 'Infinity', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
    '5874897-12-31', NULL, NULL, '294246-12-31 23:59:59.999999', '294246-12-31 23:59:59+00', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
    NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);

-- hostile names, twins, reserved words, 63 bytes that differ at the end
CREATE TABLE "Sales %s:x;--"."Select ""the"" %(x)s 🙂" (
    "select" integer PRIMARY KEY,
    "Select" integer UNIQUE,
    "mimic" text,
    "a%b" text,
    "c:d" text,
    "e""f" text,
    "$1" text,
    aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa1 integer,
    aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa2 integer,
    "t" integer,
    "🙂" integer GENERATED ALWAYS AS ("select" + 1) STORED,
    CHECK ("a%b" <> 'it''s %'),
    CHECK ("select" < "Select" OR "c:d" IS NULL)
);
INSERT INTO "Sales %s:x;--"."Select ""the"" %(x)s 🙂" VALUES (1, 2, 'm', 'a', NULL, 'e', '1', 1, 2, 3), (2, 3, 'm', 'a', NULL, 'e', '1', 1, 2, 3);
CREATE TABLE public.twin (id integer PRIMARY KEY);
CREATE TABLE public."Twin" (id integer PRIMARY KEY, "twin" integer REFERENCES public.twin);
CREATE TABLE public.no_columns ();
INSERT INTO public.no_columns DEFAULT VALUES;
INSERT INTO public.no_columns DEFAULT VALUES;

-- keys
CREATE TABLE public.parent (a integer, b text COLLATE "C", code text UNIQUE, PRIMARY KEY (a, b));
CREATE TABLE closed.child (
    id serial PRIMARY KEY,
    a integer,
    b text,
    code text REFERENCES public.parent (code) ON UPDATE CASCADE ON DELETE SET NULL,
    boss integer REFERENCES closed.child DEFERRABLE INITIALLY DEFERRED,
    hostile integer REFERENCES "Sales %s:x;--"."Select ""the"" %(x)s 🙂" ("Select"),
    FOREIGN KEY (a, b) REFERENCES public.parent MATCH FULL ON DELETE RESTRICT
);
INSERT INTO public.parent VALUES (1, 'x', 'one'), (1, 'y', 'two'), (2, 'x', NULL);
INSERT INTO closed.child (a, b, code, boss) VALUES (1, 'x', 'one', 1), (1, 'x', 'one', 1), (1, 'y', NULL, 2), (NULL, NULL, 'two', NULL);

CREATE TABLE public.uniques (
    email text, kind integer NOT NULL, since date, gone date, room integer, during int4range,
    CONSTRAINT late UNIQUE (kind, since) DEFERRABLE,
    CONSTRAINT no_overlap EXCLUDE USING gist (during WITH &&) WHERE (kind > 1)
);
CREATE UNIQUE INDEX one_open ON public.uniques (kind) WHERE gone IS NULL;
CREATE UNIQUE INDEX lowered ON public.uniques (lower(email), room);
CREATE UNIQUE INDEX nulls_are_equal ON public.uniques (room, email) NULLS NOT DISTINCT;
CREATE INDEX plain_one ON public.uniques (since DESC) INCLUDE (gone);

-- partitions of two levels; a foreign key that only a partition has; a check that only one has
CREATE TABLE public.events (id integer NOT NULL, at date NOT NULL, region text, kind integer, CHECK (kind > 0)) PARTITION BY RANGE (at);
CREATE TABLE public.events_2020 PARTITION OF public.events FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE public.events_2021 PARTITION OF public.events FOR VALUES FROM ('2021-01-01') TO ('2022-01-01') PARTITION BY LIST (region);
CREATE TABLE public.events_2021_eu PARTITION OF public.events_2021 FOR VALUES IN ('eu', NULL);
CREATE TABLE public.events_2021_rest PARTITION OF public.events_2021 DEFAULT;
ALTER TABLE public.events_2020 ADD CONSTRAINT only_here CHECK (at <> '2020-02-29');
ALTER TABLE public.events_2020 ADD CONSTRAINT twin_2020 FOREIGN KEY (kind) REFERENCES public.twin;
ALTER TABLE public.events_2021_eu ADD CONSTRAINT twin_2021 FOREIGN KEY (kind) REFERENCES public.twin;
CREATE UNIQUE INDEX ON public.events_2020 (id);
CREATE UNIQUE INDEX ON public.events_2021_eu (id);
CREATE INDEX ON public.events (region);
INSERT INTO public.twin VALUES (1), (2);
INSERT INTO public.events VALUES (1, '2020-05-05', 'eu', 1), (2, '2021-05-05', 'eu', 2), (3, '2021-05-05', 'us', 7);

-- inheritance: each row once
CREATE TABLE public.animal (name text NOT NULL CHECK (name <> ''));
CREATE TABLE public.dog (bark text) INHERITS (public.animal);
INSERT INTO public.animal VALUES ('generic');
INSERT INTO public.dog VALUES ('rex', 'wuff'), ('bello', 'wau');

-- triggers
CREATE TABLE public.documents (id serial PRIMARY KEY, title text, body text, words tsvector, slug text, "Upper" text, seen timestamptz, n int);
CREATE FUNCTION public.fill() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE x int;
BEGIN
    -- NEW.body := 'not code'
    IF NEW.title = 'NEW.body := 1' THEN RETURN NEW; END IF;
    NEW.slug := lower(NEW.title);
    NEW."Upper" = upper(NEW.title);
    SELECT now(), 1 INTO NEW.seen, x;
    RETURN NEW;
END $$;
CREATE FUNCTION public.tell_world() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM dblink_exec('dbname=other', 'DELETE FROM t');
    RETURN NULL;
END $$;
CREATE FUNCTION public.tell_indirectly() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM public.tell_world(); RETURN NULL; END $$;
CREATE TRIGGER documents_fill BEFORE INSERT OR UPDATE ON public.documents FOR EACH ROW EXECUTE FUNCTION public.fill();
CREATE TRIGGER documents_words BEFORE INSERT ON public.documents FOR EACH ROW
    EXECUTE FUNCTION tsvector_update_trigger(words, 'pg_catalog.english', title, body);
CREATE TRIGGER documents_late BEFORE UPDATE ON public.documents FOR EACH ROW EXECUTE FUNCTION public.fill();
CREATE TRIGGER documents_out AFTER INSERT ON public.documents FOR EACH ROW EXECUTE FUNCTION public.tell_world();
CREATE TRIGGER documents_out_too AFTER DELETE ON public.documents FOR EACH STATEMENT EXECUTE FUNCTION public.tell_indirectly();

CREATE SEQUENCE public.free START 100 INCREMENT -5 MINVALUE -1000 MAXVALUE 100;
CREATE UNLOGGED TABLE public.fleeting (id integer DEFAULT nextval('public.free'));
CREATE VIEW public.titles AS SELECT title FROM public.documents;
CREATE MATERIALIZED VIEW public.title_count AS SELECT count(*) FROM public.titles;

-- what must never reach a copy
CREATE FOREIGN DATA WRAPPER elsewhere;
CREATE SERVER far FOREIGN DATA WRAPPER elsewhere OPTIONS (host 'far.invalid');
CREATE USER MAPPING FOR CURRENT_USER SERVER far OPTIONS (user 'me', password 'canary-mapping');
CREATE FOREIGN TABLE public.far_rows (id integer, note text) SERVER far;
CREATE VIEW public.far_view AS SELECT note FROM public.far_rows;
CREATE VIEW public.far_view_of_view AS SELECT * FROM public.far_view;
COMMENT ON FOREIGN TABLE public.far_rows IS 'far away';
CREATE PUBLICATION news FOR ALL TABLES;
CREATE FUNCTION public.on_ddl() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;
CREATE EVENT TRIGGER watch ON ddl_command_end EXECUTE FUNCTION public.on_ddl();
ALTER EVENT TRIGGER watch DISABLE;
