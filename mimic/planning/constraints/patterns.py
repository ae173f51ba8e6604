"""LIKE, SIMILAR TO, GLOB and POSIX patterns in the one syntax of `conditions.Match`."""

from __future__ import annotations

import re

from mimic.planning.constraints.refusing import Refused

POSIX = {
    "alpha": "a-zA-Z",
    "digit": "0-9",
    "alnum": "a-zA-Z0-9",
    "upper": "A-Z",
    "lower": "a-z",
    "space": r" \t\n\r\f\v",
    "blank": r" \t",
    "punct": r"!-/:-@\[-`{-~",
    "xdigit": "0-9A-Fa-f",
    "print": " -~",
    "graph": "!-~",
    "cntrl": r"\x00-\x1f\x7f",
    "word": "a-zA-Z0-9_",
}


def like(pattern: str, escape: str = "\\") -> str:
    """A LIKE pattern; `escape` is "" where the engine has none."""
    made, at = [], 0
    while at < len(pattern):
        sign = pattern[at]
        if sign == escape and escape:
            at += 1
            if at == len(pattern):
                raise Refused("a LIKE pattern that ends in its escape sign")
            made.append(re.escape(pattern[at]))
        else:
            made.append({"%": ".*", "_": "."}.get(sign) or re.escape(sign))
        at += 1
    return "^" + "".join(made) + "$"


def glob(pattern: str) -> str:
    """A GLOB pattern of SQLite."""
    made, at = [], 0
    while at < len(pattern):
        if pattern[at] == "[":
            text, at = _brackets(pattern, at, backslash=False)
            made.append(text)
            continue
        made.append({"*": ".*", "?": "."}.get(pattern[at]) or re.escape(pattern[at]))
        at += 1
    return "^" + "".join(made) + "$"


def similar(pattern: str, escape: str = "\\") -> str:
    """A SIMILAR TO pattern: alternatives, repetitions and classes of regular expressions, `%` and `_` of LIKE."""
    made, at = [], 0
    while at < len(pattern):
        sign = pattern[at]
        if sign == escape:
            at += 1
            made.append(re.escape(pattern[at : at + 1]))
        elif sign == "[":
            text, at = _brackets(pattern, at, backslash=True)
            made.append(text)
            continue
        elif sign in "|*+?{}()":
            made.append("(?:" if sign == "(" else sign)
        else:
            made.append({"%": ".*", "_": "."}.get(sign) or re.escape(sign))
        at += 1
    return _checked(f"^(?:{''.join(made)})$")


def posix(pattern: str) -> tuple[str, bool]:
    """An advanced regular expression of PostgreSQL, and whether it asks to ignore case itself (`(?i)`)."""
    ignore_case = False
    if pattern.startswith("***"):
        if pattern.startswith("***="):
            return re.escape(pattern[4:]), False
        pattern = pattern.removeprefix("***:")
    if options := re.match(r"\(\?([a-z]+)\)", pattern):
        if set(options[1]) - set("ics"):
            raise Refused(f"the regular expression's option {options[0]}")
        ignore_case, pattern = "i" in options[1], pattern[options.end() :]
    made, at = [], 0
    while at < len(pattern):
        sign = pattern[at]
        if sign == "\\":
            text, at = _escape(pattern, at)
            made.append(text)
        elif sign == "[":
            text, at = _brackets(pattern, at, backslash=True)
            made.append(text)
        elif sign == "(" and pattern[at + 1 : at + 2] != "?":
            made.append("(")
            at += 1
        elif sign == "{" and not re.match(r"\{\d+(,\d*)?\}", pattern[at:]):
            made.append(r"\{")
            at += 1
        else:
            made.append(sign)
            at += 1
    return _checked("".join(made)), ignore_case


def _escape(pattern: str, at: int) -> tuple[str, int]:
    """One escape outside of brackets, and where the pattern goes on."""
    sign = pattern[at + 1 : at + 2]
    if not sign:
        raise Refused("a regular expression that ends in a backslash")
    if sign in "uUxX":
        width = {"u": 4, "U": 8}.get(sign, 2)
        digits = pattern[at + 2 : at + 2 + width]
        if not re.fullmatch(r"[0-9a-fA-F]+", digits):
            raise Refused("an escape of the regular expression")
        return re.escape(chr(int(digits, 16))), at + 2 + width
    words = {"m": r"\b", "M": r"\b", "y": r"\b", "Y": r"\B", "A": "^", "Z": "$", "e": r"\x1b", "B": r"\\"}
    if sign in words:
        return words[sign], at + 2
    if sign.isalnum() and sign not in "dDwWsStnrfv123456789":
        raise Refused(f"the escape \\{sign} of the regular expression")
    return (f"\\{sign}" if sign.isalnum() else re.escape(sign)), at + 2


def _brackets(pattern: str, at: int, *, backslash: bool) -> tuple[str, int]:
    """A class in brackets with POSIX names spelled out and special signs escaped, and where the pattern goes on."""
    made, at = ["["], at + 1
    if pattern[at : at + 1] in ("^", "!"):
        made.append("^" if pattern[at] == "^" else r"\!")
        at += 1
    first = True
    while at < len(pattern):
        sign = pattern[at]
        if sign == "]" and not first:
            return "".join(made) + "]", at + 1
        if named := re.match(r"\[:(\w+):\]", pattern[at:]):
            if named[1] not in POSIX:
                raise Refused(f"the class [:{named[1]}:]")
            made.append(POSIX[named[1]])
            at += named.end()
        elif pattern[at : at + 2] in ("[.", "[="):
            raise Refused("a collating element in a regular expression")
        elif sign == "\\" and backslash:
            text = pattern[at + 1 : at + 2]
            if text in ("d", "w", "s", "t", "n", "r", "f", "v"):
                made.append(f"\\{text}")
                at += 2
            else:
                literal, at = _escape(pattern, at)
                made.append(literal)
        else:
            last = pattern[at + 1 : at + 2] == "]"
            ranged = sign == "-" and not first and not last
            plain = ranged or sign.isalnum() or sign == " " or not (sign.isascii() and sign.isprintable())
            made.append(sign if plain else f"\\{sign}")
            at += 1
        first = False
    raise Refused("a class without its closing bracket")


def _checked(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error:
        raise Refused("a regular expression that other engines read differently") from None
    return pattern
