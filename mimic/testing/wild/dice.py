"""Choices that Hypothesis makes, and the names that nobody should give: quotes, blanks, `%`, `;--`, emoji, twins, 63 bytes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from hypothesis import strategies as st

T = TypeVar("T")

PLAIN = (
    "id", "name", "code", "users", "orders", "item", "kind", "note", "tenant", "parent", "position", "email", "created_at", "total", "tag",
)  # fmt: skip
HOSTILE = (
    "select", "Order", "from", "group", "user", "a b", " leading", "trailing ", "it's", 'say "hi"', "semi;colon", ";--", "--comment",
    "/*open", "*/", "back\\slash", "back`tick", "[square]", "100%", "%s", "%(name)s", "%%", ":name", "::text", "$1", "$$", "?", "{brace}",
    "naïve", "表", "🦊", "ﬁ", "İ", "new\nline", "tab\tin", "dot.ted", "public", "oid", "rowid", "mimic", "null", "true", "1st", "_", "#",
    "@at", "NEW", "old", "value", "é" * 31, "a" * 63,
)  # fmt: skip
LENGTH = 63  # bytes that PostgreSQL keeps of a name


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A string constant, with or without standard_conforming_strings."""
    made = "'" + text.replace("'", "''").replace("\\", "\\\\") + "'"
    return f"E{made}" if "\\" in text else made


@dataclass
class Dice:
    """Draws that shrink towards less: no feature, the first of a list, the smallest number."""

    draw: st.DrawFn
    hostile: bool = True
    _numbers: dict[str, int] = field(default_factory=dict)

    def chance(self, percent: int) -> bool:
        return self.draw(st.integers(0, 99)) >= 100 - percent

    def pick(self, among: Sequence[T]) -> T:
        return self.draw(st.sampled_from(among))

    def upto(self, most: int) -> int:
        return self.draw(st.integers(0, most))

    def some(self, among: Sequence[T], least: int, most: int) -> list[T]:
        """Different elements, in any order."""
        most = min(most, len(among))
        places = st.lists(st.integers(0, len(among) - 1), min_size=min(least, most), max_size=most, unique=True)
        return [among[place] for place in self.draw(places)] if most else []

    def name(self, taken: set[str], near: Sequence[str] = ()) -> str:
        """A name that is not in `taken`, which gets it: a plain one, a hostile one, or one that is nearly one of `near`."""
        known = [*near, *sorted(taken)]
        way = self.upto(9) if self.hostile else 0
        if way > 7 and known:
            made = self._twin(self.pick(known))
        else:
            made = self.pick(HOSTILE if way > 4 else PLAIN)
        while made in taken:
            made = self._numbered(made)
        taken.add(made)
        return made

    def _twin(self, name: str) -> str:
        """In other case, the same in another kind of thing, or the same up to the last of 63 bytes."""
        return (name.swapcase(), name, name + "x" * LENGTH)[self.upto(2)].encode()[:LENGTH].decode(errors="ignore")

    def _numbered(self, name: str) -> str:
        self._numbers[name] = number = self._numbers.get(name, 1) + 1
        return name.encode()[: LENGTH - len(str(number))].decode(errors="ignore") + str(number)
