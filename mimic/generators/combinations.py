"""Columns with few possible values that together may not repeat: every combination once, within each group of rows.

UNIQUE (order_id, kind, active) over five kinds has ten rows for an order; how many rows an order gets is capped by that where
parents are chosen.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import prod
from typing import ClassVar, Self

import numpy as np
import pyarrow as pa

from mimic.errors import CapacityError
from mimic.generator import Columns, Literal, Span, State, Task
from mimic.generators.references import codes
from mimic.generators.units import arrow_of
from mimic.generators.within import _rank
from mimic.profile import TableEvidence
from mimic.registry import Registry
from mimic.schema import arrow_type
from mimic.streams import Ints, Stream


@dataclass(frozen=True, slots=True)
class Combinations:
    """Fills several columns so that they are distinct together within the rows that agree in `needs`."""

    kind: ClassVar[str] = "key.combinations"
    version: ClassVar[int] = 1
    whole_table: ClassVar[bool] = True

    table: str
    columns: tuple[str, ...]
    types: tuple[str, ...]  # Arrow types by name
    values: tuple[tuple[str, ...], ...]  # of each column
    group: tuple[str, ...]
    optional: int = -1  # a column that may be NULL, by place: rows for which no combination is left

    @property
    def fills(self) -> tuple[str, ...]:
        return self.columns

    @property
    def needs(self) -> tuple[str, ...]:
        return self.group

    @classmethod
    def suits(cls, task: Task) -> float:
        return 1.0 if "combinations" in task.options else 0.0

    @classmethod
    def learn(cls, task: Task, evidence: TableEvidence | None, stream: Stream) -> Self:
        """`options`: `combinations` the possible values of each column, `group` the columns that make a group."""
        optional = next((i for i, column in enumerate(task.columns) if column.nullable), -1)
        values = tuple(tuple(map(str, listed)) for listed in task.options["combinations"])
        types = tuple(str(arrow_type(column.type)) for column in task.columns)
        return cls(str(task.table.name), task.fills, types, values, tuple(task.options["group"]), optional)

    def part(self, name: str) -> Self:
        """Distinct in the whole table: where the columns of the group wait for these."""
        return replace(self, group=())

    def sample(self, span: Span, stream: Stream, given: Columns) -> Columns:
        room = self.room
        group = codes([given[name] for name in self.group], [])[0] if self.group else np.zeros(span.n, dtype=np.int64)
        place = _rank(group)
        late = place >= room
        if late.any() and self.optional < 0:
            where = f"{self.table}.{','.join(self.columns)}"
            why = f"({', '.join(self.columns)}) have {room} combinations of values within ({', '.join(self.group) or 'the table'})"
            raise CapacityError(where, span.n, int((~late).sum()), why, table=self.table)
        order = stream.at("order").permutation(room)
        first = stream.at("first").integers(int(group.max(initial=0)) + 1, room)
        chosen: Ints = order[(first[group] + place) % room]
        out = {}
        for i, (name, listed) in enumerate(zip(self.columns, self.values, strict=True)):
            chosen, here = np.divmod(chosen, len(listed))
            mask = late if i == self.optional else np.zeros(span.n, dtype=np.bool_)
            out[name] = pa.array(listed, pa.string()).take(pa.array(here, mask=mask)).cast(arrow_of(self.types[i]))
        return out

    @property
    def room(self) -> int:
        return prod(len(listed) for listed in self.values)

    def capacity(self) -> int | None:
        return None

    def literals(self) -> Iterable[Literal]:
        return ()

    def state(self) -> State:
        return {
            "table": self.table,
            "columns": list(self.columns),
            "types": list(self.types),
            "values": [list(listed) for listed in self.values],
            "group": list(self.group),
            "optional": self.optional,
        }

    @classmethod
    def restore(cls, state: State) -> Self:
        values = tuple(tuple(listed) for listed in state["values"])
        return cls(state["table"], tuple(state["columns"]), tuple(state["types"]), values, tuple(state["group"]), state["optional"])


def register(registry: Registry) -> None:
    registry.generators.add(Combinations)
