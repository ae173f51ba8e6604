"""What a command says while it works: bars on a terminal, plain lines into a pipe, nothing when it shall be quiet.

Everything said on the way goes to stderr. stdout belongs to the result: text, or one JSON document.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from mimic.progress import Bar

WIDE = 200  # columns of a pipe
SLOW = 0.5  # seconds: quicker work is not worth a plain line unless -v asks for it


def _console() -> Console:
    """stdout; into a pipe as wide as the content, for nobody is there to scroll."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=WIDE)


@dataclass
class Talk:
    """The voice of one command: implements `mimic.progress.Progress`."""

    format: Literal["text", "json"] = "text"
    quiet: bool = False
    verbosity: int = 0
    config: str = "mimic.yaml"  # the name under which its problems are told
    out: Console = field(default_factory=_console)
    err: Console = field(default_factory=lambda: Console(stderr=True, highlight=False))
    bars: Progress | None = None

    _current: ClassVar[Talk | None] = None

    def __post_init__(self) -> None:
        Talk._current = self

    @classmethod
    def current(cls) -> Talk:
        return cls._current or cls()

    def __enter__(self) -> Talk:
        if self.err.is_terminal and not self.quiet:
            columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
            self.bars = Progress(*columns, console=self.err, transient=True)
            self.bars.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Take the bars away; what is printed next stands alone."""
        if self.bars:
            self.bars.stop()
            self.bars = None

    # -- mimic.progress.Progress --

    def bar(self, label: str, total: int | None, unit: str = "rows") -> Bar:
        return _Bar(self, label, total, unit)

    def say(self, sentence: str) -> None:
        if not self.quiet and (self.bars or self.verbosity):
            self.line(sentence)

    def line(self, text: str) -> None:
        """One line of plain text on stderr, above any bars."""
        self.err.print(text, markup=False, soft_wrap=True)

    def document(self, tree: Any) -> None:
        """The one JSON document of stdout."""
        print(json.dumps(tree, indent=2, ensure_ascii=False), file=sys.stdout)


@dataclass
class _Bar:
    """One line of work."""

    talk: Talk
    label: str
    total: int | None
    unit: str
    count: int = 0
    since: float = field(default_factory=time.monotonic)
    task: TaskID | None = None

    def __post_init__(self) -> None:
        if self.talk.bars:
            self.task = self.talk.bars.add_task(self.label, total=self.total)

    def advance(self, n: int) -> None:
        self.count += n
        if self.talk.bars and self.task is not None:
            self.talk.bars.advance(self.task, n)

    def done(self, note: str = "") -> None:
        seconds = time.monotonic() - self.since
        if self.talk.bars and self.task is not None:
            self.talk.bars.remove_task(self.task)
        if not self.talk.quiet and (self.talk.verbosity or seconds >= SLOW):
            told = f"{self.count:,} {self.unit}" if self.count else ""
            self.talk.line("  ".join(part for part in (self.label, told, f"{seconds:.1f} s", note) if part))
