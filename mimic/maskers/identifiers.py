"""Format-preserving masks of identifiers: a digit becomes a digit, a capital a capital, all else stays. Each can be undone.

Texts of one pattern (which sort of sign stands where) are numbers of one domain, and are permuted within it: by FF1 where
one sort of sign spells a million values, by the keyed bijection of small domains for the rest. So distinct texts stay
distinct, lengths stay, and a column's CHECK on the pattern still holds. Check digits of cards and IBANs are left
out and worked out anew.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, ClassVar, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mimic.generators.formats import with_check_digits
from mimic.masker import CannotMask, Given, MaskTask
from mimic.maskers.cipher import SMALLEST, Aes, Bytes, bijection, digest, digest_numbers, ff1
from mimic.maskers.runs import flat
from mimic.maskers.texts import OfTexts, apart, is_text, needs_text, told, untold
from mimic.registry import Registry
from mimic.schema import Column, Integer, Uuid, bare
from mimic.semantics import Kind
from mimic.streams import Ints, Words

DOMAIN = "identifier"
_CLASSES = ((48, 10), (97, 26), (65, 26))  # first code and number of digits, small letters, capitals


def permuted(texts: pa.Array, aes: Aes, *, back: bool = False, fixed: int = 0) -> pa.Array:
    """Every text as another one of its own pattern; the first `fixed` characters stay. Letters beyond a-z stay as they are."""
    if not len(texts):
        return texts
    data, offsets = flat(texts)
    sort = np.full(256, 3, dtype=np.uint8)
    for i, (first, many) in enumerate(_CLASSES):
        sort[first : first + many] = i
    sorts = sort[data]
    lengths = np.diff(offsets)
    if fixed:
        sorts[np.arange(len(data)) - np.repeat(offsets[:-1], lengths) < fixed] = 3
    kept = np.where(sorts == 3, data, sorts)  # the pattern: what stays, and what sort of sign stands elsewhere
    if (length := int(lengths[0])) and (lengths == length).all() and (kept.reshape(-1, length) == kept[:length]).all():
        out = _permuted(data.reshape(-1, length), sorts[:length], kept[:length].tobytes(), aes, back).reshape(-1)
        return pa.StringArray.from_buffers(len(texts), pa.py_buffer(offsets.astype(np.int32).tobytes()), pa.py_buffer(out.tobytes()))
    out = data.copy()
    for rows, grid in _alike(kept, offsets, lengths):
        spots = offsets[rows][:, None] + np.arange(grid.shape[1])
        out[spots] = _permuted(data[spots], sorts[spots[0]], grid[0].tobytes(), aes, back)
    moved = pa.StringArray.from_buffers(len(texts), pa.py_buffer(offsets.astype(np.int32).tobytes()), pa.py_buffer(out.tobytes()))
    return moved


def _alike(kept: Bytes, offsets: Ints, lengths: Ints) -> list[tuple[Ints, Bytes]]:
    """Rows of one pattern together: their numbers, and their patterns (m, length)."""
    found = []
    for length in np.unique(lengths[lengths > 0]).tolist():
        rows = np.flatnonzero(lengths == length)
        grid = kept[offsets[rows][:, None] + np.arange(length)]
        whole = np.ascontiguousarray(grid).view(np.dtype((np.void, length))).reshape(-1)
        _, which = np.unique(whole, return_inverse=True)
        order = np.argsort(which.reshape(-1), kind="stable")
        cuts = np.flatnonzero(np.diff(which.reshape(-1)[order])) + 1
        found += [(rows[part], grid[part]) for part in np.split(order, cuts)]
    return found


def _permuted(signs: Bytes, sorts: Bytes, pattern: bytes, aes: Aes, back: bool) -> Bytes:
    """`signs` (n, length) of one pattern; `sorts` (length,)."""
    out = signs.copy()
    small: list[int] = []
    large: list[int] = []
    for i, (_, radix) in enumerate(_CLASSES):
        count = int((sorts == i).sum())
        if count:
            (large if radix**count >= SMALLEST and count >= 2 else small).append(i)
    left = np.flatnonzero(np.isin(sorts, small))
    if len(left):
        # What the large parts are (as they are after masking, which both directions know) tweaks the small one.
        if not back:
            for i in large:
                out = _by_ff1(out, sorts, i, pattern, aes, back)
        context = _context(aes, out, sorts, large, pattern)
        out = _by_bijection(out, sorts, left, context, aes, back)
        if back:
            for i in large:
                out = _by_ff1(out, sorts, i, pattern, aes, back)
        return out
    for i in large:
        out = _by_ff1(out, sorts, i, pattern, aes, back)
    return out


def _context(aes: Aes, signs: Bytes, sorts: Bytes, large: list[int], pattern: bytes) -> Words:
    """A word for each row of what its large parts are."""
    number, size = np.zeros(len(signs), dtype=np.int64), 1
    for spot in np.flatnonzero(np.isin(sorts, large)).tolist():
        first, radix = _CLASSES[sorts[spot]]
        size *= radix
        if size >= 1 << 63:
            return digest(aes, _rows(np.where(np.isin(sorts, large), signs, 0), pattern))[:, 0]
        number = number * radix + (signs[:, spot] - first)
    about = int.from_bytes(blake2b(pattern, digest_size=8).digest(), "little")
    if size == 1:
        return np.full(len(signs), digest_numbers(aes, number[:1], about)[0, 0], np.uint64)
    return digest_numbers(aes, number, about)[:, 0]


def _rows(signs: Bytes, pattern: bytes) -> pa.Array:
    return pa.array([pattern + row.tobytes() for row in signs], pa.binary()) if len(signs) < 4096 else _rows_fast(signs, pattern)


def _rows_fast(signs: Bytes, pattern: bytes) -> pa.Array:
    width = signs.shape[1] + len(pattern)
    grid = np.concatenate([np.broadcast_to(np.frombuffer(pattern, np.uint8), (len(signs), len(pattern))), signs], axis=1)
    offsets = np.arange(len(signs) + 1, dtype=np.int32) * width
    return pa.BinaryArray.from_buffers(
        pa.binary(), len(signs), [None, pa.py_buffer(offsets.tobytes()), pa.py_buffer(np.ascontiguousarray(grid).tobytes())]
    )


def _by_ff1(signs: Bytes, sorts: Bytes, which: int, pattern: bytes, aes: Aes, back: bool) -> Bytes:
    first, radix = _CLASSES[which]
    spots = np.flatnonzero(sorts == which)
    out = signs.copy()
    # FF1 spells at most 55 signs at a time here: longer runs are cut into halves until they fit.
    for i, part in enumerate(np.array_split(spots, -(-len(spots) // 55))):
        out[:, part] = ff1(aes, out[:, part] - first, radix, pattern[:64] + bytes([i % 256]), back=back) + first
    return out


def _by_bijection(signs: Bytes, sorts: Bytes, spots: Ints, context: np.ndarray, aes: Aes, back: bool) -> Bytes:
    out = signs.copy()
    number, size = np.zeros(len(signs), dtype=np.int64), 1
    for spot in spots.tolist():
        first, radix = _CLASSES[sorts[spot]]
        number, size = number * radix + (signs[:, spot] - first), size * radix
    number = bijection(aes, number, size, context, back=back)
    for spot in reversed(spots.tolist()):
        first, radix = _CLASSES[sorts[spot]]
        out[:, spot], number = number % radix + first, number // radix
    return out


@dataclass(frozen=True)
class Identifiers(OfTexts):
    """Codes, account and document numbers, licence plates, uuids: of the same form. Option `keep`: leading characters that stay."""

    kind: ClassVar[str] = "identifier.preserve"
    reversible: ClassVar[bool] = True
    keeps_uniqueness: ClassVar[bool] = True

    column: Column
    keep: int = 0

    @property
    def domain(self) -> str:
        return DOMAIN

    @classmethod
    def suits(cls, task: MaskTask) -> float:
        kinds = {
            Kind.NATIONAL_ID, Kind.PASSPORT, Kind.TAX_ID, Kind.LICENCE_PLATE, Kind.BANK_ACCOUNT, Kind.ACCOUNT_ID, Kind.DEVICE_ID, Kind.ID,
            Kind.CODE,
        }  # fmt: skip
        if isinstance(bare(task.column.type), Uuid):
            return 0.8
        return 0.9 if is_text(task.column) and task.kind in kinds else 0.3 if is_text(task.column) else 0.0

    @classmethod
    def of(cls, task: MaskTask) -> Self:
        if not isinstance(bare(task.column.type), Uuid):
            needs_text(task, 1)
        return cls(task.column, int(task.options.get("keep", 0)))

    def made(self, texts: pa.Array, aes: Aes) -> pa.Array:
        return self._moved(texts, aes, back=False)

    def reveal(self, values: pa.Array, key: bytes, given: Given) -> pa.Array:
        texts = told(values, self.column.type)
        kept = texts.drop_null()
        back = self._moved(kept, Aes(key), back=True)
        return untold(_spread(back, texts), self.column.type, values.type)

    def _moved(self, texts: pa.Array, aes: Aes, *, back: bool) -> pa.Array:
        if isinstance(bare(self.column.type), Uuid):
            return _hex_moved(texts, aes, back=back)
        return permuted(texts, aes, back=back, fixed=self.keep)


def _spread(kept: pa.Array, like: pa.Array) -> pa.Array:
    """Values without NULLs, put back among the NULLs of `like`."""
    valid = like.is_valid()
    spots = pc.subtract(pc.cumulative_sum(valid.cast(pa.int64())), 1)
    return kept.take(pc.if_else(valid, spots, pa.scalar(None, pa.int64())))


def _hex_moved(texts: pa.Array, aes: Aes, *, back: bool) -> pa.Array:
    """uuids: all hexadecimal digits but those that say version and variant."""
    data, _ = flat(texts)
    grid = data.reshape(-1, 36).copy()
    spots = np.array([i for i in range(36) if i not in (8, 13, 14, 18, 19, 23)])
    values = np.where(grid[:, spots] >= 97, grid[:, spots] - 87, grid[:, spots] - 48).astype(np.uint8)
    moved = ff1(aes, values, 16, b"uuid", back=back)
    grid[:, spots] = np.where(moved >= 10, moved + 87, moved + 48)
    offsets = np.arange(len(texts) + 1, dtype=np.int32) * 36
    return pa.StringArray.from_buffers(len(texts), pa.py_buffer(offsets.tobytes()), pa.py_buffer(grid.tobytes()))


@dataclass(frozen=True)
class Numbers:
    """Whole numbers: keys, phone numbers stored as numbers. As many digits as before, the sign kept, within the type."""

    kind: ClassVar[str] = "identifier.number"
    version: ClassVar[int] = 1
    reversible: ClassVar[bool] = True
    keeps_uniqueness: ClassVar[bool] = True

    column: Column
    most: int

    @property
    def domain(self) -> str:
        return "number"

    @property
    def needs(self) -> tuple[str, ...]:
        return ()

    @classmethod
    def suits(cls, task: MaskTask) -> float:
        return 0.6 if isinstance(bare(task.column.type), Integer) else 0.0

    @classmethod
    def of(cls, task: MaskTask) -> Self:
        kind = bare(task.column.type)
        if not isinstance(kind, Integer):
            raise CannotMask("it holds no whole numbers")
        return cls(task.column, (1 << (kind.bits - 1)) - 1)

    def mask(self, values: pa.Array, key: bytes, given: Given) -> pa.Array:
        return self._moved(values, Aes(key), back=False)

    def reveal(self, values: pa.Array, key: bytes, given: Given) -> pa.Array:
        return self._moved(values, Aes(key), back=True)

    def _moved(self, values: pa.Array, aes: Aes, *, back: bool) -> pa.Array:
        valid = np.asarray(values.is_valid())
        numbers = np.asarray(pc.fill_null(values, 0), dtype=np.int64)
        least = np.int64(-(2**63))
        size = np.abs(np.where(numbers == least, 0, numbers))
        powers = 10 ** np.arange(19, dtype=np.int64)
        digits = np.searchsorted(powers, size, side="right")
        low = np.where(digits <= 1, 0, powers[np.maximum(digits - 1, 0)])
        high = np.minimum(
            np.where(digits >= 19, np.int64(2**63 - 1), powers[np.minimum(np.maximum(digits, 1), 18)] - 1), np.int64(self.most)
        )
        inside = (size <= high) & (numbers != least)  # the least number of all has no positive counterpart, and stays
        moved = size.copy()
        moved[inside] = low[inside] + bijection(aes, size[inside] - low[inside], high[inside] - low[inside] + 1, back=back)
        out = np.where(numbers < 0, -moved, moved)
        return pa.array(out, mask=~valid).cast(values.type)


@dataclass(frozen=True)
class Phones(OfTexts):
    """Telephone numbers: signs and length kept, and what stands before the subscriber's own digits (`+49`, `(0`)."""

    kind: ClassVar[str] = "identifier.phone"
    reversible: ClassVar[bool] = True
    keeps_uniqueness: ClassVar[bool] = True

    column: Column

    @property
    def domain(self) -> str:
        return "phone"

    @classmethod
    def suits(cls, task: MaskTask) -> float:
        return 0.95 if is_text(task.column) and task.kind is Kind.PHONE else 0.0

    @classmethod
    def of(cls, task: MaskTask) -> Self:
        needs_text(task, 1)
        return cls(task.column)

    def made(self, texts: pa.Array, aes: Aes) -> pa.Array:
        return self._moved(texts, aes, back=False)

    def reveal(self, values: pa.Array, key: bytes, given: Given) -> pa.Array:
        texts = told(values, self.column.type)
        return untold(_spread(self._moved(texts.drop_null(), Aes(key), back=True), texts), self.column.type, values.type)

    def _moved(self, texts: pa.Array, aes: Aes, *, back: bool) -> pa.Array:
        coded = np.asarray(pc.starts_with(texts, "+"))
        return apart(
            texts, coded, lambda part: permuted(part, aes, back=back, fixed=3), lambda part: permuted(part, aes, back=back, fixed=1)
        )


