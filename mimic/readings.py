"""What texts stand for: numbers, days, moments and spans that travel as text, read for the engine and written again.

PostgreSQL's `numeric` without limits, `money` and `interval` have no plain Arrow type; and many a database keeps its dates in
`char(8)`. Generators see what such a column means, rows hold what their database wrote: one `Reading` leads from one to the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from mimic.schema import Date, Decimal, Integer, LogicalType, Timestamp, arrow_type
from mimic.streams import Ints
from mimic.textual import DAY, HOUR, MINUTE, SECOND, clock, interval_parts, interval_text, over

Mask = NDArray[np.bool_]

PLACES = "YMDhmsf"  # letters of a pattern that stand for a digit of a year, month, day, hour, minute, second, fraction
DIGITS = 15  # of a number, in all: what a 64-bit float holds exactly
PLAIN = r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?$"
_FIRST, _LAST = 1, 9_999  # years that four digits spell


@dataclass(frozen=True, slots=True)
class Reading:
    """How one column is read.

    "number": texts are numbers of so many `decimals`, behind a `prefix`, padded with zeros to `width`, without zeros at the end
    where `trimmed`. "code": texts are whole numbers behind a `prefix`, with zeros up to `width`. "date": texts are as `pattern` says
    ("YYYYMMDD", "YYYY-MM-DDThh:mm:ssZ"); "digits": whole numbers are, of months ("YYYYMM") and years ("YYYY") the first day is meant.
    "span": texts are intervals, or as `pattern` says ("hh:mm:ss", hours without end), counted in `step` microseconds; a step of 0 is a
    month.
    """

    way: Literal["number", "code", "date", "digits", "span"]
    pattern: str = ""
    decimals: int = 0
    prefix: str = ""
    width: int = 0
    trimmed: bool = False
    step: int = 1
    days: bool = False  # intervals tell days apart from hours

    @property
    def type(self) -> LogicalType:
        """What is read."""
        if self.way in ("span", "code") or (self.way == "number" and not self.decimals):
            return Integer()
        if self.way == "number":
            return Decimal(18, self.decimals)
        return Timestamp(precision=min(self.pattern.count("f"), 6)) if "h" in self.pattern else Date()

    @property
    def said(self) -> str:
        """In words, for people."""
        if self.way == "number":
            return "texts read as numbers"
        if self.way == "code":
            return "numbers behind other signs" if self.prefix else "numbers with zeros before them"
        if self.way == "span":
            return "spans of time read as numbers"
        what = next(what for sign, what in (("h", "moments"), ("D", "days"), ("M", "months"), ("Y", "years")) if sign in self.pattern)
        return f"{'numbers' if self.way == 'digits' else 'texts'} read as {what} ({self.pattern})"

    def read(self, values: pa.Array) -> pa.Array:
        """Values as the database wrote them (n,) in the Arrow type of `type`; NULL where there is none, or no such thing."""
        if self.way == "number":
            return self._numbers(values)
        if self.way == "code":
            return self._codes(values)
        if self.way == "span":
            return self._spans(values)
        texts = values.cast(pa.string()) if self.way == "digits" else values
        micros, good = _moments(texts, self.pattern)
        made = pa.array(micros, mask=~good)
        if "h" in self.pattern:
            return made.cast(pa.timestamp("us"))
        return pa.array((micros // DAY).astype(np.int32), mask=~good).cast(pa.date32())

    def write(self, values: pa.Array, kind: pa.DataType) -> pa.Array:
        """The inverse: values (n,) as the database writes them, in `kind`."""
        if self.way == "number":
            return self._number_texts(values)
        if self.way == "code":
            texts = pc.utf8_lpad(values.cast(pa.string()), self.width, "0")
            return pc.binary_join_element_wise(pa.scalar(self.prefix), texts, "")
        if self.way == "span":
            return self._span_texts(values)
        per = 1 if "h" in self.pattern else DAY
        ticks = pc.fill_null(values.cast(pa.int64()) if per == 1 else values.cast(pa.int32()), 0)
        made = _spelt(np.asarray(ticks.to_numpy(zero_copy_only=False), dtype=np.int64) * per, self.pattern)
        made = made.cast(pa.int64()).cast(kind) if self.way == "digits" else made
        return pc.if_else(values.is_valid(), made, pa.scalar(None, made.type))

    # -- numbers ----------------------------------------------------------------------------------------------------------

    def _numbers(self, values: pa.Array) -> pa.Array:
        texts = plain_money(values) if self.prefix else values
        if self.width:
            texts = pc.utf8_ltrim(texts, "0")
            texts = pc.if_else(pc.or_(pc.starts_with(texts, "."), pc.equal(texts, "")), pc.binary_join_element_wise("0", texts, ""), texts)
        good = pc.fill_null(pc.match_substring_regex(texts, PLAIN), False)
        floats = pc.if_else(good, texts, pa.scalar("0")).cast(pa.float64())
        scaled = np.rint(np.asarray(floats.to_numpy(zero_copy_only=False)) * 10.0**self.decimals)
        inside = np.asarray(good) & (np.abs(scaled) < 1e18)
        ticks = np.where(inside, scaled, 0.0).astype(np.int64)
        return pa.array(ticks, mask=~inside) if not self.decimals else as_decimals(ticks, arrow_type(self.type), ~inside)

    def _number_texts(self, values: pa.Array) -> pa.Array:
        texts = values.cast(pa.string())
        if self.trimmed and self.decimals:
            texts = pc.utf8_rtrim(pc.utf8_rtrim(texts, "0"), ".")
        if self.width:
            texts = pc.utf8_lpad(texts, self.width, "0")
        if self.prefix:
            texts = pc.replace_substring_regex(texts, r"^(-?)", r"\1" + self.prefix.replace("\\", r"\\"), max_replacements=1)
        return texts

    def _codes(self, values: pa.Array) -> pa.Array:
        digits = pc.utf8_slice_codeunits(values, len(self.prefix))
        spelt = rf"^[0-9]{{{self.width},{DIGITS}}}$" if self.width else rf"^(0|[1-9][0-9]{{0,{DIGITS - 1}}})$"
        good = pc.and_(pc.starts_with(values, self.prefix), pc.match_substring_regex(digits, spelt))
        if self.width:  # longer ones are not padded
            good = pc.and_(good, pc.or_(pc.equal(pc.binary_length(digits), self.width), pc.invert(pc.starts_with(digits, "0"))))
        return pc.if_else(pc.fill_null(good, False), digits, pa.scalar(None, pa.string())).cast(pa.int64())

    # -- spans ------------------------------------------------------------------------------------------------------------

    def _spans(self, values: pa.Array) -> pa.Array:
        if self.pattern:
            return over(values, lambda text: clock(text) // self.step, pa.int64())

        def ticks(text: str) -> int:
            months, micros = interval_parts(text)
            if months and (self.step or micros):
                raise ValueError("months have no fixed length")
            return micros // self.step if self.step else months

        return over(values, ticks, pa.int64())

    def _span_texts(self, values: pa.Array) -> pa.Array:
        return over(values, self._span_text, pa.string())

    def _span_text(self, count: int) -> str:
        if not self.step:
            years, months = divmod(abs(count), 12)
            named = [f"{'-' if count < 0 else ''}{n} {unit}{'' if n == 1 else 's'}" for n, unit in ((years, "year"), (months, "mon")) if n]
            return " ".join(named) or "00:00:00"
        if self.days:
            return interval_text(count * self.step)
        micros, sign = abs(count * self.step), "-" if count < 0 else ""
        shown = f"{sign}{micros // HOUR:02}:{micros // MINUTE % 60:02}"
        if self.pattern == "hh:mm":
            return shown
        return f"{shown}:{micros // SECOND % 60:02}" + (f".{micros % SECOND:06}".rstrip("0") if micros % SECOND else "")


def plain_money(texts: pa.Array) -> pa.Array:
    """`-$1,250.00` and `($1,250.00)` as `-1250.00`."""
    negative = pc.match_substring_regex(texts, r"^\s*\(|-")
    digits = pc.replace_substring_regex(texts, r"[^0-9.]", "")
    return pc.if_else(negative, pc.binary_join_element_wise("-", digits, ""), digits)


def as_decimals(ticks: Ints, out: pa.DataType, null: Mask | None) -> pa.Array:
    """Decimals of type `out` from 64-bit whole ticks (n,), by writing their 128 bits; NULL where `null`."""
    words = np.empty((len(ticks), 2), dtype="<i8")
    words[:, 0] = ticks
    words[:, 1] = np.where(words[:, 0] < 0, -1, 0)
    validity = None if null is None else pa.py_buffer(np.packbits(~null, bitorder="little").tobytes())
    return pa.Array.from_buffers(out, len(ticks), [validity, pa.py_buffer(words)])


# -- patterns ----------------------------------------------------------------------------------------------------------------


def _moments(texts: pa.Array, pattern: str) -> tuple[Ints, Mask]:
    """Microseconds since 1970 (n,) of texts spelt as a pattern, and which texts are."""
    n, width = len(texts), len(pattern)
    good = np.asarray(pc.fill_null(pc.equal(pc.binary_length(texts), width), False))
    out = np.zeros(n, dtype=np.int64)
    rows = np.flatnonzero(good)
    if not len(rows):
        return out, good
    live = pa.concat_arrays([texts.take(pa.array(rows)).cast(pa.string())])
    letters = np.frombuffer(live.buffers()[2], dtype=np.uint8, count=(live.offset + len(live)) * width)[live.offset * width :]
    letters = letters.reshape(len(rows), width)
    fine = np.ones(len(rows), dtype=np.bool_)
    fields = dict.fromkeys(PLACES, np.zeros(len(rows), dtype=np.int64))
    for place, sign in enumerate(pattern):
        if sign in PLACES:
            digit = letters[:, place].astype(np.int64) - ord("0")
            fine &= (digit >= 0) & (digit <= 9)
            fields[sign] = fields[sign] * 10 + digit
        else:
            fine &= letters[:, place] == ord(sign)
    year = fields["Y"]
    month, day = (fields[sign] if sign in pattern else np.ones(len(rows), dtype=np.int64) for sign in "MD")
    fine &= (year >= _FIRST) & (month >= 1) & (month <= 12) & (day >= 1) & (fields["h"] < 24) & (fields["m"] < 60) & (fields["s"] < 60)
    first = np.where(fine, (year - 1970) * 12 + month - 1, 0).astype("datetime64[M]")
    date = first.astype("datetime64[D]") + np.where(fine, day - 1, 0)
    fine &= date.astype("datetime64[M]") == first
    fraction = fields["f"] * 10 ** (6 - pattern.count("f"))
    micros = date.astype(np.int64) * DAY + fields["h"] * HOUR + fields["m"] * MINUTE + fields["s"] * SECOND + fraction
    out[rows] = np.where(fine, micros, 0)
    good[rows] = fine
    return out, good


def _spelt(micros: Ints, pattern: str) -> pa.Array:
    """Texts (n,) of microseconds since 1970 as a pattern spells them; years beyond four digits become the nearest that are not."""
    low, high = np.datetime64(f"{_FIRST:04}-01-01", "us").astype(np.int64), np.datetime64(f"{_LAST}-12-31T23:59:59", "us").astype(np.int64)
    micros = np.clip(micros, low, high)
    days, rest = np.divmod(micros, DAY)
    date = days.astype("datetime64[D]")
    months = date.astype("datetime64[M]")
    number = months.astype(np.int64)
    fields = {
        "Y": number // 12 + 1970,
        "M": number % 12 + 1,
        "D": (date - months.astype("datetime64[D]")).astype(np.int64) + 1,
        "h": rest // HOUR,
        "m": rest // MINUTE % 60,
        "s": rest // SECOND % 60,
        "f": rest % SECOND // 10 ** (6 - pattern.count("f")),
    }
    letters = np.empty((len(micros), len(pattern)), dtype=np.uint8)
    for place in range(len(pattern) - 1, -1, -1):
        sign = pattern[place]
        if sign in PLACES:
            fields[sign], digit = np.divmod(fields[sign], 10)
            letters[:, place] = digit + ord("0")
        else:
            letters[:, place] = ord(sign)
    ends = np.arange(len(micros) + 1, dtype=np.int32) * len(pattern)
    return pa.Array.from_buffers(pa.string(), len(micros), [None, pa.py_buffer(ends), pa.py_buffer(letters)])


__all__ = ["DIGITS", "PLAIN", "Reading", "as_decimals", "plain_money"]
