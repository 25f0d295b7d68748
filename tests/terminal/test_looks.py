"""Every terminal that people have: no colour, sixteen colours, ASCII alone, no motion, or ears instead of eyes."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from terminal.ptys import Terminal
from terminal.sequences import sequences
from terminal.situations import CARD, answer

Opens = Callable[..., Terminal]
PLAY = ("play", "play.yaml", "--rehearse", "--pace", "instant")
_COLOUR = re.compile(r"(?:^|;)(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])(?:;|$)")
_EXACT = re.compile(r"(?:^|;)[34]8;2;")
_OF_256 = re.compile(r"(?:^|;)[34]8;5;")
soak = pytest.mark.soak


def styles(terminal: Terminal) -> set[str]:
    """The styles that were asked for, each as the numbers of its sequence."""
    return {one.raw[2:-1] for one in sequences(terminal.written) if one.kind == "csi m"}


def played(opens: Opens, **environment: str) -> Terminal:
    """A small play to its end: the question is put, and answered."""
    terminal = opens(*PLAY, fresh=True, **environment)
    terminal.shows(CARD, "Ship it?", "ship", "hold")
    answer(terminal, "2")
    terminal.shows("HOST", "Welcome, everybody.", "succeeded")
    terminal.press("q")
    assert (terminal.ends(), terminal.left_changed) == (0, [])
    return terminal


def test_without_colour_every_meaning_is_there(opens: Opens) -> None:
    assert not any(_COLOUR.search(style) for style in styles(played(opens, NO_COLOR="1")))


@pytest.mark.parametrize(
    "asked", [{"FOOTLIGHTS_ASCII": "1"}, pytest.param({"PYTHONIOENCODING": "ascii", "LC_ALL": "C"}, marks=soak)]
)
def test_in_ascii_nothing_else_is_written(asked: dict[str, str], opens: Opens) -> None:
    assert played(opens, **asked).written.isascii()


@pytest.mark.parametrize(
    ("kind", "lacks"),
    [
        ("xterm", (_EXACT, _OF_256)),
        pytest.param("screen", (_EXACT, _OF_256), marks=soak),
        pytest.param("linux", (_EXACT, _OF_256), marks=soak),
        pytest.param("tmux-256color", (_EXACT,), marks=soak),
        pytest.param("xterm-256color", (_EXACT,), marks=soak),
    ],
)
def test_no_colour_is_asked_for_that_a_terminal_lacks(
    kind: str, lacks: tuple[re.Pattern[str], ...], opens: Opens
) -> None:
    asked = styles(played(opens, TERM=kind))
    assert not [style for style in asked for colour in lacks if colour.search(style)]
    assert any(_COLOUR.search(style) for style in asked)


@pytest.mark.soak
@pytest.mark.parametrize(
    "asked", [{"LANG": "C", "LC_ALL": "C"}, {"FOOTLIGHTS_MOTION": "none"}, {"COLORTERM": "truecolor"}, {"LANG": ""}]
)
def test_it_is_played_too_where_somebody_asked_for(asked: dict[str, str], opens: Opens) -> None:
    played(opens, **asked)


def test_a_dumb_terminal_is_told_in_lines(opens: Opens) -> None:
    terminal = opens(*PLAY, fresh=True, TERM="dumb")
    assert terminal.ends() == 0
    assert not terminal.has_opened
    assert "Welcome, everybody." in terminal.said
    assert {one.kind for one in sequences(terminal.written)} <= {"control 0d", "control 0a"}


def test_for_ears_it_is_told_in_labelled_lines_and_nothing_is_drawn_twice(opens: Opens) -> None:
    terminal = opens("play", "play.yaml", "--rehearse", "--pace", "brisk", fresh=True, FOOTLIGHTS_SCREEN_READER="1")
    terminal.shows("Ship it?")
    assert "Welcome, everybody." in terminal.said, "nobody is asked about what they have yet to hear"
    terminal.press_until("2\r", lambda: terminal.code is not None)
    assert terminal.ends() == 0
    assert not terminal.has_opened
    assert "host says, welcome:" in terminal.said
    assert {one.kind for one in sequences(terminal.written)} <= {"control 0d", "control 0a", "csi m"}
    assert b"\r" not in terminal.written.replace(b"\r\n", b""), "no line is written over"


def test_for_ears_home_is_the_help(opens: Opens) -> None:
    terminal = opens(fresh=True, FOOTLIGHTS_SCREEN_READER="1")
    assert terminal.ends() == 0
    assert not terminal.has_opened
    assert "footlights run feature-sprint --rehearse" in terminal.said
