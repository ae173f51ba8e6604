"""The keys along which a subset walks: foreign keys, virtual and polymorphic references, each with its rules from mimic.yaml."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mimic.config import Config, FollowConfig, Mode, ReferenceConfig, SubsetConfig
from mimic.errors import ConfigError, closest
from mimic.schema import ForeignKey, Schema, Table, TableName
from mimic.selection import Condition, Edge
from mimic.subsetting.harmless import Harmful, condition

_KEY = re.compile(r"(?P<table>[^()]+)\((?P<columns>[^()]+)\)")
REAL: tuple[Mode, ...] = ("subset", "mask", "copy")  # modes of tables whose rows are the source's
_NOTHING = FollowConfig.model_validate({})

Problems = list[tuple[str, str]]


def read_edges(schema: Schema, config: Config, others: Mode = "subset") -> tuple[Edge, ...]:
    """Every edge of the graph; `ConfigError` with all that is wrong about modes, `subset.keys` and `references`.

    `others` is the mode of tables for which the configuration names none.
    """
    problems: Problems = []
    told = config.subset or SubsetConfig.model_validate({})
    modes = modes_of(schema, config, others)
    if others == "subset":
        sentence = "`mimic subset` makes no rows up; `mimic clone --config` carries out a plan of several modes."
        problems += [(f"tables.{name}.mode", sentence) for name, mode in modes.items() if mode == "synthesize"]
        problems += [(f"tables.{name}.top_up_to", sentence) for name, here in config.tables.items() if here.top_up_to is not None]
    problems += [
        (f"tables.{name}.top_up_to", "is for tables of mode subset.")
        for name, here in config.tables.items()
        if here.top_up_to is not None and here.mode != "subset"
    ]
    pairs: list[tuple[ForeignKey, tuple[str, str] | None]] = [(key, None) for key in schema.foreign_keys if key.parent in schema.by_name]
    for i, reference in enumerate(config.references):
        pairs += _polymorphic(f"references[{i}]", reference, schema, problems)
    rules = _rules(told, schema, [key for key, _ in pairs], problems)
    made = []
    for key, when in pairs:
        path, rule = rules.get((key.table, key.columns), ("", _NOTHING))
        where = _filter(f"{path}.where", rule, schema.table(key.table), schema, problems)
        made.append(_edge(key, when, rule, where, told, schema, modes, problems))
    if problems:
        raise ConfigError(problems)
    return tuple(made)


def modes_of(schema: Schema, config: Config, others: Mode = "subset") -> dict[TableName, Mode]:
    """The mode of every table: what the configuration says, else `others`; foreign tables stay empty."""
    modes: dict[TableName, Mode] = {table.name: "empty" if table.kind == "foreign" else others for table in schema.tables}
    for name, told in config.tables.items():
        table = schema.named(name)
        if table is not None and told.mode is not None and table.kind != "foreign":
            modes[table.name] = told.mode
    return modes


def without_subsets(config: Config, schema: Schema) -> tuple[frozenset[TableName], frozenset[TableName], Config]:
    """Tables of mode subset, those of them that are topped up, and the configuration as the planner understands it.

    Rows of a subset are carried as copied ones are. A table that is topped up is made up whole; its real rows come in its stead later.
    """
    kept, topped, tables = set(), set(), dict(config.tables)
    for name, told in config.tables.items():
        table = schema.named(name)
        if told.mode == "subset" and table is not None:
            kept.add(table.name)
            if told.top_up_to is None:
                tables[name] = told.model_copy(update={"mode": "copy"})
            else:
                topped.add(table.name)
                tables[name] = told.model_copy(update={"mode": "synthesize", "rows": told.top_up_to})
    return frozenset(kept), frozenset(topped), config.model_copy(update={"tables": tables}) if kept else config


def _edge(
    key: ForeignKey,
    when: tuple[str, str] | None,
    rule: FollowConfig,
    where: Condition | None,
    told: SubsetConfig,
    schema: Schema,
    modes: dict[TableName, Mode],
    problems: Problems,
) -> Edge:
    table = schema.table(key.table)
    optional = any(table.column(name).nullable for name in key.columns)
    follow = told.follow_nullable if rule.follow_nullable is None else rule.follow_nullable
    if modes[key.parent] == "empty" and modes[key.table] != "empty" and not key.virtual and not optional:
        sentence = f"is left empty, but {key.table}({key.label}) needs its rows. Give it mode: subset, or leave {key.table} empty too."
        problems.append((f"tables.{key.parent}.mode", sentence))
    made_up = modes[key.parent] == "synthesize" and modes[key.table] in REAL
    if made_up and not key.virtual and not (optional and not follow):
        sentence = f"its rows are real, but those of {key.parent}, which they refer to by ({key.label}), are made up."
        way = f"Give {key.parent} mode: subset or copy, or {key.table} mode: synthesize"
        way += ", or say follow_nullable: false, and the key becomes NULL." if optional else "."
        problems.append((f"tables.{key.table}.mode", f"{sentence} {way}"))
    up = modes[key.parent] in REAL and (follow or not optional)
    down = rule.down and modes[key.table] == "subset"
    most = rule.max_children or told.max_children
    return Edge(key, when, down, most, rule.newest, where, up)


def _rules(
    told: SubsetConfig, schema: Schema, keys: list[ForeignKey], problems: Problems
) -> dict[tuple[TableName, tuple[str, ...]], tuple[str, FollowConfig]]:
    """The rule of each key that has one, and the path where it stands."""
    known = [str(key).split(" ->")[0] for key in keys]
    found = {}
    for text, rule in told.keys.items():
        path = f"subset.keys.{text}"
        match = _KEY.fullmatch(text.rstrip())
        table = schema.named(match["table"]) or schema.named(match["table"].strip()) if match else None
        columns = tuple(part.strip() for part in match["columns"].split(",")) if match else ()
        if table is None or not any(key.table == table.name and key.columns == columns for key in keys):
            problems.append((path, f"no foreign key {text!r}; write table(column,...).{closest(text, known)}"))
            continue
        if rule.newest is not None and not table.has(rule.newest):
            names = [column.name for column in table.columns]
            problems.append((f"{path}.newest", f"{rule.newest!r} is no column of {table.name}.{closest(rule.newest, names)}"))
        if rule.newest is not None and rule.max_children is None and told.max_children is None:
            problems.append((f"{path}.newest", "says which children are kept of more than `max_children`, which is not set."))
        found[(table.name, columns)] = (path, rule)
    return found


def _filter(path: str, rule: FollowConfig, table: Table, schema: Schema, problems: Problems) -> Condition | None:
    if rule.where is None:
        return None
    try:
        return condition(rule.where, table, schema)
    except Harmful as why:
        problems.append((path, f"{why}."))
        return None


def _polymorphic(
    path: str, told: ReferenceConfig, schema: Schema, problems: Problems
) -> Iterator[tuple[ForeignKey, tuple[str, str] | None]]:
    """One key per table that may be meant."""
    known = [str(table.name) for table in schema.tables]
    child = schema.named(told.table)
    if child is None:
        problems.append((f"{path}.table", f"no such table: {told.table!r}.{closest(told.table, known)}"))
        return
    for what, name in (("type", told.type), ("id", told.id)):
        if not child.has(name):
            names = [column.name for column in child.columns]
            problems.append((f"{path}.{what}", f"{name!r} is no column of {child.name}.{closest(name, names)}"))
    if not child.has(told.type) or not child.has(told.id):
        return
    for value, name in told.parents.items():
        parent = schema.named(name)
        if parent is None:
            problems.append((f"{path}.parents.{value}", f"no such table: {name!r}.{closest(name, known)}"))
        elif parent.primary_key is None or len(parent.primary_key.columns) != 1:
            problems.append((f"{path}.parents.{value}", f"{parent.name} has no primary key of one column."))
        else:
            key = ForeignKey(f"virtual_{told.id}", child.name, (told.id,), parent.name, parent.primary_key.columns, virtual=True)
            yield key, (told.type, value)
