"""Files, connections, and what SQLite says when it refuses."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from mimic.errors import ConnectorError, Unsupported, UsageError

OLDEST = (3, 37, 0)  # tells shadow, STRICT and WITHOUT ROWID tables apart (pragma_table_list)
WAIT = 5.0  # seconds for another process to let go of the file


def path_of(url: str) -> Path:
    """`sqlite:///relative.db`, `sqlite:////absolute.db`; the path is taken as it is written, without percent signs for letters."""
    scheme, separator, rest = url.partition("://")
    path = rest[1:]
    if scheme.split("+")[0].lower() != "sqlite" or not separator or not rest.startswith("/"):
        raise UsageError("not the URL of a SQLite file.", hint="Write sqlite:///relative.db or sqlite:////absolute/path.db.")
    if path in ("", ":memory:") or path.startswith("file:"):
        raise UsageError("a SQLite database in memory lives in one process only: no other can read or fill it.", hint="Name a file.")
    if "\0" in path:
        raise UsageError("a file name cannot hold a NUL character.")
    return Path(path)


def connect(path: Path, *, write: bool = False, create: bool = False) -> sqlite3.Connection:
    """In autocommit, with texts that are no UTF-8 made readable; raises `ConnectorError` when the file is no database."""
    if sqlite3.sqlite_version_info < OLDEST:
        oldest = ".".join(map(str, OLDEST))
        raise Unsupported(f"this Python's SQLite is {sqlite3.sqlite_version}; {oldest} or later is needed.", where=str(path))
    if not create and not path.exists():
        what = "no such file, and no such folder" if not path.absolute().parent.is_dir() else "no such file"
        hint = f"Looked for {path.absolute()}. `sqlite:///` is followed by a path from here, `sqlite:////` by one from the root."
        raise ConnectorError(f"{what}.", where=str(path), hint=hint, sqlstate="SQLITE_CANTOPEN")
    if path.is_dir():
        raise ConnectorError("a folder, not a database.", where=str(path), hint="Name the file in it.", sqlstate="SQLITE_CANTOPEN")
    mode = "rwc" if create else "rw" if write else "ro"
    with told(str(path)):
        uri = f"file:{quote(str(path.absolute()))}?mode={mode}"
        connection = sqlite3.connect(uri, uri=True, timeout=WAIT, isolation_level=None, check_same_thread=False, cached_statements=512)
        try:
            connection.text_factory = _readable
            connection.execute("SELECT count(*) FROM sqlite_master")
            connection.text_factory = str
        except sqlite3.Error:
            connection.close()
            raise
    return connection


def readable_texts(connection: sqlite3.Connection) -> None:
    """Read bytes that are no UTF-8 as the replacement character instead of failing."""
    connection.text_factory = _readable


def _readable(text: bytes) -> str:
    return text.decode(errors="replace")


def quoted(name: str) -> str:
    """An identifier in double quotes. SQLite cuts names at a NUL, so such a name is refused."""
    if "\0" in name:
        raise Unsupported("a name cannot hold a NUL character in SQLite", where=name.replace("\0", "\\0"))
    return '"' + name.replace('"', '""') + '"'


# Messages that quote names of the schema and nothing else. All others may hold values or texts of the schema.
TELLING = re.compile(
    r"(UNIQUE|NOT NULL) constraint failed: .*|FOREIGN KEY constraint failed|foreign key mismatch - .*|datatype mismatch"
    r"|cannot store \w+ value in \w+ column .*|no such (table|column|module|function|collation sequence): .*"
    r"|database( table)? is locked.*|unable to open database file|file is not a database|attempt to write a readonly database"
    r"|disk I/O error|database or disk is full|database disk image is malformed|(table|index|view|trigger) .* already exists"
    r"|too many columns on .*|too many terms .*|string or blob too big",
    re.DOTALL,
)
HINTS = {
    "SQLITE_BUSY": "Another process holds the file; close it, or wait until it is done.",
    "SQLITE_LOCKED": "Another process holds the file; close it, or wait until it is done.",
    "SQLITE_CANTOPEN": "Look at the path and its rights. A file in WAL mode needs a folder that can be written, even to be read.",
    "SQLITE_NOTADB": "It may be encrypted, or no SQLite file at all.",
    "SQLITE_READONLY_ROLLBACK": "A crashed process left a journal beside it: open it once with the sqlite3 shell, which rolls it back.",
    "SQLITE_FULL": "Free some space: the new file is built beside the old one.",
}


@contextmanager
def told(where: str) -> Iterator[None]:
    """Turns errors of the driver into `ConnectorError`, without values."""
    try:
        yield
    except sqlite3.Error as error:
        raise translated(error, where) from None
    except UnicodeEncodeError:
        raise ConnectorError("a text holds half of a surrogate pair, which UTF-8 cannot store", where=where) from None


def translated(error: sqlite3.Error, where: str) -> ConnectorError:
    code = getattr(error, "sqlite_errorname", "") or ""
    message = str(error)
    if not TELLING.fullmatch(message):
        message = "a CHECK constraint failed" if code == "SQLITE_CONSTRAINT_CHECK" else f"SQLite refused ({type(error).__name__})"
    hint = next((hint for name, hint in HINTS.items() if code == name or code.startswith(f"{name}_")), "")
    return ConnectorError(message, where=where, hint=hint, sqlstate=code)
