"""The public API: one function per verb of the command line, and the only place that knows the order of the verbs.

The same argument has the same name everywhere:

    source, target            URLs: postgresql://user@host/db, sqlite:///file.db
    config                    a mimic.yaml, as a path or as a `Config`
    schemas, tables, exclude_tables   globs that choose a part of the source
    reference                 "copy" or "synthesize": what becomes of tables that look like reference data
    decide                    asked about them when neither `reference` nor the configuration says; without it they are
                              synthesised, which is always safe, and a note says so
    scale, rows               how many rows: a multiple, a number for every table, or a mapping {"orders": 5000}
    scenarios                 rare cases on demand: [("orders.status = 'refunded'", 0.3)]
    impute                    columns ("orders.note") or tables whose NULLs get values
    today                     the day to which the newest date is moved, and all others with it
    accept                    findings that are fine: "W211", or "W211:place"
    progress                  told how far the work is
    key_file, key_variable, key_command   where the key of masking is: one of the three; mimic.yaml may name it too

Everything raised on purpose is a `MimicError`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache, partial
from itertools import groupby
from pathlib import Path
from typing import Any
from typing import Literal as Only

import pyarrow as pa

from mimic import (
    connector,
    evaluating,
    generating,
    generators,
    learning,
    maskers,
    masking,
    planning,
    profiling,
    storing,
    subsetting,
    writing,
)
from mimic.batch import Batch, rows_of
from mimic.config import Config, Mode
from mimic.connector import Conflicts, IfExists, Load, Source, Target
from mimic.errors import ConfigError, MimicError, Refused, UsageError, closest
from mimic.generator import Literal
from mimic.graph import load_order
from mimic.masker import Masker
from mimic.model import Model
from mimic.plan import Masks, Plan, TablePlan
from mimic.planning.binding import bind, read_config, unknown_finding, with_keys
from mimic.planning.masking import without_masks
from mimic.planning.restricting import restrict, restrict_config
from mimic.profile import Evidence
from mimic.progress import Progress, Quiet
from mimic.registry import Registry
from mimic.report import Finding, Reason, Report, Severity, StepLine, TableLine
from mimic.schema import Ddl, Schema, TableName
from mimic.selection import Selection

Reference = Only["copy", "synthesize"]
Decide = Callable[[Sequence[TablePlan]], Reference]
Rows = int | Mapping[str, int]
Mask = Callable[[Iterable[Batch]], Iterator[Batch]]
Given = generating.Given
NO_KEY = "Pass --key-file FILE (mimic key new FILE makes one), or name the key under `masking:` in mimic.yaml."

SAMPLE_TO_INSPECT = 10_000  # rows per table: enough to tell what a column means
ENOUGH_TO_JUDGE = 1_000  # kept rows by which a table is judged without its others
BATCH_ROWS = 65_536
HELD_ROWS = 65_536  # of a table of real rows that travel in the model of a clone; more of them flow from the open source


@dataclass(frozen=True, slots=True)
class LearnedModel:
    """What `learn` and `load` return: a model at the user's edge. `model` is the noun that travels inside the house."""

    model: Model

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of the tables, in load order."""
        return tuple(str(table.name) for table in self.model.tables)

    @property
    def findings(self) -> tuple[Finding, ...]:
        return self.model.findings

    def sample(self, table: str, n: int | None = None, *, seed: int | None = None, given: Given | None = None) -> pa.Table:
        """`n` made-up rows of one table, without a target; its references point at rows as a full run would make them.

        `given` are values for some of its columns: a pandas or Arrow frame with a row for each row wanted, or a mapping of columns, in
        which one value stands for all rows. They stay exactly as they are, and the rest of each row is what goes with them.
        `UsageError` for names that are no columns and for values that do not fit their types.
        """
        name, seed = _table(self.model.schema, table), self.model.seed if seed is None else seed
        if given is not None:
            return generating.sample_given(self.model, name, n, seed, given)
        if n is None:
            raise UsageError("a number of rows is wanted.", where="n")
        return generating.sample(self.model, name, n, seed)

    def literals(self) -> Iterator[tuple[TableName, Literal]]:
        """Every value of the source that the model keeps, with its number of owners; rows of copied tables apart."""
        return self.model.literals()

    def save(self, path: str | Path) -> None:
        storing.save(self.model, path)

    def __repr__(self) -> str:
        return f"LearnedModel({len(self.model.tables)} tables)"


AnyModel = LearnedModel | Model | str | Path


# -- verbs -----------------------------------------------------------------------------------------------------------


def inspect(
    source: AnyModel,
    *,
    config: Config | str | Path | None = None,
    schemas: Sequence[str] = (),
    tables: Sequence[str] = (),
    exclude_tables: Sequence[str] = (),
    jobs: int = 1,
    progress: Progress | None = None,
) -> Plan | LearnedModel:
    """Look into a database (its plan, from a small sample) or into a model file."""
    if not isinstance(source, str) or "://" not in source:
        return _model(source)
    told = _config(config)
    told = told.model_copy(update={"sample_rows": min(told.sample_rows, SAMPLE_TO_INSPECT)})
    with _telling(told), connector.find(source).source(source, jobs=jobs) as opened:
        return _with_modes(_study(opened, told, _Choice(schemas, tables, exclude_tables), progress or Quiet()))


def plan(
    source: str,
    *,
    config: Config | str | Path | None = None,
    schemas: Sequence[str] = (),
    tables: Sequence[str] = (),
    exclude_tables: Sequence[str] = (),
    reference: Reference | None = None,
    seed: int | None = None,
    jobs: int = 1,
    progress: Progress | None = None,
) -> Plan:
    """What would be done with every table and column, and why. `planning.binding.write_config` makes a mimic.yaml of it."""
    told = _config(config, reference=reference, seed=seed)
    with _telling(told), connector.find(source).source(source, jobs=jobs) as opened:
        return _with_modes(_study(opened, told, _Choice(schemas, tables, exclude_tables), progress or Quiet()))


def learn(
    source: str,
    *,
    config: Config | str | Path | None = None,
    schemas: Sequence[str] = (),
    tables: Sequence[str] = (),
    exclude_tables: Sequence[str] = (),
    reference: Reference | None = None,
    decide: Decide | None = None,
    seed: int | None = None,
    accept: Sequence[str] = (),
    jobs: int = 1,
    unmasked: str | None = None,
    key_file: str | Path | None = None,
    key_variable: str | None = None,
    key_command: str | None = None,
    progress: Progress | None = None,
) -> LearnedModel:
    """Learn a model of a database; the source is read, in one snapshot, and never written."""
    told = _config(config, reference=reference, seed=seed, accept=accept)
    key = _key(told, key_file, key_variable, key_command)
    with _telling(told), connector.find(source).source(source, jobs=jobs) as opened:
        return LearnedModel(_learn(opened, told, _Choice(schemas, tables, exclude_tables), decide, key, unmasked, progress or Quiet()))


def generate(
    model: AnyModel,
    target: str,
    *,
    scale: float | None = None,
    rows: Rows | None = None,
    seed: int | None = None,
    fit_domains: bool = False,
    if_exists: IfExists = "fail",
    replace_unmarked: str | None = None,
    accept: Sequence[str] = (),
    jobs: int = 1,
    dry_run: bool = False,
    scenarios: Sequence[tuple[str, float]] = (),
    impute: Sequence[str] = (),
    today: date | None = None,
    progress: Progress | None = None,
) -> Report:
    """Fill `target` with rows made from a model. No source is needed or contacted."""
    since = time.monotonic()
    _known(accept)
    read = _model(model).model
    door = connector.find(target)
    wanted = _Wanted(scenarios, impute, today)
    filling = _Filling(scale, rows, seed, fit_domains, if_exists, replace_unmarked, jobs, dry_run, wanted=wanted)
    with door.target(target) as opened:
        report = _fill(read, opened, filling, accept, progress or Quiet())
    return replace(report, command="generate", seconds=time.monotonic() - since, facts={"target": door.safe_url(target)} | report.facts)


def clone(
    source: str,
    target: str,
    *,
    config: Config | str | Path | None = None,
    schemas: Sequence[str] = (),
    tables: Sequence[str] = (),
    exclude_tables: Sequence[str] = (),
    reference: Reference | None = None,
    decide: Decide | None = None,
    scale: float | None = None,
    rows: Rows | None = None,
    seed: int | None = None,
    fit_domains: bool = False,
    if_exists: IfExists = "fail",
    replace_unmarked: str | None = None,
    accept: Sequence[str] = (),
    jobs: int = 1,
    dry_run: bool = False,
    unmasked: str | None = None,
    key_file: str | Path | None = None,
    key_variable: str | None = None,
    key_command: str | None = None,
    scenarios: Sequence[tuple[str, float]] = (),
    impute: Sequence[str] = (),
    today: date | None = None,
    progress: Progress | None = None,
) -> Report:
    """Learn from `source` and fill `target` in one go; no model file is left behind."""
    since = time.monotonic()
    progress = progress or Quiet()
    told = _config(config, reference=reference, seed=seed, accept=accept)
    wanted = _Wanted(scenarios, impute, today)
    filling = _Filling(scale, rows, seed, fit_domains, if_exists, replace_unmarked, jobs, dry_run, wanted=wanted)
    key = _key(told, key_file, key_variable, key_command)
    source_door, door = connector.find(source), connector.find(target)
    with _telling(told), source_door.source(source, jobs=jobs) as opened, door.target(target) as filled:
        if opened.identity() == filled.identity():
            raise Refused("source and target are the same database; nothing was written.", where=door.safe_url(target))
        aside = _Aside()
        model = _learn(opened, told, _Choice(schemas, tables, exclude_tables), decide, key, unmasked, progress, filled, filling, aside)
        filling = replace(filling, aside=aside)
        if not aside.flows and not aside.cores:
            opened.close()  # from here on nothing can reach the source
        report = _fill(model, filled, filling, told.accept, progress)
    facts = {"source": source_door.safe_url(source), "target": door.safe_url(target)} | report.facts
    return replace(report, command="clone", seconds=time.monotonic() - since, facts=facts)


def subset(
    source: str,
    target: str | None,
    *,
    roots: Sequence[str] = (),
    last: str | None = None,
    target_size: str | None = None,
    selection: str | Path | None = None,
    save_selection: str | Path | None = None,
    config: Config | str | Path | None = None,
    schemas: Sequence[str] = (),
    tables: Sequence[str] = (),
    exclude_tables: Sequence[str] = (),
    unmasked: str | None = None,
    renumber: bool = False,
    multiply: int = 1,
    seed: int | None = None,
    if_exists: IfExists = "fail",
    conflicts: Conflicts = "skip",
    replace_unmarked: str | None = None,
    accept: Sequence[str] = (),
    jobs: int = 1,
    dry_run: bool = False,
    mask: Mask | None = None,
    key_file: str | Path | None = None,
    key_variable: str | None = None,
    key_command: str | None = None,
    progress: Progress | None = None,
) -> Report:
    """Fill `target` with real rows: those of `roots`, what hangs on them, and everything that any of these rows refers to.

    `target_size` ("2GB") draws as many of the roots as make about that much. `save_selection` writes which rows and why to a file,
    also with `dry_run`, which needs no target; `selection` takes the rows of such a file, and what they refer to, instead of roots.

    With `if_exists` "append" the rows come to those of the target; `conflicts` says what becomes of one whose key is there already.
    `renumber` gives integer keys new values, which the target does not hold; `multiply` writes the roots and what hangs on them so
    many times, each time with new keys and new values where they must be unique.

    Columns that look sensitive are masked with the key; without one they stop it, unless `unmasked` says why they may stay as they are.
    `mask` takes the place of all that: what it gives back is written.
    """
    since = time.monotonic()
    progress = progress or Quiet()
    told = _config(config, seed=seed, accept=accept)
    if unmasked is not None and not unmasked.strip():
        raise UsageError("a reason is wanted: it is recorded with the load.", where="unmasked")
    key = _key(told, key_file, key_variable, key_command)
    if multiply < 1:
        raise UsageError("a number of 1 or more is wanted.", where="multiply")
    filling = _Filling(None, None, seed, False, if_exists, replace_unmarked, jobs, dry_run, conflicts)
    source_door, asked = connector.find(source), _Asked(roots, last, target_size, selection)
    if target is None:
        if not dry_run:
            raise UsageError("no target is named.", hint="Give its URL as TARGET, or --dry-run, which needs none.")
        with _telling(told), source_door.source(source, jobs=jobs) as opened:
            picked = _select(opened, told, _Choice(schemas, tables, exclude_tables), asked, progress)
            if save_selection is not None:
                subsetting.save(opened, picked.schema, picked.selection, Path(save_selection))
        facts = {"source": source_door.safe_url(source), "roots": picked.roots, "dry run": "nothing was written"}
        lines = tuple(
            TableLine(str(name), picked.modes[name], picked.selection.rows(name), 0.0) for name in load_order(picked.schema).tables
        )
        since = time.monotonic() - since
        return Report("subset", lines, _open(picked.findings, told.accept), seconds=since, facts=facts, steps=_steps(picked.selection))
    door = connector.find(target)
    with _telling(told), source_door.source(source, jobs=jobs) as opened, door.target(target) as filled:
        if opened.identity() == filled.identity():
            raise Refused("source and target are the same database; nothing was written.", where=door.safe_url(target))
        picked = _select(opened, told, _Choice(schemas, tables, exclude_tables), asked, progress, filled, filling)
        if save_selection is not None:
            subsetting.save(opened, picked.schema, picked.selection, Path(save_selection))
        understood = cache(partial(_understood, opened, picked.schema, picked.config, picked.selection, progress))
        renewal = None
        if renumber or multiply > 1:
            held = _highest(target, picked.schema) if if_exists == "append" else {}
            drawn = _drawing(picked, understood) if multiply > 1 else subsetting.undrawn
            renewal = subsetting.Renewal(opened, picked.schema, picked.selection, multiply, renumber, held, drawn)
        report = _subset(opened, filled, picked, filling, unmasked, mask, key, renewal, understood, progress)
    facts = {"source": source_door.safe_url(source), "target": door.safe_url(target)} | report.facts
    return replace(report, seconds=time.monotonic() - since, facts=facts)


def explain(
    source: str,
    *,
    row: str | None = None,
    table: str | None = None,
    roots: Sequence[str] = (),
    last: str | None = None,
    selection: str | Path | None = None,
    config: Config | str | Path | None = None,
    schemas: Sequence[str] = (),
    tables: Sequence[str] = (),
    exclude_tables: Sequence[str] = (),
    seed: int | None = None,
    progress: Progress | None = None,
) -> Report:
    """Why a row (`orders(42)`) is in a subset, as a chain from a root; or which keys took in the rows of a table. Nothing is written."""
    since = time.monotonic()
    if (row is None) == (table is None):
        raise UsageError("name one row, or one table.", hint="--row 'orders(42)' or --table orders.")
    told, door = _config(config, seed=seed), connector.find(source)
    with _telling(told), door.source(source) as opened:
        choice = _Choice(schemas, tables, exclude_tables)
        picked = _select(opened, told, choice, _Asked(roots, last, None, selection), progress or Quiet())
        steps, chain = _steps(picked.selection), tuple[Reason, ...]()
        facts = {"source": door.safe_url(source), "roots": picked.roots}
        if row is not None:
            chain = subsetting.explain(opened, picked.schema, picked.selection, row)
            facts |= {"row": row}
        else:
            name = _table(picked.schema, table or "")
            steps = tuple(step for step in steps if step.table == str(name))
            facts |= {"table": str(name), "rows": str(picked.selection.rows(name)), "mode": picked.modes[name]}
    return Report("explain", facts=facts, steps=steps, chain=chain, seconds=time.monotonic() - since)


def compare(
    source: str,
    target: str,
    *,
    schemas: Sequence[str] = (),
    tables: Sequence[str] = (),
    exclude_tables: Sequence[str] = (),
    jobs: int = 1,
    progress: Progress | None = None,
) -> Report:
    """Quick figures of how alike two databases are: rows, orphans, shapes of columns, fan-outs, NULLs."""
    since = time.monotonic()
    doors = connector.find(source), connector.find(target)
    with doors[0].source(source, jobs=jobs) as real, doors[1].source(target, jobs=jobs) as copy:
        schema, _ = restrict(real.schema(), schemas=schemas, tables=tables, exclude_tables=exclude_tables)
        report = evaluating.compare(real, copy, schema, progress=progress or Quiet())
    facts = {"source": doors[0].safe_url(source), "target": doors[1].safe_url(target)} | report.facts
    return replace(report, command="compare", seconds=time.monotonic() - since, facts=facts)


def load(path: str | Path) -> LearnedModel:
    """A model from its file."""
    return LearnedModel(storing.load(path, registry()))


def save(model: LearnedModel | Model, path: str | Path) -> None:
    """A model into one portable file."""
    storing.save(_model(model).model, path)


def new_key(path: str | Path) -> None:
    """A fresh key for masking, in a new file that its owner alone may read."""
    masking.new_key(Path(path))


def reveal(
    values: Sequence[str],
    masker: str,
    *,
    group: str = "default",
    keep: int = 0,
    number: bool = False,
    key_file: str | Path | None = None,
    key_variable: str | None = None,
    key_command: str | None = None,
) -> list[str | None]:
    """What format-preserving masks were made of: `masker` is the kind that `inspect` names for the column (`identifier.phone`)."""
    key = masking.read_key(file=key_file, variable=key_variable, command=key_command)
    if key is None:
        raise UsageError("a key is wanted.", hint="Pass --key-file FILE.")
    return masking.reveal(values, registry().maskers.get(masker), group, key, keep=keep)


def registry() -> Registry:
    """Every generator and masker at hand: the built-in ones, and those of installed packages."""
    found = maskers.builtin(generators.builtin())
    found.load_entry_points()
    return found


# -- how they hang together ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Choice:
    """The part of the source that was asked for."""

    schemas: Sequence[str] = ()
    tables: Sequence[str] = ()
    exclude_tables: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class _Filling:
    """How a target is to be filled."""

    scale: float | None
    rows: Rows | None
    seed: int | None
    fit_domains: bool
    if_exists: IfExists
    replace_unmarked: str | None
    jobs: int
    dry_run: bool
    conflicts: Conflicts = "skip"
    aside: _Aside = field(default_factory=lambda: _Aside())
    wanted: _Wanted = field(default_factory=lambda: _Wanted())


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is asked of the made-up rows, in the words of the user."""

    scenarios: Sequence[tuple[str, float]] = ()
    impute: Sequence[str] = ()
    today: date | None = None


