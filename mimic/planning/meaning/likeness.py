"""How like a column is to columns that people labelled as sensitive, by the words of its name, of its table, and by its type.

Nobody can list the words of every application. Rules speak first; where they find no harm, a column whose words were seen on harmful
ones counts as harmful too. `likeness.tsv` holds one weight per feature, fitted by logistic regression on some 22,000 labelled columns
(`python -m tests.samples.likeness` fits it anew). It holds words of names, no value of any database.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import NamedTuple

from mimic.planning.meaning.context import Context
from mimic.semantics import Kind, Meaning, Sensitivity

WHY = "its words are sensitive in other applications, or known of none"
HARM = frozenset({Sensitivity.DIRECT, Sensitivity.SECRET, Sensitivity.SPECIAL})
FLAGGED = 0.05  # of a name whose words no rule knows: a miss is worse than a false alarm
KNOWN = 0.15  # a rule knows its name as harmless, or as that of a text or a detail
NAMED_KEY = 0.2  # what is named as an identifier mostly is one
A_NUMBER = 0.3  # numbers are rarely more than numbers
SHOWN = (0.2, 0.5)  # the values are there to say what it is, and say nothing: no rule knows the name, or one does
SECRET = 0.3  # of the harm: how much of it lets one in
SURE = 0.6  # the kind of a column is read from its likeness instead of its rule from here on

_SECRETS = frozenset({Kind.PASSWORD, Kind.TOKEN, Kind.KEY, Kind.SESSION})
_PROTECTED = frozenset({Kind.HEALTH, Kind.DIAGNOSIS, Kind.ETHNICITY, Kind.RELIGION})
_ABOUT = ("person", "personal", "loosely", "reached", "definition", "configuration", "patient", "health", "company", "place")
TOLD_BY_TYPE = "bsdm"  # flags, dates and times harm by what rules know of them, or not at all


class Likeness(NamedTuple):
    """`harm` and `secret` are shares from 0 to 1, `secret` one of the harm; `kind` is the likeliest, and `sure` how sure that is."""

    harm: float
    secret: float
    kind: Kind
    sure: float

    @property
    def sensitivity(self) -> Sensitivity:
        if self.secret >= SECRET:
            return Sensitivity.SECRET
        return Sensitivity.SPECIAL if self.kind in _PROTECTED else Sensitivity.DIRECT


def features(words: str, letter: str, key: bool, context: Context) -> Mapping[str, float]:
    """What is weighed of a column called `words`, of the type `letter`: feature -> strength."""
    parts = words.split()
    out = {f"type {letter}": 1.0}
    if key:
        out[f"key {letter}"] = 1.0
    for part in parts:
        out[f"word {part}"] = 1.0
        out[f"word {part} {letter}"] = 0.5
    for first, second in pairwise(parts):
        out[f"pair {first} {second}"] = 1.0
    for part in context.words:
        out[f"table {part}"] = 0.5
    if parts:
        last = parts[-1]
        out |= {f"last {last}": 1.0, f"first {parts[0]}": 0.7, f"whole {words}": 1.0}
        out |= {f"table {part} last {last}": 0.7 for part in context.words}
        for about in _ABOUT:
            if getattr(context, about):
                out |= {f"{about} row": 0.7, f"{about} row {letter}": 0.7, f"{about} row last {last}": 0.7}
    return out


@cache
def _weights() -> tuple[Mapping[str, float], Mapping[str, Mapping[Kind, float]]]:
    """What speaks for harm, and for each kind; what stands beside the feature `` speaks always."""
    harm: dict[str, float] = {}
    kinds: dict[str, dict[Kind, float]] = {}
    text = (files("mimic.planning.meaning") / "likeness.tsv").read_text(encoding="utf-8")
    for line in text.splitlines():
        feature, weight, *told = line.split("\t")
        harm[feature] = float(weight)
        kinds[feature] = {Kind(kind): float(weight) for kind, _, weight in (one.partition("=") for one in told)}
    return harm, kinds


def _share(evidence: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, evidence))))


def likeness(words: str, letter: str, key: bool, context: Context) -> Likeness:
    """By the name alone; nothing about what references what."""
    harm, kinds = _weights()
    shown = {"": 1.0, **features(words, letter, key, context)}
    spoken = dict.fromkeys(kinds[""], 0.0)
    for feature, strength in shown.items():
        for kind, weight in kinds.get(feature, {}).items():
            spoken[kind] += strength * weight
    largest = max(spoken.values())
    odds = {kind: math.exp(evidence - largest) for kind, evidence in spoken.items()}
    total = sum(odds.values())
    kind = max(odds, key=odds.__getitem__)
    harmful = sum(odd for one, odd in odds.items() if one in _HARMFUL)
    secret = sum(odd for one, odd in odds.items() if one in _SECRETS) / harmful if harmful else 0.0
    return Likeness(_share(sum(strength * harm.get(feature, 0.0) for feature, strength in shown.items())), secret, kind, odds[kind] / total)


_HARMFUL = frozenset(
    {*_SECRETS, *_PROTECTED, Kind.PERSON_NAME, Kind.FIRST_NAME, Kind.LAST_NAME, Kind.EMAIL, Kind.PHONE, Kind.STREET, Kind.USERNAME,
     Kind.NATIONAL_ID, Kind.PASSPORT, Kind.LICENCE_PLATE, Kind.BANK_ACCOUNT, Kind.IBAN, Kind.CARD_NUMBER, Kind.IP, Kind.MAC,
     Kind.DEVICE_ID, Kind.COORDINATES, Kind.IMAGE, Kind.URL_PROFILE, Kind.ACCOUNT_ID, Kind.JSON_PERSON, Kind.TAX_ID}
)  # fmt: skip


def widened(read: Meaning, unknown: bool, words: str, letter: str, key: bool, context: Context, rows: bool) -> Meaning:
    """What rules read in a name, or the harm that its words did elsewhere.

    `unknown`: the rules flag it for want of a word they know. `rows`: the values will tell what it holds; only what harms is said here.
    """
    if letter in TOLD_BY_TYPE or (rows and letter in "in"):
        return read
    found = likeness(words, letter, key, context)
    if read.sensitivity in HARM or found.harm < _least(read, letter, rows):
        if rows or read.sensitivity is Sensitivity.NONE or not (unknown or found.sure >= SURE):
            return read
        return replace(read, kind=found.kind, plainly=read)
    certain = found.sure >= SURE and (found.harm >= 0.5 or not rows)
    if certain or (not rows and read.sensitivity is Sensitivity.NONE):
        kind = found.kind
    else:
        kind = Kind.OTHER if rows and read.kind is Kind.WORDS else read.kind
    return Meaning(kind, found.sensitivity, round(found.harm, 2), WHY, plainly=read)


def _least(read: Meaning, letter: str, rows: bool) -> float:
    """How like harm a column must be to count as such, by what rules read in its name."""
    known = read.kind is not Kind.WORDS or read.sensitivity is not Sensitivity.NONE
    if rows:
        return SHOWN[known]
    if letter in "in":
        return A_NUMBER
    if read.kind is Kind.ID:
        return NAMED_KEY
    return KNOWN if known else FLAGGED


__all__ = ["FLAGGED", "TOLD_BY_TYPE", "WHY", "Likeness", "features", "likeness", "widened"]
