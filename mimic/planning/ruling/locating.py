"""What goes with the country of a row: its latitude and longitude, and the telephone numbers in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from mimic.plan import Choice, Step
from mimic.planning.ruling.naming import tokens
from mimic.schema import Decimal, Float, Table, Text, bare
from mimic.semantics import Kind, Meaning

COORDINATES, PHONE = "place.coordinates", "phone.local"
_AXES = frozenset(["latitude", "longitude"])


def located(steps: Iterable[Step], table: Table, meanings: Mapping[str, Meaning]) -> list[Step]:
    """The same steps, pairs of coordinates as one, and what follows from a country after it."""
    steps = list(steps)
    free = {step.task.fills[0]: step for step in steps if _free(step)}
    rest, late = list[Step](), list[Step]()
    done: set[str] = set()
    for step in steps:
        name = step.task.fills[0]
        words = tokens(name)
        if name in done:
            continue
        other = _other(name, words, free) if name in free and "latitude" in words else None
        if other is not None and isinstance(bare(step.task.column.type), Float | Decimal | Text):
            both = replace(
                step.task,
                columns=(step.task.column, free[other].task.column),
                meanings=(step.task.meaning, free[other].task.meaning),
                options={**step.task.options, "country": _country(table, meanings, words)},
            )
            late.append(replace(step, task=both, choice=Choice(COORDINATES, "on land, in the country of the row")))
            done.add(other)
        elif (
            name in free
            and meanings[name].kind is Kind.PHONE
            and isinstance(bare(step.task.column.type), Text)
            and (country := _country(table, meanings, words))
        ):
            told = {**step.task.options, "country": country}
            late.append(replace(step, task=replace(step.task, options=told), choice=Choice(PHONE, f"as in {country}", step.choice.lost)))
        else:
            rest.append(step)
    rest = [step for step in rest if step.task.fills[0] not in done]
    return [*rest, *late]


def _free(step: Step) -> bool:
    task = step.task
    plain = len(task.fills) == 1 and not task.unique and step.choice.kind.startswith(("numeric.", "code.", "text.", "semantic."))
    told = task.options.get("limits") or {}
    return plain and step.choice.reason != "as configured" and not {"patterns", "values"} & {*told, *task.options}


def _other(name: str, words: tuple[str, ...], free: Mapping[str, Step]) -> str | None:
    """The longitude of a latitude: called the same but for that word."""
    stem = [word for word in words if word not in _AXES]
    for other in free:
        theirs = tokens(other)
        if other != name and "longitude" in theirs and [word for word in theirs if word not in _AXES] == stem:
            return other
    return None


def _country(table: Table, meanings: Mapping[str, Meaning], words: tuple[str, ...]) -> str:
    """The text column that says in which country, that of the same owner first; "" where there is none."""
    found = [
        column.name
        for column in table.written
        if meanings[column.name].kind in (Kind.COUNTRY, Kind.COUNTRY_CODE) and isinstance(bare(column.type), Text)
    ]
    return max(found, key=lambda name: len({*tokens(name)} & {*words}), default="")


__all__ = ["located"]
