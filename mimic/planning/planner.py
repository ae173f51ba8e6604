"""`plan`: for every table what happens to it, for every column who fills it, and what could not be honoured."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pyarrow.compute as pc

from mimic.conditions import Condition, Distinct, Limits
from mimic.config import ColumnConfig, Config, Mode, TableConfig
from mimic.generator import Task
from mimic.generators.locale import guess_locale
from mimic.graph import load_order, origins
from mimic.plan import Choice, Plan, Step, TablePlan
from mimic.planning import insides
from mimic.planning.alike import alike
from mimic.planning.around import Around
from mimic.planning.choosing import NOTHING, REDRAWN, by_meaning, choose, rank, without_strong
from mimic.planning.composing import compositions
from mimic.planning.constraints import Compiled, compile, named, narrow, narrowed, within_limits
from mimic.planning.dependence import hidden_steps, with_dependence
from mimic.planning.dialing import Dialing
from mimic.planning.distinct import computes, distinct
from mimic.planning.excluding import Exclusions, exclusions
from mimic.planning.expressing import computed_last
from mimic.planning.families import FAMILIES
from mimic.planning.horizon import bounds, horizon
from mimic.planning.inheriting import inherited
from mimic.planning.keys import KeyPlan, needed_by_all, plan_keys, possible
from mimic.planning.meaning import guess, vocabulary
from mimic.planning.owners import privacy_units, with_owners
from mimic.planning.reading import in_order, with_readings
from mimic.planning.reading import told as told_of_reading
from mimic.planning.reference import bookkeeping, reference
from mimic.planning.ruling import Ruling
from mimic.planning.summaries import with_summaries
from mimic.profile import Evidence, TableEvidence
from mimic.registry import Registry
from mimic.report import Finding
from mimic.schema import Column, Float, ForeignKey, Integer, Opaque, Schema, Table, TableName, bare
from mimic.semantics import Kind, Meaning, Sensitivity
from mimic.truth import day_of


def understand(evidence: Evidence, config: Config) -> Evidence:
    """The same evidence with what columns mean, who are persons, and who owns each row."""
    meanings: dict[tuple[TableName, str], Meaning] = {}
    for name, found in evidence.tables.items():
        guessed = guess(found.table, evidence.schema, found if found.sampled else None)
        for column, meaning in guessed.items():
            meanings[name, column] = _decided(meaning, _configured(config, name).columns.get(column))
    known = replace(evidence, meanings=meanings)
    return with_owners(known, privacy_units(known, meanings, config))


def seen(evidence: Evidence, config: Config) -> Evidence:
    """What was understood as the engine sees it: texts as what they stand for, and parents with what hangs on them."""
    read = with_readings(evidence, {name: _configured(config, name) for name in evidence.tables})
    return with_summaries(in_order(read), load_order(evidence.schema))


def _decided(meaning: Meaning, config: ColumnConfig | None) -> Meaning:
    """A guess, or what the user says."""
    if config is None or (config.meaning is None and config.sensitivity is None):
        return meaning
    return Meaning(config.meaning or meaning.kind, config.sensitivity or meaning.sensitivity, 1.0, "as configured")


def _made_up_as(meaning: Meaning, rows: bool) -> Meaning:
    """Without rows there is nothing to keep from anybody: what is only like a person's detail is made up as what its name says."""
    return meaning if rows else meaning.by_rules


def _configured(config: Config, name: TableName) -> TableConfig:
    for text in (str(name), f"{name.schema}.{name.name}"):
        if text in config.tables:
            here = config.tables[text]
            return here.model_copy(update={"relations": {**config.relations, **here.relations}}) if config.relations else here
    return TableConfig(relations=config.relations)


