"""Which dial stands for which columns, and how many owners each asks for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mimic.config import Config, Dial, TableConfig
from mimic.generators.dials import DIALS
from mimic.report import Finding

ORDER: tuple[Dial, ...] = ("utility", "balanced", "privacy")


@dataclass(frozen=True, slots=True)
class Dialing:
    """The dials of one table: `of` columns that are filled together the most private of theirs stands."""

    config: Config
    table: TableConfig

    def of(self, names: Sequence[str] = ()) -> Dial:
        whole = self.table.dial or self.config.dial
        own = [how.dial or whole if (how := self.table.columns.get(name)) is not None else whole for name in names]
        return max(own, key=ORDER.index, default=whole)

    def k(self, names: Sequence[str] = ()) -> int:
        return DIALS[self.of(names)].k(self.config.k)

    def findings(self, place: str, personal: bool) -> Iterator[Finding]:
        """A table of persons, or a column of one, whose values fewer than k of them would have to hold."""
        if not personal:
            return
        places = [place] if self.of() == "utility" else []
        places += [f"{place}.{name}" for name, how in self.table.columns.items() if how.dial == "utility" and not places]
        fewer = DIALS["utility"].k(self.config.k)
        for each in places:
            if fewer < self.config.k:
                why = f"values are kept that {fewer} of them hold, not {self.config.k}"
                sentence = f"its rows belong to persons, and with dial: utility {why}"
                yield Finding("B509", each, sentence, f"Take dial: balanced, or accept it (accept: [B509:{each}]).")


__all__ = ["Dialing"]
