"""JSON, leaf by leaf: by path where a path is configured, by the key's name and the value's look elsewhere.

`paths` maps a path (`$.contact.email`, `$.items[*].name`, `$..token`) to a masker, or to null for leaves that stay. Every other string
is masked: as what its key says (`email`, `phone`, `name`), else sign by sign. Numbers stay, unless their key says that they are
somebody's or they have six digits and more; true, false and null stay, and so do the keys.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, ClassVar, Self

import pyarrow as pa

from mimic.masker import CannotMask, Given, Masker, MaskTask
from mimic.maskers.cipher import Aes
from mimic.maskers.identifiers import Cards, Ibans, Identifiers, Numbers, Phones
from mimic.maskers.names import Emails, Names
from mimic.maskers.opaque import Shapes
from mimic.maskers.places import Addresses, Cities, Companies, Links, Streets
from mimic.maskers.prose import Prose
from mimic.maskers.texts import OfTexts, element, is_text, through
from mimic.registry import Registry
from mimic.schema import Column, Integer, Json, Text
from mimic.semantics import Kind

_LEAF = Column("leaf", Text())
# What a key says, the first that fits.
_KEYS: tuple[tuple[re.Pattern[str], Kind], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), kind)
    for pattern, kind in (
        (r"e-?mail|^mail$", Kind.EMAIL), (r"phone|mobile|fax|^tel", Kind.PHONE), (r"iban", Kind.IBAN), (r"card_?(number|no)|^pan$", Kind.CARD_NUMBER),
        (r"first_?name|given_?name|fore_?name", Kind.FIRST_NAME), (r"last_?name|family_?name|sur_?name", Kind.LAST_NAME),
        (r"user_?name|login|nick|handle|screen_?name", Kind.USERNAME), (r"company|employer|organi[sz]ation", Kind.COMPANY),
        (r"(full|display|real|legal|customer|holder|contact|person|owner|author|^)_?name$", Kind.PERSON_NAME), (r"street|address_?(line)?_?\d?$", Kind.STREET),
        (r"^city$|town", Kind.CITY), (r"^ip$|ip_?addr|remote_?addr", Kind.IP), (r"url|link|href|website|avatar|picture|photo", Kind.URL_PROFILE),
        (r"comment|note|message|body|text|description|bio|reason|title|subject", Kind.FREE_TEXT),
        (r"(^|_)(id|uid|uuid|number|code|sub|ref|reference|ssn|passport|tax)$", Kind.ID),
    )
)  # fmt: skip
_LOOKS: tuple[tuple[re.Pattern[str], Kind], ...] = (
    (re.compile(r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}"), Kind.EMAIL),
    (re.compile(r"(https?|ftp)://\S+"), Kind.URL_PROFILE),
    (re.compile(r"\d{1,3}(\.\d{1,3}){3}"), Kind.IP),
)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?")


def _masker(kind: Kind, locale: str) -> OfTexts:
    made: dict[Kind, Callable[[], OfTexts]] = {
        Kind.EMAIL: lambda: Emails(_LEAF, locale, None),
        Kind.USERNAME: lambda: Emails(_LEAF, locale, None),
        Kind.PHONE: lambda: Phones(_LEAF),
        Kind.IBAN: lambda: Ibans(_LEAF),
        Kind.CARD_NUMBER: lambda: Cards(_LEAF),
        Kind.FIRST_NAME: lambda: Names(_LEAF, "first", locale, None),
        Kind.LAST_NAME: lambda: Names(_LEAF, "last", locale, None),
        Kind.PERSON_NAME: lambda: Names(_LEAF, "whole", locale, None),
        Kind.COMPANY: lambda: Companies(_LEAF, locale, None, False),
        Kind.STREET: lambda: Streets(_LEAF, locale, None),
        Kind.CITY: lambda: Cities(_LEAF, locale, None),
        Kind.IP: lambda: Addresses(_LEAF),
        Kind.URL_PROFILE: lambda: Links(_LEAF, None),
        Kind.FREE_TEXT: lambda: Prose(_LEAF, locale, None),
        Kind.ID: lambda: Identifiers(_LEAF),
    }
    return made.get(kind, lambda: Shapes(_LEAF))()


@lru_cache(maxsize=4_096)
def _by_key(name: str) -> Kind | None:
    return next((kind for pattern, kind in _KEYS if pattern.search(name)), None)


def _by_look(text: str) -> Kind | None:
    return next((kind for pattern, kind in _LOOKS if pattern.fullmatch(text)), None)


Path = tuple[str | int, ...]


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every leaf with its path."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves(inner, (*path, name))
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            yield from leaves(inner, (*path, i))
    else:
        yield path, value


def replaced(value: Any, new: Iterator[Any]) -> Any:
    if isinstance(value, dict):
        return {name: replaced(inner, new) for name, inner in value.items()}
    if isinstance(value, list):
        return [replaced(inner, new) for inner in value]
    return next(new)


@lru_cache(maxsize=256)
def _pattern(path: str) -> re.Pattern[str]:
    """A JSON path as a pattern over paths that are written `.a.b[0]`."""
    if not path.startswith("$"):
        raise CannotMask(f"a path begins with $, such as $.contact.email; {path!r} does not")
    out = re.escape(path[1:])
    out = out.replace(r"\.\.", r"(?:\..*|\[\d+\])*\.").replace(r"\[\*\]", r"\[\d+\]").replace(r"\.\*", r"\.[^.\[]+")
    return re.compile(out + r"(?:[.\[].*)?")


def _spelled(path: Path) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)


@dataclass(frozen=True)
class JsonLeaves(OfTexts):
    """JSON columns and texts that hold JSON; what cannot be read as JSON is masked sign by sign."""

    kind: ClassVar[str] = "json"
    keeps_uniqueness: ClassVar[bool] = False

    column: Column
    locale: str
    prose: bool  # the column is free text: unknown strings are read, not scrambled
    paths: tuple[tuple[str, Masker | None], ...] = field(default=(), compare=False)

    @property
    def domain(self) -> str:
        return "name"

    @classmethod
    def suits(cls, task: MaskTask) -> float:
        if isinstance(element(task.column.type), Json):
            return 0.9
        return 0.88 if is_text(task.column) and task.kind is Kind.JSON_PERSON else 0.0

    @classmethod
    def of(cls, task: MaskTask) -> Self:
        if not (isinstance(element(task.column.type), Json) or is_text(task.column)):
            raise CannotMask("it holds neither JSON nor text")
        told: list[tuple[str, Masker | None]] = []
        for path, said in dict(task.options.get("paths", {})).items():
            _pattern(path)
            told.append((path, None if said is None else _configured(said, task)))
        return cls(task.column, task.locale, task.kind is Kind.FREE_TEXT, tuple(told))

    def mask(self, values: pa.Array, key: bytes, given: Given) -> pa.Array:
        return through(values, self.column.type, lambda texts: self._all(texts, key))

    def made(self, texts: pa.Array, aes: Aes) -> pa.Array:
        raise NotImplementedError  # `mask` needs the key itself, for maskers of paths

    def _all(self, texts: pa.Array, key: bytes) -> pa.Array:
        found = [_read(text) for text in texts.to_pylist()]
        jobs: dict[object, list[str]] = {}
        marks: list[list[tuple[object, int, Any]]] = []
        for tree, raw in found:
            mine: list[tuple[object, int, Any]] = []
            for path, leaf in leaves(tree) if raw is None else [((), raw)]:
                job, told = self._job(path, leaf)
                if job is not None:
                    jobs.setdefault(job, []).append(told)
                mine.append((job, len(jobs[job]) - 1 if job is not None else 0, leaf))
            marks.append(mine)
        made = {job: self._done(job, pa.array(told, pa.string()), key) for job, told in jobs.items()}
        out = []
        for (tree, raw), mine in zip(found, marks, strict=True):
            new = iter([leaf if job is None else _put_back(made[job][at], leaf) for job, at, leaf in mine])
            if raw is not None:
                out.append(str(next(new)))
            else:
                out.append(_printed(replaced(tree, new)))
        return pa.array(out, pa.string())

    def _done(self, job: object, told: pa.Array, key: bytes) -> list[str]:
        masker = self.paths[job][1] if isinstance(job, int) else None
        if masker is not None:
            out: list[str] = masker.mask(told, key, {}).to_pylist()
        elif job is Kind.NUMBER:
            out = Numbers(Column("leaf", Integer()), (1 << 63) - 1).mask(told.cast(pa.int64()), key, {}).cast(pa.string()).to_pylist()
        else:
            assert isinstance(job, Kind)
            out = _masker(job, self.locale).made(told, Aes(key)).to_pylist()
        return out

    def _job(self, path: Path, leaf: Any) -> tuple[object | None, str]:
        """Who masks a leaf: the number of a configured path, a kind, or nobody."""
        if leaf is None or isinstance(leaf, bool | _Digits):
            return None, ""
        spelled = _spelled(path)
        for i, (pattern, masker) in enumerate(self.paths):
            if _pattern(pattern).fullmatch(spelled):
                return (None, "") if masker is None else (i, str(leaf))
        name = next((part for part in reversed(path) if isinstance(part, str)), "")
        by_key = _by_key(name)
        if isinstance(leaf, int):
            told = abs(leaf) < 1 << 63 and (by_key in (Kind.PHONE, Kind.CARD_NUMBER) or abs(leaf) >= 1_000_000)
            return (Kind.NUMBER, str(leaf)) if told else (None, "")
        if not leaf.strip() or _MOMENT.fullmatch(leaf):
            return None, ""
        look = _by_look(leaf)
        kind = look or by_key or Kind.FREE_TEXT
        return (Kind.OTHER if kind is Kind.FREE_TEXT and not self.prose else kind), leaf


def _configured(said: Any, task: MaskTask) -> Masker:
    from mimic.maskers import builtin

    kind, options = (said, {}) if isinstance(said, str) else (said["masker"], said.get("options", {}))
    asked = MaskTask(_LEAF, task.kind, options=options, locale=task.locale)
    made: Masker = builtin().maskers.get(str(kind)).of(asked)
    return made


def _put_back(text: str, leaf: Any) -> Any:
    if isinstance(leaf, int) and text.lstrip("-").isdigit():
        return int(text)
    return text


class _Digits(str):
    """A number with a fraction or an exponent, digit by digit as it was written."""

    __slots__ = ()


def _printed(value: Any) -> str:
    if isinstance(value, _Digits):
        return str(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(name, ensure_ascii=False)}: {_printed(inner)}" for name, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_printed, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def _read(text: str) -> tuple[Any, str | None]:
    """The tree of a JSON text, or the text itself where it is none."""
    try:
        return json.loads(text, parse_float=_Digits), None
    except (ValueError, RecursionError):
        return None, text


def register(registry: Registry) -> None:
    registry.maskers.add(JsonLeaves)


__all__ = ["JsonLeaves", "leaves"]
