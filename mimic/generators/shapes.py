"""Types of extensions whose values depend on what stands in parentheses behind their name: PostGIS shapes, pgvector's vectors.

`geometry(Polygon,2154)`, `geography(PointZ,4326)`, `vector(384)`: values are made by rules from random numbers. Of a source only
the share of NULLs is kept.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Self

import pyarrow as pa

from mimic.generator import Columns, Literal, Span, State, Task
from mimic.generators.draws import null_share, nulls, without
from mimic.generators.pooled import Pools, from_pool
from mimic.profile import TableEvidence
from mimic.registry import Registry
from mimic.schema import Opaque, bare
from mimic.streams import Stream

_SHAPES = ("geometry", "geography")
_BOXES = ("box2d", "box3d")
_VECTORS = ("vector", "halfvec")
_DEGREES = (0, 4326, 4269, 4258)  # reference systems whose coordinates are longitude and latitude; 0: not said
_TOLD = re.compile(r"\((\w+)(?:\s*,\s*(-?\d+))?\)")
_DIMENSIONS = 3  # of a vector that tells none
_MOST = 16_000  # dimensions of a vector

Coordinates = list[str]


@dataclass(frozen=True)
class ShapeValues:
    """Fills one column of a type of PostGIS or pgvector. `told` is what stands in parentheses: ("Polygon", "2154"), ("384", "")."""

    kind: ClassVar[str] = "opaque.shape"
    version: ClassVar[int] = 1

    column: str
    type: str
    told: tuple[str, str]
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
        return 0.5 if len(task.columns) == 1 and _name(task) in (*_SHAPES, *_BOXES, *_VECTORS) else 0.0

    @classmethod
    def learn(cls, task: Task, evidence: TableEvidence | None, stream: Stream) -> Self:
        column = evidence.column(task.column.name) if evidence is not None and evidence.sampled else None
        found = _TOLD.search(task.column.declared)
        told = (found[1], found[2] or "") if found else ("", "")
        return cls(task.column.name, _name(task) or "", told, null_share(task, column), task.unique)

    def sample(self, span: Span, stream: Stream, given: Columns) -> Columns:
        if self.unique and self.type in _SHAPES:
            texts = self._texts(span.n, stream.at("value"), span.start)
            return {self.column: without(pa.array(texts, pa.string()), nulls(stream, span.n, self.null_share))}
        return {self.column: from_pool(span, stream, self.null_share, self._made, self._pools)}

    @cached_property
    def _pools(self) -> Pools:
        return {}

    def _made(self, n: int, stream: Stream) -> pa.Array:
        return pa.array(self._texts(n, stream, None), pa.string())

    def _texts(self, n: int, stream: Stream, first: int | None) -> list[str]:
        """`n` values; with `first`, the number of the first row, each begins at a place of its own."""
        width = 4
        if self.type in _VECTORS:
            width = min(int(self.told[0]), _MOST) if self.told[0].isdigit() else _DIMENSIONS
        rows = stream.uniform(width * n).reshape(n, width).tolist()
        if self.type in _VECTORS:
            return ["[" + ",".join(f"{2 * u - 1:.3f}" for u in row) + "]" for row in rows]
        if first is not None:  # multiples of the golden ratio, modulo 1, keep their distance
            rows = [[(first + i) * 0.6180339887498949 % 1, *row[1:]] for i, row in enumerate(rows)]
        return [self._shape(row) for row in rows]

    def _shape(self, u: Sequence[float]) -> str:
        srid = int(self.told[1] or (4326 if self.type == "geography" else 0))
        if srid in _DEGREES:
            x, y, size = u[0] * 350 - 175, u[1] * 130 - 60, 0.01 + 0.1 * u[2]
        else:
            x, y, size = 200_000 + u[0] * 600_000, 200_000 + u[1] * 600_000, 100 + 1_000 * u[2]
        if self.type in _BOXES:
            z = ("", "") if self.type == "box2d" else (" 0", f" {1 + u[3]:.1f}")
            return f"{self.type.upper().replace('2D', '')}({x:.6f} {y:.6f}{z[0]},{x + size:.6f} {y + size:.6f}{z[1]})"
        name = self.told[0].upper() or "POINT"
        name, more = re.sub(r"(?<=[A-Z])(ZM|Z|M)$", "", name), re.search(r"(?<=[A-Z])(ZM|Z|M)$", name)
        rest = "".join(f" {100 * v:.1f}" for v in u[2 : 2 + len(more[1])]) if more else ""
        sides = [(x + size * math.cos(a), y + size * math.sin(a)) for a in (0.3, 1.5, 2.8, 4.1, 5.3)]
        points = [f"{a:.9f} {b:.9f}{rest}" for a, b in ((x, y), *sides)]
        body = _spelled("POINT" if name == "GEOMETRY" else name, points, more[1] if more else "")
        return f"SRID={srid};{body}" if srid else body

    def capacity(self) -> int | None:
        return None

    def literals(self) -> Iterable[Literal]:
        return ()

    def state(self) -> State:
        return {
            "column": self.column,
            "type": self.type,
            "told": list(self.told),
            "null_share": self.null_share,
            "unique": self.unique,
        }

    @classmethod
    def restore(cls, state: State) -> Self:
        return cls(**{**state, "told": (str(state["told"][0]), str(state["told"][1]))})


def _spelled(name: str, points: Coordinates, more: str) -> str:
    """A shape as WKT; the first of the `points` is its place, the others go round it."""
    head = f"{name} {more}".strip()
    ring = "(" + ",".join((*points[1:], points[1])) + ")"
    line = "(" + ",".join(points[1:4]) + ")"
    match name:
        case "POINT":
            return f"{head}({points[0]})"
        case "LINESTRING" | "CIRCULARSTRING":
            return f"{head}{line}"
        case "MULTIPOINT":
            return f"{head}(({points[0]}),({points[1]}))"
        case "MULTILINESTRING" | "MULTICURVE" | "COMPOUNDCURVE":
            return f"{head}({line})"
        case "POLYGON" | "CURVEPOLYGON":
            return f"{head}({ring})"
        case "MULTIPOLYGON" | "MULTISURFACE":
            return f"{head}(({ring}))"
        case "GEOMETRYCOLLECTION":
            return f"{head}({_spelled('POINT', points, more)})"
    corner = "(" + ",".join((points[1], points[2], points[3], points[1])) + ")"
    return f"TRIANGLE {more}({corner})" if name == "TRIANGLE" else f"{head}(({corner}))"  # TIN, POLYHEDRALSURFACE


def _name(task: Task) -> str | None:
    kind = bare(task.column.type)
    return kind.name if isinstance(kind, Opaque) else None


def register(registry: Registry) -> None:
    registry.generators.add(ShapeValues)
