"""What goes with a flag: `voided` whether there is a `date_voided` and a `void_reason`, `is_deleted` whether a `deleted_at`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from mimic.plan import Choice, Step
from mimic.planning.ruling.naming import tokens
from mimic.schema import Boolean, Table, bare

WHEN = "rule.when"
_ABOUT = frozenset(["date", "at", "on", "dt", "time", "reason", "note", "comment", "is", "was", "has", "been", "by"])
_INNER = ("temporal.ordered", "text.themed", "text.form", "reference.named")


def flagged(steps: Iterable[Step], table: Table) -> list[Step]:
    """The same steps, dates and reasons of what a flag says only where it is set."""
    flags = {
        stem: column.name
        for column in table.written
        if isinstance(bare(column.type), Boolean) and len(stem := _stem(column.name)) == 1 and not column.nullable
    }
    return [_tied(step, flags) for step in steps]


def _tied(step: Step, flags: dict[tuple[str, ...], str]) -> Step:
    task = step.task
    if len(task.fills) != 1 or task.unique or not task.column.nullable or step.choice.kind not in _INNER or not flags:
        return step
    words = tokens(task.fills[0])
    flag = flags.get(_stem(task.fills[0]))
    if flag is None or not {*words} & _ABOUT or step.choice.kind == "reference.named":
        return step
    options = {**task.options, "when": flag, "drawn_by": step.choice.kind}
    return replace(step, task=replace(task, options=options), choice=Choice(WHEN, f"only where {flag} is set", ((step.choice.kind, 0.0),)))


def _stem(name: str) -> tuple[str, ...]:
    """What a name is about, in one form: `void` of `voided`, `date_voided`, `void_reason`."""
    return tuple(_root(word) for word in tokens(name) if word not in _ABOUT)


def _root(word: str) -> str:
    if len(word) < 5:
        return word
    return word[:-2] if word.endswith("ed") else word.removesuffix("e")


__all__ = ["flagged"]
