"""The meaning of every column of a table: names first, then what the values say, then what keys carry over.

Values speak louder than names where they are sure (checksums, shapes that nothing else has); names speak louder where values are
mute (numbers, dates, tables without rows). A miss is worse than a false alarm: of two readings the more sensitive one stands.
"""

from __future__ import annotations

import re
import weakref
from collections.abc import Mapping

from mimic.planning.meaning import untold as untelling
from mimic.planning.meaning.context import Context, contexts
from mimic.planning.meaning.families import FAMILIES, GRAVE, GRAVER
from mimic.planning.meaning.likeness import WHY as LIKE
from mimic.planning.meaning.likeness import widened
from mimic.planning.meaning.rules import HARMLESS, LINKS, Rule, by_name, letter
from mimic.planning.meaning.values import Signs, read
from mimic.planning.meaning.wider import WIDER
from mimic.planning.meaning.words import phrase, tokens
from mimic.profile import TableEvidence
from mimic.schema import Column, ForeignKey, Schema, Table, TableName, Vector, bare
from mimic.semantics import Kind, Meaning, Sensitivity

_RANK = [Sensitivity.NONE, Sensitivity.TEXT, Sensitivity.QUASI, Sensitivity.SPECIAL, Sensitivity.DIRECT, Sensitivity.SECRET]
_known: dict[int, tuple[weakref.ref[Schema], Mapping[TableName, Context]]] = {}

# Natural keys of these kinds carry their meaning to the columns that reference them; surrogate keys carry nothing.
CARRIED = frozenset(
    {Kind.EMAIL, Kind.USERNAME, Kind.PERSON_NAME, Kind.PHONE, Kind.NATIONAL_ID, Kind.PASSPORT, Kind.TAX_ID, Kind.IP, Kind.TOKEN,
     Kind.SESSION, Kind.KEY, Kind.CARD_NUMBER, Kind.IBAN, Kind.LICENCE_PLATE, Kind.ACCOUNT_ID, Kind.FIRST_NAME, Kind.LAST_NAME}
)  # fmt: skip
_ELSEWHERE = frozenset({"account id", "member id", "network id", "global id", "user id", "profile id", "badge id"})
_ADDRESS = frozenset({Kind.STREET, Kind.CITY, Kind.POSTCODE, Kind.COUNTRY, Kind.COUNTRY_CODE})
_NO_STATES = frozenset({Kind.STATUS, Kind.WORDS, Kind.CODE, Kind.OTHER})
_HARMLESS = frozenset(HARMLESS)
_NET = (*FAMILIES, *WIDER)
_NAMED = tuple(rule for rule in _NET if rule.kind is Kind.PERSON_NAME) + tuple(rule for rule in FAMILIES if rule.kind is Kind.STREET)
_VISITORS = frozenset({"user id", "ip address", "user ip", "ip", "user agent", "last activity", "session data", "payload"})
_MEETINGS = frozenset("training coaching mental therapy chat game study class practice counseling exam work".split())  # noqa: SIM905
_LETS_IN = re.compile(r"^(?:token|code|secret|key|value|hash|digest|signature)\b|(?:token|code|secret|hash|digest)$")
_LOGINS = frozenset({"user", "client", "login", "web", "auth", "account", "http", "sso", "saml", "oidc", "idp", "browser", "admin"})


def _contexts(schema: Schema) -> Mapping[TableName, Context]:
    """Worked out once per schema: hashing a large schema would cost more than the work."""
    found = _known.get(id(schema))
    if found is not None and found[0]() is schema:
        return found[1]
    made = contexts(schema)
    key = id(schema)
    _known[key] = (weakref.ref(schema, lambda _: _known.pop(key, None)), made)
    return made


def context_of(schema: Schema, table: TableName) -> Context:
    """What a table is about."""
    return _contexts(schema)[table]


