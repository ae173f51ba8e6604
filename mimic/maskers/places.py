"""Streets, cities, companies, profiles and network addresses: another one of the same kind, chosen by a keyed hash of the value."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from faker import Faker

from mimic.generators.people import last_names
from mimic.generators.pools import known_locale, unique
from mimic.masker import CannotMask, MaskTask
from mimic.maskers.cipher import Aes, bijection, chosen, digest, letters
from mimic.maskers.identifiers import permuted
from mimic.maskers.names import _SIGNS, syllables
from mimic.maskers.texts import OfTexts, apart, cut, element, is_text, needs_text, room
from mimic.registry import Registry
from mimic.schema import Column, Network
from mimic.semantics import Kind

_MOST = 1_500  # entries of a pool of the public lists


def _faker(locale: str) -> Faker:
    """Of its own random numbers, always the same."""
    fake = Faker(known_locale(locale))
    fake.seed_instance(20_261_127)
    return fake


@lru_cache(maxsize=64)
def pool(locale: str, what: str) -> pa.Array:
    """Made-up streets, cities, ... of a locale: the same in every run."""
    fake = _faker(locale)
    made = unique(str(getattr(fake, what)()) for _ in range(_MOST))
    return pa.array(made, pa.string())


@dataclass(frozen=True)
class Streets(OfTexts):
    """Another street of the locale; the number of the house is masked digit by digit and stands where it stood."""

    kind: ClassVar[str] = "place.street"
    keeps_uniqueness: ClassVar[bool] = False

    column: Column
    locale: str
    most: int | None

    @property
    def domain(self) -> str:
        return "street"

    @classmethod
    def suits(cls, task: MaskTask) -> float:
        return 0.9 if is_text(task.column) and task.kind is Kind.STREET and not task.unique else 0.0

    @classmethod
    def of(cls, task: MaskTask) -> Self:
        return cls(task.column, task.locale, needs_text(task, 2))

    def made(self, texts: pa.Array, aes: Aes) -> pa.Array:
        numbered = np.asarray(pc.match_substring_regex(texts, r"^\s*[0-9]"))
        return cut(apart(texts, numbered, lambda part: self._numbered(part, aes), lambda part: self._plain(part, aes)), self.most)

    def _street(self, texts: pa.Array, aes: Aes) -> pa.Array:
        known = pool(self.locale, "street_name")
        return known.take(pa.array(chosen(digest(aes, pc.utf8_lower(texts))[:, 0], len(known))))

    def _numbered(self, texts: pa.Array, aes: Aes) -> pa.Array:
        """Texts that begin with a digit: `12a Main Street`, or a number alone, as in a column of house numbers."""
        found = pc.extract_regex(texts, r"^\s*(?P<n>[0-9]+[A-Za-z]?),?\s+[^\s]..")
        led = np.asarray(found.is_valid())
        if led.all():
            return pc.binary_join_element_wise(permuted(found.field(0), aes), self._street(texts, aes), " ")
        alone = np.asarray(pc.match_substring_regex(texts, r"^\s*[0-9]+ ?[A-Za-z]?\s*$"))
        if alone.all():
            return permuted(texts, aes)
        if alone.any():
            return apart(texts, alone, lambda part: permuted(part, aes), lambda part: self._numbered(part, aes))
        if not led.any():
            return self._plain(texts, aes)
        return apart(texts, led, lambda part: self._numbered(part, aes), lambda part: self._plain(part, aes))

    def _plain(self, texts: pa.Array, aes: Aes) -> pa.Array:
        """A name, and perhaps a number behind it: `Hauptstrasse 7`."""
        behind = pc.fill_null(pc.extract_regex(texts, r"[^0-9].*?(?P<n>[0-9]+ ?[A-Za-z]?)\b").field(0), "")
        made = pc.utf8_rtrim_whitespace(pc.binary_join_element_wise(self._street(texts, aes), permuted(behind, aes), " "))
        return pc.if_else(pc.equal(texts, ""), texts, made)


@dataclass(frozen=True)
class Cities(OfTexts):
    """Another city of the locale."""

    kind: ClassVar[str] = "place.city"
    keeps_uniqueness: ClassVar[bool] = False

    column: Column
    locale: str
    most: int | None

    @property
    def domain(self) -> str:
        return "city"

    @classmethod
    def suits(cls, task: MaskTask) -> float:
        return 0.6 if is_text(task.column) and task.kind is Kind.CITY and not task.unique else 0.0

    @classmethod
    def of(cls, task: MaskTask) -> Self:
        return cls(task.column, task.locale, needs_text(task, 2))

    def made(self, texts: pa.Array, aes: Aes) -> pa.Array:
        known = pool(self.locale, "city")
        return cut(known.take(pa.array(chosen(digest(aes, pc.utf8_lower(texts))[:, 0], len(known)))), self.most)


@dataclass(frozen=True)
class Companies(OfTexts):
    """`Weber-Lindner GmbH`: two last names and an ending of the locale; a word more where the column is unique."""

    kind: ClassVar[str] = "company.name"
    keeps_uniqueness: ClassVar[bool] = True

    column: Column
    locale: str
    most: int | None
    unique: bool

    @property
    def domain(self) -> str:
        return "company"

    @classmethod
    def suits(cls, task: MaskTask) -> float:
        return 0.8 if is_text(task.column) and task.kind in (Kind.COMPANY, Kind.EMPLOYER) else 0.0

    @classmethod
    def of(cls, task: MaskTask) -> Self:
        return cls(task.column, task.locale, needs_text(task, 24 if task.unique else 4), task.unique)

    def made(self, texts: pa.Array, aes: Aes) -> pa.Array:
        words = digest(aes, pc.utf8_lower(pc.utf8_trim_whitespace(texts)))
        names = pa.array([name for name in last_names(self.locale) if len(name) <= 12], pa.string())
        ends = pa.array(_endings(self.locale), pa.string())
        first = names.take(pa.array(chosen(words[:, 0], len(names))))
        second = names.take(pa.array(chosen(words[:, 0] >> np.uint64(20), len(names))))
        ending = ends.take(pa.array(chosen(words[:, 0] >> np.uint64(44), len(ends))))
        both = pc.binary_join_element_wise(first, second, "-")
        if self.unique:
            budget = None if self.most is None else self.most - 13
            mark = pc.utf8_capitalize(syllables(words[:, 1], 6))
            return pc.binary_join_element_wise(mark, cut(both, budget), " ")
        return cut(pc.binary_join_element_wise(both, ending, " "), self.most)


@lru_cache(maxsize=32)
def _endings(locale: str) -> tuple[str, ...]:
    fake = _faker(locale)
    try:
        return unique(str(fake.company_suffix()) for _ in range(40))
    except (AttributeError, TypeError):
        return ("Ltd", "Inc", "Group")


@dataclass(frozen=True)
class Links(OfTexts):
    """`https://lokito.example/k3x9q2mab4cd`: a link that leads nowhere, the same for the same link."""

    kind: ClassVar[str] = "link"
    keeps_uniqueness: ClassVar[bool] = True

    column: Column
    most: int | None

    @property
    def domain(self) -> str:
        return "link"

    @classmethod
    def suits(cls, task: MaskTask) -> float:
        named = task.kind is Kind.IMAGE and any(word in task.column.name.lower() for word in ("url", "uri", "link", "path"))
        return 0.9 if is_text(task.column) and (task.kind in (Kind.URL_PROFILE, Kind.URL, Kind.DOMAIN) or named) else 0.0

    @classmethod
    def of(cls, task: MaskTask) -> Self:
        return cls(task.column, needs_text(task, 12))

    def made(self, texts: pa.Array, aes: Aes) -> pa.Array:
        words = digest(aes, texts)
        signs = letters(words[:, 0], _SIGNS, 12)
        if self.most is not None and self.most < 36:
            return cut(signs, self.most)
        return pc.binary_join_element_wise("https://", syllables(words[:, 1], 3), ".example/", signs, "")


@dataclass(frozen=True)
class Addresses(OfTexts):
    """IPv4 addresses anywhere in 32 bits, IPv6 below 2001:db8::/32 (RFC 3849), MACs locally administered; networks keep their length."""

    kind: ClassVar[str] = "network.address"
    keeps_uniqueness: ClassVar[bool] = True

    column: Column

    @property
    def domain(self) -> str:
        return "address"

    @classmethod
    def suits(cls, task: MaskTask) -> float:
        if isinstance(element(task.column.type), Network):
            return 0.95
        return 0.95 if is_text(task.column) and task.kind in (Kind.IP, Kind.MAC) else 0.0

    @classmethod
    def of(cls, task: MaskTask) -> Self:
        if not isinstance(element(task.column.type), Network):
            needs_text(task, 12)
        return cls(task.column)

    def made(self, texts: pa.Array, aes: Aes) -> pa.Array:
        found = texts.to_pylist()
        words = digest(aes, texts)
        four = [_four(text) for text in found]
        numbers = np.array([value or 0 for value in four], dtype=np.int64)
        moved = bijection(aes, numbers, 1 << 32)
        plain = permuted(texts, aes).to_pylist()
        rows = zip(found, four, moved.tolist(), words.tolist(), plain, strict=True)
        return pa.array([_address(*row, room(self.column)) for row in rows], pa.string())


def _four(text: str) -> int | None:
    try:
        return int(ipaddress.IPv4Interface(text).ip)
    except ValueError:
        return None


def _address(text: str, four: int | None, moved: int, words: list[int], plain: str, most: int | None) -> str:
    bare, _, mask = text.partition("/")
    if four is not None:
        whole = ipaddress.IPv4Interface(text)
        network = ipaddress.IPv4Interface(f"{ipaddress.IPv4Address(moved)}/{mask or 32}")
        # A value of type cidr has no bits beside its mask, and keeps none.
        flat = bool(mask) and whole.ip == whole.network.network_address
        out = str(network.network.network_address if flat else network.ip) + (f"/{mask}" if mask else "")
        return out if most is None or len(out) <= most else plain
    parts = bare.replace("-", ":").split(":")
    if len(parts) in (6, 8) and all(len(part) == 2 for part in parts):
        sign = "-" if "-" in bare else ":"
        made = f"{words[0]:016x}{words[1]:016x}"
        return sign.join(["02", *(made[2 * i : 2 * i + 2] for i in range(len(parts) - 1))])
    try:
        six = ipaddress.IPv6Interface(text)
    except ValueError:
        return plain
    room = 99 if most is None else most - len(mask) - bool(mask)
    low = (words[0] << 32 | words[1] >> 32) & ((1 << (96 if room >= 39 else 32)) - 1)
    network6 = ipaddress.IPv6Interface(f"{ipaddress.IPv6Address((0x20010DB8 << 96) | low)}/{mask or 128}")
    flat = bool(mask) and six.ip == six.network.network_address
    out = str(network6.network.network_address if flat else network6.ip) + (f"/{mask}" if mask else "")
    return out if room >= 19 else plain


def refuse_unique(task: MaskTask) -> None:
    if task.unique:
        raise CannotMask("its values must be distinct, and this masker lets some of them become equal")


def register(registry: Registry) -> None:
    for masker in (Streets, Cities, Companies, Links, Addresses):
        registry.maskers.add(masker)


__all__ = ["Addresses", "Cities", "Companies", "Links", "Streets", "pool", "refuse_unique"]
