"""Values masked per second and core: names, addresses, keys of whole numbers; a million values in chunks, all distinct where they would be.

The figure is the best of some runs in CPU time of this process: other work on the machine comes and goes.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import numpy as np
import pyarrow as pa

from mimic.generators.pools import ascii_letters, names_of
from mimic.masker import MaskTask
from mimic.maskers import builtin
from mimic.schema import Column, Integer, Text
from mimic.semantics import Kind

ROWS = int(os.environ.get("MIMIC_BENCH_MASK_ROWS", "1000000"))
RUNS = int(os.environ.get("MIMIC_BENCH_RUNS", "3"))
CHUNK = 65_536
LEAST = 1_000_000  # values a second and core that were promised of names, addresses and keys; the others have it too, on an idle machine
OUT = Path(__file__).resolve().parents[2] / "bench-output" / "masking.json"
PROMISED = ("first name", "last name", "whole name", "e-mail", "integer key")


def columns() -> dict[str, tuple[str, MaskTask, pa.Array]]:
    rng = np.random.default_rng(5)
    firsts, lasts = (np.array(names, dtype=object) for names in names_of("en_US"))
    first = firsts[(len(firsts) * rng.random(ROWS) ** 3).astype(int)]
    last = lasts[(len(lasts) * rng.random(ROWS) ** 3).astype(int)]
    plain = {name: ascii_letters(name) for name in {*firsts, *lasts}}
    hosts = [f"company{i}.com" for i in range(2_000)]
    emails = [f"{plain[a]}.{plain[b]}{i}@{hosts[i % 2_000]}" for i, (a, b) in enumerate(zip(first, last, strict=True))]
    text, number = Column("c", Text()), Column("c", Integer(64))

    def task(column: Column, kind: Kind) -> MaskTask:
        return MaskTask(column, kind)

    return {
        "first name": ("person.name", task(text, Kind.FIRST_NAME), pa.array(first, pa.string())),
        "last name": ("person.name", task(text, Kind.LAST_NAME), pa.array(last, pa.string())),
        "whole name": ("person.name", task(text, Kind.PERSON_NAME), pa.array([f"{a} {b}" for a, b in zip(first, last, strict=True)])),
        "e-mail": ("person.email", task(text, Kind.EMAIL), pa.array(emails)),
        "integer key": ("identifier.number", task(number, Kind.ID), pa.array(np.arange(1, ROWS + 1))),
        "phone": ("identifier.phone", task(text, Kind.PHONE), pa.array([f"+1 (555) {i:07}" for i in range(ROWS)])),
        "code": ("identifier.preserve", task(text, Kind.CODE), pa.array([f"AB-{i:07}" for i in range(ROWS)])),
        "token": ("shape", task(text, Kind.TOKEN), pa.array([f"tok_{i:028}" for i in range(ROWS)])),
        "street": ("place.street", task(text, Kind.STREET), pa.array([f"{i % 999} Main Street {i}" for i in range(ROWS)])),
    }


def test_values_masked_per_second_and_core():
    maskers, figures = builtin().maskers, {}
    for name, (kind, task, values) in columns().items():
        masker, best = maskers.get(kind).of(task), 0.0
        masker.mask(values.slice(0, 1_000), bytes(32), {})  # lists of names are read once
        for _ in range(RUNS):
            since = time.process_time()
            for start in range(0, len(values), CHUNK):
                masker.mask(values.slice(start, CHUNK), bytes(32), {})
            best = max(best, len(values) / (time.process_time() - since))
        figures[name] = round(best)
        print(f"\n{name:12} {best / 1e6:6.2f} million values a second and core", end="")
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(figures, indent=2))
    assert [name for name in PROMISED if figures[name] < LEAST] == []