@dataclass(frozen=True, slots=True)
class _Aside:
    """Real rows of a clone that do not travel in the model: they flow from the open source into the target, batch by batch."""

    flows: dict[TableName, writing.Flow] = field(default_factory=dict)
    cores: dict[TableName, writing.Core] = field(default_factory=dict)  # of tables that are topped up


@dataclass(frozen=True, slots=True)
class _RealRows:
    """The rows of tables that are copied, masked or subset, as they will stand in the target."""

    source: Source
    schema: Schema
    masks: Masks
    key: masking.Key | None
    kept: frozenset[TableName]  # of mode subset
    picked: _Picked | None

    def read(self, name: TableName, columns: Collection[str] | None = None) -> Iterator[pa.RecordBatch]:
        """Batches of them, whole or some columns, read anew each time."""
        masks, key, asked = self.masks, self.key, columns
        masked = key is not None and name in masks.tables
        if masked and columns is not None:
            asked = masking.read_for(masks, name, columns)
            masks = replace(masks, maskings=tuple(told for told in masks.of(name) if told.column in columns))
        if name in self.kept and self.picked is not None:
            found = subsetting.fetch(self.source, self.schema, [name], self.picked.selection, columns=asked, batch_rows=BATCH_ROWS)
        else:
            found = (Batch(name, rows) for rows in profiling.rows(self.source, self.schema.table(name), asked, batch_rows=BATCH_ROWS))
        shape = profiling.shape(self.schema.table(name), columns)
        for batch in masking.mask(found, masks, key) if masked and key is not None else found:
            rows = batch.rows if columns is None else batch.rows.select(shape.names)
            yield rows.cast(shape) if shape.names else rows

    def table(self, name: TableName, columns: Collection[str] | None = None) -> pa.Table:
        batches = list(self.read(name, columns))
        return pa.Table.from_batches(batches, None if batches else profiling.shape(self.schema.table(name), columns))


