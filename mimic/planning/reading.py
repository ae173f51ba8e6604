"""Which columns stand for something else than what they are written in: numbers, days, moments, spans that travel as text.

Nothing is guessed: a column is read where all of its sample reads, and is written again letter by letter as it stands there.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mimic.config import TableConfig
from mimic.generators.stepped import steps_of
from mimic.graph import tied
from mimic.plan import Step
from mimic.planning.keys import mentioned
from mimic.planning.meaning import UNSURE
from mimic.planning.meaning.words import phrase
from mimic.profile import Evidence, TableEvidence
from mimic.readings import DIGITS, PLAIN, Reading, plain_money
from mimic.schema import (
    Column,
    Decimal,
    Domain,
    Integer,
    Interval,
    LogicalType,
    Money,
    Schema,
    Table,
    TableName,
    Text,
    Unique,
    arrow_type,
    bare,
)
from mimic.semantics import Kind, Meaning, Sensitivity
from mimic.textual import DAY, HOUR, MINUTE, SECOND, interval_parts, over

SEEING = ("tree.", "temporal.", "numeric.", "sequence.", "relation.", "copula.", "key.", "marginal")  # generators of what is read
FEWEST = 20  # different values from which texts that look like dates are dates
RISES = 0.999  # of the rows in which a code is higher than in the row before
MANY = 40  # different values from which texts that look like numbers are numbers: fewer are names of versions, sizes, grades
NO_ROWS = Reading("digits")  # of a column that refers to nothing yet
FEWEST_YEARS, DENSE = 3, 0.9  # years that are keys, and how many of those from the first to the last are there
YEARS = (1800, 2200)  # dates that are spelt in digits alone lie between these
_STEPS = (DAY, HOUR, MINUTE, SECOND, 1_000, 1)
_DATES = (
    (r"\d{4}-\d\d-\d\d", ("YYYY-MM-DD",)),
    (r"\d{4}/\d\d/\d\d", ("YYYY/MM/DD",)),
    (r"\d{4}\.\d\d\.\d\d", ("YYYY.MM.DD",)),
    (r"\d\d\.\d\d\.\d{4}", ("DD.MM.YYYY", "MM.DD.YYYY")),
    (r"\d\d/\d\d/\d{4}", ("MM/DD/YYYY", "DD/MM/YYYY")),
    (r"\d\d-\d\d-\d{4}", ("DD-MM-YYYY", "MM-DD-YYYY")),
)
_TIME = r"([T ])(\d\d:\d\d)(:\d\d)?(\.\d{1,6})?( ?(?:Z|UTC|[+-]\d\d(?::?\d\d)?))?"


def with_readings(evidence: Evidence, configured: dict[TableName, TableConfig]) -> Evidence:
    """The same evidence as the engine sees it: columns of samples and schema are what their texts stand for.

    Left as they are: what foreign keys hold or refer to, unless all of it spells days or months in digits; what has a generator of texts
    in mimic.yaml or is asked for in an `expression`; and, but for `numeric`, what CHECKs and other SQL of the table mention: they are about
    what is written.
    """
    tables, readings, seen = dict(evidence.tables), dict[TableName, dict[str, Reading]](), dict[TableName, Table]()
    fixed = {name: _fixed(found.table, configured.get(name, TableConfig())) for name, found in evidence.tables.items()}
    keys = _of_keys(evidence, fixed)
    for name, found in evidence.tables.items():
        left = fixed[name] | _keyed(found.table, evidence.schema)
        here = dict(keys.get(name, {}))
        for column in found.table.written if found.sampled else ():
            if column.name in left:
                continue
            meaning = evidence.meanings.get((name, column.name))
            reading = reading_of(column, found.column(column.name), version=meaning is not None and meaning.kind is Kind.VERSION)
            if reading is None and not _personal(meaning):
                reading = counted_on(column, found)
            if reading is not None and not _told_of(found.table, column):
                here[column.name] = reading
        if here:
            readings[name] = here
            tables[name] = _read(found, here)
            seen[name] = tables[name].table
    if not readings:
        return evidence
    schema = replace(evidence.schema, tables=tuple(seen.get(table.name, table) for table in evidence.schema.tables))
    return replace(evidence, schema=schema, tables=tables, readings=readings)


def _personal(meaning: Meaning | None) -> bool:
    """Whether a column is known to tell of somebody: what grows with a key is no such thing, unless its name says so."""
    return meaning is not None and meaning.why not in UNSURE and meaning.sensitivity in (Sensitivity.DIRECT, Sensitivity.SECRET)


def told(step: Step, readings: Mapping[str, Reading], written: Table) -> Step:
    """The step of a column that is read, saying so where its type does not."""
    read = [name for name in step.task.fills if name in readings and isinstance(bare(written.column(name).type), Text | Integer)]
    said = "; ".join(dict.fromkeys(readings[name].said for name in read))
    return replace(step, choice=replace(step.choice, reason=f"{step.choice.reason}; {said}")) if said else step


def in_order(evidence: Evidence) -> Evidence:
    """The same evidence, samples in the order of their primary key where that is one number or date: rows stand as they were numbered."""
    tables = dict(evidence.tables)
    for name, found in evidence.tables.items():
        key = found.table.primary_key
        if key is None or len(key.columns) != 1:
            continue
        values = found.column(key.columns[0])
        if pa.types.is_integer(values.type) or (
            (pa.types.is_date(values.type) or pa.types.is_timestamp(values.type)) and not values.null_count
        ):
            order = np.asarray(pc.array_sort_indices(values)).astype(np.int64)
            if (np.diff(order) != 1).any():
                tables[name] = found.take(order)
    return replace(evidence, tables=tables)


def _read(found: TableEvidence, readings: dict[str, Reading]) -> TableEvidence:
    sample, columns = found.sample, {}
    for name, reading in readings.items():
        columns[name] = read_column(found.table.column(name), reading)
        sample = sample.set_column(sample.schema.get_field_index(name), name, reading.read(found.column(name)))
    table = replace(found.table, columns=tuple(columns.get(column.name, column) for column in found.table.columns))
    single = {rule.columns for rule in table.keys}
    codes = [name for name, reading in readings.items() if reading.way == "code" and (name,) not in single]
    table = replace(table, uniques=(*table.uniques, *(Unique(f"each {name}", (name,), constraint=False) for name in codes)))
    profiles = {name: replace(profile, column=columns.get(name, profile.column)) for name, profile in found.profiles.items()}
    return replace(found, table=table, sample=sample, profiles=profiles, memo={})


def read_column(column: Column, reading: Reading) -> Column:
    """A column as it is read."""

    def inner(kind: LogicalType) -> LogicalType:
        return replace(kind, of=inner(kind.of)) if isinstance(kind, Domain) else reading.type

    return replace(column, type=inner(column.type))


def _keyed(table: Table, schema: Schema) -> set[str]:
    """What foreign keys hold or refer to."""
    out = {name for key in table.foreign_keys for name in key.columns}
    return out | {name for key in schema.children(table.name) for name in key.referred}


def _fixed(table: Table, config: TableConfig) -> set[str]:
    """What the configuration says something of that holds for what is written."""
    out = set[str]()
    for name, told in config.columns.items():
        if told.expression is not None or not (told.generator or "tree.").startswith(SEEING):
            out.add(name)
        out |= {*mentioned(told.expression or "", table)}
    for group in config.groups:
        out |= set(group.columns) if group.generator is not None else set()
    for spelt in config.margins:
        out |= {name.strip() for name in spelt.split(",")}
    return out


def _told_of(table: Table, column: Column) -> bool:
    """Whether the table's own SQL says something of a column that holds for what is written only. Of `numeric` it holds for both."""
    if isinstance(bare(column.type), Decimal) and not any(column.name in rule.columns for rule in table.keys):
        return False
    if isinstance(column.type, Domain) and column.type.checks:
        return True
    sql = [*(check.expression for check in table.checks), *(exclude.definition for exclude in table.excludes)]
    sql += [column.generated for column in table.columns if column.generated is not None]
    for rule in table.keys:
        sql += [*rule.expressions, *([rule.where] if rule.where else [])]
    sql += [table.partition_by] if table.partition_by else []
    return any(column.name in mentioned(text, table) for text in sql)


