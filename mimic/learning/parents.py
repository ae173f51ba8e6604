"""The columns of parents that generators ask about, beside the rows of the sample."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pyarrow as pa

from mimic.plan import Step
from mimic.profile import Evidence, TableEvidence


def with_parents(evidence: Evidence, found: TableEvidence, steps: Sequence[Step]) -> TableEvidence:
    """The same table; needs such as "customer_id.country" or "order_id.customer_id.country" as hidden columns of its sample."""
    needs = dict.fromkeys(need for step in steps for need in step.task.options.get("features", ()))
    more = {need: evidence.along(found, need) for need in needs if need not in found.hidden and not found.table.has(need)}
    told = {name for step in steps if (name := step.task.options.get("siblings"))}
    for key in found.table.foreign_keys:
        if f"@{key.label}" in told:
            more[f"@{key.label}"] = pa.array(evidence.up(found, key))
    return replace(found, hidden={**found.hidden, **more}) if more else found
