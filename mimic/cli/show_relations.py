"""Exact relations of a plan or a model, each with the rows that bear it out and those that do not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from mimic.plan import Choice, Held
from mimic.schema import TableName

Choices = Iterable[tuple[TableName, Choice]]


def relations(choices: Choices) -> Iterator[tuple[TableName, Held]]:
    for table, choice in choices:
        for held in choice.relations:
            yield table, held


def lines(choices: Choices) -> list[str]:
    """One for each relation: `invoice.total  counted: the sum of ... (412 rows)`."""
    found = list(relations(choices))
    wide = max((len(f"{table}.{held.column}") for table, held in found), default=0)
    return [f"{f'{table}.{held.column}':<{wide}}  {held.kind}: {held.said} ({_support(held)})" for table, held in found]


def _support(held: Held) -> str:
    return f"{held.holds:,} rows" if not held.breaks else f"{held.holds:,} rows, not in {held.breaks:,}"


def trees(choices: Choices) -> list[dict[str, Any]]:
    """The same as JSON."""
    return [
        {"table": str(table), "column": held.column, "kind": held.kind, "says": held.said, "holds": held.holds, "breaks": held.breaks}
        for table, held in relations(choices)
    ]


__all__ = ["lines", "relations", "trees"]
