"""Leaving by key: it ends as whoever leaves wants it, says how to go on, and gives the terminal back."""

from __future__ import annotations

import signal
from collections.abc import Callable

import pytest

from corpus.commands import Outcome
from terminal.ptys import Terminal
from terminal.situations import LEAVING, at_home, on_a_card, while_a_question_waits, while_somebody_speaks

Perform = Callable[..., Outcome]
Opens = Callable[..., Terminal]


@pytest.mark.parametrize("key", ["q", "ctrl+c"])
def test_at_home_one_key_leaves_without_a_word(key: str, opens: Opens) -> None:
    terminal = at_home(opens)
    terminal.press(key)
    assert (terminal.ends(), terminal.said, terminal.left_changed) == (0, "", [])


def test_an_interpreter_of_its_own_leaves_the_terminal_as_it_was(opens: Opens) -> None:
    terminal = opens(fresh=True)
    terminal.shows("q quit")
    assert "termios" in terminal.left_changed, "while it is open, keys come one by one"
    terminal.press("q")
    assert (terminal.ends(), terminal.said, terminal.left_changed) == (0, "", [])


def test_a_terminal_that_can_do_more_is_given_back_too(opens: Opens) -> None:
    terminal = opens(answers=True)
    terminal.shows("q quit")
    assert terminal.wait(lambda: {"?1016", "?2048"} <= set(terminal.left_changed)), terminal.left_changed
    terminal.press("q")
    assert (terminal.ends(), terminal.left_changed) == (0, [])


def test_ctrl_c_is_heard_on_a_card_and_pressed_again_and_again_it_leaves(opens: Opens) -> None:
    terminal = on_a_card(opens)
    terminal.press("ctrl+c")
    terminal.shows(LEAVING)
    terminal.press("ctrl+c")
    assert terminal.ends() == 3
    assert terminal.left_changed == []
    assert "footlights resume" in terminal.said


def test_a_run_that_is_left_running_does_not_take_the_terminal_again(opens: Opens, perform: Perform) -> None:
    terminal = while_a_question_waits(opens)
    terminal.press("q")
    terminal.shows(LEAVING)
    terminal.press("k")
    terminal.shows("it goes on here; footlights attach")
    assert terminal.left_changed == []
    terminal.send(signal.SIGSTOP)
    assert terminal.wait(terminal.is_stopped)
    terminal.send(signal.SIGCONT)
    assert perform("answer", "ship", "hold").code == 0
    assert terminal.ends() == 0
    assert terminal.left_changed == []
    assert "done in" in terminal.said


def test_a_second_interrupt_while_it_ends_changes_nothing(opens: Opens) -> None:
    terminal = while_somebody_speaks(opens)
    terminal.send(signal.SIGINT)
    terminal.send(signal.SIGINT)
    assert (terminal.ends(), terminal.left_changed) == (130, [])
