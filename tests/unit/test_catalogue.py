"""Every finding that the code can make stands in the catalogue of `mimic/README.md`, and the other way round."""

from __future__ import annotations

import re
from pathlib import Path

from mimic.report import FINDINGS

ROOT = Path(__file__).parents[2]


def test_the_catalogue_lists_every_finding():
    text = "".join(path.read_text() for room in ("mimic", "connectors") for path in sorted((ROOT / room).rglob("*.py")))
    made = set(re.findall(r'"([NWB]\d{3})"', text))
    listed = set(re.findall(r"^\| ([NWB]\d{3}) \|", (ROOT / "mimic" / "README.md").read_text(), re.MULTILINE))
    assert made - listed == set()
    assert listed - made == set()
    assert set(FINDINGS) == listed


def test_an_id_has_one_severity():
    listed = re.findall(r"^\| [NWB](\d{3}) \|", (ROOT / "mimic" / "README.md").read_text(), re.MULTILINE)
    assert {number for number in listed if listed.count(number) > 1} <= {"303"}  # one connection (note), a right that lacks (warning)
