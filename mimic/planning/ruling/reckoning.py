"""Which amounts of a row follow from others: a total from subtotal, tax and freight; a line from quantity and price."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from mimic.generators.arithmetic import reckoned
from mimic.plan import Choice, Step
from mimic.planning.ruling.naming import phrase
from mimic.schema import Decimal, Table, bare

ARITHMETIC = "rule.arithmetic"
_UNIT = re.compile(r"\b(cent|cents|amount|amt|value|sum|price|in)\b")
_SUBTOTAL = re.compile(r"^(sub ?total|net( total)?|items? total|goods)$")
_TOTAL = re.compile(r"^(total|grand total|total due|gross( total)?|order total|due|invoice total|final)$")
_TAX = re.compile(r"^(total )?(tax|vat|gst|sales tax)( total)?$")
_MORE = re.compile(
    r"^(total )?(freight|shipping|delivery|shipping cost|shipping fee|fee|tip|handling|postage|surcharge|ship)( cost| fee| total)?$"
)
_LESS = re.compile(r"^(total )?(discount|rebate|reduction)( total)?$")
_MANY = re.compile(r"^(order )?(quantity|qty|units?|number of units)$")
_EACH = re.compile(r"^(unit price|unit cost|unit|price|price (each|per unit)|list price|sale price)$")
_LINE = re.compile(r"^(line total|total|line|extended|sub ?total|net|total price|row total)$")


def reckoned_from(steps: Iterable[Step], table: Table) -> list[Step]:
    """The same steps, amounts that follow from others behind these."""
    steps = list(steps)
    free = {step.task.fills[0]: step for step in steps if _free(step)}
    said = {name: " ".join(_UNIT.sub(" ", phrase(name)).split()) or phrase(name) for name in free}
    whole = {name: phrase(name) for name in free}
    told: dict[str, dict[str, object]] = {}

    def named(pattern: re.Pattern[str], names: Mapping[str, str] = said) -> list[str]:
        return [name for name, words in names.items() if pattern.search(words)]

    many, each = named(_MANY, whole), named(_EACH, whole)
    subtotal, taxes, more, less = named(_SUBTOTAL), named(_TAX), named(_MORE), named(_LESS)
    if many and each:
        line = [name for name in named(_LINE) if name not in (*many, *each)]
        if len(line) == 1 and not (subtotal and line[0] not in subtotal):
            told[line[0]] = {"way": "product", "terms": (many[0], each[0])}
    base = subtotal[0] if len(subtotal) == 1 else None
    total = [name for name in named(_TOTAL) if name not in told]
    if base is not None:
        for name in taxes:
            told[name] = {"way": "share", "terms": (base,)}
        for name in less:
            told[name] = {"way": "share", "terms": (base,), "off": True}
        if len(total) == 1 and all(_scale(free[name]) <= _scale(free[total[0]]) for name in (base, *taxes, *more, *less)):
            told[total[0]] = {"way": "sum", "terms": (base, *taxes, *more), "less": tuple(less)}
    late = [_follows(free[name], options) for name, options in told.items()]
    return [*(step for step in steps if step.task.fills[0] not in told), *late]


def _free(step: Step) -> bool:
    task = step.task
    plain = len(task.fills) == 1 and not task.unique and step.choice.kind == "numeric.quantiles" and step.choice.reason != "as configured"
    return plain and reckoned(task.column.type) and "values" not in task.options


def _scale(step: Step) -> int:
    """Decimals that a column shows."""
    kind = bare(step.task.column.type)
    return kind.scale or 0 if isinstance(kind, Decimal) else 2


def _follows(step: Step, options: Mapping[str, object]) -> Step:
    task = step.task
    reason = f"{options['way']} of {options['terms']}"
    return replace(
        step, task=replace(task, options={**task.options, **options}), choice=Choice(ARITHMETIC, reason, ((step.choice.kind, 0.0),))
    )


__all__ = ["reckoned_from"]
