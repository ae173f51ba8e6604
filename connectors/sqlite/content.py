"""What the columns of a table really hold. SQLite lets a column hold anything, whatever its declaration says.

A type told to the rest of Mimic is a promise that every value fits, so it is proved by one query over all rows. Columns
whose values break their declaration are read as what they hold, with a finding.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from connectors.sqlite.connect import quoted
from connectors.sqlite.forms import ANY, NUMBERS, USUAL, recognise
from connectors.sqlite.types import affinity, logical_type, when_empty
from mimic.report import Finding
from mimic.schema import Binary, Boolean, Date, Decimal, Float, Integer, Json, LogicalType, Text, Time, Timestamp, Uuid

SAMPLE = 1000
LAST_SECOND = 253402300799  # of the year 9999


@dataclass(frozen=True, slots=True)
class Declared:
    """A column as its table declares it; `proved` when the engine itself keeps values to the declaration."""

    name: str
    declared: str
    collation: str = ""
    proved: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """A column's type and form as its values show them; `nulls` when there are any."""

    type: LogicalType
    form: str = USUAL
    nulls: bool = False
    empty: bool = False  # no value at all


def measure(connection: sqlite3.Connection, table: str, columns: Sequence[Declared]) -> tuple[dict[str, Held], list[Finding]]:
    """Types and forms of a table's columns, proved over all rows."""
    held: dict[str, Held] = {}
    guesses: dict[str, tuple[LogicalType | None, str]] = {}
    for column in columns:
        kind = logical_type(column.declared, column.collation)
        if column.proved and kind is not None:
            held[column.name] = Held(kind)
        elif kind is None or isinstance(kind, Date | Time | Timestamp | Uuid):
            guesses[column.name] = _guess(connection, table, column, kind)
        else:
            guesses[column.name] = kind, USUAL
    suspects = []
    tested = _misfits(connection, table, guesses)
    again: dict[str, tuple[LogicalType | None, str]] = {
        name: (Timestamp(), USUAL) for name, (misfits, _) in tested.items() if misfits and isinstance(guesses[name][0], Date)
    }
    guesses |= again  # days in the sample, times further on
    for name, (misfits, nulls) in (tested | _misfits(connection, table, again)).items():
        kind, form = guesses[name]
        if misfits or kind is None:
            suspects.append(name)
        else:
            held[name] = Held(kind, form, nulls)
    findings = []
    for column in columns:
        if column.name in suspects:
            found = _fallback(connection, table, column)
            held[column.name] = found
            if column.declared.strip() and _surprising(column, found.type):
                findings.append(
                    Finding(
                        "W410", f"{table}.{column.name}",
                        f"declared {column.declared}, but holds values that are none: read as {type(found.type).__name__.lower()}",
                        "The copy holds values of the same kind; other engines get that type.",
                    )
                )  # fmt: skip
    return held, findings


def _surprising(column: Declared, found: LogicalType) -> bool:
    """A longer text or a wider integer is no news: SQLite ignores lengths."""
    declared = logical_type(column.declared, column.collation)
    return declared is not None and type(declared) is not type(found)


def _guess(connection: sqlite3.Connection, table: str, column: Declared, kind: LogicalType | None) -> tuple[LogicalType | None, str]:
    name = quoted(column.name)
    query = f"SELECT {name} FROM {quoted(table)} WHERE {name} IS NOT NULL LIMIT {SAMPLE}"
    sample = [value for (value,) in connection.execute(query)]
    if not sample:
        return kind, USUAL
    if kind is None:
        return None, USUAL
    return recognise(kind, sample) or (None, USUAL)


def _misfits(
    connection: sqlite3.Connection, table: str, guesses: dict[str, tuple[LogicalType | None, str]]
) -> dict[str, tuple[bool, bool]]:
    """Per column, over all rows: does a value not fit its guess, is there a NULL."""
    found: dict[str, tuple[bool, bool]] = {}
    names = list(guesses)
    for start in range(0, len(names), 500):  # a result has at most 2,000 columns
        part = names[start : start + 500]
        tests = []
        for name in part:
            column = quoted(name)
            misfit = f"{column} IS NOT NULL AND ({_misfit(column, *guesses[name])})"
            tests += [f"max({misfit})", f"count(*) > count({column})"]
        row = connection.execute(f"SELECT {', '.join(tests)} FROM {quoted(table)}").fetchone() if part else ()
        found |= {name: (bool(row[2 * at]), bool(row[2 * at + 1])) for at, name in enumerate(part)}
    return found


