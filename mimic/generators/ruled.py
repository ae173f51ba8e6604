"""What another generator draws from parameters that a rule or a configuration gives."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Self

from mimic.generator import Columns, Generator, Literal, Span, State
from mimic.streams import Stream


@dataclass(frozen=True)
class Ruled:
    """Fills what its `inner` generator, of the `family`, fills; nothing of a source is in it."""

    family: ClassVar[type[Generator]]

    inner: Generator

    @property
    def fills(self) -> tuple[str, ...]:
        return self.inner.fills

    @property
    def needs(self) -> tuple[str, ...]:
        return ()

    def sample(self, span: Span, stream: Stream, given: Columns) -> Columns:
        return self.inner.sample(span, stream, given)

    def capacity(self) -> int | None:
        return self.inner.capacity()

    def literals(self) -> Iterable[Literal]:
        return ()

    def state(self) -> State:
        return {"inner": self.inner.state()}

    @classmethod
    def restore(cls, state: State) -> Self:
        return cls(cls.family.restore(state["inner"]))


__all__ = ["Ruled"]
