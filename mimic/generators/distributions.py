"""Numbers from a named distribution of scipy.stats: given, or the best of a few by Akaike's information criterion.

Nothing is kept of a source but two or three parameters.

For `fit`, each candidate is fitted by maximum likelihood on the values (at least k owners) and compared by AIC; the fit's
Kolmogorov-Smirnov distance is kept to be shown. Candidates whose estimate is a single value of the source (the least of
a Pareto, the ends of a uniform) are fitted by moments or left out.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np

from mimic.errors import UsageError, closest
from mimic.generator import Columns, Generator, Literal, Span, State, Task
from mimic.generators.cells import constant, described, even
from mimic.generators.draws import null_share, nulls, systematic
from mimic.generators.numeric import Quantiles, Ticks, decimals_of, limits_of, measure
from mimic.generators.ruled import Ruled
from mimic.profile import TableEvidence
from mimic.registry import Registry
from mimic.schema import Decimal, Float, Integer, Money, bare
from mimic.streams import Floats, Stream

CANDIDATES = ("norm", "lognorm", "expon", "gamma", "weibull_min", "uniform", "laplace", "logistic")
_POSITIVE = ("lognorm", "expon", "gamma", "weibull_min")
_LOOKED_AT = 20_000


@dataclass(frozen=True)
class Named:
    """Fills one numeric column. Options: `distribution` (a scipy.stats name, or "fit"), `parameters` (list or mapping), `low`, `high`."""

    kind: ClassVar[str] = "numeric.distribution"
    version: ClassVar[int] = 1

    name: str
    parameters: tuple[float, ...]
    inner: Quantiles  # spells the numbers, knows their limits
    distance: float | None  # Kolmogorov-Smirnov, of a fit
    compared: tuple[tuple[str, float], ...] = ()  # AIC of every candidate, best first

    @property
    def fills(self) -> tuple[str, ...]:
        return self.inner.fills

    @property
    def needs(self) -> tuple[str, ...]:
        return ()

    @classmethod
    def suits(cls, task: Task) -> float:
        if len(task.columns) != 1 or task.unique or not isinstance(bare(task.column.type), Integer | Float | Decimal | Money):
            return 0.0
        return 0.9 if "distribution" in task.options else 0.1

    @classmethod
    def learn(cls, task: Task, evidence: TableEvidence | None, stream: Stream) -> Self:
        kind = bare(task.column.type)
        if not isinstance(kind, Integer | Float | Decimal | Money):
            raise UsageError("numeric.distribution fills numbers; this column holds none.", where=f"{task.table.name}.{task.column.name}")
        column = evidence.column(task.column.name) if evidence is not None and evidence.sampled else None
        ticks = Ticks(decimals_of(kind) if decimals_of(kind) is not None else task.options.get("decimals"))
        values: Floats = np.zeros(0)
        if evidence is not None and column is not None:
            found = measure(kind, column, evidence.owners)
            ticks = replace(found.ticks, step=1, offset=0)
            if len(found.values) and found.owners.distinct(np.zeros(len(found.values), dtype=np.int64), 1)[0] >= task.k:
                values = found.values * ticks.unit
        low, high = limits_of(kind, ticks, task)
        inner = Quantiles(task.column.name, task.column.type, constant(0), ticks, low, high, null_share(task, column))
        asked = str(task.options.get("distribution", "fit"))
        if asked != "fit":
            return cls(asked, checked(asked, task.options.get("parameters", ())), inner, None)
        if not len(values):
            return cls("lognorm", (1.2, 0.0, 40.0), inner, None)
        step = max(1, len(values) // _LOOKED_AT)
        name, parameters, distance, compared = fit(values[::step])
        return cls(name, parameters, inner, distance, compared)

    @cached_property
    def _sketch(self) -> Quantiles:
        made = described(lambda u: np.asarray(self._frozen.ppf(u)), cells=500)
        return replace(self.inner, sketch=made.scaled(1 / self.inner.ticks.unit))

    @cached_property
    def _frozen(self) -> Any:
        from scipy import stats

        return getattr(stats, self.name)(*self.parameters)

    def sample(self, span: Span, stream: Stream, given: Columns) -> Columns:
        mask = nulls(stream, span.n, self.inner.null_share)
        u = systematic(stream.at("value"), span.n, mask)
        if not hasattr(self._frozen.dist, "pdf"):  # whole numbers, between which there is nothing
            values = np.asarray(self._frozen.ppf(np.clip(u, 2.0**-53, 1 - 2.0**-53)), dtype=np.float64) / self.inner.ticks.unit
            return {self.inner.column: self.inner.spelled(values, mask)}
        values = self._sketch.sketch.quantile(u)
        # The table ends before the tails do; these come from the distribution itself.
        far = np.flatnonzero((u < 1 / 500) | (u > 1 - 1 / 500))
        values[far] = self._frozen.ppf(np.clip(u[far], 2.0**-53, 1 - 2.0**-53)) / self.inner.ticks.unit
        return {self.inner.column: self.inner.spelled(values, mask)}

    def capacity(self) -> int | None:
        return self.inner.capacity()

    def literals(self) -> Iterable[Literal]:
        return ()

    def state(self) -> State:
        return {
            "name": self.name,
            "parameters": list(self.parameters),
            "inner": self.inner.state(),
            "distance": self.distance,
            "compared": [list(pair) for pair in self.compared],
        }

    @classmethod
    def restore(cls, state: State) -> Self:
        compared = tuple((name, aic) for name, aic in state["compared"])
        return cls(_known(state["name"]), tuple(state["parameters"]), Quantiles.restore(state["inner"]), state["distance"], compared)


def _known(name: str) -> str:
    from scipy import stats  # half a second, for the few columns that name a distribution

    families = [known for known in dir(stats) if isinstance(getattr(stats, known), stats.rv_continuous | stats.rv_discrete)]
    if name not in families:
        raise UsageError(f"{name!r} is no distribution of scipy.stats.", hint=closest(name, families).strip())
    return name


def checked(name: str, asked: Any) -> tuple[float, ...]:
    """Shape parameters, then `loc` and `scale`, in scipy's order; `UsageError` where the distribution cannot be drawn from with them."""
    from scipy import stats

    family = getattr(stats, _known(name))
    shapes = [shape.strip() for shape in (family.shapes or "").split(",") if shape.strip()]
    if isinstance(asked, dict):
        unknown = set(asked) - {*shapes, "loc", "scale"}
        if unknown or any(shape not in asked for shape in shapes):
            raise UsageError(f"{name} takes {', '.join([*shapes, 'loc', 'scale'])}, not {', '.join(map(str, asked))}.")
        rest = [asked.get("loc", 0.0)] + ([asked.get("scale", 1.0)] if isinstance(family, stats.rv_continuous) else [])
        if "scale" in asked and not isinstance(family, stats.rv_continuous):
            raise UsageError(f"{name} is a distribution of whole numbers, which has no scale.")
        asked = [asked[shape] for shape in shapes] + rest
    parameters = tuple(float(value) for value in asked)
    try:
        valid = bool(np.isfinite(family(*parameters).ppf(0.5)))
    except TypeError:
        valid = False
    if not valid:
        raise UsageError(f"{name} cannot be drawn from with the parameters {list(parameters)}.")
    return parameters


