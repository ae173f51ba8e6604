"""Names, user names and e-mail addresses by parts: each part of a name becomes another name, the same one wherever it stands.

`Anna Schmidt`, `anna.schmidt@firm.de` and `Schmidt, A.` hold the same parts, so that a person's address still goes with her name after
masking, in this row and in every other table, without a look at the row. A name of the public lists becomes one of the same
gender, any other one a last name. Addresses and user names end in eight signs of a keyed hash of the whole, so that two people
whose parts become the same names stay two; addresses lie in the domain `.example`, which belongs to nobody (RFC 2606).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mimic.generators.people import first_names, last_names
from mimic.generators.pools import FALLBACK, ascii_letters, names_of
from mimic.masker import MaskTask
from mimic.maskers.cipher import Aes, chosen, digest, letters
from mimic.maskers.runs import flat, halves, two_runs
from mimic.maskers.texts import Made, OfTexts, apart, cut, is_text, needs_text
from mimic.registry import Registry
from mimic.schema import Column
from mimic.semantics import Kind
from mimic.streams import Words

DOMAIN = "name"
SUFFIX = 8
_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that looks like another
# Small words of names that say nothing: kept, so that a name looks like one of its country.
_PARTICLES = frozenset(
    [
        "de", "da", "do", "dos", "das", "del", "della", "di", "du", "des", "la", "le", "los", "las", "van", "von", "der", "den", "ter", "ten", "zu", "zum",
        "zur", "el", "al", "bin", "ibn", "ben", "bint", "y", "e", "und", "and", "af", "av", "mc", "mac", "san", "st", "jr", "sr", "ii", "iii", "iv",
        "dr", "prof", "mr", "mrs", "ms", "miss", "herr", "frau", "mme", "mlle", "sir", "dame", "ing", "dipl", "phd", "md", "esq", "don", "dona", "sra",
    ]
)  # fmt: skip
_LOCALES = (
    "en_US", "en_GB", "en_CA", "en_AU", "en_IN", "de_DE", "de_AT", "de_CH", "fr_FR", "fr_CA", "fr_CH", "es_ES", "es_MX", "es_AR", "it_IT", "nl_NL",
    "nl_BE", "pt_BR", "pt_PT", "pl_PL", "sv_SE", "no_NO", "da_DK", "fi_FI", "cs_CZ", "sk_SK", "sl_SI", "hu_HU", "ro_RO", "hr_HR", "lt_LT", "et_EE",
    "tr_TR", "id_ID", "ga_IE",
)  # fmt: skip
_WORD = re.compile(r"[^\W\d_]+")
ENOUGH = 200  # names of a list, of which another key chooses another one nearly always


@lru_cache(maxsize=1)
def known_first() -> dict[str, int]:
    """First names of public lists in a-z, with their genders: 0 male, 1 female, 2 either."""
    out: dict[str, int] = {}
    for locale in _LOCALES:
        from mimic.generators.pools import provider

        person = provider(locale, "person")
        for attribute, gender in (("first_names_male", 0), ("first_names_female", 1)):
            found = getattr(person, attribute, ())
            for name in found if not callable(found) else ():
                plain = ascii_letters(str(name))
                if len(plain) >= 3:
                    out[plain] = 2 if out.get(plain, gender) != gender else gender
    return out


@lru_cache(maxsize=1)
def known_last() -> frozenset[str]:
    return frozenset(plain for locale in _LOCALES for name in names_of(locale)[1] if len(plain := ascii_letters(name)) >= 4)


@lru_cache(maxsize=32)
def _pools(locale: str) -> tuple[pa.Array, pa.Array, pa.Array]:
    """Male, female and last names of public lists, without those of several words; where these are few, invented ones beside them."""
    names, genders = first_names(locale)
    listed, lasts = (frozenset(known) for known in names_of(locale))
    out = []
    for among in (0, 1):
        every = [name for name, gender in zip(names, genders.tolist(), strict=True) if gender in (among, 2) and _plain(name)]
        known = [name for name in every if name in listed]
        out.append(known if len(known) >= ENOUGH else every)
    known = [name for name in last_names(locale) if name in lasts and _plain(name)]
    out.append(known if len(known) >= ENOUGH else [name for name in last_names(locale) if _plain(name)])
    if not all(out):  # of scripts whose names addresses could not spell
        return _pools(FALLBACK)
    return pa.array(out[0]), pa.array(out[1]), pa.array(out[2])


def _plain(name: str) -> bool:
    return _WORD.fullmatch(name) is not None and len(ascii_letters(name)) >= 3


def parts_masked(tokens: pa.Array, role: str, locale: str, aes: Aes) -> pa.Array:
    """Each part of a name as another one, capitalised.

    `role` is "first", "last" or "" (whichever the public lists say).
    """
    male, female, last = _pools(locale)
    coded = tokens.dictionary_encode()
    plain = plainly(coded.dictionary)
    names, genders = _genders()
    words = digest(aes, plain)[:, 0]
    at = np.asarray(pc.fill_null(pc.index_in(plain, value_set=names), -1))
    unknown = 2 if role == "first" else 3
    kinds = np.full(len(plain), 3) if role == "last" else np.where(at < 0, unknown, genders[at])
    kinds = np.where(kinds == 2, (words >> np.uint64(40) & np.uint64(1)).astype(np.int64), kinds)
    pool = pa.concat_arrays([male, female, last])
    spots = np.zeros(len(plain), dtype=np.int64)
    for kind, start, size in ((0, 0, len(male)), (1, len(male), len(female)), (3, len(male) + len(female), len(last))):
        spots = np.where(kinds == kind, start + chosen(words, size), spots)
    return pool.take(pa.array(spots[np.asarray(coded.indices)]))


@lru_cache(maxsize=1)
def _lasts() -> pa.Array:
    return pa.array(sorted(known_last()), pa.string())


@lru_cache(maxsize=1)
def _genders() -> tuple[pa.Array, np.ndarray]:
    known = known_first()
    return pa.array(list(known), pa.string()), np.array([*known.values(), 3], dtype=np.int64)


def plainly(tokens: pa.Array) -> pa.Array:
    """Runs of letters as a-z, small; those of other scripts small as they are."""
    if pc.all(pc.string_is_ascii(tokens)).as_py() is not False:
        return pc.ascii_lower(tokens)
    return pa.array([ascii_letters(text) or text.lower() for text in tokens.to_pylist()], pa.string())


def _initials(words: Words) -> pa.Array:
    return letters(words, "ABCDEFGHJKLMNOPRSTVW", 1)


@lru_cache(maxsize=200_000)
def split(local: str) -> tuple[str, ...]:
    """A part of an address that holds several names as its names: `annaschmidt`, `aschmidt`, `annas`; by public lists alone."""
    first, last = known_first(), known_last()
    if local in first or local in last or len(local) < 5:
        return (local,)
    for i in range(len(local) - 3, 2, -1):
        if local[:i] in first and local[i:] in last:
            return (local[:i], local[i:])
    for i in range(len(local) - 3, 2, -1):
        if local[:i] in last and local[i:] in first:
            return (local[:i], local[i:])
    if local[1:] in last:
        return (local[0], local[1:])
    if local[:-1] in first:
        return (local[:-1], local[-1])
    longest = max((i for i in range(3, len(local) - 2) if local[:i] in first), default=0)
    return (local[:longest], local[longest:]) if longest >= 4 else (local[0], local[1:])  # of the rest, `tgoyer` is the usual form


@dataclass(frozen=True)
class Names(OfTexts):
    """First names, last names, whole names in any order, with initials and titles."""

    kind: ClassVar[str] = "person.name"
    keeps_uniqueness: ClassVar[bool] = True  # made for a unique column

    column: Column
    role: str
    locale: str
    most: int | None
    unique: bool = False

    @property
    def domain(self) -> str:
        return DOMAIN

    @classmethod
    def suits(cls, task: MaskTask) -> float:
        return 0.9 if is_text(task.column) and task.kind in (Kind.FIRST_NAME, Kind.LAST_NAME, Kind.PERSON_NAME) else 0.0

    @classmethod
    def of(cls, task: MaskTask) -> Self:
        most = needs_text(task, 24 if task.unique else 2)
        role = {Kind.FIRST_NAME: "first", Kind.LAST_NAME: "last"}.get(task.kind, "whole")
        return cls(task.column, str(task.options.get("role", role)), task.locale, most, task.unique)

    def made(self, texts: pa.Array, aes: Aes) -> pa.Array:
        out = self._masked(texts, aes)
        if self.unique:  # what names cannot tell apart, a word of the hash does
            mark = pc.utf8_capitalize(syllables(digest(aes, texts)[:, 1], 5))
            budget = None if self.most is None else self.most - 11
            return pc.binary_join_element_wise(cut(out, budget), mark, " ")
        return cut(out, self.most)

    def _masked(self, texts: pa.Array, aes: Aes) -> pa.Array:
        if self.role in ("first", "last"):
            simple = pc.and_(pc.utf8_is_alpha(texts), pc.greater(pc.utf8_length(texts), 1))
        else:
            words = pc.split_pattern(texts, " ")
            two = pc.equal(pc.list_value_length(words), 2)
            joined = pc.replace_substring(texts, " ", "", max_replacements=1)
            # Neither half empty nor an initial.
            long = pc.and_(pc.greater(pc.find_substring(texts, " "), 1), pc.invert(pc.match_like(texts, "% _")))
            simple = pc.and_(pc.and_(two, pc.utf8_is_alpha(joined)), pc.and_(long, pc.invert(pc.ends_with(texts, " "))))
        return apart(texts, np.asarray(simple), lambda part: self._simple(part, aes), lambda part: self._woven(part, aes))

    def _simple(self, texts: pa.Array, aes: Aes) -> pa.Array:
        if self.role in ("first", "last"):
            return _cased(texts, parts_masked(texts, self.role, self.locale, aes))
        halves = pc.split_pattern(texts, " ", max_splits=1)
        left, right = pc.list_element(halves, 0), pc.list_element(halves, 1)
        first = _cased(left, parts_masked(left, "first", self.locale, aes))
        last = _cased(right, parts_masked(right, "last", self.locale, aes))
        return pc.binary_join_element_wise(first, last, " ")

    def _woven(self, texts: pa.Array, aes: Aes) -> pa.Array:
        """Any other form, part by part; what stands between stays."""
        found = texts.to_pylist()
        roles: dict[str, list[str]] = {"first": [], "last": [], "initial": []}
        for text in found:
            for word, role in self._roles(text):
                roles[role].append(word)
        maps: dict[str, dict[str, str]] = {}
        for role, tokens in roles.items():
            known = list(dict.fromkeys(tokens))
            column = pa.array(known, pa.string())
            if role == "initial":
                made = _initials(digest(aes, pc.utf8_upper(column))[:, 0]).to_pylist()
            else:
                made = parts_masked(column, role, self.locale, aes).to_pylist()
            maps[role] = dict(zip(known, made, strict=True))
        out = []
        for text in found:
            given = iter(self._roles(text))
            out.append(re.sub(r"\d", "0", _WORD.sub(lambda match, given=given: _put(match.group(), given, maps), text)))  # type: ignore[misc]
        return pa.array(out, pa.string())

    def _roles(self, text: str) -> list[tuple[str, str]]:
        words = [word for word in _WORD.findall(text) if word.lower() not in _PARTICLES]
        inner = [len(word) == 1 for word in words]
        turned = "," in text
        out = []
        for i, word in enumerate(words):
            if inner[i]:
                out.append((word, "initial"))
            elif self.role in ("first", "last"):
                out.append((word, self.role))
            elif len(words) == 1:
                out.append((word, "last"))
            else:
                out.append((word, "last" if (i == 0 if turned else i == len(words) - 1) else "first"))
        return out


def _put(word: str, given: object, maps: dict[str, dict[str, str]]) -> str:
    if word.lower() in _PARTICLES:
        return word
    known, role = next(given)  # type: ignore[call-overload]
    made = maps[role][known]
    return made.upper() if word.isupper() and len(word) > 1 else made.lower() if word.islower() else made


def _cased(like: pa.Array, names: pa.Array) -> pa.Array:
    """All capitals or all small where the source was."""
    upper, lower = pc.utf8_is_upper(like), pc.utf8_is_lower(like)
    if pc.any(upper).as_py():
        names = pc.if_else(upper, pc.utf8_upper(names), names)
    if pc.any(lower).as_py():
        names = pc.if_else(lower, pc.utf8_lower(names), names)
    return names


def syllables(words: Words, count: int) -> pa.Array:
    """Words that can be spoken, of `count` syllables: 70 possible ones each."""
    consonants, vowels = "bdfghklmnprstv", "aeiou"
    base = np.uint64(70)
    grid = np.empty((len(words), 2 * count), dtype=np.uint8)
    rest = words.copy()
    for i in range(count):
        at = (rest % base).astype(np.int64)
        rest //= base
        grid[:, 2 * i] = np.frombuffer(consonants.encode(), dtype=np.uint8)[at // 5]
        grid[:, 2 * i + 1] = np.frombuffer(vowels.encode(), dtype=np.uint8)[at % 5]
    offsets = np.arange(len(words) + 1, dtype=np.int32) * (2 * count)
    return pa.StringArray.from_buffers(len(words), pa.py_buffer(offsets.tobytes()), pa.py_buffer(grid.tobytes()))


def locals_masked(texts: pa.Array, locale: str, aes: Aes, budget: int) -> pa.Array:
    """Local parts and user names, small: their names as other names, the sign between them kept, at most `budget` characters."""
    plain = np.asarray(pc.string_is_ascii(texts))
    return apart(texts, plain, lambda part: _woven_locals(part, two_runs(*flat(part)), locale, aes, budget),
                 lambda part: _woven_locals(part, _unicode_runs(part), locale, aes, budget))  # fmt: skip


def _woven_locals(texts: pa.Array, runs: tuple[pa.Array, pa.Array, pa.Array], locale: str, aes: Aes, budget: int) -> pa.Array:
    a, s, b = runs
    one = pc.equal(b, "")
    if pc.any(one).as_py():  # `annaschmidt`: two names without a sign between
        coded = a.dictionary_encode()
        twos = [split(ascii_letters(text)) if text else ("",) for text in coded.dictionary.to_pylist()]
        left = pa.array([two[0] for two in twos], pa.string()).take(coded.indices)
        right = pa.array([two[1] if len(two) > 1 else "" for two in twos], pa.string()).take(coded.indices)
        a, b = pc.if_else(one, left, a), pc.if_else(one, right, b)
    half = max(budget // 2, 1)
    left, right = a.dictionary_encode(), b.dictionary_encode()

    def named(coded: pa.Array, role: str) -> pa.Array:
        return _local_names(coded.dictionary, role, locale, aes, half).take(coded.indices)

    first, second = named(left, "first"), named(right, "last")
    turned = pc.and_(_only(left, _lasts(), _genders()[0]), _only(right, _genders()[0], _lasts()))  # `schmidt.anna`
    if pc.any(turned).as_py():
        first, second = pc.if_else(turned, named(left, "last"), first), pc.if_else(turned, named(right, "first"), second)
    alone = pc.equal(b, "")
    if pc.any(alone).as_py():
        first = pc.if_else(alone, named(left, ""), first)
    out = pc.binary_join_element_wise(first, s, second, "")
    return pc.if_else(pc.equal(out, ""), pa.scalar("x"), out)


def _only(coded: pa.Array, among: pa.Array, others: pa.Array) -> pa.Array:
    """Which tokens are of one list and not of another."""
    known = plainly(coded.dictionary)
    return pc.and_(pc.is_in(known, value_set=among), pc.invert(pc.is_in(known, value_set=others))).take(coded.indices)


def _local_names(known: pa.Array, role: str, locale: str, aes: Aes, most: int) -> pa.Array:
    """Parts of a local part, each once, as other names in a-z; an initial as an initial, nothing as nothing."""
    names = plainly(parts_masked(known, role, locale, aes))
    names = pc.if_else(pc.equal(pc.utf8_length(known), 1), pc.utf8_slice_codeunits(names, 0, 1), names)
    return pc.if_else(pc.equal(known, ""), pa.scalar("", pa.string()), cut(names, most))


def _unicode_runs(texts: pa.Array) -> tuple[pa.Array, pa.Array, pa.Array]:
    parts = pc.extract_regex(texts, r"^[^\pL]*(?P<a>\pL+)(?:(?:(?P<s>[._-])|[^\pL]+)(?P<b>\pL+))?")
    empty = pa.scalar("", pa.string())
    a, s, b = (pc.if_else(parts.is_valid(), pc.fill_null(parts.field(i), empty), empty) for i in (0, 1, 2))
    return a, s, b


@dataclass(frozen=True)
class Emails(OfTexts):
    """`anna.schmidt@firm.de` as `julia.weber.k3x9q2ma@tadipo.example`; what is no address is masked as a user name."""

    kind: ClassVar[str] = "person.email"
    keeps_uniqueness: ClassVar[bool] = True

    column: Column
    locale: str
    most: int | None

    @property
    def domain(self) -> str:
        return DOMAIN

    @classmethod
    def suits(cls, task: MaskTask) -> float:
        return 0.95 if is_text(task.column) and task.kind in (Kind.EMAIL, Kind.USERNAME) else 0.0

    @classmethod
    def of(cls, task: MaskTask) -> Self:
        return cls(task.column, task.locale, needs_text(task, 18 if task.kind is Kind.EMAIL else SUFFIX))

    def made(self, texts: pa.Array, aes: Aes) -> pa.Array:
        addressed = np.asarray(pc.match_substring(texts, "@"))
        return apart(pc.utf8_lower(texts), addressed, lambda part: self._addresses(part, aes), lambda part: self._handles(part, aes))

    def _addresses(self, texts: pa.Array, aes: Aes) -> pa.Array:
        """In full wherever that fits, so that columns of different widths agree; shorter where it does not."""
        return self._fitting(texts, lambda part: self._address(part, aes, None), lambda part: self._address(part, aes, self.most))

    def _handles(self, texts: pa.Array, aes: Aes) -> pa.Array:
        return self._fitting(texts, lambda part: self._handle(part, aes, None), lambda part: self._handle(part, aes, self.most))

    def _fitting(self, texts: pa.Array, full: Made, short: Made) -> pa.Array:
        out = full(texts)
        if self.most is None:
            return out
        fits = np.asarray(pc.less_equal(pc.utf8_length(out), self.most))
        if fits.all():
            return out
        rest = short(texts.filter(pa.array(~fits)))
        place = np.where(fits, np.arange(len(texts)), len(texts) + np.cumsum(~fits) - 1)
        return pa.concat_arrays([out, rest]).take(pa.array(place))

    def _address(self, texts: pa.Array, aes: Aes, most: int | None) -> pa.Array:
        words = digest(aes, texts)[:, 0]
        local, host = halves(texts, "@")
        coded = host.dictionary_encode()
        wide = 3 if most is None or most >= 32 else 1
        hosts = pc.binary_join_element_wise("@", syllables(digest(aes, coded.dictionary)[:, 1], wide), ".example", "").take(coded.indices)
        ending = len("@.example") + 2 * wide
        if most is not None and most - ending - SUFFIX < 7:
            return _joined([letters(words, _SIGNS, min(most - ending, 12)), hosts])
        budget = 24 if most is None else most - ending - SUFFIX - 2
        names = locals_masked(local, self.locale, aes, budget)
        return _joined([names, ".", letters(words, _SIGNS, SUFFIX), hosts])

    def _handle(self, texts: pa.Array, aes: Aes, most: int | None) -> pa.Array:
        words = digest(aes, texts)[:, 0]
        budget = 24 if most is None else most - SUFFIX - 1
        if budget < 4:
            return letters(words, _SIGNS, min(most or 12, 12))
        return _joined([locals_masked(texts, self.locale, aes, budget), letters(words, _SIGNS, SUFFIX)])


def _joined(parts: list[pa.Array | str]) -> pa.Array:
    return pc.binary_join_element_wise(*(pa.scalar(part) if isinstance(part, str) else part for part in parts), "")


def register(registry: Registry) -> None:
    for masker in (Names, Emails):
        registry.maskers.add(masker)


__all__ = ["DOMAIN", "Emails", "Names", "locals_masked", "parts_masked", "syllables"]
