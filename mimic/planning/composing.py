"""Texts of the source that are put together from others: found on some rows, borne out by all."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mimic.config import TableConfig
from mimic.generators.composed import FORMS, Part, composed, formed
from mimic.plan import Choice, Held, Step
from mimic.planning.around import Around
from mimic.planning.choosing import DEALT
from mimic.planning.families import families
from mimic.planning.switching import switched
from mimic.profile import TableEvidence
from mimic.schema import Integer, Table, Text, bare

KIND = "relation.composed"
FEWEST = 30  # rows, and a third as many different texts
BORNE, ONCE = 0.98, 0.85  # of the rows; where texts are unique, those that would come twice are counted
SEEDS, LOOKED = 6, 40  # rows from which parts are read, and rows that these are tried on
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
        told = _parts(found.column(name), sources, step.task.unique)
        if told is None:
            continue
        needs, share = told
        parts[name] = {need for need, _ in needs if need}
        rows = len(found.column(name)) - found.column(name).null_count
        said = " + ".join(f"{need}" if form == "same" else f"{form} of {need}" if need else repr(form) for need, form in needs)
        held = Held("computed", name, said, round(share * rows), rows - round(share * rows))
        lost = ((step.choice.kind, 0.0), *step.choice.lost)
        above = [(need, key.label) for need in parts[name] if not table.has(need) and (key := table.leads(need)) is not None]
        there = np.asarray(composed(needs, sources).is_valid())
        none = float((there & ~np.asarray(found.column(name).is_valid())).sum() / max(there.sum(), 1))
        task = replace(step.task, options={**step.task.options, "parts": needs, "above": sorted(above), "null_share": none})
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
        if plain and isinstance(bare(column.type), Text | Integer) and not pa.types.is_temporal(found.column(column.name).type):
            yield column.name, found.column(column.name)
    for key in around.parents(table):
        above = around.evidence.of(key.parent)
        for column in above.table.written if above.sampled else ():
            if isinstance(bare(column.type), Text) and column.name in above.profiles and pa.types.is_string(above.column(column.name).type):
                yield f"{key.label}.{column.name}", around.evidence.along(found, f"{key.label}.{column.name}")


def _parts(values: pa.Array, sources: Mapping[str, pa.Array], unique: bool) -> tuple[tuple[Part, ...], float] | None:
    """The parts that texts (n,) have, and in which share of the rows."""
    live = np.flatnonzero(np.asarray(values.is_valid()))
    if len(live) < FEWEST or not sources:
        return None
    some = pa.array(live[np.linspace(0, len(live) - 1, LOOKED).astype(np.int64)])
    texts = values.take(some).to_pylist()
    pieces = {
        (need, form): formed(read.take(some), form).to_pylist()
        for need, read in sources.items()
        for form in (FORMS if pa.types.is_string(read.type) else FORMS[:1])
    }
    least = ONCE if unique else BORNE
    best: tuple[tuple[Part, ...], tuple[int, int, int]] | None = None
    for seed in range(0, LOOKED, LOOKED // SEEDS):
        here = [(row[seed], part) for part, row in pieces.items() if row[seed]]
        for told in _tilings(texts[seed], here) if len(texts[seed]) <= LONGEST else ():
            good = sum(_said(told, pieces, row) == text for row, text in enumerate(texts))
            plain = (good, -len(told), -sum(form != "same" for need, form in told if need))
            if good >= 0.8 * least * LOOKED and (best is None or plain > best[1]):
                best = told, plain
    if best is None:
        return None
    made = composed(best[0], sources)
    same = pc.fill_null(pc.equal(made, values), False)
    share = float(np.asarray(same)[live].mean())
    return None if share < least else (best[0], share)


def _said(parts: Sequence[Part], pieces: Mapping[Part, Sequence[str | None]], row: int) -> str | None:
    texts = [pieces[part][row] if part[0] else part[1] for part in parts]
    return None if any(text is None for text in texts) else "".join(text for text in texts if text is not None)


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
        if len(parts) == 1 and parts[0][1] == "same" and "." in parts[0][0]:
            continue  # a column that is copied from a parent is found elsewhere, with others of the same parent
        if any(form not in ("initial", "lower initial") for _, form in whole) or len(whole) > 1:
            yield parts


__all__ = ["compositions"]
