"""What the choice of a further parent hangs on: found on the sample, a diamond or the column by which parents are dealt out."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import astuple, dataclass, replace
from itertools import product
from typing import Any

import numpy as np
import pyarrow as pa

from mimic.config import TableConfig
from mimic.generators.features import Feature, evenly, feature_of, numbers
from mimic.generators.lacking import FLAT
from mimic.generators.lines import AFTER, BEFORE
from mimic.generators.lines import Line as Ordered
from mimic.generators.matching import STICKY, Diamond, Kin, alike, climbed, through
from mimic.generators.references import assigned
from mimic.generators.targets import Target, spread_out
from mimic.generators.trees import grow
from mimic.plan import Choice, Held, Step
from mimic.planning.around import Around
from mimic.planning.natural import natural
from mimic.planning.switching import switched
from mimic.planning.timing import timely
from mimic.profile import TableEvidence
from mimic.schema import HIDDEN, ForeignKey, Table
from mimic.streams import Floats, Ints, Streams

FEWEST = 200  # rows with both parents
ALIKE = 0.5  # of the rows that would hang on the same row by chance: then it is no news that they do
SAME, MOSTLY = 0.99, 0.6  # of the rows: a diamond, and one with exceptions
SOME = 6_000  # rows on which scores are tried
TELLS = 0.02  # nats about a score that the first parent and the row before must tell
MOST = 30  # columns of the first parent that are asked about
ASKED = 12  # columns of each parent that may tell whether a row has another one
TRIED = 16  # columns of the further parent by which it may be dealt out
PLAIN = 0.6  # of what the best score tells that a category must tell to be preferred
SMALL = 250  # rows of a copied table that are told apart one by one
STICKS = 0.05  # of the rows beyond chance that have the parent of the row before
NOISE = Streams(0).at("matching").uniform(4_096)
SELDOM, MISSED = 0.001, 20  # of the rows with a parent for another time, where chance would make so many


def further(
    step: Step, table: Table, found: TableEvidence, around: Around, config: TableConfig, line: Sequence[str], here: Ordered | None
) -> Step:
    """The step of a table's references, with diamonds and matches as options; `line` the order of siblings, () if there is none, and
    `here` the sample's rows in it."""
    keys = [key for key in around.parents(table) if around.modes[key.parent][0] != "empty" and around.evidence.of(key.parent).sampled]
    diamonds = [*_diamonds(keys, found, around)]
    diamonds += _spelt_out(keys, {diamond.label for diamond in diamonds}, found, around)
    diamonds = [diamond for diamond in diamonds if switched("same_row", config, diamond.label.split(","))]
    taken = {diamond.label for diamond in diamonds}
    told = [astuple(diamond) for diamond in diamonds]
    options = {**step.task.options, "diamonds": told}
    held = tuple(_agreeing(diamond, keys, found, around) for diamond in diamonds)
    if line and line[0].startswith("@"):
        options["leading"] = line[0][1:]
    kin: dict[str, Kin] = {}
    grouped: dict[str, Ints] = {}
    first = assigned(replace(step.task, options=options), found)[0].label
    ways = sorted(keys, key=lambda key: (key.label != first, any(table.column(name).nullable for name in key.columns)))
    for same, said, grouped[same.label] in _akin(ways, taken, found, around):
        if switched("same_row", config, same.label.split(",")):
            kin[same.label], held = same, (*held, said)
    options["kin"] = [(same.label, same.via, same.above, same.own) for same in kin.values()]
    limits = [(limit, said) for limit, said in timely(keys, taken, found, around) if switched("ordered", config, limit.columns)]
    options["timely"], held = [astuple(limit) for limit, _ in limits], (*held, *(said for _, said in limits))
    step = replace(step, choice=replace(step.choice, relations=(*step.choice.relations, *held)))
    matches, needs = [], list[str]()
    for via in (via for via in keys if via.label == first):  # nothing is dealt out by a parent that is not there yet
        before = here.before if here is not None and line and line[0] == f"@{via.label}" else None
        tried = _Tried(via, before, found, around)
        for key in keys:
            if key.label in (via.label, *taken) or set(key.columns) & set(via.columns):
                continue
            one = tried.match(key, grouped.get(key.label) if key.label in kin else None)
            if one is None:
                continue
            matches.append(one)
            if one["score"]:
                need = f"{key.label}.{one['score']}"
                needs += [need, *one["features"]]
                if before is not None:  # the one that the sibling before has tells more than all else
                    needs += [BEFORE, AFTER, f"<{need}", *([f"<@{key.label}"] if one["runs"] >= STICKY else [])]
                    options["line"] = tuple(line)
    lacks = list(_lacking(replace(step, task=replace(step.task, options=options)), keys, found, around))
    needs += [need for one in lacks for need in one["features"]]
    if not diamonds and not matches and not kin and not lacks and not limits and "leading" not in options:
        return step
    options |= {"matches": matches, "lacks": lacks, "features": list(dict.fromkeys(needs))} if diamonds or matches or lacks else {}
    choice = replace(step.choice, reason="; ".join([step.choice.reason, *(_said(one) for one in matches)]))
    return replace(step, task=replace(step.task, options=options), choice=choice)


