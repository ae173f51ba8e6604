"""Which numbers come to much the same in all families."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa

from mimic.generators.balanced import Families
from mimic.generators.features import numbers
from mimic.plan import Choice, Step
from mimic.planning.arithmetic import is_number
from mimic.planning.around import Around
from mimic.profile import TableEvidence
from mimic.streams import Floats, Ints, Streams

BALANCED = "relation.balanced"
FEWEST = 60  # families of two rows and more
DIFFERENT = 5  # values
NARROW = 0.5  # how far sums lie from what is usual, of how far they would by chance


def balanced(names: Sequence[str], found: TableEvidence, around: Around) -> dict[str, str]:
    """By column whose sums over siblings differ much less than those of any so many rows, the need that says which rows are siblings.

    Compared are families of one size: that numbers are smaller where there are many siblings is nothing that trees do not see.
    """
    out = dict[str, str]()
    numeric = [name for name in names if is_number(found.column(name).type) and not found.column(name).null_count]
    numeric = [name for name in numeric if found.profiles[name].distinct >= DIFFERENT]
    keys = [key for key in around.parents(found.table) if found.families(key.columns)] if numeric else []
    families = {f"@{key.label}": Families.of(pa.array(around.evidence.up(found, key)), f"@{key.label}") for key in keys}
    for need, here in sorted(families.items(), key=lambda each: -len(each[1].first)):
        if (here.size > 1).sum() < FEWEST:
            continue
        rows = np.flatnonzero(here.group >= 0)
        size, mixed = here.size[here.group[rows]], Streams(0).at("balanced", found.table.name).uniform(len(rows))
        for name in (name for name in numeric if name not in out):
            values = numbers(found.column(name))[0]
            dealt = values.copy()
            dealt[rows[np.argsort(size, kind="stable")]] = values[rows[np.lexsort((mixed, size))]]
            if _astray(here.sums(values), here.size) <= NARROW * _astray(here.sums(dealt), here.size):
                out[name] = need
    return out


def _astray(sums: Floats, size: Ints) -> float:
    """How far the sums of families of two rows and more lie, on average, from the middle one of their size."""
    order = np.argsort(size, kind="stable")
    order = order[size[order] > 1]
    parts = np.split(sums[order], np.flatnonzero(np.diff(size[order])) + 1)
    return float(np.concatenate([np.abs(part - np.median(part)) for part in parts]).mean())


def kept_in_balance(step: Step, by: str) -> Step:
    """The step of a column whose sums over the rows that are equal in a need are much the same."""
    options = {**step.task.options, "balanced": [step.choice.kind, by]}
    said = f"for each {by} it comes to much the same"
    return replace(
        step, task=replace(step.task, options=options), choice=Choice(BALANCED, said, ((step.choice.kind, 0.0), *step.choice.lost))
    )


__all__ = ["BALANCED", "balanced", "kept_in_balance"]
