"""Columns of trees that follow from the row above in the same table: a kind that all below have, a depth, a path, a code such as 1.2.3."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mimic.config import Relation, TableConfig
from mimic.generators.composed import formed
from mimic.generators.features import equal, numbers
from mimic.generators.inherited import COUNTED
from mimic.plan import Choice, Held, Step
from mimic.planning.arithmetic import is_number
from mimic.planning.around import Around
from mimic.planning.choosing import DEALT
from mimic.planning.families import families
from mimic.planning.switching import switched
from mimic.profile import TableEvidence
from mimic.schema import ForeignKey, Table
from mimic.streams import Ints

INHERITED, LEAVES = "relation.inherited", "tree.leaves"
FEWEST, HOLDS, OFTEN = 25, 0.98, 0.9  # rows below another one; of these; that nearly all rows hold says nothing
BEGINS = (0, 1)  # where programs begin to count, however few rows do
FORMS = ("same", "slug", "lower", "letters", "upper")
PLAIN = ("categorical.shares", "numeric.quantiles", "code.template", "text.form", "semantic.pool", "text.themed", "text.spellings")


def inherited(steps: Sequence[Step], table: Table, found: TableEvidence, around: Around, config: TableConfig) -> tuple[Step, ...]:
    """The same steps, those of columns that follow from the row above as such."""
    keys = [key for key in table.foreign_keys if key.parent == table.name and len(key.columns) == 1]
    if not keys or not found.complete:
        return tuple(steps)
    taken = {name for key in (*table.foreign_keys, *around.evidence.schema.children(table.name)) for name in key.columns}
    taken |= {name for key in around.evidence.schema.children(table.name) for name in key.referred}
    taken |= {name for name, asked in config.columns.items() if asked.generator not in (None, *DEALT) or asked.expression}
    taken |= {*families(config), *(table.primary_key.columns if table.primary_key else ())}
    out = list(steps)
    for key in keys:
        up = around.evidence.up(found, key)
        if (up >= 0).sum() < FEWEST or (up < 0).sum() < 1:
            continue
        for i, step in enumerate(out):
            name = step.task.fills[0]
            plain = str(step.task.options.get("drawn_by", "")) if step.choice.kind == LEAVES else step.choice.kind
            if len(step.task.fills) != 1 or name in taken or name not in found.profiles or plain not in PLAIN:
                continue
            told = _told(found, name, up, [other for other in out if other is not step and not _asks(other, name, out)])
            kind: Relation = "copied" if told is not None and told[0] == "same" else "computed"
            if told is not None and switched(kind, config, [name]):
                out[i] = _made(step, key, plain, told, kind, int((up >= 0).sum()))
                taken.add(name)
    return tuple(out)


def _asks(step: Step, name: str, steps: Sequence[Step]) -> bool:
    """Whether a step looks at a column, or at one that does."""
    asked, seen = _looks_at(step), set[str]()
    by_name = {fills: other for other in steps for fills in other.task.fills}
    while asked:
        if (at := asked.pop()) == name:
            return True
        if at not in seen and at in by_name:
            seen.add(at)
            asked |= _looks_at(by_name[at])
    return False


def _looks_at(step: Step) -> set[str]:
    options = step.task.options
    told = [
        *options.get("features", ()),
        *options.get("terms", ()),
        *step.task.needs,
        options.get("determined_by", ""),
        options.get("follows", ""),
    ]
    return {str(each).lstrip("<>%") for each in told} | {str(need) for need, _ in options.get("parts", ())}


def _told(found: TableEvidence, name: str, up: Ints, others: Sequence[Step]) -> tuple[Any, ...] | None:
    """Way, step, what stands between, piece, whether uppermost rows are pieces too, and the number that all of them have."""
    values = found.column(name)
    rows = np.flatnonzero(up >= 0)
    mine, above = values.take(pa.array(rows)), values.take(pa.array(up[rows]))
    usual = pc.max(pc.value_counts(values).field(1)).as_py() / len(values)
    if usual < OFTEN and _alike(mine, above) >= HOLDS:
        return "same", 0.0, "", ("", ""), False, None
    if is_number(values.type) and not values.null_count:
        apart = numbers(mine)[0] - numbers(above)[0]
        top = numbers(values)[0][up < 0]
        step = float(np.median(apart))
        if step and (apart == step).mean() >= HOLDS and (top == top[0]).all():
            return "step", step, "", ("", ""), False, float(top[0]) if top[0] in BEGINS else None
    return _path(found, values, up, others) if pa.types.is_string(values.type) and not values.null_count else None


def _path(found: TableEvidence, values: pa.Array, up: Ints, others: Sequence[Step]) -> tuple[Any, ...] | None:
    texts = values.to_pylist()
    rows = np.flatnonzero(up >= 0)
    between, rest = "", list[str]()
    for row in rows.tolist():
        above, own = texts[up[row]], texts[row]
        if not own.startswith(above) or len(own) <= len(above):
            rest.append("")
            continue
        sign = re.match(r"\W*", own[len(above) :])
        sign_ = sign.group() if sign is not None else ""
        between = between or sign_
        rest.append(own[len(above) + len(between) :] if sign_[: len(between)] == between and between else "")
    there = np.array([bool(each) for each in rest])
    if there.mean() < HOLDS or not between:
        return None
    pieces, top = pa.array(rest, pa.string()), [texts[row] for row in np.flatnonzero(up < 0).tolist()]
    if np.mean([each.isdigit() for each in rest]) >= HOLDS:
        return "path", 0.0, between, (COUNTED, ""), all(each.isdigit() for each in top), None
    for step in others:
        other = step.task.fills[0]
        if len(step.task.fills) != 1 or other not in found.profiles or not pa.types.is_string(found.column(other).type):
            continue
        for form in FORMS:
            made = formed(found.column(other), form)
            if _alike(made.take(pa.array(rows)), pieces) >= HOLDS:
                same = _alike(made.filter(pa.array(up < 0)), pa.array(top, pa.string())) >= HOLDS
                return "path", 0.0, between, (other, form), same, None
    return None


def _alike(a: pa.Array, b: pa.Array) -> float:
    return float(equal(a, b).mean())


def _made(step: Step, key: ForeignKey, plain: str, told: tuple[Any, ...], kind: Relation, rows: int) -> Step:
    name = step.task.fills[0]
    way, by, between, piece, *_ = told
    own = "its place below it" if piece[0] == COUNTED else piece[0]
    said = f"equals that of {key.label}" if way == "same" else f"{by:g} more than that of {key.label}"
    said = f"that of {key.label}, {between!r} and {own}" if way == "path" else said
    dropped = ("features", "categories", "siblings", "line", "prefer", "so_far", "drawn_by")
    options = {option: value for option, value in step.task.options.items() if option not in dropped}
    options |= {"inherited": [f"@{key.label}", *told], "drawn_by": plain}
    lost = ((step.choice.kind, 0.0), *step.choice.lost)
    choice = Choice(INHERITED, said, lost, relations=(Held(kind, name, said, rows, 0),))
    return replace(step, task=replace(step.task, options=options), choice=choice)


__all__ = ["INHERITED", "inherited"]