def _lacking(step: Step, keys: Sequence[ForeignKey], found: TableEvidence, around: Around) -> Iterator[dict[str, Any]]:
    """Of each key by which many rows have no parent and many have one: what is known of the parents that are chosen before."""
    edges = assigned(step.task, found)
    order = [edge.label for edge in edges]
    if found.sampled < FEWEST:
        return
    for i, edge in enumerate(edges):
        if not edge.optional or not SELDOM < edge.null_share < 1 - SELDOM:
            continue
        seen: list[tuple[str, bool]] = []
        for via in (key for key in keys if key.label in order[:i] and not set(key.columns) & set(edge.columns) and key.parent != key.table):
            told = sorted(around.above(via, 1), key=lambda told: any(part.startswith(HIDDEN) for part in told[0].split(".")))[:ASKED]
            seen += [(f"{via.label}.{need}", category) for need, category in told]
        if seen:
            names = tuple(need for need, _ in seen)
            yield {"label": edge.label, "features": names, "categories": tuple(need for need, category in seen if category)}


def hung(step: Step, table: Table, found: TableEvidence, around: Around) -> list[Step]:
    """The step of a table's references, and one for each key to the own table by which rows hang on older ones that hang on none: who
    hangs on whom is settled there, when dates are known."""
    keys = {key.label: key for key in table.foreign_keys if key.parent == table.name and len(key.columns) == 1}
    shared = {name for key in table.foreign_keys if key.label not in keys for name in key.columns}
    shared |= {name for rule in table.keys for name in rule.columns} | {name for check in table.checks for name in check.columns}
    out, late = [step], list[str]()
    dates = [c.name for c in table.written if pa.types.is_temporal(found.sample.schema.field(c.name).type) and c.name in found.profiles]
    for one in step.task.options.get("lacks", ()):
        key = keys.get(one["label"])
        if key is None or key.columns[0] in shared or not found.complete:
            continue
        up = around.evidence.up(found, key)
        rows = np.flatnonzero(up >= 0)
        if len(rows) < FEWEST or (up[up[rows]] >= 0).mean() > 1 - FLAT:
            continue
        date = next((name for name in dates if _older(found.column(name), rows, up)), None)
        if date is not None:
            column = table.column(key.columns[0])
            meaning = next(m for c, m in zip(step.task.columns, step.task.meanings, strict=True) if c.name == column.name)
            told = {"hung": (key.label, column.name, key.referred[0], date), "lacks": [one]}
            task = replace(step.task, columns=(column,), meanings=(meaning,), unique=False, options=told)
            held = Held("ordered", date, f"never before {date} of the row that {column.name} refers to", len(rows), 0)
            out.append(Step(task, Choice("reference.hung", f"on which older row, by {date}", relations=(held,))))
            late.append(key.label)
    if late:
        gone = {keys[label].columns[0] for label in late}
        left = [(c, m) for c, m in zip(step.task.columns, step.task.meanings, strict=True) if c.name not in gone]
        task = replace(
            step.task, columns=tuple(c for c, _ in left), meanings=tuple(m for _, m in left), options={**step.task.options, "late": late}
        )
        out[0] = replace(step, task=task)
    return out