@dataclass(frozen=True)
class _Checked(OfTexts):
    """Numbers with check digits: where these are right they are worked out anew, where they are wrong they stay wrong."""

    reversible: ClassVar[bool] = True
    keeps_uniqueness: ClassVar[bool] = True

    column: Column

    @classmethod
    def of(cls, task: MaskTask) -> Self:
        needs_text(task, 2)
        return cls(task.column)

    def made(self, texts: pa.Array, aes: Aes) -> pa.Array:
        return self._moved(texts, aes, back=False)

    def reveal(self, values: pa.Array, key: bytes, given: Given) -> pa.Array:
        return _spread(self._moved(values.drop_null(), Aes(key), back=True), values)

    def _moved(self, texts: pa.Array, aes: Aes, *, back: bool) -> pa.Array:
        return apart(
            texts, self.right(texts), lambda part: self.moved(part, aes, back=back), lambda part: _walked(part, self.right, aes, back)
        )

    @abstractmethod
    def right(self, texts: pa.Array) -> np.ndarray[Any, Any]:
        """Which texts (n,) are of the form, with check digits that add up."""

    @abstractmethod
    def moved(self, texts: pa.Array, aes: Aes, *, back: bool) -> pa.Array:
        """Texts that are right as others that are."""


@dataclass(frozen=True)
class Cards(_Checked):
    """Card numbers: the first digit kept, Luhn's digit worked out anew."""

    kind: ClassVar[str] = "identifier.card"

    @property
    def domain(self) -> str:
        return "card"

    @classmethod
    def suits(cls, task: MaskTask) -> float:
        return 0.95 if is_text(task.column) and task.kind is Kind.CARD_NUMBER else 0.0

    def right(self, texts: pa.Array) -> np.ndarray[Any, Any]:
        adds_up = pc.equal(texts, with_check_digits(texts, "luhn"))
        return np.asarray(pc.and_(adds_up, pc.match_substring_regex(texts, r"^[2-6](?:[ -]?[0-9]){11,18}$")))

    def moved(self, texts: pa.Array, aes: Aes, *, back: bool) -> pa.Array:
        """The last digit is no secret of its own: it follows from the others, where it did before."""
        body, last = pc.utf8_slice_codeunits(texts, 0, -1), pc.utf8_slice_codeunits(texts, -1, None)
        moved = permuted(body, aes, back=back, fixed=1)
        return with_check_digits(pc.binary_join_element_wise(moved, last, ""), "luhn")


