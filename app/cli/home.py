"""`footlights` alone, on a terminal: opens the house at Home."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from app.engine import Run
    from app.tui.app import Left


def open_house() -> int:
    """Open Home; the exit code is that of the run that was on the stage last, if it is still performed."""
    return asyncio.run(open_house_at("home"))


async def open_house_at(place: str, workspace: Path | None = None) -> int:
    """Open one of its places, and go on with what was performed there as whoever leaves wants it."""
    from app.tui import open_home

    return await after_the_house(await open_home(workspace, place))


async def after_the_house(left: Left) -> int:
    """Go on with what was performed in it; the exit code is that of the run that is told of."""
    from app.cli.staging import after_the_stage  # what it loads would keep the first frame waiting

    code = await after_the_stage(left, _last(left))
    if left.error is not None:
        raise left.error
    return code


def _last(left: Left) -> Run | None:
    """The run that is told of in lines when the stage is left: what was seen last, if it goes on."""
    going = {here.run: here.going for here in left.runs}
    return going.get(left.last) or next(reversed(going.values()), None)
