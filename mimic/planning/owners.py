"""Who owns a row: the persons that stand above it, found by walking the foreign keys upwards.

A value counts as common only when at least k distinct owners hold it. Ten orders of one customer are one owner.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mimic.config import Config
from mimic.planning.meaning import UNSURE
from mimic.profile import Evidence, Owners, TableEvidence, parent_rows
from mimic.schema import ForeignKey, TableName
from mimic.semantics import Meaning, Sensitivity
from mimic.streams import Ints

FEWEST = 50  # a smaller table of persons (the staff who served) does not own what hangs on it
HOPS = 4


def privacy_units(evidence: Evidence, meanings: Mapping[tuple[TableName, str], Meaning], config: Config) -> tuple[TableName, ...]:
    """Tables whose rows are persons: as configured, or those that hold direct identifiers."""
    schema = evidence.schema
    if config.privacy_unit is not None:
        return tuple(table.name for name in config.privacy_unit if (table := schema.named(name)) is not None)
    named = {table for (table, _), meaning in meanings.items() if meaning.sensitivity is Sensitivity.DIRECT and meaning.why not in UNSURE}
    return tuple(sorted(named))


def with_owners(evidence: Evidence, units: tuple[TableName, ...]) -> Evidence:
    """The same evidence, every table's sample rows with their owners, every fan-out with whether its parents are persons."""
    large = frozenset(name for name in units if evidence.tables[name].rows >= FEWEST)
    paths: dict[tuple[TableName, int], tuple[Ints, ...]] = {}

    def climb(name: TableName, hops: int) -> tuple[Ints, ...]:
        """One array of owner numbers per path that leads from `name` to a table of persons."""
        if (name, hops) in paths:
            return paths[name, hops]
        found: list[Ints] = []
        here = evidence.tables[name]
        for key in here.table.foreign_keys:
            if key.parent == name or key.parent not in evidence.tables or not here.sampled:
                continue
            if key.parent in large:
                found.append(_codes(here, key))
            # A path through a small table (a store, its manager, the manager's address) reaches those who served, too.
            if hops > 1 and evidence.tables[key.parent].rows >= FEWEST and (above := climb(key.parent, hops - 1)):
                spot = parent_rows(here, key, evidence.tables[key.parent])
                found.extend(np.where(spot >= 0, path[spot], -1) for path in above)
        paths[name, hops] = tuple(found[:8])
        return paths[name, hops]

    tables = {}
    for name, here in evidence.tables.items():
        tables[name] = replace(here, owners=Owners(here.sampled, _owning(climb(name, HOPS))))
    personal = large | {name for name, here in tables.items() if here.owners.paths}
    for name, here in tables.items():
        tables[name] = replace(
            here,
            fan_outs={label: replace(found, personal=found.key.parent in personal) for label, found in here.fan_outs.items()},
            children={hidden: replace(found, personal=name in personal) for hidden, found in here.children.items()},
        )
    return replace(evidence, tables=tables, privacy_units=units)


def _owning(paths: tuple[Ints, ...]) -> tuple[Ints, ...]:
    """The paths to those whom the rows are about: where one reaches many persons, one that reaches a handful leads to who served them."""
    reached = [len(np.unique(path[path >= 0])) for path in paths]
    return tuple(path for path, persons in zip(paths, reached, strict=True) if persons >= FEWEST or max(reached) < FEWEST)


def _rows_of(table: pa.Table, columns: tuple[str, ...]) -> list[pa.Array]:
    return [table.column(name).combine_chunks() for name in columns]


def _codes(here: TableEvidence, key: ForeignKey) -> Ints:
    """A number per distinct parent that the rows reference, -1 where they reference none."""
    total = np.zeros(here.sampled, dtype=np.int64)
    null = np.zeros(here.sampled, dtype=bool)
    for values in _rows_of(here.sample, key.columns):
        encoded = values.dictionary_encode()
        index = np.asarray(pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False), dtype=np.int64)
        null |= index < 0
        total = np.unique(total * (len(encoded.dictionary) + 1) + index + 1, return_inverse=True)[1].reshape(-1)
    return np.where(null, -1, total)
