"""What stands in a database beside its tables: types, sequences, views, triggers, rules, comments."""

from __future__ import annotations

from collections.abc import Sequence

from mimic.testing.wild.dice import HOSTILE, literal, quoted
from mimic.testing.wild.kinds import Kind, domain, enumeration
from mimic.testing.wild.parts import Body
from mimic.testing.wild.tables import Ground

_LABELS = ("sad", "ok", "it's", "100%", "Sad", " ", "a,b", "{x}", 'say "hi"', "NULL", "\\", "🦊", "")
_DOMAINS: tuple[tuple[Kind, str], ...] = (
    (Kind("integer"), "CHECK (VALUE > 0)"), (Kind("text"), "CHECK (VALUE ~ '^[^@]+@[^@]+$')"),
    (Kind("text"), "CHECK (length(VALUE) <= 12)"),
    (Kind("numeric(5,2)"), "CHECK (VALUE BETWEEN 0 AND 100) CHECK (VALUE <> 50)"),
    (Kind("integer", "few"), "CHECK (VALUE IN (1, 2, 3))"),
    (Kind("text"), ""), (Kind("uuid"), ""), (Kind("text[]"), "CHECK (cardinality(VALUE) < 4)"),
    (Kind("timestamp with time zone"), "DEFAULT now()"), (Kind("date"), "NOT NULL"), (Kind("integer"), "CHECK ((VALUE & 1) = 0)"),
    (Kind("character varying(30)"), "DEFAULT 'x' NOT NULL CHECK (VALUE <> '')"),
)  # fmt: skip
_JUDGES = {  # what only the server can tell
    "integer": "LANGUAGE sql IMMUTABLE AS 'SELECT $1 % 3 <> 0'",
    "text": "LANGUAGE plpgsql IMMUTABLE AS 'BEGIN IF length($1) % 4 = 3 THEN RAISE EXCEPTION ''no''; END IF; RETURN $1 <> ''x''; END'",
    "date": "LANGUAGE sql IMMUTABLE AS 'SELECT EXTRACT(isodow FROM $1) < 6'",
}


def prepare(ground: Ground) -> list[str]:
    """Schemas, enums, domains and shared sequences; the types are ready for columns then."""
    dice, made = ground.dice, list[str]()
    if ground.grouping:
        made.append("CREATE EXTENSION btree_gist")
    for schema in ground.schemas:
        if schema != "public":
            made.append(f"CREATE SCHEMA {quoted(schema)}")
    for _ in range(dice.upto(2)):
        name, where = _typed(ground)
        labels = tuple(literal(label) for label in dice.some(_LABELS, 1, 5))
        made.append(f"CREATE TYPE {where} AS ENUM ({', '.join(labels)})")
        kind = enumeration(where, labels)
        ground.types += [kind, kind.array()] if dice.chance(30) else [kind]
    for _ in range(dice.upto(2)):
        name, where = _typed(ground)
        of, said = dice.pick(_DOMAINS)
        made.append(f"CREATE DOMAIN {where} AS {of.sql} {said}".rstrip())
        ground.types.append(domain(where, of, said))
        if dice.chance(20):  # one that rests on it
            _, narrower = _typed(ground)
            made.append(f"CREATE DOMAIN {narrower} AS {where} CHECK (VALUE IS NOT NULL OR VALUE IS NULL)")
            ground.types.append(domain(narrower, of, said))
    if dice.chance(25):
        name, where = _typed(ground)
        made.append(f"CREATE TYPE {where} AS (a integer, {quoted(dice.pick(HOSTILE))} text)")
        ground.types.append(Kind(where))
    for spelt, body in _JUDGES.items():
        if dice.chance(12):
            schema = dice.pick(ground.schemas)
            where = f"{quoted(schema)}.{quoted(ground.relation(schema))}"
            made.append(f"CREATE FUNCTION {where}({spelt}) RETURNS boolean {body}")
            ground.judges[spelt] = where
    for _ in range(dice.chance(30)):
        schema = dice.pick(ground.schemas)
        name = ground.relation(schema)
        where = f"{quoted(schema)}.{quoted(name)}"
        made.append(f"CREATE SEQUENCE {where} START {dice.pick((1, 1000))} INCREMENT {dice.pick((1, 5))}")
        ground.shared.append(where)
    return made


