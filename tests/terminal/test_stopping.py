"""Stopped like any job of a shell, and brought back: the terminal is given back meanwhile, and drawn anew after."""

from __future__ import annotations

import signal
from collections.abc import Callable

import pytest

from terminal.ptys import Terminal
from terminal.situations import at_home, while_a_question_waits

Opens = Callable[..., Terminal]


HOME = ("FOOTLIGHTS", "plays", "feature-sprint", "q quit")
STAGE = ("play", "HOST", "Welcome, everybody.", "LOG", "asks you", "q quit")


@pytest.mark.parametrize(("situation", "drawn"), [(at_home, HOME), (while_a_question_waits, STAGE)])
def test_stopped_it_gives_the_terminal_back_and_comes_back_drawn(
    situation: Callable[[Opens], Terminal], drawn: tuple[str, ...], opens: Opens
) -> None:
    terminal = situation(opens)
    terminal.send(signal.SIGTSTP)
    assert terminal.wait(terminal.is_stopped)
    assert terminal.wait(lambda: terminal.left_changed == []), terminal.left_changed
    terminal.wipe()
    terminal.send(signal.SIGCONT)
    terminal.shows(*drawn)
    assert "termios" in terminal.left_changed, "it takes the terminal again"
    terminal.send(signal.SIGTERM)
    assert (terminal.ends(), terminal.left_changed) == (143, [])


def test_stopped_without_being_asked_it_takes_and_gives_the_terminal_once(opens: Opens) -> None:
    terminal = at_home(opens)
    terminal.send(signal.SIGSTOP)
    assert terminal.wait(terminal.is_stopped)
    terminal.wipe()
    terminal.send(signal.SIGCONT)
    terminal.shows(*HOME)
    terminal.press("q")
    assert (terminal.ends(), terminal.left_changed) == (0, [])
