"""Ranges and multiranges: where they begin, how wide they are, how they are bounded, as seen.

A unique column, or one whose ranges must not overlap (option `apart`, from an EXCLUDE constraint), lays them side by side.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import ClassVar, Self

import numpy as np
import pyarrow as pa

from mimic.generator import Columns, Generator, Literal, Span, State, Task
from mimic.generators.cells import Sketch, constant, described, sketch
from mimic.generators.draws import Guide, null_share, nulls, systematic, without
from mimic.generators.logical import heard, told
from mimic.generators.nested import best, pack, part, some, unpack
from mimic.generators.pg_text import Bounds, format_range, parse_ranges, printed, scanned
from mimic.generators.pooled import Pools, from_pool
from mimic.generators.temporal import DAY, TODAY
from mimic.profile import TableEvidence
from mimic.registry import Registry
from mimic.schema import Date, Decimal, Float, Integer, LogicalType, Range, Timestamp, arrow_type, bare
from mimic.streams import Floats, Ints, Stream

_MOST = 20_000
_FORMS = ("[)", "[]", "()", "(]")
_CASES = ("bounded", "no lower", "no upper", "unbounded", "empty")


@dataclass(frozen=True)
class Ranges:
    """Fills one column of a range or multirange type, given nothing."""

    kind: ClassVar[str] = "range.widths"
    version: ClassVar[int] = 1

    column: str
    element: LogicalType
    multi: bool
    lower: Generator | None
    widths: Sketch  # in the element's unit: numbers, days, microseconds
    cases: Floats  # (5,) shares of _CASES
    forms: Floats  # (4,) shares of _FORMS
    counts: Sketch  # ranges of a multirange
    null_share: float
    apart: bool

    @property
    def fills(self) -> tuple[str, ...]:
        return (self.column,)

    @property
    def needs(self) -> tuple[str, ...]:
        return ()

    @classmethod
    def suits(cls, task: Task) -> float:
        kind = bare(task.column.type)
        return 0.7 if len(task.columns) == 1 and isinstance(kind, Range) and countable(kind.element) else 0.0

    @classmethod
    def learn(cls, task: Task, evidence: TableEvidence | None, stream: Stream) -> Self:
        kind = bare(task.column.type)
        element, multi = (kind.element, kind.multi) if isinstance(kind, Range) else (Integer(), False)
        column = evidence.column(task.column.name) if evidence is not None and evidence.sampled else None
        share = null_share(task, column)
        apart = task.unique or bool(task.options.get("apart"))
        cases, forms = np.array([1.0, 0, 0, 0, 0]), np.array([1.0, 0, 0, 0])
        widths: Sketch | None = None
        counts: Sketch | None = None
        lowers: pa.Array | None = None
        owners = None
        if evidence is not None and column is not None and column.null_count < len(column):
            rows = np.flatnonzero(np.asarray(column.is_valid()))
            rows = rows[np.linspace(0, len(rows) - 1, min(len(rows), _MOST)).astype(np.int64)]
            parsed = [parse_ranges(text) for text in column.take(pa.array(rows)).to_pylist()]
            found = [(row, ranges) for row, ranges in zip(rows.tolist(), parsed, strict=True) if ranges is not None]
            cases = _kept(np.array([_case(ranges) for _, ranges in found], dtype=np.int64), 5, task.k)
            all_bounds = [(row, one) for row, ranges in found for one in ranges]
            forms = _kept(np.array([_FORMS.index(one.form) for _, one in all_bounds], dtype=np.int64), 4, task.k)
            bounded = [(row, one) for row, one in all_bounds if one.lower is not None]
            if bounded:
                where = np.array([row for row, _ in bounded], dtype=np.int64)
                lowers, owners = scanned([one.lower for _, one in bounded], element), evidence.owners.take(where)
                uppers = scanned([one.upper for _, one in bounded], element)
                spans = _numbers(uppers, element) - _numbers(lowers, element)
                finite = np.flatnonzero(np.isfinite(spans) & (spans >= 0))
                widths = sketch(spans[finite], owners.take(finite), task.k)
            if multi:
                sizes = np.array([len(ranges) for _, ranges in found], dtype=np.float64)
                counts = sketch(sizes, evidence.owners.take(np.array([row for row, _ in found], dtype=np.int64)), task.k)
        inner, seen = part("lower", element, lowers, owners, task)
        chosen = best(inner, without=("categorical.", "key.", "constant", "null", "reference"))
        lower = chosen.learn(inner, seen, stream.at("lower")) if chosen is not None else None
        if lower is not None and widths is None:
            widths = _ruled(element)
        return cls(
            task.column.name, element, multi, lower, widths or constant(1), cases, forms, counts or constant(1), share, apart
        )  # fmt: skip

    def sample(self, span: Span, stream: Stream, given: Columns) -> Columns:
        if self.apart:
            texts = pa.array(self._side_by_side(span, stream), pa.string())
            return {self.column: without(texts, nulls(stream, span.n, self.null_share))}
        return {self.column: from_pool(span, stream, self.null_share, self._made, self._pools)}

    @cached_property
    def _pools(self) -> Pools:
        return {}

    def _made(self, n: int, stream: Stream) -> pa.Array:
        case = Guide.of(self.cases)(systematic(stream.at("case"), n)).tolist()
        sizes = np.ones(n, dtype=np.int64)
        if self.multi:
            sizes = np.maximum(np.rint(self.counts.quantile(systematic(stream.at("count"), n))), 1).astype(np.int64)
        total = int(sizes.sum())
        lower = some(self.lower, total, stream.at("lower", 0)) if self.lower is not None else pa.nulls(total, arrow_type(self.element))
        starts = np.nan_to_num(_numbers(lower, self.element))
        widths = np.maximum(self._whole(self.widths.quantile(systematic(stream.at("width"), total))), self._least)
        # The ranges of one multirange follow each other at the distance of their own width.
        first = np.concatenate([[0], np.cumsum(sizes)[:-1]])
        turn = np.arange(total) - np.repeat(first, sizes)
        for k in range(1, int(sizes.max(initial=1))):
            here = np.flatnonzero(turn == k)
            starts[here] = starts[here - 1] + widths[here - 1] + np.maximum(widths[here], 1)
        form = Guide.of(self.forms)(systematic(stream.at("form"), total)).tolist()
        shown = zip(self._texts(starts), self._texts(starts + widths), form, strict=True)
        bounds = [Bounds(a, b, _FORMS[f]) for a, b, f in shown]
        texts = []
        for i, begin in enumerate(first.tolist()):
            own = bounds[begin : begin + int(sizes[i])]
            texts.append(self._spelled(own, _CASES[case[i]]))
        return pa.array(texts, pa.string())

    def _spelled(self, own: list[Bounds], case: str) -> str:
        if case == "empty":
            return "{}" if self.multi else "empty"
        if case in ("no lower", "unbounded"):
            own = [replace(own[0], lower=None, form="(" + own[0].form[1]), *own[1:]]
        if case in ("no upper", "unbounded"):
            own = [*own[:-1], replace(own[-1], upper=None, form=own[-1].form[0] + ")")]
        if case == "unbounded":
            own = own[:1]
            own = [replace(own[0], upper=None, form="()")]
        shown = ",".join(format_range(one) for one in own)
        return "{" + shown + "}" if self.multi else shown

    def _side_by_side(self, span: Span, stream: Stream) -> list[str]:
        """Row i has the i-th place of a line; places are equally wide, so no row needs to know of another."""
        width = float(max(self._whole(np.array([self.widths.mean]))[0], self._least))
        start = float(self._whole(np.array([self._origin(span.total, width)]))[0])
        at = np.asarray(start + np.arange(span.start, span.start + span.n) * 2 * width, dtype=np.float64)
        shown = zip(self._texts(at), self._texts(at + width), strict=True)
        texts = [format_range(Bounds(a, b, "[)")) for a, b in shown]
        return ["{" + text + "}" for text in texts] if self.multi else texts

    def _origin(self, total: int, width: float) -> float:
        if isinstance(bare(self.element), Date | Timestamp):
            today = float(np.datetime64(TODAY, "D").astype(np.int64))
            return (today if isinstance(bare(self.element), Date) else today * DAY) - total * 2 * width
        return 0.0

    @property
    def _least(self) -> float:
        """No bounded range is empty by chance."""
        return 1.0 if isinstance(bare(self.element), Integer | Date) else 1e6 if isinstance(bare(self.element), Timestamp) else 0.01

    def _whole(self, values: Floats) -> Floats:
        match bare(self.element):
            case Integer() | Date():
                return np.rint(values)
            case Timestamp():
                step = DAY if self.widths.mean > 20 * DAY else 1e6
                return np.rint(values / step) * step
        return np.round(values, 2)

    def _texts(self, values: Floats) -> list[str | None]:
        kind = bare(self.element)
        if isinstance(kind, Decimal | Float):
            return [f"{value:.2f}" for value in values]
        bits = 31 if isinstance(kind, Date) or (isinstance(kind, Integer) and kind.bits <= 32) else 62
        whole = np.clip(values, -(2.0**bits) + 1, 2.0**bits - 1025 if bits == 62 else 2.0**bits - 2).astype(np.int64)
        if isinstance(kind, Integer):
            return [str(value) for value in whole.tolist()]
        array = pa.array(whole.astype(np.int32) if isinstance(kind, Date) else whole)
        return printed(array.view(arrow_type(kind)), kind)

    def capacity(self) -> int | None:
        return None

    def literals(self) -> Iterable[Literal]:
        if self.lower is not None:
            yield from (replace(literal, column=self.column) for literal in self.lower.literals())

    def state(self) -> State:
        return {
            "column": self.column,
            "element": told(self.element),
            "multi": self.multi,
            "lower": pack(self.lower) if self.lower is not None else None,
            "widths": self.widths.state(),
            "cases": self.cases,
            "forms": self.forms,
            "counts": self.counts.state(),
            "null_share": self.null_share,
            "apart": self.apart,
        }

    @classmethod
    def restore(cls, state: State) -> Self:
        return cls(
            **{
                **state,
                "element": heard(state["element"]),
                "lower": unpack(state["lower"]) if state["lower"] else None,
                "widths": Sketch.restore(state["widths"]),
                "counts": Sketch.restore(state["counts"]),
            }
        )


def countable(kind: LogicalType) -> bool:
    """Whether bounds can be counted with: numbers, days, microseconds."""
    return isinstance(bare(kind), Integer | Decimal | Float | Date | Timestamp)


def _case(ranges: list[Bounds]) -> int:
    if not ranges:
        return 4
    return (ranges[0].lower is None) + 2 * (ranges[-1].upper is None)


def _kept(codes: Ints, many: int, k: int) -> Floats:
    """Shares of the cases that k ranges have; the first case when there is none."""
    counts = np.bincount(codes, minlength=many).astype(np.float64)
    counts[counts < k] = 0.0
    if counts.sum() <= 0:
        counts[0] = 1.0
    return np.asarray(counts / counts.sum(), dtype=np.float64)


def _numbers(values: pa.Array, kind: LogicalType) -> Floats:
    """Bounds as numbers, days or microseconds; NULL and infinities as NaN."""
    match bare(kind):
        case Date():
            ticks = values.view(pa.int32()).cast(pa.float64())
        case Timestamp():
            ticks = values.view(pa.int64()).cast(pa.float64(), safe=False)
        case _:
            ticks = values.cast(pa.float64(), safe=False)
    out = np.array(ticks.to_numpy(zero_copy_only=False), dtype=np.float64)
    out[np.abs(out) >= (2.0**31 - 2 if isinstance(bare(kind), Date) else 2.0**62)] = np.nan
    return out


def _ruled(kind: LogicalType) -> Sketch:
    match bare(kind):
        case Date():
            return described(lambda u: 1 + 29 * u, floor=0.0)
        case Timestamp():
            return described(lambda u: (1 + np.floor(8 * u)) * 3.6e9, floor=0.0)
    return described(lambda u: 1 + 99 * u, floor=0.0)


def register(registry: Registry) -> None:
    registry.generators.add(Ranges)
