"""Which rows of a table are siblings: those of the parent that has the smallest families."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from mimic.planning.around import Around
from mimic.planning.summaries import latent
from mimic.profile import TableEvidence
from mimic.schema import Table

CONTIGUOUS, FEWEST_FAMILIES = 0.3, 40  # of the rows that follow a sibling: siblings were numbered in a row; and of how many parents


def in_a_row(table: Table, found: TableEvidence, around: Around) -> str:
    """The key of the smallest families that were numbered one after the other: they stand in the order of that number."""
    key = table.primary_key
    if not found.complete or key is None or len(key.columns) != 1 or not pa.types.is_integer(found.column(key.columns[0]).type):
        return ""
    order = np.argsort(np.asarray(found.column(key.columns[0])), kind="stable")
    best = (FEWEST_FAMILIES, "")
    for above in around.parents(table):
        rows = around.evidence.up(found, above)[order]
        many = len(np.unique(rows))
        same = float(((rows[1:] == rows[:-1]) & (rows[1:] >= 0)).mean()) if len(rows) > 1 else 0.0
        if 2 * many <= len(rows) and same >= CONTIGUOUS:
            best = max(best, (many, f"@{above.label}"))
    return best[1]


def families_of(table: Table, found: TableEvidence, around: Around) -> str:
    """The key of the smallest families, of two rows or more on average: their rows stand in the order of their own key."""
    best: tuple[int, str] | None = None
    for key in around.parents(table):
        if found.complete and around.evidence.of(key.parent).complete:
            rows = around.evidence.up(found, key)
            live = rows[rows >= 0]
            parents = len(np.unique(live))
            if len(live) >= 2 * parents:
                best = max(best or (0, ""), (parents, key.label))
    return f"@{best[1]}" if best else ""


def siblings_of(table: Table, found: TableEvidence, around: Around) -> str:
    """The key of the smallest families whose parents know what their children are like: children are dealt values evenly."""
    best: tuple[int, str] | None = None
    for key in around.parents(table):
        parent = around.evidence.of(key.parent)
        if latent(key, 0) in parent.hidden and around.modes[key.parent][0] == "synthesize" and parent.complete:
            rows = around.evidence.up(found, key)
            best = max(best or (0, ""), (len(np.unique(rows[rows >= 0])), key.label))
    together = [key.label for key in around.parents(table) if found.together == key.columns and around.modes[key.parent][0] == "synthesize"]
    return f"@{best[1]}" if best else f"@{together[0]}" if together else ""


__all__ = ["families_of", "in_a_row", "siblings_of"]
