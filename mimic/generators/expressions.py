"""Columns that a user computes from others: `net * (1 + rate)`, `first_name || ' ' || last_name`, `ordered_on + 14`.

The SQL was read by the planner (`planning/expressing.py`) into the same trees as CHECKs, and is judged a column at a time by the
same functions; nothing of it is executed as code.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, ClassVar, Self, get_args

import pyarrow as pa
import pyarrow.compute as pc

from mimic.conditions import Call, Expression, columns_of, kind_of, kind_of_type
from mimic.errors import ModelFileError
from mimic.generator import Columns, Generator, Literal, Span, State, Task
from mimic.generators.logical import heard, told
from mimic.generators.nested import pack, unpack
from mimic.profile import TableEvidence
from mimic.registry import Registry
from mimic.schema import Integer, LogicalType, Text, arrow_type, bare, plain
from mimic.streams import Stream
from mimic.truth import Rows, carried

_PARTS = {kind.__name__: kind for kind in get_args(Expression)}
DEEPEST = 200


@dataclass(frozen=True)
class Computed:
    """Fills one column with the value of an expression (option `expression`) over others: own ones, or parents' ("customer_id.country").

    Numbers are rounded to the column's places, texts cut to its length. Where the expression is NULL, or is too large, the column
    is; where it may not be, `otherwise` (option `drawn_by`, the generator that the column would have had) fills it.
    """

    kind: ClassVar[str] = "rule.expression"
    version: ClassVar[int] = 1

    column: str
    type: LogicalType
    expression: Expression
    today: str
    otherwise: Generator | None = None

    @property
    def fills(self) -> tuple[str, ...]:
        return (self.column,)

    @property
    def needs(self) -> tuple[str, ...]:
        more = self.otherwise.needs if self.otherwise is not None else ()
        return tuple(dict.fromkeys([*(ref.name for ref in columns_of(self.expression)), *more]))

    @classmethod
    def suits(cls, task: Task) -> float:
        """Only where a configuration asks for it."""
        return 0.0

    @classmethod
    def learn(cls, task: Task, evidence: TableEvidence | None, stream: Stream) -> Self:
        from mimic.generators import builtin

        otherwise, kind = None, task.options.get("drawn_by")
        if not task.column.nullable and kind is not None:
            inner = {name: value for name, value in task.options.items() if name not in ("expression", "drawn_by")}
            otherwise = builtin().generators.get(str(kind)).learn(replace(task, options=inner), evidence, stream.at("otherwise"))
        today = str(task.options.get("today", "2026-01-01"))[:10]
        return cls(task.column.name, task.column.type, task.options["expression"], today, otherwise)

    def sample(self, span: Span, stream: Stream, given: Columns) -> Columns:
        read = Rows({ref.name: given[ref.name] for ref in columns_of(self.expression)}, today=date.fromisoformat(self.today))
        read.n = span.n  # of an expression that names no column, too
        kind, out = bare(self.type), arrow_type(self.type)
        shown = self.expression
        if isinstance(kind, Integer) and kind_of(shown) in ("decimal", "float"):
            shown = Call("round", (shown,), kind_of(shown))
        made = carried(read.value(shown), kind_of(shown), kind_of_type(self.type), out)
        if isinstance(kind, Text) and kind.length is not None:
            made = pc.utf8_slice_codeunits(made, 0, kind.length)
        if made.null_count and self.otherwise is not None:
            alone = self.otherwise.sample(span, stream, {need: given[need] for need in self.otherwise.needs})[self.column]
            made = pc.if_else(pc.is_null(made), alone, made)
        return {self.column: made if isinstance(made, pa.Array) else made.combine_chunks()}

    def capacity(self) -> int | None:
        return None

    def literals(self) -> Iterable[Literal]:
        return self.otherwise.literals() if self.otherwise is not None else ()

    def state(self) -> State:
        return {
            "column": self.column,
            "type": told(self.type),
            "expression": plain(self.expression),
            "today": self.today,
            "otherwise": pack(self.otherwise) if self.otherwise is not None else None,
        }

    @classmethod
    def restore(cls, state: State) -> Self:
        otherwise = unpack(state["otherwise"]) if state["otherwise"] else None
        found = _grown(state["expression"], 0)
        if not isinstance(found, get_args(Expression)):
            raise ModelFileError("A generator's state names no expression where one must stand.")
        return cls(state["column"], heard(state["type"]), found, state["today"], otherwise)


def _grown(tree: Any, depth: int) -> Any:
    """The inverse of `plain`: only parts of expressions can come out of it."""
    if depth > DEEPEST:
        raise ModelFileError("An expression in this file is nested too deeply.")
    if isinstance(tree, dict):
        part = _PARTS.get(tree.get("is", ""))
        if part is None:
            raise ModelFileError("An expression in this file has a part that this version of Mimic does not know.")
        return part(**{name: _grown(value, depth + 1) for name, value in tree.items() if name != "is"})
    return tuple(_grown(item, depth + 1) for item in tree) if isinstance(tree, list | tuple) else tree


def register(registry: Registry) -> None:
    registry.generators.add(Computed)


__all__ = ["Computed"]