@dataclass(frozen=True, slots=True)
class _Study:
    """What was found out about a source before anything is learned."""

    plan: Plan
    evidence: Evidence
    config: Config
    registry: Registry
    whole: bool  # no table was left out
    kept: frozenset[TableName] = frozenset()  # tables of mode subset, which are planned as copied ones
    topped: frozenset[TableName] = frozenset()  # of these the ones that are topped up, which are planned as made-up ones


def _study(
    opened: Source,
    config: Config,
    choice: _Choice,
    progress: Progress,
    check: Callable[[Schema], None] | None = None,
    *,
    unmasked: bool = False,
) -> _Study:
    """Reflect, restrict, bind, profile, plan. `check` may refuse as soon as the schema is known."""
    parts = registry()
    read = opened.schema()
    bind(config, read, parts)
    planning.pins(config, read)
    schema, cut = restrict(with_keys(read, config), schemas=choice.schemas, tables=choice.tables, exclude_tables=choice.exclude_tables)
    config = restrict_config(config, schema)
    masked, config = without_masks(config, schema)  # tables of masked rows are learned from, and carried, as copied ones are
    kept, topped, config = subsetting.without_subsets(config, schema)
    masked |= frozenset() if unmasked else kept
    _refuse(schema.remarks, config.accept)  # tables that cannot be read, before anything is asked of them
    if check:
        check(schema)
    understood = planning.understand(profiling.profile(opened, schema, config=config, progress=progress), config)
    evidence = planning.seen(understood, config)
    made = planning.plan(schema, evidence, config, parts)
    masks = planning.masks(schema, understood, config, parts, masked, made.locale)
    findings = _each_once(schema.remarks, cut, made.findings, masks.findings)
    whole = len(schema.tables) == len(read.tables)
    return _Study(replace(made, findings=findings, masks=masks), evidence, config, parts, whole, kept, topped)


