"""Explicit registries of parts; entry points let third parties add their own. Connectors are found by `connector.find`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from typing import Generic, TypeVar

from mimic.errors import UsageError, closest
from mimic.generator import Generator
from mimic.masker import Masker

Part = TypeVar("Part")


@dataclass(slots=True)
class Family(Generic[Part]):
    """Named parts in the order in which they were added."""

    what: str
    parts: dict[str, type[Part]] = field(default_factory=dict)

    def add(self, part: type[Part]) -> None:
        kind: str = part.kind  # type: ignore[attr-defined]
        if kind in self.parts and self.parts[kind] is not part:
            raise ValueError(f"two {self.what}s call themselves {kind!r}")
        self.parts[kind] = part

    def get(self, kind: str) -> type[Part]:
        if kind not in self.parts:
            raise UsageError(f"{kind!r} is no {self.what}.", hint=closest(kind, list(self.parts)).strip())
        return self.parts[kind]

    def __iter__(self) -> Iterator[type[Part]]:
        return iter(self.parts.values())


@dataclass(slots=True)
class Registry:
    generators: Family[Generator] = field(default_factory=lambda: Family[Generator]("generator"))
    maskers: Family[Masker] = field(default_factory=lambda: Family[Masker]("masker"))

    def load_entry_points(self) -> None:
        """Parts of other distributions: entry points of `mimic.generators` and `mimic.maskers`, each a function `register(registry)`."""
        for group in ("mimic.generators", "mimic.maskers"):
            for point in entry_points(group=group):
                point.load()(self)