def reading_of(column: Column, values: pa.Array, *, version: bool = False) -> Reading | None:
    """How a column is read, None where it stands for itself. `version`: its numbers with a dot are none."""
    kind, live = bare(column.type), values.drop_null()
    if not len(live):
        return None
    match kind:
        case Decimal() if pa.types.is_string(arrow_type(kind)):
            return _number(live)
        case Money():
            return _money(live)
        case Interval():
            return _span(live)
        case Integer():
            return _spelt(live) if _different(live, FEWEST) else None
        case Text():
            return _text(live, version)
    return None


def _spelt(live: pa.Array, *, years: bool = False) -> Reading | None:
    """How whole numbers are read that spell days or months, or `years`, if they may."""
    limits = pc.min_max(live).as_py()
    for pattern, size in (("YYYYMMDD", 10_000), ("YYYYMM", 100), *([("YYYY", 1)] if years else [])):
        if limits["min"] >= YEARS[0] * size and limits["max"] < YEARS[1] * size:
            return _dated(live, (pattern,), "digits")
    return None


def _of_keys(evidence: Evidence, left: Mapping[TableName, Collection[str]]) -> dict[TableName, dict[str, Reading]]:
    """How keys are read that spell days or months, and with them all that refers to them: the days of a calendar."""
    out: dict[TableName, dict[str, Reading]] = {}
    for family in tied(evidence.schema):
        readings = {_of_key(evidence, name, column, left) for name, column in family}
        if len(found := readings - {NO_ROWS}) == 1 and (reading := found.pop()) is not None:
            for name, column in family:
                out.setdefault(name, {})[column] = reading
    return out


