"""What a trigger does to a new row, read from its function's text: the columns it computes, and whether it calls out of the database.

The text is searched, not run: a column that a trigger sets through dynamic SQL or another function is not seen.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Any

from mimic.schema import Trigger

_NAME = r'(?:"(?:[^"]|"")+"|\w+)'
# `NEW.a := 1` anywhere; `NEW.a = 1` only where a statement starts, elsewhere it compares.
_ASSIGNED = re.compile(rf"\bNEW\s*\.\s*({_NAME})\s*(?:\[[^\]]*\]\s*)?:=", re.IGNORECASE)
_ASSIGNED_AT_START = re.compile(
    rf"(?:^|;|\b(?:BEGIN|THEN|ELSE|LOOP))\s*NEW\s*\.\s*({_NAME})\s*(?:\[[^\]]*\]\s*)?=(?!=)", re.IGNORECASE | re.MULTILINE
)
_INTO = re.compile(rf"\bINTO\s+(?:STRICT\s+)?((?:{_NAME}\s*(?:\.\s*{_NAME})?\s*,\s*)*{_NAME}\s*\.\s*{_NAME})", re.IGNORECASE)
_INTO_NEW = re.compile(rf"\bNEW\s*\.\s*({_NAME})", re.IGNORECASE)
_NOT_CODE = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_STRINGS = re.compile(r"'(?:[^']|'')*'")

CALLS_OUT = re.compile(
    r"\bdblink\w*\s*\(|\bhttp(?:_(?:get|post|put|patch|delete|head))?\s*\(|\bnet\s*\.\s*http_|\bCOPY\b[^;]*\bPROGRAM\b"
    r"|\baws_lambda\b|\baws_s3\b|\bpg_background_launch\b|\bpg_file_write\b|\blo_(?:export|import)\s*\(|\bpg_(?:read|ls)_\w+\s*\(",
    re.IGNORECASE,
)
UNTRUSTED = ("plpython3u", "plpython2u", "plpythonu", "plperlu", "pltclu", "plsh", "plrubyu", "pljavau", "plr")

_EVENTS = ((4, "insert"), (16, "update"), (8, "delete"), (32, "truncate"))


def trigger(row: Any, columns: Collection[str], calling_out: Collection[str]) -> Trigger:
    """`calling_out` are the functions and foreign tables that lead out of the database, by bare name."""
    bits = row.bits
    events = tuple(name for bit, name in _EVENTS if bits & bit)
    timing: Any = "before" if bits & 2 else "instead" if bits & 64 else "after"
    fills = timing == "before" and bits & 1 and "insert" in events and row.enabled != "D"
    return Trigger(
        name=row.name,
        timing=timing,
        events=events,
        row=bool(bits & 1),
        function=f"{row.function_schema}.{row.function}",
        definition=row.definition,
        computes=_computed(row, columns) if fills else (),
        calls_out=row.function in calling_out or leads_out(row.language, row.body, calling_out),
    )


def _computed(row: Any, columns: Collection[str]) -> tuple[str, ...]:
    if row.function in ("tsvector_update_trigger", "tsvector_update_trigger_column"):
        arguments = bytes(row.arguments).split(b"\0")
        named = [arguments[0].decode()]
    else:
        named = assigned(row.body)
    return tuple(dict.fromkeys(name for name in named if name in columns))


def assigned(body: str) -> list[str]:
    """Columns of NEW that a PL/pgSQL text assigns."""
    code = _STRINGS.sub("''", _NOT_CODE.sub(" ", body))
    found = [match[1] for match in _ASSIGNED.finditer(code)] + [match[1] for match in _ASSIGNED_AT_START.finditer(code)]
    for into in _INTO.finditer(code):
        found += [match[1] for match in _INTO_NEW.finditer(into[1])]
    return [name[1:-1].replace('""', '"') if name.startswith('"') else name.lower() for name in found]


def leads_out(language: str, body: str, calling_out: Iterable[str]) -> bool:
    if language in UNTRUSTED:
        return True
    if language not in ("plpgsql", "sql"):
        return False
    code = _NOT_CODE.sub(" ", body)
    return bool(CALLS_OUT.search(code)) or any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", code) for name in calling_out)


def functions_leading_out(functions: Iterable[Any], foreign_tables: Iterable[str]) -> set[str]:
    """Bare names of the functions that call out, themselves or through others, and of the foreign tables."""
    out = set(foreign_tables)
    waiting = list(functions)
    while True:
        found = [f for f in waiting if leads_out(f.language, f.body, out)]
        if not found:
            return out
        out |= {f.name for f in found}
        waiting = [f for f in waiting if f.name not in out]
