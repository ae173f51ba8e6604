"""The key of masking: 32 bytes that nobody guesses, from a file, a variable or a command. It is never printed, logged or stored."""

from __future__ import annotations

import base64
import binascii
import os
import secrets
import shlex
import stat
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from mimic.errors import Refused, UsageError

LENGTH = 32
_HEAD = "mimic-key-1:"


@dataclass(frozen=True, slots=True)
class Key:
    """A secret that does not show itself."""

    secret: bytes = field(repr=False)

    def __str__(self) -> str:
        return "Key(...)"


def new_key(path: Path) -> None:
    """A fresh key in a file that only its owner may read. An existing file is never overwritten."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise Refused("is there already; a key is never overwritten, since nobody could use it again.", where=str(path)) from None
    except OSError as problem:
        raise UsageError(f"cannot be written: {problem.strerror}.", where=str(path)) from None
    with os.fdopen(handle, "w", encoding="ascii") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(_HEAD + base64.b64encode(secrets.token_bytes(LENGTH)).decode() + "\n")


def read_key(*, file: str | Path | None = None, variable: str | None = None, command: str | None = None) -> Key | None:
    """The key from the one place that is named; None where none is."""
    named = [place for place in (file, variable, command) if place]
    if len(named) > 1:
        raise UsageError("the key is named twice.", where="key", hint="Give a file, a variable or a command; not two of them.")
    if file:
        return _parsed(_of_file(Path(file)), str(file))
    if variable:
        if variable not in os.environ:
            raise UsageError("there is no such environment variable.", where=variable)
        return _parsed(os.environ[variable], f"the variable {variable}")
    if command:
        return _parsed(_of_command(command), "the command for the key")
    return None


def _of_file(path: Path) -> str:
    try:
        told = path.stat()
    except OSError as problem:
        raise UsageError(f"cannot be read: {problem.strerror}.", where=str(path), hint="Make a key with: mimic key new FILE") from None
    if not stat.S_ISREG(told.st_mode):
        raise UsageError("is no plain file.", where=str(path))
    if told.st_mode & 0o077:
        mode = f"{stat.S_IMODE(told.st_mode):04o}"
        raise Refused(f"others may read it or write to it (mode {mode}); nothing was read.", where=str(path), hint="chmod 600 FILE")
    try:
        return path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        raise UsageError("holds no key.", where=str(path), hint="Make one with: mimic key new FILE") from None


def _of_command(command: str) -> str:
    try:
        done = subprocess.run(shlex.split(command), capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL)
    except (OSError, ValueError, subprocess.TimeoutExpired):
        raise UsageError("could not be run.", where="the command for the key") from None
    if done.returncode:
        raise UsageError(f"ended with exit code {done.returncode}.", where="the command for the key")
    return done.stdout


def _parsed(text: str, where: str) -> Key:
    """`mimic-key-1:` and 32 bytes in base64, or 64 hexadecimal digits."""
    plain = text.strip().removeprefix(_HEAD)
    try:
        secret = bytes.fromhex(plain) if len(plain) == 2 * LENGTH else base64.b64decode(plain, validate=True)
    except (ValueError, binascii.Error):
        secret = b""
    if len(secret) != LENGTH or len(set(secret)) < 8:
        raise UsageError("holds no key of 32 random bytes.", where=where, hint="Make one with: mimic key new FILE")
    return Key(secret)