def _of_key(evidence: Evidence, name: TableName, column: str, left: Mapping[TableName, Collection[str]]) -> Reading | None:
    """How one key column is read; `NO_ROWS` where there is nothing to read."""
    found = evidence.tables.get(name)
    if found is None or not found.table.has(column) or column in left.get(name, ()):
        return None
    kind, live, key = found.table.column(column).type, found.column(column).drop_null(), found.table.primary_key
    if not isinstance(bare(kind), Integer):
        return None
    told_of = _told_of(found.table, found.table.column(column))
    if key is None or key.columns != (column,):
        return None if told_of else _spelt(live, years=True) if len(live) else NO_ROWS
    if not {"year", "season"}.isdisjoint(phrase(column).split()) and len(live) >= FEWEST_YEARS:
        low, high = pc.min_max(live).as_py().values()
        made = _spelt(live, years=True) if len(live) >= DENSE * (high - low + 1) else None
    else:
        made = _spelt(live) if _different(live, FEWEST) else None
    if made is None or (told_of and steps_of(made.read(live)) is None):  # what follows one another in steps keeps to a CHECK as it is
        return None
    return made


def counted_on(column: Column, found: TableEvidence) -> Reading | None:
    """How texts are read that end in a number which grows with the primary key: `INV-000042` of the forty-second invoice."""
    key = found.table.primary_key
    own = key is not None and key.columns == (column.name,)
    if not isinstance(bare(column.type), Text) or key is None or own or len(key.columns) != 1:
        return None
    ids, values = found.column(key.columns[0]), found.column(column.name)
    if not pa.types.is_integer(ids.type) or values.null_count or len(values) < FEWEST:
        return None
    first = re.fullmatch(r"(.*?)(\d+)", values[0].as_py())
    lengths = pc.min_max(pc.binary_length(values)).as_py()
    if first is None or not lengths["min"]:
        return None
    prefix, digits = first[1], first[2]
    for width in dict.fromkeys((lengths["min"] - len(prefix.encode()), 0)):
        reading = Reading("code", prefix=prefix, width=max(width, 0))
        seen = reading.read(values)
        if seen.null_count or (width and not digits):
            continue
        rising = np.diff(np.asarray(seen)[np.argsort(np.asarray(ids), kind="stable")])
        return reading if (rising > 0).mean() >= RISES else None
    return None


def _text(live: pa.Array, version: bool) -> Reading | None:
    first = live[0].as_py()
    if not first or not first[-1:].isascii() or not _different(live, FEWEST):
        return None
    if patterns := tuple(_patterns(first)):
        return _dated(live, patterns, "date")
    if re.fullmatch(r"\d\d:\d\d(:\d\d)?", first):
        return _clock(live, "hh:mm:ss" if len(first) > 5 else "hh:mm")
    if not re.fullmatch(r"-?\d+\.\d+|-?\d+", first) or not _different(live, MANY):
        return None
    if not pc.any(pc.match_substring(live, ".")).as_py():
        return None  # whole numbers with or without zeros before them may as well be codes
    return _padded(live) or (None if version else _number(live, exact=True))


