"""The proposed mimic.yaml: every table with its mode, every column with its generator, the reason beside each.

Written over an earlier file it only adds what is missing: what a person wrote there, comments too, stays as it is.
"""

from __future__ import annotations

import io
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from mimic.plan import Plan, Step, TablePlan
from mimic.semantics import Sensitivity

_HEAD = """\
mimic.yaml, proposed by `mimic plan`. Change what you like; `mimic schema` prints the JSON Schema of this file.
Leave out a column to let Mimic choose its generator anew each time; write `mode: synthesize`, `copy` or `empty` per table."""

_COLUMN = 60  # where reasons begin, on lines that leave room
_FIXED = (
    "reference.assign",
    "key.within",
    "key.panel",
    "null",
    "tree.leaves",
)  # what follows from keys and groups, or is found while learning


def write_config(plan: Plan, *, previous: str = "") -> str:
    """A mimic.yaml for `plan`; `previous` is the text of the file that it completes."""
    yaml = YAML(typ="rt", pure=True)
    yaml.width = 10_000
    yaml.indent(mapping=2, sequence=4, offset=2)
    read = yaml.load(previous) if previous.strip() else None
    document: CommentedMap = read if isinstance(read, CommentedMap) else CommentedMap()
    _add(document, "version", 1)
    _add(document, "seed", plan.seed, "the same model, seed and version give the same rows")
    _add(document, "k", plan.k, "a value of the source is kept only when at least this many distinct owners hold it")
    _add(document, "scale", plan.scale, "rows as a multiple of the source's; reference tables keep their size")
    _add(document, "locale", plan.locale, "of made-up names and addresses")
    if "accept" not in document:
        _add(document, "accept", _empty_list(), "findings that are fine: W211, or W211:place")
    tables = document.setdefault("tables", CommentedMap())
    if tables is None:
        tables = document["tables"] = CommentedMap()
    for table in plan.tables:
        _add_table(tables, plan, table)
    out = io.StringIO()
    yaml.dump(document, out)
    return out.getvalue() if read else _start(plan) + out.getvalue()


def _start(plan: Plan) -> str:
    lines = [*_HEAD.splitlines(), ""]
    if plan.findings:
        told = [f"  {finding.id}  {_line(f'{finding.place}: {finding.sentence}. {finding.todo}')}" for finding in plan.findings]
        lines += ["Findings:", *told, ""]
    return "".join(f"# {line}".rstrip() + "\n" for line in lines) + "\n"


def _add_table(tables: CommentedMap, plan: Plan, table: TablePlan) -> None:
    name = _spelling(tables, table)
    told = tables.setdefault(name, CommentedMap())
    if told is None:
        told = tables[name] = CommentedMap()
    proposed = "copy" if table in plan.undecided else table.mode
    _add(told, "mode", proposed, _reason(table))
    if proposed == "mask":
        _add_maskers(told, plan, table)
    if proposed != "synthesize":
        return
    if table.rows is not None and "scale" not in told:
        _add(told, "rows", table.rows)
    elif table.scale is not None and "rows" not in told:
        _add(told, "scale", table.scale)
    if told.get("columns") is None:
        told["columns"] = CommentedMap()
    columns = told["columns"]
    chosen = _choices(table)
    for column in table.table.columns:
        if column.name in chosen and column.name not in columns:
            step = chosen[column.name]
            how, reason = CommentedMap(), step.choice.reason
            if len(step.task.fills) == 1 and step.choice.kind not in _FIXED:
                how["generator"] = step.choice.kind
            else:  # an empty mapping asks for nothing: the columns of a group stay together
                others = [name for name in step.task.fills if name != column.name]
                reason = f"{step.choice.kind}{' together with ' + ', '.join(others) if others else ''}: {reason}"
            how.fa.set_flow_style()
            _add(columns, column.name, how, reason + _label(plan, table, column.name))
    if not columns:
        del told["columns"]


def _label(plan: Plan, table: TablePlan, column: str) -> str:
    """How sensitive a column looks, what it seems to mean, how sure that is, and why; nothing where it looks harmless."""
    meaning = plan.meanings.get((table.table.name, column))
    if meaning is None or meaning.sensitivity is Sensitivity.NONE:
        return ""
    return f"; {meaning.sensitivity.value} {meaning.kind.value}, {meaning.confidence:.0%}: {meaning.why}"


def _add_maskers(told: CommentedMap, plan: Plan, table: TablePlan) -> None:
    """Who masks which column, and why."""
    if told.get("columns") is None:
        told["columns"] = CommentedMap()
    for masking in plan.masks.of(table.table.name):
        if masking.column not in told["columns"]:
            how = CommentedMap({"masker": masking.masker.kind})
            how.fa.set_flow_style()
            _add(told["columns"], masking.column, how, masking.reason)
    if not told["columns"]:
        del told["columns"]


def _spelling(tables: CommentedMap, table: TablePlan) -> str:
    """The name under which an earlier file speaks of this table, or the one that the schema prints."""
    long = f"{table.table.name.schema}.{table.table.name.name}"
    return long if long in tables else str(table.table.name)


def _choices(table: TablePlan) -> dict[str, Step]:
    return {name: step for step in table.steps for name in step.task.fills}


def _reason(table: TablePlan) -> str:
    why = table.bookkeeping or table.reference or ("" if table.reason == "undecided" else table.reason)
    return "; ".join(part for part in (f"{table.source_rows:,} rows", why) if part)


def _add(into: CommentedMap, key: str, value: Any, comment: str = "") -> None:
    if key in into:
        return
    into[key] = value
    if comment := _line(comment):
        into.yaml_add_eol_comment(comment, key, column=_COLUMN)


def _empty_list() -> CommentedSeq:
    found = CommentedSeq()
    found.fa.set_flow_style()
    return found


def _line(text: str) -> str:
    """Text that can stand in a comment: one line, no control characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
