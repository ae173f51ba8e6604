"""The cipher agrees with what NIST publishes, permutes its domains, and differs from key to key."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from mimic.maskers.cipher import Aes, bijection, derived, digest, ff1

SIGNS = "0123456789abcdefghijklmnopqrstuvwxyz"
KEY = "2B7E151628AED2A6ABF7158809CF4F3CEF4359D8D580AA4F7F036D6F04FC6A94"
# SP 800-38G, samples 1 to 9 of FF1: bytes of the key, radix, tweak, plain, cipher.
SAMPLES = [
    (16, 10, "", "0123456789", "2433477484"),
    (16, 10, "39383736353433323130", "0123456789", "6124200773"),
    (16, 36, "3737373770717273373737", "0123456789abcdefghi", "a9tv40mll9kdu509eum"),
    (24, 10, "", "0123456789", "2830668132"),
    (24, 10, "39383736353433323130", "0123456789", "2496655549"),
    (24, 36, "3737373770717273373737", "0123456789abcdefghi", "xbj3kv35jrawxv32ysr"),
    (32, 10, "", "0123456789", "6657667009"),
    (32, 10, "39383736353433323130", "0123456789", "1001623463"),
    (32, 36, "3737373770717273373737", "0123456789abcdefghi", "xs8a0azh2avyalyzuwd"),
]


@pytest.mark.parametrize(("size", "radix", "tweak", "plain", "told"), SAMPLES)
def test_ff1_gives_the_published_samples_and_takes_them_back(size, radix, tweak, plain, told):
    aes = Aes(bytes.fromhex(KEY)[:size])
    digits = np.array([[SIGNS.index(sign) for sign in plain]] * 3, dtype=np.uint8)
    made = ff1(aes, digits, radix, bytes.fromhex(tweak))
    assert ["".join(SIGNS[i] for i in row) for row in made] == [told] * 3
    assert np.array_equal(ff1(aes, made, radix, bytes.fromhex(tweak), back=True), digits)


@pytest.mark.parametrize("length", [7, 8, 19, 31, 40, 60])
def test_ff1_undoes_itself_at_every_length(length):
    digits = np.random.default_rng(length).integers(0, 10, (50, length)).astype(np.uint8)
    aes = Aes(bytes(32))
    made = ff1(aes, digits, 10, b"tweak")
    assert (made != digits).any(axis=1).all()
    assert np.array_equal(ff1(aes, made, 10, b"tweak", back=True), digits)


def test_ff1_refuses_a_domain_that_the_standard_forbids():
    with pytest.raises(ValueError, match="too small"):
        ff1(Aes(bytes(32)), np.zeros((1, 5), dtype=np.uint8), 10)


@pytest.mark.parametrize("size", [1, 2, 3, 10, 26, 100, 999, 4_096, 10_007])
def test_a_small_domain_is_permuted(size):
    aes = Aes(b"\x01" * 32)
    values = np.arange(size, dtype=np.int64)
    made = bijection(aes, values, size)
    assert sorted(made.tolist()) == values.tolist()
    assert np.array_equal(bijection(aes, made, size, back=True), values)
    if size >= 100:
        assert (made == values).mean() < 0.1
        assert (bijection(Aes(b"\x02" * 32), values, size) == made).mean() < 0.1


def test_the_largest_domain_is_permuted_within_64_bits():
    size = 2**63 - 1 - 10**18
    values = np.array([0, 1, 2, size // 2, size - 2, size - 1], dtype=np.int64)
    made = bijection(Aes(bytes(32)), values, size)
    assert ((made >= 0) & (made < size)).all()
    assert np.array_equal(bijection(Aes(bytes(32)), made, size, back=True), values)


def test_texts_that_begin_alike_have_digests_of_their_own():
    texts = ["", "a", "a\0", "a" * 15, "a" * 16, "a" * 17, "a" * 32, "a" * 33, "ä"]
    words = digest(Aes(bytes(32)), pa.array(texts))
    assert len({tuple(row) for row in words.tolist()}) == len(texts)
    alone = [digest(Aes(bytes(32)), pa.array([text])).tolist()[0] for text in texts]
    assert words.tolist() == alone  # nothing depends on the neighbours
    assert digest(Aes(bytes(32)), pa.array(["x", *texts]).slice(1)).tolist() == alone


def test_every_purpose_has_a_key_of_its_own():
    keys = {derived(b"secret" * 6, *purpose) for purpose in (("a", "b"), ("ab",), ("a",), ("b", "a"), ("a", "b", ""))}
    assert len(keys) == 5
    assert derived(b"secret" * 6, "a") == derived(b"secret" * 6, "a")
