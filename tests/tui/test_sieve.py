"""Which events of a growing log are shown."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.events import (
    CallFinished,
    Event,
    ExpectationChecked,
    Failure,
    Narration,
    Ref,
    Remark,
    RunFinished,
    StepFailed,
    StepStarted,
)
from app.tui.log.sieve import LEVELS, Sieve, belongs, keeps


def remarks(count: int) -> list[Event]:
    """So many events, told apart by their text."""
    return [Remark(text=str(number), seq=number + 1) for number in range(count)]


def is_even(event: Event) -> bool:
    """Every other one of them."""
    assert isinstance(event, Remark)
    return int(event.text) % 2 == 0


def places(sieve: Sieve) -> list[int]:
    """All that is kept."""
    return [sieve.place(rank) for rank in range(len(sieve))]


def test_without_a_question_everything_is_shown_at_once() -> None:
    sieve, log = Sieve(), remarks(100_000)
    sieve.look(log, 1)
    assert len(sieve) == 100_000
    assert sieve.is_through(log)
    assert (sieve.place(7), sieve.rank(7), sieve.rank(200_000)) == (7, 7, 100_000)


def test_the_latest_are_found_first_and_the_oldest_last() -> None:
    sieve, log = Sieve(is_even), remarks(100)
    sieve.look(log, 10)
    assert places(sieve) == [90, 92, 94, 96, 98]
    assert not sieve.is_through(log)
    while not sieve.is_through(log):
        sieve.look(log, 10)
    assert places(sieve) == list(range(0, 100, 2))


def test_what_comes_meanwhile_is_looked_at_before_what_is_old() -> None:
    sieve, log = Sieve(is_even), remarks(100)
    sieve.look(log, 10)
    log += [Remark(text=str(number)) for number in range(100, 106)]
    sieve.look(log, 10)
    assert places(sieve)[-3:] == [100, 102, 104]
    assert places(sieve)[0] == 86


@given(
    st.lists(st.integers(0, 30), min_size=1, max_size=12),
    st.integers(1, 20),
    st.integers(0, 300),
)
def test_however_a_log_grows_the_same_is_kept_in_its_order(grows: list[int], most: int, place: int) -> None:
    sieve, log = Sieve(is_even), remarks(0)
    for more in grows:
        log += [Remark(text=str(number)) for number in range(len(log), len(log) + more)]
        sieve.look(log, most)
        kept = places(sieve)
        assert kept == sorted(kept)
        assert sieve.rank(place) == sum(1 for each in kept if each < place)
    while not sieve.is_through(log):
        sieve.look(log, most)
    assert places(sieve) == [number for number in range(len(log)) if number % 2 == 0]


def test_a_log_that_is_seen_from_its_start_again_is_looked_at_anew() -> None:
    sieve, log = Sieve(is_even), remarks(50)
    sieve.look(log, 100)
    sieve.look(log[:10], 100)
    assert places(sieve) == [0, 2, 4, 6, 8]


def test_the_story_is_everything_but_calls_that_go_well() -> None:
    assert not belongs(CallFinished(), "story")
    assert belongs(Narration(text=Ref("0")), "story")
    assert belongs(StepStarted(), "story")


def test_errors_are_what_somebody_should_look_at() -> None:
    assert belongs(StepFailed(failure=Failure(error="timeout")), "errors")
    assert belongs(RunFinished(outcome="failed"), "errors")
    assert not belongs(RunFinished(outcome="succeeded"), "errors")
    assert belongs(ExpectationChecked(number=1, about="x", met=False), "errors")
    assert not belongs(ExpectationChecked(number=1, about="x", met=True), "errors")


def test_everything_is_told_at_the_first_level() -> None:
    assert LEVELS[0] == "all"
    assert belongs(CallFinished(), "all")


def test_all_words_of_a_query_must_be_there_in_any_case_and_the_kind_counts_too() -> None:
    wanted = keeps("all", "QA  remark", lambda event: "The qa says")
    assert wanted is not None and wanted(Remark(text=""))
    wanted = keeps("all", "QA step.failed", lambda event: "The qa says")
    assert wanted is not None and not wanted(Remark(text=""))


def test_a_level_and_a_query_hold_together() -> None:
    wanted = keeps("errors", "qa", lambda event: "qa")
    assert wanted is not None and not wanted(Remark(text=""))
    assert keeps("all", "  ", str) is None
