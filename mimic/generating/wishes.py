"""What a user asks of the made-up rows of one table, beside their number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from mimic.conditions import Scenario
from mimic.generating.moving import Shift
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


__all__ = ["NONE", "Wishes", "inherited"]
