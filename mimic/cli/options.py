"""The arguments of the commands, each defined once: one name, one help text, one place."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from mimic.errors import UsageError

CHOOSING, SIZING, MASKING, LOADING, TELLING = "Which part", "How many rows", "Masking", "The target", "Output"
ASKING = "Which rows"


class Format(StrEnum):
    TEXT = "text"
    JSON = "json"


class IfExistsOption(StrEnum):
    FAIL = "fail"
    REPLACE = "replace"


class AppendingOption(StrEnum):
    FAIL = "fail"
    REPLACE = "replace"
    APPEND = "append"


class ConflictsOption(StrEnum):
    SKIP = "skip"
    UPDATE = "update"
    FAIL = "fail"


class ReferenceOption(StrEnum):
    COPY = "copy"
    SYNTHESIZE = "synthesize"


SourceUrl = Annotated[str, typer.Argument(metavar="SOURCE", help="The database to read: postgresql://user@host/db or sqlite:///file.db.")]
OptionalSource = Annotated[
    str | None, typer.Argument(metavar="SOURCE", help="The database to read; `source:` of --config when absent.", show_default=False)
]
OptionalTarget = Annotated[
    str | None, typer.Argument(metavar="TARGET", help="The database to fill; `target:` of --config when absent.", show_default=False)
]
TargetUrl = Annotated[str, typer.Argument(metavar="TARGET", help="The database to fill.")]
CopyUrl = Annotated[str, typer.Argument(metavar="TARGET", help="Its copy: a URL too, of either engine.")]
ModelFile = Annotated[Path, typer.Argument(metavar="MODEL", help="A model file, as `mimic learn` writes it.")]

Schemas = Annotated[
    list[str] | None,
    typer.Option("--schema", metavar="GLOB", help="Only this schema. May be repeated.", rich_help_panel=CHOOSING),
]
Tables = Annotated[
    list[str] | None, typer.Option("--table", metavar="GLOB", help="Only this table. May be repeated.", rich_help_panel=CHOOSING)
]
ExcludeTables = Annotated[
    list[str] | None, typer.Option("--exclude-table", metavar="GLOB", help="Not this table. May be repeated.", rich_help_panel=CHOOSING)
]
ConfigFile = Annotated[
    Path | None,
    typer.Option(
        "--config", metavar="FILE", help="A mimic.yaml, as `mimic plan` proposes it.", envvar="MIMIC_CONFIG", rich_help_panel=CHOOSING
    ),
]
Reference = Annotated[
    ReferenceOption | None,
    typer.Option("--reference", help="Tables that look like reference data: keep their rows, or make some up.", rich_help_panel=CHOOSING),
]

Scale = Annotated[
    float | None,
    typer.Option(
        "--scale",
        metavar="X",
        help="Rows as a multiple of the source's; reference tables keep their size.",
        min=0.0,
        rich_help_panel=SIZING,
    ),
]
Rows = Annotated[
    list[str] | None,
    typer.Option(
        "--rows", metavar="[TABLE=]N", help="Rows of one table (orders=5000), or of every one. May be repeated.", rich_help_panel=SIZING
    ),
]
FitDomains = Annotated[
    bool,
    typer.Option(
        "--fit-domains", metavar="", help="Make fewer rows where a key has too few values, instead of refusing.", rich_help_panel=SIZING
    ),
]
Where = Annotated[
    list[str] | None,
    typer.Option(
        "--where",
        metavar="CONDITION",
        help="Rare cases on demand: a condition on the columns of one table, such as \"orders.status = 'refunded'\". "
        "May be repeated, each with a --share.",
        rich_help_panel=ASKING,
    ),
]
Share = Annotated[
    list[str] | None,
    typer.Option("--share", metavar="X", help="Of the rows of that table so many satisfy it: 0.3, or 30%.", rich_help_panel=ASKING),
]
Impute = Annotated[
    list[str] | None,
    typer.Option(
        "--impute",
        metavar="TABLE[.COLUMN]",
        help="NULLs get the values that rows like theirs have, except where a CHECK wants NULL. May be repeated.",
        rich_help_panel=ASKING,
    ),
]
Today = Annotated[
    str | None,
    typer.Option(
        "--today",
        metavar="DATE",
        help="Move all dates by the same number of days, so that the newest is this day (2027-01-01).",
        rich_help_panel=ASKING,
    ),
]
Roots = Annotated[
    list[str] | None,
    typer.Option(
        "--root",
        metavar="TABLE: HOW",
        help="Rows to start from: 'customers: 5%', 'orders: 200 rows', \"customers: where country = 'CH'\", 'orders: last 90 days', "
        "'orders(42)'. May be repeated; `subset: roots:` of --config when absent.",
        rich_help_panel=CHOOSING,
    ),
]
Last = Annotated[
    str | None,
    typer.Option("--last", metavar="SPAN", help="Only root rows of the last '90 days', '6 months', ...", rich_help_panel=CHOOSING),
]
TargetSize = Annotated[
    str | None,
    typer.Option("--target-size", metavar="SIZE", help="Draw as many roots as make about so much: 2GB, 500MB.", rich_help_panel=CHOOSING),
]
SavedSelection = Annotated[
    Path | None,
    typer.Option("--selection", metavar="FILE", help="The rows of a file of --save-selection, not roots.", rich_help_panel=CHOOSING),
]
SaveSelection = Annotated[
    Path | None,
    typer.Option("--save-selection", metavar="FILE", help="Write which rows and why, as CSV; holds real keys.", rich_help_panel=TELLING),
]
Unmasked = Annotated[
    str | None,
    typer.Option("--unmasked", metavar="REASON", help="Mask no row of a subset; the reason is recorded.", rich_help_panel=LOADING),
]
KeyFile = Annotated[
    Path | None,
    typer.Option(
        "--key-file", metavar="FILE", help="The key of masking, readable by its owner alone (mimic key new FILE).", rich_help_panel=MASKING
    ),
]
KeyVariable = Annotated[
    str | None,
    typer.Option("--key-variable", metavar="NAME", help="The name of an environment variable with the key.", rich_help_panel=MASKING),
]
KeyCommand = Annotated[
    str | None, typer.Option("--key-command", metavar="COMMAND", help="A command that prints the key.", rich_help_panel=MASKING)
]
Seed = Annotated[int | None, typer.Option("--seed", metavar="N", help="The same model, seed and version give the same rows.")]

IfExists = Annotated[
    IfExistsOption,
    typer.Option("--if-exists", help="When the target holds rows: refuse, or replace an earlier copy.", rich_help_panel=LOADING),
]
IfExistsOrAppend = Annotated[
    AppendingOption,
    typer.Option(
        "--if-exists", help="When the target holds rows: refuse, replace an earlier copy, or add to them.", rich_help_panel=LOADING
    ),
]
WhenConflicts = Annotated[
    ConflictsOption,
    typer.Option("--conflicts", help="With append: what becomes of a row whose key is there already.", rich_help_panel=LOADING),
]
Renumber = Annotated[
    bool,
    typer.Option("--renumber", metavar="", help="Give integer keys new values, which the target does not hold.", rich_help_panel=LOADING),
]
Multiply = Annotated[
    int,
    typer.Option(
        "--multiply", metavar="N", min=1, help="Write the roots and what hangs on them N times, under new keys.", rich_help_panel=LOADING
    ),
]
ReplaceUnmarked = Annotated[
    str | None,
    typer.Option(
        "--replace-unmarked",
        metavar="NAME",
        help="With --if-exists replace: also a database that Mimic did not fill, by its name spelt out.",
        rich_help_panel=LOADING,
    ),
]
Jobs = Annotated[int, typer.Option("--jobs", "-j", metavar="N", min=1, help="Connections at work at once.")]
DryRun = Annotated[
    bool, typer.Option("--dry-run", metavar="", help="Do all but writing, and say what would be written.", rich_help_panel=LOADING)
]
Accept = Annotated[
    list[str] | None,
    typer.Option("--accept", metavar="ID[:PLACE]", help="A finding that is fine, such as W211. May be repeated.", rich_help_panel=TELLING),
]

AsFormat = Annotated[Format, typer.Option("--format", help="How the result is printed on stdout.", rich_help_panel=TELLING)]
Quietly = Annotated[
    bool, typer.Option("--quiet", "-q", metavar="", help="No progress, no summary; warnings stay.", rich_help_panel=TELLING)
]
Verbose = Annotated[
    int,
    typer.Option(
        "--verbose",
        "-v",
        count=True,
        show_default=False,
        metavar="",
        help="Say more; -vv also where a fault happened.",
        rich_help_panel=TELLING,
    ),
]


def scenarios(where: Sequence[str] | None, shares: Sequence[str] | None) -> list[tuple[str, float]]:
    """Conditions and their shares, in pairs."""
    conditions, told = list(where or ()), list(shares or ())
    if len(conditions) != len(told):
        raise UsageError(
            f"{len(conditions)} conditions and {len(told)} shares are given.",
            where="--where",
            hint="Write each --where with its --share: --where \"orders.status = 'refunded'\" --share 0.3.",
        )
    return [(condition, _share(word)) for condition, word in zip(conditions, told, strict=True)]


def _share(word: str) -> float:
    number, percent = word.strip().removesuffix("%"), word.strip().endswith("%")
    try:
        found = float(number) / (100 if percent else 1)
    except ValueError:
        found = -1.0
    if not 0.0 <= found <= 1.0:
        raise UsageError(f"{word!r} is no share of the rows.", where="--share", hint="Write 0.3, or 30%.")
    return found


def day(word: str | None) -> date | None:
    """A day as 2027-01-01."""
    try:
        return None if word is None else date.fromisoformat(word.strip())
    except ValueError:
        raise UsageError(f"{word!r} is no day.", where="--today", hint="Write 2027-01-01.") from None


def rows(words: Sequence[str] | None) -> int | dict[str, int] | None:
    """`5000`, or `orders=5000` several times."""
    if not words:
        return None
    found: dict[str, int] = {}
    for word in words:
        table, _, number = word.rpartition("=")
        if not number.strip().isdecimal():
            raise UsageError(f"{word!r} is no number of rows.", where="--rows", hint="Write --rows orders=5000, or --rows 100.")
        if table in found:
            raise UsageError(f"two numbers for {table or 'every table'}.", where="--rows")
        found[table] = int(number)
    if "" in found and len(found) > 1:
        raise UsageError("a number for every table and one for a single table exclude each other.", where="--rows")
    return found.get("", found)
