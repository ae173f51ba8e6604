"""Texts that are the spelling of something else: numbers, dates, identifiers, addresses, documents; and plain texts.

The strings of a document and the values of a settings table are such mixtures. Each spelling keeps its share and gets a
generator of its own, so that a date stays a date and a URL a URL; whatever is left is text by its form.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mimic.generator import Columns, Generator, Literal, Span, State, Task
from mimic.generators.draws import Guide, null_share, nulls, systematic, without
from mimic.generators.nested import best, inside, pack, part, rows_of, unpack
from mimic.generators.pg_text import dashed
from mimic.generators.pooled import POOL
from mimic.profile import TableEvidence
from mimic.registry import Registry
from mimic.schema import Binary, Date, Decimal, Json, LogicalType, Text, Timestamp, Uuid, bare
from mimic.semantics import Kind, Meaning, Sensitivity
from mimic.streams import Floats, Stream

_MOST = 20_000  # texts that are looked at
_TEXTS: dict[str, Kind] = {"email": Kind.EMAIL, "url": Kind.URL, "domain": Kind.DOMAIN, "words": Kind.FREE_TEXT}
_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        ("empty", r""),
        ("integer", r"0|-?[1-9]\d{0,14}"),
        ("decimal", r"-?(0|[1-9]\d{0,11})\.\d{1,9}"),
        ("flag", r"(?i:true|false|yes|no|on|off|null|none)"),
        ("uuid", r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"),
        ("date", r"[12]\d{3}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"),
        (
            "instant",
            r"[12]\d{3}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])[T ][0-2]\d:[0-5]\d(:[0-5]\d(\.\d{1,9})?)?"
            r"( ?UTC|Z|[-+]\d{2}:?\d{2}|[-+]\d{2})?",
        ),
        ("email", r"[^@\s<>\"]+@[^@\s<>\"]+\.[A-Za-z]{2,}"),
        ("url", r"[a-z][a-z+]{1,9}://[^\s]+"),
        (
            "domain",
            r"[a-z0-9][a-z0-9-]*(\.[a-z0-9][a-z0-9-]*)*\.(com|org|net|edu|gov|io|dev|local|info|biz|eu|de|ch|fr|it|uk|us|at|nl|be|es|ca)",
        ),
        ("hex", r"[0-9a-f]{16,128}|[0-9A-F]{16,128}"),
        ("json", r"\s*[\[{][\s\S]*[\]}]\s*"),
    )
)
FLAGS = ("true", "false", "yes", "no", "on", "off", "null", "none")


def spelling(text: str) -> str:
    """What `text` is the spelling of; "words" when of nothing else."""
    for name, pattern in _PATTERNS:
        if pattern.fullmatch(text):
            if name == "json" and _document(text) is None:
                continue
            return name
    return "words"


def _document(text: str) -> Any:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict | list) else None


@dataclass(frozen=True)
class Spellings:
    """Fills one text column out of several generators, each for one spelling."""

    kind: ClassVar[str] = "text.spellings"
    version: ClassVar[int] = 1

    column: str
    names: tuple[str, ...]
    details: tuple[str, ...]  # how the spelling looks: "T Z" of instants, "upper" of hexadecimal digits
    shares: Floats
    parts: tuple[Generator | None, ...]  # None for empty texts
    null_share: float
    length: int | None

    @property
    def fills(self) -> tuple[str, ...]:
        return (self.column,)

    @property
    def needs(self) -> tuple[str, ...]:
        return ()

    @classmethod
    def suits(cls, task: Task) -> float:
        return 0.2 if len(task.columns) == 1 and isinstance(bare(task.column.type), Text) and not task.unique else 0.0

    @classmethod
    def learn(cls, task: Task, evidence: TableEvidence | None, stream: Stream) -> Self:
        kind = bare(task.column.type)
        length = kind.length if isinstance(kind, Text) else None
        column = evidence.column(task.column.name) if evidence is not None and evidence.sampled else None
        share = null_share(task, column)
        if evidence is None or column is None or column.null_count == len(column):
            plain = _words(task, None, stream)
            return cls(task.column.name, ("words",), ("",), np.ones(1), (plain,), share, length)
        rows = np.flatnonzero(np.asarray(column.is_valid()))
        rows = rows[np.linspace(0, len(rows) - 1, min(len(rows), _MOST)).astype(np.int64)]
        texts: list[str] = column.take(pa.array(rows)).to_pylist()
        names = [spelling(text) for text in texts]
        order = sorted(set(names))
        # A spelling tells a program how to read a text, and nothing about whose it is: it is kept for however few owners.
        told = [name for name in order if name != "words"]
        groups = [(name, np.array([found == name for found in names], dtype=np.bool_)) for name in told]
        others = np.array([name not in told for name in names], dtype=np.bool_)
        if others.any():
            groups.append(("words", others))
        details: list[str] = []
        parts: list[Generator | None] = []
        for name, here in groups:
            chosen = [text for text, wanted in zip(texts, here, strict=True) if wanted]
            detail, made = _part(name, chosen, task, rows_of(evidence, rows[here]), stream.at(name))
            details.append(detail)
            parts.append(made)
        shares = np.array([here.mean() for _, here in groups])
        return cls(task.column.name, tuple(name for name, _ in groups), tuple(details), shares, tuple(parts), share, length)

    @cached_property
    def _guide(self) -> Guide:
        return Guide.of(self.shares)

    def sample(self, span: Span, stream: Stream, given: Columns) -> Columns:
        mask = nulls(stream, span.n, self.null_share)
        codes = self._guide(systematic(stream.at("which"), span.n, mask))
        texts: list[pa.Array] = []
        index = np.zeros(span.n, dtype=np.int64)
        before = 0
        for i, (name, detail, made) in enumerate(zip(self.names, self.details, self.parts, strict=True)):
            rows = np.flatnonzero(codes == i)
            if not len(rows):
                continue
            few = Span(span.start, len(rows), span.total)
            where = inside(stream, f"part {i}")
            values = made.sample(few, where, {})[made.fills[0]] if made is not None else pa.array([""] * len(rows), pa.string())
            texts.append(spelled(name, detail, values))
            index[rows] = before + np.arange(len(rows))
            before += len(rows)
        out = pa.concat_arrays(texts).take(pa.array(index)) if texts else pa.nulls(span.n, pa.string())
        if self.length is not None:
            out = pc.utf8_slice_codeunits(out, 0, self.length)
        return {self.column: without(out, mask)}

    def capacity(self) -> int | None:
        return None

    def literals(self) -> Iterable[Literal]:
        for made in self.parts:
            if made is not None:
                yield from (replace(literal, column=self.column) for literal in made.literals())

    def state(self) -> State:
        return {
            "column": self.column,
            "names": list(self.names),
            "details": list(self.details),
            "shares": self.shares,
            "parts": [pack(made) if made is not None else None for made in self.parts],
            "null_share": self.null_share,
            "length": self.length,
        }

    @classmethod
    def restore(cls, state: State) -> Self:
        return cls(
            state["column"],
            tuple(state["names"]),
            tuple(state["details"]),
            state["shares"],
            tuple(unpack(made) if made else None for made in state["parts"]),
            state["null_share"],
            state["length"],
        )


def _part(name: str, texts: list[str], task: Task, evidence: TableEvidence, stream: Stream) -> tuple[str, Generator | None]:
    """The generator of one spelling, and how the spelling looks."""

    def learned(kind: LogicalType, values: Sequence[Any], generator: type[Generator] | None = None) -> Generator | None:
        typed = pa.array(values) if not isinstance(values, pa.Array) else values
        inner, seen = part("value", kind, typed, evidence.owners, task)
        chosen = generator or best(inner, without=("categorical.", "key.", "null", "text.spellings"))
        return chosen.learn(inner, seen, stream) if chosen is not None else None

    match name:
        case "empty":
            return "", None
        case "integer" | "decimal":
            return "", learned(Decimal(), texts)
        case "flag":
            from mimic.generators.categorical import Shares

            inner, seen = part("value", Text(), pa.array(texts), evidence.owners, task)
            named = tuple(sorted({text for text in texts if text.lower() in FLAGS}))  # words of programs, not of people
            return "", Shares.learn(replace(inner, options={**inner.options, "values": named}), seen, stream)
        case "uuid":
            upper = sum(text != text.lower() for text in texts) * 2 > len(texts)
            return "upper" if upper else "", learned(
                Uuid(), pa.array([bytes.fromhex(text.replace("-", "")) for text in texts], pa.binary(16))
            )
        case "date":
            return "", learned(Date(), _cast(texts, pa.date32()))
        case "instant":
            between = "T" if sum(text[10] == "T" for text in texts) * 2 >= len(texts) else " "
            zones = [match[0] if (match := re.search(r"( ?UTC|Z|[-+]\d{2}:?\d{2}|[-+]\d{2})$", text[16:])) else "" for text in texts]
            zone = max(sorted(set(zones)), key=zones.count)
            digits = [len(match[1]) if (match := re.search(r":\d\d\.(\d+)", text)) else 0 for text in texts]
            shown = max(sorted(set(digits)), key=digits.count)
            minutes = sum(bool(re.search(r"\d{2}:\d{2}:\d{2}", text)) for text in texts) * 2 < len(texts)
            naive = [re.sub(r"( ?UTC|Z|[-+]\d{2}:?\d{2}|[-+]\d{2})$", "", text[16:]) for text in texts]
            moments = _cast(
                [text[:10] + " " + text[11:16] + (tail or ":00")[:10] for text, tail in zip(texts, naive, strict=True)], pa.timestamp("us")
            )
            return f"{between}|{shown}|{'m' if minutes else 's'}|{zone}", learned(Timestamp(), moments)
        case "hex":
            from mimic.generators.binaries import Bytes

            upper = any(set(text) & set("ABCDEF") for text in texts)
            return "upper" if upper else "", learned(Binary(), [bytes.fromhex(text[: len(text) // 2 * 2]) for text in texts], Bytes)
        case "json":
            return "", learned(Json(), texts)
    return "", _words(task, evidence, stream, _TEXTS[name])


def _cast(texts: list[str], out: pa.DataType) -> pa.Array:
    """Dates such as 2021-02-30 become NULL."""
    try:
        return pa.array(texts, pa.string()).cast(out)
    except pa.ArrowInvalid:
        return pa.concat_arrays([_cast_one(text, out) for text in texts])


def _cast_one(text: str, out: pa.DataType) -> pa.Array:
    try:
        return pa.array([text], pa.string()).cast(out)
    except pa.ArrowInvalid:
        return pa.nulls(1, out)


def _words(task: Task, evidence: TableEvidence | None, stream: Stream, kind: Kind | None = None) -> Generator | None:
    """A generator of plain texts for the same column."""
    meanings = task.meanings if kind is None or kind is Kind.FREE_TEXT else (Meaning(kind, Sensitivity.DIRECT, 1.0, "its spelling"),)
    inner = replace(
        task, meanings=meanings or (Meaning(Kind.FREE_TEXT, Sensitivity.TEXT, 0.0, "its spelling"),), options={"null_share": 0.0}
    )
    chosen = best(inner, without=("categorical.", "key.", "constant", "null", "text.spellings", "semantic.setting", "reference"))
    return chosen.learn(inner, evidence, stream) if chosen is not None else None


def spelled(name: str, detail: str, values: pa.Array) -> pa.Array:
    """Values of a part as texts; a NULL that should not be there becomes an empty text."""
    values = _text(name, detail, values)
    return pc.fill_null(values, "") if values.null_count else values


def _text(name: str, detail: str, values: pa.Array) -> pa.Array:
    match name:
        case "uuid":
            return _each(values, lambda value: dashed(value.hex()).upper() if detail else dashed(value.hex()))
        case "hex":
            return _each(values, lambda value: value.hex().upper() if detail else value.hex())
        case "instant":
            between, shown, unit, zone = detail.split("|")
            cut = 16 if unit == "m" else 19 + (int(shown) + 1 if int(shown) else 0)
            texts = pc.utf8_slice_codeunits(values.cast(pa.string()), 0, min(cut, 26))
            if between == "T":
                texts = pc.replace_substring(texts, " ", "T", max_replacements=1)
            return pc.binary_join_element_wise(texts, zone, "") if zone else texts
    return values.cast(pa.string())


def _each(values: pa.Array, spell: Callable[[bytes], str]) -> pa.Array:
    """At most a pool of different values is spelled, the rest taken from them."""
    few = values[:POOL].to_pylist()
    pool = pa.array([None if value is None else spell(value) for value in few], pa.string())
    return pool if len(values) <= POOL else pool.take(pa.array(np.arange(len(values)) % POOL))


def register(registry: Registry) -> None:
    registry.generators.add(Spellings)
