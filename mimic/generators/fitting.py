"""Named distributions fitted by averages alone, and judged against the quantiles that were seen, on rows left out of both.

Of a column's numbers nothing is used but means: of the numbers, their squares, their logarithms and their distances from the mean.
Names, and the order of parameters, are scipy.stats'; `numeric.distribution` draws from them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import gammaincinv, ndtri

from mimic.streams import Floats, Stream

POINTS = 32  # quantiles that are compared
FEWEST = 60  # numbers of each half
MOST = 10_000  # that are looked at
EULER = 0.5772156649015329

Parameters = tuple[float, ...]
_QUANTILES: Mapping[str, Callable[[Floats, Parameters], Any]] = {
    "norm": lambda u, p: p[0] + p[1] * ndtri(u),
    "laplace": lambda u, p: p[0] - p[1] * np.sign(u - 0.5) * np.log1p(-2 * np.abs(u - 0.5)),
    "logistic": lambda u, p: p[0] + p[1] * np.log(u / (1 - u)),
    "uniform": lambda u, p: p[0] + p[1] * u,
    "lognorm": lambda u, p: p[2] * np.exp(p[0] * ndtri(u)),
    "expon": lambda u, p: -p[1] * np.log1p(-u),
    "gamma": lambda u, p: p[2] * gammaincinv(p[0], u),
    "weibull_min": lambda u, p: p[2] * (-np.log1p(-u)) ** (1 / p[0]),
}


@dataclass(frozen=True, slots=True)
class Fit:
    """The best of the named distributions, and the score (`skill.py`'s, in the column's own unit) of rows by it and by quantiles (n,)."""

    name: str
    parameters: Parameters
    scores: Floats
    seen: Floats


def candidates(values: Floats) -> dict[str, Parameters]:
    """Every distribution that could hold all of the values (n,), with its parameters."""
    mean, deviation = float(values.mean()), float(values.std())
    if deviation <= 0:
        return {}
    found: dict[str, Parameters] = {
        "norm": (mean, deviation),
        "laplace": (mean, float(np.abs(values - mean).mean())),
        "logistic": (mean, deviation * 3**0.5 / np.pi),
        "uniform": (mean - 3**0.5 * deviation, 2 * 3**0.5 * deviation),
    }
    if values.min() > 0:
        logs = np.log(values)
        level, width = float(logs.mean()), float(logs.std())
        found |= {"lognorm": (width, 0.0, float(np.exp(level))), "expon": (0.0, mean)}
        if (gap := float(np.log(mean)) - level) > 1e-9:  # Minka 2002
            shape = (3 - gap + ((gap - 3) ** 2 + 24 * gap) ** 0.5) / (12 * gap)
            found["gamma"] = (shape, 0.0, mean / shape)
        if width > 0:
            shape = np.pi / (6**0.5 * width)
            found["weibull_min"] = (shape, 0.0, float(np.exp(level + EULER / shape)))
    return found


def best(values: Floats, stream: Stream) -> Fit | None:
    """The distribution that fits best; None where there are too few values (n,) to tell."""
    some = stream.permutation(len(values))[:MOST]
    values = values[some]
    halves = values[: len(values) // 2], values[len(values) // 2 :]
    if len(halves[0]) < FEWEST:
        return None
    u = (np.arange(POINTS) + 0.5) / POINTS
    scores, seen = [], []
    for fitted, held in (halves, halves[::-1]):
        if (name := _nearest(candidates(fitted), fitted, u)) is None:
            return None
        scores.append(_score(_QUANTILES[name](u, candidates(fitted)[name]), held, u))
        seen.append(_score(np.quantile(fitted, u), held, u))
    found = candidates(values)
    name = _nearest(found, values, u)
    return None if name is None else Fit(name, found[name], np.concatenate(scores), np.concatenate(seen))


def _nearest(found: Mapping[str, Parameters], values: Floats, u: Floats) -> str | None:
    seen = np.quantile(values, u)
    off = {name: float(np.abs(_QUANTILES[name](u, parameters) - seen).mean()) for name, parameters in found.items()}
    return min(off, key=lambda name: off[name]) if off else None


def _score(quantiles: Floats, values: Floats, u: Floats) -> Floats:
    """The mean of the quantile losses of each value (n,), twice: the continuous ranked probability score."""
    over = values[:, None] - quantiles
    return np.asarray(2 * (over * (u - (over < 0))).mean(axis=1), dtype=np.float64)


__all__ = ["Fit", "best", "candidates"]
