"""A recording told in lines, at the pace of whoever reads them, with the words of its cues between."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from app.cli.displays import Curtain
from app.cli.ink import Ink
from app.cli.narrating.narrator import Narrator
from app.playback.cue_file import placing_of
from app.playback.cues import placed_in
from app.playback.listening import in_time
from app.playback.playhead import Playhead
from app.playback.show import Show
from app.tui.filed import Filed

if TYPE_CHECKING:
    from app.tui.filed import Found


async def retell(known: Found, pace: str, fit: float | None, *, captions: bool, after: str = "") -> None:
    """Tell all of it; `after` is said at the end."""
    source = Filed(known.recording, known.sheet, fit=fit)
    narrator = Narrator(Ink.for_stream(sys.stdout), Curtain(sys.stdout).write, source.value)
    words = _words(known) if captions else {}
    playhead = Playhead(Show(source.value), pace)
    async for event in in_time(playhead, source.feed(playhead)):
        narrator.tell(event)
        for label, caption in words.get(event.seq, ()):
            narrator.aside(label, caption)
    narrator.finish(playhead.show.state, after)


def _words(known: Found) -> dict[int, list[tuple[str, str]]]:
    """What is said with which event."""
    found: dict[int, list[tuple[str, str]]] = {}
    if known.sheet is not None:
        for placed in placed_in(known.recording.events, placing_of(known.sheet)):
            if placed.cue.caption:
                found.setdefault(placed.seq, []).append((placed.cue.name, placed.cue.caption))
    return found
