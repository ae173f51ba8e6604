"""What a row has from the one before it: the status from which a ticket comes, the reading of the day before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Self

import pyarrow as pa
import pyarrow.compute as pc

from mimic.generator import Columns, Generator, Literal, Span, State, Task
from mimic.generators.lines import preceding, standing
from mimic.generators.logical import heard, told
from mimic.generators.nested import inside, pack, unpack
from mimic.generators.relations import cast
from mimic.generators.ways import seconds, span
from mimic.profile import TableEvidence
from mimic.registry import Registry
from mimic.schema import LogicalType, arrow_type
from mimic.streams import Stream


@dataclass(frozen=True)
class Lagged:
    """Fills one column with what another (`of`) holds in the sibling before along a `line` (`generators/lines.py`), of all rows.

    With a `way` (one of `ways.SPANS`) it is the time from there to what the row itself holds. Rows that begin a line are NULL, or what
    `first` draws. Option: `lagged`, that column, the way or "", whether they are NULL, and the line; `drawn_by`, the kind of `first`.
    """

    kind: ClassVar[str] = "sequence.lagged"
    version: ClassVar[int] = 1
    whole_table: ClassVar[bool] = True

    column: str
    of: str
    line: tuple[str, ...]
    first: Generator | None
    type: LogicalType
    way: str = ""
    nullable: bool = True
    nothing: bool = False  # it is NULL in all rows of the source

    @property
    def fills(self) -> tuple[str, ...]:
        return (self.column,)

    @property
    def needs(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys([self.of, *self.line]))

    @classmethod
    def suits(cls, task: Task) -> float:
        """Chosen by the planner where the rows say so."""
        return 0.0

    @classmethod
    def learn(cls, task: Task, evidence: TableEvidence | None, stream: Stream) -> Self:
        from mimic.generators import builtin

        of, way, null, *line = task.options["lagged"]
        first: Generator | None = None
        nothing = evidence is not None and evidence.sampled > 0 and evidence.column(task.column.name).null_count == evidence.sampled
        if not null:
            options = {name: value for name, value in task.options.items() if name not in ("lagged", "drawn_by")}
            plain = Task(task.table, task.columns, (), task.meanings, task.unique, options, task.k, task.locale, task.group)
            if evidence is not None and evidence.sampled and all(each in evidence.hidden or evidence.table.has(each) for each in line):
                order, begins = standing(line, {each: evidence.column(each) for each in line})
                evidence = evidence.take(order[begins])
            first = builtin().generators.get(str(task.options["drawn_by"])).learn(plain, evidence, stream)
        return cls(
            task.column.name, str(of), tuple(str(each) for each in line), first, task.column.type, str(way), task.column.nullable, nothing
        )

    def sample(self, span_: Span, stream: Stream, given: Columns) -> Columns:
        before = preceding(*standing(self.line, given))
        made = given[self.of].take(pa.array(before, mask=before < 0))
        if self.way:
            apart, lost = span(self.way, seconds(made), seconds(given[self.of]))
            made = cast(pa.array(apart, mask=lost), arrow_type(self.type))
        if self.first is None:
            return {self.column: pa.nulls(span_.n, arrow_type(self.type)) if self.nothing else made}
        drawn = self.first.sample(span_, inside(stream, "first"), {})[self.column]
        begins_ = pa.array(before < 0) if self.nullable else pc.or_(pa.array(before < 0), pc.is_null(made))
        return {self.column: pc.if_else(begins_, drawn, made.cast(drawn.type))}

    def capacity(self) -> int | None:
        return None

    def literals(self) -> Iterable[Literal]:
        return self.first.literals() if self.first is not None else ()

    def state(self) -> State:
        first = pack(self.first) if self.first is not None else None
        own = {"column": self.column, "of": self.of, "line": list(self.line), "first": first, "type": told(self.type), "way": self.way}
        return own | {"nullable": self.nullable, "nothing": self.nothing}

    @classmethod
    def restore(cls, state: State) -> Self:
        first = unpack(state["first"]) if state["first"] is not None else None
        return cls(**{**state, "line": tuple(state["line"]), "first": first, "type": heard(state["type"])})


def register(registry: Registry) -> None:
    registry.generators.add(Lagged)


__all__ = ["Lagged"]