def _learn(
    opened: Source,
    config: Config,
    choice: _Choice,
    decide: Decide | None,
    key: masking.Key | None,
    unmasked: str | None,
    progress: Progress,
    target: Target | None = None,
    filling: _Filling | None = None,
    aside: _Aside | None = None,
) -> Model:
    """`aside` takes real rows that need not travel in the model; without it all do, and no table can be topped up."""

    def check(schema: Schema) -> None:
        """Ask the target at once: a refusal after minutes of learning would be rude."""
        if target and filling:
            _rows(schema, filling.rows)  # a wrong name is told before anything is learned
            planning.scenarios(filling.wanted.scenarios, schema)
            planning.imputed(filling.wanted.impute, schema)
            target.begin(_load(schema, filling, dry_run=True))
            target.abandon()

    picked = _picked(opened, config, choice, progress)
    if picked is not None:
        config = picked.config
        if unmasked is not None:
            progress.say(f"no value of a subset is masked; the reason given: {unmasked}")
    study = _study(opened, config, choice, progress, check, unmasked=unmasked is not None)
    if study.topped and aside is None:
        raise UsageError("top_up_to puts real rows beside made-up ones, which a model file cannot hold.", hint="Use mimic clone.")
    made, undecided = _decided(study, decide)
    for knot in made.order.forward:
        if knot.parent in study.topped and knot.parent != knot.table:
            sentence = f"{knot} closes a cycle: rows that refer to it are made before it is known which of its rows are real."
            raise ConfigError([(f"tables.{knot.parent}.top_up_to", sentence)])
    made = _with_real_parents(made, study.topped)
    _refuse(made.findings, study.config.accept)
    ddl, said = opened.ddl(choice.schemas) if study.whole else (None, _without_ddl())
    if key is None:
        _refuse_sensitive(replace(made.masks, maskings=tuple(told for told in made.masks.maskings if told.table in study.kept)))
    if made.masks.tables - study.kept and key is None:
        names = ", ".join(sorted(str(name) for name in made.masks.tables - study.kept))
        raise Refused(f"rows of {names} are to be masked, and there is no key; nothing was written.", hint=NO_KEY)
    real = _RealRows(opened, made.schema, made.masks, key, study.kept, picked)
    model = learning.learn(made, study.evidence, study.registry, ddl=ddl, progress=progress)
    model = _with_real_rows(model, real, study, aside)
    findings = _each_once(made.findings, model.findings, said, undecided)
    _refuse(findings, study.config.accept)
    named = {name: _shown_mode(name, made.masks, study.kept) for name in made.masks.tables | study.kept}
    facts = dict(model.facts) | ({"roots": picked.roots} if picked else {}) | ({"unmasked": unmasked} if picked and unmasked else {})
    model, facts = _with_wishes(model, study), facts | {generating.NEWEST: planning.newest(study.evidence).isoformat()}
    tables = tuple(replace(table, mode=named.get(table.name, table.mode)) for table in model.tables)
    if study.config.today is not None:
        facts |= {generating.TODAY: study.config.today.isoformat()}
    pins = planning.pins(study.config, model.schema)
    return replace(model, tables=tables, facts=facts, findings=_open(findings, study.config.accept), pins=pins)


