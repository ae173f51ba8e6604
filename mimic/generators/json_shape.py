"""Documents: which keys, which types, how deep, how long; and values by the generators of their types. No unknown text is copied.

A document is described as a tree of nodes. Keys are kept when k owners use them, or when they are spelled like names
of a program and their object has few (vocabulary, listed as literals). Objects with many different rare keys are
*maps*: their keys are data, and made anew. Strings go through categories of k owners and through `text.spellings`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np
import pyarrow as pa

from mimic.generator import Columns, Generator, Literal, Span, State, Task
from mimic.generators.categorical import Shares
from mimic.generators.cells import Sketch, constant, sketch
from mimic.generators.draws import Guide, null_share, systematic
from mimic.generators.nested import pack, part, parts_of, some, unpack
from mimic.generators.numeric import Quantiles
from mimic.generators.pg_text import format_hstore, parse_hstore
from mimic.generators.pooled import Pools, from_pool
from mimic.generators.spellings import Spellings
from mimic.generators.themes.documents import OUTLINES
from mimic.profile import Owners, TableEvidence
from mimic.registry import Registry
from mimic.schema import Float, Integer, Json, LogicalType, Opaque, Text, bare
from mimic.streams import Floats, Ints, Stream

LOOKED_AT = 5_000  # documents that are parsed
_DEEPEST = 12
_NODES = 2_000  # of one column
_LONGEST = 200  # items of an array, entries of a map
_FEW_KEYS = 40  # an object with more different rare keys is a map
_NAME = re.compile(r"[A-Za-z_@$][A-Za-z_.:/\-]{0,47}\d{0,2}")
_LISTED = re.compile(r"(s|list|array|history)$")
_OBJECTS = re.compile(r"(settings|options|params|details|preferences|attributes|properties|credentials|stats|headers|meta|extras)$")
_WIDEST = 10**300  # JSON has numbers that no float holds
KINDS = ("null", "bool", "number", "string", "object", "array")


@dataclass(frozen=True, slots=True)
class Key:
    name: str
    share: float  # of the objects that have it
    owners: int
    reason: str
    node: Node


@dataclass(frozen=True, slots=True)
class Node:
    """One place in a document. `kinds` (6,) shares of KINDS; the other fields describe values of one kind each."""

    kinds: Floats
    true: float = 0.5
    whole: bool = False  # numbers without a decimal point
    number: Generator | None = None
    text: Generator | None = None
    keys: tuple[Key, ...] = ()
    sets: tuple[tuple[int, ...], ...] = ()  # which keys stand together, by their numbers
    set_shares: Floats = field(default_factory=lambda: np.zeros(0))
    entries: Sketch | None = None  # of a map
    name: Generator | None = None  # of a map's keys
    items: Sketch | None = None  # length of an array
    inner: Node | None = None  # of an array's items or a map's values


class Grower:
    """Learns the nodes of one column; `left` bounds how many."""

    def __init__(self, task: Task, owners: Owners) -> None:
        self.task, self.owners, self.left = task, owners, _NODES

    def grow(self, values: Sequence[Any], rows: Ints, stream: Stream, depth: int = 0) -> Node:
        """The node of `values`, each standing in the row of the same number in `rows`."""
        self.left -= 1
        codes = np.array([_kind_of(value) for value in values], dtype=np.int64)
        owners = parts_of(self.owners, rows)
        k = self.task.k
        held = owners.distinct(codes, len(KINDS))
        kinds = np.bincount(codes, minlength=len(KINDS)).astype(np.float64)
        if (held >= k).any():
            kinds[held < k] = 0.0  # one odd document shows a person, not a type
        kinds /= max(kinds.sum(), 1.0)
        too_deep = depth >= _DEEPEST or self.left <= 0
        found: dict[str, Any] = {}
        if kinds[1]:
            truths = [bool(values[i]) for i in np.flatnonzero(codes == 1).tolist()]
            found["true"] = float(np.mean(truths)) if held[1] >= k else 0.5
        if kinds[2]:
            here = np.flatnonzero(codes == 2)
            found |= self._number([values[i] for i in here.tolist()], rows[here], stream.at("number"))
        if kinds[3]:
            here = np.flatnonzero(codes == 3)
            found["text"] = self._text([values[i] for i in here.tolist()], rows[here], stream.at("string"))
        if kinds[4] and not too_deep:
            here = np.flatnonzero(codes == 4)
            found |= self._object([values[i] for i in here.tolist()], rows[here], stream.at("object"), depth)
        if kinds[5] and not too_deep:
            here = np.flatnonzero(codes == 5)
            found |= self._array([values[i] for i in here.tolist()], rows[here], stream.at("array"), depth, found)
        return Node(kinds, **found)

    def _number(self, values: list[Any], rows: Ints, stream: Stream) -> dict[str, Any]:
        whole = all(isinstance(value, int) and abs(value) < 1 << 62 for value in values)
        kind: LogicalType = Integer() if whole else Float()
        array = (
            pa.array(values, pa.int64())
            if whole
            else pa.array([float(max(min(value, _WIDEST), -_WIDEST)) for value in values], pa.float64())
        )
        task, evidence = part("value", kind, array, parts_of(self.owners, rows), self.task)
        return {"whole": whole, "number": Quantiles.learn(task, evidence, stream)}

    def _text(self, values: list[str], rows: Ints, stream: Stream) -> Generator:
        options = {"fallback": Spellings.kind}
        task, evidence = part("value", Text(), pa.array(values, pa.string()), parts_of(self.owners, rows), self.task, options)
        return Shares.learn(task, evidence, stream)

    def _object(self, values: list[dict[str, Any]], rows: Ints, stream: Stream, depth: int) -> dict[str, Any]:
        k = self.task.k
        spots: dict[str, list[int]] = {}
        for i, value in enumerate(values):
            for name in value:
                spots.setdefault(name, []).append(i)
        names = list(spots)
        at = [np.array(spot, dtype=np.int64) for spot in spots.values()]
        held = [int(parts_of(self.owners, rows[spot]).distinct(np.zeros(len(spot), dtype=np.int64), 1)[0]) for spot in at]
        rare = [i for i in range(len(names)) if held[i] < k]
        names_like = [i for i in rare if _NAME.fullmatch(names[i])]
        vocabulary = set(names_like) if len(rare) <= _FEW_KEYS and self.task.options.get("keep_literals", True) is not False else set()
        kept = [i for i in range(len(names)) if held[i] >= k or i in vocabulary]
        if len(rare) > _FEW_KEYS and sum(len(at[i]) for i in rare) > 0.5 * sum(map(len, at)):
            return self._map(values, rows, stream, depth)
        keys = []
        for i in kept:
            if self.left <= 0:
                break
            node = self.grow([values[spot][names[i]] for spot in at[i].tolist()], rows[at[i]], stream.at(names[i]), depth + 1)
            reason = "k owners" if held[i] >= k else "vocabulary: key of a document"
            keys.append(Key(names[i], len(at[i]) / len(values), held[i], reason, node))
        number = {key.name: i for i, key in enumerate(keys)}
        signatures = [tuple(number[name] for name in value if name in number) for value in values]
        order = sorted(set(signatures))
        spot_of = {signature: i for i, signature in enumerate(order)}
        codes = np.array([spot_of[signature] for signature in signatures], dtype=np.int64)
        together = parts_of(self.owners, rows).distinct(codes, len(order))
        counts = np.bincount(codes, minlength=len(order)) / len(codes)
        told = [i for i in range(len(order)) if together[i] >= k]
        return {"keys": tuple(keys), "sets": tuple(order[i] for i in told), "set_shares": counts[told]}

    def _map(self, values: list[dict[str, Any]], rows: Ints, stream: Stream, depth: int) -> dict[str, Any]:
        sizes = np.array([min(len(value), _LONGEST) for value in values], dtype=np.float64)
        entries = [(i, name, item) for i, value in enumerate(values) for name, item in list(value.items())[:_LONGEST]]
        where = rows[np.array([i for i, _, _ in entries], dtype=np.int64)]
        return {
            "entries": sketch(sizes, parts_of(self.owners, rows), self.task.k) or constant(round(float(sizes.mean()))),
            "name": self._text([name for _, name, _ in entries], where, stream.at("name")),
            "inner": self.grow([item for _, _, item in entries], where, stream.at("entry"), depth + 1),
        }

    def _array(self, values: list[list[Any]], rows: Ints, stream: Stream, depth: int, found: dict[str, Any]) -> dict[str, Any]:
        sizes = np.array([min(len(value), _LONGEST) for value in values], dtype=np.float64)
        known = sketch(sizes, parts_of(self.owners, rows), self.task.k) or constant(min(round(float(sizes.mean())), 3))
        items = [(i, item) for i, value in enumerate(values) for item in value[:_LONGEST]][: 4 * LOOKED_AT]
        if not items or "inner" in found:
            return {"items": known}
        where = rows[np.array([i for i, _ in items], dtype=np.int64)]
        return {"items": known, "inner": self.grow([item for _, item in items], where, stream.at("item"), depth + 1)}


def _kind_of(value: Any) -> int:
    if value is None:
        return 0
    if isinstance(value, bool):
        return 1
    return 2 if isinstance(value, int | float) else 3 if isinstance(value, str) else 4 if isinstance(value, dict) else 5


def made(node: Node, n: int, stream: Stream, depth: int = 0) -> list[Any]:
    """`n` values of a node."""
    if n == 0:
        return []
    kinds = node.kinds if node.kinds.sum() > 0 else np.array([1.0, 0, 0, 0, 0, 0])
    codes = Guide.of(kinds)(systematic(stream.at("kind", 0), n))
    out: list[Any] = [None] * n
    for kind in range(1, len(KINDS)):
        here = np.flatnonzero(codes == kind).tolist()
        if not here:
            continue
        for i, value in zip(here, _values(node, kind, len(here), stream.at(KINDS[kind]), depth), strict=True):
            out[i] = value
    return out


def _values(node: Node, kind: int, n: int, stream: Stream, depth: int) -> list[Any]:
    match KINDS[kind]:
        case "bool":
            return [bool(value) for value in systematic(stream.at("true"), n) < node.true]
        case "number" if node.number is not None:
            return [_finite(value) for value in some(node.number, n, stream.at("number", 0)).to_pylist()]
        case "string" if node.text is not None:
            return [value or "" for value in some(node.text, n, stream.at("text", 0)).to_pylist()]
        case "object":
            return _objects(node, n, stream, depth)
        case "array":
            if node.items is None or node.inner is None:
                return [[] for _ in range(n)]
            return _cut(made(node.inner, *_total(node.items, n, stream), depth + 1), node.items, n, stream)
    return [None] * n


def _finite(value: Any) -> Any:
    return value if value is None or np.isfinite(value) else None


def _sizes(sizes: Sketch, n: int, stream: Stream) -> Ints:
    return np.clip(np.rint(sizes.quantile(systematic(stream.at("size"), n))), 0, _LONGEST).astype(np.int64)


def _total(sizes: Sketch, n: int, stream: Stream) -> tuple[int, Stream]:
    return int(_sizes(sizes, n, stream).sum()), stream.at("inner")


def _cut(flat: list[Any], sizes: Sketch, n: int, stream: Stream) -> list[list[Any]]:
    ends = np.cumsum(_sizes(sizes, n, stream)).tolist()
    return [flat[start:end] for start, end in zip([0, *ends[:-1]], ends, strict=True)]


def _objects(node: Node, n: int, stream: Stream, depth: int) -> list[dict[str, Any]]:
    if node.entries is not None and node.inner is not None and node.name is not None:
        total, inner = _total(node.entries, n, stream)
        names = some(node.name, total, stream.at("name", 0)).to_pylist() if total else []
        pairs = list(zip(names, made(node.inner, total, inner, depth + 1), strict=True))
        return [{str(name): value for name, value in cut} for cut in _cut(pairs, node.entries, n, stream)]
    shares = np.append(node.set_shares, max(1.0 - float(node.set_shares.sum()), 0.0))
    which = Guide.of(shares)(systematic(stream.at("set"), n)) if shares.sum() > 0 else np.zeros(n, dtype=np.int32)
    has = np.zeros((n, len(node.keys)), dtype=np.bool_)
    for number, members in enumerate(node.sets):
        has[np.ix_(which == number, list(members))] = True
    free = np.flatnonzero(which == len(node.sets))
    for number, key in enumerate(node.keys):
        has[free, number] = systematic(stream.at("has", number), len(free)) < key.share
    out: list[dict[str, Any]] = [{} for _ in range(n)]
    for number, key in enumerate(node.keys):
        rows = np.flatnonzero(has[:, number]).tolist()
        for i, value in zip(rows, made(key.node, len(rows), stream.at("key", number), depth + 1), strict=True):
            out[i][key.name] = value
    return out


def node_state(node: Node) -> State:
    return {
        "kinds": node.kinds,
        "true": node.true,
        "whole": node.whole,
        "number": pack(node.number) if node.number else None,
        "text": pack(node.text) if node.text else None,
        "keys": [[key.name, key.share, key.owners, key.reason, node_state(key.node)] for key in node.keys],
        "sets": [list(members) for members in node.sets],
        "set_shares": node.set_shares,
        "entries": node.entries.state() if node.entries else None,
        "name": pack(node.name) if node.name else None,
        "items": node.items.state() if node.items else None,
        "inner": node_state(node.inner) if node.inner else None,
    }


def restored(state: State) -> Node:
    """The node that `node_state` told."""
    keys = tuple(Key(name, share, owners, reason, restored(node)) for name, share, owners, reason, node in state["keys"])
    return Node(
        state["kinds"],
        state["true"],
        state["whole"],
        unpack(state["number"]) if state["number"] else None,
        unpack(state["text"]) if state["text"] else None,
        keys,
        tuple(tuple(members) for members in state["sets"]),
        state["set_shares"],
        Sketch.restore(state["entries"]) if state["entries"] else None,
        unpack(state["name"]) if state["name"] else None,
        Sketch.restore(state["items"]) if state["items"] else None,
        restored(state["inner"]) if state["inner"] else None,
    )


def node_literals(node: Node, column: str) -> Iterable[Literal]:
    for key in node.keys:
        yield Literal(column, key.name, key.owners, key.reason)
        yield from node_literals(key.node, column)
    for inside in (node.number, node.text, node.name):
        if inside is not None:
            yield from (replace(literal, column=column) for literal in inside.literals())
    if node.inner is not None:
        yield from node_literals(node.inner, column)


@dataclass(frozen=True)
class JsonShape:
    """Fills one column of documents: json, jsonb, hstore, or text that holds JSON.

    Option `json_type` ("object", "array", "string", "number", "boolean") says what documents are where no rows tell.
    """

    kind: ClassVar[str] = "json.shape"
    version: ClassVar[int] = 1

    column: str
    node: Node
    null_share: float
    compact: bool  # no blanks behind commas and colons
    hstore: bool

    @property
    def fills(self) -> tuple[str, ...]:
        return (self.column,)

    @property
    def needs(self) -> tuple[str, ...]:
        return ()

    @classmethod
    def suits(cls, task: Task) -> float:
        if len(task.columns) != 1 or task.unique:
            return 0.0
        kind = bare(task.column.type)
        if isinstance(kind, Json) or _is_hstore(kind):
            return 0.9
        if isinstance(kind, Text) and str(task.options.get("theme", "")).startswith("doc "):
            return 0.92  # a document in a text column, by its name
        return 0.1 if isinstance(kind, Text) and kind.length is None else 0.0

    @classmethod
    def learn(cls, task: Task, evidence: TableEvidence | None, stream: Stream) -> Self:
        hstore = _is_hstore(bare(task.column.type))
        column = evidence.column(task.column.name) if evidence is not None and evidence.sampled else None
        share = null_share(task, column)
        if evidence is not None and column is not None and column.null_count < len(column):
            rows = np.flatnonzero(np.asarray(column.is_valid()))
            rows = rows[np.linspace(0, len(rows) - 1, min(len(rows), LOOKED_AT)).astype(np.int64)]
            texts: list[str] = column.take(pa.array(rows)).cast(pa.string()).to_pylist()
            values = [_parsed(text, parse_hstore if hstore else json.loads) for text in texts]
            # Types and keys are what programs rely on, and are kept for however few owners; no value is.
            dense = sum(bool(re.search(r'[:,]["\d\[{]', text)) and ": " not in text for text in texts) * 2 > len(texts)
            return cls(task.column.name, Grower(task, evidence.owners).grow(values, rows, stream), share, dense, hstore)
        return cls(task.column.name, ruled(task, stream, "object" if hstore else ""), share, False, hstore)

    def sample(self, span: Span, stream: Stream, given: Columns) -> Columns:
        def pool(size: int, within: Stream) -> pa.Array:
            return pa.array([self._spell(value) for value in made(self.node, size, within)], pa.string())

        return {self.column: from_pool(span, stream, self.null_share, pool, self._pools)}

    @cached_property
    def _pools(self) -> Pools:
        return {}

    def _spell(self, value: Any) -> str:
        if self.hstore:
            pairs = value if isinstance(value, dict) else {}
            return format_hstore({name: None if item is None else str(item) for name, item in pairs.items()})
        return json.dumps(value, ensure_ascii=False, separators=(",", ":") if self.compact else None).replace("\\u0000", "")

    def capacity(self) -> int | None:
        return None

    def literals(self) -> Iterable[Literal]:
        yield from node_literals(self.node, self.column)

    def state(self) -> State:
        return {
            "column": self.column,
            "node": node_state(self.node),
            "null_share": self.null_share,
            "compact": self.compact,
            "hstore": self.hstore,
        }

    @classmethod
    def restore(cls, state: State) -> Self:
        return cls(**{**state, "node": restored(state["node"])})


def _is_hstore(kind: LogicalType) -> bool:
    return isinstance(kind, Opaque) and kind.name == "hstore"


def _parsed(text: str, parse: Callable[[str], Any]) -> Any:
    """What cannot be read counts as a string: it is made anew by its form."""
    try:
        return parse(text)
    except (ValueError, RecursionError):
        return text


def ruled(task: Task, stream: Stream, usual: str = "") -> Node:
    """A small plausible document, by the column's name and default."""
    asked = str(task.options.get("json_type", usual))
    outline = OUTLINES.get(str(task.options.get("theme", "")).removeprefix("doc "))
    if outline is not None and (not asked or (asked == "array") == isinstance(outline, list)) and asked in ("", "array", "object"):
        return _outlined(outline, task, stream)
    name = task.column.name.lower()
    default = task.column.default or ""
    if not asked:
        listed = default.startswith("'[") or (_LISTED.search(name) is not None and not _OBJECTS.search(name))
        asked = "array" if listed and not default.startswith("'{") else "object"

    def only(kind: str) -> Floats:
        return np.array([float(kind == name) for name in KINDS])

    inner_task, _ = part("value", Text(), None, None, task)
    words = Shares.learn(
        replace(inner_task, options={"values": ("alpha", "beta", "default", "standard", "web", "mobile", "email", "basic")}), None, stream
    )
    count_task, _ = part("count", Integer(), None, None, task)
    numbers = Quantiles.learn(count_task, None, stream)
    word = Node(only("string"), text=words)
    few = constant(0.0) if default.startswith(("'[]", "'{}")) and not asked else None
    match asked:
        case "array":
            return Node(only("array"), items=few or Sketch(np.arange(4.0), np.array([0.3, 0.3, 0.25, 0.15]), np.zeros(4, dtype=np.int64),
                                                           *(np.zeros(0),) * 4), inner=word)  # fmt: skip
        case "string":
            return word
        case "number":
            return Node(only("number"), whole=True, number=numbers)
        case "bool" | "boolean":
            return Node(only("bool"), true=0.5)
        case "null":
            return Node(only("null"))
    keys = (
        Key("enabled", 0.8, 0, "rule", Node(only("bool"), true=0.7)),
        Key("source", 0.6, 0, "rule", word),
        Key("count", 0.4, 0, "rule", Node(only("number"), whole=True, number=numbers)),
    )
    return Node(only("object"), keys=keys)


