"""The text of CREATE statements, read as far as no pragma tells: CHECKs, names, DEFERRABLE, COLLATE, expressions.

SQLite keeps each statement as its author wrote it, with comments, any of four kinds of quotes, and words in any case.
This is a tokenizer and a walk over the tokens, no full grammar: what it does not know it passes over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

TOKEN = re.compile(
    r"""
      (?P<space>   \s+ | --[^\n]* | /\*.*?(?:\*/|\Z) )
    | (?P<blob>    [xX]'[^']*' )
    | (?P<string>  '(?:[^']|'')*' )
    | (?P<quoted>  "(?:[^"]|"")*" | `(?:[^`]|``)*` | \[[^\]]*\] )
    | (?P<number>  0[xX][0-9a-fA-F]+ | (?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)? )
    | (?P<word>    [^\W\d][\w$]* )
    | (?P<other>   \|\| | << | >> | <= | >= | <> | != | == | ->> | -> | . )
    """,
    re.VERBOSE | re.DOTALL,
)
TABLE_CONSTRAINTS = ("CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN")


@dataclass(frozen=True, slots=True)
class Token:
    kind: str
    text: str

    @property
    def word(self) -> str:
        """Upper case when it can be a keyword."""
        return self.text.upper() if self.kind == "word" else self.text if self.kind == "other" else ""

    @property
    def name(self) -> str:
        """The identifier that the token spells; SQLite also takes 'single quotes' for one."""
        quote = self.text[0]
        if self.kind == "quoted":
            return self.text[1:-1] if quote == "[" else self.text[1:-1].replace(quote * 2, quote)
        return self.text[1:-1].replace("''", "'") if self.kind == "string" else self.text


def tokens(sql: str) -> list[Token]:
    """Without comments; white space is one blank where there was any."""
    found: list[Token] = []
    for match in TOKEN.finditer(sql):
        kind = match.lastgroup or "other"
        if kind != "space":
            found.append(Token(kind, match.group()))
        elif found and found[-1].kind != "space":
            found.append(Token("space", " "))
    return found


def spelled(parts: Sequence[Token]) -> str:
    return "".join(token.text for token in parts).strip()


def words(parts: Sequence[Token]) -> list[Token]:
    return [token for token in parts if token.kind != "space"]


def closing(parts: Sequence[Token], start: int) -> int:
    """Index of the parenthesis that closes the one at `start`; the end when none does."""
    depth = 0
    for at in range(start, len(parts)):
        if parts[at].word == "(":
            depth += 1
        elif parts[at].word == ")":
            depth -= 1
            if depth == 0:
                return at
    return len(parts)


def items(parts: Sequence[Token]) -> list[list[Token]]:
    """Parted by the commas outside all parentheses."""
    found: list[list[Token]] = [[]]
    depth = 0
    for token in parts:
        depth += (token.word == "(") - (token.word == ")")
        if token.word == "," and depth == 0:
            found.append([])
        else:
            found[-1].append(token)
    return found


# -- CREATE TABLE -----------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class KeyText:
    """A constraint's name ("" when it has none) and, as far as written, its columns."""

    name: str
    columns: tuple[str, ...]
    deferrable: bool = False
    initially_deferred: bool = False


@dataclass(slots=True)
class TableText:
    checks: list[tuple[str, str]] = field(default_factory=list)  # name or "", expression
    foreign_keys: list[KeyText] = field(default_factory=list)  # in the order written
    uniques: list[KeyText] = field(default_factory=list)
    primary_key: str = ""
    autoincrement: bool = False
    collations: dict[str, str] = field(default_factory=dict)  # column -> upper case
    generated: dict[str, str] = field(default_factory=dict)  # column -> expression


def read_table(sql: str) -> TableText:
    """What a CREATE TABLE statement says beyond the pragmas."""
    text = TableText()
    parts = tokens(sql)
    start = next((at for at, token in enumerate(parts) if token.word == "("), len(parts))
    for item in items(parts[start + 1 : closing(parts, start)]):
        body = words(item)
        if body:
            column = "" if body[0].word in TABLE_CONSTRAINTS else body[0].name
            _Clauses(text, item, column).read()
    return text


