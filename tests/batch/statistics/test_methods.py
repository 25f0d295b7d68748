"""What is counted here, held against SciPy and against what was published."""

from __future__ import annotations

from math import log, sqrt

import numpy as np
import pytest
from scipy import stats
from scipy.optimize import minimize_scalar

from app.batch.statistics import amounts, compare, compare_unpaired, holm, rates


@pytest.mark.parametrize(("won", "lost"), [(1, 0), (5, 0), (9, 2), (14, 6), (40, 25), (0, 7)])
def test_mid_p_is_the_exact_p_less_half_of_what_was_seen(won: int, lost: int) -> None:
    exact = stats.binomtest(min(won, lost), won + lost).pvalue
    assert rates.mcnemar(won, lost) == pytest.approx(exact - stats.binom.pmf(min(won, lost), won + lost, 0.5))


def test_mid_p_of_fisher_is_the_exact_one_of_a_side_twice_less_what_was_seen() -> None:
    exact = stats.fisher_exact([[60, 40], [45, 55]], alternative="greater").pvalue
    assert rates.fisher(60, 100, 45, 100) == pytest.approx(2 * exact - stats.hypergeom(200, 105, 100).pmf(45))


@pytest.mark.parametrize(("won", "lost", "pairs"), [(12, 4, 40), (3, 0, 20), (1, 2, 12), (30, 60, 200)])
def test_the_ends_of_the_interval_are_where_the_score_is_196(won: int, lost: int, pairs: int) -> None:
    for end in rates.tango(won, lost, pairs, 0.95):

        def unlikely(share: float, end: float = end) -> float:
            """The likelihood of so many lost, if the difference is true."""
            shares = (share + end, share, 1 - 2 * share - end)
            counts = (won, lost, pairs - won - lost)
            return -sum(count * log(max(share, 1e-300)) for count, share in zip(counts, shares, strict=True) if count)

        share = minimize_scalar(unlikely, bounds=(max(0, -end), (1 - end) / 2), options={"xatol": 1e-12}).x
        score = (won - lost - pairs * end) / sqrt(pairs * (2 * share + end - end * end))
        assert abs(score) == pytest.approx(1.96, abs=0.002)


def test_the_interval_of_no_difference_at_all_is_that_of_the_score() -> None:
    reach = 1.959964**2 / (12 + 1.959964**2)
    assert rates.tango(0, 0, 12, 0.95) == pytest.approx((-reach, reach), abs=1e-6)
    assert rates.tango(12, 0, 12, 0.95)[1] == 1.0
    assert rates.tango(0, 12, 12, 0.95)[0] == -1.0


def test_newcombe_gives_what_he_published() -> None:
    assert rates.newcombe(48, 80, 56, 70, 0.95) == pytest.approx((0.0524, 0.3339), abs=0.0001)


@pytest.mark.parametrize("pairs", [8, 10, 12])
def test_sign_flips_of_few_pairs_are_all_of_them(pairs: int) -> None:
    rng = np.random.default_rng(pairs)
    a, b = rng.lognormal(0, 0.5, pairs), rng.lognormal(-0.3, 0.5, pairs)
    flips = stats.permutation_test((b - a,), np.mean, permutation_type="samples", n_resamples=np.inf)
    assert amounts.paired(a.tolist(), b.tolist(), 0.95).p == pytest.approx(flips.pvalue - 0.5**pairs)


def test_sign_flips_of_many_pairs_are_a_fair_sample() -> None:
    rng = np.random.default_rng(3)
    a, b = rng.lognormal(0, 1, 60), rng.lognormal(-0.35, 1, 60)
    flips = stats.permutation_test((b - a,), np.mean, permutation_type="samples", n_resamples=20_000, rng=rng)
    assert amounts.paired(a.tolist(), b.tolist(), 0.95).p == pytest.approx(flips.pvalue, abs=0.008)


def test_sign_flips_of_outcomes_are_mcnemars_test() -> None:
    a, b = [1.0] * 4 + [0.0] * 8, [0.0] * 2 + [1.0] * 10
    assert amounts.paired(a, b, 0.95).p == pytest.approx(rates.paired(a, b, 0.95).p)


def test_the_interval_of_pairs_is_near_students_where_student_is_right() -> None:
    rng = np.random.default_rng(5)
    a, b = rng.normal(10, 1, 150), rng.normal(10.2, 1, 150)
    found = amounts.paired(a.tolist(), b.tolist(), 0.95)
    assert (found.low, found.high) == pytest.approx(stats.ttest_1samp(b - a, 0).confidence_interval(), abs=0.02)


def test_a_level_too_thin_for_subsets_goes_by_student() -> None:
    rng = np.random.default_rng(5)
    a, b = rng.normal(10, 1, 50), rng.normal(10.2, 1, 50)
    found, student = amounts.paired(a.tolist(), b.tolist(), 0.99999), stats.ttest_1samp(b - a, 0)
    assert found.p == pytest.approx(student.pvalue)
    assert (found.low, found.high) == pytest.approx(student.confidence_interval(0.99999))


def test_arms_apart_are_welchs_test() -> None:
    rng = np.random.default_rng(5)
    a, b = rng.lognormal(0, 0.5, 30), rng.lognormal(-0.4, 0.7, 50)
    found, welch = amounts.apart(a.tolist(), b.tolist(), 0.95), stats.ttest_ind(b, a, equal_var=False)
    assert found.p == pytest.approx(welch.pvalue)
    assert (found.low, found.high) == pytest.approx(welch.confidence_interval())
    assert found.ahead == pytest.approx(stats.mannwhitneyu(b, a).statistic / 1500)


def test_the_dust_of_sums_is_no_difference() -> None:
    for count in (10, 80):
        apart = compare_unpaired("cost_usd", [0.1] * count, [0.1] * 3 * count)
        assert (apart.difference, apart.p, apart.effect, apart.ratio) == (0.0, 1.0, 0.0, 1.0)
        pairs = compare("cost_usd", [0.3] * count, [0.1 + 0.2] * count)  # the same calls, added in another order
        assert (pairs.difference, pairs.differ, pairs.p, pairs.effect, pairs.ahead) == (0.0, 0, 1.0, 0.0, 0.5)
        assert holm([apart, pairs])[0].p == 1.0


def test_pairs_that_differ_alike_but_for_dust_have_no_scatter_to_go_by() -> None:
    a = [0.1 * at for at in range(10)]
    found = amounts.paired(a, [value + 0.7 for value in a], 0.99999)
    assert (found.spread, found.test) == (0.0, "sign flips of the mean")
    assert found.p == pytest.approx(2**-10)


def test_arms_that_do_not_scatter_are_as_surely_apart_as_their_labels_could_have_fallen() -> None:
    found = amounts.apart([0.1] * 8, [0.2] * 10, 0.95)
    flips = stats.permutation_test(([0.1] * 8, [0.2] * 10), lambda x, y: np.mean(x) - np.mean(y), n_resamples=np.inf)
    assert found.p == pytest.approx(flips.pvalue)
    assert found.p > 0


def test_many_pairs_are_compared_in_blocks() -> None:
    rng = np.random.default_rng(5)
    a = rng.lognormal(0, 0.5, 700)
    found = amounts.paired(a.tolist(), (0.97 * a * rng.lognormal(0, 0.1, 700)).tolist(), 0.95)
    assert found.p < 0.001
    assert found.ratio_low is not None
    assert found.ratio_high is not None
    assert found.ratio_low < 0.97 * np.exp(0.005) < found.ratio_high
