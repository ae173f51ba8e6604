"""Values that may make a comparison come true: what other rows have, what the condition itself names, what solves it.

Whoever asks evaluates the proposals; nothing here needs to be right, only likely. The first are the best: values that other
rows of the chunk hold look like the rest of the column.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from mimic import textual
from mimic.conditions import (
    FLIPPED,
    MOMENTS,
    NEGATED,
    NUMBERS,
    Call,
    ColumnRef,
    Compare,
    Condition,
    Constant,
    Expression,
    In,
    IsNull,
    Kind,
    Match,
    Operator,
    Truth,
    columns_of,
    kind_of,
    kind_of_type,
    walk,
)
from mimic.generators.patterns import Unreadable, draw, parse, shaped
from mimic.schema import Array, Binary, Column, Decimal, Enum, Json, Range, Table, Text, Timestamp, arrow_type, bare
from mimic.streams import Ints, Stream
from mimic.truth import MICROS, Rows, carried, floats, inner, violated

Arrays = Mapping[str, pa.Array]
Mask = NDArray[np.bool_]
Target = Literal["true", "false", "not false", "not true"]
DONORS = 3  # random ones, per column
FEW = 8  # values that other rows have: as many are enough to choose from
CHOICES = 2  # how often one of several values is drawn for each row
LETTERS = parse("[a-z]{6}")
LAST = 1.5  # the cost of an empty text


@dataclass(frozen=True, slots=True)
class Proposal:
    """New values for some columns, in their own Arrow types; good only where `where` is True.

    `cost` is what it is worth to do without: more than one condition that is still violated, and another round may find something.
    """

    values: dict[str, pa.Array]
    where: Mask
    cost: float = 0.0


class Proposals:
    """Proposals for the rows of one chunk."""

    def __init__(
        self,
        table: Table,
        conditions: Iterable[Condition],
        free: frozenset[str],
        nullable: frozenset[str],
        lent: frozenset[str],
        chunk: Arrays,
        stream: Stream,
        today: date,
    ) -> None:
        self.table, self.conditions = table, list(conditions)
        self.free, self.nullable, self.lent = free, nullable, lent
        self.chunk, self.stream, self.today = chunk, stream, today
        self._columns = {column.name: column for column in table.columns}
        self._pools: dict[str, pa.Array] = {}

    def of(self, atom: Expression, target: Target, rows: Arrays) -> Iterator[Proposal]:
        """Proposals for making `atom` come out as `target` in the rows, the best first."""
        n = len(next(iter(rows.values())))
        refs = columns_of(atom)
        if isinstance(atom, IsNull) and isinstance(atom.of, ColumnRef):
            name = atom.of.name
            if target in ("true", "not false"):
                if name in self.nullable:
                    yield self._null(name, n)
            elif name in self.free:
                yield from self._filled(name, rows, n)
            elif name in self.lent:
                yield from self._donated(name, self._lent_pool(name), n)
            return
        yield from self._swapped(atom, rows, n)
        for ref in refs:
            if ref.name in self.free:
                yield from self._changed(ref, atom, target, rows, n)
        for ref in refs:
            if ref.name in self.lent:
                yield from self._donated(ref.name, self._lent_pool(ref.name), n)
        for ref in refs:
            if ref.name in self.nullable and (target.startswith("not") or any(isinstance(part, IsNull | Call) for part in walk(atom))):
                yield self._null(ref.name, n)

    def lends(self, name: str) -> bool:
        return len(self._lent_pool(name)) > 0

    # -- other rows ------------------------------------------------------------------------------------------------------

    def _lent_pool(self, name: str) -> pa.Array:
        if (key := f"#{name}") not in self._pools:
            self._pools[key] = self.chunk[name].drop_null()
        return self._pools[key]

    def pool(self, name: str) -> pa.Array:
        """Values of a column in this chunk that satisfy all conditions on it alone."""
        if name not in self._pools:
            pool = self.chunk[name].drop_null()
            if len(pool) > 4096:
                pool = pool.take(pa.array(self.stream.integers(4096, len(pool))))
            for condition in self.conditions:
                if len(pool) and [ref.name for ref in columns_of(condition)] == [name]:
                    pool = pool.filter(pa.array(~violated(condition, {name: pool}, today=self.today)))
            self._pools[name] = pool
        return self._pools[name]

    def _donated(self, name: str, pool: pa.Array, n: int, times: int = DONORS) -> Iterator[Proposal]:
        if len(pool):
            for _ in range(times):
                yield self._all({name: pool.take(pa.array(self.stream.integers(n, len(pool))))}, n)

    def _fitting(self, name: str, atom: Expression, target: Target) -> pa.Array:
        """The pool's values that make a comparison on this column alone come true."""
        pool = self.pool(name)
        if not len(pool) or len(columns_of(atom)) > 1:
            return pool
        verdicts = Rows({name: pool}, today=self.today).truth(atom)
        true = target in ("true", "not false")
        return pool.filter(pc.equal(verdicts.fill_null(not true), true))

    def _swapped(self, atom: Expression, rows: Arrays, n: int) -> Iterator[Proposal]:
        """start > end: the other way round."""
        if not isinstance(atom, Compare) or atom.op in ("=", "<>"):
            return
        if isinstance(atom.left, ColumnRef) and isinstance(atom.right, ColumnRef):
            a, b = atom.left.name, atom.right.name
            if {a, b} <= self.free and rows[a].type == rows[b].type:
                whole = np.asarray(pc.and_(pc.is_valid(rows[a]), pc.is_valid(rows[b])))
                yield Proposal({a: rows[b], b: rows[a]}, whole)

    def _null(self, name: str, n: int) -> Proposal:
        return self._all({name: pa.nulls(n, self._arrow(name))}, n)

    def _all(self, values: dict[str, pa.Array], n: int) -> Proposal:
        return Proposal(values, np.ones(n, dtype=np.bool_))

    # -- values for one column -------------------------------------------------------------------------------------------

    def _filled(self, name: str, rows: Arrays, n: int) -> Iterator[Proposal]:
        """Any value that is not NULL."""
        column = self._columns[name]
        kind = kind_of_type(column.type)
        yield from self._donated(name, self.pool(name), n)
        yield from self._named(ColumnRef(name, kind), self._constants.get(name, ()), n)
        yield from self._invented(column, kind, n)

    def _changed(self, ref: ColumnRef, atom: Expression, target: Target, rows: Arrays, n: int) -> Iterator[Proposal]:
        """Values of one column for a comparison that may read others."""
        column = self._columns[ref.name]
        true = target in ("true", "not false")
        alone = len(columns_of(atom)) == 1
        fitting = self._fitting(ref.name, atom, target)
        few = len(fitting) < min(n, FEW)  # all rows would get the same
        if not few:
            yield from self._donated(ref.name, fitting, n, DONORS if alone else 1)
        match atom:
            case Truth(of) if of == ref:
                yield self._all({ref.name: pa.repeat(pa.scalar(true), n)}, n)
                return
            case In(of, values) if true and isinstance(of, Call):
                yield from self._one_of(ref, of, values, rows, n)
            case In(_, values) if true:
                yield from self._named(ref, values, n)
            case Compare(op, left, right):
                yield from self._solved(ref, op if true else NEGATED[op], left, right, rows, n)
            case Match(_, pattern, _) if true:
                yield from self._matching(ref, pattern, rows, n)
        if few:
            yield from self._donated(ref.name, fitting, n, DONORS if alone else 1)
        yield from self._named(ref, self._constants.get(ref.name, ()), n)
        if any(isinstance(part, Call | Match) for part in walk(atom)):
            yield from self._special(ref, atom, rows, n)
        yield from self._invented(column, ref.kind, n)
        if not alone:
            yield from self._donated(ref.name, self.pool(ref.name), n)

    @cached_property
    def _constants(self) -> dict[str, tuple[Constant, ...]]:
        """What each column is compared with anywhere."""
        found: dict[str, dict[Constant, None]] = {}
        for condition in self.conditions:
            for node in walk(condition):
                match node:
                    case Compare(_, left, Constant() as constant) if len(refs := columns_of(left)) == 1:
                        found.setdefault(refs[0].name, {})[constant] = None
                    case In(of, values) if len(refs := columns_of(of)) == 1:
                        found.setdefault(refs[0].name, {}).update(dict.fromkeys(values))
        return {name: tuple(values) for name, values in found.items()}

    def _named(self, ref: ColumnRef, constants: Iterable[Constant], n: int) -> Iterator[Proposal]:
        """Constants of the conditions, a random one per row, twice; all of them where they are few."""
        values = []
        for constant in constants:
            if constant.value is not None and (constant.kind == ref.kind or {constant.kind, ref.kind} <= NUMBERS | {"boolean"}):
                values.append(float(constant.value) if constant.kind == "decimal" else inner(constant.value, constant.kind))
            elif constant.value is not None and constant.kind == "text" and ref.kind in ("json", "jsonb", "array"):
                values.append(constant.value)
        if not values:
            return
        whole = all(isinstance(value, int) for value in values)
        choices = pa.array([float(v) if isinstance(v, int) and not whole else v for v in values])
        for _ in range(min(len(values), DONORS)):
            yield self._own(ref, choices.take(pa.array(self.stream.integers(n, len(values)))), n)

    # -- comparisons -----------------------------------------------------------------------------------------------------

    def _solved(self, ref: ColumnRef, op: Operator, left: Expression, right: Expression, rows: Arrays, n: int) -> Iterator[Proposal]:
        """The comparison solved for the column: exactly there, and a little to the right side of it."""
        on_left, on_right = (ref in columns_of(side) for side in (left, right))
        read = Rows(rows, today=self.today)
        if on_left and on_right:  # lower(x) = x
            for side in (left, right):
                yield self._own(ref, read.value(side), n, kind_of(side))
            return
        if on_right:
            op, left, right = FLIPPED[op], right, left
        for how, solution in isolated(left, right, op, ref):
            values, kind = read.value(solution), kind_of(solution)
            if how in ("=", "<=", ">="):
                yield self._own(ref, values, n, kind)
            if how == "=" or ref.kind not in NUMBERS | MICROS:
                continue
            for size in (self._gap(ref, solution, kind, n), self._unit(ref, n)):
                signed = pc.negate(size) if how in ("<", "<=") else size
                if how == "<>" and self.stream.uniform(1)[0] < 0.5:
                    signed = pc.negate(size)
                moved = pc.add(floats(values), signed) if kind in NUMBERS else pc.add(values, signed.cast(pa.int64()))
                yield self._own(ref, moved, n, kind)

    def _one_of(self, ref: ColumnRef, of: Expression, values: tuple[Constant, ...], rows: Arrays, n: int) -> Iterator[Proposal]:
        """What computes one of several numbers or texts, another one in each row."""
        listed = [value.value for value in values if value.value is not None]
        kind: Kind = "float" if kind_of(of) in NUMBERS else "text"
        if (kind == "text" and kind_of(of) != "text") or not listed:
            return
        choices = pa.array([float(value) if kind == "float" else str(value) for value in listed])
        for _ in range(CHOICES):
            drawn = choices.take(pa.array(self.stream.integers(n, len(choices))))
            yield from self._solved(ref, "=", of, ColumnRef("?drawn", kind), {**rows, "?drawn": drawn}, n)

    def _unit(self, ref: ColumnRef, n: int) -> pa.Array:
        """The smallest step of a column that is sure to be seen."""
        kind = bare(self._columns[ref.name].type)
        if ref.kind in MICROS:
            step = textual.DAY if ref.kind == "date" else textual.MINUTE
            return pa.repeat(pa.scalar(float(step)), n)
        digits = kind.scale or 0 if isinstance(kind, Decimal) else 0
        return pa.repeat(pa.scalar(10.0**-digits), n)

    def _gap(self, ref: ColumnRef, solution: Expression, kind: Kind, n: int) -> pa.Array:
        """Distances as other rows have them between the column and what it is compared with; else small random ones."""
        if columns_of(solution):
            chunk = {column.name: self.chunk[column.name] for column in (ref, *columns_of(solution))}
            few = self.stream.integers(min(2048, len(self.chunk[ref.name])), len(self.chunk[ref.name]))
            read = Rows({name: values.take(pa.array(few)) for name, values in chunk.items()}, today=self.today)
            apart = pc.abs(pc.subtract(floats(read.value(ref)), floats(read.value(solution)))).drop_null()
            apart = apart.filter(pc.and_(pc.greater(apart, 0.0), pc.is_finite(apart)))
            if len(apart) >= 8:
                return apart.take(pa.array(self.stream.integers(n, len(apart))))
        steps = pa.array((1 + self.stream.integers(n, 28)).astype(np.float64))
        return pc.multiply(steps, self._unit(ref, n))

    def _matching(self, ref: ColumnRef, pattern: str, rows: Arrays, n: int) -> Iterator[Proposal]:
        try:
            node = shaped(parse(pattern), 0, self._length(ref.name))
        except Unreadable:
            return
        for _ in range(2):
            yield self._own(ref, draw(node, n, self.stream), n)

    # -- special values --------------------------------------------------------------------------------------------------

    def _special(self, ref: ColumnRef, atom: Expression, rows: Arrays, n: int) -> Iterator[Proposal]:
        """For functions that cannot be solved: values that are often the answer."""
        constants = [part for part in walk(atom) if isinstance(part, Constant) and part.value is not None]
        texts = [str(part.value) for part in constants if part.kind == "text"]
        named = dict.fromkeys(part.value for part in constants if type(part.value) is int)
        near = dict.fromkeys(size + step for size in named for step in (0, 1, -1))
        sizes = [size for size in near if 0 <= size <= 10_000]
        match ref.kind:
            case "text":
                if any(isinstance(part, Call) and part.function.startswith("json") for part in walk(atom)):
                    for document in _documents(atom, texts)[:14]:
                        yield self._own(ref, pa.repeat(document, n), n)
                yield from self._texts(ref, texts, sizes[:6], rows, n)
            case "bytes":
                for size in sizes[:6]:
                    yield self._own(ref, self._bytes(size, n), n)
            case "json" | "jsonb":
                yield from self._with_keys(ref, atom, rows, n)
                documents = _documents(atom, texts)
                for document in documents[:14]:
                    yield self._own(ref, pa.repeat(document, n), n)
            case "array":
                for items in self._arrays(self._columns[ref.name], texts, sizes):
                    yield self._own(ref, pa.repeat(items, n), n)
            case "range":
                kind = bare(self._columns[ref.name].type)
                for text in ("{}", "{[,)}") if isinstance(kind, Range) and kind.multi else ("empty", "[,)"):
                    yield self._own(ref, pa.repeat(text, n), n)
            case kind if kind in NUMBERS:
                now = floats(Rows(rows, today=self.today).value(ref)).fill_null(1.0)
                for factor in (self.stream.integers(n, 20).astype(np.float64), np.zeros(n)):
                    yield self._own(ref, pc.add(pc.round(now), pa.array(factor)), n, "float")
                for call in (part for part in walk(atom) if isinstance(part, Call) and part.function == "%"):
                    rest = Call("-", (call.arguments[0], call), kind_of(ref))
                    for size in (0, *sizes[:3]):
                        yield self._own(ref, Rows(rows, today=self.today).value(Call("+", (rest, Constant("integer", size)), ref.kind)), n)
            case kind if kind in MICROS:
                now = Rows(rows, today=self.today).value(ref).fill_null(0)
                for step in (textual.DAY, textual.HOUR, 30 * textual.DAY):
                    yield self._own(ref, pc.add(now, pa.array(step * (1 + self.stream.integers(n, 7)))), n, kind)

    def _with_keys(self, ref: ColumnRef, atom: Expression, rows: Arrays, n: int) -> Iterator[Proposal]:
        """The documents that are there, with a key more that the comparison asks for."""
        keys = [
            str(part.arguments[1].value)
            for part in walk(atom)
            if isinstance(part, Call) and part.function == "json_has" and isinstance(part.arguments[1], Constant)
        ]
        for key in dict.fromkeys(keys):
            made = list[str | None]()
            for text in rows[ref.name].cast(pa.string()).to_pylist():
                found = json.loads(text) if text is not None and _is_json(text) else {}
                made.append(json.dumps({**found, key: "value"}) if isinstance(found, dict) else None)
            yield self._own(ref, pa.array(made, pa.string()), n)

    def _texts(self, ref: ColumnRef, texts: list[str], sizes: list[int], rows: Arrays, n: int) -> Iterator[Proposal]:
        now = rows[ref.name].fill_null("")
        yield self._own(ref, pc.utf8_lower(now), n)
        yield self._own(ref, pc.utf8_upper(now), n)
        yield self._own(ref, pc.utf8_trim_whitespace(now), n)
        for size in filter(None, sizes):
            letters = draw(shaped(parse("[a-z]*"), size, size), n, self.stream)
            yield self._own(ref, pc.utf8_slice_codeunits(pc.binary_join_element_wise(now, letters, ""), 0, size), n)
        for text in texts[:4]:
            yield self._own(ref, pa.repeat(text, n), n)
            yield self._own(ref, pc.binary_join_element_wise(now, text, ""), n)
            yield self._own(ref, pc.binary_join_element_wise(pa.scalar(text), now, ""), n)
        yield replace(self._own(ref, pa.repeat("", n), n), cost=LAST)

    def _arrays(self, column: Column, texts: list[str], sizes: list[int]) -> Iterator[str]:
        element = bare(column.type)
        inside = element.element if isinstance(element, Array) else Text()
        one = _element(bare(inside))
        yield "{}"
        for text in texts[:4]:
            if text.startswith("{"):
                yield text
            elif isinstance(inside := bare(inside), Text) or (isinstance(inside, Enum) and text in inside.labels):
                yield textual.array_text([text])
        for size in [size for size in sizes if 0 < size <= 100][:4]:
            yield textual.array_text([one] * size)
        yield textual.array_text([one])

    def _bytes(self, size: int, n: int) -> pa.Array:
        words = self.stream.words(n * max(size, 1) // 8 + 1).tobytes()
        return pa.array([words[i * size : (i + 1) * size] for i in range(n)], pa.binary())

    def _invented(self, column: Column, kind: Kind, n: int) -> Iterator[Proposal]:
        """A value of the type, when there is nothing to go by."""
        ref, logical = ColumnRef(column.name, kind), bare(column.type)
        if isinstance(logical, Enum):
            if logical.labels:
                labels = pa.array(logical.labels, pa.string())
                for _ in range(2):
                    yield self._all({column.name: labels.take(pa.array(self.stream.integers(n, len(labels))))}, n)
            return
        match kind:
            case "boolean":
                yield self._own(ref, pa.array(self.stream.uniform(n) < 0.5), n)
            case "integer" | "decimal" | "float":
                for high in (2, 100):
                    yield self._own(ref, pa.array(self.stream.integers(n, high)), n, "integer")
            case "text":
                yield self._own(ref, draw(LETTERS, n, self.stream), n)
            case "bytes" | "uuid":
                yield self._own(ref, self._bytes(16, n), n)
            case "date" | "timestamp" | "timestamptz":
                today = (self.today - date(1970, 1, 1)).days
                days = today - 1 - self.stream.integers(n, 365)
                yield self._own(ref, pa.array(days * textual.DAY + self.stream.integers(n, 1440) * textual.MINUTE), n, "timestamp")
            case "time" | "interval":
                yield self._own(ref, pa.array((1 + self.stream.integers(n, 95)) * 15 * textual.MINUTE), n, kind)
            case "json" | "jsonb":
                yield self._own(ref, pa.repeat("{}", n), n)
            case "array":
                yield self._own(ref, pa.repeat("{}", n), n)

    # -- back to the column's own form -----------------------------------------------------------------------------------

    def _arrow(self, name: str) -> pa.DataType:
        return arrow_type(self._columns[name].type)

    def _length(self, name: str) -> int | None:
        kind = bare(self._columns[name].type)
        return kind.length if isinstance(kind, Text | Binary) else None

    def _own(self, ref: ColumnRef, values: pa.Array, n: int, kind: Kind | None = None) -> Proposal:
        """Values in the inner form of a kind, as the column carries them; not good where they do not fit."""
        logical, arrow = bare(self._columns[ref.name].type), self._arrow(ref.name)
        try:
            made = carried(values, kind or ref.kind, ref.kind, arrow)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError, ValueError, OverflowError, TypeError):
            return Proposal({ref.name: pa.nulls(n, arrow)}, np.zeros(n, dtype=np.bool_))
        good = np.asarray(pc.is_valid(made))
        if isinstance(logical, Enum):
            good &= np.asarray(pc.is_in(made, value_set=pa.array(logical.labels, pa.string())))
        elif isinstance(logical, Json):
            documents = [text for text in made.unique().drop_null().to_pylist() if _is_json(text)]
            good &= np.asarray(pc.is_in(made, value_set=pa.array(documents, made.type)))
        elif isinstance(logical, Text) and logical.length is not None:
            made = pc.utf8_slice_codeunits(made, 0, logical.length)
        elif isinstance(logical, Timestamp) and logical.precision < 6:
            step = 10 ** (6 - logical.precision)
            whole = made.cast(pa.int64())
            made = pc.multiply(pc.divide(whole, step), step).cast(arrow)
        return Proposal({ref.name: made}, good)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def isolated(left: Expression, right: Expression, op: Operator, ref: ColumnRef) -> Iterator[tuple[Operator, Expression]]:
    """`left op right` as `ref op something`, where `left` reads the column and `right` does not."""
    match left:
        case ColumnRef():
            yield op, right
        case Call("+", (a, b), kind) if kind in NUMBERS or kind in MICROS:
            known, unknown = (b, a) if ref in columns_of(a) else (a, b)
            yield from isolated(unknown, Call("-", (right, known), _left_over(right, known)), op, ref)
        case Call("-", (a, b), kind) if kind in NUMBERS or kind in MICROS:
            if ref in columns_of(a):
                yield from isolated(a, Call("+", (right, b), kind_of(a) if kind_of(a) in MICROS else kind), op, ref)
            else:
                yield from isolated(b, Call("-", (a, right), kind_of(b) if kind_of(b) in MICROS else kind), FLIPPED[op], ref)
        case Call("days_apart", (a, b), _):
            if ref in columns_of(a):
                yield from isolated(a, Call("plus_days", (b, right), "date"), op, ref)
            else:
                yield from isolated(b, Call("plus_days", (a, Call("neg", (right,), "integer")), "date"), FLIPPED[op], ref)
        case Call("plus_days", (a, days), _) if ref in columns_of(a):
            yield from isolated(a, Call("plus_days", (right, Call("neg", (days,), "integer")), "date"), op, ref)
        case Call("*", (a, b), _):
            known, unknown = (b, a) if ref in columns_of(a) else (a, b)
            turned = isinstance(known, Constant) and float(known.value or 0) < 0
            yield from isolated(unknown, Call("/", (right, known), "decimal"), FLIPPED[op] if turned else op, ref)
        case Call("/", (a, b), _) if ref in columns_of(a):
            yield from isolated(a, Call("*", (right, b), "decimal"), op, ref)
        case Call("neg", (a,), kind):
            yield from isolated(a, Call("neg", (right,), kind), FLIPPED[op], ref)
        case Call("shift", (a, Constant(_, int(months)), Constant(_, int(micros))), kind):
            back = (Constant("integer", -months), Constant("integer", -micros))
            yield from isolated(a, Call("shift", (right, *back), kind), op, ref)
        case Call("extract", (Constant() as field, a), _) if kind_of(a) in MICROS:
            yield from isolated(a, Call("with_part", (field, a, right), kind_of(a)), op, ref)
        case Call("position", (a, Constant(_, str(part)) as sign), _) if op == "=" and right == Constant("integer", 0):
            other = Constant("text", "-" if part == " " else "")
            yield from isolated(a, Call("replace", (a, sign, other), "text"), op, ref)
        case Call("left", (a, Constant(_, int(n))), _) if op == "=" and n > 0:
            rest = Call("substring", (a, Constant("integer", n + 1)), "text")
            yield from isolated(a, Call("||", (right, rest), "text"), op, ref)
        case Call("right", (a, Constant(_, int(n))), _) if op == "=" and n > 0:
            yield from isolated(a, Call("||", (Call("left", (a, Constant("integer", -n)), "text"), right), "text"), op, ref)
        case Call("substring", (a, Constant(_, int(at)), Constant(_, int(n))), _) if op == "=" and at > 0:
            start, rest = (
                Call("left", (a, Constant("integer", at - 1)), "text"),
                Call("substring", (a, Constant("integer", at + n)), "text"),
            )
            yield from isolated(a, Call("||", (Call("||", (start, right), "text"), rest), "text"), op, ref)
        case Call("times", (a, Constant() as span), _) if ref in columns_of(a):
            yield from isolated(a, Call("/", (_micros(right), _micros(span)), "float"), op, ref)
        case Call("coalesce" | "greatest" | "least", arguments, _):
            for argument in arguments:
                if ref in columns_of(argument):
                    yield from isolated(argument, right, op, ref)
        case Call("abs", (a,), kind):
            yield from isolated(a, right, op, ref)
        case Call("cast" | "rtrim" | "trim" | "lower" | "upper" | "ascii_lower" | "round" | "trunc" | "floor" | "ceil", (a, *_), _):
            same = kind_of(a) == kind_of(left) or {kind_of(a), kind_of(left)} <= NUMBERS or {kind_of(a), kind_of(left)} <= MOMENTS
            if same or kind_of(a) in ("json", "jsonb"):
                yield from isolated(a, right, op, ref)


