"""Values that are costly to make (documents, arrays) come from a pool, made once per column out of the column's own stream.

A table of up to 4,096 rows draws every value of its pool at most once; a larger one repeats them, at a few nanoseconds each.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa

from mimic.generator import Span
from mimic.generators.draws import nulls, systematic
from mimic.streams import Stream

POOL = 4_096


Pools = dict[int, pa.Array]


def from_pool(span: Span, stream: Stream, null_share: float, make: Callable[[int, Stream], pa.Array], pools: Pools) -> pa.Array:
    """`span.n` values; `make(size, stream)` gives the pool, the same for every chunk of the column.

    `pools` remembers the last pool of a generator. It only saves time: its key is drawn from the place and the seed, so a
    remembered pool equals a new one.
    """
    mask = nulls(stream, span.n, null_share)
    size = max(min(span.total, POOL), 1)
    place = stream.whole.at("pool", 0)
    key = int(stream.whole.at("pool").words(1)[0]) ^ size
    pool = pools.get(key)
    if pool is None:
        pool = make(size, place)
        pools.clear()
        pools[key] = pool
    index = np.floor(systematic(stream.at("value"), span.n, mask) * len(pool)).astype(np.int64)
    return pool.take(pa.array(index, mask=mask))
