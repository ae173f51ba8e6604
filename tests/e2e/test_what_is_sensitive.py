"""How well `mimic inspect --format json` finds what is sensitive, on columns labelled by others (acceptance: a minute or two)."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mimic.cli.app import app

HARM = {"direct", "secret", "special"}


def figures(rows: list[tuple[str, str, str, str]]) -> dict[str, tuple[int, int]]:
    """Of (label, kind, sensitivity, kind found): how many of how many."""
    flagged = [row for row in rows if row[2] != "none"]
    right = [row for row in flagged if row[0] != "none"]
    return {
        "direct, secret, special": (sum(row[2] in HARM for row in rows if row[0] in HARM), sum(row[0] in HARM for row in rows)),
        "secret": (sum(row[2] == "secret" for row in rows if row[0] == "secret"), sum(row[0] == "secret" for row in rows)),
        "flagged that are": (len(right), len(flagged)),
        "kind": (sum(row[1] == row[3] for row in right), len(right)),
    }


def share(found: tuple[int, int]) -> float:
    return found[0] / found[1] if found[1] else 1.0


@pytest.mark.acceptance
def test_labelled_columns_of_real_databases_and_of_bare_schemas(shared_data, running_servers, make_database, load_shared):
    """Recall 0.95 (secrets 0.98), precision 0.6, kind 0.8, with rows and without apart; the README quotes what this prints."""
    labels: dict[str, dict[tuple[str, str, str], tuple[str, str]]] = defaultdict(dict)
    with (shared_data / "pii" / "columns.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            labels[row["database"]][row["schema"], row["table"], row["column"]] = (row["label"], row["kind"])
    judged: dict[str, list[tuple[str, str, str, str]]] = {"with rows": [], "bare": []}
    for database, known in labels.items():
        if (shared_data / "databases" / database).is_dir():
            url, which = load_shared(database).url, "with rows"
        else:
            made = make_database(server=running_servers.postgres(15))  # extensions
            made.psql(Path(shared_data / "schemas" / f"{database}.sql"))
            url, which = made.url, "bare"
        told = json.loads(CliRunner().invoke(app, ["inspect", url, "--format", "json"]).stdout)["columns"]
        found = {(entry["schema"], entry["table"], entry["column"]): (entry["sensitivity"], entry["kind"]) for entry in told}
        assert set(known) <= set(found)
        judged[which] += [(*label, *found[place]) for place, label in known.items()]
    for which, rows in judged.items():
        print(f"\n{which}: {len(rows):,} columns")
        for what, (some, many) in figures(rows).items():
            print(f"  {what:25} {some:>4} of {many:>4}  {share((some, many)):.3f}")
    for rows in (*judged.values(), [row for some in judged.values() for row in some]):
        measured = figures(rows)
        assert share(measured["direct, secret, special"]) >= 0.95
        assert share(measured["secret"]) >= 0.98
        assert share(measured["flagged that are"]) >= 0.6
        assert share(measured["kind"]) >= 0.8


def test_inspect_lists_every_column_with_what_it_holds(chinook_sqlite):
    told = json.loads(CliRunner().invoke(app, ["inspect", f"sqlite:///{chinook_sqlite}", "--format", "json"]).stdout)["columns"]
    found = {(entry["table"], entry["column"]): entry for entry in told}
    assert len(told) == 64
    assert set(told[0]) == {"schema", "table", "column", "type", "sensitivity", "kind", "confidence", "why"}
    assert (found["customer", "email"]["sensitivity"], found["customer", "email"]["kind"]) == ("direct", "email")
    assert found["track", "milliseconds"]["sensitivity"] == "none"
    assert 0 < found["customer", "email"]["confidence"] <= 1


def test_what_the_user_says_about_a_column_stands(chinook_sqlite, tmp_path):
    config = tmp_path / "mimic.yaml"
    config.write_text("tables: {customer: {columns: {email: {sensitivity: none}, country: {sensitivity: special}}}}\n")
    done = CliRunner().invoke(app, ["inspect", f"sqlite:///{chinook_sqlite}", "--format", "json", "--config", str(config)])
    found = {(entry["table"], entry["column"]): entry["sensitivity"] for entry in json.loads(done.stdout)["columns"]}
    assert (found["customer", "email"], found["customer", "country"]) == ("none", "special")
