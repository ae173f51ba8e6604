"""Whatever happens to a model file, reading it ends in a model or in a `ModelFileError`, and never in a large allocation."""

from __future__ import annotations

import io
import tempfile
import tracemalloc
import zipfile
from functools import cache
from pathlib import Path

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mimic import storing
from mimic.errors import ModelFileError
from mimic.storing import arrays
from mimic.storing.arrays import BadArray
from mimic.storing.states import fold, unfold
from tests.samples import models

MOST = 32 << 20  # bytes that reading a file of a few KB may take at its peak


@cache
def whole() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        storing.save(models.model(), Path(folder) / "m.mimic")
        return (Path(folder) / "m.mimic").read_bytes()


def read(content: bytes) -> None:
    """Load `content` as a file; only a ModelFileError may come out, and little memory may be taken."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "m.mimic"
        path.write_bytes(content)
        tracemalloc.start()
        try:
            storing.load(path, models.registry())
        except ModelFileError:
            pass
        finally:
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
    assert peak < MOST


@given(st.lists(st.tuples(st.integers(0, 1 << 20), st.integers(1, 255)), min_size=1, max_size=8))
@settings(max_examples=150, deadline=None)
def test_flipped_bytes(flips):
    content = bytearray(whole())
    for place, bits in flips:
        content[place % len(content)] ^= bits
    read(bytes(content))


@given(st.integers(0, 1 << 20))
@settings(max_examples=100, deadline=None)
def test_truncated(length):
    read(whole()[: length % len(whole())])


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_parts_rewritten_behind_a_correct_checksum(data):
    """What ZIP's own checksums cannot see: the content of parts, changed and packed anew."""
    with zipfile.ZipFile(io.BytesIO(whole())) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    name = data.draw(st.sampled_from(sorted(parts)))
    content = bytearray(parts[name])
    start = data.draw(st.integers(0, max(len(content) - 1, 0)))
    stop = min(len(content), start + data.draw(st.integers(0, 40)))
    content[start:stop] = data.draw(st.binary(max_size=40) | st.sampled_from([b"null", b"-1", b"[]", b"{}", b'"x"', b"1e999", b"9" * 5000]))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part, kept in (parts | {name: bytes(content)}).items():
            new.writestr(part, kept)
    read(out.getvalue())


@given(st.binary(max_size=300))
@example(b"\x93NUMPY\x01\x00\xff\xff")
@settings(max_examples=300)
def test_an_array_header_of_any_bytes(tail):
    try:
        arrays.unpack(bytearray(b"\x93NUMPY\x01\x00" + tail))
    except BadArray:
        pass


KEYS = st.text(max_size=8) | st.sampled_from(["#array", "#float", "#dict"])
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
ARRAYS = st.sampled_from([np.arange(3), np.zeros((2, 2), np.float32), np.array([True]), np.array(["2020"], "datetime64[Y]")])
STATES = st.recursive(LEAVES | ARRAYS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=20)


@given(STATES)
@settings(max_examples=300)
def test_a_state_comes_back_as_it_was(state):
    kept: list[np.ndarray] = []

    def keep(array: np.ndarray) -> int:
        kept.append(array)
        return len(kept) - 1

    np.testing.assert_equal(unfold(fold(state, keep, "here"), kept.__getitem__), state)