def _older(date: pa.Array, rows: Ints, up: Ints) -> bool:
    """Whether no row is older than the one on which it hangs."""
    when, null = numbers(date)
    return not null.any() and bool((when[rows] >= when[up[rows]]).mean() >= 1 - SELDOM)


def _said(match: dict[str, Any]) -> str:
    told = [f"by its {match['score']}"] if match["score"] else []
    told += ["mostly that of the row before"] if match["runs"] >= STICKY else []
    told += [f"none twice below one {match['via']}"] if match["apart"] else []
    return f"{match['label']} {', '.join(told) or 'now and then that of the row before'}"


@dataclass(frozen=True, slots=True)
class _Tried:
    """Further parents tried by what is known of the first one, of key `via`, and of the row before (`before`, None without an order)."""

    via: ForeignKey
    before: Ints | None
    found: TableEvidence
    around: Around

    def match(self, key: ForeignKey, kin: Ints | None = None) -> dict[str, Any] | None:
        """How the parents of a key are dealt out, as `Match.learn` wants to be told; None where by chance. Where they are chosen among
        those of the same row above (`kin` (n,)), nothing else tells which."""
        evidence, label = self.around.evidence, key.label
        mine, first = evidence.up(self.found, key), evidence.up(self.found, self.via)
        rows = np.flatnonzero((mine >= 0) & (first >= 0))
        if len(rows) < FEWEST:
            return None
        seen = sorted(self.around.above(self.via, 2), key=lambda told: any(part.startswith(HIDDEN) for part in told[0].split(".")))[:MOST]
        anew = rows if self.before is None else self._anew(mine, rows)
        score, category = ("", False) if kin is not None else self._score(key, first, seen, anew) or ("", False)
        needs = [(f"{self.via.label}.{need}", told) for need, told in seen]
        categories = [need for need, told in needs if told] + ([f"{label}.{score}"] if category else [])
        cells = np.zeros(len(rows), dtype=np.int64) if kin is None else kin[rows]
        if score:
            cells = alike(evidence.along(self.found, f"{label}.{score}").take(pa.array(rows)))
        runs = 0.0 if self.before is None else self._runs(mine, np.zeros_like(cells) if kin is None else cells, rows)
        if self.before is not None and score and runs < STICKY:  # else a row that has the parent of the row before has what it is like, too
            runs = self._runs(mine, cells, rows)
        apart = runs == 0.0 and _apart(mine[rows], first[rows], cells)
        if not (score or runs or apart):
            return None
        features = tuple(need for need, _ in needs) if score else ()
        told = {"label": label, "via": self.via.label, "score": score, "features": features, "categories": tuple(categories)}
        return told | {"runs": runs, "apart": apart}

    def _anew(self, mine: Ints, rows: Ints) -> Ints:
        """The rows without those that have the parent of the row before, where these are more than chance makes."""
        assert self.before is not None
        same = (self.before[rows] >= 0) & (mine[self.before[rows]] == mine[rows])
        later = self.before[rows] >= 0
        chance = float(_alone(mine[rows], np.zeros(len(rows), dtype=np.int64)).mean())
        return rows[~same] if later.any() and same[later].mean() > chance + STICKS else rows

    def _score(self, key: ForeignKey, first: Ints, seen: Sequence[tuple[str, bool]], rows: Ints) -> tuple[str, bool] | None:
        """The column of a key's parents that is told best, and whether its values are categories."""
        evidence, above = self.around.evidence, self.around.evidence.of(key.parent)
        rows = rows[:SOME]
        if len(rows) < FEWEST:
            return None
        bins = [self._above(need, category)[first[rows]] for need, category in seen]
        copied = self.around.modes[key.parent][0] == "copy"
        names = list(self.around.above(key, 2) if copied and above.sampled <= SMALL else self.around.seen(key.parent, 2, key.table))
        told = []
        for name, category in names[-TRIED:] if copied else names[:TRIED]:
            values = evidence.along(self.found, f"{key.label}.{name}")
            told.append((self._tells(values, category, bins, rows), category, name))
        most = max((tells for tells, _, _ in told), default=0.0)
        # Numbers that are different for each parent tell of all that is known of it, a little of each.
        best = max(told, key=lambda one: (one[0] > PLAIN * most and one[1], one[0]), default=None)
        return None if best is None or best[0] <= TELLS else (best[2], best[1])

    def _above(self, need: str, category: bool) -> np.ndarray[Any, np.dtype[np.uint8]]:
        """Bins of a column that is seen from the first parent, in the rows of its sample."""
        evidence = self.around.evidence
        beside = evidence.of(self.via.parent)
        if need not in beside.hidden and beside.table.leads(need) is not None:
            beside = replace(beside, hidden={**beside.hidden, need: evidence.along(beside, need)}, memo={})
        feature, codes = feature_of(beside, need, evidence.k, category)
        return evenly(codes, feature.width)[codes]

    def _tells(self, values: pa.Array, category: bool, bins: Sequence[Any], rows: Ints) -> float:
        """Nats about the values in rows that a tree was not grown on."""
        k, owners = self.around.evidence.k, self.found.owners
        target = Target.learn(values, owners, k, category, np.zeros(len(values)))
        codes, number = target.read(values)
        asked = list(bins)
        if self.before is not None:
            feature = Feature.learn("", values, owners, k, category)
            own = np.append(feature.encode(values), np.uint16(0))  # of the row before; the last one where there is none
            asked.append(evenly(own[:-1], feature.width)[own[self.before[rows]]])
        if not asked:
            return 0.0
        wanted = spread_out(target, codes[rows], number[rows], NOISE)
        return _told(np.stack(asked), wanted, _cells(codes[rows], number[rows])) if wanted.shape[1] else 0.0

    def _runs(self, mine: Ints, cells: Ints, rows: Ints) -> float:
        """How likely a row has the parent of the row before it, beyond chance, among rows whose parents are alike."""
        assert self.before is not None
        cell = np.full(len(mine), -1, dtype=np.int64)
        cell[rows] = cells
        live = rows[self.before[rows] >= 0]
        live = live[cell[self.before[live]] == cell[live]]
        if len(live) < FEWEST:
            return 0.0
        same = float((mine[live] == mine[self.before[live]]).mean())
        chance = float(_alone(mine[rows], cells)[np.searchsorted(rows, live)].mean())
        return 0.0 if same < chance + STICKS else (same - chance) / (1.0 - chance)


