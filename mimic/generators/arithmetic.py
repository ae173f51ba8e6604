"""Amounts that follow from the amounts beside them: a total from its parts, a line from quantity and price, a tax from what is taxed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mimic.generator import Columns, Literal, Span, State, Task
from mimic.generators.draws import null_share, nulls, without
from mimic.generators.logical import heard, told
from mimic.generators.relations import cast
from mimic.profile import TableEvidence
from mimic.registry import Registry
from mimic.schema import Decimal, Float, Integer, LogicalType, arrow_type, bare
from mimic.streams import Floats, Stream

_PRINTED = pa.decimal128(38, 2)  # of numbers without bounds, which travel as texts
RATES = (0.0, 0.07, 0.1, 0.19, 0.2)
WAYS = ("sum", "product", "share")


@dataclass(frozen=True)
class Arithmetic:
    """Fills one column of numbers, given those that it follows from (option `terms`), in one of WAYS (option `way`).

    "sum": of the terms, those of `less` taken off, never below 0; "product": of the terms; "share": of the first term, a usual
    rate of taxes, or up to a quarter where it is a discount (option `off`). A NULL counts as 0, or as 1 in a product.
    """

    kind: ClassVar[str] = "rule.arithmetic"
    version: ClassVar[int] = 1

    column: str
    type: LogicalType
    way: str
    terms: tuple[str, ...]
    less: tuple[str, ...]
    off: bool
    null_share: float

    @property
    def fills(self) -> tuple[str, ...]:
        return (self.column,)

    @property
    def needs(self) -> tuple[str, ...]:
        return (*self.terms, *self.less)

    @classmethod
    def suits(cls, task: Task) -> float:
        """Chosen by the planner."""
        return 0.0

    @classmethod
    def learn(cls, task: Task, evidence: TableEvidence | None, stream: Stream) -> Self:
        options = task.options
        share = null_share(task, evidence.column(task.column.name) if evidence is not None and evidence.sampled else None)
        terms, less = tuple(options["terms"]), tuple(options.get("less", ()))
        return cls(task.column.name, task.column.type, str(options["way"]), terms, less, bool(options.get("off")), share)

    def sample(self, span: Span, stream: Stream, given: Columns) -> Columns:
        if self.way == "product":
            made = np.prod([_numbers(given[name], 1.0) for name in self.terms], axis=0)
        elif self.way == "share":
            u = stream.at("rate").uniform(span.n)
            rates = np.where(u < 0.7, 0.0, (u - 0.7) * 0.8) if self.off else np.array(RATES)[np.floor(u * len(RATES)).astype(np.int64)]
            made = _numbers(given[self.terms[0]], 0.0) * rates
        else:
            made = sum((_numbers(given[name], 0.0) for name in self.terms), np.zeros(span.n))
            made = np.maximum(made - sum((_numbers(given[name], 0.0) for name in self.less), np.zeros(span.n)), 0.0)
        kind = bare(self.type)
        places = 0 if isinstance(kind, Integer) else min(kind.scale if isinstance(kind, Decimal) and kind.scale is not None else 2, 2)
        out = arrow_type(self.type)
        values = pa.array(np.round(made, places))
        values = values.cast(_PRINTED, safe=False).cast(pa.string()) if pa.types.is_string(out) else cast(values, out)
        return {self.column: without(values, nulls(stream, span.n, self.null_share))}

    def capacity(self) -> int | None:
        return None

    def literals(self) -> Iterable[Literal]:
        return ()

    def state(self) -> State:
        return {
            "column": self.column,
            "type": told(self.type),
            "way": self.way,
            "terms": list(self.terms),
            "less": list(self.less),
            "off": self.off,
            "null_share": self.null_share,
        }

    @classmethod
    def restore(cls, state: State) -> Self:
        lists = {name: tuple(state[name]) for name in ("terms", "less")}
        return cls(**{**state, **lists, "type": heard(state["type"])})


def _numbers(values: pa.Array, otherwise: float) -> Floats:
    return np.asarray(pc.fill_null(values.cast(pa.float64(), safe=False), otherwise).to_numpy(zero_copy_only=False), dtype=np.float64)


def reckoned(kind: LogicalType) -> bool:
    return isinstance(bare(kind), Integer | Float | Decimal)


def register(registry: Registry) -> None:
    registry.generators.add(Arithmetic)


__all__ = ["RATES", "WAYS", "Arithmetic", "reckoned", "register"]
