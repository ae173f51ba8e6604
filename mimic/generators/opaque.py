"""Types that Mimic carries as text without knowing them: a small valid value of each known name, NULL of the others.

Geometric types, paths of ltree, cubes, search vectors and XML: values are made by rules from random numbers and everyday
words; of a source only the share of NULLs is kept, and the element names of XML that k owners use.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
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
from mimic.schema import LogicalType, Opaque, Vector, Xml, bare
from mimic.streams import Stream

_WORDS = (
    *("amber", "birch", "cedar", "delta", "ember", "fern", "grove", "harbor", "iris", "juniper", "kite", "lumen"),
    *("maple", "north", "ocean", "pine", "quartz", "river", "stone", "tulip", "umber", "valley", "willow", "yarrow"),
)
_TAG = re.compile(r"[A-Za-z_][\w.-]{0,40}")

Numbers = list[float]  # eight numbers in 0 .. 1


def _xy(u: Numbers, i: int = 0) -> str:
    return f"({u[i] * 200 - 100:.4f},{u[i + 1] * 100 - 50:.4f})"


def _word(u: float) -> str:
    return _WORDS[int(u * len(_WORDS))]


def _polygon(u: Numbers) -> str:
    x, y, w, h = u[0] * 100, u[1] * 100, 1 + u[2] * 10, 1 + u[3] * 10
    corners = ((x, y), (x + w, y), (x + w, y + h), (x, y + h))
    return "(" + ",".join(f"({a:.3f},{b:.3f})" for a, b in corners) + ")"


_MAKERS: Mapping[str, Callable[[Numbers], str]] = {
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
    "regrole": lambda u: "pg_monitor",
    "regnamespace": lambda u: "pg_catalog",
    "regconfig": lambda u: "simple",
    "regdictionary": lambda u: "simple",
    "isbn": lambda u: _isbn(u, "978"),
    "isbn13": lambda u: _isbn(u, "978"),
    "ean13": lambda u: _isbn(u, "400"),
    "intarray": lambda u: f"{{{int(u[0] * 100)},{int(u[1] * 100)}}}",
    "geometry": lambda u: f"POINT({u[0] * 360 - 180:.6f} {u[1] * 170 - 85:.6f})",
    "geography": lambda u: f"POINT({u[0] * 360 - 180:.6f} {u[1] * 170 - 85:.6f})",
    "tsvector": lambda u: " ".join(f"'{word}':{i + 1}" for i, word in enumerate(dict.fromkeys(_word(v) for v in u))),
}


def _isbn(u: Numbers, head: str) -> str:
    digits = head + f"{int(u[0] * 1e9):09d}"
    check = -sum(int(digit) * (3 if i % 2 else 1) for i, digit in enumerate(digits)) % 10
    return f"{digits}{check}"


def maker(kind: LogicalType) -> str | None:
    """The name under which values of `kind` are made; None when they cannot be."""
    match bare(kind):
        case Vector():
            return "tsvector"
        case Opaque(name=name):
            short = re.sub(r"\(.*\)", "", name).strip()
            short = short if short == '"char"' else short.rpartition(".")[2].strip('"')
            return short if short in _MAKERS else None
    return None


@dataclass(frozen=True)
class OpaqueValues:
    """Fills one column of a type carried as text; NULL where the type's name is not known, whatever the column allows."""

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
        return 0.5 if maker(task.column.type) is not None else 0.02

    @classmethod
    def learn(cls, task: Task, evidence: TableEvidence | None, stream: Stream) -> Self:
        column = evidence.column(task.column.name) if evidence is not None and evidence.sampled else None
        return cls(task.column.name, task.column.type, null_share(task, column), task.unique)

    def sample(self, span: Span, stream: Stream, given: Columns) -> Columns:
        name = maker(self.type)
        if name is None:
            return {self.column: pa.nulls(span.n, pa.string())}
        if self.unique:
            texts = [
                f"{text}{self._suffix(name, span.start + i)}" for i, text in enumerate(self._made(span.n, stream.at("value")).to_pylist())
            ]
            return {self.column: without(pa.array(texts, pa.string()), nulls(stream, span.n, self.null_share))}
        return {self.column: from_pool(span, stream, self.null_share, self._made, self._pools)}

    @cached_property
    def _pools(self) -> Pools:
        return {}

    def _made(self, n: int, stream: Stream) -> pa.Array:
        make = _MAKERS[maker(self.type) or ""]
        return pa.array([make(row) for row in stream.uniform(8 * n).reshape(n, 8).tolist()], pa.string())

    def _suffix(self, name: str, row: int) -> str:
        """What makes a value its row's own, where the type has room for it."""
        return f".r{row}" if name == "ltree" else f"_{row}" if name == "name" else f" 'r{row}':9" if name == "tsvector" else ""

    def capacity(self) -> int | None:
        return {"regclass": 1, "regtype": 4, "regproc": 1, "regrole": 1, '"char"': 10}.get(maker(self.type) or "")

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
