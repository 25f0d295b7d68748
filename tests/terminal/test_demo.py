"""The launcher in a real terminal: it opens, a mode starts and leads back, a kiosk is locked, and all is given back."""

from __future__ import annotations

from collections.abc import Callable

from terminal.ptys import Terminal

Opens = Callable[..., Terminal]


def test_the_tour_begins_with_enter_and_leads_back_to_the_launcher(opens: Opens) -> None:
    terminal = opens("demo")
    terminal.shows("MODE", "THE SHOW", "PRE-FLIGHT", "The whistle in the drawer", "$ footlights demo tour")
    terminal.press("enter")
    terminal.shows("This is a stage. Four agents are about to")
    terminal.press("esc")
    terminal.shows("PRE-FLIGHT")
    terminal.press("q")
    assert terminal.ends() == 0
    assert terminal.left_changed == []


def test_a_mode_can_be_started_from_the_command_line(opens: Opens) -> None:
    terminal = opens("demo", "tour", "--pace", "instant")
    terminal.shows("footlights new", "SUCCEEDED")
    terminal.press("q")
    assert terminal.ends() == 0


def test_a_kiosk_is_left_by_unlocking_it_and_by_nothing_else(opens: Opens) -> None:
    terminal = opens("demo", "kiosk")
    terminal.shows("This is a stage.", "hold q to unlock")
    terminal.press("ctrl+c", "q", "esc", "ctrl+z", "ctrl+p")
    terminal.press("right")
    terminal.shows("hold q to unlock")
    assert not terminal.is_stopped()
    terminal.press("q", "q", "q")
    terminal.shows("unlocked: every key counts again")
    terminal.press("esc")
    terminal.shows("PRE-FLIGHT")
    terminal.press("q")
    assert terminal.ends() == 0
    assert terminal.left_changed == []


def test_the_console_gives_the_terminal_back_and_tells_the_show_in_it(opens: Opens) -> None:
    terminal = opens("demo", "--pace", "instant")
    terminal.shows("$ footlights demo tour")
    terminal.press("6", "enter")
    assert terminal.ends() == 0
    assert "Ada Brandt kept the light." in terminal.said
    assert "footlights demo opens the launcher" in terminal.said


def test_a_screen_that_is_too_dumb_is_told_in_lines(opens: Opens) -> None:
    terminal = opens("demo", "--pace", "instant", TERM="dumb")
    assert terminal.ends() == 0
    assert "Q15  Now write a play of your own." in terminal.said
