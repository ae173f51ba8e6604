"""What all names of a table, or of a schema, carry in front or behind: `per_FirstName`, `nom_adh`, `llx_societe`.

Such a piece says where a name stands, not what it means, and hides the rest from rules that look at whole names.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

_LEAST = 3  # names that carry a piece before it is taken for one
_SHARE = 0.6  # of all names
# Pieces that mean something wherever they stand.
_MEANT = frozenset(
    """
    is has can do does show hide allow use num nb number total count max min avg sum date time dt at on by id ids uuid fk ref name type
    status flag created updated last first new old not no
    """.split()  # noqa: SIM905
)
_PIECES = re.compile(r"[A-Z]+(?![a-z])|[A-Z][a-z]+|[a-z]+|\d+|[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Affix:
    """A piece that most names begin with (`before`) and one that most end with; "" is none."""

    before: str = ""
    after: str = ""

    def bared(self, name: str) -> str:
        """The name without them; as it is where nothing with a letter would be left."""
        left, pieces = name, _PIECES.findall(name)
        if self.before and pieces and pieces[0].lower() == self.before:
            left = left[left.index(pieces[0]) + len(pieces[0]) :].lstrip("_- .")
        if self.after and len(pieces) > 1 and pieces[-1].lower() == self.after and left.endswith(pieces[-1]):
            left = left[: -len(pieces[-1])].rstrip("_- .")
        return left if any(c.isalpha() for c in left) else name


NO_AFFIX = Affix()


def affix(names: Sequence[str], share: float = _SHARE) -> Affix:
    """The pieces that at least `share` of the names have in common; a name of one piece has none."""
    split = [pieces for pieces in ([piece.lower() for piece in _PIECES.findall(name)] for name in names) if pieces]
    if len(split) < _LEAST:
        return NO_AFFIX

    def common(which: int) -> str:
        piece, many = Counter(pieces[which] for pieces in split).most_common(1)[0]
        long = sum(len(pieces) > 1 and pieces[which] == piece for pieces in split)
        return piece if many and long >= max(_LEAST, share * len(split)) and piece not in _MEANT and piece.isalpha() else ""

    return Affix(common(0), common(-1))


__all__ = ["NO_AFFIX", "Affix", "affix"]
