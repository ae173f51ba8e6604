"""The independent judge that stands beside the project, and what the main road must reach by it."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
# The PostgreSQL databases of ../shared/data/databases.
DATABASES = (
    "chinook",
    "employees",
    "french_towns",
    "gtfs_caltrain",
    "lahman",
    "northwind",
    "pagila",
    "stackexchange_beer",
    "university",
    "world",
)
JUDGE = ROOT.parent / "shared" / "judge"
LARGE_TABLE, LARGE_PARENT = 200, 50
NOTHING: Mapping[str, float] = {}


def judge_python() -> Path:
    """The judge's own environment, made when it is first needed (its versions are pinned and differ from ours)."""
    folder = Path(os.environ.get("MIMIC_JUDGE_VENV", ROOT / ".judge-venv"))
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run(["bash", str(JUDGE / "setup.sh"), str(folder)], check=True)
    return python


def judge(real: str, copy: str, out: Path, depth: str = "quick") -> dict[str, Any]:
    """Every figure of the judge on two PostgreSQL or SQLite URLs."""
    urls = [url.replace("postgresql://", "postgresql+psycopg://", 1) for url in (real, copy)]
    done = subprocess.run([str(judge_python()), str(JUDGE / "judge.py"), depth, *urls, "--json", str(out)], capture_output=True, text=True)
    if not out.exists():
        raise RuntimeError(done.stderr[-2000:])
    return json.loads(out.read_text())


def real_values(result: dict[str, Any], vocabulary: frozenset[str] = frozenset()) -> dict[str, tuple[float, int]]:
    """Identifying columns 1 % or more of whose values in the copy are real ones: that share, and of how many rows."""
    tables = result["quick"]["tables"].items()
    kept = {f"{table}.{column}": (share, row["copy_rows"]) for table, row in tables for column, share in row["real_values_kept"].items()}
    return {name: found for name, found in kept.items() if found[0] >= 0.01 and name not in vocabulary}


def misses(result: dict[str, Any], vocabulary: frozenset[str] = frozenset(), chance: Mapping[str, float] = NOTHING) -> list[str]:
    """What falls short of the main road's targets, in words; `vocabulary` are the columns whose values a model lists as kept whole.

    `chance`: the share of real values that a column's copy would hold without having seen them; two standard errors more are no miss.
    """
    quick, summary, out = result["quick"], result["quick"]["summary"], list[str]()
    if summary["shapes"] is not None and summary["shapes"] < summary["shapes_ceiling"] - 0.01:
        out.append(f"shapes {summary['shapes']} < ceiling {summary['shapes_ceiling']} - 0.01")
    for table, row in quick["tables"].items():
        for column, score in row["shapes"].items():
            if row["rows"] >= LARGE_TABLE and score < row["ceilings"][column] - 0.05:
                out.append(f"shape of {table}.{column} {score} < its ceiling {row['ceilings'][column]} - 0.05")
        for column, score in row["nulls"].items():
            if row["rows"] >= LARGE_TABLE and score < 0.98:
                out.append(f"NULLs of {table}.{column} {score} < 0.98")
    for name, key in quick["keys"].items():
        parent = name.split(" -> ")[1]
        least = 0.95 if quick["tables"][parent]["rows"] >= LARGE_PARENT else key["ceiling"] - 0.05
        if key["fan_out"] < least:
            out.append(f"fan-out of {name} {key['fan_out']} < {least:.3f}")
    for name, least in (("texts", 0.85), ("nulls", 0.97)):
        if summary[name] is not None and summary[name] < least:
            out.append(f"{name} {summary[name]} < {least}")
    for name, (share, rows) in real_values(result, vocabulary).items():
        expected = chance.get(name, 0.0)
        if share >= expected + 0.01 + 2 * math.sqrt(expected * (1 - expected) / rows):
            out.append(f"real values kept: {name} {share:.1%}, by chance {expected:.1%}")
    return out + [f"problem: {problem}" for problem in quick["problems"]]


def texts_below(result: dict[str, Any], least: float) -> list[str]:
    """Columns whose texts are formed worse than `least`, worst first."""
    found = [(score, f"{table}.{column}") for table, row in result["quick"]["tables"].items() for column, score in row["texts"].items()]
    return [f"{name} {score}" for score, name in sorted(found) if score < least]


if __name__ == "__main__":
    made = judge(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
    print(json.dumps(made["quick"]["summary"]))
    print("\n".join(misses(made)) or "everything reached")
    print("weak texts:", ", ".join(texts_below(made, 0.8)))
