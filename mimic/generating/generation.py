"""All tables of a model being generated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import pyarrow as pa
import pyarrow.compute as pc

from mimic.batch import Batch
from mimic.conditions import columns_of
from mimic.errors import CapacityError, ConnectorError, MimicError, RowsRefused, UsageError, of_a_row
from mimic.generating.checking import Judge
from mimic.generating.filling import Filling
from mimic.generating.giving_way import Trial
from mimic.generating.stillness import flags, still
from mimic.generating.vouching import Vouched
from mimic.generating.wishes import NONE, Wishes, inherited
from mimic.generator import keyed
from mimic.model import Model
from mimic.report import Finding
from mimic.schema import TableName, arrow_type
from mimic.streams import CHUNK, Streams
from mimic.truth import day_of, evaluate

FEWER, ROUNDS = 4, 40  # how often a table gets the rows that were not refused, before it is halved; and all of that for all tables
TODO = "Give its columns generators in mimic.yaml that satisfy the rule, or accept it."
# What may come from rows of another table, seen when all are there.
OF_OTHERS = ("23503", "SQLITE_CONSTRAINT_FOREIGNKEY")


class Unfilled(MimicError):
    """Some tables cannot be filled as asked; all that were met are told, so that they can be made anew with fewer rows."""

    def __init__(self, problems: Sequence[MimicError]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(str(problem) for problem in problems))


@dataclass
class Generation:
    """Ready to be written: keys and references of all tables are known, every row asked for is proved possible.

    With `fit` a table that cannot hold the rows asked gets as many as it can: a note where that is proved, a warning where it
    stays empty or where a CHECK or the target refused the others.
    """

    model: Model
    sizes: dict[TableName, int]
    seed: int
    batch_rows: int = CHUNK
    fit: bool = False
    asked: dict[TableName, int] = field(default_factory=dict)
    notes: dict[TableName, Finding] = field(default_factory=dict)
    watched: set[TableName] = field(default_factory=set)  # tables whose rows the target has refused: it is asked about each
    salts: dict[TableName, int] = field(default_factory=dict)  # how often a table was drawn anew
    stilled: set[TableName] = field(default_factory=set)  # tables whose flags are held still
    vouched: dict[TableName, dict[str, pa.Array]] = field(default_factory=dict)  # values that the target would take
    wishes: Mapping[TableName, Wishes] = field(default_factory=dict)
    met: dict[tuple[TableName, str], int] = field(default_factory=dict)  # rows that satisfy each scenario
    _tries: dict[TableName, int] = field(default_factory=dict)
    _fillings: dict[TableName, Filling] = field(default_factory=dict)
    _ready: set[TableName] = field(default_factory=set)
    _rounds: int = 0
    _trial: Trial | None = None
    _over: bool = False  # all batches have been made

    @property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(self.notes.values())

    def filling(self, name: TableName) -> Filling:
        if name not in self._fillings:
            self._fillings[name] = self._filling(name, self.sizes.get(name, 0), self.wishes.get(name, NONE))
        return self._fillings[name]

    def _filling(self, name: TableName, n: int, wishes: Wishes, given: Mapping[str, pa.Array] | None = None) -> Filling:
        table, model = self.model.schema.table(name), self.model.of(name)
        model = still(model, table) if name in self.stilled else model
        below = self.model.schema.children(name)
        asked = frozenset(column for key in below for column in key.referred)
        asked |= {ref.name for _, expression in model.computes for ref in columns_of(expression)}
        streams = Streams(self.seed + 1_000_003 * self.salts.get(name, 0))
        return Filling(table, model, n, streams, self.filling, asked, below, self.vouched.get(name), wishes, given)

    def beside(self, name: TableName, n: int) -> Filling:
        """Other rows of a table, below the same parents, from which some may be chosen."""
        return self._filling(name, n, NONE)

    def adopt(self, name: TableName, given: Mapping[str, pa.Array]) -> None:
        """From now on the rows of a table have these columns."""
        self._fillings[name] = self._filling(name, self.sizes[name], self.wishes.get(name, NONE), given)

    def prepare(self) -> None:
        """`CapacityError` where a table cannot hold its rows and `fit` is not wanted."""
        self.asked = self.asked or dict(self.sizes)
        while True:
            try:
                self._prepare()
                return
            except CapacityError as problem:
                name = _table(self.model, problem.table or problem.where)
                if not self.fit or name is None or problem.possible >= self.sizes[name]:
                    raise
                self._lower(name, problem)

    def _prepare(self) -> None:
        for table in self.model.tables:
            if table.copied is None and table.name not in self._ready:
                self.filling(table.name).prepare()
                self._ready.add(table.name)

    def _resize(self, name: TableName, n: int) -> None:
        """Another number of rows: the table is made anew, and so is whatever refers to it, however far below."""
        self.sizes[name] = n
        stale, waiting = {name}, [name]
        while waiting:
            at = waiting.pop()
            below = {key.table for key in self.model.schema.children(at)} | self._pointing.get(at, set())
            below -= stale
            stale |= below
            waiting += below
        for other in stale:
            self._fillings.pop(other, None)
            self._ready.discard(other)

    @cached_property
    def _pointing(self) -> dict[TableName, set[TableName]]:
        """Tables that point at rows of another one without a foreign key, by the other one."""
        found: dict[TableName, set[TableName]] = {}
        for table in self.model.tables:
            for need in (need for learned in table.generators for need in learned.generator.needs):
                if (elsewhere := keyed(need)) is not None:
                    found.setdefault(elsewhere[0], set()).add(table.name)
        return found

    def _lower(self, name: TableName, problem: CapacityError) -> None:
        """As many rows as were proved possible."""
        self._resize(name, problem.possible)
        keys = self.model.schema.table(name).foreign_keys
        empty = next((key for key in keys if problem.where == f"{name}.{key.label}" and not self.sizes[key.parent]), None)
        if problem.possible:
            sentence = f"{problem.possible} rows instead of {self.asked[name]}: {problem.sentence.split(': ', 1)[-1]}"
            self.notes[name] = Finding("N504", str(name), sentence)
        elif empty is not None:
            self.notes[name] = Finding(
                "W505", str(name), f"left empty: its key ({empty.label}) needs rows of {empty.parent}, which is empty"
            )
        else:
            self.notes[name] = Finding("W505", str(name), f"left empty: {problem.sentence.split(': ', 1)[-1]}")

    def batches(self, judge: Judge | None = None) -> Iterator[Batch]:
        """Rows of all tables in load order, at most `batch_rows` a batch; `judge` is asked what only a database can tell.

        With `fit`, after the first table that cannot be filled no batch comes any more; the others are still made, to know
        about all, and `Unfilled` ends it.
        """
        problems: list[MimicError] = []
        self._over = False
        self.met.clear()
        places = {table.name: i for i, table in enumerate(self.model.tables)}
        for at, table in enumerate(self.model.tables):
            here = self.filling(table.name)
            try:
                for rows in here.batches(judge, table.name in self.watched):
                    self._count(table.name, rows)
                    for start in range(0, rows.num_rows if not problems else 0, self.batch_rows):
                        yield Batch(table.name, rows.slice(start, self.batch_rows))
            except (RowsRefused, CapacityError) as problem:
                if not self.fit:
                    raise
                problems.append(problem)
            later = [key for key in self.model.schema.children(table.name) if places.get(key.table, -1) > at]
            asked = {name for key in later for name in (*key.referred, key.hidden)}
            here.forget(frozenset(asked))
        if problems:
            raise Unfilled(problems)
        self._over = True

    def _count(self, name: TableName, rows: pa.RecordBatch) -> None:
        columns = dict(zip(rows.schema.names, rows.columns, strict=True))
        for scenario in self.wishes.get(name, NONE).scenarios:
            verdicts = evaluate(scenario.condition, columns, today=day_of([scenario.condition]))
            place = (name, scenario.told)
            self.met[place] = self.met.get(place, 0) + (pc.sum(verdicts).as_py() or 0)

    def again(self, problem: MimicError) -> bool:
        """Whether another way of filling the tables may do after a load that failed: then all is ready for it."""
        if self._rounds >= ROUNDS:
            return False
        self._rounds += 1
        problems = problem.problems if isinstance(problem, Unfilled) else (problem,)
        changed = [self._vouched(each) for each in problems if isinstance(each, Vouched)]
        for each in problems if not changed else ():  # what else was refused may have come from these
            changed.append(self._one_of_several(each))
            changed += [self._changed(name, each) for name in self._tables(each)]
        if not any(changed):
            return False
        self._fillings.clear()
        self._ready.clear()
        self.prepare()
        return True

    def _vouched(self, problem: Vouched) -> bool:
        self.vouched.setdefault(problem.name, {}).update(problem.values)
        return True

    def _tables(self, problem: MimicError) -> list[TableName]:
        """The tables about which something is to be done; of several suspects those whose rows have not been asked about yet."""
        found = self._suspects(problem)
        return found if len(found) == 1 else [name for name in found if name not in self.watched]

    def _suspects(self, problem: MimicError) -> list[TableName]:
        if isinstance(problem, RowsRefused | CapacityError):
            places: tuple[str, ...] = (problem.table or problem.where,)
        else:
            places = problem.suspects if isinstance(problem, ConnectorError) and problem.suspects else (problem.where,)
        names = {_table(self.model, place) for place in places}
        return [table.name for table in self.model.tables if table.name in names]

    def _one_of_several(self, problem: MimicError) -> bool:
        """Rows that several tables may be the reason for are refused, though all are watched: one after the other is left empty."""
        found = self._suspects(problem)
        if not isinstance(problem, ConnectorError) or len(found) < 2 or not self.watched.issuperset(found):
            return False
        if self._still(found):
            return True
        if not self.fit:
            return False
        if self._trial is None or not self._trial.about(found, problem.sqlstate):
            self._trial = Trial.of(self.model.schema, found, problem.sqlstate, self.sizes, self.notes)
        chosen = next(self._trial.choices, None)
        if chosen is None:
            return False
        self.sizes, self.notes = dict(self._trial.sizes), dict(self._trial.notes)
        for name in chosen:
            self._resize(name, 0)
            told = f"left empty: its rows are refused by the target: {problem.sentence.rstrip('.')}"
            self.notes[name] = Finding("W505", str(name), told, TODO)
        return True

    def _still(self, names: Sequence[TableName]) -> bool:
        """Hold the flags of these tables still, for once."""
        new = {name for name in names if name not in self.stilled and flags(self.model.schema.table(name))}
        self.stilled |= new
        return bool(new)

    def _changed(self, name: TableName, problem: MimicError) -> bool:
        """Do something else about one table."""
        n, tries = self.sizes[name], self._tries.get(name, 0)
        self._tries[name] = tries + 1
        if isinstance(problem, ConnectorError):
            if not of_a_row(problem.sqlstate):
                return False
            elsewhere = self._over and problem.sqlstate.startswith(OF_OTHERS)
            if not elsewhere and name not in self.watched:
                self.watched.add(name)
                return True
            if problem.suspects and self._still([name]):
                return True
        if not self.fit or not n:
            return False
        if isinstance(problem, CapacityError):
            self._lower(name, problem)
            return True
        if isinstance(problem, RowsRefused):
            why = problem.why
            left = min(n, problem.asked) - problem.refused if tries < FEWER else n // 2
        else:
            why = f"are refused by the target: {problem.sentence.rstrip('.')}"
            self.salts[name] = self.salts.get(name, 0) + 1
            left = n if tries < 2 else max(n // 10, 1) if n > 1 else 0
        if left == n:
            return True
        self._resize(name, max(left, 0))
        told = f"{left} rows instead of {self.asked[name]}: the others" if left > 0 else "left empty: its rows"
        self.notes[name] = Finding("W506" if left > 0 else "W505", str(name), f"{told} {why}", TODO)
        return True


def generate(
    model: Model,
    sizes: Mapping[TableName, int],
    *,
    seed: int | None = None,
    fit_domains: bool = False,
    batch_rows: int = CHUNK,
    wishes: Mapping[TableName, Wishes] | None = None,
) -> Generation:
    """Compute keys, references and capacities of all tables; raise `CapacityError` before any batch is made.

    With `fit_domains` a table that cannot hold the rows asked gets as many as it can, each told by a finding. `Unreachable` where
    `wishes` ask for rows that the model cannot make.
    """
    for name, wish in (wishes or {}).items():
        if wish.scenarios and model.of(name).mode != "synthesize":
            raise UsageError(f"its rows are not made up (mode {model.of(name).mode}): no scenario can be asked of them.", where=str(name))
    made = Generation(
        model, dict(sizes), model.seed if seed is None else seed, batch_rows, fit_domains, wishes=inherited(wishes or {}, model.schema)
    )
    made.prepare()
    return made


def _table(model: Model, where: str) -> TableName | None:
    """The table of this name, else the one that a place is in."""
    exact = next((table.name for table in model.tables if str(table.name) == where), None)
    if exact is not None:
        return exact
    found = [
        table.name
        for table in model.tables
        for spelt in {str(table.name), f"{table.name.schema}.{table.name.name}"}
        if where == spelt or where.startswith(f"{spelt}.")
    ]
    return max(found, key=lambda name: len(str(name)), default=None)


def sample(model: Model, table: TableName, n: int, seed: int) -> pa.Table:
    """n rows of one table in memory; its parents are made too, as many as the source had, or n where it had none."""
    sizes = {other.name: other.source_rows or (n if other.mode == "synthesize" else 0) for other in model.tables} | {table: n}
    filling = Generation(model, sizes, seed).filling(table)
    filling.prepare()
    shape = pa.schema([(column.name, arrow_type(column.type)) for column in model.schema.table(table).written])
    return pa.Table.from_batches(list(filling.batches()), shape)
