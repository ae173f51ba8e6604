"""A masker puts another value in the place of a real one; the same value and key give the same result, everywhere.

It is made from what is known of a column (`of`, which refuses what it could not do for every value), has no state that a row
could change, and works on whole columns. The key of a run is one secret; what a masker is given is derived from it for its
consistency group and its `domain`: columns of one domain agree, in every table and every database of the group.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol, Self

import pyarrow as pa

from mimic.schema import Column
from mimic.semantics import Kind

Given = Mapping[str, pa.Array]  # other columns of the same rows, as they are in the source


class CannotMask(Exception):
    """Why a masker cannot take a column; told as a blocking finding before anything is written."""


@dataclass(frozen=True, slots=True)
class MaskTask:
    """One column, or several that keys join: `column` is then the narrowest of them, `unique` if any of them is.

    `entity` names the column of the same table that says whom a row is about; dates of one entity move together.
    """

    column: Column
    kind: Kind
    unique: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)
    locale: str = "en_US"
    entity: str | None = None


class Masker(Protocol):
    """One family in one file under `maskers/`, ending in `register(registry)`.

    A reversible one also has `reveal`, which undoes `mask` for the holder of the key.
    """

    kind: ClassVar[str]  # "person.email"
    version: ClassVar[int]
    reversible: ClassVar[bool]
    keeps_uniqueness: ClassVar[bool]  # distinct values stay distinct

    @property
    def domain(self) -> str: ...
    @property
    def needs(self) -> tuple[str, ...]:
        """Columns of the same row that it reads."""

    @classmethod
    def suits(cls, task: MaskTask) -> float:
        """0 cannot, 1 made for it; by type and meaning alone. The best takes a sensitive column for which nothing is configured."""

    @classmethod
    def of(cls, task: MaskTask) -> Self:
        """`CannotMask` where some value of the column's type could not be masked."""

    def mask(self, values: pa.Array, key: bytes, given: Given) -> pa.Array:
        """The masked values, of the same type and length; NULL stays NULL."""


__all__ = ["CannotMask", "Given", "MaskTask", "Masker"]
