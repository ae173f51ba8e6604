"""Spans of time in months, days and microseconds, written as PostgreSQL prints them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Self

import numpy as np
import pyarrow as pa

from mimic.generator import Columns, Literal, Span, State, Task
from mimic.generators.cells import Sketch, described, sketch
from mimic.generators.draws import may_keep, null_share, nulls, systematic, without
from mimic.generators.numeric import Lattice
from mimic.generators.pg_text import format_interval, parse_interval
from mimic.generators.pooled import Pools, from_pool
from mimic.generators.temporal import DAY
from mimic.profile import TableEvidence
from mimic.registry import Registry
from mimic.schema import Interval, bare
from mimic.streams import Ints, Stream

_MONTH = 30 * DAY  # as PostgreSQL compares intervals
_STEPS = (DAY, 3_600_000_000, 60_000_000, 1_000_000, 1_000)
_MOST = 50_000


@dataclass(frozen=True)
class Intervals:
    """Fills one interval column, given nothing.

    `unit` is "month" where all values were whole months, "day" where some had days, and "clock" where none had: 36 hours
    are then written `36:00:00`.
    """

    kind: ClassVar[str] = "interval.quantiles"
    version: ClassVar[int] = 1

    column: str
    sketch: Sketch  # months, or steps
    step: int  # microseconds; 1 for months
    unit: str
    null_share: float
    unique: bool

    @property
    def fills(self) -> tuple[str, ...]:
        return (self.column,)

    @property
    def needs(self) -> tuple[str, ...]:
        return ()

    @classmethod
    def suits(cls, task: Task) -> float:
        return 0.7 if len(task.columns) == 1 and isinstance(bare(task.column.type), Interval) else 0.0

    @classmethod
    def learn(cls, task: Task, evidence: TableEvidence | None, stream: Stream) -> Self:
        column = evidence.column(task.column.name) if evidence is not None and evidence.sampled else None
        share = null_share(task, column)
        if evidence is not None and column is not None and column.null_count < len(column):
            rows = np.flatnonzero(np.asarray(column.is_valid()))
            rows = rows[np.linspace(0, len(rows) - 1, min(len(rows), _MOST)).astype(np.int64)]
            parsed = [parse_interval(text) for text in column.take(pa.array(rows)).to_pylist()]
            good = np.array([found is not None for found in parsed], dtype=np.bool_)
            fields = np.array([found for found in parsed if found is not None], dtype=np.int64).reshape(-1, 3)
            months, days, micros = fields.T
            owners = evidence.owners.take(rows[good])
            whole_months = len(fields) > 0 and not days.any() and not micros.any() and months.any()
            total = months if whole_months else months * _MONTH + days * DAY + micros
            step = 1 if whole_months else next((step for step in _STEPS if not (total % step).any()), 1)
            known = sketch(total / step, owners, task.k, exact=may_keep(task))
            if known is not None:
                unit = "month" if whole_months else "day" if months.any() or days.any() else "clock"
                return cls(task.column.name, known, step, unit, share, task.unique)
        # An hour, give or take: most are shorter, few take days.
        ruled = described(lambda u: np.ceil(3_600 * (-np.log1p(-u)) ** 1.5), floor=0.0)
        return cls(task.column.name, ruled, 1_000_000, "clock", share, task.unique)

    def sample(self, span: Span, stream: Stream, given: Columns) -> Columns:
        if self.unique:
            steps = Lattice.of(self.sketch, span.total, None, None, where=self.column).at(span, stream)
            return {self.column: without(self._spelled(steps), nulls(stream, span.n, self.null_share))}
        return {self.column: from_pool(span, stream, self.null_share, self._made, self._pools)}

    @cached_property
    def _pools(self) -> Pools:
        return {}

    def _made(self, n: int, stream: Stream) -> pa.Array:
        return self._spelled(np.rint(self.sketch.quantile(systematic(stream.at("value"), n))).astype(np.int64))

    def _spelled(self, steps: Ints) -> pa.Array:
        texts = []
        for ticks in (steps * self.step).tolist():
            if self.unit == "month":
                texts.append(format_interval(ticks, 0, 0))
            elif self.unit == "day":
                days = int(ticks / DAY)  # towards zero: both fields have the sign of the whole
                texts.append(format_interval(0, days, ticks - days * DAY))
            else:
                texts.append(format_interval(0, 0, ticks))
        return pa.array(texts, pa.string())

    def capacity(self) -> int | None:
        return None

    def literals(self) -> Iterable[Literal]:
        shown = self._spelled(np.rint(self.sketch.atoms).astype(np.int64)).to_pylist()
        for value, owners in zip(shown, self.sketch.atom_owners.tolist(), strict=True):
            if owners:
                yield Literal(self.column, value, int(owners), "k owners")

    def state(self) -> State:
        return {
            "column": self.column,
            "sketch": self.sketch.state(),
            "step": self.step,
            "unit": self.unit,
            "null_share": self.null_share,
            "unique": self.unique,
        }

    @classmethod
    def restore(cls, state: State) -> Self:
        return cls(**{**state, "sketch": Sketch.restore(state["sketch"])})


def register(registry: Registry) -> None:
    registry.generators.add(Intervals)
