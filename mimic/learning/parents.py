"""The columns of parents that generators ask about, beside the rows of the sample."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa

from mimic.plan import Step
from mimic.profile import Evidence, TableEvidence, parent_rows
from mimic.schema import ForeignKey
from mimic.streams import Ints


def with_parents(evidence: Evidence, found: TableEvidence, steps: Sequence[Step]) -> TableEvidence:
    """The same table; needs such as "customer_id.country" or "order_id.customer_id.country" as hidden columns of its sample."""
    needs = dict.fromkeys(need for step in steps for need in step.task.options.get("features", ()))
    more = {need: _along(evidence, found, need) for need in needs if need not in found.hidden and not found.table.has(need)}
    told = {name for step in steps if (name := step.task.options.get("siblings"))}
    for key in found.table.foreign_keys:
        if f"@{key.label}" in told:
            more[f"@{key.label}"] = pa.array(_rows(found, key, evidence.of(key.parent)))
    return replace(found, hidden={**found.hidden, **more}, memo={}) if more else found


def _along(evidence: Evidence, found: TableEvidence, need: str) -> pa.Array:
    """A need as a column of the sample's rows, NULL where the parent is not in its own sample."""
    if need in found.hidden or found.table.has(need):
        return found.column(need)
    key = next(key for key in found.table.foreign_keys if need.startswith(f"{key.label}."))
    parent = evidence.of(key.parent)
    rows = _rows(found, key, parent)
    return _along(evidence, parent, need[len(key.label) + 1 :]).take(pa.array(rows, mask=rows < 0))


def _rows(found: TableEvidence, key: ForeignKey, parent: TableEvidence) -> Ints:
    if ("parents", key.label) not in found.memo:
        found.memo["parents", key.label] = parent_rows(found, key, parent)
    return np.asarray(found.memo["parents", key.label])
