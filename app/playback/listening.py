"""A run told in time: its events one after the other, each when the audience is to hear of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine

from app.events import Event
from app.playback.playhead import Playhead

LOOK = 0.1  # seconds between looks at what has come


async def in_time(playhead: Playhead, feeding: Coroutine[None, None, None]) -> AsyncIterator[Event]:
    """Every event when it happens before the audience, until the source that feeds the playhead has no more."""
    coming = asyncio.get_running_loop().create_task(feeding)
    try:
        while True:
            ended = coming.done()  # asked before looking: what it fed last is among what is looked at
            for event in playhead.advance().events:
                yield event
            if ended and not playhead.behind:
                await coming
                return
            due = playhead.due()
            await asyncio.sleep(LOOK if due is None else min(LOOK, due))
    finally:
        coming.cancel()
        await asyncio.gather(coming, return_exceptions=True)
