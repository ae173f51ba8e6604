"""SQL text as single statements, and what a statement is about."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TypeVar

_T = TypeVar("_T")

_TOKEN = re.compile(
    r"""(?P<quoted>[eE]'[^'\\]*(?:(?:\\.|'')[^'\\]*)*' | '[^']*(?:''[^']*)*' | "[^"]*(?:""[^"]*)*"
        | \$(?P<tag>[^\W\d]\w*)?\$.*?\$(?(tag)(?P=tag))\$ | --[^\n]*)
      | (?P<comment>/\*) | (?P<word>[^\W\d][\w$]*) | (?P<end>;)""",
    re.VERBOSE | re.DOTALL,
)
_NESTED = re.compile(r"/\*|\*/")


def split(text: str) -> Iterator[str]:
    """Statements without their semicolons; comments before a statement are dropped.

    Semicolons within quotes, dollar quotes, comments and the `BEGIN ATOMIC ... END` bodies of functions part nothing.
    """
    at = depth = 0
    words: list[str] = []
    first: int | None = None  # where the statement's own text begins
    while found := _TOKEN.search(text, at):
        at = found.end()
        if found["comment"]:
            at = _end_of_comment(text, at)
            continue
        if found["quoted"] and found["quoted"].startswith("--"):
            continue
        if found["word"]:
            if first is None:
                first = found.start()
            word = found["word"].lower()
            if len(words) < 5:
                words.append(word)
            if words[0] == "create" and ("function" in words or "procedure" in words):
                depth += 1 if word == "begin" or (depth and word == "case") else -1 if depth and word == "end" else 0
        elif found["end"] and depth == 0:
            if first is not None:
                yield text[first : found.start()]
            first, words = None, []
    if first is not None and text[first:].strip():
        yield text[first:].strip()


def _end_of_comment(text: str, at: int) -> int:
    depth = 1
    while depth and (found := _NESTED.search(text, at)):
        depth += 1 if found[0] == "/*" else -1
        at = found.end()
    return at if depth == 0 else len(text)


def chunks(items: Sequence[_T], size: int) -> Iterator[Sequence[_T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


_NAME = r'(?:"(?:[^"]|"")+"|[\w$]+)'
_NAMED = re.compile(
    rf"(CREATE|ALTER|COMMENT ON|DROP)\s+(?:OR REPLACE\s+|UNIQUE\s+|UNLOGGED\s+|CONSTRAINT\s+)?"
    rf"((?:MATERIALIZED\s+VIEW|TEXT SEARCH \w+|OPERATOR \w+|FOREIGN \w+|EVENT TRIGGER|[A-Z]+))\s+"
    rf"(?:IF NOT EXISTS\s+|IF EXISTS\s+|ONLY\s+)?({_NAME}(?:\.{_NAME})*)"
)
_CONSTRAINT = re.compile(rf"ADD CONSTRAINT ({_NAME})")
_TRIGGER = re.compile(rf"CREATE\s+(?:OR REPLACE\s+)?TRIGGER\s+({_NAME})\s+BEFORE\s.*?\sON\s+({_NAME})\.({_NAME})\s", re.DOTALL)


def label(statement: str) -> str:
    """What a statement makes, by kind and name alone: its text may hold literals."""
    found = _NAMED.match(statement)
    if found is None:
        return " ".join(re.findall(r"[A-Z]+", statement[:40])[:2]) or "a statement"
    constraint = _CONSTRAINT.search(statement)
    return f"{found[1]} {found[2]} {found[3]}" + (f" ADD CONSTRAINT {constraint[1]}" if constraint else "")


def trigger(statement: str) -> tuple[str, str, str] | None:
    """Schema, table and name of the BEFORE trigger that a statement creates."""
    found = _TRIGGER.match(statement)
    return (_bare(found[2]), _bare(found[3]), _bare(found[1])) if found else None


_MADE = re.compile(
    rf"CREATE\s+(?:[A-Z]+\s+)+?(?:IF NOT EXISTS\s+)?(?:({_NAME})\.[^\s.]|(?<=SCHEMA )({_NAME})|(?<=SCHEMA IF NOT EXISTS )({_NAME}))"
)
_CAST = re.compile(r"CREATE\s+(CAST\s+\((?:[^()\"']|\"(?:[^\"]|\"\")*\"|\([\d, ]*\))*\))")


def schema_of(statement: str) -> str | None:
    """The schema that a CREATE makes, or makes something in."""
    found = _MADE.match(statement)
    return _bare(found[1] or found[2] or found[3]) if found else None


def cast(statement: str) -> str | None:
    """`CAST (a AS b)` of the statement that creates one: casts are in no schema."""
    found = _CAST.match(statement)
    return found[1] if found else None


_UNIQUE = re.compile(
    rf"(?:ALTER TABLE (?:ONLY )?(?P<altered>{_NAME}(?:\.{_NAME})?)\s+ADD CONSTRAINT {_NAME} (?:EXCLUDE|UNIQUE|PRIMARY KEY)\b"
    rf"|CREATE UNIQUE INDEX (?:{_NAME} )?ON (?:ONLY )?(?P<indexed>{_NAME}(?:\.{_NAME})?)\s)"
)


def between_rows(statement: str) -> tuple[str, str] | None:
    """Schema and table of a rule about several rows: what is unique, or excludes each other."""
    found = _UNIQUE.match(statement)
    if found is None:
        return None
    names = re.findall(_NAME, found["altered"] or found["indexed"])
    return (_bare(names[0]) if len(names) > 1 else "", _bare(names[-1]))


def _bare(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name