def plan(schema: Schema, evidence: Evidence, config: Config, registry: Registry) -> Plan:
    """Decide everything. `evidence` has gone through `understand` and `seen`."""
    written, schema = schema, evidence.schema if evidence.readings else schema
    order = load_order(schema)
    looks = reference(schema, evidence, evidence.meanings)
    findings: list[Finding] = list(schema.remarks)
    locale = config.locale or guess_locale(evidence)
    today = horizon(evidence) or datetime.now(UTC).date().isoformat()
    begun = origins(schema)
    modes = {table.name: _mode(table, evidence.of(table.name), config, looks.get(table.name, "")) for table in schema.tables}
    findings += _closed(schema, modes)
    around = Around(evidence, modes, {name: i for i, name in enumerate(order.tables)})
    ruling = Ruling(schema, evidence, modes, order.tables, locale, config.k)
    tables = []
    for name in order.tables:
        table, found, plain = schema.table(name), evidence.of(name), written.table(name)  # rules are about what is written
        mode, reason = modes[name]
        steps: tuple[Step, ...] = ()
        checks, limits, shut, apart = Compiled(), dict[str, Limits](), Exclusions(), tuple[Distinct, ...]()
        if mode == "synthesize":
            checks = compile(plain, schema.engine, learned=found.rows > 0)
            limits = narrow(checks.conditions, plain, today=day_of(checks.conditions))
            shut = exclusions(plain, schema.engine, limits)
            checks = checks._replace(conditions=tuple(dict.fromkeys((*checks.conditions, *shut.conditions))))
            keys = plan_keys(schema, shut.seen(table), limits, shut.rooms, begun, found.rows > 0)
            told = (limits, checks.conditions, keys, ruling)
            steps, more = _steps(schema, shut.seen(table), evidence, config, registry, modes, locale, today, *told)
            steps = ruling.ruled(shut.seen(table), steps)
            steps, put_together = compositions(steps, table, found, around, _configured(config, name))
            below = [key for key in schema.children(name) if modes[key.table][0] == "synthesize"]
            steps = with_dependence(
                (*steps, *hidden_steps(table, found, below, Dialing(config, _configured(config, name)).k())),
                table,
                around,
                _configured(config, name),
            )
            steps = inherited((*steps, *put_together), table, found, around, _configured(config, name))
            steps = tuple(computed_last(steps, table, schema, _configured(config, name)))
            steps = tuple(told_of_reading(step, evidence.readings.get(name, {}), plain) for step in steps)
            findings += (*more, *checks.findings, *shut.findings)
            apart = distinct(shut.seen(plain), keys, schema.engine, checks.conditions, shut.moved, checks.unread)
        elif mode == "copy":  # each of its rows keeps its own number of children
            steps = tuple(_fan_outs(schema, table, modes, config.k))
        here = _configured(config, name)
        made = TablePlan(plain, mode, reason, found.rows, steps, here.rows, here.scale, looks.get(name, ""), bookkeeping(table))
        made = replace(made, conditions=checks.conditions, unread=checks.unread, computes=computes(plain, written))
        made = replace(made, disjoint=shut.disjoint, alike=shut.alike, exclusive=shut.uniques)
        tables.append(replace(made, distinct=apart, readings=tuple(evidence.readings.get(name, {}).items())))
    return Plan(written, tuple(tables), order, tuple(findings), dict(evidence.meanings), config.seed, config.k, config.scale, locale)


def _mode(table: Table, found: TableEvidence, config: Config, looks: str) -> tuple[Mode, str]:
    asked = _configured(config, table.name).mode
    if asked is not None:
        return asked, "as configured"
    if table.kind == "foreign":
        return "empty", "a foreign table: its rows live elsewhere"
    if found.rows and (framework := bookkeeping(table)):
        return "copy", f"bookkeeping of {framework}"
    if looks and config.reference == "copy":
        return "copy", f"looks like reference data: {looks}"
    if looks and config.reference == "ask":
        return "synthesize", "undecided"
    return "synthesize", "learned rows" if found.rows else "no rows in the source"


def _closed(schema: Schema, modes: dict[TableName, tuple[Mode, str]]) -> Iterable[Finding]:
    """Copied rows must find their parents: a copied table under a table that is not copied is refused."""
    for table in schema.tables:
        for key in table.foreign_keys:
            if modes[table.name][0] == "copy" and key.parent in modes and modes[key.parent][0] != "copy":
                sentence = f"its rows are copied, but those of {key.parent}, which it references by ({key.label}), are not"
                todo = f"Give {key.parent} mode: copy (or mask) too, or {table.name} mode: synthesize."
                yield Finding("B501", str(table.name), sentence, todo)