def fit(values: Floats) -> tuple[str, tuple[float, ...], float, tuple[tuple[str, float], ...]]:
    """The best candidate by AIC: name, parameters, Kolmogorov-Smirnov distance, and the AIC of all, best first."""
    from scipy import stats

    deviation = float(values.std()) or 1.0
    found: list[tuple[float, str, tuple[float, ...]]] = []
    for name in CANDIDATES:
        if name in _POSITIVE and values.min() <= 0:
            continue
        family = getattr(stats, name)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                if name == "uniform":
                    half = deviation * np.sqrt(3.0)
                    parameters: tuple[float, ...] = (float(values.mean() - half), float(2 * half))
                elif name in _POSITIVE:
                    parameters = tuple(float(value) for value in family.fit(values, floc=0))
                else:
                    parameters = tuple(float(value) for value in family.fit(values))
                # A bounded density gives values outside it no likelihood at all; a very small one keeps AIC finite.
                likelihood = float(np.maximum(family.logpdf(values, *parameters), -50.0).sum())
            except (ValueError, RuntimeError, FloatingPointError):
                continue
        if np.isfinite(likelihood) and np.all(np.isfinite(parameters)):
            found.append((2 * len(parameters) - 2 * likelihood, name, parameters))
    found.sort(key=lambda candidate: candidate[0])
    _, name, parameters = found[0]
    distance = float(stats.kstest(values, name, args=parameters).statistic)
    return name, parameters, distance, tuple((candidate, aic) for aic, candidate, _ in found)


@dataclass(frozen=True)
class Even(Ruled):
    """Fills one numeric column with all values between the options `low` (0) and `high` (100) alike."""

    kind: ClassVar[str] = "numeric.uniform"
    version: ClassVar[int] = 1

    family: ClassVar[type[Generator]] = Quantiles

    @classmethod
    def suits(cls, task: Task) -> float:
        return 0.15 if len(task.columns) == 1 and isinstance(bare(task.column.type), Integer | Float | Decimal | Money) else 0.0

    @classmethod
    def learn(cls, task: Task, evidence: TableEvidence | None, stream: Stream) -> Self:
        kind = bare(task.column.type)
        fixed = decimals_of(kind)
        ticks = Ticks(fixed if fixed is not None else int(task.options.get("decimals", 2)))
        low, high = limits_of(kind, ticks, task)
        least = low if task.options.get("low") is not None and low is not None else 0
        most = high if task.options.get("high") is not None and high is not None else least + round(100 / ticks.unit)
        most = max(min(most, high) if high is not None else most, least)
        column = evidence.column(task.column.name) if evidence is not None and evidence.sampled else None
        # Half a tick more at both ends: the first and the last number are as likely as the others.
        drawn = even(least - 0.499, most + 0.499)
        return cls(Quantiles(task.column.name, task.column.type, drawn, ticks, least, most, null_share(task, column), (), task.unique))


def register(registry: Registry) -> None:
    registry.generators.add(Named)
    registry.generators.add(Even)


__all__ = ["Even", "Named", "checked", "fit", "register"]
