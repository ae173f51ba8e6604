"""What values say: shapes that nothing else has, checksums, public lists.

Only shares of fitting values leave this module, never a value.
"""

from __future__ import annotations

import ipaddress
import json
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import pyarrow as pa
import pyarrow.compute as pc

from mimic.planning.meaning.checksums import NATIONAL
from mimic.planning.meaning.context import Context
from mimic.profile import ColumnProfile, TableEvidence
from mimic.schema import Array, Column, Json, LogicalType, Text, bare
from mimic.semantics import Kind, Meaning, Sensitivity

LOOKED_AT = 1_000  # distinct values of a column that are read

_LOCALE = re.compile(r"[a-z]{2,3}([-_][A-Za-z]{4})?([-_][A-Z]{2}|[-_]\d{3})?(\.UTF-?8)?")
_SHAPES: dict[str, re.Pattern[str]] = {
    "email": re.compile(r"[^@\s<>,;\"()]+@[^@\s<>,;\"()]+\.[A-Za-z][A-Za-z0-9-]*[A-Za-z]"),
    "uuid": re.compile(r"\{?[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\}?"),
    "mac": re.compile(r"([0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}"),
    "url": re.compile(r"[a-z][a-z0-9+.-]*://\S+|www\.\S+\.\S+"),
    "domain": re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}"),
    "password": re.compile(
        r"\$2[abxy]?\$\d\d\$.{53}|\$argon2(id?|d)\$.+|\$[156]\$.+|\$scrypt\$.+|\$7\$.+|\{?(pbkdf2|PBKDF2|bcrypt|SSHA|scrypt|argon2)\S*[$}].+"
        r"|(pbkdf2_sha\d+|bcrypt_sha256|bcrypt|argon2|scrypt|sha1|md5|salted_md5)\$.+|\$pbkdf2\S+\$.+|scrypt:\d+:.+|pbkdf2:\w+:.+|\*[0-9A-F]{40}"
    ),
    "jwt": re.compile(r"eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*"),
    "token": re.compile(
        r"(sk|pk|rk|whsec|ghp|gho|ghu|ghs|ghr|github_pat|glpat|xox[abprs]|SG|AKIA|ASIA|AIza|ya29|EAA|shpat|npm|pypi|rubygems|cio|dop_v1|hf|key|secret|token)"
        r"[-_.]?[A-Za-z0-9_\-.]{16,}"
    ),
    "hex": re.compile(r"[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{56}|[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128}|[0-9A-F]{32}|[0-9A-F]{40}|[0-9A-F]{64}"),
    "iban": re.compile(r"[A-Z]{2}\d{2} ?([A-Z0-9]{4} ?){2,7}[A-Z0-9]{1,4}"),
    "card": re.compile(r"[2-6]\d{3}([ -]?\d{4}){2}[ -]?\d{1,7}|3[47]\d{2}[ -]?\d{6}[ -]?\d{5}"),
    "phone": re.compile(r"(?=(?:\D*\d){7,15}\D*(?:x\d+)?$)\+?[\d(][\d ().\-/]{5,22}\d(?: ?(?:x|ext\.?) ?\d{1,6})?"),
    "e164": re.compile(r"\+[1-9]\d{6,14}"),
    "coordinates": re.compile(r"\(?-?\d{1,3}\.\d{3,}[,; ]\s?-?\d{1,3}\.\d{3,}\)?|POINT ?\(.+\)"),
    "number": re.compile(r"-?\d{1,6}([.,]\d{1,6})?"),
    "when": re.compile(r"(\d{4}([-/.]?)\d\d\2\d\d|\d\d?[./-]\d\d?[./-]\d{2,4})([T ]?\d\d?:?\d\d(:?\d\d(\.\d+)?)?)?Z?|-?\d{1,4}:\d\d(:\d\d)?"),
    "mime": re.compile(r"(application|audio|font|image|message|model|multipart|text|video)/[a-z0-9.+-]+(; ?\S+)?"),
    "locale": _LOCALE,
    "currency": re.compile(r"[A-Z]{3}"),
    "timezone": re.compile(r"(Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Europe|Indian|Pacific|Etc|US|Canada)/[A-Za-z_/+-]+\d*|UTC|GMT"),
    "version": re.compile(r"v?\d+\.\d+(\.\d+)*([-+.][0-9A-Za-z.-]+)?"),
    "colour": re.compile(r"#[0-9a-fA-F]{3}([0-9a-fA-F]{3})?([0-9a-fA-F]{2})?"),
    "path": re.compile(r"(/|\./|[A-Za-z]:\\)[^\n]*|([\w.-]+/)+[\w.-]+"),
    "file": re.compile(r"[^/\\\n]{1,120}\.[a-z0-9]{2,5}"),
    "slug": re.compile(r"[a-z0-9]+([-_][a-z0-9]+)+"),
    "module": re.compile(r"[A-Za-z_]\w*((\.|::|\\|/)[A-Za-z_]\w*)+"),
    "agent": re.compile(r"(Mozilla|Opera|curl|Wget|python-requests|okhttp|Dalvik|PostmanRuntime|Go-http-client|Ruby)/\d.*"),
    "identifier": re.compile(r"[A-Za-z_][A-Za-z0-9_.:-]*"),
    "code": re.compile(r"(?=.*\d)[A-Za-z0-9]+([-_/. ][A-Za-z0-9]+)*"),
    "street": re.compile(r"\d+[A-Za-z]?,? [^\d].{3,}|[^\d]{4,}[ ,]+\d+ ?[a-zA-Z]?(\W.*)?"),
    "html": re.compile(r"[\s\S]*</?(p|a|b|i|br|div|span|ul|li|h\d|em|strong|code|pre|table|blockquote)\b[\s\S]*>[\s\S]*"),
}  # fmt: skip


