"""A window whose corner is pulled about while text streams: nothing fails, and at the end the picture is whole."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import pytest

from terminal.ptys import Terminal
from terminal.situations import at_home, on_a_card, while_somebody_speaks

Opens = Callable[..., Terminal]
SOON = 1.0  # seconds of the processor: those on the wall depend on who else is at it
EXTREMES = ((1, 1), (500, 1), (1, 200), (500, 200), (2, 2), (80, 24))


def storm(terminal: Terminal, sizes: int, seconds: float, seed: int = 7) -> None:
    """So many sizes in so much time."""
    chance = random.Random(seed)
    begun = time.monotonic()
    for number in range(sizes):
        width, height = EXTREMES[number] if number < len(EXTREMES) else (chance.randint(1, 500), chance.randint(1, 200))
        terminal.resize(width, height)
        terminal.wait(lambda due=begun + seconds * (number + 1) / sizes: time.monotonic() >= due, seconds)  # type: ignore[misc]
    terminal.resize(120, 36)
    terminal.wipe()


def is_whole(terminal: Terminal, height: int = 36) -> bool:
    """Do the first line and the last stand where they belong, and the whole width of both?"""
    lines = terminal.shown.splitlines()
    return (
        len(lines) == height
        and "? help" in lines[-1]
        and lines[-1].rstrip().endswith("? help")
        and lines[0].strip() != ""
    )


@pytest.mark.parametrize(
    ("situation", "sizes", "seconds"),
    [
        pytest.param(while_somebody_speaks, 100, 1.0, marks=pytest.mark.soak),
        pytest.param(while_somebody_speaks, 500, 5.0, marks=pytest.mark.soak),
        pytest.param(at_home, 500, 5.0, marks=pytest.mark.soak),
        pytest.param(on_a_card, 500, 5.0, marks=pytest.mark.soak),
    ],
)
def test_whatever_the_sizes_it_stands_and_settles(
    situation: Callable[[Opens], Terminal], sizes: int, seconds: float, opens: Opens
) -> None:
    terminal = situation(opens)
    storm(terminal, sizes, seconds)
    begun, used = time.monotonic(), terminal.processor
    assert terminal.wait(lambda: is_whole(terminal)), terminal.shown
    print(f"{situation.__name__}: settled {time.monotonic() - begun:.2f} s after {sizes} sizes")
    assert terminal.processor - used < SOON
    assert "could not be drawn" not in terminal.shown
    terminal.send(15)
    assert (terminal.ends(), terminal.left_changed) == (143, [])
    assert "could not be drawn" not in terminal.written.decode(errors="replace")
    assert "bug" not in terminal.said


def test_the_size_is_that_of_the_terminal_whatever_was_exported(opens: Opens) -> None:
    terminal = opens(LINES="24", COLUMNS="80")
    assert terminal.wait(lambda: is_whole(terminal)), terminal.shown
    terminal.resize(100, 30)
    assert terminal.wait(lambda: is_whole(terminal, 30)), terminal.shown
