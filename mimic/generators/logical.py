"""Logical types in a generator's state: written as JSON by `schema.plain`, read back here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, get_args

from mimic.errors import ModelFileError
from mimic.schema import LogicalType, plain

_TYPES = {kind.__name__: kind for kind in get_args(LogicalType)}


def told(kind: LogicalType) -> Any:
    return plain(kind)


def heard(state: Any) -> LogicalType:
    """The type that `told` wrote."""
    found = _heard(state)
    if not isinstance(found, get_args(LogicalType)):
        raise ModelFileError("A generator's state names no logical type where one must stand.")
    return found  # type: ignore[no-any-return]


def _heard(state: Any) -> Any:
    if isinstance(state, dict):
        kind = _TYPES.get(state.get("is", ""))
        if kind is None:
            raise ModelFileError(f"Unknown logical type {state.get('is')!r}.", hint="Was the model made by a newer mimic?")
        return kind(**{name: _heard(value) for name, value in state.items() if name != "is"})
    if isinstance(state, Iterable) and not isinstance(state, str):
        return tuple(_heard(item) for item in state)
    return state
