"""Everything that Mimic raises on purpose.

    MimicError                  exit 1: failed; the target is as it was
    ├── UsageError              exit 2: wrong arguments
    │   └── ConfigError         exit 2: problems in mimic.yaml, all of them at once, each with its path
    ├── Refused                 exit 3: a blocking finding or a safety rule; nothing was written
    │   ├── MaskingFailed       exit 3: a value that its masker could not mask as asked; nothing was written
    │   ├── RowsRefused         exit 3: rows of one table that break a CHECK, or that the target does not take
    │   └── Unreachable         exit 3: a scenario (--where, --share) that the model cannot make
    ├── ConnectorError          exit 1: a database said no: what, where, sqlstate; never a value or a password
    │   └── Unsupported         exit 3: this engine, type or file cannot do what was asked, and why
    ├── CapacityError           exit 3: more distinct rows asked than the domain holds
    └── ModelFileError          exit 2: not a model file, damaged, or too new

Each constructor takes data and builds the sentence: what, where, what to do next. No source value and no password
ever enters a message.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import ClassVar


def closest(name: str, known: Sequence[str]) -> str:
    """`Did you mean 'x'?`, or nothing when no known name is near."""
    found = get_close_matches(name, known, n=1, cutoff=0.6)
    return f" Did you mean {found[0]!r}?" if found else ""


# Classes of sqlstate that are about the connection, the rights, the statement or the server. A trigger may raise any other.
_NOT_OF_A_ROW: tuple[str, ...] = ("08", "0A", "0B", "0L", "0P", "24", "25", "26", "28", "2B", "2D", "34", "3B", "3D", "3F")
_NOT_OF_A_ROW += ("40", "42", "53", "55", "57", "58", "72", "F0", "HV", "XX")


def of_a_row(sqlstate: str) -> bool:
    """Whether what rows hold may be the reason for an error of this sqlstate (of SQLite: its name)."""
    if sqlstate.startswith("SQLITE_"):
        return sqlstate.startswith(("SQLITE_CONSTRAINT", "SQLITE_MISMATCH", "SQLITE_ERROR"))
    return len(sqlstate) == 5 and not sqlstate.startswith(_NOT_OF_A_ROW)


class MimicError(Exception):
    """What went wrong, where, and what to do next."""

    exit_code: ClassVar[int] = 1

    def __init__(self, sentence: str, *, where: str = "", hint: str = "") -> None:
        self.sentence, self.where, self.hint = sentence, where, hint
        super().__init__(": ".join(part for part in (where, sentence) if part) + (f" {hint}" if hint else ""))


class UsageError(MimicError):
    exit_code = 2


class ConfigError(UsageError):
    """Problems of a configuration, each a (path, sentence), all reported at once."""

    def __init__(self, problems: Sequence[tuple[str, str]], *, file: str = "mimic.yaml") -> None:
        self.problems = tuple(problems)
        width = max((len(path) for path, _ in problems), default=0)
        count = f"{len(problems)} problem{'s' if len(problems) != 1 else ''}"
        super().__init__("\n".join([f"{file}: {count}", *(f"  {path:<{width}}   {sentence}" for path, sentence in problems)]))


class Refused(MimicError):
    exit_code = 3


class MaskingFailed(Refused):
    """A column whose values could not all be masked, and why; never one of the values."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"could not be masked: {why}; nothing was written.", where=where, hint="Name another masker for it in mimic.yaml.")


class RowsRefused(Refused):
    """`refused` of the `asked` rows of a table, and why; `id` is that of the blocking finding."""

    def __init__(self, id: str, table: str, asked: int, refused: int, why: str, todo: str) -> None:
        self.table, self.asked, self.refused, self.why = table, asked, refused, why
        super().__init__(f"a blocking finding; nothing was written.\n  {id}  {table}  {refused} of {asked} rows {why}. {todo}")


class Unreachable(Refused):
    """A scenario that the rows of a model cannot satisfy: `told` its condition, `share` asked, `possible` at most.

    `seen` of the `drawn` rows satisfied it.
    """

    def __init__(self, table: str, told: str, share: float, possible: float, seen: int, drawn: int) -> None:
        self.table, self.share, self.possible, self.seen, self.drawn = table, share, possible, seen, drawn
        most = f"of {drawn:,} rows that were drawn {seen:,} satisfy it"
        if seen in (0, drawn):
            hint = "Is every value spelt as in the source? Values that fewer than k owners share are not in a model."
            sentence = f"the rows of the model {'all' if seen else 'never'} satisfy {told!r}: {most}; nothing was written."
        else:
            hint = f"Ask for a share nearer to that of the model ({seen / drawn:.2%}), or for more rows."
            sentence = f"{share:.4g} of the rows cannot satisfy {told!r}, about {possible:.4g} can: {most}; nothing was written."
        super().__init__(sentence, where=table, hint=hint)


class ConnectorError(MimicError):
    """`sqlstate`, table and constraint only: a driver's own message may carry row values.

    `suspects` are the tables whose rows may be the reason, where it cannot be told which.
    """

    def __init__(self, sentence: str, *, where: str = "", hint: str = "", sqlstate: str = "", suspects: Sequence[str] = ()) -> None:
        self.sqlstate, self.suspects = sqlstate, tuple(suspects)
        super().__init__(sentence + (f" (sqlstate {sqlstate})" if sqlstate else ""), where=where, hint=hint)


class Unsupported(ConnectorError):
    exit_code = 3


class CapacityError(MimicError):
    """`asked` rows, `possible` rows, and why no more."""

    exit_code = 3

    def __init__(self, where: str, asked: int, possible: int, why: str, *, table: str = "") -> None:
        self.asked, self.possible, self.why, self.table = asked, possible, why, table
        option = f"--rows {table or where}={possible}"
        super().__init__(
            f"{asked} rows asked, at most {possible} are possible: {why}.",
            where=where,
            hint=f"Ask for fewer ({option}), or let mimic lower it (--fit-domains).",
        )


class ModelFileError(UsageError):
    pass
