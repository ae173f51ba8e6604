"""Numbers that the rows around say: how many children a row has, and which place it has among those of its parent."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from mimic.config import Mode
from mimic.generators.totals import Total
from mimic.plan import Choice, Step
from mimic.planning.ruling.naming import tokens
from mimic.schema import ForeignKey, Integer, Schema, Table, TableName, bare
from mimic.semantics import Kind

_PLACE = re.compile(r"(^|_)(position|ordinal|sort_?order|display_?order|order_?(no|num|number|index)?|sequence_?(no|number)?|seq|rank|sort|line_?(no|number)|index|idx|"
                    r"list_?order|ordering|reihenfolge|orden|ordre)$")  # fmt: skip
_AUDIT = re.compile(r"(creat|updat|modif|chang|delet|edit|approv|retir|void)\w*_by|_by$|_by_id$")


def counted(steps: Iterable[Step], table: Table, schema: Schema, modes: Mapping[TableName, tuple[Mode, str]]) -> list[Step]:
    """The same steps, in this order: the others, places among siblings, numbers of children."""
    rest, places, counts = list[Step](), list[Step](), list[Step]()
    for step in steps:
        name = step.task.fills[0]
        if (
            len(step.task.fills) != 1
            or step.task.unique
            or not table.has(name)
            or not isinstance(bare(step.task.column.type), Integer)
            or not step.choice.kind.startswith("numeric.")
            or step.choice.reason == "as configured"
        ):
            rest.append(step)
        elif (key := _children(step, table, schema, modes)) is not None:
            options = {**step.task.options, "follows": Total(key.hidden).need}
            choice = Choice("relation.follows", f"the number of its rows of {key.table}", ((step.choice.kind, 0.0),))
            counts.append(replace(step, task=replace(step.task, options=options), choice=choice))
        elif (
            _PLACE.search(name.lower()) and step.task.meaning.kind in (Kind.POSITION, Kind.NUMBER, Kind.COUNT) and (group := _group(table))
        ):
            places.append(_placed(step, group))
        else:
            rest.append(step)
    return [*rest, *places, *counts]


def _children(step: Step, table: Table, schema: Schema, modes: Mapping[TableName, tuple[Mode, str]]) -> ForeignKey | None:
    """The key of the children that a column counts: `comments_count`, `n_pings`, `number_of_items`."""
    words = tokens(step.task.fills[0])
    if words[-1:] in (("count",), ("cnt",)):
        what = words[:-1]
    elif words[:1] in (("n",), ("num",), ("count",), ("cnt",)) or words[:2] == ("number", "of"):
        what = tuple(word for word in words if word not in ("n", "num", "number", "count", "cnt", "of"))
    else:
        return None
    if not what:
        return None
    found = []
    for key in schema.children(table.name):
        child = tokens(key.table.name)
        if modes[key.table][0] == "synthesize" and key.table != table.name and (child[-len(what) :] == what or child[-1:] == what):
            found.append(key)
    own = tokens(table.name.name)[-1:]
    return min(
        found,
        key=lambda key: (bool(_AUDIT.search(key.label)), tokens(key.columns[-1])[-2:-1] != own, len(tokens(key.table.name))),
        default=None,
    )


def _group(table: Table) -> tuple[str, ...]:
    """The columns of the parent among whose children a row has its place: the one that the table is named after, else the first that must be there."""
    keys = [key for key in table.foreign_keys if not _AUDIT.search(key.label.lower())]
    own = {*tokens(table.name.name)}

    def order(key: ForeignKey) -> tuple[bool, bool]:
        named = bool({*tokens(key.parent.name)} & own) or key.parent == table.name
        return any(table.column(name).nullable for name in key.columns), not named

    best = min(keys, key=order, default=None)
    return best.columns if best is not None else ()


def _placed(step: Step, group: tuple[str, ...]) -> Step:
    """Dense in the group, from 0 where the name says an index or a default says 0, else from 1."""
    task, zero = (
        step.task,
        bool(re.search(r"(index|idx)$", step.task.fills[0].lower())) or (step.task.column.default or "").strip("'() ") == "0",
    )
    low = task.options.get("low")
    start = max(0 if zero else 1, int(low) if isinstance(low, int) else 0)
    options = {**task.options, "within": group, "start": start}
    return replace(step, task=replace(task, options=options), choice=Choice("key.within", f"its place within ({', '.join(group)})"))


__all__ = ["counted"]