def _misfit(column: str, kind: LogicalType | None, form: str) -> str:
    """SQL, true for a non-NULL value that `forms.decode` could not turn into `kind`."""
    match kind:
        case Integer(bits=bits):
            limits = "" if bits == 64 else f" OR {column} NOT BETWEEN {-(2 ** (bits - 1))} AND {2 ** (bits - 1) - 1}"
            return f"typeof({column}) <> 'integer'{limits}"
        case Boolean():
            return f"typeof({column}) <> 'integer' OR {column} NOT IN (0, 1)"
        case Float():
            return f"typeof({column}) NOT IN ('real', 'integer')"
        case Decimal(precision=int(precision), scale=int(scale)) if precision <= 15:
            exact = f"abs({column} - round({column}, {scale})) > 1e-9 * max(1.0, abs(1.0 * {column}))"
            limit = 10 ** (precision - scale)
            outside = f"{column} NOT BETWEEN -{limit}.0 AND {limit}.0"
            return f"typeof({column}) NOT IN ('real', 'integer') OR {outside} OR {exact}"
        case Decimal():
            return f"typeof({column}) NOT IN ('real', 'integer') OR {column} NOT BETWEEN -1e300 AND 1e300"
        case Text(length=length):
            return f"typeof({column}) <> 'text'" + (f" OR length({column}) > {length}" if length else "")
        case Json():
            return f"typeof({column}) = 'blob'"
        case Binary():
            return f"typeof({column}) <> 'blob'"
        case Uuid():
            if form == "bytes":
                return f"typeof({column}) <> 'blob' OR length({column}) <> 16"
            digit = "[0-9A-F]" if form in ("UPPER", "HEX") else "[0-9a-f]"
            lengths = (32,) if form in ("hex", "HEX") else (8, 4, 4, 4, 12)
            return f"typeof({column}) <> 'text' OR {column} NOT GLOB '{'-'.join(digit * length for length in lengths)}'"
        case Date() | Timestamp() if form in NUMBERS:
            return _number_misfit(column, form)
        case Date():
            return (
                f"typeof({column}) <> 'text' OR length({column}) <> 10 OR date({column}) IS NOT {column} OR substr({column}, 1, 4) < '0001'"
            )
        case Timestamp():
            day = f"substr({column}, 1, 10)"
            clock = f"length({column}) > 10 AND (substr({column}, 11, 1) NOT IN (' ', 'T') OR substr({column}, 12, 2) > '23')"
            limits = f"{column} < '0001-01-02' OR {column} > '9999-12-31'"
            odd = f"julianday({column}) IS NULL OR date({day}) IS NOT {day} OR {clock} OR {column} GLOB '*[^-0-9 T:.Z+]*'"
            return f"typeof({column}) <> 'text' OR {limits} OR CASE WHEN datetime({column}) IS {column} THEN 0 ELSE {odd} END"
        case Time():
            odd = f"{column} NOT GLOB '[0-2][0-9]:[0-5][0-9]*' OR time({column}) IS NULL OR substr({column}, 1, 2) > '23'"
            return f"typeof({column}) <> 'text' OR {odd}"
    return "0"


def _number_misfit(column: str, form: str) -> str:
    if form == "julianday":
        return f"typeof({column}) NOT IN ('real', 'integer') OR {column} NOT BETWEEN 1721426 AND 5373484"
    if form == "unixepoch float":
        return f"typeof({column}) NOT IN ('real', 'integer') OR abs({column}) > {LAST_SECOND // 4}"
    factor = {"unixepoch": 1, "unixepoch ms": 1000, "unixepoch us": 1_000_000}[form]
    return f"typeof({column}) <> 'integer' OR {column} NOT BETWEEN {-62135596800 * factor} AND {LAST_SECOND * factor}"


def _fallback(connection: sqlite3.Connection, table: str, column: Declared) -> Held:
    """The narrowest plain type that holds every value."""
    name = quoted(column.name)
    kinds = {kind for (kind,) in connection.execute(f"SELECT DISTINCT typeof({name}) FROM {quoted(table)}")}
    nulls = "null" in kinds
    kinds -= {"null"}
    nocase = column.collation == "NOCASE"
    declared = logical_type(column.declared, column.collation)
    if not kinds:
        return Held(declared or when_empty(column.declared, column.collation), nulls=nulls, empty=True)
    if "blob" in kinds:
        return Held(Binary(), nulls=nulls)
    if "text" in kinds:
        loose = len(kinds) > 1 and affinity(column.declared) in ("BLOB", "TEXT")
        return Held(Text(ignore_case=nocase), ANY if loose else USUAL, nulls)
    if isinstance(declared, Decimal):
        return Held(Decimal(), nulls=nulls)
    return Held(Integer() if kinds == {"integer"} else Float(), nulls=nulls)
