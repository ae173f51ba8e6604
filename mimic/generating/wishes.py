"""What a user asks of the made-up rows of one table, beside their number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from mimic.conditions import Scenario
from mimic.generating.moving import Shift
from mimic.model import Model
from mimic.schema import Schema, TableName


@dataclass(frozen=True, slots=True)
class Wishes:
    """`scenarios` shares of rows that satisfy a condition; `impute` columns whose NULLs get values; `shift` by how much dates move.

    `free`: the rows above are others than those learned from, because of a wish of theirs.
    """

    scenarios: tuple[Scenario, ...] = ()
    impute: frozenset[str] = frozenset()
    shift: Shift | None = None
    free: bool = False


NONE = Wishes()
TODAY = "today"  # fact of a model: the day that mimic.yaml names


def wishes(
    model: Model,
    scenarios: Mapping[TableName, tuple[Scenario, ...]],
    impute: Mapping[TableName, frozenset[str]],
    today: date | None,
) -> tuple[dict[TableName, Wishes], Shift | None]:
    """What is asked of every table, by the call or else by the model; and how dates move."""
    day = today or (date.fromisoformat(model.facts[TODAY]) if TODAY in model.facts else None)
    shift = Shift.of(model, day) if day is not None else None
    own = {table.name: table.scenarios for table in model.tables}
    made = {}
    for table in model.tables:
        name = table.name
        given = tuple(one for one in own[name] if one.margin)  # margins stay, whatever else is asked
        asked = (*scenarios.get(name, ()), *given) if scenarios else own[name]
        made[name] = Wishes(asked, frozenset(table.impute) | impute.get(name, frozenset()), shift)
    return {name: wish for name, wish in made.items() if wish != NONE}, shift


def inherited(wishes: Mapping[TableName, Wishes], schema: Schema) -> dict[TableName, Wishes]:
    """With whatever hangs, however far below, on rows that are chosen by scenarios."""
    made = dict(wishes)
    waiting = [name for name, wish in wishes.items() if wish.scenarios]
    while waiting:
        for key in schema.children(waiting.pop()):
            wish = made.get(key.table, NONE)
            if not wish.free and key.table != key.parent:
                made[key.table] = replace(wish, free=True)
                waiting.append(key.table)
    return made


__all__ = ["NONE", "TODAY", "Wishes", "inherited", "wishes"]
