"""What a subset starts from, as a user writes it: `customers: 5%`, `orders: 200 rows where total > 100`, `orders(42)`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

import pyarrow as pa

from mimic.errors import ConfigError, UsageError, closest
from mimic.schema import Date, Integer, Schema, Table, Timestamp, Uuid, arrow_type, bare
from mimic.selection import Condition
from mimic.subsetting.harmless import Harmful, condition
from mimic.subsetting.keys import identity

_ROOT = re.compile(r"(?P<table>[^:()]+)(?::\s*(?P<how>\S.*)|\((?P<keys>.*)\))", re.DOTALL)
_AMOUNT = re.compile(r"(?:(?P<all>all)|(?P<share>\d+(?:\.\d+)?)\s*%|(?P<rows>\d[\d_,']*)\s+rows?)(?:\s+|$)", re.IGNORECASE)
_LAST = re.compile(
    r"(?:last\s+)?(?P<n>\d+)\s*(?P<unit>hour|day|week|month|year)s?(?:\s+by\s+(?P<by>\"[^\"]+\"|\S+))?(?:\s+|$)", re.IGNORECASE
)
_DAYS = {"hour": 1 / 24, "day": 1, "week": 7, "month": 30.4375, "year": 365.25}
# Names of columns that tell when a row came to be, best first.
_BORN = ("created", "inserted", "added", "registered", "ordered", "placed", "issued", "posted", "sent", "occurred", "date", "time")
EXAMPLES = "Write 'customers: 5%', 'customers: 200 rows', \"customers: where country = 'CH'\", 'orders: last 90 days' or 'orders(42)'."


@dataclass(frozen=True, slots=True)
class Last:
    """The last `span` before the newest row that is not of the future, by the column `by`."""

    span: timedelta
    by: str
    told: str


@dataclass(frozen=True, slots=True)
class Root:
    """Rows of a table to start from: those of `keys`, else those that pass `where` and `last`, of them a `share` or a number.

    `share` is a percentage. `text` is what the user wrote.
    """

    table: Table
    text: str
    share: Decimal | None = None
    rows: int | None = None
    where: Condition | None = None
    last: Last | None = None
    keys: pa.RecordBatch | None = None
    below: bool = True  # whether what hangs on them is taken in


def read_roots(texts: Sequence[str], schema: Schema, *, last: str | None = None) -> tuple[Root, ...]:
    """`ConfigError` with all that are wrong. `last` narrows every root that names no keys."""
    problems: list[tuple[str, str]] = []
    roots = []
    for i, text in enumerate(texts):
        try:
            root = read_root(text, schema)
            if last is not None and root.keys is None and root.last is None:
                root = replace(root, last=_last(_match_last(last), root.table))
            roots.append(root)
        except UsageError as why:
            problems.append((f"roots[{i}]", f"{text!r}: {why.sentence}" + (f" {why.hint}" if why.hint else "")))
    if problems:
        raise ConfigError(problems, file="what to start from")
    return tuple(roots)


def read_root(text: str, schema: Schema) -> Root:
    match = _ROOT.fullmatch(text.rstrip())
    if match is None:
        raise UsageError("cannot be understood.", hint=EXAMPLES)
    name = match["table"].strip().strip('"')
    table = schema.named(match["table"]) or schema.named(name)  # a name may begin or end with a blank
    if table is None:
        raise UsageError(f"there is no table {name!r}.", hint=closest(name, [str(table.name) for table in schema.tables]).strip())
    if table.kind == "foreign":
        raise UsageError("the rows of a foreign table live elsewhere and are not read.")
    if match["keys"] is not None:
        return Root(table, text, keys=read_keys(match["keys"], table))
    root, rest = Root(table, text), match["how"].strip()
    if amount := _AMOUNT.match(rest):
        rest = rest[amount.end() :]
        if amount["share"]:
            root = replace(root, share=Decimal(amount["share"]))
        elif amount["rows"]:
            root = replace(root, rows=int(re.sub(r"\D", "", amount["rows"])))
        if root.share is not None and root.share > 100:
            raise UsageError("more than 100 % are not there.")
    if rest.lower().startswith("last"):
        found = _match_last(rest)
        root, rest = replace(root, last=_last(found, table)), rest[found.end() :]
    if rest.lower().startswith("where"):
        try:
            root, rest = replace(root, where=condition(rest[len("where") :], table, schema)), ""
        except Harmful as why:
            raise UsageError(f"the condition {why}.") from None
    if rest:
        raise UsageError(f"{rest!r} cannot be understood.", hint=EXAMPLES)
    return root


def _match_last(text: str) -> re.Match[str]:
    found = _LAST.match(text.strip())
    if found is None:
        raise UsageError(f"{text!r} is no span of time.", hint="Write '90 days', '6 months', or 'last 90 days by ordered_at'.")
    return found


def _last(found: re.Match[str], table: Table) -> Last:
    dates = [column.name for column in table.columns if isinstance(bare(column.type), Date | Timestamp)]
    by = found["by"].strip('"') if found["by"] else None
    if by is not None and by not in dates:
        raise UsageError(f"{by!r} is no date or timestamp of {table.name}.{closest(by, dates)}")
    if by is None:
        ranked = sorted(dates, key=lambda name: next((i for i, word in enumerate(_BORN) if word in name.lower()), len(_BORN)))
        if not ranked:
            raise UsageError(f"{table.name} has no column with a date or timestamp.")
        by = ranked[0]
    span = timedelta(days=int(found["n"]) * _DAYS[found["unit"].lower()])
    return Last(span, by, f"{found['n']} {found['unit'].lower()}s")


# -- keys ------------------------------------------------------------------------------------------------------------------


def read_keys(text: str, table: Table) -> pa.RecordBatch:
    """`42`, `42, 43`, `1, 2` for a key of two columns, `(1, 2), (1, 3)` for several of them; `'a, b'` is one value."""
    columns = [table.column(name) for name in identity(table)]
    if not columns:
        raise UsageError(f"{table.name} has no key by which to name a row.", hint=f'Write "{table.name}: where ...".')
    groups = [_split(inner) for inner in re.findall(r"\(((?:'[^']*'|[^()'])*)\)", text)] or [_split(text)]
    if len(columns) == 1:
        groups = [[value] for group in groups for value in group]
    if any(len(group) != len(columns) for group in groups) or not groups:
        names = ", ".join(column.name for column in columns)
        raise UsageError(f"the key of {table.name} is ({names}): {len(columns)} value{'s' if len(columns) > 1 else ''} for a row.")
    arrays = []
    for i, column in enumerate(columns):
        values = [group[i] for group in groups]
        try:
            if isinstance(bare(column.type), Uuid):
                arrays.append(pa.array([bytes.fromhex(value.replace("-", "")) for value in values], pa.binary(16)))
            else:
                kind = pa.int64() if isinstance(bare(column.type), Integer) else arrow_type(column.type)
                arrays.append(pa.array(values, pa.string()).cast(kind))
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError, ValueError):
            raise UsageError(f"not a value of {table.name}.{column.name} ({column.declared or type(column.type).__name__}).") from None
    return pa.RecordBatch.from_arrays(arrays, names=[column.name for column in columns])


def _split(text: str) -> list[str]:
    found = re.findall(r"\s*(?:'((?:[^']|'')*)'|([^,']+?))\s*(?:,|$)", text)
    return [quoted.replace("''", "'") if quoted or not plain else plain.strip() for quoted, plain in found]
