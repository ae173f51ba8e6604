"""A ZIP of named parts: the same parts give the same bytes, and no file can make its reader swallow more than it should.

Whatever a member claims about itself is checked before it is believed: how many there are, how large each is, how much it
grows. Our own files never grow more than `GROWTH` times, because the writer stores what would; so a reader may refuse the
rest, and what it allocates is bounded by the size of the file.
"""

from __future__ import annotations

import os
import stat
import zipfile
import zlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from mimic.errors import MimicError, ModelFileError

MEMBERS = 200_000
MEMBER_BYTES = 2 << 30
TOTAL_BYTES = 8 << 30
TEXT_BYTES = 128 << 20  # JSON and SQL: a parsed document takes many times its text
GROWTH = 100  # unpacked to packed size, of members above SMALL
SMALL = 1 << 16
LEVEL = 6

_MOMENT = (1980, 1, 1, 0, 0, 0)  # the earliest that a ZIP can tell: files of the same content are the same


def write(path: Path, parts: Mapping[str, bytes]) -> None:
    """Write all parts, in order of their names, to a file that appears whole or not at all."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with zipfile.ZipFile(beside, "w") as file:
            for name in sorted(parts):
                member = zipfile.ZipInfo(name, _MOMENT)
                member.create_system = 3
                member.external_attr = (stat.S_IFREG | 0o600) << 16
                member.compress_type = _packing(parts[name])
                file.writestr(member, parts[name], compresslevel=LEVEL)
        beside.replace(path)
    except OSError as error:
        raise MimicError(f"cannot be written: {error.strerror}.", where=str(path)) from None
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)


def _packing(content: bytes) -> int:
    """Stored, not deflated, where deflating gains nothing or so much that a reader would take fright."""
    if len(content) <= SMALL:
        return zipfile.ZIP_DEFLATED
    packed = zlib.compressobj(LEVEL, zlib.DEFLATED, -15)
    size = len(packed.compress(content)) + len(packed.flush())
    return zipfile.ZIP_DEFLATED if size < len(content) <= GROWTH * size else zipfile.ZIP_STORED


@dataclass(frozen=True, slots=True)
class Archive:
    """The parts of an opened file, each read when asked for and only as far as it may be large."""

    path: Path
    file: zipfile.ZipFile
    members: Mapping[str, zipfile.ZipInfo]

    def read(self, name: str, limit: int = MEMBER_BYTES) -> bytearray:
        """The content of one part; `ModelFileError` when it is missing, damaged or larger than `limit` bytes."""
        if name not in self.members:
            raise damaged(self.path, f"the part {name!r} is missing")
        member = self.members[name]
        if member.file_size > limit:
            raise damaged(self.path, f"the part {name!r} is larger than {limit:,} bytes")
        content = bytearray()
        with self.file.open(member) as stream:
            while block := stream.read(1 << 20):
                content += block
                if len(content) > member.file_size:
                    raise damaged(self.path, f"the part {name!r} is larger than it claims")
        if len(content) != member.file_size:
            raise damaged(self.path, f"the part {name!r} ends early")
        return content

    def text(self, name: str) -> str:
        return self.read(name, TEXT_BYTES).decode()


def opened(path: Path, file: zipfile.ZipFile) -> Archive:
    """Check all that the directory of a ZIP claims."""
    found = file.infolist()
    if len(found) > MEMBERS:
        raise damaged(path, f"more than {MEMBERS:,} parts")
    members = {member.filename: member for member in found}
    if len(members) != len(found):
        raise damaged(path, "two parts of one name")
    packed = sum(member.compress_size for member in found)
    if packed > path.stat().st_size:
        raise damaged(path, "its parts are larger than the file")  # overlapping members
    if sum(member.file_size for member in found) > TOTAL_BYTES:
        raise damaged(path, f"more than {TOTAL_BYTES:,} bytes unpacked")
    for member in found:
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or member.flag_bits & 0x1:
            raise damaged(path, f"the part {member.filename!r} is packed in a way that Mimic does not write")
        if member.file_size > SMALL and member.file_size > GROWTH * member.compress_size:
            raise damaged(path, f"the part {member.filename!r} grows more than {GROWTH} times")
    return Archive(path, file, members)


def damaged(path: Path, why: str) -> ModelFileError:
    return ModelFileError(
        f"damaged, or no model file of Mimic: {why}.", where=str(path), hint="Learn it anew: mimic learn SOURCE -o FILE.mimic"
    )
