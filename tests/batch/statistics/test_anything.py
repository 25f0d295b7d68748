"""Whatever the numbers are, the answer is whole and contradicts itself nowhere."""

from __future__ import annotations

from math import isfinite

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.batch.statistics import Comparison, Measure, compare, compare_unpaired
from app.batch.statistics.rates import tango

AMOUNTS = st.one_of(st.none(), st.sampled_from([0.0, 1.0, 2.0]), st.floats(0, 1e9, allow_subnormal=False))
PAIRS = st.lists(st.tuples(AMOUNTS, AMOUNTS), max_size=25)
OUTCOMES = st.lists(st.tuples(st.sampled_from([0, 1, None]), st.sampled_from([0, 1, None])), max_size=40)


def is_whole(found: Comparison) -> None:
    known = (found.a, found.b, found.difference, found.low, found.high, found.ratio, found.ratio_low, found.ratio_high)
    assert all(value is None or isfinite(value) for value in (*known, found.p, found.effect, found.detectable))
    assert 0 <= found.p <= 1
    assert found.ahead is None or 0 <= found.ahead <= 1
    assert "nan" not in found.sentence
    assert found.sentence.endswith(".")
    if found.low is None or found.high is None or found.difference is None:
        assert found.verdict == "not enough data"
        return
    slack = 1e-9 * max(1.0, abs(found.difference))
    assert found.low - slack <= found.difference <= found.high + slack
    if found.verdict in ("better", "worse"):
        assert found.p < 0.05
        assert found.low > 0 or found.high < 0


@settings(max_examples=60, deadline=None)
@given(PAIRS, st.sampled_from(["cost_usd", "seconds", "tokens", "score"]), st.sampled_from([0.8, 0.95, 1 - 1e-9]))
def test_amounts(pairs: list[tuple[float | None, float | None]], measure: Measure, confidence: float) -> None:
    a, b = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    is_whole(compare(measure, a, b))
    is_whole(compare_unpaired(measure, a, b))
    found = compare(measure, a, b, confidence=confidence)
    assert found.verdict == "not enough data" or found.low is not None


@settings(max_examples=60, deadline=None)
@given(OUTCOMES)
def test_outcomes(pairs: list[tuple[int | None, int | None]]) -> None:
    a, b = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    is_whole(compare("success", a, b))
    is_whole(compare_unpaired("success", a, b))


@pytest.mark.parametrize("confidence", [0.5, 0.95, 1 - 1e-9])
@pytest.mark.parametrize("pairs", [1, 2, 7, 20])
def test_every_table_has_an_interval_around_what_was_seen(pairs: int, confidence: float) -> None:
    for lost in range(pairs + 1):
        for won in range(pairs + 1 - lost):
            low, high = tango(won, lost, pairs, confidence)
            assert -1 <= low <= (won - lost) / pairs <= high <= 1
