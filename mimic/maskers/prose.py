"""Free text: names, e-mail addresses, links, network addresses and numbers inside it are replaced; the rest is left to be read.

A name is told by public lists: two capitalised words of which one is on them, or a first name alone. What a text says of a person
in other words stays, so a text that nobody may read is better redacted (`masker: redact`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar, Self

import pyarrow as pa

from mimic.generators.pools import ascii_letters, neutral_words
from mimic.masker import MaskTask
from mimic.maskers.cipher import Aes
from mimic.maskers.identifiers import permuted
from mimic.maskers.names import Emails, Names, known_first, known_last
from mimic.maskers.places import Addresses, Links
from mimic.maskers.texts import OfTexts, is_text, needs_text
from mimic.registry import Registry
from mimic.schema import Column, Text
from mimic.semantics import Kind

_EMAIL = r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,}"
_LINK = r"(?:https?|ftp)://[^\s<>\"')]+|www\.[^\s<>\"')]+\.[^\s<>\"')]+"
_IP = r"\b(?:\d{1,3}\.){3}\d{1,3}\b|\b(?:[0-9a-fA-F]{1,4}:){3,7}[0-9a-fA-F]{0,4}\b"
_CODE = r"\+?\b[A-Z]{0,3}[0-9(](?:[0-9A-Z ()/.-]{2,30})[0-9]\b|\b\d{4,}\b"
_NAMES = r"\b[^\W\d_a-zß-öø-ÿ][^\W\d_]+(?:[ -](?:[^\W\d_a-zß-öø-ÿ]\.?|[^\W\d_a-zß-öø-ÿ][^\W\d_]+)){0,3}\b"
_HANDLE = r"(?<![\w@])@[A-Za-z0-9_][A-Za-z0-9_.-]{2,}"
_FOUND = re.compile(f"(?P<email>{_EMAIL})|(?P<link>{_LINK})|(?P<ip>{_IP})|(?P<handle>{_HANDLE})|(?P<code>{_CODE})|(?P<name>{_NAMES})")


@lru_cache(maxsize=1)
def _common() -> frozenset[str]:
    """Words of everyday that public lists of names also hold."""
    plain = {ascii_letters(word) for locale in ("en_US", "de_DE", "fr_FR", "es_ES") for word in neutral_words(locale)}
    return frozenset(plain | {"will", "may", "mark", "art", "bill", "grant", "grace", "hope", "joy", "faith", "rose", "long", "young", "june", "april",
                              "august", "summer", "white", "black", "brown", "green", "king", "rich", "price", "day", "park", "field", "wood", "the",
                              "this", "that", "london", "paris", "berlin", "sydney", "china", "india", "chad", "jordan", "georgia", "virginia"})  # fmt: skip


def _named(text: str) -> bool:
    parts = [ascii_letters(part) for part in re.split(r"[\s-]+", text)]
    first, last, common = known_first(), known_last(), _common()
    told = [part for part in parts if part in first and part not in common]
    if len(parts) >= 2:
        return bool(told) or (parts[0] in first and parts[-1] in last) or any(part in last and part not in common for part in parts[1:])
    return bool(told)


@dataclass(frozen=True)
class Prose(OfTexts):
    """Comments, notes, messages: what identifies inside them is masked as it is in its own column."""

    kind: ClassVar[str] = "text.inside"
    keeps_uniqueness: ClassVar[bool] = False

    column: Column
    locale: str
    most: int | None

    @property
    def domain(self) -> str:
        return "name"  # so that a name inside a text becomes what it becomes in its column

    @classmethod
    def suits(cls, task: MaskTask) -> float:
        return (
            0.8 if is_text(task.column) and task.kind in (Kind.FREE_TEXT, Kind.WORDS, Kind.TITLE) else 0.15 if is_text(task.column) else 0.0
        )

    @classmethod
    def of(cls, task: MaskTask) -> Self:
        return cls(task.column, task.locale, needs_text(task, 1))

    def made(self, texts: pa.Array, aes: Aes) -> pa.Array:
        found = texts.to_pylist()
        kinds: dict[str, dict[str, str]] = {"email": {}, "link": {}, "ip": {}, "handle": {}, "code": {}, "name": {}}
        for text in found:
            for match in _FOUND.finditer(text):
                if match.lastgroup and (match.lastgroup != "name" or _named(match.group())):
                    kinds[match.lastgroup].setdefault(match.group(), "")
        column = Column("text", Text())
        for kind, values in kinds.items():
            if values:
                made = self._one(kind, pa.array(list(values), pa.string()), column, aes).to_pylist()
                kinds[kind] = dict(zip(values, made, strict=True))
        out = [_FOUND.sub(lambda m: kinds[m.lastgroup or ""].get(m.group(), m.group()), text) for text in found]
        return pa.array(out if self.most is None else [text[: self.most] for text in out], pa.string())

    def _one(self, kind: str, values: pa.Array, column: Column, aes: Aes) -> pa.Array:
        match kind:
            case "email":
                return Emails(column, self.locale, None).made(values, aes)
            case "handle":
                made = Emails(column, self.locale, None).made(pa.array([text[1:] for text in values.to_pylist()], pa.string()), aes)
                return pa.array(["@" + text for text in made.to_pylist()], pa.string())
            case "link":
                return Links(column, None).made(values, aes)
            case "ip":
                return Addresses(column).made(values, aes)
            case "code":
                return permuted(values, aes)
        return Names(column, "whole", self.locale, None).made(values, aes)


def register(registry: Registry) -> None:
    registry.maskers.add(Prose)


__all__ = ["Prose"]
