"""When nothing moves nothing is written, and next to nothing is computed."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from terminal.ptys import PATIENCE, Terminal
from terminal.situations import CARD, at_home, on_a_card, while_a_question_waits

Opens = Callable[..., Terminal]
LONG = 2.0  # seconds of silence
LITTLE = 0.1  # of a core, on a machine that is busy with other things


def insist_on_silence(terminal: Terminal, most: int = 0) -> None:
    """However late it comes, there is a time in which no more bytes are written, and next to nothing is computed."""
    until, used = time.monotonic() + PATIENCE, 0.0
    while time.monotonic() < until:
        begun, before = terminal.processor, len(terminal.written)
        is_silent = not terminal.wait(lambda before=before: len(terminal.written) - before > most, LONG)  # type: ignore[misc]
        used = (terminal.processor - begun) / LONG
        if is_silent and used < LITTLE:
            return
    raise AssertionError(f"it never rests: it uses {used:.2f} of a core")


@pytest.mark.parametrize(
    "situation", [at_home, *(pytest.param(one, marks=pytest.mark.soak) for one in (on_a_card, while_a_question_waits))]
)
def test_at_rest_no_byte_is_written(situation: Callable[[Opens], Terminal], opens: Opens) -> None:
    insist_on_silence(situation(opens))


@pytest.mark.soak
def test_over_a_run_that_has_ended_no_byte_is_written(opens: Opens) -> None:
    terminal = opens("play", "play.yaml", "--rehearse", "--pace", "instant", "--answers", "answers.yaml")
    terminal.shows("succeeded")
    insist_on_silence(terminal)


def test_attached_to_a_run_that_waits_next_to_nothing_is_written(opens: Opens) -> None:
    performing = on_a_card(opens)
    attached = opens("attach", "last")
    attached.shows(CARD)
    attached.put_away(CARD)
    insist_on_silence(attached, most=2000)
    assert performing.code is None
