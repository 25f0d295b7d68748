"""Many comparisons at once, and the words for one."""

from __future__ import annotations

from app.batch.statistics import compare, holm
from bench.truths import AMOUNTS, Rates

CLEAR = compare("success", *Rates.values(60, 5, 25, 10))
BARELY = compare("success", *Rates.values(60, 6, 16, 18))
NONE = compare("score", *next(AMOUNTS[4].arms(50, 1)))


def test_each_p_is_multiplied_by_the_number_of_those_that_are_not_smaller() -> None:
    clear, none, barely = holm([CLEAR, NONE, BARELY])
    assert (clear.p, barely.p) == (3 * CLEAR.p, 2 * BARELY.p)
    assert none.p >= barely.p


def test_what_was_barely_different_alone_is_not_among_several() -> None:
    clear, barely, *_ = holm([CLEAR, BARELY, NONE])
    assert (CLEAR.verdict, BARELY.verdict) == ("better", "better")
    assert (clear.verdict, barely.verdict) == ("better", "not enough data")
    assert "alone it would count, among 3 comparisons it does not" in barely.sentence
    assert "p counts that 3 comparisons were made" in clear.sentence


def test_a_p_never_falls_below_that_of_a_clearer_comparison() -> None:
    first, second = holm([BARELY, compare("success", *Rates.values(60, 6, 15, 18))])
    assert first.p <= second.p <= 1


def test_sameness_among_several_needs_more_room_to_the_margin() -> None:
    same = compare("success", *Rates.values(300, 12, 15, 0))
    assert same.verdict == "same"
    assert [one.verdict for one in holm([same])] == ["same"]
    assert {one.verdict for one in holm([same] * 12)} == {"not enough data"}


def test_what_could_not_be_tested_counts_for_none() -> None:
    untested = compare("cost_usd", [1.0], [2.0])
    clear, same_as_before = holm([CLEAR, untested])
    assert clear.p == CLEAR.p
    assert same_as_before == untested


def test_none_at_all_are_no_trouble() -> None:
    assert holm([]) == []


def test_a_sentence_says_what_was_seen_how_surely_and_how_large_it_is() -> None:
    assert CLEAR.sentence == (
        "Succeeds more often: 85 % against 65 %, +20 points (95 % interval +10 points to +30 points), p < 0.001; "
        "a small effect (Cohen's h 0.47)."
    )


def test_an_undecided_one_says_what_else_fits_and_what_would_tell() -> None:
    unsure = compare("success", *Rates.values(20, 4, 8, 8))
    assert unsure.sentence == (
        "Not enough to tell in 40 pairs: 70 % against 60 %, +10 points, but anything from -8 points to +27 points fits "
        "as well. So many would show a difference of 24 points four times out of five. About 250 pairs would tell."
    )
