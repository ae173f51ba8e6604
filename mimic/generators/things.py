"""Pools of values of one kind: companies, streets, cities, jobs, titles, URLs, user agents, and the public's short lists.

What faker writes in the data's own language is written once, some thousands of entries; addresses on the net lie under the names
that are reserved for examples (RFC 2606), so that no copy ever writes to anybody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache

from mimic.generators.pools import (
    RESERVED,
    ascii_letters,
    draws_of,
    faker_of,
    names_of,
    neutral_words,
    provider,
    reserved,
    spelled_words,
    unique,
    words,
)
from mimic.semantics import Kind

SIZE = 3_000
_TITLES = 120  # titles of a company, first in the pool of jobs
_EXTENSIONS = ("pdf", "jpg", "png", "docx", "xlsx", "txt", "csv", "zip", "pptx", "mp4", "svg", "json")

_PUBLIC: dict[Kind, tuple[str, ...]] = {
    Kind.GENDER: ("female", "male"), Kind.MARITAL_STATUS: ("single", "married", "divorced", "widowed"),
    Kind.EDUCATION: ("primary school", "high school", "vocational training", "bachelor's degree", "master's degree", "doctorate"),
    Kind.RELIGION: ("none", "Christian", "Muslim", "Hindu", "Buddhist", "Jewish", "other"),
    Kind.ETHNICITY: ("group A", "group B", "group C", "other"),
    Kind.LOCALE: ("en", "en-US", "en-GB", "de", "fr", "es", "it", "nl", "pt-BR", "pl", "sv", "ja", "zh-CN", "ru", "tr"),
    Kind.COLOUR: ("#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd", "#8c564b", "#e377c2", "#7f7f7f", "#bcbd22", "#17becf"),
    Kind.STATUS: ("active", "inactive", "pending", "draft", "closed"),
    Kind.TYPE_REFERENCE: ("default", "other"), Kind.SETTING_KEY: ("theme", "language", "timezone", "page_size", "notifications"),
    Kind.SETTING_VALUE: ("true", "false", "10", "default", "en"),
    Kind.HEALTH: ("normal", "mild", "moderate", "severe", "stable", "resolved"),
    Kind.DIAGNOSIS: ("common cold", "sprain", "migraine", "seasonal allergy", "back pain", "high blood pressure", "routine check-up"),
}  # fmt: skip


@lru_cache(maxsize=256)
def pool(kind: Kind, locale: str) -> tuple[str, ...]:
    """The entries of a kind in a locale, distinct, in an order that is always the same."""
    maker = _MAKERS.get(kind)
    if maker is not None:
        return unique(text for text in maker(locale) if text)
    if kind in _PUBLIC:
        return _PUBLIC[kind]
    return unique(_titles(locale))


def usual(kind: Kind) -> int | None:
    """How many entries of a pool, the first ones, are usual where nothing is known of a column; None: all."""
    return _TITLES if kind is Kind.JOB else None


def has_pool(kind: Kind) -> bool:
    return kind in _MAKERS or kind in _PUBLIC


def _written(method: str, size: int = SIZE) -> Callable[[str], tuple[str, ...]]:
    """What one of faker's methods writes, seeded by the method's name."""

    def make(locale: str) -> tuple[str, ...]:
        fake = faker_of(locale)
        fake.seed_instance(f"mimic {method}")
        write = getattr(fake, method)
        return tuple(str(write()).replace("\n", ", ") for _ in range(size))

    return make


def _pick(options: tuple[str, ...], draws: Iterator[int]) -> str:
    return options[next(draws) % len(options)]


def _plain_words(locale: str) -> tuple[str, ...]:
    known = unique(word for word in (ascii_letters(word) for word in neutral_words(locale)) if len(word) > 2)
    return known if len(known) >= 50 else unique(word for n in range(3, 9) for word in spelled_words("en_US", n, 60))


def _titles(locale: str) -> Iterator[str]:
    draws, known = draws_of("title", locale), _plain_words(locale)
    for _ in range(SIZE):
        yield " ".join(_pick(known, draws).capitalize() for _ in range(1 + next(draws) % 5))


def _names(locale: str) -> Iterator[str]:
    draws, known = draws_of("name", locale), _plain_words(locale)
    for _ in range(SIZE):
        yield " ".join(_pick(known, draws).capitalize() for _ in range(1 + next(draws) % 3))


def _slugs(locale: str) -> Iterator[str]:
    draws, known = draws_of("slug", locale), _plain_words(locale)
    for _ in range(SIZE):
        yield "-".join(_pick(known, draws) for _ in range(1 + next(draws) % 5))


def _domains(locale: str) -> Iterator[str]:
    """Of every length from 9 to some 30 characters."""
    draws, known = draws_of("domain", locale), _plain_words(locale)
    yield from RESERVED
    for _ in range(SIZE):
        name = _pick(known, draws) + (f"-{_pick(known, draws)}" if next(draws) % 3 == 0 else "")
        yield (f"{name}.example", f"www.{name}.example", f"{name}.example.com", f"{name}.example.org", f"{name}.test")[next(draws) % 5]


def _urls(locale: str) -> Iterator[str]:
    draws, known, domains = draws_of("url", locale), _plain_words(locale), tuple(_domains(locale))
    for _ in range(2 * SIZE):
        scheme = ("https", "https", "http")[next(draws) % 3]
        host = _pick(domains, draws)
        path = "/".join(_pick(known, draws) for _ in range(next(draws) % 4))
        number = f"/{next(draws) % 10 ** (1 + next(draws) % 6)}" if next(draws) % 3 == 0 else ""
        yield f"{scheme}://{host}" + (f"/{path}" if path else "") + number + ("/" if next(draws) % 4 == 0 else "")


def _images(locale: str) -> Iterator[str]:
    draws, known = draws_of("image", locale), _plain_words(locale)
    for _ in range(SIZE):
        name = f"{_pick(known, draws)}-{next(draws) % 10_000}" if next(draws) % 2 else f"{next(draws) % 16**8:08x}"
        yield (
            f"https://images.example/{name}.jpg",
            f"https://example.com/{_pick(known, draws)}/{name}.png",
            f"{_pick(known, draws)}/{name}.jpg",
        )[next(draws) % 3]


def _files(locale: str) -> Iterator[str]:
    draws, known = draws_of("file", locale), _plain_words(locale)
    for _ in range(SIZE):
        name = "_-"[next(draws) % 2].join(_pick(known, draws) for _ in range(1 + next(draws) % 4))
        yield f"{name}.{_pick(_EXTENSIONS, draws)}"


def _paths(locale: str) -> Iterator[str]:
    draws, known = draws_of("path", locale), _plain_words(locale)
    for _ in range(SIZE):
        parts = "/".join(_pick(known, draws) for _ in range(1 + next(draws) % 4))
        yield (f"/{parts}", f"{parts}/", f"/{parts}.{_pick(_EXTENSIONS, draws)}", parts)[next(draws) % 4]


def _companies(locale: str) -> Iterator[str]:
    draws, known, (_, lasts) = draws_of("company", locale), _plain_words(locale), names_of(locale)
    endings = words(locale, "company", "company_suffixes") or ("Ltd", "Inc", "Group")
    yield from _written("company", SIZE // 4)(locale)
    for _ in range(2 * SIZE):
        first, second = _pick(known, draws).capitalize(), _pick(known, draws).capitalize()
        yield (
            f"{first} {second}",
            f"{_pick(lasts, draws)} {first}",
            f"{first} & {second}",
            f"{first}'s {second} {_pick(known, draws).capitalize()}",
            first,
            f"{_pick(lasts, draws)} {_pick(endings, draws)}",
            f"{first} {second} {_pick(endings, draws)}",
            f"{_pick(lasts, draws)}-{_pick(lasts, draws)}",
        )[next(draws) % 8]


def _streets(locale: str) -> Iterator[str]:
    yield from _written("street_address", SIZE // 2)(locale)


def _jobs(locale: str) -> Iterator[str]:
    """Titles of a company first, then those of the public list, from midwife to zoologist."""
    for role in (
        "Manager",
        "Assistant",
        "Representative",
        "Director",
        "Engineer",
        "Analyst",
        "Agent",
        "Administrator",
        "Coordinator",
        "Associate",
    ):
        for area in (
            "Sales",
            "Marketing",
            "Accounting",
            "Order",
            "Support",
            "Product",
            "Purchasing",
            "Regional Sales",
            "Assistant Sales",
            "Operations",
            "IT",
            "Finance",
        ):
            yield f"{area} {role}"
    yield from ("Owner", "Clerk", "Intern", "Engineer", "Senior Engineer", "Staff", "Technician", "Teacher", "Nurse", "Consultant")
    yield from words(locale, "job", "jobs")


def _agents(locale: str) -> Iterator[str]:
    yield from _written("user_agent", 600)(locale)


def _mimes(locale: str) -> Iterator[str]:
    yield from (
        "application/json",
        "text/html",
        "text/plain",
        "image/png",
        "image/jpeg",
        "application/pdf",
        "text/csv",
        "video/mp4",
        "application/zip",
    )


def _currencies(locale: str) -> Iterator[str]:
    yield from ("USD", "EUR", "GBP", "JPY", "CHF", "CAD", "AUD", "CNY", "SEK", "NOK", "DKK", "PLN", "BRL", "INR", "MXN")


def _timezones(locale: str) -> Iterator[str]:
    yield from ("UTC", "Europe/Berlin", "America/New_York", "Europe/London", "Asia/Tokyo", "America/Los_Angeles", "Europe/Paris", "Australia/Sydney",
                "America/Chicago", "Asia/Kolkata", "Europe/Madrid", "America/Sao_Paulo", "Asia/Shanghai", "Europe/Zurich")  # fmt: skip


def _languages(locale: str) -> Iterator[str]:
    yield from (
        "English",
        "German",
        "French",
        "Spanish",
        "Italian",
        "Portuguese",
        "Dutch",
        "Swedish",
        "Polish",
        "Japanese",
        "Mandarin",
        "Russian",
    )


def _countries(locale: str) -> Iterator[str]:
    yield from words(locale, "address", "countries")


def _country_codes(locale: str) -> Iterator[str]:
    yield from provider("en_US", "address").alpha_2_country_codes


def _nationalities(locale: str) -> Iterator[str]:
    yield from (
        "American",
        "British",
        "German",
        "French",
        "Spanish",
        "Italian",
        "Dutch",
        "Swiss",
        "Austrian",
        "Swedish",
        "Polish",
        "Brazilian",
        "Japanese",
        "Indian",
    )


def _regions(locale: str) -> Iterator[str]:
    found = words(locale, "address", "states", "regions", "provinces", "estados", "prefectures", "administrative_units")
    yield from found or (f"{name} Region" for name in names_of(locale)[1][:60])


def _cities(locale: str) -> Iterator[str]:
    known = words(locale, "address", "cities", "city_names")
    yield from known[:4_000]
    if len(known) < 1_500:
        yield from _written("city", SIZE // 3)(locale)


def _handles(locale: str) -> Iterator[str]:
    """Names by which people log in: words, names, numbers, in many mixtures."""
    draws, known, (firsts, lasts) = draws_of("handle", locale), _plain_words(locale), names_of(locale)
    first = unique(ascii_letters(name) for name in firsts)
    last = unique(ascii_letters(name) for name in lasts)
    for _ in range(3 * SIZE):
        a, b, w = _pick(first, draws), _pick(last, draws), _pick(known, draws)
        number = str(next(draws) % 10 ** (1 + next(draws) % 4))
        yield (a, b, f"{a}.{b}", f"{a}_{b}", f"{a[:1]}{b}", f"{a}{b[:1]}", f"{a}{number}", f"{w}{number}", f"{w}_{a}", f"{a}{b}", w, f"{w}-{b}",
               a.capitalize(), f"{a.capitalize()} {b.capitalize()}", f"{w.capitalize()}{number}")[next(draws) % 15]  # fmt: skip


_MAKERS: dict[Kind, Callable[[str], Iterator[str] | tuple[str, ...]]] = {
    Kind.COMPANY: _companies, Kind.EMPLOYER: _companies, Kind.STREET: _streets, Kind.CITY: _cities, Kind.REGION: _regions, Kind.COUNTRY: _countries,
    Kind.COUNTRY_CODE: _country_codes, Kind.NATIONALITY: _nationalities, Kind.JOB: _jobs, Kind.TITLE: _titles, Kind.NAME: _names, Kind.SLUG: _slugs,
    Kind.URL: _urls, Kind.URL_PROFILE: _urls, Kind.DOMAIN: _domains, Kind.IMAGE: _images, Kind.FILE_NAME: _files, Kind.PATH: _paths,
    Kind.USER_AGENT: _agents, Kind.MIME: _mimes, Kind.CURRENCY: _currencies, Kind.TIMEZONE: _timezones, Kind.LANGUAGE: _languages,
}  # fmt: skip
HANDLES = _handles

__all__ = ["HANDLES", "RESERVED", "has_pool", "pool", "reserved", "usual"]
