"""Generators for rows that are chosen otherwise than those learned from: a third of the orders refunded, all customers given.

What is dealt out elsewhere comes as often as in the source; among such rows it comes as often as they ask for.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any, cast

from mimic.generator import Generator
from mimic.generators.clouds import Clouds
from mimic.generators.copula import Copula
from mimic.generators.leaves import Leaves
from mimic.generators.nested import INSIDE


def freed(generator: Generator) -> Generator:
    """The same generator, and those inside it, for such rows."""
    changed: dict[str, Any] = {"free": True} if isinstance(generator, Leaves | Copula | Clouds) else {}
    if is_dataclass(generator) and not isinstance(generator, type):
        for name in {field.name for field in fields(generator)} & {*INSIDE}:
            part = getattr(generator, name)
            if isinstance(part, tuple):
                changed[name] = tuple(freed(each) for each in part)
            elif part is not None and (made := freed(part)) is not part:
                changed[name] = made
        if changed:
            found: Any = replace(generator, **changed)
            return cast(Generator, found)
    return generator


__all__ = ["freed"]
