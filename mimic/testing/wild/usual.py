"""Rules that real schemas have and random ones would seldom hit on: whose a row is, two of the same table, states, columns of several."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from mimic.testing.wild.dice import Dice
from mimic.testing.wild.kinds import Kind, about
from mimic.testing.wild.parts import Body, Part

_COMPARED = ("integer", "bigint", "smallint", "uuid", "text", "character varying(40)")  # keys that real schemas compare
_COUNTED = ("integer", "bigint", "numeric(12,2)")
_PERIODS = {"date": "30", "timestamp with time zone": "'30 days'::interval", "timestamp without time zone": "'1 year'::interval"}


def own(dice: Dice, body: Body, lone: Sequence[tuple[Part, Body]]) -> None:
    """A CHECK on two foreign keys, `lone` with their parents: a row belongs to one or the other, or not to the same one twice."""
    free = [(part, parent) for part, parent in lone if not any(part in key for key in (body.primary, *body.keys))]
    if len(free) < 2 or not dice.chance(40):
        return
    (a, above), (b, beside) = dice.some(free, 2, 2)
    shapes = []
    alike = above is beside and a.root is b.root and a.kind.sql in _COMPARED and b.kind.sql == a.kind.sql
    if alike and (a.null or b.null):  # where the parent has one row, one of them is NULL
        shapes += [f"{a.sql} <> {b.sql}", f"{a.sql} IS DISTINCT FROM {b.sql}"] if a.null != b.null else [f"{a.sql} <> {b.sql}"]
    if a.null and b.null and body not in (above, beside):
        shapes += [
            f"num_nonnulls({a.sql}, {b.sql}) = 1", f"({a.sql} IS NULL) <> ({b.sql} IS NULL)", f"num_nonnulls({a.sql}, {b.sql}) > 0",
            f"{a.sql} IS NOT NULL AND {b.sql} IS NULL OR {a.sql} IS NULL AND {b.sql} IS NOT NULL",
        ]  # fmt: skip
    if a.null and b.null:
        shapes += [f"num_nulls({a.sql}, {b.sql}) = ANY (ARRAY[0, 2])", f"{a.sql} IS NULL OR {b.sql} IS NULL"]
    if shapes:
        body.rules.append(f"CHECK ({dice.pick(shapes)})")
        a.told = b.told = True


def climb(dice: Dice, body: Body, lone: Sequence[tuple[Part, Body]]) -> None:
    """No row is above itself."""
    for part, parent in lone:
        if parent is not body or not part.null or len(body.primary) != 1 or body.primary[0].root is not part.root:
            continue
        if (
            part.kind.sql in _COMPARED
            and part.kind.sql == body.primary[0].kind.sql
            and not any(part in key for key in (body.primary, *body.keys))
            and dice.chance(30)
        ):
            body.rules.append(f"CHECK ({part.sql} <> {body.primary[0].sql})")
            part.told = True
            return


def stated(two: Sequence[Part]) -> list[str]:
    """What one column says of another: a state that has its date, periods that are not too long, sums within bounds."""
    a, b = two
    shapes = []
    if a.kind.room == "few" and a.kind.predicates and "=" in a.kind.predicates[0] and b.null:
        said = about(a.kind.predicates[0], a.sql)
        shapes += [f"({said}) = ({b.sql} IS NOT NULL)", f"NOT ({said}) OR {b.sql} IS NOT NULL", f"{said} OR {b.sql} IS NULL"]
    if a.kind.sql == b.kind.sql and a.kind.sql in _PERIODS:
        shapes.append(f"{b.sql} > {a.sql} AND {b.sql} <= {a.sql} + {_PERIODS[a.kind.sql]}")
    if a.kind.sql in _COUNTED and b.kind.sql in _COUNTED:
        shapes += [f"{a.sql} >= 0 AND {b.sql} BETWEEN 0 AND {a.sql}", f"{a.sql} + {b.sql} >= 0"]
    if a.kind.sql == "text" and b.kind.sql == "text":
        shapes += [f"{a.sql} <> {b.sql}", f"char_length({a.sql}) + char_length({b.sql}) <= 200"]
    return shapes


def computed(dice: Dice, body: Body) -> tuple[list[Part], str, Kind] | None:
    """Columns, what they make together or in another type, and that type."""
    ways: list[tuple[list[Part], str, Kind]] = []
    written = [part for part in body.columns if part.written and part not in body.divided]
    texts = [part for part in written if part.kind.sql == "text"]
    for part in texts:
        ways.append(([part], f"to_tsvector('english'::regconfig, COALESCE({part.sql}, ''))", Kind("tsvector")))
        ways.append(([part], f"char_length({part.sql})", Kind("integer")))
    for a, b in pairwise(texts):
        ways.append(([a, b], f"COALESCE({a.sql}, '') || ' ' || COALESCE({b.sql}, '')", Kind("text")))
    counted = [part for part in written if part.kind.sql in ("integer", "smallint")]
    for a, b in pairwise(counted):
        ways.append(([a, b], f"{a.sql}::bigint * {b.sql}", Kind("bigint")))
        ways.append(([a, b], f"COALESCE({a.sql}, {b.sql}, 0)", Kind("integer")))
    for part in written:
        if part.kind.sql == "jsonb":
            ways.append(([part], f"{part.sql} ->> 'name'", Kind("text")))
        if part.null and part.kind.room != "none":
            ways.append(([part], f"{part.sql} IS NOT NULL", Kind("boolean")))
    return dice.pick(ways) if ways else None
