"""What every generator must pass, ours and those of third parties: plain functions over a family and a case.

```python
@pytest.mark.parametrize("check", CHECKS, ids=name)
def test_my_generator(check):
    check(MyGenerator, case_of(Integer(), [1, 2, 3, None] * 100))
```

A check that does not concern a family (uniqueness, chunks of a whole-table generator) passes at once. Nothing is mocked:
states go through the parts of the model file. A failure is an `AssertionError` that says what was promised.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mimic.errors import CapacityError
from mimic.generator import Columns, Generator, Literal, Span, Task
from mimic.profile import Owners, TableEvidence
from mimic.registry import Registry
from mimic.schema import Column, LogicalType, Table, TableName, Text, arrow_type, bare
from mimic.semantics import Kind, Meaning, Sensitivity
from mimic.storing import arrays, states
from mimic.streams import CHUNK, Stream, Streams

SEED = 7
ROWS = 1_000
NULLS_WITHIN = 0.02
SMALL = 20_000  # a capacity up to which all values are asked for
TELLING = 6  # characters from which a text that turns up in a state is no coincidence

Family = type[Generator]


@dataclass(frozen=True)
class Case:
    """A task with the rows to learn it from; `given` makes what the generator needs, for so many rows (else: the sample's own columns)."""

    task: Task
    evidence: TableEvidence
    given: Callable[[int], Columns] | None = None

    @property
    def nullable(self) -> dict[str, bool]:
        return {column.name: column.nullable for column in self.task.columns}

    @property
    def sampled(self) -> tuple[Column, ...]:
        """Those columns of the task that stand in the sample: hidden ones do not."""
        return tuple(column for column in self.task.columns if column.name in self.evidence.sample.column_names)


def case_of(
    kind: LogicalType,
    values: Sequence[Any],
    *,
    owners: Sequence[int] | None = None,
    meaning: Kind = Kind.OTHER,
    nullable: bool = True,
    **more: Any,
) -> Case:
    """One column "v" of a table of its own. `owners` names whose each row is; `more` are fields of the task."""
    column = Column(more.pop("name", "v"), kind, nullable=nullable, default=more.pop("default", None))
    table = Table(TableName("", "t"), (column,))
    meant = Meaning(meaning, Sensitivity.TEXT, 1.0, "said by a test")
    return Case(Task(table, (column,), meanings=(meant,), **more), evidence_of(table, {column.name: values}, owners=owners))


def evidence_of(table: Table, values: Mapping[str, Sequence[Any]], *, owners: Sequence[int] | None = None) -> TableEvidence:
    """Evidence whose sample is the whole table; columns that `values` leaves out are not in it."""
    sample = pa.table({name: pa.array(column, arrow_type(table.column(name).type)) for name, column in values.items()})
    paths = () if owners is None else (np.asarray(owners, dtype=np.int64),)
    return TableEvidence(table, sample.num_rows, sample, Owners(sample.num_rows, paths))


# -- tools -------------------------------------------------------------------------------------------------------------


def name(check: Callable[..., Any]) -> str:
    """For the ids of parametrised tests."""
    return check.__name__.replace("_", " ")


def learned(family: Family, case: Case, **options: Any) -> Generator:
    task = replace(case.task, options={**case.task.options, **options}) if options else case.task
    return family.learn(task, case.evidence, Streams(SEED).at("learn", str(task.table.name), task.name))


def made(generator: Generator, case: Case, n: int = ROWS, *, start: int = 0, total: int | None = None, seed: int = SEED) -> Columns:
    """`n` rows from row `start` on, with the streams that a generation would use."""
    place = _place(case.task, seed)
    span = Span(start, n, n if total is None else total)
    return generator.sample(span, place if whole_table(generator) else place.at(span.chunk), needed(generator, case, n))


def whole_table(generator: Generator) -> bool:
    return bool(getattr(generator, "whole_table", False))


def needed(generator: Generator, case: Case, n: int) -> Columns:
    """Values for what the generator needs: as the case says, or the sample's own, repeated."""
    if case.given is not None:
        return case.given(n)
    sample = case.evidence.sample
    assert set(generator.needs) <= set(sample.column_names), f"the case gives none of {generator.needs}"
    if not generator.needs:
        return {}
    rows = pa.array(np.arange(n) % sample.num_rows)
    return {need: case.evidence.column(need).take(rows) for need in generator.needs}


def packed(generator: Generator) -> tuple[str, list[bytes]]:
    """The state as the model file holds it: a JSON text, and arrays as bytes."""
    parts: list[bytes] = []

    def keep(array: arrays.Array) -> int:
        parts.append(arrays.pack(array))
        return len(parts) - 1

    return json.dumps(states.fold(generator.state(), keep, generator.kind), allow_nan=False), parts


def through_a_file(family: Family, generator: Generator) -> Generator:
    """What `generate` gets of what `learn` made."""
    text, parts = packed(generator)
    return family.restore(states.unfold(json.loads(text), lambda number: arrays.unpack(bytearray(parts[number]))))


def same(one: Columns, other: Columns) -> bool:
    """The same columns with the same types and bytes; NaN equals itself."""
    return set(one) == set(other) and all(_same(one[column], other[column]) for column in one)


def _same(one: pa.Array, other: pa.Array) -> bool:
    if one.type != other.type or len(one) != len(other):
        return False
    if pa.types.is_floating(one.type):
        bits = pa.int32() if one.type == pa.float32() else pa.int64()
        return bool(one.view(bits).equals(other.view(bits)))
    return bool(one.equals(other))


def _place(task: Task, seed: int) -> Stream:
    return Streams(seed).at("generate", str(task.table.name), task.name)


def _shown(values: pa.Array) -> list[str | None]:
    """Values as a literal would show them."""
    if pa.types.is_binary(values.type) or pa.types.is_fixed_size_binary(values.type):
        return [None if value is None else value.hex() for value in values.to_pylist()]
    return list(values.cast(pa.string()).to_pylist())


def _held(case: Case, column: str) -> dict[str, int]:
    """Distinct owners of every value of a sample column, by text."""
    encoded = pa.array(_shown(case.evidence.column(column)), pa.string()).dictionary_encode()
    codes = np.asarray(pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False), dtype=np.int64)
    owners = case.evidence.owners.distinct(codes, len(encoded.dictionary))
    return dict(zip(encoded.dictionary.to_pylist(), owners.tolist(), strict=True))


