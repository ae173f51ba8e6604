"""Which masker each column of real rows gets: what the configuration says, or the one made for what the column means.

Columns that foreign keys join, declared or not, are masked as one: the narrowest of them decides what fits, and a rule of uniqueness
on any of them holds for all. A choice is tried on sampled rows, with a key of the moment, before it stands: values too long
for their column, or that break a CHECK, never get as far as a target.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import takewhile
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from mimic.conditions import ColumnRef, Condition, walk
from mimic.config import ColumnConfig, Config, TableConfig
from mimic.generators.locale import guess_locale
from mimic.masker import CannotMask, Masker, MaskTask
from mimic.plan import Masking, Masks
from mimic.planning.constraints import compile
from mimic.profile import Evidence
from mimic.registry import Registry
from mimic.report import Finding
from mimic.schema import Column, Integer, LogicalType, Schema, TableName, Text, bare
from mimic.semantics import Kind, Meaning, Sensitivity
from mimic.truth import day_of, violated

KEEP = "keep"  # in place of a masker's name: the column stays as it is
MADE_FOR = 0.5  # how well a masker suits columns of a kind that it is made for, at least
TRIED = 2_000  # sampled rows on which a choice is tried
_RANK = [Sensitivity.NONE, Sensitivity.QUASI, Sensitivity.TEXT, Sensitivity.SPECIAL, Sensitivity.DIRECT, Sensitivity.SECRET]
_ALWAYS = frozenset({Sensitivity.DIRECT, Sensitivity.SECRET, Sensitivity.SPECIAL, Sensitivity.TEXT})
# Of what narrows down only, these are made less exact or replaced; countries, genders and the like are left for the rows to make sense.
_NARROWING = frozenset(
    {Kind.BIRTH_DATE, Kind.DATE_OF_DEATH, Kind.AGE, Kind.SALARY, Kind.POSTCODE, Kind.COORDINATES, Kind.EMPLOYER, Kind.CITY, Kind.STREET,
     Kind.IP}
)  # fmt: skip

Place = tuple[TableName, str]


def masks(schema: Schema, evidence: Evidence, config: Config, registry: Registry, tables: Collection[TableName], locale: str) -> Masks:
    """The maskings of `tables`, whose rows are real; `evidence` has gone through `understand`."""
    found = _Choosing(schema, evidence, config, registry, frozenset(tables), locale)
    made: list[Masking] = []
    findings: list[Finding] = []
    for joined in found.joined():
        some, said = found.decide(joined)
        made += some
        findings += said
    order = {(table.name, column.name): (i, j) for i, table in enumerate(schema.tables) for j, column in enumerate(table.columns)}
    made.sort(key=lambda masking: order[masking.table, masking.column])
    findings += found.broken(made)
    return Masks(tuple(made), config.masking.group, tuple(findings), frozenset(tables))


def redrawing(schema: Schema, evidence: Evidence, config: Config, registry: Registry, places: Collection[Place]) -> dict[Place, Masker]:
    """For columns whose values are to be drawn anew: maskers made for what they mean, which keep values distinct. Of plain words none."""
    found = _Choosing(schema, evidence, config, registry, frozenset(name for name, _ in places), locale(evidence, config))
    return {place: masker for place in places if (masker := found.redrawing(place)) is not None}


def locale(evidence: Evidence, config: Config) -> str:
    """The language and country of made-up names: as configured, or as most of the persons' rows say."""
    return config.locale or guess_locale(evidence)


def without_masks(config: Config, schema: Schema) -> tuple[frozenset[TableName], Config]:
    """Tables of mode mask, and the configuration with mode copy in its place."""
    masked = frozenset(table.name for table in schema.tables if _configured(config, table.name).mode == "mask")
    if not masked:
        return masked, config
    tables = {name: told.model_copy(update={"mode": "copy"}) if told.mode == "mask" else told for name, told in config.tables.items()}
    return masked, config.model_copy(update={"tables": tables})


