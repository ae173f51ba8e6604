"""What the README shows of subsets and of masked rows is what happens: the same lines, and rows changed in the same manner."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mimic import commands
from mimic.cli.app import app

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
SECTION = README[README.index("## Real rows: a subset") : README.index("## What looks sensitive")]


@pytest.fixture
def folder(chinook_sqlite: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    chinook_sqlite.rename(tmp_path / "music.sqlite")
    monkeypatch.chdir(tmp_path)
    commands.new_key("mask.key")
    return tmp_path


def shown(command: str) -> list[str]:
    """The lines that the README shows below a command; `...` stands for some that are left out."""
    lines = [line.removeprefix("    ") for line in SECTION.splitlines()]
    at = lines.index(f"$ mimic {command}") + 1
    return [line for line in lines[at : next(i for i in range(at, len(lines)) if not lines[i] or lines[i].startswith("$"))] if line]


def run(command: str) -> list[str]:
    words = [quoted or plain for quoted, plain in re.findall(r"'([^']*)'|(\S+)", command)]
    done = CliRunner().invoke(app, words, env={"COLUMNS": "200"})
    assert done.exit_code == 0, done.stderr
    return [line.rstrip() for line in done.stdout.splitlines()]


@pytest.mark.parametrize(
    "command",
    [
        "subset sqlite:///music.sqlite --root 'customer: 5%' --dry-run",
        "explain sqlite:///music.sqlite --root 'customer: 5%' --row 'artist(252)'",
        "explain sqlite:///music.sqlite --root 'customer: 5%' --table track",
    ],
)
def test_what_is_printed_is_what_the_page_shows(folder, command):
    printed = run(command)
    missing = [line for line in shown(command) if line.strip() != "..." and line.rstrip() not in printed]
    assert missing == []


def table(heading: str) -> list[list[str]]:
    """The rows of the first table behind a line."""
    lines = SECTION[SECTION.index(heading) :].splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("| before"))
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[start:] if line.startswith("|")]
    return rows[: next((i for i, row in enumerate(rows) if row[0] not in ("before", "after")), len(rows))]


def customers(file: str) -> dict[int, list[str]]:
    asked = "SELECT customer_id, first_name || ' ' || last_name, email, phone, country, address, city, postal_code, company FROM customer"
    with closing(sqlite3.connect(file)) as db:
        return {row[0]: ["" if cell is None else str(cell) for cell in row] for row in db.execute(asked)}


def alike(shown: list[str], made: list[str]) -> bool:
    """Of the same form: the digits of a phone number where they are, an address in .example, a country that stays."""
    name, email, phone, country = made
    forms = [re.sub(r"[0-9]", "9", text) for text in (shown[2], phone)]
    return forms[0] == forms[1] and all(text.endswith(".example") for text in (shown[1], email)) and shown[3] == country and " " in name


def test_the_rows_of_the_subset_before_and_after(folder):
    """Rows before are the source's; rows after are another key's, and so are told apart by their form only."""
    run("subset sqlite:///music.sqlite sqlite:///few.sqlite --root 'customer: 5%' --key-file mask.key")
    before, after = customers("music.sqlite"), customers("few.sqlite")
    rows = table("mimic subset sqlite:///music.sqlite sqlite:///few.sqlite")
    assert len(after) == 3
    assert len(rows) >= 4
    for row in rows:
        number = int(row[1])
        assert number in after
        if row[0] == "before":
            assert row[2:] == before[number][1:5]
        else:
            assert alike(row[2:], after[number][1:5]), row
            assert row[2] not in before[number]


def test_the_masked_rows_before_and_after(folder):
    yaml = SECTION[SECTION.index("    tables:\n      employee: {mode: mask}") :]
    config = "\n".join(line[4:] for line in yaml[: yaml.index("    $ mimic")].splitlines() if line.strip())
    Path("mimic.yaml").write_text(config + "\n")
    run("clone sqlite:///music.sqlite sqlite:///copy.sqlite --config mimic.yaml --key-file mask.key --reference copy")
    before, after = customers("music.sqlite"), customers("copy.sqlite")
    assert len(after) == len(before)
    by_name = {row[1]: number for number, row in before.items()}
    rows = table("mimic clone sqlite:///music.sqlite sqlite:///copy.sqlite")
    for shown_before, shown_after in zip(rows[::2], rows[1::2], strict=True):
        number = by_name[shown_before[1]]
        _, _, email, phone, _, address, city, postcode, company = before[number]
        assert shown_before[2:] == [company, address, city, postcode, phone, email]
        _, name, email, phone, _, address, city, postcode, company = after[number]
        assert [shown_after[2], shown_after[4], shown_after[5]] == [company, city, postcode], "redacted, kept, and a prefix of it kept"
        assert re.sub(r"[0-9]", "9", shown_after[6]) == re.sub(r"[0-9]", "9", phone)
        assert email.endswith(".example")
        assert name != shown_before[1]
        assert address != shown_before[3]
