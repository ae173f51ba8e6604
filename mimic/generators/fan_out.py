"""How many children a parent row has: a hidden column on the parent, one for every foreign key that points at it.

Numbers of children that many parents share are kept as they are; the others are cut into cells of at least k parents, of
which only the mean is kept. Where the parents are vocabulary that is copied (a status, a country), each keeps its own share
of the children instead, because which of them is common matters.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mimic.generator import Columns, Literal, Span, State, Task
from mimic.profile import FanOut, TableEvidence
from mimic.registry import Registry
from mimic.streams import Floats, Ints, Stream


@dataclass(frozen=True, slots=True)
class FanOutHistogram:
    """Fills one hidden column with numbers of children; they are reconciled to the child's rows when keys are assigned."""

    kind: ClassVar[str] = "fan_out.histogram"
    version: ClassVar[int] = 1
    whole_table: ClassVar[bool] = True

    column: str  # "#orders.customer_id"
    means: Floats  # (c,) ascending
    shares: Floats  # (c,) of the parents; they sum to 1
    exact: Ints  # (c,) 1 where every parent of the cell has just `means` children
    keys: tuple[str, ...] = ()  # the parent's columns that tell copied parents apart
    known: tuple[tuple[str, ...], ...] = ()  # their values, as text
    weights: Floats | None = None  # (len(known),) children of each

    @property
    def fills(self) -> tuple[str, ...]:
        return (self.column,)

    @property
    def needs(self) -> tuple[str, ...]:
        return self.keys

    @classmethod
    def suits(cls, task: Task) -> float:
        return 1.0 if task.column.name.startswith("#") else 0.0

    @classmethod
    def learn(cls, task: Task, evidence: TableEvidence | None, stream: Stream) -> Self:
        """`options["keys"]` names the parent's columns where each parent keeps its own share."""
        name = task.column.name
        found = evidence.children.get(name) if evidence is not None else None
        if found is None or not len(found.sizes):
            return cls(name, *_unknown(int(task.options.get("most", 0))))
        keys = tuple(task.options.get("keys", ()))
        if keys and found.by_parent is not None:
            known = tuple(tuple(row) for row in zip(*(pc.cast(found.by_parent[key], pa.string()).to_pylist() for key in keys), strict=True))
            counts = found.by_parent["#"].to_numpy().astype(np.float64)
            small = counts < task.k  # too few children to say whose they are: these parents share one mean
            counts[small] = counts[small].mean() if small.any() else 0.0
            return cls(name, *_cells(found, task.k), keys, known, counts)
        return cls(name, *_cells(found, task.k))

    def sample(self, span: Span, stream: Stream, given: Columns) -> Columns:
        if self.keys and self.weights is not None:
            lookup = dict(zip(self.known, self.weights.tolist(), strict=True))
            rows = zip(*(pc.cast(given[key], pa.string()).to_pylist() for key in self.keys), strict=True)
            return {self.column: pa.array([lookup.get(row, 0.0) for row in rows], pa.float64())}
        return {self.column: pa.array(self.draw(stream.systematic(span.n)), pa.float64())}

    def draw(self, u: Floats) -> Floats:
        """Numbers of children at the probabilities `u` (n,): whole, and between neighbouring cells where a cell is a mean."""
        ends = np.cumsum(self.shares)
        cell = np.minimum(np.searchsorted(ends, u, side="right"), len(ends) - 1)
        middle = (self.means[:-1] + self.means[1:]) / 2
        low = np.concatenate([[max(0.0, 2 * self.means[0] - (middle[0] if len(middle) else self.means[0]))], middle])
        high = np.concatenate([middle, [2 * self.means[-1] - (middle[-1] if len(middle) else self.means[-1])]])
        inside = np.clip((u - (ends - self.shares)[cell]) / np.maximum(self.shares[cell], 1e-12), 0, 1)
        mean = self.means[cell]
        below, above = mean - low[cell], high[cell] - mean
        half = np.minimum(below, above)  # the same on both sides, so that the cell keeps its mean
        return np.where(self.exact[cell] == 1, mean, np.round(mean + half * (2 * inside - 1)))

    def capacity(self) -> int | None:
        return None

    def literals(self) -> Iterable[Literal]:
        return ()

    def state(self) -> State:
        return {
            "column": self.column,
            "means": self.means,
            "shares": self.shares,
            "exact": self.exact,
            "keys": list(self.keys),
            "known": [list(row) for row in self.known],
            "weights": self.weights,
        }

    @classmethod
    def restore(cls, state: State) -> Self:
        return cls(
            state["column"],
            state["means"],
            state["shares"],
            state["exact"],
            tuple(state["keys"]),
            tuple(tuple(row) for row in state["known"]),
            state["weights"],
        )


def _unknown(most: int) -> tuple[Floats, Floats, Ints]:
    """Without data: most parents have few children and some many (a geometric fall), at most `most` when that is given."""
    if most == 1:
        return np.array([1.0]), np.array([1.0]), np.array([1], dtype=np.int64)
    sizes = np.array([0.0, 1, 2, 3, 5, 8, 13, 21])
    shares = 0.62 ** np.arange(len(sizes))
    return sizes, shares / shares.sum(), np.ones(len(sizes), dtype=np.int64)


def _cells(found: FanOut, k: int) -> tuple[Floats, Floats, Ints]:
    """Means, shares and exactness of cells that no single parent stands out of.

    A number of children may stand as it is when k parents have it, or when the parents are no persons and the children
    themselves are at least k.
    """
    sizes, parents = found.sizes, found.parents
    alone = (parents >= k) | ((sizes == 0) & (parents.sum() >= k)) | ((sizes >= k) & (not found.personal))
    means, counts, exact = [], [], []
    held: list[int] = []

    def close() -> None:
        if held:
            weight = parents[held].sum()
            means.append(float((sizes[held] * parents[held]).sum() / weight))
            counts.append(int(weight))
            exact.append(0)
            held.clear()

    for i in range(len(sizes)):
        if alone[i]:
            if held and parents[held].sum() < k and counts:
                _merge_last(means, counts, exact, sizes, parents, held)
            close()
            means.append(float(sizes[i]))
            counts.append(int(parents[i]))
            exact.append(1)
            continue
        held.append(i)
        if parents[held].sum() >= k:
            close()
    if held and counts and parents[held].sum() < k:
        _merge_last(means, counts, exact, sizes, parents, held)
    close()
    order = np.argsort(np.array(means), kind="stable")
    share = np.array(counts, dtype=np.float64)
    return np.array(means)[order], (share / share.sum())[order], np.array(exact, dtype=np.int64)[order]


def _merge_last(means: list[float], counts: list[int], exact: list[int], sizes: Ints, parents: Ints, held: list[int]) -> None:
    """Fewer than k parents are left over: they join the cell before them."""
    weight = int(parents[held].sum())
    total = means[-1] * counts[-1] + float((sizes[held] * parents[held]).sum())
    counts[-1] += weight
    means[-1] = total / counts[-1]
    exact[-1] = 0
    held.clear()


def register(registry: Registry) -> None:
    registry.generators.add(FanOutHistogram)
