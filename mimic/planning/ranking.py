"""Which keys grow with what: the number of an invoice with its day, the code that is printed on it with its number."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pyarrow.compute as pc

from mimic.generators.features import numbers
from mimic.plan import Choice, Held, Step
from mimic.profile import TableEvidence
from mimic.readings import Reading
from mimic.schema import Date, Table, Timestamp, bare
from mimic.streams import Floats

FEWEST = 50  # rows
GROWS = 0.99  # of the rows: the date is not before that of the row before
DIFFERENT = 10  # dates
SEQUENCE, RANKED = "key.sequence", "key.ranked"


def ranked(
    steps: Sequence[Step], table: Table, found: TableEvidence, readings: Mapping[str, Reading], fixed: Collection[str]
) -> tuple[list[Step], str]:
    """The same steps, the primary key after the date that it grows with, codes after the primary key; and the primary key if it is.

    `fixed` columns have a generator of their own in mimic.yaml, or follow from rows that are made later.
    """
    key = table.primary_key
    name = key.columns[0] if key is not None and len(key.columns) == 1 else ""
    codes = {code for code, reading in readings.items() if reading.way == "code"}
    out, date = list[Step](), ""
    for step in steps:
        if step.task.fills == (name,) and step.choice.kind == SEQUENCE and name not in fixed and not step.task.options.get("first"):
            date = _date(name, table, found, fixed)
            out.append(_after(step, date, found) if date else step)
        elif len(step.task.fills) == 1 and step.task.fills[0] in codes:
            out.append(_after(_counted(step, found), name, found))
        else:
            out.append(step)
    return out, name if date else ""


def _after(step: Step, by: str, found: TableEvidence) -> Step:
    name = step.task.fills[0]
    rows = found.sampled
    gone = round((1.0 - _grows(numbers(found.column(name))[0], numbers(found.column(by))[0])) * rows)
    held = Held("rising", name, f"grows with {by}", rows - gone, gone)
    options = {**step.task.options, "ranked_by": by}
    return replace(step, task=replace(step.task, options=options), choice=Choice(RANKED, f"grows with {by}", relations=(held,)))


def _counted(step: Step, found: TableEvidence) -> Step:
    """The step of a code: a number for each row, from about where the source's begin."""
    least = int(pc.min(found.column(step.task.fills[0])).as_py())
    size = 10 ** max(len(str(least)) - 2, 0)
    return replace(step, task=replace(step.task, unique=True, options={"start": least // size * size + 1}))


def _date(name: str, table: Table, found: TableEvidence, fixed: Collection[str]) -> str:
    """The date that grows with a key most surely; "" for none."""
    best = ("", GROWS)
    ids = numbers(found.column(name))[0]
    for column in table.written if found.sampled >= FEWEST else ():
        profile = found.profiles.get(column.name)
        if not isinstance(bare(column.type), Date | Timestamp) or column.name in fixed or profile is None or profile.null_share:
            continue
        if profile.distinct >= DIFFERENT and (share := _grows(ids, numbers(found.column(column.name))[0])) > best[1]:
            best = (column.name, share)
    return best[0]


def _grows(ids: Floats, values: Floats) -> float:
    """In how many rows a column is not below that of the row before, by the key."""
    return float((np.diff(values[np.argsort(ids, kind="stable")]) >= 0).mean()) if len(ids) > 1 else 1.0


__all__ = ["ranked"]
