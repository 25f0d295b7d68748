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


def silent(terminal: Terminal) -> float:
    """Wait for so much silence, however late it comes; how much of a core it took meanwhile."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        used, before = terminal.processor, len(terminal.written)
        if not terminal.wait(lambda before=before: len(terminal.written) > before, LONG):  # type: ignore[misc]
            return (terminal.processor - used) / LONG
    raise AssertionError("it never rests")


@pytest.mark.parametrize(
    "situation", [at_home, *(pytest.param(one, marks=pytest.mark.soak) for one in (on_a_card, while_a_question_waits))]
)
def test_at_rest_no_byte_is_written(situation: Callable[[Opens], Terminal], opens: Opens) -> None:
    assert silent(situation(opens)) < LITTLE


@pytest.mark.soak
def test_over_a_run_that_has_ended_no_byte_is_written(opens: Opens) -> None:
    terminal = opens("play", "play.yaml", "--rehearse", "--pace", "instant", "--answers", "answers.yaml")
    terminal.shows("succeeded")
    assert silent(terminal) < LITTLE


def test_attached_to_a_run_that_waits_next_to_nothing_is_written(opens: Opens) -> None:
    performing = on_a_card(opens)
    attached = opens("attach", "last")
    attached.shows(CARD)
    attached.put_away(CARD)
    attached.rests(0.4)
    used, before = attached.processor, len(attached.written)
    attached.wait(lambda: False, LONG)
    assert len(attached.written) - before < 2000, attached.written[before:]
    assert (attached.processor - used) / LONG < LITTLE
    assert performing.code is None
