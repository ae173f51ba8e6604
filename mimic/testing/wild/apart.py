"""Random EXCLUDE constraints: equality said in another way, spans that may not overlap, in groups where btree_gist is there."""

from __future__ import annotations

from collections.abc import Iterator

from mimic.testing.wild.dice import Dice
from mimic.testing.wild.kinds import about
from mimic.testing.wild.parts import Body, Part, listed
from mimic.testing.wild.tables import Ground

_SPANS = {
    "date": "daterange", "timestamp with time zone": "tstzrange", "timestamp without time zone": "tsrange", "integer": "int4range",
    "bigint": "int8range", "numeric(12,2)": "numrange",
}  # fmt: skip
_RANGES = ("int4range", "daterange", "tstzrange", "numrange", "int4multirange")
_GROUPS = (
    "integer", "bigint", "smallint", "text", "uuid", "date", "timestamp with time zone", "numeric(12,2)", "inet", "character varying(40)",
    "character varying(30)",
)  # fmt: skip
_HASHED = ("integer", "bigint", "text", "uuid", "date", "boolean")


def keep_apart(ground: Ground, body: Body) -> None:
    """One EXCLUDE constraint; nothing else is said of the columns that make its spans."""
    dice = ground.dice
    if body.divided or not dice.chance(25):
        return
    ways = [*_ranges(dice, body), *_pairs(dice, body)] if dice.chance(75) else []
    if ways:
        parts, span, check = dice.pick(ways)
        elements = [f"{span} WITH &&"]
        groups = [part for part in body.columns if part.kind.sql in _GROUPS and part not in parts] if ground.grouping else []
        if groups and dice.chance(60):
            group = dice.pick(groups)
            parts = [*parts, group]
            elements.insert(0, f"{group.sql} WITH =")
        method = "spgist" if len(elements) == 1 and "multirange" not in parts[0].kind.sql and dice.chance(15) else "gist"
        body.rules += [check] if check else []
    else:
        parts, method, elements = _equal(dice, body)
        if not parts:
            return
    where = ""
    if dice.chance(30):
        told = dice.pick(body.columns)
        where = f" WHERE ({about(dice.pick(told.kind.predicates), told.sql)})"
        parts = [*parts, told]
    for part in parts:
        part.bound = True
    late = dice.pick(("", "", "", " DEFERRABLE INITIALLY DEFERRED"))
    body.rules.append(f"EXCLUDE USING {method} ({', '.join(elements)}){where}{late}")


def _ranges(dice: Dice, body: Body) -> Iterator[tuple[list[Part], str, str]]:
    """The columns, the span that they make, and a CHECK."""
    for part in body.free:
        if part.kind.sql in _RANGES:
            yield [part], part.sql, ""


def _pairs(dice: Dice, body: Body) -> Iterator[tuple[list[Part], str, str]]:
    for a in body.free:
        for b in body.free:
            if a is b or a.kind.sql != b.kind.sql or a.kind.sql not in _SPANS or a.source is not None or b.source is not None:
                continue
            form = dice.pick(("", "", ", '[]'", ", '[)'"))
            check = f"CHECK ({a.sql} {dice.pick(('<', '<='))} {b.sql})" if dice.chance(50) else ""
            yield [a, b], f"{_SPANS[a.kind.sql]}({listed([a, b])}{form})", check


def _equal(dice: Dice, body: Body) -> tuple[list[Part], str, list[str]]:
    apart = [part for part in body.columns if part.kind.room != "none" and part.written]
    if not apart:
        return [], "", []
    hashed = [part for part in apart if part.kind.sql in _HASHED]
    if hashed and dice.chance(20):
        part = dice.pick(hashed)
        return [part], "hash", [f"{part.sql} WITH ="]
    parts = dice.some(apart, 1, 2)
    elements = []
    for part in parts:
        said = about(dice.pick(part.kind.computed), part.sql) if part.kind.computed and dice.chance(30) else part.sql
        elements.append(f"{said if said == part.sql else f'({said})'} WITH =")
    return parts, "btree", elements


__all__ = ["keep_apart"]
