"""Formats that the world agrees on: how a phone number, a card, a hash, a token is written where nothing was learned.

Written in the small language of `codes.parsed`: `#` a digit, `%` one but 0, `^` and `~` capital and small letters, `_` a hex digit,
`&` small letters and digits, `?` letters and digits, `*` those and - and _; all else stands for itself, and so does what
follows a backslash.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mimic.generators.templates import from_bytes
from mimic.semantics import Kind

# Numbers of the own country; +1 ... 555 01xx, 0113 496 0xxx and 07700 900xxx are kept for fiction by their numbering plans.
_PHONES = {
    "en_US": ("+1%##55501##", "(%##) 555-01##"), "en_CA": ("+1%##55501##",), "en_GB": ("+447700900###", "0113 496 0###"),
    "de_DE": ("+49 30 ########", "+49 15# #######"), "de_CH": ("+41 7% ### ## ##", "+41 44 ### ## ##"), "de_AT": ("+43 660 #######",),
    "fr_FR": ("+33 6 ## ## ## ##", "01 ## ## ## ##"), "es_ES": ("+34 6## ### ###",), "it_IT": ("+39 3## #######",), "nl_NL": ("+31 6 ########",),
    "pt_BR": ("+55 %% 9####-####",), "pt_PT": ("+351 9## ### ###",), "pl_PL": ("+48 5## ### ###",),
}  # fmt: skip
# How telephone numbers are written around the world: with the country's code first, and without.
_WITH_CODE = (
    "+1 (###) ###-####", "+1 ### ### ####", "+1-###-###-####", "+1##########", "+33 # ## ## ## ##", "+33 0# ## ## ## ##", "+34 ### ### ###",
    "+351 ### ### ###", "+39 0# ########", "+39 ### #######", "+31 0## #######", "+31 # ########", "+32 0# ### ## ##", "+32 ### ## ## ##",
    "+41 ## ### ## ##", "+43 0# #######", "+44 0## #### ####", "+44 0### ### ####", "+44 ## #### ####", "+44##########", "+45 ## ## ## ##",
    "+46 0#-### ## ##", "+46 ## ### ## ##", "+47 ## ## ## ##", "+48 ## ### ## ##", "+49 0## #######", "+49 0## ########", "+49 ### #######",
    "+49##########", "+420 # #### ####", "+420 ### ### ###", "+54 (0)## #### ####", "+55 (##) ####-####", "+55 ## #####-####",
    "+56 (0)# ### ####", "+61 (0#) #### ####", "+61 # #### ####", "+91 0## ########", "+91 ##### #####", "+353 0# #######", "+358 0# ### ####",
    "+81 #-####-####",
)  # fmt: skip
_WITHOUT_CODE = (
    "(###) ###-####", "###-###-####", "###.###.####", "### ### ####", "##########", "###-####", "(##) ####-####", "(##) ### ####", "(##) #######",
    "(0##) #######", "(0##) ########", "(0###) ######", "(0####) ####", "(0#) ### ## ##", "0#-### ## ##", "0##-### ## ##", "0## ### ####",
    "0# ## ## ## ##", "0#.##.##.##.##", "##.##.##.##", "## ## ## ##", "(#) ###-####", "#### ### ###", "0#### ######", "########", "(##) ## ## ##",
)  # fmt: skip
_POSTCODES = {
    "en_US": "%####", "en_GB": "^^# #^^", "en_CA": "^#^ #^#", "nl_NL": "%### ^^", "de_CH": "%###", "fr_CH": "%###", "de_AT": "%###", "pt_BR": "#####-###",
    "pl_PL": "##-###", "pt_PT": "%###-###", "sv_SE": "%## ##", "da_DK": "%###", "no_NO": "####", "ja_JP": "###-####", "en_AU": "%###", "fr_BE": "%###",
    "nl_BE": "%###",
}  # fmt: skip
_IBANS = {
    "de": "DE00" + "#" * 18, "fr": "FR00" + "#" * 10 + "?" * 11 + "##", "es": "ES00" + "#" * 20, "it": "IT00^" + "#" * 10 + "?" * 12, "nl": "NL00^^^^##########",
    "en": "GB00^^^^" + "#" * 14, "pt": "PT00" + "#" * 21, "pl": "PL00" + "#" * 24,
}  # fmt: skip
_UUID = "________-____-4___-8___-____________"

# By kind, longest first; the first that fits the column's width is taken.
_USUAL: dict[Kind, tuple[str, ...]] = {
    Kind.CARD_NUMBER: ("400000##########",), Kind.NATIONAL_ID: ("9##-##-####", "9########"), Kind.PASSPORT: ("^########", "########"),
    Kind.TAX_ID: ("##-#######", "#########"), Kind.LICENCE_PLATE: ("^^^-####", "^^####"), Kind.BANK_ACCOUNT: ("##########", "########"),
    Kind.IP: ("192.0.2.%#", "198.51.100.%#", "203.0.113.%#"), Kind.MAC: ("02:__:__:__:__:__",), Kind.DEVICE_ID: (_UUID, "_" * 16),
    Kind.SESSION: ("&" * 32, "&" * 20), Kind.TOKEN: ("*" * 43, "*" * 32, "*" * 20, "*" * 8), Kind.KEY: ("?" * 40, "?" * 32, "?" * 20, "?" * 16),
    Kind.ACCOUNT_ID: ("#########", "######"), Kind.ID: ("&" * 12, "&" * 8, "&" * 4), Kind.CODE: ("^^-#####", "^^####", "^###", "^^^", "^^"),
    Kind.VERSION: ("%.#.#", "%.#"), Kind.COLOUR: ("\\#______", "______"), Kind.LATITUDE: ("4%.######",), Kind.LONGITUDE: ("%.######",),
    Kind.COORDINATES: ("4%.####,%.####",), Kind.YEAR: ("202%",), Kind.NUMBER: ("%##",), Kind.COUNT: ("%#",), Kind.BIRTH_DATE: ("19%#-0%-1%",),
    Kind.DATE: ("202%-0%-1%",), Kind.AGE: ("%#",), Kind.SALARY: ("%#000",), Kind.MONEY: ("%#.##",),
}  # fmt: skip

_RECOGNISED = {
    re.compile(r"eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*"): "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.",
}  # fmt: skip


def plain(text: str) -> str:
    """A text that stands for itself in the small language."""
    return "".join("\\" + c for c in text)


PASSWORDS = (
    plain("pbkdf2_sha256$600000$") + "?" * 22 + "$" + "?" * 43 + "=",
    plain("$argon2id$v=19$m=65536,t=3,p=4$") + "?" * 22 + "$" + "?" * 43,
    plain("$2b$12$") + "?" * 53,
    "_" * 40,
    "?" * 16,
)


def recognised(texts: Sequence[str]) -> tuple[str, ...]:
    """Formats whose parts have lengths of their own (JSON web tokens), where nearly all of the texts are of them."""
    looked = texts[:500]
    for pattern, head in _RECOGNISED.items():
        if looked and sum(pattern.fullmatch(text) is not None for text in looked) >= 0.95 * len(looked):
            return tuple(plain(head) + "*" * body + "." + "*" * 43 for body in (96, 120, 148, 180))
    return ()


def usual(kind: Kind, column: str, locale: str, most: int | None, *, fixed: bool) -> tuple[tuple[str, float], ...]:
    """Formats of a kind with their shares, none longer than `most`; where none is, letters and digits that fill the width."""
    language = locale.partition("_")[0]
    name = column.lower()
    found: Sequence[str]
    if kind is Kind.PHONE and "ext" in name:
        found = ("####", "###")
    elif kind is Kind.PHONE:
        found = _PHONES.get(locale, ("+1%##55501##",))
    elif kind is Kind.POSTCODE:
        found = (_POSTCODES.get(locale, "%####"),)
    elif kind is Kind.IBAN:
        found = (_IBANS.get(language, _IBANS["de"]),)
    elif kind is Kind.PASSWORD:
        found = ("?" * 22,) if "salt" in name else ("####",) if name in ("pin", "cvv", "cvc") else PASSWORDS
        if re.search(r"digest|crypt|hash|passwd", name) and found is PASSWORDS:  # `encrypted_password`, `password_digest`: not Django's
            found = (PASSWORDS[2], *PASSWORDS)
        found = next(((text,) for text in found if most is None or len(text.replace("\\", "")) <= most), ())
    elif kind is Kind.HASH:
        sizes = {"md5": 32, "sha1": 40, "sha256": 64, "sha512": 128, "crc": 8, "etag": 32}
        found = ("_" * next((size for text, size in sizes.items() if text in name.replace("_", "")), 64), "_" * 40, "_" * 32)
    elif kind is Kind.ID and ("uuid" in name or "guid" in name):
        found = (_UUID,)
    elif kind is Kind.CODE and "isbn" in name:
        found = ("978-%-##-######-#",)
    elif kind in (Kind.CODE, Kind.ID) and fixed and most is not None and most <= 12:
        found = ("^" * most if most <= 5 else "^" * 2 + "#" * (most - 2),)
    else:
        found = _USUAL.get(kind, ("&&&&&&&&",))
    together = kind in (Kind.PHONE, Kind.IP)
    fits = [text for text in found if most is None or _length(text) <= most]
    if not fits and kind is Kind.PHONE:
        return (("#" * max(most or 8, 1), 1.0),)
    if not fits:
        return ((("^" if (most or 8) <= 2 else "&") * max(most or 8, 1), 1.0),)
    return tuple((text, 1.0 / len(fits)) for text in fits) if together else ((fits[0], 1.0),)


def layouts(kind: Kind, *, coded: bool) -> tuple[str, ...]:
    """Public ways of writing a kind, for texts whose own form too few owners share; `coded`: with a country's code first."""
    return () if kind is not Kind.PHONE else _WITH_CODE if coded else _WITHOUT_CODE