def _vocabulary(literal: Literal) -> bool:
    return literal.reason != "k owners"


def _with_rows(case: Case, sample: pa.Table) -> Case:
    """The same task, learned from other rows: nothing but the sample is known."""
    rows = sample.num_rows
    return replace(case, evidence=TableEvidence(case.evidence.table, rows, sample, Owners(rows)))


def _proper(family: Family, case: Case, n: int = 50, *, evidence: TableEvidence | None, why: str) -> Generator:
    """Learn from `evidence` and sample: the right columns, types and lengths, no NULL where none may be."""
    generator = family.learn(case.task, evidence, Streams(SEED).at("learn"))
    n = _possible(generator, case, n)
    _fills(generator, case, made(generator, case, n), n, why)
    again = through_a_file(family, generator)
    assert same(made(generator, case, n), made(again, case, n)), f"{family.kind}, learned from {why}, is another when restored"
    return generator


def _possible(generator: Generator, case: Case, n: int) -> int:
    room = generator.capacity() if case.task.unique else None
    return n if room is None else min(n, room)


def _fills(generator: Generator, case: Case, out: Columns, n: int, why: str) -> None:
    kind = generator.kind
    shown = {column for column in out if not column.startswith("@")}
    assert set(out) == set(generator.fills), f"{kind} ({why}) says it fills {generator.fills} and fills {tuple(out)}"
    assert shown == set(case.task.fills), f"{kind} ({why}) was asked for {case.task.fills} and fills {tuple(sorted(shown))}"
    for column in case.task.columns:
        values, wanted = out[column.name], arrow_type(column.type)
        assert isinstance(values, pa.Array), f"{kind} ({why}) gives a {type(values).__name__} for {column.name}"
        assert values.type == wanted, f"{kind} ({why}) gives {values.type} for {column.name}, which travels as {wanted}"
        assert len(values) == n, f"{kind} ({why}) gives {len(values)} values for {n} rows"
        values.validate(full=True)
        assert column.nullable or not values.null_count, f"{kind} ({why}) gives NULL in {column.name}, which is NOT NULL"
        logical = bare(column.type)
        if isinstance(logical, Text) and logical.length is not None:
            longest = pc.max(pc.utf8_length(values)).as_py() or 0
            assert longest <= logical.length, f"{kind} ({why}) gives {longest} characters for {column.name}, which holds {logical.length}"


# -- checks ------------------------------------------------------------------------------------------------------------


def the_same_seed_gives_the_same_bytes(family: Family, case: Case) -> None:
    """Learning twice from the same rows, and sampling twice with the same seed, give the same."""
    one, other = learned(family, case), learned(family, case)
    n = _possible(one, case, ROWS)
    assert packed(one) == packed(other), f"{family.kind} learns two different things from the same rows"
    first = made(one, case, n)
    assert same(first, made(one, case, n)), f"{family.kind} gives other rows when asked again"
    assert same(first, made(other, case, n)), f"{family.kind} gives other rows when learned again"