def _outlined(what: Any, task: Task, stream: Stream) -> Node:
    """The node of an outline (see `themes.documents`)."""
    from mimic.generators.themed import Themed

    def only(kind: str) -> Floats:
        return np.array([float(kind == name) for name in KINDS])

    if isinstance(what, bool):
        return Node(only("bool"), true=0.6)
    if isinstance(what, str):
        inner, _ = part("value", Text(), None, None, task, {"theme": what})
        return Node(only("string"), text=Themed.learn(inner, None, stream))
    if isinstance(what, tuple):
        inner, _ = part("number", Integer(), None, None, task, {"low": what[0], "high": what[1]})
        return Node(only("number"), whole=True, number=Quantiles.learn(inner, None, stream))
    if isinstance(what, list):
        sizes = Sketch(np.arange(4.0), np.array([0.15, 0.65, 0.2, 0.0]), np.zeros(4, dtype=np.int64), *(np.zeros(0),) * 4)
        return Node(only("array"), items=sizes, inner=_outlined(what[0], task, stream.at("items")))
    keys = [
        Key(name, 1.0 if i < 2 else 0.7, 0, "rule", _outlined(one, task, stream.at(name))) for i, (name, one) in enumerate(what.items())
    ]
    return Node(only("object"), keys=tuple(keys))


def register(registry: Registry) -> None:
    registry.generators.add(JsonShape)
