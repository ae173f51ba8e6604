"""`learn`: fit every generator of a plan, parents before children. The result holds no source rows."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa

import mimic
from mimic.generator import Generator, Task
from mimic.generators.bounded import Bounded
from mimic.generators.leaves import Leaves
from mimic.learning.contest import contested
from mimic.learning.cores import each
from mimic.learning.parents import with_parents
from mimic.model import Learned, Model, TableModel
from mimic.plan import Plan, Step, TablePlan
from mimic.profile import Evidence, TableEvidence
from mimic.progress import Progress
from mimic.registry import Registry
from mimic.schema import Boolean, Ddl, Enum, bare
from mimic.streams import Stream, Streams

FEW = 10_000  # distinct values: a unique column whose generator makes no more gets another behind it
WORTH = 50_000  # values of a table's sample from which several processes learn it


def learn(plan: Plan, evidence: Evidence, registry: Registry, *, ddl: Ddl | None, progress: Progress) -> Model:
    """Every step of the plan as a fitted generator. The rows of copied tables come into the model later."""
    streams, tables = Streams(plan.seed), []
    bar = progress.bar("learning", len(plan.tables), "tables")
    for table in plan.tables:
        found = with_parents(evidence, evidence.of(table.table.name), table.steps)
        fitted = _fitted(table, found, registry, streams)
        tables.append(_model(table, fitted))
        bar.advance(1)
    bar.done()
    facts = {
        "mimic": mimic.__version__,
        "k": str(plan.k),
        "locale": plan.locale,
        "source": plan.schema.fingerprint,
        "engine": plan.schema.engine,
    }
    return Model(plan.schema, tuple(tables), plan.order, ddl, plan.findings, facts, plan.seed, plan.scale)


def _fitted(table: TablePlan, found: TableEvidence, registry: Registry, streams: Streams) -> tuple[Learned, ...]:
    def one(i: int) -> Learned:
        step = table.steps[i]
        return _fit(step, found, registry, streams.at("learn", table.table.name, step.task.name))

    many = len(table.steps)
    return tuple(each(one, many) if found.sampled * many >= WORTH else [one(i) for i in range(many)])


def _model(table: TablePlan, fitted: tuple[Learned, ...]) -> TableModel:
    name = table.table.name
    return TableModel(
        name,
        table.mode,
        table.source_rows,
        fitted,
        fixed_size=bool(table.reference) or table.mode == "copy" or any(map(_listed, table.steps)),
        rows=table.rows,
        scale=table.scale,
        reason=table.reason,
        distinct=table.distinct,
        disjoint=table.disjoint,
        alike=table.alike,
        exclusive=table.exclusive,
        conditions=table.conditions,
        unread=table.unread,
        computes=table.computes,
        readings=table.readings,
    )


def _listed(step: Step) -> bool:
    """Whether a step gives the keys of a settings table, each once: as many rows as keys."""
    return step.task.unique and bool(step.task.options.get("vocabulary"))


def _fit(step: Step, found: TableEvidence, registry: Registry, stream: Stream) -> Learned:
    family = registry.generators.get(step.choice.kind)
    task = _with_inner(step.task, found, registry, stream)
    made = family.learn(task, found, stream)
    if isinstance(made, Leaves):
        return contested(made, step.choice, task, found, stream)
    if isinstance(made, Bounded) and isinstance(made.inner, Leaves) and made.same is None:  # what is kept within bounds is contested
        won = contested(made.inner, step.choice, task, found, stream)
        return Learned(replace(made, inner=won.generator), replace(step.choice, skills=won.choice.skills))
    return Learned(_sparse(_widened(made, step, found, registry, stream), step.task, registry, stream), step.choice)


def _sparse(made: Generator, task: Task, registry: Registry, stream: Stream) -> Generator:
    """A unique column's generator that has few values, with NULL in all rows for which there is none, where the column allows it."""
    room = made.capacity()
    if not task.unique or len(task.columns) != 1 or not task.column.nullable or room is None or room >= FEW:
        return made
    return registry.generators.get("key.sparse").learn(replace(task, options={"sparse": made}), None, stream)


def _widened(made: Generator, step: Step, found: TableEvidence, registry: Registry, stream: Stream) -> Generator:
    """A unique column's generator that has few values, with one behind it that has more, where the type allows any."""
    task, room = step.task, made.capacity()
    told = set(task.options.get("limits", ())) - {"max_length", "not_null"}
    if not task.unique or len(task.columns) != 1 or room is None or room >= FEW or told or getattr(made, "whole_table", False):
        return made
    if "values" in task.options or isinstance(bare(task.column.type), Boolean | Enum):
        return made
    best, most = None, 10 * room
    for kind, _ in step.choice.lost:
        family = registry.generators.get(kind)
        if getattr(family, "whole_table", False) or kind.startswith("categorical."):
            continue
        other = family.learn(task, found, stream.at("wider", kind))
        limit = other.capacity() if not other.needs else 0
        if limit is None or limit > most:
            best, most = other, FEW if limit is None else limit
        if most >= FEW:
            break
    if best is None:
        return made
    both = replace(task, options={"first": made, "wider": best})
    return registry.generators.get("key.widened").learn(both, None, stream)


def _with_inner(task: Task, found: TableEvidence, registry: Registry, stream: Stream) -> Task:
    """A key inside a group draws its values by a generator of its own, which is fitted here."""
    if "redrawn" in task.options:
        single = replace(task, options={name: told for name, told in task.options.items() if name != "redrawn"}, unique=False)
        inner = registry.generators.get(str(task.options["redrawn"])).learn(single, found, stream.at("inner"))
        return replace(task, options={**task.options, "inner": inner})
    kind = task.options.get("inner_kind")
    filler = task.options.get("filler_kind")
    if "within" not in task.options or not (kind or filler):
        return task
    text = pa.types.is_string(found.sample.schema.field(task.column.name).type)
    kept = {name: task.options[name] for name in ("limits", "low", "high", "values", "theme") if name in task.options}
    single = replace(task, options=kept, unique=bool(text and filler))
    chosen = str(filler if text and filler else kind)
    if "features" in task.options and not (text and filler):
        asked = {name: task.options[name] for name in ("features", "categories", "line", "siblings") if name in task.options}
        looking = Leaves.learn(replace(single, options={**kept, **asked, "drawn_by": chosen}), found, stream.at("inner"))
        return replace(task, options={**task.options, "inner": looking.plain})
    inner = registry.generators.get(chosen).learn(single, found, stream.at("inner"))
    return replace(task, options={**task.options, "inner": inner})
