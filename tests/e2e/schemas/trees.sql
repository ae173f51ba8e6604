-- Tables that refer to themselves: trees, forests, rings, trees inside a tenant, trees ordered inside their parent, closures.
CREATE TABLE plain (id serial PRIMARY KEY, parent_id integer REFERENCES plain, name text NOT NULL);
CREATE TABLE rooted (id bigint PRIMARY KEY, parent_id bigint NOT NULL REFERENCES rooted);
CREATE TABLE ordered (id integer PRIMARY KEY, parent_id integer REFERENCES ordered, position integer NOT NULL, UNIQUE (parent_id, position));
CREATE TABLE named (parent_id integer REFERENCES named, id integer PRIMARY KEY, slug text NOT NULL, UNIQUE NULLS NOT DISTINCT (parent_id, slug));
CREATE TABLE ring (id integer PRIMARY KEY, next_id integer NOT NULL UNIQUE REFERENCES ring);
CREATE TABLE chain (id integer PRIMARY KEY, previous_id integer UNIQUE REFERENCES chain);
CREATE TABLE tenant (id integer PRIMARY KEY, name text NOT NULL);
CREATE TABLE folder (tenant_id integer NOT NULL REFERENCES tenant, id integer NOT NULL, parent_id integer, PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, parent_id) REFERENCES folder);
CREATE TABLE lonely (site integer NOT NULL, id integer NOT NULL, parent_id integer NOT NULL, PRIMARY KEY (site, id),
    FOREIGN KEY (site, parent_id) REFERENCES lonely);
CREATE TABLE family (id integer PRIMARY KEY, mother_id integer REFERENCES family, father_id integer REFERENCES family, spouse_id integer UNIQUE REFERENCES family);
CREATE TABLE closure (above integer NOT NULL REFERENCES plain, below integer NOT NULL REFERENCES plain, depth integer NOT NULL CHECK (depth >= 0),
    PRIMARY KEY (above, below));
CREATE TABLE deep_1 (id integer PRIMARY KEY);
CREATE TABLE deep_2 (id integer PRIMARY KEY, up integer NOT NULL REFERENCES deep_1);
CREATE TABLE deep_3 (id integer PRIMARY KEY REFERENCES deep_2, up integer NOT NULL REFERENCES deep_1);
CREATE TABLE deep_4 (id integer PRIMARY KEY REFERENCES deep_3, up integer NOT NULL UNIQUE REFERENCES deep_3);
CREATE TABLE deep_5 (id integer PRIMARY KEY REFERENCES deep_4, up integer NOT NULL REFERENCES deep_4 (up));
CREATE TABLE deep_6 (a integer NOT NULL REFERENCES deep_5, b integer NOT NULL REFERENCES deep_5, PRIMARY KEY (a, b), CHECK (a IS NOT NULL));
