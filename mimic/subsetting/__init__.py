"""`subset`: which real rows are kept (`select`), why (`explain`), and those rows (`fetch`)."""

from mimic.subsetting.asking import EXAMPLES, Root, read_roots
from mimic.subsetting.edges import modes_of as modes
from mimic.subsetting.edges import read_edges, without_subsets
from mimic.subsetting.explaining import explain
from mimic.subsetting.fetching import fetch
from mimic.subsetting.renewing import Drawn, Renewal, highest, undrawn
from mimic.subsetting.saving import save, saved
from mimic.subsetting.sharing import scaled, shared
from mimic.subsetting.sizing import fit, read_size, size
from mimic.subsetting.walking import select

__all__ = [
    "EXAMPLES", "Drawn", "Renewal", "Root", "explain", "fetch", "fit", "highest", "modes", "read_edges", "read_roots", "read_size",
    "save", "saved", "scaled", "select", "shared", "size", "undrawn", "without_subsets",
]  # fmt: skip
