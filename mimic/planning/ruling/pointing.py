"""References that no foreign key declares, read from names: `user_id`, `created_by_id`, `parent_id`, `commentable_type` + `commentable_id`.

A column points at the table that is called as it is, or, if its name says a person (`owner`, `approver`), at the table of persons.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from mimic.generator import keys_of
from mimic.generators.pointing import pointable
from mimic.plan import Choice, Step
from mimic.planning.meaning import context_of
from mimic.planning.meaning.context import PERSON
from mimic.planning.meaning.words import plain
from mimic.planning.ruling.naming import tokens
from mimic.schema import Column, Enum, ForeignKey, Integer, LogicalType, Schema, Table, TableName, Text, Uuid, bare
from mimic.semantics import Meaning, Sensitivity

NAMED = "reference.named"
MOST = 6  # tables that a type may name
_BY = frozenset(
    [
        "created",
        "updated",
        "modified",
        "deleted",
        "changed",
        "added",
        "edited",
        "approved",
        "reviewed",
        "requested",
        "submitted",
        "uploaded",
        "assigned",
        "locked",
        "posted",
        "published",
        "invited",
        "rejected",
        "closed",
        "opened",
        "signed",
        "booked",
        "owned",
        "verified",
        "voided",
        "retired",
    ]
)
_WHO = frozenset(
    [
        "creator",
        "updater",
        "approver",
        "pusher",
        "authorizer",
        "assignee",
        "sender",
        "uploader",
        "requester",
        "reviewer",
        "submitter",
        "moderator",
        "judge",
        "inviter",
    ]
)
_WHAT = frozenset(
    ["object", "target", "resource", "subject", "entity", "record", "item", "related", "source", "reference", "content", "parent", "model"]
)


@dataclass(frozen=True)
class Targets:
    """Tables whose rows have one key of their own, by what they are called."""

    schema: Schema
    modes: Mapping[TableName, tuple[str, str]]

    @cached_property
    def keyed(self) -> dict[TableName, Column]:
        """The key of each table that can be pointed at: one column that refers to nothing itself."""
        found = {}
        for table in self.schema.tables:
            key = table.primary_key.columns if table.primary_key else ()
            referring = {name for edge in table.foreign_keys for name in edge.columns}
            if len(key) == 1 and key[0] not in referring and self.modes[table.name][0] != "empty":
                column = table.column(key[0])
                if column.written and isinstance(bare(column.type), Integer | Uuid | Text):
                    found[table.name] = column
        return found

    @cached_property
    def _called(self) -> dict[tuple[str, ...], list[TableName]]:
        """Tables by the last words of their names, those with the fewest words first."""
        found: dict[tuple[str, ...], list[TableName]] = {}
        for name in sorted(self.keyed, key=lambda name: (len(tokens(name.name)), str(name))):
            words = tokens(name.name)
            for i in range(len(words)):
                found.setdefault(words[i:], []).append(name)
        return found

    @cached_property
    def referred(self) -> dict[TableName, int]:
        """How many foreign keys lead to each table."""
        counts = dict.fromkeys(self.keyed, 0)
        for table in self.schema.tables:
            for key in table.foreign_keys:
                if key.parent in counts:
                    counts[key.parent] += 1
        return counts

    def called(self, words: Sequence[str], kind: LogicalType, here: TableName) -> TableName | None:
        """The table that these words, or the last of them, name; one of the same schema first."""
        for i in range(len(words)):
            found = [name for name in self._called.get(tuple(words[i:]), ()) if pointable(kind, self.keyed[name].type)]
            if found:
                return min(found, key=lambda name: (len(tokens(name.name)), name.schema != here.schema))
        return None

    def person(self, kind: LogicalType) -> TableName | None:
        """The table of persons that most refer to."""
        persons = [name for name, column in self.keyed.items() if context_of(self.schema, name).person and pointable(kind, column.type)]
        return min(
            persons,
            key=lambda name: (tokens(name.name)[-1:] not in (("user",), ("account",), ("person",)), -self.referred[name], str(name)),
            default=None,
        )

    def many(self, kind: LogicalType, hint: Sequence[str], here: TableName) -> list[TableName]:
        """What a type may name: tables that share a word with the hint, persons for an owner, else those that most refer to."""
        fitting = [name for name, column in self.keyed.items() if name != here and pointable(kind, column.type)]
        alike = [name for name in fitting if len(hint) > 1 and {*hint} <= {*tokens(name.name)}]
        if alike:
            return alike[:MOST]
        whole = [name for name in fitting if {*tokens(name.name)[-1:]} & {*hint}]
        order = sorted(fitting, key=lambda name: (-self.referred[name], len(tokens(name.name)), str(name)))
        if hint and (hint[-1] in PERSON or hint[-1] in _WHO):
            order = sorted(order, key=lambda name: not (context_of(self.schema, name).person or context_of(self.schema, name).company))[:2]
        return list(dict.fromkeys([*whole, *order]))[:MOST]


def pointed(steps: Iterable[Step], table: Table, targets: Targets, meanings: Mapping[tuple[TableName, str], Meaning]) -> list[Step]:
    """The same steps, those of undeclared references as such."""
    steps = list(steps)
    referring = {name for key in table.foreign_keys for name in key.columns}
    free = {step.task.fills[0]: step for step in steps if len(step.task.fills) == 1 and _free(step, referring)}
    made: dict[str, Step] = {}
    gone: set[str] = set()
    for name, step in free.items():
        words = tokens(name)
        column = table.column(name)
        if words and (words[-1] in _WHO or (words[-1] == "by" and words[:-1])):  # `approver`, `voided_by`: numbers of persons
            words = (*words, "id") if isinstance(bare(column.type), Integer | Uuid) else ()
        if words[-1:] != ("id",) or len(words) < 2 or not isinstance(bare(column.type), Integer | Uuid | Text):
            continue
        if meanings[table.name, name].sensitivity is Sensitivity.SECRET or _primary(table, name):
            continue
        kind_step = free.get(name[: -len("id")] + "type") or free.get(name[: -len("Id")] + "Type")
        if kind_step is not None and kind_step is not step and _says_what(name, step, table, targets):
            paired = _pair(step, kind_step, table, targets)
            if paired is not None:
                made[name] = paired
                gone.add(kind_step.task.fills[0])
            continue
        if words == ("object", "id") and (content := _content_type(table, targets.schema)) is not None:
            made[name] = _by_content_type(step, content, targets)
            continue
        target = _target(words[:-1], column, table, targets)
        if target is not None:
            options = {**step.task.options, "targets": (keys_of(target, targets.keyed[target].name),)}
            if target == table.name:
                options |= {"earlier": True, "null_share": 0.3 if step.task.column.nullable else 0.0}
            made[name] = _named(step, options, f"its name says {target}")
    return [made.get(step.task.fills[0], step) for step in steps if step.task.fills[0] not in gone]


def _says_what(name: str, step: Step, table: Table, targets: Targets) -> bool:
    """Whether the type beside a key may name a table: not the kind of the row itself, nor of a table that is called as the key."""
    words, own = tokens(name)[:-1], plain(table.name.name)
    if (
        step.task.unique
        or own.startswith(re.split(r"[_ ]?id$", plain(name))[0])
        or targets.called(words, step.task.column.type, table.name) is not None
    ):
        return False
    return not isinstance(bare(step.task.column.type), Text) or bool({*words} & (_WHO | PERSON | _WHAT)) or words[-1].endswith("able")


def _free(step: Step, referring: set[str]) -> bool:
    return (
        step.task.fills[0] not in referring
        and not step.choice.kind.startswith(("key.", "reference.", "fan_out"))
        and step.choice.reason != "as configured"
        and "values" not in step.task.options
    )


def _primary(table: Table, name: str) -> bool:
    return table.primary_key is not None and table.primary_key.columns == (name,)


def _target(words: Sequence[str], column: Column, table: Table, targets: Targets) -> TableName | None:
    if (
        words[-1] in ("parent", "ancestor", "original", "previous")
        and table.name in targets.keyed
        and pointable(column.type, targets.keyed[table.name].type)
    ):
        return table.name
    found = targets.called(words, column.type, table.name)
    if found is not None and found != table.name:
        return found
    if words[-1] in PERSON or words[-1] in _WHO or (words[-1] == "by" and len(words) > 1 and words[-2] in _BY):
        return targets.person(column.type)
    return None


def _named(step: Step, options: Mapping[str, object], reason: str) -> Step:
    return replace(
        step, task=replace(step.task, options=options), choice=Choice(NAMED, reason, ((step.choice.kind, 0.0), *step.choice.lost))
    )


def _pair(step: Step, kind_step: Step, table: Table, targets: Targets) -> Step | None:
    """A number and the type that says of what."""
    column, kind = step.task.column, kind_step.task.column
    spelled = bare(kind.type)
    if isinstance(spelled, Enum):
        fitting = [name for name in targets.keyed if pointable(column.type, targets.keyed[name].type)]
        labels = {name: label for name in fitting if (label := spell(name, spelled))}
    elif isinstance(spelled, Text):
        hint = [re.sub(r"(t?able|ible)$", "", word) if len(word) > 6 else word for word in tokens(column.name)[:-1] if word != "able"]
        labels = {name: spell(name, spelled) for name in targets.many(column.type, hint, table.name)}
        labels = {name: label for name, label in labels.items() if spelled.length is None or len(label) <= spelled.length}
    else:
        return None
    found = list(labels)[:MOST]
    if not found:
        return None
    options = {
        **step.task.options,
        "targets": tuple(keys_of(name, targets.keyed[name].name) for name in found),
        "labels": tuple(labels[name] for name in found),
    }
    meanings = (*step.task.meanings, *kind_step.task.meanings)
    both = replace(step.task, columns=(column, kind), meanings=meanings, options=options, unique=False)
    return replace(step, task=both, choice=Choice(NAMED, f"{kind.name} says of which table"))


def spell(name: TableName, kind: LogicalType) -> str:
    """How a type column calls a table: `BlogPost`; a label of its enumeration if one says the same."""
    words = tokens(name.name)
    if isinstance(kind, Enum):
        return next((label for label in kind.labels if tokens(label)[-1:] == words[-1:] and {*tokens(label)} <= {*words}), "")
    return "".join(word.capitalize() for word in words)


def _content_type(table: Table, schema: Schema) -> ForeignKey | None:
    """The key to a table that names models, as Django has it."""
    for key in table.foreign_keys:
        parent = schema.by_name.get(key.parent)
        if parent is not None and len(key.columns) == 1 and tokens(key.columns[0])[:2] == ("content", "type") and parent.has("model"):
            return key
    return None


def _by_content_type(step: Step, key: ForeignKey, targets: Targets) -> Step:
    models, kind = content_types(targets.schema), step.task.column.type
    text = isinstance(bare(kind), Text)  # holds any key as text
    found = [name for name in models if name in targets.keyed and (text or pointable(kind, targets.keyed[name].type))]
    options = {
        **step.task.options,
        "targets": tuple(keys_of(name, targets.keyed[name].name) for name in found),
        "labels": tuple(models[name][1] for name in found),
        "named_by": (f"@{key.label}", f"{key.label}.model"),
    }
    return _named(step, options, f"{key.columns[0]} says of which table")


def content_types(schema: Schema) -> dict[TableName, tuple[str, str]]:
    """Application and model of every table, as Django calls them: `auth_user` is ("auth", "user")."""
    found = {}
    for table in schema.tables:
        parts = table.name.name.lower().split("_")
        found[table.name] = (parts[0], "".join(parts[1:]) or parts[0])
    return found


__all__ = ["Targets", "content_types", "pointed", "spell"]
