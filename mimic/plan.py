"""What will be done with every table and column, and why: decided before anything is learned or written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

import pyarrow as pa
import pyarrow.compute as pc

from mimic.conditions import Alike, Condition, Disjoint, Distinct, Expression
from mimic.config import Mode
from mimic.generator import Task
from mimic.graph import LoadOrder
from mimic.masker import Masker
from mimic.readings import Reading
from mimic.report import Finding
from mimic.schema import Check, Column, Schema, Table, TableName, Text, Unique, arrow_type, bare
from mimic.semantics import Meaning


@dataclass(frozen=True, slots=True)
class Held:
    """A relation that holds in (nearly) all rows of the source that bear on it, and in all rows made.

    `kind`: one of `Relation` in `config.py`; `holds` and `breaks`: rows of the sample in which it does, and does not.
    """

    kind: str
    column: str
    said: str
    holds: int
    breaks: int


@dataclass(frozen=True, slots=True)
class Choice:
    """The generator of a task, why it was chosen, and how well the others would have suited, best first.

    `relations`: what it keeps to exactly. `skills`: how much of the column each family foretold on held-out rows, best first
    (`generators/skill.py`); only once learned.
    """

    kind: str
    reason: str
    lost: tuple[tuple[str, float], ...] = ()
    skills: tuple[tuple[str, float], ...] = ()
    relations: tuple[Held, ...] = ()


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
    computes: tuple[tuple[str, Expression], ...] = ()  # generated columns that foreign keys refer to, and what is in them
    readings: tuple[tuple[str, Reading], ...] = ()  # columns that generators see as what their texts stand for


@dataclass(frozen=True, slots=True)
class Masking:
    """One column of real rows, who masks it and why."""

    table: TableName
    column: str
    masker: Masker
    meaning: Meaning
    reason: str
    declared: Column

    @property
    def form(self) -> pa.DataType:
        return arrow_type(self.declared.type)

    def misfit(self, before: pa.Array, made: pa.Array) -> str:
        """Why masked values do not fit into their column, or ""."""
        kind = bare(self.declared.type)
        if made.type != before.type or len(made) != len(before):
            return "it came back as values of another type"
        if made.null_count > before.null_count and not self.declared.nullable:
            return "some of its values became NULL"
        if isinstance(kind, Text) and kind.length is not None and len(made):
            longest = pc.max(pc.utf8_length(made)).as_py()
            if longest is not None and longest > kind.length:
                return f"masked values are up to {longest} characters long, and {kind.length} are allowed"
        return ""


@dataclass(frozen=True)
class Masks:
    """All maskings of a run; columns of one consistency group agree in every database."""

    maskings: tuple[Masking, ...] = ()
    group: str = "default"
    findings: tuple[Finding, ...] = ()
    tables: frozenset[TableName] = frozenset()  # whose rows are masked, whether or not any column of theirs needs to be

    def of(self, table: TableName) -> tuple[Masking, ...]:
        return self._by_table.get(table, ())

    @cached_property
    def _by_table(self) -> dict[TableName, tuple[Masking, ...]]:
        found: dict[TableName, tuple[Masking, ...]] = {}
        for masking in self.maskings:
            found[masking.table] = (*found.get(masking.table, ()), masking)
        return found


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
    masks: Masks = field(default_factory=Masks)

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