@dataclass(frozen=True)
class Ibans(_Checked):
    """IBANs: the country kept, the check digits worked out anew (ISO 13616)."""

    kind: ClassVar[str] = "identifier.iban"

    @property
    def domain(self) -> str:
        return "iban"

    @classmethod
    def suits(cls, task: MaskTask) -> float:
        return 0.95 if is_text(task.column) and task.kind is Kind.IBAN else 0.0

    def right(self, texts: pa.Array) -> np.ndarray[Any, Any]:
        shaped = pc.match_substring_regex(texts, r"^[A-Z]{2}[0-9]{2}[A-Z0-9 ]{11,38}$")
        return np.asarray(pc.and_(shaped, pc.equal(texts, with_check_digits(texts, "iban"))))

    def moved(self, texts: pa.Array, aes: Aes, *, back: bool) -> pa.Array:
        """The check digits stand aside meanwhile: they follow from the rest."""
        country, rest = pc.utf8_slice_codeunits(texts, 0, 2), pc.utf8_slice_codeunits(texts, 4, None)
        moved = permuted(pc.binary_join_element_wise(country, "??", rest, ""), aes, back=back, fixed=4)
        body = pc.utf8_slice_codeunits(moved, 4, None)
        return with_check_digits(pc.binary_join_element_wise(country, "00", body, ""), "iban")


def _walked(texts: pa.Array, right: Callable[[pa.Array], np.ndarray[Any, Any]], aes: Aes, back: bool) -> pa.Array:
    """Texts whose check digits are wrong as others of that sort: permuted until they are wrong again."""
    out = permuted(texts, aes, back=back)
    while (again := right(out)).any():
        out = apart(out, again, lambda part: permuted(part, aes, back=back), lambda part: part)
    return out


def register(registry: Registry) -> None:
    for masker in (Identifiers, Numbers, Phones, Cards, Ibans):
        registry.maskers.add(masker)


__all__ = ["Cards", "Ibans", "Identifiers", "Numbers", "Phones", "permuted"]