def _alone(parents: Ints, cells: Ints) -> Floats:
    """How likely another row of the same cell has the same parent, for each row (n,)."""
    width = int(parents.max(initial=0)) + 1
    _, spot, many = np.unique(cells * width + parents, return_inverse=True, return_counts=True)
    _, cell, all_ = np.unique(cells, return_inverse=True, return_counts=True)
    return np.asarray((many[spot.reshape(-1)] - 1) / np.maximum(all_[cell.reshape(-1)] - 1, 1), dtype=np.float64)


def _apart(parents: Ints, first: Ints, cells: Ints) -> bool:
    """Whether rows of one first parent hardly ever have the same parent, where chance would let many."""
    width = int(parents.max(initial=0)) + 1
    again = len(parents) - len(np.unique(first * width + parents))
    _, spot, size = np.unique(first * (int(cells.max(initial=0)) + 2) + cells, return_inverse=True, return_counts=True)
    expected = float((_alone(parents, cells) * (size[spot.reshape(-1)] - 1)).sum()) / 2
    return again <= SELDOM * len(parents) and expected >= max(MISSED, 10 * again)


def _cells(codes: Ints, number: Floats) -> Ints:
    """Codes, and of numbers of code 1 how large they are."""
    many = int(codes.max(initial=0)) + 1
    live = codes == 1
    edges = np.unique(np.quantile(number[live], np.arange(1, 16) / 16)) if live.any() else np.zeros(0)
    return np.where(live, many + np.searchsorted(edges, number, side="right"), codes)