class _Clauses:
    """The clauses of one column or of the table constraints between two commas."""

    def __init__(self, text: TableText, parts: list[Token], column: str) -> None:
        self.text, self.parts, self.column = text, parts, column
        self.at = 0
        self.name = ""

    def read(self) -> None:
        if self.column:
            self.next()
        while (token := self.next()) is not None:
            match token.word:
                case "CONSTRAINT":
                    named = self.next()
                    self.name = named.name if named else ""
                    continue
                case "CHECK":
                    self.text.checks.append((self.name, spelled(self.inner())))
                case "PRIMARY":
                    self.text.primary_key = self.name
                case "AUTOINCREMENT":
                    self.text.autoincrement = True
                case "UNIQUE":
                    self.text.uniques.append(KeyText(self.name, (self.column,) if self.column else _plain_names(self.inner())))
                case "FOREIGN":
                    self.next()  # KEY
                    columns = _plain_names(self.inner())
                    self.next()  # REFERENCES
                    self.reference(columns)
                case "REFERENCES":
                    self.reference((self.column,))
                case "COLLATE":
                    collation = self.next()
                    self.text.collations[self.column] = collation.name.upper() if collation else ""
                case "AS":
                    self.text.generated[self.column] = spelled(self.inner())
                case "(":
                    self.at = closing(self.parts, self.at - 1) + 1
                    continue
                case _:
                    continue
            self.name = ""

    def next(self) -> Token | None:
        while self.at < len(self.parts):
            self.at += 1
            if self.parts[self.at - 1].kind != "space":
                return self.parts[self.at - 1]
        return None

    def peek(self) -> str:
        return next((token.word for token in self.parts[self.at :] if token.kind != "space"), "")

    def inner(self) -> list[Token]:
        """What stands in the parentheses that come next; nothing when none do."""
        if self.peek() != "(":
            return []
        self.next()
        start, end = self.at, closing(self.parts, self.at - 1)
        self.at = end + 1
        return self.parts[start:end]

    def reference(self, columns: tuple[str, ...]) -> None:
        key = KeyText(self.name, columns)
        self.next()  # the parent
        self.inner()
        while self.peek() in ("ON", "MATCH", "NOT", "DEFERRABLE"):
            match word := self.peek():
                case "NOT":
                    ahead = words(self.parts[self.at :])
                    if len(ahead) < 2 or ahead[1].word != "DEFERRABLE":
                        break
                    self.next()
                    self.next()
                    if self.peek() == "INITIALLY":
                        self.next()
                        self.next()
                case "DEFERRABLE":
                    self.next()
                    key.deferrable = True
                    if self.peek() == "INITIALLY":
                        self.next()
                        timing = self.next()
                        key.initially_deferred = timing is not None and timing.word == "DEFERRED"
                case _:
                    for _ in range(1 if word == "MATCH" else 2):
                        self.next()
                    last = self.next()
                    if last is not None and last.word in ("SET", "NO"):
                        self.next()  # NULL, DEFAULT, ACTION
        self.text.foreign_keys.append(key)


def _plain_names(parts: Sequence[Token]) -> tuple[str, ...]:
    return tuple(body[0].name for item in items(parts) if (body := words(item)))


def mentioned(expression: str, columns: Sequence[str]) -> tuple[str, ...]:
    """The columns that an expression names, in the table's order."""
    named = {token.name.lower() for token in tokens(expression) if token.kind in ("word", "quoted")}
    return tuple(column for column in columns if column.lower() in named)


# -- CREATE INDEX, TRIGGER, VIEW -----------------------------------------------------------------------------------------


def read_index(sql: str) -> tuple[list[str], str | None]:
    """The SQL of each element without COLLATE, ASC and DESC; the condition of a partial index."""
    parts = tokens(sql)
    start = next((at for at, token in enumerate(parts) if token.word == "("), len(parts))
    end = closing(parts, start)
    elements = []
    for item in items(parts[start + 1 : end]):
        body = item
        while body and (body[-1].kind == "space" or body[-1].word in ("ASC", "DESC")):
            body = body[:-1]
        inside = words(body)
        if len(inside) > 2 and inside[-2].word == "COLLATE":
            body = body[: max(at for at, token in enumerate(body) if token.word == "COLLATE")]
        elements.append(spelled(body))
    rest = parts[end + 1 :]
    where = next((at for at, token in enumerate(rest) if token.word == "WHERE"), None)
    return elements, None if where is None else spelled(rest[where + 1 :])


@dataclass(frozen=True, slots=True)
class TriggerText:
    timing: str  # before, after, instead
    event: str  # insert, update, delete
    sets: tuple[tuple[str, str], ...]  # (table, column) of each UPDATE ... SET in its body


def read_trigger(sql: str) -> TriggerText:
    parts = words(tokens(sql))
    head = next((at for at, token in enumerate(parts) if token.word == "BEGIN"), len(parts))
    timing, event = "before", "insert"  # BEFORE is what SQLite takes when nothing is said
    for token in parts[3:head]:
        if token.word in ("BEFORE", "AFTER", "INSTEAD"):
            timing = token.word.lower()
        elif token.word in ("INSERT", "UPDATE", "DELETE"):
            event = token.word.lower()
            break
    return TriggerText(timing, event, tuple(_assignments(parts[head + 1 :])))


def _assignments(body: Sequence[Token]) -> Iterator[tuple[str, str]]:
    for at, token in enumerate(body):
        if token.word != "SET":
            continue
        table = body[at - 1].name if at else ""
        stop = next((end for end in range(at, len(body)) if body[end].word in ("WHERE", ";", "FROM")), len(body))
        for item in items(body[at + 1 : stop]):
            if item:
                yield table, item[0].name


def view_query(sql: str) -> str:
    """What stands after the AS of a CREATE VIEW."""
    parts = tokens(sql)
    start = next((at for at, token in enumerate(parts) if token.word == "AS"), -1)
    return spelled(parts[start + 1 :])


def statements(script: str) -> Iterator[str]:
    """The statements of a script as they are written, without their semicolons; a trigger's body belongs to its statement."""
    start, depth = 0, 0
    head: list[str] = []
    for match in TOKEN.finditer(script):
        if match.lastgroup == "space":
            continue
        word = match.group().upper()
        if word == ";" and depth == 0:
            if head:
                yield script[start : match.start()].strip()
            start, head = match.end(), []
            continue
        if len(head) < 4:
            head.append(word)
        if "TRIGGER" in head:
            depth += (word in ("BEGIN", "CASE")) - (word == "END")
    if head:
        yield script[start:].strip()