def _with_wishes(model: Model, study: _Study) -> Model:
    """The model with what mimic.yaml asks of its rows."""
    told = planning.scenarios([(told.where, told.share) for told in study.config.scenarios], model.schema)
    for name, given in planning.margins(study.config, model.schema)[0].items():
        told[name] = (*told.get(name, ()), *given)
    impute = planning.configured(study.config, model.schema)
    tables = [
        replace(table, scenarios=told.get(table.name, ()), impute=tuple(sorted(impute.get(table.name, ())))) for table in model.tables
    ]
    return replace(model, tables=tuple(tables))


def _picked(opened: Source, config: Config, choice: _Choice, progress: Progress) -> _Picked | None:
    """The real rows of a plan with several modes, and the configuration that makes as many others as go with them."""
    if not any(told.mode == "subset" for told in config.tables.values()):
        return None
    picked = _select(opened, config, choice, _Asked(()), progress, others="synthesize")
    kept = [name for name, mode in picked.modes.items() if mode == "subset"]
    rows = {name: picked.selection.rows(name) for name in kept}
    tables = dict(config.tables)
    for spelt, told in config.tables.items():
        table = picked.schema.named(spelt)
        if told.top_up_to is not None and table is not None:
            if told.top_up_to > rows[table.name]:
                rows[table.name] = told.top_up_to
            else:  # there are as many real ones
                tables[spelt] = told.model_copy(update={"top_up_to": None})
    shares = subsetting.shared(picked.schema, rows, picked.modes, opened.count(kept))
    return replace(picked, config=subsetting.scaled(config.model_copy(update={"tables": tables}), picked.schema, shares))


def _with_real_parents(plan: Plan, topped: frozenset[TableName]) -> Plan:
    """The plan without refusals of real rows because of parents that are topped up: of these the real rows are there."""
    modes = {table.table.name: table.mode for table in plan.tables}
    fine = {
        str(table.table.name)
        for table in plan.tables
        if all(modes.get(key.parent, "copy") == "copy" or key.parent in topped for key in table.table.foreign_keys)
    }
    return replace(plan, findings=tuple(found for found in plan.findings if found.id != "B501" or found.place not in fine))


def _with_real_rows(model: Model, real: _RealRows, study: _Study, aside: _Aside | None) -> Model:
    """The model with the rows of its copied tables. Of large ones it gets what other tables ask for, and the rows go `aside`."""
    tables = []
    for table in model.tables:
        name = table.name
        if aside is not None and name in study.topped:
            keys = frozenset(column for rule in model.schema.table(name).keys for column in rule.columns) | generating.asked(model, name)
            aside.cores[name] = writing.Core(real.table(name, keys), partial(real.read, name))
        if table.mode == "copy":
            count = real.picked.selection.rows(name) if real.picked and name in study.kept else table.source_rows
            if aside is None or count <= HELD_ROWS:
                table = replace(table, copied=real.table(name))
            else:
                asked = generating.asked(model, name)
                aside.flows[name] = partial(real.read, name)
                nothing = pa.Table.from_batches([rows_of((), pa.schema([]), count)])
                table = replace(table, copied=real.table(name, asked) if asked else nothing)
        tables.append(table)
    return replace(model, tables=tuple(tables))


