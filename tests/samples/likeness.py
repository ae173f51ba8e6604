"""Fit anew what labelled columns have in common: python -m tests.samples.likeness writes mimic/planning/meaning/likeness.tsv.

Logistic regression of harm, and a softmax of the kinds, over the words of names; both held back by the square of the weights, so that
a word of a single application says little. Reads the labelled columns beside this file and, where they are there, the shared ones.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_array

from mimic.planning.meaning import context_of
from mimic.planning.meaning.likeness import TOLD_BY_TYPE, features
from mimic.planning.meaning.rules import letter
from mimic.planning.meaning.words import phrase
from tests.samples.columns import FILES, Told, applications, structure

OUT = Path(__file__).parents[2] / "mimic" / "planning" / "meaning" / "likeness.tsv"
SHARED = Path(__file__).parents[3] / "shared" / "data" / "pii" / "columns.csv"
HARM = ("direct", "secret", "special")
LEAST = 0.2  # weights below it are left out
TWICE = 2  # features of a single column are left out


class Example(NamedTuple):
    """One labelled column that references nothing: which application it is of, what is weighed, and what it is."""

    application: str
    features: dict[str, float]
    label: str
    kind: str


def examples(of: dict[str, list[tuple[str, list[Told]]]]) -> list[Example]:
    out = []
    for application, told in of.items():
        said = {(table, name): (label, kind, parent) for table, columns in told for name, _, label, kind, parent in columns}
        schema = structure(told)
        for table in schema.tables:
            key = table.primary_key.columns if table.primary_key else ()
            for column in table.columns:
                label, kind, parent = said[table.name.name, column.name]
                if not parent and (type_ := letter(column.type)) not in TOLD_BY_TYPE:
                    shown = features(phrase(column.name), type_, column.name in key, context_of(schema, table.name))
                    out.append(Example(application, dict(shown), label, kind))
    return out


def shared() -> dict[str, list[tuple[str, list[Told]]]]:
    """The columns that others labelled; nothing where they are not there."""
    if not SHARED.is_file():
        return {}
    plain = {
        "integer": "i",
        "bigint": "i",
        "smallint": "i",
        "boolean": "b",
        "date": "d",
        "numeric": "n",
        "double precision": "n",
        "real": "n",
    }
    plain |= {"jsonb": "j", "json": "j", "inet": "w", "uuid": "u", "bytea": "x", "xml": "o"}
    out: dict[str, dict[str, dict[str, Told]]] = {}
    with SHARED.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            told = row["type"].lower().split("(")[0]
            type_ = plain.get(told, "s" if told.startswith("timestamp") else "m" if told.startswith("time") else "t")
            table = out.setdefault(f"shared {row['database']}", {}).setdefault(row["table"], {})
            table[row["column"]] = (row["column"], type_, row["label"], row["kind"], "")
    return {application: [(table, list(columns.values())) for table, columns in tables.items()] for application, tables in out.items()}


def fit(found: Sequence[Example]) -> tuple[dict[str, float], dict[str, dict[str, float]]]:
    """Weights of harm, and of each kind, by feature; `` is what speaks always."""
    sensitive = [one for one in found if one.label != "none"]
    return fit_harm(found), _softmax([one.features for one in sensitive], [one.kind for one in sensitive])


def fit_harm(found: Sequence[Example]) -> dict[str, float]:
    """What speaks for harm, by feature."""
    told = _softmax([one.features for one in found], ["harm" if one.label in HARM else "none" for one in found])
    return {feature: weights["harm"] - weights["none"] for feature, weights in told.items()}


def _softmax(shown: Sequence[dict[str, float]], classes: Sequence[str]) -> dict[str, dict[str, float]]:
    """The weight of every feature for every class; the square of the weights is held against the likelihood."""
    times = Counter(feature for one in shown for feature in one)
    names = ["", *sorted(feature for feature, count in times.items() if count >= TWICE)]
    place = {name: i for i, name in enumerate(names)}
    labels = sorted(set(classes))
    entries = [(i, place[name], value) for i, one in enumerate(shown) for name, value in {"": 1.0, **one}.items() if name in place]
    rows, columns, values = (np.array(part) for part in zip(*entries, strict=True))
    x = csr_array((values, (rows, columns)), shape=(len(shown), len(names)))
    y = np.array([labels.index(label) for label in classes])
    free = np.ones((len(names), 1))
    free[0] = 0

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        weights = flat.reshape(len(names), len(labels))
        scores = x @ weights
        scores -= scores.max(axis=1, keepdims=True)
        odds = np.exp(scores)
        total = odds.sum(axis=1, keepdims=True)
        cost = float((np.log(total[:, 0]) - scores[np.arange(len(y)), y]).sum() + 0.5 * (free * weights**2).sum())
        miss = odds / total
        miss[np.arange(len(y)), y] -= 1
        return cost, (x.T @ miss + free * weights).ravel()

    done = minimize(loss, np.zeros(len(names) * len(labels)), jac=True, method="L-BFGS-B", options={"maxiter": 200})
    weights = done.x.reshape(len(names), len(labels))
    return {name: dict(zip(labels, map(float, row), strict=True)) for name, row in zip(names, weights, strict=True)}


def written(harm: dict[str, float], kinds: dict[str, dict[str, float]]) -> str:
    """One feature per line: feature, weight of harm, kind=weight, ..."""
    lines = []
    for feature in sorted({*harm, *kinds}):
        least = 0.0 if not feature else LEAST
        told = [f"{kind}={weight:.2f}" for kind, weight in kinds.get(feature, {}).items() if not feature or abs(weight) >= 1.5 * least]
        weight = harm.get(feature, 0.0)
        if told or abs(weight) >= least:
            lines.append("\t".join([feature, f"{weight if abs(weight) >= least else 0.0:.2f}", *told]))
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    OUT.write_text(written(*fit([*(one for file in FILES for one in examples(applications(file))), *examples(shared())])), encoding="utf-8")
