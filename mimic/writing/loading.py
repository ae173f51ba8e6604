"""A load: begin, create, rows in load order, finish, commit; or, whatever goes wrong in between, nothing.

Keys that close a cycle are *forward*: their rows point at rows that are still to come. Most targets check foreign keys at
the end and need no help. For one that cannot, a forward key that may be NULL is written as NULL first and set when all rows
are there: this room alone knows that.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import pyarrow as pa

from mimic.batch import Batch
from mimic.config import Mode
from mimic.connector import Load, Target
from mimic.errors import Unsupported
from mimic.progress import Bar, Progress
from mimic.report import Finding, TableLine
from mimic.schema import ForeignKey, Table, TableName


def write(
    target: Target, load: Load, batches: Iterable[Batch], modes: Mapping[TableName, Mode], *, progress: Progress
) -> tuple[tuple[TableLine, ...], tuple[Finding, ...]]:
    """Fill `target`; a line per table in load order, and what could not be honoured.

    `batches` come table by table in load order. With `load.dry_run` the target is only asked whether it would do.
    """
    started = False
    try:
        findings = list(target.begin(load))
        started = True
        if load.dry_run:
            target.abandon()
            return tuple(TableLine(str(name), modes[name], load.rows.get(name, 0), 0.0) for name in load.order), tuple(findings)
        findings += target.create()
        lines = _insert(target, load, batches, modes, progress)
        progress.say("building indexes, checking constraints")
        findings += target.finish()
        target.commit()
    except BaseException:  # Ctrl-C too
        if started:
            target.abandon()
        raise
    finally:
        if isinstance(batches, Generator):  # what is being read from a source ends now, not when the program does
            batches.close()
    return tuple(lines), tuple(findings)


def _insert(target: Target, load: Load, batches: Iterable[Batch], modes: Mapping[TableName, Mode], progress: Progress) -> list[TableLine]:
    held = [] if target.capabilities.deferrable_keys else [_Held.of(load, key) for key in load.forward]
    clock = _Clock(load, modes, progress)
    for batch in batches:
        clock.at(batch.table)
        for key in held:
            batch = key.hold(batch)
        target.insert(batch)
        clock.advance(len(batch))
    clock.at(None)
    for key in held:
        for batch in key.release():
            target.update(batch, key.primary)
    return [clock.lines.get(name, TableLine(str(name), modes[name], 0, 0.0)) for name in load.order]


@dataclass
class _Clock:
    """Tells tables apart in the run of batches: a bar and a line for each."""

    load: Load
    modes: Mapping[TableName, Mode]
    progress: Progress
    lines: dict[TableName, TableLine] = field(default_factory=dict)
    table: TableName | None = None
    bar: Bar | None = None
    rows: int = 0
    since: float = field(default_factory=time.monotonic)
    last: float = field(default_factory=time.monotonic)  # when the last batch was written: making the next one counts for its table

    def at(self, table: TableName | None) -> None:
        if table == self.table:
            return
        now = self.last
        if self.table is not None and self.bar is not None:
            self.bar.done()
            before = self.lines.get(self.table, TableLine(str(self.table), self.modes[self.table], 0, 0.0))
            self.lines[self.table] = replace(before, rows=before.rows + self.rows, seconds=before.seconds + now - self.since)
        self.table, self.rows, self.since = table, 0, now
        self.bar = self.progress.bar(f"writing {table}", self.load.rows.get(table)) if table is not None else None

    def advance(self, n: int) -> None:
        self.rows += n
        self.last = time.monotonic()
        if self.bar is not None:
            self.bar.advance(n)
        if self.table is not None and self.rows == self.load.rows.get(self.table):
            self.at(self._next())  # now the rows of the next are made: its bar shall say so, not the one of this

    def _next(self) -> TableName | None:
        """The table whose batches are to come after the present one's."""
        if self.table is None:
            return None
        following = range(self.places[self.table] + 1, len(self.load.order))
        return next((name for i in following if self.load.rows.get(name := self.load.order[i], 1)), None)

    @cached_property
    def places(self) -> Mapping[TableName, int]:
        return {name: i for i, name in enumerate(self.load.order)}


@dataclass(slots=True)
class _Held:
    """The values of one forward key, kept beside the primary keys of their rows until all rows are there."""

    key: ForeignKey
    primary: tuple[str, ...]
    optional: tuple[str, ...]  # its columns that may be NULL
    batches: list[Batch] = field(default_factory=list)

    @classmethod
    def of(cls, load: Load, key: ForeignKey) -> _Held:
        table: Table = load.schema.table(key.table)
        optional = tuple(name for name in key.columns if table.column(name).nullable)
        if not optional or table.primary_key is None:
            raise Unsupported(
                "closes a cycle of foreign keys; this target checks them row by row, and the key can be neither NULL nor set later.",
                where=f"{key.table}.{key.label}",
                hint="Leave it out of the graph with ignore_fks in mimic.yaml, or drop the constraint in the target.",
            )
        return cls(key, table.primary_key.columns, optional)

    def hold(self, batch: Batch) -> Batch:
        if batch.table != self.key.table:
            return batch
        rows = batch.rows
        kept = rows.select([*self.primary, *(name for name in self.optional if name not in self.primary)])
        self.batches.append(Batch(batch.table, kept))
        for name in self.optional:
            at = rows.schema.get_field_index(name)
            rows = rows.set_column(at, rows.schema.field(at), pa.nulls(rows.num_rows, rows.schema.field(at).type))
        return Batch(batch.table, rows)

    def release(self) -> Iterable[Batch]:
        while self.batches:
            yield self.batches.pop(0)
