"""The boundaries of looking early, against what was published and against SciPy's multivariate normal."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from app.batch.statistics import looks

FIVE = (0.2, 0.4, 0.6, 0.8, 1.0)


def test_five_looks_have_the_boundaries_of_lan_and_demets() -> None:
    assert looks.boundaries(FIVE, 0.05) == pytest.approx((4.877, 3.357, 2.680, 2.290, 2.031), abs=0.0006)


def test_a_single_look_is_the_usual_test() -> None:
    assert looks.boundaries((1.0,), 0.05) == pytest.approx((1.959964,), abs=1e-5)


def test_all_looks_together_leave_as_often_as_they_may() -> None:
    fractions = (0.3, 0.55, 1.0)
    edges = np.array(looks.boundaries(fractions, 0.05))
    together = np.sqrt(np.minimum.outer(fractions, fractions) / np.maximum.outer(fractions, fractions))
    inside = stats.multivariate_normal.cdf(
        edges, cov=together, lower_limit=-edges, abseps=1e-6, rng=np.random.default_rng(1)
    )
    assert 1 - inside == pytest.approx(0.05, abs=2e-5)


def test_a_first_look_too_early_to_spend_anything_asks_for_the_impossible() -> None:
    first, last = looks.boundaries((0.001, 1.0), 0.05)
    assert first > 30
    assert last == pytest.approx(1.96, abs=0.001)


def test_the_chance_of_an_answer_is_what_the_rest_can_still_bring() -> None:
    assert looks.conditional_power(0.0, 0.8, 2.031, 2.8) < 0.01
    assert looks.conditional_power(2.0, 0.8, 2.031, 2.8) > 0.7
