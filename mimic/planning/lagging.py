"""Columns that hold what another one holds in the row before: where it comes from, what was read last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mimic.generators.features import equal, numbers
from mimic.generators.lines import Line as Ordered
from mimic.generators.ways import SPANS, seconds, span
from mimic.plan import Choice, Held, Step
from mimic.planning.arithmetic import is_number, places_of
from mimic.planning.inheriting import PLAIN
from mimic.planning.lines import Line
from mimic.profile import TableEvidence
from mimic.streams import Ints

LAGGED = "sequence.lagged"
FEWEST, HOLDS = 80, 0.98  # rows that follow another one; of these
OFTEN = 0.9  # that nearly all rows hold says nothing


@dataclass(frozen=True, slots=True)
class Lag:
    column: str
    of: str
    line: Line
    null: bool  # where a line begins
    holds: int
    rows: int
    way: str = ""  # in which the time since then is told

    @property
    def after(self) -> tuple[str, ...]:
        """The columns of the row that come first."""
        return (self.of, *self.line[1:])


def lagging(found: TableEvidence, names: Sequence[str], line: Line, here: Ordered | None) -> dict[str, Lag]:
    """Which of the columns `names` hold what another of them does in the sibling before, or the time since then."""
    out: dict[str, Lag] = {}
    rows = np.flatnonzero(here.before >= 0) if here is not None and line else np.zeros(0, dtype=np.int64)
    if here is None or len(rows) < FEWEST:
        return out
    first, some = np.flatnonzero(here.before < 0), rows[:: max(1, len(rows) // 200)]
    values = {name: found.column(name) for name in names if name not in line}
    for name, mine in values.items():
        if pc.max(pc.value_counts(mine.take(pa.array(rows))).field(1)).as_py() > OFTEN * len(rows):
            continue
        for other, theirs in values.items():
            if other == name or other in out or theirs.type != mine.type or _same(mine, theirs, some, here.before) < HOLDS:
                continue
            share = _same(mine, theirs, rows, here.before)
            if share >= HOLDS and _same(mine, theirs, rows, np.arange(len(mine))) < HOLDS:
                null = mine.take(pa.array(first)).null_count >= HOLDS * len(first)
                out[name] = Lag(name, other, line, null, round(share * len(rows)), len(rows))
                break
        if name not in out and (made := _since(found, name, mine, values, rows, first, line, here)) is not None:
            out[name] = made
    return out


def _since(
    found: TableEvidence, name: str, mine: pa.Array, values: Mapping[str, pa.Array], rows: Ints, first: Ints, line: Line, here: Ordered
) -> Lag | None:  # fmt: skip
    """The time from the sibling before to the row, by a date that all have."""
    if not is_number(mine.type):
        return None
    number, null = numbers(mine)
    places = places_of(found, name, number[~null])
    slack = 1e-6 if not places else 0.5000001 * 10.0**-places
    for other, theirs in values.items():
        if not (pa.types.is_date(theirs.type) or pa.types.is_timestamp(theirs.type)) or theirs.null_count:
            continue
        moments = seconds(theirs)
        for way in SPANS:
            share = 0.0
            for some in (rows[:: max(1, len(rows) // 200)], rows):
                made, _ = span(way, moments[here.before[some]], moments[some])
                share = float(((np.abs(made - number[some]) <= slack) & ~null[some]).mean())
                if share < HOLDS:
                    break
            else:
                return Lag(name, other, line, bool(null[first].mean() >= HOLDS), round(share * len(rows)), len(rows), way)
    return None


def _same(mine: pa.Array, theirs: pa.Array, rows: Ints, before: Ints) -> float:
    return float(equal(mine.take(pa.array(rows)), theirs.take(pa.array(before[rows]))).mean())


def lag_of(step: Step, one: Lag) -> Step:
    """The step of a column that holds what another does in the row before; as it was where nothing could fill the rows that begin."""
    plain = str(step.task.options.get("drawn_by", step.choice.kind))
    if not one.null and plain not in PLAIN:
        return step
    options = {name: value for name, value in step.task.options.items() if name in ("today", "keep_literals", "dial")}
    options |= {"lagged": [one.of, one.way, one.null, *one.line], "drawn_by": plain, "line": one.line}
    said = f"{one.of} of the row before along {', '.join(one.line)}"
    said = f"{one.way} since {said}" if one.way else said
    held = Held("running", one.column, said, one.holds, one.rows - one.holds)
    lost = ((step.choice.kind, 0.0), *step.choice.lost)
    return replace(step, task=replace(step.task, options=options), choice=Choice(LAGGED, said, lost, relations=(held,)))


__all__ = ["LAGGED", "Lag", "lag_of", "lagging"]
