"""What will be done with every table and column, and why: decided before anything is learned or written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from mimic.conditions import Alike, Condition, Disjoint, Distinct
from mimic.config import Mode
from mimic.generator import Task
from mimic.graph import LoadOrder
from mimic.report import Finding
from mimic.schema import Check, Schema, Table, TableName, Unique
from mimic.semantics import Meaning


@dataclass(frozen=True, slots=True)
class Choice:
    """The generator of a task, why it was chosen, and how well the others would have suited, best first."""

    kind: str
    reason: str
    lost: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One task and who does it. Tasks of a table stand in the order in which they must be done."""

    task: Task
    choice: Choice


@dataclass(frozen=True, slots=True)
class TablePlan:
    """`bookkeeping` names the framework whose migrations the table records; `reference` says why it looks like vocabulary.

    All rows satisfy `conditions`; about the CHECKs in `unread` the target is asked.
    """

    table: Table
    mode: Mode
    reason: str
    source_rows: int
    steps: tuple[Step, ...] = ()
    rows: int | None = None  # asked in the configuration
    scale: float | None = None
    reference: str = ""
    bookkeeping: str = ""
    distinct: tuple[Distinct, ...] = ()  # uniqueness rules that made rows are checked against
    disjoint: tuple[Disjoint, ...] = ()  # spans that may not overlap
    alike: tuple[Alike, ...] = ()  # columns that agree wherever others do
    exclusive: tuple[Unique, ...] = ()  # the uniqueness that EXCLUDE constraints amount to
    conditions: tuple[Condition, ...] = ()
    unread: tuple[Check, ...] = ()


@dataclass(frozen=True)
class Plan:
    schema: Schema
    tables: tuple[TablePlan, ...]  # in load order
    order: LoadOrder
    findings: tuple[Finding, ...] = ()
    meanings: dict[tuple[TableName, str], Meaning] = field(default_factory=dict)
    seed: int = 0
    k: int = 10
    scale: float = 1.0
    locale: str = "en_US"

    def of(self, name: TableName) -> TablePlan:
        return next(table for table in self.tables if table.table.name == name)

    @property
    def undecided(self) -> tuple[TablePlan, ...]:
        """Tables that look like reference data and about which nobody has decided yet."""
        return tuple(table for table in self.tables if table.reference and table.mode == "synthesize" and table.reason == "undecided")

    def steps(self) -> Iterator[tuple[TablePlan, Step]]:
        for table in self.tables:
            for step in table.steps:
                yield table, step
