"""The benches: a missed promise is seen, and the programs they compare with are what they say."""

from __future__ import annotations

import sys

import pytest

from bench.run import process
from bench.table import AtLeast, AtMost, Bench, Result, a_second, measure, table


def test_a_promise_is_kept_up_to_its_ratio_and_missed_beyond() -> None:
    bench = Bench("start", lambda: 0.03, AtMost(3.0), lambda: 0.01)
    assert measure(bench).kept
    assert not Result(bench, 0.031, 0.01, 3.1).kept
    assert Result(Bench("check", lambda: 0.9, AtMost(1.0)), 0.9).kept


def test_a_rate_is_kept_down_to_its_share_of_the_floor_and_missed_below() -> None:
    assert measure(Bench("events", lambda: 25.0, AtLeast(0.25), lambda: 100.0)).kept
    assert not measure(Bench("events", lambda: 24.0, AtLeast(0.25), lambda: 100.0)).kept


def test_the_ratio_is_that_of_the_typical_round_so_that_one_slow_moment_does_not_decide() -> None:
    floors = iter((1.0, 1.0, 9.0))
    ours = iter((2.0, 2.0, 2.0))
    assert measure(Bench("start", lambda: next(ours), AtMost(3.0), lambda: next(floors), rounds=3)).ratio == 2.0


def test_the_table_names_what_was_measured_and_what_was_missed() -> None:
    good = Result(Bench("start", lambda: 0, AtMost(3.0), lambda: 0), 0.02, 0.01, 2.0)
    rate = Result(Bench("events", lambda: 0, AtLeast(0.25), lambda: 0, a_second), 30_000, 100_000, 0.3)
    bad = Result(Bench("check", lambda: 0, AtMost(1.0)), 1.25)
    assert table([good, rate, bad]).splitlines() == [
        "what         ours       floor  ratio            promise",
        "start     20.0 ms     10.0 ms   2.00          at most 3  kept",
        "events  30,000 /s  100,000 /s   0.30      at least 0.25  kept",
        "check   1250.0 ms                     at most 1000.0 ms  MISSED",
    ]


def test_a_command_that_fails_is_no_measurement() -> None:
    with pytest.raises(SystemExit, match="exit code 3"):
        process(sys.executable, "-c", "import sys; sys.exit(3)")()


def test_the_time_of_a_process_is_its_own_cpu_time() -> None:
    assert 0 < process(sys.executable, "-c", "sum(range(1_000_000))")() < 5