def luhn(text: str) -> bool:
    """Whether the digits of a card number add up."""
    digits = [int(c) for c in text if c.isdigit()]
    if not 13 <= len(digits) <= 19:
        return False
    doubled = [d if i % 2 == 0 else (2 * d - 9 if d > 4 else 2 * d) for i, d in enumerate(reversed(digits))]
    return sum(doubled) % 10 == 0


def iban(text: str) -> bool:
    """Whether an IBAN leaves 1 modulo 97 (ISO 13616)."""
    bare_text = text.replace(" ", "").upper()
    if not 15 <= len(bare_text) <= 34 or not bare_text.isalnum() or not bare_text[2:4].isdigit():
        return False
    return int("".join(str(int(c, 36)) for c in bare_text[4:] + bare_text[:4])) % 97 == 1


def is_ip(text: str) -> bool:
    if "." not in text and ":" not in text:
        return False
    try:
        ipaddress.ip_interface(text)
    except ValueError:
        return False
    return True


def is_json(text: str) -> bool:
    if text[:1] not in "{[":
        return False
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


@lru_cache(maxsize=1)
def public_names() -> tuple[frozenset[str], frozenset[str]]:
    """First and last names of public lists, lower case, in a dozen languages."""
    from mimic.generators.pools import names_of  # faker is slow to import

    first: set[str] = set()
    last: set[str] = set()
    for locale in ("en_US", "en_GB", "de_DE", "fr_FR", "es_ES", "it_IT", "nl_NL", "pt_BR", "pl_PL", "sv_SE", "cs_CZ", "tr_TR"):
        firsts, lasts = names_of(locale)
        first |= {name.lower() for name in firsts}
        last |= {name.lower() for name in lasts}
    return frozenset(first), frozenset(last)


