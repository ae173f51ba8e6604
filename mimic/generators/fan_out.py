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
from numpy.typing import NDArray

from mimic.generator import Columns, Literal, Span, State, Task
from mimic.generators.cells import Sketch, constant, mixed, sketch
from mimic.generators.features import texts_of
from mimic.profile import FanOut, Owners, TableEvidence
from mimic.registry import Registry
from mimic.streams import Floats, Stream


@dataclass(frozen=True, slots=True)
class FanOutHistogram:
    """Fills one hidden column with numbers of children; they are reconciled to the child's rows when keys are assigned."""

    kind: ClassVar[str] = "fan_out.histogram"
    version: ClassVar[int] = 1
    whole_table: ClassVar[bool] = True

    column: str  # "#orders.customer_id"
    numbers: Sketch  # children of a parent
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
        name = task.column.name  # a real column may be called "#", and stand in the task as another than in the table: without NULL
        return 1.0 if name.startswith("#") and all(column.name != name for column in task.table.columns) else 0.0

    @classmethod
    def learn(cls, task: Task, evidence: TableEvidence | None, stream: Stream) -> Self:
        """`options["keys"]` names the parent's columns where each parent keeps its own share."""
        name = task.column.name
        found = evidence.children.get(name) if evidence is not None else None
        if found is None or not len(found.sizes):
            return cls(name, _unknown(int(task.options.get("most", 0))))
        keys = tuple(task.options.get("keys", ()))
        if keys and found.by_parent is not None:
            known = tuple(zip(*(texts_of(found.by_parent[key]) for key in keys), strict=True))
            counts = found.by_parent["#"].to_numpy().astype(np.float64)
            small = counts < task.k  # too few children to say whose they are: these parents share one mean
            counts[small] = counts[small].mean() if small.any() else 0.0
            return cls(name, _sketch(found, task.k), keys, known, counts)
        return cls(name, _sketch(found, task.k))

    def sample(self, span: Span, stream: Stream, given: Columns) -> Columns:
        if self.keys and self.weights is not None:
            lookup = dict(zip(self.known, self.weights.tolist(), strict=True))
            rows = zip(*(texts_of(given[key]) for key in self.keys), strict=True)
            return {self.column: pa.array([lookup.get(row, 0.0) for row in rows], pa.float64())}
        return {self.column: pa.array(np.maximum(np.round(self.numbers.quantile(stream.systematic(span.n))), 0.0), pa.float64())}

    def capacity(self) -> int | None:
        return None

    def literals(self) -> Iterable[Literal]:
        return ()

    def state(self) -> State:
        return {
            "column": self.column,
            "numbers": self.numbers.state(),
            "keys": list(self.keys),
            "known": [list(row) for row in self.known],
            "weights": self.weights,
        }

    @classmethod
    def restore(cls, state: State) -> Self:
        known = tuple(tuple(row) for row in state["known"])
        return cls(state["column"], Sketch.restore(state["numbers"]), tuple(state["keys"]), known, state["weights"])


def _unknown(most: int) -> Sketch:
    """Without data: most parents have few children and some many (a geometric fall), at most `most` when that is given."""
    if most == 1:
        return constant(1.0)
    sizes = np.array([0.0, 1, 2, 3, 5, 8, 13, 21])
    return _exactly(sizes, np.power(0.62, np.arange(8.0)))


def _exactly(sizes: Floats, weights: Floats) -> Sketch:
    none = np.zeros(0)
    return Sketch(sizes, weights / weights.sum(), np.zeros(len(sizes), dtype=np.int64), none, none, none, none, 0.0)


def _sketch(found: FanOut, k: int) -> Sketch:
    """Numbers of children of which no single owner stands out.

    Where the parents are persons, or hang on persons, a number stands as it is when k parents have it, and the others are
    averaged over cells of k parents. Where they are not (a genre, a department), the children are the owners: a number of k
    children or more stands as it is, and smaller ones are averaged until k children stand behind them.
    """
    sizes, parents = found.sizes.astype(np.float64), found.parents.astype(np.float64)
    exact = (parents >= k) | ((sizes == 0) & (parents.sum() >= k))
    if not found.personal:
        return _joined(sizes, parents, exact | (sizes >= k) | (sizes == 0), k)
    rest = np.repeat(sizes[~exact], found.parents[~exact])
    cells = sketch(rest, Owners(len(rest)), k)
    if cells is not None:
        if not exact.any():
            return cells
        return mixed([(_exactly(sizes[exact], parents[exact]), float(parents[exact].sum())), (cells, float(len(rest)))])
    if not len(rest):
        return _exactly(sizes[exact], parents[exact])
    # Fewer than k parents are left: their mean, which follows from the number of rows anyway.
    order = np.argsort(own := np.append(sizes[exact], rest.mean()))
    return _exactly(own[order], np.append(parents[exact], float(len(rest)))[order])


def _joined(sizes: Floats, parents: Floats, exact: NDArray[np.bool_], k: int) -> Sketch:
    """Exact numbers, and the others in cells of at least k children, each at its two nearest whole numbers."""
    weights = {float(size): float(weight) for size, weight in zip(sizes[exact], parents[exact], strict=True)}
    held: list[tuple[float, float]] = []
    cells: list[list[tuple[float, float]]] = []
    for size, weight in zip(sizes[~exact].tolist(), parents[~exact].tolist(), strict=True):
        held.append((size, weight))
        if sum(size * weight for size, weight in held) >= k:
            cells.append(held)
            held = []
    if held and cells:
        cells[-1] += held
    elif held:
        cells.append(held)  # fewer than k children in all: only their mean is told
    for cell in cells:
        weight = sum(weight for _, weight in cell)
        mean = sum(size * weight for size, weight in cell) / weight
        low = float(np.floor(mean))
        for size, share in ((low, low + 1 - mean), (low + 1, mean - low)):
            if share > 0:
                weights[size] = weights.get(size, 0.0) + share * weight
    order = sorted(weights)
    return _exactly(np.array(order), np.array([weights[size] for size in order]))


def register(registry: Registry) -> None:
    registry.generators.add(FanOutHistogram)
