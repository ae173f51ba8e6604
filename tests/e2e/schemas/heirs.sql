-- Inheritance over three floors, unlogged tables, foreign tables that are left alone.
CREATE TABLE thing (id serial PRIMARY KEY, name text NOT NULL CHECK (length(name) > 2), made timestamptz DEFAULT now());
CREATE TABLE vehicle (wheels smallint NOT NULL CHECK (wheels BETWEEN 0 AND 18)) INHERITS (thing);
CREATE TABLE car (seats smallint NOT NULL, plate text NOT NULL UNIQUE, PRIMARY KEY (id)) INHERITS (vehicle);
CREATE TABLE priced (price numeric(10, 2) NOT NULL CHECK (price >= 0) NO INHERIT);
CREATE TABLE sold_car (buyer text NOT NULL) INHERITS (car, priced);
CREATE TABLE trip (id integer PRIMARY KEY, car_id integer NOT NULL REFERENCES car, thing_id integer REFERENCES thing);
CREATE UNLOGGED TABLE cache (key text PRIMARY KEY, value jsonb NOT NULL);
CREATE UNLOGGED TABLE session (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), cache_key text NOT NULL REFERENCES cache, expires timestamptz NOT NULL);
CREATE FOREIGN DATA WRAPPER nothing;
CREATE SERVER elsewhere FOREIGN DATA WRAPPER nothing OPTIONS (host 'db.example.org', password 'never to be carried');
CREATE FOREIGN TABLE far_away (id integer, secret text) SERVER elsewhere;
CREATE VIEW everything AS SELECT id, name FROM thing;