def guess(table: Table, schema: Schema, evidence: TableEvidence | None = None) -> dict[str, Meaning]:
    """What each column of `table` means; `evidence` may be None or without rows."""
    context = _contexts(schema)[table.name]
    out: dict[str, Meaning] = {}
    for column in table.columns:
        rows = evidence is not None and evidence.sampled > 0
        named = _likened(_named(table, column, context, schema), table, column, context, rows)
        signs = read(evidence, column) if evidence is not None and rows else None
        out[column.name] = named if signs is None else _weighed(named, signs, column, context)
    out |= _states(table, out)
    for column in table.columns:  # words for searching hold what the texts beside them hold
        if isinstance(bare(column.type), Vector):
            told = any(meaning.sensitivity is Sensitivity.TEXT for meaning in out.values())
            why = "search words of the free text beside it" if told else "search words"
            out[column.name] = Meaning(Kind.FREE_TEXT, Sensitivity.TEXT if told else Sensitivity.NONE, 0.7, why)
    return out


def _likened(named: Meaning, table: Table, column: Column, context: Context, rows: bool) -> Meaning:
    """What no rule tells, by what such words meant elsewhere; keys refer, and hold what they refer to."""
    if _key_of(table, column) is not None:
        return named
    primary = table.primary_key is not None and column.name in table.primary_key.columns
    unknown = named.why in (untelling.WHY, untelling.WHY_JSON) or named.kind is Kind.OTHER
    return widened(named, unknown, phrase(column.name), letter(column.type), primary, context, rows)


def _states(table: Table, meanings: Mapping[str, Meaning]) -> dict[str, Meaning]:
    """A `state` beside a city and a country is no status: it is part of the address."""
    out: dict[str, Meaning] = {}
    for column in table.columns:
        words = phrase(column.name)
        if letter(column.type) != "t" or words.split()[-1:] != ["state"] or meanings[column.name].kind not in _NO_STATES:
            continue
        owner = words[: -len("state")]
        parts = [
            meanings[other.name]
            for other in table.columns
            if meanings[other.name].kind in _ADDRESS and phrase(other.name).startswith(owner) and other is not column
        ]
        if len({part.kind for part in parts}) >= 2:
            lived = [part.sensitivity for part in parts if part.kind is not Kind.STREET]
            sensitivity = max(lived, key=_RANK.index, default=Sensitivity.QUASI)
            out[column.name] = Meaning(Kind.REGION, sensitivity, 0.9, "a state among the parts of an address")
    return out


def _key_of(table: Table, column: Column) -> ForeignKey | None:
    return next((key for key in table.foreign_keys if column.name in key.columns), None)


def _named(table: Table, column: Column, context: Context, schema: Schema, depth: int = 3) -> Meaning:
    """By names, types and keys alone."""
    key = _key_of(table, column)
    if key is not None:
        return _carried(key, column, schema, depth)
    full, own = phrase(column.name), phrase(context.affix.bared(column.name))
    first = _read(table, column, full, context, schema)
    if own == full:
        return first
    # What all names of the table carry may mean something (`email_subject`, `patient_name`): the graver of two readings stands.
    second = _read(table, column, own, context, schema)
    if first.why == untelling.WHY and second.why != untelling.WHY:
        return second
    return second if _RANK.index(second.sensitivity) >= _RANK.index(first.sensitivity) else first


