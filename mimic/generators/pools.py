"""Pools of made-up values from public lists: faker's own words, in the data's own language, put together once.

faker makes one value in 6,000 to 106,000 ns. So its word lists are read (names, streets, cities, formats), a few thousand
entries are made per (locale, kind), and generators combine entries by number. Pools depend on the locale and the version of
faker alone, never on a source and never on a seed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from faker import Faker
from faker.config import AVAILABLE_LOCALES

from mimic.semantics import Kind

FALLBACK = "en_US"


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
    """One provider of a locale ("person", "address", "company", ...), for its word lists."""
    for found in faker_of(locale).get_providers():
        if found.__provider__.rpartition(".")[2] == name:
            return found
    raise KeyError(name)


def words(locale: str, name: str, *attributes: str) -> tuple[str, ...]:
    """The first of the provider's word lists that exists, without repetition, in the provider's order."""
    source = provider(locale, name)
    for attribute in attributes:
        found = getattr(source, attribute, None)
        if found is not None and not callable(found) and len(found) >= 1:
            return unique(text for text in found if isinstance(text, str) and text.strip())
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
    lasts = [*words(locale, "person", "last_names"), *words(locale, "person", "last_names_male"), *words(locale, "person", "last_names_female")]
    first, last = unique(firsts), unique(lasts)
    if known_locale(locale) != FALLBACK and (len(first) < 20 or len(last) < 20):
        other = names_of(FALLBACK)
        first, last = (first if len(first) >= 20 else other[0]), (last if len(last) >= 20 else other[1])
    return first, last


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


__all__ = ["FALLBACK", "faker_of", "known_locale", "names_of", "provider", "public_words", "unique", "words"]
