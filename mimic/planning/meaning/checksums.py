"""National numbers that check themselves. A right checksum in nearly all values of a column is no accident.

| number | check |
|---|---|
| Spain DNI, NIE | letter by modulo 23 |
| Italy codice fiscale | last letter by weights |
| France NIR | two digits by modulo 97 |
| Netherlands BSN | eleven test |
| Poland PESEL, Sweden personnummer, Brazil CPF, Germany tax id (ISO 7064), Belgium national number, Switzerland AHV (EAN 13) | their own |
| United Kingdom NINO, United States SSN (with hyphens) | shape and forbidden ranges |
"""

from __future__ import annotations

import re
from collections.abc import Callable

_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
_ODD = dict(zip("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23], strict=True))  # fmt: skip
_EVEN = {c: i % 10 if c.isdigit() else i - 10 for i, c in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")}


def _digits(text: str) -> list[int]:
    return [int(c) for c in text if c.isdigit()]


def _weighed(digits: list[int], weights: list[int]) -> int:
    return sum(d * w for d, w in zip(digits, weights, strict=False))


def spanish(text: str) -> bool:
    plain = text.replace("-", "").replace(" ", "").upper()
    if not re.fullmatch(r"[XYZ]?\d{7,8}[A-Z]", plain):
        return False
    number = plain[:-1].replace("X", "0").replace("Y", "1").replace("Z", "2")
    return len(number) == 8 and _LETTERS[int(number) % 23] == plain[-1]


def italian(text: str) -> bool:
    plain = text.upper()
    if not re.fullmatch(r"[A-Z]{6}[0-9LMNPQRSTUV]{2}[A-EHLMPRST][0-9LMNPQRSTUV]{2}[A-Z][0-9LMNPQRSTUV]{3}[A-Z]", plain):
        return False
    total = sum(_ODD[c] if i % 2 == 0 else _EVEN[c] for i, c in enumerate(plain[:15]))
    return chr(65 + total % 26) == plain[15]


def french(text: str) -> bool:
    plain = text.replace(" ", "").upper()
    if not re.fullmatch(r"[12]\d{2}(0[1-9]|1[0-2]|[2-9]\d)(\d{2}|2[AB])\d{6}\d{2}", plain):
        return False
    number = int(plain[:13].replace("2A", "19").replace("2B", "18"))
    return 97 - number % 97 == int(plain[13:])


def dutch(text: str) -> bool:
    digits = _digits(text)
    return bool(re.fullmatch(r"\d{9}", text)) and _weighed(digits, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 == 0 and any(digits)


def polish(text: str) -> bool:
    digits = _digits(text)
    return bool(re.fullmatch(r"\d{11}", text)) and (10 - _weighed(digits[:10], [1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10) % 10 == digits[10]


def swedish(text: str) -> bool:
    if not re.fullmatch(r"(?:\d{2})?\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])[-+]\d{4}", text):
        return False
    doubled = [d * (2 - i % 2) for i, d in enumerate(_digits(text)[-10:])]
    return sum(d // 10 + d % 10 for d in doubled) % 10 == 0


def brazilian(text: str) -> bool:
    if not re.fullmatch(r"\d{3}\.?\d{3}\.?\d{3}-?\d{2}", text):
        return False
    digits = _digits(text)
    for n in (9, 10):
        if _weighed(digits[:n], list(range(n + 1, 1, -1))) * 10 % 11 % 10 != digits[n]:
            return False
    return len(set(digits)) > 1


def german(text: str) -> bool:
    if not re.fullmatch(r"[1-9]\d ?\d{3} ?\d{3} ?\d{3}", text):
        return False
    product = 10
    digits = _digits(text)
    for digit in digits[:10]:
        total = (digit + product) % 10 or 10
        product = total * 2 % 11
    return (11 - product) % 10 == digits[10]


def belgian(text: str) -> bool:
    if not re.fullmatch(r"\d{2}\.?(0\d|1[0-2])\.?[0-3]\d[-.]?\d{3}[-.]?\d{2}", text):
        return False
    number = "".join(c for c in text if c.isdigit())
    return int(number[9:]) in (97 - int(number[:9]) % 97, 97 - int("2" + number[:9]) % 97)


def swiss(text: str) -> bool:
    digits = _digits(text)
    if not re.fullmatch(r"756\.?\d{4}\.?\d{4}\.?\d{2}", text):
        return False
    return (10 - _weighed(digits[:12], [1, 3] * 6) % 10) % 10 == digits[12]


def british(text: str) -> bool:
    return re.fullmatch(r"(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]", text) is not None


def american(text: str) -> bool:
    return re.fullmatch(r"(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}", text) is not None


NATIONAL: tuple[Callable[[str], bool], ...] = (
    spanish, italian, french, dutch, polish, swedish, brazilian, german, belgian, swiss, british, american,
)  # fmt: skip

__all__ = ["NATIONAL"]
