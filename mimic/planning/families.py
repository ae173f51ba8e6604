"""What a configuration says about how columns, or groups of them, hang on others: by trees, by a copula, or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mimic.config import TableConfig
from mimic.plan import Choice, Step
from mimic.planning.choosing import MARGINAL

LEAVES, COPULA = "tree.leaves", "copula.gaussian"
FAMILIES = (LEAVES, COPULA, MARGINAL)


def families(config: TableConfig) -> dict[str, str]:
    """By column, the family that the configuration names for it or for its group."""
    found = {name: kind for name, asked in config.columns.items() if (kind := asked.generator) in FAMILIES and kind is not None}
    return found | {name: kind for group in config.groups if (kind := group.generator) in FAMILIES and kind for name in group.columns}


def joined_by_copula(steps: Sequence[Step], config: TableConfig) -> list[Step]:
    """The same steps; those of a group that a copula is to fill as one, where the last of them stood. The values are made as without it."""
    out = list(steps)
    for group in config.groups:
        own = {step.task.fills[0]: step for step in out if len(step.task.fills) == 1 and step.task.fills[0] in group.columns}
        if group.generator != COPULA or set(own) != set(group.columns):
            continue
        parts = [own[name] for name in group.columns]
        task = replace(
            parts[0].task,
            columns=tuple(step.task.column for step in parts),
            meanings=tuple(step.task.meaning for step in parts),
            options={
                **group.options,
                "drawn_by": [step.choice.kind for step in parts],
                "parts": [dict(step.task.options) for step in parts],
            },
        )
        last = max(out.index(step) for step in parts)
        out[last] = Step(task, Choice(COPULA, "as configured for the group"))
        out = [step for step in out if step not in parts]
    return out


def pinned_to(step: Step, family: str | None) -> Step:
    """The step with the family that the configuration names, instead of the one that would win."""
    if family == LEAVES:
        return replace(step, task=replace(step.task, options={**step.task.options, "contest": False}))
    if family == COPULA:
        return replace(step, choice=Choice(COPULA, "as configured", step.choice.lost))
    return step


__all__ = ["FAMILIES", "families", "joined_by_copula", "pinned_to"]
