"""One table being filled: columns that need the whole table first, everything else chunk by chunk.

Columns are asked for, not pushed: a foreign key asks its parent for keys, which are computed when they are first asked
for. So the order of tables matters to the database only, and cycles need no special case.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, partial
from typing import Any, Protocol, runtime_checkable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from mimic.batch import rows_of
from mimic.conditions import (
    Alike,
    Call,
    ColumnRef,
    Compare,
    Disjoint,
    Expression,
    IsNull,
    Not,
    Operator,
    Or,
    Sure,
    columns_of,
    kind_of,
    kind_of_type,
)
from mimic.errors import CapacityError, MimicError, RowsRefused, UsageError
from mimic.generating.casting import Cast, cast, lifted
from mimic.generating.checking import Checking, Judge, mentioned
from mimic.generating.honouring import honour
from mimic.generating.imputing import imputed, taken_back, with_parents
from mimic.generating.moving import shifted
from mimic.generating.presence import Presence, signs_of
from mimic.generating.side_by_side import firsts, lay_apart
from mimic.generating.telling_apart import Apart
from mimic.generating.vouching import Vouched, vouched
from mimic.generating.wishes import NONE, Wishes
from mimic.generator import Columns, Generator, Span, children, keyed
from mimic.generators.features import texts_of
from mimic.generators.freely import freed
from mimic.generators.totals import Total
from mimic.model import TableModel
from mimic.schema import Check, ForeignKey, Table, TableName, arrow_type
from mimic.streams import CHUNK, Stream, Streams
from mimic.truth import Rows, carried, day_of, violated


@runtime_checkable
class _Parted(Generator, Protocol):
    """What can make one of its columns from less than it needs for all."""

    def part(self, name: str) -> Generator: ...


@runtime_checkable
class _Parents(Generator, Protocol):
    """What chooses the parents of a table."""

    edges: Any

    def comparing(self, pairs: Sequence[tuple[str, Operator, str]]) -> Generator: ...

    def absences(self, n: int, stream: Stream) -> dict[str, Any]: ...


class _Circular(MimicError):
    """A column that waits for itself."""


LIFTINGS = 6  # how often parents get more or fewer children before a scenario is given up
AHEAD = 10_000  # rows of a table that are made before anything is written, where it has rules that only made rows can be checked against


class Filling:
    """The state of one table in one generation. Columns that others ask for are kept; others live for one chunk."""

    def __init__(
        self,
        table: Table,
        model: TableModel,
        n: int,
        streams: Streams,
        other: Callable[[TableName], Filling],
        asked: frozenset[str] = frozenset(),
        children: Iterable[ForeignKey] = (),
        vouched: Mapping[str, pa.Array] | None = None,
        wishes: Wishes = NONE,
        given: Mapping[str, pa.Array] | None = None,
    ) -> None:
        """`asked`: columns that foreign keys of other tables refer to; `children`: these keys; `vouched`: values for some columns.

        `given` columns of all rows that stay as they are.
        """
        table = replace(table, uniques=(*table.uniques, *model.exclusive)) if model.exclusive else table
        model = with_parents(model, wishes.impute) if wishes.impute else model
        if wishes.free:
            model = replace(model, generators=tuple(replace(one, generator=freed(one.generator)) for one in model.generators))
        self.table, self.model, self.n = table, model, n
        self._streams, self._other = streams, other
        self._whole: dict[str, pa.Array] = {}
        self._above: dict[str, pa.Array] = {}  # columns of parents, row by row of this table
        self._busy: set[tuple[tuple[str, ...], tuple[str, ...]]] = set()  # what the generators at work fill, and from what
        self._asked = asked
        self._ahead: list[tuple[pa.RecordBatch, NDArray[np.bool_]]] | None = None
        self._telling: Apart | None = None
        self._checking = Checking.of(table, model, asked)
        self._by_column = {name: learned.generator for learned in model.generators for name in learned.generator.fills}
        self._readings = dict(model.readings)
        self._given = {name: values for name, values in (given or {}).items() if name in self._readings}  # as they are written
        if given is not None:
            self._whole |= {name: self._read(name, values) for name, values in given.items()}
            self._checking = self._checking.fixed(given.keys() & {column.name for column in table.columns})
        self._keys: dict[str, ForeignKey] = {key.label: key for key in table.foreign_keys}
        self._children = {key.hidden: key for key in children}
        self._wishes, self._casting = wishes, False
        self._cast: Cast | None = None
        self._imputed: dict[str, NDArray[np.bool_]] = {}  # in which rows a NULL got a value
        self._lifts: dict[str, NDArray[np.float64]] = {}  # by label: by how much parents are to have more children
        self._vouched = dict(vouched or {})
        for name, values in self._vouched.items():
            order = streams.at("vouched", table.name, name).permutation(len(values))
            self._whole[name] = values.take(pa.array(np.resize(order, n)))

    def prepare(self) -> None:
        """Everything that needs the whole table, and the proof that every unique column has room."""
        self._give_parts()
        single = {rule.columns[0] for rule in self.table.keys if len(rule.columns) == 1 and not rule.expressions and not rule.where}
        for generator in self._generators():
            if not single.isdisjoint(generator.fills) and (room := generator.capacity()) is not None and room < self.n:
                place = f"{self.table.name}.{','.join(generator.fills)}"
                raise CapacityError(place, self.n, room, f"{generator.kind} can make no more distinct values", table=str(self.table.name))
        for name in single & self._vouched.keys():
            if (room := len(self._vouched[name])) < self.n:
                why = "no more values were found that satisfy its CHECK"
                raise CapacityError(f"{self.table.name}.{name}", self.n, room, why, table=str(self.table.name))
        for name in self._tied:
            self.whole(name)
        for generator in self._generators():
            if getattr(generator, "whole_table", False):
                self.whole(generator.fills[0])
        if self.n:
            for rule in self.model.disjoint:
                self._lay_apart(rule)
            for same in self.model.alike:
                self._agree(same)
        if self.model.distinct and self.n <= AHEAD:
            self._ahead = list(self._made())

    # -- scenarios -----------------------------------------------------------------------------------------------------------

    def _give_parts(self) -> None:
        """Decide in which round of drawing each row gets the columns that scenarios are about, once, before anybody sees a row."""
        if not self._wishes.scenarios or self._cast is not None or self._casting or not self.n:
            return
        self._casting, before = True, dict(self._whole)
        names = {ref.name for scenario in self._wishes.scenarios for ref in columns_of(scenario.condition)}
        stream = self._streams.at("scenarios", self.table.name)
        try:
            most = LIFTINGS * (4 if any(scenario.margin for scenario in self._wishes.scenarios) else 1)
            for attempt in range(most):
                deciding = self.changeable(names)
                every = self.changeable(self._by_column.keys(), lasting=True)
                found = cast(self, self._wishes.scenarios, deciding, every, tuple(spans(self.n)), stream.at(attempt))
                if isinstance(found, Cast):
                    self._cast = found
                    self._whole = {name: values for name, values in self._whole.items() if name not in found.names}
                    self._free(found.names)
                    return
                keys = {label: key for label, key in self._keys.items() if key.parent != self.table.name and f"@{label}" in self._by_column}
                rows = {label: np.asarray(self.whole(f"@{label}").to_numpy(zero_copy_only=False)) for label in keys}
                lift = lifted(found, rows, {label: self._other(key.parent).n for label, key in keys.items()})
                if lift is None or attempt == most - 1:
                    raise found.problem
                self._lifts[lift[0]] = self._lifts.get(lift[0], 1.0) * lift[1]
                self._whole = dict(before)
                self._above.clear()
                self._free()
        finally:
            self._casting = False

    def _free(self, but: Collection[str] = ()) -> None:
        """From now on rows are others than those learned from: what is dealt out comes as often as they ask for."""
        made = [
            one if not {*but}.isdisjoint(one.generator.fills) else replace(one, generator=freed(one.generator))
            for one in self.model.generators
        ]
        self.model = replace(self.model, generators=tuple(made))
        self._by_column = {name: learned.generator for learned in made for name in learned.generator.fills}

    def changeable(self, names: Collection[str], lasting: bool = False) -> tuple[Generator, ...]:
        """The generators of some columns and of what these look at in their row, but for keys and what is made for the whole table.

        What follows from rows that are made later is left out if `lasting`, else a `UsageError`.
        """
        told_apart = {frozenset(name for key in rule.keys for name in _names(key)) for rule in self.model.distinct}
        fixed = {name for rule in self.table.keys if frozenset(rule.columns) not in told_apart for name in rule.columns}
        fixed |= {name for key in self._keys.values() for name in key.columns}
        fixed |= self._asked | self._whole.keys() | self._tied.keys()
        found: dict[int, Generator] = {}
        waiting, late = list(names), set[str]()
        while waiting:
            generator = self._by_column.get(waiting.pop())
            if generator is None or id(generator) in found:
                continue
            if getattr(generator, "whole_table", False) or not fixed.isdisjoint(generator.fills):
                continue
            if lasting and not self.lasts(generator.fills[0]):
                late |= set(generator.fills)
                continue
            if need := next((need for need in generator.needs if self._waits(need)), None):
                child = self._children[Total.read(need).key].table
                said = f"{generator.fills[0]!r} follows from the rows of {child}, which are made later."
                hint = f"Ask it of the columns of {child}, or of others of this table."
                raise UsageError(said, where=str(self.table.name), hint=hint)
            found[id(generator)] = generator
            waiting += [need for need in generator.needs if need in self._by_column]
        return tuple(generator for generator in self._generators() if id(generator) in found and late.isdisjoint(generator.needs))

    def fills(self, name: str) -> bool:
        """Whether a generator fills a column of this name, hidden ones included."""
        return name in self._by_column

    def lasts(self, name: str) -> bool:
        """Whether a column does not follow from rows that are made later."""
        generator = self._by_column.get(name)
        if generator is None:
            return False
        return all(not self._waits(need) and (need not in self._by_column or self.lasts(need)) for need in generator.needs)

    def drawn(self, generators: Sequence[Generator], span: Span, turn: int) -> dict[str, pa.Array]:
        """What some generators make of a chunk for another time; turn 0 is what they make without being asked again."""
        made: dict[str, pa.Array] = {}
        for generator in generators:
            given = {need: self._need_chunk(need, span, made) for need in generator.needs}
            made |= self._with_values(generator, span, ("round", turn) if turn else ("generate",), given)
        return made

    def shown(self, columns: Columns) -> Columns:
        """Columns as they will stand in the rows: as texts where they are kept in texts, dates where they are moved to."""
        columns = self._written(columns)
        return columns if self._wishes.shift is None else self._wishes.shift.moved(self.table, columns)

    def _with_values(self, generator: Generator, span: Span, place: tuple[object, ...], given: Columns) -> dict[str, pa.Array]:
        """What a generator makes of a chunk, with values in place of NULLs where that is wished."""

        def draw(*place: object) -> dict[str, pa.Array]:
            stream = self._streams.at(*place, self.table.name, ",".join(generator.fills), span.chunk)
            return self._kept(generator, self._sampled(generator, span, stream, given), stream.at("check"))

        made = draw(*place)
        names = [name for name in generator.fills if name in self._wishes.impute and made[name].null_count]
        if not names or getattr(generator, "whole_table", False):
            return made
        made, where = imputed(made, names, lambda turn: draw("impute", turn, *place))
        for name, rows in where.items():
            self._imputed.setdefault(name, np.zeros(self.n, dtype=np.bool_))[span.start : span.start + span.n] |= rows
        return made

    def _waits(self, need: str) -> bool:
        """Whether a need is only there when the children are."""
        return need.startswith("^") and need not in self._by_column and not self.table.has(need)

    def _lay_apart(self, rule: Disjoint) -> None:
        """Make the columns of a rule about spans, for all rows; from then on they stay as they are."""
        told = {ref.name for ref in columns_of(rule.where)} if rule.where is not None else set[str]()
        involved = {*rule.moved, *(ref.name for each in (*rule.keys, rule.start, rule.end) for ref in columns_of(each))}
        reading = [({ref.name for ref in columns_of(condition)}, condition) for condition in self.model.conditions]
        everywhere = rule.where is None or any(names & told and not names <= involved | told for names, _ in reading)
        names = involved if everywhere else involved | told
        columns = {name: self.whole(name) if name in self._by_column else self._without(name) for name in sorted(names)}
        own = [condition for columns, condition in reading if columns and columns <= names]
        if own:
            stream, fixed = self._streams.at("spans", self.table.name, rule.name), self._checking.locked
            columns, _ = honour(columns, own, self.table, fixed, stream, nullable_locked=self._checking.nullable, today=day_of(own))
        moved, late = lay_apart(rule, self.table, columns, everywhere)
        if late:
            why = f"spans that {rule.name} keeps apart find no room within their bounds"
            raise CapacityError(str(self.table.name), self.n, self.n - late, why, table=str(self.table.name))
        self._whole |= columns | moved
        self._checking = self._checking.fixed(names)

    def _agree(self, rule: Alike) -> None:
        """Copy a column from the first row of each group, and with a foreign key its parent."""
        names = {*rule.columns, *(name for key in rule.keys for name in _names(key))}
        columns = {name: self.whole(name) for name in sorted(names)}
        rows = pa.array(firsts(rule, columns))
        labels = {f"@{key.label}" for key in self.table.foreign_keys if set(key.columns) & set(rule.columns)} & set(self._whole)
        self._whole |= {name: self._whole[name].take(rows) for name in (*rule.columns, *labels)}
        self._checking = self._checking.fixed(names)

    def _without(self, name: str) -> pa.Array:
        return pa.nulls(self.n, arrow_type(self.table.column(name).type))

    def whole(self, name: str) -> pa.Array:
        """A column of all rows, in memory, made when first asked for."""
        self._give_parts()
        if name in self._whole:
            return self._whole[name]
        if self.model.copied is not None and name in self.model.copied.column_names:
            self._whole[name] = self._read(name, self.model.copied.column(name).combine_chunks())
            return self._whole[name]
        if self.model.copied is not None and name.startswith("@") and name[1:] in self._keys:
            self._whole[name] = self._referred_to(self._keys[name[1:]])
            return self._whole[name]
        if name in self._tied and self.n:
            self._settle(self._tied[name])
            return self._whole[name]
        generator = self._by_column.get(name)
        if generator is None and (expression := dict(self.model.computes).get(name)) is not None:
            read = Rows({ref.name: self.whole(ref.name) for ref in columns_of(expression)})
            kind = self.table.column(name).type
            self._whole[name] = carried(read.value(expression), kind_of(expression), kind_of_type(kind), arrow_type(kind))
            return self._whole[name]
        if generator is None:
            raise MimicError(f"nothing fills the column {name!r}, which a foreign key needs", where=str(self.table.name))
        if (generator.fills, generator.needs) in self._busy and isinstance(generator, _Parted):
            generator = generator.part(name)  # two tables wait for each other, but not for the same columns
        try:
            made = self._undisturbed(generator, name)
        except _Circular:
            if not (made := self._lent(name)):
                raise
        self._whole.update({column: values for column, values in made.items() if column not in self._whole})
        return self._whole[name]

    def _referred_to(self, key: ForeignKey) -> pa.Array:
        """Which row of its parent each copied row refers to, -1 where none."""
        parent = self._other(key.parent)
        theirs = [parent.whole(name) for name in key.referred]
        mine = [self.whole(name).cast(values.type, safe=False) for name, values in zip(key.columns, theirs, strict=True)]
        if len(mine) > 1:  # as texts, which are NULL where one part is
            mine, theirs = (
                [pc.binary_join_element_wise(*(pa.array(texts_of(v), pa.string()) for v in parts), "\x1f")] for parts in (mine, theirs)
            )
        rows = pa.array(np.flatnonzero(np.asarray(theirs[0].is_valid())), pa.int64())
        return pc.fill_null(rows.take(pc.index_in(mine[0], value_set=theirs[0].drop_null())), -1)

    def _undisturbed(self, generator: Generator, name: str) -> dict[str, pa.Array]:
        """All rows of what a generator fills. `_Circular` where that waits for itself."""
        mark = (generator.fills, generator.needs)
        if mark in self._busy:
            raise _Circular(
                f"the key column {name!r} depends on itself through foreign keys",
                where=str(self.table.name),
                hint="Take one of the foreign keys out of the graph with ignore_fks.",
            )
        self._busy.add(mark)
        try:
            return self._run(generator) if getattr(generator, "whole_table", False) else self._run_chunks(generator)
        finally:
            self._busy.discard(mark)

    def _lent(self, name: str) -> dict[str, pa.Array]:
        """A key column whose parents cannot be chosen yet, with what can be had beside it: values that the parents have, each in turn.

        The choice of parents keeps to them later. Nothing where the parents' values depend on this column, or others of the key are made.
        """
        for key in self.table.foreign_keys:
            parent, mark = self._other(key.parent), (key.columns, ("lent",))
            if name not in key.columns or parent is self or mark in self._busy or not self._whole.keys().isdisjoint(key.columns):
                continue
            known = {mine: theirs for mine, theirs in zip(key.columns, key.referred, strict=True) if parent.at_hand(theirs)}
            if name not in known:
                continue
            self._busy.add(mark)
            try:
                values = {mine: parent.whole(theirs) for mine, theirs in known.items()}
            finally:
                self._busy.discard(mark)
            whole = np.flatnonzero(np.logical_and.reduce([np.asarray(each.is_valid()) for each in values.values()]))
            if len(whole):
                stream = self._streams.at("lent", self.table.name, key.label)
                rows = pa.array(np.resize(whole[stream.permutation(len(whole))], self.n))
                shapes = {mine: arrow_type(self.table.column(mine).type) for mine in values}
                return {mine: each.take(rows).cast(shapes[mine]) for mine, each in values.items()}
        return {}

    def at_hand(self, name: str) -> bool:
        """Whether a column is there, or nobody waits for what fills it."""
        generator = self._by_column.get(name)
        if name in self._whole or (generator is None and any(name == computed for computed, _ in self.model.computes)):
            return True
        return generator is not None and (generator.fills, generator.needs) not in self._busy

    @cached_property
    def _tied(self) -> dict[str, frozenset[str]]:
        """Key columns that conditions tie to other key columns, each with all that hang together: none could be changed later."""
        found: dict[str, frozenset[str]] = {}
        referring = {name for key in self.table.foreign_keys for name in key.columns}
        for names in (frozenset(ref.name for ref in columns_of(condition)) for condition in self.model.conditions):
            if len(names) < 2 or not names <= self._checking.locked or names & referring or not all(map(self._free_of_parents, names)):
                continue
            if any(getattr(self._by_column[name], "whole_table", False) for name in names):
                continue
            together = names.union(*(found.get(name, frozenset()) for name in names))
            found |= dict.fromkeys(together, together)
        return found

    def _settle(self, names: frozenset[str]) -> None:
        """Make columns that conditions tie together, for all rows, and make them satisfy these."""
        made: dict[str, pa.Array] = {}
        for name in sorted(names):
            if name not in made:
                made |= self._run_chunks(self._by_column[name])
        own = [condition for condition in self.model.conditions if {ref.name for ref in columns_of(condition)} <= names]
        alone = {rule.columns[0] for rule in self.table.keys if len(rule.columns) == 1} & names
        read = {name: made[name] for name in names}
        stream = self._streams.at("settle", self.table.name, ",".join(sorted(names)))
        self._whole |= made | honour(read, own, self.table, frozenset(alone), stream, today=day_of(own))[0]

    def batches(self, judge: Judge | None = None, watched: bool = False) -> Iterator[pa.RecordBatch]:
        """All rows in order, one batch per logical chunk, the written columns only.

        `judge` says what only a database can: whether it would take them; of everything where the table is `watched`.
        """
        if self.model.copied is not None and not self.table.written:
            yield rows_of((), self._shape, self.model.copied.num_rows)
            return
        if self.model.copied is not None:
            if not set(self._shape.names) <= set(self.model.copied.column_names):
                return  # only what others ask for is here: its rows come from elsewhere
            rows = self.model.copied.select([column.name for column in self.table.written]).cast(self._shape).to_batches(CHUNK)
            yield from shifted(iter(rows), self.table, self._wishes.shift)
            return
        for span, (rows, bad) in zip(spans(self.n), self._made(), strict=True):
            if judge is not None and (self.model.unread or bad.any() or watched):
                stream = self._streams.at("ask", self.table.name, span.chunk)
                try:
                    rows = self._checking.settled(rows, bad, judge, watched, partial(self._anew, span), stream, self._telling)
                except RowsRefused as refused:
                    if values := self._vouch(judge):
                        raise Vouched(refused, self.table.name, values) from None
                    raise
            yield rows

    def _vouch(self, judge: Judge) -> dict[str, pa.Array]:
        """Values that the target would take, for each column that could not be changed and is all that a CHECK is about."""
        about: dict[str, list[Check]] = {}
        for check in self.model.unread:
            names = check.columns or mentioned(check.expression, self.table)
            if len(names) == 1:
                about.setdefault(names[0], []).append(check)
        found: dict[str, pa.Array] = {}
        for name in self._checking.locked & about.keys() - self._vouched.keys():
            generator = self._by_column.get(name)
            if generator is None or generator.fills != (name,):
                continue
            span = next(spans(self.n))

            def draw(attempt: int, name: str = name, span: Span = span) -> pa.Array | None:
                made = self._anew(span, frozenset({name}), 1_000 + attempt)
                return self._checking.kept((name,), made, self._streams.at("vouch", self.table.name, name, attempt))[name] if made else None

            values = vouched(self.table, about[name], name, self.n, draw, judge)
            found |= {name: values} if len(values) else {}
        return found

    def _anew(self, span: Span, names: frozenset[str], attempt: int) -> Columns:
        """The columns of a chunk drawn for another time, with those that are made together with them."""
        made: dict[str, pa.Array] = {}
        for generator in self._generators():
            if names.isdisjoint(generator.fills):
                continue
            if getattr(generator, "whole_table", False):
                if isinstance(generator, _Parents) or not isinstance(generator, _Parted):
                    continue
                generator = generator.part(min(names & set(generator.fills)))  # of its group there are other rows
            stream = self._streams.at("again", self.table.name, ",".join(generator.fills), attempt, span.chunk)
            given = {need: self._need_chunk(need, span, made) for need in generator.needs}
            made |= self._sampled(generator, span, stream, given)
        return self.shown(made)

    @cached_property
    def _shape(self) -> pa.Schema:
        return pa.schema([(column.name, arrow_type(column.type)) for column in self.table.written])

    def _made(self) -> Iterator[tuple[pa.RecordBatch, NDArray[np.bool_]]]:
        """Chunk by chunk the rows, and which of them could not be made to satisfy the table's conditions."""
        if self._ahead is not None:
            yield from self._ahead
            return
        self._telling = apart = self._apart()
        shape = self._shape
        for span in spans(self.n):
            filled: dict[str, pa.Array] = {}
            for generator in self._generators():
                names = [name for name in generator.fills if self.table.has(name)]
                if all(name in self._whole for name in names):
                    filled |= {name: self._whole[name].slice(span.start, span.n) for name in names}
                    continue
                filled |= self._chunk(generator, span, filled)
            filled = self._written(filled) | {name: values.slice(span.start, span.n) for name, values in self._given.items()}
            fitted = {column.name: _fit(filled.get(column.name), column.name, shape, span.n) for column in self.table.written}
            place = self._streams.at("honour", self.table.name, span.chunk)
            fitted = dict(self.shown(fitted))
            if self._imputed and self.model.conditions:
                where = {name: mask[span.start : span.start + span.n] for name, mask in self._imputed.items()}
                fitted = taken_back(fitted, where, self.model.conditions)
            honoured, bad = self._checking.honoured(fitted, place)
            if self._wishes.scenarios:
                honoured = self._checking.playing(honoured, fitted, self._wishes.scenarios, place)
            arrays = list(honoured.values())
            if apart is not None:
                arrays = self._told_apart(apart, span, dict(zip(shape.names, arrays, strict=True)))
            yield rows_of(arrays, shape, span.n), bad

    def _apart(self) -> Apart | None:
        """Who checks the uniqueness rules that no generator keeps."""
        if not self.model.distinct:
            return None
        primary = frozenset(self.table.primary_key.columns if self.table.primary_key else ())
        apart = {name for rule in self.model.disjoint for each in (*rule.keys, rule.start, rule.end) for name in _names(each)}
        apart |= {name for rule in self.model.disjoint for name in rule.moved}
        apart |= {name for rule in self.model.alike for name in (*rule.columns, *(name for key in rule.keys for name in _names(key)))}
        fixed = self._asked | primary | apart
        return Apart(self.table, self.model.distinct, self.model.conditions, fixed, self._pointed_at)

    def _pointed_at(self, key: ForeignKey) -> dict[str, pa.Array]:
        parent = self._other(key.parent)
        values = parent.shown({referred: parent.whole(referred) for referred in key.referred})
        return {name: values[referred] for name, referred in zip(key.columns, key.referred, strict=True)}

    def _told_apart(self, apart: Apart, span: Span, columns: dict[str, pa.Array]) -> list[pa.Array]:
        made, late = apart.settle(columns, self._streams.at("apart", self.table.name, span.chunk))
        if late.any():
            why = "rows would repeat what " + ", ".join(rule.name for rule in self.model.distinct) + " may hold only once"
            raise CapacityError(str(self.table.name), self.n, self.n - int(late.sum()), why, table=str(self.table.name))
        return [made[name] for name in columns]

    def forget(self, keep: frozenset[str]) -> None:
        """Drop what nobody will ask for again."""
        self._whole = {name: values for name, values in self._whole.items() if name in keep}

    def _generators(self) -> Iterator[Generator]:
        return (learned.generator for learned in self.model.generators)

    def _run(self, generator: Generator) -> dict[str, pa.Array]:
        given = {need: self._need_whole(need) for need in generator.needs}
        stream = self._streams.at("generate", self.table.name, ",".join(generator.fills))
        if isinstance(generator, _Parents):
            given |= {name: self._whole[name] for name in generator.fills if name in self._whole}
            given |= self._admitted(generator, given)
            if self.model.conditions and self.n and generator is self._by_column[generator.fills[0]]:
                given |= self._decided(generator, given, stream)
            generator = generator.comparing(_compared(self.model.conditions))
        return self._kept(generator, self._sampled(generator, Span(0, self.n, self.n), stream, given), stream.at("check"))

    def _kept(self, generator: Generator, made: Columns, stream: Stream) -> dict[str, pa.Array]:
        """What a generator made, satisfying the conditions that are about nothing else: they are about what is written."""
        if self._readings.keys().isdisjoint(generator.fills):
            return self._checking.kept(generator.fills, made, stream)
        written = self._written(made)
        kept = self._checking.kept(generator.fills, written, stream)
        return {name: made[name] if values is written[name] else self._read(name, values) for name, values in kept.items()}

    def _read(self, name: str, values: pa.Array) -> pa.Array:
        """A column that is written as generators see it."""
        return self._readings[name].read(values) if name in self._readings else values

    def _written(self, columns: Columns) -> dict[str, pa.Array]:
        """Columns as their database writes them; those that are written already stay as they are."""
        out = dict(columns)
        for name in self._readings.keys() & out.keys():
            kind = arrow_type(self.table.column(name).type)
            if out[name].type != kind:
                out[name] = self._readings[name].write(out[name], kind)
        return out

    def _sampled(self, generator: Generator, span: Span, stream: Stream, given: Columns) -> Columns:
        """What the generator makes; one that lacks room does not know in which table it is."""
        try:
            return generator.sample(span, stream, given)
        except CapacityError as problem:
            if problem.table:
                raise
            name = str(self.table.name)
            raise CapacityError(f"{name}.{problem.where}", problem.asked, problem.possible, problem.why, table=name) from None

    def _admitted(self, generator: _Parents, given: Columns) -> Columns:
        """The keys of parents; NULL where a CHECK, or a column that always holds the same, lets no row refer to them: another kind."""
        always = [Compare("=", ColumnRef(name, kind_of(of)), of) for name, of in self.model.computes if not columns_of(of)]
        found: dict[str, pa.Array] = {}
        for edge in generator.edges:
            mine = dict(zip(edge.columns, (f"{edge.label}.{name}" for name in edge.referred), strict=True))
            names = {rule: {ref.name for ref in columns_of(rule)} for rule in (*self.model.conditions, *always)}
            told = [rule for rule, read in names.items() if read and read <= mine.keys()]
            if edge.own or not told:
                continue
            read = set[str]().union(*(names[rule] for rule in told))
            columns = {name: given[mine[name]].cast(arrow_type(self.table.column(name).type), safe=False) for name in read}
            wrong = np.logical_or.reduce([violated(rule, columns, today=day_of(told)) for rule in told])
            if wrong.any():
                found |= {need: pc.if_else(pa.array(wrong), pa.scalar(None, given[need].type), given[need]) for need in mine.values()}
        return found

    def _decided(self, generator: _Parents, given: Columns, stream: Stream) -> Columns:
        """`?label`: which rows have no parent, where CHECKs tie that to columns that can be made before."""
        presence = Presence.of(self.table, self.model.conditions, self._free_of_parents)
        if presence is None:
            return {}
        columns = {name: self.whole(name) for name in presence.read} | {name: self._signs(name) for name in presence.seen}
        rooms = {edge.label: self.n for edge in generator.edges}
        for edge in generator.edges:
            keys = [np.asarray(given[f"{edge.label}.{name}"].is_valid()) for name in edge.referred]
            many = int(np.logical_and.reduce(keys).sum())
            if not edge.own and (edge.single or not many):
                rooms[edge.label] = many
        absent = generator.absences(self.n, stream)
        settled, lacking, left = presence.settle(columns, absent, rooms, self._checking.locked, stream.at("presence"))
        if left:
            why = "its CHECKs ask for rows to refer to, and there are no more that are free"
            raise CapacityError(str(self.table.name), self.n, self.n - left, why, table=str(self.table.name))
        self._whole |= settled
        return {f"?{label}": pa.array(mask) for label, mask in lacking.items()}

    def _free_of_parents(self, name: str) -> bool:
        """Whether a column can be made before parents are chosen."""
        generator = self._by_column.get(name)
        return generator is not None and all("." not in need and self._free_of_parents(need) for need in generator.needs)

    def _signs(self, name: str) -> pa.Array:
        """Whether a column has a value, of all rows, without keeping what it holds."""
        if name in self._whole:
            return signs_of(self._whole[name])
        generator, made = self._by_column[name], list[pa.Array]()
        for span in spans(self.n):
            made.append(signs_of(self._chunk(generator, span, {})[name]))
        return pa.concat_arrays(made)

    def _need_whole(self, need: str) -> pa.Array:
        """A need of a whole-table generator: an own column, or a parent's column in the parent's own rows."""
        for label, key in self._keys.items():
            column = need[len(label) + 1 :] if need.startswith(f"{label}.") else ""
            if column in key.referred or column == children(key.referred):
                parent = self._other(key.parent)
                return parent.whole(column) if column in key.referred else self._lifted(label, parent.degrees(key))
        if need not in self._by_column and (elsewhere := keyed(need)) is not None:
            return self._other(elsewhere[0]).whole(elsewhere[1])
        above = self._leads(need)
        return self.whole(need) if above is None else self._other(above.parent).along(need[len(above.label) + 1 :])

    def _lifted(self, label: str, degrees: pa.Array) -> pa.Array:
        if label not in self._lifts:
            return degrees
        return pa.array(np.asarray(pc.fill_null(degrees.cast(pa.float64()), 0.0)) * self._lifts[label])

    def degrees(self, key: ForeignKey) -> pa.Array:
        """How many children each row is to have by this key; equal shares where nothing was learned."""
        if key.hidden in self._by_column:
            return self.whole(key.hidden)
        return pa.array(np.ones(self.n))

    def _run_chunks(self, generator: Generator) -> dict[str, pa.Array]:
        parts: dict[str, list[pa.Array]] = {name: [] for name in generator.fills}
        for span in spans(self.n):
            made = self._chunk(generator, span, {})
            for name in parts:
                parts[name].append(made[name])
        return {name: pa.concat_arrays(arrays) if arrays else self._nothing(name) for name, arrays in parts.items()}

    def _nothing(self, name: str) -> pa.Array:
        return pa.array([], arrow_type(self._readings[name].type if name in self._readings else self.table.column(name).type))

    def _chunk(self, generator: Generator, span: Span, filled: Columns) -> Columns:
        if self._cast is not None and generator.fills[0] in self._cast.names:
            made = self._cast.chunk(self, span)
            return {name: made[name] for name in generator.fills}
        return self._with_values(generator, span, ("generate",), {need: self._need_chunk(need, span, filled) for need in generator.needs})

    def _below(self, need: str) -> pa.Array:
        """What a `Total` takes of the children of each row."""
        if need not in self._above:
            total = Total.read(need)
            key = self._children[total.key]
            child = self._other(key.table)
            rows = np.asarray(child.whole(f"@{key.label}").to_numpy(zero_copy_only=False))
            self._above[need] = total.of(rows, self.n, child.told)
        return self._above[need]

    def told(self, need: str) -> pa.Array:
        """A column of all rows, one of their parents', or what is taken of their children."""
        return self._below(need) if self._waits(need) else self.along(need)

    def _need_chunk(self, need: str, span: Span, filled: Columns) -> pa.Array:
        if need in filled:
            return filled[need]
        if self._waits(need):
            return self._below(need).slice(span.start, span.n)
        key = self._leads(need)
        if key is not None:
            rows = self.whole(f"@{key.label}").slice(span.start, span.n)
            index = np.asarray(rows.to_numpy(zero_copy_only=False))
            return self._other(key.parent).along(need[len(key.label) + 1 :]).take(pa.array(index, mask=index < 0))
        return self.whole(need).slice(span.start, span.n)

    def _leads(self, need: str) -> ForeignKey | None:
        """The key by which a need leads to a parent, None where a generator fills it here."""
        return None if need in self._by_column else self.table.leads(need)

    def along(self, need: str) -> pa.Array:
        """A need of a child in this table's own rows: one of its columns, or one of its parents'."""
        if self._leads(need) is None:
            return self.whole(need)
        if need not in self._above:
            self._above[need] = self._need_chunk(need, Span(0, self.n, self.n), {})
        return self._above[need]


