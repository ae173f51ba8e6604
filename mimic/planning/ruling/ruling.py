"""All rules together, for the tables of a plan that have no rows. Where there are rows, what was learned stands.

Of a column that fewer than k owners fill nothing is learned: what its texts talk about is told by rules there too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from mimic.config import Mode
from mimic.plan import Choice, Step
from mimic.planning.alike import LENT, owners_of
from mimic.planning.grouping import PERSON, group_columns
from mimic.planning.meaning import context_of
from mimic.planning.ruling.counting import counted
from mimic.planning.ruling.dates import heights, in_order
from mimic.planning.ruling.deriving import derived
from mimic.planning.ruling.flags import flagged
from mimic.planning.ruling.locating import located
from mimic.planning.ruling.naming import phrase
from mimic.planning.ruling.pointing import Targets, pointed
from mimic.planning.ruling.reckoning import reckoned_from
from mimic.planning.ruling.wording import beside_a_name, theme_of
from mimic.profile import Evidence
from mimic.schema import ForeignKey, Schema, Table, TableName
from mimic.semantics import Meaning


@dataclass(frozen=True)
class Ruling:
    """`order`: tables as they are loaded, parents first wherever there is no cycle."""

    schema: Schema
    evidence: Evidence
    modes: Mapping[TableName, tuple[Mode, str]]
    order: Sequence[TableName]
    locale: str
    k: int = 10
    _known: dict[TableName, tuple[Mapping[str, Meaning], Sequence[tuple[str, ...]]]] = field(default_factory=dict, repr=False)

    def applies(self, table: Table) -> bool:
        return not self.evidence.of(table.name).sampled

    def told(self, table: Table, names: Sequence[str], unique: bool = False) -> dict[str, Any]:
        """Options of a task that fills these columns."""
        if len(names) != 1 or not (self.applies(table) or self._few(table, names[0])):
            return {}
        name = names[0]
        meaning = self.evidence.meanings.get((table.name, name))
        if name in self.group(table, names):
            return {}
        theme = meaning and theme_of(table, table.column(name), meaning, context_of(self.schema, table.name).person, self.locale, unique)
        return {"theme": theme} if theme else {}

    def _few(self, table: Table, name: str) -> bool:
        """Whether a column is filled by too few owners for anything to be learned of it, and nothing else tells how it is written."""
        found = self.evidence.of(table.name)
        if not table.has(name) or not table.column(name).written or name not in found.sample.column_names:
            return False
        meaning = self.evidence.meanings.get((table.name, name))
        return meaning is not None and meaning.kind not in LENT and owners_of(found, name) < self.k

    def group(self, table: Table, names: Sequence[str]) -> tuple[str, ...]:
        """All columns of the person that these columns are about, also those that others fill; nothing where there are rows."""
        if not self.applies(table):
            return ()
        meanings, groups = self._persons(table)
        found = next((group for group in groups if {*names} & {*group}), ())
        if not found and groups and context_of(self.schema, table.name).person and all(meanings[name].kind in PERSON for name in names):
            found = groups[0]  # a second address, a name elsewhere: the person of the row has it
        return tuple(column.name for column in table.columns if column.name in {*found, *names}) if found else ()

    def together(self, table: Table, meanings: Mapping[str, Meaning]) -> list[tuple[str, ...]]:
        """The groups of columns that agree within a row."""
        found = group_columns(table, meanings)
        if not self.applies(table):
            return found
        plain = (tuple(name for name in group if not beside_a_name(phrase(name))) for group in found)
        return [group for group in plain if len(group) > 1]

    def _persons(self, table: Table) -> tuple[Mapping[str, Meaning], Sequence[tuple[str, ...]]]:
        """What the columns of a table mean, and which of them are about one person together."""
        if table.name not in self._known:
            meanings = {column.name: self.evidence.meanings[table.name, column.name] for column in table.columns}
            groups = [group for group in self.together(table, meanings) if any(meanings[name].kind in PERSON for name in group)]
            self._known[table.name] = meanings, groups
        return self._known[table.name]

    def ruled(self, table: Table, steps: Sequence[Step]) -> tuple[Step, ...]:
        """The same steps, those together that hang together."""
        if not self.applies(table):
            return tuple(steps)
        steps = [self._own_person(table, step) for step in steps]
        made = pointed(steps, table, self._targets, self.evidence.meanings)
        made = counted(made, table, self.schema, self.modes)
        made = derived(made, table, self.schema, self.evidence.meanings, context_of(self.schema, table.name).person)
        made = reckoned_from(made, table)
        made = located(made, table, self._persons(table)[0])
        made = in_order(made, table, self.schema, self._parents, self._heights[table.name])
        return tuple(flagged(made, table))

    def _own_person(self, table: Table, step: Step) -> Step:
        """A person's address that is told apart in a group only is told apart in the whole table: so it goes with the names beside it."""
        task = step.task
        if step.choice.kind != "key.within" or task.meaning.kind not in PERSON or len(self.group(table, task.fills)) < 2:
            return step
        told = {name: value for name, value in task.options.items() if name not in ("within", "inner_kind", "filler_kind", "vocabulary")}
        alone = replace(task, options=told, unique=True)
        return replace(step, task=alone, choice=Choice("semantic.person", "different in the whole table", step.choice.lost))

    @cached_property
    def _targets(self) -> Targets:
        return Targets(self.schema, self.modes)

    @cached_property
    def _heights(self) -> Mapping[TableName, int]:
        return heights(self.schema, self._parents, self.order)

    @cached_property
    def _parents(self) -> Mapping[TableName, tuple[ForeignKey, ...]]:
        """Of every table the keys whose parents are filled before it: what follows them waits for nothing that waits for it."""
        place = {name: i for i, name in enumerate(self.order)}
        return {
            table.name: tuple(
                key
                for key in table.foreign_keys
                if key.parent in place and place[key.parent] < place[table.name] and self.modes[key.parent][0] != "empty"
            )
            for table in self.schema.tables
        }


__all__ = ["Ruling"]
