"""A source and its copy, each as what answers a query: undeclared relations are counted in both."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from typer.testing import CliRunner

from mimic.cli.app import app

Ask = Callable[[str], list[tuple[int, ...]]]


def run(*arguments: str) -> None:
    """A command that succeeds."""
    done = CliRunner().invoke(app, list(arguments))
    assert done.exit_code == 0, done.output


def cloned(folder: Path, name: str, planned: bool) -> tuple[Ask, Ask]:
    """The database `name`.sqlite of a folder and its copy, made up altogether: as `plan` wrote down, or as found."""
    source, plan, more = f"sqlite:///{folder / name}.sqlite", folder / "mimic.yaml", list[str]()
    if planned:
        run("plan", source, "-o", str(plan), "--reference", "synthesize")
        more = ["--config", str(plan)]
    run("clone", source, f"sqlite:///{folder / 'copy.sqlite'}", "--reference", "synthesize", *more)
    return asked(folder / f"{name}.sqlite"), asked(folder / "copy.sqlite")


def asked(path: Path) -> Ask:
    """What answers a query of a SQLite database."""

    def ask(query: str) -> list[tuple[int, ...]]:
        with closing(sqlite3.connect(path)) as db:
            return db.execute(query).fetchall()

    return ask
