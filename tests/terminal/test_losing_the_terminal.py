"""A terminal that is closed, or that no longer reads: nobody waits for it, and the run can be resumed."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable

import pytest

from corpus.commands import Outcome
from terminal.ptys import Terminal
from terminal.situations import at_home, on_a_card, while_a_question_waits, while_somebody_speaks

Perform = Callable[..., Outcome]
Opens = Callable[..., Terminal]
Situation = Callable[[Opens], Terminal]
MANY = 20


@pytest.mark.parametrize(
    "situation",
    [at_home, while_somebody_speaks, on_a_card, pytest.param(while_a_question_waits, marks=pytest.mark.soak)],
)
def test_closed_from_the_other_side_it_ends_as_a_hang_up_does(
    situation: Situation, opens: Opens, perform: Perform
) -> None:
    terminal = situation(opens)
    terminal.hang_up()
    assert terminal.ends() == 128 + signal.SIGHUP
    if situation is not at_home:
        (run,) = json.loads(perform("runs", "--json").out)
        assert run["status"] == "paused"


def test_closed_while_hang_ups_are_ignored_it_still_ends(opens: Opens, perform: Perform) -> None:
    terminal = opens(
        "play", "play.yaml", "--rehearse", "--pace", "instant", program="terminal.mishaps:deaf_to_hang_ups"
    )
    terminal.shows("A decision is yours")
    terminal.hang_up()
    assert terminal.ends() == 128 + signal.SIGHUP
    (run,) = json.loads(perform("runs", "--json").out)
    assert run["status"] == "paused"


def test_bytes_that_are_no_text_are_keys_like_others(opens: Opens) -> None:
    terminal = at_home(opens)
    terminal.press_bytes(b"\xff\xfe\xc3\x28")
    terminal.press("?")
    terminal.shows("Keys: home")


@pytest.mark.parametrize("number", [signal.SIGTERM, pytest.param(signal.SIGHUP, marks=pytest.mark.soak)])
def test_a_signal_comes_before_all_the_keys_that_nobody_has_heeded_yet(number: signal.Signals, opens: Opens) -> None:
    """A cat on the keyboard, or a file that was pasted into a terminal that does not say so."""
    terminal = at_home(opens)
    terminal.press("/")
    terminal.rests(0.3)
    typed = terminal.floods(b"y" * 20_000)
    terminal.send(number)
    assert terminal.wait(lambda: terminal.code is not None), f"{typed:,} were typed"
    assert terminal.ends() == 128 + number


@pytest.mark.parametrize("number", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.soak)])
def test_a_terminal_that_no_longer_reads_keeps_nothing_from_ending(number: signal.Signals, opens: Opens) -> None:
    terminal = at_home(opens)
    _fill(terminal)
    terminal.send(number)
    assert terminal.wait_blindly(lambda: terminal.code is not None)
    assert (terminal.ends(), terminal.left_changed) == (128 + number, [])


def test_a_terminal_that_reads_again_shows_what_is_so_now(opens: Opens) -> None:
    terminal = at_home(opens)
    _fill(terminal)
    terminal.press("?")
    terminal.shows("Keys: home")
    terminal.put_away("Keys: home")
    terminal.shows("q quit")


def _fill(terminal: Terminal) -> None:
    """Have so much drawn that it waits for somebody to read it."""
    for _ in range(MANY):
        for size in ((200, 60), (199, 60)):
            terminal.resize(*size)
            terminal.wait_blindly(lambda: False, 0.02)
