"""Scores of likeness between two columns or two fan-outs: 1 minus a distance of their distributions."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mimic.streams import Floats, Ints

FEW = 1_000  # distinct texts up to here are compared value by value; more, by their lengths
RARE = 10  # texts that fewer rows hold count as one value: a safe copy has others in their place


def shape_score(a: pa.ChunkedArray, b: pa.ChunkedArray) -> float | None:
    """1 - Kolmogorov-Smirnov for numbers and times, 1 - total variation for the rest, NULLs apart; None where neither fits.

    Texts that are mostly distinct or rare are compared by their lengths: made-up ones never equal real ones, and must not.
    """
    a, b = a.drop_null(), b.drop_null()
    if not len(a) or not len(b):
        return float(len(a) == len(b))
    if _counts(a.type) and _counts(b.type):
        return 1 - _kolmogorov(_numbers(a), _numbers(b))
    if pa.types.is_boolean(a.type) and pa.types.is_boolean(b.type):
        return 1 - _variation(a, b)
    if not (pa.types.is_string(a.type) and pa.types.is_string(b.type)):
        return None
    counts = a.value_counts()
    common = counts.field("values").filter(pc.greater_equal(counts.field("counts"), RARE))
    if len(common) and len(counts) <= FEW and len(counts) <= 0.5 * len(a):
        return 1 - _variation(*(pc.if_else(pc.is_in(side, common), side, pa.scalar(None, side.type)) for side in (a, b)))
    return 1 - _kolmogorov(_numbers(pc.utf8_length(a)), _numbers(pc.utf8_length(b)))


def null_score(a: pa.ChunkedArray, b: pa.ChunkedArray) -> float:
    return 1.0 - abs(float(a.null_count) / max(len(a), 1) - float(b.null_count) / max(len(b), 1))


def fan_out_score(a: tuple[Ints, Ints], b: tuple[Ints, Ints]) -> float:
    """1 - Kolmogorov-Smirnov of children per parent; each side as sizes and how many parents have them."""
    points = np.union1d(a[0], b[0])
    return 1 - float(np.abs(_share_up_to(a, points) - _share_up_to(b, points)).max())


def _share_up_to(side: tuple[Ints, Ints], points: Ints) -> Floats:
    order = np.argsort(side[0], kind="stable")
    sizes, parents = side[0][order], side[1][order]
    below = np.concatenate([[0], np.cumsum(parents)])[np.searchsorted(sizes, points, side="right")]
    return np.asarray(below / max(int(parents.sum()), 1), dtype=np.float64)


def _kolmogorov(a: Floats, b: Floats) -> float:
    """The two-sample statistic, as scipy.stats.ks_2samp gives it."""
    points = np.concatenate([a, b])
    left = np.searchsorted(np.sort(a), points, side="right") / len(a)
    right = np.searchsorted(np.sort(b), points, side="right") / len(b)
    return float(np.abs(left - right).max())


def _variation(a: pa.ChunkedArray, b: pa.ChunkedArray) -> float:
    """Total variation distance of two columns of categories."""
    shares: dict[object, float] = {}
    for values, sign in ((a, 1.0), (b, -1.0)):
        for entry in values.value_counts().to_pylist():
            shares[entry["values"]] = shares.get(entry["values"], 0.0) + sign * entry["counts"] / len(values)
    return 0.5 * sum(abs(share) for share in shares.values())


def _counts(kind: pa.DataType) -> bool:
    tests = (pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal, pa.types.is_temporal)
    return any(test(kind) for test in tests)


def _numbers(values: pa.ChunkedArray) -> Floats:
    if pa.types.is_temporal(values.type):
        values = values.cast(pa.int32() if values.type.bit_width == 32 else pa.int64())
    return np.asarray(values.cast(pa.float64(), safe=False).to_numpy(), dtype=np.float64)
