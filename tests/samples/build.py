"""Build a bundled sample database: python tests/samples/build.py chinook chinook.sqlite"""

from __future__ import annotations

import argparse
import gzip
import sqlite3
from contextlib import closing
from pathlib import Path

HERE = Path(__file__).parent
SUFFIX = ".sqlite.sql.gz"


def names() -> list[str]:
    return sorted(file.name.removesuffix(SUFFIX) for file in HERE.glob(f"*{SUFFIX}"))


def build(name: str, out: Path) -> Path:
    """Write the sample as a new SQLite file in place of what stands at `out`."""
    out.unlink(missing_ok=True)
    script = gzip.decompress((HERE / f"{name}{SUFFIX}").read_bytes()).decode()
    with closing(sqlite3.connect(out)) as database:
        database.execute("PRAGMA synchronous = OFF")
        database.executescript(script)
        dangling = database.execute("PRAGMA foreign_key_check").fetchall()
    if dangling:
        raise ValueError(f"sample {name}: {len(dangling)} rows refer to no parent")
    return out


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=names())
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    build(arguments.name, arguments.out)
