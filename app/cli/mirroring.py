"""A mirror of this terminal in browsers of this machine: whoever has the link sees what is shown here, and no more."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from app.cli.ink import Ink
from app.cli.said import narrate

if TYPE_CHECKING:
    from app.web.mirror import Mirror

COMMAND = "footlights present RUN --audience"


@asynccontextmanager
async def mirrored() -> AsyncIterator[Mirror]:
    """Open the house for an audience, say where it is, and wait until whoever presents wants to begin."""
    from app.web import insist_on_the_extra

    insist_on_the_extra()
    from app.web.house import House
    from app.web.mirror import AUDIENCE, Mirror

    mirror = Mirror()
    async with House(mirror.room(command=COMMAND)) as house:
        ink = Ink.for_stream(sys.stdout)
        sys.stdout.write(f"  {ink.paint('audience', 'bold')}  {house.link(AUDIENCE, once=False)}\n")
        sys.stdout.flush()
        narrate("everybody with this link sees what is shown here, on this machine alone; press enter to begin")
        await asyncio.to_thread(sys.stdin.readline)
        yield mirror
