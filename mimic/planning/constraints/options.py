"""What generators are told about the limits of a column, in the words in which a configuration would tell it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal as Number
from typing import Any

from mimic.conditions import Limits, Plain
from mimic.schema import Boolean, Column, Date, Decimal, Domain, Enum, Integer, Json, LogicalType, Text, Time, Timestamp, Uuid, bare


def narrowed(column: Column, limits: Limits) -> Column:
    """The column as its limits leave it: shorter, JSON instead of any text, never NULL."""
    kind = Json() if limits.document and isinstance(bare(column.type), Text) else _shorter(column.type, limits.max_length)
    return replace(column, type=kind, nullable=column.nullable and not limits.not_null)


def within_limits(options: Mapping[str, Any], column: Column, limits: Limits) -> dict[str, Any]:
    """The options with `values`, or `low` and `high`, or `null_share`; all that is known stands in `limits`."""
    kind = bare(column.type)
    made: dict[str, Any] = {**options, "limits": limits.plain()}
    if limits.must_be_null:
        return made | {"null_share": 1.0}
    if (listed := _listed(kind, limits)) is not None:
        return made | {"values": listed}
    if (low := _bound(kind, limits.lower, 1 if limits.lower_open else 0)) is not None:
        made["low"] = max(low, options.get("low", low))
    if (high := _bound(kind, limits.upper, -1 if limits.upper_open else 0)) is not None:
        made["high"] = min(high, options.get("high", high))
    if isinstance(kind, Integer) and (least := made.get("low", 0)) > 1:
        made["start"] = int(-(-least // 1))
    return made


def _shorter(kind: LogicalType, length: int | None) -> LogicalType:
    if length is None:
        return kind
    if isinstance(kind, Domain):
        return replace(kind, of=_shorter(kind.of, length))
    if isinstance(kind, Text) and not kind.fixed:
        return replace(kind, length=max(1, min(length, kind.length or length)))
    return kind


def _listed(kind: LogicalType, limits: Limits) -> list[Plain] | None:
    """The values that are left where they can be counted."""
    listed: tuple[Plain, ...] | None = limits.allowed if isinstance(kind, Text | Enum | Integer | Decimal | Date | Boolean | Uuid) else None
    if listed is None and isinstance(kind, Enum) and limits.forbidden:
        listed = kind.labels
    left = [value for value in listed or () if value not in limits.forbidden]
    return left or None


def _bound(kind: LogicalType, bound: Plain | None, step: int) -> Any:
    """A bound that belongs to the values: one step further where it is excluded and the type has steps."""
    if bound is None or isinstance(bound, bool):
        return None
    match kind:
        case Integer():
            return bound + step if isinstance(bound, int) else bound
        case Decimal(scale=scale) if not isinstance(bound, str):
            return float(Number(str(bound)) + step * Number(1).scaleb(-(scale or 0))) if step and scale is not None else bound
        case Date() if isinstance(bound, str):
            return (day + timedelta(days=step)).isoformat() if (day := _day(bound)) else None
        case Timestamp() if isinstance(bound, str):
            return bound if _day(bound) else None
        case Time():
            return bound
    return bound if not isinstance(bound, str) else None


def _day(text: str) -> date | None:
    try:
        return datetime.fromisoformat(text).date()
    except ValueError:  # infinity, or a year that Python's calendar does not have
        return None
