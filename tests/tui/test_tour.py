"""The tour: a recording that can be made again to the byte, and captions that can be read while it plays."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest

from app.events import (
    BudgetWarned,
    CallFinished,
    DebateDecided,
    GateAnswered,
    Handoff,
    LoopIterated,
    RunFinished,
    StepSkipped,
    ToolStarted,
)
from app.playback.cues import Placed
from app.playback.playhead import Playhead
from app.playback.show import Show
from app.tui.filed import TOUR_TAKES, Filed, Found, found, tour
from app.tui.text import wrap
from docs.make_tour import tour as tour_made_again

LINE, LINES = 42, 2  # what an audience reads in one go
READ = 20.0  # characters a second
SHORTEST, LONGEST = 90.0, 120.0  # seconds


@pytest.fixture(scope="module")
def known() -> Found:
    """The recording that ships, with its cues."""
    return asyncio.run(found(""))


@pytest.fixture(scope="module")
def playhead(known: Found) -> Playhead:
    """It, as the tour shows it."""
    playhead = Playhead(Show(known.recording.value), "theatrical")
    asyncio.run(Filed(known.recording, known.sheet, fit=TOUR_TAKES).feed(playhead))
    return playhead


def test_the_recording_is_what_its_script_makes() -> None:
    made = tour_made_again()
    assert made == tour().read_text(encoding="utf-8"), "python docs/make_tour.py makes it again"


def test_every_cue_finds_its_place(known: Found, playhead: Playhead) -> None:
    assert known.sheet is not None
    assert playhead.missing == []
    assert [placed.cue for placed in playhead.cues] == list(known.sheet.cues), "they come in the order of the file"


def test_it_takes_less_than_two_minutes(playhead: Playhead) -> None:
    assert playhead.length is not None
    assert SHORTEST <= playhead.length <= LONGEST
    assert playhead.length == pytest.approx(TOUR_TAKES, abs=0.1)


def test_its_captions_fit_two_short_lines(known: Found) -> None:
    assert known.sheet is not None
    long = [cue.caption for cue in known.sheet.cues if len(wrap(cue.caption, LINE)) > LINES]
    assert long == []
    assert all(cue.label and cue.caption for cue in known.sheet.cues)


def test_each_caption_stands_as_long_as_it_takes_to_read(playhead: Playhead) -> None:
    def stands(placed: Placed, following: Placed) -> float:
        return playhead.time_of(following.seq) - playhead.time_of(placed.seq)

    hurried = [
        placed.cue.name
        for placed, following in pairwise(playhead.cues)
        if stands(placed, following) < len(placed.cue.caption) / READ
    ]
    assert hurried == []


def test_the_last_caption_says_what_to_type_next(known: Found) -> None:
    assert known.sheet is not None
    last = known.sheet.cues[-1]
    assert last.at == "end"
    assert wrap(last.caption, LINE)[-1] == "footlights new my-first-play", "what is typed is not torn apart"


def test_it_has_everything_that_its_captions_speak_of(known: Found) -> None:
    events = known.recording.events
    kinds = {type(event) for event in events}
    assert kinds >= {Handoff, ToolStarted, LoopIterated, DebateDecided, GateAnswered, StepSkipped, RunFinished}
    assert BudgetWarned not in kinds
    assert known.recording.status == "succeeded"


def test_nothing_in_it_tells_of_the_machine_it_was_made_on() -> None:
    told = tour().read_text(encoding="utf-8")
    assert "/home/" not in told
    assert "/tmp/" not in told


def test_nobody_in_it_says_what_was_meant_for_the_machine(known: Found) -> None:
    spoken = [event.text for event in known.recording.events if isinstance(event, CallFinished) and event.text]
    assert len(spoken) == 11, "one call asks for a tool and says nothing"
    assert not [ref for ref in spoken if "${{" in str(known.recording.value(ref))]
