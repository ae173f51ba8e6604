"""Masks that say nothing of the value: a word, NULL, a constant, a keyed hash, the values of other rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mimic.masker import CannotMask, Given, MaskTask
from mimic.maskers.cipher import Aes, digest, digest_numbers
from mimic.maskers.places import refuse_unique
from mimic.maskers.texts import OfTexts, element, is_text, needs_text
from mimic.registry import Registry
from mimic.schema import Binary, Column, Date, Decimal, Float, Integer, Json, Text, Timestamp, Vector, Xml

REDACTED = "[redacted]"


class _Plain:
    """What masks without regard to other columns, to a domain of its own."""

    version: ClassVar[int] = 1
    reversible: ClassVar[bool] = False

    @property
    def domain(self) -> str:
        return "none"

    @property
    def needs(self) -> tuple[str, ...]:
        return ()


@dataclass(frozen=True)
class Redact(OfTexts):
    """`[redacted]`, as much of it as there is room for; in arrays for each element, in JSON as a string; search words become none."""

    kind: ClassVar[str] = "redact"
    keeps_uniqueness: ClassVar[bool] = False

    column: Column
    word: str

    @property
    def domain(self) -> str:
        return "none"

    @classmethod
    def suits(cls, task: MaskTask) -> float:
        return 0.1 if (is_text(task.column) or _wordless(task.column) is not None) and not task.unique else 0.0

    @classmethod
    def of(cls, task: MaskTask) -> Self:
        word = str(task.options.get("with", REDACTED))
        refuse_unique(task)
        if isinstance(element(task.column.type), Json):
            return cls(task.column, '"' + word.replace('"', "'") + '"')
        if (empty := _wordless(task.column)) is not None:
            return cls(task.column, empty)
        most = needs_text(task, 0)
        return cls(task.column, word if most is None else word[:most])

    def made(self, texts: pa.Array, aes: Aes) -> pa.Array:
        return pa.array([self.word] * len(texts), pa.string())


def _wordless(column: Column) -> str | None:
    """What stands for nothing in types that travel as texts and take no words."""
    kind = element(column.type)
    return "" if isinstance(kind, Vector) else "<redacted/>" if isinstance(kind, Xml) else None


@dataclass(frozen=True)
class Null(_Plain):
    """NULL."""

    kind: ClassVar[str] = "set.null"  # `masker: null` would be nothing in YAML
    keeps_uniqueness: ClassVar[bool] = True

    column: Column

    @classmethod
    def suits(cls, task: MaskTask) -> float:
        return 0.05 if task.column.nullable else 0.0

    @classmethod
    def of(cls, task: MaskTask) -> Self:
        if not task.column.nullable:
            raise CannotMask("it may not be NULL")
        return cls(task.column)

    def mask(self, values: pa.Array, key: bytes, given: Given) -> pa.Array:
        return pa.nulls(len(values), values.type)


@dataclass(frozen=True)
class Constant(_Plain):
    """`value`, as its type is printed, for every row that is not NULL."""

    kind: ClassVar[str] = "constant"
    keeps_uniqueness: ClassVar[bool] = False

    column: Column
    value: Any

    @classmethod
    def suits(cls, task: MaskTask) -> float:
        return 0.0

    @classmethod
    def of(cls, task: MaskTask) -> Self:
        if "value" not in task.options:
            raise CannotMask("it needs the option `value`")
        refuse_unique(task)
        return cls(task.column, task.options["value"])

    def mask(self, values: pa.Array, key: bytes, given: Given) -> pa.Array:
        word = "true" if self.value is True else "false" if self.value is False else str(self.value)
        told = pa.scalar(word, pa.string())
        try:
            made = told.cast(values.type)
        except pa.ArrowInvalid as problem:
            raise CannotMask("the constant is no value of its type") from problem
        return pc.if_else(values.is_valid(), made, pa.scalar(None, values.type))


@dataclass(frozen=True)
class Hash(OfTexts):
    """A keyed hash in hexadecimal digits, 32 or as many as there is room for (16 at least)."""

    kind: ClassVar[str] = "hash"
    keeps_uniqueness: ClassVar[bool] = True

    column: Column
    length: int

    @property
    def domain(self) -> str:
        return "hash"

    @classmethod
    def suits(cls, task: MaskTask) -> float:
        return 0.0

    @classmethod
    def of(cls, task: MaskTask) -> Self:
        most = needs_text(task, 16)
        return cls(task.column, min(32, most or 32))

    def made(self, texts: pa.Array, aes: Aes) -> pa.Array:
        words = digest(aes, texts)
        grid = np.ascontiguousarray(words.astype(">u8")).view(np.uint8).reshape(-1, 16)
        signs = np.frombuffer(b"0123456789abcdef", dtype=np.uint8)
        spelled = np.stack([signs[grid >> 4], signs[grid & 15]], axis=2).reshape(-1, 32)[:, : self.length]
        offsets = np.arange(len(texts) + 1, dtype=np.int32) * self.length
        data = np.ascontiguousarray(spelled).tobytes()
        return pa.StringArray.from_buffers(len(texts), pa.py_buffer(offsets.tobytes()), pa.py_buffer(data))


@dataclass(frozen=True)
class Shuffle(_Plain):
    """The values of other rows of the same batch (65,536 rows), in a keyed order: real values stay, and tell of nobody."""

    kind: ClassVar[str] = "shuffle"
    keeps_uniqueness: ClassVar[bool] = False  # not of keys of several columns

    column: Column

    @property
    def domain(self) -> str:
        return "shuffle"

    @classmethod
    def suits(cls, task: MaskTask) -> float:
        """Where a type leaves nothing else: words of an enumeration, truth values, times of day, spans."""
        others = Text | Json | Binary | Integer | Decimal | Float | Date | Timestamp | Vector | Xml
        return 0.0 if isinstance(element(task.column.type), others) else 0.03

    @classmethod
    def of(cls, task: MaskTask) -> Self:
        refuse_unique(task)
        return cls(task.column)

    def mask(self, values: pa.Array, key: bytes, given: Given) -> pa.Array:
        order = np.argsort(digest_numbers(Aes(key), np.arange(len(values), dtype=np.int64))[:, 0], kind="stable")
        return values.take(pa.array(order))


def register(registry: Registry) -> None:
    for masker in (Redact, Null, Constant, Hash, Shuffle):
        registry.maskers.add(masker)


__all__ = ["REDACTED", "Constant", "Hash", "Null", "Redact", "Shuffle"]
