"""When nothing moves nothing is written, and next to nothing is computed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from terminal.ptys import Terminal
from terminal.situations import CARD, at_home, on_a_card, while_a_question_waits

Opens = Callable[..., Terminal]
LONG = 2.0  # seconds of silence
LITTLE = 0.1  # of a core, on a machine that is busy with other things


def silent(terminal: Terminal, seconds: float = LONG) -> float:
    """Wait for so much silence; how much of the processor it took meanwhile, as a part of one core."""
    terminal.rests(0.5)
    terminal.wait(lambda: False, 0.0)
    used, before = terminal.processor, len(terminal.written)
    terminal.wait(lambda: len(terminal.written) > before, seconds)
    assert terminal.written[before:] == b""
    return (terminal.processor - used) / seconds


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
    attached.press_until("esc", lambda: CARD not in attached.shown)
    attached.rests(0.4)
    used, before = attached.processor, len(attached.written)
    attached.wait(lambda: False, LONG)
    assert len(attached.written) - before < 2000, attached.written[before:]
    assert (attached.processor - used) / LONG < LITTLE
    assert performing.code is None
