"""Moments and lengths as people name them, and what is no time at all."""

from __future__ import annotations

import pytest

from app.errors import UsageError
from app.playback.moments import Moment, moment_in, seconds_in


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("3:00", 180), ("1:02:03", 3723), ("90", 90), ("90s", 90), ("2m30s", 150), ("90:00", 5400), ("90m", 5400),
        ("0:00.5", 0.5), ("1h", 3600), ("1m 47s", 107),
    ],
)  # fmt: skip
def test_a_length_can_be_said_in_many_ways(said: str, seconds: float) -> None:
    assert seconds_in(said) == seconds


@pytest.mark.parametrize("said", ["0", "0:00", "0s", "3:99", "1:60", "1:60:00", "2m90s", "1h60m", "soon", "", ":30"])
def test_nothing_at_all_and_more_than_a_minute_of_seconds_are_no_length(said: str) -> None:
    with pytest.raises(UsageError, match="is no length of time"):
        seconds_in(said)


def test_the_beginning_is_a_moment_and_a_time_that_is_none_is_not() -> None:
    assert moment_in("0:00") == Moment("time", 0.0)
    with pytest.raises(UsageError, match="is no moment of a show"):
        moment_in("3:99")


@pytest.mark.parametrize("said", ["200%", "101 %", "100.5%", "#0", "#00"])
def test_what_is_beyond_the_show_is_no_moment_of_it(said: str) -> None:
    with pytest.raises(UsageError, match="is no moment of a show"):
        moment_in(said)
    assert moment_in("100%") == Moment("share", 100.0)
    assert moment_in("#1") == Moment("event", 1)
