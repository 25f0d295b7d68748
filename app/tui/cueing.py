"""Giving the moment that the audience has come to a name: a cue in a file beside the play."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import TYPE_CHECKING

from app.errors import FootlightsError
from app.tui.refused import in_words
from app.tui.screens.writing import Writing

if TYPE_CHECKING:
    from app.tui.app import Theatre
    from app.tui.transport import Transport


async def add_cue_here(house: Theatre, stage: Transport) -> None:
    """Ask for its name, and put it into the file; from then on the cues of that file count."""
    from app.playback.anchors import words_for
    from app.playback.cue_draft import add_cue
    from app.playback.cue_file import placing_of, read_cues

    playhead = stage.playhead
    if not playhead.seen:
        house.say("nothing has happened yet that a cue could stand at", severity="warning")
        return
    path = cue_file(stage)
    at = words_for(playhead.known, playhead.seen)
    label = await house.push_screen_wait(
        Writing("Add a cue here", says=f"It stands at {at}, in {path.name}.", hint="what it is called")
    )
    if label is None:
        return
    own = [] if path.exists() else [(words_for(playhead.known, each.seq), each.cue.label) for each in playhead.cues]
    before = playhead.cue

    def keep() -> str:
        """A file that is new takes over what the play itself has: the cues of a show come from one place."""
        for words, name in own:
            add_cue(path, words, name)
        return add_cue(path, at, label, after=before.cue.number if before is not None else "")

    try:
        number = await asyncio.to_thread(keep)
        playhead.set_cues(placing_of(read_cues(path)))
    except FootlightsError as refused:
        house.say(in_words(refused), severity="warning")
        return
    stage.frames.wake()
    house.say(f"Q{number} {label} is kept in {path.name}")


def cue_file(stage: Transport) -> Path:
    """Where the cues of a play are kept: in the folder one is in, by its name."""
    start = stage.show.start
    name = re.sub(r"[^a-z0-9-]+", "-", (start.scenario if start is not None else "").rpartition("/")[2].lower())
    return Path(f"{name.strip('-') or 'show'}.cues.yaml")