def any_chunk_can_be_made_alone(family: Family, case: Case) -> None:
    """A chunk's rows do not depend on which chunks were made before, by whom, and in which order."""
    one, other = learned(family, case), learned(family, case)
    total = 3 * CHUNK
    if whole_table(one) or _possible(one, case, total) < total:
        return
    first, second = made(one, case, 500, total=total), made(one, case, 300, start=CHUNK, total=total)
    assert same(second, made(other, case, 300, start=CHUNK, total=total)), f"{family.kind} needs the chunk before to make a chunk"
    assert same(first, made(other, case, 500, total=total)), f"{family.kind} gives other rows for a chunk after it made a later one"
    if case.task.unique:
        _distinct(family, case, {column: pa.concat_arrays([first[column], second[column]]) for column in case.task.fills})


def it_fills_its_columns_in_their_types(family: Family, case: Case) -> None:
    """Exactly the task's columns (and hidden ones), in the Arrow types of the schema, for no rows as well as for many."""
    generator = learned(family, case)
    for n in (0, 1, ROWS):
        possible = _possible(generator, case, n)
        _fills(generator, case, made(generator, case, possible), possible, f"{possible} rows")


def nulls_come_as_often_as_in_the_source(family: Family, case: Case) -> None:
    """The share of NULLs of the source within 0.02; none where a column is NOT NULL."""
    generator = learned(family, case)
    n = _possible(generator, case, ROWS)
    if not n:
        return
    out = made(generator, case, n)
    for column in case.sampled:
        values = case.evidence.column(column.name)
        wanted = values.null_count / len(values) if column.nullable else 0.0
        found = out[column.name].null_count / n
        limit = max(NULLS_WITHIN, 1.0 / n)
        assert abs(found - wanted) <= limit, f"{family.kind} gives {found:.1%} NULL in {column.name}; the source has {wanted:.1%}"


def it_survives_the_model_file(family: Family, case: Case) -> None:
    """State, file and back: the same rows, the same literals, the same state."""
    generator = learned(family, case)
    again = through_a_file(family, generator)
    n = _possible(generator, case, ROWS)
    assert packed(again) == packed(generator), f"{family.kind} has another state when restored"
    assert (again.fills, again.needs) == (generator.fills, generator.needs), f"{family.kind} fills or needs other columns when restored"
    assert again.capacity() == generator.capacity(), f"{family.kind} has another capacity when restored"
    assert list(again.literals()) == list(generator.literals()), f"{family.kind} lists other literals when restored"
    assert same(made(generator, case, n), made(again, case, n)), f"{family.kind} gives other rows when restored"


def unique_values_are_distinct(family: Family, case: Case) -> None:
    """A unique task gets distinct values (NULLs aside), as many as `capacity` says and no more."""
    generator = learned(family, case)
    room = generator.capacity()
    assert room is None or room >= 0, f"{family.kind} has a capacity of {room}"
    n = _possible(generator, case, ROWS)
    out = made(generator, case, n)
    if not case.task.unique:
        return
    _distinct(family, case, out)
    if room is None or room > SMALL:
        return
    _distinct(family, case, made(generator, case, room))
    try:
        more = made(generator, case, room + 1)
    except CapacityError:
        return
    distinct = _rows(case, more)
    assert len(set(distinct)) <= room, f"{family.kind} makes {len(set(distinct))} values and says that it can make {room}"


def _rows(case: Case, out: Columns) -> list[tuple[Any, ...]]:
    """Rows without a NULL, as tuples."""
    rows = zip(*(out[column].to_pylist() for column in case.task.fills), strict=True)
    return [row for row in rows if not any(value is None for value in row)]


def _distinct(family: Family, case: Case, out: Columns) -> None:
    rows = _rows(case, out)
    assert len(set(rows)) == len(rows), f"{family.kind} repeats {len(rows) - len(set(rows))} of {len(rows)} values of a unique column"


def it_learns_from_no_rows(family: Family, case: Case) -> None:
    """Nothing measured, or an empty table: rules alone must do."""
    _proper(family, case, evidence=None, why="no evidence")
    bare_case = _with_rows(case, case.evidence.sample.slice(0, 0))
    made_from = _proper(family, case, evidence=bare_case.evidence, why="no rows")
    assert not [literal for literal in made_from.literals() if literal.owners], f"{family.kind} finds owners where there are no rows"