def _steps(
    schema: Schema,
    table: Table,
    evidence: Evidence,
    config: Config,
    registry: Registry,
    modes: Mapping[TableName, tuple[Mode, str]],
    locale: str,
    today: str,
    limits: Mapping[str, Limits],
    conditions: Sequence[Condition],
    keys: KeyPlan,
    ruling: Ruling,
) -> tuple[tuple[Step, ...], list[Finding]]:
    """`limits`: what CHECKs say about each column alone; `keys`: who keeps which uniqueness rule."""
    found, here = evidence.of(table.name), _configured(config, table.name)
    meanings = {column.name: _made_up_as(evidence.meanings[table.name, column.name], found.sampled > 0) for column in table.columns}
    referenced = {name for key in keys.edges for name in key.columns} - keys.held
    referred = {name for key in schema.children(table.name) for name in key.referred}
    firm = keys.always if found.sampled else keys.always | referred  # what others refer to has a value, unless rows show otherwise
    steps: list[Step] = []
    findings: list[Finding] = []
    personal = bool(found.owners.paths) or table.name in evidence.privacy_units
    dials = Dialing(config, here)
    k = dials.k()
    findings.extend(dials.findings(str(table.name), personal and found.sampled > 0))

    def task(names: tuple[str, ...], options: Mapping[str, Any] | None = None, **more: Any) -> Task:
        columns = tuple(narrowed(table.column(name), limits.get(name, Limits())) for name in names)
        columns = tuple(replace(column, nullable=False) if column.name in firm else column for column in columns)
        told = {"today": today} | dict(alike(evidence, table, names, k))
        told |= {"dial": dial} if (dial := dials.of(names)) != "balanced" else {}
        told |= dict(ruling.told(table, names, bool(more.get("unique")))) | dict(options or {})
        if len(names) == 1 and names[0] in limits:
            told = within_limits(told, columns[0], limits[names[0]])
        if inside := insides.domains(columns[0].type, schema.engine):
            told["domains"] = inside
        meant = tuple(meanings[name] for name in names)
        made = Task(table, columns, meanings=meant, options=told, k=dials.k(names), locale=locale, group=ruling.group(table, names), **more)
        return by_meaning(made, registry)

    def add(made: Task, column: ColumnConfig | None = None, why: str | None = None) -> None:
        step = choose(made, registry, found if found.sampled else None, column, why)
        asked = column is not None and column.generator is not None
        if step is None or (step.choice.kind == "null" and not asked):
            step, finding = _impossible(made)
            findings.append(finding)
        elif not asked:
            findings.extend(insides.findings(made))
        steps.append(step)

    free = [column for column in table.written if column.name not in referenced]
    for column in free:
        if column.name in keys.single:
            own = here.columns.get(column.name)
            setting = meanings[column.name].kind is Kind.SETTING_KEY  # a settings table has its keys, each once
            why = _vocabulary(meanings[column.name], found, column.name, own, personal) if setting else None
            first = named(conditions, column.name, limits.get(column.name, Limits()))
            add(task((column.name,), {"first": first} if first else None, unique=True), own, why)
    if keys.edges:
        steps.append(_references(task, keys, firm, limits, schema))
    steps += _fan_outs(schema, table, modes, k)
    taken = {*keys.single, *keys.within, *(name for names, _ in keys.joint for name in names)}
    rest = {column.name: column for column in free if column.name not in taken}
    together = ruling.together(table, meanings)
    if not found.sampled:  # without one that is told apart the others still belong together
        together = [left for group in together if len(left := tuple(name for name in group if name in rest)) > 1]
    grouped = [
        group
        for group in together
        if set(group) <= set(rest) and not any(name in here.columns or _spelt_out(task((name,))) for name in group)
    ]
    together = without_strong(grouped, rest, meanings, found, k)
    together = [
        group for group in together if any(kind != NOTHING for kind, _ in rank(task(group), registry))
    ]  # a single letter goes alone
    for asked in here.groups:
        if asked.generator not in FAMILIES and set(asked.columns) <= set(rest):
            group = tuple(asked.columns)
            together = [other for other in together if set(group).isdisjoint(other)]
            add(task(group), ColumnConfig(generator=asked.generator, options=asked.options))
            rest = {name: column for name, column in rest.items() if name not in group}
    for group in together:
        add(task(group))
    done = {name for group in together for name in group}
    for name in rest:
        if name not in done:
            add(
                task((name,), bounds(found, rest[name], k)),
                here.columns.get(name),
                _vocabulary(meanings[name], found, name, here.columns.get(name), personal),
            )
    for names, group in keys.joint:
        listed = [possible(table.column(name), limits.get(name)) for name in names]
        told = {"combinations": listed, "group": group}
        steps.append(Step(task(names, told), Choice("key.combinations", f"distinct together within ({', '.join(group) or 'the table'})")))
    for name, group in keys.within.items():
        inner = choose(task((name,)), registry, found if found.sampled else None, None, None)
        filler = choose(task((name,), unique=True), registry, None, None, None)
        options = {
            **task((name,)).options,
            "within": group,
            "inner_kind": inner.choice.kind if inner else None,
            "filler_kind": filler.choice.kind if filler and filler.choice.kind != REDRAWN else None,
            "vocabulary": _vocabulary(meanings[name], found, name, here.columns.get(name), personal),
        }
        steps.append(Step(task((name,), options=options), Choice("key.within", f"distinct within ({', '.join(group)})")))
    return tuple(steps), findings


