"""Columns of a small table are written like those of the same kind in a larger one: eight employees' telephone numbers like customers'.

What fewer than k owners share is not learned. Another table of the same database may have it: the form of its column is told by its
own k owners, so nothing of the small table is needed. One table lends at a time: owners of two tables may be the same people.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from mimic.generators.text import text_like
from mimic.planning.meaning.words import phrase
from mimic.profile import Evidence, TableEvidence
from mimic.schema import Table, TableName
from mimic.semantics import Kind

# Kinds that are written alike wherever they stand in a database.
LENT = frozenset(
    (
        *(Kind.FIRST_NAME, Kind.LAST_NAME, Kind.PERSON_NAME, Kind.USERNAME, Kind.EMAIL, Kind.PHONE, Kind.STREET, Kind.POSTCODE),
        *(Kind.CITY, Kind.REGION, Kind.COUNTRY, Kind.COUNTRY_CODE, Kind.COMPANY, Kind.EMPLOYER, Kind.JOB, Kind.URL, Kind.URL_PROFILE),
        *(Kind.IBAN, Kind.BANK_ACCOUNT, Kind.TAX_ID, Kind.NATIONAL_ID, Kind.PASSPORT, Kind.LICENCE_PLATE),
    )
)
# Kinds of which one table has names and another abbreviations: only columns of the same name are alike.
_BY_NAME = frozenset({Kind.REGION, Kind.COUNTRY, Kind.COUNTRY_CODE, Kind.JOB, Kind.COMPANY, Kind.EMPLOYER, Kind.URL, Kind.URL_PROFILE})
_SAME = {Kind.EMPLOYER: Kind.COMPANY, Kind.URL_PROFILE: Kind.URL}


def alike(evidence: Evidence, table: Table, names: Sequence[str], k: int) -> Mapping[str, Any]:
    """The option `alike` of a task: for each of its columns that has too few owners, the rows and the column that lend their form."""
    own = evidence.tables.get(table.name)
    out: dict[str, tuple[TableEvidence, str]] = {}
    for name in names:
        meaning = evidence.meanings.get((table.name, name))
        if own is None or not own.sampled or meaning is None or meaning.kind not in LENT or name not in own.sample.column_names:
            continue
        if owners_of(own, name) < 2 * k and (lender := _lender(evidence, table.name, name, k)) is not None:
            out[name] = lender
    return {"alike": out} if out else {}


def _lender(evidence: Evidence, table: TableName, name: str, k: int) -> tuple[TableEvidence, str] | None:
    """The column of the same kind that most owners stand behind; one of the same name before others."""
    kind = evidence.meanings[table, name].kind
    best: tuple[bool, int, str, str] | None = None
    for (other, column), meaning in evidence.meanings.items():
        found = evidence.tables.get(other)
        if other == table or _SAME.get(meaning.kind, meaning.kind) is not _SAME.get(kind, kind) or found is None or not found.sampled:
            continue
        if (kind in _BY_NAME or "extension" in phrase(column) + phrase(name)) and phrase(column).split()[-1:] != phrase(name).split()[-1:]:
            continue
        if column not in found.sample.column_names or not text_like(found.table.column(column).type):
            continue
        held = owners_of(found, column)
        if held >= 2 * k:
            best = max(best or (False, 0, "", ""), (phrase(column) == phrase(name), held, str(other), column))
    if best is None:
        return None
    return next((found, best[3]) for other, found in evidence.tables.items() if str(other) == best[2])


def owners_of(found: TableEvidence, column: str) -> int:
    """How many owners stand behind the values of a column, NULLs apart."""
    present = np.asarray(found.column(column).is_valid())
    return int(found.owners.distinct(np.where(present, 0, -1), 1)[0])


__all__ = ["LENT", "alike", "owners_of"]
