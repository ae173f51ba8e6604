"""`learn`: fit every generator of a plan, parents before children. The result holds no source rows but copied tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pyarrow as pa

import mimic
from mimic.generator import Task
from mimic.model import Learned, Model, TableModel
from mimic.plan import Plan, Step, TablePlan
from mimic.profile import Evidence, TableEvidence
from mimic.progress import Progress
from mimic.registry import Registry
from mimic.schema import Ddl, TableName
from mimic.streams import Stream, Streams


def learn(
    plan: Plan, evidence: Evidence, registry: Registry, *, ddl: Ddl | None, copies: Mapping[TableName, pa.Table], progress: Progress
) -> Model:
    """Every step of the plan as a fitted generator."""
    streams, tables = Streams(plan.seed), []
    bar = progress.bar("learning", len(plan.tables), "tables")
    for table in plan.tables:
        found = evidence.of(table.table.name)
        fitted = tuple(_fit(step, found, registry, streams.at("learn", table.table.name, step.task.name)) for step in table.steps)
        tables.append(_model(table, fitted, copies))
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


def _model(table: TablePlan, fitted: tuple[Learned, ...], copies: Mapping[TableName, pa.Table]) -> TableModel:
    name = table.table.name
    return TableModel(
        name,
        table.mode,
        table.source_rows,
        fitted,
        copies.get(name),
        fixed_size=bool(table.reference) or table.mode == "copy" or any(map(_listed, table.steps)),
        rows=table.rows,
        scale=table.scale,
        reason=table.reason,
        distinct=table.distinct,
        conditions=table.conditions,
        unread=table.unread,
    )


def _listed(step: Step) -> bool:
    """Whether a step gives the keys of a settings table, each once: as many rows as keys."""
    return step.task.unique and bool(step.task.options.get("vocabulary"))


def _fit(step: Step, found: TableEvidence, registry: Registry, stream: Stream) -> Learned:
    family = registry.generators.get(step.choice.kind)
    return Learned(family.learn(_with_inner(step.task, found, registry, stream), found, stream), step.choice)


def _with_inner(task: Task, found: TableEvidence, registry: Registry, stream: Stream) -> Task:
    """A key inside a group draws its values by a generator of its own, which is fitted here."""
    kind = task.options.get("inner_kind")
    filler = task.options.get("filler_kind")
    if "within" not in task.options or not (kind or filler):
        return task
    text = pa.types.is_string(found.sample.schema.field(task.column.name).type)
    kept = {name: task.options[name] for name in ("limits", "low", "high", "values") if name in task.options}
    single = replace(task, options=kept, unique=bool(text and filler))
    chosen = str(filler if text and filler else kind)
    inner = registry.generators.get(chosen).learn(single, found, stream.at("inner"))
    return replace(task, options={**task.options, "inner": inner})
