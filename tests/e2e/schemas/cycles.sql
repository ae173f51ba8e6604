-- Cycles of NOT NULL keys over several schemas, deferrable or not, of two, three and four tables, by unique keys and by composite ones.
CREATE SCHEMA north; CREATE SCHEMA south; CREATE SCHEMA east;
CREATE TABLE north.hen (id serial PRIMARY KEY, egg_id integer NOT NULL);
CREATE TABLE south.egg (id serial PRIMARY KEY, hen_id integer NOT NULL REFERENCES north.hen);
ALTER TABLE north.hen ADD FOREIGN KEY (egg_id) REFERENCES south.egg;
CREATE TABLE north.a (id uuid PRIMARY KEY, b_id uuid NOT NULL UNIQUE);
CREATE TABLE south.b (id uuid PRIMARY KEY, c_id uuid NOT NULL UNIQUE);
CREATE TABLE east.c (id uuid PRIMARY KEY, d_id uuid NOT NULL UNIQUE);
CREATE TABLE public.d (id uuid PRIMARY KEY, a_id uuid NOT NULL UNIQUE REFERENCES north.a DEFERRABLE INITIALLY DEFERRED);
ALTER TABLE north.a ADD FOREIGN KEY (b_id) REFERENCES south.b;
ALTER TABLE south.b ADD FOREIGN KEY (c_id) REFERENCES east.c DEFERRABLE;
ALTER TABLE east.c ADD FOREIGN KEY (d_id) REFERENCES public.d ON DELETE CASCADE;
-- Two keys that are each other's values: both tables have the same rows.
CREATE TABLE north.twin (id integer PRIMARY KEY);
CREATE TABLE south.twin (id integer PRIMARY KEY REFERENCES north.twin);
ALTER TABLE north.twin ADD FOREIGN KEY (id) REFERENCES south.twin;
-- A column that refers to its own table by a column that refers to another one, which refers back.
CREATE TABLE east.y (code integer PRIMARY KEY, x_id integer NOT NULL);
CREATE TABLE east.x (id integer PRIMARY KEY, y_code integer NOT NULL UNIQUE REFERENCES east.y, best integer NOT NULL);
ALTER TABLE east.x ADD FOREIGN KEY (best) REFERENCES east.x (y_code) DEFERRABLE;
ALTER TABLE east.y ADD FOREIGN KEY (x_id) REFERENCES east.x;

-- A column of a key within the table is shared with one that may be NULL, and what it leaves comes round by a third one.
CREATE TABLE berth (
    id integer PRIMARY KEY, ship bit(24), place bit(24) NOT NULL UNIQUE, UNIQUE (ship, place)
);
CREATE TABLE mooring (
    ship bit(24) NOT NULL, place bit(24) NOT NULL, beside bit(24) NOT NULL UNIQUE DEFERRABLE, tug bit(24),
    PRIMARY KEY (ship, place),
    UNIQUE (tug, beside),
    FOREIGN KEY (ship, beside) REFERENCES mooring (ship, place),
    FOREIGN KEY (ship, place) REFERENCES berth (ship, place) MATCH FULL DEFERRABLE,
    FOREIGN KEY (tug, beside) REFERENCES berth (ship, place) DEFERRABLE
);
ALTER TABLE berth ADD FOREIGN KEY (ship, place) REFERENCES mooring (ship, place);
