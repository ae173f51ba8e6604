"""Dates, timestamps and times of day from the quantiles of a column, in the steps and the rhythm that it has.

Kept are a `Sketch` of the moments (see `cells`), the coarsest step of which all are multiples (whole seconds, minutes,
days), and, where many days are seen, the profile of the hours and of the weekdays: a shop that sells from nine to
six still does. Without rows, dates are recent, and counted back from the option `today`, never from a clock.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy.special import chdtrc

from mimic.generator import Columns, Literal, Span, State, Task
from mimic.generators.cells import Sketch, described, even, mixed, sketch
from mimic.generators.dials import dial_of
from mimic.generators.draws import Guide, Mask, apart, may_keep, null_share, nulls, systematic, without
from mimic.generators.logical import heard, told
from mimic.generators.monthly import Monthly
from mimic.generators.numeric import Lattice
from mimic.profile import Owners, TableEvidence
from mimic.registry import Registry
from mimic.schema import Date, LogicalType, Time, Timestamp, arrow_type, bare
from mimic.semantics import Kind
from mimic.streams import Floats, Ints, Stream

TODAY = "2026-01-01"  # where nobody says what day it is
DAY = 86_400_000_000  # microseconds
_STEPS = (DAY, 3_600_000_000, 1_800_000_000, 900_000_000, 300_000_000, 60_000_000, 1_000_000, 1_000)
FAR = (-354_285, 84_006)  # the years 1000 and 2200, in days since 1970: rarer dates outside are marks, not moments
_FIRST, _LAST = -719_162, 2_932_896  # the years 1 and 9999
_WEEKDAYS_FROM = 200  # rows
_DAYS_FROM = 60  # different days


@dataclass(frozen=True)
class Moments:
    """Fills one column of dates, timestamps or times, given nothing.

    Options: `low`, `high` (ISO texts) bound the values; `today` is the day from which rules count.
    """

    kind: ClassVar[str] = "temporal.quantiles"
    version: ClassVar[int] = 1

    column: str
    type: LogicalType
    sketch: Sketch  # in days for dates, in steps since 1970 or midnight otherwise
    step: int  # microseconds; 1 for dates
    clock: Sketch | None  # steps since midnight of the values that are no atoms
    weekdays: Floats | None  # (7,) shares from Monday
    low: int | None  # in the sketch's unit
    high: int | None
    null_share: float
    infinities: tuple[tuple[str, float, int], ...] = ()  # "infinity" or "-infinity", share, owners
    zone: str = "+00"  # of times with a zone
    unique: bool = False
    monthly: Monthly | None = None  # on which days of a month, where that tells more than the weekday

    @property
    def fills(self) -> tuple[str, ...]:
        return (self.column,)

    @property
    def needs(self) -> tuple[str, ...]:
        return ()

    @classmethod
    def suits(cls, task: Task) -> float:
        return 0.6 if len(task.columns) == 1 and isinstance(bare(task.column.type), Date | Time | Timestamp) else 0.0

    @classmethod
    def learn(cls, task: Task, evidence: TableEvidence | None, stream: Stream) -> Self:
        kind = bare(task.column.type)
        column = evidence.column(task.column.name) if evidence is not None and evidence.sampled else None
        known: Sketch | None = None
        clock: Sketch | None = None
        weekdays: Floats | None = None
        monthly: Monthly | None = None
        infinities: tuple[tuple[str, float, int], ...] = ()
        step, zone = 1, "+00"
        if evidence is not None and column is not None:
            values, owners, infinities, zone = _read(kind, column, evidence.owners, task.k)
            step = _step(kind, values)
            known = sketch(values / step, owners, task.k, most=dial_of(task).cells, exact=may_keep(task))
            if known is not None and not isinstance(kind, Time):
                clock, weekdays, monthly = _rhythm(kind, values, owners, known, step, task.k)
        share = null_share(task, column)
        learned = known is not None
        if known is None:
            known, step = ruled(task, kind)
            meant = task.meanings[0].kind if task.meanings else Kind.OTHER
            if column is None and task.column.nullable and "null_share" not in task.options and meant is Kind.DELETED:
                share = 0.9
        low, high = bounds_of(kind, step, task)
        if not learned and {"low", "high"} <= task.options.keys():  # the bounds say more than the rule
            known = even(low, high)
        elif known.atom_owners.sum() == 0 and known.quantile(np.array([0.5]))[0] > high:  # a rule that does not fit its bounds
            known = even(max(low, high - 365.0), high)
        name, rhythm = task.column.name, (clock, weekdays)
        return cls(name, task.column.type, known, step, *rhythm, low, high, share, infinities, zone, task.unique, monthly)

    def sample(self, span: Span, stream: Stream, given: Columns) -> Columns:
        mask = nulls(stream, span.n, self.null_share)
        special: Ints | None = None
        if self.unique:
            steps = Lattice.of(self.sketch, span.total, self.low, self.high, where=self.column).at(span, stream)
        else:
            u = systematic(stream.at("value"), span.n, mask)
            if self.infinities:
                u, special = apart(u, [share for _, share, _ in self.infinities])
            steps = self._in_rhythm(self.sketch.quantile(u), stream)
            if self.low is not None or self.high is not None:
                steps = np.clip(steps, self.low, self.high)
        return {self.column: self._spelled(steps * self.step, special, mask)}

    def _in_rhythm(self, values: Floats, stream: Stream) -> Ints:
        """Whole steps; where no atom stands, the day of the week or month and the time of day are drawn anew."""
        if self.clock is None and self.weekdays is None and self.monthly is None:
            return np.rint(values).astype(np.int64)
        per_day = DAY // self.step if isinstance(bare(self.type), Timestamp) else 1
        whole = np.rint(values).astype(np.int64)
        atom = np.zeros(len(values), dtype=np.bool_)
        if len(self.sketch.atoms):
            near = np.clip(np.searchsorted(self.sketch.atoms, values), 0, len(self.sketch.atoms) - 1)
            atom = self.sketch.atoms[near] == values
        day = whole // per_day
        within = whole - day * per_day
        if self.weekdays is not None:
            weekday = Guide.of(self.weekdays)(systematic(stream.at("weekday"), len(values)))
            day = (day + 3) // 7 * 7 - 3 + weekday  # 1970-01-01 was a Thursday
        if self.monthly is not None:
            day = self.monthly.moved(day, stream.at("month").uniform(len(values)))
        if self.clock is not None:
            within = np.clip(np.rint(self.clock.quantile(systematic(stream.at("clock"), len(values)))), 0, per_day - 1).astype(np.int64)
        return np.where(atom, whole, day * per_day + within)

    def _spelled(self, values: Ints, special: Ints | None, mask: Mask | None) -> pa.Array:
        kind, out = bare(self.type), arrow_type(self.type)
        width = np.int32 if isinstance(kind, Date) else np.int64
        ticks = values.astype(width)
        if special is not None:
            ends = [np.iinfo(width).max if name == "infinity" else np.iinfo(width).min for name, _, _ in self.infinities]
            ticks = np.where(special >= 0, np.array([*ends, 0], dtype=width)[special], ticks)
        if isinstance(kind, Time) and kind.zoned:
            texts = pa.array(ticks).cast(pa.time64("us")).cast(pa.string())
            texts = pc.replace_substring_regex(texts, r"\.0+$", "")
            return without(pc.binary_join_element_wise(texts, self.zone, ""), mask)
        return pa.array(ticks, mask=mask).view(out)

    def capacity(self) -> int | None:
        return None if self.low is None or self.high is None else self.high - self.low + 1

    def literals(self) -> Iterable[Literal]:
        held = self.sketch.atom_owners > 0
        values = np.rint(self.sketch.atoms[held]).astype(np.int64) * self.step
        shown = self._spelled(values, None, None).cast(pa.string()).to_pylist()
        for value, owners in zip(shown, self.sketch.atom_owners[held].tolist(), strict=True):
            yield Literal(self.column, value, int(owners), "k owners")

    def state(self) -> State:
        return {
            "column": self.column,
            "type": told(self.type),
            "sketch": self.sketch.state(),
            "step": self.step,
            "clock": self.clock.state() if self.clock else None,
            "weekdays": self.weekdays,
            "low": self.low,
            "high": self.high,
            "null_share": self.null_share,
            "infinities": [list(infinity) for infinity in self.infinities],
            "zone": self.zone,
            "unique": self.unique,
            "monthly": self.monthly.state() if self.monthly is not None else None,
        }

    @classmethod
    def restore(cls, state: State) -> Self:
        return cls(
            **{
                **state,
                "type": heard(state["type"]),
                "sketch": Sketch.restore(state["sketch"]),
                "clock": Sketch.restore(state["clock"]) if state["clock"] else None,
                "monthly": Monthly.restore(state["monthly"]) if state["monthly"] is not None else None,
                "infinities": tuple((name, share, owners) for name, share, owners in state["infinities"]),
            }
        )


def _read(kind: LogicalType, column: pa.Array, owners: Owners, k: int) -> tuple[Floats, Owners, tuple[tuple[str, float, int], ...], str]:
    """Moments in days or microseconds (n,) with their owners; infinities that k owners share; the usual zone of a timetz."""
    valid = np.flatnonzero(np.asarray(column.is_valid()))
    present, zone = column.drop_null(), "+00"
    if isinstance(kind, Time) and kind.zoned:
        parts = pc.extract_regex(present.cast(pa.string()), r"^(?P<time>[0-9:.]+)(?P<zone>[-+][0-9:]+)?$")
        clock = pc.struct_field(parts, "time").to_pylist()
        ticks = np.array([_microseconds(text) for text in clock], dtype=np.int64)
        zones = [pair for pair in pc.value_counts(pc.struct_field(parts, "zone")).to_pylist() if pair["values"]]
        if zones:
            zone = max(zones, key=lambda pair: (pair["counts"], pair["values"]))["values"]
    else:
        ticks = present.view(pa.int32() if isinstance(kind, Date) else pa.int64()).to_numpy(zero_copy_only=False).astype(np.int64)
    width = np.iinfo(np.int32 if isinstance(kind, Date) else np.int64)
    found = []
    usual = (ticks != width.max) & (ticks != width.min)
    for name, where in (("infinity", ticks == width.max), ("-infinity", ticks == width.min)):
        held = int(owners.take(valid).distinct(np.where(where, 0, -1), 1)[0])
        if held >= k:
            found.append((name, float(where.sum()), held))
    rows = usual.sum() + sum(count for _, count, _ in found)
    infinities = tuple((name, float(count / rows), held) for name, count, held in found)
    if not isinstance(kind, Time):
        day = 1 if isinstance(kind, Date) else DAY
        far = usual & ((ticks < FAR[0] * day) | (ticks > FAR[1] * day))
        if far.any():
            different, codes = np.unique(np.where(far, ticks, 0), return_inverse=True)
            rare = far & (owners.take(valid).distinct(np.where(far, codes, -1), len(different)) < k)[codes]
            if owners.take(valid).distinct(np.where(rare, 0, -1), 1)[0] < k:
                usual &= ~rare  # 9999-12-31 of one owner would pull the average of its cell into the far future
    return ticks[usual].astype(np.float64), owners.take(valid[usual]), infinities, zone


def _microseconds(text: str | None) -> int:
    """Microseconds since midnight of `HH:MM:SS.ffffff`; 0 of anything else."""
    match = re.fullmatch(r"(\d+):(\d+)(?::(\d+)(?:\.(\d+))?)?", text or "")
    if not match:
        return 0
    hours, minutes, seconds, part = match.groups()
    return ((int(hours) * 60 + int(minutes)) * 60 + int(seconds or 0)) * 1_000_000 + int(f"{part or '0':0<6}"[:6])


def _step(kind: LogicalType, values: Floats) -> int:
    if isinstance(kind, Date) or not len(values):
        return 1
    whole = values.astype(np.int64)
    return next((step for step in _STEPS if not (whole % step).any()), 1)


Rhythm = tuple[Sketch | None, Floats | None, Monthly | None]


def _rhythm(kind: LogicalType, values: Floats, owners: Owners, known: Sketch, step: int, k: int) -> Rhythm:
    """Profile of the hours and of the weekdays or the days of the month, each None where there is none worth keeping or too few days
    to see one."""
    rest = ~np.isin(values / step, known.atoms)
    day_length = 1 if isinstance(kind, Date) else DAY
    days = np.floor(values[rest] / day_length).astype(np.int64)
    different, counts = np.unique(days, return_counts=True)
    # With few or uneven days the order of the moments within a day is part of the shape, and stays as it is.
    if len(days) < 100 or len(different) < _DAYS_FROM or counts.max() > max(0.02 * len(values), k):
        return None, None, None
    clock = None
    if isinstance(kind, Timestamp) and step < DAY:
        clock = sketch((values[rest] - days * float(DAY)) / step, owners.take(np.flatnonzero(rest)), k, most=120)
    if (monthly := Monthly.learn(days, owners.take(np.flatnonzero(rest)), k)) is not None and monthly.way != "week":
        return clock, None, monthly
    weekday = (days + 3) % 7
    seen = np.bincount(weekday, minlength=7)
    expected = len(days) / 7
    uneven = float(((seen - expected) ** 2 / expected).sum())
    if len(days) < _WEEKDAYS_FROM or chdtrc(6, uneven) > 1e-4:
        return clock, None, None
    held = owners.take(np.flatnonzero(rest)).distinct(weekday, 7)
    shares = np.where(held >= k, seen, 0).astype(np.float64)
    return clock, shares / shares.sum() if shares.sum() else None, None


def today_of(task: Task) -> int:
    asked = task.options.get("today", TODAY)
    day = asked if isinstance(asked, date) else date.fromisoformat(str(asked)[:10])
    return (date(day.year, day.month, day.day) - date(1970, 1, 1)).days


def bounds_of(kind: LogicalType, step: int, task: Task) -> tuple[int, int]:
    """Least and greatest step that type and options allow."""
    per_day = 1 if isinstance(kind, Date) else DAY // step
    low, high = (0, per_day - 1) if isinstance(kind, Time) else (_FIRST * per_day, (_LAST + 1) * per_day - 1)
    if (asked := task.options.get("low")) is not None:
        low = max(low, -(-_parsed(kind, asked) // step))
    if (asked := task.options.get("high")) is not None:
        high = min(high, _parsed(kind, asked) // step)
    return low, high


def _parsed(kind: LogicalType, text: object) -> int:
    """Days or microseconds of an ISO text."""
    if isinstance(kind, Time):
        return _microseconds(str(text))
    moment = datetime.fromisoformat(str(text)).replace(tzinfo=None)
    since = moment - datetime(1970, 1, 1)
    return since.days if isinstance(kind, Date) else since.days * DAY + since.seconds * 1_000_000 + since.microseconds


def ruled(task: Task, kind: LogicalType) -> tuple[Sketch, int]:
    """A sketch by meaning and name alone, and the step it counts in."""
    if isinstance(kind, Time):
        return described(lambda u: 84 + 144 * u, floor=0.0), 300_000_000  # seven in the morning to seven in the evening
    meant = task.meanings[0].kind if task.meanings else Kind.OTHER
    name = task.column.name.lower()
    today = float(today_of(task))
    if meant is Kind.BIRTH_DATE or re.search(r"birth|dob$", name):
        days = described(lambda u: today - 365.25 * (78 - 60 * u**0.8))
    elif meant is Kind.UPDATED or re.search(r"updated|modified|last_|seen|changed", name):
        days = described(lambda u: today - 365.0 * (1 - u) ** 3)
    elif meant is Kind.ENDS or re.search(r"expire|expiry|due|until|valid_to|ends?(_|$)|deadline|scheduled|next_", name):
        days = described(lambda u: today + 1 + 364.0 * u**1.5)
    elif re.search(r"hire|employ|joined|joining", name):
        days = described(lambda u: today - 365.25 * 12 * (1 - u))  # people stay for years
    elif meant is Kind.DATE_OF_DEATH:
        days = described(lambda u: today - 365.25 * 20 * (1 - u))
    else:
        days = described(lambda u: today - 3 * 365.0 * (1 - u) ** 1.5)  # a service that grows
    if isinstance(kind, Date):
        return days, 1
    # Any second of the day, most of them when people are awake.
    return mixed([(days.scaled(86_400.0, 8 * 3_600.0), 0.5), (days.scaled(86_400.0, 15 * 3_600.0), 0.5)]), 1_000_000


def register(registry: Registry) -> None:
    registry.generators.add(Moments)
