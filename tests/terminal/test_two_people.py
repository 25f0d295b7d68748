"""One run, two terminals: what is said and done in one is seen in the other, and whoever answers has answered."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from corpus.commands import Outcome
from terminal.dictation import END
from terminal.hostile import HARMLESS, write_scenarios
from terminal.ptys import Terminal
from terminal.situations import CARD, LEAVING, answer

Perform = Callable[..., Outcome]
Opens = Callable[..., Terminal]
SOON = 0.3  # seconds


class Speaker:
    """Says into the pipe what everybody in the play then says."""

    def __init__(self, folder: Path) -> None:
        self.pipe = folder / "speaker"
        os.mkfifo(self.pipe)
        self._file = os.open(self.pipe, os.O_RDWR)

    def say(self, text: str) -> float:
        """Say it; the moment it was said."""
        os.write(self._file, f"{text}\n".encode())
        return time.monotonic()


@pytest.fixture
def speaker(folder: Path) -> Speaker:
    write_scenarios(folder, HARMLESS)
    return Speaker(folder)


@pytest.fixture
def performed(opens: Opens, speaker: Speaker) -> Terminal:
    """A live run on a stage, in which somebody has begun to speak."""
    terminal = opens("live.yaml", str(speaker.pipe), program="terminal.performing:dictated", PACE="real")
    terminal.shows("live")
    speaker.say("Good evening.")
    terminal.shows("Good evening.")
    return terminal


def both_show(one: Terminal, other: Terminal, text: str) -> None:
    one.shows(text)
    other.shows(text)


def test_what_is_said_in_one_is_seen_in_the_other_and_one_answers_for_both(
    opens: Opens, performed: Terminal, speaker: Speaker, perform: Perform
) -> None:
    attached = opens("attach", "last", "--pace", "real")
    attached.shows("Good evening.")
    speaker.say("It has begun to rain.")
    both_show(performed, attached, "It has begun to rain.")
    speaker.say(END)
    both_show(performed, attached, CARD)
    answer(attached, "2")
    performed.shows_no_more(CARD)
    both_show(performed, attached, "hold")
    performed.shows("GUEST")
    speaker.say("Thank you all.")
    both_show(performed, attached, "Thank you all.")
    speaker.say(END)
    both_show(performed, attached, "succeeded")
    for terminal in (attached, performed):
        terminal.press("q")
        assert (terminal.ends(), terminal.left_changed) == (0, [])
    assert '"hold"' in perform("show", "last", "--json").out


def test_who_only_watches_may_leave_and_come_back(opens: Opens, performed: Terminal, speaker: Speaker) -> None:
    for _ in range(2):
        attached = opens("attach", "last", "--pace", "real")
        attached.shows("Good evening.")
        attached.press("q")
        assert (attached.ends(), attached.left_changed) == (0, [])
        assert "it goes on where it is performed; footlights attach" in attached.said
    assert performed.code is None


def test_when_the_one_who_performs_stops_the_other_sees_it(opens: Opens, performed: Terminal, speaker: Speaker) -> None:
    attached = opens("attach", "last", "--pace", "real")
    attached.shows("Good evening.")
    performed.send(15)
    assert performed.ends() == 143
    attached.shows("paused")
    attached.press("q")
    assert (attached.ends(), attached.left_changed) == (0, [])
    assert "footlights resume" in attached.said


def test_left_running_while_somebody_speaks_it_goes_on_in_lines(
    opens: Opens, performed: Terminal, speaker: Speaker, perform: Perform
) -> None:
    performed.press("q")
    performed.shows(LEAVING)
    performed.press("k")
    performed.shows("it goes on here; footlights attach")
    attached = opens("attach", "last", "--pace", "real")
    attached.shows("Good evening.")
    speaker.say("Nobody has left.")
    attached.shows("Nobody has left.")
    speaker.say(END)
    attached.shows(CARD)
    answer(attached, "1")
    attached.shows("GUEST")
    speaker.say("Thank you all.")
    speaker.say(END)
    attached.shows("succeeded")
    assert performed.ends() == 0
    assert "Nobody has left." in performed.said


@pytest.mark.soak
def test_text_is_seen_in_another_process_within_a_third_of_a_second(
    opens: Opens, performed: Terminal, speaker: Speaker
) -> None:
    attached = opens("attach", "last", "--pace", "real")
    attached.shows("Good evening.")
    took = []
    for number in range(30):
        said = speaker.say(f"Word{number}.")
        attached.shows(f"Word{number}.")
        took.append(time.monotonic() - said)
    print(f"text in the other terminal after {statistics.median(took) * 1000:.0f} ms, at most {max(took) * 1000:.0f}")
    assert statistics.median(took) < SOON
