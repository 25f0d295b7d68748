"""A process that dies at any moment loses nothing that was safe; whoever goes on repeats nothing that was finished."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from faults.performer import Kill
from faults.theatre import (
    Log,
    Theatre,
    assert_same_tale,
    charged_for_interruptions,
    kinds_in,
    play_out,
    tale_of,
    unknown_calls,
)

MODES = ("rehearsal", "live")
AT_ONCE = 3  # processes
OF_CALLS = ("call.asked", "call.speaking", "call.answered")


@dataclass(frozen=True)
class Undisturbed:
    """What the run comes to when nobody dies."""

    log: Log
    tale: dict[str, Any]
    answered: Counter[str]  # how often each request was answered


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Undisturbed]:
    known: dict[str, Undisturbed] = {}

    def perform(mode: str) -> Undisturbed:
        if mode not in known:
            with Theatre.open(tmp_path_factory.mktemp(mode), mode) as theatre:
                ended = theatre.perform()
                log, answered = theatre.log(), theatre.answered()
            assert ended.said["outcome"] == "succeeded", (ended, log.events[-1])
            assert log.breaches() == []
            known[mode] = Undisturbed(log, tale_of(log), answered)
        return known[mode]

    return perform


@pytest.mark.parametrize("mode", MODES)
def test_a_run_that_is_killed_anywhere_comes_to_the_same_end(
    mode: str, undisturbed: Callable[[str], Undisturbed], tmp_path: Path
) -> None:
    expected = undisturbed(mode)
    kills = seeded_kills(f"{mode} 1", 10, len(expected.log.bodies))
    assert_all_come_to(expected, mode, tmp_path, [[kill] for kill in kills])


@pytest.mark.parametrize("mode", MODES)
def test_a_run_that_is_killed_while_it_is_resumed_comes_to_the_same_end(
    mode: str, undisturbed: Callable[[str], Undisturbed], tmp_path: Path
) -> None:
    expected = undisturbed(mode)
    first = seeded_kills(f"{mode} 2", 3, len(expected.log.bodies))
    again = [Kill("added run.resumed"), Kill("durable run.resumed"), Kill("call.asked")]
    assert_all_come_to(expected, mode, tmp_path, [[one, *again] for one in first])


@pytest.mark.parametrize("mode", MODES)
def test_a_run_that_is_killed_at_the_beginning_and_the_end_of_a_call_comes_to_the_same_end(
    mode: str, undisturbed: Callable[[str], Undisturbed], tmp_path: Path
) -> None:
    expected = undisturbed(mode)
    assert_all_come_to(expected, mode, tmp_path, [[Kill(moment, 9)] for moment in OF_CALLS])


def test_a_run_that_is_killed_ten_times_in_a_row_comes_to_the_same_end(
    undisturbed: Callable[[str], Undisturbed], tmp_path: Path
) -> None:
    expected = undisturbed("rehearsal")
    share = len(expected.log.bodies) // 16  # a slow disk keeps more than was told: there must be enough for all ten
    with Theatre.open(tmp_path, "rehearsal") as theatre:
        history = play_out(theatre, [Kill("durable", share)] * 10, expected.answered)
    assert history.kills == 10
    assert_same_tale(expected.tale, tale_of(history.log))


def test_a_run_that_dies_again_and_again_without_getting_anywhere_is_put_aside(tmp_path: Path) -> None:
    with Theatre.open(tmp_path, "rehearsal") as theatre:
        assert theatre.perform(Kill("durable call.started")).killed
        for _ in range(10):
            assert theatre.perform(Kill("durable run.resumed")).killed
        aside = theatre.perform()
        assert (aside.said["status"], aside.said["reason"]) == (["paused"], "crash")
        assert "died 11 times in a row" in aside.said["detail"]
        assert theatre.log().breaches() == []
        assert theatre.perform().said["outcome"] == "succeeded"  # somebody insists, and this time nothing happens


@pytest.mark.soak
@pytest.mark.parametrize("mode", MODES)
def test_a_run_comes_to_the_same_end_from_each_of_a_hundred_kills(
    mode: str, undisturbed: Callable[[str], Undisturbed], tmp_path: Path
) -> None:
    expected = undisturbed(mode)
    kills = seeded_kills(f"{mode} 3", 100, len(expected.log.bodies))
    assert_all_come_to(expected, mode, tmp_path, [[kill] for kill in kills])


@pytest.mark.soak
@pytest.mark.parametrize("mode", MODES)
def test_a_run_comes_to_the_same_end_from_every_named_moment(
    mode: str, undisturbed: Callable[[str], Undisturbed], tmp_path: Path
) -> None:
    expected = undisturbed(mode)
    kinds = [kind for kind in kinds_in(expected.log) if kind != "run.finished"]
    kills = [Kill(f"{when} {kind}") for kind in kinds for when in ("added", "durable")]
    kills += [Kill("added run.finished"), *(Kill(moment, number) for moment in OF_CALLS for number in (1, 5, 20))]
    assert_all_come_to(expected, mode, tmp_path, [[kill] for kill in kills])


def seeded_kills(seed: str, count: int, events: int) -> list[Kill]:
    """Moments all over a run, some before and some after an event is safe."""
    chance = random.Random(seed)
    return [Kill(chance.choice(("added", "durable")), chance.randint(1, events - 2)) for _ in range(count)]


def assert_all_come_to(expected: Undisturbed, mode: str, folder: Path, histories: Iterable[Sequence[Kill]]) -> None:
    """Each of these runs is killed, goes on, and ends as the undisturbed one did."""

    def play(number: int, kills: Sequence[Kill]) -> None:
        with Theatre.open(folder / str(number), mode) as theatre:
            history = play_out(theatre, kills, expected.answered)
            if theatre.server is not None:
                assert set(theatre.server.done.values()) == {1}, f"{kills}: {theatre.server.done}"
        assert history.kills > 0, f"{kills}: nothing was killed"
        assert unknown_calls(history.log) <= history.interrupted + unknown_calls(expected.log), f"{kills}"
        assert_same_tale(expected.tale, tale_of(history.log), kills)
        if mode == "rehearsal":
            assert charged_for_interruptions(history.log) == charged_for_interruptions(expected.log), f"{kills}"
        end = history.log.events[-1]
        assert end.cost_usd == pytest.approx(tale_of(history.log)["cost"] + charged_for_interruptions(history.log))  # type: ignore[attr-defined]

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for done in [pool.submit(play, number, kills) for number, kills in enumerate(histories)]:
            done.result()
