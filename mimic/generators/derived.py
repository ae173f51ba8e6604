"""Texts that say again what stands beside them: the slug of a title, what a code name allows, a file name with the ending of its type."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mimic.generator import Columns, Literal, Span, State, Task
from mimic.generators.draws import null_share, nulls, without
from mimic.generators.text import width
from mimic.profile import TableEvidence
from mimic.registry import Registry
from mimic.streams import Ints, Stream

ENDINGS = {
    "image/jpeg": ".jpg", "image/png": ".png", "image/gif": ".gif", "image/svg+xml": ".svg", "application/pdf": ".pdf", "text/plain": ".txt",
    "text/csv": ".csv", "text/html": ".html", "application/zip": ".zip", "video/mp4": ".mp4", "audio/mpeg": ".mp3", "application/json": ".json",
}  # fmt: skip
WAYS = ("slug", "said", "ending", "told")


@dataclass(frozen=True)
class Derived:
    """Fills one text column, given the one that it follows from (option `source`), in one of WAYS (option `way`).

    Where it must be unique, what comes again is counted. "ending": file names with the ending of a type such as `image/png`;
    "told": what option `told` (pairs) says of a text.
    """

    kind: ClassVar[str] = "text.derived"
    version: ClassVar[int] = 1
    whole_table: ClassVar[bool] = True

    column: str
    way: str
    source: str
    most: int | None
    unique: bool
    null_share: float
    told: tuple[tuple[str, str], ...] = ()

    @property
    def fills(self) -> tuple[str, ...]:
        return (self.column,)

    @property
    def needs(self) -> tuple[str, ...]:
        return (self.source,)

    @classmethod
    def suits(cls, task: Task) -> float:
        """Chosen by the planner."""
        return 0.0

    @classmethod
    def learn(cls, task: Task, evidence: TableEvidence | None, stream: Stream) -> Self:
        share = null_share(task, evidence.column(task.column.name) if evidence is not None and evidence.sampled else None)
        way, source = str(task.options["way"]), str(task.options["source"])
        told = tuple((str(key), str(value)) for key, value in task.options.get("told", ()))
        return cls(task.column.name, way, source, width(task.column.type), task.unique, share, told)

    def sample(self, span: Span, stream: Stream, given: Columns) -> Columns:
        source = pc.fill_null(given[self.source].cast(pa.string()), "")
        made = self._made(source, stream)
        if self.unique:
            made = self._counted(made)
        elif self.most is not None:
            made = pc.utf8_slice_codeunits(made, 0, self.most)
        return {self.column: without(made, nulls(stream, span.n, self.null_share))}

    def _made(self, source: pa.Array, stream: Stream) -> pa.Array:
        if self.way == "slug":
            return slugs(source)
        if self.way == "told":
            known = pc.index_in(source, value_set=pa.array([key for key, _ in self.told], pa.string()))
            return pc.fill_null(pa.array([value for _, value in self.told], pa.string()).take(known), "core")
        if self.way == "said":
            return pc.binary_join_element_wise("Can", pc.replace_substring(source, "_", " "), " ")
        names = _stems(len(source), stream)
        at = pc.index_in(source, value_set=pa.array(list(ENDINGS), pa.string()))
        ending = pc.fill_null(pa.array(list(ENDINGS.values()), pa.string()).take(at), ".bin")
        if self.most is not None:
            names = pc.utf8_slice_codeunits(names, 0, max(self.most - 5, 1))
        return pc.binary_join_element_wise(names, ending, "")

    def _counted(self, texts: pa.Array) -> pa.Array:
        """Distinct texts: the second `about-us` is `about-us-2`; nothing that is made meets anything."""
        n = len(texts)
        room = None if self.most is None else max(self.most - len(str(n)) - 1, 1)
        if room is not None:
            texts = pc.utf8_slice_codeunits(texts, 0, room)
        codes = np.asarray(texts.dictionary_encode().indices.to_numpy(zero_copy_only=False), dtype=np.int64)
        again = _places(codes)
        taken = set(texts.to_pylist()) if again.any() else set()
        out = texts.to_pylist() if again.any() else None
        if out is None:
            return texts
        for row in np.flatnonzero(again).tolist():  # only those that come again
            number = int(again[row]) + 1
            while (text := f"{out[row]}-{number}") in taken:
                number += 1
            taken.add(text)
            out[row] = text
        return pa.array(out, pa.string())

    def capacity(self) -> int | None:
        return None

    def literals(self) -> Iterable[Literal]:
        return ()

    def state(self) -> State:
        return {
            "column": self.column,
            "way": self.way,
            "source": self.source,
            "most": self.most,
            "unique": self.unique,
            "null_share": self.null_share,
            "told": [list(pair) for pair in self.told],
        }

    @classmethod
    def restore(cls, state: State) -> Self:
        return cls(**{**state, "told": tuple((key, value) for key, value in state["told"])})


def slugs(texts: pa.Array) -> pa.Array:
    """`Über uns: Team 2` is `uber-uns-team-2`."""
    plain = pc.replace_substring_regex(pc.utf8_normalize(pc.utf8_lower(texts), form="NFKD"), r"\p{M}+", "")
    made = pc.utf8_trim(pc.replace_substring_regex(plain, r"[^a-z0-9]+", "-"), "-")
    return pc.if_else(pc.equal(made, ""), "item", made)


def _stems(n: int, stream: Stream) -> pa.Array:
    """File names without an ending: `price-list-2`, `IMG_4711`."""
    from mimic.generators.themes import theme

    names = pa.array([text.lower().replace(" ", "-") for text in theme("name document").entries], pa.string())
    return names.take(pa.array(stream.at("stem").integers(n, len(names))))


def _places(codes: Ints) -> Ints:
    """How often each value came before, in row order."""
    order = np.argsort(codes, kind="stable")
    _, begin, size = np.unique(codes[order], return_index=True, return_counts=True)
    out = np.empty(len(codes), dtype=np.int64)
    out[order] = np.arange(len(codes)) - np.repeat(begin, size)
    return out


def register(registry: Registry) -> None:
    registry.generators.add(Derived)


__all__ = ["ENDINGS", "WAYS", "Derived", "register", "slugs"]
