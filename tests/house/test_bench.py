"""The benches: a missed promise is seen, and the programs they compare with are what they say."""

from __future__ import annotations

import sys

import pytest

from bench.run import Bench, Result, measure, process, table


def test_a_promise_is_kept_up_to_its_ratio_and_missed_beyond() -> None:
    bench = Bench("start", lambda: 0.03, 3.0, lambda: 0.01)
    assert measure(bench).kept
    assert not Result(bench, 0.031, 0.01).kept
    assert Result(Bench("check", lambda: 0.9, 1.0), 0.9, None).kept


def test_the_table_names_what_was_measured_and_what_was_missed() -> None:
    good = Result(Bench("start", lambda: 0, 3.0, lambda: 0), 0.02, 0.01)
    bad = Result(Bench("check", lambda: 0, 1.0), 1.25, None)
    assert table([good, bad]).splitlines() == [
        "what        ours    floor  ratio  promise",
        "start    20.0 ms  10.0 ms   2.00      3.0  kept",
        "check  1250.0 ms                  1000 ms  MISSED",
    ]


def test_a_command_that_fails_is_no_measurement() -> None:
    with pytest.raises(SystemExit, match="exit code 3"):
        process(sys.executable, "-c", "import sys; sys.exit(3)")()


def test_the_time_of_a_process_is_its_own_cpu_time() -> None:
    assert 0 < process(sys.executable, "-c", "sum(range(1_000_000))")() < 5
