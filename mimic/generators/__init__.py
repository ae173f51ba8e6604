"""The parts that fill columns: one family per file, each ending in `register(registry)`."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from mimic.registry import Registry

# Keys and references first, then values, then texts. The order decides nothing but ties between equal scores: the first wins.
FAMILIES = (
    "keys",
    "stepped",
    "references",
    "hung",
    "fan_out",
    "within",
    "panels",
    "combinations",
    "widened",
    "redrawn",
    "sparse",
    "ranked",
    "computed",
    "constant",
    "numeric",
    "distributions",
    "temporal",
    "ordered",
    "intervals",
    "regex_text",
    "categorical",
    "spellings",
    "joined",
    "rising",
    "running",
    "lagged",
    "sharing",
    "inherited",
    "bounded",
    "ratios",
    "seldom",
    "balanced",
    "json_shape",
    "arrays",
    "ranges",
    "range_points",
    "binaries",
    "networks",
    "opaque",
    "shapes",
    "semantic",
    "themed",
    "text",
    "codes",
    "leaves",
    "copula",
    "after",
    "profiles",
    "clouds",
    "relations",
    "determined",
    "composed",
    "pointing",
    "derived",
    "when",
    "local",
    "arithmetic",
    "expressions",
    "given",
)


def builtin() -> Registry:
    """A registry that holds every generator of this package."""
    registry = Registry()
    for family in FAMILIES:
        module = f"{__name__}.{family}"
        if find_spec(module) is not None:  # families still to be written
            import_module(module).register(registry)
    return registry
