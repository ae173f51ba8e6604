"""How a command fails: one sentence on stderr and an exit code; never a traceback for a mistake, never a value of the source."""

from __future__ import annotations

import re
import sys
import traceback
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperGroup

from mimic.cli.talk import Talk
from mimic.errors import ConfigError, MimicError

INTERRUPTED = 130


class Commands(TyperGroup):
    """All commands, with one place where their errors end."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except MimicError as error:
            if isinstance(error, ConfigError):
                error = ConfigError(error.problems, file=Talk.current().config)
            _tell(str(error), error.exit_code, type(error).__name__)
            raise typer.Exit(error.exit_code) from None
        except (KeyboardInterrupt, typer.Abort):
            _tell("interrupted; the target is as it was.", INTERRUPTED, "Interrupted")
            raise typer.Exit(INTERRUPTED) from None
        except BrokenPipeError:
            raise typer.Exit(1) from None
        except Exception as error:
            if isinstance(error, typer.Exit) or hasattr(error, "show"):  # the end, or wrong usage that typer itself explains
                if hasattr(error, "message"):
                    error.message = redacted(error.message)  # it quotes arguments
                raise
            _tell(_fault(error), 1, type(error).__name__)
            if Talk.current().verbosity >= 2:
                _tell_frames(error)
            raise typer.Exit(1) from None


_USER = re.compile(r"((?:^|[\s'\"(/])[^\s:@/'\"]*):(\S*)@")
_BARE = re.compile(r"//[^\s:@'\"]*")  # a user without a password
_PARAMETER = re.compile(r"(?i)(passw\w*|pwd|secret|token)=[^&\s'\"]+")


def redacted(text: str) -> str:
    """The text with whatever looks like the password of a URL taken out, of a malformed one too (`postgres//me:secret@host`)."""
    return _PARAMETER.sub(r"\1=***", _USER.sub(lambda found: found[0] if _BARE.fullmatch(found[2]) else f"{found[1]}:***@", text))


def _tell(sentence: str, code: int, kind: str) -> None:
    sentence = redacted(sentence)
    talk = Talk.current()
    talk.close()
    print(f"mimic: {sentence}", file=sys.stderr)
    if talk.format == "json":
        talk.document({"error": {"kind": kind, "sentence": sentence}, "exit_code": code})


def _fault(error: Exception) -> str:
    """A fault of ours. Its message stays unsaid, because it may quote a value."""
    frames = traceback.extract_tb(error.__traceback__)
    at = f" in {Path(frames[-1].filename).stem}.{frames[-1].name}" if frames else ""
    hint = "" if Talk.current().verbosity >= 2 else " Run it again with -vv to see where."
    return f"a fault of Mimic's own: {type(error).__name__}{at}. If a target was being filled, it is as it was.{hint} Please report it."


def _tell_frames(error: BaseException) -> None:
    """Where it happened, without messages and without the values that a usual traceback would show."""
    chain: BaseException | None = error
    while chain is not None:
        print(f"{type(chain).__name__} (its message is withheld: it may quote a value)", file=sys.stderr)
        for frame in traceback.extract_tb(chain.__traceback__):
            print(f"  {frame.filename}:{frame.lineno} {frame.name}", file=sys.stderr)
        chain = chain.__cause__ or (None if chain.__suppress_context__ else chain.__context__)
