"""All that was learned: the wall between real and synthetic rows.

A model holds a schema, generators, rows (of copied tables only) and the pinned rows of its configuration. Nothing in it leads back to a
source.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import pyarrow as pa

from mimic.batch import Batch
from mimic.conditions import Alike, Condition, Disjoint, Distinct, Expression, Scenario
from mimic.config import Mode
from mimic.generator import Generator, Literal
from mimic.graph import LoadOrder
from mimic.plan import Choice
from mimic.readings import Reading
from mimic.report import Finding
from mimic.schema import Check, Ddl, Schema, TableName, Unique

FORMAT = 5


@dataclass(frozen=True, slots=True)
class Learned:
    """A fitted generator and why it was chosen."""

    generator: Generator
    choice: Choice


@dataclass(frozen=True, slots=True)
class TableModel:
    """`generators` in the order in which they fill; `copied` the rows of a table in mode copy.

    All rows satisfy `conditions`; about the CHECKs in `unread` the target is asked.
    """

    name: TableName
    mode: Mode
    source_rows: int
    generators: tuple[Learned, ...] = ()
    copied: pa.Table | None = None
    fixed_size: bool = False  # reference tables keep their size at any scale
    rows: int | None = None
    scale: float | None = None
    reason: str = ""
    distinct: tuple[Distinct, ...] = ()  # uniqueness rules that made rows are checked against
    disjoint: tuple[Disjoint, ...] = ()  # spans that may not overlap
    alike: tuple[Alike, ...] = ()  # columns that agree wherever others do
    exclusive: tuple[Unique, ...] = ()  # the uniqueness that EXCLUDE constraints amount to
    conditions: tuple[Condition, ...] = ()
    unread: tuple[Check, ...] = ()
    computes: tuple[tuple[str, Expression], ...] = ()  # generated columns that foreign keys refer to, and what is in them
    readings: tuple[tuple[str, Reading], ...] = ()  # columns that generators see as what their texts stand for
    scenarios: tuple[Scenario, ...] = ()  # shares of the rows that are to satisfy a condition, where the call names none
    impute: tuple[str, ...] = ()  # columns whose NULLs get values, where the call names none


@dataclass(frozen=True)
class Model:
    schema: Schema
    tables: tuple[TableModel, ...]  # in load order
    order: LoadOrder
    ddl: Ddl | None = None
    findings: tuple[Finding, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)  # mimic's version, k, locale, ...
    seed: int = 0
    scale: float = 1.0
    pins: Mapping[TableName, tuple[Batch, ...]] = field(default_factory=dict)  # rows of the configuration, one a batch

    def of(self, name: TableName) -> TableModel:
        return self._by_name[name]

    @cached_property
    def _by_name(self) -> Mapping[TableName, TableModel]:
        return {table.name: table for table in self.tables}

    def literals(self) -> Iterator[tuple[TableName, Literal]]:
        """Every value of the source that the model keeps, copied tables apart."""
        for table in self.tables:
            for learned in table.generators:
                for literal in learned.generator.literals():
                    yield table.name, literal
