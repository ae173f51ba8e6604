"""Which categories come only so often among siblings, though by chance they would come more often, or not at all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from mimic.generators.features import hashed, texts_of
from mimic.plan import Choice, Held, Step
from mimic.planning.around import Around
from mimic.profile import TableEvidence
from mimic.streams import Floats, Ints

SELDOM = "relation.seldom"
VALUES = 12  # of a column at most
HIGH = 3  # times at most
EXCEPTIONS = 0.002  # of the lines that do not keep to it
EXPECTED, FEWEST = 0.02, 20  # of the lines, and how many, that would not keep to it by chance


@dataclass(frozen=True, slots=True)
class Times:
    """A category comes `low` to `high` times in a line: its hash, its text, how many of the `lines` keep to that."""

    hash: int
    text: str
    low: int
    high: int
    holds: int
    lines: int


@dataclass(frozen=True, slots=True)
class Few:
    """What comes only so often below one parent: `need` says which one a row has."""

    need: str
    times: tuple[Times, ...]


def seldom(names: Iterable[str], found: TableEvidence, around: Around) -> dict[str, Few]:
    """By column, what comes only so often below each parent, of the first key that this holds for."""
    out: dict[str, Few] = {}
    few = [name for name in names if name in found.profiles and 2 <= found.profiles[name].distinct <= VALUES]
    for key in around.parents(found.table) if few else ():
        up = around.evidence.up(found, key)
        if not found.families(key.columns) or not (up >= 0).any():
            continue
        rows = np.flatnonzero(up >= 0)
        group = np.unique(up[rows], return_inverse=True)[1].reshape(-1).astype(np.int64)
        size = np.bincount(group)
        if (size > 1).sum() < FEWEST:
            continue
        for name in (name for name in few if name not in out):
            index, hashes = hashed(found.column(name))
            held = np.flatnonzero(found.owners.reach(index, len(hashes), around.evidence.k))
            texts = texts_of(found.column(name).dictionary_encode().dictionary)
            told = [_times(index[rows] == code, int(hashes[code]), str(texts[code]), group, size) for code in held]
            times = sorted((each for each in told if each is not None), key=lambda each: (-each.low, each.high))  # what must be comes first
            if times:
                out[name] = Few(f"@{key.label}", tuple(times))
    return out


def _times(mine: np.ndarray[tuple[int], np.dtype[np.bool_]], hash_: int, text: str, group: Ints, size: Ints) -> Times | None:
    many = np.bincount(group[mine], minlength=len(size))
    share, lines = float(mine.mean()), len(size)
    high = next((times for times in range(1, HIGH + 1) if (many > times).mean() <= EXCEPTIONS), 0)
    if not high:
        return None
    # With rows in any order, of lines as long as these: how many would have more, and how many none.
    beyond, none = 1.0 - _at_most(size, share, high), np.power(1.0 - share, size.astype(np.float64))
    low = int((many == 0).mean() <= EXCEPTIONS and _unlikely(none))
    if not low and not _unlikely(beyond):
        return None
    holds = int(((many >= low) & (many <= high)).sum())
    return Times(hash_, text, low, high, holds, lines)


def _unlikely(chance: Floats) -> bool:
    return bool(chance.mean() >= EXPECTED and chance.sum() >= FEWEST)


def _at_most(size: Ints, share: float, times: int) -> Floats:
    """How likely a line (lines,) has so many rows or fewer of a category."""
    out, term = np.zeros(len(size)), np.power(1.0 - share, size.astype(np.float64))
    for i in range(times + 1):
        out += term
        term = term * np.maximum(size - i, 0) / (i + 1) * share / (1 - share)
    return np.minimum(out, 1.0)


def kept_seldom(step: Step, few: Few) -> Step:
    """The step of a column of which some values come only so often."""
    name = step.task.fills[0]
    told = [[each.hash, each.low, each.high] for each in few.times]
    options = {**step.task.options, "seldom": [step.choice.kind, few.need, *told]}
    said = [f"{each.text} {_said(each)} for each {few.need}" for each in few.times]
    held = tuple(Held("counted", name, text, each.holds, each.lines - each.holds) for text, each in zip(said, few.times, strict=True))
    choice = Choice(SELDOM, "; ".join(said), ((step.choice.kind, 0.0), *step.choice.lost), relations=held)
    return replace(step, task=replace(step.task, options=options), choice=choice)


def _said(times: Times) -> str:
    word = ("once", "twice", "three times")[times.high - 1]
    return word if times.low == times.high else f"at least once and at most {word}" if times.low else f"at most {word}"


__all__ = ["SELDOM", "Few", "kept_seldom", "seldom"]
