"""The tour: a recording that can be made again to the byte, and captions that can be read while it plays."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from itertools import pairwise

import pytest

from app.events import (
    BudgetWarned,
    CallFinished,
    CallSpeaking,
    CallWaiting,
    DebateDecided,
    DebateVoted,
    Event,
    GateAnswered,
    GateOpened,
    Handoff,
    LoopIterated,
    RunFinished,
    StepSkipped,
    ToolStarted,
)
from app.playback.beats import caption_of
from app.playback.playhead import Playhead
from app.playback.show import Show
from app.tui.filed import TOUR_TAKES, Filed, Found, found, tour
from app.tui.text import wrap
from docs.make_tour import tour as tour_made_again

LINE, LINES = 42, 2  # what an audience reads in one go
READ, LOOK = 20.0, 1.0  # characters a second; seconds until somebody has seen that there is something to read
SHORTEST, LONGEST = 90.0, 120.0  # seconds

Moment = tuple[Callable[[Event], bool], int]  # the how-manyth of which events


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
    assert all(cue.label and cue.caption for cue in known.sheet.cues)


def test_it_takes_less_than_two_minutes(playhead: Playhead) -> None:
    assert playhead.length is not None
    assert SHORTEST <= playhead.length <= LONGEST
    assert playhead.length == pytest.approx(TOUR_TAKES, abs=0.1)


def captions(known: Found, playhead: Playhead) -> list[tuple[float, str]]:
    """When each comes, and what it says: those of the cues, and those of the play that stand between them."""
    cues = {placed.seq: placed.cue.caption for placed in playhead.cues}
    told: list[tuple[float, str]] = []
    for event in known.recording.events:
        written = caption_of(event)
        if says := cues.get(event.seq) or ("" if written is None else str(known.recording.value(written))):
            told.append((playhead.time_of(event.seq), says))
    return told


def test_each_caption_stands_as_long_as_it_takes_to_read(known: Found, playhead: Playhead) -> None:
    told = captions(known, playhead)
    hurried = [
        (says, round(until - at, 1))
        for (at, says), (until, _) in pairwise(told)
        if until - at < len(says) / READ + LOOK
    ]
    assert hurried == []


def test_no_caption_has_more_than_two_sentences_or_lines(known: Found, playhead: Playhead) -> None:
    for _, says in captions(known, playhead):
        assert len(wrap(says, LINE)) <= LINES, says
        assert len(re.findall(r"[.?](?= |$)", says)) <= 2, says


def test_its_first_ten_seconds_say_what_this_is_and_what_the_play_is_about(known: Found, playhead: Playhead) -> None:
    first = " ".join(says for at, says in captions(known, playhead) if at < 5)
    assert "plays for language models" in first
    assert "a brass whistle needs a label" in first, "the play is not covered by what is said about it"
    spoken = next(event for event in known.recording.events if isinstance(event, CallSpeaking))
    assert playhead.time_of(spoken.seq) < 10


def speaks(agent: str, number: int) -> Moment:
    return lambda event: isinstance(event, CallFinished) and event.agent == agent and bool(event.text), number


def happens(kind: type[Event], number: int = 1) -> Moment:
    return lambda event: isinstance(event, kind), number


def runs(tool: str) -> Moment:
    return lambda event: isinstance(event, ToolStarted) and event.tool == tool, 1


@pytest.mark.parametrize(
    ("moment", "says"),
    [
        (speaks("keeper", 1), "Whoever acts stands in the light"),
        (happens(Handoff), "A handoff"),
        (speaks("visitor", 1), "Two act at once"),
        (runs("table.filter"), "the catalogue is looked up"),
        (speaks("archivist", 1), "the catalogue is looked up"),
        (runs("text.count"), "needs no model"),
        (speaks("visitor", 2), "The visitor answers in data"),
        (speaks("writer", 2), "Rejected"),
        (speaks("visitor", 3), "the visitor is content"),
        (happens(LoopIterated, 2), "the loop ends"),
        (speaks("archivist", 2), "another model"),
        (happens(DebateVoted, 3), "another model"),
        (happens(DebateDecided), "Two against one"),
        (happens(GateOpened), "A person decides"),
        (happens(StepSkipped), "The other way is skipped"),
        (speaks("keeper", 2), "Every run is kept"),
    ],
)
def test_a_caption_is_there_while_what_it_speaks_of_happens(known: Found, moment: Moment, says: str) -> None:
    fits, number = moment
    here = [event for event in known.recording.events if fits(event)][number - 1]
    show = Show(known.recording.value)
    seen = Playhead(show, "theatrical")
    asyncio.run(Filed(known.recording, known.sheet, fit=TOUR_TAKES).feed(seen))
    seen.seek(here.seq)
    assert says in show.caption


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
    assert CallWaiting not in kinds, "nobody stands there and waits for the budget as if something was wrong"
    assert known.recording.status == "succeeded"


def test_nothing_in_it_tells_of_the_machine_it_was_made_on() -> None:
    told = tour().read_text(encoding="utf-8")
    assert "/home/" not in told
    assert "/tmp/" not in told


def test_nobody_in_it_says_what_was_meant_for_the_machine(known: Found) -> None:
    spoken = [event.text for event in known.recording.events if isinstance(event, CallFinished) and event.text]
    assert len(spoken) == 11, "one call asks for a tool and says nothing"
    assert not [ref for ref in spoken if "${{" in str(known.recording.value(ref))]
