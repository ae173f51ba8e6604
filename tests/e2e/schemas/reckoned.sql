-- CHECKs that reckon: parts of dates, orders of rows and of texts, amounts that add up, beginnings and ends of texts, keys of documents; pairs of few numbers.
CREATE TABLE term (year smallint NOT NULL CHECK (year BETWEEN 2015 AND 2027), half char(2) NOT NULL CHECK (half IN ('WS', 'SS')), starts date NOT NULL, ends date NOT NULL,
    PRIMARY KEY (year, half), CHECK (extract(year FROM starts) = year), CHECK (ends > starts + 100 AND ends < starts + 180),
    CHECK (extract(day FROM starts) = 1 AND extract(month FROM starts) = CASE half WHEN 'SS' THEN 4 ELSE 10 END));
CREATE TABLE voucher (no char(13) PRIMARY KEY CHECK (no ~ '^[0-9]{13}$' AND substr(no, 1, 3) IN ('978', '979')), half_year smallint NOT NULL,
    quarter date NOT NULL CHECK (extract(month FROM quarter) IN (1, 4, 7, 10) AND extract(day FROM quarter) = 1),
    net numeric(8, 2) NOT NULL CHECK (net > 0), vat numeric(8, 2) NOT NULL CHECK (vat = round(net * 0.19, 2)), gross numeric(8, 2) NOT NULL CHECK (gross = net + vat),
    CHECK (half_year = CASE WHEN extract(month FROM quarter) < 7 THEN 1 ELSE 2 END));
CREATE TABLE appointment (id uuid PRIMARY KEY, starts timestamp NOT NULL, minutes smallint NOT NULL CHECK (minutes IN (10, 15, 20, 30) AND minutes % 5 = 0), ends timestamp NOT NULL,
    status smallint NOT NULL CHECK (status BETWEEN 0 AND 4), checked_in time, no_show boolean, CHECK (ends = starts + minutes * interval '1 minute'),
    CHECK (extract(dow FROM starts) BETWEEN 1 AND 5), CHECK (starts::time >= '08:00' AND starts::time < '18:00'), CHECK (extract(minute FROM starts) IN (0, 15, 30, 45)),
    CHECK (status <> 3 OR checked_in IS NOT NULL), CHECK (no_show IS NULL OR no_show = (status = 4)));
CREATE TABLE version (major int NOT NULL CHECK (major >= 0), minor int NOT NULL CHECK (minor BETWEEN 0 AND 999), code int GENERATED ALWAYS AS (major * 1000 + minor) STORED PRIMARY KEY,
    least_major int NOT NULL CHECK (least_major >= 0), least_minor int NOT NULL CHECK (least_minor >= 0), CHECK ((least_major, least_minor) <= (major, minor)));
CREATE TABLE period (ledger int NOT NULL, starts date NOT NULL CHECK (date_trunc('month', starts) = starts), ends date NOT NULL, PRIMARY KEY (ledger, starts),
    CHECK (ends > starts), CHECK (ends = (starts + interval '1 month' - interval '1 day')::date));
CREATE TABLE box (id int PRIMARY KEY, w numeric(6, 2) NOT NULL, h numeric(6, 2) NOT NULL, d numeric(6, 2) NOT NULL, volume numeric GENERATED ALWAYS AS (w * h * d) STORED NOT NULL,
    label text GENERATED ALWAYS AS ('B' || lpad(id::text, 6, '0')) STORED UNIQUE, CHECK (w >= h AND h >= d AND d > 0), CHECK (w * h * d <= 500000));
CREATE TABLE shipment (id int PRIMARY KEY, box_label text NOT NULL REFERENCES box (label));
CREATE TABLE snapshot (id int PRIMARY KEY, state jsonb NOT NULL CHECK (state ?& ARRAY['id', 'status']));
CREATE TABLE coded (id int PRIMARY KEY, code text NOT NULL CHECK (left(code, 1) >= 'A' AND right(code, 1) = 'X'), sku text NOT NULL UNIQUE CHECK (left(sku, 3) IN ('ABC', 'DEF')),
    name text CHECK (initcap(name) = name), action text NOT NULL CHECK (split_part(action, '.', 2) <> ''));
CREATE TABLE opening (coded_id int NOT NULL REFERENCES coded, weekday smallint NOT NULL CHECK (weekday BETWEEN 1 AND 7), opens time NOT NULL, closes time NOT NULL CHECK (closes > opens),
    PRIMARY KEY (coded_id, weekday));
CREATE TABLE subscription (name text PRIMARY KEY CHECK (name = lower(name) AND position(' ' in name) = 0));
CREATE TABLE region (code text PRIMARY KEY CHECK (code ~ '^[A-Z]{2}(-[A-Z0-9]{1,3})?$'), above text REFERENCES region, CHECK (above IS NULL OR above < code));
