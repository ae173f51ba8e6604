"""Which generator fills which column: every family says how well it suits, the data say whether values may be kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mimic.conditions import Limits
from mimic.config import ColumnConfig
from mimic.generator import Span, Task
from mimic.generators.spellings import spelling
from mimic.plan import Choice, Step
from mimic.planning.naming import spelled
from mimic.profile import TableEvidence
from mimic.registry import Registry
from mimic.schema import Column, Text, bare
from mimic.semantics import Kind, Meaning, Sensitivity
from mimic.streams import Streams
from mimic.truth import matches

CATEGORIES = "categorical.shares"
SPELLINGS = "text.spellings"
MARGINAL = "marginal"  # the column's own generator, and nothing around it
DEALT = (  # generators around another one
    *("tree.leaves", "copula.gaussian", MARGINAL, "key.ranked", "relation.composed"),
    *("temporal.after", "sequence.joined", "sequence.rising", "sequence.running", "sequence.lagged"),
    *("relation.share", "relation.inherited", "relation.seldom", "relation.ratio", "relation.balanced"),
    *("relation.follows", "relation.bounded", "relation.computed", "relation.determined"),
)
NOTHING, REDRAWN = "null", "key.redrawn"
LOOKED_AT = 200  # values of a text column, to see whether they spell something
REACHES = frozenset(
    (
        *(Kind.EMAIL, Kind.PHONE, Kind.IBAN, Kind.CARD_NUMBER, Kind.BANK_ACCOUNT, Kind.NATIONAL_ID, Kind.PASSPORT, Kind.TAX_ID),
        *(Kind.DEVICE_ID, Kind.MAC, Kind.IP, Kind.LICENCE_PLATE),
    )
)  # kinds of which no real value is kept, however many owners it has
MEANT = 0.6  # how well a generator must suit for the column's meaning to count against the pattern of a CHECK
TRIED, MOSTLY = 64, 0.9  # of so many values made by it, so many must match
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
    config = spelled(config, task.column) if config is not None else None
    if config is not None and config.generator in DEALT:  # what `plan` proposed: the values are made as without a configuration
        config = config.model_copy(update={"generator": None})
    options: dict[str, Any] = dict(config.options) if config is not None else {}
    if config is not None and config.keep_literals is not None:
        options["keep_literals"] = config.keep_literals
    if config is not None and config.generator is not None:
        if config.generator == CATEGORIES:  # the rest of the mass and what may stay whole are decided as without a configuration
            inner = next((kind for kind, _ in rank(task, registry) if kind != CATEGORIES), None)
            options = {"vocabulary": vocabulary, "fallback": inner, **options} if vocabulary is not None else {"fallback": inner, **options}
        asked = replace(task, options={**task.options, **options})
        return Step(asked, Choice(config.generator, "as configured"))
    if "values" in task.options and len(task.columns) == 1:
        return Step(replace(task, options={**task.options, **options}), Choice(CATEGORIES, "a CHECK lists its values"))
    ranked = rank(task, registry)
    if task.unique and len(task.columns) == 1 and all(kind == NOTHING for kind, _ in ranked):
        plain = choose(replace(task, unique=False), registry, evidence, config, vocabulary)
        if plain is not None and plain.choice.kind != NOTHING:
            reason = f"different values by {plain.choice.kind}"
            told = {**plain.task.options, "redrawn": plain.choice.kind}
            return Step(replace(task, options=told), Choice(REDRAWN, reason, plain.choice.lost))
    alone, nothing = len(task.columns) == 1, all(kind == NOTHING for kind, _ in ranked)
    if nothing and alone and task.meaning.kind is not Kind.WORDS and isinstance(bare(task.column.type), Text):
        meant = replace(task.meaning, kind=Kind.WORDS, why=f"{task.meaning.why}; no room for more")  # an address in a single letter
        return choose(replace(task, meanings=(meant,)), registry, evidence, config, vocabulary)
    if not ranked:
        return None
    text = isinstance(bare(task.column.type), Text)
    if text and task.unique and task.meaning.kind is Kind.SETTING_KEY and vocabulary is not None:
        asked = replace(task, options={**task.options, **options, "vocabulary": vocabulary})
        return Step(asked, Choice(CATEGORIES, f"vocabulary: {vocabulary}", ranked))
    if text and len(task.columns) == 1 and not task.unique and (what := _spelled(task, evidence)):
        ranked = (SPELLINGS, 0.9), *(pair for pair in ranked if pair[0] != SPELLINGS)
        if what == "json":  # the shape is kept whole; no document is
            asked = replace(task, options={**task.options, **options})
            return Step(asked, Choice(SPELLINGS, "its values are JSON documents", ranked[1:]))
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


def by_meaning(task: Task, registry: Registry) -> Task:
    """The task without a CHECK's patterns where a generator for what the column means keeps to them anyway: an address with an @."""
    limits = Limits.of(task.options.get("limits"))
    if not limits.patterns or len(task.columns) != 1:
        return task
    told = {name: value for name, value in task.options.items() if name != "limits"}
    plain = replace(task, options={**told, "limits": replace(limits, patterns=()).plain()})
    ranked = rank(replace(plain, unique=False), registry)
    if not ranked or ranked[0][1] < MEANT:
        return task
    place = Streams(0).at("plan", task.table.name, task.name)
    made = registry.generators.get(ranked[0][0]).learn(replace(plain, unique=False), None, place.at("learn"))
    if made.needs:
        return task
    values = made.sample(Span(0, TRIED, TRIED), place.at("sample", 0), {})[task.column.name].drop_null()
    good = [matches(values, pattern, limits.ignore_case) for pattern in limits.patterns] if pa.types.is_string(values.type) else []
    kept_to = len(values) and good and float(np.asarray(reduce(pc.and_, good)).mean()) >= MOSTLY
    return plain if kept_to else task


def _spelled(task: Task, evidence: TableEvidence | None) -> str:
    """What nine of ten values of a text column are the spelling of, where that is a day, a moment or a JSON document; else ""."""
    if evidence is None or not evidence.sampled or task.meaning.sensitivity is Sensitivity.SECRET:
        return ""
    seen = evidence.column(task.column.name).drop_null()[:LOOKED_AT]
    found = Counter("date" if (name := spelling(text)) == "instant" else name for text in seen.to_pylist())
    return next((name for name in ("date", "json") if found[name] >= 0.9 * max(len(seen), 1) and found[name]), "")


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
