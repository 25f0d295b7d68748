"""Going to a moment that somebody names: a cue, a time, an event, a share of the whole, or words from the log."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from app.errors import UsageError
from app.events import Event
from app.playback.moments import Moment, Target, moment_in
from app.tui.log.lines import line_of
from app.tui.refused import in_words
from app.tui.screens.writing import Writing

if TYPE_CHECKING:
    from app.tui.app import Theatre
    from app.tui.intake import Intake
    from app.tui.transport import Transport

_AT_A_TIME = 500  # events that are searched before others get a turn


async def go_to(house: Theatre, stage: Transport) -> None:
    """Ask where to, and go there."""
    playhead = stage.playhead
    says = "A cue, a time, an event, a share of the whole, or words from the log."
    text = await house.push_screen_wait(
        Writing("Go to", says=says, hint="Q3   1:47   #410   50%   words", wrong=lambda text: wrong_in(text, playhead))
    )
    if text is None:
        return
    moment = _moment(text)
    if moment is not None:
        stage.go_to(playhead.target_of(moment))
    elif (found := await _found(text, stage)) is not None:
        playhead.paused = True
        stage.go_to(Target(seq=found))
    else:
        house.say(f"nothing in the log says {text}", severity="warning")


def wrong_in(text: str, playhead: Intake) -> str:
    """Why nobody can go there; what is no moment is words to look for."""
    try:
        if (moment := _moment(text)) is not None:
            playhead.target_of(moment)
    except UsageError as refused:
        return in_words(refused)
    return ""


def _moment(text: str) -> Moment | None:
    try:
        return moment_in(text)
    except UsageError:
        return None


async def _found(text: str, stage: Transport) -> int | None:
    """The next event whose line in the log holds all the words; behind the last one, from the beginning."""
    terms, events, seen = text.lower().split(), stage.playhead.known, stage.playhead.seen
    for number, event in enumerate([*events[seen:], *events[:seen]], 1):
        if all(term in _line(event, stage) for term in terms):
            return event.seq
        if number % _AT_A_TIME == 0:
            await asyncio.sleep(0)
    return None


def _line(event: Event, stage: Transport) -> str:
    return line_of(event, stage.show.state, stage.show.words).text.lower()
