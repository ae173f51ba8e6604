"""Which keys say something by themselves: the days of a calendar, the years of seasons, the months of a ledger."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from mimic.generators.features import equal
from mimic.generators.stepped import steps_of
from mimic.plan import Choice, Held, Step
from mimic.profile import TableEvidence

CALENDAR, FOLLOWS = "key.calendar", "relation.follows"
FEWEST = 3  # rows


def natural(found: TableEvidence) -> str:
    """The primary key of a table that says something by itself, a date or a moment; "" for none."""
    if ("natural",) not in found.memo:
        found.memo["natural",] = _natural(found)
    return str(found.memo["natural",])


def _natural(found: TableEvidence) -> str:
    key = found.table.primary_key
    if key is None or len(key.columns) != 1 or not found.complete or found.sampled < FEWEST:
        return ""
    name = key.columns[0]
    if any(name in other.columns for other in found.table.foreign_keys):
        return ""
    kind = found.column(name).type
    return name if pa.types.is_date(kind) or pa.types.is_timestamp(kind) else ""


def stepped(steps: Sequence[Step], found: TableEvidence, fixed: Collection[str], k: int) -> list[Step]:
    """The same steps, a natural key from where the source's begin, at their pace; `fixed` columns are as mimic.yaml says."""
    name = natural(found)
    out = list[Step]()
    for step in steps:
        if step.task.fills == (name,) and name not in fixed and "first" not in step.task.options:
            step = _from_the_first(step, found, k)
        elif len(step.task.fills) == 1 and step.task.fills[0] not in fixed:
            step = _as_the_key(step, found)
        out.append(step)
    return out


def _as_the_key(step: Step, found: TableEvidence) -> Step:
    """The step of a date that is the natural key once more, spelt otherwise: the day of the row 20240229 of a calendar."""
    name, column = natural(found), step.task.fills[0]
    if not name or column == name or column not in found.profiles or found.column(column).type != found.column(name).type:
        return step
    if not equal(found.column(column), found.column(name)).all():
        return step
    rows, said = found.sampled, f"equals {name}"
    options = {**step.task.options, "follows": name, "reached": "", "holes": False}
    choice = Choice(FOLLOWS, said, ((step.choice.kind, 0.0), *step.choice.lost), relations=(Held("copied", column, said, rows, 0),))
    return replace(step, task=replace(step.task, options=options), choice=choice)


def _from_the_first(step: Step, found: TableEvidence, k: int) -> Step:
    """Of many rows that follow one another any ten say where the first stands; of few, those that hang on the first must say so."""
    values = found.column(step.task.fills[0])
    first = pc.index(values, pc.min(values)).as_py()
    owners = max((found.hidden[name][first].as_py() for name in found.hidden if name.startswith("=")), default=0)
    if (found.sampled < k and owners < k) or (steps := steps_of(values)) is None:
        return step
    said = f"{'months' if steps[2] else 'days' if pa.types.is_date(values.type) else 'moments'} that follow one another"
    choice = Choice(CALENDAR, said, ((step.choice.kind, 0.0), *step.choice.lost))
    return replace(step, task=replace(step.task, options={**step.task.options, "steps": steps}), choice=choice)


__all__ = ["CALENDAR", "natural", "stepped"]
