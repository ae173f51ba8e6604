-- Sequences that several tables use, rules, triggers that compute and triggers that refuse, generated columns, views upon views.
CREATE SEQUENCE shared START 1000 INCREMENT 10;
CREATE SEQUENCE countdown INCREMENT -1 MINVALUE -1000000 MAXVALUE 0 START 0;
CREATE TABLE invoice (id bigint PRIMARY KEY DEFAULT nextval('shared'), no bigint NOT NULL DEFAULT nextval('shared') UNIQUE, total numeric(10, 2) NOT NULL,
    vat numeric(10, 2) GENERATED ALWAYS AS (round(total * 0.19, 2)) STORED, gross numeric(12, 2) NOT NULL, CHECK (gross >= total));
CREATE TABLE receipt (id bigint PRIMARY KEY DEFAULT nextval('shared'), invoice_id bigint NOT NULL REFERENCES invoice (no), left_over integer NOT NULL DEFAULT nextval('countdown'));
CREATE TABLE always (id integer GENERATED ALWAYS AS IDENTITY (START 5 INCREMENT 5) PRIMARY KEY, code text GENERATED ALWAYS AS ('C' || id_text) STORED UNIQUE, id_text text NOT NULL);
CREATE TABLE computed_only (a integer GENERATED ALWAYS AS (42) STORED);
CREATE TABLE audit (id bigserial PRIMARY KEY, what text NOT NULL, at timestamptz NOT NULL DEFAULT clock_timestamp());
CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.what := upper(NEW.what); NEW.at := coalesce(NEW.at, now()); RETURN NEW; END $$;
CREATE TRIGGER stamp BEFORE INSERT OR UPDATE ON audit FOR EACH ROW EXECUTE FUNCTION stamp();
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'closed'; END $$;
CREATE TRIGGER refuse AFTER INSERT ON invoice FOR EACH ROW EXECUTE FUNCTION refuse();
CREATE TRIGGER refuse_all AFTER INSERT ON receipt FOR EACH STATEMENT EXECUTE FUNCTION refuse();
CREATE CONSTRAINT TRIGGER late AFTER INSERT ON always DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse();
ALTER TABLE always DISABLE TRIGGER late;
CREATE RULE keep AS ON DELETE TO audit DO INSTEAD NOTHING;
CREATE RULE copy AS ON INSERT TO receipt DO ALSO INSERT INTO audit (what) VALUES ('receipt');
CREATE RULE never AS ON INSERT TO audit WHERE NEW.what = 'never' DO INSTEAD NOTHING;
CREATE VIEW totals AS SELECT count(*) AS n, sum(total) AS total FROM invoice;
CREATE MATERIALIZED VIEW kept AS SELECT n, total FROM totals;
CREATE UNIQUE INDEX ON kept (n);
CREATE VIEW last WITH (security_barrier) AS SELECT n FROM kept;
CREATE STATISTICS together (dependencies) ON total, gross FROM invoice;
