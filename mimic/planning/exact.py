"""Columns that follow exactly from rows of other tables: copied from a parent, or counted of the children, when those are there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa

from mimic.config import TableConfig
from mimic.generators.totals import Total
from mimic.plan import Choice, Held, Step
from mimic.planning.arithmetic import is_number
from mimic.planning.around import Around
from mimic.planning.choosing import DEALT
from mimic.planning.families import families
from mimic.planning.relations import copied
from mimic.planning.switching import switched
from mimic.planning.totals import Below, counted, further
from mimic.profile import TableEvidence
from mimic.schema import HIDDEN, Table, TableName

FOLLOWS = "relation.follows"
DRAWN = ("tree.leaves", "copula.gaussian", "marginal", "relation.composed")  # of those that stand around another one
FOUND = (None, *(kind for kind in DEALT if kind not in DRAWN))  # what is found anew where a configuration names it
FAR = 4  # columns of another parent of the children that are looked at


def following(
    steps: Sequence[Step], table: Table, found: TableEvidence, around: Around, config: TableConfig
) -> tuple[list[Step], list[Step], list[Step]]:
    """Steps without those of columns that follow exactly from others; these; and those that have to wait for the children."""
    keys = {name for rule in table.keys for name in rule.columns} | {name for key in table.foreign_keys for name in key.columns}
    fixed = keys | {name for key in around.evidence.schema.children(table.name) for name in key.referred}
    fixed |= {name for name, asked in config.columns.items() if asked.generator not in FOUND or asked.expression} | {*families(config)}
    fixed |= {column.name for column in table.written if column.name not in found.profiles}
    children = _children(table, found, around)
    off = {kind: {column.name for column in table.columns if not switched(kind, config, [column.name])} for kind in ("counted", "copied")}
    late = {relation.column: relation for relation in counted(found, children, frozenset(fixed | off["counted"]), around.evidence.k)}
    above = frozenset(fixed | set(late) | off["copied"])
    below = {hidden: name for child in children for hidden, name in _waiting(child, around).items()}
    early = {relation.column: relation for relation in copied(table, found, around.repeated(found), above)}
    around.rely(found, [relation.follows for relation in early.values()])
    around.wait(table.name, {name: _awaited(Total.read(relation.follows), below) for name, relation in late.items()})
    rest, now, then = list[Step](), list[Step](), list[Step]()
    for step in steps:
        told = [early.get(name) or late.get(name) for name in step.task.fills]
        single = len(told) == 1
        if any(relation is None or (relation.reached and not single) for relation in told):
            for name in step.task.fills:
                around.late.pop((table.name, name), None)
            rest.append(step)
            continue
        for relation, column, meaning in zip(told, step.task.columns, step.task.meanings, strict=True):
            assert relation is not None
            options: dict[str, Any] = {"follows": relation.follows, "reached": relation.reached, "holes": relation.holes}
            options |= {"owners": relation.owners} if relation.owners else {}
            if single:
                options = {**step.task.options, **options, "drawn_by": step.choice.kind}
            task = replace(step.task, columns=(column,), meanings=(meaning,), options=options)
            rows = round(relation.share * relation.rows)
            what = "counted" if column.name in late else "copied"
            said = relation.said if what == "counted" else f"equals {relation.follows}"
            held = Held(what, column.name, said.split(" (")[0], rows, relation.rows - rows)
            lost = ((step.choice.kind, 0.0), *step.choice.lost)
            made = replace(step, task=task, choice=Choice(FOLLOWS, relation.said, lost, relations=(held,)))
            (then if column.name in late else now).append(made)
    return rest, now, then


def _children(table: Table, found: TableEvidence, around: Around) -> list[Below]:
    """The children of a table that may be counted, with what is known of them from further on."""
    out = list[Below]()
    for key in around.evidence.schema.children(table.name):
        child = around.evidence.tables[key.table]
        if around.modes[key.table][0] != "synthesize" or not child.complete or not found.complete:
            continue
        above: dict[str, pa.Array] = {}
        for other in around.parents(child.table) if key.table in around.place else ():
            if other.parent in (table.name, child.table.name):
                continue
            needs = [f"{other.label}.{need}" for need, category in around.seen(other.parent, 1, key.table) if not category]
            needs = [need for need in needs if not any(part.startswith(HIDDEN) for part in need.split("."))]
            above |= {need: around.evidence.along(child, need) for need in needs[:FAR] if is_number(around.type(child, need))}
        below: dict[str, pa.Array] = {}
        for below_ in around.evidence.schema.children(key.table):
            children = around.evidence.tables[below_.table]
            if below_.table not in (table.name, key.table) and around.modes[below_.table][0] == "synthesize" and children.complete:
                below |= further(below_, child, children)
        out.append(Below(key, child, around.lookups(child.table), above, below))
    return out


def _waiting(child: Below, around: Around) -> dict[str, TableName]:
    """By hidden column of a key, the table of its children."""
    keys = [child.key, *around.evidence.schema.children(child.key.table)]
    return {key.hidden: key.table for key in keys}


def _awaited(total: Total, tables: Mapping[str, TableName]) -> list[TableName]:
    """The tables whose rows a total is of."""
    nested = [Total.read(name).key for _, name in total.factors if name.startswith("^")]
    return [tables[key] for key in (total.key, *nested)]


__all__ = ["FOLLOWS", "FOUND", "following"]