@dataclass(frozen=True)
class _Choosing:
    schema: Schema
    evidence: Evidence
    config: Config
    registry: Registry
    tables: frozenset[TableName]
    locale: str

    # -- columns that keys join ----------------------------------------------------------------------------------------

    def joined(self) -> Iterator[list[Place]]:
        """Columns of all tables in groups that foreign keys join; a group's first one is referred to by the others."""
        above: dict[Place, Place] = {}
        for key in self.schema.foreign_keys:
            if key.parent in self.schema.by_name:
                for name, referred in zip(key.columns, key.referred, strict=True):
                    child, parent = _root(above, (key.table, name)), _root(above, (key.parent, referred))
                    if child != parent:
                        above[child] = parent
        groups: dict[Place, list[Place]] = {}
        for table in self.schema.tables:
            for column in table.columns:
                place = (table.name, column.name)
                groups.setdefault(_root(above, place), []).append(place)
        for root, places in groups.items():
            if any(table in self.tables for table, _ in places):
                yield [root, *(place for place in places if place != root)]

    # -- what a group gets -----------------------------------------------------------------------------------------------

    def decide(self, places: Sequence[Place]) -> tuple[list[Masking], list[Finding]]:
        here = [place for place in places if place[0] in self.tables and self._column(place).written]
        asked = {place: told for place in places if (told := self._asked(place)).masker is not None}
        if not here:
            return [], []
        kinds = {told.masker for told in asked.values()}
        if len(kinds) > 1:
            return [], [
                _finding(here[0], f"keys join it to columns with other maskers ({', '.join(sorted(map(str, kinds)))})", "Name one.")
            ]
        if kinds == {KEEP}:
            return [], []
        meaning = self._meaning(places)
        if not asked and not _wanted(meaning):
            return [], []
        told = next(iter(asked.values()), ColumnConfig.model_validate({}))
        if not asked:  # options of a masker that the column's meaning chooses
            told = next((self._asked(place) for place in places if self._asked(place).options), told)
        problems: list[str] = []
        for kind in [told.masker] if told.masker else self._candidates(places, meaning):
            try:
                made = [self._made(place, places, str(kind), meaning, told.options) for place in here]
            except CannotMask as problem:
                problems.append(f"{kind}: {problem}")
                continue
            if why := next((why for place, masker in zip(here, made, strict=True) if (why := self._tried(place, masker))), ""):
                problems.append(f"{kind}: {why}")
                continue
            reason = "as configured" if told.masker else f"{meaning.sensitivity.value}: {meaning.why}"
            return [Masking(*place, masker, meaning, reason, self._column(place)) for place, masker in zip(here, made, strict=True)], []
        why = problems[0] if problems else "no masker takes its type"
        return [], [_finding(here[0], f"it is to be masked and cannot be: {why}", "Name another masker, or say `sensitivity: none`.")]

    def _candidates(self, places: Sequence[Place], meaning: Meaning) -> list[str]:
        task = self._task(places[0], places, meaning, {})
        scored = [(masker.suits(task), masker.kind) for masker in self.registry.maskers]
        return [kind for score, kind in sorted(scored, key=lambda pair: -pair[0]) if score > 0]

    def redrawing(self, place: Place) -> Masker | None:
        meaning = self._meaning([place])
        if self._coded(place) and (meaning.sensitivity is Sensitivity.NONE or meaning.kind is Kind.OTHER):
            meaning = replace(meaning, kind=Kind.CODE)
        for part in map(self.registry.maskers.get, self._candidates([place], meaning)):
            if part.suits(self._task(place, [place], meaning, {})) < MADE_FOR or not part.keeps_uniqueness:
                continue
            try:
                made = self._made(place, [place], part.kind, meaning, {"keep": self._prefix(place)})
            except CannotMask:
                continue
            if not made.needs and not self._tried(place, made):
                return made
        return None

    def _coded(self, place: Place) -> bool:
        """Whether all values are single words with a digit, or in capitals."""
        values = self._texts(place)
        return len(values) > 0 and bool(pc.all(pc.match_substring_regex(values, r"^(\S*[0-9]\S*|[A-Z._/-]+)$")).as_py())

    def _prefix(self, place: Place) -> int:
        """How many characters all codes of a column begin with, digits at the end of these apart: `INV-` of `INV-0017`."""
        values = self._texts(place)
        if len(values) < 2:
            return 0
        ends = pc.min_max(values)  # what the first and the last of all begin with, all begin with
        same = takewhile(lambda pair: pair[0] == pair[1], zip(ends["min"].as_py(), ends["max"].as_py(), strict=False))
        return len("".join(letter for letter, _ in same).rstrip("0123456789"))

    def _texts(self, place: Place) -> pa.ChunkedArray:
        """Sampled values of a column of texts; none of any other."""
        found = self.evidence.tables.get(place[0])
        nothing = pa.chunked_array([], pa.string())
        values = found.sample.column(place[1]).drop_null() if found is not None and found.sampled else nothing
        return values if pa.types.is_string(values.type) else nothing

    def _made(self, place: Place, places: Sequence[Place], kind: str, meaning: Meaning, options: Mapping[str, Any]) -> Masker:
        part = self.registry.maskers.get(kind)
        task = self._task(place, places, meaning, options)
        made = part.of(task)
        if task.unique and not part.keeps_uniqueness and not self._apart(places, made.needs):
            raise CannotMask("its values must be distinct, and this masker lets some of them become equal")
        return made

    def _task(self, place: Place, places: Sequence[Place], meaning: Meaning, options: Mapping[str, Any]) -> MaskTask:
        column = self._column(place)
        narrow = _narrowest([self._column(other) for other in places])
        if narrow is not None:
            column = replace(column, type=_like(column.type, narrow))
        unique = any(self._unique(other) for other in places) or len(places) > 1
        return MaskTask(column, meaning.kind, unique, options, self.locale, self._entity(place[0]))

    def _column(self, place: Place) -> Column:
        return self.schema.table(place[0]).column(place[1])

    def _unique(self, place: Place) -> bool:
        return any(place[1] in unique.columns for unique in self.schema.table(place[0]).keys)

    def _apart(self, places: Sequence[Place], needs: Sequence[str]) -> bool:
        """Whether rows that a masker makes alike are kept apart by others of their key: dates of one person move together."""
        if len(places) > 1 or not needs:
            return False
        return all(set(needs) <= set(unique.columns) for unique in self.schema.table(places[0][0]).keys if places[0][1] in unique.columns)

    def _meaning(self, places: Sequence[Place]) -> Meaning:
        """What the group means: its most sensitive column."""
        found = [self.evidence.meanings[place] for place in places if place in self.evidence.meanings]
        return max(found, key=lambda meaning: _RANK.index(meaning.sensitivity)) if found else Meaning(Kind.WORDS, Sensitivity.NONE, 0.0, "")

    def _asked(self, place: Place) -> ColumnConfig:
        return _configured(self.config, place[0]).columns.get(place[1]) or ColumnConfig.model_validate({})

    def _entity(self, name: TableName) -> str | None:
        """The column that says whom a row is about: the key of a person's own row, or the first one that refers to a person."""
        table = self.schema.table(name)
        if name in self._persons and table.primary_key and len(table.primary_key.columns) == 1:
            return table.primary_key.columns[0]
        return next((key.columns[0] for key in table.foreign_keys if key.parent in self._persons and len(key.columns) == 1), None)

    @cached_property
    def _persons(self) -> frozenset[TableName]:
        return frozenset(self.evidence.privacy_units)

    # -- whether it holds ------------------------------------------------------------------------------------------------

    def _tried(self, place: Place, masker: Masker) -> str:
        """What goes wrong when sampled rows are masked so, or ""."""
        found = self.evidence.tables.get(place[0])
        if found is None or not found.sampled:
            return ""
        rows = found.sample.slice(0, TRIED).combine_chunks()
        columns = {name: _chunk(rows, name) for name in rows.column_names}
        try:
            made = masker.mask(columns[place[1]], secrets.token_bytes(32), columns)
        except (CannotMask, pa.ArrowInvalid) as problem:
            return str(problem) if isinstance(problem, CannotMask) else "some of its values cannot be masked so"
        tried = Masking(*place, masker, self._meaning([place]), "", self._column(place))
        if why := tried.misfit(columns[place[1]], made):
            return why
        for check in self._checks(place):
            names = {part.name for part in walk(check) if isinstance(part, ColumnRef)}
            before = violated(check, columns, today=day_of([check]))
            after = violated(check, columns | {place[1]: made}, today=day_of([check]))
            if (after & ~before).any():
                return f"a CHECK on ({', '.join(sorted(names))}) would be broken"
        return ""

    def _checks(self, place: Place) -> Iterable[Condition]:
        for check in compile(self.schema.table(place[0]), self.schema.engine).conditions:
            if any(isinstance(part, ColumnRef) and part.name == place[1] for part in walk(check)):
                yield check

    def broken(self, made: Sequence[Masking]) -> Iterator[Finding]:
        """Keys of which one end would be masked and the other stay as it is."""
        masked = {(masking.table, masking.column) for masking in made}
        for key in self.schema.foreign_keys:
            for name, referred in zip(key.columns, key.referred, strict=True):
                ends = [(key.table, name) in masked, (key.parent, referred) in masked]
                if any(ends) and not all(ends) and key.table in self.tables and key.parent in self.schema.by_name:
                    place = f"{key.table}.{name}"
                    sentence = f"its values and those of {key.parent}.{referred}, to which it refers, would not be masked alike"
                    yield Finding("B702", place, sentence, f"Give both tables mode: mask, or {key.parent}.{referred} masker: {KEEP}.")


