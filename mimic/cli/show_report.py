"""Reports for people and for programs: a line per table, findings, scores."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from mimic.cli.talk import Talk
from mimic.report import Finding, Report, Severity

COLOURS = {Severity.NOTE: "dim", Severity.WARNING: "yellow", Severity.BLOCKING: "bold red"}
PLACES_SHOWN = 3  # of findings that say the same
NOTES_SHOWN = 10  # without -v


def show(report: Report, talk: Talk) -> int:
    """Print a load's report; gives the exit code."""
    code = report.exit_code()
    if talk.format == "json":
        talk.document(tree(report))
        return code
    if not talk.quiet:
        _show_lines(report, talk)
    findings(report.findings, talk)
    return code


def _show_lines(report: Report, talk: Talk) -> None:
    dry = "dry run" in report.facts
    if report.steps and (dry or talk.verbosity):
        _show_steps(report, talk)
    table = plain_table(("table", "left"), ("mode", "left"), ("rows", "right"), ("seconds", "right"), ("rows/s", "right"))
    for line in report.tables:
        speed = f"{line.rows / line.seconds:,.0f}" if line.seconds > 0 and line.rows else ""
        table.add_row(Text(line.table), line.mode, f"{line.rows:,}", "" if dry else f"{line.seconds:.2f}", speed)
    talk.out.print(table)
    rows = sum(line.rows for line in report.tables)
    told = f"{len(report.tables)} tables, {rows:,} rows"
    if dry:
        end = f"would be written to {report.facts.get('target', 'the target')}; nothing was written."
    else:
        end = f"written to {report.facts.get('target', 'the target')} in {report.seconds:.1f} s."
    talk.out.print(Text(f"{told} {end}"), soft_wrap=True)


def _show_steps(report: Report, talk: Talk) -> None:
    """How the rows of a subset were chosen, step by step."""
    table = plain_table(("step", "right"), ("table", "left"), ("rows", "right"), ("why", "left"))
    for i, step in enumerate(report.steps, 1):
        table.add_row(str(i), Text(step.table), f"{step.rows:,}", Text(step.why))
    talk.out.print(table)
    talk.out.print()


def show_explanation(report: Report, talk: Talk) -> int:
    """Print why a row is in a subset, or where a table's rows come from; gives the exit code."""
    if talk.format == "json":
        talk.document(tree(report))
        return report.exit_code()
    if "row" in report.facts:
        for i, link in enumerate(report.chain):
            talk.out.print(Text(f"{'  ' * i}{link.row}  {link.why}"), soft_wrap=True)
        if not report.chain:
            talk.out.print(Text(f"{report.facts['row']} is not in the subset of {report.facts['roots']}."), soft_wrap=True)
        return report.exit_code()
    told = f"{report.facts['table']}: {int(report.facts['rows']):,} rows"
    if report.facts["mode"] == "copy":
        told += ", all that there are: the table is of mode copy"
    talk.out.print(Text(told))
    if report.steps:
        table = plain_table(("rows", "right"), ("why", "left"))
        for step in sorted(report.steps, key=lambda step: -step.rows):
            table.add_row(f"{step.rows:,}", Text(step.why))
        talk.out.print(table)
    return report.exit_code()


def show_comparison(report: Report, talk: Talk) -> int:
    """Print how alike two databases are; gives the exit code."""
    code = report.exit_code()
    if talk.format == "json":
        talk.document(tree(report))
        return code
    table = plain_table(
        ("table", "left"), ("rows", "right"), ("in the copy", "right"), ("orphans", "right"), ("shapes", "right"),
        ("worst column", "left"), ("fan-out", "right"), ("nulls", "right"),
    )  # fmt: skip
    for line in report.tables:
        shapes = _scores(report, "shape", line.table)
        worst = min(shapes, key=lambda pair: pair[1], default=None)
        orphans = report.facts.get(f"orphans.{line.table}", "")
        table.add_row(
            Text(line.table),
            f"{int(report.facts.get(f'rows.{line.table}', '0')):,}",
            f"{line.rows:,}",
            Text(orphans, style="bold red" if orphans not in ("", "0") else ""),
            _mean(shapes),
            Text(f"{worst[0]} {worst[1]:.2f}" if worst else ""),
            _mean(_scores(report, "fan-out", line.table)),
            _mean(_scores(report, "nulls", line.table)),
        )
    talk.out.print(table)
    means = [(name, [score.value for score in report.scores if score.name == name]) for name in ("shape", "fan-out", "nulls")]
    told = ", ".join(f"{name} {sum(values) / len(values):.3f}" for name, values in means if values)
    talk.out.print(Text(f"mean over all: {told}" if told else "nothing to compare"), soft_wrap=True)
    findings(report.findings, talk)
    return code


