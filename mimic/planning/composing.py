"""Texts of the source that are put together from others: found on some rows, borne out by all."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mimic.config import TableConfig
from mimic.generators.composed import COUNT, CUTS, DATED, FORMS, PADDED, Part, composed, formed
from mimic.generators.dealing import groups
from mimic.generators.features import numbers, ordered
from mimic.plan import Choice, Held, Step
from mimic.planning.around import Around
from mimic.planning.choosing import DEALT
from mimic.planning.families import families
from mimic.planning.switching import switched
from mimic.profile import TableEvidence
from mimic.schema import Date, Integer, Table, Text, Timestamp, bare
from mimic.streams import Ints

KIND = "relation.composed"
FEWEST = 30  # rows, and a third as many different texts
BORNE, ONCE = 0.98, 0.85  # of the rows; where texts are unique, those that would come twice are counted
SEEDS, LOOKED = 6, 40  # rows from which parts are read, and rows that these are tried on
NOTHING: Mapping[str, pa.Array] = MappingProxyType({})
SEVERAL = 5  # rows that are counted together
WEAK = frozenset(("initial", "lower initial", *DATED, *CUTS))  # which alone say little
SOURCES, TRIED, PARTS, LONGEST = 24, 400, 7, 100


def compositions(
    steps: Sequence[Step], table: Table, found: TableEvidence, around: Around, config: TableConfig
) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
    """The other steps, and those of texts that follow from other columns, each after what it follows from.

    Keys that refer or are referred to stay as they are, and what mimic.yaml fills.
    """
    fixed = {name for key in around.evidence.schema.children(table.name) for name in key.referred}
    fixed |= {name for key in table.foreign_keys for name in key.columns}
    fixed |= {name for name, asked in config.columns.items() if asked.generator not in (None, *DEALT) or asked.expression}
    fixed |= {*families(config)}
    single = {step.task.fills[0]: step for step in steps if len(step.task.fills) == 1 and table.has(step.task.fills[0])}
    filled = {name for step in steps for name in step.task.fills}
    every = list(_sources(table, found, around, filled)) if found.sampled >= FEWEST else []
    there_ = [column.name for column in table.written if column.name in filled and column.name in found.profiles]
    orders = {name: values for name in there_ if ordered((values := found.column(name)).type) and not values.null_count}
    out: dict[str, Step] = {}
    parts: dict[str, set[str]] = {}
    for name, step in single.items():
        column = table.column(name)
        if (
            name in fixed
            or not isinstance(bare(column.type), Text)
            or name not in found.profiles
            or not switched("computed", config, [name])
        ):
            continue
        if found.sampled < FEWEST or found.profiles[name].distinct < FEWEST // 3 or not pa.types.is_string(found.column(name).type):
            continue
        sources = {need: values for need, values in [one for one in every if one[0] != name][:SOURCES] if not _reaches(need, name, parts)}
        told = _parts(found.column(name), sources, step.task.unique, orders)
        if told is None:
            continue
        needs, share, along = told
        parts[name] = {need for need, _ in needs if need not in ("", COUNT)} | ({along[0]} if along else set())
        rows = len(found.column(name)) - found.column(name).null_count
        said = " + ".join(_in_words(need, form, along) for need, form in needs)
        held = Held("computed", name, said, round(share * rows), rows - round(share * rows))
        lost = ((step.choice.kind, 0.0), *step.choice.lost)
        above = [(need, key.label) for need in parts[name] if not table.has(need) and (key := table.leads(need)) is not None]
        there = np.asarray(composed([part for part in needs if part[0] != COUNT], sources).is_valid())
        none = float((there & ~np.asarray(found.column(name).is_valid())).sum() / max(there.sum(), 1))
        task = replace(step.task, options={**step.task.options, "parts": needs, "above": sorted(above), "null_share": none, "along": along})
        out[name] = Step(task, Choice(KIND, f"{said} ({share:.1%} of the rows)", lost, relations=(held,)))
    rest = [step for step in steps if len(step.task.fills) != 1 or step.task.fills[0] not in out]
    return tuple(rest), tuple(out[name] for name in sorted(out, key=lambda name: _depth(name, parts)))


def _depth(name: str, parts: Mapping[str, set[str]]) -> int:
    return 1 + max((_depth(need, parts) for need in parts[name]), default=0) if name in parts else 0


def _reaches(name: str, other: str, parts: Mapping[str, set[str]]) -> bool:
    """Whether a column is put together from another one."""
    return name == other or any(_reaches(need, other, parts) for need in parts.get(name, ()))


def _sources(table: Table, found: TableEvidence, around: Around, filled: Collection[str]) -> Iterator[tuple[str, pa.Array]]:
    """Texts and whole numbers of the row, then texts of its parents."""
    keyed = {column for key in table.foreign_keys for column in key.columns}
    for column in table.written:
        plain = column.name not in keyed and column.name in filled and column.name in found.profiles
        if plain and isinstance(bare(column.type), Text | Integer | Date | Timestamp) and _writable(found.column(column.name).type):
            yield column.name, found.column(column.name)
    for key in around.parents(table):
        above = around.evidence.of(key.parent)
        for column in above.table.written if above.sampled else ():
            if isinstance(bare(column.type), Text) and column.name in above.profiles and pa.types.is_string(above.column(column.name).type):
                yield f"{key.label}.{column.name}", around.evidence.along(found, f"{key.label}.{column.name}")


def _writable(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_integer(kind) or pa.types.is_date(kind) or pa.types.is_timestamp(kind))


def _forms(kind: pa.DataType) -> Sequence[str]:
    """In which forms values may stand in a text."""
    if pa.types.is_temporal(kind):
        return tuple(DATED)
    return (*FORMS, *CUTS) if pa.types.is_string(kind) else ("same", *PADDED)


def _in_words(need: str, form: str, along: tuple[str, int] | None) -> str:
    if need == COUNT and along is not None:
        return f"number to {form} digits along {along[0]}"
    return f"{need}" if form == "same" else f"{form} of {need}" if need else repr(form)


def _parts(
    values: pa.Array, sources: Mapping[str, pa.Array], unique: bool, orders: Mapping[str, pa.Array] = NOTHING
) -> tuple[tuple[Part, ...], float, tuple[str, int] | None] | None:
    """The parts that texts (n,) have, in which share of the rows; along which of the `orders` they are counted, from which number on."""
    live = np.flatnonzero(np.asarray(values.is_valid()))
    if len(live) < FEWEST or not sources:
        return None
    some = pa.array(live[np.linspace(0, len(live) - 1, LOOKED).astype(np.int64)])
    texts = values.take(some).to_pylist()
    pieces = {(need, form): formed(read.take(some), form).to_pylist() for need, read in sources.items() for form in _forms(read.type)}
    least = ONCE if unique else BORNE
    best: tuple[tuple[Part, ...], tuple[int, bool, int, int]] | None = None
    for seed in range(0, LOOKED, LOOKED // SEEDS):
        here = [(row[seed], part) for part, row in pieces.items() if row[seed]]
        here += [(run, (COUNT, str(len(run)))) for run in dict.fromkeys(re.findall(r"\d{2,}", texts[seed]))]
        for told in _tilings(texts[seed], here) if len(texts[seed]) <= LONGEST else ():
            counts = [need for need, _ in told].count(COUNT)
            if counts > 1 or (counts and not any(need not in ("", COUNT) for need, _ in told)):
                continue
            good = sum(_number(told, pieces, row, text) is not None for row, text in enumerate(texts))
            plain = (good, not counts, -len(told), -sum(form != "same" for need, form in told if need))
            if good >= 0.8 * least * LOOKED and (best is None or plain > best[1]):
                best = told, plain
    if best is None:
        return None
    parts = best[0]
    if any(need == COUNT for need, _ in parts):
        return _counting(values, parts, sources, live, orders)
    made = composed(parts, sources)
    same = pc.fill_null(pc.equal(made, values), False)
    share = float(np.asarray(same)[live].mean())
    return None if share < least else (parts, share, None)


def _number(parts: Sequence[Part], pieces: Mapping[Part, Sequence[str | None]], row: int, text: str) -> int | None:
    """What is counted in a text that has these parts, 0 where nothing is; None where it has not."""
    texts = [None if part[0] == COUNT else pieces[part][row] if part[0] else part[1] for part in parts]
    at = next((i for i, part in enumerate(parts) if part[0] == COUNT), None)
    if any(each is None for i, each in enumerate(texts) if i != at):
        return None
    if at is None:
        return 0 if "".join(each or "" for each in texts) == text else None
    return _between("".join(each or "" for each in texts[:at]), "".join(each or "" for each in texts[at + 1 :]), text, int(parts[at][1]))


def _between(before: str, after: str, text: str, digits: int) -> int | None:
    """The number that stands in a text between two others, written to so many digits; None where none does."""
    middle = text[len(before) : len(text) - len(after)]
    if text != f"{before}{middle}{after}" or not (middle.isascii() and middle.isdigit()):
        return None
    return int(middle) if len(middle) == digits or (len(middle) > digits and middle[0] != "0") else None


def _texts(parts: Sequence[Part], sources: Mapping[str, pa.Array], n: int) -> list[str | None]:
    """What some parts say in each row (n,)."""
    if not any(need for need, _ in parts):
        return ["".join(text for _, text in parts)] * n
    made: list[str | None] = composed(parts, sources).to_pylist()
    return made


def _counting(
    values: pa.Array, parts: tuple[Part, ...], sources: Mapping[str, pa.Array], live: Ints, orders: Mapping[str, pa.Array]
) -> tuple[tuple[Part, ...], float, tuple[str, int]] | None:  # fmt: skip
    """Parts of which one counts the rows whose other parts are the same, along a key or a date."""
    at = next(i for i, part in enumerate(parts) if part[0] == COUNT)
    n, digits = len(values), int(parts[at][1])
    before, after = _texts(parts[:at], sources, n), _texts(parts[at + 1 :], sources, n)
    texts = values.to_pylist()
    read = [None if None in (before[i], after[i]) else _between(before[i], after[i], texts[i], digits) for i in live.tolist()]
    share = sum(number is not None for number in read) / len(read)
    rows = live[[number is not None for number in read]]
    if share < BORNE or len(rows) < FEWEST:
        return None
    number = np.array([each for each in read if each is not None], dtype=np.int64)
    group = groups(pa.array([f"{before[i]}\0{after[i]}" for i in rows.tolist()]))
    least = np.full(int(group.max()) + 1, np.iinfo(np.int64).max)
    np.minimum.at(least, group, number)
    several = np.bincount(group) >= SEVERAL
    if not several.any() or not (least[several] <= 1).mean() >= BORNE or len(np.unique(group)) < 2:
        return None
    for along, by in orders.items():
        order = np.lexsort((numbers(by)[0][rows], group))
        next_ = group[order][1:] == group[order][:-1]
        if next_.any() and (np.diff(number[order])[next_] > 0).mean() >= BORNE:
            return parts, share, (along, int(np.median(least[several])))
    return None


def _tilings(text: str, pieces: Sequence[tuple[str, Part]]) -> Iterator[tuple[Part, ...]]:
    """Ways to read a text as pieces and what stands between them, the longest pieces first; such as hold a piece of two signs, or two."""
    pieces = sorted(pieces, key=lambda piece: -len(piece[0]))
    left = TRIED

    def read(at: int, parts: tuple[Part, ...]) -> Iterator[tuple[Part, ...]]:
        nonlocal left
        if left <= 0 or len(parts) > PARTS:
            return
        if at == len(text):
            left -= 1
            yield parts
            return
        for piece, part in pieces:
            if text.startswith(piece, at):
                yield from read(at + len(piece), (*parts, part))
        if parts and not parts[-1][0]:
            yield from read(at + 1, (*parts[:-1], ("", parts[-1][1] + text[at])))
        else:
            yield from read(at + 1, (*parts, ("", text[at])))

    for parts in read(0, ()):
        whole = [part for part in parts if part[0]]
        if len(parts) == 1 and "." in parts[0][0] and (text, (parts[0][0], "same")) in pieces:
            continue  # a column that is copied from a parent is found elsewhere, with others of the same parent
        if any(form not in WEAK for _, form in whole) or len(whole) > 1:
            yield parts


__all__ = ["compositions"]
