"""Looking before the end: when it stops, what it says, and that it keeps nothing."""

from __future__ import annotations

import numpy as np
import pytest

from app.batch.statistics import Monitor, compare
from app.batch.statistics.looks import chance_of_same
from app.batch.statistics.monitor import Pair
from bench.truths import AMOUNTS, Rates


def stream(truth: Rates, pairs: int) -> list[Pair]:
    a, b = next(truth.arms(pairs, 1))
    return list(zip(a, b, strict=True))


CLEAR = stream(Rates(0.3, 0.9), 200)
NOTHING = stream(Rates(0.5, 0.5), 200)


def test_no_look_is_due_before_its_time() -> None:
    decision = Monitor(200).look(CLEAR[:39])
    assert (decision.stop, decision.look, decision.comparison) == (False, 0, None)
    assert decision.why == "the first look comes after 40 pairs"


def test_a_clear_difference_stops_early() -> None:
    decision = Monitor(200).look(CLEAR[:80])
    assert decision.stop
    assert decision.look in (1, 2)
    assert decision.why.startswith(f"clear at look {decision.look} of 5, after {40 * decision.look} pairs: p ")
    assert decision.comparison is not None
    assert decision.comparison.verdict == "better"


def test_the_interval_after_a_stop_is_that_of_its_look_and_so_wider() -> None:
    decision = Monitor(200).look(CLEAR)
    seen, alone = decision.comparison, compare("success", *zip(*CLEAR[: 40 * decision.look], strict=True))
    assert seen is not None
    assert seen.confidence > 0.999
    assert seen.low is not None
    assert alone.low is not None
    assert seen.low < alone.low
    assert f"({'99.99+' if decision.look == 1 else '99.92'} % interval" in seen.sentence


def test_two_that_are_as_good_are_told_by_what_would_matter() -> None:
    decision = Monitor(2000).look([(1.0, 1.0)] * 2000)
    assert decision.comparison is not None
    assert decision.comparison.verdict == "same"
    assert decision.why == "clear at look 2 of 5, after 800 pairs: no more than 5 points apart"


def test_from_the_same_pairs_it_decides_the_same_whenever_it_is_asked() -> None:
    stopped = next(at for at in range(201) if Monitor(200).look(CLEAR[:at]).stop)
    assert Monitor(200).look(CLEAR[:stopped]) == Monitor(200).look(CLEAR)


def test_between_looks_nothing_changes() -> None:
    assert Monitor(200).look(NOTHING[:80]) == Monitor(200).look(NOTHING[:119])


def test_the_last_look_stops_in_any_case_and_costs_nearly_nothing() -> None:
    decision = Monitor(200).look(NOTHING)
    assert decision.stop
    assert decision.why == "not clear at look 5 of 5, after 200 pairs, the last"
    assert decision.comparison is not None
    assert decision.comparison.confidence == pytest.approx(1 - 0.0423, abs=0.0001)


def test_where_the_rest_would_hardly_change_it_giving_up_is_advised_not_ordered() -> None:
    decision = Monitor(200).look(NOTHING[:160])
    assert (decision.stop, decision.futile) == (False, True)
    assert decision.why.startswith("even the rest would hardly make it clear at look 4 of 5")


def test_nobody_gives_up_where_the_rest_would_show_that_both_are_as_good() -> None:
    pairs = [(0.0, 0.0), (1.0, 1.0), (1.0, 0.0), (0.0, 1.0)] * 500
    assert Monitor(2000).look(pairs).comparison.verdict == "same"  # type: ignore[union-attr]
    assert not any(Monitor(2000).look(pairs[:seen]).futile for seen in Monitor(2000).due())


def test_a_margin_that_cannot_be_reached_any_more_keeps_nobody() -> None:
    pairs = [(0.0, 0.0), (1.0, 1.0), (1.0, 0.0), (0.0, 1.0)] * 50
    assert Monitor(200).look(pairs[:160]).futile


@pytest.mark.parametrize(("seen", "fraction"), [(0.0, 0.5), (0.4, 0.5), (-1.0, 0.8)])
def test_the_chance_that_both_will_be_as_good_is_what_simulations_find(seen: float, fraction: float) -> None:
    rest = np.random.default_rng(7).normal(0, 1, 200_000) / np.sqrt(1 - fraction)
    end = fraction * seen / np.sqrt(fraction) + (1 - fraction) * rest  # in standard errors of the end
    inside = np.mean(np.abs(end) + 2.0 < 3.2 / np.sqrt(fraction))
    assert chance_of_same(seen, 3.2, fraction, 2.0) == pytest.approx(inside, abs=0.005)


def test_nobody_gives_up_on_what_is_promising() -> None:
    pairs = [(0.0, 1.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0)] * 10
    decision = Monitor(200).look(pairs)
    assert (decision.stop, decision.futile) == (False, False)
    assert "p 0.071, where 1.1e-06 is asked" in decision.why


def test_looks_are_even_and_the_end_is_always_one() -> None:
    assert Monitor(100, looks=3).due() == (34, 67, 100)
    assert Monitor(3, looks=10).due() == (1, 2, 3)


@pytest.mark.parametrize("monitor", [Monitor(0), Monitor(10, looks=0)])
def test_looks_that_make_no_sense_are_refused(monitor: Monitor) -> None:
    with pytest.raises(ValueError, match="nothing to look at"):
        monitor.look([])


def test_amounts_are_watched_like_outcomes() -> None:
    cheaper = next(truth for truth in AMOUNTS if truth.name == "20 % cheaper, sigma 0.5")
    a, b = next(cheaper.arms(300, 1))
    decision = Monitor(300, measure="cost_usd").look(list(zip(a, b, strict=True)))
    assert decision.stop
    assert decision.look < 5
    assert decision.comparison is not None
    assert decision.comparison.verdict == "better"


def test_being_the_same_is_an_answer_too() -> None:
    pairs: list[Pair] = [(100.0 + at % 7, 100.0 + (at + 3) % 7) for at in range(100)]
    decision = Monitor(100, looks=2, measure="tokens").look(pairs)
    assert decision.look == 1
    assert decision.comparison is not None
    assert decision.comparison.verdict == "same"


def test_pairs_that_lack_a_side_count_towards_the_plan_but_not_the_result() -> None:
    decision = Monitor(40, looks=1).look([*NOTHING[:30], *[(None, 1.0)] * 10])
    assert decision.stop
    assert decision.comparison is not None
    assert (decision.comparison.pairs, decision.comparison.dropped) == (30, 10)
