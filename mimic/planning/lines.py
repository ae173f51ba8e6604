"""In which order the rows of one parent stand, so that a row can ask about the one before it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pyarrow as pa

from mimic.generators.after import datelike
from mimic.generators.features import numbers, ordered
from mimic.generators.joined import joins
from mimic.generators.lines import AFTER, BEFORE, SAME, about_siblings
from mimic.generators.lines import Line as Ordered
from mimic.generators.rising import regular
from mimic.generators.within import counted_from
from mimic.plan import Choice, Held, Step
from mimic.planning.summaries import told_apart
from mimic.profile import Evidence, TableEvidence
from mimic.schema import Table
from mimic.streams import Floats

JOINED = 0.99  # of the rows: periods that follow one another
FEWEST = 200  # rows that have a sibling before them
ALIKE, TOLD = 0.03, 4  # of these rows: have what the one before has, and have not, if a column tells by that; how many columns do
BACK, MOVES = 0.001, 0.05  # of these rows: may go back in a column that rises, must go on
FEW, TELLS = 30, 0.15  # categories at most, and how much of the next one a category must tell
NEAR = 0.35  # of the range of a column: how far apart the rows of one parent lie, if steps are to tell more than the range
MOSTLY_APART = 0.05  # of the rows at most share the date with a sibling, if it is to order them
NOTHING: Mapping[str, tuple[str, ...]] = MappingProxyType({})
Line = tuple[str, ...]  # the need whose equal rows are siblings, and the columns that order them


def line_of(table: Table, found: TableEvidence, siblings: str, stepping: Mapping[str, tuple[str, ...]] = NOTHING) -> Line:
    """By a key made of a foreign key or one column and of numbers or dates; else by what siblings are counted or dated by, where that is
    unique among them; else the siblings of a parent in the order of their own key, or without one in that of a date.

    `stepping` columns of a calendar, and the group of each that shares it. () where there is no line, where not all siblings are in the
    sample, or where columns have names that mean something else.
    """
    if any(about_siblings(column.name) for column in table.columns):
        return ()
    keys = {key.columns: f"@{key.label}" for key in table.foreign_keys}
    keyed = {name for columns in keys for name in columns}
    names = table.primary_key.columns if table.primary_key is not None else ()
    if len(names) > 1:
        for many in range(len(names) - 1, 0, -1):
            first = [named for named in keys if set(named) <= set(names) and len(named) == many]
            group = keys[first[0]] if first else names[0] if many == 1 else ""
            others = [name for name in names if name not in (first[0] if first else names[:1])]
            rest = tuple(name for name in others if ordered(found.column(name).type))
            if group and rest and found.families(first[0] if first else names[:1]):
                return _long((group, *rest), found)
    counted = [(keys[group], name) for name, group in stepping.items() if group in keys]
    counted += [(keys[group], name) for group, name in _counted(table, found) if group in keys and name not in keyed]
    for line in counted:
        if found.families(tuple(line[0][1:].split(","))) and (long := _long(line, found)):
            return long
    if len(names) > 1 or not siblings or not found.families(family := tuple(siblings[1:].split(","))):
        return ()
    if len(names) == 1:
        return _long((siblings, *names), found) if ordered(found.column(names[0]).type) and names[0] not in keyed else ()
    dates = [(_alike(found, (*family, name)), name) for name in found.profiles if _is_date(found, name) and name not in keyed]
    alike, name = min(dates, default=(1.0, ""))
    return _long((siblings, name), found) if alike <= MOSTLY_APART else ()


def _counted(table: Table, found: TableEvidence) -> list[tuple[tuple[str, ...], str]]:
    """Columns that are unique among the rows of a parent, and number or date them: they say more of their order than a key does."""
    out = []
    for rule in table.uniques:
        if rule.where or rule.expressions:
            continue
        for key in table.foreign_keys:
            rest = [name for name in rule.columns if name not in key.columns]
            if len(rest) != 1 or not set(key.columns) < set(rule.columns) or rest[0] not in found.profiles:
                continue
            if _is_date(found, rest[0]) or _is_place(found, key.columns, rest[0]):
                out.append((key.columns, rest[0]))
    return out


def _is_date(found: TableEvidence, name: str) -> bool:
    return not found.profiles[name].null_share and datelike(found.table.column(name).type) and ordered(found.column(name).type)


def _is_place(found: TableEvidence, group: tuple[str, ...], name: str) -> bool:
    return pa.types.is_integer(found.column(name).type) and counted_from(found, group, name) is not None


def _alike(found: TableEvidence, names: tuple[str, ...]) -> float:
    """Which share of the rows another one equals in all of these columns."""
    rows = found.sample.select(list(names))
    return 1.0 - int(rows.group_by(list(names)).aggregate([]).num_rows) / max(int(rows.num_rows), 1)


def _long(line: Line, found: TableEvidence) -> Line:
    group = line[0]
    if group.startswith("@"):
        label = group[1:]
        key = next(key for key in found.table.foreign_keys if key.label == label)
        names = list(key.columns)
    else:
        names = [group]
    rows = found.sample.select(names).drop_null()
    return line if rows.num_rows - rows.group_by(names).aggregate([]).num_rows >= FEWEST else ()


def ordered_by(line: Line, table: Table, found: TableEvidence, around: Evidence) -> Ordered | None:
    """The sample's rows in the line's order; None where there is no line."""
    if not line:
        return None
    keys = {f"@{key.label}": key for key in table.foreign_keys}
    first = pa.array(around.up(found, keys[line[0]])) if line[0] in keys else found.column(line[0])
    return Ordered.of(line, {line[0]: first, **{name: found.column(name) for name in line[1:]}})


def before(
    line: Line, known: Sequence[str], name: str, own: Collection[str], found: TableEvidence, here: Ordered | None
) -> list[tuple[str, bool]]:  # fmt: skip
    """What a column asks about its siblings: how many there are, what others have in the one before, and itself, if it holds numbers.

    Categories ask for their own where it tells which one comes next; elsewhere how siblings resemble each other (`Leaves.familiar`) keeps
    closer to what the rest of the row says.
    """
    if not line:
        return []
    there = [each for each in known if each in own]
    mine = [name] if not told_apart(found.table.column(name)) or follows(name, line, found, here) else []
    seen = [(f"<{each}", told_apart(found.table.column(each))) for each in (*there, *mine)]
    return [(BEFORE, False), (AFTER, False), *seen, *((f"{SAME}{each}", False) for each in shared(there, line, found, here))]


def follows(name: str, line: Line, found: TableEvidence, here: Ordered | None) -> bool:
    """Whether a category tells which one the next sibling has, where that is another: interest is followed by the fee."""
    key = ("follows", name, *line)
    if key not in found.memo:
        found.memo[key] = here is not None and _told(name, found, here)
    return bool(found.memo[key])


def _told(name: str, found: TableEvidence, here: Ordered) -> bool:
    codes = np.asarray(found.column(name).dictionary_encode().indices.fill_null(-1).to_numpy(zero_copy_only=False), dtype=np.int64) + 1
    rows = np.flatnonzero(here.before >= 0)
    rows = rows[codes[rows] != codes[here.before[rows]]]
    width = int(codes.max(initial=0)) + 1
    if width > FEW or len(rows) < FEWEST:
        return False
    table = np.bincount(codes[here.before[rows]] * width + codes[rows], minlength=width * width).reshape(width, width) / len(rows)
    chance = table.sum(axis=1, keepdims=True) * table.sum(axis=0, keepdims=True)
    np.fill_diagonal(chance, 0.0)  # it is another
    chance *= table.sum(axis=1, keepdims=True) / np.maximum(chance.sum(axis=1, keepdims=True), 1e-12)
    live = table > 0
    told = float((table[live] * np.log(table[live] / chance[live])).sum()) - (width - 1) ** 2 / (2 * len(rows))
    after = table.sum(axis=0)
    return told > TELLS * float(-(after[after > 0] * np.log(after[after > 0])).sum())


def shared(names: Sequence[str], line: Line, found: TableEvidence, here: Ordered | None) -> list[str]:
    """Columns in which siblings that follow one another are often alike and often not, at most `TOLD`: those nearest to half and half."""
    rows = np.zeros(0, dtype=np.int64) if here is None else np.flatnonzero(here.before >= 0)
    if here is None or len(rows) < FEWEST or any(column.name.startswith("=") for column in found.table.columns):
        return []
    share: dict[str, float] = {}
    for name in names:
        key = ("alike", name, *line)
        if key not in found.memo:
            found.memo[key] = float(np.asarray(here.read(f"{SAME}{name}", {name: found.column(name)}).take(pa.array(rows))).mean())
        if ALIKE <= found.memo[key] <= 1 - ALIKE:
            share[name] = abs(found.memo[key] - 0.5)
    return sorted(sorted(share, key=lambda name: (share[name], name))[:TOLD], key=list(names).index)


def joined(step: Step, line: Line, known: Sequence[str], found: TableEvidence, here: Ordered | None) -> Step:
    """The step of a column of dates or whole numbers that ends where the next sibling's `known` column begins."""
    name = step.task.fills[0]
    if here is None or (step.task.column.nullable and found.column(name).null_count == found.sampled):
        return step
    end = found.column(name)
    for start in known:
        if not found.table.has(start) or found.column(start).type != end.type or not countable(end.type):
            continue
        offset, share, rows = joins(end, found.column(start), here.before)
        if share < JOINED or rows < FEWEST:
            continue
        told = {**step.task.options, "joined": [step.choice.kind, start, offset, *line]}
        held = Held("joined", name, f"ends where {start} of the next row begins", round(share * rows), rows - round(share * rows))
        lost = ((step.choice.kind, 0.0), *step.choice.lost)
        choice = Choice("sequence.joined", f"ends where {start} of the next begins", lost, relations=(held,))
        return replace(step, task=replace(step.task, options=told), choice=choice)
    return step