def _length(text: str) -> int:
    return len(re.sub(r"\\(.)", r"\1", text))


def with_check_digits(texts: pa.Array, check: str) -> pa.Array:
    """The same texts with check digits worked out: Luhn's last digit, or positions 2 and 3 of an IBAN (ISO 13616)."""
    encoded = pc.fill_null(texts, "")
    data = np.frombuffer(_joined(encoded), dtype=np.uint8).copy()
    offsets = np.concatenate([[0], np.cumsum(np.asarray(pc.binary_length(encoded).to_numpy(zero_copy_only=False), dtype=np.int64))])
    lengths = np.diff(offsets)
    for size in np.unique(lengths).tolist():
        rows = np.flatnonzero(lengths == size)
        if size == 0:
            continue
        index = offsets[rows][:, None] + np.arange(size)
        data[index] = _luhn(data[index]) if check == "luhn" else _iban(data[index])
    return from_bytes(offsets, data)


def _joined(texts: pa.Array) -> bytes:
    return bytes(pc.binary_join(pa.ListArray.from_arrays(pa.array([0, len(texts)], pa.int32()), texts.cast(pa.binary())), b"")[0].as_py())


def _luhn(grid: np.ndarray) -> np.ndarray:
    """`grid` (m, width) of characters: the last digit made right."""
    digit = (grid >= 48) & (grid <= 57)
    values = np.where(digit, grid - 48, 0).astype(np.int64)
    behind: np.ndarray = np.cumsum(digit[:, ::-1], axis=1)[:, ::-1] - digit  # digits to the right
    doubled = np.where(behind % 2 == 1, np.where(values > 4, 2 * values - 9, 2 * values), values)
    last: np.ndarray = behind == 0
    total = np.where(last | ~digit, 0, doubled).sum(axis=1)
    return np.where(last & digit, ((10 - total % 10) % 10)[:, None] + 48, grid).astype(np.uint8)


def _iban(grid: np.ndarray) -> np.ndarray:
    """`grid` (m, width) of an IBAN's characters, blanks allowed: positions 2 and 3 made right."""
    out = grid.copy()
    if grid.shape[1] < 8:
        return out
    out[:, 2:4] = 48
    rest = np.zeros(len(out), dtype=np.int64)
    for i in [*range(4, out.shape[1]), *range(4)]:
        c = out[:, i].astype(np.int64)
        number = np.where(c >= 97, c - 87, np.where(c >= 65, c - 55, c - 48))
        rest = np.where(c == 32, rest, np.where(number >= 10, (rest * 100 + number) % 97, (rest * 10 + number) % 97))
    check = 98 - rest
    out[:, 2], out[:, 3] = check // 10 + 48, check % 10 + 48
    return out


__all__ = ["layouts", "plain", "recognised", "usual", "with_check_digits"]
