"""A batch performed with the app open on it: left by a key or by a signal, it says how to go on, and goes on."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from corpus.batch_plays import DEAR, GREET, laid_out
from corpus.commands import Outcome
from terminal.ptys import Terminal
from terminal.situations import LEAVING

Opens = Callable[..., Terminal]
Perform = Callable[..., Outcome]
FEW = ("batch", "plays", "--rehearse", "--repeat", "3", "--workers", "0", "--stage")
MANY = ("batch", "plays", "--rehearse", "--repeat", "5000", "--workers", "0", "--stage")


@pytest.fixture(autouse=True)
def plays(folder: Path) -> None:
    laid_out(folder / "plays", greet=GREET)


def test_when_all_is_performed_one_key_leaves_and_the_summary_stands_there(opens: Opens) -> None:
    terminal = opens(*FEW)
    terminal.shows("3 of 3", "all is performed")
    terminal.press("q")
    assert terminal.ends() == 0
    assert "all 3 runs passed" in terminal.said
    assert terminal.left_changed == []


def test_whoever_stops_it_is_told_how_to_go_on_and_the_app_does(opens: Opens, perform: Perform) -> None:
    terminal = opens(*MANY)
    terminal.shows("performed here")
    terminal.press("q")
    terminal.shows(LEAVING, "The batch greet ")
    terminal.press("s")
    terminal.ends()
    assert "footlights batch --resume" in terminal.said
    assert terminal.left_changed == []
    assert "a person stopped it" in perform("batches", "last").out


def test_a_signal_stops_it_so_that_it_can_be_gone_on_with(opens: Opens, perform: Perform) -> None:
    terminal = opens(*MANY)
    terminal.shows("performed here")
    terminal.send(signal.SIGTERM)
    assert terminal.ends() == 128 + signal.SIGTERM
    assert terminal.left_changed == []
    assert "SIGTERM stopped it" in perform("batches", "last").out


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_also_stops_one_that_was_left_running_as_lines(number: int, opens: Opens) -> None:
    terminal = opens(*MANY)
    terminal.shows("performed here")
    terminal.press("q")
    terminal.shows(LEAVING)
    terminal.press("k")
    assert terminal.wait(lambda: "it goes on here" in terminal.said), terminal.said
    terminal.send(number)
    assert terminal.ends() == 128 + number
    assert "runs are missing; footlights batch --resume" in terminal.said


def test_what_somebody_went_on_with_in_the_app_is_what_is_told_when_it_is_left(opens: Opens, folder: Path) -> None:
    laid_out(folder / "dear", dear=DEAR)
    terminal = opens(
        "batch", "dear", "--rehearse", "--repeat", "40", "--budget", "cost_usd=5", "--workers=0", "--stage"
    )
    terminal.shows("stopped")
    terminal.press("r")
    terminal.shows("Go on with more")
    terminal.press("2", "0", "enter")
    terminal.shows("40 of 40", "all is performed", "of $20.00")
    terminal.press("q")
    assert terminal.ends() == 0
    assert "all 40 runs passed" in terminal.said
    assert "may use" not in terminal.said


def test_a_batch_that_is_over_is_opened_from_the_list(opens: Opens, perform: Perform, folder: Path) -> None:
    perform("batch", str(folder / "plays"), "--rehearse", "--repeat", "2", "--workers", "0", "--quiet")
    terminal = opens("batches", "last", "--stage")
    terminal.shows("2 of 2")
    terminal.press("q")
    assert (terminal.ends(), terminal.said, terminal.left_changed) == (0, "", [])
