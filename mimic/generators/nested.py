"""Generators inside generators: the rare values of a category column, the elements of an array, the fields of a document.

A nested generator fills a column of an imagined table of its own, and its state lies inside the outer one's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pyarrow as pa

from mimic.conditions import Condition
from mimic.generator import Columns, Generator, Span, State, Task
from mimic.profile import Owners, TableEvidence
from mimic.schema import Column, Domain, LogicalType, Table, TableName
from mimic.semantics import Kind, Meaning, Sensitivity
from mimic.streams import Ints, Stream
from mimic.truth import day_of, violated

MOST_LISTED = 200
TRIED = 1_000  # values of a part that are drawn to see whether they satisfy the CHECKs of its domain

# Fields in which a generator that is put around others holds them.
INSIDE = ("inner", "distance", "otherwise", "first", "step", "same")

UNKNOWN = Meaning(Kind.OTHER, Sensitivity.TEXT, 0.0, "a part of a larger value")


@dataclass(frozen=True, slots=True)
class Inside:
    """What the CHECKs of a domain say of values inside larger ones, about a column `value`; `unread` when some could not be read."""

    conditions: tuple[Condition, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)  # limits, as a column is told them
    unread: bool = False


def pack(generator: Generator) -> State:
    return {"kind": generator.kind, "version": generator.version, "state": generator.state()}


def unpack(state: State) -> Generator:
    from mimic.generators import builtin  # the families import this module

    registry = builtin()
    if state["kind"] not in registry.generators.parts:
        registry.load_entry_points()
    return registry.generators.get(state["kind"]).restore(state["state"])


def best(task: Task, *, without: Sequence[str] = ()) -> type[Generator] | None:
    """The built-in generator that suits the task best, none of the kinds that begin with one of `without`."""
    from mimic.generators import builtin

    scored = [(part.suits(task), part) for part in builtin().generators if not part.kind.startswith(tuple(without))]
    score, part = max(scored, key=lambda pair: pair[0], default=(0.0, None))
    return part if score > 0 else None


def inside(stream: Stream, name: str) -> Stream:
    """The stream of a part of this column, for the same chunk; its `whole` is the part's, the same for every chunk."""
    return stream.whole.at(name, stream.place[-1])


def rows_of(evidence: TableEvidence, index: Ints) -> TableEvidence:
    """The same table's evidence, of some sample rows only."""
    return replace(
        evidence, sample=evidence.sample.take(pa.array(index)), owners=evidence.owners.take(index), profiles={}, hidden={}, memo={}
    )


def part(
    name: str, kind: LogicalType, values: pa.Array | None, owners: Owners | None, outer: Task, options: Mapping[str, Any] | None = None
) -> tuple[Task, TableEvidence | None]:
    """The task and evidence of an imagined table with one column: the parts of another column's values."""
    column = Column(name, kind, nullable=True)
    table = Table(TableName("", name), (column,))
    kept = {key: outer.options[key] for key in ("today", "keep_literals", "vocabulary", "domains") if key in outer.options}
    task = Task(table, (column,), meanings=(UNKNOWN,), options={**kept, **(options or {})}, k=outer.k, locale=outer.locale)
    if values is None or owners is None or not len(values):
        return task, None
    return task, TableEvidence(table, len(values), pa.table({name: values}), owners)


def rules_of(kind: LogicalType, outer: Task) -> Inside:
    """What the plan says about values of a domain inside another column's."""
    found = outer.options.get("domains", {}).get(kind.name) if isinstance(kind, Domain) else None
    return found if isinstance(found, Inside) else Inside()


def kept_to(made: Generator, task: Task, rules: Inside, stream: Stream) -> Generator | None:
    """A generator of values that satisfy the rules: `made` where it does, else some of those it makes; None when none of them do."""
    from mimic.generators.categorical import Shares, as_text

    if not rules.conditions:
        return made
    values = some(made, TRIED, stream.at(0)).drop_null()
    broken = np.zeros(len(values), dtype=np.bool_)
    for condition in rules.conditions:
        broken |= violated(condition, {"value": values}, today=day_of(rules.conditions))
    if not broken.any():
        return made
    good = as_text(values.filter(pa.array(~broken))).unique()[:MOST_LISTED].to_pylist()
    return Shares.learn(replace(task, options={"values": tuple(good)}), None, stream) if good else None


def parts_of(owners: Owners, rows: Ints) -> Owners:
    """The owners of parts, given the row that each stands in: several parts of one row have one owner."""
    inner = owners.take(rows)
    return Owners(len(rows), (np.asarray(rows, dtype=np.int64), *inner.paths))


def some(generator: Generator, n: int, stream: Stream) -> pa.Array:
    """`n` values of a nested generator; `stream` ends in a chunk's number."""
    made: Columns = generator.sample(Span(0, n, n), stream, {})
    return made[generator.fills[0]]
