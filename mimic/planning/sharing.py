"""Numbers that divide another one up: payments of an invoice, percentages of a whole, the two sides of a booking.

What is told is the share that a row takes of what its siblings before have left.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from mimic.generators.features import numbers
from mimic.generators.lines import Line as Ordered
from mimic.generators.sharing import FAMILY, left
from mimic.plan import Choice, Held, Step
from mimic.planning.arithmetic import is_number
from mimic.planning.lines import Line
from mimic.profile import TableEvidence
from mimic.streams import Floats

SHARED = "relation.share"
FEWEST = 60  # families, or rows that are no siblings
LAST, WITHIN = 0.8, 0.98  # of the last siblings take all that is left; of all rows take no more
ALL = 0.998  # of the last siblings: then every last one does
WHOLE = 0.8  # of the rows hold the same as the other column
CROWD = 8  # siblings on average: of more, the last would make up for too much
DIFFERENT, MANY = 5, 20  # values of what is divided, and of what a column without siblings may be a share of
MOST = 12  # columns that are tried


@dataclass(frozen=True, slots=True)
class Shares:
    """A column takes a share of a `whole`: a need, a number, or after `FAMILY` the column whose sum over the siblings is meant.

    `line` () where it is the whole of the row itself; `firm` where the last sibling takes all that is left.
    """

    column: str
    whole: str
    line: Line
    firm: bool
    holds: int
    rows: int

    @property
    def after(self) -> tuple[str, ...]:
        """The columns of the row that come first."""
        return (self.whole.removeprefix(FAMILY), *self.line[1:])

    @property
    def said(self) -> str:
        what = f"the sum of {self.whole.removeprefix(FAMILY)}" if self.whole.startswith(FAMILY) else self.whole
        return f"a share of what rows before along {', '.join(self.line)} leave of {what}" if self.line else f"a share of {what}"


def shares(
    found: TableEvidence, names: Sequence[str], above: Mapping[str, pa.Array], line: Line, here: Ordered | None
) -> dict[str, Shares]:
    """Which of the columns `names` divide something up: a number of a parent (`above`), another column, a whole that all families have."""
    out: dict[str, Shares] = {}
    wanted = [name for name in names if is_number(found.column(name).type) and not found.column(name).null_count]
    wholes = {need: _read(values) for need, values in above.items() if is_number(values.type)}
    wholes = {need: values for need, values in wholes.items() if len(np.unique(values[~np.isnan(values)][:5_000])) >= DIFFERENT}
    own = [column.name for column in found.table.written if column.name in names and is_number(found.column(column.name).type)]
    for name in wanted:
        values = numbers(found.column(name))[0]
        if values.min(initial=0.0) < 0 or len(np.unique(values[:5_000])) < DIFFERENT:
            continue
        slack = 0.006 if pa.types.is_decimal(found.column(name).type) else 1e-6 * max(1.0, float(values.max(initial=0.0)))
        made = _of_siblings(found, name, values, wholes, own, line, here, slack) if here is not None and len(line) else None
        if made is None:
            made = _of_the_row(found, name, values, wholes, own, slack)
        if made is not None and not _round(made, out):
            out[name] = made
    return out


def _round(one: Shares, others: Mapping[str, Shares]) -> bool:
    """Whether two columns would be shares of each other."""
    at, seen = one.whole.removeprefix(FAMILY), set[str]()
    while at in others and at not in seen:
        seen.add(at)
        at = others[at].whole.removeprefix(FAMILY)
        if at == one.column:
            return True
    return False


def share_of(step: Step, one: Shares) -> Step:
    """The step of a column that divides something up; what trees would deal out are its shares."""
    options = {name: value for name, value in step.task.options.items() if name not in ("counted_from", "floors", "caps", "so_far")}
    options |= {"share": [one.whole, list(one.line), one.firm]}
    held = Held("shared", one.column, one.said, one.holds, one.rows - one.holds)
    lost = ((step.choice.kind, 0.0), *step.choice.lost)
    return replace(step, task=replace(step.task, options=options), choice=Choice(SHARED, one.said, lost, relations=(held,)))


def _of_siblings(
    found: TableEvidence, name: str, values: Floats, wholes: Mapping[str, Floats], own: Sequence[str],
    line: Line, here: Ordered, slack: float,
) -> Shares | None:  # fmt: skip
    group, families = here.groups()
    several = int((here.before >= 0).sum())
    if families < FEWEST or several < FEWEST or len(values) > CROWD * families:
        return None
    last = here.left == 0
    sums = np.bincount(group, weights=values, minlength=families)
    label = line[0][1:] if line[0].startswith("@") else ""
    tried: Iterator[tuple[str, Floats]] = (
        (need, whole) for need, whole in wholes.items() if label and need.startswith(f"{label}.") and need.count(".") == 1
    )
    tries = list(tried)
    for other in own[:MOST]:
        if other != name:
            theirs, null = numbers(found.column(other))
            summed = np.bincount(group, weights=np.where(null, 0.0, theirs), minlength=families).astype(np.float64)
            tries.append((f"{FAMILY}{other}", summed[group]))
    usual = float(np.median(sums))
    if usual > 0 and (np.abs(sums - usual) <= slack).mean() >= ALL:
        tries = [(repr(usual), np.full(len(values), usual)), *tries]
    best: tuple[float, Shares] | None = None
    for need, whole in tries:
        rest = left(whole, values, here)
        takes = np.abs(rest - values) <= slack
        there = last & ~np.isnan(whole)
        share = float(takes[there].mean()) if there.sum() >= FEWEST else 0.0
        if share < LAST or (values[~np.isnan(whole)] <= rest[~np.isnan(whole)] + slack).mean() < WITHIN:
            continue
        if (best is None or share > best[0] + 0.01) and (takes & last & (values > slack)).sum() >= FEWEST:
            best = share, Shares(name, need, line, share >= ALL, int(takes[there].sum()), int(there.sum()))
    return best[1] if best is not None else None


def _of_the_row(
    found: TableEvidence, name: str, values: Floats, wholes: Mapping[str, Floats], own: Sequence[str], slack: float
) -> Shares | None:
    read = {**{other: _read(found.column(other)) for other in own[: own.index(name)][:MOST]}, **wholes}
    for need, whole in read.items():
        live = ~np.isnan(whole) & (np.abs(whole) > slack)
        if live.sum() < FEWEST or len(np.unique(whole[live][:5_000])) < MANY or (values[live] > whole[live] + slack).mean() > 1 - WITHIN:
            continue
        same = np.abs(whole - values) <= slack
        if same[live].mean() >= WHOLE:
            return Shares(name, need, (), False, int(same[live].sum()), int(live.sum()))
    return None


def _read(values: pa.Array) -> Floats:
    found, null = numbers(values)
    return np.where(null, np.nan, found)


__all__ = ["SHARED", "Shares", "share_of", "shares"]
