"""Notes of what should not go unnoticed: who asked for real values, when, and how many. Never a value."""

from __future__ import annotations

import getpass
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from mimic.errors import UsageError


def note(sentence: str, file: Path | None) -> None:
    """One line to stderr, and one of JSON at the end of `file`."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = "unknown"
    at = datetime.now(UTC).isoformat(timespec="seconds")
    print(f"{at} {user}: {sentence}", file=sys.stderr)
    if file is not None:
        try:
            with file.open("a", encoding="utf-8") as out:
                out.write(json.dumps({"at": at, "user": user, "what": sentence}) + "\n")
        except OSError as problem:
            raise UsageError(f"cannot be written: {problem.strerror}; nothing was told.", where=str(file)) from None


__all__ = ["note"]
