"""Two arms, and what is said of them: also where there is little to say."""

from __future__ import annotations

import subprocess
import sys

import pytest

from app.batch.statistics import (
    MEASURES,
    Measure,
    NoStatistics,
    certain,
    compare,
    compare_unpaired,
    higher_is_better,
    holm,
    rate_interval,
    rate_told,
)
from bench.truths import AMOUNTS, Rates

CHEAPER = next(truth for truth in AMOUNTS if truth.name == "20 % cheaper, sigma 0.5")


def outcomes(both: int, only_a: int, only_b: int, neither: int = 0) -> tuple[list[float], list[float]]:
    return Rates.values(both, only_a, only_b, neither)


def test_an_arm_that_succeeds_more_often_is_better() -> None:
    found = compare("success", *outcomes(60, 5, 25, 10))
    assert (found.verdict, found.pairs, found.a, found.b) == ("better", 100, 0.65, 0.85)
    assert found.low is not None
    assert found.high is not None
    assert found.low < 0.2 < found.high
    assert found.low > 0
    assert found.p < 0.001
    assert found.ahead == pytest.approx(0.6)


def test_an_arm_that_costs_less_is_better_and_one_that_costs_more_worse() -> None:
    a, b = next(CHEAPER.arms(200, 1))
    cheaper, dearer = compare("cost_usd", a, b), compare("cost_usd", b, a)
    assert (cheaper.verdict, dearer.verdict) == ("better", "worse")
    assert cheaper.p == pytest.approx(dearer.p)
    assert cheaper.ratio is not None
    assert dearer.ratio is not None
    assert cheaper.ratio * dearer.ratio == pytest.approx(1)
    assert cheaper.effect < 0 < dearer.effect


def test_a_pair_that_lacks_a_side_is_left_out_and_counted() -> None:
    a, b = outcomes(60, 5, 25, 10)
    found = compare("success", [*a, None, 1.0, float("nan")], [*b, 1.0, None, 0.0])
    assert (found.pairs, found.dropped) == (100, 3)
    assert found.sentence.endswith("; 3 pairs left out that lack a side.")


def test_amounts_that_are_equal_in_every_pair_are_said_to_be_the_same_and_how_many_could_still_differ() -> None:
    found = compare("cost_usd", [0.02] * 24, [0.02] * 24)
    assert found.verdict == "not enough data"
    assert found.sentence.startswith("The same in all 24 pairs: $0.0200; with so few, up to 12 % of all pairs")


@pytest.mark.parametrize("amount", [0.0, 1.5])
def test_where_nothing_is_left_to_chance_what_is_equal_in_every_pair_is_the_same(amount: float) -> None:
    equal = certain(compare("seconds", [amount] * 24, [amount] * 24))
    other = certain(compare("seconds", [1.5] * 24, [1.5] * 23 + [2.0]))
    judged = holm([equal, other])
    assert [found.verdict for found in judged] == ["same", "not enough data"]
    few = certain(compare("seconds", [amount] * 2, [amount] * 2))
    assert (few.verdict, holm([few, other])[0].verdict) == ("same", "same")
    assert judged[0].sentence.startswith("The same in all 24 pairs: ")
    assert judged[0].needed is None


def test_successes_that_leave_nothing_to_chance_are_the_same_however_few() -> None:
    equal, other = (certain(compare("success", [1, 0, 1], b)) for b in ([1, 0, 1], [0, 1, 1]))
    assert [found.verdict for found in holm([equal, other])] == ["same", "not enough data"]
    assert equal.sentence == "The same in all 3 pairs: 67 %."


def test_all_successes_in_twelve_pairs_say_how_much_could_hide() -> None:
    found = compare("success", [1] * 12, [1] * 12)
    assert (found.verdict, found.p, found.difference) == ("not enough data", 1.0, 0.0)
    assert "The same in all 12 pairs: 100 %; " in found.sentence
    assert "with so few, a difference of up to 24 points could hide" in found.sentence
    assert found.needed == 297
    assert "About 300 pairs would tell" in found.sentence


def test_all_successes_in_very_many_pairs_are_the_same() -> None:
    assert compare("success", [1] * 200, [1] * 200).verdict == "same"


def test_pairs_that_never_differ_are_the_same_once_there_are_enough_of_them() -> None:
    few, many = (compare("tokens", [100] * count, [100] * count) for count in (12, 59))
    assert (few.verdict, few.needed, many.verdict) == ("not enough data", 59, "same")
    assert "up to 22 % of all pairs could still differ" in few.sentence


def test_a_handful_of_differences_does_not_pass_for_sameness() -> None:
    a, b = [100.0] * 20, [100.0] * 18 + [101.0, 99.0]
    handful, more = compare("tokens", a, b), compare("tokens", a, [101.0, 99.0] * 3 + [100.0] * 14)
    assert (handful.verdict, handful.differ, handful.needed) == ("not enough data", 2, 59)
    assert (more.verdict, more.differ, more.needed) == ("not enough data", 6, 27)
    assert more.sentence == (
        "No difference was seen in 20 pairs: 100 tokens against 100 tokens, +0.0 %; "
        "only 6 of them differ, too few to know how widely others would. About 27 pairs would tell."
    )