def _read(table: Table, column: Column, words: str, context: Context, schema: Schema) -> Meaning:
    """What a column called by these words means; it references nothing."""
    kind = letter(column.type)
    primary = table.primary_key is not None and column.name in table.primary_key.columns
    if _surrogate(table, column, words, kind, primary):
        beside = {phrase(other.name) for other in table.columns}
        session = context.words[-1:] == ("session",) and kind in "tu" and words in ("id", "session id", "session key")
        kept = context.personal or set(context.words) & _LOGINS or _VISITORS & beside or (len(context.words) == 1 and "data" in beside)
        if session and kept and not _MEETINGS & set(context.words):
            return Meaning(Kind.SESSION, Sensitivity.SECRET, 0.8, "the key of a login session is the session's secret")
        if words == "id" and kind in "tu" and {"reset", "password"} <= set(context.words):
            return Meaning(Kind.TOKEN, Sensitivity.SECRET, 0.5, "the key of a request for a new password is the secret of its link")
        granted = context.words[-1:] in (("token",), ("code",)) and bool({"oauth", "access", "refresh", "reset"} & set(context.words))
        if words == "id" and kind == "t" and granted and not any(_LETS_IN.search(other) for other in beside):
            return Meaning(Kind.TOKEN, Sensitivity.SECRET, 0.5, "the key of a token that has no other column for it is the token")
        if context.words[:1] == ("federated",) and kind == "t":
            return Meaning(Kind.ACCOUNT_ID, Sensitivity.DIRECT, 0.7, "the key of an account elsewhere")
        if (
            kind == "t"
            and primary
            and context.person
            and words not in ("id", "row id")
            and words.split()[-1] not in ("uuid", "guid", "key")
            and len(table.primary_key.columns if table.primary_key else ()) == 1
        ):
            return Meaning(Kind.ACCOUNT_ID, Sensitivity.DIRECT, 0.6, "the text key of a person")
        rule = by_name(words, kind, context)
        if rule in LINKS and not primary:
            return _said(rule, column, context)
        if (
            rule is None
            or (primary and kind in "iu")
            or rule.sensitivity in (Sensitivity.NONE, Sensitivity.TEXT, Sensitivity.QUASI)
            or words == "id"
        ):
            return Meaning(Kind.ID, Sensitivity.NONE, 0.9, "a key of its own")
    rule = _harm(words, kind, context)
    if (told := untelling.untold(words, kind, context, rule.kind if rule else None)) is not None and (rule is None or rule in _HARMLESS):
        return Meaning(told, Sensitivity.DIRECT, untelling.SURE, untelling.WHY)
    if (rule is None or rule in _HARMLESS) and untelling.untold_illness(words, kind, context, rule.kind if rule else None):
        return Meaning(Kind.HEALTH, Sensitivity.SPECIAL, untelling.SURE, untelling.WHY_ILL)
    if rule is not None and not (rule.sensitivity is Sensitivity.NONE and words.endswith(" id")):
        return _said(rule, column, context)
    elsewhere = kind == "t" or words in _ELSEWHERE
    if context.person and words.endswith(" id") and elsewhere and (_own(words, kind, context) or not _table_called(schema, words, kind)):
        return Meaning(Kind.ACCOUNT_ID, Sensitivity.DIRECT, 0.6, "a person's number somewhere else: it references no table here")
    if kind == "u" or (words.endswith(" id") and kind in "tiu") or words == "id":
        return Meaning(Kind.ID, Sensitivity.NONE, 0.8, "named as an identifier")
    if kind in "in":
        return Meaning(Kind.NUMBER, Sensitivity.NONE, 0.5, "a number")
    if kind == "e":
        return Meaning(Kind.STATUS, Sensitivity.NONE, 0.9, "an enumeration of the database")
    if kind == "j" and untelling.untold_json(words, context):
        return Meaning(Kind.JSON_PERSON, Sensitivity.DIRECT, untelling.SURE, untelling.WHY_JSON)
    if kind == "j":
        return Meaning(Kind.OTHER, Sensitivity.NONE, 0.4, "JSON of a program's own")
    return Meaning(Kind.WORDS, Sensitivity.NONE, 0.3, "nothing in its name tells")


def _harm(words: str, kind: str, context: Context) -> Rule | None:
    """The rule that fits: a plain one of harm, one of the wider net, or a harmless one. `user_url` of users may be read as `url`."""
    first = by_name(words, kind, context)
    if first is not None and first not in _HARMLESS:
        if first.sensitivity is not Sensitivity.SECRET and (graver := _first(GRAVE, words, kind, context)) is not None:
            return graver
        if first.sensitivity in (Sensitivity.QUASI, Sensitivity.TEXT):  # `name of the spouse` is a name, although a spouse narrows down
            named = _first(_NAMED, words, kind, context) or _first(GRAVER, words, kind, context)
            return named or first
        return first
    parts = words.split()
    while len(parts) > 1 and parts[0] in context.words:
        parts = parts[1:]
    own = " ".join(parts)
    second = by_name(own, kind, context) if own != words else None
    net = next((rule for rule in _NET for told in dict.fromkeys((words, own)) if rule.fits(told, kind, context)), None)
    harmful = [rule for rule in (second, net) if rule is not None and rule not in _HARMLESS]
    return max(harmful, key=lambda rule: _RANK.index(rule.sensitivity), default=first or second)


