"""How long work tells how far it is. The command line draws bars, a pipe gets plain lines, a library user nothing."""

from __future__ import annotations

from typing import Protocol


class Bar(Protocol):
    def advance(self, n: int) -> None: ...
    def done(self, note: str = "") -> None: ...


class Progress(Protocol):
    def bar(self, label: str, total: int | None, unit: str = "rows") -> Bar:
        """A new line of work of `total` units, None when that is not known."""

    def say(self, sentence: str) -> None:
        """One remark that a person should see now."""


class _QuietBar:
    def advance(self, n: int) -> None:
        pass

    def done(self, note: str = "") -> None:
        pass


class Quiet:
    """Tells nothing."""

    def bar(self, label: str, total: int | None, unit: str = "rows") -> Bar:
        return _QuietBar()

    def say(self, sentence: str) -> None:
        pass