def test_a_difference_that_is_always_the_same_is_seen() -> None:
    found = compare("seconds", [10.0] * 12, [5.0] * 12)
    assert (found.verdict, found.low, found.high, found.effect) == ("better", -5.0, -5.0, -10.0)


def test_a_difference_nobody_would_act_on_is_the_same_however_sure_it_is() -> None:
    found = compare("tokens", [100.0 + at for at in range(40)], [101.0 + at for at in range(40)])
    assert found.p < 0.001
    assert (found.verdict, found.size) == ("same", "negligible")


def test_the_margin_is_for_the_caller_to_choose() -> None:
    a, b = next(AMOUNTS[0].arms(200, 1))
    assert compare("cost_usd", a, b, margin=0.5).verdict == "same"
    assert compare("cost_usd", a, b, margin=0.01).verdict == "not enough data"


@pytest.mark.parametrize("measure", ["cost_usd", "seconds", "tokens", "score"])
def test_fewer_than_eight_pairs_of_an_amount_are_not_tested(measure: Measure) -> None:
    found = compare(measure, [1.0] * 7, [0.5, 0.6, 0.4, 0.5, 0.6, 0.4, 0.5])
    assert (found.verdict, found.low, found.p) == ("not enough data", None, 1.0)
    assert "with so few, nothing can be tested" in found.sentence


@pytest.mark.parametrize("measure", MEASURES)
def test_no_pairs_are_no_data(measure: Measure) -> None:
    for found in (compare(measure, [None], [1.0]), compare_unpaired(measure, [], [1.0])):
        assert (found.verdict, found.pairs, found.a, found.difference) == ("not enough data", 0, None, None)
        assert found.sentence.startswith("Nothing to compare")


@pytest.mark.parametrize("measure", MEASURES)
def test_one_pair_is_not_enough(measure: Measure) -> None:
    for method in (compare, compare_unpaired):
        found = method(measure, [0.0], [1.0])
        assert (found.verdict, found.pairs) == ("not enough data", 1)
        assert found.sentence


def test_where_a_costs_nothing_there_is_no_ratio() -> None:
    found = compare("cost_usd", [0.0] * 20, [0.01 + at / 1000 for at in range(20)])
    assert (found.ratio, found.ratio_low, found.verdict) == (None, None, "worse")
    assert "+$0.0195" in found.sentence


def test_the_interval_holds_zero_wherever_the_test_does_not_reject() -> None:
    for lost in range(8):
        for won in range(lost, 16):
            found = compare("success", *outcomes(10, lost, won))
            assert found.low is not None
            assert (found.low <= 0) or found.p < 0.05


def test_arms_with_tasks_of_their_own_are_compared_too() -> None:
    better = compare_unpaired("success", [1] * 60 + [0] * 40, [1] * 95 + [0] * 25)
    assert (better.verdict, better.pairs, better.test) == ("better", 100, "Fisher, mid-p")
    a, b = next(CHEAPER.arms(200, 1))
    cheaper = compare_unpaired("cost_usd", a, [*b, None])
    assert (cheaper.verdict, cheaper.test, cheaper.dropped) == ("better", "Welch's t", 1)
    assert "1 value missing" in cheaper.sentence


def test_the_same_values_give_the_same_answer_to_the_last_digit() -> None:
    a, b = next(CHEAPER.arms(300, 1))
    assert compare("cost_usd", a, b) == compare("cost_usd", a, b)


def test_arms_of_unlike_length_are_not_paired() -> None:
    with pytest.raises(ValueError, match="zip"):
        compare("score", [1.0], [1.0, 0.5])


def test_a_success_is_one_or_nothing() -> None:
    with pytest.raises(ValueError, match="0 or 1"):
        compare("success", [0.5], [1.0])


def test_more_is_better_only_of_success_and_score() -> None:
    assert [measure for measure in MEASURES if higher_is_better(measure)] == ["success", "score"]


def test_a_rate_is_never_said_to_be_certain() -> None:
    low, high = rate_interval(20, 20)
    assert 0.83 < low < 0.84
    assert high == pytest.approx(1)
    assert rate_interval(0, 0) == (0.0, 1.0)


def test_a_narrow_interval_of_a_rate_is_told_so_finely_that_it_has_a_width() -> None:
    told = [rate_told(*rate_interval(*counts)) for counts in ((11, 20), (0, 20), (0, 1_000), (10_000, 10_000))]
    assert told == ["34 to 74 %", "0 to 16 %", "0 to 0.4 %", "99.96 to 100 %"]


def test_without_scipy_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "scipy", None)
    monkeypatch.delitem(sys.modules, "app.batch.statistics.rates", raising=False)
    with pytest.raises(NoStatistics) as caught:
        compare("success", [1], [0])
    assert caught.value.hint == "pip install 'footlights[stats]'"


def test_importing_it_loads_no_library() -> None:
    asked = "import sys, app.batch.statistics; print({'numpy', 'scipy'} & set(sys.modules))"
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert said.stdout == "set()\n"
