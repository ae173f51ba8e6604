"""Categories with their shares: only those that k owners hold, or that the schema or public vocabulary names.

The rest of the mass goes to a *fallback*, another generator that learns from the rare rows and makes their values anew.
Labels of an enum, the two of a boolean, and values that a constraint lists are schema, not data: all of them may come,
and those that fewer than k owners hold share the rest of the mass evenly.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import ClassVar, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mimic.errors import CapacityError
from mimic.generator import Columns, Generator, Literal, Span, State, Task
from mimic.generators.draws import Guide, null_share, nulls, shuffled, systematic, without
from mimic.generators.logical import heard, told
from mimic.generators.nested import best, inside, pack, rows_of, unpack
from mimic.generators.opaque import known
from mimic.profile import TableEvidence
from mimic.registry import Registry
from mimic.schema import Array, Binary, Boolean, Decimal, Enum, Float, Integer, Json, LogicalType, Opaque, Text, arrow_type, bare
from mimic.semantics import Kind
from mimic.streams import Floats, Ints, Stream

_MOSTLY = re.compile(r"active|enabled|verified|confirmed|visible|published|public|valid|allow|subscribed|success|available")
_SELDOM = re.compile(
    r"delet|archiv|void|retir|block|ban|lock|spam|hidden|admin|superuser|staff|default|deprecat|disab|fail|revok|suspend|test|system|private|expired"
)
_NAMED = {Kind.STATUS, Kind.TYPE_REFERENCE, Kind.CURRENCY, Kind.LOCALE, Kind.TIMEZONE, Kind.COUNTRY_CODE, Kind.COUNTRY, Kind.LANGUAGE,
          Kind.MIME, Kind.GENDER, Kind.MARITAL_STATUS, Kind.SETTING_KEY}  # fmt: skip


@dataclass(frozen=True)
class Shares:
    """Fills one column from few values, given what its fallback needs.

    Options: `values` (all that may come, from a constraint), `vocabulary` (True or the reason why values are kept whole even
    below k owners), `keep_literals` (False: no value of the source is kept), `fallback` (kind of the generator for the rest).
    """

    kind: ClassVar[str] = "categorical.shares"
    version: ClassVar[int] = 1

    column: str
    type: LogicalType
    values: tuple[str, ...]  # as text
    shares: Floats  # (m,) of the values that are not NULL; the fallback has what is missing to 1
    owners: Ints  # (m,) 0 for what the schema names
    reasons: tuple[str, ...]
    null_share: float
    fallback: Generator | None = None
    unique: bool = False

    @property
    def fills(self) -> tuple[str, ...]:
        return (self.column,)

    @property
    def needs(self) -> tuple[str, ...]:
        return self.fallback.needs if self.fallback is not None else ()

    @classmethod
    def suits(cls, task: Task) -> float:
        if len(task.columns) != 1:
            return 0.0
        kind = bare(task.column.type)
        if isinstance(kind, Enum | Boolean) or "values" in task.options:
            return 0.95
        if task.unique or isinstance(kind, Float | Binary) or (isinstance(kind, Opaque) and not known(kind)):
            return 0.0
        if isinstance(kind, Text):
            return 0.7 if task.meanings and task.meanings[0].kind in _NAMED else 0.35
        if isinstance(kind, Integer | Decimal):
            return 0.3
        return 0.2 if isinstance(kind, Json | Array) else 0.25

    @classmethod
    def learn(cls, task: Task, evidence: TableEvidence | None, stream: Stream) -> Self:
        kind = task.column.type
        column = evidence.column(task.column.name) if evidence is not None and evidence.sampled else None
        share = null_share(task, column)
        named = labels(kind, task)
        if evidence is None or column is None or column.null_count == len(column):
            if named:
                shares = _ruled(kind, task, len(named))
                return cls._of(task, named, shares, np.zeros(len(named), dtype=np.int64), ("schema",) * len(named), share)
            fallback = _fallback(task, None, stream)
            return cls._of(task, (), np.zeros(0), np.zeros(0, dtype=np.int64), (), share, fallback)
        texts = as_text(column)
        dictionary = texts.dictionary_encode()
        found: list[str] = dictionary.dictionary.to_pylist()
        codes = np.asarray(pc.fill_null(dictionary.indices, -1).to_numpy(zero_copy_only=False), dtype=np.int64)
        counts = np.bincount(codes[codes >= 0], minlength=len(found)).astype(np.float64)
        counts /= counts.sum()
        owners = evidence.owners.distinct(codes, len(found))
        if named:
            return cls._labelled(task, named, dict(zip(found, zip(counts, owners, strict=True), strict=True)), share)
        keep = owners >= task.k
        reasons = np.where(keep, "k owners", "").astype(object)
        if why := task.options.get("vocabulary"):
            meant = task.meanings[0].kind if task.meanings else Kind.OTHER
            reasons[~keep] = f"vocabulary: {why if isinstance(why, str) else meant}"
            keep = np.ones(len(found), dtype=np.bool_)
        if task.options.get("keep_literals", True) is False:
            keep = np.zeros(len(found), dtype=np.bool_)
        fallback = None
        if not keep.all():
            rare = np.flatnonzero((codes >= 0) & ~keep[codes])
            fallback = _fallback(task, rows_of(evidence, rare), stream)
        # Neither the order of the sample nor that of the server: by share, then by text.
        order = sorted(np.flatnonzero(keep).tolist(), key=lambda i: (-counts[i], found[i]))
        kept = tuple(found[i] for i in order)
        return cls._of(task, kept, counts[order], owners[order], tuple(str(reasons[i]) for i in order), share, fallback)

    @classmethod
    def _labelled(cls, task: Task, named: Sequence[str], seen: dict[str, tuple[float, int]], share: float) -> Self:
        held = np.array([seen.get(label, (0.0, 0))[1] >= task.k for label in named])
        shares = np.array([seen[label][0] if known else 0.0 for label, known in zip(named, held, strict=True)])
        rest = 1.0 - shares.sum()
        rare = np.array([label in seen for label in named]) & ~held  # which of the rare ones come at all is no secret of an owner
        if rare.any():
            shares[rare] = rest / rare.sum()
        elif shares.sum() <= 0:
            shares[:] = 1.0 / len(named)
        return cls._of(task, tuple(named), shares / shares.sum(), np.zeros(len(named), dtype=np.int64), ("schema",) * len(named), share)

    @classmethod
    def _of(
        cls, task: Task, values: Sequence[str], shares: Floats, owners: Ints, reasons: tuple[str, ...], share: float,
        fallback: Generator | None = None,
    ) -> Self:  # fmt: skip
        return cls(task.column.name, task.column.type, tuple(values), shares, owners, reasons, share, fallback, task.unique)

    @cached_property
    def _guide(self) -> Guide:
        rest = max(1.0 - float(self.shares.sum()), 0.0) if self.fallback is not None else 0.0
        return Guide.of(np.append(self.shares, rest if len(self.values) else 1.0))

    @cached_property
    def _array(self) -> pa.Array:
        return from_text(self.values, self.type)

    def sample(self, span: Span, stream: Stream, given: Columns) -> Columns:
        mask = nulls(stream, span.n, self.null_share)
        if self.unique:
            if span.total > len(self.values):
                raise CapacityError(self.column, span.total, len(self.values), "it has no more different values")
            order = shuffled(stream.whole.at("order"), len(self.values))
            return {self.column: without(self._array.take(pa.array(order[span.start : span.start + span.n])), mask)}
        if self.fallback is None and not len(self.values):
            return {self.column: pa.nulls(span.n, arrow_type(self.type))}
        codes = self._guide(systematic(stream.at("value"), span.n, mask))
        rest = np.flatnonzero(codes == len(self.values))
        pool = self._array
        if self.fallback is not None and len(rest):
            few = {name: array.take(pa.array(rest)) for name, array in given.items()}
            made = self.fallback.sample(Span(span.start, len(rest), span.total), inside(stream, "rest"), few)[self.column]
            pool = pa.concat_arrays([pool, made])
            codes = codes.astype(np.int64)
            codes[rest] = len(self.values) + np.arange(len(rest))
        return {self.column: pool.take(pa.array(codes, mask=mask))}

    def capacity(self) -> int | None:
        return len(self.values) if self.fallback is None else self.fallback.capacity()

    def literals(self) -> Iterable[Literal]:
        for value, owners, reason in zip(self.values, self.owners.tolist(), self.reasons, strict=True):
            if reason != "schema":
                yield Literal(self.column, value, int(owners), reason)
        if self.fallback is not None:
            yield from self.fallback.literals()

    def state(self) -> State:
        return {
            "column": self.column,
            "type": told(self.type),
            "values": list(self.values),
            "shares": self.shares,
            "owners": self.owners,
            "reasons": list(self.reasons),
            "null_share": self.null_share,
            "fallback": pack(self.fallback) if self.fallback is not None else None,
            "unique": self.unique,
        }

    @classmethod
    def restore(cls, state: State) -> Self:
        return cls(
            **{
                **state,
                "type": heard(state["type"]),
                "values": tuple(state["values"]),
                "reasons": tuple(state["reasons"]),
                "fallback": unpack(state["fallback"]) if state["fallback"] else None,
            }
        )


def labels(kind: LogicalType, task: Task) -> tuple[str, ...]:
    """The values that the schema names: an enum's labels, true and false, or those that a constraint lists."""
    listed = task.options.get("values")
    if listed is not None:
        return tuple("true" if value is True else "false" if value is False else str(value) for value in listed)
    match bare(kind):
        case Enum(labels=names):
            return names
        case Boolean():
            return ("true", "false")
    return ()


