"""Names that people give to distributions: `distribution.normal` with a mean, `distribution.categories` with weights.

Any name of scipy.stats will do after `distribution.`, with that distribution's own parameters; the ones below have plainer names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mimic.config import ColumnConfig
from mimic.errors import UsageError, closest
from mimic.generators.distributions import checked
from mimic.generators.given import EvenMoments, Given
from mimic.schema import Column, Date, Decimal, Float, Integer, Money, Time, Timestamp, bare

PREFIX = "distribution."
KEPT = ("low", "high", "decimals", "null_share")  # options of every distribution: limits, places, NULLs
Asked = Mapping[str, float]


def _beta(told: Asked) -> tuple[str, Mapping[str, float]]:
    low, high = told.get("low", 0.0), told.get("high", 1.0)
    return "beta", {"a": told["a"], "b": told["b"], "loc": low, "scale": high - low}


def _triangular(told: Asked) -> tuple[str, Mapping[str, float]]:
    low, high = told["low"], told["high"]
    return "triang", {"c": (told["mode"] - low) / (high - low), "loc": low, "scale": high - low}


def _student(told: Asked) -> tuple[str, Mapping[str, float]]:
    return "t", {"df": told["df"], "loc": told.get("mean", 0.0), "scale": told.get("scale", 1.0)}


# Each name with what must be told, what may be, and what that is in scipy's terms.
PLAIN: Mapping[str, tuple[tuple[str, ...], tuple[str, ...], Callable[[Asked], tuple[str, Mapping[str, float]]]]] = {
    "normal": (("mean", "std"), (), lambda told: ("norm", {"loc": told["mean"], "scale": told["std"]})),
    "lognormal": (("median", "sigma"), (), lambda told: ("lognorm", {"s": told["sigma"], "scale": told["median"]})),
    "exponential": (("mean",), (), lambda told: ("expon", {"scale": told["mean"]})),
    "gamma": (("shape", "scale"), (), lambda told: ("gamma", {"a": told["shape"], "scale": told["scale"]})),
    "weibull": (("shape", "scale"), (), lambda told: ("weibull_min", {"c": told["shape"], "scale": told["scale"]})),
    "pareto": (("shape", "minimum"), (), lambda told: ("pareto", {"b": told["shape"], "scale": told["minimum"]})),
    "beta": (("a", "b"), ("low", "high"), _beta),
    "triangular": (("low", "mode", "high"), (), _triangular),
    "laplace": (("mean", "scale"), (), lambda told: ("laplace", {"loc": told["mean"], "scale": told["scale"]})),
    "logistic": (("mean", "scale"), (), lambda told: ("logistic", {"loc": told["mean"], "scale": told["scale"]})),
    "student_t": (("df",), ("mean", "scale"), _student),
    "poisson": (("mean",), (), lambda told: ("poisson", {"mu": told["mean"]})),
    "binomial": (("n", "p"), (), lambda told: ("binom", {"n": told["n"], "p": told["p"]})),
    "bernoulli": (("p",), (), lambda told: ("bernoulli", {"p": told["p"]})),
    "geometric": (("p",), (), lambda told: ("geom", {"p": told["p"]})),
    "negative_binomial": (("n", "p"), (), lambda told: ("nbinom", {"n": told["n"], "p": told["p"]})),
}


def spelled(config: ColumnConfig, column: Column) -> ColumnConfig:
    """The same, with a generator's kind and options in the place of a distribution's plain name; `UsageError` says what is wrong."""
    if config.generator is None or not config.generator.startswith(PREFIX):
        return config
    name, told = config.generator.removeprefix(PREFIX), dict(config.options)
    kind = bare(column.type)
    if name == "categories":
        _known(name, told, ("values",), ("null_share",))
        return config.model_copy(update={"generator": Given.kind})
    if name in ("dates", "uniform"):
        _known(name, told, ("low", "high"), ("decimals", "null_share"))
        moments = isinstance(kind, Date | Time | Timestamp)
        if name == "dates" and not moments:
            raise UsageError("distribution.dates fills dates, times and timestamps; this column holds none.")
        return config.model_copy(update={"generator": EvenMoments.kind if moments else "numeric.uniform"})
    if not isinstance(kind, Integer | Float | Decimal | Money):
        raise UsageError(f"distribution.{name} fills numbers; this column holds none.", hint="distribution.categories fills any column.")
    if name in PLAIN and "parameters" not in told and set(told) & {*PLAIN[name][0]}:
        needed, more, made = PLAIN[name]
        _known(name, told, needed, (*more, *KEPT))
        asked = {key: _number(told[key], key) for key in (*needed, *more) if key in told}
        try:
            scipy, parameters = made(asked)
        except ZeroDivisionError:
            raise UsageError(f"distribution.{name}: `low` and `high` are the same.") from None
    else:
        scipy, parameters = name, {key: _number(value, key) for key, value in told.items() if key not in (*KEPT, "parameters")}
    listed = told.get("parameters", parameters)
    checked(scipy, listed)
    options = {key: told[key] for key in KEPT if key in told} | {"distribution": scipy, "parameters": listed}
    return config.model_copy(update={"generator": "numeric.distribution", "options": options})


def _known(name: str, told: Mapping[str, Any], needed: tuple[str, ...], more: tuple[str, ...]) -> None:
    lacking = [key for key in needed if key not in told]
    strange = [key for key in told if key not in (*needed, *more)]
    if lacking or strange:
        what = f"needs {', '.join(lacking)}" if lacking else f"does not know {strange[0]!r}"
        near = closest(strange[0], (*needed, *more)).strip() if strange else ""
        raise UsageError(f"distribution.{name} {what}; it takes {', '.join((*needed, *more))}.", hint=near)


def _number(value: Any, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UsageError(f"{name} must be a number.")
    return float(value)


__all__ = ["PLAIN", "PREFIX", "spelled"]
