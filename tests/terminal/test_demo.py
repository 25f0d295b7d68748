"""The launcher in a real terminal: it opens, a mode starts and leads back, a kiosk is locked, and all is given back."""

from __future__ import annotations

from collections.abc import Callable

from terminal.ptys import Terminal

Opens = Callable[..., Terminal]


def test_the_tour_begins_with_enter_and_leads_back_to_the_launcher(opens: Opens) -> None:
    terminal = opens("demo")
    terminal.shows("MODE", "THE SHOW", "PRE-FLIGHT", "The whistle in the drawer", "$ footlights demo tour")
    terminal.press("enter")
    terminal.shows("Footlights performs plays")
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
    terminal = opens("demo", "kiosk", "--pin", "4711")
    terminal.shows("Footlights performs plays", "the PIN unlocks")
    terminal.press("ctrl+c", "q", "q", "q", "q", "esc", "ctrl+z", "ctrl+p")
    terminal.press("right")
    terminal.shows("the PIN unlocks")
    assert not terminal.is_stopped()
    terminal.press("4", "7", "1", "1")
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
    assert "Q18  All of this was one YAML file." in terminal.said
