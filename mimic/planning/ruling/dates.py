"""Which date of a row comes before which: a name says whether it began, went on, ended, was changed, or is to come.

origin   created, joined, ordered ...       after the origin of its parents
start    starts, valid from ...             after the origin; may be to come
step     confirmed, paid, sent ...          after the origin
end      finished, returned; ends, until    after the start of the same name
seen     last seen, last login ...          after the origin, mostly lately
changed  updated, modified                  after all that has happened
gone     deleted, cancelled, archived       after the last change
next     next run, scheduled for            counted from today, by `temporal`
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from mimic.generators.ordered import orderly
from mimic.graph import ancestors
from mimic.plan import Choice, Step
from mimic.planning.ruling.naming import phrase, tokens
from mimic.schema import Column, ForeignKey, Schema, Table, TableName, Time, bare

ORDERED = "temporal.ordered"
HOPS = 3

_PARTS: tuple[tuple[str, str], ...] = (
    ("", r"birth|born|death|died|deceased|dob"),
    ("gone", r"delet|remov|archiv|void|retir|cancel|discard|revok|disabl|deactivat|terminat|yank|suspend|withdraw|purg|trash|dismiss|unsubscrib"),
    ("fault", r"lock|fail|error|ban|block|reject|bounce|spam|over limit|complain|expire notice|notice"),
    ("next", r"^next|next |scheduled (?:for|date)|deletion scheduled|reminder|alert after|renew"),
    ("until", r"expir|until|valid to|due|deadline|not after|required|best before|token expires"),
    ("changed", r"updat|modif|chang|edit|refresh|touched|synced|revised"),
    ("seen", r"\blast\b|seen|latest|accessed|visited|recent"),
    ("ended", r"\bended|finish|complet|closed|returned|resolved|delivered|stopped|discharg|checked out|check out|left$|departed"),
    ("end", r"\bends?\b|\bto\b|closes|valid to|thru|through"),
    ("started", r"started|performed|\bbegan|admitted|opened|checked in|check in|executed|dispatched|picked up|activated"),
    ("start", r"starts?\b|begins?\b|\bfrom\b|opens|effective|scheduled|not before|available|event date|planned"),
    (
        "origin",
        r"creat|insert|regist|join|submit|post|order|add|date$|made|opened|issu|applied|request|occur|record|signup|sign up|hire|logged|ping|"
        r"^time$|timestamp|^at$|^when$|received|invit|enqueued|built|uploaded|import|enrol|visit|measured|observed|sold|rental|"
        r"purchas|donat|enter",
    ),
)  # fmt: skip
_BORN = re.compile(r"creat|insert|join|regist|sign")
_READ = [(part, re.compile(pattern)) for part, pattern in _PARTS]
_RANK = {"origin": 0, "start": 1, "started": 1, "step": 2, "fault": 2, "ended": 3, "end": 3, "until": 3, "seen": 3, "changed": 4, "gone": 5}
_PAST = frozenset({"origin", "started", "step", "ended"})
_NULLS = {"gone": 0.9, "fault": 0.85, "ended": 0.15, "step": 0.1, "seen": 0.05, "until": 0.1}
_MINUTES = frozenset(
    [
        "job",
        "task",
        "run",
        "execution",
        "build",
        "deployment",
        "process",
        "import",
        "export",
        "batch",
        "dag",
        "request",
        "query",
        "ping",
        "check",
        "backup",
        "sync",
    ]
)
_HOURS = frozenset(
    [
        "event",
        "meeting",
        "session",
        "booking",
        "reservation",
        "appointment",
        "visit",
        "encounter",
        "shift",
        "lesson",
        "lecture",
        "break",
        "timetable",
        "slot",
        "contribution",
        "occurrence",
        "reminder",
        "block",
    ]
)
_YEARS = frozenset(
    [
        "contract",
        "employment",
        "salary",
        "position",
        "title",
        "subscription",
        "membership",
        "price",
        "campaign",
        "validity",
        "licence",
        "policy",
        "lease",
        "program",
        "enrolment",
        "enrollment",
        "insurance",
    ]
)
_SHORT_LIVED = frozenset(
    ["token", "session", "otp", "code", "reset", "verification", "invitation", "invite", "cache", "lock", "ticket", "nonce", "challenge"]
)
_PAIR = re.compile(
    r"\b(starts?|started|begins?|began|from|opens|opened|valid|ends?|ended|finish\w*|complet\w*|to|closes|closed|until|date|time|at|on|datetime|dt)\b"
)


@dataclass(frozen=True, slots=True)
class Dated:
    column: Column
    part: str
    words: str


def part_of(name: str) -> str:
    """What a date tells; "step" where its name says nothing else; "" for dates of a life, which follow no row."""
    words = re.sub(r" (date|at|on|dt|time|datetime|timestamp|utc)$", "", phrase(name))
    if words != phrase(name) and words in ("start", "end"):
        return words
    found = next((part for part, pattern in _READ if pattern.search(words)), None)
    if found is None:
        return "origin" if words in ("date", "datetime", "dt", "day", "time", "timestamp") else "step"
    return found


def dated(table: Table) -> list[Dated]:
    """The dates of a row that follow each other; one of them is its origin."""
    found = [Dated(column, part_of(column.name), phrase(column.name)) for column in table.written if orderly(column.type)]
    begun = [date for date in found if date.part == "origin" and not isinstance(bare(date.column.type), Time)] or [
        date for date in found if date.part == "step"
    ][:1]
    first = min(begun, key=lambda date: not _BORN.search(date.words), default=None)
    if {*tokens(table.name.name)} & _MINUTES:  # what a program has planned is over soon
        found = [replace(date, part="started") if date.part == "start" else date for date in found]
    found = [date for date in found if not isinstance(bare(date.column.type), Time) or date.part in ("start", "end", "started", "ended")]
    parts = ("origin" if date is first else "step" if date.part == "origin" else date.part for date in found)
    return [replace(date, part=part) for date, part in zip(found, parts, strict=True) if part]


def origin_of(table: Table) -> str | None:
    """The column that says when a row began."""
    return next((date.column.name for date in dated(table) if date.part == "origin"), None)


def heights(schema: Schema, parents: Mapping[TableName, Iterable[ForeignKey]], order: Iterable[TableName]) -> dict[TableName, int]:
    """How many generations of tables with dates hang below each table. `order`: parents first."""
    found = dict.fromkeys(order, 0)
    for name in reversed(list(found)):
        own = found[name] + bool(origin_of(schema.table(name)))
        for key in parents.get(name, ()):
            found[key.parent] = max(found.get(key.parent, 0), own)
    return found


def in_order(
    steps: Iterable[Step], table: Table, schema: Schema, parents: Mapping[TableName, Iterable[ForeignKey]], height: int = 0
) -> list[Step]:
    """The same steps, dates last and each after those that it follows. `parents`: keys whose parents are filled before their table."""
    steps, dates = list(steps), {date.column.name: date for date in dated(table)}
    above = list(_above(table, schema, parents, HOPS))
    waited = _waited(table, schema, parents)
    mine = {step.task.fills[0]: step for step in steps if _free(step) and step.task.fills[0] in dates.keys() - waited}
    if not mine:
        return steps
    own = tokens(table.name.name)
    lowest = min((_RANK[date.part] for date in dates.values() if date.part in _RANK), default=0)
    made, needs = [], {name: set(step.task.options.get("within", ())) for step in steps for name in step.task.fills}
    for name in sorted(mine, key=lambda name: _RANK.get(dates[name].part, 9)):
        date = dates[name]
        if date.part == "next":
            made.append(mine[name])
            continue
        floors = [other.column.name for other in _before(date, dates.values()) if not _waits(other.column.name, name, needs)]
        needs[name] = needs.get(name, set()) | set(floors)
        if not floors or (_RANK[date.part] == lowest and date.part not in ("end", "until")):
            floors += [] if isinstance(bare(date.column.type), Time) else above
        made.append(_follows(mine[name], date, tuple(dict.fromkeys(floors)), own, height))
    return [*(step for step in steps if step not in mine.values()), *made]


def _waits(name: str, other: str, needs: Mapping[str, Iterable[str]]) -> bool:
    """Whether a column is made after another one: told apart within it, or a later date. `needs`: of each what it is made after."""
    known, left = set[str](), [name]
    while left:
        if (here := left.pop()) not in known:
            known.add(here)
            left += needs.get(here, ())
    return other in known


def _waited(table: Table, schema: Schema, parents: Mapping[TableName, Iterable[ForeignKey]]) -> set[str]:
    """Columns that the choice of parents waits for, here or, in a cycle, above: they cannot follow a parent."""
    own = {name for key in table.foreign_keys for name in (*key.columns, *(key.referred if key.parent == table.name else ()))}
    referred = {name for key in schema.children(table.name) for name in key.referred}
    dates = any(orderly(table.column(name).type) for name in referred - own)
    in_cycle = dates and any(table.name in ancestors(schema, key.parent) for key in parents.get(table.name, ()))
    return own | referred if in_cycle else own


def _free(step: Step) -> bool:
    return len(step.task.fills) == 1 and not step.task.unique and step.choice.kind == "temporal.quantiles"


def _before(date: Dated, others: Iterable[Dated]) -> Iterator[Dated]:
    """Dates of the row that lie before."""
    clock = isinstance(bare(date.column.type), Time)
    others = [other for other in others if other.column.name != date.column.name and other.part in _RANK]
    others = [other for other in others if isinstance(bare(other.column.type), Time) == clock]
    begun = [other for other in others if other.part in ("start", "started")]
    for other in others:
        if date.part in ("end", "ended", "until") and other in begun:
            named = [start for start in begun if _stem(start) == _stem(date)]
            if (other in named or not named) and (date.part != "ended" or other.part == "started"):
                yield other
        elif date.part == "changed":
            if other.part in _PAST:
                yield other
        elif date.part == "gone":
            if other.part in _PAST or other.part == "changed":
                yield other
        elif other.part == "origin" and _RANK[date.part] > 0:
            yield other


def _stem(date: Dated) -> str:
    return " ".join(_PAIR.sub("", date.words).split())


def _follows(step: Step, date: Dated, floors: tuple[str, ...], own: tuple[str, ...], height: int) -> Step:
    about = {*own, *date.words.split()}
    hours = bool(about & _HOURS)
    clock = isinstance(bare(step.task.column.type), Time)
    span = 0.12 if clock else 0.003 if about & _MINUTES else 0.08 if hours else 300.0 if about & _YEARS else 7.0
    after: str | float
    match date.part:
        case "start":
            after = 30.0
        case "started":
            after = 0.01 if about & _MINUTES else 2.0
        case "step":
            after = 0.02 if about & _MINUTES else 1.0
        case "end" | "ended":
            after = span
        case "until":
            after = 7.0 if about & _SHORT_LIVED else 300.0 if about & _YEARS else 60.0
        case "seen":
            after = "lately"
        case "changed" | "gone" | "fault":
            after = 20.0
        case _:
            after = "any"
    ahead = date.part in ("start", "end", "until") and not clock
    share = _NULLS.get(date.part, 0.0) if step.task.column.nullable else 0.0
    told = {"null_share": share, **step.task.options, "floors": floors, "after": after, "ahead": ahead, "height": height}
    told["quarters"] = (hours or clock) and date.part in ("start", "end")
    reason = f"after {', '.join(floors)}" if floors else "the beginning of a row"
    return replace(
        step, task=replace(step.task, options=told), choice=Choice(ORDERED, reason, ((step.choice.kind, 0.0), *step.choice.lost))
    )


def _above(table: Table, schema: Schema, parents: Mapping[TableName, Iterable[ForeignKey]], hops: int) -> Iterator[str]:
    """Needs of the origins of a row's parents; of their parents where they have none."""
    for key in parents.get(table.name, ()):
        parent = schema.table(key.parent)
        name = origin_of(parent)
        if name is not None:
            yield f"{key.label}.{name}"
        elif hops > 1:
            yield from (f"{key.label}.{need}" for need in _above(parent, schema, parents, hops - 1))


__all__ = ["dated", "in_order", "origin_of", "part_of"]
