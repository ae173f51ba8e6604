"""Arrays and rows as PostgreSQL writes them (`{a,b}`, `(1,x)`): lengths as seen, elements by the generators of their own types."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import ClassVar, Self

import numpy as np
import pyarrow as pa

from mimic.generator import Columns, Generator, Literal, Span, State, Task
from mimic.generators.cells import Sketch, constant, sketch
from mimic.generators.draws import null_share, systematic
from mimic.generators.logical import heard, told
from mimic.generators.nested import best, kept_to, pack, part, parts_of, rules_of, some, unpack
from mimic.generators.pg_text import Nested, delimiter_of, format_array, format_row, parse_array, parse_row, printed, scanned
from mimic.generators.pooled import Pools, from_pool
from mimic.generators.themes import known
from mimic.profile import Owners, TableEvidence
from mimic.registry import Registry
from mimic.schema import Array, Composite, Domain, LogicalType, Text, bare
from mimic.streams import Stream

_MOST = 20_000  # values that are looked at
_LONGEST = 1_000


def element_generator(
    name: str, kind: LogicalType, values: pa.Array | None, owners: Owners | None, outer: Task, stream: Stream
) -> Generator | None:
    """The generator for parts of another column's values; None where none makes them, or where a domain's CHECK cannot be kept."""
    rules = rules_of(kind, outer)
    if rules.unread:
        return None
    task, evidence = part(name, kind, values, owners, outer, rules.options)
    made = _element(task, evidence, kind, stream, outer)
    return kept_to(made, task, rules, stream.at("kept")) if made is not None else None


def _element(task: Task, evidence: TableEvidence | None, kind: LogicalType, stream: Stream, outer: Task) -> Generator | None:
    if isinstance(bare(kind), Text) and "limits" not in task.options:
        from mimic.generators.categorical import Shares
        from mimic.generators.spellings import Spellings
        from mimic.generators.themed import Themed

        if evidence is None and (theme := str(outer.options.get("theme", ""))) and known(theme):
            return Themed.learn(replace(task, options={**task.options, "theme": theme, "null_share": 0.0}), None, stream)
        listed = {"values": ("alpha", "beta", "gamma", "delta", "omega")} if evidence is None else {}
        fallback = {"fallback": Spellings.kind}
        return Shares.learn(replace(task, options={**task.options, **fallback, **listed}), evidence, stream)
    chosen = best(task, without=("key.", "null", "reference"))
    return chosen.learn(task, evidence, stream) if chosen is not None else None


@dataclass(frozen=True)
class Arrays:
    """Fills one array column; two and more dimensions keep the sizes of the inner ones.

    Options `least` and `most` bound the number of elements. A unique column gets arrays that differ by their random elements
    and is only offered where these are many.
    """

    kind: ClassVar[str] = "array.elements"
    version: ClassVar[int] = 1

    column: str
    element: LogicalType
    lengths: Sketch
    inner: tuple[int, ...]  # sizes of the further dimensions
    part: Generator | None
    null_share: float

    @property
    def fills(self) -> tuple[str, ...]:
        return (self.column,)

    @property
    def needs(self) -> tuple[str, ...]:
        return ()

    @classmethod
    def suits(cls, task: Task) -> float:
        return 0.7 if len(task.columns) == 1 and not task.unique and isinstance(bare(task.column.type), Array) else 0.0

    @classmethod
    def learn(cls, task: Task, evidence: TableEvidence | None, stream: Stream) -> Self:
        kind = bare(task.column.type)
        element = kind.element if isinstance(kind, Array) else Text()
        column = evidence.column(task.column.name) if evidence is not None and evidence.sampled else None
        share = null_share(task, column)
        lengths: Sketch | None = None
        inner: tuple[int, ...] = ()
        made: Generator | None = None
        if evidence is not None and column is not None and column.null_count < len(column):
            rows = np.flatnonzero(np.asarray(column.is_valid()))
            rows = rows[np.linspace(0, len(rows) - 1, min(len(rows), _MOST)).astype(np.int64)]
            texts: list[str] = column.take(pa.array(rows)).to_pylist()
            arrays = [parse_array(text, delimiter=delimiter_of(element)) or [] for text in texts]
            lengths = sketch(
                np.array([min(len(array), _LONGEST) for array in arrays], dtype=np.float64), evidence.owners.take(rows), task.k
            )
            deep = [sizes for sizes in map(_inner, arrays) if sizes is not None]
            if deep:
                inner = max(sorted(set(deep)), key=deep.count)
            flat = [(row, item) for row, array in zip(rows.tolist(), arrays, strict=True) for item in _flat(array[:_LONGEST])][: 4 * _MOST]
            if flat:
                where = np.array([row for row, _ in flat], dtype=np.int64)
                values = scanned([item for _, item in flat], element)
                made = element_generator("element", element, values, parts_of(evidence.owners, where), task, stream.at("element"))
        if made is None:
            made = element_generator("element", element, None, None, task, stream.at("element"))
        least, most = int(task.options.get("least", 0)), int(task.options.get("most", _LONGEST))
        if lengths is None:
            none = np.zeros(0)
            sizes = np.clip(np.arange(4.0), least, most)
            lengths = Sketch(sizes, np.array([0.25, 0.3, 0.25, 0.2]), np.zeros(4, dtype=np.int64), none, none, none, none, 0.0)
        if made is None and isinstance(element, Domain):  # a domain may refuse NULL: nothing is in its arrays
            least, most, lengths = 0, _LONGEST, constant(0.0)
        if least or most < _LONGEST:
            lengths = constant(float(least)) if least == most else lengths
        return cls(task.column.name, element, lengths, inner, made, share)

    def sample(self, span: Span, stream: Stream, given: Columns) -> Columns:
        return {self.column: from_pool(span, stream, self.null_share, self._made, self._pools)}

    @cached_property
    def _pools(self) -> Pools:
        return {}

    def _made(self, n: int, stream: Stream) -> pa.Array:
        sizes = np.clip(np.rint(self.lengths.quantile(systematic(stream.at("length"), n))), 0, _LONGEST).astype(np.int64)
        each = int(np.prod(self.inner)) if self.inner else 1
        total = int(sizes.sum()) * each
        items: Nested = printed(some(self.part, total, stream.at("element", 0)), self.element) if self.part is not None and total else []
        items += [None] * (total - len(items))
        for size in reversed(self.inner):
            items = [items[i : i + size] for i in range(0, len(items), size)]
        ends = np.cumsum(sizes).tolist()
        delimiter = delimiter_of(self.element)
        arrays = [items[a:b] for a, b in zip([0, *ends[:-1]], ends, strict=True)]
        if self.part is not None and self.part.kind == "text.themed" and not self.inner and not (sizes == sizes[:1]).all():
            arrays = [list(dict.fromkeys(array)) for array in arrays]  # nobody has a tag twice
        texts = [format_array(array, delimiter=delimiter) for array in arrays]
        return pa.array(texts, pa.string())

    def capacity(self) -> int | None:
        return None

    def literals(self) -> Iterable[Literal]:
        if self.part is not None:
            yield from (replace(literal, column=self.column) for literal in self.part.literals())

    def state(self) -> State:
        return {
            "column": self.column,
            "element": told(self.element),
            "lengths": self.lengths.state(),
            "inner": list(self.inner),
            "part": pack(self.part) if self.part is not None else None,
            "null_share": self.null_share,
        }

    @classmethod
    def restore(cls, state: State) -> Self:
        return cls(
            state["column"],
            heard(state["element"]),
            Sketch.restore(state["lengths"]),
            tuple(state["inner"]),
            unpack(state["part"]) if state["part"] else None,
            state["null_share"],
        )


def _inner(array: Nested) -> tuple[int, ...] | None:
    """Sizes of the dimensions below the first; None of an empty array, which has no dimensions."""
    if not array:
        return None
    first = array[0]
    return (len(first), *(_inner(first) or ())) if isinstance(first, list) else ()


def _flat(array: Nested) -> Iterable[str | None]:
    for item in array:
        if isinstance(item, list):
            yield from _flat(item)
        else:
            yield item


@dataclass(frozen=True)
class Rows:
    """Fills one column of a composite type, field by field."""

    kind: ClassVar[str] = "row.fields"
    version: ClassVar[int] = 1

    column: str
    types: tuple[LogicalType, ...]
    parts: tuple[Generator | None, ...]
    null_share: float

    @property
    def fills(self) -> tuple[str, ...]:
        return (self.column,)

    @property
    def needs(self) -> tuple[str, ...]:
        return ()

    @classmethod
    def suits(cls, task: Task) -> float:
        return 0.7 if len(task.columns) == 1 and not task.unique and isinstance(bare(task.column.type), Composite) else 0.0

    @classmethod
    def learn(cls, task: Task, evidence: TableEvidence | None, stream: Stream) -> Self:
        kind = bare(task.column.type)
        fields = kind.fields if isinstance(kind, Composite) else ()
        column = evidence.column(task.column.name) if evidence is not None and evidence.sampled else None
        found: list[list[str | None]] = []
        where: list[int] = []
        if column is not None:
            for row in np.flatnonzero(np.asarray(column.is_valid()))[:_MOST].tolist():
                values = parse_row(column[row].as_py())
                if values is not None and len(values) == len(fields):
                    found.append(values)
                    where.append(row)
        parts: list[Generator | None] = []
        for i, (name, part_kind) in enumerate(fields):
            values_of = scanned([values[i] for values in found], part_kind) if found else None
            owners = evidence.owners.take(np.array(where, dtype=np.int64)) if evidence is not None and found else None
            parts.append(element_generator(name, part_kind, values_of, owners, task, stream.at(i)))
        return cls(task.column.name, tuple(part_kind for _, part_kind in fields), tuple(parts), null_share(task, column))

    def sample(self, span: Span, stream: Stream, given: Columns) -> Columns:
        return {self.column: from_pool(span, stream, self.null_share, self._made, self._pools)}

    @cached_property
    def _pools(self) -> Pools:
        return {}

    def _made(self, n: int, stream: Stream) -> pa.Array:
        fields = [
            printed(some(made, n, stream.at(i, 0)), kind) if made is not None else [None] * n
            for i, (kind, made) in enumerate(zip(self.types, self.parts, strict=True))
        ]
        return pa.array([format_row(row) for row in zip(*fields, strict=True)] if fields else ["()"] * n, pa.string())

    def capacity(self) -> int | None:
        return None

    def literals(self) -> Iterable[Literal]:
        for made in self.parts:
            if made is not None:
                yield from (replace(literal, column=self.column) for literal in made.literals())

    def state(self) -> State:
        return {
            "column": self.column,
            "types": [told(kind) for kind in self.types],
            "parts": [pack(made) if made is not None else None for made in self.parts],
            "null_share": self.null_share,
        }

    @classmethod
    def restore(cls, state: State) -> Self:
        return cls(
            state["column"],
            tuple(heard(kind) for kind in state["types"]),
            tuple(unpack(made) if made else None for made in state["parts"]),
            state["null_share"],
        )


def register(registry: Registry) -> None:
    registry.generators.add(Arrays)
    registry.generators.add(Rows)
