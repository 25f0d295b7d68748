"""Random halves of a sample, and their sums: what turning signs around at random comes down to. Needs numpy.

If neither arm is better, the sign of every difference could as well be the other one. Turning some around changes their
sum by twice the sum of those, so the sums of random subsets say all that a sign-flip test asks. By the same token the
means of random subsets fall below the true mean as often as above it (Hartigan, 1969): their quantiles are the interval
that belongs to the test. No shape of the data is assumed.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_ALL_UP_TO = 13  # values: so few subsets are all looked at
_DRAWS = 8192  # and as many complements
_ROUNDING = 1e-9
_BLOCK = 256  # values drawn for at a time, so that memory stays small


def subset_sums(rows: Array) -> Array:
    """Sum each row over the same subsets of its columns, none empty; the same for the same number of columns."""
    count = rows.shape[1]
    if count <= _ALL_UP_TO:
        return rows @ _every_subset(count)
    sums = np.zeros((len(rows), _DRAWS))
    for at in range(0, count, _BLOCK):
        block = rows[:, at : at + _BLOCK]
        sums += block @ _drawn(at, block.shape[1])
    return np.hstack([sums, rows.sum(axis=1)[:, None] - sums])


def flip_p(sums: Array, scale: Array | float) -> Array:
    """Turn sums of changes over subsets into a p, two-sided; what sums to nothing counts half. Floats round: by scale.

    One more that sums to nothing stands for the empty subset, or for what was not drawn: no p is ever 0.
    """
    nothing = np.abs(sums) <= _ROUNDING * np.asarray(scale)[..., None]
    smaller = np.count_nonzero((sums < 0) & ~nothing, axis=-1) + np.count_nonzero(nothing, axis=-1) / 2
    below = (smaller + 0.5) / (sums.shape[-1] + 1)
    p: Array = np.minimum(1.0, 2 * np.minimum(below, 1 - below))
    return p


@lru_cache(maxsize=1)
def _every_subset(count: int) -> Array:
    return ((np.arange(1, 2**count) >> np.arange(count)[:, None]) & 1).astype(np.float64)


@lru_cache(maxsize=1)
def _drawn(seed: int, count: int) -> Array:
    return np.random.default_rng(seed).integers(0, 2, (count, _DRAWS)).astype(np.float64)
