"""Which generator fills which column: every family says how well it suits, the data say whether values may be kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow.compute as pc

from mimic.config import ColumnConfig
from mimic.generator import Task
from mimic.plan import Choice, Step
from mimic.profile import TableEvidence
from mimic.registry import Registry
from mimic.schema import Column, Text, bare
from mimic.semantics import Kind, Meaning, Sensitivity

CATEGORIES = "categorical.shares"
REACHES = frozenset(
    (
        *(Kind.EMAIL, Kind.PHONE, Kind.IBAN, Kind.CARD_NUMBER, Kind.BANK_ACCOUNT, Kind.NATIONAL_ID, Kind.PASSPORT, Kind.TAX_ID),
        *(Kind.DEVICE_ID, Kind.MAC, Kind.IP, Kind.LICENCE_PLATE),
    )
)  # kinds of which no real value is kept, however many owners it has
ENOUGH = 0.3  # of the values kept by k owners: from here on a column's own shares matter more than a group's harmony


@dataclass(frozen=True, slots=True)
class Kept:
    """How much of a column's values could be kept as categories."""

    share: float  # of the rows that are not NULL, in values that k owners hold
    values: int  # how many such values
    distinct: int
    present: int = 0  # rows that are not NULL

    @property
    def repeats(self) -> bool:
        """Whether values mostly come several times: where they do not, even a common one would stand out as real."""
        return self.distinct <= 0.5 * self.present


def kept(evidence: TableEvidence | None, column: Column, k: int) -> Kept:
    """Count the values that k distinct owners hold."""
    if evidence is None or not evidence.sampled:
        return Kept(0.0, 0, 0)
    values = evidence.column(column.name)
    encoded = values.dictionary_encode()
    if not len(encoded.dictionary):
        return Kept(0.0, 0, 0)
    index = np.asarray(pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False), dtype=np.int64)
    owners = evidence.owners.distinct(index, len(encoded.dictionary))
    counts = np.bincount(index[index >= 0], minlength=len(owners))
    common = owners >= k
    return Kept(float(counts[common].sum() / max(counts.sum(), 1)), int(common.sum()), len(owners), int(counts.sum()))


def rank(task: Task, registry: Registry) -> tuple[tuple[str, float], ...]:
    """Every generator that can do the task with how well it suits, best first, in a stable order."""
    scored = [(family.kind, float(family.suits(task))) for family in registry.generators]
    return tuple(sorted(((kind, score) for kind, score in scored if score > 0), key=lambda pair: (-pair[1], pair[0])))


def choose(
    task: Task, registry: Registry, evidence: TableEvidence | None, config: ColumnConfig | None, vocabulary: str | None
) -> Step | None:
    """The generator of one task. None when no family can make values of this type."""
    options: dict[str, Any] = dict(config.options) if config is not None else {}
    if config is not None and config.keep_literals is not None:
        options["keep_literals"] = config.keep_literals
    if config is not None and config.generator is not None:
        if config.generator == CATEGORIES:  # the rest of the mass and what may stay whole are decided as without a configuration
            inner = next((kind for kind, _ in rank(task, registry) if kind != CATEGORIES), None)
            options = {"vocabulary": vocabulary, "fallback": inner, **options} if vocabulary is not None else {"fallback": inner, **options}
        asked = replace(task, options={**task.options, **options})
        return Step(asked, Choice(config.generator, "as configured"))
    ranked = rank(task, registry)
    if not ranked:
        return None
    text = isinstance(bare(task.column.type), Text)
    if len(task.columns) == 1 and not task.unique and (text or vocabulary is not None) and options.get("keep_literals") is not False:
        found = kept(evidence, task.column, task.k)
        others = [pair for pair in ranked if pair[0] != CATEGORIES]
        inner = others[0][0] if others else None
        may = task.meaning.sensitivity is not Sensitivity.SECRET and task.meaning.kind not in REACHES and found.repeats
        if vocabulary is not None and found.distinct:
            reason = f"vocabulary: {vocabulary}"
            return Step(
                replace(task, options={**task.options, **options, "vocabulary": vocabulary, "fallback": inner}),
                Choice(CATEGORIES, reason, tuple(others)),
            )
        if may and found.share >= 0.02:
            reason = f"{found.values} of {found.distinct} values are held by {task.k} owners or more, {found.share:.0%} of the rows"
            return Step(replace(task, options={**task.options, **options, "fallback": inner}), Choice(CATEGORIES, reason, tuple(others)))
        ranked = tuple(others) or ranked
    best, score = ranked[0]
    reason = f"suits best ({score:.2f}): {_what(task)}"
    return Step(replace(task, options={**task.options, **options}), Choice(best, reason, ranked[1:]))


def _what(task: Task) -> str:
    meanings = ", ".join(dict.fromkeys(str(meaning.kind) for meaning in task.meanings))
    return f"{'unique ' if task.unique else ''}{meanings}" if meanings else "keys"


def without_strong(
    groups: Sequence[tuple[str, ...]],
    columns: Mapping[str, Column],
    meanings: Mapping[str, Meaning],
    evidence: TableEvidence | None,
    k: int,
) -> list[tuple[str, ...]]:
    """Groups of columns that agree, without columns whose own shares are strong enough to be kept as they are."""
    out = []
    for group in groups:
        weak = tuple(name for name in group if not _strong(kept(evidence, columns[name], k)))
        if len(weak) > 1:
            out.append(weak)
    return out


def _strong(found: Kept) -> bool:
    return found.repeats and found.share >= ENOUGH
