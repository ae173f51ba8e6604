"""The columns of parents that generators ask about, beside the rows of the sample."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pyarrow as pa

from mimic.generators.calendar import about_calendar, dated, read
from mimic.generators.lines import Line, about_siblings, own_column
from mimic.plan import Step
from mimic.profile import Evidence, TableEvidence


def with_parents(evidence: Evidence, found: TableEvidence, steps: Sequence[Step]) -> TableEvidence:
    """The same table; needs such as "customer_id.country" or "order_id.customer_id.country" as hidden columns of its sample."""
    needs = dict.fromkeys(need for step in steps for need in step.task.options.get("features", ()))
    beside = [need for need in needs if about_siblings(need)]
    more = {
        need: read(need, found.column(dated(need))) if about_calendar(need) else evidence.along(found, need)
        for need in needs
        if need not in found.hidden and not found.table.has(need) and not about_siblings(need)
    }
    matches = [one for step in steps for one in step.task.options.get("matches", ())]
    families = {f"@{one['label']}" for one in matches if f"<@{one['label']}" in beside}
    families |= {name for step in steps for name in (step.task.options.get("siblings"), *step.task.options.get("line", ())[:1]) if name}
    families |= {f"@{one['label']}" for step in steps for one in step.task.options.get("lacks", ())}
    families |= {step.task.options["inherited"][0] for step in steps if "inherited" in step.task.options}
    for key in found.table.foreign_keys:
        if f"@{key.label}" in families:
            more[f"@{key.label}"] = pa.array(evidence.up(found, key))
    found = replace(found, hidden={**found.hidden, **more}) if more else found
    if not beside:
        return found
    told = max((step.task.options.get("line", ()) for step in steps), key=len)
    line = Line.of(told, {name: found.column(name) for name in told})
    columns = {name: found.column(name) for need in beside if (name := own_column(need))}
    return replace(found, hidden={**found.hidden, **{need: line.read(need, columns) for need in beside}})
