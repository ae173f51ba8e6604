"""What there is to say where no row says anything: words of states and kinds, names of things, sentences. Public words, no data."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from mimic.generators.pools import provider
from mimic.generators.themes import names, sentences, words


@dataclass(frozen=True, slots=True)
class Theme:
    """`entries` distinct; `skew` says whether the first are frequent; `many` how many entries a long text may have."""

    entries: tuple[str, ...]
    skew: bool = False
    many: int = 1


@lru_cache(maxsize=256)
def theme(name: str) -> Theme:
    """ "word state order", "name product", "text comment", "list a|b|c": the first word says where the rest is looked up."""
    family, _, rest = name.partition(" ")
    if family == "word":
        return Theme(words.listed(rest), skew=True)
    if family == "code":
        return Theme(_countries(int(rest[-1])), skew=True)
    if family == "list":
        return Theme(tuple(dict.fromkeys(rest.split("|"))), skew=True)
    if family == "name":
        return Theme(names.written(rest))
    return Theme(sentences.sentences(rest), many=1 if rest in (*sentences.PROGRAM, "subject") else 3)


def _countries(letters: int) -> tuple[str, ...]:
    """Codes of countries, those in which most software is written first."""
    address = provider("en_US", "address")
    first = (
        words.listed("country code")
        if letters == 2
        else ("DEU", "USA", "GBR", "FRA", "ESP", "ITA", "NLD", "POL", "SWE", "CHE", "AUT", "JPN")
    )
    codes = address.alpha_2_country_codes if letters == 2 else address.alpha_3_country_codes
    return tuple(dict.fromkeys([*first, *sorted(str(code) for code in codes)]))


def known(name: str) -> bool:
    family, _, rest = name.partition(" ")
    if family == "code":
        return rest in ("alpha2", "alpha3")
    texts = {*sentences.PATTERNS, *sentences.PROGRAM}
    return family == "list" or rest in {"word": {*words.WORDS}, "name": {*names.PATTERNS}, "text": texts}.get(family, set())


__all__ = ["Theme", "known", "theme"]