def _with_modes(study: _Study) -> Plan:
    """The plan as it is shown: tables of masked rows and of subsets, which are planned as copied ones, by their own names."""
    plan, kept = study.plan, study.kept
    named = {name: _shown_mode(name, plan.masks, kept) for name in plan.masks.tables | kept}
    return replace(plan, tables=tuple(replace(table, mode=named.get(table.table.name, table.mode)) for table in plan.tables))


def _shown_mode(name: TableName, masks: Masks, kept: frozenset[TableName]) -> Mode:
    return "subset" if name in kept else "mask" if name in masks.tables else "copy"


def _key(config: Config, file: str | Path | None, variable: str | None, command: str | None) -> masking.Key | None:
    """The key that the call names, or the one that the configuration does."""
    if file or variable or command:
        return masking.read_key(file=file, variable=variable, command=command)
    told = config.masking
    return masking.read_key(file=told.key_file, variable=told.key_variable, command=told.key_command)


def _fill(model: Model, target: Target, filling: _Filling, accept: Sequence[str], progress: Progress) -> Report:
    _refuse(model.findings, accept)
    seed = model.seed if filling.seed is None else filling.seed
    sizes = generating.sizes(model, scale=filling.scale, rows=_rows(model.schema, filling.rows))
    made_up = [table.source_rows for table in model.tables if table.mode not in ("copy", "mask", "subset")]
    few = 2 * sum(map(bool, made_up)) < len(made_up)  # what a new structure comes with, versions and positions, is no data
    bare = few or not any(made_up)
    fit = filling.fit_domains or (isinstance(filling.rows, int) and bare)
    wanted = filling.wanted
    told = planning.scenarios(wanted.scenarios, model.schema)
    wishes, shift = generating.wishes(model, told, planning.imputed(wanted.impute, model.schema), wanted.today)
    made = generating.generate(model, sizes, seed=seed, fit_domains=fit, batch_rows=BATCH_ROWS, wishes=wishes)
    if shift is not None and shift.days:
        filling = replace(filling, aside=_moved(filling.aside, model.schema, shift))
    lines, said = _written(model, made, target, filling, progress)
    findings = _each_once(model.findings, shift.findings if shift is not None else (), made.findings, said)
    facts = {"seed": str(seed)} | ({"dry run": "nothing was written"} if filling.dry_run else {})
    facts |= {"today": f"dates are moved by {shift.days} days"} if shift is not None else {}
    for (name, where), met in made.met.items():
        facts[f"where {where}"] = f"{met} of {made.sizes[name]} rows"
    return Report("generate", lines, _open(findings, accept), facts=facts)


def _moved(aside: _Aside, schema: Schema, shift: generating.Shift) -> _Aside:
    """Real rows that flow beside the model, with their dates moved as all others are."""

    def flow(name: TableName, rows: writing.Flow) -> Iterator[pa.RecordBatch]:
        return (shift.rows(schema.table(name), batch) for batch in rows())

    def keys(name: TableName, table: pa.Table) -> pa.Table:
        return pa.Table.from_batches([shift.rows(schema.table(name), batch) for batch in table.to_batches()], table.schema)

    flows: dict[TableName, writing.Flow] = {name: partial(flow, name, rows) for name, rows in aside.flows.items()}
    cores = {name: writing.Core(keys(name, core.keys), partial(flow, name, core.rows)) for name, core in aside.cores.items()}
    return _Aside(flows, cores)


