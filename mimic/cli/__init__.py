"""The command line: arguments in, progress and tables out, an exit code. What it does is in `mimic.commands`."""

from __future__ import annotations


def main() -> None:
    """The entry point `mimic`."""
    from mimic.cli.app import app

    app(prog_name="mimic")


__all__ = ["main"]