def _typed(ground: Ground) -> tuple[str, str]:
    """The name of a new type. A type and a table of one schema cannot be called alike."""
    schema = ground.dice.pick(ground.schemas)
    name = ground.relation(schema)
    return name, f"{quoted(schema)}.{quoted(name)}"


def furnish(ground: Ground, bodies: Sequence[Body]) -> list[str]:
    """Views, triggers, rules, indexes and comments on the tables, which are all there."""
    dice, made = ground.dice, list[str]()
    for body in bodies:
        triggers = set[str]()
        if dice.chance(20):
            made += _computing(ground, body, triggers)
        if ground.refusing and dice.chance(15):
            made += _raising(ground, body, triggers)
        if dice.chance(10) and not body.divided:
            made.append(f"CREATE RULE {quoted(dice.name(set()))} AS ON DELETE TO {body.sql} DO INSTEAD NOTHING")
        if dice.chance(20) and body.columns:
            made.append(_plain_index(ground, body))
        if dice.chance(15):
            made.append(f"COMMENT ON TABLE {body.sql} IS {literal(dice.pick(HOSTILE))}")
        if dice.chance(15) and body.columns:
            made.append(f"COMMENT ON COLUMN {body.sql}.{dice.pick(body.columns).sql} IS {literal(dice.pick(HOSTILE))}")
    above = [body.sql for body in bodies]
    for _ in range(dice.upto(2)):
        schema = dice.pick(ground.schemas)
        where = f"{quoted(schema)}.{quoted(ground.relation(schema))}"
        what = dice.pick(("VIEW", "MATERIALIZED VIEW"))
        two = dice.some(above, 1, 2)
        counts = ", ".join(f"(SELECT count(*) FROM {table}) AS {quoted(f'n {i} %')}" for i, table in enumerate(two))
        made.append(f"CREATE {what} {where} AS SELECT {counts}")
        above.append(where)
    return made


def _computing(ground: Ground, body: Body, taken: set[str]) -> list[str]:
    """A BEFORE trigger that assigns a column of which no rule speaks; triggers of the table have the names in `taken`."""
    dice = ground.dice
    texts = [part for part in body.free if part.kind.sql == "text" and part.source is None]
    if not texts:
        return []
    part, function = dice.pick(texts), f"{quoted(body.schema)}.{quoted(ground.relation(body.schema))}"
    part.bound = True
    text = f"BEGIN NEW.{part.sql} := 'made by ' || TG_OP; RETURN NEW; END"
    return [
        f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS {literal(text)}",
        f"CREATE TRIGGER {quoted(dice.name(taken))} BEFORE INSERT OR UPDATE ON {body.sql} FOR EACH ROW EXECUTE FUNCTION {function}()",
    ]


def _raising(ground: Ground, body: Body, taken: set[str]) -> list[str]:
    """An AFTER trigger that refuses every row: it may not fire while the copy is loaded."""
    dice, function = ground.dice, f"{quoted(body.schema)}.{quoted(ground.relation(body.schema))}"
    text = "BEGIN RAISE EXCEPTION 'no row may be written here'; END"
    return [
        f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS {literal(text)}",
        f"CREATE TRIGGER {quoted(dice.name(taken))} AFTER {dice.pick(('INSERT', 'INSERT OR UPDATE OR DELETE'))} ON {body.sql} "
        f"FOR EACH {dice.pick(('ROW', 'STATEMENT'))} EXECUTE FUNCTION {function}()",
    ]


def _plain_index(ground: Ground, body: Body) -> str:
    dice = ground.dice
    name = quoted(ground.relation(body.schema, [body.name]))
    sortable = [part for part in body.columns if part.kind.room != "none"]
    if not sortable:
        return f"COMMENT ON TABLE {body.sql} IS ''"
    part = dice.pick(sortable)
    return f"CREATE INDEX {name} ON {body.sql} ({part.sql}{dice.pick(('', ' DESC', ' NULLS FIRST'))})"