def _vocabulary(meaning: Meaning, found: TableEvidence, name: str, config: ColumnConfig | None, personal: bool) -> str | None:
    """Why all values of a column may be kept, None when they may not."""
    if not found.sampled or (config is not None and config.keep_literals is False):
        return None
    if config is not None and config.keep_literals:
        return "as configured"
    if meaning.sensitivity in (Sensitivity.DIRECT, Sensitivity.SECRET, Sensitivity.SPECIAL):
        return None
    if isinstance(bare(found.table.column(name).type), Integer):
        return None if personal else _numbered(meaning, found, name)
    return vocabulary(meaning, found.column(name), found.profiles[name])


def _numbered(meaning: Meaning, found: TableEvidence, name: str) -> str | None:
    """Few small whole numbers in a table without persons: states and kinds of an application."""
    profile = found.profiles[name]
    present = round((1 - profile.null_share) * found.sampled)
    if meaning.sensitivity is not Sensitivity.NONE or not 0 < profile.distinct <= 20:
        return None
    limits = pc.min_max(found.column(name)).as_py()
    largest = max(abs(limits["min"]), abs(limits["max"]))
    told = largest < 1_000_000 if present >= 2 * profile.distinct else largest < 100 and profile.distinct <= 10
    return "few small numbers of a program" if told else None


def _spelt_out(task: Task) -> bool:
    """Whether a CHECK says more about the spelling of a column than the column's meaning does."""
    return "values" in task.options or bool(Limits.of(task.options.get("limits")).patterns)


def _references(task: Any, keys: KeyPlan, firm: Collection[str], limits: Mapping[str, Limits], schema: Schema) -> Step:
    names = tuple(dict.fromkeys(name for key in keys.edges for name in key.columns))
    may_be_null = frozenset(name for name in keys.may_be_null - {*firm} if not (name in limits and limits[name].not_null))
    options = {
        "edges": keys.edges,
        "uniques": keys.combinations,
        "rooms": keys.rooms,
        "may_be_null": may_be_null,
        "grouped": True,
        "held": keys.held,
        "each": [key.label for key in keys.edges if needed_by_all(key, schema)],
    }
    reason = "the fan-out of " + ", ".join(f"({key.label}) from {key.parent}" for key in keys.edges)
    return Step(task(names, options=options), Choice("reference.assign", reason))


def _fan_outs(schema: Schema, table: Table, modes: Mapping[TableName, tuple[Mode, str]], k: int) -> list[Step]:
    """A step for each foreign key whose children are made, and so need to know how many a row has."""
    return [_fan_out(table, key, modes, k) for key in schema.children(table.name) if modes[key.table][0] == "synthesize"]


def _fan_out(table: Table, key: ForeignKey, modes: Mapping[TableName, tuple[Mode, str]], k: int) -> Step:
    hidden = Column(key.hidden, Float())
    options: dict[str, Any] = {}
    if modes[table.name][0] == "copy":
        options["keys"] = key.referred
    meaning = Meaning(Kind.COUNT, Sensitivity.NONE, 1.0, "children of a row")
    return Step(
        Task(table, (hidden,), meanings=(meaning,), options=options, k=k),
        Choice("fan_out.histogram", f"how many rows of {key.table} a row has"),
    )


def _impossible(task: Task) -> tuple[Step, Finding]:
    column = task.column
    place = f"{task.table.name}.{column.name}"
    unknown = isinstance(bare(column.type), Opaque)
    named = column.declared or "unknown"
    what = f"the type {named} is not known to Mimic" if unknown else f"no generator makes values of type {named}"
    if column.nullable:
        finding = Finding("W211" if unknown else "W502", place, f"{what}; the column is left NULL", insides.TODO)
    else:
        sentence = f"{what}, and the column may not be NULL"
        finding = Finding("B503", place, sentence, "Give the column a generator in mimic.yaml, or set the table's mode to copy or empty.")
    return Step(task, Choice("null", "no generator makes values of this type")), finding
