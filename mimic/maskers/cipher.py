"""AES as three tools that work on whole columns: a keyed hash, FF1, and a keyed bijection of small domains.

- `digest`: CBC-MAC over AES with the length in the first block, so that no text is the beginning of another (prefix-free, hence a
  pseudorandom function). All texts of a column go through AES together, block by block.
- `ff1`: format-preserving encryption of NIST SP 800-38G over numerals of one radix; its domain must have a million members.
- `bijection`: a Feistel network with AES as its round function and cycle walking, for domains of any size below 2**63, also
  those that FF1 does not allow.

Keys are derived by HKDF-SHA256 (RFC 5869), one per consistency group and purpose; nothing here keeps a key.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from numpy.typing import NDArray

from mimic.streams import Ints, Words

Bytes = NDArray[np.uint8]
BLOCK = 16
ROUNDS = 10
SMALLEST = 1_000_000  # of an FF1 domain (SP 800-38G revision 1)
_SLICE = 1 << 16  # rows that go through AES together


def derived(secret: bytes, *purpose: str) -> bytes:
    """32 bytes for one purpose; other purposes, and the secret itself, cannot be told from them."""
    told = "\x1f".join(purpose).encode()
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=b"mimic masking 1", info=told).derive(secret)


class Aes:
    """AES of one key, a block or a million at once."""

    def __init__(self, key: bytes) -> None:
        self._cipher = Cipher(algorithms.AES(key), modes.ECB())

    def __call__(self, blocks: Bytes) -> Bytes:
        """`blocks` (n, 16), each encrypted by itself."""
        encryptor = self._cipher.encryptor()
        return np.frombuffer(encryptor.update(np.ascontiguousarray(blocks).reshape(-1).data), dtype=np.uint8).reshape(-1, BLOCK)

    def __repr__(self) -> str:
        return "Aes(...)"


def digest(aes: Aes, texts: pa.Array) -> Words:
    """Two 64-bit words of each text or bytes, shape (n, 2): the same for the same value, unforeseeable without the key. NULL as ""."""
    plain = pc.fill_null(texts.cast(pa.large_binary()), b"")
    out = np.empty((len(plain), 2), dtype=np.uint64)
    for start in range(0, len(plain), _SLICE):
        part = plain.slice(start, _SLICE)
        out[start : start + len(part)] = _digest(aes, part)
    return out


def _digest(aes: Aes, plain: pa.Array) -> Words:
    buffers = plain.buffers()
    offsets = np.frombuffer(buffers[1], dtype=np.int64)[plain.offset : plain.offset + len(plain) + 1]
    data = np.frombuffer(buffers[2], dtype=np.uint8) if buffers[2] is not None else np.zeros(0, dtype=np.uint8)
    lengths = np.diff(offsets)
    state = np.zeros((len(lengths), 2), dtype="<u8")
    state[:, 0] = lengths
    state = aes(state.view(np.uint8).reshape(-1, BLOCK)).copy()
    data = np.concatenate([data, np.zeros(BLOCK, dtype=np.uint8)])  # the last block of the last text may reach beyond
    windows = np.lib.stride_tricks.sliding_window_view(data, BLOCK)
    reach = np.arange(BLOCK)
    for i in range(-(-int(lengths.max(initial=0)) // BLOCK)):
        rows = np.flatnonzero(lengths > i * BLOCK)
        chunk = windows[offsets[:-1][rows] + i * BLOCK]
        chunk[reach >= (lengths[rows] - i * BLOCK)[:, None]] = 0
        state[rows] = aes(state[rows] ^ chunk)
    return state.view("<u8").astype(np.uint64)


def digest_numbers(aes: Aes, numbers: Ints, tweak: int = 0) -> Words:
    """Two 64-bit words of each whole number, shape (n, 2)."""
    block = np.zeros((len(numbers), 2), dtype="<u8")
    block[:, 0] = numbers.astype(np.int64).view(np.uint64)
    block[:, 1] = tweak & 0xFFFFFFFFFFFFFFFF
    return aes(block.view(np.uint8).reshape(-1, BLOCK)).view("<u8").astype(np.uint64)


# -- bijections of small domains ---------------------------------------------------------------------------------------


def bijection(aes: Aes, values: Ints, size: int | Ints, tweak: Words | int = 0, *, back: bool = False) -> Ints:
    """A keyed permutation of 0 .. size - 1 applied to each value; `back` undoes it. `size` and `tweak` may differ per value.

    Two numerals a * b >= size, ten rounds, cycle walking; below 2**63. A domain of one or none stays as it is.
    """
    out = np.empty(len(values), dtype=np.int64)
    sizes = np.broadcast_to(np.asarray(size, dtype=np.int64), values.shape)
    tweaks = np.broadcast_to(np.asarray(tweak, dtype=np.uint64), values.shape)
    for start in range(0, len(values), _SLICE):
        part = slice(start, start + _SLICE)
        out[part] = _permuted(aes, values[part].astype(np.uint64), np.maximum(sizes[part], 1).astype(np.uint64), tweaks[part], back)
    return out


def _permuted(aes: Aes, now: Words, size: Words, tweak: Words, back: bool) -> Words:
    a = np.ceil(np.sqrt(size.astype(np.float64))).astype(np.uint64)
    b = (size + a - np.uint64(1)) // a
    out = _rounds(aes, now, a, b, size, tweak, back)
    while len(far := np.flatnonzero(out >= size)):
        out[far] = _rounds(aes, out[far], a[far], b[far], size[far], tweak[far], back)
    return out


def _rounds(aes: Aes, value: Words, a: Words, b: Words, size: Words, tweak: Words, back: bool) -> Words:
    left, right = value // b, value % b
    block = np.empty((len(value), 2), dtype="<u8")
    block[:, 1] = tweak ^ (size << np.uint64(1))
    for i in reversed(range(ROUNDS)) if back else range(ROUNDS):
        block[:, 0] = (right if i % 2 == 0 else left) | (np.uint64(i) << np.uint64(56))
        made = aes(block.view(np.uint8).reshape(-1, BLOCK)).view("<u8")[:, 0]
        if i % 2 == 0:
            left = (left + (a - made % a if back else made % a)) % a
        else:
            right = (right + (b - made % b if back else made % b)) % b
    return np.asarray(left * b + right, dtype=np.uint64)


# -- FF1 -----------------------------------------------------------------------------------------------------------------


def ff1(aes: Aes, digits: Bytes, radix: int, tweak: bytes = b"", *, back: bool = False) -> Bytes:
    """FF1 of `digits` (n, length), numerals 0 .. radix - 1; all of one length. `back` decrypts.

    Agrees with the samples that NIST publishes. Raises ValueError for a domain below a million.
    """
    rows, length = digits.shape
    if length < 2 or radix**length < SMALLEST:
        raise ValueError("a domain too small for FF1")
    if not rows:
        return digits.copy()
    u, v = length // 2, length - length // 2
    width = math.ceil(math.ceil(v * math.log2(radix)) / 8)
    wide = 4 * math.ceil(width / 4) + 4
    fixed = bytes([1, 2, 1, *radix.to_bytes(3, "big"), ROUNDS, u % 256, *length.to_bytes(4, "big"), *len(tweak).to_bytes(4, "big")])
    head = tweak + bytes(-(len(tweak) + width + 1) % BLOCK)
    exact = radix**v < 1 << 55  # halves and their sums stay within 64 bits
    a, b = _number(digits[:, :u], radix, exact), _number(digits[:, u:], radix, exact)
    first = aes(np.frombuffer(fixed, dtype=np.uint8)[None, :])[0]
    for i in reversed(range(ROUNDS)) if back else range(ROUNDS):
        m = u if i % 2 == 0 else v
        modulus = radix**m
        made = _sealed(aes, first, head + bytes([i]), a if back else b, width)
        y = _modulo(_stretched(aes, made, wide), modulus, exact)
        if back:
            a, b = (b - y) % modulus if not exact else _minus(b, y, modulus), a
        else:
            a, b = b, (a + y) % (modulus if not exact else np.uint64(modulus))
    return np.concatenate([_numerals(a, radix, u), _numerals(b, radix, v)], axis=1)


def _sealed(aes: Aes, chain: Bytes, head: bytes, numbers: NDArray[Any], width: int) -> Bytes:
    """CBC-MAC of the same `head` before each number in `width` bytes, from the state `chain` on; blocks of head alone are sealed once."""
    same = len(head) // BLOCK * BLOCK
    for j in range(0, same, BLOCK):
        chain = aes((chain ^ np.frombuffer(head[j : j + BLOCK], dtype=np.uint8))[None, :])[0]
    head = head[same:]
    if numbers.dtype == np.uint64 and width <= 8 and len(head) + width == BLOCK:  # the number alone differs, in the second word
        words = (chain ^ np.frombuffer(head + bytes(width), dtype=np.uint8)).view("<u8")
        block = np.empty((len(numbers), 2), dtype="<u8")
        block[:, 0], block[:, 1] = words[0], numbers.astype(">u8").view("<u8") ^ words[1]
        return aes(block.view(np.uint8))
    rest = np.zeros((len(numbers), len(head) + width), dtype=np.uint8)
    rest[:, : len(head)] = np.frombuffer(head, dtype=np.uint8)
    rest[:, len(head) :] = _big_endian(numbers, width)
    made: Bytes = np.broadcast_to(chain, (len(numbers), BLOCK))
    for j in range(0, rest.shape[1], BLOCK):
        made = aes(made ^ rest[:, j : j + BLOCK])
    return made


def _minus(b: Words, y: Words, modulus: int) -> Words:
    m = np.uint64(modulus)
    return np.asarray((b + (m - y)) % m, dtype=np.uint64)


def _number(digits: Bytes, radix: int, exact: bool) -> NDArray[Any]:
    out = np.zeros(len(digits), dtype=np.uint64 if exact else object)
    for i in range(digits.shape[1]):
        out = out * (np.uint64(radix) if exact else radix) + digits[:, i].astype(np.uint64 if exact else object)
    return out


def _numerals(number: NDArray[Any], radix: int, length: int) -> Bytes:
    out = np.zeros((len(number), length), dtype=np.uint8)
    base = np.uint64(radix) if number.dtype == np.uint64 else radix
    for i in range(length - 1, -1, -1):
        out[:, i] = (number % base).astype(np.uint8)
        number = number // base
    return out


def _big_endian(number: NDArray[Any], width: int) -> Bytes:
    if number.dtype == np.uint64:
        told = number.astype(">u8").view(np.uint8).reshape(-1, 8)
        return told[:, 8 - width :] if width <= 8 else np.concatenate([np.zeros((len(number), width - 8), np.uint8), told], axis=1)
    joined = b"".join(int(value).to_bytes(width, "big") for value in number.tolist())
    return np.frombuffer(joined, dtype=np.uint8).reshape(-1, width)


def _stretched(aes: Aes, made: Bytes, wide: int) -> Bytes:
    """The first `wide` bytes of R, AES(R xor 1), AES(R xor 2), ..."""
    if wide <= BLOCK:
        return made[:, :wide]
    parts = [made]
    for j in range(1, -(-wide // BLOCK)):
        counter = np.frombuffer(j.to_bytes(BLOCK, "big"), dtype=np.uint8)
        parts.append(aes(made ^ counter))
    return np.concatenate(parts, axis=1)[:, :wide]


def _modulo(stream: Bytes, modulus: int, exact: bool) -> NDArray[Any]:
    """Big-endian bytes (n, wide) modulo a number, a few bits at a time where 64 bits hold the remainder."""
    if not exact:
        return np.array([int.from_bytes(row.tobytes(), "big") % modulus for row in stream], dtype=object)
    m = np.uint64(modulus)
    if stream.shape[1] == 8:
        return np.asarray(np.ascontiguousarray(stream).view(">u8")[:, 0] % m, dtype=np.uint64)
    out = np.zeros(len(stream), dtype=np.uint64)
    step = 4 if modulus < 1 << 31 else 2 if modulus < 1 << 47 else 1
    pieces = stream.reshape(len(stream), -1, step).astype(np.uint64)
    weights = np.array([256**i for i in range(step - 1, -1, -1)], dtype=np.uint64)
    limbs = (pieces * weights).sum(axis=2, dtype=np.uint64)
    for i in range(limbs.shape[1]):
        out = ((out << np.uint64(8 * step)) | limbs[:, i]) % m
    return out


def chosen(words: Words, size: int) -> Ints:
    """An entry of a pool of `size` for each 64-bit word; even but for one part in 2**64 / size."""
    return (words % np.uint64(max(size, 1))).astype(np.int64)


def letters(words: Words, alphabet: Sequence[str], length: int) -> pa.Array:
    """`length` signs of an alphabet spelled by each 64-bit word, its lowest digits."""
    base = np.uint64(len(alphabet))
    codes = np.frombuffer("".join(alphabet).encode("ascii"), dtype=np.uint8)
    grid = np.empty((len(words), length), dtype=np.uint8)
    rest = words.copy()
    for i in range(length):
        grid[:, i] = codes[(rest % base).astype(np.int64)]
        rest //= base
    offsets = np.arange(len(words) + 1, dtype=np.int32) * length
    return pa.StringArray.from_buffers(len(words), pa.py_buffer(offsets.tobytes()), pa.py_buffer(grid.tobytes()))


__all__ = ["BLOCK", "SMALLEST", "Aes", "Bytes", "bijection", "chosen", "derived", "digest", "digest_numbers", "ff1", "letters"]
