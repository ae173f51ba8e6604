"""Columns that another column of the row determines: the country of a city, the name of a code.

What a value determines is kept where k owners hold that value. Any other value, most of them made up, is given one by its hash, so
that the same city lies in the same country in all rows of the copy. Of dates and numbers the others ask the trees: what is near is alike.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import ClassVar, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from mimic.generator import Columns, Generator, Literal, Span, State, Task
from mimic.generators.categorical import as_text, from_text
from mimic.generators.features import hashed, ordered
from mimic.generators.leaves import Leaves
from mimic.generators.logical import heard, told
from mimic.generators.nested import pack, unpack
from mimic.profile import TableEvidence
from mimic.registry import Registry
from mimic.schema import LogicalType
from mimic.streams import Floats, Ints, Stream

NOT_ASKED = ("determined_by",)
SALT = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class Determined:
    """Fills a column, given the one that determines it (option `determined_by`); where that is NULL, `otherwise` (option `drawn_by`) does.

    `hashes` (m,) ascending, of the values of the other column that k owners hold, and the place in `values` of what each determines.
    """

    kind: ClassVar[str] = "relation.determined"
    version: ClassVar[int] = 1

    column: str
    type: LogicalType
    by: str
    hashes: NDArray[np.uint64]
    places: Ints
    values: tuple[str | None, ...]  # as text
    owners: Ints  # (values,)
    rest: Floats  # (values,) shares of what all other values determine
    otherwise: Generator
    hashed: bool = True  # whether other values are given one by their hash

    @property
    def fills(self) -> tuple[str, ...]:
        return (self.column,)

    @property
    def needs(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys([self.by, *self.otherwise.needs]))

    @classmethod
    def suits(cls, task: Task) -> float:
        """Chosen by the planner where the rows say so."""
        return 0.0

    @classmethod
    def learn(cls, task: Task, evidence: TableEvidence | None, stream: Stream) -> Self:
        from mimic.generators import builtin

        by = str(task.options["determined_by"])
        inner = replace(task, options={name: value for name, value in task.options.items() if name not in NOT_ASKED})
        if "features" in inner.options:
            otherwise: Generator = Leaves.learn(inner, evidence, stream).plain
        else:
            plain = {name: value for name, value in inner.options.items() if name != "drawn_by"}
            otherwise = builtin().generators.get(str(task.options["drawn_by"])).learn(replace(inner, options=plain), evidence, stream)
        name, none = task.column.name, np.zeros(0, dtype=np.int64)
        if evidence is None or not evidence.sampled or by not in evidence.sample.column_names:
            return cls(name, task.column.type, by, none.astype(np.uint64), none, (), none, np.zeros(0), otherwise)
        index, hashes = hashed(evidence.column(by))
        encoded = as_text(evidence.column(name)).dictionary_encode()
        codes = np.asarray(pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False), dtype=np.int64) + 1
        texts: list[str | None] = [None, *encoded.dictionary.to_pylist()]
        held = evidence.owners.distinct(np.where(index >= 0, codes, -1), len(texts))
        may = np.append(task.column.nullable, np.ones(len(texts) - 1, dtype=np.bool_))
        kept = np.flatnonzero((held >= task.k) & may)
        again = np.full(len(texts), -1, dtype=np.int64)
        again[kept] = np.arange(len(kept))
        known = np.flatnonzero(evidence.owners.reach(index, len(hashes), task.k))
        mode = _modes(index, codes, len(hashes), len(texts))[known]
        known, mode = known[again[mode] >= 0], mode[again[mode] >= 0]
        order = np.argsort(hashes[known])
        sure = np.zeros(len(hashes), dtype=np.bool_)
        sure[known] = True
        free = (index >= 0) & ~sure[np.maximum(index, 0)] & (again[codes] >= 0)
        rest = np.bincount(again[codes[free if free.any() else again[codes] >= 0]], minlength=len(kept)).astype(np.float64)
        shares = rest / rest.sum() if rest.sum() else rest
        values = tuple(texts[i] for i in kept.tolist())
        return cls(
            name,
            task.column.type,
            by,
            hashes[known][order],
            again[mode][order],
            values,
            held[kept],
            _coarse(shares, task.k, rest),
            otherwise,
            not ordered(evidence.column(by).type),
        )

    @cached_property
    def _array(self) -> pa.Array:
        texts = from_text([text or "" for text in self.values if text is not None], self.type)
        at = np.cumsum([text is not None for text in self.values]) - 1
        return texts.take(pa.array(at, mask=np.array([text is None for text in self.values], dtype=np.bool_)))

    def sample(self, span: Span, stream: Stream, given: Columns) -> Columns:
        index, hashes = hashed(given[self.by])
        if not self.values or not len(hashes):
            return {self.column: self._alone(span, stream, given)}
        u = ((hashes * SALT) >> np.uint64(11)).astype(np.float64) * 2.0**-53
        place = np.minimum(np.searchsorted(np.cumsum(self.rest), u, side="right"), len(self.values) - 1)
        known = np.zeros(len(hashes), dtype=np.bool_)
        if len(self.hashes):
            spot = np.minimum(np.searchsorted(self.hashes, hashes), len(self.hashes) - 1)
            known = self.hashes[spot] == hashes
            place = np.where(known, self.places[spot], place)
        made = self._array.take(pa.array(place[np.maximum(index, 0)]))
        lost = (index < 0) | (~(known | self.hashed)[np.maximum(index, 0)])
        return {self.column: pc.if_else(pa.array(lost), self._alone(span, stream, given), made) if lost.any() else made}

    def _alone(self, span: Span, stream: Stream, given: Columns) -> pa.Array:
        return self.otherwise.sample(span, stream, {need: given[need] for need in self.otherwise.needs})[self.column]

    def capacity(self) -> int | None:
        return None

    def literals(self) -> Iterable[Literal]:
        for text, owners in zip(self.values, self.owners.tolist(), strict=True):
            if text is not None:
                yield Literal(self.column, text, int(owners), "k owners")
        yield from self.otherwise.literals()

    def state(self) -> State:
        return {
            "column": self.column,
            "type": told(self.type),
            "by": self.by,
            "hashes": self.hashes,
            "places": self.places,
            "values": list(self.values),
            "owners": self.owners,
            "rest": self.rest,
            "otherwise": pack(self.otherwise),
            "hashed": self.hashed,
        }

    @classmethod
    def restore(cls, state: State) -> Self:
        return cls(**{**state, "type": heard(state["type"]), "values": tuple(state["values"]), "otherwise": unpack(state["otherwise"])})


def _modes(index: Ints, codes: Ints, groups: int, width: int) -> Ints:
    """The most frequent code of each group (groups,)."""
    live = index >= 0
    cell, many = np.unique(index[live] * width + codes[live], return_counts=True)
    order = np.lexsort((-many, cell // width))
    group, first = np.unique((cell // width)[order], return_index=True)
    out = np.zeros(groups, dtype=np.int64)
    out[group] = (cell % width)[order][first]
    return out


def _coarse(shares: Floats, k: int, rows: Floats) -> Floats:
    """Shares without those that fewer than k rows stand behind; all alike where that leaves none."""
    made = np.where(rows >= k, shares, 0.0)
    if not len(made):
        return made
    return made / made.sum() if made.sum() > 0 else np.full(len(made), 1 / len(made))


def register(registry: Registry) -> None:
    registry.generators.add(Determined)


__all__ = ["Determined"]