@dataclass(frozen=True)
class Signs:
    """Shares (0 .. 1) of a column's distinct values that have a shape; nothing else of the values."""

    distinct: int
    present: int  # values that are not NULL
    shares: Counter[str] = field(default_factory=Counter)
    mean_length: float = 0.0
    mean_words: float = 0.0
    unique: bool = False

    def share(self, shape: str) -> float:
        return float(self.shares[shape])

    def meaning(self, column: Column, context: Context, words: Sequence[str]) -> Meaning | None:
        """What the values alone say, or None."""
        share = self.share
        for shape, least, kind, sensitivity, confidence in _SURE:
            if share(shape) >= least and self.distinct >= 1:
                return Meaning(kind, sensitivity, confidence, f"{share(shape):.0%} of its values are {_SPOKEN[shape]}")
        if share("first+last") >= 0.6 and self.distinct >= 5:
            return Meaning(Kind.PERSON_NAME, Sensitivity.DIRECT, 0.8, f"{share('first+last'):.0%} of its values are names of public lists")
        if share("first") >= 0.6 and self.distinct >= 10 and share("spaced") < 0.3:
            return Meaning(Kind.FIRST_NAME, Sensitivity.DIRECT, 0.75, f"{share('first'):.0%} of its values are first names of public lists")
        if share("last") >= 0.6 and self.distinct >= 10 and share("spaced") < 0.3 and not set(words) & {"city", "country", "brand"}:
            return Meaning(Kind.LAST_NAME, Sensitivity.DIRECT, 0.75, f"{share('last'):.0%} of its values are last names of public lists")
        if share("e164") >= 0.9 or (share("phone") >= 0.8 and set(words) & {"number", "contact", "call", "no"}):
            return Meaning(Kind.PHONE, Sensitivity.DIRECT, 0.8, f"{share('phone'):.0%} of its values look like phone numbers")
        told = max((name for name in self.shares if name.startswith("national:")), key=share, default="")
        if self.distinct >= 5 and told and share(told) >= 0.9:
            return Meaning(
                Kind.NATIONAL_ID,
                Sensitivity.DIRECT,
                0.85,
                f"{share(told):.0%} of its values are {told[9:]} national numbers with a right checksum",
            )
        if share("json") >= 0.9:
            if share("json:person") >= 0.05:
                return Meaning(
                    Kind.JSON_PERSON,
                    Sensitivity.DIRECT,
                    0.8,
                    f"{share('json:person'):.0%} of its values hold e-mails, phones or names under keys called so",
                )
            return None
        if self.distinct >= 3 and share("email inside") >= 0.02 and share("email") < 0.5 and self.mean_words >= 2:
            return Meaning(
                Kind.FREE_TEXT, Sensitivity.TEXT, 0.75, f"{share('email inside'):.0%} of its values hold an e-mail address somewhere"
            )
        if self.mean_words >= 6 and share("sentence") >= 0.5:
            return Meaning(Kind.FREE_TEXT, Sensitivity.TEXT, 0.7, f"sentences of {self.mean_words:.0f} words on average")
        for shape, least, kind in _HARMLESS:
            if share(shape) >= least:
                return Meaning(kind, Sensitivity.NONE, 0.65, f"{share(shape):.0%} of its values are {_SPOKEN[shape]}")
        if self.enumerates and not context.person:
            return Meaning(Kind.STATUS, Sensitivity.NONE, 0.6, f"{self.distinct} distinct identifier-like values in {self.present} rows")
        return None

    @property
    def few(self) -> bool:
        """Few distinct values, each of many rows."""
        return self.distinct <= 50 and (self.distinct <= 0.1 * self.present or (self.distinct <= 5 and self.present >= 10))

    @property
    def enumerates(self) -> bool:
        """Few distinct values that look like names of a program."""
        return self.few and self.share("identifier") >= 0.95 and self.share("email") == 0 and self.mean_length <= 40

    @property
    def figures(self) -> bool:
        """Plain numbers, or days and times."""
        return max(self.share("number"), self.share("when")) >= 0.9

    def tempered(self, named: Meaning, column: Column) -> Meaning:
        """A reading of the name that the values contradict is held with less confidence; harm is never talked away."""
        expected = {Kind.EMAIL: "email", Kind.IP: "ip", Kind.MAC: "mac", Kind.IBAN: "iban", Kind.URL: "url"}.get(named.kind)
        if expected and isinstance(bare(column.type), Text) and self.distinct >= 10 and self.share(expected) < 0.2:
            return Meaning(named.kind, named.sensitivity, min(named.confidence, 0.4), f"{named.why}; its values do not look it")
        return named