def as_text(values: pa.Array) -> pa.Array:
    """Scalars as texts; bytes as hexadecimal digits."""
    if pa.types.is_binary(values.type) or pa.types.is_fixed_size_binary(values.type):
        return pa.array([None if value is None else value.hex() for value in values.to_pylist()], type=pa.string())
    return values.cast(pa.string())


def from_text(values: Sequence[str], kind: LogicalType) -> pa.Array:
    """What `as_text` wrote, in the type in which `kind` travels."""
    out = arrow_type(kind)
    if pa.types.is_binary(out) or pa.types.is_fixed_size_binary(out):
        return pa.array([bytes.fromhex(value) for value in values], type=out)
    return pa.array(list(values), type=pa.string()).cast(out)


def _ruled(kind: LogicalType, task: Task, many: int) -> Floats:
    """Shares without rows: booleans by their name; of several labels the first ones more often."""
    if isinstance(bare(kind), Boolean) and many == 2 and "values" not in task.options:
        name = task.column.name.lower()
        true = 0.06 if _SELDOM.search(name) else 0.85 if _MOSTLY.search(name) else 0.3
        return np.array([true, 1 - true])
    shares = 1.0 / (1.0 + np.arange(many)) ** 0.7
    return np.asarray(shares / shares.sum(), dtype=np.float64)


def _fallback(task: Task, evidence: TableEvidence | None, stream: Stream) -> Generator | None:
    """The generator for what no k owners hold: the configured kind, or the one that suits best."""
    from mimic.generators import builtin

    settled = ("vocabulary", "values", "null_share", "fallback")
    options = {key: value for key, value in task.options.items() if key not in settled} | {"null_share": 0.0}
    inner = replace(task, unique=False, options=options)
    asked = task.options.get("fallback")
    made = builtin().generators.get(asked) if asked else best(inner, without=("categorical.", "key.", "constant", "null", "reference"))
    return made.learn(inner, evidence, stream.at("rest")) if made is not None else None


def register(registry: Registry) -> None:
    registry.generators.add(Shares)
