"""Holds the statistics of comparisons against data whose truth is known, and fails when one promises too much.

`make statistics` prints the table: up to 10,000 comparisons a row. Where a truth leaves a
test little to see (20 pairs, nearly all of which succeed in both arms) it is only held to staying below its level.
Not named after what it measures: `python tests/bench/run.py` would find it in place of the module of that name.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from math import sqrt
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
if __name__ == "__main__":
    sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # a process a core is enough

import numpy as np  # noqa: E402
from numpy.typing import NDArray  # noqa: E402
from scipy import stats  # noqa: E402

from app.batch.statistics import (  # noqa: E402
    Comparison,
    Monitor,
    compare,
    compare_unpaired,
    holm,
    rate_interval,
)
from app.batch.statistics.amounts import too_thin  # noqa: E402
from app.batch.statistics.monitor import Pair  # noqa: E402
from app.batch.statistics.power import pairs_for, pairs_for_rates  # noqa: E402
from app.batch.statistics.subsets import Array, flip_p, subset_sums  # noqa: E402
from app.batch.statistics.telling import roughly  # noqa: E402
from bench.truths import AMOUNTS, Amount, Rates  # noqa: E402

ROUNDS = 10_000


@dataclass(frozen=True, slots=True)
class Promise:
    """A share that must lie between two bounds."""

    low: float
    high: float

    def kept(self, share: float, rounds: int) -> bool:
        """Hold a share of so many rounds against it; the fewer the rounds, the more is left to luck."""
        luck = 3 * sqrt(0.05 * 0.95 * (1 / rounds - 1 / ROUNDS)) if rounds < ROUNDS else 0.0
        return self.low - luck <= share <= self.high + luck


LEVEL = Promise(0.04, 0.06)
AT_MOST_LEVEL = Promise(0.0, 0.06)  # where there is too little to see, or nothing that differs, for more
COVERS = Promise(0.94, 0.965)
NEAR = Promise(0.93, 0.97)  # of a single rate, which can only take steps: it swings around 95 %
COVERS_AT_LEAST = Promise(0.94, 1.0)
POWER = Promise(0.75, 0.85)
SELDOM = Promise(0.0, 0.06)


Flags = NDArray[np.bool_]
Shares = dict[str, tuple[float, Promise | None]]


@dataclass(frozen=True, slots=True)
class Row:
    """What one method did on one truth."""

    method: str
    truth: str
    pairs: int
    rounds: int
    shares: Shares

    @property
    def broken(self) -> list[str]:
        return [
            name for name, (share, promise) in self.shares.items() if promise and not promise.kept(share, self.rounds)
        ]


def paired_rates(truth: Rates, pairs: int, rounds: int) -> Row:
    few = pairs * truth.differ < 12
    seen = [_rates(*table) for table in truth.tables(pairs, rounds)]
    return Row("success, paired", truth.name, pairs, rounds, _shares(seen, truth.difference, few=few))


def rates_apart(truth: Rates, pairs: int, rounds: int) -> Row:
    few = pairs * min(1 - truth.a, 1 - truth.b, truth.a, truth.b) < 5
    seen = [_rates_apart(a, b, pairs) for a, b in truth.totals(pairs, rounds)]
    return Row("success, apart", truth.name, pairs, rounds, _shares(seen, truth.difference, few=few))


def one_rate(rate: float, runs: int, rounds: int) -> Row:
    wins = np.random.default_rng(runs).binomial(runs, rate, rounds)
    covered = np.mean([low <= rate <= high for low, high in (_one_rate(int(win), runs) for win in wins)])
    promise = NEAR if runs * min(rate, 1 - rate) > 10 else Promise(0.91, 1.0)
    return Row("one rate, Wilson", f"{rate}", runs, rounds, {"covers": (float(covered), promise)})


def amounts(truth: Amount, pairs: int, rounds: int) -> Row:
    """Compare pairs, many at a time; an interval covers what its test does not reject."""
    a, b = truth.many(pairs, rounds)
    rejected, covers = flips(b - a) < 0.05, flips(b - a - truth.difference) >= 0.05
    shares = _shares_of(rejected, b - a, covers, truth, AT_MOST_LEVEL if truth.hard else LEVEL)
    if truth.ratio:
        covers_ratio = float(np.mean(flips(b - truth.ratio * a) >= 0.05))
        shares["ratio covers"] = (covers_ratio, None if truth.unlike else COVERS_AT_LEAST)
    return Row(f"{truth.measure}, paired", truth.name, pairs, rounds, shares)


def amounts_apart(truth: Amount, pairs: int, rounds: int) -> Row:
    seen = [compare_unpaired(truth.measure, a, b) for a, b in truth.arms(pairs, rounds)]
    shares = _shares(seen, truth.difference, few=truth.heavy, promised=not truth.unlike)
    return Row(f"{truth.measure}, apart", truth.name, pairs, rounds, shares)


def sequential_rates(monitor: Monitor, truth: Rates, rounds: int) -> Row:
    """Look as planned; what is counted is whether any look found a difference."""
    found, covered, ran = 0, 0, 0
    due, levels = monitor.due(), monitor.levels()
    for tables in zip(*truth.growing(due, rounds), strict=True):
        for (lost, won), count, level in zip(tables, due, levels, strict=True):
            seen = _rates_that_differ(lost, won, count, 1 - level)
            if seen.verdict != "not enough data":
                break
        found += seen.verdict in ("better", "worse")
        covered += _covers(seen, truth.difference)
        ran += count
    return _sequential_row(monitor, truth, rounds, found, covered, ran)


def sequential_amounts(monitor: Monitor, truth: Amount, rounds: int) -> Row:
    a, b = truth.many(monitor.planned, rounds)
    going, found, covered, ran = np.ones(rounds, bool), 0, 0, 0
    for count, level in zip(monitor.due(), monitor.levels(), strict=True):
        change = (b - a)[going, :count]
        clear = flips(change, level) < level
        last = clear | (count == monitor.planned)
        found += int(clear.sum())
        covered += int((flips(change - truth.difference, level) >= level)[last].sum())
        ran += count * int(last.sum())
        going[np.flatnonzero(going)[last]] = False
    return _sequential_row(monitor, truth, rounds, found, covered, ran)


def _sequential_row(monitor: Monitor, truth: Rates | Amount, rounds: int, found: int, covered: int, ran: int) -> Row:
    shares = {
        "power" if truth.difference else "wrong": (found / rounds, None if truth.difference else LEVEL),
        "covers": (covered / rounds, COVERS_AT_LEAST),
        "of the pairs": (ran / rounds / monitor.planned, None),
    }
    method = f"{monitor.measure}, {monitor.looks} looks"
    return Row(method, truth.name, monitor.planned, rounds, shares)


def flips(changes: Array, level: float = 0.05) -> Array:
    """Give the p of many samples at once, one a row, as `compare` finds them one by one."""
    if too_thin(changes.shape[1], 1 - level):
        return np.asarray(stats.ttest_1samp(changes, 0, axis=1).pvalue)
    parts = np.array_split(changes, max(1, len(changes) // 250))
    return np.concatenate([flip_p(subset_sums(part), np.abs(part).sum(axis=1)) for part in parts])


def futility(monitor: Monitor, truth: Rates, rounds: int) -> Row:
    """Follow the advice to give up: what it costs where there is something, and saves where there is nothing."""
    found, ran = 0, []
    for pairs in _streams(truth, monitor.planned, rounds):
        for due in monitor.due():
            decision = monitor.look(pairs[:due])
            if decision.stop or decision.futile:
                break
        assert decision.comparison is not None
        found += decision.comparison.verdict in ("better", "worse")
        ran.append(due)
    name = "wrong" if truth.difference == 0 else "power"
    shares = {
        name: (found / rounds, AT_MOST_LEVEL if truth.difference == 0 else None),
        "of the pairs": (float(np.mean(ran)) / monitor.planned, None),
    }
    return Row(f"{monitor.measure}, {monitor.looks} looks, giving up", truth.name, monitor.planned, rounds, shares)


def power_of_rates(truth: Rates, rounds: int) -> Row:
    pairs = pairs_for_rates(truth.difference, truth.differ, 0.95)
    seen = [_rates(*table) for table in truth.tables(pairs, rounds)]
    return Row("success, power 80 %", truth.name, pairs, rounds, _power(seen, truth.difference))


def power_of_amounts(truth: Amount, first: int, rounds: int) -> Row:
    """Let so many pairs say, by their scatter, how many are needed; then compare that many new ones."""
    rng = np.random.default_rng(first)
    changes = truth.changes(rng, first, rounds)
    asked = (pairs_for(truth.difference, float(spread), 0.95) for spread in changes.std(axis=1, ddof=1))
    needed, found = Counter(map(roughly, asked)), 0
    for pairs, times in needed.items():
        changes = truth.changes(rng, pairs, times)
        found += int(((flips(changes) < 0.05) & (changes.mean(axis=1) * truth.difference > 0)).sum())
    pairs = sum(needed.elements()) // rounds
    shares: Shares = {"power": (found / rounds, POWER if first >= 50 else None)}
    return Row(f"{truth.measure}, as many as {first} ask for", truth.name, pairs, rounds, shares)


def called_the_same(truth: Rates | Amount, pairs: int, rounds: int, margin: float) -> Row:
    """Take a difference as large as the margin: how often it is called none."""
    if isinstance(truth, Rates):
        tables = truth.tables(pairs, rounds)
        seen = [_rates_that_differ(lost, won, pairs, 0.95, margin) for _, lost, won, _ in tables]
    else:
        seen = [compare(truth.measure, a, b, margin=margin) for a, b in truth.arms(pairs, rounds)]
    same = float(np.mean([one.verdict == "same" for one in seen]))
    promise = Promise(0.0, 0.035) if truth.difference else None
    name = "'same', wrongly" if truth.difference else "'same', rightly"
    measure = "success" if isinstance(truth, Rates) else truth.measure
    return Row(f"{measure}, margin {margin:.0%}", truth.name, pairs, rounds, {name: (same, promise)})


def several(pairs: int, rounds: int) -> Row:
    """Compare five measures at once, none of which differs."""
    rng, wrong, alone = np.random.default_rng(7), 0, 0
    for _ in range(rounds):
        tables = [Rates(0.5, 0.5).table(rng, pairs) for _ in range(5)]
        seen = [_rates(*table) for table in tables]
        alone += any(one.verdict in ("better", "worse") for one in seen)
        wrong += any(one.verdict in ("better", "worse") for one in holm(seen))
    shares = {"wrong": (wrong / rounds, AT_MOST_LEVEL), "without Holm": (alone / rounds, None)}
    return Row("five at once, Holm", "success 0.5", pairs, rounds, shares)


def _shares(seen: list[Comparison], difference: float, *, few: bool, promised: bool = True) -> Shares:
    rejected = float(np.mean([one.p < 0.05 for one in seen]))
    covered = float(np.mean([_covers(one, difference) for one in seen]))
    wrong_sign = [one.p < 0.05 and (one.difference or 0.0) * difference < 0 for one in seen]
    shares: Shares = {}
    if difference:
        shares["power"] = (rejected, None)
        shares["wrong sign"] = (float(np.mean(wrong_sign)), Promise(0.0, 0.025))
    else:
        shares["wrong"] = (rejected, (AT_MOST_LEVEL if few else LEVEL) if promised else None)
    shares["covers"] = (covered, (COVERS_AT_LEAST if few or difference else COVERS) if promised else None)
    return shares


def _shares_of(rejected: Flags, changes: Array, covers: Flags, truth: Amount, level: Promise) -> Shares:
    covered = (float(covers.mean()), None if truth.unlike else COVERS_AT_LEAST if truth.hard else COVERS)
    if not truth.difference:
        return {"wrong": (float(rejected.mean()), None if truth.unlike else level), "covers": covered}
    wrong_sign = rejected & (changes.mean(axis=1) * truth.difference < 0)
    return {
        "power": (float(rejected.mean()), None),
        "wrong sign": (float(wrong_sign.mean()), Promise(0.0, 0.025)),
        "covers": covered,
    }


def _covers(seen: Comparison, difference: float) -> bool:
    return seen.low is not None and seen.high is not None and seen.low <= difference <= seen.high


def _power(seen: list[Comparison], difference: float) -> Shares:
    found = [one.p < 0.05 and (one.difference or 0.0) * difference > 0 for one in seen]
    return {"power": (float(np.mean(found)), POWER)}


def _rates(both: int, lost: int, won: int, neither: int) -> Comparison:
    return _rates_that_differ(lost, won, both + lost + won + neither, 0.95)


@cache
def _rates_that_differ(lost: int, won: int, pairs: int, confidence: float, margin: float | None = None) -> Comparison:
    """Compare; how the others agree changes neither test nor interval."""
    return compare("success", *Rates.values(pairs - lost - won, lost, won, 0), confidence=confidence, margin=margin)


@cache
def _rates_apart(wins_a: int, wins_b: int, runs: int) -> Comparison:
    a, b = ([1.0] * wins + [0.0] * (runs - wins) for wins in (wins_a, wins_b))
    return compare_unpaired("success", a, b)


_one_rate = cache(rate_interval)


def _streams(truth: Rates, pairs: int, rounds: int) -> Iterator[list[Pair]]:
    return (list(zip(a, b, strict=True)) for a, b in truth.arms(pairs, rounds))


Task = Callable[[], Row]


def tasks(rounds: int) -> Iterator[Task]:
    """Give every row of the table, the slow ones first."""
    yield from _sequential_tasks(rounds)
    by_name = {truth.name: truth for truth in AMOUNTS}
    for pairs in (200, 50, 20):
        for truth in AMOUNTS:
            yield partial(amounts, truth, pairs, rounds)
        for name in ("lognormal, sigma 0.5", "lognormal, sigma 1", "marks with many ties", "like means, unlike shapes"):
            yield partial(amounts_apart, by_name[name], pairs, rounds)
        for rate in (0.5, 0.8, 0.95):
            for correlation in (0.0, 0.5):
                yield partial(paired_rates, Rates(rate, rate, correlation), pairs, rounds)
            yield partial(rates_apart, Rates(rate, rate), pairs, rounds)
            yield partial(one_rate, rate, pairs, rounds)
        for arms in ((0.5, 0.7), (0.8, 0.9)):
            yield partial(paired_rates, Rates(*arms, 0.5), pairs, rounds)
            yield partial(rates_apart, Rates(*arms), pairs, rounds)
        yield partial(several, pairs, rounds)
    for rates in (Rates(0.5, 0.7), Rates(0.8, 0.9, 0.5), Rates(0.7, 0.75, 0.5), Rates(0.9, 0.97), Rates(0.3, 0.7)):
        yield partial(power_of_rates, rates, rounds)
    for name in ("20 % cheaper, sigma 0.5", "half price, sigma 1"):
        for first in (50, 20):
            yield partial(power_of_amounts, by_name[name], first, rounds)
    for rates in (Rates(0.8, 0.85, 0.5), Rates(0.8, 0.8, 0.5)):
        yield partial(called_the_same, rates, 500, rounds, 0.05)
    for name, pairs in (
        ("20 % cheaper, sigma 0.5", 50),
        ("20 % cheaper, sigma 0.5", 200),
        ("lognormal, sigma 0.5", 200),
    ):
        yield partial(called_the_same, by_name[name], pairs, rounds // 5, 0.25)


def _sequential_tasks(rounds: int) -> Iterator[Task]:
    cost = AMOUNTS[0]
    for monitor in (Monitor(100, 10, "cost_usd"), Monitor(100, 5, "cost_usd")):
        yield partial(sequential_amounts, monitor, cost, rounds)
    for rates in (Rates(0.5, 0.5), Rates(0.8, 0.8), Rates(0.5, 0.7)):
        for monitor in (Monitor(200, 10), Monitor(200, 5)):
            yield partial(sequential_rates, monitor, rates, rounds)
    for rates in (Rates(0.5, 0.5), Rates(0.5, 0.64)):
        yield partial(futility, Monitor(200, 5), rates, rounds // 5)


def main() -> int:
    """Measure everything, print the table, and return 1 when a promise is broken."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    broken = 0
    print(f"{'method':40}{'truth':36}{'pairs':>6}   shares of {rounds:,} comparisons")
    with ProcessPoolExecutor() as pool:
        for row in pool.map(_measured, list(tasks(rounds))):
            said = "   ".join(f"{name} {100 * share:.1f} %" for name, (share, _) in row.shares.items())
            missed = f"   BROKEN: {', '.join(row.broken)}" if row.broken else ""
            print(f"{row.method:40}{row.truth:36}{row.pairs:>6}   {said}{missed}", flush=True)
            broken += bool(row.broken)
    print(f"{broken} rows break their promise" if broken else "every row keeps its promise")
    return 1 if broken else 0


def _measured(task: Task) -> Row:
    return task()


if __name__ == "__main__":
    sys.exit(main())