def _written(
    model: Model, made: generating.Generation, target: Target, filling: _Filling, progress: Progress
) -> tuple[tuple[TableLine, ...], tuple[Finding, ...]]:
    """The rows in the target; where it refuses some, it is left as it was, and they are made another way a bounded number of times."""
    modes = {table.name: table.mode for table in model.tables}
    while True:
        load_ = _load(model.schema, filling, model=model, rows=made.sizes, mark=dict(model.facts) | {"seed": str(made.seed)})
        if model.ddl and model.ddl.engine == target.capabilities.engine:
            load_ = replace(load_, ddl=model.ddl)
        try:
            batches = writing.topped(made.batches(target), filling.aside.cores, model.schema, load_.order, made.sizes)
            batches = writing.flowing(batches, filling.aside.flows, load_.order)
            batches = writing.pinned(batches, model.pins, model.schema, load_.order)
            return writing.write(target, load_, batches, modes, progress=progress)
        except MimicError as problem:
            if not made.again(problem):
                raise
            progress.say("some rows were refused, and are made another way")


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a subset starts from, in the words of the user."""

    roots: Sequence[str]
    last: str | None = None
    target_size: str | None = None
    saved: str | Path | None = None


@dataclass(frozen=True, slots=True)
class _Picked:
    """Rows chosen, and what is known about them."""

    schema: Schema
    selection: Selection
    config: Config
    roots: str  # as told in reports and marks
    modes: dict[TableName, Mode]
    findings: tuple[Finding, ...]
    ddl: Ddl | None
    pins: dict[TableName, tuple[Batch, ...]]


def _select(
    opened: Source,
    config: Config,
    choice: _Choice,
    asked: _Asked,
    progress: Progress,
    target: Target | None = None,
    filling: _Filling | None = None,
    others: Mode = "subset",
) -> _Picked:
    read, schema, cut = _part(opened, config, choice)
    _refuse(schema.remarks, config.accept)  # tables that cannot be read
    edges = subsetting.read_edges(with_keys(read, config), config, others)
    edges = tuple(edge for edge in edges if schema.by_name.keys() >= {edge.key.table, edge.key.parent})
    texts = asked.roots or (config.subset.roots if config.subset else ())
    if asked.saved is not None:
        roots, told = tuple(subsetting.saved(Path(asked.saved), schema)), f"the rows of {Path(asked.saved).name}"
    elif texts:
        roots, told = subsetting.read_roots(texts, schema, last=asked.last), "; ".join(texts)
    else:
        raise UsageError("nothing is named to start from.", hint=f"{subsetting.EXAMPLES} Give it as --root, or in mimic.yaml.")
    if target and filling:  # a refusal after minutes of reading would be rude
        target.begin(_load(schema, filling, dry_run=True))
        target.abandon()
    modes = subsetting.modes(schema, config, others)
    pins = {name: rows for name, rows in planning.pins(config, read).items() if name in schema.by_name}

    def chosen(roots: Sequence[subsetting.Root]) -> Selection:
        return subsetting.select(opened, schema, edges, roots, modes, seed=config.seed, progress=progress, pins=pins)

    if asked.target_size is None:
        found = chosen(roots)
    else:
        bytes_ = subsetting.read_size(asked.target_size)
        share, found = subsetting.fit(
            lambda share: chosen([root if root.keys is not None else replace(root, share=share, rows=None) for root in roots]),
            lambda found: subsetting.size(opened, schema, found),
            bytes_,
        )
        told += f" ({share.normalize():f} % of them, for {asked.target_size})"
    whole = len(schema.tables) == len(read.tables)
    cut = tuple(replace(found, sentence=found.sentence.replace("filled like any other", "as in the source")) for found in cut)
    ddl, said = opened.ddl(choice.schemas) if whole and target else (None, () if whole else _without_ddl())
    return _Picked(schema, found, config, told, modes, _each_once(schema.remarks, cut, said), ddl, pins)


def _subset(
    opened: Source,
    target: Target,
    picked: _Picked,
    filling: _Filling,
    unmasked: str | None,
    mask: Mask | None,
    key: masking.Key | None,
    renewal: subsetting.Renewal | None,
    understood: Callable[[], Evidence],
    progress: Progress,
) -> Report:
    schema, config, chosen = picked.schema, picked.config, picked.selection
    told = {"roots": picked.roots, "seed": str(config.seed)}
    if unmasked is not None:
        progress.say(f"no value is masked; the reason given: {unmasked}")
        told["unmasked"] = unmasked
    elif mask is None and not filling.dry_run:
        masks = _sensitive(understood(), schema, config, chosen)
        _refuse(masks.findings, config.accept)
        if key is None:
            _refuse_sensitive(masks)
        else:
            told["masked"] = f"{len(masks.maskings)} columns"
            mask = _masking(masks, key)
    rows = renewal.rows if renewal else {table.name: chosen.rows(table.name) for table in schema.tables}
    load_ = _load(schema, filling, rows=rows, mark={"mode": "subset"} | told)
    if renewal is not None and renewal.renumber:
        load_ = replace(load_, new=frozenset(table.name for table in schema.tables if table.name not in chosen.whole))
    if picked.ddl and picked.ddl.engine == target.capabilities.engine:
        load_ = replace(load_, ddl=picked.ddl)
    if renewal is not None:
        batches = renewal.fetch(load_.order, batch_rows=BATCH_ROWS)
    else:
        batches = subsetting.fetch(opened, schema, load_.order, chosen, batch_rows=BATCH_ROWS)
    batches = writing.pinned(mask(batches) if mask else batches, picked.pins, schema, load_.order)
    lines, found = writing.write(target, load_, batches, picked.modes, progress=progress)
    facts = told | ({"dry run": "nothing was written"} if filling.dry_run else {})
    return Report("subset", lines, _open(_each_once(picked.findings, found), config.accept), facts=facts, steps=_steps(chosen))


def _highest(target: str, schema: Schema) -> dict[tuple[TableName, str], int]:
    """The largest integer keys that a target holds; it is opened once more, to be read."""
    with connector.find(target).source(target) as held:
        return subsetting.highest(held, schema)


def _steps(chosen: Selection) -> tuple[StepLine, ...]:
    """In order; the levels of one chain are one line."""
    runs = groupby(chosen.steps, lambda step: (step.table, step.why))
    return tuple(StepLine(str(table), sum(len(step.numbers) for step in run), why) for (table, why), run in runs)


def _part(opened: Source, config: Config, choice: _Choice) -> tuple[Schema, Schema, tuple[Finding, ...]]:
    """The source's structure as it was read, the part of it that was chosen, and what was cut."""
    read = opened.schema()
    bind(config, read, registry())
    schema, cut = restrict(with_keys(read, config), schemas=choice.schemas, tables=choice.tables, exclude_tables=choice.exclude_tables)
    return read, schema, cut


WAYS_OUT = (
    "Two ways out: --key-file FILE masks them (`mimic key new FILE` makes a key); --unmasked REASON leaves all as they are, and the",
    "reason is recorded. Where a guess is wrong, say `sensitivity: none` for the column in mimic.yaml.",
)


def _sensitive(evidence: Evidence, schema: Schema, config: Config, chosen: Selection) -> Masks:
    """How columns of kept rows are masked that point at persons, let one in, or hold free text."""
    kept = {table.name for table in schema.tables if chosen.rows(table.name)}
    return planning.masks(schema, evidence, config, registry(), kept, planning.locale(evidence, config))


