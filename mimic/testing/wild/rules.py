"""Random rules on tables: foreign keys of any shape, uniqueness of any shape, CHECKs, generated columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mimic.testing.wild.dice import Dice, quoted
from mimic.testing.wild.kinds import Kind, about
from mimic.testing.wild.parts import Body, Part, listed
from mimic.testing.wild.tables import Ground
from mimic.testing.wild.usual import climb, computed, own, stated

_SERIAL = {"serial": "integer", "bigserial": "bigint", "smallserial": "smallint"}
_WIDER = {"integer": "bigint", "character varying(40)": "text", "smallint": "integer"}
_ACTIONS = ("", "", " ON DELETE CASCADE", " ON UPDATE CASCADE ON DELETE RESTRICT", " ON DELETE NO ACTION", " ON DELETE SET NULL")


def refer(ground: Ground, body: Body, bodies: Sequence[Body]) -> None:
    """Up to three foreign keys to tables that have a key: cycles, self-references, shared columns, one-to-one, links."""
    dice = ground.dice
    parents = [other for other in bodies if other.keys and (body.unlogged or not other.unlogged)]
    made: list[list[Part]] = []
    lone: list[tuple[Part, Body]] = []
    for _ in range(dice.upto(3) if parents else 0):
        parent = body if body.keys and dice.chance(20) else dice.pick(parents)
        key = dice.pick(parent.keys)
        referring = _referring(dice, body, key)
        if referring is None or referring in made or all(mine is theirs for mine, theirs in zip(referring, key, strict=True)):
            continue
        made.append(referring)
        lone += [(referring[0], parent)] if len(referring) == 1 else []
        body.later.append(_foreign_key(dice, body, referring, parent, key))
        if dice.chance(12) and not body.divided:
            _unique(dice, body, referring)
    if made and not body.primary and not body.parents and not body.divided and dice.chance(60):
        _link(body, made[:2])
    own(dice, body, lone)
    climb(dice, body, lone)


def _referring(dice: Dice, body: Body, key: Sequence[Part]) -> list[Part] | None:
    """The columns that refer to `key`: own ones that take the same values, the primary key itself, or new ones."""
    same = [part.kind.sql for part in body.primary] == [_plain(part) for part in key]
    if same and not body.divided and dice.chance(25) and not any(part.extra for part in body.primary):
        if any(part.source is not None for part in body.primary):
            return None
        for mine, theirs in zip(body.primary, key, strict=True):
            mine.takes(theirs)
        return list(body.primary)
    null, out = dice.chance(50), list[Part]()
    taken = body.names
    for theirs in key:
        alike = [p for p in body.columns if p.root is theirs.root and p not in out and p.written and _plain(p) == _plain(theirs)]
        if alike and len(key) > 1 and dice.chance(60):
            out.append(dice.pick(alike))
            continue
        sql = _plain(theirs)
        sql = _WIDER[sql] if sql in _WIDER and dice.chance(8) else sql
        near = [f"{theirs.name}_id", theirs.name]
        mine = Part(dice.name(taken, near), replace(theirs.kind, sql=sql, checks=()), null=null if len(key) == 1 else dice.chance(50))
        mine.bound = True
        mine.takes(theirs)
        out.append(mine)
    body.columns += [part for part in out if part not in body.columns]
    return out


def _plain(part: Part) -> str:
    return _SERIAL.get(part.kind.sql, part.kind.sql)


def _foreign_key(dice: Dice, body: Body, own: Sequence[Part], parent: Body, key: Sequence[Part]) -> str:
    name = f"CONSTRAINT {quoted(dice.name(set()))} " if dice.chance(15) and len(body.later) == 0 else ""
    if (
        parent.divided or body.divided
    ):  # the server's own names for such keys clash when pg_dump's output is read, where they are cut at 63 bytes
        name = f"CONSTRAINT {quoted(f'key {len(body.later)} %')} "
    match = " MATCH FULL" if len(own) > 1 and dice.chance(25) else ""
    late = dice.pick(("", "", " DEFERRABLE", " DEFERRABLE INITIALLY DEFERRED"))
    loose = " NOT VALID" if not body.divided and dice.chance(5) else ""
    tail = f"{match}{dice.pick(_ACTIONS)}{late}{loose}"
    return f"ALTER TABLE {body.sql} ADD {name}FOREIGN KEY ({listed(own)}) REFERENCES {parent.sql} ({listed(key)}){tail}"


def _unique(dice: Dice, body: Body, parts: Sequence[Part]) -> None:
    late = " DEFERRABLE" if dice.chance(10) else ""
    nulls = " NULLS NOT DISTINCT" if dice.chance(12) else ""
    beside = [part for part in body.columns if part.written and part not in parts and part.kind.sql in ("integer", "text", "date")]
    more = f" INCLUDE ({dice.pick(beside).sql})" if beside and dice.chance(8) else ""
    body.rules.append(f"UNIQUE{nulls} ({listed(parts)}){more}{late}")
    for part in parts:
        part.bound = True
    if not late and not any(part.told for part in parts):
        body.keys.append(list(parts))


def _link(body: Body, made: Sequence[Sequence[Part]]) -> None:
    """The columns of one or two foreign keys are the primary key."""
    parts = list(dict.fromkeys(part for own in made for part in own))
    for part in parts:
        part.null, part.bound = False, True
    body.primary = parts
    body.rules.append(f"PRIMARY KEY ({listed(parts)})")


def distinguish(ground: Ground, body: Body) -> None:
    """Up to two more rules of uniqueness: of one column, of several, partial ones, ones on expressions."""
    dice = ground.dice
    for _ in range(dice.upto(2)):
        apart = [part for part in body.columns if part.kind.room != "none" and part.written]
        if not apart:
            return
        if dice.chance(45):
            _index(ground, body, apart)
            continue
        parts = dice.some(apart, 1, 3)
        parts += [part for part in body.divided if part not in parts]
        if body.may_be_unique(parts) and {*parts} != {*body.primary}:
            _unique(dice, body, parts)


def _index(ground: Ground, body: Body, apart: Sequence[Part]) -> None:
    """A unique index: partial, on an expression, or both."""
    dice = ground.dice
    if body.divided:
        return
    part = dice.pick(apart)
    said = about(dice.pick(part.kind.computed), part.sql) if part.kind.computed and dice.chance(60) else part.sql
    keys, about_it = [f"({said})" if said.startswith("(") else said], [part]
    if part.kind.sql == "text" and dice.chance(15):
        keys = [f"{keys[0]} text_pattern_ops"]
    if dice.chance(40):
        other = dice.pick(apart)
        if other is not part:
            keys.append(other.sql)
            about_it.append(other)
    where = ""
    if said == part.sql or dice.chance(40):
        told = dice.pick(body.columns)
        where = f" WHERE {about(dice.pick(told.kind.predicates), told.sql)}"
        about_it.append(told)
    for one in about_it:
        one.bound = True
    nulls = " NULLS NOT DISTINCT" if dice.chance(10) else ""
    name = ground.relation(body.schema, [body.name])
    body.later.append(f"CREATE UNIQUE INDEX {quoted(name)} ON {body.sql} ({', '.join(keys)}){nulls}{where}")


def restrict(ground: Ground, body: Body) -> None:
    """CHECKs that some value satisfies: no column is spoken of by two of them, or refers to another table."""
    dice, said = ground.dice, set[str]()
    for _ in range(dice.upto(3)):
        open_ = body.columns if dice.chance(30) else body.free
        free = [part for part in open_ if part.name not in said and part.written and part.source is None]
        single = [part for part in free if part.kind.checks]
        if single and dice.chance(50):
            part = dice.pick(single)
            check = f"CHECK ({about(dice.pick(part.kind.checks), part.sql)})"
            if (judge := ground.judges.get(part.kind.sql)) and dice.chance(50):
                check = f"CHECK ({judge}({part.sql}))"
            if dice.chance(8):
                body.later.append(f"ALTER TABLE {body.sql} ADD {check} NOT VALID")
            else:
                body.rules.append(check)
            two = [part]
        else:
            unbound = [part for part in free if not part.bound]
            two, made = _implied(dice, unbound) if dice.chance(25) else _together(dice, unbound)
            if made:
                body.rules.append(f"CHECK ({made})")
        for part in two:
            part.bound = True
            said.add(part.name)


def restrict_some(dice: Dice, body: Body) -> None:
    """A CHECK or a uniqueness that one partition has and the others have not."""
    if not body.leaves or not dice.chance(25):
        return
    leaf = dice.pick(body.leaves)
    checked = [part for part in body.free if part.kind.checks and part.source is None]
    apart = [part for part in body.free if part.kind.room == "many"]
    if checked and dice.chance(60):
        part = dice.pick(checked)
        body.later.append(f"ALTER TABLE {leaf} ADD CHECK ({about(dice.pick(part.kind.checks), part.sql)})")
    elif apart:
        part = dice.pick(apart)
        body.later.append(f"ALTER TABLE {leaf} ADD UNIQUE ({part.sql})")
    else:
        return
    part.bound = True


def _together(dice: Dice, free: Sequence[Part]) -> tuple[list[Part], str]:
    """A CHECK on two columns, and these."""
    two = dice.some(free, 2, 2)
    if len(two) < 2:
        return [], ""
    a, b = two
    shapes = []
    if a.kind.sql == b.kind.sql and a.kind.sql in ("integer", "date", "timestamp with time zone", "numeric(12,2)", "bigint"):
        shapes += [f"{a.sql} < {b.sql}", f"{a.sql} <= {b.sql}", f"{a.sql} <> {b.sql}", f"{b.sql} IS NULL OR {b.sql} >= {a.sql}"]
    if a.null and b.null:
        shapes += [
            f"num_nonnulls({a.sql}, {b.sql}) = 1", f"({a.sql} IS NULL) = ({b.sql} IS NULL)", f"{a.sql} IS NOT NULL OR {b.sql} IS NOT NULL",
            f"COALESCE({a.sql}::text, {b.sql}::text) IS NOT NULL",
        ]  # fmt: skip
    if a.kind.sql == "boolean":
        shapes.append(f"CASE WHEN {a.sql} THEN {b.sql} IS NOT NULL ELSE true END")
        if b.null:
            shapes.append(f"(NOT {a.sql}) OR ({b.sql} IS NULL)")
    shapes += stated(two)
    return (two, dice.pick(shapes)) if shapes else ([], "")


def _implied(dice: Dice, free: Sequence[Part]) -> tuple[list[Part], str]:
    """A CHECK that asks for columns according to what another one holds, as tables of several kinds of things have them."""
    kinds = [part for part in free if part.kind.sql in ("integer", "text", "boolean")]
    if not kinds:
        return [], ""
    kind = dice.pick(kinds)
    told = [part for part in free if part is not kind and part.null]
    if not told:
        return [], ""
    parts = dice.some(told, 1, 3)
    values = {"integer": ("1", "2", "3"), "text": ("'a'", "'it''s'", "'c'"), "boolean": ("true", "false")}[kind.kind.sql]
    branches = []
    for value in values:
        signs = [f"{part.sql} IS {dice.pick(('NULL', 'NOT NULL'))}" for part in parts]
        branches.append((value, " AND ".join(signs)))
    if dice.chance(50):
        said = " OR ".join(f"({kind.sql} = {value} AND {signs})" for value, signs in branches)
    else:
        cases = " ".join(f"WHEN {value} THEN {signs}" for value, signs in branches)
        said = " AND ".join(f"({kind.sql} <> {value} OR ({signs}))" for value, signs in branches)
        said = said if dice.chance(50) else f"CASE {kind.sql} {cases} ELSE true END"
    return [kind, *parts], said


def compute(dice: Dice, body: Body) -> None:
    """A generated column, sometimes unique."""
    based = [part for part in body.columns if part.kind.generated and part.written and part not in body.divided]
    taken = body.names
    if dice.chance(15) and (found := computed(dice, body)) is not None:
        parts, said, kind = found
        body.columns.append(Part(dice.name(taken, [parts[0].name]), kind, extra=f"GENERATED ALWAYS AS ({said}) STORED", written=False))
        for part in parts:
            part.bound = True
    if not based or not dice.chance(20):
        return
    part = dice.pick(based)
    sql = "bigint" if part.kind.sql in ("integer", "smallint") else part.kind.sql
    said = about(part.kind.generated, part.sql if sql == part.kind.sql else f"{part.sql}::bigint")
    made = Part(dice.name(taken, [part.name]), Kind(sql), extra=f"GENERATED ALWAYS AS ({said}) STORED", written=False)
    part.bound = True
    body.columns.append(made)
    if dice.chance(25) and not body.divided:
        body.rules.append(f"UNIQUE ({made.sql})")
