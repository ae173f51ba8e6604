"""Types that Mimic carries as text: small valid values of those whose name is known, made by rules.

Geometric types, paths of ltree, cubes, search vectors, book numbers and XML: values come from random numbers and everyday
words; of a source only the share of NULLs is kept, and the element names of XML that k owners use. A name with a schema in
front is somebody's own type, whatever else it is called: of those no values are made.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property, partial
from typing import ClassVar, Self
from xml.etree import ElementTree

import numpy as np
import pyarrow as pa

from mimic.generator import Columns, Literal, Span, State, Task
from mimic.generators.draws import null_share, nulls, without
from mimic.generators.logical import heard, told
from mimic.generators.pooled import Pools, from_pool
from mimic.profile import TableEvidence
from mimic.registry import Registry
from mimic.schema import Domain, LogicalType, Opaque, Vector, Xml, bare
from mimic.streams import Stream

_WORDS = (
    *("amber", "birch", "cedar", "delta", "ember", "fern", "grove", "harbor", "iris", "juniper", "kite", "lumen"),
    *("maple", "north", "ocean", "pine", "quartz", "river", "stone", "tulip", "umber", "valley", "willow", "yarrow"),
)
_TAG = re.compile(r"[A-Za-z_][\w.-]{0,40}")

_EARTH = 6_378_168  # metres

Numbers = list[float]  # eight numbers in 0 .. 1


def _xy(u: Numbers, i: int = 0) -> str:
    return f"({u[i] * 200 - 100:.4f},{u[i + 1] * 100 - 50:.4f})"


def _word(u: float) -> str:
    return _WORDS[int(u * len(_WORDS))]


def _earth(longitude: float, latitude: float) -> str:
    """A place on the sphere of the extension earthdistance."""
    away = _EARTH * math.cos(latitude)
    return f"({away * math.cos(longitude):.9f}, {away * math.sin(longitude):.9f}, {_EARTH * math.sin(latitude):.9f})"


def _polygon(u: Numbers) -> str:
    x, y, w, h = u[0] * 100, u[1] * 100, 1 + u[2] * 10, 1 + u[3] * 10
    corners = ((x, y), (x + w, y), (x + w, y + h), (x, y + h))
    return "(" + ",".join(f"({a:.3f},{b:.3f})" for a, b in corners) + ")"


_MAKERS: dict[str, Callable[[Numbers], str]] = {
    "point": _xy,
    "line": lambda u: f"{{{u[0] * 10 + 0.1:.3f},{u[1] * 10 - 5:.3f},{u[2] * 10 - 5:.3f}}}",
    "lseg": lambda u: f"[{_xy(u)},{_xy(u, 2)}]",
    "box": lambda u: f"{_xy(u)},{_xy(u, 2)}",
    "path": lambda u: f"[{_xy(u)},{_xy(u, 2)},{_xy(u, 4)}]",
    "polygon": _polygon,
    "circle": lambda u: f"<{_xy(u)},{1 + u[2] * 10:.3f}>",
    "ltree": lambda u: ".".join(_word(v) for v in u[: 2 + int(u[7] * 3)]),
    "lquery": lambda u: f"{_word(u[0])}.*",
    "ltxtquery": lambda u: f"{_word(u[0])} & {_word(u[1])}",
    "cube": lambda u: f"({u[0] * 10:.3f}, {u[1] * 10:.3f}, {u[2] * 10:.3f})",
    "earth": lambda u: _earth(u[0] * 2 * math.pi, math.asin(2 * u[1] - 1)),
    "seg": lambda u: f"{u[0] * 10:.2f} .. {10 + u[1] * 10:.2f}",
    "tsquery": lambda u: f"'{_word(u[0])}' & '{_word(u[1])}'",
    "pg_lsn": lambda u: f"{int(u[0] * 255):X}/{int(u[1] * 0xFFFFFFF):X}",
    "txid_snapshot": lambda u: f"{100 + int(u[0] * 900)}:{1_000 + int(u[1] * 900)}:",
    "pg_snapshot": lambda u: f"{100 + int(u[0] * 900)}:{1_000 + int(u[1] * 900)}:",
    "xid": lambda u: str(3 + int(u[0] * 1_000_000)),
    "xid8": lambda u: str(3 + int(u[0] * 1_000_000)),
    "cid": lambda u: str(int(u[0] * 100)),
    "tid": lambda u: f"({int(u[0] * 1_000)},{1 + int(u[1] * 100)})",
    "oid": lambda u: str(16_384 + int(u[0] * 1_000_000)),
    "name": lambda u: f"{_word(u[0])}_{_word(u[1])}",
    '"char"': lambda u: "abcdefghij"[int(u[0] * 10)],
    "jsonpath": lambda u: f'$."{_word(u[0])}"',
    "regclass": lambda u: "pg_class",
    "regtype": lambda u: ("integer", "text", "boolean", "numeric")[int(u[0] * 4)],
    "regproc": lambda u: "now",
    "regprocedure": lambda u: "now()",
    "regoper": lambda u: "||/",
    "regoperator": lambda u: "+(integer,integer)",
    "regcollation": lambda u: '"C"',
    "regrole": lambda u: "pg_monitor",
    "regnamespace": lambda u: "pg_catalog",
    "regconfig": lambda u: "simple",
    "regdictionary": lambda u: "simple",
    "query_int": lambda u: f"{int(u[0] * 100)} & ({int(u[1] * 100)} | !{int(u[2] * 100)})",
    "int2vector": lambda u: f"{int(u[0] * 100)} {int(u[1] * 100)}",
    "oidvector": lambda u: f"{16_384 + int(u[0] * 1e6)} {16_384 + int(u[1] * 1e6)}",
    "refcursor": lambda u: f"{_word(u[0])}_{_word(u[1])}",
    "aclitem": lambda u: f"pg_monitor={'rawdx'[int(u[0] * 5)]}/pg_monitor",
    "upc": lambda u: _ean("0", int(u[0] * 1e9))[1:],
    "tsvector": lambda u: " ".join(f"'{word}':{i + 1}" for i, word in enumerate(dict.fromkeys(_word(v) for v in u))),
}
_NUMBERED: dict[str, Callable[[int, Numbers], str]] = {  # the i-th of many different values, for unique columns
    "oid": lambda i, u: str(16_384 + i),
    "xid8": lambda i, u: str(1_000 + i),
    "pg_lsn": lambda i, u: f"{i >> 24:X}/{(i & 0xFFFFFF) * 0x98 + 0x1000028:X}",
    "tid": lambda i, u: f"({i // 100},{1 + i % 100})",
    "cube": lambda i, u: f"({i}, {u[0] * 10:.3f}, {u[1] * 10:.3f})",
    "seg": lambda i, u: f"{i} .. {i + 1}",
    "name": lambda i, u: f"{_MAKERS['name'](u)}_{i}",
    "ltree": lambda i, u: f"{_MAKERS['ltree'](u)}.r{i}",
    "tsquery": lambda i, u: f"'{_word(u[0])}' & 'r{i}'",
    "tsvector": lambda i, u: f"{_MAKERS['tsvector'](u)} 'r{i}':9",
}


_MADE_ELSEWHERE = frozenset({"hstore", "geometry", "geography", "box2d", "box3d", "vector", "halfvec"})
_FEW = {"regtype": 4, "aclitem": 5} | {name: 1 for name in _MAKERS if name.startswith("reg") and name != "regtype"}


def _numbers(n: int, stream: Stream) -> list[Numbers]:
    rows: list[Numbers] = stream.uniform(8 * n).reshape(n, 8).tolist()
    return rows


def _ean(head: str, number: int, tail: str = "") -> str:
    """Thirteen digits, the last a check digit; different for different numbers of the digits that are left."""
    width = 12 - len(head) - len(tail)
    digits = f"{head}{number % 10**width:0{width}d}{tail}"
    return f"{digits}{-sum(int(digit) * (3 if i % 2 else 1) for i, digit in enumerate(digits)) % 10}"


for _name, _head, _tail in (("isbn", "978", ""), ("issn", "977", "00"), ("ismn", "9790", ""), ("ean13", "400", "")):
    for _kind in (_name, f"{_name}13") if _name != "ean13" else (_name,):
        _MAKERS[_kind] = partial(lambda head, tail, u: _ean(head, int(u[0] * 1e9), tail), _head, _tail)
        _NUMBERED[_kind] = partial(lambda head, tail, i, u: _ean(head, i * 617_371, tail), _head, _tail)


def known(kind: Opaque) -> bool:
    """Whether some family makes values of the type: this one, that of shapes, that of documents."""
    return kind.name in _MAKERS or kind.name in _MADE_ELSEWHERE


def maker(kind: LogicalType) -> str | None:
    """The name under which values of `kind` are made; None when they cannot be."""
    if isinstance(kind, Domain) and kind.name.rpartition(".")[2] == "earth" and bare(kind) == Opaque("cube"):
        return "earth"
    match bare(kind):
        case Vector():
            return "tsvector"
        case Opaque(name=name):
            return name if name in _MAKERS else None
    return None


@dataclass(frozen=True)
class OpaqueValues:
    """Fills one column of a type carried as text, whose name is known."""

    kind: ClassVar[str] = "opaque.rule"
    version: ClassVar[int] = 1

    column: str
    type: LogicalType
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
        if len(task.columns) != 1 or not isinstance(bare(task.column.type), Opaque | Vector):
            return 0.0
        return 0.5 if maker(task.column.type) is not None else 0.0

    @classmethod
    def learn(cls, task: Task, evidence: TableEvidence | None, stream: Stream) -> Self:
        column = evidence.column(task.column.name) if evidence is not None and evidence.sampled else None
        return cls(task.column.name, task.column.type, null_share(task, column), task.unique)

    def sample(self, span: Span, stream: Stream, given: Columns) -> Columns:
        if self.unique and (make := _NUMBERED.get(maker(self.type) or "")):
            texts = [make(span.start + i, row) for i, row in enumerate(_numbers(span.n, stream.at("value")))]
            return {self.column: without(pa.array(texts, pa.string()), nulls(stream, span.n, self.null_share))}
        return {self.column: from_pool(span, stream, self.null_share, self._made, self._pools)}

    @cached_property
    def _pools(self) -> Pools:
        return {}

    def _made(self, n: int, stream: Stream) -> pa.Array:
        make = _MAKERS[maker(self.type) or ""]
        return pa.array([make(row) for row in _numbers(n, stream)], pa.string())

    def capacity(self) -> int | None:
        return _FEW.get(maker(self.type) or "")

    def literals(self) -> Iterable[Literal]:
        return ()

    def state(self) -> State:
        return {"column": self.column, "type": told(self.type), "null_share": self.null_share, "unique": self.unique}

    @classmethod
    def restore(cls, state: State) -> Self:
        return cls(**{**state, "type": heard(state["type"])})


@dataclass(frozen=True)
class XmlShape:
    """Fills one column of XML: a root and its children by the names that k owners use, everyday words inside."""

    kind: ClassVar[str] = "xml.shape"
    version: ClassVar[int] = 1

    column: str
    root: str
    children: tuple[str, ...]
    owners: tuple[int, ...]  # of the root and the children
    null_share: float

    @property
    def fills(self) -> tuple[str, ...]:
        return (self.column,)

    @property
    def needs(self) -> tuple[str, ...]:
        return ()

    @classmethod
    def suits(cls, task: Task) -> float:
        return 0.7 if len(task.columns) == 1 and not task.unique and isinstance(bare(task.column.type), Xml) else 0.0

    @classmethod
    def learn(cls, task: Task, evidence: TableEvidence | None, stream: Stream) -> Self:
        column = evidence.column(task.column.name) if evidence is not None and evidence.sampled else None
        roots: list[str] = []
        pairs: list[tuple[int, str]] = []
        rows: list[int] = []
        if evidence is not None and column is not None:
            for row in np.flatnonzero(np.asarray(column.is_valid()))[:2_000].tolist():
                tags = _tags(column[row].as_py())
                if tags:
                    pairs += [(len(rows), tag) for tag in dict.fromkeys(tags[1:])]
                    roots.append(tags[0])
                    rows.append(row)
            owners = evidence.owners.take(np.array(rows, dtype=np.int64))
            held_roots = _held(list(enumerate(roots)), owners.distinct)
            held = _held(
                pairs, lambda codes, groups: owners.take(np.array([row for row, _ in pairs], dtype=np.int64)).distinct(codes, groups)
            )
            kept = [tag for tag, count in held.items() if count >= task.k]
            root = next((tag for tag, count in held_roots.items() if count >= task.k), "")
            if root:
                counts = (held_roots[root], *(held[tag] for tag in kept))
                return cls(task.column.name, root, tuple(kept), counts, null_share(task, column))
        return cls(task.column.name, "item", ("name", "value"), (0, 0, 0), null_share(task, column))

    def sample(self, span: Span, stream: Stream, given: Columns) -> Columns:
        return {self.column: from_pool(span, stream, self.null_share, self._made, self._pools)}

    @cached_property
    def _pools(self) -> Pools:
        return {}

    def _made(self, n: int, stream: Stream) -> pa.Array:
        many = len(self.children)
        if not many:
            return pa.array([f"<{self.root}/>"] * n, pa.string())
        texts = []
        for row in stream.uniform(many * n).reshape(n, many).tolist():
            inner = "".join(f"<{tag}>{_word(u)}</{tag}>" for tag, u in zip(self.children, row, strict=True))
            texts.append(f"<{self.root}>{inner}</{self.root}>")
        return pa.array(texts, pa.string())

    def capacity(self) -> int | None:
        return None

    def literals(self) -> Iterable[Literal]:
        for tag, owners in zip((self.root, *self.children), self.owners, strict=True):
            if owners:
                yield Literal(self.column, tag, owners, "k owners")

    def state(self) -> State:
        return {
            "column": self.column,
            "root": self.root,
            "children": list(self.children),
            "owners": list(self.owners),
            "null_share": self.null_share,
        }

    @classmethod
    def restore(cls, state: State) -> Self:
        return cls(**{**state, "children": tuple(state["children"]), "owners": tuple(state["owners"])})


def _tags(text: str) -> list[str]:
    """Root and its children of a small document without a document type (entities could be made to explode); none of any other."""
    if len(text) > 100_000 or "<!" in text:
        return []
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError:
        return []
    return [tag for tag in (root.tag, *(child.tag for child in root)) if _TAG.fullmatch(tag)]


def _held(pairs: list[tuple[int, str]], distinct: Callable[..., np.ndarray[tuple[int], np.dtype[np.int64]]]) -> dict[str, int]:
    names = list(dict.fromkeys(name for _, name in pairs))
    codes = np.array([names.index(name) for _, name in pairs], dtype=np.int64)
    return dict(zip(names, distinct(codes, len(names)).tolist(), strict=True)) if names else {}


def register(registry: Registry) -> None:
    registry.generators.add(OpaqueValues)
    registry.generators.add(XmlShape)
