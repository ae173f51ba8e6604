"""All tables of a model being generated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pyarrow as pa

from mimic.batch import Batch
from mimic.errors import CapacityError
from mimic.generating.checking import Ask
from mimic.generating.filling import Filling
from mimic.model import Model
from mimic.report import Finding
from mimic.schema import TableName, arrow_type
from mimic.streams import CHUNK, Streams


@dataclass
class Generation:
    """Ready to be written: keys and references of all tables are known, every row asked for is proved possible."""

    model: Model
    sizes: dict[TableName, int]
    seed: int
    batch_rows: int = CHUNK
    findings: tuple[Finding, ...] = ()
    _fillings: dict[TableName, Filling] = field(default_factory=dict)
    _ready: set[TableName] = field(default_factory=set)

    def filling(self, name: TableName) -> Filling:
        if name not in self._fillings:
            table, model = self.model.schema.table(name), self.model.of(name)
            asked = frozenset(column for key in self.model.schema.children(name) for column in key.referred)
            self._fillings[name] = Filling(table, model, self.sizes.get(name, 0), Streams(self.seed), self.filling, asked)
        return self._fillings[name]

    def prepare(self) -> None:
        for table in self.model.tables:
            if table.copied is None and table.name not in self._ready:
                self.filling(table.name).prepare()
                self._ready.add(table.name)

    def resize(self, name: TableName, n: int) -> None:
        """Another number of rows: the table is made anew, and so is whatever refers to it, however far below."""
        self.sizes[name] = n
        stale, waiting = {name}, [name]
        while waiting:
            below = {key.table for key in self.model.schema.children(waiting.pop())} - stale
            stale |= below
            waiting += below
        for other in stale:
            self._fillings.pop(other, None)
            self._ready.discard(other)

    def batches(self, ask: Ask | None = None) -> Iterator[Batch]:
        """Rows of all tables in load order, at most `batch_rows` a batch; `ask` is asked about CHECKs that could not be read."""
        for at, table in enumerate(self.model.tables):
            here = self.filling(table.name)
            for rows in here.batches(ask):
                for start in range(0, rows.num_rows, self.batch_rows):
                    yield Batch(table.name, rows.slice(start, self.batch_rows))
            later = {other.name for other in self.model.tables[at + 1 :]}
            asked = {name for key in self.model.schema.children(table.name) if key.table in later for name in (*key.referred, key.hidden)}
            here.forget(frozenset(asked))


def generate(
    model: Model, sizes: Mapping[TableName, int], *, seed: int | None = None, fit_domains: bool = False, batch_rows: int = CHUNK
) -> Generation:
    """Compute keys, references and capacities of all tables; raise `CapacityError` before any batch is made.

    With `fit_domains` a table that cannot hold the rows asked gets as many as it can, each a note.
    """
    notes: dict[TableName, Finding] = {}
    made = Generation(model, dict(sizes), model.seed if seed is None else seed, batch_rows)
    while True:
        try:
            made.prepare()
        except CapacityError as problem:
            name = _table(model, problem)
            if not fit_domains or name is None or problem.possible >= made.sizes[name]:
                raise
            sentence = f"{problem.possible} rows instead of {sizes[name]}: {problem.sentence.split(': ', 1)[-1]}"
            notes[name] = Finding("N504", str(name), sentence)
            made.resize(name, problem.possible)
            continue
        made.findings = tuple(notes.values())
        return made


def _table(model: Model, problem: CapacityError) -> TableName | None:
    """The table that is too small for what was asked."""
    found = [table.name for table in model.tables if problem.where == str(table.name) or problem.where.startswith(f"{table.name}.")]
    return max(found, key=lambda name: len(str(name)), default=None)


def sample(model: Model, table: TableName, n: int, seed: int) -> pa.Table:
    """n rows of one table in memory; its parents are made too, as many as the source had, or n where it had none."""
    sizes = {other.name: other.source_rows or (n if other.mode == "synthesize" else 0) for other in model.tables} | {table: n}
    filling = Generation(model, sizes, seed).filling(table)
    filling.prepare()
    shape = pa.schema([(column.name, arrow_type(column.type)) for column in model.schema.table(table).written])
    return pa.Table.from_batches(list(filling.batches()), shape)
