"""A run on the stage, in a real terminal: it opens, it is left in every way, and the terminal is as it was."""

from __future__ import annotations

import re
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from corpus.commands import Outcome
from terminal.ptys import Terminal
from terminal.situations import CARD, answer, on_a_card, while_asked_how_to_leave

Perform = Callable[..., Outcome]
Opens = Callable[..., Terminal]


@pytest.fixture(autouse=True)
def _in_the_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)


def is_given_back(terminal: Terminal) -> bool:
    """Was there a stage, and is the terminal as it was before?"""
    return terminal.has_opened and terminal.left_changed == []


# Before the stage opens


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("play", "nothing.yaml"), "nothing.yaml"),
        (("play", "play.yaml", "-i", "x=1"), 'there is no input "x"'),
        (("play", "play.yaml", "--pace", "slow"), "slow"),
        (("play", "play.yaml", "--rehearse", "--fit", "59:00"), "this show takes"),
        (("attach", "last"), "there are no runs"),
        (("replay", "last"), "there are no runs"),
    ],
)
def test_what_is_wrong_is_told_in_plain_text_before_a_stage_opens(
    words: tuple[str, ...], said: str, opens: Opens
) -> None:
    asked = opens(*words)
    assert asked.ends() in (1, 2)
    assert not asked.has_opened
    assert said in asked.said
    assert "Traceback" not in asked.said


def test_without_a_terminal_a_play_is_told_in_lines_as_run_does(footlights: Perform, folder: Path) -> None:
    told = footlights("play", "play.yaml", "--rehearse", folder=folder)
    assert (told.code, told.out) == (0, "ship\n")
    assert told.err.startswith("there is no terminal for the stage here, so it is told in lines\n")
    assert "Welcome, everybody." in told.err


def test_without_a_terminal_a_run_is_shown_again_in_lines(perform: Perform) -> None:
    perform("run", "play.yaml", "--rehearse", "--quiet")
    for command in ("replay", "attach"):
        told = perform(command, "last")
        assert told.code == 0
        assert "Welcome, everybody." in told.out


# On the stage


def test_a_run_that_has_ended_is_left_with_how_it_went_and_how_to_see_it_again(opens: Opens) -> None:
    played = opens("play", "play.yaml", "--rehearse", "--pace", "instant", "--answers", "answers.yaml")
    played.shows("succeeded")
    played.press("q")
    assert played.ends() == 0
    assert is_given_back(played)
    assert re.search(r"done in .* rehearsed, nothing to pay\n\s+footlights replay \w{8} shows it again\n", played.said)


def test_whoever_answers_the_question_on_the_stage_decides(opens: Opens, perform: Perform) -> None:
    waiting = on_a_card(opens)
    answer(waiting, "2")
    waiting.shows("succeeded")
    waiting.press("q")
    assert waiting.ends() == 0
    assert "footlights replay" in waiting.said
    assert '"hold"' in perform("show", "last", "--json").out


def test_stopped_it_can_be_resumed(opens: Opens, perform: Perform) -> None:
    waiting = while_asked_how_to_leave(opens)
    waiting.press("s")
    assert waiting.ends() == 3
    assert is_given_back(waiting)
    assert re.search(r"footlights resume \w{8} goes on where it was", waiting.said)
    assert perform("resume", "last", "--answers", "answers.yaml", "--quiet").out == "hold\n"


def test_left_running_it_goes_on_in_lines_and_takes_answers_from_elsewhere(opens: Opens, perform: Perform) -> None:
    waiting = while_asked_how_to_leave(opens)
    waiting.press("down", "enter")
    waiting.shows("it goes on here; footlights attach")
    assert is_given_back(waiting)
    assert perform("answer", "ship", "hold").code == 0
    assert waiting.ends() == 0
    assert "done in" in waiting.said


def test_left_running_and_stopped_by_ctrl_c_it_can_be_resumed(opens: Opens) -> None:
    waiting = while_asked_how_to_leave(opens)
    waiting.press("down", "enter")
    waiting.shows("it goes on here; footlights attach")
    waiting.press("ctrl+c")
    assert waiting.ends() == 130
    assert "footlights resume" in waiting.said


def test_cancelled_it_is_over(opens: Opens, perform: Perform) -> None:
    waiting = while_asked_how_to_leave(opens)
    waiting.press("c")
    assert waiting.ends() == 1
    assert "cancelled" in waiting.said
    assert '"cancelled"' in perform("runs", "--json").out


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_any_signal_gives_the_terminal_back_and_says_how_to_go_on(
    number: signal.Signals, opens: Opens, perform: Perform
) -> None:
    waiting = on_a_card(opens)
    waiting.send(number)
    assert waiting.ends() == 128 + number
    assert is_given_back(waiting)
    assert "Traceback" not in waiting.said
    assert "footlights resume" in waiting.said
    assert '"paused"' in perform("runs", "--json").out


def test_step_by_step_nothing_begins_until_it_may(opens: Opens, perform: Perform) -> None:
    stepping = opens("play", "play.yaml", "--rehearse", "--pace", "instant", "--step")
    stepping.shows("host")
    events = perform("tail", "last", "--json").out
    assert '"directed"' in events
    assert "call.started" not in events
    stepping.send(signal.SIGTERM)
    assert stepping.ends() == 143


# Another's run, and one that is over


def test_two_people_see_one_run_from_two_terminals(opens: Opens) -> None:
    waiting = on_a_card(opens)
    other = opens("attach", "last")
    other.shows(CARD)
    waiting.press("esc")
    waiting.shows_no_more(CARD)
    answer(other, "1")
    for one in (waiting, other):
        one.shows("succeeded")
    other.press("q")
    assert other.ends() == 0
    assert is_given_back(other)
    waiting.press("q")
    assert waiting.ends() == 0


def test_who_leaves_a_run_that_another_performs_leaves_it_going_on(opens: Opens) -> None:
    waiting = on_a_card(opens)
    other = opens("attach", "last")
    other.shows(CARD)
    other.send(signal.SIGTERM)
    assert other.ends() == 143
    assert "it goes on where it is performed; footlights attach" in other.said
    assert waiting.code is None


def test_a_replay_shows_a_run_again_and_ends_as_it_ended(opens: Opens, perform: Perform) -> None:
    perform("run", "play.yaml", "--rehearse", "--quiet")
    again = opens("replay", "last", "--pace", "instant")
    again.shows("Welcome, everybody.")
    again.press("q")
    assert again.ends() == 0
    assert "done in" in again.said
    assert "footlights replay" in again.said


# For ears


def test_for_ears_the_run_of_another_is_told_and_its_question_is_asked(opens: Opens, perform: Perform) -> None:
    on_a_card(opens)
    told = opens("attach", "last", "--pace", "instant", FOOTLIGHTS_SCREEN_READER="1")
    told.shows("Ship it?")
    told.press_until("2\n", lambda: told.code is not None)
    assert told.ends() == 0
    assert '"hold"' in perform("show", "last", "--json").out
