"""Values as a configuration gives them: categories with weights, and days or moments spread evenly over a span."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, Self

import numpy as np
import pyarrow as pa

from mimic.errors import UsageError
from mimic.generator import Generator, Task
from mimic.generators.categorical import Shares, from_text
from mimic.generators.draws import null_share
from mimic.generators.ruled import Ruled
from mimic.generators.temporal import Moments
from mimic.profile import TableEvidence
from mimic.registry import Registry
from mimic.schema import Date, Time, Timestamp, bare
from mimic.streams import Stream


@dataclass(frozen=True)
class Given(Ruled):
    """Fills one column with the values of the option `values`, a list or a mapping from values to weights; NULLs as seen, or as asked."""

    kind: ClassVar[str] = "categorical.given"
    version: ClassVar[int] = 1

    family: ClassVar[type[Generator]] = Shares

    @classmethod
    def suits(cls, task: Task) -> float:
        """Only where a configuration asks for it."""
        return 0.0

    @classmethod
    def learn(cls, task: Task, evidence: TableEvidence | None, stream: Stream) -> Self:
        place = f"{task.table.name}.{task.column.name}"
        asked = task.options.get("values")
        told = dict(asked) if isinstance(asked, Mapping) else dict.fromkeys(asked or (), 1.0)
        weights = np.array([_weight(weight, place) for weight in told.values()])
        if not len(weights) or weights.sum() <= 0:
            raise UsageError("categories need `values`: a list, or a mapping from values to weights.", where=place)
        texts = tuple(_spelled(value) for value in told)
        try:
            from_text(texts, task.column.type)
        except (pa.ArrowInvalid, ValueError):
            raise UsageError("not all of the given values fit into this column.", where=place) from None
        column = evidence.column(task.column.name) if evidence is not None and evidence.sampled else None
        nobody, why = np.zeros(len(texts), dtype=np.int64), ("schema",) * len(texts)
        shares = np.asarray(weights / weights.sum(), dtype=np.float64)
        return cls(Shares(task.column.name, task.column.type, texts, shares, nobody, why, null_share(task, column), None, task.unique))


def _weight(weight: object, place: str) -> float:
    if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 <= weight < float("inf"):
        raise UsageError("weights are numbers that are not negative.", where=place)
    return float(weight)


def _spelled(value: object) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


@dataclass(frozen=True)
class EvenMoments(Ruled):
    """Fills one column of dates, timestamps or times with all of them between the options `low` and `high` (ISO texts) alike."""

    kind: ClassVar[str] = "temporal.uniform"
    version: ClassVar[int] = 1

    family: ClassVar[type[Generator]] = Moments

    @classmethod
    def suits(cls, task: Task) -> float:
        return 0.15 if len(task.columns) == 1 and isinstance(bare(task.column.type), Date | Time | Timestamp) else 0.0

    @classmethod
    def learn(cls, task: Task, evidence: TableEvidence | None, stream: Stream) -> Self:
        column = evidence.column(task.column.name) if evidence is not None and evidence.sampled else None
        options = {"null_share": null_share(task, column), **task.options}
        try:
            made = Moments.learn(replace(task, options=options), None, stream)
        except ValueError:
            raise UsageError("`low` and `high` are ISO texts, such as 2026-01-31.", where=f"{task.table.name}.{task.column.name}") from None
        return cls(made)


def register(registry: Registry) -> None:
    registry.generators.add(Given)
    registry.generators.add(EvenMoments)


__all__ = ["EvenMoments", "Given"]
