"""A batch in front of a person: a few lines that are drawn again in place, and the summary where they stood."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from corpus.batch_plays import GREET, SULK, laid_out
from terminal.ptys import Terminal

Opens = Callable[..., Terminal]
WORDS = ("batch", "plays", "--rehearse", "--workers", "0", "--repeat")
MANY = "10000"  # many times as long as it takes until it is drawn again


@pytest.fixture(autouse=True)
def plays(folder: Path) -> None:
    laid_out(folder / "plays", greet=GREET, sulk=SULK)


@pytest.mark.parametrize("size", [(120, 36), (40, 20)])
def test_it_is_drawn_in_place_and_gives_way_to_the_summary(size: tuple[int, int], opens: Opens) -> None:
    terminal = opens(*WORDS, "100", size=size)
    terminal.shows("100 × not met: hello")
    assert terminal.ends() == 5
    assert b"200 waiting" in terminal.written
    assert "waiting" not in terminal.shown
    assert terminal.left_changed == []


def test_ctrl_c_is_answered_and_the_lines_go_on_below(opens: Opens) -> None:
    terminal = opens(*WORDS, MANY)
    terminal.shows("under way")
    terminal.press("ctrl+c")
    terminal.shows("stopping: nothing new begins", "goes on with what is missing")
    assert terminal.ends() == 130
