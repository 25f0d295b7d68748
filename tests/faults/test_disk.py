"""When there is no more room, a run pauses and says so; nothing that was safe is lost, and with room it goes on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from faults.theatre import Theatre, assert_same_tale, play_out, tale_of

ROOMS = (1, 9_000, 60_000, 150_000, 300_000)  # bytes


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Any]:
    theatre = Theatre.build(tmp_path_factory.mktemp("undisturbed"))
    theatre.perform()
    return tale_of(theatre.log()), theatre.answered()


@pytest.mark.parametrize("room", ROOMS)
def test_a_run_pauses_when_the_disk_is_full_and_goes_on_when_it_is_not(
    room: int, undisturbed: tuple[dict[str, Any], Any], tmp_path: Path
) -> None:
    tale, answered = undisturbed
    theatre = Theatre.build(tmp_path)
    ended = theatre.perform(room=room)
    assert (ended.said["status"], ended.said["reason"]) == (["paused"], "disk"), ended
    assert "no room" in ended.said["detail"]
    assert ended.stderr == ""
    assert len(theatre.log().bodies) >= theatre.acknowledged()
    assert theatre.log().breaches() == []
    assert_same_tale(tale, tale_of(play_out(theatre, [], answered).log))


def test_the_same_process_can_go_on_once_there_is_room_again(
    undisturbed: tuple[dict[str, Any], Any], tmp_path: Path
) -> None:
    theatre = Theatre.build(tmp_path)
    ended = theatre.perform(room=100_000, makes_room=True)
    assert ended.said["outcome"] == "succeeded", ended
    assert theatre.log().breaches() == []
    assert_same_tale(undisturbed[0], tale_of(theatre.log()))


def test_all_runs_of_the_process_pause_together(tmp_path: Path) -> None:
    theatre = Theatre.build(tmp_path)
    ended = theatre.perform(room=200_000, runs=5)
    assert ended.said["status"] == ["paused"] * 5, ended
    assert ended.stderr == ""