def _patterns(text: str) -> Iterator[str]:
    """The patterns of dates and moments that a text may be spelt by."""
    if re.fullmatch(r"\d{8}", text):
        yield "YYYYMMDD"
    if re.fullmatch(r"\d{14}", text):
        yield "YYYYMMDDhhmmss"
    for spelling, patterns in _DATES:
        if (found := re.fullmatch(f"{spelling}(?:{_TIME})?", text)) is None:
            continue
        between, clock, seconds, fraction, zone = found.groups()
        after = f"{between}hh:mm{':ss' if seconds else ''}" if clock else ""
        after += "." + "f" * (len(fraction) - 1) if fraction else ""
        yield from (pattern + after + (zone or "") for pattern in patterns)


def _dated(live: pa.Array, patterns: Collection[str], way: str) -> Reading | None:
    for pattern in patterns:
        reading = Reading("digits" if way == "digits" else "date", pattern)
        made = reading.read(live)
        if made.null_count:
            continue
        years = pc.min_max(pc.year(made))
        bare_digits = pattern.isalpha()
        if not bare_digits or (years["min"].as_py() >= YEARS[0] and years["max"].as_py() < YEARS[1]):
            return reading
    return None


def _clock(live: pa.Array, pattern: str) -> Reading | None:
    """Times of day, and of the night after, as text."""
    shape = r"^\d\d:[0-5]\d:[0-5]\d$" if pattern == "hh:mm:ss" else r"^\d\d:[0-5]\d$"
    if not pc.all(pc.match_substring_regex(live, shape)).as_py():
        return None
    return _stepped(Reading("span", pattern), live)


def _span(live: pa.Array) -> Reading | None:
    parts = over(live, lambda text: interval_parts(text)[0], pa.int64())
    if parts.null_count:
        return None
    if pc.any(pc.not_equal(parts, 0)).as_py():
        months = Reading("span", step=0)
        return None if months.read(live).null_count else months
    return _stepped(Reading("span", days=bool(pc.any(pc.match_substring(live, "d")).as_py())), live)


def _stepped(reading: Reading, live: pa.Array) -> Reading | None:
    """Counted in the largest unit that all are whole in."""
    micros = reading.read(live).unique()
    if micros.null_count:
        return None
    ticks = micros.to_numpy(zero_copy_only=False)
    return replace(reading, step=next(step for step in _STEPS if not (ticks % step).any()))


def _number(live: pa.Array, exact: bool = False) -> Reading | None:
    """Numbers in plain digits. `exact`: only where all are written with as many decimals, or none with a zero at the end."""
    if not pc.all(pc.match_substring_regex(live, PLAIN)).as_py():
        return None
    dots = pc.find_substring(live, ".")
    tails = pc.if_else(pc.less(dots, 0), 0, pc.subtract(pc.subtract(pc.binary_length(live), dots), 1))
    least, most = pc.min_max(tails).as_py().values()
    whole = pc.max(pc.binary_length(pc.replace_substring_regex(live, r"^-|\..*$", ""))).as_py()
    if whole + most > DIGITS:
        return None
    trimmed = least < most and not pc.any(pc.match_substring_regex(live, r"\.[0-9]*0$")).as_py()
    if exact and least < most and not trimmed:
        return None
    return Reading("number", decimals=int(most), trimmed=bool(trimmed))


def _padded(live: pa.Array) -> Reading | None:
    """Numbers of one width, with zeros before them."""
    lengths = pc.min_max(pc.binary_length(live)).as_py()
    width, first = lengths["max"], live[0].as_py()
    tail = len(first) - first.index(".") - 1 if "." in first else 0
    if lengths["min"] != width or width - 1 > DIGITS or not tail:
        return None
    if not pc.all(pc.match_substring_regex(live, rf"^[0-9]+\.[0-9]{{{tail}}}$")).as_py():
        return None
    if not pc.any(pc.match_substring_regex(live, r"^0[0-9]")).as_py():
        return None
    return Reading("number", decimals=tail, width=width)


def _money(live: pa.Array) -> Reading | None:
    prefixes = pc.unique(pc.replace_substring_regex(live, r"[-0-9.,()\s]", "")).to_pylist()
    if len(prefixes) != 1 or not pc.all(pc.match_substring_regex(live, r"^-?[^0-9.,]*[0-9][0-9,]*\.[0-9]+$")).as_py():
        return None
    plain = _number(plain_money(live))
    return None if plain is None or not prefixes[0] else replace(plain, prefix=prefixes[0], trimmed=False)


def _different(live: pa.Array, many: int) -> bool:
    """Whether there are so many different values; asked of the first rows, as far as these tell."""
    return len(live[:2_000].unique()) >= many or len(live.unique()) >= many


__all__ = ["counted_on", "in_order", "read_column", "reading_of", "told", "with_readings"]