def _told(bins: np.ndarray[Any, np.dtype[np.uint8]], wanted: Floats, cells: Ints) -> float:
    """Nats that a tree tells about cells in rows that it was not grown on."""
    half = np.arange(len(cells)) % 2 == 0
    tree = grow(bins[:, half], wanted[half], least=40, worth=19.0, depth=6)
    leaf, other = tree.leaf(bins[:, half]), tree.leaf(bins[:, ~half])
    width, nodes = int(cells.max(initial=0)) + 1, len(tree.feature)
    base = np.bincount(cells[half], minlength=width) + 0.5
    share = base / base.sum()
    table = np.bincount(leaf * width + cells[half], minlength=nodes * width).reshape(nodes, width) + 5.0 * share
    table /= table.sum(axis=1, keepdims=True)
    return float((np.log(table[other, cells[~half]]) - np.log(share[cells[~half]])).mean())


def _agreeing(diamond: Diamond, keys: list[ForeignKey], found: TableEvidence, around: Around) -> Held:
    key, via = (next(each for each in keys if each.label == label) for label in (diamond.label, diamond.via))
    if diamond.way:
        what = "" if diamond.way == "years" else f"the {diamond.way} of "
        says, is_ = _spelt_rows(diamond, key, via, found, around)
        same = int((says == is_).sum())
        return Held("same_row", diamond.label, f"is {what}{via.label}.{diamond.upper}", same, len(says) - same)
    upper = next(each for each in around.evidence.of(via.parent).table.foreign_keys if each.label == diamond.upper)
    mine, theirs = _both(key, via, upper, found, around)
    both = (mine >= 0) & (theirs >= 0)
    same = int((mine == theirs)[both].sum())
    return Held(
        "same_row", diamond.label, f"leads to the row of {key.parent} that {via.label}.{upper.label} leads to", same, int(both.sum()) - same
    )


def _both(key: ForeignKey, via: ForeignKey, upper: ForeignKey, found: TableEvidence, around: Around) -> tuple[Ints, Ints]:
    """The row of one parent that each row leads to by its own key, and by way of another parent; -1 where to none."""
    mine, first = around.evidence.up(found, key), around.evidence.up(found, via)
    return mine, climbed(first, around.evidence.up(around.evidence.of(via.parent), upper))


def _akin(keys: list[ForeignKey], taken: Collection[str], found: TableEvidence, around: Around) -> Iterator[tuple[Kin, Held, Ints]]:
    """Keys whose parents hang on the same row as those of another key do, in nearly every row, where few hang on one; and that row."""
    done = set(taken)
    for via in keys:
        for key in keys:
            if key.label in done or via.label in done or key.label == via.label or set(key.columns) & set(via.columns):
                continue
            for (own, mine), (upper, theirs) in product(_paths(key, found, around), _paths(via, found, around)):
                if own[-1].parent != upper[-1].parent or own[-1].referred != upper[-1].referred:
                    continue
                both = np.flatnonzero((mine >= 0) & (theirs >= 0))
                if len(both) < FEWEST:
                    continue
                same = int((mine == theirs)[both].sum())
                if same >= SAME * len(both) and _by_chance(mine[both], theirs[both]) < ALIKE:
                    needs = [".".join((*(each.label for each in way[:-1]), f"@{way[-1].label}")) for way in (upper, own)]
                    done.add(key.label)
                    said = f"hangs on the row of {own[-1].parent} that {via.label} hangs on"
                    yield Kin(key.label, via.label, *needs), Held("same_row", key.label, said, same, len(both) - same), mine
                    break


def _paths(key: ForeignKey, found: TableEvidence, around: Around) -> Iterator[tuple[tuple[ForeignKey, ...], Ints]]:
    """Ways from a key's parent to a row above it, one or two keys long, and which row that is of each row of the sample, -1 for none."""
    rows = around.evidence.up(found, key)
    for first in around.parents(around.evidence.of(key.parent).table):
        above = climbed(rows, around.evidence.up(around.evidence.of(key.parent), first))
        yield (key, first), above
        for second in around.parents(around.evidence.of(first.parent).table):
            yield (key, first, second), climbed(above, around.evidence.up(around.evidence.of(first.parent), second))