def _compared(conditions: Iterable[Expression]) -> list[tuple[str, Operator, str]]:
    """The conditions that compare two columns, and say nothing else but that one of them is NULL: (a, operator, b)."""
    found: list[tuple[str, Operator, str]] = []
    for condition in conditions:
        parts = condition.parts if isinstance(condition, Or) else (condition,)
        left = [part for part in parts if not isinstance(part, IsNull)]
        if len(left) != 1:
            continue
        match left[0]:
            case Compare(op, a, b) if op != "=":
                pass
            case Not(Compare("=", a, b) | Sure(Compare("=", a, b)) | Or((_, Sure(Compare("=", a, b))))):  # IS DISTINCT FROM
                op = "<>"
            case _:
                continue
        a, b = _unpadded(a), _unpadded(b)
        if isinstance(a, ColumnRef) and isinstance(b, ColumnRef):
            found.append((a.name, op, b.name))
    return found


def _unpadded(value: Expression) -> Expression:
    """A column without the blanks that pad it."""
    return value.arguments[0] if isinstance(value, Call) and value.function == "rtrim" and len(value.arguments) == 1 else value


def _names(expression: Expression) -> Iterator[str]:
    return (ref.name for ref in columns_of(expression))


def spans(n: int) -> Iterator[Span]:
    """The logical chunks of a table of n rows."""
    for start in range(0, n, CHUNK):
        yield Span(start, min(CHUNK, n - start), n)


def _fit(values: pa.Array | None, name: str, shape: pa.Schema, n: int) -> pa.Array:
    kind = shape.field(name).type
    if values is None:
        return pa.nulls(n, kind)
    return values if values.type == kind else values.cast(kind)
