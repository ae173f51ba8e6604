"""Texts that follow from the one beside them: slugs, file names, what a code name stands for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from mimic.generators.themes import theme
from mimic.plan import Choice, Step
from mimic.planning.ruling.naming import phrase
from mimic.planning.ruling.pointing import content_types
from mimic.schema import Schema, Table, TableName, Text, bare
from mimic.semantics import Kind, Meaning, Sensitivity

DERIVED = "text.derived"
_SLUG = re.compile(r"\b(slug|permalink|url key|seo name|friendly url|url name|handle)$")
_TITLE = re.compile(r"^(title|name|label|headline|display name|subject|full name)$")
_FILE = re.compile(r"\b(file ?name|original name)$")


def derived(
    steps: Iterable[Step], table: Table, schema: Schema, meanings: Mapping[tuple[TableName, str], Meaning], person: bool
) -> list[Step]:
    """The same steps, what follows from others last. `person`: whether a row of the table is a person."""
    steps = list(steps)
    texts = {
        name: phrase(name)
        for step in steps
        for name in step.task.fills
        if table.has(name) and isinstance(bare(table.column(name).type), Text)
    }
    rest = list[Step]()
    steps, late = _models(steps, table, schema)
    for step in steps:
        told = _told(step, table, texts, meanings, person)
        if told is None:
            rest.append(step)
            continue
        way, source = told
        options = {**step.task.options, "way": way, "source": source}
        choice = Choice(DERIVED, f"follows from {source}", ((step.choice.kind, 0.0), *step.choice.lost))
        late.append(replace(step, task=replace(step.task, options=options), choice=choice))
    return [*rest, *late]


def _models(steps: Sequence[Step], table: Table, schema: Schema) -> tuple[list[Step], list[Step]]:
    """In a table of models by application (Django's content types): the own ones first; the application follows."""
    found = {step.task.fills: step for step in steps}
    app, model = found.get(("app_label",)), found.get(("model",))
    plain = all(isinstance(bare(table.column(name).type), Text) for name in ("app_label", "model") if table.has(name))
    if app is None or model is None or not plain or "as configured" in (app.choice.reason, model.choice.reason):
        return list(steps), []
    pairs = [(name, label) for label, name in content_types(schema).values()]
    named = "list " + "|".join(dict.fromkeys([name for name, _ in pairs] + list(theme("word model").entries)))
    unique = replace(model.task, unique=True, options={**model.task.options, "theme": named})
    first = replace(model, task=unique, choice=Choice("text.themed", "the models of the schema"))
    then = replace(app.task, unique=False, options={**app.task.options, "way": "told", "source": "model", "told": tuple(pairs)})
    rest = [step for step in steps if step is not app and step is not model]
    return [*rest, first], [replace(app, task=then, choice=Choice(DERIVED, "follows from model"))]


def _told(
    step: Step, table: Table, texts: Mapping[str, str], meanings: Mapping[tuple[TableName, str], Meaning], person: bool
) -> tuple[str, str] | None:
    """How a column follows, and from which."""
    name = step.task.fills[0]
    if len(step.task.fills) != 1 or name not in texts or not step.choice.kind.startswith(("text.", "semantic.", "code", "shape")):
        return None
    if step.choice.reason == "as configured" or "values" in step.task.options or (step.task.options.get("limits") or {}).get("patterns"):
        return None
    meaning, words = meanings[table.name, name], texts[name]
    if meaning.sensitivity in (Sensitivity.SECRET, Sensitivity.DIRECT) and (person or meaning.kind is not Kind.USERNAME):
        return None
    if meaning.kind is Kind.SLUG or _SLUG.search(words):
        source = next((other for other, said in texts.items() if _TITLE.match(said) and other != name), None)
        return ("slug", source) if source is not None else None
    if _FILE.search(words):
        source = next((other for other in texts if meanings[table.name, other].kind is Kind.MIME), None)
        return ("ending", source) if source is not None else None
    if words == "name":
        source = next((other for other, said in texts.items() if said in ("codename", "code name")), None)
        return ("said", source) if source is not None else None
    return None


__all__ = ["derived"]
