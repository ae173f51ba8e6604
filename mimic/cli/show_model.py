"""A model file for people and for programs: what was learned, how, and what of the source it keeps."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from rich.text import Text

from mimic.cli.show_relations import lines as lines_of
from mimic.cli.show_relations import trees
from mimic.cli.show_report import finding_tree, findings, plain_table
from mimic.cli.talk import Talk
from mimic.model import Learned, Model, TableModel

LOSERS = 3  # named beside each choice
FAMILIES = ("tree.leaves", "copula.gaussian")  # that deal columns out, given others


def show(model: Model, talk: Talk, *, literals: bool = False) -> None:
    """Print what a model file holds; with `literals` every value of the source that it keeps."""
    if talk.format == "json":
        talk.document(tree(model, literals=literals))
        return
    out = talk.out
    facts = ", ".join(f"{name} {value}" for name, value in sorted(model.facts.items()))
    out.print(Text(f"{model.schema.engine}: {len(model.tables)} tables" + (f"; {facts}" if facts else "")), soft_wrap=True)
    kept = Counter(str(table) for table, _ in model.literals())
    out.print()
    table = plain_table(("table (load order)", "left"), ("mode", "left"), ("source rows", "right"), ("values kept", "right"), ("", "left"))
    for learned in model.tables:
        name = str(learned.name)
        rows = f"{learned.copied.num_rows:,} rows of the source travel in this file" if learned.copied is not None else learned.reason
        table.add_row(Text(name), learned.mode, f"{learned.source_rows:,}", f"{kept[name]:,}" if kept[name] else "", Text(rows))
    out.print(table)
    for learned in model.tables:
        if learned.generators:
            out.print()
            out.print(Text(str(learned.name), style="bold"))
            _show_generators(learned, talk)
    if literals:
        _show_literals(model, talk)
    for place, pins in model.pins.items():
        out.print(Text(f"{place}: {len(pins)} pinned {'row' if len(pins) == 1 else 'rows'} of the configuration travel in this file."))
    out.print()
    if not literals and kept:
        out.print(Text(f"{sum(kept.values()):,} values of the source are kept; --literals lists them with their owners."))
    findings(model.findings, talk)


def _show_generators(table: TableModel, talk: Talk) -> None:
    lines = plain_table(("  column", "left"), ("generator", "left"), ("foretells", "right"), ("why", "left"), ("instead of", "left"))
    for learned in table.generators:
        skills = dict(learned.choice.skills)
        lost = [f"{kind} {skill:.0%}" for kind, skill in skills.items() if kind != learned.choice.kind]
        lost = lost or [f"{kind} {score:.2f}" for kind, score in learned.choice.lost[:LOSERS]]
        told = f"{skills[learned.choice.kind]:.0%}" if learned.choice.kind in skills else ""
        lines.add_row(Text("  " + _fills(learned)), learned.generator.kind, told, Text(learned.choice.reason), Text(", ".join(lost)))
    talk.out.print(lines)
    for line in lines_of((table.name, learned.choice) for learned in table.generators):
        talk.out.print(Text(f"  exactly: {line}"), soft_wrap=True)
    for group in hanging_together(table):
        talk.out.print(Text(f"  together: {', '.join(group.columns)}  ({group.said})"), soft_wrap=True)


def _fills(learned: Learned) -> str:
    """Its columns; of the hidden ones, those that tell of children. (`@key` is the parent's row, which every reference fills too.)"""
    return ", ".join(_told(name) for name in learned.generator.fills if not name.startswith("@"))


def _told(name: str) -> str:
    if name.startswith("#"):
        return "number of " + name[1:]
    return "what is like in " + name[1:] if name.startswith("~") else name


@dataclass(frozen=True, slots=True)
class Together:
    """Columns of which each hangs on another one, directly or not, and the mean skill of each family over those that were foretold."""

    columns: tuple[str, ...]
    skills: tuple[tuple[str, float], ...]

    @property
    def said(self) -> str:
        return "foretold: " + ", ".join(f"{kind} {skill:.0%}" for kind, skill in self.skills)


def hanging_together(table: TableModel) -> list[Together]:
    """The columns of a table, parted so that none hangs on one of another part; parts of one column are left out."""
    own = {name for learned in table.generators for name in learned.generator.fills if name[:1] not in "#~@?"}
    part = {name: {name} for name in own}
    for learned in table.generators:
        names = [name.lstrip("<>") for name in (*learned.generator.fills, *learned.generator.needs)]
        joined = set().union(*(part[name] for name in names if name in own))
        part |= dict.fromkeys(joined, joined)
    order = [name for learned in table.generators for name in learned.generator.fills if name in own]
    found = []
    for columns in dict.fromkeys(tuple(name for name in order if name in part[first]) for first in order):
        skills: dict[str, list[float]] = {}
        judged = [learned.choice for learned in table.generators if learned.choice.skills and set(learned.generator.fills) <= set(columns)]
        for choice in judged:
            for kind, skill in (("the best of each", dict(choice.skills).get(choice.kind, 0.0)), *choice.skills):
                if kind in ("the best of each", *FAMILIES):
                    skills.setdefault(kind, []).append(skill)
        if len(columns) > 1 and judged:
            found.append(Together(columns, tuple((kind, round(sum(each) / len(judged), 4)) for kind, each in skills.items())))
    return found


def _show_literals(model: Model, talk: Talk) -> None:
    talk.out.print()
    talk.out.print(Text("Values of the source that this file keeps:", style="bold"))
    table = plain_table(("column", "left"), ("owners", "right"), ("reason", "left"), ("value", "left"))
    for name, literal in model.literals():
        table.add_row(Text(f"{name}.{literal.column}"), f"{literal.owners:,}", Text(literal.reason), Text(_printable(literal.value)))
    talk.out.print(table)


def _printable(value: str) -> str:
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in value)


def tree(model: Model, *, literals: bool = False) -> dict[str, Any]:
    """A model's description as JSON."""
    told: dict[str, Any] = {
        "engine": model.schema.engine,
        "facts": dict(model.facts),
        "seed": model.seed,
        "tables": [_table_tree(table) for table in model.tables],
        "relations": trees((table.name, learned.choice) for table in model.tables for learned in table.generators),
        "pinned_rows": {str(name): len(pins) for name, pins in model.pins.items()},
        "findings": [finding_tree(finding) for finding in model.findings],
    }
    if literals:
        told["literals"] = [
            {"table": str(table), "column": x.column, "value": x.value, "owners": x.owners, "reason": x.reason}
            for table, x in model.literals()
        ]
    return told


def _table_tree(table: TableModel) -> dict[str, Any]:
    return {
        "table": str(table.name),
        "mode": table.mode,
        "source_rows": table.source_rows,
        "copied_rows": int(table.copied.num_rows) if table.copied is not None else None,
        "generators": [
            {
                "fills": list(learned.generator.fills),
                "kind": learned.generator.kind,
                "reason": learned.choice.reason,
                "lost": [{"kind": kind, "score": score} for kind, score in learned.choice.lost],
                "skills": [{"kind": kind, "skill": skill} for kind, skill in learned.choice.skills],
            }
            for learned in table.generators
        ],
        "together": [
            {"columns": list(group.columns), "skills": [{"kind": kind, "skill": skill} for kind, skill in group.skills]}
            for group in hanging_together(table)
        ],
    }
