"""Key-value tables: the keys as they are, and for every key values in that key's own form.

An application does not start when `page_size` reads "Blue river". Keys are names of a program and kept whole; values are made
anew by what they spell (see `spellings`): a boolean stays one, a number a number, a document keeps its shape.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import ClassVar, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mimic.generator import Columns, Generator, Literal, Span, State, Task
from mimic.generators.categorical import Shares
from mimic.generators.draws import Guide, systematic
from mimic.generators.nested import pack, rows_of, unpack
from mimic.generators.spellings import Spellings, spelling
from mimic.generators.text import text_like
from mimic.profile import TableEvidence
from mimic.schema import Column
from mimic.semantics import Kind
from mimic.streams import Stream

MOST_KEYS = 2_000
_WORD = re.compile(r"[a-z][a-z0-9]{0,11}([_-][a-z0-9]{1,12}){0,3}")
# Keys whose values may say who or where somebody is, or open something.
_TELLING = re.compile(
    r"pass|secret|token|key|salt|credential|user|owner|author|admin|name|mail|host|domain|url|site|company|contact|phone|address|account|"
    r"id$",
    re.IGNORECASE,
)
KEYS = frozenset(
    [
        "key",
        "name",
        "setting",
        "option",
        "property",
        "variable",
        "parameter",
        "attribute",
        "setting_key",
        "setting_name",
        "option_name",
        "option_key",
        "config_key",
        "meta_key",
        "attribute_name",
        "property_name",
        "variable_name",
        "parameter_name",
        "var",
        "param",
        "item",
    ]
)
VALUES = frozenset(
    [
        "value",
        "val",
        "setting_value",
        "option_value",
        "config_value",
        "meta_value",
        "attribute_value",
        "property_value",
        "variable_value",
        "parameter_value",
        "value_text",
        "text_value",
        "string_value",
    ]
)


def key_beside(task: Task) -> str | None:
    """The column of keys beside a column of values, by their names."""
    if len(task.columns) != 1 or task.column.name.lower() not in VALUES:
        return None
    return next((column.name for column in task.table.columns if column.name.lower() in KEYS and text_like(column.type)), None)


@dataclass(frozen=True)
class Setting:
    """Fills key and value, or the value alone, given the key."""

    kind: ClassVar[str] = "semantic.setting"
    version: ClassVar[int] = 1

    fills: tuple[str, ...]
    needs: tuple[str, ...]
    key: str
    value: str
    keys: tuple[str, ...]
    shares: tuple[float, ...]
    owners: tuple[int, ...]
    values: tuple[Generator, ...]  # one per key, and one for any other key

    @classmethod
    def suits(cls, task: Task) -> float:
        if not task.meanings or not all(text_like(column.type) for column in task.columns) or task.unique:
            return 0.0
        if len(task.columns) == 2 and _pair(task) is not None:
            return 0.95
        return 0.95 if key_beside(task) is not None and task.needs == () and _program_keys(task) else 0.0

    @classmethod
    def learn(cls, task: Task, evidence: TableEvidence | None, stream: Stream) -> Self:
        pair = _pair(task)
        key, value = pair if pair is not None else (key_beside(task) or task.fills[0], task.fills[0])
        needs = () if pair is not None else (key,)
        column = task.table.column(value)
        kept = pair is None or task.options.get("keep_literals") is not False
        if evidence is None or evidence.column(key).null_count == evidence.sampled or not kept:
            return cls(task.fills, needs, key, value, ("theme", "language", "page_size", "notifications"), (0.25,) * 4, (0,) * 4,
                       tuple(Spellings.learn(_inner(task, column), None, stream) for _ in range(5)))  # fmt: skip
        encoded = evidence.column(key).dictionary_encode()
        codes = np.asarray(pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False), dtype=np.int64)
        counts = np.bincount(codes[codes >= 0], minlength=len(encoded.dictionary))
        held = evidence.owners.distinct(codes, len(encoded.dictionary))
        order = np.argsort(-counts, kind="stable")[:MOST_KEYS]
        names = [encoded.dictionary[int(i)].as_py() for i in order]
        values: list[Generator] = [
            _learned(names[j], _inner(task, column), rows_of(evidence, np.flatnonzero(codes == i)), stream.at("key", j))
            for j, i in enumerate(order)
        ]
        values.append(Spellings.learn(_inner(task, column), evidence, stream.at("other")))
        total = max(float(counts[order].sum()), 1.0)
        return cls(
            task.fills,
            needs,
            key,
            value,
            tuple(names),
            tuple(float(counts[i]) / total for i in order),
            tuple(int(held[i]) for i in order),
            tuple(values),
        )

    @cached_property
    def _guide(self) -> Guide:
        return Guide.of(np.array(self.shares) if self.shares else np.ones(1))

    def sample(self, span: Span, stream: Stream, given: Columns) -> Columns:
        if self.needs:
            keys = given[self.key].cast(pa.string())
            found = pc.index_in(keys, pa.array(self.keys, pa.string()))
            which = np.asarray(pc.fill_null(found, len(self.keys)).to_numpy(zero_copy_only=False), dtype=np.int64)
        else:
            which = self._guide(systematic(stream.at("key"), span.n)).astype(np.int64)
            keys = pa.array(self.keys, pa.string()).take(pa.array(which))
        rows = [np.flatnonzero(which == i) for i in range(len(self.values))]
        parts = [
            made.sample(Span(span.start, len(inside), span.total), stream.at("value", i), {})[self.value]
            for i, (made, inside) in enumerate(zip(self.values, rows, strict=True))
            if len(inside)
        ]
        order = np.empty(span.n, dtype=np.int64)
        order[np.concatenate(rows)] = np.arange(span.n)
        values = pa.concat_arrays(parts).take(pa.array(order)) if parts else pa.array([], pa.string())
        return {self.value: values} if self.needs else {self.key: keys, self.value: values}

    def capacity(self) -> int | None:
        return None

    def literals(self) -> Iterable[Literal]:
        for name, owners in zip(self.keys, self.owners, strict=True):
            if owners:
                yield Literal(self.key, name, owners, "vocabulary: names of settings")
        for made in self.values:
            yield from made.literals()

    def state(self) -> State:
        return {"fills": list(self.fills), "needs": list(self.needs), "key": self.key, "value": self.value, "keys": list(self.keys),
                "shares": list(self.shares), "owners": list(self.owners), "values": [pack(made) for made in self.values]}  # fmt: skip

    @classmethod
    def restore(cls, state: State) -> Self:
        return cls(tuple(state["fills"]), tuple(state["needs"]), state["key"], state["value"], tuple(state["keys"]), tuple(state["shares"]),
                   tuple(state["owners"]), tuple(unpack(made) for made in state["values"]))  # fmt: skip


def _pair(task: Task) -> tuple[str, str] | None:
    """Key and value where the task fills both."""
    names = {column.name.lower(): column.name for column in task.columns}
    key, value = next((names[n] for n in names if n in KEYS), None), next((names[n] for n in names if n in VALUES), None)
    return (key, value) if len(task.columns) == 2 and key is not None and value is not None else None


def _program_keys(task: Task) -> bool:
    return task.meaning.kind in (Kind.SETTING_VALUE, Kind.KEY, Kind.OTHER, Kind.PASSWORD, Kind.SESSION, Kind.WORDS, Kind.TOKEN, Kind.MONEY)


def _learned(key: str, task: Task, evidence: TableEvidence, stream: Stream) -> Generator:
    """What fills the values of one key. A choice among words of a program (`theme`: `dark`) stays a choice among them."""
    seen = evidence.column(task.column.name).drop_null()
    words = len(seen) > 0 and not evidence.owners.paths and not _TELLING.search(key) and task.options.get("keep_literals") is not False
    if words and all(_WORD.fullmatch(text) and spelling(text) == "words" for text in seen.to_pylist()):
        return Shares.learn(replace(task, options={**task.options, "vocabulary": "a setting's choice"}), evidence, stream)
    return Spellings.learn(task, evidence, stream)


def _inner(task: Task, column: Column) -> Task:
    meaning = next((m for c, m in zip(task.columns, task.meanings, strict=True) if c.name == column.name), task.meanings[0])
    if meaning.kind is Kind.SETTING_VALUE:  # what is no flag, number, date ... is a text of that length, not any setting's value
        meaning = replace(meaning, kind=Kind.WORDS)
    told = {name: task.options[name] for name in ("keep_literals",) if name in task.options}
    return Task(task.table, (column,), (), (meaning,), False, told, task.k, task.locale)


__all__ = ["Setting", "key_beside"]