def rising(step: Step, line: Line, found: TableEvidence, here: Ordered, up: Floats, since: str) -> Step:
    """The step of a column of numbers or dates that goes `up` (rows with a sibling before them,) from one sibling to the next, or down."""
    name = step.task.fills[0]
    if since and not since.startswith(f"{line[0][1:]}."):  # it is counted from something that each row has of its own
        return step
    down = bool((up < 0).mean() > BACK)
    far = -up if down else up
    # One day after the other: drawn one by one, some would come twice and others not at all.
    way = "steps" if regular(far) or _spans(numbers(found.column(name))[0], here) < NEAR else "sorted"
    options = {**step.task.options, "rising": [way, "down" if down else "up", step.choice.kind, *line]}
    gone = int((far < 0).sum())
    said = f"never goes {'up' if down else 'back'} along {', '.join(line)}"
    held = Held("rising", name, said, len(up) - gone, gone)
    lost = ((step.choice.kind, 0.0), *step.choice.lost)
    choice = Choice("sequence.rising", said, lost, relations=(held,))
    return replace(step, task=replace(step.task, options=options), choice=choice)


def climbs(names: Iterable[str], line: Line, found: TableEvidence, here: Ordered | None) -> dict[str, Floats]:
    """Columns that hardly ever go back along the line, or hardly ever up; how far each goes in the rows that have a sibling before them."""
    out: dict[str, Floats] = {}
    rows = np.zeros(0, dtype=np.int64) if here is None else np.flatnonzero(here.before >= 0)
    if here is None or len(rows) < FEWEST:
        return out
    for name in names:
        if name in line or not found.table.has(name) or name not in found.profiles or not ordered(found.column(name).type):
            continue
        values, null = numbers(found.column(name))
        up = values[rows] - values[here.before[rows]]
        back, on = sorted(((up < 0).mean(), (up > 0).mean()))
        if not null.any() and back <= BACK and on >= MOVES:
            out[name] = up
    return out


def _spans(values: Floats, here: Ordered) -> float:
    """How far apart the values of one line lie, on average over rows, as a share of how far apart all do."""
    group, lines = here.groups()
    low, high = np.full(lines, np.inf), np.full(lines, -np.inf)
    np.minimum.at(low, group, values)
    np.maximum.at(high, group, values)
    bottom, top = np.quantile(values, (0.05, 0.95))
    several = np.flatnonzero((here.at > 0) | (here.left > 0))
    return float((high - low)[group[several]].mean() / max(top - bottom, 1e-12))


def countable(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_date32(kind) or pa.types.is_timestamp(kind))


__all__ = ["Line", "before", "climbs", "joined", "line_of", "ordered_by", "rising"]
