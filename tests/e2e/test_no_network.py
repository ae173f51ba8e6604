"""Nothing but the databases is contacted: a run on files opens no connection and looks up no name."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

WATCHED = """
import sys

def refuse(event, arguments):
    if event in ("socket.connect", "socket.bind", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"):
        print("contacted:", event, arguments, file=sys.stderr, flush=True)
        raise SystemExit(99)

sys.addaudithook(refuse)
from mimic.cli import main
main()
"""


def test_a_clone_of_a_file_and_its_comparison_contact_nothing(chinook_sqlite: Path, tmp_path: Path) -> None:
    urls = [f"sqlite:///{chinook_sqlite}", f"sqlite:///{tmp_path}/copy.sqlite"]
    for arguments in (["clone", *urls, "--reference", "copy"], ["compare", *urls]):
        done = subprocess.run([sys.executable, "-c", WATCHED, *arguments], capture_output=True, text=True, cwd=tmp_path)
        assert "contacted" not in done.stderr
        assert done.returncode == 0