def it_learns_from_nulls_alone(family: Family, case: Case) -> None:
    """A column in which every row is NULL stays so, and is no reason to fail."""
    columns = [column for column in case.sampled if column.nullable]
    if not columns or case.evidence.fan_outs:  # rows without a parent are counted by the database, not in the sample
        return
    sample = case.evidence.sample
    for column in columns:
        at = sample.column_names.index(column.name)
        sample = sample.set_column(at, column.name, pa.nulls(sample.num_rows, arrow_type(column.type)))
    generator = _proper(family, case, evidence=_with_rows(case, sample).evidence, why="NULL alone")
    n = _possible(generator, case, 50)
    out = made(generator, case, n)
    for column in columns:
        assert out[column.name].null_count == n, f"{family.kind} gives values in {column.name}, which is NULL in every row of the source"


def it_learns_from_one_row(family: Family, case: Case) -> None:
    """One row is enough not to fail, and too little to keep anything of it."""
    sample = case.evidence.sample
    for column in case.sampled:
        sample = sample.filter(pc.is_valid(sample.column(column.name)))
    one = _with_rows(case, sample.slice(0, 1))
    generator = _proper(family, one, evidence=one.evidence, why="one row")
    for literal in generator.literals():
        assert _vocabulary(literal), f"{family.kind} keeps {literal.value!r} as held by k owners, out of one row"
    _keeps_no_rare_text(family, one, generator)


def literals_are_held_by_k_owners(family: Family, case: Case) -> None:
    """Every value that is kept is listed; it has k owners, counted anew, or its reason says which vocabulary it is of."""
    generator = learned(family, case)
    held = {column.name: _held(case, column.name) for column in case.sampled}
    for literal in generator.literals():
        assert literal.reason, f"{family.kind} keeps {literal.value!r} for no reason"
        assert literal.column in case.task.fills, f"{family.kind} lists a literal of {literal.column}, which it does not fill"
        if _vocabulary(literal):
            continue
        assert literal.owners >= case.task.k, f"{family.kind} keeps {literal.value!r}, held by {literal.owners} owners"
        known = held[literal.column].get(literal.value)
        assert known is None or known >= case.task.k, f"{family.kind} keeps {literal.value!r} as of {literal.owners} owners; it has {known}"
    _keeps_no_rare_text(family, case, generator)


def _keeps_no_rare_text(family: Family, case: Case, generator: Generator) -> None:
    """No text of fewer than k owners stands in the state, unless it is listed as vocabulary or named by the task itself."""
    text, parts = packed(generator)
    told = json.dumps(case.task.options, default=str) + json.dumps([str(column.type) for column in case.task.columns])
    listed = {literal.value for literal in generator.literals() if _vocabulary(literal)}
    for column in case.sampled:
        for value, owners in _held(case, column.name).items():
            if owners >= case.task.k or len(value) < TELLING or value in listed or value in told or _plain(value):
                continue
            assert json.dumps(value)[1:-1] not in text, f"{family.kind} holds {value!r} of {owners} owners in its state"
            assert not any(value.encode() in part for part in parts), f"{family.kind} holds {value!r} of {owners} owners in an array"


def _plain(value: str) -> bool:
    """Numbers and moments may come about by arithmetic; a text does not."""
    return not any(letter.isalpha() for letter in value)


def keep_literals_false_keeps_none(family: Family, case: Case) -> None:
    """With the option `keep_literals: False` no value of the source is kept whole, however many owners it has, and no vocabulary.

    Parts of values (keys of documents, the constant characters of a code) may stay where k owners share them.
    """
    generator = learned(family, case, keep_literals=False)
    values = {column.name: set(_held(case, column.name)) for column in case.sampled}
    for literal in generator.literals():
        kept = literal.owners and (literal.value in values[literal.column] or literal.reason.startswith("vocabulary"))
        assert not kept, f"{family.kind} keeps {literal.value!r} ({literal.reason}) although no literal is to be kept"


CHECKS: tuple[Callable[[Family, Case], None], ...] = (
    the_same_seed_gives_the_same_bytes,
    any_chunk_can_be_made_alone,
    it_fills_its_columns_in_their_types,
    nulls_come_as_often_as_in_the_source,
    it_survives_the_model_file,
    unique_values_are_distinct,
    it_learns_from_no_rows,
    it_learns_from_nulls_alone,
    it_learns_from_one_row,
    literals_are_held_by_k_owners,
    keep_literals_false_keeps_none,
)


def families(registry: Registry) -> dict[str, Family]:
    """Every family of a registry by its kind."""
    return {family.kind: family for family in registry.generators}
