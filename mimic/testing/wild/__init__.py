"""Random PostgreSQL databases, nastier than real ones: every kind of key, cycle, uniqueness, CHECK, partition and name.

They are SQL text. Some row satisfies every rule, so each table can be filled with as many rows as its keys have room for.
"""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st

from mimic.testing.wild.apart import keep_apart
from mimic.testing.wild.dice import Dice
from mimic.testing.wild.furniture import furnish, prepare
from mimic.testing.wild.rules import compute, distinguish, refer, restrict, restrict_some
from mimic.testing.wild.tables import Ground, heir, table


@dataclass(frozen=True, slots=True)
class Script:
    """The statements that make a database in an empty one."""

    statements: tuple[str, ...]

    @property
    def sql(self) -> str:
        return ";\n".join([*self.statements, ""])

    def __repr__(self) -> str:  # what Hypothesis shows of a database that fails
        return f"\n{self.sql}"


@st.composite
def postgresql_databases(
    draw: st.DrawFn, most_tables: int = 8, *, hostile: bool = True, grouping: bool = False, refusing: bool = True
) -> Script:
    """A database of up to `most_tables` tables in up to three schemas.

    `grouping`: the server has the extension btree_gist; `refusing`: triggers may refuse every row, where they fire.
    """
    dice = Dice(draw, hostile)
    taken = {"public"}
    ground = Ground(dice, ["public", *(dice.name(taken) for _ in range(dice.upto(2)))], grouping, refusing)
    statements = prepare(ground)
    bodies = [table(ground) for _ in range(1 + dice.upto(most_tables - 1))]
    for _ in range(dice.chance(20) + dice.chance(5)):
        if plain := [body for body in bodies if not body.divided]:
            bodies.append(heir(ground, dice.pick(plain)))
    for body in bodies:
        if dice.chance(50):
            distinguish(ground, body)
    for body in bodies:
        refer(ground, body, bodies)
    for body in bodies:
        distinguish(ground, body)
        restrict(ground, body)
        restrict_some(dice, body)
        compute(dice, body)
        keep_apart(ground, body)
    extra = furnish(ground, bodies)
    statements += [text for body in bodies for text in (str(body), *body.pieces)]
    statements += [text for body in bodies for text in body.later]
    return Script((*statements, *extra))


__all__ = ["Script", "postgresql_databases"]