_SPOKEN = {
    "email": "e-mail addresses", "password": "password hashes", "jwt": "JSON web tokens", "token": "tokens", "iban": "IBANs with a right checksum",
    "card": "card numbers with a right checksum", "mac": "MAC addresses", "ip": "IP addresses", "coordinates": "pairs of coordinates",
    "agent": "user agents", "mime": "MIME types", "timezone": "time zones", "colour": "colours", "uuid": "uuids", "hex": "hashes", "url": "URLs",
    "version": "versions", "domain": "domains", "file": "file names", "path": "paths", "slug": "slugs", "module": "module paths", "code": "codes",
}  # fmt: skip
_SURE = (
    ("email", 0.8, Kind.EMAIL, Sensitivity.DIRECT, 0.97), ("password", 0.8, Kind.PASSWORD, Sensitivity.SECRET, 0.97),
    ("jwt", 0.8, Kind.TOKEN, Sensitivity.SECRET, 0.97), ("token", 0.8, Kind.TOKEN, Sensitivity.SECRET, 0.9),
    ("iban", 0.8, Kind.IBAN, Sensitivity.DIRECT, 0.97), ("card", 0.8, Kind.CARD_NUMBER, Sensitivity.DIRECT, 0.95),
    ("mac", 0.9, Kind.MAC, Sensitivity.DIRECT, 0.95), ("ip", 0.9, Kind.IP, Sensitivity.DIRECT, 0.95),
    ("agent", 0.8, Kind.USER_AGENT, Sensitivity.QUASI, 0.9),
)  # fmt: skip
_HARMLESS = (
    ("mime", 0.9, Kind.MIME), ("timezone", 0.9, Kind.TIMEZONE), ("colour", 0.9, Kind.COLOUR), ("uuid", 0.9, Kind.ID), ("hex", 0.9, Kind.HASH),
    ("url", 0.9, Kind.URL), ("version", 0.95, Kind.VERSION),
)  # fmt: skip
_PERSON_IN_JSON = re.compile(
    r'"[^"]*(?i:e-?mail|phone|first_?name|last_?name|full_?name|given_?name|family_?name|surname|address|street|birth|ssn|iban|username|ip_?addr)[^"]*"\s*:\s*["{\[]'
)
_EMAIL_INSIDE = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)*\.[A-Za-z]{2,}")
_CHECKS: dict[str, Callable[[str], bool]] = {"ip": is_ip, "json": is_json}


def _element(kind: LogicalType) -> LogicalType:
    """The type of the elements of an array, or the type itself."""
    kind = bare(kind)
    while isinstance(kind, Array):
        kind = bare(kind.element)
    return kind


