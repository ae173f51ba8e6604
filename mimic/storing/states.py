"""A generator's state as JSON, its arrays moved out into parts of their own.

Three one-key mappings stand for what JSON cannot say: `{"#array": 3}` the third array, `{"#float": "nan"}` a float that is no
number, `{"#dict": {...}}` a mapping that would otherwise be taken for one of these.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from mimic.storing.arrays import Array

_ARRAY, _FLOAT, _DICT = "#array", "#float", "#dict"
_MARKS = {_ARRAY, _FLOAT, _DICT}


def fold(state: Any, keep: Callable[[Array], int], place: str) -> Any:
    """JSON for `state`; `keep` takes each array away and gives its number. `TypeError`, with its place, for what cannot be stored."""
    match state:
        case None | bool() | int() | str():
            return state
        case np.generic():
            return fold(state.item(), keep, place)
        case float():
            return state if math.isfinite(state) else {_FLOAT: repr(state)}
        case np.ndarray():
            try:
                return {_ARRAY: keep(state)}
            except TypeError as error:
                raise TypeError(f"{place}: {error}") from None
        case Mapping():
            if strange := [key for key in state if not isinstance(key, str)]:
                raise TypeError(f"{place}: keys of a state are text, not {type(strange[0]).__name__}")
            folded = {key: fold(item, keep, f"{place}.{key}") for key, item in state.items()}
            return {_DICT: folded} if len(folded) == 1 and _MARKS & set(folded) else folded
        case list() | tuple():
            return [fold(item, keep, place) for item in state]
    raise TypeError(f"{place}: {type(state).__name__} cannot be stored")


def unfold(tree: Any, array: Callable[[int], Array]) -> Any:
    """The inverse of `fold`; tuples come back as lists."""
    if isinstance(tree, list):
        return [unfold(item, array) for item in tree]
    if not isinstance(tree, dict):
        return tree
    if len(tree) == 1:
        ((mark, content),) = tree.items()
        if mark == _ARRAY and isinstance(content, int):
            return array(content)
        if mark == _FLOAT and content in ("nan", "inf", "-inf"):
            return float(content)
        if mark == _DICT and isinstance(content, dict):
            return {key: unfold(item, array) for key, item in content.items()}
        if mark in _MARKS:
            raise ValueError(f"{mark} with a content that does not fit it")
    return {key: unfold(item, array) for key, item in tree.items()}
