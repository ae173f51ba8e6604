"""Less exact values: numbers in bins, dates in months or years, the beginning of a text. Not keyed: the value itself says the result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mimic.masker import CannotMask, Given, MaskTask
from mimic.maskers.cipher import Aes
from mimic.maskers.places import refuse_unique
from mimic.maskers.texts import OfTexts, is_text, needs_text
from mimic.registry import Registry
from mimic.schema import Column, Date, Decimal, Float, Integer, Timestamp, bare
from mimic.semantics import Kind


@dataclass(frozen=True)
class Bins:
    """Numbers rounded down to a multiple of `width`; coordinates to one decimal, ages to 5, others to two leading digits."""

    kind: ClassVar[str] = "generalise.number"
    version: ClassVar[int] = 1
    reversible: ClassVar[bool] = False
    keeps_uniqueness: ClassVar[bool] = False

    column: Column
    width: float | None

    @property
    def domain(self) -> str:
        return "none"

    @property
    def needs(self) -> tuple[str, ...]:
        return ()

    @classmethod
    def suits(cls, task: MaskTask) -> float:
        if not isinstance(bare(task.column.type), Integer | Float | Decimal) or task.unique:
            return 0.0
        kinds = (Kind.COORDINATES, Kind.AGE, Kind.SALARY, Kind.HEALTH, Kind.OTHER, Kind.POSTCODE, Kind.BIRTH_DATE)
        return 0.7 if task.kind in kinds else 0.2

    @classmethod
    def of(cls, task: MaskTask) -> Self:
        if not isinstance(bare(task.column.type), Integer | Float | Decimal):
            raise CannotMask("it holds no numbers")
        refuse_unique(task)
        usual = {Kind.COORDINATES: 0.1, Kind.AGE: 5.0, Kind.BIRTH_DATE: 10.0, Kind.POSTCODE: 100.0}.get(task.kind)
        width = task.options.get("width", usual)
        if width is not None and float(width) <= 0:
            raise CannotMask("`width` must be more than 0")
        return cls(task.column, None if width is None else float(width))

    def mask(self, values: pa.Array, key: bytes, given: Given) -> pa.Array:
        numbers = np.asarray(pc.fill_null(values.cast(pa.float64()), 0.0))
        if self.width is not None:
            width: np.ndarray | float = self.width
        else:
            with np.errstate(divide="ignore"):
                width = 10.0 ** (np.floor(np.log10(np.maximum(np.abs(numbers), 1e-9))) - 1)
        made = np.where(np.isfinite(numbers), np.floor(np.round(numbers / width, 9)) * width, numbers)
        valid = values.is_valid()
        if pa.types.is_decimal(values.type):
            texts = pa.array([f"{value:.{values.type.scale}f}" for value in made.tolist()])
            return pc.if_else(valid, texts.cast(values.type), pa.scalar(None, values.type))
        if pa.types.is_integer(values.type):
            made = np.rint(made)
        out = pa.array(made, mask=~np.asarray(valid))
        return out.cast(pa.string()) if pa.types.is_string(values.type) else out.cast(values.type, safe=False)


@dataclass(frozen=True)
class Periods:
    """Dates and times at the beginning of their year, month or day: `to` (month)."""

    kind: ClassVar[str] = "generalise.date"
    version: ClassVar[int] = 1
    reversible: ClassVar[bool] = False
    keeps_uniqueness: ClassVar[bool] = False

    column: Column
    unit: str

    @property
    def domain(self) -> str:
        return "none"

    @property
    def needs(self) -> tuple[str, ...]:
        return ()

    @classmethod
    def suits(cls, task: MaskTask) -> float:
        return 0.3 if isinstance(bare(task.column.type), Date | Timestamp) and not task.unique else 0.0

    @classmethod
    def of(cls, task: MaskTask) -> Self:
        if not isinstance(bare(task.column.type), Date | Timestamp):
            raise CannotMask("it holds no dates")
        refuse_unique(task)
        unit = str(task.options.get("to", "month"))
        if unit not in ("year", "quarter", "month", "week", "day", "hour"):
            raise CannotMask(f"`to` must be year, quarter, month, week, day or hour, not {unit!r}")
        return cls(task.column, unit)

    def mask(self, values: pa.Array, key: bytes, given: Given) -> pa.Array:
        dated = pa.types.is_date32(values.type)
        limit = 2_000_000 if dated else 2_000_000 * 86_400_000_000
        ticks = np.asarray(pc.fill_null(values.view(pa.int32() if dated else pa.int64()), 0), dtype=np.int64)
        plain = pa.array(np.abs(ticks) < limit)
        safe = pc.if_else(plain, values, pa.scalar(None, values.type))
        return pc.if_else(plain, pc.floor_temporal(safe, unit=self.unit).cast(values.type), values)


@dataclass(frozen=True)
class Prefixes(OfTexts):
    """The first `keep` characters (2); digits behind them become 0, letters x, so that the form stays."""

    kind: ClassVar[str] = "generalise.prefix"
    keeps_uniqueness: ClassVar[bool] = False

    column: Column
    keep: int

    @property
    def domain(self) -> str:
        return "none"

    @classmethod
    def suits(cls, task: MaskTask) -> float:
        return 0.7 if is_text(task.column) and task.kind is Kind.POSTCODE and not task.unique else 0.0

    @classmethod
    def of(cls, task: MaskTask) -> Self:
        needs_text(task, 1)
        refuse_unique(task)
        return cls(task.column, int(task.options.get("keep", 2)))

    def made(self, texts: pa.Array, aes: Aes) -> pa.Array:
        head = pc.utf8_slice_codeunits(texts, 0, self.keep)
        tail = pc.utf8_slice_codeunits(texts, self.keep, None)
        tail = pc.replace_substring_regex(tail, r"\p{Nd}", "0")
        tail = pc.replace_substring_regex(pc.replace_substring_regex(tail, r"\p{Lu}", "X"), r"[\p{Ll}\p{Lo}]", "x")
        return pc.binary_join_element_wise(head, tail, "")


def register(registry: Registry) -> None:
    for masker in (Bins, Periods, Prefixes):
        registry.maskers.add(masker)


__all__ = ["Bins", "Periods", "Prefixes"]