def _diamonds(keys: list[ForeignKey], found: TableEvidence, around: Around) -> Iterator[Diamond]:
    """Keys that lead where a key of another parent leads: in nearly every row, or at least far more often than by chance."""
    taken: set[str] = set()
    seen = list(_agreements(keys, found, around))
    for least in (SAME, MOSTLY):
        for key, via, upper, share in seen:
            if share >= least and key.label not in taken and via.label not in taken:
                taken.add(key.label)
                yield Diamond(key.label, via.label, upper.label, 1.0 if share >= SAME else round(share, 3))


def _spelt_out(keys: list[ForeignKey], taken: Collection[str], found: TableEvidence, around: Around) -> Iterator[Diamond]:
    """Keys to days, months and years that another parent says, in nearly every row: the month of a ledger by the day of a calendar."""
    done, asked = set(taken), set[str]()
    for key in keys:
        above = around.evidence.of(key.parent)
        name = natural(above)
        if key.label in (*done, *asked) or key.referred != (name,) or not pa.types.is_date(above.column(name).type):
            continue
        for via in (via for via in keys if via.label not in (key.label, *done) and not set(key.columns) & set(via.columns)):
            beside = around.evidence.of(via.parent)
            says = ((need, way) for need, _ in around.seen(via.parent, 1, key.table) for way in _ways(beside.column(need).type))
            tried = (Diamond(key.label, via.label, need, 1.0, way, name) for need, way in says)
            if (made := next((each for each in tried if _holds(each, key, via, found, around)), None)) is not None:
                done.add(key.label)
                asked.add(via.label)
                yield made
                break


def _ways(kind: pa.DataType) -> tuple[str, ...]:
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        return ("day", "month", "year")
    return ("years",) if pa.types.is_integer(kind) else ()


def _holds(diamond: Diamond, key: ForeignKey, via: ForeignKey, found: TableEvidence, around: Around) -> bool:
    mine, theirs = _spelt_rows(diamond, key, via, found, around)
    return len(mine) >= FEWEST and int((mine == theirs).sum()) >= SAME * len(mine) and _by_chance(mine, theirs) < ALIKE


def _spelt_rows(diamond: Diamond, key: ForeignKey, via: ForeignKey, found: TableEvidence, around: Around) -> tuple[Ints, Ints]:
    """The row of one parent that a row leads to, and that which another parent spells out, of all rows (m,) that have both parents."""
    mine, first = around.evidence.up(found, key), around.evidence.up(found, via)
    beside, above = around.evidence.of(via.parent), around.evidence.of(key.parent)
    given = {diamond.need: beside.column(diamond.upper), f"{key.label}.{diamond.key}": above.column(diamond.key)}
    theirs = through(diamond, given, {via.label: first})
    both = (mine >= 0) & (first >= 0)
    return mine[both], np.where(theirs[both] >= 0, theirs[both], above.sampled)


def _agreements(
    keys: list[ForeignKey], found: TableEvidence, around: Around
) -> Iterator[tuple[ForeignKey, ForeignKey, ForeignKey, float]]:  # fmt: skip
    """Pairs of keys of which one leads where the other's parent does by a key of its own, and in which share of the rows."""
    for key in keys:
        for via in keys:
            if via.label == key.label or set(key.columns) & set(via.columns):
                continue
            for upper in around.evidence.of(via.parent).table.foreign_keys:
                if upper.parent != key.parent or upper.referred != key.referred or upper.parent == via.parent:
                    continue
                mine, theirs = _both(key, via, upper, found, around)
                both = np.flatnonzero((mine >= 0) & (theirs >= 0))
                if len(both) < FEWEST:
                    continue
                share = float((mine == theirs)[both].mean())
                # All rows may have the same few parents: then it is no news that they agree.
                if len(np.unique(mine[both])) > 10 or _by_chance(mine[both], theirs[both]) < min(ALIKE, 2 * share - 1):
                    yield key, via, upper, share


def _by_chance(mine: Ints, theirs: Ints) -> float:
    """In which share of the rows both would be the same if one told nothing of the other."""
    width = int(max(mine.max(), theirs.max())) + 1
    return float(np.bincount(mine, minlength=width) @ np.bincount(theirs, minlength=width)) / len(mine) ** 2


__all__ = ["further"]
