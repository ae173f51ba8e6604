"""What the choice of a further parent hangs on: found on the sample, a diamond or the number by which parents are dealt out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from mimic.config import TableConfig
from mimic.generators.features import evenly, feature_of
from mimic.generators.lines import AFTER, BEFORE
from mimic.generators.matching import Diamond
from mimic.generators.references import assigned
from mimic.generators.trees import grow
from mimic.plan import Held, Step
from mimic.planning.around import Around
from mimic.planning.summaries import described, hanging, placed, told_apart
from mimic.planning.switching import switched
from mimic.profile import TableEvidence
from mimic.schema import ForeignKey, Table
from mimic.streams import Floats, Ints

FEWEST = 200  # rows with both parents
SAME = 0.99  # of the rows: a diamond
SOME = 6_000  # rows on which scores are tried
TELLS = 0.03  # of the spread of a score that the first parent must explain
MOST = 20  # columns of the first parent that are asked about


def further(step: Step, table: Table, found: TableEvidence, around: Around, config: TableConfig, line: Sequence[str]) -> Step:
    """The step of a table's references, with diamonds and matches as options; `line` the order of siblings, () if there is none."""
    keys = [key for key in around.parents(table) if around.modes[key.parent][0] == "synthesize" and around.evidence.of(key.parent).sampled]
    diamonds = [diamond for diamond in _diamonds(keys, found, around) if switched("same_row", config, diamond.label.split(","))]
    taken = {diamond.label for diamond in diamonds}
    told = [(diamond.label, diamond.via, diamond.upper) for diamond in diamonds]
    options = {**step.task.options, "diamonds": told}
    held = tuple(_agreeing(diamond, keys, found, around) for diamond in diamonds)
    step = replace(step, choice=replace(step.choice, relations=(*step.choice.relations, *held)))
    first = assigned(replace(step.task, options=options), found)[0].label
    matches, needs = [], list[str]()
    for via in keys:
        if via.label != first:  # nothing is dealt out by a parent that is not there yet
            continue
        seen = [(need, category) for need, category in around.seen(via.parent, 1)][:MOST]
        features = tuple(f"{via.label}.{need}" for need, _ in seen)
        for key in keys:
            if key.label in (via.label, *taken) or set(key.columns) & set(via.columns) or not features:
                continue
            score = _score(key, via, [need for need, _ in seen], found, around)
            if score is not None:
                matches.append((key.label, via.label, score, features, tuple(f"{via.label}.{need}" for need, category in seen if category)))
                needs += [f"{key.label}.{score}", *features]
                if line and line[0] == f"@{via.label}":  # the one that the sibling before has tells more than all else
                    needs += [BEFORE, AFTER, f"<{key.label}.{score}"]
                    options["line"] = tuple(line)
    if not diamonds and not matches:
        return step
    options |= {"matches": matches, "features": list(dict.fromkeys(needs))}
    return replace(step, task=replace(step.task, options=options))


def _agreeing(diamond: Diamond, keys: list[ForeignKey], found: TableEvidence, around: Around) -> Held:
    key, via = (next(each for each in keys if each.label == label) for label in (diamond.label, diamond.via))
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
    above = around.evidence.up(around.evidence.of(via.parent), upper)
    return mine, np.where(first >= 0, above[np.maximum(first, 0)], -1) if len(above) else np.full(len(first), -1)


def _diamonds(keys: list[ForeignKey], found: TableEvidence, around: Around) -> Iterator[Diamond]:
    """Keys that lead where a key of another parent leads, in nearly every row."""
    taken: set[str] = set()
    for key in keys:
        for via in keys:
            if via.label == key.label or key.label in taken or via.label in taken or set(key.columns) & set(via.columns):
                continue
            for upper in around.evidence.of(via.parent).table.foreign_keys:
                if upper.parent != key.parent or upper.referred != key.referred or upper.parent == via.parent:
                    continue
                mine, theirs = _both(key, via, upper, found, around)
                both = (mine >= 0) & (theirs >= 0)
                # All rows may have the same few parents: then it is no news that they agree.
                if both.sum() >= FEWEST and (mine == theirs)[both].mean() >= SAME and len(np.unique(mine[both])) > 10:
                    taken.add(key.label)
                    yield Diamond(key.label, via.label, upper.label)
                    break


def _score(key: ForeignKey, via: ForeignKey, seen: list[str], found: TableEvidence, around: Around) -> str | None:
    """The number of a key's parents that the first parent, of `via`, tells most about."""
    mine, first = around.evidence.up(found, key), around.evidence.up(found, via)
    rows = np.flatnonzero((mine >= 0) & (first >= 0))[:SOME]
    if len(rows) < FEWEST:
        return None
    k, above, beside = around.evidence.k, around.evidence.of(key.parent), around.evidence.of(via.parent)
    asked = [feature_of(beside, need, k, beside.table.has(need) and told_apart(beside.table.column(need))) for need in seen]
    bins = np.stack([evenly(codes, feature.width)[codes[first[rows]]] for feature, codes in asked])
    names = [name for name in described(above, k) if not told_apart(above.table.column(name))]
    best: tuple[float, str] | None = None
    for name in (*names, *hanging(above)):
        values = placed(above, name)[mine[rows]]
        share = _explained(bins, values)
        if share > TELLS and (best is None or share > best[0]):
            best = (share, name)
    return best[1] if best is not None else None


def _explained(bins: np.ndarray[tuple[int, int], np.dtype[np.uint8]], values: Floats) -> float:
    """How much of the squares of `values` a tree takes off in rows that it was not grown on."""
    half = np.arange(len(values)) % 2 == 0
    centred = (values - values.mean())[:, None]
    spread = float(centred.var())
    if spread <= 1e-12:
        return 0.0
    tree = grow(bins[:, half], centred[half], least=40, worth=19.0, depth=6)
    leaf, other = tree.leaf(bins[:, half]), tree.leaf(bins[:, ~half])
    nodes = len(tree.feature)
    mean = np.bincount(leaf, weights=centred[half, 0], minlength=nodes) / np.maximum(np.bincount(leaf, minlength=nodes), 1)
    return 1.0 - float(((centred[~half, 0] - mean[other]) ** 2).mean()) / max(float(centred[~half].var()), 1e-12)


__all__ = ["further"]
