-- Names that nobody should give: quotes, blanks, %, :, ;--, emoji, reserved words, twins in case and up to the last of 63 bytes.
CREATE SCHEMA "select * from ""users""; --"; CREATE SCHEMA "Public"; CREATE SCHEMA "100%";
CREATE TYPE "100%"."kind of 'it'" AS ENUM ('it''s', '100%', ':x', '', 'ok; --', '🎉', 'NULL', '{a,b}');
CREATE DOMAIN "Public"."a b" AS text CHECK (VALUE <> '' AND length(VALUE) < 30);
CREATE TABLE "table" ("table" integer PRIMARY KEY, "select" text NOT NULL, "from" integer, "mimic" boolean NOT NULL, "order" integer UNIQUE, "user" text, "oid" integer);
CREATE TABLE "Table" ("id" integer PRIMARY KEY, "ID" integer NOT NULL REFERENCES "table", "Id" integer NOT NULL UNIQUE, "iD" "Public"."a b" NOT NULL);
CREATE TABLE "Public"."table" ("table" integer PRIMARY KEY REFERENCES "Table" ("Id"), "#" integer NOT NULL, "@" integer, "#.#" text, "@table" text, "?" integer);
CREATE TABLE "100%".":name" (":name" integer PRIMARY KEY, "%s" text NOT NULL, "%(x)s" "100%"."kind of 'it'" NOT NULL, "$1" integer REFERENCES "Public"."table", "{brace}" text, "%%" integer,
    UNIQUE ("%(x)s", "$1"), CHECK ("%s" <> '%s'), CHECK ("{brace}" IS NULL OR length("{brace}") > 1));
CREATE TABLE "select * from ""users""; --"."say ""hi""" ("it's" integer, "say ""hi""" text NOT NULL, "new
line" integer NOT NULL, "tab	in" text, "back\slash" text, "a.b" integer NOT NULL, "a" integer NOT NULL, "b" integer, "." text DEFAULT 'x.y', PRIMARY KEY ("it's", "new
line"));
ALTER TABLE "select * from ""users""; --"."say ""hi""" ADD CONSTRAINT "drop; --" FOREIGN KEY ("a.b") REFERENCES "100%".":name", ADD CONSTRAINT "100%'" FOREIGN KEY ("a", "b")
    REFERENCES "select * from ""users""; --"."say ""hi""" DEFERRABLE;
CREATE UNIQUE INDEX "it's; ""unique""" ON "select * from ""users""; --"."say ""hi""" (lower("say ""hi"""), "a.b") WHERE "tab	in" IS NULL;
CREATE TABLE "🦊" ("🦊" integer PRIMARY KEY, "ß" text, "ẞ" text, "İ" text, "i" text, "ﬁ" text, "fi" text, "é" integer NOT NULL, "é" integer NOT NULL, UNIQUE ("é"), UNIQUE ("é"));
CREATE TABLE aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa1 (bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb1 integer PRIMARY KEY,
    bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb2 text NOT NULL UNIQUE);
CREATE TABLE aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa2 (bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb1 integer NOT NULL
    REFERENCES aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa1, bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb2 serial PRIMARY KEY);
CREATE TABLE ctid (id serial PRIMARY KEY, value text, old integer, new integer, "NEW" integer, row0 integer, at0 integer);
CREATE TABLE mimic (mimic integer PRIMARY KEY, mimic_asked text NOT NULL, pg_temp integer NOT NULL);
CREATE VIEW "view ""of"" %" AS SELECT t."select", n."%s" FROM "table" t, "100%".":name" n;
CREATE FUNCTION "public"."do; it"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW."user" := 'made by ' || TG_NAME; RETURN NEW; END $$;
CREATE TRIGGER "a; trigger" BEFORE INSERT ON "table" FOR EACH ROW EXECUTE FUNCTION "do; it"();
COMMENT ON TABLE "🦊" IS 'it''s "100%" :name $1 \ ;--';
