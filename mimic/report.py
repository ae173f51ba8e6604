"""What Mimic tells: findings about a plan or a load, and scores of a copy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

# Every id that the code can give, as the catalogue in README.md lists them (a test compares the two).
_IDS = (
    "B101 B102 W212 W213 W221 W222 W223 W224 W225 W227 W228 W229 N301 N302 N303 W303 W304 W305 W401 W402 "
    "W403 W404 W405 N406 W407 W408 W409 W414 W415 W416 W417 N418 W419 W410 W411 W412 W413 N420 W421 W422 B501 "
    "W211 W502 B503 N504 W505 W506 W507 B509 N510 B511 B512 W601 N602 N603 W611 W612 N620 B701 B702 "
)
FINDINGS = tuple(_IDS.split())


class Severity(StrEnum):
    NOTE = "note"  # worth knowing
    WARNING = "warning"  # something could not be honoured as it is in the source
    BLOCKING = "blocking"  # going on would be unsafe or must fail


@dataclass(frozen=True, slots=True)
class Finding:
    """A remark with a stable id (`W204`), a place (dotted path), a sentence, and what to do about it.

    The first letter of the id tells the severity: N note, W warning, B blocking. The catalogue stands in
    `mimic/README.md`; a user accepts a finding by its id, or by `id:place`.
    """

    id: str
    place: str
    sentence: str
    todo: str = ""

    @property
    def severity(self) -> Severity:
        return {"N": Severity.NOTE, "W": Severity.WARNING, "B": Severity.BLOCKING}[self.id[0]]

    def accepted_by(self, accept: Iterable[str]) -> bool:
        return any(word in (self.id, f"{self.id}:{self.place}") for word in accept)


@dataclass(frozen=True, slots=True)
class TableLine:
    """What one table's load came to: `rows` written in `seconds`."""

    table: str
    mode: str
    rows: int
    seconds: float


@dataclass(frozen=True, slots=True)
class StepLine:
    """How rows came into a subset, in the order of the steps: `rows` of a table, and why (a root, or a key with its direction)."""

    table: str
    rows: int
    why: str


@dataclass(frozen=True, slots=True)
class Reason:
    """A row of a subset (`orders(42)`), and why it is there."""

    row: str
    why: str


@dataclass(frozen=True, slots=True)
class Score:
    """A figure between 0 and 1, higher is better, and the place that it belongs to."""

    name: str
    place: str
    value: float


@dataclass(frozen=True, slots=True)
class Report:
    """How a command ended: a line per table, findings, scores; of a subset also the steps by which its rows were chosen."""

    command: str
    tables: tuple[TableLine, ...] = ()
    findings: tuple[Finding, ...] = ()
    scores: tuple[Score, ...] = ()
    seconds: float = 0.0
    steps: tuple[StepLine, ...] = ()
    chain: tuple[Reason, ...] = ()  # of `explain`: from a root to the row asked about
    facts: dict[str, str] = field(default_factory=dict)

    def exit_code(self, accept: Iterable[str] = ()) -> int:
        """0 done, 3 blocked, 4 done with warnings that nobody has accepted."""
        accept = tuple(accept)
        open_ = [finding for finding in self.findings if not finding.accepted_by(accept)]
        if any(finding.severity is Severity.BLOCKING for finding in open_):
            return 3
        return 4 if any(finding.severity is Severity.WARNING for finding in open_) else 0
