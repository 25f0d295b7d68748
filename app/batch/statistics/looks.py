"""How much a result must stand out at each look, so that looking early finds no differences that are not there.

Lan and DeMets (1983): each look may spend a part of the chance of a false positive, by how much of the data is there.
O'Brien and Fleming spend hardly any at first, so that the last look loses almost nothing. Needs scipy.

The z of all looks together are normal, and each new stretch of pairs is independent of what came before. So the chance
to come through look after look is carried forward on a grid (Armitage, McPherson and Rowe, 1969): exact to six digits
in milliseconds, where SciPy's integral of a multivariate normal takes seconds and is exact to three.
"""

from __future__ import annotations

from functools import cache, lru_cache
from math import sqrt

import numpy as np
from scipy import stats
from scipy.optimize import brentq

from app.batch.statistics.subsets import Array

_GRID = 200  # points: enough for looks that are a hundredth of the data apart
_FARTHEST = 40.0  # standard deviations: asked where there is nothing to spend yet
_WIDEST = 8.0  # standard deviations: beyond there is nobody


@lru_cache(maxsize=64)
def boundaries(fractions: tuple[float, ...], chance: float) -> tuple[float, ...]:
    """Give the |z| that each look must reach; looks come when these fractions of the data are there."""
    nodes, weights = _nodes()
    reached, points, density = 0.0, np.zeros(1), np.ones(1)  # the score starts at nothing
    spent, found = 0.0, []
    for fraction in fractions:
        scatter = sqrt(fraction - reached)
        may_spend = max(_spent(fraction, chance) - spent, 0.0)
        edge = _edge(points, density, scatter, may_spend) if may_spend else _FARTHEST * sqrt(fraction)
        span = min(edge, _WIDEST * sqrt(fraction))
        inside = span * nodes
        density = span * weights * (stats.norm.pdf(inside[:, None], points, scatter) @ density)
        reached, points, spent = fraction, inside, spent + may_spend
        found.append(edge / sqrt(fraction))
    return tuple(found)


@cache
def _nodes() -> tuple[Array, Array]:
    return np.polynomial.legendre.leggauss(_GRID)


def conditional_power(z: float, fraction: float, last: float, drift: float) -> float:
    """Give the chance that the last look is clear, if the rest drifts as said, in the direction seen so far."""
    left = 1 - fraction
    return float(stats.norm.sf((last - z * sqrt(fraction) - drift * left) / sqrt(left)))


def chance_of_same(seen: float, margin: float, fraction: float, last: float) -> float:
    """Give the chance that the last interval lies within the margin, if the rest shows no difference.

    What was seen and the margin are told in standard errors of now.
    """
    left = 1 - fraction
    room = margin / sqrt(fraction) - last  # both in standard errors of the end, which are smaller
    if room <= 0:
        return 0.0
    middle = seen * sqrt(fraction)
    return float(stats.norm.cdf((room - middle) / sqrt(left)) - stats.norm.cdf((-room - middle) / sqrt(left)))


def chance_beyond(z: float) -> float:
    """Turn a |z| into a two-sided p."""
    return float(2 * stats.norm.sf(z))


def z_of(p: float) -> float:
    """Turn a two-sided p into a |z|."""
    return float(stats.norm.isf(p / 2))


def _edge(points: Array, density: Array, scatter: float, may_spend: float) -> float:
    def leaves_too_often(edge: float) -> float:
        beyond = stats.norm.sf((edge - points) / scatter) + stats.norm.cdf((-edge - points) / scatter)
        return float(beyond @ density) - may_spend

    return float(brentq(leaves_too_often, 0.0, _FARTHEST))


def _spent(fraction: float, chance: float) -> float:
    return float(4 * stats.norm.sf(stats.norm.isf(chance / 4) / sqrt(fraction)))  # each side half