def _root(above: dict[Place, Place], place: Place) -> Place:
    while place in above:
        place = above[place]
    return place


def _chunk(rows: pa.Table, name: str) -> pa.Array:
    column = rows.column(name)
    return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)


def _wanted(meaning: Meaning) -> bool:
    return meaning.sensitivity in _ALWAYS or (meaning.sensitivity is Sensitivity.QUASI and meaning.kind in _NARROWING)


def _narrowest(columns: Sequence[Column]) -> int | None:
    """The fewest characters, or bits of a number, that one of the columns has room for."""
    lengths = [kind.length for column in columns if isinstance(kind := bare(column.type), Text) and kind.length is not None]
    bits = [kind.bits for column in columns if isinstance(kind := bare(column.type), Integer)]
    return min(lengths) if lengths else min(bits) if bits else None


def _like(kind: LogicalType, narrow: int) -> LogicalType:
    plain = bare(kind)
    if isinstance(plain, Text):
        return replace(plain, length=narrow)
    return replace(plain, bits=narrow) if isinstance(plain, Integer) and narrow in (16, 32, 64) else kind


def _configured(config: Config, name: TableName) -> TableConfig:
    for text in (str(name), f"{name.schema}.{name.name}"):
        if text in config.tables:
            return config.tables[text]
    return TableConfig.model_validate({})


def _finding(place: Place, sentence: str, todo: str) -> Finding:
    return Finding("B701", f"{place[0]}.{place[1]}", sentence, todo)


__all__ = ["KEEP", "locale", "masks", "redrawing", "without_masks"]