def _understood(opened: Source, schema: Schema, config: Config, chosen: Selection, progress: Progress) -> Evidence:
    """What columns of kept rows mean, judged by some of these rows; where there are few, by the first rows of the table."""
    small = config.model_copy(update={"sample_rows": min(config.sample_rows, SAMPLE_TO_INSPECT)})
    kept = {table.name: chosen.rows(table.name) for table in schema.tables if chosen.rows(table.name)}
    seen = {name: (n, chosen.some(name, small.sample_rows) if n >= ENOUGH_TO_JUDGE else None) for name, n in kept.items()}
    bar = progress.bar("looking for what is sensitive", None, "tables")
    evidence = planning.understand(profiling.glance(opened, schema, seen, config=small), small)
    bar.done()
    return evidence


def _drawing(picked: _Picked, understood: Callable[[], Evidence]) -> subsetting.Drawn:
    """Draws new values as the masker of a column's kind would, with a key of each salt: an address stays an address."""
    parts = registry()
    known: dict[tuple[TableName, str], Masker | None] = {}

    def drawn(place: tuple[TableName, str], values: pa.Array, salt: int) -> pa.Array | None:
        if place not in known:
            known[place] = planning.redrawing(picked.schema, understood(), picked.config, parts, [place]).get(place)
        masker = known[place]
        return None if masker is None else masking.redrawn(values, masker, picked.config.seed, salt)

    return drawn


def _masking(masks: Masks, key: masking.Key) -> Mask:
    return lambda batches: masking.mask(batches, masks, key)


def _refuse_sensitive(masks: Masks) -> None:
    if masks.maskings:
        lines = [f"  {told.table}.{told.column}  {told.meaning.kind}, {told.meaning.sensitivity}" for told in masks.maskings]
        count = "a column looks" if len(lines) == 1 else f"{len(lines)} columns look"
        raise Refused("\n".join([f"{count} sensitive, and nothing is masked; nothing was written.", *lines, *WAYS_OUT]))


def _load(
    schema: Schema,
    filling: _Filling,
    *,
    model: Model | None = None,
    rows: Mapping[TableName, int] | None = None,
    mark: Mapping[str, str] | None = None,
    dry_run: bool = False,
) -> Load:
    order = model.order if model else load_order(schema)
    return Load(
        schema=schema,
        order=order.tables,
        forward=order.forward,
        rows=rows or {},
        if_exists=filling.if_exists,
        conflicts=filling.conflicts,
        replace_unmarked=filling.replace_unmarked,
        jobs=filling.jobs,
        mark=mark or {},
        dry_run=dry_run or filling.dry_run,
    )


def _decided(study: _Study, decide: Decide | None) -> tuple[Plan, tuple[Finding, ...]]:
    """The plan with every reference table decided; a note where nobody was there to decide."""
    undecided = study.plan.undecided
    if not undecided:
        return study.plan, ()
    answer: Reference = decide(undecided) if decide else "synthesize"
    config = study.config.model_copy(update={"reference": answer})
    made = planning.plan(study.plan.schema, study.evidence, config, study.registry)
    made = replace(made, findings=_each_once(study.plan.findings, made.findings), masks=study.plan.masks)
    if decide:
        return made, ()
    todo = 'Pass reference="copy" to keep their rows.'
    return made, tuple(
        Finding("N602", str(table.table.name), f"looks like reference data ({table.reference}) and is synthesised", todo)
        for table in undecided
    )


def _without_ddl() -> tuple[Finding, ...]:
    sentence = "a part of the source was chosen: its tables are created without views, functions and triggers"
    return (Finding("N603", "schema", sentence),)


def _refuse(findings: Iterable[Finding], accept: Sequence[str]) -> None:
    blocking = [finding for finding in _open(findings, accept) if finding.severity is Severity.BLOCKING]
    if blocking:
        lines = [f"  {finding.id}  {finding.place}  {finding.sentence}. {finding.todo}".rstrip() for finding in blocking]
        count = "a blocking finding" if len(blocking) == 1 else f"{len(blocking)} blocking findings"
        raise Refused("\n".join([f"{count}; nothing was written.", *lines]))


def _open(findings: Iterable[Finding], accept: Sequence[str]) -> tuple[Finding, ...]:
    return tuple(finding for finding in findings if not finding.accepted_by(accept))


def _each_once(*groups: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(dict.fromkeys(finding for group in groups for finding in group))


def _config(
    config: Config | str | Path | None, *, reference: Reference | None = None, seed: int | None = None, accept: Sequence[str] = ()
) -> Config:
    """The configuration with what the call says over what the file says."""
    told = config if isinstance(config, Config) else read_config(config, later=True) if config is not None else Config.model_validate({})
    _known(accept)
    update: dict[str, Any] = {"accept": [*told.accept, *accept]}
    if reference is not None:
        update["reference"] = reference
    if seed is not None:
        update["seed"] = seed
    return told.model_copy(update=update)


@contextmanager
def _telling(config: Config) -> Iterator[None]:
    """Whatever goes wrong before the names of a configuration are checked: its own mistakes are told first."""
    try:
        yield
    except ConfigError:
        raise
    except MimicError:
        if config.mistakes:
            raise ConfigError(config.mistakes) from None
        raise


def _known(accept: Sequence[str]) -> None:
    """Refuse ids that no finding has: they would be accepted in vain."""
    for word in accept:
        if why := unknown_finding(word):
            raise UsageError(f"{word!r} {why}", where="accept")


def _model(model: AnyModel) -> LearnedModel:
    match model:
        case LearnedModel():
            return model
        case Model():
            return LearnedModel(model)
    return load(model)


def _rows(schema: Schema, rows: Rows | None) -> Rows | None:
    """`rows` with every table called by the name that the schema prints."""
    if rows is None or isinstance(rows, int):
        return rows
    return {str(_table(schema, name)): n for name, n in rows.items()}


def _table(schema: Schema, name: str) -> TableName:
    table = schema.named(name)
    if table is None:
        raise UsageError(f"no such table: {name!r}.", hint=closest(name, [str(table.name) for table in schema.tables]).strip())
    return table.name