def read(evidence: TableEvidence, column: Column) -> Signs | None:
    """The signs of a text column's sample; None where there is nothing to read."""
    if not isinstance(_element(column.type), Text | Json) or column.name not in evidence.sample.column_names:
        return None
    values = evidence.column(column.name)
    while pa.types.is_list(values.type) or pa.types.is_large_list(values.type):
        values = values.flatten()
    present = len(values) - values.null_count
    if not present or not pa.types.is_string(values.type):
        return None
    distinct = pc.unique(values).drop_null()
    # Spread over the column, not its head: rows often come in order of time or name.
    step = max(1, len(distinct) // LOOKED_AT)
    texts = [text for text in distinct.take(pa.array(range(0, len(distinct), step)))[:LOOKED_AT].to_pylist() if text.strip()]
    if not texts:
        return None
    counts: Counter[str] = Counter()
    firsts, lasts = public_names()
    for text in texts:
        for shape, pattern in _SHAPES.items():
            if len(text) <= 2_000 and pattern.fullmatch(text) and (shape != "card" or luhn(text)) and (shape != "iban" or iban(text)):
                counts[shape] += 1
        for shape, check in _CHECKS.items():
            counts[shape] += check(text)
        if len(text) <= 20:
            for national in NATIONAL:
                counts[f"national:{national.__name__}"] += national(text)
        counts["json:person"] += text[:1] in "{[" and _PERSON_IN_JSON.search(text) is not None
        counts["email inside"] += "@" in text and _EMAIL_INSIDE.search(text) is not None
        parts = [part for part in re.split(r"[\s,.]+", text.strip().lower()) if part]
        counts["spaced"] += len(parts) > 1
        counts["sentence"] += len(parts) >= 4
        if 1 <= len(parts) <= 4:
            counts["first"] += len(parts) == 1 and parts[0] in firsts
            counts["last"] += len(parts) == 1 and parts[0] in lasts
            counts["first+last"] += len(parts) >= 2 and (
                (parts[0] in firsts and parts[-1] in lasts) or (parts[-1] in firsts and parts[0] in lasts)
            )
    shares = Counter({shape: count / len(texts) for shape, count in counts.items()})
    lengths = [len(text) for text in texts]
    words = [len(text.split()) for text in texts]
    return Signs(len(distinct), present, shares, sum(lengths) / len(lengths), sum(words) / len(words), len(distinct) == present)


# Kinds that code and the public give out, so that keeping them whole tells nothing of anyone.
_VOCABULARY = {
    Kind.STATUS: "an enumeration of the application", Kind.LOCALE: "locales are public", Kind.CURRENCY: "currencies are public",
    Kind.TIMEZONE: "time zones are public", Kind.MIME: "MIME types are public", Kind.COUNTRY_CODE: "country codes are public",
    Kind.TYPE_REFERENCE: "types of the application", Kind.SETTING_KEY: "names of settings", Kind.VERSION: "versions of software",
    Kind.LANGUAGE: "languages are public", Kind.COUNTRY: "countries are public", Kind.GENDER: "genders are few and public",
}  # fmt: skip
_ENUMERATES = re.compile(r"[A-Za-z][A-Za-z0-9_.:/+ -]{0,63}")


def vocabulary(meaning: Meaning, values: pa.Array, profile: ColumnProfile | None = None) -> str | None:
    """Why the distinct values of a column may be kept whole below k owners, or None where they may not.

    Few distinct, identifier-like, and nothing personal about the column: what a program or the public gave out.
    """
    if not pa.types.is_string(values.type) or len(values) == values.null_count:
        return None
    distinct = pc.unique(values).drop_null().to_pylist()
    present = len(values) - values.null_count
    reason = _VOCABULARY.get(meaning.kind)
    if meaning.kind in (Kind.CURRENCY, Kind.TIMEZONE, Kind.MIME, Kind.LOCALE, Kind.COUNTRY_CODE, Kind.LANGUAGE, Kind.COUNTRY):
        shape = {Kind.CURRENCY: "currency", Kind.TIMEZONE: "timezone", Kind.MIME: "mime", Kind.LOCALE: "locale"}.get(meaning.kind)
        known = [text for text in distinct if (_SHAPES[shape].fullmatch(text) if shape else _public(meaning.kind, text))]
        return reason if reason and len(known) >= 0.95 * len(distinct) and len(distinct) <= 400 else None
    if meaning.personal or meaning.sensitivity is Sensitivity.TEXT:
        if meaning.kind is Kind.GENDER and len(distinct) <= 12 and max(map(len, distinct)) <= 12:
            return reason
        return None
    few = len(distinct) <= 50 and (len(distinct) <= 0.1 * present or (len(distinct) <= 5 and present >= 2 * len(distinct)))
    if meaning.kind is Kind.SETTING_KEY:
        few = len(distinct) <= 2_000
    if not few or (meaning.kind in (Kind.CODE, Kind.ID, Kind.NAME, Kind.TITLE, Kind.COMPANY, Kind.HASH) and not _program_like(distinct)):
        return None
    if not all(_ENUMERATES.fullmatch(text) and "@" not in text and not is_ip(text) for text in distinct):
        return None
    if meaning.kind is Kind.WORDS and not _program_like(distinct):
        return None
    return reason or "few distinct names of a program"


def _program_like(distinct: Sequence[str]) -> bool:
    """`order_paid`, `app.models.User`, `draft`: lower case or parted as programs part names, without blanks."""
    return all(
        " " not in text and (text.islower() or text.isupper() or re.search(r"[_.:/]", text)) and not text.isdigit() for text in distinct
    )


def _public(kind: Kind, text: str) -> bool:
    from mimic.generators.pools import public_words

    return text.strip().lower() in public_words(kind)


__all__ = ["Signs", "iban", "luhn", "public_names", "read", "vocabulary"]
