"""Columns in which the rows of a parent step through a calendar that all parents share: a week of every store, a month of every account."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

import pyarrow as pa

from mimic.config import TableConfig
from mimic.generators.features import ordered
from mimic.generators.panels import calendar_of
from mimic.generators.references import codes
from mimic.generators.within import counted_from
from mimic.plan import Choice, Held, Step
from mimic.planning.switching import switched
from mimic.profile import TableEvidence
from mimic.schema import Table

PANEL = "key.panel"
DRAWN = ("temporal.", "numeric.", "categorical.")


def panels(
    steps: Sequence[Step], table: Table, found: TableEvidence, config: TableConfig, free: Collection[str], k: int
) -> list[Step]:  # fmt: skip
    """The same steps; columns that are distinct within a group, and dates and whole numbers of the rows of a parent, step through a
    calendar where the sample shows one. `free` columns may be filled by whatever suits."""
    keyed = {name for key in table.foreign_keys for name in key.columns}
    single = [key.columns for key in table.foreign_keys if len(key.columns) == 1]
    out = []
    for step in steps:
        name = step.task.fills[0]
        if step.choice.kind == "key.within":
            groups = [tuple(step.task.options["within"])]
        else:
            groups = single if name in free and name not in keyed and step.choice.kind.startswith(DRAWN) else []
        out.append(next((made for group in groups if (made := _stepping(step, group, found, config, k)) is not None), step))
    return out


def _stepping(step: Step, group: tuple[str, ...], found: TableEvidence, config: TableConfig, k: int) -> Step | None:
    name = step.task.fills[0]
    if name not in found.profiles or not group or not ordered(found.column(name).type) or not found.families(group):
        return None
    if (step.task.column.nullable and found.profiles[name].null_share) or not switched("rising", config, [name]):
        return None
    if step.choice.kind == "key.within" and pa.types.is_integer(found.column(name).type) and counted_from(found, group, name) is not None:
        return None  # 1, 2, 3 goes on however many there are
    calendar = calendar_of(found.column(name), codes([found.column(each) for each in group], [])[0], found.owners, k)
    if calendar is None:
        return None
    said = f"({', '.join(group)}) have {len(calendar.steps):,} steps in common"
    held = Held("rising", name, said, calendar.fits, calendar.rows - calendar.fits)
    task = replace(step.task, options={**step.task.options, "within": group, "panel": calendar})
    return replace(step, task=task, choice=Choice(PANEL, said, ((step.choice.kind, 0.0), *step.choice.lost), relations=(held,)))


__all__ = ["PANEL", "panels"]
