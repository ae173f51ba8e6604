"""Dates and numbers moved by a keyed offset of whom the row is about: the days between two visits of one patient stay what they were."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mimic.masker import CannotMask, Given, MaskTask
from mimic.maskers.cipher import Aes, digest
from mimic.maskers.identifiers import permuted
from mimic.registry import Registry
from mimic.schema import Column, Date, Decimal, Float, Integer, Text, Timestamp, bare
from mimic.semantics import Kind
from mimic.streams import Ints, Words

_DATES = {Kind.BIRTH_DATE, Kind.DATE_OF_DEATH, Kind.DATE, Kind.JOB, Kind.OTHER, Kind.HEALTH, Kind.CREATED, Kind.STARTS, Kind.ENDS}


def _words(values: pa.Array, entity: str | None, aes: Aes, given: Given) -> Words:
    """Bits of whom each row is about; of the value itself where nobody is told."""
    if entity is not None and entity in given:
        source = given[entity]
        return digest(
            aes, pc.fill_null(source.cast(pa.string()) if not pa.types.is_fixed_size_binary(source.type) else source.cast(pa.binary()), "")
        )[:, 0]
    return digest(aes, values.cast(pa.string()))[:, 0]


@dataclass(frozen=True)
class Dates:
    """Dates and times, `days` (180) at most in either direction and never none; the time of day stays. In texts: dates such as 2024-05-31
    at the beginning; what is no such date keeps its form alone."""

    kind: ClassVar[str] = "shift.date"
    version: ClassVar[int] = 1
    reversible: ClassVar[bool] = False
    keeps_uniqueness: ClassVar[bool] = False

    column: Column
    days: int
    entity: str | None

    @property
    def domain(self) -> str:
        return "shift"

    @property
    def needs(self) -> tuple[str, ...]:
        return () if self.entity is None else (self.entity,)

    @classmethod
    def suits(cls, task: MaskTask) -> float:
        if isinstance(bare(task.column.type), Text):
            return 0.6 if task.kind in (Kind.BIRTH_DATE, Kind.DATE_OF_DEATH, Kind.DATE) else 0.0
        return 0.8 if isinstance(bare(task.column.type), Date | Timestamp) else 0.0

    @classmethod
    def of(cls, task: MaskTask) -> Self:
        if not isinstance(bare(task.column.type), Date | Timestamp | Text):
            raise CannotMask("it holds no dates")
        days = int(task.options.get("days", 180))
        if days < 1:
            raise CannotMask("`days` must be 1 or more")
        return cls(task.column, days, task.options.get("entity", task.entity))

    def mask(self, values: pa.Array, key: bytes, given: Given) -> pa.Array:
        words = _words(values, self.entity, Aes(key), given)
        offset = (words % np.uint64(2 * self.days)).astype(np.int64) - self.days
        offset = np.where(offset >= 0, offset + 1, offset)
        if pa.types.is_string(values.type):
            return _texts_moved(values, offset, Aes(key))
        dated = pa.types.is_date32(values.type)
        whole = values.view(pa.int32()).cast(pa.int64()) if dated else values.view(pa.int64())
        step = 1 if dated else 86_400_000_000
        limit = 2_000_000 if dated else 2_000_000 * step  # infinity, and what is near it, stays
        ticks = np.asarray(pc.fill_null(whole, 0), dtype=np.int64)
        moved = np.where(np.abs(ticks) < limit, ticks + offset * step, ticks)
        out = pa.array(moved, mask=~np.asarray(values.is_valid()))
        return out.cast(pa.int32()).view(values.type) if dated else out.view(values.type)


# A day that there is in every year.
_DAY = r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])$|^[0-9]{4}-(0[13-9]|1[0-2])-(29|30)$|^[0-9]{4}-(0[13578]|1[02])-31$"


def _texts_moved(texts: pa.Array, offset: Ints, aes: Aes) -> pa.Array:
    """Texts that begin with a date, the date moved by days; others as texts of their form."""
    head = pc.replace_substring_regex(pc.utf8_slice_codeunits(texts, 0, 10), "-02-29$", "-02-28")
    told = pc.match_substring_regex(head, _DAY)
    dates = pc.if_else(told, head, pa.scalar(None, pa.string())).cast(pa.date32())
    days = np.asarray(pc.fill_null(dates.view(pa.int32()), 0), dtype=np.int64) + offset
    moved = pa.array(days.astype(np.int32)).view(pa.date32()).cast(pa.string())
    shifted = pc.binary_join_element_wise(moved, pc.utf8_slice_codeunits(texts, 10, None), "")
    out = pc.if_else(pc.fill_null(told, False), shifted, permuted(pc.fill_null(texts, ""), aes))
    return pc.if_else(texts.is_valid(), out, pa.scalar(None, pa.string()))


@dataclass(frozen=True)
class Amounts:
    """Numbers, each multiplied by a factor of whom the row is about: within `percent` (10) of what they were."""

    kind: ClassVar[str] = "shift.number"
    version: ClassVar[int] = 1
    reversible: ClassVar[bool] = False
    keeps_uniqueness: ClassVar[bool] = False

    column: Column
    percent: float
    entity: str | None

    @property
    def domain(self) -> str:
        return "shift"

    @property
    def needs(self) -> tuple[str, ...]:
        return () if self.entity is None else (self.entity,)

    @classmethod
    def suits(cls, task: MaskTask) -> float:
        return (
            0.5
            if isinstance(bare(task.column.type), Integer | Float | Decimal) and task.kind in _DATES | {Kind.SALARY, Kind.AGE}
            else 0.3
            if isinstance(bare(task.column.type), Float | Decimal)
            else 0.0
        )

    @classmethod
    def of(cls, task: MaskTask) -> Self:
        if not isinstance(bare(task.column.type), Integer | Float | Decimal):
            raise CannotMask("it holds no numbers")
        return cls(task.column, float(task.options.get("percent", 10)), task.options.get("entity", task.entity))

    def mask(self, values: pa.Array, key: bytes, given: Given) -> pa.Array:
        words = _words(values, self.entity, Aes(key), given)
        unit = (words >> np.uint64(11)).astype(np.float64) * 2.0**-53
        factor = 1.0 + (unit * 2 - 1) * self.percent / 100
        kind = bare(self.column.type)
        texts = pa.types.is_string(values.type)
        numbers = np.asarray(pc.fill_null(values.cast(pa.float64()), 0.0))
        moved = numbers * factor
        if isinstance(kind, Integer):
            most = float((1 << (kind.bits - 1)) - 1)
            moved = np.clip(np.rint(moved), -most, most)
        elif isinstance(kind, Decimal) and kind.scale is not None:
            moved = np.round(moved, kind.scale)
            most = 10.0 ** ((kind.precision or 15) - kind.scale) - 10.0**-kind.scale
            moved = np.clip(moved, -most, most)
        made = pa.array(moved, mask=~np.asarray(values.is_valid()))
        if texts:
            return made.cast(pa.string())
        return _decimals(moved, values) if pa.types.is_decimal(values.type) else made.cast(values.type, safe=False)


def _decimals(moved: np.ndarray, like: pa.Array) -> pa.Array:
    scale = like.type.scale
    texts = [f"{value:.{scale}f}" for value in moved.tolist()]
    return pc.if_else(like.is_valid(), pa.array(texts, pa.string()).cast(like.type), pa.scalar(None, like.type))


def register(registry: Registry) -> None:
    for masker in (Dates, Amounts):
        registry.maskers.add(masker)


__all__ = ["Amounts", "Dates"]
