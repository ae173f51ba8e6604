"""Which numbers are near a multiple of another one of the row or of a parent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mimic.generators.features import Codes, Feature, feature_of, numbers
from mimic.generators.leaves import WORTH, bins_of
from mimic.generators.trees import grow
from mimic.plan import Choice, Step
from mimic.planning.arithmetic import is_number
from mimic.planning.around import Around
from mimic.planning.determining import reached
from mimic.profile import TableEvidence
from mimic.streams import Floats, Ints, Streams

RATIO = "relation.ratio"
FEWEST = 400  # rows in which both are above 0
DIFFERENT, OTHERS = 100, 30  # values of the number, and of what it is a multiple of
MOSTLY = 0.98  # of the rows in which the other one is above 0: the number is, too
TOGETHER = 0.3  # how much their logarithms go together, if trees are to be asked
CLOSE = 0.5  # how much a tree leaves open of the logarithm of the ratio, of what it does of that of the number
ATOM = 0.01  # of the rows may have one and the same number: prices of a list are drawn from it
ROWS = 6_000  # that are looked at
LEAST = 20  # rows of a leaf


@dataclass(frozen=True, slots=True)
class Multiple:
    """What a number is near a multiple of, a need; whether it is 0 where that is."""

    by: str
    nothing: bool

    @property
    def after(self) -> tuple[str, ...]:
        return (self.by,)


def multiples(
    found: TableEvidence, names: Sequence[str], above: Mapping[str, pa.Array], known: Sequence[tuple[str, bool]], around: Around
) -> dict[str, Multiple]:
    """By column, among `names` in their order; `above` numbers of parents by need, row by row; `known` needs that trees may ask about, and
    whether each is a category."""
    numeric = [name for name in names if is_number(found.column(name).type) and found.profiles[name].distinct >= OTHERS]
    out: dict[str, Multiple] = {}
    bases = {need: values for need, values in above.items() if is_number(values.type)}
    rows = Streams(0).at("ratios", found.table.name).permutation(found.sampled)[:ROWS]
    for i, name in enumerate(numeric):
        if found.profiles[name].distinct < DIFFERENT:
            continue
        best: tuple[float, Multiple] | None = None
        others = {
            other: found.column(other)
            for other in [*numeric[:i], *numeric[i + 1 :]]
            if name not in reached((other,), {led: one.after for led, one in out.items()})
        }
        for need, values in {**others, **bases}.items():
            asked = [(need, False), *(each for each in known if each[0] not in (need, name))]
            if (near := _near(found, found.column(name), values, rows, asked, around)) is not None and (best is None or near[0] < best[0]):
                best = near[0], Multiple(need, near[1])
        if best is not None:
            out[name] = best[1]
    return out


def _near(
    found: TableEvidence, mine: pa.Array, other: pa.Array, rows: Ints, asked: Sequence[tuple[str, bool]], around: Around
) -> tuple[float, bool] | None:  # fmt: skip
    """How much less a tree leaves open of the ratio than of the number, and whether that is 0 with the other one; None if hardly less."""
    (values, null), (base, none) = numbers(mine), numbers(other)
    both = ~null & ~none
    on = both & (base > 0)
    live = on & (values > 0)
    if live.sum() < FEWEST or live.sum() < MOSTLY * on.sum() or (both & (base < 0)).any() or len(np.unique(base[live])) < OTHERS:
        return None
    if float(pc.max(pc.value_counts(pa.array(values[live])).field(1)).as_py()) > ATOM * live.sum():
        return None
    rows = rows[live[rows]]
    number, of = np.log(values[rows]), np.log(base[rows])
    if min(number.std(), of.std()) < 1e-6 or np.corrcoef(number, of)[0, 1] < TOGETHER:
        return None
    there = {need: around.evidence.along(found, need) for need, _ in asked if not (found.table.has(need) or need in found.hidden)}
    seen = replace(found, hidden={**found.hidden, **there})
    features = [feature_of(seen, need, around.evidence.k, category) for need, category in asked]
    features = [each for each in features if each[0].width > 1]
    share = _left_open(number - of, features, rows) / max(_left_open(number, features, rows), 1e-12)
    zero = both & (base == 0)
    return (share, bool(zero.any() and (values[zero] == 0).mean() >= MOSTLY)) if share <= CLOSE else None


def _left_open(wanted: Floats, features: Sequence[tuple[Feature, Codes]], rows: Ints) -> float:
    """The squared error of a tree, grown on one half of the rows (n,), on the other half."""
    half = len(rows) // 2
    target = (wanted - wanted.mean())[:, None]
    everywhere = np.zeros((len(features[0][1]), 1))
    everywhere[rows] = target
    bins = np.stack([bins_of(each, rows, everywhere) for each in features])
    tree = grow(bins[:, :half], target[:half], least=LEAST, worth=WORTH)
    here, there = tree.leaf(bins[:, :half]), tree.leaf(bins[:, half:])
    many = np.maximum(np.bincount(here, minlength=len(tree.feature)), 1)
    mean = np.bincount(here, weights=target[:half, 0], minlength=len(tree.feature)) / many
    return float(((target[half:, 0] - mean[there]) ** 2).mean())


def multiplied(step: Step, one: Multiple) -> Step:
    """The step of a column that is near a multiple of another one."""
    options = {**step.task.options, "ratio": [step.choice.kind, one.by, one.nothing]}
    lost = ((step.choice.kind, 0.0), *step.choice.lost)
    return replace(step, task=replace(step.task, options=options), choice=Choice(RATIO, f"near a multiple of {one.by}", lost))


__all__ = ["RATIO", "Multiple", "multiples", "multiplied"]
