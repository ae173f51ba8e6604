"""`subset`: which real rows are kept (`select`), and those rows (`fetch`)."""

from mimic.subsetting.asking import EXAMPLES, Root, read_roots
from mimic.subsetting.edges import modes_of as modes
from mimic.subsetting.edges import read_edges
from mimic.subsetting.fetching import fetch
from mimic.subsetting.walking import select

__all__ = ["EXAMPLES", "Root", "fetch", "modes", "read_edges", "read_roots", "select"]