def _scores(report: Report, name: str, table: str) -> list[tuple[str, float]]:
    start = f"{table}."
    return [(score.place[len(start) :], score.value) for score in report.scores if score.name == name and score.place.startswith(start)]


def _mean(scores: Sequence[tuple[str, float]]) -> str:
    return f"{sum(value for _, value in scores) / len(scores):.3f}" if scores else ""


def findings(found: Iterable[Finding], talk: Talk, accept: Iterable[str] = ()) -> int:
    """Print findings on stderr, the weightiest first; gives the exit code that they mean."""
    found = tuple(found)
    accept = tuple(accept)
    open_ = [finding for finding in found if not finding.accepted_by(accept)]
    code = Report("", findings=tuple(open_)).exit_code()
    order = list(Severity)
    open_.sort(key=lambda finding: -order.index(finding.severity))
    if open_ and talk.format == "text":
        notes = [finding for finding in open_ if finding.severity is Severity.NOTE]
        hidden = len(notes) - NOTES_SHOWN if not talk.verbosity else 0
        shown = open_[: len(open_) - hidden] if hidden > 0 else open_
        if talk.quiet:
            shown = [finding for finding in open_ if finding.severity is not Severity.NOTE]
        for places, finding in _alike(shown, apart=bool(talk.verbosity)):
            talk.err.print(_finding(finding, places), soft_wrap=True)
        if hidden > 0 and not talk.quiet:
            talk.err.print(Text(f"{hidden} more notes; -v shows them.", style="dim"))
        warnings = [finding.id for finding in open_ if finding.severity is Severity.WARNING]
        if code == 4 and not talk.quiet:
            told = "1 warning that nobody has" if len(warnings) == 1 else f"{len(warnings)} warnings that nobody has"
            way = f"--accept {warnings[0]} says that such a one is fine."
            talk.err.print(Text(f"{told} accepted: exit code {code}. {way}", style="dim"), soft_wrap=True)
    return code


def _alike(shown: Sequence[Finding], *, apart: bool) -> list[tuple[str, Finding]]:
    """Findings that say the same of several places as one line, `actor.t and 14 more`; each by itself when `apart`."""
    if apart:
        return [(finding.place, finding) for finding in shown]
    groups: dict[tuple[str, str, str], list[Finding]] = {}
    for finding in shown:
        groups.setdefault((finding.id, finding.sentence, finding.todo), []).append(finding)
    return [
        (
            ", ".join(x.place for x in group[:PLACES_SHOWN])
            + (f" and {len(group) - PLACES_SHOWN} more" if len(group) > PLACES_SHOWN else ""),
            group[0],
        )
        for group in groups.values()
    ]


def _finding(finding: Finding, places: str) -> Text:
    text = Text()
    text.append(f"{finding.id}  {finding.severity.value:<8}  ", COLOURS[finding.severity])
    text.append(f"{places}  ", "bold")
    text.append(". ".join(part.rstrip(".") for part in (finding.sentence, finding.todo) if part) + ".")
    return text


def plain_table(*columns: tuple[str, Any]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title, justify in columns:
        table.add_column(title, justify=justify, overflow="fold")
    return table


def tree(report: Report) -> dict[str, Any]:
    """A report as JSON."""
    return {
        "command": report.command,
        "exit_code": report.exit_code(),
        "seconds": round(report.seconds, 3),
        "facts": report.facts,
        "tables": [{"table": x.table, "mode": x.mode, "rows": x.rows, "seconds": round(x.seconds, 3)} for x in report.tables],
        "chain": [{"row": link.row, "why": link.why} for link in report.chain],
        "steps": [{"table": step.table, "rows": step.rows, "why": step.why} for step in report.steps],
        "findings": [finding_tree(finding) for finding in report.findings],
        "scores": [{"name": score.name, "place": score.place, "value": round(score.value, 4)} for score in report.scores],
    }


def finding_tree(finding: Finding) -> dict[str, str]:
    return {
        "id": finding.id,
        "severity": finding.severity.value,
        "place": finding.place,
        "sentence": finding.sentence,
        "todo": finding.todo,
    }
