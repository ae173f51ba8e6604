"""Pools of made-up values from public lists: faker's own words, in the data's own language, put together once.

faker makes one value in 6,000 to 106,000 ns. So its word lists are read (names, streets, cities, formats), a few thousand
entries are made per (locale, kind), and generators combine entries by number. Pools depend on the locale and the version of
faker alone, never on a source and never on a seed.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any
from zlib import crc32

import numpy as np
from faker import Faker
from faker.config import AVAILABLE_LOCALES

from mimic.semantics import Kind
from mimic.streams import Streams

FALLBACK = "en_US"
RESERVED = ("example.com", "example.org", "example.net")


def known_locale(locale: str) -> str:
    """`locale` as faker spells it, or the nearest that faker has: `de_LI` is `de_DE`, `xx` is `en_US`."""
    wanted = locale.replace("-", "_").partition(".")[0]
    if wanted in AVAILABLE_LOCALES:
        return wanted
    language = wanted.partition("_")[0]
    preferred = {"en": "en_US", "de": "de_DE", "fr": "fr_FR", "es": "es_ES", "it": "it_IT", "nl": "nl_NL", "pt": "pt_BR", "zh": "zh_CN"}
    if language in preferred:
        return preferred[language]
    return next((name for name in sorted(AVAILABLE_LOCALES) if name.partition("_")[0] == language), FALLBACK)


@lru_cache(maxsize=64)
def faker_of(locale: str) -> Faker:
    """A faker of its own random numbers, which are never drawn on for a value of a copy."""
    fake = Faker(known_locale(locale))
    fake.seed_instance(20_240_229)
    return fake


@lru_cache(maxsize=512)
def provider(locale: str, name: str) -> Any:
    """One provider of a locale ("person", "address", "company", ...), for its word lists; it alone is loaded."""
    for found in Faker(known_locale(locale), providers=[f"faker.providers.{name}"]).get_providers():
        if found.__provider__.rpartition(".")[2] == name:
            return found
    raise KeyError(name)


def words(locale: str, name: str, *attributes: str) -> tuple[str, ...]:
    """The first of the provider's word lists that exists, without repetition, in an order of our own: some are sets to begin with."""
    source = provider(locale, name)
    for attribute in attributes:
        found = getattr(source, attribute, None)
        if found is not None and not callable(found) and len(found) >= 1:
            texts = {text for text in found if isinstance(text, str) and text.strip()}
            return tuple(sorted(texts, key=lambda text: (crc32(text.encode()), text)))
    return ()


def unique(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))