def _micros(span: Expression) -> Expression:
    return Call("extract", (Constant("text", "epoch"), span), "float")


def _left_over(right: Expression, known: Expression) -> Kind:
    """The kind of `right - known`."""
    a, b = kind_of(right), kind_of(known)
    if a in MOMENTS:
        return "interval" if b in MOMENTS else a
    return a if a in MICROS else "float" if "float" in (a, b) else "decimal" if "decimal" in (a, b) else "integer"


def _element(kind: Any) -> str:
    if isinstance(kind, Enum):
        return kind.labels[0] if kind.labels else ""
    return "x" if isinstance(kind, Text) else "1"


def _documents(atom: Expression, texts: list[str]) -> list[str]:
    """JSON texts that may satisfy a comparison: of each type, and with the keys that it asks for."""
    found: list[str] = []
    for text in texts:
        try:
            textual.json_value(text)
            found.append(text)
        except ValueError:
            pass
    for call in walk(atom):
        if isinstance(call, Call) and call.function in ("json_get", "json_get_text", "json_has"):
            path = [part.value for part in call.arguments[1:] if isinstance(part, Constant)]
            for leaf in (*(text for text in texts if text not in path), "value", 1, {}, []):
                made: Any = leaf
                for step in reversed(path):
                    made = [made] if isinstance(step, int) else {str(step): made}
                found.append(json.dumps(made))
    return list(dict.fromkeys([*found, "{}", "[]", "null", '"text"', "1", "true", '{"key": "value"}', '["value"]']))


__all__ = ["Arrays", "Ints", "Proposal", "Proposals"]
