"""A plan for people and for programs: what a database holds and what would be done with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.text import Text

from mimic.cli.show_relations import lines, trees
from mimic.cli.show_report import finding_tree, findings, plain_table
from mimic.cli.talk import Talk
from mimic.graph import components, cycles
from mimic.plan import Plan, TablePlan
from mimic.semantics import Kind, Sensitivity


def show(plan: Plan, talk: Talk) -> None:
    """Print what was seen of a database."""
    if talk.format == "json":
        talk.document(tree(plan))
        return
    schema = plan.schema
    out = talk.out
    rows = sum(table.source_rows for table in plan.tables)
    keys = sum(len(table.foreign_keys) for table in schema.tables)
    parts = len(components(schema))
    version = f" {schema.version}" if schema.version else ""
    told = f"{schema.engine}{version}: {len(schema.tables)} tables, {rows:,} rows, {keys} foreign keys"
    told += "" if parts == 1 else f", {parts} groups of tables that no key joins"
    out.print(Text(told), soft_wrap=True)
    out.print()
    table = plain_table(("table (load order)", "left"), ("rows", "right"), ("columns", "right"), ("key", "left"), ("refers to", "left"))
    for planned in plan.tables:
        key = planned.table.primary_key
        parents = ", ".join(f"{key.label} -> {key.parent}" for key in planned.table.foreign_keys)
        name, primary = Text(str(planned.table.name)), Text(", ".join(key.columns) if key else "none")
        table.add_row(name, f"{planned.source_rows:,}", str(len(planned.table.columns)), primary, Text(parents))
    out.print(table)
    if talk.verbosity:
        _show_columns(plan, talk)
    _section(talk, "Cycles", [", ".join(str(name) for name in loop) for loop in cycles(schema)])
    _section(talk, "Looks sensitive" + ("" if talk.verbosity else " (-v tells why)"), _sensitive(plan, why=bool(talk.verbosity)))
    held = lines((table.table.name, step.choice) for table, step in plan.steps())
    _section(talk, "Holds exactly" + (" (`relations:` in mimic.yaml switches it off)" if held else ""), held)
    _section(talk, "Looks like reference data", [f"{x.table.name}: {x.reference}" for x in plan.tables if x.reference])
    _section(talk, "Bookkeeping of a framework, copied", [f"{x.table.name}: {x.bookkeeping}" for x in plan.tables if x.bookkeeping])
    out.print()
    findings(plan.findings, talk)


def _show_columns(plan: Plan, talk: Talk) -> None:
    """Every column: its type, whether it may be NULL, what it seems to mean, who would fill it."""
    for planned in plan.tables:
        chosen = {name: step.choice.kind for step in planned.steps for name in step.task.fills}
        chosen |= {masking.column: masking.masker.kind for masking in plan.masks.of(planned.table.name)}
        filler = "masker" if planned.mode == "mask" else "generator"
        columns = plain_table(("  column", "left"), ("type", "left"), ("", "left"), ("means", "left"), (filler, "left"))
        for column in planned.table.columns:
            meaning = plan.meanings.get((planned.table.name, column.name))
            filled = chosen.get(column.name, "the database" if not column.written else "")
            null = "" if column.nullable else "NOT NULL"
            means = meaning.kind.value if meaning else ""
            columns.add_row(Text(f"  {column.name}"), Text(column.declared), null, means, filled)
        talk.out.print()
        talk.out.print(Text(str(planned.table.name), style="bold"))
        talk.out.print(columns)


def _section(talk: Talk, title: str, told: list[str]) -> None:
    talk.out.print()
    talk.out.print(Text(f"{title}: none" if not told else f"{title}:", style="bold"))
    for line in told:
        talk.out.print(Text(f"  {line}"), soft_wrap=True)


def _sensitive(plan: Plan, *, why: bool) -> list[str]:
    """Columns that may tell about persons, table by table; with `why` each on a line of its own."""
    out = list[str]()
    for planned in plan.tables:
        found = [(column.name, plan.meanings.get((planned.table.name, column.name))) for column in planned.table.columns]
        told = [(name, meaning) for name, meaning in found if meaning is not None and meaning.sensitivity is not Sensitivity.NONE]
        if why:
            out += [f"{planned.table.name}.{name}: {x.kind.value} ({x.sensitivity.value}, {x.confidence:.0%}), {x.why}" for name, x in told]
        elif told:
            out.append(f"{planned.table.name}: " + ", ".join(f"{name} ({meaning.sensitivity.value})" for name, meaning in told))
    return out


def tree(plan: Plan) -> dict[str, Any]:
    """A plan as JSON."""
    return {
        "engine": plan.schema.engine,
        "version": plan.schema.version,
        "tables": [_table_tree(plan, table) for table in plan.tables],
        "columns": list(_column_trees(plan)),
        "cycles": [[str(name) for name in loop] for loop in cycles(plan.schema)],
        "relations": trees((table.table.name, step.choice) for table, step in plan.steps()),
        "findings": [finding_tree(finding) for finding in plan.findings],
    }


def _column_trees(plan: Plan) -> Iterator[dict[str, Any]]:
    """Every column in a row of its own: what it seems to mean, how sensitive that is, how sure (0 .. 1), and why."""
    for table in plan.tables:
        for column in table.table.columns:
            meaning = plan.meanings.get((table.table.name, column.name))
            yield {
                "schema": table.table.name.schema,
                "table": table.table.name.name,
                "column": column.name,
                "type": column.declared,
                "sensitivity": meaning.sensitivity.value if meaning else Sensitivity.NONE.value,
                "kind": meaning.kind.value if meaning else Kind.OTHER.value,
                "confidence": round(meaning.confidence, 3) if meaning else 0.0,
                "why": meaning.why if meaning else "",
            }


def _table_tree(plan: Plan, planned: TablePlan) -> dict[str, Any]:
    chosen = {name: step.choice for step in planned.steps for name in step.task.fills}
    masked = {masking.column: masking for masking in plan.masks.of(planned.table.name)}
    columns = []
    for column in planned.table.columns:
        entry: dict[str, Any] = {"name": column.name, "type": column.declared, "nullable": column.nullable}
        if meaning := plan.meanings.get((planned.table.name, column.name)):
            entry |= {"meaning": meaning.kind.value, "sensitivity": meaning.sensitivity.value, "why": meaning.why}
        if choice := chosen.get(column.name):
            entry |= {"generator": choice.kind, "reason": choice.reason}
        if masking := masked.get(column.name):
            entry |= {"masker": masking.masker.kind, "reason": masking.reason}
        columns.append(entry)
    key = planned.table.primary_key
    return {
        "table": str(planned.table.name),
        "rows": planned.source_rows,
        "mode": planned.mode,
        "reason": planned.reason,
        "reference": planned.reference,
        "bookkeeping": planned.bookkeeping,
        "primary_key": list(key.columns) if key else [],
        "foreign_keys": [
            {"columns": list(key.columns), "parent": str(key.parent), "referred": list(key.referred)} for key in planned.table.foreign_keys
        ],
        "columns": columns,
    }