@lru_cache(maxsize=64)
def names_of(locale: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """First and last names of a locale's public lists; those of the fallback where it has too few."""
    person = provider(locale, "person")
    firsts: list[str] = []
    for attribute in ("first_names_male", "first_names_female", "first_names"):
        found = getattr(person, attribute, ())
        firsts += [text for text in found if isinstance(text, str)] if not callable(found) else []
    lasts = [
        *words(locale, "person", "last_names"),
        *words(locale, "person", "last_names_male"),
        *words(locale, "person", "last_names_female"),
    ]
    first, last = unique(firsts), unique(lasts)
    if known_locale(locale) != FALLBACK and (len(first) < 20 or len(last) < 20):
        other = names_of(FALLBACK)
        first, last = (first if len(first) >= 20 else other[0]), (last if len(last) >= 20 else other[1])
    return first, last


@lru_cache(maxsize=64)
def neutral_words(locale: str) -> tuple[str, ...]:
    """Everyday words of a language, from the public list that faker writes its sentences with."""
    found = words(locale, "lorem", "word_list")
    return found if len(found) >= 50 else words(FALLBACK, "lorem", "word_list")


def ascii_letters(text: str) -> str:
    """Lower-case a-z alone: `Münch` is `munch`."""
    spread = unicodedata.normalize("NFKD", text.replace("ß", "ss").replace("ø", "o").replace("ł", "l").replace("æ", "ae").lower())
    return "".join(c for c in spread if "a" <= c <= "z")


class Spelling:
    """Which letter follows which two in a list of words: invents words that sound like them."""

    def __init__(self, known: Iterable[str]) -> None:
        self.after: dict[str, str] = {}
        follow: dict[str, list[str]] = {}
        for word in known:
            padded = f"  {word}"
            for i in range(2, len(padded)):
                follow.setdefault(padded[i - 2 : i], []).append(padded[i])
        self.after = {before: "".join(letters) for before, letters in follow.items()}

    def word(self, length: int, draws: Iterator[int]) -> str:
        text = "  "
        while len(text) < length + 2:
            letters = self.after.get(text[-2:]) or self.after.get("  ") or "aeiou"
            text += letters[next(draws) % len(letters)]
        return text[2:]


def draws_of(*place: object) -> Iterator[int]:
    """Endless whole numbers that depend on the place alone: pools are the same in every run."""
    stream = Streams(0).at("pool", *place)
    while True:
        yield from (stream.words(4_096) >> np.uint64(8)).tolist()


@lru_cache(maxsize=64)
def _by_length(locale: str) -> tuple[Spelling, dict[int, tuple[str, ...]]]:
    known = unique(ascii_letters(word) for word in neutral_words(locale))
    if sum(map(bool, known)) < 50:  # a script other than Latin
        known = unique(ascii_letters(word) for word in neutral_words(FALLBACK))
    lengths: dict[int, list[str]] = {}
    for word in known:
        lengths.setdefault(len(word), []).append(word)
    return Spelling(known), {length: tuple(found) for length, found in lengths.items()}


@lru_cache(maxsize=1_024)
def spelled_words(locale: str, length: int, most: int) -> tuple[str, ...]:
    """Up to `most` distinct words of a-z of one length: those of the language, then invented ones that sound like it."""
    spelling, known = _by_length(locale)
    out = dict.fromkeys(known.get(length, ())[:most])
    draws = draws_of("spelled", locale, length)
    enough = min(most, 256) if length > 2 else 26**length
    if len(out) < enough:
        for _ in range(6 * enough):
            out.setdefault(spelling.word(length, draws))
            if len(out) >= enough:
                break
    return tuple(out)


@lru_cache(maxsize=256)
def reserved(locale: str, length: int) -> tuple[str, ...]:
    """Names of about a length that belong to nobody: under the top-level domains kept for examples and tests (RFC 2606)."""
    if length == len(RESERVED[0]):
        return RESERVED
    if length < 11:
        return tuple(f"{word}.test" for word in spelled_words(locale, max(length - 5, 3), 3)[:3])
    return tuple(f"{word}.example" for word in spelled_words(locale, min(length, 40) - 8, 3)[:3])


@lru_cache(maxsize=16)
def public_words(kind: Kind) -> frozenset[str]:
    """What the public knows of a kind (countries, languages, currencies, ...), lower case, in several spellings."""
    fake = provider(FALLBACK, "date_time")
    out: set[str] = set()
    if kind in (Kind.COUNTRY, Kind.COUNTRY_CODE, Kind.NATIONALITY):
        for locale in ("en_US", "de_DE", "fr_FR", "es_ES", "it_IT", "nl_NL", "pt_BR"):
            out |= {text.lower() for text in words(locale, "address", "countries")}
        address = provider(FALLBACK, "address")
        out |= {text.lower() for text in (*address.alpha_2_country_codes, *address.alpha_3_country_codes)}
        for country in fake.countries:
            out |= {str(country.name).lower(), str(country.alpha_2_code).lower(), str(country.alpha_3_code).lower()}
        out |= {"usa", "uk", "united states", "united kingdom", "uae", "south korea", "north korea", "russia", "vietnam", "iran", "syria", "taiwan", "czechia",
                "ivory coast", "england", "scotland", "wales", "northern ireland", "great britain", "u.s.a.", "holland", "burma", "bolivia", "venezuela"}  # fmt: skip
    elif kind is Kind.LANGUAGE:
        out |= {code.lower() for code in _languages()} | {name.lower() for name in _languages().values()}
    elif kind is Kind.CURRENCY:
        out |= {code.lower() for code, _ in provider(FALLBACK, "currency").currencies}
    elif kind is Kind.TIMEZONE:
        out |= {zone.lower() for country in fake.countries for zone in country.timezones} | {"utc", "gmt"}
    return frozenset(out)


def _languages() -> Mapping[str, str]:
    return {
        "en": "English", "de": "German", "fr": "French", "es": "Spanish", "it": "Italian", "pt": "Portuguese", "nl": "Dutch", "sv": "Swedish",
        "da": "Danish", "no": "Norwegian", "fi": "Finnish", "pl": "Polish", "cs": "Czech", "sk": "Slovak", "hu": "Hungarian", "ro": "Romanian",
        "bg": "Bulgarian", "el": "Greek", "tr": "Turkish", "ru": "Russian", "uk": "Ukrainian", "ar": "Arabic", "he": "Hebrew", "fa": "Persian",
        "hi": "Hindi", "bn": "Bengali", "ur": "Urdu", "zh": "Chinese", "ja": "Japanese", "ko": "Korean", "vi": "Vietnamese", "th": "Thai",
        "id": "Indonesian", "ms": "Malay", "ca": "Catalan", "hr": "Croatian", "sr": "Serbian", "sl": "Slovenian", "lt": "Lithuanian",
        "lv": "Latvian", "et": "Estonian", "is": "Icelandic", "ga": "Irish", "mandarin": "Mandarin", "cantonese": "Cantonese",
    }  # fmt: skip


__all__ = ["FALLBACK", "RESERVED", "Spelling", "ascii_letters", "draws_of", "faker_of", "known_locale", "names_of", "neutral_words", "provider", "public_words", "reserved",
           "spelled_words", "unique", "words"]  # fmt: skip