def _first(rules: tuple[Rule, ...], words: str, kind: str, context: Context) -> Rule | None:
    return next((rule for rule in rules if rule.fits(words, kind, context)), None)


def _said(rule: Rule, column: Column, context: Context) -> Meaning:
    return Meaning(rule.kind, rule.sensitivity, rule.confidence, f"named {column.name!r} in {context.about or 'a table'}")


def _own(words: str, kind: str, context: Context) -> bool:
    """A person's own number as text, which is no key: `employee_id` of employees, a `userid` with which they log in."""
    before = words.split()[:-1]
    return kind == "t" and (before == ["user"] or set(before) <= set(context.words))


def _table_called(schema: Schema, words: str, kind: str) -> bool:
    """Whether `customer id` may be the key of a table here although no foreign key says so: one with a key of such a type."""
    wanted = words.split()[-2]
    for table in schema.tables:
        if wanted in tokens(table.name.name):
            keys = [table.column(name) for name in (table.primary_key.columns if table.primary_key else ())]
            if kind != "t" or not keys or any(letter(key.type) in "tu" for key in keys):
                return True
    return False


def _surrogate(table: Table, column: Column, words: str, kind: str, primary: bool) -> bool:
    """Numbers and uuids that are keys, and what is called `id`: they name rows, not people."""
    if primary and kind in "iu":
        return True
    if words in ("id", "uuid", "guid", "rowguid", "row id") or (primary and words == "uid"):
        return True
    return primary and (words.endswith(" id") or words in ("key", "code", "number"))


def _carried(key: ForeignKey, column: Column, schema: Schema, depth: int) -> Meaning:
    parent = schema.by_name.get(key.parent)
    where = f"{key.parent}.{key.referred[key.columns.index(column.name)]}"
    if parent is not None and depth and letter(column.type) not in "iun":
        referred = parent.column(key.referred[key.columns.index(column.name)])
        meaning = _named(parent, referred, _contexts(schema)[parent.name], schema, depth - 1)
        if meaning.kind in CARRIED and meaning.personal:
            return Meaning(meaning.kind, meaning.sensitivity, meaning.confidence, f"references {where}: {meaning.why}")
    return Meaning(Kind.ID, Sensitivity.NONE, 0.95, f"references {where}")


def _weighed(named: Meaning, signs: Signs, column: Column, context: Context) -> Meaning:
    """The reading of the name against that of the values."""
    seen = signs.meaning(column, context, tokens(column.name))
    if named.why == LIKE and named.plainly is not None and (seen is not None or signs.few or signs.figures):
        return _weighed(named.plainly, signs, column, context)
    if named.why in (untelling.WHY, untelling.WHY_JSON) and (seen is not None or signs.few or signs.share("number") >= 0.9):
        return seen or Meaning(Kind.WORDS, Sensitivity.NONE, 0.3, "few values, or numbers, and nothing in its name tells")
    if seen is None:
        return signs.tempered(named, column)
    if seen.kind == named.kind:
        return Meaning(named.kind, named.sensitivity, max(named.confidence, seen.confidence), f"{named.why}; {seen.why}")
    if _RANK.index(seen.sensitivity) > _RANK.index(named.sensitivity) or (not named.personal and seen.confidence > named.confidence):
        return seen
    if named.personal and seen.confidence >= 0.95 and seen.personal:  # e-mails in a column called `login`
        return Meaning(seen.kind, max(named.sensitivity, seen.sensitivity, key=_RANK.index), seen.confidence, f"{seen.why}; {named.why}")
    return signs.tempered(named, column)


__all__ = ["context_of", "guess"]
