"""Dataclass trees from JSON: the inverse of `schema.plain`, led by the type hints.

Only the classes that the hints name can come out, so a file cannot name a class of its own. Anything that does not fit its
hint is a `BadTree`, with the dotted path to it.
"""

from __future__ import annotations

import types
from collections.abc import Hashable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from functools import lru_cache
from hashlib import blake2b
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

Kind = TypeVar("Kind")


class BadTree(ValueError):
    """What stands at `path` is not what belongs there."""

    def __init__(self, path: str, wanted: str) -> None:
        super().__init__(f"{path or 'the document'} is no {wanted}")


def grow(tree: Any, kind: type[Kind], path: str = "") -> Kind:
    """The dataclass `kind` from what `schema.plain` made of it; fields that `plain` leaves out get their defaults."""
    return cast(Kind, _grow(tree, kind, path))


def shape(*kinds: type[Any]) -> str:
    """A digest of the classes and fields that trees of `kinds` may hold: files of two versions of Mimic differ in it."""
    told: dict[str, list[str]] = {}
    waiting: list[Any] = [*kinds]
    while waiting:
        hint = waiting.pop()
        if not (isinstance(hint, type) and is_dataclass(hint)):
            waiting += get_args(hint)
        elif hint.__name__ not in told:
            hints = _hints(cast(Hashable, hint))
            told[hint.__name__] = [field.name for field in fields(hint)]  # hints are printed differently by versions of Python
            waiting += hints.values()
    return blake2b(repr(sorted(told.items())).encode(), digest_size=8).hexdigest()


def _grow(tree: Any, hint: Any, path: str) -> Any:
    origin, arguments = get_origin(hint), get_args(hint)
    if isinstance(hint, type) and is_dataclass(hint):
        return _grow_dataclass(tree, hint, path)
    if origin in (Union, types.UnionType):
        return _grow_union(tree, arguments, path)
    if origin is tuple:
        return _grow_tuple(tree, arguments, path)
    if origin is Literal:
        if not isinstance(tree, str | int) or tree not in arguments:
            raise BadTree(path, f"one of {arguments}")
        return tree
    if origin in (dict, get_origin(Mapping[str, str])):
        if not isinstance(tree, dict):
            raise BadTree(path, "mapping")
        return {_grow(key, arguments[0], path): _grow(item, arguments[1], f"{path}.{key}") for key, item in tree.items()}
    if hint is None or hint is type(None):
        if tree is not None:
            raise BadTree(path, "null")
        return None
    if isinstance(hint, type) and issubclass(hint, Enum):
        try:
            return hint(tree)
        except ValueError:
            raise BadTree(path, hint.__name__) from None
    if hint is float and type(tree) is int:
        return float(tree)
    if hint in (str, int, float, bool):
        if type(tree) is not hint:
            raise BadTree(path, hint.__name__)
        return tree
    raise TypeError(f"{hint} cannot be read from a file")


def _grow_dataclass(tree: Any, kind: type[Any], path: str) -> Any:
    if not isinstance(tree, dict) or tree.get("is") != kind.__name__:
        raise BadTree(path, kind.__name__)
    hints = _hints(cast(Hashable, kind))
    known = {field.name: field for field in fields(kind) if field.init}
    if unknown := set(tree) - set(known) - {"is"}:
        raise BadTree(f"{path}.{min(unknown)}", f"field of {kind.__name__}")
    for name, field in known.items():
        if name not in tree and field.default is MISSING and field.default_factory is MISSING:
            raise BadTree(f"{path}.{name}", "part of this file")
    return kind(**{name: _grow(item, hints[name], f"{path}.{name}") for name, item in tree.items() if name != "is"})


def _grow_union(tree: Any, choices: tuple[Any, ...], path: str) -> Any:
    if tree is None and type(None) in choices:
        return None
    if isinstance(tree, dict):
        for choice in choices:
            if is_dataclass(choice) and isinstance(choice, type) and choice.__name__ == tree.get("is"):
                return _grow_dataclass(tree, choice, path)
        raise BadTree(path, "kind that belongs here")
    for choice in choices:
        if choice is type(None) or (isinstance(choice, type) and is_dataclass(choice)):
            continue
        try:
            return _grow(tree, choice, path)
        except BadTree:
            continue
    raise BadTree(path, "value that belongs here")


def _grow_tuple(tree: Any, arguments: tuple[Any, ...], path: str) -> Any:
    if not isinstance(tree, list):
        raise BadTree(path, "list")
    if len(arguments) == 2 and arguments[1] is Ellipsis:
        return tuple(_grow(item, arguments[0], f"{path}[{i}]") for i, item in enumerate(tree))
    if len(tree) != len(arguments):
        raise BadTree(path, f"list of {len(arguments)}")
    return tuple(_grow(item, hint, f"{path}[{i}]") for i, (item, hint) in enumerate(zip(tree, arguments, strict=True)))


@lru_cache(maxsize=256)
def _hints(kind: Hashable) -> dict[str, Any]:
    return get_type_hints(kind)
